/* SPDX-License-Identifier: ISC */
/* Time zones out of the system's database. */
#ifndef TALLYD_CONFIG_ZONE_FILE_H
#define TALLYD_CONFIG_ZONE_FILE_H

#include "daemon/base/err.h"
#include "daemon/base/zone.h"

/* A zone by its IANA name; ERR_CONFIG when there is none of that name. The caller frees. */
bool zone_file_read(struct slice name, struct zone **out, struct err *e) MUST_USE;

#endif
