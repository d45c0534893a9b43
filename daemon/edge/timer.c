/* SPDX-License-Identifier: ISC */
/* Timers, signals and the loop, on libevent. */
#include "daemon/edge/timer.h"

#include <stdlib.h>
#include <time.h>

#include <event2/event.h>

struct timer {
    struct event *event;
    void (*fire)(void *ctx);
    void *ctx;
};

static void on_fire(evutil_socket_t fd, short what, void *ctx)
{
    struct timer *t = ctx;
    (void)fd, (void)what;
    t->fire(t->ctx);
}

static struct timer *timer_make(struct event_base *base, int fd, short what,
                                void (*fire)(void *ctx), void *ctx)
{
    struct timer *t = calloc(1, sizeof *t);
    if (!t)
        return NULL;
    t->fire = fire;
    t->ctx = ctx;
    t->event = event_new(base, fd, what, on_fire, t);
    if (t->event)
        return t;
    free(t);
    return NULL;
}

struct timer *timer_new(struct event_base *base, void (*fire)(void *ctx), void *ctx)
{
    return timer_make(base, -1, 0, fire, ctx);
}

void timer_free(struct timer *t)
{
    if (!t)
        return;
    event_free(t->event);
    free(t);
}

void timer_set(struct timer *t, int64_t ms)
{
    struct timeval tv = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};
    evtimer_add(t->event, &tv);
}

void timer_cancel(struct timer *t)
{
    evtimer_del(t->event);
}

int64_t timer_now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

struct event_base *loop_new(void)
{
    /* monotonic to the millisecond, not to the tick of a coarse clock */
    struct event_config *c = event_config_new();
    if (!c)
        return NULL;
    event_config_set_flag(c, EVENT_BASE_FLAG_PRECISE_TIMER);
    struct event_base *base = event_base_new_with_config(c);
    event_config_free(c);
    return base;
}

void loop_free(struct event_base *base)
{
    if (base)
        event_base_free(base);
}

void loop_run(struct event_base *base)
{
    event_base_loop(base, EVLOOP_NO_EXIT_ON_EMPTY);
}

void loop_stop(struct event_base *base)
{
    event_base_loopbreak(base);
}

struct timer *loop_signal(struct event_base *base, int number, void (*fire)(void *ctx), void *ctx)
{
    struct timer *t = timer_make(base, number, EV_SIGNAL | EV_PERSIST, fire, ctx);
    if (t)
        evsignal_add(t->event, NULL);
    return t;
}
