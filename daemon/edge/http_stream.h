/* SPDX-License-Identifier: ISC */
/* Answers of the HTTP server that do not end: server-sent events. A reader that does not read is
 * cut off and may resume; nobody waits for it. */
#ifndef TALLYD_EDGE_HTTP_STREAM_H
#define TALLYD_EDGE_HTTP_STREAM_H

#include <stddef.h>

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
size_t http_streams_count(const struct http_streams *all);

#endif
