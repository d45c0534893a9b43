/* SPDX-License-Identifier: ISC */
/* The configuration: strict INI read into one plain struct, every problem of every file found in
 * one run.
 *
 * The keys, their types, defaults and meanings are one table (config/keys.c): the reader, `tallyd
 * -T` and tallyd.conf(5)'s check all come from it. Durations are milliseconds, sizes bytes. Text
 * lies in the config's arena; behind plain text, paths and names of sources stands a NUL.
 */
#ifndef TALLYD_CONFIG_CONFIG_H
#define TALLYD_CONFIG_CONFIG_H

#include <stdint.h>

#include "daemon/base/arena.h"
#include "daemon/base/buf.h"
#include "daemon/base/err.h"

struct config_pair { /* key = value, verbatim */
    struct slice key, value;
    const char *where; /* the place, for messages: "FILE:LINE:COLUMN" */
};

struct config_list {
    struct slice *items;
    size_t count;
};

struct config_pairs {
    struct config_pair *items;
    size_t count;
};

enum config_mode { CONFIG_LIVE, CONFIG_TEST, CONFIG_REHEARSAL };
enum config_calls { CONFIG_CALLS_DEFAULT, CONFIG_CALLS_NO, CONFIG_CALLS_YES, CONFIG_CALLS_LIVE };
enum config_tri { CONFIG_UNSAID, CONFIG_NO, CONFIG_YES };
enum config_percent { CONFIG_FLOOR, CONFIG_NEAREST, CONFIG_ONE_DECIMAL };

struct config_file {        /* one of a source: url or url.NAME, path or path.NAME */
    struct slice name;      /* empty for the plain `url`/`path` */
    struct slice url, path; /* exactly one is there; a path is absolute */
    const char *where;
};

struct config_source {
    struct slice name;
    const char *where;
    struct slice format; /* a preset's name, or a format's */
    /* what follows from it: the format that is built in, and who makes its calls */
    struct slice engine, authority;
    struct config_file *files;
    size_t file_count;
    struct config_pairs companions; /* companion.NAME = URL or path */
    struct slice version_url, version_path, counties_url;
    struct slice state, county, part;
    struct config_list counties; /* empty after config_load: each became a source "NAME.county" */
    bool covers_county;
    int64_t priority, interval; /* interval: [poll]'s unless the source says */
    enum config_tri votes;      /* UNSAID: as the format does */
    enum config_calls calls;
    bool insecure_http;
    bool late;
    struct slice quiet_until; /* "HH:MM" or "HH:MM ZONE"; before noon: of the morning after */
    struct slice charset, unknown;
    /* header.NAME = value, or header = Name: value: the key is the header's name */
    struct config_pairs headers;
    /* of the format, with those of a preset that the source does not say itself; state, county and
     * charset are above */
    struct config_pairs options;
    const char **origins; /* where each key of the table was said, by its row; NULL: its default */
};

struct config {
    struct {
        struct slice name, timezone, organisation;
        struct config_list dates; /* ISO */
        enum config_mode mode;
        struct config_pairs polls_close; /* key "GA" or "TX/El Paso", value "HH:MM [ZONE]" */
    } election;
    struct {
        struct slice file;
        struct config_pairs columns; /* column.candidate_name = Full Name */
        struct config_list publish;
        int64_t min_cell;
    } endorsements;
    struct {
        struct config_list order;
    } calls;
    struct {
        enum config_percent percent;
        int64_t percent_from;
        struct config_list flip_from, baseline_states;
        int64_t baseline_elected;
        struct slice history; /* a path; empty: none */
    } totals;
    struct {
        int64_t interval, jitter_bp, timeout, max_body, backoff_first, backoff_most, max_per_host;
        int64_t least, most; /* the interval comes down to, and goes up to, by itself */
        int64_t before_close, settle;
        struct slice user_agent;
        struct config_list networks; /* CIDR */
        struct slice proxy, proxy_credential;
    } poll;
    struct {
        struct slice program;
        int64_t count, memory, cpu, wall_after_last_byte;
    } workers;
    struct config_guards {
        int64_t fall_flag_bp, fall_flag_votes, fall_hold_bp, confirm, double_low_bp, double_high_bp,
            double_min_votes, overvote_bp, future, lag_bp, lag, retract, retract_many;
    } guards;
    struct {
        struct slice url, prefix, user_credential, password_credential; /* url empty: no Redis */
        struct config_list sentinels;                                   /* host:port; empty: none */
        struct slice sentinel_master, sentinel_user_credential, sentinel_password_credential;
        int64_t heartbeat, min_interval;
    } redis;
    struct {
        struct slice listen, cors_origin; /* listen empty: no HTTP */
        struct config_list hosts;
        int64_t max_sse_clients;
    } http;
    struct {
        struct slice socket, group;
    } control;
    struct {
        struct slice directory;
    } state;
    struct {
        struct slice directory; /* empty: nothing is recorded */
        int64_t keep;
    } archive;
    struct config_source *sources;
    size_t source_count;
    const char **origins; /* as in a source */
    struct arena *arena;  /* owns all text */
};

struct config_args {
    const char *file; /* the main file; conf.d/, sources.d/ and formats/ are looked for beside it */
    const char *credentials; /* a directory, or NULL; $CREDENTIALS_DIRECTORY is the caller's */
    int64_t today;           /* for the live window: midnight UTC; 0: it is not judged */
    /* Sources besides those of the files: the text of one more file of sources.d, and what it is
     * called in messages; NULL: none. */
    const char *more_name;
    struct slice more;
    /* Where what could be read of a wrong configuration goes, so that more problems can be looked
     * for in one run; NULL: nowhere. The caller frees it. */
    struct config **partial;
};

/* Read everything. On failure *out is untouched and `problems` holds every problem found, a
 * paragraph each: file:line:column, the line itself, why, and the fix; *e sums them up. Relative
 * paths are taken from the main file's directory. */
bool config_load(const struct config_args *args, struct config **out, struct buf *problems,
                 struct err *e) MUST_USE;
void config_free(struct config *c); /* accepts NULL */

/* The merged configuration with where each value came from (-T), itself a configuration: loading it
 * gives an equal one. Secrets are names of credentials, never values. */
void config_dump(const struct config *c, struct buf *out);

/* The same values, wherever they were said. */
bool config_equal(const struct config *a, const struct config *b);

/* May a reload go from `running` to `next`, or one of sources only? False names the first key that
 * needs a restart, or a whole reload. */
bool config_may_reload(const struct config *running, const struct config *next, bool sources_only,
                       struct err *e) MUST_USE;

/* A value of polls-close: "19:00" or "19:00 America/Denver". The minute counts from 00:00 of the
 * election day, up to 30:59; the zone is empty where none is said. */
bool config_parse_polls(struct slice value, int *minute, struct slice *zone) MUST_USE;

/* Append a credential, without the white space behind it: the file NAME of the directory, or
 * tallyd_NAME, as LoadCredential=tallyd:DIRECTORY calls it. Refused: more than 4096 bytes, control
 * characters, readable by everybody. */
bool config_credential(const char *directory, struct slice name, struct buf *out,
                       struct err *e) MUST_USE;

/* Expand {date}, {date:%Y%m%d}, {version}, {election}, {county}, {county:_} (with _ for blanks),
 * {credential:NAME}; "{{" is a brace. An unknown name is an error. Version, election and county are
 * percent-encoded (the first two keep / { }, so that "{version}" can stand for itself); %Y %y %m
 * %-m %d %-d %b %B are known of dates. On failure what was added to `out` is to be thrown away. */
struct config_expand {
    int64_t date; /* midnight UTC of the election day */
    struct slice version, election, county;
    const char *credentials;
};
bool config_expand(struct slice text, const struct config_expand *with, struct buf *out,
                   struct err *e) MUST_USE;

#endif
