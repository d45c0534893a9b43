/* SPDX-License-Identifier: ISC */
/* Calls at their edges: what counts as gone and as seen again, who takes a seat, and when. */
#include "tests/unit/night.h"

/* Three of ours for one seat; four races of one feed. */
static const char list[] =
    "endorsement_id,candidate_name,state,office,district,race_id,seats_to_fill,source_hints,"
    "status\n"
    "ann,Ann Archer,GA,State Senate,1,ss-1,1,ap=1|state=1,active\n"
    "bob,Bob Baker,GA,State Senate,1,ss-1,1,ap=1|state=1,active\n"
    "cy,Cy Cole,GA,State Senate,1,ss-1,1,ap=1|state=1,active\n"
    "eve,Eve Eden,GA,State House,2,sh-2,1,ap=2,active\n"
    "fay,Fay Ford,GA,State House,3,sh-3,1,ap=3,active\n"
    "gus,Gus Gray,GA,State House,4,sh-4,1,ap=4,active\n"
    "hal,Hal Hill,GA,Coroner,,coroner,1,ap=5,unopposed\n"
    "ivy,Ivy Inn,GA,Sheriff,,sheriff,1,ap=6,active\n"
    "jo,Jo Jones,GA,Sheriff,,sheriff,1,ap=6,withdrawn\n";

#define SENATE(ann)                                                                                \
    "contest 1|State Senate District 1|GA ; stated\nchoice 11|Ann Archer| ; " ann                  \
    "\nchoice 12|Bob Baker\nchoice 13|Cy Cole\ntotal 9 5 4\n"
#define HOUSE(n, name, mark)                                                                       \
    "contest " n "|State House District " n "|GA ; stated\nchoice 1|" name "| ; " mark             \
    "\nchoice 2|Other One\ntotal 7 6\n"
#define HOUSES(mark)                                                                               \
    HOUSE("2", "Eve Eden", mark) HOUSE("3", "Fay Ford", mark) HOUSE("4", "Gus Gray", mark)

enum { AP, DDHQ, STATE };

/* ---- gone, and seen again ---- */

static void three_marks_gone_in_one_race_are_one_race(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, list);
    night_batch(&n, AP, SENATE("won"), NIGHT_AT(1));
    outcome_is(&n, "ann", OUTCOME_WON);
    outcome_is(&n, "cy", OUTCOME_LOST);
    night_batch(&n, AP, SENATE(""), NIGHT_AT(2));
    assert_int_equal(core_model(n.core)->fading_count, 3);
    assert_int_equal(n.out.note_count, 0);
    night_unchanged(&n, AP, NIGHT_AT(4));
    outcome_is(&n, "ann", OUTCOME_PENDING);
    outcome_is(&n, "cy", OUTCOME_PENDING);
    night_close(&n);
}

/* From one of ours to another who stands before them in the list: that one's word is as old as the
 * retraction that lets it in, not older. */
static void a_win_that_moves_up_the_list_is_called(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, list);
    night_batch(&n, AP,
                "contest 1|State Senate District 1|GA ; stated\nchoice 11|Ann Archer\n"
                "choice 12|Bob Baker\nchoice 13|Cy Cole| ; won\ntotal 9 5 4\n",
                NIGHT_AT(1));
    outcome_is(&n, "cy", OUTCOME_WON);
    night_batch(&n, AP, SENATE("won"), NIGHT_AT(2));
    night_unchanged(&n, AP, NIGHT_AT(4));
    outcome_is(&n, "ann", OUTCOME_WON);
    outcome_is(&n, "bob", OUTCOME_LOST);
    outcome_is(&n, "cy", OUTCOME_LOST);
    night_close(&n);
}

static void a_minute_is_enough(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, list);
    night_batch(&n, AP, SENATE("won"), NIGHT_AT(1));
    night_batch(&n, AP, SENATE(""), NIGHT_AT(2));
    night_unchanged(&n, AP, NIGHT_AT(3) - 1);
    outcome_is(&n, "ann", OUTCOME_WON);
    night_unchanged(&n, AP, NIGHT_AT(3));
    outcome_is(&n, "ann", OUTCOME_PENDING);
    night_close(&n);
}

static void a_hold_leaves_what_was_gone_before_it(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, list);
    night_batch(&n, AP, SENATE("won") HOUSES("won"), NIGHT_AT(1));
    night_batch(&n, AP, SENATE("") HOUSES("won"), NIGHT_AT(2));
    night_batch(&n, AP, SENATE("") HOUSES(""), NIGHT_AT(2) + 30 * WHEN_SECOND);
    assert_int_equal(n.out.note_count, 1);
    assert_int_equal(n.out.notes[0].verdict, VERDICT_CALLS_VANISHED);
    night_unchanged(&n, AP, NIGHT_AT(9));
    outcome_is(&n, "ann", OUTCOME_PENDING);
    outcome_is(&n, "eve", OUTCOME_WON);
    outcome_is(&n, "gus", OUTCOME_WON);
    night_close(&n);
}

/* A payload, or no news, of one file of the first source. */
static void file_event(struct night *n, uint32_t file, const char *text, int64_t now_ms)
{
    struct results batch = {0};
    struct event ev = {.type = text ? EVENT_BATCH : EVENT_UNCHANGED,
                       .file = file,
                       .digest = {++n->serial, file},
                       .received_ms = now_ms};

    if (text) {
        batch = batch_of(n->a, text);
        ev.batch = &batch;
    }
    night_apply(n, &ev, now_ms);
}

static void another_file_of_the_source_is_no_second_sight(void **state)
{
    static const struct slice files[2];
    struct night n;
    (void)state;
    night_open(&n, list);
    core_free(n.core);
    n.sources[AP].files = files;
    n.sources[AP].file_count = 2;
    night_core(&n);
    file_event(&n, 0, SENATE("won"), NIGHT_AT(1));
    file_event(&n, 1, HOUSES("won"), NIGHT_AT(1));
    file_event(&n, 0, SENATE(""), NIGHT_AT(2));
    file_event(&n, 1, HOUSES("won") "\n", NIGHT_AT(4));
    outcome_is(&n, "ann", OUTCOME_WON);
    file_event(&n, 1, NULL, NIGHT_AT(5));
    outcome_is(&n, "ann", OUTCOME_WON);
    file_event(&n, 0, NULL, NIGHT_AT(6));
    outcome_is(&n, "ann", OUTCOME_PENDING);
    outcome_is(&n, "eve", OUTCOME_WON);
    night_close(&n);
}

/* A mark that is cleared has not moved: it may come back, and other marks go on counting. */
static void a_cleared_official_mark_silences_nobody(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, list);
    night_batch(&n, STATE, "facts status=3\n" SENATE("won"), NIGHT_AT(1));
    outcome_is(&n, "ann", OUTCOME_WON);
    night_batch(&n, STATE, "facts status=3\n" SENATE(""), NIGHT_AT(2));
    night_unchanged(&n, STATE, NIGHT_AT(4));
    outcome_is(&n, "ann", OUTCOME_PENDING);
    assert_false(core_model(n.core)->feeds[STATE].advisory);
    assert_false(night_race(&n, "ann")->flags & RACE_CONFLICT);
    night_batch(&n, STATE, "facts status=3\n" SENATE("won"), NIGHT_AT(5));
    outcome_is(&n, "ann", OUTCOME_WON);
    night_close(&n);
}

/* Nor does a file that says it is not yet official: its marks say nothing, neither way. */
static void an_official_mark_that_is_silent_has_not_moved(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, list);
    night_batch(&n, STATE, "facts status=3\n" SENATE("won"), NIGHT_AT(1));
    night_batch(&n, STATE, "facts status=1\n" SENATE("won"), NIGHT_AT(2));
    night_unchanged(&n, STATE, NIGHT_AT(4));
    outcome_is(&n, "ann", OUTCOME_WON);
    assert_false(core_model(n.core)->feeds[STATE].advisory);
    night_close(&n);
}

/* ---- who takes a seat ---- */

static uint32_t claims_for(const struct night *n, const char *id)
{
    return core_model(n->core)->standings[night_index(n, id)].claim_count;
}

static void the_withdrawn_take_no_seat_and_no_claim(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, list);
    night_batch(&n, AP,
                "contest 6|Sheriff|GA ; stated uncontested\nchoice 61|Jo Jones|\n"
                "choice 62|Ivy Inn|\ntotal 0 5\n",
                NIGHT_AT(1));
    assert_int_equal(night_race(&n, "ivy")->contest_count, 1);
    outcome_is(&n, "ivy", OUTCOME_WON);
    assert_int_equal(claims_for(&n, "jo"), 0);
    night_close(&n);

    night_open(&n, list); /* ... not even when a feed still calls it for them */
    night_batch(&n, AP,
                "contest 6|Sheriff|GA ; stated\nchoice 61|Jo Jones| ; won\n"
                "choice 62|Ivy Inn|\ntotal 9 5\n",
                NIGHT_AT(1));
    outcome_is(&n, "ivy", OUTCOME_LOST);
    outcome_is(&n, "jo", OUTCOME_PENDING);
    assert_int_equal(claims_for(&n, "jo"), 0);
    night_close(&n);
}

static void a_few_write_ins_are_no_conflict(void **state)
{
#define CORONER(votes)                                                                             \
    "contest 5|Coroner|GA ; stated\nchoice 51|Hal Hill|\nchoice 52|Write-in| ; write-in\n"         \
    "total 90 " votes "\n"
    struct night n;
    (void)state;
    night_open(&n, list);
    night_batch(&n, AP, CORONER("0"), NIGHT_AT(1));
    outcome_is(&n, "hal", OUTCOME_WON);
    night_batch(&n, AP, CORONER("3"), NIGHT_AT(2));
    outcome_is(&n, "hal", OUTCOME_PENDING);
    assert_false(night_race(&n, "hal")->flags & RACE_CONFLICT);
    night_close(&n);
    night_open(&n, list); /* nor do they keep a call from counting in full */
    night_batch(&n, AP,
                "contest 5|Coroner|GA ; stated\nchoice 51|Hal Hill| ; won\n"
                "choice 52|Write-in| ; write-in\ntotal 90 3\n",
                NIGHT_AT(1));
    outcome_is(&n, "hal", OUTCOME_WON);
    assert_int_equal(core_tally(n.core)->n[TALLY_AT_LEAST], 1);
    night_close(&n);
#undef CORONER
}

/* ---- when ---- */

static void a_call_is_never_of_the_future(void **state)
{
#define CALLED(when)                                                                               \
    "contest 1|State Senate District 1|GA ; stated called=" when                                   \
    "\nchoice 11|Ann Archer| ; won\nchoice 19|Other One\ntotal 9 5\n"
    static const struct {
        const char *text;
        int64_t is;
    } rows[] = {
        {CALLED("2026-11-03T19:00:30Z"), NIGHT_AT(0) + 30 * WHEN_SECOND},
        {CALLED("2026-11-03T19:01:00Z"), NIGHT_AT(1)},
        {CALLED("2026-11-03T19:01:01Z"), WHEN_UNKNOWN},
        {CALLED("2027-11-03T19:01:00Z"), WHEN_UNKNOWN},
    };
    struct night n;
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        night_open(&n, list);
        night_batch(&n, AP, rows[i].text, NIGHT_AT(1));
        outcome_is(&n, "ann", OUTCOME_WON);
        const struct model *m = core_model(n.core);
        const struct standing *st = &m->standings[night_index(&n, "ann")];
        assert_int_equal(m->claims[st->claim].called_at_ms, rows[i].is);
        assert_int_equal(m->claims[st->claim].at_ms, NIGHT_AT(1));
        night_close(&n);
    }
#undef CALLED
}

/* A tick at the moment itself must not ask for another one at the same moment. */
static void the_next_tick_lies_ahead(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, list);
    night_tick(&n, NIGHT_AT(0) - 1);
    assert_int_equal(core_next_tick(n.core, NIGHT_AT(0) - 1), NIGHT_AT(0));
    night_tick(&n, NIGHT_AT(0));
    assert_true(core_next_tick(n.core, NIGHT_AT(0)) > NIGHT_AT(0));
    night_batch(&n, AP, SENATE(""), NIGHT_AT(1));
    for (int64_t now = NIGHT_AT(1), k = 0; k < 20 && now < WHEN_NEVER; k++) {
        int64_t next = core_next_tick(n.core, now);
        assert_true(next > now);
        now = next;
        if (now < WHEN_NEVER)
            night_tick(&n, now);
    }
    night_close(&n);
}

/* ---- people ---- */

static void one_name_in_two_states_is_two_people(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, "endorsement_id,candidate_name,state,office,race_id\n"
                   "a,Ann Lee,GA,Sheriff,r1\n"
                   "b,Ann Lee,NJ,Sheriff,r2\n"
                   "c,ANN LEE,GA,Coroner,r3\n");
    const struct standing *st = core_model(n.core)->standings;
    assert_int_equal(st[0].person, 0);
    assert_int_equal(st[1].person, 1);
    assert_int_equal(st[2].person, 0);
    night_close(&n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(three_marks_gone_in_one_race_are_one_race),
        cmocka_unit_test(a_win_that_moves_up_the_list_is_called),
        cmocka_unit_test(a_minute_is_enough),
        cmocka_unit_test(a_hold_leaves_what_was_gone_before_it),
        cmocka_unit_test(another_file_of_the_source_is_no_second_sight),
        cmocka_unit_test(a_cleared_official_mark_silences_nobody),
        cmocka_unit_test(an_official_mark_that_is_silent_has_not_moved),
        cmocka_unit_test(the_withdrawn_take_no_seat_and_no_claim),
        cmocka_unit_test(a_few_write_ins_are_no_conflict),
        cmocka_unit_test(a_call_is_never_of_the_future),
        cmocka_unit_test(the_next_tick_lies_ahead),
        cmocka_unit_test(one_name_in_two_states_is_two_people),
    };
    return cmocka_run_group_tests_name("core_retract", tests, NULL, NULL);
}
