/* SPDX-License-Identifier: ISC */
/* What may be asked of each resource, and who makes it. */
#include "daemon/pages_model.h"

#include "daemon/app_state.h"
#include "daemon/base/text.h"
#include "daemon/core/board.h"
#include "daemon/core/documents.h"
#include "daemon/core/site.h"
#include "daemon/pages_made.h"
#include "daemon/web.h"

#define WORDS_MAX 64

/* ---- what is asked ---- */

enum takes { TAKES_BY = 1, TAKES_FILTER = 2, TAKES_BOM = 4, TAKES_COPY = 8 };

struct ask {
    struct slice by;
    struct slice words[WORDS_MAX];
    size_t word_count;
    bool bom, copy;
};

static bool no_such(struct slice name, unsigned takes, struct err *e)
{
    static const char *const there[] = {
        "no parameters",
        [TAKES_BY] = "by=",
        [TAKES_FILTER] = "filters such as state:GA",
        [TAKES_BOM] = "bom=1",
        [TAKES_COPY] = "copy=1",
        [TAKES_BY | TAKES_BOM] = "by= and bom=1",
        [TAKES_FILTER | TAKES_BOM] = "filters such as state:GA, and bom=1",
        [TAKES_FILTER | TAKES_COPY] = "filters such as state:GA, and copy=1"};
    return err_set(e, ERR_USAGE, "'%.*s' is no parameter here; this resource takes %s",
                   SLICE_FMT(name), there[takes]);
}

/* What comes back on a page is as clean as what comes from a feed. */
static bool add_words(struct slice text, struct ask *ask, struct arena *scratch, struct err *e)
{
    struct slice word;
    while (slice_next(&text, ' ', &word)) {
        word = text_clean_copy(word, scratch);
        if (word.len == 0)
            continue;
        if (ask->word_count == WORDS_MAX)
            return err_set(e, ERR_USAGE, "more than %d filters", WORDS_MAX);
        ask->words[ask->word_count++] = word;
    }
    return true;
}

/* "state:GA status:won", "q=smith", or, as a form sends it, "state=GA"; decoded. */
static bool read_item(struct slice item, unsigned takes, struct ask *ask, struct arena *scratch,
                      struct err *e)
{
    size_t equals = slice_find(item, SLICE("="));
    struct slice name = slice_sub(item, 0, equals == SIZE_MAX ? item.len : equals);
    struct slice value =
        equals == SIZE_MAX ? (struct slice){0} : slice_sub(item, equals + 1, item.len);
    if (item.len == 0)
        return true;
    if ((takes & TAKES_BOM) && slice_is(item, "bom=1")) {
        ask->bom = true;
        return true;
    }
    if ((takes & TAKES_COPY) && slice_is(item, "copy=1")) {
        ask->copy = true;
        return true;
    }
    if ((takes & TAKES_BY) && slice_is(name, "by")) {
        ask->by = value;
        return true;
    }
    if (!(takes & TAKES_FILTER))
        return no_such(name, takes, e);
    if (equals == SIZE_MAX)
        return add_words(item, ask, scratch, e);
    if (slice_is(name, "q"))
        return add_words(value, ask, scratch, e);
    return value.len == 0 ||
           add_words(arena_printf(scratch, "%.*s:%.*s", SLICE_FMT(name), SLICE_FMT(value)), ask,
                     scratch, e);
}

static bool read_ask(struct slice query, unsigned takes, struct ask *ask, struct arena *scratch,
                     struct err *e)
{
    struct slice item;
    while (query.len > 0 && slice_next(&query, '&', &item)) {
        struct slice plain = http_decode(item, scratch);
        if (!plain.ptr)
            return err_set(e, ERR_USAGE, "'%.*s' cannot be decoded", SLICE_FMT(item));
        if (!read_item(plain, takes, ask, scratch, e))
            return false;
    }
    return true;
}

/* ---- who makes it ---- */

struct making {
    const struct model *m;
    int64_t now_ms, real_ms;
    struct slice path;
    const struct ask *ask;
    struct arena *scratch;
    struct buf *out;
};

static bool totals(const struct making *k, bool json, struct err *e)
{
    const struct documents_table of = {.by = k->ask->by, .json = json, .now_ms = k->now_ms};
    return documents_public(k->m, &of, k->scratch, k->out, e);
}

static bool totals_csv(const struct making *k, struct err *e)
{
    return totals(k, false, e);
}

static bool totals_json(const struct making *k, struct err *e)
{
    return totals(k, true, e);
}

static bool no_memory(struct err *e)
{
    return err_set(e, ERR_BUG, "out of memory");
}

static bool open_csv(const struct making *k, struct err *e)
{
    return documents_open(k->m, k->now_ms, k->scratch, k->out) || no_memory(e);
}

static bool corrections_json(const struct making *k, struct err *e)
{
    (void)e;
    documents_corrections(k->m, true, k->out);
    return true;
}

static bool corrections_text(const struct making *k, struct err *e)
{
    (void)e;
    documents_corrections(k->m, false, k->out);
    return true;
}

static bool calls_json(const struct making *k, struct err *e)
{
    (void)e;
    documents_calls(k->m, true, k->out);
    return true;
}

static bool calls_csv(const struct making *k, struct err *e)
{
    (void)e;
    documents_calls(k->m, false, k->out);
    return true;
}

static bool winners_csv(const struct making *k, struct err *e)
{
    (void)e;
    documents_winners(k->m, k->out);
    return true;
}

static bool races_json(const struct making *k, struct err *e)
{
    return documents_races_public(k->m, k->ask->words, k->ask->word_count, true, k->scratch, k->out,
                                  e);
}

static bool races_csv(const struct making *k, struct err *e)
{
    return documents_races_public(k->m, k->ask->words, k->ask->word_count, false, k->scratch,
                                  k->out, e);
}

static const struct slice race_before = SLICE_INIT("/v1/races/"), race_after = SLICE_INIT(".json");

static bool race_json(const struct making *k, struct err *e)
{
    struct slice id = slice_sub(k->path, race_before.len, k->path.len);
    bool json = id.len > race_after.len &&
                slice_eq(slice_sub(id, id.len - race_after.len, id.len), race_after);
    if (json)
        id = slice_sub(id, 0, id.len - race_after.len);
    return (json && documents_race_page(k->m, id, k->out)) ||
           err_set(e, ERR_NO,
                   "no race '%.*s'; /v1/races.json lists them, each as "
                   "/v1/races/RACE_ID.json",
                   SLICE_FMT(id));
}

static bool sources_json(const struct making *k, struct err *e)
{
    (void)e;
    documents_sources_public(k->m, k->now_ms, k->out);
    return true;
}

static bool sources_csv(const struct making *k, struct err *e)
{
    (void)e;
    documents_sources_csv(k->m, k->now_ms, k->out);
    return true;
}

static bool site(const struct making *k, struct err *e)
{
    return site_list(k->m, k->scratch, k->out) || no_memory(e);
}

static bool board(const struct making *k, const char *page)
{
    struct tally all = {0};
    struct buf live;
    struct board b = {.m = k->m,
                      .all = &all,
                      .now_ms = k->now_ms,
                      .words = k->ask->words,
                      .word_count = k->ask->word_count,
                      .copied_ms = k->ask->copy ? k->real_ms : 0,
                      .scratch = k->scratch,
                      .out = k->ask->copy ? &live : k->out};
    tally_all(&all, k->m, NULL);
    buf_init(&live, k->out->cap);
    board_write(&b, slice_of(page));
    if (k->ask->copy)
        site_page(buf_slice(&live), k->out);
    k->out->failed |= live.failed;
    buf_done(&live);
    return true;
}

static bool whole_board(const struct making *k, struct err *e)
{
    (void)e;
    return board(k, web_board_html);
}

static bool embedded(const struct making *k, struct err *e)
{
    (void)e;
    return board(k, web_embed_html);
}

#define JSON "application/json"
#define CSV "text/csv; charset=utf-8"
#define TSV "text/tab-separated-values; charset=utf-8"
#define TEXT "text/plain; charset=utf-8"
#define HTML "text/html; charset=utf-8"
#define AGES_MS 2000
#define BROWSER                                                                                    \
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; form-action "    \
    "'self'; base-uri 'none'; "

/* A name and a maker for each: page.make gets only the path. */
static const struct resource {
    const char *path; /* a prefix where it ends in '/' */
    const char *type;
    bool (*make)(const struct making *k, struct err *e);
    unsigned takes;
    int64_t ages_ms;
    const char *policy; /* of a page for browsers */
} resources[] = {
    {"/", HTML, whole_board, TAKES_FILTER | TAKES_COPY, AGES_MS, BROWSER "frame-ancestors 'none'"},
    {"/embed", HTML, embedded, TAKES_COPY, AGES_MS, BROWSER "frame-ancestors *"},
    {"/v1/totals.json", JSON, totals_json, TAKES_BY, 0, NULL},
    {"/v1/totals.csv", CSV, totals_csv, TAKES_BY | TAKES_BOM, 0, NULL},
    {"/v1/races.json", JSON, races_json, TAKES_FILTER, 0, NULL},
    {"/v1/races.csv", CSV, races_csv, TAKES_FILTER | TAKES_BOM, 0, NULL},
    {"/v1/races/", JSON, race_json, 0, 0, NULL},
    {"/v1/winners.csv", CSV, winners_csv, TAKES_BOM, 0, NULL},
    {"/v1/calls.json", JSON, calls_json, 0, 0, NULL},
    {"/v1/calls.csv", CSV, calls_csv, TAKES_BOM, 0, NULL},
    {"/v1/corrections.json", JSON, corrections_json, 0, 0, NULL},
    {"/v1/corrections.txt", TEXT, corrections_text, 0, 0, NULL},
    {"/v1/open.csv", CSV, open_csv, TAKES_BOM, 0, NULL},
    {"/v1/sources.json", JSON, sources_json, 0, AGES_MS, NULL},
    {"/v1/sources.csv", CSV, sources_csv, TAKES_BOM, AGES_MS, NULL},
    {"/v1/site.tsv", TSV, site, 0, 0, NULL},
};

static const struct resource *find(struct slice path)
{
    const struct resource *r = resources;
    while (!http_path_is(r->path, path)) /* pages_routes sends no others */
        r++;
    return r;
}

static bool make(const struct app *a, struct slice path, struct slice query, struct arena *scratch,
                 struct buf *out, struct err *e)
{
    const struct resource *r = find(path);
    struct ask ask = {0};
    const struct clock real = clock_real();
    struct making k = {river_model(a->night->river),
                       clock_now(&a->args.clock),
                       clock_now(&real),
                       path,
                       &ask,
                       scratch,
                       out};
    if (!read_ask(query, r->takes, &ask, scratch, e))
        return false;
    if (ask.bom)
        buf_addz(out, "\xef\xbb\xbf");
    return r->make(&k, e);
}

void pages_model(struct slice path, struct slice query, struct http_answer *answer,
                 struct buf *body, void *ctx)
{
    const struct resource *r = find(path);
    answer->policy = r->policy;
    struct page page = {.type = r->type, .make = make, .ages_ms = r->ages_ms};
    pages_serve(ctx, &page, path, query, answer, body);
}
