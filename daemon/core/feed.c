/* SPDX-License-Identifier: ISC */
/* What each source says: payloads judged as a whole, and the files they come from. */
#include "daemon/core/feed.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/base/buf.h"
#include "daemon/base/num.h"
#include "daemon/base/when.h"
#include "daemon/core/local_time.h"
#include "daemon/core/report.h"
#include "daemon/core/take.h"

enum {
    CONTESTS_MAX = 50000,
    NAMES_MAX = 500000,
    DIGESTS_MAX = 200000, /* payloads of one source: a month of one every 13 s */
    TEXT_ROOM = 500,
    DIGEST_KEY = 48,
};
#define FEED_MEMORY ((size_t)256 << 20)

struct feed_own {
    char text[TEXT_ROOM]; /* feed_file.verdict_text */
    int64_t older_since;  /* since when only older payloads come; WHEN_UNKNOWN: they do not */
    char version[64];     /* feed_file.version */
    /* A payload with votes before polls close, to be judged again. */
    char *batch; /* NULL: none */
    size_t batch_len;
    struct event event; /* without batch; its version lies in event_version */
    char event_version[64];
    int64_t until; /* the next close it waits for */
};

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
    f->memory = arena_new(FEED_MEMORY);
    if (!f->files || !f->contests || !f->names || !f->digests || !f->memory)
        return false;
    for (size_t i = 0; i < files; i++) {
        f->files[i].last_success_ms = WHEN_UNKNOWN;
        f->files[i].last_change_ms = WHEN_UNKNOWN;
        f->files[i].own_time_ms = WHEN_UNKNOWN;
        f->files[i].own = calloc(1, sizeof(struct feed_own));
        if (!f->files[i].own)
            return false;
        f->files[i].own->older_since = WHEN_UNKNOWN;
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
            if (f->files[k].own)
                free(f->files[k].own->batch);
            free(f->files[k].own);
        }
        free(f->files);
        map_free(f->contests);
        map_free(f->names);
        map_free(f->digests);
        arena_free(f->memory);
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

static void set_verdict(struct feed_file *f, enum verdict v, struct slice text)
{
    f->verdict = v;
    f->verdict_text = keep_text(f->own->text, sizeof(f->own->text), text);
}

static void succeed(struct model *m, struct feed_file *f, int64_t now_ms)
{
    f->last_success_ms = now_ms;
    f->unasked = false;
    if (m->checked_ms == WHEN_UNKNOWN || m->checked_ms < now_ms)
        m->checked_ms = now_ms;
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
    if (f->stepped_back)
        return true;
    f->stepped_back = true;
    return report_note(r, NULL, NULL, VERDICT_OLDER, e,
                       "only older payloads for %lld min: held for the desk",
                       (long long)(since / WHEN_MINUTE)) &&
           doubt_changed(&m->feeds[event->source], event->file, r, e);
}

/* It serves what is on air, or newer. */
static bool step_up(struct model *m, const struct event *event, struct feed_report *r,
                    struct err *e)
{
    struct feed_file *f = file_of(m, event->source, event->file);
    bool was = f->stepped_back;

    f->own->older_since = WHEN_UNKNOWN;
    f->stepped_back = false;
    return !was || doubt_changed(&m->feeds[event->source], event->file, r, e);
}

bool feed_unchanged(struct model *m, const struct event *event, int64_t now_ms,
                    struct feed_report *out, struct err *e)
{
    struct feed_file *f = file_of(m, event->source, event->file);

    *out = (struct feed_report){
        .arena = out->arena, .source = event->source, .file = event->file, .text = SLICE("")};
    if (f->own->older_since != WHEN_UNKNOWN && !digest_eq(event->digest, f->digest)) {
        bool ok = step_back(m, event, now_ms, out, e);
        out->verdict = VERDICT_OLDER;
        out->text = out->held ? SLICE("still older than what is on air; held for the desk")
                              : SLICE("still older than what is on air");
        set_verdict(f, out->verdict, out->text);
        return ok;
    }
    out->verdict = VERDICT_UNCHANGED;
    succeed(m, f, now_ms);
    set_verdict(f, out->verdict, out->text);
    return step_up(m, event, out, e);
}

void feed_failed(struct model *m, uint32_t source, uint32_t file, enum verdict verdict,
                 struct slice text)
{
    file_of(m, source, file)->unasked = false;
    set_verdict(file_of(m, source, file), verdict, text);
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
    struct slice version;
    struct feed_report *r;
};

static bool say(struct payload *p, enum verdict v, struct slice text, struct err *e)
{
    p->r->verdict = v;
    p->r->text = text;
    if (!text.ptr)
        return err_set(e, ERR_DATA, "no memory to say what a payload is");
    set_verdict(p->file, v, text);
    return true;
}

static bool date_is_ours(const struct model *m, int64_t date)
{
    if (date == m->settings->date)
        return true;
    for (size_t i = 0; m->endorsed && i < m->endorsed->count; i++)
        if (m->endorsed->list[i].date == date)
            return true;
    return false;
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
    p->date = p->m->settings->date;
    if (when_parse_date(stated, &p->date) && !date_is_ours(p->m, p->date)) {
        char ours[11];
        when_format_date(p->m->settings->date, ours);
        return say(p, VERDICT_WRONG_DATE,
                   arena_printf(p->r->arena,
                                "the feed's election day is %.*s, [election] dates has %s",
                                SLICE_FMT(stated), ours),
                   e);
    }
    *done = false;
    return true;
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
    if (!is_newer(p) && !p->event->batch->head->delta && /* "nothing changed" may be said often */
        !take_holds(p->feed, p->event->file) &&
        once_on_air(p->feed, p->event->file, p->event->digest))
        return arena_printf(p->r->arena, "the same bytes were on air before, and newer ones since");
    return SLICE("");
}

/* Is it what is on air, or older? *done: it is, and that is said. */
static bool check_order(struct payload *p, bool *done, struct err *e)
{
    struct feed_own *own = p->file->own;

    *done = false;
    if (p->event->restored)
        return true;
    if (p->file->seen && digest_eq(p->event->digest, p->file->digest)) {
        *done = true;
        succeed(p->m, p->file, p->now_ms);
        if (!step_up(p->m, p->event, p->r, e))
            return false;
        if (!version_less(p->version, p->file->version) && p->version.len)
            p->file->version = keep_text(own->version, sizeof(own->version), p->version);
        return say(p, VERDICT_UNCHANGED, SLICE("the same bytes"), e);
    }
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

static void drop_waiting(struct feed_own *own)
{
    free(own->batch);
    own->batch = NULL;
}

/* Keep the payload's bytes until the clock passes. */
static bool wait_for(struct payload *p, int64_t until, struct err *e)
{
    struct feed_own *own = p->file->own;
    const struct results_header *h = p->event->batch->head;
    char *copy = malloc(h->bytes);

    if (!copy)
        return err_set(e, ERR_BUG, "no memory to keep a payload until polls close");
    memcpy(copy, h, h->bytes);
    drop_waiting(own);
    own->batch = copy;
    own->batch_len = h->bytes;
    own->event = *p->event;
    own->event.batch = NULL;
    own->event.version = keep_text(own->event_version, sizeof(own->event_version), p->version);
    own->until = until;
    return true;
}

static bool say_early(struct payload *p, const struct intake *plan, struct err *e)
{
    struct buf close;

    buf_init(&close, 128);
    local_time_write(p->m->settings, plan->first_close, &close);
    struct slice text =
        arena_printf(p->r->arena, "votes before polls close at %.*s", SLICE_FMT(buf_slice(&close)));
    buf_done(&close);
    p->r->held = true;
    return wait_for(p, plan->next_close, e) && say(p, VERDICT_EARLY, text, e);
}

static void put_on_air(struct payload *p)
{
    struct feed_file *f = p->file;

    /* What was kept over a restart is as old as it is. */
    succeed(p->m, f, p->event->restored ? p->event->received_ms : p->now_ms);
    f->unasked = p->event->restored;
    if (!f->seen || !digest_eq(f->digest, p->event->digest))
        f->last_change_ms = p->event->received_ms;
    f->seen = true;
    f->digest = p->event->digest;
    f->status = (enum results_status)p->event->batch->head->status;
    if (p->own_ms != WHEN_UNKNOWN)
        f->own_time_ms = p->own_ms;
    if (p->version.len)
        f->version = keep_text(f->own->version, sizeof(f->own->version), p->version);
    remember(p->feed, p->event->file, p->event->digest);
}

/* Take the contests, then say what that was. */
static bool take_all(struct payload *p, struct intake *plan, struct err *e)
{
    const struct results_header *h = p->event->batch->head;
    struct take_missing missing = {0};

    p->r->used = true;
    drop_waiting(p->file->own);
    if (plan->early && !wait_for(p, plan->next_close, e))
        return false;
    for (uint32_t i = 0; i < h->contests; i++)
        if (!take_contest(plan, &plan->contests[i], p->r, e))
            return false;
    if (!take_problems(plan, p->r, e) || (!h->delta && !take_missing(plan, p->r, &missing, e)) ||
        !step_up(p->m, p->event, p->r, e))
        return false;
    put_on_air(p);
    p->r->keep = !plan->early && take_settled(p->feed, p->event->file);
    p->r->held = !p->r->keep;
    if (!missing.gone)
        return say(p, VERDICT_ACCEPTED, arena_printf(p->r->arena, "%u contests", h->contests), e);
    if (!say(p, VERDICT_ROSTER,
             arena_printf(p->r->arena, "%u contests are no longer in the feed, the first is %.*s",
                          missing.gone, SLICE_FMT(report_contest(missing.first))),
             e))
        return false;
    if (!missing.newly) /* said when they went; the file goes on showing it */
        p->r->verdict = VERDICT_ACCEPTED;
    return true;
}

static bool judge(struct payload *p, bool again, struct err *e)
{
    bool done = false;
    struct intake plan = {.m = p->m,
                          .feed = p->feed,
                          .event = p->event,
                          .batch = p->event->batch,
                          .scratch = p->r->arena,
                          .now_ms = p->now_ms,
                          .own_ms = p->own_ms};

    if (!check_identity(p, &done, e) || done)
        return e->kind == ERR_NONE;
    plan.date = p->date;
    if (!intake_fill(&plan, e))
        return false;
    if (plan.early && p->now_ms < plan.first_close)
        return say_early(p, &plan, e);
    /* One that waited may be what is on air, but for the votes that waited. */
    if ((!again || !digest_eq(p->event->digest, p->file->digest)) &&
        (!check_order(p, &done, e) || done))
        return e->kind == ERR_NONE;
    if (!plan.votes && !p->event->restored && !p->event->batch->head->delta &&
        on_air_has_votes(p)) {
        p->r->held = true;
        return say(p, VERDICT_EMPTY, SLICE("every figure of the payload is zero or missing"), e);
    }
    return take_all(p, &plan, e);
}

static bool take_event(struct model *m, const struct event *event, int64_t now_ms, bool again,
                       struct feed_report *out, struct err *e)
{
    const struct results_header *h = event->batch->head;
    struct payload p = {
        .m = m, .event = event, .now_ms = now_ms, .own_ms = h->own_time_ms, .r = out};

    *out = (struct feed_report){.arena = out->arena, .source = event->source, .file = event->file};
    e->kind = ERR_NONE;
    if (!in_range(m, event->source, event->file, e))
        return false;
    p.feed = &m->feeds[event->source];
    p.file = file_of(m, event->source, event->file);
    p.version = event->version.len ? event->version : results_text(event->batch, h->version);
    if (p.own_ms != WHEN_UNKNOWN && p.own_ms > event->received_ms + m->settings->guards.future_ms)
        p.own_ms = WHEN_UNKNOWN;
    return judge(&p, again, e);
}

bool feed_take(struct model *m, const struct event *event, int64_t now_ms, struct feed_report *out,
               struct err *e)
{
    file_of(m, event->source, event->file)->unasked &= event->restored;
    return take_event(m, event, now_ms, event->again, out, e);
}

/* ---- the clock ---- */

bool feed_tick(struct model *m, int64_t now_ms, struct feed_report *out, bool *judged,
               struct err *e)
{
    *judged = false;
    for (uint32_t s = 0; s < m->settings->source_count; s++) {
        for (uint32_t k = 0; k < files_of(m, s); k++) {
            struct feed_own *own = file_of(m, s, k)->own;
            struct results batch;
            if (!own->batch || own->until > now_ms)
                continue;
            struct slice bytes = {own->batch, own->batch_len};
            struct event event = own->event;
            char version[sizeof(own->event_version)];
            event.version = keep_text(version, sizeof(version), event.version);
            event.batch = &batch;
            own->batch = NULL; /* judging may keep it again, as a copy */
            *judged = true;
            bool ok = results_open(bytes, &batch, e) && take_event(m, &event, now_ms, true, out, e);
            free((char *)(uintptr_t)bytes.ptr);
            return ok;
        }
    }
    return true;
}

int64_t feed_next_tick(const struct model *m, int64_t now_ms)
{
    int64_t next = WHEN_NEVER;

    for (uint32_t s = 0; s < m->settings->source_count; s++) {
        for (uint32_t k = 0; k < files_of(m, s); k++) {
            const struct feed_own *own = file_of(m, s, k)->own;
            if (own->batch && own->until < next)
                next = own->until;
        }
    }
    return next < now_ms ? now_ms : next;
}
