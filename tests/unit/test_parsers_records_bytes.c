/* SPDX-License-Identifier: ISC */
/* Lines and fields once more as processors without SSE2 find them: a byte at a time. */
#undef __SSE2__
#include "parsers/records.c"
#include "tests/unit/test_parsers_records.c"
