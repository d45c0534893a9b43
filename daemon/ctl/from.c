/* SPDX-License-Identifier: ISC */
/* Rows into words. */
#include "daemon/ctl/from.h"

#include <stdint.h>
#include <string.h>

#include "daemon/base/csv.h"

enum { ROWS_MAX = 1000 }; /* they are done in one step, in which nothing else is */

static const struct {
    const char *name, *option; /* NULL: a word by itself */
    bool needed;
} columns[] = {
    {"endorsement_id", NULL, true}, {"outcome", NULL, true}, {"reason", "--reason", false},
    {"basis", "--basis", false},    {"url", "--url", false},
};
enum { COLUMNS = sizeof columns / sizeof columns[0] };

/* Which field each column is. */
struct head {
    size_t field[COLUMNS], count;
};

static bool read_head(const struct slice *fields, size_t n, struct head *h, struct err *e)
{
    *h = (struct head){.count = n};
    for (size_t k = 0; k < COLUMNS; k++)
        h->field[k] = SIZE_MAX;
    for (size_t i = 0; i < n; i++) {
        size_t k = 0;
        while (k < COLUMNS && !slice_is(slice_trim(fields[i]), columns[k].name))
            k++;
        if (k == COLUMNS || h->field[k] != SIZE_MAX)
            return err_set(e, ERR_DATA,
                           "line 1: '%.*s' is %s; there are endorsement_id, outcome, reason, basis "
                           "and url",
                           SLICE_FMT(fields[i]), k == COLUMNS ? "no column" : "there twice");
        h->field[k] = i;
    }
    for (size_t k = 0; k < COLUMNS; k++)
        if (columns[k].needed && h->field[k] == SIZE_MAX)
            return err_set(e, ERR_DATA, "line 1: the column %s is missing", columns[k].name);
    return true;
}

static char *copy(struct arena *a, struct slice s)
{
    return (char *)arena_copy(a, s).ptr; /* NUL behind it */
}

static bool read_row(const struct head *h, const struct slice *fields, size_t n, struct arena *a,
                     struct ctl_call *out, struct err *e)
{
    if (n != h->count)
        return err_set(e, ERR_DATA, "line %zu: it has %zu fields, the head has %zu", out->line, n,
                       h->count);
    for (size_t k = 0; k < COLUMNS; k++) {
        struct slice value = h->field[k] == SIZE_MAX ? SLICE("") : slice_trim(fields[h->field[k]]);
        if (value.len == 0 && !columns[k].needed)
            continue;
        if (value.len == 0)
            return err_set(e, ERR_DATA, "line %zu: %s is empty", out->line, columns[k].name);
        if (columns[k].option)
            out->words[out->count++] = copy(a, slice_of(columns[k].option));
        out->words[out->count++] = copy(a, value);
        if (!out->words[out->count - 1])
            return err_set(e, ERR_BUG, "out of memory");
    }
    return true;
}

static bool is_new(const struct ctl_call *list, size_t n, struct err *e)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(list[i].words[0], list[n].words[0]) == 0)
            return err_set(e, ERR_DATA, "line %zu: %s is in line %zu already", list[n].line,
                           list[n].words[0], list[i].line);
    return true;
}

bool ctl_from(struct slice text, struct arena *a, struct ctl_call **out, size_t *n, struct err *e)
{
    struct ctl_call *list = arena_array(a, ROWS_MAX, sizeof *list);
    struct slice *fields;
    struct csv csv;
    struct head head;
    size_t count = 0, width;

    if (!list)
        return err_set(e, ERR_BUG, "out of memory");
    csv_init(&csv, text);
    e->kind = ERR_NONE;
    if (!csv_next(&csv, a, COLUMNS + 1, &fields, &width, e))
        return e->kind != ERR_NONE ? false : err_set(e, ERR_DATA, "it is empty");
    if (!read_head(fields, width, &head, e))
        return false;
    while (csv_next(&csv, a, COLUMNS + 1, &fields, &width, e)) {
        if (count == ROWS_MAX)
            return err_set(e, ERR_DATA, "line %zu: more than %d rows; make two files of it",
                           csv.line, ROWS_MAX);
        list[count] = (struct ctl_call){.line = csv.line};
        if (!read_row(&head, fields, width, a, &list[count], e) || !is_new(list, count, e))
            return false;
        count++;
    }
    if (e->kind != ERR_NONE)
        return false;
    if (count == 0)
        return err_set(e, ERR_DATA, "it has a head and no rows");
    *out = list;
    *n = count;
    return true;
}
