/* SPDX-License-Identifier: ISC */
/* JSON written into a buffer: commas, quotes and escapes are its business, nesting is the caller's.
 */
#ifndef TALLYD_BASE_JSONW_H
#define TALLYD_BASE_JSONW_H

#include <stdint.h>

#include "daemon/base/buf.h"

struct jsonw {
    struct buf *out; /* borrowed; its `failed` tells of overflow */
    bool comma;
};

void jsonw_init(struct jsonw *j, struct buf *out);
void jsonw_object(struct jsonw *j,
                  const char *key); /* key NULL: in an array, or the document itself */
void jsonw_object_end(struct jsonw *j);
void jsonw_array(struct jsonw *j, const char *key);
void jsonw_array_end(struct jsonw *j);
void jsonw_str(struct jsonw *j, const char *key, struct slice value);
void jsonw_strz(struct jsonw *j, const char *key, const char *value); /* NULL writes null */
void jsonw_int(struct jsonw *j, const char *key, int64_t value);
void jsonw_bool(struct jsonw *j, const char *key, bool value);
void jsonw_null(struct jsonw *j, const char *key);
void jsonw_when(struct jsonw *j, const char *key,
                int64_t when); /* RFC 3339 UTC ms; null when unknown */
void jsonw_raw(struct jsonw *j, const char *key, struct slice json); /* a finished value */
void jsonw_key(struct jsonw *j,
               struct slice key); /* a key from data; the value follows with key NULL */

#endif
