/* SPDX-License-Identifier: ISC */
/* XML read by libxml2's SAX2 push parser, with caps: no DTD, no entities but the five, no network,
 * depth and attribute limits. */
#ifndef TALLYD_PARSERS_XML_H
#define TALLYD_PARSERS_XML_H

#include "parsers/input.h"

struct xml; /* a parse under way */

/* Attributes of the element being started: values are unescaped, valid until the handler returns.
 */
struct xml_attrs {
    const struct xml *x;
    const void *raw;
    int count;
};
struct slice xml_attr(const struct xml_attrs *a, const char *local_name); /* ptr NULL when absent */

/* Each returns false to stop; it has filled *f then. Names are local names; namespaces are ignored.
 * Text comes whole, once per element end is not guaranteed: it may come in pieces. Any of them may
 * be NULL. */
struct xml_handler {
    bool (*start)(struct slice name, const struct xml_attrs *attrs, void *ctx, struct fault *f);
    bool (*text)(struct slice text, void *ctx, struct fault *f);
    bool (*end)(struct slice name, void *ctx, struct fault *f);
};

/* Pull the whole input through the handler, as UTF-8: from the charset the input was told
 * (input_text), else its BOM's, else the one the declaration names (charset.h). A tag or comment
 * over 64 KB, over 256 attributes, a depth over 64 are WIRE_LIMIT; a declaration inside a DOCTYPE
 * is refused. Not well-formed is WIRE_SYNTAX, cut off is WIRE_TRUNCATED, both with line and column.
 */
bool xml_parse(struct input *in, const struct xml_handler *h, void *ctx, struct fault *f) MUST_USE;

/* The line being parsed, for a driver's own messages. */
long xml_line(const struct xml_attrs *a);

#endif
