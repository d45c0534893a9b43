/* SPDX-License-Identifier: ISC */
/* HTTP resources that are made of the model when somebody asks, and kept until something newer is
 * published: a thousand readers cost one making. Those with a query are made for a quarter of the
 * time at most: who asks more has to wait, and a 503 after two seconds. While the model is ahead of
 * what is published (it waits for the disk), they are shown as they were made last. */
#ifndef TALLYD_PAGES_MADE_H
#define TALLYD_PAGES_MADE_H

#include "daemon/base/arena.h"
#include "daemon/edge/http.h"

struct app;
struct outbox_view;

/* 503, for as long as there is nothing to show; and why. */
void pages_not_ready(const struct app *a, struct http_answer *answer, struct buf *body);
/* Is there? Then also what it is; else the answer is made. */
bool pages_published(const struct app *a, struct http_answer *answer, struct buf *body,
                     struct outbox_view *view);

struct page {
    const char *type;
    /* False: ERR_USAGE is a 400, ERR_NO a 404, else 503. `query` is raw. */
    bool (*make)(const struct app *a, struct slice path, struct slice query, struct arena *scratch,
                 struct buf *out, struct err *e);
    int64_t ages_ms; /* has times in it, and is made anew after this; 0: only with news */
};

struct page_cache;
struct page_cache *page_cache_new(void); /* NULL: memory */
void page_cache_free(struct page_cache *c);

void pages_serve(struct app *a, const struct page *page, struct slice path, struct slice query,
                 struct http_answer *answer, struct buf *body);

#endif
