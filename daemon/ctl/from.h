/* SPDX-License-Identifier: ISC */
/* Many calls out of one file: `tallyctl call --from FILE`. Pure. */
#ifndef TALLYD_CTL_FROM_H
#define TALLYD_CTL_FROM_H

#include "daemon/base/arena.h"
#include "daemon/base/err.h"
#include "daemon/base/slice.h"

enum { CTL_FROM_WORDS = 8 };

struct ctl_call { /* the words of one, as they would be typed behind "call" */
    char *words[CTL_FROM_WORDS];
    int count;
    size_t line; /* of the file */
};

/* CSV with a head: endorsement_id and outcome, and, where they are said, reason, basis and url; no
 * other column. An array in the arena. ERR_DATA: a line that is none, with its place; a row twice;
 * no row. */
bool ctl_from(struct slice text, struct arena *a, struct ctl_call **out, size_t *n,
              struct err *e) MUST_USE;

#endif
