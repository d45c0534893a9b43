/* SPDX-License-Identifier: ISC */
/* Who tries it, and how its report looks. */
#include "daemon/ctl/test.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/base/arena.h"
#include "daemon/base/num.h"
#include "daemon/ctl/client.h"
#include "daemon/ctl/table.h"
#include "daemon/edge/errand.h"

#define WORDS_MAX 200
#define REQUEST_MAX 65536
#define OWN 8 /* arguments of ours, before the words */

/* "-f FORMAT" is a key like others. Returns how many there are; 0: they are no words of it. */
static size_t read_words(const struct ctl_test *t, struct arena *a, const char *out[WORDS_MAX],
                         struct err *e)
{
    size_t n = 0;
    for (int i = 0; i < t->count && n < WORDS_MAX; i++) {
        bool format = strcmp(t->words[i], "-f") == 0 && i + 1 < t->count;
        out[n] = format ? arena_printf(a, "format=%s", t->words[++i]).ptr : t->words[i];
        if (!out[n] || (n > 0 && !strchr(out[n], '='))) {
            err_set(e, ERR_USAGE,
                    "source test takes one source, URL or file, then -f FORMAT and KEY=VALUE as in "
                    "a section of sources.d; not '%s'",
                    t->words[i]);
            return 0;
        }
        n++;
    }
    if (n == 0 || n == WORDS_MAX)
        err_set(e, ERR_USAGE,
                "usage: tallyctl source test SOURCE|URL|FILE [-f FORMAT] "
                "[KEY=VALUE...]");
    return n < WORDS_MAX ? n : 0;
}

/* ---- by the daemon ---- */

struct heard {
    struct buf *out;
    int code;
};

static bool on_answer(struct slice body, void *ctx)
{
    struct heard *h = ctx;
    struct slice first = {0};
    int64_t code = ERR_BUG;
    slice_next(&body, '\n', &first);
    if (!num_parse(first, 0, 255, &code))
        return false;
    h->code = (int)code;
    buf_add(h->out, body);
    return true;
}

static bool ask(const struct ctl_test *t, const char *const *words, size_t n, struct buf *out,
                int *code, struct err *e)
{
    struct heard h = {.out = out, .code = ERR_BUG};
    struct buf request;
    buf_init(&request, REQUEST_MAX);
    buf_addf(&request, "source test\x1f-o=%s", t->json ? "json" : "tsv");
    for (size_t i = 0; i < n; i++)
        buf_addf(&request, "\x1f%s", words[i]);
    buf_addc(&request, '\n');
    bool ok = !request.failed
                  ? ctl_ask(t->socket, buf_slice(&request), false, on_answer, &h, code, e)
                  : err_set(e, ERR_USAGE, "the words are at most %d bytes together", REQUEST_MAX);
    buf_done(&request);
    if (ok && *code == 0)
        *code = h.code;
    return ok;
}

/* ---- by a tallyd of our own ---- */

/* Beside us, or in ../sbin. ptr NULL: nowhere. */
static struct slice find_tallyd(struct arena *a)
{
    static const char *const places[] = {"tallyd", "../sbin/tallyd"};
    char self[4096];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self);
    while (n > 0 && self[n - 1] != '/')
        n--;
    for (size_t i = 0; n > 0 && i < sizeof places / sizeof places[0]; i++) {
        struct slice path = arena_printf(a, "%.*s%s", (int)n, self, places[i]);
        if (path.ptr && access(path.ptr, X_OK) == 0)
            return path;
    }
    return (struct slice){0};
}

static bool run(const struct ctl_test *t, const char *const *words, size_t n, struct arena *a,
                struct buf *out, int *code, struct err *e)
{
    const char *argv[OWN + WORDS_MAX];
    size_t k = 0;
    struct slice tallyd = find_tallyd(a);
    struct slice what = arena_printf(a, "--test-source=%s", words[0]);
    if (!tallyd.ptr || !what.ptr)
        return err_set(e, ERR_NOINPUT, "there is no tallyd beside tallyctl, nor in ../sbin of it");
    argv[k++] = tallyd.ptr;
    if (t->config) {
        argv[k++] = "-c";
        argv[k++] = t->config;
    }
    argv[k++] = t->json ? "-ojson" : "-otsv";
    argv[k++] = what.ptr;
    argv[k++] = "--";
    for (size_t i = 1; i < n; i++)
        argv[k++] = words[i];
    argv[k] = NULL;
    return errand_run((char *const *)argv, out, code, e);
}

static bool is_file(const char *what)
{
    return strchr(what, '/') && !strstr(what, "://");
}

bool ctl_test(const struct ctl_test *t, struct buf *out, int *code, struct err *e)
{
    const char *words[WORDS_MAX];
    struct arena *a = arena_new(1 << 20);
    size_t n = a ? read_words(t, a, words, e) : 0;
    bool ok = n > 0, own = ok && (t->config || is_file(words[0]));
    if (!a)
        err_set(e, ERR_BUG, "out of memory");
    if (ok && !own) {
        ok = ask(t, words, n, out, code, e);
        own = !ok && e->kind == ERR_UNAVAILABLE;
        if (own)
            fprintf(stderr,
                    "tallyctl: no tallyd answers at %s: this one reads the configuration "
                    "itself\n",
                    t->socket);
    }
    if (own)
        ok = run(t, words, n, a, out, code, e);
    arena_free(a);
    return ok;
}

/* ---- how it looks ---- */

void ctl_test_print(struct slice report, bool csv, size_t columns, struct buf *out)
{
    while (report.len > 0) {
        size_t end = slice_find(report, SLICE("\n\n"));
        struct slice block = slice_sub(report, 0, end == SIZE_MAX ? end : end + 1), title;
        report = slice_sub(report, block.len + (end != SIZE_MAX), report.len);
        slice_next(&block, '\n', &title);
        buf_addf(out, "%.*s\n", SLICE_FMT(title));
        if (slice_is(title, "section"))
            buf_add(out, block);
        else if (csv)
            ctl_csv(block, out);
        else
            ctl_table(block, columns, out);
        buf_addz(out, report.len > 0 ? "\n" : "");
    }
}
