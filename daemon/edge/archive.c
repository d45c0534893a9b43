/* SPDX-License-Identifier: ISC */
/* Rows as lines and back, payloads out of gzip. */
#include "daemon/edge/archive.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "daemon/base/num.h"
#include "daemon/base/when.h"
#include "daemon/edge/file.h"
#include "daemon/edge/payload.h"

#define TABLE_MAX ((size_t)1 << 30)
#define PIECE ((size_t)256 << 10)

static const char *const whats[ARCHIVE_WHATS] = {
    [ARCHIVE_PAYLOAD] = "payload", [ARCHIVE_UNCHANGED] = "unchanged", [ARCHIVE_FAILED] = "failed"};

/* ---- fields ---- */

static void put_text(const struct archive_row *r, size_t at, struct buf *out)
{
    const struct slice *s = (const struct slice *)((const char *)r + at);
    for (size_t i = 0; i < s->len; i++)
        buf_addc(out, (unsigned char)s->ptr[i] < ' ' ? ' ' : s->ptr[i]);
}

static bool get_text(struct slice s, size_t at, struct archive_row *r)
{
    *(struct slice *)((char *)r + at) = s;
    return true;
}

static void put_number(const struct archive_row *r, size_t at, struct buf *out)
{
    buf_addf(out, "%lld", (long long)*(const int64_t *)((const char *)r + at));
}

static bool get_number(struct slice s, size_t at, struct archive_row *r)
{
    return num_parse(s, 0, INT64_MAX, (int64_t *)((char *)r + at));
}

static void put_time(const struct archive_row *r, size_t at, struct buf *out)
{
    char text[25];
    when_format(*(const int64_t *)((const char *)r + at), text);
    buf_addz(out, text);
}

static bool get_time(struct slice s, size_t at, struct archive_row *r)
{
    return when_parse(s, false, (int64_t *)((char *)r + at));
}

static void put_what(const struct archive_row *r, size_t at, struct buf *out)
{
    (void)at;
    buf_addz(out, whats[r->what]);
}

static bool get_what(struct slice s, size_t at, struct archive_row *r)
{
    (void)at;
    for (int i = 0; i < ARCHIVE_WHATS; i++)
        if (slice_is(s, whats[i])) {
            r->what = (enum archive_what)i;
            return true;
        }
    return false;
}

static void put_hex(struct digest d, struct buf *out)
{
    char hex[33];
    digest_hex(d, hex);
    buf_addz(out, hex);
}

static void put_digest(const struct archive_row *r, size_t at, struct buf *out)
{
    (void)at;
    if (archive_has_payload(r))
        put_hex(r->digest, out);
}

static bool get_digest(struct slice s, size_t at, struct archive_row *r)
{
    (void)at;
    return s.len == 0 || digest_parse(s, &r->digest);
}

static void put_companions(const struct archive_row *r, size_t at, struct buf *out)
{
    (void)at;
    for (size_t i = 0; i < r->companion_count; i++) {
        if (i > 0)
            buf_addc(out, ',');
        put_hex(r->companions[i], out);
    }
}

static bool get_companions(struct slice s, size_t at, struct archive_row *r)
{
    struct slice one;
    (void)at;
    while (slice_next(&s, ',', &one))
        if (r->companion_count == WIRE_COMPANIONS_MAX ||
            !digest_parse(one, &r->companions[r->companion_count++]))
            return false;
    return true;
}

#define COLUMN(called, member, kind)                                                               \
    {                                                                                              \
        .name = called, .at = offsetof(struct archive_row, member), .put = put_##kind,             \
        .get = get_##kind                                                                          \
    }

static const struct column {
    const char *name;
    size_t at;
    void (*put)(const struct archive_row *r, size_t at, struct buf *out);
    bool (*get)(struct slice s, size_t at, struct archive_row *r);
} columns[] = {
    COLUMN("received", received_ms, time),
    COLUMN("source", source, text),
    COLUMN("file", file, text),
    COLUMN("what", what, what),
    COLUMN("verdict", verdict, text),
    COLUMN("bytes", bytes, number),
    COLUMN("payload", digest, digest),
    COLUMN("delta", delta, number),
    COLUMN("status", status, number),
    COLUMN("version", version, text),
    COLUMN("etag", etag, text),
    COLUMN("last_modified", last_modified, text),
    COLUMN("companions", companions, companions),
    COLUMN("url", url, text),
    COLUMN("text", text, text),
};
#define COLUMNS (sizeof columns / sizeof *columns)

/* ---- lines ---- */

void archive_payload_name(struct digest d, char out[ARCHIVE_NAME])
{
    digest_hex(d, out);
    memcpy(out + 32, ".gz", 4);
}

bool archive_has_payload(const struct archive_row *r)
{
    return (r->digest.hi | r->digest.lo) != 0;
}

void archive_write_head(struct buf *out)
{
    for (size_t i = 0; i < COLUMNS; i++)
        buf_addf(out, "%s%c", columns[i].name, i + 1 < COLUMNS ? '\t' : '\n');
}

void archive_write_row(const struct archive_row *r, struct buf *out)
{
    for (size_t i = 0; i < COLUMNS; i++) {
        columns[i].put(r, columns[i].at, out);
        buf_addc(out, i + 1 < COLUMNS ? '\t' : '\n');
    }
}

static bool read_row(struct slice line, struct archive_row *out)
{
    struct archive_row r = {0};
    size_t i = 0;
    for (struct slice field; i < COLUMNS; i++) {
        bool last = i + 1 == COLUMNS && line.len == 0;
        field = (struct slice){0};
        if ((!last && !slice_next(&line, '\t', &field)) ||
            !columns[i].get(field, columns[i].at, &r))
            return false;
    }
    *out = r;
    return line.len == 0;
}

/* ---- all of it ---- */

static int is_table(const struct dirent *d)
{
    int64_t day;
    struct slice name = slice_of(d->d_name);
    return name.len == 14 && slice_ends(name, SLICE(".tsv")) &&
           when_parse_date(slice_sub(name, 0, 10), &day);
}

static size_t lines_of(struct slice text)
{
    size_t n = 1;
    for (const char *at = text.ptr, *end = text.ptr + text.len;
         at < end && (at = memchr(at, '\n', (size_t)(end - at))) != NULL; at++)
        n++;
    return n;
}

/* Behind the others, which lie in an array of the arena's. */
static bool read_table(struct slice text, struct arena *a, struct archive_row **rows, size_t *n,
                       size_t *torn)
{
    struct archive_row *all = arena_array(a, *n + lines_of(text), sizeof *all);
    struct slice line, head = {0};
    if (!all)
        return false;
    if (*n > 0)
        memcpy(all, *rows, *n * sizeof *all);
    *rows = all;
    slice_next(&text, '\n', &head);
    while (slice_next(&text, '\n', &line)) {
        if (read_row(line, &all[*n]))
            ++*n;
        else
            *torn += line.len > 0;
    }
    return true;
}

/* Rows lie as they were written. */
static int by_time(const void *a, const void *b)
{
    const struct archive_row *x = *(const struct archive_row *const *)a,
                             *y = *(const struct archive_row *const *)b;
    if (x->received_ms != y->received_ms)
        return x->received_ms < y->received_ms ? -1 : 1;
    return x < y ? -1 : x > y;
}

static const struct archive_row **sorted(const struct archive_row *rows, size_t n, struct arena *a)
{
    const struct archive_row **list = arena_array(a, n + 1, sizeof *list);
    for (size_t i = 0; list && i < n; i++)
        list[i] = &rows[i];
    if (list)
        qsort(list, n, sizeof *list, by_time);
    return list;
}

static int list_tables(const char *directory, struct dirent ***names, struct err *e)
{
    int count = scandir(directory, names, is_table, alphasort);
    if (count < 0)
        err_errno(e, ERR_NOINPUT, "archive %s", directory);
    else if (count == 0)
        err_set(e, ERR_NOINPUT, "archive %s: no table of a day (YYYY-MM-DD.tsv) is there",
                directory);
    return count;
}

bool archive_read(const char *directory, struct arena *a, struct archive *out, struct err *e)
{
    struct dirent **names = NULL;
    struct archive_row *rows = NULL;
    struct archive all = {0};
    int count = list_tables(directory, &names, e);
    bool ok = count > 0;
    for (int i = 0; i < count; i++) {
        struct slice path = arena_printf(a, "%s/%s", directory, names[i]->d_name), text;
        if (ok && (ok = path.ptr && file_read(path.ptr, TABLE_MAX, a, &text, e)))
            ok = read_table(text, a, &rows, &all.count, &all.torn);
        free(names[i]);
    }
    free(names);
    if (ok && (all.rows = sorted(rows, all.count, a)) != NULL)
        *out = all;
    else if (e->kind == ERR_NONE)
        err_set(e, ERR_BUG, "out of memory for archive %s", directory);
    return all.rows != NULL;
}

/* A FIFO, that nobody may write to, would be waited for. */
static gzFile open_gzip(const char *path, struct err *e)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    bool regular = fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
    gzFile file = regular ? gzdopen(fd, "rb") : NULL;
    if (fd >= 0 && !regular)
        err_set(e, ERR_NOINPUT, "%s: not a regular file", path);
    else if (!file)
        err_errno(e, ERR_NOINPUT, "%s", path);
    if (fd >= 0 && !file)
        close(fd);
    return file;
}

struct payload *archive_payload(const char *directory, struct digest d, size_t cap, struct err *e)
{
    char path[4096], name[ARCHIVE_NAME], *piece = malloc(PIECE);
    archive_payload_name(d, name);
    snprintf(path, sizeof path, "%s/" ARCHIVE_PAYLOADS "/%s", directory, name);
    gzFile file = piece ? open_gzip(path, e) : NULL;
    struct payload *p = file ? payload_new(cap, e) : NULL;
    bool ok = p != NULL;
    int got = 0;
    if (!piece)
        err_set(e, ERR_AGAIN, "%s: no memory to read it", path);
    while (ok && (got = gzread(file, piece, PIECE)) > 0)
        ok = payload_append(p, (struct slice){piece, (size_t)got}, e) || err_prefix(e, "%s", path);
    if (ok) {
        payload_finish(p);
        ok = got == 0 && digest_eq(payload_digest(p), d);
        if (!ok)
            err_set(e, ERR_DATA, "%s: its bytes are not those that were kept", path);
    }
    if (file)
        gzclose(file);
    free(piece);
    if (ok)
        return p;
    payload_free(p);
    return NULL;
}
