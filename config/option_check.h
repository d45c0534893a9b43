/* SPDX-License-Identifier: ISC */
/* Options of formats, as far as they can be judged before there is a payload. */
#ifndef TALLYD_CONFIG_OPTION_CHECK_H
#define TALLYD_CONFIG_OPTION_CHECK_H

#include "daemon/base/arena.h"
#include "daemon/base/err.h"

struct format;

/* `key` is one that the format takes. False: *e says what is wrong with it or its value. */
bool option_check(const struct format *format, struct slice key, struct slice value,
                  struct arena *a, struct err *e) MUST_USE;

#endif
