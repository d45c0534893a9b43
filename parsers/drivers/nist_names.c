/* SPDX-License-Identifier: ISC */
/* What the things of a NIST report are called in the batch. */
#include <stdint.h>
#include <string.h>

#include "parsers/label.h"
#include "parsers/drivers/nist_report.h"

static bool holds(struct slice text, struct slice word)
{
    for (size_t at = 0; at + word.len <= text.len; at++)
        if (slice_eq_nocase(slice_sub(text, at, at + word.len), word))
            return true;
    return false;
}

/* a, blank or `between`, b; either may be empty. ptr NULL: no memory. */
static struct slice join(struct arena *a, struct slice x, const char *between, struct slice y)
{
    if (x.len == 0 || y.len == 0)
        return x.len > 0 ? x : y.ptr != NULL ? y : SLICE("");
    return arena_printf(a, "%.*s%s%.*s", SLICE_FMT(x), between, SLICE_FMT(y));
}

/* Two texts as one key. ptr NULL: no memory. */
static struct slice pair(struct arena *a, struct slice x, struct slice y)
{
    if (x.len == 0)
        return y.ptr != NULL ? y : SLICE("");
    char *key = arena_alloc(a, x.len + y.len + 1);
    if (key == NULL)
        return (struct slice){NULL, 0};
    memcpy(key, x.ptr, x.len);
    key[x.len] = '\n';
    if (y.len > 0)
        memcpy(key + x.len + 1, y.ptr, y.len);
    return (struct slice){key, x.len + y.len + 1};
}

static struct slice person_name(struct arena *a, const struct nist_thing *candidate)
{
    const struct nist_thing *p = candidate->person;
    if (candidate->name.len > 0 || p == NULL)
        return candidate->name;
    if (p->name.len > 0)
        return p->name;
    return join(a, join(a, join(a, p->first, " ", p->middle), " ", p->last), " ", p->suffix);
}

struct slice nist_names_party(const struct nist_thing *party)
{
    if (party == NULL)
        return (struct slice){NULL, 0};
    struct slice mark = label_party(party->abbreviation);
    if (party->abbreviation.len > 0 && mark.len == 0)
        return (struct slice){NULL, 0}; /* "NP", "Non Partisan" */
    return party->name.len > 0 ? label_party(party->name) : mark;
}

struct slice nist_names_state(struct arena *a, const struct nist_thing *unit)
{
    static const struct slice kinds[] = {SLICE_INIT("/state:"), SLICE_INIT("/district:"),
                                         SLICE_INIT("/territory:")};
    for (size_t i = 0; unit != NULL && i < sizeof kinds / sizeof *kinds; i++) {
        size_t at = slice_find(unit->named.division, kinds[i]);
        struct slice rest = at == SIZE_MAX ? (struct slice){NULL, 0}
                                           : slice_sub(unit->named.division, at + kinds[i].len,
                                                       unit->named.division.len);
        struct slice code;
        if (slice_next(&rest, '/', &code) && code.len == 2)
            return arena_printf(a, "%c%c", code.ptr[0] & ~0x20, code.ptr[1] & ~0x20);
    }
    return (struct slice){NULL, 0};
}

/* ---- contests ---- */

static struct slice offices(struct arena *a, const struct nist_list *list)
{
    struct slice all = {NULL, 0};
    for (uint32_t i = 0; i < list->count; i++)
        all = join(a, all, " / ", list->items[i]->name);
    return all;
}

/* "Name" is required, but may be empty, the name being in the title for voters alone. A judge's
 * name belongs to the question whether to retain her. */
static bool first_text(struct nist_report *r, struct nist_contest *c)
{
    struct slice judge = {NULL, 0};
    c->text = c->name;
    if (c->text.len == 0)
        c->text = join(r->arena, c->title, " ", c->subtitle);
    if (c->text.len == 0)
        c->text = offices(r->arena, &c->offices);
    if (c->retained != NULL)
        judge = person_name(r->arena, c->retained);
    if (judge.len > 0 && !holds(c->text, judge))
        c->text = join(r->arena, c->text, " - ", judge);
    return c->text.ptr != NULL;
}

static bool add_party(struct nist_report *r, struct nist_contest *c)
{
    struct slice party = {NULL, 0};
    if (c->parties.count == 1)
        party = nist_names_party(c->parties.items[0]);
    c->text = join(r->arena, c->text, " - ", party);
    return c->text.ptr != NULL;
}

static bool add_district(struct nist_report *r, struct nist_contest *c)
{
    struct slice district = {NULL, 0};
    if (c->district != NULL)
        district = c->district->name;
    c->text = join(r->arena, c->text, " - ", district);
    return c->text.ptr != NULL;
}

static bool add_id(struct nist_report *r, struct nist_contest *c)
{
    (void)r;
    c->keeps_id = true;
    return true;
}

/* Mark each contest that has the same key as another one. False: no memory. */
static bool mark_contests(struct nist_report *r, bool *any)
{
    struct map *seen = map_new(r->contest_count, false);
    bool ok = seen != NULL;
    *any = false;
    for (struct nist_contest *c = r->contests; ok && c != NULL; c = c->next) {
        struct slice key = pair(r->arena, c->named.stable, c->text);
        struct nist_contest *other = key.ptr != NULL ? map_get(seen, key) : NULL;
        c->shared = other != NULL;
        if (other != NULL)
            *any = other->shared = true;
        ok = key.ptr != NULL && map_put(seen, key, c);
    }
    map_free(seen);
    return ok;
}

/* As far as that is needed. */
static bool tell_contests_apart(struct nist_report *r)
{
    static bool (*const ways[])(struct nist_report * r,
                                struct nist_contest * c) = {add_party, add_district, add_id};
    bool any = r->contests != NULL;
    for (size_t i = 0; any && i < sizeof ways / sizeof *ways; i++) {
        if (!mark_contests(r, &any))
            return false;
        for (struct nist_contest *c = r->contests; any && c != NULL; c = c->next)
            if (c->shared && !ways[i](r, c))
                return false;
    }
    return true;
}

/* In how many contests each candidate stands. */
static void count_candidacies(struct nist_report *r)
{
    for (const struct nist_contest *c = r->contests; c != NULL; c = c->next)
        for (const struct nist_selection *s = c->selections; s != NULL; s = s->next)
            for (uint32_t i = 0; i < s->candidates.count; i++) {
                struct nist_thing *candidate = s->candidates.items[i];
                candidate->parents += candidate->contest != c->serial;
                candidate->contest = c->serial;
            }
}

bool nist_names_contests(struct nist_report *r)
{
    count_candidacies(r);
    for (struct nist_contest *c = r->contests; c != NULL; c = c->next)
        if (!first_text(r, c))
            return false;
    return tell_contests_apart(r);
}

/* ---- choices ---- */

/* A candidate in several contests may have won another one. */
static const struct {
    const char *status;
    enum results_mark mark;
} fates[] = {{"winner", RESULTS_WON},
             {"advanced-to-runoff", RESULTS_ADVANCED},
             {"defeated", RESULTS_LOST},
             {"projected-winner", RESULTS_UNMARKED}};

static bool has_fate(const struct nist_thing *candidate, enum results_mark *mark)
{
    for (size_t i = 0; i < sizeof fates / sizeof *fates; i++)
        if (slice_is(candidate->fate, fates[i].status)) {
            *mark = fates[i].mark;
            return true;
        }
    return false;
}

bool nist_names_marks(const struct nist_contest *c)
{
    enum results_mark mark;
    for (const struct nist_selection *s = c->selections; s != NULL; s = s->next)
        for (uint32_t i = 0; i < s->candidates.count; i++)
            if (s->candidates.items[i]->parents == 1 && has_fate(s->candidates.items[i], &mark))
                return true;
    return false;
}

static const struct nist_thing *own_party(const struct nist_thing *candidate)
{
    if (candidate->party != NULL || candidate->person == NULL)
        return candidate->party;
    return candidate->person->party;
}

static bool read_candidates(struct nist_report *r, struct nist_contest *c,
                            const struct nist_selection *s, struct results_choice_in *out)
{
    const struct nist_thing *party = s->endorsers.count == 1 ? s->endorsers.items[0] : NULL;
    enum results_mark mark = RESULTS_UNMARKED;
    for (uint32_t i = 0; i < s->candidates.count; i++) {
        const struct nist_thing *t = s->candidates.items[i];
        if (s->write_in && t->kind != NIST_CANDIDATE)
            continue; /* version 1 demands some id even of an empty line */
        if (t->kind != NIST_CANDIDATE || t->differs)
            nist_bad(r, c, "the candidate %.*s is %s", SLICE_FMT(slice_sub(t->named.id, 0, 60)),
                     t->differs ? "defined twice" : "not defined");
        out->name = join(r->arena, out->name, " / ", person_name(r->arena, t));
        if (party == NULL)
            party = own_party(t);
        if (t->incumbent)
            out->flags |= RESULTS_INCUMBENT;
        if (slice_is(t->before, "write-in"))
            out->flags |= RESULTS_WRITE_IN;
        if (t->parents == 1 && has_fate(t, &mark) && out->mark == RESULTS_UNMARKED)
            out->mark = mark;
    }
    out->party = nist_names_party(party);
    if (s->candidates.count == 1)
        out->id = s->candidates.items[0]->named.stable;
    return out->name.ptr != NULL;
}

bool nist_names_choice(struct nist_report *r, struct nist_contest *c, struct nist_selection *s)
{
    struct results_choice_in *out = &s->choice;
    *out = (struct results_choice_in){.name = s->text.len > 0 ? s->text : SLICE("")};
    if (s->text.len == 0 && !read_candidates(r, c, s, out))
        return false;
    for (uint32_t i = 0; out->name.len == 0 && i < s->parties.count; i++) {
        const struct nist_thing *party = s->parties.items[i];
        out->name = party->name.len > 0 ? party->name : party->abbreviation;
        out->party = nist_names_party(party);
    }
    if (out->name.len == 0 && s->write_in)
        out->name = SLICE(NIST_WRITE_IN);
    if (out->name.len == 0)
        nist_bad(r, c, "its selection %.*s names no candidate, party or answer",
                 SLICE_FMT(slice_sub(s->named.id, 0, 60)));
    if (s->write_in || label_is_write_in(out->name))
        out->flags |= RESULTS_WRITE_IN;
    if (s->named.stable.len > 0)
        out->id = s->named.stable;
    s->counts = !label_is_statistic(out->name);
    return true;
}

/* ---- units ---- */

struct results_unit_in nist_names_unit(const struct nist_thing *unit)
{
    struct results_unit_in in = RESULTS_UNIT_DEFAULT;
    const struct nist_named *n = &unit->named;
    in.type = (enum results_unit_type)unit->as;
    in.name = unit->name.len > 0 ? unit->name : unit->number;
    in.id = n->fips.len > 0 ? n->fips : n->stable.len > 0 ? n->stable : n->division;
    bool shared = unit->in != NULL ? unit->twins : unit->ambiguous;
    if (shared || (in.id.len == 0 && in.name.len == 0))
        in.id = n->id;
    in.registered = unit->registered;
    in.ballots = unit->ballots;
    in.reporting = unit->reporting;
    in.total = unit->total;
    return in;
}

static bool mark_twins(struct nist_report *r, struct map *seen, struct nist_thing *unit,
                       struct slice key)
{
    struct slice homes = {(const char *)unit->homes, sizeof unit->homes};
    struct slice there = pair(r->arena, homes, key);
    struct nist_thing *other = there.ptr != NULL ? map_get(seen, there) : NULL;
    if (other != NULL)
        other->twins = unit->twins = true;
    return there.ptr != NULL && map_put(seen, there, unit);
}

/* `seen`: the first of each key; `seen_there`: those that share theirs. */
static bool mark_shared(struct nist_report *r, struct map *seen, struct map *seen_there,
                        struct nist_thing *unit)
{
    struct results_unit_in in = nist_names_unit(unit);
    struct slice key = pair(r->arena, in.id, in.name);
    struct nist_thing *other = key.ptr != NULL ? map_get(seen, key) : NULL;
    if (other == NULL)
        return key.ptr != NULL && map_put(seen, key, unit);
    if (!other->ambiguous && !mark_twins(r, seen_there, other, key))
        return false;
    other->ambiguous = unit->ambiguous = true;
    return mark_twins(r, seen_there, unit, key);
}

bool nist_names_units(struct nist_report *r)
{
    struct map *seen = map_new(SIZE_MAX, false), *seen_there = map_new(SIZE_MAX, false);
    size_t at = 0;
    void *value;
    bool ok = seen != NULL && seen_there != NULL;
    while (ok && map_next(r->things, &at, NULL, &value)) {
        struct nist_thing *unit = value;
        if (unit->kind != NIST_UNIT)
            continue;
        ok = mark_shared(r, seen, seen_there, unit);
        for (uint32_t i = 0; i < unit->parts.count; i++)
            unit->parts.items[i]->parents++;
    }
    map_free(seen);
    map_free(seen_there);
    return ok;
}
