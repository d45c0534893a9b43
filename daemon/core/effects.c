/* SPDX-License-Identifier: ISC */
/* The life of struct effects: core.h. */
#include <string.h>

#include "daemon/core/core.h"

#define EFFECTS_MAX                                                                                \
    ((size_t)512 << 20) /* one event's: every document of the largest election, with room */

bool effects_init(struct effects *f, struct err *e)
{
    memset(f, 0, sizeof *f);
    f->arena = arena_new(EFFECTS_MAX);
    return f->arena || err_set(e, ERR_BUG, "effects: out of memory");
}

void effects_reset(struct effects *f)
{
    struct arena *arena = f->arena;

    arena_reset(arena);
    memset(f, 0, sizeof *f);
    f->arena = arena;
}

void effects_done(struct effects *f)
{
    arena_free(f->arena);
    memset(f, 0, sizeof *f);
}
