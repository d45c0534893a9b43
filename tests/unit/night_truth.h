/* SPDX-License-Identifier: ISC */
/* What a feed said of each unit in each payload, laid beside what was on air: was a figure on air
 * ever said by the feed, and how long was one held after its feed was right again? */
#ifndef TALLYD_TESTS_UNIT_NIGHT_TRUTH_H
#define TALLYD_TESTS_UNIT_NIGHT_TRUTH_H

#include <stdlib.h>
#include <string.h>

#include "daemon/base/when.h"
#include "daemon/core/model.h"

struct truth_said { /* one payload's figures of a unit; the next one only where they are others */
    int64_t when;
    uint32_t count;
    uint64_t *choice; /* hashes of id or name */
    int64_t *votes;
    struct truth_said *next;
};

struct truth_hold {   /* a time in which a unit was held */
    int64_t from, to; /* the first and the last payload after which it was so */
    struct truth_said *on_air;
    struct slice name;
    bool deep; /* no time ends it */
    bool open;
    struct truth_hold *next;
};

struct truth_unit {
    struct truth_said *said, *last;
    struct truth_hold *holds; /* the newest first */
};

struct night_truth {
    struct arena *a;
    struct map *units;
    size_t holds, desk; /* desk: true falls so deep that only the desk ends them */
    int64_t longest_ms; /* of the others: held after its feed was right */
    struct slice longest, desk_first;
};

static inline void truth_begin(struct night_truth *t)
{
    *t = (struct night_truth){.a = arena_new((size_t)2 << 30), .units = map_new(SIZE_MAX, true)};
    assert_true(t->a && t->units);
}

static inline void truth_end(struct night_truth *t)
{
    map_free(t->units);
    arena_free(t->a);
}

static inline struct truth_unit *truth_unit(struct night_truth *t, uint32_t source, uint32_t file,
                                            struct slice county, struct slice id, struct slice text,
                                            uint32_t type, struct slice uid, struct slice name,
                                            bool make)
{
    char key[2000];
    int n = snprintf(key, sizeof key, "%u:%u:%.*s:%.*s:%.*s:%u:%.*s:%.*s", source, file,
                     SLICE_FMT(county), SLICE_FMT(id), SLICE_FMT(text), type, SLICE_FMT(uid),
                     SLICE_FMT(name));
    struct slice k = {key, (size_t)n};
    struct truth_unit *u = map_get(t->units, k);

    if (u || !make)
        return u;
    u = arena_alloc(t->a, sizeof *u);
    assert_true(u && map_put(t->units, k, u));
    return u;
}

static inline uint64_t truth_choice(struct slice id, struct slice name)
{
    return hash64(id.len ? id : name, 1);
}

static inline struct truth_said *truth_room(struct night_truth *t, int64_t when, uint32_t count)
{
    struct truth_said *s = arena_alloc(t->a, sizeof *s);

    assert_non_null(s);
    s->when = when;
    s->count = count;
    s->choice = arena_array(t->a, count + 1, sizeof *s->choice);
    s->votes = arena_array(t->a, count + 1, sizeof *s->votes);
    assert_true(s->choice && s->votes);
    return s;
}

static inline bool truth_same(const struct truth_said *a, const struct truth_said *b)
{
    return a && b && a->count == b->count &&
           !memcmp(a->choice, b->choice, a->count * sizeof *a->choice) &&
           !memcmp(a->votes, b->votes, a->count * sizeof *a->votes);
}

/* VOTES_ABSENT: it does not have that choice. */
static inline int64_t truth_votes(const struct truth_said *s, uint64_t choice)
{
    for (uint32_t i = 0; i < s->count; i++)
        if (s->choice[i] == choice)
            return s->votes[i];
    return VOTES_ABSENT;
}

/* A payload, as it came. */
static inline void truth_payload(struct night_truth *t, uint32_t source, uint32_t file,
                                 const struct results *b, int64_t when)
{
    for (uint32_t i = 0; i < b->head->contests; i++) {
        const struct results_contest *c = &b->contests[i];
        for (uint32_t u = 0; u < c->units; u++) {
            const struct results_unit *in = &b->units[c->first_unit + u];
            struct truth_unit *unit =
                truth_unit(t, source, file, results_text(b, c->county), results_text(b, c->id),
                           results_text(b, c->text), in->type, results_text(b, in->id),
                           results_text(b, in->name), true);
            struct truth_said *s = truth_room(t, when, c->choices);
            for (uint32_t k = 0; k < c->choices; k++) {
                const struct results_choice *x = &b->choices[c->first_choice + k];
                s->choice[k] = truth_choice(results_text(b, x->id), results_text(b, x->name));
                s->votes[k] = results_cell(b, c, u, k)->votes;
            }
            if (truth_same(unit->last, s))
                continue;
            if (unit->last)
                unit->last->next = s;
            else
                unit->said = s;
            unit->last = s;
        }
    }
}

/* Did one payload say all of this, no votes aside? */
static inline bool truth_was_said(const struct truth_unit *u, const struct feed_contest *c,
                                  const int64_t *votes)
{
    for (const struct truth_said *s = u->said; s; s = s->next) {
        uint32_t k = 0;
        for (; k < c->choice_count; k++)
            if (votes[k] > 0 &&
                truth_votes(s, truth_choice(c->choices[k].id, c->choices[k].name)) != votes[k])
                break;
        if (k == c->choice_count)
            return true;
    }
    return false;
}

static inline void truth_hold(struct night_truth *t, struct truth_unit *u,
                              const struct feed_contest *c, const struct feed_unit *unit,
                              int64_t when)
{
    struct truth_hold *h = u->holds;
    bool held = unit->hold.why != VERDICT_ACCEPTED;

    if (h && h->open && !held)
        h->open = false;
    if (!held)
        return;
    if (!h || !h->open) {
        h = arena_alloc(t->a, sizeof *h);
        assert_non_null(h);
        h->from = when;
        h->open = true;
        h->name = arena_printf(t->a, "%.*s %.*s / %.*s", SLICE_FMT(c->id), SLICE_FMT(c->text),
                               SLICE_FMT(unit->name));
        h->on_air = truth_room(t, when, c->choice_count);
        for (uint32_t k = 0; k < c->choice_count; k++) {
            h->on_air->choice[k] = truth_choice(c->choices[k].id, c->choices[k].name);
            h->on_air->votes[k] = unit->votes[k];
        }
        h->next = u->holds;
        u->holds = h;
        t->holds++;
    }
    h->to = when;
    h->deep |= unit->hold.deep;
}

/* After a payload of this file was taken: NULL, or the name of a unit whose figures on air no
 * payload ever said. */
static inline const char *truth_look(struct night_truth *t, const struct model *m, uint32_t source,
                                     uint32_t file, int64_t when)
{
    const char *wrong = NULL;
    size_t at = 0;
    void *value;

    while (map_next(m->feeds[source].contests, &at, NULL, &value)) {
        const struct feed_contest *c = value;
        for (uint32_t i = 0; c->file == file && i < c->unit_count; i++) {
            const struct feed_unit *unit = &c->units[i];
            struct truth_unit *u = truth_unit(t, source, file, c->county, c->id, c->text,
                                              unit->type, unit->id, unit->name, false);
            if (!u)
                continue; /* its texts were not always said */
            if (!c->gone)
                truth_hold(t, u, c, unit, when);
            if (c->changed_ms == when && !truth_was_said(u, c, unit->votes))
                wrong = arena_printf(t->a, "%.*s / %.*s", SLICE_FMT(c->text), SLICE_FMT(unit->name))
                            .ptr;
        }
    }
    return wrong;
}

/* After the desk decided: what it ended ended now. */
static inline void truth_desk(struct night_truth *t, const struct model *m, int64_t when)
{
    for (size_t s = 0; s < m->settings->source_count; s++) {
        size_t at = 0;
        void *value;
        while (map_next(m->feeds[s].contests, &at, NULL, &value)) {
            const struct feed_contest *c = value;
            for (uint32_t i = 0; i < c->unit_count; i++) {
                const struct feed_unit *unit = &c->units[i];
                struct truth_unit *u = truth_unit(t, (uint32_t)s, c->file, c->county, c->id,
                                                  c->text, unit->type, unit->id, unit->name, false);
                if (!u || !u->holds || !u->holds->open || unit->hold.why != VERDICT_ACCEPTED)
                    continue;
                u->holds->open = false;
                u->holds->deep = false; /* it did not wait for ever */
                u->holds->to = when;
            }
        }
    }
}

/* Was the feed right when it said this, by what it said last? Not below what was on air before and
 * is there again in the end, and not above what it ends at. */
static inline bool truth_right(const struct truth_hold *h, const struct truth_said *s,
                               const struct truth_said *final)
{
    for (uint32_t k = 0; k < s->count; k++) {
        int64_t end = truth_votes(final, s->choice[k]),
                before = truth_votes(h->on_air, s->choice[k]);
        if ((s->votes[k] < before && end >= before) || (end >= 0 && s->votes[k] > end))
            return false;
    }
    return true;
}

/* Did the feed end below what was on air? */
static inline bool truth_lower(const struct truth_hold *h, const struct truth_said *final)
{
    for (uint32_t k = 0; k < final->count; k++)
        if (final->votes[k] < truth_votes(h->on_air, final->choice[k]))
            return true;
    return false;
}

/* At the end of the night: the longest time a unit was held after its feed was right again. */
static inline void truth_measure(struct night_truth *t)
{
    size_t at = 0;
    void *value;

    while (map_next(t->units, &at, NULL, &value)) {
        const struct truth_unit *u = value;
        for (const struct truth_hold *h = u->holds; h; h = h->next) {
            int64_t since = WHEN_UNKNOWN; /* it is right, as of the end of the hold */
            for (const struct truth_said *s = u->said; s && s->when <= h->to; s = s->next) {
                if (s->when < h->from)
                    continue;
                if (!truth_right(h, s, u->last))
                    since = WHEN_UNKNOWN;
                else if (since == WHEN_UNKNOWN)
                    since = s->when;
            }
            if (since != WHEN_UNKNOWN && h->deep && truth_lower(h, u->last)) {
                t->desk_first = t->desk++ ? t->desk_first : h->name;
                continue;
            }
            if (since != WHEN_UNKNOWN && h->to - since > t->longest_ms) {
                t->longest_ms = h->to - since;
                t->longest = h->name;
            }
        }
    }
}

#endif
