/* SPDX-License-Identifier: ISC */
/* A plain HTTP server for feeds of our own making or recording: validators, 304, gzip, HEAD, as
 * real sites answer. */
#ifndef TALLYD_SIM_SERVE_H
#define TALLYD_SIM_SERVE_H

#include <stdint.h>

#include "daemon/base/err.h"
#include "daemon/base/slice.h"

struct event_base;
struct serve;

struct serve_answer {
    int status;          /* 200 unless the feed says else */
    const char *type;    /* "application/json" */
    struct slice body;   /* lives until the next answer of the same feed */
    int64_t modified_ms; /* Last-Modified; WHEN_UNKNOWN: none */
    bool etag;           /* send one (of the body's bytes) */
    bool no_gzip;        /* the body is compressed already */
};

/* Makes the answer for a path below the feed's prefix; false: 404. The query is as it was asked. */
typedef bool serve_feed(struct slice rest, struct slice query, int64_t now_ms,
                        struct serve_answer *out, void *ctx);

struct serve *serve_new(struct event_base *base, int port, int64_t (*now)(void *ctx), void *ctx,
                        struct err *e);
bool serve_add(struct serve *s, struct slice prefix, serve_feed *feed, void *ctx);
int serve_port(const struct serve *s);

/* How many requests were answered with each status, for the report at the end. */
struct serve_counts {
    int64_t full, unchanged, missing, bytes;
};
struct serve_counts serve_counts(const struct serve *s);
void serve_free(struct serve *s); /* accepts NULL */

#endif
