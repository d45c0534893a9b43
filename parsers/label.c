/* SPDX-License-Identifier: ISC */
#include "parsers/label.h"

#include <stdint.h>
#include <string.h>

#define WORD_MAX 32 /* no word of the tables is longer */

/* Words, and the letters they begin with, by which most texts are told from all of them. */
#define L(c) (UINT32_C(1) << ((c) - 'a'))
struct words {
    uint32_t letters;
    const char *const *list;
};

static const char *const statistics_list[] = {"overvotes",
                                              "overvote",
                                              "undervotes",
                                              "undervote",
                                              "blankvotes",
                                              "blanks",
                                              "blankballots",
                                              "regvoterscounty",
                                              "registeredvoters",
                                              "ballotscast",
                                              "totalballotscast",
                                              "timescounted",
                                              "timesblankvoted",
                                              "timesovervoted",
                                              "numberofundervotes",
                                              "numberofovervotes",
                                              NULL};
static const struct words statistics = {L('b') | L('n') | L('o') | L('r') | L('t') | L('u'),
                                        statistics_list};

static const char *const answers_list[] = {
    "yes",       "no",         "yesfor",   "noagainst",      "foryes",
    "againstno", "for",        "against",  "yessi",          "nono",
    "approve",   "reject",     "retain",   "remove",         "approved",
    "rejected",  "maintained", "repealed", "yesforapproval", "noforrejection",
    "bondsyes",  "bondsno",    "levyyes",  "levyno",         "yesapprove",
    "noreject",  NULL};
static const struct words answers = {
    L('a') | L('b') | L('f') | L('l') | L('m') | L('n') | L('r') | L('y'), answers_list};

static const char *const party_marks_list[] = {"rep", "dem", "lib", "grn", "ind", "con", "gre",
                                               "r",   "d",   "l",   "g",   "npa", "wfp", NULL};
static const struct words party_marks = {
    L('c') | L('d') | L('g') | L('i') | L('l') | L('n') | L('r') | L('w'), party_marks_list};

static const char *const no_parties_list[] = {"np", "non", "none", "y", "n", "yes", "no", NULL};
static const struct words no_parties = {L('n') | L('y'), no_parties_list};

/* A letter or digit in lower case; 0 for what is neither. */
static char kept(char c)
{
    if (c >= 'A' && c <= 'Z')
        return (char)(c - 'A' + 'a');
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (unsigned char)c >= 0x80 ? c : 0;
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

static bool listed(const struct words *words, struct slice s)
{
    char word[WORD_MAX + 1], first = 0;
    for (size_t i = 0; i < s.len && !first; i++)
        first = kept(s.ptr[i]);
    if (first < 'a' || first > 'z' || !(words->letters & L(first)) || !squeeze(s, word))
        return false;
    for (const char *const *w = words->list; *w != NULL; w++)
        if (strcmp(word, *w) == 0)
            return true;
    return false;
}

bool label_is_statistic(struct slice s)
{
    return listed(&statistics, s);
}

bool label_is_answer(struct slice s)
{
    return listed(&answers, s);
}

bool label_is_write_in(struct slice s)
{
    static const struct slice forms[] = {SLICE_INIT("write-in"), SLICE_INIT("write in"),
                                         SLICE_INIT("writein"), SLICE_INIT("(w/i)")};
    for (; s.len; s = slice_sub(s, 1, s.len)) {
        if ((*s.ptr | 0x20) != 'w' && *s.ptr != '(') /* what they begin with */
            continue;
        for (size_t f = 0; f < sizeof forms / sizeof forms[0]; f++)
            if (slice_eq_nocase(slice_sub(s, 0, forms[f].len), forms[f]))
                return true;
    }
    return false;
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

struct slice label_party_mark(struct slice s, bool *incumbent)
{
    *incumbent = false;
    struct slice mark = cut_mark(&s);
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
