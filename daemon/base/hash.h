/* SPDX-License-Identifier: ISC */
/* Fast fingerprints of bytes (XXH3): for tables and for "have we seen this payload", never against
 * an adversary who may choose what to collide with. */
#ifndef TALLYD_BASE_HASH_H
#define TALLYD_BASE_HASH_H

#include <stdint.h>

#include "daemon/base/slice.h"

struct digest {
    uint64_t hi, lo;
};

uint64_t hash64(struct slice s, uint64_t seed);
struct digest digest_of(struct slice s);
/* The same of bytes that come in pieces. */
struct digester;
struct digester *digester_new(void);    /* NULL: memory is out */
void digester_free(struct digester *d); /* accepts NULL */
void digester_add(struct digester *d, struct slice more);
struct digest digester_digest(const struct digester *d); /* of all that was added */

bool digest_eq(struct digest a, struct digest b);

/* 32 lower-case hex digits and a NUL. */
void digest_hex(struct digest d, char out[33]);
bool digest_parse(struct slice hex, struct digest *out) __attribute__((warn_unused_result));

#endif
