/* SPDX-License-Identifier: ISC */
#include "parsers/label.h"

#include <string.h>

#define WORD_MAX 32 /* no word of the tables is longer */

static const char *const statistics[] = {"overvotes",
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

static const char *const answers[] = {
    "yes",       "no",         "yesfor",   "noagainst",      "foryes",
    "againstno", "for",        "against",  "yessi",          "nono",
    "approve",   "reject",     "retain",   "remove",         "approved",
    "rejected",  "maintained", "repealed", "yesforapproval", "noforrejection",
    "bondsyes",  "bondsno",    "levyyes",  "levyno",         "yesapprove",
    "noreject",  NULL};

static const char *const party_marks[] = {"rep", "dem", "lib", "grn", "ind", "con", "gre",
                                          "r",   "d",   "l",   "g",   "npa", "wfp", NULL};

static const char *const no_parties[] = {"np", "non", "none", "y", "n", "yes", "no", NULL};

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

/* Most texts begin as no word of the table does, and are not looked at further. */
static bool may_be_listed(const char *const *table, struct slice s)
{
    char first = 0;
    for (size_t i = 0; i < s.len && !first; i++)
        first = kept(s.ptr[i]);
    for (; *table != NULL; table++)
        if ((*table)[0] == first)
            return true;
    return false;
}

static bool listed(const char *const *table, struct slice s)
{
    char word[WORD_MAX + 1];
    if (!may_be_listed(table, s) || !squeeze(s, word))
        return false;
    for (; *table != NULL; table++)
        if ((*table)[0] == word[0] && strcmp(word, *table) == 0)
            return true;
    return false;
}

bool label_is_statistic(struct slice s)
{
    return listed(statistics, s);
}

bool label_is_answer(struct slice s)
{
    return listed(answers, s);
}

bool label_is_write_in(struct slice s)
{
    static const struct slice forms[] = {SLICE_INIT("write-in"), SLICE_INIT("write in"),
                                         SLICE_INIT("writein"), SLICE_INIT("(w/i)")};
    for (; s.len; s = slice_sub(s, 1, s.len)) {
        if (*s.ptr != 'w' && *s.ptr != 'W' && *s.ptr != '(') /* what they begin with */
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
    if (!listed(party_marks, mark))
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
    return digits || listed(no_parties, field) ? (struct slice){0} : field;
}
