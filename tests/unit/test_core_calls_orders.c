/* SPDX-License-Identifier: ISC */
/* What feeds and people say of calls, in whatever order: random sequences of marks, retractions and
 * every verb of the desk's, against what a reader of the rules would conclude from the claims and
 * decisions alone. SEED= and N= repeat one. */
#include "tests/unit/night.h"
#include "tests/unit/random.h"
#include "tests/unit/sampled.h"

#include <inttypes.h>
#include <stdlib.h>

/* Seats of one and of two, a runoff, and one that nobody opposes. */
static const char list[] =
    "endorsement_id,candidate_name,state,office,district,party,race_id,seats_to_fill,source_hints,"
    "status,advance_to\n"
    "ann,Ann Archer,GA,State Senate,1,D,ga-ss-1,1,ap=1|ddhq=1,active,\n"
    "bob,Bob Baker,GA,State Senate,1,D,ga-ss-1,1,ap=1|ddhq=1,active,\n"
    "cat,Cat Cole,GA,School Board,2,D,ga-sb-2,2,ap=2|ddhq=2,active,\n"
    "dan,Dan Dorn,GA,School Board,2,D,ga-sb-2,2,ap=2|ddhq=2,active,\n"
    "eli,Eli East,GA,School Board,2,D,ga-sb-2,2,ap=2|ddhq=2,active,\n"
    "fay,Fay Ford,GA,State House,4,D,ga-sh-4,1,ap=4|ddhq=4,active,2\n"
    "gus,Gus Gray,GA,Coroner,,D,ga-coroner,1,ap=5,unopposed,\n";

enum { AP, DDHQ, FEEDS, RACES = 3, CHOICES = 4, STEPS = 60, OURS = 7 };

static const struct {
    const char *id, *text;
    int seats, places;
    const char *names[CHOICES];
} races[RACES] = {
    {"1", "State Senate District 1", 1, 0, {"Ann Archer", "Bob Baker", "Other One", "Other Two"}},
    {"2", "School Board District 2", 2, 0, {"Cat Cole", "Dan Dorn", "Eli East", "Other Three"}},
    {"4", "State House District 4", 1, 2, {"Fay Ford", "Other Four", "Other Five", "Other Six"}},
};

struct sequence {
    struct night n;
    struct random rnd;
    uint64_t seed;
    bool early; /* begins before polls close, and they are moved: then without a restart, after
                   which what had waited counts from then on */
    int step;
    int64_t now_ms;
    int marks[FEEDS][RACES][CHOICES]; /* 0 none, 1 won, 2 lost, 3 advanced */
    /* what would be on disk: the last good payload of each feed, and one that waits beside it */
    struct payload {
        char text[2000];
        uint64_t serial; /* 0: none */
        int64_t received_ms;
    } good[FEEDS], held[FEEDS], last[FEEDS];
};

static int64_t number_from(const char *name, int64_t otherwise)
{
    const char *value = getenv(name);
    int64_t number = otherwise;

    if (value && !num_parse(slice_of(value), 0, INT64_MAX, &number))
        fail_msg("%s=%s is no number", name, value);
    return number;
}

#define CHECK(q, what, ...)                                                                        \
    do {                                                                                           \
        if (!(what)) {                                                                             \
            printf("repeat: SEED=%" PRIu64 " N=1, step %d: ", (q)->seed, (q)->step);               \
            printf(__VA_ARGS__);                                                                   \
            printf("\n");                                                                          \
            fail();                                                                                \
        }                                                                                          \
    } while (0)

static int below(struct sequence *q, int n)
{
    return (int)random_below(&q->rnd, (uint64_t)n);
}

/* ---- what happens ---- */

static void write_payload(struct sequence *q, int feed)
{
    static const char *const words[] = {"", "won", "lost", "advanced"};
    struct buf text;

    buf_init_over(&text, q->last[feed].text, sizeof q->last[feed].text - 1);
    for (int r = 0; r < RACES; r++) {
        buf_addf(&text, "contest %s|%s|GA ; stated\n", races[r].id, races[r].text);
        for (int c = 0; c < CHOICES; c++)
            buf_addf(&text, "choice %s%d|%s| ; %s\n", races[r].id, c, races[r].names[c],
                     words[q->marks[feed][r][c]]);
        buf_addf(&text, "total %d 30 20 10\n", 41 + q->step);
    }
    q->last[feed].text[buf_slice(&text).len] = '\0';
}

static int marked(const struct sequence *q, int feed, int race, int mark)
{
    int n = 0;

    for (int c = 0; c < CHOICES; c++)
        n += q->marks[feed][race][c] == mark;
    return n;
}

/* Mostly what a feed may say; now and then a winner too many. */
static void change_mark(struct sequence *q, int feed)
{
    int r = below(q, RACES), c = below(q, CHOICES), *mark = &q->marks[feed][r][c];
    int next = races[r].places && below(q, 3) ? 3 : 1 + below(q, 2);
    int most = next == 1 ? races[r].seats : next == 3 ? races[r].places : CHOICES;

    if (*mark)
        *mark = 0;
    else if (marked(q, feed, r, next) < most || below(q, 8) == 0)
        *mark = next;
}

/* What had waited and was judged again. */
static void keep_judged(struct sequence *q)
{
    for (size_t i = 0; i < q->n.out.moved_count; i++) {
        const struct moved *m = &q->n.out.moved[i];
        if (m->standing != PAYLOAD_WHOLE)
            continue;
        q->good[m->source] = q->held[m->source];
        q->held[m->source].serial = 0;
    }
}

static void feed_speaks(struct sequence *q)
{
    int feed = below(q, FEEDS);

    for (int i = below(q, 3); i >= 0; i--)
        change_mark(q, feed);
    write_payload(q, feed);
    night_batch(&q->n, (uint32_t)feed, q->last[feed].text, q->now_ms);
    q->last[feed].serial = q->n.serial;
    q->last[feed].received_ms = q->now_ms;
    keep_judged(q);
    if (q->n.out.keep)
        q->good[feed] = q->last[feed];
    q->held[feed] = q->n.out.held ? q->last[feed] : (struct payload){.serial = 0};
}

static void feed_is_silent(struct sequence *q)
{
    int feed = below(q, FEEDS);
    struct event ev = {.type = EVENT_UNCHANGED,
                       .source = (uint32_t)feed,
                       .digest = {q->last[feed].serial, (uint64_t)feed},
                       .received_ms = q->now_ms};

    if (q->last[feed].serial)
        night_apply(&q->n, &ev, q->now_ms);
    else
        night_tick(&q->n, q->now_ms);
}

static const char *const ids[OURS] = {"ann", "bob", "cat", "dan", "eli", "fay", "gus"};
static const char *const race_ids[] = {"ga-ss-1", "ga-sb-2", "ga-sh-4", "ga-coroner", ""};

/* Each verb as often as it stands here, with one of its words; about a candidacy, a race, or, with
 * `all`, now and then everything. */
static const struct {
    const char *verb;
    enum { CANDIDACY, RACE, ALL, PLACE } about;
    const char *words[4];
} verbs[] = {
    {"call", CANDIDACY, {"won", "won", "lost", "advanced"}},
    {"call", CANDIDACY, {"won", "won", "lost", "advanced"}},
    {"call", CANDIDACY, {"won", "won", "lost", "advanced"}},
    {"uncall", CANDIDACY, {"", "", "", ""}},
    {"uncall", CANDIDACY, {"", "", "", ""}},
    {"freeze", ALL, {"", "", "", ""}},
    {"release", ALL, {"", "", "", ""}},
    {"release", ALL, {"", "", "", ""}},
    {"mark", RACE, {"void", "void off", "recount", "recount off"}},
    {"endorse status", CANDIDACY, {"withdrawn", "active", "active", "disqualified"}},
    {"polls", PLACE, {"18:00", "19:00", "18:00", "19:00"}},
};

static struct decision any_decision(struct sequence *q)
{
    int v = below(q, (int)(sizeof verbs / sizeof verbs[0]));
    const char *race = race_ids[below(q, RACES + 1)], *target = race;

    if (verbs[v].about ==
        CANDIDACY) /* who is unopposed stays so: a status that goes is seen twice */
        target = ids[below(q, strcmp(verbs[v].verb, "endorse status") == 0 ? OURS - 1 : OURS)];
    else if (verbs[v].about == ALL && below(q, 4) == 0)
        target = "";
    else if (verbs[v].about == PLACE && below(q, 2))
        target = "GA";
    struct decision d = {.verb = slice_of(verbs[v].verb),
                         .target = slice_of(target),
                         .argument = slice_of(verbs[v].words[below(q, 4)]),
                         .reason = SLICE("r"),
                         .by = SLICE("maria")};
    if (verbs[v].about == PLACE && q->early && below(q, 3) == 0)
        d.argument = SLICE("23:30");
    return d;
}

/* ---- what must be so ---- */

/* What the desk has said of a race, as the decisions have it. */
struct said {
    int64_t frozen, all_frozen, released;
    bool is_void;
};

static bool is_about(const struct model *m, const struct decision *d, const struct race *r)
{
    bool about = slice_eq(d->target, r->id);

    for (uint32_t k = 0; k < r->endorsement_count; k++)
        about |= slice_eq(d->target, m->endorsed->list[r->endorsements[k]].id);
    return about;
}

static struct said said_of(const struct model *m, const struct race *r)
{
    struct said s = {0};

    for (uint32_t i = 0; i < m->decision_count; i++) {
        const struct decision *d = &m->decisions[i];
        bool freezes = slice_is(d->verb, "freeze"), releases = slice_is(d->verb, "release");
        if (d->target.len == 0)
            s.all_frozen = freezes ? d->number : releases ? 0 : s.all_frozen;
        if (!is_about(m, d, r))
            continue;
        if ((freezes || slice_is(d->verb, "uncall")) && s.frozen == 0)
            s.frozen = d->number;
        if (releases)
            s.frozen = 0, s.released = d->number;
        if (slice_is(d->verb, "mark") && slice_starts(d->argument, SLICE("void")))
            s.is_void = slice_is(d->argument, "void");
    }
    return s;
}

static bool is_heard(const struct said *s, const struct claim *c)
{
    if (slice_is(c->by, "desk"))
        return c->number > s->released;
    return (!s->frozen || c->number < s->frozen) && (!s->all_frozen || c->number < s->all_frozen);
}

/* The last that counts of an authority's claims; OUTCOMES: it has none. */
static enum outcome last_of(const struct model *m, const struct said *s, uint32_t endorsement,
                            const char *by)
{
    enum outcome last = OUTCOMES;

    for (uint32_t i = 0; i < m->claim_count; i++) {
        const struct claim *c = &m->claims[i];
        bool over = c->outcome == OUTCOME_PENDING &&
                    (c->number < s->released || slice_is(c->basis, "seats-reopened"));
        if (slice_is(c->by, by) && slice_eq(c->endorsement_id, m->endorsed->list[endorsement].id) &&
            is_heard(s, c))
            last = over ? OUTCOMES : c->outcome;
    }
    return last;
}

/* What stands of one candidacy, concluded from claims and decisions, and nothing else. */
static enum outcome conclude(const struct model *m, uint32_t endorsement)
{
    static const char *const feeds[] = {"ap", "ddhq", "unopposed"};
    const struct race *r = &m->races[m->standings[endorsement].race];
    struct said s = said_of(m, r);
    enum outcome desk = last_of(m, &s, endorsement, "desk");

    if (s.is_void || m->endorsed->list[endorsement].status > ENDORSE_ELECTED_UNOPPOSED)
        return OUTCOME_PENDING;
    if (desk != OUTCOMES)
        return desk;
    for (size_t a = 0; a < sizeof feeds / sizeof feeds[0]; a++) /* the highest with a claim in it */
        for (uint32_t k = 0; k < r->endorsement_count; k++)
            if (last_of(m, &s, r->endorsements[k], feeds[a]) != OUTCOMES) {
                enum outcome own = last_of(m, &s, endorsement, feeds[a]);
                return own == OUTCOMES ? OUTCOME_PENDING : own;
            }
    return OUTCOME_PENDING;
}

/* Who is lost by the desk because others have all seats, or places: they have them. */
static void check_filled(struct sequence *q, const struct race *r, uint32_t endorsement)
{
    const struct model *m = core_model(q->n.core);
    const struct standing *st = &m->standings[endorsement];
    const struct claim *c = st->claim == NONE ? NULL : &m->claims[st->claim];
    int64_t n[OUTCOMES] = {0};

    for (uint32_t k = 0; k < r->endorsement_count; k++)
        n[m->standings[r->endorsements[k]].outcome]++;
    if (!c || !slice_is(c->by, "desk") || q->now_ms < r->polls_close_ms)
        return;
    CHECK(q,
          (!slice_is(c->basis, "seats-filled") || n[OUTCOME_WON] >= r->seats) &&
              (!slice_is(c->basis, "places-filled") || n[OUTCOME_ADVANCED] >= r->places),
          "%s is lost though not all seats or places are called for others", ids[endorsement]);
}

/* Seats that are called by others' marks or ours: never more of ours than there are. */
static void check_state(struct sequence *q)
{
    const struct model *m = core_model(q->n.core);
    int64_t n[OUTCOMES] = {0};

    for (uint32_t i = 0; i < m->endorsed->count; i++) {
        enum outcome stands = m->standings[i].outcome;
        CHECK(q, stands == conclude(m, i), "%s is %s; by the claims it is %s", ids[i],
              outcome_name(stands), outcome_name(conclude(m, i)));
        n[stands] += m->endorsed->list[i].status <= ENDORSE_ELECTED_UNOPPOSED;
    }
    const int64_t *t = core_tally(q->n.core)->n;
    CHECK(q,
          t[TALLY_WON] == n[OUTCOME_WON] && t[TALLY_LOST] == n[OUTCOME_LOST] &&
              t[TALLY_ADVANCED] == n[OUTCOME_ADVANCED] && t[TALLY_PENDING] == n[OUTCOME_PENDING],
          "counts");
    for (uint32_t i = 0; i < m->race_count; i++) {
        const struct race *r = &m->races[i];
        int64_t won = 0;
        for (uint32_t k = 0; k < r->endorsement_count; k++) {
            won += m->standings[r->endorsements[k]].outcome == OUTCOME_WON;
            check_filled(q, r, r->endorsements[k]);
        }
        CHECK(q, won <= r->seats || (r->flags & RACE_CONFLICT), "%d wins for %d seats of %.*s",
              (int)won, (int)r->seats, SLICE_FMT(r->id));
    }
    for (uint32_t i = 1; i < m->claim_count; i++)
        CHECK(q, m->claims[i - 1].number < m->claims[i].number, "claims are out of order");
}

/* Calls less retractions that were told are what is settled: none twice, none forgotten. */
static void check_told(struct sequence *q, int64_t settled_before)
{
    int64_t calls = 0;

    for (size_t i = 0; i < q->n.out.message_count; i++) {
        const struct message *x = &q->n.out.messages[i];
        calls += x->type == MESSAGE_RETRACTION ? -1 : 0;
        /* the same outcome by another authority is told as a call, without a retraction */
        calls += x->type == MESSAGE_CALL;
    }
    int64_t now = core_tally(q->n.core)->n[TALLY_SETTLED];
    CHECK(q, now <= settled_before + calls, "settled rose from %d to %d, told %d",
          (int)settled_before, (int)now, (int)calls);
}

/* But for times and what follows from them: a restart has asked no feed yet, so that none is stale
 * (the last of a race's flags), and takes only the last payload of each. */
static bool same_but_times(struct slice a, struct slice b)
{
    struct slice both[2] = {a, b}, before[2], behind[2];

    for (int i = 0; i < 2; i++) {
        struct slice d = slice_sub(both[i], 0, slice_find(both[i], SLICE("\"as_of\"")));
        size_t flags = slice_find(d, SLICE("\"flags\":["));
        size_t end =
            flags == SIZE_MAX ? 0 : flags + slice_find(slice_sub(d, flags, d.len), SLICE("]"));
        behind[i] = slice_sub(d, end, d.len);
        before[i] = slice_sub(d, 0, end);
        if (slice_ends(before[i], SLICE("\"stale\"")))
            before[i].len -= strlen("\"stale\"");
        if (slice_ends(before[i], SLICE(",")))
            before[i].len--;
    }
    return slice_eq(before[0], before[1]) && slice_eq(behind[0], behind[1]);
}

static void snapshot_is(struct sequence *q, const struct effects *was, const char *what)
{
    struct effects now;
    struct err e;

    assert_true(effects_init(&now, &e));
    core_snapshot(q->n.core, q->now_ms, &now);
    CHECK(q, now.message_count == was->message_count, "%s: %zu documents, were %zu", what,
          now.message_count, was->message_count);
    for (size_t i = 0; i < now.message_count; i++)
        CHECK(q,
              same_but_times(now.messages[i].data, was->messages[i].data) &&
                  same_but_times(now.messages[i].snap_data, was->messages[i].snap_data),
              "%s: %.*s\nwas %.*s", what,
              SLICE_FMT(now.messages[i].snap_data.len ? now.messages[i].snap_data
                                                      : now.messages[i].data),
              SLICE_FMT(was->messages[i].snap_data.len ? was->messages[i].snap_data
                                                       : was->messages[i].data));
    effects_done(&now);
}

/* A refusal says why, and nothing has moved. */
static void desk_decides(struct sequence *q)
{
    struct decision d = any_decision(q);
    struct event ev = {.type = EVENT_DECISION, .decision = d};
    struct effects was;
    struct err e = {0};

    assert_true(effects_init(&was, &e));
    core_snapshot(q->n.core, q->now_ms, &was);
    core_apply(q->n.core, &ev, q->now_ms, &q->n.out);
    bool taken = q->n.out.decision != NULL;
    keep_judged(q);
    if (!taken) {
        const char *why = q->n.out.err.text;
        snapshot_is(q, &was, "a refusal");
        /* what, and the way out */
        CHECK(q,
              strstr(why, "tallyctl") || strstr(why, ": ") || strstr(why, " already") ||
                  strstr(why, " not marked "),
              "%s", why);
    }
    effects_done(&was);
}

static void check_claims_nothing(struct sequence *q)
{
    const struct claim *c = q->n.out.claims;

    CHECK(q, q->n.out.claim_count == 0, "a restart claims %.*s %s by %.*s",
          SLICE_FMT(c->endorsement_id), outcome_name(c->outcome), SLICE_FMT(c->by));
}

static void again(struct sequence *q, int feed, const struct payload *p, bool good)
{
    if (!p->serial)
        return;
    struct results batch = batch_of(q->n.a, p->text);
    struct event ev = {.type = EVENT_BATCH,
                       .source = (uint32_t)feed,
                       .batch = &batch,
                       .digest = {p->serial, (uint64_t)feed},
                       .received_ms = p->received_ms,
                       .restored = good};
    night_apply(&q->n, &ev, q->now_ms);
    check_claims_nothing(q);
}

/* Everything again from what was kept, to the same bytes. */
static void restart(struct sequence *q)
{
    struct effects was;
    struct err e;

    assert_true(effects_init(&was, &e));
    night_tick(&q->n, q->now_ms);
    keep_judged(q);
    core_snapshot(q->n.core, q->now_ms, &was);
    struct core *before = night_restart(&q->n);
    for (int f = 0; f < FEEDS; f++) {
        again(q, f, &q->good[f], true);
        again(q, f, &q->held[f], false);
    }
    night_tick(&q->n, q->now_ms);
    check_claims_nothing(q);
    snapshot_is(q, &was, "a restart");
    core_free(before);
    effects_done(&was);
}

static void play(uint64_t seed)
{
    struct sequence *q = calloc(1, sizeof *q);

    assert_non_null(q);
    q->seed = seed;
    q->rnd.state = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
    q->early = seed % 2;
    q->now_ms = NIGHT_AT(q->early ? -20 : 1);
    night_open(&q->n, list);
    core_free(q->n.core);
    q->n.sources[DDHQ].votes = false; /* whose figures are on air is another matter */
    night_core(&q->n);
    for (q->step = 0; q->step < STEPS; q->step++) {
        q->now_ms += random_between(&q->rnd, 1, 90) * WHEN_SECOND;
        for (int i = 0; i < 3 && core_next_tick(q->n.core, q->now_ms) == q->now_ms; i++) {
            night_tick(&q->n, q->now_ms);
            keep_judged(q);
        }
        int64_t settled = core_tally(q->n.core)->n[TALLY_SETTLED];
        int what = below(q, 20);
        if (what < 7)
            feed_speaks(q);
        else if (what < 11)
            feed_is_silent(q);
        else if (what < 19)
            desk_decides(q);
        else if (!q->early)
            restart(q);
        if (what < 19)
            check_told(q, settled);
        check_state(q);
    }
    night_close(&q->n);
    free(q);
}

static void whatever_the_order_what_stands_follows_from_claims_and_decisions(void **state)
{
    int64_t first = number_from("SEED", 1), count = number_from("N", 150 / every());
    (void)state;
    for (int64_t i = 0; i < count; i++)
        play((uint64_t)(first + i));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whatever_the_order_what_stands_follows_from_claims_and_decisions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
