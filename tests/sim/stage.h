/* SPDX-License-Identifier: ISC */
/* The feeds of an invented night as the addresses of sites: /FEED/current_ver.txt and
 * /FEED/VERSION/..., or one file. */
#ifndef TALLYD_SIM_STAGE_H
#define TALLYD_SIM_STAGE_H

#include "tests/sim/generate.h"
#include "tests/sim/serve.h"

struct stage;

bool stage_new(const struct generate *night, struct serve *s, struct stage **out,
               struct err *e) MUST_USE;
void stage_free(struct stage *st); /* accepts NULL */

/* Where below /FEED/ a feed has its figures, "{version}" where a version stands: as in a url of the
 * configuration. */
const char *stage_path(const struct scenario_feed *f);

#endif
