/* SPDX-License-Identifier: ISC */
/* Messages a second through tallyd's own way to Redis, beside a bare pipelined EVALSHA of the same
 * script with the same words, and a bare pipelined PUBLISH of the same envelopes.
 *
 * usage: bench_publish REDIS-SOCKET MESSAGES
 *     The Redis is this program's alone. Prints "ours N evalsha N publish N", messages a second of
 *     the best of rounds that take turns. A message is a race's, of some 900 bytes.
 */
#include <event2/event.h>
#include <hiredis/hiredis.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/base/buf.h"
#include "daemon/base/num.h"
#include "daemon/edge/redis.h"
#include "daemon/edge/redis_script.h"
#include "daemon/edge/timer.h"

enum { ROUNDS = 5, WINDOW = 128 /* commands under way; of ours, redis_room tells */ };
#define PREFIX "tally:v1"
#define CHANNEL "race:GA:2022-11-08-ga-governor"
#define OWNER "bench"

struct bench {
    const char *socket;
    struct event_base *base;
    struct redis *redis;
    redisContext *bare;
    int64_t messages, acknowledged, seq, epoch;
    bool ready;
    char sha[64], envelope[1000];
};

static _Noreturn void die(const char *what)
{
    fprintf(stderr, "bench_publish: %s\n", what);
    exit(1);
}

static void on_ready(int64_t epoch, void *ctx)
{
    struct bench *b = ctx;
    b->epoch = epoch + 1;
    b->ready = true;
}

static void on_acknowledged(struct slice id, int64_t last_byte_us, void *ctx)
{
    struct bench *b = ctx;
    (void)id, (void)last_byte_us;
    b->acknowledged++;
}

static void on_fenced(int64_t epoch, void *ctx)
{
    (void)epoch, (void)ctx;
    die("fenced");
}

static void on_lost(const char *why, void *ctx)
{
    (void)ctx;
    die(why);
}

static struct redis_commit commit(struct bench *b)
{
    return (struct redis_commit){.epoch = b->epoch,
                                 .seq = ++b->seq,
                                 .channel = SLICE(CHANNEL),
                                 .envelope = slice_of(b->envelope),
                                 .snap = SLICE("races"),
                                 .field = SLICE("2022-11-08-ga-governor"),
                                 .snap_value = slice_of(b->envelope)};
}

/* ---- the three ways ---- */

static void ours(struct bench *b)
{
    int64_t sent = 0;
    b->acknowledged = 0;
    while (b->acknowledged < b->messages) {
        for (size_t room = redis_room(b->redis); room > 0 && sent < b->messages; room--, sent++) {
            struct redis_commit c = commit(b);
            if (!redis_publish(b->redis, &c))
                die("not published");
        }
        event_base_loop(b->base, EVLOOP_ONCE);
    }
}

static void take(struct bench *b)
{
    redisReply *r = NULL;
    if (redisGetReply(b->bare, (void **)&r) != REDIS_OK || r->type == REDIS_REPLY_ERROR ||
        (r->type == REDIS_REPLY_STATUS && strcmp(r->str, "OK") != 0))
        die(r != NULL && r->str != NULL ? r->str : "no answer");
    if (r->type == REDIS_REPLY_STRING && strcmp(r->str, "OK") != 0)
        die(r->str);
    freeReplyObject(r);
}

static void pipelined(struct bench *b, void (*send)(struct bench *b))
{
    int64_t sent = 0;
    for (int64_t taken = 0; taken < b->messages; taken++) {
        for (; sent < b->messages && sent - taken < WINDOW; sent++)
            send(b);
        take(b);
    }
}

static void send_publish(struct bench *b)
{
    redisAppendCommand(b->bare, "PUBLISH %s %s", PREFIX ":" CHANNEL, b->envelope);
}

static void publish(struct bench *b)
{
    pipelined(b, send_publish);
}

static void send_evalsha(struct bench *b)
{
    static char keys[REDIS_SCRIPT_KEYS][80];
    char count[8], epoch[24], seq[24];
    const char *argv[3 + REDIS_SCRIPT_KEYS + 15] = {"EVALSHA", b->sha, count};
    int n = 3;
    snprintf(count, sizeof count, "%d", REDIS_SCRIPT_KEYS);
    snprintf(epoch, sizeof epoch, "%lld", (long long)b->epoch);
    snprintf(seq, sizeof seq, "%lld", (long long)++b->seq);
    for (size_t i = 0; i < REDIS_SCRIPT_KEYS; i++) {
        if (keys[i][0] == '\0')
            snprintf(keys[i], sizeof keys[i], PREFIX "%s%s", redis_script_keys[i],
                     i + 1 >= REDIS_SCRIPT_STAGED ? OWNER : "");
        argv[n++] = keys[i];
    }
    const char *const words[] = {"commit",    epoch,
                                 OWNER,       seq,
                                 b->envelope, PREFIX ":" CHANNEL,
                                 "races",     "2022-11-08-ga-governor",
                                 b->envelope, "",
                                 "",          "0",
                                 "",          "",
                                 "4"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        argv[n++] = words[i];
    redisAppendCommandArgv(b->bare, n, argv, NULL);
}

static void evalsha(struct bench *b)
{
    pipelined(b, send_evalsha);
}

/* ---- */

static void start(struct bench *b)
{
    char url[200];
    struct err e;
    const struct redis_calls calls = {on_ready, on_acknowledged, on_fenced, on_lost, b};
    snprintf(url, sizeof url, "unix://%s", b->socket);
    const struct redis_settings s = {.url = slice_of(url),
                                     .prefix = SLICE(PREFIX),
                                     .owner = SLICE(OWNER),
                                     .mode = SLICE("test"),
                                     .election = SLICE("2022-11-08"),
                                     .version = SLICE("0"),
                                     .heartbeat_ms = 5000};
    b->base = loop_new();
    if (b->base == NULL || !redis_new(b->base, &s, &calls, &b->redis, &e))
        die(e.text);
    while (!b->ready)
        event_base_loop(b->base, EVLOOP_ONCE);
    struct redis_commit first = commit(b);
    if (!redis_begin(b->redis, b->epoch, &first, 1))
        die("no beginning");
    b->bare = redisConnectUnix(b->socket);
    if (b->bare == NULL || b->bare->err != 0)
        die("no Redis");
    redisReply *r = redisCommand(b->bare, "SCRIPT LOAD %s", redis_script);
    if (r == NULL || r->type != REDIS_REPLY_STRING)
        die("the script is not taken");
    snprintf(b->sha, sizeof b->sha, "%s", r->str);
    freeReplyObject(r);
}

int main(int argc, char **argv)
{
    static struct bench b;
    static const struct {
        const char *name;
        void (*run)(struct bench *b);
    } ways[] = {{"ours", ours}, {"evalsha", evalsha}, {"publish", publish}};
    int64_t best[3] = {0};
    if (argc != 3 || !num_parse(slice_of(argv[2]), 1, INT32_MAX, &b.messages)) {
        fprintf(stderr, "usage: bench_publish REDIS-SOCKET MESSAGES\n");
        return 64;
    }
    b.socket = argv[1];
    memset(b.envelope, 'x', sizeof b.envelope - 100);
    start(&b);
    for (int round = 0; round < ROUNDS; round++)
        for (int i = 0; i < 3; i++) {
            int64_t began = timer_now_us();
            ways[i].run(&b);
            int64_t took = timer_now_us() - began;
            best[i] = best[i] == 0 || took < best[i] ? took : best[i];
        }
    for (int i = 0; i < 3; i++)
        printf("%s %lld%s", ways[i].name, (long long)(b.messages * 1000000 / best[i]),
               i < 2 ? " " : "\n");
    return 0;
}
