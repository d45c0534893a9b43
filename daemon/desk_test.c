/* SPDX-License-Identifier: ISC */
/* A program started, and its report handed on. */
#include "daemon/desk_test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/base/when.h"

#define ARGUMENTS 12 /* of ours, before the keys */

struct asked {
    struct app *app;
    uint64_t ticket;
};

static void on_done(int code, const struct slice *said, void *ctx)
{
    struct asked *w = ctx;
    struct slice out = said[0], errors = said[1];
    struct buf body;
    buf_init(&body, ERRAND_TEXT_MAX + 1000);
    if (out.len > 0) {
        buf_addf(&body, "%d\n", code);
        buf_add(&body, out);
        code = 0;
    } else {
        buf_add(&body, errors);
        buf_addz(&body, errors.len > 0 ? "" : "the test did not come to an end\n");
        code = code > 0 ? code : ERR_BUG;
    }
    if (w->app->control)
        control_answer(w->app->control, w->ticket, code, buf_slice(&body));
    buf_done(&body);
    free(w);
}

static bool names_credential(struct slice s)
{
    return slice_find(s, SLICE("{credential:")) != SIZE_MAX;
}

static bool is_url(struct slice s)
{
    return slice_find(s, SLICE("://")) != SIZE_MAX;
}

/* What a person may not have done in our name. `like` has the headers of another source. */
static const char *forbidden(struct slice what, const struct slice *keys, size_t n)
{
    bool file = slice_find(what, SLICE("/")) != SIZE_MAX && !is_url(what);
    bool credential = names_credential(what);
    for (size_t i = 0; i < n; i++) {
        struct slice value = keys[i], key = {0};
        slice_next(&value, '=', &key);
        key = slice_trim(key);
        file |= slice_starts(key, SLICE("path")) ||
                (slice_starts(key, SLICE("companion")) && !is_url(value));
        credential |= slice_is(key, "like") || names_credential(value);
    }
    if (file)
        return "a file is read by whoever asks, not by the daemon: name it alone, or use tallyctl "
               "-c CONFIGURATION";
    if (credential)
        return "a credential goes only where the configuration sends it: write the source into "
               "sources.d, and test it by its name";
    return NULL;
}

/* What a site has asked for goes for a test too. */
static int64_t rest_of(const struct app *a, struct slice name)
{
    const struct night *n = a->night;
    uint32_t source = settings_find_source(&n->plan->settings, name);
    return source != NONE && n->poller ? poller_rests(n->poller, source) : 0;
}

static char *copy(struct arena *a, struct slice s)
{
    return (char *)arena_copy(a, s).ptr; /* NUL behind it */
}

/* The clock as --clock takes it; NULL: it is the real one. */
static char *clock_of(const struct app *a, struct arena *arena)
{
    const struct clock *c = &a->args.clock;
    char origin[25];
    if (!c->simulated)
        return NULL;
    when_format(c->until_ms > 0 ? clock_now(c) : c->origin_ms, origin);
    if (c->until_ms > 0)
        return (char *)arena_printf(arena, "--clock=%s", origin).ptr;
    return (char *)arena_printf(arena, "--clock=%s,%lld,%lld.%03lld", origin, (long long)c->speed,
                                (long long)(c->real_ms / 1000), (long long)(c->real_ms % 1000))
        .ptr;
}

/* NULL-ended. NULL: memory. */
static char **arguments(const struct app *a, bool json, struct slice what, const struct slice *keys,
                        size_t n, struct arena *arena)
{
    const struct config_args *c = &a->args.config;
    char **argv = arena_array(arena, ARGUMENTS + n, sizeof *argv);
    size_t k = 0;
    if (!argv)
        return NULL;
    argv[k++] = copy(arena, SLICE("/proc/self/exe"));
    argv[k++] = copy(arena, SLICE("-c"));
    argv[k++] = copy(arena, slice_of(c->file));
    if (c->credentials) {
        argv[k++] = copy(arena, SLICE("--credentials"));
        argv[k++] = copy(arena, slice_of(c->credentials));
    }
    if ((argv[k] = clock_of(a, arena)))
        k++;
    argv[k++] = copy(arena, json ? SLICE("-ojson") : SLICE("-otsv"));
    argv[k++] = (char *)arena_printf(arena, "--test-source=%.*s", SLICE_FMT(what)).ptr;
    argv[k++] = copy(arena, SLICE("--"));
    for (size_t i = 0; i < n; i++)
        argv[k++] = copy(arena, keys[i]);
    size_t whole = 0;
    while (whole < k && argv[whole])
        whole++;
    return whole == k ? argv : NULL;
}

/* False: *code, and the body says why. */
static bool may_be(const struct app *a, const struct slice *words, size_t n, struct buf *body,
                   int *code)
{
    const char *why = n > 0 ? forbidden(words[0], words + 1, n - 1) : NULL;
    int64_t rest = n > 0 ? rest_of(a, words[0]) : 0;
    if (n == 0)
        buf_addz(body, "usage: tallyctl source test SOURCE|URL|FILE\n");
    else if (why)
        buf_addf(body, "%s\n", why);
    else if (rest > 0)
        buf_addf(body, "its site has asked to be left alone, %lld s more\n",
                 (long long)(rest + 999) / 1000);
    *code = n == 0 ? ERR_USAGE : why ? ERR_DENIED : ERR_AGAIN;
    return n > 0 && !why && rest == 0;
}

static bool start(struct app *a, uint64_t ticket, bool json, const struct slice *words, size_t n,
                  struct err *e)
{
    struct arena *arena = arena_new(1 << 20);
    char **argv = arena ? arguments(a, json, words[0], words + 1, n - 1, arena) : NULL;
    struct asked *w = calloc(1, sizeof *w);
    bool ok = (argv && w) || err_set(e, ERR_BUG, "out of memory");
    if (ok) {
        *w = (struct asked){.app = a, .ticket = ticket};
        ok = errand_start(&a->errands, argv, on_done, w, e);
    }
    arena_free(arena);
    if (!ok)
        free(w);
    return ok;
}

int desk_test(struct app *a, const struct control_request *q, struct buf *body)
{
    const struct slice *words = q->args;
    size_t n = q->arg_count;
    struct err e = {0};
    int code;
    bool json = n > 0 && slice_is(words[0], "-o=json");
    if (n > 0 && slice_starts(words[0], SLICE("-o="))) {
        words++;
        n--;
    }
    if (!may_be(a, words, n, body, &code))
        return code;
    if (start(a, q->ticket, json, words, n, &e))
        return CONTROL_LATER;
    buf_addf(body, "%s\n", e.text);
    return (int)e.kind;
}
