/* SPDX-License-Identifier: ISC */
/* One question to the daemon over its control socket, and the pieces of its answer. The protocol:
 * edge/control.h. */
#ifndef TALLYD_CTL_CLIENT_H
#define TALLYD_CTL_CLIENT_H

#include "daemon/base/buf.h"
#include "daemon/base/err.h"
#include "daemon/base/text.h"

/* Send the request (its newline included) and hand each piece's body to `print`, errors' bodies to
 * standard error. With `stays`, pieces are read until print fails, or one is refused; else one.
 * *code is the last piece's exit code. False: not reachable, or gone (ERR_UNAVAILABLE), not allowed
 * (ERR_DENIED), or an answer that is none (ERR_BUG); *code is -1 where the request was not sent. */
bool ctl_ask(const char *socket_path, struct slice request, bool stays,
             bool (*print)(struct slice body, void *ctx), void *ctx, int *code,
             struct err *e) MUST_USE;

/* Takes an answer into a struct buf, in place of what is there. */
bool ctl_keep(struct slice body, void *into);

/* One answer, for which `limit_s` seconds are waited (0: as long as it takes). False also where the
 * daemon refuses, with its words in *e (ERR_NO) and its code. */
bool ctl_ask_quiet(const char *socket_path, struct slice request, int limit_s,
                   bool (*take)(struct slice body, void *ctx), void *ctx, int *code,
                   struct err *e) MUST_USE;

#endif
