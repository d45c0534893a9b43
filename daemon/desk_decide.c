/* SPDX-License-Identifier: ISC */
/* Words into decisions. */
#include "daemon/desk_decide.h"

#include <stdio.h>
#include <stdlib.h>

#include "daemon/app_state.h"
#include "daemon/base/text.h"
#include "daemon/core/commands.h"
#include "daemon/desk_duty.h"

#define ARGUMENT_MAX 65536
#define WORDS_ROOM ((size_t)1 << 20)
#define PREVIEW_MAX ((size_t)64 << 20)
#define HEX 32
/* Somebody decided while it was rehearsed: how often it is rehearsed again. */
#define TRIES_MAX 20
#define WORD_MAX 1000 /* bytes of a reason, a URL, a word: they go to every page and terminal */

bool desk_decides(struct slice verb)
{
    const struct command *c = command_named(verb);
    return c && c->kind == COMMAND_DECIDES;
}

struct words {
    struct decision d;
    struct buf argument;
    size_t count;
    bool dry_run, preview, confirmed;
    struct digest shown; /* confirmed */
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
    struct slice confirmed = SLICE(COMMAND_CONFIRMED);
    if (slice_starts(word, confirmed))
        return w->confirmed = digest_parse(slice_sub(word, confirmed.len, word.len), &w->shown);
    w->preview |= slice_is(word, COMMAND_PREVIEW);
    w->dry_run |= slice_is(word, "--dry-run") || slice_is(word, COMMAND_PREVIEW);
    return slice_is(word, "--dry-run") || slice_is(word, COMMAND_PREVIEW);
}

static bool read_words(const struct command *c, const struct control_request *q, struct words *w,
                       struct buf *body)
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
    command_arity(c, &least, &most);
    if (w->count >= least && w->count <= most && !w->argument.failed)
        return true;
    buf_addf(body, "usage: tallyctl %s %s%s%s\n", c->words, c->usage, c->usage[0] ? " " : "",
             command_decides);
    return false;
}

bool desk_words(const struct control_request *q, struct decision *out, struct buf *argument,
                struct buf *body)
{
    struct words w = {.d = {.verb = q->verb, .by = q->login}};
    buf_init(&w.argument, ARGUMENT_MAX);
    bool ok = read_words(command_named(q->verb), q, &w, body);
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
    bool preview;
    /* of one that a person has seen: until it is known whether it is still what it was */
    struct arena *arena;
    struct decision d;
    struct digest shown;
    const struct river *river; /* as it was rehearsed */
    uint64_t turns;
    int tries;
};

static void waiting_free(struct waiting *w)
{
    if (w)
        arena_free(w->arena);
    free(w);
}

static void answer(struct waiting *w, int code, struct slice said)
{
    if (w->app->control)
        control_answer(w->app->control, w->ticket, code, said);
    waiting_free(w);
}

static void answer_error(struct waiting *w, const struct err *e)
{
    char why[sizeof e->text + 2];
    int n = snprintf(why, sizeof why, "%s\n", e->text);
    answer(w, (int)e->kind, (struct slice){why, (size_t)n});
}

static void on_decided(bool ok, struct slice said, void *ctx)
{
    struct waiting *w = ctx;
    if (!ok) {
        answer(w, ERR_AGAIN, said);
        return;
    }
    if (w->app->control)
        desk_duty_answer(w->app, w->ticket, said);
    waiting_free(w);
}

/* A preview, of which tallyctl takes the last line for itself. */
static void on_rehearsed(bool ok, struct slice said, const struct err *e, void *ctx)
{
    struct waiting *w = ctx;
    if (!ok) {
        answer_error(w, e);
        return;
    }
    struct buf out;
    buf_init(&out, PREVIEW_MAX);
    buf_add(&out, slice_sub(said, HEX, said.len));
    if (w->preview)
        buf_addf(&out, COMMAND_PREVIEWED "%.*s\n", HEX, said.ptr);
    answer(w, 0, buf_slice(&out));
    buf_done(&out);
}

static bool rehearse_again(struct waiting *w, struct err *e);

static void on_seen(bool ok, struct slice said, const struct err *e, void *ctx)
{
    struct waiting *w = ctx;
    struct river *r = w->app->night->river;
    struct digest is;
    struct err why = {0};
    struct buf out;
    if (!ok) {
        answer_error(w, e);
    } else if (!digest_parse(slice_sub(said, 0, HEX), &is) || !digest_eq(is, w->shown)) {
        buf_init(&out, PREVIEW_MAX);
        buf_addz(&out, DESK_CHANGED);
        buf_add(&out, slice_sub(said, HEX, said.len));
        answer(w, ERR_AGAIN, buf_slice(&out));
        buf_done(&out);
    } else if (!r || !w->app->ready) {
        answer(w, ERR_AGAIN, SLICE("it serves no more; nothing is done; try again\n"));
    } else if (w->river == r && w->turns == river_turns(r)) {
        if (!river_decide(r, &w->d, true, on_decided, w, &why))
            answer_error(w, &why);
    } else if (w->tries == TRIES_MAX) {
        answer(w, ERR_AGAIN,
               SLICE("calls come too fast to do what was shown; nothing is done; try again\n"));
    } else if (!rehearse_again(w, &why)) {
        answer_error(w, &why);
    }
}

static bool rehearse_again(struct waiting *w, struct err *e)
{
    struct river *r = w->app->night->river;
    w->tries++;
    w->river = r;
    w->turns = river_turns(r);
    return river_preview(r, &w->d, &w->app->rehearsals, on_seen, w, e);
}

bool desk_keep(struct arena *a, struct decision *d)
{
    struct slice *const parts[] = {&d->verb,  &d->target, &d->argument, &d->reason,
                                   &d->basis, &d->url,    &d->by};
    bool ok = true;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (!parts[i]->ptr)
            continue;
        *parts[i] = arena_copy(a, *parts[i]);
        ok &= parts[i]->ptr != NULL;
    }
    return ok;
}

static bool confirm(struct waiting *w, const struct words *words, struct err *e)
{
    w->d = words->d;
    w->shown = words->shown;
    w->arena = arena_new(WORDS_ROOM);
    if (!w->arena || !desk_keep(w->arena, &w->d))
        return err_set(e, ERR_AGAIN, "out of memory; nothing is done");
    return river_may_decide(w->app->night->river, e) && rehearse_again(w, e);
}

/* The answer comes when it is durable; or, of a preview, when it is known. */
static int begin(struct app *app, const struct control_request *q, const struct words *words,
                 struct buf *body)
{
    struct waiting *w = calloc(1, sizeof *w);
    struct river *r = app->night->river;
    struct err e = {0};
    if (!w)
        return ERR_BUG;
    *w = (struct waiting){.app = app, .ticket = q->ticket, .preview = words->preview};
    if (words->dry_run     ? river_preview(r, &words->d, &app->rehearsals, on_rehearsed, w, &e)
        : words->confirmed ? confirm(w, words, &e)
                           : river_decide(r, &words->d, false, on_decided, w, &e))
        return CONTROL_LATER;
    waiting_free(w);
    buf_clear(body);
    buf_addf(body, "%s\n", e.text);
    return (int)e.kind;
}

int desk_decide(struct app *app, const struct control_request *q, struct buf *body)
{
    struct words w = {.d = {.verb = q->verb, .by = q->login}};
    int code = ERR_USAGE;
    buf_init(&w.argument, ARGUMENT_MAX);
    if (!app->ready) {
        buf_addz(body, "not ready: the last known state is being restored\n");
        code = ERR_AGAIN;
    } else if (read_words(command_named(q->verb), q, &w, body)) {
        code = begin(app, q, &w, body);
    }
    buf_done(&w.argument);
    return code;
}
