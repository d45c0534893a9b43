/* SPDX-License-Identifier: ISC */
/* One table, in either form. */
#include "daemon/core/table.h"

void table_begin(struct table *r)
{
    jsonw_init(&r->j, r->out);
    if (r->json)
        jsonw_array(&r->j, NULL);
    for (size_t i = 0; !r->json && i < r->count; i++)
        buf_addf(r->out, "%s%c", r->names[i], i + 1 < r->count ? '\t' : '\n');
}

void table_add(struct table *r, const struct slice *cells)
{
    if (r->json)
        jsonw_object(&r->j, NULL);
    for (size_t i = 0; i < r->count; i++)
        if (r->json)
            jsonw_str(&r->j, r->names[i], cells[i]);
        else
            buf_addf(r->out, "%.*s%c", SLICE_FMT(cells[i]), i + 1 < r->count ? '\t' : '\n');
    if (r->json)
        jsonw_object_end(&r->j);
}

void table_end(struct table *r)
{
    if (!r->json)
        return;
    jsonw_array_end(&r->j);
    buf_addc(r->out, '\n');
}
