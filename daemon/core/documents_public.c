/* SPDX-License-Identifier: ISC */
/* Totals by state, office level and tag, as far as they are public. */
#include <inttypes.h>

#include "daemon/base/jsonw.h"
#include "daemon/core/cells.h"
#include "daemon/core/documents.h"
#include "daemon/core/press.h"
#include "daemon/core/publish.h"

/* One table, as JSON or CSV. */
struct table {
    const struct model *m;
    struct jsonw j;
    struct press csv;
    bool json;
    struct buf *out;
};

static void begin_table(struct table *t, const char *by)
{
    const struct settings *s = t->m->settings;

    if (!t->json)
        return;
    jsonw_object(&t->j, NULL);
    jsonw_str(&t->j, "election", s->election);
    jsonw_strz(&t->j, "mode", mode_name(s->mode));
    jsonw_when(&t->j, "as_of", t->m->last_change_ms);
    jsonw_when(&t->j, "checked_at", t->m->checked_ms);
    jsonw_strz(&t->j, "by", by);
    jsonw_array(&t->j, "rows");
}

static void end_table(struct table *t)
{
    if (!t->json)
        return;
    jsonw_array_end(&t->j);
    jsonw_object_end(&t->j);
    buf_addc(t->out, '\n');
}

/* ---- by what every race shows anyway ---- */

static void full_head(struct table *t, const char *by)
{
    const char *names[TALLY_NUMBERS + 3];
    size_t n = 0;

    if (t->json)
        return;
    if (by)
        names[n++] = by;
    for (size_t i = 0; i < TALLY_NUMBERS; i++)
        names[n++] = tally_names[i];
    names[n++] = "states_won";
    names[n] = NULL;
    press_head(&t->csv, names);
}

static void full_row(struct table *t, const char *by, const struct tally_part *part)
{
    struct tally sums;

    tally_all(&sums, t->m, part);
    if (t->json) {
        jsonw_object(&t->j, NULL);
        jsonw_str(&t->j, by, part->value);
        documents_counts(&t->j, t->m->settings, &sums);
        jsonw_object_end(&t->j);
        return;
    }
    press_row(&t->csv);
    if (part)
        press_text(&t->csv, part->value);
    for (size_t i = 0; i < TALLY_NUMBERS; i++)
        press_known(&t->csv, sums.n[i], true);
    press_known(&t->csv, tally_states_won(&sums), true);
    press_end(&t->csv);
}

/* ---- by tag: cells ---- */

static const struct {
    const char *name;
    enum tally_count count;
} cell_counts[] = {
    {"endorsed", TALLY_ENDORSED}, {"called", TALLY_CALLED},     {"won", TALLY_WON},
    {"lost", TALLY_LOST},         {"advanced", TALLY_ADVANCED}, {"pending", TALLY_PENDING},
};
#define CELL_COUNTS (sizeof cell_counts / sizeof cell_counts[0])

/* Which of the tags this one carries. */
static uint64_t tags_of(const struct endorsement *e, const struct slice *tags, size_t n)
{
    uint64_t out = 0;

    for (size_t t = 0; t < n; t++)
        for (size_t i = 0; i < e->tag_count; i++)
            if (slice_eq(e->tags[i], tags[t]))
                out |= UINT64_C(1) << t;
    return out;
}

/* Everybody, sorted by the public tags they carry. NULL: memory. */
static struct cells_kind *kinds_of(const struct model *m, const struct slice *tags, size_t n,
                                   struct arena *a, size_t *count)
{
    struct cells_kind *kinds = arena_array(a, m->endorsed->count + 1, sizeof *kinds);

    *count = 0;
    for (uint32_t i = 0; kinds && i < m->endorsed->count; i++) {
        const struct endorsement *e = &m->endorsed->list[i];
        if (!calls_counts(e))
            continue;
        uint64_t carried = tags_of(e, tags, n);
        size_t k = 0;
        while (k < *count && kinds[k].tags != carried)
            k++;
        if (k == *count)
            kinds[(*count)++] = (struct cells_kind){.tags = carried};
        kinds[k].endorsed++;
        kinds[k].won += m->standings[i].outcome == OUTCOME_WON;
        kinds[k].lost += m->standings[i].outcome == OUTCOME_LOST;
    }
    return kinds;
}

/* Of a cell that may not be shown only that it is small is told, whatever the reason. */
static void cell_row(struct table *t, struct slice tag, bool shown)
{
    struct tally_part part = {TALLY_BY_TAG, tag};
    char room[24];
    struct buf few;
    struct tally sums;

    buf_init_over(&few, room, sizeof room);
    buf_addf(&few, "< %" PRId64, t->m->settings->min_cell);
    tally_all(&sums, t->m, &part);
    if (t->json) {
        jsonw_object(&t->j, NULL);
        jsonw_str(&t->j, "tag", tag);
    } else {
        press_row(&t->csv);
        press_text(&t->csv, tag);
    }
    for (size_t i = 0; i < CELL_COUNTS; i++) {
        int64_t n = sums.n[cell_counts[i].count];
        if (t->json && shown)
            jsonw_int(&t->j, cell_counts[i].name, n);
        else if (t->json)
            jsonw_str(&t->j, cell_counts[i].name, buf_slice(&few));
        else if (shown)
            press_known(&t->csv, n, true);
        else
            press_text(&t->csv, buf_slice(&few));
    }
    if (t->json)
        jsonw_object_end(&t->j);
    else
        press_end(&t->csv);
}

static bool tag_rows(struct table *t, struct arena *a)
{
    const struct settings *s = t->m->settings;
    static const char *const names[] = {"tag",  "endorsed", "called",  "won",
                                        "lost", "advanced", "pending", NULL};
    size_t all, n = 0, kind_count;
    struct slice *tags = tally_values(t->m, TALLY_BY_TAG, a, &all);

    if (!tags)
        return false;
    for (size_t i = 0; i < all; i++)
        if (publish_tag(s, tags[i]) != PUBLISH_NOTHING)
            tags[n++] = tags[i];
    size_t judged = n < CELLS_MAX ? n : CELLS_MAX;
    struct cells_kind *kinds = kinds_of(t->m, tags, judged, a, &kind_count);
    if (!kinds)
        return false;
    uint64_t shown = cells_choose(kinds, kind_count, judged, s->min_cell);
    if (!t->json)
        press_head(&t->csv, names);
    for (size_t i = 0; i < n; i++)
        cell_row(t, tags[i], i < judged && (shown >> i & 1));
    return true;
}

bool documents_public(const struct model *m, struct slice by, bool json, struct arena *scratch,
                      struct buf *out, struct err *e)
{
    struct table t = {.m = m, .json = json, .out = out, .csv = {.out = out, .m = m}};
    const struct settings *s = m->settings;
    bool level = slice_is(by, "office") && publish_column(s, SLICE("office_level"));
    bool ok = true;
    size_t n = 0;

    jsonw_init(&t.j, out);
    if (by.len == 0 && !json) {
        full_head(&t, NULL);
        full_row(&t, NULL, NULL);
    } else if (slice_is(by, "state") || level) {
        enum tally_by what = level ? TALLY_BY_LEVEL : TALLY_BY_STATE;
        const char *name = level ? "office_level" : "state";
        struct slice *values = tally_values(m, what, scratch, &n);
        begin_table(&t, name);
        full_head(&t, name);
        for (size_t i = 0; values && i < n; i++)
            full_row(&t, name, &(struct tally_part){what, values[i]});
        end_table(&t);
        ok = values != NULL;
    } else if (slice_is(by, "tag") && publish_any_tag(s)) {
        begin_table(&t, "tag");
        ok = tag_rows(&t, scratch);
        end_table(&t);
    } else {
        return err_set(e, ERR_USAGE, "totals are not published by '%.*s'; ask for by=state%s%s",
                       SLICE_FMT(by), publish_column(s, SLICE("office_level")) ? ", by=office" : "",
                       publish_any_tag(s) ? ", by=tag" : "");
    }
    return ok || err_set(e, ERR_BUG, "out of memory for the totals by %.*s", SLICE_FMT(by));
}
