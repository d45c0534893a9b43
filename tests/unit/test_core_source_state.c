/* SPDX-License-Identifier: ISC */
/* The word for what a source is: every row of its table, and a source that the desk pauses. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>

#include <cmocka.h>

#include "daemon/core/source_state.h"
#include "tests/unit/night.h"

enum { AP, DDHQ };

static const char list[] = "endorsement_id,candidate_name,state,office,district,race_id\n"
                           "ann,Ann Archer,GA,State Senate,1,ga-ss-1\n";

#define VOTES(n)                                                                                   \
    "contest 1|State Senate District 1|GA ; stated seats=1\n"                                      \
    "choice 11|Ann Archer|D\nchoice 13|Other One|R\ntotal " n " 400\n"

static void every_row_of_the_table(void **state)
{
    const struct source_facts well = {.heard = true, .reached = true, .fresh = true};
    const struct {
        struct source_facts f;
        enum verdict verdict;
        enum source_state is;
    } rows[] = {
        {well, VERDICT_ACCEPTED, SOURCE_UP},
        {well, VERDICT_ROSTER, SOURCE_UP},
        {well, VERDICT_CORRECTED, SOURCE_UP},
        {well, VERDICT_UNCHANGED, SOURCE_UNCHANGED},
        {well, VERDICT_OLDER, SOURCE_UNCHANGED},
        {well, VERDICT_EARLY, SOURCE_QUARANTINED},
        {well, VERDICT_WRONG_MODE, SOURCE_QUARANTINED},
        {well, VERDICT_REJECTED, SOURCE_QUARANTINED},
        {well, VERDICT_CRASHED, SOURCE_QUARANTINED},
        {well, VERDICT_OVERRAN, SOURCE_QUARANTINED},
        {well, VERDICT_MISUSE, SOURCE_QUARANTINED},
        {well, VERDICT_BLOCKED, SOURCE_BLOCKED},
        {well, VERDICT_HTTP_STATUS, SOURCE_FAILING},
        {well, VERDICT_UNREACHABLE, SOURCE_FAILING},
        {well, VERDICT_TRUNCATED, SOURCE_FAILING},
        {well, VERDICT_LIMIT, SOURCE_FAILING},
        /* old figures say more than why the last poll failed, but not than who blocks us */
        {{.heard = true, .reached = true}, VERDICT_UNREACHABLE, SOURCE_STALE},
        {{.heard = true, .reached = true}, VERDICT_UNCHANGED, SOURCE_STALE},
        {{.heard = true, .reached = true}, VERDICT_BLOCKED, SOURCE_BLOCKED},
        {{.heard = true, .reached = true}, VERDICT_CRASHED, SOURCE_QUARANTINED},
        {{.heard = true}, VERDICT_UNREACHABLE, SOURCE_FAILING},
        /* doubt */
        {{.heard = true, .reached = true, .fresh = true, .doubt = true},
         VERDICT_UNCHANGED,
         SOURCE_HELD},
        {{.heard = true, .reached = true, .fresh = true, .doubt = true},
         VERDICT_UNREACHABLE,
         SOURCE_FAILING},
        /* a lull */
        {{.heard = true, .reached = true, .fresh = true, .lull = true},
         VERDICT_UNCHANGED,
         SOURCE_QUIET},
        {{.heard = true, .reached = true, .fresh = true, .lull = true},
         VERDICT_ACCEPTED,
         SOURCE_UP},
        {{.heard = true, .reached = true, .fresh = true, .lull = true, .doubt = true},
         VERDICT_UNCHANGED,
         SOURCE_HELD},
        /* nobody asks */
        {{.paused = true}, VERDICT_BLOCKED, SOURCE_PAUSED},
        {{.reached = true}, VERDICT_UNCHANGED, SOURCE_WAITING},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct source_facts f = rows[i].f;
        f.verdict = rows[i].verdict;
        if (source_state(&f) != rows[i].is)
            fail_msg("row %zu: %s, not %s", i, source_states[source_state(&f)].name,
                     source_states[rows[i].is].name);
    }
}

static void every_verdict_makes_a_word(void **state)
{
    (void)state;
    for (int v = 0; v < VERDICTS; v++) {
        struct source_facts f = {
            .heard = true, .verdict = (enum verdict)v, .reached = true, .fresh = true};
        assert_true(source_state(&f) < SOURCE_STATES);
    }
    for (int s = 0; s < SOURCE_STATES; s++)
        assert_true(source_states[s].name && source_states[s].advice);
}

static const char *is(struct night *n, uint32_t source, int64_t now_ms)
{
    return source_states[source_state_of(core_model(n->core), source, now_ms)].name;
}

static void through_a_night(void **state)
{
    struct night n;
    struct buf out;
    (void)state;
    night_open(&n, list);
    n.sources[AP].stale_after_ms = 3 * WHEN_HOUR;
    n.sources[AP].quiet_until_ms = NIGHT_AT(600);
    assert_string_equal(is(&n, AP, NIGHT_AT(-60)), "waiting");
    night_unchanged(&n, AP, NIGHT_AT(-60));
    assert_string_equal(is(&n, AP, NIGHT_AT(-60)), "quiet");
    assert_string_equal(is(&n, AP, NIGHT_AT(0)), "unchanged");
    night_batch(&n, AP, VOTES("500"), NIGHT_AT(1));
    assert_string_equal(is(&n, AP, NIGHT_AT(1)), "up");
    night_unchanged(&n, AP, NIGHT_AT(60));
    assert_string_equal(is(&n, AP, NIGHT_AT(60)), "unchanged");
    assert_string_equal(is(&n, AP, NIGHT_AT(61)), "quiet");
    assert_string_equal(is(&n, AP, NIGHT_AT(241)), "stale");
    night_unchanged(&n, AP, NIGHT_AT(600)); /* nobody counts any more */
    assert_string_equal(is(&n, AP, NIGHT_AT(600)), "unchanged");
    night_batch(&n, AP, VOTES("5"), NIGHT_AT(601));
    assert_string_equal(is(&n, AP, NIGHT_AT(601)), "held");
    buf_init(&out, 1000);
    source_state_write(core_model(n.core), NIGHT_AT(601), &out);
    assert_string_equal(out.ptr, "1 held, 3 waiting");
    buf_done(&out);
    night_close(&n);
}

static void a_paused_source_loses_its_place_until_it_is_resumed(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, list);
    night_batch(&n, AP, VOTES("500"), NIGHT_AT(1));
    night_batch(&n, DDHQ, VOTES("500"), NIGHT_AT(1));
    const struct race *r = &core_model(n.core)->races[0];
    uint32_t first = r->on_air, other = first == AP ? DDHQ : AP;
    assert_false(night_decide(&n, "source pause", "nowhere", "", NIGHT_AT(2)));
    assert_false(night_decide(&n, "source resume", n.sources[first].name.ptr, "", NIGHT_AT(2)));
    assert_true(night_decide(&n, "source pause", n.sources[first].name.ptr, "", NIGHT_AT(2)));
    assert_string_equal(is(&n, first, NIGHT_AT(2)), "paused");
    assert_int_equal(r->on_air, other);
    assert_false(night_decide(&n, "source pause", n.sources[first].name.ptr, "", NIGHT_AT(3)));
    assert_true(night_decide(&n, "source resume", n.sources[first].name.ptr, "", NIGHT_AT(3)));
    assert_string_equal(is(&n, first, NIGHT_AT(3)), "up");
    night_close(&n);
}

/* Weeks after the night nothing is asked any more, but of a source that is said to be late. */
static void a_source_of_a_night_long_over_is_asked_no_more(void **state)
{
    const int64_t late_ms = NIGHT_DATE + 46 * WHEN_DAY;
    struct night n;
    (void)state;
    night_open(&n, list);
    assert_int_equal(n.s.mode, MODE_LIVE);
    assert_true(source_state_expects(core_model(n.core), AP, NIGHT_AT(1)) != WHEN_NEVER);
    assert_string_equal(is(&n, AP, late_ms), "paused");
    n.sources[AP].late = true;
    assert_true(source_state_expects(core_model(n.core), AP, late_ms) != WHEN_NEVER);
    n.sources[AP].late = false;
    n.s.mode = MODE_REHEARSAL; /* of a night of another year */
    night_anew(&n);
    assert_true(source_state_expects(core_model(n.core), AP, late_ms) != WHEN_NEVER);
    night_close(&n);
}

static uint32_t answering(const struct night *n, int64_t now_ms)
{
    return source_state_answering(core_model(n->core), now_ms);
}

/* The boards and status said in three ways how many are there: one that failed was fresh, one that
 * the desk had paused answered. */
static void who_answers_is_told_by_the_same_word_that_is_shown(void **state)
{
    struct night n;
    struct event failed = {
        .type = EVENT_FAILED, .source = AP, .verdict = VERDICT_HTTP_STATUS, .text = SLICE("404")};
    (void)state;
    night_open(&n, list);
    n.sources[AP].stale_after_ms = n.sources[DDHQ].stale_after_ms = 10 * WHEN_MINUTE;
    assert_int_equal(answering(&n, NIGHT_AT(0)), 0);
    night_batch(&n, AP, VOTES("500"), NIGHT_AT(-5)); /* not used before polls close; but it came */
    assert_string_equal(is(&n, AP, NIGHT_AT(-5)), "quarantined");
    assert_int_equal(answering(&n, NIGHT_AT(-5)), 1);
    night_batch(&n, AP, VOTES("500"), NIGHT_AT(1));
    night_batch(&n, DDHQ, VOTES("500"), NIGHT_AT(1));
    assert_int_equal(answering(&n, NIGHT_AT(1)), 2);
    core_apply(n.core, &failed, NIGHT_AT(2), &n.out);
    assert_string_equal(is(&n, AP, NIGHT_AT(2)), "failing");
    assert_int_equal(answering(&n, NIGHT_AT(2)), 1);
    assert_true(night_decide(&n, "source pause", n.sources[DDHQ].name.ptr, "", NIGHT_AT(3)));
    assert_int_equal(answering(&n, NIGHT_AT(3)), 0);
    assert_true(night_decide(&n, "source resume", n.sources[DDHQ].name.ptr, "", NIGHT_AT(3)));
    assert_int_equal(answering(&n, NIGHT_AT(3)), 1);
    failed.verdict = VERDICT_CRASHED;
    core_apply(n.core, &failed, NIGHT_AT(4), &n.out);
    assert_int_equal(answering(&n, NIGHT_AT(4)), 2);
    assert_int_equal(answering(&n, NIGHT_AT(30)), 0); /* what is on air of them is old */
    night_close(&n);
}

static void a_pause_outlives_a_restart(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, list);
    assert_true(night_decided(n.core, 1, "source pause", "ap", ""));
    assert_string_equal(is(&n, AP, NIGHT_AT(2)), "paused");
    assert_true(night_decided(n.core, 2, "source resume", "ap", ""));
    assert_string_equal(is(&n, AP, NIGHT_AT(2)), "waiting");
    night_close(&n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_of_the_table),
        cmocka_unit_test(every_verdict_makes_a_word),
        cmocka_unit_test(through_a_night),
        cmocka_unit_test(a_paused_source_loses_its_place_until_it_is_resumed),
        cmocka_unit_test(a_source_of_a_night_long_over_is_asked_no_more),
        cmocka_unit_test(who_answers_is_told_by_the_same_word_that_is_shown),
        cmocka_unit_test(a_pause_outlives_a_restart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
