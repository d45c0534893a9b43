/* SPDX-License-Identifier: ISC */
/* Entries into fields, and keys nobody knows. */
#include "config/loader.h"

#include <string.h>

#include "config/value.h"
#include "daemon/base/text.h"

void loader_read_item(struct loader *l, const struct item *item, void *base, const char **origins)
{
    struct value_fault fault;
    struct value_place place = {.rest = item->rest,
                                .where = item->entry->where,
                                .directory = l->directory,
                                .arena = l->arena};

    if (item->entry->bad)
        return;
    if (value_read(item->key, base, item->value, &place, &fault))
        origins[item->key - config_keys] = item->entry->where;
    else
        entry_problem(l, item->entry, fault.at, fault.fix, "%s", fault.why.text);
}

void loader_set_defaults(struct loader *l, bool sources, void *base)
{
    struct value_fault fault;
    struct value_place place = {.directory = l->directory, .arena = l->arena};

    for (const struct config_key *k = config_keys; k->section; k++)
        if (sources == (strcmp(k->section, "source") == 0) && k->preset &&
            !value_read(k, base, slice_of(k->preset), &place, &fault))
            problem_add(&l->problems, &l->main_line, NULL, NULL, "default: %s", fault.why.text);
}

/* Names an unknown key may have been meant for, as far as its dot. */
static size_t key_candidates(struct slice section, bool family, const struct format *format,
                             struct arena *a, const char **out)
{
    const char *const *options[] = {format ? format->options : NULL,
                                    format ? format_common_options : NULL};
    size_t n = 0;

    for (const struct config_key *k = config_keys; k->section; k++) {
        struct slice own = slice_of(k->name);
        if (slice_is(section, k->section) && config_key_is_family(k) == family)
            out[n++] = family ? arena_copy(a, slice_sub(own, 0, own.len - 1)).ptr : k->name;
        if (n > 0 && !out[n - 1])
            return 0;
    }
    for (size_t i = 0; i < 2 && !family; i++)
        for (const char *const *o = options[i]; o && *o && n < 2 * CONFIG_KEYS_MAX; o++)
            out[n++] = *o;
    return n;
}

/* The key most like an unknown one, as it would be written, or NULL. */
static const char *nearest_key(struct slice section, struct slice name, const struct format *format,
                               struct arena *a)
{
    const char *candidates[2 * CONFIG_KEYS_MAX];
    size_t dot = slice_find(name, SLICE("."));
    bool family = dot != (size_t)-1;
    size_t n = key_candidates(section, family, format, a, candidates);
    const char *found = text_did_you_mean(slice_sub(name, 0, dot), candidates, n);

    if (!found || !family)
        return found;
    return arena_printf(a, "%s%.*s", found, SLICE_FMT(slice_sub(name, dot, name.len))).ptr;
}

void loader_unknown_key(struct loader *l, struct slice section, const struct format *format,
                        struct ini_entry *entry)
{
    struct slice rest, fix = {0};
    const char *nearest = nearest_key(section, entry->key, format, l->arena);

    if (nearest)
        fix = arena_printf(l->arena, "did you mean %s?", nearest);
    for (const struct config_key *k = config_keys; k->section && !fix.ptr; k++)
        if (config_key_find(slice_of(k->section), entry->key, &rest) == k)
            fix =
                arena_printf(l->arena, "%.*s is a key of [%s]", SLICE_FMT(entry->key), k->section);
    entry_problem(l, entry, entry->key.ptr, fix.ptr ? fix.ptr : "tallyd.conf(5) lists the keys",
                  format ? "unknown key \"%.*s\" in [%.*s], and no option of format %s"
                         : "unknown key \"%.*s\" in [%.*s]%s",
                  SLICE_FMT(entry->key), SLICE_FMT(section), format ? format->name : "");
}
