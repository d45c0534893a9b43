/* SPDX-License-Identifier: ISC */
/* Is this file a primary's? In one, both parties' contests may bear one name and one id, and only
 * who stands in them tells: more people of one party than there are seats, where in November each
 * party has as many as can win. A few contests prove nothing: somebody listed twice, seats that the
 * file does not state. */
#include "parsers/label.h"
#include "parsers/pool.h"
#include "parsers/rowing.h"

struct race {
    uint32_t people[2]; /* Democrats, Republicans */
    bool many;          /* of one of them more than seats */
};

struct survey {
    struct results_builder *builder; /* whose contests are the races */
    struct memo people;
    struct race *races; /* by the builder's number of the contest */
    uint32_t race_count, race_room;
};

struct survey *rowing_survey(const struct rows *r)
{
    struct survey *s = arena_alloc(r->job->arena, sizeof *s);
    if (s) {
        s->builder = r->job->builder;
        memo_init(&s->people, r->job->arena);
    }
    return s;
}

bool rowing_survey_row(struct rows *r, uint32_t contest)
{
    struct survey *s = r->survey;
    const struct slice *t = r->text;
    char party = label_major_party(label_party(t[ROLE_CONTEST_PARTY]));
    uint32_t before = s->people.count, person;
    if (!party || label_is_write_in(t[ROLE_CHOICE]))
        return true;
    const struct slice who[] = {
        {(const char *)&contest, sizeof contest}, {&party, 1}, t[ROLE_CHOICE_ID], t[ROLE_CHOICE]};
    if (!arrays_grow(&r->arrays, &s->races, &s->race_room, (uint64_t)contest + 1, sizeof *s->races,
                     ROWING_LIST_MAX) ||
        !memo_find(&s->people, who, 4, &person))
        return rowing_full(r);
    struct race *race = &s->races[contest];
    s->race_count = contest >= s->race_count ? contest + 1 : s->race_count;
    int64_t seats = count_small(t[ROLE_SEATS]), allowed = count_small(t[ROLE_VOTES_ALLOWED]);
    seats = seats > 1 ? seats : allowed > 1 ? allowed : 1;
    race->people[party == 'r'] += s->people.count != before;
    race->many |= race->people[party == 'r'] > seats;
    return true;
}

bool rows_survey_primary(const struct survey *s)
{
    uint64_t many = 0, even = 0;
    for (uint32_t i = 0; i < s->race_count; i++) {
        many += s->races[i].many;
        even += !s->races[i].many && s->races[i].people[0] > 0 && s->races[i].people[1] > 0;
    }
    return many > 0 && 2 * many >= even;
}

bool rowing_survey_many(const struct rows *r, const struct results_contest_in *race)
{
    struct survey *s = r->how.told;
    if (!s || !results_contest_again(s->builder, race->county, race->id, race->text))
        return false;
    uint32_t contest = results_contest_index(s->builder);
    return contest < s->race_count && s->races[contest].many;
}
