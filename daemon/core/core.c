/* SPDX-License-Identifier: ISC */
/* One event at a time through feed, match, merge, calls, tallies, to messages. */
#include "daemon/core/core.h"
#include "daemon/core/core_own.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/base/when.h"
#include "daemon/core/corrections.h"
#include "daemon/core/decide.h"
#include "daemon/core/decide_said.h"
#include "daemon/core/emit.h"
#include "daemon/core/feed.h"
#include "daemon/core/feed_own.h"
#include "daemon/core/filled.h"
#include "daemon/core/fits.h"
#include "daemon/core/match.h"
#include "daemon/core/memo.h"
#include "daemon/core/merge.h"
#include "daemon/core/nominations.h"
#include "daemon/core/polls.h"
#include "daemon/core/official.h"
#include "daemon/core/report.h"
#include "daemon/core/ruling.h"
#include "daemon/core/set_back.h"
#include "daemon/core/standings.h"
#include "daemon/core/statement.h"
#include "daemon/core/states.h"
#include "daemon/core/take.h"
#include "daemon/core/told.h"

/* ---- one event ---- */

static void failed(struct turn *t, const struct err *e)
{
    if (t->out->err.kind == ERR_NONE)
        t->out->err = *e;
}

/* `list` with `n` more of `size` bytes each behind its *count; the old one when memory is out. */
static void *append(struct turn *t, void *list, size_t *count, const void *more, size_t n,
                    size_t size)
{
    char *all = n ? arena_array(t->out->arena, *count + n, size) : NULL;
    struct err e;

    if (n && !all) {
        core_no_memory(&e);
        failed(t, &e);
    }
    if (!all)
        return list;
    if (*count)
        memcpy(all, list, *count * size);
    memcpy(all + *count * size, more, n * size);
    *count += n;
    return all;
}

static void add_notes(struct turn *t, const struct verdict_note *notes, size_t n)
{
    struct effects *out = t->out;

    out->notes = append(t, out->notes, &out->note_count, notes, n, sizeof *notes);
}

static void mark(struct core *c, uint32_t race)
{
    if (race != NONE)
        c->dirty[race] = true;
}

static void mark_source(struct core *c, uint32_t source)
{
    struct slice key;
    void *contest;

    for (size_t at = 0; map_next(c->model.feeds[source].contests, &at, &key, &contest);)
        mark(c, ((const struct feed_contest *)contest)->race);
}

/* Races in which a call fades are looked at whenever a feed answers: the mark may be missing for
 * the second time. */
static void mark_fading(struct core *c)
{
    const struct model *m = &c->model;

    for (uint32_t i = 0; i < m->fading_count; i++)
        mark(c, m->standings[m->fading[i].endorsement].race);
}

/* Races which it may be: a line in doubt shows that another county has them too. */
static void mark_whom(struct core *c, const struct feed_contest *contest)
{
    for (uint32_t i = 0; contest->fits && i < contest->fits->count; i++)
        mark(c, match_race_of(&c->model, contest->fits->list[i].endorsement));
}

/* Match what has another roster: the source's races, as they were linked and as they are, have
 * other figures. */
static void match_changes(struct turn *t, const struct feed_report *report)
{
    struct core *c = t->core;
    struct feed_contest **list = arena_array(report->arena, report->change_count + 1, sizeof *list);
    size_t n = 0;
    struct err e = {.kind = ERR_NONE};

    for (size_t i = 0; list && i < report->change_count; i++)
        if (report->changes[i].what & (FEED_ROSTER | FEED_THERE))
            list[n++] = report->changes[i].contest;
    if (n > 0)
        mark_source(c, report->source);
    t->moved |= n > 0;
    if (!list)
        core_no_memory(&e);
    else if (n > 0 && match_contests(&c->model, list, n, &e))
        mark_source(c, report->source);
    for (size_t i = 0; i < n; i++)
        mark_whom(c, list[i]);
    if (e.kind != ERR_NONE)
        failed(t, &e);
}

/* Match what has another roster, mark what has other figures. */
static void take_changes(struct turn *t, const struct feed_report *report)
{
    struct core *c = t->core;
    struct err e = {0};

    match_changes(t, report);
    for (size_t i = 0; i < report->change_count; i++) {
        mark(c, report->changes[i].contest->race);
        if (!official_watch(&c->model, report->changes[i].contest, t->again, &t->look, &e))
            failed(t, &e);
    }
    struct effects *out = t->out;
    out->names = append(t, out->names, &out->name_count, report->names, report->name_count,
                        sizeof *report->names);
    add_notes(t, report->notes, report->note_count);
}

/* What another daemon held of files of which there are no payloads here is on air as it was there,
 * and keeps its place until the site was heard. */
static void take_held(struct turn *t)
{
    struct model *m = &t->core->model;

    for (uint32_t s = 0; s < m->settings->source_count; s++)
        for (uint32_t k = 0; k < m->settings->sources[s].file_count; k++) {
            struct feed_file *f = &m->feeds[s].files[k];
            struct feed_report report = {.arena = t->out->arena, .source = s, .file = k};
            struct err e = {0};
            if (f->seen || !f->own->memo)
                continue;
            if (!memo_tell(m, s, k, &report, &e))
                failed(t, &e);
            f->unasked |= report.change_count > 0;
            take_changes(t, &report);
        }
}

static void on_batch(struct turn *t, const struct event *ev)
{
    struct core *c = t->core;
    struct feed_file *file = &c->model.feeds[ev->source].files[ev->file];
    struct feed_report report = {.arena = t->out->arena};
    enum results_status status = file->status;
    bool kept = file->kept;
    struct err e = {0};

    if (!feed_take(&c->model, ev, ev->restored ? ev->received_ms : t->now_ms, &report, &e))
        failed(t, &e);
    file->kept = report.used ? ev->restored : kept;
    if (file->status != status || file->kept != kept) /* marks may speak from now on */
        mark_source(c, ev->source);
    t->out->verdict = report.verdict;
    t->out->verdict_text = report.text;
    t->out->keep = report.keep;
    t->out->held = report.held;
    t->out->used = report.used;
    take_changes(t, &report);
    if (report.used || report.verdict == VERDICT_UNCHANGED) {
        t->look.source = ev->source;
        t->look.file = ev->file;
        mark_fading(c);
    }
}

static void on_unchanged(struct turn *t, const struct event *ev)
{
    struct core *c = t->core;
    const struct feed_file *f = &c->model.feeds[ev->source].files[ev->file];
    bool unasked = f->unasked;
    bool again = f->verdict == VERDICT_UNCHANGED && f->verdict_text.len == 0;
    struct feed_report report = {.arena = t->out->arena};
    struct err e = {0};

    if (!feed_unchanged(&c->model, ev, t->now_ms, &report, &e))
        failed(t, &e);
    t->out->verdict = report.verdict;
    t->out->verdict_text = report.text;
    take_changes(t, &report);
    t->same = again && report.verdict == VERDICT_UNCHANGED && report.change_count == 0;
    if (report.verdict != VERDICT_UNCHANGED) /* what it serves is not what its marks stand in */
        return;
    t->look.source = ev->source;
    t->look.file = ev->file;
    mark_fading(c);
    if (unasked) /* what its marks lack counts from now on */
        mark_source(c, ev->source);
}

/* What becomes of a payload that was kept already. */
static void move(struct turn *t, const struct feed_report *r)
{
    struct effects *out = t->out;
    struct moved m = {r->source, r->file, r->digest, r->keep ? PAYLOAD_WHOLE : PAYLOAD_PART};

    if (r->used)
        out->moved = append(t, out->moved, &out->moved_count, &m, 1, sizeof m);
}

/* Time has passed: polls closed, sources went stale. While payloads are restored none is judged. */
static void on_time(struct turn *t, bool restoring)
{
    struct core *c = t->core;
    struct effects *out = t->out;
    struct err e = {0};

    t->ticked = t->moved = true;
    while (!restoring) {
        struct feed_report report = {.arena = out->arena};
        bool judged = false;
        if (!feed_tick(&c->model, t->now_ms, &report, &judged, &e)) {
            failed(t, &e);
            break;
        }
        if (!judged)
            break;
        struct judged was = {report.source, report.file, report.verdict, report.text};
        out->judged = append(t, out->judged, &out->judged_count, &was, 1, sizeof was);
        take_changes(t, &report);
        move(t, &report);
    }
    memset(c->dirty, true, c->model.race_count * sizeof *c->dirty);
}

/* The desk decides. What it says of races is dirty in any case. */
static void on_decision(struct turn *t, const struct event *ev)
{
    struct core *c = t->core;
    struct err e = {0};
    uint32_t from, to;

    t->decided.arena = t->out->arena;
    t->decided.abbreviated = ev->would || ev->confirmed;
    t->before = ev->joint ? NULL : decide_said_before(&c->model, &c->all, t->out->arena);
    if (!t->before && !ev->joint) {
        core_no_memory(&e);
        failed(t, &e);
        return;
    }
    if (!decide_take(&c->model, &ev->decision, t->now_ms, &t->decided, &e)) {
        failed(t, &e);
        return;
    }
    t->out->decision = &c->model.decisions[c->model.decision_count - 1];
    t->ticked = t->moved = true;
    if (slice_is(ev->decision.verb, "endorse status")) /* who counts is no matter of races alone */
        core_recount(c);
    core_range(c, &t->decided, &from, &to);
    for (uint32_t i = from; i < to; i++)
        c->dirty[i] = true;
    for (size_t i = 0; i < t->decided.report_count; i++) {
        const struct feed_report *r = &t->decided.reports[i];
        take_changes(t, r);
        t->out->rulings = append(t, t->out->rulings, &t->out->ruling_count, r->rulings,
                                 r->ruling_count, sizeof *r->rulings);
        move(t, r);
    }
    if (slice_is(ev->decision.verb, "polls")) {
        feed_polls_moved(&c->model);
        c->due_ms = t->now_ms;
    }
}

static bool gather(struct turn *t)
{
    struct core *c = t->core;
    uint32_t n = c->model.race_count;

    t->races = arena_array(t->out->arena, n + 1, sizeof *t->races);
    for (uint32_t i = 0; t->races && i < n; i++)
        if (c->dirty[i])
            t->races[t->race_count++] = i;
    memset(c->dirty, 0, n * sizeof *c->dirty);
    t->was = arena_array(t->out->arena, t->race_count + 1, sizeof *t->was);
    return t->races && t->was;
}

/* The race as it is, to be compared with what comes of it. */
static bool keep_race(struct turn *t, const struct race *r, struct race *was)
{
    *was = *r;
    if (r->choice_count == 0)
        return true;
    was->choices = arena_array(t->out->arena, r->choice_count, sizeof *was->choices);
    if (was->choices)
        memcpy(was->choices, r->choices, r->choice_count * sizeof *was->choices);
    return was->choices != NULL;
}

/* Once: for the desk, who may know better. */
static void note_early(struct turn *t)
{
    const struct feed_contest *c = t->look.early;
    struct verdict_note note = {
        .verdict = VERDICT_MARKS_EARLY,
        .text = SLICE("its marks stood there before polls closed: they call nothing until it shows "
                      "others, or other votes beside them")};

    if (!c)
        return;
    note.source = c->source;
    note.contest = report_contest(c);
    add_notes(t, &note, 1);
}

/* New figures and new claims of every dirty race; standings stay. */
static void look_at_races(struct turn *t)
{
    struct core *c = t->core;
    const struct corrections_said said = {t->now_ms, t->look.source, t->out->decision};
    struct err e = {0};

    for (size_t i = 0; i < t->race_count; i++) {
        struct race *r = &c->model.races[t->races[i]];
        t->look.early = NULL;
        if (!official_look(&c->model, r, &t->look, &e) || !calls_scan(&c->model, r, &t->look, &e))
            failed(t, &e);
        note_early(t);
    }
    for (size_t i = 0; i < t->race_count; i++) {
        struct race *r = &c->model.races[t->races[i]];
        bool kept = keep_race(t, r, &t->was[i].race);
        core_count(c, r, -1);
        if (!merge_race(&c->model, r, t->now_ms, &t->was[i].changed, &e) ||
            !nominations_look(&c->model, r, t->now_ms, &e) ||
            !calls_look(&c->model, r, &t->look, &e) || !filled_look(&c->model, r, t->now_ms, &e))
            failed(t, &e);
        if (!kept || (!t->again && !corrections_votes(&c->model, &t->was[i].race, r, &said))) {
            core_no_memory(&e);
            failed(t, &e);
        }
        t->was[i].changed |=
            (t->decided.all && !t->decided.looks) || t->decided.race == t->races[i];
        core_count(c, r, 1);
    }
}

/* Once, when it begins: the log and the desk hear what contradicts what. */
static void note_conflict(struct turn *t, const struct race *r, const struct race *was)
{
    char room[1000];
    struct buf text;

    if (!(r->flags & ~was->flags & RACE_CONFLICT) ||
        (t->look.moved && t->look.moved->race != NONE &&
         &t->core->model.races[t->look.moved->race] == r)) /* that is told */
        return;
    buf_init_over(&text, room, sizeof room);
    standings_conflict(&t->core->model, r, &text);
    struct verdict_note note = {.verdict = VERDICT_CALLS_DIFFER,
                                .source = NONE,
                                .contest = r->id,
                                .text = arena_copy(t->out->arena, buf_slice(&text))};
    add_notes(t, &note, 1);
}

/* Derive what stands, race by race, and word its messages with the totals as they are then. */
static void settle_races(struct turn *t, struct emit *calls)
{
    struct core *c = t->core;
    struct model *m = &c->model;
    int64_t decision = t->out->decision ? t->out->decision->number : 0;

    for (size_t i = 0; i < t->race_count; i++) {
        struct race *r = &m->races[t->races[i]];
        const struct race *was = &t->was[i].race;
        struct standing *old = core_standings(m, r);
        if (!old) {
            calls->failed = true;
            return;
        }
        uint32_t told = m->told_count;
        bool standings = core_derive(c, r, t->now_ms, decision, old, &calls->failed);
        note_conflict(t, r, was);
        uint32_t flags = r->flags ^ was->flags;
        t->moved |= flags || r->status != was->status;
        t->was[i].changed |= standings || (flags & ~(uint32_t)RACE_STALE) ||
                             r->status != was->status || r->seats != was->seats ||
                             r->places != was->places;
        int64_t at = t->restored && !standings ? r->updated_ms : t->now_ms;
        if (t->was[i].changed && at > m->last_change_ms)
            r->changed_ms = m->last_change_ms = at;
        t->was[i].changed |= flags != 0; /* told, as of when it was */
        for (; told < m->told_count; told++) {
            const struct documents_event ev = told_event(m, told);
            emit_event(calls, &ev, &c->all);
        }
        free(old);
    }
}

/* Say to the log and the desk what the looks at the marks led to. */
static void note_calls(struct turn *t)
{
    const struct feed_contest *moved = t->look.moved;
    struct verdict_note note;
    struct err e = {0};
    uint32_t held;

    if (!calls_hold(&t->core->model, &t->look, &held, &e))
        failed(t, &e);
    if (held > 0) {
        note = (struct verdict_note){
            .verdict = VERDICT_CALLS_VANISHED,
            .source = t->look.source,
            .text = arena_printf(t->out->arena,
                                 "%" PRIu32 " calls are gone at once from %" PRIu32
                                 " races: they stand until their marks are back",
                                 held, t->look.vanished)};
        add_notes(t, &note, 1);
    }
    if (moved) {
        note = (struct verdict_note){
            .verdict = VERDICT_MARK_MOVED,
            .source = moved->source,
            .contest = report_contest(moved),
            .text = arena_printf(t->out->arena,
                                 "%.*s marks another choice than before: its earlier calls stand, "
                                 "its marks call nothing more tonight",
                                 SLICE_FMT(t->core->model.settings->sources[moved->source].name))};
        add_notes(t, &note, 1);
    }
}

/* Sources answer that nothing is new, and totals that say when they did last must not look old:
 * they are told again when that is a minute more than they say. */
static bool checked_since(const struct core *c)
{
    return c->model.checked_ms != WHEN_UNKNOWN &&
           (c->told_checked_ms == WHEN_UNKNOWN ||
            c->model.checked_ms - c->told_checked_ms >= WHEN_MINUTE);
}

/* Those that have changed; all of them when they are told again. */
static void emit_states(struct turn *t, struct emit *em, bool again)
{
    struct core *c = t->core;
    const struct model *m = &c->model;

    for (size_t s = 0; s < states_count && again; s++)
        if (c->in[s].n[TALLY_LISTED] > 0) {
            emit_state(em, slice_of(states[s].code), &c->in[s]);
            c->in_told[s] = c->in[s];
        }
    for (size_t i = 0; i < t->race_count && !again; i++) {
        struct slice state = m->races[t->races[i]].state;
        struct tally *in = core_state_tally(c->in, state),
                     *told = core_state_tally(c->in_told, state);
        if (!tally_same(in, told)) {
            emit_state(em, state, in);
            *told = *in;
        }
    }
}

static void emit_sums(struct turn *t, struct emit *em)
{
    struct core *c = t->core;
    const struct model *m = &c->model;
    bool again = checked_since(c);
    bool changed =
        m->last_change_ms != c->told_change_ms || again || !tally_same(&c->all, &c->told);

    emit_states(t, em, again);
    struct statement_stale stale = c->told_stale;
    if (changed || t->moved)
        stale = statement_staleness(m, t->now_ms);
    if (!changed && !stale.stale && !c->told_stale.stale)
        return;
    if (!changed && statement_stale_same(&stale, &c->told_stale))
        return;
    emit_totals(em, &c->all);
    c->told = c->all;
    c->told_change_ms = m->last_change_ms;
    c->told_checked_ms = m->checked_ms;
    c->told_stale = stale;
}

/* Does nothing come of it that this race's message rests on, or another daemon is to know first? */
static bool is_light(const struct turn *t, const struct race *r)
{
    const struct model *m = &t->core->model;
    const struct feed *feed = &m->feeds[t->event->source];

    return t->out->claim_count == 0 && !feed->shared && !take_holds(feed, t->event->file) &&
           digest_eq(feed->files[t->event->file].own->told_held, (struct digest){0, 0}) &&
           memo_marks(m, r) == r->told_marks;
}

/* False: none is left. */
static bool emit_next(struct turn *t)
{
    if (t->emitted == t->race_count)
        return false;
    size_t i = t->emitted++;
    if (t->was[i].changed)
        emit_race(&t->emit, &t->core->model.races[t->races[i]]);
    return true;
}

static void publish_first(struct turn *t)
{
    const struct race *races = t->core->model.races;

    if (t->event->type != EVENT_BATCH || t->calls.count > 0 || t->calls.failed)
        return;
    while (t->emit.count == 0 && emit_next(t))
        ;
    if (t->emit.count != 1 || t->emit.failed || !is_light(t, &races[t->races[t->emitted - 1]]))
        return;
    t->out->messages = t->emit.list;
    t->out->message_count = 1;
}

static void publish(struct turn *t)
{
    struct effects *out = t->out;

    while (emit_next(t))
        ;
    emit_append(&t->emit, &t->calls);
    emit_sums(t, &t->emit);
    out->messages = t->emit.list;
    out->message_count = t->emit.count;
    if (t->emit.failed) {
        struct err e;
        err_set(&e, ERR_BUG, "core: the messages of one event need more memory than their cap");
        failed(t, &e);
    }
}

static void tell_decision(struct turn *t, bool would)
{
    struct core *c = t->core;
    struct effects *out = t->out;
    struct decide_said said = {.decision = out->decision,
                               .done = &t->decided,
                               .before = t->before,
                               .after = &c->all,
                               .messages = out->messages,
                               .message_count = out->message_count,
                               .would = would};

    if (!out->decision || !t->before)
        return;
    decide_said_write(&c->model, &said, t->now_ms, &c->text);
    if (!c->text.failed)
        out->said = arena_copy(out->arena, buf_slice(&c->text));
    buf_clear(&c->text);
}

static void take_claims(struct turn *t, uint32_t before)
{
    const struct model *m = &t->core->model;
    size_t n = m->claim_count - before;

    if (n == 0)
        return;
    t->out->claims = arena_array(t->out->arena, n, sizeof *t->out->claims);
    if (!t->out->claims)
        return;
    memcpy(t->out->claims, m->claims + before, n * sizeof *t->out->claims);
    t->out->claim_count = n;
}

static bool is_heard(const struct turn *t, const struct event *ev)
{
    return feed_fresh(&t->core->model, ev->source, ev->file, t->now_ms);
}

/* Do the figures of the event's file count as fresh? */
static bool is_fresh(const struct turn *t, const struct event *ev)
{
    return is_heard(t, ev) || t->core->model.feeds[ev->source].files[ev->file].unasked;
}

static void on_feed(struct turn *t, const struct event *ev)
{
    bool fresh = is_fresh(t, ev), heard = is_heard(t, ev);

    if (ev->type == EVENT_BATCH) {
        on_batch(t, ev);
    } else if (ev->type == EVENT_UNCHANGED) {
        on_unchanged(t, ev);
    } else {
        feed_failed(&t->core->model, ev->source, ev->file, ev->verdict, ev->text);
        t->out->verdict = ev->verdict;
        t->out->verdict_text = ev->text;
    }
    if (is_fresh(t, ev) != fresh) { /* it may take a race, or lose one, without any news */
        mark_source(t->core, ev->source);
        t->moved = true;
    }
    t->moved |= is_heard(t, ev) != heard; /* what is said of news, after a restart too */
}

/* What the event changed of files. What was durable is not made so again. */
static void remember(struct turn *t, const struct event *ev)
{
    struct effects *out = t->out;

    if (ev->restored || ev->type == EVENT_RESTORED)
        return;
    for (size_t i = 0; i < t->race_count; i++)
        core_remember_race(t->core, &t->core->model.races[t->races[i]], out);
    if ((ev->type == EVENT_BATCH || ev->type == EVENT_UNCHANGED) && !t->same)
        core_remember(t->core, ev->source, ev->file, out);
    for (size_t i = 0; i < out->judged_count; i++)
        core_remember(t->core, out->judged[i].source, out->judged[i].file, out);
    for (size_t i = 0; i < t->decided.report_count; i++) {
        const struct feed_report *r = &t->decided.reports[i];
        core_remember(t->core, r->source, r->file, out);
    }
}

static void tell_time(struct core *c, int64_t was_ms, int64_t now_ms)
{
    if (now_ms < was_ms) {
        set_back(&c->model, was_ms, now_ms);
        c->due_ms = now_ms;
    }
    c->now_ms = now_ms;
}

/* When a source that answered just now becomes stale. */
static int64_t stale_next(const struct settings_source *s, int64_t now_ms)
{
    return s->stale_after_ms > 0 ? now_ms + s->stale_after_ms + 1 : WHEN_NEVER;
}

/* When time next changes anything. Polls that bring nothing are most of all there are, and change
 * no more than when their own source becomes stale: no other is looked at for them. */
static void set_due(const struct turn *t, const struct event *ev)
{
    struct core *c = t->core;
    const struct model *m = &c->model;
    bool nothing = (ev->type == EVENT_FAILED || t->same) && t->race_count == 0 && !t->ticked;
    int64_t wanted[4] = {c->due_ms, WHEN_NEVER, WHEN_NEVER, WHEN_NEVER};

    if (nothing) {
        wanted[1] = stale_next(&m->settings->sources[ev->source], t->now_ms);
    } else {
        wanted[0] = polls_next_close(m, t->now_ms);
        wanted[1] = feed_next_tick(m, t->now_ms);
        wanted[2] = merge_next_tick(m, t->now_ms);
        wanted[3] = statement_next_stale(m, t->now_ms);
    }
    c->due_ms = WHEN_NEVER;
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++)
        if (wanted[i] < c->due_ms)
            c->due_ms = wanted[i];
}

void core_begin(struct core *c, const struct event *event, int64_t now_ms, struct effects *out)
{
    struct turn *t = &c->turn;
    uint32_t claims = c->model.claim_count;
    struct err e = {0};

    effects_reset(out);
    *t = (struct turn){.core = c, .event = event, .out = out, .now_ms = now_ms, .over = true};
    c->model.number_before = c->model.last_number;
    tell_time(c, c->now_ms, now_ms);
    t->again = event->restored || event->type == EVENT_RESTORED;
    t->decided.race = NONE;
    t->look = (struct calls_look){.now_ms = now_ms, .source = NONE, .file = NONE};
    switch (event->type) {
    case EVENT_BATCH:
    case EVENT_UNCHANGED:
    case EVENT_FAILED:
        on_feed(t, event);
        break;
    case EVENT_DECISION:
        on_decision(t, event);
        break;
    case EVENT_RESTORED:
        take_held(t);
        core_restored(c, now_ms, out);
        tell_time(c, set_back_latest(&c->model), now_ms);
        t->restored = true;
        break;
    case EVENT_TICK:
        break;
    }
    if (event->restored)
        return; /* what is half taken is not looked at: EVENT_RESTORED looks at all */
    if (now_ms >= c->due_ms)
        on_time(t, event->type == EVENT_RESTORED);
    if (!gather(t)) {
        core_no_memory(&e);
        failed(t, &e);
        return;
    }
    look_at_races(t);
    note_calls(t);
    take_claims(t, claims);
    t->emit =
        (struct emit){.model = &c->model, .arena = out->arena, .text = &c->text, .now_ms = now_ms};
    t->calls = t->emit;
    settle_races(t, &t->calls);
    publish_first(t);
    t->over = false;
}

void core_finish(struct core *c)
{
    struct turn *t = &c->turn;

    if (t->over)
        return;
    publish(t);
    tell_decision(t, t->event->would);
    remember(t, t->event);
    set_due(t, t->event);
    t->over = true;
}

void core_apply(struct core *c, const struct event *event, int64_t now_ms, struct effects *out)
{
    core_begin(c, event, now_ms, out);
    core_finish(c);
}

int64_t core_next_tick(const struct core *c, int64_t now_ms)
{
    return c->due_ms < now_ms ? now_ms : c->due_ms;
}

void core_snapshot(struct core *c, int64_t now_ms, struct effects *out)
{
    const struct model *m = &c->model;

    effects_reset(out);
    struct emit em = {.model = m, .arena = out->arena, .text = &c->text, .now_ms = now_ms};
    for (uint32_t i = 0; i < m->race_count; i++)
        emit_race(&em, &m->races[i]);
    for (uint32_t i = 0; i < m->endorsed->count; i++) {
        struct documents_event ev;
        if (told_last(m, i, &ev))
            emit_event_snapshot(&em, &ev);
    }
    for (size_t s = 0; s < states_count; s++)
        if (c->in[s].n[TALLY_LISTED] > 0)
            emit_state(&em, slice_of(states[s].code), &c->in[s]);
    emit_totals(&em, &c->all);
    memcpy(c->in_told, c->in, TALLY_STATES * sizeof *c->in);
    c->told = c->all;
    c->told_change_ms = m->last_change_ms;
    c->told_checked_ms = m->checked_ms;
    c->told_stale = statement_staleness(m, now_ms);
    out->messages = em.list;
    out->message_count = em.count;
    if (em.failed)
        err_set(&out->err, ERR_BUG, "core: the snapshot needs more memory than its cap");
}
