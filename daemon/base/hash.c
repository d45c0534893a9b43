/* SPDX-License-Identifier: ISC */
/* Fast fingerprints of bytes: XXH3, inlined here and nowhere else. */
#include "daemon/base/hash.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

uint64_t hash64(struct slice s, uint64_t seed)
{
    return XXH3_64bits_withSeed(s.len ? s.ptr : "", s.len, seed);
}

struct digest digest_of(struct slice s)
{
    XXH128_hash_t h = XXH3_128bits(s.len ? s.ptr : "", s.len);

    return (struct digest){h.high64, h.low64};
}

bool digest_eq(struct digest a, struct digest b)
{
    return a.hi == b.hi && a.lo == b.lo;
}

void digest_hex(struct digest d, char out[33])
{
    for (int i = 0; i < 32; i++) {
        uint64_t half = i < 16 ? d.hi : d.lo;
        out[i] = "0123456789abcdef"[half >> (60 - 4 * (i % 16)) & 15];
    }
    out[32] = '\0';
}

bool digest_parse(struct slice hex, struct digest *out)
{
    uint64_t half[2] = {0, 0};

    if (hex.len != 32)
        return false;
    for (size_t i = 0; i < 32; i++) {
        char c = hex.ptr[i];
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')))
            return false;
        half[i / 16] = half[i / 16] << 4 | (uint64_t)(c <= '9' ? c - '0' : c - 'a' + 10);
    }
    *out = (struct digest){half[0], half[1]};
    return true;
}
