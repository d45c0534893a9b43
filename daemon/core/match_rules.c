/* SPDX-License-Identifier: ISC */
/* Ids are the feed's and may change; texts are what the person read. So neither is enough where the
 * other speaks against it. */
#include "daemon/core/match_rules.h"

#include <string.h>

#include "daemon/base/text.h"
#include "daemon/core/race_parts.h"
#include "daemon/core/who.h"

/* ---- contests ---- */

static bool has_part(const struct office_text *o, const struct office_part *p)
{
    for (size_t i = 0; i < o->part_count; i++)
        if (o->parts[i].mask == p->mask && slice_eq(o->parts[i].value, p->value))
            return true;
    return false;
}

static bool same_parts(const struct office_text *a, const struct office_text *b)
{
    bool odd = false;

    if (race_parts_crossed(a->parts, a->part_count, b->parts, b->part_count, false, &odd) || odd)
        return false;
    for (size_t i = 0; i < a->part_count; i++)
        if (!has_part(b, &a->parts[i]))
            return false;
    return a->part_count == b->part_count;
}

static bool same_words(const struct office_text *a, const struct office_text *b)
{
    for (size_t i = 0; i < a->word_count; i++)
        if (!office_has_word(b, a->words[i]))
            return false;
    return a->word_count == b->word_count;
}

/* Do two texts say the same of an office? */
static bool same_office(struct slice a, struct slice b, struct arena *scratch)
{
    struct office_text x, y;

    if (!office_read(a, scratch, &x) || !office_read(b, scratch, &y) || x.crowded || y.crowded)
        return false;
    bool party = x.party && y.party ? strcmp(x.party, y.party) == 0 : x.party == y.party;
    return party && x.class == y.class && x.flags == y.flags && x.kinds == y.kinds &&
           slice_eq(x.years, y.years) && same_parts(&x, &y) && same_words(&x, &y);
}

/* The feed has the contest under both names, or another one of the same text. */
static bool has_another(const struct model *m, const struct match_rule *r,
                        const struct feed_contest *c, struct arena *scratch)
{
    void *value;

    for (size_t at = 0; m->feeds && map_next(m->feeds[r->source].contests, &at, NULL, &value);) {
        const struct feed_contest *other = value;
        if (other == c || other->gone || !slice_eq_nocase(other->county, c->county))
            continue;
        struct slice folded = text_fold_copy(other->text, scratch);
        if (!folded.ptr || slice_eq(folded, r->text))
            return true;
    }
    return false;
}

bool match_rule_here(const struct model *m, const struct match_rule *r,
                     const struct feed_contest *c, struct slice folded, struct arena *scratch)
{
    if (!r->stands || r->source != c->source || !slice_eq_nocase(c->county, r->d.county))
        return false;
    bool id = slice_eq(c->id, r->d.contest_id), text = slice_eq(folded, r->text);
    if (id)
        return text || same_office(c->text, r->d.contest_text, scratch);
    return text && folded.len > 0 && !has_another(m, r, c, scratch);
}

bool match_rule_same_contest(const struct match_rule *a, const struct match_rule *b)
{
    return a->source == b->source && slice_eq_nocase(a->d.county, b->d.county) &&
           slice_eq(a->d.contest_id, b->d.contest_id) && slice_eq(a->text, b->text);
}

/* ---- choices ---- */

static bool same_person(struct slice a, struct slice b, struct arena *scratch)
{
    struct name x, y;

    return name_read(a, scratch, &x) && name_read(b, scratch, &y) &&
           name_compare(&x, &y) == NAME_SAME;
}

/* Of two lines of one name, is the first the one that was meant? */
static bool is_told_by_party(const struct match_rule *r, const struct feed_choice *k,
                             const struct feed_choice *namesake)
{
    return r->d.party.len > 0 && who_same_party(k->party, r->d.party) &&
           !who_same_party(namesake->party, r->d.party);
}

bool match_rule_choice(const struct match_rule *r, const struct feed_contest *c, uint32_t choice,
                       struct arena *scratch)
{
    const struct feed_choice *k = &c->choices[choice];
    bool id = k->id.len > 0 && slice_eq(k->id, r->d.choice_id);

    if (r->d.choice_id.len == 0 && r->choice.len == 0)
        return true;
    if (r->choice.len == 0 || k->name.len == 0)
        return id;
    struct slice name = text_fold_copy(k->name, scratch);
    if (!name.ptr || !slice_eq(name, r->choice))
        return name.ptr && id && same_person(k->name, r->d.choice_name, scratch);
    for (uint32_t i = 0; i < c->choice_count && !id; i++)
        if (i != choice && slice_eq(text_fold_copy(c->choices[i].name, scratch), name) &&
            !is_told_by_party(r, k, &c->choices[i]))
            return false;
    return true;
}

bool match_rule_same_choice(const struct match_rule *a, const struct match_rule *b)
{
    bool party =
        a->d.party.len == 0 || b->d.party.len == 0 || who_same_party(a->d.party, b->d.party);

    return party && slice_eq(a->d.choice_id, b->d.choice_id) && slice_eq(a->choice, b->choice);
}
