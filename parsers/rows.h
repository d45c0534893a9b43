/* SPDX-License-Identifier: ISC */
/* Flat rows into a batch: each row is one figure of one choice in one reporting unit, told by what
 * a mapping finds in its fields.
 *
 * For engines (delimited, fixed-width, html-table) and for drivers in C whose data are flat rows:
 *
 *     struct mapping m;
 *     struct rows *rows;
 *     bool ok = mapping_read(job, &m, f) &&
 *               mapping_bind(&m, &finder, f) &&       // or mapping_bind_roles(&m, roles, f)
 *               rows_new(job, &m, &how, &rows, f);
 *     while (ok && there is a row)
 *         ok = rows_add(rows, fields, n, number, f);
 *     ok = ok && rows_finish(rows, f);
 *     mapping_done(&m);
 *
 * Whatever is said by text (contest, choice, unit, facts) is worked out once for each new set of
 * raw bytes of the columns that say it, and remembered; per row there are only those comparisons
 * and the figures. Between the calls the builder's current contest is any of the rows' (rows_here):
 * a driver that begins others itself does so before the first row or behind rows_finish. */
#ifndef TALLYD_PARSERS_ROWS_H
#define TALLYD_PARSERS_ROWS_H

#include "parsers/mapping.h"

struct names;
struct survey;
struct rows;

struct rows_how {
    const char *place;      /* what a row's number counts: "line" */
    bool adjacent;          /* a row's fields lie one behind the other in memory, in order */
    struct names *names;    /* lent where rows lack them; NULL: none are */
    bool learn;             /* rows only fill `names`; nothing is built */
    struct survey **survey; /* set to who stands where, to look at afterwards; NULL: need not be */
    struct survey *told;    /* what somebody saw who looked; NULL: nobody did */
};

/* `m` is read and bound, and lives as long. WIRE_SCHEMA when it lacks what every mapping needs. */
bool rows_new(struct job *j, const struct mapping *m, const struct rows_how *how, struct rows **out,
              struct fault *f) MUST_USE;

/* One row. The fields may go when it returns. What is wrong with a figure is a problem of its
 * contest; false only for what ends the payload. */
bool rows_add(struct rows *r, const struct slice *fields, size_t n, uint64_t number,
              struct fault *f) MUST_USE;

/* Make the contest of the row that was added last the builder's current one; statistics that nobody
 * wants have none, and it stays the one before. */
void rows_here(const struct rows *r);

/* The end: what can only be checked there. */
bool rows_finish(struct rows *r, struct fault *f) MUST_USE;

/* Is what was read a primary's, taken for none? Then it is to be read again, with a builder of its
 * own, and told. */
bool rows_survey_primary(const struct survey *s);

/* How many rows were kept, statistics counted. */
uint64_t rows_kept(const struct rows *r);

#endif
