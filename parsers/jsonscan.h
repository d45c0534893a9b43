/* SPDX-License-Identifier: ISC */
/* Where a JSON text is damaged: json.cc says that it is, this says at which line and column, and
 * whether it was merely cut off. Run only after a refusal. */
#ifndef TALLYD_PARSERS_JSONSCAN_H
#define TALLYD_PARSERS_JSONSCAN_H

#include "daemon/base/slice.h"

enum jsonscan { JSONSCAN_FINE, JSONSCAN_BROKEN, JSONSCAN_TRUNCATED, JSONSCAN_DEEP };

#define JSON_DEPTH_MAX 64

/* Read the text by RFC 8259, UTF-8 included. *at is the offset of the first byte that cannot stand
 * there (the length when truncated), *why says what was expected, for people. */
enum jsonscan jsonscan(struct slice text, size_t *at, const char **why);

/* Line and column, from 1, of an offset; columns count bytes. */
void jsonscan_place(struct slice text, size_t at, size_t *line, size_t *column);

#endif
