/* SPDX-License-Identifier: ISC */
/* Who waits to hear whether the standby has kept a decision, too. Times are the caller's. */
#ifndef TALLYD_DUTY_WAITERS_H
#define TALLYD_DUTY_WAITERS_H

#include "daemon/desk_book.h"

enum duty_kept { DUTY_ALONE /* there is no other daemon */, DUTY_BOTH, DUTY_HERE };
typedef void duty_waiter_done(enum duty_kept kept, void *ctx);

struct duty_waiter; /* the first of a list; NULL: nobody waits */

/* `place` is the decision's in the desk's stream; of epoch 0 it is not known yet. False when memory
 * is out: `done` is not told then. */
bool duty_waiters_add(struct duty_waiter **all, struct desk_place place, int64_t until_ms,
                      duty_waiter_done *done, void *ctx) MUST_USE;

/* Told are those whose decision is among what the standby has kept, and those whose time is up.
 * What was decided without a place lies before `now`; but where it is `over`, for we serve no
 * longer, it has come into no stream, and all are told. */
void duty_waiters_release(struct duty_waiter **all, struct desk_place now, struct desk_place kept,
                          int64_t now_ms, bool over);

void duty_waiters_free(struct duty_waiter **all); /* nobody is told */

#endif
