/* SPDX-License-Identifier: ISC */
/* One-shot timers on the loop, and a few words to the loop itself, so that app needs no libevent.
 */
#ifndef TALLYD_EDGE_TIMER_H
#define TALLYD_EDGE_TIMER_H

#include <stdint.h>

struct event_base;
struct timer;

/* NULL: memory is out. The function may set the timer again, and may free it. */
struct timer *timer_new(struct event_base *base, void (*fire)(void *ctx), void *ctx);
void timer_free(struct timer *t);            /* accepts NULL */
void timer_set(struct timer *t, int64_t ms); /* from now; replaces what was set */
void timer_cancel(struct timer *t);

int64_t timer_now_us(void); /* CLOCK_MONOTONIC */

struct event_base *loop_new(void); /* NULL: memory is out */
void loop_free(struct event_base *base);
void loop_run(struct event_base *base); /* until loop_stop */
void loop_stop(struct event_base *base);

/* A signal as an event of the loop; NULL: memory is out. Freed with timer_free. */
struct timer *loop_signal(struct event_base *base, int number, void (*fire)(void *ctx), void *ctx);

#endif
