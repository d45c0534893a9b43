/* SPDX-License-Identifier: ISC */
/* Scenario files, line by line. */
#include "tests/sim/scenario.h"

#include "daemon/base/num.h"
#include "daemon/base/when.h"
#include "tests/sim/template.h"

#define STATES_MAX 60
#define FEEDS_MAX 500
#define CONTESTS_MAX 2000
#define CANDIDATES_MAX 40
#define UNITS_MAX 2000
#define COLUMNS 5
#define SHARES 10000
#define EVERY (5 * WHEN_MINUTE)

struct reader {
    const struct templates *templates;
    struct arena *a;
    struct scenario *s;
    struct err *e;
    size_t line;
    struct scenario_contest *contest; /* candidates belong to it */
};

static const struct scenario_party parties[] = {
    {"D", "DEM", "Dem", "Democratic"},
    {"R", "REP", "Rep", "Republican"},
    {"L", "LIB", "Lib", "Libertarian"},
    {"G", "GRN", "Grn", "Green"},
    {"I", "IND", "Ind", "Independent"},
    {"W", "", "", ""},
    {"", "", "", ""},
};

static const struct {
    const char *abbreviation, *iana;
    int64_t hours;
} zones[] = {
    {"EST", "America/New_York", -5},   {"CST", "America/Chicago", -6},
    {"MST", "America/Denver", -7},     {"PST", "America/Los_Angeles", -8},
    {"AKST", "America/Anchorage", -9}, {"HST", "Pacific/Honolulu", -10},
};

const struct scenario_party *scenario_party(size_t at)
{
    return at < sizeof parties / sizeof parties[0] ? &parties[at] : NULL;
}

static bool wrong(struct reader *r, const char *what, struct slice text)
{
    return err_set(r->e, ERR_DATA, "line %zu: %s: '%.*s'", r->line, what, SLICE_FMT(text));
}

struct slice scenario_value(const struct scenario_pairs *p, const char *key)
{
    for (size_t i = 0; i < p->count; i++)
        if (slice_is(p->list[i].key, key))
            return p->list[i].value;
    return (struct slice){0};
}

static bool is_yes(const struct scenario_pairs *p, const char *key)
{
    return slice_is(scenario_value(p, key), "yes");
}

/* "key=value" pieces between `sep`. */
static bool read_pairs(struct reader *r, struct slice text, char sep, struct scenario_pairs *out)
{
    struct slice piece;
    while (slice_next(&text, sep, &piece)) {
        size_t at = slice_find(piece = slice_trim(piece), SLICE("="));
        if (piece.len == 0)
            continue;
        if (at == SIZE_MAX || out->count == SCENARIO_COLUMNS_MAX)
            return wrong(r, "not key=value, or too many of them", piece);
        out->list[out->count++] =
            (struct scenario_pair){slice_sub(piece, 0, at), slice_sub(piece, at + 1, piece.len)};
    }
    return true;
}

/* A number of an option; `otherwise` where it is not there. */
static bool read_number(struct reader *r, const struct scenario_pairs *p, const char *key,
                        int64_t least, int64_t most, int64_t otherwise, int64_t *out)
{
    struct slice text = scenario_value(p, key);
    *out = otherwise;
    return text.len == 0 || num_parse(text, least, most, out) ||
           wrong(r, "not a number in range", text);
}

/* "+125": minutes behind the close of the contest's state. */
static bool read_moment(struct reader *r, const struct scenario_contest *c, struct slice text,
                        int64_t otherwise, int64_t *out)
{
    int64_t minutes;
    *out = otherwise;
    if (text.len == 0)
        return true;
    if (!slice_starts(text, SLICE("+")) ||
        !num_parse(slice_sub(text, 1, text.len), 0, 6000, &minutes))
        return wrong(r, "not minutes behind the close, such as +125", text);
    *out = c->state->close_ms + minutes * WHEN_MINUTE;
    return true;
}

static const struct scenario_state *find_state(const struct scenario *s, struct slice code)
{
    for (size_t i = 0; i < s->state_count; i++)
        if (slice_eq(s->states[i].code, code))
            return &s->states[i];
    return NULL;
}

/* ---- lines ---- */

static bool read_state(struct reader *r, struct slice rest)
{
    struct scenario_state *st = &r->s->states[r->s->state_count];
    struct slice zone, hour, minute;
    int64_t h, m;
    if (r->s->state_count == STATES_MAX || !slice_next(&rest, ' ', &st->code) ||
        !slice_next(&rest, ' ', &st->close) || !slice_next(&rest, ' ', &zone))
        return wrong(r, "not CODE HH:MM ZONE", rest);
    struct slice time = st->close;
    if (!slice_next(&time, ':', &hour) || !slice_next(&time, ':', &minute) ||
        !num_parse(hour, 0, 23, &h) || !num_parse(minute, 0, 59, &m))
        return wrong(r, "not a time of day", st->close);
    for (size_t i = 0; i < sizeof zones / sizeof zones[0]; i++)
        if (slice_is(zone, zones[i].abbreviation)) {
            st->zone = zones[i].abbreviation;
            st->iana = zones[i].iana;
            st->offset_ms = zones[i].hours * WHEN_HOUR;
        }
    if (!st->zone)
        return wrong(r, "not a zone of the table", zone);
    st->close_ms = r->s->date + h * WHEN_HOUR + m * WHEN_MINUTE - st->offset_ms;
    r->s->state_count++;
    return true;
}

static bool read_feed_keys(struct reader *r, struct scenario_feed *f)
{
    static const char *const own[] = {"zip", "direct", "counties", "every"};
    struct scenario_pairs rest = {.count = 0};
    struct slice every = scenario_value(&f->keys, "every");
    f->zip = is_yes(&f->keys, "zip");
    f->direct = is_yes(&f->keys, "direct");
    f->counties = is_yes(&f->keys, "counties");
    f->every_ms = EVERY;
    if (every.len > 0 && (!num_parse_duration(every, &f->every_ms) || f->every_ms < WHEN_SECOND))
        return wrong(r, "not a duration", every);
    for (size_t i = 0; i < f->keys.count; i++) {
        bool mine = false;
        for (size_t k = 0; k < sizeof own / sizeof own[0]; k++)
            mine |= slice_is(f->keys.list[i].key, own[k]);
        if (!mine)
            rest.list[rest.count++] = f->keys.list[i];
    }
    f->keys = rest;
    return true;
}

/* "GA New Hanover every=4m": a state, a county of one word or more, then keys. */
static bool read_feed_place(struct reader *r, struct slice rest, struct scenario_feed *f,
                            struct slice *keys)
{
    struct slice all = rest, word;
    while (slice_next(&rest, ' ', &word) && slice_find(word, SLICE("=")) == SIZE_MAX) {
        if (!f->state && !(f->state = find_state(r->s, word)))
            return wrong(r, "no such state", word);
        if (slice_eq(word, f->state->code))
            continue;
        const char *from = f->county.len > 0 ? f->county.ptr : word.ptr;
        f->county = (struct slice){from, (size_t)(word.ptr + word.len - from)};
    }
    bool any = slice_find(all, SLICE("=")) != SIZE_MAX;
    *keys = any ? slice_sub(all, (size_t)(word.ptr - all.ptr), all.len) : (struct slice){0};
    return true;
}

static bool read_feed(struct reader *r, struct slice rest)
{
    struct scenario_feed *f = &r->s->feeds[r->s->feed_count];
    struct slice word, keys;
    if (r->s->feed_count == FEEDS_MAX || !slice_next(&rest, ' ', &f->name) ||
        !slice_next(&rest, ' ', &word))
        return wrong(r, "not NAME FORMAT", rest);
    f->template = templates_find(r->templates, word);
    if (!f->template || f->template->path.count == 0)
        return wrong(r, "no such format", word);
    if (!read_feed_place(r, rest, f, &keys) || !read_pairs(r, keys, ' ', &f->keys) ||
        !read_feed_keys(r, f))
        return false;
    r->s->feed_count++;
    return true;
}

static bool read_links(struct reader *r, struct slice text, struct scenario_contest *c)
{
    struct slice name;
    while (slice_next(&text, ' ', &name)) {
        size_t i = 0;
        while (i < r->s->feed_count && !slice_eq(r->s->feeds[i].name, name))
            i++;
        if (i == r->s->feed_count || c->feed_count == SCENARIO_LINKS_MAX)
            return wrong(r, "no such feed, or too many", name);
        c->feeds[c->feed_count++] = i;
    }
    return true;
}

static bool read_counties(struct reader *r, struct slice text, struct scenario_contest *c)
{
    struct slice one;
    while (slice_next(&text, ',', &one)) {
        struct slice copy = arena_copy(r->a, one);
        if (!copy.ptr || c->county_count == SCENARIO_COUNTIES_MAX)
            return wrong(r, "too many counties", one);
        for (size_t i = 0; i < copy.len; i++)
            if (copy.ptr[i] == '_')
                ((char *)(uintptr_t)copy.ptr)[i] = ' ';
        c->counties[c->county_count++] = copy;
    }
    if (c->county_count == 0)
        c->counties[c->county_count++] = c->county.len > 0 ? c->county : SLICE("Statewide");
    return true;
}

static bool read_moments(struct reader *r, const struct scenario_pairs *p,
                         struct scenario_contest *c)
{
    const struct {
        const char *key;
        int64_t *to, otherwise;
    } moments[] = {
        {"from", &c->from_ms, c->state->close_ms + 15 * WHEN_MINUTE},
        {"to", &c->to_ms, c->state->close_ms + 150 * WHEN_MINUTE},
        {"call", &c->call_ms, WHEN_UNKNOWN},
        {"retract", &c->retract_ms, WHEN_UNKNOWN},
        {"recall", &c->recall_ms, WHEN_UNKNOWN},
    };
    for (size_t i = 0; i < sizeof moments / sizeof moments[0]; i++)
        if (!read_moment(r, c, scenario_value(p, moments[i].key), moments[i].otherwise,
                         moments[i].to))
            return false;
    bool back = c->retract_ms != WHEN_UNKNOWN;
    bool ordered = c->to_ms >= c->from_ms &&
                   (!back || (c->call_ms != WHEN_UNKNOWN && c->retract_ms > c->call_ms &&
                              c->recall_ms > c->retract_ms));
    return ordered || wrong(r, "its times are out of order", c->title);
}

static bool read_options(struct reader *r, struct slice text, struct scenario_contest *c)
{
    struct scenario_pairs p = {.count = 0};
    if (!read_pairs(r, text, ' ', &p) || !read_counties(r, scenario_value(&p, "counties"), c) ||
        !read_number(r, &p, "votes", 1, INT64_C(1) << 32, 1000, &c->votes) ||
        !read_number(r, &p, "units", 1, UNITS_MAX, 10, &c->units) ||
        !read_number(r, &p, "seats", 1, 20, 1, &c->seats) || !read_moments(r, &p, c))
        return false;
    c->ap = !slice_is(scenario_value(&p, "ap"), "no");
    c->hint = is_yes(&p, "hint");
    c->measure = is_yes(&p, "measure");
    return c->units >= (int64_t)c->county_count || wrong(r, "fewer units than counties", c->title);
}

static bool read_race(struct reader *r, struct slice rest)
{
    struct scenario_contest *c = &r->s->contests[r->s->contest_count];
    struct slice column[COLUMNS] = {{0}}, code;
    size_t n = 0;
    if (r->s->contest_count == CONTESTS_MAX)
        return wrong(r, "too many contests", rest);
    while (n < COLUMNS && slice_next(&rest, '|', &column[n])) {
        column[n] = slice_trim(column[n]);
        n++;
    }
    if (n != COLUMNS)
        return wrong(r, "not PLACE | TITLE | OFFICE | FEEDS | OPTIONS", column[0]);
    slice_next(&column[0], ' ', &code);
    *c = (struct scenario_contest){
        .state = find_state(r->s, code), .county = column[0], .title = column[1], .line = r->line};
    if (!c->state)
        return wrong(r, "no such state", code);
    slice_next(&column[2], ';', &c->office);
    c->candidates = arena_array(r->a, CANDIDATES_MAX, sizeof *c->candidates);
    if (!c->candidates)
        return wrong(r, "out of memory", code);
    r->s->contest_count++;
    r->contest = c;
    return read_pairs(r, column[2], ';', &c->columns) && read_links(r, column[3], c) &&
           read_options(r, column[4], c);
}

/* "53.4" as 5340. */
static bool read_share(struct slice text, int64_t *out)
{
    struct slice whole, part = {0};
    int64_t n, tenths = 0;
    if (!slice_next(&text, '.', &whole) || !num_parse(whole, 0, 100, &n))
        return false;
    if (slice_next(&text, '.', &part) && (part.len > 1 || !num_parse(part, 0, 9, &tenths)))
        return false;
    *out = n * 100 + tenths * 10;
    return true;
}

/* "X", "R", "x", "xX", "X+170". */
static bool read_mark(struct reader *r, struct slice text, struct scenario_candidate *k)
{
    size_t at = slice_find(text, SLICE("+"));
    struct slice letters = slice_sub(text, 0, at);
    for (size_t i = 0; i < letters.len; i++) {
        k->first |= letters.ptr[i] == 'x';
        if (letters.ptr[i] == 'X' || letters.ptr[i] == 'R')
            k->mark = letters.ptr[i];
        else if (letters.ptr[i] != 'x')
            return wrong(r, "a mark is X, R, x or nothing", text);
    }
    return read_moment(r, r->contest, slice_sub(text, at, text.len), r->contest->call_ms,
                       &k->call_ms);
}

static bool read_candidate(struct reader *r, struct slice rest, bool endorsed)
{
    struct slice column[COLUMNS] = {{0}};
    size_t n = 0;
    struct scenario_contest *c = r->contest;
    if (!c || c->candidate_count == CANDIDATES_MAX)
        return wrong(r, "a candidate of no race, or too many", rest);
    struct scenario_candidate *k = &c->candidates[c->candidate_count++];
    while (n < COLUMNS && slice_next(&rest, '|', &column[n])) {
        column[n] = slice_trim(column[n]);
        n++;
    }
    k->endorsed = endorsed;
    k->name = column[0];
    for (size_t i = 0; i < sizeof parties / sizeof parties[0]; i++)
        if (slice_is(column[1], parties[i].letter))
            k->party = &parties[i];
    if (!k->party || k->name.len == 0)
        return wrong(r, "no name, or no such party", column[1]);
    if (!read_share(column[2], &k->share_bp))
        return wrong(r, "not a share such as 53.4", column[2]);
    if (!read_mark(r, column[3], k) || !read_pairs(r, column[4], ';', &k->columns))
        return false;
    k->incumbent = is_yes(&k->columns, "incumbent");
    k->write_in = slice_is(column[1], "W");
    k->shown = scenario_value(&k->columns, "feed");
    if (k->shown.len == 0)
        k->shown = k->name;
    return true;
}

static bool read_date(struct reader *r, struct slice rest)
{
    r->s->date_text = rest;
    return when_parse_date(rest, &r->s->date) || wrong(r, "not a date", rest);
}

static bool read_seed(struct reader *r, struct slice rest)
{
    return num_parse(rest, 0, INT64_MAX, &r->s->seed) || wrong(r, "not a number", rest);
}

static bool read_election(struct reader *r, struct slice rest)
{
    r->s->election = rest;
    return true;
}

static bool read_organisation(struct reader *r, struct slice rest)
{
    r->s->organisation = rest;
    return true;
}

static bool read_endorsed(struct reader *r, struct slice rest)
{
    return read_candidate(r, rest, true);
}

static bool read_other(struct reader *r, struct slice rest)
{
    return read_candidate(r, rest, false);
}

static bool skip(struct reader *r, struct slice rest)
{
    (void)r, (void)rest;
    return true;
}

static const struct {
    const char *word;
    bool (*read)(struct reader *r, struct slice rest);
} lines[] = {
    {"+", read_endorsed},  {"-", read_other},
    {"race", read_race},   {"feed", read_feed},
    {"state", read_state}, {"election", read_election},
    {"date", read_date},   {"organisation", read_organisation},
    {"seed", read_seed},   {"clock", skip},
    {"end", skip},         {"expect", skip},
};

static bool read_line(struct reader *r, struct slice line)
{
    struct slice word;
    line = slice_trim(line);
    if (line.len == 0 || line.ptr[0] == '#')
        return true;
    slice_next(&line, ' ', &word);
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        if (slice_is(word, lines[i].word))
            return lines[i].read(r, slice_trim(line));
    return wrong(r, "cannot be understood", word);
}

/* Shares are of all votes: together 100, and nobody is called in a contest that never is. */
static bool check(struct reader *r)
{
    for (size_t i = 0; i < r->s->contest_count; i++) {
        const struct scenario_contest *c = &r->s->contests[i];
        int64_t sum = 0;
        r->line = c->line;
        for (size_t k = 0; k < c->candidate_count; k++) {
            sum += c->candidates[k].share_bp;
            if (c->candidates[k].mark && c->candidates[k].call_ms == WHEN_UNKNOWN)
                return wrong(r, "marked and never called", c->candidates[k].name);
        }
        if (sum != SHARES)
            return wrong(r, "its shares do not add up to 100", c->title);
    }
    return true;
}

bool scenario_read(struct slice text, const struct templates *templates, struct arena *a,
                   struct scenario *out, struct err *e)
{
    struct scenario s = {.states = arena_array(a, STATES_MAX, sizeof *s.states),
                         .feeds = arena_array(a, FEEDS_MAX, sizeof *s.feeds),
                         .contests = arena_array(a, CONTESTS_MAX, sizeof *s.contests)};
    struct reader r = {.templates = templates, .a = a, .s = &s, .e = e};
    struct slice line;
    if (!s.states || !s.feeds || !s.contests)
        return err_set(e, ERR_BUG, "out of memory");
    while (slice_next(&text, '\n', &line)) {
        r.line++;
        if (!read_line(&r, line))
            return false;
    }
    if (!check(&r))
        return false;
    *out = s;
    return true;
}

bool scenario_covers(const struct scenario *s, const struct scenario_contest *c, size_t feed)
{
    if (s->feeds[feed].template->all)
        return c->ap;
    for (size_t i = 0; i < c->feed_count; i++)
        if (c->feeds[i] == feed)
            return true;
    return false;
}
