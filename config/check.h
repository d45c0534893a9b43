/* SPDX-License-Identifier: ISC */
/* What only the whole configuration shows: keys that need, or exclude, each other. */
#ifndef TALLYD_CONFIG_CHECK_H
#define TALLYD_CONFIG_CHECK_H

#include "config/loader.h"

void check_globals(struct loader *l);

/* Also turns calls off for a source that plain http makes untrustworthy. */
void check_source(struct loader *l, const struct draft *d, struct config_source *s);

#endif
