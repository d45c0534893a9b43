/* SPDX-License-Identifier: ISC */
/* Calls, retractions and totals over the HTTP of a tallyd elsewhere, a line each, as they come. */
#ifndef TALLYD_CTL_TAIL_H
#define TALLYD_CTL_TAIL_H

#include <stddef.h>

#include "daemon/base/buf.h"

struct ctl_tail {
    const char *url;
    size_t count; /* of those that were told already */
    bool follow;  /* and those that come */
    bool totals;  /* ahead of them the sentence, and among them each change of the totals */
    bool (*print)(struct slice lines, void *ctx); /* false: nobody reads any more */
    void *ctx;
};

/* Returns the exit code. A lost connection is said on standard error, with its age, and it goes on
 * as soon as there is one again: no line is left out, and none comes twice. */
int ctl_tail(const struct ctl_tail *t);

#endif
