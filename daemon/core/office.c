/* SPDX-License-Identifier: ISC */
/* Reading an office: its folded words are claimed in turn by decorations, the class, parts, term
 * and party; what nobody claims is left as words, for the comparison to explain or to doubt. */
#include "daemon/core/office.h"

#include <string.h>

#include "daemon/base/num.h"
#include "daemon/base/text.h"
#include "daemon/core/office_kin.h"
#include "daemon/core/office_table.h"
#include "daemon/core/office_tokens.h"

#define COUNT(t) (sizeof(t) / sizeof((t)[0]))

/* `field`: only where a field says nothing else: "Independent School District" is no party's. */
static const struct {
    const char *word, *party;
    bool field;
} parties[] = {
    {"dem", "dem", false},
    {"democrat", "dem", false},
    {"democratic", "dem", false},
    {"rep", "rep", false},
    {"republican", "rep", false},
    {"gop", "rep", false},
    {"lib", "lib", false},
    {"libertarian", "lib", false},
    {"grn", "grn", false},
    {"green party", "grn", false},
    {"dfl", "dem", false},
    {"democratic farmer labor", "dem", true},
    {"g o p", "rep", true},
    {"d", "dem", true},
    {"r", "rep", true},
    {"l", "lib", true},
    {"lbr", "lib", true},
    {"g", "grn", true},
    {"gre", "grn", true},
    {"constitution", "con", true},
    {"constitution party", "con", true},
    {"cst", "con", true},
    {"green", "grn", true},
    {"independent", "ind", true},
    {"ind", "ind", true},
    {"independent party", "ind", false},
    {"libertarian party", "lib", false},
    {"democratic party", "dem", false},
    {"republican party", "rep", false},
};

/* kind words of parts, and what they may be */
static const struct {
    const char *word, *kind;
    unsigned mask;
} part_kinds[] = {
    {"district", "district", PART_DISTRICT},
    {"dist", "district", PART_DISTRICT},
    {"ward", "ward", PART_DISTRICT},
    {"wd", "ward", PART_DISTRICT},
    {"zone", "zone", PART_DISTRICT},
    {"precinct", "precinct", PART_DISTRICT},
    {"pct", "precinct", PART_DISTRICT},
    {"circuit", "circuit", PART_DISTRICT},
    {"region", "region", PART_DISTRICT},
    {"subdistrict", "district", PART_DISTRICT},
    {"area", "area", PART_DISTRICT | PART_SEAT},
    {"division", "division", PART_DISTRICT | PART_SEAT},
    {"div", "division", PART_DISTRICT | PART_SEAT},
    {"branch", "branch", PART_DISTRICT | PART_SEAT},
    {"part", "part", PART_DISTRICT | PART_SEAT},
    {"seat", "seat", PART_SEAT},
    {"position", "seat", PART_SEAT},
    {"pos", "seat", PART_SEAT},
    {"place", "seat", PART_SEAT},
    {"pl", "seat", PART_SEAT},
    {"post", "seat", PART_SEAT},
    {"group", "seat", PART_SEAT},
    {"office", "seat", PART_SEAT},
    {"department", "seat", PART_SEAT},
    {"dept", "seat", PART_SEAT},
    {"hd", "district", PART_DISTRICT},
    {"sd", "district", PART_DISTRICT},
    {"cd", "district", PART_DISTRICT},
    {"ld", "district", PART_DISTRICT},
    {"ad", "district", PART_DISTRICT},
};

/* Between an ordinal and its kind word: "17th Judicial District". */
static const char *const adjectives[] = {
    "judicial",      "legislative", "representative", "council",       "commissioner",
    "commission",    "director",    "supervisorial",  "supervisor",    "trustee",
    "magisterial",   "senatorial",  "senate",         "house",         "assembly",
    "congressional", "council",     "appellate",      "commissioners", "school",
    "board",
};

static const char *const empty_words[] = {
    "of",         "the",        "for",      "to",          "in",           "and",
    "a",          "an",         "at",       "member",      "members",      "election",
    "elections",  "non",        "partisan", "nonpartisan", "term",         "terms",
    "full",       "office",     "seat",     "seats",       "position",     "district",
    "dist",       "no",         "number",   "num",         "state",        "judge",
    "justice",    "judges",     "judicial", "legislative", "magisterial",  "supervisorial",
    "candidate",  "candidates", "party",    "nomination",  "nonpartizan",  "np",
    "year",       "years",      "yr",       "shall",       "be",           "elected",
    "elect",      "de",         "y",        "results",     "districtwide", "from",
    "countywide", "citywide",   "all",
};

static const struct {
    const char *word;
    unsigned kind;
} place_kinds[] = {
    {"city", OFFICE_OF_CITY},
    {"town", OFFICE_OF_TOWN},
    {"township", OFFICE_OF_TOWNSHIP},
    {"twp", OFFICE_OF_TOWNSHIP},
    {"village", 8},
    {"borough", OFFICE_OF_BOROUGH},
    {"boro", OFFICE_OF_BOROUGH},
    {"county", OFFICE_OF_COUNTY},
    {"parish", OFFICE_OF_COUNTY},
    {"co", OFFICE_OF_COUNTY},
    {"countywide", OFFICE_OF_COUNTY},
};

/* Said of a place by some and not by others. */
static const char *const place_empty[] = {
    "of",       "the",     "public", "school",  "schools",      "district",
    "isd",      "usd",     "sd",     "board",   "education",    "area",
    "for",      "and",     "no",     "number",  "municipality", "statewide",
    "judicial", "circuit", "court",  "unified", "corporation",  "corp",
};

static const struct {
    const char *words;
    unsigned flags;
} flag_phrases[] = {
    {"unexpired term", OFFICE_UNEXPIRED},
    {"unexpired", OFFICE_UNEXPIRED},
    {"unexp", OFFICE_UNEXPIRED},
    {"short term", OFFICE_UNEXPIRED},
    {"partial term", OFFICE_UNEXPIRED},
    {"partial", OFFICE_UNEXPIRED}, /* California's "(Partial/Unexpired Term)" */
    {"remainder", OFFICE_UNEXPIRED},
    {"to fill vacancy", OFFICE_UNEXPIRED},
    {"to fill a vacancy", OFFICE_UNEXPIRED},
    {"vacancy", OFFICE_UNEXPIRED},
    {"full term", OFFICE_FULL_TERM},
    {"non incumbent", OFFICE_NON_INCUMBENT},
    {"nonincumbent", OFFICE_NON_INCUMBENT},
    {"incumbent", OFFICE_INCUMBENT},
    {"special", OFFICE_SPECIAL},
    {"run off", OFFICE_RUNOFF},
    {"runoff", OFFICE_RUNOFF},
    {"primary", OFFICE_PRIMARY},
    {"general election", OFFICE_GENERAL},
    {"general primary", OFFICE_PRIMARY},
    {"general runoff", OFFICE_RUNOFF},
    {"general special", OFFICE_SPECIAL},
};

const char *office_party(struct slice text)
{
    char room[64]; /* longer than any party of the table */
    struct buf b;
    const char *found = NULL;

    buf_init_over(&b, room, sizeof room);
    text_fold(text, &b);
    for (size_t i = 0; b.len > 0 && i < COUNT(parties) && !found; i++)
        if (!b.failed && slice_is(buf_slice(&b), parties[i].word))
            found = parties[i].party;
    return found;
}

bool office_has_word(const struct office_text *o, struct slice word)
{
    for (size_t i = 0; i < o->word_count; i++)
        if (slice_eq(o->words[i], word))
            return true;
    return false;
}

static void add_word(struct office_text *o, struct slice word)
{
    if (office_has_word(o, word))
        return;
    if (o->word_count == OFFICE_WORDS)
        o->crowded = true;
    else
        o->words[o->word_count++] = word;
}

static void add_part(struct office_text *o, unsigned mask, const char *kind, struct slice value)
{
    for (size_t i = 0; i < o->part_count; i++) {
        struct office_part *p = &o->parts[i];
        if (!slice_eq(p->value, value) || !(p->mask & mask))
            continue;
        if (!p->kind || !kind || strcmp(p->kind, kind) == 0) { /* said twice */
            p->mask &= mask;
            p->kind = p->kind ? p->kind : kind;
            return;
        }
    }
    if (o->part_count == OFFICE_PARTS)
        o->crowded = true;
    else
        o->parts[o->part_count++] = (struct office_part){mask, kind, value};
}

/* ---- the passes ---- */

/* "vote for 2", "elect not more than one": how many tokens from `at` on; 0: none such. */
static size_t vote_for(const struct tokens *t, size_t at, struct arena *a)
{
    static const char *const verbs[] = {"vote", "elect", "choose"};
    static const char *const between[] = {"for", "not", "no", "up", "to", "any", "more", "than"};
    struct slice value;
    size_t n = 1;

    if (!tokens_is_one(t, at, verbs, COUNT(verbs)))
        return 0;
    while (tokens_is_one(t, at + n, between, COUNT(between)))
        n++;
    return at + n < t->count && word_value(t->word[at + n], &value, a) ? n + 1 : 0;
}

/* ... "4 year term", of which the years are kept; of "119th United States Congress" the number, the
 * rest names the office. */
static size_t counted(const struct tokens *t, size_t at, struct arena *a, struct office_text *out)
{
    static const char *const years[] = {"year", "yr", "years", "yrs"};
    struct slice value;

    if (tokens_is_one(t, at + 1, years, COUNT(years))) {
        if (!word_value(t->word[at], &value, a))
            return 0;
        out->crowded |= out->years.len > 0 && !slice_eq(out->years, value);
        out->years = value;
        return 2;
    }
    bool congress =
        tokens_phrase(t, at + 1, "united states congress") > 0 || tokens_is(t, at + 1, "congress");
    return congress && word_ordinal(t->word[at], &value, a) ? 1 : 0;
}

/* ... "ending 01/01/2019", "commencing January 2, 2027", of a term; "county wide". */
static size_t ending(const struct tokens *t, size_t at)
{
    static const char *const verbs[] = {"ending",     "ends",      "expiring",  "expires",
                                        "commencing", "commences", "beginning", "begins"};
    static const char *const months[] = {"january",   "february", "march",    "april",
                                         "may",       "june",     "july",     "august",
                                         "september", "october",  "november", "december"};
    static const char *const wide[] = {"county wide", "city wide", "district wide"};
    size_t n = 1;

    for (size_t i = 0; i < COUNT(wide); i++)
        if (tokens_phrase(t, at, wide[i]) > 0)
            return 2;
    if (!tokens_is_one(t, at, verbs, COUNT(verbs)))
        return 0;
    while (n < 4 && at + n < t->count &&
           (word_digits(t->word[at + n]) || tokens_is_one(t, at + n, months, COUNT(months))))
        n++;
    return n > 1 ? n : 0;
}

static void drop_decorations(struct tokens *t, struct arena *a, struct office_text *out)
{
    for (size_t i = 0; i < t->count; i++) {
        size_t n = vote_for(t, i, a);
        n = n > 0 ? n : counted(t, i, a, out);
        tokens_claim(t, i, n > 0 ? n : ending(t, i));
    }
}

static void read_flags(struct tokens *t, struct office_text *out)
{
    for (size_t i = 0; i < t->count; i++)
        for (size_t k = 0; k < COUNT(flag_phrases); k++) {
            size_t n = tokens_phrase(t, i, flag_phrases[k].words);
            if (n > 0) {
                out->flags |= flag_phrases[k].flags;
                tokens_claim(t, i, n);
            }
        }
}

/* "Fire Protection District 9": the name of the class ends where its number begins. */
static void number_of(struct tokens *t, size_t last, struct arena *a, struct office_text *out)
{
    struct slice value;
    size_t n = last + 1;

    if (!slice_is(t->word[last], "district"))
        return;
    if (tokens_is(t, n, "no") || tokens_is(t, n, "number"))
        n++;
    if (n >= t->count || t->claimed[n] || !word_starts_digit(t->word[n]) ||
        word_ordinal(t->word[n], &value, a) || !word_value(t->word[n], &value, a))
        return;
    add_part(out, PART_DISTRICT, "district", value);
    tokens_claim(t, last + 1, n - last);
}

static void read_class(struct tokens *t, struct arena *a, struct office_text *out)
{
    for (size_t i = 0; i < t->count; i++) {
        const struct office_class *class = NULL;
        size_t most = 0;
        for (size_t k = 0; k < office_phrase_count; k++) {
            if (t->word[i].ptr[0] != office_phrases[k].words[0])
                continue;
            size_t n = tokens_phrase(t, i, office_phrases[k].words);
            if (n > most) {
                most = n;
                class = office_phrases[k].class;
            }
        }
        if (most == 0 || (out->class && out->class != class))
            continue;
        out->class = class;
        tokens_claim(t, i, most);
        i += most - 1;
        number_of(t, i, a, out);
    }
    if (!out->class && t->count == 1 && (out->class = office_alone(t->word[0])))
        tokens_claim(t, 0, 1);
}

/* "54A District": a number with its letter. */
static bool lettered(struct slice w, struct slice *value)
{
    bool fits = w.len > 1 && word_digits(slice_sub(w, 0, w.len - 1)) && w.ptr[w.len - 1] >= 'a' &&
                w.ptr[w.len - 1] <= 'z';

    *value = w;
    return fits;
}

/* "3rd Ward", "17th Judicial District", and a lone ordinal. */
static size_t ordinal_part(struct tokens *t, size_t at, struct arena *a, struct office_text *out)
{
    struct slice value;

    bool lone = word_ordinal(t->word[at], &value, a);
    if (!lone && !lettered(t->word[at], &value))
        return 0;
    size_t n = at + 1 < t->count && word_in(adjectives, COUNT(adjectives), t->word[at + 1]) ? 2 : 1;
    for (size_t k = 0; k < COUNT(part_kinds); k++)
        if (tokens_is(t, at + n, part_kinds[k].word)) {
            add_part(out, part_kinds[k].mask, part_kinds[k].kind, value);
            tokens_claim(t, at + n, 1);
            tokens_claim(t, at, 1);
            return n + 1;
        }
    if (!lone)
        return 0;
    add_part(out, PART_DISTRICT | PART_SEAT, NULL, value);
    tokens_claim(t, at, 1);
    return 1;
}

/* A class that only a district beside it shows. */
static bool take_weak_class(struct slice w, struct office_text *out)
{
    const struct office_class *class = out->class || out->part_count == 0 ? NULL : office_weak(w);

    out->class = class ? class : out->class;
    return class != NULL;
}

/* "District 12", "Seat No. B", "Ward Three". */
static size_t kind_part(struct tokens *t, size_t at, struct arena *a, struct office_text *out)
{
    struct slice value;

    for (size_t k = 0; k < COUNT(part_kinds); k++) {
        if (!tokens_is(t, at, part_kinds[k].word))
            continue;
        size_t n = 1;
        if (tokens_is(t, at + n, "no") || tokens_is(t, at + n, "number") ||
            tokens_is(t, at + n, "num"))
            n++;
        if (at + n >= t->count || t->claimed[at + n] || !word_value(t->word[at + n], &value, a))
            return 0;
        /* "District 3rd Ward": the ordinal belongs to what follows it. */
        if (word_ordinal(t->word[at + n], &value, a) && at + n + 1 < t->count)
            for (size_t j = 0; j < COUNT(part_kinds); j++)
                if (tokens_is(t, at + n + 1, part_kinds[j].word))
                    return 0;
        add_part(out, part_kinds[k].mask, part_kinds[k].kind, value);
        take_weak_class(t->word[at], out);
        tokens_claim(t, at, n + 1);
        return n + 1;
    }
    return 0;
}

/* "Position (R)", unlike "School District (R)", has a letter. */
static bool is_seat_word(const struct tokens *t, size_t at)
{
    for (size_t k = 0; k < COUNT(part_kinds); k++)
        if (tokens_is(t, at, part_kinds[k].word))
            return part_kinds[k].mask == PART_SEAT;
    return false;
}

/* "Governor (D)": a letter is a party only in brackets of its own, and no
 * seat's name. */
static void read_letters(struct slice text, struct tokens *t, struct office_text *out)
{
    static const struct {
        const char *text, *word, *party;
    } letters[] = {{"(D)", "d", "dem"}, {"(R)", "r", "rep"}};

    for (size_t k = 0; k < COUNT(letters); k++)
        for (size_t i = 0; i < t->count; i++) {
            if (!tokens_is(t, i, letters[k].word) || (i > 0 && is_seat_word(t, i - 1)) ||
                slice_find(text, slice_of(letters[k].text)) == SIZE_MAX)
                continue;
            bool other = out->party && strcmp(out->party, letters[k].party) != 0;
            out->crowded |= other;
            out->party = other ? NULL : letters[k].party;
            tokens_claim(t, i, 1);
        }
}

static void read_parts(struct tokens *t, struct arena *a, struct office_text *out)
{
    for (size_t i = 0; i < t->count; i++) {
        size_t n = tokens_phrase(t, i, "at large");
        if (n > 0) {
            add_part(out, PART_DISTRICT | PART_SEAT, NULL, slice_of("at large"));
            tokens_claim(t, i, n);
        } else if (!t->claimed[i]) {
            n = kind_part(t, i, a, out);
            if (n == 0)
                n = ordinal_part(t, i, a, out);
        }
        if (n > 0)
            i += n - 1;
    }
}

static bool phrase_has(const char *phrase, struct slice w)
{
    while (strncmp(phrase, w.ptr, w.len) != 0 || (phrase[w.len] != ' ' && phrase[w.len] != '\0')) {
        phrase = strchr(phrase, ' ');
        if (!phrase)
            return false;
        phrase++;
    }
    return true;
}

/* Words of other names of the same class say nothing more: "Representative to the ... Congress". */
bool office_class_word(const struct office_class *class, struct slice w)
{
    for (size_t k = 0; k < office_phrase_count && class; k++)
        if (office_phrases[k].class == class && phrase_has(office_phrases[k].words, w))
            return true;
    return false;
}

/* "State House 12", "3B District Judge". */
static bool take_bare_number(struct slice w, struct arena *a, struct office_text *out)
{
    enum office_reach reach = out->class ? out->class->reach : REACH_UNKNOWN;
    struct slice value;

    bool several = slice_find(w, SLICE("-")) != SIZE_MAX;

    if ((reach != REACH_DISTRICT && (reach != REACH_REGION || (w.len > 3 && !several))) ||
        out->part_count > 0 || !word_starts_digit(w) || !word_value(w, &value, a))
        return false;
    add_part(out, PART_DISTRICT, NULL, value);
    return true;
}

unsigned office_place_kind(struct slice word)
{
    for (size_t k = 0; k < COUNT(place_kinds); k++)
        if (slice_is(word, place_kinds[k].word))
            return place_kinds[k].kind;
    return 0;
}

static bool is_place_kind(struct slice w)
{
    return office_place_kind(w) != 0;
}

static void read_party(struct tokens *t, struct office_text *out)
{
    for (size_t i = 0; i < t->count; i++)
        for (size_t k = 0; k < COUNT(parties); k++) {
            size_t n = parties[k].field ? 0 : tokens_phrase(t, i, parties[k].word);
            if (n == 0 || (i + n < t->count && is_place_kind(t->word[i + n])))
                continue; /* "Republican Township" is a place */
            out->crowded |= out->party && strcmp(out->party, parties[k].party) != 0;
            out->party = parties[k].party;
            tokens_claim(t, i, n);
        }
}

/* "Newton-Conover Schools, Conover District": a word said again names the district. */
static bool named_part(const struct tokens *t, size_t at, struct office_text *out)
{
    if (!office_has_word(out, t->word[at]) || !tokens_is(t, at + 1, "district"))
        return false;
    add_part(out, PART_DISTRICT, "district", t->word[at]);
    return true;
}

/* What nobody claimed; `whole`: the text is an office, and not a field of one. */
static void read_rest(struct tokens *t, bool whole, struct arena *a, struct office_text *out)
{
    for (size_t i = 0; i < t->count; i++) {
        struct slice w = t->word[i];
        if (t->claimed[i])
            continue;
        t->claimed[i] =
            take_weak_class(w, out) || take_bare_number(w, a, out) || named_part(t, i, out);
        if (!t->claimed[i] && !word_in(empty_words, COUNT(empty_words), w) &&
            !(whole && office_class_word(out->class, w)))
            add_word(out, w);
    }
}

static void read_kinds(const struct tokens *t, struct office_text *out)
{
    for (size_t i = 0; i < t->count; i++)
        for (size_t k = 0; k < COUNT(place_kinds); k++)
            if (slice_is(t->word[i], place_kinds[k].word))
                out->kinds |= place_kinds[k].kind;
}

unsigned office_implied_kinds(const struct office_class *class)
{
    static const struct {
        const char *slug;
        unsigned kinds;
    } implied[] = {
        {"city-council", OFFICE_OF_CITY},
        {"city-commission", OFFICE_OF_CITY},
        {"city-supervisor", OFFICE_OF_CITY},
        {"town-council", OFFICE_OF_TOWN},
        {"town-supervisor", OFFICE_OF_TOWN},
        {"first-selectman", OFFICE_OF_TOWN},
        {"village-board", 8},
        {"borough-council", OFFICE_OF_BOROUGH},
        {"township-board", OFFICE_OF_TOWNSHIP},
        {"township-trustee", OFFICE_OF_TOWNSHIP},
        {"township-supervisor", OFFICE_OF_TOWNSHIP},
    };

    for (size_t i = 0; i < COUNT(implied); i++)
        if (strcmp(class->slug, implied[i].slug) == 0)
            return implied[i].kinds;
    return class->reach == REACH_COUNTY || class->reach == REACH_REGION ? OFFICE_OF_COUNTY : 0;
}

static void drop_words(struct office_text *o, bool (*is)(struct slice))
{
    size_t n = 0;

    for (size_t i = 0; i < o->word_count; i++)
        if (!is(o->words[i]))
            o->words[n++] = o->words[i];
    o->word_count = n;
}

bool office_place_says_nothing(struct slice word)
{
    return word_in(place_empty, COUNT(place_empty), word);
}

static bool is_place_empty(struct slice w)
{
    return is_place_kind(w) || office_place_says_nothing(w);
}

/* "District I" of the House in Congress is the first: its districts have no letters. */
static void roman_parts(struct office_text *o, struct arena *a)
{
    for (size_t i = 0; i < o->part_count; i++)
        if (o->parts[i].value.len == 1)
            (void)word_roman(o->parts[i].value, &o->parts[i].value, a);
}

static bool read_text(struct slice text, struct arena *a, struct office_text *out)
{
    struct tokens t;

    if (!tokens_read(text, a, &t))
        return false;
    out->crowded |= t.crowded;
    read_kinds(&t, out);
    drop_decorations(&t, a, out);
    read_class(&t, a, out);
    read_flags(&t, out);
    read_letters(text, &t, out);
    read_parts(&t, a, out);
    read_party(&t, out);
    read_rest(&t, true, a, out);
    drop_words(out, is_place_empty);
    office_of_place(out, out->kinds);
    if (out->class && strcmp(out->class->slug, "us-house") == 0)
        roman_parts(out, a);
    return true;
}

void office_of_place(struct office_text *o, unsigned kinds)
{
    const struct office_class *class = NULL;

    if (kinds != OFFICE_OF_COUNTY)
        return;
    if (o->class) { /* "Councilmember, County of Maui" */
        class = office_of_county(slice_of(o->class->slug));
        o->class = class ? class : o->class;
    }
    for (size_t i = 0; i < o->word_count && !o->class; i++)
        if ((o->class = office_of_county(o->words[i])))
            o->words[i] = o->words[--o->word_count];
}

bool office_read(struct slice text, struct arena *a, struct office_text *out)
{
    struct office_text head = {.class = NULL}, tail = {.class = NULL};
    size_t slash = slice_find(text, SLICE("/"));

    if (slash == SIZE_MAX) {
        *out = head;
        return read_text(text, a, out);
    }
    if (!read_text(slice_sub(text, 0, slash), a, &head) ||
        !read_text(slice_sub(text, slash + 1, text.len), a, &tail))
        return false;
    /* Two offices, or none we know in front: one text after all. */
    if (!head.class || (tail.class && tail.class != head.class)) {
        *out = (struct office_text){.class = NULL};
        return read_text(text, a, out);
    }
    *out = head;
    for (size_t i = 0; i < tail.part_count; i++)
        add_part(out, tail.parts[i].mask, tail.parts[i].kind, tail.parts[i].value);
    out->flags |= tail.flags;
    out->years = out->years.len > 0 ? out->years : tail.years;
    out->party = out->party ? out->party : tail.party;
    return true;
}

bool office_read_type(struct slice text, struct arena *a, struct office_text *out)
{
    struct tokens t;

    if (!tokens_read(text, a, &t))
        return false;
    for (size_t i = 0; i < t.count; i++)
        if (slice_is(t.word[i], "general") && !tokens_is(&t, i + 1, "primary"))
            out->flags |= OFFICE_GENERAL;
    read_flags(&t, out);
    return true;
}

bool office_read_part(struct slice text, unsigned mask, struct arena *a, struct office_text *out)
{
    struct tokens t;
    struct slice value;

    if (!tokens_read(text, a, &t))
        return false;
    if (t.count == 1 && (word_value(t.word[0], &value, a) || slice_is(t.word[0], "al"))) {
        bool none = slice_is(t.word[0], "al") || slice_is(value, "0");
        add_part(out, mask, NULL, none ? slice_of("at large") : value);
        return true;
    }
    drop_decorations(&t, a, out);
    read_parts(&t, a, out);
    read_rest(&t, false, a, out);
    return true;
}

static bool is_role(struct slice text, struct arena *a)
{
    static const char *const roles[] = {"chair",       "chairman",      "chairwoman",
                                        "chairperson", "president",     "vice president",
                                        "vice chair",  "vice chairman", "presiding officer"};

    return word_in(roles, COUNT(roles), text_fold_copy(text, a));
}

/* The role goes behind the office, unless that says it already. False: the arena is full. */
static bool take_role(struct slice *office, struct slice *part, struct arena *a)
{
    struct slice role = *part;

    if (!is_role(role, a))
        return true;
    *part = (struct slice){"", 0};
    if (slice_find_nocase(*office, role) != SIZE_MAX)
        return true;
    *office = arena_printf(a, "%.*s %.*s", SLICE_FMT(*office), SLICE_FMT(role));
    return office->ptr != NULL;
}

bool office_read_whole(struct slice office, struct slice district, struct slice seat,
                       struct arena *a, struct office_text *out)
{
    return take_role(&office, &district, a) && take_role(&office, &seat, a) &&
           office_read(office, a, out) && office_read_part(district, PART_DISTRICT, a, out) &&
           office_read_part(seat, PART_SEAT, a, out);
}

bool office_add(struct slice field, struct slice district, struct arena *a, struct office_text *o)
{
    struct office_text own;

    if (field.len == 0)
        return true;
    if (!office_read_whole(field, district, (struct slice){"", 0}, a, &own))
        return false;
    if (!o->class)
        o->class = own.class;
    else if (own.class && own.class != o->class)
        o->crowded = true;
    for (size_t i = 0; i < own.part_count && o->part_count < OFFICE_PARTS; i++)
        o->parts[o->part_count++] = own.parts[i];
    for (size_t i = 0; i < own.word_count; i++)
        if (!office_has_word(o, own.words[i]) && o->word_count < OFFICE_WORDS)
            o->words[o->word_count++] = own.words[i];
    o->flags |= own.flags;
    o->years = o->years.len > 0 ? o->years : own.years;
    o->party = o->party ? o->party : own.party;
    return true;
}

void office_merge_parts(struct office_text *o)
{
    size_t n = 0;

    for (size_t i = 0; i < o->part_count; i++) {
        size_t j = 0;
        while (j < n && !(slice_eq(o->parts[i].value, o->parts[j].value) &&
                          (o->parts[i].mask & o->parts[j].mask) &&
                          (!o->parts[i].kind || !o->parts[j].kind ||
                           strcmp(o->parts[i].kind, o->parts[j].kind) == 0)))
            j++;
        if (j == n)
            o->parts[n++] = o->parts[i];
    }
    o->part_count = n;
}

bool office_read_place(struct slice text, struct arena *a, struct office_text *out)
{
    struct tokens t;

    if (!tokens_read(text, a, &t))
        return false;
    out->crowded |= t.crowded;
    read_kinds(&t, out);
    read_parts(&t, a, out);
    for (size_t i = 0; i < t.count; i++)
        if (!t.claimed[i] && !is_place_empty(t.word[i]))
            add_word(out, t.word[i]);
    return true;
}

void office_slug(struct slice s, struct buf *out)
{
    char room[4096];
    struct buf b;
    bool gap = out->len > 0;

    buf_init_over(&b, room, sizeof room);
    text_fold(s, &b);
    for (size_t i = 0; i < b.len; i++) {
        char c = b.ptr[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (plain && gap)
            buf_addc(out, '-');
        if (plain)
            buf_addc(out, c);
        gap = plain ? false : gap || out->len > 0;
    }
}
