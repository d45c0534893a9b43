/* SPDX-License-Identifier: ISC */
/* On directory descriptors. */
#include "daemon/edge/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/base/buf.h"
#include "daemon/base/map.h"
#include "daemon/edge/file.h"

#define ASIDE ".next"
#define NAME_ROOM 256 /* a name and its NUL */
#define FILE_MAX ((size_t)64 << 20)
#define FILES_MAX 200000

struct folder {
    char *path, *list;
    int dir, aside;
    struct map *laid; /* names of what lies aside */
};

static bool failed(const struct folder *f, struct slice name, struct err *e)
{
    enum err_kind kind =
        errno == EACCES || errno == EPERM || errno == EROFS ? ERR_DENIED : ERR_AGAIN;
    return err_errno(e, kind, "%s/%.*s cannot be written", f->path, SLICE_FMT(name));
}

/* ---- names ---- */

static bool letters_fit(struct slice name)
{
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i], low = (char)(c | 0x20);
        if (!(low >= 'a' && low <= 'z') && !(c >= '0' && c <= '9') && !strchr("-_./", c))
            return false;
    }
    return true;
}

bool folder_name_fits(struct slice name)
{
    struct slice rest = name, part;
    size_t parts = 0;
    if (name.len == 0 || name.len >= NAME_ROOM || name.ptr[0] == '.' ||
        name.ptr[name.len - 1] == '/')
        return false;
    while (slice_next(&rest, '/', &part))
        if (part.len == 0 || slice_is(part, ".") || slice_is(part, "..") || ++parts > 3)
            return false;
    return letters_fit(name);
}

static void as_text(struct slice name, char out[NAME_ROOM])
{
    snprintf(out, NAME_ROOM, "%.*s", SLICE_FMT(name));
}

/* All lie beside each other: "v1=races=a.json". */
static void aside_name(struct slice name, char out[NAME_ROOM])
{
    as_text(name, out);
    for (char *c = out; *c; c++)
        if (*c == '/')
            *c = '=';
}

/* ---- opening ---- */

static void drop_aside(struct folder *f)
{
    int fd = dup(f->aside);
    DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
    struct dirent *entry;
    if (!d) {
        if (fd >= 0)
            close(fd);
        return;
    }
    rewinddir(d);
    while ((entry = readdir(d)))
        unlinkat(f->aside, entry->d_name, 0); /* fails for . and .. */
    closedir(d);
}

static bool is_empty(const struct folder *f)
{
    DIR *d = opendir(f->path);
    struct dirent *entry;
    size_t n = 0;
    while (d && (entry = readdir(d)))
        n += strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..") &&
             strcmp(entry->d_name, ASIDE);
    if (d)
        closedir(d);
    return d && n == 0;
}

static bool open_in(struct folder *f, struct err *e)
{
    if (mkdir(f->path, 0755) != 0 && errno != EEXIST)
        return failed(f, SLICE(""), e);
    f->dir = open(f->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (f->dir < 0)
        return failed(f, SLICE(""), e);
    if (flock(f->dir, LOCK_EX | LOCK_NB) != 0)
        return err_set(e, ERR_AGAIN, "%s: another process writes there", f->path);
    if (faccessat(f->dir, f->list, F_OK, 0) != 0 && !is_empty(f))
        return err_set(
            e, ERR_USAGE,
            "%s: it has files in it and no %s, so that it is no copy of ours; name a new "
            "or an empty directory",
            f->path, f->list);
    if (mkdirat(f->dir, ASIDE, 0755) != 0 && errno != EEXIST)
        return failed(f, SLICE(ASIDE), e);
    f->aside = openat(f->dir, ASIDE, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    if (f->aside < 0)
        return failed(f, SLICE(ASIDE), e);
    drop_aside(f);
    return true;
}

bool folder_open(const char *path, const char *list, struct folder **out, struct err *e)
{
    struct folder *f = calloc(1, sizeof *f);
    if (!f)
        return err_set(e, ERR_BUG, "out of memory for %s", path);
    f->dir = f->aside = -1;
    f->path = strdup(path);
    f->list = strdup(list);
    f->laid = map_new(FILES_MAX, true);
    if (!f->path || !f->list || !f->laid)
        err_set(e, ERR_BUG, "out of memory for %s", path);
    else if (open_in(f, e)) {
        *out = f;
        return true;
    }
    folder_close(f);
    return false;
}

void folder_close(struct folder *f)
{
    if (!f)
        return;
    if (f->aside >= 0) {
        drop_aside(f);
        close(f->aside);
        unlinkat(f->dir, ASIDE, AT_REMOVEDIR);
    }
    if (f->dir >= 0)
        close(f->dir);
    map_free(f->laid);
    free(f->path);
    free(f->list);
    free(f);
}

/* ---- files ---- */

static bool read_all(int fd, struct buf *out)
{
    char room[65536];
    ssize_t n;
    while ((n = read(fd, room, sizeof room)) > 0)
        buf_add(out, (struct slice){room, (size_t)n});
    return n == 0 && !out->failed;
}

static bool read_placed(const struct folder *f, const char *name, struct buf *out)
{
    int fd = openat(f->dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    bool ok = fd >= 0 && read_all(fd, out);
    if (fd >= 0)
        close(fd);
    return ok;
}

static bool is_placed(const struct folder *f, const char *name, struct slice bytes)
{
    struct stat there;
    struct buf text;
    if (fstatat(f->dir, name, &there, AT_SYMLINK_NOFOLLOW) != 0 ||
        (size_t)there.st_size != bytes.len)
        return false;
    buf_init(&text, FILE_MAX);
    bool same = read_placed(f, name, &text) && slice_eq(buf_slice(&text), bytes);
    buf_done(&text);
    return same;
}

bool folder_has(const struct folder *f, struct slice name)
{
    char text[NAME_ROOM];
    as_text(name, text);
    return map_has(f->laid, name) || faccessat(f->dir, text, R_OK, 0) == 0;
}

bool folder_put(struct folder *f, struct slice name, struct slice bytes, struct err *e)
{
    char text[NAME_ROOM];
    if (!folder_name_fits(name))
        return err_set(e, ERR_DATA, "'%.*s' cannot be the name of a file in %s", SLICE_FMT(name),
                       f->path);
    as_text(name, text);
    bool same = is_placed(f, text, bytes);
    aside_name(name, text);
    if (same) {
        if (map_has(f->laid, name)) /* it changed back */
            unlinkat(f->aside, text, 0);
        map_remove(f->laid, name);
        return true;
    }
    int fd = openat(f->aside, text, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
    bool ok = fd >= 0 && file_write(fd, bytes);
    if (fd >= 0)
        ok &= close(fd) == 0;
    if (!ok) {
        failed(f, name, e);
        map_remove(f->laid, name); /* what lies there is half of it */
        return false;
    }
    return map_put(f->laid, name, NULL) || err_set(e, ERR_BUG, "more than %d files", FILES_MAX);
}

/* ---- putting them in their places ---- */

static bool make_parents(const struct folder *f, const char *name)
{
    char part[NAME_ROOM];
    for (const char *slash = name; (slash = strchr(slash, '/')); slash++) {
        snprintf(part, sizeof part, "%.*s", (int)(slash - name), name);
        if (mkdirat(f->dir, part, 0755) != 0 && errno != EEXIST)
            return false;
    }
    return true;
}

static bool place(struct folder *f, struct slice name, struct err *e)
{
    char to[NAME_ROOM], from[NAME_ROOM];
    as_text(name, to);
    aside_name(name, from);
    if (!make_parents(f, to) || renameat(f->aside, from, f->dir, to) != 0)
        return failed(f, name, e);
    return true;
}

static struct slice name_of(struct slice line)
{
    return slice_sub(line, 0, slice_find(line, SLICE("\t")));
}

/* In the order in which they were laid aside; the list is the last. The map forgets them. */
static bool place_all(struct folder *f, struct folder_done *done, struct err *e)
{
    struct slice name;
    void *nothing;
    size_t at = 0;
    syncfs(f->dir); /* no name before its bytes */
    while (map_next(f->laid, &at, &name, &nothing)) {
        if (!place(f, name, e))
            return false;
        done->written += !slice_is(name, f->list);
        map_remove(f->laid, name);
    }
    return true;
}

static void remove_vanished(struct folder *f, struct slice was, struct slice is,
                            struct folder_done *done)
{
    struct map *names = map_new(FILES_MAX, false);
    struct slice line;
    bool whole = names != NULL;
    while (whole && slice_next(&is, '\n', &line))
        whole = map_put(names, name_of(line), NULL);
    while (whole && slice_next(&was, '\n', &line)) {
        struct slice name = name_of(line);
        char text[NAME_ROOM];
        if (!folder_name_fits(name) || map_has(names, name) || slice_is(name, f->list))
            continue;
        as_text(name, text);
        done->removed += unlinkat(f->dir, text, 0) == 0;
    }
    map_free(names);
}

bool folder_show(struct folder *f, struct slice list, struct folder_done *out, struct err *e)
{
    struct folder_done done = {0};
    sigset_t all, before;
    struct buf was;
    buf_init(&was, FILE_MAX);
    read_placed(f, f->list, &was); /* missing the first time */
    bool ok = folder_put(f, slice_of(f->list), list, e);
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, &before);
    if (ok)
        ok = place_all(f, &done, e);
    if (ok)
        remove_vanished(f, buf_slice(&was), list, &done);
    sigprocmask(SIG_SETMASK, &before, NULL);
    buf_done(&was);
    *out = done;
    return ok;
}
