/* SPDX-License-Identifier: ISC */
/* Counters and histograms. */
#include "daemon/metrics.h"

#include <stdlib.h>

static const int64_t bounds_us[METRICS_BUCKETS - 1] = {
    100, 500, 1000, 2500, 5000, 10000, 25000, 50000, 100000, 250000, 500000, 1000000, 5000000};

bool metrics_init(struct metrics *m, size_t sources, struct err *e)
{
    *m = (struct metrics){.source_count = sources, .reload_ok = true};
    m->sources = calloc(sources > 0 ? sources : 1, sizeof *m->sources);
    return m->sources || err_set(e, ERR_BUG, "out of memory");
}

void metrics_done(struct metrics *m)
{
    free(m->sources);
    *m = (struct metrics){0};
}

void metrics_observe(struct metrics_histogram *h, int64_t us)
{
    size_t i = 0;
    while (i < METRICS_BUCKETS - 1 && us > bounds_us[i])
        i++;
    h->buckets[i]++;
    h->count++;
    h->sum_us += us;
}

int64_t metrics_quantile(const struct metrics_histogram *h, int share)
{
    int64_t seen = 0;
    for (size_t i = 0; i < METRICS_BUCKETS - 1; i++) {
        seen += h->buckets[i];
        if (seen * 1000 >= h->count * share)
            return bounds_us[i];
    }
    return INT64_MAX;
}

/* Microseconds as seconds, without floating point. */
static void seconds(int64_t us, struct buf *out)
{
    buf_addf(out, "%lld.%06lld", (long long)(us / 1000000), (long long)(us % 1000000));
}

void metrics_histogram(const struct metrics_histogram *h, const char *name, const char *labels,
                       struct buf *out)
{
    int64_t seen = 0;
    const char *comma = labels[0] ? "," : "";
    for (size_t i = 0; i < METRICS_BUCKETS - 1; i++) {
        seen += h->buckets[i];
        buf_addf(out, "%s_bucket{%s%sle=\"", name, labels, comma);
        seconds(bounds_us[i], out);
        buf_addf(out, "\"} %lld\n", (long long)seen);
    }
    buf_addf(out, "%s_bucket{%s%sle=\"+Inf\"} %lld\n", name, labels, comma, (long long)h->count);
    buf_addf(out, labels[0] ? "%s_sum{%s} " : "%s_sum%s ", name, labels);
    seconds(h->sum_us, out);
    buf_addf(out, labels[0] ? "\n%s_count{%s} %lld\n" : "\n%s_count%s %lld\n", name, labels,
             (long long)h->count);
}
