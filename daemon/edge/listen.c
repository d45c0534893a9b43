/* SPDX-License-Identifier: ISC */
/* On libcurl's multi interface: one transfer that does not end. */
#include "daemon/edge/listen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>

#include "daemon/base/slice.h"

#define PATH "/v1/events?types=news"
#define CONNECT_SECONDS 5L
#define SILENT_SECONDS 15L /* a tallyd's heart beats every five */
#define AGAIN_MS 2000
#define WORD_MAX 32

struct listen {
    CURLM *multi;
    CURL *easy;
    bool begun, live, news;
    int64_t again_ms;
    char word[WORD_MAX]; /* of the line at hand, its beginning */
    size_t length;
    char url[600];
};

bool listen_new(const char *site, struct listen **out, struct err *e)
{
    struct listen *l = calloc(1, sizeof *l);
    struct slice s = slice_of(site);
    while (s.len > 0 && s.ptr[s.len - 1] == '/')
        s.len--;
    if (!l || !(l->multi = curl_multi_init()) || !(l->easy = curl_easy_init()) ||
        s.len + sizeof PATH > sizeof l->url) {
        listen_free(l);
        return err_set(e, ERR_BUG, "out of memory for %s", site);
    }
    snprintf(l->url, sizeof l->url, "%.*s" PATH, SLICE_FMT(s));
    *out = l;
    return true;
}

static void hang_up(struct listen *l, int64_t now_ms)
{
    l->news |= l->live;
    if (l->begun)
        curl_multi_remove_handle(l->multi, l->easy);
    l->begun = l->live = false;
    l->again_ms = now_ms + AGAIN_MS;
}

void listen_free(struct listen *l)
{
    if (!l)
        return;
    hang_up(l, 0);
    curl_easy_cleanup(l->easy);
    if (l->multi)
        curl_multi_cleanup(l->multi);
    free(l);
}

/* ---- what comes ---- */

/* Is the answer a stream of events? Whatever else may stand at this address. */
static bool is_stream(CURL *easy)
{
    long status = 0;
    const char *type = NULL;
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(easy, CURLINFO_CONTENT_TYPE, &type);
    return status == 200 && type && slice_starts(slice_of(type), SLICE("text/event-stream"));
}

static size_t on_bytes(char *bytes, size_t one, size_t n, void *ctx)
{
    struct listen *l = ctx;
    if (!l->live && !is_stream(l->easy))
        return 0; /* ends it */
    l->news |= !l->live;
    l->live = true;
    for (size_t i = 0; i < one * n; i++) {
        if (bytes[i] != '\n') {
            if (l->length < WORD_MAX)
                l->word[l->length++] = bytes[i];
            continue;
        }
        l->news |= slice_is((struct slice){l->word, l->length}, "event: news");
        l->length = 0;
    }
    return one * n;
}

static void begin(struct listen *l)
{
    curl_easy_reset(l->easy);
    curl_easy_setopt(l->easy, CURLOPT_URL, l->url);
    curl_easy_setopt(l->easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(l->easy, CURLOPT_PROXY, ""); /* whatever the environment says */
    curl_easy_setopt(l->easy, CURLOPT_USERAGENT, "tallyctl/" TALLYD_VERSION);
    curl_easy_setopt(l->easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(l->easy, CURLOPT_CONNECTTIMEOUT, CONNECT_SECONDS);
    curl_easy_setopt(l->easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(l->easy, CURLOPT_LOW_SPEED_TIME, SILENT_SECONDS);
    curl_easy_setopt(l->easy, CURLOPT_WRITEFUNCTION, on_bytes);
    curl_easy_setopt(l->easy, CURLOPT_WRITEDATA, l);
    l->length = 0;
    l->begun = curl_multi_add_handle(l->multi, l->easy) == CURLM_OK;
}

bool listen_step(struct listen *l, int64_t now_ms, int wait_ms)
{
    int running = 0;
    if (!l->begun && now_ms >= l->again_ms)
        begin(l);
    l->news = false;
    curl_multi_poll(l->multi, NULL, 0, wait_ms, NULL);
    curl_multi_perform(l->multi, &running);
    if (l->begun && running == 0)
        hang_up(l, now_ms);
    return l->news;
}

bool listen_live(const struct listen *l)
{
    return l->live;
}
