/* SPDX-License-Identifier: ISC */
/* The read-only HTTP server on libevent's evhttp. */
#include "daemon/edge/http.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>

#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/http_struct.h>
#include <event2/keyvalq_struct.h>

#include "daemon/base/num.h"
#include "daemon/edge/http_door.h"
#include "daemon/edge/http_problem.h"
#include "daemon/edge/http_stream.h"
#include "daemon/edge/timer.h"

#define BODY_MAX (64 << 20)
#define HEADERS_MAX 16384
#define TIMEOUT_SECONDS 20
#define CORS_MAX 300
#define HOSTS_MAX 16
#define SOON_MS 2000
#define AGAIN_MS 20

struct http {
    struct event_base *base;
    struct evhttp *server;
    const struct http_route *routes;
    void *ctx;
    struct http_door *door;
    struct http_streams *streams;
    size_t max_streams;
    char cors_origin[CORS_MAX]; /* empty: none */
    char *hosts[HOSTS_MAX];
    size_t host_count;
    char listens[256]; /* the address, or a name of it */
    int port;
};

static void add_header(struct evhttp_request *req, const char *name, const char *value)
{
    evhttp_add_header(evhttp_request_get_output_headers(req), name, value);
}

static void common_headers(struct http *h, struct evhttp_request *req, const char *policy)
{
    add_header(req, "X-Content-Type-Options", "nosniff");
    add_header(req, "Content-Security-Policy",
               policy ? policy : "default-src 'none'; frame-ancestors 'none'");
    add_header(req, "Referrer-Policy", "no-referrer");
    if (h->cors_origin[0])
        add_header(req, "Access-Control-Allow-Origin", h->cors_origin);
}

static void send_bytes(struct evhttp_request *req, int status, struct slice body)
{
    struct evbuffer *out = evhttp_request_get_output_buffer(req);
    char length[24];
    evutil_snprintf(length, sizeof length, "%zu", body.len);
    add_header(req, "Content-Length", length);
    if (evhttp_request_get_command(req) != EVHTTP_REQ_HEAD)
        evbuffer_add(out, body.ptr, body.len);
    evhttp_send_reply(req, status, status >= 400 ? http_problem_title(status) : NULL, NULL);
}

static void send_problem(struct http *h, struct evhttp_request *req, int status,
                         struct slice detail)
{
    struct evkeyvalq *headers = evhttp_request_get_output_headers(req);
    struct buf body;
    buf_init(&body, 16384);
    http_problem_write(status, detail, &body);
    common_headers(h, req, NULL);
    add_header(req, "Content-Type", "application/problem+json");
    add_header(req, "Cache-Control", "no-store");
    if (status == 503 && !evhttp_find_header(headers, "Retry-After"))
        add_header(req, "Retry-After", "2");
    send_bytes(req, status, buf_slice(&body));
    buf_done(&body);
}

bool http_path_is(const char *route, struct slice path)
{
    size_t n = strlen(route);
    if (n > 1 && route[n - 1] == '/')
        return slice_starts(path, (struct slice){route, n});
    return slice_is(path, route);
}

struct slice http_decode(struct slice raw, struct arena *a)
{
    char *text = arena_array(a, raw.len + 1, 1), *plain;
    struct slice out = {0};
    size_t n;
    if (!text)
        return out;
    memcpy(text, raw.ptr, raw.len);
    text[raw.len] = '\0';
    plain = evhttp_uridecode(text, 1, &n);
    if (plain && strlen(plain) == n)
        out = arena_copy(a, (struct slice){plain, n});
    free(plain);
    return out;
}

static const struct http_route *find_route(const struct http *h, struct slice path)
{
    for (const struct http_route *r = h->routes; r->path; r++)
        if (http_path_is(r->path, path))
            return r;
    return NULL;
}

/* Is our entity tag among the client's? Weak comparison (RFC 9110, 13.1.2). */
static bool etag_matches(const char *header, const char *etag)
{
    struct slice rest = slice_of(header), item;
    if (!header || !etag[0])
        return false;
    while (slice_next(&rest, ',', &item)) {
        item = slice_trim(item);
        if (slice_starts(item, SLICE("W/")))
            item = slice_sub(item, 2, item.len);
        if (slice_is(item, etag) || slice_is(item, "*"))
            return true;
    }
    return false;
}

/* What is asked of a route, and asked again when it cannot be answered just now. */
struct question {
    struct http *h;
    struct evhttp_request *req;
    const struct http_route *route;
    struct timer *again;
    int64_t until_us;
};

static void forget_question(struct question *q)
{
    timer_free(q->again);
    free(q);
}

static void on_asker_gone(struct evhttp_connection *link, void *ctx)
{
    (void)link;
    forget_question(ctx);
}

static void send_made(struct http *h, struct evhttp_request *req, const struct http_answer *answer,
                      const struct buf *body)
{
    if (body->failed) {
        send_problem(h, req, 500,
                     SLICE("the document is larger than this server makes; use a filter"));
        return;
    }
    if (answer->status >= 400) {
        send_problem(h, req, answer->status,
                     body->len > 0 ? slice_trim(buf_slice(body))
                                   : SLICE("no such resource; see /v1/totals.json"));
        return;
    }
    const char *have = evhttp_find_header(evhttp_request_get_input_headers(req), "If-None-Match");
    bool same = answer->status == 200 && etag_matches(have, answer->etag);
    if (!same && !http_door_has_room(h->door, body->len)) {
        send_problem(h, req, 503,
                     SLICE("answers wait for readers who do not read them; ask again in two "
                           "seconds"));
        return;
    }
    common_headers(h, req, answer->policy);
    add_header(req, "Content-Type", answer->type);
    add_header(req, "Cache-Control",
               answer->no_store
                   ? "no-store"
                   : "public, max-age=2, stale-while-revalidate=10, stale-if-error=600");
    if (answer->etag[0])
        add_header(req, "ETag", answer->etag);
    if (same)
        evhttp_send_reply(req, 304, NULL, NULL);
    else
        send_bytes(req, answer->status, buf_slice(body));
}

static void read_address(struct evhttp_request *req, struct slice *path, struct slice *query)
{
    const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(req);
    const char *raw = uri ? evhttp_uri_get_path(uri) : NULL;
    *path = raw && raw[0] ? slice_of(raw) : SLICE("/");
    *query = uri ? slice_of(evhttp_uri_get_query(uri)) : SLICE("");
}

/* Of which question it is the answer (RFC 9110, 8.7): a server of plain files, which takes no
 * notice of a query, says no such thing. */
static void say_location(struct evhttp_request *req, struct slice path, struct slice query)
{
    struct buf where;

    if (query.len == 0)
        return;
    buf_init(&where, HEADERS_MAX);
    buf_addf(&where, "%.*s?%.*s", SLICE_FMT(path), SLICE_FMT(query));
    if (!where.failed)
        add_header(req, "Content-Location", where.ptr);
    buf_done(&where);
}

/* True: answered. */
static bool answer_route(struct http *h, struct evhttp_request *req, const struct http_route *route,
                         bool last)
{
    struct http_answer answer = {.status = 200, .type = "application/json"};
    struct slice path, query;
    struct buf body;
    read_address(req, &path, &query);
    buf_init(&body, BODY_MAX);
    route->handler(path, query, &answer, &body, h->ctx);
    bool now = !answer.soon || last;
    if (now)
        say_location(req, path, query);
    if (now)
        send_made(h, req, &answer, &body);
    buf_done(&body);
    return now;
}

static void on_again(void *ctx)
{
    struct question *q = ctx;
    struct evhttp_connection *link = evhttp_request_get_connection(q->req);
    evhttp_connection_set_closecb(link, NULL, NULL);
    if (answer_route(q->h, q->req, q->route, timer_now_us() >= q->until_us)) {
        forget_question(q);
        return;
    }
    evhttp_connection_set_closecb(link, on_asker_gone, q);
    timer_set(q->again, AGAIN_MS);
}

static void ask_route(struct http *h, struct evhttp_request *req, const struct http_route *route)
{
    if (answer_route(h, req, route, false))
        return;
    struct question *q = calloc(1, sizeof *q);
    if (!q || !(q->again = timer_new(h->base, on_again, q))) {
        free(q);
        answer_route(h, req, route, true);
        return;
    }
    q->h = h;
    q->req = req;
    q->route = route;
    q->until_us = timer_now_us() + SOON_MS * 1000;
    evhttp_connection_set_closecb(evhttp_request_get_connection(req), on_asker_gone, q);
    timer_set(q->again, AGAIN_MS);
}

/* Says what there is. */
static void send_no_route(struct http *h, struct evhttp_request *req)
{
    struct buf detail;
    buf_init(&detail, 4096);
    buf_addz(&detail, "no such resource; there are ");
    for (const struct http_route *r = h->routes; r->path; r++)
        buf_addf(&detail, "%s%s%s",
                 r == h->routes ? ""
                 : r[1].path    ? ", "
                                : " and ",
                 r->path, r->path[1] && r->path[strlen(r->path) - 1] == '/' ? "ID.json" : "");
    send_problem(h, req, 404, buf_slice(&detail));
    buf_done(&detail);
}

static void stream_headers(struct http *h, struct evhttp_request *req)
{
    common_headers(h, req, NULL);
    add_header(req, "Content-Type", "text/event-stream; charset=utf-8");
    add_header(req, "Cache-Control", "no-store");
    add_header(req, "X-Accel-Buffering", "no");
}

/* Server-sent events. */
static void begin_stream(struct http *h, struct evhttp_request *req, const struct http_route *route,
                         struct slice query)
{
    struct http_answer answer = {.status = 200};
    struct arena *scratch = arena_new((size_t)4 * HEADERS_MAX);
    struct slice plain = scratch ? http_decode(query, scratch) : (struct slice){0};
    struct buf body;
    buf_init(&body, 4096);
    unsigned topics = route->stream(plain.ptr ? plain : query, &answer, &body, h->ctx);
    if (topics && http_streams_count(h->streams) >= h->max_streams) {
        add_header(req, "Retry-After", "10");
        send_problem(h, req, 503,
                     SLICE("max-sse-clients in [http] are reading already; poll /v1/totals.json"));
    } else if (!topics) {
        send_problem(h, req, answer.status, slice_trim(buf_slice(&body)));
    } else if (evhttp_request_get_command(req) == EVHTTP_REQ_HEAD) {
        stream_headers(h, req);
        evhttp_send_reply(req, 200, NULL, NULL);
    } else {
        const char *last =
            evhttp_find_header(evhttp_request_get_input_headers(req), "Last-Event-ID");
        stream_headers(h, req);
        struct http_stream *s = http_stream_begin(h->streams, req, topics);
        if (s)
            route->first(s, last ? slice_of(last) : (struct slice){0}, h->ctx);
        else
            send_problem(h, req, 503, SLICE("out of memory; try again later"));
    }
    buf_done(&body);
    arena_free(scratch);
}

static bool is_address(int family, struct slice text)
{
    unsigned char room[sizeof(struct in6_addr)];
    char name[INET6_ADDRSTRLEN];
    if (text.len >= sizeof name)
        return false;
    evutil_snprintf(name, sizeof name, "%.*s", SLICE_FMT(text));
    return inet_pton(family, name, room) == 1;
}

/* "HOST", "HOST:80", "[::1]:80": the name, without the dot at its end. False: it is none. */
static bool read_host(struct slice text, struct slice *name)
{
    bool six = text.len > 0 && text.ptr[0] == '[';
    size_t end = slice_find(text, six ? SLICE("]") : SLICE(":"));
    struct slice port = slice_sub(text, end == SIZE_MAX ? text.len : end + six, text.len);
    int64_t number;
    *name = slice_sub(text, six, end);
    if (!six && slice_ends(*name, SLICE(".")))
        *name = slice_sub(*name, 0, name->len - 1);
    return (!six || (end != SIZE_MAX && is_address(AF_INET6, *name))) &&
           (port.len == 0 || slice_is(port, ":") ||
            (port.ptr[0] == ':' && num_parse(slice_sub(port, 1, port.len), 0, 65535, &number)));
}

/* A name somebody pointed at us in their DNS is none of ours. */
static bool host_known(const struct http *h, struct slice text)
{
    struct slice host;
    if (!read_host(text, &host))
        return false;
    bool known = is_address(AF_INET, host) || is_address(AF_INET6, host) ||
                 slice_eq_nocase(host, SLICE("localhost"));
    for (size_t i = 0; i < h->host_count && !known; i++)
        known = slice_eq_nocase(host, slice_of(h->hosts[i]));
    return known;
}

/* evhttp takes some bodies for the next request; what says not plainly that it has none is refused,
 * and what comes behind it is nobody's (RFC 9112, 11.2). */
static bool has_body(struct evhttp_request *req)
{
    const struct evkeyval *header;
    for (header = TAILQ_FIRST(evhttp_request_get_input_headers(req)); header;
         header = TAILQ_NEXT(header, next))
        if (slice_eq_nocase(slice_of(header->key), SLICE("Transfer-Encoding")) ||
            (slice_eq_nocase(slice_of(header->key), SLICE("Content-Length")) &&
             !slice_is(slice_of(header->value), "0")))
            return true;
    return false;
}

/* Whom the request is for (RFC 9112, 3.2): HTTP/1.1 says it once, HTTP/1.0 may not know. False: it
 * is answered. */
static bool is_for_us(struct http *h, struct evhttp_request *req)
{
    const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(req);
    const char *before = uri ? evhttp_uri_get_host(uri) : NULL; /* of http://HOST/path */
    const struct evkeyval *header;
    struct slice host = {0};
    size_t hosts = 0;
    for (header = TAILQ_FIRST(evhttp_request_get_input_headers(req)); header;
         header = TAILQ_NEXT(header, next))
        if (slice_eq_nocase(slice_of(header->key), SLICE("Host"))) {
            host = slice_of(header->value);
            hosts++;
        }
    if (hosts > 1 || (hosts == 0 && req->minor > 0)) {
        send_problem(h, req, 400, SLICE("a request by HTTP/1.1 has one Host"));
        return false;
    }
    if (before && before[0])
        host = slice_of(before);
    if (host.len == 0 || host_known(h, host))
        return true;
    send_problem(h, req, 421,
                 SLICE("this server is not called by that name; add it to hosts in [http]"));
    return false;
}

static void on_request(struct evhttp_request *req, void *ctx)
{
    struct http *h = ctx;
    http_door_heard(h->door, req);
    struct slice path, query;
    enum evhttp_cmd_type command = evhttp_request_get_command(req);

    read_address(req, &path, &query);
    if (has_body(req)) {
        add_header(req, "Connection", "close");
        send_problem(h, req, 413, slice_of(http_problem_detail(413)));
        return;
    }
    if (command != EVHTTP_REQ_GET && command != EVHTTP_REQ_HEAD) {
        add_header(req, "Allow", "GET, HEAD");
        send_problem(h, req, 405, SLICE("this server is read-only: GET and HEAD"));
        return;
    }
    if (!is_for_us(h, req))
        return;
    const struct http_route *route = find_route(h, path);
    if (!route)
        send_no_route(h, req);
    else if (route->stream)
        begin_stream(h, req, route, query);
    else
        ask_route(h, req, route);
}

/* "127.0.0.1:8080", "[::1]:0", "*:8080" */
static bool split_listen(struct slice listen, char host[256], int64_t *port, struct err *e)
{
    size_t at = listen.len;
    while (at > 0 && listen.ptr[at - 1] != ':')
        at--;
    struct slice name = at > 0 ? slice_sub(listen, 0, at - 1) : SLICE("");
    if (name.len > 1 && name.ptr[0] == '[' && name.ptr[name.len - 1] == ']')
        name = slice_sub(name, 1, name.len - 1);
    if (name.len == 0 || name.len > 255 ||
        !num_parse(slice_sub(listen, at, listen.len), 0, 65535, port))
        return err_set(e, ERR_CONFIG,
                       "[http] listen = %.*s: not ADDRESS:PORT; write 127.0.0.1:8080",
                       SLICE_FMT(listen));
    memcpy(host, name.ptr, name.len);
    host[name.len] = '\0';
    if (strcmp(host, "*") == 0)
        memcpy(host, "::", 3);
    return true;
}

static int bound_port(evutil_socket_t fd)
{
    union {
        struct sockaddr any;
        struct sockaddr_in four;
        struct sockaddr_in6 six;
    } address = {.six = {0}};
    socklen_t length = sizeof address;
    if (getsockname(fd, &address.any, &length) != 0)
        return 0;
    return ntohs(address.any.sa_family == AF_INET6 ? address.six.sin6_port : address.four.sin_port);
}

void http_address(const struct http *h, char out[HTTP_ADDRESS])
{
    bool any = !strcmp(h->listens, "::") || !strcmp(h->listens, "0.0.0.0");
    bool six = !any && strchr(h->listens, ':');
    evutil_snprintf(out, HTTP_ADDRESS, "http://%s%s%s:%d", six ? "[" : "",
                    any ? "127.0.0.1" : h->listens, six ? "]" : "", h->port);
}

void http_set_cors_origin(struct http *h, struct slice origin)
{
    struct slice fits = origin.len < CORS_MAX ? origin : (struct slice){0};
    evutil_snprintf(h->cors_origin, CORS_MAX, "%.*s", SLICE_FMT(fits));
}

static bool take_hosts(struct http *h, const struct http_settings *s)
{
    for (; h->host_count < s->host_count && h->host_count < HOSTS_MAX; h->host_count++) {
        struct slice host = s->hosts[h->host_count];
        if (!(h->hosts[h->host_count] = strndup(host.ptr, host.len)))
            return false;
    }
    return true;
}

void http_send(struct http *h, unsigned topics, struct slice text)
{
    http_streams_send(h->streams, topics, text);
}

void http_end(struct http *h)
{
    http_streams_end(h->streams);
}

size_t http_streams(const struct http *h)
{
    return http_streams_count(h->streams);
}

bool http_new(struct event_base *base, const struct http_settings *s,
              const struct http_route *routes, void *ctx, struct http **out, struct err *e)
{
    char host[256] = "";
    int64_t port = 0;
    if (!split_listen(s->listen, host, &port, e))
        return false;
    struct http *h = calloc(1, sizeof *h);
    if (!h || !(h->server = evhttp_new(base))) {
        http_free(h);
        return err_set(e, ERR_BUG, "http: out of memory");
    }
    h->base = base;
    h->routes = routes;
    h->ctx = ctx;
    http_set_cors_origin(h, s->cors_origin);
    h->max_streams = s->max_streams;
    if (!take_hosts(h, s) || !(h->streams = http_streams_new()) ||
        !http_door_new(base, h->server, &h->door, e)) {
        http_free(h);
        return err_set(e, ERR_BUG, "http: out of memory");
    }
    evhttp_set_max_headers_size(h->server, HEADERS_MAX);
    evhttp_set_max_body_size(h->server, 0);
    evhttp_set_timeout(h->server, TIMEOUT_SECONDS);
    /* every method reaches us, so that the answer to a wrong one is ours */
    evhttp_set_allowed_methods(h->server, UINT16_MAX);
    evhttp_set_gencb(h->server, on_request, h);
    struct evhttp_bound_socket *bound =
        evhttp_bind_socket_with_handle(h->server, host, (ev_uint16_t)port);
    if (!bound) {
        http_free(h);
        return err_errno(e, ERR_CONFIG,
                         "[http] listen = %.*s: cannot listen there; choose another port, or 0 for "
                         "any free one",
                         SLICE_FMT(s->listen));
    }
    http_door_watch(h->door, bound);
    memcpy(h->listens, host, sizeof host);
    h->port = bound_port(evhttp_bound_socket_get_fd(bound));
    *out = h;
    return true;
}

void http_free(struct http *h)
{
    if (!h)
        return;
    http_streams_free(h->streams);
    if (h->server)
        evhttp_free(h->server);
    http_door_free(h->door);
    for (size_t i = 0; i < h->host_count; i++)
        free(h->hosts[i]);
    free(h);
}

int http_port(const struct http *h)
{
    return h->port;
}
