/* SPDX-License-Identifier: ISC */
/* The role: which of two daemons serves. One is active: it polls, decides and publishes; the other
 * stands by, follows what was decided, and takes over. A state machine of what was seen and heard;
 * it is given the time, and gives orders.
 *
 * Safety does not rest on it: no two owners can publish in one epoch, whatever a machine believes,
 * because the scripts refuse (redis_script.c, partner.h). The role is for life: somebody serves,
 * and nobody fights for it.
 *
 *   - The lease says who serves: the active one renews it, and who sees another's does not raise.
 *   - An epoch is raised for three reasons only: nobody holds the lease at a start, the lease has
 *     been missing for ROLE_MISSING_MS of looks at a Redis that answers (one that was emptied loses
 *     it too, and the active one puts it back sooner), or a person asks for the takeover.
 *   - By itself nobody takes over from another that may have decided what is not on our disk: it
 *     stands by, and a person says what is to be done.
 *   - Who is fenced stands by. It does not raise again but for the second or third reason.
 *   - Who cannot ask Redis at a start serves alone, after ROLE_PATIENCE_MS, unless it knows of
 *     another daemon: that one may be serving, and two that each show their own desk's decisions
 *     are worse than none. Then a person says who serves (the takeover).
 *   - A Redis that answers and takes no epoch from us (a replica, a user without rights) is one
 *     that cannot be asked: who asked for its own epoch, or for one that nobody else is known to
 *     want, or was told to by a person, serves alone; else a person says who serves.
 *   - Who serves and loses Redis goes on: polling, calls and HTTP never wait for it.
 */
#ifndef TALLYD_ROLE_H
#define TALLYD_ROLE_H

#include <stdbool.h>
#include <stdint.h>

#define ROLE_MISSING_MS 4000
#define ROLE_PATIENCE_MS 2000
#define ROLE_COPY_MS 9000 /* a lease that nobody renews has ended by then */

enum role_state {
    ROLE_LOOKING, /* started, and nothing is known */
    ROLE_STANDBY,
    ROLE_RAISING, /* the epoch is asked for, and the desk's stream read to its end */
    ROLE_ACTIVE,
};

enum role_lease {
    ROLE_LEASE_NONE,
    ROLE_LEASE_MINE,
    ROLE_LEASE_ANOTHER,
    /* of our state directory, but not where it is now: ours from before a reboot, then it ends
     * soon; or of a daemon whose directory is a copy of ours, then it is another's */
    ROLE_LEASE_COPY,
};

enum role_order {
    ROLE_NOTHING,
    ROLE_RAISE, /* take the next epoch, unless another holds the lease */
    ROLE_FORCE, /* take it from whoever holds it */
    ROLE_SERVE, /* be active: load, poll, show */
    ROLE_YIELD, /* stop all that; or, from LOOKING, do not begin: follow */
};

struct role {
    enum role_state state;
    bool redis;   /* one is configured: else it is active, and that is all */
    bool partner; /* another daemon is known, from now or from before */
    bool linked;  /* Redis answered the last look */
    bool raised;  /* ACTIVE: our epoch is taken in Redis; false: it serves alone */
    bool asked;   /* RAISING, or ACTIVE and not raised: by a person, by force */
    bool mine;    /* RAISING: the lease was ours, so nobody else served meanwhile */
    int64_t began_ms;
    int64_t missing_ms; /* since when looks find no lease; 0: not so */
    int64_t copy_ms;    /* LOOKING: since when they find ROLE_LEASE_COPY; 0: not so */
};

/* What one look at Redis found. */
struct role_look {
    enum role_lease lease;
    bool foreign; /* the newest epoch there is another daemon's */
    bool whole;   /* all that another one has let be known is on our disk */
};

/* All times are monotonic milliseconds above 0. */
enum role_order role_start(struct role *r, bool redis, bool partner, int64_t now_ms);
enum role_order role_looked(struct role *r, const struct role_look *look, int64_t now_ms);
enum role_order role_lost(struct role *r); /* Redis does not answer, or not as it should */
enum role_order role_tick(struct role *r, int64_t now_ms);
/* What came of RAISE or FORCE: taken, and all that was decided before is on our disk; or not. */
enum role_order role_raised(struct role *r, bool taken);
/* A script refused us: another daemon has a newer epoch, or the lease. */
enum role_order role_fenced(struct role *r);
/* A person asks for the takeover; not of one that is active. */
enum role_order role_asked(struct role *r);

const char *role_word(const struct role *r); /* "active", "standby", "looking", "taking over" */

#endif
