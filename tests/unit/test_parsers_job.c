/* SPDX-License-Identifier: ISC */
/* What a job knows beside its payload: the zone its local times are in. */
#include "tests/unit/format_case.h"

#include "daemon/base/zone.h"

#define PACIFIC "PST8PDT,M3.2.0,M11.1.0"

/* date -u -d 2022-11-10T01:40Z +%s */
#define NOV_9 INT64_C(1668044400000)

static void times_of_a_feed_become_moments(void **state)
{
    (void)state;
    struct err e;
    struct job j = {.zone = zone_from_rule(SLICE(PACIFIC), &e)};

    assert_non_null(j.zone);
    assert_true(job_time(&j, SLICE("November 9, 2022, 5:40 p.m.")) == NOV_9);
    assert_true(job_time(&j, SLICE("11/9/2022 5:40:00 PM PST")) == NOV_9);
    assert_true(job_time(&j, SLICE("11/9/2022 8:40:00 PM EST")) == NOV_9);
    assert_true(job_time(&j, SLICE(" 2022-11-10T01:40:00Z ")) == NOV_9);
    assert_true(job_time(&j, SLICE("11/06/22 12:40 AM")) == NOV_9 - 90 * WHEN_HOUR); /* still PDT */
    assert_true(job_time(&j, SLICE("soon")) == WHEN_UNKNOWN);
    assert_true(job_time(&j, SLICE("")) == WHEN_UNKNOWN);
    assert_true(job_local_time(&j, NOV_9 - 8 * WHEN_HOUR) == NOV_9);
    assert_true(job_local_time(&j, WHEN_UNKNOWN) == WHEN_UNKNOWN);
    zone_free(j.zone);
}

static void without_a_zone_a_local_time_is_unknown(void **state)
{
    (void)state;
    struct job j = {.zone = NULL};

    assert_true(job_time(&j, SLICE("November 9, 2022, 5:40 p.m.")) == WHEN_UNKNOWN);
    assert_true(job_time(&j, SLICE("2022-11-10T01:40:00Z")) == NOV_9);
    assert_true(job_local_time(&j, NOV_9) == WHEN_UNKNOWN);
}

static void the_zone_is_an_option(void **state)
{
    (void)state;
    struct format_case good = {
        .format = "pointer", .payload = "271066", .options = "zone=" PACIFIC "\n"};
    struct format_case bad = {
        .format = "pointer", .payload = "271066", .options = "zone=America/Los_Angeles\n"};

    assert_true(case_run(&good));
    case_done(&good);
    assert_refused(&bad, WIRE_INTERNAL, "option zone: time zone \"America/Los_Angeles\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_of_a_feed_become_moments),
        cmocka_unit_test(without_a_zone_a_local_time_is_unknown),
        cmocka_unit_test(the_zone_is_an_option),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
