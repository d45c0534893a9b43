/* SPDX-License-Identifier: ISC */
/* Links are made again from the fits of all who are concerned; what reads as before keeps its text.
 */
#include "daemon/core/match_links.h"

#include <string.h>

#include "daemon/core/fits.h"
#include "daemon/core/match_index.h"
#include "daemon/core/primaries.h"
#include "daemon/core/rests.h"

/* Whose primary a contest is where any of the race may stand in several. */
static const char *primary_of(const struct model *m, const struct feed_contest *c,
                              const struct fit *f)
{
    const struct race *r = &m->races[m->match->people[f->endorsement].race_index];

    for (uint32_t i = 0; c->fits->party && i < r->endorsement_count; i++)
        if (m->match->people[r->endorsements[i]].race.cross)
            return c->fits->party;
    return NULL;
}

/* In review, and no call rests on it. */
static bool is_idle(const struct model *m, const struct feed_contest *c, const struct fit *f)
{
    return f->band == BAND_REVIEW && !rests_on(m, f->endorsement, c, f->choice);
}

static bool put_link(struct model *m, struct race *r, uint32_t *count, bool *changed,
                     struct feed_contest *c, const struct fit *f)
{
    uint32_t *room = &m->match->race_links_room[r - m->races];
    struct link *grown = match_grow(m, r->links, room, (size_t)*count + 1, sizeof(*r->links));
    struct link made = {c,      f->choice,           f->endorsement,  f->band,
                        f->why, primary_of(m, c, f), is_idle(m, c, f)};

    if (!grown)
        return false;
    r->links = grown;
    struct link *l = &r->links[*count];
    *changed |= *count >= r->link_count || l->contest != c || l->choice != f->choice ||
                l->endorsement != f->endorsement || l->band != f->band || l->kept != made.kept ||
                !primaries_same(l->primary, made.primary);
    *l = made;
    ++*count;
    return true;
}

static bool put_contest(struct model *m, struct race *r, struct feed_contest *c)
{
    uint32_t *room = &m->match->race_contests_room[r - m->races];

    for (uint32_t i = 0; i < r->contest_count; i++)
        if (r->contests[i] == c)
            return true;
    struct feed_contest **grown = match_grow(m, r->contests, room, (size_t)r->contest_count + 1,
                                             sizeof(struct feed_contest *));
    if (!grown)
        return false;
    r->contests = grown;
    r->contests[r->contest_count++] = c;
    c->race = (uint32_t)(r - m->races);
    return true;
}

bool match_links_race(struct model *m, struct race *r, bool *changed)
{
    uint32_t count = 0, before = r->link_count;

    for (uint32_t i = 0; i < r->contest_count; i++)
        if (r->contests[i]->race == (uint32_t)(r - m->races))
            r->contests[i]->race = NONE;
    r->contest_count = 0;
    for (uint32_t i = 0; i < r->endorsement_count; i++) {
        const struct match_person *p = &m->match->people[r->endorsements[i]];
        for (uint32_t k = 0; k < p->seen_count; k++) {
            uint32_t n, end = fits_of(p->seen[k]->fits, r->endorsements[i], &n);
            for (; n < end; n++) {
                const struct fit *f = &p->seen[k]->fits->list[n];
                if (f->band == BAND_NONE || (!f->kept && is_idle(m, p->seen[k], f)))
                    continue;
                if (!put_link(m, r, &count, changed, p->seen[k], f) ||
                    !put_contest(m, r, p->seen[k]))
                    return false;
            }
        }
    }
    *changed |= count != before;
    r->link_count = count;
    return true;
}

static bool tell_review(struct model *m, struct fit *f)
{
    if (!f->told.ptr)
        f->told = f->note
                      ? arena_printf(m->strings, "%.*s; in doubt: %s", SLICE_FMT(f->why), f->note)
                      : f->why;
    return f->told.ptr != NULL;
}

/* Its fits for review: how many, and into `to` where that is not NULL. False: memory. */
static bool review_of(struct model *m, uint32_t endorsement, struct link *to, uint32_t *n)
{
    const struct match_person *p = &m->match->people[endorsement];

    *n = 0;
    for (uint32_t k = 0; k < p->seen_count; k++) {
        struct feed_contest *c = p->seen[k];
        uint32_t i, end = fits_of(c->fits, endorsement, &i);
        for (; i < end; i++) {
            struct fit *f = &c->fits->list[i];
            if (f->band != BAND_REVIEW)
                continue;
            if (!tell_review(m, f))
                return false;
            if (to)
                to[*n] = (struct link){c,       f->choice,           endorsement, BAND_REVIEW,
                                       f->told, primary_of(m, c, f), false};
            ++*n;
        }
    }
    return true;
}

bool match_links_review(struct model *m, const uint32_t *who, size_t count)
{
    struct match *x = m->match;
    uint32_t kept = 0, more = 0, n, to = 0;

    x->serial++;
    for (size_t i = 0; i < count; i++, more += n) {
        x->stamps[who[i]] = x->serial;
        if (!review_of(m, who[i], NULL, &n))
            return false;
    }
    if (m->review_count + more == 0)
        return true;
    struct link *all = match_grow(m, m->review, &x->review_room, (size_t)m->review_count + more,
                                  sizeof(*m->review));
    if (!all)
        return false;
    for (uint32_t i = 0; i < m->review_count; i++)
        if (x->stamps[all[i].endorsement] != x->serial)
            all[kept++] = all[i];
    m->review = all;
    m->review_count = kept + more;
    if (more > 0)
        memmove(all + more, all, kept * sizeof(*all));
    for (uint32_t e = 0, from = more; more > 0 && to < from; e++)
        if (x->stamps[e] == x->serial) {
            if (!review_of(m, e, all + to, &n))
                return false;
            to += n;
        } else {
            while (from < kept + more && all[from].endorsement == e)
                all[to++] = all[from++];
        }
    return true;
}
