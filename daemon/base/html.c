/* SPDX-License-Identifier: ISC */
/* Escapes. */
#include "daemon/base/html.h"

#include <inttypes.h>

void html_escape(struct buf *out, struct slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        switch (text.ptr[i]) {
        case '&':
            buf_addz(out, "&amp;");
            break;
        case '<':
            buf_addz(out, "&lt;");
            break;
        case '>':
            buf_addz(out, "&gt;");
            break;
        case '"':
            buf_addz(out, "&quot;");
            break;
        case '\'':
            buf_addz(out, "&#39;");
            break;
        default:
            buf_addc(out, text.ptr[i]);
        }
    }
}

void html_name(struct buf *out, struct slice text)
{
    buf_addz(out, "<bdi>");
    html_escape(out, text);
    buf_addz(out, "</bdi>");
}

void html_count(struct buf *out, int64_t n)
{
    char digits[24];
    struct buf text;

    buf_init_over(&text, digits, sizeof digits);
    buf_addf(&text, "%" PRIu64, n < 0 ? -(uint64_t)n : (uint64_t)n);
    if (n < 0)
        buf_addz(out, "\xe2\x88\x92");
    for (size_t i = 0; i < text.len; i++) {
        if (i > 0 && (text.len - i) % 3 == 0)
            buf_addc(out, ',');
        buf_addc(out, digits[i]);
    }
}

void html_query(struct buf *out, struct slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'))
            buf_addc(out, c);
        else
            buf_addf(out, "%%%02X", (unsigned char)c);
    }
}
