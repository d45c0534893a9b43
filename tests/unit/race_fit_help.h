/* SPDX-License-Identifier: ISC */
/* A table of what an endorsement and a contest say of their race, names aside: a row a case. */
#ifndef TALLYD_TESTS_RACE_FIT_HELP_H
#define TALLYD_TESTS_RACE_FIT_HELP_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "daemon/base/when.h"
#include "daemon/core/race_fit.h"

/* Texts that are not named are not said. */
struct row {
    const char *state, *office, *district, *seat, *place, *county, *type, *party, *contest_party;
    bool unexpired;
    size_t counties;
    int days_off; /* how many days after the feed's the list's is */
    struct {
        const char *state, *text, *office, *district, *county, *type, *party;
        const char *votes_in; /* a county whose votes it has; or two, with '|' */
        const char *source_county;
        enum feed_day day;
    } feed;
    enum race_fit fit;
    const char *why; /* NULL: RACE_SAME */
};

static inline struct slice text(const char *z)
{
    return slice_of(z ? z : "");
}

static inline void fill(const struct row *r, struct endorsement *e, struct feed_contest *c,
                        struct feed_unit units[3])
{
    struct slice counties = text(r->feed.votes_in), county;

    *e = (struct endorsement){.state = slice_of(r->state ? r->state : "GA"),
                              .office = text(r->office),
                              .district = text(r->district),
                              .seat = text(r->seat),
                              .jurisdiction = text(r->place),
                              .county = text(r->county),
                              .election_type = text(r->type),
                              .party = text(r->party),
                              .contest_party = text(r->contest_party),
                              .county_count = r->counties,
                              .date = r->days_off * WHEN_DAY,
                              .unexpired = r->unexpired};
    *c = (struct feed_contest){.state = text(r->feed.state),
                               .text = text(r->feed.text),
                               .office = text(r->feed.office),
                               .district = text(r->feed.district),
                               .county = text(r->feed.county),
                               .election_type = text(r->feed.type),
                               .party = text(r->feed.party),
                               .day = r->feed.day,
                               .units = units,
                               .unit_count = 1};
    while (slice_next(&counties, '|', &county))
        units[c->unit_count++] = (struct feed_unit){.type = RESULTS_COUNTY, .name = county};
}

/* What match_index looks for: the race itself is never passed over. */
static inline bool has_its_word(const struct race_ours *ours, const struct race_theirs *theirs)
{
    struct slice word = race_fit_word(ours);

    return word.len == 0 || ours->office.class != theirs->office.class ||
           office_has_word(&theirs->office, word) || office_has_word(&theirs->county, word);
}

/* How many that are the same have a word that the contest must have (match_index). */
static inline size_t each_is_judged_so(const struct row *rows, size_t count)
{
    struct arena *a = arena_new((size_t)1 << 20);
    size_t wrong = 0, worded = 0;

    for (size_t i = 0; i < count; i++) {
        const struct row *r = &rows[i];
        struct settings_source source = {.county = text(r->feed.source_county)};
        struct feed_unit units[3] = {{.type = RESULTS_TOTAL}};
        struct race_reason why;
        struct race_theirs theirs;
        struct race_ours ours;
        struct feed_contest c;
        struct endorsement e;
        fill(r, &e, &c, units);
        assert_true(race_fit_read_ours(&e, a, &ours));
        assert_true(race_fit_read_theirs(&c, &source, a, &theirs));
        enum race_fit fit = race_fit_compare(&ours, &theirs, &why);
        if (fit != r->fit || !r->why != !why.text ||
            (r->why && slice_find(slice_of(why.text), slice_of(r->why)) == SIZE_MAX)) {
            wrong++;
            print_error("row %zu, %s / %s: %d (%s), not %d (%s)\n", i, r->office,
                        r->feed.text ? r->feed.text : r->feed.office, fit, why.text, r->fit,
                        r->why);
        }
        if (fit == RACE_SAME && !has_its_word(&ours, &theirs)) {
            wrong++;
            print_error("row %zu, %s: \"%.*s\" is not in the contest\n", i, r->office,
                        SLICE_FMT(race_fit_word(&ours)));
        }
        worded += fit == RACE_SAME && race_fit_word(&ours).len > 0;
    }
    assert_int_equal(wrong, 0);
    arena_free(a);
    return worded;
}

#endif
