/* SPDX-License-Identifier: ISC */
/* The chain from a feed's row to the total, for people. */
#include <inttypes.h>

#include "daemon/base/when.h"
#include "daemon/core/documents.h"
#include "daemon/core/labels.h"
#include "daemon/core/statement.h"

static void add_when(struct buf *out, int64_t when)
{
    char text[25];

    if (when == WHEN_UNKNOWN) {
        buf_addz(out, "never");
        return;
    }
    when_format(when, text);
    buf_addz(out, text);
}

static void explain_link(const struct model *m, const struct link *l, struct buf *out)
{
    const struct feed_contest *c = l->contest;
    const struct feed_choice *choice = l->choice == NONE ? NULL : &c->choices[l->choice];
    const struct feed_file *f = &m->feeds[c->source].files[c->file];

    buf_addf(out, "  feed     %.*s: contest %.*s \"%.*s\"",
             SLICE_FMT(m->settings->sources[c->source].name), SLICE_FMT(c->id), SLICE_FMT(c->text));
    if (choice) {
        buf_addf(out, ", choice %.*s \"%.*s\"", SLICE_FMT(choice->id), SLICE_FMT(choice->name));
        if (c->unit_count > 0 && c->units[0].votes[l->choice] >= 0)
            buf_addf(out, ", %" PRId64 " votes", c->units[0].votes[l->choice]);
        if (choice->mark != RESULTS_UNMARKED)
            buf_addf(out, ", marked %s", labels_mark(choice->mark));
    }
    buf_addz(out, "; received ");
    add_when(out, c->received_ms);
    buf_addf(out, "; payload %s", verdict_info[f->verdict].name);
    if (c->doubt != VERDICT_ACCEPTED)
        buf_addf(out, "; contest %s: %s", verdict_info[c->doubt].name,
                 verdict_info[c->doubt].about);
    if (c->gone)
        buf_addz(out, "; no longer in the feed");
    buf_addf(out, "\n  match    %s: %.*s\n", labels_band(l->band), SLICE_FMT(l->why));
}

static void explain_claim(const struct model *m, const struct claim *c, bool stands,
                          struct buf *out)
{
    buf_addf(out, "  claim    %" PRId64 " by %.*s: %s, taken ", c->number, SLICE_FMT(c->by),
             c->outcome == OUTCOME_PENDING ? "taken back" : outcome_name(c->outcome));
    add_when(out, c->at_ms);
    if (c->called_at_ms != WHEN_UNKNOWN) {
        buf_addz(out, ", their time ");
        add_when(out, c->called_at_ms);
    }
    buf_addf(out, " (%.*s)", SLICE_FMT(c->basis));
    if (c->reason.len)
        buf_addf(out, ": %.*s", SLICE_FMT(c->reason));
    if (c->evidence.len)
        buf_addf(out, " [%.*s]", SLICE_FMT(c->evidence));
    if (calls_rank(m->settings, c->by) < 0)
        buf_addz(out, " - not in [calls] order: counts nowhere");
    buf_addz(out, stands ? " <- stands\n" : "\n");
}

static void explain_endorsement(const struct model *m, uint32_t i, struct buf *out)
{
    const struct endorsement *e = &m->endorsed->list[i];
    const struct standing *st = &m->standings[i];
    const struct race *r = &m->races[st->race];
    struct tally_part part = {TALLY_BY_ID, e->id};
    struct tally t = {0};
    bool linked = false;

    buf_addf(out, "%.*s: %.*s (%.*s)\n", SLICE_FMT(e->id), SLICE_FMT(e->name), SLICE_FMT(e->party));
    for (uint32_t k = 0; k < r->link_count; k++)
        if (r->links[k].endorsement == i) {
            explain_link(m, &r->links[k], out);
            linked = true;
        }
    for (uint32_t k = 0; k < m->review_count; k++)
        if (m->review[k].endorsement == i) {
            explain_link(m, &m->review[k], out);
            linked = true;
        }
    if (!linked)
        buf_addz(out, "  feed     no feed has it\n");
    for (uint32_t k = 0; k < st->claim_count; k++)
        explain_claim(m, &m->claims[st->claims[k]], st->claims[k] == st->claim, out);
    for (uint32_t k = 0; k < m->fading_count; k++)
        if (m->fading[k].endorsement == i) {
            buf_addf(out, "  fading   the mark of %.*s is gone since ", SLICE_FMT(m->fading[k].by));
            add_when(out, m->fading[k].since_ms);
            buf_addz(out, m->fading[k].held ? "; held: many went at once\n"
                                            : "; taken back when it is missing again\n");
        }
    buf_addf(out, "  outcome  %s\n  counts   ", labels_state(m, i));
    tally_race(&t, m, r, 1, &part);
    const char *comma = "";
    for (size_t k = 0; k < TALLY_NUMBERS; k++)
        if (t.n[k] != 0) {
            buf_addf(out, "%s%s", comma, tally_names[k]);
            comma = ", ";
        }
    buf_addc(out, '\n');
}

static void explain_race(const struct model *m, const struct race *r, struct buf *out)
{
    buf_addf(out, "race %.*s: %.*s %.*s %.*s %.*s, %s", SLICE_FMT(r->id), SLICE_FMT(r->state),
             SLICE_FMT(r->office), SLICE_FMT(r->jurisdiction), SLICE_FMT(r->district),
             labels_race_status(r->status));
    for (uint32_t flag = 1; labels_race_flag(flag); flag <<= 1)
        if (r->flags & flag)
            buf_addf(out, ", %s", labels_race_flag(flag));
    if (r->seats > 0)
        buf_addf(out, "; seats %" PRId64, r->seats);
    else
        buf_addz(out, "; seats unknown: nobody is lost by others' wins");
    buf_addz(out, "; calls wait for polls to close at ");
    add_when(out, r->polls_close_ms);
    buf_addz(out, "\non air: ");
    if (r->on_air != NONE)
        buf_add(out, m->settings->sources[r->on_air].name);
    else if (r->summed)
        buf_addf(out, "%" PRIu32 " of %" PRIu32 " counties, summed", r->counties_in,
                 r->counties_of);
    else
        buf_addz(out, "nothing yet");
    for (uint32_t i = 0; i < r->choice_count; i++)
        if (r->choices[i].votes >= 0)
            buf_addf(out, "%s %.*s %" PRId64, i ? "," : ":", SLICE_FMT(r->choices[i].name),
                     r->choices[i].votes);
    buf_addc(out, '\n');
}

bool documents_explain(const struct model *m, const struct tally *t, struct slice id,
                       int64_t now_ms, struct buf *out, struct err *e)
{
    bool found = false;

    for (uint32_t i = 0; i < m->race_count; i++) {
        const struct race *r = &m->races[i];
        bool whole = slice_eq(r->id, id);
        bool head = false;
        for (uint32_t k = 0; k < r->endorsement_count; k++) {
            if (!whole && !slice_eq(m->endorsed->list[r->endorsements[k]].id, id))
                continue;
            if (!head)
                explain_race(m, r, out);
            head = true;
            explain_endorsement(m, r->endorsements[k], out);
        }
        found |= head;
    }
    if (!found)
        return err_set(e, ERR_NO,
                       "no endorsement and no race has the id '%.*s'; tallyctl races lists them",
                       SLICE_FMT(id));
    buf_addz(out, "total    ");
    statement_write(m, t, now_ms, out);
    buf_addc(out, '\n');
    return true;
}
