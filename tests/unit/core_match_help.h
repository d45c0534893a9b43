/* SPDX-License-Identifier: ISC */
/* A model of endorsements and contests for the tests of matching, written in a line each. */
#ifndef TALLYD_TESTS_CORE_MATCH_HELP_H
#define TALLYD_TESTS_CORE_MATCH_HELP_H

#include <stdlib.h>
#include <string.h>

#include "daemon/base/buf.h"
#include "daemon/base/when.h"
#include "daemon/core/endorse.h"
#include "daemon/core/match.h"

#define NIGHT_DAY INT64_C(1609804800000) /* Jan. 5, 2021 */

struct night {
    struct arena *a;
    struct settings settings;
    struct settings_source sources[8];
    struct endorsements list;
    struct model m;
};

/* "sos" (GA), "ap" (authority ap, no state), "co" (CO), "cobb" (GA, Cobb County), "ny" (NY), "us"
 * (no state). */
enum source { SOS, AP, CO, COBB, NY, US };

static inline void night_open(struct night *n, const char *csv)
{
    static const char *const rows[][4] = {
        {"sos", "GA", "", "official"}, {"ap", "", "", "ap"},
        {"co", "CO", "", "official"},  {"cobb", "GA", "Cobb", "official"},
        {"ny", "NY", "", "official"},  {"us", "", "", "official"},
    };
    struct buf problems;
    struct err e;

    memset(n, 0, sizeof(*n));
    n->a = arena_new((size_t)1 << 30);
    for (size_t i = 0; i < 6; i++)
        n->sources[i] = (struct settings_source){.name = slice_of(rows[i][0]),
                                                 .state = slice_of(rows[i][1]),
                                                 .county = slice_of(rows[i][2]),
                                                 .authority = slice_of(rows[i][3])};
    n->settings = (struct settings){.date = NIGHT_DAY, .sources = n->sources, .source_count = 6};
    buf_init(&problems, 1 << 20);
    if (!endorse_parse(slice_of(csv), NULL, 0, NIGHT_DAY, n->a, &n->list, &problems, &e)) {
        fprintf(stderr, "%s\n%.*s", e.text, (int)problems.len, problems.ptr);
        abort();
    }
    buf_done(&problems);
    n->m = (struct model){.settings = &n->settings, .endorsed = &n->list, .strings = n->a};
    if (!match_init(&n->m, &e))
        abort();
}

static inline void night_close(struct night *n)
{
    arena_free(n->a);
}

/* "Name=Party|Name": the choices; "#id:Name" gives an id of its own. */
static inline void set_choices(struct night *n, struct feed_contest *c, const char *choices)
{
    struct slice rest = slice_of(choices), one;

    c->choices = arena_array(n->a, rest.len + 64, sizeof(*c->choices));
    c->choice_count = 0;
    while (slice_next(&rest, '|', &one)) {
        struct feed_choice *k = &c->choices[c->choice_count++];
        if (one.len > 0 && one.ptr[0] == '#') {
            size_t colon = slice_find(one, SLICE(":"));
            k->id = slice_sub(one, 1, colon);
            one = slice_sub(one, colon + 1, one.len);
        } else {
            k->id = arena_printf(n->a, "%u", c->choice_count);
        }
        size_t eq = slice_find(one, SLICE("="));
        k->name = slice_sub(one, 0, eq);
        k->party = eq == SIZE_MAX ? SLICE("") : slice_sub(one, eq + 1, one.len);
        if (slice_eq_nocase(slice_sub(k->name, 0, 8), SLICE("Write-in")))
            k->flags = RESULTS_WRITE_IN;
    }
}

static inline struct feed_contest *contest_of(struct night *n, uint32_t source, const char *id,
                                              const char *text, const char *choices)
{
    struct feed_contest *c = arena_alloc(n->a, sizeof(*c));

    *c = (struct feed_contest){.source = source,
                               .id = slice_of(id),
                               .text = slice_of(text),
                               .date = NIGHT_DAY,
                               .votes_allowed = -1,
                               .seats = -1,
                               .places = -1,
                               .race = NONE};
    set_choices(n, c, choices);
    return c;
}

static inline bool match(struct night *n, struct feed_contest *c)
{
    struct err e;
    bool changed = match_contests(&n->m, &c, 1, &e);

    if (e.kind != ERR_NONE)
        abort();
    return changed;
}

/* The choice that is linked to the endorsement in that contest, or -1. */
static inline int linked(const struct night *n, uint32_t endorsement, const struct feed_contest *c)
{
    const struct race *r = &n->m.races[match_race_of(&n->m, endorsement)];

    for (uint32_t i = 0; i < r->link_count; i++)
        if (r->links[i].contest == c && r->links[i].endorsement == endorsement)
            return (int)r->links[i].choice;
    return -1;
}

static inline int in_review(const struct night *n, uint32_t endorsement)
{
    int count = 0;

    for (uint32_t i = 0; i < n->m.review_count; i++)
        count += n->m.review[i].endorsement == endorsement;
    return count;
}

#endif
