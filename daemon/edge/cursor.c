/* SPDX-License-Identifier: ISC */
/* Addresses out of payloads. */
#include "daemon/edge/cursor.h"

#include <stdint.h>

/* "https://host:port" of an address; empty when it is none. */
static struct slice origin(struct slice url)
{
    size_t at = slice_find(url, SLICE("://"));
    if (at == SIZE_MAX)
        return SLICE("");
    for (at += 3; at < url.len && url.ptr[at] != '/' && url.ptr[at] != '?' && url.ptr[at] != '#';)
        at++;
    return slice_sub(url, 0, at);
}

static struct slice query(struct slice url)
{
    size_t at = slice_find(url, SLICE("?"));
    return at == SIZE_MAX ? SLICE("") : slice_sub(url, at + 1, url.len);
}

static bool has_name(struct slice parameters, struct slice name)
{
    struct slice rest = parameters, one;
    while (slice_next(&rest, '&', &one)) {
        struct slice key = slice_sub(one, 0, slice_find(one, SLICE("=")));
        if (slice_eq_nocase(key, name))
            return true;
    }
    return false;
}

bool cursor_write(struct slice home, struct slice next, struct slice secrets, struct buf *out)
{
    struct slice ours = origin(home), rest, one;
    next = slice_sub(next, 0, slice_find(next, SLICE("#")));
    if (ours.len == 0 || !slice_eq_nocase(ours, origin(next)))
        return false;
    buf_add(out, slice_sub(next, 0, slice_find(next, SLICE("?"))));
    char before = '?';
    rest = query(next);
    while (slice_next(&rest, '&', &one)) {
        if (one.len == 0 || has_name(secrets, slice_sub(one, 0, slice_find(one, SLICE("=")))))
            continue;
        buf_addc(out, before);
        buf_add(out, one);
        before = '&';
    }
    if (secrets.len > 0) {
        buf_addc(out, before);
        buf_add(out, secrets);
    }
    return !out->failed;
}

void cursor_secrets(struct slice url, struct slice mark, struct buf *out)
{
    struct slice rest = query(url), one;
    bool first = true;
    while (slice_next(&rest, '&', &one)) {
        if (slice_find(one, mark) == SIZE_MAX)
            continue;
        if (!first)
            buf_addc(out, '&');
        buf_add(out, one);
        first = false;
    }
}
