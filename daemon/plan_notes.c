/* SPDX-License-Identifier: ISC */
/* What is allowed in a plan and yet worth a look: a line each. */
#include "daemon/plan_notes.h"

#include <unistd.h>

#include "daemon/core/endorse_report.h"
#include "daemon/core/polls.h"
#include "daemon/core/tally.h"

static void note_quotes(const char *key, struct slice value, struct buf *out)
{
    if (slice_starts(value, SLICE("\"")) || slice_starts(value, SLICE("'")))
        buf_addf(out, "note: [election] %s = %.*s: the quotes are part of it; write it without\n",
                 key, SLICE_FMT(value));
}

static void note_path(const char *where, struct slice path, struct buf *out)
{
    if (path.len > 0 && access(path.ptr, R_OK) != 0)
        buf_addf(out, "note: %s: %s cannot be read now: no such file, or not allowed\n", where,
                 path.ptr);
}

static void note_sources(const struct config *c, struct buf *out)
{
    if (c->source_count == 0)
        buf_addz(out, "note: there is no source: write [source NAME] sections into "
                      "sources.d/NAME.conf beside the configuration\n");
    for (size_t i = 0; i < c->source_count; i++) {
        const struct config_source *s = &c->sources[i];
        for (size_t k = 0; k < s->file_count; k++)
            note_path(s->files[k].where, s->files[k].path, out);
        for (size_t k = 0; k < s->companions.count; k++)
            if (slice_find(s->companions.items[k].value, SLICE("://")) == SIZE_MAX)
                note_path(s->companions.items[k].where, s->companions.items[k].value, out);
    }
}

/* Does any source, or any row of the list, have this county? */
static bool is_county(const struct plan *p, const struct settings_polls *row)
{
    const struct settings *s = &p->settings;

    for (size_t i = 0; i < s->source_count; i++)
        if (polls_same_county(s->sources[i].county, row->county))
            return true;
    for (size_t i = 0; i < p->endorsed.count; i++) {
        const struct endorsement *e = &p->endorsed.list[i];
        if (polls_same_county(e->county, row->county) ||
            polls_same_county(e->jurisdiction, row->county))
            return true;
        for (size_t k = 0; k < e->county_count; k++)
            if (polls_same_county(e->counties[k], row->county))
                return true;
    }
    return false;
}

/* A county that is written otherwise everywhere else would have its state's close. */
static void note_counties(const struct plan *p, struct buf *out)
{
    const struct settings *s = &p->settings;

    for (size_t i = 0; i < s->polls_count; i++)
        if (s->polls[i].county.len > 0 && !is_county(p, &s->polls[i]))
            buf_addf(out,
                     "note: [election] polls-close.%.*s/%.*s: no source and no endorsement names "
                     "that county; is it written otherwise there?\n",
                     SLICE_FMT(s->polls[i].state), SLICE_FMT(s->polls[i].county));
    for (size_t i = 0; i < s->source_count; i++) {
        const struct settings_source *a = &s->sources[i];
        bool known = a->county.len == 0 || !polls_by_county(s, a->state);
        for (size_t k = 0; k < s->polls_count && !known; k++)
            known = slice_eq_nocase(s->polls[k].state, a->state) &&
                    polls_same_county(s->polls[k].county, a->county);
        if (!known)
            buf_addf(out,
                     "note: [source %.*s] county = %.*s: no polls-close.%.*s/%.*s names it, so the "
                     "state's close holds; is it written otherwise there?\n",
                     SLICE_FMT(a->name), SLICE_FMT(a->county), SLICE_FMT(a->state),
                     SLICE_FMT(a->county));
    }
}

/* The first row whose seat is no flip because a party is not understood, and how many. */
static void note_parties(const struct plan *p, struct buf *out)
{
    const struct endorsement *first = NULL;
    size_t count = 0;

    for (size_t i = 0; i < p->endorsed.count; i++) {
        const struct endorsement *e = &p->endorsed.list[i];
        if (e->wins != WINS_SEAT || e->flip != TRI_UNSAID || e->held_by.len == 0 ||
            (tally_understands(&p->settings, e->party) &&
             tally_understands(&p->settings, e->held_by)))
            continue;
        first = first ? first : e;
        count++;
    }
    if (count > 0)
        buf_addf(
            out,
            "note: %s:%zu: party %.*s, held_by %.*s: not both are understood, as in %zu row%s, "
            "and no flip is counted; write Democratic, Republican, ..., or flip = yes\n",
            p->config->endorsements.file.ptr, first->line, SLICE_FMT(first->party),
            SLICE_FMT(first->held_by), count, count == 1 ? "" : "s");
}

void plan_notes(const struct plan *p, struct buf *out)
{
    const struct config *c = p->config;
    note_quotes("name", c->election.name, out);
    note_quotes("organisation", c->election.organisation, out);
    endorse_notes(&p->endorsed, c->endorsements.file.ptr, out);
    note_parties(p, out);
    note_counties(p, out);
    note_sources(c, out);
    if (access(c->workers.program.ptr, X_OK) != 0)
        buf_addf(out,
                 "note: [workers] program = %s cannot be run: no payload will be read; name "
                 "tally-parse where it is\n",
                 c->workers.program.ptr);
}
