/* SPDX-License-Identifier: ISC */
/* What a line of results is, told by its words alone: a choice, a statistic, a write-in line, a yes
 * or no. */
#ifndef TALLYD_PARSERS_LABEL_H
#define TALLYD_PARSERS_LABEL_H

#include "daemon/base/slice.h"

/* "Overvotes", "Under Votes", "regVotersCounty", "Ballots Cast": counted beside choices, never one
 * of them. */
bool label_is_statistic(struct slice s);

/* "Write-in", "WRITE IN", "Jane Roe (Write-in)". */
bool label_is_write_in(struct slice s);

/* "Yes", "NO", "Yes/For": an answer to a question, which no person is called. */
bool label_is_answer(struct slice s);

/* The party out of a trailing mark, "Rep" of "David A. Perdue (I) (Rep)", or empty. Only marks of
 * the table count, so that a nickname in parentheses is none. *incumbent: "(I)" stands before that
 * mark. An "(I)" that stands last says nothing: it may be the party. */
struct slice label_party_mark(struct slice s, bool *incumbent);

/* The feed's own party field, or empty where it only says that there is none ("NP", "NON"), repeats
 * an answer ("Y") or counts ("1"). */
struct slice label_party(struct slice field);

#endif
