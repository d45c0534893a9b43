/* SPDX-License-Identifier: ISC */
/* Results of a day that has not come cannot be: that is all silence says. */
#include "daemon/core/days.h"

#include "daemon/base/when.h"
#include "daemon/base/zone.h"

bool days_ours(const struct model *m, int64_t date)
{
    if (date == m->settings->date)
        return true;
    for (size_t i = 0; m->endorsed && i < m->endorsed->count; i++)
        if (m->endorsed->list[i].date == date)
            return true;
    return false;
}

static bool has_come(const struct model *m, int64_t date, int64_t now_ms)
{
    return now_ms >= (m->settings->zone ? zone_from_local(m->settings->zone, date) : date);
}

enum feed_day days_of(const struct model *m, struct slice stated, int64_t received_ms,
                      int64_t *date)
{
    *date = m->settings->date;
    if (when_parse_date(stated, date))
        return DAY_STATED;
    for (size_t i = 0; m->endorsed && i < m->endorsed->count; i++) {
        int64_t other = m->endorsed->list[i].date;
        if (other != m->settings->date && has_come(m, other, received_ms))
            return DAY_UNKNOWN;
    }
    return DAY_TAKEN;
}
