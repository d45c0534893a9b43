/* SPDX-License-Identifier: ISC */
/* Who may be connected to the HTTP server, and for how long without a whole request: half of the
 * process' descriptors (4,096 at most), ten seconds for a request from its first byte to its last;
 * 64 MB of answers that nobody has read yet; and no spinning when the process has no descriptors
 * left. */
#ifndef TALLYD_EDGE_HTTP_DOOR_H
#define TALLYD_EDGE_HTTP_DOOR_H

#include <stdbool.h>
#include <stddef.h>

#include "daemon/base/err.h"

struct event_base;
struct evhttp;
struct evhttp_bound_socket;
struct evhttp_request;
struct http_door;

/* Before anything listens. */
bool http_door_new(struct event_base *base, struct evhttp *server, struct http_door **out,
                   struct err *e) MUST_USE;
/* After the server, which frees the connections; accepts NULL. */
void http_door_free(struct http_door *d);
void http_door_watch(struct http_door *d, struct evhttp_bound_socket *socket);

/* This connection's request is whole. */
void http_door_heard(struct http_door *d, struct evhttp_request *req);

/* Is there room for so many bytes more to wait for their reader? If not, those with the most of
 * them are closed, and there soon will be. Little answers always have room. */
bool http_door_has_room(struct http_door *d, size_t bytes);

#endif
