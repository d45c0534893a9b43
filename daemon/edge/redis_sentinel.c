/* SPDX-License-Identifier: ISC */
/* A link to each Sentinel, and rounds of one question. */
#include "daemon/edge/redis_sentinel.h"

#include <hiredis/hiredis.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/base/num.h"
#include "daemon/edge/redis_place.h"
#include "daemon/edge/timer.h"

#define ROUND_MS 1000
#define STRAGGLERS_MS 200 /* who has not answered by then has no say in this round */
#define ANSWER_MS 1000
/* So long Sentinels need to tell each other of a new master, or to take back what only one did. */
#define OLDER_MS 10000

struct sentinel;

struct peer {
    struct sentinel *of;
    struct redis_link *link;
    char name[300];
    bool asked, answered;
    struct redis_place master;
    int64_t epoch;
};

struct sentinel {
    struct redis_link *guided;
    struct peer *peers;
    size_t count;
    char *master;
    struct timer *round, *stragglers;
    int64_t newest;   /* epoch that was ever believed */
    int64_t older_us; /* since when most say what is older; 0: they do not */
    char why[500];
};

/* A configuration that is older than what was seen before is believed only when more than half of
 * all have said so for a while: then it was made anew, and not just kept from those who answer by
 * the one that made the newest, which is slow. */
static bool is_credible(struct sentinel *s, int64_t epoch, size_t answers)
{
    bool older = epoch < s->newest;
    if (!older || 2 * answers <= s->count)
        s->older_us = 0;
    else if (s->older_us == 0)
        s->older_us = timer_now_us();
    return !older || (s->older_us > 0 && timer_now_us() - s->older_us >= OLDER_MS * INT64_C(1000));
}

/* The answer of the newest configuration. */
static void settle(struct sentinel *s)
{
    const struct peer *best = NULL;
    size_t answers = 0;
    timer_cancel(s->stragglers);
    for (size_t i = 0; i < s->count; i++) {
        const struct peer *p = &s->peers[i];
        answers += p->answered;
        if (p->answered && (!best || p->epoch > best->epoch))
            best = p;
    }
    if (!best)
        return;
    if (!is_credible(s, best->epoch, answers)) {
        snprintf(s->why, sizeof s->why,
                 "what %s says is older than what is known; it is believed when most have said so "
                 "for %d s",
                 best->name, OLDER_MS / 1000);
        return;
    }
    s->newest = best->epoch;
    s->older_us = 0;
    struct redis_place master = best->master;
    redis_link_named(s->guided, &master);
}

static bool all_in(const struct sentinel *s)
{
    for (size_t i = 0; i < s->count; i++)
        if (s->peers[i].asked)
            return false;
    return true;
}

/* Names and values, in turn. */
static const redisReply *field(const redisReply *reply, const char *name)
{
    for (size_t i = 0; i + 1 < reply->elements; i += 2) {
        const redisReply *key = reply->element[i], *value = reply->element[i + 1];
        if (key->type == REDIS_REPLY_STRING && value->type == REDIS_REPLY_STRING &&
            strcmp(key->str, name) == 0)
            return value;
    }
    return NULL;
}

static bool read_master(const redisReply *reply, struct peer *p)
{
    if (reply->type != REDIS_REPLY_ARRAY)
        return false;
    const redisReply *ip = field(reply, "ip"), *port = field(reply, "port"),
                     *epoch = field(reply, "config-epoch");
    int64_t number;
    if (!ip || !port || !epoch || ip->len == 0 || ip->len >= sizeof p->master.host ||
        !num_parse((struct slice){port->str, port->len}, 1, 65535, &number) ||
        !num_parse((struct slice){epoch->str, epoch->len}, 0, INT64_MAX, &p->epoch))
        return false;
    snprintf(p->master.host, sizeof p->master.host, "%s", ip->str);
    p->master.port = (int)number;
    return true;
}

static void on_answer(const redisReply *reply, void *data, void *ctx)
{
    struct peer *p = ctx;
    struct sentinel *s = p->of;
    (void)data;
    p->asked = false;
    p->answered = read_master(reply, p);
    if (p->answered)
        redis_link_good(p->link);
    else if (reply->type == REDIS_REPLY_ERROR && strstr(reply->str, "No such master"))
        snprintf(s->why, sizeof s->why, "%s knows no master %s: look at sentinel-master", p->name,
                 s->master);
    else
        snprintf(s->why, sizeof s->why, "%s answers %.150s", p->name,
                 reply->type == REDIS_REPLY_ERROR ? reply->str : "something unexpected");
    if (all_in(s))
        settle(s);
}

/* Who cannot be reached at the moment is asked as soon as it can. */
static void ask(void *ctx)
{
    struct sentinel *s = ctx;
    const struct slice question[] = {SLICE("SENTINEL"), SLICE("MASTER"), slice_of(s->master)};
    for (size_t i = 0; i < s->count; i++) {
        struct peer *p = &s->peers[i];
        if (p->asked || !redis_link_up(p->link))
            continue;
        p->answered = false;
        p->asked = redis_link_send(p->link, 3, question, on_answer, NULL);
    }
    timer_set(s->round, ROUND_MS);
    timer_set(s->stragglers, STRAGGLERS_MS);
}

static void on_stragglers(void *ctx)
{
    settle(ctx);
}

static void on_up(void *ctx)
{
    const struct peer *p = ctx;
    ask(p->of);
}

static void on_down(const char *why, void *ctx)
{
    struct peer *p = ctx;
    p->asked = p->answered = false;
    snprintf(p->of->why, sizeof p->of->why, "%s: %.150s", p->name, why);
}

static const char *why_nobody(void *ctx)
{
    const struct sentinel *s = ctx;
    return s->why;
}

static void identify(const struct redis_sentinels *set, void *ctx)
{
    const struct redis_link_settings link = {.user = set->user, .password = set->password};
    struct sentinel *s = ctx;
    for (size_t i = 0; i < s->count; i++)
        redis_link_identify(s->peers[i].link, &link);
}

static bool open_peer(struct event_base *base, struct peer *p, struct slice address, bool tls,
                      const struct redis_sentinels *set, struct err *e)
{
    struct redis_place at;
    char url[320];
    if (!redis_place_parse(address, REDIS_SENTINEL_PORT, &at))
        return err_set(e, ERR_CONFIG, "redis: sentinels: %.*s is not host:port",
                       SLICE_FMT(address));
    bool bare = strchr(at.host, ':') != NULL; /* IPv6 */
    snprintf(url, sizeof url, "%s://%s%s%s:%d", tls ? "rediss" : "redis", bare ? "[" : "", at.host,
             bare ? "]" : "", at.port);
    snprintf(p->name, sizeof p->name, "the Sentinel %s:%d", at.host, at.port);
    struct redis_link_settings link = {.url = slice_of(url),
                                       .user = set->user,
                                       .password = set->password,
                                       .command_ms = ANSWER_MS};
    struct redis_link_calls back = {.up = on_up, .down = on_down, .ctx = p};
    return redis_link_new(base, &link, &back, &p->link, e);
}

static void free_sentinel(void *ctx)
{
    struct sentinel *s = ctx;
    if (!s)
        return;
    for (size_t i = 0; i < s->count; i++)
        redis_link_free(s->peers[i].link);
    timer_free(s->round);
    timer_free(s->stragglers);
    free(s->peers);
    free(s->master);
    free(s);
}

static bool open_sentinel(struct event_base *base, const struct redis_sentinels *set, bool tls,
                          struct sentinel **out, struct err *e)
{
    struct sentinel *s = calloc(1, sizeof *s);
    bool ok = s && (s->peers = calloc(set->count, sizeof *s->peers)) != NULL &&
              (s->master = strndup(set->master.ptr, set->master.len)) != NULL &&
              (s->round = timer_new(base, ask, s)) != NULL &&
              (s->stragglers = timer_new(base, on_stragglers, s)) != NULL;
    if (!ok)
        err_set(e, ERR_BUG, "out of memory");
    for (size_t i = 0; ok && i < set->count; i++) {
        s->peers[i].of = s;
        s->count++;
        ok = open_peer(base, &s->peers[i], set->addresses[i], tls, set, e);
    }
    if (ok)
        *out = s;
    else
        free_sentinel(s);
    return ok;
}

bool redis_link_open(struct event_base *base, const struct redis_link_settings *set,
                     const struct redis_link_calls *calls, struct redis_link **out, struct err *e)
{
    struct sentinel *s = NULL;
    struct redis_link *l = NULL;
    bool tls = slice_starts(set->url, SLICE("rediss://"));
    if (set->sentinels.count > 0 && !open_sentinel(base, &set->sentinels, tls, &s, e))
        return false;
    if (!redis_link_new(base, set, calls, &l, e)) {
        free_sentinel(s);
        return false;
    }
    if (s) {
        s->guided = l;
        redis_link_follow(l, &(struct redis_guide){ask, why_nobody, identify, free_sentinel, s});
        timer_set(s->round, ROUND_MS);
    }
    *out = l;
    return true;
}
