/* SPDX-License-Identifier: ISC */
/* Lines are compared by how sure they are theirs: surely, in review, or not. */
#include "daemon/core/unmatch.h"

#include "daemon/core/calls.h"
#include "daemon/core/fits.h"
#include "daemon/core/match_links.h"
#include "daemon/core/rests.h"

static enum band band_now(const struct unmatch_line *l)
{
    uint32_t i, end = fits_of(l->contest->fits, l->endorsement, &i);

    for (; i < end; i++)
        if (l->contest->fits->list[i].choice == l->choice)
            return l->contest->fits->list[i].band;
    return BAND_NONE;
}

static unsigned sureness(enum band band)
{
    return band <= BAND_DECIDED ? 2 : band == BAND_REVIEW;
}

/* Of one endorsement; out->list NULL: only counted. */
static void note(const struct model *m, uint32_t endorsement, struct unmatch *out)
{
    const struct match_person *p = &m->match->people[endorsement];

    for (uint32_t k = 0; m->standings[endorsement].claim_count > 0 && k < p->seen_count; k++) {
        const struct feed_contest *c = p->seen[k];
        uint32_t i, end = fits_of(c->fits, endorsement, &i);
        for (; i < end; i++) {
            const struct fit *f = &c->fits->list[i];
            if (f->band == BAND_NONE || !rests_on(m, endorsement, c, f->choice))
                continue;
            if (out->list)
                out->list[out->count] = (struct unmatch_line){endorsement, c, f->choice, f->band};
            out->count++;
        }
    }
}

bool unmatch_note(const struct model *m, struct arena *a, struct unmatch *out)
{
    *out = (struct unmatch){0};
    for (uint32_t i = 0; i < m->endorsed->count; i++)
        note(m, i, out);
    out->list = arena_array(a, out->count + 1, sizeof *out->list);
    out->count = 0;
    for (uint32_t i = 0; out->list && i < m->endorsed->count; i++)
        note(m, i, out);
    return out->list != NULL;
}

/* All that rests on the line by now. */
static bool end_line(struct model *m, const struct unmatch_line *l, struct slice reason,
                     int64_t now_ms, struct err *e)
{
    const struct standing *st = &m->standings[l->endorsement];

    for (uint32_t i = 0, n = st->claim_count; i < n; i++) {
        const struct claim c = m->claims[st->claims[i]];
        if (rests_last(m, l->endorsement, i, l->contest, l->choice) &&
            !calls_unmatch(m, &c, reason, now_ms, e))
            return false;
    }
    return true;
}

bool unmatch_end(struct model *m, const struct unmatch *before, struct slice reason, int64_t now_ms,
                 struct err *e)
{
    bool changed = false;

    for (size_t i = 0; i < before->count; i++) {
        const struct unmatch_line *l = &before->list[i];
        struct race *r = &m->races[m->standings[l->endorsement].race];
        if (sureness(band_now(l)) >= sureness(l->band))
            continue;
        if (!end_line(m, l, reason, now_ms, e))
            return false;
        if (!match_links_race(m, r, &changed))
            return err_set(e, ERR_BUG, "matching: the memory for this election's links is used up");
    }
    return true;
}
