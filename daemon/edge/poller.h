/* SPDX-License-Identifier: ISC */
/* Keeps every file of every source up to date: asks when it is due, fetches, hands the body to a
 * worker, and tells the app what came of it. All times here are real time; the election clock is
 * the app's.
 *
 * One file is in one of: waiting for its time, asking for its version, fetching, parsing, waiting
 * to be settled. It is never fetched twice at once. A file is polled by URL (http, https) or by
 * path (read whole when its mtime, size or inode changed; when it is put in its place it is looked
 * at, whatever its time).
 */
#ifndef TALLYD_EDGE_POLLER_H
#define TALLYD_EDGE_POLLER_H

#include <stdint.h>

#include "daemon/base/err.h"
#include "daemon/base/hash.h"
#include "daemon/edge/polling.h"

struct event_base;
struct workers;

struct poller;

bool poller_new(struct event_base *base, const struct poller_settings *settings,
                struct workers *workers, const struct poller_calls *calls, struct poller **out,
                struct err *e) MUST_USE;
/* Before its workers; polls under way are dropped. Not from a callback. Accepts NULL. */
void poller_free(struct poller *p);

/* What was known before a restart: validators of the payload that is on air. Before poller_start.
 * Ignored for a source with companions: they may have changed, so its files come once again. */
void poller_restore(struct poller *p, uint32_t source, uint32_t file, struct slice etag,
                    struct slice last_modified, struct slice version, struct digest digest);
/* The same for a change since that payload, after it: the bytes of the last one. */
void poller_restore_delta(struct poller *p, uint32_t source, uint32_t file, struct digest digest);
/* After a reload, before poller_start: what sites asked of a poller that is still there, and what
 * became of their names. */
void poller_inherit(struct poller *p, const struct poller *was);
/* The same: file `file` of `source` goes on where that of a poller that
 * is still there is: when it is due, what a site asked for, what it has counted. False: it was
 * asked somewhere else. */
bool poller_continue(struct poller *p, uint32_t source, uint32_t file, const struct poller *was,
                     uint32_t was_source, uint32_t was_file);
void poller_start(struct poller *p);

/* Before it ends: what is due waits, and stays due, until it is let go again. */
void poller_hold(struct poller *p, bool hold);
size_t poller_under_way(const struct poller *p); /* how many polls are */

/* Poll the files of a source now. How many are: not those that are being polled, or whose site has
 * asked for a rest. */
size_t poller_soon(struct poller *p, uint32_t source);

/* How many ms more a site of the source has asked to be left alone; 0: none has. */
int64_t poller_rests(const struct poller *p, uint32_t source);

void poller_state(const struct poller *p, uint32_t source, uint32_t file, struct poller_state *out);

#endif
