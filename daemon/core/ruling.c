/* SPDX-License-Identifier: ISC */
/* The desk's word on what a source's guards hold. */
#include "daemon/core/ruling.h"

#include "daemon/base/counted.h"
#include "daemon/base/when.h"
#include "daemon/core/early.h"
#include "daemon/core/feed_own.h"
#include "daemon/core/held.h"
#include "daemon/core/take.h"

static bool full(struct err *e)
{
    return err_set(e, ERR_DATA, "no memory for what the desk ruled");
}

static enum verdict_class class_of(enum verdict v)
{
    return verdict_info[v].class;
}

/* What a ruling is about and where it goes. */
struct case_at_hand {
    struct model *m;
    struct feed *feed;
    struct feed_file *file;
    struct slice contest;
    bool accept;
    bool whole;                 /* the payload itself is held, and all of it is meant */
    struct feed_contest **list; /* in the order of the feed's contests */
    size_t count;
    int64_t now_ms;
    struct feed_report *r;
};

/* ---- which contests ---- */

static bool is_held(const struct feed_contest *c)
{
    return class_of(c->doubt) == CLASS_HOLD || c->doubt == VERDICT_OLDER;
}

static bool is_named(const struct feed_contest *c, struct slice words)
{
    if (!words.len || slice_eq(c->id, words) || slice_eq_nocase(c->text, words))
        return true;
    if (!c->county.len || words.len <= c->county.len || words.ptr[c->county.len] != '/' ||
        !slice_eq_nocase(slice_sub(words, 0, c->county.len), c->county))
        return false;
    words = slice_sub(words, c->county.len + 1, words.len);
    return slice_eq(c->id, words) || slice_eq_nocase(c->text, words);
}

static bool find_contests(struct case_at_hand *k, struct err *e)
{
    size_t at = 0;
    void *value;

    k->list =
        arena_array(k->r->arena, map_count(k->feed->contests) + 1, sizeof(struct feed_contest *));
    if (!k->list)
        return full(e);
    while (map_next(k->feed->contests, &at, NULL, &value)) {
        struct feed_contest *c = value;
        /* Where the payload as a whole is held its contests are, each for itself, on request. */
        bool held = is_held(c) || (k->contest.len && k->file->doubt != VERDICT_ACCEPTED);
        if (c->file == k->r->file && held && is_named(c, k->contest))
            k->list[k->count++] = c;
    }
    struct slice name = k->m->settings->sources[k->r->source].name;
    if (!k->count && !k->whole)
        return err_set(
            e, ERR_NO,
            "nothing of %.*s that this names is held: `tallyctl source held` lists what is",
            SLICE_FMT(name));
    if (k->contest.len && k->count > 1)
        return err_set(e, ERR_USAGE,
                       "%zu held contests of %.*s are called %.*s: say COUNTY/%.*s, or its id",
                       k->count, SLICE_FMT(name), SLICE_FMT(k->contest), SLICE_FMT(k->contest));
    return true;
}

/* ---- rulings ---- */

static bool put(struct feed *f, const struct feed_ruling *ruling, struct arena *scratch,
                struct err *e)
{
    struct slice key = intake_ruling_key(ruling->file, ruling->digest, ruling->contest, scratch);

    struct feed_ruling *kept = arena_alloc(f->memory, sizeof(*kept));

    if (!key.ptr || !kept)
        return full(e);
    kept->accept = ruling->accept; /* the rest is the key */
    return map_put(f->rulings, key, kept) || full(e);
}

static bool rule(struct case_at_hand *k, struct digest digest, struct slice contest, struct err *e)
{
    struct feed_ruling ruling = {.source = k->r->source,
                                 .file = k->r->file,
                                 .digest = digest,
                                 .contest = contest,
                                 .accept = k->accept};

    return put(k->feed, &ruling, k->r->arena, e) && report_ruling(k->r, &ruling, e);
}

static struct slice key_of(struct feed_contest *const *c)
{
    return (struct slice){(const char *)c, sizeof(struct feed_contest *)};
}

static const char left_why[] = "the payload with the new choices of %.*s is not kept: accept it "
                               "when the feed says it once more";

/* Is there anything to accept: contests of the payload at hand, or figures that wait of an earlier
 * one? Asked before anything changes. */
static bool may_accept(const struct case_at_hand *k, size_t reached, struct err *e)
{
    for (size_t i = 0; i < k->count; i++)
        for (uint32_t u = 0; u < k->list[i]->unit_count; u++) {
            const struct feed_hold *hold = &k->list[i]->units[u].hold;
            reached += hold->why != VERDICT_ACCEPTED && hold->votes;
        }
    return !k->accept || k->whole || reached > 0 ||
           err_set(e, ERR_AGAIN, left_why, SLICE_FMT(report_contest(k->list[0])));
}

/* Of the plan only the contests that are meant stay. How many can be taken now? */
static bool reach(const struct case_at_hand *k, const struct intake *plan, size_t *reached,
                  struct err *e)
{
    struct map *listed = map_new(SIZE_MAX, false);
    bool ok = listed || full(e);

    *reached = 0;
    for (size_t i = 0; ok && i < k->count; i++)
        ok = map_put(listed, key_of(&k->list[i]), k->list[i]) || full(e);
    for (uint32_t i = 0; ok && i < plan->batch->head->contests; i++) {
        struct intake_contest *pc = &plan->contests[i];
        if (pc->c && !map_has(listed, key_of(&pc->c)))
            pc->c = NULL;
        *reached += pc->c && !pc->early;
    }
    map_free(listed);
    return ok;
}

/* One for each contest of the kept payload that is meant, behind `all` of it. */
static bool rule_contests(struct case_at_hand *k, const struct event *event, bool all,
                          struct err *e)
{
    struct intake plan = {.m = k->m,
                          .feed = k->feed,
                          .event = event,
                          .batch = event->batch,
                          .scratch = k->r->arena,
                          .now_ms = k->now_ms,
                          .own_ms = WHEN_UNKNOWN,
                          .date = k->m->settings->date};
    size_t reached;

    bool ok = intake_fill(&plan, e) && reach(k, &plan, &reached, e) && may_accept(k, reached, e) &&
              (!all || rule(k, event->digest, SLICE(""), e));
    for (uint32_t i = 0; ok && i < event->batch->head->contests; i++) {
        const struct intake_contest *pc = &plan.contests[i];
        if (!pc->c)
            continue;
        struct slice key = intake_payload_key(&plan, pc->in);
        ok = key.ptr ? rule(k, event->digest, key, e) : full(e);
    }
    return ok;
}

bool ruling_restore(struct model *m, const struct feed_ruling *ruling, struct err *e)
{
    if (ruling->source >= m->settings->source_count)
        return err_set(e, ERR_BUG, "a ruling on source %u of %zu", ruling->source,
                       m->settings->source_count);
    return put(&m->feeds[ruling->source], ruling, m->strings, e);
}

/* ---- what follows ---- */

/* What waits of a contest the payload at hand does not have: of an earlier one. */
static bool release(struct case_at_hand *k, struct feed_contest *c, struct err *e)
{
    unsigned what = take_release(c, k->accept);

    if (!what)
        return true;
    if (!k->accept)
        return report_note(k->r, c, NULL, VERDICT_REJECTED, e, "rejected by the desk") &&
               report_change(k->r, c, what, e);
    return report_note(k->r, c, NULL, VERDICT_CORRECTED, e, "accepted by the desk") &&
           report_change(k->r, c, what, e);
}

/* A payload that waits for polls to close and is not on air in any part. */
static bool waits_whole(const struct feed_file *f)
{
    return f->own->waiting.batch && !digest_eq(f->own->waiting.event.digest, f->digest);
}

static bool release_all(struct case_at_hand *k, struct err *e)
{
    for (size_t i = 0; i < k->count; i++)
        if (!release(k, k->list[i], e))
            return false;
    return true;
}

/* Contests whose new choices are in a payload that a newer one took the place of: nothing to
 * accept. */
static bool left_over(struct case_at_hand *k, struct err *e)
{
    for (size_t i = 0; i < k->count; i++)
        if (is_held(k->list[i]) && !report_note(k->r, k->list[i], NULL, k->list[i]->doubt, e,
                                                left_why, SLICE_FMT(report_contest(k->list[i]))))
            return false;
    return true;
}

static bool reject_all(struct case_at_hand *k, struct err *e)
{
    k->file->own->older_since = WHEN_UNKNOWN;
    feed_say(k->file, VERDICT_REJECTED, SLICE("rejected by the desk"));
    return feed_step_up(k->m, k->r->source, k->r->file, k->r, e);
}

/* The payload at hand, if there is one. */
static bool take_ruled(struct case_at_hand *k, const struct event *event, struct err *e)
{
    if (event)
        k->r->digest = event->digest;
    return !event || !k->accept || feed_judge(k->m, event, FEED_RULED, k->now_ms, k->r, e);
}

static bool conclude(struct case_at_hand *k, const struct event *event, struct err *e)
{
    struct feed_own *own = k->file->own;

    if (!take_ruled(k, event, e))
        return false;
    /* No word of the desk's lets on air what waits for polls to close; but `polls` does. */
    if (!release_all(k, e) || (k->accept && !left_over(k, e)) ||
        !early_look(k->m, k->r->source, k->r->file, k->now_ms, &own->closes, k->r, e) ||
        (k->whole && !k->accept && !reject_all(k, e)))
        return false;
    bool on_air = event && digest_eq(event->digest, k->file->digest);
    k->r->used = on_air;
    k->r->keep = k->accept && on_air && take_settled(k->feed, k->r->file);
    k->r->held = !k->r->keep && on_air;
    if (!k->r->held)
        feed_drop(&own->held);
    return true;
}

static bool drop_early(struct case_at_hand *k, struct err *e)
{
    struct feed_kept *waiting = &k->file->own->waiting;
    bool ok = rule(k, waiting->event.digest, SLICE(""), e);

    feed_drop(waiting);
    return ok;
}

/* The payload that is kept aside, if there is one, and what follows. */
static bool rule_kept(struct case_at_hand *k, bool all, struct err *e)
{
    struct feed_kept *held = &k->file->own->held;
    struct results batch;
    struct event event;

    if (!held->batch)
        return conclude(k, NULL, e);
    return feed_open(held, &batch, &event, e) && rule_contests(k, &event, all, e) &&
           conclude(k, &event, e);
}

/* What is to be dropped: it is gone when it is. */
static void write_dropped(const struct case_at_hand *k, struct buf *out)
{
    enum { SHOWN = 20 };

    for (size_t i = 0; i < k->count && i < SHOWN; i++) {
        buf_addz(out, "drops    ");
        held_write(k->m, k->list[i], out);
        buf_addc(out, '\n');
    }
    if (k->count > SHOWN)
        buf_addf(out, "drops    and of " COUNTED "\n",
                 COUNT_OF(k->count - SHOWN, "other contest", "other contests"));
    if (k->count == 0)
        buf_addz(out, "drops    the payload that waits\n");
}

/* Do it, and say what became of the figures. */
static bool carry_out(struct case_at_hand *k, bool all, bool early, struct err *e)
{
    struct feed_report *r = k->r;
    struct held_totals *was = held_before(k->m, r->source, r->file, r->arena);
    struct buf ruled;

    if (!was)
        return full(e);
    buf_init(&ruled, 65536);
    if (!k->accept)
        write_dropped(k, &ruled);
    r->verdict = k->accept ? VERDICT_CORRECTED : VERDICT_REJECTED;
    r->text = k->accept ? SLICE("accepted by the desk") : SLICE("rejected by the desk");
    bool ok = (!early || drop_early(k, e)) && rule_kept(k, all, e);
    if (k->accept)
        held_after(k->m, was, &ruled);
    r->ruled = arena_copy(r->arena, buf_slice(&ruled));
    buf_done(&ruled);
    return ok && (r->ruled.ptr || full(e));
}

static bool decide(struct model *m, uint32_t source, uint32_t file, struct slice contest,
                   bool accept, int64_t now_ms, struct feed_report *out, struct err *e)
{
    *out = (struct feed_report){.arena = out->arena, .source = source, .file = file};
    struct case_at_hand k = {.m = m,
                             .feed = &m->feeds[source],
                             .file = &m->feeds[source].files[file],
                             .contest = contest,
                             .accept = accept,
                             .now_ms = now_ms,
                             .r = out};
    struct feed_own *own = k.file->own;
    bool all = !contest.len && k.file->doubt != VERDICT_ACCEPTED;
    bool early = !accept && !contest.len && waits_whole(k.file);

    k.whole = all || early;
    if (!find_contests(&k, e))
        return false;
    if (!own->held.batch && !may_accept(&k, 0, e))
        return false;
    return carry_out(&k, all, early, e);
}

bool feed_accept(struct model *m, uint32_t source, uint32_t file, struct slice contest,
                 int64_t now_ms, struct feed_report *out, struct err *e)
{
    return decide(m, source, file, contest, true, now_ms, out, e);
}

bool feed_reject(struct model *m, uint32_t source, uint32_t file, struct slice contest,
                 int64_t now_ms, struct feed_report *out, struct err *e)
{
    return decide(m, source, file, contest, false, now_ms, out, e);
}
