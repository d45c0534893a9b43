/* SPDX-License-Identifier: ISC */
/* Who serves: single steps, and two daemons over a simulated Redis that is emptied, cut off and
 * taken over at random. SEED= and N= repeat and multiply. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "daemon/role.h"
#include "tests/unit/random.h"

/* ---- single steps ---- */

static const struct role_look none = {ROLE_LEASE_NONE, false, true},
                              mine = {ROLE_LEASE_MINE, false, true},
                              another = {ROLE_LEASE_ANOTHER, true, true},
                              gone = {ROLE_LEASE_NONE, true, true},
                              lacking = {ROLE_LEASE_NONE, true, false};

static void test_without_redis_it_serves(void **state)
{
    struct role r;
    (void)state;
    assert_int_equal(role_start(&r, false, true, 1), ROLE_SERVE);
    assert_int_equal(r.state, ROLE_ACTIVE);
}

static void test_a_first_start_serves_at_once(void **state)
{
    struct role r;
    (void)state;
    assert_int_equal(role_start(&r, true, false, 1), ROLE_NOTHING);
    assert_int_equal(role_looked(&r, &none, 2), ROLE_RAISE);
    assert_int_equal(role_raised(&r, true), ROLE_SERVE);
    assert_true(r.raised);
}

static void test_who_comes_back_within_its_lease_serves_at_once(void **state)
{
    struct role r;
    (void)state;
    role_start(&r, true, true, 1);
    assert_int_equal(role_looked(&r, &mine, 2), ROLE_RAISE);
}

static void test_another_s_lease_is_respected_at_a_start(void **state)
{
    struct role r;
    (void)state;
    role_start(&r, true, false, 1);
    assert_int_equal(role_looked(&r, &another, 2), ROLE_YIELD);
    assert_int_equal(r.state, ROLE_STANDBY);
    for (int64_t t = 3; t < 100000; t += 500)
        assert_int_equal(role_looked(&r, &another, t), ROLE_NOTHING);
}

static void test_an_epoch_of_another_s_without_a_lease_is_waited_for(void **state)
{
    struct role r;
    (void)state;
    role_start(&r, true, false, 1);
    assert_int_equal(role_looked(&r, &gone, 1000), ROLE_NOTHING);
    assert_int_equal(role_looked(&r, &gone, 1000 + ROLE_MISSING_MS - 1), ROLE_NOTHING);
    assert_int_equal(role_looked(&r, &gone, 1000 + ROLE_MISSING_MS), ROLE_RAISE);
}

static void test_a_standby_takes_over_when_the_lease_stays_away(void **state)
{
    struct role r;
    (void)state;
    role_start(&r, true, false, 1);
    role_looked(&r, &another, 2);
    assert_int_equal(role_looked(&r, &gone, 1000), ROLE_NOTHING);
    assert_int_equal(role_looked(&r, &another, 1500), ROLE_NOTHING); /* it was only emptied */
    assert_int_equal(role_looked(&r, &gone, 2000), ROLE_NOTHING);
    assert_int_equal(role_lost(&r), ROLE_NOTHING); /* what is not looked at is not missing */
    assert_int_equal(role_looked(&r, &gone, 9000), ROLE_NOTHING);
    assert_int_equal(role_looked(&r, &gone, 9000 + ROLE_MISSING_MS), ROLE_RAISE);
    assert_int_equal(role_raised(&r, false), ROLE_YIELD);
    assert_int_equal(r.state, ROLE_STANDBY);
}

static void test_what_is_not_on_our_disk_is_not_taken_over(void **state)
{
    struct role r;
    (void)state;
    role_start(&r, true, false, 1);
    assert_int_equal(role_looked(&r, &lacking, 1000), ROLE_NOTHING);
    assert_int_equal(role_looked(&r, &lacking, 1000 + ROLE_MISSING_MS), ROLE_YIELD);
    for (int64_t t = 10000; t < 100000; t += 500)
        assert_int_equal(role_looked(&r, &lacking, t), ROLE_NOTHING);
    assert_int_equal(role_looked(&r, &gone, 100000), ROLE_RAISE); /* it came after all */
    role_raised(&r, false);
    assert_int_equal(role_looked(&r, &lacking, 100001), ROLE_NOTHING);
    assert_int_equal(role_asked(&r), ROLE_FORCE);
}

static void test_a_copy_of_our_directory_is_another_when_it_lives(void **state)
{
    static const struct role_look copy = {ROLE_LEASE_COPY, false, true};
    struct role r;
    (void)state;
    role_start(&r, true, false, 1); /* what a reboot left ends by itself */
    for (int64_t t = 2; t < 8000; t += 500)
        assert_int_equal(role_looked(&r, &copy, t), ROLE_NOTHING);
    assert_int_equal(role_tick(&r, 8000), ROLE_NOTHING);
    assert_int_equal(role_looked(&r, &none, 8000), ROLE_RAISE);

    role_start(&r, true, false, 1); /* a copy renews it */
    assert_int_equal(role_looked(&r, &copy, 2), ROLE_NOTHING);
    assert_int_equal(role_looked(&r, &copy, 2 + ROLE_COPY_MS), ROLE_YIELD);
    assert_true(r.state == ROLE_STANDBY && r.partner);
    assert_int_equal(role_looked(&r, &gone, 20000), ROLE_NOTHING);
    assert_int_equal(role_looked(&r, &copy, 22000), ROLE_NOTHING);
    assert_int_equal(role_looked(&r, &gone, 30000), ROLE_NOTHING);
    assert_int_equal(role_looked(&r, &gone, 30000 + ROLE_MISSING_MS), ROLE_RAISE);
}

static void test_redis_away_at_a_start(void **state)
{
    struct role r;
    (void)state;
    role_start(&r, true, false, 1);
    assert_int_equal(role_tick(&r, ROLE_PATIENCE_MS), ROLE_NOTHING);
    assert_int_equal(role_tick(&r, 1 + ROLE_PATIENCE_MS), ROLE_SERVE);
    assert_false(r.raised);
    assert_int_equal(role_looked(&r, &none, 9000), ROLE_RAISE);
    assert_int_equal(role_raised(&r, false), ROLE_NOTHING);
    assert_false(r.raised);
    assert_int_equal(role_looked(&r, &none, 9200), ROLE_RAISE);
    assert_int_equal(role_raised(&r, true), ROLE_NOTHING);
    assert_int_equal(role_looked(&r, &none, 9500), ROLE_NOTHING);

    role_start(&r, true, true, 1); /* with a partner a person has to say it */
    assert_int_equal(role_tick(&r, 1000000), ROLE_NOTHING);
    assert_int_equal(role_asked(&r), ROLE_SERVE);
    assert_int_equal(role_looked(&r, &another, 1000001), ROLE_FORCE);
    assert_int_equal(role_raised(&r, true), ROLE_NOTHING);
    assert_true(r.raised);
}

/* It answers looks, but is a replica, or our user lacks a right: `lost` after each RAISE. */
static void test_a_redis_that_takes_no_epoch(void **state)
{
    struct role r;
    (void)state;
    role_start(&r, true, false, 1); /* alone in the world: it serves */
    assert_int_equal(role_looked(&r, &none, 2), ROLE_RAISE);
    assert_int_equal(role_lost(&r), ROLE_SERVE);
    assert_false(r.raised);
    assert_int_equal(role_looked(&r, &none, 1000), ROLE_RAISE);
    assert_int_equal(role_lost(&r), ROLE_NOTHING);
    assert_int_equal(role_looked(&r, &none, 2000), ROLE_RAISE);
    assert_int_equal(role_raised(&r, true), ROLE_NOTHING);
    assert_true(r.raised);

    role_start(&r, true, true, 1); /* its lease lives: nobody took over meanwhile */
    assert_int_equal(role_looked(&r, &mine, 2), ROLE_RAISE);
    assert_int_equal(role_lost(&r), ROLE_SERVE);

    role_start(&r, true, true, 1); /* the other one cannot renew its lease there either */
    assert_int_equal(role_looked(&r, &gone, 2), ROLE_NOTHING);
    assert_int_equal(role_looked(&r, &gone, 2 + ROLE_MISSING_MS), ROLE_RAISE);
    assert_int_equal(role_lost(&r), ROLE_YIELD);
    assert_int_equal(r.state, ROLE_STANDBY);
    assert_int_equal(role_looked(&r, &gone, 10000), ROLE_NOTHING);
    assert_int_equal(role_asked(&r), ROLE_FORCE);
    assert_int_equal(role_lost(&r), ROLE_SERVE);
    assert_int_equal(role_looked(&r, &another, 11000), ROLE_FORCE);
}

static void test_who_served_alone_finds_another(void **state)
{
    struct role r;
    (void)state;
    role_start(&r, true, false, 1);
    role_tick(&r, 5000);
    assert_int_equal(role_looked(&r, &another, 6000), ROLE_YIELD);
}

static void test_who_is_fenced_stands_by_and_does_not_raise_again(void **state)
{
    struct role r;
    (void)state;
    role_start(&r, true, false, 1);
    role_looked(&r, &none, 2);
    role_raised(&r, true);
    assert_int_equal(role_fenced(&r), ROLE_YIELD);
    assert_int_equal(role_fenced(&r), ROLE_NOTHING);
    assert_int_equal(role_looked(&r, &mine, 3), ROLE_NOTHING);
    assert_int_equal(role_looked(&r, &gone, 4), ROLE_NOTHING);
    assert_int_equal(role_asked(&r), ROLE_FORCE);
    assert_int_equal(role_asked(&r), ROLE_NOTHING);
}

/* ---- two over one Redis ---- */

enum { STEP = 100, LEASE = 8000, RENEW = 3000, LOOK = 500, EPOCHS = 200000 };

struct server { /* what the scripts see and keep */
    int64_t now, epoch, next, lease_until;
    int owner, next_owner, lease; /* processes; a daemon; 0: none */
    int64_t refuses_until;        /* it answers looks, and takes no writes */
    int64_t stream;               /* the epoch that the desk's stream is of; 0: it is lost */
};

struct daemon {
    struct role role;
    int number, process;                           /* 1 or 2; another one at each start */
    int64_t disk, epoch, renew_at, look_at, until; /* until: it is down, cut off or stopped */
    int64_t kept, others; /* the stream that it has; the newest epoch that the other one began */
    enum { WELL, DOWN, CUT, STOPPED } state;
    bool begun;
    int64_t well_since; /* it serves, is raised and reached; 0: not so */
};

struct world {
    struct server s;
    struct daemon d[2];
    struct random random;
    int processes, raises;
    int64_t last_raise;
    int *owners; /* of epochs in which something was published */
};

static struct daemon *other(struct world *w, const struct daemon *d)
{
    return &w->d[2 - d->number];
}

static int64_t there(const struct server *s, int *owner)
{
    bool next = s->next > s->epoch;
    *owner = next ? s->next_owner : s->owner;
    return next ? s->next : s->epoch;
}

static bool fences(const struct server *s, const struct daemon *d, int64_t epoch)
{
    return s->epoch > epoch || (s->epoch == epoch && s->owner != d->process) || s->next > epoch ||
           (s->next == epoch && s->next_owner != d->process);
}

/* As contracts have it: above the disk, Redis and the clock; of who knows another, even or odd. */
static int64_t higher(const struct server *s, const struct daemon *d)
{
    int owner;
    int64_t epoch = there(s, &owner), seconds = s->now / 1000;
    epoch = epoch > seconds ? epoch : seconds;
    epoch = (epoch > d->disk ? epoch : d->disk) + 1;
    return epoch + (d->role.partner && epoch % 2 != d->number % 2);
}

static int lease_of(const struct server *s)
{
    return s->lease_until > s->now ? s->lease : 0;
}

static void obey(struct world *w, struct daemon *d, enum role_order order)
{
    struct server *s = &w->s;
    int holder = lease_of(s);
    bool force = order == ROLE_FORCE;
    if (order == ROLE_SERVE || order == ROLE_YIELD)
        d->begun = false;
    if (order != ROLE_RAISE && order != ROLE_FORCE)
        return;
    d->disk = higher(s, d);
    if (s->now < s->refuses_until) {
        obey(w, d, role_lost(&d->role));
        return;
    }
    bool taken = force || holder == 0 || holder == d->number;
    if (taken) {
        /* who is well is replaced by nobody but a person */
        const struct daemon *o = other(w, d);
        assert_true(force || !o->well_since || s->now - o->well_since <= ROLE_MISSING_MS);
        s->next = d->disk;
        s->next_owner = d->process;
        s->lease = d->number;
        s->lease_until = s->now + LEASE;
        d->renew_at = s->now + RENEW;
        w->raises++;
        w->last_raise = s->now;
    }
    obey(w, d, role_raised(&d->role, taken));
}

static void publish(struct world *w, struct daemon *d)
{
    struct server *s = &w->s;
    int owner;
    int64_t newest = there(s, &owner);
    bool there_still = s->epoch == d->epoch && s->stream == d->epoch;
    if (d->begun && !fences(s, d, d->epoch) && there_still) {
        assert_true(d->epoch < EPOCHS);
        assert_true(w->owners[d->epoch] == 0 || w->owners[d->epoch] == d->process);
        w->owners[d->epoch] = d->process;
        return;
    }
    if (d->begun ? newest > d->epoch && owner != d->process
                 : newest > d->disk && owner != d->process) {
        obey(w, d, role_fenced(&d->role));
        return;
    }
    d->epoch = d->disk = higher(s, d);
    s->epoch = s->stream = d->epoch;
    s->owner = d->process;
    s->next = s->next_owner = 0;
    d->begun = true;
    d->renew_at = s->now; /* and the lease with it */
}

static void renew(struct world *w, struct daemon *d)
{
    struct server *s = &w->s;
    int holder = lease_of(s);
    d->renew_at = s->now + RENEW;
    if ((holder != 0 && holder != d->number) || fences(s, d, d->disk)) {
        obey(w, d, role_fenced(&d->role));
        return;
    }
    s->lease = d->number;
    s->lease_until = s->now + LEASE;
}

static void look(struct world *w, struct daemon *d)
{
    struct server *s = &w->s;
    int owner, holder = lease_of(s);
    struct role_look seen = {holder == 0           ? ROLE_LEASE_NONE
                             : holder == d->number ? ROLE_LEASE_MINE
                                                   : ROLE_LEASE_ANOTHER,
                             false, false};
    int64_t newest = there(s, &owner);
    seen.foreign = newest > 0 && owner % 2 != d->process % 2;
    if (newest > d->disk) /* what it follows is kept */
        d->disk = newest;
    if (s->epoch > d->others && s->owner % 2 != d->process % 2)
        d->others = s->epoch;
    if (s->stream)
        d->kept = s->stream;
    seen.whole = d->kept >= d->others;
    d->look_at = s->now + LOOK;
    obey(w, d, role_looked(&d->role, &seen, s->now));
}

static void start(struct world *w, struct daemon *d)
{
    w->processes += 2;
    d->process = w->processes + d->number;
    d->state = WELL;
    d->begun = false;
    d->look_at = d->kept = d->others = 0;
    obey(w, d, role_start(&d->role, true, d->role.partner, w->s.now));
}

static bool serves(const struct daemon *d)
{
    return d->role.state == ROLE_ACTIVE && d->role.raised;
}

static void step(struct world *w, struct daemon *d)
{
    struct server *s = &w->s;
    if (d->state != WELL && s->now >= d->until) {
        if (d->state == DOWN)
            start(w, d);
        d->state = WELL;
    }
    if (d->state == CUT) {
        obey(w, d, role_lost(&d->role));
        obey(w, d, role_tick(&d->role, s->now));
    }
    if (d->state == WELL) {
        bool takes = s->now >= s->refuses_until;
        if (serves(d) && s->now >= d->renew_at && takes)
            renew(w, d);
        if (serves(d) && takes)
            publish(w, d);
        if (s->now >= d->look_at)
            look(w, d);
    }
    bool well = d->state == WELL && serves(d) && d->begun && s->now >= s->refuses_until;
    d->well_since = !well ? 0 : d->well_since ? d->well_since : s->now;
}

static void disturb(struct world *w)
{
    struct daemon *d = &w->d[random_below(&w->random, 2)];
    int64_t until = w->s.now + random_between(&w->random, 100, 20000);
    switch (random_below(&w->random, 9)) {
    case 0:
        /* before both know of each other one epoch could be taken twice */
        if (w->d[0].role.partner && w->d[1].role.partner)
            w->s = (struct server){.now = w->s.now};
        break;
    case 1:
        if (d->state == WELL)
            obey(w, d, role_asked(&d->role));
        break;
    case 3:
        w->s.stream = 0;
        break;
    case 2:
        w->s.refuses_until = until;
        break;
    default:
        if (d->state == WELL) {
            d->state = DOWN + (int)random_below(&w->random, 3);
            d->until = until;
        }
    }
}

static void run_for(struct world *w, int64_t ms, int64_t mean)
{
    for (int64_t end = w->s.now + ms; w->s.now < end; w->s.now += STEP) {
        if (mean && random_below(&w->random, (uint64_t)(mean / STEP)) == 0)
            disturb(w);
        size_t first = random_below(&w->random, 2);
        step(w, &w->d[first]);
        step(w, &w->d[1 - first]);
    }
}

static void play(uint64_t seed)
{
    struct world w = {.random = {seed * 2 + 1}, .s.now = 1000};
    w.owners = calloc(EPOCHS, sizeof *w.owners);
    for (int i = 0; i < 2; i++) {
        w.d[i].number = i + 1;
        w.d[i].role = (struct role){0};
        start(&w, &w.d[i]);
    }
    for (int round = 0; round < 10; round++) {
        run_for(&w, 120000, random_between(&w.random, 300, 20000));
        run_for(&w, 60000, 0);
        if (serves(&w.d[0]) + serves(&w.d[1]) != 1 || w.last_raise > w.s.now - 25000)
            fail_msg("seed %llu, round %d: %s and %s; last raised %lld ms ago",
                     (unsigned long long)seed, round, role_word(&w.d[0].role),
                     role_word(&w.d[1].role), (long long)(w.s.now - w.last_raise));
        const struct daemon *standby = &w.d[serves(&w.d[0])];
        assert_int_equal(standby->role.state, ROLE_STANDBY);
    }
    assert_true(w.raises > 3);
    free(w.owners);
}

static int64_t setting(const char *name, int64_t otherwise)
{
    const char *s = getenv(name);
    return s ? atoll(s) : otherwise;
}

static void test_two_never_share_an_epoch_and_never_race(void **state)
{
    int64_t seed = setting("SEED", 1), n = setting("N", 100);
    (void)state;
    for (int64_t i = 0; i < n; i++)
        play((uint64_t)(seed + i));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_without_redis_it_serves),
        cmocka_unit_test(test_a_first_start_serves_at_once),
        cmocka_unit_test(test_who_comes_back_within_its_lease_serves_at_once),
        cmocka_unit_test(test_another_s_lease_is_respected_at_a_start),
        cmocka_unit_test(test_an_epoch_of_another_s_without_a_lease_is_waited_for),
        cmocka_unit_test(test_a_standby_takes_over_when_the_lease_stays_away),
        cmocka_unit_test(test_what_is_not_on_our_disk_is_not_taken_over),
        cmocka_unit_test(test_a_copy_of_our_directory_is_another_when_it_lives),
        cmocka_unit_test(test_redis_away_at_a_start),
        cmocka_unit_test(test_a_redis_that_takes_no_epoch),
        cmocka_unit_test(test_who_served_alone_finds_another),
        cmocka_unit_test(test_who_is_fenced_stands_by_and_does_not_raise_again),
        cmocka_unit_test(test_two_never_share_an_epoch_and_never_race),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
