/* SPDX-License-Identifier: ISC */
/* Configuration, endorsement list, zones and credentials made into what the core and the poller are
 * told. */
#include "daemon/plan.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/zone_file.h"
#include "daemon/base/counted.h"
#include "daemon/base/text.h"
#include "daemon/base/when.h"
#include "daemon/core/calls.h"
#include "daemon/core/history.h"
#include "daemon/core/polls.h"
#include "daemon/core/publish.h"
#include "daemon/core/states.h"
#include "daemon/edge/cursor.h"
#include "daemon/edge/file.h"
#include "daemon/edge/redis_tls.h"
#include "daemon/edge/work.h"
#include "parsers/formats.h"

#define PLAN_MAX (256 << 20)
#define LIST_MAX (64 << 20)
#define LIST_PROBLEMS_MAX (1 << 20)
#define ZONES_MAX 64
#define STALE_INTERVALS 10
#define STALE_LEAST (5 * WHEN_MINUTE)
#define CREDENTIAL_MAX 4096
#define DELTA_LINE (sizeof "delta=yes")

struct making { /* a plan under way, and what is wrong with it */
    struct plan *plan;
    const struct plan_args *args;
    struct buf *problems;
    size_t wrong, wrong_in_list; /* of all problems */
};

static void problem(struct making *m, const char *where, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static void problem(struct making *m, const char *where, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    if (where)
        buf_addf(m->problems, "%s: ", where);
    buf_addv(m->problems, fmt, ap);
    buf_addc(m->problems, '\n');
    va_end(ap);
    m->wrong++;
}

/* Memory that is out is a problem like any other: the plan is not made. */
static void *want(struct making *m, size_t count, size_t size)
{
    void *p = arena_array(m->plan->arena, count > 0 ? count : 1, size);
    if (!p && m->wrong == 0)
        problem(m, NULL, "the configuration needs more than %d MB of memory", PLAN_MAX >> 20);
    return p;
}

static struct zone *find_zone(struct making *m, struct slice name, const char *where)
{
    struct plan *p = m->plan;
    struct err e = {0};
    for (size_t i = 0; i < p->zone_count; i++)
        if (slice_eq(zone_name(p->zones[i]), name))
            return p->zones[i];
    if (p->zone_count == ZONES_MAX) {
        problem(m, where, "more than %d time zones", ZONES_MAX);
        return NULL;
    }
    if (!zone_file_read(name, &p->zones[p->zone_count], &e)) {
        problem(m, where, "%s", e.text);
        return NULL;
    }
    return p->zones[p->zone_count++];
}

/* ---- [election] ---- */

static void plan_election(struct making *m)
{
    const struct config *c = m->plan->config;
    struct settings *s = &m->plan->settings;
    s->election = c->election.name;
    s->organisation = c->election.organisation;
    s->mode = c->election.mode == CONFIG_LIVE   ? MODE_LIVE
              : c->election.mode == CONFIG_TEST ? MODE_TEST
                                                : MODE_REHEARSAL;
    s->zone = find_zone(m, c->election.timezone, "[election] timezone");
    if (c->election.dates.count == 0 || !when_parse_date(c->election.dates.items[0], &s->date)) {
        problem(m, NULL, "[election] dates: give the election day, as in dates = 2026-11-03");
        return;
    }
}

static void plan_close(struct making *m, const struct config_pair *pair, struct settings_polls *out)
{
    struct slice rest = pair->key, state_name, zone_name = {0};
    slice_next(&rest, '/', &state_name);
    const struct state *state = states_find(state_name);
    if (!state) {
        problem(m, pair->where, "polls-close.%.*s: no such state; write two letters",
                SLICE_FMT(pair->key));
        return;
    }
    out->state = slice_of(state->code);
    out->county = rest;
    if (!config_parse_polls(pair->value, &out->minute, &zone_name)) {
        problem(m, pair->where, "polls-close.%.*s = %.*s: write HH:MM or HH:MM ZONE",
                SLICE_FMT(pair->key), SLICE_FMT(pair->value));
        return;
    }
    if (zone_name.len == 0 && !state->zone) {
        problem(m, pair->where,
                "polls-close.%.*s: %s has more than one time zone; say which, as in 19:00 "
                "America/Chicago",
                SLICE_FMT(pair->key), state->name);
        return;
    }
    out->zone = find_zone(m, zone_name.len > 0 ? zone_name : slice_of(state->zone), pair->where);
}

static void plan_polls(struct making *m)
{
    const struct config_pairs *pairs = &m->plan->config->election.polls_close;
    struct settings *s = &m->plan->settings;
    struct settings_polls *polls = want(m, pairs->count, sizeof *polls);
    if (!polls)
        return;
    for (size_t i = 0; i < pairs->count; i++)
        plan_close(m, &pairs->items[i], &polls[i]);
    s->polls = polls;
    s->polls_count = pairs->count;
}

/* Is the close told for this place: by the state's row, or by its county's? */
static bool place_has_close(const struct settings *s, const struct endorsement *e)
{
    if (e->polls_minute >= 0)
        return true;
    for (size_t i = 0; i < s->polls_count; i++)
        if (slice_eq(s->polls[i].state, e->state) &&
            (s->polls[i].county.len == 0 || polls_same_county(s->polls[i].county, e->county)))
            return true;
    return false;
}

/* A state with endorsements and no closing time could let votes in too early: an error. */
static void check_polls(struct making *m)
{
    const struct endorsements *list = &m->plan->endorsed;
    for (size_t i = 0; i < list->count; i++) {
        const struct endorsement *e = &list->list[i];
        bool said = place_has_close(&m->plan->settings, e);
        for (size_t k = 0; k < i && !said; k++) /* once a state is enough */
            said = slice_eq(list->list[k].state, e->state) &&
                   !place_has_close(&m->plan->settings, &list->list[k]);
        if (!said)
            problem(m, NULL,
                    "[election] polls-close.%.*s is missing: candidates are endorsed there; write "
                    "polls-close.%.*s = HH:MM",
                    SLICE_FMT(e->state), SLICE_FMT(e->state));
    }
}

/* ---- [endorsements] ---- */

/* The list's bytes: the file's, or those that run, whatever is in the file. */
static bool read_list(struct making *m, const char *path, struct slice *text, struct err *e)
{
    struct slice runs = m->args->list, now;
    struct plan *p = m->plan;
    if (runs.len == 0)
        return file_read(path, LIST_MAX, p->arena, text, e);
    p->list_waits = !file_read(path, LIST_MAX, p->arena, &now, e) || !slice_eq(now, runs);
    *text = arena_copy(p->arena, runs);
    return text->ptr || err_set(e, ERR_BUG, "out of memory");
}

static void plan_endorsed(struct making *m)
{
    const struct config *c = m->plan->config;
    struct slice text;
    struct err e = {0};
    size_t before = m->wrong;
    if (c->endorsements.file.len == 0) {
        problem(m, NULL, "[endorsements] file is missing: the list of endorsed candidates, a CSV");
        return;
    }
    const char *path = c->endorsements.file.ptr;
    struct endorse_column *columns = want(m, c->endorsements.columns.count, sizeof *columns);
    if (!columns)
        return;
    for (size_t i = 0; i < c->endorsements.columns.count; i++)
        columns[i] = (struct endorse_column){.ours = c->endorsements.columns.items[i].key,
                                             .theirs = c->endorsements.columns.items[i].value};
    if (!read_list(m, path, &text, &e)) {
        problem(m, "[endorsements] file", "%s%s", e.text,
                e.kind == ERR_NOINPUT ? ": write your list there (tallyd.conf(5), ENDORSEMENT LIST)"
                                      : "");
        return;
    }
    struct buf lines;
    m->plan->list = text;
    m->plan->settings.list = digest_of(text);
    buf_init(&lines, LIST_PROBLEMS_MAX);
    if (!endorse_parse(text, columns, c->endorsements.columns.count, m->plan->settings.date,
                       m->plan->arena, &m->plan->endorsed, &lines, &e)) {
        if (lines.len == 0)
            problem(m, path, "%s", e.text);
        for (struct slice rest = buf_slice(&lines), line; slice_next(&rest, '\n', &line);) {
            bool located = line.len > 0 && line.ptr[0] >= '0' && line.ptr[0] <= '9';
            if (line.len > 0)
                problem(m, NULL, "%s:%s%.*s", path, located ? "" : " ", SLICE_FMT(line));
        }
    }
    buf_done(&lines);
    m->wrong_in_list = m->wrong - before;
}

/* ---- [calls] [totals] [guards] ---- */

static void plan_history(struct making *m)
{
    struct settings *s = &m->plan->settings;
    const char *path = m->plan->config->totals.history.ptr;
    struct settings_cycle *cycles = NULL;
    struct slice text;
    struct err e = {0};
    if (m->plan->config->totals.history.len == 0)
        return;
    if (!file_read(path, LIST_MAX, m->plan->arena, &text, &e))
        problem(m, "[totals] history", "%s", e.text);
    else if (!history_parse(text, m->plan->arena, &cycles, &s->cycle_count, &e))
        problem(m, NULL, "%s:%s", path, e.text);
    s->cycles = cycles;
}

static void plan_publish(struct making *m)
{
    const struct config *c = m->plan->config;
    struct settings *s = &m->plan->settings;
    struct err e = {0};
    s->publish = c->endorsements.publish.items;
    s->publish_count = c->endorsements.publish.count;
    s->min_cell = c->endorsements.min_cell;
    for (size_t i = 0; i < s->publish_count; i++)
        if (!publish_check(s->publish[i], &e))
            problem(m, "[endorsements] publish", "%s", e.text);
}

static void plan_rules(struct making *m)
{
    const struct config *c = m->plan->config;
    struct settings *s = &m->plan->settings;
    s->call_order = c->calls.order.items;
    s->call_order_count = c->calls.order.count;
    s->percent = c->totals.percent == CONFIG_FLOOR     ? PERCENT_FLOOR
                 : c->totals.percent == CONFIG_NEAREST ? PERCENT_NEAREST
                                                       : PERCENT_ONE_DECIMAL;
    s->percent_from = c->totals.percent_from;
    s->flip_from = c->totals.flip_from.items;
    s->flip_from_count = c->totals.flip_from.count;
    s->baseline_elected = c->totals.baseline_elected;
    s->baseline_states = c->totals.baseline_states.items;
    s->baseline_state_count = c->totals.baseline_states.count;
    plan_history(m);
    plan_publish(m);
    s->guards = (struct settings_guards){
        .fall_flag_bp = c->guards.fall_flag_bp,
        .fall_flag_votes = c->guards.fall_flag_votes,
        .fall_hold_bp = c->guards.fall_hold_bp,
        .confirm_ms = c->guards.confirm,
        .double_low_bp = c->guards.double_low_bp,
        .double_high_bp = c->guards.double_high_bp,
        .double_min_votes = c->guards.double_min_votes,
        .overvote_bp = c->guards.overvote_bp,
        .future_ms = c->guards.future,
        .lag_bp = c->guards.lag_bp,
        .lag_ms = c->guards.lag,
        .retract_ms = c->guards.retract,
        .retract_many = c->guards.retract_many,
    };
}

/* ---- [source ...] ---- */

static struct slice expand(struct making *m, struct slice text, const struct config_source *from,
                           const struct config_expand *known)
{
    struct buf out;
    struct err e = {0};
    struct slice result = {0};
    struct config_expand with = *known;
    with.date = m->plan->settings.date;
    with.county = from->county;
    with.credentials = m->args->config.credentials;
    buf_init(&out, 1 << 20);
    if (!config_expand(text, &with, &out, &e))
        problem(m, from->where, "[source %.*s] %s", SLICE_FMT(from->name), e.text);
    else
        result = arena_copy(m->plan->arena, buf_slice(&out));
    buf_done(&out);
    return result;
}

/* Each {credential:NAME} of a text is one that is sent. What is wrong with it, who expands it says.
 */
static void note_credentials(struct making *m, struct poller_source *out, struct slice text)
{
    const struct slice mark = SLICE("{credential:");
    for (size_t at; (at = slice_find(text, mark)) != SIZE_MAX;) {
        struct buf value;
        struct err ignored;
        text = slice_sub(text, at + mark.len, text.len);
        struct slice name = slice_sub(text, 0, slice_find(text, SLICE("}")));
        buf_init(&value, 1 << 16);
        out->has_credential = true;
        if (config_credential(m->args->config.credentials, name, &value, &ignored))
            out->credentials =
                arena_printf(m->plan->arena, "%.*s%.*s\n", SLICE_FMT(out->credentials),
                             SLICE_FMT(buf_slice(&value)));
        if (value.ptr)
            explicit_bzero(value.ptr, value.len);
        buf_done(&value);
    }
}

static struct slice option_of(const struct config_source *from, const char *key)
{
    for (size_t i = 0; i < from->options.count; i++)
        if (slice_is(from->options.items[i].key, key))
            return from->options.items[i].value;
    return (struct slice){0};
}

/* Workers cannot read zone files: they are told the rule of the zone in which the feed's local
 * times are. Its own option says which, else its format, else its state where that has one zone. */
static struct slice zone_rule_of(struct making *m, const struct config_source *from,
                                 const struct format *format)
{
    struct slice name = option_of(from, "timezone");
    const struct state *state = states_find(from->state);
    if (name.len == 0 && format->timezone)
        name = slice_of(format->timezone);
    if (name.len == 0 && state && state->zone)
        name = slice_of(state->zone);
    const struct zone *zone = name.len > 0 ? find_zone(m, name, from->where) : NULL;
    return zone ? zone_rule(zone) : (struct slice){0};
}

/* "key=value\n" lines for the worker. */
static struct slice option_lines(struct making *m, const struct config_source *from,
                                 const struct format *format)
{
    struct slice zone = zone_rule_of(m, from, format);
    struct buf out;
    buf_init(&out, 1 << 20);
    for (size_t i = 0; i < from->options.count; i++)
        buf_addf(&out, "%.*s=%.*s\n", SLICE_FMT(from->options.items[i].key),
                 SLICE_FMT(from->options.items[i].value));
    if (from->state.len > 0)
        buf_addf(&out, "state=%.*s\n", SLICE_FMT(from->state));
    if (from->county.len > 0)
        buf_addf(&out, "county=%.*s\n", SLICE_FMT(from->county));
    if (from->charset.len > 0)
        buf_addf(&out, "charset=%.*s\n", SLICE_FMT(from->charset));
    if (from->unknown.len > 0)
        buf_addf(&out, "unknown=%.*s\n", SLICE_FMT(from->unknown));
    if (zone.len > 0)
        buf_addf(&out, "zone=%.*s\n", SLICE_FMT(zone));
    if (out.len + DELTA_LINE > WIRE_OPTIONS_MAX)
        problem(m, from->where, "[source %.*s] its options take more than %d bytes",
                SLICE_FMT(from->name), WIRE_OPTIONS_MAX);
    struct slice lines = arena_copy(m->plan->arena, buf_slice(&out));
    buf_done(&out);
    return lines;
}

static void plan_headers(struct making *m, const struct config_source *from,
                         struct poller_source *out)
{
    struct slice *headers = want(m, from->headers.count, sizeof *headers);
    if (!headers)
        return;
    for (size_t i = 0; i < from->headers.count; i++) {
        const struct config_pair *pair = &from->headers.items[i];
        struct slice value = expand(m, pair->value, from, &(struct config_expand){0});
        headers[i] =
            arena_printf(m->plan->arena, "%.*s: %.*s", SLICE_FMT(pair->key), SLICE_FMT(value));
        note_credentials(m, out, pair->value);
    }
    out->headers = headers;
    out->header_count = from->headers.count;
}

/* These are only known when it is polled: they stay as they are. */
static const struct config_expand AS_IS = {.version = SLICE_INIT("{version}"),
                                           .election = SLICE_INIT("{election}")};

static struct slice url_of(struct making *m, const struct config_source *from,
                           struct poller_source *out, struct slice url)
{
    note_credentials(m, out, url);
    return url.len > 0 ? expand(m, url, from, &AS_IS) : url;
}

/* The parameters of an address that are credentials: they belong into every address of the feed. */
static struct slice secrets_of(struct making *m, const struct config_source *from, struct slice url)
{
    struct buf marked;
    struct slice secrets = {0};
    buf_init(&marked, 1 << 16);
    cursor_secrets(url, SLICE("{credential:"), &marked);
    if (marked.len > 0)
        secrets = expand(m, buf_slice(&marked), from, &AS_IS);
    buf_done(&marked);
    return secrets;
}

static void plan_files(struct making *m, const struct config_source *from,
                       struct settings_source *core, struct poller_source *out)
{
    struct poller_file *files = want(m, from->file_count, sizeof *files);
    struct slice *names = want(m, from->file_count, sizeof *names);
    struct poller_companion *companions = want(m, from->companions.count, sizeof *companions);
    if (!files || !names || !companions)
        return;
    for (size_t i = 0; i < from->file_count; i++) {
        names[i] = from->files[i].name;
        files[i] = (struct poller_file){.url = url_of(m, from, out, from->files[i].url),
                                        .secrets = secrets_of(m, from, from->files[i].url),
                                        .path = from->files[i].path};
    }
    for (size_t i = 0; i < from->companions.count; i++) {
        struct slice value = from->companions.items[i].value;
        if (slice_find(value, SLICE("://")) != SIZE_MAX)
            companions[i].url = url_of(m, from, out, value);
        else
            companions[i].path = value;
    }
    core->files = names;
    core->file_count = out->file_count = from->file_count;
    out->files = files;
    out->companions = companions;
    out->companion_count = from->companions.count;
}

static void plan_pointers(struct making *m, const struct config_source *from,
                          struct poller_source *out)
{
    struct arena *a = m->plan->arena;
    out->version_url = url_of(m, from, out, from->version_url);
    out->counties_url = url_of(m, from, out, from->counties_url);
    if (from->version_path.len > 0)
        out->version_options =
            arena_printf(a, "version-path=%.*s\n", SLICE_FMT(from->version_path));
    if (from->counties_url.len > 0)
        out->counties_options = arena_printf(a, "county=%.*s\n", SLICE_FMT(from->county));
}

/* By its state's zone, else the sentence's. */
static int64_t quiet_until(struct making *m, const struct config_source *from)
{
    const struct state *state = states_find(from->state);
    const struct zone *zone = m->plan->settings.zone;
    struct slice name = {0};
    int minute = 0;
    if (!config_parse_polls(from->quiet_until, &minute, &name))
        return 0; /* the configuration reader has refused it already */
    if (name.len == 0 && state && state->zone)
        name = slice_of(state->zone);
    if (name.len > 0)
        zone = find_zone(m, name, from->where);
    int64_t local = m->plan->settings.date + minute * WHEN_MINUTE;
    if (minute < 12 * 60)
        local += WHEN_DAY;
    return zone ? zone_from_local(zone, local) : local;
}

static void plan_source(struct making *m, const struct config_source *from,
                        struct settings_source *core, struct poller_source *out)
{
    const struct format *format = format_find(from->engine);
    if (!format) { /* the configuration reader has refused it already */
        problem(m, from->where, "[source %.*s] format = %.*s: unknown", SLICE_FMT(from->name),
                SLICE_FMT(from->format));
        return;
    }
    bool calls =
        from->calls == CONFIG_CALLS_DEFAULT ? format->calls : from->calls != CONFIG_CALLS_NO;
    int64_t speed = m->args->speed > 0 ? m->args->speed : 1;
    int64_t stale = from->interval * STALE_INTERVALS * speed;
    struct slice options = option_lines(m, from, format);
    *core = (struct settings_source){
        .name = from->name,
        .state = from->state,
        .county = from->county,
        .part = from->part,
        .authority = from->authority,
        .covers_county = from->covers_county,
        .votes = from->votes == CONFIG_UNSAID ? format->votes : from->votes == CONFIG_YES,
        .calls = !calls                             ? CALLS_NO
                 : from->calls == CONFIG_CALLS_LIVE ? CALLS_LIVE
                                                    : CALLS_YES,
        .priority = from->priority,
        .stale_after_ms = stale > STALE_LEAST ? stale : STALE_LEAST,
        .quiet_until_ms = quiet_until(m, from),
        .late = from->late,
    };
    *out = (struct poller_source){
        .name = from->name,
        .format = from->engine,
        .preset = from->format,
        .options = options,
        .delta_options = arena_printf(m->plan->arena, "%.*sdelta=yes\n", SLICE_FMT(options)),
        .interval_ms = from->interval,
    };
    plan_files(m, from, core, out);
    plan_headers(m, from, out);
    plan_pointers(m, from, out);
}

static struct slice read_credential(struct making *m, const char *key, struct slice name)
{
    struct err e = {0};
    struct buf out;
    struct slice secret = {0};
    if (name.len == 0)
        return secret;
    buf_init(&out, CREDENTIAL_MAX);
    if (!config_credential(m->args->config.credentials, name, &out, &e))
        problem(m, key, "%.*s: %s", SLICE_FMT(name), e.text);
    else
        secret = arena_copy(m->plan->arena, buf_slice(&out));
    buf_done(&out);
    return secret;
}

static void plan_sources(struct making *m)
{
    struct plan *p = m->plan;
    size_t n = p->config->source_count;
    struct settings_source *sources = want(m, n, sizeof *sources);
    p->poller_sources = want(m, n, sizeof *p->poller_sources);
    if (!sources || !p->poller_sources)
        return;
    for (size_t i = 0; i < n; i++)
        plan_source(m, &p->config->sources[i], &sources[i], &p->poller_sources[i]);
    p->settings.sources = sources;
    p->settings.source_count = n;
    p->poller = (struct poller_settings){
        .jitter_bp = p->config->poll.jitter_bp,
        .timeout_ms = p->config->poll.timeout,
        .max_body = p->config->poll.max_body,
        .backoff_first_ms = p->config->poll.backoff_first,
        .backoff_most_ms = p->config->poll.backoff_most,
        .max_per_host = p->config->poll.max_per_host,
        .least_ms = p->config->poll.least,
        .most_ms = p->config->poll.most,
        .early_ms = p->config->poll.before_close,
        .settle_ms = p->config->poll.settle,
        .user_agent = p->config->poll.user_agent,
        .networks = p->config->poll.networks.items,
        .network_count = p->config->poll.networks.count,
        .proxy = p->config->poll.proxy,
        .proxy_user =
            read_credential(m, "[poll] proxy-credential", p->config->poll.proxy_credential),
        .sources = p->poller_sources,
        .source_count = n,
    };
}

/* A hint for a source that is not there would leave a candidate unmatched in silence. */
static void check_hints(struct making *m)
{
    const struct plan *p = m->plan;
    const char **names = want(m, p->settings.source_count, sizeof *names);
    for (size_t i = 0; names && i < p->settings.source_count; i++)
        names[i] = p->settings.sources[i].name.ptr;
    for (size_t i = 0; names && i < p->endorsed.count; i++) {
        const struct endorsement *e = &p->endorsed.list[i];
        for (size_t k = 0; k < e->hint_count; k++) {
            size_t at = 0;
            while (at < p->settings.source_count && !slice_is(e->hints[k].source, names[at]))
                at++;
            if (at < p->settings.source_count)
                continue;
            const char *near =
                text_did_you_mean(e->hints[k].source, names, p->settings.source_count);
            problem(m, NULL,
                    "%s:%zu: column source_hints: it names %.*s, and there is no such source%s%s%s",
                    p->config->endorsements.file.ptr, e->line, SLICE_FMT(e->hints[k].source),
                    near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
        }
    }
}

/* A source whose calls stand in no order would call in vain. */
static void check_authorities(struct making *m)
{
    const struct settings *s = &m->plan->settings;
    for (size_t i = 0; i < s->source_count; i++) {
        const struct settings_source *source = &s->sources[i];
        bool ranked = source->calls == CALLS_NO;
        for (size_t k = 0; k < s->call_order_count; k++)
            ranked |= slice_eq(s->call_order[k], source->authority);
        if (!ranked)
            problem(m, m->plan->config->sources[i].where,
                    "[source %.*s] makes calls as %.*s, which [calls] order does not name: add it "
                    "there, "
                    "or write calls = no here",
                    SLICE_FMT(source->name), SLICE_FMT(source->authority));
    }
}

/* ---- [redis] ---- */

/* "127.0.0.1:6379/0", "[::1]:0", "localhost"; not "127.0.0.1.example.org". */
static bool is_loopback(struct slice address)
{
    struct slice host = address;
    if (slice_starts(address, SLICE("[::1]")))
        return true;
    for (host.len = 0; host.len < address.len && !strchr(":/", address.ptr[host.len]);)
        host.len++;
    bool digits = true;
    for (size_t i = 0; i < host.len; i++)
        digits &= (host.ptr[i] >= '0' && host.ptr[i] <= '9') || host.ptr[i] == '.';
    return slice_is(host, "localhost") || (digits && slice_starts(host, SLICE("127.")));
}

static void plan_redis(struct making *m)
{
    struct plan *p = m->plan;
    const struct config *c = p->config;
    struct err e = {0};
    const struct {
        const char *key;
        struct slice name, *to;
    } credentials[] = {
        {"[redis] user-credential", c->redis.user_credential, &p->redis_user},
        {"[redis] password-credential", c->redis.password_credential, &p->redis_password},
        {"[redis] sentinel-user-credential", c->redis.sentinel_user_credential, &p->sentinel_user},
        {"[redis] sentinel-password-credential", c->redis.sentinel_password_credential,
         &p->sentinel_password},
    };
    for (size_t i = 0; i < sizeof credentials / sizeof credentials[0]; i++)
        *credentials[i].to = read_credential(m, credentials[i].key, credentials[i].name);
    if (slice_starts(c->redis.url, SLICE("rediss://")) && !redis_tls_exists(&e))
        problem(m, NULL, "[redis] url = %.*s: %s", SLICE_FMT(c->redis.url), e.text);
}

/* A simulated clock must never write where a live audience reads. */
static void check_simulated(struct making *m)
{
    const struct config *c = m->plan->config;
    const struct config_list *sentinels = &c->redis.sentinels;
    for (size_t i = 0; i < sentinels->count; i++)
        if (!is_loopback(sentinels->items[i]))
            problem(m, NULL,
                    "[redis] sentinels: %.*s: --clock and --replay are refused unless Redis is on "
                    "loopback",
                    SLICE_FMT(sentinels->items[i]));
    struct slice host = c->redis.url;
    size_t at = slice_find(host, SLICE("://"));
    if (at != SIZE_MAX)
        host = slice_sub(host, at + 3, host.len);
    if (host.len > 0 && sentinels->count == 0 && !slice_starts(c->redis.url, SLICE("unix:")) &&
        !is_loopback(host))
        problem(m, NULL,
                "[redis] url = %.*s: --clock and --replay are refused unless Redis is on loopback",
                SLICE_FMT(c->redis.url));
    if (c->http.listen.len > 0 && !is_loopback(c->http.listen))
        problem(m, NULL,
                "[http] listen = %.*s: --clock and --replay are refused unless HTTP is on loopback",
                SLICE_FMT(c->http.listen));
}

/* ---- [workers] ---- */

/* A tree that is built and not installed has tally-parse beside tallyd; another PREFIX has it in
 * ../bin. Looked for only where the program is left at its default and is not there. */
static void find_program(struct making *m)
{
    static const char *const places[] = {"tally-parse", "../bin/tally-parse"};
    struct config *c = m->plan->config;
    char self[4096];
    if (!slice_is(c->workers.program, "/usr/bin/tally-parse") ||
        access(c->workers.program.ptr, X_OK) == 0)
        return;
    ssize_t n = readlink("/proc/self/exe", self, sizeof self);
    while (n > 0 && self[n - 1] != '/')
        n--;
    for (size_t i = 0; n > 0 && i < sizeof places / sizeof places[0]; i++) {
        struct slice path = arena_printf(m->plan->arena, "%.*s%s", (int)n, self, places[i]);
        if (path.ptr && access(path.ptr, X_OK) == 0) {
            c->workers.program = path;
            return;
        }
    }
}

/* What is wrong with the list is said together with what is wrong with the configuration. */
static void look_further(struct making *m, struct err *e)
{
    const struct config *c = m->plan->config;
    struct err first = *e;
    if (!c || c->endorsements.file.len == 0)
        return;
    if (c->election.dates.count == 0 ||
        !when_parse_date(c->election.dates.items[0], &m->plan->settings.date))
        m->plan->settings.date = 0; /* said already */
    plan_endorsed(m);
    if (m->wrong > 0)
        err_set(e, first.kind, "%s; %zu more in the endorsement list", first.text, m->wrong);
}

/* How many problems there are, and in which of the two. */
static void sum_up(const struct making *m, struct err *e)
{
    size_t config = m->wrong - m->wrong_in_list;
    const char *list = m->plan->config->endorsements.file.ptr;
    if (config == 0)
        err_set(e, ERR_CONFIG, "%s: " COUNTED "; nothing of it is used", list,
                COUNT_OF(m->wrong_in_list, "problem", "problems"));
    else
        err_set(e, ERR_CONFIG, "%s: " COUNTED "%s%s; nothing of it is used", m->args->config.file,
                COUNT_OF(m->wrong, "problem", "problems"),
                m->wrong_in_list ? ", with those of " : "", m->wrong_in_list ? list : "");
}

bool plan_make(const struct plan_args *args, struct plan **out, struct buf *problems, struct err *e)
{
    struct plan *p = calloc(1, sizeof *p);
    struct making m = {.plan = p, .args = args, .problems = problems};
    if (!p || !(p->arena = arena_new(PLAN_MAX)) ||
        !(p->zones = arena_array(p->arena, ZONES_MAX, sizeof(struct zone *)))) {
        plan_free(p);
        return err_set(e, ERR_BUG, "out of memory");
    }
    struct config_args from = args->config;
    from.partial = &p->config;
    if (!config_load(&from, &p->config, problems, e)) {
        look_further(&m, e);
        plan_free(p);
        return false;
    }
    find_program(&m);
    plan_election(&m);
    plan_polls(&m);
    plan_rules(&m);
    plan_endorsed(&m);
    check_polls(&m);
    plan_sources(&m);
    check_hints(&m);
    check_authorities(&m);
    plan_redis(&m);
    p->simulated = args->simulated;
    if (args->simulated)
        check_simulated(&m);
    if (m.wrong > 0) {
        sum_up(&m, e);
        plan_free(p);
        return false;
    }
    *out = p;
    return true;
}

void plan_free(struct plan *p)
{
    if (!p)
        return;
    for (size_t i = 0; i < p->zone_count; i++)
        zone_free(p->zones[i]);
    config_free(p->config);
    arena_free(p->arena);
    free(p);
}

size_t plan_counted(const struct plan *p)
{
    size_t n = 0;

    for (size_t i = 0; i < p->endorsed.count; i++)
        n += calls_counts(&p->endorsed.list[i]);
    return n;
}
