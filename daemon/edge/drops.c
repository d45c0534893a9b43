/* SPDX-License-Identifier: ISC */
/* One watch of inotify(7) a folder, and what its events say of the files in it. */
#include "daemon/edge/drops.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <event2/event.h>

#include "daemon/base/map.h"
#include "daemon/edge/timer.h"

#define IN_OURS                                                                                    \
    (IN_CREATE | IN_MODIFY | IN_CLOSE_WRITE | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF |        \
     IN_ONLYDIR | IN_EXCL_UNLINK)

struct drop_folder {
    char *path;
    int watch;              /* -1: none */
    uint64_t inode, device; /* where the path led when it was seen last; 0: not since the watch */
    struct drop *files;
};

struct drops {
    int fd;
    struct event *readable;
    struct map *folders; /* by path */
};

/* The next of those that a watch is of, for a folder may have several names; NULL: no more. */
static struct drop_folder *next_of(const struct drops *d, int watch, size_t *at)
{
    struct slice path;
    void *folder;
    while (map_next(d->folders, at, &path, &folder))
        if (((struct drop_folder *)folder)->watch == watch)
            return folder;
    return NULL;
}

static const char *name_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* It was made by link(2) or symlink(2), and nobody has it open who would close it: it has other
 * names, or was changed after it was written. */
static bool is_link(const char *path)
{
    struct stat st;
    return lstat(path, &st) == 0 &&
           (S_ISLNK(st.st_mode) || st.st_nlink > 1 || st.st_mtim.tv_sec != st.st_ctim.tv_sec ||
            st.st_mtim.tv_nsec != st.st_ctim.tv_nsec);
}

static void hear(struct drop *drop, uint32_t what)
{
    if (what & IN_MODIFY || (what & IN_CREATE && !is_link(drop->path))) {
        drop->writing = true;
        drop->whole = false;
        drop->written_us = timer_now_us();
        return;
    }
    drop->writing = false;
    drop->whole = (what & IN_MOVED_TO) != 0;
    drop->put(drop);
}

/* What is in the folder may be anything now. */
static void lose(struct drop_folder *f)
{
    for (struct drop *drop = f->files; drop; drop = drop->next) {
        drop->writing = drop->whole = false;
        drop->put(drop);
    }
}

static void lose_all(struct drops *d)
{
    struct slice path;
    void *folder;
    for (size_t at = 0; map_next(d->folders, &at, &path, &folder);)
        lose(folder);
}

static void tell(struct drop_folder *f, const struct inotify_event *ev)
{
    if (ev->mask & (IN_MOVE_SELF | IN_DELETE_SELF | IN_IGNORED | IN_UNMOUNT)) {
        f->watch = -1;
        lose(f);
        return;
    }
    for (struct drop *drop = f->files; drop && ev->len > 0; drop = drop->next)
        if (strcmp(name_of(drop->path), ev->name) == 0)
            hear(drop, ev->mask);
}

static void take(struct drops *d, const struct inotify_event *ev)
{
    if (ev->mask & IN_Q_OVERFLOW) {
        lose_all(d);
        return;
    }
    size_t at = 0;
    for (struct drop_folder *f; (f = next_of(d, ev->wd, &at)) != NULL;)
        tell(f, ev);
    if (ev->mask & IN_MOVE_SELF) /* it is watched under its old name no more */
        inotify_rm_watch(d->fd, ev->wd);
}

static void on_readable(evutil_socket_t fd, short what, void *ctx)
{
    struct drops *d = ctx;
    char room[65536] __attribute__((aligned(__alignof__(struct inotify_event))));
    ssize_t n = read(fd, room, sizeof room);
    (void)what;
    for (const char *at = room; n > 0 && at < room + n;) {
        const struct inotify_event *ev = (const struct inotify_event *)(const void *)at;
        take(d, ev);
        at += sizeof *ev + ev->len;
    }
}

struct drops *drops_new(struct event_base *base, size_t folders)
{
    struct drops *d = calloc(1, sizeof *d);
    if (!d)
        return NULL;
    d->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    d->folders = map_new(folders, false);
    if (d->fd >= 0)
        d->readable = event_new(base, d->fd, EV_READ | EV_PERSIST, on_readable, d);
    if (d->folders && d->readable && event_add(d->readable, NULL) == 0)
        return d;
    drops_free(d);
    return NULL;
}

static void free_folder(struct drop_folder *f)
{
    free(f->path);
    free(f);
}

void drops_free(struct drops *d)
{
    struct slice path;
    void *folder;
    if (!d)
        return;
    for (size_t at = 0; d->folders && map_next(d->folders, &at, &path, &folder);)
        free_folder(folder);
    map_free(d->folders);
    if (d->readable)
        event_free(d->readable);
    if (d->fd >= 0)
        close(d->fd);
    free(d);
}

static struct drop_folder *new_folder(struct drops *d, struct slice path)
{
    struct drop_folder *f = calloc(1, sizeof *f);
    if (!f)
        return NULL;
    f->watch = -1;
    f->path = strndup(path.ptr, path.len);
    if (f->path && map_put(d->folders, slice_of(f->path), f))
        return f;
    free_folder(f);
    return NULL;
}

void drops_add(struct drops *d, struct drop *drop)
{
    const char *name = name_of(drop->path);
    struct slice path = {drop->path, (size_t)(name - drop->path)};
    if (!d || path.len == 0)
        return;
    struct drop_folder *f = map_get(d->folders, path);
    if (!f)
        f = new_folder(d, path);
    if (!f)
        return;
    drop->all = d;
    drop->folder = f;
    drop->next = f->files;
    f->files = drop;
}

void drops_look(struct drop *drop)
{
    struct drop_folder *f = drop->folder;
    if (!f || f->watch >= 0)
        return;
    f->watch = inotify_add_watch(drop->all->fd, f->path, IN_OURS);
    f->inode = f->device = 0;
}

/* The same folder has the same watch, however often it is asked for. */
void drops_saw(struct drop *drop, uint64_t inode, uint64_t device)
{
    struct drop_folder *f = drop->folder;
    size_t at = 0;
    if (!f || f->watch < 0 || inode == 0 || (f->inode == inode && f->device == device))
        return;
    int before = f->watch;
    f->watch = inotify_add_watch(drop->all->fd, f->path, IN_OURS);
    f->inode = inode;
    f->device = device;
    if (before == f->watch)
        return;
    if (next_of(drop->all, before, &at) == NULL)
        inotify_rm_watch(drop->all->fd, before);
    lose(f);
}
