/* SPDX-License-Identifier: ISC */
/* A time zone read from TZif bytes: the table of changes up to its last, the footer's rule after
 * it. */
#include "daemon/base/zone.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/base/when.h"

static const char no_memory[] = "out of memory";

enum {
    HEADER = 44,
    MAX_CHANGES = 10000, /* real zones have some 250 */
    MAX_TYPES = 256,
    MAX_CHARS = 2048,
    MAX_FOOTER = 256,
    MAX_OFFSET = 26 * 3600, /* RFC 8536, 3.2 */
    ABBREVIATION = 32,
};

/* Beyond these (about the years -10700 to 14600) time stands still here, so that no sum overflows.
 */
#define LATEST (INT64_C(400000) * INT64_C(1000000000))

struct type {
    int32_t offset;
    uint8_t name_at; /* in chars */
};

/* One day of every year: 'M' month.week.day, 'J' day 1-365 without 29 February, '0' day 0-365. */
struct rule {
    char kind;
    int month, week, day;
    int32_t seconds; /* after its midnight, local time */
};

struct regime {
    char name[ABBREVIATION];
    int32_t offset;
};

struct zone {
    struct slice name, rule; /* ours */
    int64_t *changes;        /* seconds, ascending */
    uint8_t *kinds;          /* the type each change leads to */
    struct type *types;
    char *chars;
    size_t n_changes, n_types, n_chars;
    bool has_footer, has_summer;
    struct regime standard, summer;
    struct rule start, end; /* of summer */
};

/* A POSIX TZ string (RFC 8536, 3.3.1), read from the front; `bad` sticks. */
struct footer {
    struct slice rest;
    bool bad;
};

static char peek(const struct footer *f)
{
    return f->rest.len > 0 ? f->rest.ptr[0] : '\0';
}

static bool skip(struct footer *f, char c)
{
    if (peek(f) != c || f->rest.len == 0)
        return false;
    f->rest = slice_sub(f->rest, 1, f->rest.len);
    return true;
}

static void expect(struct footer *f, char c)
{
    if (!skip(f, c))
        f->bad = true;
}

static int32_t read_number(struct footer *f, int32_t min, int32_t max)
{
    int32_t value = 0;
    size_t n = 0;

    while (n < 3 && peek(f) >= '0' && peek(f) <= '9') {
        value = value * 10 + (peek(f) - '0');
        f->rest = slice_sub(f->rest, 1, f->rest.len);
        n++;
    }
    if (n == 0 || value < min || value > max)
        f->bad = true;
    return value;
}

static int32_t read_hms(struct footer *f, int32_t max_hours)
{
    bool negative = skip(f, '-');

    if (!negative)
        skip(f, '+');
    int32_t seconds = 3600 * read_number(f, 0, max_hours);
    if (skip(f, ':'))
        seconds += 60 * read_number(f, 0, 59);
    if (skip(f, ':'))
        seconds += read_number(f, 0, 59);
    return negative ? -seconds : seconds;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_name_char(char c, bool quoted)
{
    return is_letter(c) || (quoted && (c == '+' || c == '-' || (c >= '0' && c <= '9')));
}

static void read_name(struct footer *f, char out[ABBREVIATION])
{
    bool quoted = skip(f, '<');
    size_t n = 0;

    while (n < f->rest.len && is_name_char(f->rest.ptr[n], quoted))
        n++;
    if (n < 3 || n >= ABBREVIATION) {
        f->bad = true;
        return;
    }
    memcpy(out, f->rest.ptr, n);
    out[n] = '\0';
    f->rest = slice_sub(f->rest, n, f->rest.len);
    if (quoted)
        expect(f, '>');
}

static void read_rule(struct footer *f, struct rule *r)
{
    *r = (struct rule){.kind = '0', .seconds = 2 * 3600};
    if (skip(f, 'M')) {
        r->kind = 'M';
        r->month = read_number(f, 1, 12);
        expect(f, '.');
        r->week = read_number(f, 1, 5);
        expect(f, '.');
        r->day = read_number(f, 0, 6);
    } else if (skip(f, 'J')) {
        r->kind = 'J';
        r->day = read_number(f, 1, 365);
    } else {
        r->day = read_number(f, 0, 365);
    }
    if (skip(f, '/'))
        r->seconds = read_hms(f, 167);
}

/* The signs in a TZ string count west of UTC. */
static bool read_footer(struct zone *z, struct slice text)
{
    struct footer f = {.rest = text};

    if (text.len == 0)
        return true;
    read_name(&f, z->standard.name);
    z->standard.offset = -read_hms(&f, 24);
    z->has_footer = true;
    if (f.rest.len == 0)
        return !f.bad;
    z->has_summer = true;
    read_name(&f, z->summer.name);
    z->summer.offset = peek(&f) == ',' ? z->standard.offset + 3600 : -read_hms(&f, 24);
    expect(&f, ',');
    read_rule(&f, &z->start);
    expect(&f, ',');
    read_rule(&f, &z->end);
    return !f.bad && f.rest.len == 0;
}

static int64_t big_endian(const char *at, size_t n)
{
    uint64_t value = 0;

    for (size_t i = 0; i < n; i++)
        value = value << 8 | (unsigned char)at[i];
    return n == 4 ? (int32_t)(uint32_t)value : (int64_t)value;
}

struct counts {
    size_t is_ut, is_std, leaps, changes, types, chars;
};

/* Cut a header off; false when the bytes are no TZif of version 2 or later. */
static bool read_header(struct slice *rest, struct counts *c)
{
    size_t *fields[] = {&c->is_ut, &c->is_std, &c->leaps, &c->changes, &c->types, &c->chars};

    if (rest->len < HEADER || !slice_starts(*rest, SLICE("TZif")) || rest->ptr[4] < '2')
        return false;
    for (size_t i = 0; i < 6; i++)
        *fields[i] = (uint32_t)big_endian(rest->ptr + 20 + 4 * i, 4);
    *rest = slice_sub(*rest, HEADER, rest->len);
    return true;
}

/* Each count is below 2^32, so the sum fits. */
static size_t data_size(const struct counts *c, size_t time_size)
{
    return c->changes * (time_size + 1) + c->types * 6 + c->chars + c->leaps * (time_size + 4) +
           c->is_std + c->is_ut;
}

static const char *read_data(struct zone *z, const char *at)
{
    const char *kinds = at + 8 * z->n_changes, *types = kinds + z->n_changes;

    for (size_t i = 0; i < z->n_changes; i++) {
        z->changes[i] = big_endian(at + 8 * i, 8);
        z->kinds[i] = (uint8_t)kinds[i];
        if (z->kinds[i] >= z->n_types)
            return "a change to a type that is not there";
        if (i > 0 && z->changes[i] <= z->changes[i - 1])
            return "changes out of order";
    }
    for (size_t i = 0; i < z->n_types; i++) {
        z->types[i].offset = (int32_t)big_endian(types + 6 * i, 4);
        z->types[i].name_at = (uint8_t)types[6 * i + 5];
        if (z->types[i].offset < -MAX_OFFSET || z->types[i].offset > MAX_OFFSET)
            return "an offset of more than 26 hours";
        if (z->types[i].name_at >= z->n_chars)
            return "an abbreviation that is not there";
    }
    memcpy(z->chars, types + 6 * z->n_types, z->n_chars);
    return z->chars[z->n_chars - 1] == '\0' ? NULL : "abbreviations without an end";
}

/* With a NUL behind it. */
static bool copy_text(struct slice s, struct slice *out)
{
    char *copy = calloc(s.len + 1, 1);

    if (!copy)
        return false;
    if (s.len)
        memcpy(copy, s.ptr, s.len);
    *out = (struct slice){copy, s.len};
    return true;
}

static bool allocate(struct zone *z, struct slice name, const struct counts *c)
{
    z->n_changes = c->changes;
    z->n_types = c->types;
    z->n_chars = c->chars;
    z->changes = calloc(c->changes + 1, sizeof(*z->changes));
    z->kinds = calloc(c->changes + 1, sizeof(*z->kinds));
    z->types = calloc(c->types, sizeof(*z->types));
    z->chars = calloc(c->chars, 1);
    return copy_text(name, &z->name) && z->changes && z->kinds && z->types && z->chars;
}

/* Counts that we have room for, and a use. */
static const char *check_counts(const struct counts *c)
{
    if (c->leaps > 0)
        return "it counts leap seconds; take the zone without \"right/\"";
    if (c->changes > MAX_CHANGES || c->types < 1 || c->types > MAX_TYPES || c->chars < 1 ||
        c->chars > MAX_CHARS)
        return "impossible counts";
    return NULL;
}

/* The footer is a line of its own: "\nEST5EDT,M3.2.0,M11.1.0\n". */
static const char *fill_footer(struct zone *z, struct slice s)
{
    if (s.len < 2 || s.len > MAX_FOOTER || s.ptr[0] != '\n' || s.ptr[s.len - 1] != '\n')
        return "the footer is cut off";
    s = slice_sub(s, 1, s.len - 1);
    if (!read_footer(z, s))
        return "the footer is damaged";
    return copy_text(s, &z->rule) ? NULL : no_memory;
}

/* What is wrong with the bytes, or NULL. */
static const char *fill(struct zone *z, struct slice name, struct slice tzif)
{
    struct counts c;
    struct slice rest = tzif;

    if (!read_header(&rest, &c))
        return "not a TZif file of version 2 or later";
    if (data_size(&c, 4) > rest.len)
        return "the first data block is cut off";
    rest = slice_sub(rest, data_size(&c, 4), rest.len);
    if (!read_header(&rest, &c))
        return "the second header is missing";
    const char *wrong = check_counts(&c);
    if (wrong)
        return wrong;
    size_t size = data_size(&c, 8);
    if (size > rest.len)
        return "the second data block is cut off";
    if (!allocate(z, name, &c))
        return no_memory;
    wrong = read_data(z, rest.ptr);
    return wrong ? wrong : fill_footer(z, slice_sub(rest, size, rest.len));
}

struct zone *zone_parse(struct slice name, struct slice tzif, struct err *e)
{
    struct zone *z = calloc(1, sizeof(*z));
    const char *wrong = z ? fill(z, name, tzif) : no_memory;

    if (!wrong)
        return z;
    err_set(e, wrong == no_memory ? ERR_AGAIN : ERR_DATA,
            "time zone %.*s: %s; reinstall tzdata or check the zone's name", SLICE_FMT(name),
            wrong);
    zone_free(z);
    return NULL;
}

static const char *fill_from_rule(struct zone *z, struct slice rule)
{
    if (rule.len == 0 || rule.len > MAX_FOOTER || !read_footer(z, rule))
        return "not a POSIX rule such as EST5EDT,M3.2.0,M11.1.0";
    return copy_text(rule, &z->name) && copy_text(rule, &z->rule) ? NULL : no_memory;
}

struct zone *zone_from_rule(struct slice rule, struct err *e)
{
    struct zone *z = calloc(1, sizeof(*z));
    const char *wrong = z ? fill_from_rule(z, rule) : no_memory;

    if (!wrong)
        return z;
    err_set(e, wrong == no_memory ? ERR_AGAIN : ERR_DATA, "time zone \"%.*s\": %s",
            SLICE_FMT(slice_sub(rule, 0, 80)), wrong);
    zone_free(z);
    return NULL;
}

void zone_free(struct zone *z)
{
    if (!z)
        return;
    free(z->changes);
    free(z->kinds);
    free(z->types);
    free(z->chars);
    free((char *)(uintptr_t)z->name.ptr);
    free((char *)(uintptr_t)z->rule.ptr);
    free(z);
}

struct slice zone_name(const struct zone *z)
{
    return z->name;
}

struct slice zone_rule(const struct zone *z)
{
    return z->rule;
}

static int64_t midnight(int year, int month, int day)
{
    return when_from_civil(&(struct civil){.year = year, .month = month, .day = day}) / WHEN_SECOND;
}

static bool is_leap(int year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* Seconds since 1970, as local clocks of the time before the change count them. */
static int64_t rule_in_year(const struct rule *r, int year)
{
    if (r->kind == '0')
        return midnight(year, 1, 1) + INT64_C(86400) * r->day + r->seconds;
    if (r->kind == 'J') {
        int day = r->day - 1 + (r->day >= 60 && is_leap(year));
        return midnight(year, 1, 1) + INT64_C(86400) * day + r->seconds;
    }
    struct civil first;
    int64_t from = midnight(year, r->month, 1);
    int64_t next = r->month == 12 ? midnight(year + 1, 1, 1) : midnight(year, r->month + 1, 1);
    when_civil(from * WHEN_SECOND, &first);
    int64_t at = from + INT64_C(86400) * ((r->day - first.weekday + 7) % 7 + 7 * (r->week - 1));
    if (at >= next) /* week 5 is the last there is */
        at -= INT64_C(7) * 86400;
    return at + r->seconds;
}

static const struct regime *regime_at(const struct zone *z, int64_t t)
{
    struct civil c;

    if (!z->has_summer)
        return &z->standard;
    when_civil((t + z->standard.offset) * WHEN_SECOND, &c);
    int64_t start = rule_in_year(&z->start, c.year) - z->standard.offset;
    int64_t end = rule_in_year(&z->end, c.year) - z->summer.offset;
    bool is_summer = start < end ? t >= start && t < end : t >= start || t < end;
    return is_summer ? &z->summer : &z->standard;
}

/* The type in force at t, which lies before the last change or has no footer to ask. */
static const struct type *type_at(const struct zone *z, int64_t t)
{
    size_t from = 0, to = z->n_changes; /* how many changes are not after t */

    while (from < to) {
        size_t mid = from + (to - from) / 2;
        if (z->changes[mid] <= t)
            from = mid + 1;
        else
            to = mid;
    }
    return &z->types[from > 0 ? z->kinds[from - 1] : 0];
}

int32_t zone_offset(const struct zone *z, int64_t when, struct slice *abbreviation)
{
    int64_t clamped = when < -LATEST ? -LATEST : when > LATEST ? LATEST : when;
    int64_t t = clamped / WHEN_SECOND - (clamped % WHEN_SECOND < 0);
    const char *name;
    int32_t offset;

    if (z->has_footer && (z->n_changes == 0 || t >= z->changes[z->n_changes - 1])) {
        const struct regime *r = regime_at(z, t);
        name = r->name;
        offset = r->offset;
    } else {
        const struct type *type = type_at(z, t);
        name = z->chars + type->name_at;
        offset = type->offset;
    }
    if (abbreviation)
        *abbreviation = slice_of(name);
    return offset;
}

int64_t zone_from_local(const struct zone *z, int64_t local)
{
    if (local < -LATEST || local > LATEST)
        local = local < 0 ? -LATEST : LATEST;
    /* A change nearby lies between these two: no zone is a day away from UTC. */
    int64_t before = zone_offset(z, local - WHEN_DAY, NULL) * WHEN_SECOND;
    int64_t after = zone_offset(z, local + WHEN_DAY, NULL) * WHEN_SECOND;
    int64_t early = local - (before > after ? before : after);
    int64_t late = local - (before > after ? after : before);

    if (zone_offset(z, early, NULL) * WHEN_SECOND == local - early)
        return early;
    if (zone_offset(z, late, NULL) * WHEN_SECOND == local - late)
        return late;
    /* Skipped: at `early` clocks show less than local, at `late` more. Find the moment they jump.
     */
    while (late - early > 1) {
        int64_t mid = early + (late - early) / 2;
        if (mid + zone_offset(z, mid, NULL) * WHEN_SECOND <= local)
            early = mid;
        else
            late = mid;
    }
    return late;
}
