/* SPDX-License-Identifier: ISC */
/* Results of works: failures worded, batches taken. */
#include "daemon/edge/work.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

void work_fail(struct work *work, enum wire_failure failure, struct slice text)
{
    struct buf clean;
    buf_init(&clean, sizeof work->text);
    text_clean(text, &clean);
    work->failure = failure;
    memcpy(work->text, clean.ptr != NULL ? clean.ptr : "", clean.len);
    work->text[clean.len] = '\0';
    buf_done(&clean);
}

/* After this nobody can change the file in any way: EBUSY means that somebody still maps it for
 * writing. */
static bool seal(int fd, struct err *e)
{
    if (fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) == 0)
        return true;
    if (errno == EBUSY)
        return err_set(e, ERR_DATA, "the worker still had its batch open for writing");
    return err_errno(e, ERR_DATA, "the worker's batch cannot be sealed");
}

static bool take(struct work *work, int fd, uint64_t length, struct err *e)
{
    struct stat st;
    if (!seal(fd, e))
        return false;
    if (fstat(fd, &st) != 0)
        return err_errno(e, ERR_DATA, "the worker's batch cannot be looked at");
    if (length == 0 || length > RESULTS_MAX || (uint64_t)st.st_size != length)
        return err_set(e, ERR_DATA, "the worker announced a batch of %llu bytes and left %lld",
                       (unsigned long long)length, (long long)st.st_size);
    if ((uint64_t)st.st_blocks * 512 < length) /* reading a hole would make us pay for it */
        return err_set(e, ERR_DATA, "the worker's batch has holes");
    /* Private, for older kernels refuse any shared mapping of a sealed file. */
    void *p = mmap(NULL, length, PROT_READ, MAP_PRIVATE, fd, 0);
    if (p == MAP_FAILED)
        return err_errno(e, ERR_DATA, "the worker's batch cannot be mapped");
    struct slice bytes = {p, length};
    if (!results_open(bytes, &work->results, e)) {
        munmap(p, length);
        return err_prefix(e, "the worker's batch is wrong");
    }
    work->batch_bytes = bytes;
    return true;
}

void work_take_batch(struct work *work, int fd, uint64_t length)
{
    struct err e;
    if (take(work, fd, length, &e))
        work->failure = WIRE_OK;
    else
        work_fail(work, WIRE_MISUSE, slice_of(e.text));
}

void work_done(struct work *work)
{
    if (work->batch_bytes.ptr != NULL)
        munmap((void *)work->batch_bytes.ptr, work->batch_bytes.len);
    work->batch_bytes = (struct slice){NULL, 0};
    work->results = (struct results){0};
}
