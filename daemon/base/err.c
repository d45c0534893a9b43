/* SPDX-License-Identifier: ISC */
/* One error value: filled, prefixed, cut where it is full. */
#include "daemon/base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

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

bool err_put(struct err *e, enum err_kind kind, const char *fmt, ...)
{
    char text[sizeof(e->text)]; /* an argument may be e->text itself */
    va_list ap;

    va_start(ap, fmt);
    int n = vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    if (n < 0)
        text[0] = '\0';
    if (n >= (int)sizeof(text))
        trim_broken_tail(text);
    e->kind = kind;
    memcpy(e->text, text, sizeof(text));
    return false;
}

bool err_errno(struct err *e, enum err_kind kind, const char *fmt, ...)
{
    int saved = errno;
    char text[sizeof(e->text)], why[128];
    va_list ap;

    va_start(ap, fmt);
    int n = vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    if (n < 0)
        text[0] = '\0';
    /* strerror_l and the GNU strerror_r both work without the process's locale being set. */
    return err_set(e, kind, "%s: %s", text, strerror_r(saved, why, sizeof(why)));
}

bool err_prefix(struct err *e, const char *fmt, ...)
{
    char text[sizeof(e->text)];
    va_list ap;

    va_start(ap, fmt);
    int n = vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    if (n < 0)
        text[0] = '\0';
    return err_set(e, e->kind, "%s: %s", text, e->text);
}
