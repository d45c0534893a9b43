/* SPDX-License-Identifier: ISC */
/* Words that choose among races: "state:GA", "status:won", "closest:10", or a bare word found in
 * id, office, place or name. */
#ifndef TALLYD_CORE_DOCUMENTS_FILTER_H
#define TALLYD_CORE_DOCUMENTS_FILTER_H

#include "daemon/base/err.h"
#include "daemon/core/model.h"

/* These know the whole list: for the outside, ask publish_filter (publish.h) of each word before.
 */

/* False with ERR_USAGE: no such filter, or no such value; the text names those there are, or that
 * there are for the outside, where that is who asks (else NULL). */
bool documents_filter_check(const struct settings *outside, struct slice word,
                            struct err *e) MUST_USE;
bool documents_filter_fits(const struct model *m, const struct race *r, struct slice word);

/* Races that every word fits, in the order of the list; with "closest:N", of those that have
 * somebody of ours to be called and a margin, the N with the narrowest, that one first. An array
 * from the arena. False: as documents_filter_check, or memory (ERR_BUG). */
struct documents_chosen {
    const struct race **races;
    size_t count;
};
bool documents_choose(const struct model *m, const struct slice *words, size_t n, struct arena *a,
                      struct documents_chosen *out, struct err *e) MUST_USE;

/* The one endorsement, or race as a whole, that has this id; else the one with it as a part of an
 * id or a name. False (ERR_NO): none, or several, which are named. */
struct documents_found {
    uint32_t race, endorsement; /* endorsement NONE: the race */
    uint32_t count;
};
bool documents_find(const struct model *m, struct slice id, struct documents_found *out,
                    struct err *e) MUST_USE;

/* Is `word` a part of the text? ASCII case aside. */
bool documents_contains(struct slice text, struct slice word);

#endif
