/* SPDX-License-Identifier: ISC */
/* The writer keeps what it says it kept: through a full disk, and kill -9 at any moment. */
#include "tests/unit/sampled.h"
#include "tests/unit/writer_desk.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "daemon/base/log.h"

#define SOURCES 3

/* ---- a full disk ---- */

static void limit_files(rlim_t bytes)
{
    struct rlimit l;
    getrlimit(RLIMIT_FSIZE, &l);
    l.rlim_cur = bytes;
    setrlimit(RLIMIT_FSIZE, &l);
}

/* Several attempts, none of which may be answered. */
static void nothing_is_done(struct desk *d)
{
    run_for(d, 400000);
    assert_int_equal(d->done, 0);
}

/* Nothing can be written, then something can again: what waited is kept, in order, and only then
 * answered. */
static void test_a_full_disk_is_waited_out(void **state)
{
    struct desk *d = *state;
    struct ticket tickets[] = {{.letter = 'a'}, {.letter = 'b'}, {.letter = 'c'}};
    struct payload *p = payload_of("x", 300000);
    struct writer_file file = file_of("clarity", p, false, 1);
    signal(SIGXFSZ, SIG_IGN);
    open_desk(d);
    limit_files(1);
    for (int i = 0; i < 3; i++) {
        struct writer_claim c = claim_of(i + 1);
        submit(d,
               &(struct writer_job){
                   .claims = &c, .claim_count = 1, .files = &file, .file_count = i == 0},
               &tickets[i]);
    }
    payload_free(p);
    nothing_is_done(d);
    limit_files(RLIM_INFINITY);
    until_done(d, 3);
    assert_memory_equal(d->order, "abc", 3);
    assert_int_equal(d->refused, 0);
    close_desk(d, 10000);
    open_desk(d);
    assert_int_equal(d->loaded.claim_count, 3);
    assert_int_equal(d->loaded.file_count, 1);
    check_pairs(d);
    close_desk(d, 1000);
}

/* A reload reads what is on disk again: what waits for a full disk must be there before it does. */
static void test_a_barrier_waits_for_rows_that_find_no_room(void **state)
{
    struct desk *d = *state;
    struct ticket c = {.letter = 'c'}, n = {.letter = 'n'};
    struct writer_claim one = claim_of(1);
    signal(SIGXFSZ, SIG_IGN);
    open_desk(d);
    limit_files(1);
    submit(d, &(struct writer_job){.claims = &one, .claim_count = 1}, &c);
    submit(d, &(struct writer_job){.epoch = 0}, &n);
    nothing_is_done(d);
    limit_files(RLIM_INFINITY);
    until_done(d, 2);
    assert_memory_equal(d->order, "cn", 2);
    close_desk(d, 10000);
}

/* Calls do not wait for a payload that finds no room; whoever waits for the payload is told. */
static void test_calls_pass_a_large_payload(void **state)
{
    struct desk *d = *state;
    struct ticket c = {.letter = 'c'}, b = {.letter = 'b'};
    struct payload *old = payload_of("old", 100), *p = payload_of("x", 1 << 20);
    struct writer_file before = file_of("clarity", old, false, 1),
                       file = file_of("clarity", p, false, 2);
    struct writer_claim one = claim_of(1);
    signal(SIGXFSZ, SIG_IGN);
    open_desk(d);
    submit(d, &(struct writer_job){.files = &before, .file_count = 1}, &b);
    until_done(d, 1);
    limit_files(512 << 10); /* of a file: the database has room */
    submit(d,
           &(struct writer_job){.claims = &one, .claim_count = 1, .files = &file, .file_count = 1},
           &c);
    submit(d, &(struct writer_job){.epoch = 0}, &b);
    until_done(d, 3);
    assert_memory_equal(d->order, "bcb", 3);
    assert_int_equal(d->refused, 1);
    assert_non_null(strstr(d->text, "could not be written"));
    close_desk(d, 10);
    limit_files(RLIM_INFINITY);
    open_desk(d);
    assert_int_equal(d->loaded.claim_count, 1);
    assert_int_equal(d->loaded.file_count, 1);
    assert_true(
        digest_eq(d->loaded.files[0].digest, before.digest)); /* the last good one still is */
    check_pairs(d);
    payload_free(old);
    payload_free(p);
    close_desk(d, 1000);
}

/* ---- kill -9 ---- */

/* In the child: claims with payloads, one after the other; each done is told through the pipe. */
struct child {
    struct desk *d;
    int pipe;
    int64_t number;
};

static void submit_next(struct child *c);

static void on_child_done(bool ok, const char *text, void *ctx)
{
    struct child *c = ctx;
    int64_t number = c->number++;
    (void)text;
    if (!ok || write(c->pipe, &number, sizeof number) != sizeof number)
        _exit(1);
    submit_next(c);
}

static void submit_next(struct child *c)
{
    char fill[32];
    struct err e = {0};
    snprintf(fill, sizeof fill, "payload %lld ", (long long)c->number);
    struct payload *p = payload_of(fill, 200 + (size_t)(c->number * 7919 % 60000));
    struct writer_claim claim = claim_of(c->number);
    char source[24];
    snprintf(source, sizeof source, "s%lld", (long long)c->number % SOURCES);
    struct writer_file file = file_of(source, p, c->number % 5 == 4, c->number);
    struct writer_event event = {
        .id = slice_of(fill), .channel = SLICE("calls:GA"), .data = SLICE("{}")};
    struct writer_job job = {.claims = &claim,
                             .claim_count = 1,
                             .files = &file,
                             .file_count = 1,
                             .events = &event,
                             .event_count = 1};
    bool ok = writer_submit(c->d->writer, &job, on_child_done, c, &e);
    payload_free(p);
    if (!ok)
        _exit(1);
}

static void live_and_die(struct desk *d, int pipe)
{
    struct child c = {.d = d, .pipe = pipe};
    struct err e = {0};
    alarm(60); /* never an orphan */
    if (!try_open(d, &e))
        _exit(2);
    c.number =
        d->loaded.claim_count > 0 ? d->loaded.claims[d->loaded.claim_count - 1].number + 1 : 1;
    submit_next(&c);
    loop_run(d->base);
    _exit(3);
}

/* How long until it dies varies, so that every step is hit. */
static void kill_after(pid_t pid, int round, int fd, int64_t *acknowledged)
{
    const int64_t life_us = 500 + (int64_t)round * 1709 % 40000;
    int64_t end = timer_now_us() + (round % 4 == 0 ? life_us : PATIENCE_US);
    bool began = round % 4 == 0; /* else it dies that long after its first word */
    int64_t number, left;
    fcntl(fd, F_SETFL, O_NONBLOCK);
    while ((left = end - timer_now_us()) > 0) {
        struct pollfd word = {.fd = fd, .events = POLLIN};
        const struct timespec until = {left / 1000000, left % 1000000 * 1000};
        ppoll(&word, 1, &until, NULL);
        ssize_t n = read(fd, &number, sizeof number);
        if (n == 0)
            break;
        if (n != (ssize_t)sizeof number)
            continue;
        *acknowledged = number;
        if (!began)
            end = timer_now_us() + life_us;
        began = true;
    }
    kill(pid, SIGKILL);
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    while (read(fd, &number, sizeof number) == (ssize_t)sizeof number)
        *acknowledged = number;
}

static void test_kill_at_any_moment(void **state)
{
    struct desk *d = *state;
    int64_t acknowledged = 0;
    for (int round = 0; round < 60; round += every()) {
        int pipes[2];
        assert_int_equal(pipe(pipes), 0);
        pid_t pid = fork();
        if (pid == 0) {
            close(pipes[0]);
            live_and_die(d, pipes[1]);
        }
        close(pipes[1]);
        kill_after(pid, round, pipes[0], &acknowledged);
        close(pipes[0]);

        open_desk(d);
        size_t n = d->loaded.claim_count;
        assert_true((int64_t)n >= acknowledged);
        assert_int_equal(d->loaded.event_count, n);
        for (size_t i = 0; i < n; i++) /* none is missing in between */
            assert_int_equal(d->loaded.claims[i].number, (int64_t)i + 1);
        check_pairs(d);
        close_desk(d, 1000);
    }
    assert_true(acknowledged * every() > 30); /* it did live in between */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define DESK(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
        DESK(test_a_full_disk_is_waited_out),
        DESK(test_a_barrier_waits_for_rows_that_find_no_room),
        DESK(test_calls_pass_a_large_payload),
        DESK(test_kill_at_any_moment),
    };
    log_start(LOG_LEVEL_ERROR - 1, 0);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
