/* SPDX-License-Identifier: ISC */
/* Random nights as JSON lines: what the reference needs to know, what happens, and what the core
 * says after it. SEED= and N= choose the nights. */
#include <inttypes.h>
#include <stdlib.h>

#include "daemon/base/jsonw.h"
#include "daemon/core/tally.h"
#include "tests/unit/random_night.h"

static void print_source(const struct settings_source *s)
{
    static const char *const calls[] = {"no", "yes", "live"};

    printf("{\"name\":\"%.*s\",\"authority\":\"%.*s\",\"county\":\"%.*s\",\"part\":\"%.*s\","
           "\"covers\":\"%s\",\"votes\":%s,\"calls\":\"%s\",\"priority\":%" PRId64
           ",\"stale_after\":%" PRId64 "}",
           SLICE_FMT(s->name), SLICE_FMT(s->authority), SLICE_FMT(s->county), SLICE_FMT(s->part),
           s->covers_county ? "county" : "race", s->votes ? "true" : "false", calls[s->calls],
           s->priority, s->stale_after_ms);
}

static const char *tri(int value)
{
    return value < 0 ? "null" : value ? "true" : "false";
}

/* Of an office that has one seat wherever it is elected, or a question, the night says so; not of a
 * nomination for it. */
static int64_t seats_of(const struct rn_race *r)
{
    static const bool one[RN_KINDS] = {[RN_SINGLE] = true,
                                       [RN_FUSION] = true,
                                       [RN_RANKED] = true,
                                       [RN_MEASURE] = true,
                                       [RN_UNOPPOSED] = true};

    return r->seats_in_list || one[r->kind] ? r->seats : -1;
}

static void print_endorsement(const struct random_night *n, const struct rn_ours *o)
{
    const struct rn_race *r = &n->races[o->race];

    printf("{\"id\":\"%s\",\"name\":\"%s\",\"race\":\"%s\",\"state\":\"%s\",\"level\":\"%s\","
           "\"party\":\"%s\",\"held_by\":\"%s\",\"status\":\"%s\",\"wins\":\"%s\",\"flip\":%s,"
           "\"incumbent\":%s,\"opponent_incumbent\":%s,\"seats_held_by_others\":%" PRId64
           ",\"seats\":%" PRId64 ",\"advance_to\":%" PRId64
           ",\"measure\":%s,\"counties\":%d,\"tags\":[",
           o->id, o->name, r->id, r->state, r->level, o->party, o->held_by, o->status, o->wins,
           tri(o->flip), tri(o->incumbent), tri(o->opponent), o->others, seats_of(r),
           r->places_in_list ? r->places : -1, o->side ? "true" : "false",
           r->kind == RN_COUNTIES ? 2 : 0);
    for (int i = 0, first = 1; i < 2; i++)
        if (o->tag[i]) {
            printf("%s\"%s\"", first ? "" : ",", o->tag[i]);
            first = 0;
        }
    printf("]}");
}

static void print_night(const struct random_night *n)
{
    static const char *const rounding[] = {"floor", "nearest", "one-decimal"};

    printf("{\"kind\":\"night\",\"seed\":%" PRIu64 ",\"percent\":\"%s\",\"percent_from\":%" PRId64
           ",\"order\":[\"ap\",\"ddhq\",\"official\"],\"lag_bp\":%" PRId64 ",\"lag_ms\":%" PRId64
           ",\"retract_ms\":%" PRId64 ",\"sources\":[",
           n->seed, rounding[n->s.percent], n->s.percent_from, n->s.guards.lag_bp,
           n->s.guards.lag_ms, n->s.guards.retract_ms);
    for (size_t i = 0; i < n->s.source_count; i++) {
        printf("%s", i ? "," : "");
        print_source(&n->sources[i]);
    }
    printf("],\"endorsements\":[");
    for (int i = 0; i < n->ours_count; i++) {
        printf("%s", i ? "," : "");
        print_endorsement(n, &n->ours[i]);
    }
    printf("]}\n");
}

static void print_event(const struct rn_event *ev, int64_t now_ms)
{
    static const char *const types[] = {"batch", "unchanged", "failed", "decision", "tick"};

    printf("{\"kind\":\"event\",\"type\":\"%s\",\"now\":%" PRId64 ",\"source\":%" PRIu32
           ",\"status\":%" PRId64 ",\"own\":null,\"contests\":[%.*s]",
           types[ev->type], now_ms, ev->source, ev->status, SLICE_FMT(ev->json));
    if (ev->type == EVENT_DECISION)
        printf(",\"verb\":\"%.*s\",\"target\":\"%.*s\",\"argument\":\"%.*s\"",
               SLICE_FMT(ev->decision.verb), SLICE_FMT(ev->decision.target),
               SLICE_FMT(ev->decision.argument));
    printf("}\n");
}

static void add_slices(const struct model *m, struct jsonw *j, struct arena *a)
{
    static const struct {
        enum tally_by by;
        const char *name;
    } dimensions[] = {{TALLY_BY_STATE, "state"}, {TALLY_BY_LEVEL, "level"}, {TALLY_BY_TAG, "tag"}};

    for (size_t d = 0; d < 3; d++) {
        size_t count;
        struct slice *values = tally_values(m, dimensions[d].by, a, &count);
        for (size_t i = 0; i < count; i++) {
            struct tally_part part = {dimensions[d].by, values[i]};
            struct tally t;
            tally_all(&t, m, &part);
            jsonw_object(j,
                         arena_printf(a, "%s %.*s", dimensions[d].name, SLICE_FMT(values[i])).ptr);
            documents_counts(j, m->settings, &t);
            jsonw_object_end(j);
        }
    }
}

/* As published: documents for everything and for each race, counts for every slice. */
static void print_figures(const struct core *core, bool refused, int64_t now_ms, struct arena *a)
{
    const struct model *m = core_model(core);
    struct buf out;
    struct jsonw j;

    arena_reset(a);
    buf_init(&out, 1 << 22);
    buf_addf(&out, "{\"kind\":\"figures\",\"refused\":%s,\"all\":", refused ? "true" : "false");
    documents_totals(m, core_tally(core), SLICE(""), now_ms, &out);
    buf_addz(&out, ",\"races\":[");
    for (uint32_t i = 0; i < m->race_count; i++) {
        buf_addz(&out, i ? "," : "");
        documents_race(m, &m->races[i], &out);
    }
    buf_addz(&out, "],\"slices\":");
    jsonw_init(&j, &out);
    jsonw_object(&j, NULL);
    add_slices(m, &j, a);
    jsonw_object_end(&j);
    buf_addz(&out, "}\n");
    if (out.failed)
        abort();
    printf("%.*s", SLICE_FMT(buf_slice(&out)));
    buf_done(&out);
}

struct player {
    struct core *core;
    struct effects out;
    struct arena *a;
};

static void play(struct player *p, const struct rn_event *ev, int64_t now_ms)
{
    struct event event = {.type = ev->type,
                          .source = ev->source,
                          .digest = ev->digest,
                          .received_ms = now_ms,
                          .verdict = VERDICT_UNREACHABLE,
                          .decision = ev->decision};
    struct results batch;

    arena_reset(p->a);
    if (ev->type == EVENT_BATCH) {
        batch = batch_of(p->a, ev->text);
        event.batch = &batch;
    }
    effects_reset(&p->out);
    core_apply(p->core, &event, now_ms, &p->out);
    if (p->out.err.kind == ERR_BUG)
        abort();
    print_event(ev, now_ms);
    print_figures(p->core, p->out.err.kind != ERR_NONE, now_ms, p->a);
}

static void dump(struct random_night *n)
{
    static const struct rn_event tick = {.type = EVENT_TICK};
    struct player p = {.a = arena_new((size_t)64 << 20)};
    int64_t now = NIGHT_AT(0), next;
    struct err e;

    if (!effects_init(&p.out, &e) || !core_new(&n->s, &n->list, &p.core, &e))
        abort();
    print_night(n);
    for (int i = 0; i < n->event_count; i++) {
        const struct rn_event *ev = &n->events[i];
        while ((next = core_next_tick(p.core, now)) < ev->now_ms) {
            now = next > now ? next : now + 1;
            play(&p, &tick, now);
        }
        now = ev->now_ms;
        play(&p, ev, now);
    }
    core_free(p.core);
    effects_done(&p.out);
    arena_free(p.a);
}

static int64_t number_from(const char *name, int64_t otherwise)
{
    const char *value = getenv(name);
    int64_t number = otherwise;

    if (value && !num_parse(slice_of(value), 0, INT64_MAX, &number))
        abort();
    return number;
}

int main(void)
{
    int64_t first = number_from("SEED", 1), count = number_from("N", 10);
    uint32_t desk = number_from("DESK", 0) ? RN_DESK : 0;

    for (int64_t i = 0; i < count; i++) {
        struct random_night *n = malloc(sizeof *n);
        if (!n)
            abort();
        random_night_open(n, (uint64_t)(first + i), RN_CALM | desk);
        dump(n);
        random_night_close(n);
        free(n);
    }
    return 0;
}
