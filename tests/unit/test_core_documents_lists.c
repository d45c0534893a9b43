/* SPDX-License-Identifier: ISC */
/* Lists as people ask for them: races by words, what is still to be called and why, matches in
 * review and decided, corrections, totals by rows. */
#include "tests/unit/night.h"

#include "daemon/core/documents_filter.h"
#include "tests/unit/json_check.h"

static const char list[] =
    "endorsement_id,candidate_name,state,office,district,seat,party,race_id,seats_to_fill,county,"
    "counties,jurisdiction,held_by,tags,status\n"
    "ann,Ann Archer,GA,State Senate,1,,D,ga-ss-1,1,,,,R,labor,active\n"
    "bob,Bob Baker,GA,Sheriff,,,D,ga-sheriff,1,Cobb,,,,,active\n"
    "cat,Cat Cole,NJ,Mayor,,,D,nj-mayor,1,,,Elm,,women|labor,active\n"
    "dan,Dan Dorn,GA,School Board,2,B,D,ga-sb,1,Cobb,,Cobb,,,withdrawn\n"
    "jon,Jon Jay,PA,State Senate,10,,D,pa-ss-10,1,,Berks|York,,,,active\n";

#define SENATE(mark)                                                                               \
    "contest 1|State Senate District 1|GA ; stated\nchoice 11|Ann Archer|D ; " mark                \
    "\nchoice 13|Other One|R\ntotal 500 400 ; units=3/10\n"
#define SHERIFF(votes)                                                                             \
    "contest 4|Sheriff|GA|Cobb\nchoice 41|Bob Baker|D\nchoice 42|Else One|R\ntotal " votes "\n"
#define COUNTIES                                                                                   \
    "contest 3|State Senate District 10|PA\nchoice 31|Jon Jay|D\nchoice 32|Else One|R\n"           \
    "county 42001|Berks ; 5 8\n"

struct lists {
    struct night n;
    struct buf out;
    struct err e;
};

static int set_up(void **state)
{
    static struct lists l;

    night_open(&l.n, list);
    l.n.sources[3].covers_county = true;
    l.n.sources[3].state = SLICE("PA");
    l.n.sources[3].county = SLICE("Berks");
    night_anew(&l.n);
    buf_init(&l.out, 1 << 20);
    night_batch(&l.n, 0, SENATE("won"), NIGHT_AT(2));
    night_batch(&l.n, 2, SHERIFF("70 60"), NIGHT_AT(3));
    night_batch(&l.n, 3, COUNTIES, NIGHT_AT(4));
    *state = &l;
    return 0;
}

static int tear_down(void **state)
{
    struct lists *l = *state;

    buf_done(&l->out);
    night_close(&l->n);
    return 0;
}

static void says(const struct lists *l, const char *text)
{
    if (!night_says(buf_slice(&l->out), text))
        fail_msg("no %s in %.*s", text, SLICE_FMT(buf_slice(&l->out)));
}

/* The ids of the races that fit, with blanks between; the error's text when none does. */
static struct slice races(struct lists *l, const char *words)
{
    struct slice filters[4], rest = slice_of(words), line, id;
    size_t n = 0;

    while (slice_next(&rest, ' ', &filters[n]))
        n++;
    buf_clear(&l->out);
    if (!documents_races(core_model(l->n.core), filters, n, false, &l->out, &l->e))
        return slice_of(l->e.text);
    struct slice ids = {"", 0}, text = buf_slice(&l->out);
    slice_next(&text, '\n', &line);
    while (slice_next(&text, '\n', &line)) {
        slice_next(&line, '\t', &id);
        ids = arena_printf(l->n.a, "%.*s%s%.*s", SLICE_FMT(ids), ids.len ? " " : "", SLICE_FMT(id));
    }
    return ids;
}

static void words_choose_races(void **state)
{
    struct lists *l = *state;
    static const char *const rows[][2] = {
        {"", "ga-ss-1 ga-sheriff nj-mayor ga-sb pa-ss-10"},
        {"state:ga", "ga-ss-1 ga-sheriff ga-sb"},
        {"state:PA", "pa-ss-10"},
        {"state:Pennsylvania", "pa-ss-10"},
        {"state:new_jersey", "nj-mayor"},
        {"status:called", "ga-ss-1"},
        {"status:won", "ga-ss-1"},
        {"status:leading", "ga-sheriff"},
        {"status:unclear", "pa-ss-10"},
        {"status:withdrawn", "ga-sb"},
        {"status:no_results", "nj-mayor"},
        {"office:school", "ga-sb"}, /* a level */
        {"office:senate", "ga-ss-1 pa-ss-10"},
        {"flip:yes", "ga-ss-1"},
        {"flip:no", "ga-sheriff nj-mayor ga-sb pa-ss-10"},
        {"tag:labor", "ga-ss-1 nj-mayor"},
        {"tag:labor state:NJ", "nj-mayor"},
        {"flag:partial", "pa-ss-10"},
        {"elm", "nj-mayor"},
        {"BAKER", "ga-sheriff"}, /* a name */
        {"cat", "nj-mayor"},     /* an id */
        {"ga-ss", "ga-ss-1"},
        {"10", "pa-ss-10"},
        {"B state:GA", "ga-sheriff ga-sb"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct slice ids = races(l, rows[i][0]);
        if (!slice_is(ids, rows[i][1]))
            fail_msg("%s: %.*s, not %s", rows[i][0], SLICE_FMT(ids), rows[i][1]);
    }
}

/* What is no filter, or no value of one, names those there are. */
static void other_words_are_refused_with_what_there_is(void **state)
{
    struct lists *l = *state;
    static const struct {
        const char *words, *says;
        enum err_kind kind;
    } rows[] = {
        {"nobody", "none of 5 races fits that", ERR_NO},
        {"flip:maybe", "'maybe' is not one of yes, no", ERR_USAGE},
        {"state:Georgian", "'Georgian' is not one of AL, AK, ", ERR_USAGE},
        {"status:n_results",
         "is not one of uncalled, partly_called, called, pending, won, lost, advanced, leading, "
         "trailing, unclear, no_results, withdrawn, disqualified, not_on_ballot, postponed",
         ERR_USAGE},
        {"status:w_n", "'w_n' is not one of", ERR_USAGE},
        {"status:no-results", "'no-results' is not one of", ERR_USAGE},
        {"flag:doubt", "frozen, under_review, disagreement", ERR_USAGE},
        {"stat:GA", "did you mean 'stat", ERR_USAGE},
        {"zzzzzzzz:1", "'zzzzzzzz:1' is no filter: state:", ERR_USAGE},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct slice text = races(l, rows[i].words);
        if (!night_says(text, rows[i].says))
            fail_msg("%s: %.*s", rows[i].words, SLICE_FMT(text));
        assert_int_equal(l->e.kind, rows[i].kind);
    }
    const struct model *m = core_model(l->n.core);
    assert_false(documents_filter_fits(m, &m->races[0], SLICE("colour:red")));
}

static void races_have_a_line_each(void **state)
{
    struct lists *l = *state;

    races(l, "");
    says(l, "ga-ss-1\tGA\tState Senate\t\t1\tcalled\tann\tAnn Archer 500 won\t3/10\tap\t\t");
    says(l, "pa-ss-10\tPA\tState Senate\t\t10\tuncalled\tjon\tJon Jay 5 unclear\t\t1 of 2 "
            "counties\tpartial\t");
    says(l, "nj-mayor\tNJ\tMayor\tElm\t\tuncalled\tcat\tCat Cole no results\t\t\t\tnever\n");
    buf_clear(&l->out);
    assert_true(documents_races(core_model(l->n.core), NULL, 0, true, &l->out, &l->e));
    assert_true(json_check(slice_trim(buf_slice(&l->out))));
}

static void todo(struct lists *l, int minute)
{
    buf_clear(&l->out);
    assert_true(documents_todo(core_model(l->n.core), NIGHT_AT(minute), false, l->n.a, &l->out));
}

/* Nobody has called it: why? The surest first. */
static void what_is_open_says_why(void **state)
{
    struct lists *l = *state;

    todo(l, 5);
    assert_false(night_says(buf_slice(&l->out), "\tann\t")); /* it is called */
    says(l, "units\tmargin\tpercent\tstanding\t");
    says(l, "\t+10\t7.69\tleading\tGA\tBob Baker\tSheriff\t\tbob\tcounting\t\t\n");
    says(l, "\t\t\tunclear\tPA\tJon Jay\tState Senate\t10\tjon\t1 of 2 counties\t\tpartial\n");
    says(l, "\t\t\tno results\tNJ\tCat Cole\tMayor\t\tcat\tno feed has it\t\t\n");
    todo(l, -1);
    says(l, "\tbob\tpolls are open\t\t\n");
    night_batch(&l->n, 2, SHERIFF("70 70"), NIGHT_AT(5));
    todo(l, 5);
    says(l, "+0\t0.00\tunclear\tGA\tBob Baker\tSheriff\t\tbob\ta tie\t\t\n");
    night_batch(&l->n, 2, SHERIFF("700 600"), NIGHT_AT(6));
    night_batch(&l->n, 2, SHERIFF("0 600"), NIGHT_AT(7));
    todo(l, 7);
    says(l, "\tbob\tfigures in doubt\t\tin_doubt\n");
    buf_clear(&l->out);
    assert_true(documents_todo(core_model(l->n.core), NIGHT_AT(7), true, l->n.a, &l->out));
    assert_true(json_check(slice_trim(buf_slice(&l->out))));
    says(l, "\"id\":\"bob\",\"why\":\"figures in doubt\",\"primary\":\"\"");
}

/* "counting", it said, and a later as_of. */
static void figures_whose_feed_does_not_answer_are_old_and_no_newer(void **state)
{
    struct lists *l = *state;
    const struct model *m;

    night_batch(&l->n, 2, SHERIFF("700 600"), NIGHT_AT(6));
    m = core_model(l->n.core);
    assert_int_equal(m->last_change_ms, NIGHT_AT(6));
    night_tick(&l->n, NIGHT_AT(30));
    assert_true(night_race(&l->n, "bob")->flags & RACE_STALE);
    assert_int_equal(m->last_change_ms, NIGHT_AT(6));
    bool told = false;
    for (size_t i = 0; i < l->n.out.message_count; i++)
        told |= l->n.out.messages[i].type == MESSAGE_RACE &&
                night_says(l->n.out.messages[i].data, "\"Bob Baker\"") &&
                night_says(l->n.out.messages[i].data, "\"stale\"");
    assert_true(told);
    todo(l, 30);
    says(l, "\tbob\tfigures are old: their source does not answer\t\tstale\n");
    buf_clear(&l->out);
    documents_winners(m, &l->out);
    says(l, ",checked_at,stale\r\n");
    says(l, ",2026-11-03T19:06:00.000Z,yes\r\n");
    const struct documents_table of = {.now_ms = NIGHT_AT(30)};
    buf_clear(&l->out);
    assert_true(documents_public(m, &of, l->n.a, &l->out, &l->e));
    says(l, ",checked_at,stale\r\n");
    says(l, "2026-11-03T19:06:00.000Z,yes\r\n");
    night_unchanged(&l->n, 2, NIGHT_AT(31));
    assert_int_equal(m->last_change_ms, NIGHT_AT(6));
    todo(l, 31);
    says(l, "\tbob\tcounting\t\t\n");
}

/* A list without seats, two of ours in one race, votes that are not stated. */
static void reasons_that_are_rare(void **state)
{
    struct lists *l = *state;

    night_close(&l->n);
    night_open(&l->n, "endorsement_id,candidate_name,state,office,district,race_id,seats_to_fill,"
                      "county\n"
                      "ann,Ann Archer,GA,City Council,1,council,,Cobb\n"
                      "bob,Bob Baker,GA,State Senate,2,senate,2,\n"
                      "cat,Cat Cole,GA,State Senate,2,senate,2,\n"
                      "dan,Dan Dorn,GA,State House,3,house,1,\n"
                      "eve,Eve Ernst,GA,State House,4,fourth,1,\n"
                      "fay,Fay Flint,GA,State House,5,fifth,1,\n"
                      "gil,Gil Grant,GA,State House,6,sixth,2,\n");
    night_batch(&l->n, 0,
                "contest 1|City Council District 1|GA|Cobb\nchoice 11|Ann Archer\nchoice 12|Else "
                "One\ntotal 5 4\n"
                "contest 2|State Senate District 2|GA\nchoice 21|Bob Baker ; won\nchoice 22|Cat "
                "Cole\nchoice 23|Else Two\ntotal 9 8 7 ; units=9/9\n"
                "contest 3|State House|GA\nchoice 31|Dan Dorn\nchoice 32|Else Three\ntotal 5 4\n"
                "contest 4|State House District 4|GA\nchoice 41|Eve Ernst\nchoice 42|Else "
                "Four\ntotal 0 0 ; units=0/9\n"
                "contest 5|State House District 5|GA\nchoice 51|Fay Flint\nchoice 52|Else "
                "Five\ntotal 7 ? ; units=9/9\n"
                "contest 6|State House District 6|GA\nchoice 61|Gil Grant\nchoice 62|Else "
                "Six\nchoice 63|Else Seven\nchoice 64|Write-in| ; write-in\ntotal 7 6 6 ? ; "
                "units=9/9\n",
                NIGHT_AT(1));
    todo(l, 2);
    says(l, "\tann\tseats unknown\t\t\n");
    says(l, "\tcat\tothers in it are called\t\t\n");
    says(l, "\tdan\tits match is in review\t\t\n");
    says(l, "\teve\tno votes yet\t\t\n");
    says(l, "\tfay\tunclear by these votes\t\t\n");
    says(l, "9/9\t+1\t5.26\tleading\tGA\tGil Grant\tState House\t6\tgil\tcounted in full and not "
            "called\t\t\n");
    struct slice text = buf_slice(&l->out);
    assert_true(slice_find(text, SLICE("\tgil\t")) < slice_find(text, SLICE("\teve\t")));
    assert_true(slice_find(text, SLICE("\teve\t")) < slice_find(text, SLICE("\tann\t")));
}

/* Whether it is a mismatch is seen by where the contest is, and by who else stands in it. */
static void what_waits_says_where_it_is_and_who_else_is_in_it(void **state)
{
    struct lists *l = *state;
    const struct model *m = core_model(l->n.core);

    night_batch(&l->n, 1,
                "contest 8|State Senate|PA\nchoice 1|Jon Jay|D\nchoice 2|Else One|R\nchoice "
                "3|Either|Or\nchoice 4|No Figure\ntotal 4 3 30 ?\n",
                NIGHT_AT(5));
    documents_match_list(m, false, &l->out);
    says(l, "\tPA\t4\tEither (Or): 30|Else One (R): 3|No Figure\tdistrict 10\n");
    buf_clear(&l->out);
    night_batch(&l->n, 1, "contest 9|State Senate|PA|Adams\nchoice 1|Jon Jay|D\ntotal 4\n",
                NIGHT_AT(6));
    documents_match_list(m, false, &l->out);
    says(l, "\tPA/Adams\t4\t\tdistrict 10\n");
    buf_clear(&l->out);
    documents_match_list(m, true, &l->out);
    assert_true(json_check(slice_trim(buf_slice(&l->out))));
    says(l, "\"place\":\"PA/Adams\",\"votes\":\"4\",\"others\":\"\"");
}

static void matches_wait_or_stand_decided(void **state)
{
    struct lists *l = *state;
    const struct model *m = core_model(l->n.core);

    night_batch(&l->n, 1,
                "contest 8|State Senate|PA\nchoice 1|Jon Jay|D\nchoice 2|Else One|R\ntotal 4 3\n",
                NIGHT_AT(5));
    documents_match_list(m, false, &l->out);
    says(l, "endorsement_id\tcandidate_name\toffice\tsource\tcontest\tchoice\tparty\twhy\trace_id\t"
            "place\tvotes\tothers\tlisted\n"
            "jon\tJon Jay\tState Senate\tddhq\tState Senate\tJon Jay\tD\t");
    assert_true(night_decide(&l->n, "match accept", "jon", "ddhq jay", NIGHT_AT(6)));
    buf_clear(&l->out);
    documents_match_list(m, true, &l->out);
    assert_true(slice_is(slice_trim(buf_slice(&l->out)), "[]"));
    buf_clear(&l->out);
    documents_match_decisions(m, false, &l->out);
    says(l, "number\tdecided\tby\twhat\t");
    says(l, "-03T19:06:00.000Z\tmaria\taccept\tstands\tjon\tddhq\t\t8\tState Senate\t1\tJon "
            "Jay\tD\tthe clerk said so\t\t\n");
    buf_clear(&l->out);
    documents_match_decisions(m, true, &l->out);
    assert_true(json_check(slice_trim(buf_slice(&l->out))));
    says(l, "\"what\":\"accept\",\"state\":\"stands\",\"endorsement_id\":\"jon\"");
}

/* A file to keep left out what no longer stood: a line that was taken off the air had no trace. */
static void what_was_decided_and_undone_is_listed_too(void **state)
{
    struct lists *l = *state;
    const struct model *m = core_model(l->n.core);

    night_batch(&l->n, 1,
                "contest 8|State Senate|PA\nchoice 1|Jon Jay|D\nchoice 2|Else One|R\ntotal 4 3\n",
                NIGHT_AT(5));
    assert_true(night_decide(&l->n, "match accept", "jon", "ddhq jay", NIGHT_AT(6)));
    assert_true(night_decide(&l->n, "match reject", "jon", "ddhq jay", NIGHT_AT(7)));
    assert_true(night_decide(&l->n, "match undo", "jon", "", NIGHT_AT(8)));
    assert_true(night_decide(&l->n, "match accept", "jon", "ddhq jay", NIGHT_AT(9)));
    documents_match_decisions(m, false, &l->out);
    says(l, "19:06:00.000Z\tmaria\taccept\treplaced\tjon\tddhq\t");
    says(l, "19:07:00.000Z\tmaria\treject\tundone by ");
    says(l, "19:08:00.000Z\tmaria\tundo\tundo\tjon\tddhq\t");
    says(l, "19:09:00.000Z\tmaria\taccept\tstands\tjon\tddhq\t");
}

static void corrections_are_told_the_latest_first(void **state)
{
    struct lists *l = *state;
    const struct model *m = core_model(l->n.core);

    documents_corrections(m, false, &l->out);
    assert_true(slice_is(buf_slice(&l->out), "No corrections.\n"));
    assert_true(night_decide(&l->n, "call", "bob", "won", NIGHT_AT(5)));
    assert_true(night_decide(&l->n, "uncall", "bob", "", NIGHT_AT(6)));
    buf_clear(&l->out);
    documents_corrections(m, false, &l->out);
    says(l, "1 correction, the latest first.\n7:06 p.m. UTC on Nov. 3: Bob Baker, Sheriff, GA: was "
            "won, then pending. desk: the clerk said so.\n");
    assert_true(night_decide(&l->n, "endorse status", "jon", "disqualified", NIGHT_AT(7)));
    buf_clear(&l->out);
    documents_corrections(m, false, &l->out);
    says(l, "2 corrections, the latest first.\n7:07 p.m. UTC on Nov. 3: Jon Jay, State Senate "
            "10, PA: was active, then disqualified. desk: the clerk said so.\n7:06");
    buf_clear(&l->out);
    documents_corrections(m, true, &l->out);
    assert_true(json_check(slice_trim(buf_slice(&l->out))));
}

/* The same numbers in every shape. */
static void totals_come_in_rows(void **state)
{
    struct lists *l = *state;
    const struct model *m = core_model(l->n.core);

    for (int by = DOCUMENTS_ALL; by <= DOCUMENTS_TAG; by++) {
        buf_clear(&l->out);
        assert_true(documents_totals_rows(m, (enum documents_by)by, true, l->n.a, &l->out));
        assert_true(json_check(slice_trim(buf_slice(&l->out))));
        buf_clear(&l->out);
        assert_true(documents_totals_rows(m, (enum documents_by)by, false, l->n.a, &l->out));
        says(l, by == DOCUMENTS_ALL     ? "\nendorsed\t4\n"
                : by == DOCUMENTS_STATE ? "\nGA\t2\t1\t1\t0\t0\t1\t1\t0\t0\t0\t1\t2\t1\n"
                : by == DOCUMENTS_LEVEL ? "\nstate\t2\t1\t1\t"
                                        : "\nlabor\t2\t1\t1\t");
    }
}

/* They were in totals.json alone. */
static void totals_have_the_season_and_whom_flips_are_from(void **state)
{
    struct lists *l = *state;

    assert_true(
        documents_totals_rows(core_model(l->n.core), DOCUMENTS_ALL, false, l->n.a, &l->out));
    says(l, "\nflips_from Republican\t1\nseason won_seats\t1\n");
}

/* A flip was counted, and why could not be seen. */
static void explain_says_by_which_words_of_the_list_a_win_is_a_flip(void **state)
{
    struct lists *l = *state;
    const struct model *m = core_model(l->n.core);

    assert_true(
        documents_explain(m, core_tally(l->n.core), SLICE("ann"), NIGHT_AT(20), &l->out, &l->e));
    says(l, ", at_most\n  because  the list says held_by = R (flips)\n");
    buf_clear(&l->out);
    assert_true(
        documents_explain(m, core_tally(l->n.core), SLICE("bob"), NIGHT_AT(20), &l->out, &l->e));
    assert_false(night_says(buf_slice(&l->out), "because"));
}

static void explain_of_a_part_of_a_name(void **state)
{
    struct lists *l = *state;
    const struct model *m = core_model(l->n.core);
    const struct tally *t = core_tally(l->n.core);

    assert_false(documents_explain(m, t, SLICE("c"), NIGHT_AT(5), &l->out, &l->e));
    assert_true(night_says(slice_of(l->e.text), "'c' fits 2; give one of these ids:"));
    assert_true(night_says(slice_of(l->e.text), "\n  cat  Cat Cole, NJ Mayor"));
    assert_false(documents_explain(m, t, SLICE(""), NIGHT_AT(5), &l->out, &l->e));
    assert_int_equal(l->e.kind, ERR_NO);
    assert_true(documents_explain(m, t, SLICE("pa-ss-10"), NIGHT_AT(5), &l->out, &l->e));
    says(l, "race pa-ss-10: PA State Senate, district 10; uncalled, partial; 1 seat; ");
    says(l, "on air: 1 of 2 counties, summed: Jon Jay 5, Else One 8\n");
    night_batch(&l->n, 1,
                "contest 8|State Senate|PA\nchoice 1|Jon Jay|D\nchoice 2|Else One|R\ntotal ? 3\n",
                NIGHT_AT(6));
    assert_true(night_decide(&l->n, "freeze", "", "", NIGHT_AT(7)));
    buf_clear(&l->out);
    assert_true(documents_explain(m, t, SLICE("jon"), NIGHT_AT(8), &l->out, &l->e));
    says(l, "desk: 2  freeze");
    says(l, "feed     ddhq: contest 8 \"State Senate\", choice 1 \"Jon Jay\" (D), not on air: its "
            "match is in review; received");
}

/* Only of sources that make calls, have answered, and could have it. */
static void what_a_call_feed_lacks_is_named(void **state)
{
    struct lists *l = *state;
    const struct model *m = core_model(l->n.core);

    documents_unmatched(m, &l->out);
    assert_true(slice_is(buf_slice(&l->out),
                         "source ap makes calls and has no match for 3 of 5: bob, cat, jon\n"
                         "source state makes calls and has no match for 3 of 5: ann, cat, jon\n"));
    l->n.sources[2].state = SLICE("ga");
    core_free(l->n.core);
    night_core(&l->n);
    m = core_model(l->n.core);
    night_batch(&l->n, 2, SHERIFF("70 60"), NIGHT_AT(3));
    night_batch(&l->n, 0,
                "contest 4|Sheriff|GA|Cobb\nchoice 41|Bob Baker|D\nchoice 42|Else One|R\n"
                "total 70 60\n"
                "contest 8|State Senate|PA\nchoice 1|Jon Jay|D\nchoice 2|Else One|R\ntotal 4 3\n",
                NIGHT_AT(3));
    buf_clear(&l->out);
    documents_unmatched(m, &l->out);
    assert_true(slice_is(buf_slice(&l->out),
                         "source ap makes calls and has no match for 2 of 5: ann, cat\n"
                         "source state makes calls and has no match for 1 of 5: ann\n"));
}

/* More than five are only counted. */
static void the_first_few_of_many_are_named(void **state)
{
    struct lists *l = *state;

    night_close(&l->n);
    night_open(&l->n, "endorsement_id,candidate_name,state,office,district,seats_to_fill\n"
                      "a,Ann Archer,GA,State House,1,1\nb,Bob Baker,GA,State House,2,1\n"
                      "c,Cat Cole,GA,State House,3,1\nd,Dan Dorn,GA,State House,4,1\n"
                      "e,Eve Ernst,GA,State House,5,1\nf,Fay Flint,GA,State House,6,1\n"
                      "g,Gil Grant,GA,State House,7,1\n");
    night_batch(&l->n, 0,
                "contest 1|State House District 1|GA\nchoice 1|Ann Archer\nchoice 2|Else One\n"
                "total 1 2\n",
                NIGHT_AT(1));
    documents_unmatched(core_model(l->n.core), &l->out);
    says(l, "no match for 6 of 7: b, c, d, e, f, ...\n");
    buf_clear(&l->out);
    assert_false(documents_explain(core_model(l->n.core), core_tally(l->n.core), SLICE("ga"),
                                   NIGHT_AT(2), &l->out, &l->e));
    assert_true(night_says(slice_of(l->e.text), "'ga' fits 7; give one of these ids:"));
    night_batch(&l->n, 0,
                "contest 1|State House District 1|GA\nchoice 1|Ann Archer\nchoice 2|Else One\n"
                "total 1 2\ncontest 2|State House District 2|GA\nchoice 1|Bob Baker\nchoice 2|Else "
                "Two\ntotal 1 2\n",
                NIGHT_AT(2));
    night_batch(&l->n, 0,
                "contest 2|State House District 2|GA\nchoice 1|Bob Baker\nchoice 2|Else "
                "Two\ntotal 1 2\n",
                NIGHT_AT(3));
    races(l, "a");
    documents_matches(core_model(l->n.core), &l->out);
    says(l, "a,Ann Archer,GA,State House,1,auto,ap,1,");
}

/* More than ten that fit are only counted, too. */
static void many_that_fit_a_word(void **state)
{
    struct lists *l = *state;
    struct buf csv;

    night_close(&l->n);
    buf_init(&csv, 65536);
    buf_addz(&csv, "endorsement_id,candidate_name,state,office,district,race_id\n");
    for (int i = 1; i <= 12; i++)
        buf_addf(&csv, "id%d,Ann Archer %d,GA,State House,%d,r%d\n", i, i, i, i);
    night_open(&l->n, csv.ptr);
    buf_done(&csv);
    const struct model *m = core_model(l->n.core);
    const struct tally *t = core_tally(l->n.core);
    assert_false(documents_explain(m, t, SLICE("archer"), NIGHT_AT(2), &l->out, &l->e));
    assert_true(night_says(slice_of(l->e.text), "fits 12; give one of these ids, or more letters"));
    assert_false(night_says(slice_of(l->e.text), "id11"));
    assert_false(documents_explain(m, t, SLICE("r"), NIGHT_AT(2), &l->out, &l->e));
    assert_false(night_says(slice_of(l->e.text), "r11"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(words_choose_races, set_up, tear_down),
        cmocka_unit_test_setup_teardown(other_words_are_refused_with_what_there_is, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(races_have_a_line_each, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_open_says_why, set_up, tear_down),
        cmocka_unit_test_setup_teardown(figures_whose_feed_does_not_answer_are_old_and_no_newer,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(reasons_that_are_rare, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_waits_says_where_it_is_and_who_else_is_in_it, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(matches_wait_or_stand_decided, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_was_decided_and_undone_is_listed_too, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(corrections_are_told_the_latest_first, set_up, tear_down),
        cmocka_unit_test_setup_teardown(totals_come_in_rows, set_up, tear_down),
        cmocka_unit_test_setup_teardown(totals_have_the_season_and_whom_flips_are_from, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(explain_says_by_which_words_of_the_list_a_win_is_a_flip,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_a_call_feed_lacks_is_named, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_first_few_of_many_are_named, set_up, tear_down),
        cmocka_unit_test_setup_teardown(many_that_fit_a_word, set_up, tear_down),
        cmocka_unit_test_setup_teardown(explain_of_a_part_of_a_name, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
