/* SPDX-License-Identifier: ISC */
/* The life of a spare, a worker that is forked before there is a payload: from the job to the
 * answer. */
#include "parsers/worker.h"

#include <errno.h>
#include <limits.h>
#include <malloc.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "parsers/job.h"
#include "parsers/wire.h"

enum { FDS_MAX = 2 + WIRE_COMPANIONS_MAX, LEAVE = 1 << 20, SMALL = 1 << 16 };

/* The payload, mapped once to the most it can become; tallyd tells how far it is filled. */
struct growing {
    const char *base;
    size_t have, most;
    bool end;
    bool shown;  /* the bytes that came with the job were handed out */
    size_t left; /* so many were read, and are not mapped any more */
    struct results_builder *builder;
};

static bool receive(struct wire_message *m, int flags)
{
    struct iovec io = {m, sizeof *m};
    struct msghdr h = {.msg_iov = &io, .msg_iovlen = 1};
    return recvmsg(WORKER_SOCKET, &h, flags) == sizeof *m;
}

/* What was read need not stay mapped until the worker ends: then other things are more urgent. */
static void leave_behind(struct growing *g)
{
    size_t to = g->have / LEAVE * LEAVE;
    if (to > g->left)
        madvise((void *)(g->base + g->left), to - g->left, MADV_DONTNEED);
    g->left = to;
}

static bool wait_more(void *ctx, const char **base, size_t *have, bool *end)
{
    struct growing *g = ctx;
    struct wire_message m;
    bool fresh = !g->shown && g->have > 0;
    if (!fresh && !g->end)
        leave_behind(g);
    /* Block for one message at most, then take what else lies there: the last one counts. */
    while (!g->end && receive(&m, fresh ? MSG_DONTWAIT : 0)) {
        if (m.type != WIRE_MORE || m.length < g->have || m.length > g->most)
            return false;
        fresh = fresh || m.length > g->have || m.end != 0;
        g->have = m.length;
        g->end = m.end != 0;
    }
    if (g->end) /* the rest goes at once */
        results_in_pieces(g->builder, NULL, NULL);
    if (!g->end && !fresh)
        return false; /* tallyd hung up */
    g->shown = true;
    *base = g->base;
    *have = g->have;
    *end = g->end;
    return true;
}

static const char *map_payload(int fd, uint64_t bytes)
{
    void *p = mmap(NULL, bytes + WIRE_PADDING, PROT_READ, MAP_SHARED, fd, 0);
    return p == MAP_FAILED ? NULL : p;
}

/* The job and its descriptors, in the places worker.h gives them: they are the lowest free ones. */
static bool take_job(struct wire_message *m, char *options)
{
    union {
        struct cmsghdr head;
        char room[CMSG_SPACE(FDS_MAX * sizeof(int))];
    } control;
    struct iovec io = {m, sizeof *m};
    struct msghdr h = {
        .msg_iov = &io, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    if (recvmsg(WORKER_SOCKET, &h, 0) != sizeof *m || (h.msg_flags & MSG_CTRUNC) != 0 ||
        m->type != WIRE_JOB || m->companions > WIRE_COMPANIONS_MAX ||
        m->options > WIRE_OPTIONS_MAX || memchr(m->format, 0, sizeof m->format) == NULL)
        return false;
    struct cmsghdr *c = CMSG_FIRSTHDR(&h);
    if (c == NULL || c->cmsg_len != CMSG_LEN((2 + m->companions) * sizeof(int)))
        return false;
    if (m->options == 0)
        return true;
    io = (struct iovec){options, WIRE_OPTIONS_MAX};
    h = (struct msghdr){.msg_iov = &io, .msg_iovlen = 1};
    return recvmsg(WORKER_SOCKET, &h, 0) == (ssize_t)m->options;
}

static bool open_inputs(struct job *j, const struct wire_message *m, struct growing *g,
                        struct input_memory *companions, struct fault *f)
{
    struct input_source source = {.wait = wait_more, .ctx = g, .padded = true};
    g->base = map_payload(WORKER_PAYLOAD, m->most);
    if (g->base == NULL)
        return fault_set(f, WIRE_LIMIT, "no memory to map %llu bytes; raise [workers] memory",
                         (unsigned long long)m->most);
    if (!input_open(j->arena, &source, INPUT_MAX, &j->input, f))
        return false;
    for (; j->companion_count < m->companions; j->companion_count++) {
        size_t i = j->companion_count;
        const char *p = map_payload(WORKER_BATCH + 1 + (int)i, m->companion[i]);
        if (p == NULL)
            return fault_set(f, WIRE_LIMIT, "no memory to map companion %zu", i + 1);
        companions[i].bytes = (struct slice){p, m->companion[i]};
        source = input_from_memory(&companions[i]);
        source.padded = true;
        if (!input_open(j->arena, &source, INPUT_MAX, &j->companions[i], f))
            return false;
    }
    return true;
}

struct laid { /* how far the batch's memfd is filled, and where its next piece begins */
    size_t from, to;
    char *small; /* of SMALL bytes */
};

/* The batch is laid out where tallyd will read it: a copy of a large one would take longer than all
 * else that is left to do once the payload has ended. To map a place for a small one would. */
static void *batch_room(size_t bytes, void *ctx)
{
    struct laid *l = ctx;
    l->from = (l->to + WIRE_PAGE - 1) / WIRE_PAGE * WIRE_PAGE;
    l->to = l->from + bytes;
    if (bytes <= SMALL)
        return l->small;
    if (ftruncate(WORKER_BATCH, (off_t)l->to) != 0)
        return NULL;
    void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, WORKER_BATCH,
                   (off_t)l->from);
    return p == MAP_FAILED ? NULL : p;
}

static bool put(const struct laid *l, struct slice batch)
{
    return batch.ptr != l->small ||
           pwrite(WORKER_BATCH, batch.ptr, batch.len, (off_t)l->from) == (ssize_t)batch.len;
}

static bool say(const struct wire_message *m)
{
    struct iovec io = {(void *)m, sizeof *m};
    struct msghdr h = {.msg_iov = &io, .msg_iovlen = 1};
    return sendmsg(WORKER_SOCKET, &h, MSG_NOSIGNAL) == sizeof *m;
}

/* While the rest comes tallyd takes what is finished. */
static bool give_piece(struct slice piece, void *ctx)
{
    const struct laid *l = ctx;
    struct wire_message m = {.type = WIRE_PIECE, .length = l->to};
    if (!put(l, piece))
        return false;
    if (piece.ptr != l->small)
        munmap((void *)piece.ptr, piece.len);
    return say(&m);
}

static bool work(struct job *j, const struct wire_message *m, size_t *bytes, struct fault *f)
{
    struct growing growing = {.have = m->length, .most = m->most, .end = m->end != 0};
    struct input_memory companions[WIRE_COMPANIONS_MAX];
    struct laid laid = {0};
    struct slice batch;
    if (j->arena == NULL || (j->builder = results_builder_new(j->arena)) == NULL ||
        (laid.small = arena_room(j->arena, SMALL)) == NULL)
        return fault_set(f, WIRE_LIMIT, "no memory to start; raise [workers] memory");
    results_room(j->builder, batch_room, &laid);
    results_in_pieces(j->builder, growing.end ? NULL : give_piece, &laid);
    growing.builder = j->builder;
    if (!open_inputs(j, m, &growing, companions, f) || !job_run(j, &batch, f))
        return false;
    /* A payload is good only when its last byte came, even when the driver had enough before. */
    const char *base;
    size_t have;
    while (!growing.end)
        if (!wait_more(&growing, &base, &have, &growing.end))
            return fault_set(f, WIRE_TRUNCATED, "the payload was never completed");
    *bytes = laid.to;
    return put(&laid, batch) || fault_set(f, WIRE_LIMIT, "no memory for the batch");
}

int worker_run(int64_t memory)
{
    static char options[WIRE_OPTIONS_MAX];
    struct wire_message m;
    mallopt(M_TRIM_THRESHOLD, INT_MAX); /* to give it back can wait for the end */
    if (!take_job(&m, options))
        return errno == 0 ? 0 : 70;
    struct job j = {.format = slice_of(m.format),
                    .options = {options, m.options},
                    .arena = arena_new((size_t)memory)};
    struct fault f = {0};
    struct wire_message answer = {.type = WIRE_DONE};
    size_t bytes = 0;
    if (work(&j, &m, &bytes, &f)) {
        answer.length = bytes;
    } else {
        answer.type = WIRE_FAILED;
        answer.failure = f.kind;
        size_t n = strnlen(f.err.text, sizeof answer.text - 1);
        memcpy(answer.text, f.err.text, n);
    }
    if (!say(&answer))
        return 70;
    /* tallyd kills us when it has told the news: to free all this memory can wait. */
    shutdown(WORKER_SOCKET, SHUT_WR);
    while (receive(&m, 0))
        ;
    return 0;
}
