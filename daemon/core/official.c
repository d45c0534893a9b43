/* SPDX-License-Identifier: ISC */
/* Official marks that call nothing. */
#include "daemon/core/official.h"

#include <inttypes.h>

#include "daemon/base/buf.h"
#include "daemon/base/when.h"
#include "daemon/core/early.h"
#include "daemon/core/fading.h"
#include "daemon/core/marks.h"
#include "daemon/core/offers.h"
#include "daemon/core/who.h"

static bool is_official(const struct model *m, const struct feed_contest *c)
{
    const struct settings_source *s = &m->settings->sources[c->source];

    return s->calls != CALLS_NO && slice_is(s->authority, "official");
}

/* Whose claims a note on the contest stands among; NONE: nobody of ours is in it. */
static uint32_t whose(const struct race *r, const struct feed_contest *c)
{
    for (uint32_t i = 0; r && i < r->link_count; i++)
        if (r->links[i].contest == c)
            return r->links[i].endorsement;
    return NONE;
}

static const struct race *race_of(const struct model *m, const struct feed_contest *c)
{
    return c->race == NONE ? NULL : &m->races[c->race];
}

/* When polls had closed for what the contest says: the last close of its race or, of one county's
 * contest, that county's where it is sooner. WHEN_UNKNOWN: of the race none is set. */
static int64_t close_of(const struct model *m, const struct race *r, const struct feed_contest *c)
{
    bool of_county = c->county.len > 0 || m->settings->sources[c->source].county.len > 0;
    int64_t own = early_close(m, c->source, c->state, c->county, SLICE(""), c->date);

    if (!r || (of_county && own < r->polls_close_ms))
        return own;
    return r->polls_close_ms;
}

/* When it said so first: that the same comes again, or is given back when polls have closed, makes
 * it no newer. */
static int64_t said_ms(const struct feed_contest *c)
{
    return c->changed_ms < c->received_ms ? c->changed_ms : c->received_ms;
}

/* Are two lines one person? Of a contest that is of no race the names alone say so. */
static bool are_one(const struct race *r, const struct feed_contest *c, uint32_t a, uint32_t b)
{
    return a == b || (r ? marks_one_person(r, c, a, b)
                        : who_same_text(c->choices[a].name, c->choices[b].name));
}

/* Has any line of the person of this one a winner's mark: now, or before, since polls closed? */
static bool has_won(const struct race *r, const struct feed_contest *c, uint32_t choice, bool now)
{
    for (uint32_t i = 0; i < c->choice_count; i++) {
        const struct feed_choice *x = &c->choices[i];
        if ((now ? marks_is_winner(x->mark) : x->stood) && are_one(r, c, i, choice))
            return true;
    }
    return false;
}

static bool has_moved(const struct race *r, const struct feed_contest *c)
{
    bool went = false, came = false;

    for (uint32_t i = 0; i < c->choice_count; i++) {
        const struct feed_choice *x = &c->choices[i];
        went |= x->stood && !has_won(r, c, i, true);
        came |= marks_is_winner(x->mark) && !has_won(r, c, i, false);
    }
    return went && came;
}

/* Who is marked now, for people. */
static struct slice evidence(const struct model *m, const struct feed_contest *c)
{
    uint32_t i = 0;

    while (!marks_is_winner(c->choices[i].mark) || c->choices[i].stood)
        i++;
    return calls_evidence(m, c, i);
}

bool official_watch(struct model *m, struct feed_contest *c, bool again, struct calls_look *look,
                    struct err *e)
{
    const struct race *r = race_of(m, c);
    bool ok = true;

    if (!is_official(m, c) || c->gone || verdict_info[c->doubt].class >= CLASS_HOLD)
        return true;
    int64_t close = close_of(m, r, c);
    bool speaks = close != WHEN_UNKNOWN && said_ms(c) >= close;
    if (speaks && !again && !m->feeds[c->source].advisory && has_moved(r, c)) {
        const struct fading_of of = {whose(r, c), SLICE(""), SLICE("official")};
        look->moved = c;
        ok = fading_advise(m, &of, c->source, OUTCOME_PENDING, evidence(m, c), look->now_ms, e);
    }
    for (uint32_t i = 0; i < c->choice_count; i++)
        c->choices[i].stood =
            speaks && (c->choices[i].stood || marks_is_winner(c->choices[i].mark));
    return ok;
}

/* ---- marks of before polls closed ---- */

static const char *const words[RESULTS_MARKS] = {
    [RESULTS_WON] = "won", [RESULTS_LOST] = "lost", [RESULTS_ADVANCED] = "advanced"};

/* The marks of a contest, and the votes beside them; by ids, where a feed has them: names may be
 * learned later. */
static void write_marks(const struct model *m, const struct feed_contest *c, struct buf *out)
{
    buf_addf(out, "source %.*s contest %.*s:", SLICE_FMT(m->settings->sources[c->source].name),
             SLICE_FMT(c->id.len ? c->id : c->text));
    for (uint32_t i = 0; i < c->choice_count; i++) {
        const struct feed_choice *x = &c->choices[i];
        if (x->mark != RESULTS_UNMARKED)
            buf_addf(out, " %.*s %s at %" PRId64, SLICE_FMT(x->id.len ? x->id : x->name),
                     words[x->mark], c->unit_count ? c->units[0].votes[i] : VOTES_UNKNOWN);
    }
}

static bool is_marked(const struct feed_contest *c)
{
    for (uint32_t i = 0; i < c->choice_count; i++)
        if (c->choices[i].mark != RESULTS_UNMARKED)
            return true;
    return false;
}

/* Is there such a note on the race, of before this close? Of these marks; ptr NULL: of any.
 */
static bool is_noted(const struct model *m, const struct race *r, int64_t close, struct slice marks)
{
    for (uint32_t i = 0; i < r->endorsement_count; i++) {
        const struct standing *st = &m->standings[r->endorsements[i]];
        for (uint32_t k = 0; k < st->claim_count; k++) {
            const struct claim *c = &m->claims[st->claims[k]];
            if (fading_is_early(c) && c->called_at_ms < close &&
                (!marks.ptr || slice_eq(c->evidence, marks)))
                return true;
        }
    }
    return false;
}

static bool look_at(struct model *m, struct race *r, struct feed_contest *c,
                    struct calls_look *look, struct err *e)
{
    int64_t close = close_of(m, r, c);
    bool before = said_ms(c) < close, ok = true;
    struct buf text;

    c->of_before = before;
    if (!is_official(m, c) || !is_marked(c) ||
        !(before || is_noted(m, r, close, (struct slice){0})))
        return true;
    buf_init(&text, 1 << 20);
    write_marks(m, c, &text);
    bool known = is_noted(m, r, close, buf_slice(&text));
    c->of_before |= known;
    if (before && !known) {
        const struct fading_of of = {whose(r, c), SLICE(""), SLICE("official")};
        struct slice marks = arena_copy(m->strings, buf_slice(&text));
        look->early = c;
        ok = !text.failed && marks.ptr
                 ? fading_early(m, &of, c->source, said_ms(c), marks, look->now_ms, e)
                 : err_set(e, ERR_BUG, "calls: no memory for marks of before polls closed");
    }
    buf_done(&text);
    return ok;
}

/* ---- parts of a race ---- */

/* Is it known of before, and has the desk not let go of that? */
static bool is_known(const struct model *m, const struct race *r)
{
    for (uint32_t i = 0; i < r->endorsement_count; i++) {
        const struct standing *st = &m->standings[r->endorsements[i]];
        for (uint32_t k = 0; k < st->claim_count; k++) {
            const struct claim *c = &m->claims[st->claims[k]];
            if (fading_is_parts(c) && c->number > r->released)
                return true;
        }
    }
    return false;
}

/* That a race lies in several counties is shown once, by whichever came second: who takes over, or
 * starts anew, hears the first one first. */
static bool look_for_parts(struct model *m, struct race *r, struct calls_look *look, struct err *e)
{
    r->in_parts = is_known(m, r);
    for (uint32_t i = 0; !r->in_parts && i < r->contest_count; i++) {
        const struct feed_contest *c = r->contests[i];
        const struct fading_of of = {whose(r, c), SLICE(""), SLICE("official")};
        if (!is_official(m, c) || m->settings->sources[c->source].covers_county ||
            !offers_is_part(m, r, c))
            continue;
        r->in_parts = true;
        return fading_parts(m, &of, c, calls_evidence(m, c, NONE), look->now_ms, e);
    }
    return true;
}

bool official_look(struct model *m, struct race *r, struct calls_look *look, struct err *e)
{
    bool closed = r->polls_close_ms != WHEN_UNKNOWN && look->now_ms >= r->polls_close_ms;

    if (!look_for_parts(m, r, look, e))
        return false;
    for (uint32_t i = 0; closed && i < r->contest_count; i++)
        if (!look_at(m, r, r->contests[i], look, e))
            return false;
    return true;
}
