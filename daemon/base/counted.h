/* SPDX-License-Identifier: ISC */
/* "1 contest", "3 contests": a number of things in printf's words, never "1 contests". */
#ifndef TALLYD_BASE_COUNTED_H
#define TALLYD_BASE_COUNTED_H

#define COUNTED "%lld %s" /* of COUNT_OF(n, "contest", "contests"); n is evaluated twice */
#define COUNT_OF(n, one, many) (long long)(n), (n) == 1 ? (one) : (many)

#endif
