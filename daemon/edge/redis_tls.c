/* SPDX-License-Identifier: ISC */
/* The one file that knows whether hiredis has TLS: the Makefile asks pkg-config. */
#include "daemon/edge/redis_tls.h"

#include <hiredis/hiredis.h>
#include <stdlib.h>

#if TALLYD_REDIS_TLS

#include <arpa/inet.h>
#include <hiredis/async.h>
#include <hiredis/hiredis_ssl.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

struct redis_tls {
    SSL_CTX *context;
};

bool redis_tls_exists(struct err *e)
{
    (void)e;
    return true;
}

bool redis_tls_new(struct redis_tls **out, struct err *e)
{
    struct redis_tls *t = calloc(1, sizeof *t);
    SSL_CTX *context = t ? SSL_CTX_new(TLS_client_method()) : NULL;
    if (!context || SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) != 1 ||
        SSL_CTX_set_default_verify_paths(context) != 1) {
        SSL_CTX_free(context);
        free(t);
        return err_set(e, ERR_BUG, "redis: TLS cannot be set up");
    }
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    t->context = context;
    *out = t;
    return true;
}

void redis_tls_free(struct redis_tls *t)
{
    if (!t)
        return;
    SSL_CTX_free(t->context);
    free(t);
}

/* hiredis itself would take a certificate of any name. */
static bool demand_name(SSL *ssl, const char *host)
{
    unsigned char address[16];
    if (inet_pton(AF_INET, host, address) == 1 || inet_pton(AF_INET6, host, address) == 1)
        return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host) == 1;
    return SSL_set1_host(ssl, host) == 1 && SSL_set_tlsext_host_name(ssl, host) == 1;
}

bool redis_tls_begin(struct redis_tls *t, struct redisAsyncContext *ac, const char *host,
                     struct err *e)
{
    SSL *ssl = SSL_new(t->context);
    ERR_clear_error();
    if (!ssl || !demand_name(ssl, host)) {
        SSL_free(ssl);
        return err_set(e, ERR_UNAVAILABLE, "TLS: no certificate can be asked for of %.60s", host);
    }
    if (redisInitiateSSL(&ac->c, ssl) == REDIS_OK) /* the connection's from here on */
        return true;
    SSL_free(ssl);
    return err_set(e, ERR_UNAVAILABLE, "TLS: %.100s", ac->c.errstr);
}

#else

bool redis_tls_exists(struct err *e)
{
    return err_set(e, ERR_CONFIG,
                   "this tallyd is built without TLS to Redis (hiredis %d.%d has none): use "
                   "redis:// or unix:///, put a local stunnel in between, or build it where "
                   "libhiredis-dev has libhiredis_ssl, as in Debian 13",
                   HIREDIS_MAJOR, HIREDIS_MINOR);
}

bool redis_tls_new(struct redis_tls **out, struct err *e)
{
    (void)out;
    return redis_tls_exists(e);
}

void redis_tls_free(struct redis_tls *t)
{
    (void)t;
}

bool redis_tls_begin(struct redis_tls *t, struct redisAsyncContext *ac, const char *host,
                     struct err *e)
{
    (void)t;
    (void)ac;
    (void)host;
    return redis_tls_exists(e);
}

#endif
