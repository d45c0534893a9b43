/* SPDX-License-Identifier: ISC */
/* Names that companions lend to a Clarity payload, and what a name tells of its choice. */
#include "parsers/drivers/clarity.h"

#include "parsers/label.h"

bool clarity_names_add(struct clarity_names *n, struct arena *a, struct slice text,
                       struct slice party, struct fault *f)
{
    if (n->count == n->room) {
        size_t room = n->room > 0 ? n->room * 2 : 8;
        struct clarity_name *grown = arena_array(a, room, sizeof *grown);
        if (grown == NULL)
            return fault_set(f, WIRE_LIMIT, "a companion's names do not fit in memory");
        for (size_t i = 0; i < n->count; i++)
            grown[i] = n->choices[i];
        n->choices = grown;
        n->room = room;
    }
    struct clarity_name *name = &n->choices[n->count++];
    name->text = arena_copy(a, text);
    name->party = arena_copy(a, party);
    if (name->text.ptr == NULL || name->party.ptr == NULL)
        return fault_set(f, WIRE_LIMIT, "a companion's names do not fit in memory");
    return true;
}

bool clarity_names_new(struct map *by_key, struct arena *a, struct slice key, struct slice text,
                       struct clarity_names **out, struct fault *f)
{
    struct clarity_names *n = arena_alloc(a, sizeof *n);
    struct slice copy = arena_copy(a, text);
    if (n == NULL || copy.ptr == NULL)
        return fault_set(f, WIRE_LIMIT, "a companion's names do not fit in memory");
    n->text = copy;
    n->votes_allowed = -1;
    if (!map_has(by_key, key) && !map_put(by_key, key, n))
        return fault_set(f, WIRE_LIMIT, "a companion has more than %d contests",
                         CLARITY_CONTESTS_MAX);
    *out = n;
    return true;
}

void clarity_choice(struct slice id, struct slice text, struct slice party,
                    struct results_choice_in *out)
{
    bool incumbent;
    struct slice mark = label_party_mark(text, &incumbent);
    *out = (struct results_choice_in){.id = id, .name = text, .party = label_party(party)};
    if (out->party.len == 0)
        out->party = mark;
    if (incumbent)
        out->flags |= RESULTS_INCUMBENT;
    if (label_is_write_in(text))
        out->flags |= RESULTS_WRITE_IN;
}
