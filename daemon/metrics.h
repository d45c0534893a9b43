/* SPDX-License-Identifier: ISC */
/* What is counted while the daemon runs, and its page for Prometheus. */
#ifndef TALLYD_METRICS_H
#define TALLYD_METRICS_H

#include <stdint.h>

#include "daemon/base/buf.h"
#include "daemon/base/err.h"
#include "daemon/core/verdict.h"

struct settings;

enum metrics_poll { POLL_CHANGED, POLL_UNCHANGED, POLL_FAILED, POLL_REFUSED, POLL_RESULTS };

#define METRICS_BUCKETS 14

struct metrics_histogram {
    int64_t buckets[METRICS_BUCKETS]; /* not cumulative; the last one is +Inf */
    int64_t count, sum_us;
};

struct metrics_parse { /* how long payloads of one format took */
    char *format;      /* ours; its name, or a preset's */
    struct metrics_histogram times;
};

struct metrics_source {
    int64_t polls[POLL_RESULTS];
    int64_t verdicts[VERDICTS];
    int64_t last_success_ms, last_change_ms; /* real time, Unix; 0: never */
    bool up;
};

/* Who claims are counted under; all others are the last one, "other". */
#define METRICS_AUTHORITIES 6
extern const char *const metrics_authorities[METRICS_AUTHORITIES];

struct metrics {
    struct metrics_source *sources;
    size_t source_count;
    struct metrics_histogram poll, loop_delay;
    struct metrics_parse *parse; /* all of formats[], then presets as they are met */
    size_t parse_count;
    int64_t calls[METRICS_AUTHORITIES], retractions[METRICS_AUTHORITIES];
    bool reload_ok;
};

bool metrics_init(struct metrics *m, size_t sources, struct err *e) MUST_USE;
void metrics_done(struct metrics *m);

/* After a reload counting goes on: by name for sources that are still there. */
void metrics_take_over(struct metrics *m, const struct settings *s, const struct metrics *old,
                       const struct settings *old_settings);

void metrics_count_claim(struct metrics *m, struct slice by, bool taken_back);
/* One of a name not met before is left out when memory is out. */
void metrics_observe_parse(struct metrics *m, struct slice format, int64_t us);

void metrics_observe(struct metrics_histogram *h, int64_t us);
/* The smallest bucket bound, in microseconds, that `share` (of 1000) of the observations lie under.
 */
int64_t metrics_quantile(const struct metrics_histogram *h, int share);
/* The lines of one histogram; `labels` without braces, or "". */
void metrics_histogram(const struct metrics_histogram *h, const char *name, const char *labels,
                       struct buf *out);
/* Microseconds as seconds, without floating point. */
void metrics_seconds(int64_t us, struct buf *out);

#endif
