/* SPDX-License-Identifier: ISC */
/* SAX2 over libxml2, which only ever sees UTF-8: charsets are the input's business. It pulls bytes
 * as they arrive: pushed, it would look for the end of each token before it reads it. */
#include "parsers/xml.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libxml/SAX2.h>
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/xmlerror.h>

#define XML_ATTRIBUTES_MAX 256 /* of an element; as many declare namespaces */

#define LEAST 1024      /* bytes of one answer, where more are to come */
#define MARGIN_MAX 1024 /* bytes looked at for where the document begins, and for its charset */
#define MANY 12         /* 5 slots an attribute, and twice as many when room is made */
#define NAMES 256       /* remembered, half of that; a power of two */
#define XML_TEXT_MAX ((size_t)16 << 20)

struct known { /* what a name is to the handler */
    const xmlChar *name;
    const void *element;
    const void *at_end; /* the same; NULL: nothing is told then */
};

struct xml {
    xmlParserCtxtPtr parser;
    struct xml_handler handler;
    void *ctx;
    struct fault *fault;
    struct input *in;
    bool stopped;           /* for libxml2 no bytes follow then */
    bool telling;           /* text is told */
    bool leaf;              /* no element ended in the one that is open */
    struct xml_attrs attrs; /* of the last element begun; its depth is the depth now */
    char *text;             /* since the last tag */
    size_t text_len, text_room;
    const void *open[XML_DEPTH_MAX + 1]; /* what is told at their ends, by depth */
    struct known names[NAMES], other;
    size_t name_count; /* 0: not even the root element was begun */
};

__attribute__((format(printf, 3, 4))) static void refuse(struct xml *x, enum wire_failure kind,
                                                         const char *fmt, ...)
{
    char what[200];
    va_list ap;
    if (x->stopped)
        return;
    va_start(ap, fmt);
    vsnprintf(what, sizeof what, fmt, ap);
    va_end(ap);
    fault_set(x->fault, kind, "line %d, column %d: %s", x->parser->input->line,
              x->parser->input->col, what);
    x->stopped = true;
}

static void refuse_attributes(struct xml *x)
{
    refuse(x, WIRE_LIMIT, "an element has more than 256 attributes");
}

/* libxml2 keeps each name once, so that it is known by where it lies. */
static inline struct known *place_of(struct xml *x, const xmlChar *name)
{
    return &x->names[((uintptr_t)name ^ (uintptr_t)name >> 8) % NAMES];
}

/* ... where another name lies in its place. */
static const struct known *look_up(struct xml *x, const xmlChar *name)
{
    struct known *k = place_of(x, name);
    while (k->name != NULL && k->name != name)
        k = k == &x->names[NAMES - 1] ? x->names : k + 1;
    if (k->name == name)
        return k;
    if (x->name_count++ >= NAMES / 2)
        k = &x->other;
    bool ends = true;
    k->name = name;
    k->element = x->handler.element(slice_of((const char *)name), x->ctx, &ends);
    k->at_end = ends ? k->element : NULL;
    return k;
}

static void on_text(void *ctx, const xmlChar *s, int len);

static void tell_text(struct xml *x, bool wanted)
{
    xmlSAXHandler *sax = x->parser->sax;
    x->telling = wanted;
    sax->characters = sax->ignorableWhitespace = sax->cdataBlock = wanted ? on_text : NULL;
}

/* An element begins that is within the limits. */
static inline void meet(struct xml *x, int count, const xmlChar **attrs)
{
    x->attrs = (struct xml_attrs){attrs, x->parser->input->line, count, x->attrs.depth + 1, false};
    x->text_len = 0;
    x->leaf = true;
}

static inline void begin(struct xml *x, const struct known *k)
{
    x->open[x->attrs.depth] = k->at_end;
    if (k->element != NULL && !x->handler.start(k->element, &x->attrs, x->ctx, x->fault))
        x->stopped = true;
    if (x->attrs.text && !x->telling)
        tell_text(x, true);
}

/* A name that is not known, as the root's is; or the limits are passed. */
__attribute__((noinline)) static void on_other(struct xml *x, const xmlChar *name, int namespaces,
                                               int count, const xmlChar **attrs)
{
    if (x->attrs.depth == XML_DEPTH_MAX) {
        refuse(x, WIRE_LIMIT, "elements are nested deeper than 64");
        return;
    }
    if (count > XML_ATTRIBUTES_MAX || namespaces > XML_ATTRIBUTES_MAX) {
        refuse_attributes(x);
        return;
    }
    const struct known *known = look_up(x, name);
    meet(x, count, attrs);
    if (x->attrs.depth == 1 &&
        !x->handler.root(slice_of((const char *)name), &x->attrs, x->ctx, x->fault))
        x->stopped = true;
    else
        begin(x, known);
}

static void on_start(void *ctx, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri,
                     int namespaces, const xmlChar **nsv, int count, int defaulted,
                     const xmlChar **attrs)
{
    struct xml *x = ctx;
    const xmlChar *next = x->parser->input->cur;
    const struct known *known = place_of(x, name);
    (void)prefix, (void)uri, (void)nsv, (void)defaulted;
    /* libxml2 also hands over the part of a start tag that is there when the payload ends in it */
    if (x->stopped || (*next != '>' && *next != '/'))
        return;
    if (known->name != name || x->attrs.depth == XML_DEPTH_MAX ||
        (namespaces | count) > XML_ATTRIBUTES_MAX) {
        on_other(x, name, namespaces, count, attrs);
        return;
    }
    meet(x, count, attrs);
    begin(x, known);
}

static void on_end(void *ctx, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
    struct xml *x = ctx;
    (void)name, (void)prefix, (void)uri;
    if (x->stopped)
        return;
    const void *element = x->open[x->attrs.depth--];
    struct slice text = {x->text, x->leaf ? x->text_len : 0};
    x->leaf = false;
    x->text_len = 0;
    if (element != NULL && !x->handler.end(element, text, x->ctx, x->fault))
        x->stopped = true;
}

static bool make_room(struct xml *x, size_t more)
{
    size_t room = 2 * x->text_room + more + 256;
    char *text = x->text_len + more <= XML_TEXT_MAX ? realloc(x->text, room) : NULL;
    if (text == NULL) {
        refuse(x, WIRE_LIMIT, "a text is larger than memory allows, or than 16 MB");
        return false;
    }
    x->text = text;
    x->text_room = room;
    return true;
}

/* Short texts lie in the parser's buffer and have more behind them: sixteen bytes are copied sooner
 * than it is told how many there are. */
static inline void copy(struct xml *x, char *to, const char *s, size_t n)
{
    const xmlParserInput *in = x->parser->input;
    uintptr_t at = (uintptr_t)s;
    if (n <= 16 && at >= (uintptr_t)in->base && at + 16 <= (uintptr_t)in->end)
        memcpy(to, s, 16);
    else
        memcpy(to, s, n);
}

static void on_text(void *ctx, const xmlChar *s, int len)
{
    struct xml *x = ctx;
    size_t n = (size_t)len, room = n + 16;
    if (x->stopped)
        return;
    if (!x->attrs.text || !x->leaf) { /* white space: no more of it until some text is wanted */
        tell_text(x, false);
        return;
    }
    if (room > x->text_room - x->text_len && !make_room(x, room))
        return;
    copy(x, x->text + x->text_len, (const char *)s, n);
    x->text_len += n;
}

static void on_entity(void *ctx, const xmlChar *name, int type, const xmlChar *public_id,
                      const xmlChar *system_id, xmlChar *content)
{
    (void)name, (void)type, (void)public_id, (void)system_id, (void)content;
    refuse(ctx, WIRE_SYNTAX, "an entity declaration: no feed needs one");
}

static void on_unparsed(void *ctx, const xmlChar *name, const xmlChar *public_id,
                        const xmlChar *system_id, const xmlChar *notation)
{
    (void)name, (void)public_id, (void)system_id, (void)notation;
    refuse(ctx, WIRE_SYNTAX, "an entity declaration: no feed needs one");
}

static void on_attlist(void *ctx, const xmlChar *element, const xmlChar *name, int type, int def,
                       const xmlChar *value, xmlEnumerationPtr tree)
{
    (void)element, (void)name, (void)type, (void)def, (void)value;
    xmlFreeEnumeration(tree);
    refuse(ctx, WIRE_SYNTAX, "an attribute declaration: no feed needs one");
}

static void on_reference(void *ctx, const xmlChar *name)
{
    (void)name;
    refuse(ctx, WIRE_SYNTAX, "an entity that is not one of XML's five");
}

/* Whether nothing came behind what could not be read, and the payload may have gone on well. */
static bool is_end(struct xml *x, const xmlError *e)
{
    const xmlParserInput *at = x->parser->input;
    size_t left = (size_t)(at->end - at->cur);
    struct slice more;
    struct fault f;
    if (left > 0 && (e->code == XML_ERR_DOCUMENT_EMPTY || memchr(at->cur, '>', left)))
        return false;
    return input_peek(x->in, 1, &more, &f) && more.len == 0;
}

/* What libxml2 finds wrong; further errors follow from the first. */
static void on_error(void *ctx, xmlErrorPtr e)
{
    struct xml *x = ctx;
    struct slice all = slice_of(e->message ? e->message : "not XML"), why;
    if (x->stopped || e->level != XML_ERR_FATAL)
        return;
    if (!slice_next(&all, '\n', &why)) /* its further lines show bytes */
        why = SLICE("not XML");
    if (e->code == XML_ERR_NO_MEMORY)
        refuse(x, WIRE_LIMIT, "out of memory");
    else if (x->name_count > 0 && x->attrs.depth == 0)
        refuse(x, WIRE_SYNTAX, "something follows the last element");
    else if (is_end(x, e))
        refuse(x, WIRE_TRUNCATED,
               x->name_count > 0 ? "the payload ends before its last element does"
                                 : "the payload ends before its first element");
    else
        refuse(x, WIRE_SYNTAX, "%.*s", SLICE_FMT(slice_trim(why)));
}

/* Not all that was asked for, or what has arrived would be left to do when the last byte has. But
 * in places libxml2 takes the end of a few bytes, as they may well arrive, for the end of the
 * document.
 */
static bool read_some(struct xml *x, char *into, size_t room, size_t *got)
{
    size_t n;
    *got = 0;
    do {
        if (!input_read(x->in, into + *got, room - *got, &n, x->fault))
            return false;
        *got += n;
    } while (n > 0 && *got < room && *got < LEAST);
    return true;
}

/* What arrives, a few kilobytes each. libxml2 compares all attributes of an element with each
 * other: that must stay a moment's work. */
static int on_read(void *ctx, char *into, int room)
{
    struct xml *x = ctx;
    const xmlParserCtxt *p = x->parser;
    size_t got = 0;
    if (p && (p->maxatts > MANY * XML_ATTRIBUTES_MAX || p->nsNr > MANY * XML_ATTRIBUTES_MAX))
        refuse_attributes(x);
    else if (!x->stopped && !read_some(x, into, (size_t)room, &got))
        x->stopped = true;
    return x->stopped ? -1 : (int)got;
}

static xmlParserCtxtPtr parser_new(struct xml *x)
{
    xmlSAXHandler sax = {
        .initialized = XML_SAX2_MAGIC,
        .startElementNs = on_start,
        .endElementNs = on_end,
        .entityDecl = on_entity,
        .unparsedEntityDecl = on_unparsed,
        .attributeDecl = on_attlist,
        .reference = on_reference,
        .serror = on_error,
    };
    xmlParserCtxtPtr p = xmlCreateIOParserCtxt(&sax, x, on_read, NULL, x, XML_CHAR_ENCODING_UTF8);
    if (!p)
        return NULL;
    /* NOENT only turns "&amp;" in attributes into "&": other entities cannot be declared. */
    xmlCtxtUseOptions(p, XML_PARSE_NOENT | XML_PARSE_NONET | XML_PARSE_IGNORE_ENC |
                             XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
    p->encoding = xmlStrdup(BAD_CAST "UTF-8"); /* else it guesses */
    return p;
}

struct slice xml_content(struct slice head)
{
    static const struct slice bom = SLICE_INIT("\xef\xbb\xbf"), blanks = SLICE_INIT(" \t\r\n");
    for (;;) {
        size_t n = 0;
        while (n < head.len && memchr(blanks.ptr, head.ptr[n], blanks.len) != NULL)
            n++;
        if (n == 0 && !slice_starts(head, bom))
            return head;
        head = slice_sub(head, n > 0 ? n : bom.len, head.len);
    }
}

/* What some servers put before the declaration, where libxml2 refuses it. *lines: how many. */
static bool skip_margin(struct input *in, int *lines, struct fault *f)
{
    struct slice head, run;
    if (!input_peek(in, MARGIN_MAX, &head, f))
        return false;
    for (size_t left = head.len - xml_content(head).len; left > 0; left -= run.len) {
        if (!input_next(in, left, &run, f))
            return false;
        for (size_t i = 0; i < run.len; i++)
            *lines += run.ptr[i] == '\n';
    }
    return true;
}

/* The charset the declaration names, or empty. XML without one is UTF-8 or has a BOM. */
static struct slice declared_charset(struct slice head)
{
    struct slice none = {NULL, 0};
    head = xml_content(head);
    if (!slice_starts(head, SLICE("<?xml")))
        return none;
    head = slice_sub(head, 0, slice_find(head, SLICE("?>")));
    size_t at = slice_find(head, SLICE("encoding"));
    if (at == SIZE_MAX)
        return none;
    struct slice rest = slice_sub(head, at + 8, head.len);
    while (rest.len && strchr(" \t\r\n=", *rest.ptr))
        rest = slice_sub(rest, 1, rest.len);
    if (!rest.len || (*rest.ptr != '"' && *rest.ptr != '\''))
        return none;
    char quote = *rest.ptr;
    struct slice name;
    rest = slice_sub(rest, 1, rest.len);
    return slice_next(&rest, quote, &name) ? name : none;
}

bool xml_parse(struct input *in, const struct xml_handler *h, void *ctx, struct fault *f)
{
    struct xml x = {.handler = *h, .ctx = ctx, .in = in, .fault = f};
    struct slice head, charset;
    int lines = 0;
    if (!input_is_text(in)) {
        if (!input_peek(in, MARGIN_MAX, &head, f))
            return false;
        charset = declared_charset(head);
        if (!input_text(in, charset, f))
            return false;
    }
    if (!skip_margin(in, &lines, f))
        return false;
    if (!(x.parser = parser_new(&x)))
        return fault_set(f, WIRE_LIMIT, "out of memory");
    x.parser->input->line += lines;
    xmlParseDocument(x.parser);
    if (x.parser->myDoc)
        xmlFreeDoc(x.parser->myDoc);
    x.parser->myDoc = NULL;
    xmlFreeParserCtxt(x.parser);
    free(x.text);
    return !x.stopped;
}
