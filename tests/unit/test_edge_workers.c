/* SPDX-License-Identifier: ISC */
/* Workers against real processes: what a parser process does wrong costs its own payload and
 * nothing else. The misbehaving parsers are tests/hostile/drivers.c; TALLY_PARSE and
 * TALLY_PARSE_HOSTILE name other programs to test. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include <dirent.h>
#include <event2/event.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "daemon/base/buf.h"
#include "daemon/base/log.h"
#include "daemon/edge/workers.h"
#include "tests/unit/sampled.h"

#define MAX_BODY ((size_t)64 << 20)
#define PATIENCE_S 60 /* for anything that must happen: ten times what the slowest needs */

static const struct workers_settings usual = {
    .count = 4, .spares = 2, .memory = INT64_C(256) << 20, .cpu_ms = 5000, .wall_after_ms = 5000};

struct night {
    struct event_base *base;
    struct workers *w;
    size_t done;
};

static void on_done(struct work *work, void *ctx)
{
    struct night *n = ctx;
    (void)work;
    n->done++;
    event_base_loopbreak(n->base);
}

static void on_patience(evutil_socket_t fd, short what, void *ctx)
{
    (void)fd, (void)what, (void)ctx;
    fail_msg("nothing came within %d s", PATIENCE_S);
}

/* Run the loop until that many works are done in all. */
static void until(struct night *n, size_t done)
{
    struct timeval tv = {PATIENCE_S, 0};
    struct event *patience = evtimer_new(n->base, on_patience, n);
    event_add(patience, &tv);
    while (n->done < done)
        event_base_dispatch(n->base);
    event_free(patience);
}

static void on_tick(evutil_socket_t fd, short what, void *ctx)
{
    (void)fd, (void)what;
    event_base_loopbreak(ctx);
}

/* Run the loop for a moment. */
static void turn(struct night *n, int ms)
{
    struct timeval tv = {ms / 1000, ms % 1000 * 1000};
    event_base_once(n->base, -1, EV_TIMEOUT, on_tick, n->base, &tv);
    event_base_dispatch(n->base);
}

static void begin(struct night *n, const char *variable, const char *otherwise,
                  struct workers_settings set)
{
    struct err e;
    *n = (struct night){.base = event_base_new()};
    set.program = getenv(variable) != NULL ? getenv(variable) : otherwise;
    n->w = workers_new(n->base, &set, &e);
    if (n->w == NULL)
        fail_msg("%s", e.text);
}

static void begin_hostile(struct night *n, struct workers_settings set)
{
    begin(n, "TALLY_PARSE_HOSTILE", "build/tests/tally-parse-hostile", set);
}

static void begin_real(struct night *n, struct workers_settings set)
{
    begin(n, "TALLY_PARSE", "build/tally-parse", set);
}

static void end(struct night *n)
{
    workers_free(n->w);
    event_base_free(n->base);
}

static struct payload *payload_with(struct slice bytes, bool whole)
{
    struct err e;
    struct payload *p = payload_new(MAX_BODY, &e);
    if (p == NULL || !payload_append(p, bytes, &e))
        fail_msg("%s", e.text);
    if (whole)
        payload_finish(p);
    return p;
}

static struct work work_of(struct night *n, const char *format, const char *options,
                           const struct payload *p)
{
    return (struct work){.format = slice_of(format),
                         .options = slice_of(options),
                         .payload = p,
                         .done = on_done,
                         .ctx = n};
}

static enum wire_failure run(struct night *n, struct work *work)
{
    workers_submit(n->w, work);
    until(n, n->done + 1);
    return work->failure;
}

/* The `good` driver's batch of these bytes, and no other. */
static void check_good(const struct work *work, struct slice bytes)
{
    const struct results *r = &work->results;
    assert_int_equal(work->failure, WIRE_OK);
    assert_int_equal(r->head->contests, 1);
    assert_true(slice_eq(results_text(r, r->contests[0].id), slice_sub(bytes, 0, 40)));
    assert_true(slice_eq(results_text(r, r->contests[0].text), SLICE("Dog Catcher")));
    assert_int_equal(results_cell(r, &r->contests[0], 0, 0)->votes, (int64_t)bytes.len);
}

static void serve_good(struct night *n, const char *text)
{
    struct payload *p = payload_with(slice_of(text), true);
    struct work work = work_of(n, "good", NULL, p);
    run(n, &work);
    check_good(&work, slice_of(text));
    work_done(&work);
    payload_free(p);
}

static size_t open_descriptors(void)
{
    size_t count = 0;
    DIR *d = opendir("/proc/self/fd");
    while (readdir(d) != NULL)
        count++;
    closedir(d);
    return count;
}

/* ---- payloads ---- */

static void payload_holds_what_is_appended(void **state)
{
    (void)state;
    struct err e;
    struct payload *p = payload_new(200000, &e);
    struct slice before = payload_bytes(p);
    char block[70000];
    memset(block, 'x', sizeof block);
    assert_true(payload_append(p, SLICE("abc"), &e));
    assert_true(payload_append(p, (struct slice){block, sizeof block}, &e));
    assert_true(payload_append(p, (struct slice){block, sizeof block}, &e));
    assert_false(payload_append(p, (struct slice){block, sizeof block}, &e));
    assert_int_equal(e.kind, ERR_DATA);
    struct slice now = payload_bytes(p);
    assert_ptr_equal(before.ptr, now.ptr);
    assert_int_equal(now.len, 3 + 2 * sizeof block);
    assert_memory_equal(now.ptr, "abcxxx", 6);
    for (size_t i = 0; i < WIRE_PADDING; i++)
        assert_int_equal(now.ptr[now.len + i], 0);
    /* exactly to the cap, padding and all */
    assert_true(payload_append(p, (struct slice){block, 200000 - now.len}, &e));
    assert_int_equal(payload_bytes(p).ptr[200000 + WIRE_PADDING - 1], 0);
    assert_true(digest_eq(payload_digest(p), digest_of(payload_bytes(p))));
    payload_free(p);
}

/* Even its owner's process cannot change it through any descriptor: whatever a worker got hold of.
 */
static void payload_cannot_be_written_through_a_descriptor(void **state)
{
    (void)state;
    struct err e;
    struct payload *p = payload_with(SLICE("votes"), false);
    int fd = payload_reader(p, &e);
    char path[64];
    assert_true(fd >= 0);
    assert_int_equal(fcntl(fd, F_GETFL) & O_ACCMODE, O_RDONLY);
    assert_int_equal(pwrite(fd, "x", 1, 0), -1);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    int again = open(path, O_RDWR | O_CLOEXEC);
    assert_int_equal(pwrite(again, "x", 1, 0), -1);
    assert_int_equal(ftruncate(again, 1), -1);
    assert_ptr_equal(mmap(NULL, 4096, PROT_WRITE, MAP_SHARED, again, 0), MAP_FAILED);
    assert_true(payload_append(p, SLICE("!"), &e));
    assert_true(slice_is(payload_bytes(p), "votes!"));
    close(again);
    close(fd);
    payload_free(p);
}

static void payload_comes_from_a_file(void **state)
{
    (void)state;
    struct err e;
    struct payload *p = payload_from_file("tests/unit/test_edge_workers.c", MAX_BODY, &e);
    assert_non_null(p);
    assert_true(payload_finished(p));
    assert_true(slice_starts(payload_bytes(p), SLICE("/* SPDX-License-Identifier")));
    payload_free(p);
    assert_null(payload_from_file("tests/unit/test_edge_workers.c", 100, &e));
    assert_int_equal(e.kind, ERR_DATA);
    assert_null(payload_from_file("tests/unit", MAX_BODY, &e));
    assert_int_equal(e.kind, ERR_NOINPUT);
    assert_null(payload_from_file("tests/unit/nothing", MAX_BODY, &e));
    assert_int_equal(e.kind, ERR_NOINPUT);
}

/* ---- misbehaviour ---- */

struct misdeed {
    const char *format, *how;
    enum wire_failure failure;
    const char *says; /* part of the text */
};

static const struct misdeed misdeeds[] = {
    {"crash", NULL, WIRE_CRASHED, "signal 11"},
    {"abort", NULL, WIRE_CRASHED, "signal 6"},
    {"leave", NULL, WIRE_CRASHED, "exit code 3"},
    {"recurse", NULL, WIRE_CRASHED, "signal 11"},
    {"hog", NULL, WIRE_LIMIT, "stopped at"},
    {"lie", "garble", WIRE_MISUSE, "batch is wrong"},
    {"lie", "shrink", WIRE_MISUSE, "announced"},
    {"lie", "grow", WIRE_MISUSE, "announced"},
    {"lie", "longer", WIRE_MISUSE, "announced"},
    {"lie", "nothing", WIRE_MISUSE, "announced"},
    {"lie", "hole", WIRE_MISUSE, "holes"},
    {"pieces", "hole", WIRE_MISUSE, "holes"},
    {"pieces", "longer", WIRE_MISUSE, "announced"},
    {"pieces", "whole", WIRE_MISUSE, "batch is wrong"},
    {"pieces", "back", WIRE_MISUSE, "said what it may not"},
    {"pieces", "after", WIRE_MISUSE, "said what it may not"},
    {"pieces", "end", WIRE_CRASHED, "exit code 0"},
    {"garbage", "noise", WIRE_MISUSE, "batch is wrong"},
    {"garbage", "counts", WIRE_MISUSE, "batch is wrong"},
    {"babble", "twice", WIRE_MISUSE, "said what it may not"},
    {"babble", "both", WIRE_MISUSE, "said what it may not"},
    {"babble", "type", WIRE_MISUSE, "said what it may not"},
    {"babble", "format", WIRE_MISUSE, "said what it may not"},
    {"babble", "pid", WIRE_MISUSE, "said what it may not"},
    {"babble", "kind", WIRE_MISUSE, "said what it may not"},
    {"babble", "unended", WIRE_MISUSE, "said what it may not"},
    {"babble", "short", WIRE_MISUSE, "said what it may not"},
    {"babble", "long", WIRE_MISUSE, "said what it may not"},
    {"babble", "descriptor", WIRE_MISUSE, "said what it may not"},
    {"babble", "dirty", WIRE_SYNTAX, "line 1 [2J\xef\xbf\xbd end"},
    {"reach", "open", WIRE_MISUSE, "system call"},
    {"reach", "socket", WIRE_MISUSE, "system call"},
    {"reach", "exec", WIRE_MISUSE, "system call"},
    {"reach", "fork", WIRE_MISUSE, "system call"},
    {"reach", "kill", WIRE_MISUSE, "system call"},
    {"reach", "kill-other", WIRE_MISUSE, "system call"},
    {"reach", "ptrace", WIRE_MISUSE, "system call"},
    {"reach", "code", WIRE_MISUSE, "system call"},
    {"reach", "make-code", WIRE_MISUSE, "system call"},
    {"reach", "limits", WIRE_MISUSE, "system call"},
    {"reach", "memfd", WIRE_MISUSE, "system call"},
    {"reach", "seal", WIRE_MISUSE, "system call"},
    {"reach", "steal", WIRE_MISUSE, "system call"},
    {"reach", "other-socket", WIRE_MISUSE, "system call"},
    {"reach", "payload-write", WIRE_MISUSE, "system call"},
    {"reach", "payload-reopen", WIRE_MISUSE, "system call"},
    {"reach", "payload-shrink", WIRE_MISUSE, "system call"},
    {"reach", "payload-map", WIRE_CRASHED, "signal 6"},
};

/* Sanitizers would report a crash first, which the sandbox does not let them. */
#ifdef TALLYD_SANITIZED
#define SANITIZED 1
#else
#define SANITIZED 0
#endif

static bool as_expected(const struct misdeed *m, const struct work *work)
{
    if (SANITIZED && (m->failure == WIRE_CRASHED || m->failure == WIRE_LIMIT))
        return work->failure == m->failure || work->failure == WIRE_MISUSE;
    return work->failure == m->failure && strstr(work->text, m->says) != NULL;
}

static void misdeeds_cost_their_own_payload_only(void **state)
{
    (void)state;
    struct night n;
    struct workers_settings set = usual;
    set.memory = INT64_C(64) << 20;
    begin_hostile(&n, set);
    for (size_t i = 0; i < sizeof misdeeds / sizeof *misdeeds; i++) {
        const struct misdeed *m = &misdeeds[i];
        char options[40], text[40];
        snprintf(options, sizeof options, "how=%s\n", m->how != NULL ? m->how : "-");
        snprintf(text, sizeof text, "payload %zu", i);
        struct payload *p = payload_with(slice_of(text), true);
        struct work bad = work_of(&n, m->format, options, p);
        struct work after = work_of(&n, "good", NULL, p);
        workers_submit(n.w, &bad);
        workers_submit(n.w, &after);
        until(&n, n.done + 2);
        if (!as_expected(m, &bad))
            fail_msg("%s %s: failure %d, '%s'", m->format, options, bad.failure, bad.text);
        assert_null(bad.batch_bytes.ptr);
        assert_null(bad.results.head);
        check_good(&after, slice_of(text)); /* the payload is what it was, too */
        work_done(&bad);
        work_done(&after);
        payload_free(p);
    }
    assert_int_equal(workers_exits(n.w, WIRE_OK), sizeof misdeeds / sizeof *misdeeds);
    if (!SANITIZED)
        assert_int_equal(workers_exits(n.w, WIRE_CRASHED), 6);
    end(&n);
}

/* After it hung up a worker can race with the copy, but never change what was checked. */
static void rewriting_after_done_changes_nothing(void **state)
{
    static const char *const ways[] = {"how=rewrite\n", "how=mapped\n"};
    (void)state;
    struct night n;
    begin_hostile(&n, usual);
    struct payload *p = payload_with(SLICE("race"), true);
    for (int i = 0; i < 100; i += every()) {
        struct work work = work_of(&n, "lie", ways[i % 2], p);
        run(&n, &work);
        assert_true(work.failure == WIRE_OK || work.failure == WIRE_MISUSE);
        if (work.failure == WIRE_OK) {
            struct digest first = digest_of(work.batch_bytes);
            assert_int_equal(work.results.head->contests, 1);
            turn(&n, 1);
            assert_true(digest_eq(first, digest_of(work.batch_bytes)));
        }
        work_done(&work);
    }
    payload_free(p);
    end(&n);
}

static void an_answer_before_the_last_byte_is_misuse(void **state)
{
    (void)state;
    struct night n;
    begin_hostile(&n, usual);
    char half[5000]; /* more than is looked at for sniffing */
    memset(half, 'x', sizeof half);
    struct payload *p = payload_with((struct slice){half, sizeof half}, false);
    struct work work = work_of(&n, "early", NULL, p);
    assert_int_equal(run(&n, &work), WIRE_MISUSE);
    payload_free(p);
    end(&n);
}

static void time_is_limited(void **state)
{
    (void)state;
    static const struct {
        const char *format, *options;
        int64_t wall_ms;
        const char *says;
    } rows[] = {{"spin", NULL, 150, "last byte"},
                {"idle", NULL, 150, "last byte"},
                {"lie", "how=linger\n", 150, "last byte"},
                {"spin", NULL, 60000, "processor time"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct night n;
        struct workers_settings set = usual;
        set.wall_after_ms = rows[i].wall_ms;
        set.cpu_ms = 1000;
        begin_hostile(&n, set);
        struct payload *p = payload_with(SLICE("x"), true);
        struct work work = work_of(&n, rows[i].format, rows[i].options, p);
        assert_int_equal(run(&n, &work), WIRE_OVERRAN);
        assert_non_null(strstr(work.text, rows[i].says));
        assert_int_equal(workers_exits(n.w, WIRE_OVERRAN), 1);
        serve_good(&n, "after it");
        payload_free(p);
        end(&n);
    }
}

/* ---- service ---- */

static void a_thousand_payloads_leave_nothing_open(void **state)
{
    (void)state;
    struct night n;
    struct rlimit normal, few = {100, 0};
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &normal), 0);
    few.rlim_max = normal.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0); /* the nursery's, too */
    begin_hostile(&n, usual);
    serve_good(&n, "first");
    size_t before = open_descriptors();
    int64_t nursery = workers_nursery(n.w);
    const int payloads = 1000 / every(); /* more than it may open */
    for (int i = 0; i < payloads; i++) {
        char text[32];
        snprintf(text, sizeof text, "payload %d", i);
        serve_good(&n, text);
    }
    /* one of each payload would be a hundred; a spare, which comes when it comes, has eight */
    assert_in_range(open_descriptors(), 1, before + 10 * (size_t)usual.count);
    assert_int_equal(workers_exits(n.w, WIRE_OK), 1 + payloads);
    assert_int_equal(workers_nursery(n.w), nursery);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &normal), 0);
    end(&n);
}

static void whole_payloads_do_not_wait_for_dawdlers(void **state)
{
    (void)state;
    struct night n;
    struct payload *slow[6];
    struct work works[6];
    begin_hostile(&n, usual);
    for (size_t i = 0; i < 6; i++) {
        slow[i] = payload_with(SLICE("slow"), false);
        works[i] = work_of(&n, "good", NULL, slow[i]);
        workers_submit(n.w, &works[i]);
    }
    serve_good(&n, "quick");
    for (size_t i = 0; i < 3; i++)
        workers_cancel(n.w, &works[i]);
    for (size_t i = 3; i < 6; i++) {
        payload_finish(slow[i]);
        workers_end(n.w, &works[i]);
    }
    until(&n, 1 + 3);
    for (size_t i = 3; i < 6; i++) {
        check_good(&works[i], SLICE("slow"));
        work_done(&works[i]);
    }
    serve_good(&n, "quick again");
    for (size_t i = 0; i < 6; i++)
        payload_free(slow[i]);
    end(&n);
}

static void a_killed_nursery_is_replaced(void **state)
{
    (void)state;
    struct night n;
    begin_hostile(&n, usual);
    struct payload *p = payload_with(SLICE("long"), false);
    struct work flying = work_of(&n, "good", NULL, p);
    workers_submit(n.w, &flying);
    for (int i = 0; i < PATIENCE_S * 100 && flying.spare == NULL; i++)
        turn(&n, 10);
    assert_non_null(flying.spare);
    for (int i = 0; i < 3; i++) {
        assert_true(workers_nursery(n.w) > 0);
        kill((pid_t)workers_nursery(n.w), SIGKILL);
        for (int k = 0; k < 4; k++) /* more than the spares it leaves */
            serve_good(&n, "queued meanwhile");
    }
    payload_finish(p); /* the worker of the first nursery is still at it */
    workers_end(n.w, &flying);
    until(&n, n.done + 1);
    check_good(&flying, SLICE("long"));
    work_done(&flying);
    payload_free(p);
    end(&n);
}

static void a_program_that_cannot_run_fails_the_works(void **state)
{
    (void)state;
    struct night n = {.base = event_base_new()};
    struct workers_settings set = usual;
    struct err e;
    set.program = "/nonexistent/tally-parse";
    assert_null(workers_new(n.base, &set, &e));
    assert_non_null(strstr(e.text, "/nonexistent/tally-parse"));
    set.program = "/bin/false";
    n.w = workers_new(n.base, &set, &e);
    assert_non_null(n.w);
    struct payload *p = payload_with(SLICE("x"), true);
    struct work work = work_of(&n, "good", NULL, p);
    assert_int_equal(run(&n, &work), WIRE_INTERNAL);
    assert_non_null(strstr(work.text, "no worker can be started"));
    payload_free(p);
    end(&n);
}

/* libxml2 takes more than a minute for 100,000 attributes in one tag. A worker that meets them bare
 * is stopped at its deadline; tally-parse's reader does not let it come to that. */
static void an_endless_start_tag_is_stopped(void **state)
{
    (void)state;
    struct night n;
    struct workers_settings set = usual;
    struct buf xml;
    set.wall_after_ms = 500;
    buf_init(&xml, 4 << 20);
    buf_addz(&xml, "<?xml version=\"1.0\"?>\n<ElectionResult");
    for (int i = 0; i < 100000; i++)
        buf_addf(&xml, " a%06d=\"1\"", i);
    buf_addz(&xml, "/>");
    struct payload *p = payload_with(buf_slice(&xml), true);
    buf_done(&xml);

    begin_hostile(&n, set);
    struct work bare = work_of(&n, "raw-xml", NULL, p);
    assert_int_equal(run(&n, &bare), WIRE_OVERRAN);
    assert_true(bare.wall_us >= 400000); /* timers count from the turn of the loop */
    serve_good(&n, "after it");
    end(&n);

    begin_real(&n, set);
    struct work work = work_of(&n, "clarity", NULL, p);
    run(&n, &work);
    assert_true(work.failure != WIRE_OK && work.failure != WIRE_CRASHED);
    end(&n);
    payload_free(p);
}

/* ---- the real tally-parse ---- */

static const char summary[] =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ElectionResult><Timestamp>1/6/2021 10:33:27 AM "
    "EST"
    "</Timestamp><ElectionName>Runoff</ElectionName><ElectionDate>1/5/2021</ElectionDate><Region>GA"
    "</Region><ElectionVoterTurnout totalVoters=\"10\" ballotsCast=\"9\" voterTurnout=\"90\">"
    "<Counties><County name=\"Appling\" totalVoters=\"10\" ballotsCast=\"9\" voterTurnout=\"90\" "
    "precinctsParticipating=\"1\" precinctsReported=\"1\" precinctsReportingPercent=\"100\"/>"
    "</Counties></ElectionVoterTurnout><Contest key=\"10000\" text=\"US Senate\" voteFor=\"1\" "
    "isQuestion=\"false\" countiesParticipating=\"1\" countiesReported=\"1\" "
    "precinctsParticipating=\"1\" precinctsReported=\"1\" precinctsReportingPercent=\"100\">"
    "<ParticipatingCounties><County name=\"Appling\" precinctsParticipating=\"1\" "
    "precinctsReported=\"1\" precinctsReportingPercent=\"100\"/></ParticipatingCounties>"
    "<Choice key=\"1\" text=\"Ann Example\" party=\"Rep\" totalVotes=\"5\"><VoteType "
    "name=\"Election Day Votes\" votes=\"5\"><County name=\"Appling\" votes=\"5\"/></VoteType>"
    "</Choice><Choice key=\"2\" text=\"Bob Example\" party=\"Dem\" totalVotes=\"4\"><VoteType "
    "name=\"Election Day Votes\" votes=\"4\"><County name=\"Appling\" votes=\"4\"/></VoteType>"
    "</Choice></Contest></ElectionResult>\n";

/* Byte by byte, or whole: the same batch. */
static void growing_gives_the_same_batch(void **state)
{
    (void)state;
    struct night n;
    struct err e;
    begin_real(&n, usual);
    struct slice xml = {summary, sizeof summary - 1};
    struct payload *whole = payload_with(xml, true);
    struct payload *growing = payload_with((struct slice){NULL, 0}, false);
    struct work one = work_of(&n, "clarity", NULL, whole);
    struct work two = work_of(&n, "clarity", NULL, growing);
    run(&n, &one);
    if (one.failure != WIRE_OK)
        fail_msg("%s", one.text);
    workers_submit(n.w, &two);
    for (size_t i = 0; i < xml.len; i++) {
        assert_true(payload_append(growing, slice_sub(xml, i, i + 1), &e));
        workers_more(n.w, &two);
        event_base_loop(n.base, EVLOOP_NONBLOCK);
    }
    assert_int_equal(n.done, 1); /* it waits for the end */
    payload_finish(growing);
    workers_end(n.w, &two);
    until(&n, 2);
    if (two.failure != WIRE_OK)
        fail_msg("%s", two.text);
    assert_true(slice_eq(one.batch_bytes, two.batch_bytes));
    work_done(&one);
    work_done(&two);
    payload_free(whole);
    payload_free(growing);
    end(&n);
}

static void add_number(struct buf *b, uint64_t n, int bytes)
{
    for (int i = 0; i < bytes; i++)
        buf_addc(b, i < 8 ? (char)(n >> (8 * i)) : 0);
}

/* An archive of one stored file: APPNOTE.TXT 4.3. */
static void zip(struct buf *out, struct slice file)
{
    uint32_t crc = ~0U;
    for (size_t i = 0; i < file.len; i++) {
        crc ^= (unsigned char)file.ptr[i];
        for (int k = 0; k < 8; k++)
            crc = crc >> 1 ^ (crc & 1 ? 0xedb88320U : 0);
    }
    for (int central = 0; central < 2; central++) {
        buf_add(out, central ? SLICE("PK\1\2\24\0") : SLICE("PK\3\4"));
        add_number(out, 20, 8);     /* version, flags, method, time */
        add_number(out, 0x5221, 2); /* 2021-01-01 */
        add_number(out, (uint32_t)~crc, 4);
        add_number(out, file.len, 4);
        add_number(out, file.len, 4);
        add_number(out, 10, central ? 18 : 4); /* the name's length; where the file is: 0 */
        buf_add(out, SLICE("detail.xml"));
        if (!central)
            buf_add(out, file);
    }
    buf_add(out, SLICE("PK\5\6\0\0\0\0\1\0\1\0"));
    add_number(out, 56, 4);
    add_number(out, 40 + file.len, 6);
}

/* Libraries must have opened all they need before the sandbox closed: zones for a zip's times,
 * charset converters. */
static void unpacking_and_charsets_work_in_the_sandbox(void **state)
{
    (void)state;
    static const char *const charsets[] = {"utf-8", "windows-1252", "iso-8859-1", "iso-8859-15",
                                           "cp437"};
    struct night n;
    struct buf zipped;
    begin_real(&n, usual);
    struct slice xml = {summary, sizeof summary - 1};
    buf_init(&zipped, 1 << 20);
    zip(&zipped, xml);
    struct payload *plain = payload_with(xml, true);
    struct payload *packed = payload_with(buf_slice(&zipped), true);
    struct work one = work_of(&n, "clarity", NULL, plain);
    run(&n, &one);
    assert_int_equal(one.failure, WIRE_OK);
    for (size_t i = 0; i <= sizeof charsets / sizeof *charsets; i++) {
        char options[40] = "";
        if (i > 0)
            snprintf(options, sizeof options, "charset=%s\n", charsets[i - 1]);
        struct work two = work_of(&n, "clarity", options, packed);
        run(&n, &two);
        if (two.failure != WIRE_OK)
            fail_msg("%s: %s", options, two.text);
        assert_true(slice_eq(one.batch_bytes, two.batch_bytes));
        work_done(&two);
    }
    work_done(&one);
    buf_done(&zipped);
    payload_free(plain);
    payload_free(packed);
    end(&n);
}

/* Neither reads files nor writes to standard error, whatever goes wrong. */
static void pages_and_expressions_work_in_the_sandbox(void **state)
{
    (void)state;
    static const char page[] = "<html><meta charset=windows-1252><h3>Mayor (Vote for 2)</h3><table>"
                               "<tr><td>Marg\xf3 &nbsp;<td>1,204</table></html>";
#define OPTIONS                                                                                    \
    "xpath.row=//tr\nxpath.contest-name=//h3\nxpath.votes=td[2]\nthousands=yes\n"                  \
    "cut.votes-allowed.contest=(?i)\\(vote FOR ([0-9]+)\\)$\nxpath.candidate="
    static const struct {
        const char *options;
        enum wire_failure failure;
    } cases[] = {{OPTIONS "td[1]\n", WIRE_OK},
                 {OPTIONS "td[\n", WIRE_SCHEMA},
                 {OPTIONS "unknown(td)\n", WIRE_SCHEMA},
                 {OPTIONS "$unknown\n", WIRE_SCHEMA},
                 {OPTIONS "document('/etc/passwd')\n", WIRE_SCHEMA}};
#undef OPTIONS
    struct night n;
    begin_real(&n, usual);
    struct payload *p = payload_with((struct slice){page, sizeof page - 1}, true);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct work work = work_of(&n, "html-table", cases[i].options, p);
        if (run(&n, &work) != cases[i].failure)
            fail_msg("%s: failure %d, %s", cases[i].options, (int)work.failure, work.text);
        work_done(&work);
    }
    payload_free(p);
    end(&n);
}

static void options_and_companions_arrive(void **state)
{
    (void)state;
    struct night n;
    struct payload *c[WIRE_COMPANIONS_MAX];
    begin_hostile(&n, usual);
    struct payload *p = payload_with(SLICE("x"), true);
    struct work work = work_of(&n, "companions", "other=1\nhow=opt\n", p);
    for (size_t i = 0; i < WIRE_COMPANIONS_MAX; i++) {
        char text[8];
        snprintf(text, sizeof text, "c%zu", i);
        c[i] = payload_with(slice_of(text), true);
        work.companions[work.companion_count++] = c[i];
    }
    run(&n, &work);
    check_good(&work, SLICE("opt c0 c1 c2 c3 c4 c5 c6 c7"));
    work_done(&work);
    for (size_t i = 0; i < WIRE_COMPANIONS_MAX; i++)
        payload_free(c[i]);
    payload_free(p);
    end(&n);
}

/* Freeing a batch of 60 MB took a millisecond, in which Redis waited for the processor. */
static void what_is_put_away_is_freed_when_there_is_time(void **state)
{
    (void)state;
    struct night n;
    begin_hostile(&n, usual);
    struct payload *p = payload_with(SLICE("x"), true);
    struct work work = work_of(&n, "good", NULL, p);
    run(&n, &work);
    check_good(&work, SLICE("x"));
    struct slice batch = work.batch_bytes;
    struct digest was = digest_of(batch);
    workers_put_away(n.w, &work);
    assert_null(work.batch_bytes.ptr);
    assert_null(work.results.head);
    assert_true(digest_eq(digest_of(batch), was)); /* it is there yet; sanitizers see to its end */
    turn(&n, 50);
    workers_put_away(n.w, &work); /* of nothing, and right before the end */
    payload_free(p);
    end(&n);
}

int main(void)
{
    log_start(LOG_LEVEL_ERROR, 0);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(payload_holds_what_is_appended),
        cmocka_unit_test(payload_cannot_be_written_through_a_descriptor),
        cmocka_unit_test(payload_comes_from_a_file),
        cmocka_unit_test(misdeeds_cost_their_own_payload_only),
        cmocka_unit_test(rewriting_after_done_changes_nothing),
        cmocka_unit_test(an_answer_before_the_last_byte_is_misuse),
        cmocka_unit_test(time_is_limited),
        cmocka_unit_test(a_thousand_payloads_leave_nothing_open),
        cmocka_unit_test(whole_payloads_do_not_wait_for_dawdlers),
        cmocka_unit_test(a_killed_nursery_is_replaced),
        cmocka_unit_test(a_program_that_cannot_run_fails_the_works),
        cmocka_unit_test(an_endless_start_tag_is_stopped),
        cmocka_unit_test(growing_gives_the_same_batch),
        cmocka_unit_test(unpacking_and_charsets_work_in_the_sandbox),
        cmocka_unit_test(pages_and_expressions_work_in_the_sandbox),
        cmocka_unit_test(options_and_companions_arrive),
        cmocka_unit_test(what_is_put_away_is_freed_when_there_is_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
