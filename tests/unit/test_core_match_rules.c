/* SPDX-License-Identifier: ISC */
/* What a person decided is known again where it was meant, and nowhere else; and which decisions
 * fall when another comes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "daemon/base/text.h"
#include "daemon/core/match_rules.h"
#include "tests/unit/core_match_help.h"

#define LIST                                                                                       \
    "candidate_name,state,office,district,endorsement_id\n"                                        \
    "Ann Poe,GA,State House,12,a\n"                                                                \
    "Ben Roe,GA,State House,14,b\n"                                                                \
    "Bo Day,GA,State House,14,d\n"

static struct match_rule rule_of(struct arena *a, struct match_decision d)
{
    return (struct match_rule){.d = d,
                               .source = 0,
                               .text = text_fold_copy(d.contest_text, a),
                               .choice = text_fold_copy(d.choice_name, a),
                               .stands = true};
}

/* ---- contests ---- */

/* Decided of the contest with id 1 in Cobb; what the feed has now. */
static const struct {
    const char *was, *is, *id, *county;
    bool here;
} contests[] = {
    {"State House District 12", "State House District 12", "1", "Cobb", true},
    {"State House District 12", "STATE HOUSE DISTRICT 12", "1", "COBB", true},
    {"State House District 12", "State House Dist. 12 (Vote For 1)", "1", "Cobb", true},
    {"State House District 12", "State House District 12", "2", "Cobb", true},
    {"State House District 12", "State House Dist. 12", "2", "Cobb", false},
    {"State House District 12", "State House District 12", "1", "Fulton", false},
    {"State House District 12", "State House District 12", "1", "", false},
    {"State House District 12", "State Senate District 12", "1", "Cobb", false},
    {"State House District 12", "State House District 13", "1", "Cobb", false},
    {"DEM US Senate", "REP US Senate", "1", "Cobb", false},
    {"DEM US Senate", "US Senate", "1", "Cobb", false},
    {"DEM US Senate", "US Senate - Democratic", "1", "Cobb", true},
    {"Cobb School Board", "Cobb School Board - Unexpired Term", "1", "Cobb", false},
    {"City of Clinton Mayor", "Town of Clinton Mayor", "1", "Cobb", false},
    {"Mayor - Clinton", "Mayor - Clinton Heights", "1", "Cobb", false},
    {"Mayor - Clinton Heights", "Mayor - Clinton", "1", "Cobb", false},
    {"Court of Appeals, Place 3", "Court of Appeals, District 3", "1", "Cobb", false},
    {"County Commission District 2", "County Commission District 2, Post 1", "1", "Cobb", false},
    {"County Commission District 2, Post 1", "County Commission District 2", "1", "Cobb", false},
    {"Ward 1 Ward 2 Ward 3 Ward 4 Ward 5 Ward 6 Ward 7",
     "Ward 1 Ward 2 Ward 3 Ward 4 Ward 5 Ward 6 Ward 8", "1", "Cobb", false},
    {"City Council District 3 Ward 2", "City Council District 2 Ward 3", "1", "Cobb", false},
    {"City Council District 3 Ward 2", "City Council Ward 2, District 3", "1", "Cobb", true},
    {"School Board, 2 Year Term", "School Board, 4 Year Term", "1", "Cobb", false},
    {"School Board, 2 Year Term", "SCHOOL BOARD (2 Year Term)", "1", "Cobb", true},
    {"", "", "1", "Cobb", true},
    {"", "", "2", "Cobb", false}, /* nothing but the id was ever known of it */
};

static bool is_here(struct night *n, const struct match_rule *r, const struct feed_contest *c)
{
    return match_rule_here(&n->m, r, c, text_fold_copy(c->text, n->a), n->a);
}

static void contests_are_known_again(void **state)
{
    int wrong = 0;
    (void)state;

    for (size_t i = 0; i < sizeof(contests) / sizeof(contests[0]); i++) {
        struct night n;
        night_open(&n, LIST);
        struct match_rule r = rule_of(n.a, (struct match_decision){
                                               .county = SLICE("Cobb"),
                                               .contest_id = SLICE("1"),
                                               .contest_text = slice_of(contests[i].was),
                                           });
        struct feed_contest *c = contest_of(&n, 0, contests[i].id, contests[i].is, "Ann Poe");
        c->county = slice_of(contests[i].county);
        if (is_here(&n, &r, c) != contests[i].here) {
            print_error("%s, now %s\n", contests[i].was, contests[i].is);
            wrong++;
        }
        if (contests[i].here) {
            r.stands = false;
            assert_false(is_here(&n, &r, c));
            r.stands = true;
            c->source = 1;
            assert_false(is_here(&n, &r, c));
        }
        night_close(&n);
    }
    assert_int_equal(wrong, 0);
}

static void another_countys_contest_of_the_text_is_no_rival(void **state)
{
    struct night n;
    (void)state;

    night_open(&n, LIST);
    n.m.feeds = arena_array(n.a, n.settings.source_count, sizeof(*n.m.feeds));
    struct map *map = n.m.feeds[0].contests = map_new(100, true);
    struct match_rule r = rule_of(n.a, (struct match_decision){
                                           .county = SLICE("Cobb"),
                                           .contest_id = SLICE("1"),
                                           .contest_text = SLICE("Sheriff"),
                                       });
    struct feed_contest *c = contest_of(&n, 0, "2", "Sheriff", "Ann Poe");
    struct feed_contest *other = contest_of(&n, 0, "3", "Sheriff", "Ann Poe");
    c->county = SLICE("Cobb");
    other->county = SLICE("Fulton");
    assert_true(map_put(map, SLICE("c"), c) && map_put(map, SLICE("other"), other));
    assert_true(is_here(&n, &r, c));
    other->county = SLICE("COBB");
    assert_false(is_here(&n, &r, c));
    other->gone = true;
    assert_true(is_here(&n, &r, c));
    map_free(map);
    night_close(&n);
}

/* ---- choices ---- */

static const struct {
    const char *id, *name; /* decided */
    const char *choices;
    int which; /* the one it is; -1: none */
} choices[] = {
    {"x1", "Ann Poe", "#x1:Ann Poe|#x2:Bo Day", 0},
    {"x1", "Ann Poe", "#x1:Bo Day|#x2:ANN POE", 1},
    {"x1", "Ann Poe", "#x1:Poe, Ann (I)|#x2:Bo Day", 0},
    {"x1", "Ann Poe", "#x9:Poe, Ann (I)|#x2:Bo Day", -1}, /* other words and another id */
    {"x1", "Ann Poe", "#x1:Zed Moon|#x2:Bo Day", -1},
    {"x1", "Ann Poe", "#x1:|#x2:", 0},
    {"x1", "", "#x1:Ann Poe|#x2:Bo Day", 0},
    {"x1", "Ann Poe", "#x1:Ann Poe|#x2:Ann Poe", 0}, /* of two the id tells */
    {"x9", "Ann Poe", "#x1:Ann Poe|#x2:Ann Poe", -1},
    {"", "Ann Poe", "#x1:Ann Poe|#x2:Bo Day", 0},
    {"", "Ann Poe", "#:|#x2:Bo Day", -1}, /* no id is no one's id */
    {"", "Ann Poe", "#:Poe, Ann|#x2:Bo Day", -1},
};

static void choices_are_known_again(void **state)
{
    struct night n;
    (void)state;

    night_open(&n, LIST);
    for (size_t i = 0; i < sizeof(choices) / sizeof(choices[0]); i++) {
        struct match_rule r = rule_of(n.a, (struct match_decision){
                                               .choice_id = slice_of(choices[i].id),
                                               .choice_name = slice_of(choices[i].name),
                                           });
        struct feed_contest *c = contest_of(&n, 0, "1", "Sheriff", choices[i].choices);
        for (uint32_t k = 0; k < c->choice_count; k++)
            if (match_rule_choice(&r, c, k, n.a) != ((int)k == choices[i].which))
                fail_msg("row %zu, choice %u", i, k);
    }
    struct match_rule all = rule_of(n.a, (struct match_decision){.verb = MATCH_REJECT});
    struct feed_contest *c = contest_of(&n, 0, "1", "Sheriff", "Ann Poe|");
    for (uint32_t k = 0; k < c->choice_count; k++)
        assert_true(match_rule_choice(&all, c, k, n.a)); /* of a whole contest */
    night_close(&n);
}

/* ---- which fall, and which are refused ---- */

static bool decide(struct night *n, const struct feed_contest *c, uint32_t choice,
                   enum match_verb verb, const char *who)
{
    struct match_decision d = {.number = 7,
                               .verb = verb,
                               .endorsement = slice_of(who),
                               .source = SLICE("sos"),
                               .contest_id = c->id,
                               .contest_text = c->text};
    bool changed;
    struct err e;

    if (choice != NONE) {
        d.choice_id = c->choices[choice].id;
        d.choice_name = c->choices[choice].name;
    }
    return match_decide(&n->m, &d, &changed, &e);
}

static int standing(const struct night *n)
{
    int count = 0;

    for (uint32_t at = 0; match_decision_next(&n->m, &at);)
        count++;
    return count;
}

static void a_decision_falls_only_for_one_about_the_same(void **state)
{
    struct night n;
    (void)state;

    night_open(&n, LIST);
    struct feed_contest *c = contest_of(&n, 0, "1", "State House 14", "Ben Roe|Bo Day|Cy Fox");
    assert_true(decide(&n, c, 2, MATCH_REJECT, "b"));
    assert_true(decide(&n, c, 2, MATCH_REJECT, "d")); /* another of ours */
    assert_int_equal(standing(&n), 2);
    assert_true(decide(&n, c, 2, MATCH_REJECT, "d")); /* said again */
    assert_int_equal(standing(&n), 2);
    assert_true(decide(&n, c, 0, MATCH_ALIAS, "d")); /* a name is no line */
    assert_true(decide(&n, c, 0, MATCH_REJECT, "d"));
    assert_int_equal(standing(&n), 4);
    assert_true(decide(&n, c, NONE, MATCH_REJECT, "d")); /* of the whole, and of a line of it */
    assert_int_equal(standing(&n), 5);
    assert_true(decide(&n, c, 1, MATCH_ACCEPT, "d")); /* ends that of the whole */
    assert_int_equal(standing(&n), 5);
    assert_true(decide(&n, c, NONE, MATCH_REJECT, "d")); /* and is ended by it */
    assert_int_equal(standing(&n), 5);
    night_close(&n);
}

static void what_is_accepted_elsewhere_stands_in_nobodys_way(void **state)
{
    struct night n;
    (void)state;

    night_open(&n, LIST);
    struct feed_contest *c = contest_of(&n, 0, "1", "State House 14", "Ben Roe|Bo Day");
    struct feed_contest *other = contest_of(&n, 0, "2", "State House 12", "Ben Roe|Ann Poe");
    assert_true(decide(&n, c, 0, MATCH_ACCEPT, "b"));
    assert_false(decide(&n, c, 1, MATCH_ACCEPT, "a"));
    assert_true(decide(&n, other, 0, MATCH_ACCEPT, "a")); /* the same words, another contest */
    night_close(&n);
}

static void both_names_of_a_ticket_may_have_its_line(void **state)
{
    struct night n;
    (void)state;

    night_open(&n, LIST);
    struct feed_contest *c = contest_of(&n, 0, "1", "State House 14", "Ben Roe / Bo Day|Cy Fox");
    assert_true(decide(&n, c, 0, MATCH_ACCEPT, "b"));
    assert_true(decide(&n, c, 0, MATCH_ACCEPT, "d"));
    assert_true(decide(&n, c, 1, MATCH_ACCEPT, "b"));
    assert_false(decide(&n, c, 1, MATCH_ACCEPT, "d"));
    night_close(&n);
}

/* A third one had it too, and no votes. */
static void a_line_is_of_no_more_people_than_it_names(void **state)
{
    struct night n;
    (void)state;

    night_open(&n, "candidate_name,state,office,district,endorsement_id\n"
                   "Ben Roe,GA,State House,14,b\nBo Day,GA,State House,14,d\n"
                   "Cy Fox,GA,State House,14,c\n");
    struct feed_contest *c =
        contest_of(&n, 0, "1", "State House 14", "Ben Roe / Bo Day|Ben Roe / Bo Day / Cy Fox");
    assert_true(decide(&n, c, 0, MATCH_ACCEPT, "b"));
    assert_true(decide(&n, c, 0, MATCH_ACCEPT, "d"));
    assert_false(decide(&n, c, 0, MATCH_ACCEPT, "c"));
    assert_true(decide(&n, c, 1, MATCH_ACCEPT, "b"));
    assert_true(decide(&n, c, 1, MATCH_ACCEPT, "d"));
    assert_true(decide(&n, c, 1, MATCH_ACCEPT, "c"));
    night_close(&n);
}

static void a_line_without_a_name_is_no_alias(void **state)
{
    struct night n;
    (void)state;

    night_open(&n, LIST);
    struct feed_contest *c = contest_of(&n, 0, "1", "State House 12", "#x1:|#x2:Bo Day");
    assert_false(decide(&n, c, 0, MATCH_ALIAS, "a"));
    assert_true(decide(&n, c, 0, MATCH_ACCEPT, "a"));
    night_close(&n);
}

static void decisions_about_feeds_that_are_gone_are_told_apart(void **state)
{
    struct night n;
    struct err e;
    (void)state;

    night_open(&n, LIST);
    struct match_decision d = {.verb = MATCH_REJECT,
                               .endorsement = SLICE("a"),
                               .source = SLICE("gone"),
                               .contest_id = SLICE("1"),
                               .contest_text = SLICE("Sheriff"),
                               .choice_name = SLICE("Ann Poe")};
    assert_true(match_restore(&n.m, &d, &e));
    d.source = SLICE("gone too");
    assert_true(match_restore(&n.m, &d, &e));
    assert_int_equal(standing(&n), 2);
    d.verb = MATCH_UNDO;
    assert_true(match_restore(&n.m, &d, &e));
    assert_int_equal(standing(&n), 1);
    night_close(&n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(contests_are_known_again),
        cmocka_unit_test(another_countys_contest_of_the_text_is_no_rival),
        cmocka_unit_test(choices_are_known_again),
        cmocka_unit_test(a_decision_falls_only_for_one_about_the_same),
        cmocka_unit_test(what_is_accepted_elsewhere_stands_in_nobodys_way),
        cmocka_unit_test(both_names_of_a_ticket_may_have_its_line),
        cmocka_unit_test(a_line_is_of_no_more_people_than_it_names),
        cmocka_unit_test(a_line_without_a_name_is_no_alias),
        cmocka_unit_test(decisions_about_feeds_that_are_gone_are_told_apart),
    };
    return cmocka_run_group_tests_name("core_match_rules", tests, NULL, NULL);
}
