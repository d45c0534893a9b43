/* SPDX-License-Identifier: ISC */
/* What a new verified TLS connection costs tallyd, and what it costs a bare libcurl, by turns:
 * processor time and memory.
 *
 * usage: bench_tls CA-FILE PORT...
 *     A site with a certificate for 127.0.0.1 is at each of these ports, in another process. Each
 *     is asked once by either side and the connections kept. Prints "ours_us N ours_bytes N
 *     bare_us N bare_bytes N", for a connection: the median, the mean of the bytes; the first of a
 *     side, which reads the bundle of certificates, does not count.
 */
#include <curl/curl.h>
#include <event2/event.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "daemon/edge/fetch.h"
#include "daemon/edge/payload.h"
#include "daemon/edge/timer.h"

enum { WAIT_MS = 20000 };

struct cost {
    int64_t ns, bytes;
};

struct bench {
    const char *ca_file;
    size_t connections;
    struct event_base *base;
    struct fetcher *all;
    struct fetch *fetch;
    int64_t done;
    CURLM *multi;
    CURL *easy;
};

static _Noreturn void die(const char *what)
{
    fprintf(stderr, "bench_tls: %s\n", what);
    exit(1);
}

static struct cost cost_now(void)
{
    struct timespec t;
    struct mallinfo2 m = mallinfo2();
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (struct cost){(int64_t)t.tv_sec * 1000000000 + t.tv_nsec,
                         (int64_t)(m.uordblks + m.hblkhd)};
}

/* ---- ours ---- */

static void on_done(const struct answer *a, void *ctx)
{
    struct bench *b = ctx;
    if (a->what != ANSWER_BODY)
        die(a->text.ptr);
    b->done++;
}

static void begin_ours(struct bench *b)
{
    struct slice network = SLICE("127.0.0.0/8");
    const struct fetch_calls calls = {.done = on_done, .ctx = b};
    const struct fetcher_settings set = {.timeout_ms = WAIT_MS,
                                         .networks = &network,
                                         .network_count = 1,
                                         .connections = b->connections,
                                         .ca_file = b->ca_file};
    struct err e;
    b->base = loop_new();
    b->all = fetcher_new(b->base, &set, &e);
    b->fetch = b->all != NULL ? fetch_new(b->all, &calls, &e) : NULL;
    if (b->fetch == NULL)
        die(e.text);
}

static void ask_ours(struct bench *b, const char *url)
{
    struct err e;
    struct fetch_request r = {.url = url, .cap = 1 << 20};
    int64_t until = b->done + 1;
    if (!fetch_start(b->fetch, &r, &e))
        die(e.text);
    while (b->done < until)
        event_base_loop(b->base, EVLOOP_ONCE);
}

/* ---- a bare libcurl, told only what makes it keep the bundle and the connections ---- */

static size_t on_bytes(char *bytes, size_t size, size_t count, void *ctx)
{
    (void)bytes, (void)ctx;
    return size * count;
}

static void begin_bare(struct bench *b)
{
    b->multi = curl_multi_init();
    b->easy = curl_easy_init();
    curl_multi_setopt(b->multi, CURLMOPT_MAXCONNECTS, (long)b->connections);
    curl_easy_setopt(b->easy, CURLOPT_WRITEFUNCTION, on_bytes);
    curl_easy_setopt(b->easy, CURLOPT_CAPATH, NULL);
    curl_easy_setopt(b->easy, CURLOPT_CAINFO, b->ca_file);
}

static void ask_bare(struct bench *b, const char *url)
{
    int running = 1, left;
    curl_easy_setopt(b->easy, CURLOPT_URL, url);
    curl_multi_add_handle(b->multi, b->easy);
    while (running > 0) {
        curl_multi_perform(b->multi, &running);
        if (running > 0)
            curl_multi_poll(b->multi, NULL, 0, WAIT_MS, NULL);
    }
    CURLMsg *message = curl_multi_info_read(b->multi, &left);
    if (message == NULL || message->data.result != CURLE_OK)
        die("the bare transfer failed");
    curl_multi_remove_handle(b->multi, b->easy);
}

/* ---- by turns ---- */

static const struct side {
    const char *name;
    void (*begin)(struct bench *b);
    void (*ask)(struct bench *b, const char *url);
} sides[] = {{"ours", begin_ours, ask_ours}, {"bare", begin_bare, ask_bare}};

enum { SIDES = sizeof sides / sizeof *sides };

static int by_size(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
    struct bench b = {.connections = (size_t)argc};
    int64_t *ns[SIDES], bytes[SIDES] = {0};
    int count = argc - 3;
    if (count < 1) {
        fprintf(stderr, "usage: bench_tls CA-FILE PORT...\n");
        return 64;
    }
    b.ca_file = argv[1];
    for (int s = 0; s < SIDES; s++) {
        ns[s] = calloc((size_t)count, sizeof *ns[s]);
        if (ns[s] == NULL)
            die("no memory");
        sides[s].begin(&b);
    }
    for (int i = -1; i < count; i++)
        for (int turn = 0; turn < SIDES; turn++) {
            int s = (turn + i + 1) % SIDES; /* each is the first to ask as often as the other */
            char url[80];
            snprintf(url, sizeof url, "https://127.0.0.1:%s/", argv[i + 3]);
            struct cost before = cost_now();
            sides[s].ask(&b, url);
            struct cost after = cost_now();
            if (i < 0)
                continue;
            ns[s][i] = after.ns - before.ns;
            bytes[s] += after.bytes - before.bytes;
        }
    for (int s = 0; s < SIDES; s++) {
        qsort(ns[s], (size_t)count, sizeof *ns[s], by_size);
        printf("%s_us %lld %s_bytes %lld ", sides[s].name, (long long)(ns[s][count / 2] / 1000),
               sides[s].name, (long long)(bytes[s] / count));
        free(ns[s]);
    }
    printf("\n");
    return 0;
}
