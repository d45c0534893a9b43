/* SPDX-License-Identifier: ISC */
/* tallyctl endorse check: an endorsement list read as tallyd reads it, without one. */
#ifndef TALLYD_CTL_ENDORSE_H
#define TALLYD_CTL_ENDORSE_H

#include "daemon/base/buf.h"

/* The words: the file, and COLUMN=NAME for each column of ours that has another name in it. What it
 * holds goes to *out, as rows ("what<tab>is"), notes and every problem to standard error. Returns
 * the exit code: 0 it can be used, 1 it has problems, 65 it is no list, 66 there is none, 64 usage.
 */
int ctl_endorse(int argc, char **argv, struct buf *out);

#endif
