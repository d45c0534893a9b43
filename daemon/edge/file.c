/* SPDX-License-Identifier: ISC */
/* read(2) and write(2) until all is there. */
#include "daemon/edge/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>

static bool read_all(int fd, const char *path, char *into, size_t size, size_t *got, struct err *e)
{
    *got = 0;
    while (*got < size) {
        ssize_t n = read(fd, into + *got, size - *got);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_errno(e, ERR_DATA, "%s: cannot be read", path);
        if (n == 0)
            break;
        *got += (size_t)n;
    }
    return true;
}

bool file_read(const char *path, size_t max, struct arena *a, struct slice *out, struct err *e)
{
    bool ok = false;
    struct stat st;
    size_t got = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* of a FIFO nobody may write to */
    if (fd < 0)
        return err_errno(e, errno == EACCES ? ERR_DENIED : ERR_NOINPUT, "%s", path);
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        err_set(e, ERR_NOINPUT, "%s: not a regular file", path);
        goto out;
    }
    if ((uint64_t)st.st_size > max) {
        err_set(e, ERR_DATA, "%s: larger than %zu bytes", path, max);
        goto out;
    }
    char *bytes = arena_alloc(a, (size_t)st.st_size + 1);
    if (!bytes) {
        err_set(e, ERR_BUG, "%s: no memory for %lld bytes", path, (long long)st.st_size);
        goto out;
    }
    if (!read_all(fd, path, bytes, (size_t)st.st_size, &got, e))
        goto out;
    *out = (struct slice){bytes, got};
    ok = true;
out:
    close(fd);
    return ok;
}

bool file_write(int fd, struct slice bytes)
{
    while (bytes.len > 0) {
        ssize_t n = write(fd, bytes.ptr, bytes.len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        bytes = slice_sub(bytes, (size_t)n, bytes.len);
    }
    return true;
}
