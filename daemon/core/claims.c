/* SPDX-License-Identifier: ISC */
/* Claims as they are kept: numbered, appended, each in the list of the candidacy it counts for. */
#include "daemon/core/claims.h"

#include <string.h>

/* Room for one more in an array of the arena: doubled, the old one is left behind. */
static void *grown(struct arena *a, void *array, uint32_t count, uint32_t *room, size_t size)
{
    if (count < *room)
        return array;
    uint32_t more = *room ? *room * 2 : 4;
    void *bigger = arena_array(a, more, size);
    if (bigger && count)
        memcpy(bigger, array, count * size);
    if (bigger)
        *room = more;
    return bigger;
}

static bool no_memory(struct err *e)
{
    return err_set(e, ERR_BUG, "calls: the memory for this election's texts and claims is used up");
}

int64_t claims_number(struct model *m)
{
    return ++m->last_number;
}

uint32_t claims_endorsement_of(const struct model *m, const struct claim *claim)
{
    const struct endorsement *e = map_get(m->endorsed_by_id, claim->endorsement_id);

    struct slice name = slice_sub(claim->row, 0, slice_find(claim->row, SLICE("\n")));

    if (!e || !slice_eq(e->race_id, claim->race_id) ||
        (name.len > 0 && !endorsement_is_named(e, name)))
        return NONE;
    return (uint32_t)(e - m->endorsed->list);
}

/* Append to m->claims, and to the list of the endorsement it counts for. */
bool claims_append(struct model *m, const struct claim *claim, struct err *e)
{
    uint32_t endorsement = claims_endorsement_of(m, claim);
    struct claim *claims =
        grown(m->strings, m->claims, m->claim_count, &m->claim_room, sizeof *claims);

    if (!claims)
        return no_memory(e);
    m->claims = claims;
    if (endorsement != NONE) {
        struct standing *st = &m->standings[endorsement];
        uint32_t *list =
            grown(m->strings, st->claims, st->claim_count, &st->claim_room, sizeof *list);
        if (!list)
            return no_memory(e);
        st->claims = list;
        st->claims[st->claim_count++] = m->claim_count;
    }
    m->claims[m->claim_count] = *claim;
    m->claims[m->claim_count++].heard_ms = claim->at_ms;
    if (claim->number > m->last_number)
        m->last_number = claim->number;
    return true;
}
