/* SPDX-License-Identifier: ISC */
/* One transfer at a time against a site that behaves, and one that does not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "daemon/edge/fetch.h"
#include "daemon/edge/payload.h"
#include "daemon/edge/redirect.h"
#include "daemon/edge/timer.h"
#include "tests/unit/site.h"

#define SECRET "s3cret-key"

struct bench {
    struct event_base *base;
    struct site site, other;
    struct fetcher *all;
    struct fetch *f;
    char url[200];
    /* the last answer */
    int done, grown;
    bool whole; /* when it grew last */
    struct answer a;
    struct payload *body;
    char text[300], etag[300], last_modified[100];
};

static void on_done(const struct answer *a, void *ctx)
{
    struct bench *b = ctx;
    payload_free(b->body);
    b->body = a->payload != NULL ? payload_ref(a->payload) : NULL;
    b->a = *a;
    snprintf(b->text, sizeof b->text, "%.*s", SLICE_FMT(a->text));
    snprintf(b->etag, sizeof b->etag, "%.*s", SLICE_FMT(a->etag));
    snprintf(b->last_modified, sizeof b->last_modified, "%.*s", SLICE_FMT(a->last_modified));
    b->done++;
}

static void on_grew(struct payload *p, void *ctx)
{
    struct bench *b = ctx;
    b->grown++;
    b->whole = payload_finished(p);
}

static void begin(struct bench *b, void (*answer)(struct site_request *q, void *ctx),
                  const char *network)
{
    struct slice networks[] = {slice_of(network)};
    struct fetcher_settings set = {.timeout_ms = 1500,
                                   .user_agent = SLICE("test/1"),
                                   .networks = networks,
                                   .network_count = network != NULL,
                                   .connections = 64};
    struct fetch_calls calls = {.grew = on_grew, .done = on_done, .ctx = b};
    struct err e;
    *b = (struct bench){.base = loop_new()};
    site_open(&b->site, b->base, answer, b);
    site_open(&b->other, b->base, answer, b);
    b->all = fetcher_new(b->base, &set, &e);
    b->f = b->all != NULL ? fetch_new(b->all, &calls, &e) : NULL;
    if (b->f == NULL)
        fail_msg("%s", e.text);
}

static void end(struct bench *b)
{
    payload_free(b->body);
    fetch_free(b->f);
    fetcher_free(b->all);
    site_close(&b->site);
    site_close(&b->other);
    loop_free(b->base);
}

static void start(struct bench *b, const char *path, struct fetch_request r)
{
    struct err e;
    snprintf(b->url, sizeof b->url, "http://127.0.0.1:%d%s", b->site.port, path);
    r.url = b->url;
    if (r.cap == 0)
        r.cap = 1 << 20;
    if (!fetch_start(b->f, &r, &e))
        fail_msg("%s", e.text);
}

static void get_with(struct bench *b, const char *path, struct fetch_request r)
{
    int before = b->done;
    start(b, path, r);
    SITE_UNTIL(b->base, b->done > before);
}

static void get(struct bench *b, const char *path)
{
    get_with(b, path, (struct fetch_request){0});
}

static void check_failed(const struct bench *b, enum verdict verdict, const char *part)
{
    assert_int_equal(b->a.what, ANSWER_FAILED);
    if (b->a.verdict != verdict || strstr(b->text, part) == NULL)
        fail_msg("verdict %d, \"%s\"; wanted %d, \"%s\"", b->a.verdict, b->text, verdict, part);
    assert_null(b->body);
}

static void check_body(const struct bench *b, const char *bytes)
{
    if (b->a.what != ANSWER_BODY)
        fail_msg("no body: %s", b->text);
    assert_true(payload_finished(b->body));
    assert_true(slice_eq(payload_bytes(b->body), slice_of(bytes)));
}

/* ---- a site that behaves ---- */

static void usual(struct site_request *q, void *ctx)
{
    struct bench *b = ctx;
    char to[200];
    if (slice_is(q->path, "/")) {
        if (slice_is(site_header(q, "if-none-match"), "\"v1\""))
            site_reply(q, "304 Not Modified", "ETag: \"v1\"\r\n", SLICE(""));
        else
            site_reply(q, "200 OK",
                       "ETag: \"v1\"\r\nLast-Modified: Wed, 06 Jan 2021 04:13:32 GMT\r\n",
                       SLICE("hello"));
    } else if (slice_is(q->path, "/asked")) {
        struct slice e = site_header(q, "accept-encoding"), u = site_header(q, "user-agent"),
                     k = site_header(q, "x-key"), m = site_header(q, "if-modified-since");
        struct buf body;
        buf_init(&body, 1000);
        buf_addf(&body, "%.*s|%.*s|%.*s|%.*s", SLICE_FMT(e), SLICE_FMT(u), SLICE_FMT(k),
                 SLICE_FMT(m));
        site_reply(q, "200 OK", "", buf_slice(&body));
        buf_done(&body);
    } else if (slice_is(q->path, "/gzip")) {
        site_reply(q, "200 OK", "Content-Encoding: gzip\r\n", SLICE("\x1f\x8b\x08 as it came"));
    } else if (slice_is(q->path, "/chunked")) {
        buf_addz(q->out, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                         "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
    } else if (slice_is(q->path, "/empty")) {
        site_reply(q, "200 OK", "", SLICE(""));
    } else if (slice_is(q->path, "/304")) {
        site_reply(q, "304 Not Modified", "", SLICE(""));
    } else if (slice_is(q->path, "/hops")) {
        site_reply(q, "302 Found", "Location: /hop2\r\n", SLICE("elsewhere"));
    } else if (slice_is(q->path, "/hop2")) {
        site_reply(q, "307 Temporary Redirect", "Location: hop3\r\n", SLICE(""));
    } else if (slice_is(q->path, "/hop3")) {
        site_reply(q, "301 Moved Permanently", "Location: /asked\r\n", SLICE(""));
    } else if (slice_is(q->path, "/round")) {
        site_reply(q, "302 Found", "Location: /round\r\n", SLICE(""));
    } else if (slice_is(q->path, "/other") || slice_is(q->path, "/port")) {
        snprintf(to, sizeof to, "Location: http://%s:%d/asked\r\n",
                 slice_is(q->path, "/port") ? "127.0.0.1" : "127.0.0.2", b->other.port);
        site_reply(q, "302 Found", to, SLICE(""));
    } else if (slice_is(q->path, "/v6")) {
        site_reply(q, "302 Found", "Location: http://[::1]:1/\r\n", SLICE(""));
    } else if (slice_is(q->path, "/v6-private")) {
        site_reply(q, "302 Found", "Location: http://[fd00::1]:1/\r\n", SLICE(""));
    } else if (slice_is(q->path, "/v6-mapped")) {
        site_reply(q, "302 Found", "Location: http://[::ffff:10.0.0.1]:1/\r\n", SLICE(""));
    } else if (slice_is(q->path, "/nowhere")) {
        site_reply(q, "302 Found", "", SLICE(""));
    } else if (slice_is(q->path, "/ftp")) {
        site_reply(q, "302 Found", "Location: ftp://127.0.0.1/x\r\n", SLICE(""));
    } else if (slice_is(q->path, "/file")) {
        site_reply(q, "302 Found", "Location: file:///etc/passwd\r\n", SLICE(""));
    } else if (slice_is(q->path, "/429")) {
        site_reply(q, "429 Too Many Requests", "Retry-After: 7\r\n", SLICE("slow down"));
    } else if (slice_is(q->path, "/503")) {
        site_reply(q, "503 Unavailable", "Retry-After: Fri, 01 Jan 2100 00:00:00 GMT\r\n",
                   SLICE(""));
    } else if (slice_is(q->path, "/past")) {
        site_reply(q, "503 Unavailable", "Retry-After: Wed, 06 Jan 2021 04:13:32 GMT\r\n",
                   SLICE(""));
    } else if (slice_is(q->path, "/429-for-ever")) {
        site_reply(q, "429 Too Many Requests", "Retry-After: 99999999999999999999\r\n", SLICE(""));
    } else if (slice_is(q->path, "/429-less")) {
        site_reply(q, "429 Too Many Requests", "Retry-After: -5\r\n", SLICE(""));
    } else if (slice_is(q->path, "/404-later")) {
        site_reply(q, "404 Not Found", "Retry-After: 3000\r\n", SLICE(""));
    } else if (slice_is(q->path, "/302-later")) {
        site_reply(q, "302 Found", "Retry-After: 3000\r\n", SLICE(""));
    } else if (slice_is(q->path, "/hints")) {
        buf_addz(q->out, "HTTP/1.1 103 Early Hints\r\nRetry-After: 9\r\n\r\n");
        site_reply(q, "404 Not Found", "", SLICE(""));
    } else if (slice_is(q->path, "/echo")) {
        site_reply(q, "200 OK",
                   "ETag: \"" SECRET "\"\r\nLast-Modified: S3cret%2Dkey\r\n"
                   "Content-Type: text/" SECRET "\r\nContent-Encoding: x-" SECRET "\r\n",
                   SLICE("x"));
    } else if (slice_is(q->path, "/odd")) {
        site_reply(q, "200 OK", "ETag: \"a\x01z\"\r\nLast-Modified: \xff\r\n", SLICE("x"));
    } else {
        site_reply(q, "404 Not Found", "", SLICE("<html>no such page"));
    }
}

/* Who reads while it comes need not wait for libcurl to say that it was all. */
static void test_an_announced_end_is_known_with_the_last_byte(void **state)
{
    struct bench b;
    (void)state;
    begin(&b, usual, "127.0.0.0/8");
    get(&b, "/");
    assert_true(b.whole);
    get(&b, "/chunked");
    assert_false(b.whole);
    check_body(&b, "abcde");
    end(&b);
}

static void test_conditional(void **state)
{
    struct bench b;
    (void)state;
    begin(&b, usual, "127.0.0.0/8");
    get(&b, "/");
    check_body(&b, "hello");
    assert_string_equal(b.etag, "\"v1\"");
    assert_string_equal(b.last_modified, "Wed, 06 Jan 2021 04:13:32 GMT");
    assert_true(b.a.last_byte_us <= timer_now_us() && b.a.last_byte_us > timer_now_us() - 20000000);
    get_with(&b, "/", (struct fetch_request){.etag = SLICE("\"v1\"")});
    assert_int_equal(b.a.what, ANSWER_SAME);
    get_with(&b, "/", (struct fetch_request){.etag = SLICE("\"v0\"")});
    check_body(&b, "hello");
    get(&b, "/"); /* the conditions of one question are not those of the next */
    check_body(&b, "hello");
    get(&b, "/304");
    check_failed(&b, VERDICT_HTTP_STATUS, "304");
    assert_int_equal(b.site.connections, 1);
    end(&b);
}

static void test_what_is_asked(void **state)
{
    struct bench b;
    struct slice headers[] = {SLICE("X-Key: " SECRET)};
    (void)state;
    begin(&b, usual, "127.0.0.0/8");
    get_with(&b, "/asked",
             (struct fetch_request){.headers = headers,
                                    .header_count = 1,
                                    .last_modified = SLICE("Wed, 06 Jan 2021 04:13:32 GMT")});
    check_body(&b, "gzip|test/1|" SECRET "|Wed, 06 Jan 2021 04:13:32 GMT");
    end(&b);
}

static void test_bodies(void **state)
{
    struct bench b;
    (void)state;
    begin(&b, usual, "127.0.0.0/8");
    get(&b, "/gzip");
    check_body(&b, "\x1f\x8b\x08 as it came");
    get(&b, "/chunked");
    check_body(&b, "abcde");
    assert_true(b.grown > 0);
    get(&b, "/empty");
    check_body(&b, "");
    get(&b, "/odd");
    check_body(&b, "x");
    assert_string_equal(b.etag, "");
    assert_string_equal(b.last_modified, "");
    end(&b);
}

static void test_statuses(void **state)
{
    struct bench b;
    (void)state;
    begin(&b, usual, "127.0.0.0/8");
    get(&b, "/none");
    check_failed(&b, VERDICT_HTTP_STATUS, "HTTP 404");
    assert_int_equal(b.a.retry_after_ms, 0);
    get(&b, "/429");
    check_failed(&b, VERDICT_BLOCKED, "HTTP 429");
    assert_in_range(b.a.retry_after_ms, 5000, 7000);
    get(&b, "/503");
    check_failed(&b, VERDICT_HTTP_STATUS, "HTTP 503");
    assert_int_equal(b.a.retry_after_ms, FETCH_RETRY_MAX_MS);
    get(&b, "/429-for-ever"); /* 2^31 and more was no time at all */
    check_failed(&b, VERDICT_BLOCKED, "HTTP 429");
    assert_int_equal(b.a.retry_after_ms, FETCH_RETRY_MAX_MS);
    get(&b, "/429-less");
    assert_int_equal(b.a.retry_after_ms, 0);
    get(&b, "/404-later"); /* a page that is not there yet kept its host at rest for an hour */
    check_failed(&b, VERDICT_HTTP_STATUS, "HTTP 404");
    assert_null(strstr(b.text, "wait"));
    assert_int_equal(b.a.retry_after_ms, 0);
    get(&b, "/302-later");
    assert_int_equal(b.a.retry_after_ms, 0);
    get(&b, "/hints"); /* an interim answer's headers are not the answer's */
    check_failed(&b, VERDICT_HTTP_STATUS, "HTTP 404");
    assert_int_equal(b.a.retry_after_ms, 0);
    get(&b, "/past");
    assert_int_equal(b.a.retry_after_ms, 0);
    get(&b, "/none");
    assert_int_equal(b.a.retry_after_ms, 0);
    assert_int_equal(b.site.connections, 1);
    end(&b);
}

static void test_redirects(void **state)
{
    struct bench b;
    struct slice headers[] = {SLICE("X-Key: " SECRET)};
    struct fetch_request keyed = {.headers = headers, .header_count = 1, .has_credential = true};
    (void)state;
    begin(&b, usual, "127.0.0.0/8");
    get_with(&b, "/hops", keyed);
    check_body(&b, "gzip|test/1|" SECRET "|");
    get(&b, "/round");
    check_failed(&b, VERDICT_HTTP_STATUS, "more than 3");
    assert_int_equal(b.site.requests, 4 + 4);
    get(&b, "/nowhere");
    check_failed(&b, VERDICT_HTTP_STATUS, "302");
    get(&b, "/ftp");
    check_failed(&b, VERDICT_HTTP_STATUS, "redirected");
    get(&b, "/file");
    check_failed(&b, VERDICT_HTTP_STATUS, "redirected");
    get(&b, "/port");
    check_body(&b, "gzip|test/1||");
    assert_int_equal(b.other.requests, 1);
    get_with(&b, "/port", keyed);
    check_failed(&b, VERDICT_HTTP_STATUS, "another host");
    get_with(&b, "/other", keyed);
    check_failed(&b, VERDICT_HTTP_STATUS, "another host");
    assert_int_equal(b.other.requests, 1);
    end(&b);
}

/* Also where they lie apart from those of other hosts: polls met sites anew, or left more and more
 * behind. */
static void test_connections_are_kept_for_whoever_asks_the_host(void **state)
{
    static const char *const ways[] = {"127.0.0.1", "0x7f000001", "127.1"};
    struct bench b;
    struct err e;
    char url[100];
    (void)state;
    begin(&b, usual, "127.0.0.0/8");
    struct fetch *first = b.f;
    get(&b, "/port");
    b.f = fetch_new(b.all, &(struct fetch_calls){.done = on_done, .ctx = &b}, &e);
    for (int i = 0; i < 3; i++)
        get(&b, i == 1 ? "/hops" : "/port"); /* to the other one and back */
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        int before = b.done;
        snprintf(url, sizeof url, "http://%s:%d/chunked", ways[i], b.other.port);
        assert_true(fetch_start(b.f, &(struct fetch_request){.url = url, .cap = 100}, &e));
        SITE_UNTIL(b.base, b.done > before);
        check_body(&b, "abcde");
    }
    assert_int_equal(b.site.connections, 1);
    assert_int_equal(b.other.connections, 1);
    fetch_free(first);
    end(&b);
    assert_int_equal(b.site.open, 0);
}

static void test_redirect_rules(void **state)
{
    static const struct {
        const char *from, *to;
        bool plain, keyed;
    } rows[] = {
        {"http://a.org/x", "http://a.org/y", true, true},
        {"http://a.org/x", "http://A.ORG:80/y", true, true},
        {"http://a.org/x", "https://a.org/x", true, true},
        {"https://a.org/x", "http://a.org/x", false, false},
        {"https://a.org/x", "https://b.org/x", true, false},
        {"https://a.org/x", "https://a.org.evil.org/x", true, false},
        {"https://a.org/x", "https://a.org:8443/x", true, false},
        {"https://a.org/x", "https://a.org@b.org/x", true, false},
        {"http://a.org/x", "https://b.org/x", true, false},
        {"https://a.org/x", "gopher://a.org/x", false, false},
        {"https://a.org/x", "https://", false, false},
    };
    struct err e;
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (redirect_check(rows[i].from, rows[i].to, false, &e) != rows[i].plain ||
            redirect_check(rows[i].from, rows[i].to, true, &e) != rows[i].keyed)
            fail_msg("row %zu: %s -> %s", i, rows[i].from, rows[i].to);
    }
}

/* ---- a site that does not ---- */

/* What is not among these has no answer. */
static void bad(struct site_request *q, void *ctx)
{
    static const struct {
        const char *path, *head, *more; /* more: so many times */
        int times;
        bool close, endless;
        int drip_ms;
    } rows[] = {
        {"/cut", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this", .close = true},
        {"/cut-later", "HTTP/1.1 200 OK\r\nRetry-After: 3000\r\nContent-Length: 100\r\n\r\nonly",
         .close = true},
        {"/cut-429", "HTTP/1.1 429 No\r\nRetry-After: 7\r\nContent-Length: 100\r\n\r\nonly",
         .close = true},
        {"/cut-403", "HTTP/1.1 403 No\r\nContent-Length: 100\r\n\r\nonly", .close = true},
        {"/slow-429",
         .head = "HTTP/1.1 429 No\r\nRetry-After: 7\r\nContent-Length: 100\r\n\r\nonly"},
        {"/cut-chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nabc",
         .close = true},
        {"/cut-head", "HTTP/1.1 200 O", .close = true},
        {"/nothing", "", .close = true},
        {"/endless", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
         "10\r\n0123456789abcdef\r\n", 4096, .endless = true},
        {"/endless-raw", "HTTP/1.1 200 OK\r\n\r\n", "0123456789abcdef", 4096, .endless = true},
        {"/endless-head", "HTTP/1.1 200 OK\r\n", "X-More: 0123456789abcdef\r\n", 4096,
         .endless = true},
        {"/endless-error", "HTTP/1.1 500 Oops\r\n\r\n", "0123456789abcdef", 4096, .endless = true},
        {"/large", .head = "HTTP/1.1 200 OK\r\nContent-Length: 5000000\r\n\r\nx"},
        {"/drip", "HTTP/1.1 200 OK\r\nContent-Length: 40\r\n\r\n", "0123456789", 4, .drip_ms = 40},
        {"/steady", "HTTP/1.1 200 OK\r\nContent-Length: 20000\r\n\r\n", "x", 20000, .drip_ms = 1},
        {"/garbage", "SSH-2.0-OpenSSH\r\n", .close = true},
    };
    (void)ctx;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (!slice_is(q->path, rows[i].path))
            continue;
        buf_addz(q->out, rows[i].head);
        for (int k = 0; k < rows[i].times; k++)
            buf_addz(q->out, rows[i].more);
        q->close = rows[i].close;
        q->endless = rows[i].endless;
        q->drip_ms = rows[i].drip_ms;
    }
}

static void test_cut(void **state)
{
    struct bench b;
    (void)state;
    begin(&b, bad, "127.0.0.0/8");
    get(&b, "/cut");
    check_failed(&b, VERDICT_CUT, "");
    get(&b, "/cut-chunk");
    check_failed(&b, VERDICT_CUT, "");
    get(&b, "/cut-later");
    check_failed(&b, VERDICT_CUT, "");
    assert_int_equal(b.a.retry_after_ms, 0);
    get(&b, "/nothing");
    check_failed(&b, VERDICT_UNREACHABLE, "");
    get(&b, "/cut-head");
    assert_int_equal(b.a.what, ANSWER_FAILED);
    get(&b, "/garbage");
    check_failed(&b, VERDICT_UNREACHABLE, "");
    end(&b);
}

/* It was taken for trouble on the way, and asked again at once. */
static void test_a_refusal_is_one_whatever_becomes_of_its_body(void **state)
{
    struct bench b;
    (void)state;
    begin(&b, bad, "127.0.0.0/8");
    get(&b, "/cut-429");
    check_failed(&b, VERDICT_BLOCKED, "HTTP 429, and asks to wait 7 s");
    assert_int_equal(b.a.retry_after_ms, 7000);
    get(&b, "/slow-429");
    check_failed(&b, VERDICT_BLOCKED, "HTTP 429, and asks to wait 7 s");
    get(&b, "/cut-403");
    check_failed(&b, VERDICT_BLOCKED, "HTTP 403");
    end(&b);
}

static void test_too_big(void **state)
{
    struct bench b;
    (void)state;
    begin(&b, bad, "127.0.0.0/8");
    get(&b, "/large");
    check_failed(&b, VERDICT_TOO_BIG, "max-body");
    get(&b, "/endless-raw");
    check_failed(&b, VERDICT_TOO_BIG, "max-body");
    get_with(&b, "/endless", (struct fetch_request){.cap = 50000});
    check_failed(&b, VERDICT_TOO_BIG, "max-body");
    get(&b, "/endless-head");
    check_failed(&b, VERDICT_TOO_BIG, "headers");
    int64_t before = timer_now_us();
    get(&b, "/endless-error");
    check_failed(&b, VERDICT_HTTP_STATUS, "HTTP 500");
    assert_true(timer_now_us() - before < 1000000); /* it is not read until the time is out */
    end(&b);
}

static void test_exactly_the_cap(void **state)
{
    struct bench b;
    (void)state;
    begin(&b, usual, "127.0.0.0/8");
    get_with(&b, "/chunked", (struct fetch_request){.cap = 5});
    check_body(&b, "abcde");
    get_with(&b, "/chunked", (struct fetch_request){.cap = 4});
    check_failed(&b, VERDICT_TOO_BIG, "4 bytes");
    end(&b);
}

static void test_slow(void **state)
{
    struct bench b;
    (void)state;
    begin(&b, bad, "127.0.0.0/8");
    int64_t before = timer_now_us();
    get(&b, "/silence");
    check_failed(&b, VERDICT_UNREACHABLE, "");
    get(&b, "/drip");
    check_failed(&b, VERDICT_UNREACHABLE, "");
    get(&b, "/steady"); /* never slow, and never done */
    check_failed(&b, VERDICT_UNREACHABLE, "");
    assert_true(timer_now_us() - before < 10000000);
    end(&b);
}

static void test_closed_port(void **state)
{
    struct bench b;
    (void)state;
    begin(&b, usual, "127.0.0.0/8");
    int port = b.other.port;
    site_close(&b.other);
    b.site.port = port;
    get(&b, "/");
    check_failed(&b, VERDICT_UNREACHABLE, "");
    site_open(&b.other, b.base, usual, &b);
    end(&b);
}

/* ---- where it may not go ---- */

static void test_not_public(void **state)
{
    struct bench b;
    (void)state;
    begin(&b, usual, NULL);
    get(&b, "/");
    check_failed(&b, VERDICT_UNREACHABLE, "not a public one");
    assert_int_equal(b.site.connections, 0);
    end(&b);
    begin(&b, usual, "127.0.0.1/32"); /* one may be asked, its neighbour may not */
    get(&b, "/other");
    check_failed(&b, VERDICT_UNREACHABLE, "not a public one");
    assert_int_equal(b.other.connections, 0);
    get(&b, "/v6"); /* of either kind, and whatever stands for the one in the other's clothes */
    check_failed(&b, VERDICT_UNREACHABLE, "not a public one");
    get(&b, "/v6-private");
    check_failed(&b, VERDICT_UNREACHABLE, "not a public one");
    get(&b, "/v6-mapped");
    check_failed(&b, VERDICT_UNREACHABLE, "not a public one");
    get(&b, "/");
    check_body(&b, "hello");
    end(&b);
}

/* A proxy that answers for all that asks it, in its own name. */
static void proxy(struct site_request *q, void *ctx)
{
    struct buf said;
    (void)ctx;
    if (slice_starts(q->head, SLICE("CONNECT"))) {
        site_reply(q, "407 Proxy Authentication Required", "", SLICE(""));
        return;
    }
    buf_init(&said, 1000);
    buf_addf(&said, "%.*s|%.*s", SLICE_FMT(q->path),
             SLICE_FMT(site_header(q, "proxy-authorization")));
    site_reply(q, "200 OK", "", buf_slice(&said));
    buf_done(&said);
}

static void fetch_by(struct bench *b, struct fetcher_settings set, const char *address)
{
    const struct fetch_calls calls = {.done = on_done, .ctx = b};
    struct err e;
    int before = b->done;
    set.timeout_ms = 5000;
    fetch_free(b->f);
    fetcher_free(b->all);
    b->all = fetcher_new(b->base, &set, &e);
    b->f = b->all != NULL ? fetch_new(b->all, &calls, &e) : NULL;
    const struct fetch_request r = {.url = address, .cap = 1 << 20};
    if (b->f == NULL || !fetch_start(b->f, &r, &e))
        fail_msg("%s", e.text);
    SITE_UNTIL(b->base, b->done > before);
}

static void test_proxy(void **state)
{
    struct bench b;
    struct slice network = SLICE("127.0.0.0/8");
    char at[60], direct[60];
    (void)state;
    begin(&b, usual, "127.0.0.0/8");
    b.other.answer = proxy;
    snprintf(at, sizeof at, "http://127.0.0.1:%d", b.other.port);
    snprintf(direct, sizeof direct, "http://127.0.0.1:%d/", b.site.port);
    struct fetcher_settings set = {.proxy = slice_of(at)};
    fetch_by(&b, set, "http://results.example.test/x?y");
    check_body(&b, "http://results.example.test/x?y|");
    set.proxy_user = SLICE("we:pass");
    fetch_by(&b, set, "http://results.example.test/");
    check_body(&b, "http://results.example.test/|Basic d2U6cGFzcw==");
    fetch_by(&b, set, "https://results.example.test/"); /* its own refusal is none of the feed */
    check_failed(&b, VERDICT_UNREACHABLE, "through the proxy of [poll]: ");
    assert_int_equal(b.a.http.status, 0);
    assert_int_equal(b.site.requests, 0);
    set.networks = &network; /* what lies in them is asked without it */
    set.network_count = 1;
    setenv("no_proxy", "*", 1);
    fetch_by(&b, set, direct);
    check_body(&b, "hello");
    fetch_by(&b, set, "http://results.example.test/");
    unsetenv("no_proxy");
    check_body(&b, "http://results.example.test/|Basic d2U6cGFzcw==");
    end(&b);
}

static void test_environment_is_no_proxy(void **state)
{
    struct bench b;
    (void)state;
    setenv("http_proxy", "http://127.0.0.1:1", 1);
    setenv("all_proxy", "http://127.0.0.1:1", 1);
    begin(&b, usual, "127.0.0.0/8");
    get(&b, "/");
    check_body(&b, "hello");
    end(&b);
    unsetenv("http_proxy");
    unsetenv("all_proxy");
}

static void test_no_secret_in_texts(void **state)
{
    static const char *const paths[] = {"/cut?key=" SECRET, "/none?key=" SECRET, "/\r\n" SECRET};
    struct bench b;
    (void)state;
    begin(&b, bad, "127.0.0.0/8");
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        get_with(&b, paths[i], (struct fetch_request){.has_credential = true});
        assert_int_equal(b.a.what, ANSWER_FAILED);
        assert_null(strstr(b.text, SECRET));
    }
    b.site.port = 1; /* libcurl's own words name the address: they are for sources without one */
    get(&b, "/");
    assert_non_null(strstr(b.text, "127.0.0.1"));
    get_with(&b, "/", (struct fetch_request){.has_credential = true});
    check_failed(&b, VERDICT_UNREACHABLE, "");
    assert_null(strstr(b.text, "127.0.0.1"));
    end(&b);
}

/* A site that quotes the key back had it kept in tables and shown to everybody. */
static void test_no_secret_in_what_is_kept(void **state)
{
    struct bench b;
    (void)state;
    begin(&b, usual, "127.0.0.0/8");
    for (int keyed = 0; keyed < 2; keyed++) {
        get_with(&b, "/echo",
                 (struct fetch_request){.credentials = keyed ? SLICE(SECRET "\n") : SLICE("")});
        check_body(&b, "x");
        assert_string_equal(b.etag, keyed ? "" : "\"" SECRET "\"");
        assert_int_equal(b.last_modified[0] == '\0', keyed);
        assert_int_equal(b.a.http.type.len == 0, keyed);
        assert_int_equal(b.a.http.encoding.len == 0, keyed);
    }
    for (int keyed = 0; keyed < 2; keyed++) { /* nor whereto it was sent with the key */
        get_with(&b, "/hops", (struct fetch_request){.has_credential = keyed});
        assert_int_equal(b.a.http.redirects, 3);
        assert_int_equal(b.a.http.place.len == 0, keyed);
    }
    end(&b);
}

static void test_bad_network(void **state)
{
    struct slice networks[] = {SLICE("127.0.0.0/8"), SLICE("127.0.0.0")};
    struct fetcher_settings set = {.timeout_ms = 1000, .networks = networks, .network_count = 2};
    struct event_base *base = loop_new();
    struct err e;
    (void)state;
    assert_null(fetcher_new(base, &set, &e));
    assert_int_equal(e.kind, ERR_CONFIG);
    loop_free(base);
}

static void test_stop(void **state)
{
    struct bench b;
    (void)state;
    begin(&b, usual, "127.0.0.0/8");
    for (int i = 0; i < 20; i++) {
        start(&b, "/", (struct fetch_request){0});
        for (int k = 0; k < i; k++)
            event_base_loop(b.base, EVLOOP_NONBLOCK);
        fetch_stop(b.f);
        int before = b.done;
        get(&b, "/chunked");
        check_body(&b, "abcde");
        assert_int_equal(b.done, before + 1);
    }
    start(&b, "/", (struct fetch_request){0}); /* and freed under way */
    end(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_announced_end_is_known_with_the_last_byte),
        cmocka_unit_test(test_conditional),
        cmocka_unit_test(test_what_is_asked),
        cmocka_unit_test(test_bodies),
        cmocka_unit_test(test_statuses),
        cmocka_unit_test(test_redirects),
        cmocka_unit_test(test_connections_are_kept_for_whoever_asks_the_host),
        cmocka_unit_test(test_redirect_rules),
        cmocka_unit_test(test_cut),
        cmocka_unit_test(test_a_refusal_is_one_whatever_becomes_of_its_body),
        cmocka_unit_test(test_too_big),
        cmocka_unit_test(test_exactly_the_cap),
        cmocka_unit_test(test_slow),
        cmocka_unit_test(test_closed_port),
        cmocka_unit_test(test_not_public),
        cmocka_unit_test(test_environment_is_no_proxy),
        cmocka_unit_test(test_proxy),
        cmocka_unit_test(test_no_secret_in_texts),
        cmocka_unit_test(test_no_secret_in_what_is_kept),
        cmocka_unit_test(test_bad_network),
        cmocka_unit_test(test_stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
