/* SPDX-License-Identifier: ISC */
/* tally-parse: the workers' own code as a tool, and the program tallyd starts as their parent. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/option_check.h"
#include "config/presets.h"
#include "config/suggest.h"
#include "config/zone_file.h"
#include "daemon/base/buf.h"
#include "daemon/base/counted.h"
#include "daemon/base/num.h"
#include "daemon/base/output.h"
#include "daemon/base/text.h"
#include "parsers/charset.h"
#include "parsers/draft.h"
#include "parsers/dump.h"
#include "parsers/formats.h"
#include "parsers/job.h"
#include "parsers/nursery.h"

#define OUTPUT_MAX ((size_t)4 << 30)
#define ARENA_MAX ((size_t)8 << 30)
#define FIRST_READ 65536
#define PRESETS_MAX ((size_t)64 << 20)
#define PROBLEM_TEXT_MAX ((size_t)1 << 20)

static const char usage[] =
    "usage: tally-parse -f FORMAT|FILE.conf [-O key=value]... [-c COMPANION]... [-o "
    "csv|json|summary] "
    "FILE|-\n"
    "       tally-parse --list | --sniff FILE | --draft FILE | -h | -V\n"
    "\n"
    "  -f, --format FORMAT      how the payload is written; --list names them; or a preset's file\n"
    "  -O, --option key=value   as in a source of tallyd.conf\n"
    "  -c, --companion FILE     a file the format joins with the payload\n"
    "  -o, --output FORM        csv (default), json or summary\n"
    "      --list               every format with a line about it\n"
    "      --sniff FILE         guess the format of a file\n"
    "      --draft FILE         a first mapping for delimited text of no known format\n";

struct output {
    const char *name;
    void (*dump)(const struct results *r, struct buf *out, const struct dump_drain *drain);
};
static const struct output outputs[] = {
    {"csv", dump_csv}, {"json", dump_json}, {"summary", dump_summary}, {NULL, NULL}};

/* One file in memory. */
struct file {
    const char *path;
    char *bytes;
    struct input_memory memory;
    struct input *input;
};

struct command {
    const char *format_name;
    const struct format *format; /* of that name, or the engine of a preset */
    struct presets presets;      /* when they were read */
    struct buf problems;         /* with them */
    struct arena *arena;         /* theirs */
    const struct output *output;
    struct buf options;
    struct file payload, companions[WIRE_COMPANIONS_MAX];
    size_t companion_count;
    bool list, sniff, draft;
};

static int print_error(const char *path, const struct err *e)
{
    if (path)
        fprintf(stderr, "tally-parse: %s: %s\n", path, e->text);
    else
        fprintf(stderr, "tally-parse: %s\n", e->text);
    return (int)e->kind;
}

/* ---- files ---- */

static bool read_all(int fd, struct file *f, struct err *e)
{
    size_t len = 0, room = 0;
    for (;;) {
        if (len + WIRE_PADDING >= room) {
            room = room ? room * 2 : FIRST_READ;
            char *more = realloc(f->bytes, room);
            if (!more)
                return err_set(e, ERR_AGAIN, "there is not enough memory to read it");
            f->bytes = more;
        }
        ssize_t n = read(fd, f->bytes + len, room - WIRE_PADDING - len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_errno(e, ERR_NOINPUT, "it cannot be read");
        if (n == 0)
            break;
        len += (size_t)n;
        if (len > INPUT_MAX)
            return err_set(e, ERR_DATA, "it is larger than 1 GiB, the most a payload may be");
    }
    memset(f->bytes + len, 0, WIRE_PADDING);
    f->memory.bytes = (struct slice){f->bytes, len};
    return true;
}

static bool file_read(struct file *f, struct err *e)
{
    bool standard = strcmp(f->path, "-") == 0;
    int fd = standard ? STDIN_FILENO : open(f->path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return err_errno(e, errno == EACCES ? ERR_DENIED : ERR_NOINPUT, "it cannot be opened");
    bool ok = read_all(fd, f, e);
    if (!standard)
        close(fd);
    return ok;
}

static bool file_open(struct file *f, struct arena *a, struct fault *fault)
{
    struct input_source source = input_from_memory(&f->memory);
    source.padded = true;
    return input_open(a, &source, INPUT_MAX, &f->input, fault);
}

static void file_close(struct file *f)
{
    input_close(f->input);
    free(f->bytes);
}

/* ---- what it does ---- */

/* Presets of the system and of the tree; problems of theirs are kept for whoever uses them. */
static bool read_presets(struct command *c, struct err *e)
{
    struct problems problems = {.out = &c->problems};
    if (!c->arena && !(c->arena = arena_new(PRESETS_MAX)))
        return err_set(e, ERR_AGAIN, "there is not enough memory");
    return presets_read(SLICE(TALLYD_SYSCONFDIR "/tallyd"), c->arena, &problems, &c->presets, e);
}

/* Say them, and sum them up; always false. */
static bool has_problems(const struct command *c, const char *sum, struct err *e)
{
    fwrite(c->problems.ptr, 1, c->problems.len, stderr);
    return err_set(e, ERR_CONFIG, "%s", sum);
}

static bool list_formats(struct command *c, struct err *e)
{
    if (!read_presets(c, e))
        return false;
    for (const struct format *f = formats; f->name; f++)
        printf("%-16s %s\n", f->name, f->about);
    for (size_t i = 0; i < c->presets.count; i++)
        if (!c->presets.items[i].bad)
            printf("%-16s %s\n", c->presets.items[i].name.ptr, c->presets.items[i].about.ptr);
    return c->problems.len == 0 || has_problems(c, "presets with problems are left out", e);
}

static bool write_out(const struct buf *out, struct err *e)
{
    if (out->failed)
        return err_set(e, ERR_AGAIN, "there is not enough memory for the output");
    if (fwrite(out->ptr, 1, out->len, stdout) != out->len || fflush(stdout) != 0)
        return err_errno(e, ERR_AGAIN, "the output cannot be written");
    return true;
}

/* What is surely of a format is that; else a preset that knows a line of it; else a guess. */
static const char *guess(const struct command *c, struct slice head, bool *sure)
{
    const char *best = NULL;
    int most = 0;
    for (const struct driver *const *d = drivers; *d; d++) {
        int likely = (*d)->sniff ? (*d)->sniff(head) : 0;
        if (likely > most) {
            most = likely;
            best = (*d)->name;
        }
    }
    for (size_t i = 0; i < c->presets.count && most < 2; i++) {
        if (preset_sniffs(&c->presets.items[i], head)) {
            most = 2;
            best = c->presets.items[i].name.ptr;
        }
    }
    *sure = most > 1;
    return best;
}

static bool sniff(struct command *c, struct arena *a, struct fault *f)
{
    struct slice head;
    bool sure;
    if (!read_presets(c, &f->err) || !file_open(&c->payload, a, f) ||
        !input_text(c->payload.input, SLICE("utf-8"), f) ||
        !input_peek(c->payload.input, 4096, &head, f))
        return false;
    const char *best = guess(c, head, &sure);
    if (!best)
        return err_set(
            &f->err, ERR_NO,
            "no format knows it; tally-parse --draft FILE proposes a mapping for text of "
            "lines and separators, html-table reads web pages and XML by XPath");
    printf("%s%s\n", best, sure ? "" : " (perhaps)");
    return true;
}

/* The rule of the zone the feed's local times are in goes with the options, as tallyd has it. */
static bool add_zone(struct command *c, struct err *e)
{
    struct job said = {.options = buf_slice(&c->options)};
    struct slice name = job_option(&said, "timezone");
    struct zone *zone = NULL;
    if (name.len == 0)
        name = slice_of(c->format->timezone);
    if (name.len == 0)
        return true;
    if (!zone_file_read(name, &zone, e))
        return false;
    buf_addf(&c->options, "zone=%.*s\n", SLICE_FMT(zone_rule(zone)));
    zone_free(zone);
    return !c->options.failed || err_set(e, ERR_USAGE, "the options are too long");
}

/* The file's name as a source's: "Results 2025.csv" is "results-2025". */
static struct slice source_name(const char *path, struct arena *a)
{
    const char *base = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
    const char *dot = strrchr(base, '.');
    struct slice s = {base, dot && dot > base ? (size_t)(dot - base) : strlen(base)};
    struct slice name = text_fold_copy(s, a);
    for (size_t i = 0; i < name.len; i++)
        if (name.ptr[i] == ' ')
            ((char *)(uintptr_t)name.ptr)[i] = '-';
    return name.len ? name : SLICE("draft");
}

static bool print_draft(struct command *c, struct arena *a, struct fault *f)
{
    struct slice bytes;
    struct buf out;
    bool text = false, sure;
    if (!file_open(&c->payload, a, f) || !input_text(c->payload.input, SLICE("utf-8"), f) ||
        !input_all(c->payload.input, &bytes, f))
        return false;
    buf_init(&out, OUTPUT_MAX);
    const char *known =
        read_presets(c, &f->err) ? guess(c, slice_sub(bytes, 0, 4096), &sure) : NULL;
    if (known)
        buf_addf(&out, "# Format %s%s knows such files: tally-parse -f %s\n", known,
                 sure ? "" : " perhaps", known);
    text = draft(a, bytes, source_name(c->payload.path, a), &out, f) && write_out(&out, &f->err);
    if (known && !text)
        text = err_prefix(&f->err, "format %s%s knows it; no draft", known, sure ? "" : " perhaps");
    buf_done(&out);
    return text;
}

/* The output under way, and what went wrong with it. */
struct printing {
    struct err *e;
    bool failed;
};

static void print_part(struct buf *out, void *ctx)
{
    struct printing *p = ctx;
    if (!p->failed)
        p->failed = !write_out(out, p->e);
    buf_clear(out);
}

static bool print(const struct output *output, const struct results *results, struct err *e)
{
    struct printing p = {e, false};
    const struct dump_drain drain = {print_part, &p};
    struct buf out;
    buf_init(&out, OUTPUT_MAX);
    output->dump(results, &out, &drain);
    print_part(&out, &p);
    buf_done(&out);
    return !p.failed;
}

/* The rows do not show which contests are not among them; the other forms do. */
static void tell_left_out(const struct command *c, const struct results *r)
{
    const struct results_problem *p = r->problems;
    if (c->output != outputs || !r->head->problems)
        return;
    fprintf(stderr,
            "tally-parse: %s: note: " COUNTED " left out; the first, %.*s%s\"%.*s\": %.*s\n",
            c->payload.path, COUNT_OF(r->head->problems, "contest", "contests"),
            SLICE_FMT(results_text(r, p->contest_id)), p->contest_id.len ? " " : "",
            SLICE_FMT(results_text(r, p->contest_text)), SLICE_FMT(results_text(r, p->why)));
}

static bool parse(struct command *c, struct arena *a, struct fault *f)
{
    struct results results;
    struct slice batch;
    if (!add_zone(c, &f->err) || !file_open(&c->payload, a, f))
        return false;
    struct job job = {
        .format = slice_of(c->format->name), .options = buf_slice(&c->options), .arena = a};
    job.input = c->payload.input;
    for (; job.companion_count < c->companion_count; job.companion_count++) {
        struct file *companion = &c->companions[job.companion_count];
        if (!file_open(companion, a, f))
            return err_prefix(&f->err, "companion %s", companion->path);
        job.companions[job.companion_count] = companion->input;
    }
    if (!(job.builder = results_builder_new(a)))
        return fault_set(f, WIRE_LIMIT, "out of memory");
    if (!job_run(&job, &batch, f))
        return false;
    if (!results_open(batch, &results, &f->err)) { /* as tallyd would */
        f->err.kind = ERR_BUG;
        return false;
    }
    if (!print(c->output, &results, &f->err))
        return false;
    tell_left_out(c, &results);
    return true;
}

static int run(struct command *c)
{
    struct fault f = {0};
    const char *path = c->payload.path;
    bool ok = file_read(&c->payload, &f.err);
    for (size_t i = 0; i < c->companion_count && ok; i++) {
        path = c->companions[i].path;
        ok = file_read(&c->companions[i], &f.err);
    }
    if (ok)
        path = c->payload.path;
    struct arena *a = arena_new(ARENA_MAX);
    if (ok && !a)
        ok = err_set(&f.err, ERR_AGAIN, "there is not enough memory");
    if (ok)
        ok = charset_init(&f.err) && (c->sniff   ? sniff(c, a, &f)
                                      : c->draft ? print_draft(c, a, &f)
                                                 : parse(c, a, &f));
    int code = ok ? 0 : print_error(path, &f.err);
    file_close(&c->payload);
    for (size_t i = 0; i < c->companion_count; i++)
        file_close(&c->companions[i]);
    arena_free(a);
    return code;
}

/* ---- the command line ---- */

static bool check_option(struct command *c, struct slice key, struct slice value, struct err *e)
{
    struct err why;
    if (!c->arena && !(c->arena = arena_new(PRESETS_MAX)))
        return err_set(e, ERR_AGAIN, "there is not enough memory");
    if (!format_takes(c->format, key)) {
        const char *near = suggest_key(SLICE(""), NULL, 0, c->format, key, c->arena);
        return err_set(e, ERR_USAGE, "format %s has no option \"%.*s\"%s%s%s", c->format_name,
                       SLICE_FMT(key), near ? ": did you mean " : "", near ? near : "",
                       near ? "?" : "");
    }
    return option_check(c->format, key, slice_trim(value), c->arena, &why) ||
           err_set(e, ERR_USAGE, "-O %.*s: %s", SLICE_FMT(key), why.text);
}

static bool check_options(struct command *c, struct err *e)
{
    struct slice rest = buf_slice(&c->options), line, key;
    while (slice_next(&rest, '\n', &line)) {
        if (slice_find(line, SLICE("=")) == SIZE_MAX || !slice_next(&line, '=', &key))
            return err_set(e, ERR_USAGE, "-O wants key=value, not \"%.*s\"", SLICE_FMT(line));
        if (!check_option(c, key, line, e))
            return false;
    }
    return true;
}

/* Its options stand behind those of the command line, which win. */
static bool add_preset(struct command *c, const struct preset *p, struct err *e)
{
    struct job said = {.options = buf_slice(&c->options)};
    struct buf more;
    buf_init(&more, WIRE_OPTIONS_MAX);
    for (size_t i = 0; i < p->option_count; i++) {
        const struct ini_entry *entry = p->options[i];
        struct slice key = arena_copy(c->arena, entry->key);
        if (key.ptr && !job_option(&said, key.ptr).ptr)
            buf_addf(&more, "%.*s=%.*s\n", SLICE_FMT(key), SLICE_FMT(entry->value));
    }
    bool failed = more.failed;
    buf_add(&c->options, buf_slice(&more));
    buf_done(&more);
    return !(failed || c->options.failed) || err_set(e, ERR_USAGE, "the options are too long");
}

/* The preset a name or file is for; NULL: *e says why not. */
static const struct preset *find_preset(struct command *c, struct err *e)
{
    struct slice name = slice_of(c->format_name);
    bool is_file = slice_find(name, SLICE("/")) != SIZE_MAX || slice_ends(name, SLICE(".conf"));
    const struct preset *found = NULL;
    if (is_file) {
        struct problems problems = {.out = &c->problems};
        struct preset *own =
            (c->arena = arena_new(PRESETS_MAX)) ? arena_alloc(c->arena, sizeof *own) : NULL;
        if (!own) {
            err_set(e, ERR_AGAIN, "there is not enough memory");
            return NULL;
        }
        found = presets_read_file(c->format_name, c->arena, &problems, own, e) ? own : NULL;
    } else if (read_presets(c, e) && !(found = presets_find(&c->presets, name))) {
        const char *like = presets_did_you_mean(&c->presets, name, c->arena);
        err_set(e, ERR_USAGE, "there is no format \"%s\"%s%s%s; --list names them", c->format_name,
                like ? ": did you mean \"" : "", like ? like : "", like ? "\"?" : "");
    }
    if (!found || !found->bad)
        return found;
    has_problems(c, "the preset cannot be used", e);
    return NULL;
}

static bool find_format(struct command *c, struct err *e)
{
    if (!c->format_name)
        return err_set(e, ERR_USAGE, "-f FORMAT is missing; see tally-parse -h");
    if ((c->format = format_find(slice_of(c->format_name))))
        return check_options(c, e);
    const struct preset *p = find_preset(c, e);
    if (!p)
        return false;
    c->format = p->engine;
    return check_options(c, e) && add_preset(c, p, e);
}

static bool set_output(struct command *c, const char *name, struct err *e)
{
    for (c->output = outputs; c->output->name; c->output++) {
        if (strcmp(c->output->name, name) == 0)
            return true;
    }
    return err_set(e, ERR_USAGE, "-o is csv, json or summary, not \"%s\"", name);
}

static bool add_companion(struct command *c, const char *path, struct err *e)
{
    if (c->companion_count == WIRE_COMPANIONS_MAX)
        return err_set(e, ERR_USAGE, "more than %d companions", WIRE_COMPANIONS_MAX);
    c->companions[c->companion_count++].path = path;
    return true;
}

static bool read_flag(struct command *c, int flag, struct err *e)
{
    switch (flag) {
    case 'f':
        c->format_name = optarg;
        return true;
    case 'O':
        buf_addf(&c->options, "%s\n", optarg);
        return !c->options.failed || err_set(e, ERR_USAGE, "the options are too long");
    case 'c':
        return add_companion(c, optarg, e);
    case 'o':
        return set_output(c, optarg, e);
    case 'l':
        return c->list = true;
    case 's':
        c->payload.path = optarg;
        return c->sniff = true;
    case 'd':
        c->payload.path = optarg;
        return c->draft = true;
    }
    return err_set(e, ERR_USAGE, "see tally-parse -h");
}

static bool read_flags(struct command *c, int argc, char **argv, struct err *e)
{
    static const struct option longs[] = {{"format", required_argument, NULL, 'f'},
                                          {"option", required_argument, NULL, 'O'},
                                          {"companion", required_argument, NULL, 'c'},
                                          {"output", required_argument, NULL, 'o'},
                                          {"list", no_argument, NULL, 'l'},
                                          {"sniff", required_argument, NULL, 's'},
                                          {"draft", required_argument, NULL, 'd'},
                                          {"help", no_argument, NULL, 'h'},
                                          {"version", no_argument, NULL, 'V'},
                                          {NULL, 0, NULL, 0}};
    int flag;
    while ((flag = getopt_long(argc, argv, "f:O:c:o:hV", longs, NULL)) != -1) {
        if (flag == 'h' || flag == 'V') {
            printf("%s", flag == 'h' ? usage : "tally-parse " TALLYD_VERSION "\n");
            exit(output_end("tally-parse", 0));
        }
        if (!read_flag(c, flag, e))
            return false;
    }
    if (c->list || c->sniff || c->draft)
        return optind == argc ||
               err_set(e, ERR_USAGE, "%s: it is one too many; see tally-parse -h", argv[optind]);
    if (!find_format(c, e))
        return false;
    if (optind + 1 != argc)
        return err_set(e, ERR_USAGE, "one FILE, or - for standard input; see tally-parse -h");
    c->payload.path = argv[optind];
    return true;
}

/* tally-parse --nursery FD --memory BYTES --cpu SECONDS: as tallyd starts it. */
static int nursery(int argc, char **argv)
{
    struct {
        const char *flag;
        int64_t value;
    } args[] = {{"--nursery", -1}, {"--memory", -1}, {"--cpu", -1}};
    for (int i = 0; i < 3; i++) {
        if (argc != 7 || strcmp(argv[1 + 2 * i], args[i].flag) != 0 ||
            !num_parse(slice_of(argv[2 + 2 * i]), 0, INT64_C(1) << 40, &args[i].value)) {
            fprintf(stderr, "tally-parse: --nursery is for tallyd alone\n");
            return ERR_USAGE;
        }
    }
    struct nursery_limits limits = {.memory = args[1].value, .cpu_ms = args[2].value * 1000};
    return nursery_run((int)args[0].value, &limits);
}

int main(int argc, char **argv)
{
    struct command c = {.output = outputs};
    struct err e;
    if (argc > 1 && strcmp(argv[1], "--nursery") == 0)
        return nursery(argc, argv);
    output_begin();
    buf_init(&c.options, WIRE_OPTIONS_MAX);
    buf_init(&c.problems, PROBLEM_TEXT_MAX);
    int code;
    if (!read_flags(&c, argc, argv, &e) || (c.list && !list_formats(&c, &e)))
        code = print_error(NULL, &e);
    else
        code = c.list ? 0 : run(&c);
    buf_done(&c.options);
    buf_done(&c.problems);
    arena_free(c.arena);
    return output_end("tally-parse", code);
}
