/* SPDX-License-Identifier: ISC */
/* One GET at a time, again and again: conditional, capped, and only from where feeds may lie.
 *
 * Bodies come as they were sent (gzip is asked for and left alone) into a payload. Redirects are
 * followed at most three times, never from https to http, and never to another host when the
 * request carries a credential. The address of each connection is judged when it is made. No proxy
 * but the one that is set, whatever the environment says, no cookie, no other protocol than http
 * and https. TLS is 1.2 or later; certificates are verified against the system's bundle.
 *
 * A proxy is asked for everything that lies outside of `networks` (and for each name, which only it
 * looks up); TLS goes through it to the feed (CONNECT). Where it connects to is then its to judge.
 * A site that answers 401, 403, 429 or 451 refuses us: VERDICT_BLOCKED, whatever becomes of the
 * body. A Retry-After counts with 403, 429 and 503 only: on any other answer it asks for nothing.
 */
#ifndef TALLYD_EDGE_FETCH_H
#define TALLYD_EDGE_FETCH_H

#include "daemon/base/err.h"
#include "daemon/edge/answer.h"

#define FETCH_ETAG_MAX 255 /* longer or odd validators are not kept */
#define FETCH_DATE_MAX 63
#define FETCH_TYPE_MAX 127
#define FETCH_RETRY_MAX_MS INT64_C(3600000) /* a longer Retry-After is cut to this */

struct event_base;
struct fetch;
struct fetcher;

struct fetcher_settings {
    int64_t timeout_ms; /* for a whole answer, redirects each */
    struct slice user_agent;
    const struct slice
        *networks; /* CIDR blocks that are not public and may be asked all the same */
    size_t network_count;
    struct slice proxy;      /* "http://HOST:PORT"; empty: none */
    struct slice proxy_user; /* "NAME:PASSWORD" that it wants; empty: it wants none */
    size_t connections;      /* that may be under way to all hosts together: about so many are kept
                                alive, and those to one host for whoever asks it next */
    const char *ca_file;     /* certificates to trust, in place of the system's bundle; NULL: that.
                                Outlives it */
};

/* NULL and *e when a network is none or memory is out. */
struct fetcher *fetcher_new(struct event_base *base, const struct fetcher_settings *settings,
                            struct err *e);
void fetcher_free(struct fetcher *all); /* after its fetches; accepts NULL */

struct fetch_calls {
    /* Bytes came: the payload holds what there is, and is finished when that is known to be all.
     * From inside a transfer: may not stop it. */
    void (*grew)(struct payload *payload, void *ctx);
    /* The host's address is known, or its connection was `kept`; maybe more than once. From inside
     * a transfer; NULL: nobody asks. */
    void (*found)(bool kept, void *ctx);
    /* It may be asked at another address now, and is when this is false. True: it is asked when
     * fetch_go_on says so, unless it is stopped. From the loop; NULL: always false. */
    bool (*moved)(const char *url, void *ctx);
    void (*done)(const struct answer *answer, void *ctx); /* from the loop; may start it again */
    void *ctx;
};

struct fetch *fetch_new(struct fetcher *all, const struct fetch_calls *calls, struct err *e);
void fetch_free(struct fetch *f); /* stops it; accepts NULL */

struct fetch_request {
    const char *url;
    struct slice etag,
        last_modified; /* of what is known; empty: none. With both empty a 304 is a failure */
    const struct slice *headers; /* "Name: value", never shown; the same array, the same headers */
    size_t header_count;
    bool has_credential;      /* in the url or a header */
    struct slice credentials; /* a line each; an answer's header that has one in it is not kept.
                                 They outlive the transfer */
    size_t cap;               /* bytes of the body, as sent */
};

/* Ask. On failure (no memory, url is none) `done` is not called. */
bool fetch_start(struct fetch *f, const struct fetch_request *r, struct err *e) MUST_USE;
/* Once it was `moved`. On failure `done` is not called. */
bool fetch_go_on(struct fetch *f, struct err *e) MUST_USE;
void fetch_stop(struct fetch *f); /* `done` is not called; the payload is gone. Nothing when it is
                                     not under way */

#endif
