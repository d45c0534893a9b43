/* SPDX-License-Identifier: ISC */
/* Connections, counted and timed. evhttp makes and frees them and tells nobody: each bufferevent is
 * ours as well, and one without callbacks has been freed by evhttp. Its events stay with the loop
 * until we let go too, so its descriptor must: it is closed only then. */
#include "daemon/edge/http_door.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <event2/bufferevent.h>
#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/listener.h>

#include "daemon/base/log.h"
#include "daemon/edge/http_problem.h"
#include "daemon/edge/timer.h"

#define CONNECTIONS_MAX 4096
#define REQUEST_MS 10000 /* from a request's first byte, or from being accepted, to its last */
#define SWEEP_MS 100
#define UNREAD_MAX ((size_t)64 << 20)
#define PILED_MAX ((size_t)64 << 10) /* what one may send before it is answered */
#define LITTLE 16384
#define ROOM_KEPT 32   /* descriptors for polls and files, when they once ran out */
#define NO_ROOM_MS 100 /* accepting rests when there are no descriptors */

struct visitor {
    struct http_door *door;
    struct bufferevent *link;
    struct visitor *next;
    int64_t since_us; /* its request began; 0: none is on its way */
    bool shut;        /* its end is on its way to us */
};

struct http_door {
    struct http_door *next;
    struct event_base *base;
    struct visitor *first;
    size_t count, shut, most; /* shut: of count */
    struct timer *sweep, *rest;
    struct evconnlistener *listener; /* borrowed */
    int64_t told_us;                 /* when the log heard of too many */
};

static struct http_door *doors; /* all there are */

static void shut(struct visitor *v)
{
    evutil_socket_t fd = bufferevent_getfd(v->link);
    if (fd < 0 || v->shut)
        return;
    shutdown(fd, SHUT_RDWR); /* evhttp reads the end, and frees it */
    v->shut = true;
    v->door->shut++;
}

/* Once in a minute: many connections are no reason for many lines. */
static void tell(struct http_door *d, const char *what)
{
    int64_t now = timer_now_us();
    if (d->told_us && now - d->told_us < 60000000)
        return;
    d->told_us = now;
    log_warn("http: %s", what);
}

/* ---- a connection comes and goes ---- */

/* The one that is here in the list. */
static void forget(struct visitor **at)
{
    struct visitor *v = *at;
    *at = v->next;
    v->door->count--;
    v->door->shut -= v->shut;
    bufferevent_decref(v->link);
    free(v);
}

static bool is_gone(const struct visitor *v)
{
    bufferevent_event_cb told = NULL;
    bufferevent_getcb(v->link, NULL, NULL, &told, NULL);
    return !told;
}

/* Bytes come in: a request begins, if none is on its way. Nobody reads them while one is answered:
 * who goes on sending is shut out. */
static void on_input(struct evbuffer *input, const struct evbuffer_cb_info *info, void *ctx)
{
    struct visitor *v = ctx;
    if (info->n_added > 0 && !v->since_us)
        v->since_us = timer_now_us();
    if (evbuffer_get_length(input) > PILED_MAX)
        shut(v);
}

/* evhttp answers by itself what it cannot read. */
static void on_output(struct evbuffer *output, const struct evbuffer_cb_info *info, void *ctx)
{
    (void)ctx;
    if (info->n_added > 0)
        http_problem_replace(output);
}

static void sweep(struct http_door *d)
{
    int64_t now = timer_now_us();
    struct visitor **at = &d->first, *v;
    while ((v = *at)) {
        if (is_gone(v)) {
            forget(at);
            continue;
        }
        if (v->since_us && now - v->since_us > REQUEST_MS * 1000)
            shut(v);
        at = &v->next;
    }
}

static void on_sweep(void *ctx)
{
    struct http_door *d = ctx;
    sweep(d);
    timer_set(d->sweep, SWEEP_MS);
}

static struct visitor *slowest(const struct http_door *d)
{
    struct visitor *found = NULL;
    for (struct visitor *v = d->first; v; v = v->next)
        if (v->since_us && !v->shut && (!found || v->since_us < found->since_us))
            found = v;
    return found;
}

/* Too many: whose requests take longest go, before anybody who is answered or has just come. */
static void make_room(struct http_door *d)
{
    struct visitor *v;
    sweep(d);
    while (d->count - d->shut >= d->most && (v = slowest(d)))
        shut(v);
}

static struct bufferevent *on_accept(struct event_base *base, void *ctx)
{
    struct http_door *d = ctx;
    struct visitor *v = calloc(1, sizeof *v);
    if (!v || !(v->link = bufferevent_socket_new(base, -1, BEV_OPT_CLOSE_ON_FREE)) ||
        !evbuffer_add_cb(bufferevent_get_input(v->link), on_input, v) ||
        !evbuffer_add_cb(bufferevent_get_output(v->link), on_output, v)) {
        if (v && v->link)
            bufferevent_free(v->link);
        free(v);
        return NULL; /* evhttp makes one of its own */
    }
    if (d->count - d->shut >= d->most) {
        tell(d, "too many connections; those whose requests take longest are closed");
        make_room(d);
    }
    bufferevent_incref(v->link);
    v->door = d;
    v->since_us = timer_now_us();
    v->next = d->first;
    d->first = v;
    d->count++;
    return v->link;
}

void http_door_heard(struct http_door *d, struct evhttp_request *req)
{
    const struct bufferevent *link =
        evhttp_connection_get_bufferevent(evhttp_request_get_connection(req));
    for (struct visitor *v = d->first; v; v = v->next)
        if (v->link == link) {
            v->since_us = 0;
            return;
        }
}

/* ---- who does not read ---- */

static size_t unread(const struct visitor *v)
{
    return v->shut ? 0 : evbuffer_get_length(bufferevent_get_output(v->link));
}

static size_t all_unread(const struct http_door *d)
{
    size_t bytes = 0;
    for (const struct visitor *v = d->first; v; v = v->next)
        bytes += evbuffer_get_length(bufferevent_get_output(v->link));
    return bytes;
}

/* Of those, who came first. */
static void shut_fullest(struct http_door *d)
{
    struct visitor *fullest = d->first;
    for (struct visitor *v = d->first; v; v = v->next)
        if (unread(v) >= unread(fullest))
            fullest = v;
    if (fullest && unread(fullest) > 0)
        shut(fullest);
}

bool http_door_has_room(struct http_door *d, size_t bytes)
{
    size_t waits;
    if (bytes <= LITTLE || (waits = all_unread(d)) == 0 || waits + bytes <= UNREAD_MAX)
        return true;
    tell(d, "answers wait for readers who do not read them; the fullest connections are closed");
    shut_fullest(d);
    return false;
}

/* ---- no descriptors ---- */

static void on_rested(void *ctx)
{
    struct http_door *d = ctx;
    if (d->listener)
        evconnlistener_enable(d->listener);
}

/* libevent gives evhttp's own context: the door is found by its listener. */
static void on_accept_error(struct evconnlistener *listener, void *ctx)
{
    struct http_door *d = doors;
    (void)ctx;
    while (d && d->listener != listener)
        d = d->next;
    if (!d)
        return;
    int why = EVUTIL_SOCKET_ERROR();
    if (why == EMFILE || why == ENFILE)
        tell(d, "no descriptors are left for connections; raise LimitNOFILE, or see who opens so "
                "many");
    else
        tell(d, "connections cannot be accepted; it is tried again");
    /* so many are too many, whatever was thought */
    if (d->count > ROOM_KEPT && d->count - ROOM_KEPT < d->most)
        d->most = d->count - ROOM_KEPT;
    make_room(d);
    evconnlistener_disable(listener);
    timer_set(d->rest, NO_ROOM_MS);
}

void http_door_watch(struct http_door *d, struct evhttp_bound_socket *socket)
{
    d->listener = evhttp_bound_socket_get_listener(socket);
    evconnlistener_set_error_cb(d->listener, on_accept_error);
}

/* A share of the descriptors there are: polls and Redis need theirs. */
static size_t connections_most(void)
{
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_cur / 2 > CONNECTIONS_MAX)
        return CONNECTIONS_MAX;
    return files.rlim_cur / 2;
}

bool http_door_new(struct event_base *base, struct evhttp *server, struct http_door **out,
                   struct err *e)
{
    struct http_door *d = calloc(1, sizeof *d);
    if (d) {
        d->base = base;
        d->sweep = timer_new(base, on_sweep, d);
        d->rest = timer_new(base, on_rested, d);
    }
    if (!d || !d->sweep || !d->rest) {
        http_door_free(d);
        return err_set(e, ERR_BUG, "http: out of memory");
    }
    d->most = connections_most();
    d->next = doors;
    doors = d;
    evhttp_set_bevcb(server, on_accept, d);
    timer_set(d->sweep, SWEEP_MS);
    *out = d;
    return true;
}

void http_door_free(struct http_door *d)
{
    if (!d)
        return;
    struct http_door **at = &doors;
    while (*at && *at != d)
        at = &(*at)->next;
    if (*at)
        *at = d->next;
    while (d->first)
        forget(&d->first);
    timer_free(d->sweep);
    timer_free(d->rest);
    free(d);
}
