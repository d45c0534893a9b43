/* SPDX-License-Identifier: ISC */
/* Names: pairs that are one person, pairs that may be, pairs that are not, and what must hold for
 * any pair. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "daemon/core/match_index.h"
#include "daemon/core/name.h"
#include "daemon/core/nicknames.h"

static const struct {
    const char *a, *b;
    enum name_fit fit;
} pairs[] = {
    {"Donald J. Trump", "Donald J. Trump (I) (Rep)", NAME_SAME},
    {"Donald Trump", "Donald J. Trump (I) (Rep)", NAME_SAME},
    {"J. Nathan Dell", "J. NATHAN DELL (I)R", NAME_SAME},
    {"Cathy Heckt", "CATHY HECKT(D)", NAME_SAME},
    {"Robert Ott", "Robert (Bob)Ott", NAME_SAME},
    {"David A. Perdue", "David Perdue (I) (Rep)", NAME_SAME},
    {"Roque De La Fuente", "Roque ''Rocky'' De La Fuente", NAME_SAME},
    {"Rocky De La Fuente", "Roque \"\"Rocky\"\" De La Fuente", NAME_SAME},
    {"Moises Olmos", "Moises \xe2\x80\x9cJason\xe2\x80\x9d Olmos, Jr.", NAME_SAME},
    {"Jason Olmos Jr", "Moises \xe2\x80\x9cJason\xe2\x80\x9d Olmos, Jr.", NAME_SAME},
    {"Jenny Gutierrez", "Juana (Jenny) Guti\xc3\xa9rrez", NAME_SAME},
    {"Juana Guti\xc3\xa9rrez", "Juana (Jenny) Gutie\xcc\x81rrez", NAME_SAME},
    {"Lauren McDonald", "Lauren Bubba McDonald, Jr. (I) (Rep)", NAME_SAME},
    {"Daniel Porter", "Daniel J. \"Danny\" Porter (I) (Rep)", NAME_SAME},
    {"Ossoff, Jon", "Jon Ossoff (Dem)", NAME_SAME},
    {"SMITH JR, JOHN A", "John A. Smith, Jr.", NAME_SAME},
    {"Smith, John A., Jr.", "John Smith", NAME_SAME},
    {"Jaquez Lewis, Sonya", "Sonya Jaquez Lewis", NAME_SAME},
    {"Patrick O'Keefe", "Patrick O\xe2\x80\x99Keefe", NAME_SAME},
    {"Patrick OKeefe", "Patrick O'Keefe", NAME_SAME},
    {"J. D. Vance", "JD Vance", NAME_SAME},
    {"Bill Cowsert", "William Cowsert", NAME_SAME},
    {"Liz Rosenbaum", "Elizabeth Rosenbaum", NAME_SAME},
    {"Hubert Owens Jr.", "Hubert Owens", NAME_SAME},
    {"Sheila Clark Nelson", "Sheila C. Nelson (I) (Dem)", NAME_SAME},
    {"Taeho Cho", "Taeho Cho (Dem)", NAME_SAME},
    {"Maria Lopez", "Lopez, Maria (W/I)", NAME_SAME},
    {"Jane Doe", "Write-in: Jane Doe", NAME_SAME},
    {"Jane Doe", "Jane Doe - REP", NAME_SAME},
    {"Connie Lucas-Kemp", "Connie A. Lucas Kemp", NAME_SAME},
    {"Van Jones", "Van A. Jones", NAME_SAME}, /* what may stand in a surname is a first name too */
    {"Ben Smith", "Benjamin Smith", NAME_SAME},
    {"Yo-Yo Ma", "Ma, Yo-Yo", NAME_SAME}, /* nor is every short one a degree or a suffix */
    {"Jo Ma", "Ma, Jo", NAME_SAME},
    {"Ann V", "V, Ann", NAME_SAME},
    {"Ann Ret", "Ret, Ann", NAME_SAME},
    {"Jane Doe", "Jane Doe Write-in", NAME_SAME},
    {"Roque De La Fuente", "De La Fuente, Roque Rocky", NAME_SAME},

    {"John A. Smith", "John B. Smith", NAME_MAYBE},
    {"John Smith Jr.", "John Smith Sr.", NAME_MAYBE},
    {"John Smith", "J. Smith", NAME_MAYBE},
    {"John Smith", "Smith", NAME_MAYBE},
    {"Ana Wu", "Bo Wu", NAME_MAYBE},
    {"Smith", "Smith", NAME_MAYBE}, /* a surname alone, on one side or on both */
    {"Smith", "SMITH (I)", NAME_MAYBE},
    {"Smith", "Smith Smith", NAME_MAYBE},
    {"JohnSmith", "John Smith", NAME_MAYBE},
    {"John Albert Smith", "John Andrew Smith", NAME_MAYBE}, /* one letter is no middle name */
    {"John Quincy Adams Smith", "John Bob Smith", NAME_MAYBE},
    {"John Bob Smith", "John Quincy B. Smith", NAME_SAME},
    {"John Smith (Jr.)", "John Smith Sr.", NAME_MAYBE},
    {"John Smith (Jr.)", "John Smith, Jr.", NAME_SAME},
    {"Kris Smith", "Kris Smth", NAME_MAYBE},
    {"Ann Wool", "Ann Wolf", NAME_NO}, /* two slips in four letters */
    {"Ann Poole", "Ann Poolee", NAME_MAYBE},
    {"Ann Kowalski", "Ann Kowolsky", NAME_MAYBE}, /* two in eight */
    {"Ann Kowalski", "Bea Kowalsky", NAME_NO},
    {"Ann Johnson", "Ann Jahnsen", NAME_NO},
    {"Philip", "Phillip", NAME_NO}, /* one word, and no first name to tell by */
    {"Connie Kemp", "Connie Lucas-Kemp", NAME_MAYBE},
    {"Roque Fuente", "Roque De La Fuente", NAME_MAYBE},
    {"Kelly Loeffler", "Karen Loeffler", NAME_MAYBE},

    {"Robert A Plant", "Roberta Plant", NAME_MAYBE},
    {"Mary Ann Plant", "Maryann Plant", NAME_SAME},
    {"Danny Poe", "Dan Poe", NAME_SAME},
    {"Bob Poe", "Rob Poe", NAME_MAYBE},
    {"Julia Poe", "Julie Poe", NAME_MAYBE},
    {"Patrick Poe", "Patricia Poe", NAME_MAYBE},
    {"Jonathan Poe", "John Poe", NAME_MAYBE},
    {"Jon Poe", "John Poe", NAME_MAYBE},
    {"James Q. Poe", "POE, JAMES V", NAME_MAYBE},
    {"James Poe V", "Poe, James, V", NAME_SAME},
    {"James Poe", "POE, JAMES V", NAME_SAME},
    {"Pat Poe", "Patricia A (Pat) Poe", NAME_SAME},
    {"Patrick Poe", "Patricia A (Pat) Poe", NAME_MAYBE},

    {"Ana Wu", "Ana Li", NAME_NO},
    {"Marvin Kim", "Marvin Lim", NAME_NO},
    {"Chad Cox", "Chad Fox", NAME_NO},
    {"Jon Ossoff", "David Perdue", NAME_NO},
    {"John Smith", "John Smithson", NAME_NO},       /* as far as it goes is not the whole */
    {"John Smith", "John Smith Jones", NAME_MAYBE}, /* a second surname, which lists drop */
    {"Ann Archer-Smith", "Ann Archer", NAME_MAYBE},
    {"Ann Archer", "A Archer Smith", NAME_NO},
    {"John Smithson", "John Smith Son", NAME_SAME}, /* but gaps are nothing */
    {"John Smith", "Smith John Doe", NAME_MAYBE},   /* a comma that is not there */
    {"Bob Archer", "ARCHER ROBERT M", NAME_MAYBE},
    {"Kim Lee", "Lee Kim", NAME_MAYBE},
    {"Ann Archer", "Archer Baker", NAME_NO},
    {"", "John Smith", NAME_NO},
    {"Yes", "John Smith", NAME_NO},
};

/* The index of names finds what is the same: matching never asks the others. */
static void assert_found(const struct name *ours, const struct name *theirs)
{
    uint64_t x[MATCH_NAME_KEYS], y[MATCH_NAME_KEYS];
    size_t nx = match_index_ours(ours, x), ny = match_index_theirs(theirs, y);

    for (size_t i = 0; i < nx; i++)
        for (size_t k = 0; k < ny; k++)
            if (x[i] == y[k])
                return;
    fail_msg("\"%.*s\" is not found by \"%.*s\"", SLICE_FMT(ours->joined),
             SLICE_FMT(theirs->joined));
}

static enum name_fit fit(struct arena *a, const char *x, const char *y)
{
    struct name n, m;

    assert_true(name_read(slice_of(x), a, &n));
    assert_true(name_read(slice_of(y), a, &m));
    enum name_fit got = name_compare(&n, &m);
    if (got == NAME_SAME)
        assert_found(&n, &m);
    return got;
}

static void pairs_are_judged(void **state)
{
    struct arena *a = arena_new(1 << 24);
    int wrong = 0;
    (void)state;

    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        enum name_fit got = fit(a, pairs[i].a, pairs[i].b), back = fit(a, pairs[i].b, pairs[i].a);
        if (got != pairs[i].fit || back != got) {
            print_error("\"%s\" and \"%s\": %d, back %d, not %d\n", pairs[i].a, pairs[i].b, got,
                        back, pairs[i].fit);
            wrong++;
        }
    }
    assert_int_equal(wrong, 0);
    arena_free(a);
}

/* Every text of the table is itself, in capitals, and with marks hung on. */
/* Fields of 18 characters: what may be cut is a prefix, and only where it can be told. */
static void a_cut_name_is_a_prefix(void **state)
{
    static const struct {
        const char *ours, *theirs;
        enum name_fit fit;
    } cuts[] = {
        {"Christopher Johnson", "CHRISTOPHER JOHNSO", NAME_SAME},
        {"Chris Johnson", "CHRISTOPHER JOHNSO", NAME_SAME},
        {"Christopher A. Johnson Jr.", "CHRISTOPHER A JOHN", NAME_SAME},
        {"Christopher Johnson", "CHRISTOPHER A JOHN", NAME_SAME},
        {"Maria Tortorici-Smythe", "MARIA TORTORICI-SM", NAME_MAYBE}, /* of "Smythe" two letters */
        {"Mary Tortoric-Smythe", "MARY TORTORIC-SMYT", NAME_SAME},
        /* between two words: a whole name, or a cut one */
        {"Jennifer Rodriguez-Lopez", "JENNIFER RODRIGUEZ", NAME_MAYBE},
        /* the first name is not whole, or no first name */
        {"Christopher Johnson", "C JOHNSO", NAME_MAYBE},
        {"Christopher Johnson", "JOHNSO", NAME_NO},
        /* the surname is not reached, or as good as not */
        {"Christopher Alexander Johnson", "CHRISTOPHER ALEXAN", NAME_NO},
        {"Christopher Alexander Johnson", "CHRISTOPHER ALEXANDER J", NAME_MAYBE},
        {"Christopher Alexander Johnson", "CHRISTOPHER ALEXANDER JO", NAME_MAYBE},
        /* other people */
        {"Christian Johnson", "CHRISTOPHER JOHNSO", NAME_MAYBE},
        {"Christopher Johansen", "CHRISTOPHER JOHNSO", NAME_NO},
        {"Christopher B. Johnson", "CHRISTOPHER A JOHN", NAME_MAYBE},
    };
    struct arena *a = arena_new((size_t)1 << 20);
    int wrong = 0;
    (void)state;

    for (size_t i = 0; i < sizeof(cuts) / sizeof(cuts[0]); i++) {
        struct name ours, theirs;
        assert_true(name_read(slice_of(cuts[i].ours), a, &ours));
        assert_true(name_read(slice_of(cuts[i].theirs), a, &theirs));
        enum name_fit whole = name_compare(&ours, &theirs);
        theirs.cut = true;
        enum name_fit fit = name_compare(&ours, &theirs);
        if (fit == NAME_SAME)
            assert_found(&ours, &theirs);
        if (fit != cuts[i].fit || whole == NAME_SAME) {
            print_error("\"%s\" and \"%s\": %d, whole %d\n", cuts[i].ours, cuts[i].theirs, fit,
                        whole);
            wrong++;
        }
    }
    assert_int_equal(wrong, 0);
    arena_free(a);
}

static void a_name_is_itself(void **state)
{
    struct arena *a = arena_new(1 << 24);
    (void)state;

    for (size_t i = 0; i + 3 < sizeof(pairs) / sizeof(pairs[0]); i++) {
        char marked[200], capitals[200];
        size_t n = 0;
        if (pairs[i].fit != NAME_SAME)
            continue;
        for (const char *p = pairs[i].a; *p; p++)
            capitals[n++] = *p >= 'a' && *p <= 'z' ? (char)(*p - 32) : *p;
        capitals[n] = 0;
        snprintf(marked, sizeof(marked), "%s (I) (Dem)", pairs[i].a);
        assert_int_equal(fit(a, pairs[i].a, pairs[i].a), NAME_SAME);
        assert_int_equal(fit(a, pairs[i].a, capitals), NAME_SAME);
        assert_int_equal(fit(a, pairs[i].a, marked), NAME_SAME);
    }
    arena_free(a);
}

/* No two of a list of people with short or shared names are the same. */
static void strangers_stay_strangers(void **state)
{
    static const char *const people[] = {
        "Ana Wu",
        "Ana Li",
        "Bo Wu",
        "Bo Li",
        "Min Kim",
        "Min Lim",
        "Sam Cox",
        "Sam Fox",
        "Sue Cox",
        "John A. Smith",
        "John B. Smith",
        "Jane Smith",
        "Joan Smith",
        "Maria Garcia",
        "Maria Garza",
        "Mario Garcia",
        "Dan Lee",
        "Dana Lee",
        "Don Lee",
        "Michael Thompson",
        "Michael Thomas",
        "Ray Day",
        "Jay Ray",
        "Robert Lopez-Diaz",
        "Robert Lopez-Ruiz",
    };
    struct arena *a = arena_new(1 << 24);
    (void)state;

    for (size_t i = 0; i < sizeof(people) / sizeof(people[0]); i++)
        for (size_t j = 0; j < i; j++)
            if (fit(a, people[i], people[j]) == NAME_SAME)
                fail_msg("%s and %s are the same", people[i], people[j]);
    arena_free(a);
}

static void mates_are_split(void **state)
{
    static const struct {
        const char *text;
        size_t count;
        const char *last;
    } rows[] = {
        {"Kamala D. Harris / Tim Walz", 2, "Tim Walz"},
        {"Joseph R. Biden and Kamala Harris", 2, "Kamala Harris"},
        {"Blake Huber & Andrea Denault", 2, "Andrea Denault"},
        {"Jane Doe (W/I)", 1, "Jane Doe (W/I)"},
        {"Jane Doe (D/R) / Bo Li", 2, "Bo Li"},
        {"Jane Doe) / Bo Li", 2, "Bo Li"}, /* a bracket that closes none */
        {"Sandra Andrade", 1, "Sandra Andrade"},
        {"", 1, ""},
    };
    (void)state;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct slice people[NAME_PEOPLE];
        assert_int_equal(name_split(slice_of(rows[i].text), people), rows[i].count);
        assert_true(slice_is(people[rows[i].count - 1], rows[i].last));
    }
}

static void lines_of_nobody(void **state)
{
    (void)state;
    assert_true(name_is_nobody(SLICE("Write-in")));
    assert_true(name_is_nobody(SLICE("WRITE-IN VOTES")));
    assert_true(name_is_nobody(SLICE("Scattering")));
    assert_true(name_is_nobody(SLICE("NO PETITION FILED")));
    assert_true(name_is_nobody(SLICE("There are no candidates for this office")));
    assert_true(name_is_nobody(SLICE("Write-In (Miscellaneous)")));
    assert_true(name_is_nobody(SLICE("Other Write-Ins")));
    assert_true(name_is_nobody(SLICE("Adjudicated Write-Ins")));
    assert_true(name_is_nobody(SLICE("Write-in for Mayor")));
    assert_true(name_is_nobody(SLICE("WriteIn(W)/Uncommitted(Z)")));
    assert_true(name_is_nobody(SLICE("WRITE-IN 2")));
    assert_true(name_is_nobody(SLICE("CLERK SCATTERING")));
    assert_true(name_is_side(SLICE("Yes")) && name_is_nobody(SLICE("Yes")));
    assert_false(name_is_side(SLICE("Write-in")));
    assert_false(name_is_nobody(SLICE("CERTIFIED WRITE IN - William Clay Roselle")));
    assert_false(name_is_nobody(SLICE("John Schiess (write-in)")));
    assert_false(name_is_nobody(SLICE("Ann Scatterday")));
    assert_false(name_is_nobody(SLICE("Certified")));
    assert_true(name_is_nobody(SLICE("Over Votes")));
    assert_true(name_is_nobody(SLICE("Uncommitted")));
    assert_false(name_is_nobody(SLICE("Write-in: Jane Doe")));
    assert_false(name_is_nobody(SLICE("Jane Other")));
}

static void nicknames_of_one_row(void **state)
{
    (void)state;
    assert_true(nicknames_same(SLICE("bill"), SLICE("william")));
    assert_true(nicknames_same(SLICE("bill"), SLICE("billy")));
    assert_false(
        nicknames_same(SLICE("bill"), SLICE("will"))); /* two forms, perhaps two brothers */
    assert_true(nicknames_same(SLICE("chuck"), SLICE("charles")));
    assert_false(nicknames_same(SLICE("bill"), SLICE("bob")));
    assert_false(nicknames_same(SLICE("dan"), SLICE("don")));
    assert_false(nicknames_same(SLICE("jane"), SLICE("joan")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pairs_are_judged),     cmocka_unit_test(a_cut_name_is_a_prefix),
        cmocka_unit_test(a_name_is_itself),     cmocka_unit_test(strangers_stay_strangers),
        cmocka_unit_test(mates_are_split),      cmocka_unit_test(lines_of_nobody),
        cmocka_unit_test(nicknames_of_one_row),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
