/* SPDX-License-Identifier: ISC */
/* The table of drivers: name to code. */
#include "parsers/drivers.h"

/* one a line */
/* clang-format off */
const struct driver *const drivers[] = {
    &ap_driver,
    &ap_interactive_driver,
    &ca_sos_driver,
    &clarity_driver,
    &ddhq_driver,
    &delimited_driver,
    &dominion_summary_driver,
    &eml510_driver,
    &enhanced_driver,
    &ess_el45a_driver,
    &fixed_width_driver,
    &fl_driver,
    &html_table_driver,
    &la_county_driver,
    &la_ets_driver,
    &nc_json_driver,
    &nist_driver,
    &pa_rss_driver,
    &pointer_driver,
    &tx_goelect_driver,
    NULL,
};
/* clang-format on */

const struct driver *driver_find(struct slice name)
{
    for (const struct driver *const *d = drivers; *d; d++) {
        if (slice_is(name, (*d)->name))
            return *d;
    }
    return NULL;
}
