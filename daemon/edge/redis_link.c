/* SPDX-License-Identifier: ISC */
/* Connecting, and keeping track of what is in flight. */
#include "daemon/edge/redis_link.h"

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

#include "daemon/base/num.h"
#include "daemon/edge/timer.h"

#define CONNECT_MS 1500 /* name and socket; below the 2 s in which we promise to be back */
#define COMMAND_MS 5000 /* no answer for that long: the connection is no good */
#define BACKOFF_FIRST_MS 50
#define BACKOFF_MOST_MS 1800
#define ARGS_MAX 8192

typedef void reply_fn(const struct redisReply *r, void *data, void *ctx);

struct flight {
    struct flight *next;
    reply_fn *reply;
    void *data, *ctx;
    int64_t sent_us;
};

struct redis_link {
    struct event_base *base;
    struct redis_link_calls calls;
    char *host, *path, *user, *password; /* host or path */
    int port, db;
    struct timer *retry, *deadline;
    struct evdns_base *dns;
    struct evdns_getaddrinfo_request *lookup;
    redisAsyncContext *ac;
    struct flight *first, **end;
    size_t attempts;
    int64_t backoff_ms, command_ms;
    uint32_t noise; /* for jitter */
    bool connected, up, stopped;
    char told[256]; /* the reason `down` heard last; empty since it was up */
};

/* ---- flights ---- */

static void free_flight(struct flight *f)
{
    free(f->data);
    free(f);
}

static void clear_flights(struct redis_link *l)
{
    while (l->first) {
        struct flight *f = l->first;
        l->first = f->next;
        free_flight(f);
    }
    l->end = &l->first;
}

static struct flight *land(struct redis_link *l)
{
    struct flight *f = l->first;
    if (!f)
        return NULL;
    l->first = f->next;
    if (!l->first)
        l->end = &l->first;
    return f;
}

/* The oldest command's time runs out when nothing of it comes back. */
static void watch(struct redis_link *l)
{
    if (!l->connected)
        return;
    if (!l->first) {
        timer_cancel(l->deadline);
        return;
    }
    int64_t left = (l->first->sent_us - timer_now_us()) / 1000 + l->command_ms;
    timer_set(l->deadline, left > 0 ? left : 0);
}

/* ---- losing it ---- */

static void close_connection(struct redis_link *l)
{
    redisAsyncContext *ac = l->ac;
    l->ac = NULL;
    l->connected = l->up = false;
    if (l->lookup)
        evdns_getaddrinfo_cancel(l->lookup);
    l->lookup = NULL;
    if (ac) {
        ac->data = NULL; /* its last callbacks find nobody */
        redisAsyncFree(ac);
    }
    timer_cancel(l->deadline);
    clear_flights(l);
}

static void try_later(struct redis_link *l)
{
    l->backoff_ms = l->backoff_ms == 0 ? BACKOFF_FIRST_MS : 2 * l->backoff_ms;
    if (l->backoff_ms > BACKOFF_MOST_MS)
        l->backoff_ms = BACKOFF_MOST_MS;
    l->noise = l->noise * 1664525u + 1013904223u;
    int64_t half = l->backoff_ms / 2;
    timer_set(l->retry, half + (int64_t)(l->noise >> 8) % (half + 1));
}

static void lose(struct redis_link *l, const char *why)
{
    bool news;
    char text[sizeof l->told];
    snprintf(text, sizeof text, "%s", why); /* it may lie in what is closed now */
    close_connection(l);
    if (l->stopped)
        return;
    news = strcmp(text, l->told) != 0;
    memcpy(l->told, text, sizeof text);
    try_later(l);
    if (news)
        l->calls.down(l->told, l->calls.ctx);
}

static void on_deadline(void *ctx)
{
    struct redis_link *l = ctx;
    char why[120];
    if (l->connected)
        snprintf(why, sizeof why, "no answer for %lld ms", (long long)l->command_ms);
    else
        snprintf(why, sizeof why, "cannot connect to %.60s within %d ms",
                 l->host ? l->host : l->path, CONNECT_MS);
    lose(l, why);
}

/* ---- commands ---- */

static void on_reply(redisAsyncContext *ac, void *reply, void *unused)
{
    struct redis_link *l = ac->data;
    (void)unused;
    if (!l || !reply)
        return; /* the connection is going: lose() has the rest */
    struct flight *f = land(l);
    if (!f)
        return;
    watch(l);
    f->reply(reply, f->data, f->ctx);
    free_flight(f);
}

static bool enqueue(struct redis_link *l, size_t argc, const struct slice *argv, reply_fn *reply,
                    void *data, void *ctx)
{
    const char *texts[16], **text = texts;
    size_t lens[16], *len = lens;
    bool many = argc > sizeof texts / sizeof *texts;
    struct flight *f = malloc(sizeof *f);
    bool ok = f && l->ac && argc <= ARGS_MAX;
    if (ok && many) {
        text = malloc(argc * sizeof *text);
        len = malloc(argc * sizeof *len);
        ok = text && len;
    }
    for (size_t i = 0; ok && i < argc; i++) {
        text[i] = argv[i].len ? argv[i].ptr : "";
        len[i] = argv[i].len;
    }
    if (ok) {
        *f = (struct flight){.reply = reply, .data = data, .ctx = ctx, .sent_us = timer_now_us()};
        ok = redisAsyncCommandArgv(l->ac, on_reply, NULL, (int)argc, text, len) == REDIS_OK;
    }
    if (many) {
        free(text);
        free(len);
    }
    if (!ok) {
        free(data);
        free(f);
        return false;
    }
    *l->end = f;
    l->end = &f->next;
    if (l->first == f)
        watch(l);
    return true;
}

bool redis_link_send(struct redis_link *l, size_t argc, const struct slice *argv, reply_fn *reply,
                     void *data)
{
    if (l->up)
        return enqueue(l, argc, argv, reply, data, l->calls.ctx);
    free(data);
    return false;
}

/* ---- greeting ---- */

static void on_up(struct redis_link *l)
{
    l->up = true;
    l->told[0] = '\0';
    l->calls.up(l->calls.ctx);
}

static void on_greeted(const struct redisReply *r, void *data, void *ctx)
{
    struct redis_link *l = ctx;
    char why[240];
    (void)data;
    if (r->type != REDIS_REPLY_ERROR) {
        if (!l->first)
            on_up(l);
        return;
    }
    bool refused = strncmp(r->str, "WRONGPASS", 9) == 0 || strncmp(r->str, "NOAUTH", 6) == 0 ||
                   strncmp(r->str, "ERR AUTH", 8) == 0 || strncmp(r->str, "NOPERM", 6) == 0 ||
                   strncmp(r->str, "ERR invalid password", 20) == 0;
    if (refused)
        snprintf(why, sizeof why,
                 "it refuses the user or password (%.100s); look at user-credential and "
                 "password-credential",
                 r->str);
    else
        snprintf(why, sizeof why, "it answers %.150s", r->str);
    lose(l, why);
}

static void greet(struct redis_link *l)
{
    char db[16];
    size_t n = 0;
    struct slice auth[3] = {SLICE("AUTH")};
    if (l->user[0])
        auth[++n] = slice_of(l->user);
    auth[++n] = slice_of(l->password);
    snprintf(db, sizeof db, "%d", l->db);
    const struct slice choose[] = {SLICE("SELECT"), slice_of(db)}, ping[] = {SLICE("PING")};
    bool ok = (!l->password[0] && !l->user[0]) || enqueue(l, n + 1, auth, on_greeted, NULL, l);
    ok = ok && (l->db == 0 || enqueue(l, 2, choose, on_greeted, NULL, l));
    ok = ok && enqueue(l, 1, ping, on_greeted, NULL,
                       l); /* shows a server that wants a password, or is loading */
    if (!ok)
        lose(l, "out of memory");
}

/* ---- connecting ---- */

static void on_connect(const redisAsyncContext *ac, int status)
{
    struct redis_link *l = ac->data;
    char why[200];
    if (!l)
        return;
    if (status == REDIS_OK) {
        l->connected = true;
        greet(l);
        return;
    }
    snprintf(why, sizeof why, "cannot connect to %.60s: %.100s", l->host ? l->host : l->path,
             ac->errstr);
    l->ac->data = NULL;
    l->ac = NULL; /* hiredis frees it when this returns */
    lose(l, why);
}

static void on_disconnect(const redisAsyncContext *ac, int status)
{
    struct redis_link *l = ac->data;
    (void)status;
    if (!l)
        return;
    l->ac = NULL; /* likewise */
    lose(l, ac->err && ac->errstr[0] ? ac->errstr : "it closed the connection");
}

/* To a socket's path or a numeric address. */
static void connect_to(struct redis_link *l, const char *address)
{
    char why[200];
    int one = 1;
    redisAsyncContext *ac =
        l->path ? redisAsyncConnectUnix(l->path) : redisAsyncConnect(address, l->port);
    if (!ac || ac->err) {
        snprintf(why, sizeof why, "cannot connect to %.60s: %.100s", l->host ? l->host : l->path,
                 ac ? ac->errstr : "out of memory");
        if (ac)
            redisAsyncFree(ac);
        lose(l, why);
        return;
    }
    fcntl(ac->c.fd, F_SETFD, FD_CLOEXEC); /* workers are none of its business */
    if (!l->path)
        setsockopt(ac->c.fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    ac->data = l;
    l->ac = ac;
    redisLibeventAttach(ac, l->base);
    redisAsyncSetConnectCallback(ac, on_connect);
    redisAsyncSetDisconnectCallback(ac, on_disconnect);
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
    struct redis_link *l = ctx;
    char address[NI_MAXHOST], why[200];
    if (result == EVUTIL_EAI_CANCEL)
        return;
    l->lookup = NULL;
    const struct evutil_addrinfo *one = pick(found, l->attempts++);
    bool ok = result == 0 && one &&
              getnameinfo(one->ai_addr, one->ai_addrlen, address, sizeof address, NULL, 0,
                          NI_NUMERICHOST) == 0;
    if (found)
        evutil_freeaddrinfo(found);
    if (ok) {
        connect_to(l, address);
        return;
    }
    snprintf(why, sizeof why, "the host %.60s is not found: %.100s", l->host,
             evutil_gai_strerror(result));
    lose(l, why);
}

static bool is_numeric(const char *host)
{
    unsigned char address[16];
    return inet_pton(AF_INET, host, address) == 1 || inet_pton(AF_INET6, host, address) == 1;
}

static void on_retry(void *ctx)
{
    struct redis_link *l = ctx;
    struct evutil_addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    timer_set(l->deadline, CONNECT_MS);
    if (l->path || is_numeric(l->host)) {
        connect_to(l, l->host);
        return;
    }
    /* getaddrinfo would block the loop; a fresh resolver reads /etc/hosts and resolv.conf anew */
    if (l->dns)
        evdns_base_free(l->dns, 0);
    l->dns = evdns_base_new(l->base,
                            EVDNS_BASE_INITIALIZE_NAMESERVERS | EVDNS_BASE_DISABLE_WHEN_INACTIVE);
    if (!l->dns) {
        lose(l, "no name server is known");
        return;
    }
    struct evdns_getaddrinfo_request *request =
        evdns_getaddrinfo(l->dns, l->host, NULL, &hints, on_lookup, l);
    if (request) /* NULL: on_lookup was called already */
        l->lookup = request;
}

/* ---- life ---- */

static bool parse_port(struct slice text, int *port)
{
    int64_t number;
    if (!num_parse(text, 1, 65535, &number))
        return false;
    *port = (int)number;
    return true;
}

/* "host", "host:port", "[::1]:port", each with "/db". */
static bool parse_tcp(struct redis_link *l, struct slice rest)
{
    int64_t db = 0;
    size_t slash = slice_find(rest, SLICE("/"));
    struct slice number = slash == SIZE_MAX ? SLICE("") : slice_sub(rest, slash + 1, rest.len);
    rest = slice_sub(rest, 0, slash);
    bool bracket = slice_starts(rest, SLICE("["));
    size_t close = bracket ? slice_find(rest, SLICE("]")) : 0;
    if (close == SIZE_MAX || (number.len > 0 && !num_parse(number, 0, 1023, &db)))
        return false;
    struct slice tail = slice_sub(rest, close, rest.len);
    size_t colon = slice_find(tail, SLICE(":"));
    size_t host_end = bracket ? close : colon == SIZE_MAX ? rest.len : colon;
    struct slice host = slice_sub(rest, bracket ? 1 : 0, host_end);
    l->db = (int)db;
    l->port = 6379;
    if (host.len == 0 ||
        (colon != SIZE_MAX && !parse_port(slice_sub(tail, colon + 1, tail.len), &l->port)))
        return false;
    return (l->host = strndup(host.ptr, host.len)) != NULL;
}

static bool parse_url(struct redis_link *l, struct slice url, struct err *e)
{
    if (slice_starts(url, SLICE("unix:///"))) {
        struct slice path = slice_sub(url, strlen("unix://"), url.len);
        l->path = strndup(path.ptr, path.len);
        return l->path || err_set(e, ERR_BUG, "out of memory");
    }
    if (slice_starts(url, SLICE("rediss://")))
        return err_set(
            e, ERR_CONFIG,
            "redis: %.*s: this tallyd is built without TLS to Redis (hiredis %d.%d); use "
            "redis:// or unix:///, or a local stunnel",
            SLICE_FMT(url), HIREDIS_MAJOR, HIREDIS_MINOR);
    if (slice_starts(url, SLICE("redis://")) &&
        parse_tcp(l, slice_sub(url, strlen("redis://"), url.len)))
        return true;
    return err_set(e, ERR_CONFIG, "redis: %.*s is not redis://host:port/db or unix:///path",
                   SLICE_FMT(url));
}

bool redis_link_new(struct event_base *base, const struct redis_link_settings *s,
                    const struct redis_link_calls *calls, struct redis_link **out, struct err *e)
{
    struct redis_link *l = calloc(1, sizeof *l);
    if (!l)
        return err_set(e, ERR_BUG, "out of memory");
    *l = (struct redis_link){.base = base, .calls = *calls, .noise = (uint32_t)timer_now_us()};
    l->end = &l->first;
    l->command_ms = s->command_ms > 0 ? s->command_ms : COMMAND_MS;
    l->user = strndup(s->user.len ? s->user.ptr : "", s->user.len);
    l->password = strndup(s->password.len ? s->password.ptr : "", s->password.len);
    l->retry = timer_new(base, on_retry, l);
    l->deadline = timer_new(base, on_deadline, l);
    bool ok = l->user && l->password && l->retry && l->deadline;
    if (!ok)
        err_set(e, ERR_BUG, "out of memory");
    ok = ok && parse_url(l, s->url, e);
    if (!ok) {
        redis_link_free(l);
        return false;
    }
    timer_set(l->retry, 0);
    *out = l;
    return true;
}

void redis_link_free(struct redis_link *l)
{
    if (!l)
        return;
    if (l->retry && l->deadline) {
        redis_link_stop(l);
        timer_free(l->retry);
        timer_free(l->deadline);
    }
    if (l->dns)
        evdns_base_free(l->dns, 0);
    free(l->host);
    free(l->path);
    free(l->user);
    free(l->password);
    free(l);
}

void redis_link_drop(struct redis_link *l, const char *why)
{
    lose(l, why);
}

void redis_link_stop(struct redis_link *l)
{
    l->stopped = true;
    close_connection(l);
    timer_cancel(l->retry);
}

void redis_link_good(struct redis_link *l)
{
    l->backoff_ms = 0;
}

bool redis_link_up(const struct redis_link *l)
{
    return l->up;
}
