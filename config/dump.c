/* SPDX-License-Identifier: ISC */
/* The merged configuration as a file, and two configurations compared. */
#include "config/config.h"

#include <string.h>

#include "config/keys.h"
#include "config/value.h"

static void add_pairs(const struct config_key *k, const struct config_pairs *pairs, struct buf *out)
{
    for (size_t i = 0; i < pairs->count; i++)
        buf_addf(out, "# %s\n%s%.*s = %.*s\n", pairs->items[i].where, k ? k->name : "",
                 SLICE_FMT(pairs->items[i].key), SLICE_FMT(pairs->items[i].value));
}

static void add_files(const struct config_source *s, struct buf *out)
{
    for (size_t i = 0; i < s->file_count; i++) {
        const struct config_file *f = &s->files[i];
        struct slice place = f->url.len ? f->url : f->path;
        buf_addf(out, "# %s\n%s%s%.*s = %.*s\n", f->where, f->url.len ? "url" : "path",
                 f->name.len ? "." : "", SLICE_FMT(f->name), SLICE_FMT(place));
    }
}

static void add_key(const struct config_key *k, const void *base, const char *const *origins,
                    struct buf *out)
{
    const char *origin = origins[k - config_keys];
    bool source = strcmp(k->section, "source") == 0;
    size_t before = out->len;

    if (k->type == KEY_PAIRS || k->type == KEY_PLACES) {
        add_pairs(k, (const void *)((const char *)base + k->at), out);
        return;
    }
    if (k->type == KEY_FILE && strcmp(k->name, "url") == 0)
        add_files(base, out);
    if (k->type == KEY_FILE || k->type == KEY_HEADER || k->type == KEY_LIKE)
        return;
    buf_addf(out, "# %s\n%s =", origin ? origin : "default", k->name);
    size_t empty = out->len;
    buf_addc(out, ' ');
    value_write(k, base, out);
    if (out->failed)
        return;
    if (out->len == empty + 1) { /* nothing behind the =: a source that does not say it does
                                    without; said, it may stand against its preset */
        out->len = source && !origin ? before : empty;
        out->ptr[out->len] = '\0';
    }
    if (out->len > before)
        buf_addc(out, '\n');
}

static void add_section(const char *section, const void *base, const char *const *origins,
                        struct buf *out)
{
    for (const struct config_key *k = config_keys; k->section; k++)
        if (strcmp(k->section, section) == 0)
            add_key(k, base, origins, out);
}

void config_dump(const struct config *c, struct buf *out)
{
    const char *section = "";

    for (const struct config_key *k = config_keys; k->section; k++) {
        if (strcmp(k->section, section) == 0 || strcmp(k->section, "source") == 0)
            continue;
        section = k->section;
        buf_addf(out, "%s[%s]\n", k == config_keys ? "" : "\n", section);
        add_section(section, c, c->origins, out);
    }
    for (size_t i = 0; i < c->source_count; i++) {
        const struct config_source *s = &c->sources[i];
        buf_addf(out, "\n# %s\n[source %.*s]\n", s->where, SLICE_FMT(s->name));
        add_section("source", s, s->origins, out);
        add_pairs(NULL, &s->options, out);
    }
}

static bool section_equal(bool sources, const void *a, const void *b)
{
    for (const struct config_key *k = config_keys; k->section; k++)
        if (sources == (strcmp(k->section, "source") == 0) && !value_equal(k, a, b))
            return false;
    return true;
}

bool config_equal(const struct config *a, const struct config *b)
{
    static const struct config_key options = {
        .type = KEY_PAIRS, .name = "", .at = offsetof(struct config_source, options)};

    if (a->source_count != b->source_count || !section_equal(false, a, b))
        return false;
    for (size_t i = 0; i < a->source_count; i++)
        if (!slice_eq(a->sources[i].name, b->sources[i].name) ||
            !slice_eq(a->sources[i].engine, b->sources[i].engine) ||
            !slice_eq(a->sources[i].authority, b->sources[i].authority) ||
            !section_equal(true, &a->sources[i], &b->sources[i]) ||
            !value_equal(&options, &a->sources[i], &b->sources[i]))
            return false;
    return true;
}

bool config_may_reload(const struct config *running, const struct config *next, bool sources_only,
                       struct err *e)
{
    for (const struct config_key *k = config_keys; k->section; k++) {
        bool other = sources_only && strcmp(k->section, "source") != 0;
        if ((k->fixed || other) && !value_equal(k, running, next))
            return err_set(e, ERR_CONFIG, "[%s] %s changed, and only a %s can change it",
                           k->section, k->name, k->fixed ? "restart" : "whole reload");
    }
    return true;
}
