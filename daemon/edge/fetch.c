/* SPDX-License-Identifier: ISC */
/* Transfers by libcurl, and what their ends mean. */
#include "daemon/edge/fetch.h"

#include <arpa/inet.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <curl/curl.h>

#include "daemon/base/hash.h"
#include "daemon/base/num.h"
#include "daemon/base/sweep.h"
#include "daemon/base/text.h"
#include "daemon/base/when.h"
#include "daemon/edge/cidr.h"
#include "daemon/edge/multi.h"
#include "daemon/edge/origin.h"
#include "daemon/edge/payload.h"
#include "daemon/edge/redirect.h"
#include "daemon/edge/timer.h"

#define HEADERS_MAX 65536 /* bytes of one answer's headers */
#define IGNORED_MAX 65536 /* of a body nobody wants; to read it keeps the connection */
#define REDIRECTS_MAX 3
#define SLOWEST 64      /* bytes a second */
#define ADDRESS_FOR 60L /* seconds that a host's address is believed */
#define ADDRESSES_KEPT (-1L)
#define A_SHELF 8      /* connections that lie on one, about */
#define SHELF_MOST 128 /* max-per-host goes to half of it: two hosts may share a shelf */

struct fetcher {
    struct multi *multi;
    struct fetcher_settings set;
    char *user_agent;
    char *proxy, *proxy_user; /* "", NULL: none */
    char *direct;             /* what it is not asked for: "NETWORK,NETWORK" */
    struct cidr *networks;
    /* Where idle connections lie, those to one host on one shelf; NULL: nothing was laid there yet.
     * libcurl goes through all that lie together, behind each transfer until it meets that one's
     * own, and once a second for dead ones: five thousand together are a third of a poll. */
    CURLSH **shelves;
    size_t shelf_count;
};

struct fetch {
    struct fetcher *all;
    struct fetch_calls calls;
    CURL *easy;
    uint64_t shelf_for;         /* of the url that it was chosen for */
    struct curl_slist *headers; /* of the last request, made of: */
    bool headers_whole;
    const struct slice *headers_of;
    char asked_etag[FETCH_ETAG_MAX + 1], asked_last_modified[FETCH_DATE_MAX + 1];
    bool busy;
    /* what was asked */
    bool conditional, has_credential, refused, opened;
    struct slice credentials;
    size_t cap;
    int redirects;
    /* what has come */
    struct payload *payload;
    curl_off_t length; /* of the body, as announced; -1: it is not */
    size_t header_bytes, ignored;
    char etag[FETCH_ETAG_MAX + 1], last_modified[FETCH_DATE_MAX + 1],
        retry_after[FETCH_DATE_MAX + 1], type[FETCH_TYPE_MAX + 1], encoding[FETCH_TYPE_MAX + 1];
    int64_t last_byte_us;
    /* why it fails, as soon as it is known; the first reason stays */
    bool failed;
    enum verdict verdict;
    char text[TEXT_MAX + 1];
    char curl_text[CURL_ERROR_SIZE];
};

static void on_done(void *handle, int result);

/* ---- all of them ---- */

static char *copy(struct slice s)
{
    return s.len > 0 ? strndup(s.ptr, s.len) : strdup("");
}

static bool holds_loopback(const struct fetcher *all)
{
    const struct sockaddr_in here = {.sin_family = AF_INET,
                                     .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    for (size_t i = 0; i < all->set.network_count; i++)
        if (cidr_holds(&all->networks[i], (const struct sockaddr *)&here))
            return true;
    return false;
}

static bool set_proxy(struct fetcher *all, const struct fetcher_settings *s)
{
    struct buf direct;
    buf_init(&direct, 65536);
    for (size_t i = 0; i < s->network_count; i++)
        buf_addf(&direct, "%.*s,", SLICE_FMT(s->networks[i]));
    if (holds_loopback(all))
        buf_addz(&direct, "localhost");
    all->direct = direct.failed ? NULL : copy(buf_slice(&direct));
    buf_done(&direct);
    all->proxy = copy(s->proxy);
    all->proxy_user = copy(s->proxy_user);
    return all->direct != NULL && all->proxy != NULL && all->proxy_user != NULL;
}

struct fetcher *fetcher_new(struct event_base *base, const struct fetcher_settings *settings,
                            struct err *e)
{
    struct fetcher *all = calloc(1, sizeof *all);
    if (all == NULL || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        free(all);
        err_set(e, ERR_AGAIN, "no memory for transfers");
        return NULL;
    }
    all->set = *settings;
    all->networks = calloc(settings->network_count + 1, sizeof *all->networks);
    all->shelf_count = settings->connections / A_SHELF + 1;
    all->shelves = calloc(all->shelf_count, sizeof *all->shelves);
    all->user_agent = strndup(settings->user_agent.len > 0 ? settings->user_agent.ptr : "tallyd",
                              settings->user_agent.len > 0 ? settings->user_agent.len : 6);
    if (all->networks == NULL || all->shelves == NULL || all->user_agent == NULL) {
        err_set(e, ERR_AGAIN, "no memory for transfers");
        goto out;
    }
    for (size_t i = 0; i < settings->network_count; i++)
        if (!cidr_parse(settings->networks[i], &all->networks[i], e))
            goto out;
    if (!set_proxy(all, settings)) {
        err_set(e, ERR_AGAIN, "no memory for transfers");
        goto out;
    }
    all->multi = multi_new(base, SHELF_MOST, on_done, e);
out:
    if (all->multi != NULL)
        return all;
    fetcher_free(all);
    return NULL;
}

void fetcher_free(struct fetcher *all)
{
    if (all == NULL)
        return;
    multi_free(all->multi);
    for (size_t i = 0; all->shelves != NULL && i < all->shelf_count; i++)
        curl_share_cleanup(all->shelves[i]);
    free(all->shelves);
    free(all->networks);
    free(all->user_agent);
    free(all->direct);
    free(all->proxy);
    if (all->proxy_user != NULL)
        explicit_bzero(all->proxy_user, strlen(all->proxy_user));
    free(all->proxy_user);
    free(all);
    curl_global_cleanup();
}

/* ---- where connections lie ---- */

/* However the host is written. NULL, libcurl's own for all: memory is out, or it leads nowhere. */
static CURLSH *shelf_of(struct fetcher *all, struct slice url)
{
    struct origin o;
    if (!origin_of(url, &o))
        return NULL;
    CURLSH **shelf = &all->shelves[hash64(slice_of(o.host), 0) % all->shelf_count];
    if (*shelf == NULL && (*shelf = curl_share_init()) != NULL)
        curl_share_setopt(*shelf, CURLSHOPT_SHARE, CURL_LOCK_DATA_CONNECT);
    return *shelf;
}

static void choose_shelf(struct fetch *f, struct slice url)
{
    uint64_t now = hash64(url, 0);
    if (now != f->shelf_for)
        curl_easy_setopt(f->easy, CURLOPT_SHARE, shelf_of(f->all, url));
    f->shelf_for = now;
}

/* ---- while it comes ---- */

static bool fail(struct fetch *f, enum verdict verdict, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static bool fail(struct fetch *f, enum verdict verdict, const char *fmt, ...)
{
    char text[400];
    struct buf clean;
    va_list ap;
    if (f->failed)
        return false;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    buf_init(&clean, sizeof f->text);
    text_clean(slice_of(text), &clean);
    snprintf(f->text, sizeof f->text, "%.*s", SLICE_FMT(buf_slice(&clean)));
    buf_done(&clean);
    f->failed = true;
    f->verdict = verdict;
    return false;
}

static bool is_plain(struct slice s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] < ' ' || s.ptr[i] > '~')
            return false;
    return true;
}

/* Keep a header's value when it is short and plain, so that it can be sent back as it is. */
static void keep(char *to, size_t room, struct slice value)
{
    to[0] = '\0';
    if (value.len < room && is_plain(value))
        snprintf(to, room, "%.*s", SLICE_FMT(value));
}

static void forget_headers(struct fetch *f)
{
    f->etag[0] = f->last_modified[0] = f->retry_after[0] = f->type[0] = f->encoding[0] = '\0';
}

/* Behind each transfer libcurl goes through all addresses that it knows for old ones: with a
 * thousand hosts a third of a poll. Where nothing was opened none was added, and that is left to
 * those who do; they look at the age of theirs before they use it. Once an answer comes no other
 * connection is tried. */
static void spare_addresses(struct fetch *f)
{
    if (!f->opened)
        curl_easy_setopt(f->easy, CURLOPT_DNS_CACHE_TIMEOUT, ADDRESSES_KEPT);
}

static size_t on_header(char *bytes, size_t size, size_t count, void *ctx)
{
    struct fetch *f = ctx;
    struct slice line = {bytes, size * count};
    f->header_bytes += line.len;
    if (f->header_bytes > HEADERS_MAX) {
        fail(f, VERDICT_TOO_BIG, "the site sends more than %d bytes of headers", HEADERS_MAX);
        return 0;
    }
    if (slice_starts(line, SLICE("HTTP/"))) { /* an interim answer's headers are not the answer's */
        forget_headers(f);
        spare_addresses(f);
    }
    size_t colon = slice_find(line, SLICE(":"));
    if (colon == SIZE_MAX)
        return line.len;
    struct slice name = slice_sub(line, 0, colon);
    struct slice value = slice_trim(slice_sub(line, colon + 1, line.len));
    const struct {
        const char *name;
        char *to;
        size_t room;
    } kept[] = {
        {"etag", f->etag, sizeof f->etag},
        {"last-modified", f->last_modified, sizeof f->last_modified},
        {"retry-after", f->retry_after, sizeof f->retry_after},
        {"content-type", f->type, sizeof f->type},
        {"content-encoding", f->encoding, sizeof f->encoding},
    };
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++)
        if (slice_eq_nocase(name, slice_of(kept[i].name)))
            keep(kept[i].to, kept[i].room, sweep_finds(f->credentials, value) ? SLICE("") : value);
    return line.len;
}

static long status_of(struct fetch *f)
{
    long status = 0;
    curl_easy_getinfo(f->easy, CURLINFO_RESPONSE_CODE, &status);
    return status;
}

static bool begin_body(struct fetch *f)
{
    struct err e;
    f->length = -1;
    curl_easy_getinfo(f->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &f->length);
    if (f->length > 0 && (uint64_t)f->length > f->cap)
        return fail(f, VERDICT_TOO_BIG, "%lld bytes, more than %zu; raise max-body if it should be",
                    (long long)f->length, f->cap);
    f->payload = payload_new(f->cap, &e);
    return f->payload != NULL || fail(f, VERDICT_INTERNAL, "%s", e.text);
}

static size_t on_body(char *bytes, size_t size, size_t count, void *ctx)
{
    struct fetch *f = ctx;
    struct slice more = {bytes, size * count};
    struct err e;
    f->last_byte_us = timer_now_us();
    if (status_of(f) != 200) {
        f->ignored += more.len;
        return f->ignored <= IGNORED_MAX ? more.len : 0;
    }
    if (f->payload == NULL && !begin_body(f))
        return 0;
    if (!payload_append(f->payload, more, &e)) {
        fail(f, e.kind == ERR_DATA ? VERDICT_TOO_BIG : VERDICT_INTERNAL, "%s", e.text);
        return 0;
    }
    if (payload_bytes(f->payload).len == (uint64_t)f->length) /* sooner than libcurl says so */
        payload_finish(f->payload);
    if (f->calls.grew != NULL)
        f->calls.grew(f->payload, f->calls.ctx);
    return more.len;
}

static bool may_connect(const struct fetcher *all, const struct sockaddr *address)
{
    if (all->proxy[0] != '\0' || cidr_is_public(address)) /* direct: only to one of networks */
        return true;
    for (size_t i = 0; i < all->set.network_count; i++)
        if (cidr_holds(&all->networks[i], address))
            return true;
    return false;
}

static void found(const struct fetch *f, bool kept)
{
    if (f->calls.found != NULL)
        f->calls.found(kept, f->calls.ctx);
}

/* There is a connection: one that was kept, or on_open has told already. */
static int on_connected(void *ctx, char *from, char *to, int from_port, int to_port)
{
    (void)from, (void)to, (void)from_port, (void)to_port;
    found(ctx, true);
    return CURL_PREREQFUNC_OK;
}

static curl_socket_t on_open(void *ctx, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct fetch *f = ctx;
    (void)purpose;
    f->opened = true;
    found(f, false);
    if (may_connect(f->all, &address->addr))
        return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
    f->refused = true; /* it may have another address */
    return CURL_SOCKET_BAD;
}

/* ---- when it ends ---- */

static bool is_digits(struct slice s)
{
    size_t n = 0;
    while (n < s.len && s.ptr[n] >= '0' && s.ptr[n] <= '9')
        n++;
    return n > 0 && n == s.len;
}

/* How long a Retry-After (seconds, or a date) asks to wait. */
static int64_t pause_asked(struct fetch *f)
{
    struct slice value = slice_of(f->retry_after);
    int64_t seconds = 0, at, now = (int64_t)time(NULL) * 1000;
    long status = status_of(f);
    if (status != 403 && status != 429 && status != 503)
        return 0;
    if (is_digits(value) && !num_parse(value, 0, INT32_MAX, &seconds))
        seconds = INT32_MAX;
    if (is_digits(value))
        at = now + seconds * 1000;
    else if (!when_parse_http(value, &at))
        return 0;
    int64_t pause = at > now ? at - now : 0;
    return pause < FETCH_RETRY_MAX_MS ? pause : FETCH_RETRY_MAX_MS;
}

static void judge_error(struct fetch *f, CURLcode result)
{
    const char *text = curl_easy_strerror(result);
    enum verdict verdict = VERDICT_UNREACHABLE;
    if (result == CURLE_OUT_OF_MEMORY || result == CURLE_FAILED_INIT)
        verdict = VERDICT_INTERNAL;
    else if (result == CURLE_PARTIAL_FILE || (result == CURLE_RECV_ERROR && f->header_bytes > 0))
        verdict = VERDICT_CUT;
    /* libcurl's own words may hold parts of the url */
    if (!f->has_credential && f->curl_text[0] != '\0')
        text = f->curl_text;
    if (result == CURLE_COULDNT_CONNECT && f->refused)
        text = "its address is not a public one; name its network in [poll] networks if it may be "
               "asked";
    if (f->all->proxy[0] != '\0')
        fail(f, verdict, "through the proxy of [poll]: %s", text);
    fail(f, verdict, "%s", text);
}

/* True: it goes on at another address. */
static bool follow(struct fetch *f)
{
    struct err e;
    char *to = NULL, *from = NULL;
    curl_easy_getinfo(f->easy, CURLINFO_REDIRECT_URL, &to);
    curl_easy_getinfo(f->easy, CURLINFO_EFFECTIVE_URL, &from);
    if (to == NULL)
        return fail(f, VERDICT_HTTP_STATUS, "HTTP %ld without an address to go to", status_of(f));
    if (++f->redirects > REDIRECTS_MAX)
        return fail(f, VERDICT_HTTP_STATUS, "redirected more than %d times", REDIRECTS_MAX);
    if (!redirect_check(from, to, f->has_credential, &e))
        return fail(f, VERDICT_HTTP_STATUS, "%s", e.text);
    f->header_bytes = f->ignored = 0;
    curl_easy_setopt(f->easy, CURLOPT_URL, to);
    choose_shelf(f, slice_of(to));
    if (f->calls.moved != NULL && f->calls.moved(to, f->calls.ctx))
        return true;
    return fetch_go_on(f, &e) || fail(f, VERDICT_INTERNAL, "%s", e.text);
}

/* No trouble of the site: it does not want us, or not so often. */
static bool is_refusal(long status)
{
    return status == 401 || status == 403 || status == 429 || status == 451;
}

static bool judge_status(struct fetch *f, struct answer *a)
{
    long status = status_of(f);
    if (status == 304 && f->conditional) {
        a->what = ANSWER_SAME;
        return true;
    }
    if (status != 200) {
        enum verdict verdict = is_refusal(status) ? VERDICT_BLOCKED : VERDICT_HTTP_STATUS;
        int64_t pause = pause_asked(f);
        if (pause > 0)
            return fail(f, verdict, "HTTP %ld, and asks to wait %lld s", status,
                        (long long)(pause + 999) / 1000);
        return fail(f, verdict, "HTTP %ld%s", status,
                    status == 304 ? " to a question without conditions" : "");
    }
    if (f->payload == NULL && !begin_body(f)) /* of no bytes at all */
        return false;
    payload_finish(f->payload);
    a->what = ANSWER_BODY;
    a->payload = f->payload;
    a->etag = slice_of(f->etag);
    a->last_modified = slice_of(f->last_modified);
    return true;
}

static bool is_redirect(long status)
{
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

static struct answer_http http_of(struct fetch *f)
{
    struct answer_http http = {.status = (int)status_of(f),
                               .redirects = f->redirects,
                               .type = slice_of(f->type),
                               .encoding = slice_of(f->encoding)};
    char *place = NULL;
    if (f->redirects > 0 && !f->has_credential &&
        curl_easy_getinfo(f->easy, CURLINFO_EFFECTIVE_URL, &place) == CURLE_OK)
        http.place = is_plain(slice_of(place)) ? slice_of(place) : http.place;
    return http;
}

static void on_done(void *handle, int result)
{
    struct fetch *f = NULL;
    struct answer a = {.what = ANSWER_FAILED};
    curl_easy_getinfo(handle, CURLINFO_PRIVATE, (char **)&f);
    /* the body of a refusal says no more than its status; headers of a CONNECT are not told */
    bool refused = f->header_bytes > 0 && is_refusal(status_of(f));
    bool whole = result == CURLE_OK || f->ignored > IGNORED_MAX || refused;
    if (whole && !f->failed && is_redirect(status_of(f)) && follow(f))
        return;
    f->busy = false;
    if (!whole)
        judge_error(f, (CURLcode)result);
    else if (!f->failed)
        judge_status(f, &a);
    if (a.what == ANSWER_FAILED) {
        a.verdict = f->verdict;
        a.text = slice_of(f->text);
        a.retry_after_ms = pause_asked(f);
    }
    a.http = http_of(f);
    a.last_byte_us = f->last_byte_us > 0 ? f->last_byte_us : timer_now_us();
    struct payload *payload = f->payload;
    f->payload = NULL; /* the callback may start the next one */
    f->calls.done(&a, f->calls.ctx);
    payload_free(payload);
}

/* ---- one of them ---- */

/* What never changes from one request to the next. */
static void set_up(struct fetch *f)
{
    CURL *h = f->easy;
    long timeout = (long)f->all->set.timeout_ms;
    curl_easy_setopt(h, CURLOPT_PRIVATE, f);
    curl_easy_setopt(h, CURLOPT_ERRORBUFFER, f->curl_text);
    curl_easy_setopt(h, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(h, CURLOPT_HEADERDATA, f);
    curl_easy_setopt(h, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(h, CURLOPT_WRITEDATA, f);
    curl_easy_setopt(h, CURLOPT_OPENSOCKETFUNCTION, on_open);
    curl_easy_setopt(h, CURLOPT_OPENSOCKETDATA, f);
    curl_easy_setopt(h, CURLOPT_PREREQFUNCTION, on_connected);
    curl_easy_setopt(h, CURLOPT_PREREQDATA, f);
    curl_easy_setopt(h, CURLOPT_USERAGENT, f->all->user_agent);
    curl_easy_setopt(h, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(h, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(h, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(h, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(h, CURLOPT_PROXY, f->all->proxy); /* "": not the environment's either */
    curl_easy_setopt(h, CURLOPT_NOPROXY, f->all->direct);
    curl_easy_setopt(h, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    if (f->all->proxy_user[0] != '\0')
        curl_easy_setopt(h, CURLOPT_PROXYUSERPWD, f->all->proxy_user);
    curl_easy_setopt(h, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2); /* at least */
    curl_easy_setopt(h, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(h, CURLOPT_SSL_VERIFYHOST, 2L);
    curl_easy_setopt(h, CURLOPT_CAPATH,
                     NULL); /* else the whole bundle is read for each connection */
    if (f->all->set.ca_file != NULL)
        curl_easy_setopt(h, CURLOPT_CAINFO, f->all->set.ca_file);
    curl_easy_setopt(h, CURLOPT_TIMEOUT_MS, timeout);
    curl_easy_setopt(h, CURLOPT_CONNECTTIMEOUT_MS, timeout / 2 + 1);
    curl_easy_setopt(h, CURLOPT_LOW_SPEED_LIMIT, (long)SLOWEST);
    curl_easy_setopt(h, CURLOPT_LOW_SPEED_TIME, timeout / 2000 + 1);
    /* a name server that does not answer must not hold up the loop when the transfer is given up */
    curl_easy_setopt(h, CURLOPT_QUICK_EXIT, 1L);
}

struct fetch *fetch_new(struct fetcher *all, const struct fetch_calls *calls, struct err *e)
{
    struct fetch *f = calloc(1, sizeof *f);
    if (f != NULL) {
        f->all = all;
        f->calls = *calls;
        f->easy = curl_easy_init();
    }
    if (f == NULL || f->easy == NULL) {
        free(f);
        err_set(e, ERR_AGAIN, "no memory for a transfer");
        return NULL;
    }
    set_up(f);
    return f;
}

void fetch_free(struct fetch *f)
{
    if (f == NULL)
        return;
    fetch_stop(f);
    curl_easy_cleanup(f->easy);
    curl_slist_free_all(f->headers);
    free(f);
}

static bool add_header(struct fetch *f, const char *name, struct slice value)
{
    struct buf line;
    buf_init(&line, 65536);
    buf_addf(&line, "%s%.*s", name, SLICE_FMT(value));
    struct curl_slist *longer = line.failed ? NULL : curl_slist_append(f->headers, line.ptr);
    if (longer != NULL)
        f->headers = longer;
    buf_done(&line);
    return longer != NULL;
}

/* Polls that bring nothing ask the same each time. */
static bool asks_the_same(const struct fetch *f, const struct fetch_request *r)
{
    return f->headers_whole && f->headers_of == r->headers && slice_is(r->etag, f->asked_etag) &&
           slice_is(r->last_modified, f->asked_last_modified);
}

static bool add_headers(struct fetch *f, const struct fetch_request *r)
{
    if (asks_the_same(f, r))
        return true;
    curl_easy_setopt(f->easy, CURLOPT_HTTPHEADER, NULL);
    curl_slist_free_all(f->headers);
    f->headers = NULL;
    f->headers_of = r->headers;
    keep(f->asked_etag, sizeof f->asked_etag, r->etag);
    keep(f->asked_last_modified, sizeof f->asked_last_modified, r->last_modified);
    bool ok = add_header(f, "Accept-Encoding: ", SLICE("gzip"));
    for (size_t i = 0; i < r->header_count; i++)
        ok = ok && add_header(f, "", r->headers[i]);
    if (r->etag.len > 0)
        ok = ok && add_header(f, "If-None-Match: ", r->etag);
    if (r->last_modified.len > 0)
        ok = ok && add_header(f, "If-Modified-Since: ", r->last_modified);
    f->headers_whole = ok && curl_easy_setopt(f->easy, CURLOPT_HTTPHEADER, f->headers) == CURLE_OK;
    return f->headers_whole;
}

bool fetch_start(struct fetch *f, const struct fetch_request *r, struct err *e)
{
    f->conditional = r->etag.len > 0 || r->last_modified.len > 0;
    f->has_credential = r->has_credential;
    f->credentials = r->credentials;
    f->cap = r->cap;
    f->redirects = 0;
    f->header_bytes = f->ignored = 0;
    forget_headers(f);
    f->last_byte_us = 0;
    f->failed = f->refused = false;
    f->text[0] = f->curl_text[0] = '\0';
    if (!add_headers(f, r) || curl_easy_setopt(f->easy, CURLOPT_URL, r->url) != CURLE_OK)
        return err_set(e, ERR_AGAIN, "no memory for a transfer");
    choose_shelf(f, slice_of(r->url));
    f->busy = fetch_go_on(f, e);
    return f->busy;
}

bool fetch_go_on(struct fetch *f, struct err *e)
{
    f->opened = false;
    curl_easy_setopt(f->easy, CURLOPT_DNS_CACHE_TIMEOUT, ADDRESS_FOR);
    return multi_start(f->all->multi, f->easy, e);
}

void fetch_stop(struct fetch *f)
{
    if (!f->busy)
        return;
    f->busy = false;
    multi_stop(f->all->multi, f->easy);
    payload_free(f->payload);
    f->payload = NULL;
}
