/* SPDX-License-Identifier: ISC */
/* What was durable, taken again before the first event. */
#include "daemon/core/core.h"
#include "daemon/core/core_own.h"

#include <stdlib.h>

#include "daemon/base/when.h"
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

static bool take_claims(struct core *c, const struct claim *claims, size_t n, struct err *e)
{
    for (size_t i = 0; i < n; i++) {
        uint32_t endorsement = claims_endorsement_of(&c->model, &claims[i]);
        if (!calls_restore(&c->model, &claims[i], e))
            return false;
        if (endorsement != NONE)
            c->dirty[c->model.standings[endorsement].race] = true;
    }
    return true;
}

static bool take_decision(struct core *c, const struct decision *d, struct err *e)
{
    struct arena *a = arena_new(CORE_DECISION_MAX);
    struct decide_done done = {.arena = a};
    uint32_t from, to;

    bool ok = a ? decide_restore(&c->model, d, &done, e) : core_no_memory(e);
    arena_free(a);
    if (!ok)
        return false;
    core_recount(c); /* statuses may have changed */
    core_range(c, &done, &from, &to);
    for (uint32_t i = from; i < to; i++)
        c->dirty[i] = true;
    /* What races are only looked at for, their memos know. */
    if (!done.looks && d->at_ms > c->model.last_change_ms)
        c->model.last_change_ms = d->at_ms;
    return true;
}

/* All that one event decided and claimed, derived at once: what stood only in between never stood.
 * d may be NULL. */
static bool restore_event(struct core *c, const struct decision *d, const struct claim *claims,
                          size_t n, int64_t at_ms, struct err *e)
{
    struct model *m = &c->model;

    m->number_before = m->last_number;
    if ((d && !take_decision(c, d, e)) || !take_claims(c, claims, n, e))
        return false;
    for (uint32_t i = 0; i < m->race_count; i++) {
        if (c->dirty[i] && !derive_again(c, &m->races[i], at_ms, decision_at(m, at_ms)))
            return core_no_memory(e);
        c->dirty[i] = false;
    }
    return true;
}

/* The claims that follow `from` in the moment at_ms, before the decision numbered `next`. */
static size_t end_of_event(const struct core_history *h, size_t from, int64_t at_ms, int64_t next)
{
    while (from < h->claim_count && h->claims[from].number < next && h->claims[from].at_ms == at_ms)
        from++;
    return from;
}

bool core_restore_history(struct core *c, const struct core_history *h, struct err *e)
{
    size_t claim = 0, decision = 0;

    for (;;) {
        const struct decision *d = decision < h->decision_count ? &h->decisions[decision] : NULL;
        const struct claim *first = claim < h->claim_count ? &h->claims[claim] : NULL;
        int64_t at_ms = first ? first->at_ms : WHEN_UNKNOWN, next = d ? d->number : INT64_MAX;
        if (!d && !first)
            return true;
        if (first && first->number < next) {
            d = NULL;
        } else if (d) {
            at_ms = d->at_ms;
            next = ++decision < h->decision_count ? d[1].number : INT64_MAX;
        }
        size_t end = end_of_event(h, claim, at_ms, next);
        if (!restore_event(c, d, first, end - claim, at_ms, e))
            return false;
        claim = end;
    }
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
