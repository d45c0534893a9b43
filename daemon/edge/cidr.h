/* SPDX-License-Identifier: ISC */
/* Which network addresses feeds may be fetched from: public ones, and networks named in the
 * configuration.
 *
 * The judge of an address that is about to be connected to, so that no name, redirect or resolver
 * leads the daemon into the network it lives in. Special networks are those of the IANA registries
 * (RFC 6890).
 */
#ifndef TALLYD_EDGE_CIDR_H
#define TALLYD_EDGE_CIDR_H

#include <stdint.h>

#include "daemon/base/err.h"
#include "daemon/base/slice.h"

struct sockaddr;

struct cidr {
    uint8_t address[16];
    int family; /* AF_INET or AF_INET6 */
    int bits;
};

/* "10.1.0.0/16", "fd00::/8"; bits of the address behind the prefix are ignored. */
bool cidr_parse(struct slice text, struct cidr *out, struct err *e) MUST_USE;

/* Is the address in the network? An IPv4 address mapped into IPv6 is that IPv4 address. Other
 * families: no. */
bool cidr_holds(const struct cidr *c, const struct sockaddr *address);

/* Is it an address of one host on the public internet? What IPv6 wraps (mapped, NAT64) is judged by
 * what is in it. */
bool cidr_is_public(const struct sockaddr *address);

#endif
