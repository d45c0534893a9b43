/* SPDX-License-Identifier: ISC */
/* The text but for case, accents and punctuation, and beside it the words that name.h finds. */
#include "daemon/core/who.h"

#include <string.h>

#include "daemon/base/text.h"
#include "daemon/core/name.h"
#include "daemon/core/office.h"
#include "daemon/core/states.h"

#define TWO_NAMES ((size_t)1 << 20)

bool who_read(struct slice text, struct arena *a, struct who *out)
{
    struct name name;

    *out = (struct who){.folded = text_fold_copy(text, a)};
    if (!out->folded.ptr || slice_find(text, SLICE("/")) != SIZE_MAX || name_is_nobody(text))
        return out->folded.ptr != NULL;
    if (!name_read(text, a, &name))
        return false;
    if (name.count == NAME_WORDS) /* and there may be more: the text as a whole tells */
        return true;
    out->joined = name.joined;
    out->suffix = name.suffix;
    return true;
}

bool who_same(const struct who *a, const struct who *b)
{
    if (a->folded.len && slice_eq(a->folded, b->folded))
        return true;
    return a->joined.len && slice_eq(a->joined, b->joined) && slice_eq(a->suffix, b->suffix);
}

bool who_same_text(struct slice a, struct slice b)
{
    struct arena *scratch = arena_new(TWO_NAMES);
    struct who x, y;
    bool same = scratch && who_read(a, scratch, &x) && who_read(b, scratch, &y) && who_same(&x, &y);

    arena_free(scratch);
    return same;
}

bool who_may_fuse(struct slice state)
{
    const struct state *s = states_find(state);

    return s && s->fusion;
}

bool who_same_party(struct slice a, struct slice b)
{
    const char *x = office_party(a), *y = office_party(b);

    return slice_eq_nocase(a, b) || (x && y && strcmp(x, y) == 0);
}

bool who_parties_differ(struct slice state, struct slice a, struct slice b)
{
    return office_party(a) && office_party(b) && !who_same_party(a, b) && !who_may_fuse(state);
}
