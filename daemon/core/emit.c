/* SPDX-License-Identifier: ISC */
/* Channels, snapshot names and data of each message type. */
#include "daemon/core/emit.h"

#include <string.h>

#include "daemon/core/local_time.h"
#include "daemon/core/statement.h"

static void add(struct emit *em, const struct message *m)
{
    if (em->count == em->room) {
        size_t more = em->room ? em->room * 2 : 16;
        struct message *bigger = arena_array(em->arena, more, sizeof *bigger);
        if (!bigger) {
            em->failed = true;
            return;
        }
        if (em->count)
            memcpy(bigger, em->list, em->count * sizeof *bigger);
        em->list = bigger;
        em->room = more;
    }
    em->list[em->count++] = *m;
}

/* What was written into em->text, as a slice of the arena; the text is empty again. */
static struct slice take(struct emit *em)
{
    struct slice s = {0};

    if (!em->text->failed)
        s = arena_copy(em->arena, buf_slice(em->text));
    em->failed |= s.ptr == NULL;
    buf_clear(em->text);
    return s;
}

void emit_totals(struct emit *em, const struct tally *all)
{
    struct message m = {
        .type = MESSAGE_TOTALS, .channel = SLICE("totals"), .snap = SLICE("totals")};

    documents_totals(em->model, all, (struct slice){0}, em->now_ms, em->text);
    m.data = take(em);
    documents_plain(em->model, all, em->text);
    m.plain = take(em);
    for (int style = 0; style < STATEMENT_STYLES; style++) {
        statement_write(em->model, all, (enum statement_style)style, em->now_ms, em->text);
        m.statements[style] = take(em);
    }
    documents_totals_line(all, em->text);
    m.line = take(em);
    local_time_write(em->model->settings, em->now_ms, em->text);
    m.when = take(em);
    add(em, &m);
}

void emit_state(struct emit *em, struct slice state, const struct tally *t)
{
    struct message m = {.type = MESSAGE_STATE_TOTALS, .snap = SLICE("states"), .field = state};

    m.channel = arena_printf(em->arena, "totals:state:%.*s", SLICE_FMT(state));
    documents_totals(em->model, t, state, em->now_ms, em->text);
    m.data = take(em);
    add(em, &m);
}

void emit_race(struct emit *em, const struct race *r)
{
    struct message m = {.type = MESSAGE_RACE, .snap = SLICE("races"), .field = r->id};

    m.channel = arena_printf(em->arena, "race:%.*s:%.*s", SLICE_FMT(r->state), SLICE_FMT(r->id));
    documents_race(em->model, r, em->text);
    m.data = take(em);
    add(em, &m);
}

/* What a call has beside its data. */
static struct message event_message(struct emit *em, const struct documents_event *ev)
{
    const struct model *m = em->model;
    const struct race *r = &m->races[m->standings[ev->endorsement].race];
    const struct claim *claim = &m->claims[ev->retraction ? ev->was : ev->claim];
    struct message msg = {
        .type = ev->retraction ? MESSAGE_RETRACTION : MESSAGE_CALL,
        .channel = arena_printf(em->arena, "calls:%.*s", SLICE_FMT(r->state)),
        .snap = SLICE("calls"),
        .field = r->id,
        .score = ev->retraction ? -1 : m->standings[ev->endorsement].since_ms,
    };

    if (claim->outcome == OUTCOME_WON)
        msg.winner = m->endorsed->list[ev->endorsement].id;
    documents_claims(m, r, em->text);
    msg.snap_data = take(em);
    return msg;
}

void emit_event(struct emit *em, const struct documents_event *ev, const struct tally *after)
{
    struct message m = event_message(em, ev);

    documents_event_id(ev, em->text);
    m.event_id = take(em);
    documents_event(em->model, ev, after, em->now_ms, em->text);
    m.data = take(em);
    documents_event_line(em->model, ev, after, em->text);
    m.line = take(em);
    local_time_write(em->model->settings, em->now_ms, em->text);
    m.when = take(em);
    add(em, &m);
}

void emit_event_snapshot(struct emit *em, const struct documents_event *ev)
{
    struct message m = event_message(em, ev);

    add(em, &m);
}

void emit_append(struct emit *em, const struct emit *from)
{
    for (size_t i = 0; i < from->count; i++)
        add(em, &from->list[i]);
    em->failed |= from->failed;
}
