/* SPDX-License-Identifier: ISC */
/* Documents as they went out last, a place for each channel, and the latest calls. */
#include "daemon/events.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/base/log.h"
#include "daemon/base/map.h"
#include "daemon/base/num.h"
#include "daemon/edge/http_stream.h"
#include "daemon/edge/timer.h"

#define CHANNELS_MAX 200000
#define CALLS_KEPT 1000
#define BEAT_MS 5000
#define NEWS_MS 100 /* what comes within that is told of as one */
#define EVENT_MAX (16 << 20)

struct document {
    int64_t seq;
    enum message_type type;
    size_t len;
    char text[]; /* the event as it is sent */
};

struct events {
    struct http *http;
    int64_t epoch;
    struct map *latest;                 /* channel -> document, of the others */
    struct document *calls[CALLS_KEPT]; /* a ring */
    size_t call_count;
    struct document **sorted; /* all of them by seq; borrowed */
    size_t sorted_count;
    bool sorted_old;
    struct timer *beat, *bell;
    unsigned rung; /* topics of which something is new */
};

static const char *const names[MESSAGE_TYPES] = {
    [MESSAGE_TOTALS] = "totals", [MESSAGE_STATE_TOTALS] = "state",
    [MESSAGE_CALL] = "call",     [MESSAGE_RETRACTION] = "retraction",
    [MESSAGE_RACE] = "race",     [MESSAGE_HEARTBEAT] = "heartbeat",
};
#define BIT(type) (1u << (type))
/* No message: that there are some. */
#define NEWS MESSAGE_TYPES
static const char news_name[] = "news";

static void on_bell(void *ctx)
{
    struct events *ev = ctx;
    const char *comma = "";
    char room[256];
    struct buf text;
    buf_init_over(&text, room, sizeof room);
    buf_addf(&text, "event: %s\ndata: {\"types\":[", news_name);
    for (unsigned i = 0; i < MESSAGE_TYPES; i++)
        if (ev->rung & BIT(i)) {
            buf_addf(&text, "%s\"%s\"", comma, names[i]);
            comma = ",";
        }
    buf_addz(&text, "]}\n\n");
    if (ev->http)
        http_send(ev->http, BIT(NEWS), buf_slice(&text));
    ev->rung = 0;
}

static void ring(struct events *ev, enum message_type type)
{
    if (ev->rung == 0)
        timer_set(ev->bell, NEWS_MS);
    ev->rung |= BIT(type);
}

static void on_beat(void *ctx)
{
    struct events *ev = ctx;
    if (ev->http)
        http_send(ev->http, BIT(MESSAGE_HEARTBEAT), SLICE("event: heartbeat\ndata: {}\n\n"));
    timer_set(ev->beat, BEAT_MS);
}

struct events *events_new(struct event_base *base)
{
    struct events *ev = calloc(1, sizeof *ev);
    if (!ev)
        return NULL;
    ev->latest = map_new(CHANNELS_MAX, true);
    ev->beat = timer_new(base, on_beat, ev);
    ev->bell = timer_new(base, on_bell, ev);
    if (!ev->latest || !ev->beat || !ev->bell) {
        events_free(ev);
        return NULL;
    }
    timer_set(ev->beat, BEAT_MS);
    return ev;
}

static void forget_all(struct events *ev)
{
    size_t at = 0;
    struct slice channel;
    void *value;
    while (ev->latest && map_next(ev->latest, &at, &channel, &value)) {
        map_remove(ev->latest, channel);
        free(value);
    }
    for (size_t i = 0; i < CALLS_KEPT; i++) {
        free(ev->calls[i]);
        ev->calls[i] = NULL;
    }
    ev->call_count = 0;
    ev->sorted_count = 0;
    ev->sorted_old = true;
}

void events_free(struct events *ev)
{
    if (!ev)
        return;
    forget_all(ev);
    free(ev->sorted);
    map_free(ev->latest);
    timer_free(ev->beat);
    timer_free(ev->bell);
    free(ev);
}

void events_to(struct events *ev, struct http *h)
{
    ev->http = h;
}

void events_end(struct events *ev)
{
    if (ev->http)
        http_end(ev->http);
}

static struct document *document_of(const struct message *m, int64_t epoch, int64_t seq,
                                    struct slice envelope)
{
    struct document *d = NULL;
    struct buf text;
    buf_init(&text, EVENT_MAX);
    buf_addf(&text, "id: %" PRId64 "-%" PRId64 "\nevent: %s\ndata: ", epoch, seq, names[m->type]);
    buf_add(&text, envelope);
    buf_addz(&text, "\n\n");
    if (!text.failed && (d = malloc(sizeof *d + text.len))) {
        *d = (struct document){.seq = seq, .type = m->type, .len = text.len};
        memcpy(d->text, text.ptr, text.len);
    }
    buf_done(&text);
    return d;
}

static struct slice text_of(const struct document *d)
{
    return (struct slice){d->text, d->len};
}

static bool keep(struct events *ev, const struct message *m, struct document *d)
{
    if (m->type == MESSAGE_CALL || m->type == MESSAGE_RETRACTION) {
        struct document **place = &ev->calls[ev->call_count++ % CALLS_KEPT];
        free(*place);
        *place = d;
        return true;
    }
    struct document *old = map_get(ev->latest, m->channel);
    bool kept = map_put(ev->latest, m->channel, d);
    free(kept ? old : NULL);
    return kept;
}

void events_add(struct events *ev, const struct message *m, int64_t epoch, int64_t seq,
                struct slice envelope)
{
    if (envelope.len == 0) /* only a snapshot was written */
        return;
    if (epoch != ev->epoch)
        forget_all(ev);
    ev->epoch = epoch;
    ring(ev, m->type);
    struct document *d = document_of(m, epoch, seq, envelope);
    if (!d) {
        log_error("events: no memory for %.*s; its readers get the next one",
                  SLICE_FMT(m->channel));
        return;
    }
    if (ev->http)
        http_send(ev->http, BIT(m->type), text_of(d));
    ev->sorted_old = true;
    if (!keep(ev, m, d))
        free(d);
}

/* ---- readers ---- */

unsigned events_topics(struct slice query, struct http_answer *answer, struct buf *body)
{
    struct slice word, list = SLICE("types=");
    unsigned topics = 0;
    if (query.len == 0)
        return BIT(MESSAGE_TYPES) - 1;
    list = slice_starts(query, list) ? slice_sub(query, list.len, query.len) : (struct slice){0};
    while (list.len > 0 && slice_next(&list, ',', &word)) {
        size_t i = 0;
        while (i < MESSAGE_TYPES && !slice_is(word, names[i]))
            i++;
        if (i == MESSAGE_TYPES && !slice_is(word, news_name)) {
            topics = 0;
            break;
        }
        topics |= BIT(i) | BIT(MESSAGE_HEARTBEAT);
    }
    if (!topics) {
        answer->status = 400;
        buf_addz(body, "write types= and some of totals, state, call, retraction, race, news, "
                       "separated by commas; or nothing for all but news");
    }
    return topics;
}

static int by_seq(const void *left, const void *right)
{
    const struct document *const *a = left, *const *b = right;
    return (*a)->seq < (*b)->seq ? -1 : (*a)->seq > (*b)->seq;
}

static bool sort(struct events *ev)
{
    size_t at = 0, n = 0;
    struct slice channel;
    void *value;
    if (!ev->sorted_old)
        return true;
    struct document **list =
        realloc(ev->sorted, (map_count(ev->latest) + CALLS_KEPT) * sizeof(struct document *));
    if (!list)
        return false;
    while (map_next(ev->latest, &at, &channel, &value))
        list[n++] = value;
    for (size_t i = 0; i < CALLS_KEPT; i++)
        if (ev->calls[i])
            list[n++] = ev->calls[i];
    qsort(list, n, sizeof *list, by_seq);
    ev->sorted = list;
    ev->sorted_count = n;
    ev->sorted_old = false;
    return true;
}

/* The first that is newer; sorted_count: none. */
static size_t first_after(const struct events *ev, int64_t seq)
{
    size_t from = 0, to = ev->sorted_count;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (ev->sorted[middle]->seq > seq)
            to = middle;
        else
            from = middle + 1;
    }
    return from;
}

/* Documents that are newer than what it has, as they are by now. */
static bool send_more(struct http_stream *s, void *ctx)
{
    struct events *ev = ctx;
    struct http_place *place = http_stream_place(s);
    if (place->epoch != ev->epoch)
        *place = (struct http_place){.epoch = ev->epoch};
    if (!sort(ev))
        return false; /* it hears what comes */
    size_t i = first_after(ev, place->seq);
    for (; i < ev->sorted_count && !http_stream_full(s); i++) {
        if (BIT(ev->sorted[i]->type) & http_stream_wants(s))
            http_stream_send(s, text_of(ev->sorted[i]));
        place->seq = ev->sorted[i]->seq;
    }
    return i < ev->sorted_count;
}

void events_first(struct events *ev, struct http_stream *s, struct slice last_id)
{
    struct http_place *place = http_stream_place(s);
    bool documents = http_stream_wants(s) & ~(BIT(NEWS) | BIT(MESSAGE_HEARTBEAT));
    size_t dash = slice_find(last_id, SLICE("-"));
    if (dash == SIZE_MAX || !num_parse(slice_sub(last_id, 0, dash), 1, INT64_MAX, &place->epoch) ||
        !num_parse(slice_sub(last_id, dash + 1, last_id.len), 1, INT64_MAX, &place->seq))
        *place = (struct http_place){0};
    http_stream_send(s, SLICE("retry: 1000\n\n"));
    if (documents)
        http_stream_feed(s, send_more, ev);
}
