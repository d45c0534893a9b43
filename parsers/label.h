/* SPDX-License-Identifier: ISC */
/* What a line of results is, told by its words alone: a choice, a statistic, a write-in line, a yes
 * or no. */
#ifndef TALLYD_PARSERS_LABEL_H
#define TALLYD_PARSERS_LABEL_H

#include "daemon/base/slice.h"
#include "parsers/results.h"

/* "Overvotes", "Under Votes", "regVotersCounty", "Ballots Cast", and totals: counted beside
 * choices, never one of them. */
bool label_is_statistic(struct slice s);

/* "Total", "Grand Total", "Statewide": a line that adds up the others of its kind, of choices, of
 * places or of vote types. */
bool label_is_total(struct slice s);

/* "Write-in", "WRITE IN", "Jane Roe (Write-in)". */
bool label_is_write_in(struct slice s);

/* "Write-in", "NO PETITION FILED", "No Candidate": a line that stands for nobody in particular.
 * Where several are elected a contest may have it several times, one behind the other. */
bool label_is_nobody(struct slice s);

/* "Yes", "NO", "Yes/For", "For the Levy", "BONDS - NO": an answer to a question, which no person is
 * called. */
bool label_is_answer(struct slice s);

/* "Yes, Levy" and "No, Levy", "Freeholders No" and "Freeholders Yes": the same words but for yes
 * and no, or the like: the two sides of a question, whatever they say beside. */
bool label_are_answers(struct slice a, struct slice b);

/* The party out of a trailing mark, "Rep" of "David A. Perdue (I) (Rep)", or empty. Only marks of
 * the table count, so that a nickname in parentheses is none. *incumbent: "(I)" stands before that
 * mark. An "(I)" that stands last says nothing: it may be the party. */
struct slice label_party_mark(struct slice s, bool *incumbent);

/* The feed's own party field, or empty where it only says that there is none ("NP", "NON"), repeats
 * an answer ("Y") or counts ("1"). */
struct slice label_party(struct slice field);

/* 'd' of "Dem", "DFL", "Democratic Party", 'r' of "R", "Republican"; 0 for any other party. */
char label_major_party(struct slice party);

/* How final a heading calls its results: "Unofficial Results", "Final Official Canvass". Whatever
 * takes it back counts first: "Semi-Official" and "Semi-Final Official Canvass" are of the night.
 */
enum results_status label_status(struct slice heading);

#endif
