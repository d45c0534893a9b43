/* SPDX-License-Identifier: ISC */
/* One race of AP's Elections API into the builder. */
#ifndef TALLYD_PARSERS_AP_RACE_H
#define TALLYD_PARSERS_AP_RACE_H

#include "parsers/job.h"
#include "parsers/json.h"

/* What one race after the other is read in; {0} at first. */
struct ap_room {
    struct ap_row *rows;
    struct slice *ids;
    uint32_t row_room, id_room;
};

/* `number` is its place in the array "races", for messages. */
bool ap_race(struct job *j, struct ap_room *room, struct json race, size_t number,
             struct fault *f) MUST_USE;

#endif
