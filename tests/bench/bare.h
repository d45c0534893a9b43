/* SPDX-License-Identifier: ISC */
/* The bare passes that drivers are measured against. */
#ifndef TALLYD_TESTS_BENCH_BARE_H
#define TALLYD_TESTS_BENCH_BARE_H

#include "daemon/base/slice.h"

/* WIRE_PADDING zero bytes lie behind the bytes. */
bool bare_json(const char *format, struct slice bytes);

#endif
