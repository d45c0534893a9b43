/* SPDX-License-Identifier: ISC */
/* Names and contents of columns into roles. */
#include "parsers/draft_guess.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "parsers/label.h"

#define NAME_MAX 60

/* ---- lines ---- */

void draft_say(struct draft *d, const char *key, struct slice value, const char *why, ...)
{
    char text[400];
    va_list ap;
    if (d->count == DRAFT_LINES)
        return;
    va_start(ap, why);
    vsnprintf(text, sizeof text, why, ap);
    va_end(ap);
    d->lines[d->count++] =
        (struct draft_line){arena_copy(d->arena, slice_of(key)), arena_copy(d->arena, value),
                            arena_copy(d->arena, slice_of(text))};
}

struct draft_line *draft_find(struct draft *d, const char *key)
{
    for (size_t i = 0; i < d->count; i++) {
        if (slice_is(d->lines[i].key, key))
            return &d->lines[i];
    }
    return NULL;
}

struct slice draft_named(const struct draft *d, size_t column)
{
    struct slice name = d->table->column[column].name;
    bool plain = name.len && name.ptr[0] != '#' && !memchr(name.ptr, '{', name.len) &&
                 !memchr(name.ptr, '}', name.len) && slice_find(name, SLICE(" | ")) == SIZE_MAX &&
                 slice_find(name, SLICE(" + ")) == SIZE_MAX;
    for (size_t i = 0; i < column && plain; i++)
        plain = !slice_eq_nocase(d->table->column[i].name, name); /* the first would be found */
    return plain ? name : arena_printf(d->arena, "#%zu", column + 1);
}

static void give(struct draft *d, enum role role, size_t column, const char *why)
{
    char key[40];
    snprintf(key, sizeof key, "column.%s", role_name(role));
    d->column[role] = (int)column;
    d->used[column] = true;
    draft_say(d, key, draft_named(d, column), "%s", why);
}

/* ---- by name ---- */

enum holds { ANYTHING, TEXT, COUNTS, VOTES, PAIRS };

static bool is_filled_with(const struct draft_column *c, enum holds what)
{
    switch (what) {
    case ANYTHING:
        return c->filled > 0;
    case TEXT:
        return c->filled > c->counts + c->decimals + c->pairs;
    case COUNTS:
        return c->filled && (uint64_t)c->counts * 20 >= (uint64_t)c->filled * 19;
    case VOTES: /* counts, and what stands for those that nobody may know */
        return c->filled && (uint64_t)c->counts * 2 >= c->filled && !c->decimals && !c->pairs;
    case PAIRS:
        return c->filled && (uint64_t)c->pairs * 20 >= (uint64_t)c->filled * 19;
    }
    return false;
}

/* Letters and digits of a name in lower case. */
static struct slice squeeze(struct slice s, char out[NAME_MAX])
{
    size_t n = 0;
    for (size_t i = 0; i < s.len && n < NAME_MAX; i++) {
        char c = s.ptr[i] >= 'A' && s.ptr[i] <= 'Z' ? (char)(s.ptr[i] | 0x20) : s.ptr[i];
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
            out[n++] = c;
    }
    return (struct slice){out, n};
}

/* A name without what stands in brackets or behind a slash: "Candidate [Party]" is Candidate. */
static struct slice plain_of(struct slice name)
{
    size_t n = 0;
    while (n < name.len && name.ptr[n] != '(' && name.ptr[n] != '[' && name.ptr[n] != '/')
        n++;
    return slice_sub(name, 0, n);
}

/* Does it end so, as "EISContestID" does in the name of an id? */
static bool ends_in_id(struct slice squeezed, struct slice name)
{
    return slice_ends(name, SLICE("id")) && name.len > 4 && slice_ends(squeezed, name);
}

/* The unused column of this squeezed name that holds such things, of its plain one if no other is;
 * -1: there is none. */
static int named(const struct draft *d, struct slice name, enum holds what)
{
    char room[NAME_MAX];
    int near = -1;
    for (size_t i = 0; i < d->table->columns; i++) {
        const struct draft_column *c = &d->table->column[i];
        if (d->used[i] || !is_filled_with(c, what))
            continue;
        if (slice_eq(squeeze(c->name, room), name))
            return (int)i;
        if (near < 0 && ((what == TEXT && slice_eq(squeeze(plain_of(c->name), room), name)) ||
                         (what == ANYTHING && ends_in_id(squeeze(c->name, room), name))))
            near = (int)i;
    }
    return near;
}

static const struct {
    enum role role;
    enum holds what;
    const char *names; /* squeezed, the likeliest first */
} hints[] = {
    {ROLE_VOTES, VOTES,
     "candidatevotes|canvotes|totalvotes|votes|votetotal|votestotal|totalvote|votecount|"
     "totalvotesreceived|votesreceived|totalvotescast|votescast|candtotvotes|totvotes|total"},
    {ROLE_CHOICE, TEXT,
     "candidatename|candidate|choicename|choice|nameonballot|choices|candidatechoice|option|"
     "optionname|selection|ballotname|response|candidateissue|name"},
    {ROLE_CONTEST, TEXT,
     "contestname|contesttitle|contest|racename|racetitle|race|officename|officetitle|"
     "officedescription|office|titleofoffice|raceoffice|officequestion|question|measure"},
    {ROLE_CONTEST_ID, ANYTHING,
     "contestid|raceid|contestgroupid|contestnumber|contestcode|racenumber|contestno|officeid"},
    {ROLE_CHOICE_ID, ANYTHING, "candidateid|choiceid|candidatenumber|choicenumber|candid"},
    {ROLE_PARTY, TEXT,
     "party|partyname|partycode|choiceparty|candidateparty|politicalparty|partyabbr|"
     "partyabbreviation|partydescription|partyaffiliation"},
    {ROLE_CONTEST_PARTY, TEXT,
     "contestparty|contestpartyname|contestpartycode|raceparty|ballotparty|partyballot|"
     "primaryparty"},
    {ROLE_TYPE, TEXT,
     "votemethod|votetype|votingmethod|votingtype|methodofvoting|ballottype|counttype|countgroup|"
     "countinggroup|votecategory|votegroup"},
    {ROLE_COUNTY, TEXT, "county|countyname|reportingcountyname|reportingcounty"},
    {ROLE_MUNICIPALITY, TEXT, "municipality|municipalityname|city|town|township|citytown"},
    {ROLE_PRECINCT, ANYTHING, "precinct|precinctname|precinctcode|ward|votingdistrict"},
    {ROLE_PRECINCT_ID, ANYTHING, "precinctid|precinctsplitid|precinctnumber"},
    {ROLE_VOTES_ALLOWED, COUNTS, "votefor|votesallowed|numbertovotefor|voteforno"},
    {ROLE_SEATS, COUNTS, "numberofofficeseats|seats|toelect|numbertoelect|numberofseats"},
    {ROLE_PROGRESS, PAIRS, "precinctsreporting|reporting|precincts|progress"},
    {ROLE_REPORTING, COUNTS,
     "precinctsreporting|numcountyrptg|numarearptg|numprecinctrptg|reporting|reportingprecincts|"
     "precinctsreported|unitsreporting|precinctsin|unitsin"},
    {ROLE_TOTAL, COUNTS,
     "totalprecincts|numcountytotal|numareatotal|numprecincttotal|precincts|precinctcount|"
     "precinctstotal|numberofprecincts|totalunits"},
    {ROLE_REGISTERED, COUNTS, "registeredvoters|regvoters|registered|registration|voters"},
    {ROLE_BALLOTS, COUNTS, "ballotscast|totalballots|ballots|totalballotscast|cardscast"},
    {ROLE_WRITE_IN, ANYTHING, "writein|iswritein|writeincandidate|writeinw"},
    {ROLE_DATE, ANYTHING, "electiondate|dateofelection|date"},
    {ROLE_ELECTION, TEXT, "electionname|election|electiontitle"},
    {ROLE_STATUS, TEXT, "status|resultsstatus|officialstatus"},
    {ROLE_UPDATED, ANYTHING, "currentdatetime|lastupdated|updated|lastupdate|timestamp|asof"},
};

/* The next of "a|b|c" off *names. */
static bool next_name(struct slice *names, struct slice *name)
{
    return slice_next(names, '|', name);
}

/* All choices of a contest have the same figure: it is the contest's. */
static bool is_of_contest(const struct draft *d, size_t column)
{
    const struct draft_table *t = d->table;
    int contest = d->column[ROLE_CONTEST];
    size_t seen = 0;
    if (contest < 0 || t->column[column].most <= 0)
        return false;
    for (size_t row = 1; row < t->sample_rows; row++) {
        if (!slice_eq(draft_cell(t, row - 1, (size_t)contest), draft_cell(t, row, (size_t)contest)))
            continue;
        if (!slice_eq(draft_cell(t, row - 1, column), draft_cell(t, row, column)))
            return false;
        seen++;
    }
    return seen > 1;
}

static void guess_by_name(struct draft *d, enum role role)
{
    for (size_t i = 0; i < sizeof hints / sizeof hints[0]; i++) {
        struct slice names = slice_of(hints[i].names), name;
        while (hints[i].role == role && d->column[role] < 0 && next_name(&names, &name)) {
            int found = named(d, name, hints[i].what);
            if (found >= 0 && !(role == ROLE_VOTES && is_of_contest(d, (size_t)found)))
                give(d, role, (size_t)found, "by its name");
        }
    }
}

/* ---- names of candidates in parts ---- */

static int part_of_name(const struct draft *d, const char *part)
{
    char room[NAME_MAX];
    for (size_t i = 0; i < d->table->columns; i++) {
        struct slice name = squeeze(d->table->column[i].name, room);
        if (!d->used[i] && slice_find(name, slice_of(part)) != SIZE_MAX &&
            is_filled_with(&d->table->column[i], TEXT))
            return (int)i;
    }
    return -1;
}

static void guess_parts_of_name(struct draft *d)
{
    static const char *const parts[] = {"first", "middle", "last", "suffix"};
    struct slice value = {NULL, 0};
    int at[4];
    for (size_t i = 0; i < 4; i++)
        at[i] = part_of_name(d, parts[i]);
    if (d->column[ROLE_CHOICE] >= 0 || at[2] < 0 || at[0] < 0)
        return;
    for (size_t i = 0; i < 4; i++) {
        if (at[i] < 0)
            continue;
        d->used[at[i]] = true;
        value = arena_printf(d->arena, "%.*s%s{%.*s}", SLICE_FMT(value), value.len ? " " : "",
                             SLICE_FMT(draft_named(d, (size_t)at[i])));
    }
    d->column[ROLE_CHOICE] = at[2];
    draft_say(d, "column.choice", value, "the name stands in parts");
}

/* ---- by contents ---- */

static bool has_one_of(struct slice name, const char *const *words)
{
    for (; *words; words++) {
        if (slice_find(name, slice_of(*words)) != SIZE_MAX)
            return true;
    }
    return false;
}

/* The letters of a name in lower case. */
static struct slice letters(struct slice name, char out[NAME_MAX])
{
    size_t n = 0;
    name = squeeze(name, out);
    for (size_t i = 0; i < name.len; i++)
        if (out[i] > '9')
            out[n++] = out[i];
    return (struct slice){out, n};
}

/* Figures, by their name, of something else than votes. */
static bool is_other_figure(const struct draft_column *c)
{
    static const char *const others[] = {"percent", "pct",  "share", "order",   "sequence",
                                         "fips",    "code", "year",  "turnout", NULL};
    static const char *const counted[] = {"precinct", "reporting", "registered", "ballot", NULL};
    static const char *const votes[] = {"votes", NULL};
    char room[NAME_MAX];
    struct slice name = squeeze(c->name, room);
    return has_one_of(name, others) || (has_one_of(name, counted) && !has_one_of(name, votes));
}

static uint64_t average(const struct draft_column *c)
{
    return c->filled ? c->length / c->filled : 0;
}

/* Of the unused columns that hold this the one that changes most from row to row. Of figures, one
 * with a share of something behind it comes first: votes have their percentage there. */
static int liveliest(const struct draft *d, enum holds what, uint64_t shortest)
{
    const struct draft_table *t = d->table;
    int best = -1;
    bool best_share = false;
    for (size_t i = 0; i < t->columns; i++) {
        const struct draft_column *c = &t->column[i];
        bool share = what == COUNTS && i + 1 < t->columns && c[1].decimals * 2 > t->rows;
        bool fits = !d->used[i] && is_filled_with(c, what) && average(c) >= shortest &&
                    (what != COUNTS || (c->padded * 20 < c->counts && c->filled * 2 > t->rows &&
                                        !is_other_figure(c) && !is_of_contest(d, i)));
        bool better =
            best < 0 || (share != best_share ? share : c->changes > t->column[best].changes);
        if (fits && better) {
            best = (int)i;
            best_share = share;
        }
    }
    return best;
}

static void guess_essentials(struct draft *d)
{
    int at = -1;
    if (d->column[ROLE_VOTES] < 0 && !draft_find(d, "column.votes") &&
        (at = liveliest(d, COUNTS, 1)) >= 0)
        give(d, ROLE_VOTES, (size_t)at,
             "of the columns of whole numbers without leading zeros the one that changes most");
    if (d->column[ROLE_CHOICE] < 0 && (at = liveliest(d, TEXT, 3)) >= 0)
        give(d, ROLE_CHOICE, (size_t)at, "the text that changes most from row to row");
    if (d->column[ROLE_CONTEST] < 0 && (at = liveliest(d, TEXT, 6)) >= 0)
        give(d, ROLE_CONTEST, (size_t)at, "of the other texts the one that changes most");
}

/* A code of few letters beside the choice. */
static void guess_party(struct draft *d)
{
    if (d->column[ROLE_PARTY] >= 0)
        return;
    for (size_t i = 0; i < d->table->columns; i++) {
        const struct draft_column *c = &d->table->column[i];
        uint32_t known = 0;
        for (uint32_t k = 0; k < draft_distinct(c); k++) {
            bool incumbent;
            struct slice mark = arena_printf(d->arena, "x (%.*s)", SLICE_FMT(c->texts[k]));
            known += c->texts[k].len && label_party_mark(mark, &incumbent).len;
        }
        if (!d->used[i] && !c->name.len && known >= 2 && draft_distinct(c) < 60) {
            give(d, ROLE_PARTY, i, "it holds parties");
            return;
        }
    }
}

static bool is_free_count(const struct draft *d, size_t column)
{
    const struct draft_column *c = &d->table->column[column];
    return !d->used[column] && is_filled_with(c, COUNTS) && !c->padded;
}

/* Two columns of counts side by side, the first never more than the second. */
static bool is_progress(const struct draft *d, size_t column)
{
    const struct draft_table *t = d->table;
    if (!is_free_count(d, column) || !is_free_count(d, column + 1) ||
        t->column[column + 1].most <= 0)
        return false;
    for (size_t row = 0; row < t->sample_rows; row++) {
        int64_t a, b;
        if (!count_digits(draft_cell(t, row, column), &a) ||
            !count_digits(draft_cell(t, row, column + 1), &b) || a > b)
            return false;
    }
    return true;
}

static void guess_progress(struct draft *d)
{
    const struct draft_table *t = d->table;
    for (size_t i = 0; i < t->columns; i++) {
        if (d->column[ROLE_PROGRESS] < 0 && !d->used[i] && is_filled_with(&t->column[i], PAIRS))
            give(d, ROLE_PROGRESS, i, "two figures, the first never more than the second");
    }
    for (size_t i = 0; i + 1 < t->columns && !t->header; i++) {
        if (is_progress(d, i)) {
            give(d, ROLE_REPORTING, i, "never more than the next column: units that are in");
            give(d, ROLE_TOTAL, i + 1, "of how many");
            return;
        }
    }
}

/* ---- votes by type ---- */

/* Rounds of ranked votes are no parts of a sum: the first round has what people voted. */
static void guess_rounds(struct draft *d)
{
    char room[NAME_MAX];
    int first = -1;
    size_t rounds = 0;
    for (size_t i = 0; i < d->table->columns; i++) {
        struct slice name = squeeze(d->table->column[i].name, room);
        if (!slice_starts(name, SLICE("round")) || !is_filled_with(&d->table->column[i], VOTES))
            continue;
        rounds++;
        if (slice_is(name, "round1") || slice_is(name, "round1votes"))
            first = (int)i;
    }
    if (rounds > 1 && first >= 0)
        give(d, ROLE_VOTES, (size_t)first,
             "of the rounds of ranked votes the first: who leads it has not won");
}

/* A row a round: those of the first are what people voted. */
static void guess_round(struct draft *d)
{
    static const char *const names[] = {"round", "roundnumber", "roundno", "rcvround"};
    int at = -1;
    for (size_t i = 0; i < sizeof names / sizeof names[0] && at < 0; i++)
        at = named(d, slice_of(names[i]), ANYTHING);
    if (at < 0)
        return;
    struct slice column = draft_named(d, (size_t)at);
    d->used[at] = true;
    draft_say(d, arena_printf(d->arena, "keep.%.*s", SLICE_FMT(column)).ptr,
              SLICE("(?i)^(round *)?0*1$"), "rounds of ranked votes are never added up");
    draft_say(d, arena_printf(d->arena, "ranked.%.*s", SLICE_FMT(column)).ptr, SLICE("."),
              "who leads the first has not won");
}

/* Votes of one type, told by the column's name; `any`: or just votes. */
static bool is_type(const struct draft *d, size_t column, bool any)
{
    static const char *const types[] = {"electionday", "early",   "absentee", "mail",    "advance",
                                        "provisional", "onestop", "inperson", "polling", NULL};
    static const char *const others[] = {"against", "percent", "pct",   "under", "over",
                                         "reg",     "cast",    "round", NULL};
    static const char *const votes[] = {"votes", NULL};
    char room[NAME_MAX];
    struct slice name = squeeze(d->table->column[column].name, room);
    return !d->used[column] && is_filled_with(&d->table->column[column], COUNTS) &&
           !has_one_of(name, others) &&
           (has_one_of(name, types) || (any && has_one_of(name, votes)));
}

/* Do these columns add up to the votes, wherever all of them say something? */
static bool adds_up(const struct draft *d, const bool *part)
{
    const struct draft_table *t = d->table;
    const struct count_style style = {.thousands = true};
    size_t seen = 0;
    for (size_t row = 0; row < t->sample_rows; row++) {
        int64_t sum = 0, votes, n;
        bool all = count_read(draft_cell(t, row, (size_t)d->column[ROLE_VOTES]), &style, &votes) ==
                   COUNT_READ;
        for (size_t i = 0; i < t->columns && all; i++) {
            all = !part[i] || count_read(draft_cell(t, row, i), &style, &n) == COUNT_READ;
            sum += part[i] && all ? n : 0;
        }
        if (all && sum != votes)
            return false;
        seen += all;
    }
    return seen > 0;
}

/* Several columns that hold such things have one name but for its number. */
static bool is_numbered(const struct draft *d, enum holds what, const char *const *words)
{
    char room[2][NAME_MAX];
    for (size_t i = 0; i + 1 < d->table->columns; i++) {
        const struct draft_column *c = d->table->column;
        struct slice name = letters(c[i].name, room[0]);
        if (!is_filled_with(&c[i], what) || !name.len || (words && !has_one_of(name, words)))
            continue;
        for (size_t k = i + 1; k < d->table->columns; k++)
            if (is_filled_with(&c[k], what) && slice_eq(letters(c[k].name, room[1]), name) &&
                !slice_eq_nocase(c[k].name, c[i].name))
                return true;
    }
    return false;
}

/* "Candidate 1, Votes 1, Candidate 2, Votes 2": a row has several choices. */
static bool has_choices_abreast(const struct draft *d)
{
    static const char *const choices[] = {"cand", "choice", "name", "option", NULL};
    return is_numbered(d, TEXT, choices) && is_numbered(d, VOTES, NULL);
}

static void guess_types(struct draft *d)
{
    bool part[DRAFT_COLUMNS] = {false};
    struct slice value = {NULL, 0};
    size_t n = 0;
    for (size_t i = 0; i < d->table->columns; i++) {
        if (!(part[i] = is_type(d, i, d->column[ROLE_VOTES] < 0)))
            continue;
        value = arena_printf(d->arena, "%.*s%s%.*s", SLICE_FMT(value), n++ ? " + " : "",
                             SLICE_FMT(draft_named(d, i)));
    }
    if (n < 2)
        return;
    if (d->column[ROLE_VOTES] < 0)
        draft_say(d, "column.votes", value, "no column is their sum");
    else if (adds_up(d, part))
        draft_say(d, "check.votes", value, "in the first %zu rows they add up to the votes",
                  d->table->sample_rows);
    else
        return;
    for (size_t i = 0; i < d->table->columns; i++)
        d->used[i] |= part[i];
}

/* ---- marks ---- */

static void guess_winner(struct draft *d)
{
    static const struct {
        const char *word, *means;
    } words[] = {{"Y", "won"},   {"Yes", "won"},  {"W", "won"},  {"X", "won"},
                 {"Won", "won"}, {"True", "won"}, {"1", "won"},  {"*", "won"},
                 {"N", ""},      {"No", ""},      {"False", ""}, {"0", ""}};
    int at = named(d, SLICE("winner"), ANYTHING);
    at = at < 0 ? named(d, SLICE("iswinner"), ANYTHING) : at;
    if (at < 0)
        return;
    const struct draft_column *c = &d->table->column[at];
    for (uint32_t i = 0; i < draft_distinct(c); i++) {
        size_t k = 0;
        while (k < sizeof words / sizeof words[0] &&
               !slice_eq_nocase(c->texts[i], slice_of(words[k].word)))
            k++;
        if (c->texts[i].len && k == sizeof words / sizeof words[0])
            return; /* whatever it says, nobody knows what it means */
    }
    give(d, ROLE_WINNER, (size_t)at, "by its name; is it a call, or only who leads?");
    for (uint32_t i = 0; i < draft_distinct(c); i++) {
        for (size_t k = 0; k < sizeof words / sizeof words[0]; k++) {
            if (slice_eq_nocase(c->texts[i], slice_of(words[k].word)))
                draft_say(d,
                          arena_printf(d->arena, "value.winner.%.*s", SLICE_FMT(c->texts[i])).ptr,
                          slice_of(words[k].means), "one of its values");
        }
    }
}

/* "Pct" is a percentage more often than a precinct: the one where the same choices stand again. */
static void guess_pct(struct draft *d)
{
    int at = named(d, SLICE("pct"), ANYTHING);
    if (at >= 0 && d->column[ROLE_PRECINCT] < 0 && !d->table->column[at].decimals &&
        draft_is_place(d, (size_t)at))
        give(d, ROLE_PRECINCT, (size_t)at, "the same choices stand under each of its values");
}

/* ---- a district beside the office ---- */

static void guess_district(struct draft *d)
{
    static const char *const names[] = {"districtname", "district",       "officedistrict",
                                        "districtcode", "districtnumber", "areanum"};
    for (size_t i = 0; i < sizeof names / sizeof names[0] && d->column[ROLE_CONTEST] >= 0; i++) {
        int at = named(d, slice_of(names[i]), ANYTHING);
        struct draft_line *contest = draft_find(d, "column.contest");
        if (at < 0 || !contest || d->column[ROLE_CONTEST_ID] >= 0 ||
            (!is_filled_with(&d->table->column[at], TEXT) && draft_is_place(d, (size_t)at)))
            continue;
        d->used[at] = true;
        contest->value = arena_printf(d->arena, "{%.*s}[ {%.*s}]", SLICE_FMT(contest->value),
                                      SLICE_FMT(draft_named(d, (size_t)at)));
        contest->why = SLICE("an office, and its district where it has one");
        return;
    }
}

void draft_guess(struct draft *d)
{
    static const enum role first[] = {ROLE_CONTEST_ID, ROLE_CONTEST, ROLE_CHOICE_ID, ROLE_CHOICE};
    static const enum role rest[] = {
        ROLE_PARTY,     ROLE_CONTEST_PARTY, ROLE_TYPE,          ROLE_COUNTY,  ROLE_MUNICIPALITY,
        ROLE_PRECINCT,  ROLE_PRECINCT_ID,   ROLE_VOTES_ALLOWED, ROLE_SEATS,   ROLE_PROGRESS,
        ROLE_REPORTING, ROLE_TOTAL,         ROLE_REGISTERED,    ROLE_BALLOTS, ROLE_WRITE_IN,
        ROLE_DATE,      ROLE_ELECTION,      ROLE_STATUS,        ROLE_UPDATED};
    for (int role = 0; role < ROLES; role++)
        d->column[role] = -1;
    for (size_t i = 0; i < sizeof first / sizeof first[0]; i++)
        guess_by_name(d, first[i]);
    guess_parts_of_name(d);
    if (has_choices_abreast(d)) {
        d->column[ROLE_CHOICE] = -1;
        return;
    }
    guess_rounds(d);
    guess_round(d);
    guess_by_name(d, ROLE_VOTES);
    guess_types(d);
    guess_winner(d);
    for (size_t i = 0; i < sizeof rest / sizeof rest[0]; i++)
        guess_by_name(d, rest[i]);
    guess_progress(d);
    guess_essentials(d);
    guess_pct(d);
    guess_party(d);
    guess_district(d);
}

bool draft_is_place(const struct draft *d, size_t column)
{
    const struct draft_table *t = d->table;
    int contest = d->column[ROLE_CONTEST], choice = d->column[ROLE_CHOICE];
    if (contest < 0 || choice < 0)
        return false;
    for (size_t a = 0; a < t->sample_rows; a++) {
        for (size_t b = a + 1; b < t->sample_rows && b < a + 200; b++) {
            if (slice_eq(draft_cell(t, a, (size_t)contest), draft_cell(t, b, (size_t)contest)) &&
                slice_eq(draft_cell(t, a, (size_t)choice), draft_cell(t, b, (size_t)choice)) &&
                !label_is_write_in(draft_cell(t, a, (size_t)choice)) &&
                !slice_eq(draft_cell(t, a, column), draft_cell(t, b, column)))
                return true;
        }
    }
    return false;
}
