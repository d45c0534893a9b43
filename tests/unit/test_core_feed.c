/* SPDX-License-Identifier: ISC */
/* Payloads through feed_take: what goes on air, what is held, and how every hold ends. */
#include "tests/unit/core_world.h"

#include "tests/unit/random.h"

#define MAYOR(a, b) "contest 7|Mayor|GA\n choice 1|Ann|Dem\n choice 2|Bob|Rep\n total " a " " b "\n"
#define CLERK(a, b) "contest 8|Clerk|GA\n choice 1|Cy|\n choice 2|Dee|\n total " a " " b "\n"
#define OWN(t) "facts own=2021-01-06T" t "Z\n"

static void the_same_bytes_change_nothing(void **state)
{
    struct world *w = *state;
    assert_int_equal(world_take(w, 0, MAYOR("1000", "900")), VERDICT_ACCEPTED);
    assert_true(w->report.used && w->report.keep && !w->report.held);
    assert_int_equal(w->report.change_count, 1);
    assert_int_equal(w->report.changes[0].what & (FEED_ROSTER | FEED_FIGURES),
                     FEED_ROSTER | FEED_FIGURES);
    assert_int_equal(w->report.name_count, 2);
    struct feed_contest before = *world_contest(w, 0, "7");
    assert_int_equal(world_take(w, 60, MAYOR("1000", "900")), VERDICT_UNCHANGED);
    assert_false(w->report.used || w->report.keep || w->report.held);
    assert_int_equal(w->report.change_count + w->report.note_count + w->report.name_count, 0);
    assert_memory_equal(&before, world_contest(w, 0, "7"), sizeof(before));
    assert_int_equal(w->m.feeds[0].files[0].last_success_ms, w->start + 60000);
    assert_int_equal(w->m.feeds[0].files[0].last_change_ms, w->start);
    /* The same figures in other bytes: accepted, but nothing changed. */
    assert_int_equal(world_take_as(w, 0, 0, 90, MAYOR("1000", "900"), "x", false),
                     VERDICT_ACCEPTED);
    assert_int_equal(w->report.change_count, 0);
}

static void an_older_payload_never_goes_on_air(void **state)
{
    struct world *w = *state;
    world_take(w, 0, OWN("01:00:00") MAYOR("100", "90"));
    world_take(w, 60, OWN("01:01:00") MAYOR("200", "180"));
    assert_int_equal(world_take(w, 90, OWN("01:00:30") MAYOR("300", "170")), VERDICT_OLDER);
    assert_int_equal(world_take(w, 95, OWN("01:00:00") MAYOR("100", "90")), VERDICT_OLDER);
    assert_int_equal(world_votes(w, 0, "7", "", "Ann"), 200);
    /* A time in the future orders nothing: neither this one nor those after it. */
    assert_int_equal(world_take(w, 120, OWN("03:00:00") MAYOR("210", "190")), VERDICT_ACCEPTED);
    assert_int_equal(world_take(w, 130, OWN("01:02:00") MAYOR("220", "190")), VERDICT_ACCEPTED);
    assert_int_equal(world_votes(w, 0, "7", "", "Ann"), 220);
}

static void a_copy_that_was_on_air_is_older(void **state)
{
    struct world *w = *state;
    world_take(w, 0, MAYOR("100", "90"));
    world_take(w, 60, MAYOR("200", "180"));
    assert_int_equal(world_take(w, 61, MAYOR("100", "90")), VERDICT_OLDER);
    assert_int_equal(world_take(w, 62, MAYOR("200", "180")), VERDICT_UNCHANGED);
    assert_int_equal(world_take(w, 70, MAYOR("100", "90")), VERDICT_OLDER);
    assert_int_equal(w->report.note_count, 0);
    assert_int_equal(world_take(w, 669, MAYOR("100", "90")), VERDICT_OLDER);
    assert_int_equal(w->report.note_count, 0);
    assert_int_equal(world_take(w, 670, MAYOR("100", "90")), VERDICT_OLDER);
    assert_true(w->report.held);
    assert_int_equal(world_notes(w, VERDICT_OLDER), 1); /* ten minutes: for the desk, said once */
    assert_int_equal(world_take(w, 700, MAYOR("100", "90")), VERDICT_OLDER);
    assert_int_equal(w->report.note_count, 0);
    assert_int_equal(w->m.feeds[0].files[0].last_success_ms, w->start + 669000);
    assert_int_equal(world_votes(w, 0, "7", "", "Ann"), 200);
}

static void what_was_durable_is_known_again(void **state)
{
    struct world *w = *state;
    struct slice bytes = SLICE(MAYOR("100", "90") "\n");
    struct learned name = {.source = 0,
                           .contest = SLICE("9"),
                           .choice = SLICE("5"),
                           .name = SLICE("Eve"),
                           .party = SLICE("Ind")};
    assert_true(feed_restore_digest(&w->m, 0, 0, digest_of(bytes), &w->err));
    assert_true(feed_restore_name(&w->m, &name, &w->err));
    assert_false(feed_restore_digest(&w->m, 99, 0, digest_of(bytes), &w->err));
    assert_int_equal(world_take_as(w, 0, 0, 0, MAYOR("200", "180"), "", true), VERDICT_ACCEPTED);
    assert_int_equal(world_take(w, 10, MAYOR("100", "90")), VERDICT_OLDER);
    assert_int_equal(
        world_take(w, 20, MAYOR("200", "181") "contest 9||GA\n choice 5||\n total 3\n"),
        VERDICT_ACCEPTED);
    assert_int_equal(world_votes(w, 0, "9", "", "Eve"), 3);
    assert_true(slice_is(world_contest(w, 0, "9")->choices[0].party, "Ind"));
}

static void names_are_remembered_when_a_feed_drops_them(void **state)
{
    struct world *w = *state;
    world_take(w, 0, MAYOR("100", "90"));
    struct feed_contest *c = world_contest(w, 0, "7");
    assert_int_equal(world_take(w, 60, "contest 7||GA\n choice 1||\n choice 2||\n total 110 95\n"),
                     VERDICT_ACCEPTED);
    assert_ptr_equal(world_contest(w, 0, "7"), c);
    assert_int_equal(map_count(w->m.feeds[0].contests), 1);
    assert_int_equal(world_votes(w, 0, "7", "", "Ann"), 110);
    assert_true(slice_is(c->text, "Mayor"));
    assert_int_equal(w->report.changes[0].what, FEED_FIGURES);
}

static void one_id_for_many_contests_stays_many(void **state)
{
    struct world *w = *state;
    world_take(w, 0,
               "contest 1|Mayor|GA\n choice 1|Ann|\n total 5\n"
               "contest 1|Clerk|GA\n choice 1|Cy|\n total 6\n");
    assert_int_equal(map_count(w->m.feeds[0].contests), 2);
    world_take(w, 9,
               "contest 1|Clerk|GA\n choice 1|Cy|\n total 7\n"
               "contest 1|Mayor|GA\n choice 1|Ann|\n total 8\n");
    assert_int_equal(map_count(w->m.feeds[0].contests), 2);
    assert_int_equal(world_votes(w, 0, "Mayor", "", "Ann"), 8);
    /* Without texts they are told apart by nothing: strangers, that touch neither. */
    world_take(w, 20, "contest 1||GA\n choice 1|Ann|\n total 9\n");
    assert_int_equal(world_votes(w, 0, "Mayor", "", "Ann"), 8);
}

static void two_texts_of_one_id_are_not_one_silent_contest(void **state)
{
    struct world *w = *state;
    world_take(w, 0, "contest 1||GA\n choice 1|Ann|\n total 5\n");
    world_take(w, 9,
               "contest 1|Clerk|GA\n choice 1|Cy|\n total 7\n"
               "contest 1|Mayor|GA\n choice 1|Ann|\n total 8\n");
    assert_int_equal(map_count(w->m.feeds[0].contests), 3);
    assert_int_equal(world_votes(w, 0, "Mayor", "", "Ann"), 8);
}

static void a_fall_is_held_until_it_is_back(void **state)
{
    struct world *w = *state;
    world_take(w, 0, MAYOR("1000", "900"));
    assert_int_equal(world_take(w, 60, MAYOR("800", "910")), VERDICT_ACCEPTED);
    assert_int_equal(world_notes(w, VERDICT_FALL_HOLD), 1);
    assert_true(w->report.held && !w->report.keep);
    struct feed_contest *c = world_contest(w, 0, "7");
    assert_int_equal(c->doubt, VERDICT_FALL_HOLD);
    assert_int_equal(c->units[0].votes[0], 1000);
    assert_int_equal(c->units[0].votes[1], 900); /* the unit is one thing */
    assert_int_equal(c->units[0].hold.votes[0], 800);
    /* Identical bytes confirm nothing, however late. */
    assert_int_equal(world_take(w, 60 + 700, MAYOR("800", "910")), VERDICT_UNCHANGED);
    assert_int_equal(c->units[0].votes[0], 1000);
    world_take(w, 800, MAYOR("1001", "920"));
    assert_int_equal(world_notes(w, VERDICT_RESTORED), 1);
    assert_int_equal(c->doubt, VERDICT_ACCEPTED);
    assert_int_equal(c->units[0].votes[1], 920);
    assert_true(w->report.keep && !c->corrected);
}

static void a_fall_that_stands_is_a_correction(void **state)
{
    struct world *w = *state;
    world_take(w, 0, MAYOR("1000", "900"));
    world_take(w, 60, MAYOR("800", "910"));
    world_take(w, 60 + 599, MAYOR("801", "910"));
    assert_int_equal(world_votes(w, 0, "7", "", "Ann"), 1000);
    assert_int_equal(w->report.note_count, 0); /* told when it began */
    world_take(w, 60 + 600, MAYOR("802", "911"));
    assert_int_equal(world_notes(w, VERDICT_CORRECTED), 1);
    assert_int_equal(world_votes(w, 0, "7", "", "Ann"), 802);
    assert_true(world_contest(w, 0, "7")->corrected);
    assert_true(w->report.keep);
}

static void a_deep_fall_waits_for_its_return(void **state)
{
    struct world *w = *state; /* House 54A of Minnesota, 5 November 2024 */
    world_take(w, 0, MAYOR("16230", "14000") CLERK("5", "5"));
    world_take(w, 600, MAYOR("0", "0") CLERK("6", "5"));
    assert_int_equal(world_notes(w, VERDICT_FALL_DESK), 1);
    world_take(w, 3600, MAYOR("13000", "12000") CLERK("6", "6"));
    world_take(w, 7000, MAYOR("13100", "12100") CLERK("6", "7"));
    assert_int_equal(world_votes(w, 0, "7", "", "Ann"), 16230);
    assert_int_equal(world_votes(w, 0, "8", "", "Dee"), 7);
    world_take(w, 9600, MAYOR("21931", "20100") CLERK("6", "7"));
    assert_int_equal(world_notes(w, VERDICT_RESTORED), 1);
    assert_int_equal(world_votes(w, 0, "7", "", "Ann"), 21931);
}

static void a_small_fall_is_published_and_flagged(void **state)
{
    struct world *w = *state;
    world_take(w, 0, MAYOR("1000", "900"));
    world_take(w, 60, MAYOR("960", "900"));
    assert_int_equal(world_notes(w, VERDICT_FALL_FLAG), 1);
    assert_int_equal(world_votes(w, 0, "7", "", "Ann"), 960);
    assert_true(w->report.keep);
    world_take(w, 61, MAYOR("961", "900"));
    assert_int_equal(world_contest(w, 0, "7")->doubt, VERDICT_ACCEPTED);
}

#define COUNTIES(total, a, b)                                                                      \
    "contest 7|Mayor|GA\n choice 1|Ann|\n total " total "\n county 1|Fulton ; " a                  \
    "\n county 2|Cobb ; " b "\n"

static void a_county_is_held_alone(void **state)
{
    struct world *w = *state;
    world_take(w, 0, COUNTIES("9000", "4000", "5000"));
    world_take(w, 60, COUNTIES("9100", "3500", "5600"));
    assert_int_equal(world_notes(w, VERDICT_FALL_HOLD), 1);
    assert_int_equal(world_votes(w, 0, "7", "", "Ann"), 9100);
    assert_int_equal(world_votes(w, 0, "7", "Fulton", "Ann"), 4000);
    assert_int_equal(world_votes(w, 0, "7", "Cobb", "Ann"), 5600);
    assert_int_equal(world_contest(w, 0, "7")->doubt, VERDICT_FALL_HOLD);
    /* A payload without the county leaves it in doubt. */
    world_take(w, 70, "contest 7|Mayor|GA\n choice 1|Ann|\n total 9101\n county 2|Cobb ; 5601\n");
    assert_int_equal(world_contest(w, 0, "7")->doubt, VERDICT_FALL_HOLD);
    assert_int_equal(world_votes(w, 0, "7", "Fulton", "Ann"), 4000);
}

static void a_double_load_is_held(void **state)
{
    struct world *w = *state;
    world_take(w, 0, MAYOR("1000", "900") CLERK("700", "800"));
    world_take(w, 60, MAYOR("2000", "1800") CLERK("1400", "1600"));
    assert_int_equal(world_notes(w, VERDICT_DOUBLED), 2);
    assert_int_equal(world_votes(w, 0, "7", "", "Ann"), 1000);
    world_take(w, 90, MAYOR("1010", "905") CLERK("1900", "2000"));
    assert_int_equal(world_notes(w, VERDICT_RESTORED), 2);
    assert_int_equal(world_votes(w, 0, "8", "", "Cy"), 1900);
    assert_int_equal(world_votes(w, 0, "7", "", "Ann"), 1010);
}

static void doubling_in_few_contests_is_counting(void **state)
{
    struct world *w = *state;
    const char *more = "contest 9|Judge|GA\n choice 1|Flo|\n total 1000\n";
    char one[600], two[600];
    snprintf(one, sizeof(one), "%s%s", MAYOR("1000", "900") CLERK("700", "800"), more);
    snprintf(two, sizeof(two), "%s%s", MAYOR("2000", "1800") CLERK("710", "810"), more);
    world_take(w, 0, one);
    world_take(w, 60, two);
    assert_int_equal(w->report.note_count, 0);
    assert_int_equal(world_votes(w, 0, "7", "", "Ann"), 2000);
}

static void swapped_columns_wait(void **state)
{
    struct world *w = *state;
    world_take(w, 0, MAYOR("5000", "3000"));
    world_take(w, 60, MAYOR("3010", "5020"));
    assert_int_equal(world_notes(w, VERDICT_SWAPPED), 1);
    assert_int_equal(world_votes(w, 0, "7", "", "Ann"), 5000);
    world_take(w, 120, MAYOR("5100", "3100")); /* and swapped back */
    assert_int_equal(world_notes(w, VERDICT_RESTORED), 1);
    world_take(w, 180, MAYOR("3150", "5150"));
    world_take(w, 180 + 600, MAYOR("3151", "5151"));
    assert_int_equal(world_votes(w, 0, "7", "", "Ann"), 3151);
    assert_true(world_contest(w, 0, "7")->corrected);
}

#define TURNED(b, a)                                                                               \
    "contest 7|Mayor|GA\n choice 1|Bob|Rep\n choice 2|Ann|Dem\n total " b " " a "\n"

static void a_changed_roster_holds_the_contest(void **state)
{
    struct world *w = *state;
    world_take(w, 0, MAYOR("1000", "900"));
    uint64_t rev = world_contest(w, 0, "7")->roster_rev;
    world_take(w, 60, TURNED("905", "1005"));
    assert_int_equal(world_notes(w, VERDICT_SWAPPED), 1);
    assert_int_equal(world_votes(w, 0, "7", "", "Ann"), 1000);
    assert_int_equal(world_contest(w, 0, "7")->roster_rev, rev);
    world_take(w, 90, MAYOR("1010", "910")); /* and back */
    assert_int_equal(world_contest(w, 0, "7")->doubt, VERDICT_ACCEPTED);
    assert_int_equal(world_votes(w, 0, "7", "", "Bob"), 910);
    world_take(w, 100, TURNED("920", "1020"));
    world_take(w, 100 + 600, TURNED("921", "1021"));
    assert_int_equal(world_votes(w, 0, "7", "", "Ann"), 1021);
    assert_true(slice_is(world_contest(w, 0, "7")->choices[0].name, "Bob"));
    assert_int_equal(world_contest(w, 0, "7")->choice_count, 2); /* once they were there twice */
    assert_true(world_contest(w, 0, "7")->roster_rev > rev);
    assert_true(world_contest(w, 0, "7")->corrected);
    assert_int_equal(w->report.changes[0].what & FEED_ROSTER, FEED_ROSTER);
}

static void a_roster_waits_from_its_own_first_payload(void **state)
{
    struct world *w = *state;
    const char *swapped = "contest 7|Mayor|GA\n choice 1|Ann|\n choice 2|Bob|\n total 9000 9100\n"
                          " county 1|Fulton ; 3000 5100\n";
    world_take(w, 0,
               "contest 7|Mayor|GA\n choice 1|Ann|\n choice 2|Bob|\n total 9000 9000\n"
               " county 1|Fulton ; 5000 3000\n");
    world_take(w, 60, swapped);
    assert_int_equal(world_contest(w, 0, "7")->doubt, VERDICT_SWAPPED);
    world_take(w, 3600, TURNED("9200", "9100"));
    assert_int_equal(world_notes(w, VERDICT_SWAPPED), 1);
    assert_true(slice_is(world_contest(w, 0, "7")->choices[0].name, "Ann"));
    assert_int_equal(world_votes(w, 0, "7", "", "Ann"), 9000);
}

/* The county of a contest may be known by its votes alone, so another county's are news of where it
 * is; other units and later figures are none. */
static void a_new_county_asks_where_the_contest_is(void **state)
{
    struct world *w = *state;
    world_take(w, 0, MAYOR("1000", "900") " county 1|Fulton ; 1000 900\n");
    world_take(w, 60, MAYOR("1001", "900") " county 1|Fulton ; 1001 900\n");
    assert_int_equal(w->report.changes[0].what, FEED_FIGURES);
    world_take(w, 180, MAYOR("1005", "901") " county 1|Fulton ; 1001 900\n county 2|Cobb ; 4 1\n");
    assert_int_equal(w->report.changes[0].what, FEED_FIGURES | FEED_THERE);
    world_take(w, 240, MAYOR("1006", "901") " county 1|Fulton ; 1001 900\n county 2|Cobb ; 5 1\n");
    assert_int_equal(w->report.changes[0].what, FEED_FIGURES);
}

static void a_late_write_in_line_is_no_change(void **state)
{
    struct world *w = *state;
    world_take(w, 0, MAYOR("1000", "900"));
    world_take(w, 60,
               "contest 7|Mayor|GA\n choice 9|Write-in| ; write-in\n choice 1|Ann|Dem\n"
               " choice 2|Bob|Rep\n total 3 1001 901\n");
    assert_int_equal(w->report.note_count, 0);
    assert_int_equal(world_votes(w, 0, "7", "", "Ann"), 1001);
    assert_int_equal(world_votes(w, 0, "7", "", "Write-in"), 3);
    assert_true(slice_is(world_contest(w, 0, "7")->choices[0].name, "Ann")); /* indexes stay */
}

static void missing_contests_keep_their_figures(void **state)
{
    struct world *w = *state;
    world_take(w, 0, MAYOR("100", "90") CLERK("5", "6"));
    assert_int_equal(world_take(w, 60, "facts delta=1\n" MAYOR("101", "90")), VERDICT_ACCEPTED);
    assert_false(world_contest(w, 0, "8")->gone);
    assert_int_equal(world_take(w, 90, MAYOR("102", "90")), VERDICT_ROSTER);
    assert_true(world_contest(w, 0, "8")->gone);
    assert_int_equal(world_votes(w, 0, "8", "", "Dee"), 6);
    assert_true(w->report.used && !w->report.keep);
    assert_int_equal(world_take(w, 120, MAYOR("103", "90") CLERK("5", "7")), VERDICT_ACCEPTED);
    assert_false(world_contest(w, 0, "8")->gone);
    assert_true(w->report.keep);
}

static void a_zeroed_file_is_held_whole(void **state)
{
    struct world *w = *state;
    world_take(w, 0, MAYOR("100", "90") CLERK("0", "0"));
    assert_int_equal(world_take(w, 60, MAYOR("0", "0") CLERK("0", "0")), VERDICT_EMPTY);
    assert_false(w->report.used);
    assert_int_equal(world_take(w, 90, MAYOR("?", "?") CLERK("?", "0")), VERDICT_EMPTY);
    assert_int_equal(world_votes(w, 0, "7", "", "Ann"), 100);
    assert_int_equal(world_take(w, 120, MAYOR("120", "90") CLERK("1", "0")), VERDICT_ACCEPTED);
}

static void a_figure_taken_back_is_held(void **state)
{
    struct world *w = *state;
    world_take(w, 0, MAYOR("100", "90"));
    world_take(w, 60, MAYOR("110", "?"));
    assert_int_equal(world_notes(w, VERDICT_FALL_DESK), 1);
    assert_int_equal(world_votes(w, 0, "7", "", "Bob"), 90);
    assert_int_equal(world_votes(w, 0, "7", "", "Ann"), 100);
}

#define CAST(n)                                                                                    \
    "contest 7|Mayor|GA ; allowed=1\n choice 1|Ann|\n total " n                                    \
    " ; ballots=20000 registered=30000\n"

static void too_many_votes_are_held(void **state)
{
    struct world *w = *state;
    world_take(w, 0, CAST("15371"));
    world_take(w, 60, CAST("153710"));
    assert_int_equal(world_notes(w, VERDICT_OVERVOTE), 1);
    assert_int_equal(world_votes(w, 0, "7", "", "Ann"), 15371);
}

static void a_contest_the_reader_refused_keeps_its_figures(void **state)
{
    struct world *w = *state;
    char text[16000];
    size_t n = 0;
    for (int i = 0; i < 120; i++)
        n += (size_t)snprintf(text + n, sizeof(text) - n,
                              "contest %d|Race %d|GA\n choice 1|Ann|\n total 5\n", i, i);
    world_take(w, 0, text);
    snprintf(text + n, sizeof(text) - n,
             "contest x|Bad|GA\n choice 1|Ann|\n total 5\n bad worse\n");
    char *seven = strstr(text, "contest 7|");
    assert_non_null(seven);
    memcpy(strstr(seven, "total 5\n"), "bad xyz\n", 8);
    snprintf(text + n, sizeof(text) - n, "contest y|New|GA\n choice 1|Ann|\n total 5\n");
    assert_int_equal(world_take(w, 60, text), VERDICT_ACCEPTED);
    assert_int_equal(world_notes(w, VERDICT_CONTEST_BAD), 1);
    assert_int_equal(world_contest(w, 0, "7")->doubt, VERDICT_CONTEST_BAD);
    assert_false(world_contest(w, 0, "7")->gone);
    assert_int_equal(world_votes(w, 0, "7", "", "Ann"), 5);
    assert_true(w->report.held);
}

/* What is wrong with one county's contest put every county's of that name in doubt. */
static void a_refused_contest_of_one_county_is_no_other_countys(void **state)
{
    struct world *w = *state;
    char text[16000];
    size_t n = (size_t)snprintf(text, sizeof(text),
                                "contest |Sheriff|GA|Elm\n choice 1|Ann|\n total 5\n"
                                "contest |Sheriff|GA|Oak\n choice 1|Bob|\n total 6\n");
    for (int i = 0; i < 120; i++)
        n += (size_t)snprintf(text + n, sizeof(text) - n,
                              "contest %d|Race %d|GA\n choice 1|Ann|\n total 5\n", i, i);
    world_take(w, 0, text);
    memcpy(strstr(text, "total 6\n"), "bad xyz\n", 8);
    assert_int_equal(world_take(w, 60, text), VERDICT_ACCEPTED);
    struct map *contests = w->m.feeds[0].contests;
    const struct feed_contest *elm = map_get(contests, SLICE("Elm\x1f\x1fSheriff"));
    const struct feed_contest *oak = map_get(contests, SLICE("Oak\x1f\x1fSheriff"));
    assert_int_equal(elm->doubt, VERDICT_ACCEPTED);
    assert_int_equal(oak->doubt, VERDICT_CONTEST_BAD);
    assert_false(oak->gone);
}

static void another_watch_is_refused(void **state)
{
    struct world *w = *state;
    assert_int_equal(world_take(w, 0, "facts test=1\n" MAYOR("1", "2")), VERDICT_WRONG_MODE);
    assert_int_equal(world_take(w, 0, "facts date=2020-11-03\n" MAYOR("1", "2")),
                     VERDICT_WRONG_DATE);
    assert_null(world_contest(w, 0, "7"));
    assert_int_equal(world_take(w, 0, "facts test=0 date=2021-01-05\n" MAYOR("1", "2")),
                     VERDICT_ACCEPTED);
    w->settings.mode = MODE_TEST;
    assert_int_equal(world_take(w, 9, "facts test=0\n" MAYOR("3", "2")), VERDICT_WRONG_MODE);
    assert_int_equal(world_take(w, 9, "facts test=1\n" MAYOR("3", "2")), VERDICT_ACCEPTED);
    w->settings.mode = MODE_REHEARSAL;
    assert_int_equal(world_take(w, 19, "facts test=0\n" MAYOR("4", "2")), VERDICT_ACCEPTED);
}

static bool tick(struct world *w, int64_t second)
{
    bool judged;
    arena_reset(w->arena);
    w->report.arena = w->arena;
    assert_true(feed_tick(&w->m, w->start + second * WHEN_SECOND, &w->report, &judged, &w->err));
    return judged;
}

static void early_votes_wait_for_the_clock(void **state)
{
    struct world *w = *state;
    assert_int_equal(feed_next_tick(&w->m, w->start), WHEN_NEVER);
    assert_int_equal(world_take(w, -7200, MAYOR("0", "0")), VERDICT_ACCEPTED);
    assert_int_equal(world_take(w, -4000, MAYOR("1", "0")), VERDICT_EARLY);
    assert_int_equal(world_take(w, -3900, MAYOR("3", "0")), VERDICT_EARLY);
    assert_true(w->report.held && !w->report.used);
    assert_int_equal(world_votes(w, 0, "7", "", "Ann"), 0);
    assert_int_equal(feed_next_tick(&w->m, w->start - 3800000), w->start - 3600000);
    assert_false(tick(w, -3601));
    assert_true(tick(w, -3600));
    assert_int_equal(w->report.verdict, VERDICT_ACCEPTED);
    assert_true(w->report.keep);
    assert_int_equal(world_votes(w, 0, "7", "", "Ann"), 3);
    assert_false(tick(w, -3600));
    assert_int_equal(feed_next_tick(&w->m, w->start), WHEN_NEVER);
    /* And even what we kept ourselves is not believed before the close. */
    assert_int_equal(world_take_as(w, 1, 0, -4000, MAYOR("1", "0"), "", true), VERDICT_EARLY);
}

static void each_place_waits_for_its_own_close(void **state)
{
    struct world *w = *state;
    w->polls[1] = (struct settings_polls){.state = SLICE("CA"), .minute = 1440 + 180};
    w->polls[2] = (struct settings_polls){
        .state = SLICE("GA"), .county = SLICE("Cobb"), .minute = 1440 + 120};
    w->settings.polls_count = 3;
    const char *text = COUNTIES("9", "4", "5") "contest 9|Judge|CA\n choice 1|Flo|\n total 8\n";
    assert_int_equal(world_take(w, -3601, text), VERDICT_EARLY);
    assert_true(tick(w, -3600)); /* GA has closed, Cobb in it and CA have not */
    assert_int_equal(w->report.verdict, VERDICT_ACCEPTED);
    assert_true(w->report.held && !w->report.keep);
    assert_int_equal(world_notes(w, VERDICT_EARLY), 2);
    assert_int_equal(world_votes(w, 0, "7", "", "Ann"), 9);
    assert_int_equal(world_votes(w, 0, "7", "Fulton", "Ann"), 4);
    assert_int_equal(world_votes(w, 0, "7", "Cobb", "Ann"), VOTES_UNKNOWN);
    assert_null(world_contest(w, 0, "9"));
    assert_false(tick(w, 3599));
    assert_true(tick(w, 3600));
    assert_int_equal(world_votes(w, 0, "7", "Cobb", "Ann"), 5);
    assert_true(tick(w, 7200));
    assert_int_equal(world_votes(w, 0, "9", "", "Flo"), 8);
    assert_true(w->report.keep);
}

static void a_newer_payload_replaces_the_waiting_one(void **state)
{
    struct world *w = *state;
    world_take(w, -4000, MAYOR("9", "9"));
    assert_int_equal(world_take(w, -3700, MAYOR("0", "0")), VERDICT_ACCEPTED);
    assert_false(tick(w, 0)); /* those were test votes */
    assert_int_equal(world_votes(w, 0, "7", "", "Ann"), 0);
}

static void files_of_one_source_do_not_mix(void **state)
{
    static const struct slice names[2] = {SLICE_INIT("house"), SLICE_INIT("senate")};
    struct world *w = *state;
    feed_done(&w->m);
    w->sources[0].files = names;
    w->sources[0].file_count = 2;
    assert_true(feed_init(&w->m, &w->err));
    world_take_as(w, 0, 0, 0, OWN("01:00:00") MAYOR("100", "90"), "", false);
    world_take_as(w, 0, 1, 1, OWN("00:50:00") MAYOR("50", "40") CLERK("5", "6"), "", false);
    assert_int_equal(world_votes(w, 0, "7", "", "Ann"), 100);
    assert_int_equal(world_votes(w, 0, "8", "", "Dee"), 6);
    assert_int_equal(w->report.verdict,
                     VERDICT_ACCEPTED); /* nor is one file's contest missing in the other */
    world_take_as(w, 0, 1, 600, OWN("01:10:00") MAYOR("110", "95") CLERK("5", "6"), "", false);
    assert_int_equal(world_votes(w, 0, "7", "", "Ann"), 110);
    assert_int_equal(world_contest(w, 0, "7")->file, 1);
    world_take_as(w, 0, 0, 700, OWN("01:05:00") MAYOR("105", "90"), "", false);
    assert_int_equal(world_votes(w, 0, "7", "", "Ann"), 110);
    assert_true(feed_fresh(&w->m, 0, 0, w->start + 700000));
}

static void the_file_listed_first_goes_first(void **state)
{
    static const struct slice names[2] = {SLICE_INIT("house"), SLICE_INIT("senate")};
    struct world *w = *state;
    feed_done(&w->m);
    w->sources[0].files = names;
    w->sources[0].file_count = 2;
    assert_true(feed_init(&w->m, &w->err));
    world_take_as(w, 0, 1, 0, MAYOR("100", "90"), "", false);
    world_take_as(w, 0, 0, 1, MAYOR("101", "90") CLERK("5", "6"), "", false);
    assert_int_equal(world_votes(w, 0, "7", "", "Ann"), 101);
    assert_int_equal(world_take_as(w, 0, 1, 2, MAYOR("102", "90"), "", false), VERDICT_ACCEPTED);
    assert_int_equal(world_votes(w, 0, "7", "", "Ann"), 101);
    assert_false(world_contest(w, 0, "8")->gone); /* it is not this file's */
}

static void a_restored_payload_moves_as_it_likes(void **state)
{
    struct world *w = *state;
    world_take_as(w, 0, 0, 0, MAYOR("1000", "900"), "", true);
    world_take_as(w, 0, 0, 1, MAYOR("10", "900"), "", true);
    assert_int_equal(w->report.note_count, 0);
    assert_int_equal(world_votes(w, 0, "7", "", "Ann"), 10);
    /* The last good one, then the newest that was held, with its own time: the hold is the same as
     * before. */
    world_take(w, 60, MAYOR("1", "700"));
    assert_int_equal(world_contest(w, 0, "7")->units[0].hold.since, w->start + 60000);
}

/* Random nights: whatever a feed does, each figure on air is one some payload had, and what is
 * played twice is the same. */
static void random_night(struct world *w, struct random *rnd, bool (*seen)[4000])
{
    int64_t votes[2] = {1000, 1200};
    for (int64_t step = 0; step < 120; step++) {
        char text[300], salt[24];
        for (int i = 0; i < 2; i++) {
            int64_t by = (int64_t)random_between(rnd, 0, 99);
            votes[i] = by < 80   ? votes[i] + by / 8
                       : by < 90 ? votes[i] - (int64_t)random_between(rnd, 0, (uint64_t)votes[i])
                       : by < 95 ? votes[i] / 3
                                 : (votes[i] * 2) % 4000;
            votes[i] = votes[i] < 0 ? 0 : votes[i] % 4000;
            seen[i][votes[i]] = true;
        }
        snprintf(text, sizeof(text),
                 "contest 7|Mayor|GA\n choice 1|Ann|\n choice 2|Bob|\n total %d %d\n",
                 (int)votes[0], (int)votes[1]);
        snprintf(salt, sizeof(salt), "%d", (int)step);
        world_take_as(w, 0, 0, step * (int64_t)random_between(rnd, 1, 300), text, salt, false);
        const struct feed_contest *c = world_contest(w, 0, "7");
        for (int i = 0; c && i < 2; i++)
            if (c->units[0].votes[i] >= 0)
                assert_true(seen[i][c->units[0].votes[i]]);
        bool held = c && c->units[0].hold.why != VERDICT_ACCEPTED;
        assert_true(!c || held == (verdict_info[c->doubt].class == CLASS_HOLD));
    }
}

static void every_figure_was_in_a_payload(void **state)
{
    struct world *w = *state;
    for (uint64_t seed = 1; seed <= 40; seed++) {
        static bool seen[2][4000];
        int64_t last[2] = {-1, -1};
        for (int again = 0; again < 2; again++) {
            struct random rnd = {seed};
            memset(seen, 0, sizeof(seen));
            feed_done(&w->m);
            assert_true(feed_init(&w->m, &w->err));
            random_night(w, &rnd, seen);
            int64_t now = world_votes(w, 0, "7", "", "Ann");
            last[again] = now;
        }
        assert_int_equal(last[0], last[1]);
    }
}

#define T(f) cmocka_unit_test_setup_teardown(f, world_set_up, world_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(the_same_bytes_change_nothing),
        T(an_older_payload_never_goes_on_air),
        T(a_copy_that_was_on_air_is_older),
        T(what_was_durable_is_known_again),
        T(names_are_remembered_when_a_feed_drops_them),
        T(one_id_for_many_contests_stays_many),
        T(two_texts_of_one_id_are_not_one_silent_contest),
        T(a_fall_is_held_until_it_is_back),
        T(a_fall_that_stands_is_a_correction),
        T(a_deep_fall_waits_for_its_return),
        T(a_small_fall_is_published_and_flagged),
        T(a_county_is_held_alone),
        T(a_double_load_is_held),
        T(doubling_in_few_contests_is_counting),
        T(swapped_columns_wait),
        T(a_changed_roster_holds_the_contest),
        T(a_roster_waits_from_its_own_first_payload),
        T(a_new_county_asks_where_the_contest_is),
        T(a_late_write_in_line_is_no_change),
        T(missing_contests_keep_their_figures),
        T(a_zeroed_file_is_held_whole),
        T(a_figure_taken_back_is_held),
        T(too_many_votes_are_held),
        T(a_contest_the_reader_refused_keeps_its_figures),
        T(a_refused_contest_of_one_county_is_no_other_countys),
        T(another_watch_is_refused),
        T(early_votes_wait_for_the_clock),
        T(each_place_waits_for_its_own_close),
        T(a_newer_payload_replaces_the_waiting_one),
        T(files_of_one_source_do_not_mix),
        T(the_file_listed_first_goes_first),
        T(a_restored_payload_moves_as_it_likes),
        T(every_figure_was_in_a_payload),
    };

    return cmocka_run_group_tests_name("core_feed", tests, NULL, NULL);
}
