/* SPDX-License-Identifier: ISC */
/* What the board of the terminal shows, asked for: over the control socket, or over the HTTP of a
 * tallyd elsewhere. */
#ifndef TALLYD_CTL_NEWS_H
#define TALLYD_CTL_NEWS_H

#include "daemon/base/err.h"
#include "daemon/ctl/board.h"

struct ctl_news;

/* Of `url`, or of `socket_path` where that is NULL. */
bool ctl_news_new(const char *socket_path, const char *url, struct ctl_news **out,
                  struct err *e) MUST_USE;
void ctl_news_free(struct ctl_news *n); /* accepts NULL */

/* All of it anew, into the board, which borrows it until the next time. False: the daemon does not
 * answer; what the board has stays, and it says since when. */
bool ctl_news_ask(struct ctl_news *n, struct ctl_board *b, struct err *e);
/* Take what comes meanwhile; in how many milliseconds it is to be looked for again, 0: it is time
 * to ask. */
int ctl_news_wait(struct ctl_news *n);
/* How old what the board shows is by now, and whether what is new comes by itself. */
void ctl_news_age(struct ctl_news *n, struct ctl_board *b);

/* Why a number is what it is; over HTTP, what there is of the race. */
bool ctl_news_explain(struct ctl_news *n, struct slice id, struct buf *out, struct err *e) MUST_USE;

/* For tests: a table of HTTP's as the socket has that of this panel; ages are up to its `now`. */
bool ctl_news_panel(enum ctl_panel panel, struct slice csv, struct buf *out,
                    struct err *e) MUST_USE;

#endif
