/* SPDX-License-Identifier: ISC */
/* The archive: written behind everything else, read again as it was, cut to its size, and never in
 * anybody's way. */
#include "tests/unit/writer_desk.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "daemon/edge/archive.h"

struct shelf {
    struct desk *d;
    char path[128];
};

static struct shelf shelf_of(struct desk *d)
{
    struct shelf s = {.d = d};
    snprintf(s.path, sizeof s.path, "%s-archive", d->directory);
    return s;
}

static void record_to(struct shelf *s, int64_t keep)
{
    struct err e = {0};
    assert_true(writer_record_to(s->d->writer, s->path, keep, &e));
}

static struct archive_row row_at(int64_t second, struct payload *p)
{
    struct archive_row r = {.received_ms = 1604448000000 + second * 1000,
                            .source = SLICE("county"),
                            .file = SLICE("detail"),
                            .what = p ? ARCHIVE_PAYLOAD : ARCHIVE_UNCHANGED,
                            .verdict = SLICE("accepted"),
                            .etag = SLICE("\"a\tb\""),
                            .url = SLICE("https://x/{credential:key}")};
    if (p) {
        r.digest = payload_digest(p);
        r.bytes = (int64_t)payload_bytes(p).len;
        r.status = 200;
    }
    return r;
}

static void put(struct shelf *s, int64_t second, struct payload *p)
{
    struct archive_row r = row_at(second, p);
    writer_record(s->d->writer, &r, p);
}

/* Bytes that cannot be made smaller. */
static struct payload *noise(unsigned seed, size_t len)
{
    struct err e = {0};
    struct payload *p = payload_new(1 << 22, &e);
    char *bytes = malloc(len);
    assert_non_null(p);
    for (size_t i = 0; i < len; i++)
        bytes[i] = (char)((seed = seed * 1103515245 + 12345) >> 16);
    assert_true(payload_append(p, (struct slice){bytes, len}, &e));
    payload_finish(p);
    free(bytes);
    return p;
}

static void wait_recorded(struct shelf *s, int64_t n)
{
    struct writer_recording r;
    int64_t end = timer_now_us() + PATIENCE_US;
    do {
        assert_true(timer_now_us() < end);
        run_for(s->d, 1000);
        writer_recording(s->d->writer, &r);
    } while (r.recorded < n || r.waiting > 0);
}

static struct archive read_all(struct shelf *s, struct arena *a)
{
    struct err e = {0};
    struct archive all = {0};
    if (!archive_read(s->path, a, &all, &e))
        fail_msg("%s", e.text);
    return all;
}

static bool there(struct shelf *s, struct digest d)
{
    struct err e = {0};
    struct payload *p = archive_payload(s->path, d, 1 << 22, &e);
    payload_free(p);
    return p != NULL;
}

static void throw_away(struct shelf *s)
{
    char command[200];
    snprintf(command, sizeof command, "rm -rf '%s'", s->path);
    assert_int_equal(system(command), 0);
}

static void test_what_is_recorded_is_read_again(void **state)
{
    struct shelf s = shelf_of(*state);
    struct arena *a = arena_new(1 << 20);
    struct payload *one = payload_of("one", 300000), *two = payload_of("two", 0);
    struct err e = {0};
    open_desk(s.d);
    record_to(&s, 1 << 26);
    put(&s, 2, one);
    put(&s, 1, NULL); /* the clock was set back */
    put(&s, 90000, two);
    put(&s, 90001, one); /* it is there already */
    wait_recorded(&s, 4);
    close_desk(s.d, 5000);
    struct archive all = read_all(&s, a);
    assert_int_equal(all.count, 4);
    assert_int_equal(all.torn, 0);
    assert_int_equal(all.rows[0]->what, ARCHIVE_UNCHANGED);
    assert_false(archive_has_payload(all.rows[0]));
    assert_true(slice_is(all.rows[1]->etag, "\"a b\"")); /* no field ends early */
    assert_true(slice_is(all.rows[1]->url, "https://x/{credential:key}"));
    assert_int_equal(all.rows[1]->status, 200);
    assert_int_equal(all.rows[3]->received_ms, 1604448000000 + 90001000);
    struct payload *again = archive_payload(s.path, all.rows[3]->digest, 1 << 20, &e);
    assert_non_null(again);
    assert_true(slice_eq(payload_bytes(again), payload_bytes(one)));
    payload_free(again);
    assert_null(archive_payload(s.path, all.rows[3]->digest, 1000, &e)); /* over the cap */
    payload_free(one);
    payload_free(two);
    throw_away(&s);
    arena_free(a);
}

/* A line that a crash tore costs itself, and not the one behind it. */
static void test_a_torn_line_costs_itself(void **state)
{
    struct shelf s = shelf_of(*state);
    struct arena *a = arena_new(1 << 20);
    char table[200];
    open_desk(s.d);
    record_to(&s, 1 << 26);
    put(&s, 1, NULL);
    wait_recorded(&s, 1);
    close_desk(s.d, 5000);
    snprintf(table, sizeof table, "%s/2020-11-04.tsv", s.path);
    int fd = open(table, O_WRONLY | O_APPEND);
    assert_int_equal(write(fd, "2020-11-04T00:00:02.000Z\tcoun", 29), 29);
    close(fd);
    open_desk(s.d);
    record_to(&s, 1 << 26);
    put(&s, 3, NULL);
    wait_recorded(&s, 1);
    close_desk(s.d, 5000);
    struct archive all = read_all(&s, a);
    assert_int_equal(all.count, 2);
    assert_int_equal(all.torn, 1);
    throw_away(&s);
    arena_free(a);
}

/* Whoever opened it waited for somebody to write to it, for ever. */
static void test_what_is_no_file_is_said_and_not_waited_for(void **state)
{
    struct shelf s = shelf_of(*state);
    struct err e = {0};
    struct digest d = {.hi = 1, .lo = 2};
    char folder[200], path[300], name[ARCHIVE_NAME];
    archive_payload_name(d, name);
    snprintf(folder, sizeof folder, "%s/payloads", s.path);
    snprintf(path, sizeof path, "%s/%s", folder, name);
    assert_int_equal(mkdir(s.path, 0700), 0);
    assert_int_equal(mkdir(folder, 0700), 0);
    assert_int_equal(mkfifo(path, 0600), 0);
    alarm(20);
    assert_null(archive_payload(s.path, d, 1 << 20, &e));
    assert_non_null(strstr(e.text, "not a regular file"));
    snprintf(path, sizeof path, "%s/2020-11-04.tsv", s.path);
    assert_int_equal(mkfifo(path, 0600), 0);
    struct arena *a = arena_new(1 << 20);
    struct archive all;
    assert_false(archive_read(s.path, a, &all, &e));
    assert_non_null(strstr(e.text, "not a regular file"));
    alarm(0);
    arena_free(a);
    throw_away(&s);
}

/* The oldest go first, not one that came again since, and never what restart begins with. */
static void test_the_oldest_go_and_never_the_last_good_one(void **state)
{
    enum { N = 12 };
    struct shelf s = shelf_of(*state);
    struct payload *good = noise(1, 200000), *others[N];
    struct writer_file file = {.source = SLICE("county"),
                               .file = SLICE("detail"),
                               .held = WRITER_WHOLE,
                               .payload = good,
                               .digest = payload_digest(good)};
    struct err e = {0};
    int64_t recorded = 0;
    open_desk(s.d);
    record_to(&s, 1 << 20);
    assert_true(writer_submit(s.d->writer, &(struct writer_job){.files = &file, .file_count = 1},
                              NULL, NULL, &e));
    put(&s, 0, good);
    for (int i = 0; i < N; i++) {
        others[i] = noise((unsigned)i + 2, 200000);
        put(&s, i + 1, others[i]);
        if (i == 2)
            put(&s, i + 1, others[0]); /* again */
        recorded += 1 + (i == 2);
        wait_recorded(&s, recorded + 1);
        usleep(15000); /* the age of a file has the grain of the kernel's clock */
    }
    struct writer_recording r;
    writer_recording(s.d->writer, &r);
    assert_true(r.bytes <= (1 << 20) + 201000);
    assert_true(there(&s, payload_digest(good)));
    assert_true(there(&s, payload_digest(others[N - 1])));
    assert_false(there(&s, payload_digest(others[1])));
    close_desk(s.d, 5000);
    for (int i = 0; i < N; i++)
        payload_free(others[i]);
    payload_free(good);
    throw_away(&s);
}

/* A disk that somebody else fills took all that was recorded, to no avail. */
static void test_nothing_goes_where_that_makes_no_room(void **state)
{
    struct shelf s = shelf_of(*state);
    struct payload *old[2] = {noise(1, 200000), noise(2, 200000)}, *good = noise(3, 1300000);
    struct writer_file file = {.source = SLICE("county"),
                               .file = SLICE("detail"),
                               .held = WRITER_WHOLE,
                               .payload = good,
                               .digest = payload_digest(good)};
    struct writer_recording r;
    struct err e = {0};
    int64_t end = timer_now_us() + PATIENCE_US;
    open_desk(s.d);
    record_to(&s, 1 << 20);
    for (int i = 0; i < 2; i++)
        put(&s, i, old[i]);
    assert_true(writer_submit(s.d->writer, &(struct writer_job){.files = &file, .file_count = 1},
                              NULL, NULL, &e));
    wait_recorded(&s, 2);
    put(&s, 2, good);
    do {
        assert_true(timer_now_us() < end);
        run_for(s.d, 1000);
        writer_recording(s.d->writer, &r);
    } while (r.why[0] == '\0');
    for (int i = 0; i < 2; i++)
        assert_true(there(&s, payload_digest(old[i])));
    assert_true(there(&s, payload_digest(good)));
    close_desk(s.d, 5000);
    for (int i = 0; i < 2; i++)
        payload_free(old[i]);
    payload_free(good);
    throw_away(&s);
}

/* Where it cannot be written nothing else waits, and it goes on once it can. */
static void test_a_broken_archive_is_in_nobodys_way(void **state)
{
    struct shelf s = shelf_of(*state);
    struct writer_recording r;
    struct payload *one = payload_of("one", 1000);
    struct arena *a = arena_new(1 << 20);
    int64_t end = timer_now_us() + PATIENCE_US;
    close(open(s.path, O_WRONLY | O_CREAT, 0600)); /* a file where the directory should be */
    open_desk(s.d);
    record_to(&s, 1 << 26);
    put(&s, 1, one);
    do {
        assert_true(timer_now_us() < end);
        run_for(s.d, 1000);
        writer_recording(s.d->writer, &r);
    } while (r.why[0] == '\0');
    assert_int_equal(r.waiting, 1);
    unlink(s.path);
    wait_recorded(&s, 1);
    writer_recording(s.d->writer, &r);
    assert_string_equal(r.why, "");
    assert_int_equal(r.lost, 0);
    assert_int_equal(read_all(&s, a).count, 1);
    throw_away(&s);
    close(open(s.path, O_WRONLY | O_CREAT, 0600));
    close_desk(s.d, 5000);
    open_desk(s.d); /* and the end does not wait for it either */
    record_to(&s, 1 << 26);
    put(&s, 2, one);
    int64_t began = timer_now_us();
    close_desk(s.d, 20000);
    assert_true(timer_now_us() - began < 15000000);
    payload_free(one);
    throw_away(&s);
    arena_free(a);
}

/* Another disk may be in its place: what was open of the old one is let go. */
static void test_where_an_archive_was_taken_away_it_is_begun_anew(void **state)
{
    struct shelf s = shelf_of(*state);
    struct payload *one = payload_of("one", 1000), *two = payload_of("two", 1000);
    struct arena *a = arena_new(1 << 20);
    open_desk(s.d);
    record_to(&s, 1 << 26);
    put(&s, 1, one);
    wait_recorded(&s, 1);
    throw_away(&s);
    put(&s, 2, two);
    wait_recorded(&s, 2);
    close_desk(s.d, 5000);
    assert_int_equal(read_all(&s, a).count, 1);
    assert_true(there(&s, payload_digest(two)));
    payload_free(one);
    payload_free(two);
    throw_away(&s);
    arena_free(a);
}

/* What finds no room in the queue is counted, and the memory is not held. */
static void test_more_than_it_can_take_is_left_out(void **state)
{
    struct shelf s = shelf_of(*state);
    struct writer_recording r;
    struct payload *big = noise(1, 4000000);
    close(open(s.path, O_WRONLY | O_CREAT, 0600));
    open_desk(s.d);
    record_to(&s, 1 << 26);
    for (int i = 0; i < 100; i++)
        put(&s, i, big);
    writer_recording(s.d->writer, &r);
    assert_true(r.lost > 20 && r.lost < 50);
    close_desk(s.d, 5000);
    payload_free(big);
    throw_away(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_what_is_recorded_is_read_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_torn_line_costs_itself, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_what_is_no_file_is_said_and_not_waited_for, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_the_oldest_go_and_never_the_last_good_one, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_nothing_goes_where_that_makes_no_room, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_a_broken_archive_is_in_nobodys_way, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_where_an_archive_was_taken_away_it_is_begun_anew,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_more_than_it_can_take_is_left_out, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
