/* SPDX-License-Identifier: ISC */
/* Rows that differ in one column only, or lack one value: what a mapping makes of each is its own.
 *
 * What rows say is worked out once for the columns it depends on, so each kind of column has a pair
 * of rows here that are the same but for it. */
#include <stdio.h>

#include "tests/unit/format_case.h"

#define BARE                                                                                       \
    "header=no\nseparator=semicolon\ncolumn.contest=#1\ncolumn.choice=#2\ncolumn.votes=#3\n"       \
    "precincts=yes\n"

static void refused(const char *options, const char *rows, enum wire_failure kind, const char *why)
{
    struct format_case c = {.format = "delimited", .options = options, .payload = rows};
    assert_refused(&c, kind, why);
}

/* ---- columns that tell rows apart ---- */

static void a_measures_columns_tell_rows_apart(void **state)
{
    static const char options[] = BARE
        "column.yes=#3\ncolumn.no=#4\nmeasure.when.#5=^Retention$\nmeasure.contest={#1}: {#2}\n";
    (void)state;
    delimited_gives(options, "Judge;Ann Lee;7;3;Election\nJudge;Ann Lee;8;2;Retention\n",
                    "Judge@ Ann Lee=7; Judge: Ann Lee@ Yes=8 No=2; ");
    delimited_gives(options, "Judge;Ann Lee;8;2;Retention\nJudge;Ann Lee;7;3;Election\n",
                    "Judge: Ann Lee@ Yes=8 No=2; Judge@ Ann Lee=7; ");
}

static void a_measures_title_tells_rows_apart(void **state)
{
    (void)state;
    delimited_gives(
        BARE "column.yes=#3\ncolumn.no=#4\nmeasure.when.#4=[0-9]\nmeasure.contest={#1} {#5}\n",
        "Question;;7;3;Levy\nQuestion;;8;3;Bonds\n",
        "Question Levy@ Yes=7 No=3; Question Bonds@ Yes=8 No=3; ");
}

static void a_column_that_makes_contests_counties_tells_rows_apart(void **state)
{
    (void)state;
    delimited_gives(
        BARE "column.county=#4\ncontest-per-county=#5=^County\n",
        "Clerk;Ann;5;Elm;State\nClerk;Ann;6;Elm;County, 2 years\nClerk;Ann;7;Oak;County\n"
        "Clerk;Ann;8;Oak;State\n",
        "Clerk@ Ann=13 [Elm 5] [Oak 8]; Clerk@Elm Ann=6; Clerk@Oak Ann=7; ");
}

static void a_column_that_makes_contests_whole_tells_rows_apart(void **state)
{
    (void)state;
    delimited_gives(BARE "column.county=#4\ncontest-per-county=yes\ncontest-whole.#5=^State\n",
                    "Clerk;Ann;6;Elm;County\nClerk;Ann;5;Elm;State\nClerk;Ann;8;Oak;Statewide\n"
                    "Clerk;Ann;7;Oak;County\n",
                    "Clerk@Elm Ann=6; Clerk@ Ann=13 [Elm 5] [Oak 8]; Clerk@Oak Ann=7; ");
}

static void a_contest_may_be_whole_though_its_like_is_each_countys(void **state)
{
    (void)state;
    delimited_gives(
        BARE "column.county=#4\ncontest-per-county=#1=^Question\ncontest-whole.#1=^Question 1$\n",
        "Question 1;Yes;5;Elm\nQuestion 1;Yes;6;Oak\nQuestion 2;Yes;7;Elm\n"
        "Question 2;Yes;8;Oak\n",
        "Question 1@ Yes=11 [Elm 5] [Oak 6]; Question 2@Elm Yes=7; Question 2@Oak Yes=8; ");
}

static void a_column_that_says_the_level_tells_rows_apart(void **state)
{
    static const char options[] = BARE "column.county=#4\ncolumn.precinct=#5\n"
                                       "level.county.#6=^County$\nlevel.total.#6=^State$\n";
    (void)state;
    delimited_gives(
        options,
        "Mayor;Ann;3;Elm;1;Precinct\nMayor;Ann;10;Elm;1;County\nMayor;Ann;30;Elm;1;State\n",
        "Mayor@ Ann=30 [Elm 10] [Elm / 1 3]; ");
}

/* ---- cuts ---- */

static void a_place_may_be_cut_out_of_a_contest(void **state)
{
    (void)state;
    delimited_gives(BARE "cut.county.contest=^([A-Z]+): \n",
                    "ELM: Mayor;Ann;5\nELM: Mayor;Bo;1\nOAK: Mayor;Ann;6\nOAK: Mayor;Bo;2\n",
                    "Mayor@ Ann=11 [ELM 5] [OAK 6] Bo=3 [ELM 1] [OAK 2]; ");
}

static void a_place_may_be_cut_out_of_what_was_cut_out_of_a_contest(void **state)
{
    (void)state;
    delimited_gives(BARE "cut.choice.contest=: (.*)$\ncut.county.choice= of ([A-Za-z]+)$\n",
                    "Mayor: Ann of Elm;;5\nMayor: Ann of Oak;;6\n",
                    "Mayor@ Ann=11 [Elm 5] [Oak 6]; ");
}

static void a_contest_may_be_cut_out_of_a_choice(void **state)
{
    (void)state;
    delimited_gives("header=no\nseparator=semicolon\ncolumn.contest=#4\ncolumn.contest-id=#1\n"
                    "column.choice=#2\ncolumn.votes=#3\ncut.contest.choice=^([A-Za-z]+): \n",
                    "7;Mayor: Ann;5;\n7;Clerk: Bo;6;\n7;Mayor: Cy;7;\n",
                    "Mayor@ Ann=5 Cy=7; Clerk@ Bo=6; ");
}

static void a_value_is_the_same_in_any_case_and_the_first_counts(void **state)
{
    (void)state;
    delimited_gives(
        BARE "value.contest.m1=Mayor\nvalue.contest.M1=Clerk\nvalue.contest.mb c=Judge\n"
             "value.choice.m1=Em\n",
        "M1;Ann;5\nm1;M1;6\nMB C;Bo;7\nM2;Ann;7\n", "Mayor@ Ann=5 Em=6; Judge@ Bo=7; M2@ Ann=7; ");
}

static void a_filter_looks_at_each_row_where_it_looks_at_more_than_the_contest(void **state)
{
    (void)state;
    delimited_gives(BARE "drop.#2=^Nobody\n", "Mayor;Ann;5\nMayor;Nobody;6\nMayor;Bo;7\n",
                    "Mayor@ Ann=5 Bo=7; ");
    delimited_gives(BARE "drop.#2=^Nobody\n", "Mayor;Nobody;6\nMayor;Ann;5\nMayor;Bo;7\n",
                    "Mayor@ Ann=5 Bo=7; ");
    delimited_gives(BARE "drop.#1=^Straight\n",
                    "Straight;Ann;6\nMayor;Ann;5\nStraight;Bo;7\nMayor;Bo;8\n",
                    "Mayor@ Ann=5 Bo=8; ");
}

static void a_cut_fills_only_what_is_blank(void **state)
{
    struct format_case c = {.format = "delimited",
                            .options = BARE "column.party=#4\ncut.party.choice=\\(([A-Z]+)\\)$\n",
                            .payload = "Mayor;Ann (DEM);5;GRN\nMayor;Bo (DEM);6;\n"};
    (void)state;
    assert_true(case_run(&c));
    assert_text(&c, c.r.choices[0].party, "GRN");
    assert_text(&c, c.r.choices[0].name, "Ann");
    assert_text(&c, c.r.choices[1].party, "DEM");
    assert_text(&c, c.r.choices[1].name, "Bo");
    case_done(&c);
}

/* ---- figures with an unknown part ---- */

static void columns_with_an_unknown_part_are_unknown_in_any_order(void **state)
{
    (void)state;
    delimited_gives("header=no\nseparator=semicolon\ncolumn.contest=#1\ncolumn.choice=#2\n"
                    "column.votes=#3 + #4 + #5\nthousands=yes\n",
                    "Mayor;Ann;;2;3\nMayor;Bo;1;;3\nMayor;Cy;1;2;\nMayor;Di;;;3\nMayor;Ed;1;2;3\n"
                    "Mayor;Flo;;1,002;3\n",
                    "Mayor@ Ann=-1 Bo=-1 Cy=-1 Di=-1 Ed=6 Flo=-1; ");
}

static void vote_types_with_an_unknown_part_are_unknown_in_any_order(void **state)
{
    (void)state;
    delimited_gives(BARE "column.type=#4\n",
                    "Mayor;Ann;;Mail\nMayor;Ann;6;Day\nMayor;Ann;7;Early\n"
                    "Mayor;Bo;5;Mail\nMayor;Bo;;Day\nMayor;Bo;7;Early\n"
                    "Mayor;Cy;5;Mail\nMayor;Cy;6;Day\nMayor;Cy;;Early\n"
                    "Mayor;Di;5;Mail\nMayor;Di;6;Day\nMayor;Di;7;Early\n",
                    "Mayor@ Ann=-1 Bo=-1 Cy=-1 Di=18; ");
}

/* A total that is stated holds, but what is missing in it is not known. */
static void a_stated_total_of_vote_types_outweighs_an_unknown_part(void **state)
{
    (void)state;
    delimited_gives(BARE "column.type=#4\n",
                    "Mayor;Ann;;Mail\nMayor;Ann;6;Day\nMayor;Ann;9;Total\n"
                    "Mayor;Bo;5;Mail\nMayor;Bo;6;Day\nMayor;Bo;;Total\n",
                    "Mayor@ Ann=9 Bo=-1; ");
}

static void units_with_an_unknown_part_are_unknown_in_any_order(void **state)
{
    static const char rows[] = "Mayor;Ann;;Elm;1\nMayor;Ann;6;Elm;2\nMayor;Bo;5;Elm;1\n"
                               "Mayor;Bo;;Elm;2\nMayor;Cy;5;Elm;1\nMayor;Cy;6;Elm;2\n";
    static const char bare[] = "header=no\nseparator=semicolon\ncolumn.contest=#1\n"
                               "column.choice=#2\ncolumn.votes=#3\ncolumn.county=#4\n"
                               "column.precinct=#5\n";
    (void)state;
    delimited_gives(bare, rows, "Mayor@ Ann=-1 [Elm -1] Bo=-1 [Elm -1] Cy=11 [Elm 11]; ");
    delimited_gives(BARE "column.county=#4\ncolumn.precinct=#5\n", rows,
                    "Mayor@ Ann=-1 [Elm -1] [Elm / 1 -1] [Elm / 2 6] Bo=-1 [Elm -1] [Elm / 1 5] "
                    "[Elm / 2 -1] Cy=11 [Elm 11] [Elm / 1 5] [Elm / 2 6]; ");
}

/* ---- the end of a file ---- */

static void fewer_rows_than_the_file_says_or_more_are_refused(void **state)
{
    static const char counted[] = BARE "trailer=^ROWS\nfact.count=^ROWS ([0-9]+)\n";
    static const char above[] = BARE "skip-lines=1\nfact.count=^ROWS ([0-9]+)\n";
    (void)state;
    delimited_gives(counted, "Mayor;Ann;5\nMayor;Bo;6\nROWS 2\n", "Mayor@ Ann=5 Bo=6; ");
    refused(counted, "Mayor;Ann;5\nMayor;Bo;6\nROWS 1\n", WIRE_TRUNCATED,
            "it has 2 rows and says they are 1");
    refused(counted, "Mayor;Ann;5\nMayor;Bo;6\nROWS 3\n", WIRE_TRUNCATED,
            "it has 2 rows and says they are 3");
    delimited_gives(above, "ROWS 2\nMayor;Ann;5\nMayor;Bo;6\n", "Mayor@ Ann=5 Bo=6; ");
    refused(above, "ROWS 1\nMayor;Ann;5\nMayor;Bo;6\n", WIRE_TRUNCATED,
            "it has 2 rows and says they are 1");
    refused(above, "ROWS 3\nMayor;Ann;5\nMayor;Bo;6\n", WIRE_TRUNCATED,
            "it has 2 rows and says they are 3");
    refused(above, "ROWS 0\nMayor;Ann;5\n", WIRE_TRUNCATED, "it has 1 rows and says they are 0");
}

static void a_trailer_is_required_where_there_are_no_rows_too(void **state)
{
    static const char headed[] = "column.contest=Race\ncolumn.choice=Name\ncolumn.votes=Votes\n"
                                 "trailer=^END$\n";
    (void)state;
    refused(headed, "Race,Name,Votes\n", WIRE_TRUNCATED, "the line such files end with is missing");
    refused(headed, "Race,Name,Votes\nEND\n", WIRE_SCHEMA, "it holds no contests");
    refused(BARE "trailer=^END$\nskip-lines=1\n", "County of Elm\n", WIRE_TRUNCATED,
            "the line such files end with is missing");
}

/* ---- names that are lent ---- */

static void a_rows_own_words_win_over_the_companions(void **state)
{
    struct format_case c = {
        .format = "delimited",
        .options = "header=no\nseparator=semicolon\nragged=yes\nnames.companion=yes\n"
                   "column.contest-id=#1\ncolumn.choice-id=#2\ncolumn.votes=#3\n"
                   "column.contest=#4\ncolumn.choice=#5\ncolumn.party=#6\n",
        .companion = "1;11;0;Mayor;Ann Lee;DEM\n1;12;0;Mayor;Bo Oak;REP\n",
        .payload = "1;11;5;Mayor of Elm;Anne Leigh;GRN\n1;12;6;Mayor of Elm;;\n"};
    (void)state;
    assert_true(case_run(&c));
    assert_says(&c, "Mayor of Elm@ Anne Leigh=5 Bo Oak=6; ");
    assert_text(&c, c.r.choices[0].party, "GRN");
    assert_text(&c, c.r.choices[1].party, "REP");
    case_done(&c);
}

/* ---- rows that say again what others said ---- */

static void a_candidate_stands_in_each_countys_contest_by_himself(void **state)
{
    (void)state;
    delimited_gives(BARE "column.county=#4\ncontest-per-county=yes\n",
                    "Clerk;Ann;5;Elm\nClerk;Ann;6;Oak\nClerk;Bo;7;Elm\nClerk;Bo;8;Oak\n"
                    "Clerk;Ann;5;Elm\nClerk;Bo;8;Oak\n",
                    "Clerk@Elm Ann=5 Bo=7; Clerk@Oak Ann=6 Bo=8; ");
}

/* So many that rows are taken one way and the other. */
static void the_same_names_in_many_contests_are_each_contests_own(void **state)
{
    enum { CONTESTS = 400, ROUNDS = 3 };
    static char rows[CONTESTS * ROUNDS * 64];
    size_t n = 0;
    (void)state;
    for (int i = 0; i < CONTESTS * ROUNDS; i++)
        n += (size_t)snprintf(rows + n, sizeof rows - n, "Q%d;Yes;%d;P%d\nQ%d;No;%d;P%d\n",
                              i % CONTESTS, i % CONTESTS, i / CONTESTS, i % CONTESTS, 7,
                              i / CONTESTS);
    struct format_case c = {
        .format = "delimited", .options = BARE "column.precinct=#4\n", .payload = rows};
    assert_true(case_run(&c));
    assert_int_equal(c.r.head->contests, CONTESTS);
    for (uint32_t i = 0; i < CONTESTS; i++) {
        assert_int_equal(c.r.contests[i].choices, 2);
        assert_int_equal(results_cell(&c.r, &c.r.contests[i], 0, 0)->votes, ROUNDS * (int)i);
        assert_int_equal(results_cell(&c.r, &c.r.contests[i], 0, 1)->votes, ROUNDS * 7);
    }
    case_done(&c);
}

static void a_figure_that_is_no_number_is_told_of_each_contest(void **state)
{
    (void)state;
    refused(BARE "column.reporting=#4\n",
            "Mayor;Ann;5;x\nMayor;Bo;5;x\nClerk;Bo;6;x\nJudge;Cy;7;1\n", WIRE_SCHEMA,
            "2 of 3 contests cannot be read");
}

static void a_units_figures_are_those_of_its_own_rows(void **state)
{
    struct format_case c = {.format = "delimited",
                            .options = BARE "column.county=#4\ncolumn.reporting=#5\n",
                            .payload = "Mayor;Ann;5;Elm;3\nMayor;Ann;6;Oak;3\nClerk;Bo;7;Oak;3\n"
                                       "Clerk;Bo;8;Elm;4\n"};
    static const int want[] = {3, 3, 3, 4};
    (void)state;
    assert_true(case_run(&c));
    for (uint32_t i = 0; i < 4; i++)
        assert_int_equal(c.r.units[i + 1 + i / 2].reporting, want[i]);
    case_done(&c);
}

static void a_statistic_nobody_wants_says_nothing_of_the_file(void **state)
{
    (void)state;
    delimited_gives(BARE "column.date=#4\n",
                    "Mayor;Ann;5;2024-11-05\nMayor;Over Votes;1;2024-11-06\n", "Mayor@ Ann=5; ");
}

/* Texts that lack what every match has are told from the others without matching. */
static void what_need_not_be_in_a_match_may_be_missing(void **state)
{
    static const struct {
        const char *pattern, *text;
    } matches[] = {{"^Xy?$", "X"},
                   {"^Xb{0,2}$", "X"},
                   {"^(X|Y)$", "Y"},
                   {"X|Y", "Y"},
                   {"^X\\.Y$", "X.Y"},
                   {"^X\\|Y$", "X|Y"},
                   {"^X[ab]+$", "Xba"},
                   {"(?i)^OVER", "over"},
                   {"^Xy*z$", "Xz"},
                   {"^(ab)?c$", "c"},
                   {"^Xb+*c$", "Xc"},
                   {"^.y$", "Xy"},
                   /* what is looked for is not what they begin with, and stands elsewhere too */
                   {"ab B", "abB ab B"},
                   {"(?i)a\\)b", "x)A)B"},
                   {"(?i) b", "A B"},
                   {"y Z$", "Zy Z"}};
    (void)state;
    for (size_t i = 0; i < sizeof matches / sizeof matches[0]; i++) {
        char options[400], rows[100];
        snprintf(options, sizeof options, "%sdrop.#2=%s\n", BARE, matches[i].pattern);
        snprintf(rows, sizeof rows, "Mayor;%s;5\nMayor;Ann;6\n", matches[i].text);
        delimited_gives(options, rows, "Mayor@ Ann=6; ");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_measures_columns_tell_rows_apart),
        cmocka_unit_test(a_measures_title_tells_rows_apart),
        cmocka_unit_test(a_column_that_makes_contests_counties_tells_rows_apart),
        cmocka_unit_test(a_column_that_makes_contests_whole_tells_rows_apart),
        cmocka_unit_test(a_contest_may_be_whole_though_its_like_is_each_countys),
        cmocka_unit_test(a_column_that_says_the_level_tells_rows_apart),
        cmocka_unit_test(a_place_may_be_cut_out_of_a_contest),
        cmocka_unit_test(a_place_may_be_cut_out_of_what_was_cut_out_of_a_contest),
        cmocka_unit_test(a_contest_may_be_cut_out_of_a_choice),
        cmocka_unit_test(a_value_is_the_same_in_any_case_and_the_first_counts),
        cmocka_unit_test(a_filter_looks_at_each_row_where_it_looks_at_more_than_the_contest),
        cmocka_unit_test(a_cut_fills_only_what_is_blank),
        cmocka_unit_test(columns_with_an_unknown_part_are_unknown_in_any_order),
        cmocka_unit_test(vote_types_with_an_unknown_part_are_unknown_in_any_order),
        cmocka_unit_test(a_stated_total_of_vote_types_outweighs_an_unknown_part),
        cmocka_unit_test(units_with_an_unknown_part_are_unknown_in_any_order),
        cmocka_unit_test(fewer_rows_than_the_file_says_or_more_are_refused),
        cmocka_unit_test(a_trailer_is_required_where_there_are_no_rows_too),
        cmocka_unit_test(a_rows_own_words_win_over_the_companions),
        cmocka_unit_test(a_candidate_stands_in_each_countys_contest_by_himself),
        cmocka_unit_test(the_same_names_in_many_contests_are_each_contests_own),
        cmocka_unit_test(a_figure_that_is_no_number_is_told_of_each_contest),
        cmocka_unit_test(a_units_figures_are_those_of_its_own_rows),
        cmocka_unit_test(a_statistic_nobody_wants_says_nothing_of_the_file),
        cmocka_unit_test(what_need_not_be_in_a_match_may_be_missing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
