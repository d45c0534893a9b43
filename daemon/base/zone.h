/* SPDX-License-Identifier: ISC */
/* A time zone read from the bytes of a TZif file (RFC 8536), version 2 or later, footer included;
 * or from such a footer alone: a POSIX rule. */
#ifndef TALLYD_BASE_ZONE_H
#define TALLYD_BASE_ZONE_H

#include <stdint.h>

#include "daemon/base/err.h"
#include "daemon/base/slice.h"

struct zone;

/* NULL and *e on damaged bytes (ERR_AGAIN: memory is out). `name` (IANA) is copied. */
struct zone *zone_parse(struct slice name, struct slice tzif, struct err *e);
/* From a POSIX rule, "PST8PDT,M3.2.0,M11.1.0": right for as long as the rule is in force (in the
 * United States since 2007). It is the zone's name. NULL and *e when it is none, or
 * empty (ERR_AGAIN: memory is out). */
struct zone *zone_from_rule(struct slice rule, struct err *e);
void zone_free(struct zone *z); /* accepts NULL */
struct slice zone_name(const struct zone *z);
struct slice zone_rule(const struct zone *z); /* empty where the file's footer has none */

/* What clocks there showed at `when` (ms since 1970 UTC): seconds east of UTC, and the abbreviation
 * ("EST"). */
int32_t zone_offset(const struct zone *z, int64_t when, struct slice *abbreviation);

/* The first moment at which clocks there show the given local time (ms, as if it were UTC). A local
 * time that the spring change skips gives the moment of the change. */
int64_t zone_from_local(const struct zone *z, int64_t local);

#endif
