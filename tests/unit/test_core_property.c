/* SPDX-License-Identifier: ISC */
/* What holds in every night, whatever happens in it: thousands of random ones. SEED=, N= and
 * EVENTS= (only so many of a night's events) repeat one; DUMP=FILE writes the nights for the
 * reference. */
#include <string.h>

#include "daemon/base/jsonw.h"
#include "daemon/core/decide.h"
#include "daemon/core/fading.h"
#include "daemon/core/marks.h"
#include "daemon/core/tally.h"
#include "daemon/core/told.h"
#include "tests/unit/json_check.h"
#include "tests/unit/random_player.h"

/* ---- identities ---- */

static bool counts(const struct endorsement *e)
{
    return e->status < ENDORSE_WITHDRAWN;
}

static bool is_in(const struct endorsement *e, const struct tally_part *part)
{
    bool in = !part;

    for (size_t i = 0; part && part->by == TALLY_BY_TAG && i < e->tag_count; i++)
        in |= slice_eq(e->tags[i], part->value);
    if (part && part->by == TALLY_BY_STATE)
        in = slice_eq(e->state, part->value);
    if (part && part->by == TALLY_BY_LEVEL)
        in = slice_is(part->value, endorsement_levels[e->level]);
    return in;
}

/* The outcomes, counted here once more. */
static void check_against_standings(struct player *p, const struct tally *t,
                                    const struct tally_part *part)
{
    const struct model *m = core_model(p->core);
    int64_t n[OUTCOMES] = {0}, listed = 0, endorsed = 0, seats = 0, of_void = 0;

    for (uint32_t i = 0; i < m->endorsed->count; i++) {
        const struct endorsement *e = &m->endorsed->list[i];
        if (!is_in(e, part))
            continue;
        listed++;
        endorsed += counts(e);
        n[m->standings[i].outcome] += counts(e);
        of_void += counts(e) && (m->races[m->standings[i].race].flags & RACE_VOID) != 0;
        seats += counts(e) && m->standings[i].outcome == OUTCOME_WON && e->wins == WINS_SEAT;
    }
    CHECK(p, t->n[TALLY_LISTED] == listed && t->n[TALLY_ENDORSED] == endorsed, "endorsed");
    CHECK(p,
          t->n[TALLY_WON] == n[OUTCOME_WON] && t->n[TALLY_LOST] == n[OUTCOME_LOST] &&
              t->n[TALLY_ADVANCED] == n[OUTCOME_ADVANCED] &&
              t->n[TALLY_PENDING] == n[OUTCOME_PENDING],
          "outcomes");
    CHECK(p, t->n[TALLY_WON_SEATS] == seats, "won_seats");
    CHECK(p, t->n[TALLY_VOID] == of_void, "void");
}

static void check_slice(struct player *p, const struct tally *t, const struct tally_part *part)
{
    const int64_t *n = t->n;
    int64_t settled = 0, won = 0, flips = 0;

    for (int i = 0; i < TALLY_NUMBERS; i++)
        CHECK(p, n[i] >= 0, "%s is %" PRId64, tally_names[i], n[i]);
    CHECK(p,
          n[TALLY_LISTED] == n[TALLY_ENDORSED] + n[TALLY_WITHDRAWN] + n[TALLY_DISQUALIFIED] +
                                 n[TALLY_NOT_ON_BALLOT] + n[TALLY_POSTPONED],
          "listed");
    CHECK(p,
          n[TALLY_ENDORSED] == n[TALLY_WON] + n[TALLY_LOST] + n[TALLY_ADVANCED] + n[TALLY_PENDING],
          "endorsed");
    CHECK(p, n[TALLY_CALLED] == n[TALLY_WON] + n[TALLY_LOST], "called");
    CHECK(p, n[TALLY_SETTLED] == n[TALLY_CALLED] + n[TALLY_ADVANCED], "settled");
    CHECK(p,
          n[TALLY_PENDING] ==
              n[TALLY_LEADING] + n[TALLY_TRAILING] + n[TALLY_UNCLEAR] + n[TALLY_NO_RESULTS],
          "pending");
    CHECK(p, n[TALLY_WON] == n[TALLY_WON_SEATS] + n[TALLY_WON_NOMINATIONS] + n[TALLY_WON_MEASURES],
          "won");
    CHECK(p, n[TALLY_AT_LEAST] + n[TALLY_UNDER_REVIEW] == n[TALLY_WON], "at_least");
    CHECK(p,
          n[TALLY_AT_LEAST] <= n[TALLY_WON] && n[TALLY_WON] <= n[TALLY_AT_MOST] &&
              n[TALLY_AT_MOST] <= n[TALLY_WON] + n[TALLY_PENDING],
          "at_most");
    CHECK(p, n[TALLY_FLIPS] + n[TALLY_KEPT] <= n[TALLY_WON_SEATS], "flips");
    CHECK(p, n[TALLY_WON_UNOPPOSED] <= n[TALLY_WON] && n[TALLY_RACES_CALLED] <= n[TALLY_RACES],
          "races_called");
    for (int i = 0; i < CALLS_RANKS; i++)
        settled += t->called_by[i];
    for (int i = 0; i < TALLY_STATES; i++)
        won += t->won_in[i];
    for (int i = 0; i < TALLY_PARTIES; i++)
        flips += t->flips_from[i].flips;
    CHECK(p, settled == n[TALLY_SETTLED] && won == n[TALLY_WON] && flips == n[TALLY_FLIPS],
          "called_by, won_in or flips_from");
    check_against_standings(p, t, part);
}

static void check_slices(struct player *p)
{
    static const enum tally_by dimensions[] = {TALLY_BY_STATE, TALLY_BY_LEVEL, TALLY_BY_TAG};
    const struct model *m = core_model(p->core);
    struct tally t;

    tally_all(&t, m, NULL);
    CHECK(p, tally_same(&t, core_tally(p->core)), "the tally kept is not the tally counted anew");
    check_slice(p, &t, NULL);
    for (size_t d = 0; d < 3; d++) {
        size_t n;
        struct slice *values = tally_values(m, dimensions[d], p->a, &n);
        int64_t sum = 0;
        for (size_t i = 0; i < n; i++) {
            struct tally_part part = {dimensions[d], values[i]};
            struct tally slice;
            tally_all(&slice, m, &part);
            check_slice(p, &slice, &part);
            sum += slice.n[TALLY_LISTED];
        }
        CHECK(p, sum == t.n[TALLY_LISTED] || dimensions[d] == TALLY_BY_TAG, "parts of the list");
    }
}

/* Flips of a race, by the list: never more than others held, or than there are seats. */
static void check_flips(struct player *p)
{
    const struct model *m = core_model(p->core);

    for (uint32_t r = 0; r < m->race_count; r++) {
        const struct race *race = &m->races[r];
        struct tally t = {0};
        tally_race(&t, m, race, 1, NULL);
        for (uint32_t i = 0; i < race->endorsement_count; i++) {
            int64_t held = m->endorsed->list[race->endorsements[i]].seats_held_by_others;
            CHECK(p, held < 0 || t.n[TALLY_FLIPS] <= held, "flips of %.*s", SLICE_FMT(race->id));
        }
        CHECK(p, race->seats <= 0 || t.n[TALLY_FLIPS] <= race->seats, "flips and seats");
    }
}

/* ---- nothing is won that nobody called ---- */

static bool has_called(const struct player *p, uint32_t endorsement, const struct claim *c)
{
    const struct random_night *n = p->n;

    if (slice_is(c->by, "unopposed"))
        return strstr(n->ours[endorsement].status, "unopposed") != NULL;
    for (int i = 0; i <= p->at && slice_is(c->by, "desk"); i++)
        if (slice_is(n->events[i].decision.verb, "call") &&
            slice_is(n->events[i].decision.target, n->ours[endorsement].id) &&
            slice_is(n->events[i].decision.argument, "won"))
            return true;
    for (size_t s = 0; s < n->s.source_count; s++)
        if (slice_eq(n->sources[s].authority, c->by) && n->sources[s].calls != CALLS_NO &&
            n->once_won[s][endorsement])
            return true;
    return false;
}

static void check_wins(struct player *p)
{
    const struct model *m = core_model(p->core);

    for (uint32_t i = 0; i < m->endorsed->count; i++) {
        const struct standing *st = &m->standings[i];
        if (st->outcome == OUTCOME_WON)
            CHECK(p, st->claim != NONE && has_called(p, i, &m->claims[st->claim]),
                  "%s is won, and nobody called it", p->n->ours[i].id);
    }
    for (uint32_t i = 0; i < m->race_count; i++) {
        const struct race *r = &m->races[i];
        int64_t won = 0;
        for (uint32_t k = 0; k < r->endorsement_count; k++)
            won += m->standings[r->endorsements[k]].outcome == OUTCOME_WON;
        int64_t room = marks_room(m, r, r->seats); /* unknown until both primaries were seen */
        CHECK(p, room <= 0 || won <= room || (r->flags & RACE_CONFLICT),
              "%" PRId64 " wins for %" PRId64 " seats of %.*s, and no flag", won, room,
              SLICE_FMT(r->id));
    }
}

/* ---- messages ---- */

/* The number behind "name": in a message; -1: it is not there. */
static int64_t said(struct slice data, const char *name)
{
    char key[64];
    int64_t number = 0;

    snprintf(key, sizeof key, "\"%s\":", name);
    size_t at = slice_find(data, slice_of(key));
    if (at == SIZE_MAX)
        return -1;
    for (at += strlen(key); at < data.len && data.ptr[at] >= '0' && data.ptr[at] <= '9'; at++)
        number = number * 10 + (data.ptr[at] - '0');
    return number;
}

static bool same_id(struct told_id a, struct told_id b)
{
    return a.claim == b.claim && a.again == b.again;
}

/* Its id is the message's, and no other's that was told before; what it takes back is the last that
 * was told of its candidacy, and stood. A client that drops what it knows loses nothing. */
static void check_id(struct player *p, const struct message *msg, uint32_t at)
{
    const struct model *m = core_model(p->core);
    const struct told *t = &m->told[at];
    const struct told *before = NULL;
    const struct documents_event ev = told_event(m, at);
    char room[64];
    struct buf id;

    buf_init_over(&id, room, sizeof room);
    documents_event_id(&ev, &id);
    CHECK(p, slice_eq(buf_slice(&id), msg->event_id), "%.*s is listed as %.*s",
          SLICE_FMT(msg->event_id), SLICE_FMT(buf_slice(&id)));
    for (uint32_t i = 0; i < at; i++) {
        before = m->told[i].endorsement == t->endorsement ? &m->told[i] : before;
        CHECK(p, m->told[i].retraction != t->retraction || !same_id(m->told[i].id, t->id),
              "%.*s is told twice", SLICE_FMT(msg->event_id));
    }
    CHECK(p, !t->retraction || (before && !before->retraction && same_id(before->id, t->id)),
          "%.*s takes back what did not stand", SLICE_FMT(msg->event_id));
}

/* What is listed as standing is what is counted. */
static void check_stands(struct player *p)
{
    const struct model *m = core_model(p->core);
    int64_t n[OUTCOMES] = {0};

    for (uint32_t i = 0; i < m->told_count; i++)
        if (told_stands(m, i))
            n[m->claims[m->told[i].claim].outcome]++;
    const int64_t *all = core_tally(p->core)->n;
    CHECK(p,
          n[OUTCOME_WON] == all[TALLY_WON] && n[OUTCOME_LOST] == all[TALLY_LOST] &&
              n[OUTCOME_ADVANCED] == all[TALLY_ADVANCED],
          "%" PRId64 " wins are listed as standing, %" PRId64 " counted", n[OUTCOME_WON],
          all[TALLY_WON]);
}

/* Calls and retractions of one race come together and tell what is true after all of them: no more
 * is settled than they call, and no less is than they take back. */
static void check_calls(struct player *p)
{
    const struct model *model = core_model(p->core);
    int64_t settled = p->before.n[TALLY_SETTLED];
    size_t i = 0;

    while (i < p->out.message_count) {
        const struct message *first = &p->out.messages[i];
        int64_t calls = 0, retractions = 0, after = said(first->data, "settled");
        if (first->type != MESSAGE_CALL && first->type != MESSAGE_RETRACTION) {
            i++;
            continue;
        }
        for (; i < p->out.message_count && slice_eq(p->out.messages[i].field, first->field); i++) {
            const struct message *m = &p->out.messages[i];
            calls += m->type == MESSAGE_CALL;
            retractions += m->type == MESSAGE_RETRACTION;
            CHECK(p, said(m->data, "settled") == after, "two totals of one moment");
            CHECK(p, p->told < model->told_count, "more is told than is listed");
            check_id(p, m, p->told++);
        }
        CHECK(p, after >= settled - retractions && after <= settled + calls - retractions,
              "%.*s: settled was %" PRId64, SLICE_FMT(first->data), settled);
        settled = after;
    }
    CHECK(p, model->told_count == p->told, "%d were told, %d are listed", (int)p->told,
          (int)model->told_count);
    CHECK(p, settled == core_tally(p->core)->n[TALLY_SETTLED],
          "calls and retractions lead to %" PRId64 " settled, there are %" PRId64, settled,
          core_tally(p->core)->n[TALLY_SETTLED]);
}

/* Totals are told when they change, and as they are. */
static void check_messages(struct player *p)
{
    const struct tally *now = core_tally(p->core);
    const struct message *totals = NULL;

    for (size_t i = 0; i < p->out.message_count; i++) {
        const struct message *m = &p->out.messages[i];
        CHECK(p, json_check(m->data), "no JSON: %.*s", SLICE_FMT(m->data));
        if (m->type == MESSAGE_TOTALS)
            totals = m;
    }
    check_calls(p);
    check_stands(p);
    CHECK(p, totals || tally_same(&p->before, now), "the totals changed, and nobody was told");
    for (int i = 0; totals && i < TALLY_NUMBERS; i++)
        CHECK(p, said(totals->data, tally_names[i]) == now->n[i], "%s is %" PRId64 ", told: %.*s",
              tally_names[i], now->n[i], SLICE_FMT(totals->data));
    p->before = *now;
}

static void play_checked(struct random_night *n)
{
    struct player p;

    player_open(&p, n, n->seed);
    for (int i = 0; i < events_of(n); i++) {
        p.at = i;
        while (apply_tick(&p, n->events[i].now_ms))
            check_messages(&p);
        apply_event(&p, i);
        check_messages(&p);
        check_slices(&p);
        check_flips(&p);
        check_wins(&p);
    }
    player_close(&p);
}

static void every_count_adds_up_after_every_event(void **state)
{
    (void)state;
    each_night(0, 2, play_checked);
    each_night(RN_DESK, 2, play_checked);
}

/* ---- nobody calls ---- */

static void play_silent(struct random_night *n)
{
    struct player p;

    player_open(&p, n, n->seed);
    for (int i = 0; i < events_of(n); i++) {
        apply(&p, i);
        CHECK(&p, core_tally(p.core)->n[TALLY_SETTLED] == 0 && core_model(p.core)->claim_count == 0,
              "something is called");
    }
    player_close(&p);
}

static void where_nobody_may_call_nothing_is_won(void **state)
{
    (void)state;
    each_night(RN_SILENT, 5, play_silent);
}

/* ---- the same again ---- */

static void hash_in(struct buf *b, struct slice s)
{
    buf_add(b, s);
    buf_addc(b, '\n');
}

/* All bytes that an event led to. */
static void add_effects(struct buf *b, const struct effects *f)
{
    for (size_t i = 0; i < f->message_count; i++) {
        const struct message *m = &f->messages[i];
        const struct slice all[] = {m->channel,   m->snap,   m->field,         m->data,
                                    m->snap_data, m->plain,  m->line,          m->when,
                                    m->event_id,  m->winner, m->statements[0], m->statements[1]};
        for (size_t k = 0; k < sizeof all / sizeof all[0]; k++)
            hash_in(b, all[k]);
    }
    hash_in(b, f->verdict_text);
    for (size_t i = 0; i < f->note_count; i++)
        hash_in(b, f->notes[i].text);
}

/* Where two texts part. */
static void check_same(struct player *p, const struct buf *a, const struct buf *b)
{
    struct slice x = buf_slice(a), y = buf_slice(b);
    size_t at = 0;

    while (at < x.len && at < y.len && x.ptr[at] == y.ptr[at])
        at++;
    size_t from = at > 500 ? at - 500 : 0;
    CHECK(p, !a->failed && slice_eq(x, y), "differ at byte %zu:\n%.*s\n---- and:\n%.*s", at,
          (int)(x.len - from < 900 ? x.len - from : 900), x.ptr + from,
          (int)(y.len - from < 900 ? y.len - from : 900), y.ptr + from);
}

static void play_twice(struct random_night *n)
{
    struct player a, b;
    struct buf one, two;

    player_open(&a, n, n->seed);
    player_open(&b, n, n->seed * 77 + 5);
    buf_init(&one, 1 << 24);
    buf_init(&two, 1 << 24);
    for (int i = 0; i < events_of(n); i++) {
        apply(&a, i);
        apply(&b, i);
        buf_clear(&one);
        buf_clear(&two);
        add_effects(&one, &a.out);
        add_effects(&two, &b.out);
        check_same(&a, &one, &two);
    }
    buf_done(&one);
    buf_done(&two);
    player_close(&a);
    player_close(&b);
}

static void the_same_order_gives_the_same_bytes(void **state)
{
    (void)state;
    each_night(RN_DESK, 5, play_twice);
}

static void play_again(struct random_night *n)
{
    struct player p;

    player_open(&p, n, n->seed);
    for (int i = 0; i < events_of(n); i++) {
        const struct rn_event *ev = &n->events[i];
        apply(&p, i);
        if (ev->type == EVENT_DECISION || ev->type == EVENT_FAILED)
            continue;
        uint32_t claims = core_model(p.core)->claim_count;
        apply(&p, i);
        CHECK(&p, p.out.message_count == 0, "the same again, and: %.*s",
              SLICE_FMT(p.out.messages[0].data));
        CHECK(&p, core_model(p.core)->claim_count == claims, "the same again claims more");
    }
    player_close(&p);
}

static void the_same_document_twice_changes_nothing(void **state)
{
    (void)state;
    each_night(0, 5, play_again);
}

/* ---- another order ---- */

static void add_documents(struct player *p, struct buf *out)
{
    const struct model *m = core_model(p->core);

    struct jsonw j;

    /* without the time of the last change: one order may know a moment that another does not */
    buf_clear(out);
    jsonw_init(&j, out);
    jsonw_object(&j, NULL);
    documents_counts(&j, m->settings, core_tally(p->core));
    jsonw_object_end(&j);
    for (uint32_t i = 0; i < m->race_count; i++) {
        buf_addc(out, '\n');
        documents_race(m, &m->races[i], out);
    }
    CHECK(p, !out->failed, "no room for the documents");
}

/* Every five events happen at one moment. */
static void make_simultaneous(struct random_night *n)
{
    for (int i = 0; i < n->event_count; i++) {
        int last = i / 5 * 5 + 4;
        n->events[i].now_ms = n->events[last < n->event_count ? last : n->event_count - 1].now_ms;
    }
}

/* The order of each source's own events stays. */
static void shuffle(struct random_night *n, int from, int count, int *order)
{
    for (int i = 0; i < count; i++)
        order[i] = from + i;
    for (int step = 0; step < 4 * count; step++) {
        int i = rn_below(n, count - 1);
        if (n->events[order[i]].source != n->events[order[i + 1]].source) {
            int first = order[i];
            order[i] = order[i + 1];
            order[i + 1] = first;
        }
    }
}

static void play_shuffled(struct random_night *n)
{
    struct player a, b;
    struct buf one, two;
    int order[5];

    make_simultaneous(n);
    player_open(&a, n, n->seed);
    player_open(&b, n, n->seed);
    buf_init(&one, 1 << 22);
    buf_init(&two, 1 << 22);
    for (int i = 0; i + 5 <= events_of(n); i += 5) {
        shuffle(n, i, 5, order);
        for (int k = 0; k < 5; k++) {
            apply(&a, i + k);
            apply(&b, order[k]);
        }
        a.at = i + 4;
        add_documents(&a, &one);
        add_documents(&b, &two);
        check_same(&a, &one, &two);
    }
    buf_done(&one);
    buf_done(&two);
    player_close(&a);
    player_close(&b);
}

static void any_order_of_independent_sources_ends_in_the_same_state(void **state)
{
    (void)state;
    each_night(RN_DISJOINT, 5, play_shuffled);
}

/* ---- a restart ---- */

enum { STANDINGS = PAYLOAD_ASIDE + 1 };

struct kept {                        /* what would be durable */
    int rows[RN_SOURCES][STANDINGS]; /* events of payloads; -1 */
    int digests[RN_EVENTS];          /* events of payloads taken */
    int digest_count;
    struct learned names[4000];
    size_t name_count;
    struct memo files[RN_SOURCES], races[RN_RACES];
};

/* A payload takes the place of those that stood for no more than it does. */
static void file_row(int rows[STANDINGS], enum standing_of_payload standing, int event)
{
    for (int i = standing; i < STANDINGS; i++)
        rows[i] = i == (int)standing ? event : -1;
}

static void keep_memos(struct player *p, struct kept *k)
{
    for (size_t i = 0; i < p->out.memo_count; i++) {
        const struct memo *m = &p->out.memos[i];
        uint32_t race = m->source == NONE ? decide_find_race(core_model(p->core), m->race) : NONE;
        struct memo *kept = race == NONE ? &k->files[m->source] : &k->races[race];
        *kept = *m;
        kept->text = arena_copy(p->n->a, m->text);
        kept->race = arena_copy(p->n->a, m->race);
    }
}

static void restore_memos(struct player *p, const struct kept *k)
{
    struct err e = {0};
    for (int i = 0; i < RN_SOURCES; i++) {
        const int *rows = k->rows[i];
        int newest = rows[PAYLOAD_PART] >= 0 ? rows[PAYLOAD_PART] : rows[PAYLOAD_WHOLE];
        struct digest on_air = newest >= 0 ? p->n->events[newest].digest : (struct digest){0, 0};
        bool of_it = digest_eq(k->files[i].on_air, on_air);
        CHECK(p, !k->files[i].text.len || (of_it && core_restore_memo(p->core, &k->files[i], &e)),
              "memo of source %d: %s", i, e.text);
    }
    for (int i = 0; i < RN_RACES; i++)
        CHECK(p, !k->races[i].text.len || core_restore_memo(p->core, &k->races[i], &e),
              "memo of race %d: %s", i, e.text);
}

static void keep_judged(struct player *p, struct kept *k)
{
    keep_memos(p, k);
    for (size_t i = 0; i < p->out.name_count && k->name_count < 4000; i++) {
        struct learned *l = &k->names[k->name_count++];
        *l = p->out.names[i];
        struct slice *texts[] = {&l->contest, &l->choice, &l->name, &l->party};
        for (size_t t = 0; t < 4; t++)
            *texts[t] = arena_copy(p->n->a, *texts[t]);
    }
    for (size_t i = 0; i < p->out.moved_count; i++) {
        const struct moved *j = &p->out.moved[i];
        int *rows = k->rows[j->source];
        for (int from = PAYLOAD_ASIDE; from > (int)j->standing; from--)
            if (rows[from] >= 0 && digest_eq(p->n->events[rows[from]].digest, j->digest)) {
                file_row(rows, j->standing, rows[from]);
                break;
            }
    }
}

static void keep(struct player *p, struct kept *k)
{
    const struct rn_event *ev = &p->n->events[p->at];

    keep_judged(p, k);
    if (ev->type != EVENT_BATCH)
        return;
    if (p->out.keep || p->out.held)
        file_row(k->rows[ev->source],
                 p->out.keep   ? PAYLOAD_WHOLE
                 : p->out.used ? PAYLOAD_PART
                               : PAYLOAD_ASIDE,
                 p->at);
    if (p->out.keep || p->out.used)
        k->digests[k->digest_count++] = p->at;
}

static void restore(struct player *p, const struct player *from, const struct kept *k)
{
    const struct model *m = core_model(from->core);
    const struct random_night *n = p->n;
    struct err e;

    struct core_history h = {m->claims, m->claim_count, m->decisions, m->decision_count};
    bool ok = core_restore_history(p->core, &h, &e);
    for (size_t i = 0; ok && i < k->name_count; i++)
        ok = core_restore_name(p->core, &k->names[i], &e);
    for (int i = 0; ok && i < k->digest_count; i++) {
        const struct rn_event *ev = &n->events[k->digests[i]];
        ok = core_restore_digest(p->core, ev->source, 0, ev->digest, &e);
    }
    CHECK(from, ok, "%s", e.text);
    restore_memos(p, k);
    p->at = from->at;
    int64_t now = n->events[from->at].now_ms;
    for (int at = 0; at <= from->at; at++) /* as they came */
        for (size_t s = 0; s < n->s.source_count; s++)
            for (int i = 0; i < STANDINGS; i++)
                if (k->rows[s][i] == at)
                    apply_as(p, &n->events[at], (enum standing_of_payload)i, now);
    apply_as(p, &restored, NOT_RESTORED, now);
    apply_as(p, &tick, NOT_RESTORED, now);
}

/* The next correction that claims and decisions make, from `at` on. */
static uint32_t next_said(const struct model *m, uint32_t at)
{
    while (at < m->correction_count && m->corrections[at].of == CORRECTION_OF_VOTES)
        at++;
    return at;
}

/* What only claims and decisions make; figures are another matter. */
static void check_restarted(struct player *p, const struct player *was, bool figures)
{
    static const enum tally_count same[] = {
        TALLY_LISTED, TALLY_ENDORSED,  TALLY_WON,           TALLY_LOST,  TALLY_ADVANCED,
        TALLY_CALLED, TALLY_WON_SEATS, TALLY_WON_UNOPPOSED, TALLY_RACES,
    };
    const struct model *a = core_model(was->core), *b = core_model(p->core);

    for (uint32_t i = 0; i < a->endorsed->count; i++)
        CHECK(p, a->standings[i].outcome == b->standings[i].outcome,
              "%s was %s, and is %s after a restart", p->n->ours[i].id,
              outcome_name(a->standings[i].outcome), outcome_name(b->standings[i].outcome));
    for (uint32_t i = next_said(a, 0), k = next_said(b, 0);;
         i = next_said(a, i + 1), k = next_said(b, k + 1)) {
        CHECK(p, (i < a->correction_count) == (k < b->correction_count),
              "%d corrections, %d after a restart", (int)a->correction_count,
              (int)b->correction_count);
        if (i >= a->correction_count)
            break;
        const struct correction *c = &a->corrections[i], *d = &b->corrections[k];
        CHECK(p,
              c->endorsement == d->endorsement && c->at_ms == d->at_ms &&
                  slice_eq(c->was, d->was) && slice_eq(c->then, d->then) &&
                  slice_eq(c->by, d->by) && slice_eq(c->why, d->why),
              "correction %d: %s %.*s -> %.*s by %.*s, %.*s; after a restart %s %.*s -> %.*s by "
              "%.*s, %.*s",
              (int)i, p->n->ours[c->endorsement].id, SLICE_FMT(c->was), SLICE_FMT(c->then),
              SLICE_FMT(c->by), SLICE_FMT(c->why), p->n->ours[d->endorsement].id, SLICE_FMT(d->was),
              SLICE_FMT(d->then), SLICE_FMT(d->by), SLICE_FMT(d->why));
    }
    CHECK(p, a->told_count == b->told_count, "%d were told, %d after a restart", (int)a->told_count,
          (int)b->told_count);
    for (uint32_t i = 0; i < a->told_count; i++) {
        const struct told *t = &a->told[i], *u = &b->told[i];
        CHECK(p,
              t->endorsement == u->endorsement && t->claim == u->claim && t->was == u->was &&
                  t->retraction == u->retraction && t->at_ms == u->at_ms &&
                  t->decision == u->decision && same_id(t->id, u->id),
              "call event %d: %s, claim %d at %" PRId64
              "; after a restart %s, claim %d at %" PRId64,
              (int)i, p->n->ours[t->endorsement].id, (int)t->claim, t->at_ms,
              p->n->ours[u->endorsement].id, (int)u->claim, u->at_ms);
    }
    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++)
        CHECK(p, core_tally(was->core)->n[same[i]] == core_tally(p->core)->n[same[i]],
              "%s differs after a restart", tally_names[same[i]]);
    for (int i = 0; figures && i < TALLY_NUMBERS; i++)
        CHECK(p, core_tally(was->core)->n[i] == core_tally(p->core)->n[i],
              "%s was %" PRId64 ", and is %" PRId64 " after a restart", tally_names[i],
              core_tally(was->core)->n[i], core_tally(p->core)->n[i]);
}

/* Whose marks are advice only, and which marks that vanished together are waited for. */
static void check_remembered(struct player *p, const struct player *was)
{
    const struct model *a = core_model(was->core), *b = core_model(p->core);

    for (size_t s = 0; s < p->n->s.source_count; s++)
        CHECK(p, a->feeds[s].advisory == b->feeds[s].advisory,
              "%.*s is advisory, or is not, after a restart", SLICE_FMT(p->n->sources[s].name));
    for (uint32_t i = 0; i < a->fading_count; i++) {
        const struct fading *f = &a->fading[i];
        const struct fading *again =
            fading_find(b, &(struct fading_of){f->endorsement, f->line, f->by});
        CHECK(p, !f->held || (again && again->held), "%s is not held after a restart",
              p->n->ours[f->endorsement].id);
    }
}

static void play_restarted(struct random_night *n)
{
    struct player a, b;
    struct kept *k = calloc(1, sizeof *k);
    int at = n->event_count > 1 ? rn_below(n, n->event_count) : 0;

    assert_non_null(k);
    at = at < events_of(n) ? at : events_of(n) - 1;
    for (int i = 0; i < RN_SOURCES; i++)
        for (int j = 0; j < STANDINGS; j++)
            k->rows[i][j] = -1;
    player_open(&a, n, n->seed);
    for (int i = 0; i <= at; i++) {
        a.at = i;
        while (apply_tick(&a, n->events[i].now_ms))
            keep_judged(&a, k);
        apply_event(&a, i);
        keep(&a, k);
    }
    apply_as(&a, &tick, NOT_RESTORED, n->events[at].now_ms);
    keep_judged(&a, k);
    player_open(&b, n, n->seed + 1);
    restore(&b, &a, k);
    check_restarted(&b, &a, (n->traits & RN_CALM) && (n->traits & RN_DISJOINT));
    check_remembered(&b, &a);
    free(k);
    player_close(&a);
    player_close(&b);
}

static void a_restart_changes_no_outcome(void **state)
{
    (void)state;
    each_night(RN_DESK, 5, play_restarted);
    each_night(RN_CALM | RN_DISJOINT, 5, play_restarted);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_count_adds_up_after_every_event),
        cmocka_unit_test(where_nobody_may_call_nothing_is_won),
        cmocka_unit_test(the_same_order_gives_the_same_bytes),
        cmocka_unit_test(the_same_document_twice_changes_nothing),
        cmocka_unit_test(any_order_of_independent_sources_ends_in_the_same_state),
        cmocka_unit_test(a_restart_changes_no_outcome),
    };

    return cmocka_run_group_tests_name("core_property", tests, NULL, NULL);
}
