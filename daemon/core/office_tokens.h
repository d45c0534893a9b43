/* SPDX-License-Identifier: ISC */
/* The words of an office's text: who has claimed which, and what number a word says. */
#ifndef TALLYD_CORE_OFFICE_TOKENS_H
#define TALLYD_CORE_OFFICE_TOKENS_H

#include "daemon/base/arena.h"
#include "daemon/base/err.h"
#include "daemon/base/slice.h"

enum { TOKENS = 64 };

struct tokens {
    struct slice word[TOKENS]; /* folded, none empty; of numbers: "7-1-6" */
    bool claimed[TOKENS];
    size_t count;
    bool crowded; /* there were more */
};

/* The words of a text, none claimed. Three small numbers with dashes between are one: a district of
 * Pennsylvania's magistrates. False only when the arena is full. */
bool tokens_read(struct slice text, struct arena *a, struct tokens *t) MUST_USE;

/* How many tokens from `at` on are the words of `phrase`, none of them claimed; 0: they are not. */
size_t tokens_phrase(const struct tokens *t, size_t at, const char *phrase);

/* Is there an unclaimed word at `at`, and is it this one, or one of the list? */
bool tokens_is(const struct tokens *t, size_t at, const char *word);
bool tokens_is_one(const struct tokens *t, size_t at, const char *const *list, size_t n);

void tokens_claim(struct tokens *t, size_t at, size_t n);

bool word_in(const char *const *list, size_t n, struct slice word);
bool word_digits(struct slice s);
bool word_starts_digit(struct slice s);

/* The number that a folded word says, as digits without zeros in front, in *value: "3rd" or
 * "third"; "ii". Otherwise, and when the arena is full, false; *value may have changed. */
bool word_ordinal(struct slice w, struct slice *value, struct arena *a);
bool word_roman(struct slice w, struct slice *value, struct arena *a);
/* ... what may stand behind "District": "12", "012", "54a", "b", "ii", "3rd", "three". */
bool word_value(struct slice w, struct slice *value, struct arena *a);

#endif
