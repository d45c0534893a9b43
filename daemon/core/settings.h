/* SPDX-License-Identifier: ISC */
/* What the core is told once, before the first event: filled by app from the configuration,
 * borrowed by the core for its whole life, never changed. A reload makes a new core. */
#ifndef TALLYD_CORE_SETTINGS_H
#define TALLYD_CORE_SETTINGS_H

#include <stdint.h>

#include "daemon/base/hash.h"
#include "daemon/base/slice.h"
#include "daemon/base/zone.h"

enum mode { MODE_LIVE, MODE_TEST, MODE_REHEARSAL };
const char *mode_name(enum mode m); /* "live", "test", "rehearsal" */

enum calls_from { CALLS_NO, CALLS_YES, CALLS_LIVE }; /* of a source: are its marks calls */

enum percent_rounding { PERCENT_FLOOR, PERCENT_NEAREST, PERCENT_ONE_DECIMAL };

struct settings_source {
    struct slice name;
    struct slice state, county; /* two letters; county name; empty: not limited */
    struct slice part;          /* part = NAME, or empty */
    struct slice authority;     /* "ap", "ddhq", "official" */
    bool covers_county;         /* covers = county; else the whole race */
    bool votes;
    enum calls_from calls;
    int64_t priority;
    int64_t stale_after_ms;    /* election time without a success after which it is stale */
    bool late;                 /* polled even long after the election day */
    int64_t quiet_until_ms;    /* after it nobody wonders that nothing new comes; 0: nobody does */
    const struct slice *files; /* names of its files; one empty name when it has just a url */
    size_t file_count;
};

/* When polls close in a state, or in one county of it. */
struct settings_polls {
    struct slice state, county; /* county empty: the state's */
    int minute; /* of the election day, local: 19:00 is 1140; 24:00 and later are of the next day */
    const struct zone *zone;
};

/* Thresholds of the guards. Shares in basis points (1/100 of a percent). Times in election ms. */
struct settings_guards {
    int64_t fall_flag_bp, fall_flag_votes; /* 10, 50: at most this is a flag */
    int64_t fall_hold_bp; /* 2500: at most this is confirmed by time; more, by the votes' return */
    int64_t confirm_ms;   /* 10 min */
    int64_t double_low_bp, double_high_bp; /* 19500, 20500 */
    int64_t double_min_votes;              /* 500 */
    int64_t overvote_bp;                   /* 10500 */
    int64_t future_ms;      /* 10 min: own times later than receipt + this do not order */
    int64_t lag_bp, lag_ms; /* 50, 30 min: a source that far behind loses its place */
    int64_t retract_ms;     /* 60 s: a retraction is seen again after this */
    int64_t retract_many;   /* 3: that many calls vanishing in one payload are held */
};
extern const struct settings_guards settings_guards_default;

/* An earlier cycle, for "the highest of the recorded cycles". */
struct settings_cycle {
    struct slice name;
    int64_t won, called; /* called > 0 */
};

struct settings {
    struct slice election, organisation;
    enum mode mode;
    const struct zone *zone; /* of the sentence */
    int64_t date;            /* the (first) election day, midnight UTC of its date */
    struct digest list;      /* of the endorsement list's bytes */
    const struct settings_source *sources;
    size_t source_count;
    const struct settings_polls *polls;
    size_t polls_count;
    const struct slice *call_order; /* "desk", "ap", "ddhq", "official": highest first */
    size_t call_order_count;
    struct settings_guards guards;
    enum percent_rounding percent;
    int64_t percent_from; /* no percentage below so many called */
    /* parties whose seats, when won, are flips; none: any other party's */
    const struct slice *flip_from;
    size_t flip_from_count;
    int64_t baseline_elected; /* before this season; 0 and no states: no lifetime totals */
    const struct slice *baseline_states;
    size_t baseline_state_count;
    const struct settings_cycle *cycles;
    size_t cycle_count;
    /* what of the list is public beside who stands where: publish.h */
    const struct slice *publish;
    size_t publish_count;
    int64_t min_cell; /* of a public sum */
    uint64_t seed;    /* for hash tables only: changes no output */
};

/* The source of that name; UINT32_MAX: there is none. */
uint32_t settings_find_source(const struct settings *s, struct slice name);

/* The file of that name of the source of that name: where they are. False: there is none. */
bool settings_find_file(const struct settings *s, struct slice source, struct slice name,
                        uint32_t *source_at, uint32_t *file_at);

#endif
