/* SPDX-License-Identifier: ISC */
/* Where an address leads: its scheme, host and port, in one spelling however they were written, so
 * that whoever is asked twice is known to be the same.
 */
#ifndef TALLYD_EDGE_ORIGIN_H
#define TALLYD_EDGE_ORIGIN_H

#include <stdbool.h>

#include "daemon/base/slice.h"

#define ORIGIN_HOST_MAX 255

struct origin {
    char scheme[8]; /* "http", "https" */
    /* small letters, no dot at the end, no user; of an IPv6 address in brackets the shortest form,
     * or the IPv4 address that it stands for */
    char host[ORIGIN_HOST_MAX + 1];
    char port[8];    /* always */
    bool is_address; /* no name that must be looked up */
};

/* Only what stands before the path is read. False: there leads no address of http or https. */
bool origin_of(struct slice url, struct origin *out) __attribute__((warn_unused_result));

#endif
