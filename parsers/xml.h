/* SPDX-License-Identifier: ISC */
/* XML read by libxml2's SAX2 parser, with caps: no DTD, no entities but the five, no network,
 * depth and attribute limits. */
#ifndef TALLYD_PARSERS_XML_H
#define TALLYD_PARSERS_XML_H

#include <string.h>

#include "parsers/input.h"

#define XML_DEPTH_MAX 64

/* Attributes of the element being started: values are unescaped, valid until the handler returns.
 */
struct xml_attrs {
    const void *raw;
    long line; /* where the start tag ends */
    int count;
    int depth; /* of the element: 1 is the root */
    bool text; /* to be set where the element's text is wanted */
};
static inline struct slice xml_attr(const struct xml_attrs *a, const char *local_name)
{                                   /* ptr NULL when absent */
    const char *const *at = a->raw; /* libxml2's fives: name, prefix, URI, value, its end */
    for (int i = 0; i < a->count; i++, at += 5) {
        if (at[0][0] == local_name[0] && strcmp(at[0], local_name) == 0)
            return (struct slice){at[3], (size_t)(at[4] - at[3])};
    }
    return (struct slice){NULL, 0};
}
static inline long xml_line(const struct xml_attrs *a)
{
    return a->line;
}

/* A name asked for in nearly every element, for one parse: where libxml2 keeps it is remembered. */
struct xml_key {
    const char *name, *kept;
};
static inline struct slice xml_attr_of(const struct xml_attrs *a, struct xml_key *key)
{
    const char *const *at = a->raw;
    for (int i = 0; i < a->count; i++, at += 5) {
        if (at[0] == key->kept ||
            (!key->kept && at[0][0] == key->name[0] && strcmp(at[0], key->name) == 0)) {
            key->kept = at[0];
            return (struct slice){at[3], (size_t)(at[4] - at[3])};
        }
    }
    return (struct slice){NULL, 0};
}

/* Names are local names; namespaces are ignored. Those that return bool return false to stop, and
 * have filled *f then. */
struct xml_handler {
    /* What elements of a name are to the handler: asked once a name, mostly; the name lasts as long
     * as the parse. NULL: nothing, and of them neither start nor end is told; nor is the end where
     * *ends, which is true, is set to false. */
    const void *(*element)(struct slice name, void *ctx, bool *ends);
    bool (*root)(struct slice name, const struct xml_attrs *attrs, void *ctx, struct fault *f);
    bool (*start)(const void *element, struct xml_attrs *attrs, void *ctx, struct fault *f);
    /* `text`: all of it, where it was wanted and no element stands in it. */
    bool (*end)(const void *element, struct slice text, void *ctx, struct fault *f);
};

/* Pull the whole input through the handler, as UTF-8: from the charset the input was told
 * (input_text), else its BOM's, else the one the declaration names (charset.h). Over 256
 * attributes, a depth over XML_DEPTH_MAX, or a text over 16 MB, are WIRE_LIMIT; a declaration
 * inside a DOCTYPE is refused. Not well-formed, or a value, comment or CDATA section over 10 MB, is
 * WIRE_SYNTAX, cut off is WIRE_TRUNCATED, all with line and column. White space and byte order
 * marks before the document are skipped.
 */
bool xml_parse(struct input *in, const struct xml_handler *h, void *ctx, struct fault *f) MUST_USE;

/* The first bytes of a payload without what xml_parse skips: does a document begin here? */
struct slice xml_content(struct slice head);

#endif
