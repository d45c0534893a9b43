/* SPDX-License-Identifier: ISC */
/* Each time in its place. */
#include "daemon/core/set_back.h"

#include "daemon/base/when.h"
#include "daemon/core/feed_own.h"

struct shift {
    int64_t by, now_ms;
};

static void move(const struct shift *s, int64_t *t)
{
    if (*t == WHEN_UNKNOWN)
        return;
    *t -= s->by;
    *t = *t < s->now_ms ? *t : s->now_ms; /* nothing is of later */
}

static void move_contest(const struct shift *s, struct feed_contest *c)
{
    move(s, &c->received_ms);
    move(s, &c->changed_ms);
    move(s, &c->older_since);
    if (c->lag_since != 0)
        move(s, &c->lag_since);
    for (uint32_t i = 0; i < c->unit_count; i++)
        if (c->units[i].hold.why != VERDICT_ACCEPTED)
            move(s, &c->units[i].hold.since);
}

static void move_file(const struct shift *s, struct feed_file *f)
{
    move(s, &f->last_success_ms);
    move(s, &f->last_change_ms);
    move(s, &f->own->older_since);
    move(s, &f->own->waiting.event.received_ms);
    move(s, &f->own->held.event.received_ms);
}

void set_back(struct model *m, int64_t was_ms, int64_t now_ms)
{
    /* what is of the last moment is not of this one */
    const struct shift s = {was_ms - now_ms + 1, now_ms};
    void *contest;

    for (size_t i = 0; i < m->settings->source_count; i++) {
        for (size_t at = 0; map_next(m->feeds[i].contests, &at, NULL, &contest);)
            move_contest(&s, contest);
        for (size_t k = 0; k < m->settings->sources[i].file_count; k++)
            move_file(&s, &m->feeds[i].files[k]);
    }
    for (uint32_t i = 0; i < m->race_count; i++) {
        move(&s, &m->races[i].updated_ms);
        move(&s, &m->races[i].changed_ms);
    }
    for (uint32_t i = 0; i < m->claim_count; i++)
        move(&s, &m->claims[i].heard_ms);
    for (uint32_t i = 0; i < m->fading_count; i++)
        move(&s, &m->fading[i].since_ms);
    move(&s, &m->last_change_ms);
    move(&s, &m->checked_ms);
}

static void later(int64_t *latest, int64_t t)
{
    if (t != WHEN_UNKNOWN && t > *latest)
        *latest = t;
}

int64_t set_back_latest(const struct model *m)
{
    int64_t latest = 0;
    void *contest;

    for (size_t i = 0; i < m->settings->source_count; i++) {
        for (size_t at = 0; map_next(m->feeds[i].contests, &at, NULL, &contest);)
            later(&latest, ((const struct feed_contest *)contest)->received_ms);
        for (size_t k = 0; k < m->settings->sources[i].file_count; k++)
            later(&latest, m->feeds[i].files[k].last_success_ms);
    }
    for (uint32_t i = 0; i < m->claim_count; i++)
        later(&latest, m->claims[i].heard_ms);
    for (uint32_t i = 0; i < m->fading_count; i++)
        later(&latest, m->fading[i].since_ms);
    return latest;
}
