/* SPDX-License-Identifier: ISC */
/* tallyctl: what people say to the daemon, over its control socket. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "daemon/ctl_client.h"
#include "daemon/ctl_table.h"

#define SOCKET_DEFAULT "/run/tallyd/control"
#define REQUEST_MAX 65536 /* what the daemon takes */

enum kind {
    TEXT,    /* answers text as it is */
    ROWS,    /* answers rows */
    PIECES,  /* prints pieces until interrupted */
    DECIDES, /* changes what is published: shows what, and asks */
};

struct command {
    const char *words; /* as typed: one word or two */
    const char *usage; /* its arguments */
    const char *about;
    enum kind kind;
};

static const struct command commands[] = {
    {"status", "", "is it well: election, mode, epoch, sources, Redis, HTTP port", ROWS},
    {"totals", "[--by state|office|tag]", "every count of the night", ROWS},
    {"races", "[FILTER...]", "races with their figures and outcomes", ROWS},
    {"statement", "[--style short|long|slack]", "the sentence for the press", TEXT},
    {"watch", "", "a line for each call, retraction and change of the totals", PIECES},
    {"todo", "", "what is still to be called: what is in, margin, why nobody has", ROWS},
    {"explain", "ENDORSEMENT|RACE", "from a feed's row to the total, step by step", TEXT},
    {"source list", "", "each file of each source: state, age, verdict", ROWS},
    {"coverage", "", "each endorsement: matched, in review, or in no feed yet", ROWS},
    {"match list", "", "lines of feeds that wait for a decision, and why", ROWS},
    {"match decisions", "", "what was decided about matches and stands", ROWS},
    {"match accept", "ENDORSEMENT [WORD...]", "this line is the endorsement's", DECIDES},
    {"match reject", "ENDORSEMENT [WORD...]", "this line is not", DECIDES},
    {"match alias", "ENDORSEMENT [WORD...]", "the line's name is one of theirs", DECIDES},
    {"match undo", "ENDORSEMENT [WORD...]", "take such a decision back", DECIDES},
    {"source accept", "SOURCE [CONTEST]", "what is held goes on air, as a correction", DECIDES},
    {"source reject", "SOURCE [CONTEST]", "what is held is dropped", DECIDES},
    {"source pin", "RACE SOURCE", "the race's figures come from this source", DECIDES},
    {"source unpin", "RACE", "... and from the best one again", DECIDES},
    {"call", "ENDORSEMENT OUTCOME", "the desk's own call: won, lost or advanced", DECIDES},
    {"uncall", "ENDORSEMENT", "take a call back, and freeze its race", DECIDES},
    {"freeze", "[RACE]", "feeds call nothing new, in a race or anywhere", DECIDES},
    {"release", "[RACE]", "end a freeze; drop the desk's calls in it", DECIDES},
    {"mark", "RACE FLAG [off]", "recount, tie, contested, certified, under_review, void", DECIDES},
    {"endorse status", "ENDORSEMENT STATUS", "withdrawn, disqualified, ...: who counts", DECIDES},
    {"takeover", "", "the standby serves from now on; the active one stands by", DECIDES},
    {"polls", "PLACE|RACE HH:MM", "move the time at which polls close", DECIDES},
};
#define COMMANDS (sizeof commands / sizeof commands[0])

struct options {
    const char *socket;
    const char *output; /* table, json, csv, tsv */
    bool yes, dry_run;  /* of commands that decide */
};

static void usage(FILE *out)
{
    fprintf(out,
            "usage: tallyctl [--socket PATH] [-o table|json|csv|tsv] [--no-color] COMMAND\n\n");
    for (size_t i = 0; i < COMMANDS; i++)
        fprintf(out, "  %-14s %-24s %s\n", commands[i].words, commands[i].usage, commands[i].about);
    fprintf(out, "\nWhat decides needs --reason TEXT (call also takes --basis official|newspaper|"
                 "concession|clerk and\n--url URL), shows the totals before and after, and asks; "
                 "--yes does not ask, --dry-run only shows.\n");
    fprintf(out, "\nFilters are words: state:GA status:won flip:yes office:school tag:TAG "
                 "flag:conflict, or a\n"
                 "part of an id, place or name. See tallyctl(1).\n");
}

/* The command that args begin with, and how many words it takes. */
static const struct command *find_command(int argc, char **argv, int *taken)
{
    char two[64];
    for (size_t i = 0; i < COMMANDS; i++) {
        if (strcmp(commands[i].words, argv[0]) == 0) {
            *taken = 1;
            return &commands[i];
        }
        if (argc > 1 && snprintf(two, sizeof two, "%s %s", argv[0], argv[1]) < (int)sizeof two &&
            strcmp(commands[i].words, two) == 0) {
            *taken = 2;
            return &commands[i];
        }
    }
    return NULL;
}

static const char *nearest_command(const char *word)
{
    const char *names[COMMANDS];
    for (size_t i = 0; i < COMMANDS; i++)
        names[i] = commands[i].words;
    return text_did_you_mean(slice_of(word), names, COMMANDS);
}

static bool output_known(const char *o)
{
    return !strcmp(o, "table") || !strcmp(o, "json") || !strcmp(o, "csv") || !strcmp(o, "tsv");
}

/* Options may stand before the command or behind it. Returns the number of other words left in
 * argv, or -1. */
static int read_options(int argc, char **argv, struct options *o)
{
    int kept = 0;
    for (int i = 1; i < argc; i++) {
        const char *a = argv[i];
        const char **value = NULL;
        if (!strcmp(a, "-o"))
            value = &o->output;
        else if (!strcmp(a, "--socket"))
            value = &o->socket;
        if (value) {
            if (++i >= argc) {
                fprintf(stderr, "tallyctl: %s needs a value\n", a);
                return -1;
            }
            *value = argv[i];
        } else if (!strcmp(a, "-h") || !strcmp(a, "--help")) {
            usage(stdout);
            exit(0);
        } else if (!strcmp(a, "-V") || !strcmp(a, "--version")) {
            printf("tallyctl %s\n", TALLYD_VERSION);
            exit(0);
        } else if (!strcmp(a, "--yes")) {
            o->yes = true;
        } else if (!strcmp(a, "--dry-run")) {
            o->dry_run = true;
        } else if (strcmp(a, "--no-color") != 0) {
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
    fwrite(body.ptr, 1, body.len, stdout);
    return fflush(stdout) == 0;
}

/* A line is news; on a terminal it stays one line. */
static bool print_lines(struct slice body, void *ctx)
{
    size_t columns = terminal_columns();
    struct buf out;
    if (columns == 0)
        return print_text(body, ctx);
    buf_init(&out, 64 << 20);
    ctl_cut(body, columns, &out);
    bool ok = !out.failed && print_text(buf_slice(&out), NULL);
    buf_done(&out);
    return ok;
}

/* Rows come as tab-separated lines with a head. */
static bool print_rows(struct slice body, void *ctx)
{
    const struct options *o = ctx;
    struct buf out;
    buf_init(&out, 64 << 20);
    if (!strcmp(o->output, "table"))
        ctl_table(body, &out);
    else if (!strcmp(o->output, "csv"))
        ctl_csv(body, &out);
    else
        buf_add(&out, body);
    bool ok = !out.failed && print_text(buf_slice(&out), NULL);
    buf_done(&out);
    return ok;
}

/* Words that the command does not take, and forms it does not have. */
static bool fitting(const struct command *c, int argc, char **argv, const struct options *o)
{
    if ((o->yes || o->dry_run) && c->kind != DECIDES) {
        fprintf(stderr, "tallyctl: %s decides nothing: it has no %s\n", c->words,
                o->yes ? "--yes" : "--dry-run");
        return false;
    }
    if (argc > 0 && c->usage[0] == '\0') {
        fprintf(stderr, "tallyctl: %s takes no words: '%s'\n", c->words, argv[0]);
        return false;
    }
    if (o->output && c->kind != ROWS) {
        fprintf(stderr, "tallyctl: %s prints text, it has no -o %s; -o is for", c->words,
                o->output);
        for (size_t i = 0, n = 0; i < COMMANDS; i++)
            if (commands[i].kind == ROWS)
                fprintf(stderr, "%s %s", n++ > 0 ? "," : "", commands[i].words);
        fputc('\n', stderr);
        return false;
    }
    return true;
}

/* Words that would be more, or other, words to the daemon. */
static bool speakable(int argc, char **argv)
{
    for (int i = 0; i < argc; i++)
        if (strpbrk(argv[i], "\x1f\n")) {
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

static int run(const struct command *c, int argc, char **argv, struct options *o)
{
    struct err e = {0};
    struct buf request;
    int code;
    if (!o->output)
        o->output = isatty(STDOUT_FILENO) ? "table" : "tsv";
    buf_init(&request, REQUEST_MAX);
    buf_addz(&request, c->words);
    if (c->kind == ROWS)
        buf_addf(&request, "\x1f-o=%s", strcmp(o->output, "json") ? "tsv" : "json");
    if (o->dry_run)
        buf_addz(&request, "\x1f--dry-run");
    for (int i = 0; i < argc; i++)
        buf_addf(&request, "\x1f%s", argv[i]);
    buf_addc(&request, '\n');
    if (request.failed) {
        buf_done(&request);
        fprintf(stderr, "tallyctl: the words of one command are at most %d bytes together\n",
                REQUEST_MAX);
        return ERR_USAGE;
    }
    bool rows = c->kind == ROWS && strcmp(o->output, "json") != 0;
    bool (*print)(struct slice, void *) = rows                ? print_rows
                                          : c->kind == PIECES ? print_lines
                                                              : print_text;
    if (!ctl_ask(o->socket, buf_slice(&request), c->kind == PIECES, print, o, &code, &e)) {
        fprintf(stderr, "tallyctl: %s\n", e.text);
        code = (int)e.kind;
    }
    buf_done(&request);
    return code;
}

/* Show what will change, ask, and only then say it. */
static int decide(const struct command *c, int argc, char **argv, struct options *o)
{
    if (!o->yes && !o->dry_run) {
        struct options look = *o;
        look.dry_run = true;
        int code = run(c, argc, argv, &look);
        if (code != 0)
            return code;
        if (!isatty(STDIN_FILENO)) {
            fprintf(stderr,
                    "tallyctl: nothing is done: without a terminal to ask on, %s needs "
                    "--yes\n",
                    c->words);
            return ERR_USAGE;
        }
        if (!agreed()) {
            fputs("tallyctl: nothing is done\n", stderr);
            return ERR_NO;
        }
    }
    return run(c, argc, argv, o);
}

int main(int argc, char **argv)
{
    struct options o = {.socket = SOCKET_DEFAULT};
    int taken = 0;
    int words = read_options(argc, argv, &o);
    if (words < 0)
        return ERR_USAGE;
    if (words == 0) {
        usage(stderr);
        return ERR_USAGE;
    }
    const struct command *c = find_command(words, argv, &taken);
    if (!c) {
        const char *near = nearest_command(argv[0]);
        fprintf(stderr, "tallyctl: no command '%s'%s%s%s; tallyctl -h lists them\n", argv[0],
                near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
        return ERR_USAGE;
    }
    if (!fitting(c, words - taken, argv + taken, &o))
        return ERR_USAGE;
    if (!speakable(words - taken, argv + taken))
        return ERR_USAGE;
    return c->kind == DECIDES ? decide(c, words - taken, argv + taken, &o)
                              : run(c, words - taken, argv + taken, &o);
}
