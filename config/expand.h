/* SPDX-License-Identifier: ISC */
/* Placeholders in a text, with the place of what is wrong. */
#ifndef TALLYD_CONFIG_EXPAND_H
#define TALLYD_CONFIG_EXPAND_H

#include "config/config.h"

/* As config_expand; on failure *at is where in the text. */
bool expand_text(struct slice text, const struct config_expand *with, struct buf *out,
                 const char **at, struct err *e) MUST_USE;

#endif
