/* SPDX-License-Identifier: ISC */
/* Each place of a text is laid beside each credential. */
#include "daemon/base/sweep.h"

#define PART_MIN 4 /* of a credential at the end of a text that was cut there */

static int digit_of(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* One character as it was written or, `decoded`, as %XX means it; *at moves behind it. */
static int next_char(struct slice s, size_t *at, bool decoded)
{
    unsigned char c = (unsigned char)s.ptr[(*at)++];
    int high = decoded && c == '%' && *at + 2 <= s.len ? digit_of(s.ptr[*at]) : -1;
    int low = high >= 0 ? digit_of(s.ptr[*at + 1]) : -1;
    if (low >= 0) {
        *at += 2;
        c = (unsigned char)(high * 16 + low);
    }
    return c >= 'A' && c <= 'Z' ? c | 0x20 : c;
}

/* How many bytes of the text are the secret; 0: it does not begin there. */
static size_t length_at(struct slice text, struct slice secret, bool decoded)
{
    size_t at = 0, of = 0, same = 0;
    for (; at < text.len && of < secret.len; same++)
        if (decoded && text.ptr[at] == '%' && at + 3 > text.len)
            at = text.len; /* cut within the %XX */
        else if (next_char(text, &at, decoded) != next_char(secret, &of, decoded))
            return 0;
    return of == secret.len || same >= PART_MIN ? at : 0;
}

static size_t found_at(struct slice credentials, struct slice text)
{
    struct slice rest = credentials, one;
    size_t most = 0;
    while (slice_next(&rest, '\n', &one))
        for (int decoded = 0; one.len > 0 && decoded < 2; decoded++) {
            size_t length = length_at(text, one, decoded);
            most = length > most ? length : most;
        }
    return most;
}

bool sweep_finds(struct slice credentials, struct slice text)
{
    for (size_t i = 0; credentials.len > 0 && i < text.len; i++)
        if (found_at(credentials, slice_sub(text, i, text.len)) > 0)
            return true;
    return false;
}

void sweep(struct slice credentials, struct slice text, struct buf *out)
{
    while (text.len > 0) {
        size_t found = credentials.len > 0 ? found_at(credentials, text) : 0;
        if (found > 0)
            buf_addz(out, "***");
        else
            buf_addc(out, text.ptr[0]);
        text = slice_sub(text, found > 0 ? found : 1, text.len);
    }
}
