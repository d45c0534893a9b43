/* SPDX-License-Identifier: ISC */
/* A core that is played a random night; what fails says how to repeat it. */
#ifndef TALLYD_TESTS_RANDOM_PLAYER_H
#define TALLYD_TESTS_RANDOM_PLAYER_H

#include "tests/unit/random_night.h"
#include "tests/unit/sampled.h"

#include <inttypes.h>
#include <stdlib.h>

struct player {
    struct random_night *n;
    struct core *core;
    struct effects out;
    struct arena *a; /* of one event */
    struct tally before;
    uint32_t told;  /* calls and retractions, by their messages */
    int at;         /* the event at hand */
    int64_t now_ms; /* of the last event */
    int idle;       /* ticks asked for at once, one after the other */
};

static inline int64_t number_from(const char *name, int64_t otherwise)
{
    const char *value = getenv(name);
    int64_t number = otherwise;

    if (value && !num_parse(slice_of(value), 0, INT64_MAX, &number))
        fail_msg("%s=%s is no number", name, value);
    return number;
}

/* What fails names the night and how far to play it. Not by fail_msg: its room is small. */
static inline void failed(const struct player *p, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
static inline void failed(const struct player *p, const char *fmt, ...)
{
    va_list args;

    printf("repeat: SEED=%" PRIu64 " N=1 EVENTS=%d; traits %" PRIu32 ": ", p->n->seed, p->at + 1,
           p->n->traits);
    va_start(args, fmt);
    vprintf(fmt, args);
    va_end(args);
    printf("\n");
    fail();
}

#define CHECK(p, what, ...) ((what) ? (void)0 : failed(p, __VA_ARGS__))

static inline void player_open(struct player *p, struct random_night *n, uint64_t hash_seed)
{
    struct err e;

    memset(p, 0, sizeof *p);
    p->n = n;
    p->a = arena_new((size_t)64 << 20);
    n->s.seed = hash_seed;
    if (!effects_init(&p->out, &e) || !core_new(&n->s, &n->list, &p->core, &e))
        fail_msg("seed %" PRIu64 ": %s", n->seed, e.text);
    p->before = *core_tally(p->core);
    p->now_ms = NIGHT_AT(-60);
}

static inline void player_close(struct player *p)
{
    core_free(p->core);
    effects_done(&p->out);
    arena_free(p->a);
}

/* TRACE=1 shows what happens, to see why. */
static inline void trace(const struct rn_event *ev, const struct effects *out)
{
    static const char *const types[] = {"batch",    "unchanged", "failed",
                                        "decision", "restored",  "tick"};
    char when[25];

    if (!getenv("TRACE"))
        return;
    when_format(ev->now_ms, when);
    printf("== %s %s of source %u: %s %.*s\n%s\n", when, types[ev->type], ev->source,
           verdict_info[out->verdict].name, SLICE_FMT(out->verdict_text), ev->text ? ev->text : "");
    for (size_t i = 0; i < out->note_count; i++)
        printf("note: %.*s\n", SLICE_FMT(out->notes[i].text));
    for (size_t i = 0; i < out->claim_count; i++)
        printf("claim: %.*s %s by %.*s, %.*s\n", SLICE_FMT(out->claims[i].endorsement_id),
               outcome_name(out->claims[i].outcome), SLICE_FMT(out->claims[i].by),
               SLICE_FMT(out->claims[i].reason));
}

/* As it came, or as one of our own copies: how it stood. */
#define NOT_RESTORED ((enum standing_of_payload)(PAYLOAD_ASIDE + 1))

static inline void apply_as(struct player *p, const struct rn_event *from,
                            enum standing_of_payload standing, int64_t now_ms)
{
    struct event ev = {.type = from->type,
                       .source = from->source,
                       .digest = from->digest,
                       .received_ms = from->now_ms,
                       .restored = standing != NOT_RESTORED,
                       .standing = standing != NOT_RESTORED ? standing : PAYLOAD_WHOLE,
                       .verdict = VERDICT_UNREACHABLE,
                       .text = SLICE("no answer"),
                       .decision = from->decision};
    struct results batch;

    arena_reset(p->a);
    if (from->type == EVENT_BATCH) {
        batch = batch_of(p->a, from->text);
        ev.batch = &batch;
    }
    effects_reset(&p->out);
    core_apply(p->core, &ev, now_ms, &p->out);
    trace(from, &p->out);
    CHECK(p, p->out.err.kind == ERR_NONE || from->type == EVENT_DECISION, "%s", p->out.err.text);
    CHECK(p, p->out.err.kind != ERR_BUG, "%s", p->out.err.text);
}

static const struct rn_event tick = {.type = EVENT_TICK}, restored = {.type = EVENT_RESTORED};

/* What the core asks for before the next event, one at a time. */
static inline bool apply_tick(struct player *p, int64_t until_ms)
{
    int64_t at = core_next_tick(p->core, p->now_ms);

    if (at >= until_ms)
        return false;
    p->idle = at > p->now_ms ? 0 : p->idle + 1;
    CHECK(p, p->idle < 3, "the core asks for ticks that change nothing");
    p->now_ms = at > p->now_ms ? at : p->now_ms;
    apply_as(p, &tick, NOT_RESTORED, p->now_ms);
    return true;
}

static inline void apply_event(struct player *p, int at)
{
    p->at = at;
    p->now_ms = p->n->events[at].now_ms;
    apply_as(p, &p->n->events[at], NOT_RESTORED, p->now_ms);
}

static inline void apply(struct player *p, int at)
{
    while (apply_tick(p, p->n->events[at].now_ms))
        ;
    apply_event(p, at);
}

static inline int events_of(const struct random_night *n)
{
    int64_t most = number_from("EVENTS", n->event_count);

    return most < n->event_count ? (int)most : n->event_count;
}

/* Each of N nights, one after the other. `share`: only every so manyth of them. */
static inline void each_night(uint32_t traits, int64_t share, void (*play)(struct random_night *n))
{
    int64_t first = number_from("SEED", 1), count = number_from("N", 100 / every());

    count = count / share > 0 ? count / share : 1;
    for (int64_t i = 0; i < count; i++) {
        struct random_night *n = malloc(sizeof *n);
        assert_non_null(n);
        random_night_open(n, (uint64_t)(first + i), traits);
        play(n);
        random_night_close(n);
        free(n);
    }
}

#endif
