/* SPDX-License-Identifier: ISC */
/* Answers of the HTTP server that do not end: server-sent events. A reader that does not read is
 * cut off and may resume; nobody waits for it. */
#ifndef TALLYD_EDGE_HTTP_STREAM_H
#define TALLYD_EDGE_HTTP_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/base/slice.h"

struct evhttp_request;
struct http_stream;
struct http_streams;

struct http_streams *http_streams_new(void);    /* NULL: memory */
void http_streams_free(struct http_streams *s); /* ends them; accepts NULL */

/* Begin one: headers of the request are set, the status line goes out with this. NULL: memory. */
struct http_stream *http_stream_begin(struct http_streams *all, struct evhttp_request *req,
                                      unsigned wants);
/* Whole events, to one, and to all that want any of these topics. */
void http_stream_send(struct http_stream *s, struct slice text);
void http_streams_send(struct http_streams *all, unsigned topics, struct slice text);

/* What one is to be told before it hears what is sent to all: `more` sends some of it, until
 * http_stream_full, and is called again when that is read; false: it has all of it. */
typedef bool http_stream_more(struct http_stream *s, void *ctx);
void http_stream_feed(struct http_stream *s, http_stream_more *more, void *ctx);
bool http_stream_full(const struct http_stream *s);
unsigned http_stream_wants(const struct http_stream *s);
/* How far it is: for whoever feeds it, 0 at first. */
struct http_place {
    int64_t epoch, seq;
};
struct http_place *http_stream_place(struct http_stream *s);

/* End them all. */
void http_streams_end(struct http_streams *all);

size_t http_streams_count(const struct http_streams *all);

#endif
