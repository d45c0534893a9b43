/* SPDX-License-Identifier: ISC */
/* What a Redis refuses: passwords, channels, keys of another kind, commands it has not. What is
 * wrong is said with the way out. */
#include "tests/unit/redis_house.h"

static void test_wrong_password(void **state)
{
    static const char *const locked[] = {"--requirepass", "open sesame", NULL};
    struct house *h = *state;
    redis_server_start(&h->at, locked);
    h->eye = redis_server_look(&h->at, "default", "open sesame");
    start_side(h, &h->a, "A", "", "mistaken");
    UNTIL(&h->a, h->a.lost == 1);
    assert_non_null(strstr(h->a.why, "WRONGPASS"));
    assert_non_null(strstr(h->a.why, "password-credential"));
    assert_null(strstr(h->a.why, "mistaken"));
    end_side(&h->a);
    start_side(h, &h->a, "A", "", "");
    UNTIL(&h->a, h->a.lost == 1);
    assert_non_null(strstr(h->a.why, "NOAUTH"));
    end_side(&h->a);
    start_side(h, &h->a, "A", "default", "open sesame");
    begin_again(h, 1, 7);
}

/* A server that has no AUTH, and a proxy, quote what they were told. */
static void test_a_password_that_is_quoted_back_is_not_told(void **state)
{
    static const char *const renamed[] = {"--rename-command", "AUTH", "", NULL};
    struct house *h = *state;
    redis_server_start(&h->at, renamed);
    h->eye = redis_server_look(&h->at, NULL, NULL);
    start_side(h, &h->a, "A", "publisher", "S3cret-of-ours");
    UNTIL(&h->a, h->a.lost == 1);
    assert_non_null(strstr(h->a.why, "unknown command"));
    assert_null(strstr(h->a.why, "S3cret"));
}

/* The shipped rules are enough for the publisher, and no more than that. */
static void test_the_shipped_acl(void **state)
{
    struct house *h = *state;
    char *path = realpath("config/redis/users.acl", NULL);
    const char *with_file[] = {"--aclfile", path, NULL};
    assert_non_null(path); /* tests run at the top of the tree */
    redis_server_start(&h->at, with_file);
    free(path);
    h->eye = redis_server_look(&h->at, "default", "change-me-admin");
    start_side(h, &h->a, "A", "tally-publisher", "change-me-publisher");
    begin_again(h, 1, 7);
    assert_true(redis_heartbeat(h->a.redis, 7, SLICE("{}")));
    redisContext *reader = redis_server_look(&h->at, "tally-subscriber", "change-me-subscriber");
    static const struct {
        const char *command;
        bool allowed;
    } cases[] = {
        {"GET " P ":snap:totals", true},     {"HGETALL " P ":snap:races", true},
        {"XRANGE " P ":log - +", true},      {"EXISTS " P ":alive", true},
        {"ZRANGE " P ":winners 0 -1", true}, {"SET " P ":snap:totals 0", false},
        {"PUBLISH " P ":totals 0", false},   {"FLUSHALL", false},
        {"GET " P ":stage:totals:A", false}, {"PSUBSCRIBE *", false},
        {"SUBSCRIBE " P ":totals", true},    {"SUBSCRIBE " P ":calls:GA", true},
        {"PSUBSCRIBE " P ":*", true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        redisReply *r = redisCommand(reader, cases[i].command);
        assert_non_null(r);
        if ((r->type != REDIS_REPLY_ERROR) != cases[i].allowed)
            fail_msg("%s: %s", cases[i].command, r->str ? r->str : "allowed");
        freeReplyObject(r);
    }
    redisFree(reader);
}

static void test_a_forbidden_channel(void **state)
{
    struct house *h = *state;
    open_house(h);
    ask(h, "ACL SETUSER half on >pw ~" P ":* +@all resetchannels &" P ":totals &" P ":race:GA:x "
           "&" P ":calls:* &" P ":heartbeat");
    start_side(h, &h->a, "A", "half", "pw");
    UNTIL(&h->a, h->a.ready == 1);
    begin(&h->a, 7);
    struct redis_commit m = totals(7, 4, "{}");
    m.channel = SLICE("totals:state:GA");
    m.snap = SLICE("states");
    m.field = SLICE("GA");
    assert_true(redis_publish(h->a.redis, &m));
    UNTIL(&h->a, h->a.lost == 1);
    assert_non_null(strstr(h->a.why, "may not publish on " P ":totals:state:GA"));
    IS(h, "HLEN " P ":snap:states", "0"); /* it was seen before the first write */
}

/* It was seen behind the snapshot, which was shown, and lost with the connection: an epoch a
 * second.
 */
static void test_a_forbidden_heartbeat_is_seen_before_the_snapshot_is_shown(void **state)
{
    struct house *h = *state;
    open_house(h);
    ask(h, "ACL SETUSER mute on >pw ~" P ":* +@all resetchannels &" P ":totals &" P ":race:GA:x "
           "&" P ":calls:*");
    start_side(h, &h->a, "A", "mute", "pw");
    UNTIL(&h->a, h->a.ready == 1);
    begin(&h->a, 7);
    UNTIL(&h->a, h->a.lost == 1);
    assert_non_null(strstr(h->a.why, "may not publish on " P ":heartbeat"));
    IS(h, "EXISTS " P ":snap:meta " P ":snap:totals", "0");
}

/* "WRONGTYPE Operation against a key" was all that was said, not against which. */
static void test_a_key_of_another_kind_is_named(void **state)
{
    static const char *const keys[] = {"log", "snap:meta"};
    struct house *h = *state;
    open_house(h);
    for (size_t i = 0; i < 2; i++) {
        char set[100], named[100];
        snprintf(set, sizeof set, "SET " P ":%s x", keys[i]);
        snprintf(named, sizeof named, "wrong kind of value: " P ":%s; another program", keys[i]);
        ask(h, set);
        start_side(h, &h->a, "A", "", "");
        UNTIL(&h->a, h->a.lost == 1);
        assert_non_null(strstr(h->a.why, named));
        end_side(&h->a);
    }
}

static void test_a_command_that_was_renamed_is_said(void **state)
{
    static const char *const gone[] = {"XADD", "PUBLISH", "EVALSHA"};
    struct house *h = *state;
    for (size_t i = 0; i < sizeof gone / sizeof *gone; i++) {
        const char *without[] = {"--rename-command", gone[i], "", NULL};
        redis_server_start(&h->at, without);
        h->eye = redis_server_look(&h->at, NULL, NULL);
        start_side(h, &h->a, "A", "", "");
        UNTIL(&h->a, h->a.ready == 1);
        begin(&h->a, 7);
        UNTIL(&h->a, h->a.lost == 1);
        assert_non_null(strstr(h->a.why, "(rename-command)"));
        end_side(&h->a);
        stop_server(h);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HOUSE(test_wrong_password),
        HOUSE(test_a_password_that_is_quoted_back_is_not_told),
        HOUSE(test_the_shipped_acl),
        HOUSE(test_a_forbidden_channel),
        HOUSE(test_a_forbidden_heartbeat_is_seen_before_the_snapshot_is_shown),
        HOUSE(test_a_key_of_another_kind_is_named),
        HOUSE(test_a_command_that_was_renamed_is_said),
    };
    log_start(LOG_LEVEL_ERROR - 1, 0);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
