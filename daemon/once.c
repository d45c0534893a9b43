/* SPDX-License-Identifier: ISC */
/* tallyd -1: one poll of everything, or all of a record; one answer, nothing kept. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "daemon/app.h"
#include "daemon/base/when.h"
#include "daemon/core/documents.h"
#include "daemon/core/statement.h"
#include "daemon/edge/process.h"
#include "daemon/edge/timer.h"
#include "daemon/edge/workers.h"
#include "daemon/river.h"

#define OUTPUT_MAX (256 << 20)

static void print_statement(const struct model *m, const struct tally *t, int64_t now,
                            struct buf *out)
{
    statement_write(m, t, STATEMENT_SHORT, now, out);
    buf_addc(out, '\n');
}

static void print_totals(const struct model *m, const struct tally *t, int64_t now, struct buf *out)
{
    documents_totals(m, t, (struct slice){0}, now, out);
    buf_addc(out, '\n');
}

static void print_races(const struct model *m, const struct tally *t, int64_t now, struct buf *out)
{
    struct err e = {0};
    (void)t, (void)now;
    if (!documents_races(m, NULL, 0, false, out, &e))
        out->failed = true;
}

/* A race's document a line. */
static void print_cards(const struct model *m, const struct tally *t, int64_t now, struct buf *out)
{
    (void)t, (void)now;
    for (uint32_t i = 0; i < m->race_count; i++) {
        documents_race(m, &m->races[i], out);
        buf_addc(out, '\n');
    }
}

static void print_matches(const struct model *m, const struct tally *t, int64_t now,
                          struct buf *out)
{
    struct buf notes;
    struct slice rest, line;
    (void)t, (void)now;
    documents_matches(m, out);
    buf_init(&notes, OUTPUT_MAX);
    documents_unmatched(m, &notes);
    rest = buf_slice(&notes);
    while (rest.len > 0 && slice_next(&rest, '\n', &line))
        fprintf(stderr, "tallyd: note: %.*s\n", SLICE_FMT(line));
    buf_done(&notes);
}

/* Each was printed when it was told. */
static void print_nothing(const struct model *m, const struct tally *t, int64_t now,
                          struct buf *out)
{
    (void)m, (void)t, (void)now, (void)out;
}

static const struct {
    const char *name;
    void (*print)(const struct model *m, const struct tally *t, int64_t now, struct buf *out);
} outputs[] = {
    {"statement", print_statement}, {"totals", print_totals},   {"races", print_races},
    {"cards", print_cards},         {"matches", print_matches}, {"documents", print_nothing},
    {"report", print_nothing},
};
#define OUTPUTS (sizeof outputs / sizeof *outputs)

/* Where the poller's news go, and what a replay tells. */
struct once {
    const struct clock *clock;
    struct river *river;
    struct event_base *base;
};

static enum poller_answer on_news(const struct poller_news *news, void *ctx)
{
    struct once *o = ctx;
    return river_news(news, o->river);
}

static void on_idle(void *ctx)
{
    struct once *o = ctx;
    loop_stop(o->base);
}

/* A line each: when, where, what. */
static void print_told(const struct event *ev, const struct effects *fx, void *ctx)
{
    const struct once *o = ctx;
    char now[25];
    (void)ev;
    when_format(clock_now(o->clock), now);
    for (size_t i = 0; i < fx->message_count; i++)
        if (fx->messages[i].data.len > 0)
            printf("%s %.*s %.*s\n", now, SLICE_FMT(fx->messages[i].channel),
                   SLICE_FMT(fx->messages[i].data));
}

static bool print_what(const struct river *r, size_t what, int64_t now, struct err *e)
{
    struct tally t = {0};
    struct buf out;
    const struct model *m = river_model(r);
    tally_all(&t, m, NULL);
    buf_init(&out, OUTPUT_MAX);
    outputs[what].print(m, &t, now, &out);
    bool ok = !out.failed && (out.len == 0 || fwrite(out.ptr, 1, out.len, stdout) == out.len) &&
              fflush(stdout) == 0;
    buf_done(&out);
    return ok || err_set(e, ERR_BUG, "the output could not be written");
}

/* Nobody tries again here. */
static struct slice meaning(enum verdict v)
{
    struct slice about = slice_of(verdict_info[v].about);
    return slice_sub(about, 0, slice_find(about, SLICE("; tried again")));
}

/* Sources that failed are told on standard error; the figures of the others stand. */
static int failures(const struct model *m)
{
    int failed = 0;
    for (uint32_t i = 0; i < m->settings->source_count; i++) {
        const struct settings_source *s = &m->settings->sources[i];
        for (uint32_t k = 0; k == 0 || k < s->file_count; k++) {
            const struct feed_file *f = &m->feeds[i].files[k];
            if (verdict_info[f->verdict].class != CLASS_FAILED)
                continue;
            struct slice file = s->file_count > 1 ? s->files[k] : (struct slice){0};
            struct slice text = f->verdict_text.len ? f->verdict_text : meaning(f->verdict);
            fprintf(stderr, "tallyd: %.*s%s%.*s: %s: %.*s\n", SLICE_FMT(s->name),
                    file.len ? " " : "", SLICE_FMT(file), verdict_info[f->verdict].name,
                    SLICE_FMT(text));
            failed++;
        }
    }
    return failed;
}

struct means { /* of one run */
    struct event_base *base;
    struct workers *workers;
    struct metrics metrics;
    struct river *river;
    struct poller *poller;
    struct player *player;
    struct drill *drill;
};

static bool start_player(const struct app_args *args, struct plan *plan, struct once *once,
                         struct means *m, struct err *e)
{
    struct clock *clock = (struct clock *)once->clock;
    struct player_parts parts = {.base = m->base,
                                 .plan = plan,
                                 .clock = clock,
                                 .river = m->river,
                                 .workers = m->workers,
                                 .recording = args->recording,
                                 .drill = m->drill,
                                 .over = on_idle,
                                 .ctx = once};
    if (!player_new(&parts, &m->player, e))
        return false;
    player_start(m->player);
    return true;
}

static bool start_poller(struct plan *plan, struct once *once, struct means *m, struct err *e)
{
    struct poller_calls calls = {.news = on_news, .idle = on_idle, .ctx = once};
    plan->poller.once = true;
    if (!poller_new(m->base, &plan->poller, m->workers, &calls, &m->poller, e))
        return false;
    poller_start(m->poller);
    return true;
}

static bool once_run(const struct app_args *args, struct clock *clock, struct plan *plan,
                     bool documents, struct means *m, struct err *e)
{
    struct once once = {.clock = clock, .base = m->base}; /* all is silent once the loop stopped */
    struct river_parts parts = {.base = m->base,
                                .plan = plan,
                                .clock = clock,
                                .metrics = &m->metrics,
                                .stepped = args->recording != NULL,
                                .told = m->drill    ? drill_told
                                        : documents ? print_told
                                                    : NULL,
                                .told_ctx = m->drill ? (void *)m->drill : &once};
    if (!river_new(&parts, NULL, &m->river, e))
        return false;
    once.river = m->river;
    river_start(m->river);
    if (!(args->recording ? start_player(args, plan, &once, m, e)
                          : start_poller(plan, &once, m, e)))
        return false;
    loop_run(m->base);
    return true;
}

/* Its problems to standard error. */
static bool read_drill(const struct app_args *args, const struct clock *clock,
                       const struct plan *plan, struct means *m, struct err *e)
{
    struct buf problems;
    if (!args->rehearse)
        return true;
    buf_init(&problems, OUTPUT_MAX);
    bool ok =
        drill_new(plan, clock, &args->recording->all, args->rehearse, &m->drill, &problems, e);
    fprintf(stderr, "%.*s", SLICE_FMT(buf_slice(&problems)));
    buf_done(&problems);
    return ok;
}

/* What was not played of the record is said; it is no night of its own. */
static int end_replay(struct means *m)
{
    struct player_view v;
    player_view(m->player, &v);
    bool as_said = !m->drill || drill_end(m->drill);
    if (v.skipped + v.torn > 0)
        fprintf(m->drill ? stdout : stderr, "replay: " PLAYED "\n", PLAYED_OF(v));
    return as_said && v.unread + v.torn == 0 ? 0 : ERR_NO;
}

/* The number of what is to be printed; OUTPUTS, and *e: there is no such thing. */
static size_t find_output(const struct app_args *args, const char *what, struct err *e)
{
    size_t output = 0;
    while (output < OUTPUTS && strcmp(outputs[output].name, what) != 0)
        output++;
    if (output < OUTPUTS && outputs[output].print == print_nothing &&
        (!args->recording || (strcmp(what, "report") == 0) != (args->rehearse != NULL)))
        output = OUTPUTS;
    if (output == OUTPUTS)
        err_set(e, ERR_USAGE,
                "-o %s: not one of statement, totals, races, cards, matches, or with --replay "
                "documents",
                what);
    return output;
}

int app_once(const struct app_args *args, struct plan *plan, const char *what, struct err *e)
{
    struct means m = {0};
    struct clock clock = args->clock;
    size_t output = find_output(args, what, e);
    const struct config *c = plan->config;
    struct workers_settings w = {.program = c->workers.program.ptr,
                                 .count = c->workers.count,
                                 .spares = 2,
                                 .memory = c->workers.memory,
                                 .cpu_ms = c->workers.cpu,
                                 .wall_after_ms = c->workers.wall_after_last_byte};
    int code = ERR_BUG;
    signal(SIGPIPE, SIG_IGN);
    process_raise_limits();
    if (output < OUTPUTS && (m.base = loop_new()) != NULL &&
        metrics_init(&m.metrics, plan->settings.source_count, e) &&
        read_drill(args, &clock, plan, &m, e) && (m.workers = workers_new(m.base, &w, e)) != NULL &&
        once_run(args, &clock, plan, outputs[output].print == print_nothing, &m, e) &&
        print_what(m.river, output, clock_now(&clock), e))
        code = args->recording                      ? end_replay(&m)
               : failures(river_model(m.river)) > 0 ? ERR_AGAIN
                                                    : 0;
    if (code == ERR_BUG && e->kind != ERR_NONE)
        code = (int)e->kind;
    poller_free(m.poller);
    player_free(m.player);
    drill_free(m.drill);
    river_free(m.river);
    workers_free(m.workers);
    metrics_done(&m.metrics);
    loop_free(m.base);
    plan_free(plan);
    return code;
}
