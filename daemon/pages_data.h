/* SPDX-License-Identifier: ISC */
/* HTTP resources that show the count: totals, the sentence, corrections, what is open. */
#ifndef TALLYD_PAGES_DATA_H
#define TALLYD_PAGES_DATA_H

#include "daemon/edge/http.h"

/* Handlers of one resource each, with the struct app as ctx. */
void pages_totals(struct slice path, struct slice query, struct http_answer *answer,
                  struct buf *body, void *ctx);
void pages_totals_csv(struct slice path, struct slice query, struct http_answer *answer,
                      struct buf *body, void *ctx);
void pages_statement(struct slice path, struct slice query, struct http_answer *answer,
                     struct buf *body, void *ctx);
void pages_corrections(struct slice path, struct slice query, struct http_answer *answer,
                       struct buf *body, void *ctx);
void pages_corrections_text(struct slice path, struct slice query, struct http_answer *answer,
                            struct buf *body, void *ctx);
void pages_open(struct slice path, struct slice query, struct http_answer *answer, struct buf *body,
                void *ctx);

/* 503, for as long as there is nothing to show; and why. */
struct app;
void pages_not_ready(const struct app *a, struct http_answer *answer, struct buf *body);

#endif
