/* SPDX-License-Identifier: ISC */
/* Counters and histograms. */
#include "daemon/metrics.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/base/map.h"
#include "daemon/core/settings.h"
#include "parsers/formats.h"

static const int64_t bounds_us[METRICS_BUCKETS - 1] = {
    100, 500, 1000, 2500, 5000, 10000, 25000, 50000, 100000, 250000, 500000, 1000000, 5000000};

const char *const metrics_authorities[METRICS_AUTHORITIES] = {"desk",     "ap",        "ddhq",
                                                              "official", "unopposed", "other"};

/* The row of a format, made when there is none yet; NULL: no memory. */
static struct metrics_histogram *parse_times(struct metrics *m, struct slice format)
{
    for (size_t i = 0; i < m->parse_count; i++)
        if (slice_is(format, m->parse[i].format))
            return &m->parse[i].times;
    struct metrics_parse *more = realloc(m->parse, (m->parse_count + 1) * sizeof *more);
    if (!more)
        return NULL;
    m->parse = more;
    char *name = strndup(format.ptr, format.len);
    if (!name)
        return NULL;
    more[m->parse_count] = (struct metrics_parse){.format = name};
    return &more[m->parse_count++].times;
}

bool metrics_init(struct metrics *m, size_t sources, struct err *e)
{
    *m = (struct metrics){.source_count = sources, .reload_ok = true};
    m->sources = calloc(sources > 0 ? sources : 1, sizeof *m->sources);
    bool ok = m->sources != NULL;
    for (const struct format *f = formats; f->name; f++)
        ok = ok && parse_times(m, slice_of(f->name));
    return ok || err_set(e, ERR_BUG, "out of memory");
}

void metrics_done(struct metrics *m)
{
    for (size_t i = 0; i < m->parse_count; i++)
        free(m->parse[i].format);
    free(m->parse);
    free(m->sources);
    *m = (struct metrics){0};
}

/* Counts of the old sources by name; without memory they begin at 0, as after a restart. */
static void take_over_sources(struct metrics *m, const struct settings *s,
                              const struct metrics *old, const struct settings *old_settings)
{
    struct map *by_name = map_new(old->source_count + 1, false);
    for (size_t i = 0; by_name && i < old->source_count; i++)
        if (!map_put(by_name, old_settings->sources[i].name, &old->sources[i]))
            break;
    for (size_t i = 0; by_name && i < m->source_count; i++) {
        const struct metrics_source *before = map_get(by_name, s->sources[i].name);
        if (before)
            m->sources[i] = *before;
    }
    map_free(by_name);
}

void metrics_take_over(struct metrics *m, const struct settings *s, const struct metrics *old,
                       const struct settings *old_settings)
{
    take_over_sources(m, s, old, old_settings);
    m->poll = old->poll;
    m->loop_delay = old->loop_delay;
    for (size_t i = 0; i < old->parse_count; i++) {
        struct metrics_histogram *h = parse_times(m, slice_of(old->parse[i].format));
        if (h)
            *h = old->parse[i].times;
    }
    for (size_t i = 0; i < METRICS_AUTHORITIES; i++) {
        m->calls[i] += old->calls[i];
        m->retractions[i] += old->retractions[i];
    }
}

void metrics_count_claim(struct metrics *m, struct slice by, bool taken_back)
{
    size_t i = 0;
    while (i < METRICS_AUTHORITIES - 1 && !slice_is(by, metrics_authorities[i]))
        i++;
    if (taken_back)
        m->retractions[i]++;
    else
        m->calls[i]++;
}

void metrics_observe_parse(struct metrics *m, struct slice format, int64_t us)
{
    struct metrics_histogram *h = parse_times(m, format);
    if (h)
        metrics_observe(h, us);
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

void metrics_seconds(int64_t us, struct buf *out)
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
        metrics_seconds(bounds_us[i], out);
        buf_addf(out, "\"} %lld\n", (long long)seen);
    }
    buf_addf(out, "%s_bucket{%s%sle=\"+Inf\"} %lld\n", name, labels, comma, (long long)h->count);
    buf_addf(out, labels[0] ? "%s_sum{%s} " : "%s_sum%s ", name, labels);
    metrics_seconds(h->sum_us, out);
    buf_addf(out, labels[0] ? "\n%s_count{%s} %lld\n" : "\n%s_count%s %lld\n", name, labels,
             (long long)h->count);
}
