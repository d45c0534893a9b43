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

/* It is XXH3's own state by another name: that one is known in this file alone. */
struct digester *digester_new(void)
{
    XXH3_state_t *state = XXH3_createState();

    if (state)
        XXH3_128bits_reset(state);
    return (struct digester *)state;
}

void digester_free(struct digester *d)
{
    XXH3_freeState((XXH3_state_t *)d);
}

void digester_add(struct digester *d, struct slice more)
{
    if (more.len > 0)
        XXH3_128bits_update((XXH3_state_t *)d, more.ptr, more.len);
}

struct digest digester_digest(const struct digester *d)
{
    XXH128_hash_t h = XXH3_128bits_digest((const XXH3_state_t *)d);

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
