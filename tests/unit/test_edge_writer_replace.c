/* SPDX-License-Identifier: ISC */
/* Another daemon's history in the place of ours: all of it, nothing of ours beside it, and what
 * only we had is kept for people. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include <sqlite3.h>
#include <stdlib.h>
#include <unistd.h>

#include "daemon/base/log.h"
#include "daemon/edge/timer.h"
#include "daemon/edge/writer.h"

static char directory[64];

static struct writer_decision decision(int64_t number, const char *target, const char *reason)
{
    return (struct writer_decision){.number = number,
                                    .verb = SLICE("call"),
                                    .target = slice_of(target),
                                    .argument = SLICE("won"),
                                    .reason = slice_of(reason),
                                    .by = SLICE("ann")};
}

static void on_done(bool ok, const char *text, void *ctx)
{
    if (!ok)
        fail_msg("%s", text);
    loop_stop(ctx);
}

/* Open, do these jobs, close. */
static void write_jobs(const struct writer_job *jobs, size_t n)
{
    struct event_base *base = loop_new();
    struct arena *a = arena_new(1 << 20);
    struct writer_loaded l;
    struct writer *w = NULL;
    struct err e = {0};
    if (!writer_open(base, directory, a, &l, &w, &e))
        fail_msg("%s", e.text);
    for (size_t i = 0; i < n; i++) {
        assert_true(writer_submit(w, &jobs[i], on_done, base, &e));
        loop_run(base);
    }
    writer_close(w, 10000);
    arena_free(a);
    loop_free(base);
}

static void load(struct arena *a, struct writer_loaded *out)
{
    struct event_base *base = loop_new();
    struct writer *w = NULL;
    struct err e = {0};
    if (!writer_open(base, directory, a, out, &w, &e))
        fail_msg("%s", e.text);
    writer_close(w, 10000);
    loop_free(base);
}

static int count_aside(char *what, size_t size)
{
    sqlite3 *s;
    sqlite3_stmt *row;
    char path[128];
    int n = 0;
    snprintf(path, sizeof path, "%s/tallyd.db", directory);
    assert_int_equal(sqlite3_open(path, &s), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(s, "SELECT what FROM aside", -1, &row, NULL), SQLITE_OK);
    for (; sqlite3_step(row) == SQLITE_ROW; n++)
        snprintf(what, size, "%s", (const char *)sqlite3_column_text(row, 0));
    sqlite3_finalize(row);
    sqlite3_close(s);
    return n;
}

static void test_another_s_history_replaces_ours(void **state)
{
    struct writer_decision ours[] = {decision(1, "ann", "seen"), decision(2, "bea", "ours only")};
    struct writer_decision theirs[] = {decision(1, "ann", "seen"), decision(2, "cid", "theirs"),
                                       decision(3, "dan", "more")};
    struct writer_claim claim = {
        .number = 4, .endorsement_id = SLICE("bea"), .by = SLICE("ap"), .outcome = 1};
    struct writer_event event = {SLICE("c4"), SLICE("calls:GA"), SLICE("{}")};
    struct writer_ruling ruling = {.source = SLICE("county"), .file = SLICE("main")};
    struct writer_name name = {SLICE("county"), SLICE("1"), SLICE("2"), SLICE("Ann"), SLICE("")};
    const struct writer_job jobs[] = {
        {.decisions = ours,
         .decision_count = 2,
         .claims = &claim,
         .claim_count = 1,
         .events = &event,
         .event_count = 1,
         .rulings = &ruling,
         .ruling_count = 1,
         .names = &name,
         .name_count = 1,
         .epoch = 7},
        {.decisions = theirs, .decision_count = 3, .replace = true, .partner_s = 100, .epoch = 9},
        {.decisions = theirs, .decision_count = 3, .replace = true, .partner_s = 99, .epoch = 8},
    };
    struct arena *a = arena_new(1 << 20);
    struct writer_loaded l;
    char what[200] = "";
    (void)state;
    write_jobs(jobs, 1);
    load(a, &l);
    int64_t instance = l.instance;
    assert_true(instance > 0);
    assert_true(l.decision_count == 2 && l.claim_count == 1 && l.partner_s == 0);
    write_jobs(jobs + 1, 1);
    load(a, &l);
    assert_true(l.decision_count == 3 && l.claim_count == 0 && l.event_count == 0);
    assert_true(l.ruling_count == 0 && l.file_count == 0 && l.name_count == 1);
    assert_true(slice_is(l.decisions[1].target, "cid"));
    assert_true(l.epoch == 9 && l.partner_s == 100 && l.instance == instance);
    assert_int_equal(count_aside(what, sizeof what), 2);
    write_jobs(jobs + 2, 1); /* the same again: nothing is lost by it */
    load(a, &l);
    assert_true(l.decision_count == 3 && l.epoch == 9 && l.partner_s == 99);
    assert_int_equal(count_aside(what, sizeof what), 2);
    assert_string_equal(what, "decision 2: call bea won by ann: ours only");
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_another_s_history_replaces_ours)};
    char clean[128];
    snprintf(directory, sizeof directory, "/tmp/tallyd-replace-XXXXXX");
    if (!mkdtemp(directory))
        return 1;
    log_start(LOG_LEVEL_ERROR - 1, 0);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    snprintf(clean, sizeof clean, "rm -r '%s'", directory);
    return system(clean) == 0 ? failed : 1;
}
