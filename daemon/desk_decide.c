/* SPDX-License-Identifier: ISC */
/* Words into decisions. */
#include "daemon/desk_decide.h"

#include <stdio.h>
#include <stdlib.h>

#include "daemon/app_state.h"
#include "daemon/base/text.h"
#include "daemon/ctl_commands.h"
#include "daemon/desk_duty.h"

/* what tallyctl says where a person has answered yes to the preview */
#define CONFIRMED "--confirmed"
#define ARGUMENT_MAX 65536
#define WORD_MAX 1000 /* bytes of a reason, a URL, a word: they go to every page and terminal */

bool desk_decides(struct slice verb)
{
    const struct ctl_command *c = ctl_command_named(verb);
    return c && c->kind == CTL_DECIDES;
}

struct words {
    struct decision d;
    struct buf argument;
    size_t count;
    bool dry_run, confirmed;
};

/* "--reason TEXT", "--reason=TEXT". The option's value, or NULL: it is none of ours. */
static struct slice *option_of(struct words *w, struct slice word, struct slice *inline_value)
{
    const struct {
        const char *name;
        struct slice *to;
    } options[] = {{"--reason", &w->d.reason}, {"--basis", &w->d.basis}, {"--url", &w->d.url}};
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        struct slice name = slice_of(options[i].name);
        *inline_value = (struct slice){NULL, 0};
        if (slice_eq(word, name))
            return options[i].to;
        if (slice_starts(word, name) && word.len > name.len && word.ptr[name.len] == '=') {
            *inline_value = slice_sub(word, name.len + 1, word.len);
            return options[i].to;
        }
    }
    return NULL;
}

/* What is said is published as it was said, or refused. what: names it, itself fit to print. */
static bool sayable(struct slice what, struct slice said, struct buf *body)
{
    if (said.len > WORD_MAX)
        buf_addf(body, "%.*s is %zu bytes long, %zu too many; at most %d\n", SLICE_FMT(what),
                 said.len, said.len - WORD_MAX, WORD_MAX);
    else if (!text_is_seen(said))
        buf_addf(body,
                 "%.*s has bytes that are no UTF-8, or control or invisible characters in it; "
                 "type it again without them\n",
                 SLICE_FMT(what));
    else
        return true;
    return false;
}

static bool linkable(struct slice url, struct buf *body)
{
    if (!url.ptr || slice_starts(url, SLICE("http://")) || slice_starts(url, SLICE("https://")))
        return true;
    buf_addf(body, "--url %.*s: does not begin with http:// or https://\n", SLICE_FMT(url));
    return false;
}

/* The option at *at, past its value. *ours false: it is none. */
static bool read_option(const struct control_request *q, size_t *at, struct words *w, bool *ours,
                        struct buf *body)
{
    struct slice word = q->args[*at], value, *to = option_of(w, word, &value);
    *ours = to != NULL;
    if (!to)
        return true;
    if (!value.ptr && ++*at == q->arg_count) {
        buf_addf(body, "%.*s needs a value\n", SLICE_FMT(word));
        return false;
    }
    *to = value.ptr ? value : q->args[*at];
    return sayable(slice_sub(word, 0, slice_find(word, SLICE("="))), *to, body);
}

static bool read_flag(struct words *w, struct slice word)
{
    w->dry_run |= slice_is(word, "--dry-run");
    w->confirmed |= slice_is(word, CONFIRMED);
    return slice_is(word, "--dry-run") || slice_is(word, CONFIRMED);
}

static bool read_words(const struct ctl_command *c, const struct control_request *q,
                       struct words *w, struct buf *body)
{
    size_t least, most;
    for (size_t i = 0; i < q->arg_count; i++) {
        struct slice word = q->args[i];
        bool ours;
        if (!read_option(q, &i, w, &ours, body) || (!ours && !sayable(SLICE("a word"), word, body)))
            return false;
        if (ours || read_flag(w, word))
            continue;
        if (slice_starts(word, SLICE("-"))) {
            buf_addf(body, "%s has no %.*s; its options: --reason, --basis, --url, --dry-run\n",
                     c->words, SLICE_FMT(word));
            return false;
        } else if (w->count++ == 0) {
            w->d.target = word;
        } else {
            buf_addf(&w->argument, "%s%.*s", w->count > 2 ? " " : "", SLICE_FMT(word));
        }
    }
    if (!linkable(w->d.url, body))
        return false;
    w->d.argument = buf_slice(&w->argument);
    ctl_command_arity(c, &least, &most);
    if (w->count >= least && w->count <= most && !w->argument.failed)
        return true;
    buf_addf(body, "usage: tallyctl %s %s%s%s\n", c->words, c->usage, c->usage[0] ? " " : "",
             ctl_decides);
    return false;
}

bool desk_words(const struct control_request *q, struct decision *out, struct buf *argument,
                struct buf *body)
{
    struct words w = {.d = {.verb = q->verb, .by = q->login}};
    buf_init(&w.argument, ARGUMENT_MAX);
    bool ok = read_words(ctl_command_named(q->verb), q, &w, body);
    buf_clear(argument);
    buf_add(argument, buf_slice(&w.argument));
    *out = w.d;
    out->argument = buf_slice(argument);
    buf_done(&w.argument);
    return ok && !argument->failed;
}

struct waiting {
    struct app *app;
    uint64_t ticket;
};

static void on_decided(bool ok, struct slice said, void *ctx)
{
    struct waiting *w = ctx;
    if (w->app->control && ok)
        desk_duty_answer(w->app, w->ticket, said);
    else if (w->app->control)
        control_answer(w->app->control, w->ticket, ERR_AGAIN, said);
    free(w);
}

static void on_rehearsed(bool ok, struct slice said, const struct err *e, void *ctx)
{
    struct waiting *w = ctx;
    char why[sizeof e->text + 2];
    int n = snprintf(why, sizeof why, "%s\n", ok ? "" : e->text);
    if (w->app->control)
        control_answer(w->app->control, w->ticket, ok ? 0 : (int)e->kind,
                       ok ? said : (struct slice){why, (size_t)n});
    free(w);
}

static int refuse(const struct err *e, struct buf *body)
{
    buf_clear(body);
    buf_addf(body, "%s\n", e->text);
    return (int)e->kind;
}

/* The answer comes when it is durable; or, of a preview, when it is known. */
static int begin(struct app *app, const struct control_request *q, const struct words *words,
                 struct buf *body)
{
    struct waiting *w = malloc(sizeof *w);
    struct river *r = app->night->river;
    struct err e = {0};
    if (!w)
        return ERR_BUG;
    *w = (struct waiting){app, q->ticket};
    if (words->dry_run ? river_preview(r, &words->d, &app->rehearsals, on_rehearsed, w, &e)
                       : river_decide(r, &words->d, words->confirmed, on_decided, w, &e))
        return CONTROL_LATER;
    free(w);
    return refuse(&e, body);
}

int desk_decide(struct app *app, const struct control_request *q, struct buf *body)
{
    struct words w = {.d = {.verb = q->verb, .by = q->login}};
    int code = ERR_USAGE;
    buf_init(&w.argument, ARGUMENT_MAX);
    if (!app->ready) {
        buf_addz(body, "not ready: the last known state is being restored\n");
        code = ERR_AGAIN;
    } else if (read_words(ctl_command_named(q->verb), q, &w, body)) {
        code = begin(app, q, &w, body);
    }
    buf_done(&w.argument);
    return code;
}
