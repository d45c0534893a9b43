/* SPDX-License-Identifier: ISC */
/* A night in which memory ends: at the first allocation, at the second and so on, once on the heap,
 * and for good in each arena. Something may be missing then, and is said; nothing is torn: no
 * crash, no count that does not add up. */
#include "tests/unit/night.h"

#include <stdlib.h>

#include "daemon/core/tally.h"

/* ---- allocations of the program's come here (-Wl,--wrap) ---- */

static bool armed;                             /* within a call of the core's */
static size_t heap_calls;                      /* so far in this play */
static size_t heap_fails_at;                   /* this call fails; SIZE_MAX: none */
static size_t arenas;                          /* made in this play */
static size_t arena_chosen, arena_allocations; /* which of them refuses, after how many */
static struct arena *chosen;
static bool refused;

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
struct arena *__real_arena_new(size_t cap);
void __real_arena_free(struct arena *a);
void __real_arena_reset(struct arena *a);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
struct arena *__wrap_arena_new(size_t cap);
void __wrap_arena_free(struct arena *a);
void __wrap_arena_reset(struct arena *a);

static bool gives(void)
{
    if (!armed || heap_calls++ != heap_fails_at)
        return true;
    refused = true;
    return false;
}

void *__wrap_malloc(size_t size)
{
    return gives() ? __real_malloc(size) : NULL;
}

void *__wrap_calloc(size_t count, size_t size)
{
    return gives() ? __real_calloc(count, size) : NULL;
}

void *__wrap_realloc(void *old, size_t size)
{
    return gives() ? __real_realloc(old, size) : NULL;
}

struct arena *__wrap_arena_new(size_t cap)
{
    struct arena *a = __real_arena_new(cap);

    if (a && armed && arenas++ == arena_chosen) {
        chosen = a;
        arena_refuse_after(a, arena_allocations);
    }
    return a;
}

/* Before what it refused is forgotten. */
static void look(struct arena *a)
{
    if (!a || a != chosen)
        return;
    refused |= arena_refused(a);
}

void __wrap_arena_free(struct arena *a)
{
    look(a);
    if (a == chosen)
        chosen = NULL;
    __real_arena_free(a);
}

void __wrap_arena_reset(struct arena *a)
{
    look(a);
    __real_arena_reset(a);
}

/* ---- the night ---- */

static const char list[] =
    "endorsement_id,candidate_name,state,office,district,party,race_id,seats_to_fill,source_hints,"
    "status,county,counties,held_by,tags,jurisdiction\n"
    "ann,Ann Archer,GA,State Senate,1,D,ga-ss-1,1,,active,,,R,labor|women,\n"
    "bob,Bob Baker,GA,State Senate,1,D,ga-ss-1,1,,active,,,R,,\n"
    "cat,Cat Cole,GA,School Board,2,D,ga-sb-2,2,ap=2,active,Cobb,,,labor,Cobb\n"
    "dan,Dan Dorn,GA,School Board,2,D,ga-sb-2,2,ap=2,write_in,Cobb,,,,Cobb\n"
    "gus,Gus Gray,GA,Coroner,,D,ga-coroner,1,,unopposed,Bibb,,,,\n"
    "hal,Hal Hill,NJ,Sheriff,,D,nj-sheriff,1,,elected_unopposed,Essex,,,,\n"
    "ivy,Ivy Inn,PA,State Senate,9,D,,1,,withdrawn,,Berks|York,,,\n"
    "jon,Jon Jay,PA,State Senate,10,D,,1,,active,,Berks|York,,,\n";

enum { AP, DDHQ, STATE, VOTES };

#define SENATE(a, b, votes)                                                                        \
    "contest 1|State Senate District 1|GA ; stated seats=1\nchoice 11|Archer, Ann|D ; " a          \
    "\nchoice 12|Bob Baker|D ; " b "\nchoice 13|Other One|R\ntotal " votes " ; units=3/10\n"
#define BOARD                                                                                      \
    "contest 2|School Board District 2|GA|Cobb ; allowed=2\nchoice 21|Cat Cole\n"                  \
    "choice 22|Dan Dorn| ; write-in\nchoice 23|Write-in| ; write-in\ntotal 90 7 4\n"
#define COUNTIES(a, b)                                                                             \
    "contest 3|State Senate District 10|PA\nchoice 31|Jon Jay|D\nchoice 32|Else One|R\n"           \
    "county 42001|Berks ; " a "\ncounty 42003|York ; " b "\n"

static const struct step {
    uint32_t source;
    int minute;
    const char *payload;                  /* or */
    const char *verb, *target, *argument; /* or neither: a tick */
} steps[] = {
    {AP, -5, SENATE("", "", "9 9 9"), NULL, NULL, NULL}, /* before polls close */
    {0, 0, NULL, NULL, NULL, NULL},
    {AP, 1, "facts own=2026-11-03T19:00:30Z\n" SENATE("", "", "500 400 300") BOARD, 0, 0, 0},
    {VOTES, 2, SENATE("", "", "510 400 300") COUNTIES("5 8", "7 1"), NULL, NULL, NULL},
    {AP, 3, "facts own=2026-11-03T19:02:30Z\n" SENATE("won", "", "700 600 500") BOARD, 0, 0, 0},
    {DDHQ, 4, SENATE("", "won", "700 650 500"), NULL, NULL, NULL},
    {0, 5, NULL, "call", "cat", "won"},
    {VOTES, 6, SENATE("", "", "100 400 300") COUNTIES("5 8", "0 0"), NULL, NULL, NULL},
    {VOTES, 7, SENATE("", "", "400 700 300") COUNTIES("8 5", "7 1"), NULL, NULL, NULL},
    {AP, 8, "facts own=2026-11-03T19:07:30Z\n" SENATE("", "", "900 800 700"), NULL, NULL, NULL},
    {0, 9, NULL, "uncall", "ann", ""},
    {0, 10, NULL, "mark", "ga-ss-1", "recount"},
    {AP, 11, "facts own=2026-11-03T19:10:30Z\n" SENATE("", "", "901 800 700"), 0, 0, 0},
    {0, 12, NULL, "polls", "GA/Cobb", "20:30"},
    {0, 13, NULL, "endorse status", "bob", "withdrawn"},
    {0, 14, NULL, "release", "ga-ss-1", ""},
    {0, 40, NULL, NULL, NULL, NULL},
};
#define STEPS (sizeof steps / sizeof steps[0])

struct payloads {
    struct results batch[STEPS];
};

/* Every count adds up, whatever is missing. */
static void check(const struct night *n)
{
    struct tally all = {0};

    tally_all(&all, core_model(n->core), NULL);
    const int64_t *c = all.n;
    assert_int_equal(c[TALLY_ENDORSED],
                     c[TALLY_WON] + c[TALLY_LOST] + c[TALLY_ADVANCED] + c[TALLY_PENDING]);
    assert_true(tally_same(&all, core_tally(n->core)));
}

static void ask(struct night *n)
{
    struct decision d = {.verb = SLICE("call"),
                         .target = SLICE("jon"),
                         .argument = SLICE("won"),
                         .reason = SLICE("r"),
                         .by = SLICE("maria")};
    struct slice filter = SLICE("state:GA");
    struct err e;
    struct buf out;
    const struct model *m = core_model(n->core);

    buf_init(&out, 1 << 20);
    (void)!documents_explain(m, core_tally(n->core), SLICE("ann"), NIGHT_AT(41), &out, &e);
    (void)!documents_races(m, &filter, 1, true, &out, &e);
    documents_matches(m, &out);
    documents_unmatched(m, &out);
    documents_sources(m, NIGHT_AT(41), false, &out);
    (void)!core_preview(n->core, &d, NIGHT_AT(41), &out, &e);
    buf_done(&out);
}

/* One night; what is refused is refused. */
static void play(const struct payloads *p)
{
    struct night n;
    struct err e;

    memset(&n, 0, sizeof n);
    heap_calls = arenas = 0;
    refused = false;
    chosen = NULL;
    night_open(&n, list); /* with memory: the list is the test's own */
    core_free(n.core);
    n.core = NULL;
    effects_done(&n.out);
    armed = true;
    bool ok = effects_init(&n.out, &e) && core_new(&n.s, &n.list, &n.core, &e);
    for (size_t i = 0; ok && i < STEPS; i++) {
        const struct step *s = &steps[i];
        struct event ev = {.type = EVENT_TICK,
                           .source = s->source,
                           .batch = &p->batch[i],
                           .digest = {i + 1, s->source},
                           .received_ms = NIGHT_AT(s->minute)};
        ev.type = s->payload ? EVENT_BATCH : s->verb ? EVENT_DECISION : EVENT_TICK;
        if (s->verb)
            ev.decision = (struct decision){.verb = slice_of(s->verb),
                                            .target = slice_of(s->target),
                                            .argument = slice_of(s->argument),
                                            .reason = SLICE("r"),
                                            .url = SLICE("u"),
                                            .by = SLICE("maria")};
        core_apply(n.core, &ev, NIGHT_AT(s->minute), &n.out);
        armed = false;
        check(&n);
        armed = true;
    }
    if (ok) {
        core_snapshot(n.core, NIGHT_AT(41), &n.out);
        ask(&n);
    }
    armed = false;
    night_close(&n);
}

static void make(struct payloads *p, struct arena *a)
{
    for (size_t i = 0; i < STEPS; i++)
        if (steps[i].payload)
            p->batch[i] = batch_of(a, steps[i].payload);
}

static struct payloads payloads;

static void test_the_heap_ends_once(void **state)
{
    struct arena *a = arena_new((size_t)64 << 20);
    (void)state;
    make(&payloads, a);
    arena_chosen = SIZE_MAX;
    heap_fails_at = SIZE_MAX;
    play(&payloads);
    size_t all = heap_calls;
    assert_true(all > 50);
    for (heap_fails_at = 0; heap_fails_at < all; heap_fails_at++)
        play(&payloads);
    heap_fails_at = SIZE_MAX;
    arena_free(a);
}

static void test_an_arena_is_full(void **state)
{
    struct arena *a = arena_new((size_t)64 << 20);
    size_t plays = 0;
    (void)state;
    make(&payloads, a);
    heap_fails_at = SIZE_MAX;
    arena_chosen = SIZE_MAX;
    play(&payloads);
    size_t all = arenas;
    for (size_t k = 0; k < all; k++)
        for (arena_chosen = k, arena_allocations = 0, refused = true; refused; plays++) {
            play(&payloads);
            arena_allocations++;
        }
    print_message("%zu arenas, %zu plays\n", all, plays);
    arena_chosen = SIZE_MAX;
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_heap_ends_once),
        cmocka_unit_test(test_an_arena_is_full),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
