/* SPDX-License-Identifier: ISC */
/* A message to subscribers: its channel, the snapshot it replaces, and its data; numbering and
 * envelope come from stream.h. Shapes: config/schema/. */
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

/* Of the sentence: statement.h. */
enum statement_style {
    STATEMENT_SHORT,
    STATEMENT_LONG,  /* who called, and how it stands among what was before */
    STATEMENT_SLACK, /* the short one, in Slack's marks */
    STATEMENT_STYLES
};

struct message {
    enum message_type type;
    /* without prefix: "totals", "totals:state:GA", "calls:GA", "race:GA:ID" */
    struct slice channel;
    struct slice snap;      /* "totals", "states", "calls", "races" */
    struct slice field;     /* of the hash: the state, the race_id; empty for a plain string */
    struct slice data;      /* JSON object; empty (in core_snapshot, calls): only the snapshot is
                               written, nothing published */
    struct slice snap_data; /* CALL, RETRACTION: the latest claim of each candidacy of the race, a
                               JSON object a line: stream.c makes the snapshot's list of it; others:
                               empty, the envelope itself is the snapshot */
    struct slice plain;     /* TOTALS: "name value\n" lines for h:totals; else empty */
    struct slice line; /* TOTALS, CALL, RETRACTION: the news in one line for people; else empty */
    struct slice when; /* of the line: the time as people write it */
    /* TOTALS: the sentence that goes with these counts, in each style; else empty */
    struct slice statements[STATEMENT_STYLES];
    /* unique for the election, and the same after a restart. CALL: "c<claim number>", and where the
     * claim came to stand by something later, as when what overruled it is gone, "c<claim
     * number>.<its number>"; RETRACTION: that of the call it takes back, with an r */
    struct slice event_id;
    struct slice winner; /* CALL: "endorsement_id" to be entered in winners at score; RETRACTION: to
                            be removed */
    int64_t score;       /* CALL: call time, ms; RETRACTION: -1 */
};

#endif
