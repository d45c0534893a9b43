/* SPDX-License-Identifier: ISC */
/* HTML written into a buffer: what comes from outside goes through html_escape, and is harmless as
 * text and within quotes. */
#ifndef TALLYD_BASE_HTML_H
#define TALLYD_BASE_HTML_H

#include <stdint.h>

#include "daemon/base/buf.h"

void html_escape(struct buf *out, struct slice text);
/* A name: in <bdi>, so that its direction stays its own. */
void html_name(struct buf *out, struct slice text);
void html_count(struct buf *out, int64_t n); /* "12,345"; a real minus */
/* As part of a query: %xx for all but letters and digits. */
void html_query(struct buf *out, struct slice text);

#endif
