/* SPDX-License-Identifier: ISC */
/* Who decides a race, and what stands of its candidacies: nothing here depends on anything but
 * claims and marks. */
#include "daemon/core/standings.h"

#include <inttypes.h>
#include <string.h>

#include "daemon/base/when.h"
#include "daemon/core/calls.h"
#include "daemon/core/claims.h"
#include "daemon/core/marks.h"
#include "daemon/core/primaries.h"
#include "daemon/core/rests.h"

/* What is derived here anew, or is the desk's. */
#define STANDINGS_FLAGS                                                                            \
    (RACE_FROZEN | RACE_UNDER_REVIEW | RACE_RECOUNT | RACE_TIE | RACE_CONTESTED | RACE_CERTIFIED | \
     RACE_VOID)

/* Has its author said something else of its line since, that counts, or (r NULL) at all? */
static bool is_replaced(const struct model *m, const struct race *r, const struct standing *st,
                        uint32_t at)
{
    const struct claim *c = &m->claims[st->claims[at]];

    for (uint32_t i = at + 1; i < st->claim_count; i++) {
        const struct claim *later = &m->claims[st->claims[i]];
        if (slice_eq(later->by, c->by) && slice_eq(later->line, c->line) &&
            (!r || calls_heard(m, r, later)))
            return true;
    }
    return false;
}

/* Is it taken back as if it had never been called: a retraction that the desk has released, or the
 * end of what was no call? */
static bool is_over(const struct race *r, const struct claim *c)
{
    return c->outcome == OUTCOME_PENDING && (c->number < r->released || claims_was_none(c));
}

/* The claim of each authority on one endorsement that counts, by rank; NONE where there is none: of
 * its latest ones, a line each, the first that is won; else gone on; else lost; else taken back. */
static void latest_by_rank(const struct model *m, const struct race *r, uint32_t endorsement,
                           uint32_t claims[CALLS_RANKS])
{
    static const int weight[OUTCOMES] = {
        [OUTCOME_PENDING] = 0, [OUTCOME_LOST] = 1, [OUTCOME_ADVANCED] = 2, [OUTCOME_WON] = 3};
    const struct standing *st = &m->standings[endorsement];

    for (int i = 0; i < CALLS_RANKS; i++)
        claims[i] = NONE;
    for (uint32_t i = 0; i < st->claim_count; i++) {
        const struct claim *c = &m->claims[st->claims[i]];
        int rank = calls_rank(m->settings, c->by);
        if (rank < 0 || is_over(r, c) || !calls_heard(m, r, c) || is_replaced(m, r, st, i))
            continue;
        if (claims[rank] == NONE || weight[c->outcome] > weight[m->claims[claims[rank]].outcome])
            claims[rank] = st->claims[i];
    }
}

/* The rank of who decides the race: the highest that ever claimed anything in it, taken back or
 * not, so that after a retraction nobody below counts. CALLS_RANKS: nobody. */
static int deciding_rank(const struct model *m, const struct race *r)
{
    int best = CALLS_RANKS;

    for (uint32_t i = 0; i < r->endorsement_count; i++) {
        uint32_t claims[CALLS_RANKS];
        latest_by_rank(m, r, r->endorsements[i], claims);
        for (int rank = 1; rank < best; rank++)
            if (claims[rank] != NONE)
                best = rank;
    }
    return best;
}

struct slice standings_authority(const struct model *m, const struct race *r)
{
    int rank = deciding_rank(m, r);

    if (rank == CALLS_RANKS)
        return (struct slice){0};
    if (rank == CALLS_RANKS - 1)
        return SLICE("unopposed");
    return m->settings->call_order[rank - 1];
}

/* Do authorities that still claim anything of this endorsement differ? */
static bool differ(const struct model *m, const uint32_t claims[CALLS_RANKS])
{
    enum outcome seen = OUTCOME_PENDING;

    for (int rank = 0; rank < CALLS_RANKS; rank++) {
        enum outcome o = claims[rank] == NONE ? OUTCOME_PENDING : m->claims[claims[rank]].outcome;
        if (o == OUTCOME_PENDING)
            continue;
        if (seen != OUTCOME_PENDING && o != seen)
            return true;
        seen = o;
    }
    return false;
}

/* Ours that stand at this outcome and are not marked so by `by`: the desk's, and those whose mark
 * is gone. Two names on one line have one seat. */
static int64_t unmarked(const struct model *m, const struct race *r, struct slice by,
                        enum outcome outcome, enum marks_opinion mark)
{
    int64_t n = 0;

    for (uint32_t i = 0; i < r->endorsement_count; i++) {
        uint32_t endorsement = r->endorsements[i];
        struct marks_word word = marks_say(m, r, endorsement, by);
        bool counted = m->standings[endorsement].outcome != outcome ||
                       (by.len && (word.conflict || word.opinion == mark));
        for (uint32_t k = 0; k < i && !counted; k++)
            counted = m->standings[r->endorsements[k]].outcome == outcome &&
                      marks_share(r, endorsement, r->endorsements[k]);
        n += !counted;
    }
    return n;
}

/* How many more of ours stand at an outcome than there is room for, in words. */
struct excess {
    enum outcome outcome;
    enum marks_opinion mark;
    const char *is, *one, *many;
};
static const struct excess excesses[] = {
    {OUTCOME_WON, MARKS_WON, "have won", "seat", "seats"},
    {OUTCOME_ADVANCED, MARKS_ADVANCED, "go on", "place", "places"},
};

static bool exceeds(const struct model *m, const struct race *r, const struct excess *x,
                    int64_t *ours, int64_t *room)
{
    *ours = unmarked(m, r, (struct slice){0}, x->outcome, x->mark);
    *room = marks_room(m, r, x->outcome == OUTCOME_WON ? r->seats : r->places);
    return *room > 0 && *ours > *room;
}

/* Did its author claim what stands now, and does so of no line any more? */
static bool took_back(const struct model *m, const struct standing *st, struct slice by)
{
    bool said = false;

    for (uint32_t i = 0; i < st->claim_count; i++) {
        const struct claim *c = &m->claims[st->claims[i]];
        if (c->outcome != st->outcome || !slice_eq(c->by, by))
            continue;
        if (!is_replaced(m, NULL, st, i))
            return false;
        said = true;
    }
    return said;
}

/* What was said against a call since, and changes nothing: because feeds' calls and retractions do
 * not count in the race, or because the desk has made the call its own. NULL: nothing. */
static const struct claim *overruled(const struct model *m, const struct race *r,
                                     uint32_t endorsement, int decides)
{
    const struct standing *st = &m->standings[endorsement];

    for (uint32_t i = 0; st->claim != NONE && i < st->claim_count; i++) {
        const struct claim *c = &m->claims[st->claims[i]];
        int rank = calls_rank(m->settings, c->by);
        if (rank <= 0 || st->claims[i] <= st->claim || c->outcome == st->outcome ||
            is_replaced(m, NULL, st, i) || (is_over(r, c) && calls_heard(m, r, c)))
            continue;
        if (c->outcome == OUTCOME_PENDING ? rank == decides && took_back(m, st, c->by)
                                          : !calls_heard(m, r, c))
            return c;
    }
    return NULL;
}

bool standings_overrules(const struct model *m, const struct race *r, uint32_t endorsement)
{
    return overruled(m, r, endorsement, deciding_rank(m, r)) != NULL;
}

/* Is the line by which a feed made a call that stands nobody's by now, or in review? */
static bool is_unsure(const struct model *m, const struct race *r, uint32_t endorsement)
{
    const struct standing *st = &m->standings[endorsement];
    bool review = false;

    if (st->claim == NONE || calls_rank(m->settings, m->claims[st->claim].by) == 0)
        return false;
    for (uint32_t i = 0; i < r->link_count; i++)
        review |= r->links[i].endorsement == endorsement && r->links[i].band == BAND_REVIEW &&
                  rests_names(m, &m->claims[st->claim], r->links[i].contest, r->links[i].choice);
    return review || rests_on_nothing(m, r, endorsement, &m->claims[st->claim]);
}

/* A call that stands, and should perhaps not: in words, appended. False: nothing is against it. */
static bool dissent(const struct model *m, const struct race *r, uint32_t endorsement, int decides,
                    const char *before, struct buf *out)
{
    const struct claim *against = overruled(m, r, endorsement, decides);
    bool unsure = is_unsure(m, r, endorsement);

    if (!against && !unsure)
        return false;
    const struct claim *stands = &m->claims[m->standings[endorsement].claim];
    buf_addf(out, "%s%.*s stands as %s by %.*s, ", before,
             SLICE_FMT(m->endorsed->list[endorsement].name), outcome_name(stands->outcome),
             SLICE_FMT(stands->by));
    if (!against) {
        buf_addz(out, "by a line that is not surely theirs any more: match list, match accept");
        return true;
    }
    buf_addf(out, "and %.*s has since %s%s: %s", SLICE_FMT(against->by),
             against->outcome == OUTCOME_PENDING ? "taken that back" : "said ",
             against->outcome == OUTCOME_PENDING ? "" : outcome_name(against->outcome),
             calls_rank(m->settings, stands->by) == 0 ? "call it again, or uncall it"
                                                      : "a release lets that count");
    return true;
}

void standings_conflict(const struct model *m, const struct race *r, struct buf *out)
{
    const char *before = r->conflict ? "; " : "";
    int decides = deciding_rank(m, r);
    int64_t ours, room;

    buf_addz(out, r->conflict ? r->conflict : "");
    for (size_t i = 0; i < sizeof excesses / sizeof excesses[0]; i++) {
        const struct excess *x = &excesses[i];
        if (!exceeds(m, r, x, &ours, &room))
            continue;
        buf_addf(out, "%s%" PRId64 " of ours %s, and there %s %" PRId64 " %s", before, ours, x->is,
                 room == 1 ? "is" : "are", room, room == 1 ? x->one : x->many);
        before = "; ";
    }
    for (uint32_t i = 0; i < r->endorsement_count; i++) {
        uint32_t claims[CALLS_RANKS];
        if (dissent(m, r, r->endorsements[i], decides, before, out))
            before = "; ";
        latest_by_rank(m, r, r->endorsements[i], claims);
        if (!differ(m, claims))
            continue;
        buf_addf(out, "%s%.*s is", before, SLICE_FMT(m->endorsed->list[r->endorsements[i]].name));
        before = "; ";
        for (int rank = 0, said = 0; rank < CALLS_RANKS; rank++)
            if (claims[rank] != NONE && m->claims[claims[rank]].outcome != OUTCOME_PENDING)
                buf_addf(out, "%s %s by %.*s", said++ ? "," : "",
                         outcome_name(m->claims[claims[rank]].outcome),
                         SLICE_FMT(m->claims[claims[rank]].by));
    }
}

static bool is_fading(const struct model *m, uint32_t endorsement)
{
    for (uint32_t i = 0; i < m->fading_count; i++)
        if (m->fading[i].endorsement == endorsement)
            return true;
    return false;
}

/* Does an authority that called one of its lines contradict itself there, or say nothing of it any
 * more? So it is while that waits to be seen again, and after a restart before the site was heard.
 */
static bool is_denied_by(const struct model *m, const struct race *r, uint32_t endorsement,
                         struct slice by)
{
    static const enum marks_opinion meant[OUTCOMES] = {
        [OUTCOME_WON] = MARKS_WON,
        [OUTCOME_LOST] = MARKS_LOST,
        [OUTCOME_ADVANCED] = MARKS_ADVANCED,
    };

    const char *primary;

    for (uint32_t at = 0; primaries_next(r, endorsement, &at, &primary);) {
        const struct claim *c = calls_latest(m, endorsement, by, primaries_line(r, primary));
        if (!c || c->outcome == OUTCOME_PENDING)
            continue;
        struct marks_word word = marks_say_of(m, r, endorsement, by, primary);
        if (word.conflict)
            return true;
        if (word.opinion != MARKS_SILENT && word.opinion != meant[c->outcome] &&
            !m->feeds[word.contest->source].advisory)
            return true;
    }
    return false;
}

static bool is_denied(const struct model *m, const struct race *r, uint32_t endorsement)
{
    for (size_t i = 0; i < m->settings->call_order_count; i++)
        if (is_denied_by(m, r, endorsement, m->settings->call_order[i]))
            return true;
    return false;
}

/* The claim that stands, of these: the desk's, else that of who decides; NONE. */
static uint32_t claim_of(const struct model *m, const struct race *r, int decides,
                         const uint32_t claims[CALLS_RANKS])
{
    uint32_t claim = claims[0];

    if (claim == NONE && decides < CALLS_RANKS)
        claim = claims[decides];
    if (claim == NONE || (r->flags & RACE_VOID) || m->claims[claim].outcome == OUTCOME_PENDING)
        return NONE;
    return claim;
}

enum outcome standings_if_counted(const struct model *m, const struct race *r, uint32_t endorsement)
{
    uint32_t claims[CALLS_RANKS];

    latest_by_rank(m, r, endorsement, claims);
    uint32_t claim = claim_of(m, r, deciding_rank(m, r), claims);
    return claim == NONE ? OUTCOME_PENDING : m->claims[claim].outcome;
}

/* Set one endorsement's standing. True when its outcome or its author is another. */
static bool stand(struct model *m, struct race *r, uint32_t endorsement, int decides)
{
    struct standing *st = &m->standings[endorsement];
    uint32_t claims[CALLS_RANKS];

    latest_by_rank(m, r, endorsement, claims);
    if (differ(m, claims))
        r->flags |= RACE_CONFLICT;
    uint32_t claim =
        calls_counts(&m->endorsed->list[endorsement]) ? claim_of(m, r, decides, claims) : NONE;
    enum outcome outcome = claim == NONE ? OUTCOME_PENDING : m->claims[claim].outcome;
    bool changed = outcome != st->outcome ||
                   (claim != NONE && !slice_eq(m->claims[claim].by, m->claims[st->claim].by));
    if (outcome != st->outcome)
        st->since_ms = outcome == OUTCOME_PENDING ? WHEN_UNKNOWN : m->claims[claim].at_ms;
    st->outcome = outcome;
    st->claim = claim;
    return changed;
}

/* Seats and places that the authority marks, and that our own calls hold beside them. While `by` is
 * empty ours alone are known to be called. */
static void count_called(const struct model *m, struct race *r, struct slice by)
{
    const struct slice nobody = {0};
    int64_t won = unmarked(m, r, nobody, OUTCOME_WON, MARKS_WON);
    int64_t advanced = unmarked(m, r, nobody, OUTCOME_ADVANCED, MARKS_ADVANCED);

    r->seats_called = r->places_called = 0;
    if (by.len) {
        marks_count(m, r, by, &r->seats_called, &r->places_called);
        r->seats_called += unmarked(m, r, by, OUTCOME_WON, MARKS_WON);
        r->places_called += unmarked(m, r, by, OUTCOME_ADVANCED, MARKS_ADVANCED);
    }
    if (r->seats_called < won)
        r->seats_called = won;
    if (r->places_called < advanced)
        r->places_called = advanced;
}

/* While ours have lost because all seats, or places, are called, they are: a winner's mark that is
 * gone takes nothing back before it is seen gone again. A loss that is marked itself by now says
 * nothing of them. */
static void count_filled(const struct model *m, struct race *r)
{
    for (uint32_t i = 0; i < r->endorsement_count; i++) {
        const struct standing *st = &m->standings[r->endorsements[i]];
        if (st->outcome != OUTCOME_LOST)
            continue;
        struct slice basis = m->claims[st->claim].basis;
        if (slice_is(basis, "seats-filled") && r->seats_called < r->seats)
            r->seats_called = r->seats;
        if (slice_is(basis, "places-filled") && r->places_called < r->places)
            r->places_called = r->places;
    }
}

/* Is every seat, or every place of a next round, called? Where their number is unknown: is everyone
 * of ours settled? */
static enum race_status status_of(const struct race *r, const uint32_t n[OUTCOMES])
{
    int64_t seats = primaries_room(r, r->seats), places = primaries_room(r, r->places);

    if ((seats > 0 && r->seats_called >= seats) || (places > 0 && r->places_called >= places))
        return RACE_CALLED;
    bool settled = n[OUTCOME_WON] + n[OUTCOME_LOST] + n[OUTCOME_ADVANCED] > 0;
    /* Where the one seat is lost somebody else has it; of several, or of places in a next round, or
     * where only one of two primaries is won, the others may yet be open. */
    bool all_of_one = r->seats <= 1 && (r->primaries <= 1 || n[OUTCOME_WON] == 0);
    if (settled && n[OUTCOME_PENDING] == 0 && all_of_one && r->places <= 0)
        return RACE_CALLED;
    return settled || r->seats_called > 0 || r->places_called > 0 ? RACE_PARTLY_CALLED
                                                                  : RACE_UNCALLED;
}

bool standings_derive(struct model *m, struct race *r)
{
    int decides = deciding_rank(m, r);
    struct slice by = standings_authority(m, r);
    uint32_t n[OUTCOMES] = {0};
    int64_t ours, room;
    bool changed = false, doubt = (r->flags & RACE_IN_DOUBT) != 0;

    r->flags = (r->flags & ~(uint32_t)STANDINGS_FLAGS) | r->marked |
               (r->frozen != 0 || m->frozen != 0 ? RACE_FROZEN : 0);

    for (uint32_t i = 0; i < r->endorsement_count; i++) {
        uint32_t endorsement = r->endorsements[i];
        changed |= stand(m, r, endorsement, decides);
        if (!calls_counts(&m->endorsed->list[endorsement]))
            continue;
        n[m->standings[endorsement].outcome]++;
        doubt |= is_fading(m, endorsement) || is_denied(m, r, endorsement);
        if (overruled(m, r, endorsement, decides) || is_unsure(m, r, endorsement)) {
            r->flags |= RACE_CONFLICT;
            doubt = true;
        }
    }
    for (size_t i = 0; i < sizeof excesses / sizeof excesses[0]; i++)
        if (exceeds(m, r, &excesses[i], &ours, &room))
            r->flags |= RACE_CONFLICT;
    count_called(m, r, r->flags & (RACE_FROZEN | RACE_VOID) ? (struct slice){0} : by);
    count_filled(m, r);
    r->status = status_of(r, n);
    if (doubt && r->status != RACE_UNCALLED)
        r->flags |= RACE_UNDER_REVIEW;
    return changed;
}
