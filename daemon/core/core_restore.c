/* SPDX-License-Identifier: ISC */
/* What was durable, taken again before the first event. */
#include "daemon/core/core.h"
#include "daemon/core/core_own.h"

#include <stdlib.h>

#include "daemon/core/claims.h"
#include "daemon/core/feed.h"
#include "daemon/core/feed_own.h"
#include "daemon/core/ruling.h"

/* What was durable is derived as it was then. A claim that changes nothing, because a freeze or a
 * higher authority keeps it from counting, is no change: what is told stays as of before it. */
static bool derive_again(struct core *c, struct race *r, int64_t at_ms, int64_t decision)
{
    struct standing *old = core_standings(&c->model, r);
    struct race was = *r;
    bool failed = !old;
    bool changed = old && core_derive(c, r, at_ms, decision, old, &failed);

    if ((changed || r->flags != was.flags || r->status != was.status) &&
        at_ms > c->model.last_change_ms)
        c->model.last_change_ms = at_ms;
    free(old);
    return !failed;
}

/* The decision that claims of this moment came of: they follow it at once. 0: of none. */
static int64_t decision_at(const struct model *m, int64_t at_ms)
{
    const struct decision *last =
        m->decision_count > 0 ? &m->decisions[m->decision_count - 1] : NULL;

    return last && last->at_ms == at_ms ? last->number : 0;
}

/* All that one event claimed, derived at once: what stood only between two of its claims never
 * stood.
 */
static bool restore_claims(struct core *c, const struct claim *claims, size_t n, struct err *e)
{
    struct model *m = &c->model;
    int64_t decision = decision_at(m, claims[0].at_ms);

    for (size_t i = 0; i < n; i++) {
        uint32_t endorsement = claims_endorsement_of(m, &claims[i]);
        if (!calls_restore(m, &claims[i], e))
            return false;
        if (endorsement == NONE)
            continue;
        c->dirty[m->standings[endorsement].race] = true;
    }
    for (uint32_t i = 0; i < m->race_count; i++) {
        if (c->dirty[i] && !derive_again(c, &m->races[i], claims[0].at_ms, decision))
            return core_no_memory(e);
        c->dirty[i] = false;
    }
    return true;
}

static bool restore_decision(struct core *c, const struct decision *d, struct err *e)
{
    struct arena *a = arena_new(CORE_DECISION_MAX);
    struct decide_done done = {.arena = a};
    uint32_t from, to;

    bool ok = a ? decide_restore(&c->model, d, &done, e) : core_no_memory(e);
    arena_free(a);
    if (!ok)
        return false;
    core_range(c, &done, &from, &to);
    for (uint32_t i = from; i < to; i++)
        if (!derive_again(c, &c->model.races[i], d->at_ms, d->number))
            return core_no_memory(e);
    core_recount(c);
    /* What races are only looked at for, their memos know. */
    if (!done.looks && d->at_ms > c->model.last_change_ms)
        c->model.last_change_ms = d->at_ms;
    return true;
}

bool core_restore_history(struct core *c, const struct core_history *h, struct err *e)
{
    size_t claim = 0, decision = 0;

    while (claim < h->claim_count || decision < h->decision_count) {
        int64_t next = decision < h->decision_count ? h->decisions[decision].number : INT64_MAX;
        size_t end = claim;
        while (end < h->claim_count && h->claims[end].number < next &&
               h->claims[end].at_ms == h->claims[claim].at_ms)
            end++;
        if (end > claim ? !restore_claims(c, h->claims + claim, end - claim, e)
                        : !restore_decision(c, &h->decisions[decision++], e))
            return false;
        claim = end;
    }
    return true;
}

bool core_restore_ruling(struct core *c, const struct feed_ruling *ruling, struct err *e)
{
    return ruling_restore(&c->model, ruling, e);
}

bool core_restore_name(struct core *c, const struct learned *name, struct err *e)
{
    return feed_restore_name(&c->model, name, e);
}

bool core_restore_digest(struct core *c, uint32_t source, uint32_t file, struct digest d,
                         struct err *e)
{
    return feed_restore_digest(&c->model, source, file, d, e);
}

void core_restore_heard(struct core *c, uint32_t source, uint32_t file, const struct feed_file *was)
{
    struct model *m = &c->model;
    struct feed_file *f = &m->feeds[source].files[file];

    if (f->seen != was->seen || !digest_eq(f->digest, was->digest))
        return;
    f->last_success_ms = was->last_success_ms;
    f->unasked = was->unasked;
    feed_say(f, was->verdict, was->verdict_text);
    if (f->last_success_ms > m->checked_ms)
        m->checked_ms = f->last_success_ms;
    c->due_ms = c->now_ms; /* races are looked at again */
}
