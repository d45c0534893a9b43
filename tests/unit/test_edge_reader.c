/* SPDX-License-Identifier: ISC */
/* What changes while it is read is neither the old nor the new. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "daemon/edge/payload.h"
#include "daemon/edge/reader.h"
#include "daemon/edge/timer.h"
#include "tests/unit/site.h"

static char path[60];
static atomic_int rewrites; /* how many more times it is changed under whoever reads it */
static int done;

static void write_file(const char *text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
}

static bool is_ours(int fd)
{
    struct stat a, b;
    return fstat(fd, &a) == 0 && stat(path, &b) == 0 && a.st_dev == b.st_dev &&
           a.st_ino == b.st_ino;
}

/* In place of the library's: somebody writes when the first bytes of the file have been read. */
ssize_t read(int fd, void *to, size_t room)
{
    bool first = path[0] != '\0' && is_ours(fd) && lseek(fd, 0, SEEK_CUR) == 0;
    if (!first || atomic_load(&rewrites) == 0)
        return syscall(SYS_read, fd, to, room);
    ssize_t n = syscall(SYS_read, fd, to, room > 6 ? 6 : room);
    write_file(atomic_fetch_sub(&rewrites, 1) == 2 ? "the second" : "the third, and longer");
    return n;
}

static void on_done(struct read_job *job)
{
    (void)job;
    done++;
}

static void read_once(struct event_base *base, struct reader *r, struct read_job *job)
{
    int before = done;
    reader_submit(r, job);
    SITE_UNTIL(base, done > before);
}

static void test_what_changes_while_it_is_read_is_not_taken(void **state)
{
    struct event_base *base = loop_new();
    struct read_job job = {
        .path = path, .cap = 1000, .settle_ms = 1, .at_once = true, .done = on_done};
    struct err e;
    (void)state;
    snprintf(path, sizeof path, "/tmp/tallyd-test-XXXXXX");
    close(mkstemp(path));
    write_file("first, whole");
    struct reader *r = reader_new(base, &e);
    assert_non_null(r);
    atomic_store(&rewrites, 2);
    for (int left = 1; left >= 0; left--) {
        read_once(base, r, &job);
        assert_null(job.payload);
        assert_non_null(strstr(job.err.text, "changed while it was read"));
        assert_true(job.again_ms > 0); /* so it is looked at once more, soon */
        assert_int_equal(atomic_load(&rewrites), left);
    }
    read_once(base, r, &job);
    assert_non_null(job.payload);
    assert_true(slice_is(payload_bytes(job.payload), "the third, and longer"));
    payload_free(job.payload);
    reader_free(r);
    loop_free(base);
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_changes_while_it_is_read_is_not_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
