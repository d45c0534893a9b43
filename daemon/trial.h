/* SPDX-License-Identifier: ISC */
/* tallyd --test-source: one source is tried now, and what was found is printed. It goes the way of
 * every poll: the poller fetches it, workers read it, a core of its own takes it as the first
 * payload it ever saw; nothing is published and nothing is kept.
 *
 * What is tried is a source of the configuration, as its files are now; or an address or a file
 * that is none yet, with the keys a section of it would have. Without a format each that is known
 * is tried, and the one that finds the most choices is taken.
 */
#ifndef TALLYD_TRIAL_H
#define TALLYD_TRIAL_H

#include "daemon/app_state.h"

struct trial_args {
    const char *what;  /* a source's name, a URL, or the path of a file: it has a / */
    char *const *keys; /* "KEY=VALUE": of the section of a URL or file */
    int key_count;
    bool json;
};

/* The exit code: that of trial_report, to standard output; or another with *e, when nothing could
 * be tried. */
int trial_run(const struct app_args *args, const struct trial_args *what, struct err *e);

#endif
