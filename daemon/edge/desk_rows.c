/* SPDX-License-Identifier: ISC */
/* One table of rows and their columns, read from both sides. */
#include "daemon/edge/desk_rows.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/base/num.h"

#define ENTRIES_MAX ((size_t)256 << 20)
#define ENTRY_ROWS 40
#define COLUMNS_MAX 12

enum type { END, NUMBER, INT, FLAG, DIGEST, TEXT };

struct column {
    const char *name;
    enum type type;
    size_t at;
};

#define ROW(kind) struct writer_##kind
#define COLUMN(kind, type, field)                                                                  \
    {                                                                                              \
#field, type, offsetof(ROW(kind), field)                                                   \
    }
#define ROWS(array, number)                                                                        \
    offsetof(struct writer_job, array), offsetof(struct writer_job, number),                       \
        sizeof *((struct writer_job *)0)->array

static const struct table {
    const char *name; /* also of the first column */
    size_t rows, count, size;
    struct column columns[COLUMNS_MAX + 1];
} tables[] = {
    {"decision",
     ROWS(decisions, decision_count),
     {COLUMN(decision, NUMBER, number), COLUMN(decision, NUMBER, at_ms),
      COLUMN(decision, TEXT, verb), COLUMN(decision, TEXT, target),
      COLUMN(decision, TEXT, argument), COLUMN(decision, TEXT, reason),
      COLUMN(decision, TEXT, basis), COLUMN(decision, TEXT, url), COLUMN(decision, TEXT, by)}},
    {"claim",
     ROWS(claims, claim_count),
     {COLUMN(claim, NUMBER, number), COLUMN(claim, NUMBER, at_ms),
      COLUMN(claim, NUMBER, called_at_ms), COLUMN(claim, INT, outcome),
      COLUMN(claim, TEXT, race_id), COLUMN(claim, TEXT, endorsement_id), COLUMN(claim, TEXT, by),
      COLUMN(claim, TEXT, basis), COLUMN(claim, TEXT, reason), COLUMN(claim, TEXT, evidence),
      COLUMN(claim, TEXT, line), COLUMN(claim, TEXT, row)}},
    {"ruling",
     ROWS(rulings, ruling_count),
     {COLUMN(ruling, TEXT, source), COLUMN(ruling, TEXT, file), COLUMN(ruling, DIGEST, digest),
      COLUMN(ruling, TEXT, contest), COLUMN(ruling, FLAG, accept)}},
    {"note",
     ROWS(notes, note_count),
     {COLUMN(memo, TEXT, file), COLUMN(memo, TEXT, source), COLUMN(memo, TEXT, text)}},
    {"event",
     ROWS(events, event_count),
     {COLUMN(event, TEXT, id), COLUMN(event, TEXT, channel), COLUMN(event, TEXT, data)}},
    {"told", ROWS(acknowledged, acknowledged_count), {{"id", TEXT, 0}}},
};
enum { EVENT = 4, TABLES = sizeof tables / sizeof *tables };

/* ---- out ---- */

static struct slice text_of(const struct column *c, const char *row, struct arena *a)
{
    const void *at = row + c->at;
    char hex[33];
    switch (c->type) {
    case NUMBER:
        return arena_printf(a, "%lld", (long long)*(const int64_t *)at);
    case INT:
        return arena_printf(a, "%d", *(const int *)at);
    case FLAG:
        return arena_printf(a, "%d", *(const bool *)at);
    case DIGEST:
        digest_hex(*(const struct digest *)at, hex);
        return arena_copy(a, slice_of(hex));
    case TEXT:
    case END:
        break;
    }
    return arena_copy(a, *(const struct slice *)at);
}

/* One row behind what the entry has. False: memory. */
static bool write_row(const struct table *t, const char *row, struct arena *a, struct slice *texts,
                      size_t *count)
{
    for (const struct column *c = t->columns; c->name; c++) {
        texts[*count] = slice_of(c == t->columns ? t->name : c->name);
        texts[*count + 1] = text_of(c, row, a);
        if (!texts[*count + 1].ptr)
            return false;
        *count += 2;
    }
    return true;
}

struct writing {
    struct desk_entries *out;
    struct slice *texts; /* of the entry that is filled */
    size_t rows;
};

static bool write_table(struct writing *w, const struct table *t, const struct writer_job *job)
{
    struct arena *a = w->out->arena;
    const char *rows = *(const char *const *)((const char *)job + t->rows);
    size_t n = *(const size_t *)((const char *)job + t->count);
    for (size_t i = 0; i < n; i++) {
        if (w->rows % ENTRY_ROWS == 0) {
            w->texts = arena_array(a, ENTRY_ROWS * 2 * COLUMNS_MAX, sizeof *w->texts);
            if (!w->texts)
                return false;
            w->out->list[w->out->count++] = (struct redis_entry){.texts = w->texts};
        }
        w->rows++;
        if (!write_row(t, rows + i * t->size, a, w->texts, &w->out->list[w->out->count - 1].count))
            return false;
    }
    return true;
}

struct desk_entries *desk_rows_write(const struct writer_job *job, bool events)
{
    struct desk_entries *out = calloc(1, sizeof *out);
    size_t tables_out = events ? EVENT + 1 : EVENT, rows = 0;
    struct writing w = {.out = out};
    for (size_t i = 0; i < tables_out; i++)
        rows += *(const size_t *)((const char *)job + tables[i].count);
    bool ok = out && (out->arena = arena_new(ENTRIES_MAX)) != NULL &&
              (out->list = arena_array(out->arena, rows / ENTRY_ROWS + 1, sizeof *out->list));
    for (size_t i = 0; ok && i < tables_out; i++)
        ok = write_table(&w, &tables[i], job);
    if (ok)
        return out;
    desk_entries_free(out);
    return NULL;
}

void desk_entries_free(struct desk_entries *e)
{
    if (!e)
        return;
    arena_free(e->arena);
    free(e);
}

/* ---- in ---- */

static bool set(const struct column *c, struct slice text, char *row, struct arena *a)
{
    void *at = row + c->at;
    int64_t number;
    switch (c->type) {
    case NUMBER:
        return num_parse(text, INT64_MIN, INT64_MAX, at);
    case INT:
        if (!num_parse(text, 0, 1000, &number))
            return false;
        *(int *)at = (int)number;
        return true;
    case FLAG:
        *(bool *)at = slice_is(text, "1");
        return *(bool *)at || slice_is(text, "0");
    case DIGEST:
        return digest_parse(text, at);
    case TEXT:
    case END:
        break;
    }
    *(struct slice *)at = arena_copy(a, text);
    return ((struct slice *)at)->ptr != NULL;
}

/* Room for one more row; NULL: memory. Arrays are doubled at powers of two. */
static char *add_row(const struct table *t, struct desk_read *out)
{
    void *rows = (char *)&out->job + t->rows;
    size_t *n = (size_t *)((char *)&out->job + t->count);
    char *list = *(char **)rows;
    if ((*n & (*n - 1)) == 0) {
        list = arena_array(out->arena, *n ? 2 * *n : 1, t->size);
        if (!list)
            return NULL;
        if (*n > 0)
            memcpy(list, *(char **)rows, *n * t->size);
        *(char **)rows = list;
    }
    return list + (*n)++ * t->size;
}

static const struct table *find_table(struct slice name)
{
    for (size_t i = 0; i < TABLES; i++)
        if (slice_is(name, tables[i].name))
            return &tables[i];
    return NULL;
}

static const struct column *find_column(const struct table *t, struct slice name)
{
    for (const struct column *c = t->columns + 1; c->name; c++)
        if (slice_is(name, c->name))
            return c;
    return NULL;
}

/* What is of no table. */
static bool read_mark(struct slice name, struct slice value, struct desk_read *out)
{
    if (slice_is(name, "begin"))
        return num_parse(value, 1, INT64_MAX, &out->begin);
    const struct {
        const char *name;
        struct slice *to;
    } texts[] = {{"writer", &out->writer},
                 {"mode", &out->mode},
                 {"date", &out->date},
                 {"name", &out->name},
                 {"list", &out->list}};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (slice_is(name, texts[i].name))
            return (*texts[i].to = arena_copy(out->arena, value)).ptr != NULL;
    return true;
}

bool desk_rows_read(const struct slice *texts, size_t count, struct desk_read *out, struct err *e)
{
    const struct table *t = NULL;
    char *row = NULL;
    out->begin = 0;
    for (size_t i = 0; i + 1 < count; i += 2) {
        const struct table *next = find_table(texts[i]);
        const struct column *c = next ? next->columns : t ? find_column(t, texts[i]) : NULL;
        if (next) {
            t = next;
            row = add_row(t, out);
        }
        bool ok = c ? row && set(c, texts[i + 1], row, out->arena)
                    : read_mark(texts[i], texts[i + 1], out);
        if (!ok)
            return err_set(e, ERR_DATA, "the desk's stream: \"%.*s %.*s\" cannot be of tallyd",
                           SLICE_FMT(slice_sub(texts[i], 0, 50)),
                           SLICE_FMT(slice_sub(texts[i + 1], 0, 200)));
    }
    return true;
}
