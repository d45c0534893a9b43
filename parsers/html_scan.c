/* SPDX-License-Identifier: ISC */
/* Tags, comments and the raw text of scripts, told apart as browsers do; nothing else is looked at.
 */
#include "parsers/html_scan.h"

#include <string.h>

struct scan {
    struct slice page, first;
    size_t at;           /* behind what was read */
    size_t opened;       /* of `first`, not closed */
    bool tags, root;     /* root: `first` is <html> */
    bool closed, broken; /* closed: the last tag was the end of `first`; broken: the page stops
                            within a tag or comment */
};

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

static bool one_of(struct slice name, const char *const *table)
{
    for (; *table; table++) {
        if (slice_eq_nocase(name, slice_of(*table)))
            return true;
    }
    return false;
}

static char byte(const struct scan *s, size_t at)
{
    return at < s->page.len ? s->page.ptr[at] : '\0';
}

/* The offset behind the next `end`; the page's length when there is none, and then it is broken. */
static size_t behind(struct scan *s, size_t from, struct slice end)
{
    const char *p = memmem(s->page.ptr + from, s->page.len - from, end.ptr, end.len);
    if (p)
        return (size_t)(p - s->page.ptr) + end.len;
    s->broken = true;
    return s->page.len;
}

static struct slice name_at(const struct scan *s, size_t from)
{
    size_t to = from;
    while (to < s->page.len && !is_blank(s->page.ptr[to]) && s->page.ptr[to] != '>' &&
           s->page.ptr[to] != '/')
        to++;
    return slice_sub(s->page, from, to);
}

/* Past an attribute's value: quotes count only directly behind its "=". */
static size_t skip_value(struct scan *s, size_t at)
{
    while (is_blank(byte(s, at)))
        at++;
    char quote = byte(s, at);
    if (quote == '"' || quote == '\'')
        return behind(s, at + 1, (struct slice){&s->page.ptr[at], 1});
    while (at < s->page.len && !is_blank(s->page.ptr[at]) && s->page.ptr[at] != '>')
        at++;
    return at;
}

/* From behind a start tag's name to behind its ">": the number of attributes on the way. */
static size_t skip_attributes(struct scan *s)
{
    size_t n = 0, at = s->at;
    while (at < s->page.len && s->page.ptr[at] != '>') {
        if (is_blank(s->page.ptr[at]) || s->page.ptr[at] == '/') {
            at++;
            continue;
        }
        n++;
        while (at < s->page.len && !strchr("= \t\n\r\f/>", s->page.ptr[at]))
            at++;
        while (is_blank(byte(s, at)))
            at++;
        if (byte(s, at) == '=')
            at = skip_value(s, at + 1);
    }
    s->broken = s->broken || at >= s->page.len;
    s->at = at < s->page.len ? at + 1 : at;
    return n;
}

/* To the end tag of an element that holds no tags. */
static void skip_raw(struct scan *s, struct slice name)
{
    while (s->at < s->page.len) {
        size_t at = s->at = behind(s, s->at, SLICE("</"));
        if (slice_eq_nocase(slice_sub(s->page, at, at + name.len), name)) {
            s->at = behind(s, at, SLICE(">"));
            return;
        }
    }
}

static bool start_tag(struct scan *s, struct fault *f)
{
    /* none of these holds the page */
    static const char *const aside[] = {"meta",  "link",   "base",  "br",    "hr",   "img",
                                        "input", "script", "style", "title", "head", NULL};
    static const char *const raw[] = {"script", "style", "title", "textarea", NULL};
    struct slice name = name_at(s, s->at + 1);
    size_t tag = s->at;
    s->tags = true;
    s->closed = false;
    s->at += 1 + name.len;
    if (skip_attributes(s) > HTML_ATTRIBUTES_MAX) {
        size_t line = 1;
        for (size_t i = 0; i < tag; i++)
            line += s->page.ptr[i] == '\n';
        return fault_set(f, WIRE_LIMIT, "line %zu: a tag has more than %d attributes", line,
                         HTML_ATTRIBUTES_MAX);
    }
    bool root = slice_eq_nocase(name, SLICE("html"));
    if ((root && !s->root) || (!s->first.len && !one_of(name, aside))) {
        s->first = name;
        s->root = root;
        s->opened = 0;
    }
    if (slice_eq_nocase(name, s->first))
        s->opened++;
    if (one_of(name, raw))
        skip_raw(s, name);
    return true;
}

static void end_tag(struct scan *s)
{
    struct slice name = name_at(s, s->at + 2);
    s->tags = true;
    s->at = behind(s, s->at + 2, SLICE(">"));
    s->closed = slice_eq_nocase(name, s->first) && s->page.ptr[s->at - 1] == '>';
    if (s->closed && s->opened)
        s->opened--;
}

bool html_scan(struct slice page, struct html_shape *out, struct fault *f)
{
    struct scan s = {.page = page};
    while (s.at < page.len) {
        const char *p = memchr(page.ptr + s.at, '<', page.len - s.at);
        if (!p)
            break;
        s.at = (size_t)(p - page.ptr);
        char next = byte(&s, s.at + 1);
        if (is_letter(next)) {
            if (!start_tag(&s, f))
                return false;
        } else if (next == '/' && is_letter(byte(&s, s.at + 2))) {
            end_tag(&s);
        } else if (slice_starts(slice_sub(page, s.at, page.len), SLICE("<!--"))) {
            s.at = behind(&s, s.at + 4, SLICE("-->"));
        } else if (next == '!' || next == '?') {
            s.at = behind(&s, s.at, SLICE(">"));
        } else {
            s.at++;
        }
    }
    *out = (struct html_shape){.tags = s.tags, .first = s.first};
    out->ended = s.first.len && !s.opened && (s.root || (s.closed && !s.broken));
    return true;
}
