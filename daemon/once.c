/* SPDX-License-Identifier: ISC */
/* tallyd -1: one poll of everything, one answer, nothing kept. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "daemon/app.h"
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

static const struct {
    const char *name;
    void (*print)(const struct model *m, const struct tally *t, int64_t now, struct buf *out);
} outputs[] = {
    {"statement", print_statement}, {"totals", print_totals},   {"races", print_races},
    {"cards", print_cards},         {"matches", print_matches},
};
#define OUTPUTS (sizeof outputs / sizeof *outputs)

/* Where the poller's news go. */
struct once {
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

static bool print_what(const struct river *r, size_t what, int64_t now, struct err *e)
{
    struct tally t = {0};
    struct buf out;
    const struct model *m = river_model(r);
    tally_all(&t, m, NULL);
    buf_init(&out, OUTPUT_MAX);
    outputs[what].print(m, &t, now, &out);
    bool ok = !out.failed && fwrite(out.ptr, 1, out.len, stdout) == out.len && fflush(stdout) == 0;
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

static bool once_run(const struct app_args *args, struct plan *plan, struct event_base *base,
                     struct workers *workers, struct metrics *metrics, struct river **river,
                     struct poller **poller, struct err *e)
{
    struct river_parts parts = {
        .base = base, .plan = plan, .clock = &args->clock, .metrics = metrics};
    if (!river_new(&parts, NULL, river, e))
        return false;
    struct once once = {*river, base}; /* the poller is silent once the loop has stopped */
    struct poller_calls calls = {.news = on_news, .idle = on_idle, .ctx = &once};
    plan->poller.once = true;
    if (!poller_new(base, &plan->poller, workers, &calls, poller, e))
        return false;
    river_start(*river);
    poller_start(*poller);
    loop_run(base);
    return true;
}

int app_once(const struct app_args *args, struct plan *plan, const char *what, struct err *e)
{
    size_t output = 0;
    struct metrics metrics = {0};
    struct river *river = NULL;
    struct poller *poller = NULL;
    struct workers *workers = NULL;
    int code = ERR_BUG;
    signal(SIGPIPE, SIG_IGN);
    process_raise_limits();
    while (output < OUTPUTS && strcmp(outputs[output].name, what) != 0)
        output++;
    struct event_base *base = loop_new();
    if (output == OUTPUTS) {
        err_set(e, ERR_USAGE, "-o %s: not one of statement, totals, races, cards, matches", what);
        goto out;
    }
    const struct config *c = plan->config;
    struct workers_settings w = {.program = c->workers.program.ptr,
                                 .count = c->workers.count,
                                 .spares = 2,
                                 .memory = c->workers.memory,
                                 .cpu_ms = c->workers.cpu,
                                 .wall_after_ms = c->workers.wall_after_last_byte};
    if (!base || !metrics_init(&metrics, plan->settings.source_count, e) ||
        !(workers = workers_new(base, &w, e)) ||
        !once_run(args, plan, base, workers, &metrics, &river, &poller, e) ||
        !print_what(river, output, clock_now(&args->clock), e))
        goto out;
    code = failures(river_model(river)) > 0 ? ERR_AGAIN : 0;
out:
    if (code == ERR_BUG && e->kind != ERR_NONE)
        code = (int)e->kind;
    poller_free(poller);
    river_free(river);
    workers_free(workers);
    metrics_done(&metrics);
    loop_free(base);
    plan_free(plan);
    return code;
}
