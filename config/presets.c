/* SPDX-License-Identifier: ISC */
/* Presets: where their files are, and what stands in one. */
#include "config/presets.h"

#include <regex.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "config/key_checks.h"
#include "config/keys.h"
#include "config/option_check.h"
#include "config/read_file.h"
#include "config/suggest.h"
#include "daemon/base/text.h"
#include "parsers/mapping_check.h"

enum { FILE_MAX = 1 << 20, FIRST_ROOM = 64, PATH_ROOM = 4096 };

static const char *const fact_names[] = {"about", "engine", "authority", "sniff", NULL};

/* Keys of a source that a preset may say for all of its sources. */
static const char *const source_keys[] = {"charset", "unknown", NULL};

/* From the directory of the running program: installed, then the tree it was built in, then in the
 * tree a program of a build of its own (build/san, build/tests). */
static const char *const beside_program[] = {"../share/tallyd/formats", "../config/formats",
                                             "../../config/formats"};

static bool is_one_of(struct slice key, const char *const *names)
{
    for (; *names; names++)
        if (slice_is(key, *names))
            return true;
    return false;
}

/* ---- one file ---- */

struct reading {
    struct arena *arena;
    struct problems *problems;
    struct preset *preset;
    bool source; /* the section may be, and then is, a source's */
};

/* The fix that is most likely wanted: the nearest name, or words. */
static const char *fix_of(struct arena *a, const char *nearest, const char *otherwise)
{
    const char *fix = nearest ? arena_printf(a, "did you mean %s?", nearest).ptr : NULL;
    return fix ? fix : otherwise;
}

/* `more`: presets whose names may be meant too, or NULL. */
static const char *nearest_format(const struct presets *more, struct slice name, struct arena *a)
{
    size_t n = more ? more->count : 0, given = 0;
    for (const struct format *f = formats; f->name; f++)
        n++;
    const char **names = arena_array(a, n + 1, sizeof(*names));
    if (!names)
        return NULL;
    for (const struct format *f = formats; f->name; f++)
        names[given++] = f->name;
    for (size_t i = 0; more && i < more->count; i++)
        names[given++] = more->items[i].name.ptr;
    return text_did_you_mean(name, names, given);
}

static void read_engine(struct reading *r, const struct ini_section *s,
                        const struct ini_entry *entry)
{
    const char *hint = r->source
                           ? "-f takes a source of a format that is built in, such as delimited, "
                             "or the name of a preset by itself"
                           : "write engine = delimited; tally-parse --list shows the formats";
    if (!entry) {
        problem_add(r->problems, &s->line, NULL, hint, "%.*s %.*s has no %s", SLICE_FMT(s->kind),
                    SLICE_FMT(s->name), r->source ? "format" : "engine");
        return;
    }
    const struct format *f = format_find(entry->value);
    if (f && !f->pointer)
        r->preset->engine = f;
    else
        problem_add(r->problems, &entry->line, entry->value.ptr,
                    fix_of(r->arena, nearest_format(NULL, entry->value, r->arena), hint),
                    f ? "format %.*s holds no contests" : "there is no engine \"%.*s\"",
                    SLICE_FMT(entry->value));
}

/* "(?i)" in front: in any case. */
static bool compile(struct slice pattern, regex_t *re, char *why, size_t room)
{
    bool nocase = slice_starts(pattern, SLICE("(?i)"));
    int flags = REG_EXTENDED | REG_NEWLINE | REG_NOSUB | (nocase ? REG_ICASE : 0);
    const char *excess = mapping_regex_excess(pattern);
    if (excess) {
        snprintf(why, room, "%s", excess);
        return false;
    }
    int code = regcomp(re, pattern.ptr + (nocase ? 4 : 0), flags);
    if (code != 0)
        regerror(code, re, why, room);
    return code == 0;
}

static void check_sniff(struct reading *r, const struct ini_entry *entry)
{
    char why[200];
    regex_t re;
    if (entry->value.len == 0)
        return;
    if (compile(r->preset->sniff, &re, why, sizeof(why)))
        regfree(&re);
    else
        problem_add(r->problems, &entry->line, entry->value.ptr, NULL,
                    "not a regular expression: %s", why);
}

static const struct ini_entry *find_entry(const struct ini_section *s, const char *key)
{
    for (const struct ini_entry *entry = s->entries; entry; entry = entry->next)
        if (slice_is(entry->key, key))
            return entry;
    return NULL;
}

static bool read_facts(struct reading *r, const struct ini_section *s)
{
    struct preset *p = r->preset;
    const struct ini_entry *entry;
    struct {
        const char *key;
        struct slice *to;
    } texts[] = {{"about", &p->about}, {"authority", &p->authority}, {"sniff", &p->sniff}};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        entry = find_entry(s, texts[i].key);
        *texts[i].to = arena_copy(r->arena, entry ? entry->value : SLICE(""));
        if (!texts[i].to->ptr)
            return false;
    }
    read_engine(r, s, find_entry(s, r->source ? "format" : "engine"));
    if ((entry = find_entry(s, "sniff")))
        check_sniff(r, entry);
    entry = find_entry(s, "authority");
    if (entry && (check_authority(entry->value) || slice_is(entry->value, "desk")))
        problem_add(r->problems, &entry->line, entry->value.ptr, NULL,
                    "authority must be ap, ddhq or official");
    else if (!entry && p->engine)
        p->authority = slice_of(p->engine->authority);
    return true;
}

static void check_option(struct reading *r, struct ini_entry *entry)
{
    struct preset *p = r->preset;
    for (size_t i = 0; i < p->option_count; i++)
        if (slice_eq(p->options[i]->key, entry->key)) {
            problem_add(r->problems, &entry->line, entry->key.ptr, "delete one of them",
                        "\"%.*s\" is here twice; first at %s", SLICE_FMT(entry->key),
                        p->options[i]->where);
            return;
        }
    p->options[p->option_count++] = entry;
    if (is_one_of(entry->key, source_keys))
        return;
    if (p->engine && format_takes(p->engine, entry->key)) {
        struct err why;
        if (!option_check(p->engine, entry->key, entry->value, r->arena, &why))
            problem_add(r->problems, &entry->line, entry->value.ptr, NULL, "%s", why.text);
        return;
    }
    const char *const *more[] = {fact_names, source_keys};
    const char *nearest = suggest_key(SLICE(""), more, 2, p->engine, entry->key, r->arena);
    if (p->engine || nearest) /* without its engine nobody knows its options */
        problem_add(r->problems, &entry->line, entry->key.ptr,
                    fix_of(r->arena, nearest, "tallyd.conf(5), MAPPINGS, lists the keys"),
                    "unknown key \"%.*s\" in [%s %.*s]%s%s%s", SLICE_FMT(entry->key),
                    r->source ? "source" : "format", SLICE_FMT(p->name),
                    p->engine ? ", and no option of its " : "",
                    p->engine ? r->source ? "format " : "engine " : "",
                    p->engine ? p->engine->name : "");
}

/* Only a source says where it is, how often it is asked, and so on. `header` is either's. */
static bool is_of_source(const struct reading *r, const struct ini_entry *entry)
{
    struct slice rest;
    const struct config_key *k = config_key_find(SLICE("source"), entry->key, &rest);
    if (!r->source || !k || is_one_of(entry->key, source_keys) ||
        is_one_of(entry->key, format_common_options))
        return false;
    return k->type != KEY_HEADER || slice_find(entry->value, SLICE(":")) != (size_t)-1;
}

/* The section a file of this name must hold; NULL: reported. */
static struct ini_section *only_section(struct reading *r, const char *path, struct slice name,
                                        struct ini_section *first)
{
    const char *fix = arena_printf(r->arena, "write [format %.*s]", SLICE_FMT(name)).ptr;
    if (!first) {
        problem_add_file(r->problems, path, fix, "holds no format");
        return NULL;
    }
    for (struct ini_section *s = first; s; s = s->next) {
        if (s->bad)
            return NULL;
        r->source &= slice_is(s->kind, "source") && s == first;
        if (r->source)
            continue;
        if (s != first || !slice_is(s->kind, "format") || !slice_eq(s->name, name)) {
            problem_add(r->problems, &s->line, s->kind.ptr, fix,
                        s == first ? "the section is not that of the file's name"
                                   : "a second section: a file holds one format");
            return NULL;
        }
    }
    if (r->source || !format_find(name))
        return first;
    problem_add(r->problems, &first->line, first->name.ptr, "give the file and it another name",
                "%.*s is a format of its own, which no preset can change", SLICE_FMT(name));
    return NULL;
}

static bool read_section(struct reading *r, struct ini_section *s)
{
    struct preset *p = r->preset;
    size_t entries = 0;
    for (const struct ini_entry *entry = s->entries; entry; entry = entry->next)
        entries++;
    p->options = arena_array(r->arena, entries + 1, sizeof(*p->options));
    p->where = arena_printf(r->arena, "%s:%zu:%zu", s->line.file, s->line.number,
                            problem_column(&s->line, s->kind.ptr))
                   .ptr;
    if (!p->options || !p->where || !read_facts(r, s))
        return false;
    const char *said[4] = {NULL};
    for (struct ini_entry *entry = s->entries; entry; entry = entry->next) {
        size_t fact = 0;
        while (fact_names[fact] && !slice_is(entry->key, fact_names[fact]))
            fact++;
        if (is_of_source(r, entry))
            continue;
        if (!fact_names[fact]) {
            check_option(r, entry);
            continue;
        }
        if (said[fact])
            problem_add(r->problems, &entry->line, entry->key.ptr, "delete one of them",
                        "\"%s\" is here twice; first at %s", fact_names[fact], said[fact]);
        said[fact] = entry->where;
    }
    return true;
}

/* "formats/mn.conf" is mn. */
static struct slice name_of(const char *path)
{
    struct slice s = slice_of(path);
    size_t slash = s.len;
    while (slash > 0 && s.ptr[slash - 1] != '/')
        slash--;
    s = slice_sub(s, slash, s.len);
    return slice_ends(s, SLICE(".conf")) ? slice_sub(s, 0, s.len - 5) : (struct slice){0};
}

static bool read_one(struct reading *r, const char *path, struct err *e)
{
    struct slice text, name = name_of(path);
    struct ini_section *sections = NULL;
    struct err why = {0};
    size_t before = r->problems->count;
    *r->preset = (struct preset){.name = arena_copy(r->arena, name)};
    path = arena_copy(r->arena, slice_of(path)).ptr;
    if (!r->preset->name.ptr || !path)
        return err_set(e, ERR_BUG, "formats: out of memory");
    if (name.len == 0 || check_name(name))
        problem_add_file(r->problems, path, "call it NAME.conf",
                         "its name is that of no format: letters, digits, '.', '_' and '-'");
    else if (!read_file(path, FILE_MAX, r->arena, &text, &why))
        problem_add_file(r->problems, path, NULL, "%s", why.text);
    else if (!ini_read(path, text, r->arena, r->problems, &sections, e))
        return false;
    else {
        struct ini_section *s = only_section(r, path, name, sections);
        if (s && !read_section(r, s))
            return err_set(e, ERR_BUG, "%s: out of memory", path);
    }
    r->preset->bad = r->problems->count > before || r->preset->engine == NULL;
    return true;
}

bool presets_read_file(const char *path, struct arena *a, struct problems *problems,
                       struct preset *out, struct err *e)
{
    struct reading r = {.arena = a, .problems = problems, .preset = out, .source = true};
    return read_one(&r, path, e);
}

/* ---- all of them ---- */

static struct preset *add(struct presets *all, struct arena *a)
{
    bool full =
        all->count == 0 || (all->count >= FIRST_ROOM && (all->count & (all->count - 1)) == 0);
    if (full) {
        size_t room = all->count ? all->count * 2 : FIRST_ROOM;
        struct preset *items = arena_array(a, room, sizeof(*items));
        if (!items)
            return NULL;
        if (all->count)
            memcpy(items, all->items, all->count * sizeof(*items));
        all->items = items;
    }
    return &all->items[all->count++];
}

static bool read_from(const char *directory, struct arena *a, struct problems *problems,
                      struct presets *all, struct err *e)
{
    const char **paths;
    size_t count;
    struct err why = {0};
    if (!read_directory(directory, a, &paths, &count, &why)) {
        problem_add_file(problems, directory, NULL, "%s", why.text);
        return true;
    }
    for (size_t i = 0; i < count; i++) {
        if (presets_find(all, name_of(paths[i])))
            continue; /* a directory before has it */
        struct reading r = {.arena = a, .problems = problems, .preset = add(all, a)};
        if (!r.preset)
            return err_set(e, ERR_BUG, "formats: out of memory");
        if (!read_one(&r, paths[i], e))
            return false;
    }
    return true;
}

bool presets_read(struct slice directory, struct arena *a, struct problems *problems,
                  struct presets *out, struct err *e)
{
    struct presets all = {0};
    char self[PATH_ROOM], path[PATH_ROOM + 64];
    ssize_t n = readlink("/proc/self/exe", self, sizeof(self));
    while (n > 0 && self[n - 1] != '/')
        n--;
    snprintf(path, sizeof(path), "%.*s/formats", SLICE_FMT(directory));
    if (!read_from(path, a, problems, &all, e))
        return false;
    for (size_t i = 0; n > 0 && i < sizeof(beside_program) / sizeof(beside_program[0]); i++) {
        snprintf(path, sizeof(path), "%.*s%s", (int)n, self, beside_program[i]);
        if (!read_from(path, a, problems, &all, e))
            return false;
    }
    if (!read_from(TALLYD_PREFIX "/share/tallyd/formats", a, problems, &all, e))
        return false;
    *out = all;
    return true;
}

const struct preset *presets_find(const struct presets *p, struct slice name)
{
    for (size_t i = 0; i < p->count; i++)
        if (slice_eq(p->items[i].name, name))
            return &p->items[i];
    return NULL;
}

const char *presets_did_you_mean(const struct presets *p, struct slice name, struct arena *a)
{
    return nearest_format(p, name, a);
}

bool preset_sniffs(const struct preset *p, struct slice head)
{
    char why[200];
    regex_t re;
    regmatch_t all = {.rm_so = 0, .rm_eo = (regoff_t)head.len};
    if (p->bad || p->sniff.len == 0 || !compile(p->sniff, &re, why, sizeof(why)))
        return false;
    bool matches = regexec(&re, head.ptr, 1, &all, REG_STARTEND) == 0;
    regfree(&re);
    return matches;
}
