/* SPDX-License-Identifier: ISC */
/* Connecting, and keeping track of what is in flight. */
#include "daemon/edge/redis_link.h"

#include <hiredis/async.h>
#include <hiredis/hiredis.h>
#include <hiredis/sds.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "daemon/base/sweep.h"
#include "daemon/edge/redis_dial.h"
#include "daemon/edge/redis_place.h"
#include "daemon/edge/timer.h"

#define CONNECT_MS 1500   /* name, socket, greeting; below the 2 s in which we promise to be back */
#define COMMAND_MS 5000   /* no answer for that long: the connection is no good */
#define ELSEWHERE_MS 2000 /* ... where another node of a Cluster may have its place by then */
#define BACKOFF_FIRST_MS 50
#define BACKOFF_MOST_MS 1800
#define ARGS_MAX 8192
#define LOOKS 8         /* at a command that waits, within its time */
#define MOVES_AT_ONCE 4 /* a Cluster that sends us round and round is waited for */

typedef void reply_fn(const struct redisReply *r, void *data, void *ctx);

struct flight {
    struct flight *next;
    reply_fn *reply;
    void *data, *ctx;
};

struct redis_link {
    struct event_base *base;
    struct redis_link_calls calls;
    struct redis_url url;
    char *user, *password, *prefix; /* the prefix is for what is said of it */
    bool tagged, loopback;
    struct timer *retry, *deadline;
    struct redis_dial *dial;
    struct redis_places places;
    struct redis_guide guide;
    struct redis_place now; /* where it is, or is going */
    redisAsyncContext *ac;
    struct flight *first, **end;
    int64_t backoff_ms, command_ms;
    int64_t moved_us; /* when it answered last, or took more of what we have for it */
    size_t unsent;    /* of which so many bytes were left when that was looked at last */
    unsigned moves;   /* since it was good */
    uint32_t noise;   /* for jitter */
    bool asking;      /* waits for what Sentinel says */
    bool connected, up, stopped;
    char name[300]; /* of `now`, for people */
    char told[400]; /* the reason `down` heard last; empty since it was up */
};

/* ---- flights ---- */

static void free_flight(struct flight *f)
{
    free(f->data);
    free(f);
}

static void clear_flights(struct redis_link *l)
{
    while (l->first) {
        struct flight *f = l->first;
        l->first = f->next;
        free_flight(f);
    }
    l->end = &l->first;
}

static struct flight *land(struct redis_link *l)
{
    struct flight *f = l->first;
    if (!f)
        return NULL;
    l->first = f->next;
    if (!l->first)
        l->end = &l->first;
    return f;
}

/* The longest that an answer may take. */
static int64_t patience_ms(const struct redis_link *l)
{
    int64_t most = !l->up ? CONNECT_MS : l->places.count > 1 ? ELSEWHERE_MS : COMMAND_MS;
    return l->command_ms > 0 && l->command_ms < most ? l->command_ms : most;
}

/* A command waits for its answer from now on, or one has come. */
static void watch(struct redis_link *l)
{
    l->moved_us = timer_now_us();
    l->unsent = 0;
    if (l->connected && l->first)
        timer_set(l->deadline, patience_ms(l) / LOOKS);
    else if (l->connected)
        timer_cancel(l->deadline);
}

/* Bytes that the server's side has not taken yet: ours, and the kernel's. */
static size_t unsent(const struct redis_link *l)
{
    int kernel = 0;
    if (ioctl(l->ac->c.fd, TIOCOUTQ, &kernel) != 0)
        kernel = 0;
    return sdslen(l->ac->c.obuf) + (size_t)kernel;
}

/* A slow link is none that is lost: its time runs out when nothing moves, neither way. */
static bool stands_still(struct redis_link *l)
{
    int64_t now_us = timer_now_us();
    size_t left = unsent(l);
    if (left < l->unsent)
        l->moved_us = now_us;
    l->unsent = left;
    return now_us - l->moved_us >= patience_ms(l) * 1000;
}

/* ---- losing it ---- */

static void close_connection(struct redis_link *l)
{
    redisAsyncContext *ac = l->ac;
    l->ac = NULL;
    l->connected = l->up = l->asking = false;
    redis_dial_cancel(l->dial);
    if (ac) {
        ac->data = NULL; /* its last callbacks find nobody */
        redisAsyncFree(ac);
    }
    timer_cancel(l->deadline);
    clear_flights(l);
}

static void try_later(struct redis_link *l)
{
    l->backoff_ms = l->backoff_ms == 0 ? BACKOFF_FIRST_MS : 2 * l->backoff_ms;
    if (l->backoff_ms > BACKOFF_MOST_MS)
        l->backoff_ms = BACKOFF_MOST_MS;
    l->noise = l->noise * 1664525u + 1013904223u;
    int64_t half = l->backoff_ms / 2;
    timer_set(l->retry, half + (int64_t)(l->noise >> 8) % (half + 1));
}

#define RENAMED "; its redis.conf took a command away that tallyd needs (rename-command)"

/* What a server's answer means for who set it up. */
static const char *hint(const char *why)
{
    static const struct {
        const char *word, *fix;
    } hints[] = {
        {"NOREPLICAS", "; too few replicas follow it (its min-replicas-to-write)"},
        {"READONLY", "; it is a replica: the address must be the master's, or let Sentinel say it "
                     "(sentinels, sentinel-master)"},
        {"MASTERDOWN", "; it is a replica that has lost its master"},
        {"CROSSSLOT", "; it is a Cluster: write a prefix with a hash tag, such as {tally}:v1"},
        {"nknown command", RENAMED},
        {"nknown Redis command", RENAMED},
        {"Invalid command passed", RENAMED},
        {"WRONGTYPE",
         "; another program wrote it: DEL it, or give this tallyd a prefix of its own"},
        {"CLUSTERDOWN", "; a node of the Cluster is missing"},
    };
    for (size_t i = 0; i < sizeof hints / sizeof *hints; i++)
        if (strstr(why, hints[i].word))
            return hints[i].fix;
    return "";
}

/* Close it, and tell why; when it is tried again is the caller's. */
static void let_go(struct redis_link *l, const char *why)
{
    char text[sizeof l->told];
    snprintf(text, sizeof text, "%s%s", why, hint(why)); /* it may lie in what is closed now */
    close_connection(l);
    if (l->stopped || strcmp(text, l->told) == 0)
        return;
    memcpy(l->told, text, sizeof text);
    l->calls.down(l->told, l->calls.ctx);
}

static void lose(struct redis_link *l, const char *why)
{
    bool another = redis_places_failed(&l->places) && !l->guide.ctx;
    if (another)
        timer_set(l->retry, BACKOFF_FIRST_MS);
    else
        try_later(l);
    let_go(l, why);
    if (l->stopped)
        timer_cancel(l->retry);
}

static void on_deadline(void *ctx)
{
    struct redis_link *l = ctx;
    char why[600];
    if (l->connected && !stands_still(l)) {
        timer_set(l->deadline, patience_ms(l) / LOOKS);
        return;
    }
    if (l->connected)
        snprintf(why, sizeof why, "no answer for %lld ms", (long long)patience_ms(l));
    else if (l->asking)
        snprintf(why, sizeof why, "no Sentinel names a master within %d ms (%.200s)", CONNECT_MS,
                 l->guide.why(l->guide.ctx));
    else
        snprintf(why, sizeof why, "cannot connect to %.60s within %d ms", l->name, CONNECT_MS);
    lose(l, why);
}

/* Our keys are at another node of the Cluster. */
static void move(struct redis_link *l, const char *answer)
{
    char why[700];
    struct redis_place to;
    if (!l->tagged) {
        snprintf(why, sizeof why,
                 "it is a Cluster (%.100s), and without a hash tag the keys of prefix %.64s are on "
                 "many nodes: write prefix = {tally}:v1 or another with one name in braces, and "
                 "tell the subscribers",
                 answer, l->prefix);
        lose(l, why);
        return;
    }
    if (!redis_place_moved(answer, &l->now, &to)) {
        snprintf(why, sizeof why, "it answers %.150s", answer);
        lose(l, why);
        return;
    }
    snprintf(why, sizeof why, "%s says that our keys are at %s:%d", l->name, to.host, to.port);
    redis_places_send(&l->places, &to);
    l->moves = (l->moves + 1) % MOVES_AT_ONCE;
    if (l->moves != 0)
        timer_set(l->retry, 0);
    else
        try_later(l);
    let_go(l, why);
}

/* Our slot of the Cluster is being moved, and some of its keys are here, some there: wait here, who
 * has it all will be told then. */
static void wait_for_slot(struct redis_link *l)
{
    char why[400];
    snprintf(why, sizeof why, "our keys are on their way from %s to another node of the Cluster",
             l->name);
    redis_places_send(&l->places, &l->now);
    lose(l, why);
}

static bool starts(const struct redisReply *r, const char *word)
{
    return strncmp(r->str, word, strlen(word)) == 0;
}

/* Whether the answer is of the Cluster, and not of the command. */
static bool is_redirected(struct redis_link *l, const struct redisReply *r)
{
    if (r->type != REDIS_REPLY_ERROR)
        return false;
    if (starts(r, "MOVED "))
        move(l, r->str);
    else if (l->tagged && (starts(r, "ASK ") || starts(r, "TRYAGAIN")))
        wait_for_slot(l);
    else
        return false;
    return true;
}

/* ---- commands ---- */

static void on_reply(redisAsyncContext *ac, void *reply, void *unused)
{
    struct redis_link *l = ac->data;
    (void)unused;
    if (!l || !reply)
        return; /* the connection is going: lose() has the rest */
    struct flight *f = land(l);
    if (!f)
        return;
    watch(l);
    const redisReply *r = reply;
    if (!is_redirected(l, r))
        f->reply(r, f->data, f->ctx);
    free_flight(f);
}

static bool enqueue(struct redis_link *l, size_t argc, const struct slice *argv, reply_fn *reply,
                    void *data, void *ctx)
{
    const char *texts[16], **text = texts;
    size_t lens[16] = {0}, *len = lens;
    bool many = argc > sizeof texts / sizeof *texts;
    struct flight *f = malloc(sizeof *f);
    bool ok = f && l->ac && argc <= ARGS_MAX;
    if (ok && many) {
        text = malloc(argc * sizeof *text);
        len = malloc(argc * sizeof *len);
        ok = text && len;
    }
    for (size_t i = 0; ok && i < argc; i++) {
        text[i] = argv[i].len ? argv[i].ptr : "";
        len[i] = argv[i].len;
    }
    if (ok) {
        *f = (struct flight){.reply = reply, .data = data, .ctx = ctx};
        ok = redisAsyncCommandArgv(l->ac, on_reply, NULL, (int)argc, text, len) == REDIS_OK;
    }
    if (many) {
        free(text);
        free(len);
    }
    if (!ok) {
        free(data);
        free(f);
        return false;
    }
    *l->end = f;
    l->end = &f->next;
    if (l->first == f)
        watch(l);
    return true;
}

bool redis_link_send(struct redis_link *l, size_t argc, const struct slice *argv, reply_fn *reply,
                     void *data)
{
    if (l->up)
        return enqueue(l, argc, argv, reply, data, l->calls.ctx);
    free(data);
    return false;
}

void redis_link_flush(struct redis_link *l)
{
    if (l->up && !(l->ac->c.flags & REDIS_IN_CALLBACK))
        redisAsyncHandleWrite(l->ac);
}

/* ---- greeting ---- */

/* CLUSTER SLOTS: [first, last, [host, port, ...], ...]. An error says that it is no Cluster. */
static void on_slots(const struct redisReply *r, void *data, void *ctx)
{
    struct redis_link *l = ctx;
    (void)data;
    if (r->type != REDIS_REPLY_ARRAY)
        return;
    redis_places_forget(&l->places);
    for (size_t i = 0; i < r->elements; i++) {
        const redisReply *range = r->element[i];
        for (size_t k = 2; range->type == REDIS_REPLY_ARRAY && k < range->elements; k++) {
            const redisReply *node = range->element[k];
            struct redis_place at;
            if (node->type != REDIS_REPLY_ARRAY || node->elements < 2 ||
                node->element[0]->type != REDIS_REPLY_STRING || node->element[0]->len == 0 ||
                node->element[0]->len >= sizeof at.host ||
                node->element[1]->type != REDIS_REPLY_INTEGER)
                continue;
            snprintf(at.host, sizeof at.host, "%s", node->element[0]->str);
            at.port = (int)node->element[1]->integer;
            redis_places_add(&l->places, &at);
        }
    }
}

static void on_up(struct redis_link *l)
{
    const struct slice slots[] = {SLICE("CLUSTER"), SLICE("SLOTS")};
    l->up = true;
    l->told[0] = '\0';
    if (l->tagged && !enqueue(l, 2, slots, on_slots, NULL, l))
        lose(l, "out of memory");
    else
        l->calls.up(l->calls.ctx);
}

/* Whom Sentinel names may not know yet, or no more, that it is the master. */
static void on_role(const struct redisReply *r, void *data, void *ctx)
{
    struct redis_link *l = ctx;
    char why[600];
    (void)data;
    bool array = r->type == REDIS_REPLY_ARRAY && r->elements > 0 &&
                 r->element[0]->type == REDIS_REPLY_STRING;
    if (array && strcmp(r->element[0]->str, "master") == 0)
        return;
    snprintf(why, sizeof why, "%s, which Sentinel names as the master, says of its role: %.150s",
             l->name,
             array                          ? r->element[0]->str
             : r->type == REDIS_REPLY_ERROR ? r->str
                                            : "something unexpected");
    lose(l, why);
}

bool redis_link_forbidden(const char *error)
{
    return strncmp(error, "NOPERM", 6) == 0 || strstr(error, "user executing the script can't") ||
           strstr(error, "ACL failure in script");
}

/* An answer to a password may quote it. */
static void on_greeted(const struct redisReply *r, void *data, void *ctx)
{
    struct redis_link *l = ctx;
    char why[300], said[200];
    struct buf swept;
    (void)data;
    if (r->type != REDIS_REPLY_ERROR) {
        if (!l->first)
            on_up(l);
        return;
    }
    buf_init_over(&swept, said, sizeof said);
    sweep(slice_of(l->password), slice_sub((struct slice){r->str, r->len}, 0, 150), &swept);
    bool refused = strncmp(r->str, "WRONGPASS", 9) == 0 || strncmp(r->str, "NOAUTH", 6) == 0 ||
                   strncmp(r->str, "ERR AUTH", 8) == 0 || strncmp(r->str, "NOPERM", 6) == 0 ||
                   strncmp(r->str, "ERR invalid password", 20) == 0;
    if (refused)
        snprintf(why, sizeof why,
                 "it refuses the user or password (%.*s); look at user-credential and "
                 "password-credential",
                 SLICE_FMT(slice_sub(buf_slice(&swept), 0, 100)));
    else
        snprintf(why, sizeof why, "it answers %.*s", SLICE_FMT(buf_slice(&swept)));
    lose(l, why);
}

static void greet(struct redis_link *l)
{
    char db[16];
    size_t n = 0;
    struct slice auth[3] = {SLICE("AUTH")};
    if (l->user[0])
        auth[++n] = slice_of(l->user);
    auth[++n] = slice_of(l->password);
    snprintf(db, sizeof db, "%d", l->url.db);
    const struct slice choose[] = {SLICE("SELECT"), slice_of(db)}, ping[] = {SLICE("PING")},
                       role[] = {SLICE("ROLE")};
    bool ok = (!l->password[0] && !l->user[0]) || enqueue(l, n + 1, auth, on_greeted, NULL, l);
    ok = ok && (!l->guide.ctx || enqueue(l, 1, role, on_role, NULL, l));
    ok = ok && (l->url.db == 0 || enqueue(l, 2, choose, on_greeted, NULL, l));
    ok = ok && enqueue(l, 1, ping, on_greeted, NULL,
                       l); /* shows a server that wants a password, or is loading */
    if (!ok)
        lose(l, "out of memory");
}

/* ---- connecting ---- */

static void on_connect(const redisAsyncContext *ac, int status)
{
    struct redis_link *l = ac->data;
    char why[200];
    if (!l)
        return;
    if (status == REDIS_OK) {
        l->connected = true;
        greet(l);
        return;
    }
    snprintf(why, sizeof why, "cannot connect to %.60s: %.100s", l->name, ac->errstr);
    l->ac->data = NULL;
    l->ac = NULL; /* hiredis frees it when this returns */
    lose(l, why);
}

static void on_disconnect(const redisAsyncContext *ac, int status)
{
    struct redis_link *l = ac->data;
    (void)status;
    if (!l)
        return;
    l->ac = NULL; /* likewise */
    lose(l, ac->err && ac->errstr[0] ? ac->errstr : "it closed the connection");
}

static void on_dialled(redisAsyncContext *ac, const char *why, void *ctx)
{
    struct redis_link *l = ctx;
    if (!ac) {
        lose(l, why);
        return;
    }
    ac->data = l;
    l->ac = ac;
    redisAsyncSetConnectCallback(ac, on_connect);
    redisAsyncSetDisconnectCallback(ac, on_disconnect);
}

static void go_to(struct redis_link *l, struct redis_place place)
{
    char why[400];
    l->now = place;
    snprintf(l->name, sizeof l->name, "%s:%d", place.host, place.port);
    if (!l->loopback || redis_place_is_loopback(&place)) {
        redis_dial_to(l->dial, &place);
        return;
    }
    snprintf(why, sizeof why, "%s is not on loopback: --clock is refused there", l->name);
    lose(l, why);
}

void redis_link_named(struct redis_link *l, const struct redis_place *master)
{
    char why[700];
    if (l->stopped)
        return;
    if (l->asking) {
        l->asking = false;
        go_to(l, *master);
    } else if (!redis_place_equal(master, &l->now)) {
        timer_set(l->retry, 0);
        snprintf(why, sizeof why, "the master is %s:%d now, and not %s any more (Sentinel)",
                 master->host, master->port, l->name);
        redis_dial_cancel(l->dial);
        if (l->ac)
            let_go(l, why);
        l->now = *master;
    }
}

static void on_retry(void *ctx)
{
    struct redis_link *l = ctx;
    timer_set(l->deadline, CONNECT_MS);
    if (l->guide.ctx) {
        l->asking = true;
        l->guide.ask(l->guide.ctx);
    } else if (l->url.path[0]) {
        snprintf(l->name, sizeof l->name, "%s", l->url.path);
        redis_dial_to_socket(l->dial, l->url.path);
    } else {
        go_to(l, redis_places_next(&l->places));
    }
}

/* ---- life ---- */

static char *text_of(struct slice s)
{
    return strndup(s.len ? s.ptr : "", s.len);
}

static bool replace(char **text, struct slice by)
{
    char *fresh = slice_eq(slice_of(*text), by) ? NULL : text_of(by);
    if (!fresh)
        return false;
    free(*text);
    *text = fresh;
    return true;
}

void redis_link_identify(struct redis_link *l, const struct redis_link_settings *s)
{
    bool changed = replace(&l->user, s->user);
    changed |= replace(&l->password, s->password);
    if (l->guide.ctx)
        l->guide.identify(&s->sentinels, l->guide.ctx);
    if (changed && !l->stopped && !l->up && !l->ac)
        timer_set(l->retry, 0);
}

static bool open_link(struct redis_link *l, const struct redis_link_settings *s, struct err *e)
{
    struct redis_dial_calls dialled = {on_dialled, l};
    if (!redis_url_parse(s->url, &l->url, e) ||
        !redis_dial_new(l->base, l->url.tls, &dialled, &l->dial, e))
        return err_prefix(e, "redis: %.*s", SLICE_FMT(s->url));
    redis_places_begin(&l->places, &l->url.at);
    return true;
}

bool redis_link_new(struct event_base *base, const struct redis_link_settings *s,
                    const struct redis_link_calls *calls, struct redis_link **out, struct err *e)
{
    struct redis_link *l = calloc(1, sizeof *l);
    if (!l)
        return err_set(e, ERR_BUG, "out of memory");
    *l = (struct redis_link){.base = base,
                             .calls = *calls,
                             .noise = (uint32_t)timer_now_us(),
                             .tagged = redis_prefix_is_tagged(s->prefix),
                             .loopback = s->loopback};
    l->end = &l->first;
    l->command_ms = s->command_ms;
    l->user = text_of(s->user);
    l->password = text_of(s->password);
    l->prefix = text_of(s->prefix);
    l->retry = timer_new(base, on_retry, l);
    l->deadline = timer_new(base, on_deadline, l);
    bool ok = l->user && l->password && l->prefix && l->retry && l->deadline;
    if (!ok)
        err_set(e, ERR_BUG, "out of memory");
    ok = ok && open_link(l, s, e);
    if (!ok) {
        redis_link_free(l);
        return false;
    }
    timer_set(l->retry, 0);
    *out = l;
    return true;
}

void redis_link_free(struct redis_link *l)
{
    if (!l)
        return;
    if (l->dial) { /* else nothing was begun */
        redis_link_stop(l);
        redis_dial_free(l->dial);
    }
    if (l->guide.ctx)
        l->guide.free(l->guide.ctx);
    timer_free(l->retry);
    timer_free(l->deadline);
    free(l->user);
    free(l->password);
    free(l->prefix);
    free(l);
}

void redis_link_follow(struct redis_link *l, const struct redis_guide *guide)
{
    l->guide = *guide;
}

void redis_link_drop(struct redis_link *l, const char *why)
{
    lose(l, why);
}

bool redis_link_text(const struct redisReply *r, struct slice *out)
{
    if (!r || (r->type != REDIS_REPLY_STRING && r->type != REDIS_REPLY_STATUS))
        return false;
    *out = (struct slice){r->str, r->len};
    return true;
}

void redis_link_misfit(struct redis_link *l, const struct redisReply *r, struct slice key)
{
    char why[300];
    if (r->type != REDIS_REPLY_ERROR) {
        snprintf(why, sizeof why, "it answers something unexpected (type %d)", r->type);
    } else if (redis_link_forbidden(r->str)) {
        snprintf(why, sizeof why,
                 "its user may not do what it must (%.150s); config/redis/users.acl has the rights "
                 "it needs",
                 r->str);
    } else {
        bool named = strncmp(r->str, "WRONGTYPE", 9) == 0 && key.len > 0;
        struct slice name = slice_sub(key, 0, named ? 100 : 0);
        snprintf(why, sizeof why, "it answers %.180s%s%.*s", r->str, named ? ": " : "",
                 SLICE_FMT(name));
    }
    lose(l, why);
}

void redis_link_stop(struct redis_link *l)
{
    l->stopped = true;
    close_connection(l);
    timer_cancel(l->retry);
}

void redis_link_good(struct redis_link *l)
{
    l->backoff_ms = 0;
    l->moves = 0;
}

bool redis_link_up(const struct redis_link *l)
{
    return l->up;
}

const char *redis_link_at(const struct redis_link *l)
{
    return l->name;
}
