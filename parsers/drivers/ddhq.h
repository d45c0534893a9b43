/* SPDX-License-Identifier: ISC */
/* One way: ddhq.c -> ddhq_race.c. */
#ifndef TALLYD_PARSERS_DDHQ_H
#define TALLYD_PARSERS_DDHQ_H

#include "parsers/job.h"
#include "parsers/json.h"

/* data[n] into the builder as its current contest. */
bool ddhq_race(struct job *j, struct json v, size_t n, struct fault *f) MUST_USE;

#endif
