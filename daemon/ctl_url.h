/* SPDX-License-Identifier: ISC */
/* The reading commands over the read-only HTTP, instead of the control socket. */
#ifndef TALLYD_CTL_URL_H
#define TALLYD_CTL_URL_H

#include "daemon/base/buf.h"
#include "daemon/base/err.h"
#include "daemon/ctl_commands.h"

/* What the tallyd at `url` publishes for this command, in the form in which the control socket
 * would answer: rows as tab-separated lines with a head, or JSON, or text. Nothing in it moves a
 * terminal. ERR_USAGE: HTTP does not have it; the text says what has. */
bool ctl_url(const char *url, const struct ctl_command *c, int argc, char **argv, bool json,
             struct buf *out, struct err *e) MUST_USE;

/* For tests: a press's CSV as such rows, of these columns (parted by blanks, in this order; NULL:
 * of all), or `turned`, a row for each column of its only row. */
bool ctl_url_rows(struct slice csv, const char *columns, bool turned, struct buf *out,
                  struct err *e) MUST_USE;

#endif
