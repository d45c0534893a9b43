/* SPDX-License-Identifier: ISC */
/* The read-only HTTP server: finished resources by path, and a few made on request. GET and HEAD
 * only. */
#ifndef TALLYD_EDGE_HTTP_H
#define TALLYD_EDGE_HTTP_H

#include <stdint.h>

#include "daemon/base/arena.h"
#include "daemon/base/buf.h"
#include "daemon/base/err.h"

struct event_base;
struct http;

struct http_settings {
    struct slice listen;       /* "127.0.0.1:8080"; port 0 picks one */
    struct slice cors_origin;  /* empty: none; copied */
    const struct slice *hosts; /* names this server may be called by, besides localhost and
                                  addresses; copied */
    size_t host_count;
    size_t max_streams;
};

/* Make a resource on request. `query` is raw. Returns the HTTP status (200, 404, 503 ...); the body
 * goes into out, for an error what is wrong and what to do, in words. `type` and `etag` (quotes
 * included; may stay empty) are the callee's literals or live until it returns to the loop. */
struct http_answer {
    int status;
    const char *type; /* "application/json" */
    char etag[64];
    const char
        *policy;   /* Content-Security-Policy of a page for browsers; NULL: nothing is allowed */
    bool soon;     /* it cannot be made just now, and is asked for again for two seconds before this
                      goes     out */
    bool no_store; /* livez, readyz, metrics */
};
typedef void http_handler(struct slice path, struct slice query, struct http_answer *answer,
                          struct buf *body, void *ctx);

/* Begin an answer that does not end: which topics (bits) its reader wants, 0 with the answer made
 * for an error; then what it is told first. `last_id`: its Last-Event-ID, or empty. */
struct http_stream;
typedef unsigned http_stream_handler(struct slice query, struct http_answer *answer,
                                     struct buf *body, void *ctx);
typedef void http_stream_first(struct http_stream *s, struct slice last_id, void *ctx);

struct http_route {
    const char *path; /* exact, or a prefix when it ends in '/' and is longer than "/" */
    http_handler *handler;
    http_stream_handler *stream; /* else */
    http_stream_first *first;
};

/* Routes: an array ended by a NULL path, alive as long as the server. Unknown paths answer an RFC
 * 9457 problem with a hint. */
bool http_new(struct event_base *base, const struct http_settings *s,
              const struct http_route *routes, void *ctx, struct http **out,
              struct err *e) MUST_USE;
void http_free(struct http *h); /* accepts NULL */
int http_port(const struct http *h);
/* "http://127.0.0.1:8080": where this machine reaches it. */
#define HTTP_ADDRESS 300
void http_address(const struct http *h, char out[HTTP_ADDRESS]);
/* Whole events, to all who want any of these topics; to one: http_stream.h. */
void http_send(struct http *h, unsigned topics, struct slice text);
void http_end(struct http *h);             /* ... and no more: readers are let go, and come again */
size_t http_streams(const struct http *h); /* how many there are */

/* Is `path` the route's? */
bool http_path_is(const char *route, struct slice path);
/* A part of a query as it was typed: %xx and + decoded, into the arena. ptr NULL: memory, or a NUL
 * in it. */
struct slice http_decode(struct slice raw, struct arena *a);

/* A reload may change it; copied. One of 300 bytes or more: none. */
void http_set_cors_origin(struct http *h, struct slice origin);

#endif
