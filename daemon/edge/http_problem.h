/* SPDX-License-Identifier: ISC */
/* Errors as documents (RFC 9457): what is wrong, in one form, whoever finds it. */
#ifndef TALLYD_EDGE_HTTP_PROBLEM_H
#define TALLYD_EDGE_HTTP_PROBLEM_H

#include "daemon/base/buf.h"

struct evbuffer;

/* "Not Found": the phrase of a status, which is also the title. */
const char *http_problem_title(int status);
/* Why a request cannot be read as one, where its status says no more. */
const char *http_problem_detail(int status);
/* The document, as application/problem+json. */
void http_problem_write(int status, struct slice detail, struct buf *out);

/* evhttp answers by itself what it cannot read, with a page of its own. When the whole of one is
 * all there is in a connection's output, ours takes its place. */
void http_problem_replace(struct evbuffer *output);

#endif
