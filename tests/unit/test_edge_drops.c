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

static const char *last_batch_name(const struct house *h)
{
    const char *name = "";
    for (int i = 0; i < h->n.count; i++)
        if (h->n.told[i].source == 0 && h->n.told[i].what == NEWS_BATCH)
            name = h->n.told[i].name;
    return name;
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

/* It is whole, but nobody closes it: it waited for the interval, and then for who writes to it. */
static void what_is_linked_into_its_place_is_seen(void **state)
{
    static struct house h;
    char beside[120];
    (void)state;
    open_house(&h, FAR_MS, 50);
    make_folder(&h, "drop");
    put(&h, 1);
    start(&h.n);
    poller_soon(h.n.p, 0);
    become(&h, 1);
    snprintf(beside, sizeof beside, "%s.new", h.path);
    for (int64_t i = 2; i < 5; i++) {
        int fd = open(beside, O_WRONLY | O_CREAT | O_EXCL, 0644);
        write_all(fd, body(&h, i));
        close(fd);
        if (i == 3)
            last(&h, 2); /* its last change and its linking are not of one tick */
        unlink(h.path);
        assert_int_equal(i == 4 ? symlink(beside, h.path) : link(beside, h.path), 0);
        if (i == 3)
            unlink(beside);
        become(&h, i);
        if (i == 2)
            unlink(beside);
    }
    close_house(&h);
}

static void read_file(const char *path, char *to, size_t room)
{
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    to[fread(to, 1, room - 1, f)] = '\0';
    fclose(f);
}

static void write_file(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    write_all(fd, slice_of(text));
    close(fd);
}

/* The watch stayed on the folder from before, and what was put into the new one was never heard of.
 */
static void a_link_to_a_folder_that_leads_elsewhere_is_followed(void **state)
{
    static struct house h;
    char one[100], two[100], drop[100], next[100];
    (void)state;
    open_house(&h, 300, FAR_MS);
    place(&h, "one", one);
    place(&h, "two", two);
    place(&h, "drop", drop);
    place(&h, "next", next);
    make_folder(&h, "one");
    make_folder(&h, "two");
    assert_int_equal(symlink(one, drop), 0);
    put(&h, 1);
    start(&h.n);
    become(&h, 1);
    assert_int_equal(symlink(two, next), 0);
    assert_int_equal(rename(next, drop), 0);
    put(&h, 2);
    become(&h, 2);
    h.n.source[0].interval_ms = FAR_MS; /* from the next look on, events are what there is */
    int looked = news(&h, NEWS_UNCHANGED);
    SITE_UNTIL(h.n.base, news(&h, NEWS_UNCHANGED) > looked);
    for (int64_t i = 3; i < 6; i++) {
        put(&h, i);
        become(&h, i);
    }
    assert_int_equal(news(&h, NEWS_FAILED), 0);
    close_house(&h);
}

/* Under two names it had one watch, which the later name had: the other one heard nothing. */
static void a_folder_is_heard_under_each_of_its_names(void **state)
{
    static struct house h;
    char drop[100], other[100], path[120];
    (void)state;
    open_house(&h, FAR_MS, 50);
    make_folder(&h, "drop");
    place(&h, "drop", drop);
    place(&h, "other", other);
    assert_int_equal(symlink(drop, other), 0);
    snprintf(path, sizeof path, "%s/feed.json", other);
    h.n.file[0][1] = (struct poller_file){.path = slice_of(path)};
    h.n.source[0].file_count = 2;
    put(&h, 1);
    start(&h.n);
    poller_soon(h.n.p, 0);
    SITE_UNTIL(h.n.base, news(&h, NEWS_BATCH) == 2);
    put(&h, 2);
    SITE_UNTIL(h.n.base, news(&h, NEWS_BATCH) == 4);
    put(&h, 3);
    SITE_UNTIL(h.n.base, news(&h, NEWS_BATCH) == 6);
    close_house(&h);
}

/* Half of a companion was read, and names were lost until it was asked for again. */
static void a_companion_is_never_seen_half(void **state)
{
    static struct house h;
    char names[4096], data[4096], path[100], whole[4096];
    (void)state;
    read_file("tests/samples/clarity/area-companion.xml", names, sizeof names);
    read_file("tests/samples/clarity/area.json", data, sizeof data);
    open_house(&h, FAR_MS, 20);
    make_folder(&h, "drop");
    place(&h, "data.json", path);
    write_file(path, data);
    write_file(h.path, names);
    h.n.source[0].format = SLICE("clarity");
    h.n.file[0][0] = (struct poller_file){.path = slice_of(path)};
    h.n.companion.path = slice_of(h.path);
    h.n.source[0].companions = &h.n.companion;
    h.n.source[0].companion_count = 1;
    start(&h.n);
    SITE_UNTIL(h.n.base, news(&h, NEWS_BATCH) == 1);
    snprintf(whole, sizeof whole, "%s", names);
    char *at = strstr(whole, last_batch_name(&h));
    assert_non_null(at);
    at[0] = 'Q';
    int fd = open(h.path, O_WRONLY | O_TRUNC);
    write_all(fd, slice_sub(slice_of(whole), 0, 400));
    last(&h, 10);
    assert_int_equal(news(&h, NEWS_BATCH) + news(&h, NEWS_FAILED), 1);
    write_all(fd, slice_sub(slice_of(whole), 400, strlen(whole)));
    close(fd);
    SITE_UNTIL(h.n.base, last_batch_name(&h)[0] == 'Q');
    assert_int_equal(news(&h, NEWS_BATCH) + news(&h, NEWS_FAILED), 2);
    close_house(&h);
}

/* What has happened since a storm began is known to nobody: every file is looked at. */
static void after_a_storm_of_events_all_is_looked_at(void **state)
{
    static struct house h;
    char other[100], most[20] = "";
    (void)state;
    open_house(&h, FAR_MS, 50);
    make_folder(&h, "drop");
    put(&h, 1);
    start(&h.n);
    poller_soon(h.n.p, 0);
    become(&h, 1);
    last(&h, 2); /* what is about that is heard */
    read_file("/proc/sys/fs/inotify/max_queued_events", most, sizeof most);
    place(&h, "drop/other", other);
    for (long i = strtol(most, NULL, 10) / 2 + 10; i > 0; i--) { /* two events each */
        int fd = open(other, O_WRONLY | O_CREAT, 0644);
        write_all(fd, SLICE("x"));
        close(fd);
    }
    put(&h, 2); /* of which there is no event */
    become(&h, 2);
    close_house(&h);
}

/* One that is replaced while it is read, or parsed, is looked at once more. */
static void what_is_put_during_a_poll_is_not_forgotten(void **state)
{
    static struct house h;
    (void)state;
    open_house(&h, FAR_MS, FAR_MS);
    make_folder(&h, "drop");
    start(&h.n);
    poller_soon(h.n.p, 0);
    SITE_UNTIL(h.n.base, news(&h, NEWS_FAILED) >= 2); /* it is heard of from now on */
    put(&h, 1);
    become(&h, 1);
    for (int64_t i = 2; i < 40; i += 2) {
        int coming = h.n.coming;
        put(&h, i);
        SITE_UNTIL(h.n.base, h.n.coming > coming); /* it is parsed now */
        put(&h, i + 1);
        become(&h, i + 1);
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
        cmocka_unit_test_setup_teardown(what_is_linked_into_its_place_is_seen, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_link_to_a_folder_that_leads_elsewhere_is_followed, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_folder_is_heard_under_each_of_its_names, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(after_a_storm_of_events_all_is_looked_at, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(what_is_put_during_a_poll_is_not_forgotten, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_companion_is_never_seen_half, set_up, tear_down),
        cmocka_unit_test_setup_teardown(without_events_the_interval_is_what_there_is, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
