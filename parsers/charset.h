/* SPDX-License-Identifier: ISC */
/* The character sets feeds are written in: a closed list, each converter opened once at start and
 * kept, since none can be opened inside the sandbox. */
#ifndef TALLYD_PARSERS_CHARSET_H
#define TALLYD_PARSERS_CHARSET_H

#include "daemon/base/err.h"
#include "daemon/base/slice.h"

struct charset; /* one of the list */

/* Open every converter. Call once, before the sandbox and before any thread. */
bool charset_init(struct err *e) MUST_USE;

/* By name, case-insensitive, with the aliases XML declarations use; NULL when not in the list. */
const struct charset *charset_find(struct slice name);

bool charset_is_utf8(const struct charset *c);

/* The known names, for messages: "utf-8, utf-16le, ...". */
const char *charset_names(void);

/* Convert as much of *in as fits: *in and *room are moved past what was used, *into past what was
 * written. What is not a character becomes U+FFFD. False when nothing more can be done until there
 * is more input (an incomplete character is left in *in) or more room. */
bool charset_convert(const struct charset *c, struct slice *in, char **into, size_t *room);

#endif
