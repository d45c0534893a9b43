/* SPDX-License-Identifier: ISC */
/* The way out for messages, over a real writer and without Redis: what waits for the disk, what is
 * thinned, and what an epoch or a reload does to it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/edge/timer.h"
#include "daemon/outbox.h"

#define PATIENCE_MS 20000
#define INTERVAL_MS 300

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
};

static void on_patience(void *ctx)
{
    struct post *p = ctx;
    fail_msg("nothing more within %d ms; told: %s", PATIENCE_MS, p->told);
}

static struct message message_of(enum message_type type, const char *channel, const char *data)
{
    return (struct message){.type = type,
                            .channel = slice_of(channel),
                            .snap = slice_of(type == MESSAGE_TOTALS ? "totals" : "races"),
                            .field = slice_of(type == MESSAGE_TOTALS ? "" : "r"),
                            .data = slice_of(data),
                            .event_id = slice_of(type == MESSAGE_CALL ? "c1" : ""),
                            .statement = slice_of(type == MESSAGE_TOTALS ? data : "")};
}

static void on_snapshot(struct effects *out, void *ctx)
{
    struct post *p = ctx;
    struct message *m = arena_array(out->arena, 1, sizeof *m);
    p->snapshots++;
    *m = message_of(MESSAGE_TOTALS, "totals", p->model);
    out->messages = m;
    out->message_count = 1;
}

static void on_began(void *ctx)
{
    struct post *p = ctx;
    p->began++;
    loop_stop(p->base);
}

static void on_published(const struct message *m, void *ctx)
{
    struct post *p = ctx;
    size_t at = strlen(p->told);
    snprintf(p->told + at, sizeof p->told - at, "%.*s ", SLICE_FMT(m->data));
    if (strlen(p->told) >= p->wanted)
        loop_stop(p->base);
}

/* Run until this was told, and nothing else. */
static void expect(struct post *p, const char *told)
{
    p->wanted = strlen(told);
    if (strlen(p->told) < p->wanted)
        loop_run(p->base);
    assert_string_equal(p->told, told);
    p->told[0] = '\0';
}

static void add(struct post *p, enum message_type type, const char *channel, const char *data,
                bool hold)
{
    struct err e = {0};
    struct message m = message_of(type, channel, data);
    if (!outbox_add(p->outbox, &m, 1, 0, hold, &e))
        fail_msg("%s", e.text);
}

static struct outbox_view view_of(const struct post *p)
{
    struct outbox_view v;
    outbox_view(p->outbox, &v);
    return v;
}

/* Run until the epoch is above this one. */
static void on_look(void *ctx)
{
    struct post *p = ctx;
    loop_stop(p->base);
}

static void wait_for_epoch(struct post *p, int64_t above)
{
    struct timer *look = timer_new(p->base, on_look, p);
    while (view_of(p).epoch <= above) {
        timer_set(look, 1);
        loop_run(p->base);
    }
    timer_free(look);
}

static int set_up(void **state)
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
    p->election.election = slice_of(date);
    if (!writer_open(p->base, p->directory, p->arena, &p->loaded, &p->writer, &e))
        fail_msg("%s", e.text);
    struct outbox_settings s = {.election = &p->election,
                                .clock = &p->clock,
                                .min_interval_ms = INTERVAL_MS,
                                .heartbeat_ms = 1000,
                                .disk_epoch = p->loaded.epoch};
    struct outbox_calls calls = {
        .snapshot = on_snapshot, .began = on_began, .published = on_published, .ctx = p};
    if (!outbox_new(p->base, p->writer, &s, &calls, &p->outbox, &e))
        fail_msg("%s", e.text);
    p->patience = timer_new(p->base, on_patience, p);
    timer_set(p->patience, PATIENCE_MS);
    *state = p;
    return 0;
}

static int tear_down(void **state)
{
    struct post *p = *state;
    char command[200];
    writer_close(p->writer, 1000);
    outbox_free(p->outbox);
    timer_free(p->patience);
    arena_free(p->arena);
    loop_free(p->base);
    static const char *const files[] = {"tallyd.db", "tallyd.db-wal", "tallyd.db-shm", "lock"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        snprintf(command, sizeof command, "%s/%s", p->directory, files[i]);
        unlink(command);
    }
    snprintf(command, sizeof command, "%s/payloads", p->directory);
    rmdir(command);
    rmdir(p->directory);
    free(p);
    return 0;
}

static void begin(struct post *p)
{
    outbox_start(p->outbox);
    loop_run(p->base);
    assert_int_equal(p->began, 1);
}

static void test_nothing_is_told_before_the_first_epoch(void **state)
{
    struct post *p = *state;
    add(p, MESSAGE_TOTALS, "totals", "{\"restored\":1}", false);
    add(p, MESSAGE_RACE, "race:GA:r", "{\"restored\":2}", false);
    assert_int_equal(view_of(p).totals.len, 0);
    p->model = "{\"n\":3}";
    begin(p);
    assert_string_equal(p->told, "");
    assert_int_equal(p->snapshots, 1);
    assert_true(slice_find(view_of(p).totals, SLICE("{\"n\":3}")) != SIZE_MAX);
    assert_true(slice_is(view_of(p).statement, "{\"n\":3}"));
    assert_true(view_of(p).epoch > p->loaded.epoch);
}

static void test_the_newest_of_a_channel_goes_out_in_the_place_of_the_first(void **state)
{
    struct post *p = *state;
    begin(p);
    int64_t from = timer_now_us();
    add(p, MESSAGE_TOTALS, "totals", "1", false); /* at once; from here on the pace counts */
    add(p, MESSAGE_RACE, "race:GA:a", "2", false);
    add(p, MESSAGE_TOTALS, "totals", "3", false);
    add(p, MESSAGE_RACE, "race:GA:a", "4", false);
    add(p, MESSAGE_TOTALS, "totals", "5", false);
    expect(p, "1 ");
    expect(p, "4 5 ");
    assert_true(timer_now_us() - from >= (INTERVAL_MS - 5) * 1000);
    assert_true(slice_find(view_of(p).totals, SLICE("\"data\":5")) != SIZE_MAX);
}

static void test_a_call_goes_at_once_and_takes_what_waits_before_it(void **state)
{
    struct post *p = *state;
    begin(p);
    add(p, MESSAGE_TOTALS, "totals", "1", false);
    add(p, MESSAGE_RACE, "race:GA:a", "2", false);
    add(p, MESSAGE_CALL, "calls:GA", "3", false);
    assert_string_equal(p->told, "1 2 3 ");
    assert_int_equal(view_of(p).unacknowledged, 0); /* without Redis nobody would */
}

static void test_what_rests_on_a_claim_waits_for_the_disk_and_all_behind_it(void **state)
{
    struct post *p = *state;
    begin(p);
    add(p, MESSAGE_CALL, "calls:GA", "1", true);
    add(p, MESSAGE_TOTALS, "totals", "2", false);
    add(p, MESSAGE_CALL, "calls:GA", "3", true);
    assert_string_equal(p->told, "");
    outbox_release(p->outbox);
    assert_string_equal(p->told, "1 2 "); /* the second claim is not on disk */
    outbox_release(p->outbox);
    assert_string_equal(p->told, "1 2 3 ");
}

static void test_a_reload_shows_the_new_model_whole(void **state)
{
    struct post *p = *state;
    p->model = "{\"old\":1}";
    begin(p);
    int64_t epoch = view_of(p).epoch, seq = view_of(p).seq;
    outbox_pause(p->outbox);
    add(p, MESSAGE_TOTALS, "totals", "{\"half\":1}", false);
    assert_string_equal(p->told, "");
    assert_true(view_of(p).epoch == epoch && view_of(p).seq == seq);
    assert_true(slice_find(view_of(p).totals, SLICE("{\"old\":1}")) != SIZE_MAX);
    p->model = "{\"new\":1}";
    outbox_restart(p->outbox, &p->election, INTERVAL_MS, 1000);
    wait_for_epoch(p, epoch);
    assert_true(slice_find(view_of(p).totals, SLICE("{\"new\":1}")) != SIZE_MAX);
    assert_int_equal(p->began, 1);
    assert_string_equal(p->told, "");
    add(p, MESSAGE_TOTALS, "totals", "7", false);
    expect(p, "7 ");
}

/* A call made of a changed list while the payloads are read again. */
static void test_a_call_during_a_reload_is_told_to_those_who_watch(void **state)
{
    struct post *p = *state;
    begin(p);
    int64_t epoch = view_of(p).epoch;
    outbox_pause(p->outbox);
    add(p, MESSAGE_CALL, "calls:GA", "1", false);
    assert_string_equal(p->told, "1 ");
    outbox_restart(p->outbox, &p->election, INTERVAL_MS, 1000);
    wait_for_epoch(p, epoch);
    assert_string_equal(p->told, "1 ");
    assert_int_equal(view_of(p).unacknowledged, 0); /* without Redis nobody would */
}

static void test_more_than_can_wait_is_an_error(void **state)
{
    struct post *p = *state;
    struct err e = {0};
    struct message m = message_of(MESSAGE_RACE, "race:GA:a", "1");
    begin(p);
    add(p, MESSAGE_CALL, "calls:GA", "0", true);
    int n = 1;
    while (outbox_add(p->outbox, &m, 1, 0, false, &e))
        n++;
    assert_int_equal(n, 100000);
    assert_int_equal(e.kind, ERR_AGAIN);
    outbox_release(p->outbox);
    assert_string_equal(p->told, "0 1 ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
        T(test_nothing_is_told_before_the_first_epoch),
        T(test_the_newest_of_a_channel_goes_out_in_the_place_of_the_first),
        T(test_a_call_goes_at_once_and_takes_what_waits_before_it),
        T(test_what_rests_on_a_claim_waits_for_the_disk_and_all_behind_it),
        T(test_a_reload_shows_the_new_model_whole),
        T(test_a_call_during_a_reload_is_told_to_those_who_watch),
        T(test_more_than_can_wait_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
