/* SPDX-License-Identifier: ISC */
/* Regular expressions of a mapping: POSIX extended, over bytes; "(?i)" in front ignores case. */
#ifndef TALLYD_PARSERS_PATTERN_H
#define TALLYD_PARSERS_PATTERN_H

#include "daemon/base/arena.h"
#include "parsers/fault.h"

#define PATTERN_GROUPS 10 /* the whole match and nine groups */

struct pattern;

/* Why an expression is not to be compiled: libc's regcomp repeats what intervals repeat, in memory,
 * and calls itself for each group; a back reference is looked for in all possible ways. NULL:
 * nothing. */
const char *pattern_excess(struct slice source);

/* Compiled patterns hang in *list, since libc's memory is not the arena's: patterns_done frees
 * them. `option` names where the expression stands, for the message. `groups` is how many will be
 * asked for, as in pattern_match: 0, only whether it matches; each costs time. */
bool pattern_new(struct arena *a, struct pattern **list, struct slice option, struct slice source,
                 size_t groups, struct pattern **out, struct fault *f) MUST_USE;
void patterns_done(struct pattern **list);

/* groups[0] is the match, the rest its groups (ptr NULL: took no part); `groups` may be NULL. What
 * a text gave is remembered, for texts come again. */
bool pattern_match(struct pattern *p, struct slice s, struct slice groups[PATTERN_GROUPS]);
size_t pattern_groups(const struct pattern *p); /* how many groups it has, at most 9 */

#endif
