/* SPDX-License-Identifier: ISC */
/* Rows into entries of the desk's stream and back: nothing is lost, and what is newer or broken is
 * met. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "daemon/edge/desk_rows.h"
#include "tests/unit/random.h"

enum { ROWS_MAX = 90 };

struct rows {
    struct writer_claim claims[ROWS_MAX];
    struct writer_decision decisions[ROWS_MAX];
    struct writer_ruling rulings[ROWS_MAX];
    struct writer_memo notes[ROWS_MAX];
    struct writer_event events[ROWS_MAX];
    struct writer_job job;
};

/* Any bytes; often empty, often the name of something. */
static struct slice random_text(struct random *r, struct arena *a)
{
    static const char *const names[] = {"claim", "told", "begin", "number", "\n", "\x1f", "é"};
    char text[20];
    size_t n = random_below(r, sizeof text);
    for (size_t i = 0; i < n; i++)
        text[i] = (char)random_below(r, 256);
    struct slice any = {text, n};
    return arena_copy(a, random_below(r, 3) ? any : slice_of(names[random_below(r, 7)]));
}

static int64_t random_number(struct random *r)
{
    return random_below(r, 2) ? random_between(r, -5, 5) : (int64_t)random_next(r);
}

static void make_rows(struct random *r, struct arena *a, struct rows *out)
{
    size_t n[5];
    memset(out, 0, sizeof *out);
    for (size_t i = 0; i < 5; i++)
        n[i] = random_below(r, random_below(r, 2) ? 3 : ROWS_MAX);
    out->job = (struct writer_job){.claims = out->claims,
                                   .claim_count = n[0],
                                   .decisions = out->decisions,
                                   .decision_count = n[1],
                                   .rulings = out->rulings,
                                   .ruling_count = n[2],
                                   .notes = out->notes,
                                   .note_count = n[4],
                                   .events = out->events,
                                   .event_count = n[3]};
#define T random_text(r, a)
    for (size_t i = 0; i < n[0]; i++)
        out->claims[i] = (struct writer_claim){random_number(r),
                                               random_number(r),
                                               random_number(r),
                                               (int)random_below(r, 4),
                                               T,
                                               T,
                                               T,
                                               T,
                                               T,
                                               T,
                                               T,
                                               T};
    for (size_t i = 0; i < n[1]; i++)
        out->decisions[i] =
            (struct writer_decision){random_number(r), random_number(r), T, T, T, T, T, T, T};
    for (size_t i = 0; i < n[2]; i++)
        out->rulings[i] = (struct writer_ruling){.source = T,
                                                 .file = T,
                                                 .contest = T,
                                                 .digest = {random_next(r), random_next(r)},
                                                 .accept = random_below(r, 2) != 0};
    for (size_t i = 0; i < n[3]; i++)
        out->events[i] = (struct writer_event){T, T, T};
    for (size_t i = 0; i < n[4]; i++)
        out->notes[i] = (struct writer_memo){.source = T, .file = T, .text = T};
#undef T
}

#define SAME(a, b) assert_true(slice_eq(a, b))

static void same_job(const struct writer_job *a, const struct writer_job *b, bool events)
{
    assert_int_equal(a->claim_count, b->claim_count);
    assert_int_equal(a->decision_count, b->decision_count);
    assert_int_equal(a->ruling_count, b->ruling_count);
    assert_int_equal(a->note_count, b->note_count);
    assert_int_equal(events ? a->event_count : 0, b->event_count);
    for (size_t i = 0; i < a->claim_count; i++) {
        const struct writer_claim *x = &a->claims[i], *y = &b->claims[i];
        assert_true(x->number == y->number && x->at_ms == y->at_ms &&
                    x->called_at_ms == y->called_at_ms && x->outcome == y->outcome);
        SAME(x->race_id, y->race_id);
        SAME(x->endorsement_id, y->endorsement_id);
        SAME(x->by, y->by);
        SAME(x->basis, y->basis);
        SAME(x->reason, y->reason);
        SAME(x->evidence, y->evidence);
        SAME(x->line, y->line);
        SAME(x->row, y->row);
    }
    for (size_t i = 0; i < a->decision_count; i++) {
        const struct writer_decision *x = &a->decisions[i], *y = &b->decisions[i];
        assert_true(x->number == y->number && x->at_ms == y->at_ms);
        SAME(x->verb, y->verb);
        SAME(x->target, y->target);
        SAME(x->argument, y->argument);
        SAME(x->reason, y->reason);
        SAME(x->basis, y->basis);
        SAME(x->url, y->url);
        SAME(x->by, y->by);
    }
    for (size_t i = 0; i < a->ruling_count; i++) {
        const struct writer_ruling *x = &a->rulings[i], *y = &b->rulings[i];
        assert_true(digest_eq(x->digest, y->digest) && x->accept == y->accept);
        SAME(x->source, y->source);
        SAME(x->file, y->file);
        SAME(x->contest, y->contest);
    }
    for (size_t i = 0; i < a->note_count; i++) {
        SAME(a->notes[i].source, b->notes[i].source);
        SAME(a->notes[i].file, b->notes[i].file);
        SAME(a->notes[i].text, b->notes[i].text);
    }
    for (size_t i = 0; events && i < a->event_count; i++) {
        SAME(a->events[i].id, b->events[i].id);
        SAME(a->events[i].channel, b->events[i].channel);
        SAME(a->events[i].data, b->events[i].data);
    }
}

static void test_what_is_written_is_read_again(void **state)
{
    struct random r = {7};
    static struct rows rows;
    struct err e = {0};
    (void)state;
    for (int i = 0; i < 500; i++) {
        struct arena *a = arena_new(16 << 20);
        bool events = random_below(&r, 2) != 0;
        make_rows(&r, a, &rows);
        struct desk_entries *out = desk_rows_write(&rows.job, events);
        struct desk_read in = {.arena = a};
        assert_non_null(out);
        for (size_t k = 0; k < out->count; k++) {
            assert_in_range(out->list[k].count, 2, REDIS_ENTRY_TEXTS);
            if (!desk_rows_read(out->list[k].texts, out->list[k].count, &in, &e))
                fail_msg("%s", e.text);
        }
        same_job(&rows.job, &in.job, events);
        desk_entries_free(out);
        arena_free(a);
    }
}

static bool read_words(struct desk_read *in, const char *words)
{
    struct slice texts[40], rest = slice_of(words);
    size_t n = 0;
    struct err e = {0};
    while (n < 40 && slice_next(&rest, ' ', &texts[n]))
        n++;
    bool ok = desk_rows_read(texts, n, in, &e);
    assert_int_equal(ok ? ERR_NONE : ERR_DATA, e.kind);
    return ok;
}

static void test_marks_and_columns_to_come(void **state)
{
    struct desk_read in = {.arena = arena_new(1 << 20)};
    (void)state;
    assert_true(read_words(&in, "begin 3 writer east-1"));
    assert_int_equal(in.begin, 3);
    assert_true(slice_is(in.writer, "east-1"));
    assert_true(read_words(&in, "told c5 told r5 weather fine claim 6 mood good by ap outcome 1"));
    assert_int_equal(in.begin, 0);
    assert_int_equal(in.job.acknowledged_count, 2);
    assert_true(slice_is(in.job.acknowledged[1], "r5"));
    assert_int_equal(in.job.claim_count, 1);
    assert_int_equal(in.job.claims[0].number, 6);
    assert_true(slice_is(in.job.claims[0].by, "ap"));
    arena_free(in.arena);
}

static void test_what_cannot_be_ours_is_refused(void **state)
{
    static const char *const bad[] = {"claim x",
                                      "claim 1 outcome -1",
                                      "decision 1 at_ms x",
                                      "ruling s digest 12",
                                      "ruling s accept 2",
                                      "begin 0"};
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct desk_read in = {.arena = arena_new(1 << 20)};
        assert_false(read_words(&in, bad[i]));
        arena_free(in.arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_written_is_read_again),
        cmocka_unit_test(test_marks_and_columns_to_come),
        cmocka_unit_test(test_what_cannot_be_ours_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
