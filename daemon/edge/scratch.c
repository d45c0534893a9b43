/* SPDX-License-Identifier: ISC */
/* mkdtemp(3), and nftw(3) from the leaves. */
#include "daemon/edge/scratch.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>

bool scratch_make(char *path, size_t size, struct err *e)
{
    const char *below = getenv("TMPDIR");
    int n = snprintf(path, size, "%s/tallyd-replay-XXXXXX", below && below[0] ? below : "/tmp");
    if (n > 0 && (size_t)n < size && mkdtemp(path))
        return true;
    err_errno(e, ERR_CONFIG, "cannot make a directory for the replay (%s)", path);
    path[0] = '\0';
    return false;
}

static int take_away(const char *path, const struct stat *st, int kind, struct FTW *where)
{
    (void)st, (void)kind, (void)where;
    remove(path);
    return 0;
}

void scratch_remove(const char *path)
{
    if (path[0] != '\0')
        nftw(path, take_away, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}
