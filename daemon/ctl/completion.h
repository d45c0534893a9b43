/* SPDX-License-Identifier: ISC */
/* Completion of tallyctl's words in a shell, made of the table of commands. Pure. */
#ifndef TALLYD_CTL_COMPLETION_H
#define TALLYD_CTL_COMPLETION_H

#include "daemon/base/buf.h"

/* A script for a shell: "bash", "zsh" or "fish". False: no such shell. */
bool ctl_completion(struct slice shell, struct buf *out);

#endif
