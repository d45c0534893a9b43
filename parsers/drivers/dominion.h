/* SPDX-License-Identifier: ISC */
/* One way: dominion_summary.c -> dominion_report.c. */
#ifndef TALLYD_PARSERS_DOMINION_H
#define TALLYD_PARSERS_DOMINION_H

#include "parsers/job.h"

/* The Election Summary Report's XML into the builder. */
bool dominion_report(struct job *j, struct fault *f) MUST_USE;

#endif
