/* SPDX-License-Identifier: ISC */
/* Names and defaults of the settings, and what is found in them by its name. */
#include "daemon/core/settings.h"

#include "daemon/base/when.h"

const char *mode_name(enum mode m)
{
    static const char *const names[] = {
        [MODE_LIVE] = "live", [MODE_TEST] = "test", [MODE_REHEARSAL] = "rehearsal"};

    return names[m];
}

const struct settings_guards settings_guards_default = {
    .fall_flag_bp = 10,
    .fall_flag_votes = 50,
    .fall_hold_bp = 2500,
    .confirm_ms = 10 * WHEN_MINUTE,
    .double_low_bp = 19500,
    .double_high_bp = 20500,
    .double_min_votes = 500,
    .overvote_bp = 10500,
    .future_ms = 10 * WHEN_MINUTE,
    .lag_bp = 50,
    .lag_ms = 30 * WHEN_MINUTE,
    .retract_ms = WHEN_MINUTE,
    .retract_many = 3,
};

uint32_t settings_find_source(const struct settings *s, struct slice name)
{
    for (uint32_t i = 0; i < s->source_count; i++)
        if (slice_eq(s->sources[i].name, name))
            return i;
    return UINT32_MAX;
}

bool settings_find_file(const struct settings *s, struct slice source, struct slice name,
                        uint32_t *source_at, uint32_t *file_at)
{
    uint32_t at = settings_find_source(s, source);

    for (uint32_t i = 0; at != UINT32_MAX && i < s->sources[at].file_count; i++)
        if (slice_eq(s->sources[at].files[i], name)) {
            *source_at = at;
            *file_at = i;
            return true;
        }
    return false;
}
