/* SPDX-License-Identifier: ISC */
/* What the columns of an unknown file are, guessed from their names and from what they hold; each
 * guess with its reason. */
#ifndef TALLYD_PARSERS_DRAFT_GUESS_H
#define TALLYD_PARSERS_DRAFT_GUESS_H

#include "parsers/draft_table.h"
#include "parsers/mapping.h"

#define DRAFT_LINES 100

struct draft_line { /* of a mapping */
    struct slice key, value, why;
};

struct draft {
    struct arena *arena;
    const struct draft_table *table;
    int column[ROLES]; /* which one a role has; -1: none, or several */
    bool used[DRAFT_COLUMNS];
    struct draft_line lines[DRAFT_LINES];
    size_t count;
};

/* Fill the lines. */
void draft_guess(struct draft *d);

/* A line behind the others; `why` is printed by the format. Nothing when there are too many. */
void draft_say(struct draft *d, const char *key, struct slice value, const char *why, ...)
    __attribute__((format(printf, 4, 5)));

/* The line with this key, or NULL. */
struct draft_line *draft_find(struct draft *d, const char *key);

/* A column as a mapping names it: by its header, or by its number. */
struct slice draft_named(const struct draft *d, size_t column);

/* The same rows and choices stand under several values of this column: it is where votes were
 * counted. Otherwise it tells contests apart. */
bool draft_is_place(const struct draft *d, size_t column);

#endif
