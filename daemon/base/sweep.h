/* SPDX-License-Identifier: ISC */
/* Credentials out of texts that others wrote: who is sent a secret may quote it. */
#ifndef TALLYD_BASE_SWEEP_H
#define TALLYD_BASE_SWEEP_H

#include "daemon/base/buf.h"

/* `credentials`: a line each. They are found as they are, or with any of their characters written
 * as %XX, in small or capital letters, and also where the text ends within one of four characters
 * or more. */
bool sweep_finds(struct slice credentials, struct slice text);

/* Add the text, each credential in it as "***". */
void sweep(struct slice credentials, struct slice text, struct buf *out);

#endif
