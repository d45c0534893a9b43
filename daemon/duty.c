/* SPDX-License-Identifier: ISC */
/* Orders of the role obeyed, and the desk's stream followed. */
#include "daemon/duty.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "daemon/base/log.h"
#include "daemon/base/num.h"
#include "daemon/base/when.h"
#include "daemon/clock.h"
#include "daemon/edge/partner.h"
#include "daemon/edge/timer.h"
#include "daemon/following.h"

#define TICK_MS 200
#define WAITING_MS 10000 /* nothing was seen for that long */
#define TRIES 5          /* of a person's takeover, while the other one's epochs rise */
#define RENEW_MS 3000
#define ASK_MS 30     /* somebody waits for what the standby has kept */
#define KNOWN_S 86400 /* a partner that was seen within a day is to be reckoned with */
#define LONG_AGO_S 1
#define SEEN_EVERY_S 600    /* so often that is written down */
#define KEEP_EVERY_MS 3000  /* the standby shows that it lives */
#define LOST_AGAIN_MS 60000 /* a loss for the same reason is told so often at most */

_Static_assert(PARTNER_LEASE_MS > 2 * RENEW_MS + RENEW_MS / 2, "a renewal may be lost, or late");
_Static_assert(ROLE_COPY_MS > PARTNER_LEASE_MS, "a lease that nobody renews has ended by then");

struct duty {
    struct writer *writer;
    struct duty_calls calls;
    struct role role;
    struct partner *partner; /* NULL: no Redis */
    struct following *following;
    struct timer *tick, *renew, *defer;
    struct arena *fixed; /* the owner */
    struct slice owner, instance, directory;
    bool fenced;  /* Redis refused us, and it is not obeyed yet */
    bool serving; /* the app does, or is on its way down */
    bool follows; /* it stands by, and the app knows */
    bool raising; /* an epoch is on its way */
    bool force;   /* it is asked for by force */
    int tries;    /* of it that are left */
    bool closing; /* it is taken; the stream is read to its end */
    bool told_waiting, told_silent, told_short;
    bool cut;  /* Redis was lost, and no epoch was seen there since */
    bool copy; /* another one is about whose directory is a copy of ours, or ours of it */
    bool over; /* what is on disk is of another's stream */
    int64_t disk_epoch, taken, seen_epoch;
    struct desk_place
        others; /* the newest epoch another one has begun, and how far its stream went */
    int64_t partner_s, kept_said_ms, standby_ms; /* when the standby was seen last */
    int64_t served_ms;                           /* since when it serves */
    int64_t told_lost_ms;                        /* a standby's loss of Redis */
    struct desk_place standby;                   /* what it has kept */
    int64_t lagging_ms; /* since when it has less than all; 0: it has all */
    struct duty_waiter *waiters;
    duty_done *asked;
    void *asked_ctx;
    char lease[256], other[256]; /* the instance that was seen last; empty: none */
    char differs[700];           /* in what from the one in Redis; empty: in nothing */
    char why[300];               /* Redis was lost last; empty: it never was */
    char forbids[2][300];        /* it does not let us say what is kept; read the stream */
};

static int64_t now_ms(void)
{
    return clock_monotonic_us() / 1000 + 1;
}

static bool is_ours(const struct duty *d, struct slice owner)
{
    return slice_starts(owner, d->instance);
}

/* A copy is no other one before it is known to live: what it left may be ours from before a reboot.
 */
static bool is_another(const struct duty *d, struct slice owner)
{
    return owner.len > 0 && !is_ours(d, owner) && (d->copy || !slice_starts(owner, d->directory));
}

static void answer_asked(struct duty *d, bool ok, const char *text)
{
    duty_done *done = d->asked;
    d->asked = NULL;
    if (done)
        done(ok, text, d->asked_ctx);
}

/* ---- orders ---- */

static void obey(struct duty *d, enum role_order order);

static void on_epoch_kept(bool ok, const char *text, void *ctx)
{
    struct duty *d = ctx;
    if (!ok)
        log_error("the next epoch could not be kept: %s", text);
    if (ok && d->raising && partner_raise(d->partner, d->disk_epoch, d->force))
        return;
    d->raising = false;
    obey(d, role_raised(&d->role, false));
}

/* Above all that is known; on disk before it is taken. */
static void raise(struct duty *d, bool force)
{
    struct err e = {0};
    int64_t epoch = time(NULL);
    if (d->raising)
        return;
    epoch = epoch > d->seen_epoch ? epoch : d->seen_epoch;
    d->disk_epoch = duty_epoch(d, epoch > d->disk_epoch ? epoch : d->disk_epoch);
    d->raising = true;
    d->force = force;
    struct writer_job job = {.epoch = d->disk_epoch};
    if (writer_submit(d->writer, &job, on_epoch_kept, d, &e))
        return;
    log_error("the next epoch cannot be kept: %s", e.text);
    d->raising = false;
    obey(d, role_raised(&d->role, false));
}

static void serve(struct duty *d)
{
    if (d->partner) {
        partner_rest(d->partner);
        timer_set(d->renew, RENEW_MS);
    }
    d->over = following_over(d->following);
    following_stop(d->following, d->role.raised);
    d->follows = false;
    d->serving = true;
    d->served_ms = now_ms();
    d->told_silent = false;
    d->differs[0] = '\0';
    d->standby = (struct desk_place){0};
    if (d->role.redis && d->role.raised)
        log_info("role: active");
    else if (d->role.redis)
        log_warn("role: active; it serves alone, nobody sees it in Redis: %s",
                 d->why[0] ? d->why : "it does not answer");
    d->calls.serve(d->over, d->calls.ctx);
    answer_asked(d, true,
                 d->role.raised
                     ? "this tallyd serves now; figures come with the first polls\n"
                     : "this tallyd serves now, alone: Redis does not take its epoch, so "
                       "nothing is published yet, and another tallyd that serves was "
                       "not stopped: stop it by hand\n");
}

/* From its beginning; what comes replaces what is on our disk (following.h). */
static void read_anew(struct duty *d)
{
    following_begin(d->following);
    partner_follow(d->partner, 0, 0);
}

static void read_stream(struct duty *d)
{
    if (!following_is_on(d->following))
        read_anew(d);
}

static void follow(struct duty *d)
{
    log_info("role: standby; %s%s",
             d->lease[0] ? "the active tallyd is " : "nobody holds the lease", d->lease);
    d->follows = true;
    read_stream(d);
    d->calls.standing(d->calls.ctx);
}

static void yield(struct duty *d)
{
    d->closing = false;
    timer_cancel(d->renew);
    answer_asked(d, false,
                 "it did not take over: Redis does not answer, or another tallyd was "
                 "first; see tallyctl status, and try again\n");
    if (d->serving)
        d->calls.yield(d->calls.ctx);
    else if (!d->follows)
        follow(d);
}

static void obey(struct duty *d, enum role_order order)
{
    switch (order) {
    case ROLE_RAISE:
    case ROLE_FORCE:
        raise(d, order == ROLE_FORCE);
        break;
    case ROLE_SERVE:
        serve(d);
        break;
    case ROLE_YIELD:
        yield(d);
        break;
    case ROLE_NOTHING:
        break;
    }
}

void duty_rested(struct duty *d)
{
    d->serving = false;
    follow(d);
}

static void on_deferred(void *ctx)
{
    struct duty *d = ctx;
    if (d->fenced)
        obey(d, role_fenced(&d->role));
    else if (d->asked) {
        d->tries = TRIES;
        obey(d, role_asked(&d->role));
    }
    d->fenced = false;
}

void duty_fenced(struct duty *d)
{
    d->fenced = true;
    timer_set(d->defer, 0); /* not from within what is to be stopped */
}

void duty_identify(struct duty *d, const struct redis_settings *s)
{
    if (d->partner)
        partner_identify(d->partner, s);
}

bool duty_may_publish(const struct duty *d)
{
    return d->role.raised;
}

int64_t duty_epoch(const struct duty *d, int64_t known)
{
    return partner_epoch(known, d->instance, slice_of(d->other));
}

/* ---- what is seen ---- */

static void keep_partner(struct duty *d, int64_t seen_s)
{
    struct err e = {0};
    d->partner_s = seen_s;
    struct writer_job job = {.partner_s = seen_s};
    if (!writer_submit(d->writer, &job, NULL, NULL, &e))
        log_warn("that another tallyd is about could not be kept: %s", e.text);
}

/* Another daemon is about: not only until we restart, unless it is another night's. */
static void note_partner(struct duty *d, struct slice instance)
{
    int64_t now = time(NULL);
    d->role.partner = true;
    snprintf(d->other, sizeof d->other, "%.*s", SLICE_FMT(instance));
    if (now - d->partner_s >= SEEN_EVERY_S && !following_is_refused(d->following))
        keep_partner(d, now);
}

static struct desk_place place_now(const struct duty *d, int64_t *epoch)
{
    struct desk_place place = {0};
    d->calls.shown(epoch, &place, d->calls.ctx);
    return place;
}

/* "EPOCH-NUMBER INSTANCE": another's, while we serve. One of a newer epoch than ours is not of our
 * history, and says nothing of what it has of that. */
static void note_kept(struct duty *d, struct slice kept)
{
    struct desk_place place = {0};
    int64_t epoch = 0;
    struct slice whose = partner_read_kept(kept, &place.epoch, &place.number);
    if (!d->serving || kept.len == 0 || slice_eq(whose, d->instance))
        return;
    note_partner(d, whose);
    d->standby_ms = now_ms();
    (void)place_now(d, &epoch);
    d->standby = place.epoch > epoch ? (struct desk_place){0} : place;
}

/* Is all that another daemon let be known on our disk? It is in the desk's stream of its newest
 * epoch; where that is lost, the daemon itself writes it again. Where Redis was emptied while we
 * were cut off from it, nothing tells what it had. */
static bool is_whole(const struct duty *d)
{
    struct desk_night ours = d->calls.night(d->calls.ctx);
    const struct desk_night *theirs = following_night(d->following);
    if (desk_night_kin(&ours, theirs) != DESK_SAME) /* nobody served it at our start: it is over */
        return d->role.state == ROLE_LOOKING && desk_night_is_past(&ours, theirs);
    return following_is_whole(d->following) && !d->forbids[true][0] &&
           !(d->cut && d->others.epoch > 0) &&
           desk_place_cmp(following_kept(d->following), d->others) >= 0;
}

static bool takes_night(const struct desk_night *theirs, void *ctx)
{
    struct duty *d = ctx;
    struct desk_night ours = d->calls.night(d->calls.ctx);
    return desk_night_kin(&ours, theirs) != DESK_STRANGER;
}

/* That it is another night's, or has another list: when it turns out, and when it changes. */
static void tell_night(struct duty *d)
{
    char text[sizeof d->differs];
    struct desk_night ours = d->calls.night(d->calls.ctx);
    if (d->role.state == ROLE_ACTIVE)
        return;
    desk_night_tell(&ours, following_night(d->following), text, sizeof text);
    if (text[0] && strcmp(text, d->differs) != 0)
        log_error("role: this tallyd is no standby that counts: %s", text);
    snprintf(d->differs, sizeof d->differs, "%s", text);
    if (following_is_refused(d->following) && d->partner_s > LONG_AGO_S)
        keep_partner(d, LONG_AGO_S); /* with a prefix of its own it has none */
    if (following_is_refused(d->following) && takes_night(following_night(d->following), d))
        read_anew(d); /* it is ours since a reload */
}

/* The lease is gone, and nobody takes over: once. */
static void tell_short(struct duty *d, const struct role_look *seen)
{
    bool is = d->role.state == ROLE_STANDBY && seen->lease == ROLE_LEASE_NONE && !seen->whole &&
              !d->differs[0];
    if (is && !d->told_short)
        log_error("role: nobody holds the lease, and this tallyd does not take over by itself: the "
                  "desk's stream of epoch %lld is not whole on its disk, and calls may be in it; "
                  "start the other tallyd, or go on without them by tallyctl takeover",
                  (long long)d->others.epoch);
    d->told_short = is;
}

static void say_kept(struct duty *d)
{
    struct desk_night ours = d->calls.night(d->calls.ctx);
    enum desk_kin kin = desk_night_kin(&ours, following_night(d->following));
    struct desk_place kept = following_kept(d->following);
    if (kin == DESK_OTHER_LIST) /* it has the rows, and would make something else of them */
        kept = (struct desk_place){0};
    d->kept_said_ms = now_ms();
    if (kin != DESK_STRANGER && following_at(d->following).epoch > 0) /* it is known whose it is */
        partner_keep(d->partner, kept.epoch, kept.number);
}

/* Ours of an older dump is nobody's: another may have served since. */
static enum role_lease lease_of(const struct duty *d, const struct partner_look *look)
{
    struct slice owner = look->lease;
    bool past = look->epoch < following_newest(d->following).epoch;
    return owner.len == 0                      ? ROLE_LEASE_NONE
           : is_ours(d, owner)                 ? (past ? ROLE_LEASE_NONE : ROLE_LEASE_MINE)
           : slice_starts(owner, d->directory) ? ROLE_LEASE_COPY
                                               : ROLE_LEASE_ANOTHER;
}

/* Who cannot be told from us by the directory's name lives all the same. */
static void note_copy(struct duty *d, const struct role_look *seen, struct slice lease)
{
    if (seen->lease != ROLE_LEASE_COPY || d->role.state == ROLE_LOOKING)
        return;
    note_partner(d, partner_instance(lease));
    if (!d->copy)
        log_error("role: %.*s serves, and one of the two state directories is a copy of the "
                  "other's; this tallyd stands by: stop it, empty its directory, and start it "
                  "again",
                  SLICE_FMT(lease));
    d->copy = true;
}

/* Who began to serve without Redis does not publish over what was told there before it is known to
 * be on our disk; unless a person says so. */
static bool compares(struct duty *d)
{
    if (d->role.state != ROLE_ACTIVE || d->role.raised || d->role.asked ||
        following_has_all(d->following))
        return false;
    if (!following_is_on(d->following)) {
        following_compare(d->following);
        partner_follow(d->partner, 0, 0);
    }
    return true;
}

static void compared(struct duty *d)
{
    bool lacks = following_lacks(d->following);
    partner_rest(d->partner);
    following_stop(d->following, !lacks);
    if (!lacks)
        return;
    log_warn("role: in Redis is what was decided or called and is not on the disk of this tallyd, "
             "which began to serve without it; it stands by, and goes on from there");
    obey(d, role_fenced(&d->role));
}

/* A stream that ends before what was read of it is another one: of an older dump, or of lower
 * epochs. And what was passed over as older is right when it turns out to be live. */
static void read_again(struct duty *d, struct desk_place there, bool live)
{
    bool reads = d->role.state == ROLE_LOOKING || d->role.state == ROLE_STANDBY;
    bool another = there.number > 0 && desk_place_cmp(there, following_at(d->following)) < 0;
    if (reads && following_is_on(d->following) &&
        (another || (live && following_is_older(d->following))))
        read_anew(d);
}

/* What is newest of all that was seen, and of what others have begun. */
static void note_newest(struct duty *d, const struct partner_look *look, struct desk_place there)
{
    if (look->epoch > d->seen_epoch)
        d->seen_epoch = look->epoch;
    d->cut &= look->begun == 0;
    if (desk_place_cmp(there, d->others) > 0 && is_another(d, look->begun_owner))
        d->others = there;
}

static void on_looked(const struct partner_look *look, void *ctx)
{
    struct duty *d = ctx;
    struct role_look seen = {.lease = lease_of(d, look), .foreign = is_another(d, look->owner)};
    bool shows = seen.lease != ROLE_LEASE_MINE ||
                 d->role.state != ROLE_STANDBY; /* what we were is nobody's */
    snprintf(d->lease, sizeof d->lease, "%.*s", shows ? (int)look->lease.len : 0,
             look->lease.len ? look->lease.ptr : "");
    struct desk_place there = {look->begun, look->desk};
    note_newest(d, look, there);
    following_seen(d->following, there, look->live);
    read_again(d, there, look->live);
    seen.whole = is_whole(d);
    if (seen.lease == ROLE_LEASE_ANOTHER || seen.foreign)
        note_partner(
            d, partner_instance(seen.lease == ROLE_LEASE_ANOTHER ? look->lease : look->owner));
    note_kept(d, look->kept);
    if (d->role.state == ROLE_STANDBY && now_ms() - d->kept_said_ms >= KEEP_EVERY_MS)
        say_kept(d);
    if (!compares(d))
        obey(d, role_looked(&d->role, &seen, now_ms()));
    if (d->role.state == ROLE_LOOKING)
        read_stream(d);
    note_copy(d, &seen, look->lease);
    tell_night(d);
    tell_short(d, &seen);
}

static void on_lost(const char *why, void *ctx)
{
    struct duty *d = ctx;
    bool news = strcmp(d->why, why) != 0 || now_ms() - d->told_lost_ms >= LOST_AGAIN_MS;
    snprintf(d->why, sizeof d->why, "%s", why);
    d->raising = d->closing = false;
    d->cut = true;
    obey(d, role_lost(&d->role));
    if (d->role.state == ROLE_ACTIVE || !news)
        return;
    d->told_lost_ms = now_ms();
    log_warn("redis: %s; this tallyd does not serve, and it is tried again", why);
}

static void on_raised(bool taken, struct slice why, void *ctx)
{
    struct duty *d = ctx;
    if (!d->raising)
        return;
    d->raising = false;
    if (taken)
        log_info("role: the next epoch is taken, nobody else can publish any more");
    else
        log_info("role: epoch %lld is not taken: %.*s", (long long)d->disk_epoch, SLICE_FMT(why));
    if (!taken && d->force && d->tries-- > 0 && partner_read_old(why, &d->seen_epoch)) {
        raise(d, true); /* who asks does not care for the number */
        return;
    }
    if (!taken) {
        obey(d, role_raised(&d->role, false));
        return;
    }
    d->taken = d->disk_epoch;
    snprintf(d->lease, sizeof d->lease, "%.*s", SLICE_FMT(d->owner));
    if (d->role.state == ROLE_RAISING) {
        d->closing = true;
        read_stream(d);
        return;
    }
    following_took(d->following, d->taken);
    following_stop(d->following, true);
    obey(d, role_raised(&d->role, true)); /* it serves already */
    d->calls.publish(d->calls.ctx);
}

/* ---- the desk's stream ---- */

static void on_entry(int64_t epoch, int64_t number, const struct slice *texts, size_t count,
                     void *ctx)
{
    struct duty *d = ctx;
    following_entry(d->following, (struct desk_place){epoch, number}, texts, count);
}

/* The stream's end was read and all of it is on disk: serve. */
static void close_if_done(struct duty *d)
{
    if (d->closing && following_done(d->following)) {
        d->closing = false;
        following_took(d->following, d->taken); /* not before: who dies meanwhile reads it again */
        obey(d, role_raised(&d->role, true));
    }
}

static void on_read(bool end, void *ctx)
{
    struct duty *d = ctx;
    d->forbids[true][0] = '\0';
    if (following_compares(d->following)) {
        following_read(d->following, end);
        if (end)
            compared(d);
        return;
    }
    following_read(d->following, end && d->closing);
    close_if_done(d);
}

static void on_forbidden(bool reading, const char *why, void *ctx)
{
    static const char *const what[] = {"what this standby has kept cannot be said there",
                                       "the desk's stream cannot be read"};
    struct duty *d = ctx;
    if (why[0] && strcmp(d->forbids[reading], why) != 0)
        log_error("redis: %s: %s", what[reading], why);
    snprintf(d->forbids[reading], sizeof d->forbids[reading], "%s", why);
    if (reading && following_compares(d->following))
        compared(d);
    if (reading && d->closing) {
        log_error("role: it serves with what is on its own disk");
        following_give_up(d->following);
        close_if_done(d);
    }
}

static void on_followed(void *ctx)
{
    struct duty *d = ctx;
    struct desk_place kept = following_kept(d->following);
    if (kept.epoch > d->disk_epoch)
        d->disk_epoch = kept.epoch;
    if (d->role.state == ROLE_STANDBY)
        say_kept(d);
    close_if_done(d);
}

/* ---- the lease, and what the standby has kept ---- */

static void renew(struct duty *d)
{
    int64_t epoch = 0;
    (void)place_now(d, &epoch);
    if (d->role.raised)
        partner_renew(d->partner, epoch > d->taken ? epoch : d->taken);
}

static void on_renew(void *ctx)
{
    struct duty *d = ctx;
    timer_set(d->renew, RENEW_MS);
    renew(d);
}

void duty_began(struct duty *d)
{
    if (d->partner && d->serving)
        renew(d);
}

/* Nothing more of ours comes into the desk's stream: what has no place there gets none. */
static bool is_over(const struct duty *d)
{
    return !d->serving || d->role.state != ROLE_ACTIVE;
}

/* Who waits is told what there is to tell; all are where we serve no longer. */
static void release_waiters(struct duty *d)
{
    int64_t epoch;
    bool over = is_over(d);
    struct desk_place all = place_now(d, &epoch);
    duty_waiters_release(&d->waiters, all, d->standby, now_ms(), over);
    if (over || (all.epoch > 0 && desk_place_cmp(d->standby, all) >= 0))
        d->lagging_ms = 0;
    else if (d->lagging_ms == 0)
        d->lagging_ms = now_ms();
}

static void on_renewed(bool fenced, struct slice kept, void *ctx)
{
    struct duty *d = ctx;
    if (fenced) {
        obey(d, role_fenced(&d->role));
        return;
    }
    if (!d->serving)
        return;
    note_kept(d, kept);
    release_waiters(d);
}

void duty_wait(struct duty *d, duty_waiter_done *done, void *ctx)
{
    int64_t epoch;
    if (!d->partner || time(NULL) - d->partner_s > KNOWN_S)
        done(DUTY_ALONE, ctx);
    else if (is_over(d) || !duty_waiters_add(&d->waiters, place_now(d, &epoch),
                                             now_ms() + DUTY_WAIT_MS, done, ctx))
        done(DUTY_HERE, ctx);
    else
        timer_set(d->tick, 0);
}

/* It may wait for long, for a person: who started it is told that it is up. */
static void tell_waiting(struct duty *d)
{
    if (d->role.state != ROLE_LOOKING || d->told_waiting ||
        now_ms() - d->role.began_ms < WAITING_MS)
        return;
    d->told_waiting = true;
    log_warn("role: Redis does not answer, and another tallyd is known, which may serve; when it "
             "does not, tallyctl takeover makes this one the active");
    d->calls.standing(d->calls.ctx);
}

static bool standby_lives(const struct duty *d)
{
    return d->standby_ms > 0 && now_ms() - d->standby_ms < PARTNER_KEPT_MS;
}

static int64_t heard_s(const struct duty *d)
{
    return d->standby_ms > 0  ? (now_ms() - d->standby_ms) / 1000
           : d->partner_s > 0 ? time(NULL) - d->partner_s
                              : -1;
}

/* That the standby is gone, and that it is back: once each. */
static void tell_silent(struct duty *d)
{
    bool silent = d->serving && d->role.partner && d->role.state == ROLE_ACTIVE &&
                  !standby_lives(d) && now_ms() - d->served_ms >= PARTNER_KEPT_MS;
    if (silent == d->told_silent)
        return;
    d->told_silent = silent;
    if (silent)
        log_warn("role: the standby was last heard %lld s ago; until it is back what is decided is "
                 "kept here only, which exit status 75 says",
                 (long long)heard_s(d));
    else if (standby_lives(d))
        log_info("role: the standby is back");
}

static void on_tick(void *ctx)
{
    struct duty *d = ctx;
    tell_waiting(d);
    tell_silent(d);
    if (d->waiters && d->serving)
        renew(d);
    release_waiters(d);
    timer_set(d->tick, d->waiters ? ASK_MS : TICK_MS);
    obey(d, role_tick(&d->role, now_ms()));
}

/* ---- people ---- */

bool duty_take_over(struct duty *d, duty_done *done, void *ctx, struct err *e)
{
    if (d->role.state == ROLE_ACTIVE)
        return err_set(e, ERR_NO, "this tallyd is the active one already");
    if (d->role.state == ROLE_RAISING || d->serving || d->asked)
        return err_set(e, ERR_AGAIN, "this tallyd is taking over, or stepping down; try again");
    if (d->differs[0] && d->lease[0] && !takes_night(following_night(d->following), d))
        return err_set(e, ERR_NO, "%s serves, and it would end another night's: %s", d->lease,
                       d->differs);
    d->asked = done;
    d->asked_ctx = ctx;
    log_warn("role: a person asks for the takeover");
    timer_set(d->defer, 0); /* done() is not to come before we return */
    return true;
}

void duty_tell(const struct duty *d, struct buf *out)
{
    if (!d->role.linked)
        buf_addz(out, "Redis does not answer: whether another tallyd serves cannot be seen, and it "
                      "cannot be stopped\n");
    else if (d->lease[0])
        buf_addf(out, "active     %s, its lease lives: it is fenced and stands by\n", d->lease);
    else
        buf_addz(out, "active     nobody holds the lease\n");
    following_tell(d->following, out);
    if (d->differs[0])
        buf_addf(out, "differs    %s\n", d->differs);
    else if (!is_whole(d))
        buf_addf(out,
                 "missing    the desk's stream of epoch %lld is not kept here whole: what was "
                 "decided in it, calls that were announced too, may be lost\n",
                 (long long)d->others.epoch);
}

void duty_view(const struct duty *d, struct duty_view *out)
{
    *out = (struct duty_view){
        .role = &d->role,
        .lease = d->lease,
        .redis = d->partner != NULL,
        .linked = d->role.linked,
        .redis_at = d->partner ? partner_at(d->partner) : "",
        .standby_lives = standby_lives(d),
        .whole = is_whole(d),
        .copy = d->copy,
        .why = d->why,
        .unsaid = d->forbids[false],
        .differs = d->differs,
        .heard_s = heard_s(d),
        .at = following_at(d->following),
        .kept = d->serving ? d->standby : following_kept(d->following),
        .kept_ms = d->lagging_ms ? now_ms() - d->lagging_ms : 0,
        .last = following_last(d->following),
    };
}

/* ---- life ---- */

bool duty_new(struct event_base *base, struct writer *writer, const struct duty_settings *s,
              const struct duty_calls *calls, struct duty **out, struct err *e)
{
    struct duty *d = calloc(1, sizeof *d);
    bool ok = d && (d->fixed = arena_new(1 << 16)) != NULL &&
              (d->owner = arena_copy(d->fixed, s->redis.owner)).ptr != NULL &&
              (d->tick = timer_new(base, on_tick, d)) != NULL &&
              (d->renew = timer_new(base, on_renew, d)) != NULL &&
              (d->defer = timer_new(base, on_deferred, d)) != NULL;
    if (!ok)
        err_set(e, ERR_BUG, "out of memory");
    if (ok) {
        d->writer = writer;
        d->calls = *calls;
        d->instance = partner_instance(d->owner);
        d->directory = partner_directory(d->owner);
        d->disk_epoch = s->loaded->epoch;
        d->partner_s = s->loaded->partner_s;
        struct following_calls follows = {on_followed, takes_night, d};
        ok = following_new(writer, d->instance, s->loaded, &follows, &d->following, e);
    }
    struct partner_calls back = {.looked = on_looked,
                                 .lost = on_lost,
                                 .entry = on_entry,
                                 .read = on_read,
                                 .forbidden = on_forbidden,
                                 .raised = on_raised,
                                 .renewed = on_renewed,
                                 .ctx = d};
    if (ok && s->redis.url.len > 0)
        ok = partner_new(base, &s->redis, &back, &d->partner, e);
    if (ok)
        *out = d;
    else
        duty_free(d);
    return ok;
}

void duty_start(struct duty *d)
{
    bool known = time(NULL) - d->partner_s <= KNOWN_S;
    if (d->partner)
        timer_set(d->tick, TICK_MS);
    obey(d, role_start(&d->role, d->partner != NULL, known, now_ms()));
}

void duty_free(struct duty *d)
{
    if (!d)
        return;
    partner_free(d->partner);
    following_free(d->following);
    timer_free(d->tick);
    timer_free(d->renew);
    timer_free(d->defer);
    duty_waiters_free(&d->waiters);
    arena_free(d->fixed);
    free(d);
}
