/* SPDX-License-Identifier: ISC */
/* Numbering per epoch; what was last sent on each channel. */
#include "daemon/core/stream.h"

#include <inttypes.h>
#include <stdlib.h>

#include "daemon/base/jsonw.h"
#include "daemon/base/map.h"
#include "daemon/base/when.h"

#define RACES_TOLD_MS                                                                              \
    (60 * WHEN_SECOND) /* the heartbeat lists races with a message in that time                    \
                        */

struct channel {
    enum message_type type;
    int64_t seq, at_ms;
};

struct stream {
    const struct settings *settings;
    struct slice owner;
    struct map *channels; /* name -> struct channel */
    int64_t epoch, seq;
};

static const char *const type_names[MESSAGE_TYPES] = {
    [MESSAGE_TOTALS] = "totals", [MESSAGE_STATE_TOTALS] = "totals",
    [MESSAGE_CALL] = "call",     [MESSAGE_RETRACTION] = "retraction",
    [MESSAGE_RACE] = "race",     [MESSAGE_HEARTBEAT] = "heartbeat",
};

struct stream *stream_new(const struct settings *s, struct slice owner, size_t cap)
{
    struct stream *st = calloc(1, sizeof *st);

    if (!st)
        return NULL;
    st->settings = s;
    st->owner = owner;
    st->channels = map_new(cap, true);
    if (!st->channels) {
        free(st);
        return NULL;
    }
    return st;
}

static void free_channels(struct stream *st)
{
    struct slice key;
    void *channel;

    for (size_t at = 0; map_next(st->channels, &at, &key, &channel);)
        free(channel);
}

void stream_free(struct stream *st)
{
    if (!st)
        return;
    free_channels(st);
    map_free(st->channels);
    free(st);
}

void stream_begin(struct stream *st, int64_t epoch)
{
    struct slice key;
    void *value;

    st->epoch = epoch;
    st->seq = 0;
    for (size_t at = 0; map_next(st->channels, &at, &key, &value);) {
        struct channel *c = value;
        c->seq = 0;
        c->at_ms = WHEN_UNKNOWN;
    }
}

int64_t stream_epoch(const struct stream *st)
{
    return st->epoch;
}

/* "race:GA:ID" is told by its ID, "calls:GA" by its state. */
static struct slice name_in(struct slice channel, enum message_type type)
{
    struct slice field = {0};
    size_t fields = type == MESSAGE_RACE || type == MESSAGE_STATE_TOTALS ? 2 : 1;

    while (fields-- > 0)
        if (!slice_next(&channel, ':', &field))
            return (struct slice){0};
    return channel;
}

static struct channel *channel_of(struct stream *st, const struct message *m)
{
    struct channel *c = map_get(st->channels, m->channel);

    if (c)
        return c;
    c = calloc(1, sizeof *c);
    if (!c || !map_put(st->channels, m->channel, c)) {
        free(c);
        return NULL;
    }
    c->type = m->type;
    c->at_ms = WHEN_UNKNOWN;
    return c;
}

static void write_envelope(const struct stream *st, enum message_type type, int64_t seq,
                           int64_t prev, int64_t now_ms, struct slice data, struct buf *out)
{
    struct jsonw j;
    char date[11];

    when_format_date(st->settings->date, date);
    jsonw_init(&j, out);
    jsonw_object(&j, NULL);
    jsonw_int(&j, "v", 1);
    jsonw_strz(&j, "type", type_names[type]);
    jsonw_int(&j, "epoch", st->epoch);
    jsonw_str(&j, "owner", st->owner);
    jsonw_int(&j, "seq", seq);
    jsonw_int(&j, "prev", prev);
    jsonw_when(&j, "time", now_ms);
    jsonw_strz(&j, "election", date);
    jsonw_strz(&j, "mode", mode_name(st->settings->mode));
    jsonw_raw(&j, "data", data);
    jsonw_object_end(&j);
}

/* The objects of `lines`, one a line, as a list; each is given this epoch and seq. */
static void write_claims(const struct stream *st, int64_t seq, struct slice lines, struct buf *out)
{
    struct slice line;
    const char *comma = "";

    buf_addc(out, '[');
    while (slice_next(&lines, '\n', &line)) {
        buf_addf(out, "%s{\"epoch\":%" PRId64 ",\"seq\":%" PRId64 ",", comma, st->epoch, seq);
        buf_add(out, slice_sub(line, 1, line.len));
        comma = ",";
    }
    buf_addc(out, ']');
}

bool stream_number(struct stream *st, const struct message *m, int64_t now_ms, struct buf *envelope,
                   struct buf *snap, int64_t *seq, struct err *e)
{
    struct channel *c = channel_of(st, m);

    if (!c)
        return err_set(e, ERR_BUG, "stream: no room for the channel %.*s", SLICE_FMT(m->channel));
    if (m->data.len > 0)
        write_envelope(st, m->type, st->seq + 1, c->seq, now_ms, m->data, envelope);
    if (m->snap_data.len > 0)
        write_claims(st, st->seq + 1, m->snap_data, snap);
    else if (m->snap.len > 0)
        buf_add(snap, buf_slice(envelope));
    if (envelope->failed || snap->failed)
        return err_set(e, ERR_BUG, "stream: a message on %.*s is larger than its buffer",
                       SLICE_FMT(m->channel));
    *seq = ++st->seq;
    c->seq = st->seq;
    c->at_ms = now_ms;
    return true;
}

static void write_last(const struct stream *st, struct jsonw *j, const char *key,
                       enum message_type type, enum message_type or_type, int64_t since_ms)
{
    struct slice name;
    void *value;

    jsonw_object(j, key);
    for (size_t at = 0; map_next(st->channels, &at, &name, &value);) {
        const struct channel *c = value;
        if ((c->type != type && c->type != or_type) || c->seq == 0 || c->at_ms < since_ms)
            continue;
        jsonw_key(j, name_in(name, c->type));
        jsonw_int(j, NULL, c->seq);
    }
    jsonw_object_end(j);
}

bool stream_heartbeat(const struct stream *st, int64_t now_ms, struct buf *envelope, struct err *e)
{
    const struct channel *totals = map_get(st->channels, SLICE("totals"));
    struct buf data;
    struct jsonw j;

    buf_init(&data, 4 << 20);
    jsonw_init(&j, &data);
    jsonw_object(&j, NULL);
    jsonw_object(&j, "last");
    jsonw_int(&j, "totals", totals ? totals->seq : 0);
    write_last(st, &j, "states", MESSAGE_STATE_TOTALS, MESSAGE_STATE_TOTALS, WHEN_UNKNOWN);
    write_last(st, &j, "calls", MESSAGE_CALL, MESSAGE_RETRACTION, WHEN_UNKNOWN);
    write_last(st, &j, "races", MESSAGE_RACE, MESSAGE_RACE, now_ms - RACES_TOLD_MS);
    jsonw_object_end(&j);
    jsonw_object_end(&j);
    write_envelope(st, MESSAGE_HEARTBEAT, st->seq, 0, now_ms, buf_slice(&data), envelope);
    bool ok = !data.failed && !envelope->failed;
    buf_done(&data);
    return ok || err_set(e, ERR_BUG, "stream: the heartbeat is larger than its buffer");
}

struct message stream_event(struct slice event_id, struct slice channel, struct slice data)
{
    return (struct message){
        .type = slice_starts(event_id, SLICE("r")) ? MESSAGE_RETRACTION : MESSAGE_CALL,
        .channel = channel,
        .data = data,
        .event_id = event_id,
    };
}
