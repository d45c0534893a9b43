/* SPDX-License-Identifier: ISC */
/* The night simulator: serves a recorded or an invented night over real HTTP, on loopback. */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>

#include "daemon/base/num.h"
#include "daemon/base/when.h"
#include "daemon/clock.h"
#include "tests/sim/record.h"

struct options {
    const char *night, *root;
    struct clock clock;
    int64_t port;
};

static void usage(FILE *out)
{
    fputs("usage: sim --night FILE --root DIR [--clock T[,N[,AT]]] [--port N]\n"
          "  Prints `port N` when it listens on 127.0.0.1, and what it served when it is told to "
          "stop.\n",
          out);
}

static bool parse(int argc, char **argv, struct options *o)
{
    static const struct option longs[] = {{"night", required_argument, NULL, 'n'},
                                          {"root", required_argument, NULL, 'r'},
                                          {"clock", required_argument, NULL, 'c'},
                                          {"port", required_argument, NULL, 'p'},
                                          {0}};
    struct err e = {0};
    int c;
    while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
        if (c == 'n')
            o->night = optarg;
        else if (c == 'r')
            o->root = optarg;
        else if (c == 'p' && num_parse(slice_of(optarg), 0, 65535, &o->port))
            continue;
        else if (c == 'c' && clock_parse(slice_of(optarg), &o->clock, &e))
            continue;
        else if (c == 'c' || c == 'p' || c == '?') {
            fprintf(stderr, "sim: %s\n", e.kind ? e.text : "wrong usage");
            return false;
        }
    }
    return optind == argc && o->night && o->root;
}

static int64_t now(void *ctx)
{
    const struct options *o = ctx;
    return clock_now(&o->clock);
}

static void on_stop(evutil_socket_t fd, short what, void *ctx)
{
    (void)fd, (void)what;
    event_base_loopbreak(ctx);
}

static int play(struct options *o)
{
    struct err e = {0};
    struct event_base *base = event_base_new();
    struct serve *s = base ? serve_new(base, (int)o->port, now, o, &e) : NULL;
    struct record *r = s ? record_new(s, o->night, o->root, now(o), &e) : NULL;
    if (!r) {
        fprintf(stderr, "sim: %s\n", e.text);
        serve_free(s);
        return ERR_DATA;
    }
    struct event *term = evsignal_new(base, SIGTERM, on_stop, base);
    struct event *intr = evsignal_new(base, SIGINT, on_stop, base);
    evsignal_add(term, NULL);
    evsignal_add(intr, NULL);
    printf("port %d\n", serve_port(s));
    fflush(stdout);
    event_base_dispatch(base);
    struct serve_counts c = serve_counts(s);
    printf("served %lld unchanged %lld missing %lld bytes %lld behind %lld\n", (long long)c.full,
           (long long)c.unchanged, (long long)c.missing, (long long)c.bytes,
           (long long)record_behind(r, now(o)));
    event_free(term);
    event_free(intr);
    record_free(r);
    serve_free(s);
    event_base_free(base);
    return 0;
}

int main(int argc, char **argv)
{
    struct options o = {.clock = clock_real()};
    if (!parse(argc, argv, &o)) {
        usage(stderr);
        return ERR_USAGE;
    }
    signal(SIGPIPE, SIG_IGN);
    return play(&o);
}
