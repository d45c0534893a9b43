/* SPDX-License-Identifier: ISC */
/* Documents as dashboards read them: names, nulls, values. */
#include "daemon/core/told.h"
#include "tests/unit/json_check.h"
#include "tests/unit/night.h"

static const char list[] = "endorsement_id,candidate_name,state,office,district,party,race_id,"
                           "seats_to_fill,source_hints,held_by\n"
                           "ann,Ann Archer,GA,State Senate,1,D,ga-ss-1,1,ap=1,R\n"
                           "zoe,\"Zoe \"\"Z\"\" Ünal\",NJ,Mayor,,D,nj-mayor,1,,\n";

#define SENATE(mark)                                                                               \
    "contest 1|State Senate District 1|GA ; stated updated=2026-11-03T19:01:30Z\n"                 \
    "choice 11|Ann Archer|D ; " mark "\nchoice 13|Other One|R\ntotal 500 ? ; units=3/10\n"

static void says(struct slice data, const char *text)
{
    if (!night_says(data, text))
        fail_msg("no %s in %.*s", text, SLICE_FMT(data));
}

static void test_a_race(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, list);
    night_batch(&n, 0, SENATE(""), NIGHT_AT(2));
    struct slice data = night_message(&n, MESSAGE_RACE, 0)->data;
    for (size_t i = 0; i < night_count(&n, MESSAGE_RACE); i++)
        if (slice_is(night_message(&n, MESSAGE_RACE, i)->field, "ga-ss-1"))
            data = night_message(&n, MESSAGE_RACE, i)->data;
    assert_true(json_check(data));
    says(data, "\"race_id\":\"ga-ss-1\",\"state\":\"GA\",\"office\":\"State Senate\"");
    says(data, "\"status\":\"uncalled\",\"flags\":[],\"partial\":false");
    says(data, "\"seats\":1,\"places\":null,\"units_reporting\":3,\"units_total\":10");
    says(data, "\"sources\":[\"ap\"]");
    says(data, "{\"name\":\"Ann Archer\",\"party\":\"D\",\"votes\":500,\"endorsement_id\":\"ann\","
               "\"outcome\":\"pending\"}");
    says(data, "\"votes\":null,\"endorsement_id\":null,\"outcome\":null}");
    night_close(&n);
}

/* Of figures that nobody shows any more: only a daemon that had shown them knew when. */
static void test_a_race_without_figures_has_no_time_of_them(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, list);
    night_batch(&n, 0, SENATE(""), NIGHT_AT(2));
    assert_true(night_decide(&n, "match reject", "ann", "ap", NIGHT_AT(3)));
    says(night_message(&n, MESSAGE_RACE, 0)->data, "\"updated\":null,\"sources\":[]");
    night_batch(&n, 0, SENATE("") "contest 5|Coroner|GA\nchoice 1|A B\ntotal 1\n", NIGHT_AT(4));
    assert_true(night_decide(&n, "match undo", "ann", "ap", NIGHT_AT(5)));
    says(night_message(&n, MESSAGE_RACE, 0)->data, "\"updated\":\"2026-11-03T19:02:00.000Z\"");
    night_close(&n);
}

static void test_a_call_and_its_end(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, list);
    night_batch(&n, 0, SENATE("won"), NIGHT_AT(2));
    const struct message *m = night_message(&n, MESSAGE_CALL, 0);
    assert_true(slice_is(m->channel, "calls:GA") && slice_is(m->snap, "calls"));
    assert_true(slice_is(m->field, "ga-ss-1") && slice_is(m->event_id, "c1"));
    assert_true(slice_is(m->winner, "ann"));
    assert_int_equal(m->score, NIGHT_AT(2));
    says(m->data, "\"id\":\"c1\",\"race_id\":\"ga-ss-1\",\"endorsement_id\":\"ann\",\"candidate\":"
                  "\"Ann Archer\"");
    says(m->data, "\"outcome\":\"won\",\"by\":\"ap\",\"basis\":\"mark\",\"reason\":\"\","
                  "\"called_at\":\"2026-11-03T19:01:30.000Z\",\"totals\":{");
    says(m->data, "\"won\":1,\"lost\":0,");
    says(m->data, "\"flips_from\":{\"Republican\":1},\"win_rate\":{\"num\":1,\"den\":1,\"percent\":"
                  "null}");
    says(m->data, "\"called_by\":{\"ap\":1},\"states_won\":[\"GA\"]");
    says(m->snap_data, "{\"type\":\"call\",\"id\":\"c1\",");
    says(night_message(&n, MESSAGE_TOTALS, 0)->plain, "\nstates_won 1\n");
    night_batch(&n, 0, SENATE(""), NIGHT_AT(3));
    night_unchanged(&n, 0, NIGHT_AT(5));
    m = night_message(&n, MESSAGE_RETRACTION, 0);
    assert_true(slice_is(m->event_id, "r1") && slice_is(m->winner, "ann"));
    says(m->data, "\"outcome\":\"pending\",\"by\":\"ap\"");
    says(m->data, "\"won\":0,\"lost\":0,");
    says(m->data, "\"win_rate\":null");
    says(m->snap_data, "{\"type\":\"retraction\",\"id\":\"r1\",");
    core_snapshot(n.core, NIGHT_AT(6),
                  &n.out); /* the taken back stays told, without a new announcement */
    m = night_message(&n, MESSAGE_RETRACTION, 0);
    assert_int_equal(m->data.len, 0);
    says(m->snap_data, "\"id\":\"r1\"");
    night_close(&n);
}

/* They had the ids that they had had before, and who drops what is known lost them. */
static void test_what_stands_again_and_its_end_have_ids_of_their_own(void **state)
{
    static const struct {
        const char *verb, *target, *argument, *ids, *stands;
    } steps[] = {
        {"mark", "ga-ss-1", "void", "r1 ", ""},
        {"mark", "ga-ss-1", "void off", "c1.3 ", "c1.3 "},
        {"call", "ann", "lost", "r1.3 c5 ", "c5 "},
        {"release", "ga-ss-1", "", "r5 c1.6 ", "c1.6 "},
        {"call", "ann", "won", "c8 ", "c8 "}, /* another authority's */
        {"release", "ga-ss-1", "", "c1.9 ", "c1.9 "},
        {"endorse status", "ann", "withdrawn", "r1.9 ", ""},
        {"endorse status", "ann", "active", "c1.11 ", "c1.11 "},
        {"uncall", "ann", "", "r1.11 ", ""},
    };
    char room[256];
    struct buf ids;
    struct night n;
    (void)state;

    night_open(&n, list);
    buf_init_over(&ids, room, sizeof room);
    night_batch(&n, 0, SENATE("won"), NIGHT_AT(2));
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        if (!night_decide(&n, steps[i].verb, steps[i].target, steps[i].argument,
                          NIGHT_AT(3 + (int)i)))
            fail_msg("%s: %s", steps[i].verb, n.out.err.text);
        buf_clear(&ids);
        for (size_t k = 0; k < n.out.message_count; k++)
            if (n.out.messages[k].event_id.len > 0)
                buf_addf(&ids, "%.*s ", SLICE_FMT(n.out.messages[k].event_id));
        buf_addc(&ids, '\0');
        assert_string_equal(ids.ptr, steps[i].ids);
        buf_clear(&ids);
        const struct model *m = core_model(n.core);
        for (uint32_t k = 0; k < m->told_count; k++)
            if (told_stands(m, k)) {
                const struct documents_event ev = told_event(m, k);
                documents_event_id(&ev, &ids);
                buf_addc(&ids, ' ');
            }
        buf_addc(&ids, '\0');
        assert_string_equal(ids.ptr, steps[i].stands);
    }
    says(night_message(&n, MESSAGE_RETRACTION, 0)->data, "\"takes_back\":\"c1.11\"");
    night_close(&n);
}

/* A feed that says when it called is believed, though its figures are newer. */
static void test_the_feeds_own_time_of_a_call(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, list);
    night_batch(&n, 0,
                "contest 1|State Senate District 1|GA ; stated updated=2026-11-03T19:06:30Z "
                "called=2026-11-03T19:05:40Z\n"
                "choice 11|Ann Archer|D ; won\nchoice 13|Other One|R\ntotal 500 ? ; units=3/10\n",
                NIGHT_AT(7));
    says(night_message(&n, MESSAGE_CALL, 0)->data, "\"called_at\":\"2026-11-03T19:05:40.000Z\"");
    night_close(&n);
}

static void test_matches(void **state)
{
    struct night n;
    struct buf out;
    (void)state;
    night_open(&n, list);
    night_batch(&n, 0, SENATE("won"), NIGHT_AT(2));
    buf_init(&out, 65536);
    documents_matches(core_model(n.core), &out);
    struct slice text = buf_slice(&out), head = {0}, ann = {0}, zoe = {0};
    assert_true(slice_next(&text, '\n', &head) && slice_next(&text, '\n', &ann) &&
                slice_next(&text, '\n', &zoe) && text.len == 0);
    assert_true(
        slice_is(head, "endorsement_id,candidate_name,state,office,district,band,source,contest_id,"
                       "contest,choice_id,choice,party,votes,outcome,why"));
    assert_true(slice_starts(
        ann, SLICE("ann,Ann Archer,GA,State Senate,1,auto,ap,1,State Senate District 1,"
                   "11,Ann Archer,D,500,won,")));
    assert_true(
        slice_starts(zoe, SLICE("zoe,\"Zoe \"\"Z\"\" Ünal\",NJ,Mayor,,none,,,,,,,,pending,")));
    buf_done(&out);
    night_close(&n);
}

/* What a press desk reads: no stray blanks, its own time of day, and every source with words. */
static void test_words_for_people(void **state)
{
    struct night n;
    struct buf out;
    struct err e;
    (void)state;

    night_open(&n, list);
    buf_init(&out, 65536);
    night_batch(&n, 0, SENATE("won"), NIGHT_AT(2));
    night_unchanged(&n, 0, NIGHT_AT(3));
    const struct model *m = core_model(n.core);
    assert_true(documents_explain(m, core_tally(n.core), SLICE("ga-ss-1"), NIGHT_AT(4), &out, &e));
    says(buf_slice(&out), "race ga-ss-1: GA State Senate, district 1; called; 1 seat; polls closed "
                          "at 7:00 p.m. UTC on Nov. 3\n");
    says(buf_slice(&out), "on air: ap: Ann Archer 500; 3 of 10 units reporting\n");
    says(buf_slice(&out),
         "ap: contest 1 \"State Senate District 1\", choice 11 \"Ann Archer\" (D), 500 "
         "votes, marked won; received at 7:02 p.m. UTC on Nov. 3; last payload "
         "unchanged\n");
    says(buf_slice(&out), "claim    1 by ap: won at 7:02 p.m. UTC on Nov. 3 (mark, by their own "
                          "time 7:01 p.m. UTC on Nov. 3)");
    buf_clear(&out);
    assert_true(documents_explain(m, core_tally(n.core), SLICE("zoe"), NIGHT_AT(-4), &out, &e));
    says(buf_slice(&out),
         "race nj-mayor: NJ Mayor; uncalled; 1 seat; calls wait until polls close "
         "at 7:00 p.m. UTC on Nov. 3\non air: nothing yet\nzoe: Zoe \"Z\" Ünal (D)\n");
    buf_clear(&out);
    documents_sources(m, NIGHT_AT(4), false, &out);
    says(buf_slice(&out), "\tunchanged\tnothing new: 304, or the same bytes again\n");
    buf_clear(&out);
    assert_true(documents_races(m, NULL, 0, false, &out, &e));
    says(buf_slice(&out), "\t7:02 p.m. UTC on Nov. 3\n");
    buf_done(&out);
    night_close(&n);
}

/* Two sources with two leaders, and a list that does not say how many seats there are. */
static void test_explain_says_what_is_unclear(void **state)
{
    struct night n;
    struct buf out;
    struct err e;
    (void)state;
    night_open(&n, "endorsement_id,candidate_name,state,office,district,party,source_hints\n"
                   "ann,Ann Archer (Dem),GA,City Council,1,dem,ap=1\n");
    night_batch(&n, 0, SENATE(""), NIGHT_AT(2));
    buf_init(&out, 65536);
    assert_true(documents_explain(core_model(n.core), core_tally(n.core), SLICE("archer"),
                                  NIGHT_AT(4), &out, &e));
    says(buf_slice(&out), "ann: Ann Archer (Dem)\n");
    says(buf_slice(&out), "outcome  unclear: seats_to_fill is not in the list\n");
    buf_clear(&out);
    assert_false(documents_explain(core_model(n.core), core_tally(n.core), SLICE("nobody"),
                                   NIGHT_AT(4), &out, &e));
    assert_int_equal(e.kind, ERR_NO);
    night_close(&n);
    night_open(&n, list);
    night_batch(&n, 0,
                "contest 1|State Senate District 1|GA ; stated\nchoice 11|Ann Archer|D\n"
                "choice 13|Other One|R\ntotal 500 400 ; units=10/10\n",
                NIGHT_AT(2));
    night_batch(&n, 2,
                "contest 1|State Senate District 1|GA ; stated\nchoice 11|Ann Archer|D\n"
                "choice 13|Other One|R\ntotal 400 490 ; units=10/10\n",
                NIGHT_AT(3));
    assert_true(documents_explain(core_model(n.core), core_tally(n.core), SLICE("ann"), NIGHT_AT(4),
                                  &out, &e));
    says(buf_slice(&out), "on air: ap: Ann Archer 500, Other One 400; 10 of 10 units reporting\n"
                          "differs: state has Ann Archer 400, Other One 490\n");
    buf_done(&out);
    night_close(&n);
}

/* The sources whose payloads come first after a restart are others than on the night. */
static void test_explain_has_one_order_of_sources(void **state)
{
    static const uint32_t orders[][4] = {{0, 1, 2, 3}, {3, 2, 1, 0}, {2, 0, 3, 1}};
    static const char *const sources[] = {
        "feed     ap:", "feed     ddhq:", "feed     votes:", "feed     state:"};
    (void)state;

    for (size_t k = 0; k < sizeof orders / sizeof orders[0]; k++) {
        struct night n;
        struct buf out;
        struct err e;
        night_open(&n, list);
        buf_init(&out, 65536);
        for (size_t i = 0; i < 4; i++) /* "state" has a name that may be hers: for review */
            night_batch(&n, orders[k][i],
                        orders[k][i] == 2
                            ? "contest 9|State Senate District 1|GA\nchoice 11|Ann Archar|D\n"
                              "choice 13|Other One|R\ntotal 500 400\n"
                            : SENATE(""),
                        NIGHT_AT(2));
        assert_true(documents_explain(core_model(n.core), core_tally(n.core), SLICE("ann"),
                                      NIGHT_AT(4), &out, &e));
        size_t at = 0;
        for (size_t i = 0; i < 4; i++) {
            size_t found = slice_find(buf_slice(&out), slice_of(sources[i]));
            assert_true(found != SIZE_MAX && found >= at);
            at = found;
        }
        buf_done(&out);
        night_close(&n);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_race),
        cmocka_unit_test(test_a_race_without_figures_has_no_time_of_them),
        cmocka_unit_test(test_a_call_and_its_end),
        cmocka_unit_test(test_what_stands_again_and_its_end_have_ids_of_their_own),
        cmocka_unit_test(test_the_feeds_own_time_of_a_call),
        cmocka_unit_test(test_matches),
        cmocka_unit_test(test_words_for_people),
        cmocka_unit_test(test_explain_says_what_is_unclear),
        cmocka_unit_test(test_explain_has_one_order_of_sources),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
