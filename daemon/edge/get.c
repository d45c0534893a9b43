/* SPDX-License-Identifier: ISC */
/* On libcurl's easy interface, one connection kept. */
#include "daemon/edge/get.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>

#include "daemon/base/text.h"

#define URL_MAX 8192
#define CONNECT_SECONDS 10L
#define ANSWER_SECONDS 60L
#define HURRY_SECONDS 5L

struct get {
    CURL *easy;
    bool hurry;
    char site[512], url[URL_MAX], said[CURL_ERROR_SIZE], etag[GET_ETAG], location[URL_MAX];
};

bool get_new(const char *site, struct get **out, struct err *e)
{
    struct slice s = slice_of(site);
    while (s.len > 0 && s.ptr[s.len - 1] == '/')
        s.len--;
    if (!slice_starts(s, SLICE("http://")) && !slice_starts(s, SLICE("https://")))
        return err_set(e, ERR_USAGE, "%s is no address of a tallyd; write http://127.0.0.1:8080",
                       site);
    struct get *g = calloc(1, sizeof *g);
    if (!g || s.len >= sizeof g->site || !(g->easy = curl_easy_init())) {
        get_free(g);
        return err_set(e, ERR_BUG, "out of memory for %s", site);
    }
    snprintf(g->site, sizeof g->site, "%.*s", SLICE_FMT(s));
    *out = g;
    return true;
}

void get_free(struct get *g)
{
    if (!g)
        return;
    curl_easy_cleanup(g->easy);
    free(g);
}

void get_hurry(struct get *g)
{
    g->hurry = true;
}

static size_t on_body(char *bytes, size_t one, size_t n, void *ctx)
{
    struct buf *body = ctx;
    buf_add(body, (struct slice){bytes, one * n});
    return body->failed ? 0 : one * n;
}

/* The value, where the line is of this name; a value too long for its place is none. */
static void take_header(struct slice line, struct slice name, char *value, size_t size)
{
    if (!slice_eq_nocase(slice_sub(line, 0, name.len), name))
        return;
    struct slice v = slice_trim(slice_sub(line, name.len, line.len));
    snprintf(value, size, "%.*s", v.len < size ? (int)v.len : 0, v.ptr);
}

static size_t on_header(char *bytes, size_t one, size_t n, void *ctx)
{
    struct get *g = ctx;
    struct slice line = {bytes, one * n};
    take_header(line, SLICE("etag:"), g->etag, sizeof g->etag);
    take_header(line, SLICE("content-location:"), g->location, sizeof g->location);
    return line.len;
}

static void set_up(struct get *g, struct curl_slist *headers, struct buf *body)
{
    curl_easy_reset(g->easy); /* the connection stays */
    curl_easy_setopt(g->easy, CURLOPT_URL, g->url);
    curl_easy_setopt(g->easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(g->easy, CURLOPT_PROXY, ""); /* whatever the environment says */
    curl_easy_setopt(g->easy, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(g->easy, CURLOPT_USERAGENT, "tallyctl/" TALLYD_VERSION);
    curl_easy_setopt(g->easy, CURLOPT_ERRORBUFFER, g->said);
    curl_easy_setopt(g->easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(g->easy, CURLOPT_CONNECTTIMEOUT, g->hurry ? HURRY_SECONDS : CONNECT_SECONDS);
    curl_easy_setopt(g->easy, CURLOPT_TIMEOUT, g->hurry ? HURRY_SECONDS : ANSWER_SECONDS);
    curl_easy_setopt(g->easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(g->easy, CURLOPT_WRITEDATA, body);
    curl_easy_setopt(g->easy, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(g->easy, CURLOPT_HEADERDATA, g);
}

/* The detail of a problem (RFC 9457) as this server writes it, else the text as it is. */
static struct slice words_of(struct slice body, char *room, size_t size)
{
    static const struct slice before = SLICE_INIT("\"detail\":\"");
    size_t at = slice_find(body, before), n = 0;
    bool json = at != SIZE_MAX;
    body = json ? slice_sub(body, at + before.len, body.len) : slice_trim(body);
    for (size_t i = 0; i < body.len && n < size && !(json && body.ptr[i] == '"'); i++) {
        i += json && body.ptr[i] == '\\' && i + 1 < body.len;
        room[n++] = body.ptr[i];
    }
    return (struct slice){room, n};
}

static bool refused(const struct get *g, long status, struct slice body, struct err *e)
{
    static const struct {
        long status;
        enum err_kind kind;
    } kinds[] = {
        {400, ERR_USAGE}, {404, ERR_NO}, {403, ERR_DENIED}, {421, ERR_DENIED}, {503, ERR_AGAIN}};
    enum err_kind kind = ERR_UNAVAILABLE;
    char room[600], plain[700];
    struct buf words;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (kinds[i].status == status)
            kind = kinds[i].kind;
    buf_init_over(&words, plain, sizeof plain);
    text_harmless(words_of(body, room, sizeof room), true, &words);
    return err_set(e, kind, "%s answers %ld: %.*s", g->url, status, SLICE_FMT(buf_slice(&words)));
}

bool get_page(struct get *g, const char *path, char etag[GET_ETAG], struct buf *body, bool *same,
              struct err *e)
{
    struct curl_slist *headers = NULL;
    size_t from = body->len;
    long status = 0;
    int n = snprintf(g->url, sizeof g->url, "%s%s", g->site, path);
    if (n < 0 || (size_t)n >= sizeof g->url)
        return err_set(e, ERR_USAGE, "the address is longer than %d bytes; use fewer filters",
                       URL_MAX);
    if (etag[0]) {
        char line[GET_ETAG + 32];
        snprintf(line, sizeof line, "If-None-Match: %s", etag);
        headers = curl_slist_append(NULL, line);
    }
    g->said[0] = g->etag[0] = g->location[0] = '\0';
    set_up(g, headers, body);
    CURLcode code = curl_easy_perform(g->easy);
    curl_easy_getinfo(g->easy, CURLINFO_RESPONSE_CODE, &status);
    curl_slist_free_all(headers);
    if (code != CURLE_OK && body->failed)
        return err_set(e, ERR_DATA, "%s: longer than %zu bytes; use a filter", g->url, body->cap);
    if (code != CURLE_OK)
        return err_set(e, ERR_UNAVAILABLE,
                       "%s: cannot reach tallyd's HTTP: %s; is this its address (--url)?", g->url,
                       g->said[0] ? g->said : curl_easy_strerror(code));
    *same = status == 304 && etag[0];
    if (status != 200 && !*same)
        return refused(g, status, slice_sub(buf_slice(body), from, body->len), e);
    memcpy(etag, g->etag, GET_ETAG);
    return true;
}

bool get_answered(const struct get *g, const char *path)
{
    const char *asked = strchr(path, '?'), *answered = strchr(g->location, '?');
    return !asked || (answered && strcmp(asked, answered) == 0);
}
