/* SPDX-License-Identifier: ISC */
/* Reports that a county shows as a web page: the text of its <pre> elements, one behind the other.
 */
#include <string.h>

#include "parsers/column.h"
#include "parsers/drivers/ess_el45a.h"
#include "parsers/field.h"
#include "parsers/html_scan.h"

struct text { /* being made: it is never longer than the page */
    char *at;
    size_t len;
};

static void put(struct text *t, struct slice s)
{
    if (s.len > 0)
        memcpy(t->at + t->len, s.ptr, s.len);
    t->len += s.len;
}

/* What stands between text and text: only its lines count. */
static void put_lines(struct text *t, struct slice s, long *lines)
{
    for (size_t i = 0; i < s.len; i++) {
        *lines += s.ptr[i] == '\n';
        if (s.ptr[i] == '\n' && t->len > 0)
            put(t, SLICE("\n"));
    }
}

/* "<b>", "</font>", "<!--": a "<" before anything else is text. */
static bool is_tag(struct slice s)
{
    char c = s.len > 1 ? s.ptr[1] : ' ';
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '/' || c == '!';
}

/* A character of the text, or the tag or entity that begins here: how many bytes it takes. */
static size_t put_one(struct text *t, struct slice s)
{
    char c[4];
    size_t len, took = s.ptr[0] == '&' ? column_entity(s, c, &len) : 0;
    size_t end = s.ptr[0] == '<' && is_tag(s) ? slice_find(s, SLICE(">")) : SIZE_MAX;
    if (end != SIZE_MAX)
        return end + 1;
    struct slice one = took > 0 ? (struct slice){c, len} : slice_sub(s, 0, 1);
    put(t, slice_is(one, "\xc2\xa0") ? SLICE(" ") : one);
    return took > 0 ? took : 1;
}

/* One <pre> and what stands before it, cut off *rest; false at the last. */
static bool next_block(struct text *t, struct slice *rest, struct slice *block, long *lines)
{
    size_t at = slice_find_nocase(*rest, SLICE("<pre"));
    size_t open =
        at == SIZE_MAX ? SIZE_MAX : slice_find(slice_sub(*rest, at, rest->len), SLICE(">"));
    if (open == SIZE_MAX)
        return false;
    long before = 0;
    put_lines(t, slice_sub(*rest, 0, at + open + 1), &before);
    *lines += t->len > 0 ? 0 : before;
    *block = *rest = slice_sub(*rest, at + open + 1, rest->len);
    return true;
}

/* An error page, a waiting room. */
static bool refuse_page(struct job *j, struct slice page, struct fault *f)
{
    size_t at = slice_find_nocase(page, SLICE("<title"));
    struct slice title = slice_sub(page, at, page.len);
    title = slice_sub(title, slice_find(title, SLICE(">")), slice_find_nocase(title, SLICE("</")));
    return fault_set(f, WIRE_BLOCKED,
                     "line 1, column 1: a web page without a <pre> that holds the report: %.*s",
                     SLICE_FMT(field_excerpt(j->arena, slice_sub(title, 1, title.len))));
}

bool ess_html_text(struct job *j, struct slice *all, long *lines, struct fault *f)
{
    struct slice rest = *all, block;
    struct text t = {NULL, 0};
    struct html_shape shape;
    *lines = 0;
    if (!slice_starts(slice_trim(rest), SLICE("<")))
        return true;
    if (slice_find_nocase(rest, SLICE("<pre")) == SIZE_MAX)
        return refuse_page(j, rest, f);
    if (!html_scan(rest, &shape, f))
        return false;
    if (!shape.ended)
        return fault_set(f, WIRE_TRUNCATED, "the page ends before </%.*s>: it is cut",
                         SLICE_FMT(shape.first));
    t.at = arena_room(j->arena, all->len + 1);
    if (t.at == NULL)
        return fault_set(f, WIRE_LIMIT, "no memory for the page's text");
    while (next_block(&t, &rest, &block, lines)) {
        size_t end = slice_find_nocase(block, SLICE("</pre"));
        if (end == SIZE_MAX)
            return fault_set(f, WIRE_TRUNCATED, "the page has a <pre> without its end");
        for (size_t i = 0; i < end;)
            i += put_one(&t, slice_sub(block, i, end));
        rest = slice_sub(block, end, block.len);
        if (t.len > 0 && t.at[t.len - 1] != '\n')
            put(&t, SLICE("\n"));
    }
    *all = (struct slice){t.at, t.len};
    return true;
}
