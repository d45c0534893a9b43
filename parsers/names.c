/* SPDX-License-Identifier: ISC */
/* A memo of id pairs. */
#include "parsers/names.h"

#include "parsers/memo.h"
#include "parsers/pool.h"

#define NAMES_MAX (UINT32_C(1) << 24)

/* What is lent: all a row says of contest and choice. */
enum { FIRST = ROLE_CONTEST_ID, LAST = ROLE_INCUMBENT };

struct name {
    struct slice text[LAST - FIRST + 1];
};

struct names {
    struct arena *arena;
    struct memo memo;
    struct name *names; /* by the memo's numbers; empty where nothing was learned */
    uint32_t room;
};

struct names *names_new(struct arena *a)
{
    struct names *n = arena_alloc(a, sizeof *n);
    if (!n)
        return NULL;
    n->arena = a;
    memo_init(&n->memo, a);
    return n;
}

static struct name *find(struct names *n, const struct slice text[ROLES], bool *fresh)
{
    const struct slice ids[] = {text[ROLE_CONTEST_ID], text[ROLE_CHOICE_ID]};
    uint32_t before = n->memo.count, number;
    if (!memo_find(&n->memo, ids, 2, &number) ||
        !pool_grow(n->arena, &n->names, &n->room, (uint64_t)number + 1, sizeof *n->names,
                   NAMES_MAX))
        return NULL;
    *fresh = n->memo.count != before;
    return &n->names[number];
}

bool names_learn(struct names *n, const struct slice text[ROLES])
{
    bool fresh;
    struct name *name = find(n, text, &fresh);
    if (!name)
        return false;
    for (int role = FIRST; fresh && role <= LAST; role++) {
        name->text[role - FIRST] = arena_copy(n->arena, text[role]);
        if (!name->text[role - FIRST].ptr)
            return false;
    }
    return true;
}

bool names_lend(struct names *n, struct slice text[ROLES])
{
    bool fresh;
    const struct name *name = find(n, text, &fresh);
    if (!name)
        return false;
    for (int role = FIRST; role <= LAST; role++) {
        if (!text[role].len)
            text[role] = name->text[role - FIRST];
    }
    return true;
}
