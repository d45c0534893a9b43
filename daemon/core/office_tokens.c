/* SPDX-License-Identifier: ISC */
#include "daemon/core/office_tokens.h"

#include <string.h>

#include "daemon/base/text.h"

#define COUNT(t) (sizeof(t) / sizeof((t)[0]))

static const char *const ordinals[] = {
    "zeroth",     "first",     "second",    "third",       "fourth",     "fifth",      "sixth",
    "seventh",    "eighth",    "ninth",     "tenth",       "eleventh",   "twelfth",    "thirteenth",
    "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth", "twentieth",
};
static const char *const numbers[] = {"zero", "one",   "two",   "three", "four", "five",
                                      "six",  "seven", "eight", "nine",  "ten"};
static const char *const romans[] = {"",   "i",   "ii",   "iii", "iv", "v",
                                     "vi", "vii", "viii", "ix",  "x"};

bool word_in(const char *const *list, size_t n, struct slice word)
{
    for (size_t i = 0; i < n; i++)
        if (word.len > 0 && list[i][0] == word.ptr[0] && slice_is(word, list[i]))
            return true;
    return false;
}

bool word_digits(struct slice s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] < '0' || s.ptr[i] > '9')
            return false;
    return s.len > 0;
}

bool word_starts_digit(struct slice s)
{
    return s.len > 0 && s.ptr[0] >= '0' && s.ptr[0] <= '9';
}

static bool small_number(const char *const *list, size_t n, struct slice w, struct slice *value,
                         struct arena *a)
{
    for (size_t i = 1; i < n; i++)
        if (slice_is(w, list[i])) {
            *value = arena_printf(a, "%zu", i);
            return value->ptr != NULL;
        }
    return false;
}

bool word_ordinal(struct slice w, struct slice *value, struct arena *a)
{
    static const char *const ends[] = {"st", "nd", "rd", "th"};

    if (small_number(ordinals, COUNT(ordinals), w, value, a))
        return true;
    if (w.len < 3 || !word_in(ends, COUNT(ends), slice_sub(w, w.len - 2, w.len)))
        return false;
    struct slice digits = slice_sub(w, 0, w.len - 2);
    while (digits.len > 1 && digits.ptr[0] == '0')
        digits = slice_sub(digits, 1, digits.len);
    *value = digits;
    return word_digits(digits);
}

bool word_roman(struct slice w, struct slice *value, struct arena *a)
{
    return small_number(romans, COUNT(romans), w, value, a);
}

bool word_value(struct slice w, struct slice *value, struct arena *a)
{
    if (word_ordinal(w, value, a) || small_number(numbers, COUNT(numbers), w, value, a) ||
        (w.len > 1 && word_roman(w, value, a)))
        return true;
    if (!word_starts_digit(w) && w.len != 1)
        return false;
    while (w.len > 1 && w.ptr[0] == '0' && w.ptr[1] >= '0' && w.ptr[1] <= '9')
        w = slice_sub(w, 1, w.len);
    *value = w;
    return true;
}

static void add_token(struct tokens *t, struct slice word)
{
    if (t->count == TOKENS)
        t->crowded = true;
    else
        t->word[t->count++] = word;
}

/* A number of one or two digits at the start of the text, which goes on behind it. */
static bool next_small(struct slice *text, struct slice *number)
{
    size_t n = 0;

    while (n < text->len && n < 3 && word_digits(slice_sub(*text, n, n + 1)))
        n++;
    *number = slice_sub(*text, n == 2 && text->ptr[0] == '0', n);
    *text = slice_sub(*text, n, text->len);
    return n == 1 || n == 2;
}

static bool is_edge(char c)
{
    return strchr(" ,;:()[]/", c) != NULL;
}

/* Three such at the start of the text, "07-1-06", as one word "7-1-6", and the text goes on behind
 * it. False: it has none there. */
static bool next_three(struct slice *text, struct arena *a, struct slice *word)
{
    struct slice rest = *text, n[3];

    for (int i = 0; i < 3; i++) {
        if (i > 0 && (rest.len == 0 || rest.ptr[0] != '-'))
            return false;
        rest = slice_sub(rest, i > 0, rest.len);
        if (!next_small(&rest, &n[i]))
            return false;
    }
    if (rest.len > 0 && !is_edge(rest.ptr[0]))
        return false;
    *word = arena_printf(a, "%.*s-%.*s-%.*s", SLICE_FMT(n[0]), SLICE_FMT(n[1]), SLICE_FMT(n[2]));
    *text = rest;
    return true;
}

/* Where the text has three such, and what it has before and behind them. False: nowhere. */
static bool find_three(struct slice text, struct arena *a, struct slice *before, struct slice *word,
                       struct slice *behind)
{
    for (size_t at = 0; at < text.len; at++) {
        *behind = slice_sub(text, at, text.len);
        *before = slice_sub(text, 0, at);
        if ((at == 0 || is_edge(text.ptr[at - 1])) && next_three(behind, a, word))
            return true;
    }
    return false;
}

static bool add_words(struct slice text, struct arena *a, struct tokens *t)
{
    struct slice folded = text_fold_copy(text, a), word;

    if (!folded.ptr)
        return false;
    while (slice_next(&folded, ' ', &word))
        add_token(t, word);
    return true;
}

bool tokens_read(struct slice text, struct arena *a, struct tokens *t)
{
    struct slice before, three, behind;

    *t = (struct tokens){.count = 0};
    while (find_three(text, a, &before, &three, &behind)) {
        if (!three.ptr || !add_words(before, a, t))
            return false;
        add_token(t, three);
        text = behind;
    }
    return add_words(text, a, t);
}

size_t tokens_phrase(const struct tokens *t, size_t at, const char *phrase)
{
    for (size_t n = 1; at < t->count && !t->claimed[at]; n++, at++) {
        struct slice word = t->word[at];
        if (phrase[0] != word.ptr[0] || strncmp(phrase, word.ptr, word.len) != 0)
            return 0;
        phrase += word.len;
        if (*phrase == '\0')
            return n;
        if (*phrase++ != ' ')
            return 0;
    }
    return 0;
}

void tokens_claim(struct tokens *t, size_t at, size_t n)
{
    for (size_t i = 0; i < n; i++)
        t->claimed[at + i] = true;
}

bool tokens_is(const struct tokens *t, size_t at, const char *word)
{
    return at < t->count && !t->claimed[at] && t->word[at].ptr[0] == word[0] &&
           slice_is(t->word[at], word);
}

bool tokens_is_one(const struct tokens *t, size_t at, const char *const *list, size_t n)
{
    return at < t->count && !t->claimed[at] && word_in(list, n, t->word[at]);
}
