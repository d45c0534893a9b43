/* SPDX-License-Identifier: ISC */
/* The board, and what the press pulls: each says what the model knows, and nothing that is not
 * public. */
#include <stdlib.h>

#include "daemon/core/board.h"
#include "daemon/core/documents_filter.h"
#include "daemon/core/told.h"
#include "tests/unit/json_check.h"
#include "tests/unit/night_each.h"

static const char list[] =
    "endorsement_id,candidate_name,state,office,district,seat,party,race_id,seats_to_fill,county,"
    "counties,jurisdiction,held_by,tags,status,office_level\n"
    "ann,Ann <b>Archer,GA,State Senate,1,,D,ga-ss-1,1,,,,R,labor,active,state\n"
    "bob,Bob Baker,GA,Sheriff,,,D,ga-sheriff,1,Cobb,,,,,active,county\n"
    "cat,=Cat Cole,NJ,Mayor,,,D,nj-mayor,1,,,Elm,,women|labor,active,local\n"
    "dan,Dan Dorn,GA,School Board,2,B,D,ga-sb,1,Cobb,,Cobb,,,withdrawn,school\n"
    "eve,Eve Eden,GA,School Board,3,,D,ga-sb-3,1,,,,,,active,school\n"
    "jon,Jon Jay,PA,State Senate,10,,D,pa-ss-10,1,,Berks|York,,,,active,state\n";

#define SENATE(mark)                                                                               \
    "contest 1|State Senate District 1|GA ; stated\nchoice 11|Ann <b>Archer|D ; " mark             \
    "\nchoice 13|Other & One|\ntotal 12500 14000 ; units=3/10\n"
#define SHERIFF(votes)                                                                             \
    "contest 4|Sheriff|GA|Cobb\nchoice 41|Bob Baker|D\nchoice 42|Else One|R\ntotal " votes "\n"
#define BOARD_SEAT                                                                                 \
    "contest 5|School Board District 3|GA\nchoice 51|Eve Eden|D\nchoice 52|Else Two|R\n"           \
    "choice 53|Write-in| ; write-in\ntotal 0 0 ?\n"
#define COUNTIES                                                                                   \
    "contest 3|State Senate District 10|PA\nchoice 31|Jon Jay|D\nchoice 32|Else One|R\n"           \
    "county 42001|Berks ; 5 8\n"

static int set_up(void **state)
{
    static const struct slice publish[] = {SLICE_INIT("office_level"), SLICE_INIT("held_by"),
                                           SLICE_INIT("tag:labor")};
    int failed = night_set_up(state);

    n.sources[3].covers_county = true;
    n.sources[3].state = SLICE("PA");
    n.sources[3].county = SLICE("Berks");
    n.s.organisation = SLICE("Fund & Friends");
    n.s.publish = publish;
    n.s.publish_count = 3;
    night_anew(&n);
    return failed;
}

static void play(void)
{
    night_batch(&n, 0, SENATE("won"), NIGHT_AT(2));
    night_batch(&n, 2, SHERIFF("70 60") BOARD_SEAT, NIGHT_AT(3));
    night_batch(&n, 3, COUNTIES, NIGHT_AT(4));
    assert_true(night_decide(&n, "call", "bob", "lost", NIGHT_AT(5)));
    assert_true(night_decide(&n, "uncall", "bob", "", NIGHT_AT(6)));
    assert_true(night_decide(&n, "call", "cat", "advanced", NIGHT_AT(7)));
    assert_true(night_decide(&n, "mark", "ga-ss-1", "contested", NIGHT_AT(8)));
}

static const char *text(void)
{
    assert_false(out.failed);
    return out.ptr ? out.ptr : "";
}

static void says(const char *part)
{
    if (!strstr(text(), part))
        fail_msg("not '%s' in:\n%s", part, text());
}

static void says_not(const char *part)
{
    if (strstr(text(), part))
        fail_msg("'%s' in:\n%s", part, text());
}

/* A page of one slot, or more, with words of a filter. */
static void board(const char *page, const char *words, int64_t now_ms)
{
    struct slice filter[4], rest = slice_of(words);
    size_t count = 0;
    struct tally all = {0};

    while (rest.len > 0 && slice_next(&rest, ' ', &filter[count]))
        count++;
    tally_all(&all, core_model(n.core), NULL);
    struct board b = {core_model(n.core), &all, now_ms, filter, count, 0, scratch, &out};
    buf_clear(&out);
    board_write(&b, slice_of(page));
}

#define EVERYTHING                                                                                 \
    "{{title}}{{mode}}{{heading}}{{fresh}}{{headline}}{{bar}}{{key}}{{spark}}{{calls}}{{closest}}" \
    "{{states}}{{offices}}{{filter}}{{races}}{{corrections}}{{sources}}{{footer}}"

static void a_template_is_filled_once(void **state)
{
    (void)state;
    board("a{{nothing}}b{{title}}c{{", "", NIGHT_AT(1));
    assert_string_equal(text(), "ab0 won of 0 called · Fund &amp; Friendsc");
    board("no slot", "", NIGHT_AT(1));
    assert_string_equal(text(), "no slot");
}

static void before_anything_it_says_so(void **state)
{
    (void)state;
    board(EVERYTHING, "", NIGHT_AT(1));
    says("No races called yet");
    says("No results yet");
    says("No calls yet.");
    says("Nothing that is still to be called has votes.");
    says("<p>None.</p>");
    says("<td>never</td>");
    says("class=\"stale\"");
    says("<div id=\"spark\" data-live></div>");
    says_not("Updated");
}

static void what_happened_is_shown(void **state)
{
    (void)state;
    play();
    board(EVERYTHING, "", NIGHT_AT(9));
    says("<p class=\"big\">1 won of 1 called</p>");
    says("1 state · 1 flip · 5 endorsed, 1 to a runoff, 3 still to call");
    says("aria-label=\"1 won, 1 to a runoff, 0 lost, 3 still to call, of 5 endorsed\"");
    says("<bdi>Ann &lt;b&gt;Archer</bdi>, State Senate 1, Georgia <span class=\"tag flip\">");
    says("</span> Lost</span> <bdi>Bob Baker</bdi>, Sheriff");
    says("</s> <span class=\"warn\">taken back</span> by our desk: the clerk said so");
    says("data-say=\"Taken back: Bob Baker lost Sheriff");
    says("goes on to another round in Mayor, Elm, New Jersey");
    says("<bdi>Other &amp; One</bdi> 14,000");
    says("behind in the count");
    says(">contested</span>");
    says("<span class=\"soft\">withdrawn</span>");
    says("School Board 2, seat B, Cobb, Georgia");
    says("<span class=\"tag\">· No votes yet</span>");
    says("was lost, then pending");
    says("Wins over the night, from ");
    says("<a href=\"/?office=school#races\">school</a>");
    says("ap</th><td title=");
    says_not("<b>Archer");
}

/* "No votes yet" was all it said of a race that was counted in full, and whose line waited. */
static void what_waits_for_a_person_is_noted(void **state)
{
    (void)state;
    play();
    board("{{races}}", "bob", NIGHT_AT(9));
    says_not("in review");
    night_batch(&n, 1, "contest 7|Mayor|NJ\nchoice 71|=Cat Cole|D\ntotal 9\n", NIGHT_AT(9));
    board("{{races}}", "cat", NIGHT_AT(10)); /* who goes on is pending no more */
    says_not("in review");
    assert_true(night_decide(&n, "uncall", "cat", "", NIGHT_AT(11)));
    board("{{races}}", "cat", NIGHT_AT(12));
    says("frozen</span>, <span class=\"warn\">a match is in review</span></td>");
}

/* "Updated 12:19 a.m." stood there for days, as if it were of today. */
static void what_is_old_has_its_date(void **state)
{
    (void)state;
    play();
    board("{{fresh}}{{calls}}", "", NIGHT_AT(9));
    says("Updated <time datetime=\"2026-11-03T19:08:00.000Z\">");
    says_not(" on Nov. 3");
    board("{{fresh}}{{calls}}", "", NIGHT_AT(8 + 12 * 60));
    says(" on Nov. 3</time> · checked <time");
    says_not(" UTC</time>");
    says_not(" ET</time>");
}

/* "Ann Archer (D) (D)" where the feed has the party in the name too. */
static void a_party_is_said_once(void **state)
{
    (void)state;
    night_batch(&n, 2,
                "contest 4|Sheriff|GA|Cobb\nchoice 41|Bob Baker (D)|D\nchoice 42|Else One|R\n"
                "total 70 60\n",
                NIGHT_AT(3));
    board("{{races}}", "bob", NIGHT_AT(4));
    says("<bdi>Bob Baker (D)</bdi> 70<br><bdi>Else One</bdi> (<bdi>R</bdi>) 60");
}

/* "under_review" beside a glossary that has "Under review". */
static void notes_are_words(void **state)
{
    (void)state;
    play();
    assert_true(night_decide(&n, "mark", "ga-ss-1", "under_review", NIGHT_AT(9)));
    board("{{races}}", "ann", NIGHT_AT(10));
    says(">under review</span>");
}

/* 104 of 154 are 67.5 %, shown as 67: nobody could know whether that is rounded down. */
static void a_percentage_says_how_it_is_rounded(void **state)
{
    static const char *const says_of[] = {[PERCENT_FLOOR] = "rounded down: 66.8% is said as 66%",
                                          [PERCENT_NEAREST] = "66.8% is said as 67%",
                                          [PERCENT_ONE_DECIMAL] = "66.84% is said as 66.8%"};
    (void)state;
    for (int i = PERCENT_FLOOR; i <= PERCENT_ONE_DECIMAL; i++) {
        n.s.percent = (enum percent_rounding)i;
        night_anew(&n);
        board("{{rounding}}", "", NIGHT_AT(1));
        says(says_of[i]);
    }
}

static int count_of(const char *part)
{
    int count = 0;
    for (const char *at = text(); (at = strstr(at, part)); at++)
        count++;
    return count;
}

/* By votes alone the list looked unsorted. */
static void closest_shows_by_what_it_is_sorted(void **state)
{
    (void)state;
    play();
    board("{{closest}}", "", NIGHT_AT(9));
    says("+10<br><span class=\"soft\">7.69%</span></td>");
    assert_int_equal(count_of("scope=\"row\""), 1);
    assert_int_equal(count_of("scope=\"col\""), 1 + count_of("<td"));
}

static void races_are_chosen(void **state)
{
    (void)state;
    play();
    board("{{filter}}{{races}}", "state:GA status:won ann", NIGHT_AT(9));
    says("<option value=\"GA\" selected>Georgia</option>");
    says("<option value=\"won\" selected>");
    says("value=\"ann\"");
    says("<p>1 race. ");
    board("{{races}}", "closest:1", NIGHT_AT(9));
    says("<p>1 race. ");
    says("Sheriff");
    board("{{races}}", "status:great", NIGHT_AT(9));
    says("class=\"warn\">status:great");
    board("{{races}}", "tag:women", NIGHT_AT(9)); /* not published */
    says("is not published here");
    board("{{races}}", "nobody-at-all", NIGHT_AT(9));
    says("<p>0 races. ");
}

static void other_nights_are_named(void **state)
{
    (void)state;
    n.s.mode = MODE_TEST;
    n.s.organisation = (struct slice){0};
    n.s.zone = NULL;
    n.s.publish_count = 0;
    night_anew(&n);
    play();
    board(EVERYTHING, "", NIGHT_AT(60));
    says("TEST: 1 won of 1 called<"); /* of nobody's: no dot behind it */
    says("<p class=\"mode\">TEST: these are not real results.</p>");
    says("Times are UTC.");
    says("<span class=\"warn\">stale</span>");
    says_not("Offices");
    says_not("<span class=\"tag flip\"><span aria-hidden=\"true\">⇅");
}

static void long_lists_are_cut_and_say_so(void **state)
{
    (void)state;
    play();
    for (int i = 0; i < 12; i++) {
        assert_true(night_decide(&n, "call", "bob", "lost", NIGHT_AT(10 + 2 * i)));
        assert_true(night_decide(&n, "uncall", "bob", "", NIGHT_AT(11 + 2 * i)));
    }
    board("{{calls}}", "", NIGHT_AT(60));
    says("All calls and retractions");
    size_t items = 0;
    for (const char *at = text(); (at = strstr(at, "<li ")); at++)
        items++;
    assert_int_equal(items, 20);
}

/* ---- counts ---- */

static bool explain(const char *id, struct err *e)
{
    buf_clear(&out);
    return documents_explain(core_model(n.core), core_tally(n.core), slice_of(id), NIGHT_AT(9),
                             &out, e);
}

/* A number of the sentence could be followed from a person to it, and not from it to the people. */
static void a_count_is_made_of_what_it_says(void **state)
{
    struct err e = {0};
    struct slice rest, line;
    (void)state;
    play();
    assert_true(explain("count:won", &e));
    says("won: 1, of these races");
    says("     1  ga-ss-1: Ann <b>Archer 12500 won, trailing by ap\n");
    says("total    ");
    assert_true(explain("count:states_won", &e));
    says("     1  GA\n");
    assert_true(explain("count:lost", &e));
    says("lost: 0: nobody is in it\n");
    assert_false(explain("count:wonn", &e));
    assert_non_null(strstr(e.text, "'wonn' is no count"));
    assert_false(explain("won", &e));
    assert_non_null(strstr(e.text, "tallyctl explain count:won"));
    for (size_t i = 0; i < TALLY_NUMBERS; i++) {
        char id[64];
        int64_t all = 0;
        snprintf(id, sizeof id, "count:%s", tally_names[i]);
        assert_true(explain(id, &e));
        for (rest = buf_slice(&out); slice_next(&rest, '\n', &line);)
            all += line.ptr[0] == ' ' ? strtol(line.ptr, NULL, 10) : 0;
        assert_int_equal(all, core_tally(n.core)->n[i]);
    }
}

/* Nobody finds a sum in the feed. */
static void a_figure_that_was_added_up_says_so(void **state)
{
    struct err e = {0};
    (void)state;
    play();
    assert_true(explain("jon", &e));
    says(", 5 votes, added up from its rows; received at ");
    assert_true(explain("ann", &e));
    says(", 12500 votes, marked won; received at ");
}

/* ---- pulls ---- */

static void calls_are_listed_with_their_retractions(void **state)
{
    (void)state;
    play();
    buf_clear(&out);
    documents_calls(core_model(n.core), true, &out);
    assert_true(json_check(slice_trim(buf_slice(&out))));
    says("\"type\":\"retraction\",\"time\":\"2026-11-03T19:06:00.000Z\"");
    says("\"was\":\"lost\"");
    says("\"url\":\"https://clerk.example/1\"");
    buf_clear(&out);
    documents_calls(core_model(n.core), false, &out);
    says(",retraction,2026-11-03T19:06:00.000Z,ga-sheriff,bob,Bob Baker,GA,Sheriff,");
    says(",won,ap,");
    assert_int_equal(core_model(n.core)->told_count, 4);
}

/* The bar had another order than its key, and a pattern that the key had not. */
static void the_key_is_of_the_bar(void **state)
{
    (void)state;
    play();
    board("{{bar}}", "", NIGHT_AT(9));
    const char *w = strstr(text(), "class=\"w\""), *a = strstr(text(), "class=\"a\""),
               *l = strstr(text(), "class=\"l\"");
    assert_true(w && a && l && w < a && a < l);
    says("<rect class=\"l\" x=\"");
    says("height=\"100%\" fill=\"url(#hatch)\"/>");
    board("{{key}}", "", NIGHT_AT(9));
    says(
        "<rect class=\"w\" x=\"0.00%\" width=\"100.00%\" height=\"100%\"/></svg><b class=\"won\">");
    w = strstr(text(), "Won</b>"), a = strstr(text(), "Runoff</b>"), l = strstr(text(), "Lost</b>");
    assert_true(w && a && l && w < a && a < l);
    says("fill=\"url(#hatch)\"/></svg><b class=\"lost\">");
}

static void winners_have_the_published_columns(void **state)
{
    (void)state;
    play();
    buf_clear(&out);
    documents_winners(core_model(n.core), &out);
    says(",votes,flip,held_by,checked_at,stale\r\n");
    says(",seat,");
    says(",12500,yes,R,2026-11-03T19:04:00.000Z,no\r\n");
    says_not("labor");
    n.s.publish_count = 1; /* office_level alone: an empty flip would read as "no" */
    night_anew(&n);
    play();
    buf_clear(&out);
    documents_winners(core_model(n.core), &out);
    says(",basis,votes,checked_at,stale\r\n");
    says(",12500,2026-11-03T19:04:00.000Z,no\r\n");
}

static void one_race_and_its_calls(void **state)
{
    (void)state;
    play();
    buf_clear(&out);
    assert_true(documents_race_page(core_model(n.core), SLICE("ga-sheriff"), &out));
    assert_true(json_check(slice_trim(buf_slice(&out))));
    says("\"race\":{\"race_id\":\"ga-sheriff\"");
    says("\"type\":\"retraction\"");
    says_not("\"endorsement_id\":\"ann\"");
    buf_clear(&out);
    assert_false(documents_race_page(core_model(n.core), SLICE("none"), &out));
    assert_int_equal(out.len, 0);
}

static void races_as_tables(void **state)
{
    static const struct slice closest = SLICE_INIT("closest:9"), none = SLICE_INIT("closest:0"),
                              secret = SLICE_INIT("tag:women");
    const struct model *m;
    struct err e;

    (void)state;
    play();
    m = core_model(n.core);
    buf_clear(&out);
    assert_true(documents_races_public(m, NULL, 0, false, scratch, &out, &e));
    says("ga-ss-1,GA,State Senate,,1,,called,contested,Ann <b>Archer,D,,12500,ann,won,3,10,");
    says("nj-mayor,NJ,Mayor,Elm");
    says(",'=Cat Cole,");
    buf_clear(&out);
    assert_true(documents_races_public(m, &closest, 1, true, scratch, &out, &e));
    assert_true(json_check(slice_trim(buf_slice(&out))));
    says("\"race_id\":\"ga-sheriff\"");
    says_not("\"race_id\":\"ga-ss-1\"");
    assert_false(documents_races_public(m, &none, 1, true, scratch, &out, &e));
    assert_int_equal(e.kind, ERR_USAGE);
    assert_false(documents_races_public(m, &secret, 1, true, scratch, &out, &e));
    assert_int_equal(e.kind, ERR_USAGE);
    buf_clear(&out);
    documents_sources_public(m, NIGHT_AT(9), &out);
    assert_true(json_check(slice_trim(buf_slice(&out))));
}

#define TEST(f) NIGHT_TEST_AFTER(set_up, f)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_template_is_filled_once),
        TEST(before_anything_it_says_so),
        TEST(what_happened_is_shown),
        TEST(what_waits_for_a_person_is_noted),
        TEST(what_is_old_has_its_date),
        TEST(a_party_is_said_once),
        TEST(notes_are_words),
        TEST(a_count_is_made_of_what_it_says),
        TEST(a_figure_that_was_added_up_says_so),
        TEST(a_percentage_says_how_it_is_rounded),
        TEST(closest_shows_by_what_it_is_sorted),
        TEST(races_are_chosen),
        TEST(other_nights_are_named),
        TEST(long_lists_are_cut_and_say_so),
        TEST(calls_are_listed_with_their_retractions),
        TEST(the_key_is_of_the_bar),
        TEST(winners_have_the_published_columns),
        TEST(one_race_and_its_calls),
        TEST(races_as_tables),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
