/* SPDX-License-Identifier: ISC */
/* The head of the board: sentence, bar, counts, and how the night went. */
#include "daemon/core/board.h"

#include <inttypes.h>

#include "daemon/base/html.h"
#include "daemon/base/when.h"
#include "daemon/core/local_time.h"
#include "daemon/core/source_state.h"
#include "daemon/core/statement.h"

/* ---- small parts ---- */

static void counted(const struct board *b, int64_t n, const char *one, const char *many)
{
    html_count(b->out, n);
    buf_addf(b->out, " %s", n == 1 ? one : many);
}

static bool any_called(const struct board *b)
{
    return b->all->n[TALLY_CALLED] > 0;
}

static void write_rate(const struct board *b)
{
    char percent[32];

    if (tally_is_of_one_kind(b->all) &&
        tally_percent(b->m->settings, b->all->n[TALLY_WON], b->all->n[TALLY_CALLED], percent))
        buf_addf(b->out, "%s%% · ", percent);
}

/* ---- sections ---- */

static const char *const mode_words[] = {
    [MODE_LIVE] = "", [MODE_TEST] = "TEST", [MODE_REHEARSAL] = "REHEARSAL"};

static void title(const struct board *b)
{
    const char *mode = mode_words[b->m->settings->mode];

    buf_addf(b->out, "%s%s", mode, mode[0] ? ": " : "");
    html_count(b->out, b->all->n[TALLY_WON]);
    buf_addz(b->out, " won of ");
    html_count(b->out, b->all->n[TALLY_CALLED]);
    buf_addz(b->out, " called");
    if (b->m->settings->organisation.len > 0)
        buf_addz(b->out, " · ");
    html_escape(b->out, b->m->settings->organisation);
}

static void mode(const struct board *b)
{
    const char *word = mode_words[b->m->settings->mode];

    buf_addz(b->out, "<div id=\"mode\" data-live>");
    if (word[0])
        buf_addf(b->out, "<p class=\"mode\">%s: these are not real results.</p>", word);
    buf_addz(b->out, "</div>");
}

static void heading(const struct board *b)
{
    html_escape(b->out, b->m->settings->organisation);
    buf_addz(b->out, b->m->settings->organisation.len ? ": " : "");
    html_escape(b->out, b->m->settings->election);
}

void board_time(const struct board *b, int64_t when)
{
    char text[25];
    bool old = b->now_ms - when >= 12 * WHEN_HOUR;

    when_format(when, text);
    buf_addf(b->out, "<time datetime=\"%s\">", text);
    (old ? local_time_write : local_time_clock)(b->m->settings, when, b->out);
    buf_addz(b->out, "</time>");
}

/* "Updated 10:12 p.m. ET · checked 10:13 p.m. ET · 46 of 48 sources answer" */
static void fresh(const struct board *b)
{
    const struct model *m = b->m;
    int64_t of = (int64_t)m->settings->source_count, good = source_state_answering(m, b->now_ms);

    buf_addz(b->out, "<span id=\"fresh\" data-live>");
    if (m->last_change_ms != WHEN_UNKNOWN) {
        buf_addz(b->out, "Updated ");
        board_time(b, m->last_change_ms);
    } else {
        buf_addz(b->out, "No results yet");
    }
    if (m->checked_ms != WHEN_UNKNOWN) {
        buf_addz(b->out, " · checked ");
        board_time(b, m->checked_ms);
    }
    buf_addf(b->out, " · <span%s>", good == of ? "" : " class=\"stale\"");
    html_count(b->out, good);
    buf_addz(b->out, " of ");
    counted(b, of, "source answers", "sources answer");
    buf_addz(b->out, "</span></span>");
}

static void headline(const struct board *b)
{
    const int64_t *n = b->all->n;
    int64_t states = tally_states_won(b->all);
    struct buf sentence;

    buf_addz(b->out, "<div id=\"headline\" data-live><p class=\"big\">");
    if (any_called(b)) {
        html_count(b->out, n[TALLY_WON]);
        buf_addz(b->out, " won of ");
        html_count(b->out, n[TALLY_CALLED]);
        buf_addz(b->out, " called");
    } else {
        buf_addz(b->out, statement_none(b->all));
    }
    buf_addz(b->out, "</p><p class=\"sub\">");
    write_rate(b);
    counted(b, states, "state", "states");
    buf_addz(b->out, " · ");
    counted(b, n[TALLY_FLIPS], "flip", "flips");
    buf_addz(b->out, " · ");
    html_count(b->out, n[TALLY_ENDORSED]);
    buf_addz(b->out, " endorsed, ");
    if (n[TALLY_ADVANCED] > 0) {
        html_count(b->out, n[TALLY_ADVANCED]);
        buf_addz(b->out, n[TALLY_ADVANCED] == 1 ? " to a runoff, " : " to runoffs, ");
    }
    html_count(b->out, n[TALLY_PENDING] - n[TALLY_VOID]);
    buf_addz(b->out, " still to call</p><p class=\"sentence\">");
    buf_init(&sentence, 65536);
    statement_write(b->m, b->all, STATEMENT_SHORT, b->now_ms, &sentence);
    html_escape(b->out, buf_slice(&sentence));
    b->out->failed |= sentence.failed;
    buf_done(&sentence);
    buf_addz(b->out, "</p></div>");
}

/* What of the endorsed is settled, in the order of the bar and of its key, and how each looks. */
static const struct part {
    enum tally_count count;
    const char *class, *text, *label, *said;
} parts[] = {
    {TALLY_WON, "w", "won", "✓ Won", " won, "},
    {TALLY_ADVANCED, "a", "flip", "⇄ Runoff", " to a runoff, "},
    {TALLY_LOST, "l", "lost", "✕ Lost", " lost, "},
};
enum { PARTS = sizeof parts / sizeof parts[0] };

/* In percent of the whole: nothing is stretched, so that a pattern looks alike however many there
 * are. */
static void add_percent(struct buf *out, const char *name, int64_t n, int64_t all)
{
    int64_t bp = n * 10000 / all;

    buf_addf(out, " %s=\"%" PRId64 ".%02d%%\"", name, bp / 100, (int)(bp % 100));
}

static void add_rect(struct buf *out, const struct part *p, int64_t from, int64_t n, int64_t all)
{
    buf_addf(out, "<rect class=\"%s\"", p->class);
    add_percent(out, "x", from, all);
    add_percent(out, "width", n, all);
    buf_addf(out, " height=\"100%%\"%s/>", p->count == TALLY_LOST ? " fill=\"url(#hatch)\"" : "");
}

static void bar(const struct board *b)
{
    const int64_t *n = b->all->n;
    int64_t all = n[TALLY_ENDORSED] > 0 ? n[TALLY_ENDORSED] : 1, x = 0;

    buf_addz(b->out, "<svg id=\"bar\" data-live class=\"bar\" role=\"img\" aria-label=\"");
    for (size_t i = 0; i < PARTS; i++) {
        html_count(b->out, n[parts[i].count]);
        buf_addz(b->out, parts[i].said);
    }
    html_count(b->out, n[TALLY_PENDING]);
    buf_addz(b->out, " still to call, of ");
    html_count(b->out, n[TALLY_ENDORSED]);
    buf_addz(b->out, " endorsed\"><defs><pattern id=\"hatch\" width=\"6\" height=\"6\" "
                     "patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\">"
                     "<path d=\"M0 0V6\"/></pattern></defs>");
    for (size_t i = 0; i < PARTS; i++) {
        add_rect(b->out, &parts[i], x, n[parts[i].count], all);
        x += n[parts[i].count];
    }
    buf_addz(b->out, "</svg>");
}

static void key(const struct board *b)
{
    static const struct {
        enum tally_count count;
        const char *label;
    } open[] = {
        {TALLY_LEADING, "▲ Leading"},
        {TALLY_TRAILING, "▽ Behind"},
        {TALLY_UNCLEAR, "? Unclear"},
        {TALLY_NO_RESULTS, "· No votes yet"},
    };

    buf_addz(b->out, "<ul id=\"key\" data-live class=\"key\">");
    for (size_t i = 0; i < PARTS; i++) {
        buf_addz(b->out, "<li><svg class=\"bar swatch\" aria-hidden=\"true\">");
        add_rect(b->out, &parts[i], 0, 1, 1);
        buf_addf(b->out, "</svg><b class=\"%s\">%s</b> ", parts[i].text, parts[i].label);
        html_count(b->out, b->all->n[parts[i].count]);
        buf_addz(b->out, "</li>");
    }
    for (size_t i = 0; i < sizeof open / sizeof open[0]; i++) {
        if (b->all->n[open[i].count] == 0 && open[i].count == TALLY_UNCLEAR)
            continue;
        buf_addf(b->out, "<li><b class=\"open\">%s</b> ", open[i].label);
        html_count(b->out, b->all->n[open[i].count]);
        buf_addz(b->out, "</li>");
    }
    buf_addz(b->out, "</ul>");
}

/* ---- how the night went: wins over time ---- */

static int win_change(const struct model *m, const struct told *t)
{
    if (t->retraction)
        return m->claims[t->was].outcome == OUTCOME_WON ? -1 : 0;
    return t->was == NONE && m->claims[t->claim].outcome == OUTCOME_WON ? 1 : 0;
}

static void spark(const struct board *b)
{
    const struct model *m = b->m;
    int64_t won = 0, most = 1;

    if (m->told_count < 2) {
        buf_addz(b->out, "<div id=\"spark\" data-live></div>");
        return;
    }
    int64_t from = m->told[0].at_ms, long_ms = m->told[m->told_count - 1].at_ms - from;
    for (uint32_t i = 0; i < m->told_count; i++) {
        won += win_change(m, &m->told[i]);
        most = won > most ? won : most;
    }
    buf_addz(b->out, "<div id=\"spark\" data-live class=\"spark\"><svg role=\"img\" "
                     "aria-labelledby=\"spark-says\" preserveAspectRatio=\"none\" "
                     "viewBox=\"0 0 1000 100\"><path d=\"M0 100");
    won = 0;
    for (uint32_t i = 0; i < m->told_count; i++) {
        won += win_change(m, &m->told[i]);
        int64_t x = long_ms > 0 ? (m->told[i].at_ms - from) * 1000 / long_ms : 0;
        buf_addf(b->out, "H%" PRId64 "V%" PRId64, x, 98 - won * 96 / most);
    }
    buf_addz(b->out, "H1000\"/></svg><p id=\"spark-says\">Wins over the night, from ");
    board_time(b, from);
    buf_addz(b->out, " to ");
    board_time(b, m->told[m->told_count - 1].at_ms);
    buf_addz(b->out, ": ");
    html_count(b->out, won);
    buf_addz(b->out, "</p></div>");
}

static void footer(const struct board *b)
{
    buf_addz(b->out, "Times are ");
    buf_addz(b->out, b->m->settings->zone ? "those of the election's time zone. " : "UTC. ");
    buf_addz(b->out, "Each figure can be traced: <a href=\"/v1/races.json\">races</a>, <a "
                     "href=\"/v1/sources.json\">sources</a>, <a "
                     "href=\"/v1/corrections.txt\">corrections</a>, <a "
                     "href=\"/v1/schema.json\">what is published, described</a>.");
}

static void rounding(const struct board *b)
{
    static const char *const says[] = {
        [PERCENT_FLOOR] = "rounded down: 66.8% is said as 66%",
        [PERCENT_NEAREST] = "rounded to the nearest whole one: 66.8% is said as 67%",
        [PERCENT_ONE_DECIMAL] = "rounded to one decimal: 66.84% is said as 66.8%",
    };

    buf_addf(b->out, "<span id=\"rounding\" data-live>%s</span>", says[b->m->settings->percent]);
}

/* ---- a copy says that it is one, and of when ---- */

static void copied(const struct board *b)
{
    char made[25];

    if (b->copied_ms == 0)
        return;
    when_format(b->copied_ms, made);
    buf_addf(b->out, "<span id=\"copied\" data-live data-made=\"%s\">A copy, made at ", made);
    board_time(b, b->now_ms);
    buf_addz(b->out, " · </span>");
}

/* Where no server says it. */
static void policy(const struct board *b)
{
    if (b->copied_ms != 0)
        buf_addz(b->out, "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src "
                         "'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
                         "base-uri 'none'\">");
}

/* ---- the template ---- */

static const struct {
    const char *slot;
    void (*write)(const struct board *b);
} sections[] = {
    {"title", title},
    {"mode", mode},
    {"heading", heading},
    {"fresh", fresh},
    {"headline", headline},
    {"bar", bar},
    {"key", key},
    {"spark", spark},
    {"calls", board_calls},
    {"closest", board_closest},
    {"states", board_states},
    {"offices", board_offices},
    {"filter", board_filter},
    {"races", board_races},
    {"corrections", board_corrections},
    {"sources", board_sources},
    {"rounding", rounding},
    {"footer", footer},
    {"copied", copied},
    {"policy", policy},
};

static void write_slot(const struct board *b, struct slice name)
{
    for (size_t i = 0; i < sizeof sections / sizeof sections[0]; i++)
        if (slice_is(name, sections[i].slot))
            sections[i].write(b);
}

void board_write(const struct board *b, struct slice page)
{
    size_t at, end;

    while ((at = slice_find(page, SLICE("{{"))) != SIZE_MAX) {
        buf_add(b->out, slice_sub(page, 0, at));
        page = slice_sub(page, at + 2, page.len);
        end = slice_find(page, SLICE("}}"));
        if (end == SIZE_MAX)
            break;
        write_slot(b, slice_sub(page, 0, end));
        page = slice_sub(page, end + 2, page.len);
    }
    buf_add(b->out, page);
}
