/* SPDX-License-Identifier: ISC */
/* tallyd's command line. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/app.h"
#include "daemon/base/counted.h"
#include "daemon/base/log.h"
#include "daemon/base/num.h"
#include "daemon/base/output.h"
#include "daemon/base/when.h"
#include "daemon/plan_notes.h"
#include "daemon/trial.h"

struct command_line {
    struct app_args app;
    struct trial_args trial; /* what NULL: nothing is tried */
    const char *what;        /* what -1 prints */
    bool once, test, quiet, dump, verbose;
};

static void usage(FILE *out)
{
    fputs(
        "usage: tallyd [-c FILE] [-t [-q]] [-T] [-1 [-o WHAT]] [--replay DIR [--speed N]\n"
        "              [--rehearse FILE]] [--clock T[,N[,AT]]] [--credentials DIR] [-v] [-V] [-h]\n"
        "       tallyd [-c FILE] --test-source NAME|URL|FILE [-o tsv|json] [KEY=VALUE...]\n"
        "  -c FILE     configuration (" TALLYD_SYSCONFDIR "/tallyd/tallyd.conf)\n"
        "  -t          test the configuration and exit; with -q say nothing when it is right\n"
        "  -T          print the configuration, merged, with where each value came from\n"
        "  -1          poll every source once, print, exit; needs no Redis\n"
        "  -o WHAT     for -1: statement (default), totals, races, cards or matches; with\n"
        "              --replay also documents: each as it was told\n"
        "  --replay DIR  no polls: what an archive recorded, at its own times; with -1 to its\n"
        "              end, then print\n"
        "  --speed N   of a replay, times as fast as it was (as fast as it can be)\n"
        "  --rehearse FILE  plays a script onto the replay: faults, calls, what is expected;\n"
        "              reports what was on air when, and each difference\n"
        "  --test-source NAME|URL|FILE  tries a source of the configuration, or one that would "
        "have\n"
        "              these keys: what is found, and what would be published\n"
        "  --clock T[,N[,AT]]  the election clock is T at Unix time AT and runs N times as fast\n"
        "  --credentials DIR   where {credential:NAME} is looked up ($CREDENTIALS_DIRECTORY)\n"
        "  -v          more lines on standard error\n"
        "See tallyd(8).\n",
        out);
}

/* What is only noted. False: it is another option. */
static bool note_option(int option, struct command_line *c)
{
    const struct {
        int option;
        bool *flag;
        const char **text;
    } notes[] = {
        {'c', NULL, &c->app.config.file},
        {'t', &c->test, NULL},
        {'q', &c->quiet, NULL},
        {'T', &c->dump, NULL},
        {'1', &c->once, NULL},
        {'o', NULL, &c->what},
        {'v', &c->verbose, NULL},
        {'D', NULL, &c->app.config.credentials},
        {'R', NULL, &c->app.replay},
        {'H', NULL, &c->app.rehearse},
        {'W', NULL, &c->trial.what},
    };
    for (size_t i = 0; i < sizeof notes / sizeof *notes; i++) {
        if (notes[i].option != option)
            continue;
        if (notes[i].flag)
            *notes[i].flag = true;
        else
            *notes[i].text = optarg;
        return true;
    }
    return false;
}

/* One option. False: the program is over, with *exit_code. */
static bool take_option(int option, struct command_line *c, int *exit_code)
{
    struct err e = {0};
    if (note_option(option, c))
        return true;
    switch (option) {
    case 'C':
        if (clock_parse(slice_of(optarg), &c->app.clock, &e))
            return true;
        fprintf(stderr, "tallyd: %s\n", e.text);
        return false;
    case 'S':
        if (num_parse(slice_of(optarg), 1, CLOCK_SPEED_MAX, &c->app.speed))
            return true;
        fprintf(stderr, "tallyd: --speed %s: must be a whole number from 1 to %d\n", optarg,
                CLOCK_SPEED_MAX);
        return false;
    case 'V':
        printf("tallyd %s\n", TALLYD_VERSION);
        *exit_code = 0;
        return false;
    case 'h':
        usage(stdout);
        *exit_code = 0;
        return false;
    default:
        usage(stderr);
        return false;
    }
}

/* Options that make no sense together; NULL: they do. */
static const char *contradiction(const struct command_line *c)
{
    const struct {
        bool is;
        const char *says;
    } all[] = {
        {c->what && !c->once && !c->trial.what, "-o goes with -1 and --test-source"},
        {c->trial.what && (c->once || c->app.replay), "--test-source goes with neither -1 nor "
                                                      "--replay"},
        {c->trial.what && c->what && !c->trial.json && strcmp(c->what, "tsv") != 0,
         "-o of --test-source is tsv or json"},
        {c->app.speed > 0 && !c->app.replay, "--speed goes with --replay"},
        {c->app.rehearse && !c->app.replay, "--rehearse goes with --replay"},
        {c->app.replay && c->app.clock.simulated, "--replay has a clock of its own: no --clock"},
        {c->app.speed > 0 && c->once, "with -1 a replay is as fast as it can be: no --speed"},
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (all[i].is)
            return all[i].says;
    return NULL;
}

static bool parse(int argc, char **argv, struct command_line *c, int *exit_code)
{
    static const struct option longs[] = {{"clock", required_argument, NULL, 'C'},
                                          {"credentials", required_argument, NULL, 'D'},
                                          {"help", no_argument, NULL, 'h'},
                                          {"rehearse", required_argument, NULL, 'H'},
                                          {"replay", required_argument, NULL, 'R'},
                                          {"speed", required_argument, NULL, 'S'},
                                          {"version", no_argument, NULL, 'V'},
                                          {"test-source", required_argument, NULL, 'W'},
                                          {0}};
    int o;
    *exit_code = ERR_USAGE;
    while ((o = getopt_long(argc, argv, "c:tqT1o:vVh", longs, NULL)) != -1)
        if (!take_option(o, c, exit_code))
            return false;
    if (optind < argc && !c->trial.what) {
        fprintf(stderr, "tallyd: unexpected '%s'\n", argv[optind]);
        return false;
    }
    c->trial.keys = argv + optind;
    c->trial.key_count = argc - optind;
    c->trial.json = c->what && strcmp(c->what, "json") == 0;
    const char *wrong = contradiction(c);
    if (wrong) {
        fprintf(stderr, "tallyd: %s\n", wrong);
        return false;
    }
    if (c->once && !c->what)
        c->what = c->app.rehearse ? "report" : "statement";
    return true;
}

/* Read the plan and say everything that is wrong with it. */
static bool make_plan(const struct command_line *c, struct plan **plan, int *exit_code)
{
    struct plan_args args = {.config = c->app.config,
                             .simulated = c->app.clock.simulated,
                             .speed = c->app.replay ? 1 : c->app.clock.speed};
    struct err e = {0};
    struct buf problems;
    buf_init(&problems, 4 << 20);
    bool ok = plan_make(&args, plan, &problems, &e);
    if (!ok) {
        fwrite(problems.ptr, 1, problems.len, stderr);
        fprintf(stderr, "tallyd: %s\n", e.text);
        *exit_code = (int)e.kind;
    }
    buf_done(&problems);
    return ok;
}

static int dump(struct plan *plan)
{
    struct buf out;
    buf_init(&out, 64 << 20);
    config_dump(plan->config, &out);
    fwrite(out.ptr, 1, out.len, stdout);
    buf_done(&out);
    plan_free(plan);
    return fflush(stdout) == 0 ? 0 : ERR_BUG;
}

static int test(struct plan *plan, bool quiet)
{
    struct buf notes;
    buf_init(&notes, 1 << 20);
    if (!quiet) {
        plan_notes(plan, &notes);
        fwrite(notes.ptr, 1, notes.len, stdout);
        printf("the configuration is right: " COUNTED ", %zu endorsed\n",
               COUNT_OF(plan->settings.source_count, "source", "sources"), plan_counted(plan));
    }
    buf_done(&notes);
    plan_free(plan);
    return 0;
}

/* The clock is the record's: it stands where that begins. */
static bool open_recording(struct command_line *c, struct recording *recording, int *exit_code)
{
    struct err e = {0};
    if (!c->app.replay)
        return true;
    if (!recording_open(c->app.replay, recording, &e)) {
        fprintf(stderr, "tallyd: --replay: %s\n", e.text);
        *exit_code = (int)e.kind;
        return false;
    }
    c->app.recording = recording;
    c->app.clock.simulated = !c->once;
    c->app.clock.speed = c->app.speed > 0 ? c->app.speed : 1;
    clock_stand(&c->app.clock, recording->all.rows[0]->received_ms);
    return true;
}

/* Why it ended so. */
static int say(int code, const struct err *e)
{
    if (code != 0 && e->kind != ERR_NONE)
        fprintf(stderr, "tallyd: %s\n", e->text);
    return code;
}

static int tallyd(int argc, char **argv)
{
    struct command_line c = {.app = {.config = {.file = TALLYD_SYSCONFDIR "/tallyd/tallyd.conf",
                                                .credentials = getenv("CREDENTIALS_DIRECTORY")},
                                     .clock = clock_real()}};
    struct plan *plan = NULL;
    struct err e = {0};
    int code;
    if (!parse(argc, argv, &c, &code))
        return code;
    struct recording recording = {0};
    log_start(c.verbose                ? LOG_LEVEL_DEBUG
              : c.once || c.trial.what ? LOG_LEVEL_ERROR
                                       : LOG_LEVEL_INFO,
              getenv("JOURNAL_STREAM") != NULL);
    if (!open_recording(&c, &recording, &code))
        return code;
    /* a record may begin long before its election */
    int64_t now = recording.all.count > 0 ? recording.all.rows[recording.all.count - 1]->received_ms
                                          : clock_now(&c.app.clock);
    c.app.config.today = now - now % WHEN_DAY;
    if (c.trial.what)
        return say(trial_run(&c.app, &c.trial, &e), &e);
    if (!make_plan(&c, &plan, &code))
        return code;
    if (c.dump)
        return dump(plan);
    if (c.test)
        return test(plan, c.quiet);
    code = c.once ? app_once(&c.app, plan, c.what, &e) : app_run(&c.app, plan, &e);
    recording_close(&recording);
    return say(code, &e);
}

int main(int argc, char **argv)
{
    output_begin();
    return output_end("tallyd", tallyd(argc, argv));
}
