/* SPDX-License-Identifier: ISC */
/* Every line of the state's sources, by its name. */
#include "daemon/core/namesakes.h"

#include <inttypes.h>

#include "daemon/base/counted.h"
#include "daemon/base/map.h"
#include "daemon/base/text.h"
#include "daemon/core/match.h"
#include "daemon/core/match_index.h"

enum { SCRATCH = 1 << 20, TOLD = 5 };

struct search {
    const struct model *m;
    uint32_t endorsement;
    struct arena *scratch;
    size_t count;
    struct buf *out;
};

static enum name_fit compare(const struct search *s, struct slice line)
{
    const struct match_person *ours = &s->m->match->people[s->endorsement];
    struct slice people[NAME_PEOPLE];
    enum name_fit best = NAME_NO;

    for (size_t i = name_split(line, people); i-- > 0;) {
        struct name theirs;
        arena_reset(s->scratch);
        if (!name_read(people[i], s->scratch, &theirs)) {
            s->out->failed = true;
            return NAME_NO;
        }
        for (size_t k = 0; k < ours->name_count; k++) {
            enum name_fit fit = name_compare(&ours->names[k], &theirs);
            best = fit > best ? fit : best;
        }
    }
    return best;
}

static bool is_rejected(const struct search *s, const struct match_decision *line)
{
    const struct match_decision *d;

    for (uint32_t at = 0; (d = match_decision_next(s->m, &at));)
        if (d->verb == MATCH_REJECT && slice_eq(d->endorsement, line->endorsement) &&
            slice_eq(d->source, line->source) && slice_eq(d->contest_text, line->contest_text) &&
            slice_eq(d->choice_name, line->choice_name))
            return true;
    return false;
}

/* Is it on the line of another of ours? */
static bool is_taken(const struct model *m, const struct link *l)
{
    const struct race *r = l->contest->race == NONE ? NULL : &m->races[l->contest->race];

    for (uint32_t i = 0; r && i < r->link_count; i++)
        if (r->links[i].contest == l->contest && r->links[i].choice == l->choice)
            return true;
    return false;
}

static void tell(struct search *s, const struct link *l, enum name_fit how)
{
    const struct endorsement *e = &s->m->endorsed->list[s->endorsement];
    const struct feed_contest *c = l->contest;
    struct match_decision line = match_decision_of(s->m, l, MATCH_ACCEPT);

    line.endorsement = e->id;
    if (is_taken(s->m, l) || is_rejected(s, &line) || ++s->count > TOLD)
        return;
    buf_addf(s->out, "  perhaps  %.*s: contest \"%.*s\", choice \"%.*s\"", SLICE_FMT(line.source),
             SLICE_FMT(line.contest_text.len ? line.contest_text : line.contest_id),
             SLICE_FMT(line.choice_name));
    if (c->unit_count > 0 && c->units[0].votes[l->choice] >= 0)
        buf_addf(s->out, ", " COUNTED, COUNT_OF(c->units[0].votes[l->choice], "vote", "votes"));
    buf_addf(s->out, how == NAME_SAME
                         ? ": the name is the same, the race another by what they say; if it is "
                           "theirs: "
                         : ": the names are alike; if it is theirs: ");
    buf_addf(s->out, "tallyctl match accept %.*s %.*s ", SLICE_FMT(e->id), SLICE_FMT(line.source));
    text_quote(line.choice_name, s->out);
    buf_addc(s->out, '\n');
}

static void look_through(struct search *s, struct feed_contest *c)
{
    struct link l = {.contest = c, .endorsement = s->endorsement};
    bool ours = c->race == match_race_of(s->m, s->endorsement);

    for (; l.choice < c->choice_count && !c->gone; l.choice++) {
        enum name_fit how = compare(s, c->choices[l.choice].name);
        if (how == NAME_SAME || (how == NAME_MAYBE && ours))
            tell(s, &l, how);
    }
}

void namesakes_write(const struct model *m, uint32_t endorsement, struct buf *out)
{
    struct slice state = m->endorsed->list[endorsement].state;
    struct search s = {
        .m = m, .endorsement = endorsement, .scratch = arena_new(SCRATCH), .out = out};
    void *contest;

    out->failed |= !s.scratch;
    for (uint32_t i = 0; s.scratch && i < m->settings->source_count; i++)
        if (m->settings->sources[i].state.len == 0 ||
            slice_eq_nocase(m->settings->sources[i].state, state))
            for (size_t at = 0; map_next(m->feeds[i].contests, &at, NULL, &contest);)
                look_through(&s, contest);
    if (s.count > TOLD)
        buf_addf(out, "  perhaps  %zu more lines of that name\n", s.count - TOLD);
    arena_free(s.scratch);
}
