/* SPDX-License-Identifier: ISC */
/* An outbox over a real writer, and what it told. */
#ifndef TALLYD_TESTS_OUTBOX_HOUSE_H
#define TALLYD_TESTS_OUTBOX_HOUSE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include <malloc.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/base/log.h"
#include "daemon/edge/timer.h"
#include "daemon/outbox.h"
#include "tests/unit/redis_server.h"

#define PATIENCE_MS 20000
#define INTERVAL_MS 300
#define HEARTBEAT_MS 60000

struct post {
    char directory[64];
    struct event_base *base;
    struct arena *arena;
    struct writer *writer;
    struct writer_loaded loaded;
    struct settings election;
    struct clock clock;
    struct outbox *outbox;
    struct timer *patience;
    char told[400]; /* data of what was published, a blank after each */
    size_t wanted;  /* stop the loop when so much was told */
    int began, snapshots;
    const char *model; /* data of the totals a snapshot shows */
    const char *plain; /* and their numbers */
    struct redis_server redis;
    redisContext *eye;
};

static inline void on_patience(void *ctx)
{
    struct post *p = ctx;
    fail_msg("nothing more within %d ms; told: %s", PATIENCE_MS, p->told);
}

static inline struct message message_of(enum message_type type, const char *channel,
                                        const char *data)
{
    return (struct message){.type = type,
                            .channel = slice_of(channel),
                            .snap = slice_of(type == MESSAGE_TOTALS ? "totals" : "races"),
                            .field = slice_of(type == MESSAGE_TOTALS ? "" : "r"),
                            .data = slice_of(data),
                            .event_id = slice_of(type == MESSAGE_CALL ? "c1" : ""),
                            .statements = {slice_of(type == MESSAGE_TOTALS ? data : "")}};
}

static inline void on_snapshot(struct effects *out, void *ctx)
{
    struct post *p = ctx;
    struct message *m = arena_array(out->arena, 1, sizeof *m);
    p->snapshots++;
    *m = message_of(MESSAGE_TOTALS, "totals", p->model);
    m->plain = slice_of(p->plain);
    out->messages = m;
    out->message_count = 1;
}

static inline void on_began(void *ctx)
{
    struct post *p = ctx;
    p->began++;
    loop_stop(p->base);
}

static inline void on_published(const struct message *m, void *ctx)
{
    struct post *p = ctx;
    size_t at = strlen(p->told);
    snprintf(p->told + at, sizeof p->told - at, "%.*s ", SLICE_FMT(m->data));
    if (strlen(p->told) >= p->wanted)
        loop_stop(p->base);
}

/* Run until this was told, and nothing else. */
static inline void expect(struct post *p, const char *told)
{
    p->wanted = strlen(told);
    if (strlen(p->told) < p->wanted)
        loop_run(p->base);
    assert_string_equal(p->told, told);
    p->told[0] = '\0';
}

static inline void add(struct post *p, enum message_type type, const char *channel,
                       const char *data, bool hold)
{
    struct err e = {0};
    struct message m = message_of(type, channel, data);
    if (!outbox_add(p->outbox, NULL, &m, 1, 0, hold ? PARCEL_ROWS : PARCEL_GOES, &e))
        fail_msg("%s", e.text);
}

static inline struct outbox_view view_of(const struct post *p)
{
    struct outbox_view v;
    outbox_view(p->outbox, &v);
    return v;
}

static inline void on_look(void *ctx)
{
    struct post *p = ctx;
    loop_stop(p->base);
}

static inline void turn(struct post *p)
{
    struct timer *look = timer_new(p->base, on_look, p);
    timer_set(look, 1);
    loop_run(p->base);
    timer_free(look);
}

#define UNTIL(p, condition)                                                                        \
    do                                                                                             \
        turn(p);                                                                                   \
    while (!(condition))

/* Run until the epoch is above this one. */
static inline void wait_for_epoch(struct post *p, int64_t above)
{
    UNTIL(p, view_of(p).epoch > above);
}

static inline struct post *new_post(void)
{
    static const char date[] = "2025-11-04";
    struct err e = {0};
    struct post *p = calloc(1, sizeof *p);
    snprintf(p->directory, sizeof p->directory, "/tmp/tallyd-outbox-XXXXXX");
    assert_non_null(mkdtemp(p->directory));
    p->base = loop_new();
    p->arena = arena_new(1 << 20);
    p->clock = clock_real();
    p->model = "{}";
    p->plain = "";
    p->election.election = slice_of(date);
    if (!writer_open(p->base, p->directory, p->arena, &p->loaded, &p->writer, &e))
        fail_msg("%s", e.text);
    p->patience = timer_new(p->base, on_patience, p);
    timer_set(p->patience, PATIENCE_MS);
    return p;
}

static inline void open_outbox(struct post *p, const char *url, const struct writer_event *unsent,
                               size_t unsent_count)
{
    struct err e = {0};
    struct outbox_settings s = {.election = &p->election,
                                .clock = &p->clock,
                                .redis = {.url = slice_of(url),
                                          .prefix = SLICE("tally:v1"),
                                          .owner = SLICE("ours"),
                                          .mode = SLICE("test"),
                                          .election = p->election.election,
                                          .version = SLICE("0"),
                                          .heartbeat_ms = HEARTBEAT_MS},
                                .min_interval_ms = INTERVAL_MS,
                                .heartbeat_ms = HEARTBEAT_MS,
                                .disk_epoch = p->loaded.epoch,
                                .unacknowledged = unsent,
                                .unacknowledged_count = unsent_count};
    struct outbox_calls calls = {
        .snapshot = on_snapshot, .began = on_began, .published = on_published, .ctx = p};
    if (!outbox_new(p->base, p->writer, &s, &calls, &p->outbox, &e))
        fail_msg("%s", e.text);
}

static inline int set_up(void **state)
{
    struct post *p = new_post();
    open_outbox(p, "", NULL, 0);
    *state = p;
    return 0;
}

/* With a redis-server; the test opens the outbox. */
static inline int set_up_redis(void **state)
{
    struct post *p = new_post();
    assert_true(redis_server_new(&p->redis));
    redis_server_start(&p->redis, NULL);
    p->eye = redis_server_look(&p->redis, NULL, NULL);
    *state = p;
    return 0;
}

static inline int tear_down(void **state)
{
    struct post *p = *state;
    writer_close(p->writer, 1000);
    outbox_free(p->outbox);
    if (p->eye)
        redisFree(p->eye);
    if (p->redis.directory[0])
        redis_server_done(&p->redis);
    timer_free(p->patience);
    arena_free(p->arena);
    loop_free(p->base);
    scratch_remove(p->directory);
    free(p);
    return 0;
}

static inline void on_durable(bool ok, const char *text, void *ctx)
{
    (void)text;
    *(bool *)ctx = ok;
}

static inline void begin(struct post *p)
{
    outbox_start(p->outbox);
    loop_run(p->base);
    assert_int_equal(p->began, 1);
}

#endif
