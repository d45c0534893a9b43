/* SPDX-License-Identifier: ISC */
/* Filling faults. */
#include "parsers/fault.h"

#include <stdarg.h>
#include <stdio.h>

bool fault_put(struct fault *f, enum wire_failure kind, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    f->kind = kind;
    f->err.kind = kind == WIRE_INTERNAL ? ERR_BUG : ERR_DATA;
    vsnprintf(f->err.text, sizeof f->err.text, fmt, ap);
    va_end(ap);
    return false;
}

bool fault_from(struct fault *f, const struct err *e)
{
    f->kind = e->kind == ERR_DATA ? WIRE_SCHEMA : e->kind == ERR_BUG ? WIRE_INTERNAL : WIRE_LIMIT;
    f->err = *e;
    f->err.kind = e->kind == ERR_BUG ? ERR_BUG : ERR_DATA;
    return false;
}
