/* SPDX-License-Identifier: ISC */
/* The lists of the board: calls, close races, places, all races, sources, corrections. */
#include "daemon/core/board.h"

#include <inttypes.h>
#include <stdlib.h>

#include "daemon/base/html.h"
#include "daemon/base/text.h"
#include "daemon/base/when.h"
#include "daemon/core/calls.h"
#include "daemon/core/documents.h"
#include "daemon/core/documents_filter.h"
#include "daemon/core/feed.h"
#include "daemon/core/held.h"
#include "daemon/core/labels.h"
#include "daemon/core/local_time.h"
#include "daemon/core/open.h"
#include "daemon/core/publish.h"
#include "daemon/core/site.h"
#include "daemon/core/source_state.h"
#include "daemon/core/states.h"
#include "daemon/core/told.h"

enum {
    CALLS_SHOWN = 20,
    CLOSEST_SHOWN = 10,
    RACES_SHOWN = 200,
    SOURCES_SHOWN = 50,
    CORRECTIONS_SHOWN = 50
};

/* ---- words ---- */

static const struct word {
    const char *class, *sign, *word, *verb;
} outcome_words[OUTCOMES] = {
    [OUTCOME_PENDING] = {"", "·", "Not called", "is not called"},
    [OUTCOME_WON] = {"won", "✓", "Won", "won"},
    [OUTCOME_LOST] = {"lost", "✕", "Lost", "lost"},
    [OUTCOME_ADVANCED] = {"flip", "⇄", "Runoff", "goes on to another round in"},
};

static const char *const progress_words[PROGRESSES] = {
    [PROGRESS_LEADING] = "▲ Leading",
    [PROGRESS_TRAILING] = "▽ Behind",
    [PROGRESS_UNCLEAR] = "? Unclear",
    [PROGRESS_NO_RESULTS] = "· No votes yet",
};

static void write_authority(struct buf *out, struct slice by)
{
    static const struct {
        const char *by, *words;
    } known[] = {
        {"desk", "our desk"}, {"ap", "AP"}, {"ddhq", "DDHQ"}, {"official", "election office"}};

    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (slice_is(by, known[i].by)) {
            buf_addz(out, known[i].words);
            return;
        }
    html_escape(out, by);
}

static void place_of(const struct board *b, const struct race *r)
{
    const struct state *state = states_find(r->state);

    html_escape(b->out, r->office);
    if (r->district.len > 0) {
        buf_addc(b->out, ' ');
        html_escape(b->out, r->district);
    }
    if (r->seat.len > 0) {
        buf_addf(b->out, ", %s", labels_before_seat(r->seat));
        html_escape(b->out, r->seat);
    }
    if (r->jurisdiction.len > 0) {
        buf_addz(b->out, ", ");
        html_escape(b->out, r->jurisdiction);
    }
    buf_addz(b->out, ", ");
    if (state)
        buf_addz(b->out, state->name);
    else
        html_escape(b->out, r->state);
}

static void place_of_ours(const struct board *b, uint32_t endorsement)
{
    place_of(b, &b->m->races[b->m->standings[endorsement].race]);
}

static void begin(const struct board *b, const char *id, const char *title)
{
    buf_addf(b->out,
             "<section id=\"%s\" data-live aria-labelledby=\"%s-h\"><h2 id=\"%s-h\">%s</h2>", id,
             id, id, title);
}

static void end(const struct board *b)
{
    buf_addz(b->out, "</section>");
}

/* A table that scrolls by itself, never the page. Columns: a leading '#' makes numbers. */
static void begin_table(const struct board *b, const char *id, const char *const *columns)
{
    buf_addf(b->out,
             "<div class=\"scroll\" id=\"%s-t\" tabindex=\"0\" role=\"group\" "
             "aria-labelledby=\"%s-h\"><table><thead><tr>",
             id, id);
    for (; *columns; columns++)
        buf_addf(b->out, "<th scope=\"col\"%s>%s</th>", **columns == '#' ? " class=\"n\"" : "",
                 *columns + (**columns == '#'));
    buf_addz(b->out, "</tr></thead><tbody>");
}

static void end_table(const struct board *b)
{
    buf_addz(b->out, "</tbody></table></div>");
}

static void cell(const struct board *b, int64_t n)
{
    buf_addz(b->out, "<td class=\"n\">");
    html_count(b->out, n);
    buf_addz(b->out, "</td>");
}

/* ---- latest calls ---- */

static bool shows_flips(const struct board *b)
{
    return publish_flips(b->m->settings);
}

/* What a screen reader is told of the newest. */
static void write_said(const struct board *b, const struct documents_event *ev, enum outcome what)
{
    const struct endorsement *e = &b->m->endorsed->list[ev->endorsement];

    if (ev->retraction)
        buf_addz(b->out, "Taken back: ");
    html_escape(b->out, e->name);
    buf_addf(b->out, " %s ", outcome_words[what].verb);
    place_of_ours(b, ev->endorsement);
    buf_addz(b->out, ". ");
    html_count(b->out, b->all->n[TALLY_WON]);
    buf_addz(b->out, " won of ");
    html_count(b->out, b->all->n[TALLY_CALLED]);
    buf_addz(b->out, " called.");
}

static void call_item(const struct board *b, uint32_t i)
{
    const struct model *m = b->m;
    const struct told *t = &m->told[i];
    const struct documents_event ev = told_event(m, i);
    enum outcome what = m->claims[t->retraction ? t->was : t->claim].outcome;
    bool stands = told_stands(m, i);
    const struct word *w = &outcome_words[what];
    struct documents_said said;

    documents_said(m, &ev, &said);
    buf_addz(b->out, "<li data-call=\"");
    documents_event_id(&ev, b->out);
    buf_addz(b->out, "\" data-say=\"");
    write_said(b, &ev, what);
    buf_addz(b->out, "\">");
    board_time(b, t->at_ms);
    buf_addz(b->out, stands ? " " : " <s>");
    buf_addf(b->out, "<span class=\"tag %s\"><span aria-hidden=\"true\">%s</span> %s</span> ",
             w->class, w->sign, w->word);
    html_name(b->out, m->endorsed->list[t->endorsement].name);
    buf_addz(b->out, ", ");
    place_of_ours(b, t->endorsement);
    if (stands && what == OUTCOME_WON && shows_flips(b) && documents_is_flip(m, t->endorsement))
        buf_addz(b->out, " <span class=\"tag flip\"><span aria-hidden=\"true\">⇅</span> "
                         "Flip</span>");
    buf_addz(b->out, stands ? "" : "</s>");
    if (t->retraction) {
        buf_addz(b->out, " <span class=\"warn\">taken back</span> by ");
        write_authority(b->out, said.by);
        if (said.reason.len > 0) {
            buf_addz(b->out, ": ");
            html_escape(b->out, said.reason);
        }
    } else {
        buf_addz(b->out, " · ");
        write_authority(b->out, said.by);
    }
    buf_addz(b->out, "</li>");
}

void board_calls(const struct board *b)
{
    uint32_t shown = 0;

    begin(b, "calls", "Latest calls");
    if (b->m->told_count == 0)
        buf_addz(b->out, "<p>No calls yet.</p>");
    else
        buf_addz(b->out, "<ol class=\"calls\">");
    for (uint32_t i = b->m->told_count; i-- > 0 && shown < CALLS_SHOWN; shown++)
        call_item(b, i);
    if (b->m->told_count > 0)
        buf_addz(b->out, "</ol>");
    if (b->m->told_count > CALLS_SHOWN)
        buf_addz(b->out, "<p><a href=\"/v1/calls.csv?bom=1\">All calls and retractions "
                         "(CSV)</a></p>");
    end(b);
}

/* ---- closest ---- */

static int by_share(const void *left, const void *right)
{
    const struct open_candidacy *a = left, *b = right;

    if (a->share_bp != b->share_bp)
        return a->share_bp < b->share_bp ? -1 : 1;
    return a->endorsement < b->endorsement ? -1 : a->endorsement > b->endorsement;
}

static void closest_row(const struct board *b, const struct open_candidacy *o)
{
    const char *sign = o->margin > 0 ? "▲ " : o->margin < 0 ? "▽ " : "";

    buf_addz(b->out, "<tr><th scope=\"row\">");
    place_of_ours(b, o->endorsement);
    buf_addf(b->out, "</th><td>%s", sign);
    html_name(b->out, b->m->endorsed->list[o->endorsement].name);
    buf_addf(b->out, "</td><td class=\"n\">%s", o->margin > 0 ? "+" : "");
    html_count(b->out, o->margin);
    buf_addf(b->out,
             "<br><span class=\"soft\">%" PRId64 ".%02" PRId64 "%%</span></td><td class=\"n\">",
             o->share_bp / 100, o->share_bp % 100);
    if (o->in_bp >= 0)
        buf_addf(b->out, "%" PRId64 "%%", o->in_bp / 100);
    buf_addz(b->out, "</td></tr>");
}

void board_closest(const struct board *b)
{
    static const char *const columns[] = {"Race", "Candidate", "#Margin", "#Units in", NULL};
    size_t n, kept = 0;
    struct open_candidacy *list = open_list(b->m, b->now_ms, b->scratch, &n);

    begin(b, "closest", "Closest, not called");
    for (size_t i = 0; list && i < n; i++)
        if (list[i].has_margin)
            list[kept++] = list[i];
    if (kept == 0) {
        buf_addz(b->out, "<p>Nothing that is still to be called has votes.</p>");
    } else {
        qsort(list, kept, sizeof *list, by_share);
        begin_table(b, "closest", columns);
        for (size_t i = 0; i < kept && i < CLOSEST_SHOWN; i++)
            closest_row(b, &list[i]);
        end_table(b);
    }
    end(b);
}

/* ---- by state, by office ---- */

static void part_row(const struct board *b, const struct tally_part *part, const char *name)
{
    struct tally t = {0};

    tally_all(&t, b->m, part);
    buf_addf(b->out, "<tr><th scope=\"row\"><a href=\"/?%s=",
             part->by == TALLY_BY_STATE ? "state" : "office");
    html_query(b->out, part->value);
    buf_addz(b->out, "#races\">");
    html_escape(b->out, slice_of(name));
    buf_addz(b->out, "</a></th>");
    cell(b, t.n[TALLY_WON]);
    cell(b, t.n[TALLY_LOST]);
    cell(b, t.n[TALLY_ADVANCED]);
    cell(b, t.n[TALLY_PENDING]);
    cell(b, t.n[TALLY_FLIPS]);
    buf_addz(b->out, "</tr>");
}

static const char *name_of(struct slice value, enum tally_by by)
{
    const struct state *state = by == TALLY_BY_STATE ? states_find(value) : NULL;

    if (state)
        return state->name;
    for (size_t i = 0; i < LEVELS; i++)
        if (slice_is(value, endorsement_levels[i]))
            return endorsement_levels[i];
    return "?";
}

static void parts(const struct board *b, const char *id, const char *title, const char *column,
                  enum tally_by by)
{
    const char *const columns[] = {column, "#Won", "#Lost", "#Runoff", "#To call", "#Flips", NULL};
    size_t n = 0;
    struct slice *values = tally_values(b->m, by, b->scratch, &n);

    begin(b, id, title);
    begin_table(b, id, columns);
    for (size_t i = 0; values && i < n; i++)
        part_row(b, &(struct tally_part){by, values[i]}, name_of(values[i], by));
    end_table(b);
    end(b);
}

void board_states(const struct board *b)
{
    parts(b, "states", "States", "State", TALLY_BY_STATE);
}

void board_offices(const struct board *b)
{
    if (publish_column(b->m->settings, SLICE("office_level")))
        parts(b, "offices", "Offices", "Office", TALLY_BY_LEVEL);
}

/* ---- all races ---- */

static bool has_word(const struct board *b, const char *prefix, struct slice value)
{
    struct slice p = slice_of(prefix);

    for (size_t i = 0; i < b->word_count; i++)
        if (slice_starts(b->words[i], p) &&
            slice_eq_nocase(slice_sub(b->words[i], p.len, b->words[i].len), value))
            return true;
    return false;
}

static void option(const struct board *b, const char *prefix, struct slice value, const char *label)
{
    buf_addz(b->out, "<option value=\"");
    html_escape(b->out, value);
    buf_addf(b->out, "\"%s>", has_word(b, prefix, value) ? " selected" : "");
    html_escape(b->out, slice_of(label));
    buf_addz(b->out, "</option>");
}

/* Words that no other field of the form holds. */
static void free_words(const struct board *b)
{
    const char *blank = "";

    for (size_t i = 0; i < b->word_count; i++) {
        if (slice_starts(b->words[i], SLICE("state:")) ||
            slice_starts(b->words[i], SLICE("status:")))
            continue;
        buf_addz(b->out, blank);
        html_escape(b->out, b->words[i]);
        blank = " ";
    }
}

static void filter_form(const struct board *b, const struct slice *values, size_t n)
{
    buf_addz(b->out, "<form method=\"get\" action=\"/#races\" role=\"search\"><label>Search <input "
                     "type=\"search\" name=\"q\" value=\"");
    free_words(b);
    buf_addz(b->out, "\"></label><label>State <select name=\"state\"><option "
                     "value=\"\">All</option>");
    for (size_t i = 0; i < n; i++)
        option(b, "state:", values[i], name_of(values[i], TALLY_BY_STATE));
    buf_addz(b->out, "</select></label><label>Status <select name=\"status\"><option "
                     "value=\"\">All</option>");
    for (const struct site_status *w = site_statuses; w->value; w++)
        option(b, "status:", slice_of(w->value), w->label);
    buf_addz(b->out, "</select></label><button>Show</button> <a href=\"/#races\">All</a></form>");
}

/* `filter` with its colon. */
static void filter_link(const struct board *b, const char *filter, struct slice value,
                        const char *label)
{
    buf_addf(b->out, "<li><a href=\"/?%.*s=%.*s#races\"%s>", (int)strlen(filter) - 1, filter,
             SLICE_FMT(value), has_word(b, filter, value) ? " aria-current=\"page\"" : "");
    html_escape(b->out, slice_of(label));
    buf_addz(b->out, "</a></li>");
}

/* A copy has nobody who would answer a form: a page for each choice. */
static void filter_links(const struct board *b, const struct slice *values, size_t n)
{
    buf_addz(b->out, "<nav aria-labelledby=\"races\"><ul class=\"key\"><li><a "
                     "href=\"/#races\">All</a></li>");
    for (const struct site_status *w = site_statuses; w->value; w++)
        filter_link(b, "status:", slice_of(w->value), w->label);
    for (size_t i = 0; i < n; i++)
        filter_link(b, "state:", values[i], name_of(values[i], TALLY_BY_STATE));
    buf_addz(b->out, "</ul></nav>");
}

void board_filter(const struct board *b)
{
    size_t n = 0;
    struct slice *values = tally_values(b->m, TALLY_BY_STATE, b->scratch, &n);

    (b->copied_ms ? filter_links : filter_form)(b, values, values ? n : 0);
}

static void write_ours(const struct board *b, const struct race *r)
{
    for (uint32_t i = 0; i < r->endorsement_count; i++) {
        uint32_t ours = r->endorsements[i];
        const struct endorsement *e = &b->m->endorsed->list[ours];
        const struct word *w = &outcome_words[b->m->standings[ours].outcome];
        buf_addz(b->out, i ? "<br>" : "");
        html_name(b->out, e->name);
        if (!calls_counts(e))
            buf_addf(b->out, " <span class=\"soft\">%s</span>", endorsement_statuses[e->status]);
        else if (b->m->standings[ours].outcome == OUTCOME_PENDING)
            buf_addf(b->out, " <span class=\"tag\">%s</span>",
                     progress_words[progress_of(r, ours)]);
        else
            buf_addf(b->out,
                     " <span class=\"tag %s\"><span aria-hidden=\"true\">%s</span> %s</span>%s",
                     w->class, w->sign, w->word,
                     labels_trails(b->m, ours) ? " <span class=\"soft\">behind in the "
                                                 "count</span>"
                                               : "");
    }
}

static void write_figures(const struct board *b, const struct race *r)
{
    for (uint32_t i = 0; i < r->choice_count; i++) {
        const struct race_choice *c = &r->choices[i];
        buf_addz(b->out, i ? "<br>" : "");
        html_name(b->out, c->name);
        if (c->party.len > 0 && !text_ends_in_brackets(c->name, c->party)) {
            buf_addz(b->out, " (");
            html_name(b->out, c->party);
            buf_addc(b->out, ')');
        }
        buf_addc(b->out, ' ');
        if (c->votes >= 0)
            html_count(b->out, c->votes);
        else
            buf_addz(b->out, "not stated");
    }
}

static void race_note(const struct board *b, const struct race *r, uint32_t flag)
{
    buf_addf(b->out, "<span class=\"%s\">",
             flag & (RACE_CONFLICT | RACE_IN_DOUBT | RACE_DISAGREEMENT) ? "warn" : "");
    if (flag == RACE_PARTIAL)
        labels_counties(r, b->out);
    else
        for (const char *c = labels_race_flag(flag); *c; c++)
            buf_addc(b->out, *c == '_' ? ' ' : *c);
    buf_addz(b->out, "</span>");
}

/* Has a feed perhaps votes of ours that are not on air before a person has looked? */
static bool waits(const struct board *b, const struct race *r)
{
    for (uint32_t i = 0; i < r->endorsement_count; i++) {
        uint32_t ours = r->endorsements[i];
        if (b->m->standings[ours].outcome == OUTCOME_PENDING &&
            progress_of(r, ours) == PROGRESS_NO_RESULTS && open_in_review(b->m, ours))
            return true;
    }
    return false;
}

static void race_row(const struct board *b, const struct race *r)
{
    buf_addz(b->out, "<tr><th scope=\"row\"><a href=\"/v1/races/");
    html_escape(b->out, r->id);
    buf_addz(b->out, ".json\">");
    place_of(b, r);
    buf_addz(b->out, "</a></th><td>");
    write_ours(b, r);
    buf_addz(b->out, "</td><td>");
    write_figures(b, r);
    buf_addz(b->out, "</td><td class=\"n\">");
    if (r->units_reporting >= 0 && r->units_total > 0)
        buf_addf(b->out, "%" PRId32 "/%" PRId32, r->units_reporting, r->units_total);
    buf_addz(b->out, "</td><td>");
    const char *comma = "";
    for (uint32_t flag = 1; labels_race_flag(flag); flag <<= 1)
        if (r->flags & flag) {
            buf_addz(b->out, comma);
            race_note(b, r, flag);
            comma = ", ";
        }
    if (waits(b, r))
        buf_addf(b->out, "%s<span class=\"warn\">a match is in review</span>", comma);
    buf_addz(b->out, "</td></tr>");
}

void board_races(const struct board *b)
{
    static const char *const columns[] = {"Race", "Endorsed", "Votes", "#Units in", "Notes", NULL};
    struct documents_chosen chosen;
    struct err e = {0};

    buf_addz(b->out, "<div id=\"all\" data-live><span id=\"races-h\" hidden>All races</span>");
    if (!documents_choose_public(b->m, b->words, b->word_count, b->scratch, &chosen, &e)) {
        buf_addz(b->out, "<p class=\"warn\">");
        html_escape(b->out, slice_of(e.text));
        buf_addz(b->out, "</p></div>");
        return;
    }
    buf_addz(b->out, "<p>");
    html_count(b->out, (int64_t)chosen.count);
    buf_addz(b->out, chosen.count == 1 ? " race" : " races");
    if (chosen.count > RACES_SHOWN)
        buf_addf(b->out, ", of which the first %d are shown: %schoose a state", RACES_SHOWN,
                 b->copied_ms ? "" : "search, or ");
    buf_addz(b->out, ". <a href=\"/v1/races.csv?bom=1\">All as CSV</a></p>");
    if (chosen.count > 0) {
        begin_table(b, "races", columns);
        for (size_t i = 0; i < chosen.count && i < RACES_SHOWN; i++)
            race_row(b, chosen.races[i]);
        end_table(b);
    }
    buf_addz(b->out, "</div>");
}

/* ---- sources ---- */

struct file_at {
    uint32_t source, file;
    enum source_state state;
};

static void source_row(const struct board *b, const struct file_at *at)
{
    const struct settings_source *s = &b->m->settings->sources[at->source];
    const struct feed_file *f = &b->m->feeds[at->source].files[at->file];
    const struct source_state_info *is = &source_states[at->state];
    struct slice file = s->file_count ? s->files[at->file] : (struct slice){0};
    uint32_t held = held_count(b->m, at->source, at->file);

    buf_addz(b->out, "<tr><th scope=\"row\">");
    html_escape(b->out, s->name);
    if (file.len > 0) {
        buf_addc(b->out, ' ');
        html_escape(b->out, file);
    }
    buf_addf(b->out, "</th><td title=\"%s\">", is->advice);
    buf_addf(b->out, at->state < SOURCE_WAITING ? "<span class=\"warn\">%s</span>" : "%s",
             is->name);
    buf_addz(b->out, "</td><td>");
    if (f->last_success_ms == WHEN_UNKNOWN)
        buf_addz(b->out, "never");
    else
        board_time(b, f->last_success_ms);
    buf_addz(b->out, "</td><td>");
    if (f->last_change_ms != WHEN_UNKNOWN)
        board_time(b, f->last_change_ms);
    buf_addz(b->out, "</td><td>");
    if (f->seen || f->verdict)
        html_escape(b->out, slice_of(verdict_info[f->verdict].name));
    if (held > 0) {
        buf_addz(b->out, ", <span class=\"warn\">");
        html_count(b->out, held);
        buf_addz(b->out, " held</span>");
    }
    buf_addz(b->out, "</td></tr>");
}

static int by_state(const void *a, const void *b)
{
    const struct file_at *x = a, *y = b;

    if (x->state != y->state)
        return x->state < y->state ? -1 : 1;
    if (x->source != y->source)
        return x->source < y->source ? -1 : 1;
    return x->file < y->file ? -1 : x->file > y->file;
}

/* All files, those first that are the worst off; NULL: memory is out. */
static struct file_at *sorted_files(const struct board *b, size_t *count)
{
    const struct settings *s = b->m->settings;
    size_t n = 0;

    for (uint32_t i = 0; i < s->source_count; i++)
        n += s->sources[i].file_count > 0 ? s->sources[i].file_count : 1;
    struct file_at *list = arena_array(b->scratch, n + 1, sizeof *list);
    *count = list ? n : 0;
    n = 0;
    for (uint32_t i = 0; list && i < s->source_count; i++)
        for (uint32_t k = 0; k == 0 || k < s->sources[i].file_count; k++)
            list[n++] = (struct file_at){i, k, source_state_of_file(b->m, i, k, b->now_ms)};
    if (list)
        qsort(list, n, sizeof *list, by_state);
    return list;
}

void board_sources(const struct board *b)
{
    static const char *const columns[] = {"Source", "State", "Checked", "Changed", "Verdict", NULL};
    size_t all;
    const struct file_at *list = sorted_files(b, &all);

    begin(b, "sources", "Sources");
    begin_table(b, "sources", columns);
    b->out->failed |= !list;
    for (size_t i = 0; list && i < all && i < SOURCES_SHOWN; i++)
        source_row(b, &list[i]);
    end_table(b);
    if (all > SOURCES_SHOWN)
        buf_addf(b->out, "<p>%d of %zu, the worst first. <a href=\"/v1/sources.json\">All</a></p>",
                 (int)SOURCES_SHOWN, all);
    end(b);
}

/* ---- corrections ---- */

void board_corrections(const struct board *b)
{
    const struct model *m = b->m;
    uint32_t shown = 0;
    struct buf line;

    begin(b, "corrections", "Corrections tonight");
    if (m->correction_count == 0)
        buf_addz(b->out, "<p>None.</p>");
    else
        buf_addz(b->out, "<ul class=\"plain\">");
    buf_init(&line, 65536);
    for (uint32_t i = m->correction_count; i-- > 0 && shown < CORRECTIONS_SHOWN; shown++) {
        buf_clear(&line);
        documents_correction_line(m, &m->corrections[i], &line);
        buf_addz(b->out, "<li>");
        html_escape(b->out, slice_trim(buf_slice(&line)));
        buf_addz(b->out, "</li>");
    }
    b->out->failed |= line.failed;
    buf_done(&line);
    if (m->correction_count > 0)
        buf_addz(b->out, "</ul>");
    if (m->correction_count > shown)
        buf_addz(b->out, "<p><a href=\"/v1/corrections.txt\">All corrections</a></p>");
    end(b);
}
