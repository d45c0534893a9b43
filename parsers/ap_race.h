/* SPDX-License-Identifier: ISC */
/* One race of AP's Elections API into the builder. */
#ifndef TALLYD_PARSERS_AP_RACE_H
#define TALLYD_PARSERS_AP_RACE_H

#include "parsers/job.h"
#include "parsers/json.h"

/* `number` is its place in the array "races", for messages. */
bool ap_race(struct job *j, struct json race, size_t number, struct fault *f) MUST_USE;

#endif
