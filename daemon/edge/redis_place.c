/* SPDX-License-Identifier: ISC */
/* Addresses, read and compared. */
#include "daemon/edge/redis_place.h"

#include <stdio.h>
#include <string.h>

#include "daemon/base/num.h"

static bool set_host(struct redis_place *p, struct slice host)
{
    if (host.len == 0 || host.len >= sizeof p->host)
        return false;
    memcpy(p->host, host.ptr, host.len);
    p->host[host.len] = '\0';
    return true;
}

static bool set_port(struct redis_place *p, struct slice text)
{
    int64_t number;
    if (!num_parse(text, 1, 65535, &number))
        return false;
    p->port = (int)number;
    return true;
}

bool redis_place_parse(struct slice text, int port, struct redis_place *out)
{
    bool bracket = slice_starts(text, SLICE("["));
    size_t close = bracket ? slice_find(text, SLICE("]")) : 0;
    if (close == SIZE_MAX)
        return false;
    struct slice tail = slice_sub(text, close, text.len);
    size_t colon = slice_find(tail, SLICE(":"));
    size_t end = bracket ? close : colon == SIZE_MAX ? text.len : colon;
    out->port = port;
    return set_host(out, slice_sub(text, bracket ? 1 : 0, end)) &&
           (colon == SIZE_MAX || set_port(out, slice_sub(tail, colon + 1, tail.len)));
}

static bool parse_tcp(struct slice rest, struct redis_url *out)
{
    int64_t db = 0;
    size_t slash = slice_find(rest, SLICE("/"));
    struct slice number = slash == SIZE_MAX ? SLICE("") : slice_sub(rest, slash + 1, rest.len);
    if (number.len > 0 && !num_parse(number, 0, 1023, &db))
        return false;
    out->db = (int)db;
    return redis_place_parse(slice_sub(rest, 0, slash), REDIS_PORT, &out->at);
}

bool redis_url_parse(struct slice text, struct redis_url *out, struct err *e)
{
    static const char *const schemes[] = {"redis://", "rediss://"};
    struct slice unix_scheme = SLICE("unix://");
    *out = (struct redis_url){0};
    if (slice_starts(text, SLICE("unix:///"))) {
        struct slice path = slice_sub(text, unix_scheme.len, text.len);
        if (path.len >= sizeof out->path)
            return err_set(e, ERR_CONFIG, "redis: %.*s: a socket's path has at most %zu bytes",
                           SLICE_FMT(text), sizeof out->path - 1);
        memcpy(out->path, path.ptr, path.len);
        return true;
    }
    for (size_t i = 0; i < 2; i++) {
        struct slice scheme = slice_of(schemes[i]);
        out->tls = i == 1;
        if (slice_starts(text, scheme) && parse_tcp(slice_sub(text, scheme.len, text.len), out))
            return true;
    }
    return err_set(e, ERR_CONFIG,
                   "redis: %.*s is not redis://host:port/db, rediss://host:port/db or unix:///path",
                   SLICE_FMT(text));
}

bool redis_place_moved(const char *answer, const struct redis_place *from, struct redis_place *out)
{
    struct slice rest = slice_of(answer), word;
    if (!slice_next(&rest, ' ', &word) || !slice_is(word, "MOVED") ||
        !slice_next(&rest, ' ', &word))
        return false;
    size_t colon = rest.len; /* the last one: addresses of IPv6 come without brackets */
    while (colon > 0 && rest.ptr[colon - 1] != ':')
        colon--;
    if (colon == 0 || !set_port(out, slice_sub(rest, colon, rest.len)))
        return false;
    return set_host(out, colon == 1 ? slice_of(from->host) : slice_sub(rest, 0, colon - 1));
}

bool redis_place_equal(const struct redis_place *a, const struct redis_place *b)
{
    return a->port == b->port && strcmp(a->host, b->host) == 0;
}

bool redis_place_is_loopback(const struct redis_place *p)
{
    bool digits = strspn(p->host, "0123456789.") == strlen(p->host);
    return strcmp(p->host, "localhost") == 0 || strcmp(p->host, "::1") == 0 ||
           (digits && strncmp(p->host, "127.", 4) == 0);
}

bool redis_prefix_is_tagged(struct slice prefix)
{
    size_t open = slice_find(prefix, SLICE("{"));
    if (open == SIZE_MAX)
        return false;
    size_t close = slice_find(slice_sub(prefix, open, prefix.len), SLICE("}"));
    return close != SIZE_MAX && close > 1;
}

/* ---- several ---- */

void redis_places_begin(struct redis_places *p, const struct redis_place *first)
{
    *p = (struct redis_places){.all = {*first}, .count = 1};
}

void redis_places_forget(struct redis_places *p)
{
    p->count = 1;
    p->at = 0;
}

void redis_places_add(struct redis_places *p, const struct redis_place *one)
{
    for (size_t i = 0; i < p->count; i++)
        if (redis_place_equal(&p->all[i], one))
            return;
    if (p->count < REDIS_PLACES_MAX)
        p->all[p->count++] = *one;
}

void redis_places_send(struct redis_places *p, const struct redis_place *to)
{
    p->sent_to = *to;
    p->directed = true;
}

struct redis_place redis_places_next(struct redis_places *p)
{
    bool directed = p->directed;
    p->directed = false;
    return directed ? p->sent_to : p->all[p->at];
}

bool redis_places_failed(struct redis_places *p)
{
    p->at = (p->at + 1) % p->count;
    return p->at != 0;
}
