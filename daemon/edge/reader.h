/* SPDX-License-Identifier: ISC */
/* Files of feeds that are read by path, on a thread of its own: a slow disk or a dead mount holds
 * up no one else.
 *
 * A job belongs to the reader from reader_submit until its done callback.
 */
#ifndef TALLYD_EDGE_READER_H
#define TALLYD_EDGE_READER_H

#include <stddef.h>
#include <stdint.h>

#include "daemon/base/err.h"

struct event_base;
struct payload;
struct reader;

struct stamp { /* tells one state of a file from another */
    int64_t mtime_ns, size;
    uint64_t inode, device;
};

struct read_job {
    /* What to do; the caller's. */
    char *path;
    size_t cap;
    struct stamp known; /* all zero: none */
    bool at_once;       /* whatever `settle_ms` says */
    int64_t settle_ms;  /* it is read when nothing has changed it for so long; 0: at once */
    void (*done)(struct read_job *job); /* on the loop */

    /* What came of it. */
    bool same;          /* as `known`: not read */
    int64_t again_ms;   /* not 0: it was changed just now, and not read; to be asked again then,
                           with this job, for it knows what it saw */
    struct stamp stamp; /* of what was read */
    uint64_t folder_inode, folder_device; /* of where its path leads now; 0: nowhere */
    struct payload *payload;              /* finished, the caller's; NULL when same or failed */
    struct err err; /* why not: ERR_NOINPUT, ERR_DATA when over the cap, ERR_AGAIN when it changed
                       meanwhile */

    struct stamp seen; /* the reader's */
    int64_t seen_us;
    struct read_job *next;
};

struct reader *reader_new(struct event_base *base, struct err *e);

/* Ends the thread when it has read what it is reading; jobs not done are the caller's again, no
 * callback comes. Accepts NULL. */
void reader_free(struct reader *r);

void reader_submit(struct reader *r, struct read_job *job);

#endif
