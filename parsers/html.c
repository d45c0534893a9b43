/* SPDX-License-Identifier: ISC */
/* libxml2's HTML parser behind counting SAX handlers, and its XPath behind a budget. */
#include "parsers/html.h"

#include <libxml/HTMLparser.h>
#include <libxml/SAX2.h>
#include <libxml/xpath.h>
#include <libxml/xpathInternals.h>
#include <string.h>

#include "parsers/charset.h"
#include "parsers/html_scan.h"

#define TEXT_LONGEST 4096          /* bytes of a text an expression gives; what is behind is cut */
#define XPATH_STEPS 200000000UL    /* for all expressions over one page, as libxml2 counts them */
#define META_WITHIN 4096           /* bytes in which a page names its charset */
#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

struct html {
    struct arena *arena;
    xmlDocPtr doc;
    xmlXPathContextPtr xpath;
    struct path_link *paths;
};

struct path_link { /* to be freed with the page */
    xmlXPathCompExprPtr compiled;
    struct path_link *next;
};

/* ---- text before it is parsed ---- */

/* Bytes of the UTF-8 character that begins here; 0 when none does, or none that a text may have. */
static size_t character(const unsigned char *p, size_t left)
{
    static const struct {
        unsigned char mask, lead, bytes;
        unsigned least;
    } forms[] = {{0xe0, 0xc0, 2, 0x80}, {0xf0, 0xe0, 3, 0x800}, {0xf8, 0xf0, 4, 0x10000}};
    if (p[0] < 0x80)
        return p[0] >= ' ' || strchr("\t\n\f\r", p[0]) ? 1 : 0;
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        if ((p[0] & forms[i].mask) != forms[i].lead || left < forms[i].bytes)
            continue;
        unsigned c = p[0] & (unsigned char)~forms[i].mask;
        for (size_t k = 1; k < forms[i].bytes; k++) {
            if ((p[k] & 0xc0) != 0x80)
                return 0;
            c = c << 6 | (p[k] & 0x3f);
        }
        bool ok = c >= forms[i].least && c <= 0x10ffff && (c < 0xd800 || c > 0xdfff);
        return ok ? forms[i].bytes : 0;
    }
    return 0;
}

static size_t count_bad(struct slice s)
{
    size_t bad = 0;
    for (size_t i = 0, n; i < s.len; i += n ? n : 1) {
        n = character((const unsigned char *)s.ptr + i, s.len - i);
        bad += !n;
    }
    return bad;
}

/* What stands for a byte that is no UTF-8 by itself: Windows-1252's character, as browsers guess;
 * U+FFFD for a control character, which libxml2 would leave out, and "1\x01" is not 1. At most 3
 * bytes. */
static size_t stand_in(unsigned char bad, char *into)
{
    const char byte = (char)bad;
    struct slice in = {&byte, 1};
    char *end = into;
    size_t room = 3;
    if (bad < 0x80 || !charset_convert(charset_find(SLICE("windows-1252")), &in, &end, &room)) {
        memcpy(into, REPLACEMENT, sizeof REPLACEMENT - 1);
        return sizeof REPLACEMENT - 1;
    }
    return (size_t)(end - into);
}

/* libxml2 would read on in another charset from the first byte that is no UTF-8. */
static bool mend(struct slice *s, struct arena *a)
{
    size_t bad = count_bad(*s), to = 0;
    if (!bad)
        return true;
    char *out = arena_alloc(a, s->len + bad * (sizeof REPLACEMENT - 2));
    if (!out)
        return false;
    for (size_t i = 0, n; i < s->len; i += n ? n : 1) {
        n = character((const unsigned char *)s->ptr + i, s->len - i);
        memcpy(out + to, s->ptr + i, n);
        to += n ? n : stand_in((unsigned char)s->ptr[i], out + to);
    }
    *s = (struct slice){out, to};
    return true;
}

/* What stands behind "charset=" in this tag; empty when it has none. */
static struct slice charset_of_tag(struct slice tag)
{
    size_t at = slice_find_nocase(tag, SLICE("charset"));
    if (at == SIZE_MAX)
        return SLICE("");
    struct slice rest = slice_trim(slice_sub(tag, at + 7, tag.len));
    if (!slice_starts(rest, SLICE("=")))
        return SLICE("");
    rest = slice_trim(slice_sub(rest, 1, rest.len));
    while (rest.len && (*rest.ptr == '"' || *rest.ptr == '\''))
        rest = slice_sub(rest, 1, rest.len);
    size_t n = 0;
    while (n < rest.len && !strchr("\"'; \t\r\n/>", rest.ptr[n]))
        n++;
    return slice_sub(rest, 0, n);
}

static struct slice declared_charset(struct slice head)
{
    size_t at;
    while ((at = slice_find_nocase(head, SLICE("<meta"))) != SIZE_MAX) {
        head = slice_sub(head, at + 5, head.len);
        struct slice found = charset_of_tag(slice_sub(head, 0, slice_find(head, SLICE(">"))));
        if (slice_eq_nocase(found, SLICE("iso-8859-1")) || slice_eq_nocase(found, SLICE("latin1")))
            return SLICE("windows-1252"); /* what browsers take it for */
        if (found.len)
            return found;
    }
    return SLICE("");
}

/* ---- parsing ---- */

/* libxml2 prints some complaints to standard error whatever it was told; the sandbox has none. */
static void say_nothing(void *ctx, const char *fmt, ...)
{
    (void)ctx, (void)fmt;
}

struct build { /* reached by the parser's _private */
    size_t nodes;
    const char *over; /* which cap was passed */
};

static void stop(htmlParserCtxtPtr p, const char *over)
{
    struct build *b = p->_private;
    if (!b->over)
        b->over = over;
    xmlStopParser(p);
}

static void on_start(void *ctx, const xmlChar *name, const xmlChar **attrs)
{
    htmlParserCtxtPtr p = ctx;
    struct build *b = p->_private;
    size_t more = 1;
    for (size_t i = 0; attrs && attrs[i]; i += 2)
        more += 2; /* an attribute and the text in it */
    b->nodes += more;
    if (b->nodes > HTML_NODES_MAX)
        stop(p, "the page has more than 1000000 nodes");
    else if (p->nodeNr >= HTML_DEPTH_MAX)
        stop(p, "elements are nested deeper than 200");
    else
        xmlSAX2StartElement(ctx, name, attrs);
}

static void on_text(void *ctx, const xmlChar *s, int len)
{
    htmlParserCtxtPtr p = ctx;
    struct build *b = p->_private;
    xmlChar part[1000];
    if (++b->nodes > HTML_NODES_MAX) {
        stop(p, "the page has more than 1000000 nodes");
        return;
    }
    while (len > 0) {
        int n = 0;
        for (; n < len && n < (int)sizeof part; n++)
            part[n] = s[n];
        for (int i = 0; i + 1 < n; i++) {
            if (part[i] == 0xc2 && part[i + 1] == 0xa0) /* U+00A0 */
                part[i] = part[i + 1] = ' ';
        }
        if (n < len && part[n - 1] == 0xc2) /* its other half is in the next part */
            n--;
        xmlSAX2Characters(ctx, part, n);
        s += n;
        len -= n;
    }
}

/* Scripts, styles and comments are no text of the page. */
static void on_hidden(void *ctx, const xmlChar *s, int len)
{
    (void)ctx, (void)s, (void)len;
}

static bool parse(struct html *h, struct slice text, struct fault *f)
{
    struct build build = {0};
    htmlParserCtxtPtr p = htmlNewParserCtxt();
    if (!p)
        return fault_set(f, WIRE_LIMIT, "out of memory");
    xmlSetGenericErrorFunc(NULL, say_nothing);
    p->_private = &build;
    p->sax->startElement = on_start;
    p->sax->characters = on_text;
    p->sax->ignorableWhitespace = on_text;
    p->sax->cdataBlock = on_hidden;
    p->sax->comment = NULL;
    p->sax->processingInstruction = NULL;
    h->doc = htmlCtxtReadMemory(p, text.ptr, (int)text.len, NULL, "UTF-8",
                                HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING |
                                    HTML_PARSE_NONET | HTML_PARSE_COMPACT | HTML_PARSE_IGNORE_ENC);
    bool memory = p->errNo == XML_ERR_NO_MEMORY;
    int line = p->input ? p->input->line : 1;
    htmlFreeParserCtxt(p);
    if (build.over)
        return fault_set(f, WIRE_LIMIT, "line %d: %s", line, build.over);
    if (memory || !h->doc)
        return fault_set(f, WIRE_LIMIT, "out of memory");
    if (!xmlDocGetRootElement(h->doc))
        return fault_set(f, WIRE_SYNTAX, "line 1: no HTML: there is no element in it");
    h->xpath = xmlXPathNewContext(h->doc);
    if (!h->xpath)
        return fault_set(f, WIRE_LIMIT, "out of memory");
    h->xpath->opLimit = XPATH_STEPS;
    return true;
}

static bool read_text(struct slice text, struct arena *a, struct html **out, struct fault *f)
{
    struct html *h = arena_alloc(a, sizeof *h);
    if (!h || !mend(&text, a))
        return fault_set(f, WIRE_LIMIT, "out of memory");
    h->arena = a;
    if (!parse(h, text, f)) {
        html_free(h);
        return false;
    }
    *out = h;
    return true;
}

/* The title of a page that is refused before it is parsed. */
static struct slice raw_title(struct slice page)
{
    size_t from = slice_find_nocase(slice_sub(page, 0, META_WITHIN), SLICE("<title>"));
    if (from == SIZE_MAX)
        return SLICE("");
    page = slice_sub(page, from + 7, from + 7 + 200);
    return slice_trim(slice_sub(page, 0, slice_find(page, SLICE("<"))));
}

static bool check_shape(struct slice page, bool any_end, struct fault *f)
{
    struct html_shape shape;
    if (page.len > HTML_BYTES_MAX)
        return fault_set(f, WIRE_LIMIT, "the page is larger than 64 MiB");
    if (memchr(page.ptr, '\0', page.len))
        return fault_set(f, WIRE_SYNTAX,
                         "line 1: no HTML text: it holds NUL bytes; is charset = utf-16le meant?");
    if (!html_scan(page, &shape, f))
        return false;
    if (!shape.tags)
        return fault_set(f, WIRE_SYNTAX, "line 1: no HTML: there is no tag in it");
    if (any_end || shape.ended)
        return true;
    size_t lines = 1;
    for (size_t i = 0; i < page.len; i++)
        lines += page.ptr[i] == '\n';
    struct slice name = slice_sub(shape.first, 0, 40), title = raw_title(page);
    return fault_set(f, WIRE_TRUNCATED,
                     "line %zu: the page \"%.*s\" ends before the end of <%.*s>; \"last-line = "
                     "any\" takes pages without an end",
                     lines, SLICE_FMT(title), SLICE_FMT(name));
}

bool html_read(struct input *in, bool any_end, struct arena *a, struct html **out, struct fault *f)
{
    struct slice head, page;
    if (!input_is_text(in)) {
        if (!input_peek(in, META_WITHIN, &head, f) || !input_text(in, declared_charset(head), f))
            return false;
    }
    return input_all(in, &page, f) && check_shape(page, any_end, f) && read_text(page, a, out, f);
}

bool html_read_piece(struct slice text, struct arena *a, struct html **out, struct fault *f)
{
    return check_shape(text, true, f) && read_text(text, a, out, f);
}

void html_free(struct html *h)
{
    if (!h)
        return;
    for (struct path_link *l = h->paths; l; l = l->next)
        xmlXPathFreeCompExpr(l->compiled);
    xmlXPathFreeContext(h->xpath);
    xmlFreeDoc(h->doc);
}

long html_line(const struct _xmlNode *n)
{
    return xmlGetLineNo(n);
}

bool html_take(struct _xmlNode *n)
{
    bool first = !n->_private;
    n->_private = n;
    return first;
}

/* ---- XPath ---- */

struct html_path {
    struct path_link link;
    struct slice expression;
};

/* Errors are looked up in the context, and printed nowhere. */
static void on_error(void *ctx, xmlErrorPtr e)
{
    (void)ctx, (void)e;
}

struct html_path *html_path(struct html *h, struct slice expression, struct err *e)
{
    struct html_path *p = arena_alloc(h->arena, sizeof *p);
    struct slice copy = arena_copy(h->arena, expression);
    if (!p || !copy.ptr) {
        err_set(e, ERR_DENIED, "out of memory");
        return NULL;
    }
    h->xpath->error = on_error;
    xmlResetError(&h->xpath->lastError);
    p->expression = copy;
    p->link.compiled = xmlXPathCtxtCompile(h->xpath, (const xmlChar *)copy.ptr);
    if (!p->link.compiled) {
        int at = h->xpath->lastError.int1;
        struct slice rest = slice_sub(copy, at > 0 ? (size_t)at : 0, copy.len);
        err_set(e, ERR_DATA, "no XPath 1.0 expression%s%.*s%s", rest.len ? ": wrong at \"" : "",
                SLICE_FMT(slice_sub(rest, 0, 40)), rest.len ? "\"" : ": it is cut short");
        return NULL;
    }
    p->link.next = h->paths;
    h->paths = &p->link;
    return p;
}

static bool report(const struct html *h, const struct html_path *p, struct fault *f)
{
    /* libxml2 numbers XPath's errors twice */
    int code = h->xpath->lastError.code - (XML_XPATH_EXPRESSION_OK - XPATH_EXPRESSION_OK);
    struct slice shown = slice_sub(p->expression, 0, 100);
    if (code == XPATH_OP_LIMIT_EXCEEDED || code == XPATH_RECURSION_LIMIT_EXCEEDED ||
        code == XPATH_MEMORY_ERROR || h->xpath->lastError.code == XML_ERR_NO_MEMORY)
        return fault_set(f, WIRE_LIMIT, "the page makes \"%.*s\" cost too much", SLICE_FMT(shown));
    return fault_set(f, WIRE_SCHEMA, "\"%.*s\" cannot be evaluated: %s", SLICE_FMT(shown),
                     code == XPATH_UNDEF_VARIABLE_ERROR ? "it names an unknown variable"
                     : code == XPATH_UNKNOWN_FUNC_ERROR ? "it names an unknown function"
                                                        : "its parts do not fit together");
}

static xmlXPathObjectPtr evaluate(struct html *h, struct html_path *p, struct _xmlNode *at,
                                  struct fault *f)
{
    h->xpath->node = at ? at : (xmlNodePtr)h->doc;
    xmlResetError(&h->xpath->lastError);
    xmlXPathObjectPtr o = xmlXPathCompiledEval(p->link.compiled, h->xpath);
    if (o && !h->xpath->lastError.code)
        return o;
    xmlXPathFreeObject(o);
    report(h, p, f);
    return NULL;
}

bool html_nodes(struct html *h, struct html_path *p, struct _xmlNode *at, struct _xmlNode ***list,
                size_t *n, struct fault *f)
{
    xmlXPathObjectPtr o = evaluate(h, p, at, f);
    bool ok = o != NULL;
    *list = NULL;
    *n = 0;
    if (ok && o->type != XPATH_NODESET)
        ok = fault_set(f, WIRE_SCHEMA, "\"%.*s\" gives no nodes but a value",
                       SLICE_FMT(slice_sub(p->expression, 0, 100)));
    if (ok && o->nodesetval && o->nodesetval->nodeNr > 0) {
        xmlXPathNodeSetSort(o->nodesetval);
        *n = (size_t)o->nodesetval->nodeNr;
        *list = arena_array(h->arena, *n, sizeof **list);
        if (*list)
            memcpy(*list, o->nodesetval->nodeTab, *n * sizeof **list);
        else
            ok = fault_set(f, WIRE_LIMIT, "out of memory");
    }
    xmlXPathFreeObject(o);
    return ok;
}

/* White space folded and trimmed. */
static struct slice folded(struct arena *a, struct slice s)
{
    char *out = arena_alloc(a, s.len + 1);
    size_t n = 0;
    if (!out)
        return (struct slice){NULL, 0};
    for (size_t i = 0; i < s.len; i++) {
        bool blank = strchr(" \t\n\r\f\v", s.ptr[i]) != NULL;
        if (!blank)
            out[n++] = s.ptr[i];
        else if (n && out[n - 1] != ' ')
            out[n++] = ' ';
    }
    return (struct slice){out, n && out[n - 1] == ' ' ? n - 1 : n};
}

bool html_text(struct html *h, struct html_path *p, struct _xmlNode *at, struct slice *out,
               struct fault *f)
{
    xmlXPathObjectPtr o = evaluate(h, p, at, f);
    if (!o)
        return false;
    *out = (struct slice){NULL, 0};
    if (o->type == XPATH_NODESET && (!o->nodesetval || o->nodesetval->nodeNr == 0)) {
        xmlXPathFreeObject(o);
        return true;
    }
    xmlChar *s;
    if (o->type == XPATH_NODESET) {
        xmlXPathNodeSetSort(o->nodesetval);
        s = xmlXPathCastNodeToString(o->nodesetval->nodeTab[0]);
    } else {
        s = xmlXPathCastToString(o);
    }
    if (s) {
        struct slice text = slice_of((const char *)s);
        *out = folded(h->arena, slice_sub(text, 0, TEXT_LONGEST));
    }
    xmlFree(s);
    xmlXPathFreeObject(o);
    return out->ptr || fault_set(f, WIRE_LIMIT, "out of memory");
}

bool html_holds(struct html *h, struct html_path *p, struct _xmlNode *at, bool *out,
                struct fault *f)
{
    xmlXPathObjectPtr o = evaluate(h, p, at, f);
    if (!o)
        return false;
    *out = xmlXPathCastToBoolean(o);
    xmlXPathFreeObject(o);
    return true;
}

bool html_set_contest(struct html *h, struct _xmlNode *n)
{
    xmlXPathObjectPtr set = xmlXPathNewNodeSet(n);
    if (set && xmlXPathRegisterVariable(h->xpath, (const xmlChar *)"contest", set) == 0)
        return true;
    xmlXPathFreeObject(set);
    return false;
}

struct slice html_title(struct html *h)
{
    static const char *const paths[] = {"//title", "//h1", "//h2", "//h3"};
    struct fault f = {0};
    struct err e;
    struct slice text = {NULL, 0};
    for (size_t i = 0; i < sizeof paths / sizeof paths[0] && !text.len; i++) {
        struct html_path *p = html_path(h, slice_of(paths[i]), &e);
        if (!p || !html_text(h, p, NULL, &text, &f))
            return SLICE("");
    }
    return slice_sub(text, 0, 200);
}
