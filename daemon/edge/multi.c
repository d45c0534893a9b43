/* SPDX-License-Identifier: ISC */
/* The socket and timer callbacks of libcurl's multi interface. */
#include "daemon/edge/multi.h"

#include <stdlib.h>

#include <curl/curl.h>
#include <event2/event.h>

struct multi {
    struct event_base *base;
    CURLM *curl;
    struct event *timer;
    void (*done)(void *handle, int result);
};

/* Hand on what has ended; each callback may start and stop others. */
static void deliver(struct multi *m)
{
    CURLMsg *message;
    int left;
    while ((message = curl_multi_info_read(m->curl, &left)) != NULL) {
        if (message->msg != CURLMSG_DONE)
            continue;
        CURL *handle = message->easy_handle; /* the message dies with the removal */
        CURLcode result = message->data.result;
        curl_multi_remove_handle(m->curl, handle);
        m->done(handle, (int)result);
    }
}

static void act(struct multi *m, curl_socket_t fd, int what)
{
    int running;
    curl_multi_socket_action(m->curl, fd, what, &running);
    deliver(m);
}

static void on_event(evutil_socket_t fd, short what, void *ctx)
{
    act(ctx, fd, (what & EV_READ ? CURL_CSELECT_IN : 0) | (what & EV_WRITE ? CURL_CSELECT_OUT : 0));
}

static void on_timer(evutil_socket_t fd, short what, void *ctx)
{
    (void)fd, (void)what;
    act(ctx, CURL_SOCKET_TIMEOUT, 0);
}

/* libcurl wants to hear of this socket, of other things, or no more. */
static int on_socket(CURL *handle, curl_socket_t fd, int what, void *ctx, void *of_socket)
{
    struct multi *m = ctx;
    struct event *event = of_socket;
    short flags = EV_PERSIST;
    (void)handle;
    if (what != CURL_POLL_OUT)
        flags |= EV_READ;
    if (what != CURL_POLL_IN)
        flags |= EV_WRITE;
    if (event != NULL)
        event_free(event);
    event = what == CURL_POLL_REMOVE ? NULL : event_new(m->base, fd, flags, on_event, m);
    if (event != NULL)
        event_add(event, NULL); /* without an event the transfer's own time-out ends it */
    curl_multi_assign(m->curl, fd, event);
    return 0;
}

static int on_timeout(CURLM *curl, long ms, void *ctx)
{
    struct multi *m = ctx;
    struct timeval tv = {ms / 1000, ms % 1000 * 1000};
    (void)curl;
    if (ms < 0)
        event_del(m->timer);
    else
        event_add(m->timer, &tv);
    return 0;
}

struct multi *multi_new(struct event_base *base, size_t connections,
                        void (*done)(void *handle, int result), struct err *e)
{
    struct multi *m = calloc(1, sizeof *m);
    if (m != NULL) {
        m->base = base;
        m->done = done;
        m->curl = curl_multi_init();
        m->timer = evtimer_new(base, on_timer, m);
    }
    if (m == NULL || m->curl == NULL || m->timer == NULL) {
        multi_free(m);
        err_set(e, ERR_AGAIN, "no memory for transfers");
        return NULL;
    }
    curl_multi_setopt(m->curl, CURLMOPT_SOCKETFUNCTION, on_socket);
    curl_multi_setopt(m->curl, CURLMOPT_SOCKETDATA, m);
    curl_multi_setopt(m->curl, CURLMOPT_TIMERFUNCTION, on_timeout);
    curl_multi_setopt(m->curl, CURLMOPT_TIMERDATA, m);
    curl_multi_setopt(m->curl, CURLMOPT_PIPELINING, CURLPIPE_NOTHING);
    /* The default is four times the transfers under way: feeds that rest between polls would lose
     * theirs each time. */
    curl_multi_setopt(m->curl, CURLMOPT_MAXCONNECTS, (long)connections);
    return m;
}

void multi_free(struct multi *m)
{
    if (m == NULL)
        return;
    if (m->curl != NULL)
        curl_multi_cleanup(m->curl);
    if (m->timer != NULL)
        event_free(m->timer);
    free(m);
}

bool multi_start(struct multi *m, void *handle, struct err *e)
{
    CURLMcode code = curl_multi_add_handle(m->curl, handle);
    return code == CURLM_OK || err_set(e, ERR_BUG, "libcurl: %s", curl_multi_strerror(code));
}

void multi_stop(struct multi *m, void *handle)
{
    curl_multi_remove_handle(m->curl, handle);
}
