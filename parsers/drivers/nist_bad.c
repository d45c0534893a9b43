/* SPDX-License-Identifier: ISC */
/* What makes a contest of a NIST report bad, wherever that is found. */
#include <stdarg.h>
#include <stdio.h>

#include "parsers/drivers/nist_report.h"

void nist_bad(struct nist_report *report, struct nist_contest *c, const char *fmt, ...)
{
    char why[400];
    va_list ap;
    if (c->why.len > 0)
        return;
    va_start(ap, fmt);
    vsnprintf(why, sizeof why, fmt, ap);
    va_end(ap);
    long n = report->line > 0 ? report->line : (long)c->serial - 1;
    c->why =
        arena_printf(report->arena, report->line > 0 ? "line %ld: %s" : "Contest[%ld]: %s", n, why);
    if (c->why.ptr == NULL)
        c->why = SLICE("it cannot be read");
}
