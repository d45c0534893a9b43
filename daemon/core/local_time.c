/* SPDX-License-Identifier: ISC */
/* Local times for readers. */
#include "daemon/core/local_time.h"

#include "daemon/base/when.h"

/* "ET" for EST and EDT: readers know the zone, not its summer. */
static struct slice zone_for_readers(struct slice abbreviation)
{
    static const struct {
        struct slice winter, summer, both;
    } zones[] = {
        {SLICE_INIT("EST"), SLICE_INIT("EDT"), SLICE_INIT("ET")},
        {SLICE_INIT("CST"), SLICE_INIT("CDT"), SLICE_INIT("CT")},
        {SLICE_INIT("MST"), SLICE_INIT("MDT"), SLICE_INIT("MT")},
        {SLICE_INIT("PST"), SLICE_INIT("PDT"), SLICE_INIT("PT")},
    };
    for (size_t i = 0; i < sizeof zones / sizeof zones[0]; i++)
        if (slice_eq(abbreviation, zones[i].winter) || slice_eq(abbreviation, zones[i].summer))
            return zones[i].both;
    return abbreviation;
}

/* The clock; what day it is there is left in *c. */
static void write_clock(const struct settings *s, int64_t when, struct civil *c, struct buf *out)
{
    struct slice zone = SLICE("UTC");
    int64_t offset = s->zone ? zone_offset(s->zone, when, &zone) : 0;

    when_civil(when + offset * WHEN_SECOND, c);
    buf_addf(out, "%d:%02d %s %.*s", c->hour % 12 == 0 ? 12 : c->hour % 12, c->minute,
             c->hour < 12 ? "a.m." : "p.m.", SLICE_FMT(zone_for_readers(zone)));
}

void local_time_clock(const struct settings *s, int64_t when, struct buf *out)
{
    struct civil c;

    write_clock(s, when, &c, out);
}

void local_time_write(const struct settings *s, int64_t when, struct buf *out)
{
    struct civil c;

    if (when == WHEN_UNKNOWN) {
        buf_addz(out, "never");
        return;
    }
    write_clock(s, when, &c, out);
    buf_addf(out, " on %s %d", when_month_ap(c.month), c.day);
}
