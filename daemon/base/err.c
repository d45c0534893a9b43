/* SPDX-License-Identifier: ISC */
/* One error value: filled, prefixed, cut where it is full. */
#include "daemon/base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { ROOM = sizeof(((struct err *)NULL)->text) };

/* A cut may fall inside a UTF-8 character: take the broken rest of it away. */
static void trim_broken_tail(char *text)
{
    size_t n = strlen(text), from = n;

    while (from > 0 && n - from < 4 && ((unsigned char)text[from - 1] & 0xc0) == 0x80)
        from--;
    if (from == 0)
        return;
    unsigned char lead = (unsigned char)text[from - 1];
    size_t want = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
    if (n - (from - 1) < want)
        text[from - 1] = '\0';
}

__attribute__((format(printf, 2, 0))) static void format(char text[ROOM], const char *fmt,
                                                         va_list ap)
{
    int n = vsnprintf(text, ROOM, fmt, ap);

    if (n < 0)
        text[0] = '\0';
    if (n >= ROOM)
        trim_broken_tail(text);
}

bool err_put(struct err *e, enum err_kind kind, const char *fmt, ...)
{
    char text[ROOM]; /* an argument may be e->text itself */
    va_list ap;

    va_start(ap, fmt);
    format(text, fmt, ap);
    va_end(ap);
    e->kind = kind;
    memcpy(e->text, text, ROOM);
    return false;
}

bool err_errno(struct err *e, enum err_kind kind, const char *fmt, ...)
{
    int saved = errno;
    char text[ROOM], why[128];
    va_list ap;

    va_start(ap, fmt);
    format(text, fmt, ap);
    va_end(ap);
    /* strerror_l and the GNU strerror_r both work without the process's locale being set. */
    return err_set(e, kind, "%s: %s", text, strerror_r(saved, why, sizeof(why)));
}

bool err_prefix(struct err *e, const char *fmt, ...)
{
    char text[ROOM];
    va_list ap;

    va_start(ap, fmt);
    format(text, fmt, ap);
    va_end(ap);
    return err_set(e, e->kind, "%s: %s", text, e->text);
}
