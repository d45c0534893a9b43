/* SPDX-License-Identifier: ISC */
/* Entries gathered into jobs, and how far they have come. */
#include "daemon/following.h"

#include <stdio.h>
#include <stdlib.h>

#include "daemon/base/log.h"
#include "daemon/base/when.h"
#include "daemon/edge/partner.h"

#define READ_MAX ((size_t)256 << 20)
#define LAST_MAX 400

/* A claim or a decision on disk, by what no other one of its number has. */
struct row {
    int64_t number, at_ms;
};

struct following {
    struct writer *writer;
    struct following_calls calls;
    struct desk_night night;
    bool refused; /* it is of another night */
    char instance[256], last[LAST_MAX];
    struct desk_read read;
    int64_t left;     /* entries of the history that are still to come */
    bool replace;     /* what was read is the history: it replaces ours */
    bool ours;        /* the stream is of our own disk */
    bool served;      /* which has had all of it since we serve; before that it may lack some */
    struct row *rows; /* on disk at the start, in order */
    size_t row_count;
    int64_t epoch;            /* on disk at the start */
    size_t claims, decisions; /* of what was read: seen to be there */
    bool on, over, ended, failed;
    bool compare, lacks; /* nothing is taken; and there is what our disk has not */
    bool older;          /* the stream ends before what is on our disk: nothing is taken */
    bool gap; /* entries are missing in the stream: what follows is not taken before it begins anew
               */
    size_t writing; /* jobs */
    struct desk_place at, kept;
    struct desk_place had;   /* on disk, of any stream */
    struct desk_place there; /* the stream's end, as it was seen; nowhere: it is live */
    unsigned turn;           /* following_begin: what older jobs say is passed over */
};

/* One job on its way to the disk. */
struct step {
    struct following *f;
    struct desk_place at;
    unsigned turn;
    char last[LAST_MAX];
};

static void say_decision(const struct writer_decision *d, char out[LAST_MAX])
{
    char at[25];
    when_format(d->at_ms, at);
    snprintf(out, LAST_MAX, "%lld, %s: %.*s %.*s %.*s by %.*s: %.*s", (long long)d->number, at,
             SLICE_FMT(d->verb), SLICE_FMT(slice_sub(d->target, 0, 80)),
             SLICE_FMT(slice_sub(d->argument, 0, 60)), SLICE_FMT(slice_sub(d->by, 0, 40)),
             SLICE_FMT(slice_sub(d->reason, 0, 120)));
}

static void fail(struct following *f, const char *why)
{
    if (!f->failed)
        log_error("standby: %s; it follows no further: what is decided now is not kept here", why);
    f->failed = true;
}

static void clear_read(struct following *f)
{
    arena_free(f->read.arena);
    f->read = (struct desk_read){.arena = arena_new(READ_MAX)};
    if (!f->read.arena)
        fail(f, "out of memory");
}

static void on_kept(bool ok, const char *text, void *ctx)
{
    struct step *s = ctx;
    struct following *f = s->f;
    f->writing--;
    if (s->turn == f->turn && f->on) {
        if (!ok)
            fail(f, text);
        else if (!f->failed) {
            f->kept = f->had = s->at;
            if (s->last[0])
                snprintf(f->last, sizeof f->last, "%s", s->last);
        }
        f->calls.followed(f->calls.ctx);
    }
    free(s);
}

static void write_down(struct following *f)
{
    struct writer_job *job = &f->read.job;
    struct step *s = calloc(1, sizeof *s);
    struct err e = {0};
    if (!s) {
        fail(f, "out of memory");
        return;
    }
    *s = (struct step){.f = f, .at = f->at, .turn = f->turn};
    if (job->decision_count > 0)
        say_decision(&job->decisions[job->decision_count - 1], s->last);
    job->replace = f->replace;
    job->epoch = job->followed_epoch = f->at.epoch;
    job->followed_number = f->at.number;
    if (!writer_submit(f->writer, job, on_kept, s, &e)) {
        fail(f, e.text);
        free(s);
        return;
    }
    f->over |= f->replace;
    f->served |= f->replace; /* `rows` are not what is there any more */
    f->writing++;
    f->replace = false;
    clear_read(f);
}

/* Of our disk; or, as far as we know at a start, of what it is a copy of: is_ahead. */
static bool is_ours(const struct following *f)
{
    struct slice instance = slice_of(f->instance);
    return slice_eq(f->read.writer, instance) ||
           (!f->served && slice_eq(partner_directory(f->read.writer), partner_directory(instance)));
}

/* It ends before what is on our disk; of our own only if that has followed another's since. */
static bool is_older(const struct following *f)
{
    bool older = f->there.epoch == f->at.epoch && desk_place_cmp(f->there, f->had) < 0 &&
                 (!f->ours || f->had.number > 0);
    if (older)
        log_error("standby: the desk's stream in Redis ends at %lld-%lld, and %lld-%lld is kept "
                  "here: as if Redis was put back to an older dump; nothing is taken of it",
                  (long long)f->there.epoch, (long long)f->there.number, (long long)f->had.epoch,
                  (long long)f->had.number);
    return older;
}

void following_entry(struct following *f, struct desk_place at, const struct slice *texts,
                     size_t count)
{
    struct err e = {0};
    bool begins = count > 0 && slice_is(texts[0], "begin");
    bool next = at.epoch == f->at.epoch && at.number == f->at.number + 1;
    if (f->failed)
        return;
    if (!begins && !next && !f->gap)
        log_error("standby: entries of the desk's stream in Redis are missing before %lld-%lld; "
                  "what is decided now is not kept here until all of it is written anew",
                  (long long)at.epoch, (long long)at.number);
    f->gap = !begins && (f->gap || !next);
    if (f->gap)
        return;
    f->at = at;
    if (!desk_rows_read(texts, count, &f->read, &e)) {
        fail(f, e.text);
        return;
    }
    if (f->read.begin > 0) {
        f->left = f->read.begin;
        f->ours = is_ours(f);
        f->replace = !f->ours;
        f->older = is_older(f);
        f->night = f->ours ? (struct desk_night){0} : desk_night_read(&f->read);
        f->refused = !f->ours && !f->calls.takes(&f->night, f->calls.ctx);
        f->claims = f->decisions = 0;
        clear_read(f);
    }
    f->left -= f->left > 0;
}

/* ---- our own stream ---- */

static int by_number(const void *a, const void *b)
{
    const struct row *x = a, *y = b;
    if (x->number != y->number)
        return x->number < y->number ? -1 : 1;
    return (x->at_ms > y->at_ms) - (x->at_ms < y->at_ms);
}

static bool is_on_disk(const struct following *f, int64_t number, int64_t at_ms)
{
    struct row row = {number, at_ms};
    return bsearch(&row, f->rows, f->row_count, sizeof row, by_number) != NULL;
}

/* Does the stream of our own tell what our disk has not, or not as it was told? One that is older
 * than what was followed since tells what was given up. */
static bool is_ahead(struct following *f)
{
    const struct writer_job *job = &f->read.job;
    bool there = f->at.epoch <= f->epoch, since = f->at.epoch >= f->had.epoch;
    for (; there && f->claims < job->claim_count; f->claims++)
        there = is_on_disk(f, job->claims[f->claims].number, job->claims[f->claims].at_ms);
    for (; there && f->decisions < job->decision_count; f->decisions++)
        there =
            is_on_disk(f, job->decisions[f->decisions].number, job->decisions[f->decisions].at_ms);
    return !there && since;
}

static bool keep_rows(struct following *f, const struct writer_loaded *l)
{
    f->rows = calloc(l->claim_count + l->decision_count + 1, sizeof *f->rows);
    if (!f->rows)
        return false;
    for (size_t i = 0; i < l->claim_count; i++)
        f->rows[f->row_count++] = (struct row){l->claims[i].number, l->claims[i].at_ms};
    for (size_t i = 0; i < l->decision_count; i++)
        f->rows[f->row_count++] = (struct row){l->decisions[i].number, l->decisions[i].at_ms};
    qsort(f->rows, f->row_count, sizeof *f->rows, by_number);
    return true;
}

void following_read(struct following *f, bool last)
{
    f->ended |= last;
    if (f->refused || f->older) {
        clear_read(f);
        return;
    }
    if (f->failed || f->left > 0 || f->at.epoch == 0 || desk_place_cmp(f->at, f->kept) <= 0)
        return;
    if (f->compare) {
        f->lacks |= !f->ours || is_ahead(f);
        return;
    }
    if (f->ours && !f->served && is_ahead(f)) {
        log_warn("state: the disk of this tallyd is older than what it has told, as if restored "
                 "from a copy; what the desk's stream in Redis has takes its place");
        f->ours = false;
        f->replace = true;
    }
    if (f->ours) { /* it is on our disk since before it was in the stream */
        f->kept = f->at;
        if (f->served)
            clear_read(f);
    } else {
        write_down(f);
    }
}

void following_give_up(struct following *f)
{
    f->ended = true;
}

/* ---- looking ---- */

bool following_done(const struct following *f)
{
    return f->ended && f->writing == 0;
}

bool following_is_on(const struct following *f)
{
    return f->on;
}

bool following_is_whole(const struct following *f)
{
    return f->on && !f->failed && !f->gap && !f->refused && !f->older &&
           desk_place_cmp(f->at, f->kept) <= 0;
}

bool following_is_refused(const struct following *f)
{
    return f->on && f->refused;
}

bool following_is_older(const struct following *f)
{
    return f->on && f->older;
}

const struct desk_night *following_night(const struct following *f)
{
    return &f->night;
}

bool following_over(const struct following *f)
{
    return f->over;
}

struct desk_place following_newest(const struct following *f)
{
    return f->had;
}

struct desk_place following_at(const struct following *f)
{
    return f->at;
}

struct desk_place following_kept(const struct following *f)
{
    return f->kept;
}

const char *following_last(const struct following *f)
{
    return f->last;
}

void following_tell(const struct following *f, struct buf *out)
{
    buf_addf(out, "decision   the last that is kept here: %s\n",
             f->last[0] ? f->last : "none was ever made");
    buf_addf(out, "stream     %s\n",
             f->refused           ? "is of another night; nothing is taken of it"
             : f->failed          ? "cannot be followed, see the log: later decisions are missing"
             : f->older           ? "ends before what is kept here; nothing is taken of it"
             : f->gap             ? "has lost entries: later decisions are missing"
             : f->kept.epoch == 0 ? "nothing was read of it yet"
             : f->writing > 0 || desk_place_cmp(f->at, f->kept) > 0
                 ? "is being read; the rest comes with the takeover"
                 : "all that is in it is kept here");
}

/* ---- life ---- */

void following_begin(struct following *f)
{
    f->on = true;
    f->compare = f->lacks = f->older = false;
    f->turn++;
    f->over = f->ended = f->failed = f->gap = f->ours = f->replace = f->refused = false;
    f->night = (struct desk_night){0};
    f->left = 0;
    f->at = f->kept = (struct desk_place){0};
    clear_read(f);
}

void following_stop(struct following *f, bool all)
{
    f->on = false;
    f->served |= all;
}

bool following_has_all(const struct following *f)
{
    return f->served;
}

void following_seen(struct following *f, struct desk_place there, bool live)
{
    f->there = live || there.number == 0 ? (struct desk_place){0} : there;
}

void following_took(struct following *f, int64_t epoch)
{
    struct writer_job job = {.followed_epoch = epoch};
    struct err e = {0};
    f->had = (struct desk_place){epoch, 0};
    if (!writer_submit(f->writer, &job, NULL, NULL, &e))
        log_warn("that this epoch is ours could not be kept: %s", e.text);
}

void following_compare(struct following *f)
{
    following_begin(f);
    f->compare = true;
}

bool following_compares(const struct following *f)
{
    return f->on && f->compare;
}

bool following_lacks(const struct following *f)
{
    return f->lacks;
}

bool following_new(struct writer *writer, struct slice instance, const struct writer_loaded *l,
                   const struct following_calls *calls, struct following **out, struct err *e)
{
    struct following *f = calloc(1, sizeof *f);
    if (!f)
        return err_set(e, ERR_BUG, "out of memory");
    *f = (struct following){.writer = writer, .calls = *calls};
    snprintf(f->instance, sizeof f->instance, "%.*s", SLICE_FMT(instance));
    f->epoch = l->epoch;
    f->had = (struct desk_place){l->followed_epoch, l->followed_number};
    if (!keep_rows(f, l)) {
        free(f);
        return err_set(e, ERR_BUG, "out of memory");
    }
    if (l->decision_count > 0)
        say_decision(&l->decisions[l->decision_count - 1], f->last);
    *out = f;
    return true;
}

void following_free(struct following *f)
{
    if (!f)
        return;
    arena_free(f->read.arena);
    free(f->rows);
    free(f);
}
