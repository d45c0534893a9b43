/* SPDX-License-Identifier: ISC */
/* Where a feed says to ask next for what has changed since: an address out of a payload, held
 * against the one that people wrote. Pure. */
#ifndef TALLYD_EDGE_CURSOR_H
#define TALLYD_EDGE_CURSOR_H

#include "daemon/base/buf.h"

/* Write the address to ask. It must be of the scheme, host and port of `home`. `secrets`, the
 * parameters of home's query that are credentials ("apiKey=x&token=y"), stand in it in place of
 * any of these names that the feed wrote. False: it lies elsewhere, or is none. */
bool cursor_write(struct slice home, struct slice next, struct slice secrets, struct buf *out);

/* The parameters of this address's query that `mark` occurs in, joined by &: of an address with
 * {credential:NAME} in it those that are secret. */
void cursor_secrets(struct slice url, struct slice mark, struct buf *out);

#endif
