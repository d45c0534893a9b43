/* SPDX-License-Identifier: ISC */
/* TLS to Redis, where hiredis has it (1.0 and newer, built with OpenSSL): the server's certificate
 * must be for the name that was asked for, by an authority this machine trusts ($SSL_CERT_FILE and
 * $SSL_CERT_DIR name others). */
#ifndef TALLYD_EDGE_REDIS_TLS_H
#define TALLYD_EDGE_REDIS_TLS_H

#include "daemon/base/err.h"

struct redisAsyncContext;
struct redis_tls;

/* Can this build do it? ERR_CONFIG says why not, and the fix. */
bool redis_tls_exists(struct err *e) MUST_USE;

bool redis_tls_new(struct redis_tls **out, struct err *e) MUST_USE;
void redis_tls_free(struct redis_tls *t); /* accepts NULL */
/* On a connection that nothing was sent on yet. */
bool redis_tls_begin(struct redis_tls *t, struct redisAsyncContext *ac, const char *host,
                     struct err *e) MUST_USE;

#endif
