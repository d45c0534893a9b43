/* SPDX-License-Identifier: ISC */
/* The drivers that are built in, one per format; drivers.c lists them. */
#ifndef TALLYD_PARSERS_DRIVERS_H
#define TALLYD_PARSERS_DRIVERS_H

#include "parsers/job.h"

extern const struct driver ap_driver;
extern const struct driver ap_interactive_driver;
extern const struct driver ca_sos_driver;
extern const struct driver clarity_driver;
extern const struct driver ddhq_driver;
extern const struct driver delimited_driver;
extern const struct driver dominion_summary_driver;
extern const struct driver eml510_driver;
extern const struct driver enhanced_driver;
extern const struct driver ess_el45a_driver;
extern const struct driver fixed_width_driver;
extern const struct driver html_table_driver;
extern const struct driver fl_driver;
extern const struct driver la_county_driver;
extern const struct driver la_ets_driver;
extern const struct driver nc_json_driver;
extern const struct driver pa_rss_driver;
extern const struct driver nist_driver;
extern const struct driver pointer_driver;
extern const struct driver tx_goelect_driver;

#endif
