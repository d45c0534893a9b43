/* SPDX-License-Identifier: ISC */
/* The feeds of an invented night as the addresses of sites: /FEED/current_ver.txt and
 * /FEED/VERSION/..., or one file; and its companions. */
#ifndef TALLYD_SIM_STAGE_H
#define TALLYD_SIM_STAGE_H

#include "tests/sim/serve.h"
#include "tests/sim/write.h"

struct stage;

bool stage_new(const struct generate *night, struct serve *s, struct stage **out,
               struct err *e) MUST_USE;
void stage_free(struct stage *st); /* accepts NULL */

/* Does the feed's address have a version in it, and so a current_ver.txt? */
bool stage_versioned(struct write *w);

#endif
