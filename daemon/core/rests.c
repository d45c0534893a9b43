/* SPDX-License-Identifier: ISC */
/* Evidence is read as calls.c writes it. */
#include "daemon/core/rests.h"

#include "daemon/core/claims.h"
#include "daemon/core/fading.h"

/* Behind these words of *text. */
static bool follow(struct slice *text, struct slice words)
{
    if (!slice_starts(*text, words))
        return false;
    *text = slice_sub(*text, words.len, text->len);
    return true;
}

/* Behind the source. */
static bool follow_source(const struct model *m, uint32_t source, struct slice *evidence)
{
    return follow(evidence, SLICE("source ")) &&
           follow(evidence, m->settings->sources[source].name) &&
           follow(evidence, SLICE(" contest "));
}

/* Behind the contest. */
static bool follow_contest(const struct model *m, const struct feed_contest *c,
                           struct slice *evidence)
{
    return follow_source(m, c->source, evidence) && follow(evidence, c->id.len ? c->id : c->text) &&
           follow(evidence, SLICE(" choice "));
}

bool rests_names(const struct model *m, const struct claim *claim, const struct feed_contest *c,
                 uint32_t choice)
{
    const struct feed_choice *line = &c->choices[choice];
    struct slice rest = claim->evidence;

    return follow_contest(m, c, &rest) && (slice_starts(rest, SLICE("- mark ")) ||
                                           (follow(&rest, line->id.len ? line->id : line->name) &&
                                            slice_starts(rest, SLICE(" mark "))));
}

bool rests_on_nothing(const struct model *m, const struct race *r, uint32_t endorsement,
                      const struct claim *claim)
{
    void *contest;
    bool known = false;

    for (uint32_t s = 0; s < m->settings->source_count; s++) {
        struct slice rest = claim->evidence;
        if (!follow_source(m, s, &rest))
            continue;
        for (uint32_t i = 0; i < r->link_count; i++)
            if (r->links[i].endorsement == endorsement && r->links[i].contest->source == s)
                return false;
        for (size_t at = 0; map_next(m->feeds[s].contests, &at, NULL, &contest);) {
            rest = claim->evidence;
            known |= follow_contest(m, contest, &rest);
        }
    }
    return known;
}

bool rests_is_kept(const struct race *r, const struct feed_contest *c)
{
    for (uint32_t i = 0; i < r->link_count; i++)
        if (r->links[i].contest == c && r->links[i].kept)
            return true;
    return false;
}

/* Has its author called it anew since, or was it no call? */
static bool is_over(const struct model *m, const struct standing *st, uint32_t at)
{
    const struct claim *c = &m->claims[st->claims[at]];

    for (uint32_t i = at + 1; i < st->claim_count; i++) {
        const struct claim *later = &m->claims[st->claims[i]];
        if (slice_eq(later->by, c->by) && slice_eq(later->line, c->line) &&
            (later->outcome != OUTCOME_PENDING || claims_was_none(later)))
            return true;
    }
    return false;
}

bool rests_last(const struct model *m, uint32_t endorsement, uint32_t at,
                const struct feed_contest *c, uint32_t choice)
{
    const struct standing *st = &m->standings[endorsement];
    const struct claim *claim = &m->claims[st->claims[at]];

    bool note = fading_is_note(claim) && slice_eq(fading_author(claim), claim->by);

    return claim->outcome != OUTCOME_PENDING && !note && !slice_is(claim->by, "desk") &&
           rests_names(m, claim, c, choice) && !is_over(m, st, at);
}

bool rests_on(const struct model *m, uint32_t endorsement, const struct feed_contest *c,
              uint32_t choice)
{
    if (m->claim_count == 0 || choice == NONE)
        return false;
    for (uint32_t i = 0; i < m->standings[endorsement].claim_count; i++)
        if (rests_last(m, endorsement, i, c, choice))
            return true;
    return false;
}
