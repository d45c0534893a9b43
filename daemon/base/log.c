/* SPDX-License-Identifier: ISC */
/* Lines for people on standard error, each in one write so that processes sharing it do not mix. */
#include "daemon/base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

enum { LONGEST = 2048 };

static enum log_level max_level = LOG_LEVEL_INFO;
static int for_journal;

void log_start(enum log_level level, int journal)
{
    max_level = level;
    for_journal = journal;
}

static size_t escape(const char *from, char *to, size_t room)
{
    size_t n = 0;

    for (; *from && n + 5 < room; from++) {
        unsigned char c = (unsigned char)*from;
        if (c >= 0x20 && c != 0x7f)
            to[n++] = *from;
        else
            n += (size_t)snprintf(to + n, room - n, "\\x%02x", c);
    }
    return n;
}

static void write_all(const char *at, size_t n)
{
    while (n > 0) {
        ssize_t written = write(STDERR_FILENO, at, n);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return; /* there is nowhere to complain to */
        at += written;
        n -= (size_t)written;
    }
}

void log_line(enum log_level level, const char *fmt, ...)
{
    char text[LONGEST], line[LONGEST + 8];
    int saved = errno;
    size_t n = 0;
    va_list ap;

    if (level > max_level)
        return;
    va_start(ap, fmt);
    if (vsnprintf(text, sizeof(text), fmt, ap) < 0)
        text[0] = '\0';
    va_end(ap);
    if (for_journal)
        n = (size_t)snprintf(line, sizeof(line), "<%d>", (int)level);
    n += escape(text, line + n, sizeof(line) - n - 1);
    line[n++] = '\n';
    write_all(line, n);
    errno = saved;
}
