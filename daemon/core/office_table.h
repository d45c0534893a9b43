/* SPDX-License-Identifier: ISC */
/* The phrases that name the classes of offices. */
#ifndef TALLYD_CORE_OFFICE_TABLE_H
#define TALLYD_CORE_OFFICE_TABLE_H

#include <stddef.h>

#include "daemon/core/office_class.h"

struct office_phrase {
    const char *words; /* folded */
    const struct office_class *class;
};

/* Ordered as written; the longest that fits at a place of a text wins. */
extern const struct office_phrase office_phrases[];
extern const size_t office_phrase_count;

#endif
