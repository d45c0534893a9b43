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
    struct memo race_memo, person_memo;
    struct race *races;
    uint32_t race_count, race_room;
};

struct survey *rowing_survey(const struct rows *r)
{
    struct survey *s = arena_alloc(r->job->arena, sizeof *s);
    if (s) {
        memo_init(&s->race_memo, r->job->arena);
        memo_init(&s->person_memo, r->job->arena);
    }
    return s;
}

/* The number of the race of the row at hand. */
static bool find_race(const struct rows *r, struct memo *m, uint32_t *race)
{
    const struct slice *t = r->text;
    const struct slice key[] = {t[ROLE_CONTEST_ID], t[ROLE_CONTEST], t[ROLE_COUNTY_ID],
                                t[ROLE_COUNTY]};
    return memo_find(m, key, r->m->every_per_county || r->m->per_county_count ? 4 : 2, race);
}

bool rowing_survey_row(struct rows *r)
{
    struct survey *s = r->survey;
    const struct slice *t = r->text;
    char party = label_major_party(label_party(t[ROLE_CONTEST_PARTY]));
    uint32_t number = 0, before = s->person_memo.count, person;
    if (!party || label_is_write_in(t[ROLE_CHOICE]))
        return true;
    if (!find_race(r, &s->race_memo, &number))
        return rowing_full(r);
    const struct slice who[] = {
        {(const char *)&number, sizeof number}, {&party, 1}, t[ROLE_CHOICE_ID], t[ROLE_CHOICE]};
    if (!pool_grow(r->job->arena, &s->races, &s->race_room, (uint64_t)number + 1, sizeof *s->races,
                   ROWING_LIST_MAX) ||
        !memo_find(&s->person_memo, who, 4, &person))
        return rowing_full(r);
    struct race *race = &s->races[number];
    s->race_count = s->race_memo.count;
    int64_t seats = count_small(t[ROLE_SEATS]), allowed = count_small(t[ROLE_VOTES_ALLOWED]);
    seats = seats > 1 ? seats : allowed > 1 ? allowed : 1;
    race->people[party == 'r'] += s->person_memo.count != before;
    race->many |= race->people[party == 'r'] > seats;
    return true;
}

bool rowing_survey_primary(const struct survey *s)
{
    uint64_t many = 0, even = 0;
    for (uint32_t i = 0; i < s->race_count; i++) {
        many += s->races[i].many;
        even += !s->races[i].many && s->races[i].people[0] > 0 && s->races[i].people[1] > 0;
    }
    return many > 0 && 2 * many >= even;
}

bool rowing_survey_many(const struct rows *r)
{
    struct survey *s = r->how.told;
    uint32_t number;
    return s && find_race(r, &s->race_memo, &number) && number < s->race_count &&
           s->races[number].many;
}
