/* SPDX-License-Identifier: ISC */
/* A web page read by libxml2's HTML parser, with caps, and XPath over it. */
#ifndef TALLYD_PARSERS_HTML_H
#define TALLYD_PARSERS_HTML_H

#include "parsers/input.h"

#define HTML_BYTES_MAX (INT64_C(64) << 20)
#define HTML_NODES_MAX 1000000 /* elements, texts and attributes */
#define HTML_DEPTH_MAX 200     /* elements within elements */

struct html;      /* a page */
struct _xmlNode;  /* an element of it, libxml2's; lives as long as the page */
struct html_path; /* an XPath 1.0 expression, compiled */

/* Read the whole input: as the charset the input was told (input_text), else the BOM's, else the
 * one a <meta> near the top names, else UTF-8; bytes that are no UTF-8 then are Windows-1252's, and
 * control characters become U+FFFD. Blanks that do not break (&nbsp;) become plain ones; what
 * scripts, styles and comments hold is left out; tags that do not fit each other are mended as
 * browsers would. The caps above, and 256 attributes
 * of one tag, are WIRE_LIMIT; no tag at all is WIRE_SYNTAX.
 *
 * Unless `any_end`, a page that ends before its own end is WIRE_TRUNCATED: it must close <html>
 * when it opens it; a page without <html> must end with the end tag of its first element. */
bool html_read(struct input *in, bool any_end, struct arena *a, struct html **out,
               struct fault *f) MUST_USE;

/* The same for a piece of HTML that lies somewhere: UTF-8, no rules about its end. */
bool html_read_piece(struct slice text, struct arena *a, struct html **out,
                     struct fault *f) MUST_USE;

/* Give back what does not lie in the arena. Accepts NULL. Paths end with their page. */
void html_free(struct html *h);

/* What people see as the page's name: <title>, else its first heading; empty when it has none. */
struct slice html_title(struct html *h);

/* The line an element begins in. */
long html_line(const struct _xmlNode *n);

/* True for a node the first time, and never again. */
bool html_take(struct _xmlNode *n) MUST_USE;

/* NULL: it is no XPath, and *e says why. */
struct html_path *html_path(struct html *h, struct slice expression, struct err *e);

/* `at` in the calls below is the node an expression starts from; NULL is the page. Each fails with
 * WIRE_LIMIT when the page makes the expression cost too much, and with WIRE_SCHEMA when it cannot
 * be evaluated. */

/* The nodes an expression gives, in the order of the page; in the arena. */
bool html_nodes(struct html *h, struct html_path *p, struct _xmlNode *at, struct _xmlNode ***list,
                size_t *n, struct fault *f) MUST_USE;

/* The text an expression gives, white space folded and trimmed: of a set of nodes the first one's;
 * ptr NULL when the set is empty. In the arena. */
bool html_text(struct html *h, struct html_path *p, struct _xmlNode *at, struct slice *out,
               struct fault *f) MUST_USE;

/* Whether it holds, as XPath's boolean() says. */
bool html_holds(struct html *h, struct html_path *p, struct _xmlNode *at, bool *out,
                struct fault *f) MUST_USE;

/* A node that the variable $contest of later expressions stands for. */
bool html_set_contest(struct html *h, struct _xmlNode *n) MUST_USE;

#endif
