/* SPDX-License-Identifier: ISC */
/* Names: what stands in brackets and quotes is cut out first, then commas are resolved, then words
 * are read. */
#include "daemon/core/name.h"

#include <string.h>

#include "daemon/base/text.h"
#include "daemon/core/nicknames.h"

static const char *const suffixes[][2] = {
    {"jr", "jr"},   {"junior", "jr"}, {"sr", "sr"}, {"senior", "sr"}, {"ii", "ii"}, {"2nd", "ii"},
    {"iii", "iii"}, {"3rd", "iii"},   {"iv", "iv"}, {"4th", "iv"},    {"v", "v"},
};
static const char *const titles[] = {"dr", "mr", "mrs", "ms", "miss", "rev", "hon", "judge"};
static const char *const degrees[] = {"md", "phd", "esq", "dds", "cpa", "edd", "dvm", "ret"};
static const char *const particles[] = {
    "de",  "la",  "las", "los",   "del", "della", "di",  "da",  "do",     "dos",
    "du",  "des", "le",  "van",   "von", "der",   "den", "ter", "vander", "mc",
    "mac", "st",  "san", "santa", "el",  "al",    "bin", "ben", "abu",    "saint"};
/* What feeds hang on a name, in brackets or behind a dash. */
static const char *const marks[] = {
    "i",
    "inc",
    "incumbent",
    "d",
    "r",
    "l",
    "g",
    "n",
    "c",
    "np",
    "npp",
    "npa",
    "nf",
    "non",
    "dem",
    "rep",
    "gop",
    "lib",
    "lbt",
    "grn",
    "ind",
    "con",
    "wfp",
    "dfl",
    "unaffiliated",
    "democrat",
    "democratic",
    "republican",
    "libertarian",
    "green",
    "independent",
    "nonpartisan",
    "non partisan",
    "no party preference",
    "w i",
    "wi",
    "write in",
    "writein",
    "una",
    "unenrolled",
    "no party",
};
/* Sides of a measure. */
static const char *const sides[] = {"yes", "no", "for", "against", "yes for", "no against"};
/* Lines that are nobody's, beside those of write-ins. */
static const char *const nobodies[] = {
    "other",
    "others",
    "all others",
    "all other",
    "other votes",
    "other candidates",
    "over votes",
    "overvotes",
    "over vote",
    "overvote",
    "under votes",
    "undervotes",
    "under vote",
    "undervote",
    "blank",
    "blanks",
    "blank votes",
    "blank ballots",
    "void",
    "voids",
    "invalid",
    "invalid votes",
    "exhausted",
    "times counted",
    "ballots cast",
    "times blank voted",
    "none of the above",
    "none of these candidates",
    "none of the names shown",
    "scatter",
    "scattered",
    "scattered votes",
    "uncommitted",
    "no preference",
    "uninstructed delegation",
    "no candidate",
    "no candidate filed",
    "no candidates",
    "no candidates filed",
    "no candidates for this office",
    "there are no candidates for this office",
    "no petition filed",
    "no petitions filed",
    "no nomination",
    "no nominations",
    "no nomination made",
    "total",
    "totals",
    "total votes",
};
/* What is said of all write-ins together: with one of these alone "Write-In" is still nobody's. */
static const char *const of_write_ins[] = {
    "write",
    "in",
    "ins",
    "writein",
    "writeins",
    "w",
    "s",
    "all",
    "and",
    "or",
    "of",
    "the",
    "not",
    "name",
    "names",
    "named",
    "unnamed",
    "other",
    "others",
    "misc",
    "miscellaneous",
    "various",
    "remaining",
    "additional",
    "combined",
    "candidate",
    "candidates",
    "vote",
    "votes",
    "line",
    "lines",
    "option",
    "ballot",
    "ballots",
    "total",
    "totals",
    "sum",
    "summary",
    "count",
    "counted",
    "uncounted",
    "tally",
    "tallied",
    "untallied",
    "resolved",
    "unresolved",
    "assigned",
    "unassigned",
    "qualified",
    "unqualified",
    "nonqualified",
    "non",
    "certified",
    "uncertified",
    "declared",
    "undeclared",
    "registered",
    "unregistered",
    "official",
    "unofficial",
    "valid",
    "invalid",
    "eligible",
    "ineligible",
    "accepted",
    "rejected",
    "approved",
    "unapproved",
    "adjudicated",
    "unadjudicated",
    "pending",
    "undetermined",
    "unknown",
    "unspecified",
    "uncommitted",
    "z",
    "scatter",
    "scattered",
    "scattering",
    "scatterings",
    "aggregate",
    "aggregated",
    "group",
    "grouped",
    "miscellany",
    "processed",
    "unprocessed",
};

#define COUNT(t) (sizeof(t) / sizeof((t)[0]))

static bool in_list(const char *const *list, size_t n, struct slice word)
{
    for (size_t i = 0; i < n; i++)
        if (word.len > 0 && list[i][0] == word.ptr[0] && slice_is(word, list[i]))
            return true;
    return false;
}

static const char *suffix_of(struct slice word)
{
    for (size_t i = 0; i < COUNT(suffixes); i++)
        if (word.ptr[0] == suffixes[i][0][0] && slice_is(word, suffixes[i][0]))
            return suffixes[i][1];
    return NULL;
}

/* ---- brackets and quotes ---- */

struct pair {
    struct slice open, close;
    bool at_word; /* an apostrophe otherwise: opens only behind a blank, closes only before one */
};
static const struct pair pairs[] = {
    {SLICE_INIT("("), SLICE_INIT(")"), false},
    {SLICE_INIT("["), SLICE_INIT("]"), false},
    {SLICE_INIT("\"\""), SLICE_INIT("\"\""), false},
    {SLICE_INIT("\""), SLICE_INIT("\""), false},
    {SLICE_INIT("''"), SLICE_INIT("''"), false},
    {SLICE_INIT("``"), SLICE_INIT("''"), false},
    {SLICE_INIT("\xe2\x80\x9c"), SLICE_INIT("\xe2\x80\x9d"), false}, /* U+201C, U+201D */
    {SLICE_INIT("\xe2\x80\x9e"), SLICE_INIT("\xe2\x80\x9c"), false},
    {SLICE_INIT("\xe2\x80\x9d"), SLICE_INIT("\xe2\x80\x9d"), false},
    {SLICE_INIT("\xe2\x80\x98"), SLICE_INIT("\xe2\x80\x99"), true}, /* U+2018, U+2019 */
    {SLICE_INIT("'"), SLICE_INIT("'"), true},
    {SLICE_INIT("`"), SLICE_INIT("`"), true},
};

static bool is_edge(struct slice s, size_t at)
{
    return at >= s.len || s.ptr[at] == ' ' || s.ptr[at] == ',' || s.ptr[at] == '(';
}

/* Most characters open nothing. */
static bool may_open(char c)
{
    for (size_t i = 0; i < COUNT(pairs); i++)
        if (pairs[i].open.ptr[0] == c)
            return true;
    return false;
}

/* The segment that opens at `at`: *inside, and where the text goes on. 0: none opens here. */
static size_t segment_at(struct slice s, size_t at, struct slice *inside)
{
    for (size_t i = 0; may_open(s.ptr[at]) && i < COUNT(pairs); i++) {
        const struct pair *p = &pairs[i];
        struct slice rest = slice_sub(s, at, s.len);
        if (!slice_starts(rest, p->open) || (p->at_word && at > 0 && !is_edge(s, at - 1)))
            continue;
        size_t from = at + p->open.len, to = from;
        for (; to + p->close.len <= s.len; to++)
            if (slice_starts(slice_sub(s, to, s.len), p->close) &&
                (!p->at_word || is_edge(s, to + p->close.len)))
                break;
        if (to + p->close.len > s.len)
            continue;
        *inside = slice_sub(s, from, to);
        return to + p->close.len;
    }
    return 0;
}

/* Is what is left of the name a mark that hangs on the brackets before it: "(I)R"? */
static bool hangs_on(struct slice s, size_t at, struct arena *a)
{
    struct slice rest = slice_sub(s, at, s.len);
    return rest.len > 0 && rest.len <= 3 && s.ptr[at - 1] == ')' &&
           !memchr(rest.ptr, ' ', rest.len) &&
           in_list(marks, COUNT(marks), text_fold_copy(rest, a));
}

/* Brackets and quotes cut out into nicks, the rest of the text in *plain. */
static bool cut_segments(struct slice s, struct arena *a, struct name *out, struct slice *plain)
{
    char *text = arena_alloc(a, s.len + 1);
    size_t len = 0;

    if (!text)
        return false;
    for (size_t at = 0; at < s.len;) {
        struct slice inside;
        size_t next = segment_at(s, at, &inside);
        if (next == 0) {
            text[len++] = s.ptr[at++];
            continue;
        }
        struct slice folded = text_fold_copy(inside, a);
        if (!folded.ptr)
            return false;
        bool one_word = folded.len > 0 && !memchr(folded.ptr, ' ', folded.len);
        if (one_word && suffix_of(folded))
            out->suffix = slice_of(suffix_of(folded));
        else if (one_word && !in_list(marks, COUNT(marks), folded) && out->nick_count < NAME_NICKS)
            out->nicks[out->nick_count++] = folded;
        text[len++] = ' ';
        at = hangs_on(s, next, a) ? s.len : next;
    }
    *plain = slice_trim((struct slice){text, len});
    return true;
}

/* ---- words ---- */

struct part { /* of a name between commas */
    struct slice words[NAME_WORDS];
    size_t count, tail; /* tail: words of its last blank-separated piece: "Lucas-Kemp" has 2 */
};

static bool read_part(struct slice text, struct arena *a, struct part *out)
{
    struct slice piece, folded, word;

    *out = (struct part){.count = 0};
    while (slice_next(&text, ' ', &piece)) {
        folded = text_fold_copy(piece, a);
        if (!folded.ptr)
            return false;
        /* "Smith - REP": behind a lone dash stands a mark, or nothing we know. */
        if (folded.len == 0 && piece.len > 0 && out->count > 0) {
            struct slice behind = text_fold_copy(text, a);
            if (in_list(marks, COUNT(marks), behind))
                return true;
            continue;
        }
        size_t before = out->count;
        while (slice_next(&folded, ' ', &word) && out->count < NAME_WORDS)
            out->words[out->count++] = word;
        if (out->count > before)
            out->tail = out->count - before;
    }
    return true;
}

static void drop_first(struct part *p, size_t n)
{
    p->count -= n;
    memmove(p->words, p->words + n, p->count * sizeof(p->words[0]));
    if (p->tail > p->count)
        p->tail = p->count;
}

static bool ends_write_in(const struct part *p, size_t at)
{
    return p->count >= at + 2 && slice_is(p->words[at], "write") &&
           slice_is(p->words[at + 1], "in");
}

/* A suffix or a degree that ends the part goes. False: neither does. `keep_one`: the part is a
 * name, or its surname, of which something must be left: "Vi, Ann", "Ma, Jo". */
static bool strip_last(struct part *p, bool keep_one, struct name *out)
{
    struct slice last = p->words[p->count - 1];
    const char *suffix = suffix_of(last);
    bool degree = in_list(degrees, COUNT(degrees), last), few = keep_one && p->count < 3;

    if ((!suffix && !degree) || (few && (degree || last.len < 2)))
        return false;
    if (!keep_one && p->count > 1 && last.len < 2)
        return false; /* "Gregory, James V": given names end in an initial, not in "the Fifth" */
    if (suffix)
        out->suffix = slice_of(suffix);
    p->count--;
    p->tail = 1;
    return true;
}

/* Titles in front, suffixes and degrees behind, and "write-in" on either side. */
static void strip(struct part *p, bool keep_one, struct name *out)
{
    size_t least = keep_one ? 1 : 0;

    if (p->count > 2 && ends_write_in(p, 0))
        drop_first(p, 2);
    if (p->count > 2 && ends_write_in(p, p->count - 2)) {
        p->count -= 2;
        p->tail = 1;
    }
    while (p->count > least + 1 && in_list(titles, COUNT(titles), p->words[0]))
        drop_first(p, 1);
    while (p->count > least && strip_last(p, keep_one, out))
        ;
}

static bool join_words(struct name *out, struct arena *a)
{
    size_t len = 0;

    for (size_t i = 0; i < out->count; i++)
        len += out->words[i].len;
    char *at = arena_room(a, len + 1);
    out->joined = (struct slice){at, len};
    for (size_t i = 0; at && i < out->count; at += out->words[i++].len)
        memcpy(at, out->words[i].ptr, out->words[i].len);
    return out->joined.ptr != NULL;
}

static void take(struct name *out, const struct part *p)
{
    for (size_t i = 0; i < p->count && out->count < NAME_WORDS; i++)
        out->words[out->count++] = p->words[i];
}

/* One part: the surname is its last piece and the particles in front of it. */
static void take_natural(struct name *out, const struct part *p)
{
    take(out, p);
    size_t tail = p->tail > 0 ? p->tail : 1;
    out->family = out->count > tail ? out->count - tail : 0;
    while (out->family > 1 && in_list(particles, COUNT(particles), out->words[out->family - 1]))
        out->family--;
}

bool name_read(struct slice text, struct arena *a, struct name *out)
{
    struct slice plain, field;
    struct part parts[2], part;
    size_t n = 0;

    *out = (struct name){.count = 0};
    if (!cut_segments(text, a, out, &plain))
        return false;
    while (slice_next(&plain, ',', &field)) {
        if (!read_part(slice_trim(field), a, &part))
            return false;
        strip(&part, n == 0, out);
        if (part.count == 0 ||
            (n > 0 && part.count == 1 && in_list(marks, COUNT(marks), part.words[0]) &&
             part.words[0].len > 1))
            continue;
        if (n < 2)
            parts[n++] = part;
    }
    if (n == 2) { /* Last, First */
        take(out, &parts[1]);
        out->family = out->count;
        take(out, &parts[0]);
    } else if (n == 1) {
        take_natural(out, &parts[0]);
    }
    if (out->count > 0)
        out->last = out->words[out->count - 1];
    return join_words(out, a);
}

/* ---- running mates ---- */

static size_t letters(struct slice s)
{
    size_t n = 0;

    for (size_t i = 0; i < s.len; i++)
        n += (s.ptr[i] >= 'a' && s.ptr[i] <= 'z') || (s.ptr[i] >= 'A' && s.ptr[i] <= 'Z') ||
             (unsigned char)s.ptr[i] >= 0x80;
    return n;
}

/* How long the word between running mates is, at `at`. */
static size_t mate_mark(struct slice s, size_t at)
{
    if (s.ptr[at] == '/' || s.ptr[at] == '&')
        return 1;
    if (slice_eq_nocase(slice_sub(s, at, at + 5), SLICE(" and ")))
        return 5;
    return 0;
}

size_t name_split(struct slice text, struct slice people[NAME_PEOPLE])
{
    size_t n = 0, from = 0, depth = 0;

    for (size_t at = 0; at < text.len && n + 1 < NAME_PEOPLE; at++) {
        depth += text.ptr[at] == '(';
        depth -= text.ptr[at] == ')' && depth > 0;
        size_t mark = depth == 0 ? mate_mark(text, at) : 0;
        if (mark == 0 || letters(slice_sub(text, from, at)) < 2 ||
            letters(slice_sub(text, at + mark, text.len)) < 2)
            continue;
        people[n++] = slice_trim(slice_sub(text, from, at));
        from = at + mark;
        at = from - 1;
    }
    people[n++] = slice_trim(slice_sub(text, from, text.len));
    return n;
}

/* "write in misc", "other write ins", "write in 2", "write in for mayor", "clerk scattering". */
static bool is_write_ins(struct slice folded)
{
    bool said =
        slice_starts(folded, SLICE("scattering")) || slice_ends(folded, SLICE("scattering"));
    struct slice rest = folded, word;

    if (said)
        return true;
    while (slice_next(&rest, ' ', &word)) {
        if (said && slice_is(word, "for"))
            return true;
        said |= slice_starts(word, SLICE("writein")) ||
                (slice_is(word, "write") && slice_starts(rest, SLICE("in")));
        bool number = word.ptr[0] >= '0' && word.ptr[0] <= '9';
        if (!number && !in_list(of_write_ins, COUNT(of_write_ins), word))
            return false;
    }
    return said;
}

/* The folded text in a room of TEXT_MAX * 4. */
static struct slice fold(struct slice text, char *room)
{
    struct buf b;

    buf_init_over(&b, room, TEXT_MAX * 4);
    text_fold(text, &b);
    return buf_slice(&b);
}

bool name_is_side(struct slice text)
{
    char room[TEXT_MAX * 4];

    return in_list(sides, COUNT(sides), fold(text, room));
}

bool name_is_nobody(struct slice text)
{
    char room[TEXT_MAX * 4];
    struct slice folded = fold(text, room);

    return folded.len == 0 || in_list(nobodies, COUNT(nobodies), folded) ||
           in_list(sides, COUNT(sides), folded) || is_write_ins(folded);
}

/* ---- comparing ---- */

static bool words_joined_eq(const struct slice *a, size_t na, const struct slice *b, size_t nb)
{
    size_t i = 0, j = 0, at = 0, bt = 0;

    while (i < na && j < nb) {
        if (a[i].ptr[at] != b[j].ptr[bt])
            return false;
        if (++at == a[i].len) {
            i++;
            at = 0;
        }
        if (++bt == b[j].len) {
            j++;
            bt = 0;
        }
    }
    return i == na && j == nb;
}

/* Bytes to change, add or drop, up to `most`; more gives most + 1. */
static size_t distance(struct slice a, struct slice b, size_t most)
{
    size_t row[33];

    if (a.len > 32 || b.len > 32 || a.len > b.len + most || b.len > a.len + most)
        return most + 1;
    for (size_t j = 0; j <= b.len; j++)
        row[j] = j;
    for (size_t i = 1; i <= a.len; i++) {
        size_t diagonal = row[0], least = i;
        row[0] = i;
        for (size_t j = 1; j <= b.len; j++) {
            size_t best = diagonal + (a.ptr[i - 1] != b.ptr[j - 1]);
            diagonal = row[j];
            best = best < row[j] + 1 ? best : row[j] + 1;
            row[j] = best < row[j - 1] + 1 ? best : row[j - 1] + 1;
            least = least < row[j] ? least : row[j];
        }
        if (least > most)
            return most + 1;
    }
    return row[b.len] <= most ? row[b.len] : most + 1;
}

static bool initial_fits(struct slice a, struct slice b)
{
    return a.ptr[0] == b.ptr[0] && (a.len == 1 || b.len == 1);
}

/* Only as it is given: "Patricia (Pat)" is no Patrick. */
static bool nick_fits(const struct name *n, struct slice first)
{
    for (size_t i = 0; i < n->nick_count; i++)
        if (slice_eq(n->nicks[i], first))
            return true;
    return false;
}

static bool first_fits(const struct name *a, const struct name *b)
{
    struct slice fa = a->words[0], fb = b->words[0];

    return nicknames_same(fa, fb) || nick_fits(a, fb) || nick_fits(b, fa);
}

/* Each of the fewer middle names has its like, in order, among the others. */
static bool middles_fit(const struct slice *a, size_t na, const struct slice *b, size_t nb)
{
    size_t j = 0;

    if (na > nb)
        return middles_fit(b, nb, a, na);
    for (size_t i = 0; i < na; i++, j++) {
        while (j < nb && !slice_eq(a[i], b[j]) && !initial_fits(a[i], b[j]))
            j++;
        if (j >= nb)
            return false;
    }
    return true;
}

/* Where the surnames of both begin when they are one surname: a comma or a hyphen of one may show
 * what the other hides. */
static bool family_same(const struct name *a, const struct name *b, size_t *fa, size_t *fb)
{
    size_t na = a->count - a->family, nb = b->count - b->family;

    *fa = a->family;
    *fb = b->family;
    if (words_joined_eq(a->words + *fa, na, b->words + *fb, nb))
        return true;
    if (na > nb && b->count > na)
        *fb = b->count - na;
    else if (nb > na && a->count > nb)
        *fa = a->count - nb;
    else
        return false;
    return words_joined_eq(a->words + *fa, a->count - *fa, b->words + *fb, b->count - *fb);
}

static bool typo_away(const struct name *a, const struct name *b)
{
    size_t len = a->last.len < b->last.len ? a->last.len : b->last.len;
    size_t most = len >= 8 ? 2 : len >= 4 ? 1 : 0;

    return most > 0 && distance(a->last, b->last, most) <= most;
}

/* "Archer Ann M", as some counties write without a comma, for "Ann Archer". */
static bool is_turned(const struct name *a, const struct name *b)
{
    return a->count > 1 && b->count > 1 && slice_eq(b->words[0], a->last) &&
           nicknames_same(b->words[1], a->words[0]);
}

/* Are two words at least, and all but initials, among the other's: "Ann Archer", who is "Ann
 * Archer-Smith" elsewhere? */
static bool is_within(const struct name *few, const struct name *many)
{
    size_t found = 0;

    for (size_t i = 0; i < few->count; i++) {
        size_t k = 0;
        while (k < many->count && !slice_eq(few->words[i], many->words[k]))
            k++;
        if (k == many->count && few->words[i].len > 1)
            return false;
        found += k < many->count && few->words[i].len > 1;
    }
    return found > 1;
}

/* Surnames that differ leave a chance where only the parts of one do, where the words stand in
 * another order, or where a slip of the pen may have made it another. */
static bool family_alike(const struct name *a, const struct name *b)
{
    return slice_eq(a->last, b->last) || is_turned(a, b) || is_turned(b, a) || is_within(a, b) ||
           is_within(b, a) ||
           (a->family > 0 && b->family > 0 && typo_away(a, b) && first_fits(a, b));
}

static bool has_initial(const struct name *n)
{
    for (size_t i = 0; i < n->count; i++)
        if (n->words[i].len == 1)
            return true;
    return false;
}

static bool initials_only(const struct name *n)
{
    for (size_t i = 0; i < n->family; i++)
        if (n->words[i].len != 1)
            return false;
    return n->family > 0;
}

/* The same letters with other gaps: "J D" is "JD", "Mary Ann" is "Maryann"; but "Robert A" is not
 * "Roberta". */
static bool gaps_apart(const struct name *a, const struct name *b)
{
    return slice_eq(a->words[0], b->words[0]) || initials_only(a) || initials_only(b) ||
           (!has_initial(a) && !has_initial(b));
}

static enum name_fit compare_whole(const struct name *a, const struct name *b)
{
    size_t fa, fb;

    if (a->count == 0 || b->count == 0)
        return NAME_NO;
    bool same = a->suffix.len == 0 || b->suffix.len == 0 || slice_eq(a->suffix, b->suffix);
    if (slice_eq(a->joined, b->joined))
        same &= a->count > 1 && b->count > 1 && gaps_apart(a, b);
    else if (family_same(a, b, &fa, &fb))
        same &= fa > 0 && fb > 0 && first_fits(a, b) &&
                middles_fit(a->words + 1, fa - 1, b->words + 1, fb - 1);
    else
        return family_alike(a, b) ? NAME_MAYBE : NAME_NO;
    return same ? NAME_SAME : NAME_MAYBE;
}

/* Ours up to the first `len` letters of its word `at`. */
static struct name cut_at(const struct name *ours, size_t at, size_t len)
{
    struct name cut = *ours;
    size_t letters = len;

    for (size_t i = 0; i < at; i++)
        letters += ours->words[i].len;
    cut.words[at] = cut.last = slice_sub(ours->words[at], 0, len);
    cut.count = at + 1;
    cut.suffix = (struct slice){"", 0};
    cut.joined = slice_sub(ours->joined, 0, letters);
    return cut;
}

static enum name_fit compare_cut(const struct name *ours, const struct name *theirs)
{
    enum name_fit best = NAME_NO;

    for (size_t i = ours->family; theirs->suffix.len == 0 && i < ours->count; i++) {
        size_t len = theirs->last.len;
        if (i == 0 || !slice_starts(ours->words[i], theirs->last))
            continue;
        struct name cut = cut_at(ours, i, len);
        enum name_fit fit = compare_whole(&cut, theirs);
        if (fit == NAME_SAME && len >= 3 && len < ours->words[i].len)
            return NAME_SAME;
        best = fit != NAME_NO ? NAME_MAYBE : best;
    }
    return best;
}

enum name_fit name_compare(const struct name *ours, const struct name *theirs)
{
    enum name_fit whole = compare_whole(ours, theirs);
    enum name_fit cut = NAME_NO;

    if (theirs->cut && whole != NAME_SAME && theirs->count > 1)
        cut = compare_cut(ours, theirs);
    return cut > whole ? cut : whole;
}
