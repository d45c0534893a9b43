/* SPDX-License-Identifier: ISC */
/* The sentence, clause by clause. */
#include "daemon/core/statement.h"

#include <inttypes.h>

#include "daemon/base/when.h"
#include "daemon/core/feed.h"
#include "daemon/core/local_time.h"

/* One to nine in words, as newsrooms write numbers. */
static void number(struct buf *out, int64_t n)
{
    static const char *const words[] = {"no",   "one", "two",   "three", "four",
                                        "five", "six", "seven", "eight", "nine"};
    if (n >= 0 && n <= 9)
        buf_addz(out, words[n]);
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

static bool has_open_race(const struct model *m, uint32_t source)
{
    void *value;
    size_t at = 0;
    struct slice key;

    while (map_next(m->feeds[source].contests, &at, &key, &value)) {
        const struct feed_contest *c = value;
        if (c->race != NONE && m->races[c->race].status != RACE_CALLED)
            return true;
    }
    return false;
}

static bool all_settled(const struct model *m)
{
    for (uint32_t i = 0; i < m->race_count; i++)
        if (m->races[i].status != RACE_CALLED)
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
        bool silent = unheard(m, s); /* what it would have is unknown: it counts as open */
        if (!call_feed && !silent && !has_open_race(m, s))
            continue;
        out.open++;
        if (!source_stale(m, s, now_ms, &since))
            continue;
        out.sources++;
        if (silent && out.unheard++ == 0)
            out.first_unheard = source->name;
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
        for (size_t f = 0;
             source->calls != CALLS_NO && source->stale_after_ms > 0 && f < file_count(m, s); f++) {
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
           a->unheard == b->unheard && slice_eq(a->first_unheard, b->first_unheard) &&
           slice_eq(a->call_feed, b->call_feed) && a->since_ms == b->since_ms;
}

static void stale_count(const struct statement_stale *st, struct buf *out)
{
    bool never = st->unheard == st->sources;

    buf_addz(out, never ? " No news yet from " : " No news at present from ");
    number(out, st->sources);
    buf_addz(out, " of ");
    number(out, st->open);
    buf_addz(out, st->open == 1 ? " source" : " sources");
    buf_addz(out, st->unheard == 0 ? " with open races." : ".");
}

static void stale_clause(const struct model *m, int64_t now_ms, struct buf *out)
{
    struct statement_stale st = statement_staleness(m, now_ms);

    if (!st.stale)
        return;
    if (st.unheard > 1 && st.unheard == m->settings->source_count) {
        buf_addz(out, " No news yet from any of ");
        number(out, st.unheard);
        buf_addz(out, " sources.");
    } else if (st.call_feed.len > 0 && st.since_ms != WHEN_UNKNOWN) {
        buf_addf(out, " No news from %.*s since ", SLICE_FMT(st.call_feed));
        local_time_clock(m->settings, st.since_ms, out);
        buf_addc(out, '.');
    } else if (st.call_feed.len > 0) {
        buf_addf(out, " No news yet from %.*s.", SLICE_FMT(st.call_feed));
    } else if (st.sources == 1 && st.unheard == 1) {
        buf_addf(out, " No news yet from %.*s.", SLICE_FMT(st.first_unheard));
    } else {
        stale_count(&st, out);
    }
}

/* ---- clauses ---- */

/* Do those who go on go to a runoff, or from a primary to something else? */
static bool to_runoffs(const struct model *m)
{
    for (uint32_t i = 0; i < m->endorsed->count; i++)
        if (m->standings[i].outcome == OUTCOME_ADVANCED &&
            slice_eq_nocase(m->endorsed->list[i].election_type, SLICE("primary")))
            return false;
    return true;
}

/* "nine advance to runoffs and 20 remain to be called"; nothing when both are zero. With `whole`
 * the 20 are said to be of our 222. */
static void open_clause(const struct model *m, const struct tally *t, bool whole, struct buf *out)
{
    int64_t advanced = t->n[TALLY_ADVANCED], pending = t->n[TALLY_PENDING];
    bool one = advanced == 1;

    if (advanced > 0) {
        number(out, advanced);
        if (to_runoffs(m))
            buf_addz(out, one ? " advances to a runoff" : " advance to runoffs");
        else
            buf_addz(out, one ? " advances to the next round" : " advance to the next round");
    }
    if (advanced > 0 && pending > 0)
        buf_addz(out, " and ");
    if (pending > 0) {
        number(out, pending);
        if (whole && t->n[TALLY_ENDORSED] > 1) {
            buf_addz(out, " of our ");
            number(out, t->n[TALLY_ENDORSED]);
            buf_addz(out, " endorsed candidates' races");
        }
        buf_addz(out, pending == 1 ? " remains to be called" : " remain to be called");
    }
}

/* "129 won": seats and nominations are never one number. */
static void wins(const struct tally *t, struct buf *out)
{
    int64_t seats = t->n[TALLY_WON_SEATS], nominations = t->n[TALLY_WON_NOMINATIONS];

    if (seats > 0) {
        number(out, seats);
        buf_addz(out, nominations == 0 ? " won" : seats == 1 ? " won a seat" : " won seats");
    }
    if (seats > 0 && nominations > 0)
        buf_addz(out, " and ");
    if (nominations > 0) {
        number(out, nominations);
        buf_addz(out, nominations == 1 ? " won a nomination" : " won nominations");
    }
}

/* "129 won (66%), across 23 states, including 36 flips" */
static void won_clause(const struct model *m, const struct tally *t, struct buf *out)
{
    int64_t places = tally_states_won(t), flips = t->n[TALLY_FLIPS];
    bool one_kind = t->n[TALLY_WON_SEATS] == 0 || t->n[TALLY_WON_NOMINATIONS] == 0;
    char percent[32];

    wins(t, out);
    if (one_kind && tally_percent(m->settings, t->n[TALLY_WON], t->n[TALLY_CALLED], percent))
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

static void called_sentence(const struct model *m, const struct tally *t, struct buf *out)
{
    int64_t called = t->n[TALLY_CALLED];

    buf_addz(out, "As of ");
    local_time_write(m->settings, m->last_change_ms, out);
    buf_addz(out, ", ");
    if (t->n[TALLY_ENDORSED] == 1) {
        buf_addz(out, "our one endorsed candidate's race has been called");
    } else {
        number(out, called);
        buf_addz(out, " of our ");
        number(out, t->n[TALLY_ENDORSED]);
        buf_addf(out, " endorsed candidates' races %s been called", called == 1 ? "has" : "have");
    }
    if (t->n[TALLY_WON] > 0) {
        buf_addz(out, ": ");
        won_clause(m, t, out);
    }
    if (t->n[TALLY_ADVANCED] + t->n[TALLY_PENDING] > 0)
        buf_addz(out, "; ");
    open_clause(m, t, false, out);
}

static void uncalled_sentence(const struct model *m, const struct tally *t, struct buf *out)
{
    buf_addz(out, "No races called yet");
    if (t->n[TALLY_ENDORSED] == 0)
        return;
    buf_addz(out, "; ");
    if (m->last_change_ms != WHEN_UNKNOWN && m->checked_ms != WHEN_UNKNOWN) {
        buf_addz(out, "as of ");
        local_time_write(m->settings, m->last_change_ms, out);
        buf_addz(out, ", ");
    }
    open_clause(m, t, true, out);
}

void statement_write(const struct model *m, const struct tally *t, int64_t now_ms, struct buf *out)
{
    static const char *const prefix[] = {
        [MODE_LIVE] = "",
        [MODE_TEST] = "TEST: ",
        [MODE_REHEARSAL] = "REHEARSAL: ",
    };

    buf_addz(out, prefix[m->settings->mode]);
    if (t->n[TALLY_CALLED] > 0)
        called_sentence(m, t, out);
    else
        uncalled_sentence(m, t, out);
    buf_addc(out, '.');
    stale_clause(m, now_ms, out);
}
