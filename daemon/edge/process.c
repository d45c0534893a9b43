/* SPDX-License-Identifier: ISC */
/* process_* metrics out of /proc and getrusage. */
#include "daemon/edge/process.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "daemon/base/num.h"

/* The n-th blank-separated field of a small /proc file; 0 when it cannot be read. */
static int64_t proc_field(const char *path, size_t n)
{
    char text[512];
    int64_t value = 0;
    struct slice field = {0};
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return 0;
    ssize_t got = read(fd, text, sizeof text);
    close(fd);
    struct slice rest = {text, got > 0 ? (size_t)got : 0};
    for (size_t i = 0; i <= n; i++)
        if (!slice_next(&rest, ' ', &field))
            return 0;
    return num_parse(field, 0, INT64_MAX, &value) ? value : 0;
}

static int64_t open_descriptors(void)
{
    int64_t n = 0;
    DIR *d = opendir("/proc/self/fd");
    if (!d)
        return 0;
    while (readdir(d))
        n++;
    closedir(d);
    return n - 3; /* ".", "..", and the directory itself */
}

void process_metrics(struct buf *out)
{
    struct rusage used = {0};
    getrusage(RUSAGE_SELF, &used);
    int64_t us = (used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000000 + used.ru_utime.tv_usec +
                 used.ru_stime.tv_usec;
    buf_addf(out,
             "# TYPE process_cpu_seconds_total counter\nprocess_cpu_seconds_total %lld.%06lld\n",
             (long long)(us / 1000000), (long long)(us % 1000000));
    buf_addf(out,
             "# TYPE process_resident_memory_bytes gauge\nprocess_resident_memory_bytes %lld\n",
             (long long)proc_field("/proc/self/statm", 1) * sysconf(_SC_PAGESIZE));
    buf_addf(out, "# TYPE process_open_fds gauge\nprocess_open_fds %lld\n",
             (long long)open_descriptors());
}

void process_raise_limits(void)
{
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) != 0)
        return;
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files); /* a smaller one costs polls, not the night */
}
