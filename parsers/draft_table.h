/* SPDX-License-Identifier: ISC */
/* An unknown delimited file looked over for a draft: how it is cut, and what each column holds. */
#ifndef TALLYD_PARSERS_DRAFT_TABLE_H
#define TALLYD_PARSERS_DRAFT_TABLE_H

#include "parsers/memo.h"
#include "parsers/records.h"

#define DRAFT_COLUMNS 400
#define DRAFT_SAMPLE 2000 /* rows kept */
#define DRAFT_EDGE 6      /* lines kept at either end that are no rows */

struct draft_column {
    struct slice name;   /* of the header; empty: there is none */
    uint32_t filled;     /* rows with something in it */
    uint32_t counts;     /* with digits, perhaps with commas before groups of three */
    uint32_t commas;     /* with such commas */
    uint32_t padded;     /* with digits that begin with a zero */
    uint32_t decimals;   /* with digits and a point, or a percent sign */
    uint32_t pairs;      /* "12/34", "12 of 34" */
    uint32_t changes;    /* unlike the row before */
    uint64_t length;     /* bytes of all */
    int64_t most;        /* the largest count */
    struct memo values;  /* the distinct ones, as far as they were remembered */
    struct slice *texts; /* by their numbers */
    uint32_t last, text_room;
};

struct draft_table {
    struct arena *arena;
    char separator;
    bool quote, quotes; /* quotes enclose fields; some field has some */
    bool header, ended, utf8;
    size_t columns;           /* of most rows */
    size_t narrow, wide;      /* rows with fewer fields, and with more that say something */
    struct slice narrow_line; /* the first with fewer */
    struct slice titles[DRAFT_EDGE], footers[DRAFT_EDGE];
    size_t title_count, footer_count; /* titles: all there are, the first kept */
    uint64_t rows;
    struct draft_column column[DRAFT_COLUMNS];
    struct slice *sample; /* cells, row by row */
    size_t sample_rows;
};

/* Look the payload over. False when it is no table of several columns, or damaged. */
bool draft_table_read(struct arena *a, struct slice bytes, struct draft_table *t,
                      struct fault *f) MUST_USE;

/* A cell of the sample. */
struct slice draft_cell(const struct draft_table *t, size_t row, size_t column);

/* Most rows have fewer fields than the header has names: these may stand above other columns. */
static inline bool draft_is_shifted(const struct draft_table *t)
{
    return t->header && t->narrow * 2 > t->rows;
}

/* Distinct values, at least. */
static inline uint32_t draft_distinct(const struct draft_column *c)
{
    return c->values.count;
}

#endif
