/* SPDX-License-Identifier: ISC */
/* One list a host for those who wait, and one for each sureness of those who may start. */
#include "daemon/edge/gate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "daemon/base/map.h"
#include "daemon/edge/origin.h"
#include "daemon/edge/timer.h"

#define NAME_ROOM 1024
#define LOOK_AGAIN_MS 500
#define FRESH_MS 20

/* So many look for an address at most when one more may. */
static const int most_starting[GATE_SURENESSES] = {
    [GATE_KEPT] = GATE_STARTS,
    [GATE_FOUND] = GATE_STARTS - 8,
    [GATE_UNSURE] = GATE_STARTS - 16,
    [GATE_LOST] = GATE_STARTS / 4,
};

struct queue {
    struct gate_entry *first, *last;
};

struct gate_host {
    struct queue waiting;
    int64_t in;       /* ready or asking */
    int64_t until_us; /* it rests; CLOCK_MONOTONIC */
    enum gate_sureness sureness;
    bool visited; /* nobody but those who were sent there has it */
};

struct gate {
    struct timer *turn;
    struct map *hosts;
    int64_t per_host;
    int starting;
    int threads; /* of the process, before any look-up */
    int looking; /* look-ups, also those that were given up */
    int fresh;   /* of those that are starting, in the last turn: they may have no thread yet */
    struct queue ready[GATE_SURENESSES];
    size_t visited;
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

/* proc(5): each has a folder there. */
static int count_threads(void)
{
    struct stat st;
    return stat("/proc/self/task", &st) == 0 ? (int)st.st_nlink - 2 : 0;
}

static void count_looking(struct gate *g)
{
    int looking = count_threads() - g->threads + g->fresh;
    g->looking = looking > g->starting ? looking : g->starting;
}

static bool may_start(const struct gate *g, enum gate_sureness as)
{
    if (as == GATE_ADDRESS)
        return true;
    return (as >= GATE_UNSURE ? g->looking : g->starting) < most_starting[as];
}

/* NULL: nobody may start. */
static struct gate_entry *first_ready(const struct gate *g)
{
    for (int i = 0; i < GATE_SURENESSES; i++)
        if (g->ready[i].first != NULL && may_start(g, (enum gate_sureness)i))
            return g->ready[i].first;
    return NULL;
}

/* Only for the less sure kinds are threads counted. True: some of those wait. */
static bool see_unsure(struct gate *g)
{
    bool some = g->ready[GATE_UNSURE].first != NULL || g->ready[GATE_LOST].first != NULL;
    if (some)
        count_looking(g);
    return some;
}

/* Nobody tells when a look-up ends that was given up. */
static void turn_soon(struct gate *g)
{
    bool unsure = see_unsure(g);
    if (first_ready(g) != NULL)
        timer_set(g->turn, 0);
    else if (unsure)
        timer_set(g->turn, g->fresh > 0 ? FRESH_MS : LOOK_AGAIN_MS);
}

static void make_ready(struct gate *g, struct gate_entry *entry)
{
    entry->state = GATE_READY;
    entry->ready = entry->host->sureness;
    append(&g->ready[entry->ready], entry);
    turn_soon(g);
}

/* No more in one turn of the loop either: these are some 5 ms of connecting. */
static void on_turn(void *ctx)
{
    struct gate *g = ctx;
    struct gate_entry *entry;
    g->fresh = 0;
    see_unsure(g);
    for (int i = 0; i < GATE_STARTS && (entry = first_ready(g)) != NULL; i++) {
        take_out(&g->ready[entry->ready], entry);
        entry->state = entry->ready == GATE_ADDRESS ? GATE_IN : GATE_STARTING;
        g->starting += entry->state == GATE_STARTING;
        g->looking += entry->state == GATE_STARTING;
        g->fresh += entry->state == GATE_STARTING;
        entry->go(entry);
    }
    turn_soon(g);
}

static void end_start(struct gate *g)
{
    g->starting--;
    g->fresh -= g->fresh > 0;
}

void gate_found(struct gate *g, struct gate_entry *entry, bool kept)
{
    if (entry->state != GATE_STARTING)
        return;
    entry->state = GATE_IN;
    entry->host->sureness = kept ? GATE_KEPT : GATE_FOUND;
    end_start(g);
    turn_soon(g);
}

void gate_asked(struct gate_entry *entry)
{
    if (entry->state == GATE_STARTING)
        entry->host->sureness = entry->host->sureness < GATE_UNSURE ? GATE_UNSURE : GATE_LOST;
}

struct gate *gate_new(struct event_base *base, int64_t per_host, size_t hosts)
{
    struct gate *g = calloc(1, sizeof *g);
    if (g == NULL)
        return NULL;
    g->per_host = per_host;
    g->threads = count_threads();
    g->turn = timer_new(base, on_turn, g);
    g->hosts = map_new(hosts + GATE_VISITED, true);
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

/* One key for all spellings; the usual port is not in it, so that http and https are one host. */
static struct slice name_of(struct slice url, char room[NAME_ROOM], bool *is_address)
{
    struct origin o = {0};
    *is_address = false;
    if (!origin_of(url, &o)) /* it will fail, whatever is asked */
        return url;
    *is_address = o.is_address;
    bool usual = strcmp(o.port, strcmp(o.scheme, "https") == 0 ? "443" : "80") == 0;
    snprintf(room, NAME_ROOM, "%s%s%s", o.host, usual ? "" : ":", usual ? "" : o.port);
    return slice_of(room);
}

static struct gate_host *host_of(struct gate *g, struct slice name, bool is_address)
{
    struct gate_host *host = map_get(g->hosts, name);
    if (host != NULL)
        return host;
    host = calloc(1, sizeof *host);
    if (host == NULL || !map_put(g->hosts, name, host)) {
        free(host);
        return NULL;
    }
    host->sureness = is_address ? GATE_ADDRESS : GATE_UNSURE;
    host->visited = true;
    g->visited++;
    return host;
}

struct gate_host *gate_host(struct gate *g, struct slice url)
{
    char room[NAME_ROOM];
    bool is_address;
    struct slice name = name_of(url, room, &is_address);
    struct gate_host *host = host_of(g, name, is_address);
    if (host != NULL && host->visited) {
        host->visited = false;
        g->visited--;
    }
    return host;
}

/* Those that nobody needs any more. */
static void forget_visited(struct gate *g)
{
    struct slice name;
    void *value;
    for (size_t at = 0; map_next(g->hosts, &at, &name, &value);) {
        struct gate_host *host = value;
        if (!host->visited || host->in > 0 || host->waiting.first != NULL || gate_rests(host) > 0)
            continue;
        map_remove(g->hosts, name);
        free(host);
        g->visited--;
    }
}

struct gate_host *gate_visit(struct gate *g, struct slice url)
{
    char room[NAME_ROOM];
    bool is_address;
    struct slice name = name_of(url, room, &is_address);
    if (g->visited >= GATE_VISITED && !map_has(g->hosts, name))
        forget_visited(g);
    return g->visited < GATE_VISITED || map_has(g->hosts, name) ? host_of(g, name, is_address)
                                                                : NULL;
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
    switch (entry->state) {
    case GATE_OUT:
        return;
    case GATE_WAITING:
        take_out(&host->waiting, entry);
        break;
    case GATE_READY:
        take_out(&g->ready[entry->ready], entry);
        host->in--;
        break;
    case GATE_STARTING:
        end_start(g);
        host->in--;
        turn_soon(g);
        break;
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

void gate_inherit(struct gate *g, const struct gate *was)
{
    struct slice name;
    void *value;
    for (size_t at = 0; map_next(was->hosts, &at, &name, &value);) {
        const struct gate_host *old = value;
        bool known = map_has(g->hosts, name), rests = gate_rests(old) > 0;
        struct gate_host *host = known || (rests && g->visited < GATE_VISITED)
                                     ? host_of(g, name, old->sureness == GATE_ADDRESS)
                                     : NULL;
        if (host == NULL)
            continue;
        host->until_us = old->until_us > host->until_us ? old->until_us : host->until_us;
        /* its connections end with it */
        host->sureness = old->sureness == GATE_KEPT ? GATE_FOUND : old->sureness;
    }
}
