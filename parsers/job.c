/* SPDX-License-Identifier: ISC */
/* What drivers ask of their job: the feed's clock, and a builder. */
#include "parsers/job.h"

#include "daemon/base/when.h"
#include "daemon/base/zone.h"

int64_t job_local_time(const struct job *j, int64_t local_ms)
{
    if (!j->zone || local_ms == WHEN_UNKNOWN)
        return WHEN_UNKNOWN;
    return zone_from_local(j->zone, local_ms);
}

int64_t job_time(const struct job *j, struct slice text)
{
    int64_t when;
    text = slice_trim(text);
    if (when_parse(text, false, &when) || when_parse_us(text, &when))
        return when;
    return when_parse_local(text, &when) ? job_local_time(j, when) : WHEN_UNKNOWN;
}

bool job_begin(struct job *j, struct fault *f)
{
    if (!j->builder && !(j->builder = results_builder_new(j->arena)))
        return fault_set(f, WIRE_LIMIT, "out of memory");
    if (!job_option_yes(j, "precincts"))
        results_drop_precincts(j->builder);
    return true;
}
