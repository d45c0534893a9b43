/* SPDX-License-Identifier: ISC */
/* The fenced script by itself: what it refuses it refuses before its first write, nobody hears
 * what could not be stored, and parts of a snapshot count in their order alone. */
#include "daemon/edge/redis_link.h"
#include "daemon/edge/redis_script.h"
#include "tests/unit/redis_house.h"

#define OWNER "A"
#define ARGS_MAX 40

/* What the script answers these words, behind its keys; an error as its text. */
static char *run(redisContext *c, const char *const *words)
{
    static char said[500], keys[REDIS_SCRIPT_KEYS][80], count[8];
    const char *argv[ARGS_MAX] = {"EVAL", redis_script, count};
    int argc = 3;
    snprintf(count, sizeof count, "%d", REDIS_SCRIPT_KEYS);
    for (size_t i = 0; i < REDIS_SCRIPT_KEYS; i++) {
        snprintf(keys[i], sizeof keys[i], P "%s%s", redis_script_keys[i],
                 i < REDIS_SCRIPT_STAGED ? "" : OWNER);
        argv[argc++] = keys[i];
    }
    for (; *words && argc < ARGS_MAX; words++)
        argv[argc++] = *words;
    redisReply *r = redisCommandArgv(c, argc, argv, NULL);
    assert_non_null(r);
    snprintf(said, sizeof said, "%s", r->str);
    freeReplyObject(r);
    return said;
}

#define RUN(c, ...) run(c, (const char *const[]){__VA_ARGS__, NULL})
#define ANSWERS(c, answer, ...) assert_string_equal(RUN(c, __VA_ARGS__), answer)
#define TOTALS(value) P ":totals", "totals", "", value, "", "", ""
#define RACE(value) P ":race:GA:x", "races", "x", value, "", "", ""

/* Epoch 7 of A, with a snapshot of totals. */
static void show(struct house *h)
{
    open_house(h);
    ANSWERS(h->eye, "OK", "stage", "7", OWNER, "1", "1", TOTALS("t1"));
    ANSWERS(h->eye, "OK", "begin", "7", OWNER, "1", "1", "test", "2021-01-05", "0", "0", "1");
}

static void test_a_forbidden_heartbeat_is_refused_before_it_says_alive(void **state)
{
    struct house *h = *state;
    show(h);
    ask(h, "ACL SETUSER mute on >pw ~" P ":* +@all resetchannels &" P ":totals");
    redisContext *mute = redis_server_look(&h->at, "mute", "pw");
    ask(h, "DEL " P ":alive");
    ANSWERS(mute, "DENIED " P ":heartbeat", "beat", "7", OWNER, P ":heartbeat", "{}", "0", "1");
    redisFree(mute);
    IS(h, "EXISTS " P ":alive", "0");
    ANSWERS(h->eye, "OK", "beat", "7", OWNER, P ":heartbeat", "{}", "0", "1");
    IS(h, "EXISTS " P ":alive", "1");
}

static void test_nobody_hears_what_could_not_be_stored(void **state)
{
    struct house *h = *state;
    show(h);
    listen_to(h, P ":*");
    ask(h, "SET " P ":snap:races nonsense");
    assert_non_null(strstr(RUN(h->eye, "commit", "7", OWNER, "2", "race", RACE("r"), "", "", "1"),
                           "WRONGTYPE"));
    ANSWERS(h->eye, "OK", "commit", "7", OWNER, "3", "totals", TOTALS("t3"), "", "", "1");
    assert_string_equal(hear(h), "totals totals");
    IS(h, "GET " P ":snap:totals", "t3");
}

static void test_nothing_is_stored_that_the_log_does_not_take(void **state)
{
    struct house *h = *state;
    show(h);
    listen_to(h, P ":*");
    ANSWERS(h->eye, "OK", "tell", "7", OWNER, "2", P ":totals", "two", "", "");
    assert_string_equal(hear(h), "totals two");
    /* of two messages the second has a number that was: neither is heard */
    assert_non_null(strstr(RUN(h->eye, "tell", "7", OWNER, "3", P ":totals", "three", "", "", "3",
                               P ":totals", "again", "", ""),
                           "XADD"));
    assert_non_null(
        strstr(RUN(h->eye, "commit", "7", OWNER, "3", "late", TOTALS("t3"), "", "", "1"), "XADD"));
    IS(h, "GET " P ":snap:totals", "t1");
    IS(h, "HGET " P ":snap:meta seq", "1");
    ANSWERS(h->eye, "OK", "commit", "7", OWNER, "4", "four", TOTALS("t4"), "", "", "1");
    assert_string_equal(hear(h), "totals four");
}

/* One that came too early, as behind one that Redis had no room for, is not taken for the next. */
static void test_parts_count_in_their_order_alone(void **state)
{
    static const char *const early[] = {"3", "4"};
    struct house *h = *state;
    show(h);
    for (size_t i = 0; i < 2; i++) {
        ANSWERS(h->eye, "OK", "stage", "8", OWNER, "1", "1", TOTALS("t8"));
        ANSWERS(h->eye, "PARTLY", "stage", "8", OWNER, early[i], "0", RACE("r8"));
        ANSWERS(h->eye, "PARTLY", "desk", "8", OWNER, early[i], "more", "1", "2", "claim", "1");
        ANSWERS(h->eye, "PARTLY", "begin", "8", OWNER, early[i], "1", "test", "2021-01-05", "0",
                "1", "1");
        IS(h, "HGET " P ":snap:meta epoch", "7");
        IS(h, "GET " P ":snap:totals", "t1");
    }
    ANSWERS(h->eye, "OK", "stage", "8", OWNER, "2", "0", RACE("r8"));
    ANSWERS(h->eye, "PARTLY", "stage", "8", OWNER, "2", "0", RACE("twice"));
    ANSWERS(h->eye, "PARTLY", "desk", "8", OWNER, "2", "more", "1", "2", "claim", "1");
    ANSWERS(h->eye, "OK", "desk", "8", OWNER, "3", "first", "1", "2", "claim", "1");
    ANSWERS(h->eye, "PARTLY", "begin", "8", OWNER, "2", "1", "test", "2021-01-05", "0", "1", "1");
    ANSWERS(h->eye, "OK", "begin", "8", OWNER, "3", "1", "test", "2021-01-05", "0", "1", "1");
    IS(h, "GET " P ":snap:totals", "t8");
    IS(h, "HGET " P ":snap:races x", "r8");
    IS(h, "XLEN " P ":desk", "1");
}

/* By eviction, or its time that somebody set: it began anew with what was written next, and nobody
 * noticed that the rest was gone. */
static void test_a_key_that_is_lost_does_not_begin_anew_with_a_part(void **state)
{
    struct house *h = *state;
    show(h);
    ANSWERS(h->eye, "OK", "commit", "7", OWNER, "2", "race", RACE("r"), "", "", "1");
    ask(h, "DEL " P ":snap:races");
    ANSWERS(h->eye, "COLD", "commit", "7", OWNER, "3", "race", RACE("r"), "", "", "14");
    ANSWERS(h->eye, "COLD", "commit", "7", OWNER, "3", "totals", TOTALS("t3"), "", "", "14");
    IS(h, "EXISTS " P ":snap:races", "0");
    IS(h, "GET " P ":snap:totals", "t1");
    IS(h, "XLEN " P ":log", "1");
    ANSWERS(h->eye, "OK", "commit", "7", OWNER, "3", "race", RACE("r"), "", "", "1");
}

/* Of what is put together none is shown without the rest. */
static void test_a_staged_key_that_is_lost_is_a_part_that_is_missing(void **state)
{
    static const char *const lost[] = {"stage:totals:A", "stage:races:A", "stage:desk:A"};
    struct house *h = *state;
    char del[100];
    show(h);
    for (size_t i = 0; i < 4; i++) {
        const char *answer = i < 3 ? "PARTLY" : "OK";
        ANSWERS(h->eye, "OK", "desk", "8", OWNER, "1", "first", "1", "2", "claim", "1");
        ask(h, "PEXPIRE " P ":stage:desk:A 1000"); /* what follows takes its time */
        ANSWERS(h->eye, "OK", "stage", "8", OWNER, "2", "1", TOTALS("t8"));
        ANSWERS(h->eye, "OK", "stage", "8", OWNER, "3", "0", RACE("r8"));
        assert_true(atoi(ask(h, "PTTL " P ":stage:desk:A")) > 30000);
        snprintf(del, sizeof del, "DEL " P ":%s", i < 3 ? lost[i] : "none");
        ask(h, del);
        ANSWERS(h->eye, answer, "begin", "8", OWNER, "3", "1", "test", "2021-01-05", "0", "1",
                "14");
        IS(h, "GET " P ":snap:totals", i < 3 ? "t1" : "t8");
    }
    IS(h, "XLEN " P ":desk", "1");
}

/* Redis 7.0 and 8 say it otherwise, and of a script's commands without NOPERM. */
static void test_what_is_forbidden_is_known_of_every_redis(void **state)
{
    static const char *const said[] = {
        "NOPERM this user has no permissions to access one of the keys used as arguments",
        "NOPERM No permissions to access a key",
        "ERR The user executing the script can't run this command or subcommand script: 44, on",
        "ERR The user executing the script can't publish to the channel mentioned in the command",
        "ERR ACL failure in script: User a has no permissions to run the 'rename' command script:",
        "ERR ACL failure in script: No permissions to access a channel script: 14, on",
    };
    (void)state;
    for (size_t i = 0; i < sizeof said / sizeof *said; i++)
        assert_true(redis_link_forbidden(said[i]));
    assert_false(redis_link_forbidden("WRONGTYPE Operation against a key holding the wrong kind"));
    assert_false(redis_link_forbidden("ERR unknown command 'rename', with args beginning with:"));
}

/* As where RENAME is renamed, or not among the user's rights: what was shown was gone. */
static void test_what_cannot_be_put_in_its_place_takes_nothing_away(void **state)
{
    struct house *h = *state;
    show(h);
    ask(h, "ACL SETUSER half on >pw ~* +@all -rename &*");
    redisContext *half = redis_server_look(&h->at, "half", "pw");
    ANSWERS(half, "OK", "stage", "8", OWNER, "1", "1", TOTALS("t8"));
    assert_true(redis_link_forbidden(
        RUN(half, "begin", "8", OWNER, "1", "1", "test", "2021-01-05", "0", "0", "1")));
    redisFree(half);
    IS(h, "GET " P ":snap:totals", "t1");
    IS(h, "HGET " P ":snap:meta epoch", "7");
}

/* Where the stream itself is lost a standby sees by it that it has not all. */
static void test_how_far_the_desk_s_stream_went_is_said_with_the_epoch(void **state)
{
    struct house *h = *state;
    const char *const said = "HGET " P ":snap:meta desk";
    show(h);
    IS(h, said, "0");
    ANSWERS(h->eye, "OK", "desk", "7", OWNER, "0", "live", "1", "2", "claim", "1", "2", "2",
            "claim", "2");
    IS(h, said, "2");
    ANSWERS(h->eye, "OK", "commit", "7", OWNER, "2", "call", RACE("r"), "c2", "3", "1");
    IS(h, said, "3");
    ANSWERS(h->eye, "OK", "commit", "7", OWNER, "3", "race", RACE("r"), "", "", "1");
    IS(h, said, "3");
    ANSWERS(h->eye, "OK", "tell", "7", OWNER, "4", P ":calls:GA", "call", "c4", "4");
    IS(h, said, "4");
    ANSWERS(h->eye, "OK", "stage", "8", OWNER, "1", "1", TOTALS("t8"));
    ANSWERS(h->eye, "OK", "desk", "8", OWNER, "2", "first", "1", "2", "claim", "1");
    IS(h, said, "4");
    ANSWERS(h->eye, "OK", "begin", "8", OWNER, "2", "1", "test", "2021-01-05", "0", "1", "1");
    IS(h, said, "1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_forbidden_is_known_of_every_redis),
        HOUSE(test_a_forbidden_heartbeat_is_refused_before_it_says_alive),
        HOUSE(test_nobody_hears_what_could_not_be_stored),
        HOUSE(test_nothing_is_stored_that_the_log_does_not_take),
        HOUSE(test_parts_count_in_their_order_alone),
        HOUSE(test_a_key_that_is_lost_does_not_begin_anew_with_a_part),
        HOUSE(test_a_staged_key_that_is_lost_is_a_part_that_is_missing),
        HOUSE(test_what_cannot_be_put_in_its_place_takes_nothing_away),
        HOUSE(test_how_far_the_desk_s_stream_went_is_said_with_the_epoch),
    };
    log_start(LOG_LEVEL_ERROR - 1, 0);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
