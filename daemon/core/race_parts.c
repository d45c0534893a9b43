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

static bool one_value(const struct office_part *a, const struct office_part *b)
{
    return slice_eq(a->value, b->value) && (a->mask & b->mask);
}

/* Two parts of one text, by their kinds: what has none is the other said again. */
static bool apart(const struct office_part *a, const struct office_part *b)
{
    return one_value(a, b) && a->kind && b->kind && strcmp(a->kind, b->kind) != 0;
}

/* Is it there by its very kind? */
static bool is_there(const struct office_part *p, const struct office_part *parts, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (one_value(p, &parts[i]) && p->kind && parts[i].kind &&
            strcmp(p->kind, parts[i].kind) == 0)
            return true;
    return false;
}

/* How many parts have the value of this one: "District 2 Division 2" has it twice. */
static size_t count_like(const struct office_part *p, const struct office_part *parts, size_t n)
{
    size_t like = 0;

    for (size_t i = 0; i < n; i++) {
        bool counted = !one_value(p, &parts[i]);
        for (size_t k = 0; k < i && !counted; k++)
            counted = one_value(&parts[k], &parts[i]) && !apart(&parts[k], &parts[i]);
        like += !counted;
    }
    return like;
}

/* Which of those of one value it is in its own text, those first that are in `b` by their kinds. */
static size_t order_of(const struct office_part *a, size_t na, size_t at,
                       const struct office_part *b, size_t nb)
{
    bool there = is_there(&a[at], b, nb);
    size_t before = 0;

    for (size_t i = 0; i < na; i++) {
        bool first = is_there(&a[i], b, nb);
        before += apart(&a[i], &a[at]) && (first != there ? first : i < at);
    }
    return before;
}

size_t race_parts_lone(const struct office_part *a, size_t na, const struct office_part *b,
                       size_t nb, bool wide, const struct office_part **lone, bool *odd_kind)
{
    size_t n = 0;

    for (size_t i = 0; i < na; i++) {
        bool found = false, kinds = false;
        for (size_t k = 0; k < nb; k++)
            if (one_value(&a[i], &b[k])) {
                found = true;
                kinds |= same_kind(a[i].kind, b[k].kind, wide);
            }
        *odd_kind |= found && !kinds;
        if (!found || order_of(a, na, i, b, nb) >= count_like(&a[i], b, nb))
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
