/* SPDX-License-Identifier: ISC */
/* Comparing, and words for it. */
#include "daemon/desk_night.h"

#include <stdio.h>
#include <string.h>

#include "daemon/base/when.h"

static void put(char *out, size_t size, struct slice text)
{
    snprintf(out, size, "%.*s", SLICE_FMT(text));
}

struct desk_night desk_night_of(const struct settings *s)
{
    struct desk_night n = {0};
    char at[11];
    when_format_date(s->date, at);
    put(n.mode, sizeof n.mode, slice_of(mode_name(s->mode)));
    put(n.date, sizeof n.date, slice_of(at));
    put(n.name, sizeof n.name, s->election);
    digest_hex(s->list, n.list);
    return n;
}

struct desk_night desk_night_read(const struct desk_read *r)
{
    struct desk_night n = {0};
    put(n.mode, sizeof n.mode, r->mode);
    put(n.date, sizeof n.date, r->date);
    put(n.name, sizeof n.name, r->name);
    put(n.list, sizeof n.list, r->list);
    return n;
}

static bool differ(const char *a, const char *b)
{
    return a[0] && b[0] && strcmp(a, b) != 0;
}

enum desk_kin desk_night_kin(const struct desk_night *ours, const struct desk_night *theirs)
{
    return differ(ours->mode, theirs->mode) || differ(ours->date, theirs->date) ||
                   differ(ours->name, theirs->name)
               ? DESK_STRANGER
           : differ(ours->list, theirs->list) ? DESK_OTHER_LIST
                                              : DESK_SAME;
}

bool desk_night_is_past(const struct desk_night *ours, const struct desk_night *theirs)
{
    return strcmp(theirs->mode, mode_name(MODE_LIVE)) != 0 || strcmp(theirs->date, ours->date) < 0;
}

void desk_night_tell(const struct desk_night *ours, const struct desk_night *theirs, char *out,
                     size_t size)
{
    switch (desk_night_kin(ours, theirs)) {
    case DESK_SAME:
        out[0] = '\0';
        break;
    case DESK_OTHER_LIST:
        snprintf(
            out, size,
            "its endorsement list is not the active one's, so it does not take over by itself: "
            "put one list on both, then tallyctl reload");
        break;
    case DESK_STRANGER:
        snprintf(
            out, size,
            "on its [redis] prefix is another night, \"%s\" of %s, %s, and its own is \"%s\" of "
            "%s, %s: give each a prefix of its own",
            theirs->name, theirs->date, theirs->mode, ours->name, ours->date, ours->mode);
        break;
    }
}
