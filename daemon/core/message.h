/* SPDX-License-Identifier: ISC */
/* A message to subscribers: its channel, the snapshot it replaces, and its data; numbering and envelope come from
 * stream.h. Shapes: contracts.md, Redis. */
#ifndef TALLYD_CORE_MESSAGE_H
#define TALLYD_CORE_MESSAGE_H

#include <stdint.h>

#include "daemon/base/slice.h"

enum message_type {
    MESSAGE_TOTALS,
    MESSAGE_STATE_TOTALS,
    MESSAGE_CALL,
    MESSAGE_RETRACTION,
    MESSAGE_RACE,
    MESSAGE_HEARTBEAT,
    MESSAGE_TYPES
};

struct message {
    enum message_type type;
    struct slice channel; /* without prefix: "totals", "totals:state:GA", "calls:GA", "race:GA:ID" */
    struct slice snap;    /* "totals", "states", "calls", "races" */
    struct slice field;   /* of the hash: the state, the race_id; empty for a plain string */
    struct slice data;    /* JSON object */
    struct slice snap_data; /* CALL, RETRACTION: the whole snapshot value is this JSON list of the latest claims per candidacy of the
                               race; others: empty, the envelope itself is the snapshot */
    struct slice plain;   /* TOTALS: "name value\n" lines for h:totals; else empty */
    struct slice event_id; /* CALL, RETRACTION: unique for the election: "c<claim number>" */
    struct slice winner;  /* CALL: "endorsement_id" to be entered in winners at score; RETRACTION: to be removed */
    int64_t score;        /* CALL: call time, ms */
};

#endif
