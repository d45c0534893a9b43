/* SPDX-License-Identifier: ISC */
/* Lines of text cut into fields where they lie in an input's runs; what is copied are lines over
 * two of them: memory is the longest line, whatever the payload's size. */
#ifndef TALLYD_PARSERS_RECORDS_H
#define TALLYD_PARSERS_RECORDS_H

#include "parsers/input.h"

#define RECORDS_LINE_MAX ((size_t)1 << 20)
#define RECORDS_FIELDS_MAX 4096

struct records {
    /* of the record at hand; all of it goes with the next one */
    struct slice *fields; /* as written: in quotes where they are; white space around them gone */
    size_t n;
    struct slice line; /* the whole of it, without its end */
    uint64_t number;   /* the line it begins on, from 1 */
    bool ended;        /* its line end was there; without one it is the last, perhaps cut */
    bool tidy;         /* quotes are read as such, and all there are open or close a field */
    /* the rest is records.c's */
    struct arena *arena;
    struct input *input;
    char separator; /* the line's end where there is none: a line is one field */
    char line_end;
    bool quote, end;
    const char *run;
    size_t from, to;           /* what is not read yet lies in run[from..to) */
    const char *block;         /* of the run: where separators and line ends were looked for last */
    uint64_t separators, ends; /* those in it that are not used yet, a bit each */
    uint64_t quotes;           /* in the block */
    uint64_t odd;       /* the same: line ends in quotes, and quotes that neither open nor close */
    uint64_t within;    /* all ones: the block ends within quotes */
    uint64_t begins;    /* 1: the next block begins with a field */
    bool masked;        /* separators and ends are those outside quotes */
    struct slice below; /* the input's own run, read where it lies */
    char *joint; /* else a line over two runs: `joined` bytes of one, the others of `below` */
    size_t joined, room;
    uint64_t lines; /* line ends passed */
};

/* `separator` 0: none. With `quote` a field that begins with a quote ends at the next, "" being one
 * of its characters, and may hold separators and line ends. */
bool records_open(struct arena *a, struct input *in, char separator, bool quote, struct records *r,
                  struct fault *f) MUST_USE;

/* Does another line surely follow? */
static inline bool records_go_on(const struct records *r)
{
    return r->from < r->to && (unsigned char)r->run[r->from] > ' ';
}

/* Is the line at hand the last that is not blank? */
bool records_last(struct records *r, bool *last, struct fault *f) MUST_USE;

/* The next line that is not blank; *more is false at the end. CRLF and LF end lines, and CR where
 * the first line ends with one alone. */
bool records_next(struct records *r, bool *more, struct fault *f) MUST_USE;

#endif
