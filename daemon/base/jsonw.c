/* SPDX-License-Identifier: ISC */
/* JSON written into a buffer (RFC 8259). What it writes is valid UTF-8 even where its input is not.
 */
#include "daemon/base/jsonw.h"

#include <utf8proc.h>

#include "daemon/base/when.h"

void jsonw_init(struct jsonw *j, struct buf *out)
{
    *j = (struct jsonw){.out = out};
}

static bool is_plain(char c)
{
    return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

static void add_escaped(struct buf *out, char c)
{
    switch (c) {
    case '"':
        buf_addz(out, "\\\"");
        break;
    case '\\':
        buf_addz(out, "\\\\");
        break;
    case '\n':
        buf_addz(out, "\\n");
        break;
    case '\r':
        buf_addz(out, "\\r");
        break;
    case '\t':
        buf_addz(out, "\\t");
        break;
    default:
        buf_addf(out, "\\u%04x", (unsigned char)c);
    }
}

static void add_quoted(struct buf *out, struct slice s)
{
    size_t from = 0, at = 0;

    buf_addc(out, '"');
    while (at < s.len) {
        if (is_plain(s.ptr[at])) {
            at++;
            continue;
        }
        utf8proc_int32_t cp;
        utf8proc_ssize_t n = utf8proc_iterate((const utf8proc_uint8_t *)s.ptr + at,
                                              (utf8proc_ssize_t)(s.len - at), &cp);
        if (n > 1) {
            at += (size_t)n;
            continue;
        }
        buf_add(out, slice_sub(s, from, at));
        if (n == 1)
            add_escaped(out, s.ptr[at]);
        else
            buf_addz(out, "\xef\xbf\xbd");
        from = ++at;
    }
    buf_add(out, slice_sub(s, from, at));
    buf_addc(out, '"');
}

void jsonw_key(struct jsonw *j, struct slice key)
{
    if (j->comma)
        buf_addc(j->out, ',');
    add_quoted(j->out, key);
    buf_addc(j->out, ':');
    j->comma = false;
}

/* Whatever stands before a value; the value's author sets nothing more. */
static struct buf *begin(struct jsonw *j, const char *key)
{
    if (key)
        jsonw_key(j, slice_of(key));
    else if (j->comma)
        buf_addc(j->out, ',');
    j->comma = true;
    return j->out;
}

static void open_with(struct jsonw *j, const char *key, char bracket)
{
    buf_addc(begin(j, key), bracket);
    j->comma = false;
}

static void close_with(struct jsonw *j, char bracket)
{
    buf_addc(j->out, bracket);
    j->comma = true;
}

void jsonw_object(struct jsonw *j, const char *key)
{
    open_with(j, key, '{');
}

void jsonw_object_end(struct jsonw *j)
{
    close_with(j, '}');
}

void jsonw_array(struct jsonw *j, const char *key)
{
    open_with(j, key, '[');
}

void jsonw_array_end(struct jsonw *j)
{
    close_with(j, ']');
}

void jsonw_str(struct jsonw *j, const char *key, struct slice value)
{
    add_quoted(begin(j, key), value);
}

void jsonw_strz(struct jsonw *j, const char *key, const char *value)
{
    if (value)
        jsonw_str(j, key, slice_of(value));
    else
        jsonw_null(j, key);
}

void jsonw_int(struct jsonw *j, const char *key, int64_t value)
{
    buf_addi(begin(j, key), value);
}

void jsonw_bool(struct jsonw *j, const char *key, bool value)
{
    buf_addz(begin(j, key), value ? "true" : "false");
}

void jsonw_null(struct jsonw *j, const char *key)
{
    buf_addz(begin(j, key), "null");
}

void jsonw_when(struct jsonw *j, const char *key, int64_t when)
{
    char text[25];

    if (when == WHEN_UNKNOWN) {
        jsonw_null(j, key);
        return;
    }
    when_format(when, text);
    jsonw_strz(j, key, text);
}

void jsonw_raw(struct jsonw *j, const char *key, struct slice json)
{
    buf_add(begin(j, key), json);
}
