/* SPDX-License-Identifier: ISC */
/* Cells, one behind the other. */
#include "daemon/core/press.h"

#include <inttypes.h>

#include "daemon/base/csv.h"
#include "daemon/base/when.h"

void press_head(struct press *p, const char *const *names)
{
    buf_addz(p->out, "as_of,mode");
    for (; *names; names++)
        buf_addf(p->out, ",%s", *names);
    press_end(p);
}

void press_row(struct press *p)
{
    press_row_of(p, p->m->last_change_ms);
}

void press_row_of(struct press *p, int64_t as_of_ms)
{
    char when[25] = "";

    if (as_of_ms != WHEN_UNKNOWN)
        when_format(as_of_ms, when);
    buf_addf(p->out, "%s,%s", when, mode_name(p->m->settings->mode));
}

void press_text(struct press *p, struct slice text)
{
    buf_addc(p->out, ',');
    csv_cell(p->out, text);
}

void press_known(struct press *p, int64_t n, bool known)
{
    buf_addc(p->out, ',');
    if (known)
        buf_addf(p->out, "%" PRId64, n);
}

void press_checked(struct press *p, bool stale)
{
    char when[25] = "";

    if (p->m->checked_ms != WHEN_UNKNOWN)
        when_format(p->m->checked_ms, when);
    buf_addf(p->out, ",%s,%s", when, stale ? "yes" : "no");
}

void press_end(struct press *p)
{
    buf_addz(p->out, "\r\n");
}
