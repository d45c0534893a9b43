/* SPDX-License-Identifier: ISC */
/* Give up, for good, everything a parser does not need: files, network, processes, and memory and
 * time without end. */
#ifndef TALLYD_PARSERS_SANDBOX_H
#define TALLYD_PARSERS_SANDBOX_H

#include <stdint.h>

#include "daemon/base/err.h"

/* Limit this process to `memory` bytes more than it has mapped now, `file_max` bytes in a file,
 * cpu_ms of processor time and no new descriptors from `descriptors` on; then allow only the system
 * calls a worker makes: any other kills it (SIGSYS). On failure the process must not read a
 * payload. */
bool sandbox_enter(int64_t memory, int64_t file_max, int64_t cpu_ms, int descriptors,
                   struct err *e) MUST_USE;

#endif
