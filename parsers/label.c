/* SPDX-License-Identifier: ISC */
#include "parsers/label.h"

#include <stdint.h>
#include <string.h>

#include "daemon/base/text.h"

#define WORD_MAX 32  /* each word of the tables is shorter */
#define WORDS_MAX 16 /* of one first letter */

/* Words by their first letters: hardly any text is held against more than a few. */
struct words {
    char of['z' - 'a' + 1][WORDS_MAX][WORD_MAX];
};
#define IN(letter) .of[(letter) - 'a']

static const struct words statistics = {
    IN('b') = {"blankvotes", "blanks", "blankballots", "ballotscast", "ballotscounted", "blank",
               "blankvoid", "blankandvoid", "blanksvoids", "ballotscasttotal", "ballotscastblank",
               "ballotsblank"},
    IN('c') = {"continuingballots", "continuingballotstotal"},
    IN('e') = {"exhausted", "exhaustedballots", "exhaustedvotes", "eligiblevoters"},
    IN('i') = {"invalidvotes", "inactiveballots"},
    IN('n') = {"numberofundervotes", "numberofovervotes", "nontransferabletotal",
               "numberofprecincts", "numberofprecinctsreporting"},
    IN('o') = {"overvotes", "overvote", "overundervotes", "overs", "overunder", "overvoteundervote",
               "overvotesundervotes"},
    IN('p') = {"precinctsreporting", "precinctsreported", "precinctscounted", "publiccounter"},
    IN('r') = {"regvoterscounty", "registeredvoters", "residualvotes", "registeredvoterstotal",
               "regvoters", "rejectedballots"},
    IN('s') = {"spoiledballots", "spoiledvotes", "spoiltvotes"},
    IN('t') = {"totalballotscast", "timescounted", "timesblankvoted", "timesovervoted",
               "totalundervotes", "totalovervotes", "timescast", "totalballots", "totalvoters",
               "turnout", "totalprecincts"},
    IN('u') = {"undervotes", "undervote", "underovervotes", "unders", "underover",
               "undervotesovervotes"},
    IN('v') = {"validvotes", "voterturnout", "void", "voids", "voterscast"},
};

static const struct words totals = {
    IN('a') = {"allcounties", "allprecincts"},
    IN('c') = {"contesttotal", "countytotal", "countytotals", "contesttotals", "castvotes"},
    IN('g') = {"grandtotal"},
    IN('r') = {"racetotal"},
    IN('s') = {"statetotal", "statewidetotal", "statewide", "subtotal"},
    IN('t') = {"total", "totals", "totalvotes", "totalvotescast"},
    IN('v') = {"votescast"},
};

static const struct words answers = {
    IN('a') = {"againstno", "against", "approve", "approved"},
    IN('b') = {"bondsyes", "bondsno"},
    IN('f') = {"foryes", "for"},
    IN('i') = {"infavor", "infavorof"},
    IN('l') = {"levyyes", "levyno"},
    IN('m') = {"maintained"},
    IN('n') = {"no", "noagainst", "nono", "noforrejection", "noreject"},
    IN('o') = {"opposed"},
    IN('r') = {"reject", "retain", "remove", "rejected", "repealed", "repeal"},
    IN('s') = {"s\xc3\xad", "s\xc3\x8d"},
    IN('y') = {"yes", "yesfor", "yessi", "yesforapproval", "yesapprove"},
};

static const struct words party_marks = {
    IN('c') = {"con"},      IN('d') = {"dem", "d"}, IN('g') = {"grn", "gre", "g"},
    IN('i') = {"ind"},      IN('l') = {"lib", "l"}, IN('n') = {"npa"},
    IN('r') = {"rep", "r"}, IN('w') = {"wfp"},
};

static const struct words no_parties = {
    IN('n') = {"np", "non", "none", "nonpartisan", "n", "no"},
    IN('y') = {"y", "yes"},
};

static const struct words nobodies = {
    IN('n') = {"nopetitionfiled", "novalidpetitionfiled", "nopetitionsfiled", "nocandidate",
               "nocandidatefiled", "nocandidates", "nocandidatesfiled", "nonomination",
               "nonominationmade", "nonominationsmade", "nonominationfiled", "nonominee"},
    IN('p') = {"personalchoice"},
    IN('w') = {"writein", "writeins", "writeinvotes"},
};

/* A letter or digit in lower case; 0 for what is neither. */
static char kept(char c)
{
    unsigned char byte = (unsigned char)c, low = byte | 0x20;
    if (low >= 'a' && low <= 'z')
        return (char)low;
    return (byte >= '0' && byte <= '9') || byte >= 0x80 ? c : 0;
}

/* What is kept of s into out; false when it is nothing, or more than any word of ours has. */
static bool squeeze(struct slice s, char out[WORD_MAX + 1])
{
    size_t n = 0;
    for (size_t i = 0; i < s.len; i++) {
        char c = kept(s.ptr[i]);
        if (!c)
            continue;
        if (n == WORD_MAX)
            return false;
        out[n++] = c;
    }
    out[n] = '\0';
    return n > 0;
}

/* strcmp for what is short and mostly differs at once. */
static bool same(const char *a, const char *b)
{
    while (*a && *a == *b) {
        a++;
        b++;
    }
    return *a == *b;
}

static bool is_letter(char c)
{
    return c >= 'a' && c <= 'z';
}

/* Is the word what is kept of s? */
static bool is_word(const char *word, struct slice s)
{
    for (size_t i = 0; i < s.len; i++) {
        char c = kept(s.ptr[i]);
        if (c && c != *word++)
            return false;
    }
    return !*word;
}

/* Most texts are told from all words by the first two letters of what is kept. */
static bool listed(const struct words *words, struct slice s)
{
    size_t at = 0;
    char one = 0, two = 0;
    while (at < s.len && !(one = kept(s.ptr[at])))
        at++;
    if (!is_letter(one) || !words->of[one - 'a'][0][0])
        return false;
    for (at++; at < s.len && !(two = kept(s.ptr[at]));)
        at++;
    const char(*of)[WORD_MAX] = words->of[one - 'a'];
    for (size_t i = 0; i < WORDS_MAX && of[i][0]; i++)
        if (of[i][1] == two && is_word(of[i] + 1, slice_sub(s, at, s.len)))
            return true;
    return false;
}

bool label_is_statistic(struct slice s)
{
    return listed(&statistics, s) || listed(&totals, s);
}

bool label_is_total(struct slice s)
{
    return listed(&totals, s);
}

/* Does s begin with the word, in any case? */
static bool begins(struct slice s, const char *word)
{
    if (s.len == 0 || kept(*s.ptr) != *word)
        return false;
    size_t n = strlen(word);
    return slice_eq_nocase(slice_sub(s, 0, n), slice_of(word)) && (s.len == n || !kept(s.ptr[n]));
}

/* "For the Levy", "Against Annexation", "Yes - Approve", "NO/NO". Not "No, Jae", who is a person.
 */
static bool begins_as_answer(struct slice s)
{
    static const char *const sides[] = {"for", "against", "in favor", NULL};
    static const char *const words[] = {"yes", "no", NULL};
    static const char behind[] = {'-', '/', '(', ':'};
    for (const char *const *w = sides; *w != NULL; w++)
        if (begins(s, *w) && s.len > strlen(*w) && s.ptr[strlen(*w)] == ' ')
            return true;
    for (const char *const *w = words; *w != NULL; w++) {
        struct slice rest = slice_trim(slice_sub(s, strlen(*w), s.len));
        if (begins(s, *w) && rest.len > 0 && memchr(behind, rest.ptr[0], sizeof behind) != NULL)
            return true;
    }
    return false;
}

/* "BONDS YES", "Levy - No", "School Tax - Yes". */
static bool ends_as_answer(struct slice s)
{
    static const char *const asked[] = {"bond", "bonds", "levy", "tax", "budget", NULL};
    static const struct slice words[] = {SLICE_INIT("yes"), SLICE_INIT("no")};
    struct slice before = {0};
    for (size_t i = 0; i < sizeof words / sizeof words[0] && before.len == 0; i++)
        if (s.len > words[i].len &&
            slice_eq_nocase(slice_sub(s, s.len - words[i].len, s.len), words[i]))
            before = slice_sub(s, 0, s.len - words[i].len);
    if (before.len == 0 || kept(before.ptr[before.len - 1]))
        return false;
    bool about = slice_ends(slice_trim(before), SLICE("-"));
    for (const char *const *w = asked; *w != NULL && !about; w++)
        about = begins(s, *w);
    return about;
}

/* Is it one of these, in either case? */
static bool is_of(char c, struct slice letters)
{
    return memchr(letters.ptr, c | 0x20, letters.len) != NULL;
}

bool label_is_answer(struct slice s)
{
    s = slice_trim(s);
    if (!s.len)
        return false;
    bool begins = is_of(*s.ptr, SLICE("ynfai")), ends = is_of(s.ptr[s.len - 1], SLICE("so"));
    return listed(&answers, s) || (begins && begins_as_answer(s)) || (ends && ends_as_answer(s));
}

/* The words of s run together but for one, which must be there; false where it is not, or they are
 * too many. */
static bool words_but(struct slice s, const char *word, char out[TEXT_MAX], size_t *n)
{
    bool found = false;
    *n = 0;
    for (size_t i = 0, end; i < s.len && i < TEXT_MAX; i = end + 1) {
        for (end = i; end < s.len && kept(s.ptr[end]);)
            end++;
        struct slice one = slice_sub(s, i, end);
        if (!found && slice_eq_nocase(one, slice_of(word))) {
            found = true;
            continue;
        }
        for (size_t k = 0; k < one.len && *n < TEXT_MAX; k++)
            out[(*n)++] = kept(one.ptr[k]);
    }
    return found && s.len <= TEXT_MAX;
}

static const char *const opposites[][2] = {
    {"yes", "no"}, {"for", "against"}, {"approve", "reject"}, {"approved", "rejected"}};

/* How those begin. */
static bool may_side(char c)
{
    return !is_letter(c) || is_of(c, SLICE("ynfar"));
}

/* Is one of its words one of those? Mostly none is, and none begins as they do. */
static bool takes_side(struct slice s)
{
    for (size_t i = 0, end; i < s.len; i = end + 1) {
        for (end = i; end < s.len && kept(s.ptr[end]);)
            end++;
        struct slice one = slice_sub(s, i, end);
        if (one.len < 2 || !may_side(kept(*one.ptr)))
            continue;
        for (size_t k = 0; k < 2 * sizeof opposites / sizeof opposites[0]; k++) {
            const char *word = opposites[k / 2][k % 2];
            if (kept(*one.ptr) == *word && slice_eq_nocase(one, slice_of(word)))
                return true;
        }
    }
    return false;
}

bool label_are_answers(struct slice a, struct slice b)
{
    char x[TEXT_MAX], y[TEXT_MAX];
    size_t m, n;
    if (!a.len || !b.len ||
        !(kept(*a.ptr) == kept(*b.ptr) || may_side(kept(*a.ptr)) || may_side(kept(*b.ptr))))
        return false; /* what is left of them begins alike */
    if (!takes_side(a) || !takes_side(b))
        return false;
    for (size_t i = 0; i < 2 * sizeof opposites / sizeof opposites[0]; i++) {
        const char *const *pair = opposites[i / 2];
        if (words_but(a, pair[i % 2], x, &m) && words_but(b, pair[1 - i % 2], y, &n) && m == n &&
            memcmp(x, y, n) == 0)
            return true;
    }
    return false;
}

char label_major_party(struct slice party)
{
    static const char *const names[] = {
        "d", "dem", "dfl", "democrat",   "democratic",     "democraticparty",
        "r", "rep", "gop", "republican", "republicanparty"};
    char word[WORD_MAX + 1];
    bool any = squeeze(party, word);
    for (size_t i = 0; any && i < sizeof names / sizeof names[0]; i++)
        if (same(word, names[i]))
            return names[i][0] == 'g' ? 'r' : names[i][0];
    return 0;
}

enum results_status label_status(struct slice heading)
{
    static const struct {
        const char *word;
        enum results_status status;
    } words[] = {
        {"unofficial", RESULTS_UNOFFICIAL},    {"preliminary", RESULTS_UNOFFICIAL},
        {"semi-", RESULTS_UNOFFICIAL},         {"semi final", RESULTS_UNOFFICIAL},
        {"semi official", RESULTS_UNOFFICIAL}, {"semifinal", RESULTS_UNOFFICIAL},
        {"semiofficial", RESULTS_UNOFFICIAL},  {"incomplete", RESULTS_UNOFFICIAL},
        {"uncertified", RESULTS_UNOFFICIAL},   {"not official", RESULTS_UNOFFICIAL},
        {"not certified", RESULTS_UNOFFICIAL}, {"election night", RESULTS_UNOFFICIAL},
        {"certified", RESULTS_CERTIFIED},      {"official", RESULTS_OFFICIAL},
        {"final", RESULTS_COMPLETE},
    };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (slice_find_nocase(heading, slice_of(words[i].word)) != SIZE_MAX)
            return words[i].status;
    return RESULTS_STATUS_UNKNOWN;
}

/* A W in either case; eight bytes at once, the last eight of them perhaps again. */
static bool has_w(struct slice s)
{
    const uint64_t each = UINT64_MAX / 0xff;
    uint64_t v;
    if (s.len < sizeof v)
        return memchr(s.ptr, 'w', s.len) || memchr(s.ptr, 'W', s.len);
    for (size_t at = 0; at < s.len; at += sizeof v) {
        memcpy(&v, s.ptr + (at < s.len - sizeof v ? at : s.len - sizeof v), sizeof v);
        v = (v | each * 0x20) ^ each * 'w'; /* a byte is 0 where a W is */
        if ((v - each) & ~v & each * 0x80)
            return true;
    }
    return false;
}

bool label_is_write_in(struct slice s)
{
    if (s.len == 10 && slice_eq_nocase(s, SLICE("scattering"))) /* what New England calls it */
        return true;
    static const struct slice forms[] = {SLICE_INIT("write-in"), SLICE_INIT("write in"),
                                         SLICE_INIT("writein"), SLICE_INIT("(w/i)")};
    if (s.len < 5 || !has_w(s)) /* none is shorter or without */
        return false;
    for (size_t i = 0; i + 5 <= s.len; i++) {
        if ((s.ptr[i] | 0x20) != 'w' && s.ptr[i] != '(') /* what they begin with */
            continue;
        if ((s.ptr[i + 1] | 0x20) != 'r' && (s.ptr[i + 1] | 0x20) != 'w')
            continue;
        for (size_t f = 0; f < sizeof forms / sizeof forms[0]; f++)
            if (slice_eq_nocase(slice_sub(s, i, i + forms[f].len), forms[f]))
                return true;
    }
    return false;
}

bool label_is_nobody(struct slice s)
{
    return listed(&nobodies, s);
}

/* What stands in the parentheses that end *s, which is cut off before them; empty when none do. */
static struct slice cut_mark(struct slice *s)
{
    *s = slice_trim(*s);
    if (!slice_ends(*s, SLICE(")")))
        return (struct slice){0};
    size_t open = s->len;
    while (open > 0 && s->ptr[open - 1] != '(')
        open--;
    if (open == 0)
        return (struct slice){0};
    struct slice mark = slice_sub(*s, open, s->len - 1);
    *s = slice_trim(slice_sub(*s, 0, open - 1));
    return mark;
}

/* "R" of "J. Nathan Dell (I)R", which is cut off; empty where no mark hangs on brackets. */
static struct slice behind_brackets(struct slice *s)
{
    size_t end = s->len;
    while (end > 0 && kept(s->ptr[end - 1]))
        end--;
    struct slice mark = slice_sub(*s, end, s->len);
    if (end == 0 || s->ptr[end - 1] != ')' || !listed(&party_marks, mark))
        return (struct slice){0};
    *s = slice_sub(*s, 0, end);
    return mark;
}

struct slice label_party_mark(struct slice s, bool *incumbent)
{
    *incumbent = false;
    struct slice mark = behind_brackets(&s);
    if (mark.len > 0) {
        *incumbent = slice_eq_nocase(cut_mark(&s), SLICE("I"));
        return mark;
    }
    mark = cut_mark(&s);
    if (!listed(&party_marks, mark))
        return (struct slice){0};
    *incumbent = slice_eq_nocase(cut_mark(&s), SLICE("I"));
    return mark;
}

struct slice label_party(struct slice field)
{
    field = slice_trim(field);
    bool digits = true;
    for (size_t i = 0; i < field.len && digits; i++)
        digits = field.ptr[i] >= '0' && field.ptr[i] <= '9';
    return digits || listed(&no_parties, field) ? (struct slice){0} : field;
}
