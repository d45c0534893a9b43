/* SPDX-License-Identifier: ISC */
/* Files and directories of the configuration. */
#include "config/read_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static enum err_kind kind_of_errno(void)
{
    return errno == ENOENT || errno == ENOTDIR ? ERR_NOINPUT
           : errno == EACCES || errno == EPERM ? ERR_DENIED
                                               : ERR_CONFIG;
}

bool read_file(const char *path, size_t max, struct arena *a, struct slice *out, struct err *e)
{
    bool ok = false;
    struct stat st;
    char *bytes = NULL;
    size_t have = 0;
    /* O_NONBLOCK: a FIFO left in the directory must not hang the daemon */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

    if (fd < 0 || fstat(fd, &st) != 0) {
        err_errno(e, kind_of_errno(), "cannot be read");
        goto out;
    }
    if (!S_ISREG(st.st_mode)) {
        err_set(e, ERR_CONFIG, "is not a regular file");
        goto out;
    }
    if ((size_t)st.st_size <= max) {
        bytes = arena_alloc(a, (size_t)st.st_size + 1);
        if (!bytes) {
            err_set(e, ERR_CONFIG, "is more than fits in memory beside the other files");
            goto out;
        }
    }
    while (bytes && have <= (size_t)st.st_size) {
        ssize_t n = read(fd, bytes + have, (size_t)st.st_size + 1 - have);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            err_errno(e, ERR_CONFIG, "cannot be read");
            goto out;
        }
        if (n == 0)
            break;
        have += (size_t)n;
    }
    if (!bytes || have > (size_t)st.st_size) {
        err_set(e, ERR_CONFIG, "has more than %zu bytes, or is growing", max);
        goto out;
    }
    *out = (struct slice){bytes, have};
    ok = true;
out:
    if (fd >= 0)
        close(fd);
    return ok;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

bool read_directory(const char *path, struct arena *a, const char ***out, size_t *count,
                    struct err *e)
{
    bool ok = false;
    const char **paths = NULL;
    size_t n = 0;
    struct dirent *entry;
    DIR *dir = opendir(path);

    if (!dir && errno == ENOENT) {
        *out = NULL;
        *count = 0;
        return true;
    }
    if (!dir) {
        err_errno(e, kind_of_errno(), "cannot be read");
        goto out;
    }
    paths = arena_array(a, READ_DIRECTORY_MAX, sizeof(*paths));
    while (paths && (entry = readdir(dir))) {
        struct slice name = slice_of(entry->d_name);
        if (name.ptr[0] == '.' || !slice_ends(name, SLICE(".conf")))
            continue;
        struct slice full = arena_printf(a, "%s/%s", path, entry->d_name);
        if (n == READ_DIRECTORY_MAX || !full.ptr) {
            err_set(e, ERR_CONFIG, "has more than %d files", READ_DIRECTORY_MAX);
            goto out;
        }
        paths[n++] = full.ptr;
    }
    if (!paths) {
        err_set(e, ERR_CONFIG, "is more than fits in memory");
        goto out;
    }
    qsort(paths, n, sizeof(*paths), by_name);
    *out = paths;
    *count = n;
    ok = true;
out:
    if (dir)
        closedir(dir);
    return ok;
}
