/* SPDX-License-Identifier: ISC */
/* By what stdio knows of standard output. */
#include "daemon/base/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "daemon/base/err.h"

void output_begin(void)
{
    /* the wrong way round: who reads or writes is told */
    static const int modes[] = {O_WRONLY, O_RDONLY, O_RDWR};
    for (int fd = 0; fd < 3; fd++)
        if (fcntl(fd, F_GETFD) < 0 && errno == EBADF)
            (void)open("/dev/null", modes[fd]); /* the lowest that is free: this one */
}

int output_end(const char *program, int code)
{
    bool lost = ferror(stdout);
    errno = 0;
    lost |= fflush(stdout) != 0;
    if (!lost || code != 0)
        return code;
    fprintf(stderr, "%s: standard output: not all of it was written%s%s\n", program,
            errno ? ": " : "", errno ? strerror(errno) : "");
    return ERR_AGAIN;
}
