/* SPDX-License-Identifier: ISC */
/* Written under a temporary name, synced, renamed. */
#include "daemon/edge/writer_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/base/buf.h"
#include "daemon/edge/file.h"

#define TEMPORARY "being-written" /* no name of a payload: those have dots */
#define PART_MAX 90               /* two of them, the digest and the dots are below NAME_MAX */

static void escape(struct buf *out, struct slice s)
{
    size_t end = out->len + PART_MAX;
    for (size_t i = 0; i < s.len && out->len + 3 <= end; i++) {
        unsigned char c = (unsigned char)s.ptr[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                     c == '-' || c == '_';
        if (plain)
            buf_addc(out, (char)c);
        else
            buf_addf(out, "%%%02X", c);
    }
}

const char *writer_files_name(struct slice source, struct slice file, struct digest digest,
                              struct arena *a)
{
    struct buf name;
    char hex[33];
    digest_hex(digest, hex);
    buf_init(&name, 255);
    escape(&name, source);
    buf_addc(&name, '.');
    escape(&name, file);
    buf_addf(&name, ".%s", hex);
    struct slice copy = name.failed ? (struct slice){0} : arena_copy(a, buf_slice(&name));
    buf_done(&name);
    return copy.ptr;
}

int writer_files_open(const char *path, struct err *e)
{
    if (mkdir(path, 0750) != 0 && errno != EEXIST) {
        err_errno(e, ERR_CONFIG, "state directory: cannot make %s", path);
        return -1;
    }
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        err_errno(e, ERR_CONFIG, "state directory: cannot open %s", path);
    return fd;
}

bool writer_files_write(int directory, const char *name, struct slice bytes, struct err *e)
{
    struct stat st;
    if (fstatat(directory, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode) &&
        (size_t)st.st_size == bytes.len)
        return true;
    int fd =
        openat(directory, TEMPORARY, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0640);
    bool ok = fd >= 0 && file_write(fd, bytes) && fsync(fd) == 0 &&
              renameat(directory, TEMPORARY, directory, name) == 0;
    if (!ok) {
        err_errno(e, ERR_AGAIN, "payloads/%s", name);
        unlinkat(directory, TEMPORARY, 0); /* gives its room back */
    }
    if (fd >= 0)
        close(fd);
    return ok;
}

bool writer_files_sync(int directory, struct err *e)
{
    return fsync(directory) == 0 || err_errno(e, ERR_AGAIN, "payloads: cannot sync the directory");
}

bool writer_files_has(int directory, const char *name)
{
    return faccessat(directory, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

void writer_files_remove(int directory, const char *name)
{
    unlinkat(directory, name, 0); /* one that stays is swept at the next start */
}

static DIR *list(int directory)
{
    int fd = openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *d = fd < 0 ? NULL : fdopendir(fd);
    if (!d && fd >= 0)
        close(fd);
    return d;
}

bool writer_files_any(int directory)
{
    DIR *d = list(directory);
    bool any = false;
    for (const struct dirent *entry; !any && d && (entry = readdir(d)) != NULL;)
        any = entry->d_name[0] != '.' && strcmp(entry->d_name, TEMPORARY) != 0;
    if (d)
        closedir(d);
    return any;
}

void writer_files_sweep(int directory, bool (*wanted)(const char *name, void *ctx), void *ctx)
{
    DIR *d = list(directory);
    if (!d)
        return;
    for (const struct dirent *entry; (entry = readdir(d)) != NULL;)
        if (!wanted(entry->d_name, ctx))
            unlinkat(directory, entry->d_name, 0);
    closedir(d);
}
