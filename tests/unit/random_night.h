/* SPDX-License-Identifier: ISC */
/* Random election nights: a list of endorsements, sources of every kind, and what happens, all out
 * of one seed. A night is made in full before it is played, so that it can be played twice, in
 * another order, or half. */
#ifndef TALLYD_TESTS_RANDOM_NIGHT_H
#define TALLYD_TESTS_RANDOM_NIGHT_H

#include "tests/unit/random_races.h"

/* ---- sources ---- */

/* A source's contest of such a race has one or more of ours. */
static inline void rn_lines(struct random_night *n, const struct rn_race *r, struct rn_said *x)
{
    int left = 0;

    for (int i = 0; i < r->choice_count; i++)
        left += r->choices[i].ours >= 0;
    for (int i = 0; r->apart && i < r->choice_count; i++)
        if (r->choices[i].ours >= 0 && left > 1 && rn_chance(n, 40)) {
            x->lacks[i] = true;
            left--;
        }
}

static inline bool rn_votes_taken(const struct random_night *n, uint32_t source, int race)
{
    for (uint32_t s = 0; s < source; s++)
        if (n->sources[s].votes && n->said[s][race].has)
            return true;
    return false;
}

static inline void rn_source(struct random_night *n, const char *name, const char *authority,
                             enum calls_from calls, const char *county)
{
    uint32_t at = (uint32_t)n->s.source_count++;
    struct settings_source *s = &n->sources[at];
    bool disjoint = (n->traits & RN_DISJOINT) != 0, caller = strcmp(authority, "official") != 0;

    *s = (struct settings_source){
        .name = slice_of(name),
        .authority = slice_of(authority),
        .votes = !(disjoint && caller) && rn_chance(n, 90),
        .calls = n->traits & RN_SILENT ? CALLS_NO : calls,
        .county = slice_of(county),
        .covers_county = county[0] != '\0',
        .priority = rn_below(n, 3),
        .stale_after_ms = rn_chance(n, 50) ? 10 * WHEN_MINUTE : 60 * WHEN_MINUTE,
        .files = night_files,
        .file_count = 1,
    };
    n->status[at] = RESULTS_UNOFFICIAL;
    for (int i = 0; i < n->race_count; i++) {
        bool fits = s->covers_county == (n->races[i].kind == RN_COUNTIES);
        bool free = !disjoint || !s->votes || s->covers_county || !rn_votes_taken(n, at, i);
        n->said[at][i] = (struct rn_said){.has = fits && free && rn_chance(n, 80)};
        rn_lines(n, &n->races[i], &n->said[at][i]);
    }
}

static inline void rn_sources(struct random_night *n)
{
    if (rn_chance(n, 70))
        rn_source(n, "ap", "ap", CALLS_YES, "");
    if (rn_chance(n, 50))
        rn_source(n, "ddhq", "ddhq", CALLS_YES, "");
    if (rn_chance(n, 80))
        rn_source(n, "state", "official", (enum calls_from)rn_below(n, 3), "");
    if (rn_chance(n, 40))
        rn_source(n, "votes", "official", CALLS_NO, "");
    for (int i = 0; i < n->race_count; i++)
        if (n->races[i].kind == RN_COUNTIES) {
            rn_source(n, "fulton", "official", CALLS_NO, "Fulton");
            rn_source(n, "cobb", "official", CALLS_NO, "Cobb");
            if (!(n->traits & RN_DISJOINT) && rn_chance(n, 50))
                rn_source(n, "cobb-too", "official", CALLS_NO, "Cobb");
            break;
        }
    if (n->s.source_count == 0)
        rn_source(n, "votes", "official", CALLS_NO, "");
    if (!(n->traits & RN_DISJOINT) && rn_chance(n, 20) && n->s.source_count + 2 <= RN_SOURCES) {
        uint32_t at = (uint32_t)n->s.source_count;
        rn_source(n, "early", "official", CALLS_NO, "");
        rn_source(n, "day", "official", CALLS_NO, "");
        n->sources[at].part = SLICE("early");
        n->sources[at + 1].part = SLICE("day");
        n->sources[at].votes = n->sources[at + 1].votes = true;
        for (int i = 0; i < n->race_count; i++) /* one ballot, in two files */
            memcpy(n->said[at + 1][i].lacks, n->said[at][i].lacks, sizeof n->said[at][i].lacks);
    }
}

/* ---- the list ---- */

static inline const char *rn_word(int tri)
{
    return tri < 0 ? "" : tri ? "yes" : "no";
}

static inline void rn_row(struct random_night *n, const struct rn_ours *o, struct buf *csv)
{
    const struct rn_race *r = &n->races[o->race];
    bool counties = r->kind == RN_COUNTIES;

    buf_addf(csv, "%s,%s,%s,%s,%s,%d,%s,%s,%s,%s,%s,%s,%s,", o->id, o->name, r->state, r->office,
             r->level, o->race + 1, o->party, o->held_by, o->status, o->wins, rn_word(o->flip),
             rn_word(o->incumbent), rn_word(o->opponent));
    if (o->others >= 0)
        buf_addf(csv, "%d", (int)o->others);
    buf_addf(csv, ",%s,%s,", counties ? "Fulton|Cobb" : "", o->side ? o->side : "");
    if (r->seats_in_list)
        buf_addf(csv, "%d", (int)r->seats);
    buf_addc(csv, ',');
    if (r->places_in_list && r->places > 0)
        buf_addf(csv, "%d", (int)r->places);
    buf_addf(csv, ",%s,%s,%s,%s%s%s,", r->id, r->kind == RN_PRIMARY ? "D" : "",
             r->kind == RN_CROSSED ? "primary" : "", o->tag[0] ? o->tag[0] : "",
             o->tag[0] && o->tag[1] ? "|" : "", o->tag[1] ? o->tag[1] : "");
    for (size_t s = 0, first = 1; s < n->s.source_count; s++)
        if (n->said[s][o->race].has) {
            buf_addf(csv, "%s%.*s=%d", first ? "" : "|", SLICE_FMT(n->sources[s].name),
                     o->race + 1);
            if (r->kind == RN_CROSSED)
                buf_addf(csv, "|%.*s=%dr", SLICE_FMT(n->sources[s].name), o->race + 1);
            first = 0;
        }
    buf_addc(csv, '\n');
}

static inline void rn_list(struct random_night *n)
{
    struct buf csv, problems;
    struct err e;

    buf_init(&csv, 1 << 16);
    buf_init(&problems, 1 << 16);
    buf_addz(
        &csv,
        "endorsement_id,candidate_name,state,office,office_level,district,party,held_by,"
        "status,wins,flip,incumbent,opponent_incumbent,seats_held_by_others,counties,"
        "choice,seats_to_fill,advance_to,race_id,contest_party,election_type,tags,source_hints\n");
    for (int i = 0; i < n->ours_count; i++)
        rn_row(n, &n->ours[i], &csv);
    if (!endorse_parse(arena_copy(n->a, buf_slice(&csv)), NULL, 0, NIGHT_DATE, n->a, &n->list,
                       &problems, &e))
        fail_msg("endorsements: %s %.*s", e.text, SLICE_FMT(buf_slice(&problems)));
    buf_done(&csv);
    buf_done(&problems);
}

/* ---- what happens ---- */

/* Nothing of a contest looks like a place loaded twice. */
static inline void rn_calm_down(const struct rn_race *r, struct rn_said *x, const int64_t *old,
                                int primary)
{
    int64_t was = 0, is = 0;
    int first = -1;

    for (int i = r->choice_count; i-- > 0;)
        if (r->choices[i].primary == primary && !x->lacks[i]) {
            was += old[i];
            is += x->votes[i];
            first = i;
        }
    if (first >= 0 && is * 10 > was * 18 && is * 10 < was * 22)
        x->votes[first] += was;
}

/* More votes; wilder nights know falls, zeros, swaps and double loads. */
static inline void rn_count(struct random_night *n, const struct rn_race *r, struct rn_said *x)
{
    bool wild = !(n->traits & RN_CALM);
    int64_t most = rn_chance(n, 20) ? 4000 : 300;
    int how = wild ? rn_below(n, 40) : 99;
    int64_t old[RN_CHOICES];

    for (int i = 0; i < r->choice_count; i++) {
        int64_t more = random_between(&n->rnd, 0, r->choices[i].write_in ? 20 : most);
        old[i] = x->votes[i];
        x->votes[i] = how == 0   ? 0
                      : how == 1 ? x->votes[i] * 2
                      : how == 2 ? x->votes[i] - x->votes[i] * rn_below(n, 40) / 100
                                 : x->votes[i] + more;
    }
    if (how == 3) {
        int64_t swapped = x->votes[0];
        x->votes[0] = x->votes[r->choice_count - 1];
        x->votes[r->choice_count - 1] = swapped;
    }
    for (int i = 0; i < r->choice_count; i++)
        x->votes[i] = x->lacks[i] ? 0 : x->votes[i];
    for (int primary = 0; !wild && primary < 2; primary++)
        rn_calm_down(r, x, old, primary);
}

static inline int rn_marked(const struct rn_race *r, const struct rn_said *x, int primary,
                            enum results_mark m)
{
    int count = 0;

    for (int i = 0; i < r->choice_count; i++)
        count +=
            x->mark[i] == m && r->choices[i].primary == primary &&
            (i == 0 || r->choices[i - 1].person != r->choices[i].person || x->mark[i - 1] != m);
    return count;
}

static inline void rn_set_mark(const struct rn_race *r, struct rn_said *x, int choice,
                               enum results_mark m)
{
    for (int i = 0; i < r->choice_count; i++)
        if (r->choices[i].person == r->choices[choice].person &&
            r->choices[i].primary == r->choices[choice].primary)
            x->mark[i] = m;
}

/* An official flag may follow whoever has most: from the one it was on, to another. */
static inline bool rn_move(struct random_night *n, const struct rn_race *r, struct rn_said *x,
                           int to)
{
    for (int i = 0; i < r->choice_count; i++)
        if (x->mark[i] == RESULTS_WON && r->choices[i].primary == r->choices[to].primary &&
            rn_chance(n, 6)) {
            rn_set_mark(r, x, i, RESULTS_UNMARKED);
            rn_set_mark(r, x, to, RESULTS_WON);
            return true;
        }
    return false;
}

/* An authority makes up its mind, or takes it back. *cleared: how many marks this payload takes
 * back: in calm nights one at most. */
static inline void rn_mark(struct random_night *n, uint32_t source, int race, int *cleared)
{
    const struct rn_race *r = &n->races[race];
    struct rn_said *x = &n->said[source][race];
    bool official = slice_is(n->sources[source].authority, "official");
    bool calm = (n->traits & RN_CALM) != 0;
    int c = rn_below(n, r->choice_count);

    if (strcmp(r->choices[c].name, "Write-in") == 0 || x->lacks[c])
        return;
    if (x->mark[c] != RESULTS_UNMARKED) {
        if (rn_chance(n, 12) && !(calm && (official || *cleared > 0))) {
            rn_set_mark(r, x, c, RESULTS_UNMARKED);
            (*cleared)++;
        }
        return;
    }
    if ((official && rn_move(n, r, x, c)) || !rn_chance(n, 25))
        return;
    bool outright =
        calm && rn_marked(r, x, r->choices[c].primary, RESULTS_WON) > 0; /* then nobody goes on */
    bool next_round = calm && rn_marked(r, x, r->choices[c].primary, RESULTS_ADVANCED) > 0;
    if (r->places > 0 && !outright && (next_round || rn_chance(n, 80))) {
        if (rn_marked(r, x, r->choices[c].primary, RESULTS_ADVANCED) < r->places ||
            (!calm && rn_chance(n, 10)))
            rn_set_mark(r, x, c, RESULTS_ADVANCED);
    } else if (rn_chance(n, 80)) {
        if (rn_marked(r, x, r->choices[c].primary, RESULTS_WON) < r->seats ||
            (!calm && rn_chance(n, 10)))
            rn_set_mark(r, x, c, RESULTS_WON);
    } else {
        rn_set_mark(r, x, c, RESULTS_LOST);
    }
}

/* A contest of a race: its only one, or one of two primaries. */
static inline void rn_contest_of(struct random_night *n, uint32_t source, int race, int primary,
                                 struct buf *out)
{
    static const char *const marks[RESULTS_MARKS] = {"", " ; won", " ; lost", " ; advanced"};
    const struct rn_race *r = &n->races[race];
    const struct rn_said *x = &n->said[source][race];
    const struct settings_source *s = &n->sources[source];
    const char *party = r->kind != RN_CROSSED ? "" : primary ? "REP " : "DEM ";

    buf_addf(out, "contest %d%s|%s%s|%s ;", race + 1, primary ? "r" : "", party, r->text, r->state);
    if (s->calls != CALLS_NO)
        buf_addz(out, " stated");
    if (r->seats_in_feeds)
        buf_addf(out, " seats=%d", (int)r->seats);
    if (r->places > 0 && !r->places_in_list)
        buf_addf(out, " places=%d", (int)r->places);
    if (r->kind == RN_RANKED)
        buf_addz(out, " ranked");
    buf_addc(out, '\n');
    for (int i = 0; i < r->choice_count; i++) {
        const struct rn_choice *c = &r->choices[i];
        if (c->primary == primary && !x->lacks[i])
            buf_addf(out, "choice %d|%s|%s%s%s\n", i + 1, c->name, c->party,
                     c->write_in ? " ; write-in" : "",
                     c->write_in && marks[x->mark[i]][0] ? marks[x->mark[i]] + 2
                                                         : marks[x->mark[i]]);
    }
    buf_addz(out, "total");
    for (int i = 0; i < r->choice_count; i++)
        if (r->choices[i].primary == primary && !x->lacks[i])
            buf_addf(out, " %lld", (long long)x->votes[i]);
    buf_addc(out, '\n');
}

static inline void rn_contest(struct random_night *n, uint32_t source, int race, struct buf *out)
{
    for (int primary = 0; primary < (n->races[race].kind == RN_CROSSED ? 2 : 1); primary++)
        /* Who is lost in the one primary that was seen is so until another is: that is an order. */
        if (primary == 0 || (n->traits & (RN_CALM | RN_DISJOINT)) || !rn_chance(n, 3))
            rn_contest_of(n, source, race, primary, out);
}

static inline void rn_json_text(struct buf *out, const char *key, const char *value)
{
    buf_addf(out, "\"%s\":\"%s\",", key, value);
}

/* A contest as the reference reads it. */
static inline void rn_contest_json(struct random_night *n, uint32_t source, int race, int primary,
                                   struct buf *out)
{
    static const char *const marks[RESULTS_MARKS] = {"null", "\"won\"", "\"lost\"", "\"advanced\""};
    const struct rn_race *r = &n->races[race];
    const struct rn_said *x = &n->said[source][race];

    const char *comma = "";

    buf_addf(out, "{\"id\":\"%d%s\",\"county\":\"\",", race + 1, primary ? "r" : "");
    rn_json_text(out, "primary", r->kind != RN_CROSSED ? "" : primary ? "rep" : "dem");
    rn_json_text(out, "text", r->text);
    rn_json_text(out, "race", r->id);
    buf_addf(out, "\"stated\":%s,\"ranked\":%s,\"reporting\":null,\"units\":null,",
             n->sources[source].calls != CALLS_NO ? "true" : "false",
             r->kind == RN_RANKED ? "true" : "false");
    buf_addf(out, "\"seats\":%d,\"places\":%d,\"choices\":[",
             r->seats_in_feeds ? (int)r->seats : -1, !r->places_in_list ? (int)r->places : -1);
    for (int i = 0; i < r->choice_count; i++) {
        const struct rn_choice *c = &r->choices[i];
        if (c->primary != primary || x->lacks[i])
            continue;
        buf_addf(out, "%s{", comma);
        comma = ",";
        rn_json_text(out, "name", c->name);
        rn_json_text(out, "party", c->party);
        buf_addf(out, "\"write_in\":%s,\"mark\":%s,\"ours\":[", c->write_in ? "true" : "false",
                 marks[x->mark[i]]);
        if (c->ours >= 0)
            buf_addf(out, "\"%s\"", n->ours[c->ours].id);
        buf_addz(out, "]}");
    }
    buf_addz(out, "],\"total\":[");
    comma = "";
    for (int i = 0; i < r->choice_count; i++) {
        if (r->choices[i].primary != primary || x->lacks[i])
            continue;
        buf_addf(out, "%s%lld", comma, (long long)x->votes[i]);
        comma = ",";
    }
    buf_addz(out, "]}");
}

static inline void rn_note_wins(struct random_night *n, uint32_t source)
{
    for (int r = 0; r < n->race_count; r++)
        for (int i = 0; n->said[source][r].has && i < n->races[r].choice_count; i++)
            if (n->said[source][r].mark[i] == RESULTS_WON && n->races[r].choices[i].ours >= 0)
                n->once_won[source][n->races[r].choices[i].ours] = true;
}

/* A new payload of a source. */
static inline void rn_batch(struct random_night *n, struct rn_event *ev)
{
    uint32_t s = ev->source;
    bool wild = !(n->traits & RN_CALM), older = wild && rn_chance(n, 4), early;
    struct buf text, json;
    int cleared = 0, contests = 0;

    buf_init(&text, 1 << 16);
    buf_init(&json, 1 << 18);
    early = ev->now_ms < NIGHT_AT(0);
    if (rn_chance(n, 15) && n->status[s] < RESULTS_CERTIFIED)
        n->status[s]++;
    n->own[s] = ev->now_ms - (older ? 45 : 1) * WHEN_MINUTE / 2;
    buf_addf(&text, "facts status=%d", (int)n->status[s]);
    if (!wild || rn_chance(n, 50)) { /* a calm feed says nothing again that it has said before */
        char when[25];
        when_format(n->own[s], when);
        buf_addf(&text, " own=%s", when);
    }
    if (wild && rn_chance(n, 2))
        buf_addz(&text, " test=1");
    buf_addc(&text, '\n');
    for (int r = 0; r < n->race_count; r++) {
        struct rn_said *x = &n->said[s][r];
        if (!x->has || (wild && rn_chance(n, 4)))
            continue;
        if (!rn_chance(n, 20) && (!early || rn_chance(n, 10)))
            rn_count(n, &n->races[r], x);
        if (n->sources[s].authority.len && rn_chance(n, 70))
            rn_mark(n, s, r, &cleared);
        rn_contest(n, s, r, &text);
        if (n->company && rn_chance(n, 5))
            buf_addz(&text, "bad line 7: votes is no number\n");
        for (int p = 0; p < (n->races[r].kind == RN_CROSSED ? 2 : 1); p++) {
            buf_addz(&json, contests++ ? "," : "");
            rn_contest_json(n, s, r, p, &json);
        }
    }
    /* no payload is empty, and no single bad contest refuses it */
    for (int i = 0; i < (n->company ? 700 : contests == 0); i++)
        buf_addf(&text, "contest x%d|Dog Catcher %d|WY\nchoice 1|Zed Zulu|\ntotal 0\n", i, i);
    rn_note_wins(n, s);
    ev->text = arena_printf(n->a, "%.*s", SLICE_FMT(buf_slice(&text))).ptr;
    ev->json = arena_copy(n->a, buf_slice(&json));
    ev->status = n->status[s];
    ev->digest = digest_of(slice_of(ev->text));
    n->last_text[s] = ev->text;
    buf_done(&text);
    buf_done(&json);
}

static inline void rn_decide(struct random_night *n, struct rn_event *ev)
{
    const struct rn_ours *o = &n->ours[rn_below(n, n->ours_count)];
    struct slice race = slice_of(n->races[o->race].id);
    struct decision *d = &ev->decision;

    ev->type = EVENT_DECISION;
    *d = (struct decision){.reason = SLICE("a reason"), .by = SLICE("desk-1")};
    switch (rn_below(n, 6)) {
    case 0:
    case 1:
        d->verb = SLICE("call");
        d->target = slice_of(o->id);
        d->argument = slice_of(RN_PICK(n, "won", "won", "lost", "advanced"));
        break;
    case 2:
        d->verb = SLICE("uncall");
        d->target = slice_of(o->id);
        break;
    case 3:
        d->verb = SLICE("freeze");
        d->target = rn_chance(n, 80) ? race : SLICE("");
        break;
    case 4:
        d->verb = SLICE("release");
        d->target = rn_chance(n, 80) ? race : SLICE("");
        break;
    default:
        d->verb = SLICE("mark");
        d->target = race;
        d->argument = slice_of(RN_PICK(n, "recount", "tie", "contested", "contested off",
                                       "certified", "void", "void off"));
    }
}

static inline void rn_event(struct random_night *n, int64_t now_ms)
{
    struct rn_event *ev = &n->events[n->event_count++];
    uint32_t s = (uint32_t)rn_below(n, (int)n->s.source_count);
    int what = rn_below(n, 100);

    *ev = (struct rn_event){.type = EVENT_BATCH, .source = s, .now_ms = now_ms};
    if ((n->traits & RN_DESK) && rn_chance(n, 25))
        rn_decide(n, ev);
    else if (what < 8 || (what < 20 && !n->last_text[s]))
        ev->type = EVENT_TICK;
    else if (what < 16)
        ev->type = EVENT_UNCHANGED;
    else if (what < 20)
        ev->type = EVENT_FAILED;
    else
        rn_batch(n, ev);
    if (ev->type == EVENT_UNCHANGED) {
        ev->text = n->last_text[s];
        ev->digest = digest_of(slice_of(ev->text));
    }
}

/* ---- the whole ---- */

static inline void rn_settings(struct random_night *n)
{
    static const char *const states_used[] = {"GA", "PA", "NC", "DC", "NY", "WY"};
    static const char *const order[] = {"desk", "ap", "ddhq", "official"};

    for (int i = 0; i < 6; i++)
        n->polls[i] = (struct settings_polls){
            .state = slice_of(states_used[i]), .minute = 19 * 60, .zone = n->zone};
    for (int i = 0; i < 4; i++)
        n->order[i] = slice_of(order[i]);
    n->s = (struct settings){
        .election = SLICE("Random night"),
        .mode = MODE_LIVE,
        .zone = n->zone,
        .date = NIGHT_DATE,
        .sources = n->sources,
        .polls = n->polls,
        .polls_count = 6,
        .call_order = n->order,
        .call_order_count = 4,
        .guards = settings_guards_default,
        .percent = (enum percent_rounding)rn_below(n, 3),
        .percent_from = rn_below(n, 2) * 10,
        .seed = n->seed,
    };
}

static inline void random_night_open(struct random_night *n, uint64_t seed, uint32_t traits)
{
    memset(n, 0, sizeof *n);
    n->seed = seed;
    n->traits = traits;
    n->rnd.state = seed * UINT64_C(0x9e3779b97f4a7c15) + traits + 1;
    n->a = arena_new((size_t)64 << 20);
    n->zone = night_zone();
    n->company = !(traits & RN_CALM) && rn_chance(n, 2);
    rn_settings(n);
    for (int i = 1 + rn_below(n, RN_RACES), k = 0; k < i && n->ours_count < RN_OURS - RN_PEOPLE;
         k++) {
        enum rn_kind kind = (enum rn_kind)rn_below(n, RN_KINDS);
        rn_race(n, kind == RN_UNOPPOSED && (traits & RN_SILENT) ? RN_SINGLE : kind);
    }
    rn_sources(n);
    rn_list(n);
    int64_t now = NIGHT_AT(traits & RN_CALM ? 1 : -30);
    int events = 5 + rn_below(n, RN_EVENTS - 5);
    while (n->event_count < events) {
        int64_t most = rn_chance(n, 10) ? 3000 : rn_chance(n, 40) ? 40 : 300;
        now += random_between(&n->rnd, 1, most) * WHEN_SECOND;
        now += now == NIGHT_AT(0) ? WHEN_SECOND : 0; /* then who was first would be to tell */
        rn_event(n, now);
    }
}

static inline void random_night_close(struct random_night *n)
{
    zone_free(n->zone);
    arena_free(n->a);
}

#endif
