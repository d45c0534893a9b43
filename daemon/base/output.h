/* SPDX-License-Identifier: ISC */
/* The three standard files at the ends of a program. */
#ifndef TALLYD_BASE_OUTPUT_H
#define TALLYD_BASE_OUTPUT_H

/* First of all: no socket or file that is opened later becomes standard output because that was
 * closed. What is written there fails, and is told of below. */
void output_begin(void);

/* Last of all: `code`, or, where that is 0 and standard output has not all that was written to it,
 * ERR_AGAIN, which is said. */
int output_end(const char *program, int code);

#endif
