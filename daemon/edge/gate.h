/* SPDX-License-Identifier: ISC */
/* Who may ask now: at most so many at once of one host, first come first served; and over all hosts
 * at most GATE_STARTS that still look for their host's address, for each of which libcurl has a
 * thread.
 */
#ifndef TALLYD_EDGE_GATE_H
#define TALLYD_EDGE_GATE_H

#include <stddef.h>
#include <stdint.h>

#include "daemon/base/slice.h"

#define GATE_STARTS 64

struct event_base;
struct gate;
struct gate_host;

struct gate_entry { /* the caller's; zero at the start. A file at rest is in no list */
    void (*go)(struct gate_entry *entry); /* it may ask now; called from the loop */
    struct gate_host *host;
    enum { GATE_OUT, GATE_WAITING, GATE_READY, GATE_STARTING, GATE_IN } state;
    struct gate_entry *next;
};

/* Up to `hosts` of them; NULL: memory is out. */
struct gate *gate_new(struct event_base *base, int64_t per_host, size_t hosts);
void gate_free(struct gate *g); /* accepts NULL */

/* The host of a URL, by its "host:port"; the same for the same. NULL: too many, or memory is out.
 */
struct gate_host *gate_host(struct gate *g, struct slice url);

/* Wait for `go`. */
void gate_enter(struct gate *g, struct gate_entry *entry);
/* It has its host's address, or needed none. Nothing when that is said already. */
void gate_found(struct gate *g, struct gate_entry *entry);
/* It has asked, or gives up waiting. */
void gate_leave(struct gate *g, struct gate_entry *entry);

/* The host wants to be left alone for so long, by whomever: whoever goes asks first how much of it
 * is left. A shorter rest does not end a longer one. */
void gate_rest(struct gate_host *host, int64_t ms);
int64_t gate_rests(const struct gate_host *host); /* ms; 0: it does not */

#endif
