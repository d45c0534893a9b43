/* SPDX-License-Identifier: ISC */
/* A payload as bytes to pull: reading blocks until more has arrived or the end is known, so that
 * parsers are plain loops whether the payload lies there whole or is still being downloaded.
 * Compressed bodies (gzip, zip with one member, a zip inside gzip) are unwrapped on the way.
 */
#ifndef TALLYD_PARSERS_INPUT_H
#define TALLYD_PARSERS_INPUT_H

#include <stddef.h>
#include <stdint.h>

#include "daemon/base/arena.h"
#include "daemon/base/err.h"
#include "daemon/base/slice.h"
#include "parsers/fault.h"

#define INPUT_MAX (INT64_C(1) << 30) /* unwrapped bytes of one payload, unless told less */

struct input;

/* The bytes underneath. wait() returns with *have bytes mapped at *base; *end once these are all.
 * It is called only when more is wanted than was there; false is a lost peer. */
struct input_source {
    bool (*wait)(void *ctx, const char **base, size_t *have, bool *end);
    void *ctx;
    bool padded; /* WIRE_PADDING zero bytes always lie behind the last byte, so that input_all need
                    not copy */
};

/* Look at the first bytes and set up unwrapping. `max` caps the unwrapped size. All memory from the
 * arena. */
bool input_open(struct arena *a, const struct input_source *source, int64_t max, struct input **out,
                struct fault *f) MUST_USE;

/* Give back what does not lie in the arena (libarchive's). A process that is about to exit need
 * not. Accepts NULL. */
void input_close(struct input *in);

/* From here on the bytes are UTF-8 without a BOM: converted from the charset named (charset.h),
 * else from UTF-16 where a BOM says so, else as they are. The first call counts, before anything
 * was read; later calls change nothing. False on an unknown charset. */
bool input_text(struct input *in, struct slice charset, struct fault *f) MUST_USE;
bool input_is_text(const struct input *in); /* input_text was called */

/* A UTF-8 BOM among the first bytes, also behind a blank line, as some servers put before what they
 * send: how many bytes with that, 0: none. */
#define INPUT_MARK_MAX 16 /* bytes that are looked at */
size_t input_mark(struct slice head);

/* Up to `room` unwrapped bytes, at least 1; 0 at the end: by then the wrapping's own end, length
 * and CRC have been checked. False on damage (WIRE_TRUNCATED, WIRE_SYNTAX, WIRE_LIMIT). */
bool input_read(struct input *in, char *into, size_t room, size_t *got, struct fault *f) MUST_USE;

/* As input_read without the copy: *run lies where it is until the next call on this input. */
bool input_next(struct input *in, size_t most, struct slice *run, struct fault *f) MUST_USE;

/* All of it at once, with WIRE_PADDING zero bytes behind; without a copy where the payload lies
 * there plain and whole. */
bool input_all(struct input *in, struct slice *out, struct fault *f) MUST_USE;

/* The first bytes (at most `want` <= 4096) without consuming them; fewer only when the payload is
 * shorter. For sniffing. */
bool input_peek(struct input *in, size_t want, struct slice *out, struct fault *f) MUST_USE;

/* The arena it was opened with. */
struct arena *input_arena(const struct input *in);

/* A source over bytes that are all there. */
struct input_memory {
    struct slice bytes;
};
struct input_source input_from_memory(struct input_memory *m);

#endif
