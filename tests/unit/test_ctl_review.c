/* SPDX-License-Identifier: ISC */
/* The screen on which one line after the other is decided. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "daemon/ctl/review_frame.h"
#include "tests/unit/frame.h"
#include "tests/unit/random.h"

static const char waiting[] =
    "wu\tMichelle Wu\tMayor\tma-boston\tMAYOR\tM WU\tD\tonly an initial\t"
    "2025-11-04-ma-boston-mayor\tMA/Suffolk\t1204\t"
    "Josh Kraft (D): 900|Jörg Ørsted (R): 41|Write-in: 3|Ann Archer|Bo Ray|Cy Poe|and 9 more\t"
    "Boston, Suffolk";
static const char doubtful[] =
    "maria-jose-pena-ruiz-2026-11-03-ga-city-council-4\tDr. María José Peña-Ruiz\tCity "
    "Council\talder\t"
    "City of Alderton Council Post 4\tMARIA JOSE PENA-RUIZ\t\tname \"Dr. María José Peña-Ruiz\" "
    "and "
    "\"MARIA JOSE PENA-RUIZ\"; office city-council, state GA; in doubt: the list says district, "
    "the "
    "contest seat or post \"4\"\t2026-11-03-ga-city-council-4\tGA/Alder\t910\tED MOSS: 790\t"
    "Alderton, Alder, district 4";
static const char opponent[] =
    "\tRobert J. O'Neil\tState Senate 4\tbirch\tState Senate District 4\tBob O'Neil\t\t"
    "an opponent under two names? the sum is in doubt\tga-ss-4\tGA\t80\tLou Low: 50";
static const char nameless[] = "una\tUna Unger\tGovernor\tap\tGovernor\t\t\ta hint names the "
                               "contest\tnj-gov\t\t\t";
static const char answer[] = "now   0 won of 0 called\nthen  0 won of 0 called\ntrailing 0 -> 1\n";
/* The sentence was cut at the screen's edge. */
static const char told[] =
    "8  match accept wu ma-boston: MAYOR / M WU (D) by maria at 9:34 p.m. ET on Nov. 4: the clerk "
    "has her so\n"
    "is       1 won of 2 called, 0 flips, 8 to go; 3 leading, 1 trailing\n"
    "total    As of 9:33 p.m. ET on Nov. 4, two of our 10 endorsed candidates' races have been "
    "called: one won, in one state; eight remain to be called.\n"
    "moves    Michelle Wu: no results -> 1204 leading\n";

static void frames_are_as_they_were_looked_at(void **unused)
{
    static const struct {
        const char *name, *line, *answer;
        size_t cols, rows;
        bool utf8;
    } cases[] = {
        {"review-80", waiting, "", 80, 24, true},
        {"review-80-answer", waiting, answer, 80, 17, true},
        {"review-80-told", waiting, told, 80, 24, true},
        {"review-40-plain", waiting, answer, 40, 14, false},
        {"review-wrapped", doubtful, "", 80, 18, true},
        {"review-wrapped-60", doubtful, "", 60, 16, true},
        {"review-opponent", opponent, "", 80, 14, true},
        {"review-nameless", nameless, "", 80, 14, true},
        {"review-done", NULL, answer, 80, 8, true},
    };
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct slice fields[REVIEW_FIELDS];
        struct ctl_review_frame f = {.waiting = cases[i].line ? 3 : 0,
                                     .skipped = 1,
                                     .answer = slice_of(cases[i].answer),
                                     .utf8 = cases[i].utf8};
        struct buf out;
        buf_init(&out, 1 << 20);
        if (cases[i].line) {
            ctl_review_split(slice_of(cases[i].line), fields);
            f.line = fields;
        }
        ctl_review_render(&f, cases[i].cols, cases[i].rows, &out);
        assert_false(out.failed);
        frame_fits(buf_slice(&out), cases[i].cols, cases[i].rows, cases[i].utf8);
        frame_compare(cases[i].name, buf_slice(&out));
        buf_done(&out);
    }
}

/* However much a contest and an answer say: the keys are there. */
static void every_frame_fits_and_has_its_keys(void **unused)
{
    static const char *const parts[] = {"Ann", "\x1b[31m", "日本語の名前", "|", "|", "\n",
                                        "\t",  "\xff",     "\xe2\x80\xae", "%s"};
    struct random seed = {11};
    struct buf row, said, out;
    (void)unused;
    buf_init(&row, 1 << 20);
    buf_init(&said, 1 << 20);
    buf_init(&out, 1 << 22);
    for (int n = 0; n < 400; n++) {
        struct slice fields[REVIEW_FIELDS];
        size_t cols = 20 + random_below(&seed, 200), rows = 13 + random_below(&seed, 60);
        bool utf8 = random_below(&seed, 2);
        buf_clear(&row);
        buf_clear(&said);
        buf_clear(&out);
        for (size_t k = random_below(&seed, 200); k > 0; k--)
            buf_addz(&row, parts[random_below(&seed, sizeof parts / sizeof parts[0])]);
        for (size_t k = random_below(&seed, 60); k > 0; k--)
            buf_addz(&said, k % 2 ? "counts\n" : "\x1b[2J");
        ctl_review_split(buf_slice(&row), fields);
        for (size_t i = 0; i < REVIEW_FIELDS; i++) /* no line ends within a row: one word of it */
            slice_next(&fields[i], '\n', &fields[i]);
        struct ctl_review_frame f = {.line = fields, .answer = buf_slice(&said), .utf8 = utf8};
        ctl_review_render(&f, cols, rows, &out);
        frame_fits(buf_slice(&out), cols, rows, utf8);
        assert_true(slice_find(buf_slice(&out), SLICE("a it is theirs")) != SIZE_MAX);
    }
    buf_done(&row);
    buf_done(&said);
    buf_done(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_are_as_they_were_looked_at),
        cmocka_unit_test(every_frame_fits_and_has_its_keys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
