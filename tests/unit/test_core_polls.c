/* SPDX-License-Identifier: ISC */
/* When polls close: rows of states and counties, an endorsement's own hour, the last close of a
 * race. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/base/when.h"
#include "daemon/core/polls.h"

/* A zone that is just its footer: the rule decides every moment. */
static struct zone *make_zone(const char *name, const char *rule)
{
    static const unsigned char head[44] = {'T', 'Z', 'i', 'f', '2', [39] = 1, [43] = 4};
    unsigned char bytes[256];
    struct err e;
    size_t n = 0;

    for (int block = 0; block < 2; block++) {
        for (size_t i = 0; i < sizeof(head); i++)
            bytes[n++] = head[i];
        for (size_t i = 0; i < 6; i++)
            bytes[n++] = 0; /* one type: UTC offset 0, no DST, name 0 */
        const char *abbreviation = "LMT";
        for (size_t i = 0; i < 4; i++)
            bytes[n++] = (unsigned char)abbreviation[i];
    }
    bytes[n++] = '\n';
    for (const char *p = rule; *p; p++)
        bytes[n++] = (unsigned char)*p;
    bytes[n++] = '\n';
    struct zone *z = zone_parse(slice_of(name), (struct slice){(const char *)bytes, n}, &e);
    if (!z)
        fail_msg("%s", e.text);
    return z;
}

struct fixture {
    struct zone *central, *mountain;
    struct settings_polls polls[4];
    struct settings settings;
    struct endorsement list[2];
    struct endorsements endorsed;
    uint32_t both[2];
    struct race race;
    int64_t date;
};

static int set_up(void **state)
{
    static struct fixture f;

    f = (struct fixture){.central = make_zone("America/Chicago", "CST6CDT,M3.2.0,M11.1.0"),
                         .mountain = make_zone("America/Denver", "MST7MDT,M3.2.0,M11.1.0"),
                         .both = {0, 1}};
    if (!when_parse_date(SLICE("2024-11-05"), &f.date))
        return -1;
    f.polls[0] = (struct settings_polls){.state = SLICE("TX"), .minute = 1140, .zone = f.central};
    f.polls[1] = (struct settings_polls){
        .state = SLICE("TX"), .county = SLICE("El Paso"), .minute = 1140, .zone = f.mountain};
    f.polls[2] = (struct settings_polls){.state = SLICE("IA"), .minute = 1200, .zone = f.central};
    f.settings = (struct settings){.polls = f.polls, .polls_count = 3, .date = f.date};
    for (int i = 0; i < 2; i++)
        f.list[i] = (struct endorsement){
            .state = SLICE("TX"), .date = f.date, .polls_minute = -1, .level = LEVEL_STATE};
    f.endorsed = (struct endorsements){.list = f.list, .count = 2};
    f.race = (struct race){.endorsements = f.both, .endorsement_count = 2};
    *state = &f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    zone_free(f->central);
    zone_free(f->mountain);
    return 0;
}

static void assert_when(int64_t when, const char *want)
{
    char text[25] = "unknown";

    if (when != WHEN_UNKNOWN)
        when_format(when, text);
    assert_string_equal(text, want);
}

static void a_county_has_its_own_hour(void **state)
{
    struct fixture *f = *state;
    const struct settings *s = &f->settings;
    assert_when(polls_close(s, SLICE("TX"), SLICE(""), f->date), "2024-11-06T01:00:00.000Z");
    assert_when(polls_close(s, SLICE("TX"), SLICE("Harris"), f->date), "2024-11-06T01:00:00.000Z");
    assert_when(polls_close(s, SLICE("TX"), SLICE("EL PASO COUNTY"), f->date),
                "2024-11-06T02:00:00.000Z");
    assert_when(polls_close(s, SLICE("IA"), SLICE("El Paso"), f->date), "2024-11-06T02:00:00.000Z");
    assert_when(polls_close(s, SLICE("NY"), SLICE(""), f->date), "unknown");
    assert_when(polls_last(s, f->date), "2024-11-06T02:00:00.000Z");
    f->settings.polls_count = 0;
    assert_when(polls_last(s, f->date), "unknown");
}

static void summer_counts(void **state)
{
    struct fixture *f = *state;
    int64_t may;
    assert_true(when_parse_date(SLICE("2024-05-28"), &may));
    assert_when(polls_close(&f->settings, SLICE("TX"), SLICE(""), may), "2024-05-29T00:00:00.000Z");
}

static void a_race_closes_with_its_last_county(void **state)
{
    struct fixture *f = *state;
    struct slice counties[2] = {SLICE_INIT("Harris"), SLICE_INIT("Travis")};
    /* Nothing said of where: all of the state. */
    assert_when(polls_race_close(&f->settings, &f->endorsed, &f->race), "2024-11-06T02:00:00.000Z");
    for (int i = 0; i < 2; i++) {
        f->list[i].counties = counties;
        f->list[i].county_count = 2;
    }
    assert_when(polls_race_close(&f->settings, &f->endorsed, &f->race), "2024-11-06T01:00:00.000Z");
    f->list[1].county = SLICE("El Paso");
    f->list[1].county_tells = true;
    assert_when(polls_race_close(&f->settings, &f->endorsed, &f->race), "2024-11-06T02:00:00.000Z");
}

static void an_endorsements_own_hour_goes_first(void **state)
{
    struct fixture *f = *state;
    f->list[0].county = f->list[1].county = SLICE("El Paso");
    f->list[0].county_tells = true;
    f->list[1].county_tells = true;
    f->list[0].polls_minute = 20 * 60;
    f->race.endorsement_count = 1;
    assert_when(polls_race_close(&f->settings, &f->endorsed, &f->race), "2024-11-06T03:00:00.000Z");
}

static void county_names_are_compared_bare(void **state)
{
    (void)state;
    assert_true(polls_same_county(SLICE(" Fulton County "), SLICE("FULTON")));
    assert_true(polls_same_county(SLICE("Orleans Parish"), SLICE("orleans")));
    assert_false(polls_same_county(SLICE("Fulton"), SLICE("Fulton City")));
    assert_true(polls_same_county(SLICE("LaPorte"), SLICE("La Porte County")));
    assert_true(polls_same_county(SLICE("Prince George's"), SLICE("PRINCE GEORGES COUNTY")));
    assert_true(polls_same_county(SLICE("Prince George\xe2\x80\x99s"), SLICE("Prince George's")));
    assert_true(polls_same_county(SLICE("St. Clair"), SLICE("Saint Clair")));
    assert_true(polls_same_county(SLICE("Ste. Genevieve"), SLICE("Sainte Genevieve County")));
    assert_true(polls_same_county(SLICE("Do\xc3\xb1"
                                        "a Ana"),
                                  SLICE("Dona Ana")));
    assert_false(polls_same_county(SLICE("Baltimore"), SLICE("Baltimore city")));
    assert_false(polls_same_county(SLICE("'"), SLICE("'")));
    char longer[300];
    memset(longer, 'a', sizeof longer);
    assert_false(polls_same_county((struct slice){longer, 300}, (struct slice){longer, 300}));
    assert_false(polls_same_county(SLICE(""), SLICE("")));
    assert_true(polls_same_county(SLICE("County"), SLICE("county")));
}

#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_county_has_its_own_hour),
        T(summer_counts),
        T(a_race_closes_with_its_last_county),
        T(an_endorsements_own_hour_goes_first),
        cmocka_unit_test(county_names_are_compared_bare),
    };

    return cmocka_run_group_tests_name("core_polls", tests, NULL, NULL);
}
