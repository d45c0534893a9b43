/* SPDX-License-Identifier: ISC */
/* When each of many is due, on one timer of the loop.
 *
 * A knockout: what is due sooner goes on to the next round, and who is first of all is found by
 * going back. It lies in one block, 16 bytes for each. In the loop's own heap of timers each that
 * comes or goes, even one that is due at once, passes a dozen others, wherever they lie: with five
 * thousand that rest, some 6 us of a poll.
 */
#ifndef TALLYD_EDGE_DUES_H
#define TALLYD_EDGE_DUES_H

#include <stddef.h>
#include <stdint.h>

#define DUES_NEVER INT64_MAX

struct dues;
struct event_base;

/* Of `count`, 0 and up; none is due. `fire` comes from the loop, may set any of them, and may not
 * free it. NULL: memory is out. */
struct dues *dues_new(struct event_base *base, size_t count, void (*fire)(size_t who, void *ctx),
                      void *ctx);
void dues_free(struct dues *d); /* accepts NULL */

/* Once, at this moment of timer_now_us(), or as soon as may be when it is gone; replaces what was
 * set. DUES_NEVER: not at all. */
void dues_set(struct dues *d, size_t who, int64_t at_us);

#endif
