/* SPDX-License-Identifier: ISC */
/* Coverage: nobody of the list is left out, and who asks for a person comes first. */
#include "tests/unit/night.h"

#include "tests/unit/json_check.h"

static const char list[] =
    "endorsement_id,candidate_name,state,office,district,status,source_hints,watched_by\n"
    "ann,Ann Archer,GA,State Senate,1,,,\n"
    "bo,Bo \"Bix\" Day,GA,State Senate,2,,,\n"
    "cy,Cy Early,GA,State Senate,3,,,\n"
    "gone,Gus Fell,GA,State Senate,4,withdrawn,,\n"
    "dot,Dot Eames,GA,State Senate,5,,,Maria Ruiz\n";

static struct slice coverage(struct night *n, bool json, struct buf *out)
{
    out->len = 0;
    documents_coverage(core_model(n->core), json, out);
    assert_false(out->failed);
    return buf_slice(out);
}

static void says(struct slice text, const char *word)
{
    if (!night_says(text, word))
        fail_msg("no %s in %.*s", word, SLICE_FMT(text));
}

static void each_is_matched_in_review_or_in_no_feed(void **state)
{
    struct night n;
    struct buf b;
    (void)state;

    night_open(&n, list);
    buf_init(&b, 1 << 20);
    struct slice text = coverage(&n, false, &b);
    says(text, "none\tann\tAnn Archer\tGA\tState Senate\t1\tactive\t\tnone of 4 sources has shown "
               "contests yet");
    assert_false(night_says(text, "gone"));

    night_batch(&n, 0,
                "contest 1|State Senate District 1|GA\nchoice 11|Ann Archer|D\ntotal 5\n"
                "contest 2|State Senate|GA\nchoice 21|Bo Day|D\ntotal 5\n",
                NIGHT_AT(2));
    night_batch(&n, 3, "contest x|State Senate 1|GA\nchoice 11|Ann Archer|D\ntotal 5\n",
                NIGHT_AT(2));
    text = coverage(&n, false, &b);
    says(text, "\nreview\tbo\tBo \"Bix\" Day\tGA\tState Senate\t2\tactive\tap: State Senate\t");
    says(text, "\nmatched\tann\tAnn Archer\tGA\tState Senate\t1\tactive\t"
               "ap: State Senate District 1 | votes: State Senate 1\t\t\n");
    says(text, "note\twatched_by\nnone\tcy\tCy Early\tGA\tState Senate\t3\tactive\t\tno contest "
               "fits, of those that 2 of 4 sources show");

    text = coverage(&n, true, &b);
    assert_true(json_check(slice_trim(text)));
    says(text, "\"coverage\":\"matched\",\"endorsement_id\":\"ann\"");
    says(text, "\"where\":[{\"source\":\"ap\",\"contest_id\":\"1\",\"contest\":\"State Senate "
               "District 1\",\"county\":\"\"},{\"source\":\"votes\"");
    says(text, "\"coverage\":\"none\",\"endorsement_id\":\"cy\"");
    says(text, "\"where\":[],\"note\":\"no contest fits, of those that 2 of 4 ");
    buf_done(&b);
    night_close(&n);
}

/* A contest that is no longer in its feed covers nobody. */
static void a_contest_that_is_gone_covers_nobody(void **state)
{
    struct night n;
    struct buf b;
    (void)state;

    night_open(&n, list);
    buf_init(&b, 1 << 20);
    night_batch(&n, 0,
                "contest 1|State Senate District 1|GA\nchoice 11|Ann Archer|D\ntotal 5\n"
                "contest 9|Mayor|GA\nchoice 91|Zed Zoe|D\ntotal 5\n",
                NIGHT_AT(2));
    says(coverage(&n, false, &b), "matched\tann");
    night_batch(&n, 0, "contest 9|Mayor|GA\nchoice 91|Zed Zoe|D\ntotal 5\n", NIGHT_AT(3));
    says(coverage(&n, false, &b), "none\tann");
    buf_done(&b);
    night_close(&n);
}

/* What no feed calls, a person has to watch: who, or that nobody is named. */
static void who_watches_by_hand_is_told(void **state)
{
    static const char nobody[] = "nobody is named to watch it by hand (watched_by in the list)\t\n";
    struct night n;
    struct buf b;
    char want[200];
    (void)state;

    night_open(&n, list);
    buf_init(&b, 1 << 20);
    night_batch(&n, 3,
                "contest x|State Senate 1|GA\nchoice 11|Ann Archer|D\ntotal 5\n"
                "contest y|State Senate 5|GA\nchoice 51|Dot Eames|D\ntotal 5\n",
                NIGHT_AT(2)); /* votes, and no calls */
    struct slice text = coverage(&n, false, &b);
    says(text, "votes: State Senate 5\tin no feed that makes calls; watched by hand by Maria "
               "Ruiz\tMaria Ruiz\n");
    snprintf(want, sizeof want, "votes: State Senate 1\tin no feed that makes calls; %s", nobody);
    says(text, want);
    snprintf(want, sizeof want, "source_hints tells where it is; %s", nobody);
    says(text, want);
    says(coverage(&n, true, &b), "by Maria Ruiz\",\"watched_by\":\"Maria Ruiz\"}");
    night_batch(&n, 0, "contest y|State Senate 5|GA\nchoice 51|Dot Eames|D\ntotal 5\n",
                NIGHT_AT(3));
    says(coverage(&n, false, &b), "ap: State Senate 5 | votes: State Senate 5\t\tMaria Ruiz\n");
    buf_done(&b);
    night_close(&n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_is_matched_in_review_or_in_no_feed),
        cmocka_unit_test(a_contest_that_is_gone_covers_nobody),
        cmocka_unit_test(who_watches_by_hand_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
