/* SPDX-License-Identifier: ISC */
/* What the HTTP server answers: published documents as they went out, and the daemon's own health.
 */
#ifndef TALLYD_PAGES_H
#define TALLYD_PAGES_H

#include "daemon/edge/http.h"

/* For http_new, with the struct app as ctx. */
extern const struct http_route pages_routes[];

#endif
