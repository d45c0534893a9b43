/* SPDX-License-Identifier: ISC */
/* Which offices are cross-filed is a state's law: a table, reviewed row by row. What is not in it
 * is left to people. */
#include "daemon/core/primaries.h"

#include <string.h>

#include "daemon/base/text.h"

#define COUNT(t) (sizeof(t) / sizeof((t)[0]))

/* Pennsylvania, 25 P.S. 2870(f): school directors, judges of the courts of common pleas and of
 * Philadelphia's municipal court, and magisterial district judges ("justices of the peace"); not
 * the three appellate courts. */
static const struct {
    const char *state, *office; /* the class */
} offices[] = {
    {"PA", "school-board"},
    {"PA", "common-pleas"},
    {"PA", "municipal-court"},
    {"PA", "magistrate"},
};

bool primaries_cross_file(const struct office_class *class, const struct state *state)
{
    for (size_t i = 0; class && state && i < COUNT(offices); i++)
        if (strcmp(state->code, offices[i].state) == 0 &&
            strcmp(class->slug, offices[i].office) == 0)
            return true;
    return false;
}

bool primaries_are_open(const struct endorsement *e, const struct office_class *class,
                        const struct state *state)
{
    return slice_is(e->election_type, "primary") && e->contest_party.len == 0 &&
           primaries_cross_file(class, state);
}

/* The next word that is not a party's; false: no more. */
static bool next_word(struct slice *rest, struct slice *word)
{
    while (slice_next(rest, ' ', word))
        if (!office_party(*word) && !slice_is(*word, "party"))
            return true;
    return false;
}

static bool same_words(struct slice a, struct slice b, struct arena *scratch)
{
    struct slice x = text_fold_copy(a, scratch), y = text_fold_copy(b, scratch), v, w;

    if (!x.ptr || !y.ptr)
        return false;
    for (;;) {
        bool more = next_word(&x, &v);
        if (more != next_word(&y, &w))
            return false;
        if (!more)
            return true;
        if (!slice_eq(v, w))
            return false;
    }
}

bool primaries_same_contest(const struct feed_contest *a, const struct feed_contest *b,
                            struct arena *scratch)
{
    return slice_eq_nocase(a->county, b->county) && slice_eq_nocase(a->district, b->district) &&
           same_words(a->text, b->text, scratch) && same_words(a->office, b->office, scratch) &&
           same_words(a->election_type, b->election_type, scratch);
}

const char *primaries_of(const struct race *r, const struct feed_contest *c)
{
    for (uint32_t i = 0; i < r->link_count; i++)
        if (r->links[i].contest == c)
            return r->links[i].primary;
    return NULL;
}

uint32_t primaries_count(const struct race *r)
{
    uint32_t n = 0;

    for (uint32_t i = 0; i < r->link_count; i++) {
        bool counted = !r->links[i].primary;
        for (uint32_t k = 0; k < i && !counted; k++)
            counted = primaries_same(r->links[k].primary, r->links[i].primary);
        n += !counted;
    }
    return n;
}

bool primaries_same(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

bool primaries_next(const struct race *r, uint32_t endorsement, uint32_t *at, const char **primary)
{
    while (*at < r->link_count) {
        const struct link *l = &r->links[(*at)++];
        bool known = l->endorsement != endorsement;
        for (uint32_t k = 0; k + 1 < *at && !known; k++)
            known = r->links[k].endorsement == endorsement &&
                    primaries_same(r->links[k].primary, l->primary);
        if (known)
            continue;
        *primary = l->primary;
        return true;
    }
    return false;
}

struct slice primaries_line(const struct race *r, const char *primary)
{
    if (primary)
        return slice_of(primary);
    return primaries_count(r) > 0 ? SLICE("unnamed") : (struct slice){0};
}

int64_t primaries_room(const struct race *r, int64_t each)
{
    return each > 0 && r->primaries > 1 ? each * r->primaries : each;
}

struct slice primaries_name(struct slice line)
{
    static const struct {
        const char *party, *name;
    } names[] = {
        {"dem", "Democratic"}, {"rep", "Republican"}, {"grn", "Green"}, {"lib", "Libertarian"}};

    for (size_t i = 0; i < COUNT(names); i++)
        if (slice_is(line, names[i].party))
            return slice_of(names[i].name);
    return line;
}
