/* SPDX-License-Identifier: ISC */
/* Delays from a seed. */
#include "daemon/edge/pace.h"

#include "daemon/base/hash.h"

#define START_SPREAD_MS 5000

/* 0 <= number < below, the next of a sequence the seed gives. */
static int64_t draw(struct pace *p, int64_t below)
{
    uint64_t n = p->drawn++;
    uint64_t h = hash64((struct slice){(const char *)&n, sizeof n}, p->seed);
    return below > 0 ? (int64_t)(h % (uint64_t)below) : 0;
}

int64_t pace_start(const struct pace *p, struct slice name, uint32_t file, int64_t interval_ms)
{
    int64_t spread = interval_ms < START_SPREAD_MS ? interval_ms : START_SPREAD_MS;
    return spread > 0 ? (int64_t)(hash64(name, p->seed + file) % (uint64_t)spread) : 0;
}

int64_t pace_second(const struct pace *p, struct slice name, uint32_t file, int64_t interval_ms)
{
    int64_t half = interval_ms / 2;
    return half > 0 ? half + (int64_t)(hash64(name, p->seed + file) % (uint64_t)half) : interval_ms;
}

static int64_t least_of(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t most_of(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int64_t by_mood(const struct pace *p, int64_t interval_ms, enum pace_mood mood)
{
    switch (mood) {
    case PACE_EVEN:
        break;
    case PACE_BUSY:
        return least_of(interval_ms, most_of(interval_ms / 2, p->least_ms));
    case PACE_QUIET:
        return most_of(interval_ms, least_of(interval_ms * 2, p->most_ms));
    case PACE_EARLY:
        return most_of(interval_ms, least_of(interval_ms * 5, p->early_ms));
    }
    return interval_ms;
}

enum pace_mood pace_mood(int64_t rest_ms, bool changed, int64_t since_ms, int64_t interval_ms)
{
    if (rest_ms > 0)
        return PACE_EARLY;
    if (changed && since_ms < interval_ms * PACE_BUSY_POLLS)
        return PACE_BUSY;
    return since_ms >= PACE_QUIET_MS ? PACE_QUIET : PACE_EVEN;
}

int64_t pace_interval(struct pace *p, int64_t interval_ms, enum pace_mood mood)
{
    interval_ms = by_mood(p, interval_ms, mood);
    int64_t most = interval_ms * p->jitter_bp / 10000;
    return interval_ms - most + draw(p, 2 * most + 1);
}

int64_t pace_backoff(struct pace *p, int failures, int64_t retry_after_ms)
{
    int64_t delay = p->backoff_first_ms;
    for (int i = 1; i < failures && delay < p->backoff_most_ms; i++)
        delay *= 2;
    if (delay > p->backoff_most_ms)
        delay = p->backoff_most_ms;
    delay = delay - delay / 2 + draw(p, delay / 2 + 1);
    return delay > retry_after_ms ? delay : retry_after_ms;
}
