/* SPDX-License-Identifier: ISC */
/* The board of the night on a terminal. Pure: what is known and the size of the screen make a frame
 * of so many lines; nothing of a feed can be more in it than letters. */
#ifndef TALLYD_CTL_BOARD_H
#define TALLYD_CTL_BOARD_H

#include <stdint.h>

#include "daemon/base/buf.h"

enum ctl_panel { PANEL_CALLS, PANEL_CLOSEST, PANEL_STATES, PANEL_SOURCES, PANEL_MATCHES, PANELS };

/* As the daemon answered: tab-separated lines with a head. Borrowed. */
struct ctl_board {
    struct slice panels[PANELS];
    struct slice status;    /* "key\tvalue" lines */
    struct slice totals;    /* "count\tvalue" lines */
    const char *lost;       /* NULL, or why nothing new comes */
    int64_t age_s;          /* of all this */
    const char *note;       /* NULL, or how it comes, where not by itself */
    bool old;               /* ... and what comes is old */
    const char *no_matches; /* NULL, or why lines that wait are not among this */
};

/* What a person has chosen. */
struct ctl_view {
    enum ctl_panel panel;
    size_t row;        /* of the rows that the filter leaves */
    char filter[64];   /* rows without this text are not shown */
    bool typing, help; /* the filter is being typed; keys are explained */
    struct slice page; /* a text over all of it (what explain says); empty: none */
    size_t page_line;  /* its first line on the screen */
};

struct ctl_caps {
    bool color, utf8;
};

/* rows lines of cols columns, an "\r\n" between two. */
void ctl_board_render(const struct ctl_board *b, const struct ctl_view *v, size_t cols, size_t rows,
                      struct ctl_caps caps, struct buf *out);

/* The last line of the page, or help, that may be the first on the screen. */
size_t ctl_board_page_end(const struct ctl_view *v, size_t cols, size_t rows);

/* Text in exactly so many columns: cut, or filled with blanks; nothing in it but letters. */
void ctl_board_text(struct slice text, size_t cols, bool utf8, struct buf *out);

/* How many rows of a panel the filter leaves; the id in one of them (what explain takes), empty:
 * it has none. */
size_t ctl_board_rows(const struct ctl_board *b, const struct ctl_view *v, enum ctl_panel panel);
struct slice ctl_board_id(const struct ctl_board *b, const struct ctl_view *v);

/* Rows sorted by the number in a column, the smallest size first; those without one are left out.
 */
void ctl_board_closest(struct slice tsv, const char *column, struct buf *out);

#endif
