/* SPDX-License-Identifier: ISC */
/* The board of the night as a web page: a template whose {{slots}} are filled with sections made of
 * the model. Only what is public. Each section that may change carries an id and data-live, by
 * which a script replaces it. */
#ifndef TALLYD_CORE_BOARD_H
#define TALLYD_CORE_BOARD_H

#include "daemon/base/buf.h"
#include "daemon/core/tally.h"

struct board {
    const struct model *m;
    const struct tally *all;
    int64_t now_ms;
    const struct slice *words; /* which races are shown: documents_filter.h */
    size_t word_count;
    int64_t
        copied_ms; /* of a page of a static copy (site.h), by the real clock; 0: of a live one */
    struct arena *scratch;
    struct buf *out;
};

/* `page`: the template. A slot there is no section of is a bug of the template, and left out. */
void board_write(const struct board *b, struct slice page);

/* board_tables.c: sections that are lists. */
void board_calls(const struct board *b);
void board_closest(const struct board *b);
void board_states(const struct board *b);
void board_offices(const struct board *b);
void board_races(const struct board *b);
void board_sources(const struct board *b);
void board_corrections(const struct board *b);
void board_filter(const struct board *b);

/* A time of the night, as people write it; with its date from 12 hours on. */
void board_time(const struct board *b, int64_t when);

#endif
