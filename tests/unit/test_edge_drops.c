/* SPDX-License-Identifier: ISC */
/* Files that are put down for us: when they are looked at, and that no half of one is ever taken.
 */
#include "tests/unit/poller_night.h"

#include <fcntl.h>
#include <sys/stat.h>

#define FAR_MS 600000 /* an interval that no test waits for */

struct house {
    struct night n;
    char dir[60], path[100];
    struct buf body;
};

static void open_house(struct house *h, int64_t interval_ms, int64_t settle_ms)
{
    snprintf(h->dir, sizeof h->dir, "/tmp/tallyd-test-XXXXXX");
    assert_non_null(mkdtemp(h->dir));
    snprintf(h->path, sizeof h->path, "%s/drop/feed.json", h->dir);
    begin(&h->n);
    buf_init(&h->body, MAX_BODY);
    h->n.set.settle_ms = settle_ms;
    add_source(&h->n, "file", "")->interval_ms = interval_ms;
    h->n.file[0][0] = (struct poller_file){.path = slice_of(h->path)};
    add_source(&h->n, "clock", "/data"); /* it is asked all the time: so long something lasts */
}

static void place(const struct house *h, const char *name, char out[100])
{
    snprintf(out, 100, "%s/%s", h->dir, name);
}

static void make_folder(const struct house *h, const char *name)
{
    char path[100];
    place(h, name, path);
    assert_int_equal(mkdir(path, 0755), 0);
}

static void close_house(struct house *h)
{
    char line[120];
    end(&h->n);
    buf_done(&h->body);
    snprintf(line, sizeof line, "rm -r %s", h->dir);
    FILE *rm = popen(line, "r");
    assert_non_null(rm);
    assert_int_equal(pclose(rm), 0);
}

static void write_all(int fd, struct slice bytes)
{
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes.ptr, bytes.len), bytes.len);
}

static struct slice body(struct house *h, int64_t votes)
{
    ap_body(&h->body, votes, 1000);
    return buf_slice(&h->body);
}

/* As every careful writer does it. */
static void put(struct house *h, int64_t votes)
{
    char beside[120];
    snprintf(beside, sizeof beside, "%s.new", h->path);
    int fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    write_all(fd, body(h, votes));
    close(fd);
    assert_int_equal(rename(beside, h->path), 0);
}

/* Of the file alone. */
static int news(const struct house *h, int what)
{
    int count = 0;
    for (int i = 0; i < h->n.count; i++)
        count += h->n.told[i].source == 0 && h->n.told[i].what == what;
    return count;
}

static int64_t votes(const struct house *h)
{
    int64_t last = 0;
    for (int i = 0; i < h->n.count; i++)
        if (h->n.told[i].source == 0 && h->n.told[i].what == NEWS_BATCH)
            last = h->n.told[i].votes;
    return last;
}

/* So many polls of the other source: some 20 ms each. */
static void last(struct house *h, int polls)
{
    int before = h->n.count - news(h, NEWS_BATCH) - news(h, NEWS_FAILED) - news(h, NEWS_UNCHANGED);
    SITE_UNTIL(h->n.base,
               h->n.count - news(h, NEWS_BATCH) - news(h, NEWS_FAILED) - news(h, NEWS_UNCHANGED) >=
                   before + polls);
}

static void become(struct house *h, int64_t wanted)
{
    SITE_UNTIL(h->n.base, votes(h) == wanted);
}

static void a_rename_is_seen_at_once(void **state)
{
    static struct house h;
    (void)state;
    open_house(&h, FAR_MS, FAR_MS);
    make_folder(&h, "drop");
    put(&h, 1);
    struct timespec old[2] = {{.tv_sec = 1}, {.tv_sec = 1}}; /* it has lain there for long */
    assert_int_equal(utimensat(AT_FDCWD, h.path, old, 0), 0);
    start(&h.n);
    poller_soon(h.n.p, 0);
    become(&h, 1);
    for (int64_t i = 2; i < 6; i++) {
        put(&h, i);
        become(&h, i);
    }
    unlink(h.path);
    put(&h, 7); /* made anew */
    become(&h, 7);
    assert_int_equal(news(&h, NEWS_FAILED), 0);
    close_house(&h);
}

static void a_slow_writer_is_never_seen_half(void **state)
{
    static struct house h;
    (void)state;
    open_house(&h, FAR_MS, 20);
    make_folder(&h, "drop");
    put(&h, 1);
    start(&h.n);
    poller_soon(h.n.p, 0);
    become(&h, 1);
    int fd = open(h.path, O_WRONLY | O_TRUNC);
    struct slice bytes = body(&h, 2);
    write_all(fd, slice_sub(bytes, 0, bytes.len / 2));
    last(&h, 10); /* much longer than it settles */
    poller_soon(h.n.p, 0);
    last(&h, 10);
    assert_int_equal(news(&h, NEWS_BATCH) + news(&h, NEWS_FAILED), 1);
    write_all(fd, slice_sub(bytes, bytes.len / 2, bytes.len));
    last(&h, 5);
    assert_int_equal(news(&h, NEWS_BATCH) + news(&h, NEWS_FAILED), 1);
    close(fd);
    become(&h, 2);
    assert_int_equal(news(&h, NEWS_FAILED), 0);
    close_house(&h);
}

static void who_writes_in_pieces_is_waited_for(void **state)
{
    static struct house h;
    (void)state;
    open_house(&h, FAR_MS, 2000);
    make_folder(&h, "drop");
    start(&h.n);
    struct slice bytes = body(&h, 3);
    for (size_t i = 0; i < 10; i++) { /* each closes it again */
        int fd = open(h.path, O_WRONLY | O_CREAT | O_APPEND, 0644);
        write_all(fd, slice_sub(bytes, bytes.len * i / 10, bytes.len * (i + 1) / 10));
        close(fd);
        if (i == 0)
            poller_soon(h.n.p, 0);
        last(&h, 1);
    }
    become(&h, 3);
    assert_int_equal(news(&h, NEWS_FAILED) + news(&h, NEWS_BATCH), 1);
    close_house(&h);
}

static void a_folder_that_comes_later_is_heard_too(void **state)
{
    static struct house h;
    char away[100], drop[100];
    (void)state;
    open_house(&h, FAR_MS, FAR_MS);
    start(&h.n);
    poller_soon(h.n.p, 0);
    SITE_UNTIL(h.n.base, news(&h, NEWS_FAILED) >= 2); /* it backs off, and looks again */
    make_folder(&h, "drop");
    int failed = news(&h, NEWS_FAILED);
    SITE_UNTIL(h.n.base, news(&h, NEWS_FAILED) > failed + 1);
    put(&h, 1);
    become(&h, 1);
    put(&h, 2);
    become(&h, 2);
    place(&h, "drop", drop); /* another takes its place */
    place(&h, "away", away);
    failed = news(&h, NEWS_FAILED);
    assert_int_equal(rename(drop, away), 0);
    SITE_UNTIL(h.n.base, news(&h, NEWS_FAILED) > failed);
    make_folder(&h, "drop");
    failed = news(&h, NEWS_FAILED);
    SITE_UNTIL(h.n.base, news(&h, NEWS_FAILED) > failed + 1);
    put(&h, 3);
    become(&h, 3);
    close_house(&h);
}

/* A link to elsewhere, as a file system of another machine, sends no events. */
static void without_events_the_interval_is_what_there_is(void **state)
{
    static struct house h;
    char real[100];
    (void)state;
    open_house(&h, 100, 100);
    make_folder(&h, "drop");
    make_folder(&h, "elsewhere");
    place(&h, "elsewhere/real.json", real);
    assert_int_equal(symlink(real, h.path), 0);
    start(&h.n);
    for (int64_t i = 1; i < 4; i++) {
        char beside[110];
        snprintf(beside, sizeof beside, "%s.new", real);
        int fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC, 0644);
        write_all(fd, body(&h, i));
        close(fd);
        assert_int_equal(rename(beside, real), 0);
        become(&h, i);
    }
    close_house(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_rename_is_seen_at_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_slow_writer_is_never_seen_half, set_up, tear_down),
        cmocka_unit_test_setup_teardown(who_writes_in_pieces_is_waited_for, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_folder_that_comes_later_is_heard_too, set_up, tear_down),
        cmocka_unit_test_setup_teardown(without_events_the_interval_is_what_there_is, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
