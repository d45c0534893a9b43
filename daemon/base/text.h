/* SPDX-License-Identifier: ISC */
/* Text from outside made harmless once, at ingest; and folded for comparison. */
#ifndef TALLYD_BASE_TEXT_H
#define TALLYD_BASE_TEXT_H

#include "daemon/base/arena.h"
#include "daemon/base/buf.h"

#define TEXT_MAX 200 /* bytes of a cleaned text */

/* Does every lead byte have its continuations? Surrogates and over-long forms are not looked for.
 */
bool text_is_utf8(struct slice s);

/* Only characters of plain ASCII, at most TEXT_MAX of them, with single blanks between words. So is
 * most text, and what is so is clean. */
bool text_is_plain(struct slice s);
bool text_is_plain_but(struct slice s, char but, char nor); /* with neither of these; NUL: any */

/* True when s is valid UTF-8, NFC, within TEXT_MAX, free of C0, C1, bidi controls and zero-width
 * characters, and without white space at its ends or twice in a row: what text_clean returns always
 * is. */
bool text_is_clean(struct slice s);

/* True when all of s is seen, at whatever length: UTF-8 without line ends and other controls, bidi
 * controls and zero-width characters. For what is refused rather than changed. */
bool text_is_seen(struct slice s);

/* Append to out: invalid bytes become U+FFFD, control, bidi and zero-width characters go, white
 * space (NBSP too) folds to single blanks, NFC, cut at a character before TEXT_MAX. */
void text_clean(struct slice s, struct buf *out);

/* As text_clean, into an arena; ptr NULL when the arena is full. */
struct slice text_clean_copy(struct slice s, struct arena *a);

/* Append s with '?' for each control character (C0, DEL, C1) but line ends and tabs, which in one
 * `cell` are blanks: nothing a terminal would obey. All else stays as it is. */
void text_harmless(struct slice s, bool cell, struct buf *out);

/* Append s as one word of a shell, in quotes: for commands that people copy. */
void text_quote(struct slice s, struct buf *out);

/* Append s folded for comparison of names: NFKD without marks, lower case, apostrophes and dots
 * dropped, every other run of what is not a letter or digit one blank, none at the ends.
 * "O'Néill-Díaz, Jr." -> "oneill diaz jr". */
void text_fold(struct slice s, struct buf *out);
struct slice text_fold_copy(struct slice s, struct arena *a);

/* Is "(word)" the end of s, ASCII case aside, with something before it? "Jo Poe (I) (Rep)" says the
 * party already. */
bool text_ends_in_brackets(struct slice s, struct slice word);

/* Columns a terminal needs for s (valid UTF-8). */
size_t text_width(struct slice s);

/* The word most like `word` among n candidates (edit distance <= 1/3 of its length, at most 3), or
 * NULL. */
const char *text_did_you_mean(struct slice word, const char *const *candidates, size_t n);

#endif
