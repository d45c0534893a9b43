/* SPDX-License-Identifier: ISC */
/* What the keys of a mapping mean, each on a file of a few lines. */
#include <stdio.h>

#include "parsers/charset.h"
#include "tests/unit/format_case.h"

/* The least a file of these tests has: contest, choice, votes. */
#define BARE                                                                                       \
    "header=no\nseparator=semicolon\ncolumn.contest=#1\ncolumn.choice=#2\ncolumn.votes=#3\n"

static struct format_case run(const char *options, const char *payload)
{
    struct format_case c = {.format = "delimited", .options = options, .payload = payload};
    if (!case_run(&c))
        fail_msg("%s", c.fault.err.text);
    return c;
}

static void refused(const char *options, const char *payload, enum wire_failure kind,
                    const char *why)
{
    struct format_case c = {.format = "delimited", .options = options, .payload = payload};
    assert_refused(&c, kind, why);
}

static const struct results_contest *contest(const struct format_case *c, uint32_t n)
{
    assert_true(n < c->r.head->contests);
    return &c->r.contests[n];
}

static const struct results_choice *choice(const struct format_case *c, uint32_t contest_n,
                                           uint32_t n)
{
    const struct results_contest *k = contest(c, contest_n);
    assert_true(n < k->choices);
    return &c->r.choices[k->first_choice + n];
}

static const struct results_unit *unit(const struct format_case *c, uint32_t contest_n, uint32_t n)
{
    const struct results_contest *k = contest(c, contest_n);
    assert_true(n < k->units);
    return &c->r.units[k->first_unit + n];
}

static int64_t votes(const struct format_case *c, uint32_t contest_n, uint32_t unit_n,
                     uint32_t choice_n)
{
    return results_cell(&c->r, contest(c, contest_n), unit_n, choice_n)->votes;
}

/* ---- values ---- */

static void alternatives_take_the_first_column_the_file_has(void **state)
{
    static const char options[] = "column.contest=Race | Contest\ncolumn.choice=Name\n"
                                  "column.party=Party | -\ncolumn.votes=Total | Early + Late\n";
    struct format_case c = run(options, "Contest,Name,Early,Late\nMayor,Ann,2,3\n");
    (void)state;
    assert_int_equal(votes(&c, 0, 0, 0), 5);
    case_done(&c);
    c = run(options, "Race,Name,Early,Late,Total,Party\nMayor,Ann,2,3,7,DEM\n");
    assert_int_equal(votes(&c, 0, 0, 0), 7);
    assert_text(&c, choice(&c, 0, 0)->party, "DEM");
    case_done(&c);
    refused(options, "Contest,Name,Early\nMayor,Ann,2\n", WIRE_SCHEMA,
            "line 1: there is no column \"Total | Early + Late\" (option column.votes)");
}

static void sums_with_an_unknown_part_are_unknown(void **state)
{
    static const char options[] = "column.contest=Race\ncolumn.choice=Name\n"
                                  "column.votes=Early + {Mail | Absentee} + Late\n";
    struct format_case c =
        run(options, "Race,Name,Early,Absentee,Late\nMayor,Ann,2,3,4\nMayor,Bo,2,,4\n");
    (void)state;
    assert_int_equal(votes(&c, 0, 0, 0), 9);
    assert_int_equal(votes(&c, 0, 0, 1), VOTES_UNKNOWN);
    case_done(&c);
}

static void templates_leave_out_what_is_blank(void **state)
{
    static const char options[] = "column.contest={Office}[ - District {No}]\n"
                                  "column.choice={First}  {Middle} {Last}[, {Suffix}] [[x]]\n"
                                  "column.votes=Votes\n";
    struct format_case c = run(options, "Office,No,First,Middle,Last,Suffix,Votes\n"
                                        "Senate,4,Ann,,Lee,Jr.,1\nMayor, ,Bo,Q,Oak,\"\",2\n");
    (void)state;
    assert_text(&c, contest(&c, 0)->text, "Senate - District 4");
    assert_text(&c, choice(&c, 0, 0)->name, "Ann Lee, Jr. [x]");
    assert_text(&c, contest(&c, 1)->text, "Mayor");
    assert_text(&c, choice(&c, 1, 0)->name, "Bo Q Oak [x]");
    case_done(&c);
}

static void columns_are_numbered_from_either_end(void **state)
{
    struct format_case c =
        run("header=no\ncolumn.contest=#1\ncolumn.choice=#-3\ncolumn.votes=#-1\n",
            "Mayor,x,y,Ann,0,5\nMayor,Bo,0,6\n");
    (void)state;
    assert_text(&c, choice(&c, 0, 0)->name, "Ann");
    assert_int_equal(votes(&c, 0, 0, 0), 5);
    assert_text(&c, choice(&c, 0, 1)->name, "Bo");
    assert_int_equal(votes(&c, 0, 0, 1), 6);
    case_done(&c);
}

static void checks_hold_votes_against_their_parts(void **state)
{
    static const char options[] = BARE "check.votes=#4 + #5\n";
    struct format_case c = run(options, "Mayor;Ann;5;2;3\nMayor;Bo;5;;3\n");
    (void)state;
    assert_int_equal(votes(&c, 0, 0, 1), 5);
    case_done(&c);
    refused(options, "Mayor;Ann;5;2;4\n", WIRE_SCHEMA, "line 1: the votes are 5, their parts 6");
}

/* ---- rows ---- */

/* Both primaries of an office were one contest, and all districts of one. */
static void two_contests_of_one_title_are_not_one(void **state)
{
    (void)state;
    refused(BARE "column.contest-party=#4\n", "Mayor;Ann;5;REP\nMayor;Bo;6;DEM\n", WIRE_SCHEMA,
            "its party is \"REP\" and \"DEM\": are they two contests?");
    refused(BARE "column.district=#4\n", "Senate;Ann;5;1\nSenate;Bo;6;2\n", WIRE_SCHEMA,
            "its district is \"1\" and \"2\"");
    refused(BARE "column.office=#4\n", "One;Ann;5;Mayor\nOne;Bo;6;Clerk\n", WIRE_SCHEMA,
            "its office is");
    refused(BARE "column.election-type=#4\n", "One;Ann;5;General\nOne;Bo;6;Special\n", WIRE_SCHEMA,
            "its election type is");
    struct format_case c = run(BARE "column.contest-party=#4\ncolumn.votes-allowed=#5\n"
                                    "column.seats=#6\n",
                               "Mayor;Ann;5;REP;1;3\nMayor;Bo;6;;2;3\nMayor;Cy;6;REP;1;4\n");
    assert_int_equal(contest(&c, 0)->votes_allowed, -1);
    assert_int_equal(contest(&c, 0)->seats, -1);
    case_done(&c);
}

/* Of more columns than are compared, those beyond made no difference: two rows were one. */
static void texts_of_too_many_columns_are_refused(void **state)
{
    char options[20000], payload[4000];
    size_t n = (size_t)snprintf(options, sizeof options, BARE);
    (void)state;
    for (int i = 4; i < 300; i++)
        n += (size_t)snprintf(options + n, sizeof options - n, "drop.#%d=^x$\n", i);
    n = (size_t)snprintf(payload, sizeof payload, "Mayor;Ann;5");
    for (int i = 4; i < 300; i++)
        payload[n++] = ';';
    payload[n++] = '\n';
    payload[n] = '\0';
    refused(options, payload, WIRE_SCHEMA, "the mapping's texts come from more than 256 columns");
}

/* A candidate on two parties' lines under one id: the votes of one line were the only ones. */
static void two_lines_of_one_id_are_not_one(void **state)
{
    (void)state;
    refused(BARE "column.choice-id=#4\ncolumn.party=#5\n",
            "Mayor;Ann;5;7;DEM\nMayor;Ann;5;7;WFP\nMayor;Bo;6;8;REP\n", WIRE_SCHEMA,
            "choice 7 has two parties: \"DEM\" and \"WFP\"");
}

/* Where a table has a contest's title in its first row alone, all other rows were one bad contest:
 * of a hundred and more contests each was left with its first choice. */
static void a_row_without_a_contest_ends_the_payload(void **state)
{
    char rows[6000];
    size_t n = 0;
    (void)state;
    for (int i = 0; i < 200; i++)
        n += (size_t)snprintf(rows + n, sizeof rows - n, "Judge %d;Ann;5\n;Bo;6\n", i);
    refused(BARE, rows, WIRE_SCHEMA, "line 2: a row without a contest");
    refused(BARE, "Mayor;Ann;5\n;;6\n", WIRE_SCHEMA,
            "line 2: 6 votes without a contest and a choice");
    struct format_case c = run(BARE "statistic.ballots=^Cards$\n",
                               ";Ballots Cast;20\n;Cards;20\nMayor;Ann;5\n;;0\n;;-\n");
    assert_int_equal(c.r.head->contests, 1);
    case_done(&c);
}

/* Spreadsheets add up: the row of it was a candidate who led, a county more, a vote type more. */
static void rows_of_totals_are_nobody_and_nowhere(void **state)
{
    (void)state;
    struct format_case c = run(BARE, "Mayor;Ann;5\nMayor;Bo;6\nMayor;Total Votes;11\n");
    assert_int_equal(contest(&c, 0)->choices, 2);
    case_done(&c);
    c = run(BARE "column.county=#4\n", "Mayor;Ann;5;Elm\nMayor;Ann;6;Oak\nMayor;Ann;11;TOTAL\n");
    assert_int_equal(contest(&c, 0)->units, 3);
    assert_int_equal(votes(&c, 0, 0, 0), 11);
    case_done(&c);
    refused(BARE "column.county=#4\n", "Mayor;Ann;5;Elm\nMayor;Ann;6;Oak\nMayor;Ann;12;Total\n",
            WIRE_SCHEMA, "total: stated as 12, its units have 11");
    c = run(BARE "column.county=#4\ncolumn.precinct=#5\n",
            "Mayor;Ann;5;Elm;1\nMayor;Ann;6;Elm;2\nMayor;Ann;11;Elm;County Total\n");
    assert_int_equal(votes(&c, 0, 0, 0), 11);
    case_done(&c);
    c = run(BARE "column.type=#4\n", "Mayor;Ann;5;Mail\nMayor;Ann;6;Early\nMayor;Ann;11;Total\n");
    assert_int_equal(votes(&c, 0, 0, 0), 11);
    case_done(&c);
    c = run(BARE "column.county=#4\ncontest-per-county=roster\n",
            "Mayor;Ann;5;Elm\nMayor;Ann;6;Oak\nClerk;Cy;6;Oak\n");
    assert_int_equal(c.r.head->contests, 2);
    case_done(&c);
    refused(BARE "column.county=#4\ncontest-per-county=roster\n",
            "Mayor;Ann;5;Elm\nMayor;Ann;6;Oak\nMayor;Ann;11;Total\n", WIRE_SCHEMA,
            "some of its rows have a county, and some have none");
}

/* The choice that lost its name was a question of yes and no. */
static void votes_of_nobody_are_no_question(void **state)
{
    static const char options[] = BARE "column.yes=#4\ncolumn.no=#5\n";
    (void)state;
    refused(options, "Mayor;Ann;5;;\nMayor;;7;;\n", WIRE_SCHEMA,
            "line 2: 7 votes for a choice without id and name");
    struct format_case c = run(options, "Mayor;Ann;5;;\nLevy;;;7;8\nFee;;;;\n");
    assert_int_equal(votes(&c, 1, 0, 1), 8);
    assert_int_equal(votes(&c, 2, 0, 1), VOTES_UNKNOWN);
    case_done(&c);
}

static void filters_keep_and_drop_rows(void **state)
{
    struct format_case c = run(BARE "keep.#4=^(A|B)$\ndrop.#2=(?i)^test\n",
                               "Mayor;Ann;5;A\nMayor;Bo;6;B\nMayor;Cy;7;C\nMayor;TEST row;8;A\n");
    (void)state;
    assert_int_equal(contest(&c, 0)->choices, 2);
    case_done(&c);
}

/* They took the stack, the memory or the day of whoever compiled or matched them. */
static void expressions_beyond_all_measure_are_refused(void **state)
{
    static const char *const excess[] = {
        "(((x{1,100}){1,100}){1,10})", "x{99999999999999999999}", "(.*)(.*)\\2\\1z",
        "((((((((((((((((((((((x))))))))))))))))))))))", "([[:alpha:]{}]{1,99}){1,99}"};
    static const char *const fine[] = {"^(Ann|Bo|[]({]{1,99}|[^]({]{1,99})+$", ".{0,255}.{0,255}",
                                       "\\(\\{|[[:alpha:]]", "x{1,3}{1,3}|^Ann",
                                       "x|^A(n{1,20}){1,20}"};
    char options[400];
    (void)state;
    for (size_t i = 0; i < sizeof excess / sizeof excess[0]; i++) {
        snprintf(options, sizeof options, "%skeep.#2=%s\n", BARE, excess[i]);
        refused(options, "Mayor;Ann;5\n", WIRE_SCHEMA, "is no regular expression for us");
    }
    for (size_t i = 0; i < sizeof fine / sizeof fine[0]; i++) {
        snprintf(options, sizeof options, "%skeep.#2=%s\n", BARE, fine[i]);
        struct format_case c = run(options, "Mayor;Ann;5\n");
        case_done(&c);
    }
}

static void statistics_are_never_choices(void **state)
{
    struct format_case c = run(
        BARE "column.county=#4\nstatistic=^Spoiled\nstatistic.registered=^Voters$\n"
             "statistic.ballots=^Cards$\nstatistic.reporting=^In$\nstatistic.total=^Of$\n",
        "Mayor;Voters;900;Elm\nMayor;Cards;300;Elm\nMayor;Ann;5;Elm\nMayor;Over Votes;2;Elm\n"
        "Mayor;Spoiled papers;3;Elm\nMayor;In;4;Elm\nMayor;Of;9;Elm\nMayor;Of;20;\nMayor;In;8;\n");
    (void)state;
    assert_int_equal(contest(&c, 0)->choices, 1);
    assert_int_equal(unit(&c, 0, 1)->registered, 900);
    assert_int_equal(unit(&c, 0, 1)->ballots, 300);
    assert_int_equal(unit(&c, 0, 1)->reporting, 4);
    assert_int_equal(unit(&c, 0, 1)->total, 9);
    assert_int_equal(unit(&c, 0, 0)->reporting, 8);
    assert_int_equal(unit(&c, 0, 0)->total, 20);
    case_done(&c);
}

static void placeholders_without_votes_are_nobody(void **state)
{
    struct format_case c = run(BARE, "Mayor;;0\nMayor;Ann;5\n");
    (void)state;
    assert_int_equal(contest(&c, 0)->choices, 1);
    case_done(&c);
    refused(BARE, "Mayor;;3\nMayor;Ann;5\n", WIRE_SCHEMA,
            "line 1: 3 votes for a choice without id and name");
}

static void marks_are_won_lost_advanced_or_nothing(void **state)
{
    static const char options[] = BARE "column.winner=#4\nvalue.winner.Y=won\nvalue.winner.N=\n"
                                       "value.winner.R=advanced\nvalue.winner.-=lost\n";
    struct format_case c =
        run(options, "Mayor;Ann;5;y\nMayor;Bo;4;N\nMayor;Cy;3;R\nMayor;Di;1;-\n");
    static const enum results_mark marks[] = {RESULTS_WON, RESULTS_UNMARKED, RESULTS_ADVANCED,
                                              RESULTS_LOST};
    (void)state;
    assert_true(contest(&c, 0)->flags & RESULTS_MARKS_STATED);
    for (uint32_t i = 0; i < 4; i++)
        assert_int_equal(choice(&c, 0, i)->mark, marks[i]);
    case_done(&c);
    refused(options, "Mayor;Ann;5;Yes\n", WIRE_SCHEMA,
            "line 1: winner: \"Yes\" is not won, lost or advanced");
}

static void cuts_move_what_they_match(void **state)
{
    struct format_case c = run(
        BARE "cut.party.choice=^\\(([A-Z])\\)\ncut.incumbent.choice= \\(I\\)$\n"
             "cut.votes-allowed.contest=\\(Vote For ([0-9]+)\\)\ntake.seats.contest=elect ([0-9])\n"
             "cut.none.contest=^[0-9]+ \ncolumn.choice-id=#4\ncut.none.choice-id=^-.*\n"
             "cut.write-in.choice=\\*$\n",
        "07 Council (Vote For 2) elect 3;(D) LEE, Ann (I);5;-11\n07 Council (Vote For 2) elect 3;"
        "Oak, Bo*;6;12\n");
    (void)state;
    assert_text(&c, contest(&c, 0)->text, "Council elect 3");
    assert_int_equal(contest(&c, 0)->votes_allowed, 2);
    assert_int_equal(contest(&c, 0)->seats, 3);
    assert_text(&c, choice(&c, 0, 0)->name, "LEE, Ann");
    assert_text(&c, choice(&c, 0, 0)->party, "D");
    assert_text(&c, choice(&c, 0, 0)->id, "");
    assert_int_equal(choice(&c, 0, 0)->flags, RESULTS_INCUMBENT);
    assert_text(&c, choice(&c, 0, 1)->id, "12");
    assert_int_equal(choice(&c, 0, 1)->flags, RESULTS_WRITE_IN);
    case_done(&c);
}

/* ---- questions ---- */

static void a_row_may_be_a_question(void **state)
{
    static const char options[] =
        "column.contest=Office\ncolumn.choice=Name\ncolumn.votes=For\ncolumn.yes=For\n"
        "column.no=Against\nmeasure.when.Against=[0-9]\nmeasure.contest={Office}: {Name}\n";
    struct format_case c =
        run(options, "Office,Name,For,Against\nJudge,Ann Lee,7,3\nMayor,Bo,5,\n");
    (void)state;
    assert_text(&c, contest(&c, 0)->text, "Judge: Ann Lee");
    assert_true(contest(&c, 0)->flags & RESULTS_MEASURE);
    assert_text(&c, choice(&c, 0, 0)->name, "Yes");
    assert_text(&c, choice(&c, 0, 1)->name, "No");
    assert_int_equal(votes(&c, 0, 0, 0), 7);
    assert_int_equal(votes(&c, 0, 0, 1), 3);
    assert_text(&c, contest(&c, 1)->text, "Mayor");
    assert_int_equal(contest(&c, 1)->choices, 1);
    case_done(&c);
}

static void without_a_test_a_row_without_choice_is_a_question(void **state)
{
    struct format_case c =
        run(BARE "column.yes=#4\ncolumn.no=#5\n", "Levy;;0;7;3\nMayor;Bo;5;0;0\n");
    (void)state;
    assert_int_equal(votes(&c, 0, 0, 0), 7);
    assert_int_equal(votes(&c, 1, 0, 0), 5);
    case_done(&c);
}

/* ---- units ---- */

static void the_finest_unit_a_row_fills_is_its_unit(void **state)
{
    static const char options[] = BARE "column.county=#4\ncolumn.precinct=#5\nprecincts=yes\n";
    struct format_case c =
        run(options, "Mayor;Ann;5;Elm;1\nMayor;Ann;6;Elm;2\nMayor;Ann;7;Oak;1\n");
    (void)state;
    assert_int_equal(contest(&c, 0)->units, 6);
    assert_int_equal(votes(&c, 0, 0, 0), 18);
    assert_text(&c, unit(&c, 0, 1)->name, "Elm");
    assert_int_equal(votes(&c, 0, 1, 0), 11);
    assert_text(&c, unit(&c, 0, 2)->name, "Elm / 1");
    assert_int_equal(unit(&c, 0, 2)->type, RESULTS_PRECINCT);
    case_done(&c);
}

/* Precincts count, are held against their own second rows, and are not in the batch. */
static void precincts_that_are_not_kept_are_counted_once(void **state)
{
    static const char options[] = BARE "column.county=#4\ncolumn.precinct=#5\nwhole=no\n";
    struct format_case c = run(options, "Mayor;Ann;5;Elm;1\nMayor;Bo;1;Elm;1\nMayor;Ann;6;Elm;2\n"
                                        "Mayor;Ann;5;Elm;1\nMayor;Bo;;Elm;2\nMayor;Ann;7;Oak;1\n"
                                        "Mayor;Bo;9;Oak;\nMayor;Bo;2;Oak;1\n");
    (void)state;
    assert_int_equal(contest(&c, 0)->units, 3);
    assert_int_equal(votes(&c, 0, 0, 0), 18);
    assert_int_equal(votes(&c, 0, 1, 0), 11);
    assert_int_equal(results_cell(&c.r, contest(&c, 0), 1, 0)->derived, 1);
    assert_int_equal(votes(&c, 0, 1, 1), VOTES_UNKNOWN);
    assert_int_equal(votes(&c, 0, 2, 1), 9);
    assert_int_equal(results_cell(&c.r, contest(&c, 0), 2, 1)->derived, 0);
    assert_int_equal(votes(&c, 0, 0, 1), VOTES_UNKNOWN);
    case_done(&c);
    refused(options, "Mayor;Ann;5;Elm;1\nMayor;Ann;6;Elm;1\n", WIRE_SCHEMA,
            "precinct 1: two different values, 5 and 6");
    refused(options, "Mayor;Ann;5;;1\nMayor;Ann;;;1\n", WIRE_SCHEMA, "two different values");
}

/* A row without its county was the contest's total, were it large enough, and all others nothing.
 */
static void a_row_that_lost_its_county_is_not_the_total(void **state)
{
    static const char rows[] = "Mayor;Ann;10;Elm\nMayor;Bo;1;Elm\nMayor;Ann;20;Oak\n"
                               "Mayor;Bo;2;Oak\nMayor;Ann;50;\nMayor;Bo;3;\n";
    (void)state;
    refused(BARE "column.county=#4\n", rows, WIRE_SCHEMA,
            "choice Ann, total: stated as 50, its units have 30");
    refused(BARE "column.county=#4\n", "Mayor;Ann;10;Elm\nMayor;Ann;20;\nMayor;Bo;3;Oak\n",
            WIRE_SCHEMA, "choice Ann, total: stated as 20, its units have 10");
    struct format_case c = run(BARE "column.county=#4\nwhole=no\n", rows);
    assert_int_equal(votes(&c, 0, 0, 0), 50);
    case_done(&c);
    c = run(BARE "column.county=#4\n", "Mayor;Ann;10;Elm\nMayor;Ann;20;Oak\nMayor;Ann;30;\n");
    assert_int_equal(votes(&c, 0, 0, 0), 30);
    case_done(&c);
}

static void a_row_that_lost_its_precinct_is_not_its_county(void **state)
{
    static const char options[] = BARE "column.county=#4\ncolumn.precinct=#5\n";
    static const char rows[] = "Mayor;Ann;5;Elm;1\nMayor;Ann;6;Elm;2\nMayor;Ann;30;Elm;\n";
    (void)state;
    refused(options, rows, WIRE_SCHEMA, "unit Elm: stated as 30, its units have 11");
    struct format_case c = run(BARE "column.county=#4\ncolumn.precinct=#5\nprecincts=yes\n"
                                    "level.county.#5=^$\n",
                               rows);
    assert_int_equal(votes(&c, 0, 0, 0), 30);
    case_done(&c);
}

/* Sums are of one type of unit: a precinct without its county, a precinct of no municipality where
 * others are of one, took part in none. */
static void a_unit_beside_larger_ones_is_not_lost(void **state)
{
    static const char options[] = BARE "column.county=#4\ncolumn.municipality=#5\n"
                                       "column.precinct=#6\n";
    static const char more[] = BARE "column.county=#4\ncolumn.municipality=#5\n"
                                    "column.precinct=#6\nprecincts=yes\nwhole=no\n";
    (void)state;
    refused(options, "Mayor;Ann;5;Elm;;1\nMayor;Ann;30;;;2\n", WIRE_SCHEMA,
            "unit precincts: it stands beside larger units");
    refused(more, "Mayor;Ann;5;Elm;Ash;1\nMayor;Ann;6;Elm;;2\n", WIRE_SCHEMA,
            "unit Elm / 2: it stands beside larger units");
    struct format_case c = run(options, "Mayor;Ann;5;Elm;Ash;1\nMayor;Ann;6;Oak;;2\n");
    assert_int_equal(votes(&c, 0, 0, 0), 11);
    case_done(&c);
}

/* Some counties report as such, another by precinct: neither is lost, none is counted twice. */
static void levels_say_what_a_row_is(void **state)
{
    static const char options[] = BARE "column.county=#4\ncolumn.precinct=#5\n"
                                       "level.county.#6=^Locality$\nlevel.precinct.#6=^Precinct$\n";
    static const char rows[] = "Mayor;Ann;10;Elm;Elm;Locality\nMayor;Ann;3;Oak;O-1;Precinct\n"
                               "Mayor;Ann;4;Oak;O-2;Precinct\n";
    struct format_case c = run(options, rows);
    (void)state;
    assert_int_equal(votes(&c, 0, 0, 0), 17);
    assert_int_equal(contest(&c, 0)->units, 3);
    case_done(&c);
    refused(BARE "column.county=#4\ncolumn.precinct=#5\nwhole=yes\nlevel.county.#6=^Locality$\n",
            "Mayor;Ann;10;Elm;Elm;Locality\nMayor;Ann;3;Elm;E-1;Precinct\n"
            "Mayor;Ann;4;Elm;E-2;Precinct\n",
            WIRE_SCHEMA, "Elm");
}

static void contests_may_exist_per_county(void **state)
{
    static const char options[] = BARE "column.county=#4\ncolumn.precinct=#5\nprecincts=yes\n"
                                       "contest-per-county=#1=(?i)^county\n";
    struct format_case c =
        run(options, "County Question 1;Yes;5;Elm;\nCounty Question 1;Yes;6;Oak;\n"
                     "Governor;Ann;7;Elm;\nGovernor;Ann;8;Oak;\n"
                     "County Question 1;No;1;Elm;E-1\n");
    (void)state;
    assert_int_equal(c.r.head->contests, 3);
    assert_text(&c, contest(&c, 0)->county, "Elm");
    assert_int_equal(votes(&c, 0, 0, 0), 5);
    assert_int_equal(results_cell(&c.r, contest(&c, 0), 0, 0)->derived, 0);
    assert_int_equal(votes(&c, 0, 0, 1), 1);
    assert_text(&c, contest(&c, 1)->county, "Oak");
    assert_int_equal(contest(&c, 1)->units, 1);
    assert_text(&c, contest(&c, 2)->county, "");
    assert_int_equal(votes(&c, 2, 0, 0), 15);
    case_done(&c);
}

static void progress_is_two_numbers(void **state)
{
    struct format_case c = run(BARE "column.progress=#4\n", "Mayor;Ann;5;1,547 of 2,568\n"
                                                            "Levy;Yes;5;\n");
    (void)state;
    assert_int_equal(unit(&c, 0, 0)->reporting, 1547);
    assert_int_equal(unit(&c, 0, 0)->total, 2568);
    assert_int_equal(unit(&c, 1, 0)->reporting, -1);
    case_done(&c);
}

/* ---- vote types in rows ---- */

static void rows_of_vote_types_add_up(void **state)
{
    static const char options[] = BARE "column.type=#4\ntype.total=^All$\n";
    struct format_case c = run(options, "Mayor;Ann;5;Mail\nMayor;Ann;6;Day\nMayor;Ann;6;Day\n"
                                        "Mayor;Bo;5;Mail\nMayor;Bo;9;All\n");
    (void)state;
    assert_int_equal(votes(&c, 0, 0, 0), 11);
    assert_int_equal(votes(&c, 0, 0, 1), 9);
    case_done(&c);
    refused(options, "Mayor;Ann;5;Mail\nMayor;Ann;6;Mail\n", WIRE_SCHEMA, "two values, 5 and 6");
    refused(options, "Mayor;Ann;5;Mail\nMayor;Ann;6;Day\nMayor;Ann;10;All\n", WIRE_SCHEMA,
            "the votes by type are 11, their total 10");
}

/* ---- facts ---- */

static void facts_come_out_of_columns(void **state)
{
    struct format_case c = run(BARE "column.date=#4\ncolumn.election=#5\ncolumn.status=#6\n"
                                    "column.test=#7\nvalue.status.U=unofficial\n",
                               "Mayor;Ann;5;11/06/2018;General 2018;U;no\n");
    (void)state;
    assert_text(&c, c.r.head->election_date, "2018-11-06");
    assert_text(&c, c.r.head->election_name, "General 2018");
    assert_int_equal(c.r.head->status, RESULTS_UNOFFICIAL);
    assert_int_equal(c.r.head->test, 0);
    case_done(&c);
}

/* The first row's word was the file's: certified, real, of its day, whatever the others said. */
static void facts_that_differ_are_the_most_careful_ones(void **state)
{
    (void)state;
    struct format_case c = run(BARE "column.status=#4\ncolumn.test=#5\n",
                               "Mayor;Ann;5;certified;no\nMayor;Bo;5;unofficial;test\n"
                               "Mayor;Cy;5;complete;no\n");
    assert_int_equal(c.r.head->status, RESULTS_UNOFFICIAL);
    assert_int_equal(c.r.head->test, 1);
    case_done(&c);
    refused(BARE "column.date=#4\n",
            "Mayor;Ann;5;2030-11-05\nMayor;Bo;5;11/5/2030\nMayor;Cy;5;2028-11-07\n", WIRE_SCHEMA,
            "line 3: rows of two election days, 2030-11-05 and 2028-11-07");
}

static void facts_come_out_of_lines_that_are_no_rows(void **state)
{
    static const char options[] =
        "zone=EST5EDT,M3.2.0,M11.1.0\ncolumn.contest=Race\ncolumn.choice=Name\ncolumn.votes=Votes\n"
        "lines.drop=^-- \ntrailer=^RECORDS\nfact.election=^(.*) results$\nfact.test=TEST DATA\n"
        "fact.count=RECORDS: ([0-9]+)\nfact.updated=DATE: ([0-9/]+).*TIME: ([0-9:]+)\n"
        "fact.status=^-- (.*)$\nvalue.test.TEST DATA=yes\n";
    struct format_case c = run(options, "Lake results\nTEST DATA\nRace,Name,Votes\nMayor,Ann,5\n"
                                        "-- official\nMayor,Bo,6\n"
                                        "RECORDS: 2 DATE: 11/07/2018 TIME: 14:43:01\n\n");
    int64_t t;
    (void)state;
    assert_int_equal(contest(&c, 0)->choices, 2);
    assert_text(&c, c.r.head->election_name, "Lake");
    assert_int_equal(c.r.head->test, 1);
    assert_int_equal(c.r.head->status, RESULTS_OFFICIAL);
    assert_true(when_parse(SLICE("2018-11-07T19:43:01Z"), false, &t));
    assert_int_equal(c.r.head->own_time_ms, t);
    case_done(&c);
    refused(options, "Race,Name,Votes\nMayor,Ann,5\nRECORDS: 2\n", WIRE_TRUNCATED,
            "it has 1 rows and says they are 2");
}

static void a_trailer_that_is_not_there_is_a_cut_file(void **state)
{
    static const char options[] = BARE "trailer=^END$\n";
    struct format_case c = run(options, "Mayor;Ann;5\nEND\n");
    (void)state;
    case_done(&c);
    refused(options, "Mayor;Ann;5\n", WIRE_TRUNCATED, "line 1: the last line is not the one");
    refused(options, "Mayor;Ann;5\nEND\nMayor;Bo;5\n", WIRE_SYNTAX, "line 2: it has 1 fields");
}

/* ---- shapes ---- */

static void shapes_are_told_by_the_first_lines(void **state)
{
    static const char options[] = BARE "shape.old.when=^Race;\nshape.old.header=yes\n"
                                       "shape.old.column.contest=Race\nshape.old.column.votes=#4\n"
                                       "shape.new.when=^Mayor;x;\nshape.new.column.choice=#3\n"
                                       "shape.new.column.votes=#4\n";
    struct format_case c = run(options, "Race;a;b;c\nMayor;Ann;5;6\n");
    (void)state;
    assert_int_equal(votes(&c, 0, 0, 0), 6);
    case_done(&c);
    c = run(options, "Mayor;x;Ann;7\n");
    assert_text(&c, choice(&c, 0, 0)->name, "Ann");
    assert_int_equal(votes(&c, 0, 0, 0), 7);
    case_done(&c);
    c = run(options, "Mayor;Ann;8\n");
    assert_int_equal(votes(&c, 0, 0, 0), 8);
    case_done(&c);
}

/* ---- text ---- */

static void entities_are_decoded_where_asked(void **state)
{
    static const char options[] = "header=no\ncolumn.contest=#1\ncolumn.choice=#2\n"
                                  "column.votes=#3\ndecode=html\n";
    struct format_case c = run(options, "Parks &amp; Trails &#8211; A&B,Zo&#xEB; &lt;I>,5\n");
    (void)state;
    assert_text(&c, contest(&c, 0)->text, "Parks & Trails \xe2\x80\x93 A&B");
    assert_text(&c, choice(&c, 0, 0)->name, "Zo\xc3\xab <I>");
    case_done(&c);
}

static void hard_blanks_are_blanks(void **state)
{
    struct format_case c =
        run(BARE "column.party=#4\n", "Mayor;\xc2\xa0"
                                      "Ann \xc2\xa0 Lee;5;Non\xc2\xa0Partisan\nMayor;Bo "
                                      "Zo\xc3\xab\xc2\xa0;6;\n");
    (void)state;
    assert_text(&c, choice(&c, 0, 0)->name, "Ann Lee");
    assert_text(&c, choice(&c, 0, 0)->party, "");
    assert_text(&c, choice(&c, 0, 1)->name, "Bo Zo\xc3\xab");
    case_done(&c);
}

static void text_that_is_no_utf8_is_windows_1252(void **state)
{
    struct err e;
    (void)state;
    assert_true(charset_init(&e));
    struct format_case c = run(BARE, "Mayor;Mar\xed"
                                     "a P\xe9rez;5\nMayor;Zo\xc3\xab Ide;6\n");
    assert_text(&c, choice(&c, 0, 0)->name,
                "Mar\xc3\xad"
                "a P\xc3\xa9rez");
    assert_text(&c, choice(&c, 0, 1)->name, "Zo\xc3\xab Ide");
    case_done(&c);
}

/* ---- fixed width ---- */

static void names_are_lent_by_the_companion(void **state)
{
    struct format_case c = {
        .format = "fixed-width",
        .options =
            "names.companion=yes\ncolumn.contest-id=1-2\ncolumn.choice-id=3\n"
            "column.votes=4-6\ncolumn.contest=7-12\ncolumn.choice=13-20\ncolumn.party=21-23\n",
        .companion = "011000Mayor Ann Lee DEM\n012000Mayor Zo\xc3\xab Ide REP\n",
        .payload = "011  5\n012  6\n013  7\n"};
    (void)state;
    assert_true(case_run(&c));
    assert_text(&c, contest(&c, 0)->text, "Mayor");
    assert_int_equal(contest(&c, 0)->choices, 3);
    assert_text(&c, choice(&c, 0, 1)->name, "Zo\xc3\xab Ide");
    assert_text(&c, choice(&c, 0, 1)->party, "REP");
    assert_int_equal(votes(&c, 0, 0, 1), 6);
    case_done(&c);
    c.companion = NULL;
    c.options =
        "column.contest-id=1-2\ncolumn.choice-id=3\ncolumn.votes=4-6\ncolumn.contest=7-12\n";
    assert_refused(&c, WIRE_SYNTAX, "line 1: it has 6 characters, the mapping needs 7");
}

static void widths_tell_shapes_in_characters(void **state)
{
    struct format_case c = {.format = "fixed-width",
                            .options = "column.contest=1-5\ncolumn.choice=6-8\ncolumn.votes=9\n"
                                       "shape.wide.when-width=10\nshape.wide.column.votes=10\n",
                            .payload = "MayorZo\xc3\xab 7\nMayorAnn 8\n"};
    (void)state;
    assert_true(case_run(&c));
    assert_int_equal(votes(&c, 0, 0, 0), 7);
    assert_int_equal(votes(&c, 0, 0, 1), 8);
    case_done(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(alternatives_take_the_first_column_the_file_has),
        cmocka_unit_test(sums_with_an_unknown_part_are_unknown),
        cmocka_unit_test(templates_leave_out_what_is_blank),
        cmocka_unit_test(columns_are_numbered_from_either_end),
        cmocka_unit_test(checks_hold_votes_against_their_parts),
        cmocka_unit_test(two_contests_of_one_title_are_not_one),
        cmocka_unit_test(texts_of_too_many_columns_are_refused),
        cmocka_unit_test(two_lines_of_one_id_are_not_one),
        cmocka_unit_test(a_row_without_a_contest_ends_the_payload),
        cmocka_unit_test(rows_of_totals_are_nobody_and_nowhere),
        cmocka_unit_test(votes_of_nobody_are_no_question),
        cmocka_unit_test(filters_keep_and_drop_rows),
        cmocka_unit_test(expressions_beyond_all_measure_are_refused),
        cmocka_unit_test(statistics_are_never_choices),
        cmocka_unit_test(placeholders_without_votes_are_nobody),
        cmocka_unit_test(marks_are_won_lost_advanced_or_nothing),
        cmocka_unit_test(cuts_move_what_they_match),
        cmocka_unit_test(a_row_may_be_a_question),
        cmocka_unit_test(without_a_test_a_row_without_choice_is_a_question),
        cmocka_unit_test(the_finest_unit_a_row_fills_is_its_unit),
        cmocka_unit_test(precincts_that_are_not_kept_are_counted_once),
        cmocka_unit_test(a_row_that_lost_its_county_is_not_the_total),
        cmocka_unit_test(a_row_that_lost_its_precinct_is_not_its_county),
        cmocka_unit_test(a_unit_beside_larger_ones_is_not_lost),
        cmocka_unit_test(levels_say_what_a_row_is),
        cmocka_unit_test(contests_may_exist_per_county),
        cmocka_unit_test(progress_is_two_numbers),
        cmocka_unit_test(rows_of_vote_types_add_up),
        cmocka_unit_test(facts_come_out_of_columns),
        cmocka_unit_test(facts_that_differ_are_the_most_careful_ones),
        cmocka_unit_test(facts_come_out_of_lines_that_are_no_rows),
        cmocka_unit_test(a_trailer_that_is_not_there_is_a_cut_file),
        cmocka_unit_test(shapes_are_told_by_the_first_lines),
        cmocka_unit_test(entities_are_decoded_where_asked),
        cmocka_unit_test(hard_blanks_are_blanks),
        cmocka_unit_test(text_that_is_no_utf8_is_windows_1252),
        cmocka_unit_test(names_are_lent_by_the_companion),
        cmocka_unit_test(widths_tell_shapes_in_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
