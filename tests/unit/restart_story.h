/* SPDX-License-Identifier: ISC */
/* A random night that two cores see: one that goes on, and one that is made, again and again, of
 * what the first one made durable. After every event both must be the same. */
#ifndef TALLYD_TESTS_RESTART_STORY_H
#define TALLYD_TESTS_RESTART_STORY_H

#include "tests/unit/night.h"

#include <stdlib.h>

#include "daemon/base/map.h"
#include "daemon/core/decide.h"
#include "daemon/core/memo.h"
#include "tests/unit/random.h"
#include "tests/unit/sampled.h"

enum {
    CONTESTS = 3,
    CHOICES = 3,
    UNITS = 3,
    FILES = 2,
    EVENTS = 30,
    TEXTS = 200,
    ASIDE = PAYLOAD_ASIDE,
};

static const char *const list =
    "endorsement_id,candidate_name,state,office,district,race_id,seats_to_fill,source_hints,county,"
    "level\n"
    "ann,Ann Archer,GA,State Senate,1,senate,1,ap=1|ddhq=1|state=1|votes=1,,\n"
    "cat,Cat Cole,GA,School Board,2,board,2,ap=2|ddhq=2|state=2|votes=2,,\n"
    "dan,Dan Dorn,GA,School Board,2,board,2,ap=2|ddhq=2|state=2|votes=2,,\n"
    "eve,Eve Eden,GA,Sheriff,,sheriff,1,ap=3|ddhq=3|state=3|votes=3,Cobb,\n";

static const struct named {
    const char *text, *county, *choices[CHOICES];
} named[CONTESTS] = {
    {"State Senate District 1", "", {"Ann Archer", "Bob Baker", "Other One"}},
    {"School Board District 2", "", {"Cat Cole", "Dan Dorn", "Other Two"}},
    {"Sheriff", "Cobb", {"Eve Eden", "Fay Frost", "Other Three"}},
};

/* ---- what is durable ---- */

struct row {
    bool there;
    struct results batch;
    struct digest digest;
    int64_t received_ms, order;
};
struct disk_file {
    struct row rows[3]; /* by standing */
    struct slice memo;
    struct digest memo_of;
};
struct disk {
    struct disk_file files[NIGHT_SOURCES][FILES];
    struct feed_ruling rulings[400];
    size_t ruling_count;
    struct learned names[400];
    size_t name_count;
    struct seen {
        uint32_t source, file;
        struct digest digest;
    } digests[400];
    size_t digest_count;
    int64_t order;
    struct slice races[CONTESTS]; /* memos */
};

/* ---- a night ---- */

struct story {
    uint64_t seed;
    struct random rnd;
    struct night n; /* out: of the last event of `a`; core: unused after the start */
    struct core *a, *b;
    struct effects of_b;
    struct disk disk;
    int64_t votes[NIGHT_SOURCES][CONTESTS][UNITS][CHOICES];
    int mark[NIGHT_SOURCES][CONTESTS];
    bool renamed[NIGHT_SOURCES][CONTESTS];
    const char *said[NIGHT_SOURCES][FILES][TEXTS];
    int said_count[NIGHT_SOURCES][FILES];
    char log[EVENTS * 1000];
    size_t logged;
};

static inline int below(struct story *s, int n)
{
    return (int)random_below(&s->rnd, (uint64_t)n);
}

static inline bool chance(struct story *s, int percent)
{
    return below(s, 100) < percent;
}

__attribute__((format(printf, 2, 3))) static void note(struct story *s, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    int n = vsnprintf(s->log + s->logged, sizeof s->log - s->logged, fmt, ap);
    va_end(ap);
    if (n > 0 && s->logged + (size_t)n < sizeof s->log)
        s->logged += (size_t)n;
}

static inline uint32_t files_of(uint32_t source)
{
    return source == 2 ? 2 : 1;
}

static inline bool has(uint32_t source, uint32_t file, int contest)
{
    return source != 2 || (contest == 2) == (file == 1);
}

/* ---- payloads ---- */

/* What a feed does to the figures of a contest. */
static inline const char *change(struct story *s, int64_t votes[UNITS][CHOICES])
{
    int how = below(s, 20), u = 1 + below(s, UNITS - 1), k = below(s, CHOICES);
    const char *what = "grows";

    for (int i = 1; i < UNITS; i++)
        for (int c = 0; how < 11 && c < CHOICES; c++)
            votes[i][c] += below(s, 400);
    if (how == 11) {
        what = "falls a little";
        votes[u][k] -= votes[u][k] / 8;
    } else if (how == 12 || how == 13) {
        what = "falls by much";
        votes[u][k] /= 3;
    } else if (how == 14) {
        what = "is at zero";
        memset(votes, 0, sizeof(int64_t) * UNITS * CHOICES);
    } else if (how == 15) {
        what = "is twice";
        for (int i = 1; i < UNITS; i++)
            for (int c = 0; c < CHOICES; c++)
                votes[i][c] *= 2;
    } else if (how == 16) {
        what = "is swapped";
        for (int i = 1; i < UNITS; i++) {
            int64_t x = votes[i][0];
            votes[i][0] = votes[i][1];
            votes[i][1] = x;
        }
    } else if (how > 16) {
        what = "stays";
    }
    return what;
}

static inline void add_contest(struct story *s, uint32_t source, int i, struct buf *out)
{
    static const char *const marks[] = {"", " ; won", " ; lost"};
    const struct named *c = &named[i];
    int64_t(*votes)[CHOICES] = s->votes[source][i];
    int choices = chance(s, 4) ? 2 : CHOICES, units = chance(s, 4) ? UNITS - 1 : UNITS;

    note(s, " %d %s%s%s%s", i + 1, change(s, votes), choices < CHOICES ? " without one" : "",
         units < UNITS ? " without a county" : "", s->renamed[source][i] ? " renamed" : "");
    buf_addf(out, "contest %d|%s|GA|%s ; stated seats=%d allowed=%d%s\n", i + 1, c->text, c->county,
             i == 1 ? 2 : 1, i == 1 ? 2 : 1, chance(s, 3) ? " updated=2026-11-03T18:00:00Z" : "");
    if (chance(s, 20))
        s->mark[source][i] = below(s, 3);
    if (chance(s, 6))
        s->renamed[source][i] = !s->renamed[source][i];
    for (int k = 0; k < choices; k++)
        buf_addf(out, "choice %d|%s|%s\n", s->renamed[source][i] ? 3 - k : k + 1, c->choices[k],
                 k == 0 ? marks[s->mark[source][i]] : "");
    for (int u = 0; u < units; u++) {
        buf_addz(out, u == 0 ? "total" : u == 1 ? "county 1|Cobb ;" : "county 2|Bibb ;");
        int64_t sum = 0;
        for (int k = 0; k < choices; k++) {
            if (u == 0)
                votes[0][k] = votes[1][k] + (units > 2 ? votes[2][k] : 0);
            buf_addf(out, " %lld", (long long)votes[u][k]);
            sum += votes[u][k];
        }
        if (chance(s, 50))
            buf_addf(out, " ; ballots=%lld", (long long)(chance(s, 8) ? sum / 5 : sum + 9));
        buf_addc(out, '\n');
    }
}

static inline const char *payload(struct story *s, uint32_t source, uint32_t file, int64_t now_ms)
{
    struct buf out;
    char when[25];
    int saved = s->said_count[source][file];

    if (saved && chance(s, 8)) {
        note(s, " said before");
        return s->said[source][file][below(s, saved)];
    }
    buf_init(&out, 1 << 16);
    buf_addf(&out, "facts status=%d", 1 + below(s, 3));
    when_format(now_ms - (chance(s, 5) ? 40 : 1) * WHEN_MINUTE / 2, when);
    if (chance(s, 50))
        buf_addf(&out, " own=%s", when);
    buf_addf(&out, "%s\n", chance(s, 2) ? " test=1" : "");
    buf_addz(&out, "contest 9|Dog Catcher|WY\nchoice 1|Zed Zulu|\ntotal 0\n");
    for (int i = 0; i < CONTESTS; i++)
        if (has(source, file, i) && !chance(s, 6))
            add_contest(s, source, i, &out);
    const char *text = arena_copy(s->n.a, buf_slice(&out)).ptr;
    buf_done(&out);
    if (saved < TEXTS)
        s->said[source][file][s->said_count[source][file]++] = text;
    return text;
}

/* ---- the disk ---- */

static inline struct slice keep_text(struct story *s, struct slice text)
{
    return arena_copy(s->n.a, text);
}

static inline void file_payload(struct disk_file *f, enum standing_of_payload standing,
                                struct row row)
{
    for (int i = standing; i < 3; i++)
        f->rows[i].there = false;
    f->rows[standing] = row;
}

static inline void move_payload(struct disk_file *f, const struct moved *m)
{
    for (int i = 2; i > (int)m->standing; i--) {
        struct row row = f->rows[i];
        if (!row.there || !digest_eq(row.digest, m->digest))
            continue;
        for (int k = m->standing; k <= i; k++)
            f->rows[k].there = false;
        f->rows[m->standing] = row;
        return;
    }
}

static inline void remember_digest(struct story *s, uint32_t source, uint32_t file, struct digest d)
{
    if (s->disk.digest_count < 400)
        s->disk.digests[s->disk.digest_count++] = (struct seen){source, file, d};
}

/* What the river has the writer keep of an event. */
static inline void keep(struct story *s, const struct event *ev)
{
    const struct effects *out = &s->n.out;
    struct disk *d = &s->disk;

    for (size_t i = 0; i < out->ruling_count; i++) {
        struct feed_ruling *r = &d->rulings[d->ruling_count++];
        *r = out->rulings[i];
        r->contest = keep_text(s, r->contest);
    }
    for (size_t i = 0; i < out->name_count; i++) {
        struct learned *l = &d->names[d->name_count++];
        *l = out->names[i];
        struct slice *const texts[] = {&l->contest, &l->choice, &l->name, &l->party};
        for (size_t t = 0; t < 4; t++)
            *texts[t] = keep_text(s, *texts[t]);
    }
    if (ev->type == EVENT_BATCH && (out->keep || out->held)) {
        enum standing_of_payload standing = out->keep   ? PAYLOAD_WHOLE
                                            : out->used ? PAYLOAD_PART
                                                        : PAYLOAD_ASIDE;
        struct row row = {true, *ev->batch, ev->digest, ev->received_ms, ++d->order};
        file_payload(&d->files[ev->source][ev->file], standing, row);
        if (standing != PAYLOAD_ASIDE)
            remember_digest(s, ev->source, ev->file, ev->digest);
    }
    for (size_t i = 0; i < out->moved_count; i++) {
        const struct moved *m = &out->moved[i];
        move_payload(&d->files[m->source][m->file], m);
        remember_digest(s, m->source, m->file, m->digest);
    }
    for (size_t i = 0; i < out->memo_count; i++) {
        const struct memo *m = &out->memos[i];
        if (m->source == NONE) {
            d->races[decide_find_race(core_model(s->a), m->race)] = keep_text(s, m->text);
            continue;
        }
        d->files[m->source][m->file].memo = keep_text(s, m->text);
        d->files[m->source][m->file].memo_of = m->on_air;
    }
    assert_true(d->ruling_count < 350 && d->name_count < 350);
}

/* ---- a restart ---- */

static inline void apply(struct story *s, struct core *c, const struct event *ev, int64_t now_ms,
                         struct effects *out)
{
    core_apply(c, ev, now_ms, out);
    if (out->err.kind != ERR_NONE && ev->type != EVENT_DECISION)
        fail_msg("seed %llu: %s", (unsigned long long)s->seed, out->err.text);
}

static inline struct digest newest_on_air(const struct disk_file *f)
{
    return f->rows[1].there   ? f->rows[1].digest
           : f->rows[0].there ? f->rows[0].digest
                              : (struct digest){0, 0};
}

static inline void restore_memos(struct story *s)
{
    struct err e;

    for (uint32_t i = 0; i < NIGHT_SOURCES; i++)
        for (uint32_t k = 0; k < files_of(i); k++) {
            struct disk_file *f = &s->disk.files[i][k];
            struct memo memo = {.source = i, .file = k, .text = f->memo};
            if (!f->memo.len)
                continue;
            if (!digest_eq(f->memo_of, newest_on_air(f)))
                fprintf(stderr, "seed %llu: the memo of %u/%u is of another payload\n%s",
                        (unsigned long long)s->seed, i, k, s->log);
            if (!core_restore_memo(s->b, &memo, &e))
                fail_msg("seed %llu: %s", (unsigned long long)s->seed, e.text);
        }
    for (uint32_t i = 0; i < CONTESTS; i++) {
        struct memo memo = {
            .source = NONE, .race = core_model(s->a)->races[i].id, .text = s->disk.races[i]};
        if (memo.text.len && !core_restore_memo(s->b, &memo, &e))
            fail_msg("seed %llu: %s", (unsigned long long)s->seed, e.text);
    }
}

/* In the order they came, but of one file by their standing. */
static inline void restore_payloads(struct story *s, int64_t now_ms)
{
    for (int64_t at = 1; at <= s->disk.order; at++)
        for (uint32_t i = 0; i < NIGHT_SOURCES; i++)
            for (uint32_t k = 0; k < files_of(i); k++)
                for (int standing = 0; standing < 3; standing++) {
                    const struct row *r = &s->disk.files[i][k].rows[standing];
                    if (!r->there || r->order != at)
                        continue;
                    struct event ev = {.type = EVENT_BATCH,
                                       .source = i,
                                       .file = k,
                                       .batch = &r->batch,
                                       .digest = r->digest,
                                       .received_ms = r->received_ms,
                                       .restored = true,
                                       .standing = (enum standing_of_payload)standing};
                    apply(s, s->b, &ev, now_ms, &s->of_b);
                }
}

static inline void restart(struct story *s, int64_t now_ms)
{
    const struct model *m = core_model(s->a);
    struct core_history h = {m->claims, m->claim_count, m->decisions, m->decision_count};
    struct event restored = {.type = EVENT_RESTORED}, tick = {.type = EVENT_TICK};
    struct err e;

    core_free(s->b);
    bool ok = core_new(&s->n.s, &s->n.list, &s->b, &e) && core_restore_history(s->b, &h, &e);
    for (size_t i = 0; ok && i < s->disk.ruling_count; i++)
        ok = core_restore_ruling(s->b, &s->disk.rulings[i], &e);
    for (size_t i = 0; ok && i < s->disk.name_count; i++)
        ok = core_restore_name(s->b, &s->disk.names[i], &e);
    for (size_t i = 0; ok && i < s->disk.digest_count; i++)
        ok = core_restore_digest(s->b, s->disk.digests[i].source, s->disk.digests[i].file,
                                 s->disk.digests[i].digest, &e);
    if (!ok)
        fail_msg("seed %llu: %s", (unsigned long long)s->seed, e.text);
    restore_memos(s);
    restore_payloads(s, now_ms);
    apply(s, s->b, &restored, now_ms, &s->of_b);
    apply(s, s->b, &tick, now_ms, &s->of_b);
}

/* ---- the same? ---- */

static inline void dump_unit(const struct feed_contest *c, const struct feed_unit *u,
                             struct buf *out)
{
    const struct feed_hold *h = &u->hold;

    buf_addf(out, "  %.*s %d/%d %lld %lld%s:", SLICE_FMT(u->name), u->reporting, u->total,
             (long long)u->registered, (long long)u->ballots, u->overvote_known ? " known" : "");
    for (uint32_t i = 0; i < c->choice_count; i++)
        buf_addf(out, " %lld", (long long)u->votes[i]);
    if (h->why != VERDICT_ACCEPTED)
        buf_addf(out, " | %s%s%s since %lld of %llx:", verdict_info[h->why].name,
                 h->deep ? " deep" : "", h->along ? " along" : "", (long long)h->since,
                 (unsigned long long)h->first.lo);
    for (uint32_t i = 0; h->why != VERDICT_ACCEPTED && h->votes && i < c->choice_count; i++)
        buf_addf(out, " %lld", (long long)h->votes[i]);
    buf_addc(out, '\n');
}

static inline void dump_contest(const struct feed_contest *c, struct buf *out)
{
    buf_addf(out, " contest %.*s of %u/%u: %s%s%s%s, older %lld, received %lld, updated %lld\n",
             SLICE_FMT(c->id), c->source, c->file, verdict_info[c->doubt].name,
             c->gone ? " gone" : "", c->corrected ? " corrected" : "",
             c->corrected_before ? " before" : "", (long long)c->older_since,
             (long long)c->received_ms, (long long)c->updated_ms);
    for (uint32_t i = 0; i < c->choice_count; i++)
        buf_addf(out, "  %.*s %.*s %d\n", SLICE_FMT(c->choices[i].id),
                 SLICE_FMT(c->choices[i].name), c->choices[i].mark);
    for (uint32_t u = 0; u < c->unit_count; u++)
        dump_unit(c, &c->units[u], out);
}

static inline void dump_feeds(const struct model *m, struct buf *out)
{
    static const char *const ids[] = {"1", "2", "3", "9"};

    for (uint32_t s = 0; s < NIGHT_SOURCES; s++) {
        for (uint32_t k = 0; k < files_of(s); k++) {
            const struct feed_file *f = &m->feeds[s].files[k];
            buf_addf(out, "%u/%u: %s doubt %s own %lld of %llx status %d: %.*s\n", s, k,
                     verdict_info[f->verdict].name, verdict_info[f->doubt].name,
                     (long long)f->own_time_ms, (unsigned long long)f->digest.lo, f->status,
                     SLICE_FMT(f->verdict_text));
        }
        for (size_t i = 0; i < 4; i++) {
            size_t at = 0;
            void *value;
            while (map_next(m->feeds[s].contests, &at, NULL, &value))
                if (slice_is(((const struct feed_contest *)value)->id, ids[i]))
                    dump_contest(value, out);
        }
    }
}

static inline void dump_lag(const struct race *r, uint32_t source, struct buf *out)
{
    for (uint32_t k = 0; k < r->contest_count; k++)
        if (r->contests[k]->source == source)
            buf_addf(out, "  source %u %.*s: lag %lld\n", source, SLICE_FMT(r->contests[k]->id),
                     (long long)r->contests[k]->lag_since);
}

static uint32_t all_corrected; /* votes, over all nights */

static inline void dump_races(const struct model *m, struct buf *out)
{
    for (uint32_t i = 0; i < m->race_count; i++) {
        const struct race *r = &m->races[i];
        buf_addf(out, "race %.*s: on air %d, flags %x, updated %lld, pinned %.*s\n",
                 SLICE_FMT(r->id), (int)r->on_air, r->flags, (long long)r->updated_ms,
                 SLICE_FMT(r->pinned ? r->pinned->name : SLICE("-")));
        for (uint32_t k = 0; k < r->choice_count; k++)
            buf_addf(out, "  %.*s %lld\n", SLICE_FMT(r->choices[k].name),
                     (long long)r->choices[k].votes);
        for (uint32_t k = 0; k < m->settings->source_count; k++)
            dump_lag(r, k, out);
    }
    buf_addf(out, "as of %lld\n", (long long)m->last_change_ms);
    for (uint32_t i = 0; i < m->correction_count; i++) {
        const struct correction *c = &m->corrections[i];
        buf_addf(out, "%u of %u %.*s: was %.*s, then %.*s at %lld by %.*s: %.*s\n", c->of,
                 c->endorsement, SLICE_FMT(c->choice), SLICE_FMT(c->was), SLICE_FMT(c->then),
                 (long long)c->at_ms, SLICE_FMT(c->by), SLICE_FMT(c->why));
        all_corrected += c->of == CORRECTION_OF_VOTES;
    }
    for (uint32_t i = 0; i < m->claim_count; i++)
        buf_addf(out, "%.*s %s by %.*s at %lld: %.*s %.*s\n",
                 SLICE_FMT(m->claims[i].endorsement_id), outcome_name(m->claims[i].outcome),
                 SLICE_FMT(m->claims[i].by), (long long)m->claims[i].at_ms,
                 SLICE_FMT(m->claims[i].basis), SLICE_FMT(m->claims[i].evidence));
    for (uint32_t i = 0; i < m->endorsed->count; i++)
        buf_addf(out, "%.*s: %s\n", SLICE_FMT(m->endorsed->list[i].id),
                 outcome_name(m->standings[i].outcome));
    for (uint32_t i = 0; i < m->told_count; i++)
        buf_addf(out, "told of %u, %s of claim %u at %lld\n", m->told[i].endorsement,
                 m->told[i].retraction ? "retraction" : "call", m->told[i].claim,
                 (long long)m->told[i].at_ms);
}

static inline void compare(struct story *s, const char *when)
{
    struct buf a, b;

    buf_init(&a, 1 << 22);
    buf_init(&b, 1 << 22);
    dump_feeds(core_model(s->a), &a);
    dump_feeds(core_model(s->b), &b);
    dump_races(core_model(s->a), &a);
    dump_races(core_model(s->b), &b);
    if (!slice_eq(buf_slice(&a), buf_slice(&b))) {
        size_t at = 0, line = 0;
        while (at < a.len && at < b.len && a.ptr[at] == b.ptr[at])
            line = a.ptr[at++] == '\n' ? at : line;
        fprintf(stderr, "seed %llu %s\n%s\nwithout a restart:\n%.900s\n--- with one:\n%.900s\n",
                (unsigned long long)s->seed, when, s->log, a.ptr + line, b.ptr + line);
        fail();
    }
    buf_done(&a);
    buf_done(&b);
}

/* ---- what happens ---- */

static inline void decide(struct story *s, struct decision *d)
{
    static const char *const contests[] = {"", "", "", "1", "2", "3", "Cobb/3"};
    static const char *const races[] = {"senate", "board", "sheriff"};
    static const char *const times[] = {"18:55", "19:05", "19:40", "20:10", "21:00"};
    static const char *const ours[] = {"ann", "cat", "dan", "eve"};
    struct slice source = s->n.sources[below(s, NIGHT_SOURCES)].name;
    int what = below(s, 13);

    *d = (struct decision){.reason = SLICE("a reason"), .by = SLICE("maria")};
    if (what < 7) {
        d->verb = what < 4 ? SLICE("source accept") : SLICE("source reject");
        d->target = source;
        d->argument = slice_of(contests[below(s, 7)]);
    } else if (what < 9) {
        d->verb = what < 8 ? SLICE("source pin") : SLICE("source unpin");
        d->target = slice_of(races[below(s, 3)]);
        d->argument = source;
    } else if (what == 12) {
        d->verb = SLICE("polls");
        d->target = chance(s, 50) ? SLICE("GA") : SLICE("GA/Cobb");
        d->argument = slice_of(times[below(s, 5)]);
    } else {
        d->verb = what < 11 ? SLICE("call") : SLICE("uncall");
        d->target = slice_of(ours[below(s, 4)]);
        d->argument = what < 11 ? SLICE("won") : SLICE("");
    }
    note(s, "%.*s %.*s %.*s", SLICE_FMT(d->verb), SLICE_FMT(d->target), SLICE_FMT(d->argument));
}

static inline void happen(struct story *s, struct event *ev, struct results *batch, int64_t now_ms)
{
    int what = below(s, 100);

    *ev = (struct event){.source = (uint32_t)below(s, NIGHT_SOURCES), .received_ms = now_ms};
    ev->file = (uint32_t)below(s, (int)files_of(ev->source));
    note(s, "%lld min: ", (long long)((now_ms - NIGHT_AT(0)) / WHEN_MINUTE));
    int said = s->said_count[ev->source][ev->file];
    if (what < 25) {
        ev->type = EVENT_DECISION;
        decide(s, &ev->decision);
    } else if (what < 30) {
        ev->type = EVENT_TICK;
        note(s, "tick");
    } else if (what < 38 && said) {
        ev->type = EVENT_UNCHANGED;
        ev->digest = digest_of(slice_of(s->said[ev->source][ev->file][said - 1]));
        note(s, "%u/%u unchanged", ev->source, ev->file);
    } else {
        ev->type = EVENT_BATCH;
        note(s, "%u/%u:", ev->source, ev->file);
        const char *text = payload(s, ev->source, ev->file, now_ms);
        *batch = batch_of(s->n.a, text);
        ev->batch = batch;
        ev->digest = digest_of(slice_of(text));
    }
}

static inline void tell(struct story *s)
{
    const struct effects *out = &s->n.out;

    note(s, " -> %s%s", verdict_info[out->verdict].name,
         out->keep   ? ", whole"
         : out->held ? out->used ? ", part" : ", aside"
                     : "");
    for (size_t i = 0; i < out->note_count; i++)
        note(s, "; %s %.*s %.*s", verdict_info[out->notes[i].verdict].name,
             SLICE_FMT(out->notes[i].contest), SLICE_FMT(out->notes[i].unit));
    note(s, "\n");
}

static inline void play(struct story *s)
{
    int64_t now = NIGHT_AT(-10);
    struct results batch;
    struct event ev;

    for (int i = 0; i < EVENTS; i++) {
        now += (chance(s, 30) ? 11 * WHEN_MINUTE : 0) + (1 + below(s, 90)) * WHEN_SECOND;
        happen(s, &ev, &batch, now);
        apply(s, s->a, &ev, now, &s->n.out);
        keep(s, &ev);
        tell(s);
        if (s->b) {
            apply(s, s->b, &ev, now, &s->of_b);
            compare(s, "later");
        }
        if (!chance(s, 30))
            continue;
        note(s, "restart\n");
        restart(s, now);
        compare(s, "at once");
    }
}

static const struct slice two_files[] = {SLICE_INIT("a"), SLICE_INIT("b")};

static inline struct story *story_open(uint64_t seed)
{
    struct story *s = calloc(1, sizeof *s);
    struct err e;

    assert_non_null(s);
    s->seed = seed;
    s->rnd.state = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
    night_open(&s->n, list);
    core_free(s->n.core);
    for (int i = 0; i < NIGHT_SOURCES; i++)
        s->n.sources[i].stale_after_ms = 0;
    s->n.sources[2].files = two_files;
    s->n.sources[2].file_count = 2;
    night_core(&s->n);
    s->a = s->n.core;
    assert_true(effects_init(&s->of_b, &e));
    return s;
}

static inline void story_close(struct story *s)
{
    core_free(s->b);
    effects_done(&s->of_b);
    night_close(&s->n);
    free(s);
}

#endif
