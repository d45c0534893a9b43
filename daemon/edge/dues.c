/* SPDX-License-Identifier: ISC */
/* The knockout: places in an array, each with the sooner one of the two behind it. */
#include "daemon/edge/dues.h"

#include <stdlib.h>

#include "daemon/edge/timer.h"

struct dues {
    struct timer *timer;
    void (*fire)(size_t who, void *ctx);
    void *ctx;
    size_t count;
    int64_t due_us[]; /* [1] is the first of all; behind i lie 2 i and 2 i + 1; at count + who it is
                         that one's own */
};

static void note(struct dues *d, size_t who, int64_t at_us)
{
    size_t i = d->count + who;
    for (d->due_us[i] = at_us; i > 1; i /= 2)
        d->due_us[i / 2] = d->due_us[i] < d->due_us[i ^ 1] ? d->due_us[i] : d->due_us[i ^ 1];
}

static size_t first(const struct dues *d)
{
    size_t i = 1;
    while (i < d->count)
        i = 2 * i + (d->due_us[2 * i] != d->due_us[i]);
    return i - d->count;
}

static void wait_for_first(struct dues *d)
{
    int64_t left = d->due_us[1] - timer_now_us();
    if (d->due_us[1] == DUES_NEVER)
        timer_cancel(d->timer);
    else
        timer_set(d->timer, left > 0 ? (left + 999) / 1000 : 0);
}

static void on_due(void *ctx)
{
    struct dues *d = ctx;
    int64_t now = timer_now_us();
    for (size_t turns = d->count; turns > 0 && d->due_us[1] <= now; turns--) {
        size_t who = first(d);
        note(d, who, DUES_NEVER);
        d->fire(who, d->ctx);
    }
    wait_for_first(d);
}

struct dues *dues_new(struct event_base *base, size_t count, void (*fire)(size_t who, void *ctx),
                      void *ctx)
{
    struct dues *d = malloc(sizeof *d + (2 * count + 2) * sizeof d->due_us[0]);
    if (d == NULL)
        return NULL;
    d->timer = timer_new(base, on_due, d);
    d->fire = fire;
    d->ctx = ctx;
    d->count = count;
    for (size_t i = 0; i < 2 * count + 2; i++)
        d->due_us[i] = DUES_NEVER;
    if (d->timer != NULL)
        return d;
    free(d);
    return NULL;
}

void dues_free(struct dues *d)
{
    if (d == NULL)
        return;
    timer_free(d->timer);
    free(d);
}

void dues_set(struct dues *d, size_t who, int64_t at_us)
{
    int64_t was = d->due_us[1];
    note(d, who, at_us);
    if (d->due_us[1] != was)
        wait_for_first(d);
}
