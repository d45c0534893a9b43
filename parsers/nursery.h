/* SPDX-License-Identifier: ISC */
/* The warmed parent of the workers: it has read no payload and never will, and forks spares that
 * read one each. */
#ifndef TALLYD_PARSERS_NURSERY_H
#define TALLYD_PARSERS_NURSERY_H

#include <stdint.h>

/* What one worker may use. */
struct nursery_limits {
    int64_t memory; /* bytes beyond what the program needs to start; also the cap of its batch */
    int64_t cpu_ms; /* of processor time; counted in whole seconds, rounded up */
};

/* Serve spawns on the nursery socket (parsers/wire.h) until its other end closes. Returns the exit
 * code of the program: 0 after the peer hung up, else 70 or 71 with a line on standard error. In a
 * spare it does not return. */
int nursery_run(int socket_fd, const struct nursery_limits *limits);

#endif
