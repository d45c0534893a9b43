/* SPDX-License-Identifier: ISC */
/* A small site on the loopback that answers as a test's script says: byte for byte, and as badly as
 * it likes. */
#ifndef TALLYD_TESTS_UNIT_SITE_H
#define TALLYD_TESTS_UNIT_SITE_H

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "daemon/base/buf.h"

#define SITE_PATIENCE_S 90 /* for anything that must happen */

struct site_request {
    struct slice path, head; /* head: the whole request */
    int number;              /* of all requests, from 1 */
    struct buf *out;         /* the answer, raw; empty: none ever comes */
    bool close;              /* hang up behind it */
    bool endless;            /* go on for ever with more of the same */
    int drip_ms;             /* > 0: some bytes each so many ms */
    size_t drip;             /* how many; 0: one */
};

struct site {
    struct event_base *base;
    struct evconnlistener *listener;
    struct event *tick;
    int port;
    int requests, connections, open, most_open, asking, most_asking;
    int hold_ms; /* before each answer */
    void (*answer)(struct site_request *q, void *ctx);
    void *ctx;
    struct site_client *clients;
};

struct site_client {
    struct site *site;
    struct bufferevent *bev;
    struct event *timer;
    struct buf out;
    size_t sent;
    struct site_request now;
    struct site_client *next;
};

static inline void site_reply(struct site_request *q, const char *status, const char *headers,
                              struct slice body)
{
    buf_addf(q->out, "HTTP/1.1 %s\r\nContent-Length: %zu\r\n%s\r\n", status, body.len, headers);
    buf_add(q->out, body);
}

/* The value of a request's header, or an empty slice. */
static inline struct slice site_header(const struct site_request *q, const char *name)
{
    struct slice rest = q->head, line;
    while (slice_next(&rest, '\n', &line)) {
        size_t colon = slice_find(line, SLICE(":"));
        if (colon != SIZE_MAX && slice_eq_nocase(slice_sub(line, 0, colon), slice_of(name)))
            return slice_trim(slice_sub(line, colon + 1, line.len));
    }
    return (struct slice){NULL, 0};
}

static inline void site_drop(struct site_client *c)
{
    for (struct site_client **at = &c->site->clients; *at != NULL; at = &(*at)->next) {
        if (*at != c)
            continue;
        *at = c->next;
        break;
    }
    c->site->open--;
    bufferevent_free(c->bev);
    event_free(c->timer);
    buf_done(&c->out);
    free(c);
}

static inline void site_send(struct site_client *c)
{
    size_t left = c->out.len - c->sent, drip = c->now.drip > 0 ? c->now.drip : 1;
    size_t part = c->now.drip_ms > 0 && left > drip ? drip : left;
    bufferevent_write(c->bev, c->out.ptr + c->sent, part);
    c->sent += part;
    if (c->sent < c->out.len) {
        struct timeval tv = {0, c->now.drip_ms * 1000};
        event_add(c->timer, &tv);
        return;
    }
    c->site->asking--;
}

static inline void site_on_timer(evutil_socket_t fd, short what, void *ctx)
{
    (void)fd, (void)what;
    site_send(ctx);
}

static inline void site_on_read(struct bufferevent *bev, void *ctx)
{
    struct site_client *c = ctx;
    struct evbuffer *in = bufferevent_get_input(bev);
    struct evbuffer_ptr end = evbuffer_search(in, "\r\n\r\n", 4, NULL);
    if (end.pos < 0)
        return;
    char head[8192];
    size_t n = (size_t)end.pos + 4;
    if (n > sizeof head)
        abort();
    evbuffer_remove(in, head, n);
    struct slice rest = {head, n}, method, path;
    slice_next(&rest, ' ', &method);
    slice_next(&rest, ' ', &path);
    buf_clear(&c->out);
    c->sent = 0;
    c->now = (struct site_request){
        .path = path, .head = {head, n}, .number = ++c->site->requests, .out = &c->out};
    if (++c->site->asking > c->site->most_asking)
        c->site->most_asking = c->site->asking;
    c->site->answer(&c->now, c->site->ctx);
    if (c->out.len == 0 && !c->now.close)
        return;
    struct timeval tv = {0, c->site->hold_ms * 1000};
    if (c->site->hold_ms > 0)
        event_add(c->timer, &tv);
    else
        site_send(c);
}

static inline void site_on_written(struct bufferevent *bev, void *ctx)
{
    struct site_client *c = ctx;
    if (c->out.len == 0 || c->sent < c->out.len)
        return;
    if (c->now.close)
        site_drop(c);
    else if (c->now.endless)
        bufferevent_write(bev, c->out.ptr, c->out.len);
}

static inline void site_on_event(struct bufferevent *bev, short what, void *ctx)
{
    (void)bev;
    if (what & (BEV_EVENT_EOF | BEV_EVENT_ERROR))
        site_drop(ctx);
}

static inline void site_on_accept(struct evconnlistener *l, evutil_socket_t fd,
                                  struct sockaddr *from, int len, void *ctx)
{
    struct site *s = ctx;
    struct site_client *c = calloc(1, sizeof *c);
    (void)l, (void)from, (void)len;
    if (c == NULL)
        abort();
    c->site = s;
    c->bev = bufferevent_socket_new(s->base, fd, BEV_OPT_CLOSE_ON_FREE);
    c->timer = evtimer_new(s->base, site_on_timer, c);
    buf_init(&c->out, (size_t)256 << 20);
    c->next = s->clients;
    s->clients = c;
    s->connections++;
    if (++s->open > s->most_open)
        s->most_open = s->open;
    bufferevent_setcb(c->bev, site_on_read, site_on_written, site_on_event, c);
    bufferevent_enable(c->bev, EV_READ | EV_WRITE);
}

/* Wakes the loop, so that conditions are looked at. */
static inline void site_on_tick(evutil_socket_t fd, short what, void *ctx)
{
    (void)fd, (void)what, (void)ctx;
}

static inline void site_open(struct site *s, struct event_base *base,
                             void (*answer)(struct site_request *q, void *ctx), void *ctx)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof at;
    *s = (struct site){.base = base, .answer = answer, .ctx = ctx};
    signal(SIGPIPE, SIG_IGN); /* a client may have gone */
    s->listener = evconnlistener_new_bind(base, site_on_accept, s, LEV_OPT_CLOSE_ON_FREE, 512,
                                          (struct sockaddr *)&at, sizeof at);
    if (s->listener == NULL ||
        getsockname(evconnlistener_get_fd(s->listener), (struct sockaddr *)&at, &len) != 0)
        abort();
    s->port = ntohs(at.sin_port);
    s->tick = event_new(base, -1, EV_PERSIST, site_on_tick, NULL);
    event_add(s->tick, &(struct timeval){0, 10000});
}

static inline void site_close(struct site *s)
{
    while (s->clients != NULL)
        site_drop(s->clients);
    event_free(s->tick);
    evconnlistener_free(s->listener);
}

/* Run the loop until that holds; fail the test when it never does. */
#define SITE_UNTIL(site_base, condition)                                                           \
    do {                                                                                           \
        time_t site_end = time(NULL) + SITE_PATIENCE_S;                                            \
        while (!(condition)) {                                                                     \
            if (time(NULL) > site_end)                                                             \
                fail_msg("never: %s", #condition);                                                 \
            event_base_loop((site_base), EVLOOP_ONCE);                                             \
        }                                                                                          \
    } while (0)

#endif
