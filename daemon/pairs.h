/* SPDX-License-Identifier: ISC */
/* Pairs of a name and a value, as rows of text or one JSON object: what status is made of. */
#ifndef TALLYD_PAIRS_H
#define TALLYD_PAIRS_H

#include "daemon/base/buf.h"
#include "daemon/base/jsonw.h"

struct pairs {
    struct buf *out;
    struct jsonw json;
    bool is_json;
};

void pairs_begin(struct pairs *p, bool json, struct buf *out);
void pairs_end(struct pairs *p);
void pair_str(struct pairs *p, const char *name, struct slice value);
void pair_int(struct pairs *p, const char *name, int64_t value);

#endif
