/* SPDX-License-Identifier: ISC */
/* What one source alone would bring: its matches, races and gaps, as text and as JSON. */
#include "tests/unit/night.h"

#include "daemon/base/jsonw.h"
#include "tests/unit/json_check.h"

static const char list[] = "endorsement_id,candidate_name,state,office,district,status\n"
                           "ann,Ann Archer,GA,State Senate,1,\n"
                           "bo,Bo Day,GA,State Senate,2,\n"
                           "cy,Cy Early,GA,State Senate,3,\n"
                           "gone,Gus Fell,GA,State Senate,4,withdrawn\n"
                           "dot,Dot Eames,TX,State Senate,5,\n";

static const char payload[] =
    "contest 1|State Senate District 1|GA\nchoice 11|Ann Archer|D\ntotal 5\nchoice 12|Al Fox|R\n"
    "contest 2|State Senate|GA\nchoice 21|Bo Day|D\ntotal 7\n";

static void says(struct slice text, const char *part)
{
    if (!night_says(text, part))
        fail_msg("no %s in %.*s", part, SLICE_FMT(text));
}

static void a_source_that_says_nothing_of_ours_has_no_tables(void **state)
{
    struct night n;
    struct buf b;
    struct documents_trial count;
    (void)state;

    night_open(&n, "endorsement_id,candidate_name,state,office\nzed,Zoe Zed,OH,Mayor\n");
    buf_init(&b, 1 << 20);
    night_batch(&n, 3, payload, NIGHT_AT(2));
    documents_trial(core_model(n.core), NULL, &b);
    assert_int_equal(b.len, 0);
    documents_trial_count(core_model(n.core), &count);
    assert_int_equal(count.matched + count.review + count.races + count.called, 0);
    buf_done(&b);
    night_close(&n);
}

static void matches_races_and_whom_it_lacks(void **state)
{
    struct night n;
    struct buf b;
    struct documents_trial count;
    struct jsonw j;
    (void)state;

    night_open(&n, list);
    buf_init(&b, 1 << 20);
    night_batch(&n, 3, payload, NIGHT_AT(2));
    documents_trial(core_model(n.core), NULL, &b);
    struct slice text = buf_slice(&b);
    assert_true(slice_starts(text, SLICE("matches\nendorsement_id\tcandidate_name\tband\t")));
    says(text, "\nann\tAnn Archer\tauto\tState Senate District 1\tAnn Archer\tD\t5\t\tname ");
    says(text, "\nbo\tBo Day\treview\tState Senate\tBo Day\tD\t7\t\t");
    says(text, "\n\nraces\nrace_id\treporting\t");
    says(text, "\tAnn Archer\tD\t5\tann\t");
    says(text, "\n\nmissing\nendorsement_id\t");
    says(text, "\ncy\tCy Early\tGA\tState Senate\t3\n");
    assert_false(night_says(text, "gone")); /* it does not count */
    assert_false(night_says(text, "dot"));  /* none of its state's */
    documents_trial_count(core_model(n.core), &count);
    assert_int_equal(count.matched, 1);
    assert_int_equal(count.review, 1);
    assert_int_equal(count.races, 1);
    assert_int_equal(count.called, 0);
    assert_int_equal(count.missing, 1);

    buf_clear(&b);
    jsonw_init(&j, &b);
    jsonw_object(&j, NULL);
    documents_trial(core_model(n.core), &j, &b);
    jsonw_object_end(&j);
    text = buf_slice(&b);
    assert_true(json_check(text));
    says(text, "{\"matches\":[{\"endorsement_id\":\"ann\",");
    says(text, "\"votes\":5,\"mark\":\"\"");
    says(text, "],\"races\":[{\"race_id\":\"");
    says(text, "\"choice\":\"Al Fox\",\"party\":\"R\",\"votes\":null,\"ours\":\"\"");
    says(text, "],\"missing\":[{\"endorsement_id\":\"cy\"");
    buf_done(&b);
    night_close(&n);
}

static void the_contest_alone_the_flags_and_how_much_is_in(void **state)
{
    struct night n;
    struct buf b;
    (void)state;

    night_open(&n, "endorsement_id,candidate_name,state,office,district,source_hints\n"
                   "ann,Ann Archer,GA,State Senate,1,\nbo,Bo Day,GA,State Senate,2,votes=2\n");
    buf_init(&b, 1 << 20);
    night_batch(&n, 3,
                "contest 1|State Senate District 1|GA\nchoice 11|Ann Archer|D\n"
                "choice 12|Al Fox|R\ntotal 500 90; units=3/10\n"
                "contest 2|State Senate|GA\nchoice 21\nchoice 22\ntotal 7 6\n",
                NIGHT_AT(2));
    night_batch(&n, 3,
                "contest 1|State Senate District 1|GA\nchoice 11|Ann Archer|D\n"
                "choice 12|Al Fox|R\ntotal 100 90; units=4/-1\n"
                "contest 2|State Senate|GA\nchoice 21\nchoice 22\ntotal 7 6\n",
                NIGHT_AT(2) + WHEN_MINUTE);
    documents_trial(core_model(n.core), NULL, &b);
    struct slice text = buf_slice(&b);
    says(text, "\nbo\tBo Day\treview\tState Senate\t\t\t\t\t");
    says(text, "\t3 of 10\tAnn Archer\tD\t500\tann\tunclear\t");
    says(text, "in_doubt");
    buf_done(&b);
    night_close(&n);
}

static void one_of_a_state_lacks_that_states(void **state)
{
    struct night n;
    struct documents_trial count;
    (void)state;

    night_open(&n, list);
    documents_trial_count(core_model(n.core), &count);
    assert_int_equal(count.missing, 0); /* it has nothing, and nobody said of where */
    n.sources[3].state = SLICE("TX");
    documents_trial_count(core_model(n.core), &count);
    assert_int_equal(count.missing, 1);
    night_close(&n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_source_that_says_nothing_of_ours_has_no_tables),
        cmocka_unit_test(matches_races_and_whom_it_lacks),
        cmocka_unit_test(the_contest_alone_the_flags_and_how_much_is_in),
        cmocka_unit_test(one_of_a_state_lacks_that_states),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
