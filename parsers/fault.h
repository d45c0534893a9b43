/* SPDX-License-Identifier: ISC */
/* Why a payload gives no batch: the kind that tallyd counts, and the words for people. */
#ifndef TALLYD_PARSERS_FAULT_H
#define TALLYD_PARSERS_FAULT_H

#include "daemon/base/err.h"
#include "parsers/wire.h"

/* Why reading failed, beside the text in struct err. */
struct fault {
    enum wire_failure kind; /* WIRE_OK while all is well */
    struct err err;
};

/* fault_set(f, kind, fmt, ...): fill *f; always false, as err_set is. */
#define fault_set(...) err_false(fault_put(__VA_ARGS__))
bool fault_put(struct fault *f, enum wire_failure kind, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Fill *f from *e: ERR_DATA is WIRE_SCHEMA, ERR_BUG is WIRE_INTERNAL, ERR_DENIED (a cap) is
 * WIRE_LIMIT; always false. */
bool fault_from(struct fault *f, const struct err *e);

#endif
