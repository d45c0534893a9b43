/* SPDX-License-Identifier: ISC */
/* One spare: takes one payload from its job socket (parsers/wire.h), answers with one batch, and is
 * done. */
#ifndef TALLYD_PARSERS_WORKER_H
#define TALLYD_PARSERS_WORKER_H

#include <stdint.h>

/* Where a spare's descriptors lie, above the standard ones, which it cannot use. Companions follow
 * the batch. */
enum { WORKER_SOCKET = 3, WORKER_PAYLOAD = 4, WORKER_BATCH = 5 };

/* Wait for a job on WORKER_SOCKET, do it in an arena of `memory` bytes, answer. Call inside the
 * sandbox. Returns the exit code: 0 after an answer or when tallyd hung up, 70 when tallyd was not
 * to be understood. */
int worker_run(int64_t memory);

#endif
