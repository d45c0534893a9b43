/* SPDX-License-Identifier: ISC */
/* What one value must look like. */
#include "config/key_checks.h"

#include <arpa/inet.h>
#include <stdint.h>
#include <string.h>

#include "config/config.h"
#include "config/url.h"
#include "daemon/base/num.h"
#include "daemon/base/text.h"
#include "daemon/base/when.h"

enum { NAME_MAX_BYTES = 64, POLLS_HOURS = 30 };

static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

static const char states[] =
    "AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM "
    "NY NC ND OH OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY DC AS GU MP PR VI";

static bool only(struct slice v, const char *more)
{
    for (size_t i = 0; i < v.len; i++)
        if (v.ptr[i] == '\0' || (!strchr(letters, v.ptr[i]) && !strchr(more, v.ptr[i])))
            return false;
    return v.len > 0;
}

static bool is_visible(struct slice v, bool blanks)
{
    for (size_t i = 0; i < v.len; i++)
        if (v.ptr[i] < ' ' || v.ptr[i] == 0x7f || (v.ptr[i] == ' ' && !blanks))
            return false;
    return true;
}

const char *check_text(struct slice v)
{
    return text_is_clean(v) ? NULL
                            : "at most 200 bytes of plain text, with single blanks and without "
                              "invisible characters";
}

const char *check_name(struct slice v)
{
    return only(v, "._-") && v.len <= NAME_MAX_BYTES && v.ptr[0] != '.'
               ? NULL
               : "a name of letters, digits, '.', '_' and '-' (at most 64)";
}

const char *check_date(struct slice v)
{
    int64_t day;

    return when_parse_date(v, &day) ? NULL : "a day of the calendar as YYYY-MM-DD";
}

static bool parse_minute(struct slice v, int64_t hours, int *minute)
{
    int64_t hour, rest;

    if (v.len != 5 || v.ptr[2] != ':' || !num_parse(slice_sub(v, 0, 2), 0, hours, &hour) ||
        !num_parse(slice_sub(v, 3, 5), 0, 59, &rest))
        return false;
    *minute = (int)(hour * 60 + rest);
    return true;
}

const char *check_zone(struct slice v)
{
    bool shaped = only(v, "/_+-") && slice_find(v, SLICE("//")) == SIZE_MAX && v.ptr[0] != '/' &&
                  v.ptr[0] != '-' && v.len <= NAME_MAX_BYTES &&
                  (slice_find(v, SLICE("/")) != SIZE_MAX || slice_is(v, "UTC"));

    return shaped ? NULL : "an IANA time zone, such as America/New_York";
}

bool config_parse_polls(struct slice value, int *minute, struct slice *zone)
{
    size_t blank = slice_find(value, SLICE(" "));
    struct slice time = slice_sub(value, 0, blank);
    struct slice rest = slice_trim(slice_sub(value, time.len, value.len));
    int parsed;

    if (!parse_minute(time, POLLS_HOURS, &parsed) || (rest.len > 0 && check_zone(rest)))
        return false;
    *minute = parsed;
    *zone = rest;
    return true;
}

const char *check_polls(struct slice v)
{
    int minute;
    struct slice zone;

    return config_parse_polls(v, &minute, &zone)
               ? NULL
               : "HH:MM, local time, and a zone where the state has two: 19:00 America/Denver";
}

const char *check_state(struct slice v)
{
    bool known = only(v, "") && v.len == 2 && slice_find(slice_of(states), v) != SIZE_MAX;

    return known ? NULL : "a state's two capital letters, such as GA";
}

const char *check_authority(struct slice v)
{
    return slice_is(v, "desk") || slice_is(v, "ap") || slice_is(v, "ddhq") ||
                   slice_is(v, "official")
               ? NULL
               : "one of desk, ap, ddhq, official";
}

const char *check_header_value(struct slice v)
{
    return is_visible(v, true) ? NULL : "plain ASCII, as headers are";
}

const char *check_header_name(struct slice v)
{
    return only(v, "!#$%&'*+-.^_`|~") ? NULL : "a header's name, such as Accept";
}

/* "host", "host:6379", "[::1]:6379" */
static bool is_host_port(struct slice v)
{
    int64_t port;
    size_t close = slice_starts(v, SLICE("[")) ? slice_find(v, SLICE("]")) : 0;

    if (close == SIZE_MAX)
        return false;
    size_t colon = slice_find(slice_sub(v, close, v.len), SLICE(":"));
    if (colon == SIZE_MAX)
        return v.len > 0;
    return close + colon > 0 && num_parse(slice_sub(v, close + colon + 1, v.len), 1, 65535, &port);
}

const char *check_proxy(struct slice v)
{
    struct url u;
    bool whole = is_visible(v, false) && url_parse(v, &u) == NULL && !u.https && u.rest.len == 0;

    return whole && !slice_ends(v, u.host) && !slice_ends(v, SLICE("]"))
               ? NULL
               : "http://HOST:PORT, without a path, a user or a password (proxy-credential has "
                 "them); TLS to feeds goes through it";
}

const char *check_redis_url(struct slice v)
{
    static const char shape[] = "redis://host:port/db, rediss://host:port/db or unix:///path, "
                                "without user or password (those are credentials)";
    int64_t number;

    if (!is_visible(v, false) || slice_find(v, SLICE("@")) != SIZE_MAX)
        return shape;
    if (slice_starts(v, SLICE("unix:///")))
        return v.len > strlen("unix:///") ? NULL : shape;
    if (!slice_starts(v, SLICE("redis://")) && !slice_starts(v, SLICE("rediss://")))
        return shape;
    struct slice rest = slice_sub(v, slice_find(v, SLICE("://")) + 3, v.len);
    size_t slash = slice_find(rest, SLICE("/"));
    struct slice db = slash == SIZE_MAX ? SLICE("") : slice_sub(rest, slash + 1, rest.len);
    if (db.len > 0 && !num_parse(db, 0, 1023, &number))
        return shape;
    return is_host_port(slice_sub(rest, 0, slash)) ? NULL : shape;
}

const char *check_sentinel(struct slice v)
{
    return is_visible(v, false) && slice_find(v, SLICE("/")) == SIZE_MAX &&
                   slice_find(v, SLICE("@")) == SIZE_MAX && is_host_port(v)
               ? NULL
               : "host:port of a Sentinel, such as 192.0.2.1:26379, without scheme or password";
}

/* No braces, or one pair with something in it: what is between them decides on the slot. */
static bool is_tagged_once(struct slice v)
{
    size_t open = slice_find(v, SLICE("{")), close = slice_find(v, SLICE("}"));
    if (open == SIZE_MAX && close == SIZE_MAX)
        return true;
    if (open == SIZE_MAX || close == SIZE_MAX || close < open + 2)
        return false;
    struct slice rest = slice_sub(v, close + 1, v.len);
    return slice_find(slice_sub(v, open + 1, close), SLICE("{")) == SIZE_MAX &&
           slice_find(rest, SLICE("{")) == SIZE_MAX && slice_find(rest, SLICE("}")) == SIZE_MAX;
}

const char *check_prefix(struct slice v)
{
    return only(v, ":_-.{}") && v.len <= NAME_MAX_BYTES && is_tagged_once(v)
               ? NULL
               : "letters, digits, ':', '_', '-', '.' and one hash tag in braces (at most 64)";
}

const char *check_listen(struct slice v)
{
    char z[INET6_ADDRSTRLEN];
    unsigned char bytes[16];
    int64_t port;
    size_t colon = v.len;

    while (colon > 0 && v.ptr[colon - 1] != ':')
        colon--;
    if (colon > 0 && num_parse(slice_sub(v, colon, v.len), 0, 65535, &port)) {
        struct slice host = slice_sub(v, 0, colon - 1);
        bool v6 = slice_starts(host, SLICE("[")) && slice_ends(host, SLICE("]")) && host.len > 2;
        if (v6)
            host = slice_sub(host, 1, host.len - 1);
        if (host.len < sizeof(z)) {
            memcpy(z, host.ptr, host.len);
            z[host.len] = '\0';
            if (inet_pton(v6 ? AF_INET6 : AF_INET, z, bytes) == 1)
                return NULL;
        }
    }
    return "an address and a port, such as 127.0.0.1:8080 or [::1]:8080";
}

const char *check_origin(struct slice v)
{
    struct url u;

    return slice_is(v, "*") || (!url_parse(v, &u) && u.rest.len == 0)
               ? NULL
               : "* or a site such as https://example.org, without a slash at its end";
}
