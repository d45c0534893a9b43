/* SPDX-License-Identifier: ISC */
/* What a new verified TLS connection costs tallyd: processor time and memory.
 *
 * usage: bench_tls CA-FILE PORT...
 *     A site with a certificate for 127.0.0.1 is at each of these ports, in another process. Each
 *     is asked once and its connection kept. Prints "cpu_us N bytes N", for a connection; the
 *     first, which reads the bundle of certificates, does not count.
 */
#include <event2/event.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "daemon/edge/fetch.h"
#include "daemon/edge/payload.h"
#include "daemon/edge/timer.h"

struct bench {
    struct event_base *base;
    int64_t done;
};

static _Noreturn void die(const char *what)
{
    fprintf(stderr, "bench_tls: %s\n", what);
    exit(1);
}

static void on_done(const struct answer *a, void *ctx)
{
    struct bench *b = ctx;
    if (a->what != ANSWER_BODY)
        die(a->text.ptr);
    b->done++;
}

static int64_t cpu_us(void)
{
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return (int64_t)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000000 + u.ru_utime.tv_usec +
           u.ru_stime.tv_usec;
}

static void ask(struct bench *b, struct fetch *f, const char *port)
{
    char url[80];
    struct err e;
    struct fetch_request r = {.url = url, .cap = 1 << 20};
    int64_t until = b->done + 1;
    snprintf(url, sizeof url, "https://127.0.0.1:%s/", port);
    if (!fetch_start(f, &r, &e))
        die(e.text);
    while (b->done < until)
        event_base_loop(b->base, EVLOOP_ONCE);
}

int main(int argc, char **argv)
{
    struct bench b = {.base = loop_new()};
    struct slice network = SLICE("127.0.0.0/8");
    const struct fetch_calls calls = {.done = on_done, .ctx = &b};
    struct err e;
    if (argc < 4) {
        fprintf(stderr, "usage: bench_tls CA-FILE PORT...\n");
        return 64;
    }
    int connections = argc - 3;
    const struct fetcher_settings set = {.timeout_ms = 20000,
                                         .networks = &network,
                                         .network_count = 1,
                                         .connections = (size_t)argc,
                                         .ca_file = argv[1]};
    struct fetcher *all = fetcher_new(b.base, &set, &e);
    struct fetch *f = all != NULL ? fetch_new(all, &calls, &e) : NULL;
    if (f == NULL)
        die(e.text);
    ask(&b, f, argv[2]);
    int64_t cpu = cpu_us();
    size_t bytes = mallinfo2().uordblks + mallinfo2().hblkhd;
    for (int i = 3; i < argc; i++)
        ask(&b, f, argv[i]);
    printf("cpu_us %lld bytes %zu\n", (long long)((cpu_us() - cpu) / connections),
           (mallinfo2().uordblks + mallinfo2().hblkhd - bytes) / (size_t)connections);
    fetch_free(f);
    fetcher_free(all);
    loop_free(b.base);
    return 0;
}
