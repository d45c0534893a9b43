/* SPDX-License-Identifier: ISC */
/* The same reader and the same notes as tallyd -t. */
#include "daemon/ctl/endorse.h"

#include <stdio.h>

#include "daemon/core/endorse.h"
#include "daemon/core/endorse_report.h"
#include "daemon/edge/file.h"

#define LIST_MAX ((size_t)64 << 20)
#define PROBLEMS_MAX ((size_t)1 << 20)
#define MEMORY_MAX ((size_t)1 << 30)
#define COLUMNS_MAX 64

static bool read_columns(int argc, char **argv, struct endorse_column *columns)
{
    for (int i = 1; i < argc; i++) {
        struct slice theirs = slice_of(argv[i]), ours;
        if (i > COLUMNS_MAX || !slice_next(&theirs, '=', &ours) || theirs.len == 0)
            return false;
        if (slice_starts(ours, SLICE("column."))) /* as the configuration has it */
            ours = slice_sub(ours, sizeof "column." - 1, ours.len);
        columns[i - 1] = (struct endorse_column){slice_trim(ours), slice_trim(theirs)};
    }
    return argc > 0;
}

/* Each with its file before it. False: there is none. */
static bool print_problems(const char *path, struct slice lines)
{
    struct slice line;
    bool any = lines.len > 0;
    while (slice_next(&lines, '\n', &line))
        fprintf(stderr, "%s:%s%.*s\n", path,
                line.len > 0 && line.ptr[0] >= '0' && line.ptr[0] <= '9' ? "" : " ",
                SLICE_FMT(line));
    return any;
}

static bool print_contents(const char *path, const struct endorsements *list, struct arena *a,
                           struct buf *out)
{
    struct buf notes;
    buf_init(&notes, PROBLEMS_MAX);
    endorse_notes(list, path, &notes);
    fwrite(notes.ptr, 1, notes.len, stderr);
    buf_done(&notes);
    buf_addz(out, "what\tis\n");
    return endorse_contents(list, a, out);
}

int ctl_endorse(int argc, char **argv, struct buf *out)
{
    struct endorse_column columns[COLUMNS_MAX];
    struct endorsements list = {0};
    struct err e = {0};
    struct buf problems;
    struct slice text;
    if (!read_columns(argc, argv, columns)) {
        fputs("usage: tallyctl endorse check FILE [COLUMN=NAME...]\n"
              "COLUMN is ours, NAME the one of the file: candidate_name='Full Name'\n",
              stderr);
        return ERR_USAGE;
    }
    struct arena *a = arena_new(MEMORY_MAX);
    buf_init(&problems, PROBLEMS_MAX);
    bool ok = (a || err_set(&e, ERR_BUG, "out of memory")) &&
              file_read(argv[0], LIST_MAX, a, &text, &e) &&
              endorse_parse(text, columns, (size_t)argc - 1, 0, a, &list, &problems, &e) &&
              (print_contents(argv[0], &list, a, out) || err_set(&e, ERR_BUG, "out of memory"));
    if (!ok) {
        if (print_problems(argv[0], buf_slice(&problems)))
            e.kind = ERR_NO;
        fprintf(stderr, "tallyctl: %s\n", e.text);
    }
    buf_done(&problems);
    arena_free(a);
    return ok ? 0 : (int)e.kind;
}
