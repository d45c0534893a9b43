/* SPDX-License-Identifier: ISC */
/* Made pages, by path and query. */
#include "daemon/pages_made.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/app_state.h"

#define ENTRIES 64
#define KEY_MAX 2048
#define PAGE_MAX ((size_t)64 << 20)
#define ALL_MAX ((size_t)192 << 20) /* of what is kept */
#define SCRATCH_MAX ((size_t)64 << 20)
#define WINDOW_US 100000
#define SPENT_MAX_US 25000 /* in a window: polls and calls have the rest */

void pages_not_ready(const struct app *a, struct http_answer *answer, struct buf *body)
{
    struct duty_view duty;
    size_t done, all;
    duty_view(a->duty, &duty);
    restore_progress(a->night->restore, &done, &all);
    answer->status = 503;
    if (duty.role->state == ROLE_STANDBY && !duty.linked)
        buf_addz(body, "standby: Redis does not answer, another tallyd may serve\n");
    else if (duty.role->state == ROLE_STANDBY && !duty.lease[0])
        buf_addz(body, "standby: nobody holds the lease, see tallyctl status\n");
    else if (duty.role->state == ROLE_STANDBY)
        buf_addz(body, "standby: another tallyd serves\n");
    else if (duty.role->state == ROLE_LOOKING)
        buf_addz(body, "not ready: who of two daemons serves is being found out\n");
    else
        buf_addf(body, "not ready: the last known state is being restored: %zu of %zu payloads\n",
                 done, all);
}

bool pages_published(const struct app *a, struct http_answer *answer, struct buf *body,
                     struct outbox_view *view)
{
    if (a->ready)
        outbox_view(a->outbox, view);
    if (a->ready && view->totals.len > 0 && view->frozen.epoch > 0)
        return true;
    pages_not_ready(a, answer, body);
    return false;
}

/* ---- the cache ---- */

struct entry {
    struct buf key, body; /* key "PATH?QUERY"; empty: unused */
    int64_t epoch, seq, made_us;
    char etag[64];
    uint64_t used; /* when it was last asked for: counts up */
};

struct page_cache {
    struct entry entries[ENTRIES];
    uint64_t clock;
    int64_t window_us, spent_us; /* since when, and how long pages that ask were made */
};

struct page_cache *page_cache_new(void)
{
    struct page_cache *c = calloc(1, sizeof *c);
    for (size_t i = 0; c && i < ENTRIES; i++) {
        buf_init(&c->entries[i].key, KEY_MAX);
        buf_init(&c->entries[i].body, PAGE_MAX);
    }
    return c;
}

static void forget(struct entry *it)
{
    buf_done(&it->key);
    buf_done(&it->body);
    buf_init(&it->key, KEY_MAX);
    buf_init(&it->body, PAGE_MAX);
}

void page_cache_free(struct page_cache *c)
{
    for (size_t i = 0; c && i < ENTRIES; i++)
        forget(&c->entries[i]);
    free(c);
}

static bool is_key(const struct entry *it, struct slice path, struct slice query)
{
    struct slice key = buf_slice(&it->key);
    return key.len == path.len + query.len + 1 && slice_starts(key, path) &&
           slice_eq(slice_sub(key, path.len + 1, key.len), query);
}

static struct entry *oldest(struct page_cache *c)
{
    struct entry *best = &c->entries[0];
    for (size_t i = 1; i < ENTRIES; i++)
        if (c->entries[i].key.len == 0 || c->entries[i].used < best->used)
            best = &c->entries[i];
    return best;
}

static struct entry *find(struct page_cache *c, struct slice path, struct slice query)
{
    for (size_t i = 0; i < ENTRIES; i++)
        if (c->entries[i].key.len > 0 && is_key(&c->entries[i], path, query))
            return &c->entries[i];
    return NULL;
}

/* An empty one for this page, in the place of the longest unasked. */
static struct entry *add(struct page_cache *c, struct slice path, struct slice query)
{
    struct entry *it = oldest(c);
    forget(it);
    buf_add(&it->key, path);
    buf_addc(&it->key, '?');
    buf_add(&it->key, query);
    return it;
}

/* There are as many pages that ask as there are words: they are made one after the other, and not
 * faster than leaves time for what is not asked. */
static bool may_make(struct page_cache *c, struct slice query)
{
    int64_t now = clock_monotonic_us();
    if (now - c->window_us >= WINDOW_US) {
        c->window_us = now;
        c->spent_us = 0;
    }
    return query.len == 0 || c->spent_us < SPENT_MAX_US;
}

/* Not more than ALL_MAX in all, but for the one at hand. */
static void make_room(struct page_cache *c, const struct entry *but)
{
    size_t all = 0;
    for (size_t i = 0; i < ENTRIES; i++)
        all += c->entries[i].body.room;
    while (all > ALL_MAX) {
        struct entry *big = NULL;
        for (size_t i = 0; i < ENTRIES; i++)
            if (&c->entries[i] != but && (!big || c->entries[i].body.room > big->body.room))
                big = &c->entries[i];
        if (big->body.room == 0)
            return;
        all -= big->body.room;
        forget(big);
    }
}

static bool make(const struct app *a, const struct page *page, struct slice path,
                 struct slice query, struct entry *it, struct err *e)
{
    struct arena *scratch = arena_new(SCRATCH_MAX);
    buf_clear(&it->body);
    bool ok = scratch ? page->make(a, path, query, scratch, &it->body, e)
                      : err_set(e, ERR_BUG, "out of memory");
    if (ok && it->body.failed)
        ok = err_set(e, ERR_BUG, "the document is too large; use a filter");
    arena_free(scratch);
    return ok;
}

static bool is_fresh(const struct entry *it, const struct page *page,
                     const struct outbox_view *view)
{
    return it->body.len > 0 && it->epoch == view->epoch && it->seq == view->last_seq &&
           (page->ages_ms == 0 || clock_monotonic_us() - it->made_us < page->ages_ms * 1000);
}

/* False: the answer says why. */
static bool make_anew(struct app *a, const struct page *page, struct slice path, struct slice query,
                      const struct outbox_view *view, struct entry *it, struct http_answer *answer,
                      struct buf *body)
{
    struct err e = {0};
    int64_t began = clock_monotonic_us();
    bool ok = make(a, page, path, query, it, &e);
    if (query.len > 0)
        a->pages->spent_us += clock_monotonic_us() - began;
    if (!ok) {
        forget(it);
        answer->status = e.kind == ERR_USAGE ? 400 : e.kind == ERR_NO ? 404 : 503;
        buf_addz(body, e.text);
        return false;
    }
    it->epoch = view->epoch;
    it->seq = view->last_seq;
    it->made_us = clock_monotonic_us();
    int n = snprintf(it->etag, sizeof it->etag, "\"%" PRId64 "-%" PRId64, it->epoch, it->seq);
    if (page->ages_ms > 0)
        snprintf(it->etag + n, sizeof it->etag - (size_t)n, ".%" PRId64 "\"", it->made_us / 1000);
    else
        snprintf(it->etag + n, sizeof it->etag - (size_t)n, "\"");
    make_room(a->pages, it);
    return true;
}

/* Not now, but soon. */
static void ask_again(struct http_answer *answer, struct buf *body, const char *why)
{
    answer->status = 503;
    answer->soon = true;
    buf_addz(body, why);
}

void pages_serve(struct app *a, const struct page *page, struct slice path, struct slice query,
                 struct http_answer *answer, struct buf *body)
{
    struct outbox_view view;
    if (!pages_published(a, answer, body, &view))
        return;
    if (path.len + query.len + 1 >= KEY_MAX) {
        answer->status = 400;
        buf_addf(body, "the address is longer than %d bytes; use fewer filters", KEY_MAX);
        return;
    }
    struct entry *it = find(a->pages, path, query);
    bool fresh = it && is_fresh(it, page, &view);
    if (!fresh && !view.waiting && !may_make(a->pages, query)) {
        ask_again(answer, body, "many pages are being made; try again\n");
        return;
    }
    it = it ? it : add(a->pages, path, query);
    it->used = ++a->pages->clock;
    if (!view.waiting && !fresh && !make_anew(a, page, path, query, &view, it, answer, body))
        return;
    if (it->body.len == 0) {
        ask_again(answer, body, "a change waits for the disk; try again\n");
        return;
    }
    snprintf(answer->etag, sizeof answer->etag, "%s", it->etag);
    answer->type = page->type;
    buf_add(body, buf_slice(&it->body));
}
