/* SPDX-License-Identifier: ISC */
/* Lines of text, cut to the screen. */
#include "daemon/ctl/review_frame.h"

#include <stdint.h>

#include "daemon/ctl/board.h"
#include "daemon/ctl/table.h"

#define TEXT_ROOM ((size_t)64 << 20)
#define LINES_BESIDE                                                                               \
    5 /* of a screen: how many wait, and the keys, with the empty lines about them */
#define OTHERS_LEAST 3
#define INDENT 10
#define ANSWER_INDENT 9 /* behind "moves    " */

void ctl_review_split(struct slice row, struct slice fields[REVIEW_FIELDS])
{
    for (size_t i = 0; i < REVIEW_FIELDS; i++)
        if (!slice_next(&row, '\t', &fields[i]))
            fields[i] = (struct slice){0};
}

bool ctl_review_is_join(const struct slice fields[REVIEW_FIELDS])
{
    return fields[REVIEW_ID].len == 0;
}

static size_t count_of(struct slice text, char mark)
{
    struct slice one;
    size_t n = 0;
    while (text.len > 0 && slice_next(&text, mark, &one))
        n++;
    return n;
}

/* "Di Foe (DEM), 90 votes" */
static void add_line(const struct slice *f, struct buf *out)
{
    bool named = f[REVIEW_CHOICE].len > 0;
    buf_addf(out, "feed      %.*s", SLICE_FMT(named ? f[REVIEW_CHOICE] : SLICE("no choice yet")));
    if (f[REVIEW_PARTY].len)
        buf_addf(out, " (%.*s)", SLICE_FMT(f[REVIEW_PARTY]));
    if (f[REVIEW_VOTES].len)
        buf_addf(out, ": %.*s", SLICE_FMT(f[REVIEW_VOTES]));
    buf_addc(out, '\n');
}

/* At most `room` lines: where there are more, the last says so. */
static void add_others(struct slice others, size_t room, struct buf *out)
{
    struct slice one;
    size_t n = count_of(others, '|'), shown = 0;
    for (; shown < room && slice_next(&others, '|', &one); shown++) {
        buf_addz(out, shown ? "          " : "others    ");
        if (shown + 1 == room && n > room)
            buf_addz(out, "and more, which match list has");
        else
            buf_add(out, one);
        buf_addc(out, '\n');
    }
    if (n == 0)
        buf_addz(out, "others    none: nobody else is in the contest\n");
}

/* How many the rows leave them, beside `used` lines of what is decided by, and the answer. */
static size_t room_of_others(size_t used, size_t answer, size_t rows)
{
    size_t left = rows > LINES_BESIDE + used ? rows - LINES_BESIDE - used : 1;
    if (left >= answer + OTHERS_LEAST)
        return left - answer;
    return left < OTHERS_LEAST ? left : OTHERS_LEAST;
}

/* Whose line it may be, which, where and why; what may be missed comes last. */
static void add_question(const struct ctl_review_frame *f, struct buf *out)
{
    const struct slice *l = f->line;
    bool join = ctl_review_is_join(l);
    bool part = slice_find(l[REVIEW_PLACE], SLICE("/")) != SIZE_MAX;
    buf_addf(out, "%s  %.*s (%.*s), %.*s%s%.*s\n", join ? "opponent" : "endorsed",
             SLICE_FMT(l[REVIEW_NAME]), SLICE_FMT(l[join ? REVIEW_RACE : REVIEW_ID]),
             SLICE_FMT(l[REVIEW_OFFICE]), l[REVIEW_LISTED].len ? ", " : "",
             SLICE_FMT(l[REVIEW_LISTED]));
    add_line(l, out);
    buf_addf(out, "in        %.*s: %.*s\n", SLICE_FMT(l[REVIEW_SOURCE]),
             SLICE_FMT(l[REVIEW_CONTEST]));
    buf_addf(out, "place     %.*s%s\n", SLICE_FMT(l[REVIEW_PLACE]),
             part                      ? ""
             : l[REVIEW_PLACE].len > 0 ? ", state-wide"
                                       : "no state is said");
    buf_addf(out, "because   %.*s\n", SLICE_FMT(l[REVIEW_WHY]));
    if (!join)
        buf_addf(out, "race      %.*s\n", SLICE_FMT(l[REVIEW_RACE]));
}

static void add_decision(const struct ctl_review_frame *f, size_t answer, size_t cols, size_t rows,
                         struct buf *out)
{
    size_t most = rows > LINES_BESIDE + 1 ? rows - LINES_BESIDE - 1 : 1;
    size_t used = 0;
    struct buf question, lines;
    struct slice rest, line;
    buf_init(&question, TEXT_ROOM);
    buf_init(&lines, TEXT_ROOM);
    add_question(f, &question);
    ctl_wrap(buf_slice(&question), cols, INDENT, &lines);
    for (rest = buf_slice(&lines); used < most && rest.len > 0 && slice_next(&rest, '\n', &line);
         used++)
        buf_addf(out, "%.*s\n", SLICE_FMT(line));
    buf_done(&question);
    buf_done(&lines);
    add_others(f->line[REVIEW_OTHERS], room_of_others(used, answer, rows), out);
    buf_addf(out, "\na it is theirs  %ss later  u undo  q quit\n\n",
             ctl_review_is_join(f->line) ? "" : "r it is not  l the name is theirs too  ");
}

void ctl_review_render(const struct ctl_review_frame *f, size_t cols, size_t rows, struct buf *out)
{
    struct buf text, answer;
    struct slice rest, line;
    buf_init(&text, TEXT_ROOM);
    buf_init(&answer, TEXT_ROOM);
    ctl_wrap(f->answer, cols, ANSWER_INDENT, &answer);
    buf_addf(&text, "%zu to decide, %zu left for later\n\n", f->waiting, f->skipped);
    if (f->line)
        add_decision(f, count_of(buf_slice(&answer), '\n'), cols, rows, &text);
    else
        buf_addz(&text, "u undo  q quit\n\n");
    buf_add(&text, buf_slice(&answer));
    rest = buf_slice(&text);
    for (size_t used = 0; used < rows; used++) {
        line = (struct slice){0};
        if (rest.len > 0)
            slice_next(&rest, '\n', &line);
        buf_addz(out, used ? "\r\n" : "");
        ctl_board_text(line, cols, f->utf8, out);
    }
    buf_done(&answer);
    buf_done(&text);
}
