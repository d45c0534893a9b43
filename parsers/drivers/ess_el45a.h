/* SPDX-License-Identifier: ISC */
/* The pages of an ES&S summary report taken apart into its lines. One way: ess_el45a.c ->
 * ess_pages.c -> ess_html.c. */
#ifndef TALLYD_PARSERS_ESS_EL45A_H
#define TALLYD_PARSERS_ESS_EL45A_H

#include "parsers/job.h"

/* What the heads of a page say of its columns. */
struct ess_heads {
    size_t margin; /* characters that are blank in each line, and not handed on */
    size_t name;   /* characters that hold a line's name */
    size_t groups; /* columns of votes behind the total and its percent */
};

/* One line between the heads of a page and the next page, without its end and printer's codes. */
typedef bool ess_line(void *ctx, struct slice line, long number, const struct ess_heads *heads,
                      struct fault *f);

struct ess_pages {
    struct job *job;
    ess_line *line;
    void *ctx;
    struct slice county; /* out: the county the heads name, or empty */
    /* under way */
    struct ess_heads heads;
    bool in_heads, named;  /* named: the heads say that it is an EL45 */
    bool beside;           /* they stand there twice, side by side */
    struct slice run_date; /* where the time stands in a line of its own */
    int64_t page;
    long number, since; /* the line, and the first of these heads */
};

/* Read all pages: every one must have its column heads, their numbers follow each other, and the
 * last line must have its end. Sets the facts the heads state. */
bool ess_pages_read(struct ess_pages *p, struct slice all, struct fault *f) MUST_USE;

/* Cut the next cell off *rest: cells stand two or more blanks apart. */
bool ess_cell(struct slice *rest, struct slice *cell);

/* The text that a web page holds as <pre>, without tags, in the arena; what is no page is left as
 * it is. *lines: how many stand before it. */
bool ess_html_text(struct job *j, struct slice *all, long *lines, struct fault *f) MUST_USE;

#endif
