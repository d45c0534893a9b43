/* SPDX-License-Identifier: ISC */
/* Lines that are no candidates, answers to questions, parties that are none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "parsers/label.h"

static void check(bool (*is)(struct slice), const char *const *words, bool should)
{
    for (; *words; words++) {
        if (is(slice_of(*words)) != should)
            fail_msg("\"%s\"", *words);
    }
}

static void every_word_is_known(void **state)
{
    (void)state;
    static const char *const statistics[] = {"overvotes",
                                             "overvote",
                                             "undervotes",
                                             "undervote",
                                             "blankvotes",
                                             "blanks",
                                             "blankballots",
                                             "regvoterscounty",
                                             "registeredvoters",
                                             "ballotscast",
                                             "totalballotscast",
                                             "timescounted",
                                             "timesblankvoted",
                                             "timesovervoted",
                                             "numberofundervotes",
                                             "numberofovervotes",
                                             "Over Votes",
                                             "UNDER-VOTES",
                                             "Ballots Cast",
                                             "Total Undervotes",
                                             "totalovervotes",
                                             "underovervotes",
                                             "Over/Under Votes",
                                             "Times Cast",
                                             "Total Ballots",
                                             "ballotscounted",
                                             "Valid Votes",
                                             "invalidvotes",
                                             "residualvotes",
                                             "Voter Turnout",
                                             "Exhausted",
                                             "exhaustedballots",
                                             "exhaustedvotes",
                                             "inactiveballots",
                                             "Continuing Ballots",
                                             "continuingballotstotal",
                                             "Non-Transferable Total",
                                             "Blank",
                                             "VOID",
                                             "voids",
                                             "Blank/Void",
                                             "Blank and Void",
                                             "Blanks/Voids",
                                             "Overs",
                                             "Unders",
                                             "Over/Under",
                                             "Under/Over",
                                             "Ballots Cast - Total",
                                             "Ballots Cast - Blank",
                                             "REGISTERED VOTERS - TOTAL",
                                             "Voters Cast",
                                             "Total Voters",
                                             "Turnout",
                                             "Spoiled Ballots",
                                             "Spoiled Votes",
                                             "Spoilt Votes",
                                             "Precincts Reporting",
                                             "Precincts Reported",
                                             "Precincts Counted",
                                             "Number of Precincts",
                                             "Cast Votes:",
                                             "Ballots - Blank",
                                             "Number of Precincts Reporting",
                                             "Total Precincts",
                                             "Eligible Voters",
                                             "Reg. Voters",
                                             "Overvote/Undervote",
                                             "Overvotes / Undervotes",
                                             "Undervotes/Overvotes",
                                             "Rejected Ballots",
                                             "Public Counter",
                                             NULL};
    static const char *const totals[] = {"total",
                                         "totals",
                                         "grandtotal",
                                         "totalvotes",
                                         "totalvotescast",
                                         "contesttotal",
                                         "countytotal",
                                         "countytotals",
                                         "racetotal",
                                         "statetotal",
                                         "statewidetotal",
                                         "statewide",
                                         "allcounties",
                                         "allprecincts",
                                         "contesttotals",
                                         "votescast",
                                         "subtotal",
                                         "Total Votes",
                                         "TOTAL",
                                         "Cast Votes:",
                                         "Grand Total:",
                                         "All counties",
                                         NULL};
    static const char *const no_totals[] = {"",           "Total Recall", "Totaldo, Ann",
                                            "Countywide", "Overvotes",    NULL};
    static const char *const no_statistics[] = {"",
                                                " ",
                                                "Jane Overvote",
                                                "Blank, Les",
                                                "Undervotes of all the people who ever voted",
                                                "1overvotes",
                                                "Times",
                                                "Valid, Ann",
                                                "Continuing",
                                                "Precincts, Ann",
                                                "Cast, Ann",
                                                "Over, Ann",
                                                "Turner",
                                                "Total Recall",
                                                NULL};
    static const char *const answers[] = {
        "yes",       "no",         "yesfor",    "noagainst",      "foryes",
        "againstno", "for",        "against",   "yessi",          "nono",
        "approve",   "reject",     "retain",    "remove",         "approved",
        "rejected",  "maintained", "repealed",  "yesforapproval", "noforrejection",
        "bondsyes",  "bondsno",    "levyyes",   "levyno",         "yesapprove",
        "noreject",  "infavor",    "infavorof", "opposed",        "repeal",
        "s\xc3\xad", "S\xc3\x8d",  "YES",       "Yes / Si",       "No - Against",
        NULL};
    static const char *const no_answers[] = {"",        "Yesenia Norton", "Noah",
                                             "Forrest", "Yes!!no",        NULL};
    check(label_is_statistic, statistics, true);
    check(label_is_statistic, no_statistics, false);
    check(label_is_total, totals, true);
    check(label_is_statistic, totals, true);
    check(label_is_total, no_totals, false);
    check(label_is_answer, answers, true);
    check(label_is_answer, no_answers, false);
}

static void marks_and_parties(void **state)
{
    (void)state;
    static const char *const marks[] = {"rep", "dem", "lib", "grn", "ind", "con", "gre",
                                        "r",   "d",   "l",   "g",   "npa", "wfp", NULL};
    static const char *const none[] = {"np", "non", "none", "y", "n", "yes", "no", "", "12", NULL};
    for (const char *const *m = marks; *m; m++) {
        char text[40];
        bool incumbent;
        snprintf(text, sizeof text, "Jane Doe (I) (%s)", *m);
        assert_true(slice_is(label_party_mark(slice_of(text), &incumbent), *m));
        assert_true(incumbent);
    }
    for (const char *const *n = none; *n; n++)
        assert_int_equal(label_party(slice_of(*n)).len, 0);
    assert_true(slice_is(label_party(SLICE(" Dem ")), "Dem"));
}

static void a_party_may_hang_on_the_brackets_of_an_incumbent(void **state)
{
    (void)state;
    bool incumbent;
    assert_true(slice_is(label_party_mark(SLICE("J. NATHAN DELL (I)R"), &incumbent), "R"));
    assert_true(incumbent);
    assert_true(slice_is(label_party_mark(SLICE("HECKT(D)"), &incumbent), "D"));
    assert_false(incumbent);
    assert_int_equal(label_party_mark(SLICE("Robert (Bob)Roe"), &incumbent).len, 0);
    assert_int_equal(label_party_mark(SLICE("R"), &incumbent).len, 0);
}

static void write_ins_are_told_anywhere(void **state)
{
    (void)state;
    static const char *const yes[] = {"Write-in", "WRITE IN",   "Jane (W/I)", "Total Write-ins",
                                      "writeins", "SCATTERING", NULL};
    static const char *const no[] = {"",    "W",        "Wright",         "Write",
                                     "(W)", "Jane (I)", "Ann Scattering", NULL};
    check(label_is_write_in, yes, true);
    check(label_is_write_in, no, false);
}

#define COUNT(t) (sizeof(t) / sizeof(t)[0])

static void answers_are_told_by_their_words(void **state)
{
    (void)state;
    static const char *const yes[] = {
        "Yes",           "NO",
        "Yes/For",       "Approved",
        "Repealed",      "In Favor Of",
        "FOR",           "Against",
        "BONDS YES",     "BONDS - NO",
        "Levy - No",     "For the Tax Levy",
        "Yes - Ban",     "AGAINST ANNEXATION",
        "YES/S\xc3\x8d", "No (Reject)",
        "LEVY, NO",      "S\xc3\xad",
    };
    static const char *const no[] = {
        "No, Jae",      "No Name",
        "Noah Forde",   "Forrest Yesley",
        "Yesenia Ruiz", "Ann Againsti",
        "Paul Ono",     "No Candidate",
        "Form A",       "Jin-No Sato",
        "Bo No",        "Levy, Benjamin",
        "Tax Yesner",   "",
    };
    for (size_t i = 0; i < COUNT(yes); i++)
        if (!label_is_answer(slice_of(yes[i])))
            fail_msg("\"%s\" is an answer", yes[i]);
    for (size_t i = 0; i < COUNT(no); i++)
        if (label_is_answer(slice_of(no[i])))
            fail_msg("\"%s\" is no answer", no[i]);
}

static void two_sides_of_a_question_tell_each_other(void **state)
{
    (void)state;
    static const char *const yes[][2] = {
        {"Yes, Levy", "No, Levy"},
        {"Freeholders No", "Freeholders Yes"},
        {"Enlargement of the Port, Yes", "Enlargement of the Port, No"},
        {"FOR the merger", "Against the Merger"},
        {"Yes", "No"},
    };
    static const char *const no[][2] = {
        {"Ann Roe", "Bo Poe"},
        {"Yes, Levy", "No, Bonds"},
        {"Ann Yes", "Ann Yes"},
        {"Jae No", "Kim Ye"},
        {"", ""},
    };
    for (size_t i = 0; i < COUNT(yes); i++)
        if (!label_are_answers(slice_of(yes[i][0]), slice_of(yes[i][1])))
            fail_msg("\"%s\" and \"%s\"", yes[i][0], yes[i][1]);
    for (size_t i = 0; i < COUNT(no); i++)
        if (label_are_answers(slice_of(no[i][0]), slice_of(no[i][1])))
            fail_msg("\"%s\" and \"%s\"", no[i][0], no[i][1]);
}

static void a_heading_that_takes_official_back_is_unofficial(void **state)
{
    (void)state;
    static const struct {
        const char *heading;
        enum results_status status;
    } all[] = {
        {"UNOFFICIAL RESULTS", RESULTS_UNOFFICIAL},
        {"Official Results", RESULTS_OFFICIAL},
        {"Semi-Official Results", RESULTS_UNOFFICIAL},
        {"Semi-Final Official Canvass", RESULTS_UNOFFICIAL},
        {"SEMIFINAL OFFICIAL ELECTION RETURNS", RESULTS_UNOFFICIAL},
        {"Seminole County, Official Results", RESULTS_OFFICIAL},
        {"Official Election Night Report", RESULTS_UNOFFICIAL},
        {"Uncertified Final", RESULTS_UNOFFICIAL},
        {"Official Results, not certified", RESULTS_UNOFFICIAL},
        {"Certified Official Results", RESULTS_CERTIFIED},
        {"Final Summary Report", RESULTS_COMPLETE},
        {"Preliminary Official", RESULTS_UNOFFICIAL},
        {"Election Summary", RESULTS_STATUS_UNKNOWN},
    };
    for (size_t i = 0; i < COUNT(all); i++)
        if (label_status(slice_of(all[i].heading)) != all[i].status)
            fail_msg("\"%s\" is %d", all[i].heading, (int)label_status(slice_of(all[i].heading)));
}

static void a_party_that_is_none_is_blank(void **state)
{
    (void)state;
    static const char *const none[] = {"NP", "non", "Nonpartisan", "Non Partisan",
                                       "Y",  "No",  "1",           ""};
    for (size_t i = 0; i < COUNT(none); i++)
        assert_int_equal(label_party(slice_of(none[i])).len, 0);
    assert_int_equal(label_party(SLICE("NPA")).len, 3);
    assert_int_equal(label_party(SLICE("No Party Preference")).len, 19);
}

static void nobody_is_told_by_the_words_for_it(void **state)
{
    (void)state;
    static const char *const nobody[] = {
        "Write-in",          "WRITE IN",     "Write-Ins",          "Personal Choice",
        "NO PETITION FILED", "No Candidate", "No Nomination Made", NULL};
    static const char *const people[] = {"Jane Roe (Write-in)", "No, Jae", "Petition", "", NULL};
    check(label_is_nobody, nobody, true);
    check(label_is_nobody, people, false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_word_is_known),
        cmocka_unit_test(nobody_is_told_by_the_words_for_it),
        cmocka_unit_test(marks_and_parties),
        cmocka_unit_test(a_party_may_hang_on_the_brackets_of_an_incumbent),
        cmocka_unit_test(write_ins_are_told_anywhere),
        cmocka_unit_test(answers_are_told_by_their_words),
        cmocka_unit_test(two_sides_of_a_question_tell_each_other),
        cmocka_unit_test(a_heading_that_takes_official_back_is_unofficial),
        cmocka_unit_test(a_party_that_is_none_is_blank),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
