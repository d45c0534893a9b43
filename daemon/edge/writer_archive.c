/* SPDX-License-Identifier: ISC */
/* A payload is compressed a piece at a time under a temporary name, and named when it is whole; its
 * line comes after it. */
#include "daemon/edge/writer_archive.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include <zlib.h>

#include "daemon/base/log.h"
#include "daemon/base/when.h"
#include "daemon/edge/file.h"
#include "daemon/edge/payload.h"
#include "daemon/edge/timer.h"

#define TEMPORARY "being-written"
#define PIECE ((size_t)128 << 10)   /* compressed between two looks at what is urgent */
#define RESERVE ((int64_t)64 << 20) /* of the disk: for what must be durable */
#define PRUNE_TO 9 / 10             /* of what it may take */
#define RETRY_US INT64_C(2000000)
#define LEVEL 3
#define FILES_MAX 4000000

struct writer_archive {
    char *directory;
    int64_t keep, used, recorded;
    bool (*needed)(struct map *digests, void *ctx);
    void *ctx;
    struct writer_records queue;
    int fd, payloads, table; /* the directory, that of payloads, the day's table; -1: not open */
    char day[11];            /* of the table */
    /* the payload that is being written */
    bool writing;
    int out;
    size_t at;
    z_stream z;
    unsigned char *room;
    int64_t retry_us; /* 0: all is well */
    char why[256];
};

/* ---- the queue ---- */

void writer_records_init(struct writer_records *list)
{
    *list = (struct writer_records){.end = &list->first};
}

void writer_records_add(struct writer_records *list, struct writer_record *r)
{
    r->next = NULL;
    *list->end = r;
    list->end = &r->next;
    list->count++;
    list->bytes += r->payload ? payload_bytes(r->payload).len : 0;
}

void writer_records_move(struct writer_records *from, struct writer_records *to)
{
    if (from->first) {
        *to->end = from->first;
        to->end = from->end;
        to->count += from->count;
        to->bytes += from->bytes;
    }
    writer_records_init(from);
}

static void drop_first(struct writer_records *list)
{
    struct writer_record *r = list->first;
    if (!(list->first = r->next))
        list->end = &list->first;
    list->count--;
    list->bytes -= r->payload ? payload_bytes(r->payload).len : 0;
    payload_free(r->payload);
    free(r);
}

void writer_records_free(struct writer_records *list)
{
    while (list->first)
        drop_first(list);
}

struct writer_record *writer_record_new(const struct archive_row *row, struct payload *payload)
{
    struct buf line;
    buf_init(&line, 1 << 16);
    if (row->source.len > 0)
        archive_write_row(row, &line);
    struct writer_record *r = line.failed ? NULL : malloc(sizeof *r + line.len);
    if (r) {
        *r = (struct writer_record){.payload = payload ? payload_ref(payload) : NULL,
                                    .received_ms = row->received_ms,
                                    .line_len = line.len};
        if (line.len > 0)
            memcpy(r->line, line.ptr, line.len);
    }
    buf_done(&line);
    return r;
}

/* ---- the directory ---- */

static void shut(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

static int open_directory(int at, const char *name, const char *called, struct err *e)
{
    int fd = -1;
    if (mkdirat(at, name, 0750) == 0 || errno == EEXIST)
        fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        err_errno(e, ERR_AGAIN, "%s", called);
    return fd;
}

/* fn(name, its stat) of every file there. */
static bool visit(int directory, bool (*fn)(const char *name, const struct stat *st, void *ctx),
                  void *ctx, struct err *e)
{
    int fd = openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *d = fd < 0 ? NULL : fdopendir(fd);
    bool ok = d != NULL || err_errno(e, ERR_AGAIN, "cannot be listed");
    struct stat st;
    for (const struct dirent *f; d && ok && (f = readdir(d)) != NULL;)
        if (fstatat(directory, f->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode))
            ok = fn(f->d_name, &st, ctx);
    if (d)
        closedir(d);
    else if (fd >= 0)
        close(fd);
    return ok;
}

static bool add_size(const char *name, const struct stat *st, void *ctx)
{
    struct writer_archive *a = ctx;
    (void)name;
    a->used += st->st_size;
    return true;
}

static bool open_all(struct writer_archive *a, struct err *e)
{
    if (a->payloads >= 0)
        return true;
    shut(&a->fd);
    a->used = 0;
    a->fd = open_directory(AT_FDCWD, a->directory, "it cannot be opened", e);
    if (a->fd < 0)
        return false;
    a->payloads = open_directory(a->fd, ARCHIVE_PAYLOADS, ARCHIVE_PAYLOADS, e);
    if (a->payloads < 0)
        return false;
    if (visit(a->fd, add_size, a, e) && visit(a->payloads, add_size, a, e))
        return true;
    shut(&a->payloads);
    return false;
}

/* ---- room ---- */

struct old { /* a payload that may go */
    int64_t mtime, size;
    char name[ARCHIVE_NAME];
};

struct prune {
    struct map *needed;
    struct old *list;
    size_t count, room;
    int64_t oldest_kept; /* seconds; of those that may not go */
};

static bool consider(const char *name, const struct stat *st, void *ctx)
{
    struct prune *p = ctx;
    if (strlen(name) != ARCHIVE_NAME - 5)
        return true;
    if (map_has(p->needed, (struct slice){name, 32})) {
        p->oldest_kept = st->st_mtime < p->oldest_kept ? st->st_mtime : p->oldest_kept;
        return true;
    }
    if (p->count == p->room) {
        size_t room = p->room ? 2 * p->room : 1024;
        struct old *list = realloc(p->list, room * sizeof *list);
        if (!list)
            return false;
        p->list = list;
        p->room = room;
    }
    struct old *o = &p->list[p->count++];
    *o = (struct old){.mtime = st->st_mtim.tv_sec * 1000 + st->st_mtim.tv_nsec / 1000000,
                      .size = st->st_size};
    memcpy(o->name, name, strlen(name) + 1);
    return true;
}

static int older(const void *a, const void *b)
{
    const struct old *x = a, *y = b;
    if (x->mtime != y->mtime)
        return x->mtime < y->mtime ? -1 : 1;
    return strcmp(x->name, y->name);
}

struct tables { /* those last written before anything that is kept came are of nothing any more */
    struct writer_archive *a;
    int64_t before; /* seconds */
};

static bool drop_table(const char *name, const struct stat *st, void *ctx)
{
    struct tables *t = ctx;
    if (slice_ends(slice_of(name), SLICE(".tsv")) && st->st_mtime < t->before &&
        strncmp(name, t->a->day, 10) != 0 && unlinkat(t->a->fd, name, 0) == 0)
        t->a->used -= st->st_size;
    return true;
}

/* What it may take now: what is configured, and never the last of the disk. */
static int64_t limit(const struct writer_archive *a)
{
    struct statvfs fs;
    int64_t left = INT64_MAX;
    if (fstatvfs(a->payloads, &fs) == 0)
        left = a->used + (int64_t)fs.f_bavail * (int64_t)fs.f_frsize - RESERVE;
    return left < a->keep ? left : a->keep;
}

static int64_t size_of(const struct prune *p)
{
    int64_t all = 0;
    for (size_t i = 0; i < p->count; i++)
        all += p->list[i].size;
    return all;
}

/* Down to `to`, where what may go makes it less than `most`; else nothing goes: who fills the disk
 * is somebody else. */
static bool prune(struct writer_archive *a, int64_t to, int64_t most, struct err *e)
{
    struct prune p = {.needed = map_new(FILES_MAX, true), .oldest_kept = INT64_MAX};
    size_t gone = 0;
    bool ok = p.needed && a->needed(p.needed, a->ctx) && visit(a->payloads, consider, &p, e);
    if (ok && p.count > 0)
        qsort(p.list, p.count, sizeof *p.list, older);
    bool helps = ok && a->used - size_of(&p) < most;
    for (; helps && gone < p.count && a->used > to; gone++)
        if (unlinkat(a->payloads, p.list[gone].name, 0) == 0)
            a->used -= p.list[gone].size;
    if (ok) {
        int64_t left = gone < p.count ? p.list[gone].mtime / 1000 : INT64_MAX;
        struct tables t = {a, left < p.oldest_kept ? left : p.oldest_kept};
        ok = visit(a->fd, drop_table, &t, e);
    }
    free(p.list);
    map_free(p.needed);
    return ok || e->kind != ERR_NONE || err_set(e, ERR_AGAIN, "what may go cannot be told");
}

static bool make_room(struct writer_archive *a, struct err *e)
{
    int64_t most = limit(a);
    if (a->used < most)
        return true;
    return prune(a, most * PRUNE_TO, most, e) &&
           (a->used < most ||
            err_set(e, ERR_AGAIN, "the disk is full, or [archive] keep is too small"));
}

/* ---- one payload ---- */

static void stop_writing(struct writer_archive *a)
{
    if (!a->writing)
        return;
    deflateEnd(&a->z);
    shut(&a->out);
    unlinkat(a->payloads, TEMPORARY, 0);
    a->writing = false;
}

static bool begin(struct writer_archive *a, struct err *e)
{
    a->out = openat(a->payloads, TEMPORARY, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
    if (a->out < 0)
        return err_errno(e, ERR_AGAIN, ARCHIVE_PAYLOADS "/" TEMPORARY);
    a->z = (z_stream){0};
    a->at = 0;
    a->writing = deflateInit2(&a->z, LEVEL, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK;
    if (!a->writing)
        shut(&a->out);
    return a->writing || err_set(e, ERR_AGAIN, "no memory to compress with");
}

static bool put(int fd, struct slice bytes, struct err *e)
{
    return file_write(fd, bytes) || err_errno(e, ERR_AGAIN, "cannot be written");
}

/* *done: all of it is in the file. */
static bool write_piece(struct writer_archive *a, struct slice bytes, bool *done, struct err *e)
{
    struct slice piece = slice_sub(bytes, a->at, a->at + PIECE);
    bool last = a->at + piece.len == bytes.len;
    int code;
    a->z.next_in = (unsigned char *)(uintptr_t)piece.ptr;
    a->z.avail_in = (unsigned)piece.len;
    do {
        a->z.next_out = a->room;
        a->z.avail_out = PIECE;
        code = deflate(&a->z, last ? Z_FINISH : Z_NO_FLUSH);
        if (!put(a->out, (struct slice){(const char *)a->room, PIECE - a->z.avail_out}, e))
            return false;
    } while (a->z.avail_out == 0);
    a->at += piece.len;
    *done = code == Z_STREAM_END;
    return true;
}

static bool name_it(struct writer_archive *a, const char *name, struct err *e)
{
    struct stat st = {0};
    if (fstat(a->out, &st) != 0 || renameat(a->payloads, TEMPORARY, a->payloads, name) != 0)
        return err_errno(e, ERR_AGAIN, ARCHIVE_PAYLOADS "/%s", name);
    a->used += st.st_size;
    stop_writing(a);
    return true;
}

/* *done: it is there. One that was there is the newest again. */
static bool put_payload(struct writer_archive *a, const struct payload *p, bool *done,
                        struct err *e)
{
    char name[ARCHIVE_NAME];
    archive_payload_name(payload_digest(p), name);
    if (!a->writing) {
        *done = utimensat(a->payloads, name, NULL, 0) == 0;
        if (*done)
            return true;
        if (!make_room(a, e) || !begin(a, e))
            return false;
    }
    return write_piece(a, payload_bytes(p), done, e) && (!*done || name_it(a, name, e));
}

/* ---- lines ---- */

/* A line that a crash tore ends where the next one begins. */
static bool end_torn(struct writer_archive *a, off_t size, struct err *e)
{
    char last = '\n';
    if (size > 0 && pread(a->table, &last, 1, size - 1) != 1)
        return err_errno(e, ERR_AGAIN, "%s.tsv", a->day);
    return last == '\n' || put(a->table, SLICE("\n"), e);
}

static bool open_table(struct writer_archive *a, int64_t when, struct err *e)
{
    char day[11], name[24];
    struct stat st;
    struct buf head;
    when_format_date(when, day);
    if (a->table >= 0 && strcmp(day, a->day) == 0)
        return true;
    shut(&a->table);
    memcpy(a->day, day, sizeof day);
    snprintf(name, sizeof name, "%s.tsv", day);
    a->table = openat(a->fd, name, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
    if (a->table < 0 || fstat(a->table, &st) != 0)
        return err_errno(e, ERR_AGAIN, "%s", name);
    buf_init(&head, 4096);
    if (st.st_size == 0)
        archive_write_head(&head);
    bool ok = end_torn(a, st.st_size, e) && put(a->table, buf_slice(&head), e);
    a->used += ok ? (int64_t)head.len : 0;
    buf_done(&head);
    if (!ok)
        shut(&a->table);
    return ok;
}

static bool put_line(struct writer_archive *a, const struct writer_record *r, struct err *e)
{
    if (r->line_len == 0)
        return true;
    if (!make_room(a, e) || !open_table(a, r->received_ms, e) ||
        !put(a->table, (struct slice){r->line, r->line_len}, e)) {
        shut(&a->table); /* the next one ends what may be torn now */
        return false;
    }
    a->used += (int64_t)r->line_len;
    return true;
}

/* ---- together ---- */

static void fail(struct writer_archive *a, const struct err *e, int64_t now_us)
{
    if (a->retry_us == 0)
        log_error("archive: %s: %s; nothing is recorded until it can be, it is tried again",
                  a->directory, e->text);
    snprintf(a->why, sizeof a->why, "%.*s", (int)sizeof a->why - 1, e->text);
    a->retry_us = now_us + RETRY_US;
    stop_writing(a);
    shut(&a->table);
    shut(&a->payloads); /* another disk may be mounted there by then */
}

static void succeed(struct writer_archive *a)
{
    if (a->retry_us > 0)
        log_info("archive: %s can be written again", a->directory);
    a->retry_us = 0;
    a->why[0] = '\0';
    a->recorded++;
}

int64_t writer_archive_due(const struct writer_archive *a, bool ending)
{
    if (!a || !a->queue.first || (ending && a->retry_us > 0))
        return INT64_MAX;
    return a->retry_us;
}

/* A piece of a payload, or lines that need none. */
void writer_archive_work(struct writer_archive *a, int64_t now_us)
{
    struct err e = {0};
    bool done = true;
    if (!a || !a->queue.first || now_us < a->retry_us)
        return;
    const struct writer_record *r = a->queue.first;
    bool ok = open_all(a, &e) && (!r->payload || put_payload(a, r->payload, &done, &e));
    if (ok && done && (ok = put_line(a, r, &e))) {
        drop_first(&a->queue);
        succeed(a);
    }
    if (!ok)
        fail(a, &e, now_us);
}

struct writer_archive *writer_archive_new(const char *directory, int64_t keep,
                                          bool (*needed)(struct map *digests, void *ctx), void *ctx)
{
    struct writer_archive *a = calloc(1, sizeof *a);
    if (!a)
        return NULL;
    *a = (struct writer_archive){.directory = strdup(directory),
                                 .keep = keep,
                                 .needed = needed,
                                 .ctx = ctx,
                                 .fd = -1,
                                 .payloads = -1,
                                 .table = -1,
                                 .out = -1,
                                 .room = malloc(PIECE)};
    writer_records_init(&a->queue);
    if (a->directory && a->room)
        return a;
    writer_archive_free(a);
    return NULL;
}

void writer_archive_free(struct writer_archive *a)
{
    if (!a)
        return;
    writer_records_free(&a->queue);
    stop_writing(a);
    shut(&a->table);
    shut(&a->payloads);
    shut(&a->fd);
    free(a->directory);
    free(a->room);
    free(a);
}

struct writer_records *writer_archive_queue(struct writer_archive *a)
{
    return &a->queue;
}

void writer_archive_state(const struct writer_archive *a, struct writer_archive_state *out)
{
    *out = (struct writer_archive_state){.bytes = a->used, .recorded = a->recorded};
    memcpy(out->why, a->why, sizeof out->why);
}
