/* SPDX-License-Identifier: ISC */
/* Two passes, as what is dropped of memos depends on which payloads stay. */
#include "daemon/edge/writer_thin.h"

#include "daemon/base/map.h"
#include "daemon/edge/payload.h"

#define PAPERS_MAX 100000

struct thinning {
    struct map *newest[WRITER_HELDS]; /* payloads that may be replaced, by file */
    struct map *memos;                /* likewise, by file or race */
    size_t era;                       /* only papers of one take each other's place */
    size_t job;
    bool pinned; /* what the job has of memos stays, with its payload */
    size_t bytes;
};

typedef bool thin_fn(struct thinning *t, struct writer_paper *p);

static bool is_awaited(const struct writer_paper *p)
{
    return p->barrier && !p->barrier->job.later;
}

static void give_way(struct thinning *t, struct writer_paper *old)
{
    if (!old || old->era != t->era)
        return;
    old->superseded = true;
    t->bytes += old->bytes;
    old->bytes = 0;
    payload_free(old->row.payload);
    old->row.payload = NULL;
}

/* A delta needs what it comes after, and what counts for more now was given before: neither is
 * replaced. Others take the place of those before them that are as little, or less, on air. */
static bool thin_payload(struct thinning *t, struct writer_paper *p)
{
    if (is_awaited(p))
        t->era++;
    if (p->barrier || p->memo.text.ptr || p->superseded)
        return true;
    bool needs = p->row.delta > 0 || !p->row.payload;
    p->era = t->era;
    for (int held = needs ? 0 : (int)p->row.held; held < WRITER_HELDS; held++) {
        struct writer_paper *old = map_remove(t->newest[held], p->key);
        if (!needs)
            give_way(t, old);
    }
    return needs || map_put(t->newest[p->row.held], p->key, p);
}

static bool thin_memo(struct thinning *t, struct writer_paper *p)
{
    bool memo = p->memo.text.ptr != NULL;
    if (p->job != t->job) {
        t->era += t->pinned;
        t->pinned = false;
        t->job = p->job;
    }
    t->pinned |= is_awaited(p) || (!memo && !p->barrier && !p->superseded);
    if (!memo)
        return true;
    p->era = t->era;
    give_way(t, map_remove(t->memos, p->key));
    return t->pinned || map_put(t->memos, p->key, p);
}

static bool pass(struct thinning *t, thin_fn *thin, struct writer_papers *const lists[], size_t n)
{
    bool ok = true; /* else more is written than need be */
    t->era = 1;
    for (size_t i = 0; i < n; i++)
        for (struct writer_paper *p = lists[i]->first; ok && p; p = p->next)
            ok = thin(t, p);
    return ok;
}

/* Of a payload that was replaced the digest is recorded; of a memo nothing. */
static void drop_memos(struct writer_papers *list)
{
    struct writer_papers all;
    writer_papers_init(&all);
    writer_papers_move(list, &all);
    for (struct writer_paper *p; (p = writer_papers_take(&all)) != NULL;)
        if (p->superseded && p->memo.text.ptr)
            writer_paper_free(p);
        else
            writer_papers_add(list, p);
}

size_t writer_papers_thin(struct writer_papers *const lists[], size_t n)
{
    struct thinning t = {.memos = map_new(PAPERS_MAX, false)};
    bool ok = t.memos != NULL;
    for (int held = 0; held < WRITER_HELDS; held++)
        ok &= (t.newest[held] = map_new(PAPERS_MAX, false)) != NULL;
    if (ok && pass(&t, thin_payload, lists, n) && pass(&t, thin_memo, lists, n))
        for (size_t i = 0; i < n; i++)
            drop_memos(lists[i]);
    for (int held = 0; held < WRITER_HELDS; held++)
        map_free(t.newest[held]);
    map_free(t.memos);
    return t.bytes;
}
