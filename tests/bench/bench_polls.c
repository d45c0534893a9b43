/* SPDX-License-Identifier: ISC */
/* The baseline of polling: libcurl's multi_socket interface on a libevent loop and nothing else.
 * bench_polls PORT SOURCES HOSTS INTERVAL_MS SECONDS asks each feed of bench_site once an interval,
 * conditionally, over kept connections; prints how many polls there were in the last SECONDS, and
 * what processor time they took. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include <curl/curl.h>
#include <event2/event.h>

#include "daemon/base/num.h"

struct feed {
    struct all *all;
    CURL *easy;
    struct curl_slist *headers;
    struct event *timer;
};

static struct all {
    struct event_base *base;
    CURLM *multi;
    struct event *timer;
    int64_t interval_ms, polls, counted;
    double cpu;
} a;

static double cpu_now(void)
{
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
           (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

static void set_timer(struct event *timer, int64_t ms)
{
    struct timeval tv = {ms / 1000, ms % 1000 * 1000};
    event_add(timer, &tv);
}

static void act(curl_socket_t fd, int what)
{
    CURLMsg *message;
    int left;
    curl_multi_socket_action(a.multi, fd, what, &left);
    while ((message = curl_multi_info_read(a.multi, &left))) {
        struct feed *f = NULL;
        CURL *easy = message->easy_handle;
        if (message->msg != CURLMSG_DONE)
            continue;
        curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&f);
        curl_multi_remove_handle(a.multi, easy);
        a.polls++;
        set_timer(f->timer, a.interval_ms);
    }
}

static void on_event(evutil_socket_t fd, short what, void *ctx)
{
    (void)ctx;
    act(fd, (what & EV_READ ? CURL_CSELECT_IN : 0) | (what & EV_WRITE ? CURL_CSELECT_OUT : 0));
}

static void on_timer(evutil_socket_t fd, short what, void *ctx)
{
    (void)fd, (void)what, (void)ctx;
    act(CURL_SOCKET_TIMEOUT, 0);
}

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *ctx, void *of_socket)
{
    struct event *event = of_socket;
    (void)easy, (void)ctx;
    if (event)
        event_free(event);
    event = NULL;
    if (what != CURL_POLL_REMOVE) {
        event = event_new(a.base, fd,
                          (short)(EV_PERSIST | (what != CURL_POLL_OUT ? EV_READ : 0) |
                                  (what != CURL_POLL_IN ? EV_WRITE : 0)),
                          on_event, NULL);
        event_add(event, NULL);
    }
    curl_multi_assign(a.multi, fd, event);
    return 0;
}

static int on_timeout(CURLM *multi, long ms, void *ctx)
{
    (void)multi, (void)ctx;
    if (ms < 0)
        event_del(a.timer);
    else
        set_timer(a.timer, ms);
    return 0;
}

static size_t on_body(char *bytes, size_t size, size_t count, void *ctx)
{
    (void)bytes, (void)ctx;
    return size * count;
}

static void on_due(evutil_socket_t fd, short what, void *ctx)
{
    struct feed *f = ctx;
    (void)fd, (void)what;
    curl_multi_add_handle(a.multi, f->easy);
}

static void add_feed(struct feed *f, int64_t i, int64_t hosts, int64_t port)
{
    char url[100];
    int64_t h = i % hosts;
    snprintf(url, sizeof url, "http://127.0.%d.%d:%d/%" PRId64, (int)(1 + h / 250),
             (int)(1 + h % 250), (int)port, i);
    f->easy = curl_easy_init();
    f->headers = curl_slist_append(NULL, "If-None-Match: \"1\"");
    f->headers = curl_slist_append(f->headers, "Accept-Encoding: gzip");
    curl_easy_setopt(f->easy, CURLOPT_URL, url);
    curl_easy_setopt(f->easy, CURLOPT_HTTPHEADER, f->headers);
    curl_easy_setopt(f->easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(f->easy, CURLOPT_PRIVATE, f);
    curl_easy_setopt(f->easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(f->easy, CURLOPT_PROXY, "");
    f->timer = evtimer_new(a.base, on_due, f);
    set_timer(f->timer, i * 7919 % a.interval_ms);
}

static void on_begin(evutil_socket_t fd, short what, void *ctx)
{
    (void)fd, (void)what, (void)ctx;
    a.counted = a.polls;
    a.cpu = cpu_now();
}

static void on_end(evutil_socket_t fd, short what, void *ctx)
{
    (void)fd, (void)what, (void)ctx;
    printf("polls %" PRId64 " cpu_us %.0f\n", a.polls - a.counted, (cpu_now() - a.cpu) * 1e6);
    event_base_loopbreak(a.base);
}

int main(int argc, char **argv)
{
    int64_t port, sources, hosts, seconds;
    struct rlimit files;
    if (argc != 6 || !num_parse(slice_of(argv[1]), 1, 65535, &port) ||
        !num_parse(slice_of(argv[2]), 1, 100000, &sources) ||
        !num_parse(slice_of(argv[3]), 1, 10000, &hosts) ||
        !num_parse(slice_of(argv[4]), 1, 1000000, &a.interval_ms) ||
        !num_parse(slice_of(argv[5]), 1, 1000, &seconds))
        return 64;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    a.base = event_base_new();
    a.multi = curl_multi_init();
    a.timer = evtimer_new(a.base, on_timer, NULL);
    curl_multi_setopt(a.multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    curl_multi_setopt(a.multi, CURLMOPT_TIMERFUNCTION, on_timeout);
    curl_multi_setopt(a.multi, CURLMOPT_MAXCONNECTS, (long)sources + 16);
    struct feed *feeds = calloc((size_t)sources, sizeof *feeds);
    struct event *begin = evtimer_new(a.base, on_begin, NULL),
                 *end = evtimer_new(a.base, on_end, NULL);
    if (!feeds)
        return 1;
    for (int64_t i = 0; i < sources; i++)
        add_feed(&feeds[i], i, hosts, port);
    set_timer(begin, a.interval_ms * 3 / 2);
    set_timer(end, a.interval_ms * 3 / 2 + seconds * 1000);
    event_base_dispatch(a.base);
    return 0; /* what is left goes with the process */
}
