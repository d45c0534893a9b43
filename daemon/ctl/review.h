/* SPDX-License-Identifier: ISC */
/* `tallyctl match review`: each line that waits for a decision, with its evidence, and a key to
 * decide it. */
#ifndef TALLYD_CTL_REVIEW_H
#define TALLYD_CTL_REVIEW_H

/* `reason` of every decision; NULL: asked for before the first. Returns the exit code. */
int ctl_review(const char *socket_path, const char *reason);

#endif
