/* SPDX-License-Identifier: ISC */
/* One race of core_world.h's sources, for tests of merging: Ann and Bob are endorsed in it. */
#ifndef TALLYD_TESTS_MERGE_WORLD_H
#define TALLYD_TESTS_MERGE_WORLD_H

#include "daemon/core/match_index.h"
#include "daemon/core/merge.h"
#include "daemon/core/pins.h"
#include "tests/unit/core_world.h"

static const char *const people[2] = {"Ann", "Bob"};

struct merge_world {
    struct race race;
    struct link links[64];
    struct feed_contest *contests[32];
    struct endorsement endorsement[2];
    struct match match;
    struct match_person persons[2]; /* who has been seen nowhere but where link_all says */
    bool changed;
};

static struct merge_world *mw; /* of the running test */

static inline int set_up(void **state)
{
    if (world_set_up(state) != 0)
        return -1;
    struct world *w = *state;
    mw = calloc(1, sizeof(*mw));
    if (!mw)
        return -1;
    static uint32_t both[2] = {0, 1};
    mw->race = (struct race){.on_air = NONE,
                             .seats = 1,
                             .updated_ms = WHEN_UNKNOWN,
                             .endorsements = both,
                             .endorsement_count = 2,
                             .flags = RACE_FROZEN,
                             .links = mw->links,
                             .contests = mw->contests};
    w->endorsed = (struct endorsements){.list = mw->endorsement, .count = 2};
    mw->match.people = mw->persons;
    w->m.match = &mw->match;
    w->m.races = &mw->race;
    w->m.race_count = 1;
    return 0;
}

static inline int tear_down(void **state)
{
    free(mw);
    return world_tear_down(state);
}

/* Every contest of every source is the race's; Ann and Bob are endorsed. */
static inline void link_all(struct world *w)
{
    struct race *r = &mw->race;

    r->link_count = r->contest_count = 0;
    for (uint32_t s = 0; s < WORLD_SOURCES; s++) {
        size_t at = 0;
        void *value;
        while (map_next(w->m.feeds[s].contests, &at, NULL, &value)) {
            struct feed_contest *c = value;
            r->contests[r->contest_count++] = c;
            for (uint32_t k = 0; k < c->choice_count; k++)
                for (uint32_t i = 0; i < 2; i++)
                    if (slice_is(c->choices[k].name, people[i]))
                        r->links[r->link_count++] =
                            (struct link){.contest = c, .choice = k, .endorsement = i};
        }
    }
}

/* With the contests and links that the race has. */
static inline void merge_linked(struct world *w, int64_t second)
{
    if (!merge_race(&w->m, &mw->race, w->start + second * WHEN_SECOND, &mw->changed, &w->err))
        fail_msg("%s", w->err.text);
}

static inline void merge(struct world *w, int64_t second)
{
    link_all(w);
    merge_linked(w, second);
}

/* Only the contests of "Mayor" are the race's. */
static inline void merge_mayor(struct world *w, int64_t second)
{
    struct race *r = &mw->race;
    uint32_t n = 0;

    link_all(w);
    for (uint32_t i = 0; i < r->contest_count; i++)
        if (slice_is(r->contests[i]->text, "Mayor"))
            r->contests[n++] = r->contests[i];
    r->contest_count = n;
    merge_linked(w, second);
}

/* No two sources count in the same units: by those nobody knows who is behind. */
static inline void say(struct world *w, uint32_t source, int64_t second, int64_t ann, int64_t bob)
{
    char text[300];

    snprintf(text, sizeof(text),
             "contest 7|Mayor|GA\n choice 1|Ann|Dem\n choice 2|Bob|Rep\n choice 3|Cy|\n"
             " total %lld %lld 1 ; units=1/%d\n",
             (long long)ann, (long long)bob, 2 + (int)source);
    world_take_as(w, source, 0, second, text, second % 2 ? "a" : "b", false);
}

static inline void say_and_merge(struct world *w, uint32_t source, int64_t second, int64_t ann,
                                 int64_t bob)
{
    say(w, source, second, ann, bob);
    merge(w, second);
}

static inline int64_t shown(const char *name)
{
    for (uint32_t i = 0; i < mw->race.choice_count; i++)
        if (slice_is(mw->race.choices[i].name, name))
            return mw->race.choices[i].votes;
    return VOTES_ABSENT;
}

#define CLERK "contest 9|Clerk|GA\n choice 1|Dee|\n total 5\n"
#define MAYOR(ann) "contest 7|Mayor|GA\n choice 1|Ann|Dem\n choice 2|Bob|Rep\n total " ann " 400\n"

static inline void three_counties(struct world *w)
{
    static struct slice list[3] = {SLICE_INIT("Fulton"), SLICE_INIT("Cobb"), SLICE_INIT("Dodge")};
    static const struct slice of[WORLD_SOURCES] = {SLICE_INIT("Fulton County"), SLICE_INIT("Cobb"),
                                                   SLICE_INIT("Cobb"), SLICE_INIT("")};

    for (int i = 0; i < 2; i++) {
        mw->endorsement[i].counties = list;
        mw->endorsement[i].county_count = 3;
    }
    for (int i = 0; i < 3; i++) {
        w->sources[i].county = of[i];
        w->sources[i].covers_county = true;
    }
}

static inline void say_county(struct world *w, uint32_t source, const char *text)
{
    world_take_as(w, source, 0, 0, text, "", false);
}

static inline void pin(struct world *w, const char *source, bool restored)
{
    if (!pins_set(&w->m, &mw->race, slice_of(source), restored, &w->err))
        fail_msg("%s", w->err.text);
}

#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

#endif
