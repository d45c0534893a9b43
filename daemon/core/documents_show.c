/* SPDX-License-Identifier: ISC */
/* One race, one candidacy, by a part of its id or name; and what was told so far. */
#include <inttypes.h>

#include "daemon/core/documents.h"
#include "daemon/core/documents_filter.h"
#include "daemon/core/local_time.h"
#include "daemon/core/told.h"

/* ---- which ---- */

enum { CANDIDATES_MAX = 10 };

/* Everything that fits: by the whole id, or by a part of an id or name. A race that fits stands
 * for ours in it. */
static struct documents_found look_for(const struct model *m, struct slice word, bool whole,
                                       struct buf *list)
{
    struct documents_found f = {NONE, NONE, 0};

    for (uint32_t i = 0; i < m->race_count; i++) {
        const struct race *r = &m->races[i];
        bool race = whole ? slice_eq(r->id, word) : documents_contains(r->id, word);
        if (race) {
            f = (struct documents_found){i, NONE, f.count + 1};
            if (f.count <= CANDIDATES_MAX)
                buf_addf(list, "\n  %.*s", SLICE_FMT(r->id));
        }
        for (uint32_t k = 0; !race && k < r->endorsement_count; k++) {
            const struct endorsement *e = &m->endorsed->list[r->endorsements[k]];
            if (whole ? !slice_eq(e->id, word)
                      : !documents_contains(e->id, word) && !documents_contains(e->name, word))
                continue;
            f = (struct documents_found){i, r->endorsements[k], f.count + 1};
            if (f.count <= CANDIDATES_MAX)
                buf_addf(list, "\n  %.*s  %.*s, %.*s %.*s", SLICE_FMT(e->id), SLICE_FMT(e->name),
                         SLICE_FMT(r->state), SLICE_FMT(r->office));
        }
    }
    return f;
}

bool documents_find(const struct model *m, struct slice id, struct documents_found *out,
                    struct err *e)
{
    struct buf list;

    buf_init(&list, 65536);
    *out = look_for(m, id, true, &list);
    if (out->count == 0 && id.len > 0)
        *out = look_for(m, id, false, &list);
    if (out->count == 0)
        err_set(e, ERR_NO,
                "no endorsement and no race has '%.*s' in its id or name; tallyctl races lists "
                "them",
                SLICE_FMT(id));
    else if (out->count > 1)
        err_set(e, ERR_NO, "'%.*s' fits %" PRIu32 "; give one of these ids%s:%.*s", SLICE_FMT(id),
                out->count, out->count > CANDIDATES_MAX ? ", or more letters" : "",
                SLICE_FMT(buf_slice(&list)));
    buf_done(&list);
    return out->count == 1;
}

/* ---- show ---- */

/* All votes of the lines that this one is counted with; -1: one is unknown, or there are none. */
static int64_t votes_of_all(const struct race *r, const struct race_choice *line)
{
    int64_t all = 0;

    for (uint32_t i = 0; i < r->choice_count; i++) {
        if (r->choices[i].primary != line->primary)
            continue;
        if (r->choices[i].votes < 0)
            return -1;
        all += r->choices[i].votes;
    }
    return all > 0 ? all : -1;
}

static void show_line(const struct model *m, const struct race *r, const struct race_choice *line,
                      struct buf *out)
{
    int64_t all = votes_of_all(r, line);

    buf_addf(out, "%.*s\t%.*s\t%s\t", SLICE_FMT(line->name), SLICE_FMT(line->party),
             line->primary ? line->primary : "");
    if (line->votes >= 0)
        buf_addf(out, "%" PRId64, line->votes);
    buf_addc(out, '\t');
    if (all > 0) {
        int64_t share = (int64_t)((__int128)line->votes * 1000 / all);
        buf_addf(out, "%" PRId64 ".%" PRId64 "%%", share / 10, share % 10);
    }
    buf_addc(out, '\t');
    if (line->endorsement != NONE) {
        buf_addf(out, "%.*s\t", SLICE_FMT(m->endorsed->list[line->endorsement].id));
        documents_ours(m, line->endorsement, out);
    } else {
        buf_addc(out, '\t');
    }
    if (line->alone.len)
        buf_addf(out, "%sof %.*s alone", line->endorsement != NONE ? "; " : "",
                 SLICE_FMT(line->alone));
    buf_addc(out, '\n');
}

bool documents_show(const struct model *m, struct slice id, bool json, struct buf *out,
                    struct err *e)
{
    struct documents_found f;

    if (!documents_find(m, id, &f, e))
        return false;
    const struct race *r = &m->races[f.race];
    if (json) {
        documents_race(m, r, out);
        buf_addc(out, '\n');
        return true;
    }
    buf_addz(out, "choice\tparty\tprimary\tvotes\tpercent\tendorsement_id\tours\n");
    for (uint32_t i = 0; i < r->choice_count; i++)
        show_line(m, r, &r->choices[i], out);
    return true;
}

/* ---- tail ---- */

void documents_told(const struct model *m, uint32_t most, struct buf *out)
{
    for (uint32_t i = m->told_count > most ? m->told_count - most : 0; i < m->told_count; i++) {
        const struct documents_event ev = told_event(m, i);
        const struct claim *c = &m->claims[ev.retraction ? ev.was : ev.claim];
        local_time_write(m->settings, m->told[i].at_ms, out);
        buf_addf(out, "  %-10s  ", ev.retraction ? "RETRACTION" : "CALL");
        documents_who(m, ev.endorsement, out);
        buf_addf(out, ": %s%s by %.*s\n", ev.retraction ? "no longer " : "",
                 outcome_name(c->outcome), SLICE_FMT(c->by));
    }
}
