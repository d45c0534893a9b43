/* SPDX-License-Identifier: ISC */
/* Race agreement: a row of checks, each of which may rule the race out or leave a doubt; the first
 * doubt is the one told. */
#include "daemon/core/race_fit.h"

#include <string.h>

#include "daemon/base/num.h"
#include "daemon/base/text.h"
#include "daemon/core/office_kin.h"
#include "daemon/core/primaries.h"
#include "daemon/core/race_parts.h"

static bool has(struct slice s)
{
    return s.len > 0;
}

/* Is it the last word of one of the names of the class, or of its members? */
static bool ends_class(const struct office_class *class, struct slice word)
{
    char room[32];
    struct buf folded;

    buf_init_over(&folded, room, sizeof room);
    text_fold(word, &folded);
    return !folded.failed &&
           (slice_is(buf_slice(&folded), "member") || office_class_word(class, buf_slice(&folded)));
}

/* A number of one or two digits. */
static bool is_small(struct slice word)
{
    int64_t n;

    return word.len <= 2 && num_parse(word, 1, 99, &n) && *word.ptr != '0';
}

/* A number at the end of the list's office that nothing else explains: "City Council 3", and not
 * "Vote for 3", "3 Year Term". Contests have many such; the list's are the desk's own. */
static struct slice number_of(const struct endorsement *e, const struct office_text *o)
{
    const struct slice none = {"", 0};
    struct slice rest = slice_trim(e->office), word = none, before = none, one;

    while (slice_next(&rest, ' ', &one)) {
        before = has(one) ? word : before;
        word = has(one) ? one : word;
    }
    bool board = o->class && (o->class->reach == REACH_PLACE || o->class->reach == REACH_COUNTY);
    if (!board || has(e->district) || o->part_count > 0 || !is_small(word) ||
        !office_has_word(o, word) || !ends_class(o->class, before))
        return none;
    return word;
}

bool race_fit_read_ours(const struct endorsement *e, struct arena *a, struct race_ours *out)
{
    *out = (struct race_ours){.e = e, .state = states_find(e->state)};
    out->party = office_party(e->contest_party);
    out->own_party = office_party(e->party);
    bool ok = office_read_whole(e->office, e->district, e->seat, a, &out->office) &&
              office_read_place(e->jurisdiction, a, &out->place) &&
              office_read_place(e->county, a, &out->county) &&
              office_read_type(e->election_type, a, &out->office);
    out->office.flags |= e->unexpired ? OFFICE_UNEXPIRED : 0;
    office_of_place(&out->office, out->place.kinds);
    out->number = number_of(e, &out->office);
    out->cross = primaries_are_open(e, out->office.class, out->state);
    return ok;
}

/* The county a contest is of: as it says, as its source says, or the one whose votes it has. */
static struct slice county_of(const struct feed_contest *c, const struct settings_source *source)
{
    struct slice only = {"", 0};

    if (has(c->county) || has(source->county))
        return has(c->county) ? c->county : source->county;
    for (uint32_t i = 1; i < c->unit_count; i++) {
        const struct feed_unit *u = &c->units[i];
        if (u->type != RESULTS_COUNTY || !has(u->name))
            continue;
        if (has(only) && !slice_eq_nocase(only, u->name))
            return (struct slice){"", 0};
        only = u->name;
    }
    return only;
}

bool race_fit_read_theirs(const struct feed_contest *c, const struct settings_source *source,
                          struct arena *a, struct race_theirs *out)
{
    *out = (struct race_theirs){.date = c->date, .day = c->day};
    out->state = states_find(has(c->state) ? c->state : source->state);
    out->wordless = !has(c->text) && !has(c->office);
    bool ok = office_read_whole(has(c->text) ? c->text : c->office, c->district,
                                (struct slice){"", 0}, a, &out->office) &&
              (!has(c->text) || office_add(c->office, c->district, a, &out->office)) &&
              office_read_type(c->election_type, a, &out->office) &&
              office_read_place(county_of(c, source), a, &out->county);
    out->county_seen = !has(c->county) && !has(source->county) && out->county.word_count > 0;
    office_merge_parts(&out->office);
    out->party = office_party(c->party);
    if (out->party && out->office.party && strcmp(out->party, out->office.party) != 0)
        out->office.crowded = true;
    out->party = out->party ? out->party : out->office.party;
    return ok;
}

/* ---- word sets ---- */

/* Is it one of the words of the state's name, or its code? */
static bool state_word(const struct state *state, struct slice word)
{
    struct slice rest, one;

    if (!state)
        return false;
    if (slice_eq_nocase(word, slice_of(state->code)))
        return true;
    rest = slice_of(state->name);
    while (slice_next(&rest, ' ', &one))
        if (slice_eq_nocase(word, one))
            return true;
    return false;
}

/* How many words from `at` on are the state's whole name, or its code: "North Wilkesboro" says
 * nothing of North Carolina. */
static size_t says_state(const struct state *state, const struct office_text *o, size_t at)
{
    struct slice rest, one;
    size_t n = 0;

    if (!state)
        return 0;
    if (slice_eq_nocase(o->words[at], slice_of(state->code)))
        return 1;
    rest = slice_of(state->name);
    while (slice_next(&rest, ' ', &one)) {
        if (slice_is(one, "of") || slice_is(one, "District")) /* no text keeps them */
            continue;
        if (at + n >= o->word_count || !slice_eq_nocase(o->words[at + n], one))
            return 0;
        n++;
    }
    return n;
}

static bool words_within(const struct office_text *few, const struct office_text *many)
{
    for (size_t i = 0; i < few->word_count; i++)
        if (!office_has_word(many, few->words[i]))
            return false;
    return true;
}

static bool words_equal(const struct office_text *a, const struct office_text *b)
{
    return a->word_count == b->word_count && words_within(a, b);
}

/* "Baltimore City" is no "Baltimore County", nor a "Baltimore" of the counties: who leaves the sort
 * of a county out means the county, or Alaska's borough. */
static bool same_kinds(const struct office_text *a, const struct office_text *b)
{
    const unsigned silent = OFFICE_OF_COUNTY | OFFICE_OF_BOROUGH;

    return (a->kinds ? a->kinds : silent) & (b->kinds ? b->kinds : silent);
}

static bool same_county(const struct office_text *a, const struct office_text *b)
{
    return words_equal(a, b) && same_kinds(a, b);
}

/* ---- the checks ---- */

struct judge {
    const struct race_ours *ours;
    const struct race_theirs *theirs;
    struct race_reason *why;
    enum race_fit fit;
};

static enum race_fit doubt(struct judge *j, const char *text, struct slice word)
{
    if (j->fit == RACE_SAME) {
        j->fit = RACE_DOUBT;
        *j->why = (struct race_reason){text, word};
    }
    return RACE_DOUBT;
}

static void other(struct judge *j, const char *text, struct slice word)
{
    j->fit = RACE_OTHER;
    *j->why = (struct race_reason){text, word};
}

static const struct slice no_word = {"", 0};

bool race_fit_other_day(const struct race_ours *ours, const struct race_theirs *theirs)
{
    return theirs->day != DAY_UNKNOWN && theirs->date != ours->e->date;
}

static void check_day(struct judge *j)
{
    if (race_fit_other_day(j->ours, j->theirs))
        other(j, "another election day", no_word);
    else if (j->theirs->day == DAY_UNKNOWN)
        doubt(j, "the feed does not say which election day it is of", no_word);
}

static void check_state(struct judge *j)
{
    if (!j->theirs->state)
        doubt(j, "the feed does not say the state", no_word);
    else if (j->theirs->state != j->ours->state)
        other(j, "another state", slice_of(j->theirs->state->code));
}

static bool class_is(const struct office_class *c, const char *slug)
{
    return c && strcmp(c->slug, slug) == 0;
}

static void check_class(struct judge *j)
{
    const struct office_class *a = j->ours->office.class, *b = j->theirs->office.class;

    if (a == b)
        return;
    if (!a || !b) {
        doubt(j, "the office is not in both texts", no_word);
        return;
    }
    bool one_house = j->ours->state && j->ours->state->unicameral &&
                     (class_is(a, "state-senate") || class_is(b, "state-senate")) &&
                     (class_is(a, "state-legislature") || class_is(b, "state-legislature"));
    if (office_kin(a, b))
        doubt(j, "the office goes by another name", slice_of(b->slug));
    else if (!one_house)
        other(j, "another office", slice_of(b->slug));
}

static size_t our_parts(const struct race_ours *ours, struct office_part out[2 * OFFICE_PARTS])
{
    size_t n = 0;

    for (size_t i = 0; i < ours->office.part_count; i++)
        out[n++] = ours->office.parts[i];
    for (size_t i = 0; i < ours->place.part_count; i++)
        out[n++] = ours->place.parts[i];
    return n;
}

/* Does the contest have our office's number as a district, not as a word of its own? */
static bool is_district(const struct race_ours *o, const struct office_text *t)
{
    return has(o->number) && !office_has_word(t, o->number);
}

static bool at_large(const struct office_part *p)
{
    return slice_is(p->value, "at large");
}

/* Do two parts that differ speak of the same thing? */
static bool rivals(const struct office_part *a, const struct office_part *b)
{
    return (a->mask & b->mask) && (a->mask == b->mask || at_large(a) || at_large(b));
}

/* The same number as a district here and as a seat there. */
static bool says_otherwise(struct judge *j, const struct office_part *theirs,
                           const struct office_part *ours)
{
    if (!slice_eq(theirs->value, ours->value) || has(j->ours->number))
        return false;
    doubt(j,
          (theirs->mask & PART_SEAT) ? "the list says district, the contest seat or post"
                                     : "the list says seat or post, the contest district",
          theirs->value);
    return true;
}

/* Parts that only one side states leave a doubt; but a whole state's seat in the House has no
 * district of its own, and nothing is said by calling it "at large". */
static void doubt_lone(struct judge *j, const struct office_part **lone, size_t n, size_t others,
                       const char *text)
{
    bool house = class_is(j->theirs->office.class, "us-house");

    if (n > 0 && !(house && others == 0 && n == 1 && at_large(lone[0])))
        doubt(j, text, lone[0]->value);
}

/* A part that crosses ours, or a lone one of each side that cannot both be: said, and false. */
static bool parts_agree(struct judge *j, const struct office_part *crossed,
                        const struct office_part *const *theirs, size_t nt,
                        const struct office_part *const *ours, size_t no)
{
    for (size_t i = 0; i < nt && !crossed; i++)
        for (size_t k = 0; k < no; k++)
            if (rivals(theirs[i], ours[k]))
                crossed = theirs[i];
    if (crossed)
        other(j, "another district or seat", crossed->value);
    return !crossed;
}

static void check_parts(struct judge *j)
{
    const struct office_text *t = &j->theirs->office;
    struct office_part ours[2 * OFFICE_PARTS + 1];
    const struct office_part *lone_t[OFFICE_PARTS], *lone_o[2 * OFFICE_PARTS + 1];
    bool odd = false;
    size_t n = our_parts(j->ours, ours);
    if (is_district(j->ours, t))
        ours[n++] = (struct office_part){.mask = PART_DISTRICT, .value = j->ours->number};
    bool wide = t->class && (t->class->reach == REACH_REGION || t->class->reach == REACH_DISTRICT);
    size_t nt = race_parts_lone(t->parts, t->part_count, ours, n, wide, lone_t, &odd);
    size_t no = race_parts_lone(ours, n, t->parts, t->part_count, wide, lone_o, &odd);
    const struct office_part *crossed =
        race_parts_crossed(t->parts, t->part_count, ours, n, wide, &odd);

    if (!parts_agree(j, crossed, lone_t, nt, lone_o, no))
        return;
    for (size_t i = 0; i < nt; i++)
        for (size_t k = 0; k < no && !says_otherwise(j, lone_t[i], lone_o[k]); k++)
            continue;
    if (odd)
        doubt(j, "the district is of another sort", no_word);
    doubt_lone(j, lone_t, nt, no, "the list does not say the district or seat");
    doubt_lone(j, lone_o, no, nt, "the contest does not say the district or seat");
    if (t->class && t->class->reach == REACH_DISTRICT && t->part_count == 0 && n == 0 &&
        t->word_count == 0)
        doubt(j, "neither side says the district", no_word);
}

/* Two seats of one office that are told by their years, or by who stands for them. */
static void check_seats(struct judge *j)
{
    const struct office_text *o = &j->ours->office, *t = &j->theirs->office;
    const unsigned either = OFFICE_INCUMBENT | OFFICE_NON_INCUMBENT;

    if (has(o->years) && has(t->years) && !slice_eq(o->years, t->years))
        other(j, "the contest is for a term of other years", t->years);
    else if ((o->flags & either) && (t->flags & either) && !(o->flags & t->flags & either))
        other(j,
              (t->flags & OFFICE_INCUMBENT) ? "the contest is for the incumbent's seat"
                                            : "the contest is for a seat without an incumbent",
              no_word);
}

static void check_term(struct judge *j)
{
    const unsigned either = OFFICE_UNEXPIRED | OFFICE_SPECIAL;
    unsigned ours = j->ours->office.flags, theirs = j->theirs->office.flags;

    if (((ours & OFFICE_UNEXPIRED) && (theirs & OFFICE_FULL_TERM)) ||
        ((ours & OFFICE_FULL_TERM) && (theirs & OFFICE_UNEXPIRED)))
        other(j,
              (theirs & OFFICE_FULL_TERM) ? "the contest is for a full term"
                                          : "the contest is for an unexpired term",
              no_word);
    else if ((ours & either) && !(theirs & either))
        doubt(j, "the contest does not say that it is a special one or for an unexpired term",
              no_word);
    else if (!(ours & either) && (theirs & either))
        doubt(j, "the contest is a special one or for an unexpired term, the list does not say so",
              no_word);
}

/* What the list leaves out is a general election, or of whose party's contest it speaks, a primary.
 */
static unsigned our_type(const struct race_ours *o)
{
    const unsigned all = OFFICE_PRIMARY | OFFICE_RUNOFF | OFFICE_GENERAL;

    if (o->office.flags & (all | OFFICE_SPECIAL))
        return o->office.flags;
    return has(o->e->contest_party) ? OFFICE_PRIMARY | OFFICE_RUNOFF : 0;
}

/* A runoff has the names and offices of the first round, whose page may still be there. */
static void check_runoff(struct judge *j, unsigned ours, unsigned theirs)
{
    if ((theirs & OFFICE_RUNOFF) && ours && !(ours & OFFICE_RUNOFF))
        other(j, "the contest is a runoff", no_word);
    else if ((theirs & OFFICE_RUNOFF) && !ours)
        doubt(j, "the contest is a runoff, the list does not say so", no_word);
    else if ((ours & OFFICE_RUNOFF) && !(theirs & OFFICE_RUNOFF) && j->theirs->day != DAY_STATED)
        doubt(j, "the contest says neither its day nor that it is a runoff", no_word);
}

static void check_type(struct judge *j)
{
    unsigned ours = our_type(j->ours), theirs = j->theirs->office.flags;

    if ((theirs & OFFICE_PRIMARY) && !(theirs & OFFICE_RUNOFF)) {
        if (ours && !(ours & OFFICE_PRIMARY))
            other(j, "the contest is a primary", no_word);
        else if (!ours)
            doubt(j, "the contest is a primary, the list does not say so", no_word);
    }
    check_runoff(j, ours, theirs);
    if (!(theirs & OFFICE_GENERAL) || (theirs & OFFICE_RUNOFF))
        return;
    if ((ours & OFFICE_PRIMARY) && !(ours & OFFICE_RUNOFF))
        other(j, "the contest is a general election", no_word);
    else if (ours & OFFICE_RUNOFF)
        doubt(j, "the contest is a general election", no_word);
}

static void check_party(struct judge *j)
{
    const struct endorsement *e = j->ours->e;
    const char *theirs = j->theirs->party, *ours = j->ours->party;

    if (!theirs && has(e->contest_party))
        doubt(j, "the contest does not say which party's it is", no_word);
    if (!theirs || j->ours->cross) /* in whose primaries it stands is match.c's to find */
        return;
    if (!ours)
        doubt(j, "the contest is a party's, the list does not say contest_party", slice_of(theirs));
    else if (strcmp(ours, theirs) != 0)
        other(j, "another party's contest", slice_of(theirs));
}

static const char other_sort[] = "the place is of another sort (city, town, county)";

/* Does the contest's own text name another sort of place? A county's council is called "City
 * Council" by some; "City of Boulder Council" is one of the councils in Boulder County. */
static bool text_differs(const struct office_text *county, const struct office_text *t)
{
    unsigned implied = t->class && t->word_count == 0 ? office_implied_kinds(t->class) : 0;

    return (t->kinds & (~implied | OFFICE_OF_COUNTY)) && !same_kinds(county, t);
}

/* The sorts of town that a text names, or its office is of. */
static unsigned town_kinds(const struct office_text *o)
{
    return o->kinds | (o->class ? office_implied_kinds(o->class) : 0);
}

/* A township, and in some states a town, is the country round a city or village of its name: who
 * leaves its sort out means the other. */
static void check_sort(struct judge *j)
{
    const struct race_ours *o = j->ours;
    const unsigned country =
        OFFICE_OF_TOWNSHIP | (o->state && o->state->town_is_country ? OFFICE_OF_TOWN : 0);
    unsigned ours = o->place.kinds | town_kinds(&o->office);
    unsigned theirs = town_kinds(&j->theirs->office);

    if (!(ours & country) != !(theirs & country) ||
        (o->place.kinds && j->theirs->office.kinds && !(o->place.kinds & j->theirs->office.kinds)))
        doubt(j, other_sort, no_word);
}

/* The county of both, where an office is a county's. */
static void check_county(struct judge *j, const struct office_text *ours)
{
    const struct office_text *theirs = &j->theirs->county, *t = &j->theirs->office;

    if (ours->word_count == 0)
        doubt(j, "the list does not say the county", no_word);
    else if (theirs->word_count == 0 && !words_within(ours, &j->theirs->office))
        doubt(j, "the contest does not say the county", ours->words[0]);
    else if (theirs->word_count > 0 && !words_equal(ours, theirs))
        other(j, "another county", theirs->words[0]);
    else if ((theirs->word_count > 0 && !same_kinds(ours, theirs)) || text_differs(ours, t))
        doubt(j, other_sort, no_word);
}

/* A contest that has votes of one county so far may yet have another's. */
static void other_county(struct judge *j, struct slice word)
{
    if (j->theirs->county_seen)
        doubt(j, "the contest has votes of another county", word);
    else
        other(j, "another county", word);
}

/* The county a feed is of, where an office is a town's: most towns lie in one. */
static void check_home_county(struct judge *j)
{
    const struct endorsement *e = j->ours->e;
    const struct office_text *theirs = &j->theirs->county, *ours = &j->ours->county;

    if (ours->word_count == 0 || (theirs->word_count > 0 && same_county(ours, theirs)))
        return;
    if (theirs->word_count == 0 && !words_within(ours, &j->theirs->office))
        doubt(j, "the contest does not say the county", ours->words[0]);
    if (theirs->word_count == 0)
        return;
    if (e->county_count > 0)
        doubt(j, "the feed is of another county of the race", theirs->words[0]);
    else
        other_county(j, theirs->words[0]);
}

/* Is it an office of a town's sort whose electorate is the whole county? */
static bool is_countywide(const struct race_ours *o)
{
    const unsigned county_kind = 32;
    bool school = o->office.class && o->office.class->level == LEVEL_SCHOOL;
    bool says_county = o->place.kinds & county_kind;

    /* "Springfield City Council": the place is in the office */
    if (o->place.word_count == 0)
        return o->office.word_count == 0 || o->county.word_count > 0;
    if (o->county.word_count == 0)
        return says_county;
    return words_equal(&o->place, &o->county) && (says_county || (school && o->place.kinds == 0));
}

/* "Port of Olympia": a word of the office is in the contest, though the office has claimed it. */
static bool says_place(const struct office_text *place, const struct office_text *t)
{
    for (size_t i = 0; i < place->word_count; i++)
        if (!office_has_word(t, place->words[i]) && !office_class_word(t->class, place->words[i]))
            return false;
    return true;
}

static void check_town(struct judge *j)
{
    const struct race_ours *o = j->ours;
    const struct office_text *t = &j->theirs->office;
    const struct office_text *place = o->place.word_count > 0 ? &o->place : &o->office;

    if (is_countywide(o)) {
        check_county(j, o->county.word_count > 0 ? &o->county : &o->place);
        return;
    }
    /* Towns of one name lie in several counties, cities do not. */
    if (j->theirs->county.word_count > 0 || t->kinds != OFFICE_OF_CITY)
        check_home_county(j);
    if (!says_place(place, t))
        doubt(j, "the contest does not say the place", place->words[0]);
    check_sort(j);
}

/* Is our county the contest's, by its field or its text? */
static bool in_county(const struct judge *j)
{
    const struct office_text *ours = &j->ours->county, *theirs = &j->theirs->county;

    if (ours->word_count == 0)
        return false;
    return theirs->word_count > 0 ? same_county(ours, theirs)
                                  : words_within(ours, &j->theirs->office);
}

/* A part of the state: something must say that it is the same one. */
static void check_region(struct judge *j)
{
    const struct race_ours *o = j->ours;
    const struct office_text *t = &j->theirs->office;
    struct office_part parts[2 * OFFICE_PARTS];
    bool county = in_county(j);
    bool place = o->place.word_count > 0 &&
                 (words_within(&o->place, t) || words_equal(&o->place, &j->theirs->county));

    if (o->place.word_count > 0 && !place)
        doubt(j, "the contest does not say the place", o->place.words[0]);
    if (!county && !place && our_parts(o, parts) == 0 && o->office.word_count == 0)
        doubt(j, "neither side says which part of the state it is", no_word);
    /* Circuits count from one in every county or state alike: a number alone is no place in a
     * county's feed. */
    bool numbered = false;
    for (size_t i = our_parts(o, parts); i-- > 0;)
        numbered |= (parts[i].mask & PART_DISTRICT) != 0;
    if (!county && !place && (j->theirs->county.word_count > 0 || !numbered))
        check_home_county(j);
}

/* A county's office of a part of it, as Pennsylvania's towns have tax collectors. */
static void check_part(struct judge *j)
{
    const struct race_ours *o = j->ours;

    check_county(j, o->county.word_count > 0 ? &o->county : &o->place);
    for (size_t i = 0; o->county.word_count > 0 && i < o->place.word_count; i++)
        if (!office_has_word(&o->county, o->place.words[i]) &&
            !office_has_word(&j->theirs->office, o->place.words[i]) &&
            !says_state(o->state, &o->place, i))
            doubt(j, "the contest does not say the place", o->place.words[i]);
    if (o->county.word_count > 0 && o->place.word_count > 0 && !words_equal(&o->place, &o->county))
        check_sort(j);
}

/* Where each county numbers its own districts of the house, a number alone names none: the county
 * is said too, or a word with it ("Merrimack 5"), which is then compared as all words are. */
static void check_numbered(struct judge *j)
{
    const struct race_ours *o = j->ours;

    if (!o->state || !o->state->county_districts)
        return;
    if (o->county.word_count > 0 && j->theirs->county.word_count > 0)
        check_home_county(j);
    else if (!class_is(j->theirs->office.class, "state-house"))
        return;
    else if (o->county.word_count == 0 && o->office.word_count == 0)
        doubt(j, "the list does not say the county", no_word);
    else if (!words_within(&o->county, &j->theirs->office))
        doubt(j, "the contest does not say the county", o->county.words[0]);
}

static void check_unknown(struct judge *j)
{
    if (j->ours->place.word_count > 0 || j->ours->county.word_count > 0)
        check_town(j);
    else if (j->theirs->county.word_count > 0)
        doubt(j, "the list does not say the place", no_word);
}

static void check_place(struct judge *j)
{
    const struct office_class *class = j->theirs->office.class;

    switch (class ? class->reach : REACH_UNKNOWN) {
    case REACH_DISTRICT:
        check_numbered(j);
        return;
    case REACH_STATE:
    case REACH_WIDE:
        return;
    case REACH_REGION:
        check_region(j);
        return;
    case REACH_COUNTY:
        check_part(j);
        return;
    case REACH_PLACE:
        check_town(j);
        return;
    case REACH_UNKNOWN:
        check_unknown(j);
        return;
    }
}

/* Every word of `of` is the state's, or in one of the other texts (NULL: none), or names the type
 * of election that the feed states in a field of its own. */
static void check_words_in(struct judge *j, const struct office_text *of,
                           const struct office_text *const in[4], const char *text)
{
    for (size_t i = 0; i < of->word_count; i++) {
        size_t state = says_state(j->ours->state, of, i);
        bool found =
            state > 0 || ((of->flags & OFFICE_GENERAL) && slice_is(of->words[i], "general"));
        for (size_t k = 0; k < 4 && in[k] && !found; k++)
            found = office_has_word(in[k], of->words[i]);
        if (!found)
            doubt(j, text, of->words[i]);
        i += state > 1 ? state - 1 : 0;
    }
}

/* Every word of either side is to be found on the other. */
static void check_words(struct judge *j)
{
    const struct race_ours *o = j->ours;
    const struct race_theirs *t = j->theirs;
    const struct office_text *const ours[] = {&o->office, &o->place, &o->county, &t->county};
    const struct office_text *const theirs[4] = {&t->office, &t->county};
    struct office_text office = o->office;

    for (size_t i = 0; is_district(o, &t->office) && i < office.word_count; i++)
        if (slice_eq(office.words[i], o->number)) /* check_parts has asked for it */
            office.words[i] = office.words[--office.word_count];

    check_words_in(j, &t->office, ours, "the contest has a word the list has not");
    check_words_in(j, &office, theirs, "the list's office has a word the contest has not");
    if (!o->office.class && !t->office.class && o->office.word_count == 0)
        doubt(j, "the office is too short to tell", no_word);
    if (o->office.crowded || o->place.crowded || t->office.crowded)
        doubt(j, "the texts say too much, or contradict themselves", no_word);
}

static void (*const checks[])(struct judge *) = {
    check_day,  check_state, check_class, check_parts, check_seats,
    check_term, check_type,  check_party, check_place, check_words,
};
enum { QUICK = 4, ALL = sizeof(checks) / sizeof(checks[0]) };

static enum race_fit run(const struct race_ours *ours, const struct race_theirs *theirs,
                         size_t count, struct race_reason *why)
{
    struct judge j = {ours, theirs, why, RACE_SAME};

    *why = (struct race_reason){NULL, no_word};
    for (size_t i = 0; i < count && j.fit != RACE_OTHER; i++)
        checks[i](&j);
    return j.fit;
}

enum race_fit race_fit_compare(const struct race_ours *ours, const struct race_theirs *theirs,
                               struct race_reason *why)
{
    return run(ours, theirs, ALL, why);
}

bool race_fit_excludes(const struct race_ours *ours, const struct race_theirs *theirs)
{
    struct race_reason why;

    return run(ours, theirs, QUICK, &why) == RACE_OTHER;
}

/* ---- what to look for ---- */

/* The place that check_place asks for in the contest; NULL: none. */
static const struct office_text *asked_place(const struct race_ours *o)
{
    const struct office_text *county = o->county.word_count > 0 ? &o->county : &o->place;

    switch (o->office.class ? o->office.class->reach : REACH_STATE) {
    case REACH_STATE:
    case REACH_WIDE:
    case REACH_DISTRICT:
        return NULL;
    case REACH_REGION:
        return &o->place;
    case REACH_COUNTY:
        return county;
    case REACH_PLACE:
    case REACH_UNKNOWN:
        return is_countywide(o) ? county : &o->place;
    }
    return NULL;
}

struct slice race_fit_word(const struct race_ours *ours)
{
    const struct office_text *asked[] = {&ours->office, asked_place(ours)};
    struct slice longest = no_word;

    for (size_t i = 0; i < 2 && asked[i]; i++)
        for (size_t k = 0; k < asked[i]->word_count; k++) {
            struct slice word = asked[i]->words[k];
            /* words that no check asks for */
            if (word.len > longest.len && !slice_eq(word, ours->number) &&
                !state_word(ours->state, word) && !slice_is(word, "general") &&
                !office_class_word(ours->office.class, word))
                longest = word;
        }
    return longest;
}
