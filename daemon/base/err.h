/* SPDX-License-Identifier: ISC */
/* One error value: what went wrong, where, why and what to do about it, with the exit code it
 * means. */
#ifndef TALLYD_BASE_ERR_H
#define TALLYD_BASE_ERR_H

#include <stdbool.h>

/* The kinds are the programs' exit codes (sysexits where one exists). */
enum err_kind {
    ERR_NONE = 0,
    ERR_NO = 1,           /* nothing matched, a check found problems */
    ERR_USAGE = 64,       /* wrong command line */
    ERR_DATA = 65,        /* bad data: a payload, an endorsement list */
    ERR_NOINPUT = 66,     /* no such file */
    ERR_UNAVAILABLE = 69, /* the daemon or a peer cannot be reached */
    ERR_BUG = 70,         /* our own fault */
    ERR_AGAIN = 75,       /* try again later */
    ERR_DENIED = 77,      /* not allowed */
    ERR_CONFIG = 78,      /* configuration */
};

struct err {
    enum err_kind kind;
    char text[1000]; /* UTF-8, one or more lines without a final newline; cut, never overrun */
};

/* err_set(e, kind, fmt, ...): fill *e. Always false, so that a function can end with `return
 * err_set(...)`; here, so that compilers and analysers know it. */
#define err_set(...) err_false(err_put(__VA_ARGS__))
bool err_put(struct err *e, enum err_kind kind, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
static inline bool err_false(bool put)
{
    (void)put;
    return false;
}

/* As err_set, with ": " and strerror(saved errno) appended. */
bool err_errno(struct err *e, enum err_kind kind, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Put "fmt: " before the text that is there; keeps the kind; always returns false. */
bool err_prefix(struct err *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#define MUST_USE __attribute__((warn_unused_result))

#endif
