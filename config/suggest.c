/* SPDX-License-Identifier: ISC */
/* The key that an unknown one was meant for. */
#include "config/suggest.h"

#include "config/keys.h"
#include "daemon/base/text.h"
#include "parsers/formats.h"

enum { CANDIDATES_MAX = 1024 };

struct candidates {
    const char **names;
    size_t count;
    bool families; /* only these are wanted, without their dots; else only plain keys */
    struct arena *arena;
};

static void offer(struct candidates *c, const char *name)
{
    struct slice s = slice_of(name);
    bool family = slice_ends(s, SLICE("."));
    if (family != c->families || c->count == CANDIDATES_MAX)
        return;
    if (family)
        name = arena_copy(c->arena, slice_sub(s, 0, s.len - 1)).ptr;
    if (name)
        c->names[c->count++] = name;
}

static void offer_list(struct candidates *c, const char *const *names)
{
    for (; names && *names; names++)
        offer(c, *names);
}

const char *suggest_key(struct slice section, const char *const *const *more, size_t n,
                        const struct format *format, struct slice name, struct arena *a)
{
    size_t dot = slice_find(name, SLICE("."));
    bool family = dot != (size_t)-1;
    struct candidates c = {.families = family, .arena = a};
    if (!(c.names = arena_array(a, CANDIDATES_MAX, sizeof(*c.names))))
        return NULL;
    for (const struct config_key *k = config_keys; k->section; k++)
        if (slice_is(section, k->section))
            offer(&c, k->name);
    for (size_t i = 0; i < n; i++)
        offer_list(&c, more[i]);
    if (format) {
        offer_list(&c, format_common_options);
        offer_list(&c, format->options);
    }
    const char *found = text_did_you_mean(slice_sub(name, 0, dot), c.names, c.count);
    if (!found || !family)
        return found;
    return arena_printf(a, "%s%.*s", found, SLICE_FMT(slice_sub(name, dot, name.len))).ptr;
}
