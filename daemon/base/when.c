/* SPDX-License-Identifier: ISC */
/* Points in time and the calendar: days_from_civil and its inverse, and the notations of a moment.
 */
#include "daemon/base/when.h"

#include <string.h>

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

/* Days since 1970-01-01. Years begin in March here, so that the leap day is a year's last; an era
 * is the 400 years after which the calendar repeats (146097 days). */
static int64_t days_from_date(int64_t year, int month, int day)
{
    year -= month <= 2;
    int64_t era = floor_div(year, 400), of_era = year - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

int64_t when_from_civil(const struct civil *c)
{
    return days_from_date(c->year, c->month, c->day) * WHEN_DAY + c->hour * WHEN_HOUR +
           c->minute * WHEN_MINUTE + c->second * WHEN_SECOND + c->ms;
}

void when_civil(int64_t when, struct civil *out)
{
    int64_t days = floor_div(when, WHEN_DAY), ms = (when % WHEN_DAY + WHEN_DAY) % WHEN_DAY;
    int64_t shifted = days + 719468, era = floor_div(shifted, 146097);
    int64_t day = shifted - era * 146097;
    int64_t year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
    int64_t of_year = day - (365 * year + year / 4 - year / 100);
    int64_t month = (5 * of_year + 2) / 153;

    *out = (struct civil){
        .year = (int)(year + era * 400 + (month >= 10)),
        .month = (int)(month < 10 ? month + 3 : month - 9),
        .day = (int)(of_year - (153 * month + 2) / 5 + 1),
        .hour = (int)(ms / WHEN_HOUR),
        .minute = (int)(ms / WHEN_MINUTE % 60),
        .second = (int)(ms / WHEN_SECOND % 60),
        .ms = (int)(ms % WHEN_SECOND),
        .weekday = (int)(((days + 4) % 7 + 7) % 7),
    };
}

/* What is still to read; `bad` sticks, so that a notation reads as one line of calls. */
struct scan {
    struct slice rest;
    bool bad;
};

static bool skip(struct scan *s, char c)
{
    if (s->rest.len == 0 || s->rest.ptr[0] != c)
        return false;
    s->rest = slice_sub(s->rest, 1, s->rest.len);
    return true;
}

static void expect(struct scan *s, char c)
{
    if (!skip(s, c))
        s->bad = true;
}

static int digits(struct scan *s, size_t at_least, size_t at_most)
{
    int value = 0;
    size_t n = 0;

    for (; n < s->rest.len && n < at_most; n++) {
        char c = s->rest.ptr[n];
        if (c < '0' || c > '9')
            break;
        value = value * 10 + (c - '0');
    }
    if (n < at_least)
        s->bad = true;
    s->rest = slice_sub(s->rest, n, s->rest.len);
    return value;
}

static bool is_real(const struct civil *c)
{
    struct civil back;

    if (c->month < 1 || c->month > 12 || c->day < 1 || c->hour > 23 || c->minute > 59 ||
        c->second > 59)
        return false;
    when_civil(when_from_civil(c), &back); /* 30 February comes back as 2 March */
    return back.month == c->month;
}

static bool finish(const struct scan *s, const struct civil *c, int64_t east_ms, int64_t *out)
{
    if (s->bad || s->rest.len > 0 || !is_real(c))
        return false;
    *out = when_from_civil(c) - east_ms;
    return true;
}

static void scan_date(struct scan *s, struct civil *c)
{
    c->year = digits(s, 4, 4);
    expect(s, '-');
    c->month = digits(s, 2, 2);
    expect(s, '-');
    c->day = digits(s, 2, 2);
}

static void scan_clock(struct scan *s, struct civil *c, size_t hour_digits)
{
    c->hour = digits(s, hour_digits, 2);
    expect(s, ':');
    c->minute = digits(s, 2, 2);
    expect(s, ':');
    c->second = digits(s, 2, 2);
}

/* Whatever is finer than a millisecond is cut off. */
static int scan_fraction(struct scan *s)
{
    size_t before = s->rest.len;
    int ms = digits(s, 1, 3);

    for (size_t n = before - s->rest.len; n < 3; n++)
        ms *= 10;
    while (s->rest.len > 0 && s->rest.ptr[0] >= '0' && s->rest.ptr[0] <= '9')
        s->rest = slice_sub(s->rest, 1, s->rest.len);
    return ms;
}

static int64_t scan_offset(struct scan *s, bool loose)
{
    if (skip(s, 'Z') || (loose && s->rest.len == 0))
        return 0;
    bool west = skip(s, '-');
    if (!west)
        expect(s, '+');
    int hours = digits(s, 2, 2);
    expect(s, ':');
    int minutes = digits(s, 2, 2);
    if (hours > 23 || minutes > 59)
        s->bad = true;
    int64_t east = hours * WHEN_HOUR + minutes * WHEN_MINUTE;
    return west ? -east : east;
}

bool when_parse(struct slice s, bool loose, int64_t *out)
{
    struct scan scan = {.rest = s};
    struct civil c = {.ms = 0};

    scan_date(&scan, &c);
    if (!(loose && skip(&scan, ' ')))
        expect(&scan, 'T');
    scan_clock(&scan, &c, 2);
    if (skip(&scan, '.'))
        c.ms = scan_fraction(&scan);
    int64_t east = scan_offset(&scan, loose);
    return finish(&scan, &c, east, out);
}

bool when_parse_date(struct slice s, int64_t *out)
{
    struct scan scan = {.rest = s};
    struct civil c = {.ms = 0};

    scan_date(&scan, &c);
    return finish(&scan, &c, 0, out);
}

static const struct {
    struct slice name;
    int hours_east;
} us_zones[] = {
    {SLICE_INIT("UTC"), 0},   {SLICE_INIT("GMT"), 0},   {SLICE_INIT("EST"), -5},
    {SLICE_INIT("EDT"), -4},  {SLICE_INIT("CST"), -6},  {SLICE_INIT("CDT"), -5},
    {SLICE_INIT("MST"), -7},  {SLICE_INIT("MDT"), -6},  {SLICE_INIT("PST"), -8},
    {SLICE_INIT("PDT"), -7},  {SLICE_INIT("AKST"), -9}, {SLICE_INIT("AKDT"), -8},
    {SLICE_INIT("HST"), -10}, {SLICE_INIT("HDT"), -9},  {SLICE_INIT("AST"), -4},
    {SLICE_INIT("ADT"), -3},  {SLICE_INIT("CHST"), 10}, {SLICE_INIT("SST"), -11},
};

bool when_parse_us(struct slice s, int64_t *out)
{
    struct scan scan = {.rest = s};
    struct civil c = {.ms = 0};

    c.month = digits(&scan, 1, 2);
    expect(&scan, '/');
    c.day = digits(&scan, 1, 2);
    expect(&scan, '/');
    c.year = digits(&scan, 4, 4);
    expect(&scan, ' ');
    scan_clock(&scan, &c, 1);
    expect(&scan, ' ');
    if (c.hour < 1 || c.hour > 12)
        return false;
    bool afternoon = skip(&scan, 'P');
    if (!afternoon)
        expect(&scan, 'A');
    expect(&scan, 'M');
    expect(&scan, ' ');
    c.hour = c.hour % 12 + (afternoon ? 12 : 0);
    for (size_t i = 0; i < sizeof(us_zones) / sizeof(us_zones[0]); i++) {
        if (!slice_eq(scan.rest, us_zones[i].name))
            continue;
        scan.rest.len = 0;
        return finish(&scan, &c, us_zones[i].hours_east * WHEN_HOUR, out);
    }
    return false;
}

/* ---- times without a zone ---- */

/* What each letter reads: M and D one or two digits, N a month's name, Y a year of four digits, y
 * of two or four, c what clocks show, a blank any number of them (one at least), a comma one or
 * none; all else is itself. */
static const char *const local_shapes[] = {
    "M/D/y c", "c M/D/y", "N D, Y, c", "N D, Y at c", "Y-M-D c", "Y-M-DTc", NULL,
};

static bool skip_blanks(struct scan *s)
{
    size_t before = s->rest.len;

    while (skip(s, ' ') || skip(s, '\t'))
        ;
    return s->rest.len < before;
}

/* "AM", "pm", "a.m.", at the front; 'a', 'p', or NUL for none of them. */
static char scan_half(struct scan *s)
{
    static const struct slice halves[] = {SLICE_INIT("a.m."), SLICE_INIT("p.m."), SLICE_INIT("am"),
                                          SLICE_INIT("pm")};

    for (size_t i = 0; i < sizeof(halves) / sizeof(halves[0]); i++) {
        if (!slice_eq_nocase(slice_sub(s->rest, 0, halves[i].len), halves[i]))
            continue;
        s->rest = slice_sub(s->rest, halves[i].len, s->rest.len);
        return halves[i].ptr[0];
    }
    return '\0';
}

/* "9:05", "14:43:01", "14:43:01.25", "12:24PM", "5:40 p.m." */
static void scan_time_of_day(struct scan *s, struct civil *c)
{
    c->hour = digits(s, 1, 2);
    expect(s, ':');
    c->minute = digits(s, 2, 2);
    if (skip(s, ':'))
        c->second = digits(s, 2, 2);
    if (skip(s, '.'))
        c->ms = scan_fraction(s);
    struct scan ahead = *s;
    skip_blanks(&ahead);
    char half = scan_half(&ahead);
    if (!half)
        return;
    *s = ahead;
    s->bad |= c->hour < 1 || c->hour > 12;
    c->hour = c->hour % 12 + (half == 'p' ? 12 : 0);
}

/* "Nov", "Nov.", "Sept.", "November": from three letters on, any case. */
static int scan_month_name(struct scan *s)
{
    static const struct slice names[] = {
        SLICE_INIT("january"), SLICE_INIT("february"), SLICE_INIT("march"),
        SLICE_INIT("april"),   SLICE_INIT("may"),      SLICE_INIT("june"),
        SLICE_INIT("july"),    SLICE_INIT("august"),   SLICE_INIT("september"),
        SLICE_INIT("october"), SLICE_INIT("november"), SLICE_INIT("december"),
    };
    size_t n = 0;

    while (n < s->rest.len && ((s->rest.ptr[n] | 0x20) >= 'a' && (s->rest.ptr[n] | 0x20) <= 'z'))
        n++;
    struct slice word = slice_sub(s->rest, 0, n);
    s->rest = slice_sub(s->rest, n, s->rest.len);
    skip(s, '.');
    for (int i = 0; i < 12 && n >= 3; i++) {
        if (slice_eq_nocase(word, slice_sub(names[i], 0, n)))
            return i + 1;
    }
    s->bad = true;
    return 0;
}

static int scan_year(struct scan *s, bool two_will_do)
{
    size_t before = s->rest.len;
    int year = digits(s, two_will_do ? 2 : 4, 4);
    size_t n = before - s->rest.len;

    s->bad |= n == 3;
    return n == 2 ? 2000 + year : year;
}

static void scan_part(struct scan *s, char part, struct civil *c)
{
    if (part == 'M')
        c->month = digits(s, 1, 2);
    else if (part == 'D')
        c->day = digits(s, 1, 2);
    else if (part == 'N')
        c->month = scan_month_name(s);
    else if (part == 'Y' || part == 'y')
        c->year = scan_year(s, part == 'y');
    else if (part == 'c')
        scan_time_of_day(s, c);
    else if (part == ' ')
        s->bad |= !skip_blanks(s);
    else if (part == ',')
        skip(s, ',');
    else
        expect(s, part);
}

static bool parse_shapes(struct slice s, const char *const *shapes, int64_t *out)
{
    for (; *shapes; shapes++) {
        struct scan scan = {.rest = slice_trim(s)};
        struct civil c = {.ms = 0};
        for (const char *part = *shapes; *part && !scan.bad; part++)
            scan_part(&scan, *part, &c);
        if (finish(&scan, &c, 0, out))
            return true;
    }
    return false;
}

bool when_parse_local(struct slice s, int64_t *out)
{
    return parse_shapes(s, local_shapes, out);
}

bool when_parse_day(struct slice s, int64_t *out)
{
    static const char *const shapes[] = {"Y-M-D", "M/D/y", "N D, Y", NULL};

    return parse_shapes(s, shapes, out);
}

static const char weekdays[] = "SunMonTueWedThuFriSat";
static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

bool when_parse_http(struct slice s, int64_t *out)
{
    char again[30];
    int64_t when;

    if (s.len != 29)
        return false;
    size_t month = slice_find(slice_of(months), slice_sub(s, 8, 11));
    if (month >= 36 || month % 3 != 0)
        return false;
    struct civil c = {.month = (int)month / 3 + 1};
    struct scan scan = {.rest = slice_sub(s, 5, 7)};
    c.day = digits(&scan, 2, 2);
    scan.rest = slice_sub(s, 12, 16);
    c.year = digits(&scan, 4, 4);
    scan.rest = slice_sub(s, 17, 25);
    scan_clock(&scan, &c, 2);
    if (!finish(&scan, &c, 0, &when))
        return false;
    when_format_http(when, again); /* the day of the week and the punctuation are checked so */
    if (!slice_is(s, again))
        return false;
    *out = when;
    return true;
}

/* Years beyond four digits are written as the nearest moment that has four. */
static void civil_of_four_digits(int64_t when, struct civil *c)
{
    const struct civil first = {.month = 1, .day = 1};
    const struct civil last = {9999, 12, 31, 23, 59, 59, 999, 0};
    int64_t from = when_from_civil(&first), to = when_from_civil(&last);

    when_civil(when < from ? from : when > to ? to : when, c);
}

static void put(char *at, int value, int width)
{
    while (width-- > 0) {
        at[width] = (char)('0' + value % 10);
        value /= 10;
    }
}

void when_format_http(int64_t when, char out[30])
{
    struct civil c;

    civil_of_four_digits(when, &c);
    memcpy(out, "Day, 00 Mon 0000 00:00:00 GMT", 30);
    memcpy(out, weekdays + (ptrdiff_t)3 * c.weekday, 3);
    put(out + 5, c.day, 2);
    memcpy(out + 8, months + (ptrdiff_t)3 * (c.month - 1), 3);
    put(out + 12, c.year, 4);
    put(out + 17, c.hour, 2);
    put(out + 20, c.minute, 2);
    put(out + 23, c.second, 2);
}

void when_format(int64_t when, char out[25])
{
    struct civil c;

    civil_of_four_digits(when, &c);
    memcpy(out, "0000-00-00T00:00:00.000Z", 25);
    put(out, c.year, 4);
    put(out + 5, c.month, 2);
    put(out + 8, c.day, 2);
    put(out + 11, c.hour, 2);
    put(out + 14, c.minute, 2);
    put(out + 17, c.second, 2);
    put(out + 20, c.ms, 3);
}

void when_format_date(int64_t when, char out[11])
{
    char full[25];

    when_format(when, full);
    memcpy(out, full, 10);
    out[10] = '\0';
}

const char *when_month_ap(int month)
{
    static const char *const names[] = {
        "",     "Jan.", "Feb.",  "March", "April", "May",  "June",
        "July", "Aug.", "Sept.", "Oct.",  "Nov.",  "Dec.",
    };

    return month >= 1 && month <= 12 ? names[month] : "";
}
