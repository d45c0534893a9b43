/* SPDX-License-Identifier: ISC */
/* What the files of the clarity driver share: the detail.xml reader, the JSON readers, and the
 * names companions lend. One way: clarity.c ->
 * clarity_detail.c, clarity_json.c, clarity_csv.c -> clarity_names.c, clarity_quotes.c.
 */
#ifndef TALLYD_PARSERS_CLARITY_H
#define TALLYD_PARSERS_CLARITY_H

#include "daemon/base/map.h"
#include "parsers/job.h"

#define CLARITY_CONTESTS_MAX 200000 /* of one payload or companion */

/* One ballot line as a companion names it. */
struct clarity_name {
    struct slice text, party; /* as written; in the job's arena */
};

/* One contest as a companion names it: its choices by position. */
struct clarity_names {
    struct slice text;
    int64_t votes_allowed; /* -1 unknown */
    bool question;
    struct clarity_name *choices;
    size_t count, room;
};

/* Another choice of n. False when the arena is full: *f is set. */
bool clarity_names_add(struct clarity_names *n, struct arena *a, struct slice text,
                       struct slice party, struct fault *f) MUST_USE;

/* A new, empty contest in by_key; its first one wins when a key stands twice. */
bool clarity_names_new(struct map *by_key, struct arena *a, struct slice key, struct slice text,
                       struct clarity_names **out, struct fault *f) MUST_USE;

/* Tell a choice's flags and party from what the feed says of it. */
void clarity_choice(struct slice id, struct slice text, struct slice party,
                    struct results_choice_in *out);

/* detail.xml into the builder; or, from a companion, its names into by_key. */
bool clarity_detail(struct job *j, struct fault *f) MUST_USE;
bool clarity_detail_names(struct input *in, struct arena *a, struct map *by_key,
                          struct fault *f) MUST_USE;

/* summary.json or the area file into the builder; or, from a summary.json companion, its names. */
bool clarity_json(struct job *j, const struct map *names, struct fault *f) MUST_USE;
bool clarity_json_names(struct input *in, struct arena *a, struct map *by_key,
                        struct fault *f) MUST_USE;

/* summary.csv into the builder; and its text with the quotes within names doubled, where lines are
 * not in order without that. */
bool clarity_csv(struct job *j, struct fault *f) MUST_USE;
bool clarity_quotes(struct arena *a, struct slice *all, struct fault *f) MUST_USE;

#endif
