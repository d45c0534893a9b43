/* SPDX-License-Identifier: ISC */
/* The desk's stream onto the standby's disk: whole or not at all, in the stream's order, and told
 * as kept only when it is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/base/log.h"
#include "daemon/edge/timer.h"
#include "daemon/following.h"

#define PATIENCE_MS 20000

struct side {
    char directory[64];
    struct event_base *base;
    struct arena *arena;
    struct writer *writer;
    struct writer_loaded loaded;
    struct following *following;
    struct timer *patience;
    int followed;
};

static void on_followed(void *ctx)
{
    struct side *s = ctx;
    s->followed++;
    loop_stop(s->base);
}

static void on_patience(void *ctx)
{
    (void)ctx;
    fail_msg("nothing was followed");
}

static bool takes(const struct desk_night *night, void *ctx)
{
    (void)ctx;
    return strcmp(night->mode, "rehearsal") != 0;
}

static bool make_following(struct side *s, struct err *e)
{
    struct following_calls calls = {on_followed, takes, s};
    return following_new(s->writer, SLICE("west-2-"), &s->loaded, &calls, &s->following, e);
}

static int set_up(void **state)
{
    struct side *s = calloc(1, sizeof *s);
    struct err e = {0};
    snprintf(s->directory, sizeof s->directory, "/tmp/tallyd-following-XXXXXX");
    if (!mkdtemp(s->directory))
        return -1;
    s->base = loop_new();
    s->arena = arena_new(16 << 20);
    if (!writer_open(s->base, s->directory, s->arena, &s->loaded, &s->writer, &e) ||
        !make_following(s, &e))
        fail_msg("%s", e.text);
    s->patience = timer_new(s->base, on_patience, s);
    timer_set(s->patience, PATIENCE_MS);
    following_begin(s->following);
    *state = s;
    return 0;
}

static int tear_down(void **state)
{
    struct side *s = *state;
    char clean[100];
    writer_close(s->writer, 10000);
    following_free(s->following);
    timer_free(s->patience);
    arena_free(s->arena);
    loop_free(s->base);
    snprintf(clean, sizeof clean, "rm -r '%s'", s->directory);
    int code = system(clean);
    free(s);
    return code;
}

static void entry(struct side *s, int64_t epoch, int64_t number, const char *words)
{
    struct slice texts[40], rest = slice_of(words);
    size_t n = 0;
    while (n < 40 && slice_next(&rest, ' ', &texts[n]))
        n++;
    following_entry(s->following, (struct desk_place){epoch, number}, texts, n);
}

static bool is_at(struct desk_place p, int64_t epoch, int64_t number)
{
    return p.epoch == epoch && p.number == number;
}

static void on_settled(bool ok, const char *text, void *ctx)
{
    (void)ok, (void)text;
    loop_stop(ctx);
}

/* What is on disk when all that was given to the writer is. */
static void load(struct side *s)
{
    struct err e = {0};
    struct writer_job nothing = {0};
    assert_true(writer_submit(s->writer, &nothing, on_settled, s->base, &e));
    loop_run(s->base);
    if (!writer_load(s->writer, s->arena, &s->loaded, &e))
        fail_msg("%s", e.text);
}

/* Another process of the same directory. */
static void restart(struct side *s)
{
    struct err e = {0};
    load(s);
    following_free(s->following);
    if (!make_following(s, &e))
        fail_msg("%s", e.text);
    following_begin(s->following);
}

#define OURS(n) "begin " n " writer west-2-"
#define COPY(n) "begin " n " writer west-3-"
#define BEGIN(n) "begin " n " writer east-1-"
#define DECISION(n) "decision " n " verb call target foe argument won by ann reason " n
#define CLAIM(n) "claim " n " outcome 1 endorsement_id foe by desk"

static void test_it_is_kept_when_it_is_on_disk(void **state)
{
    struct side *s = *state;
    entry(s, 7, 1, BEGIN("3"));
    entry(s, 7, 2, DECISION("1"));
    following_read(s->following, false);
    load(s);
    assert_int_equal(s->followed, 0); /* the history is not whole */
    assert_int_equal(s->loaded.decision_count, 0);
    entry(s, 7, 3, CLAIM("2") " event c2 channel calls:GA data {}");
    entry(s, 7, 4, DECISION("3"));
    following_read(s->following, false);
    assert_true(is_at(following_at(s->following), 7, 4));
    assert_true(is_at(following_kept(s->following), 0, 0));
    assert_false(following_is_whole(s->following));
    assert_string_equal(following_last(s->following), "");
    loop_run(s->base);
    assert_true(is_at(following_kept(s->following), 7, 4));
    assert_true(following_is_whole(s->following));
    assert_true(following_over(s->following) && !following_done(s->following));
    assert_non_null(strstr(following_last(s->following), "call foe won by ann: 3"));
    load(s);
    assert_true(s->loaded.decision_count == 2 && s->loaded.claim_count == 1);
    assert_true(s->loaded.event_count == 1 && s->loaded.epoch == 7);
    entry(s, 7, 5, "told c2");
    following_read(s->following, true);
    assert_false(following_done(s->following));
    loop_run(s->base);
    assert_true(following_done(s->following));
    load(s);
    assert_int_equal(s->loaded.event_count, 0);
}

static void test_the_history_of_a_new_epoch_replaces_all(void **state)
{
    struct side *s = *state;
    entry(s, 7, 1, BEGIN("2"));
    entry(s, 7, 2, DECISION("1"));
    following_read(s->following, false);
    loop_run(s->base);
    entry(s, 7, 3, DECISION("2"));
    entry(s, 9, 1, BEGIN("2")); /* in one reading with what it replaces */
    entry(s, 9, 2, DECISION("1"));
    entry(s, 9, 3, CLAIM("2"));
    following_read(s->following, false);
    loop_run(s->base);
    load(s);
    assert_true(s->loaded.decision_count == 1 && s->loaded.claim_count == 1);
    assert_int_equal(s->loaded.epoch, 9);
}

/* Begun anew while the disk was at work: what that then has says nothing of how far the new reading
 * is. */
static void test_what_an_older_reading_kept_is_not_said_of_a_new_one(void **state)
{
    struct side *s = *state;
    entry(s, 7, 1, BEGIN("2"));
    entry(s, 7, 2, DECISION("1"));
    following_read(s->following, false);
    following_begin(s->following);
    load(s);
    assert_int_equal(s->loaded.decision_count, 1);
    assert_int_equal(s->followed, 0);
    assert_true(is_at(following_kept(s->following), 0, 0));
}

static void take_two_decisions(struct side *s)
{
    entry(s, 7, 1, BEGIN("2"));
    entry(s, 7, 2, DECISION("1"));
    entry(s, 7, 3, DECISION("2"));
    following_read(s->following, true);
    loop_run(s->base);
}

static void test_a_stream_of_our_own_disk_is_no_news(void **state)
{
    struct side *s = *state;
    take_two_decisions(s);
    restart(s);
    entry(s, 7, 1, OURS("2"));
    entry(s, 7, 2, DECISION("1"));
    entry(s, 7, 3, DECISION("2"));
    following_read(s->following, true);
    assert_true(following_done(s->following) && !following_over(s->following));
    assert_true(is_at(following_kept(s->following), 7, 3));
    following_stop(s->following, true); /* it serves */
    following_begin(s->following);
    entry(s, 8, 1, OURS("2"));
    entry(s, 8, 2, DECISION("1"));
    entry(s, 8, 3, DECISION("4"));
    following_read(s->following, true);
    assert_true(following_done(s->following) && !following_over(s->following));
    following_begin(s->following);
    entry(s, 9, 1, COPY("2")); /* who serves now is another, though its directory is a copy */
    entry(s, 9, 2, DECISION("5"));
    following_read(s->following, true);
    loop_run(s->base);
    assert_true(following_over(s->following));
}

/* The stream of our own knows more than our disk, or knows it otherwise: what was told stands. */
static void test_a_disk_that_is_older_than_its_stream_gives_way_to_it(void **state)
{
    static const char *const ahead[] = {DECISION("3"), CLAIM("3") " at_ms 5",
                                        "decision 2 at_ms 9 verb call target foe"};
    struct side *s = *state;
    for (int64_t i = 0; i < 4; i++) {
        following_begin(s->following);
        entry(s, 7 + 2 * i, 1, BEGIN("3"));
        entry(s, 7 + 2 * i, 2, DECISION("1"));
        entry(s, 7 + 2 * i, 3, DECISION("2"));
        following_read(s->following, true);
        loop_run(s->base);
        restart(s);
        int64_t epoch = i < 3 ? 7 + 2 * i : 99; /* of no other epoch than that is on disk */
        entry(s, epoch, 1, OURS("2"));
        entry(s, epoch, 2, DECISION("1"));
        following_read(s->following, false);
        if (i < 3) {
            assert_true(is_at(following_kept(s->following), epoch, 2) &&
                        !following_over(s->following));
            entry(s, epoch, 3, ahead[i]);
            following_read(s->following, true);
        }
        loop_run(s->base);
        assert_true(following_over(s->following));
        assert_int_equal(following_kept(s->following).number, i < 3 ? 3 : 2);
        load(s);
        assert_int_equal(s->loaded.decision_count + s->loaded.claim_count, i < 3 ? 2 : 1);
        restart(s);
    }
}

/* Redis put back to an older dump, and nobody serves: what was kept is not given up for it. */
static void test_a_stream_that_ends_before_what_is_kept_takes_nothing_away(void **state)
{
    static const struct {
        struct desk_place there; /* as a look says */
        int64_t took;
        bool live, older;
    } cases[] = {{{7, 2}, 0, false, true},   /* shorter */
                 {{6, 9}, 0, false, true},   /* of an older epoch */
                 {{7, 9}, 8, false, true},   /* older than our own */
                 {{7, 9}, 0, true, false},   /* what is live is right */
                 {{7, 2}, 0, false, false},  /* as far as it was kept */
                 {{7, 0}, 0, false, false}}; /* it is not said */
    struct side *s = *state;
    take_two_decisions(s);
    following_begin(s->following); /* as after a loss: what this process has kept counts */
    following_seen(s->following, cases[0].there, false);
    entry(s, 7, 1, BEGIN("2"));
    entry(s, 7, 2, DECISION("1"));
    following_read(s->following, true);
    assert_false(following_is_whole(s->following) || following_over(s->following));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bool older = cases[i].older;
        restart(s);
        if (cases[i].took > 0)
            following_took(s->following, cases[i].took);
        following_seen(s->following, cases[i].there, cases[i].live);
        entry(s, cases[i].there.epoch, 1, BEGIN("2"));
        entry(s, cases[i].there.epoch, 2, DECISION("1"));
        following_read(s->following, true);
        assert_int_equal(following_done(s->following), older);
        if (!older)
            loop_run(s->base);
        assert_int_equal(following_over(s->following), !older);
        assert_int_equal(following_is_whole(s->following), !older);
        load(s);
        assert_int_equal(s->loaded.decision_count, older ? 2 : 1);
    }
    following_seen(s->following, (struct desk_place){6, 1}, false);
    entry(s, 6, 1, BEGIN("1"));
    following_read(s->following, false);
    assert_false(following_is_whole(s->following));
    following_seen(s->following, (struct desk_place){9, 2}, false);
    entry(s, 9, 1, BEGIN("2")); /* it is written anew */
    entry(s, 9, 2, DECISION("1"));
    following_read(s->following, true);
    loop_run(s->base);
    assert_true(following_is_whole(s->following));
}

/* Redis was put back to a dump of when we served: its end had been given up, and what was kept of
 * another's since was replaced by it. */
static void test_a_stream_of_our_own_that_was_given_up_takes_nothing_away(void **state)
{
    struct side *s = *state;
    take_two_decisions(s);
    restart(s);
    for (int live = 0; live < 2; live++) {
        following_begin(s->following);
        following_seen(s->following, (struct desk_place){6, 2}, live);
        entry(s, 6, 1, OURS("2"));
        entry(s, 6, 2, DECISION("9"));
        following_read(s->following, true);
        assert_true(following_done(s->following) && !following_over(s->following));
        assert_int_equal(following_is_whole(s->following), live);
    }
    restart(s);
    following_took(s->following, 8);
    following_seen(s->following, (struct desk_place){7, 2}, false);
    entry(s, 7, 1, OURS("2")); /* of before the epoch that we took last */
    entry(s, 7, 2, DECISION("9"));
    following_read(s->following, true);
    assert_true(following_is_whole(s->following) && !following_over(s->following));
    restart(s); /* that it was taken is on disk */
    following_seen(s->following, (struct desk_place){7, 9}, false);
    entry(s, 7, 1, BEGIN("1"));
    following_read(s->following, true);
    assert_false(following_is_whole(s->following) || following_over(s->following));
    load(s);
    assert_int_equal(s->loaded.decision_count, 2);
}

/* While it serves: nothing is taken, and it is seen whether there is what its disk lacks. */
static void test_compared_alone_nothing_is_taken(void **state)
{
    static const struct {
        const char *begin, *second;
        bool lacks;
    } cases[] = {{OURS("2"), DECISION("1"), false},
                 {OURS("2"), DECISION("2"), true},
                 {BEGIN("2"), DECISION("1"), true},
                 {BEGIN("2") " mode rehearsal", DECISION("2"), false}};
    struct side *s = *state;
    entry(s, 7, 1, BEGIN("2"));
    entry(s, 7, 2, DECISION("1"));
    following_read(s->following, true);
    loop_run(s->base);
    restart(s);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        following_compare(s->following);
        assert_true(following_compares(s->following));
        following_read(s->following, true); /* of a stream that is not there */
        assert_false(following_lacks(s->following));
        entry(s, 7, 1, cases[i].begin);
        following_read(s->following, false);
        assert_false(following_lacks(s->following)); /* before all of it is there */
        entry(s, 7, 2, cases[i].second);
        following_read(s->following, true);
        assert_int_equal(following_lacks(s->following), cases[i].lacks);
        assert_false(following_over(s->following) || following_has_all(s->following));
        following_stop(s->following, false);
    }
    load(s);
    assert_int_equal(s->loaded.decision_count, 1);
    following_stop(s->following, true);
    assert_true(following_has_all(s->following) && !following_compares(s->following));
}

static void test_what_cannot_be_read_is_not_said_to_be_kept(void **state)
{
    struct side *s = *state;
    entry(s, 7, 1, BEGIN("2"));
    entry(s, 7, 2, DECISION("1"));
    following_read(s->following, false);
    loop_run(s->base);
    entry(s, 7, 3, "claim -");
    entry(s, 7, 4, DECISION("2"));
    following_read(s->following, false);
    assert_true(is_at(following_kept(s->following), 7, 2));
    following_begin(s->following); /* from the first entry on, once more */
    entry(s, 8, 1, BEGIN("2"));
    entry(s, 8, 2, DECISION("1"));
    following_read(s->following, false);
    loop_run(s->base);
    assert_true(is_at(following_kept(s->following), 8, 2));
}

static void test_another_night_is_not_followed(void **state)
{
    struct side *s = *state;
    entry(s, 7, 1, BEGIN("2") " mode rehearsal date 2026-11-03 name night list 12");
    entry(s, 7, 2, DECISION("1"));
    following_read(s->following, false);
    assert_string_equal(following_night(s->following)->list, "12");
    assert_false(following_is_whole(s->following));
    load(s);
    assert_int_equal(s->loaded.decision_count, 0);
    entry(s, 8, 1, BEGIN("2") " mode live");
    entry(s, 8, 2, DECISION("1"));
    following_read(s->following, false);
    loop_run(s->base);
    assert_true(following_is_whole(s->following));
    load(s);
    assert_int_equal(s->loaded.decision_count, 1);
}

static void test_without_its_beginning_it_is_not_followed(void **state)
{
    struct side *s = *state;
    entry(s, 7, 8, DECISION("4"));
    following_read(s->following, false);
    load(s);
    assert_true(is_at(following_kept(s->following), 0, 0));
    assert_int_equal(s->loaded.decision_count, 0);
}

/* As by XDEL: one that came behind was told as kept, and with it all that was before it. */
static void test_what_follows_a_gap_waits_for_a_new_beginning(void **state)
{
    struct side *s = *state;
    entry(s, 7, 1, BEGIN("2"));
    entry(s, 7, 2, DECISION("1"));
    entry(s, 7, 3, DECISION("2"));
    entry(s, 7, 5, DECISION("4"));
    following_read(s->following, false);
    loop_run(s->base);
    entry(s, 7, 6, DECISION("5"));
    following_read(s->following, false);
    load(s);
    assert_true(is_at(following_kept(s->following), 7, 3));
    assert_false(following_is_whole(s->following));
    assert_int_equal(s->loaded.decision_count, 2);
    entry(s, 9, 1, BEGIN("3"));
    entry(s, 9, 2, DECISION("1"));
    entry(s, 9, 3, DECISION("4"));
    following_read(s->following, false);
    loop_run(s->base);
    assert_true(is_at(following_kept(s->following), 9, 3));
    assert_true(following_is_whole(s->following));
}

#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_it_is_kept_when_it_is_on_disk),
        T(test_the_history_of_a_new_epoch_replaces_all),
        T(test_what_an_older_reading_kept_is_not_said_of_a_new_one),
        T(test_a_stream_of_our_own_disk_is_no_news),
        T(test_a_disk_that_is_older_than_its_stream_gives_way_to_it),
        T(test_a_stream_that_ends_before_what_is_kept_takes_nothing_away),
        T(test_a_stream_of_our_own_that_was_given_up_takes_nothing_away),
        T(test_compared_alone_nothing_is_taken),
        T(test_what_cannot_be_read_is_not_said_to_be_kept),
        T(test_another_night_is_not_followed),
        T(test_without_its_beginning_it_is_not_followed),
        T(test_what_follows_a_gap_waits_for_a_new_beginning),
    };
    log_start(LOG_LEVEL_ERROR - 1, 0);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
