/* SPDX-License-Identifier: ISC */
/* One conversation with one untrusted process. */
#include "daemon/edge/spare.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "daemon/edge/work.h"

enum { FDS_MAX = 2 + WIRE_COMPANIONS_MAX };

/* Messages are compared byte by byte, so there must be none that is not a field's. */
_Static_assert(sizeof(struct wire_message) == 1024, "struct wire_message has padding");

void spare_init(struct spare *s, int fd, int pidfd, uint32_t pid)
{
    *s = (struct spare){.fd = fd, .pidfd = pidfd, .pid = pid, .batch = -1};
}

void spare_done(struct spare *s)
{
    if (s->pidfd >= 0) {
        pidfd_send_signal(s->pidfd, SIGKILL, NULL, 0);
        close(s->pidfd);
    }
    if (s->fd >= 0)
        close(s->fd);
    if (s->batch >= 0)
        close(s->batch);
    *s = (struct spare){.fd = -1, .pidfd = -1, .batch = -1};
}

static bool send_job(int to, const struct wire_message *job, const int *fds, size_t n,
                     struct slice options)
{
    union {
        struct cmsghdr head;
        char room[CMSG_SPACE(FDS_MAX * sizeof(int))];
    } control = {0};
    struct iovec io = {(void *)job, sizeof *job};
    struct msghdr h = {.msg_iov = &io,
                       .msg_iovlen = 1,
                       .msg_control = &control,
                       .msg_controllen = CMSG_SPACE(n * sizeof(int))};
    struct cmsghdr *c = CMSG_FIRSTHDR(&h);
    *c = (struct cmsghdr){CMSG_LEN(n * sizeof(int)), SOL_SOCKET, SCM_RIGHTS};
    memcpy(CMSG_DATA(c), fds, n * sizeof(int));
    return sendmsg(to, &h, MSG_DONTWAIT | MSG_NOSIGNAL) == sizeof *job &&
           (options.len == 0 || send(to, options.ptr, options.len, MSG_DONTWAIT | MSG_NOSIGNAL) ==
                                    (ssize_t)options.len);
}

bool spare_give(struct spare *s, const struct work *work, struct err *e)
{
    struct wire_message job = {.type = WIRE_JOB,
                               .length = payload_bytes(work->payload).len,
                               .end = payload_finished(work->payload),
                               .companions = (uint32_t)work->companion_count,
                               .options = (uint32_t)work->options.len};
    int fds[FDS_MAX];
    size_t n = 0;
    bool ok = false;
    job.most = job.end ? job.length : payload_cap(work->payload);
    if (work->format.len >= sizeof job.format || work->options.len > WIRE_OPTIONS_MAX ||
        work->companion_count > WIRE_COMPANIONS_MAX)
        return err_set(e, ERR_BUG, "format name, options or companions too long for a worker");
    memcpy(job.format, work->format.ptr, work->format.len);
    s->batch = memfd_create("batch", MFD_CLOEXEC);
    if (s->batch < 0)
        return err_errno(e, ERR_BUG, "cannot make room for a batch");
    fds[1] = s->batch;
    for (size_t i = 0; i < 1 + work->companion_count; i++) {
        const struct payload *p = i == 0 ? work->payload : work->companions[i - 1];
        int fd = payload_reader(p, e);
        if (fd < 0) {
            e->kind = ERR_BUG;
            goto out;
        }
        fds[i == 0 ? 0 : i + 1] = fd;
        n = i == 0 ? 2 : n + 1;
        if (i > 0)
            job.companion[i - 1] = payload_bytes(p).len;
    }
    ok = send_job(s->fd, &job, fds, n, work->options);
    if (!ok)
        err_errno(e, ERR_AGAIN, "cannot reach a worker");
    s->told = job.length;
    s->told_end = job.end != 0;
out:
    for (size_t i = 0; i < n; i++)
        if (fds[i] != s->batch)
            close(fds[i]);
    return ok;
}

bool spare_tell(struct spare *s, const struct work *work)
{
    struct wire_message m = {.type = WIRE_MORE,
                             .length = payload_bytes(work->payload).len,
                             .end = payload_finished(work->payload)};
    if (s->told_end || (m.length == s->told && !m.end))
        return true;
    if (send(s->fd, &m, sizeof m, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 &&
        (errno == EAGAIN || errno == ENOBUFS))
        return false;
    s->told = m.length;
    s->told_end = m.end != 0;
    return true;
}

/* An answer that says exactly what its type may say. */
static bool well_formed(const struct wire_message *m)
{
    struct wire_message plain = {.type = m->type};
    if (m->type == WIRE_DONE || m->type == WIRE_PIECE) {
        plain.length = m->length;
    } else if (m->type == WIRE_FAILED && m->failure > WIRE_OK && m->failure <= WIRE_INTERNAL &&
               memchr(m->text, 0, sizeof m->text) != NULL) {
        plain.failure = m->failure;
        memcpy(plain.text, m->text, sizeof plain.text);
    } else {
        return false;
    }
    return memcmp(m, &plain, sizeof plain) == 0;
}

/* May it say this now? */
static bool allowed(const struct spare *s, const struct wire_message *m)
{
    if (s->answered || s->batch < 0)
        return false;
    if (m->type == WIRE_PIECE && m->length <= s->pieces)
        return false;
    return well_formed(m) && (m->type != WIRE_DONE || s->told_end);
}

enum spare_news spare_listen(struct spare *s)
{
    for (;;) {
        struct wire_message m;
        struct iovec io = {&m, sizeof m};
        struct msghdr h = {.msg_iov = &io,
                           .msg_iovlen = 1}; /* no room for descriptors: the kernel drops them */
        ssize_t n = recvmsg(s->fd, &h, MSG_DONTWAIT);
        /* ECONNRESET: it left without reading all we sent; what it said before is still to be read
         */
        if (n < 0 && (errno == EINTR || errno == ECONNRESET))
            continue;
        if (n < 0 && errno == EAGAIN)
            return SPARE_SILENT;
        if (n <= 0)
            return s->answered ? SPARE_ANSWERED : SPARE_DIED;
        if (n != sizeof m || (h.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0 || !allowed(s, &m))
            return SPARE_MISUSED;
        s->answer = m;
        if (m.type == WIRE_PIECE)
            return SPARE_PIECE;
        s->answered = true;
    }
}

bool spare_take_piece(struct spare *s, struct work *work)
{
    uint64_t from = s->pieces;
    s->pieces = s->answer.length;
    return work_take_piece(work, s->batch, from, s->pieces);
}

void spare_judge(const struct spare *s, struct work *work)
{
    if (s->answer.type == WIRE_DONE)
        work_take_batch(work, s->batch, s->pieces, s->answer.length);
    else
        work_fail(work, (enum wire_failure)s->answer.failure, slice_of(s->answer.text));
}
