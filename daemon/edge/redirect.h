/* SPDX-License-Identifier: ISC */
/* Whether a feed may send us from one address to another. */
#ifndef TALLYD_EDGE_REDIRECT_H
#define TALLYD_EDGE_REDIRECT_H

#include "daemon/base/err.h"

/* Same scheme, or http to https. With a credential also the same host and, but for http to https,
 * the same port. The text names neither address. */
bool redirect_check(const char *from, const char *to, bool has_credential, struct err *e) MUST_USE;

#endif
