/* SPDX-License-Identifier: ISC */
/* Files that others put down for us, by what inotify(7) tells of their folders: that one was put in
 * its place, that somebody writes to it.
 *
 * It only says when to look; what a file is, the look says. Where no events come (a folder that is
 * not there yet, a file system of another machine, a link to elsewhere, no watches left) the
 * interval is what there is; so it is for a folder that is itself such a link, once that leads to
 * another one. Events may be about nothing, and may be lost in a storm, after which
 * every file is to be looked at.
 */
#ifndef TALLYD_EDGE_DROPS_H
#define TALLYD_EDGE_DROPS_H

#include <stdbool.h>
#include <stdint.h>

#include "daemon/base/slice.h"

struct drop_folder;
struct drops;
struct event_base;

struct drop {                       /* one file; the caller's, zero at first */
    const char *path;               /* outlives it */
    void (*put)(struct drop *drop); /* it may be another, and whole; from the loop */
    bool whole;   /* it was renamed into its place, and nobody has written to it since; the caller
                     takes it back when it has looked */
    bool writing; /* somebody has written to it, and not closed it; */
    int64_t written_us; /* the last time; CLOCK_MONOTONIC */
    /* drops.c's own */
    struct drops *all;
    struct drop_folder *folder;
    struct drop *next; /* of its folder */
};

/* For up to `folders` of them. NULL: inotify or memory cannot be had. */
struct drops *drops_new(struct event_base *base, size_t folders);
void drops_free(struct drops *d); /* before its files; accepts NULL */

/* From now on it hears. d NULL, or no room: it never does. */
void drops_add(struct drops *d, struct drop *drop);
/* Before each look: its folder may have come since. */
void drops_look(struct drop *drop);
/* What the look saw of the folder that its path leads to, 0 for none: it may be another since. Then
 * all of it is to be looked at once more. Who looks has found the way there just now: to go there
 * again does not block. */
void drops_saw(struct drop *drop, uint64_t inode, uint64_t device);

#endif
