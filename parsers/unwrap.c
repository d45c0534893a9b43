/* SPDX-License-Identifier: ISC */
/* gzip by zlib and zip by libarchive, as stages of an input. */
#include "parsers/stage.h"

#include <string.h>

#include <archive.h>
#include <archive_entry.h>
#include <zlib.h>

#define RUN 65536       /* bytes given at a time */
#define ZIP_TAIL 131072 /* central directory of one member, with the longest comment */
#define ZIP_END 22      /* its end record, without comment */

/* ---- gzip: one or more members, nothing behind them ---- */

struct gunzip {
    struct stage stage;
    struct arena *arena;
    z_stream z;
    bool started, between; /* between members: the end may come here */
    int64_t left;          /* bytes it may still give */
    struct slice in;
    char out[RUN];
};

static voidpf gunzip_alloc(voidpf opaque, uInt items, uInt size)
{
    return arena_array(opaque, items, size);
}

static void gunzip_free(voidpf opaque, voidpf address)
{
    (void)opaque;
    (void)address;
}

static bool gunzip_start(struct gunzip *g, struct fault *f)
{
    if (g->started)
        return true;
    g->z = (z_stream){.zalloc = gunzip_alloc, .zfree = gunzip_free, .opaque = g->arena};
    if (inflateInit2(&g->z, 15 + 16) != Z_OK)
        return fault_set(f, WIRE_LIMIT, "gzip: out of memory");
    return g->started = true;
}

/* One call of inflate over what there is. */
static bool gunzip_step(struct gunzip *g, struct fault *f)
{
    g->z.next_in = (Bytef *)g->in.ptr;
    g->z.avail_in = g->in.len < UINT32_MAX ? (uInt)g->in.len : UINT32_MAX;
    uInt given = g->z.avail_in;
    int rc = inflate(&g->z, Z_NO_FLUSH);
    g->in = slice_sub(g->in, given - g->z.avail_in, g->in.len);
    switch (rc) {
    case Z_OK:
    case Z_BUF_ERROR:
        return true;
    case Z_STREAM_END:
        g->between = true;
        return true;
    case Z_MEM_ERROR:
        return fault_set(f, WIRE_LIMIT, "gzip: out of memory");
    default:
        return fault_set(f, WIRE_SYNTAX, "gzip: damaged at byte %lu of the unpacked data: %s",
                         g->z.total_out, g->z.msg ? g->z.msg : "not gzip");
    }
}

static bool gunzip_next_member(struct gunzip *g, struct fault *f)
{
    if ((unsigned char)g->in.ptr[0] != 0x1f)
        return fault_set(f, WIRE_SYNTAX, "gzip: other bytes follow the end of the data");
    g->between = false;
    inflateReset(&g->z);
    return true;
}

static bool gunzip_pull(struct stage *stage, struct slice *out, struct fault *f)
{
    struct gunzip *g = (struct gunzip *)stage;
    if (!gunzip_start(g, f))
        return false;
    g->z.next_out = (Bytef *)g->out;
    g->z.avail_out = RUN;
    while (g->z.avail_out == RUN) {
        if (!g->in.len && !stage_take(stage->below, &g->in, f))
            return false;
        if (!g->in.len) {
            if (!g->between)
                return fault_set(f, WIRE_TRUNCATED, "gzip: the payload ends before its data does");
            break;
        }
        if (g->between && !gunzip_next_member(g, f))
            return false;
        if (!gunzip_step(g, f))
            return false;
    }
    *out = (struct slice){g->out, RUN - g->z.avail_out};
    g->left -= (int64_t)out->len;
    if (g->left < 0)
        return fault_set(f, WIRE_LIMIT, "gzip: unpacks to more than allowed");
    return true;
}

struct stage *stage_gunzip(struct arena *a, struct stage *below, int64_t max)
{
    struct gunzip *g = arena_alloc(a, sizeof *g);
    if (!g)
        return NULL;
    g->stage = (struct stage){.pull = gunzip_pull, .below = below};
    g->arena = a;
    g->left = max;
    return &g->stage;
}

/* ---- zip: one member, read as it comes; then the directory at the end must be there and agree
 * ---- */

struct unzip {
    struct stage stage;
    struct archive *archive;
    struct fault below; /* why reading from below failed: libarchive cannot carry it */
    bool opened, finished;
    size_t tail_len;
    char tail[ZIP_TAIL]; /* the last bytes read from below */
    char out[RUN];
};

/* Remember the newest bytes, however the runs were cut. */
static void unzip_remember(struct unzip *u, struct slice run)
{
    if (run.len >= ZIP_TAIL) {
        memcpy(u->tail, run.ptr + run.len - ZIP_TAIL, ZIP_TAIL);
        u->tail_len = ZIP_TAIL;
        return;
    }
    if (u->tail_len + run.len > ZIP_TAIL) {
        size_t drop = u->tail_len + run.len - ZIP_TAIL;
        memmove(u->tail, u->tail + drop, u->tail_len - drop);
        u->tail_len -= drop;
    }
    memcpy(u->tail + u->tail_len, run.ptr, run.len);
    u->tail_len += run.len;
}

static la_ssize_t unzip_feed(struct archive *a, void *ctx, const void **into)
{
    struct unzip *u = ctx;
    struct slice run;
    (void)a;
    if (!stage_take(u->stage.below, &run, &u->below))
        return -1;
    if (run.len)
        unzip_remember(u, run);
    *into = run.ptr;
    return (la_ssize_t)run.len;
}

static bool unzip_failed(struct unzip *u, struct fault *f)
{
    if (u->below.kind != WIRE_OK) {
        *f = u->below;
        return false;
    }
    const char *why = archive_error_string(u->archive);
    bool cut = u->stage.below->end;
    return fault_set(f, cut ? WIRE_TRUNCATED : WIRE_SYNTAX, "zip: damaged%s: %s",
                     cut ? " or cut off" : "", why ? why : "no reason given");
}

static unsigned le16(const char *p)
{
    return (unsigned)(unsigned char)p[0] | (unsigned)(unsigned char)p[1] << 8;
}

/* Spreadsheets are zips of many files, which come in a usual order. */
static bool unzip_check_spreadsheet(struct unzip *u, unsigned name_len, struct fault *f)
{
    static const struct slice names[] = {SLICE_INIT("[Content_Types].xml"), SLICE_INIT("_rels/"),
                                         SLICE_INIT("xl/"), SLICE_INIT("docProps/")};
    struct slice h;
    if (!stage_peek(u->stage.below, 30 + (size_t)name_len, &h, f))
        return false;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (slice_starts(slice_sub(h, 30, h.len), names[i]))
            return stage_refuse_spreadsheet("xlsx", f);
    }
    return true;
}

/* The one member's local header: only what every zip tool writes. libarchive knows more methods,
 * with memory needs of their own. */
static bool unzip_check_header(struct unzip *u, struct fault *f)
{
    struct slice h;
    if (!stage_peek(u->stage.below, 30, &h, f))
        return false;
    if (slice_starts(h, SLICE("PK\005\006")))
        return fault_set(f, WIRE_SCHEMA, "zip: it holds no file");
    if (h.len < 30)
        return fault_set(f, WIRE_TRUNCATED, "zip: the payload ends inside its first header");
    if (le16(h.ptr + 6) & 1)
        return fault_set(f, WIRE_SYNTAX, "zip: its file is encrypted");
    unsigned method = le16(h.ptr + 8);
    if (method != 0 && method != 8)
        return fault_set(f, WIRE_SYNTAX, "zip: compression method %u is not read, only deflate",
                         method);
    return unzip_check_spreadsheet(u, le16(h.ptr + 26), f);
}

static bool unzip_start(struct unzip *u, struct fault *f)
{
    struct archive_entry *entry;
    u->opened = true;
    if (!unzip_check_header(u, f))
        return false;
    if (!(u->archive = archive_read_new()))
        return fault_set(f, WIRE_LIMIT, "zip: out of memory");
    if (archive_read_support_format_zip_streamable(u->archive) != ARCHIVE_OK ||
        archive_read_open(u->archive, u, NULL, unzip_feed, NULL) != ARCHIVE_OK ||
        archive_read_next_header(u->archive, &entry) != ARCHIVE_OK)
        return unzip_failed(u, f);
    if (archive_entry_is_encrypted(entry))
        return fault_set(f, WIRE_SYNTAX, "zip: its file is encrypted");
    if (archive_entry_filetype(entry) != AE_IFREG)
        return fault_set(f, WIRE_SYNTAX, "zip: its first member is no file");
    return true;
}

/* Read on to the very end: the directory names one file, and its end record is the end of the
 * payload. */
static bool unzip_finish(struct unzip *u, struct fault *f)
{
    struct archive_entry *entry;
    struct slice run = {NULL, 0};
    u->finished = true;
    int rc = archive_read_next_header(u->archive, &entry);
    if (rc == ARCHIVE_OK)
        return fault_set(f, WIRE_SCHEMA, "zip: it holds more than one file; which one counts?");
    if (rc != ARCHIVE_EOF)
        return unzip_failed(u, f);
    size_t drained = 0;
    do {
        if (!stage_take(u->stage.below, &run, f))
            return false;
        if (run.len)
            unzip_remember(u, run);
        drained += run.len;
        if (drained > ZIP_TAIL)
            return fault_set(f, WIRE_SYNTAX, "zip: other bytes follow the end of the file");
    } while (run.len);
    for (size_t at = u->tail_len; at-- > 0;) {
        const char *p = u->tail + at;
        if (u->tail_len - at < ZIP_END || memcmp(p, "PK\005\006", 4) != 0)
            continue;
        if (at + ZIP_END + le16(p + 20) != u->tail_len)
            continue;
        unsigned members = le16(p + 10);
        if (members == 1)
            return true;
        return fault_set(f, WIRE_SCHEMA, "zip: its directory lists %u files instead of one",
                         members);
    }
    return fault_set(f, WIRE_TRUNCATED, "zip: the payload ends before its directory does");
}

static bool unzip_pull(struct stage *stage, struct slice *out, struct fault *f)
{
    struct unzip *u = (struct unzip *)stage;
    *out = (struct slice){NULL, 0};
    if (u->finished)
        return true;
    if (!u->opened && !unzip_start(u, f))
        return false;
    la_ssize_t n = archive_read_data(u->archive, u->out, RUN);
    if (n < 0)
        return unzip_failed(u, f);
    if (n == 0)
        return unzip_finish(u, f);
    *out = (struct slice){u->out, (size_t)n};
    return true;
}

static void unzip_close(struct stage *stage)
{
    struct unzip *u = (struct unzip *)stage;
    if (u->archive)
        archive_read_free(u->archive);
    u->archive = NULL;
}

struct stage *stage_unzip(struct arena *a, struct stage *below)
{
    struct unzip *u = arena_alloc(a, sizeof *u);
    if (!u)
        return NULL;
    u->stage = (struct stage){.pull = unzip_pull, .close = unzip_close, .below = below};
    return &u->stage;
}
