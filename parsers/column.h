/* SPDX-License-Identifier: ISC */
/* One value of a row as a mapping writes it: a column, a template of several, or a sum.
 *
 *   Total Votes                   a column: a name of the header, or what else the engine knows
 *   Votes | Total | -             the first that the file has; "-": or none
 *   {First} {Last}[ ({Suffix})]   a template; what stands in [ ] is left out when a column in it
 *                                 is blank; [[ {{ ]] }} are the characters
 *   Early + {Mail | Absentee}     a sum, of figures only
 */
#ifndef TALLYD_PARSERS_COLUMN_H
#define TALLYD_PARSERS_COLUMN_H

#include <stdint.h>

#include "daemon/base/arena.h"
#include "parsers/fault.h"

struct column_part {
    enum { COLUMN_FIELD, COLUMN_TEXT, COLUMN_OPEN, COLUMN_CLOSE } kind;
    struct slice text; /* TEXT: itself; FIELD: as the mapping names it */
    int32_t field;     /* FIELD: index into a row's fields; negative: -1 is the row's last */
};

struct column { /* bound to a file */
    struct column_part *parts;
    uint32_t count; /* 0: the file does not have it */
};

enum column_kind { COLUMN_OF_TEXT, COLUMN_OF_FIGURES };

/* Where a file has the column that is called so; false: it has none. */
struct column_finder {
    bool (*find)(void *ctx, struct slice name, int32_t *field);
    void *ctx;
};

/* Bind the value written as `text` to a file's columns. A column that has to be there and is not is
 * WIRE_SCHEMA; `option` names where the text stands. */
bool column_bind(struct arena *a, struct slice option, struct slice text,
                 const struct column_finder *finder, enum column_kind kind, struct column *out,
                 struct fault *f) MUST_USE;

/* How the engine's fields are written. */
struct column_style {
    bool quote;  /* a field in quotes is what stands between them, "" being one */
    bool decode; /* HTML entities are characters */
    bool guess;  /* what is no UTF-8 is Windows-1252: the source names no charset */
};

/* Texts of one row: made anew for each, so its room is used again. */
struct column_scratch {
    struct arena *arena;
    char *at;
    size_t room, used;
};

/* The field at an index as bound: empty where the row is too short. */
static inline struct slice column_field(const struct slice *fields, size_t n, int32_t field)
{
    size_t at = field < 0 ? n + (size_t)field : (size_t)field; /* wraps: then it is beyond n */
    return at < n ? fields[at] : (struct slice){NULL, 0};
}

/* The text of a column in a row, white space folded; ptr is NULL when memory is out. Lives as long
 * as the row does, and until scratch->used is set back. */
struct slice column_text(const struct column *c, const struct slice *fields, size_t n,
                         struct column_style style, struct column_scratch *scratch);

/* The character an HTML entity stands for, where s begins with one: its bytes in `out`, and how
 * many bytes of s it took; else 0. It is never longer than the entity. */
size_t column_entity(struct slice s, char out[4], size_t *len);

#endif
