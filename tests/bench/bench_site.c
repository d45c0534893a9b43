/* SPDX-License-Identifier: ISC */
/* A site of many small feeds, on as many loopback addresses as it is told, which knows how
 * regularly it is asked. bench_site SOURCES HOSTS PERIOD_MS SHARE: SHARE of a hundred of them have
 * something new each PERIOD_MS. Prints `port N`; on SIGUSR1 it begins to count anew, and the share
 * may change with SIGUSR2 from 0 to SHARE; on SIGTERM it prints what it counted. */
#include <arpa/inet.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>

#include "daemon/base/num.h"
#include "daemon/edge/timer.h"

static struct site {
    int64_t sources, hosts, period_us, share;
    bool changing;
    int64_t *last_us; /* by source: when it was asked last */
    int64_t since_us; /* of the counting */
    int64_t requests, full, longest_us;
} s;

/* How often this one has changed by now; each at a time of its own. */
static int64_t version_of(int64_t source, int64_t now)
{
    int64_t phase = source * 7919 * 1000 % s.period_us;
    return s.changing && source % 100 < s.share ? 1 + (now + phase) / s.period_us : 1;
}

static void write_feed(struct evbuffer *out, int64_t source, int64_t version)
{
    evbuffer_add_printf(
        out,
        "{\"total\":1,\"next_page_url\":null,\"data\":[{\"race_id\":%" PRId64
        ",\"state\":\"Georgia\",\"abb\":\"GA\",\"name\":\"\",\"race_date\":\"2026-11-03\","
        "\"office\":\"State House\",\"district\":\"%" PRId64
        "\",\"party\":null,\"last_updated\":\"2026-11-04 03:06:17\",\"toplineResults\":{\"votes\":"
        "{\"1\":%" PRId64 ",\"2\":%" PRId64
        "},\"precincts\":{\"total\":12,\"reporting\":8},\"called\":null,\"called_time\":null},"
        "\"countyResults\":[],\"candidates\":[{\"cand_id\":1,\"first_name\":\"Cy\",\"last_name\":"
        "\"Poe\",\"party_name\":\"Republican\"},{\"cand_id\":2,\"first_name\":\"Di%" PRId64
        "\",\"last_name\":\"Foe\",\"party_name\":\"Democratic\"}]}]}",
        source + 1, source + 1, 100 + version % 1000000, 90 + version % 1000000, source);
}

static void note(int64_t source, int64_t now)
{
    int64_t *last = &s.last_us[source];
    if (*last >= s.since_us && now - *last > s.longest_us)
        s.longest_us = now - *last;
    *last = now;
    s.requests++;
}

static void on_request(struct evhttp_request *req, void *ctx)
{
    int64_t source, now = timer_now_us();
    char etag[40];
    (void)ctx;
    struct slice path = slice_of(evhttp_request_get_uri(req));
    if (!num_parse(slice_sub(path, 1, path.len), 0, s.sources - 1, &source)) {
        evhttp_send_error(req, 404, NULL);
        return;
    }
    note(source, now);
    int64_t version = version_of(source, now);
    snprintf(etag, sizeof etag, "\"%" PRId64 "\"", version);
    const char *have = evhttp_find_header(evhttp_request_get_input_headers(req), "If-None-Match");
    evhttp_add_header(evhttp_request_get_output_headers(req), "ETag", etag);
    if (have && strcmp(have, etag) == 0) {
        evhttp_send_reply(req, 304, NULL, NULL);
        return;
    }
    s.full++;
    write_feed(evhttp_request_get_output_buffer(req), source, version);
    evhttp_send_reply(req, 200, NULL, NULL);
}

static void on_count(evutil_socket_t fd, short what, void *ctx)
{
    (void)fd, (void)what, (void)ctx;
    s.since_us = timer_now_us();
    s.requests = s.full = s.longest_us = 0;
}

static void on_change(evutil_socket_t fd, short what, void *ctx)
{
    (void)fd, (void)what, (void)ctx;
    s.changing = true;
}

static void on_stop(evutil_socket_t fd, short what, void *ctx)
{
    (void)fd, (void)what;
    event_base_loopbreak(ctx);
}

/* 127.0.1.1 and so on, all with the port that the first one was given. */
static int listen_all(struct evhttp *http)
{
    int port = 0;
    for (int64_t i = 0; i < s.hosts; i++) {
        char address[32];
        struct sockaddr_in at;
        socklen_t size = sizeof at;
        snprintf(address, sizeof address, "127.0.%d.%d", (int)(1 + i / 250), (int)(1 + i % 250));
        struct evhttp_bound_socket *b =
            evhttp_bind_socket_with_handle(http, address, (ev_uint16_t)port);
        if (!b || getsockname(evhttp_bound_socket_get_fd(b), (struct sockaddr *)&at, &size) != 0)
            return -1;
        port = ntohs(at.sin_port);
    }
    return port;
}

int main(int argc, char **argv)
{
    struct event_base *base = event_base_new();
    struct evhttp *http = evhttp_new(base);
    int64_t period = 0;
    struct rlimit files;
    if (argc != 5 || !num_parse(slice_of(argv[1]), 1, 100000, &s.sources) ||
        !num_parse(slice_of(argv[2]), 1, 10000, &s.hosts) ||
        !num_parse(slice_of(argv[3]), 1, 1000000, &period) ||
        !num_parse(slice_of(argv[4]), 0, 100, &s.share))
        return 64;
    s.period_us = period * 1000;
    s.last_us = calloc((size_t)s.sources, sizeof *s.last_us);
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    evhttp_set_gencb(http, on_request, NULL);
    evhttp_set_timeout(http, 3600);
    int port = s.last_us ? listen_all(http) : -1;
    if (port < 0)
        return 1;
    struct event *events[] = {evsignal_new(base, SIGTERM, on_stop, base),
                              evsignal_new(base, SIGUSR1, on_count, NULL),
                              evsignal_new(base, SIGUSR2, on_change, NULL)};
    for (size_t i = 0; i < sizeof events / sizeof events[0]; i++)
        event_add(events[i], NULL);
    printf("port %d\n", port);
    fflush(stdout);
    event_base_dispatch(base);
    printf("requests %" PRId64 " full %" PRId64 " longest_ms %" PRId64 "\n", s.requests, s.full,
           s.longest_us / 1000);
    for (size_t i = 0; i < sizeof events / sizeof events[0]; i++)
        event_free(events[i]);
    evhttp_free(http);
    event_base_free(base);
    free(s.last_us);
    return 0;
}
