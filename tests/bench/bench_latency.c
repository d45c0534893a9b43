/* SPDX-License-Identifier: ISC */
/* From the last byte of a changed feed to a subscriber: tallyd, and a bare loop of curl, libxml2's
 * SAX2 push parser and PUBLISH, by turns, each fed by this program's own site and heard by its own
 * subscriber.
 *
 * usage: bench_latency REDIS-SOCKET FILE BYTES-PER-SECOND ROUNDS
 *     FILE is a detail.xml as clarity_file.py writes it. Says "port N"; tallyd is to poll
 *     http://127.0.0.1:N/tallyd and to publish to that Redis. Each answer has one vote more of the
 *     first candidate than the last; heard is the race's message with that vote. At the end, in
 *     microseconds: "ours_p50 N ours_p99 N bare_p50 N bare_p99 N".
 *
 * One answer is under way at a time, and the next begins when the last was heard: neither side runs
 * beside the other. The clock starts as the last piece is given to the socket.
 */
#include <curl/curl.h>
#include <hiredis/hiredis.h>
#include <libxml/parser.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "daemon/base/num.h"
#include "daemon/base/slice.h"
#include "daemon/edge/payload.h"

enum { PIECE = 16384, ROUNDS_MAX = 1000, WARM = 2, PATIENCE_S = 60, PLACES = 3 };
enum side { OURS, BARE, SIDES };
static const char *const asked[SIDES] = {"/tallyd", "/bare"};

struct bench {
    const char *socket;
    struct slice file;
    struct slice place[PLACES]; /* the first candidate's total, vote type, county */
    int64_t votes[PLACES];
    struct slice time; /* minutes and seconds of the feed's own */
    int64_t rate;
    int rounds, listener, port;
    pthread_mutex_t lock;
    pthread_cond_t change;
    enum side turn;
    int64_t number;  /* votes the answer under way has more */
    int64_t sent_us; /* when its last piece went; 0: not yet */
    bool heard;
    int64_t took[SIDES][ROUNDS_MAX + WARM];
    int done[SIDES];
};

static _Noreturn void die(const char *what)
{
    fprintf(stderr, "bench_latency: %s\n", what);
    exit(1);
}

static int64_t now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void sleep_until(int64_t us)
{
    struct timespec t = {us / 1000000, us % 1000000 * 1000};
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
}

static void start(void *(*run)(void *), void *ctx)
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, run, ctx) != 0 || pthread_detach(thread) != 0)
        die("no thread");
}

/* ---- the file ---- */

/* The number behind the next `mark` from *at on. */
static struct slice number_behind(struct slice file, size_t *at, const char *mark)
{
    size_t from = slice_find(slice_sub(file, *at, file.len), slice_of(mark));
    if (from == SIZE_MAX)
        die("not a file of clarity_file.py");
    from += *at + strlen(mark);
    size_t to = from;
    while (to < file.len && file.ptr[to] >= '0' && file.ptr[to] <= '9')
        to++;
    *at = to;
    return slice_sub(file, from, to);
}

static void read_file(struct bench *b, const char *path)
{
    static const char *const marks[PLACES] = {"totalVotes=\"", "votes=\"", "votes=\""};
    struct err e;
    struct payload *p = payload_from_file(path, (size_t)1 << 30, &e);
    size_t at = 0;
    if (p == NULL)
        die(e.text);
    b->file = payload_bytes(p);
    b->time = number_behind(b->file, &at, "<Timestamp>11/8/2022 11:");
    b->time.len = strlen("58:00");
    for (int i = 0; i < PLACES; i++) {
        b->place[i] = number_behind(b->file, &at, marks[i]);
        if (!num_parse(b->place[i], 0, INT64_MAX / 2, &b->votes[i]))
            die("no votes in the file");
    }
}

/* The file with so many votes more, up to the end of the last place; what follows is the same. */
static struct slice head_with(const struct bench *b, int64_t more, char *into, size_t room)
{
    size_t len = (size_t)(b->time.ptr - b->file.ptr);
    if (len + PIECE > room)
        die("the file begins otherwise");
    memcpy(into, b->file.ptr, len);
    len += (size_t)snprintf(into + len, room - len, "%02d:%02d", (int)(more / 60 % 60),
                            (int)(more % 60));
    const char *from = b->time.ptr + b->time.len;
    for (int i = 0; i < PLACES; i++) {
        size_t n = (size_t)(b->place[i].ptr - from);
        if (len + n + 32 > room)
            die("the file begins otherwise");
        memcpy(into + len, from, n);
        len += n;
        len += (size_t)snprintf(into + len, room - len, "%lld", (long long)(b->votes[i] + more));
        from = b->place[i].ptr + b->place[i].len;
    }
    return (struct slice){into, len};
}

/* ---- the site ---- */

struct client {
    struct bench *b;
    int fd;
};

static bool send_all(int fd, struct slice s)
{
    while (s.len > 0) {
        ssize_t n = send(fd, s.ptr, s.len, MSG_NOSIGNAL);
        if (n <= 0)
            return false;
        s = slice_sub(s, (size_t)n, s.len);
    }
    return true;
}

static void serve(struct bench *b, int fd)
{
    static char head[1 << 20];
    char line[200];
    struct slice first = head_with(b, b->number, head, sizeof head);
    const char *behind = b->place[PLACES - 1].ptr + b->place[PLACES - 1].len;
    struct slice rest = {behind, (size_t)(b->file.ptr + b->file.len - behind)};
    int n = snprintf(line, sizeof line, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n",
                     first.len + rest.len);
    bool ok = send_all(fd, (struct slice){line, (size_t)n}) && send_all(fd, first);
    int64_t began = now_us(), last = 0;
    for (size_t at = 0; ok && at < rest.len; at += PIECE) {
        sleep_until(began + (int64_t)at * 1000000 / b->rate);
        last = now_us();
        if (at + PIECE >= rest.len) {
            pthread_mutex_lock(&b->lock);
            b->sent_us = last;
            pthread_mutex_unlock(&b->lock);
        }
        ok = send_all(fd, slice_sub(rest, at, at + PIECE < rest.len ? at + PIECE : rest.len));
    }
    if (!ok)
        die("an answer was not wanted to its end");
}

/* Wait for this side's turn. */
static void take_turn(struct bench *b, enum side side)
{
    pthread_mutex_lock(&b->lock);
    while (b->turn != side)
        pthread_cond_wait(&b->change, &b->lock);
    b->number++;
    b->sent_us = 0;
    b->heard = false;
    pthread_mutex_unlock(&b->lock);
}

static void await_heard(struct bench *b, enum side side)
{
    struct timespec end;
    clock_gettime(CLOCK_REALTIME, &end);
    end.tv_sec += PATIENCE_S;
    pthread_mutex_lock(&b->lock);
    while (!b->heard)
        if (pthread_cond_timedwait(&b->change, &b->lock, &end) != 0)
            die(side == OURS ? "tallyd's message never came" : "the bare message never came");
    b->turn = side == OURS ? BARE : OURS;
    pthread_cond_broadcast(&b->change);
    pthread_mutex_unlock(&b->lock);
}

static void *run_client(void *ctx)
{
    struct client *c = ctx;
    char request[8192];
    size_t len = 0;
    for (ssize_t n; (n = recv(c->fd, request + len, sizeof request - len, 0)) > 0;) {
        struct slice all = {request, len += (size_t)n};
        if (slice_find(all, SLICE("\r\n\r\n")) == SIZE_MAX)
            continue;
        enum side side = slice_find(all, slice_of(asked[BARE])) == SIZE_MAX ? OURS : BARE;
        take_turn(c->b, side);
        serve(c->b, c->fd);
        await_heard(c->b, side);
        len = 0;
    }
    close(c->fd);
    free(c);
    return NULL;
}

static void *run_site(void *ctx)
{
    struct bench *b = ctx;
    int one = 1;
    for (;;) {
        struct client *c = malloc(sizeof *c);
        if (c == NULL)
            die("no memory");
        *c = (struct client){b, accept(b->listener, NULL, NULL)};
        if (c->fd < 0 || setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one) != 0)
            die("cannot accept");
        start(run_client, c);
    }
}

static void open_site(struct bench *b)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof at;
    b->listener = socket(AF_INET, SOCK_STREAM, 0);
    if (b->listener < 0 || bind(b->listener, (struct sockaddr *)&at, sizeof at) != 0 ||
        listen(b->listener, 16) != 0 || getsockname(b->listener, (struct sockaddr *)&at, &len) != 0)
        die("cannot listen");
    b->port = ntohs(at.sin_port);
    start(run_site, b);
}

/* ---- the subscriber ---- */

static redisContext *connect_redis(const struct bench *b)
{
    redisContext *c = redisConnectUnix(b->socket);
    if (c == NULL || c->err != 0)
        die("no Redis");
    return c;
}

/* Is it the message of the answer under way? The bare one is the number of votes; a race's has it
 * in its first candidate. */
static bool is_it(const struct bench *b, struct slice message)
{
    int64_t votes = 0;
    size_t at = 0;
    if (message.len > 0 && message.ptr[0] == '{') {
        if (slice_find(message, SLICE("\"Candidate 0 of 1\"")) == SIZE_MAX)
            return false;
        at = slice_find(message, SLICE("\"Candidate 0 of 1\""));
        message = number_behind(message, &at, "\"votes\":");
    }
    return num_parse(message, 0, INT64_MAX, &votes) && votes == b->votes[0] + b->number;
}

static void hear(struct bench *b, struct slice message)
{
    int64_t at = now_us();
    pthread_mutex_lock(&b->lock);
    if (!b->heard && b->sent_us > 0 && is_it(b, message)) {
        b->took[b->turn][b->done[b->turn]++] = at - b->sent_us;
        b->heard = true;
        pthread_cond_broadcast(&b->change);
    }
    pthread_mutex_unlock(&b->lock);
}

static void *run_subscriber(void *ctx)
{
    struct bench *b = ctx;
    redisContext *c = connect_redis(b);
    redisReply *r = redisCommand(c, "PSUBSCRIBE bare tally:v1:race:*");
    for (; r != NULL; r = NULL) {
        do {
            if (r->type == REDIS_REPLY_ARRAY && r->elements == 4)
                hear(b, (struct slice){r->element[3]->str, r->element[3]->len});
            freeReplyObject(r);
        } while (redisGetReply(c, (void **)&r) == REDIS_OK);
    }
    die("Redis went away");
}

/* ---- the bare loop ---- */

struct bare {
    xmlParserCtxtPtr parser;
    int64_t votes; /* of the first candidate; -1: not yet */
    int64_t sum;   /* of all counties: who publishes votes has read them */
};

static int64_t count_of(int count, const xmlChar **attrs, const char *name)
{
    int64_t n = 0;
    for (int i = 0; i < count; i++) {
        const xmlChar **a = attrs + i * 5;
        if (strcmp((const char *)a[0], name) == 0 &&
            !num_parse((struct slice){(const char *)a[3], (size_t)(a[4] - a[3])}, 0, INT64_MAX, &n))
            die("no votes");
    }
    return n;
}

static void on_start(void *ctx, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri,
                     int namespaces, const xmlChar **nsv, int count, int defaulted,
                     const xmlChar **attrs)
{
    struct bare *bare = ctx;
    (void)prefix, (void)uri, (void)namespaces, (void)nsv, (void)defaulted;
    if (strcmp((const char *)name, "County") == 0)
        bare->sum += count_of(count, attrs, "votes");
    else if (bare->votes < 0 && strcmp((const char *)name, "Choice") == 0)
        bare->votes = count_of(count, attrs, "totalVotes");
}

static size_t on_bytes(char *bytes, size_t size, size_t count, void *ctx)
{
    struct bare *bare = ctx;
    return xmlParseChunk(bare->parser, bytes, (int)(size * count), 0) == 0 ? size * count : 0;
}

static void *run_bare(void *ctx)
{
    struct bench *b = ctx;
    char url[100];
    redisContext *redis = connect_redis(b);
    CURL *curl = curl_easy_init();
    struct bare bare;
    xmlSAXHandler sax = {.initialized = XML_SAX2_MAGIC, .startElementNs = on_start};
    snprintf(url, sizeof url, "http://127.0.0.1:%d%s", b->port, asked[BARE]);
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_bytes);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &bare);
    for (;;) {
        bare = (struct bare){xmlCreatePushParserCtxt(&sax, &bare, NULL, 0, NULL), -1, 0};
        if (bare.parser == NULL || curl_easy_perform(curl) != CURLE_OK ||
            xmlParseChunk(bare.parser, "", 0, 1) != 0 || bare.sum <= 0)
            die("the bare loop failed");
        freeReplyObject(redisCommand(redis, "PUBLISH bare %lld", (long long)bare.votes));
        xmlFreeParserCtxt(bare.parser);
    }
    return NULL;
}

/* ---- the figures ---- */

static int by_size(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void print(struct bench *b, enum side side, const char *name)
{
    int64_t *took = b->took[side] + WARM;
    qsort(took, (size_t)b->rounds, sizeof *took, by_size);
    printf("%s_p50 %lld %s_p99 %lld ", name, (long long)took[b->rounds / 2], name,
           (long long)took[(b->rounds * 99 + 99) / 100 - 1]);
}

int main(int argc, char **argv)
{
    static struct bench b = {
        .lock = PTHREAD_MUTEX_INITIALIZER, .change = PTHREAD_COND_INITIALIZER, .turn = OURS};
    int64_t rounds = 0;
    if (argc != 5 || !num_parse(slice_of(argv[3]), 1, INT64_MAX, &b.rate) ||
        !num_parse(slice_of(argv[4]), 1, ROUNDS_MAX, &rounds)) {
        fprintf(stderr, "usage: bench_latency REDIS-SOCKET FILE BYTES-PER-SECOND ROUNDS\n");
        return 64;
    }
    b.socket = argv[1];
    b.rounds = (int)rounds;
    read_file(&b, argv[2]);
    open_site(&b);
    start(run_subscriber, &b);
    start(run_bare, &b);
    printf("port %d\n", b.port);
    fflush(stdout);
    pthread_mutex_lock(&b.lock);
    while (b.done[OURS] < b.rounds + WARM || b.done[BARE] < b.rounds + WARM)
        pthread_cond_wait(&b.change, &b.lock);
    print(&b, OURS, "ours");
    print(&b, BARE, "bare");
    printf("\n");
    fflush(stdout);
    _exit(0); /* its threads are still at it */
}
