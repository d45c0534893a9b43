/* SPDX-License-Identifier: ISC */
/* Recorded nights: folders of payloads with a manifest of when each was seen, played as the site
 * would have answered.
 *
 * A step is never skipped: it is served at its time or, when the client comes late, once before the
 * next one.
 */
#ifndef TALLYD_SIM_RECORD_H
#define TALLYD_SIM_RECORD_H

#include "tests/sim/serve.h"

struct record;

/* Read the night file and add every feed it names. Lines: `file PREFIX PATH`, `sequence PREFIX
 * FOLDER`, `versioned PREFIX FOLDER NAME POINTERS FIRST` (current_ver.txt and VERSION/NAME below
 * the prefix; where the recorded pointer is not six digits, the version is FIRST + the row's
 * number). Paths are below `root`. Only steps from the last one before `start_ms` on are played. */
struct record *record_new(struct serve *s, const char *night_file, const char *root,
                          int64_t start_ms, struct err *e);
void record_free(struct record *r); /* accepts NULL */

/* Steps that are due by now and have not been served yet. */
int64_t record_behind(const struct record *r, int64_t now_ms);

#endif
