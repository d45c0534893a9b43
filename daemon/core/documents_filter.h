/* SPDX-License-Identifier: ISC */
/* Words that choose among races: "state:GA", "status:won", or a bare word found in id, office,
 * place or name. */
#ifndef TALLYD_CORE_DOCUMENTS_FILTER_H
#define TALLYD_CORE_DOCUMENTS_FILTER_H

#include "daemon/base/err.h"
#include "daemon/core/model.h"

/* These know the whole list: for the outside, ask publish_filter (publish.h) of each word before.
 */

/* False with ERR_USAGE: no such filter, or no such value; the text names those there are. */
bool documents_filter_check(struct slice word, struct err *e) MUST_USE;
bool documents_filter_fits(const struct model *m, const struct race *r, struct slice word);

/* Is `word` a part of the text? ASCII case aside. */
bool documents_contains(struct slice text, struct slice word);

#endif
