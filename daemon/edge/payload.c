/* SPDX-License-Identifier: ISC */
/* Payloads in sealed memfds. */
#include "daemon/edge/payload.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "parsers/wire.h"

#define FIRST ((size_t)16 << 10)      /* larger ones come in several pieces: then the file */
#define STEP_SMALL ((size_t)64 << 10) /* grows ahead of the bytes by this, */
#define STEP_LARGE ((size_t)1 << 20)  /* and by this once it is larger */

struct payload {
    int fd;
    char *base; /* the whole window, cap and padding: the file behind it reaches as far as `room` */
    size_t len, room, cap;
    struct digester *digester; /* of what it holds: read once, while it is at hand */
    bool finished;
    atomic_int references;
};

/* Room for `more` bytes and the padding. The pages are taken here, where failing is an error;
 * touched later in the mapping it would be a signal. They are mapped here, too, all at once: one by
 * one, as they are touched, takes longer, some of it behind the last byte. */
static bool make_room(struct payload *p, size_t more, struct err *e)
{
    size_t need = p->len + more + WIRE_PADDING;
    if (need <= p->room)
        return true;
    size_t step = need < FIRST ? WIRE_PAGE : need < STEP_LARGE ? STEP_SMALL : STEP_LARGE;
    size_t room = (need + step - 1) / step * step;
    if (fallocate(p->fd, 0, (off_t)p->room, (off_t)(room - p->room)) != 0)
        return err_errno(e, ERR_AGAIN, "no memory for %zu bytes of a payload", room);
    madvise(p->base + p->room, room - p->room, MADV_POPULATE_WRITE);
    p->room = room;
    return true;
}

struct payload *payload_new(size_t cap, struct err *e)
{
    struct payload *p = calloc(1, sizeof *p);
    if (p == NULL) {
        err_errno(e, ERR_AGAIN, "cannot hold a payload");
        return NULL;
    }
    atomic_init(&p->references, 1);
    p->cap = cap;
    p->base = MAP_FAILED;
    p->digester = digester_new();
    p->fd = memfd_create("payload", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (p->fd >= 0)
        p->base = mmap(NULL, cap + WIRE_PADDING, PROT_READ | PROT_WRITE, MAP_SHARED, p->fd, 0);
    /* F_SEAL_FUTURE_WRITE spares the mapping above and nothing else. */
    if (p->base == MAP_FAILED || p->digester == NULL ||
        fcntl(p->fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_FUTURE_WRITE) != 0) {
        err_errno(e, ERR_AGAIN, "cannot hold a payload of up to %zu bytes", cap);
        payload_free(p);
        return NULL;
    }
    if (!make_room(p, 0, e)) {
        payload_free(p);
        return NULL;
    }
    return p;
}

struct payload *payload_ref(struct payload *p)
{
    atomic_fetch_add(&p->references, 1);
    return p;
}

void payload_free(struct payload *p)
{
    if (p == NULL || atomic_fetch_sub(&p->references, 1) > 1)
        return;
    if (p->base != MAP_FAILED)
        munmap(p->base, p->cap + WIRE_PADDING);
    if (p->fd >= 0)
        close(p->fd);
    digester_free(p->digester);
    free(p);
}

/* Bytes that lie behind the others now. */
static void add(struct payload *p, size_t n)
{
    digester_add(p->digester, (struct slice){p->base + p->len, n});
    p->len += n;
}

bool payload_append(struct payload *p, struct slice bytes, struct err *e)
{
    if (bytes.len > p->cap - p->len)
        return err_set(e, ERR_DATA, "larger than %zu bytes; raise max-body if it should be",
                       p->cap);
    if (!make_room(p, bytes.len, e))
        return false;
    if (bytes.len > 0)
        memcpy(p->base + p->len, bytes.ptr, bytes.len);
    add(p, bytes.len);
    return true;
}

void payload_finish(struct payload *p)
{
    p->finished = true;
}

bool payload_finished(const struct payload *p)
{
    return p->finished;
}

struct slice payload_bytes(const struct payload *p)
{
    return (struct slice){p->base, p->len};
}

size_t payload_cap(const struct payload *p)
{
    return p->cap;
}

struct digest payload_digest(const struct payload *p)
{
    return digester_digest(p->digester);
}

int payload_reader(const struct payload *p, struct err *e)
{
    char path[40];
    snprintf(path, sizeof path, "/proc/self/fd/%d", p->fd);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        err_errno(e, ERR_AGAIN, "cannot open a payload for a worker");
    return fd;
}

static bool read_all(struct payload *p, int fd, size_t size, struct err *e)
{
    if (!make_room(p, size, e))
        return false;
    while (p->len < size) {
        size_t most = size - p->len < STEP_LARGE ? size - p->len : STEP_LARGE;
        ssize_t n = read(fd, p->base + p->len, most);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_errno(e, ERR_NOINPUT, "cannot read it");
        if (n == 0) /* it was cut while being read: the parser will say what is missing */
            break;
        add(p, (size_t)n);
    }
    payload_finish(p);
    return true;
}

struct payload *payload_from_file(const char *path, size_t cap, struct err *e)
{
    struct payload *p = NULL;
    struct stat st;
    bool ok = false;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 || fstat(fd, &st) != 0)
        err_errno(e, ERR_NOINPUT, "cannot open it");
    else if (!S_ISREG(st.st_mode))
        err_set(e, ERR_NOINPUT, "not a regular file");
    else if ((uint64_t)st.st_size > cap)
        err_set(e, ERR_DATA, "larger than %zu bytes; raise max-body if it should be", cap);
    else
        ok = (p = payload_new(cap, e)) != NULL && read_all(p, fd, (size_t)st.st_size, e);
    if (fd >= 0)
        close(fd);
    if (ok)
        return p;
    err_prefix(e, "%s", path);
    payload_free(p);
    return NULL;
}
