/* SPDX-License-Identifier: ISC */
/* Addresses taken apart by libcurl as it will use them. */
#include "daemon/edge/origin.h"

#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <curl/curl.h>

/* "https://host:port", of which a path may have marks in it that stand in no address. */
static struct slice before_path(struct slice url)
{
    size_t scheme = slice_find(url, SLICE("://")), end = scheme == SIZE_MAX ? 0 : scheme + 3;
    while (end < url.len && strchr("/?#", url.ptr[end]) == NULL)
        end++;
    return slice_sub(url, 0, end);
}

static bool get(CURLU *url, CURLUPart part, unsigned flags, char *to, size_t room)
{
    char *text = NULL;
    bool ok = curl_url_get(url, part, &text, flags) == CURLUE_OK && strlen(text) < room;
    if (ok)
        snprintf(to, room, "%s", text);
    curl_free(text);
    return ok;
}

/* ::ffff:192.0.2.1 is 192.0.2.1 to whoever connects. */
static bool write_v6(struct origin *o)
{
    static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff};
    struct in6_addr at;
    char text[INET6_ADDRSTRLEN], *end = strchr(o->host, ']');
    if (o->host[0] != '[' || end == NULL)
        return false;
    *end = '\0';
    bool ok = inet_pton(AF_INET6, o->host + 1, &at) == 1;
    *end = ']';
    if (!ok)
        return false;
    if (memcmp(at.s6_addr, mapped, sizeof mapped) == 0)
        return inet_ntop(AF_INET, at.s6_addr + sizeof mapped, o->host, sizeof o->host) != NULL;
    if (inet_ntop(AF_INET6, &at, text, sizeof text) == NULL)
        return false;
    snprintf(o->host, sizeof o->host, "[%s]", text);
    return true;
}

static void write_host(struct origin *o)
{
    struct in_addr at;
    size_t len = strlen(o->host);
    for (size_t i = 0; i < len; i++)
        if (o->host[i] >= 'A' && o->host[i] <= 'Z')
            o->host[i] |= 0x20;
    if (len > 1 && o->host[len - 1] == '.')
        o->host[len - 1] = '\0';
    o->is_address = write_v6(o) || inet_pton(AF_INET, o->host, &at) == 1;
}

bool origin_of(struct slice url, struct origin *out)
{
    char text[ORIGIN_HOST_MAX * 4];
    struct slice whole = before_path(url);
    struct origin o = {0};
    CURLU *parts = whole.len < sizeof text ? curl_url() : NULL;
    if (parts == NULL)
        return false;
    snprintf(text, sizeof text, "%.*s", SLICE_FMT(whole));
    bool ok = curl_url_set(parts, CURLUPART_URL, text, 0) == CURLUE_OK &&
              get(parts, CURLUPART_SCHEME, 0, o.scheme, sizeof o.scheme) &&
              get(parts, CURLUPART_HOST, CURLU_URLDECODE, o.host, sizeof o.host) &&
              get(parts, CURLUPART_PORT, CURLU_DEFAULT_PORT, o.port, sizeof o.port);
    curl_url_cleanup(parts);
    if (!ok || (strcmp(o.scheme, "http") != 0 && strcmp(o.scheme, "https") != 0))
        return false;
    write_host(&o);
    *out = o;
    return true;
}
