/* SPDX-License-Identifier: ISC */
/* A byte string under construction, with a cap given at creation and a sticky failure. */
#ifndef TALLYD_BASE_BUF_H
#define TALLYD_BASE_BUF_H

#include <stdarg.h>
#include <stdint.h>

#include "daemon/base/slice.h"

struct buf {
    char *ptr; /* NUL behind the last byte, when anything was ever added */
    size_t len, room, cap;
    bool failed; /* cap passed or memory out: nothing was added since; ask once, at the end */
};

void buf_init(struct buf *b, size_t cap);
/* In memory of the caller's, which it does not outgrow: size - 1 bytes at most. Nothing is freed,
 * and nothing can fail but for want of room. */
void buf_init_over(struct buf *b, char *room, size_t size);
void buf_done(struct buf *b);  /* frees; b is as after buf_init with cap 0 */
void buf_clear(struct buf *b); /* len 0, failed false; keeps its memory */

void buf_add(struct buf *b, struct slice s);
void buf_addz(struct buf *b, const char *z);
static inline void buf_addc(struct buf *b, char c)
{
    if (b->failed || b->len + 1 >= b->room) {
        buf_add(b, (struct slice){&c, 1});
        return;
    }
    b->ptr[b->len++] = c;
    b->ptr[b->len] = '\0';
}
void buf_addf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void buf_addv(struct buf *b, const char *fmt, va_list ap) __attribute__((format(printf, 2, 0)));
void buf_addi(struct buf *b, int64_t n); /* in decimal */
void buf_drop(struct buf *b, size_t n);  /* the first n bytes */

struct slice buf_slice(const struct buf *b);

#endif
