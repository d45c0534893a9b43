/* SPDX-License-Identifier: ISC */
/* The evidence of such a loss is the line beside the winner's; its last words tell it from a mark
 * of the authority's own. */
#include "daemon/core/filled.h"

#include <inttypes.h>

#include "daemon/base/when.h"
#include "daemon/core/calls.h"
#include "daemon/core/claims.h"
#include "daemon/core/endorsement.h"
#include "daemon/core/marks.h"
#include "daemon/core/primaries.h"
#include "daemon/core/standings.h"

#define BESIDE " mark none, beside "
static const struct slice whole = SLICE_INIT(""); /* the line of claims on the candidacy */
static const struct slice desk = SLICE_INIT("desk");
static const struct slice reopened = SLICE_INIT("not all are called for others any more");

/* What takes the place of others. */
static const struct taking {
    enum outcome outcome;
    const char *basis, *many;
} takings[] = {
    {OUTCOME_WON, "seats-filled", "seats"},
    {OUTCOME_ADVANCED, "places-filled", "places"},
};

static const struct link *link_in(const struct race *r, const struct feed_contest *c,
                                  uint32_t endorsement)
{
    for (uint32_t i = 0; i < r->link_count; i++)
        if (r->links[i].contest == c && r->links[i].endorsement == endorsement &&
            r->links[i].choice != NONE && r->links[i].band != BAND_REVIEW)
            return &r->links[i];
    return NULL;
}

/* Its line in a contest that has the winner's too; NULL: none has both. */
static const struct link *beside(const struct race *r, uint32_t winner, uint32_t other)
{
    const struct link *line = NULL;

    for (uint32_t i = 0; i < r->contest_count && !line; i++)
        if (link_in(r, r->contests[i], winner))
            line = link_in(r, r->contests[i], other);
    return line;
}

bool filled_follows(const struct race *r, uint32_t winner, uint32_t other)
{
    if (beside(r, winner, other))
        return true;
    for (uint32_t i = 0; i < r->contest_count; i++)
        if (link_in(r, r->contests[i], winner))
            return false;
    return true;
}

/* Does the contest say for `by` who was called? */
static bool calls(const struct model *m, const struct feed_contest *c, struct slice by)
{
    const struct settings_source *s = &m->settings->sources[c->source];
    bool marked = false;

    for (uint32_t i = 0; i < c->choice_count; i++)
        marked |= marks_is_winner(c->choices[i].mark);
    return marked && s->calls != CALLS_NO && slice_eq(s->authority, by);
}

/* Has it the line of one of ours who was called? */
static bool has_called(const struct model *m, const struct race *r, const struct feed_contest *c)
{
    for (uint32_t i = 0; i < r->endorsement_count; i++) {
        enum outcome o = m->standings[r->endorsements[i]].outcome;
        if ((o == OUTCOME_WON || o == OUTCOME_ADVANCED) && link_in(r, c, r->endorsements[i]))
            return true;
    }
    return false;
}

bool filled_elsewhere(const struct model *m, const struct race *r, uint32_t endorsement)
{
    struct slice by = standings_authority(m, r);
    bool any = false, marked = false;

    if (r->status != RACE_CALLED || m->standings[endorsement].outcome != OUTCOME_PENDING)
        return false;
    for (uint32_t i = 0; i < r->contest_count && !marked; i++)
        marked = calls(m, r->contests[i], by);
    for (uint32_t i = 0; i < r->contest_count; i++) {
        const struct feed_contest *c = r->contests[i];
        if (!(marked ? calls(m, c, by) : has_called(m, r, c)))
            continue;
        if (link_in(r, c, endorsement))
            return false;
        any = true;
    }
    return any;
}

/* Has a source that speaks for `by` a line of it? Then that says what is called. */
static bool speaks_of(const struct model *m, const struct race *r, uint32_t endorsement,
                      struct slice by)
{
    for (uint32_t i = 0; i < r->link_count; i++) {
        const struct link *l = &r->links[i];
        const struct settings_source *s = &m->settings->sources[l->contest->source];
        if (l->endorsement == endorsement && s->calls != CALLS_NO && slice_eq(s->authority, by))
            return true;
    }
    return false;
}

/* What an authority gives one of ours. The desk speaks of single candidacies, beside whoever has
 * called the others: for it that is what stands. */
static enum outcome says(const struct model *m, const struct race *r, uint32_t endorsement,
                         struct slice by)
{
    const struct claim *c = calls_latest(m, endorsement, by, whole);

    if (slice_eq(by, desk))
        return standings_if_counted(m, r, endorsement);
    return c ? c->outcome : OUTCOME_PENDING;
}

/* Does it stand against the winner, as far as `by` goes by that? The desk has the list too. */
static bool is_against(const struct race *r, struct slice by, uint32_t winner, uint32_t endorsement)
{
    return slice_eq(by, desk) ? filled_follows(r, winner, endorsement)
                              : beside(r, winner, endorsement) != NULL;
}

/* Others of ours to whom `by` gives that, who are `against` it in a contest. Two names on one line
 * have one seat. */
static int64_t count(const struct model *m, const struct race *r, uint32_t endorsement,
                     struct slice by, enum outcome outcome, bool against)
{
    int64_t n = 0;

    for (uint32_t i = 0; i < r->endorsement_count; i++) {
        uint32_t other = r->endorsements[i];
        bool counted = other == endorsement || !calls_counts(&m->endorsed->list[other]) ||
                       says(m, r, other, by) != outcome ||
                       (against && !is_against(r, by, other, endorsement)) ||
                       marks_share(r, endorsement, other);
        for (uint32_t k = 0; k < i && !counted; k++)
            counted = says(m, r, r->endorsements[k], by) == outcome &&
                      marks_share(r, other, r->endorsements[k]);
        n += !counted;
    }
    return n;
}

/* Of a race over several primaries nothing follows: each has its own. */
static int64_t room_of(const struct model *m, const struct race *r, const struct taking *t)
{
    bool won = t->outcome == OUTCOME_WON;

    if (primaries_count(r) > 0 || (won && marks_goes_on(m, r)))
        return -1;
    return marks_room(m, r, won ? r->seats : r->places);
}

/* The last word of `by` on one of the others, of those that are of this outcome, and (`line`) on
 * one beside it; NULL: none is. */
static const struct claim *last_word(const struct model *m, const struct race *r,
                                     uint32_t endorsement, struct slice by, enum outcome outcome,
                                     const struct link **line)
{
    const struct claim *last = NULL;

    for (uint32_t i = 0; i < r->endorsement_count; i++) {
        uint32_t other = r->endorsements[i];
        const struct claim *c = calls_latest(m, other, by, whole);
        const struct link *l = line ? beside(r, other, endorsement) : NULL;
        if (other == endorsement || !c || c->outcome != outcome || (line && !l) ||
            (last && last->number > c->number))
            continue;
        last = c;
        if (line)
            *line = l;
    }
    return last;
}

static struct slice all_called(struct model *m, const struct taking *t, int64_t room)
{
    return arena_printf(m->strings, "all %s (%" PRId64 ") are called for others", t->many, room);
}

static bool claim(struct model *m, const struct race *r, uint32_t endorsement, struct claim *c,
                  struct err *e)
{
    const struct endorsement *en = &m->endorsed->list[endorsement];

    c->number = claims_number(m);
    c->race_id = r->id;
    c->endorsement_id = en->id;
    if (c->outcome != OUTCOME_PENDING)
        c->row = endorsement_row(en, m->strings);
    if (!c->reason.ptr || (c->outcome != OUTCOME_PENDING && (!c->evidence.ptr || !c->row.ptr)))
        return err_set(e, ERR_BUG,
                       "calls: the memory for this election's texts and claims is used up");
    return claims_append(m, c, e);
}

static bool lose(struct model *m, const struct race *r, uint32_t endorsement, struct slice by,
                 const struct taking *t, int64_t room, int64_t now_ms, struct err *e)
{
    const struct link *l = NULL;
    const struct claim *winner = last_word(m, r, endorsement, by, t->outcome, &l);
    struct slice mark = SLICE(" mark none"), line;
    struct claim c = {.by = by, .outcome = OUTCOME_LOST, .at_ms = now_ms};

    if (!winner || !l)
        return true;
    line = calls_evidence(m, l->contest, l->choice);
    if (slice_ends(line, mark))
        line.len -= mark.len;
    c.called_at_ms = winner->called_at_ms;
    c.basis = slice_of(t->basis);
    c.reason = all_called(m, t, room);
    c.evidence = line.ptr ? arena_printf(m->strings, "%.*s" BESIDE "%.*s", SLICE_FMT(line),
                                         SLICE_FMT(winner->endorsement_id))
                          : line;
    return claim(m, r, endorsement, &c, e);
}

/* Taken back; or it was no call, where theirs was none. */
static bool reopen(struct model *m, const struct race *r, uint32_t endorsement, struct slice by,
                   int64_t now_ms, struct err *e)
{
    const struct claim *ended = last_word(m, r, endorsement, by, OUTCOME_PENDING, NULL);
    struct claim c = {.by = by,
                      .outcome = OUTCOME_PENDING,
                      .at_ms = now_ms,
                      .called_at_ms = WHEN_UNKNOWN,
                      .basis = ended && claims_was_none(ended) ? ended->basis : SLICE("seats-open"),
                      .reason = reopened};

    return claim(m, r, endorsement, &c, e);
}

/* One authority's words on one of ours. */
static bool look_at(struct model *m, const struct race *r, uint32_t endorsement, struct slice by,
                    int64_t now_ms, struct err *e)
{
    const struct claim *stands = calls_latest(m, endorsement, by, whole);
    enum outcome outcome = stands ? stands->outcome : OUTCOME_PENDING;

    for (size_t i = 0; i < sizeof takings / sizeof takings[0]; i++) {
        const struct taking *t = &takings[i];
        int64_t room = room_of(m, r, t);
        if (outcome == OUTCOME_PENDING && room > 0 && !speaks_of(m, r, endorsement, by) &&
            count(m, r, endorsement, by, t->outcome, true) >= room)
            return lose(m, r, endorsement, by, t, room, now_ms, e);
        if (outcome == OUTCOME_LOST && slice_is(stands->basis, t->basis) &&
            slice_find(stands->evidence, SLICE(BESIDE)) < stands->evidence.len &&
            count(m, r, endorsement, by, t->outcome, false) < (room > 0 ? room : 1))
            return reopen(m, r, endorsement, by, now_ms, e);
    }
    return true;
}

/* A call of the desk's that counts; NULL: it has none on that. */
static const struct claim *desk_word(const struct model *m, const struct race *r,
                                     uint32_t endorsement)
{
    const struct claim *c = calls_latest(m, endorsement, desk, whole);

    return c && calls_heard(m, r, c) && !claims_was_none(c) ? c : NULL;
}

/* Has the desk given that to another of ours, against whom it stands? */
static bool desk_gave(const struct model *m, const struct race *r, uint32_t endorsement,
                      enum outcome outcome)
{
    for (uint32_t i = 0; i < r->endorsement_count; i++) {
        uint32_t other = r->endorsements[i];
        const struct claim *c = desk_word(m, r, other);
        if (other != endorsement && c && c->outcome == outcome &&
            calls_counts(&m->endorsed->list[other]) && filled_follows(r, other, endorsement))
            return true;
    }
    return false;
}

/* What follows from calls of the desk's and of whoever has called the others: a loss, in whatever
 * order they came; and its end with any of them, which is none that the desk would have to let go
 * of. */
static bool look_at_desk(struct model *m, const struct race *r, uint32_t endorsement,
                         int64_t now_ms, struct err *e)
{
    const struct claim *stands = desk_word(m, r, endorsement);
    struct claim c = {.by = desk, .at_ms = now_ms, .called_at_ms = WHEN_UNKNOWN};

    for (size_t i = 0; i < sizeof takings / sizeof takings[0]; i++) {
        const struct taking *t = &takings[i];
        int64_t room = marks_room(m, r, t->outcome == OUTCOME_WON ? r->seats : r->places);
        if (!stands && room > 0 && desk_gave(m, r, endorsement, t->outcome) &&
            says(m, r, endorsement, desk) == OUTCOME_PENDING &&
            count(m, r, endorsement, desk, t->outcome, true) >= room) {
            c.outcome = OUTCOME_LOST;
            c.basis = slice_of(t->basis);
            c.reason = all_called(m, t, room);
            c.evidence = SLICE("");
            return claim(m, r, endorsement, &c, e);
        }
        if (stands && stands->outcome == OUTCOME_LOST && slice_is(stands->basis, t->basis) &&
            count(m, r, endorsement, desk, t->outcome, false) < (room > 0 ? room : 1)) {
            c.basis = SLICE(CLAIMS_REOPENED);
            c.reason = reopened;
            return claim(m, r, endorsement, &c, e);
        }
    }
    return true;
}

/* What one of ours gives up another may lose by, wherever they stand in the list: as often as there
 * are names. */
static bool look_for_desk(struct model *m, const struct race *r, int64_t now_ms, struct err *e)
{
    uint32_t before = m->claim_count - 1;
    bool spoke = false;

    for (uint32_t i = 0; i < r->endorsement_count && !spoke; i++)
        spoke = desk_word(m, r, r->endorsements[i]) != NULL;
    for (uint32_t k = 0; spoke && m->claim_count != before && k <= r->endorsement_count; k++) {
        before = m->claim_count;
        for (uint32_t i = 0; i < r->endorsement_count; i++)
            if (calls_counts(&m->endorsed->list[r->endorsements[i]]) &&
                !look_at_desk(m, r, r->endorsements[i], now_ms, e))
                return false;
    }
    return true;
}

bool filled_look(struct model *m, const struct race *r, int64_t now_ms, struct err *e)
{
    const struct settings *s = m->settings;

    if (r->endorsement_count < 2 || r->polls_close_ms == WHEN_UNKNOWN || now_ms < r->polls_close_ms)
        return true;
    if (!((r->flags | r->marked) & RACE_VOID) && !look_for_desk(m, r, now_ms, e))
        return false;
    for (uint32_t i = 0; i < r->endorsement_count; i++)
        for (size_t o = 0;
             calls_counts(&m->endorsed->list[r->endorsements[i]]) && o < s->call_order_count; o++)
            if (calls_rank(s, s->call_order[o]) > 0 &&
                calls_rank(s, s->call_order[o]) < CALLS_RANKS - 1 &&
                !look_at(m, r, r->endorsements[i], s->call_order[o], now_ms, e))
                return false;
    return true;
}
