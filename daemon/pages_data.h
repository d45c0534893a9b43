/* SPDX-License-Identifier: ISC */
/* HTTP resources that show what went out: totals and the sentence. */
#ifndef TALLYD_PAGES_DATA_H
#define TALLYD_PAGES_DATA_H

#include "daemon/edge/http.h"

/* Handlers of one resource each, with the struct app as ctx. */
void pages_totals(struct slice path, struct slice query, struct http_answer *answer,
                  struct buf *body, void *ctx);
void pages_statement(struct slice path, struct slice query, struct http_answer *answer,
                     struct buf *body, void *ctx);

#endif
