/* SPDX-License-Identifier: ISC */
/* Sentences over a real writer: none is shown before it is on disk, each is found again by any
 * number while it was on air, also by another process and after a restart. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/base/log.h"
#include "daemon/edge/shown.h"
#include "daemon/edge/timer.h"
#include "daemon/frozen.h"

#define PATIENCE_MS 20000

struct room {
    char directory[64];
    struct event_base *base;
    struct arena *arena;
    struct writer *writer;
    struct writer_loaded loaded;
    struct frozen *frozen;
    struct timer *patience;
    int shown, wanted;
};

static void on_shown(void *ctx)
{
    struct room *r = ctx;
    if (++r->shown >= r->wanted)
        loop_stop(r->base);
}

static void on_patience(void *ctx)
{
    struct room *r = ctx;
    fail_msg("nothing more within %d ms: %d shown", PATIENCE_MS, r->shown);
}

static void open_room(struct room *r)
{
    struct err e = {0};
    r->base = loop_new();
    r->arena = arena_new(64 << 20);
    r->shown = 0;
    if (!writer_open(r->base, r->directory, r->arena, &r->loaded, &r->writer, &e))
        fail_msg("%s", e.text);
    r->frozen = frozen_new(r->writer, on_shown, r);
    r->patience = timer_new(r->base, on_patience, r);
    timer_set(r->patience, PATIENCE_MS);
}

static void close_room(struct room *r)
{
    writer_close(r->writer, 5000);
    frozen_free(r->frozen);
    timer_free(r->patience);
    loop_free(r->base);
    arena_free(r->arena);
}

static int set_up(void **state)
{
    struct room *r = calloc(1, sizeof *r);
    snprintf(r->directory, sizeof r->directory, "/tmp/tallyd-frozen-XXXXXX");
    if (!mkdtemp(r->directory))
        return -1;
    *state = r;
    open_room(r);
    return 0;
}

static int tear_down(void **state)
{
    static const char *const names[] = {"tallyd.db", "tallyd.db-wal", "tallyd.db-shm", "lock"};
    struct room *r = *state;
    char path[128];
    close_room(r);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(path, sizeof path, "%s/%s", r->directory, names[i]);
        unlink(path);
    }
    snprintf(path, sizeof path, "%s/payloads", r->directory);
    rmdir(path);
    rmdir(r->directory);
    free(r);
    return 0;
}

static void keep_long(struct room *r, int64_t seq, const char *sentence, const char *counts,
                      const char *long_form)
{
    const struct message m = {
        .type = MESSAGE_TOTALS,
        .statements = {slice_of(sentence), slice_of(long_form), SLICE("slack")},
        .plain = slice_of(counts)};
    assert_true(frozen_keep(r->frozen, 7, seq, seq * 1000, &m));
}

static void keep(struct room *r, int64_t seq, const char *sentence, const char *counts)
{
    keep_long(r, seq, sentence, counts, "long");
}

static void until_shown(struct room *r, int wanted)
{
    r->wanted = wanted;
    if (r->shown < wanted)
        loop_run(r->base);
    assert_int_equal(r->shown, wanted);
}

/* The sentence on air at a number; NULL: none. */
static const char *at(struct room *r, struct shown *s, int64_t epoch, int64_t seq)
{
    struct writer_shown row;
    struct err e = {0};
    if (!shown_find(s, epoch, seq, r->arena, &row, &e)) {
        assert_int_equal(e.kind, ERR_NO);
        return NULL;
    }
    assert_true(row.epoch == epoch && row.seq <= seq && row.at_ms == row.seq * 1000);
    assert_true(slice_is(row.texts[STATEMENT_SLACK], "slack"));
    return row.texts[STATEMENT_SHORT].ptr;
}

static void test_shown_once_on_disk_and_found_for_good(void **state)
{
    struct room *r = *state;
    struct frozen_view view;
    struct shown *s = NULL;
    struct err e = {0};
    frozen_view(r->frozen, &view);
    assert_int_equal(view.epoch, 0);
    keep(r, 3, "one", "won 1\n");
    frozen_view(r->frozen, &view);
    assert_int_equal(view.epoch, 0); /* the disk has not answered */
    keep(r, 5, "one", "won 1\n");    /* the same, while it waits: no row, a newer number */
    until_shown(r, 1);
    frozen_view(r->frozen, &view);
    assert_true(view.epoch == 7 && view.seq == 5 && slice_is(view.statements[0], "one"));
    keep(r, 8, "one", "won 1\n"); /* the same, when it is there */
    frozen_view(r->frozen, &view);
    assert_int_equal(view.seq, 8);
    keep(r, 9, "one", "won 1\nleading 2\n"); /* other counts */
    keep(r, 12, "two", "won 2\n");
    frozen_view(r->frozen, &view);
    assert_true(view.seq == 8 && slice_is(view.counts, "won 1\n"));
    until_shown(r, 3);
    frozen_view(r->frozen, &view);
    assert_true(view.seq == 12 && slice_is(view.statements[STATEMENT_SHORT], "two") &&
                slice_is(view.counts, "won 2\n"));
    for (int again = 0; again < 2; again++) {
        if (!shown_open(r->directory, &s, &e))
            fail_msg("%s", e.text);
        assert_null(at(r, s, 7, 2));
        assert_string_equal(at(r, s, 7, 3), "one");
        assert_string_equal(at(r, s, 7, 11), "one");
        assert_string_equal(at(r, s, 7, 12), "two");
        assert_string_equal(at(r, s, 7, 500), "two");
        assert_null(at(r, s, 6, 12));
        assert_null(at(r, s, 8, 12));
        shown_close(s);
        if (again == 0) { /* after a restart */
            close_room(r);
            open_room(r);
            keep(r, 13, "two", "won 2\n");
            until_shown(r, 1);
        }
    }
}

/* What the long form said of the last check was that of the first time it was said. */
static void test_another_long_form_is_another_row(void **state)
{
    struct room *r = *state;
    struct frozen_view view;
    keep_long(r, 3, "one", "won 1\n", "checked at 7:01");
    until_shown(r, 1);
    keep_long(r, 4, "one", "won 1\n", "checked at 7:02");
    until_shown(r, 2);
    frozen_view(r->frozen, &view);
    assert_true(view.seq == 4 && slice_is(view.statements[STATEMENT_LONG], "checked at 7:02"));
}

static void test_no_database_is_said(void **state)
{
    struct shown *s = NULL;
    struct err e = {0};
    (void)state;
    assert_false(shown_open("/nonexistent", &s, &e));
    assert_null(s);
    assert_int_equal(e.kind, ERR_AGAIN);
    assert_true(strstr(e.text, "tallyd.db") != NULL);
}

/* What the writer will not take is not shown, and what is there stays. */
static void test_what_cannot_be_kept_is_not_shown(void **state)
{
    struct room *r = *state;
    struct frozen_view view;
    const struct message m = {.statements = {SLICE("late"), SLICE(""), SLICE("")},
                              .plain = SLICE("won 9\n")};
    keep(r, 3, "one", "won 1\n");
    until_shown(r, 1);
    size_t tries = 0;
    while (frozen_keep(r->frozen, 8 + (int64_t)tries, 1, 0, &m)) /* each another epoch */
        if (++tries > 2000000)
            fail_msg("the writer takes everything");
    frozen_view(r->frozen, &view);
    assert_true(view.epoch == 7 && slice_is(view.statements[0], "one"));
    until_shown(r, 1 + (int)tries);
    frozen_view(r->frozen, &view);
    assert_int_equal(view.epoch, 8 + (int64_t)tries - 1);
    keep(r, 4, "again", "won 1\n"); /* there is room again */
    until_shown(r, 2 + (int)tries);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_shown_once_on_disk_and_found_for_good, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_what_cannot_be_kept_is_not_shown, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_another_long_form_is_another_row, set_up, tear_down),
        cmocka_unit_test(test_no_database_is_said),
    };
    log_start(LOG_LEVEL_ERROR - 1, 0);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
