/* SPDX-License-Identifier: ISC */
/* Fits by a person's decision, by id, by hint, and by name and race, in this order; an endorsement
 * is judged by the first that speaks of it. */
#include "daemon/core/fits.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/base/text.h"
#include "daemon/core/match_rules.h"
#include "daemon/core/office_tokens.h"
#include "daemon/core/primaries.h"
#include "daemon/core/who.h"

static const struct slice no_word = {"", 0};

/* Of a contest's text: the words that a measure's title may begin with, and how many it may have.
 */
enum { TITLE_FROM = 3, TITLE_WORDS = 5 };

struct person { /* a name on a choice */
    struct name name;
    uint32_t choice, index;
};

struct look { /* a contest while it is judged */
    const struct model *m;
    const struct feed_contest *c;
    const struct settings_source *source;
    struct arena *scratch;
    struct race_theirs race;
    struct slice text, title; /* of the contest, folded; title: without the bilingual half */
    struct person *people;
    size_t person_count;
    const char **parties;            /* of the choices; NULL: none of the table */
    const struct match_rule **rules; /* decisions about this contest */
    size_t rule_count;
    struct match_fits *out;
    bool ap; /* the source is the Associated Press */
    bool full_memory;
};

/* ---- who may be concerned ---- */

enum found {
    FOUND_SURELY, /* by a decision, an id, a hint, a title */
    FOUND_BY_OFFICE,
    FOUND_BY_NAME, /* ... and not by the office: so it is not the race itself */
};

struct concerned {
    uint32_t *list;
    size_t count;
    enum found by; /* what comes now is found by */
};

static void collect_one(const struct look *l, uint32_t e, struct concerned *w)
{
    struct match *x = l->m->match;

    if (x->stamps[e] == x->serial)
        return;
    x->stamps[e] = x->serial;
    x->found[e] = (uint8_t)w->by;
    w->list[w->count++] = e;
}

static void collect(const struct look *l, const struct match_keys *keys, uint64_t hash,
                    struct concerned *w)
{
    size_t i, end = match_index_find(keys, hash, &i);

    for (; i < end; i++)
        collect_one(l, keys->list[i].endorsement, w);
}

/* Decisions about the contest, and whom they are about. */
static void collect_rules(struct look *l, struct concerned *w)
{
    const struct match *x = l->m->match;

    for (uint32_t i = 0; i < x->rule_count; i++) {
        const struct match_rule *r = &x->rules[i];
        if (r->d.verb == MATCH_ALIAS || r->endorsement == NONE ||
            !match_rule_here(l->m, r, l->c, l->text, l->scratch))
            continue;
        l->rules[l->rule_count++] = r;
        collect_one(l, r->endorsement, w);
    }
}

static void collect_names(const struct look *l, struct concerned *w)
{
    for (size_t i = 0; i < l->person_count; i++) {
        uint64_t keys[MATCH_NAME_KEYS];
        size_t n = match_index_theirs(&l->people[i].name, keys);
        for (size_t k = 0; k < n; k++) {
            collect(l, &l->m->match->by_name, keys[k], w);
            collect(l, &l->m->match->by_alias, keys[k], w);
        }
    }
}

/* Who may be meant by a contest of their office though no name is theirs to the letter: alike will
 * do only in the race itself, which has a word of theirs. */
static void collect_office(const struct look *l, struct slice word, struct concerned *w)
{
    const struct office_text *o = &l->race.office;
    const struct match_keys *keys = &l->m->match->by_office;

    for (size_t i = 0; o->class && i < o->part_count; i++)
        collect(l, keys, match_index_office(l->race.state, o->class, o->parts[i].value, word), w);
    if (o->class && o->part_count == 0)
        collect(l, keys, match_index_office(l->race.state, o->class, no_word, word), w);
}

static void collect_offices(const struct look *l, struct concerned *w)
{
    const struct office_text *texts[] = {&l->race.office, &l->race.county};

    collect_office(l, no_word, w);
    for (size_t i = 0; i < 2; i++)
        for (size_t k = 0; k < texts[i]->word_count; k++)
            collect_office(l, texts[i]->words[k], w);
}

static int in_order(const void *a, const void *b)
{
    const uint32_t *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

/* Has the contest sides for its lines? */
static bool is_question(const struct look *l)
{
    for (uint32_t i = 0; i < l->c->choice_count; i++)
        if (name_is_side(l->c->choices[i].name))
            return true;
    return false;
}

/* Titles that its text may have within it, from one of the first words on: "State Proposition 50
 * Redistricting". */
static void collect_titles(struct look *l, struct concerned *w)
{
    struct slice from = l->text, word;

    for (size_t i = 0; i < TITLE_FROM && from.len > 0; i++) {
        struct slice rest = from;
        for (size_t k = 0; k < TITLE_WORDS && slice_next(&rest, ' ', &word); k++)
            collect(l, &l->m->match->by_title,
                    match_index_title(slice_sub(from, 0, (size_t)(word.ptr + word.len - from.ptr))),
                    w);
        (void)slice_next(&from, ' ', &word);
    }
}

static void collect_all(struct look *l, struct concerned *w)
{
    struct match *x = l->m->match;

    *w = (struct concerned){x->concerned, 0, FOUND_SURELY};
    x->serial++;
    collect_rules(l, w);
    collect(l, &x->by_hint, match_index_hint(l->source->name, l->c->id), w);
    collect(l, &x->by_hint, match_index_hint(l->source->name, l->text), w);
    if (l->ap)
        collect(l, &x->by_hint, match_index_hint(no_word, l->c->id), w);
    for (uint32_t i = 0; l->ap && i < l->c->choice_count; i++)
        collect(l, &x->by_ap, match_index_word(l->c->choices[i].id), w);
    collect(l, &x->by_title, match_index_title(l->text), w);
    collect(l, &x->by_title, match_index_title(l->title), w);
    if (x->by_title.count > 0 && is_question(l))
        collect_titles(l, w);
    for (size_t i = 0; i < l->race.office.word_count; i++) /* a judge's name in the office */
        collect(l, &x->by_title, match_index_title(l->race.office.words[i]), w);
    w->by = FOUND_BY_OFFICE;
    collect_offices(l, w);
    w->by = FOUND_BY_NAME;
    collect_names(l, w);
    qsort(w->list, w->count, sizeof(*w->list), in_order);
}

/* ---- names ---- */

/* A write-in line without a name of its own is nobody's. */
static bool is_somebody(const struct feed_choice *choice)
{
    return choice->name.len > 0 && !name_is_nobody(choice->name);
}

static bool read_people(struct look *l)
{
    size_t room = (size_t)l->c->choice_count * NAME_PEOPLE;

    l->people = arena_array(l->scratch, room + 1, sizeof(*l->people));
    l->parties = arena_array(l->scratch, (size_t)l->c->choice_count + 1, sizeof(*l->parties));
    if (!l->people || !l->parties)
        return false;
    for (uint32_t i = 0; i < l->c->choice_count; i++) {
        struct slice mates[NAME_PEOPLE];
        l->parties[i] = office_party(l->c->choices[i].party);
        if (!is_somebody(&l->c->choices[i]))
            continue;
        size_t n = name_split(l->c->choices[i].name, mates);
        for (uint32_t k = 0; k < n; k++) {
            struct person *p = &l->people[l->person_count];
            if (!name_read(mates[k], l->scratch, &p->name))
                return false;
            p->choice = i;
            p->index = k;
            p->name.cut = k + 1 == n && (l->c->choices[i].flags & RESULTS_NAME_CUT);
            l->person_count += p->name.count > 0;
        }
    }
    return true;
}

/* The best that any of the endorsement's names says of this one. */
static enum name_fit name_fit(const struct match_person *ours, const struct name *theirs)
{
    enum name_fit best = NAME_NO;

    for (size_t i = 0; i < ours->name_count && best != NAME_SAME; i++) {
        enum name_fit fit = name_compare(&ours->names[i], theirs);
        best = fit > best ? fit : best;
    }
    return best;
}

bool fits_same_full_name(struct slice a, struct slice b, struct arena *scratch)
{
    struct name x, y;

    return name_read(a, scratch, &x) && name_read(b, scratch, &y) && x.joined.len > 0 &&
           slice_eq(x.joined, y.joined) && slice_eq(x.suffix, y.suffix);
}

uint32_t fits_of(const struct match_fits *fits, uint32_t endorsement, uint32_t *from)
{
    uint32_t low = 0, high = fits->count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (fits->list[middle].endorsement < endorsement)
            low = middle + 1;
        else
            high = middle;
    }
    *from = low;
    while (low < fits->count && fits->list[low].endorsement == endorsement)
        low++;
    return low;
}

/* ---- writing fits down ---- */

/* A person said that this is not it. */
static bool is_rejected(const struct look *l, uint32_t endorsement, uint32_t choice)
{
    for (size_t i = 0; i < l->rule_count; i++) {
        const struct match_rule *r = l->rules[i];
        bool whole = r->d.choice_id.len == 0 && r->choice.len == 0;
        if (r->d.verb == MATCH_REJECT && r->endorsement == endorsement &&
            (whole || (choice != NONE && match_rule_choice(r, l->c, choice, l->scratch))))
            return true;
    }
    return false;
}

static void add(struct look *l, uint32_t endorsement, uint32_t choice, uint32_t person, bool full,
                struct slice why)
{
    struct match_fits *o = l->out;

    if (is_rejected(l, endorsement, choice))
        return;
    if (!why.ptr) {
        l->full_memory = true;
        return;
    }
    if (o->count == o->room) {
        uint32_t room = o->room ? 2 * o->room : 8;
        struct fit *grown = arena_array(l->scratch, room, sizeof(*grown));
        if (!grown) {
            l->full_memory = true;
            return;
        }
        if (o->count > 0)
            memcpy(grown, o->list, o->count * sizeof(*grown));
        o->list = grown;
        o->room = room;
    }
    o->list[o->count++] = (struct fit){.endorsement = endorsement,
                                       .choice = choice,
                                       .person = person,
                                       .full = full,
                                       .band = BAND_NONE,
                                       .why = why};
}

/* The evidence, and what stands against it. */
static struct slice say(struct look *l, struct slice fact, const char *against, struct slice word)
{
    if (!against || !fact.ptr)
        return fact;
    if (word.len == 0)
        return arena_printf(l->scratch, "%.*s; in doubt: %s", SLICE_FMT(fact), against);
    return arena_printf(l->scratch, "%.*s; in doubt: %s \"%.*s\"", SLICE_FMT(fact), against,
                        SLICE_FMT(word));
}

/* A write-in and a candidate on the ballot are two people, or one whom the list has wrong. */
static const char *other_ballot(const struct look *l, const struct endorsement *e, uint32_t choice)
{
    bool theirs = l->c->choices[choice].flags & RESULTS_WRITE_IN;

    if (theirs == (e->status == ENDORSE_WRITE_IN))
        return NULL;
    return theirs ? "the line is a write-in's, the list does not say write_in"
                  : "the list says write_in, the line is on the ballot";
}

/* What a line's party says beside the list's: it breaks a tie or raises a doubt, and proves
 * nothing.
 */
enum party_fit { PARTY_SILENT, PARTY_SAME, PARTY_OTHER };

static enum party_fit party_fit(const struct look *l, const struct match_person *ours,
                                uint32_t choice)
{
    const char *theirs = l->parties[choice];

    if (!ours->race.own_party || !theirs)
        return PARTY_SILENT;
    return strcmp(ours->race.own_party, theirs) == 0 ? PARTY_SAME : PARTY_OTHER;
}

/* Who stands in a primary has its party there, whatever else they are: match.c weighs that where
 * several are open. */
static bool of_primary(const struct look *l, const struct match_person *ours, uint32_t choice)
{
    return ours->race.cross && primaries_same(l->race.party, l->parties[choice]);
}

/* Does some line have the person in the list's own party? */
static bool any_in_party(const struct look *l, const struct match_person *ours)
{
    for (size_t i = 0; i < l->person_count; i++)
        if (party_fit(l, ours, l->people[i].choice) == PARTY_SAME &&
            name_fit(ours, &l->people[i].name) == NAME_SAME)
            return true;
    return false;
}

/* Is it the full name of a line in the list's own party, of an office for which one may stand for
 * several? Then it is one person's, or two of one name: their party does not tell. */
static bool may_be_cross_filed(const struct look *l, const struct match_person *ours,
                               uint32_t choice)
{
    if (!primaries_cross_file(ours->race.office.class, ours->race.state))
        return false;
    for (size_t i = 0; i < l->person_count; i++)
        if (party_fit(l, ours, l->people[i].choice) == PARTY_SAME &&
            name_fit(ours, &l->people[i].name) == NAME_SAME &&
            fits_same_full_name(l->c->choices[l->people[i].choice].name, l->c->choices[choice].name,
                                l->scratch))
            return true;
    return false;
}

struct basis {         /* of a fit by name */
    struct slice text; /* how the contest was found */
    bool loose;        /* alike will do where nobody is the same */
    bool fixed;        /* a person named the contest */
    const char *doubt; /* what stands against it, or NULL */
    struct slice word; /* ... and the word in question */
};

/* A line of the same name (`same`) or of one alike. */
static void add_line(struct look *l, uint32_t e, const struct person *p, bool same, bool in_party,
                     const struct basis *b)
{
    const struct match_person *ours = &l->m->match->people[e];
    const struct state *state = ours->race.state;
    const char *against = same ? b->doubt : "the names are alike, not the same";
    struct slice word = same ? b->word : no_word;
    bool other_party =
        party_fit(l, ours, p->choice) == PARTY_OTHER && !of_primary(l, ours, p->choice);

    if (other_party && in_party && !(state && state->fusion) &&
        !may_be_cross_filed(l, ours, p->choice))
        return; /* two of one name, and the list says which */
    if (!against && !b->fixed) {
        against = other_ballot(l, ours->race.e, p->choice);
        word = no_word;
    }
    if (!against && other_party && !in_party) {
        against = "the list says another party than";
        word = l->c->choices[p->choice].party;
    }
    struct slice fact =
        arena_printf(l->scratch, "name \"%.*s\" and \"%.*s\"%s; %.*s",
                     SLICE_FMT(ours->race.e->name), SLICE_FMT(l->c->choices[p->choice].name),
                     p->name.cut ? ", whose end may be cut" : "", SLICE_FMT(b->text));
    add(l, e, p->choice, p->index, !against, say(l, fact, against, word));
}

/* Each line with the same person; failing that, each line that may be. */
static void add_names(struct look *l, uint32_t e, const struct basis *b)
{
    const struct match_person *ours = &l->m->match->people[e];
    bool any = false, in_party = any_in_party(l, ours);

    for (int pass = 0; pass < (b->loose ? 2 : 1) && !any; pass++)
        for (size_t i = 0; i < l->person_count; i++) {
            if (name_fit(ours, &l->people[i].name) != (pass == 0 ? NAME_SAME : NAME_MAYBE))
                continue;
            any = true;
            add_line(l, e, &l->people[i], pass == 0, in_party, b);
        }
}

/* ---- measures ---- */

static bool is_side(struct slice name, enum endorse_choice side, struct arena *a)
{
    static const char *const yes[] = {"yes", "for", "si", "approve", "approved", "retain"};
    static const char *const no[] = {"no", "against", "reject", "rejected"};
    const char *const *words = side == CHOICE_YES ? yes : no;
    size_t n = side == CHOICE_YES ? sizeof(yes) / sizeof(yes[0]) : sizeof(no) / sizeof(no[0]);
    struct slice folded = text_fold_copy(name, a), first;

    if (!slice_next(&folded, ' ', &first))
        return false;
    for (size_t i = 0; i < n; i++)
        if (slice_is(first, words[i]))
            return true;
    return false;
}

static bool same_text(struct slice folded, struct slice other)
{
    return folded.len > 0 && slice_eq(folded, other);
}

static bool has_title(const struct look *l, const struct match_person *ours)
{
    return same_text(ours->title, l->text) || same_text(ours->title, l->title) ||
           same_text(ours->office, l->text);
}

/* Is it a title of several words, with a number or a letter, that the text has within it? */
static bool is_said_within(struct slice title, struct slice text)
{
    struct slice rest = title, word = no_word;
    size_t n = 0, at;
    bool marked = false;

    for (; slice_next(&rest, ' ', &word); n++)
        marked |= word.len == 1 || word_starts_digit(word);
    if (n < 2 || !marked)
        return false;
    while ((at = slice_find(text, title)) != SIZE_MAX) {
        size_t end = at + title.len;
        if ((at == 0 || text.ptr[at - 1] == ' ') && (end == text.len || text.ptr[end] == ' '))
            return true;
        text = slice_sub(text, at + 1, text.len);
    }
    return false;
}

static bool may_have_title(const struct look *l, const struct match_person *ours)
{
    return is_said_within(ours->title, l->text) || is_said_within(ours->office, l->text);
}

/* May measures of this title be on other ballots too? */
static bool is_local(const struct look *l, const struct endorsement *e)
{
    return e->jurisdiction.len > 0 || e->county.len > 0 || e->district.len > 0 ||
           l->race.county.word_count > 0;
}

/* A judge's retention: the contest has the name behind the office. How much of it is there: 2 first
 * and last name, 1 the last name alone, 0 none, or another race. */
static int retention(const struct look *l, const struct match_person *who, struct race_reason *why)
{
    const struct name *name = who->name_count > 0 ? &who->names[0] : NULL;
    struct race_theirs rest = l->race;
    bool first = false, last = false;

    if (!name || name->count < 2 || !who->race.office.class)
        return 0;
    rest.office.word_count = 0;
    for (size_t i = 0; i < l->race.office.word_count; i++) {
        struct slice word = l->race.office.words[i];
        bool ours = false;
        for (size_t k = 0; k < name->count; k++)
            ours |= slice_eq(word, name->words[k]);
        first |= slice_eq(word, name->words[0]);
        last |= slice_eq(word, name->last);
        if (!ours)
            rest.office.words[rest.office.word_count++] = word;
    }
    if (!last || race_fit_compare(&who->race, &rest, why) == RACE_OTHER)
        return 0;
    if (!first && !why->text)
        why->text = "the contest has the surname only";
    return first ? 2 : 1;
}

static void judge_retention(struct look *l, uint32_t e)
{
    const struct match_person *who = &l->m->match->people[e];
    const struct endorsement *ours = who->race.e;
    struct race_reason why;

    if (retention(l, who, &why) == 0)
        return;
    for (uint32_t i = 0; i < l->c->choice_count; i++)
        if (is_side(l->c->choices[i].name, ours->choice, l->scratch))
            add(l, e, i, 0, !why.text,
                say(l,
                    arena_printf(l->scratch, "our side \"%.*s\" of \"%.*s\"; name and office",
                                 SLICE_FMT(l->c->choices[i].name), SLICE_FMT(l->c->text)),
                    why.text, why.word));
}

/* Our side of it. doubt: empty where it is surely the measure. */
static void add_sides(struct look *l, uint32_t e, struct slice basis, const char *doubt)
{
    enum endorse_choice side = l->m->endorsed->list[e].choice;

    for (uint32_t i = 0; i < l->c->choice_count; i++)
        if (is_side(l->c->choices[i].name, side, l->scratch))
            add(l, e, i, 0, doubt[0] == '\0',
                arena_printf(l->scratch, "our side \"%.*s\" of \"%.*s\"; %.*s%s",
                             SLICE_FMT(l->c->choices[i].name), SLICE_FMT(l->c->text),
                             SLICE_FMT(basis), doubt));
}

static void judge_measure(struct look *l, uint32_t e, bool fixed, struct slice hint)
{
    const struct match_person *who = &l->m->match->people[e];
    const struct race_ours *ours = &who->race;
    bool state = l->race.state && l->race.state == ours->state;

    if (fixed) {
        add_sides(l, e, arena_printf(l->scratch, "source_hints %.*s", SLICE_FMT(hint)), "");
        return;
    }
    bool same = has_title(l, who);
    if (!same && !may_have_title(l, who))
        judge_retention(l, e);
    else if (l->race.state && !state)
        return;
    else if (!same)
        add_sides(l, e, SLICE("its title says more"), "; in doubt: it may be another measure");
    else if (state && l->race.day != DAY_UNKNOWN && !is_local(l, ours->e))
        add_sides(l, e, SLICE("the same title"), "");
    else
        add_sides(l, e, SLICE("the same title"),
                  "; in doubt: the same title may be on other ballots, or another day's");
}

/* ---- a person's decision ---- */

/* Which of the running mates of a choice is most like the endorsement. */
static uint32_t mate_of(const struct look *l, uint32_t e, uint32_t choice)
{
    enum name_fit best = NAME_NO;
    uint32_t mate = 0;

    for (size_t i = 0; i < l->person_count; i++) {
        enum name_fit fit = NAME_NO;
        if (l->people[i].choice == choice)
            fit = name_fit(&l->m->match->people[e], &l->people[i].name);
        if (fit > best) {
            best = fit;
            mate = l->people[i].index;
        }
    }
    return mate;
}

static void add_accepted(struct look *l, const struct match_rule *r)
{
    for (uint32_t i = 0; i < l->c->choice_count; i++) {
        if (!match_rule_choice(r, l->c, i, l->scratch))
            continue;
        add(l, r->endorsement, i, mate_of(l, r->endorsement, i), true,
            arena_printf(l->scratch, "accepted by decision %" PRId64 ": \"%.*s\" in \"%.*s\"",
                         r->d.number, SLICE_FMT(r->d.choice_name), SLICE_FMT(r->d.contest_text)));
        if (!l->full_memory)
            l->out->list[l->out->count - 1].decided = true;
        return; /* never rejected too: of two decisions about one thing the last stands */
    }
}

static bool is_for_another_party(const struct look *l, uint32_t choice, uint32_t accepted)
{
    const struct feed_choice *a = &l->c->choices[choice], *b = &l->c->choices[accepted];

    return a->party.len > 0 && b->party.len > 0 && !who_same_party(a->party, b->party) &&
           fits_same_full_name(a->name, b->name, l->scratch);
}

/* The same full name on other parties' lines than those accepted, which fits begin with at `from`.
 */
static void add_other_parties(struct look *l, uint32_t e, uint32_t from)
{
    uint32_t end = l->out->count;

    for (uint32_t i = 0; i < l->c->choice_count; i++) {
        bool other = true;
        for (uint32_t k = from; k < end && other; k++)
            other = is_for_another_party(l, i, l->out->list[k].choice);
        if (other)
            add(l, e, i, mate_of(l, e, i), true,
                SLICE("the full name of the line that was accepted, for another party"));
    }
}

/* True: a person accepted a line of the contest that is still there, and nothing else counts but
 * the same person's other party lines. */
static bool judge_decided(struct look *l, uint32_t e)
{
    uint32_t before = l->out->count;

    for (size_t i = 0; i < l->rule_count; i++)
        if (l->rules[i]->endorsement == e && l->rules[i]->d.verb == MATCH_ACCEPT)
            add_accepted(l, l->rules[i]);
    if (l->out->count == before)
        return false;
    add_other_parties(l, e, before);
    return true;
}

/* ---- the three ways ---- */

enum hinted { HINT_NONE, HINT_HERE, HINT_ELSEWHERE };

static enum hinted hint_of(const struct look *l, uint32_t endorsement, struct slice *hint)
{
    const struct match_person *ours = &l->m->match->people[endorsement];
    const struct endorsement *e = ours->race.e;
    enum hinted found = HINT_NONE;

    for (size_t i = 0; i < e->hint_count; i++) {
        if (!slice_eq(e->hints[i].source, l->source->name))
            continue;
        if ((l->c->id.len > 0 && slice_eq(e->hints[i].contest, l->c->id)) ||
            same_text(ours->hints[i], l->text)) {
            *hint = e->hints[i].contest;
            return HINT_HERE;
        }
        found = HINT_ELSEWHERE;
    }
    if (l->ap && found == HINT_NONE && e->ap_race_id.len > 0) {
        *hint = e->ap_race_id;
        return slice_eq(e->ap_race_id, l->c->id) ? HINT_HERE : HINT_ELSEWHERE;
    }
    return found;
}

/* Nothing but the state is needed beside an id; but what the feed says must not speak against it.
 */
static void judge_id(struct look *l, uint32_t e, uint32_t choice, enum hinted hint)
{
    const struct match_person *ours = &l->m->match->people[e];
    const char *against = NULL;
    struct race_reason why;
    bool named = false, alike = false;

    for (size_t i = 0; i < l->person_count; i++)
        if (l->people[i].choice == choice) {
            named = true;
            alike |= name_fit(ours, &l->people[i].name) != NAME_NO;
        }
    if (l->race.state && l->race.state != ours->race.state)
        return;
    if (hint == HINT_ELSEWHERE)
        against = "the list's ap_race_id or hint is another contest's";
    else if (named && !alike)
        against = "the feed gives it another name";
    else if (party_fit(l, ours, choice) == PARTY_OTHER && !of_primary(l, ours, choice))
        against = "the list says another party than the feed";
    else if (!l->race.wordless && hint != HINT_HERE &&
             race_fit_compare(&ours->race, &l->race, &why) == RACE_OTHER)
        against = why.text;
    struct slice fact =
        arena_printf(l->scratch, "ap_candidate_id %.*s", SLICE_FMT(ours->race.e->ap_candidate_id));
    if (named && fact.ptr)
        fact = arena_printf(l->scratch, "%.*s, named \"%.*s\"", SLICE_FMT(fact),
                            SLICE_FMT(l->c->choices[choice].name));
    add(l, e, choice, 0, !against, say(l, fact, against, no_word));
}

static void judge_names(struct look *l, uint32_t e)
{
    const struct race_ours *ours = &l->m->match->people[e].race;
    struct race_reason why;
    enum race_fit fit = race_fit_compare(ours, &l->race, &why);
    bool by_id = l->ap && ours->e->ap_candidate_id.len > 0;

    if (fit == RACE_OTHER)
        return;
    if (fit == RACE_SAME && by_id)
        why.text = "its id is not the list's ap_candidate_id";
    struct slice office = ours->office.class ? slice_of(ours->office.class->slug) : ours->e->office;
    struct basis basis = {.loose = fit == RACE_SAME, .doubt = why.text, .word = why.word};
    uint32_t at = l->out->count;
    basis.text = arena_printf(l->scratch, "office %.*s, state %.*s", SLICE_FMT(office),
                              SLICE_FMT(ours->e->state));
    add_names(l, e, &basis);
    for (; at < l->out->count; at++)
        l->out->list[at].race_same = fit == RACE_SAME;
}

static void judge(struct look *l, uint32_t e)
{
    const struct endorsement *ours = &l->m->endorsed->list[e];
    struct slice hint = no_word;
    enum hinted hinted = hint_of(l, e, &hint);
    bool by_id = false;

    if (judge_decided(l, e) || race_fit_other_day(&l->m->match->people[e].race, &l->race))
        return;
    if (ours->choice != CHOICE_CANDIDATE) {
        if (hinted != HINT_ELSEWHERE)
            judge_measure(l, e, hinted == HINT_HERE, hint);
        return;
    }
    for (uint32_t i = 0; l->ap && ours->ap_candidate_id.len > 0 && i < l->c->choice_count; i++)
        if (slice_eq(l->c->choices[i].id, ours->ap_candidate_id)) {
            judge_id(l, e, i, hinted);
            by_id = true;
        }
    if (by_id || hinted == HINT_ELSEWHERE)
        return;
    if (hinted == HINT_NONE) {
        judge_names(l, e);
        return;
    }
    struct basis basis = {.loose = true, .fixed = true};
    basis.text = arena_printf(l->scratch, "contest fixed by hint \"%.*s\"", SLICE_FMT(hint));
    if (l->ap && ours->ap_candidate_id.len > 0)
        basis.doubt = "its id is not the list's ap_candidate_id";
    add_names(l, e, &basis);
    if (l->person_count == 0)
        add(l, e, NONE, 0, false, say(l, basis.text, "the feed gives no names", no_word));
}

/* Is some line the person's, or may be, so that the race is worth a look? */
static bool may_fit(const struct look *l, uint32_t e)
{
    const struct match_person *ours = &l->m->match->people[e];
    const struct office_class *class = ours->race.office.class;
    enum found by = l->m->match->found[e];
    enum name_fit best = NAME_NO;

    if (by == FOUND_SURELY)
        return true;
    if (race_fit_excludes(&ours->race, &l->race))
        return false;
    for (size_t i = 0; i < l->person_count && best != NAME_SAME; i++) {
        enum name_fit fit = name_fit(ours, &l->people[i].name);
        best = fit > best ? fit : best;
    }
    if (by == FOUND_BY_NAME && class && class == l->race.office.class)
        return best == NAME_SAME; /* alike will do in the race itself alone */
    return best != NAME_NO;
}

bool fits_find(const struct model *m, const struct feed_contest *c, struct arena *scratch,
               struct match_fits *out)
{
    struct look l = {
        .m = m, .c = c, .source = &m->settings->sources[c->source], .scratch = scratch, .out = out};
    struct concerned w;

    *out = (struct match_fits){.list = NULL};
    l.ap = slice_is(l.source->authority, "ap");
    l.text = text_fold_copy(c->text, scratch);
    l.title = text_fold_copy(slice_sub(c->text, 0, slice_find(c->text, SLICE("/"))), scratch);
    l.rules = arena_array(scratch, (size_t)m->match->rule_count + 1, sizeof(struct match_rule *));
    if (!l.text.ptr || !l.title.ptr || !l.rules || !read_people(&l) ||
        !race_fit_read_theirs(c, l.source, scratch, &l.race))
        return false;
    out->party = l.race.party;
    collect_all(&l, &w);
    for (size_t i = 0; i < w.count; i++)
        if (may_fit(&l, w.list[i]))
            judge(&l, w.list[i]);
    return !l.full_memory;
}
