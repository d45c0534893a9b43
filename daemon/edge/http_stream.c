/* SPDX-License-Identifier: ISC */
/* Event streams over evhttp's chunked replies. */
#include "daemon/edge/http_stream.h"

#include <stdlib.h>
#include <sys/time.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/http.h>

#define BEHIND_MAX ((size_t)8 << 20)  /* unread bytes of one reader: all documents and some more */
#define FEED_MAX ((size_t)16 << 10)   /* ... and of one that is fed */
#define BEHIND_ALL ((size_t)48 << 20) /* of all of them: above, whoever is behind most goes */
#define UNREAD_SECONDS 20

struct http_stream {
    struct http_streams *all;
    struct http_stream *next;
    struct evhttp_request *req;
    struct evhttp_connection *link;
    unsigned wants;
    bool failed;            /* to be cut off by who walks the list */
    http_stream_more *more; /* NULL: it is not fed, and hears what is sent to all */
    void *more_ctx;
    struct http_place place;
};

struct http_streams {
    struct http_stream *first;
    size_t count;
};

struct http_streams *http_streams_new(void)
{
    return calloc(1, sizeof(struct http_streams));
}

static void forget(struct http_stream *s)
{
    struct http_stream **at = &s->all->first;
    while (*at != s)
        at = &(*at)->next;
    *at = s->next;
    s->all->count--;
    free(s);
}

/* The reader is gone, and its request with it. */
static void on_close(struct evhttp_connection *link, void *ctx)
{
    (void)link;
    forget(ctx);
}

static void cut(struct http_stream *s)
{
    struct evhttp_connection *link = s->link;
    evhttp_connection_set_closecb(link, NULL, NULL);
    forget(s);
    evhttp_connection_free(link);
}

struct http_stream *http_stream_begin(struct http_streams *all, struct evhttp_request *req,
                                      unsigned wants)
{
    struct timeval unread = {UNREAD_SECONDS, 0};
    struct http_stream *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    s->all = all;
    s->req = req;
    s->link = evhttp_request_get_connection(req);
    s->wants = wants;
    s->next = all->first;
    all->first = s;
    all->count++;
    evhttp_send_reply_start(req, 200, "OK");
    evhttp_connection_set_closecb(s->link, on_close, s);
    /* it only reads: silence of its is no fault, what it leaves unread is */
    bufferevent_set_timeouts(evhttp_connection_get_bufferevent(s->link), NULL, &unread);
    return s;
}

static size_t behind(const struct http_stream *s)
{
    return evbuffer_get_length(bufferevent_get_output(evhttp_connection_get_bufferevent(s->link)));
}

void http_stream_send(struct http_stream *s, struct slice text)
{
    struct evbuffer *chunk = s->failed ? NULL : evbuffer_new();
    s->failed |=
        !chunk || behind(s) + text.len > BEHIND_MAX || evbuffer_add(chunk, text.ptr, text.len) != 0;
    if (!s->failed)
        evhttp_send_reply_chunk(s->req, chunk);
    if (chunk)
        evbuffer_free(chunk);
}

/* ---- what comes first ---- */

static void on_read(struct evhttp_connection *link, void *ctx);

/* A comment, and a word when it is read with all that is before it. */
static void send_mark(struct http_stream *s)
{
    struct evbuffer *chunk = evbuffer_new();
    s->failed |= !chunk || evbuffer_add(chunk, ":\n\n", 3) != 0;
    if (!s->failed)
        evhttp_send_reply_chunk_with_cb(s->req, chunk, on_read, s);
    if (chunk)
        evbuffer_free(chunk);
}

static void feed(struct http_stream *s)
{
    if (s->more(s, s->more_ctx) && !s->failed)
        send_mark(s);
    else
        s->more = NULL;
}

static void on_read(struct evhttp_connection *link, void *ctx)
{
    struct http_stream *s = ctx;
    (void)link;
    if (s->more)
        feed(s);
}

void http_stream_feed(struct http_stream *s, http_stream_more *more, void *ctx)
{
    s->more = more;
    s->more_ctx = ctx;
    feed(s);
}

bool http_stream_full(const struct http_stream *s)
{
    return s->failed || behind(s) >= FEED_MAX;
}

unsigned http_stream_wants(const struct http_stream *s)
{
    return s->wants;
}

struct http_place *http_stream_place(struct http_stream *s)
{
    return &s->place;
}

/* ---- what all hear ---- */

/* Above what all may leave unread, the worst are cut off. */
static void shed(struct http_streams *all)
{
    for (;;) {
        struct http_stream *worst = NULL;
        size_t sum = 0, most = 0;
        for (struct http_stream *s = all->first; s; s = s->next) {
            size_t n = behind(s);
            sum += n;
            if (n > most) {
                most = n;
                worst = s;
            }
        }
        if (sum <= BEHIND_ALL)
            return;
        cut(worst);
    }
}

void http_streams_send(struct http_streams *all, unsigned topics, struct slice text)
{
    struct http_stream *next;
    for (struct http_stream *s = all->first; s; s = next) {
        next = s->next;
        if ((s->wants & topics) && !s->more)
            http_stream_send(s, text);
        if (s->failed)
            cut(s);
    }
    shed(all);
}

size_t http_streams_count(const struct http_streams *all)
{
    return all->count;
}

void http_streams_end(struct http_streams *all)
{
    for (struct http_stream *s = all->first, *next; s; s = next) {
        next = s->next;
        cut(s);
    }
}

void http_streams_free(struct http_streams *all)
{
    if (!all)
        return;
    http_streams_end(all);
    free(all);
}
