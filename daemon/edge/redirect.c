/* SPDX-License-Identifier: ISC */
/* Two addresses, taken apart by libcurl as it will use them. */
#include "daemon/edge/redirect.h"

#include <curl/curl.h>

#include "daemon/base/slice.h"

struct origin {
    CURLU *url;
    char *scheme, *host, *port;
};

static bool take_apart(struct origin *o, const char *text)
{
    o->url = curl_url();
    return o->url != NULL && curl_url_set(o->url, CURLUPART_URL, text, 0) == CURLUE_OK &&
           curl_url_get(o->url, CURLUPART_SCHEME, &o->scheme, 0) == CURLUE_OK &&
           curl_url_get(o->url, CURLUPART_HOST, &o->host, 0) == CURLUE_OK &&
           curl_url_get(o->url, CURLUPART_PORT, &o->port, CURLU_DEFAULT_PORT) == CURLUE_OK;
}

static void origin_done(struct origin *o)
{
    curl_free(o->scheme);
    curl_free(o->host);
    curl_free(o->port);
    curl_url_cleanup(o->url);
}

static bool same(const char *a, const char *b)
{
    return slice_eq_nocase(slice_of(a), slice_of(b));
}

static bool judge(const struct origin *a, const struct origin *b, bool has_credential,
                  struct err *e)
{
    bool upgrade = same(a->scheme, "http") && same(b->scheme, "https");
    if (!upgrade && !same(a->scheme, b->scheme))
        return err_set(e, ERR_DENIED, "redirected from %s to %s: refused", a->scheme, b->scheme);
    if (has_credential && (!same(a->host, b->host) || (!upgrade && !same(a->port, b->port))))
        return err_set(e, ERR_DENIED,
                       "redirected to another host: refused, for the source has a credential");
    return true;
}

bool redirect_check(const char *from, const char *to, bool has_credential, struct err *e)
{
    struct origin a = {0}, b = {0};
    bool ok = false;
    if (!take_apart(&a, from) || !take_apart(&b, to))
        err_set(e, ERR_DENIED, "redirected to what is no address");
    else
        ok = judge(&a, &b, has_credential, e);
    origin_done(&a);
    origin_done(&b);
    return ok;
}
