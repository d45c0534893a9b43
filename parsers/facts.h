/* SPDX-License-Identifier: ISC */
/* What a file says of itself in words: its date, its time, whether it is official or a test. */
#ifndef TALLYD_PARSERS_FACTS_H
#define TALLYD_PARSERS_FACTS_H

#include "parsers/mapping.h"

/* Take one fact, ROLE_DATE to ROLE_VERSION. A text that says nothing we know changes nothing; of
 * several times the latest counts, of statuses the least final, one word of a test is enough, and
 * of other facts the first counts. `text` may go; false when it is a second election day, or memory
 * is out. */
bool facts_take(struct job *j, enum role role, struct slice text, struct fault *f) MUST_USE;

/* "yes", "y", "true", "1", "x": a mark that says so. */
bool facts_says_yes(struct slice s);

#endif
