/* SPDX-License-Identifier: ISC */
/* What a source that was tried (trial.h) came to, as titled tables or as one JSON object. */
#ifndef TALLYD_TRIAL_REPORT_H
#define TALLYD_TRIAL_REPORT_H

#include "daemon/base/buf.h"
#include "daemon/core/model.h"
#include "daemon/edge/work.h"

struct poller_source;

struct trial_file { /* one of the source, as it was fetched */
    uint32_t source, file;
    struct slice name;  /* of the file, behind its source's where there are several */
    struct slice place; /* as it was configured: credentials are names in it */
    bool by_path;
    int status, redirects; /* answer.h; 0: a path, or nothing came */
    struct slice type, encoding, redirected, etag, last_modified, version;
    int64_t us;              /* the poll */
    struct payload *payload; /* NULL: nothing came */
    const struct payload *companions[WIRE_COMPANIONS_MAX];
    size_t companion_count;
    const struct results *read; /* by its format; NULL: it was not */
    int64_t parse_us;
    bool judged;          /* by the guards, as the first payload of its source */
    enum verdict verdict; /* theirs, or why nothing could be read */
    struct slice text;
};

struct trial_attempt { /* at reading a payload as a format */
    const struct poller_source *source;
    struct trial_file *file;
    bool own; /* its source's format */
    struct work work;
};

struct trial_note { /* of the guards */
    enum verdict verdict;
    struct slice contest, unit, text;
};

struct trial_found {
    struct slice format; /* of the source, or the one that reads it best; empty: none does */
    struct trial_file *files;
    size_t file_count;
    struct trial_attempt *attempts;
    size_t attempt_count;
    struct trial_note *notes;
    size_t note_count;
    int64_t now_ms, later_ms;  /* later: when polls have closed, where votes came before; 0: not */
    const struct model *model; /* of a core that it alone was shown to, later; NULL: nothing to
                                  show */
    const struct settings *settings;
    struct slice section; /* as a configuration has it; empty: one does already */
};

/* Returns the exit code: 0 something of ours is in it; ERR_NO nothing is; ERR_DATA it cannot be
 * read; ERR_NOINPUT there is no such file; ERR_AGAIN it could not be fetched. */
int trial_report(const struct trial_found *f, bool json, struct buf *out);

#endif
