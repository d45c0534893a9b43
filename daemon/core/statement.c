/* SPDX-License-Identifier: ISC */
/* The sentence, clause by clause. */
#include "daemon/core/statement.h"

#include <inttypes.h>

#include "daemon/base/when.h"
#include "daemon/core/calls.h"
#include "daemon/core/feed.h"
#include "daemon/core/local_time.h"

const char *const statement_styles[STATEMENT_STYLES] = {
    [STATEMENT_SHORT] = "short", [STATEMENT_LONG] = "long", [STATEMENT_SLACK] = "slack"};

/* One to nine in words, and commas in thousands, as newsrooms write numbers. */
static void number(struct buf *out, int64_t n)
{
    static const char *const words[] = {"no",   "one", "two",   "three", "four",
                                        "five", "six", "seven", "eight", "nine"};
    if ((uint64_t)n <= 9)
        buf_addz(out, words[n]);
    else if (n >= 1000)
        buf_addf(out, "%" PRId64 ",%03" PRId64, n / 1000, n % 1000);
    else
        buf_addf(out, "%" PRId64, n);
}

/* ---- freshness ---- */

static size_t file_count(const struct model *m, uint32_t source)
{
    size_t n = m->settings->sources[source].file_count;

    return n ? n : 1;
}

/* A source's oldest success, and whether any of its files is stale. */
static bool source_stale(const struct model *m, uint32_t source, int64_t now_ms, int64_t *since)
{
    bool stale = false;

    for (uint32_t f = 0; f < file_count(m, source); f++) {
        if (feed_fresh(m, source, f, now_ms))
            continue;
        int64_t success = m->feeds[source].files[f].last_success_ms;
        if (!stale || success < *since)
            *since = success;
        stale = true;
    }
    return stale;
}

/* Has no file of it ever answered? */
static bool unheard(const struct model *m, uint32_t source)
{
    for (uint32_t f = 0; f < file_count(m, source); f++)
        if (m->feeds[source].files[f].last_success_ms != WHEN_UNKNOWN)
            return false;
    return true;
}

/* Has it somebody of ours in it who is still to be called? */
static bool is_open(const struct model *m, const struct race *r)
{
    for (uint32_t i = 0; i < r->endorsement_count && !(r->flags & RACE_VOID); i++)
        if (calls_counts(&m->endorsed->list[r->endorsements[i]]))
            return r->status != RACE_CALLED;
    return false;
}

static bool has_open_race(const struct model *m, uint32_t source)
{
    void *value;
    size_t at = 0;
    struct slice key;

    while (map_next(m->feeds[source].contests, &at, &key, &value)) {
        const struct feed_contest *c = value;
        if (c->race != NONE && is_open(m, &m->races[c->race]))
            return true;
    }
    return false;
}

static bool all_settled(const struct model *m)
{
    for (uint32_t i = 0; i < m->race_count; i++)
        if (is_open(m, &m->races[i]))
            return false;
    return true;
}

struct statement_stale statement_staleness(const struct model *m, int64_t now_ms)
{
    struct statement_stale out = {.since_ms = WHEN_UNKNOWN};

    if (all_settled(m))
        return out;
    for (uint32_t s = 0; s < m->settings->source_count; s++) {
        const struct settings_source *source = &m->settings->sources[s];
        int64_t since = WHEN_UNKNOWN;
        bool call_feed = source->calls != CALLS_NO && !slice_is(source->authority, "official");
        bool never = unheard(m, s); /* what it would have is unknown: it counts as open */
        bool open = call_feed || never || has_open_race(m, s);
        bool silent = source_stale(m, s, now_ms, &since);
        out.open += open;
        out.silent += silent;
        if (silent && never && out.never++ == 0)
            out.first_unheard = source->name;
        if (!silent || !open)
            continue;
        out.sources++;
        if (call_feed && out.call_feed.len == 0) {
            out.call_feed = source->name;
            out.since_ms = since;
        }
    }
    out.stale = out.call_feed.len > 0 || out.sources * 10 > out.open;
    return out;
}

int64_t statement_next_stale(const struct model *m, int64_t now_ms)
{
    int64_t next = WHEN_NEVER;

    for (uint32_t s = 0; s < m->settings->source_count; s++) {
        const struct settings_source *source = &m->settings->sources[s];
        for (size_t f = 0; source->stale_after_ms > 0 && f < file_count(m, s); f++) {
            int64_t seen = m->feeds[s].files[f].last_success_ms;
            int64_t stale = seen == WHEN_UNKNOWN ? now_ms : seen + source->stale_after_ms + 1;
            if (stale > now_ms && stale < next)
                next = stale;
        }
    }
    return next;
}

bool statement_stale_same(const struct statement_stale *a, const struct statement_stale *b)
{
    return a->stale == b->stale && a->sources == b->sources && a->open == b->open &&
           a->silent == b->silent && a->never == b->never &&
           slice_eq(a->first_unheard, b->first_unheard) && slice_eq(a->call_feed, b->call_feed) &&
           a->since_ms == b->since_ms;
}

/* How many have not answered in time, of all there are: as status and the board count them, but
 * that a poll which has just failed is no silence yet. */
static void stale_count(const struct model *m, const struct statement_stale *st, struct buf *out)
{
    uint32_t all = m->settings->source_count;

    buf_addz(out, st->never == st->silent ? " No news yet from " : " No news at present from ");
    if (st->silent == all && all > 1)
        buf_addz(out, "any");
    else
        number(out, st->silent);
    buf_addz(out, " of ");
    number(out, all);
    buf_addz(out, all == 1 ? " source." : " sources.");
}

/* Behind a call feed's name: the others. */
static void stale_others(const struct model *m, const struct statement_stale *st, struct buf *out)
{
    if (st->silent > 1) {
        buf_addz(out, ", nor from ");
        number(out, st->silent - 1);
        buf_addz(out, st->silent == 2 ? " other of " : " others of ");
        number(out, m->settings->source_count);
        buf_addz(out, " sources");
    }
    buf_addc(out, '.');
}

static void stale_clause(const struct model *m, int64_t now_ms, struct buf *out)
{
    struct statement_stale st = statement_staleness(m, now_ms);

    if (!st.stale)
        return;
    if (st.never > 1 && st.never == m->settings->source_count) {
        stale_count(m, &st, out);
    } else if (st.call_feed.len > 0 && st.since_ms != WHEN_UNKNOWN) {
        buf_addf(out, " No news from %.*s since ", SLICE_FMT(st.call_feed));
        local_time_clock(m->settings, st.since_ms, out);
        stale_others(m, &st, out);
    } else if (st.call_feed.len > 0) {
        buf_addf(out, " No news yet from %.*s", SLICE_FMT(st.call_feed));
        stale_others(m, &st, out);
    } else if (st.silent == 1 && st.never == 1) {
        buf_addf(out, " No news yet from %.*s.", SLICE_FMT(st.first_unheard));
    } else {
        stale_count(m, &st, out);
    }
}

/* ---- clauses ---- */

struct voice { /* what is told, and how */
    const struct model *m;
    const struct tally *t;
    const char *bold; /* around the figures that matter */
    bool long_form;
    struct buf *out;
};

/* Do those who go on go to a runoff, or from a primary to something else? */
static bool to_runoffs(const struct model *m)
{
    for (uint32_t i = 0; i < m->endorsed->count; i++)
        if (m->standings[i].outcome == OUTCOME_ADVANCED &&
            slice_eq_nocase(m->endorsed->list[i].election_type, SLICE("primary")))
            return false;
    return true;
}

/* What one of several figures is, with the words around it; nothing of 0. */
struct part {
    int64_t n;
    const char *before, *one, *many; /* "the race of ", " advances", " advance" */
};

/* "a", "a and b", "a, b and c", each "BEFORE n ONE-OR-MANY". */
static void list_parts(struct buf *out, const struct part *parts, size_t count)
{
    size_t left = 0, said = 0;

    for (size_t i = 0; i < count; i++)
        left += parts[i].n > 0;
    for (size_t i = 0; i < count; i++) {
        const struct part *p = &parts[i];
        if (p->n == 0)
            continue;
        left--;
        buf_addz(out, said++ == 0 ? "" : left > 0 ? ", " : " and ");
        buf_addz(out, p->before);
        number(out, p->n);
        buf_addz(out, p->n == 1 ? p->one : p->many);
    }
}

/* "nine advance to runoffs, 19 remain to be called and the race of one is void"; nothing when all
 * are zero. With `whole` the 19 are said to be of our 222. */
static void open_clause(const struct voice *v, bool whole)
{
    const int64_t *n = v->t->n;
    bool runoffs = to_runoffs(v->m);
    struct buf ones, many;
    char room[2][96];

    buf_init_over(&ones, room[0], sizeof room[0]);
    buf_init_over(&many, room[1], sizeof room[1]);
    if (whole && n[TALLY_ENDORSED] > 1) {
        buf_addz(&ones, " of our ");
        number(&ones, n[TALLY_ENDORSED]);
        buf_addz(&ones, " endorsed candidates' races");
        buf_add(&many, buf_slice(&ones));
    }
    buf_addz(&ones, " remains to be called");
    buf_addz(&many, " remain to be called");
    const struct part parts[] = {
        {n[TALLY_ADVANCED], "", runoffs ? " advances to a runoff" : " advances to the next round",
         runoffs ? " advance to runoffs" : " advance to the next round"},
        {n[TALLY_PENDING] - n[TALLY_VOID], "", room[0], room[1]},
        {n[TALLY_VOID], n[TALLY_VOID] == 1 ? "the race of " : "the races of ", " is void",
         " are void"},
    };
    list_parts(v->out, parts, sizeof parts / sizeof parts[0]);
}

/* "129 won": seats, nominations and measures are never one number. */
static void wins(const struct voice *v)
{
    const int64_t *n = v->t->n;
    bool one = tally_is_of_one_kind(v->t);
    const struct part parts[] = {
        {n[TALLY_WON_SEATS], "", one ? " won" : " won a seat", one ? " won" : " won seats"},
        {n[TALLY_WON_NOMINATIONS], "", " won a nomination", " won nominations"},
        {n[TALLY_WON_MEASURES], "", " won a measure", " won measures"},
    };

    buf_addz(v->out, v->bold);
    list_parts(v->out, parts, sizeof parts / sizeof parts[0]);
    buf_addz(v->out, v->bold);
}

/* "129 won (66%), across 23 states, including 36 flips" */
static void won_clause(const struct voice *v)
{
    const struct tally *t = v->t;
    struct buf *out = v->out;
    int64_t places = tally_states_won(t), flips = t->n[TALLY_FLIPS];
    char percent[32];

    wins(v);
    if (tally_is_of_one_kind(t) &&
        tally_percent(v->m->settings, t->n[TALLY_WON], t->n[TALLY_CALLED], percent))
        buf_addf(out, " (%s%%)", percent);
    if (t->n[TALLY_UNDER_REVIEW] > 0) {
        buf_addz(out, " (");
        number(out, t->n[TALLY_UNDER_REVIEW]);
        buf_addz(out, " under review)");
    }
    if (places > 0) {
        buf_addz(out, places == 1 ? ", in " : ", across ");
        number(out, places);
        buf_addz(out, places == 1 ? " state" : " states");
    }
    if (flips > 0) {
        buf_addz(out, ", including ");
        number(out, flips);
        buf_addz(out, flips == 1 ? " flip" : " flips");
    }
}

/* "two lost": where nobody has won, else it follows from the others. */
static void lost_clause(const struct voice *v)
{
    buf_addz(v->out, v->bold);
    number(v->out, v->t->n[TALLY_LOST]);
    buf_addf(v->out, " lost%s", v->bold);
}

/* "10:12 p.m. ET on Nov. 4", and in the long form when a source last answered. */
static void as_of(const struct voice *v)
{
    const struct model *m = v->m;

    local_time_write(m->settings, m->last_change_ms, v->out);
    if (v->long_form && m->checked_ms != WHEN_UNKNOWN) {
        buf_addz(v->out, " (checked at ");
        local_time_clock(m->settings, m->checked_ms, v->out);
        buf_addc(v->out, ')');
    }
}

static void called_sentence(const struct voice *v)
{
    const struct tally *t = v->t;
    struct buf *out = v->out;
    int64_t called = t->n[TALLY_CALLED];

    buf_addz(out, "As of ");
    as_of(v);
    buf_addz(out, ", ");
    if (t->n[TALLY_ENDORSED] == 1) {
        buf_addz(out, "our one endorsed candidate's race has been called");
    } else {
        buf_addz(out, v->bold);
        number(out, called);
        buf_addz(out, " of our ");
        number(out, t->n[TALLY_ENDORSED]);
        buf_addz(out, v->bold);
        buf_addf(out, " endorsed candidates' races %s been called", called == 1 ? "has" : "have");
    }
    buf_addz(out, ": ");
    if (t->n[TALLY_WON] > 0)
        won_clause(v);
    else
        lost_clause(v);
    if (t->n[TALLY_ADVANCED] + t->n[TALLY_PENDING] > 0)
        buf_addz(out, "; ");
    open_clause(v, false);
    buf_addc(out, '.');
}

/* A race whose places are filled is called, and who goes on has neither won nor lost. */
const char *statement_none(const struct tally *t)
{
    bool called = t->n[TALLY_RACES_CALLED] > 0 || t->n[TALLY_ADVANCED] > 0;

    return called ? "No wins or losses called yet" : "No races called yet";
}

static void uncalled_sentence(const struct voice *v)
{
    const struct model *m = v->m;

    buf_addz(v->out, statement_none(v->t));
    if (v->t->n[TALLY_ENDORSED] > 0) {
        buf_addz(v->out, "; ");
        if (m->last_change_ms != WHEN_UNKNOWN && m->checked_ms != WHEN_UNKNOWN) {
            buf_addz(v->out, "as of ");
            as_of(v);
            buf_addz(v->out, ", ");
        }
        open_clause(v, true);
    }
    buf_addc(v->out, '.');
}

/* ---- the long form ---- */

/* " Called by AP: 150; by our desk: 40; unopposed: three." Who advances was called by somebody too,
 * and is not among those that the sentence says are called. */
static void who_called(const struct voice *v)
{
    static const struct {
        const char *name, *says;
    } names[] = {{"desk", "by our desk"},
                 {"ap", "by AP"},
                 {"ddhq", "by DDHQ"},
                 {"official", "by election officials"},
                 {"unopposed", "unopposed"}};
    const char *before = v->t->n[TALLY_ADVANCED] ? " Called, with those who advance, " : " Called ";

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        int rank = calls_rank(v->m->settings, slice_of(names[i].name));
        if (rank < 0 || v->t->called_by[rank] == 0)
            continue;
        buf_addf(v->out, "%s%s: ", before, names[i].says);
        number(v->out, v->t->called_by[rank]);
        before = "; ";
    }
    if (before[0] == ';')
        buf_addc(v->out, '.');
}

/* " Flips from Democratic: one; from Republican: 35." */
static void flips_from(const struct voice *v)
{
    const char *before = " Flips ";

    for (size_t i = 0; i < TALLY_PARTIES; i++) {
        const struct tally_party *from = &v->t->flips_from[i];
        if (from->flips == 0)
            continue;
        if (slice_is(from->party, TALLY_UNSTATED))
            buf_addf(v->out, "%sfrom a party that is not stated: ", before);
        else
            buf_addf(v->out, "%sfrom %.*s: ", before, SLICE_FMT(from->party));
        number(v->out, from->flips);
        before = "; ";
    }
    if (before[0] == ';')
        buf_addc(v->out, '.');
}

static void among_cycles(const struct voice *v)
{
    static const char *const words[] = {
        [TALLY_NO_RECORD] = "",
        [TALLY_RECORD_SO_FAR] = " The share won is the highest of the recorded cycles so far.",
        [TALLY_RECORD] = " The share won is the highest of the recorded cycles.",
    };

    buf_addz(v->out, words[tally_record(v->m->settings, v->t)]);
}

void statement_write(const struct model *m, const struct tally *t, enum statement_style style,
                     int64_t now_ms, struct buf *out)
{
    static const char *const prefix[] = {
        [MODE_LIVE] = "",
        [MODE_TEST] = "TEST: ",
        [MODE_REHEARSAL] = "REHEARSAL: ",
    };
    struct voice v = {.m = m,
                      .t = t,
                      .bold = style == STATEMENT_SLACK ? "*" : "",
                      .long_form = style == STATEMENT_LONG,
                      .out = out};

    buf_addz(out, prefix[m->settings->mode]);
    if (t->n[TALLY_CALLED] > 0)
        called_sentence(&v);
    else
        uncalled_sentence(&v);
    if (v.long_form) {
        who_called(&v);
        flips_from(&v);
        among_cycles(&v);
    }
    stale_clause(m, now_ms, out);
}
