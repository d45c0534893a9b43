/* SPDX-License-Identifier: ISC */
/* Which master is believed, of what several Sentinels say. All of them are the test's own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/base/buf.h"
#include "daemon/edge/redis_sentinel.h"
#include "daemon/edge/timer.h"

#define PATIENCE_US INT64_C(30000000)
#define MOST 4
#define MASTER "*3\r\n$6\r\nmaster\r\n:0\r\n*0\r\n"
#define REPLICA "*1\r\n$5\r\nslave\r\n"

/* A Redis or a Sentinel, as far as a link asks it. */
struct server {
    struct evconnlistener *door;
    int port, open; /* connections */
    const char *role;
    char master[300]; /* what it answers to SENTINEL MASTER; empty: nothing, ever */
};

struct world {
    struct event_base *base;
    struct server sentinels[MOST], redis[2];
    struct redis_link *link;
    int up, down;
    char why[700];
};

static void on_read(struct bufferevent *b, void *ctx)
{
    struct server *s = ctx;
    char text[4000];
    size_t n = bufferevent_read(b, text, sizeof text - 1);
    text[n] = '\0';
    for (const char *at = text; (at = strstr(at, "\r\n")) != NULL; at += 2) {
        const char *answer = strncmp(at, "\r\nPING\r\n", 8) == 0      ? "+PONG\r\n"
                             : strncmp(at, "\r\nROLE\r\n", 8) == 0    ? s->role
                             : strncmp(at, "\r\nMASTER\r\n", 10) == 0 ? s->master
                                                                      : "";
        bufferevent_write(b, answer, strlen(answer));
    }
}

static void on_end(struct bufferevent *b, short what, void *ctx)
{
    struct server *s = ctx;
    (void)what;
    s->open--;
    bufferevent_free(b);
}

static void on_accept(struct evconnlistener *door, evutil_socket_t fd, struct sockaddr *from,
                      int size, void *ctx)
{
    struct server *s = ctx;
    (void)from, (void)size;
    struct bufferevent *b =
        bufferevent_socket_new(evconnlistener_get_base(door), fd, BEV_OPT_CLOSE_ON_FREE);
    s->open++;
    bufferevent_setcb(b, on_read, NULL, on_end, s);
    bufferevent_enable(b, EV_READ | EV_WRITE);
}

static void start_server(struct world *w, struct server *s)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof at;
    s->role = MASTER;
    s->door = evconnlistener_new_bind(w->base, on_accept, s, LEV_OPT_CLOSE_ON_FREE, 8,
                                      (struct sockaddr *)&at, sizeof at);
    assert_non_null(s->door);
    getsockname(evconnlistener_get_fd(s->door), (struct sockaddr *)&at, &size);
    s->port = ntohs(at.sin_port);
}

/* The Sentinel's answer, each text with its length. */
static void say(struct server *s, const char *ip, const char *port, const char *epoch)
{
    const char *const texts[] = {"name", "board", "ip", ip, "port", port, "config-epoch", epoch};
    struct buf out;
    buf_init_over(&out, s->master, sizeof s->master);
    buf_addz(&out, "*8\r\n");
    for (size_t i = 0; i < 8; i++)
        buf_addf(&out, "$%zu\r\n%s\r\n", strlen(texts[i]), texts[i]);
    s->master[buf_slice(&out).len] = '\0';
}

static void say_master(struct server *s, const struct server *redis, const char *epoch)
{
    char port[8];
    snprintf(port, sizeof port, "%d", redis->port);
    say(s, "127.0.0.1", port, epoch);
}

static void on_up(void *ctx)
{
    struct world *w = ctx;
    w->up++;
}

static void on_down(const char *why, void *ctx)
{
    struct world *w = ctx;
    w->down++;
    snprintf(w->why, sizeof w->why, "%s", why);
}

static void follow(struct world *w, size_t count)
{
    static char text[MOST][24];
    struct slice addresses[MOST];
    struct err e = {0};
    for (size_t i = 0; i < count; i++) {
        snprintf(text[i], sizeof text[i], "127.0.0.1:%d", w->sentinels[i].port);
        addresses[i] = slice_of(text[i]);
    }
    struct redis_link_settings s = {
        .url = SLICE("redis://sentinel"),
        .sentinels = {.addresses = addresses, .count = count, .master = SLICE("board")}};
    struct redis_link_calls calls = {on_up, on_down, w};
    if (!redis_link_open(w->base, &s, &calls, &w->link, &e))
        fail_msg("%s", e.text);
}

static void turn(struct world *w)
{
    struct timeval tv = {0, 5000};
    event_base_loopexit(w->base, &tv);
    event_base_dispatch(w->base);
}

#define UNTIL(w, condition)                                                                        \
    do {                                                                                           \
        int64_t end_us = timer_now_us() + PATIENCE_US;                                             \
        while (!(condition) && timer_now_us() < end_us)                                            \
            turn(w);                                                                               \
        if (!(condition))                                                                          \
            fail_msg("never: %s (last lost: %s)", #condition, (w)->why);                           \
    } while (0)

static bool is_at(const struct world *w, const struct server *redis)
{
    char at[24];
    snprintf(at, sizeof at, "127.0.0.1:%d", redis->port);
    return redis_link_up(w->link) && strcmp(redis_link_at(w->link), at) == 0;
}

static int set_up(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    w->base = loop_new();
    for (size_t i = 0; i < MOST; i++)
        start_server(w, &w->sentinels[i]);
    for (size_t i = 0; i < 2; i++)
        start_server(w, &w->redis[i]);
    *state = w;
    return 0;
}

/* Nobody speaks to it any more. */
static void end_server(struct world *w, struct server *s)
{
    UNTIL(w, s->open == 0);
    evconnlistener_free(s->door);
}

static int tear_down(void **state)
{
    struct world *w = *state;
    redis_link_free(w->link);
    for (size_t i = 0; i < MOST; i++)
        end_server(w, &w->sentinels[i]);
    for (size_t i = 0; i < 2; i++)
        end_server(w, &w->redis[i]);
    loop_free(w->base);
    free(w);
    return 0;
}

/* Whoever says it, and though one says nothing. */
static void test_the_newest_configuration_is_believed(void **state)
{
    struct world *w = *state;
    say_master(&w->sentinels[0], &w->redis[0], "3");
    say_master(&w->sentinels[1], &w->redis[1], "5");
    say_master(&w->sentinels[2], &w->redis[0], "4");
    follow(w, 4);
    UNTIL(w, w->up > 0);
    assert_true(is_at(w, &w->redis[1]));
    say_master(&w->sentinels[2], &w->redis[0], "6"); /* a failover that nobody else has heard of */
    UNTIL(w, is_at(w, &w->redis[0]));
}

/* By one that was cut off; the others may know, and do not answer. */
static void test_an_older_configuration_is_not_believed_at_once(void **state)
{
    struct world *w = *state;
    say_master(&w->sentinels[0], &w->redis[0], "5");
    say_master(&w->sentinels[1], &w->redis[0], "5");
    follow(w, 3);
    UNTIL(w, is_at(w, &w->redis[0]));
    say_master(&w->sentinels[0], &w->redis[1], "4");
    w->sentinels[1].master[0] = '\0';
    w->redis[0].role = REPLICA;
    redis_link_drop(w->link, "to be tried again");
    UNTIL(w, strstr(w->why, "is older than what is known"));
    assert_false(redis_link_up(w->link));
    w->redis[0].role = MASTER;
    say_master(&w->sentinels[1], &w->redis[0], "5");
    UNTIL(w, is_at(w, &w->redis[0]));
}

static void test_nonsense_is_no_answer(void **state)
{
    static const char *const bad[][3] = {{"", "1", "9"},
                                         {"127.0.0.1", "0", "9"},
                                         {"127.0.0.1", "65536", "9"},
                                         {"127.0.0.1", "1", "-1"},
                                         {"127.0.0.1", "1", "nine"}};
    struct world *w = *state;
    say_master(&w->sentinels[0], &w->redis[0], "0");
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        say(&w->sentinels[1], bad[i][0], bad[i][1], bad[i][2]);
        follow(w, 2);
        UNTIL(w, is_at(w, &w->redis[0]));
        redis_link_free(w->link);
    }
    snprintf(w->sentinels[1].master, sizeof w->sentinels[1].master, "*2\r\n$2\r\nip\r\n:5\r\n");
    follow(w, 2);
    UNTIL(w, is_at(w, &w->redis[0]));
}

static void test_why_no_master_is_named_is_said(void **state)
{
    struct world *w = *state;
    snprintf(w->sentinels[0].master, sizeof w->sentinels[0].master,
             "-ERR No such master with that name\r\n");
    follow(w, 1);
    UNTIL(w, strstr(w->why, "knows no master board: look at sentinel-master"));
    snprintf(w->sentinels[0].master, sizeof w->sentinels[0].master, "-NOPERM it may not\r\n");
    UNTIL(w, strstr(w->why, "answers NOPERM it may not"));
    w->redis[0].role = REPLICA;
    say_master(&w->sentinels[0], &w->redis[0], "1");
    UNTIL(w, strstr(w->why, "which Sentinel names as the master, says of its role: slave"));
    assert_int_equal(w->up, 0);
}

#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_the_newest_configuration_is_believed),
        T(test_an_older_configuration_is_not_believed_at_once),
        T(test_nonsense_is_no_answer),
        T(test_why_no_master_is_named_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
