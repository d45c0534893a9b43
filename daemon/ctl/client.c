/* SPDX-License-Identifier: ISC */
/* tallyctl's end of the control socket. */
#include "daemon/ctl/client.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "daemon/base/num.h"

#define PIECE_MAX (64 << 20)

static bool dial(const char *path, int *out, struct err *e)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t n = strlen(path);
    if (n >= sizeof address.sun_path)
        return err_set(e, ERR_USAGE, "--socket %s: longer than a socket's name can be", path);
    memcpy(address.sun_path, path, n);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return err_errno(e, ERR_BUG, "socket");
    if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0) {
        *out = fd;
        return true;
    }
    if (errno == EACCES)
        err_set(e, ERR_DENIED,
                "%s: not allowed; the daemon's [control] group says who may (see your groups: id)",
                path);
    else
        err_errno(e, ERR_UNAVAILABLE,
                  "%s: cannot reach tallyd; is it running, and is this its [control] socket "
                  "(--socket PATH)",
                  path);
    close(fd);
    return false;
}

static bool send_all(int fd, struct slice bytes, struct err *e)
{
    while (bytes.len > 0) {
        ssize_t n = send(fd, bytes.ptr, bytes.len, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return err_errno(e, ERR_UNAVAILABLE, "tallyd went away");
        bytes = slice_sub(bytes, (size_t)n, bytes.len);
    }
    return true;
}

/* "CODE LENGTH\n" at the front of b? 1 yes, 0 not yet, -1 nonsense. */
static int read_head(struct slice b, int *code, size_t *head, size_t *length)
{
    int64_t c, n;
    size_t end = slice_find(b, SLICE("\n"));
    if (end == SIZE_MAX)
        return b.len > 64 ? -1 : 0;
    size_t blank = slice_find(slice_sub(b, 0, end), SLICE(" "));
    if (blank == SIZE_MAX || !num_parse(slice_sub(b, 0, blank), 0, 255, &c) ||
        !num_parse(slice_sub(b, blank + 1, end), 0, PIECE_MAX, &n))
        return -1;
    *code = (int)c;
    *head = end + 1;
    *length = (size_t)n;
    return 1;
}

static bool more(int fd, struct buf *in, bool *closed, struct err *e)
{
    char chunk[65536];
    ssize_t n = recv(fd, chunk, sizeof chunk, 0);
    if (n < 0 && errno == EINTR)
        return true;
    if (n < 0 && errno == EAGAIN)
        return err_set(e, ERR_UNAVAILABLE, "tallyd is there and does not answer");
    if (n < 0)
        return err_errno(e, ERR_UNAVAILABLE, "tallyd went away");
    *closed = n == 0;
    buf_add(in, (struct slice){chunk, (size_t)n});
    return true;
}

struct answer { /* one piece, at the front of the buffer */
    int code;
    size_t head, length;
};

/* Read until a whole piece is there. *whole false: the daemon closed before. */
static bool next_piece(int fd, const char *socket_path, struct buf *in, struct answer *a,
                       bool *whole, struct err *e)
{
    for (bool closed = false;;) {
        int found = read_head(buf_slice(in), &a->code, &a->head, &a->length);
        if (found < 0 || in->failed)
            return err_set(e, ERR_BUG, "the answer on %s is not tallyd's", socket_path);
        *whole = found > 0 && in->len >= a->head + a->length;
        if (*whole || closed)
            return true;
        if (!more(fd, in, &closed, e))
            return false;
    }
}

/* What is refused goes to `refused`. */
static bool ask(const char *socket_path, struct slice request, int limit_s, bool stays,
                bool (*print)(struct slice body, void *ctx),
                void (*refused)(struct slice body, struct err *e), void *ctx, int *code,
                struct err *e)
{
    int fd = -1;
    bool ok = false, whole = false, go_on = true;
    struct timeval limit = {.tv_sec = limit_s}; /* 0: none */
    struct answer a = {0};
    struct buf in;
    buf_init(&in, (size_t)PIECE_MAX + 131072);
    *code = -1;
    if (!dial(socket_path, &fd, e) ||
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) != 0 ||
        !send_all(fd, request, e))
        goto out;
    *code = 0;
    while (go_on) {
        if (!next_piece(fd, socket_path, &in, &a, &whole, e)) {
            ok = false;
            goto out;
        }
        if (!whole)
            break;
        struct slice body = slice_sub(buf_slice(&in), a.head, a.head + a.length);
        go_on = stays && a.code == 0;
        if (a.code != 0)
            refused(body, e);
        else if (!print(body, ctx))
            go_on = false;
        *code = a.code;
        ok = true;
        buf_drop(&in, a.head + a.length);
    }
    if (!ok)
        err_set(e, ERR_UNAVAILABLE, "tallyd closed %s without an answer", socket_path);
    else if (go_on)
        ok = err_set(e, ERR_UNAVAILABLE,
                     "tallyd went away, or this was not read fast enough; nothing more comes");
out:
    if (fd >= 0)
        close(fd);
    buf_done(&in);
    return ok;
}

static void print_refused(struct slice body, struct err *e)
{
    (void)e;
    fwrite(body.ptr, 1, body.len, stderr);
}

static void keep_refused(struct slice body, struct err *e)
{
    err_set(e, ERR_NO, "%.*s", SLICE_FMT(slice_trim(body)));
}

bool ctl_keep(struct slice body, void *into)
{
    struct buf *answer = into;
    buf_clear(answer);
    buf_add(answer, body);
    return !answer->failed;
}

bool ctl_ask(const char *socket_path, struct slice request, bool stays,
             bool (*print)(struct slice body, void *ctx), void *ctx, int *code, struct err *e)
{
    return ask(socket_path, request, 0, stays, print, print_refused, ctx, code, e);
}

bool ctl_ask_quiet(const char *socket_path, struct slice request, int limit_s,
                   bool (*take)(struct slice body, void *ctx), void *ctx, int *code, struct err *e)
{
    return ask(socket_path, request, limit_s, false, take, keep_refused, ctx, code, e) &&
           *code == 0;
}
