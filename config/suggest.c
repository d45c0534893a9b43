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
    bool dots;     /* of plain keys only those with a dot within, such as lines.drop */
    struct arena *arena;
};

static void offer(struct candidates *c, const char *name)
{
    struct slice s = slice_of(name);
    bool family = slice_ends(s, SLICE("."));
    if (family != c->families || c->count == CANDIDATES_MAX)
        return;
    if (c->dots && slice_find(s, SLICE(".")) == (size_t)-1)
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

/* What keys are looked among. */
struct scope {
    struct slice section;
    const char *const *const *more;
    size_t n;
    const struct format *format;
};

static const char *nearest(const struct scope *s, struct candidates *c, struct slice name)
{
    c->count = 0;
    for (const struct config_key *k = config_keys; k->section; k++)
        if (slice_is(s->section, k->section))
            offer(c, k->name);
    for (size_t i = 0; i < s->n; i++)
        offer_list(c, s->more[i]);
    if (s->format) {
        offer_list(c, format_common_options);
        offer_list(c, s->format->options);
    }
    return text_did_you_mean(name, c->names, c->count);
}

const char *suggest_key(struct slice section, const char *const *const *more, size_t n,
                        const struct format *format, struct slice name, struct arena *a)
{
    size_t dot = slice_find(name, SLICE("."));
    const struct scope scope = {section, more, n, format};
    struct candidates c = {.dots = dot != (size_t)-1, .arena = a};
    if (!(c.names = arena_array(a, CANDIDATES_MAX, sizeof(*c.names))))
        return NULL;
    const char *found = nearest(&scope, &c, name);
    if (found || !c.dots)
        return found;
    c.families = true;
    c.dots = false;
    found = nearest(&scope, &c, slice_sub(name, 0, dot));
    return !found ? NULL
                  : arena_printf(a, "%s%.*s", found, SLICE_FMT(slice_sub(name, dot, name.len))).ptr;
}
