/* SPDX-License-Identifier: ISC */
/* A small election night for tests of core: a list, some sources, payloads as lines of text
 * (batch.h). Polls close at 19:00 UTC of 3 November 2026; times are minutes after that. */
#ifndef TALLYD_TESTS_NIGHT_H
#define TALLYD_TESTS_NIGHT_H

#include <string.h>

#include "daemon/base/when.h"
#include "daemon/core/core.h"
#include "daemon/core/documents.h"
#include "daemon/core/endorse.h"
#include "tests/unit/batch.h"

#define NIGHT_DATE (INT64_C(1793664000) * 1000) /* 2026-11-03T00:00Z */
#define NIGHT_AT(minutes) (NIGHT_DATE + 19 * WHEN_HOUR + (int64_t)(minutes)*WHEN_MINUTE)
#define NIGHT_SOURCES 4

struct night {
    struct arena *a;
    struct zone *zone;
    struct settings s;
    struct settings_source sources[NIGHT_SOURCES];
    struct settings_polls polls[4];
    struct slice order[4];
    struct endorsements list;
    struct core *core;
    struct effects out;
    uint64_t serial; /* makes every payload another one */
    int64_t received;
    struct slice ahead; /* what went ahead of the last event's other messages */
    int ahead_count;
};

/* UTC, as the shortest file that is one. */
static inline struct zone *night_zone(void)
{
    static const char v1[] = "TZif2\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
                             "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\4"
                             "\0\0\0\0\0\0UTC\0";
    struct slice half = {v1, sizeof v1 - 1};
    char bytes[256];
    struct err e;
    size_t n = 0;

    memcpy(bytes, half.ptr, half.len);
    n += half.len;
    memcpy(bytes + n, half.ptr, half.len);
    n += half.len;
    memcpy(bytes + n, "\nUTC0\n", 6);
    n += 6;
    struct zone *z = zone_parse(SLICE("UTC"), (struct slice){bytes, n}, &e);
    if (!z)
        fail_msg("zone: %s", e.text);
    return z;
}

static const struct slice night_files[1];

/* Sources: 0 "ap" and 1 "ddhq" are call feeds, 2 "state" an official one, 3 "votes" makes no calls.
 */
static inline void night_settings(struct night *n)
{
    static const struct slice names[] = {SLICE_INIT("ap"), SLICE_INIT("ddhq"), SLICE_INIT("state"),
                                         SLICE_INIT("votes")};
    static const struct slice authorities[] = {SLICE_INIT("ap"), SLICE_INIT("ddhq"),
                                               SLICE_INIT("official"), SLICE_INIT("official")};
    static const struct slice states_used[] = {SLICE_INIT("GA"), SLICE_INIT("NJ"), SLICE_INIT("PA"),
                                               SLICE_INIT("DC")};
    for (int i = 0; i < NIGHT_SOURCES; i++)
        n->sources[i] = (struct settings_source){
            .name = names[i],
            .authority = authorities[i],
            .votes = true,
            .calls = i < 3 ? CALLS_YES : CALLS_NO,
            .priority = i,
            .stale_after_ms = 10 * WHEN_MINUTE,
            .files = night_files,
            .file_count = 1,
        };
    for (int i = 0; i < 4; i++)
        n->polls[i] =
            (struct settings_polls){.state = states_used[i], .minute = 19 * 60, .zone = n->zone};
    n->order[0] = SLICE("desk");
    n->order[1] = SLICE("ap");
    n->order[2] = SLICE("ddhq");
    n->order[3] = SLICE("official");
    n->s = (struct settings){
        .election = SLICE("Test night"),
        .mode = MODE_LIVE,
        .zone = n->zone,
        .date = NIGHT_DATE,
        .sources = n->sources,
        .source_count = NIGHT_SOURCES,
        .polls = n->polls,
        .polls_count = 4,
        .call_order = n->order,
        .call_order_count = 4,
        .guards = settings_guards_default,
        .percent = PERCENT_FLOOR,
        .percent_from = 10,
    };
}

static inline void night_core(struct night *n)
{
    struct err e;

    if (!core_new(&n->s, &n->list, &n->core, &e))
        fail_msg("core_new: %s", e.text);
}

/* Its core anew, of settings that were changed. */
static inline void night_anew(struct night *n)
{
    core_free(n->core);
    night_core(n);
}

static inline void night_open(struct night *n, const char *csv)
{
    struct buf problems;
    struct err e;

    memset(n, 0, sizeof *n);
    n->a = arena_new((size_t)256 << 20);
    n->zone = night_zone();
    night_settings(n);
    buf_init(&problems, 65536);
    if (!endorse_parse(slice_of(csv), NULL, 0, NIGHT_DATE, n->a, &n->list, &problems, &e))
        fail_msg("endorsements: %s %.*s", e.text, SLICE_FMT(buf_slice(&problems)));
    buf_done(&problems);
    if (!effects_init(&n->out, &e))
        fail_msg("%s", e.text);
    night_core(n);
}

static inline void night_close(struct night *n)
{
    core_free(n->core);
    effects_done(&n->out);
    zone_free(n->zone);
    arena_free(n->a);
}

/* What went ahead is the first of the messages, and rests on nothing. */
static inline void night_look_ahead(const struct night *n)
{
    bool light = n->out.claim_count == 0 && n->out.message_count > 0;
    for (size_t i = 0; i < n->out.message_count; i++)
        light &= n->out.messages[i].event_id.len == 0;
    for (size_t i = 0; i < n->out.memo_count; i++)
        light &= !n->out.memos[i].tell || n->out.memos[i].source == NONE;
    assert_true(light && n->out.messages[0].type == MESSAGE_RACE);
    assert_ptr_equal(n->out.messages[0].data.ptr, n->ahead.ptr);
}

/* Nothing the core does may end in an error of its own. */
static inline void night_apply(struct night *n, const struct event *event, int64_t now_ms)
{
    core_begin(n->core, event, now_ms, &n->out);
    assert_true(n->out.message_count <= 1);
    n->ahead = n->out.message_count > 0 ? n->out.messages[0].data : (struct slice){0};
    n->ahead_count += n->ahead.len > 0;
    core_finish(n->core);
    if (n->out.err.kind != ERR_NONE)
        fail_msg("core_apply: %s", n->out.err.text);
    if (n->ahead.len > 0)
        night_look_ahead(n);
}

/* A new payload of a source, as lines of text. */
static inline void night_batch(struct night *n, uint32_t source, const char *text, int64_t now_ms)
{
    struct results batch = batch_of(n->a, text);
    struct event ev = {
        .type = EVENT_BATCH,
        .source = source,
        .batch = &batch,
        .digest = {++n->serial, source},
        .received_ms = now_ms,
    };
    night_apply(n, &ev, now_ms);
}

static inline void night_unchanged(struct night *n, uint32_t source, int64_t now_ms)
{
    struct event ev = {.type = EVENT_UNCHANGED, .source = source, .received_ms = now_ms};

    night_apply(n, &ev, now_ms);
}

static inline void night_tick(struct night *n, int64_t now_ms)
{
    struct event ev = {.type = EVENT_TICK};

    night_apply(n, &ev, now_ms);
}

/* The desk decides, by the login "maria". False: refused, n->out.err says why. */
static inline bool night_decide(struct night *n, const char *verb, const char *target,
                                const char *argument, int64_t now_ms)
{
    struct event ev = {.type = EVENT_DECISION,
                       .decision = {.verb = slice_of(verb),
                                    .target = slice_of(target),
                                    .argument = slice_of(argument),
                                    .reason = SLICE("the clerk said so"),
                                    .url = SLICE("https://clerk.example/1"),
                                    .by = SLICE("maria")}};

    core_apply(n->core, &ev, now_ms, &n->out);
    assert_true((n->out.decision != NULL) == (n->out.err.kind == ERR_NONE));
    return n->out.decision != NULL;
}

static inline bool night_says(struct slice data, const char *text)
{
    return slice_find(data, slice_of(text)) != SIZE_MAX;
}

/* Was the last decision refused for this, and nothing told? */
static inline bool night_refused(const struct night *n, const char *why)
{
    if (n->out.err.kind != ERR_NONE && n->out.message_count == 0 &&
        night_says(slice_of(n->out.err.text), why))
        return true;
    print_error("%s\n", n->out.err.text);
    return false;
}

/* A claim as it is once its core is gone. */
static inline struct claim night_keep_claim(struct arena *a, struct claim c)
{
    struct slice *const texts[] = {&c.race_id, &c.endorsement_id, &c.line,     &c.by,
                                   &c.basis,   &c.reason,         &c.evidence, &c.row};

    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
        *texts[i] = arena_copy(a, *texts[i]);
    return c;
}

/* Claims and decisions into a core, before its first event. */
static inline bool night_claims(struct core *c, const struct claim *claims, size_t n)
{
    struct core_history h = {.claims = claims, .claim_count = n};
    struct err e;

    return core_restore_history(c, &h, &e);
}

static inline bool night_decisions(struct core *c, const struct decision *decisions, size_t n)
{
    struct core_history h = {.decisions = decisions, .decision_count = n};
    struct err e;

    return core_restore_history(c, &h, &e);
}

/* A win by `by`, and a decision by "maria", both of NIGHT_AT(1), as a start finds them. */
static inline bool night_claimed(struct core *c, int64_t number, const char *race, const char *id,
                                 const char *by)
{
    struct claim won = {.number = number,
                        .race_id = slice_of(race),
                        .endorsement_id = slice_of(id),
                        .by = slice_of(by),
                        .outcome = OUTCOME_WON,
                        .at_ms = NIGHT_AT(1),
                        .called_at_ms = WHEN_UNKNOWN};

    return night_claims(c, &won, 1);
}

static inline bool night_decided(struct core *c, int64_t number, const char *verb,
                                 const char *target, const char *argument)
{
    struct decision d = {.number = number,
                         .at_ms = NIGHT_AT(1),
                         .verb = slice_of(verb),
                         .target = slice_of(target),
                         .argument = slice_of(argument),
                         .reason = SLICE("r"),
                         .by = SLICE("maria")};

    return night_decisions(c, &d, 1);
}

static inline bool night_restore(struct core *c, const struct model *m)
{
    struct core_history h = {m->claims, m->claim_count, m->decisions, m->decision_count};
    struct err e;

    return core_restore_history(c, &h, &e);
}

/* A new core of what the old one made durable; the old one is returned. */
static inline struct core *night_restart(struct night *n)
{
    struct core *old = n->core;
    const struct model *m = core_model(old);

    night_core(n);
    if (!night_restore(n->core, m))
        fail_msg("the night's own claims and decisions are refused");
    return old;
}

/* ... and its last good payload of one source, which is all that was kept. */
static inline void night_kept(struct night *n, uint32_t source, const char *text,
                              struct digest digest, int64_t received_ms, int64_t now_ms)
{
    struct results batch = batch_of(n->a, text);
    struct event kept = {.type = EVENT_BATCH,
                         .source = source,
                         .batch = &batch,
                         .digest = digest,
                         .received_ms = received_ms,
                         .restored = true};
    struct event all = {.type = EVENT_RESTORED};

    night_apply(n, &kept, now_ms);
    night_apply(n, &all, now_ms);
}

static inline uint32_t night_index(const struct night *n, const char *id)
{
    for (uint32_t i = 0; i < n->list.count; i++)
        if (slice_is(n->list.list[i].id, id))
            return i;
    fail_msg("no endorsement %s", id);
    return 0;
}

static inline enum outcome night_outcome(const struct night *n, const char *id)
{
    return core_model(n->core)->standings[night_index(n, id)].outcome;
}

static inline void outcome_is(const struct night *n, const char *id, enum outcome o)
{
    if (night_outcome(n, id) != o)
        fail_msg("%s is %s, not %s", id, outcome_name(night_outcome(n, id)), outcome_name(o));
}

static inline const struct race *night_race(const struct night *n, const char *id)
{
    const struct model *m = core_model(n->core);

    return &m->races[m->standings[night_index(n, id)].race];
}

/* How many messages of a type the last event brought. */
static inline size_t night_count(const struct night *n, enum message_type type)
{
    size_t count = 0;

    for (size_t i = 0; i < n->out.message_count; i++)
        count += n->out.messages[i].type == type;
    return count;
}

/* Its n-th message of a type. */
static inline const struct message *night_message(const struct night *n, enum message_type type,
                                                  size_t at)
{
    for (size_t i = 0; i < n->out.message_count; i++)
        if (n->out.messages[i].type == type && at-- == 0)
            return &n->out.messages[i];
    fail_msg("no such message of type %d", (int)type);
    return NULL;
}

#endif
