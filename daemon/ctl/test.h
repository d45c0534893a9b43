/* SPDX-License-Identifier: ISC */
/* tallyctl source test: the running daemon tries the source; where none runs, or for a file or
 * another configuration, a tallyd of our own does. */
#ifndef TALLYD_CTL_TEST_H
#define TALLYD_CTL_TEST_H

#include <stdbool.h>

#include "daemon/base/buf.h"
#include "daemon/base/err.h"

struct ctl_test {
    const char *socket; /* of the daemon */
    const char *config; /* NULL: the daemon's, or the usual place */
    char **words;       /* SOURCE|URL|FILE, then -f FORMAT and KEY=VALUE */
    int count;
    bool json;
};

/* The report into `out`, and its exit code; false with *e where there is none: nothing is said yet,
 * or only why the configuration cannot be read. */
bool ctl_test(const struct ctl_test *t, struct buf *out, int *code, struct err *e) MUST_USE;

/* Its titled tables as people read them, or as CSV. */
void ctl_test_print(struct slice report, bool csv, size_t columns, struct buf *out);

#endif
