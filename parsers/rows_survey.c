/* SPDX-License-Identifier: ISC */
/* Is this file a primary's? In one, both parties' contests may bear one name and one id, and only
 * who stands in them tells: more people of one party than there are seats, where in November each
 * party has as many as can win. A few contests prove nothing: somebody listed twice, seats that the
 * file does not state. */
#include "parsers/label.h"
#include "parsers/pool.h"
#include "parsers/rowing.h"

struct stand {            /* of somebody, in a contest */
    uint32_t next;        /* of the same contest: its number plus 1; 0: none */
    uint32_t person : 31; /* by the number of `people` */
    uint32_t republican : 1;
};

struct race {
    uint32_t stands;    /* the last of them; 0: none */
    uint32_t people[2]; /* Democrats, Republicans; when they are counted */
    uint32_t seats;
    bool many; /* of one of them more than seats */
};

struct survey {
    struct results_builder *builder; /* whose contests are the races */
    struct memo people;
    struct race *races; /* by the builder's number of the contest */
    struct stand *stands;
    uint32_t race_count, race_room, stand_count, stand_room;
};

struct survey *rowing_survey(const struct rows *r)
{
    struct survey *s = arena_alloc(r->job->arena, sizeof *s);
    if (s) {
        s->builder = r->job->builder;
        memo_init(&s->people, r->job->arena, 0);
    }
    return s;
}

bool rowing_survey_person(struct rows *r, struct candidate *c)
{
    const struct slice *t = r->text;
    char party = label_major_party(label_party(t[ROLE_CONTEST_PARTY]));
    const struct slice who[] = {{&party, 1}, t[ROLE_CHOICE_ID], t[ROLE_CHOICE]};
    uint32_t person;
    if (!party || label_is_write_in(t[ROLE_CHOICE]))
        return true;
    if (!memo_find(&r->survey->people, who, 3, &person))
        return rowing_full(r);
    c->person = person + 1;
    c->republican = party == 'r';
    return true;
}

bool rowing_survey_enter(struct rows *r, const struct candidate *c, uint32_t contest,
                         const struct results_contest *race)
{
    struct survey *s = r->survey;
    if (!c->person)
        return true;
    if (!arrays_grow(&r->arrays, &s->races, &s->race_room, (uint64_t)contest + 1, sizeof *s->races,
                     ROWING_LIST_MAX) ||
        !arrays_grow(&r->arrays, &s->stands, &s->stand_room, (uint64_t)s->stand_count + 1,
                     sizeof *s->stands, ROWING_LIST_MAX))
        return rowing_full(r);
    struct race *k = &s->races[contest];
    int32_t said = race->seats > 1 ? race->seats : race->votes_allowed;
    uint32_t seats = said > 1 ? (uint32_t)said : 1;
    s->race_count = contest >= s->race_count ? contest + 1 : s->race_count;
    s->stands[s->stand_count++] = (struct stand){k->stands, c->person - 1, c->republican};
    k->stands = s->stand_count;
    k->seats = !k->seats || seats < k->seats ? seats : k->seats;
    return true;
}

/* Each once, whatever rows say of him. */
bool rowing_survey_count(struct rows *r)
{
    struct survey *s = r->survey;
    uint32_t *seen = arena_array(r->job->arena, (size_t)s->people.count + 1, sizeof *seen);
    if (!seen)
        return rowing_full(r);
    for (uint32_t i = 0; i < s->race_count; i++) {
        struct race *k = &s->races[i];
        for (uint32_t at = k->stands; at; at = s->stands[at - 1].next) {
            const struct stand *one = &s->stands[at - 1];
            k->people[one->republican] += seen[one->person] != i + 1;
            seen[one->person] = i + 1;
        }
        k->many = k->people[0] > k->seats || k->people[1] > k->seats;
    }
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

bool rowing_survey_many(const struct rows *r, const struct results_contest *race)
{
    struct survey *s = r->how.told;
    if (!s || !results_contest_again(s->builder, pool_text(r->pool, race->county),
                                     pool_text(r->pool, race->id), pool_text(r->pool, race->text)))
        return false;
    uint32_t contest = results_contest_index(s->builder);
    return contest < s->race_count && s->races[contest].many;
}
