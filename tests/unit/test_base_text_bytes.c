/* SPDX-License-Identifier: ISC */
/* Text once more as processors without SSE2 look at it: a byte at a time. */
#undef __SSE2__
#include "daemon/base/text.c"
#include "tests/unit/test_base_text.c"
