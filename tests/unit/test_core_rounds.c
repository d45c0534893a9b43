/* SPDX-License-Identifier: ISC */
/* What a win in a primary is, by state and office. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/base/when.h"
#include "daemon/core/rounds.h"

static const struct row {
    const char *state, *office, *type, *party;
    enum endorse_wins wins;
    enum rounds_win win;
} rows[] = {
    {"CA", "state-house", "primary", "", WINS_SEAT, ROUNDS_PLACE},
    {"CA", "state-house", "primary", "", WINS_NOMINATION, ROUNDS_PLACE},
    {"CA", "us-house", "Primary", "", WINS_SEAT, ROUNDS_PLACE},
    {"WA", "sheriff", "primary", "", WINS_SEAT, ROUNDS_PLACE},
    {"WA", "city-council", "primary", "", WINS_SEAT, ROUNDS_PLACE},
    {"AK", "governor", "primary", "", WINS_SEAT, ROUNDS_PLACE},
    {"NE", "state-senate", "primary", "", WINS_SEAT, ROUNDS_PLACE},
    {"NE", "state-legislature", "primary", "", WINS_SEAT, ROUNDS_PLACE},
    {"NE", "board-of-regents", "primary", "", WINS_SEAT, ROUNDS_PLACE},
    /* a majority elects, or nobody knows */
    {"CA", "sheriff", "primary", "", WINS_SEAT, ROUNDS_EITHER},
    {"CA", "superior-court", "primary", "", WINS_SEAT, ROUNDS_EITHER},
    {"CA", "state-superintendent", "primary", "", WINS_SEAT, ROUNDS_EITHER},
    {"CA", "president", "primary", "", WINS_SEAT, ROUNDS_EITHER},
    {"CA", NULL, "primary", "", WINS_SEAT, ROUNDS_EITHER},
    {"WA", "superior-court", "primary", "", WINS_SEAT, ROUNDS_EITHER},
    {"MI", "mayor", "primary", "", WINS_SEAT, ROUNDS_EITHER},
    {"GA", "state-senate", "primary", "", WINS_SEAT, ROUNDS_EITHER},
    /* a majority elects, and is marked so */
    {"LA", "governor", "primary", "", WINS_SEAT, ROUNDS_FINAL},
    {"LA", "us-house", "primary", "", WINS_SEAT, ROUNDS_FINAL}, /* before 2026 */
    /* it is the list's word what is won */
    {"CA", "state-house", "general", "", WINS_SEAT, ROUNDS_FINAL},
    {"CA", "state-house", "", "", WINS_SEAT, ROUNDS_FINAL},
    {"CA", "president", "primary", "D", WINS_NOMINATION, ROUNDS_FINAL},
    {"GA", "state-senate", "primary", "D", WINS_NOMINATION, ROUNDS_FINAL},
    {"GA", "state-senate", "primary", "", WINS_NOMINATION, ROUNDS_FINAL},
    {"GA", "state-senate", "special", "", WINS_SEAT, ROUNDS_FINAL},
};

static void a_primary_that_only_narrows_the_field_elects_nobody(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct row *r = &rows[i];
        const struct endorsement e = {.state = slice_of(r->state),
                                      .election_type = slice_of(r->type),
                                      .contest_party = slice_of(r->party),
                                      .wins = r->wins};
        const struct office_class *class = r->office ? office_class_named(r->office) : NULL;
        if (rounds_win(&e, class) != r->win)
            fail_msg("%s %s: %d", r->state, r->office ? r->office : "-", rounds_win(&e, class));
    }
}

/* Whether a party's or of all together: a mark in it is no win by guess. */
static void a_primary_of_nobody_knows_whom_may_be_either(void **state)
{
    struct endorsement e = {.state = SLICE("MI"),
                            .election_type = SLICE("primary"),
                            .party = SLICE("Democratic"),
                            .wins = WINS_NOMINATION,
                            .primary_unsaid = true};
    (void)state;

    assert_int_equal(rounds_win(&e, office_class_named("mayor")), ROUNDS_EITHER);
    assert_true(rounds_is_unsaid(&e, office_class_named("mayor")) && rounds_is_unsaid(&e, NULL));
    e.contest_party = SLICE("Democratic");
    assert_false(rounds_is_unsaid(&e, NULL));
    assert_int_equal(rounds_win(&e, NULL), ROUNDS_FINAL);
}

/* A runoff too: but for what follows the general election, and for towns. */
static void a_runoff_may_be_a_partys(void **state)
{
    static const struct row {
        const char *state, *date, *office, *party;
        bool unsaid;
    } runoffs[] = {
        {"TX", "2026-05-26", "state-house", "R", true},
        {"TX", "2026-05-26", "sheriff", "R", true},
        {"GA", "2026-06-16", "us-senate", "D", true},
        {"GA", "2026-06-16", "us-senate", "", false},
        {"GA", "2026-12-01", "us-senate", "D", false},
        {"TX", "2026-01-31", "state-senate", "D", false},
        {"TX", "2026-06-06", "mayor", "D", false},
        {"TX", "2026-06-06", NULL, "D", false},
        {"FL", "2026-06-06", "state-house", "D", false}, /* it has none */
        {"LA", "2026-06-27", "us-house", "R", true},
        {"LA", "2026-06-27", "state-supreme-court", "R", true},
        {"LA", "2026-06-27", "sheriff", "R", false}, /* ... but for these */
        {"LA", "2026-12-12", "us-house", "R", false},
    };
    (void)state;

    for (size_t i = 0; i < sizeof runoffs / sizeof *runoffs; i++) {
        const struct row *r = &runoffs[i];
        struct endorsement e = {.state = slice_of(r->state),
                                .election_type = SLICE("runoff"),
                                .party = slice_of(r->party)};
        const struct office_class *class = r->office ? office_class_named(r->office) : NULL;
        assert_true(when_parse_day(slice_of(r->date), &e.date));
        if (rounds_is_unsaid(&e, class) != r->unsaid)
            fail_msg("%s %s %s", r->state, r->date, r->office ? r->office : "-");
        assert_int_equal(rounds_win(&e, class), ROUNDS_FINAL);
        e.contest_party = SLICE("Democratic");
        assert_false(rounds_is_unsaid(&e, class));
    }
}

/* Louisiana's parties nominate for Congress and three offices more, from 2026 on; for president
 * parties nominate everywhere. Where all stand in one primary, the person's party is nobody's. */
static void who_is_nominated_by_a_party(void **state)
{
    static const struct nomination {
        const char *state, *date, *office;
        bool nominating, unsaid, goes_on;
    } all[] = {
        {"LA", "2026-05-16", "us-senate", true, true, false},
        {"LA", "2026-05-16", "state-supreme-court", false, true, false},
        {"LA", "2024-11-05", "us-senate", false, false, true},
        {"LA", "2027-10-09", "governor", false, false, true},
        {"LA", "2026-05-16", NULL, false, false, true},
        {"CA", "2028-03-07", "president", true, true, false},
        {"CA", "2026-06-02", "us-house", false, false, true},
        {"NE", "2026-05-12", "state-senate", false, false, true},
        {"NE", "2026-05-12", "governor", true, true, false},
        {"NE", "2026-05-12", NULL, false, true, false},
        {"GA", "2026-05-19", "state-house", true, true, false},
    };
    (void)state;

    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        const struct nomination *r = &all[i];
        struct endorsement e = {.state = slice_of(r->state),
                                .election_type = SLICE("primary"),
                                .party = SLICE("Republican")};
        const struct office_class *class = r->office ? office_class_named(r->office) : NULL;
        assert_true(when_parse_day(slice_of(r->date), &e.date));
        if (rounds_is_nominating(&e, class) != r->nominating ||
            rounds_is_unsaid(&e, class) != r->unsaid || rounds_goes_on(&e, class) != r->goes_on)
            fail_msg("%s %s %s", r->state, r->date, r->office ? r->office : "-");
    }
}

static void votes_are_ranked_by_law(void **state)
{
    static const struct ranking {
        const char *state, *type, *office;
        bool ranked;
    } all[] = {
        {"ME", "general", "us-house", true},     {"ME", "", "us-senate", true},
        {"ME", "primary", "governor", true},     {"ME", "general", "governor", false},
        {"AK", "general", "state-senate", true}, {"AK", "primary", "us-house", false},
        {"AK", "general", "mayor", false},       {"GA", "general", "us-house", false},
        {"ME", "general", NULL, false},          {"ME", "general", "president", true},
        {"ME", "primary", "president", true},    {"GA", "general", "president", false},
    };
    (void)state;

    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        const struct ranking *r = &all[i];
        const struct endorsement e = {.state = slice_of(r->state),
                                      .election_type = slice_of(r->type)};
        const struct office_class *class = r->office ? office_class_named(r->office) : NULL;
        if (rounds_is_ranked(&e, class) != r->ranked)
            fail_msg("%s %s %s", r->state, r->type, r->office ? r->office : "-");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_primary_that_only_narrows_the_field_elects_nobody),
        cmocka_unit_test(a_primary_of_nobody_knows_whom_may_be_either),
        cmocka_unit_test(a_runoff_may_be_a_partys),
        cmocka_unit_test(who_is_nominated_by_a_party),
        cmocka_unit_test(votes_are_ranked_by_law),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
