/* SPDX-License-Identifier: ISC */
/* The configuration: main file, conf.d and sources.d read into a fresh struct, or refused with
 * every problem found. */
#include "config/config.h"

#include <stdlib.h>
#include <string.h>

#include "config/check.h"
#include "config/key_checks.h"
#include "config/loader.h"
#include "config/read_file.h"
#include "config/sources.h"
#include "daemon/base/counted.h"
#include "daemon/base/text.h"

enum { ARENA_MAX = 128 << 20, ENTRIES_MAX = 1 << 20, SOURCE_KEYS_MAX = 10000 };

static const struct config_key *header_family(void)
{
    struct slice rest;

    return config_key_find(SLICE("source"), SLICE("header.X"), &rest);
}

/* What an entry is: a known key, or perhaps an option of the source's format. False: reported. */
static bool classify(struct loader *l, const struct ini_section *s, struct ini_entry *entry,
                     struct item *out)
{
    struct slice rest = {0};
    const struct config_key *k = config_key_find(s->kind, entry->key, &rest);

    *out = (struct item){.key = k, .rest = rest, .value = entry->value, .entry = entry};
    if (!k && !slice_is(s->kind, "source")) {
        loader_unknown_key(l, s->kind, NULL, entry);
        return false;
    }
    if (!k)
        out->rest = entry->key;
    if (k && k->type == KEY_HEADER &&
        (slice_is(entry->value, "yes") || slice_is(entry->value, "no"))) {
        out->key = NULL; /* of a table: is its first line one? An option of the format */
        out->rest = entry->key;
    } else if (k && k->type == KEY_HEADER) {
        size_t colon = slice_find(entry->value, SLICE(":"));
        out->key = header_family();
        out->rest = slice_trim(slice_sub(entry->value, 0, colon));
        out->value = slice_trim(
            slice_sub(entry->value, colon + (colon < entry->value.len), entry->value.len));
        if (colon == (size_t)-1) {
            entry_problem(l, entry, entry->value.ptr, "write header = Name: value",
                          "a header without a colon");
            return false;
        }
    }
    if (out->key == header_family() && check_header_name(out->rest)) {
        entry_problem(l, entry, out->rest.ptr, "write header = Name: value",
                      "this is not a header's name");
        return false;
    }
    return true;
}

/* A key twice in one file is an error: `seen` holds this file's, by section, name and key. */
static bool is_repeated(struct loader *l, struct map *seen, const struct ini_section *s,
                        const struct item *item, struct err *e)
{
    struct slice id =
        arena_printf(l->arena, "%.*s %.*s\n%s%.*s", SLICE_FMT(s->kind), SLICE_FMT(s->name),
                     item->key ? item->key->name : "", SLICE_FMT(item->rest));
    const char *first = id.ptr ? map_get(seen, id) : NULL;

    if (first) {
        entry_problem(l, item->entry, item->entry->key.ptr, "delete one of them",
                      "\"%.*s\" is here twice in one file; first at %s",
                      SLICE_FMT(item->entry->key), first);
        return true;
    }
    if (!id.ptr || !map_put(seen, id, (void *)(uintptr_t)item->entry->where)) {
        err_set(e, ERR_CONFIG, "%s: the configuration is too large", s->line.file);
        return true;
    }
    return false;
}

static bool read_entries(struct loader *l, struct map *seen, struct ini_section *s,
                         struct draft *draft, struct err *e)
{
    struct item item;

    for (struct ini_entry *entry = s->entries; entry; entry = entry->next) {
        if (!classify(l, s, entry, &item))
            continue;
        if (is_repeated(l, seen, s, &item, e)) {
            if (e->kind != ERR_NONE)
                return false;
            continue;
        }
        if (draft) {
            draft->items[draft->count++] = item;
        } else {
            loader_read_item(l, &item, l->config, l->config->origins);
            l->said[item.key - config_keys] = item;
        }
    }
    return true;
}

/* A new draft for a source section, or NULL with the reason reported or in *e. */
static struct draft *new_draft(struct loader *l, struct ini_section *s, struct err *e)
{
    const struct draft *other = map_get(l->drafts, s->name);
    size_t entries = 0;

    if (s->name.len == 0 || check_name(s->name)) {
        problem_add(&l->problems, &s->line, s->name.len ? s->name.ptr : s->kind.ptr + s->kind.len,
                    "write [source NAME] with letters, digits, '.', '_' and '-' (at most 64)",
                    s->name.len ? "this is not a source's name" : "the source has no name");
        return NULL;
    }
    if (other) {
        problem_add(&l->problems, &s->line, s->name.ptr, "give one of them another name",
                    "source %.*s is here twice; first at %s:%zu", SLICE_FMT(s->name),
                    other->section->line.file, other->section->line.number);
        return NULL;
    }
    for (struct ini_entry *entry = s->entries; entry; entry = entry->next)
        entries++;
    if (entries > SOURCE_KEYS_MAX) {
        problem_add(&l->problems, &s->line, s->name.ptr, NULL, "a source of more than %d keys",
                    SOURCE_KEYS_MAX);
        return NULL;
    }
    struct draft *d = arena_alloc(l->arena, sizeof(*d));
    struct item *items = arena_array(l->arena, entries + 1, sizeof(*items));
    if (!d || !items || !map_put(l->drafts, s->name, d)) {
        err_set(e, ERR_CONFIG, "%s: the configuration is too large", s->line.file);
        return NULL;
    }
    *d = (struct draft){.section = s, .items = items};
    *l->draft_end = d;
    l->draft_end = &d->next;
    l->draft_count++;
    return d;
}

/* False and a problem when the section cannot stand here. */
static bool check_section(struct loader *l, struct ini_section *s, bool sources_only)
{
    const char *names[CONFIG_KEYS_MAX];
    size_t n = 0;

    if (s->bad)
        return false;
    if (!config_section_known(s->kind)) {
        for (const struct config_key *k = config_keys; k->section; k++)
            if (n == 0 || strcmp(names[n - 1], k->section) != 0)
                names[n++] = k->section;
        const char *nearest = text_did_you_mean(s->kind, names, n);
        struct slice fix = nearest ? arena_printf(l->arena, "did you mean [%s]?", nearest)
                                   : SLICE("tallyd.conf(5) lists the sections");
        problem_add(&l->problems, &s->line, s->kind.ptr, fix.ptr, "unknown section [%.*s]",
                    SLICE_FMT(s->kind));
        return false;
    }
    if (slice_is(s->kind, "source"))
        return true;
    if (sources_only) {
        problem_add(&l->problems, &s->line, s->kind.ptr, "move it to the main file or to conf.d",
                    "files of sources.d hold only [source NAME] sections");
        return false;
    }
    if (s->name.len > 0) {
        problem_add(&l->problems, &s->line, s->name.ptr, "only [source NAME] has a name",
                    "a name behind [%.*s]", SLICE_FMT(s->kind));
        return false;
    }
    return true;
}

static bool load_text(struct loader *l, const char *path, struct slice text, bool sources_only,
                      struct err *e)
{
    bool ok = false;
    struct ini_section *sections = NULL;
    struct map *seen = map_new(ENTRIES_MAX, false);

    if (!seen) {
        err_set(e, ERR_BUG, "%s: out of memory", path);
        goto out;
    }
    if (!ini_read(path, text, l->arena, &l->problems, &sections, e))
        goto out;
    for (struct ini_section *s = sections; s; s = s->next) {
        if (!check_section(l, s, sources_only))
            continue;
        bool is_source = slice_is(s->kind, "source");
        struct draft *d = is_source ? new_draft(l, s, e) : NULL;
        if (e->kind != ERR_NONE)
            goto out;
        if ((d || !is_source) && !read_entries(l, seen, s, d, e))
            goto out;
    }
    ok = true;
out:
    map_free(seen);
    return ok;
}

static bool load_file(struct loader *l, const char *path, bool sources_only, struct err *e)
{
    struct slice text;
    struct err why = {0};

    if (read_file(path, INI_FILE_MAX, l->arena, &text, &why))
        return load_text(l, path, text, sources_only, e);
    problem_add_file(&l->problems, path, NULL, "%s", why.text);
    if (path == l->main_line.file)
        e->kind = why.kind;
    return true;
}

static bool load_directory(struct loader *l, const char *name, bool sources_only, struct err *e)
{
    const char **paths;
    size_t count;
    struct err why = {0};
    struct slice path = arena_printf(l->arena, "%.*s/%s", SLICE_FMT(l->directory), name);

    if (!path.ptr)
        return err_set(e, ERR_CONFIG, "the configuration is too large");
    if (!read_directory(path.ptr, l->arena, &paths, &count, &why)) {
        problem_add_file(&l->problems, path.ptr, NULL, "%s", why.text);
        return true;
    }
    for (size_t i = 0; i < count; i++)
        if (!load_file(l, paths[i], sources_only, e))
            return false;
    return true;
}

/* The main file's directory, absolute: what is beside a link's target is not beside the link. */
static bool find_directory(struct loader *l, struct err *e)
{
    bool ok = false;
    struct slice file = slice_of(l->args->file);
    size_t slash = file.len;
    char *real = NULL;

    while (slash > 0 && file.ptr[slash - 1] != '/')
        slash--;
    struct slice given = slash ? arena_copy(l->arena, slice_sub(file, 0, slash)) : SLICE(".");
    real = given.ptr ? realpath(given.ptr, NULL) : NULL;
    if (!real) {
        err_set(e, ERR_NOINPUT, "%s: there is no such directory; -c FILE names a configuration",
                l->args->file);
        goto out;
    }
    l->directory = arena_copy(l->arena, slice_of(strcmp(real, "/") == 0 ? "" : real));
    l->main_line.file = arena_copy(l->arena, file).ptr;
    if (!l->directory.ptr || !l->main_line.file) {
        err_set(e, ERR_BUG, "out of memory");
        goto out;
    }
    ok = true;
out:
    free(real);
    return ok;
}

static bool read_all(struct loader *l, struct err *e)
{
    struct err missing = {0};

    if (!find_directory(l, e))
        return false;
    loader_set_defaults(l, false, l->config);
    if (!load_file(l, l->main_line.file, false, &missing)) {
        *e = missing;
        return false;
    }
    if (missing.kind != ERR_NONE) /* what else is missing would only repeat it */
        return err_set(e, missing.kind, "%s: the main file cannot be read", l->args->file);
    if (!presets_read(l->directory, l->arena, &l->problems, &l->presets, e) ||
        !load_directory(l, "conf.d", false, e) || !load_directory(l, "sources.d", true, e) ||
        (l->args->more_name &&
         !load_text(l, l->args->more_name, arena_copy(l->arena, l->args->more), true, e)) ||
        !sources_build(l, e))
        return false;
    check_globals(l);
    if (l->problems.count > 0)
        return err_set(e, ERR_CONFIG, "%s: " COUNTED "; nothing of it is used", l->args->file,
                       COUNT_OF(l->problems.count, "problem", "problems"));
    return true;
}

bool config_load(const struct config_args *args, struct config **out, struct buf *problems,
                 struct err *e)
{
    bool ok = false;
    struct arena *arena = arena_new(ARENA_MAX);
    struct config *c = arena ? arena_alloc(arena, sizeof(*c)) : NULL;
    struct loader *l = calloc(1, sizeof(*l));
    const char **origins = c ? arena_array(arena, config_key_count(), sizeof(*origins)) : NULL;

    *e = (struct err){0};
    if (!l || !origins || !(l->drafts = map_new(ENTRIES_MAX, false))) {
        err_set(e, ERR_BUG, "out of memory for the configuration");
        goto out;
    }
    c->arena = l->arena = arena;
    c->origins = origins;
    l->args = args;
    l->config = c;
    l->problems.out = problems;
    l->draft_end = &l->first_draft;
    l->main_line.number = 1;
    if (!read_all(l, e)) {
        problem_close(&l->problems);
        if (args->partial && l->problems.count > 0) {
            *args->partial = c;
            arena = NULL;
        }
        goto out;
    }
    *out = c;
    arena = NULL;
    ok = true;
out:
    if (l)
        map_free(l->drafts);
    free(l);
    arena_free(arena);
    return ok;
}

void config_free(struct config *c)
{
    if (c)
        arena_free(c->arena);
}
