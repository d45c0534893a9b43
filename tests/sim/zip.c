/* SPDX-License-Identifier: ISC */
/* A zip archive of one deflated file (APPNOTE.TXT of PKWARE, 4.3). */
#include <zlib.h>

#include "tests/sim/write.h"

#define DEFLATED 8
#define VERSION 20
#define DATE 0x5d63 /* any day will do, but a date it must be */

struct entry {
    uint32_t crc, packed, whole;
    struct slice name;
};

static void put(struct buf *out, uint64_t n, int bytes)
{
    for (int i = 0; i < bytes; i++)
        buf_addc(out, (char)(n >> (8 * i)));
}

/* What the local header and the directory say in the same words. */
static void describe(const struct entry *e, struct buf *out)
{
    put(out, VERSION, 2);
    put(out, 0, 2);
    put(out, DEFLATED, 2);
    put(out, 0, 2);
    put(out, DATE, 2);
    put(out, e->crc, 4);
    put(out, e->packed, 4);
    put(out, e->whole, 4);
    put(out, e->name.len, 2);
    put(out, 0, 2);
}

static bool deflate_into(struct slice content, struct buf *out)
{
    z_stream z = {0};
    char chunk[16384];
    int r;
    if (deflateInit2(&z, 6, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        return false;
    z.next_in = (Bytef *)(uintptr_t)content.ptr;
    z.avail_in = (uInt)content.len;
    do {
        z.next_out = (Bytef *)chunk;
        z.avail_out = sizeof chunk;
        r = deflate(&z, Z_FINISH);
        buf_add(out, (struct slice){chunk, sizeof chunk - z.avail_out});
    } while (r == Z_OK);
    deflateEnd(&z);
    return r == Z_STREAM_END;
}

void write_zip(struct slice name, struct slice content, struct buf *out)
{
    struct buf packed;
    buf_init(&packed, out->cap);
    if (!deflate_into(content, &packed))
        out->failed = true;
    struct entry e = {.crc = (uint32_t)crc32(0, (const Bytef *)content.ptr, (uInt)content.len),
                      .packed = (uint32_t)packed.len,
                      .whole = (uint32_t)content.len,
                      .name = name};
    put(out, 0x04034b50, 4);
    describe(&e, out);
    buf_add(out, name);
    buf_add(out, buf_slice(&packed));
    size_t directory = out->len;
    put(out, 0x02014b50, 4);
    put(out, VERSION, 2);
    describe(&e, out);
    put(out, 0, 2 + 2 + 2); /* comment, disk, internal attributes */
    put(out, 0, 4 + 4);     /* external attributes, offset of the local header */
    buf_add(out, name);
    size_t size = out->len - directory;
    put(out, 0x06054b50, 4);
    put(out, 0, 2 + 2);
    put(out, 1, 2);
    put(out, 1, 2);
    put(out, size, 4);
    put(out, directory, 4);
    put(out, 0, 2);
    buf_done(&packed);
}
