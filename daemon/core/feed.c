/* SPDX-License-Identifier: ISC */
/* What each source says: payloads judged as a whole, and the files they come from. */
#include "daemon/core/feed.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/base/buf.h"
#include "daemon/base/counted.h"
#include "daemon/base/num.h"
#include "daemon/base/when.h"
#include "daemon/core/days.h"
#include "daemon/core/early.h"
#include "daemon/core/feed_own.h"
#include "daemon/core/local_time.h"
#include "daemon/core/memo.h"
#include "daemon/core/take.h"

enum {
    CONTESTS_MAX = 50000,
    NAMES_MAX = 500000,
    DIGESTS_MAX = 200000, /* payloads of one source: a month of one every 13 s */
    DIGEST_KEY = 48,
};
#define FEED_MEMORY ((size_t)256 << 20)
#define FEED_HEADS ((size_t)64 << 20)

static struct feed_file *file_of(const struct model *m, uint32_t source, uint32_t file)
{
    return &m->feeds[source].files[file];
}

/* ---- life ---- */

static bool init_one(struct feed *f, size_t files)
{
    f->files = calloc(files, sizeof(*f->files));
    f->contests = map_new(CONTESTS_MAX, true);
    f->names = map_new(NAMES_MAX, true);
    f->digests = map_new(DIGESTS_MAX, true);
    f->rulings = map_new(DIGESTS_MAX, true);
    f->memory = arena_new(FEED_MEMORY);
    f->heads = arena_new(FEED_HEADS);
    if (!f->files || !f->contests || !f->names || !f->digests || !f->rulings || !f->memory ||
        !f->heads)
        return false;
    for (size_t i = 0; i < files; i++) {
        f->files[i].last_success_ms = WHEN_UNKNOWN;
        f->files[i].last_change_ms = WHEN_UNKNOWN;
        f->files[i].own_time_ms = WHEN_UNKNOWN;
        f->files[i].own = calloc(1, sizeof(struct feed_own));
        if (!f->files[i].own)
            return false;
        f->files[i].own->older_since = WHEN_UNKNOWN;
        f->files[i].own->closes = f->files[i].own->early_ms = WHEN_NEVER;
    }
    return true;
}

static size_t files_of(const struct model *m, size_t source)
{
    size_t n = m->settings->sources[source].file_count;

    return n ? n : 1;
}

bool feed_init(struct model *m, struct err *e)
{
    m->feeds = calloc(m->settings->source_count + 1, sizeof(*m->feeds));
    for (size_t i = 0; m->feeds && i < m->settings->source_count; i++) {
        if (init_one(&m->feeds[i], files_of(m, i)))
            continue;
        feed_done(m);
        break;
    }
    return m->feeds || err_set(e, ERR_BUG, "no memory for the sources' figures");
}

void feed_done(struct model *m)
{
    for (size_t i = 0; m->feeds && i < m->settings->source_count; i++) {
        struct feed *f = &m->feeds[i];
        for (size_t k = 0; f->files && k < files_of(m, i); k++) {
            if (f->files[k].own) {
                feed_drop(&f->files[k].own->waiting);
                feed_drop(&f->files[k].own->held);
            }
            free(f->files[k].own);
            free(f->files[k].order);
        }
        free(f->files);
        map_free(f->contests);
        map_free(f->names);
        map_free(f->digests);
        map_free(f->rulings);
        arena_free(f->memory);
        arena_free(f->heads);
    }
    free(m->feeds);
    m->feeds = NULL;
}

/* ---- what was durable ---- */

static struct slice digest_key(uint32_t file, struct digest d, char room[DIGEST_KEY])
{
    char hex[33];

    digest_hex(d, hex);
    int n = snprintf(room, DIGEST_KEY, "%u:%s", file, hex);
    return (struct slice){room, (size_t)n};
}

static bool once_on_air(const struct feed *f, uint32_t file, struct digest d)
{
    char room[DIGEST_KEY];

    return map_has(f->digests, digest_key(file, d, room));
}

/* Full: older copies are no longer known by their bytes, only by their own time. */
static void remember(struct feed *f, uint32_t file, struct digest d)
{
    char room[DIGEST_KEY];
    bool known = map_put(f->digests, digest_key(file, d, room), NULL);

    (void)known;
}

static bool in_range(const struct model *m, uint32_t source, uint32_t file, struct err *e)
{
    if (source < m->settings->source_count && file < files_of(m, source))
        return true;
    return err_set(e, ERR_BUG, "source %u has no file %u", source, file);
}

bool feed_restore_digest(struct model *m, uint32_t source, uint32_t file, struct digest d,
                         struct err *e)
{
    if (!in_range(m, source, file, e))
        return false;
    remember(&m->feeds[source], file, d);
    return true;
}

bool feed_restore_name(struct model *m, const struct learned *name, struct err *e)
{
    if (!in_range(m, name->source, 0, e))
        return false;
    struct feed *f = &m->feeds[name->source];
    struct slice key = intake_learned_key(name->contest, name->choice, f->memory);
    struct learned *l = arena_alloc(f->memory, sizeof(*l));
    if (!l || !key.ptr)
        return err_set(e, ERR_DATA, "more names learned than a source may have");
    *l = (struct learned){.source = name->source,
                          .contest = take_copy(f, name->contest, e),
                          .choice = take_copy(f, name->choice, e),
                          .name = take_copy(f, name->name, e),
                          .party = take_copy(f, name->party, e)};
    if (!l->contest.ptr || !l->choice.ptr || !l->name.ptr || !l->party.ptr)
        return false;
    return map_put(f->names, key, l) ||
           err_set(e, ERR_DATA, "more names learned than a source may have");
}

/* ---- files ---- */

static struct slice keep_text(char *room, size_t size, struct slice text)
{
    size_t n = text.len < size ? text.len : size;

    if (n)
        memmove(room, text.ptr, n);
    return (struct slice){room, n};
}

void feed_say(struct feed_file *f, enum verdict v, struct slice text)
{
    f->verdict = v;
    f->verdict_text = keep_text(f->own->text, sizeof(f->own->text), text);
}

struct slice feed_version(struct feed_file *f, struct slice version)
{
    return keep_text(f->own->version, sizeof(f->own->version), version);
}

static void succeed(struct model *m, struct feed_file *f, int64_t now_ms)
{
    f->last_success_ms = now_ms;
    f->unasked = false;
    if (m->checked_ms == WHEN_UNKNOWN || m->checked_ms < now_ms)
        m->checked_ms = now_ms;
}

/* ---- payloads that are kept ---- */

void feed_drop(struct feed_kept *k)
{
    free(k->batch);
    k->batch = NULL;
}

bool feed_keep(struct feed_kept *k, const struct event *event, struct slice version, struct err *e)
{
    const struct results_header *h = event->batch->head;
    char *copy = malloc(h->bytes);

    if (!copy)
        return err_set(e, ERR_BUG, "no memory to keep a payload that is to be judged again");
    results_copy(event->batch, copy);
    feed_drop(k);
    k->batch = copy;
    k->len = h->bytes;
    k->event = *event;
    k->event.batch = NULL;
    k->event.version = keep_text(k->version, sizeof(k->version), version);
    return true;
}

bool feed_open(const struct feed_kept *k, struct results *batch, struct event *event, struct err *e)
{
    if (!results_open((struct slice){k->batch, k->len}, batch, e))
        return false;
    *event = k->event;
    event->version.ptr = k->version;
    event->batch = batch;
    return true;
}

/* ---- a feed that steps back ---- */

static bool doubt_changed(const struct feed *f, uint32_t file, struct feed_report *r, struct err *e)
{
    size_t at = 0;
    void *value;

    while (map_next(f->contests, &at, NULL, &value)) {
        struct feed_contest *c = value;
        if (c->file == file && !report_change(r, c, FEED_DOUBT, e))
            return false;
    }
    return true;
}

/* It serves an older payload, once more. */
static bool step_back(struct model *m, const struct event *event, int64_t now_ms,
                      struct feed_report *r, struct err *e)
{
    struct feed_file *f = file_of(m, event->source, event->file);

    if (f->own->older_since == WHEN_UNKNOWN)
        f->own->older_since = event->received_ms;
    int64_t since = event->received_ms - f->own->older_since;
    if (since < m->settings->guards.confirm_ms) {
        succeed(m, f, now_ms);
        return true;
    }
    /* No passing copy of some edge: the feed stepped back and stays there. That is for people to
     * judge. */
    r->held = true;
    if (f->doubt != VERDICT_ACCEPTED)
        return true;
    f->doubt = VERDICT_OLDER;
    return report_note(r, NULL, NULL, VERDICT_OLDER, e,
                       "only older payloads for %lld min: held for the desk",
                       (long long)(since / WHEN_MINUTE)) &&
           doubt_changed(&m->feeds[event->source], event->file, r, e);
}

/* It serves what is on air, or newer. */
bool feed_step_up(struct model *m, uint32_t source, uint32_t file, struct feed_report *r,
                  struct err *e)
{
    struct feed_file *f = file_of(m, source, file);
    bool was = f->doubt != VERDICT_ACCEPTED;

    f->own->older_since = WHEN_UNKNOWN;
    f->doubt = VERDICT_ACCEPTED;
    return !was || doubt_changed(&m->feeds[source], file, r, e);
}

/* Nothing but zeros where votes were: none of it is used, and all of the file is in doubt. */
static bool zeroed(struct model *m, uint32_t source, uint32_t file, struct feed_report *r,
                   struct err *e)
{
    struct feed_file *f = file_of(m, source, file);
    bool was = f->doubt == VERDICT_EMPTY;

    r->held = true;
    f->doubt = VERDICT_EMPTY;
    return was || doubt_changed(&m->feeds[source], file, r, e);
}

/* What 304 means where the bytes it speaks of are not those on air; ACCEPTED: they are, or are as
 * good. */
static enum verdict still(struct model *m, const struct event *event, struct arena *scratch)
{
    const struct feed *feed = &m->feeds[event->source];
    const struct feed_file *f = file_of(m, event->source, event->file);

    if (digest_eq(event->digest, f->digest))
        return VERDICT_ACCEPTED;
    if (intake_ruling(feed, event->file, event->digest, SLICE(""), scratch) == RULING_REJECTED)
        return VERDICT_REJECTED;
    return f->own->older_since != WHEN_UNKNOWN ? VERDICT_OLDER
           : f->doubt == VERDICT_EMPTY         ? VERDICT_EMPTY
                                               : VERDICT_ACCEPTED;
}

bool feed_unchanged(struct model *m, const struct event *event, int64_t now_ms,
                    struct feed_report *out, struct err *e)
{
    struct feed_file *f = file_of(m, event->source, event->file);
    const char *seen = NULL;
    bool ok = true;

    *out = (struct feed_report){
        .arena = out->arena, .source = event->source, .file = event->file, .text = SLICE("")};
    out->verdict = still(m, event, out->arena);
    switch (out->verdict) {
    case VERDICT_OLDER:
        ok = step_back(m, event, now_ms, out, e);
        seen = out->held ? "still older than what is on air, held for the desk"
                         : "still older than what is on air";
        break;
    case VERDICT_EMPTY:
        out->held = true;
        seen = "still nothing but zeros";
        break;
    case VERDICT_REJECTED:
        seen = "still the bytes that the desk rejected";
        break;
    default:
        out->verdict = VERDICT_UNCHANGED;
        succeed(m, f, now_ms);
        ok = feed_step_up(m, event->source, event->file, out, e);
    }
    if (seen)
        out->text = report_text(out, out->verdict, seen);
    feed_say(f, out->verdict, out->text);
    return ok;
}

void feed_failed(struct model *m, uint32_t source, uint32_t file, enum verdict verdict,
                 struct slice text)
{
    file_of(m, source, file)->unasked = false;
    feed_say(file_of(m, source, file), verdict, text);
}

bool feed_fresh(const struct model *m, uint32_t source, uint32_t file, int64_t now_ms)
{
    const struct feed_file *f = file_of(m, source, file);
    int64_t after = m->settings->sources[source].stale_after_ms;

    return f->last_success_ms != WHEN_UNKNOWN &&
           (after <= 0 || now_ms - f->last_success_ms <= after);
}

/* ---- a payload as a whole ---- */

/* What judging a payload needs. */
struct payload {
    struct model *m;
    struct feed *feed;
    struct feed_file *file;
    const struct event *event;
    int64_t now_ms, own_ms;
    int64_t date;
    enum feed_day day;
    struct slice version;
    enum ruling ruling; /* the desk's, of all of it */
    bool ours;          /* one of our own copies, judged anew: that it was on air is no news */
    struct feed_report *r;
};

static bool say(struct payload *p, enum verdict v, struct slice seen, struct err *e)
{
    struct slice text = seen.ptr ? report_text(p->r, v, seen.ptr) : seen;

    p->r->verdict = v;
    p->r->text = text;
    if (!text.ptr)
        return err_set(e, ERR_DATA, "no memory to say what a payload is");
    feed_say(p->file, v, text);
    return true;
}

/* Is this another watch's data? *done: it is, and that is said. */
static bool check_identity(struct payload *p, bool *done, struct err *e)
{
    const struct results_header *h = p->event->batch->head;
    enum mode mode = p->m->settings->mode;
    struct slice stated = results_text(p->event->batch, h->election_date);

    *done = true;
    if ((mode == MODE_LIVE && h->test == 1) || (mode == MODE_TEST && h->test == 0))
        return say(p, VERDICT_WRONG_MODE,
                   arena_printf(p->r->arena, "the feed says %s data, we are %s",
                                h->test ? "test" : "real", mode_name(mode)),
                   e);
    p->day = days_of(p->m, stated, p->event->received_ms, &p->date);
    if (!days_ours(p->m, p->date)) {
        char ours[11];
        when_format_date(p->m->settings->date, ours);
        return say(p, VERDICT_WRONG_DATE,
                   arena_printf(p->r->arena,
                                "the feed's election day is %.*s, [election] dates has %s",
                                SLICE_FMT(stated), ours),
                   e);
    }
    *done = p->ruling == RULING_REJECTED;
    return !*done || say(p, VERDICT_REJECTED, SLICE("the same bytes were rejected by the desk"), e);
}

/* a < b as version numbers; what is no number does not order. */
static bool version_less(struct slice a, struct slice b)
{
    int64_t x, y;

    return num_parse(a, 0, INT64_MAX, &x) && num_parse(b, 0, INT64_MAX, &y) && x < y;
}

static bool is_newer(const struct payload *p)
{
    const struct feed_file *f = p->file;

    return version_less(f->version, p->version) ||
           (p->own_ms != WHEN_UNKNOWN && f->own_time_ms != WHEN_UNKNOWN &&
            p->own_ms > f->own_time_ms);
}

static struct slice why_older(struct payload *p)
{
    const struct feed_file *f = p->file;

    if (!f->seen)
        return SLICE("");
    if (p->own_ms != WHEN_UNKNOWN && f->own_time_ms != WHEN_UNKNOWN && p->own_ms < f->own_time_ms) {
        int64_t behind = (f->own_time_ms - p->own_ms + WHEN_SECOND - 1) / WHEN_SECOND;
        return arena_printf(p->r->arena, "by its own time %" PRId64 " s older than what is on air",
                            behind);
    }
    if (version_less(p->version, f->version))
        return arena_printf(p->r->arena, "its version is %.*s, on air is %.*s",
                            SLICE_FMT(p->version), SLICE_FMT(f->version));
    /* A feed that takes its mistake back may say again what it said before it; that, too, is how
     * a hold ends. */
    if (!p->ours && !is_newer(p) &&
        !p->event->batch->head->delta && /* "nothing changed" may be said often */
        !take_holds(p->feed, p->event->file) &&
        once_on_air(p->feed, p->event->file, p->event->digest))
        return arena_printf(p->r->arena, "the same bytes were on air before, and newer ones since");
    return SLICE("");
}

/* Is it what is on air, or older? *done: it is, and that is said. */
static bool check_order(struct payload *p, bool *done, struct err *e)
{
    *done = false;
    if (p->event->restored)
        return true;
    if (p->file->seen && digest_eq(p->event->digest, p->file->digest)) {
        *done = true;
        succeed(p->m, p->file, p->now_ms);
        if (!feed_step_up(p->m, p->event->source, p->event->file, p->r, e))
            return false;
        if (!version_less(p->version, p->file->version) && p->version.len)
            p->file->version = feed_version(p->file, p->version);
        return say(p, VERDICT_UNCHANGED, SLICE("the same bytes"), e);
    }
    if (p->ruling == RULING_ACCEPTED)
        return true;
    struct slice why = why_older(p);
    if (!why.len)
        return why.ptr || err_set(e, ERR_DATA, "no memory to say what a payload is");
    *done = true;
    if (!step_back(p->m, p->event, p->now_ms, p->r, e))
        return false;
    if (p->r->held)
        why = arena_printf(p->r->arena, "%.*s; held for the desk", SLICE_FMT(why));
    return say(p, VERDICT_OLDER, why, e);
}

static bool on_air_has_votes(const struct payload *p)
{
    size_t at = 0;
    void *value;

    while (map_next(p->feed->contests, &at, NULL, &value)) {
        const struct feed_contest *c = value;
        for (uint32_t i = 0; c->file == p->event->file && c->unit_count && i < c->choice_count; i++)
            if (c->units[0].votes[i] > 0)
                return true;
    }
    return false;
}

/* Everything zero where votes are on air? A delta may be so. */
static bool is_zeroed(const struct payload *p, const struct intake *plan)
{
    return !plan->votes && !p->event->restored && !p->event->batch->head->delta &&
           p->ruling != RULING_ACCEPTED && on_air_has_votes(p);
}

/* Keep the payload's bytes until the clock passes. */
static bool wait_for(struct payload *p, int64_t until, struct err *e)
{
    p->file->own->until = until;
    return feed_keep(&p->file->own->waiting, p->event, p->version, e);
}

static bool say_early(struct payload *p, const struct intake *plan, struct err *e)
{
    char room[128];
    struct buf close;

    buf_init_over(&close, room, sizeof room);
    local_time_write(p->m->settings, plan->first_close, &close);
    struct slice text =
        arena_printf(p->r->arena, "votes before polls close at %.*s", SLICE_FMT(buf_slice(&close)));
    p->r->held = true;
    return wait_for(p, plan->next_close, e) && say(p, VERDICT_EARLY, text, e);
}

static void put_on_air(struct payload *p, bool early)
{
    struct feed_file *f = p->file;

    /* What was kept over a restart is as old as it is. */
    succeed(p->m, f, p->event->restored || p->ruling ? p->event->received_ms : p->now_ms);
    f->unasked = p->event->restored;
    if (!f->seen || !digest_eq(f->digest, p->event->digest))
        f->last_change_ms = p->event->received_ms;
    f->seen = true;
    f->digest = p->event->digest;
    f->status = (enum results_status)p->event->batch->head->status;
    if (p->own_ms != WHEN_UNKNOWN)
        f->own_time_ms = p->own_ms;
    if (p->version.len)
        f->version = feed_version(f, p->version);
    f->own->early_ms = early ? p->now_ms : WHEN_NEVER;
    remember(p->feed, p->event->file, p->event->digest);
}

/* Most of the next payload will be word for word what this one is, at the same places. */
static void keep_order(struct payload *p, const struct intake *plan)
{
    struct feed_file *f = p->file;
    uint32_t count = p->event->batch->head->contests;
    struct feed_contest **order = realloc(f->order, (count + 1) * sizeof(*order));

    f->order_count = order ? count : 0;
    f->order = order ? order : f->order;
    for (uint32_t i = 0; i < f->order_count; i++)
        order[i] = plan->contests[i].c;
}

/* Take the contests, then say what that was. */
static bool take_all(struct payload *p, struct intake *plan, struct err *e)
{
    const struct results_header *h = p->event->batch->head;
    struct take_missing missing = {0};

    p->r->used = true;
    feed_drop(&p->file->own->waiting);
    if (plan->early && !wait_for(p, plan->next_close, e))
        return false;
    for (uint32_t i = 0; i < h->contests; i++)
        if (!take_contest(plan, &plan->contests[i], p->r, e))
            return false;
    if (!take_problems(plan, p->r, e) || (!h->delta && !take_missing(plan, p->r, &missing, e)) ||
        !feed_step_up(p->m, p->event->source, p->event->file, p->r, e))
        return false;
    put_on_air(p, plan->early);
    keep_order(p, plan);
    p->r->keep = !plan->early && take_settled(p->feed, p->event->file);
    p->r->held = !p->r->keep;
    if (!missing.gone)
        return say(p, VERDICT_ACCEPTED,
                   arena_printf(p->r->arena, COUNTED, COUNT_OF(h->contests, "contest", "contests")),
                   e);
    if (!say(p, VERDICT_ROSTER,
             arena_printf(p->r->arena, COUNTED " no longer in the feed, the first is %.*s",
                          COUNT_OF(missing.gone, "contest is", "contests are"),
                          SLICE_FMT(report_contest(missing.first))),
             e))
        return false;
    if (!missing.newly) /* said when they went; the file goes on showing it */
        p->r->verdict = VERDICT_ACCEPTED;
    return true;
}

/* The desk accepted contests of a payload that was kept, or all of it. */
static bool take_ruled(struct payload *p, struct intake *plan, struct err *e)
{
    const struct results_header *h = p->event->batch->head;
    struct take_missing missing;

    for (uint32_t i = 0; i < h->contests; i++)
        if (plan->contests[i].ruling == RULING_ACCEPTED &&
            !take_contest(plan, &plan->contests[i], p->r, e))
            return false;
    if (p->ruling != RULING_ACCEPTED) {
        bool aside = !digest_eq(p->event->digest, p->file->digest);
        for (uint32_t i = 0; i < h->contests; i++)
            if (plan->contests[i].ruling == RULING_ACCEPTED && plan->contests[i].c)
                plan->contests[i].c->apart |= aside;
        return true;
    }
    if (!h->delta && !take_missing(plan, p->r, &missing, e))
        return false;
    put_on_air(p, plan->early);
    feed_say(p->file, VERDICT_CORRECTED, p->r->text);
    return feed_step_up(p->m, p->event->source, p->event->file, p->r, e);
}

static bool say_zeroed(struct payload *p, struct err *e)
{
    return zeroed(p->m, p->event->source, p->event->file, p->r, e) &&
           say(p, VERDICT_EMPTY, SLICE("every figure of the payload is zero or missing"), e);
}

/* One of our own payloads, as it was taken before: no new judgement. What was held of it, rejected,
 * missing or bad the memo has. */
static bool take_again(struct payload *p, struct intake *plan, struct err *e)
{
    if (p->event->standing == PAYLOAD_ASIDE)
        return true;
    p->r->used = true;
    for (uint32_t i = 0; i < p->event->batch->head->contests; i++)
        if (!take_contest(plan, &plan->contests[i], p->r, e))
            return false;
    put_on_air(p, plan->early);
    return true;
}

static bool judge(struct payload *p, enum feed_why why, struct err *e)
{
    const struct feed_memo *memo = p->event->restored ? p->file->own->memo : NULL;
    bool done = false;
    struct intake plan = {.m = p->m,
                          .feed = p->feed,
                          .event = p->event,
                          .batch = p->event->batch,
                          .scratch = p->r->arena,
                          .now_ms = memo ? p->file->own->memo->early_ms : p->now_ms,
                          .own_ms = p->own_ms};

    if (!check_identity(p, &done, e) || done)
        return e->kind == ERR_NONE;
    plan.date = p->date;
    plan.day = p->day;
    if (!intake_fill(&plan, e))
        return false;
    if (memo)
        return take_again(p, &plan, e);
    if (why == FEED_RULED)
        return take_ruled(p, &plan, e);
    if (plan.early && p->now_ms < plan.first_close)
        return say_early(p, &plan, e);
    /* One that waited may be what is on air, but for the votes that waited. */
    if ((why == FEED_CAME || !digest_eq(p->event->digest, p->file->digest)) &&
        (!check_order(p, &done, e) || done))
        return e->kind == ERR_NONE;
    return is_zeroed(p, &plan) ? say_zeroed(p, e) : take_all(p, &plan, e);
}

/* What the desk may be asked about is kept: the newest payload of which something is held. */
static bool keep_held(struct payload *p, struct err *e)
{
    struct feed_kept *held = &p->file->own->held;

    if (p->r->held && p->r->verdict != VERDICT_EARLY &&
        (p->file->doubt != VERDICT_ACCEPTED || take_holds(p->feed, p->event->file)))
        return feed_keep(held, p->event, p->version, e);
    if (p->r->keep)
        feed_drop(held);
    return true;
}

bool feed_judge(struct model *m, const struct event *event, enum feed_why why, int64_t now_ms,
                struct feed_report *out, struct err *e)
{
    const struct results_header *h = event->batch->head;
    struct payload p = {
        .m = m, .event = event, .now_ms = now_ms, .own_ms = h->own_time_ms, .r = out};

    e->kind = ERR_NONE;
    out->digest = event->digest;
    p.feed = &m->feeds[event->source];
    p.file = file_of(m, event->source, event->file);
    p.version = event->version.len ? event->version : results_text(event->batch, h->version);
    if (p.own_ms != WHEN_UNKNOWN && p.own_ms > event->received_ms + m->settings->guards.future_ms)
        p.own_ms = WHEN_UNKNOWN;
    p.ours = event->standing != PAYLOAD_WHOLE;
    p.ruling = intake_ruling(p.feed, event->file, event->digest, SLICE(""), out->arena);
    return judge(&p, why, e) && (why == FEED_RULED || keep_held(&p, e));
}

bool feed_take(struct model *m, const struct event *event, int64_t now_ms, struct feed_report *out,
               struct err *e)
{
    *out = (struct feed_report){.arena = out->arena, .source = event->source, .file = event->file};
    if (!in_range(m, event->source, event->file, e))
        return false;
    struct feed_file *f = file_of(m, event->source, event->file);
    struct event came = *event;

    f->unasked &= event->restored;
    if (!f->own->memo)
        came.restored &= event->standing == PAYLOAD_WHOLE;
    if (!memo_tell(m, event->source, event->file, out, e) ||
        !feed_judge(m, &came, event->again ? FEED_AGAIN : FEED_CAME, now_ms, out, e))
        return false;
    f->unasked |= event->restored && out->used;
    if (!event->restored || !f->own->memo)
        return true;
    struct slice version = event->version;
    if (!version.len)
        version = results_text(event->batch, event->batch->head->version);
    out->verdict = f->own->memo->verdict;
    out->text = f->own->memo->verdict_text;
    return memo_settle(m, event, version, e);
}

/* ---- the clock ---- */

/* Of one file: figures that polls which were moved take off the air, or let on it; else a payload
 * that has waited long enough. */
static bool tick_file(struct model *m, uint32_t source, uint32_t file, int64_t now_ms,
                      struct feed_report *out, bool *judged, struct err *e)
{
    struct feed_own *own = file_of(m, source, file)->own;
    struct results batch;
    struct event event;

    *out = (struct feed_report){.arena = out->arena, .source = source, .file = file};
    out->text = SLICE("polls close at another time, or have closed");
    if (own->closes <= now_ms && !early_look(m, source, file, now_ms, &own->closes, out, e))
        return false;
    *judged = out->change_count > 0;
    if (*judged || !own->waiting.batch || own->until > now_ms)
        return true;
    struct feed_kept kept = own->waiting;
    own->waiting.batch = NULL; /* judging may keep it again, as a copy */
    *judged = true;
    bool ok =
        feed_open(&kept, &batch, &event, e) && feed_judge(m, &event, FEED_AGAIN, now_ms, out, e);
    feed_drop(&kept);
    return ok;
}

bool feed_tick(struct model *m, int64_t now_ms, struct feed_report *out, bool *judged,
               struct err *e)
{
    *judged = false;
    for (uint32_t s = 0; s < m->settings->source_count; s++)
        for (uint32_t k = 0; k < files_of(m, s) && !*judged; k++)
            if (!tick_file(m, s, k, now_ms, out, judged, e))
                return false;
    return true;
}

void feed_polls_moved(struct model *m)
{
    void *value;

    for (uint32_t s = 0; s < m->settings->source_count; s++) {
        for (uint32_t k = 0; k < files_of(m, s); k++)
            file_of(m, s, k)->own->until = file_of(m, s, k)->own->closes = 0;
        for (size_t at = 0; map_next(m->feeds[s].contests, &at, NULL, &value);)
            ((struct feed_contest *)value)->settled = (struct digest){0, 0};
    }
}

int64_t feed_next_tick(const struct model *m, int64_t now_ms)
{
    int64_t next = WHEN_NEVER;

    for (uint32_t s = 0; s < m->settings->source_count; s++) {
        for (uint32_t k = 0; k < files_of(m, s); k++) {
            const struct feed_own *own = file_of(m, s, k)->own;
            if (own->waiting.batch && own->until < next)
                next = own->until;
            if (own->closes < next)
                next = own->closes;
        }
    }
    return next < now_ms ? now_ms : next;
}
