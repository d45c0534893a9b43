/* SPDX-License-Identifier: ISC */
/* The election clock. */
#include "daemon/clock.h"

#include <time.h>

#include "daemon/base/num.h"
#include "daemon/base/when.h"

static int64_t real_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return t.tv_sec * WHEN_SECOND + t.tv_nsec / 1000000;
}

struct clock clock_real(void)
{
    int64_t now = real_now();
    return (struct clock){.origin_ms = now, .real_ms = now, .speed = 1};
}

/* "1609891200", "1609891200.25" */
static bool parse_unix(struct slice s, int64_t *ms)
{
    struct slice whole, fraction;
    int64_t seconds, thousandths = 0;
    if (!slice_next(&s, '.', &whole) || !num_parse(whole, 0, INT64_C(1) << 40, &seconds))
        return false;
    if (slice_next(&s, '.', &fraction)) {
        if (fraction.len > 3 || !num_parse(fraction, 0, 999, &thousandths))
            return false;
        for (size_t i = fraction.len; i < 3; i++)
            thousandths *= 10;
    }
    *ms = seconds * WHEN_SECOND + thousandths;
    return s.len == 0;
}

bool clock_parse(struct slice text, struct clock *out, struct err *e)
{
    struct clock c = clock_real();
    struct slice rest = text, part;
    c.simulated = true;
    if (!slice_next(&rest, ',', &part) || !when_parse(part, false, &c.origin_ms))
        return err_set(e, ERR_USAGE, "--clock %.*s: T must be like 2021-01-05T23:50:00Z",
                       SLICE_FMT(text));
    if (slice_next(&rest, ',', &part) && !num_parse(part, 1, CLOCK_SPEED_MAX, &c.speed))
        return err_set(e, ERR_USAGE, "--clock %.*s: N must be a whole number from 1 to %d",
                       SLICE_FMT(text), CLOCK_SPEED_MAX);
    if (slice_next(&rest, ',', &part) && !parse_unix(part, &c.real_ms))
        return err_set(e, ERR_USAGE, "--clock %.*s: AT must be Unix seconds", SLICE_FMT(text));
    if (rest.len > 0)
        return err_set(e, ERR_USAGE, "--clock %.*s: takes T[,N[,AT]]", SLICE_FMT(text));
    *out = c;
    return true;
}

int64_t clock_now(const struct clock *c)
{
    int64_t now = c->origin_ms + (real_now() - c->real_ms) * c->speed;
    return c->until_ms != 0 && now > c->until_ms ? c->until_ms : now;
}

void clock_stand(struct clock *c, int64_t when)
{
    c->origin_ms = c->until_ms = when;
    c->real_ms = real_now();
}

void clock_run(struct clock *c, int64_t until)
{
    c->origin_ms = clock_now(c);
    c->real_ms = real_now();
    c->until_ms = until;
}

int64_t clock_until(const struct clock *c, int64_t when)
{
    int64_t now = clock_now(c);
    if (when <= now)
        return 0;
    /* rounded up: the clock has reached `when` by then */
    return (when - now + c->speed - 1) / c->speed;
}

int64_t clock_monotonic_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000 + t.tv_nsec / 1000;
}
