/* SPDX-License-Identifier: ISC */
/* The way out for messages to a real Redis: what goes first, what follows when, what an epoch or
 * another owner does to it, and that no call is lost. */
#include "tests/unit/outbox_house.h"

static void open_redis(struct post *p, const struct writer_event *unsent, size_t unsent_count)
{
    char url[128];
    snprintf(url, sizeof url, "unix://%s", p->redis.socket);
    open_outbox(p, url, unsent, unsent_count);
}

static redisReply *ask(struct post *p, const char *command)
{
    redisReply *r = redisCommand(p->eye, command);
    assert_non_null(r);
    if (r->type == REDIS_REPLY_ERROR)
        fail_msg("%s: %s", command, r->str);
    return r;
}

static void told(struct post *p, const char *command)
{
    freeReplyObject(ask(p, command));
}

static bool is_there(struct post *p, const char *command, const char *text)
{
    redisReply *r = ask(p, command);
    bool yes = r->str && strcmp(r->str, text) == 0;
    freeReplyObject(r);
    return yes;
}

/* Text that Redis has there. */
static void has(struct post *p, const char *command, const char *text)
{
    redisReply *r = ask(p, command);
    if (!r->str || !strstr(r->str, text))
        fail_msg("%s: \"%s\" is not in %s", command, text, r->str ? r->str : "nothing");
    freeReplyObject(r);
}

/* Redis tells its epoch while ours, lower, is on its way to the disk: another one is made. */
static void test_the_epoch_is_above_what_redis_last_saw(void **state)
{
    struct post *p = *state;
    char path[128], epoch[32];
    sqlite3 *s;
    told(p, "HSET tally:v1:snap:meta epoch 4000000000 owner before seq 9");
    snprintf(path, sizeof path, "%s/tallyd.db", p->directory);
    assert_int_equal(sqlite3_open(path, &s), SQLITE_OK);
    assert_int_equal(sqlite3_exec(s, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    open_redis(p, NULL, 0);
    outbox_start(p->outbox);
    UNTIL(p, view_of(p).redis_connected);
    assert_int_equal(p->began, 0);
    assert_int_equal(sqlite3_close(s), SQLITE_OK); /* the disk is free */
    UNTIL(p, p->began > 0);
    assert_true(view_of(p).epoch > INT64_C(4000000000));
    add(p, MESSAGE_CALL, "calls:GA", "{\"n\":1}", false);
    UNTIL(p, view_of(p).unacknowledged == 0);
    assert_false(view_of(p).fenced);
    snprintf(epoch, sizeof epoch, "%lld", (long long)view_of(p).epoch);
    has(p, "HGET tally:v1:snap:meta epoch", epoch);
    has(p, "HGET tally:v1:snap:meta owner", "ours");
}

/* Two from before a restart, and one made while Redis is away: each is told, in order, behind the
 * snapshot, and only then forgotten. */
static void test_calls_redis_never_had_are_told_behind_the_snapshot(void **state)
{
    struct post *p = *state;
    struct writer_event before[] = {
        {SLICE("c8"), SLICE("calls:GA"), SLICE("{\"before\":8}")},
        {SLICE("r9"), SLICE("calls:GA"), SLICE("{\"before\":9}")},
    };
    p->model = "{\"snapshot\":1}";
    open_redis(p, before, 2);
    UNTIL(p, view_of(p).redis_connected);
    assert_int_equal(view_of(p).unacknowledged, 2);
    outbox_start(p->outbox);
    UNTIL(p, view_of(p).unacknowledged == 0);
    static const char *const order[] = {"{\"snapshot\":1}", "{\"before\":8}", "{\"before\":9}"};
    redisReply *log = ask(p, "XRANGE tally:v1:log - +");
    assert_int_equal(log->elements, 3);
    for (size_t i = 0; i < 3; i++)
        assert_non_null(strstr(log->element[i]->element[1]->element[3]->str, order[i]));
    freeReplyObject(log);

    redisFree(p->eye);
    p->eye = NULL;
    redis_server_stop(&p->redis);
    UNTIL(p, !view_of(p).redis_connected);
    add(p, MESSAGE_CALL, "calls:GA", "{\"away\":1}", false);
    assert_int_equal(view_of(p).unacknowledged, 1);
    redis_server_start(&p->redis, NULL);
    p->eye = redis_server_look(&p->redis, NULL, NULL);
    UNTIL(p, view_of(p).unacknowledged == 0);
    log = ask(p, "XRANGE tally:v1:log - +");
    assert_int_equal(log->elements, 2);
    assert_non_null(strstr(log->element[1]->element[1]->element[3]->str, "{\"away\":1}"));
    freeReplyObject(log);
}

/* It has no number before the epoch has; subscribers are told it behind the snapshot. */
static void test_a_call_while_an_epoch_is_made_is_told_behind_its_snapshot(void **state)
{
    struct post *p = *state;
    open_redis(p, NULL, 0);
    UNTIL(p, view_of(p).redis_connected);
    begin(p);
    outbox_pause(p->outbox);
    add(p, MESSAGE_CALL, "calls:GA", "{\"meanwhile\":1}", false);
    assert_int_equal(view_of(p).unacknowledged, 1);
    outbox_restart(p->outbox, &p->election, INTERVAL_MS, HEARTBEAT_MS);
    UNTIL(p, view_of(p).unacknowledged == 0);
    redisReply *log = ask(p, "XREVRANGE tally:v1:log + - COUNT 1");
    assert_non_null(strstr(log->element[0]->element[1]->element[3]->str, "{\"meanwhile\":1}"));
    freeReplyObject(log);
}

/* It says so, and what the other publishes stays. */
static void test_one_that_is_fenced_stops_publishing(void **state)
{
    struct post *p = *state;
    open_redis(p, NULL, 0);
    UNTIL(p, view_of(p).redis_connected);
    begin(p);
    add(p, MESSAGE_CALL, "calls:GA", "{\"ours\":1}", false);
    UNTIL(p, view_of(p).unacknowledged == 0);
    told(p, "HSET tally:v1:snap:meta epoch 4000000000 owner other");
    told(p, "SET tally:v1:snap:totals other");
    add(p, MESSAGE_CALL, "calls:GA", "{\"ours\":2}", false);
    UNTIL(p, view_of(p).fenced);
    int64_t given = view_of(p).by_type[MESSAGE_TOTALS];
    int64_t epoch = view_of(p).epoch;
    add(p, MESSAGE_TOTALS, "totals", "{\"ours\":3}", false);
    outbox_pause(p->outbox);
    outbox_restart(p->outbox, &p->election, INTERVAL_MS, 1000); /* a snapshot that is not shown */
    wait_for_epoch(p, epoch);
    assert_int_equal(view_of(p).by_type[MESSAGE_TOTALS], given);
    assert_int_equal(view_of(p).unacknowledged, 1);
    has(p, "GET tally:v1:snap:totals", "other");
    has(p, "HGET tally:v1:snap:meta owner", "other");
}

/* A full pipeline holds races back, not totals; what is told in the end is the newest of each,
 * under the same epoch. */
static void test_races_wait_while_redis_stands_still(void **state)
{
    enum { RACES = 1200, ROUNDS = 3 };
    struct post *p = *state;
    char channel[32], data[32];
    open_redis(p, NULL, 0);
    UNTIL(p, view_of(p).redis_connected);
    begin(p);
    int64_t epoch = view_of(p).epoch;
    add(p, MESSAGE_CALL, "calls:GA", "{}", false);
    UNTIL(p, view_of(p).unacknowledged == 0);
    kill(p->redis.pid, SIGSTOP);
    for (int round = 1; round <= ROUNDS; round++) {
        for (int i = 0; i < RACES; i++) {
            snprintf(channel, sizeof channel, "race:GA:r%d", i);
            snprintf(data, sizeof data, "{\"n\":%d}", round);
            add(p, MESSAGE_RACE, channel, data, false);
        }
        snprintf(data, sizeof data, "{\"total\":%d}", round);
        add(p, MESSAGE_TOTALS, "totals", data, false);
        UNTIL(p, slice_find(view_of(p).totals, slice_of(data)) != SIZE_MAX);
    }
    assert_true(view_of(p).by_type[MESSAGE_RACE] <= 500);
    kill(p->redis.pid, SIGCONT);
    UNTIL(p, view_of(p).by_type[MESSAGE_RACE] >= RACES);
    UNTIL(p, view_of(p).published >= view_of(p).by_type[MESSAGE_RACE]);
    redisReply *log = ask(p, "XREVRANGE tally:v1:log + - COUNT 1200");
    for (size_t i = 0; i < log->elements; i++) {
        const redisReply *entry = log->element[i]->element[1];
        if (strncmp(entry->element[1]->str, "tally:v1:race", 13) == 0)
            assert_non_null(strstr(entry->element[3]->str, "{\"n\":3}"));
    }
    freeReplyObject(log);
    assert_int_equal(view_of(p).epoch, epoch);
}

/* Several at once: the first goes alone. That a Redis which hangs does not answer it holds the
 * others back from nobody else. */
static void test_the_rest_follows_the_first_though_redis_stands_still(void **state)
{
    struct post *p = *state;
    struct message both[] = {message_of(MESSAGE_RACE, "race:GA:r", "{\"race\":1}"),
                             message_of(MESSAGE_TOTALS, "totals", "{\"total\":1}")};
    struct err e = {0};
    open_redis(p, NULL, 0);
    UNTIL(p, view_of(p).redis_connected);
    begin(p);
    add(p, MESSAGE_CALL, "calls:GA", "{}", false);
    UNTIL(p, view_of(p).unacknowledged == 0);
    p->told[0] = '\0';
    kill(p->redis.pid, SIGSTOP);
    assert_true(outbox_add(p->outbox, NULL, both, 2, 0, PARCEL_GOES, &e));
    assert_string_equal(p->told, "{\"race\":1} ");
    expect(p, "{\"race\":1} {\"total\":1} ");
    kill(p->redis.pid, SIGCONT);
    UNTIL(p, view_of(p).published >= 3);
}

/* It takes nobody's place, others follow it at once, and the pace counts from there. */
static void test_the_first_goes_while_the_others_are_worded(void **state)
{
    struct post *p = *state;
    const struct message race = message_of(MESSAGE_RACE, "race:GA:r", "{\"race\":1}");
    open_redis(p, NULL, 0);
    assert_false(outbox_first(p->outbox, &race, 0)); /* nobody is there yet */
    UNTIL(p, view_of(p).redis_connected);
    begin(p);
    add(p, MESSAGE_CALL, "calls:GA", "{}", false);
    UNTIL(p, view_of(p).unacknowledged == 0);
    p->told[0] = '\0';
    assert_true(outbox_first(p->outbox, &race, 0));
    assert_string_equal(p->told, "{\"race\":1} ");
    add(p, MESSAGE_TOTALS, "totals", "{\"total\":1}", false);
    int64_t from = timer_now_us();
    expect(p, "{\"race\":1} {\"total\":1} ");
    assert_true(timer_now_us() - from < INTERVAL_MS * 1000);
    assert_false(outbox_first(p->outbox, &race, 0));
    add(p, MESSAGE_RACE, "race:GA:r", "{\"race\":2}", false);
    expect(p, "{\"race\":2} ");
    UNTIL(p, outbox_first(p->outbox, &race, 0)); /* and nothing follows */
    from = timer_now_us();
    int64_t published = view_of(p).published;
    UNTIL(p, view_of(p).published > published);
    add(p, MESSAGE_TOTALS, "totals", "{\"total\":2}", false);
    expect(p, "{\"race\":1} {\"total\":2} ");
    assert_true(timer_now_us() - from >= (INTERVAL_MS - 5) * 1000);
    add(p, MESSAGE_RACE, "race:GA:s", "{\"race\":3}", true); /* waits for the disk, as do others */
    UNTIL(p, view_of(p).waiting_ms > 2 * INTERVAL_MS);
    assert_false(outbox_first(p->outbox, &race, 0));
}

/* Numbers that are as they were are not written again; another epoch has all of them. */
static void test_plain_numbers_are_written_when_they_change(void **state)
{
    struct post *p = *state;
    struct err e = {0};
    p->plain = "won 1\ncalled 2\nlost 1\n";
    open_redis(p, NULL, 0);
    UNTIL(p, view_of(p).redis_connected);
    begin(p);
    UNTIL(p, is_there(p, "HGET tally:v1:h:totals called", "2"));
    told(p, "HDEL tally:v1:h:totals called");
    struct message m = message_of(MESSAGE_TOTALS, "totals", "{\"n\":2}");
    m.plain = SLICE("won 3\ncalled 2\nlost 0\n");
    assert_true(outbox_add(p->outbox, NULL, &m, 1, 0, PARCEL_GOES, &e));
    UNTIL(p, is_there(p, "HGET tally:v1:h:totals won", "3"));
    has(p, "HGET tally:v1:h:totals lost", "0");
    assert_false(is_there(p, "HGET tally:v1:h:totals called", "2"));

    m.plain = SLICE("won 1\ncalled 2\nlost 1\n"); /* as at first, but not as they are there */
    assert_true(outbox_add(p->outbox, NULL, &m, 1, 0, PARCEL_GOES, &e));
    UNTIL(p, is_there(p, "HGET tally:v1:h:totals won", "1"));
    has(p, "HGET tally:v1:h:totals lost", "1");

    told(p, "FLUSHALL");
    wait_for_epoch(p, view_of(p).epoch);
    m.plain = SLICE("won 4\ncalled 2\nlost 0\n"); /* beside what the snapshot wrote */
    assert_true(outbox_add(p->outbox, NULL, &m, 1, 0, PARCEL_GOES, &e));
    UNTIL(p, is_there(p, "HGET tally:v1:h:totals won", "4"));
    has(p, "HGET tally:v1:h:totals called", "2");
    has(p, "HGET tally:v1:h:totals lost", "0");
}

/* Who listens to calls alone learns at once of another epoch, in which none is told again. */
static void test_a_heartbeat_follows_the_snapshot(void **state)
{
    struct post *p = *state;
    char epoch[40];
    redisReply *r = NULL;
    told(p, "SUBSCRIBE tally:v1:heartbeat");
    open_redis(p, NULL, 0);
    UNTIL(p, view_of(p).redis_connected);
    begin(p);
    snprintf(epoch, sizeof epoch, "\"epoch\":%lld,", (long long)view_of(p).epoch);
    turn(p);
    assert_int_equal(redisGetReply(p->eye, (void **)&r), REDIS_OK);
    assert_non_null(strstr(r->element[2]->str, epoch));
    freeReplyObject(r);
}

/* There is a connection; what is shown there is not what there is. */
static void test_what_redis_does_not_show_is_said(void **state)
{
    struct post *p = *state;
    open_redis(p, NULL, 0);
    begin(p);
    UNTIL(p, view_of(p).redis_connected);
    outbox_restart(p->outbox, &p->election, INTERVAL_MS, 100);
    int64_t epoch = view_of(p).epoch;
    wait_for_epoch(p, epoch);
    add(p, MESSAGE_CALL, "calls:GA", "{}", true); /* the disk stands still */
    told(p, "FLUSHALL");
    UNTIL(p, view_of(p).redis_up && !view_of(p).redis_connected);
    assert_non_null(strstr(view_of(p).redis_away, "what it shows is old"));
    outbox_release(p->outbox, PARCEL_ROWS);
    UNTIL(p, view_of(p).redis_connected);
    for (int i = 0; i < 2; i++) { /* as keys are evicted */
        assert_null(strstr(view_of(p).redis_away, "noeviction"));
        epoch = view_of(p).epoch;
        for (int turns = 0; view_of(p).epoch <= epoch; turns++) {
            if (turns % 3000 == 0) /* again, where it was being written just then */
                told(p, "DEL tally:v1:snap:meta");
            turn(p);
        }
    }
    UNTIL(p, view_of(p).redis_up && strstr(view_of(p).redis_away, "noeviction"));
    assert_false(view_of(p).redis_connected);
}

/* The desk's stream in words: "begin 2|claim 1|told c1|". Entries have further columns. */
static const char *desk(struct post *p)
{
    static char text[4000];
    redisReply *r = ask(p, "XRANGE tally:v1:desk - +");
    text[0] = '\0';
    for (size_t i = 0; i < r->elements; i++) {
        const redisReply *fields = r->element[i]->element[1];
        for (size_t k = 0; k < fields->elements; k += 2) {
            const char *name = fields->element[k]->str, *value = fields->element[k + 1]->str;
            if (strchr("bcdert", name[0]) && strstr("begin claim decision event told", name))
                snprintf(text + strlen(text), sizeof text - strlen(text), "%s%s %s", k ? " " : "",
                         name, value);
        }
        strcat(text, "|");
    }
    freeReplyObject(r);
    return text;
}

static struct writer_job claim_of(struct writer_claim *claim, struct writer_event *event,
                                  int64_t number)
{
    static char id[8];
    snprintf(id, sizeof id, "c%d", (int)number);
    *claim = (struct writer_claim){.number = number, .by = SLICE("ap")};
    *event = (struct writer_event){slice_of(id), SLICE("calls:GA"), SLICE("{\"n\":1}")};
    return (struct writer_job){
        .claims = claim, .claim_count = 1, .events = event, .event_count = 1};
}

/* A claim and its call, as the river gives them. */
static void decide(struct post *p, int64_t number, bool hold)
{
    struct writer_claim claim;
    struct writer_event event;
    struct err e = {0};
    struct writer_job rows = claim_of(&claim, &event, number);
    struct message m = message_of(MESSAGE_CALL, "calls:GA", "{\"n\":1}");
    m.event_id = event.id;
    if (!outbox_add(p->outbox, &rows, &m, 1, 0, hold ? PARCEL_ROWS : PARCEL_GOES, &e))
        fail_msg("%s", e.text);
}

/* A standby has each claim before anybody else hears of it, and not before it is on our disk. */
static void test_the_desk_s_stream_is_ahead_of_the_calls_and_behind_the_disk(void **state)
{
    struct post *p = *state;
    open_redis(p, NULL, 0);
    begin(p);
    UNTIL(p, view_of(p).redis_connected && strcmp(desk(p), "begin 1|") == 0);
    decide(p, 1, true);
    decide(p, 2, true);
    turn(p);
    assert_string_equal(desk(p), "begin 1|");
    outbox_release(p->outbox, PARCEL_ROWS);
    UNTIL(p, view_of(p).unacknowledged == 0);
    assert_string_equal(desk(p), "begin 1|claim 1 event c1|told c1|");
    assert_int_equal(view_of(p).desk.number, 2);
    outbox_refuse(p->outbox, PARCEL_ROWS); /* the second can never be kept */
    decide(p, 3, false);
    UNTIL(p, view_of(p).unacknowledged == 0);
    assert_string_equal(desk(p), "begin 1|claim 1 event c1|told c1|claim 3 event c3|told c3|");

    told(p, "FLUSHALL");
    int64_t epoch = view_of(p).epoch;
    wait_for_epoch(p, epoch);
    UNTIL(p, strcmp(desk(p), "begin 3|claim 1|claim 3|") == 0);
    assert_int_equal(view_of(p).desk.epoch, view_of(p).epoch);
    assert_int_equal(view_of(p).desk.number, 3);
}

/* Its row is on disk before the payload that was given earlier: it was said to be kept on both, of
 * a place before it, while the stream did not have it. */
static void test_what_waits_behind_a_payload_has_no_place_in_the_stream_yet(void **state)
{
    struct post *p = *state;
    struct err e = {0};
    struct message m = message_of(MESSAGE_TOTALS, "totals", "{\"n\":1}");
    open_redis(p, NULL, 0);
    begin(p);
    UNTIL(p, view_of(p).redis_connected && strcmp(desk(p), "begin 1|") == 0);
    assert_true(outbox_add(p->outbox, NULL, &m, 1, 0, PARCEL_PAYLOAD, &e));
    decide(p, 1, true);
    assert_int_equal(view_of(p).desk.number, 1); /* it is on no disk */
    outbox_release(p->outbox, PARCEL_ROWS);
    assert_int_equal(view_of(p).desk.epoch, 0);
    outbox_release(p->outbox, PARCEL_PAYLOAD);
    UNTIL(p, view_of(p).unacknowledged == 0);
    assert_string_equal(desk(p), "begin 1|claim 1 event c1|told c1|");
    assert_int_equal(view_of(p).desk.number, 2);
}

/* What was decided while Redis was away is in what an epoch begins with, its call not yet told. */
static void test_the_desk_s_stream_is_whole_after_redis_was_away(void **state)
{
    struct post *p = *state;
    open_redis(p, NULL, 0);
    begin(p);
    UNTIL(p, view_of(p).redis_connected && strcmp(desk(p), "begin 1|") == 0);
    redis_server_stop(&p->redis);
    UNTIL(p, !view_of(p).redis_connected);
    decide(p, 1, false);
    assert_int_equal(view_of(p).desk.epoch, 0);
    redisFree(p->eye);
    redis_server_start(&p->redis, NULL);
    p->eye = redis_server_look(&p->redis, NULL, NULL);
    UNTIL(p, strcmp(desk(p), "begin 3|claim 1|event c1|told c1|") == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define R(f) cmocka_unit_test_setup_teardown(f, set_up_redis, tear_down)
        R(test_the_desk_s_stream_is_ahead_of_the_calls_and_behind_the_disk),
        R(test_what_waits_behind_a_payload_has_no_place_in_the_stream_yet),
        R(test_the_desk_s_stream_is_whole_after_redis_was_away),
        R(test_the_epoch_is_above_what_redis_last_saw),
        R(test_calls_redis_never_had_are_told_behind_the_snapshot),
        R(test_a_call_while_an_epoch_is_made_is_told_behind_its_snapshot),
        R(test_one_that_is_fenced_stops_publishing),
        R(test_races_wait_while_redis_stands_still),
        R(test_the_rest_follows_the_first_though_redis_stands_still),
        R(test_the_first_goes_while_the_others_are_worded),
        R(test_plain_numbers_are_written_when_they_change),
        R(test_a_heartbeat_follows_the_snapshot),
        R(test_what_redis_does_not_show_is_said),
    };
    log_start(LOG_LEVEL_ERROR - 1, 0);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
