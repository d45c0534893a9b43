/* SPDX-License-Identifier: ISC */
/* JSON as simdjson's own DOM reads it: what json.h reads is held against it. */
#ifndef TALLYD_TESTS_JSON_REFERENCE_H
#define TALLYD_TESTS_JSON_REFERENCE_H

#include "daemon/base/buf.h"

/* Have simdjson use the n-th of its kernels that this processor can run, from 0: its name. NULL,
 * and it uses the one it had, when there are no more. */
const char *json_reference_kernel(int n);

enum json_reference { JSON_REFERENCE_FINE, JSON_REFERENCE_BROKEN, JSON_REFERENCE_NUMBER };

/* A line for each of the text's values in their order; of numbers only whole ones of 64 bits are
 * told. The text has 64 bytes of padding. */
enum json_reference json_reference(struct slice text, struct buf *dump);

#endif
