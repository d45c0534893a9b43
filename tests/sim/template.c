/* SPDX-License-Identifier: ISC */
/* Template files into programs. */
#include "tests/sim/template.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "daemon/base/num.h"
#include "tests/sim/write.h"

#define TEMPLATES_MAX 200
#define DEPTH_MAX 16
#define FILE_MAX ((size_t)1 << 20)
#define SUFFIX ".tmpl"

struct reader {
    struct arena *a;
    struct template *t;
    struct err *e;
    size_t line;
    size_t open[DEPTH_MAX], depth; /* nodes that want their %end */
    bool joined;                   /* the last line goes on */
};

static bool wrong(struct reader *r, const char *what, struct slice text)
{
    return err_set(r->e, ERR_DATA, "%.*s" SUFFIX ", line %zu: %s: '%.*s'", SLICE_FMT(r->t->name),
                   r->line, what, SLICE_FMT(text));
}

/* ---- places ---- */

/* "FIELD|MODIFIER ARGUMENT|..." */
static bool read_place(struct reader *r, struct slice text, struct template_node *out)
{
    struct slice part = {0}, name = slice_trim(text);
    size_t bar = slice_find(text, SLICE("|"));
    if (bar != SIZE_MAX)
        name = slice_sub(text, 0, bar);
    if (!(out->field = field_find(name)))
        return wrong(r, "no such field", name);
    text = bar == SIZE_MAX ? (struct slice){0} : slice_sub(text, bar + 1, text.len);
    while (slice_next(&text, '|', &part)) {
        struct slice word;
        if (out->step_count == TEMPLATE_STEPS_MAX)
            return wrong(r, "too many modifiers", part);
        struct template_step *step = &out->steps[out->step_count++];
        slice_next(&part, ' ', &word);
        step->argument = part;
        if (!(step->how = modifier_find(word)))
            return wrong(r, "no such modifier", word);
    }
    return true;
}

static struct template_node *add(struct template_program *p, enum template_kind kind)
{
    struct template_node *n = &p->nodes[p->count++];
    n->kind = kind;
    return n;
}

/* Text with places in it. */
static bool read_text(struct reader *r, struct slice text, struct template_program *p)
{
    while (text.len > 0) {
        size_t at = slice_find(text, SLICE("${"));
        struct slice plain = slice_sub(text, 0, at);
        if (plain.len > 0)
            add(p, TEMPLATE_TEXT)->text = plain;
        if (at == SIZE_MAX)
            break;
        text = slice_sub(text, at + 2, text.len);
        size_t end = slice_find(text, SLICE("}"));
        if (end == SIZE_MAX)
            return wrong(r, "a place without its }", text);
        if (!read_place(r, slice_sub(text, 0, end), add(p, TEMPLATE_FIELD)))
            return false;
        text = slice_sub(text, end + 1, text.len);
    }
    return true;
}

/* Nodes enough for whatever the text holds. */
static bool make_room(struct reader *r, struct slice text, struct template_program *p)
{
    size_t n = 4;
    for (size_t i = 0; i < text.len; i++)
        n += text.ptr[i] == '\n' || text.ptr[i] == '$' ? 2 : 0;
    p->nodes = arena_array(r->a, n, sizeof *p->nodes);
    return p->nodes || wrong(r, "out of memory", text);
}

static bool read_small(struct reader *r, struct slice text, struct template_program *p)
{
    return make_room(r, text, p) && read_text(r, text, p);
}

/* ---- lines that say ---- */

static bool open_block(struct reader *r, struct slice word)
{
    if (r->depth == DEPTH_MAX)
        return wrong(r, "too deep", word);
    r->open[r->depth++] = r->t->body.count;
    return true;
}

static bool on_for(struct reader *r, struct slice rest)
{
    if (!open_block(r, rest))
        return false;
    struct template_node *n = add(&r->t->body, TEMPLATE_FOR);
    n->loop = loop_find(rest);
    return n->loop || wrong(r, "no such loop", rest);
}

static bool on_if(struct reader *r, struct slice rest)
{
    return open_block(r, rest) && read_place(r, rest, add(&r->t->body, TEMPLATE_IF));
}

/* A place whose field is what the block gives. */
static bool on_do(struct reader *r, struct slice rest)
{
    struct buf text;
    buf_init(&text, 4096);
    buf_addf(&text, "blank|%.*s", SLICE_FMT(rest));
    struct slice place = arena_copy(r->a, buf_slice(&text));
    buf_done(&text);
    return open_block(r, rest) && read_place(r, place, add(&r->t->body, TEMPLATE_DO));
}

static bool on_else(struct reader *r, struct slice rest)
{
    struct template_program *p = &r->t->body;
    if (r->depth == 0 || p->nodes[r->open[r->depth - 1]].kind != TEMPLATE_IF)
        return wrong(r, "an else without its if", rest);
    p->nodes[r->open[r->depth - 1]].next = p->count;
    r->open[r->depth - 1] = p->count;
    add(p, TEMPLATE_ELSE);
    return true;
}

static bool on_end(struct reader *r, struct slice rest)
{
    struct template_program *p = &r->t->body;
    if (r->depth == 0)
        return wrong(r, "an end of nothing", rest);
    p->nodes[r->open[--r->depth]].next = p->count;
    add(p, TEMPLATE_END);
    return true;
}

static bool on_comment(struct reader *r, struct slice rest)
{
    (void)r, (void)rest;
    return true;
}

static bool on_format(struct reader *r, struct slice rest)
{
    r->t->format = rest;
    return true;
}

static bool on_type(struct reader *r, struct slice rest)
{
    r->t->type = arena_copy(r->a, rest);
    return r->t->type.ptr || wrong(r, "out of memory", rest);
}

static bool on_path(struct reader *r, struct slice rest)
{
    return read_small(r, rest, &r->t->path);
}

static bool on_zip(struct reader *r, struct slice rest)
{
    return slice_next(&rest, ' ', &r->t->zip_member) && read_small(r, rest, &r->t->zip_path);
}

static bool on_title(struct reader *r, struct slice rest)
{
    return read_small(r, rest, &r->t->title);
}

static bool on_priority(struct reader *r, struct slice rest)
{
    return num_parse(rest, 0, 1000, &r->t->priority) || wrong(r, "not a number", rest);
}

static bool on_companion(struct reader *r, struct slice rest)
{
    struct slice early = {0};
    if (r->t->companion_count == TEMPLATE_COMPANIONS_MAX)
        return wrong(r, "too many companions", rest);
    struct template_companion *c = &r->t->companions[r->t->companion_count++];
    if (!slice_next(&rest, ' ', &c->key) || !slice_next(&rest, ' ', &c->name) ||
        !slice_next(&rest, ' ', &c->path))
        return wrong(r, "not KEY TEMPLATE PATH", rest);
    c->early = slice_next(&rest, ' ', &early) && slice_is(early, "early");
    return true;
}

static bool on_counties(struct reader *r, struct slice rest)
{
    return (slice_next(&rest, ' ', &r->t->counties.name) &&
            slice_next(&rest, ' ', &r->t->counties.path)) ||
           wrong(r, "not TEMPLATE PATH", rest);
}

static bool on_all(struct reader *r, struct slice rest)
{
    (void)rest;
    r->t->all = true;
    return true;
}

static bool on_untitled(struct reader *r, struct slice rest)
{
    (void)rest;
    r->t->untitled = true;
    return true;
}

static const struct {
    const char *word;
    bool (*read)(struct reader *r, struct slice rest);
} words[] = {
    {"for", on_for},
    {"if", on_if},
    {"else", on_else},
    {"end", on_end},
    {"do", on_do},
    {"#", on_comment},
    {"format", on_format},
    {"type", on_type},
    {"path", on_path},
    {"zip", on_zip},
    {"title", on_title},
    {"all", on_all},
    {"priority", on_priority},
    {"companion", on_companion},
    {"untitled", on_untitled},
    {"counties", on_counties},
};

static bool read_saying(struct reader *r, struct slice line)
{
    struct slice word;
    slice_next(&line, ' ', &word);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (slice_is(word, words[i].word))
            return words[i].read(r, slice_trim(line));
    return wrong(r, "cannot be understood", word);
}

/* ---- files ---- */

/* `line` with its line end. */
static bool read_line(struct reader *r, struct slice line)
{
    struct slice bare = slice_trim(line);
    if (slice_starts(bare, SLICE("%")))
        return read_saying(r, slice_sub(bare, 1, bare.len));
    while (r->joined && line.len > 0 && line.ptr[0] == ' ')
        line = slice_sub(line, 1, line.len);
    r->joined = slice_ends(line, SLICE("\\\n"));
    return read_text(r, r->joined ? slice_sub(line, 0, line.len - 2) : line, &r->t->body);
}

static bool template_read(struct slice name, struct slice text, struct arena *a,
                          struct template *out, struct err *e)
{
    struct template t = {.name = name, .type = SLICE("text/plain"), .priority = 40};
    struct reader r = {.a = a, .t = &t, .e = e};
    if (!make_room(&r, text, &t.body))
        return false;
    while (text.len > 0) {
        size_t end = slice_find(text, SLICE("\n"));
        struct slice line = slice_sub(text, 0, end == SIZE_MAX ? text.len : end + 1);
        text = slice_sub(text, line.len, text.len);
        r.line++;
        if (!read_line(&r, line))
            return false;
    }
    if (r.depth > 0)
        return wrong(&r, "a block without its end", SLICE(""));
    *out = t;
    return true;
}

static bool read_file(const char *path, struct arena *a, struct slice *out, struct err *e)
{
    FILE *f = fopen(path, "re");
    char *bytes = arena_alloc(a, FILE_MAX);
    if (!f || !bytes) {
        if (f)
            fclose(f);
        return err_errno(e, ERR_NOINPUT, "%s", path);
    }
    *out = (struct slice){bytes, fread(bytes, 1, FILE_MAX, f)};
    fclose(f);
    return out->len < FILE_MAX || err_set(e, ERR_DATA, "%s: too big", path);
}

static int by_name(const void *a, const void *b)
{
    return slice_cmp(((const struct template *)a)->name, ((const struct template *)b)->name);
}

static bool load_one(const char *folder, const char *file, struct arena *a, struct templates *t,
                     struct err *e)
{
    struct slice name = arena_copy(a, slice_of(file)), text;
    struct slice path = arena_printf(a, "%s/%s", folder, file);
    if (!name.ptr || !path.ptr || t->count == TEMPLATES_MAX)
        return err_set(e, ERR_BUG, "too many templates");
    name.len -= sizeof SUFFIX - 1;
    return read_file(path.ptr, a, &text, e) &&
           template_read(name, text, a, &t->list[t->count++], e);
}

static bool link_one(const struct templates *all, const struct template *t,
                     struct template_companion *c, struct err *e)
{
    c->what = templates_find(all, c->name);
    return c->what || err_set(e, ERR_DATA, "%.*s" SUFFIX ": no such companion: '%.*s'",
                              SLICE_FMT(t->name), SLICE_FMT(c->name));
}

static bool link_companions(struct templates *t, struct err *e)
{
    for (size_t i = 0; i < t->count; i++) {
        struct template *one = &t->list[i];
        for (size_t k = 0; k < one->companion_count; k++)
            if (!link_one(t, one, &one->companions[k], e))
                return false;
        if (one->counties.name.len > 0 && !link_one(t, one, &one->counties, e))
            return false;
    }
    return true;
}

bool templates_load(const char *folder, struct arena *a, struct templates *out, struct err *e)
{
    struct templates t = {.list = arena_array(a, TEMPLATES_MAX, sizeof *t.list)};
    struct dirent *entry;
    DIR *d = opendir(folder);
    if (!d || !t.list) {
        if (d)
            closedir(d);
        return err_errno(e, ERR_NOINPUT, "%s", folder);
    }
    bool ok = true;
    while (ok && (entry = readdir(d)) != NULL)
        if (slice_ends(slice_of(entry->d_name), SLICE(SUFFIX)))
            ok = load_one(folder, entry->d_name, a, &t, e);
    closedir(d);
    if (!ok)
        return false;
    qsort(t.list, t.count, sizeof *t.list, by_name);
    *out = t;
    return link_companions(out, e);
}

const struct template *templates_find(const struct templates *t, struct slice name)
{
    for (size_t i = 0; i < t->count; i++)
        if (slice_eq(t->list[i].name, name))
            return &t->list[i];
    return NULL;
}
