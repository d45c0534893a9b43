/* SPDX-License-Identifier: ISC */
/* Files of sources found again by their names. */
#include "daemon/carry.h"

#include "daemon/app_state.h"
#include "daemon/base/map.h"

static void carry_source(struct night *fresh, uint32_t source, const struct night *old,
                         uint32_t was)
{
    const struct settings_source *s = &fresh->plan->settings.sources[source];
    const struct settings_source *from = &old->plan->settings.sources[was];
    const struct model *m = river_model(old->river);

    for (uint32_t k = 0; k < s->file_count; k++)
        for (uint32_t i = 0; i < from->file_count; i++)
            if (slice_eq(s->files[k], from->files[i]) &&
                poller_continue(fresh->poller, source, k, old->poller, was, i))
                river_heard(fresh->river, source, k, &m->feeds[was].files[i]);
}

void carry_over(struct night *fresh, const struct night *old)
{
    const struct settings *s = &fresh->plan->settings, *was = &old->plan->settings;
    struct map *by_name = map_new(was->source_count + 1, false);

    poller_inherit(fresh->poller, old->poller);
    for (size_t i = 0; by_name && i < was->source_count; i++)
        if (!map_put(by_name, was->sources[i].name, (void *)&was->sources[i]))
            break; /* without memory they are asked anew, as after a restart */
    for (uint32_t i = 0; by_name && i < s->source_count; i++) {
        const struct settings_source *before = map_get(by_name, s->sources[i].name);
        if (before)
            carry_source(fresh, i, old, (uint32_t)(before - was->sources));
    }
    map_free(by_name);
}
