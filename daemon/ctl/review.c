/* SPDX-License-Identifier: ISC */
/* One line on the screen, one key, the daemon's answer below it, the next line. */
#include "daemon/ctl/review.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "daemon/ctl/client.h"
#include "daemon/ctl/review_frame.h"
#include "daemon/ctl/screen.h"

#define LIST_MAX (64 << 20)
#define REQUEST_MAX 65536
/* So long a line is looked at before a key is of it: one that others put there; one that came by a
 * key, which may be held down. */
#define SWAPPED_MS 500
#define HELD_MS 120

struct review {
    const char *socket;
    char reason[200];
    struct buf list, answer, frame;
    struct buf skipped; /* keys of lines that are left for later, one a line */
    struct buf undos;   /* requests that take back what was decided here, the last of them last */
    struct buf shown;   /* the key of the line that is on the screen */
    bool ours;          /* another line comes by what was typed here */
    bool named;         /* an alias was typed */
    bool swapped;       /* the line that is shown came by what others did */
    int64_t early_ms;   /* no key is of it before that */
};

static bool read_list(struct review *r, struct err *e)
{
    int code;
    return ctl_ask_quiet(r->socket, SLICE("match list\x1f-o=tsv\n"), 10, ctl_keep, &r->list, &code,
                         e);
}

/* Which line it is, whatever becomes of its votes and of the others. */
static void write_key(const struct slice fields[REVIEW_FIELDS], struct buf *out)
{
    static const enum review_field parts[] = {REVIEW_ID,      REVIEW_NAME,   REVIEW_SOURCE,
                                              REVIEW_CONTEST, REVIEW_CHOICE, REVIEW_PARTY,
                                              REVIEW_RACE};
    buf_clear(out);
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        buf_addf(out, "%.*s\x1f", SLICE_FMT(fields[parts[i]]));
}

static bool is_skipped(const struct review *r, struct slice key)
{
    struct slice rest = buf_slice(&r->skipped), one;
    while (rest.len > 0 && slice_next(&rest, '\n', &one))
        if (slice_eq(one, key))
            return true;
    return false;
}

struct hand {
    struct slice fields[REVIEW_FIELDS]; /* of the first line that is not skipped */
    bool any;
    size_t waiting, skipped; /* of those that wait */
    struct buf key;
};

static void at_hand(const struct review *r, struct hand *h)
{
    struct slice rest = buf_slice(&r->list), line, fields[REVIEW_FIELDS];
    struct buf key;
    buf_init(&key, REQUEST_MAX);
    h->any = false;
    h->waiting = h->skipped = 0;
    buf_clear(&h->key);
    slice_next(&rest, '\n', &line); /* the head */
    while (slice_next(&rest, '\n', &line)) {
        if (line.len == 0)
            continue;
        h->waiting++;
        ctl_review_split(line, fields);
        write_key(fields, &key);
        if (is_skipped(r, buf_slice(&key))) {
            h->skipped++;
        } else if (!h->any) {
            h->any = true;
            memcpy(h->fields, fields, sizeof fields);
            buf_add(&h->key, buf_slice(&key));
        }
    }
    buf_done(&key);
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
    if (ctl_ask_quiet(r->socket, buf_slice(&request), 0, ctl_keep, &r->answer, &code, &e)) {
        write_request(r, "undo", fields, &request);
        buf_add(&r->undos, buf_slice(&request));
    } else {
        buf_clear(&r->answer);
        buf_addf(&r->answer, "not done: %s\n", e.text);
    }
    buf_done(&request);
}

/* The last decision that is not taken back yet, however many were made. */
static void undo(struct review *r)
{
    struct slice all = buf_slice(&r->undos);
    struct err e = {0};
    size_t from = all.len;
    int code;
    if (all.len == 0) {
        buf_clear(&r->answer);
        buf_addz(&r->answer, "there is nothing to take back\n");
        return;
    }
    for (from--; from > 0 && all.ptr[from - 1] != '\n'; from--)
        ;
    bool ok =
        ctl_ask_quiet(r->socket, slice_sub(all, from, all.len), 0, ctl_keep, &r->answer, &code, &e);
    if (!ok) {
        buf_clear(&r->answer);
        buf_addf(&r->answer, "not done: %s\n", e.text);
    }
    if (ok || e.kind == ERR_NO) /* what is refused would be again */
        r->undos.len = from;
}

static void draw(struct review *r, const struct hand *h)
{
    struct ctl_review_frame f = {.line = h->any ? h->fields : NULL,
                                 .waiting = h->waiting,
                                 .skipped = h->skipped,
                                 .answer = buf_slice(&r->answer),
                                 .utf8 = screen_utf8()};
    size_t cols, rows;
    screen_size(&cols, &rows);
    buf_clear(&r->frame);
    ctl_review_render(&f, cols, rows, &r->frame);
    screen_show(buf_slice(&r->frame));
}

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* What was typed before this line was seen is not of it. */
static void show(struct review *r, const struct hand *h)
{
    bool same = slice_eq(buf_slice(&h->key), buf_slice(&r->shown));
    if (same && r->named)
        buf_addz(&r->answer, "the line itself still waits, for what is in doubt: a or r\n");
    r->named = false;
    draw(r, h);
    if (!same) {
        screen_forget();
        r->swapped = !r->ours;
        r->early_ms = now_ms() + (r->swapped ? SWAPPED_MS : HELD_MS);
    }
    r->ours = false;
    buf_clear(&r->shown);
    buf_add(&r->shown, buf_slice(&h->key));
}

/* Another desk or a feed has put another line under the finger, or it has not left the key yet. */
static bool is_early(struct review *r, char letter)
{
    int64_t now = now_ms();
    if (!strchr(r->swapped ? "arls" : "arlsu", letter) || now >= r->early_ms)
        return false;
    buf_clear(&r->answer);
    if (r->swapped) {
        buf_addf(&r->answer,
                 "'%c' is not taken: another desk or a feed has just put this line here; look, and "
                 "type it again\n",
                 letter);
    } else {
        buf_addf(&r->answer,
                 "'%c' is not taken, so soon behind the one before; let it go, look, and type it "
                 "again\n",
                 letter);
        r->early_ms = now + HELD_MS;
    }
    return true;
}

/* False: enough. */
static bool on_letter(struct review *r, char letter, const struct hand *h)
{
    static const struct {
        char letter;
        const char *verb;
    } verbs[] = {{'a', "accept"}, {'r', "reject"}, {'l', "alias"}};
    bool join = h->any && ctl_review_is_join(h->fields);
    if (letter == 'q')
        return false;
    if (is_early(r, letter))
        return true;
    if (letter == 'u')
        undo(r);
    else if (letter == 's' && h->any)
        buf_addf(&r->skipped, "%.*s\n", SLICE_FMT(buf_slice(&h->key)));
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++)
        if (letter == verbs[i].letter && h->any && (letter == 'a' || !join))
            decide(r, join ? "join" : verbs[i].verb, h->fields);
    r->ours = strchr("arlsu", letter) != NULL;
    r->named = letter == 'l' && h->any && !join;
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
    struct hand h = {0};
    struct err e = {0};
    char letter;
    bool enough = false;
    buf_init(&h.key, REQUEST_MAX);
    while (!enough && read_list(r, &e)) {
        at_hand(r, &h);
        show(r, &h);
        enum screen_key key = screen_key(2000, &letter);
        enough = key == KEY_ENDED || key == KEY_ESCAPE ||
                 (key == KEY_LETTER && !on_letter(r, letter, &h));
    }
    buf_done(&h.key);
    if (enough)
        return 0;
    screen_close();
    fprintf(stderr, "tallyctl: %s\n", e.text);
    return (int)e.kind;
}

int ctl_review(const char *socket_path, const char *reason)
{
    struct review r = {.socket = socket_path, .ours = true};
    struct err e = {0};
    int code = ERR_USAGE;
    buf_init(&r.list, LIST_MAX);
    buf_init(&r.answer, LIST_MAX);
    buf_init(&r.frame, LIST_MAX);
    buf_init(&r.skipped, LIST_MAX);
    buf_init(&r.undos, LIST_MAX);
    buf_init(&r.shown, REQUEST_MAX);
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
    buf_done(&r.skipped);
    buf_done(&r.undos);
    buf_done(&r.shown);
    return code;
}
