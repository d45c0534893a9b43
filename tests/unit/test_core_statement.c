/* SPDX-License-Identifier: ISC */
/* The sentence, to the letter. */
#include "tests/unit/night.h"

#include "daemon/core/states.h"
#include "daemon/core/statement.h"

/* Counts of a night as far as the sentence reads them. */
struct counts {
    int64_t endorsed, won, lost, advanced, flips, states, review, nominations;
};

struct fixture {
    struct zone *zone;
    struct settings s;
    struct endorsements list;
    struct model m;
};

static void open_fixture(struct fixture *f)
{
    memset(f, 0, sizeof *f);
    f->zone = night_zone();
    f->s = (struct settings){.zone = f->zone, .date = NIGHT_DATE, .percent_from = 10};
    f->m.settings = &f->s;
    f->m.endorsed = &f->list;
    f->m.last_change_ms = NIGHT_DATE + 22 * WHEN_HOUR + 12 * WHEN_MINUTE;
}

static void says(struct fixture *f, struct counts c, const char *text)
{
    struct tally t = {0};
    struct buf out;

    t.n[TALLY_ENDORSED] = c.endorsed;
    t.n[TALLY_WON] = c.won;
    t.n[TALLY_LOST] = c.lost;
    t.n[TALLY_ADVANCED] = c.advanced;
    t.n[TALLY_CALLED] = c.won + c.lost;
    t.n[TALLY_PENDING] = c.endorsed - c.won - c.lost - c.advanced;
    t.n[TALLY_WON_SEATS] = c.won - c.nominations;
    t.n[TALLY_WON_NOMINATIONS] = c.nominations;
    t.n[TALLY_FLIPS] = c.flips;
    t.n[TALLY_UNDER_REVIEW] = c.review;
    int64_t left = c.states;
    for (size_t i = 0; i < states_count && left > 0; i++)
        if (states[i].one_of_50) {
            t.won_in[i] = 1;
            left--;
        }
    buf_init(&out, 4096);
    statement_write(&f->m, &t, STATEMENT_SHORT, NIGHT_AT(0), &out);
    assert_string_equal(out.ptr, text);
    buf_done(&out);
}

static void test_the_sentence(void **state)
{
    struct fixture f;
    (void)state;
    open_fixture(&f);
    says(&f, (struct counts){222, 129, 64, 9, 36, 23, 0, 0},
         "As of 10:12 p.m. UTC on Nov. 3, 193 of our 222 endorsed candidates' races have been "
         "called: 129 won "
         "(66%), across 23 states, including 36 flips; nine advance to runoffs and 20 remain to be "
         "called.");
    says(&f, (struct counts){222, 129, 64, 9, 36, 23, 2, 0},
         "As of 10:12 p.m. UTC on Nov. 3, 193 of our 222 endorsed candidates' races have been "
         "called: 129 won "
         "(66%) (two under review), across 23 states, including 36 flips; nine advance to runoffs "
         "and 20 remain "
         "to be called.");
    f.s.percent = PERCENT_ONE_DECIMAL;
    says(&f, (struct counts){222, 129, 93, 0, 0, 23, 0, 0},
         "As of 10:12 p.m. UTC on Nov. 3, 222 of our 222 endorsed candidates' races have been "
         "called: 129 won "
         "(58.1%), across 23 states.");
    zone_free(f.zone);
}

static void test_singulars_and_zeros(void **state)
{
    struct fixture f;
    (void)state;
    open_fixture(&f);
    says(&f, (struct counts){4, 1, 0, 1, 1, 1, 0, 0},
         "As of 10:12 p.m. UTC on Nov. 3, one of our four endorsed candidates' races has been "
         "called: one won, in "
         "one state, including one flip; one advances to a runoff and two remain to be called.");
    says(&f, (struct counts){4, 0, 3, 0, 0, 0, 0, 0},
         "As of 10:12 p.m. UTC on Nov. 3, three of our four endorsed candidates' races have been "
         "called; one "
         "remains to be called.");
    says(&f, (struct counts){1, 1, 0, 0, 0, 0, 0, 0},
         "As of 10:12 p.m. UTC on Nov. 3, our one endorsed candidate's race has been called: one "
         "won.");
    says(&f, (struct counts){12, 10, 1, 0, 0, 2, 0, 3},
         "As of 10:12 p.m. UTC on Nov. 3, 11 of our 12 endorsed candidates' races have been "
         "called: seven won "
         "seats and three won nominations, across two states; one remains to be called.");
    zone_free(f.zone);
}

static void test_before_the_first_call(void **state)
{
    struct fixture f;
    (void)state;
    open_fixture(&f);
    says(&f, (struct counts){.endorsed = 222},
         "No races called yet; as of 10:12 p.m. UTC on Nov. 3, 222 of our 222 endorsed candidates' "
         "races remain "
         "to be called.");
    says(&f, (struct counts){.endorsed = 222, .advanced = 2},
         "No races called yet; as of 10:12 p.m. UTC on Nov. 3, two advance to runoffs and 220 of "
         "our 222 endorsed "
         "candidates' races remain to be called.");
    f.m.last_change_ms = WHEN_UNKNOWN;
    f.s.mode = MODE_REHEARSAL;
    says(&f, (struct counts){.endorsed = 5},
         "REHEARSAL: No races called yet; five of our five endorsed candidates' races remain to be "
         "called.");
    f.s.mode = MODE_TEST;
    says(&f, (struct counts){0}, "TEST: No races called yet.");
    zone_free(f.zone);
}

/* A call feed that stopped answering is said to have, by name. */
static void test_staleness_is_said(void **state)
{
    struct night n;
    struct buf out;
    (void)state;
    night_open(&n, "endorsement_id,candidate_name,state,office\nann,Ann Archer,GA,Governor\n");
    n.sources[1].calls = n.sources[2].calls = CALLS_NO;
    for (uint32_t i = 0; i < NIGHT_SOURCES; i++)
        night_unchanged(&n, i, NIGHT_AT(1));
    buf_init(&out, 4096);
    statement_write(core_model(n.core), core_tally(n.core), STATEMENT_SHORT, NIGHT_AT(2), &out);
    assert_false(night_says(buf_slice(&out), "No news"));
    assert_true(core_next_tick(n.core, NIGHT_AT(1)) > NIGHT_AT(10));
    assert_true(core_next_tick(n.core, NIGHT_AT(1)) <= NIGHT_AT(12));
    buf_clear(&out);
    statement_write(core_model(n.core), core_tally(n.core), STATEMENT_SHORT, NIGHT_AT(12), &out);
    assert_true(night_says(buf_slice(&out), " No news from ap since 7:01 p.m. UTC."));
    night_tick(&n, NIGHT_AT(12));
    assert_true(night_says(night_message(&n, MESSAGE_TOTALS, 0)->data, "\"stale\":true"));
    night_unchanged(&n, 0, NIGHT_AT(13));
    assert_true(night_says(night_message(&n, MESSAGE_TOTALS, 0)->data, "\"stale\":false"));
    buf_done(&out);
    night_close(&n);
}

static void now_says(struct night *n, int64_t now_ms, const char *end)
{
    struct buf out;
    buf_init(&out, 4096);
    statement_write(core_model(n->core), core_tally(n->core), STATEMENT_SHORT, now_ms, &out);
    if (out.len < strlen(end) || strcmp(out.ptr + out.len - strlen(end), end) != 0)
        fail_msg("not '%s' at the end of: %s", end, out.ptr);
    buf_done(&out);
}

/* Feeds that never answered are said to have not, and nothing is "as of" then. */
static void test_dead_feeds_are_said(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, "endorsement_id,candidate_name,state,office\nann,Ann Archer,GA,Governor\n");
    for (uint32_t i = 0; i < NIGHT_SOURCES; i++) {
        struct event failed = {.type = EVENT_FAILED, .source = i, .verdict = VERDICT_UNREACHABLE};
        night_apply(&n, &failed, NIGHT_AT(1));
    }
    now_says(&n, NIGHT_AT(2),
             "No races called yet; one remains to be called. No news yet from any of four "
             "sources.");
    core_snapshot(n.core, NIGHT_AT(2), &n.out);
    assert_true(night_says(night_message(&n, MESSAGE_TOTALS, 0)->data, "\"stale\":true"));
    night_unchanged(&n, 1, NIGHT_AT(3));
    assert_true(night_says(night_message(&n, MESSAGE_TOTALS, 0)->statements[0], "yet from ap."));
    night_unchanged(&n, 0, NIGHT_AT(3));
    now_says(&n, NIGHT_AT(3), " No news yet from two of four sources.");
    night_unchanged(&n, 2, NIGHT_AT(3));
    now_says(&n, NIGHT_AT(3), " No news yet from votes.");
    night_unchanged(&n, 3, NIGHT_AT(3));
    now_says(&n, NIGHT_AT(3), "to be called.");
    assert_true(night_says(night_message(&n, MESSAGE_TOTALS, 0)->data, "\"stale\":false"));
    night_close(&n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_sentence),          cmocka_unit_test(test_singulars_and_zeros),
        cmocka_unit_test(test_before_the_first_call), cmocka_unit_test(test_staleness_is_said),
        cmocka_unit_test(test_dead_feeds_are_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
