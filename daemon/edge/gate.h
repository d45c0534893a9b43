/* SPDX-License-Identifier: ISC */
/* Who may ask now: at most so many at once of one host, first come first served; and over all hosts
 * at most GATE_STARTS that still look for their host's address, for each of which libcurl has a
 * thread.
 *
 * Names that nobody answers for hold their places for long. So the surer it is that an address will
 * be found, the sooner it is somebody's turn: those of a kind may fill only so many of the places
 * (gate.c), and what is left is for surer ones. Whose host is an address takes none. A look-up that
 * was given up has its thread until no name server can answer any more: for those of the less sure
 * kinds it counts till then.
 */
#ifndef TALLYD_EDGE_GATE_H
#define TALLYD_EDGE_GATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/base/slice.h"

#define GATE_STARTS 64

struct event_base;
struct gate;
struct gate_host;

/* What a host's name has come to, the surest first. */
enum gate_sureness {
    GATE_ADDRESS, /* there is none to look up */
    GATE_KEPT,    /* the last time a connection had been kept */
    GATE_FOUND,
    GATE_UNSURE, /* it is new, or was not found the last time */
    GATE_LOST,   /* not found more than once in a row */
    GATE_SURENESSES
};

struct gate_entry { /* the caller's; zero at the start. A file at rest is in no list */
    void (*go)(struct gate_entry *entry); /* it may ask now; called from the loop */
    struct gate_host *host;
    enum { GATE_OUT, GATE_WAITING, GATE_READY, GATE_STARTING, GATE_IN } state;
    enum gate_sureness ready; /* as what it waits */
    struct gate_entry *next;
};

/* Up to `hosts` of them; NULL: memory is out. */
struct gate *gate_new(struct event_base *base, int64_t per_host, size_t hosts);
void gate_free(struct gate *g); /* accepts NULL */

/* The host of a URL, by its host and port however they are written; the same for the same. NULL:
 * too many, or memory is out. */
struct gate_host *gate_host(struct gate *g, struct slice url);
/* The same, of where somebody was sent: good while an entry waits there or is in. At most
 * GATE_VISITED beside those above that are asked or rest. */
struct gate_host *gate_visit(struct gate *g, struct slice url);
#define GATE_VISITED 1000

/* Wait for `go`. */
void gate_enter(struct gate *g, struct gate_entry *entry);
/* It has its host's address, or needed none for a connection was kept. Nothing when that is said
 * already. */
void gate_found(struct gate *g, struct gate_entry *entry, bool kept);
/* Before it leaves: it asked. Where the address was not found till then, it is not to be had. */
void gate_asked(struct gate_entry *entry);
/* It has asked, or gives up waiting. */
void gate_leave(struct gate *g, struct gate_entry *entry);

/* The host wants to be left alone for so long, by whomever: whoever goes asks first how much of it
 * is left. A shorter rest does not end a longer one. */
void gate_rest(struct gate_host *host, int64_t ms);
int64_t gate_rests(const struct gate_host *host); /* ms; 0: it does not */

/* What another gate, that ends, knows of its hosts: their rests, and what became of their names. */
void gate_inherit(struct gate *g, const struct gate *was);

#endif
