/* SPDX-License-Identifier: ISC */
/* Earlier cycles, row by row. */
#include "daemon/core/history.h"

#include "daemon/base/csv.h"
#include "daemon/base/num.h"
#include "daemon/base/text.h"

enum { FIELDS_MAX = 64, CYCLES_MAX = 1000, COUNT_MAX = 1000000000 };
enum column { CYCLE, WON, CALLED, COLUMNS_WANTED };

static const char *const names[COLUMNS_WANTED] = {
    [CYCLE] = "cycle", [WON] = "won", [CALLED] = "called"};

static bool read_head(const struct slice *fields, size_t n, size_t at[COLUMNS_WANTED],
                      struct err *e)
{
    for (size_t c = 0; c < COLUMNS_WANTED; c++) {
        at[c] = n;
        for (size_t i = 0; i < n; i++)
            if (slice_eq_nocase(slice_trim(fields[i]), slice_of(names[c])))
                at[c] = i;
        if (at[c] == n)
            return err_set(e, ERR_DATA, "1: there is no column %s; it needs cycle, won and called",
                           names[c]);
    }
    return true;
}

static bool read_count(struct slice text, size_t line, enum column c, int64_t least, int64_t *out,
                       struct err *e)
{
    return num_parse(slice_trim(text), least, COUNT_MAX, out) ||
           err_set(e, ERR_DATA, "%zu: column %s: \"%.*s\" is not a whole number from %d", line,
                   names[c], SLICE_FMT(slice_sub(text, 0, TEXT_MAX)), (int)least);
}

static bool read_cycle(const struct slice *fields, size_t n, const size_t at[COLUMNS_WANTED],
                       size_t line, struct arena *a, struct settings_cycle *out, struct err *e)
{
    for (size_t c = 0; c < COLUMNS_WANTED; c++)
        if (at[c] >= n)
            return err_set(e, ERR_DATA, "%zu: the row has no %s", line, names[c]);
    out->name = text_clean_copy(fields[at[CYCLE]], a);
    if (!read_count(fields[at[WON]], line, WON, 0, &out->won, e) ||
        !read_count(fields[at[CALLED]], line, CALLED, 1, &out->called, e))
        return false;
    return out->won <= out->called ||
           err_set(e, ERR_DATA,
                   "%zu: more are won than called; won counts wins, called wins and "
                   "losses",
                   line);
}

bool history_parse(struct slice csv, struct arena *a, struct settings_cycle **out, size_t *n,
                   struct err *e)
{
    struct settings_cycle *list = arena_array(a, CYCLES_MAX, sizeof *list);
    size_t at[COLUMNS_WANTED], count = 0, got;
    struct slice *fields;
    struct csv c;

    if (!list)
        return err_set(e, ERR_DATA, "it is too big for its memory");
    e->kind = ERR_NONE;
    csv_init(&c, csv);
    if (!csv_next(&c, a, FIELDS_MAX, &fields, &got, e))
        return e->kind == ERR_NONE ? err_set(e, ERR_DATA, "1: it is empty") : false;
    if (!read_head(fields, got, at, e))
        return false;
    while (csv_next(&c, a, FIELDS_MAX, &fields, &got, e)) {
        if (count == CYCLES_MAX)
            return err_set(e, ERR_DATA, "%zu: more than %d cycles", c.line, CYCLES_MAX);
        if (!read_cycle(fields, got, at, c.line, a, &list[count], e))
            return false;
        count++;
    }
    if (e->kind != ERR_NONE)
        return false;
    *out = list;
    *n = count;
    return true;
}
