/* SPDX-License-Identifier: ISC */
/* One table, in either form. */
#include "daemon/core/table.h"

void table_begin(struct table *r)
{
    r->began = r->out->len;
    r->rows = 0;
    jsonw_init(&r->j, r->out);
    if (r->into)
        r->j = *r->into;
    if (r->json)
        jsonw_array(&r->j, r->into ? r->title : NULL);
    else if (r->title)
        buf_addf(r->out, "%s\n", r->title);
    for (size_t i = 0; !r->json && i < r->count; i++)
        buf_addf(r->out, "%s%c", r->names[i], i + 1 < r->count ? '\t' : '\n');
}

void table_add(struct table *r, const struct slice *cells)
{
    r->rows++;
    if (r->json)
        jsonw_object(&r->j, NULL);
    for (size_t i = 0; i < r->count; i++)
        if (r->json && (r->numbers >> i & 1))
            jsonw_raw(&r->j, r->names[i], cells[i].len > 0 ? cells[i] : SLICE("null"));
        else if (r->json)
            jsonw_str(&r->j, r->names[i], cells[i]);
        else
            buf_addf(r->out, "%.*s%c", SLICE_FMT(cells[i]), i + 1 < r->count ? '\t' : '\n');
    if (r->json)
        jsonw_object_end(&r->j);
}

void table_end(struct table *r)
{
    if (r->json)
        jsonw_array_end(&r->j);
    if (r->into)
        *r->into = r->j;
    else if (r->title && r->rows == 0)
        r->out->len = r->began;
    else if (r->json || r->title)
        buf_addc(r->out, '\n');
}
