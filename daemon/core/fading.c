/* SPDX-License-Identifier: ISC */
/* Marks that are gone, and the notes on them. */
#include "daemon/core/fading.h"

#include "daemon/base/when.h"
#include "daemon/core/claims.h"

static const struct slice held_by = SLICE_INIT("held:"), advisory = SLICE_INIT("advisory:"),
                          out = SLICE_INIT("out:"), early = SLICE_INIT("early:"),
                          parts = SLICE_INIT("parts:"), party = SLICE_INIT("party:");
static const struct slice vanished = SLICE_INIT("vanished"), returned = SLICE_INIT("returned");

static bool no_memory(struct err *e)
{
    return err_set(e, ERR_BUG, "calls: the memory for this election's texts and claims is used up");
}

struct fading *fading_find(const struct model *m, const struct fading_of *of)
{
    for (uint32_t i = 0; i < m->fading_count; i++)
        if (m->fading[i].endorsement == of->endorsement && slice_eq(m->fading[i].by, of->by) &&
            slice_eq(m->fading[i].line, of->line))
            return &m->fading[i];
    return NULL;
}

bool fading_start(struct model *m, const struct fading_of *of, int64_t now_ms, struct err *e)
{
    struct fading *all =
        arena_more(m->strings, m->fading, m->fading_count, &m->fading_room, sizeof *all);

    if (!all)
        return no_memory(e);
    m->fading = all;
    m->fading[m->fading_count++] = (struct fading){
        .endorsement = of->endorsement, .line = of->line, .by = of->by, .since_ms = now_ms};
    return true;
}

/* ---- notes ---- */

bool fading_is_note(const struct claim *c)
{
    return slice_starts(c->by, held_by) || slice_starts(c->by, advisory) ||
           slice_starts(c->by, out) || slice_starts(c->by, early) || slice_starts(c->by, parts) ||
           slice_starts(c->by, party);
}

struct slice fading_out(struct model *m, struct slice by)
{
    return arena_printf(m->strings, "%.*s%.*s", SLICE_FMT(out), SLICE_FMT(by));
}

bool fading_is_out(const struct claim *c, struct slice by)
{
    return slice_starts(c->by, out) && slice_eq(slice_sub(c->by, out.len, c->by.len), by);
}

static bool note(struct model *m, const struct fading_of *on, struct slice kind, struct slice of,
                 struct claim *c, struct err *e)
{
    const struct endorsement *en =
        on->endorsement == NONE ? NULL : &m->endorsed->list[on->endorsement];

    c->number = claims_number(m);
    c->race_id = en ? en->race_id : SLICE("");
    c->endorsement_id = en ? en->id : SLICE("");
    c->line = on->line;
    c->by = arena_printf(m->strings, "%.*s%.*s", SLICE_FMT(kind), SLICE_FMT(of));
    return c->by.ptr ? claims_append(m, c, e) : no_memory(e);
}

bool fading_stop(struct model *m, const struct fading_of *of, int64_t now_ms, struct err *e)
{
    struct fading *f = fading_find(m, of);
    struct claim c = {.outcome = OUTCOME_PENDING,
                      .at_ms = now_ms,
                      .called_at_ms = WHEN_UNKNOWN,
                      .basis = returned,
                      .reason = SLICE("the mark is back")};

    if (!f)
        return true;
    bool held = f->held;
    *f = m->fading[--m->fading_count];
    return !held || note(m, of, held_by, of->by, &c, e);
}

struct slice fading_author(const struct claim *c)
{
    return slice_sub(c->by, slice_starts(c->by, out) ? out.len : 0, c->by.len);
}

void fading_heed(struct model *m, const struct claim *c)
{
    struct fading_of of = {claims_endorsement_of(m, c), c->line, fading_author(c)};
    struct fading *f = fading_find(m, &of);

    if (f)
        *f = m->fading[--m->fading_count];
}

bool fading_hold(struct model *m, int64_t now_ms, uint32_t *held, struct err *e)
{
    *held = 0;
    for (uint32_t i = 0; i < m->fading_count; i++) {
        struct fading *f = &m->fading[i];
        struct claim c = {.outcome = OUTCOME_PENDING,
                          .at_ms = now_ms,
                          .called_at_ms = WHEN_UNKNOWN,
                          .basis = vanished,
                          .reason = SLICE("the mark is gone, and many went at once: the call "
                                          "stands until it is back")};
        if (f->since_ms != now_ms || f->held)
            continue;
        f->held = true;
        ++*held;
        if (!note(m, &(struct fading_of){f->endorsement, f->line, f->by}, held_by, f->by, &c, e))
            return false;
    }
    return true;
}

bool fading_advise(struct model *m, const struct fading_of *of, uint32_t source, enum outcome now,
                   struct slice evidence, int64_t now_ms, struct err *e)
{
    struct claim c = {.outcome = now,
                      .at_ms = now_ms,
                      .called_at_ms = WHEN_UNKNOWN,
                      .basis = SLICE("mark-moved"),
                      .reason = SLICE("the mark went from one choice to another: the source's "
                                      "marks call nothing more tonight"),
                      .evidence = evidence};

    m->feeds[source].advisory = true;
    return note(m, of, advisory, m->settings->sources[source].name, &c, e);
}

bool fading_early(struct model *m, const struct fading_of *of, uint32_t source, int64_t said_ms,
                  struct slice evidence, int64_t now_ms, struct err *e)
{
    struct claim c = {.outcome = OUTCOME_PENDING,
                      .at_ms = now_ms,
                      .called_at_ms = said_ms,
                      .basis = SLICE("marks-early"),
                      .reason = SLICE("its marks stood there before polls closed: they call "
                                      "nothing until it shows others, or other votes beside them"),
                      .evidence = evidence};

    return note(m, of, early, m->settings->sources[source].name, &c, e);
}

bool fading_is_early(const struct claim *c)
{
    return slice_starts(c->by, early);
}

bool fading_parts(struct model *m, const struct fading_of *of, const struct feed_contest *from,
                  struct slice evidence, int64_t now_ms, struct err *e)
{
    struct claim c = {.outcome = OUTCOME_PENDING,
                      .at_ms = now_ms,
                      .called_at_ms = WHEN_UNKNOWN,
                      .basis = SLICE("parts"),
                      .reason =
                          SLICE("another county has it too: what one of them marks is no call "
                                "of the race"),
                      .evidence = evidence};

    return note(m, of, parts, m->settings->sources[from->source].name, &c, e);
}

bool fading_is_parts(const struct claim *c)
{
    return slice_starts(c->by, parts);
}

bool fading_party(struct model *m, const struct fading_of *of, const struct feed_contest *from,
                  struct slice evidence, int64_t now_ms, struct err *e)
{
    struct claim c = {.outcome = OUTCOME_PENDING,
                      .at_ms = now_ms,
                      .called_at_ms = WHEN_UNKNOWN,
                      .basis = SLICE("nominates"),
                      .reason = SLICE("it is a party's contest, and the list says neither "
                                      "contest_party nor wins: a win is a nomination, no seat"),
                      .evidence = evidence};

    return note(m, of, party, m->settings->sources[from->source].name, &c, e);
}

bool fading_is_party(const struct claim *c)
{
    return slice_starts(c->by, party);
}

bool fading_restore(struct model *m, const struct claim *c, struct err *e)
{
    struct slice name = slice_sub(c->by, slice_find(c->by, SLICE(":")) + 1, c->by.len);
    struct fading_of of = {claims_endorsement_of(m, c), c->line, name};

    uint32_t source = settings_find_source(m->settings, name);
    if (slice_starts(c->by, advisory) && source != NONE)
        m->feeds[source].advisory = true;
    if (of.endorsement == NONE || !slice_starts(c->by, held_by))
        return true;
    struct fading *f = fading_find(m, &of);
    if (f) /* back, or held anew */
        *f = m->fading[--m->fading_count];
    if (!slice_eq(c->basis, vanished))
        return true;
    if (!fading_start(m, &of, c->at_ms, e))
        return false;
    m->fading[m->fading_count - 1].held = true;
    return true;
}
