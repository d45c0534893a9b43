/* SPDX-License-Identifier: ISC */
/* Two forms of the same. */
#include "daemon/pairs.h"

void pairs_begin(struct pairs *p, bool json, struct buf *out)
{
    *p = (struct pairs){.out = out, .is_json = json};
    if (json) {
        jsonw_init(&p->json, out);
        jsonw_object(&p->json, NULL);
    } else {
        buf_addz(out, "what\tis\n");
    }
}

void pairs_end(struct pairs *p)
{
    if (!p->is_json)
        return;
    jsonw_object_end(&p->json);
    buf_addc(p->out, '\n');
}

void pair_str(struct pairs *p, const char *name, struct slice value)
{
    if (p->is_json)
        jsonw_str(&p->json, name, value);
    else
        buf_addf(p->out, "%s\t%.*s\n", name, SLICE_FMT(value));
}

void pair_int(struct pairs *p, const char *name, int64_t value)
{
    if (p->is_json)
        jsonw_int(&p->json, name, value);
    else
        buf_addf(p->out, "%s\t%lld\n", name, (long long)value);
}
