/* SPDX-License-Identifier: ISC */
/* Matching at the size of a national list, and that hints find their contest by id, by text and by
 * text written otherwise. The figures are printed; the limits are ten times what is wanted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#include <cmocka.h>

#include "tests/unit/core_match_help.h"

static double seconds(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Names that do not repeat, of last names that do, as people's do. */
static void write_name(struct buf *b, unsigned i)
{
    static const char *const first[] = {"Ana", "Ben",   "Carla", "Dev",  "Elena",
                                        "Fay", "Grace", "Hugo",  "Iris", "José"};
    static const char *const syllables[] = {"ber", "cano", "dley", "fisk", "gro", "hart", "jim",
                                            "kol", "lund", "mar",  "nov",  "ott", "pre"};
    unsigned last = i % 2197;

    buf_addf(b, "%s %c%c%c %s%s%s", first[i % 10], 'A' + (int)(i / 10 % 26),
             'a' + (int)(i / 260 % 26), 'a' + (int)(i / 6760 % 26), syllables[last % 13],
             syllables[last / 13 % 13], syllables[last / 169]);
}

static size_t count_links(const struct night *n)
{
    size_t links = 0;

    for (uint32_t r = 0; r < n->m.race_count; r++)
        links += n->m.races[r].link_count;
    return links;
}

/* A third of the hints each: the id, the text, and the text as a person types it. */
static void hints_find_their_contest(void **state)
{
    enum { COUNT = 2000 };
    struct feed_contest *contests[COUNT];
    struct night n;
    struct buf csv;
    (void)state;

    buf_init(&csv, (size_t)16 << 20);
    buf_addz(&csv, "candidate_name,state,office,endorsement_id,source_hints\n");
    for (unsigned i = 0; i < COUNT; i++) {
        write_name(&csv, i);
        if (i % 3 == 0)
            buf_addf(&csv, ",GA,Board %u,%u,sos=c%u\n", i, i, i);
        else
            buf_addf(&csv, ",GA,Board %u,%u,\"us=c%u|sos=%s %u\"\n", i, i, i,
                     i % 3 == 1 ? "Water Board, Ward" : "wáter  board ward", i);
    }
    buf_add(&csv, SLICE("\0"));
    night_open(&n, csv.ptr);
    for (unsigned i = 0; i < COUNT; i++) {
        struct buf who;
        buf_init(&who, 256);
        write_name(&who, i);
        buf_addf(&who, "|Somebody Else%u", i);
        contests[i] = contest_of(&n, 0, arena_printf(n.a, "c%u", i).ptr,
                                 arena_printf(n.a, "Water Board, Ward %u", i).ptr,
                                 arena_copy(n.a, buf_slice(&who)).ptr);
        buf_done(&who);
    }
    double begin = seconds();
    for (unsigned i = 0; i < COUNT; i++)
        match(&n, contests[i]);
    double took = seconds() - begin;
    print_message("%d hinted endorsements, %d contests: %.3f s\n", COUNT, COUNT, took);
    for (uint32_t i = 0; i < COUNT; i++)
        assert_int_equal(linked(&n, i, contests[i]), 0);
    assert_int_equal(count_links(&n), COUNT);
    assert_true(took < 5);
    buf_done(&csv);
    night_close(&n);
}

/* Every fifth endorsement is on a ballot. */
static void a_national_list_is_matched(void **state)
{
    enum { LIST = 10000, CONTESTS = 20000, CHOICES = 5 };
    struct night n;
    struct buf csv, who;
    (void)state;

    buf_init(&csv, (size_t)16 << 20);
    buf_init(&who, 1024);
    buf_addz(&csv, "candidate_name,state,office,district,endorsement_id\n");
    for (unsigned i = 0; i < LIST; i++) {
        write_name(&csv, i);
        buf_addf(&csv, ",GA,State House,%u,%u\n", i + 1, i);
    }
    buf_add(&csv, SLICE("\0"));
    double begin = seconds();
    night_open(&n, csv.ptr);
    double opened = seconds();
    double took = 0;
    for (unsigned i = 0; i < CONTESTS; i++) {
        who.len = 0;
        for (unsigned k = 0; k < CHOICES; k++) {
            write_name(&who, k == 2 && i % 5 == 0 ? i : LIST + i * CHOICES + k);
            buf_addz(&who, k + 1 < CHOICES ? "|" : "");
        }
        struct feed_contest *c = contest_of(&n, 0, arena_printf(n.a, "c%u", i).ptr,
                                            arena_printf(n.a, "State House District %u", i + 1).ptr,
                                            arena_copy(n.a, buf_slice(&who)).ptr);
        double from = seconds();
        match(&n, c);
        took += seconds() - from;
    }
    print_message("%d endorsements read in %.3f s; %d choices matched in %.3f s\n", LIST,
                  opened - begin, CONTESTS * CHOICES, took);
    assert_int_equal(count_links(&n), LIST / 5);
    assert_true(took < 10);
    buf_done(&who);
    buf_done(&csv);
    night_close(&n);
}

/* An office without a district in each of very many towns of one county; and all of a town's for
 * one office. */
static void an_office_that_thousands_stand_for_is_matched(void **state)
{
    enum { TOWNS = 3000, BOARD = 600 };
    struct night n;
    struct buf csv, who;
    (void)state;

    buf_init(&csv, (size_t)16 << 20);
    buf_init(&who, (size_t)1 << 20);
    buf_addz(&csv, "candidate_name,state,office,jurisdiction,county,endorsement_id\n");
    for (unsigned i = 0; i < TOWNS + BOARD; i++) {
        write_name(&csv, i);
        if (i < TOWNS)
            buf_addf(&csv, ",GA,City Council,City of Gale%u,Elk,%u\n", i, i);
        else
            buf_addf(&csv, ",GA,County Commission,,Elk,%u\n", i);
    }
    buf_add(&csv, SLICE("\0"));
    night_open(&n, csv.ptr);
    double took = 0;
    for (unsigned i = 0; i <= TOWNS; i++) {
        who.len = 0;
        for (unsigned k = i; k < (i < TOWNS ? i + 1 : TOWNS + BOARD); k++) {
            buf_addz(&who, k > i ? "|" : "");
            write_name(&who, k);
        }
        const char *text =
            i < TOWNS ? arena_printf(n.a, "Gale%u City Council", i).ptr : "Elk County Commissioner";
        struct feed_contest *c = contest_of(&n, 0, arena_printf(n.a, "c%u", i).ptr, text,
                                            arena_copy(n.a, buf_slice(&who)).ptr);
        double from = seconds();
        match(&n, c);
        took += seconds() - from;
    }
    print_message("%d towns and a board of %d matched in %.3f s\n", TOWNS, BOARD, took);
    assert_int_equal(count_links(&n), TOWNS + BOARD);
    assert_true(took < 3);
    buf_done(&who);
    buf_done(&csv);
    night_close(&n);
}

/* A common name in a thousand contests that may all be ours: each was weighed against all others,
 * and each note on them was kept again. */
static void a_name_that_thousands_of_contests_have_is_matched(void **state)
{
    enum { CONTESTS = 2000 };
    struct night n;
    (void)state;

    night_open(&n, "candidate_name,state,office,endorsement_id\nAna Smith,GA,City Council,ana\n"
                   "Bo Smith,GA,Sheriff,bo\n");
    double begin = seconds();
    for (unsigned i = 0; i < CONTESTS; i++)
        match(&n, contest_of(&n, 0, arena_printf(n.a, "c%u", i).ptr,
                             i % 2 ? arena_printf(n.a, "City Council, Gale%u", i).ptr : "Sheriff",
                             i % 2 ? "Ana Smith|Joe Poe" : "Bo Smith|Joe Poe"));
    double took = seconds() - begin;
    print_message("two names in %d contests: %.3f s\n", CONTESTS, took);
    assert_int_equal(count_links(&n), 0);
    assert_int_equal(n.m.review_count, CONTESTS);
    assert_true(took < 5);
    night_close(&n);
}

/* ... and rows that have it: each of them was settled again, and its line in the queue written,
 * with each contest of a feed, by all those before it. */
static void many_rows_of_one_name_in_as_many_contests_are_matched(void **state)
{
    enum { ROWS = 400 };
    struct feed_contest *contests[ROWS];
    struct night n;
    struct buf csv;
    struct err e;
    (void)state;

    buf_init(&csv, 1 << 20);
    buf_addz(&csv, "candidate_name,state,office,jurisdiction,endorsement_id\n");
    for (unsigned i = 0; i < ROWS; i++)
        buf_addf(&csv, "Ana Smith,GA,City Council,City of Gale%u,%u\n", i, i);
    night_open(&n, csv.ptr);
    for (unsigned i = 0; i < ROWS; i++) /* every other one says whose it is */
        contests[i] = contest_of(&n, 0, arena_printf(n.a, "c%u", i).ptr,
                                 i % 2 ? arena_printf(n.a, "Gale%u City Council", i).ptr
                                       : arena_printf(n.a, "City Council, %u", i).ptr,
                                 "Ana Smith|Joe Poe");
    double begin = seconds();
    assert_true(match_contests(&n.m, contests, ROWS, &e));
    double first = seconds() - begin;
    begin = seconds();
    assert_false(match_contests(&n.m, contests, 1, &e));
    double again = seconds() - begin;
    print_message("%d rows of one name in %d contests: %.3f s, one of them again %.3f s\n", ROWS,
                  ROWS, first, again);
    assert_int_equal(count_links(&n), ROWS / 2);
    for (uint32_t i = 1; i < ROWS; i += 2)
        assert_int_equal(linked(&n, i, contests[i]), 0);
    assert_int_equal(n.m.review_count, ROWS / 2 * ROWS / 2);
    for (uint32_t i = 1; i < n.m.review_count; i++)
        assert_true(n.m.review[i - 1].endorsement <= n.m.review[i].endorsement);
    assert_true(first < 5 && again < 1);
    buf_done(&csv);
    night_close(&n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hints_find_their_contest),
        cmocka_unit_test(a_national_list_is_matched),
        cmocka_unit_test(an_office_that_thousands_stand_for_is_matched),
        cmocka_unit_test(a_name_that_thousands_of_contests_have_is_matched),
        cmocka_unit_test(many_rows_of_one_name_in_as_many_contests_are_matched),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
