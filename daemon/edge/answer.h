/* SPDX-License-Identifier: ISC */
/* What came of asking once for a file of a feed. */
#ifndef TALLYD_EDGE_ANSWER_H
#define TALLYD_EDGE_ANSWER_H

#include <stdint.h>

#include "daemon/base/slice.h"
#include "daemon/core/verdict.h"

struct payload;

enum answer_what { ANSWER_BODY, ANSWER_SAME, ANSWER_FAILED };

struct answer_http { /* how the site answered at last; zero: nothing came, or it is a path */
    int status, redirects;
    struct slice type, encoding; /* as sent; empty: not said, or odd */
    struct slice place;          /* where redirects led; empty: nowhere, or with a credential */
};

struct answer { /* borrowed for the callback; the payload may be kept with payload_ref */
    enum answer_what what;
    struct payload *payload;          /* BODY: finished */
    struct slice etag, last_modified; /* BODY: as sent, empty when there was none */
    enum verdict verdict;             /* FAILED */
    struct slice text;                /* FAILED: for people, clean, without credentials */
    int64_t retry_after_ms;           /* FAILED: the site asks for this pause; 0: it does not */
    struct answer_http http;
    int64_t last_byte_us; /* CLOCK_MONOTONIC */
};

#endif
