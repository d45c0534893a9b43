/* SPDX-License-Identifier: ISC */
/* Taking, peeking and giving back bytes between stages. */
#include "parsers/stage.h"

#include <string.h>

bool stage_take(struct stage *s, struct slice *out, struct fault *f)
{
    if (s->head_at < s->head_len) {
        *out = (struct slice){s->head + s->head_at, s->head_len - s->head_at};
        s->head_at = s->head_len;
        return true;
    }
    if (s->rest.len) {
        *out = s->rest;
        s->rest.len = 0;
        return true;
    }
    *out = (struct slice){NULL, 0};
    if (s->end)
        return true;
    if (!s->pull(s, out, f))
        return false;
    s->end = out->len == 0;
    return true;
}

bool stage_peek(struct stage *s, size_t want, struct slice *out, struct fault *f)
{
    if (want > sizeof s->head)
        want = sizeof s->head;
    memmove(s->head, s->head + s->head_at, s->head_len - s->head_at);
    s->head_len -= s->head_at;
    s->head_at = 0;
    while (s->head_len < want) {
        if (!s->rest.len) {
            if (s->end)
                break;
            if (!s->pull(s, &s->rest, f))
                return false;
            s->end = s->rest.len == 0;
            continue;
        }
        size_t n = want - s->head_len < s->rest.len ? want - s->head_len : s->rest.len;
        memcpy(s->head + s->head_len, s->rest.ptr, n);
        s->head_len += n;
        s->rest = slice_sub(s->rest, n, s->rest.len);
    }
    *out = (struct slice){s->head, s->head_len < want ? s->head_len : want};
    return true;
}

void stage_untake(struct stage *s, struct slice rest)
{
    if (s->head_len && rest.ptr + rest.len == s->head + s->head_len)
        s->head_at = s->head_len - rest.len;
    else
        s->rest = rest;
}

void stage_skip(struct stage *s, size_t n)
{
    s->head_at += n;
}

bool stage_refuse_spreadsheet(const char *kind, struct fault *f)
{
    return fault_set(
        f, WIRE_SCHEMA,
        "byte 1: a spreadsheet (%s), which nothing here reads: save it as CSV and read "
        "that with the format \"delimited\"",
        kind);
}
