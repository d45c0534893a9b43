/* SPDX-License-Identifier: ISC */
/* Is this text one JSON value, by RFC 8259 to the letter, without a key that stands twice? Written
 * apart from what writes it. */
#ifndef TALLYD_TESTS_JSON_CHECK_H
#define TALLYD_TESTS_JSON_CHECK_H

#include <stdbool.h>
#include <string.h>

#include "daemon/base/slice.h"

struct json_check {
    const char *at, *end;
};

static inline bool json_check_value(struct json_check *c, int depth);

static inline bool json_check_take(struct json_check *c, const char *word)
{
    size_t n = strlen(word);
    if ((size_t)(c->end - c->at) < n || memcmp(c->at, word, n) != 0)
        return false;
    c->at += n;
    return true;
}

static inline bool json_check_string(struct json_check *c)
{
    if (!json_check_take(c, "\""))
        return false;
    while (c->at < c->end && *c->at != '"') {
        if ((unsigned char)*c->at < 0x20)
            return false;
        if (*c->at++ != '\\')
            continue;
        if (c->at == c->end || !strchr("\"\\/bfnrtu", *c->at))
            return false;
        c->at++;
    }
    return json_check_take(c, "\"");
}

static inline bool json_check_number(struct json_check *c)
{
    json_check_take(c, "-");
    const char *from = c->at;
    while (c->at < c->end && *c->at >= '0' && *c->at <= '9')
        c->at++;
    if (c->at == from || (*from == '0' && c->at - from > 1))
        return false;
    if (!json_check_take(c, "."))
        return true;
    from = c->at;
    while (c->at < c->end && *c->at >= '0' && *c->at <= '9')
        c->at++;
    return c->at > from;
}

static inline bool json_check_members(struct json_check *c, bool object, int depth)
{
    struct slice keys[128];
    size_t n = 0;
    const char *close = object ? "}" : "]";

    if (json_check_take(c, close))
        return true;
    do {
        const char *from = c->at;
        if (object) {
            if (!json_check_string(c) || n == 128)
                return false;
            keys[n] = (struct slice){from, (size_t)(c->at - from)};
            for (size_t i = 0; i < n; i++)
                if (slice_eq(keys[i], keys[n]))
                    return false;
            n++;
            if (!json_check_take(c, ":"))
                return false;
        }
        if (!json_check_value(c, depth + 1))
            return false;
    } while (json_check_take(c, ","));
    return json_check_take(c, close);
}

static inline bool json_check_value(struct json_check *c, int depth)
{
    if (depth > 20 || c->at == c->end)
        return false;
    if (json_check_take(c, "{"))
        return json_check_members(c, true, depth);
    if (json_check_take(c, "["))
        return json_check_members(c, false, depth);
    if (*c->at == '"')
        return json_check_string(c);
    return json_check_take(c, "null") || json_check_take(c, "true") ||
           json_check_take(c, "false") || json_check_number(c);
}

static inline bool json_check(struct slice text)
{
    struct json_check c = {text.ptr, text.ptr + text.len};

    return text.len > 0 && json_check_value(&c, 0) && c.at == c.end;
}

#endif
