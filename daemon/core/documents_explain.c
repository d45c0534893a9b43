/* SPDX-License-Identifier: ISC */
/* The chain from a feed's row to the total, for people. */
#include <inttypes.h>
#include <string.h>

#include "daemon/base/counted.h"
#include "daemon/base/text.h"
#include "daemon/base/when.h"
#include "daemon/core/decide.h"
#include "daemon/core/documents.h"
#include "daemon/core/documents_filter.h"
#include "daemon/core/fading.h"
#include "daemon/core/filled.h"
#include "daemon/core/held.h"
#include "daemon/core/joins.h"
#include "daemon/core/labels.h"
#include "daemon/core/local_time.h"
#include "daemon/core/name.h"
#include "daemon/core/namesakes.h"
#include "daemon/core/off_air.h"
#include "daemon/core/open.h"
#include "daemon/core/primaries.h"
#include "daemon/core/progress.h"
#include "daemon/core/standings.h"
#include "daemon/core/statement.h"

/* A feed's thing by its id and its name, of which it may lack one. */
static void add_named(const char *what, struct slice id, struct slice name, struct buf *out)
{
    buf_addf(out, "%s%s%.*s", what, id.len ? " " : "", SLICE_FMT(id));
    if (name.len)
        buf_addf(out, " \"%.*s\"", SLICE_FMT(name));
}

/* Is this line of the queue for review kept in its race? */
static bool stays(const struct race *r, const struct link *l)
{
    for (uint32_t i = 0; i < r->link_count; i++)
        if (r->links[i].contest == l->contest && r->links[i].choice == l->choice &&
            r->links[i].endorsement == l->endorsement)
            return true;
    return false;
}

/* What the contest has of a choice, and why that is not on air. */
static void explain_choice(const struct model *m, const struct link *l, int64_t now_ms,
                           struct buf *out)
{
    const struct feed_contest *c = l->contest;
    const struct feed_choice *choice = &c->choices[l->choice];
    char room[256];
    struct buf why;

    add_named(", choice", choice->id, choice->name, out);
    if (choice->party.len && !text_ends_in_brackets(choice->name, choice->party))
        buf_addf(out, " (%.*s)", SLICE_FMT(choice->party));
    if (c->unit_count > 0 && c->units[0].votes[l->choice] >= 0)
        buf_addf(out, ", " COUNTED "%s", COUNT_OF(c->units[0].votes[l->choice], "vote", "votes"),
                 c->units[0].derived[l->choice] ? ", added up from its rows" : "");
    buf_init_over(&why, room, sizeof room);
    if (l->band == BAND_REVIEW)
        buf_addf(out, ", %s: its match is in review",
                 stays(&m->races[m->standings[l->endorsement].race], l) ? "in doubt"
                                                                        : "not on air");
    else if (off_air_why(m, &m->races[m->standings[l->endorsement].race], c, now_ms, &why))
        buf_addf(out, ", not on air: %.*s", SLICE_FMT(buf_slice(&why)));
    if (choice->mark != RESULTS_UNMARKED)
        buf_addf(out, ", marked %s", labels_mark(choice->mark));
}

static void explain_link(const struct model *m, const struct link *l, int64_t now_ms,
                         struct buf *out)
{
    const struct feed_contest *c = l->contest;
    const struct feed_file *f = &m->feeds[c->source].files[c->file];

    buf_addf(out, "  feed     %.*s: ", SLICE_FMT(m->settings->sources[c->source].name));
    add_named("contest", c->id, c->text, out);
    if (l->choice < c->choice_count)
        explain_choice(m, l, now_ms, out);
    buf_addz(out, "; received at ");
    local_time_write(m->settings, c->received_ms, out);
    buf_addf(out, "; last payload %s", verdict_info[f->verdict].name);
    if (c->doubt != VERDICT_ACCEPTED && !held_is(m, c))
        buf_addf(out, "; contest %s: %s", verdict_info[c->doubt].name,
                 verdict_info[c->doubt].about);
    if (c->gone)
        buf_addz(out, "; no longer in the feed");
    if (held_is(m, c)) {
        buf_addz(out, "\n  held     ");
        held_write(m, c, out);
    }
    buf_addf(out, "\n  match    %s: %.*s\n", labels_band(l->band), SLICE_FMT(l->why));
}

static void add_line(struct slice line, struct buf *out)
{
    if (line.len)
        buf_addf(out, " in the %.*s primary", SLICE_FMT(primaries_name(line)));
}

static void explain_claim(const struct model *m, const struct claim *c, bool stands,
                          struct buf *out)
{
    buf_addf(out, "  claim    %" PRId64 " by %.*s: %s", c->number, SLICE_FMT(c->by),
             c->outcome == OUTCOME_PENDING ? "taken back" : outcome_name(c->outcome));
    add_line(c->line, out);
    buf_addz(out, " at ");
    local_time_write(m->settings, c->at_ms, out);
    const char *before = " (";
    if (c->basis.len) {
        buf_addf(out, "%s%.*s", before, SLICE_FMT(c->basis));
        before = ", ";
    }
    if (c->called_at_ms != WHEN_UNKNOWN) {
        buf_addf(out, "%sby their own time ", before);
        local_time_write(m->settings, c->called_at_ms, out);
        before = ", ";
    }
    buf_addz(out, before[0] == ',' ? ")" : "");
    if (c->reason.len)
        buf_addf(out, ": %.*s", SLICE_FMT(c->reason));
    if (c->evidence.len)
        buf_addf(out, " [%.*s]", SLICE_FMT(c->evidence));
    if (fading_is_note(c))
        buf_addz(out, " - a note: counts nowhere");
    else if (calls_rank(m->settings, c->by) < 0)
        buf_addz(out, " - not in [calls] order: counts nowhere");
    buf_addz(out, stands ? " <- stands\n" : "\n");
}

/* Why no order of the votes makes a leader here. */
static bool seats_unsaid(const struct model *m, const struct race *r)
{
    bool said = r->seats > 0 || r->places > 0;

    for (uint32_t i = 0; i < r->endorsement_count; i++) {
        const struct endorsement *e = &m->endorsed->list[r->endorsements[i]];
        said |= e->seats >= 0 || e->places >= 0;
    }
    return !said;
}

/* Where feeds have it, or may have it. */
static void explain_links(const struct model *m, const struct race *r, uint32_t i, int64_t now_ms,
                          struct buf *out)
{
    bool linked = false;

    for (uint32_t k = 0; k < r->link_count; k++)
        if (r->links[k].endorsement == i && r->links[k].band != BAND_REVIEW) { /* it is below */
            explain_link(m, &r->links[k], now_ms, out);
            linked = true;
        }
    for (uint32_t k = 0; k < m->review_count; k++)
        if (m->review[k].endorsement == i) {
            explain_link(m, &m->review[k], now_ms, out);
            linked = true;
        }
    if (!linked) {
        buf_addz(out, "  feed     no feed has it\n");
        namesakes_write(m, i, out);
    }
}

static void explain_fading(const struct model *m, uint32_t i, struct buf *out)
{
    for (uint32_t k = 0; k < m->fading_count; k++)
        if (m->fading[k].endorsement == i) {
            buf_addf(out, "  fading   the mark of %.*s", SLICE_FMT(m->fading[k].by));
            add_line(m->fading[k].line, out);
            buf_addz(out, " has been gone since ");
            local_time_write(m->settings, m->fading[k].since_ms, out);
            buf_addz(out, m->fading[k].held ? "; held: many went at once\n"
                                            : "; taken back when it is missing again\n");
        }
}

/* Called by a contest that has no line of it: why that is not its loss. */
static void explain_elsewhere(const struct model *m, const struct race *r, uint32_t i,
                              struct buf *out)
{
    const struct endorsement *e = &m->endorsed->list[i];

    if (filled_elsewhere(m, r, i))
        buf_addf(out,
                 "  not lost the race is called in a contest that has no line of %.*s, and may be "
                 "another's; if it is not: tallyctl call %.*s lost\n",
                 SLICE_FMT(e->name), SLICE_FMT(e->id));
}

static void explain_outcome(const struct model *m, const struct race *r, uint32_t i,
                            struct buf *out)
{
    const char *state = labels_state(m, i);
    enum progress progress = progress_of(r, i);
    bool open = strcmp(state, progress_name(progress)) == 0;
    const struct link *off_air = open ? open_off_air(m, i) : NULL;

    buf_addf(out, "  outcome  %s", state);
    if (open && progress == PROGRESS_UNCLEAR && seats_unsaid(m, r))
        buf_addz(out, ": seats_to_fill is not in the list");
    else if (labels_trails(m, i))
        buf_addz(out, ", and trails in the votes on air");
    else if (off_air)
        buf_addf(
            out,
            " on air: %.*s, whose figures the race has, has no line of it; tallyctl source pin "
            "%.*s %.*s takes those of %.*s",
            SLICE_FMT(m->settings->sources[r->on_air].name), SLICE_FMT(r->id),
            SLICE_FMT(m->settings->sources[off_air->contest->source].name),
            SLICE_FMT(m->settings->sources[off_air->contest->source].name));
    buf_addc(out, '\n');
}

/* Which words of the list made it count as more than a win. */
static void explain_basis(const struct endorsement *e, const struct tally *t, struct buf *out)
{
    const struct {
        enum tally_count what;
        const char *says;
        struct slice party;
    } rows[] = {
        {TALLY_FLIPS, e->flip == TRI_YES ? "flip = yes" : "held_by = ",
         e->flip == TRI_YES ? SLICE("") : e->held_by},
        {TALLY_KEPT, "held_by = ", e->held_by},
        {TALLY_INCUMBENTS_REELECTED, "incumbent = yes", SLICE("")},
        {TALLY_INCUMBENTS_BEATEN, "opponent_incumbent = yes", SLICE("")},
        {TALLY_NEW_MEMBERS, "incumbent is not yes", SLICE("")},
    };
    const char *before = "  because  the list says ";

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (t->n[rows[i].what] == 0)
            continue;
        buf_addf(out, "%s%s%.*s (%s)", before, rows[i].says, SLICE_FMT(rows[i].party),
                 tally_names[rows[i].what]);
        before = ", ";
    }
    if (*before == ',')
        buf_addc(out, '\n');
}

static void explain_endorsement(const struct model *m, uint32_t i, int64_t now_ms, struct buf *out)
{
    const struct endorsement *e = &m->endorsed->list[i];
    const struct standing *st = &m->standings[i];
    const struct race *r = &m->races[st->race];
    struct tally_part part = {TALLY_BY_ID, e->id};
    struct tally t = {0};

    buf_addf(out, "%.*s: %.*s", SLICE_FMT(e->id), SLICE_FMT(e->name));
    if (e->party.len && !text_ends_in_brackets(e->name, e->party))
        buf_addf(out, " (%.*s)", SLICE_FMT(e->party));
    buf_addc(out, '\n');
    explain_links(m, r, i, now_ms, out);
    for (uint32_t k = 0; k < st->claim_count; k++)
        explain_claim(m, &m->claims[st->claims[k]], st->claims[k] == st->claim, out);
    explain_fading(m, i, out);
    explain_outcome(m, r, i, out);
    explain_elsewhere(m, r, i, out);
    tally_race(&t, m, r, 1, &part);
    buf_addz(out, "  counts   ");
    const char *comma = "";
    for (size_t k = 0; k < TALLY_NUMBERS; k++)
        if (t.n[k] != 0) {
            buf_addf(out, "%s%s", comma, tally_names[k]);
            comma = ", ";
        }
    buf_addc(out, '\n');
    explain_basis(e, &t, out);
}

/* "GA State Senate, district 1, seat B". */
static void add_office(const struct race *r, struct buf *out)
{
    const struct {
        const char *before;
        struct slice text;
    } parts[] = {{" ", r->state},
                 {" ", r->office},
                 {", ", r->jurisdiction},
                 {", district ", r->district},
                 {", seat ", r->seat}};

    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        if (parts[i].text.len)
            buf_addf(out, "%s%.*s", parts[i].before, SLICE_FMT(parts[i].text));
}

static void explain_figures(const struct model *m, const struct race *r, struct buf *out)
{
    buf_addz(out, "on air: ");
    if (r->on_air != NONE) {
        buf_add(out, m->settings->sources[r->on_air].name);
    } else if (r->summed) {
        labels_counties(r, out);
        buf_addz(out, ", summed");
    } else {
        buf_addz(out, "nothing yet");
    }
    const char *before = ":";
    for (uint32_t i = 0; i < r->choice_count; i++)
        if (r->choices[i].votes >= 0) {
            const char *primary = r->choices[i].primary;
            bool next = i > 0 && !primaries_same(primary, r->choices[i - 1].primary);
            buf_addz(out, next ? ";" : before);
            if (primary && (next || i == 0))
                buf_addf(out, " %.*s primary:", SLICE_FMT(primaries_name(slice_of(primary))));
            buf_addf(out, " %.*s %" PRId64, SLICE_FMT(r->choices[i].name), r->choices[i].votes);
            before = ",";
        }
    if (r->units_reporting >= 0 && r->units_total > 0)
        buf_addf(out, "; %" PRId32 " of " COUNTED " reporting", r->units_reporting,
                 COUNT_OF(r->units_total, "unit", "units"));
    buf_addc(out, '\n');
}

/* Names that may be one person's, and how to say so. */
static void explain_alone(const struct model *m, const struct race *r, struct buf *out)
{
    char room[512];
    struct buf lines;

    buf_init_over(&lines, room, sizeof room);
    if (!labels_alone(r, &lines))
        return;
    buf_addf(out, "in doubt: %.*s\n", SLICE_FMT(buf_slice(&lines)));
    for (uint32_t i = 0; i < r->choice_count; i++) {
        const struct race_choice *c = &r->choices[i];
        if (!c->alone.len || c->endorsement != NONE || !c->name.len || name_is_nobody(c->name))
            continue;
        uint32_t other = joins_offer(m, r, i);
        struct slice name = other == NONE ? SLICE("THEIR NAME") : r->choices[other].name;
        buf_addf(out, "way out: if %.*s is %.*s under another name: ", SLICE_FMT(c->name),
                 SLICE_FMT(other == NONE ? SLICE("one of theirs") : name));
        joins_write_command(r, c->name, name, out);
        buf_addc(out, '\n');
    }
}

/* What the sources that are not on air have, where sources disagree. */
static void explain_disagreement(const struct model *m, const struct race *r, struct buf *out)
{
    if (!(r->flags & RACE_DISAGREEMENT))
        return;
    for (uint32_t i = 0; i < r->contest_count; i++) {
        const struct feed_contest *c = r->contests[i];
        if (c->source == r->on_air || c->unit_count == 0 || c->gone)
            continue;
        buf_addf(out, "differs: %.*s has", SLICE_FMT(m->settings->sources[c->source].name));
        const char *before = "";
        for (uint32_t k = 0; k < c->choice_count; k++)
            if (c->units[0].votes[k] >= 0) {
                struct slice name = c->choices[k].name.len ? c->choices[k].name : c->choices[k].id;
                buf_addf(out, "%s %.*s %" PRId64, before, SLICE_FMT(name), c->units[0].votes[k]);
                before = ",";
            }
        buf_addz(out, *before ? "\n" : " no votes\n");
    }
}

static void explain_race(const struct model *m, const struct race *r, int64_t now_ms,
                         struct buf *out)
{
    buf_addf(out, "race %.*s:", SLICE_FMT(r->id));
    add_office(r, out);
    buf_addf(out, "; %s", labels_race_status(r->status));
    for (uint32_t flag = 1; labels_race_flag(flag); flag <<= 1)
        if (r->flags & flag)
            buf_addf(out, ", %s", labels_race_flag(flag));
    if (r->seats > 0)
        buf_addf(out, "; " COUNTED "%s", COUNT_OF(r->seats, "seat", "seats"),
                 r->primaries > 1 ? " in each primary" : "");
    else
        buf_addz(out, "; seats unknown: nobody is lost by others' wins");
    if (r->polls_close_ms == WHEN_UNKNOWN) {
        buf_addz(out, "; no time at which polls close: no calls\n");
    } else {
        buf_addz(out, now_ms < r->polls_close_ms ? "; calls wait until polls close at "
                                                 : "; polls closed at ");
        local_time_write(m->settings, r->polls_close_ms, out);
        buf_addc(out, '\n');
    }
    if (r->flags & RACE_CONFLICT) {
        buf_addz(out, "conflict: ");
        standings_conflict(m, r, out);
        buf_addc(out, '\n');
    }
    explain_figures(m, r, out);
    explain_alone(m, r, out);
    joins_explain(m, r, out);
    explain_disagreement(m, r, out);
    for (uint32_t i = 0; i < m->decision_count; i++)
        if (decide_is_about(m, &m->decisions[i], r) || m->decisions[i].target.len == 0) {
            buf_addz(out, "desk: ");
            documents_decision_line(m, &m->decisions[i], out);
            buf_addc(out, '\n');
        }
}

static void add_total(const struct model *m, const struct tally *t, int64_t now_ms, struct buf *out)
{
    buf_addz(out, "total    ");
    statement_write(m, t, STATEMENT_SHORT, now_ms, out);
    buf_addc(out, '\n');
}

bool documents_explain(const struct model *m, const struct tally *t, struct slice id,
                       int64_t now_ms, struct buf *out, struct err *e)
{
    const struct slice of_count = SLICE("count:");
    struct documents_found f;

    if (slice_starts(id, of_count)) {
        if (!documents_explain_count(m, t, slice_sub(id, of_count.len, id.len), out, e))
            return false;
        add_total(m, t, now_ms, out);
        return true;
    }
    if (!documents_find(m, id, &f, e))
        return documents_is_count(id)
                   ? err_set(e, ERR_NO, "'%.*s' is a count: tallyctl explain count:%.*s",
                             SLICE_FMT(id), SLICE_FMT(id))
                   : false;
    const struct race *r = &m->races[f.race];
    explain_race(m, r, now_ms, out);
    for (uint32_t k = 0; k < r->endorsement_count; k++)
        if (f.endorsement == NONE || f.endorsement == r->endorsements[k])
            explain_endorsement(m, r->endorsements[k], now_ms, out);
    add_total(m, t, now_ms, out);
    return true;
}
