/* SPDX-License-Identifier: ISC */
/* A text file as its mapping sees it: lines before the rows, rows, lines that are none, a trailer.
 * What delimited and fixed-width text have in common. */
#ifndef TALLYD_PARSERS_SHEET_H
#define TALLYD_PARSERS_SHEET_H

#include "parsers/records.h"
#include "parsers/rows.h"

struct sheet {
    struct job job; /* as given, its options being those of the file's shape */
    struct rows_how how;
    struct mapping mapping;
    struct records records; /* the line at hand */
    struct rows *rows;
    int64_t skip;          /* lines before the rows and their header; -1: not said */
    bool any_last, ragged; /* the last line needs no end; rows may be short */
    /* the rest is sheet.c's */
    uint64_t lines;  /* rows so far */
    int64_t counted; /* what the file says they are; -1: nothing */
};

/* What reads one file whole: rows to take, or names to learn. */
typedef bool sheet_reader(struct job *j, struct input *in, const struct rows_how *how,
                          struct fault *f);

/* Read the payload; before it, where the mapping wants names from a companion and there is one,
 * the companion for its names. */
bool sheet_read(struct job *j, sheet_reader *read, struct rows_how how, struct fault *f) MUST_USE;

/* Read the options and open the input. `separator` and `quote` say that fields are separated and
 * may be in quotes, by default and by the options of that name; without, a line is one field. */
bool sheet_open(struct job *j, struct input *in, const struct rows_how *how, bool separated,
                struct sheet *s, struct fault *f) MUST_USE;

/* Any line: for those before the rows. */
bool sheet_line(struct sheet *s, bool *more, struct fault *f) MUST_USE;

/* Past the lines before the rows, where it is said how many there are. */
bool sheet_skip(struct sheet *s, struct fault *f) MUST_USE;

/* It was no row: take what it says of the file. */
bool sheet_no_row(struct sheet *s, struct fault *f) MUST_USE;

/* The next line that is a row. *more is false at the end, which has then been checked. */
bool sheet_row(struct sheet *s, bool *more, struct fault *f) MUST_USE;

/* For `return sheet_short(...)`: the row at hand lacks what the mapping needs. */
bool sheet_short(const struct sheet *s, size_t has, size_t needs, const char *what,
                 struct fault *f);

/* Accepts one whose opening failed. */
void sheet_done(struct sheet *s);

#endif
