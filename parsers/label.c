/* SPDX-License-Identifier: ISC */
#include "parsers/label.h"

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

static const char *const answers[] = {"yes",       "no",     "yesfor",  "noagainst", "foryes",
                                      "againstno", "for",    "against", "yessi",     "nono",
                                      "approve",   "reject", "retain",  "remove",    NULL};

static const char *const party_marks[] = {"rep", "dem", "lib", "grn", "ind", "con", "gre",
                                          "r",   "d",   "l",   "g",   "npa", "wfp", NULL};

static const char *const no_parties[] = {"np", "non", "none", "y", "n", "yes", "no", NULL};

/* Letters and digits of s in lower case into out; false when they are more than any word of ours
 * has. */
static bool squeeze(struct slice s, char out[WORD_MAX + 1])
{
    size_t n = 0;
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];
        if (c >= 'A' && c <= 'Z')
            c = (unsigned char)(c - 'A' + 'a');
        bool keep = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c >= 0x80;
        if (!keep)
            continue;
        if (n == WORD_MAX)
            return false;
        out[n++] = (char)c;
    }
    out[n] = '\0';
    return n > 0;
}

static bool listed(const char *const *table, struct slice s)
{
    char word[WORD_MAX + 1];
    if (!squeeze(s, word))
        return false;
    for (; *table != NULL; table++)
        if (slice_is(slice_of(word), *table))
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
    for (size_t f = 0; f < sizeof forms / sizeof forms[0]; f++)
        for (size_t at = 0; at + forms[f].len <= s.len; at++)
            if (slice_eq_nocase(slice_sub(s, at, at + forms[f].len), forms[f]))
                return true;
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
