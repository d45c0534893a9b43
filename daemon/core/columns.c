/* SPDX-License-Identifier: ISC */
/* A table of columns, and the functions it names. */
#include "daemon/core/columns.h"

#include <stdio.h>
#include <string.h>

#include "daemon/base/num.h"
#include "daemon/base/text.h"
#include "daemon/base/when.h"
#include "daemon/core/race_id.h"
#include "daemon/core/states.h"

#define COUNT(t) (sizeof(t) / sizeof((t)[0]))
enum { MAX_ITEMS = 256, MAX_SEATS = 99 };

void columns_problem(struct columns_reader *r, const char *fmt, ...)
{
    va_list ap;

    if (++r->problem_count > COLUMNS_PROBLEMS)
        return;
    buf_addf(r->problems, "%zu: ", r->line);
    if (r->column)
        buf_addf(r->problems, "column %s: ", r->column);
    va_start(ap, fmt);
    buf_addv(r->problems, fmt, ap);
    va_end(ap);
    buf_addc(r->problems, '\n');
}

/* ---- values ---- */

struct slice columns_word(struct columns_reader *r, struct slice s)
{
    struct slice folded = text_fold_copy(s, r->a);
    char *out = arena_alloc(r->a, folded.len + 1);

    if (!folded.ptr || !out) {
        r->full = true;
        return (struct slice){NULL, 0};
    }
    for (size_t i = 0; i < folded.len; i++)
        out[i] = folded.ptr[i] == ' ' ? '_' : folded.ptr[i];
    return (struct slice){out, folded.len};
}

/* The number of `value` in a closed set, or -1 with the problem written down. */
static int one_of(struct columns_reader *r, struct slice value, const char *const *names, size_t n)
{
    char list[256] = "";
    struct slice word = columns_word(r, value);

    for (size_t i = 0; i < n; i++) {
        if (slice_is(word, names[i]))
            return (int)i;
        size_t len = strlen(list);
        snprintf(list + len, sizeof(list) - len, "%s%s", len > 0 ? ", " : "", names[i]);
    }
    const char *like = text_did_you_mean(word, names, n);
    columns_problem(r, "\"%.*s\" is none of %s%s%s%s", SLICE_FMT(value), list,
                    like ? "; did you mean " : "", like ? like : "", like ? "?" : "");
    return -1;
}

static void read_number(struct columns_reader *r, struct slice value, int64_t least, int64_t *out)
{
    if (!num_parse(value, least, MAX_SEATS, out))
        columns_problem(r, "\"%.*s\" is not a whole number from %d to %d", SLICE_FMT(value),
                        (int)least, MAX_SEATS);
}

/* Yes, TRUE, 1, a tick; No, FALSE, 0, a cross. */
static enum endorse_tri tri_of(struct columns_reader *r, struct slice value)
{
    static const char *const yes[] = {"yes", "y", "true", "t", "1", "x", "si"};
    static const char *const no[] = {"no", "n", "false", "f", "0"};
    static const char *const ticks[] = {"\xe2\x9c\x93", "\xe2\x9c\x94", "\xe2\x9c\x85",
                                        "\xe2\x98\x91", "\xe2\x9c\x94\xef\xb8\x8f"};
    static const char *const crosses[] = {"\xe2\x9c\x97", "\xe2\x9c\x98", "\xe2\x98\x90",
                                          "\xe2\x9d\x8c"};
    struct slice word = columns_word(r, value);

    for (size_t i = 0; i < COUNT(ticks); i++)
        if (slice_is(value, ticks[i]))
            return TRI_YES;
    for (size_t i = 0; i < COUNT(crosses); i++)
        if (slice_is(value, crosses[i]))
            return TRI_NO;
    for (size_t i = 0; i < COUNT(yes); i++)
        if (slice_is(word, yes[i]))
            return TRI_YES;
    for (size_t i = 0; i < COUNT(no); i++)
        if (slice_is(word, no[i]))
            return TRI_NO;
    columns_problem(r, "\"%.*s\" is neither yes nor no", SLICE_FMT(value));
    return TRI_UNSAID;
}

struct slice columns_clean(struct columns_reader *r, struct slice raw)
{
    struct slice s = text_clean_copy(raw, r->a);

    if (!s.ptr)
        r->full = true;
    if (slice_find(s, SLICE("\xef\xbf\xbd")) != SIZE_MAX)
        columns_problem(r, "it is not UTF-8; save the list as \"CSV UTF-8\"");
    else if (slice_trim(raw).len > 2 * TEXT_MAX || (raw.len > TEXT_MAX && s.len > TEXT_MAX - 4))
        columns_problem(r, "it is longer than %d bytes; shorten it", TEXT_MAX);
    return s;
}

/* "a|b": the items, cleaned, empty ones dropped. */
static struct slice *read_list(struct columns_reader *r, struct slice raw, size_t *count)
{
    struct slice item, *items;
    size_t n = 1;

    for (size_t i = 0; i < raw.len; i++)
        n += raw.ptr[i] == '|';
    *count = 0;
    items = n <= MAX_ITEMS ? arena_array(r->a, n, sizeof(*items)) : NULL;
    if (!items) {
        r->full |= n <= MAX_ITEMS;
        if (n > MAX_ITEMS)
            columns_problem(r, "it has %zu items, more than %d", n, MAX_ITEMS);
        return NULL;
    }
    while (slice_next(&raw, '|', &item)) {
        item = columns_clean(r, item);
        if (item.len > 0)
            items[(*count)++] = item;
    }
    return items;
}

/* ---- columns ---- */

static const char *const types[] = {"general", "primary", "runoff", "special"};

static void read_state(struct columns_reader *r, struct slice value, struct endorsement *e)
{
    struct slice s = columns_clean(r, value);
    const struct state *found = states_find(s);

    if (found)
        e->state = slice_of(found->code);
    else
        columns_problem(r, "\"%.*s\" is no state; write its two letters, such as GA", SLICE_FMT(s));
}

static void read_status(struct columns_reader *r, struct slice value, struct endorsement *e)
{
    int i = one_of(r, value, endorsement_statuses, ENDORSE_STATUSES);

    if (i >= 0)
        e->status = (enum endorse_status)i;
}

static void read_level(struct columns_reader *r, struct slice value, struct endorsement *e)
{
    /* "unknown" is ours, not the list's */
    int i = one_of(r, value, endorsement_levels + 1, LEVELS - 1);

    if (i >= 0)
        e->level = (enum endorse_level)(i + 1);
}

static void read_type(struct columns_reader *r, struct slice value, struct endorsement *e)
{
    int i = one_of(r, value, types, COUNT(types));

    if (i >= 0)
        e->election_type = slice_of(types[i]);
}

static void read_term(struct columns_reader *r, struct slice value, struct endorsement *e)
{
    static const char *const terms[] = {"full", "unexpired"};

    e->unexpired = one_of(r, value, terms, COUNT(terms)) == 1;
}

static void read_wins(struct columns_reader *r, struct slice value, struct endorsement *e)
{
    static const char *const wins[] = {"seat", "nomination"};

    e->wins = one_of(r, value, wins, COUNT(wins)) == 1 ? WINS_NOMINATION : WINS_SEAT;
}

static void read_choice(struct columns_reader *r, struct slice value, struct endorsement *e)
{
    static const char *const sides[] = {"yes", "no", "for", "against"};
    int i = one_of(r, value, sides, COUNT(sides));

    if (i >= 0)
        e->choice = i % 2 == 0 ? CHOICE_YES : CHOICE_NO;
}

/* "2025-11-04", and what spreadsheets make of it: "11/4/2025". */
static void read_date(struct columns_reader *r, struct slice value, struct endorsement *e)
{
    int64_t month, day, year;
    struct slice rest = value, m, d;
    char iso[11];

    if (when_parse_date(value, &e->date))
        return;
    if (slice_next(&rest, '/', &m) && slice_next(&rest, '/', &d) && num_parse(m, 1, 12, &month) &&
        num_parse(d, 1, 31, &day) && num_parse(rest, 1900, 9999, &year)) {
        snprintf(iso, sizeof(iso), "%04d-%02d-%02d", (int)year, (int)month, (int)day);
        if (when_parse_date(slice_of(iso), &e->date))
            return;
    }
    columns_problem(r, "\"%.*s\" is no date; write YYYY-MM-DD", SLICE_FMT(value));
}

/* "HH:MM" with hours of first to last. */
static bool read_clock(struct slice text, int64_t first, int64_t last, int64_t *minutes)
{
    struct slice h, m;
    int64_t hour, minute;

    if (!slice_next(&text, ':', &h) || !slice_next(&text, ':', &m) || text.len > 0 || m.len != 2 ||
        !num_parse(h, first, last, &hour) || !num_parse(m, 0, 59, &minute))
        return false;
    *minutes = hour * 60 + minute;
    return true;
}

/* "19:00", "7:00 PM", "7:00 p.m."; past midnight up to 29:59. */
static void read_polls(struct columns_reader *r, struct slice value, struct endorsement *e)
{
    enum { NOON = 12 * 60 };
    struct slice word = text_fold_copy(value, r->a), clock = value;
    bool pm = slice_ends(word, SLICE("pm")), half = pm || slice_ends(word, SLICE("am"));
    int64_t minutes;

    while (half && clock.len > 0 && !strchr("0123456789", clock.ptr[clock.len - 1]))
        clock.len--;
    if (read_clock(clock, half ? 1 : 0, half ? 12 : 29, &minutes)) {
        e->polls_minute = half ? minutes % NOON + (pm ? NOON : 0) : minutes;
        return;
    }
    columns_problem(r, "\"%.*s\" is no time of day; write HH:MM, such as 19:00", SLICE_FMT(value));
}

static void read_seats(struct columns_reader *r, struct slice value, struct endorsement *e)
{
    read_number(r, value, 1, &e->seats);
}

static void read_places(struct columns_reader *r, struct slice value, struct endorsement *e)
{
    read_number(r, value, 1, &e->places);
}

static void read_held(struct columns_reader *r, struct slice value, struct endorsement *e)
{
    read_number(r, value, 0, &e->seats_held_by_others);
}

static void read_flip(struct columns_reader *r, struct slice value, struct endorsement *e)
{
    e->flip = tri_of(r, value);
}

static void read_incumbent(struct columns_reader *r, struct slice value, struct endorsement *e)
{
    e->incumbent = tri_of(r, value);
}

static void read_opponent(struct columns_reader *r, struct slice value, struct endorsement *e)
{
    e->opponent_incumbent = tri_of(r, value);
}

static void read_aliases(struct columns_reader *r, struct slice value, struct endorsement *e)
{
    e->aliases = read_list(r, value, &e->alias_count);
}

static void read_counties(struct columns_reader *r, struct slice value, struct endorsement *e)
{
    e->counties = read_list(r, value, &e->county_count);
}

static void read_tags(struct columns_reader *r, struct slice value, struct endorsement *e)
{
    e->tags = read_list(r, value, &e->tag_count);
}

static void read_hints(struct columns_reader *r, struct slice value, struct endorsement *e)
{
    size_t n;
    struct slice *items = read_list(r, value, &n);
    struct endorse_hint *hints = items ? arena_array(r->a, n + 1, sizeof(*hints)) : NULL;

    r->full |= items && !hints;
    for (size_t i = 0; hints && i < n; i++) {
        size_t at = slice_find(items[i], SLICE("="));
        struct slice source = slice_trim(slice_sub(items[i], 0, at));
        struct slice contest = slice_sub(items[i], at, items[i].len);
        contest = slice_trim(slice_sub(contest, 1, contest.len));
        if (at == SIZE_MAX || source.len == 0 || contest.len == 0)
            columns_problem(r, "\"%.*s\" is no hint; write SOURCE=contest id or text",
                            SLICE_FMT(items[i]));
        else
            hints[e->hint_count++] = (struct endorse_hint){source, contest};
    }
    e->hints = hints;
}

static void read_race_id(struct columns_reader *r, struct slice value, struct endorsement *e)
{
    bool ok = value.len <= RACE_ID_MAX;

    for (size_t i = 0; i < value.len && ok; i++) {
        char c = value.ptr[i];
        ok = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
             c == '-' || c == '_' || c == '.';
    }
    if (ok)
        e->race_id = arena_copy(r->a, value);
    else
        columns_problem(r, "\"%.*s\" is no race_id; use at most %d of A-Z a-z 0-9 - _ .",
                        SLICE_FMT(slice_sub(value, 0, TEXT_MAX)), RACE_ID_MAX);
}

#define TEXT(field) .offset = offsetof(struct endorsement, field)

const struct column columns[] = {
    {"candidate_name", TEXT(name), .required = true},
    {"state", .read = read_state, .required = true},
    {"office", TEXT(office), .required = true},
    {"endorsement_id", TEXT(id)},
    {"status", .read = read_status},
    {"ballot_name", TEXT(ballot_name)},
    {"aliases", .read = read_aliases},
    {"party", TEXT(party)},
    {"office_level", .read = read_level},
    {"division_id", TEXT(division)},
    {"jurisdiction", TEXT(jurisdiction)},
    {"district", TEXT(district)},
    {"seat", TEXT(seat)},
    {"term", .read = read_term},
    {"county", TEXT(county)},
    {"counties", .read = read_counties},
    {"seats_to_fill", .read = read_seats},
    {"advance_to", .read = read_places},
    {"election_date", .read = read_date},
    {"election_type", .read = read_type},
    {"contest_party", TEXT(contest_party)},
    {"wins", .read = read_wins},
    {"continues", TEXT(continues)},
    {"choice", .read = read_choice},
    {"incumbent", .read = read_incumbent},
    {"opponent_incumbent", .read = read_opponent},
    {"held_by", TEXT(held_by)},
    {"seats_held_by_others", .read = read_held},
    {"flip", .read = read_flip},
    {"polls_close", .read = read_polls},
    {"race_id", .read = read_race_id},
    {"ap_race_id", TEXT(ap_race_id)},
    {"ap_candidate_id", TEXT(ap_candidate_id)},
    {"source_hints", .read = read_hints, .list = true},
    {"tags", .read = read_tags},
    {"cohort", TEXT(cohort)},
    {"watched_by", TEXT(watched_by)},
    {"website", .passed_on = true},
    {"press_note", .passed_on = true},
    {"notes", .passed_on = true},
};
