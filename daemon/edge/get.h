/* SPDX-License-Identifier: ISC */
/* One resource of a tallyd's HTTP after another, waited for: for programs that have nothing else to
 * do. */
#ifndef TALLYD_EDGE_GET_H
#define TALLYD_EDGE_GET_H

#include "daemon/base/buf.h"
#include "daemon/base/err.h"

#define GET_ETAG 128

struct get;

/* `site`: http or https, and what stands before the paths; copied. ERR_USAGE: it is none. */
bool get_new(const char *site, struct get **out, struct err *e) MUST_USE;
void get_free(struct get *g); /* accepts NULL */

/* From now on for somebody who looks on: seconds, and not a minute, are waited for an answer. */
void get_hurry(struct get *g);

/* Append what lies at `path` (it begins with '/') to the body. `etag`: empty, or what an earlier
 * answer had; then *same says that nothing has changed, and nothing is appended. It becomes this
 * answer's. False, with the server's own words: ERR_UNAVAILABLE nobody answers, or not as tallyd
 * would; ERR_AGAIN it is not ready; ERR_USAGE it does not take this; ERR_NO there is no such thing;
 * ERR_DENIED it does not go by this name. */
bool get_page(struct get *g, const char *path, char etag[GET_ETAG], struct buf *body, bool *same,
              struct err *e) MUST_USE;

/* Did the last answer say that it is that of the path's query? Else the server took no notice of
 * the query: it has nothing but files, a copy (core/site.h). */
bool get_answered(const struct get *g, const char *path);

#endif
