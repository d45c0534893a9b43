/* SPDX-License-Identifier: ISC */
/* Base64 (RFC 4648, section 4), strictly: whole groups of four, padding only at the end. */
#ifndef TALLYD_PARSERS_BASE64_H
#define TALLYD_PARSERS_BASE64_H

#include "daemon/base/arena.h"
#include "daemon/base/err.h"

/* The bytes that s encodes, in the arena, with `padding` zero bytes behind them. *at is where s
 * goes wrong when this is false: s.len when nothing is wrong but the arena is full. */
bool base64_decode(struct slice s, size_t padding, struct arena *a, struct slice *out,
                   size_t *at) MUST_USE;

#endif
