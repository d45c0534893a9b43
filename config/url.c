/* SPDX-License-Identifier: ISC */
/* Addresses of feeds and the networks they may lie in, as text. */
#include "config/url.h"

#include <arpa/inet.h>
#include <stdint.h>
#include <string.h>

#include "config/config.h"
#include "daemon/base/num.h"

struct network {
    unsigned char bytes[16];
    int family;
    int64_t bits;
};

static const char *const not_public[] = {"127.0.0.0/8",    "10.0.0.0/8",    "172.16.0.0/12",
                                         "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16",
                                         "::1/128",        "fc00::/7",      "fe80::/10"};

static const char *const secret_keys[] = {"apikey", "api_key", "api-key",  "access_token",
                                          "token",  "secret",  "password", "auth"};

/* Where the host and port end and the path begins. */
static size_t authority_end(struct slice rest)
{
    size_t end = 0;

    while (end < rest.len && !strchr("/?#", rest.ptr[end]))
        end++;
    return end;
}

/* "host:port", "[::1]:port"; *port keeps its colon. False: the bracket is never closed. */
static bool split_host(struct slice authority, struct slice *host, struct slice *port)
{
    size_t colon;

    if (slice_starts(authority, SLICE("["))) {
        size_t close = slice_find(authority, SLICE("]"));
        if (close == SIZE_MAX)
            return false;
        *host = slice_sub(authority, 1, close);
        colon = close + 1;
    } else {
        size_t brace = slice_find(authority, SLICE("}")); /* {date:...} holds a colon of its own */
        size_t at = slice_find(authority, SLICE("{")) == SIZE_MAX || brace == SIZE_MAX ? 0 : brace;
        size_t found = slice_find(slice_sub(authority, at, authority.len), SLICE(":"));
        colon = found == SIZE_MAX ? authority.len : at + found;
        *host = slice_sub(authority, 0, colon);
    }
    *port = slice_sub(authority, colon, authority.len);
    return true;
}

const char *url_parse(struct slice text, struct url *out)
{
    struct url u = {.https = slice_starts(text, SLICE("https://"))};
    struct slice port;
    int64_t number;

    if (!u.https && !slice_starts(text, SLICE("http://")))
        return "it must begin with https:// or http:// (no quotes round it)";
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] <= ' ' || text.ptr[i] == 0x7f)
            return "an address has no blanks and only ASCII: write others as %XX";
    struct slice rest = slice_sub(text, u.https ? 8 : 7, text.len);
    size_t end = authority_end(rest);
    struct slice authority = slice_sub(rest, 0, end);
    u.rest = slice_sub(rest, end, rest.len);
    if (slice_find(authority, SLICE("@")) != SIZE_MAX)
        return "no user or password in an address: use header = Authorization: {credential:NAME}";
    if (!split_host(authority, &u.host, &port))
        return "the IPv6 address has no closing ]";
    if (u.host.len == 0)
        return "it names no host";
    if (port.len > 0 &&
        (port.ptr[0] != ':' || !num_parse(slice_sub(port, 1, port.len), 1, 65535, &number)))
        return "the port must be a number from 1 to 65535";
    *out = u;
    return NULL;
}

static bool is_secret_key(struct slice key)
{
    for (size_t i = 0; i < sizeof(secret_keys) / sizeof(secret_keys[0]); i++)
        if (slice_eq_nocase(key, slice_of(secret_keys[i])))
            return true;
    return false;
}

bool url_shows_secret(struct slice text)
{
    size_t scheme = slice_find(text, SLICE("://"));

    if (scheme == SIZE_MAX)
        return false;
    struct slice rest = slice_sub(text, scheme + 3, text.len), part;
    if (slice_find(slice_sub(rest, 0, authority_end(rest)), SLICE("@")) != SIZE_MAX)
        return true;
    size_t query = slice_find(rest, SLICE("?"));
    rest = query == SIZE_MAX ? SLICE("") : slice_sub(rest, query + 1, rest.len);
    while (slice_next(&rest, '&', &part)) {
        size_t equals = slice_find(part, SLICE("="));
        if (equals == SIZE_MAX || !is_secret_key(slice_sub(part, 0, equals)))
            continue;
        struct slice value = slice_sub(part, equals + 1, part.len);
        if (value.len > 0 && !slice_starts(value, SLICE("{credential:")))
            return true;
    }
    return false;
}

static bool parse_address(struct slice text, struct network *out)
{
    char z[INET6_ADDRSTRLEN];

    if (text.len >= sizeof(z))
        return false;
    memcpy(z, text.ptr, text.len);
    z[text.len] = '\0';
    out->family = memchr(z, ':', text.len) ? AF_INET6 : AF_INET;
    return strlen(z) == text.len && inet_pton(out->family, z, out->bytes) == 1;
}

static bool parse_network(struct slice text, struct network *out)
{
    size_t slash = slice_find(text, SLICE("/"));

    return slash != SIZE_MAX && parse_address(slice_sub(text, 0, slash), out) &&
           num_parse(slice_sub(text, slash + 1, text.len), 0, out->family == AF_INET ? 32 : 128,
                     &out->bits);
}

/* Do the first outer->bits bits of both agree? */
static bool holds(const struct network *outer, const struct network *inner)
{
    if (outer->family != inner->family || outer->bits > inner->bits)
        return false;
    for (int64_t bit = 0; bit < outer->bits; bit++) {
        int mask = 0x80 >> (bit & 7);
        if ((outer->bytes[bit >> 3] & mask) != (inner->bytes[bit >> 3] & mask))
            return false;
    }
    return true;
}

const char *network_check(struct slice text)
{
    struct network asked, known;

    if (!parse_network(text, &asked))
        return "a network as ADDRESS/BITS, such as 127.0.0.0/8";
    for (size_t i = 0; i < sizeof(not_public) / sizeof(not_public[0]); i++)
        if (parse_network(slice_of(not_public[i]), &known) && holds(&known, &asked))
            return NULL;
    return "a network that is not public: within 127/8, 10/8, 172.16/12, 192.168/16, 100.64/10, "
           "169.254/16, ::1, fc00::/7 or fe80::/10";
}

bool networks_hold(const struct config_list *networks, struct slice host)
{
    struct network address, network;

    if (!parse_address(slice_is(host, "localhost") ? SLICE("127.0.0.1") : host, &address))
        return false;
    address.bits = address.family == AF_INET ? 32 : 128;
    for (size_t i = 0; i < networks->count; i++)
        if (parse_network(networks->items[i], &network) && holds(&network, &address))
            return true;
    return false;
}
