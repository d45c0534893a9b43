/* SPDX-License-Identifier: ISC */
/* Sources: what each takes from another by `like` and from the preset its format may be, the
 * options of its format, and one source a county. */
#include "config/sources.h"

#include <string.h>

#include "config/check.h"
#include "config/option_check.h"
#include "config/value.h"
#include "daemon/base/text.h"

enum { LIKE_DEPTH = 16 };

static const struct item *find_item(const struct draft *d, const char *key)
{
    for (size_t i = 0; i < d->count; i++)
        if (d->items[i].key && strcmp(d->items[i].key->name, key) == 0)
            return &d->items[i];
    return NULL;
}

/* Keys that only make sense together are taken over together: a source that names any file takes
 * none of another's. */
static bool is_same_matter(const struct item *a, const struct item *b)
{
    if (a->key && b->key) {
        bool county_a = strncmp(a->key->name, "count", 5) == 0;
        bool county_b = strncmp(b->key->name, "count", 5) == 0;
        if ((a->key->type == KEY_FILE && b->key->type == KEY_FILE) || (county_a && county_b))
            return true;
    }
    return a->key == b->key && slice_eq(a->rest, b->rest);
}

static bool has_own(const struct draft *d, size_t own, const struct item *other)
{
    for (size_t i = 0; i < own; i++)
        if (is_same_matter(&d->items[i], other))
            return true;
    return false;
}

/* For so many items more. */
static bool room_for(struct loader *l, struct draft *d, size_t more, struct err *e)
{
    struct item *items = arena_array(l->arena, d->count + more + 1, sizeof(*items));

    if (!items)
        return err_set(e, ERR_CONFIG, "%s: the configuration is too large", d->section->line.file);
    memcpy(items, d->items, d->count * sizeof(*items));
    d->items = items;
    return true;
}

static bool take_over(struct loader *l, struct draft *d, const struct draft *from, struct err *e)
{
    size_t own = d->count;

    if (!room_for(l, d, from->count, e))
        return false;
    for (size_t i = 0; i < from->count; i++)
        if (!(from->items[i].key && from->items[i].key->type == KEY_LIKE) &&
            !has_own(d, own, &from->items[i]))
            d->items[d->count++] = from->items[i];
    return true;
}

static void unknown_source(struct loader *l, const struct item *like)
{
    size_t n = 0, at = 0;
    struct slice name;
    void *value;
    const char **names = NULL;
    const char *nearest = NULL;

    if (l->problems.count < PROBLEMS_MAX) /* the rest is only counted */
        names = arena_array(l->arena, map_count(l->drafts), sizeof(*names));
    while (names && map_next(l->drafts, &at, &name, &value))
        if ((names[n] = arena_copy(l->arena, name).ptr))
            n++;
    if (names)
        nearest = text_did_you_mean(like->value, names, n);
    struct slice fix = {0};
    if (nearest)
        fix = arena_printf(l->arena, "did you mean %s?", nearest);
    entry_problem(l, like->entry, like->entry->value.ptr, fix.ptr, "there is no source \"%.*s\"",
                  SLICE_FMT(like->value));
}

/* Follow `like`, the farthest first. */
static bool resolve(struct loader *l, struct draft *d, int depth, struct err *e)
{
    const struct item *like = find_item(d, "like");

    if (d->state == DRAFT_RESOLVED)
        return true;
    struct draft *other = like ? map_get(l->drafts, like->value) : NULL;
    if (like && !other)
        unknown_source(l, like);
    d->state = DRAFT_OPEN;
    if (other && other->state == DRAFT_OPEN) {
        entry_problem(l, like->entry, like->entry->value.ptr, "one of them must stand by itself",
                      "sources that are like each other in a circle");
    } else if (other && depth >= LIKE_DEPTH) {
        entry_problem(l, like->entry, like->entry->value.ptr, "name the first of them directly",
                      "a chain of more than %d sources that are like each other", LIKE_DEPTH);
    } else if (other) {
        if (!resolve(l, other, depth + 1, e) || !take_over(l, d, other, e))
            return false;
    }
    d->state = DRAFT_RESOLVED;
    return true;
}

static void unknown_format(struct loader *l, const struct item *item)
{
    const char *nearest = presets_did_you_mean(&l->presets, item->value, l->arena);
    struct slice fix = nearest ? arena_printf(l->arena, "did you mean %s?", nearest)
                               : SLICE("tally-parse --list shows the formats");

    entry_problem(l, item->entry, item->value.ptr, fix.ptr, "unknown format \"%.*s\"",
                  SLICE_FMT(item->value));
}

/* The parser that reads the source: its format, or the engine of the preset its format is. NULL:
 * reported. */
static const struct format *find_format(struct loader *l, const struct draft *d,
                                        const struct preset **preset)
{
    const struct item *item = find_item(d, "format");
    const struct problem_line *line = &d->section->line;

    *preset = NULL;
    if (!item) {
        problem_add(&l->problems, line, d->section->name.ptr,
                    "tally-parse --list shows the formats", "source %.*s has no format",
                    SLICE_FMT(d->section->name));
        return NULL;
    }
    const struct format *format = format_find(item->value);
    if (format && format->pointer)
        entry_problem(l, item->entry, item->value.ptr, "name the format of what url fetches",
                      "format %s holds no contests: version-url reads it by itself", format->name);
    if (format)
        return format;
    if ((*preset = presets_find(&l->presets, item->value)))
        return (*preset)->engine;
    unknown_format(l, item);
    return NULL;
}

/* What the preset says and the source does not. */
static bool take_preset(struct loader *l, struct draft *d, const struct preset *preset,
                        struct err *e)
{
    size_t own = d->count;

    if (!room_for(l, d, preset->option_count, e))
        return false;
    for (size_t i = 0; i < preset->option_count; i++) {
        struct ini_entry *entry = preset->options[i];
        struct slice rest;
        const struct config_key *k = config_key_find(SLICE("source"), entry->key, &rest);
        if (k && k->type == KEY_HEADER)
            k = NULL;
        struct item item = {
            .key = k, .rest = k ? rest : entry->key, .value = entry->value, .entry = entry};
        if (!has_own(d, own, &item))
            d->items[d->count++] = item;
    }
    return true;
}

static void add_option(struct loader *l, const struct item *item, const struct format *format,
                       struct config_source *s)
{
    static const struct config_key row = {
        .name = "", .type = KEY_PAIRS, .at = offsetof(struct config_source, options)};
    struct value_fault fault;
    struct value_place place = {.rest = item->rest, .where = item->entry->where, .arena = l->arena};

    if (item->entry->bad || !format) /* without its format nobody knows its options */
        return;
    if (!format_takes(format, item->rest))
        loader_unknown_key(l, SLICE("source"), format, item->entry);
    else if (!option_check(format, item->rest, item->value, l->arena, &fault.why))
        entry_problem(l, item->entry, item->value.ptr, NULL, "%s", fault.why.text);
    else if (!value_read(&row, s, item->value, &place, &fault))
        entry_problem(l, item->entry, fault.at, fault.fix, "%s", fault.why.text);
}

static bool build(struct loader *l, struct draft *d, struct config_source *s, struct err *e)
{
    const char **origins = arena_array(l->arena, config_key_count(), sizeof(*origins));
    struct slice where =
        arena_printf(l->arena, "%s:%zu:%zu", d->section->line.file, d->section->line.number,
                     problem_column(&d->section->line, d->section->name.ptr));

    struct slice name = arena_copy(l->arena, d->section->name);
    if (!origins || !where.ptr || !name.ptr)
        return err_set(e, ERR_CONFIG, "%s: the configuration is too large", d->section->line.file);
    *s = (struct config_source){.name = name, .where = where.ptr, .origins = origins};
    loader_set_defaults(l, true, s);
    s->interval = l->config->poll.interval;
    const struct preset *preset;
    const struct format *format = find_format(l, d, &preset);
    if (preset && !preset->bad && !take_preset(l, d, preset, e)) /* a bad one was reported */
        return false;
    if (format) {
        s->engine = slice_of(format->name);
        s->authority = preset ? preset->authority : slice_of(format->authority);
    }
    for (size_t i = 0; i < d->count; i++) {
        const struct item *item = &d->items[i];
        if (!item->key)
            add_option(l, item, format, s);
        else if (item->key->type != KEY_LIKE)
            loader_read_item(l, item, s, origins);
    }
    check_source(l, d, s);
    return true;
}

/* "ga-county" of "El Paso" is "ga-county.el-paso": safe as a file's name and on a command line. */
static struct slice county_name(struct loader *l, struct slice source, struct slice county)
{
    struct slice folded = text_fold_copy(county, l->arena);

    if (!folded.ptr)
        return folded;
    struct slice name = arena_printf(l->arena, "%.*s.%.*s", SLICE_FMT(source), SLICE_FMT(folded));
    for (size_t i = source.len; name.ptr && i < name.len; i++)
        if (name.ptr[i] == ' ')
            ((char *)(uintptr_t)name.ptr)[i] = '-';
    return name;
}

static bool add_source(struct loader *l, const struct draft *d, const struct config_source *s,
                       struct map *names, struct err *e)
{
    struct config *c = l->config;

    if (map_has(names, s->name))
        problem_add(&l->problems, &d->section->line, d->section->name.ptr,
                    "give the source, or one of its counties, another name",
                    "source %.*s is here twice", SLICE_FMT(s->name));
    else if (!s->name.ptr || !map_put(names, s->name, NULL))
        return err_set(e, ERR_CONFIG, "%s: the configuration is too large", d->section->line.file);
    c->sources[c->source_count++] = *s;
    return true;
}

static bool add_counties(struct loader *l, const struct draft *d, const struct config_source *built,
                         struct map *names, struct err *e)
{
    struct config_source s = *built;

    if (built->counties.count == 0)
        return add_source(l, d, built, names, e);
    for (size_t i = 0; i < built->counties.count; i++) {
        s.county = built->counties.items[i];
        s.counties = (struct config_list){0};
        s.name = county_name(l, built->name, s.county);
        if (!add_source(l, d, &s, names, e))
            return false;
    }
    return true;
}

bool sources_build(struct loader *l, struct err *e)
{
    bool ok = false;
    size_t total = 0, i = 0;
    struct map *names = map_new(1 << 20, false);
    struct config_source *built = arena_array(l->arena, l->draft_count + 1, sizeof(*built));

    if (!names || !built) {
        err_set(e, ERR_CONFIG, "%s: the configuration is too large", l->args->file);
        goto out;
    }
    for (struct draft *d = l->first_draft; d; d = d->next)
        if (!resolve(l, d, 0, e))
            goto out;
    for (struct draft *d = l->first_draft; d; d = d->next, i++) {
        if (!build(l, d, &built[i], e))
            goto out;
        total += built[i].counties.count ? built[i].counties.count : 1;
    }
    l->config->sources = arena_array(l->arena, total + 1, sizeof(*l->config->sources));
    if (!l->config->sources) {
        err_set(e, ERR_CONFIG, "%s: the configuration is too large", l->args->file);
        goto out;
    }
    i = 0;
    for (struct draft *d = l->first_draft; d; d = d->next, i++)
        if (!add_counties(l, d, &built[i], names, e))
            goto out;
    ok = true;
out:
    map_free(names);
    return ok;
}
