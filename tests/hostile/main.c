/* SPDX-License-Identifier: ISC */
/* tally-parse's worker form with drivers that attack it: the nursery, the sandbox and the worker
 * are the real ones. */
#include <stdio.h>
#include <string.h>

#include "daemon/base/num.h"
#include "parsers/nursery.h"

int main(int argc, char **argv)
{
    struct nursery_limits limits = {INT64_C(1) << 30, 5000};
    int64_t fd = -1, cpu = 5;
    for (int i = 1; i + 1 < argc; i += 2) {
        struct slice value = slice_of(argv[i + 1]);
        bool ok = (strcmp(argv[i], "--nursery") == 0 && num_parse(value, 0, 1000, &fd)) ||
                  (strcmp(argv[i], "--memory") == 0 &&
                   num_parse(value, 1, INT64_MAX / 2, &limits.memory)) ||
                  (strcmp(argv[i], "--cpu") == 0 && num_parse(value, 1, 100000, &cpu));
        if (!ok)
            fd = -1;
    }
    if (fd < 0) {
        fprintf(stderr, "usage: tally-parse-hostile --nursery FD --memory BYTES --cpu SECONDS\n");
        return 64;
    }
    limits.cpu_ms = cpu * 1000;
    return nursery_run((int)fd, &limits);
}
