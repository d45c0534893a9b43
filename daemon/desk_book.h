/* SPDX-License-Identifier: ISC */
/* The desk's book: every claim, decision and ruling of the night as entries of the desk's stream in
 * Redis, by which a standby follows. The stream is a view of this book: it is written whole when an
 * epoch begins, and grows with it.
 */
#ifndef TALLYD_DESK_BOOK_H
#define TALLYD_DESK_BOOK_H

#include "daemon/desk_night.h"
#include "daemon/edge/desk_rows.h"
#include "daemon/unsent.h"

/* A place in the stream; epoch 0: nowhere yet. */
struct desk_place {
    int64_t epoch, number;
};

struct desk_book {
    struct desk_entries *first, **end;
    size_t count;            /* entries */
    struct desk_place place; /* where the stream has all of the book; nowhere: not in this epoch */
};

void desk_book_init(struct desk_book *b);
void desk_book_done(struct desk_book *b);

/* Rows that are on disk (without call events). Takes them. */
void desk_book_add(struct desk_book *b, struct desk_entries *rows);

/* Stage all of it, with the call events that wait, before redis_begin. */
bool desk_book_stage(struct desk_book *b, struct redis *redis, int64_t epoch, struct slice writer,
                     const struct desk_night *night, const struct unsent *unsent) MUST_USE;

/* -1, 0, 1: is a before, at or behind b? */
int desk_place_cmp(struct desk_place a, struct desk_place b);

#endif
