/* SPDX-License-Identifier: ISC */
/* What is to be polled, and what is told of each poll: the plain structs of poller.h, for all who
 * have a part in it. */
#ifndef TALLYD_EDGE_POLLING_H
#define TALLYD_EDGE_POLLING_H

#include <stdint.h>

#include "daemon/base/hash.h"
#include "daemon/core/verdict.h"
#include "parsers/results.h"

struct answer_http;
struct payload;

struct poller_file {
    /* exactly one; {version} and {election} in a url are put in when the pointer told them */
    struct slice url, path;
    struct slice secrets; /* the parameters of url's query that are credentials, joined by & */
};

struct poller_companion {
    struct slice url, path; /* exactly one, without {version} */
};

struct poller_source {
    struct slice name, format, options; /* options: "key=value\n" lines for the worker */
    struct slice delta_options;         /* the same for payloads that hold only what changed */
    struct slice preset;                /* how people call the format; empty: as it is */
    const struct poller_file *files;
    size_t file_count;
    /* Fetched before the first poll, and again with each `interval` x 20, conditionally: a new one
     * makes the last payload of each file come again. Until all are there each failure of one is a
     * failure of every file. */
    const struct poller_companion *companions;
    size_t companion_count;
    struct slice version_url, version_options; /* a pointer to ask first; empty: none */
    /* Asked next, with {version} of the first in its url: it lists what counties have, as
     * "ELECTION/VERSION" of the one that the options name. Empty: none */
    struct slice counties_url, counties_options;
    const struct slice *headers; /* "Name: value", credentials already expanded: never logged */
    size_t header_count;
    bool has_credential;      /* refuses redirects to another host */
    struct slice credentials; /* all of them, a line each: no text that is told has one in it */
    int64_t interval_ms;
};

struct poller_settings { /* this and what it points to outlive the poller */
    int64_t jitter_bp, timeout_ms, max_body, backoff_first_ms, backoff_most_ms, max_per_host;
    int64_t least_ms, most_ms, early_ms; /* pace.h */
    int64_t settle_ms; /* a file is read when nobody has written to it for so long, or its interval
                          where that is shorter; with `once` as it is */
    struct slice user_agent;
    const struct slice *networks; /* CIDR blocks of non-public addresses that may be polled */
    size_t network_count;
    struct slice proxy, proxy_user; /* fetch.h */
    const struct poller_source *sources;
    size_t source_count;
    uint64_t seed; /* of jitter and start offsets */
    bool once;     /* poll every file once, at once, then tell `idle` */
    bool raw;      /* no worker reads what comes (but what names versions): a BATCH has no batch */
};

/* What one poll came to. Borrowed for the callback; the payload may be kept with payload_ref. */
struct poller_news {
    uint32_t source, file;
    enum { NEWS_BATCH, NEWS_UNCHANGED, NEWS_FAILED } what;
    const struct results *batch; /* BATCH; NULL with `raw` */
    struct payload *payload;     /* BATCH: the bytes as they came; FAILED: those that could not be
                                    read, or NULL */
    struct digest digest;        /* BATCH */
    bool again;                  /* BATCH: the bytes on air, for there are other companions */
    const struct payload *const *companions; /* BATCH: it was read with these */
    size_t companion_count;
    int64_t delta;                    /* BATCH: 0 all of the file, n the nth change since that */
    struct slice version;             /* of the URL, or empty */
    struct slice etag, last_modified; /* as sent; to be kept with the payload */
    enum verdict verdict;             /* FAILED */
    struct slice text;                /* FAILED: for people, without credentials */
    int64_t wait_ms;                  /* FAILED: for so long its host has asked not to be asked */
    const struct answer_http *http;   /* FAILED, and with `raw`; NULL: no site was asked */
    int64_t last_byte_us;             /* CLOCK_MONOTONIC when the body's last byte came */
    int64_t poll_us, parse_us;        /* how long each took */
};

#define POLLER_DELTAS_MAX 64 /* then all of the file is asked for again */

/* The answer settles the poll. BATCH, taken or held: the payload is on air (of the held not all),
 * its validators and version move; refused, they do not: the file is asked for on the conditions
 * of what was on air before. Where the feed says where to ask next for what has changed, that is
 * asked next after a payload that was taken; in any other case, and after any failure, all of the
 * file. UNCHANGED: taken, so it is; else what is known is forgotten and it is asked for in full.
 * FAILED: no matter; back-off follows. */
enum poller_answer { POLLER_REFUSED, POLLER_TAKEN, POLLER_HELD };

#define POLLER_NEVER INT64_MAX
#define POLLER_ASLEEP_MS 1000

struct poller_calls {
    /* How many ms of real time until anything is expected of a source: until then it is asked
     * rarely; NEVER: it is not asked at all, and this is asked again each ASLEEP_MS. NULL: it is
     * expected now. */
    int64_t (*rest)(uint32_t source, void *ctx);
    enum poller_answer (*news)(const struct poller_news *news, void *ctx);
    void (*idle)(void *ctx);   /* with `once`: every file has had its poll */
    void (*coming)(void *ctx); /* a body that is not what is on air has come whole, and is read:
                                  news may follow within moments. NULL: nobody wants to know */
    void *ctx;
};

/* For `source list` and metrics. */
struct poller_state {
    int64_t polls, unchanged, changed, failed; /* counts since start */
    int64_t bytes;
    int failures_in_a_row;
    int64_t next_in_ms; /* until the next poll; -1 while one is under way */
    double poll_seconds_sum;
};

#endif
