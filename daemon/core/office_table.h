/* SPDX-License-Identifier: ISC */
/* The classes of offices and the phrases that name them. */
#ifndef TALLYD_CORE_OFFICE_TABLE_H
#define TALLYD_CORE_OFFICE_TABLE_H

#include "daemon/core/office.h"

struct office_phrase {
    const char *words; /* folded */
    const struct office_class *class;
};

/* Ordered as written; the longest that fits at a place of a text wins. */
extern const struct office_phrase office_phrases[];
extern const size_t office_phrase_count;

/* Words that name a class only beside a district: "Senate District 12". */
extern const struct office_phrase office_weak[];
extern const size_t office_weak_count;

#endif
