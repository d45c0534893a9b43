/* SPDX-License-Identifier: ISC */
/* Processor time of this process: others on the machine do not count. */
#ifndef TALLYD_TESTS_BENCH_CPU_H
#define TALLYD_TESTS_BENCH_CPU_H

#include <time.h>

static inline double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* What was begun then took the least time so far; *best is 0 before the first. */
static inline void keep_best(double *best, double began)
{
    double took = seconds() - began;
    if (*best == 0 || took < *best)
        *best = took;
}

#endif
