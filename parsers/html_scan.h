/* SPDX-License-Identifier: ISC */
/* A look over a page's tags before it is parsed: does it end where it should, is a tag absurd? An
 * HTML parser mends whatever it is given and tells neither. */
#ifndef TALLYD_PARSERS_HTML_SCAN_H
#define TALLYD_PARSERS_HTML_SCAN_H

#include "daemon/base/slice.h"
#include "parsers/fault.h"

#define HTML_ATTRIBUTES_MAX 256 /* of one tag */

struct html_shape {
    bool tags;          /* there is one */
    bool ended;         /* the end is there: of <html>, else of the first element */
    struct slice first; /* the name of the element whose end counts; empty: none */
};

/* One pass over the bytes. False, WIRE_LIMIT: a tag has more than HTML_ATTRIBUTES_MAX attributes,
 * with its line. */
bool html_scan(struct slice page, struct html_shape *out, struct fault *f) MUST_USE;

#endif
