/* SPDX-License-Identifier: ISC */
/* Titles by status, and evhttp's own pages known by their ends. */
#include "daemon/edge/http_problem.h"

#include <event2/buffer.h>

#include "daemon/base/jsonw.h"
#include "daemon/base/num.h"

#define PAGE_MAX 2048 /* of evhttp's own: its head and some hundred bytes */

const char *http_problem_title(int status)
{
    static const struct {
        int status;
        const char *title;
    } titles[] = {
        {400, "Bad Request"},           {404, "Not Found"},          {405, "Method Not Allowed"},
        {413, "Content Too Large"},     {417, "Expectation Failed"}, {421, "Misdirected Request"},
        {500, "Internal Server Error"}, {501, "Not Implemented"},    {503, "Service Unavailable"}};
    for (size_t i = 0; i < sizeof titles / sizeof titles[0]; i++)
        if (titles[i].status == status)
            return titles[i].title;
    return "Error";
}

void http_problem_write(int status, struct slice detail, struct buf *out)
{
    struct jsonw j;
    jsonw_init(&j, out);
    jsonw_object(&j, NULL);
    jsonw_strz(&j, "type", "about:blank");
    jsonw_strz(&j, "title", http_problem_title(status));
    jsonw_int(&j, "status", status);
    jsonw_str(&j, "detail", detail);
    jsonw_object_end(&j);
}

const char *http_problem_detail(int status)
{
    if (status == 413)
        return "a request has no body here; send GET or HEAD alone";
    if (status == 400)
        return "the request cannot be read: its address and headers may have 16384 bytes, and are "
               "those of HTTP/1.1";
    return "this server answers GET and HEAD by HTTP/1.1";
}

/* The status of evhttp's own page; 0: it is none, or not whole. */
static int64_t status_of_page(struct slice text)
{
    int64_t status = 0;
    size_t at = slice_find(text, SLICE(" "));
    bool page = slice_starts(text, SLICE("HTTP/1.")) && slice_ends(text, SLICE("</HTML>\n")) &&
                slice_find(text, SLICE("<HTML><HEAD>\n<TITLE>")) != SIZE_MAX;
    if (!page || !num_parse(slice_sub(text, at + 1, at + 4), 400, 599, &status))
        return 0;
    return status;
}

static void replace(struct evbuffer *output)
{
    char text[PAGE_MAX], room[PAGE_MAX];
    struct buf body;
    ev_ssize_t n = evbuffer_copyout(output, text, sizeof text);
    int64_t status = n > 0 ? status_of_page((struct slice){text, (size_t)n}) : 0;
    if (status == 0)
        return;
    buf_init_over(&body, room, sizeof room);
    http_problem_write((int)status, slice_of(http_problem_detail((int)status)), &body);
    evbuffer_drain(output, (size_t)n);
    evbuffer_add_printf(output,
                        "HTTP/1.1 %d %s\r\nContent-Type: application/problem+json\r\n"
                        "Content-Length: %zu\r\nCache-Control: no-store\r\n"
                        "X-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n",
                        (int)status, http_problem_title((int)status), body.len);
    evbuffer_add(output, body.ptr, body.len);
}

void http_problem_replace(struct evbuffer *output)
{
    if (evbuffer_get_length(output) >= PAGE_MAX)
        return;
    evbuffer_unfreeze(output, 1); /* only its connection looks at its front, else */
    replace(output);
    evbuffer_freeze(output, 1);
}
