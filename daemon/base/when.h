/* SPDX-License-Identifier: ISC */
/* Points in time as milliseconds since 1970-01-01T00:00Z, and the calendar without libc's clock or
 * zone. */
#ifndef TALLYD_BASE_WHEN_H
#define TALLYD_BASE_WHEN_H

#include <stdint.h>

#include "daemon/base/slice.h"

#define WHEN_UNKNOWN INT64_MIN
#define WHEN_NEVER INT64_MAX
#define WHEN_SECOND INT64_C(1000)
#define WHEN_MINUTE (60 * WHEN_SECOND)
#define WHEN_HOUR (60 * WHEN_MINUTE)
#define WHEN_DAY (24 * WHEN_HOUR)

struct civil {
    int year, month, day; /* month 1-12 */
    int hour, minute, second, ms;
    int weekday; /* 0 Sunday; filled by when_civil, ignored by when_from_civil */
};

/* Proleptic Gregorian, no leap seconds. The civil time is read as UTC; add a zone's offset
 * yourself. */
int64_t when_from_civil(const struct civil *c);
void when_civil(int64_t when, struct civil *out);

/* "2021-01-06T04:13:32Z", "...32.720Z", "+00:00" offsets; with `loose` also a space for T and no
 * zone (read as UTC). False leaves *out alone. */
bool when_parse(struct slice s, bool loose, int64_t *out) __attribute__((warn_unused_result));

/* "YYYY-MM-DD", a real day: midnight UTC of it. */
bool when_parse_date(struct slice s, int64_t *out) __attribute__((warn_unused_result));

/* "1/20/2021 10:33:27 AM EST": no zero padding, US zone abbreviation. */
bool when_parse_us(struct slice s, int64_t *out) __attribute__((warn_unused_result));

/* Times without a zone as feeds write them, read as if they were UTC (zone_from_local makes them
 * moments): "11/03/20 10:37 PM", "11/7/2018 14:43:01", "13:07 11/25/2014", "Nov  3 2020 12:24PM",
 * "November 9, 2022, 5:40 p.m.", ISO without its zone. Months come before days, two digits of a
 * year are of this century. */
bool when_parse_local(struct slice s, int64_t *out) __attribute__((warn_unused_result));

/* A day as feeds write it: "11/06/2018", "11/6/18", "November 6, 2018", "2018-11-06": midnight UTC
 * of it. */
bool when_parse_day(struct slice s, int64_t *out) __attribute__((warn_unused_result));

/* The IMF-fixdate of RFC 9110: "Wed, 06 Jan 2021 04:13:32 GMT". */
bool when_parse_http(struct slice s, int64_t *out) __attribute__((warn_unused_result));
void when_format_http(int64_t when, char out[30]);

/* "2021-01-06T04:13:32.720Z"; "2021-01-06". */
void when_format(int64_t when, char out[25]);
void when_format_date(int64_t when, char out[11]);

/* "Nov." and so on, as newsrooms write months (March to July in full). */
const char *when_month_ap(int month);

#endif
