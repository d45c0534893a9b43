/* SPDX-License-Identifier: ISC */
/* Names of files out of addresses, by one rule. */
#include "daemon/core/site.h"

#include "daemon/core/publish.h"
#include "daemon/core/tally.h"

const struct site_status site_statuses[] = {
    {"uncalled", "Not called"},
    {"partly_called", "Partly called"},
    {"called", "Called"},
    {"won", "Ours won"},
    {"lost", "Ours lost"},
    {"advanced", "Ours to a runoff"},
    {"leading", "Ours leading"},
    {"trailing", "Ours behind"},
    {"unclear", "Ours unclear"},
    {"no_results", "No votes yet"},
    {NULL, NULL},
};

/* ".by-state.bom-1" of "by=state&bom=1"; copy=1 is what every page of a copy has. */
static void add_query(struct slice query, struct buf *out)
{
    struct slice item;

    while (slice_next(&query, '&', &item)) {
        if (slice_is(item, "copy=1"))
            continue;
        buf_addc(out, '.');
        for (size_t i = 0; i < item.len; i++)
            buf_addc(out, item.ptr[i] == '=' ? '-' : item.ptr[i]);
    }
}

void site_file(struct slice address, struct buf *out)
{
    size_t hash = slice_find(address, SLICE("#"));
    struct slice fragment = slice_sub(address, hash, address.len), path;

    address = slice_sub(address, 1, hash);
    size_t mark = slice_find(address, SLICE("?"));
    path = slice_sub(address, 0, mark);
    size_t dot = path.len;
    while (dot > 0 && path.ptr[dot - 1] != '.' && path.ptr[dot - 1] != '/')
        dot--;
    bool typed = dot > 0 && path.ptr[dot - 1] == '.';
    struct slice type = typed ? slice_sub(path, dot - 1, path.len) : SLICE(".html");
    if (path.len == 0)
        buf_addz(out, "index");
    else
        buf_add(out, typed ? slice_sub(path, 0, dot - 1) : path);
    if (mark != SIZE_MAX)
        add_query(slice_sub(address, mark + 1, address.len), out);
    buf_add(out, type);
    buf_add(out, fragment);
}

/* ---- what there is ---- */

enum with { WITH_BOM = 1, WITH_BY = 2, WITH_STYLE = 4, WITH_FILTER = 8, WITH_COPY = 16 };

/* Pages for people come last: they show what lies there already. */
static const struct resource {
    const char *path;
    unsigned with;
} resources[] = {
    {"/v1/schema.json", 0},
    {"/board.css", 0},
    {"/board.js", 0},
    {"/v1/races.json", WITH_FILTER},
    {"/v1/races.csv", WITH_FILTER | WITH_BOM},
    {"/v1/totals.json", WITH_BY},
    {"/v1/totals.csv", WITH_BY | WITH_BOM},
    {"/v1/statement.txt", WITH_STYLE},
    {"/v1/winners.csv", WITH_BOM},
    {"/v1/calls.json", 0},
    {"/v1/calls.csv", WITH_BOM},
    {"/v1/corrections.json", 0},
    {"/v1/corrections.txt", 0},
    {"/v1/open.csv", WITH_BOM},
    {"/v1/sources.json", 0},
    {"/v1/sources.csv", WITH_BOM},
    {"/embed", WITH_COPY},
    {"/", WITH_FILTER | WITH_COPY},
};

struct listing {
    const struct model *m;
    struct arena *scratch;
    struct buf *out;
};

/* NAME=VALUE behind the path; without a name, the path alone. */
static void add(const struct listing *l, const struct resource *r, const char *name,
                struct slice value)
{
    bool copy = r->with & WITH_COPY, asks = name[0];
    struct slice address = arena_printf(
        l->scratch, "%s%s%s%s%s%s%.*s", r->path, copy || asks ? "?" : "", copy ? "copy=1" : "",
        copy && asks ? "&" : "", name, asks ? "=" : "", SLICE_FMT(value));

    site_file(address, l->out);
    buf_addf(l->out, "\t%.*s\n", SLICE_FMT(address));
}

static bool add_values(const struct listing *l, const struct resource *r, const char *name,
                       enum tally_by by)
{
    size_t n = 0;
    struct slice *values = tally_values(l->m, by, l->scratch, &n);

    for (size_t i = 0; values && i < n; i++)
        add(l, r, name, values[i]);
    return values != NULL;
}

static void add_parts(const struct listing *l, const struct resource *r)
{
    const struct settings *s = l->m->settings;

    add(l, r, "by", SLICE("state"));
    if (publish_column(s, SLICE("office_level")))
        add(l, r, "by", SLICE("office"));
    if (publish_any_tag(s))
        add(l, r, "by", SLICE("tag"));
}

static bool add_filters(const struct listing *l, const struct resource *r)
{
    for (const struct site_status *w = site_statuses; w->value; w++)
        add(l, r, "status", slice_of(w->value));
    return add_values(l, r, "state", TALLY_BY_STATE) &&
           (!publish_column(l->m->settings, SLICE("office_level")) ||
            add_values(l, r, "office", TALLY_BY_LEVEL));
}

static bool add_resource(const struct listing *l, const struct resource *r)
{
    add(l, r, "", (struct slice){0});
    if (r->with & WITH_BOM)
        add(l, r, "bom", SLICE("1"));
    if (r->with & WITH_STYLE) {
        add(l, r, "style", SLICE("long"));
        add(l, r, "style", SLICE("slack"));
    }
    if (r->with & WITH_BY)
        add_parts(l, r);
    return !(r->with & WITH_FILTER) || add_filters(l, r);
}

bool site_list(const struct model *m, struct arena *scratch, struct buf *out)
{
    const struct listing l = {m, scratch, out};
    bool ok = true;

    for (uint32_t i = 0; i < m->race_count; i++)
        buf_addf(out, "v1/races/%.*s.json\t/v1/races/%.*s.json\n", SLICE_FMT(m->races[i].id),
                 SLICE_FMT(m->races[i].id));
    for (size_t i = 0; i < sizeof resources / sizeof resources[0] && ok; i++)
        ok = add_resource(&l, &resources[i]);
    return ok && !arena_refused(scratch);
}

/* ---- pages ---- */

void site_page(struct slice page, struct buf *out)
{
    static const struct slice opens = SLICE_INIT("=\"/");
    size_t at;

    while ((at = slice_find(page, opens)) != SIZE_MAX) {
        at += opens.len - 1;
        buf_add(out, slice_sub(page, 0, at));
        page = slice_sub(page, at, page.len);
        size_t end = slice_find(page, SLICE("\""));
        site_file(slice_sub(page, 0, end), out);
        page = slice_sub(page, end, page.len);
    }
    buf_add(out, page);
}
