/* SPDX-License-Identifier: ISC */
/* What AP says of candidates' fates, in its interactive files and in its Elections API alike. */
#ifndef TALLYD_PARSERS_AP_MARKS_H
#define TALLYD_PARSERS_AP_MARKS_H

#include "parsers/json.h"
#include "parsers/results.h"

/* A candidate's `winner`: X won, R goes to a runoff; N, Uncalled, an empty text, null and absence
 * say "not called": N is "not the winner", which in a race of several rounds is not yet "lost".
 * False: not a mark of AP's; taken as "not called" it would retract what stands. */
bool ap_marks_read(struct json winner, enum results_mark *out) MUST_USE;

/* Whether some candidate of the array has the field at all: absence is no retraction. */
bool ap_marks_stated(struct json candidates);

/* "GA": two capital letters. */
bool ap_marks_state(struct slice s);

#endif
