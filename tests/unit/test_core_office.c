/* SPDX-License-Identifier: ISC */
/* Offices out of free text: the words of real feeds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/core/office.h"
#include "daemon/core/states.h"

/* class, parts, party and flags, words, ! where it says too much */
static const struct {
    const char *text, *said;
} rows[] = {
    {"US Senate (Perdue)", "us-senate;;;perdue"},
    {"US Senate (Loeffler) - Special", "us-senate;;special;loeffler"},
    {"US Senate (Perdue)/Senado de los EE.UU. (Perdue)", "us-senate;;;perdue"},
    {"1st District Representative in State Legislature", "state-house;1d;;"},
    {"United States Senator From Indiana", "us-senate;;;indiana"},
    {"U.S. Senate", "us-senate;;;"},
    {"U.S. SENATOR", "us-senate;;;"},
    {"DEM U.S. Senator", "us-senate;;dem;"},
    {"US Senator - REPUBLICAN", "us-senate;;rep;"},
    {"US Senate (REP)", "us-senate;;rep;"},
    {"REP - United States Senator", "us-senate;;rep;"},
    {"United States Senator (Vote For 1)", "us-senate;;;"},
    {"US House District 8", "us-house;8d;;"},
    {"US House Dist 10/Distrito del Congreso 10", "us-house;10d;;"},
    {"Representative in Congress District 12", "us-house;12d;;"},
    {"Representative to the 119th United States Congress - District 1", "us-house;1d;;"},
    {"State Senate District 1", "state-senate;1d;;"},
    {"State Senate Dist 40/Senador Estatal Dist 40", "state-senate;40d;;"},
    {"Senator in the General Assembly District 37", "state-senate;37d;;"},
    {"State Senator - District 012", "state-senate;12d;;"},
    {"Senate District 12", "state-senate;12d;;"},
    {"State Assembly District 4 - Districtwide Results", "state-house;4d;;"},
    {"Governor - Statewide Results", "governor;;;"},
    {"U.S. Senate (Full Term) - Statewide Results", "us-senate;;;"},
    {"U.S. Senate (Partial/Unexpired Term) - Statewide Results", "us-senate;;unexpired;"},
    {"Supreme Court Justice - Statewide Results: Jo Roe", "state-supreme-court;;;jo roe"},
    {"State House District 100", "state-house;100d;;"},
    {"State House Dist 100/Estatal ante la Asamblea General Dist 100", "state-house;100d;;"},
    {"Representative in the General Assembly District 19", "state-house;19d;;"},
    {"House of Delegates 21st District", "state-house;21d;;"},
    {"Member of the Assembly, 54th Assembly District", "state-house;54d;;"},
    {"State Representative District 54A", "state-house;54ad;;"},
    {"District Attorney - Alapaha", "district-attorney;;;alapaha"},
    {"District Attorney - Clayton - Special Election", "district-attorney;;special;clayton"},
    {"District Attorney - 17th Judicial District", "district-attorney;17d;;"},
    {"District Court Judge - 17th Judicial District - Holbrook", "district-court;17d;;holbrook"},
    {"Adams County Court Judge - Dinnel", "county-court;;;adams dinnel"},
    {"Colorado Supreme Court Justice - Berkenkotter", "state-supreme-court;;;berkenkotter"},
    {"Board of Education District 2", "school-board;2d;;"},
    {"Brd of Education Dist 1/Consejo de Educaci\xc3\xb3n del Dist 1", "school-board;1d;;"},
    {"Co Commission Chair/Presidente de la Comisi\xc3\xb3n del Condado", "county-chair;;;"},
    {"County Commission District 5", "county-board;5d;;"},
    {"Clerk of Superior Court", "clerk-of-court;;;"},
    {"Probate Judge", "probate-judge;;;"},
    {"Sheriff/Alguacil", "sheriff;;;"},
    {"Soil and Water - Satilla River", "soil-and-water;;;satilla river"},
    {"Public Service Commission Dist 1/Comisionado de Servicio P\xc3\xba"
     "blico Dist 1",
     "public-service-commission;1d;;"},
    {"President of the United States", "president;;;"},
    {"PRESIDENT", "president;;;"},
    {"Council President", "city-council-president;;;"},
    {"Springfield City Council, 3rd Ward", "city-council;3d;;springfield"},
    {"City Council, Ward Three", "city-council;3d;;"},
    {"City of Seattle Council Position No. 8", "city-council;8s;;seattle"},
    {"City Council At-Large", "city-council;at largeb;;"},
    {"Superior Court Judge, Office No. 13", "superior-court;13s;;"},
    {"Court of Appeals, Division 1, District 2, Position 3", "court-of-appeals;1b 2d 3s;;"},
    {"Legislative District 12 State Senator", "state-senate;12d;;"},
    {"School Board Member - Seat B (Unexpired Term)", "school-board;bs;unexpired;"},
    {"Attorney General", "attorney-general;;;"},
    {"Auditor General", "state-auditor;;;"},
    {"Town of Rye Supervisor", "-;;;rye supervisor"},
    {"Rye Town Supervisor", "town-supervisor;;;rye"},
    {"Town Board Supervisor", "town-council;;;"},
    {"Ash Township Supervisor", "township-supervisor;;;ash"},
    {"First Selectman", "first-selectman;;;"},
    {"Chief Magistrate Judge", "chief-magistrate;;;"},
    {"Council at Large", "city-council;at largeb;;"},
    {"President of the Board of Aldermen", "city-council-president;;;"},
    {"Judge, County Criminal Court No. 5", "county-criminal-court;;;5"},
    {"NEWTON-CONOVER SCHOOLS BOARD OF EDUCATION CONOVER DISTRICT",
     "school-board;conoverd;;newton conover"},
    {"17th Circuit Judge of Circuit Court Non-Incumbent", "circuit-court;17b;;"},
    {"Governor/Lieutenant Governor", "governor;;;"},
    {"Treasurer", "-;;;treasurer"},
    {"Commissioner District 2", "-;2d;;commissioner"},
    {"City Council Ward 1/Ward 2", "city-council;1d 2d;;"},
    {"HD 12", "state-house;12d;;"},
    {"SD-12", "state-senate;12d;;"},
    {"CD 4", "us-house;4d;;"},
    {"U.S. Representative, Dist I", "us-house;1d;;"},
    {"State Senate District I", "state-senate;id;;"},
    {"DA", "district-attorney;;;"},
    {"COUNTYWIDE Auditor", "county-auditor;;;"},
    {"County of Thurston Assessor", "county-assessor;;;thurston"},
    {"City Auditor", "city-auditor;;;"},
    {"Auditor", "-;;;auditor"},
    {"Councilmember, Dist 7, County of Maui", "county-council;7d;;maui"},
    {"Councilmember, Dist IV, City and County of Honolulu", "city-council;4d;;honolulu"},
    {"Newton County Council, District 2", "county-council;2d;;newton"},
    {"Beaver Township Trustee, Newton County", "township-trustee;;;beaver newton"},
    {"Beaver Township Board Member, Newton County", "township-board;;;beaver newton"},
    {"Republican Township Trustee", "township-trustee;;;republican"},
    {"State Representative, 15th District - Independent Party", "state-house;15d;ind;"},
    {"Independent School District 12 School Board", "school-board;12d;;independent"},
    {"3B District Judge of District Court Incumbent", "district-court;3bd;;"},
    {"2nd District State Senator Partial Term Ending 01/01/2019", "state-senate;2d;unexpired;"},
    {"For County Commissioner (Full term commencing 1-2-2027)", "county-board;;;"},
    {"County Commissioner (Full Term Commencing January 2, 2027)", "county-board;;;"},
    {"Mayor, term beginning in spring", "mayor;;;beginning spring"},
    {"Member of Board of Education Ash Valley Local SD", "school-board;;;ash valley local"},
    {"Fire Protection District No. 09 Fire Commissioner, Position No. 3", "fire-board;9d 3s;;"},
    {"School Board 3rd Ward", "school-board;3d;;"},
    {"School Board 03rd Ward", "school-board;3d;;"},
    {"City Council District 3rd Ward", "city-council;3d;;"},
    {"State House 12 District 12", "state-house;12d;;12"},
    {"State Senate 12", "state-senate;12d;;"},
    {"Sheriff 12", "sheriff;;;12"}, /* no office of districts */
    {"District Attorney 17", "district-attorney;17d;;"},
    {"District Attorney 2026", "district-attorney;;;2026"}, /* a year is no circuit */
    {"Court of Appeals Clerk", "court-of-appeals;;;clerk"},
    /* which of two things is said */
    {"City Council District 3 Ward 3", "city-council;3d 3d;;"},
    {"School Board - Short Term", "school-board;;unexpired;"},
    {"City Council Ward 1/Consejo Municipal, Unexpired", "city-council;1d;unexpired;"},
    {"Sheriff and Coroner", "sheriff;;;coroner"},
    {"Sheriff/Coroner", "sheriff;;;coroner"},
    {"DEM REP US Senate", "us-senate;;rep;!"},
    {"DEM US Senate - Democratic", "us-senate;;dem;"},
    {"", "-;;;"},
};

static void describe(const struct office_text *o, char *out, size_t size)
{
    size_t n = (size_t)snprintf(out, size, "%s;", o->class ? o->class->slug : "-");

    for (size_t i = 0; i < o->part_count; i++)
        n += (size_t)snprintf(out + n, size - n, "%s%.*s%c", i ? " " : "",
                              SLICE_FMT(o->parts[i].value), "?dsb"[o->parts[i].mask]);
    n += (size_t)snprintf(out + n, size - n, ";%s%s%s%s;", o->party ? o->party : "",
                          o->flags & OFFICE_UNEXPIRED ? "unexpired" : "",
                          o->flags & OFFICE_SPECIAL ? "special" : "",
                          o->flags & OFFICE_RUNOFF ? "runoff" : "");
    for (size_t i = 0; i < o->word_count; i++)
        n += (size_t)snprintf(out + n, size - n, "%s%.*s", i ? " " : "", SLICE_FMT(o->words[i]));
    if (o->crowded)
        snprintf(out + n, size - n, "!");
}

static void texts_are_read(void **state)
{
    struct arena *a = arena_new(1 << 24);
    int wrong = 0;
    (void)state;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct office_text o;
        char got[400];
        assert_true(office_read(slice_of(rows[i].text), a, &o));
        describe(&o, got, sizeof(got));
        if (strcmp(got, rows[i].said) != 0) {
            print_error("%s\n   is   %s\n   not  %s\n", rows[i].text, got, rows[i].said);
            wrong++;
        }
    }
    assert_int_equal(wrong, 0);
    arena_free(a);
}

/* Fields of their own go on where the text ended: said twice, a part is one, and of the narrower
 * sort. */
static void fields_complete_the_text(void **state)
{
    struct arena *a = arena_new(1 << 20);
    struct office_text o;
    (void)state;

    assert_true(office_read(SLICE("Superior Court Judge 1st"), a, &o));
    assert_int_equal(o.part_count, 1);
    assert_int_equal(o.parts[0].mask, PART_DISTRICT | PART_SEAT);
    assert_true(office_read_part(SLICE("01"), PART_SEAT, a, &o));
    assert_int_equal(o.part_count, 1);
    assert_int_equal(o.parts[0].mask, PART_SEAT);
    assert_true(office_read_part(SLICE("1"), PART_DISTRICT, a, &o));
    assert_int_equal(o.part_count, 2);
    o = (struct office_text){.class = NULL}; /* the first kind named is the part's */
    assert_true(office_read_part(SLICE("1"), PART_DISTRICT, a, &o));
    assert_true(office_read_place(SLICE("Ward 1"), a, &o));
    assert_int_equal(o.part_count, 1);
    assert_true(office_read_place(SLICE("Ward 1"), a, &o));
    assert_int_equal(o.part_count, 1);
    assert_true(office_read_place(SLICE("District 1"), a, &o));
    assert_int_equal(o.part_count, 2);
    static const char *const whole[] = {"0", "00", "AL", "At-Large"}; /* no district of its own */
    for (size_t i = 0; i < sizeof(whole) / sizeof(whole[0]); i++) {
        o = (struct office_text){.class = NULL};
        assert_true(office_read_part(slice_of(whole[i]), PART_DISTRICT, a, &o));
        assert_int_equal(o.part_count, 1);
        assert_true(slice_is(o.parts[0].value, "at large"));
    }
    arena_free(a);
}

static const char *party_of(const char *text)
{
    struct arena *a = arena_new(1 << 20);
    struct office_text o;

    assert_true(office_read(slice_of(text), a, &o));
    arena_free(a);
    return o.party ? o.party : "";
}

/* A letter is a party in brackets only, and two of them are none. */
static void letters_in_brackets_are_parties(void **state)
{
    (void)state;
    assert_string_equal(party_of("US Senate (D)"), "dem");
    assert_string_equal(party_of("US Senate (R)"), "rep");
    assert_string_equal(party_of("US Senate (D) (R)"), "");
    assert_string_equal(party_of("US Senate D"), "");
    assert_string_equal(party_of("School Board Seat R"), "");
    assert_string_equal(party_of("School Board Seat (R)"), "");
    assert_string_equal(party_of("Elk Area School District (R)"), "rep");
    assert_string_equal(party_of("School Director Elk Area (D)"), "dem");
}

/* ... and once it is one it is no word that the list would have to have too. */
static void a_party_in_brackets_is_no_word_of_the_office(void **state)
{
    struct arena *a = arena_new(1 << 20);
    struct office_text o;
    (void)state;

    assert_true(office_read(SLICE("Governor (D)"), a, &o));
    assert_int_equal(o.word_count, 0);
    assert_false(o.crowded);
    assert_true(office_read(SLICE("DEM Governor (R)"), a, &o));
    assert_true(o.crowded);
    arena_free(a);
}

static unsigned type_of(const char *text)
{
    struct arena *a = arena_new(1 << 20);
    struct office_text o = {.class = NULL};

    assert_true(office_read_type(slice_of(text), a, &o));
    arena_free(a);
    return o.flags;
}

static void a_general_primary_is_a_primary(void **state)
{
    (void)state;
    assert_int_equal(type_of("General"), OFFICE_GENERAL);
    assert_int_equal(type_of("General Election"), OFFICE_GENERAL);
    assert_int_equal(type_of("General Primary"), OFFICE_PRIMARY);
    assert_int_equal(type_of("General Runoff"), OFFICE_GENERAL | OFFICE_RUNOFF);
    assert_int_equal(type_of("Primary"), OFFICE_PRIMARY);
    assert_int_equal(type_of("Special"), OFFICE_SPECIAL);
}

/* `n` pieces, each with its own number, and whether the reading says that it is too much. */
static bool is_crowded(const char *piece, int n, size_t *parts, size_t *words)
{
    struct arena *a = arena_new(1 << 20);
    struct buf text;
    struct office_text o;

    buf_init(&text, 10000);
    for (int i = 1; i <= n; i++)
        buf_addf(&text, "%s%d ", piece, i);
    assert_true(office_read(buf_slice(&text), a, &o));
    *parts = o.part_count;
    *words = o.word_count;
    buf_done(&text);
    arena_free(a);
    return o.crowded;
}

/* What does not fit must not pass as unsaid. */
static void more_than_fits_is_told(void **state)
{
    size_t parts, words;
    (void)state;

    assert_false(is_crowded("Ward ", OFFICE_PARTS, &parts, &words));
    assert_int_equal(parts, OFFICE_PARTS);
    assert_true(is_crowded("Ward ", OFFICE_PARTS + 1, &parts, &words));
    assert_int_equal(parts, OFFICE_PARTS);
    assert_false(is_crowded("w", OFFICE_WORDS, &parts, &words));
    assert_int_equal(words, OFFICE_WORDS);
    assert_true(is_crowded("w", OFFICE_WORDS + 1, &parts, &words));
    assert_int_equal(words, OFFICE_WORDS);
}

/* A text of more words than are looked at may end in a district nobody saw. */
static void a_text_too_long_is_told(void **state)
{
    struct arena *a = arena_new(1 << 20);
    struct office_text o;
    struct buf text;
    (void)state;

    buf_init(&text, 10000);
    for (int i = 0; i < 64; i++)
        buf_addz(&text, i ? " the" : "Sheriff");
    assert_true(office_read(buf_slice(&text), a, &o));
    assert_false(o.crowded);
    buf_addz(&text, " District 9");
    assert_true(office_read(buf_slice(&text), a, &o));
    assert_true(o.crowded);
    buf_done(&text);
    arena_free(a);
}

/* Any text at all, of any length, is read within the bounds. */
static void noise_is_survived(void **state)
{
    static const char *const words[] = {"district",
                                        "12",
                                        "ward",
                                        "of",
                                        "3rd",
                                        "the",
                                        "/",
                                        "(D)",
                                        "united states congress",
                                        "special",
                                        "\xc3\xa9",
                                        "at-large",
                                        "superior court",
                                        "judge",
                                        "x",
                                        "no",
                                        "vote for"};
    uint32_t seed = 1;
    (void)state;

    for (int round = 0; round < 2000; round++) {
        struct arena *a = arena_new(1 << 20);
        char text[2000] = "";
        for (int i = 0; i < round % 90; i++) {
            seed = seed * 1664525 + 1013904223;
            strncat(text, words[(seed >> 16) % (sizeof(words) / sizeof(words[0]))], 40);
            strncat(text, " ", 2);
        }
        struct office_text o;
        assert_true(office_read(slice_of(text), a, &o));
        assert_true(o.part_count <= OFFICE_PARTS && o.word_count <= OFFICE_WORDS);
        arena_free(a);
    }
}

static void states_are_complete(void **state)
{
    size_t fifty = 0;
    (void)state;

    for (size_t i = 0; i < states_count; i++) {
        fifty += states[i].one_of_50;
        assert_ptr_equal(states_find(slice_of(states[i].code)), &states[i]);
        assert_ptr_equal(states_find(slice_of(states[i].name)), &states[i]);
    }
    assert_int_equal(fifty, 50);
    assert_int_equal(states_count, 56);
    assert_string_equal(states_find(SLICE("ga"))->zone, "America/New_York");
    assert_null(states_find(SLICE("TX"))->zone);
    assert_null(states_find(SLICE("")));
    assert_true(states_find(SLICE("NY"))->fusion && !states_find(SLICE("GA"))->fusion);
}

static void slugs_are_plain(void **state)
{
    struct buf b;
    (void)state;

    buf_init(&b, 1000);
    office_slug(SLICE("  O'Neill-D\xc3\xad"
                      "az, Jr. "),
                &b);
    office_slug(SLICE("***"), &b);
    office_slug(SLICE("Ward 3"), &b);
    assert_true(slice_is(buf_slice(&b), "oneill-diaz-jr-ward-3"));
    buf_done(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_are_read),
        cmocka_unit_test(fields_complete_the_text),
        cmocka_unit_test(letters_in_brackets_are_parties),
        cmocka_unit_test(a_party_in_brackets_is_no_word_of_the_office),
        cmocka_unit_test(a_general_primary_is_a_primary),
        cmocka_unit_test(more_than_fits_is_told),
        cmocka_unit_test(a_text_too_long_is_told),
        cmocka_unit_test(noise_is_survived),
        cmocka_unit_test(states_are_complete),
        cmocka_unit_test(slugs_are_plain),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
