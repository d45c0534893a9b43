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
    static const char *const statistics[] = {
        "overvotes",        "overvote",       "undervotes",         "undervote",
        "blankvotes",       "blanks",         "blankballots",       "regvoterscounty",
        "registeredvoters", "ballotscast",    "totalballotscast",   "timescounted",
        "timesblankvoted",  "timesovervoted", "numberofundervotes", "numberofovervotes",
        "Over Votes",       "UNDER-VOTES",    "Ballots Cast",       NULL};
    static const char *const no_statistics[] = {"",
                                                " ",
                                                "Jane Overvote",
                                                "Blank",
                                                "Undervotes of all the people who ever voted",
                                                "1overvotes",
                                                "Times",
                                                NULL};
    static const char *const answers[] = {
        "yes",       "no",         "yesfor",   "noagainst",      "foryes",
        "againstno", "for",        "against",  "yessi",          "nono",
        "approve",   "reject",     "retain",   "remove",         "approved",
        "rejected",  "maintained", "repealed", "yesforapproval", "noforrejection",
        "bondsyes",  "bondsno",    "levyyes",  "levyno",         "yesapprove",
        "noreject",  "YES",        "Yes / Si", "No - Against",   NULL};
    static const char *const no_answers[] = {"",        "Yesenia Norton", "Noah",
                                             "Forrest", "Yes!!no",        NULL};
    check(label_is_statistic, statistics, true);
    check(label_is_statistic, no_statistics, false);
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

static void write_ins_are_told_anywhere(void **state)
{
    (void)state;
    static const char *const yes[] = {"Write-in",        "WRITE IN", "Jane (W/I)",
                                      "Total Write-ins", "writeins", NULL};
    static const char *const no[] = {"", "W", "Wright", "Write", "(W)", "Jane (I)", NULL};
    check(label_is_write_in, yes, true);
    check(label_is_write_in, no, false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_word_is_known),
        cmocka_unit_test(marks_and_parties),
        cmocka_unit_test(write_ins_are_told_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
