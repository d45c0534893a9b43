/* SPDX-License-Identifier: ISC */
/* SAX2 over libxml2's push parser, which only ever sees UTF-8: charsets are the input's business.
 */
#include "parsers/xml.h"

#include <string.h>

#include <libxml/SAX2.h>
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/xmlerror.h>

#define XML_CHUNK 16384
#define XML_ATTRIBUTES_MAX 256
/* The longest tag, comment or instruction: libxml2 compares all attributes of a tag with each
 * other, and that must stay a moment's work. */
#define XML_TOKEN_MAX 65536
/* The longest CDATA section: libxml2 looks for its end anew in all that has come, chunk by chunk.
 */
#define XML_CDATA_MAX (4 << 20)

struct xml {
    xmlParserCtxtPtr parser;
    const struct xml_handler *handler;
    void *ctx;
    struct fault *fault;
    struct slice name; /* the last one met */
    struct xml_attrs attrs;
    int depth;
    bool rooted; /* the root element was begun */
    bool ending; /* all bytes were handed over */
    bool stopped;
};

static void stop(struct xml *x)
{
    x->stopped = true;
    xmlStopParser(x->parser);
}

static void refuse(struct xml *x, enum wire_failure kind, const char *what)
{
    if (x->stopped)
        return;
    fault_set(x->fault, kind, "line %d, column %d: %s", x->parser->input->line,
              x->parser->input->col, what);
    stop(x);
}

/* libxml2 keeps each name once, so that the last one's length serves again and again. */
static inline struct slice name_of(struct xml *x, const xmlChar *name)
{
    if ((const char *)name != x->name.ptr)
        x->name = slice_of((const char *)name);
    return x->name;
}

static void on_start(void *ctx, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri,
                     int namespaces, const xmlChar **nsv, int count, int defaulted,
                     const xmlChar **attrs)
{
    struct xml *x = ctx;
    (void)prefix, (void)uri, (void)namespaces, (void)nsv, (void)defaulted;
    if (x->stopped)
        return;
    /* libxml2 also hands over the part of a start tag that is there when the payload ends in it */
    if (x->ending && *x->parser->input->cur != '>' && *x->parser->input->cur != '/')
        return;
    x->rooted = true;
    if (++x->depth > XML_DEPTH_MAX) {
        refuse(x, WIRE_LIMIT, "elements are nested deeper than 64");
        return;
    }
    if (count > XML_ATTRIBUTES_MAX) {
        refuse(x, WIRE_LIMIT, "an element has more than 256 attributes");
        return;
    }
    x->attrs = (struct xml_attrs){attrs, count, x->parser->input->line, x};
    if (x->handler->start && !x->handler->start(name_of(x, name), &x->attrs, x->ctx, x->fault))
        stop(x);
}

static void on_end(void *ctx, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
    struct xml *x = ctx;
    (void)prefix, (void)uri;
    if (x->stopped)
        return;
    x->depth--;
    if (x->handler->end && !x->handler->end(name_of(x, name), x->ctx, x->fault))
        stop(x);
}

static void on_text(void *ctx, const xmlChar *s, int len)
{
    struct xml *x = ctx;
    if (!x->stopped &&
        !x->handler->text((struct slice){(const char *)s, (size_t)len}, x->ctx, x->fault))
        stop(x);
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

static void tell_text(xmlParserCtxtPtr p, bool wanted)
{
    p->sax->characters = wanted ? on_text : NULL;
    p->sax->ignorableWhitespace = wanted ? on_text : NULL;
    p->sax->cdataBlock = wanted ? on_text : NULL;
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
    };
    xmlParserCtxtPtr p = xmlCreatePushParserCtxt(&sax, x, NULL, 0, NULL);
    if (!p)
        return NULL;
    tell_text(p, x->handler->text);
    /* NOENT only turns "&amp;" in attributes into "&": other entities cannot be declared. */
    xmlCtxtUseOptions(p, XML_PARSE_NOENT | XML_PARSE_NONET | XML_PARSE_IGNORE_ENC |
                             XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
    xmlSwitchEncoding(p, XML_CHAR_ENCODING_UTF8);
    return p;
}

/* Where libxml2 found it; where it stands, when it does not say. */
static void find_place(const struct xml *x, const xmlError *e, int *line, int *column)
{
    const xmlParserInput *at = x->parser->input;
    *line = at ? at->line : 1;
    *column = at ? at->col : 1;
    if (e && e->line > 0)
        *line = e->line;
    if (e && e->int2 > 0)
        *column = e->int2;
}

/* What libxml2 says is wrong. `ended`: it only said so when told that nothing more comes. */
static bool report(struct xml *x, bool ended)
{
    const xmlError *e = xmlCtxtGetLastError(x->parser);
    enum wire_failure kind = WIRE_SYNTAX;
    struct slice all = slice_of(e && e->message ? e->message : "not XML"), why = all;
    int line, column;
    find_place(x, e, &line, &column);
    if (!slice_next(&all, '\n', &why)) /* its further lines show bytes */
        why = SLICE("not XML");
    if (e && e->code == XML_ERR_NO_MEMORY) {
        kind = WIRE_LIMIT;
    } else if (ended && x->depth == 0 && x->rooted) {
        why = SLICE("something follows the last element");
    } else if (ended) {
        kind = WIRE_TRUNCATED;
        why = x->rooted ? SLICE("the payload ends before its last element does")
                        : SLICE("the payload ends before its first element");
    }
    return fault_set(x->fault, kind, "line %d, column %d: %.*s", line, column,
                     SLICE_FMT(slice_trim(why)));
}

/* The charset the declaration names, or empty. XML without one is UTF-8 or has a BOM. */
static struct slice declared_charset(struct slice head)
{
    struct slice none = {NULL, 0};
    if (slice_starts(head, SLICE("\xef\xbb\xbf")))
        head = slice_sub(head, 3, head.len);
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

/* What is read and could not be taken yet is one token. */
static bool check_token(struct xml *x)
{
    const xmlParserInput *at = x->parser->input;
    bool cdata = x->parser->instate == XML_PARSER_CDATA_SECTION;
    if (!at || at->end - at->cur <= (cdata ? XML_CDATA_MAX : XML_TOKEN_MAX))
        return true;
    refuse(x, WIRE_LIMIT,
           cdata ? "a CDATA section longer than 4 MB holds this place"
                 : "a tag or comment longer than 64 KB begins here");
    return false;
}

static bool feed(struct xml *x, struct input *in)
{
    struct slice run;
    for (;;) {
        if (!input_next(in, XML_CHUNK, &run, x->fault))
            return false;
        if (!run.len)
            break;
        int rc = xmlParseChunk(x->parser, run.ptr, (int)run.len, 0);
        if (x->stopped)
            return false;
        if (rc != XML_ERR_OK && !x->parser->wellFormed)
            return report(x, false);
        if (!check_token(x))
            return false;
    }
    x->ending = true;
    xmlParseChunk(x->parser, NULL, 0, 1);
    if (x->stopped)
        return false;
    if (!x->parser->wellFormed)
        return report(x, true);
    return true;
}

bool xml_parse(struct input *in, const struct xml_handler *h, void *ctx, struct fault *f)
{
    struct xml x = {.handler = h, .ctx = ctx, .fault = f};
    struct slice head, charset;
    if (!input_is_text(in)) {
        if (!input_peek(in, 256, &head, f))
            return false;
        charset = declared_charset(head);
        if (!input_text(in, charset, f))
            return false;
    }
    if (!(x.parser = parser_new(&x)))
        return fault_set(f, WIRE_LIMIT, "out of memory");
    bool ok = feed(&x, in);
    if (x.parser->myDoc)
        xmlFreeDoc(x.parser->myDoc);
    x.parser->myDoc = NULL;
    xmlFreeParserCtxt(x.parser);
    return ok;
}

void xml_text(const struct xml_attrs *a, bool wanted)
{
    tell_text(a->x->parser, wanted && a->x->handler->text);
}
