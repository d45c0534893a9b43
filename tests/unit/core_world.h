/* SPDX-License-Identifier: ISC */
/* A model with a few sources and nothing else, and payloads for it out of lines of text. */
#ifndef TALLYD_TESTS_CORE_WORLD_H
#define TALLYD_TESTS_CORE_WORLD_H

#include <stdlib.h>
#include <string.h>

#include "daemon/core/feed.h"
#include "tests/unit/batch.h"

enum { WORLD_SOURCES = 4 };

struct world {
    struct settings settings;
    struct settings_source sources[WORLD_SOURCES];
    struct settings_polls polls[4];
    struct endorsements endorsed;
    struct model m;
    struct arena *arena;       /* of one payload */
    struct feed_report report; /* of the last payload */
    struct err err;
    int64_t start; /* 2021-01-06T01:00Z, an hour after the close in GA */
};

static inline int64_t world_when(const char *z)
{
    return batch_when(slice_of(z));
}

static inline int world_set_up(void **state)
{
    struct world *w = calloc(1, sizeof(*w));

    if (!w)
        return -1;
    for (int i = 0; i < WORLD_SOURCES; i++) {
        static const char *const names[] = {"one", "two", "three", "four"};
        w->sources[i] = (struct settings_source){
            .name = slice_of(names[i]), .state = SLICE("GA"), .votes = true};
    }
    w->polls[0] = (struct settings_polls){.state = SLICE("GA"), .minute = 1440};
    w->settings = (struct settings){.sources = w->sources,
                                    .source_count = WORLD_SOURCES,
                                    .polls = w->polls,
                                    .polls_count = 1,
                                    .guards = settings_guards_default,
                                    .date = world_when("2021-01-05T00:00:00Z")};
    w->start = world_when("2021-01-06T01:00:00Z");
    w->m = (struct model){.settings = &w->settings,
                          .endorsed = &w->endorsed,
                          .checked_ms = WHEN_UNKNOWN,
                          .strings = arena_new((size_t)16 << 20)};
    w->arena = arena_new((size_t)64 << 20);
    *state = w;
    return feed_init(&w->m, &w->err) ? 0 : -1;
}

static inline int world_tear_down(void **state)
{
    struct world *w = *state;

    feed_done(&w->m);
    arena_free(w->m.strings);
    arena_free(w->arena);
    free(w);
    return 0;
}

/* Take a payload of a source at start + `second`; its bytes are its text, plus `salt` so that the
 * same figures can come in other bytes. The report lives until the next one. */
static inline enum verdict world_take_as(struct world *w, uint32_t source, uint32_t file,
                                         int64_t second, const char *text, const char *salt,
                                         bool restored)
{
    int64_t now = w->start + second * WHEN_SECOND;

    arena_reset(w->arena);
    struct results batch = batch_of(w->arena, text);
    struct slice bytes = arena_printf(w->arena, "%s\n%s", text, salt);
    struct event event = {.type = EVENT_BATCH,
                          .source = source,
                          .file = file,
                          .batch = &batch,
                          .digest = digest_of(bytes),
                          .received_ms = now,
                          .restored = restored};
    w->report.arena = w->arena;
    if (!feed_take(&w->m, &event, now, &w->report, &w->err))
        fail_msg("%s", w->err.text);
    return w->report.verdict;
}

static inline enum verdict world_take(struct world *w, int64_t second, const char *text)
{
    return world_take_as(w, 0, 0, second, text, "", false);
}

/* The site says that nothing is new since the payload of these lines. */
static inline enum verdict world_unchanged(struct world *w, int64_t second, const char *text)
{
    int64_t now = w->start + second * WHEN_SECOND;

    arena_reset(w->arena);
    struct event event = {.type = EVENT_UNCHANGED,
                          .digest = digest_of(arena_printf(w->arena, "%s\n", text)),
                          .received_ms = now};
    w->report.arena = w->arena;
    if (!feed_unchanged(&w->m, &event, now, &w->report, &w->err))
        fail_msg("%s", w->err.text);
    return w->report.verdict;
}

/* How often the last report notes this verdict. */
static inline size_t world_notes(const struct world *w, enum verdict v)
{
    size_t n = 0;

    for (size_t i = 0; i < w->report.note_count; i++)
        n += w->report.notes[i].verdict == v;
    return n;
}

/* The contest of a source by its id, or text; NULL. */
static inline struct feed_contest *world_contest(struct world *w, uint32_t source, const char *id)
{
    size_t at = 0;
    void *value;

    while (map_next(w->m.feeds[source].contests, &at, NULL, &value)) {
        struct feed_contest *c = value;
        if (slice_is(c->id, id) || slice_is(c->text, id))
            return c;
    }
    return NULL;
}

static inline int64_t world_votes(struct world *w, uint32_t source, const char *id,
                                  const char *unit, const char *choice)
{
    const struct feed_contest *c = world_contest(w, source, id);

    for (uint32_t u = 0; c && u < c->unit_count; u++)
        for (uint32_t k = 0; slice_is(c->units[u].name, unit) && k < c->choice_count; k++)
            if (slice_is(c->choices[k].name, choice) || slice_is(c->choices[k].id, choice))
                return c->units[u].votes[k];
    return VOTES_ABSENT;
}

#endif
