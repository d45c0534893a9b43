/* SPDX-License-Identifier: ISC */
/* Looking up, connecting. */
#include "daemon/edge/redis_dial.h"

#include <arpa/inet.h>
#include <event2/dns.h>
#include <event2/event.h>
#include <fcntl.h>
#include <hiredis/async.h>
#include <hiredis/alloc.h>
#include <hiredis/adapters/libevent.h>
#include <hiredis/hiredis.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/edge/redis_tls.h"

struct redis_dial {
    struct event_base *base;
    struct redis_dial_calls calls;
    struct redis_tls *tls; /* NULL: none */
    struct redis_place to;
    struct evdns_base *dns;
    struct evdns_getaddrinfo_request *lookup;
    size_t attempts;
};

static void fail(struct redis_dial *d, const char *why)
{
    d->calls.dialled(NULL, why, d->calls.ctx);
}

/* `ac` is a socket on its way, or not. */
static void give(struct redis_dial *d, redisAsyncContext *ac, const char *name, bool tcp)
{
    char why[300];
    int one = 1;
    struct err e = {0};
    bool ok = ac && !ac->err
                  ? !tcp || !d->tls || redis_tls_begin(d->tls, ac, d->to.host, &e)
                  : err_set(&e, ERR_UNAVAILABLE, "%.100s", ac ? ac->errstr : "out of memory");
    if (!ok) {
        snprintf(why, sizeof why, "cannot connect to %.60s: %.200s", name, e.text);
        if (ac)
            redisAsyncFree(ac);
        fail(d, why);
        return;
    }
    fcntl(ac->c.fd, F_SETFD, FD_CLOEXEC); /* workers are none of its business */
    if (tcp)
        setsockopt(ac->c.fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    redisLibeventAttach(ac, d->base);
    d->calls.dialled(ac, NULL, d->calls.ctx);
}

static void connect_to(struct redis_dial *d, const char *address)
{
    give(d, redisAsyncConnect(address, d->to.port), d->to.host, true);
}

void redis_dial_to_socket(struct redis_dial *d, const char *path)
{
    give(d, redisAsyncConnectUnix(path), path, false);
}

/* Each attempt takes the next address of a name: one of them answers. */
static const struct evutil_addrinfo *pick(const struct evutil_addrinfo *found, size_t attempt)
{
    const struct evutil_addrinfo *one = found;
    size_t n = 0;
    for (; one; one = one->ai_next)
        n++;
    one = found;
    for (size_t i = n ? attempt % n : 0; i > 0; i--)
        one = one->ai_next;
    return one;
}

static void on_lookup(int result, struct evutil_addrinfo *found, void *ctx)
{
    struct redis_dial *d = ctx;
    char address[NI_MAXHOST], why[200];
    if (result == EVUTIL_EAI_CANCEL)
        return;
    d->lookup = NULL;
    const struct evutil_addrinfo *one = pick(found, d->attempts++);
    bool ok = result == 0 && one &&
              getnameinfo(one->ai_addr, one->ai_addrlen, address, sizeof address, NULL, 0,
                          NI_NUMERICHOST) == 0;
    if (found)
        evutil_freeaddrinfo(found);
    if (ok) {
        connect_to(d, address);
        return;
    }
    snprintf(why, sizeof why, "the host %.60s is not found: %.100s", d->to.host,
             evutil_gai_strerror(result));
    fail(d, why);
}

static bool is_numeric(const char *host)
{
    unsigned char address[16];
    return inet_pton(AF_INET, host, address) == 1 || inet_pton(AF_INET6, host, address) == 1;
}

void redis_dial_to(struct redis_dial *d, const struct redis_place *place)
{
    struct evutil_addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    d->to = *place;
    if (is_numeric(d->to.host)) {
        connect_to(d, d->to.host);
        return;
    }
    /* getaddrinfo would block the loop; a fresh resolver reads /etc/hosts and resolv.conf anew */
    if (d->dns)
        evdns_base_free(d->dns, 0);
    d->dns = evdns_base_new(d->base,
                            EVDNS_BASE_INITIALIZE_NAMESERVERS | EVDNS_BASE_DISABLE_WHEN_INACTIVE);
    if (!d->dns) {
        fail(d, "no name server is known");
        return;
    }
    struct evdns_getaddrinfo_request *request =
        evdns_getaddrinfo(d->dns, d->to.host, NULL, &hints, on_lookup, d);
    if (request) /* NULL: on_lookup was called already */
        d->lookup = request;
}

void redis_dial_cancel(struct redis_dial *d)
{
    if (d->lookup)
        evdns_getaddrinfo_cancel(d->lookup);
    d->lookup = NULL;
}

bool redis_dial_new(struct event_base *base, bool tls, const struct redis_dial_calls *calls,
                    struct redis_dial **out, struct err *e)
{
    struct redis_dial *d = calloc(1, sizeof *d);
    if (!d)
        return err_set(e, ERR_BUG, "out of memory");
    d->base = base;
    d->calls = *calls;
    if (tls && !redis_tls_new(&d->tls, e)) {
        redis_dial_free(d);
        return false;
    }
    *out = d;
    return true;
}

void redis_dial_free(struct redis_dial *d)
{
    if (!d)
        return;
    redis_dial_cancel(d);
    if (d->dns)
        evdns_base_free(d->dns, 0);
    redis_tls_free(d->tls);
    free(d);
}
