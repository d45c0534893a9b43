/* SPDX-License-Identifier: ISC */
/* What of the endorsement list the outside may see: HTTP, Redis and exports know who stands where
 * (name, id, race, place, office), and beside that only what `publish` names. The control socket
 * knows all. */
#ifndef TALLYD_CORE_PUBLISH_H
#define TALLYD_CORE_PUBLISH_H

#include "daemon/base/err.h"
#include "daemon/core/settings.h"

/* An item of publish: "COLUMN" (tags: every tag), "tag:NAME", "sum:NAME". False: *e says why not.
 */
bool publish_check(struct slice item, struct err *e) MUST_USE;

bool publish_column(const struct settings *s, struct slice column);

enum publish_tag {
    PUBLISH_NOTHING, /* it does not exist */
    PUBLISH_SUM,     /* counted over everything, and never crossed with anything */
    PUBLISH_TAG,     /* on candidates, and to choose by */
};
bool publish_any_tag(const struct settings *s);
enum publish_tag publish_tag(const struct settings *s, struct slice tag);

/* May it be seen which wins are flips? */
bool publish_flips(const struct settings *s);

/* May a word that chooses among races (documents_filter.h) be used outside? Else ERR_USAGE, which
 * says of a tag that there is and of one that there is not the same. */
bool publish_filter(const struct settings *s, struct slice word, struct err *e) MUST_USE;

/* Is there any word of this filter ("tag") that may? */
bool publish_filter_named(const struct settings *s, struct slice name);

#endif
