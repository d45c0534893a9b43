/* SPDX-License-Identifier: ISC */
/* What a person decided about a match stands until it is undone: over a restart, and over a feed
 * that renames what it was decided about. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/unit/core_match_help.h"

/* Two of ours; the contest of the first does not say the district. */
#define LIST                                                                                       \
    "candidate_name,state,office,district,endorsement_id\n"                                        \
    "Ann Poe,GA,State House,12,a\n"                                                                \
    "Ben Roe,GA,State House,14,b\n"                                                                \
    "Bo Day,GA,State House,14,d\n"

static void open_with_feeds(struct night *n)
{
    night_open(n, LIST);
    n->m.feeds = arena_array(n->a, n->settings.source_count, sizeof(*n->m.feeds));
    for (size_t i = 0; i < n->settings.source_count; i++)
        n->m.feeds[i].contests = map_new(100, true);
}

static void close_with_feeds(struct night *n)
{
    for (size_t i = 0; i < n->settings.source_count; i++)
        map_free(n->m.feeds[i].contests);
    night_close(n);
}

static struct feed_contest *feed(struct night *n, uint32_t source, const char *id, const char *text,
                                 const char *choices)
{
    struct feed_contest *c = contest_of(n, source, id, text, choices);

    assert_true(map_put(n->m.feeds[source].contests, arena_printf(n->a, "%s\x1f%s", id, text), c));
    match(n, c);
    return c;
}

static struct match_decision about(const struct feed_contest *c, uint32_t choice,
                                   enum match_verb verb, const char *who)
{
    return (struct match_decision){.number = 7,
                                   .verb = verb,
                                   .endorsement = slice_of(who),
                                   .source = slice_of("sos"),
                                   .county = c->county,
                                   .contest_id = c->id,
                                   .contest_text = c->text,
                                   .choice_id = choice == NONE ? SLICE("") : c->choices[choice].id,
                                   .choice_name =
                                       choice == NONE ? SLICE("") : c->choices[choice].name};
}

static bool decide(struct night *n, const struct feed_contest *c, uint32_t choice,
                   enum match_verb verb, const char *who)
{
    struct match_decision d = about(c, choice, verb, who);
    bool changed = false;
    struct err e = {0};

    if (!match_decide(&n->m, &d, &changed, &e)) {
        assert_int_equal(e.kind, ERR_NO);
        assert_true(strlen(e.text) > 10);
        return false;
    }
    return true;
}

static enum band band_in(const struct night *n, uint32_t endorsement, const struct feed_contest *c)
{
    const struct race *r = &n->m.races[match_race_of(&n->m, endorsement)];

    for (uint32_t i = 0; i < r->link_count; i++)
        if (r->links[i].contest == c && r->links[i].endorsement == endorsement)
            return r->links[i].band;
    for (uint32_t i = 0; i < n->m.review_count; i++)
        if (n->m.review[i].contest == c && n->m.review[i].endorsement == endorsement)
            return BAND_REVIEW;
    return BAND_NONE;
}

static void accepting_ends_the_doubt_and_undoing_brings_it_back(void **state)
{
    struct night n;
    (void)state;

    open_with_feeds(&n);
    struct feed_contest *c = feed(&n, 0, "1", "State House", "Ann Poe|Carl Fox");
    assert_int_equal(band_in(&n, 0, c), BAND_REVIEW);
    assert_true(decide(&n, c, 0, MATCH_ACCEPT, "a"));
    assert_int_equal(band_in(&n, 0, c), BAND_DECIDED);
    assert_int_equal(c->race, match_race_of(&n.m, 0));
    assert_int_equal(n.m.review_count, 0);
    const struct race *r = &n.m.races[match_race_of(&n.m, 0)];
    assert_non_null(strstr(r->links[0].why.ptr, "decision 7"));
    match(&n, c); /* whatever the feed says again */
    assert_int_equal(band_in(&n, 0, c), BAND_DECIDED);
    assert_true(decide(&n, c, 0, MATCH_UNDO, "a"));
    assert_int_equal(band_in(&n, 0, c), BAND_REVIEW);
    assert_int_equal(c->race, NONE);
    assert_false(decide(&n, c, 0, MATCH_UNDO, "a"));
    close_with_feeds(&n);
}

/* Wu is not Li, but a person may say so: the words of the feed are no hindrance. */
static void any_line_may_be_accepted(void **state)
{
    struct night n;
    (void)state;

    open_with_feeds(&n);
    struct feed_contest *c = feed(&n, 0, "1", "Dog Catcher", "Li, Wu|Carl Fox");
    assert_int_equal(band_in(&n, 0, c), BAND_NONE);
    assert_true(decide(&n, c, 0, MATCH_ACCEPT, "a"));
    assert_int_equal(linked(&n, 0, c), 0);
    close_with_feeds(&n);
}

static void rejecting_ends_a_sure_match(void **state)
{
    struct night n;
    (void)state;

    open_with_feeds(&n);
    struct feed_contest *c = feed(&n, 0, "1", "State House 12", "Ann Poe|Carl Fox");
    assert_int_equal(band_in(&n, 0, c), BAND_AUTO);
    assert_true(decide(&n, c, 0, MATCH_REJECT, "a"));
    assert_int_equal(band_in(&n, 0, c), BAND_NONE);
    match(&n, c);
    assert_int_equal(band_in(&n, 0, c), BAND_NONE);
    assert_true(decide(&n, c, 0, MATCH_UNDO, "a"));
    assert_int_equal(band_in(&n, 0, c), BAND_AUTO);
    assert_true(decide(&n, c, NONE, MATCH_REJECT, "a")); /* the whole contest */
    assert_int_equal(band_in(&n, 0, c), BAND_NONE);
    assert_true(decide(&n, c, 0, MATCH_ACCEPT, "a")); /* the newest counts */
    assert_int_equal(band_in(&n, 0, c), BAND_DECIDED);
    close_with_feeds(&n);
}

static void an_alias_is_a_name_in_every_contest(void **state)
{
    struct night n;
    (void)state;

    open_with_feeds(&n);
    struct feed_contest *c = feed(&n, 0, "1", "State House 12", "Annika Poe-Quist|Carl Fox");
    struct feed_contest *us = feed(&n, 5, "9", "GA State House 12", "ANNIKA POE QUIST");
    us->state = SLICE("GA");
    match(&n, us);
    assert_int_not_equal(band_in(&n, 0, c), BAND_AUTO);
    assert_true(decide(&n, c, 0, MATCH_ALIAS, "a"));
    assert_int_equal(band_in(&n, 0, c), BAND_AUTO);
    assert_int_equal(band_in(&n, 0, us), BAND_AUTO);
    /* It is a name, and no more: another district stays another district. */
    struct feed_contest *other = feed(&n, 0, "2", "State House 13", "Annika Poe-Quist");
    assert_int_equal(band_in(&n, 0, other), BAND_NONE);
    assert_true(decide(&n, c, 0, MATCH_UNDO, "a"));
    assert_int_not_equal(band_in(&n, 0, c), BAND_AUTO);
    close_with_feeds(&n);
}

static void one_of_two_contests_is_chosen(void **state)
{
    struct night n;
    (void)state;

    open_with_feeds(&n);
    struct feed_contest *c = feed(&n, 0, "1", "State House 12", "Ann Poe|Carl Fox");
    struct feed_contest *twin = feed(&n, 0, "2", "State House District 12", "Ann Poe|Dee Gold");
    assert_int_equal(band_in(&n, 0, c), BAND_REVIEW);
    assert_int_equal(band_in(&n, 0, twin), BAND_REVIEW);
    assert_true(decide(&n, twin, 0, MATCH_ACCEPT, "a"));
    assert_int_equal(band_in(&n, 0, c), BAND_NONE);
    assert_int_equal(band_in(&n, 0, twin), BAND_DECIDED);
    close_with_feeds(&n);
}

/* All of it, as a new process has it: decisions first, feeds later. */
static void a_decision_outlives_a_restart(void **state)
{
    struct night n;
    struct buf journal;
    struct err e;
    (void)state;

    open_with_feeds(&n);
    struct feed_contest *c = feed(&n, 0, "1", "State House", "Ann Poe|Carl Fox");
    assert_true(decide(&n, c, 0, MATCH_ACCEPT, "a"));
    assert_true(decide(&n, c, 1, MATCH_REJECT, "b"));
    buf_init(&journal, 1 << 16);
    const struct match_decision *d;
    for (uint32_t at = 0; (d = match_decision_next(&n.m, &at));) {
        match_decision_write(d, &journal);
        buf_addc(&journal, '\n');
    }
    close_with_feeds(&n);

    open_with_feeds(&n);
    struct slice rest = buf_slice(&journal), line;
    for (int i = 0; slice_next(&rest, '\n', &line); i++) {
        struct match_decision again;
        assert_true(match_decision_read(line, &again));
        again.endorsement = i == 0 ? SLICE("a") : SLICE("b");
        assert_true(match_restore(&n.m, &again, &e));
    }
    c = feed(&n, 0, "1", "State House", "Ann Poe|Carl Fox");
    assert_int_equal(band_in(&n, 0, c), BAND_DECIDED);
    buf_done(&journal);
    close_with_feeds(&n);
}

static void what_is_no_longer_in_the_list_is_kept_in_peace(void **state)
{
    struct night n;
    struct err e;
    (void)state;

    open_with_feeds(&n);
    struct feed_contest *c = contest_of(&n, 0, "1", "State House 12", "Ann Poe|Carl Fox");
    struct match_decision d = about(c, 0, MATCH_ACCEPT, "long-gone");
    assert_true(match_restore(&n.m, &d, &e));
    d = about(c, 0, MATCH_ALIAS, "long-gone");
    assert_true(match_restore(&n.m, &d, &e));
    d = about(c, 0, MATCH_REJECT, "a");
    d.source = SLICE("no-such-feed");
    assert_true(match_restore(&n.m, &d, &e));
    d = about(c, 0, MATCH_UNDO, "b"); /* of a decision that is not there */
    assert_true(match_restore(&n.m, &d, &e));
    c = feed(&n, 0, "1", "State House 12", "Ann Poe|Carl Fox");
    assert_int_equal(band_in(&n, 0, c), BAND_AUTO);
    close_with_feeds(&n);
}

/* An id for an id, then a text in other words; but never by an id alone. */
static void a_decision_follows_a_feed_that_renames(void **state)
{
    struct night n;
    (void)state;

    open_with_feeds(&n);
    struct feed_contest *c = feed(&n, 0, "1", "State House", "#x1:Ann Poe|#x2:Carl Fox");
    assert_true(decide(&n, c, 0, MATCH_ACCEPT, "a"));
    struct feed_contest *renamed = feed(&n, 0, "101", "State House", "#y2:Carl Fox|#y1:ANN POE");
    assert_int_not_equal(band_in(&n, 0, renamed), BAND_DECIDED); /* the first is still there */
    c->gone = true;
    match(&n, c);
    assert_int_equal(band_in(&n, 0, renamed), BAND_DECIDED);
    assert_int_equal(linked(&n, 0, renamed), 1);
    assert_int_equal(band_in(&n, 0, c), BAND_NONE);
    /* A second of the text makes it unclear which was meant. */
    struct feed_contest *third = feed(&n, 0, "102", "State House", "#y2:Carl Fox|#y1:Ann Poe");
    assert_int_not_equal(band_in(&n, 0, renamed), BAND_DECIDED);
    assert_int_not_equal(band_in(&n, 0, third), BAND_DECIDED);
    close_with_feeds(&n);

    open_with_feeds(&n);
    c = feed(&n, 0, "1", "State House", "#x1:Ann Poe|#x2:Carl Fox");
    assert_true(decide(&n, c, 0, MATCH_ACCEPT, "a"));
    c->text = SLICE("STATE HOUSE (Vote For 1)");
    match(&n, c);
    assert_int_equal(band_in(&n, 0, c), BAND_DECIDED);
    set_choices(&n, c, "#x1:Poe, Ann (I)|#x2:Carl Fox"); /* the same id, the same person */
    match(&n, c);
    assert_int_equal(linked(&n, 0, c), 0);
    set_choices(&n, c, "#x1:Carl Fox|#x2:Ann Poe"); /* ids that shifted */
    match(&n, c);
    assert_int_equal(linked(&n, 0, c), 1);
    set_choices(&n, c, "#x1:Zed Moon|#x2:Carl Fox"); /* the id is somebody else's now */
    match(&n, c);
    assert_int_equal(linked(&n, 0, c), -1);
    set_choices(&n, c, "#x1:Ann Poe|#x2:Carl Fox");
    c->text = SLICE("State House 55"); /* and so is the contest's */
    match(&n, c);
    assert_int_equal(band_in(&n, 0, c), BAND_NONE);
    close_with_feeds(&n);
}

/* Of contests that fit alike a person has chosen one; when it has left the feed, the others are to
 * be chosen from again. */
static void a_choice_that_is_gone_rules_out_no_other(void **state)
{
    struct night n;
    (void)state;

    open_with_feeds(&n);
    struct feed_contest *c = feed(&n, 0, "1", "State House 12", "Ann Poe|Carl Fox");
    struct feed_contest *second =
        feed(&n, 0, "2", "State Representative, District 12", "Ann Poe|Bo");
    feed(&n, 0, "3", "House of Representatives District 12", "Ann Poe|Cy");
    assert_int_equal(n.m.review_count, 3);
    assert_true(decide(&n, c, 0, MATCH_ACCEPT, "a"));
    assert_int_equal(n.m.review_count, 0);
    assert_int_equal(band_in(&n, 0, second), BAND_NONE);
    c->gone = true;
    match(&n, c);
    assert_int_equal(n.m.review_count, 2);
    close_with_feeds(&n);
}

static void decisions_that_contradict_are_refused(void **state)
{
    struct night n;
    (void)state;

    open_with_feeds(&n);
    struct feed_contest *c = feed(&n, 0, "1", "State House", "Ann Poe|Ben Roe|Bo Day|No Name");
    assert_false(decide(&n, c, 0, MATCH_ACCEPT, "nobody"));
    assert_true(decide(&n, c, 1, MATCH_ACCEPT, "b"));
    assert_false(decide(&n, c, 0, MATCH_ACCEPT, "a")); /* the contest is another race's */
    assert_false(decide(&n, c, 1, MATCH_ACCEPT, "d")); /* the line is another's */
    assert_true(decide(&n, c, 2, MATCH_ACCEPT, "d"));
    assert_false(decide(&n, c, NONE, MATCH_ACCEPT, "d"));
    struct feed_contest *unknown = contest_of(&n, 0, "77", "State House 14", "Ben Roe");
    assert_false(decide(&n, unknown, 0, MATCH_ACCEPT, "b"));
    assert_int_equal(band_in(&n, 1, c), BAND_DECIDED);
    assert_int_equal(band_in(&n, 2, c), BAND_DECIDED);
    close_with_feeds(&n);
}

/* A line that a person gave to one is not taken by another without asking. */
static void a_decided_line_is_nobody_elses(void **state)
{
    struct night n;
    (void)state;

    open_with_feeds(&n);
    struct feed_contest *c = feed(&n, 0, "1", "State House 14", "Ben Roe|Carl Fox");
    assert_int_equal(band_in(&n, 1, c), BAND_AUTO);
    assert_true(decide(&n, c, 0, MATCH_ACCEPT, "d"));
    assert_int_equal(band_in(&n, 2, c), BAND_DECIDED);
    assert_int_equal(band_in(&n, 1, c), BAND_REVIEW);
    close_with_feeds(&n);
}

static void a_decision_is_written_and_read(void **state)
{
    static const char *const bad[] = {"", "accept", "dance\tsos\t\t\t\t\t\t",
                                      "accept\tsos\t\t1\ttext\tx",
                                      "accept\ta\tb\tc\td\te\tf\tg\th\t"};
    struct match_decision d;
    (void)state;

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_false(match_decision_read(slice_of(bad[i]), &d));
    assert_true(match_decision_read(SLICE("reject\tsos\tCobb\t1\tState House\t\t\t"), &d));
    assert_int_equal(d.verb, MATCH_REJECT);
    assert_true(slice_is(d.county, "Cobb") && slice_is(d.contest_text, "State House"));
    assert_int_equal(d.choice_name.len, 0);
    assert_int_equal(d.party.len, 0); /* as they were kept before */
    assert_true(match_decision_read(SLICE("accept\ta\tb\tc\td\te\tf\tDEM\t"), &d));
    assert_true(slice_is(d.choice_name, "f") && slice_is(d.party, "DEM"));
}

/* One who won two parties' nominations, where the state knows no fusion: each line may be accepted,
 * and neither decision takes the place of the other. */
static void lines_of_one_name_are_told_apart_by_party(void **state)
{
    struct night n;
    (void)state;

    open_with_feeds(&n);
    struct feed_contest *c =
        feed(&n, 0, "1", "State House 12", "#:Ann Poe=DEM|#:Carl Fox=IND|#:Ann Poe=REP");
    const struct race *r = &n.m.races[match_race_of(&n.m, 0)];
    for (uint32_t choice = 0; choice < 3; choice += 2) {
        struct match_decision d = about(c, choice, MATCH_ACCEPT, "a");
        bool changed;
        struct err e;
        d.party = c->choices[choice].party;
        assert_true(match_decide(&n.m, &d, &changed, &e));
        assert_true(changed);
        assert_int_equal(r->link_count, choice / 2 + 1);
        assert_int_equal(r->links[choice / 2].choice, choice);
        assert_int_equal(n.m.review_count, choice ? 0 : 1); /* the other line waits for its own */
    }
    set_choices(&n, c, "#:Ann Poe=Republican|#:Ann Poe=Democratic|#:Ann Poe=LIB"); /* its words */
    match(&n, c);
    assert_int_equal(r->link_count, 2);
    assert_int_equal(r->links[0].choice, 1); /* in the order of the decisions */
    assert_int_equal(r->links[1].choice, 0);
    set_choices(&n, c, "#:Ann Poe=DEM|#:Ann Poe=DEM"); /* which? */
    match(&n, c);
    assert_int_equal(linked(&n, 0, c), -1);
    close_with_feeds(&n);
}

static void a_link_tells_what_to_decide(void **state)
{
    struct night n;
    bool changed;
    struct err e;
    (void)state;

    open_with_feeds(&n);
    struct feed_contest *c = feed(&n, 0, "1", "State House", "Ann Poe|Carl Fox");
    assert_int_equal(n.m.review_count, 1);
    struct match_decision d = match_decision_of(&n.m, &n.m.review[0], MATCH_ACCEPT);
    assert_true(match_decide(&n.m, &d, &changed, &e));
    assert_true(changed);
    assert_int_equal(band_in(&n, 0, c), BAND_DECIDED);
    close_with_feeds(&n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(accepting_ends_the_doubt_and_undoing_brings_it_back),
        cmocka_unit_test(any_line_may_be_accepted),
        cmocka_unit_test(rejecting_ends_a_sure_match),
        cmocka_unit_test(an_alias_is_a_name_in_every_contest),
        cmocka_unit_test(one_of_two_contests_is_chosen),
        cmocka_unit_test(lines_of_one_name_are_told_apart_by_party),
        cmocka_unit_test(a_decision_outlives_a_restart),
        cmocka_unit_test(what_is_no_longer_in_the_list_is_kept_in_peace),
        cmocka_unit_test(a_decision_follows_a_feed_that_renames),
        cmocka_unit_test(a_choice_that_is_gone_rules_out_no_other),
        cmocka_unit_test(decisions_that_contradict_are_refused),
        cmocka_unit_test(a_decided_line_is_nobody_elses),
        cmocka_unit_test(a_decision_is_written_and_read),
        cmocka_unit_test(a_link_tells_what_to_decide),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
