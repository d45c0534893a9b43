/* SPDX-License-Identifier: ISC */
/* A byte string under construction: grows by doubling up to its cap, remembers the first failure.
 */
#include "daemon/base/buf.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_ROOM = 256 };

void buf_init(struct buf *b, size_t cap)
{
    *b = (struct buf){.cap = cap};
}

void buf_init_over(struct buf *b, char *room, size_t size)
{
    *b = (struct buf){.ptr = room, .room = size, .cap = size - 1};
    room[0] = '\0';
}

void buf_done(struct buf *b)
{
    if (!b)
        return;
    free(b->ptr);
    *b = (struct buf){.cap = 0};
}

void buf_clear(struct buf *b)
{
    b->len = 0;
    b->failed = false;
    if (b->ptr)
        b->ptr[0] = '\0';
}

/* Room for n more bytes and the NUL behind them. */
static bool reserve(struct buf *b, size_t n)
{
    if (b->failed || n > b->cap - b->len) {
        b->failed = true;
        return false;
    }
    size_t need =
        b->len + n + 1; /* a cap of SIZE_MAX cannot be filled: malloc says no long before */
    if (need <= b->room)
        return true;
    size_t room = b->room ? b->room : FIRST_ROOM;
    while (room < need)
        room = room > SIZE_MAX / 2 ? need : 2 * room;
    if (b->cap < SIZE_MAX && room > b->cap + 1)
        room = b->cap + 1;
    char *grown = realloc(b->ptr, room);
    if (!grown) {
        b->failed = true;
        return false;
    }
    b->ptr = grown;
    b->room = room;
    return true;
}

void buf_add(struct buf *b, struct slice s)
{
    if (!reserve(b, s.len))
        return;
    if (s.len)
        memcpy(b->ptr + b->len, s.ptr, s.len);
    b->len += s.len;
    b->ptr[b->len] = '\0';
}

void buf_addz(struct buf *b, const char *z)
{
    buf_add(b, slice_of(z));
}

void buf_addi(struct buf *b, int64_t n)
{
    char digits[20], *first = digits + sizeof digits;
    uint64_t rest = n < 0 ? -(uint64_t)n : (uint64_t)n;

    do
        *--first = (char)('0' + rest % 10);
    while (rest /= 10);
    if (n < 0)
        *--first = '-';
    buf_add(b, (struct slice){first, (size_t)(digits + sizeof digits - first)});
}

void buf_addf(struct buf *b, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    buf_addv(b, fmt, ap);
    va_end(ap);
}

void buf_addv(struct buf *b, const char *fmt, va_list ap)
{
    va_list again;

    if (b->failed)
        return;
    va_copy(again, ap);
    int n = vsnprintf(b->ptr ? b->ptr + b->len : NULL, b->room - b->len, fmt, again);
    va_end(again);
    if (n < 0 || (size_t)n >= b->room - b->len) {
        if (b->ptr)
            b->ptr[b->len] = '\0'; /* take back what did not fit */
        b->failed = n < 0;
        if (b->failed || !reserve(b, (size_t)n))
            return;
        vsnprintf(b->ptr + b->len, (size_t)n + 1, fmt, ap);
    }
    b->len += (size_t)n;
}

void buf_drop(struct buf *b, size_t n)
{
    if (n > b->len)
        n = b->len;
    if (n == 0)
        return;
    memmove(b->ptr, b->ptr + n, b->len - n + 1);
    b->len -= n;
}

struct slice buf_slice(const struct buf *b)
{
    return (struct slice){b->ptr, b->len};
}
