/* SPDX-License-Identifier: ISC */
/* A part has a value, and a kind where the text says it. */
#include "daemon/core/race_parts.h"

#include <string.h>

/* "District 5" is the 5th Circuit of a court, but Ward 5 of a town only where it says so. */
static bool same_kind(const char *a, const char *b, bool wide)
{
    return !a || !b || strcmp(a, b) == 0 ||
           (wide && (strcmp(a, "district") == 0 || strcmp(b, "district") == 0));
}

size_t race_parts_lone(const struct office_part *a, size_t na, const struct office_part *b,
                       size_t nb, bool wide, const struct office_part **lone, bool *odd_kind)
{
    size_t n = 0;

    for (size_t i = 0; i < na; i++) {
        bool found = false, kinds = false;
        for (size_t k = 0; k < nb; k++)
            if (slice_eq(a[i].value, b[k].value) && (a[i].mask & b[k].mask)) {
                found = true;
                kinds |= same_kind(a[i].kind, b[k].kind, wide);
            }
        *odd_kind |= found && !kinds;
        if (!found)
            lone[n++] = &a[i];
    }
    return n;
}

/* Of one kind, that both say. */
static bool alike(const struct office_part *a, const struct office_part *b, bool wide)
{
    return a->kind && b->kind && same_kind(a->kind, b->kind, wide && a->mask == b->mask);
}

static bool has(const struct office_part *parts, size_t n, const struct office_part *p, bool wide)
{
    for (size_t i = 0; i < n; i++)
        if (slice_eq(parts[i].value, p->value) && alike(&parts[i], p, wide))
            return true;
    return false;
}

static const struct office_part *with_value(const struct office_part *parts, size_t n,
                                            struct slice value)
{
    for (size_t i = 0; i < n; i++)
        if (slice_eq(parts[i].value, value))
            return &parts[i];
    return NULL;
}

const struct office_part *race_parts_crossed(const struct office_part *a, size_t na,
                                             const struct office_part *b, size_t nb, bool wide,
                                             bool *odd_kind)
{
    for (size_t i = 0; i < na; i++)
        for (size_t k = 0; k < nb; k++) {
            if (!alike(&a[i], &b[k], wide) || has(b, nb, &a[i], wide) || has(a, na, &b[k], wide))
                continue;
            const struct office_part *there = with_value(b, nb, a[i].value);
            const struct office_part *here = with_value(a, na, b[k].value);
            if (there && here && there->kind && here->kind)
                return &a[i];
            *odd_kind |= there && here;
        }
    return NULL;
}
