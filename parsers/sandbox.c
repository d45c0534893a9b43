/* SPDX-License-Identifier: ISC */
/* Resource limits, then a seccomp allow-list. */
#include "parsers/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "daemon/base/num.h"
#include "parsers/worker.h"

/* The system calls of a worker. None reaches beyond the descriptors that are open, and but for
 * recvmsg, where tallyd alone is at the other end, none makes a new one. */
static const struct {
    int call;
    int argument;             /* -1: any arguments will do; else this one of them */
    scmp_datum_t mask, value; /* must have this value under the mask */
} allowed[] = {
    {SCMP_SYS(recvmsg), 0, ~0U, WORKER_SOCKET},
    {SCMP_SYS(sendmsg), 0, ~0U, WORKER_SOCKET},
    {SCMP_SYS(shutdown), 0, ~0U, WORKER_SOCKET},
    {SCMP_SYS(pwrite64), 0, ~0U, WORKER_BATCH},
    {SCMP_SYS(ftruncate), 0, ~0U, WORKER_BATCH},
    {SCMP_SYS(mmap), 2, PROT_EXEC, 0}, /* memory, but no code */
    {SCMP_SYS(munmap), -1, 0, 0},
    {SCMP_SYS(mremap), -1, 0, 0},
    {SCMP_SYS(brk), -1, 0, 0},
    {SCMP_SYS(madvise), -1, 0, 0},
    {SCMP_SYS(futex), -1, 0, 0},
    {SCMP_SYS(clock_gettime), -1, 0, 0}, /* clocks where the vdso has none */
    {SCMP_SYS(gettimeofday), -1, 0, 0},
    {SCMP_SYS(time), -1, 0, 0},
    {SCMP_SYS(getrandom), -1, 0, 0},
    {SCMP_SYS(getpid), -1, 0, 0}, /* abort() shows as what it is */
    {SCMP_SYS(gettid), -1, 0, 0},
    {SCMP_SYS(rt_sigprocmask), -1, 0, 0},
    {SCMP_SYS(restart_syscall), -1, 0, 0},
    {SCMP_SYS(exit), -1, 0, 0},
    {SCMP_SYS(exit_group), -1, 0, 0},
};

static bool limit(int which, rlim_t soft, rlim_t hard, struct err *e)
{
    struct rlimit r = {soft, hard};
    if (setrlimit(which, &r) == 0)
        return true;
    return err_errno(e, ERR_BUG, "sandbox: cannot set resource limit %d to %llu", which,
                     (unsigned long long)soft);
}

/* Bytes of address space in use, from the first number of /proc/self/statm (pages). */
static bool mapped_now(int64_t *bytes, struct err *e)
{
    char text[64];
    int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof text);
    if (fd >= 0)
        close(fd);
    struct slice rest = {text, n > 0 ? (size_t)n : 0}, field;
    int64_t pages = 0;
    if (!slice_next(&rest, ' ', &field) || !num_parse(field, 0, INT64_MAX / 4096, &pages))
        return err_set(e, ERR_BUG, "sandbox: cannot read /proc/self/statm; is /proc mounted?");
    *bytes = pages * sysconf(_SC_PAGESIZE);
    return true;
}

static bool set_limits(int64_t memory, int64_t file_max, int64_t cpu_ms, int descriptors,
                       struct err *e)
{
    int64_t mapped = 0;
    if (!mapped_now(&mapped, e))
        return false;
    rlim_t space = (rlim_t)mapped + (rlim_t)memory;
    rlim_t cpu = (rlim_t)(cpu_ms + 999) / 1000;
    return limit(RLIMIT_AS, space, space, e) && limit(RLIMIT_CPU, cpu, cpu + 1, e) &&
           limit(RLIMIT_FSIZE, (rlim_t)file_max, (rlim_t)file_max, e) &&
           limit(RLIMIT_NOFILE, (rlim_t)descriptors, (rlim_t)descriptors, e) &&
           limit(RLIMIT_CORE, 0, 0, e);
}

static int add_rules(scmp_filter_ctx filter)
{
    int r = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
    for (size_t i = 0; r == 0 && i < sizeof allowed / sizeof *allowed; i++) {
        struct scmp_arg_cmp must = {(unsigned)allowed[i].argument, SCMP_CMP_MASKED_EQ,
                                    allowed[i].mask, allowed[i].value};
        r = seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, allowed[i].call,
                                   allowed[i].argument >= 0, &must);
    }
    if (r == 0) /* for abort(): to itself only */
        r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 2,
                             SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid(), 0),
                             SCMP_A2(SCMP_CMP_EQ, SIGABRT, 0));
    return r;
}

bool sandbox_enter(int64_t memory, int64_t file_max, int64_t cpu_ms, int descriptors, struct err *e)
{
    bool ok = false;
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
    if (filter == NULL)
        return err_set(e, ERR_BUG, "sandbox: no memory for the system call filter");
    int r = add_rules(filter);
    if (r != 0) {
        err_set(e, ERR_BUG, "sandbox: cannot build the system call filter: %s", strerror(-r));
        goto out;
    }
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) {
        err_errno(e, ERR_BUG, "sandbox: cannot give up privileges");
        goto out;
    }
    if (!set_limits(memory, file_max, cpu_ms, descriptors, e))
        goto out;
    r = seccomp_load(filter);
    if (r != 0) {
        err_set(e, ERR_BUG,
                "sandbox: the kernel refuses the system call filter: %s; "
                "it needs CONFIG_SECCOMP_FILTER",
                strerror(-r));
        goto out;
    }
    ok = true;
out:
    seccomp_release(filter);
    return ok;
}
