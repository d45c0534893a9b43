/* SPDX-License-Identifier: ISC */
/* Entries into fields, and keys nobody knows. */
#include "config/loader.h"

#include <string.h>

#include "config/suggest.h"
#include "config/value.h"

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

void loader_unknown_key(struct loader *l, struct slice section, const struct format *format,
                        struct ini_entry *entry)
{
    struct slice rest, fix = {0};
    const char *nearest = suggest_key(section, NULL, 0, format, entry->key, l->arena);

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
