/* SPDX-License-Identifier: ISC */
/* The parcel: a copy of a message, or of the rows it rests on, that owns its text, so that it can
 * wait to be published. */
#ifndef TALLYD_PARCEL_H
#define TALLYD_PARCEL_H

#include "daemon/core/message.h"
#include "daemon/edge/desk_rows.h"

/* What a parcel and all behind it wait for. Rows come to the disk in their order, payloads too, and
 * rows before payloads that were given earlier. */
enum parcel_hold { PARCEL_GOES /* nothing */, PARCEL_ROWS, PARCEL_PAYLOAD };

struct parcel {
    struct message message;
    /* instead of a message, or NULL: rows for the book, and for the stream with their events */
    struct desk_entries *book, *live;
    int64_t last_byte_us;
    enum parcel_hold hold;
    bool first; /* of its event */
    struct parcel *next;
    char text[];
};

/* A copy in one piece of memory: free() frees it. NULL: memory is out. */
struct parcel *parcel_new(const struct message *m, int64_t last_byte_us);
/* A copy of rows. NULL: memory is out. */
struct parcel *parcel_of_rows(const struct writer_job *rows);
void parcel_free(struct parcel *p); /* of either; accepts NULL */

/* Where in a list the first that waits for such is linked; at its end: none does. */
struct parcel **parcel_held(struct parcel **list, enum parcel_hold hold);
/* Are there rows that wait for nothing but what is before them? */
bool parcel_has_late_rows(const struct parcel *list);

/* Copy the text to *at, which moves on; *s is the copy. */
void parcel_pack(struct slice *s, char **at);

#endif
