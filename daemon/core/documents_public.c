/* SPDX-License-Identifier: ISC */
/* Totals by state, office level and tag, as far as they are public. */
#include "daemon/base/jsonw.h"
#include "daemon/core/documents.h"
#include "daemon/core/press.h"
#include "daemon/core/publish.h"
#include "daemon/core/statement.h"

/* One table, as JSON or CSV. */
struct table {
    const struct model *m;
    struct jsonw j;
    struct press csv;
    bool json, stale;
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
    const char *names[TALLY_NUMBERS + DOCUMENTS_SEASON + 5];
    size_t n = 0;

    if (t->json)
        return;
    if (by)
        names[n++] = by;
    for (size_t i = 0; i < TALLY_NUMBERS; i++)
        names[n++] = tally_names[i];
    names[n++] = "states_won";
    if (!by)
        n += documents_season_names(names + n);
    names[n++] = "checked_at";
    names[n++] = "stale";
    names[n] = NULL;
    press_head(&t->csv, names);
}

static void full_json(struct table *t, const char *by, const struct tally_part *part)
{
    struct tally sums;

    tally_all(&sums, t->m, part);
    jsonw_object(&t->j, NULL);
    jsonw_str(&t->j, by, part->value);
    documents_counts(&t->j, t->m->settings, &sums);
    jsonw_object_end(&t->j);
}

/* Of a part, or (NULL) of all. */
static void full_row(struct table *t, const struct tally_part *part)
{
    struct tally sums;

    tally_all(&sums, t->m, part);
    press_row(&t->csv);
    if (part)
        press_text(&t->csv, part->value);
    for (size_t i = 0; i < TALLY_NUMBERS; i++)
        press_known(&t->csv, sums.n[i], true);
    press_known(&t->csv, tally_states_won(&sums), true);
    if (!part)
        documents_season_cells(&t->csv, &sums);
    press_checked(&t->csv, t->stale);
    press_end(&t->csv);
}

static bool full_table(struct table *t, enum tally_by what, const char *name, struct arena *scratch)
{
    size_t n = 0;
    struct slice *values = tally_values(t->m, what, scratch, &n);

    begin_table(t, name);
    full_head(t, name);
    for (size_t i = 0; values && i < n; i++) {
        struct tally_part part = {what, values[i]};
        if (t->json)
            full_json(t, name, &part);
        else
            full_row(t, &part);
    }
    end_table(t);
    return values != NULL;
}

bool documents_public(const struct model *m, const struct documents_table *of,
                      struct arena *scratch, struct buf *out, struct err *e)
{
    struct table t = {.m = m,
                      .json = of->json,
                      .stale = statement_staleness(m, of->now_ms).stale,
                      .out = out,
                      .csv = {.out = out, .m = m}};
    const struct settings *s = m->settings;
    struct slice by = of->by;
    bool level = slice_is(by, "office") && publish_column(s, SLICE("office_level"));
    bool ok = true;

    jsonw_init(&t.j, out);
    if (by.len == 0 && !of->json) {
        full_head(&t, NULL);
        full_row(&t, NULL);
    } else if (slice_is(by, "state") || level) {
        ok = level ? full_table(&t, TALLY_BY_LEVEL, "office_level", scratch)
                   : full_table(&t, TALLY_BY_STATE, "state", scratch);
    } else if (slice_is(by, "tag") && publish_any_tag(s)) {
        begin_table(&t, "tag");
        ok = documents_tags(m, of->json ? &t.j : NULL, &t.csv, t.stale, scratch);
        end_table(&t);
    } else {
        return err_set(e, ERR_USAGE, "totals are not published by '%.*s'; ask for by=state%s%s",
                       SLICE_FMT(by), publish_column(s, SLICE("office_level")) ? ", by=office" : "",
                       publish_any_tag(s) ? ", by=tag" : "");
    }
    return ok || err_set(e, ERR_BUG, "out of memory for the totals by %.*s", SLICE_FMT(by));
}
