/* SPDX-License-Identifier: ISC */
/* One list a host for those who wait, and one of those who may start. */
#include "daemon/edge/gate.h"

#include <stdlib.h>

#include "daemon/base/map.h"
#include "daemon/edge/timer.h"

struct queue {
    struct gate_entry *first, *last;
};

struct gate_host {
    struct queue waiting;
    int64_t in;       /* ready or asking */
    int64_t until_us; /* it rests; CLOCK_MONOTONIC */
};

struct gate {
    struct timer *turn;
    struct map *hosts;
    int64_t per_host;
    int starting;
    struct queue ready;
};

static void append(struct queue *q, struct gate_entry *entry)
{
    entry->next = NULL;
    if (q->last != NULL)
        q->last->next = entry;
    else
        q->first = entry;
    q->last = entry;
}

static void take_out(struct queue *q, struct gate_entry *entry)
{
    struct gate_entry *before = NULL, *at = q->first;
    while (at != entry) {
        before = at;
        at = at->next;
    }
    if (before != NULL)
        before->next = entry->next;
    else
        q->first = entry->next;
    if (q->last == entry)
        q->last = before;
}

static void make_ready(struct gate *g, struct gate_entry *entry)
{
    if (g->ready.first == NULL)
        timer_set(g->turn, 0);
    entry->state = GATE_READY;
    append(&g->ready, entry);
}

/* No more in one turn of the loop either: these are some 5 ms of connecting. */
static void on_turn(void *ctx)
{
    struct gate *g = ctx;
    for (int i = 0; i < GATE_STARTS && g->starting < GATE_STARTS && g->ready.first != NULL; i++) {
        struct gate_entry *entry = g->ready.first;
        take_out(&g->ready, entry);
        entry->state = GATE_STARTING;
        g->starting++;
        entry->go(entry);
    }
    if (g->ready.first != NULL && g->starting < GATE_STARTS)
        timer_set(g->turn, 0);
}

void gate_found(struct gate *g, struct gate_entry *entry)
{
    if (entry->state != GATE_STARTING)
        return;
    entry->state = GATE_IN;
    if (g->starting-- == GATE_STARTS && g->ready.first != NULL)
        timer_set(g->turn, 0);
}

struct gate *gate_new(struct event_base *base, int64_t per_host, size_t hosts)
{
    struct gate *g = calloc(1, sizeof *g);
    if (g == NULL)
        return NULL;
    g->per_host = per_host;
    g->turn = timer_new(base, on_turn, g);
    g->hosts = map_new(hosts, true);
    if (g->turn != NULL && g->hosts != NULL)
        return g;
    gate_free(g);
    return NULL;
}

void gate_free(struct gate *g)
{
    if (g == NULL)
        return;
    void *host;
    struct slice name;
    for (size_t at = 0; g->hosts != NULL && map_next(g->hosts, &at, &name, &host);)
        free(host);
    map_free(g->hosts);
    timer_free(g->turn);
    free(g);
}

static struct slice authority_of(struct slice url)
{
    size_t scheme = slice_find(url, SLICE("://")), end;
    struct slice rest = slice_sub(url, scheme == SIZE_MAX ? 0 : scheme + 3, url.len);
    for (end = 0; end < rest.len; end++)
        if (rest.ptr[end] == '/' || rest.ptr[end] == '?' || rest.ptr[end] == '#')
            break;
    return slice_sub(rest, 0, end);
}

struct gate_host *gate_host(struct gate *g, struct slice url)
{
    struct slice name = authority_of(url);
    struct gate_host *host = map_get(g->hosts, name);
    if (host != NULL)
        return host;
    host = calloc(1, sizeof *host);
    if (host != NULL && map_put(g->hosts, name, host))
        return host;
    free(host);
    return NULL;
}

void gate_enter(struct gate *g, struct gate_entry *entry)
{
    struct gate_host *host = entry->host;
    if (host->in < g->per_host) {
        host->in++;
        make_ready(g, entry);
        return;
    }
    entry->state = GATE_WAITING;
    append(&host->waiting, entry);
}

void gate_leave(struct gate *g, struct gate_entry *entry)
{
    struct gate_host *host = entry->host;
    gate_found(g, entry);
    switch (entry->state) {
    case GATE_OUT:
        return;
    case GATE_WAITING:
        take_out(&host->waiting, entry);
        break;
    case GATE_READY:
        take_out(&g->ready, entry);
        host->in--;
        break;
    case GATE_STARTING:
    case GATE_IN:
        host->in--;
        break;
    }
    entry->state = GATE_OUT;
    struct gate_entry *next = host->waiting.first;
    if (next == NULL || host->in >= g->per_host)
        return;
    take_out(&host->waiting, next);
    host->in++;
    make_ready(g, next);
}

void gate_rest(struct gate_host *host, int64_t ms)
{
    int64_t until = timer_now_us() + ms * 1000;
    if (until > host->until_us)
        host->until_us = until;
}

int64_t gate_rests(const struct gate_host *host)
{
    int64_t left = host->until_us - timer_now_us();
    return left > 0 ? (left + 999) / 1000 : 0;
}
