/* SPDX-License-Identifier: ISC */
/* The archive of a night, as it lies on disk: every payload once, gzipped, in payloads/DIGEST.gz;
 * and for each day (UTC, of the election's clock) a table DAY.tsv that says what came when. Text
 * and gzip, so that zcat, grep and cut read it, a line that a crash tore costs that line, and a
 * part of it (some lines, the payloads they name) is an archive again. Written by
 * writer_archive.h, played by the app.
 */
#ifndef TALLYD_EDGE_ARCHIVE_H
#define TALLYD_EDGE_ARCHIVE_H

#include <stdint.h>

#include "daemon/base/arena.h"
#include "daemon/base/buf.h"
#include "daemon/base/err.h"
#include "daemon/base/hash.h"
#include "parsers/wire.h"

struct payload;

enum archive_what {
    ARCHIVE_PAYLOAD,   /* bytes came, and were read */
    ARCHIVE_UNCHANGED, /* it answered: nothing new */
    ARCHIVE_FAILED,    /* it did not, or the bytes could not be read */
    ARCHIVE_WHATS
};

struct archive_row {     /* one poll; a column of the table each, in this order */
    int64_t received_ms; /* election clock */
    struct slice source, file;
    enum archive_what what;
    struct slice verdict; /* of the payload, or how it failed */
    int64_t bytes;        /* of the payload; 0: it is none, or was empty */
    struct digest digest; /* of the payload; zero: it is none */
    int64_t delta;        /* as poller_news */
    int64_t status;       /* of HTTP; 0: no HTTP, or it came to nothing */
    struct slice version, etag, last_modified;
    struct digest companions[WIRE_COMPANIONS_MAX];
    size_t companion_count;
    struct slice url;  /* or path, as configured: credentials are their names */
    struct slice text; /* of the verdict, for people */
};

#define ARCHIVE_PAYLOADS "payloads"
#define ARCHIVE_NAME 40
void archive_payload_name(struct digest d, char out[ARCHIVE_NAME]); /* "DIGEST.gz" */
bool archive_has_payload(const struct archive_row *r);

/* The first line of each table, and a row of it, each with its line end. What would end a field is
 * a blank there. */
void archive_write_head(struct buf *out);
void archive_write_row(const struct archive_row *r, struct buf *out);

struct archive {
    const struct archive_row **rows; /* in order of time; of one time, as they were written */
    size_t count, torn;              /* torn: lines that could not be read, and are left out */
};

/* Everything that was recorded there. Blocking. */
bool archive_read(const char *directory, struct arena *a, struct archive *out,
                  struct err *e) MUST_USE;

/* The bytes again, finished. NULL and *e: they are not there, are not those, or more than cap. */
struct payload *archive_payload(const char *directory, struct digest d, size_t cap, struct err *e);

#endif
