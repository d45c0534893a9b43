/* SPDX-License-Identifier: ISC */
/* A party's contest is known by its text or its field; that the desk or an id has matched it says
 * nothing of what is won. */
#include "daemon/core/nominations.h"

#include "daemon/core/calls.h"
#include "daemon/core/fading.h"
#include "daemon/core/fits.h"
#include "daemon/core/rests.h"
#include "daemon/core/rounds.h"

/* A party's contest with a line of somebody whose row leaves it open; NULL: the race has none. */
static const struct link *find(const struct model *m, const struct race *r)
{
    for (uint32_t i = 0; i < r->link_count; i++) {
        const struct endorsement *e = &m->endorsed->list[r->links[i].endorsement];
        if (r->links[i].contest->fits->party && rounds_kind(e, true) != e->wins)
            return &r->links[i];
    }
    return NULL;
}

/* Is it known of before, and are those lines of nobody else now? */
static bool is_known(const struct model *m, const struct race *r)
{
    for (uint32_t i = 0; i < r->endorsement_count; i++) {
        const struct standing *st = &m->standings[r->endorsements[i]];
        for (uint32_t k = 0; k < st->claim_count; k++) {
            const struct claim *c = &m->claims[st->claims[k]];
            if (fading_is_party(c) && !rests_on_nothing(m, r, r->endorsements[i], c))
                return true;
        }
    }
    return false;
}

bool nominations_look(struct model *m, struct race *r, int64_t now_ms, struct err *e)
{
    r->nominates = is_known(m, r);
    const struct link *l = r->nominates ? NULL : find(m, r);
    if (!l)
        return true;
    const struct fading_of of = {l->endorsement, SLICE(""), SLICE("")};
    r->nominates = true;
    return fading_party(m, &of, l->contest, calls_evidence(m, l->contest, NONE), now_ms, e);
}
