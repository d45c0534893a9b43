/* SPDX-License-Identifier: ISC */
/* To know again what a person decided about, after the feed has renamed it. */
#ifndef TALLYD_CORE_MATCH_RULES_H
#define TALLYD_CORE_MATCH_RULES_H

#include "daemon/core/match_index.h"

/* Is the decision about this contest? By id and text; by text alone when the feed has no longer a
 * contest of both and no other of the text; by id alone where the text says the same in other
 * words. `folded`: the contest's text. */
bool match_rule_here(const struct model *m, const struct match_rule *r,
                     const struct feed_contest *c, struct slice folded, struct arena *scratch);

/* ... about this choice of the contest? By name; by id or party too where several have the name; by
 * id alone where there is no name. A decision about a whole contest is about each. */
bool match_rule_choice(const struct match_rule *r, const struct feed_contest *c, uint32_t choice,
                       struct arena *scratch);

/* Is one of the two about what the other is about, in the words of their day? */
bool match_rule_same_contest(const struct match_rule *a, const struct match_rule *b);
bool match_rule_same_choice(const struct match_rule *a, const struct match_rule *b);

#endif
