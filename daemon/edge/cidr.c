/* SPDX-License-Identifier: ISC */
/* Prefixes of addresses compared. */
#include "daemon/edge/cidr.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "daemon/base/num.h"

#define IN4(a, b, c, d, n)                                                                         \
    {                                                                                              \
        .address = {a, b, c, d}, .family = AF_INET, .bits = n                                      \
    }
#define IN6(a, b, c, d, n)                                                                         \
    {                                                                                              \
        .address =                                                                                 \
            {(a) >> 8, (a)&0xff, (b) >> 8, (b)&0xff, (c) >> 8, (c)&0xff, (d) >> 8, (d)&0xff},      \
        .family = AF_INET6, .bits = n                                                              \
    }

/* All of IPv4 is public but these. */
static const struct cidr special4[] = {
    IN4(0, 0, 0, 0, 8),       /* this network */
    IN4(10, 0, 0, 0, 8),      /* private */
    IN4(100, 64, 0, 0, 10),   /* carriers' own */
    IN4(127, 0, 0, 0, 8),     /* loopback */
    IN4(169, 254, 0, 0, 16),  /* link-local, and clouds' metadata */
    IN4(172, 16, 0, 0, 12),   /* private */
    IN4(192, 0, 0, 0, 24),    /* protocol assignments */
    IN4(192, 0, 2, 0, 24),    /* documentation */
    IN4(192, 88, 99, 0, 24),  /* 6to4 relays */
    IN4(192, 168, 0, 0, 16),  /* private */
    IN4(198, 18, 0, 0, 15),   /* benchmarks */
    IN4(198, 51, 100, 0, 24), /* documentation */
    IN4(203, 0, 113, 0, 24),  /* documentation */
    IN4(224, 0, 0, 0, 3),     /* multicast, reserved, broadcast */
};

/* Nothing of IPv6 is public but global unicast, without these. */
static const struct cidr unicast6 = IN6(0x2000, 0, 0, 0, 3);
static const struct cidr special6[] = {
    IN6(0x2001, 0, 0, 0, 23),     /* protocol assignments, Teredo */
    IN6(0x2001, 0xdb8, 0, 0, 32), /* documentation */
    IN6(0x2002, 0, 0, 0, 16),     /* 6to4: any IPv4 address in it */
    IN6(0x3fff, 0, 0, 0, 20),     /* documentation */
};
static const struct cidr nat64 = IN6(0x64, 0xff9b, 0, 0, 96);

bool cidr_parse(struct slice text, struct cidr *out, struct err *e)
{
    char z[INET6_ADDRSTRLEN] = "";
    struct cidr c = {0};
    size_t slash = slice_find(text, SLICE("/"));
    struct slice address = slice_sub(text, 0, slash);
    int64_t bits = -1;
    if (slash != SIZE_MAX && address.len < sizeof z) {
        memcpy(z, address.ptr, address.len);
        c.family = strchr(z, ':') != NULL ? AF_INET6 : AF_INET;
        if (inet_pton(c.family, z, c.address) == 1 &&
            num_parse(slice_sub(text, slash + 1, text.len), 0, c.family == AF_INET ? 32 : 128,
                      &bits)) {
            c.bits = (int)bits;
            *out = c;
            return true;
        }
    }
    return err_set(e, ERR_CONFIG, "\"%.*s\" is no network; write ADDRESS/BITS, as 127.0.0.0/8",
                   SLICE_FMT(slice_sub(text, 0, 80)));
}

static bool agrees(const struct cidr *c, int family, const uint8_t *address)
{
    if (c->family != family)
        return false;
    int whole = c->bits / 8, rest = c->bits % 8;
    if (memcmp(c->address, address, (size_t)whole) != 0)
        return false;
    uint8_t mask = (uint8_t)(0xff00 >> rest);
    return rest == 0 || ((c->address[whole] ^ address[whole]) & mask) == 0;
}

static bool in_any(const struct cidr *table, size_t n, int family, const uint8_t *address)
{
    for (size_t i = 0; i < n; i++)
        if (agrees(&table[i], family, address))
            return true;
    return false;
}

/* The bytes of an address and the family they are of; a mapped IPv4 address is unwrapped. NULL:
 * neither family. */
static const uint8_t *bytes_of(const struct sockaddr *address, int *family)
{
    *family = address->sa_family;
    if (address->sa_family == AF_INET)
        return (const uint8_t *)&((const struct sockaddr_in *)address)->sin_addr;
    if (address->sa_family != AF_INET6)
        return NULL;
    const struct in6_addr *a = &((const struct sockaddr_in6 *)address)->sin6_addr;
    if (!IN6_IS_ADDR_V4MAPPED(a))
        return a->s6_addr;
    *family = AF_INET;
    return a->s6_addr + 12;
}

bool cidr_holds(const struct cidr *c, const struct sockaddr *address)
{
    int family;
    const uint8_t *bytes = bytes_of(address, &family);
    return bytes != NULL && agrees(c, family, bytes);
}

bool cidr_is_public(const struct sockaddr *address)
{
    int family;
    const uint8_t *bytes = bytes_of(address, &family);
    if (bytes == NULL)
        return false;
    if (family == AF_INET6 && agrees(&nat64, family, bytes)) {
        family = AF_INET;
        bytes += 12;
    }
    if (family == AF_INET)
        return !in_any(special4, sizeof special4 / sizeof *special4, family, bytes);
    return agrees(&unicast6, family, bytes) &&
           !in_any(special6, sizeof special6 / sizeof *special6, family, bytes);
}
