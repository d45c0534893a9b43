/* SPDX-License-Identifier: ISC */
/* The way out for messages, over a real writer, without Redis: what waits for the disk, what is
 * thinned, what an epoch or a reload does to it. */
#include "tests/unit/outbox_house.h"

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
    assert_true(slice_is(view_of(p).frozen.statements[0], "{\"n\":3}"));
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

/* It took along what waited: the card that says won, with the totals of before the call; and each
 * call more totals than min-interval lets. */
static void test_a_call_goes_at_once_and_no_card_goes_ahead_of_the_totals(void **state)
{
    struct post *p = *state;
    begin(p);
    int64_t from = timer_now_us();
    add(p, MESSAGE_TOTALS, "totals", "1", false);
    add(p, MESSAGE_TOTALS, "totals", "2", false);
    add(p, MESSAGE_RACE, "race:GA:a", "3", false);
    add(p, MESSAGE_CALL, "calls:GA", "4", false);
    add(p, MESSAGE_TOTALS, "totals", "5", false);
    add(p, MESSAGE_CALL, "calls:GA", "6", false);
    add(p, MESSAGE_TOTALS, "totals", "7", false);
    expect(p, "1 4 6 ");
    expect(p, "7 3 "); /* in one turn */
    assert_true(timer_now_us() - from >= (INTERVAL_MS - 5) * 1000);
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
    outbox_release(p->outbox, PARCEL_ROWS);
    assert_string_equal(p->told, "1 2 "); /* the second claim is not on disk */
    outbox_release(p->outbox, PARCEL_ROWS);
    assert_string_equal(p->told, "1 2 3 ");
}

/* A row is on disk before a payload that was given earlier. */
static void test_a_row_on_disk_lets_nothing_go_that_waits_for_a_payload(void **state)
{
    struct post *p = *state;
    struct err e = {0};
    struct message m = message_of(MESSAGE_TOTALS, "totals", "1");
    begin(p);
    assert_true(outbox_add(p->outbox, NULL, &m, 1, 0, PARCEL_PAYLOAD, &e));
    add(p, MESSAGE_CALL, "calls:GA", "2", true);
    add(p, MESSAGE_CALL, "calls:GA", "3", true);
    add(p, MESSAGE_CALL, "calls:GA", "4", false);
    outbox_release(p->outbox, PARCEL_ROWS);
    assert_string_equal(p->told, ""); /* what was first is not on disk */
    outbox_refuse(p->outbox, PARCEL_ROWS);
    assert_string_equal(p->told, "");
    outbox_release(p->outbox, PARCEL_PAYLOAD);
    expect(p, "2 4 1 ");
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

/* What half of a model shows is not what there is. */
static void test_an_epoch_that_is_on_disk_waits_for_the_reload_that_began_meanwhile(void **state)
{
    struct post *p = *state;
    struct err e = {0};
    struct writer_job nothing = {0};
    bool durable = false;
    begin(p);
    int64_t epoch = view_of(p).epoch;
    outbox_restart(p->outbox, &p->election, INTERVAL_MS, 1000);
    outbox_pause(p->outbox);
    assert_true(writer_submit(p->writer, &nothing, on_durable, &durable, &e));
    UNTIL(p, durable); /* and the epoch before it */
    assert_int_equal(p->snapshots, 1);
    assert_int_equal(view_of(p).epoch, epoch);
    outbox_restart(p->outbox, &p->election, INTERVAL_MS, 1000);
    wait_for_epoch(p, epoch);
    assert_int_equal(p->snapshots, 2);
}

/* The queue was full when it was to be made durable. */
static void test_an_epoch_that_found_no_room_is_tried_again(void **state)
{
    struct post *p = *state;
    struct err e = {0};
    sqlite3 *s;
    char path[100];
    begin(p);
    int64_t epoch = view_of(p).epoch;
    snprintf(path, sizeof path, "%s/tallyd.db", p->directory);
    assert_int_equal(sqlite3_open(path, &s), SQLITE_OK);
    assert_int_equal(sqlite3_exec(s, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    for (struct writer_job job = {.epoch = 1}; writer_submit(p->writer, &job, NULL, NULL, &e);)
        ;
    outbox_restart(p->outbox, &p->election, INTERVAL_MS, 50);
    outbox_start(p->outbox); /* which sets the pulse */
    assert_int_equal(sqlite3_close(s), SQLITE_OK);
    wait_for_epoch(p, epoch);
    assert_int_equal(p->snapshots, 2);
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

/* It was lost: also calls, and votes until their race changed once more. */
static void test_more_than_can_wait_is_shown_when_the_disk_answers(void **state)
{
    struct post *p = *state;
    begin(p);
    int64_t epoch = view_of(p).epoch;
    add(p, MESSAGE_CALL, "calls:GA", "1", true);
    size_t before = mallinfo2().uordblks;
    for (int i = 0; i < 100000; i++)
        add(p, MESSAGE_RACE, "race:GA:a", "2", false);
    assert_in_range(mallinfo2().uordblks - before, 0, 10 << 20);
    add(p, MESSAGE_RACE, "race:GA:a", "9", true); /* it waits for a row of its own */
    add(p, MESSAGE_CALL, "calls:GA", "3", true);
    add(p, MESSAGE_RACE, "race:GA:a", "4", false);
    add(p, MESSAGE_CALL, "calls:GA", "5", false);
    p->model = "{\"n\":6}";
    outbox_release(p->outbox, PARCEL_ROWS);
    assert_string_equal(p->told, "1 2 ");
    outbox_release(p->outbox, PARCEL_ROWS);
    assert_string_equal(p->told, "1 2 "); /* the second call's row is not on disk */
    outbox_release(p->outbox, PARCEL_ROWS);
    assert_string_equal(p->told, "1 2 3 5 ");
    wait_for_epoch(p, epoch);
    assert_int_equal(p->snapshots, 2);
    assert_true(slice_find(view_of(p).totals, SLICE("{\"n\":6}")) != SIZE_MAX);
    add(p, MESSAGE_TOTALS, "totals", "7", false); /* and all goes on */
    add(p, MESSAGE_RACE, "race:GA:a", "8", false);
    p->told[0] = '\0';
    expect(p, "7 8 ");
    assert_int_equal(p->snapshots, 2);
}

/* Else the snapshot would show a call that a crash takes back. */
static void test_no_snapshot_before_what_waits_for_the_disk(void **state)
{
    struct post *p = *state;
    struct err e = {0};
    struct writer_job nothing = {0};
    bool durable = false;
    add(p, MESSAGE_CALL, "calls:GA", "1", true);
    outbox_start(p->outbox);
    assert_true(writer_submit(p->writer, &nothing, on_durable, &durable, &e));
    UNTIL(p, durable); /* and the epoch before it */
    assert_int_equal(p->began, 0);
    assert_int_equal(p->snapshots, 0);
    assert_int_equal(view_of(p).totals.len, 0);
    assert_string_equal(p->told, "");
    outbox_release(p->outbox, PARCEL_ROWS);
    assert_string_equal(p->told, "1 ");
    assert_int_equal(p->snapshots, 1);
    assert_int_equal(p->began, 0); /* its sentence is not on disk yet */
    assert_int_equal(view_of(p).frozen.epoch, 0);
    UNTIL(p, p->began == 1);
    assert_true(view_of(p).frozen.epoch > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
        T(test_nothing_is_told_before_the_first_epoch),
        T(test_the_newest_of_a_channel_goes_out_in_the_place_of_the_first),
        T(test_a_call_goes_at_once_and_no_card_goes_ahead_of_the_totals),
        T(test_what_rests_on_a_claim_waits_for_the_disk_and_all_behind_it),
        T(test_a_row_on_disk_lets_nothing_go_that_waits_for_a_payload),
        T(test_a_reload_shows_the_new_model_whole),
        T(test_an_epoch_that_is_on_disk_waits_for_the_reload_that_began_meanwhile),
        T(test_an_epoch_that_found_no_room_is_tried_again),
        T(test_a_call_during_a_reload_is_told_to_those_who_watch),
        T(test_more_than_can_wait_is_shown_when_the_disk_answers),
        T(test_no_snapshot_before_what_waits_for_the_disk),
    };
    log_start(LOG_LEVEL_ERROR - 1, 0);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
