/* SPDX-License-Identifier: ISC */
/* HTTP resources made of the model: a table. */
#ifndef TALLYD_PAGES_MODEL_H
#define TALLYD_PAGES_MODEL_H

#include "daemon/edge/http.h"

/* For each path of pages_routes that is in the table, with the struct app as ctx. */
void pages_model(struct slice path, struct slice query, struct http_answer *answer,
                 struct buf *body, void *ctx);

#endif
