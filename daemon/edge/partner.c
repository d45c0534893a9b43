/* SPDX-License-Identifier: ISC */
/* Rounds of looks, and three small scripts. */
#include "daemon/edge/partner.h"

#include <hiredis/hiredis.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/base/arena.h"
#include "daemon/base/num.h"
#include "daemon/edge/redis_link.h"
#include "daemon/edge/redis_script.h"
#include "daemon/edge/redis_sentinel.h"
#include "daemon/edge/timer.h"

#define LOOK_MS 500
#define BLOCK_MS "100" /* a look behind the last entry waits so long for the next */
#define READ_MOST "200"
#define REFUSALS_MOST 10 /* then another may be the master: the name is looked up again */

enum { LEASE, META, KEPT, DESK, KEYS };

static const char *const key_names[KEYS] = {":lease", ":snap:meta", ":kept", ":desk"};

/* A script is refused for want of memory at its first write alone, and only if that could take
 * some: PEXPIRE cannot, so that what follows it is written in any case.
 *
 * ARGV: epoch, owner, PX, then the instance (all that owners of one state directory begin with),
 * and of raise whether by force. */
#define NEWEST                                                                                     \
    REDIS_LUA_WHOLE                                                                                \
    "local epoch, owner, px, instance = tonumber(ARGV[1]), ARGV[2], ARGV[3], ARGV[4]\n"            \
    "local lease = redis.call('GET', KEYS[1])\n"                                                   \
    "local others = lease and string.sub(lease, 1, #instance) ~= instance\n"                       \
    "local meta = redis.call('HMGET', KEYS[2], 'epoch', 'owner', 'next', 'next_owner')\n"          \
    "local there, holder = whole(meta[1]) or 0, meta[2]\n"                                         \
    "if (whole(meta[3]) or 0) > there then there, holder = whole(meta[3]), meta[4] end\n"

static const char raise_script[] =
    NEWEST "if others and ARGV[5] ~= '1' then return 'HELD ' .. lease end\n"
           "if there >= epoch then return 'OLD ' .. there end\n"
           "redis.call('PEXPIRE', KEYS[1], px)\n"
           "redis.call('HSET', KEYS[2], 'next', ARGV[1], 'next_owner', owner)\n"
           "redis.call('SET', KEYS[1], owner, 'PX', px)\n"
           "local kept = redis.call('GET', KEYS[3])\n"
           "if kept and string.sub(kept, -#instance) == instance then\n"
           "    redis.call('DEL', KEYS[3])\n" /* it is no standby any more */
           "end\n"
           "return 'OK'\n";

static const char renew_script[] =
    NEWEST "if others or (there > epoch and holder ~= owner) then return 'FENCED' end\n"
           "redis.call('PEXPIRE', KEYS[1], px)\n"
           "redis.call('SET', KEYS[1], owner, 'PX', px)\n"
           "return 'OK ' .. (redis.call('GET', KEYS[3]) or '')\n";

/* ARGV: what is kept, the instance, PX */
static const char keep_script[] =
    "local kept = redis.call('GET', KEYS[3])\n"
    "if kept and string.sub(kept, -#ARGV[2]) ~= ARGV[2] then return 'HELD' end\n"
    "redis.call('PEXPIRE', KEYS[3], ARGV[3])\n"
    "redis.call('SET', KEYS[3], ARGV[1] .. ' ' .. ARGV[2], 'PX', ARGV[3])\n"
    "return 'OK'\n";

struct partner {
    struct redis_link *link;
    struct partner_calls calls;
    struct timer *next;
    struct arena *fixed; /* names of keys, the owner */
    struct slice keys[KEYS], owner, instance;
    char lease[256], epoch_owner[256], begun_owner[256], kept[256]; /* of the look under way */
    int64_t epoch, begun, begun_desk, seq;
    int64_t met_epoch, met_seq; /* of the first look of this connection */
    bool met;
    int64_t at_epoch, at_number; /* the last entry read */
    bool follows;
    bool reading, again; /* XREAD is under way; and what it brings is of an older place */
    bool at_end;         /* nothing was left when it was read last */
    int refusals;        /* of what is kept, in a row */
};

/* ---- answers ---- */

static void keep_text(const redisReply *reply, char *to, size_t size)
{
    struct slice text = {0};
    redis_link_text(reply, &text);
    snprintf(to, size, "%.*s", SLICE_FMT(text));
}

/* Errors: the connection is dropped with it as the reason; it is tried again. */
static bool failed(struct partner *p, const redisReply *reply, struct slice key)
{
    if (reply->type == REDIS_REPLY_ERROR)
        redis_link_misfit(p->link, reply, key);
    return reply->type == REDIS_REPLY_ERROR;
}

static void forbidden(struct partner *p, bool reading, const char *error)
{
    char why[300];
    snprintf(why, sizeof why, "%.200s%s", error,
             redis_link_forbidden(error) ? "; config/redis/users.acl has the rights it needs" : "");
    p->calls.forbidden(reading, why, p->calls.ctx);
}

/* What another connection would not mend: it is told, and this one stays. */
static bool unreadable(struct partner *p, const redisReply *reply)
{
    static const char *const stay[] = {"NOPERM", "OOM", "WRONGTYPE"};
    if (reply->type != REDIS_REPLY_ERROR || !reply->str)
        return false;
    bool stays = false;
    for (size_t i = 0; i < sizeof stay / sizeof *stay; i++)
        stays |= strncmp(reply->str, stay[i], strlen(stay[i])) == 0;
    if (stays)
        forbidden(p, true, reply->str);
    return stays;
}

static void on_lease(const redisReply *reply, void *data, void *ctx)
{
    struct partner *p = ctx;
    (void)data;
    if (!failed(p, reply, p->keys[LEASE]))
        keep_text(reply, p->lease, sizeof p->lease);
}

/* 0: it is none. */
static int64_t number_of(const redisReply *reply)
{
    struct slice text;
    int64_t n = 0;
    return redis_link_text(reply, &text) && num_parse(text, 0, REDIS_NUMBER_MAX, &n) ? n : 0;
}

static void on_meta(const redisReply *reply, void *data, void *ctx)
{
    struct partner *p = ctx;
    (void)data;
    if (failed(p, reply, p->keys[META]) || reply->type != REDIS_REPLY_ARRAY || reply->elements != 6)
        return;
    p->epoch = p->begun = 0;
    p->begun_desk = number_of(reply->element[4]);
    p->seq = number_of(reply->element[5]);
    p->epoch_owner[0] = p->begun_owner[0] = '\0';
    for (size_t i = 0; i < 4; i += 2) {
        struct slice text;
        int64_t epoch;
        if (!redis_link_text(reply->element[i], &text) ||
            !num_parse(text, 1, REDIS_NUMBER_MAX, &epoch) || epoch <= p->epoch)
            continue;
        p->epoch = epoch;
        keep_text(reply->element[i + 1], p->epoch_owner, sizeof p->epoch_owner);
        if (i == 0) {
            p->begun = epoch;
            keep_text(reply->element[1], p->begun_owner, sizeof p->begun_owner);
        }
    }
}

/* "7-12" */
static bool read_id(struct slice id, int64_t *epoch, int64_t *number)
{
    struct slice first = {0};
    return slice_next(&id, '-', &first) && num_parse(first, 0, INT64_MAX, epoch) &&
           num_parse(id, 0, INT64_MAX, number);
}

/* A stream's entry: its id, and an array of names and values. */
static void give_entry(struct partner *p, const redisReply *entry)
{
    struct slice id;
    if (entry->type != REDIS_REPLY_ARRAY || entry->elements != 2 ||
        !redis_link_text(entry->element[0], &id) || entry->element[1]->type != REDIS_REPLY_ARRAY ||
        !read_id(id, &p->at_epoch, &p->at_number))
        return;
    const redisReply *fields = entry->element[1];
    struct slice *texts = calloc(fields->elements + 1, sizeof *texts);
    if (!texts)
        return;
    for (size_t i = 0; i < fields->elements; i++)
        redis_link_text(fields->element[i], &texts[i]);
    p->calls.entry(p->at_epoch, p->at_number, texts, fields->elements, p->calls.ctx);
    free(texts);
}

static void look(struct partner *p);

static void on_stream(const redisReply *reply, void *data, void *ctx)
{
    struct partner *p = ctx;
    (void)data;
    bool ours = p->follows && !p->again;
    bool end = reply->type != REDIS_REPLY_ARRAY || reply->elements == 0;
    p->reading = p->again = false;
    p->at_end = ours && end;
    if (unreadable(p, reply)) {
        timer_set(p->next, LOOK_MS);
        return;
    }
    if (failed(p, reply, p->keys[DESK]))
        return;
    if (!end && reply->element[0]->type == REDIS_REPLY_ARRAY && reply->element[0]->elements == 2) {
        const redisReply *entries = reply->element[0]->element[1];
        for (size_t i = 0; i < entries->elements && ours && p->follows; i++)
            give_entry(p, entries->element[i]);
    }
    if (ours && p->follows)
        p->calls.read(end, p->calls.ctx);
    if (p->follows)
        look(p);
    else
        timer_set(p->next, LOOK_MS);
}

static bool is_live(struct partner *p)
{
    if (!p->met) {
        p->met_epoch = p->begun;
        p->met_seq = p->seq;
    }
    p->met = true;
    return p->begun != p->met_epoch || p->seq != p->met_seq;
}

/* Behind the texts of the look. */
static void on_looked(const redisReply *reply, void *data, void *ctx)
{
    struct partner *p = ctx;
    (void)data;
    if (failed(p, reply, p->keys[KEPT]))
        return;
    keep_text(reply, p->kept, sizeof p->kept);
    redis_link_good(p->link);
    struct partner_look seen = {.lease = slice_of(p->lease),
                                .epoch = p->epoch,
                                .owner = slice_of(p->epoch_owner),
                                .begun = p->begun,
                                .begun_owner = slice_of(p->begun_owner),
                                .desk = p->begun_desk,
                                .live = is_live(p),
                                .kept = slice_of(p->kept)};
    p->calls.looked(&seen, p->calls.ctx);
}

/* ---- rounds ---- */

static void look(struct partner *p)
{
    const struct slice lease[] = {SLICE("GET"), p->keys[LEASE]};
    const struct slice meta[] = {SLICE("HMGET"), p->keys[META], SLICE("epoch"),
                                 SLICE("owner"), SLICE("next"), SLICE("next_owner"),
                                 SLICE("desk"),  SLICE("seq")};
    const struct slice kept[] = {SLICE("GET"), p->keys[KEPT]};
    char at[48];
    if (!redis_link_up(p->link) || p->reading)
        return;
    snprintf(at, sizeof at, "%lld-%lld", (long long)p->at_epoch, (long long)p->at_number);
    const struct slice read[] = {SLICE("XREAD"), SLICE("COUNT"),  SLICE(READ_MOST),
                                 SLICE("BLOCK"), SLICE(BLOCK_MS), SLICE("STREAMS"),
                                 p->keys[DESK],  slice_of(at)};
    const struct slice read_now[] = {read[0], read[1], read[2], read[5], read[6], read[7]};
    p->reading = p->follows;
    if (!redis_link_send(p->link, 2, lease, on_lease, NULL) ||
        !redis_link_send(p->link, 8, meta, on_meta, NULL) ||
        !redis_link_send(p->link, 2, kept, on_looked, NULL) ||
        (p->follows && !redis_link_send(p->link, p->at_end ? 8 : 6, p->at_end ? read : read_now,
                                        on_stream, NULL)))
        redis_link_drop(p->link, "out of memory");
    if (p->follows) /* the next one follows the stream's answer */
        timer_cancel(p->next);
    else
        timer_set(p->next, LOOK_MS);
}

static void on_next(void *ctx)
{
    look(ctx);
}

static void on_up(void *ctx)
{
    struct partner *p = ctx;
    p->met = false;
    look(p);
}

static void on_down(const char *why, void *ctx)
{
    struct partner *p = ctx;
    timer_cancel(p->next);
    p->reading = p->again = false;
    p->calls.lost(why, p->calls.ctx);
}

void partner_follow(struct partner *p, int64_t epoch, int64_t number)
{
    p->follows = true;
    p->again = p->reading;
    p->at_end = false;
    p->at_epoch = epoch;
    p->at_number = number;
    timer_set(p->next, 0);
}

void partner_rest(struct partner *p)
{
    p->follows = false;
}

/* ---- scripts ---- */

static bool run(struct partner *p, const char *script, size_t argc, const struct slice *args,
                void (*answer)(const redisReply *reply, void *data, void *ctx))
{
    struct slice argv[16] = {SLICE("EVAL"),  slice_of(script), SLICE("3"),
                             p->keys[LEASE], p->keys[META],    p->keys[KEPT]};
    for (size_t i = 0; i < argc; i++)
        argv[6 + i] = args[i];
    return redis_link_send(p->link, 6 + argc, argv, answer, NULL);
}

static void on_raised(const redisReply *reply, void *data, void *ctx)
{
    struct partner *p = ctx;
    struct slice why = {0};
    (void)data;
    if (failed(p, reply, (struct slice){0}) || !redis_link_text(reply, &why))
        return;
    p->calls.raised(slice_is(why, "OK"), why, p->calls.ctx);
}

static void on_renewed(const redisReply *reply, void *data, void *ctx)
{
    struct partner *p = ctx;
    struct slice text = {0}, word = {0};
    (void)data;
    if (failed(p, reply, (struct slice){0}) || !redis_link_text(reply, &text))
        return;
    slice_next(&text, ' ', &word);
    p->calls.renewed(slice_is(word, "FENCED"), text, p->calls.ctx);
}

/* A new connection would be refused as well: it is told, and this one stays. */
static void on_keeping(const redisReply *reply, void *data, void *ctx)
{
    struct partner *p = ctx;
    bool refused = reply->type == REDIS_REPLY_ERROR, were = p->refusals > 0;
    (void)data;
    p->refusals = refused ? p->refusals + 1 : 0;
    if (refused || were)
        forbidden(p, false, refused ? reply->str : "");
    if (p->refusals >= REFUSALS_MOST) {
        p->refusals = 1;
        failed(p, reply, (struct slice){0});
    }
}

static bool ask(struct partner *p, const char *script, int64_t epoch, bool force,
                void (*answer)(const redisReply *reply, void *data, void *ctx))
{
    char number[24], px[24];
    snprintf(number, sizeof number, "%lld", (long long)epoch);
    snprintf(px, sizeof px, "%d", PARTNER_LEASE_MS);
    const struct slice args[] = {slice_of(number), p->owner, slice_of(px), p->instance,
                                 force ? SLICE("1") : SLICE("0")};
    return run(p, script, 5, args, answer);
}

bool partner_raise(struct partner *p, int64_t epoch, bool force)
{
    return ask(p, raise_script, epoch, force, on_raised);
}

bool partner_renew(struct partner *p, int64_t epoch)
{
    return ask(p, renew_script, epoch, false, on_renewed);
}

bool partner_keep(struct partner *p, int64_t epoch, int64_t number)
{
    char place[64], px[24];
    snprintf(place, sizeof place, "%lld-%lld", (long long)epoch, (long long)number);
    snprintf(px, sizeof px, "%d", PARTNER_KEPT_MS);
    const struct slice args[] = {slice_of(place), p->instance, slice_of(px)};
    return run(p, keep_script, 3, args, on_keeping);
}

struct slice partner_read_kept(struct slice kept, int64_t *epoch, int64_t *number)
{
    struct slice rest = kept, place = {0};
    if (!slice_next(&rest, ' ', &place) || !read_id(place, epoch, number))
        *epoch = *number = 0;
    return slice_trim(rest);
}

bool partner_read_old(struct slice why, int64_t *epoch)
{
    struct slice word = {0};
    return slice_next(&why, ' ', &word) && slice_is(word, "OLD") &&
           num_parse(why, 1, INT64_MAX, epoch);
}

/* ---- life ---- */

/* All up to the last '-', which stays so that no other instance begins with it. */
struct slice partner_instance(struct slice owner)
{
    size_t n = owner.len;
    while (n > 0 && owner.ptr[n - 1] != '-')
        n--;
    return slice_sub(owner, 0, n);
}

struct slice partner_directory(struct slice name)
{
    struct slice instance = partner_instance(name);
    return partner_instance(slice_sub(instance, 0, instance.len - (instance.len > 0)));
}

int64_t partner_epoch(int64_t known, struct slice instance, struct slice other)
{
    int64_t odd = slice_cmp(instance, other) > 0;
    int64_t next = known + 1;
    return next + (other.len > 0 && next % 2 != odd);
}

static bool keep_names(struct partner *p, const struct redis_settings *s)
{
    for (size_t i = 0; i < KEYS; i++) {
        p->keys[i] = arena_printf(p->fixed, "%.*s%s", SLICE_FMT(s->prefix), key_names[i]);
        if (!p->keys[i].ptr)
            return false;
    }
    p->owner = arena_copy(p->fixed, s->owner);
    p->instance = partner_instance(p->owner);
    return p->owner.ptr != NULL;
}

bool partner_new(struct event_base *base, const struct redis_settings *s,
                 const struct partner_calls *calls, struct partner **out, struct err *e)
{
    struct partner *p = calloc(1, sizeof *p);
    bool ok = p && (p->fixed = arena_new(1 << 16)) != NULL && keep_names(p, s) &&
              (p->next = timer_new(base, on_next, p)) != NULL;
    if (!ok)
        err_set(e, ERR_BUG, "out of memory");
    if (ok) {
        struct redis_link_settings link = redis_link_of(s);
        struct redis_link_calls back = {.up = on_up, .down = on_down, .ctx = p};
        p->calls = *calls;
        ok = redis_link_open(base, &link, &back, &p->link, e);
    }
    if (ok)
        *out = p;
    else
        partner_free(p);
    return ok;
}

void partner_identify(struct partner *p, const struct redis_settings *s)
{
    struct redis_link_settings link = redis_link_of(s);
    redis_link_identify(p->link, &link);
}

const char *partner_at(const struct partner *p)
{
    return redis_link_at(p->link);
}

void partner_free(struct partner *p)
{
    if (!p)
        return;
    redis_link_free(p->link);
    timer_free(p->next);
    arena_free(p->fixed);
    free(p);
}
