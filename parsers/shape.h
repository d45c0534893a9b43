/* SPDX-License-Identifier: ISC */
/* Several shapes of one feed: which of them this file has, told by its first lines. */
#ifndef TALLYD_PARSERS_SHAPE_H
#define TALLYD_PARSERS_SHAPE_H

#include "parsers/job.h"

/* The options as they count for this file: of the shapes they describe (shape.NAME.when = REGEX, a
 * line matches; shape.NAME.when-width = N, the first line has as many characters) the first that
 * fits replaces what it has by its own keys (shape.NAME.KEY = VALUE). Nothing is consumed. */
bool shape_options(const struct job *j, struct input *in, struct slice *out,
                   struct fault *f) MUST_USE;

#endif
