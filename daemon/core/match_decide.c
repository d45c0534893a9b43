/* SPDX-License-Identifier: ISC */
/* Decisions become rules that fits.c asks before it judges anything itself; here they are checked,
 * kept, undone, and written for the journal. */
#include <inttypes.h>
#include <string.h>

#include "daemon/base/num.h"
#include "daemon/base/text.h"
#include "daemon/core/match.h"
#include "daemon/core/match_rules.h"

enum { SCRATCH = 64 << 20 };

const char *const match_verbs[MATCH_VERBS] = {"accept", "reject", "alias", "undo"};

static bool full(struct err *e)
{
    return err_set(e, ERR_BUG, "matching: the memory for this election's decisions is used up");
}

/* ---- a rule of a decision ---- */

static bool copy_texts(struct model *m, struct match_decision *d)
{
    struct slice *texts[] = {&d->endorsement,  &d->source,    &d->county,      &d->contest_id,
                             &d->contest_text, &d->choice_id, &d->choice_name, &d->party};

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        *texts[i] = arena_copy(m->strings, *texts[i]);
        if (!texts[i]->ptr)
            return false;
    }
    return true;
}

static uint32_t find_endorsement(const struct model *m, struct slice id)
{
    for (uint32_t i = 0; i < m->endorsed->count; i++)
        if (slice_eq(m->endorsed->list[i].id, id))
            return i;
    return NONE;
}

static bool make_rule(struct model *m, const struct match_decision *d, struct match_rule *r)
{
    *r = (struct match_rule){.d = *d, .stands = true};
    r->endorsement = find_endorsement(m, d->endorsement);
    r->source = settings_find_source(m->settings, d->source);
    r->text = text_fold_copy(d->contest_text, m->strings);
    r->choice = text_fold_copy(d->choice_name, m->strings);
    return copy_texts(m, &r->d) && r->text.ptr && r->choice.ptr;
}

/* ---- names that people added ---- */

static bool index_alias(struct model *m, const struct name *name, uint32_t endorsement)
{
    struct match *x = m->match;
    uint64_t keys[MATCH_NAME_KEYS];
    size_t n = match_index_ours(name, keys);

    for (size_t i = 0; i < n; i++)
        if (!match_index_add(m, &x->by_alias, &x->alias_room, keys[i], endorsement))
            return false;
    return true;
}

/* The names of the list, and the aliases that stand. */
static bool name_again(struct model *m, uint32_t endorsement)
{
    struct match *x = m->match;
    struct match_person *p = &x->people[endorsement];

    p->name_count = p->listed_names;
    for (uint32_t i = 0; i < x->rule_count; i++) {
        const struct match_rule *r = &x->rules[i];
        struct name name;
        if (!r->stands || r->d.verb != MATCH_ALIAS || r->endorsement != endorsement)
            continue;
        if (!name_read(r->d.choice_name, m->strings, &name))
            return false;
        struct name *grown =
            match_grow(m, p->names, &p->names_room, p->name_count + 1, sizeof(*p->names));
        if (!grown || !index_alias(m, &name, endorsement))
            return false;
        p->names = grown;
        p->names[p->name_count++] = name;
    }
    return true;
}

/* ---- judging again ---- */

static bool is_concerned(const struct model *m, const struct match_rule *r,
                         const struct feed_contest *c, struct arena *scratch)
{
    const struct match_person *p = &m->match->people[r->endorsement];
    struct match_rule standing = *r; /* one that was just undone speaks too */

    if (r->d.verb == MATCH_ALIAS)
        return true;
    for (uint32_t i = 0; i < p->seen_count; i++)
        if (p->seen[i] == c)
            return true;
    standing.stands = true;
    struct slice folded = text_fold_copy(c->text, scratch);
    return folded.ptr && match_rule_here(m, &standing, c, folded, scratch);
}

static bool judge_source(struct model *m, const struct match_rule *r, uint32_t source,
                         struct arena *scratch, bool *changed, struct err *e)
{
    const struct map *all = m->feeds[source].contests;
    struct feed_contest **list = arena_array(scratch, map_count(all) + 1, sizeof(*list));
    size_t n = 0;
    void *value;

    for (size_t at = 0; list && map_next(all, &at, NULL, &value);)
        if (is_concerned(m, r, value, scratch))
            list[n++] = value;
    if (!list)
        return false;
    *changed |= match_contests(m, list, n, e);
    return e->kind == ERR_NONE;
}

static bool judge_again(struct model *m, const struct match_rule *r, bool *changed, struct err *e)
{
    struct arena *scratch = arena_new(SCRATCH);
    bool ok = scratch != NULL;

    e->kind = ERR_NONE;
    if (r->d.verb == MATCH_ALIAS && !name_again(m, r->endorsement))
        ok = false;
    for (uint32_t s = 0; m->feeds && ok && s < m->settings->source_count; s++)
        if (s == r->source || r->d.verb == MATCH_ALIAS)
            ok = judge_source(m, r, s, scratch, changed, e);
    arena_free(scratch);
    if (!ok && e->kind == ERR_NONE)
        full(e);
    return ok;
}

/* ---- taking a decision ---- */

static bool is_there(const struct model *m, const struct match_rule *r, struct arena *scratch)
{
    void *value;

    for (size_t at = 0; map_next(m->feeds[r->source].contests, &at, NULL, &value);) {
        const struct feed_contest *c = value;
        struct slice folded = text_fold_copy(c->text, scratch);
        if (!folded.ptr || !match_rule_here(m, r, c, folded, scratch))
            continue;
        for (uint32_t i = 0; i < c->choice_count; i++)
            if (match_rule_choice(r, c, i, scratch))
                return true;
    }
    return false;
}

/* An accepted one that would make a line more people's than it names, or a contest two races'. */
static const struct match_rule *against(const struct model *m, const struct match_rule *r)
{
    struct slice mates[NAME_PEOPLE];
    size_t names = name_split(r->d.choice_name, mates);

    for (uint32_t i = 0; i < m->match->rule_count; i++) {
        const struct match_rule *other = &m->match->rules[i];
        if (!other->stands || other->d.verb != MATCH_ACCEPT || other->endorsement == NONE ||
            other->endorsement == r->endorsement || !match_rule_same_contest(other, r))
            continue;
        names -= match_rule_same_choice(other, r);
        if (match_race_of(m, other->endorsement) != match_race_of(m, r->endorsement) || names == 0)
            return other;
    }
    return NULL;
}

static bool is_whole(const struct match_rule *r)
{
    return r->d.choice_id.len == 0 && r->choice.len == 0;
}

/* Is `old` about what `r` is about, so that it falls when r comes? */
static bool replaces(const struct match_rule *r, const struct match_rule *old)
{
    if (!old->stands || !slice_eq(old->d.endorsement, r->d.endorsement) ||
        !slice_eq(old->d.source, r->d.source) || !match_rule_same_contest(old, r))
        return false;
    if (r->d.verb == MATCH_UNDO)
        return match_rule_same_choice(old, r) && (r->d.undoes == 0 || r->d.undoes == old->d.number);
    if ((r->d.verb == MATCH_ALIAS) != (old->d.verb == MATCH_ALIAS))
        return false;
    bool whole = r->d.verb != old->d.verb && (is_whole(r) || is_whole(old));
    return whole || match_rule_same_choice(old, r);
}

static bool any_falls(const struct model *m, const struct match_rule *r)
{
    for (uint32_t i = 0; i < m->match->rule_count; i++)
        if (replaces(r, &m->match->rules[i]))
            return true;
    return false;
}

static bool may(const struct model *m, const struct match_rule *r, struct err *e)
{
    const struct match_decision *d = &r->d;
    const struct match_rule *other;

    if (r->endorsement == NONE)
        return err_set(e, ERR_NO, "no endorsement has the id '%.*s'", SLICE_FMT(d->endorsement));
    if (d->verb == MATCH_UNDO)
        return any_falls(m, r) || err_set(e, ERR_NO,
                                          "nothing that stands was decided about '%.*s' in that "
                                          "contest of source %.*s",
                                          SLICE_FMT(d->endorsement), SLICE_FMT(d->source));
    if (r->source == NONE)
        return err_set(e, ERR_NO, "no source is named '%.*s'", SLICE_FMT(d->source));
    if (d->verb != MATCH_REJECT && d->choice_id.len == 0 && r->choice.len == 0)
        return err_set(e, ERR_NO, "say which choice of the contest is meant");
    if (d->verb == MATCH_ALIAS && r->choice.len == 0)
        return err_set(e, ERR_NO, "a choice without a name can be no alias");
    if (d->verb == MATCH_ACCEPT && (other = against(m, r)))
        return err_set(e, ERR_NO, "decision %" PRId64 " gave that %s to '%.*s'; undo it first",
                       other->d.number,
                       match_rule_same_choice(other, r) ? "choice" : "contest, another race's,",
                       SLICE_FMT(other->d.endorsement));
    return true;
}

static bool keep(struct model *m, const struct match_rule *r, struct err *e)
{
    struct match *x = m->match;
    struct match_rule *grown =
        match_grow(m, x->rules, &x->rule_room, (size_t)x->rule_count + 1, sizeof(*x->rules));

    if (!grown)
        return full(e);
    x->rules = grown;
    x->rules[x->rule_count++] = *r;
    return true;
}

/* What it replaces or takes back falls. */
static bool take(struct model *m, const struct match_rule *r, bool *changed, struct err *e)
{
    struct match *x = m->match;
    uint32_t before = x->rule_count;

    if (r->d.verb != MATCH_UNDO && !keep(m, r, e))
        return false;
    *changed = false;
    for (uint32_t i = 0; i < before; i++) {
        if (!replaces(r, &x->rules[i]))
            continue;
        x->rules[i].stands = false;
        struct match_rule fell = x->rules[i];
        if (fell.endorsement != NONE && !judge_again(m, &fell, changed, e))
            return false;
    }
    return r->d.verb == MATCH_UNDO || r->endorsement == NONE || judge_again(m, r, changed, e);
}

bool match_decide(struct model *m, const struct match_decision *d, bool *changed, struct err *e)
{
    struct arena *scratch = arena_new(SCRATCH);
    struct match_rule r;
    bool ok = false;

    *changed = false;
    if (!scratch || !make_rule(m, d, &r))
        full(e);
    else if (may(m, &r, e)) {
        if (d->verb != MATCH_UNDO && m->feeds && !is_there(m, &r, scratch))
            err_set(e, ERR_NO, "source %.*s has no such choice of a contest '%.*s'",
                    SLICE_FMT(d->source), SLICE_FMT(d->contest_text));
        else
            ok = take(m, &r, changed, e);
    }
    arena_free(scratch);
    return ok;
}

bool match_restore(struct model *m, const struct match_decision *d, struct err *e)
{
    struct match_rule r;
    bool changed;

    return make_rule(m, d, &r) ? take(m, &r, &changed, e) : full(e);
}

/* ---- for the desk ---- */

struct match_decision match_decision_of(const struct model *m, const struct link *l,
                                        enum match_verb verb)
{
    const struct feed_contest *c = l->contest;
    struct match_decision d = {
        .verb = verb,
        .endorsement = m->endorsed->list[l->endorsement].id,
        .source = m->settings->sources[c->source].name,
        .county = c->county,
        .contest_id = c->id,
        .contest_text = c->text,
    };

    if (l->choice != NONE) {
        d.choice_id = c->choices[l->choice].id;
        d.choice_name = c->choices[l->choice].name;
        d.party = c->choices[l->choice].party;
    }
    return d;
}

void match_decision_write(const struct match_decision *d, struct buf *out)
{
    const struct slice fields[] = {d->source,       d->county,    d->contest_id,
                                   d->contest_text, d->choice_id, d->choice_name};

    buf_addz(out, match_verbs[d->verb]);
    if (d->verb == MATCH_UNDO && d->undoes > 0)
        buf_addf(out, " %" PRId64, d->undoes);
    buf_addc(out, '\t');
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        buf_add(out, fields[i]);
        buf_addc(out, '\t'); /* also the last: an empty one is one too */
    }
    if (d->party.len > 0)
        buf_addf(out, "%.*s\t", SLICE_FMT(d->party));
}

/* "accept", "undo", "undo 12". */
static bool read_verb(struct slice text, struct match_decision *out)
{
    struct slice word;

    out->verb = MATCH_VERBS;
    if (!slice_next(&text, ' ', &word))
        return false;
    for (size_t i = 0; i < MATCH_VERBS; i++)
        if (slice_is(word, match_verbs[i]))
            out->verb = (enum match_verb)i;
    return text.len == 0 ? out->verb != MATCH_VERBS
                         : out->verb == MATCH_UNDO && num_parse(text, 1, INT64_MAX, &out->undoes);
}

bool match_decision_read(struct slice text, struct match_decision *out)
{
    struct slice *const fields[] = {&out->source,       &out->county,    &out->contest_id,
                                    &out->contest_text, &out->choice_id, &out->choice_name,
                                    &out->party};
    enum { ALL = sizeof(fields) / sizeof(fields[0]), WITHOUT_PARTY = ALL - 1 };
    struct slice field;
    size_t n = 0;

    *out = (struct match_decision){0};
    if (!slice_next(&text, '\t', &field) || !read_verb(field, out))
        return false;
    for (; n < ALL && slice_next(&text, '\t', &field); n++)
        *fields[n] = field;
    return n >= WITHOUT_PARTY && text.len == 0;
}

const struct match_decision *match_decision_next(const struct model *m, uint32_t *at)
{
    while (*at < m->match->rule_count) {
        const struct match_rule *r = &m->match->rules[(*at)++];
        if (r->stands)
            return &r->d;
    }
    return NULL;
}
