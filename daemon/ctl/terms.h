/* SPDX-License-Identifier: ISC */
/* What the words of counts, flags and answers mean; tallyctl(1) has them as its GLOSSARY. Pure. */
#ifndef TALLYD_CTL_TERMS_H
#define TALLYD_CTL_TERMS_H

#include "daemon/base/buf.h"

struct ctl_term {
    const char *term, *means;
};
extern const struct ctl_term ctl_terms[]; /* ended by term NULL */

/* All of them, lines of at most 80 columns. */
void ctl_terms_list(struct buf *out);

#endif
