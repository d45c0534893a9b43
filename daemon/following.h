/* SPDX-License-Identifier: ISC */
/* Following: the desk's stream read into our own disk, so that it is the active daemon's history
 * and nothing else. Entries come in the stream's order; what is on disk is what can be told as
 * kept.
 *
 * The first entry of an epoch says how many are its whole history: when those are read they replace
 * what is on our disk, in one step, files with it: our own payloads are of another time, and their
 * marks would be taken for news. What follows is added. A stream of our own disk tells nothing new,
 * unless that disk is older than what it told, restored from a copy, or a copy: then what was told
 * stands. Where entries are missing nothing is taken that follows, before an epoch begins anew.
 */
#ifndef TALLYD_FOLLOWING_H
#define TALLYD_FOLLOWING_H

#include "daemon/base/buf.h"
#include "daemon/desk_book.h"
#include "daemon/edge/writer.h"

struct following;

struct following_calls {
    void (*followed)(void *ctx); /* more of it is on disk */
    /* Is the stream of this night to be followed? Else it is read and nothing taken */
    bool (*takes)(const struct desk_night *night, void *ctx);
    void *ctx;
};

bool following_new(struct writer *writer, struct slice instance, const struct writer_loaded *loaded,
                   const struct following_calls *calls, struct following **out,
                   struct err *e) MUST_USE;
void following_free(struct following *f); /* after the writer is closed; accepts NULL */

void following_begin(struct following *f); /* from the stream's first entry on */
/* `all`: our disk has all that is in it, from now on. */
void following_stop(struct following *f, bool all);
bool following_has_all(const struct following *f); /* it was stopped so */
bool following_is_on(const struct following *f);

void following_entry(struct following *f, struct desk_place at, const struct slice *texts,
                     size_t count);
/* Behind some entries. `last`: nothing will ever be added to what was read. */
void following_read(struct following *f, bool last);

/* How far the stream went that is there, as a look says, and whether it is live: else one that ends
 * before what is on our disk is of a Redis that was put back to an older dump, and nothing is taken
 * of it. */
void following_seen(struct following *f, struct desk_place there, bool live);
/* We have taken this epoch in Redis, and all that was there is on our disk: streams of older ones
 * are older than that. */
void following_took(struct following *f, int64_t epoch);

/* Read it from its first entry on, taking nothing, while we serve with what our disk alone has; at
 * its end: is there what our disk lacks, ours or another's of this night? */
void following_compare(struct following *f);
bool following_compares(const struct following *f);
bool following_lacks(const struct following *f);

/* It cannot be read any further: what was read is the last. */
void following_give_up(struct following *f);

/* The last was read, and all of it is on disk. */
bool following_done(const struct following *f);
/* Was another's history taken since following_begin? */
/* All that was read is on disk, and it can be read. */
bool following_is_whole(const struct following *f);
/* Of what night the stream is, where it is not of our own disk; nothing said before it was read. */
const struct desk_night *following_night(const struct following *f);
bool following_is_refused(const struct following *f); /* takes() said so of what is there */
bool following_is_older(const struct following *f); /* than what is on our disk: nothing is taken */
bool following_over(const struct following *f);
struct desk_place following_newest(const struct following *f); /* on our disk, of any stream */
struct desk_place following_at(const struct following *f);
struct desk_place following_kept(const struct following *f);
const char *following_last(const struct following *f);           /* decision on disk; "": none */
void following_tell(const struct following *f, struct buf *out); /* that, and how far, for people */

#endif
