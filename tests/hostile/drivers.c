/* SPDX-License-Identifier: ISC */
/* Drivers a worker would have after it was taken over by its payload. `good` is the one that
 * behaves. */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/base/num.h"
#include "parsers/drivers.h"
#include "parsers/formats.h"
#include "parsers/job.h"
#include "parsers/wire.h"
#include "parsers/worker.h"

/* One contest named after the payload's first bytes, one choice with as many votes as the payload
 * has bytes. */
static bool good(struct job *j, struct fault *f)
{
    struct slice all;
    if (!input_all(j->input, &all, f))
        return false;
    struct results_contest_in contest = RESULTS_CONTEST_DEFAULT;
    struct results_choice_in choice = {.id = SLICE("1"), .name = SLICE("Ann Example")};
    uint32_t index;
    contest.id = slice_sub(all, 0, 40);
    contest.text = SLICE("Dog Catcher");
    if (!results_contest_begin(j->builder, &contest, &f->err) ||
        !results_choice(j->builder, &choice, &index, &f->err) ||
        !results_votes(j->builder, 0, index, (int64_t)all.len, &f->err))
        return fault_set(f, WIRE_LIMIT, "no memory");
    return true;
}

/* Behaves, as a feed that says where to ask next for what changed: that in the first line (or
 * nothing), then a contest a line, "ID VOTES". */
static bool delta(struct job *j, struct fault *f)
{
    struct slice all, line, id;
    if (!input_all(j->input, &all, f) || !slice_next(&all, '\n', &line))
        return fault_set(f, WIRE_TRUNCATED, "nothing");
    struct results_facts *facts = results_facts(j->builder);
    facts->next_url = line;
    facts->delta = job_is_delta(j);
    while (slice_next(&all, '\n', &line)) {
        struct results_contest_in contest = RESULTS_CONTEST_DEFAULT;
        struct results_choice_in choice = {.id = SLICE("1"), .name = SLICE("Ann Example")};
        uint32_t index;
        int64_t votes;
        slice_next(&line, ' ', &id);
        contest.id = id;
        contest.text = SLICE("Dog Catcher");
        if (!num_parse(line, 0, 1 << 30, &votes))
            return fault_set(f, WIRE_SYNTAX, "no votes");
        if (!results_contest_begin(j->builder, &contest, &f->err) ||
            !results_choice(j->builder, &choice, &index, &f->err) ||
            !results_votes(j->builder, 0, index, votes, &f->err))
            return fault_set(f, WIRE_LIMIT, "no memory");
    }
    return true;
}

/* Real readers: tallyd knows only real formats by name. */
static const struct driver *const real[] = {&clarity_driver, &ddhq_driver, &ap_interactive_driver,
                                            &pointer_driver};

static const struct driver *real_find(struct slice name)
{
    for (size_t i = 0; i < sizeof real / sizeof *real; i++)
        if (slice_is(name, real[i]->name))
            return real[i];
    return NULL;
}

/* Behaves as well: a contest named after its option "how" and the first bytes of each companion. */
static bool companions(struct job *j, struct fault *f)
{
    struct slice all, id = job_option(j, "how");
    for (size_t i = 0; i < j->companion_count; i++) {
        if (!input_all(j->companions[i], &all, f))
            return false;
        id = arena_printf(j->arena, "%.*s %.*s", SLICE_FMT(id), SLICE_FMT(slice_sub(all, 0, 9)));
    }
    struct input_memory m = {id};
    struct input_source source = input_from_memory(&m);
    return input_open(j->arena, &source, INPUT_MAX, &j->input, f) && good(j, f);
}

/* ---- dying and using up ---- */

static bool crash(struct job *j, struct fault *f)
{
    (void)j, (void)f;
    volatile int *volatile nowhere = NULL;
    *nowhere = 1;
    return false;
}

static bool do_abort(struct job *j, struct fault *f)
{
    (void)j, (void)f;
    abort();
}

static bool leave(struct job *j, struct fault *f)
{
    (void)j, (void)f;
    _exit(3);
}

static bool spin(struct job *j, struct fault *f)
{
    (void)j, (void)f;
    volatile bool on = true;
    while (on)
        ;
    return false;
}

static bool hog(struct job *j, struct fault *f)
{
    (void)j;
    int64_t got = 0;
    char *volatile seen; /* else a compiler may take what nobody reads for had */
    for (char *p; (seen = p = malloc(1 << 20)) != NULL; got++)
        memset(p, 1, 1 << 20);
    for (void *p;
         (p = mmap(NULL, 1 << 20, PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0)) != MAP_FAILED;
         got++)
        memset(p, 1, 1 << 20);
    return fault_set(f, WIRE_LIMIT, "stopped at %lld MB", (long long)got);
}

static int deeper(volatile char *up)
{
    volatile char here[4096];
    here[0] = up[0];
    return here[0] != 0 ? deeper(here) + here[0] : 0;
}

static bool recurse(struct job *j, struct fault *f)
{
    (void)j, (void)f;
    volatile char top[1] = {1};
    return deeper(top) != 0;
}

/* libxml/parser.h has these; only parsers/ knows the way to it. */
extern void *xmlReadMemory(const char *bytes, int n, const char *url, const char *charset,
                           int options);
enum { XML_PARSE_NONET = 1 << 11, XML_PARSE_HUGE = 1 << 19 };

/* What the reader of parsers/xml.h prevents: libxml2 let loose. */
static bool raw_xml(struct job *j, struct fault *f)
{
    struct slice all;
    if (!input_all(j->input, &all, f))
        return false;
    xmlReadMemory(all.ptr, (int)all.len, "", NULL, XML_PARSE_NONET | XML_PARSE_HUGE);
    return fault_set(f, WIRE_SYNTAX, "parsed, after all");
}

/* Says nothing, does nothing. */
static bool idle(struct job *j, struct fault *f)
{
    (void)j, (void)f;
    static volatile unsigned word;
    while (word == 0)
        syscall(SYS_futex, &word, 0 /* FUTEX_WAIT */, 0, NULL);
    return false;
}

/* ---- lying ---- */

static void say(const void *message, size_t n, int fd)
{
    union {
        struct cmsghdr head;
        char room[CMSG_SPACE(sizeof(int))];
    } control = {0};
    struct iovec io = {(void *)message, n};
    struct msghdr h = {.msg_iov = &io, .msg_iovlen = 1};
    if (fd >= 0) {
        h.msg_control = &control;
        h.msg_controllen = sizeof control;
        *CMSG_FIRSTHDR(&h) = (struct cmsghdr){CMSG_LEN(sizeof fd), SOL_SOCKET, SCM_RIGHTS};
        memcpy(CMSG_DATA(CMSG_FIRSTHDR(&h)), &fd, sizeof fd);
    }
    sendmsg(WORKER_SOCKET, &h, MSG_NOSIGNAL);
}

static void say_done(size_t bytes)
{
    struct wire_message m = {.type = WIRE_DONE, .length = bytes};
    say(&m, sizeof m, -1);
}

static void hang_up(void)
{
    shutdown(WORKER_SOCKET, SHUT_RDWR);
}

static struct slice build(struct job *j)
{
    struct fault f;
    struct slice batch;
    const struct driver *d = real_find(j->format);
    results_room(j->builder, NULL, NULL); /* it is put where it belongs in ways of our own */
    if (!(d ? d->parse : good)(j, &f) || !results_finish(j->builder, &batch, &f.err))
        _exit(9);
    return batch;
}

static void resize(long size)
{
    if (ftruncate(WORKER_BATCH, size) != 0)
        _exit(9);
}

static void put(struct slice bytes)
{
    if (pwrite(WORKER_BATCH, bytes.ptr, bytes.len, 0) != (ssize_t)bytes.len)
        _exit(9);
}

/* The batch with a name in it overwritten: valid, but somebody else's. */
static struct slice forged(struct job *j, struct slice batch)
{
    static const char *const names[][2] = {{"Dog Catcher", "President!!"}, {"Ossoff", "Hacker"}};
    struct slice copy = arena_copy(j->arena, batch);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        size_t at = slice_find(copy, slice_of(names[i][0]));
        if (at != SIZE_MAX)
            memcpy((char *)copy.ptr + at, names[i][1], strlen(names[i][1]));
    }
    return copy;
}

static bool lie(struct job *j, struct fault *f)
{
    struct slice how = job_option(j, "how");
    struct slice batch = build(j);
    struct slice other = forged(j, batch);
    char *map = NULL;
    (void)f;
    put(batch);
    if (slice_is(how, "mapped")) {
        map = mmap(NULL, batch.len, PROT_READ | PROT_WRITE, MAP_SHARED, WORKER_BATCH, 0);
        say_done(batch.len);
        hang_up();
        for (;;)
            memcpy(map, other.ptr, other.len);
    } else if (slice_is(how, "rewrite")) { /* as soon as it was handed over */
        say_done(batch.len);
        hang_up();
        for (;;)
            syscall(SYS_pwrite64, WORKER_BATCH, other.ptr, other.len, 0);
    } else if (slice_is(how, "garble")) { /* before hanging up */
        say_done(batch.len);
        memset((char *)other.ptr, 0xee, other.len);
        put(other);
        hang_up();
    } else if (slice_is(how, "shrink") || slice_is(how, "grow")) {
        say_done(batch.len);
        resize(slice_is(how, "shrink") ? 100 : 1 << 20);
        hang_up();
    } else if (slice_is(how, "hole")) {
        resize(60 << 20);
        say_done(60 << 20);
        hang_up();
    } else if (slice_is(how, "longer")) {
        say_done(batch.len + 1);
        hang_up();
    } else if (slice_is(how, "nothing")) {
        say_done(0);
        hang_up();
    } else if (slice_is(how, "linger")) { /* a right answer, and no end */
        say_done(batch.len);
        idle(j, f);
    }
    _exit(0);
}

static void say_piece(uint64_t length)
{
    struct wire_message m = {.type = WIRE_PIECE, .length = length};
    say(&m, sizeof m, -1);
}

/* Pieces that are none, or where there may be none. */
static bool pieces(struct job *j, struct fault *f)
{
    struct slice how = job_option(j, "how");
    struct slice batch = build(j);
    (void)f;
    put(batch);
    if (slice_is(how, "hole")) {
        resize(60 << 20);
        say_piece(60 << 20);
    } else if (slice_is(how, "longer")) {
        say_piece(batch.len + 1);
    } else if (slice_is(how, "whole")) { /* says that it is the only one */
        say_piece(batch.len);
    } else if (slice_is(how, "back")) {
        ((struct results_header *)batch.ptr)->piece = 1;
        put(batch);
        say_piece(batch.len);
        say_piece(batch.len);
    } else if (slice_is(how, "after")) {
        say_done(batch.len);
        say_piece(batch.len + 1);
    } else if (slice_is(how, "end")) { /* a good one, and no end */
        ((struct results_header *)batch.ptr)->piece = 1;
        put(batch);
        say_piece(batch.len);
    }
    _exit(0);
}

static bool garbage(struct job *j, struct fault *f)
{
    struct slice how = job_option(j, "how");
    struct slice batch = build(j);
    uint32_t *words = (uint32_t *)batch.ptr;
    (void)f;
    if (slice_is(how, "noise"))
        for (uint32_t i = 0, r = 1; i < batch.len / 4; i++)
            words[i] = r = r * 1664525 + 1013904223;
    else if (slice_is(how, "counts"))
        ((struct results_header *)batch.ptr)->cells = 0xffffffff;
    put(batch);
    say_done(batch.len);
    _exit(0);
}

static bool babble(struct job *j, struct fault *f)
{
    struct slice how = job_option(j, "how");
    struct slice batch = build(j);
    struct wire_message m = {.type = WIRE_DONE, .length = batch.len};
    struct wire_message failed = {.type = WIRE_FAILED, .failure = WIRE_SYNTAX, .text = "no"};
    char large[4000] = {WIRE_DONE};
    (void)f;
    put(batch);
    if (slice_is(how, "twice"))
        say(&m, sizeof m, -1);
    else if (slice_is(how, "both"))
        say(&failed, sizeof failed, -1);
    else if (slice_is(how, "type"))
        m.type = WIRE_BORN;
    else if (slice_is(how, "format")) /* another job's */
        memcpy(m.format, "clarity", 7);
    else if (slice_is(how, "pid"))
        m.pid = 1;
    else if (slice_is(how, "kind"))
        m = (struct wire_message){.type = WIRE_FAILED, .failure = WIRE_CRASHED};
    else if (slice_is(how, "unended")) {
        m = failed;
        memset(m.text, 'x', sizeof m.text);
    } else if (slice_is(how, "dirty")) {
        m = failed;
        strncpy(m.text, "line 1\n\033[2J\xff\xe2\x80\xae end", sizeof m.text - 1);
    } else if (slice_is(how, "short")) {
        say(&m, 100, -1);
        _exit(0);
    } else if (slice_is(how, "long")) {
        say(large, sizeof large, -1);
        _exit(0);
    } else if (slice_is(how, "descriptor")) {
        say(&m, sizeof m, WORKER_BATCH);
        _exit(0);
    }
    say(&m, sizeof m, -1);
    _exit(0);
}

/* An answer while the payload is still arriving. */
static bool early(struct job *j, struct fault *f)
{
    struct results_contest_in contest = RESULTS_CONTEST_DEFAULT;
    struct results_choice_in choice = {.name = SLICE("Ann Example")};
    uint32_t index;
    struct slice batch;
    contest.id = SLICE("1");
    results_room(j->builder, NULL, NULL);
    if (!results_contest_begin(j->builder, &contest, &f->err) ||
        !results_choice(j->builder, &choice, &index, &f->err) ||
        !results_votes(j->builder, 0, index, 1, &f->err) ||
        !results_finish(j->builder, &batch, &f->err))
        _exit(9);
    put(batch);
    say_done(batch.len);
    _exit(0);
}

/* ---- reaching out ---- */

static struct wire_message answer_of_another = {.type = WIRE_FAILED, .failure = WIRE_SYNTAX};
static struct iovec answer_io = {&answer_of_another, sizeof answer_of_another};
static struct msghdr answer = {.msg_iov = &answer_io, .msg_iovlen = 1};
static struct rlimit unlimited = {RLIM_INFINITY, RLIM_INFINITY};
static const char *const no_words[] = {NULL};

#define AT(p) ((intptr_t)(p))
static const struct {
    const char *name;
    long number;
    intptr_t a[6];
} calls[] = {
    {"open", SYS_openat, {AT_FDCWD, AT("/etc/passwd"), O_RDONLY}},
    {"socket", SYS_socket, {AF_INET, SOCK_STREAM}},
    {"exec", SYS_execve, {AT("/bin/true"), AT(no_words), AT(no_words)}},
    {"fork", SYS_clone, {SIGCHLD}},
    {"kill", SYS_kill, {1, 0}},
    {"ptrace", SYS_ptrace, {PTRACE_TRACEME}},
    {"code", SYS_mmap, {0, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1}},
    {"make-code", SYS_mprotect, {0x10000, 4096, PROT_READ | PROT_EXEC}},
    {"limits", SYS_setrlimit, {RLIMIT_AS, AT(&unlimited)}},
    {"memfd", SYS_memfd_create, {AT("x")}},
    {"seal", SYS_fcntl, {WORKER_BATCH, F_ADD_SEALS, F_SEAL_SEAL}},
    {"steal", SYS_dup, {WORKER_SOCKET}},
    {"other-socket", SYS_sendmsg, {WORKER_SOCKET + 10, AT(&answer), MSG_NOSIGNAL}},
    {"payload-write", SYS_pwrite64, {WORKER_PAYLOAD, AT("x"), 1}},
    {"payload-reopen", SYS_openat, {AT_FDCWD, AT("/proc/self/fd/4"), O_RDWR}},
    {"payload-shrink", SYS_ftruncate, {WORKER_PAYLOAD}},
};

/* Not a forbidden call: the kernel refuses it because the descriptor is read-only. */
static void map_payload_for_writing(void)
{
    if (mmap(NULL, 4096, PROT_WRITE, MAP_SHARED, WORKER_PAYLOAD, 0) == MAP_FAILED)
        abort();
}

/* Makes a call and then behaves as if nothing had been. */
static bool reach(struct job *j, struct fault *f)
{
    struct slice how = job_option(j, "how");
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
        if (slice_is(how, calls[i].name))
            syscall(calls[i].number, calls[i].a[0], calls[i].a[1], calls[i].a[2], calls[i].a[3],
                    calls[i].a[4], calls[i].a[5]);
    if (slice_is(how, "payload-map"))
        map_payload_for_writing();
    if (slice_is(how, "kill-other"))
        syscall(SYS_tgkill, getpid() - 1, getpid() - 1, SIGABRT);
    return good(j, f);
}

/* A real reader, until a payload that begins {"hostile":"DRIVER HOW" takes it over. */
static bool seized(struct job *j, struct fault *f);

static const struct driver all[] = {
    {"good", good, NULL},
    {"crash", crash, NULL},
    {"abort", do_abort, NULL},
    {"leave", leave, NULL},
    {"spin", spin, NULL},
    {"hog", hog, NULL},
    {"recurse", recurse, NULL},
    {"raw-xml", raw_xml, NULL},
    {"idle", idle, NULL},
    {"lie", lie, NULL},
    {"pieces", pieces, NULL},
    {"garbage", garbage, NULL},
    {"babble", babble, NULL},
    {"delta", delta, NULL},
    {"early", early, NULL},
    {"reach", reach, NULL},
    {"companions", companions, NULL},
    {"clarity", seized, NULL},
    {"ddhq", seized, NULL},
    {"ap-interactive", seized, NULL},
    {"pointer", seized, NULL},
};

static bool seized(struct job *j, struct fault *f)
{
    struct slice head, word, orders, driver;
    if (!input_peek(j->input, 80, &head, f))
        return false;
    if (!slice_starts(head, SLICE("{\"hostile\":\"")))
        return real_find(j->format)->parse(j, f);
    for (int i = 0; i < 3; i++)
        slice_next(&head, '"', &word);
    slice_next(&head, '"', &orders);
    slice_next(&orders, ' ', &driver);
    j->options = arena_printf(j->arena, "how=%.*s\n", SLICE_FMT(orders));
    return driver_find(driver)->parse(j, f);
}

/* These stand in place of parsers/drivers.c and parsers/formats.c. */
const struct driver *const drivers[] = {&all[0], NULL};

const struct driver *driver_find(struct slice name)
{
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (slice_is(name, all[i].name))
            return &all[i];
    return NULL;
}

const struct format formats[] = {{.name = "good", .authority = "official", .votes = true},
                                 {.name = NULL}};
const char *const format_common_options[] = {"how", NULL};

const struct format *format_find(struct slice name)
{
    return driver_find(name) != NULL ? &formats[0] : NULL;
}

const char *format_did_you_mean(struct slice name)
{
    (void)name;
    return NULL;
}
