/* SPDX-License-Identifier: ISC */
/* This process as the kernel sees it: memory, processor time, descriptors. */
#ifndef TALLYD_EDGE_PROCESS_H
#define TALLYD_EDGE_PROCESS_H

#include "daemon/base/buf.h"

/* The process_* lines of a Prometheus page. */
void process_metrics(struct buf *out);

/* Allow as many descriptors as the system lets this process have: a socket a feed, and a memfd a
 * payload. */
void process_raise_limits(void);

#endif
