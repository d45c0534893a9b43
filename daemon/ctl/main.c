/* SPDX-License-Identifier: ISC */
/* tallyctl: what people say to the daemon, over its control socket. */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "daemon/base/num.h"
#include "daemon/base/output.h"
#include "daemon/ctl/client.h"
#include "daemon/ctl/completion.h"
#include "daemon/core/commands.h"
#include "daemon/ctl/endorse.h"
#include "daemon/ctl/export.h"
#include "daemon/ctl/from.h"
#include "daemon/ctl/review.h"
#include "daemon/ctl/table.h"
#include "daemon/ctl/tail.h"
#include "daemon/ctl/terms.h"
#include "daemon/ctl/test.h"
#include "daemon/ctl/url.h"
#include "daemon/ctl/watch.h"

#define SOCKET_DEFAULT "/run/tallyd/control"
#define REQUEST_MAX 65536 /* what the daemon takes */
#define WORDS_MAX 32      /* typed beside a file of calls */
#define FILE_MAX ((size_t)4 << 20)
#define JOINT_MAX (2 << 20) /* bytes of a file of calls: what the daemon takes */
#define MADE_MAX (64 << 20) /* what is printed of one answer */
#define SHOWN_MAX 64

struct options {
    const char *socket;
    const char *url;       /* reading commands: the HTTP of a tallyd, instead of its socket */
    const char *output;    /* table, json, csv, tsv */
    bool yes, dry_run;     /* of commands that decide */
    bool plain;            /* no colour */
    bool confirmed;        /* ... the preview was answered with yes */
    bool preview;          /* ... it is to be shown, to be asked for */
    char shown[SHOWN_MAX]; /* the fingerprint of what was shown */
    const char *from;      /* call: a file of many */
    const char *config;    /* source test: of a tallyd of our own */
    bool too_much;         /* what was to be printed: it is not */
};

#define CALL_ALSO "--basis official|newspaper|concession|clerk] [--url URL"

static void usage(struct buf *out)
{
    buf_addz(out,
             "usage: tallyctl [--socket PATH | --url URL] [-o table|json|csv|tsv] [--no-color] "
             "COMMAND\n\n");
    commands_list(SLICE(""), out);
    buf_addf(out,
             "\nWhat decides takes %s\n(call also --basis official|newspaper|concession|clerk and "
             "--url URL). It shows the counts before\nand after, and asks; --yes does not ask, "
             "--dry-run only shows. Where it asks, the beginning of an\nid is enough.\n",
             command_decides);
    buf_addz(
        out,
        "\nFilters are words: state:GA status:won flip:yes office:school tag:TAG "
        "flag:conflict\nclosest:10, or a part of an id, place or name. See tallyctl(1); tallyctl "
        "help terms says what the words mean.\n");
}

static void print_usage(FILE *to)
{
    struct buf out;
    buf_init(&out, 65536);
    usage(&out);
    fwrite(out.ptr, 1, out.len, to);
    buf_done(&out);
}

static bool output_known(const char *o)
{
    return !strcmp(o, "table") || !strcmp(o, "json") || !strcmp(o, "csv") || !strcmp(o, "tsv");
}

/* Where the value of this option goes; NULL: it has none. */
static const char **value_of(struct options *o, const char *option)
{
    const struct {
        const char *name, **to;
    } options[] = {{"-o", &o->output},
                   {"--socket", &o->socket},
                   {"--from", &o->from},
                   {"--url", &o->url},
                   {"-c", &o->config}};
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++)
        if (strcmp(option, options[i].name) == 0)
            return options[i].to;
    return NULL;
}

static bool *flag_of(struct options *o, const char *option)
{
    const struct {
        const char *name;
        bool *to;
    } flags[] = {{"--yes", &o->yes}, {"--dry-run", &o->dry_run}, {"--no-color", &o->plain}};
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++)
        if (strcmp(option, flags[i].name) == 0)
            return flags[i].to;
    return NULL;
}

/* -h and -V, which are all that is done. */
static bool tells_of_itself(const char *option)
{
    bool version = !strcmp(option, "-V") || !strcmp(option, "--version");
    if (version)
        printf("tallyctl %s\n", TALLYD_VERSION);
    else if (!strcmp(option, "-h") || !strcmp(option, "--help"))
        print_usage(stdout);
    else
        return false;
    return true;
}

/* Options may stand before the command or behind it. Returns the number of other words left in
 * argv, or -1. */
static int read_options(int argc, char **argv, struct options *o)
{
    int kept = 0;
    for (int i = 1; i < argc; i++) {
        const char *a = argv[i];
        bool page = kept > 0 && !strcmp(argv[0], "call") && !strcmp(a, "--url"); /* its own word */
        const char **value = page ? NULL : value_of(o, a);
        bool *flag;
        if (value) {
            if (++i >= argc) {
                fprintf(stderr, "tallyctl: %s needs a value\n", a);
                return -1;
            }
            *value = argv[i];
        } else if ((flag = flag_of(o, a))) {
            *flag = true;
        } else if (tells_of_itself(a)) {
            exit(output_end("tallyctl", 0));
        } else if (kept == 0 && a[0] == '-') {
            fprintf(stderr, "tallyctl: no option '%s' before a command; tallyctl -h lists them\n",
                    a);
            return -1;
        } else {
            argv[kept++] = argv[i];
        }
    }
    if (o->output && !output_known(o->output)) {
        fprintf(stderr, "tallyctl: -o %s: not one of table, json, csv, tsv\n", o->output);
        return -1;
    }
    return kept;
}

/* Columns of the terminal we print to; 0: it is none, or says nothing. */
static size_t terminal_columns(void)
{
    struct winsize w;
    return isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) == 0 ? w.ws_col : 0;
}

static bool print_text(struct slice body, void *ctx)
{
    (void)ctx;
    if (body.len > 0)
        fwrite(body.ptr, 1, body.len, stdout);
    return fflush(stdout) == 0;
}

/* What was made of an answer. False also where that is more than we hold, which is said. */
static bool print_made(const struct buf *out, struct options *o)
{
    if (!out->failed)
        return print_text(buf_slice(out), NULL);
    fprintf(stderr,
            "tallyctl: as -o %s it is more than %d MB, and nothing is printed: a filter makes it "
            "less, -o tsv prints it as it came\n",
            o->output, MADE_MAX >> 20);
    o->too_much = true;
    return false;
}

/* A line is news; on a terminal it stays one line. */
static bool print_lines(struct slice body, void *ctx)
{
    size_t columns = terminal_columns();
    struct buf out;
    if (columns == 0)
        return print_text(body, ctx);
    buf_init(&out, MADE_MAX);
    ctl_cut(body, columns, &out);
    bool ok = !out.failed && print_text(buf_slice(&out), NULL);
    buf_done(&out);
    return ok;
}

/* Rows come as tab-separated lines with a head. */
static bool print_rows(struct slice body, void *ctx)
{
    struct options *o = ctx;
    struct buf out;
    if (!strcmp(o->output, "tsv"))
        return print_text(body, NULL);
    buf_init(&out, MADE_MAX);
    if (!strcmp(o->output, "csv"))
        ctl_csv(body, &out);
    else
        ctl_table(body, terminal_columns(), &out);
    bool ok = print_made(&out, o);
    buf_done(&out);
    return ok;
}

/* The option by which it would decide; NULL: none. */
static const char *option_of_decisions(int argc, char **argv, const struct options *o)
{
    if (o->yes || o->dry_run)
        return o->yes ? "--yes" : "--dry-run";
    for (int i = 0; i < argc; i++)
        if (!strcmp(argv[i], "--reason") || !strcmp(argv[i], "--basis"))
            return argv[i];
    return NULL;
}

/* Words that the command does not take, and forms it does not have. */
static bool fitting(const struct command *c, int argc, char **argv, const struct options *o)
{
    const char *option = option_of_decisions(argc, argv, o);
    if (option && c->kind != COMMAND_DECIDES && !strstr(c->usage, option)) {
        fprintf(stderr, "tallyctl: %s decides nothing: it has no %s\n", c->words, option);
        return false;
    }
    if (o->from && strcmp(c->words, "call") != 0) {
        fprintf(stderr, "tallyctl: --from is of call alone\n");
        return false;
    }
    if (o->config && strcmp(c->words, "source test") != 0) {
        fprintf(stderr, "tallyctl: -c is of source test alone; --socket names the daemon\n");
        return false;
    }
    if (argc > 0 && c->usage[0] == '\0') {
        fprintf(stderr, "tallyctl: %s takes no words: '%s'\n", c->words, argv[0]);
        return false;
    }
    if (o->output && c->kind != COMMAND_ROWS) {
        fprintf(stderr, "tallyctl: %s prints text, it has no -o %s; -o is for", c->words,
                o->output);
        const char *comma = "";
        for (const struct command *r = commands; r->words; r++)
            if (r->kind == COMMAND_ROWS) {
                fprintf(stderr, "%s %s", comma, r->words);
                comma = ",";
            }
        fputc('\n', stderr);
        return false;
    }
    return true;
}

/* Words that would be more, or other, words to the daemon. */
static bool speakable(int argc, char *const *argv)
{
    for (int i = 0; i < argc; i++)
        if (strpbrk(argv[i], "\x1d\x1e\x1f\n")) {
            fprintf(stderr, "tallyctl: words cannot have line ends in them: '%s'\n", argv[i]);
            return false;
        }
    return true;
}

static bool agreed(void)
{
    char line[16];
    fputs("do it? [y/N] ", stderr);
    return fgets(line, sizeof line, stdin) && (line[0] == 'y' || line[0] == 'Y');
}

/* Lines of calls over HTTP: of tail, and of watch without a screen. */
static int tail_url(const struct command *c, int argc, char **argv, const struct options *o)
{
    bool watch = !strcmp(c->words, "watch");
    bool follow = watch || (argc > 0 && !strcmp(argv[argc - 1], "-f"));
    struct ctl_tail t = {.url = o->url, .follow = follow, .totals = watch, .print = print_lines};
    int64_t most = watch ? 0 : 20;
    int words = argc - (follow && !watch);
    if (words > 1 || (words == 1 && !num_parse(slice_of(argv[0]), 1, UINT32_MAX, &most))) {
        fprintf(stderr, "tallyctl tail takes how many, and -f\n");
        return ERR_USAGE;
    }
    t.count = (size_t)most;
    return ctl_tail(&t);
}

/* The same of whoever may only read. */
static int run_url(const struct command *c, int argc, char **argv, struct options *o)
{
    struct err e = {0};
    struct buf out;
    bool json = !strcmp(o->output, "json");
    int code = 0;
    buf_init(&out, MADE_MAX);
    if (!ctl_url(o->url, c, argc, argv, json, &out, &e)) {
        fprintf(stderr, "tallyctl: %s\n", e.text);
        code = (int)e.kind;
    } else {
        (c->kind == COMMAND_ROWS && !json ? print_rows : print_text)(buf_slice(&out), o);
    }
    buf_done(&out);
    return code;
}

/* False: they are too long, which is said, and there is none. */
static bool write_request(const struct command *c, int argc, char **argv, const struct options *o,
                          struct buf *out)
{
    buf_init(out, REQUEST_MAX);
    buf_addz(out, c->words);
    if (c->kind == COMMAND_ROWS)
        buf_addf(out, "\x1f-o=%s", strcmp(o->output, "json") ? "tsv" : "json");
    if (o->dry_run)
        buf_addz(out, "\x1f--dry-run");
    if (o->preview)
        buf_addz(out, "\x1f" COMMAND_PREVIEW);
    if (o->confirmed)
        buf_addf(out, "\x1f" COMMAND_CONFIRMED "%s", o->shown);
    for (int i = 0; i < argc; i++)
        buf_addf(out, "\x1f%s", argv[i]);
    buf_addc(out, '\n');
    if (!out->failed)
        return true;
    buf_done(out);
    fprintf(stderr, "tallyctl: the words of one command are at most %d bytes together\n",
            REQUEST_MAX);
    return false;
}

/* The preview without its last line, which is for us. */
static bool print_preview(struct slice body, void *ctx)
{
    struct options *o = ctx;
    struct slice mark = SLICE("\n" COMMAND_PREVIEWED);
    size_t at = slice_find(body, mark);
    if (at != SIZE_MAX)
        snprintf(o->shown, sizeof o->shown, "%.*s",
                 SLICE_FMT(slice_trim(slice_sub(body, at + mark.len, body.len))));
    return print_text(slice_sub(body, 0, at == SIZE_MAX ? body.len : at + 1), NULL);
}

/* The exit code. Of what `decides` and was heard, but not answered, nobody knows whether it holds.
 */
static int ask_tallyd(struct slice request, bool stays, bool decides,
                      bool (*print)(struct slice body, void *ctx), struct options *o)
{
    struct err e = {0};
    int code;
    if (ctl_ask(o->socket, request, stays, print, o, &code, &e))
        return code;
    fprintf(stderr, "tallyctl: %s%s\n", e.text,
            decides && code == 0 ? "; whether it was done is not known: see tallyctl decisions"
                                 : "");
    return (int)e.kind;
}

static int run(const struct command *c, int argc, char **argv, struct options *o)
{
    struct buf request;
    if (!o->output)
        o->output = isatty(STDOUT_FILENO) ? "table" : "tsv";
    if (o->url)
        return run_url(c, argc, argv, o);
    if (!write_request(c, argc, argv, o, &request))
        return ERR_USAGE;
    bool rows = c->kind == COMMAND_ROWS && strcmp(o->output, "json") != 0;
    bool (*print)(struct slice, void *) = rows                        ? print_rows
                                          : c->kind == COMMAND_PIECES ? print_lines
                                          : o->preview                ? print_preview
                                                                      : print_text;
    bool follows = c->kind == COMMAND_PIECES || (argc > 0 && strcmp(argv[argc - 1], "-f") == 0);
    bool decides = c->kind == COMMAND_DECIDES && !o->preview && !o->dry_run;
    int code = ask_tallyd(buf_slice(&request), follows, decides, print, o);
    buf_done(&request);
    return code;
}

static int test_source(int argc, char **argv, struct options *o)
{
    struct err e = {0};
    struct buf report, out;
    int code = 0;
    if (!o->output)
        o->output = isatty(STDOUT_FILENO) ? "table" : "tsv";
    bool csv = !strcmp(o->output, "csv"), json = !strcmp(o->output, "json");
    const struct ctl_test t = {
        .socket = o->socket, .config = o->config, .words = argv, .count = argc, .json = json};
    buf_init(&report, MADE_MAX);
    buf_init(&out, MADE_MAX);
    if (!ctl_test(&t, &report, &code, &e)) {
        fprintf(stderr, "tallyctl: %s\n", e.text);
        code = (int)e.kind;
    } else if (csv || !strcmp(o->output, "table")) {
        ctl_test_print(buf_slice(&report), csv, terminal_columns(), &out);
        print_made(&out, o);
    } else {
        print_text(buf_slice(&report), NULL);
    }
    buf_done(&report);
    buf_done(&out);
    return code;
}

/* 0: yes. Else nothing is to be done, and the exit code. */
static int ask(const struct command *c, struct options *o)
{
    if (!isatty(STDIN_FILENO)) {
        fprintf(stderr, "tallyctl: nothing is done: without a terminal to ask on, %s needs --yes\n",
                c->words);
        return ERR_USAGE;
    }
    if (!agreed()) {
        fputs("tallyctl: nothing is done\n", stderr);
        return ERR_NO;
    }
    o->confirmed = true;
    return 0;
}

/* Show what will change, ask, and only then say it. */
static int decide(const struct command *c, int argc, char **argv, struct options *o)
{
    if (!o->yes && !o->dry_run) {
        o->preview = true;
        int code = run(c, argc, argv, o);
        o->preview = false;
        if (code == 0)
            code = ask(c, o);
        if (code != 0)
            return code;
    }
    return run(c, argc, argv, o);
}

/* ---- many calls of one file ---- */

struct many {
    const struct command *c;
    const struct ctl_call *calls;
    size_t count;
    char **words; /* what was typed beside --from: for each of them */
    int word_count;
};

/* A row as the daemon reads it: its line, and its words, those that were typed first: a row's own
 * reason comes later, and holds. */
static bool add_row(const struct many *m, size_t i, struct buf *out)
{
    const struct ctl_call *call = &m->calls[i];
    if (!speakable(m->word_count, m->words) || !speakable(call->count, call->words))
        return false;
    buf_addf(out, "%s%zu", i > 0 ? "\x1d" : "", call->line);
    for (int k = 0; k < m->word_count; k++)
        buf_addf(out, "\x1e%s", m->words[k]);
    for (int k = 0; k < call->count; k++)
        buf_addf(out, "\x1e%s", call->words[k]);
    return true;
}

/* All of them, in one of DESK_JOINT's ways. */
static int say(const struct many *m, struct options *o, const char *how)
{
    struct buf request;
    int code = ERR_USAGE;
    bool ok = speakable(1, (char *const *)&o->from);
    buf_init(&request, JOINT_MAX);
    buf_addf(&request, "%s\x1f%s\x1f%s\x1f%s\x1f", JOINT_VERB, o->from, how, o->shown);
    for (size_t i = 0; ok && i < m->count; i++)
        ok = add_row(m, i, &request);
    buf_addc(&request, '\n');
    if (!ok || request.failed) {
        if (ok)
            fprintf(stderr, "tallyctl: %s: its calls are more than 2 MB; make two files of it\n",
                    o->from);
    } else {
        code =
            ask_tallyd(buf_slice(&request), false, strcmp(how, JOINT_SHOW) != 0, print_preview, o);
    }
    buf_done(&request);
    return code;
}

/* All are shown as one where that is asked for, and done as one: all of them, or none. */
static int say_all(const struct many *m, struct options *o)
{
    int code = 0;
    if (!o->yes || o->dry_run)
        code = say(m, o, JOINT_SHOW);
    if (code != 0 || o->dry_run || (!o->yes && (code = ask(m->c, o)) != 0))
        return code;
    return say(m, o, o->confirmed ? JOINT_CONFIRMED : JOINT_DO);
}

static bool read_file(const char *path, struct buf *out)
{
    char room[65536];
    size_t n;
    FILE *f = fopen(path, "rb");
    while (f && (n = fread(room, 1, sizeof room, f)) > 0)
        buf_add(out, (struct slice){room, n});
    bool ok = f && !ferror(f) && !out->failed;
    if (!ok)
        fprintf(stderr, "tallyctl: %s cannot be read: %s\n", path,
                out->failed ? "it is too long" : strerror(errno));
    if (f)
        fclose(f);
    return ok;
}

static int decide_many(const struct command *c, int argc, char **argv, struct options *o)
{
    struct arena *a = arena_new(FILE_MAX * 4);
    struct many m = {.c = c, .words = argv, .word_count = argc};
    struct ctl_call *calls = NULL;
    struct err e = {0};
    struct buf text;
    int code = ERR_NOINPUT;
    buf_init(&text, FILE_MAX);
    if (argc > WORDS_MAX)
        code = ERR_USAGE;
    else if (a && read_file(o->from, &text))
        code = ctl_from(buf_slice(&text), a, &calls, &m.count, &e) ? 0 : (int)e.kind;
    if (e.kind != ERR_NONE)
        fprintf(stderr, "tallyctl: %s: %s\n", o->from, e.text);
    m.calls = calls;
    if (code == 0)
        code = say_all(&m, o);
    buf_done(&text);
    arena_free(a);
    return code;
}

/* The list, the glossary, one command, or those of one first word; nothing: there is none. */
static void help(int argc, char **argv, struct buf *out)
{
    int taken;
    const struct command *c = argc > 0 ? command_find(argc, argv, &taken) : NULL;
    bool decides = c && c->kind == COMMAND_DECIDES;
    if (argc == 0)
        usage(out);
    else if (argc == 1 && strcmp(argv[0], "terms") == 0)
        ctl_terms_list(out);
    else if (c)
        buf_addf(out, "usage: tallyctl %s%s%s%s%s%s\n%s\n", c->words, c->usage[0] ? " " : "",
                 c->usage, decides ? " " : "", decides ? command_decides : "",
                 strcmp(c->words, "call") == 0 ? " [" CALL_ALSO "]" : "", c->about);
    else if (argc == 1)
        commands_list(slice_of(argv[0]), out);
}

static int check_list(int argc, char **argv)
{
    struct options o = {.output = isatty(STDOUT_FILENO) ? "table" : "tsv"};
    struct buf out;
    buf_init(&out, MADE_MAX);
    int code = ctl_endorse(argc, argv, &out);
    if (code == 0)
        print_rows(buf_slice(&out), &o);
    buf_done(&out);
    return o.too_much ? ERR_DATA : code;
}

/* What is not the daemon's. */
static int own(const struct command *c, int argc, char **argv, const struct options *o)
{
    struct buf out;
    int code = 0;
    if (strcmp(c->words, "export") == 0)
        return ctl_export(o->socket, o->url, argc, argv);
    if (strcmp(c->words, "endorse check") == 0)
        return check_list(argc, argv);
    buf_init(&out, 1 << 20);
    if (strcmp(c->words, "help") == 0)
        help(argc, argv, &out);
    else if (argc == 1)
        ctl_completion(slice_of(argv[0]), &out);
    if (out.len > 0) {
        print_text(buf_slice(&out), NULL);
    } else {
        fprintf(stderr, "usage: tallyctl %s %s\n", c->words, c->usage);
        code = ERR_USAGE;
    }
    buf_done(&out);
    return code;
}

static int as_lines(const struct command *c, struct options *o)
{
    struct command lines = *c;
    lines.kind = COMMAND_PIECES;
    return run(&lines, 0, NULL, o);
}

/* Commands that take the whole terminal. */
static int review(const struct command *c, int argc, char **argv, struct options *o)
{
    if (argc != 0 && !(argc == 2 && !strcmp(argv[0], "--reason"))) {
        fprintf(stderr, "usage: tallyctl match review [--reason TEXT]\n");
        return ERR_USAGE;
    }
    if (o->url)
        return as_lines(c, o); /* which says why not */
    if (ctl_watch_can())
        return ctl_review(o->socket, argc == 2 ? argv[1] : NULL);
    fprintf(stderr, "tallyctl: match review needs a terminal that can move its cursor; match list "
                    "and match accept do without\n");
    return ERR_USAGE;
}

/* Without a terminal it prints lines. */
static int watch(const struct command *c, struct options *o)
{
    const char *no_color = getenv("NO_COLOR");
    if (ctl_watch_can())
        return ctl_watch(o->socket, o->url, !o->plain && !(no_color && no_color[0]));
    return o->url ? tail_url(c, 0, NULL, o) : as_lines(c, o);
}

static int perform(const struct command *c, int argc, char **argv, struct options *o)
{
    if (c->kind == COMMAND_SCREEN)
        return strcmp(c->words, "match review") == 0 ? review(c, argc, argv, o) : watch(c, o);
    if (c->kind == COMMAND_OWN)
        return own(c, argc, argv, o);
    if (strcmp(c->words, "source test") == 0 && !o->url)
        return test_source(argc, argv, o);
    if (strcmp(c->words, "tail") == 0 && o->url)
        return tail_url(c, argc, argv, o);
    if (o->from)
        return decide_many(c, argc, argv, o);
    return c->kind == COMMAND_DECIDES ? decide(c, argc, argv, o) : run(c, argc, argv, o);
}

/* Of a first word that has commands, those; else what may have been meant. */
static int no_command(int argc, char **argv)
{
    const char *near = command_nearest(argc, argv);
    struct buf verbs;
    buf_init(&verbs, 65536);
    commands_list(slice_of(argv[0]), &verbs);
    if (verbs.len > 0)
        fprintf(stderr, "tallyctl: no command '%s%s%s'; there are\n%.*s", argv[0],
                argc > 1 ? " " : "", argc > 1 ? argv[1] : "", SLICE_FMT(buf_slice(&verbs)));
    else
        fprintf(stderr, "tallyctl: no command '%s'%s%s%s; tallyctl -h lists them\n", argv[0],
                near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
    buf_done(&verbs);
    return ERR_USAGE;
}

static int tallyctl(int argc, char **argv)
{
    struct options o = {.socket = SOCKET_DEFAULT};
    int taken = 0;
    int words = read_options(argc, argv, &o);
    if (words < 0)
        return ERR_USAGE;
    if (words == 0) {
        print_usage(stderr);
        return ERR_USAGE;
    }
    const struct command *c = command_find(words, argv, &taken);
    if (!c)
        return no_command(words, argv);
    argc = words - taken;
    argv += taken;
    if (!fitting(c, argc, argv, &o) || !speakable(argc, argv))
        return ERR_USAGE;
    int code = perform(c, argc, argv, &o);
    return code == 0 && o.too_much ? ERR_DATA : code;
}

int main(int argc, char **argv)
{
    output_begin();
    return output_end("tallyctl", tallyctl(argc, argv));
}
