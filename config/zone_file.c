/* SPDX-License-Identifier: ISC */
/* Time zones out of the system's database. */
#include "config/zone_file.h"

#include <stdio.h>

#include "config/key_checks.h"
#include "config/read_file.h"

#define ZONE_DIRECTORY "/usr/share/zoneinfo"
#define ZONE_MAX (256 << 10)

bool zone_file_read(struct slice name, struct zone **out, struct err *e)
{
    char path[256];
    struct slice bytes = {0};
    struct zone *z = NULL;
    if (name.len == 0 || check_zone(name))
        return err_set(e, ERR_CONFIG, "'%.*s' is no time zone; write one like America/New_York",
                       SLICE_FMT(slice_sub(name, 0, 80)));
    snprintf(path, sizeof path, ZONE_DIRECTORY "/%.*s", SLICE_FMT(name));
    struct arena *a = arena_new(ZONE_MAX + 4096);
    if (!a)
        return err_set(e, ERR_BUG, "time zone: out of memory");
    if (read_file(path, ZONE_MAX, a, &bytes, e))
        z = zone_parse(name, bytes, e);
    else
        err_set(e, ERR_CONFIG,
                "'%.*s': no such time zone below " ZONE_DIRECTORY " (package tzdata)",
                SLICE_FMT(name));
    arena_free(a);
    if (!z)
        return false;
    *out = z;
    return true;
}
