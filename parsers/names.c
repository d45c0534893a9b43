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
    memo_init(&n->contests.memo, a, 0);
    memo_init(&n->choices.memo, a, 0);
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

static bool use(struct names *n, struct said *s, const struct slice *ids, size_t count,
                const struct part *p, bool learn, struct slice text[ROLES])
{
    bool fresh;
    struct slice *said = find(n, s, ids, count, &fresh);
    for (int role = p->first; said && role <= p->last; role++) {
        if (!learn && !text[role].len)
            text[role] = said[role];
        if (learn && fresh && !(said[role] = arena_copy(n->arena, text[role])).ptr)
            return false;
    }
    return said;
}

bool names_contest(struct names *n, bool learn, struct slice text[ROLES])
{
    return use(n, &n->contests, &text[ROLE_CONTEST_ID], 1, &contest_part, learn, text);
}

bool names_choice(struct names *n, bool learn, struct slice text[ROLES])
{
    const struct slice ids[] = {text[ROLE_CONTEST_ID], text[ROLE_CHOICE_ID]};
    return use(n, &n->choices, ids, 2, &choice_part, learn, text);
}
