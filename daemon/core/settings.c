/* SPDX-License-Identifier: ISC */
/* Names and defaults of the settings. */
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
