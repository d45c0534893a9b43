/* SPDX-License-Identifier: ISC */
/* The simulator's HTTP server. */
#include "tests/sim/serve.h"

#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <zlib.h>

#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>

#include "daemon/base/hash.h"
#include "daemon/base/when.h"

#define FEEDS_MAX 20000
#define GZIP_LEAST 200

struct route {
    struct slice prefix;
    serve_feed *feed;
    void *ctx;
};

struct serve {
    struct evhttp *http;
    int port;
    int64_t (*now)(void *ctx);
    void *ctx;
    struct route *routes;
    size_t route_count;
    struct serve_counts counts;
};

static void header(struct evhttp_request *req, const char *name, const char *value)
{
    evhttp_add_header(evhttp_request_get_output_headers(req), name, value);
}

static const char *asked(struct evhttp_request *req, const char *name)
{
    const char *v = evhttp_find_header(evhttp_request_get_input_headers(req), name);
    return v ? v : "";
}

/* If-None-Match goes first; If-Modified-Since counts only without it (RFC 9110, 13.2.2). */
static bool client_has_it(struct evhttp_request *req, const char *etag, int64_t modified)
{
    const char *have = asked(req, "If-None-Match");
    int64_t since;
    if (have[0])
        return etag[0] && strcmp(have, etag) == 0;
    return modified != WHEN_UNKNOWN &&
           when_parse_http(slice_of(asked(req, "If-Modified-Since")), &since) &&
           modified / 1000 <= since / 1000;
}

static bool add_gzip(struct evbuffer *out, struct slice body)
{
    z_stream z = {0};
    char chunk[65536];
    int r;
    if (deflateInit2(&z, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        return false;
    z.next_in = (Bytef *)(uintptr_t)body.ptr;
    z.avail_in = (uInt)body.len;
    do {
        z.next_out = (Bytef *)chunk;
        z.avail_out = sizeof chunk;
        r = deflate(&z, Z_FINISH);
        evbuffer_add(out, chunk, sizeof chunk - z.avail_out);
    } while (r == Z_OK);
    deflateEnd(&z);
    return r == Z_STREAM_END;
}

static void send_answer(struct serve *s, struct evhttp_request *req, const struct serve_answer *a)
{
    char etag[40] = "", modified[30], digits[33];
    struct evbuffer *out = evhttp_request_get_output_buffer(req);
    if (a->etag && a->status == 200) {
        digest_hex(digest_of(a->body), digits);
        snprintf(etag, sizeof etag, "\"%s\"", digits);
        header(req, "ETag", etag);
    }
    if (a->modified_ms != WHEN_UNKNOWN) {
        when_format_http(a->modified_ms, modified);
        header(req, "Last-Modified", modified);
    }
    header(req, "Content-Type", a->type);
    if (a->status == 200 && client_has_it(req, etag, a->modified_ms)) {
        s->counts.unchanged++;
        evhttp_send_reply(req, 304, NULL, NULL);
        return;
    }
    if (!a->no_gzip && a->body.len >= GZIP_LEAST && strstr(asked(req, "Accept-Encoding"), "gzip")) {
        header(req, "Content-Encoding", "gzip");
        add_gzip(out, a->body);
    } else {
        evbuffer_add(out, a->body.ptr, a->body.len);
    }
    s->counts.full++;
    s->counts.bytes += (int64_t)evbuffer_get_length(out);
    if (evhttp_request_get_command(req) == EVHTTP_REQ_HEAD)
        evbuffer_drain(out, evbuffer_get_length(out));
    evhttp_send_reply(req, a->status, NULL, NULL);
}

static void on_request(struct evhttp_request *req, void *ctx)
{
    struct serve *s = ctx;
    struct serve_answer a = {
        .status = 200, .type = "application/octet-stream", .modified_ms = WHEN_UNKNOWN};
    const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(req);
    struct slice path = slice_of(uri ? evhttp_uri_get_path(uri) : NULL);
    struct slice query = slice_of(uri ? evhttp_uri_get_query(uri) : NULL);
    for (size_t i = 0; i < s->route_count; i++) {
        const struct route *r = &s->routes[i];
        if (!slice_starts(path, r->prefix))
            continue;
        if (!r->feed(slice_sub(path, r->prefix.len, path.len), query, s->now(s->ctx), &a, r->ctx))
            continue;
        send_answer(s, req, &a);
        return;
    }
    s->counts.missing++;
    header(req, "Content-Type", "text/html");
    evbuffer_add_printf(evhttp_request_get_output_buffer(req),
                        "<!doctype html><title>404</title><p>The requested page was not found.\n");
    evhttp_send_reply(req, 404, NULL, NULL);
}

static int port_of(int fd)
{
    struct sockaddr_in a;
    socklen_t n = sizeof a;
    return getsockname(fd, (struct sockaddr *)&a, &n) == 0 ? ntohs(a.sin_port) : 0;
}

struct serve *serve_new(struct event_base *base, int port, int64_t (*now)(void *ctx), void *ctx,
                        struct err *e)
{
    struct serve *s = calloc(1, sizeof *s);
    if (!s || !(s->routes = calloc(FEEDS_MAX, sizeof *s->routes)) ||
        !(s->http = evhttp_new(base))) {
        serve_free(s);
        err_set(e, ERR_BUG, "out of memory");
        return NULL;
    }
    s->now = now;
    s->ctx = ctx;
    struct evhttp_bound_socket *b =
        evhttp_bind_socket_with_handle(s->http, "127.0.0.1", (uint16_t)port);
    if (!b) {
        serve_free(s);
        err_errno(e, ERR_UNAVAILABLE, "cannot listen on 127.0.0.1:%d", port);
        return NULL;
    }
    s->port = port_of(evhttp_bound_socket_get_fd(b));
    evhttp_set_gencb(s->http, on_request, s);
    return s;
}

bool serve_add(struct serve *s, struct slice prefix, serve_feed *feed, void *ctx)
{
    if (s->route_count == FEEDS_MAX)
        return false;
    s->routes[s->route_count++] = (struct route){prefix, feed, ctx};
    return true;
}

int serve_port(const struct serve *s)
{
    return s->port;
}

struct serve_counts serve_counts(const struct serve *s)
{
    return s->counts;
}

void serve_free(struct serve *s)
{
    if (!s)
        return;
    if (s->http)
        evhttp_free(s->http);
    free(s->routes);
    free(s);
}
