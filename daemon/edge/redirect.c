/* SPDX-License-Identifier: ISC */
/* Two origins laid beside each other. */
#include "daemon/edge/redirect.h"

#include <string.h>

#include "daemon/edge/origin.h"

static bool same(const char *a, const char *b)
{
    return strcmp(a, b) == 0;
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
    struct origin a, b;
    if (!origin_of(slice_of(from), &a) || !origin_of(slice_of(to), &b))
        return err_set(e, ERR_DENIED, "redirected to what is no address");
    return judge(&a, &b, has_credential, e);
}
