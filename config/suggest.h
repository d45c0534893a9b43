/* SPDX-License-Identifier: ISC */
/* The key that an unknown one was meant for. */
#ifndef TALLYD_CONFIG_SUGGEST_H
#define TALLYD_CONFIG_SUGGEST_H

#include "daemon/base/arena.h"

struct format;

/* The nearest of: the section's keys (empty: none), n NULL-ended lists of more, and the options of
 * the format (NULL: none). As it would be written, behind a family's dot what stood there; NULL
 * when none is like it. */
const char *suggest_key(struct slice section, const char *const *const *more, size_t n,
                        const struct format *format, struct slice name, struct arena *a);

#endif
