/* SPDX-License-Identifier: ISC */
/* The text of an invented night: states, feeds, contests and candidates, as tests/nights/ keep it.
 *
 * One thing a line, '#' begins a comment line:
 *
 *   election NAME / organisation NAME / date YYYY-MM-DD / seed N
 *   clock START SPEED and end TIME: how it is meant to be played; expect NAME=N ...: how it ends.
 *   Both are for who plays it, the simulator does not read them.
 *   state GA 19:00 EST                     when its polls close
 *   feed NAME FORMAT [ST [COUNTY]] [key=value ...]
 *       FORMAT: a template of tests/sim/formats. Keys: zip=yes, direct=yes (no
 *       current_ver.txt), counties=yes (a county whose version stands in its state's list),
 *       every=5m (how often the site writes anew), and any key of a [source].
 *   race ST [COUNTY] | TITLE | OFFICE; column=value; ... | FEED ... | key=value ...
 *       TITLE as feeds write it, OFFICE and columns as the endorsement list does. Keys: votes,
 *       units, counties=A,B (commas, '_' for a blank), seats, from, to, call, retract, recall
 *       (minutes behind the close of the state), ap=no, hint=yes (source_hints for its feeds),
 *       measure=yes (a question: its choices are Yes and No).
 *   + NAME | PARTY | SHARE | MARK | column=value; ...      endorsed
 *   - NAME | PARTY | SHARE | MARK | ...                    not endorsed
 *       PARTY: D R L G I, W (a line of write-ins), or nothing.
 *       MARK: X (won), R (to the next round), x (called first, then taken back), or nothing; a
 *       number behind it is the minute of its own call. The columns `incumbent` and `feed` (the
 *       name feeds have) stand for both sorts.
 */
#ifndef TALLYD_SIM_SCENARIO_H
#define TALLYD_SIM_SCENARIO_H

#include <stdint.h>

#include "daemon/base/arena.h"
#include "daemon/base/err.h"

#define SCENARIO_LINKS_MAX 8
#define SCENARIO_COLUMNS_MAX 12
#define SCENARIO_COUNTIES_MAX 12

struct template;
struct templates;

struct scenario_pair {
    struct slice key, value;
};
struct scenario_pairs {
    struct scenario_pair list[SCENARIO_COLUMNS_MAX];
    size_t count;
};

struct scenario_state {
    struct slice code, close; /* "19:00" */
    const char *zone;         /* "EST" */
    const char *iana;         /* "America/New_York" */
    int64_t offset_ms;        /* of local time, east of UTC */
    int64_t close_ms;
};

struct scenario_feed {
    struct slice name, county;
    const struct template *template;
    const struct scenario_state *state; /* NULL: of several states */
    int64_t every_ms;                   /* how often the site writes anew */
    bool zip, direct, counties;
    struct scenario_pairs keys; /* of the [source], as they stand */
};

struct scenario_party {
    const char *letter, *code, *mark, *name; /* "D", "DEM", "Dem", "Democratic" */
};

struct scenario_candidate {
    struct slice name, shown; /* shown: as feeds have it */
    const struct scenario_party *party;
    int64_t share_bp;
    char mark;  /* 'X', 'R', or 0 */
    bool first; /* called before the retraction */
    bool endorsed, incumbent, write_in;
    int64_t call_ms; /* its own, else the contest's; WHEN_UNKNOWN: never */
    struct scenario_pairs columns;
};

struct scenario_contest {
    const struct scenario_state *state;
    struct slice county, title, office;
    struct scenario_pairs columns;
    size_t feeds[SCENARIO_LINKS_MAX];
    size_t feed_count;
    struct slice counties[SCENARIO_COUNTIES_MAX]; /* at least one */
    size_t county_count;
    struct scenario_candidate *candidates;
    size_t candidate_count;
    int64_t votes, units, seats;
    int64_t from_ms, to_ms, call_ms, retract_ms, recall_ms; /* WHEN_UNKNOWN: not */
    bool ap, hint, measure;
    size_t line;
};

struct scenario {
    struct slice election, organisation, date_text;
    int64_t date, seed;
    struct scenario_state *states;
    size_t state_count;
    struct scenario_feed *feeds;
    size_t feed_count;
    struct scenario_contest *contests;
    size_t contest_count;
};

/* Everything lives in the arena; `text` and the templates must live as long. Fails naming the line.
 */
bool scenario_read(struct slice text, const struct templates *templates, struct arena *a,
                   struct scenario *out, struct err *e) MUST_USE;

/* The parties there are, from 0; NULL behind the last. */
const struct scenario_party *scenario_party(size_t at);

struct slice scenario_value(const struct scenario_pairs *p, const char *key); /* empty: not there */

/* Is the contest in this feed? A template for all has each but those that say ap=no. */
bool scenario_covers(const struct scenario *s, const struct scenario_contest *c, size_t feed);

#endif
