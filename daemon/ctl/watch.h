/* SPDX-License-Identifier: ISC */
/* `tallyctl watch` on a terminal: the board (ctl_board.h), kept up to date, until q. The terminal
 * is given back as it was, whatever happens. */
#ifndef TALLYD_CTL_WATCH_H
#define TALLYD_CTL_WATCH_H

#include "daemon/ctl/board.h"

/* Can this terminal show a board? */
bool ctl_watch_can(void);
/* Of the tallyd at `url`, or on the socket where that is NULL. Returns the exit code. */
int ctl_watch(const char *socket_path, const char *url, bool color);

#endif
