/* SPDX-License-Identifier: ISC */
/* The parcel: a copy of a message, or of the rows it rests on, that owns its text, so that it can
 * wait to be published. */
#ifndef TALLYD_PARCEL_H
#define TALLYD_PARCEL_H

#include "daemon/core/message.h"
#include "daemon/edge/desk_rows.h"

struct parcel {
    struct message message;
    /* instead of a message, or NULL: rows for the book, and for the stream with their events */
    struct desk_entries *book, *live;
    int64_t last_byte_us;
    bool hold;  /* this and all behind it wait */
    bool first; /* of its event */
    struct parcel *next;
    char text[];
};

/* A copy in one piece of memory: free() frees it. NULL: memory is out. */
struct parcel *parcel_new(const struct message *m, int64_t last_byte_us);
/* A copy of rows. NULL: memory is out. */
struct parcel *parcel_of_rows(const struct writer_job *rows);
void parcel_free(struct parcel *p); /* of either; accepts NULL */

/* Copy the text to *at, which moves on; *s is the copy. */
void parcel_pack(struct slice *s, char **at);

#endif
