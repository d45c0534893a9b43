/* SPDX-License-Identifier: ISC */
/* The daemon says what there is and how its files are named (core/site.h); this only fetches. */
#include "daemon/ctl/export.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "daemon/base/counted.h"
#include "daemon/base/map.h"
#include "daemon/base/num.h"
#include "daemon/ctl/client.h"
#include "daemon/edge/folder.h"
#include "daemon/edge/get.h"

#define LIST "site.tsv"
#define PAGE_MAX ((size_t)64 << 20)
#define FILES_MAX 200000
#define ROUNDS 3
#define QUICK_SECONDS 5
#define SHOWN_EACH 16

struct export
{
    const char *socket, *url, *site;
    int64_t every_ms; /* 0: once */
    struct get *get;
    struct folder *folder;
    struct map *etags; /* of each file, what the last answer had: a char[GET_ETAG] */
    struct buf list, page;
};

/* ---- where HTTP is ---- */

static bool take_address(struct slice body, void *ctx)
{
    static const struct slice name = SLICE_INIT("http\t");
    struct slice line;
    while (slice_next(&body, '\n', &line))
        if (slice_starts(line, name))
            buf_add(ctx, slice_sub(line, name.len, line.len));
    return true;
}

static bool open_get(struct export *x, struct err *e)
{
    struct buf address;
    int code = 0;
    if (x->url)
        return get_new(x->url, &x->get, e);
    buf_init(&address, 1024);
    bool ok =
        ctl_ask_quiet(x->socket, SLICE("status\x1f-o=tsv\n"), 10, take_address, &address, &code, e);
    if (ok && address.len == 0)
        ok = err_set(e, ERR_USAGE,
                     "this tallyd has no HTTP ([http] listen): there is nothing to copy");
    ok = ok && get_new(address.ptr, &x->get, e);
    buf_done(&address);
    return ok;
}

/* ---- one copy ---- */

static char *etag_of(struct export *x, struct slice file)
{
    char *etag = map_get(x->etags, file);
    if (etag)
        return etag;
    etag = calloc(1, GET_ETAG);
    if (etag && map_put(x->etags, file, etag))
        return etag;
    free(etag);
    return NULL;
}

static void show_progress(size_t done, size_t all)
{
    if (!isatty(STDERR_FILENO) || (done % SHOWN_EACH && done != all))
        return;
    fprintf(stderr, done == all ? "\r\x1b[K" : "\rexport: %zu of %zu", done, all);
    fflush(stderr);
}

static bool copy_page(struct export *x, struct slice file, struct slice path, struct err *e)
{
    char address[1024];
    bool same = false;
    if (!folder_name_fits(file) || path.len == 0 || path.ptr[0] != '/' ||
        path.len >= sizeof address)
        return err_set(e, ERR_DATA,
                       "its " LIST " is none of a tallyd: a line of it is no file and "
                       "where it comes from");
    char *had = etag_of(x, file), etag[GET_ETAG] = "";
    if (!had)
        return err_set(e, ERR_BUG, "more than %d files", FILES_MAX);
    if (folder_has(x->folder, file))
        memcpy(etag, had, GET_ETAG);
    snprintf(address, sizeof address, "%.*s", SLICE_FMT(path));
    buf_clear(&x->page);
    if (!get_page(x->get, address, etag, &x->page, &same, e) ||
        (!same && !folder_put(x->folder, file, buf_slice(&x->page), e)))
        return false;
    memcpy(had, etag, GET_ETAG); /* what could not be written is asked for again */
    return true;
}

static bool copy_all(struct export *x, struct err *e)
{
    struct slice rest = buf_slice(&x->list), path;
    size_t all = 0, done = 0;
    for (size_t i = 0; i < rest.len; i++)
        all += rest.ptr[i] == '\n';
    while (slice_next(&rest, '\n', &path)) {
        struct slice file = {0};
        slice_next(&path, '\t', &file);
        if (!copy_page(x, file, path, e))
            return false;
        show_progress(++done, all);
    }
    return all > 0 || err_set(e, ERR_DATA, LIST " is empty: that is no tallyd of this version");
}

static bool fetch_list(struct export *x, char stamp[GET_ETAG], bool *same, struct err *e)
{
    buf_clear(&x->page);
    if (!get_page(x->get, "/v1/" LIST, stamp, &x->page, same, e))
        return false;
    if (!*same) {
        struct buf was = x->list;
        x->list = x->page;
        x->page = was;
    }
    return true;
}

/* Again, while something is published meanwhile and it goes quickly: all of it shall be of one
 * state of things. */
static bool copy_rounds(struct export *x, char stamp[GET_ETAG], struct err *e)
{
    bool same = false;
    time_t began = time(NULL);
    stamp[0] = '\0';
    if (!fetch_list(x, stamp, &same, e))
        return false;
    for (int round = 0; round < ROUNDS && !same && time(NULL) - began < QUICK_SECONDS; round++)
        if (!copy_all(x, e) || !fetch_list(x, stamp, &same, e))
            return false;
    return true;
}

static bool export_once(struct export *x, struct err *e)
{
    char stamp[GET_ETAG];
    struct folder_done done;
    if (!x->get && !open_get(x, e))
        return false;
    if (!copy_rounds(x, stamp, e) || !folder_show(x->folder, buf_slice(&x->list), &done, e))
        return false;
    printf("%s: " COUNTED " written, %zu removed, as of %s\n", x->site,
           COUNT_OF(done.written, "file", "files"), done.removed, stamp);
    return fflush(stdout) == 0;
}

/* ---- the command ---- */

static bool read_words(struct export *x, int argc, char **argv)
{
    const char *every = NULL;
    for (int i = 0; i + 1 < argc; i += 2)
        if (strcmp(argv[i], "--site") == 0)
            x->site = argv[i + 1];
        else if (strcmp(argv[i], "--every") == 0)
            every = argv[i + 1];
        else
            return false;
    if (argc % 2 || !x->site)
        return false;
    return !every || (num_parse_duration(slice_of(every), &x->every_ms) && x->every_ms > 0);
}

static void wait_ms(int64_t ms)
{
    struct timespec t = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
    while (nanosleep(&t, &t) != 0)
        ;
}

/* Again and again: what goes wrong today may go right in ten seconds. */
static int run(struct export *x)
{
    struct err e = {0};
    for (;;) {
        bool ok = export_once(x, &e);
        if (!ok) {
            fprintf(stderr, "tallyctl: %s%s\n", e.text,
                    x->every_ms ? "; the copy stays as it was, and it is tried again" : "");
            get_free(x->get); /* a daemon that comes back may be elsewhere */
            x->get = NULL;
        }
        if (x->every_ms == 0)
            return ok ? 0 : (int)e.kind;
        wait_ms(x->every_ms);
    }
}

int ctl_export(const char *socket_path, const char *url, int argc, char **argv)
{
    struct export x = {.socket = socket_path, .url = url};
    struct err e = {0};
    int code;
    if (!read_words(&x, argc, argv)) {
        fputs("usage: tallyctl export --site DIR [--every TIME]\n"
              "TIME is as 10s or 5m\n",
              stderr);
        return ERR_USAGE;
    }
    buf_init(&x.list, PAGE_MAX);
    buf_init(&x.page, PAGE_MAX);
    x.etags = map_new(FILES_MAX, true);
    if (!x.etags)
        err_set(&e, ERR_BUG, "out of memory");
    if (!x.etags || !folder_open(x.site, LIST, &x.folder, &e)) {
        fprintf(stderr, "tallyctl: %s\n", e.text);
        code = (int)e.kind;
    } else {
        code = run(&x);
    }
    struct slice file;
    void *etag;
    for (size_t at = 0; x.etags && map_next(x.etags, &at, &file, &etag);)
        free(etag);
    map_free(x.etags);
    folder_close(x.folder);
    get_free(x.get);
    buf_done(&x.list);
    buf_done(&x.page);
    return code;
}
