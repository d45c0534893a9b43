/* SPDX-License-Identifier: ISC */
/* What was said of contests, by id, and of choices, by both ids. */
#include "parsers/names.h"

#include "parsers/memo.h"
#include "parsers/pool.h"

#define NAMES_MAX (UINT32_C(1) << 24)

/* The roles that say something of the one and of the other. */
static const struct part {
    int first, last;
} contest_part = {ROLE_CONTEST_ID, ROLE_SEATS}, choice_part = {ROLE_CHOICE_ID, ROLE_INCUMBENT};

struct said { /* by the memo's numbers; empty where nothing was learned */
    struct memo memo;
    struct slice (*texts)[ROLES];
    uint32_t room;
};

struct names {
    struct arena *arena;
    struct said contests, choices;
};

struct names *names_new(struct arena *a)
{
    struct names *n = arena_alloc(a, sizeof *n);
    if (!n)
        return NULL;
    n->arena = a;
    memo_init(&n->contests.memo, a);
    memo_init(&n->choices.memo, a);
    return n;
}

static struct slice *find(struct names *n, struct said *s, const struct slice *ids, size_t count,
                          bool *fresh)
{
    uint32_t before = s->memo.count, number;
    if (!memo_find(&s->memo, ids, count, &number) ||
        !pool_grow(n->arena, &s->texts, &s->room, (uint64_t)number + 1, sizeof *s->texts,
                   NAMES_MAX))
        return NULL;
    *fresh = s->memo.count != before;
    return s->texts[number];
}

static bool learn(struct names *n, struct said *s, const struct slice *ids, size_t count,
                  const struct part *p, const struct slice text[ROLES])
{
    bool fresh;
    struct slice *said = find(n, s, ids, count, &fresh);
    for (int role = p->first; said && fresh && role <= p->last; role++) {
        said[role] = arena_copy(n->arena, text[role]);
        if (!said[role].ptr)
            return false;
    }
    return said;
}

static bool lend(struct names *n, struct said *s, const struct slice *ids, size_t count,
                 const struct part *p, struct slice text[ROLES])
{
    bool fresh;
    const struct slice *said = find(n, s, ids, count, &fresh);
    for (int role = p->first; said && role <= p->last; role++)
        text[role] = text[role].len ? text[role] : said[role];
    return said;
}

bool names_learn(struct names *n, const struct slice text[ROLES])
{
    const struct slice ids[] = {text[ROLE_CONTEST_ID], text[ROLE_CHOICE_ID]};
    return learn(n, &n->contests, ids, 1, &contest_part, text) &&
           learn(n, &n->choices, ids, 2, &choice_part, text);
}

bool names_lend(struct names *n, struct slice text[ROLES])
{
    const struct slice ids[] = {text[ROLE_CONTEST_ID], text[ROLE_CHOICE_ID]};
    return lend(n, &n->contests, ids, 1, &contest_part, text) &&
           lend(n, &n->choices, ids, 2, &choice_part, text);
}
