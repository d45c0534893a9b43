/* SPDX-License-Identifier: ISC */
/* One line on the screen, one key, the daemon's answer below it, the next line. */
#include "daemon/ctl_review.h"

#include <stdio.h>
#include <string.h>

#include "daemon/ctl_client.h"
#include "daemon/ctl_review_frame.h"
#include "daemon/ctl_screen.h"

#define LIST_MAX (64 << 20)
#define REQUEST_MAX 65536

struct review {
    const char *socket;
    char reason[200];
    struct buf list, answer, frame;
    size_t skipped;  /* lines at the front that are left for later */
    struct buf last; /* the request that takes back the last decision; empty: none */
};

static bool read_list(struct review *r, struct err *e)
{
    int code;
    return ctl_ask_quiet(r->socket, SLICE("match list\x1f-o=tsv\n"), ctl_keep, &r->list, &code, e);
}

/* The first line that is not skipped; how many wait. */
static bool at_hand(const struct review *r, struct slice fields[REVIEW_FIELDS], size_t *count)
{
    struct slice rest = buf_slice(&r->list), line;
    bool found = false;
    slice_next(&rest, '\n', &line); /* the head */
    for (*count = 0; slice_next(&rest, '\n', &line);) {
        if (line.len == 0)
            continue;
        if (*count == r->skipped) {
            ctl_review_split(line, fields);
            found = true;
        }
        (*count)++;
    }
    return found;
}

/* "VERB ID WORDS --reason TEXT" as the daemon reads it. */
static void write_request(const struct review *r, const char *verb,
                          const struct slice fields[REVIEW_FIELDS], struct buf *out)
{
    static const enum review_field words[] = {REVIEW_SOURCE, REVIEW_CONTEST, REVIEW_CHOICE,
                                              REVIEW_PARTY};
    buf_clear(out);
    if (ctl_review_is_join(fields))
        buf_addf(out, "match %s\x1f%.*s\x1f%.*s\x1f=\x1f%.*s", verb, SLICE_FMT(fields[REVIEW_RACE]),
                 SLICE_FMT(fields[REVIEW_CHOICE]), SLICE_FMT(fields[REVIEW_NAME]));
    else
        buf_addf(out, "match %s\x1f%.*s", verb, SLICE_FMT(fields[REVIEW_ID]));
    for (size_t i = 0; i < sizeof words / sizeof words[0] && !ctl_review_is_join(fields); i++)
        if (fields[words[i]].len > 0)
            buf_addf(out, "\x1f%.*s", SLICE_FMT(fields[words[i]]));
    buf_addf(out, "\x1f--reason\x1f%s\n", r->reason);
}

static void decide(struct review *r, const char *verb, const struct slice fields[REVIEW_FIELDS])
{
    struct err e = {0};
    struct buf request;
    int code;
    buf_init(&request, REQUEST_MAX);
    write_request(r, verb, fields, &request);
    if (ctl_ask_quiet(r->socket, buf_slice(&request), ctl_keep, &r->answer, &code, &e)) {
        write_request(r, "undo", fields, &r->last);
    } else {
        buf_clear(&r->answer);
        buf_addf(&r->answer, "not done: %s\n", e.text);
    }
    buf_done(&request);
}

static void undo(struct review *r)
{
    struct err e = {0};
    int code;
    if (r->last.len == 0) {
        buf_clear(&r->answer);
        buf_addz(&r->answer, "there is nothing to take back\n");
        return;
    }
    if (!ctl_ask_quiet(r->socket, buf_slice(&r->last), ctl_keep, &r->answer, &code, &e)) {
        buf_clear(&r->answer);
        buf_addf(&r->answer, "not done: %s\n", e.text);
    }
    buf_clear(&r->last);
}

static void draw(struct review *r, const struct slice *fields, size_t count)
{
    struct ctl_review_frame f = {.line = fields,
                                 .waiting = count,
                                 .skipped = r->skipped,
                                 .answer = buf_slice(&r->answer),
                                 .utf8 = screen_utf8()};
    size_t cols, rows;
    screen_size(&cols, &rows);
    buf_clear(&r->frame);
    ctl_review_render(&f, cols, rows, &r->frame);
    screen_show(buf_slice(&r->frame));
}

/* False: enough. */
static bool on_letter(struct review *r, char letter, const struct slice *fields)
{
    static const struct {
        char letter;
        const char *verb;
    } verbs[] = {{'a', "accept"}, {'r', "reject"}, {'l', "alias"}};
    if (letter == 'q')
        return false;
    if (letter == 'u')
        undo(r);
    else if (letter == 's' && fields)
        r->skipped++;
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++)
        if (letter == verbs[i].letter && fields && (letter == 'a' || !ctl_review_is_join(fields)))
            decide(r, ctl_review_is_join(fields) ? "join" : verbs[i].verb, fields);
    return true;
}

static void ask_reason(struct review *r)
{
    fputs("the reason that is kept with each decision: ", stdout);
    fflush(stdout);
    if (!fgets(r->reason, sizeof r->reason, stdin))
        r->reason[0] = '\0';
    r->reason[strcspn(r->reason, "\n")] = '\0';
}

static int go_on(struct review *r)
{
    struct slice fields[REVIEW_FIELDS];
    struct err e = {0};
    size_t count;
    char letter;
    while (read_list(r, &e)) {
        bool any = at_hand(r, fields, &count);
        draw(r, any ? fields : NULL, count);
        enum screen_key key = screen_key(2000, &letter);
        if (key == KEY_ENDED || key == KEY_ESCAPE ||
            (key == KEY_LETTER && !on_letter(r, letter, any ? fields : NULL)))
            return 0;
    }
    screen_close();
    fprintf(stderr, "tallyctl: %s\n", e.text);
    return (int)e.kind;
}

int ctl_review(const char *socket_path, const char *reason)
{
    struct review r = {.socket = socket_path};
    struct err e = {0};
    int code = ERR_USAGE;
    buf_init(&r.list, LIST_MAX);
    buf_init(&r.answer, LIST_MAX);
    buf_init(&r.frame, LIST_MAX);
    buf_init(&r.last, REQUEST_MAX);
    if (reason)
        snprintf(r.reason, sizeof r.reason, "%s", reason);
    if (!read_list(&r, &e)) {
        fprintf(stderr, "tallyctl: %s\n", e.text);
        code = (int)e.kind;
        goto out;
    }
    if (!r.reason[0])
        ask_reason(&r);
    if (!r.reason[0])
        fputs("tallyctl: a decision without a reason is none; nothing is done\n", stderr);
    else if (screen_open())
        code = go_on(&r);
    screen_close();
out:
    buf_done(&r.list);
    buf_done(&r.answer);
    buf_done(&r.frame);
    buf_done(&r.last);
    return code;
}
