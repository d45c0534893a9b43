/* SPDX-License-Identifier: ISC */
/* The machine. */
#include "daemon/role.h"

static enum role_order yield(struct role *r)
{
    r->state = ROLE_STANDBY;
    r->raised = r->asked = false;
    r->missing_ms = 0;
    return ROLE_YIELD;
}

static enum role_order raise(struct role *r, bool asked, bool mine)
{
    r->state = ROLE_RAISING;
    r->asked = asked;
    r->mine = mine;
    r->missing_ms = 0;
    return asked ? ROLE_FORCE : ROLE_RAISE;
}

static enum role_order serve_alone(struct role *r, bool asked)
{
    r->state = ROLE_ACTIVE;
    r->raised = false;
    r->asked = asked;
    return ROLE_SERVE;
}

enum role_order role_start(struct role *r, bool redis, bool partner, int64_t now_ms)
{
    *r = (struct role){
        .state = ROLE_LOOKING, .redis = redis, .partner = partner, .began_ms = now_ms};
    return redis ? ROLE_NOTHING : serve_alone(r, false);
}

/* Has nobody renewed the lease for long enough? */
static bool is_missing(struct role *r, const struct role_look *look, int64_t now_ms)
{
    if (look->lease != ROLE_LEASE_NONE)
        r->missing_ms = 0;
    else if (r->missing_ms == 0)
        r->missing_ms = now_ms;
    return r->missing_ms > 0 && now_ms - r->missing_ms >= ROLE_MISSING_MS;
}

/* Does somebody else hold the lease? */
static bool is_another(struct role *r, const struct role_look *look, int64_t now_ms)
{
    if (look->lease != ROLE_LEASE_COPY)
        r->copy_ms = 0;
    else if (r->copy_ms == 0)
        r->copy_ms = now_ms;
    return look->lease == ROLE_LEASE_ANOTHER ||
           (look->lease == ROLE_LEASE_COPY &&
            (r->state != ROLE_LOOKING || now_ms - r->copy_ms >= ROLE_COPY_MS));
}

/* At a start. One that only comes back waits for nobody. */
static enum role_order looking(struct role *r, const struct role_look *look, bool another,
                               bool missing)
{
    bool mine = look->lease == ROLE_LEASE_MINE;
    if (another)
        return yield(r);
    if (look->lease == ROLE_LEASE_COPY)
        return ROLE_NOTHING;
    if (mine || !r->partner || (missing && look->whole))
        return raise(r, false, mine);
    return missing ? yield(r) : ROLE_NOTHING;
}

enum role_order role_looked(struct role *r, const struct role_look *look, int64_t now_ms)
{
    bool missing = is_missing(r, look, now_ms);
    bool another = is_another(r, look, now_ms);
    r->linked = true;
    r->partner |= another || look->foreign;
    switch (r->state) {
    case ROLE_LOOKING:
        return looking(r, look, another, missing);
    case ROLE_STANDBY:
        return missing && look->whole ? raise(r, false, false) : ROLE_NOTHING;
    case ROLE_ACTIVE:
        if (r->raised)
            return ROLE_NOTHING;
        if (another && !r->asked)
            return yield(r);
        return r->asked ? ROLE_FORCE : ROLE_RAISE;
    case ROLE_RAISING:
        break;
    }
    return ROLE_NOTHING;
}

enum role_order role_lost(struct role *r)
{
    r->linked = false;
    r->missing_ms = 0;
    if (r->state != ROLE_RAISING)
        return ROLE_NOTHING;
    /* whether it was taken is seen when it is looked again */
    return r->asked || r->mine || !r->partner ? serve_alone(r, r->asked) : yield(r);
}

enum role_order role_tick(struct role *r, int64_t now_ms)
{
    bool alone = r->state == ROLE_LOOKING && !r->linked && !r->partner &&
                 now_ms - r->began_ms >= ROLE_PATIENCE_MS;
    return alone ? serve_alone(r, false) : ROLE_NOTHING;
}

enum role_order role_raised(struct role *r, bool taken)
{
    if (r->state == ROLE_RAISING && !taken)
        return yield(r);
    if (r->state == ROLE_RAISING) {
        r->state = ROLE_ACTIVE;
        r->raised = true;
        return ROLE_SERVE;
    }
    if (r->state == ROLE_ACTIVE) /* else the next look asks again, or yields */
        r->raised |= taken;
    return ROLE_NOTHING;
}

enum role_order role_fenced(struct role *r)
{
    return r->state == ROLE_ACTIVE || r->state == ROLE_RAISING ? yield(r) : ROLE_NOTHING;
}

enum role_order role_asked(struct role *r)
{
    if (r->state != ROLE_LOOKING && r->state != ROLE_STANDBY)
        return ROLE_NOTHING;
    return r->linked ? raise(r, true, false) : serve_alone(r, true);
}

const char *role_word(const struct role *r)
{
    static const char *const names[] = {[ROLE_LOOKING] = "looking",
                                        [ROLE_STANDBY] = "standby",
                                        [ROLE_RAISING] = "taking over",
                                        [ROLE_ACTIVE] = "active"};
    return names[r->state];
}
