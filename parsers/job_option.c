/* SPDX-License-Identifier: ISC */
/* Options of a job. */
#include "parsers/job.h"

struct slice job_option(const struct job *j, const char *key)
{
    struct slice rest = j->options, line;
    while (slice_next(&rest, '\n', &line)) {
        struct slice name;
        if (slice_next(&line, '=', &name) && slice_is(name, key))
            return line.ptr ? line : SLICE("");
    }
    return (struct slice){NULL, 0};
}

bool job_option_yes(const struct job *j, const char *key)
{
    return slice_is(job_option(j, key), "yes");
}

bool job_is_delta(const struct job *j)
{
    return job_option_yes(j, "delta");
}
