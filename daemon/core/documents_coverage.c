/* SPDX-License-Identifier: ISC */
/* Before the night: whom the feeds have, whom they may have, and whom a person has to watch. */
#include <inttypes.h>

#include "daemon/base/counted.h"
#include "daemon/base/jsonw.h"
#include "daemon/core/calls.h"
#include "daemon/core/documents.h"
#include "daemon/core/match.h"

/* What asks for a person most comes last, and is told first. */
enum coverage { COVERAGE_CALLED, COVERAGE_MATCHED, COVERAGE_REVIEW, COVERAGE_NONE, COVERAGES };
static const char *const words[COVERAGES] = {"matched", "matched", "review", "none"};

struct covered { /* an endorsement, and the links about it */
    const struct endorsement *e;
    enum coverage how;
    const struct link *links;
    uint32_t link_count, endorsement;
    uint32_t sources, shown; /* that could have it: of its state, or of all; with contests */
};

static bool of_state(const struct settings_source *s, const struct endorsement *e)
{
    return s->state.len == 0 || slice_eq_nocase(s->state, e->state);
}

static bool any_link(const struct link *links, uint32_t n, uint32_t endorsement)
{
    for (uint32_t i = 0; i < n; i++)
        if (links[i].endorsement == endorsement && !links[i].contest->gone && !links[i].kept)
            return true;
    return false;
}

/* Is it in a feed that makes calls? */
static bool is_called(const struct model *m, const struct covered *c)
{
    for (uint32_t i = 0; i < c->link_count; i++)
        if (c->links[i].endorsement == c->endorsement && !c->links[i].contest->gone &&
            m->settings->sources[c->links[i].contest->source].calls != CALLS_NO)
            return true;
    return false;
}

static struct covered look(const struct model *m, uint32_t i)
{
    const struct race *r = &m->races[match_race_of(m, i)];
    struct covered c = {.e = &m->endorsed->list[i], .how = COVERAGE_NONE, .endorsement = i};

    if (any_link(r->links, r->link_count, i)) {
        c.links = r->links;
        c.link_count = r->link_count;
        c.how = is_called(m, &c) ? COVERAGE_CALLED : COVERAGE_MATCHED;
    } else if (any_link(m->review, m->review_count, i)) {
        c.how = COVERAGE_REVIEW;
        c.links = m->review;
        c.link_count = m->review_count;
    }
    for (uint32_t s = 0; s < m->settings->source_count; s++) {
        if (!of_state(&m->settings->sources[s], c.e))
            continue;
        c.sources++;
        c.shown += map_count(m->feeds[s].contests) > 0;
    }
    return c;
}

/* Each contest once: a person on two party lines is in one place. */
static const struct feed_contest *next_place(const struct covered *c, uint32_t *at)
{
    while (*at < c->link_count) {
        const struct link *l = &c->links[(*at)++];
        bool again = l->endorsement != c->endorsement || l->contest->gone;
        for (uint32_t k = 0; k + 1 < *at && !again; k++)
            again = c->links[k].endorsement == c->endorsement && c->links[k].contest == l->contest;
        if (!again)
            return l->contest;
    }
    return NULL;
}

/* Whom its call hangs on. */
static void write_watcher(const struct covered *c, struct buf *out)
{
    if (c->e->watched_by.len > 0)
        buf_addf(out, "; watched by hand by %.*s", SLICE_FMT(c->e->watched_by));
    else
        buf_addz(out, "; nobody is named to watch it by hand (watched_by in the list)");
}

/* What a person has to know or to do about it. */
static void write_note(const struct covered *c, struct buf *out)
{
    if (c->how == COVERAGE_CALLED)
        return;
    if (c->how == COVERAGE_MATCHED)
        buf_addz(out, "in no feed that makes calls");
    else if (c->how == COVERAGE_REVIEW)
        buf_addz(out, "counts for nothing until decided: tallyctl match list");
    else if (c->sources == 0)
        buf_addf(out, "no source is of %.*s", SLICE_FMT(c->e->state));
    else if (c->shown == 0)
        buf_addf(out, "none of " COUNTED " has shown contests yet",
                 COUNT_OF(c->sources, "source", "sources"));
    else
        buf_addf(out,
                 "no contest fits, of those that %" PRIu32 " of " COUNTED
                 " show: tallyctl explain has lines of that name, source_hints tells where it is",
                 c->shown, COUNT_OF(c->sources, "source", "sources"));
    if (c->how != COVERAGE_REVIEW)
        write_watcher(c, out);
}

static void write_line(const struct model *m, const struct covered *c, struct buf *out)
{
    const struct endorsement *e = c->e;
    const struct feed_contest *place;
    bool any = false;

    buf_addf(out, "%s\t%.*s\t%.*s\t%.*s\t%.*s\t%.*s\t%s\t", words[c->how], SLICE_FMT(e->id),
             SLICE_FMT(e->name), SLICE_FMT(e->state), SLICE_FMT(e->office), SLICE_FMT(e->district),
             endorsement_statuses[e->status]);
    for (uint32_t at = 0; (place = next_place(c, &at)); any = true)
        buf_addf(out, "%s%.*s: %.*s", any ? " | " : "",
                 SLICE_FMT(m->settings->sources[place->source].name), SLICE_FMT(place->text));
    buf_addc(out, '\t');
    write_note(c, out);
    buf_addf(out, "\t%.*s\n", SLICE_FMT(e->watched_by));
}

static void write_object(const struct model *m, const struct covered *c, struct jsonw *j)
{
    const struct endorsement *e = c->e;
    const struct feed_contest *place;
    struct buf note;

    jsonw_object(j, NULL);
    jsonw_strz(j, "coverage", words[c->how]);
    jsonw_str(j, "endorsement_id", e->id);
    jsonw_str(j, "candidate", e->name);
    jsonw_str(j, "state", e->state);
    jsonw_str(j, "office", e->office);
    jsonw_str(j, "district", e->district);
    jsonw_strz(j, "status", endorsement_statuses[e->status]);
    jsonw_array(j, "where");
    for (uint32_t at = 0; (place = next_place(c, &at));) {
        jsonw_object(j, NULL);
        jsonw_str(j, "source", m->settings->sources[place->source].name);
        jsonw_str(j, "contest_id", place->id);
        jsonw_str(j, "contest", place->text);
        jsonw_str(j, "county", place->county);
        jsonw_object_end(j);
    }
    jsonw_array_end(j);
    buf_init(&note, 1024);
    write_note(c, &note);
    jsonw_str(j, "note", buf_slice(&note));
    jsonw_str(j, "watched_by", e->watched_by);
    buf_done(&note);
    jsonw_object_end(j);
}

void documents_coverage(const struct model *m, bool json, struct buf *out)
{
    struct jsonw j;

    jsonw_init(&j, out);
    if (json)
        jsonw_array(&j, NULL);
    else
        buf_addz(out,
                 "coverage\tendorsement_id\tcandidate\tstate\toffice\tdistrict\tstatus\twhere\t"
                 "note\twatched_by\n");
    /* What asks for a person comes first. */
    for (enum coverage how = COVERAGES; how-- > 0;)
        for (uint32_t i = 0; i < m->endorsed->count; i++) {
            struct covered c = look(m, i);
            if (c.how != how || !calls_counts(c.e))
                continue;
            if (json)
                write_object(m, &c, &j);
            else
                write_line(m, &c, out);
        }
    if (json) {
        jsonw_array_end(&j);
        buf_addc(out, '\n');
    }
}
