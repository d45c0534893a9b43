/* SPDX-License-Identifier: ISC */
/* Every key of the configuration, in one table. */
#include "config/keys.h"

#include <string.h>

#include "config/config.h"
#include "config/key_checks.h"
#include "config/url.h"

static const char *const yes_no[] = {"no", "yes", NULL};
static const char *const tri[] = {"", "no", "yes", NULL};               /* enum config_tri */
static const char *const modes[] = {"live", "test", "rehearsal", NULL}; /* enum config_mode */
static const char *const rounding[] = {"floor", "nearest", "one-decimal", NULL};
static const char *const calls[] = {"", "no", "yes", "live", NULL}; /* enum config_calls */
static const char *const covers[] = {"race", "county", NULL};       /* covers_county */

#define MS INT64_C(1)
#define SECOND (1000 * MS)
#define HOUR (3600 * SECOND)
#define DAY (24 * HOUR)
#define MB (INT64_C(1) << 20)
#define GB (INT64_C(1) << 30)
#define GLOBAL(part, field) .section = #part, .at = offsetof(struct config, part.field)
#define SOURCE(field) .section = "source", .at = offsetof(struct config_source, field)

const struct config_key config_keys[] = {
    {GLOBAL(election, name), .name = "name", .type = KEY_TEXT, .check = check_text,
     .about = "what the election is called, for people"},
    {GLOBAL(election, dates), .name = "dates", .type = KEY_LIST, .check = check_date,
     .about = "election days as YYYY-MM-DD, earliest first; required"},
    {GLOBAL(election, timezone), .name = "timezone", .type = KEY_TEXT, .preset = "America/New_York",
     .check = check_zone, .about = "the zone of times in the sentence"},
    {GLOBAL(election, organisation), .name = "organisation", .type = KEY_TEXT, .check = check_text,
     .about = "who endorses"},
    {GLOBAL(election, mode), .name = "mode", .type = KEY_CHOICE, .preset = "live", .words = modes,
     .fixed = true,
     .about = "live, test or rehearsal: stands in every message; live is refused earlier than a "
              "day before the first election day"},
    {GLOBAL(election, polls_close), .name = "polls-close.", .type = KEY_PAIRS, .check = check_polls,
     .about = "polls-close.GA or polls-close.TX/El Paso: local time HH:MM, and the zone where the "
              "state has two"},

    {GLOBAL(endorsements, file), .name = "file", .type = KEY_PATH,
     .about = "the list of endorsed candidates, a CSV; required"},
    {GLOBAL(endorsements, columns), .name = "column.", .type = KEY_PAIRS,
     .about = "column.candidate_name = Full Name: the name this list has for a known column"},
    {GLOBAL(endorsements, publish), .name = "publish", .type = KEY_LIST, .check = check_text,
     .about = "columns and tags that are public: office_level, tags, tag:NAME, or sum:NAME (only "
              "counted); no other exists outside the control socket"},
    {GLOBAL(endorsements, min_cell), .name = "min-cell", .type = KEY_COUNT, .preset = "5", .min = 1,
     .max = 1000,
     .about = "public counts by tag are hidden where fewer people than this are behind them"},

    {GLOBAL(calls, order), .name = "order", .type = KEY_LIST, .preset = "desk, ap, ddhq, official",
     .check = check_authority, .fixed = true,
     .about = "whose calls count, highest first; desk leads"},

    {GLOBAL(totals, percent), .name = "percent", .type = KEY_CHOICE, .preset = "floor",
     .words = rounding, .about = "floor, nearest or one-decimal; floor never overstates"},
    {GLOBAL(totals, percent_from), .name = "percent-from", .type = KEY_COUNT, .preset = "10",
     .min = 1, .max = 1000000, .about = "no percentage while fewer than this are called"},
    {GLOBAL(totals, flip_from), .name = "flip-from", .type = KEY_LIST, .check = check_text,
     .about = "the parties whose seats are flips when ours win them; any other party's unless "
              "said"},
    {GLOBAL(totals, baseline_elected), .name = "baseline-elected", .type = KEY_COUNT, .preset = "0",
     .min = 0, .max = 10000000,
     .about = "elected before this season: lifetime totals begin with it"},
    {GLOBAL(totals, baseline_states), .name = "baseline-states", .type = KEY_LIST,
     .check = check_state, .about = "states in which seats were won before this season"},
    {GLOBAL(totals, history), .name = "history", .type = KEY_PATH,
     .about = "a CSV of earlier cycles (cycle, won, called), for \"the highest of the recorded "
              "cycles\""},

    {GLOBAL(poll, interval), .name = "interval", .type = KEY_DURATION, .preset = "30s",
     .min = 10 * MS, .max = DAY, .about = "time between polls of one file"},
    {GLOBAL(poll, jitter_bp), .name = "jitter", .type = KEY_SHARE, .preset = "10%", .min = 0,
     .max = 5000, .about = "how far the interval varies, so that sources spread out"},
    {GLOBAL(poll, least), .name = "bounds", .type = KEY_BACKOFF, .preset = "10s, 60s",
     .min = 10 * MS, .max = DAY,
     .about = "a file that has just changed is polled after half its interval, not sooner than the "
              "first; one that has not for half an hour after twice its interval, not later than "
              "the second"},
    {GLOBAL(poll, before_close), .name = "before-close", .type = KEY_DURATION, .preset = "2m",
     .min = 10 * MS, .max = DAY,
     .about = "while polls are open where it is from, a file is polled after five times its "
              "interval, not later than this, and at the close"},
    {GLOBAL(poll, timeout), .name = "timeout", .type = KEY_DURATION, .preset = "20s",
     .min = 10 * MS, .max = HOUR, .about = "time for one whole transfer"},
    {GLOBAL(poll, max_body), .name = "max-body", .type = KEY_SIZE, .preset = "64M", .min = 1024,
     .max = 2 * GB, .about = "the largest body that is read, as it is sent and unpacked"},
    {GLOBAL(poll, backoff_first), .name = "backoff", .type = KEY_BACKOFF, .preset = "5s, 60s",
     .min = MS, .max = DAY, .about = "the first and the longest wait after failures"},
    {GLOBAL(poll, settle), .name = "settle", .type = KEY_DURATION, .preset = "1s", .min = 0,
     .max = HOUR,
     .about = "a file (path) is read when nobody has written to it for so long, or at once when it "
              "is renamed into its place"},
    {GLOBAL(poll, max_per_host), .name = "max-per-host", .type = KEY_COUNT, .preset = "2", .min = 1,
     .max = 64, .about = "connections to one host at a time"},
    {GLOBAL(poll, user_agent), .name = "user-agent", .type = KEY_TEXT,
     .preset = "Mozilla/5.0 (compatible; tallyd/1)", .check = check_header_value,
     .about = "what feeds are told; some refuse unknown clients"},
    {GLOBAL(poll, networks), .name = "networks", .type = KEY_LIST, .check = network_check,
     .about = "networks that are not public and may be polled all the same, such as 127.0.0.0/8; "
              "http to them counts as https"},
    {GLOBAL(poll, proxy), .name = "proxy", .type = KEY_TEXT, .check = check_proxy,
     .about = "http://HOST:PORT of a proxy that all but `networks` is asked through; empty: none, "
              "whatever the environment says"},
    {GLOBAL(poll, proxy_credential), .name = "proxy-credential", .type = KEY_TEXT,
     .check = check_name, .about = "the credential with NAME:PASSWORD for the proxy"},

    {GLOBAL(workers, program), .name = "program", .type = KEY_PATH,
     .preset = "/usr/bin/tally-parse", .fixed = true, .about = "the program that reads payloads"},
    {GLOBAL(workers, count), .name = "count", .type = KEY_COUNT, .preset = "4", .min = 1, .max = 64,
     .fixed = true, .about = "payloads parsed at once"},
    {GLOBAL(workers, memory), .name = "memory", .type = KEY_SIZE, .preset = "1G", .min = 16 * MB,
     .max = 64 * GB, .fixed = true, .about = "the most one payload may take"},
    {GLOBAL(workers, cpu), .name = "cpu", .type = KEY_DURATION, .preset = "5s", .min = SECOND,
     .max = 600 * SECOND, .fixed = true, .about = "processor time for one payload"},
    {GLOBAL(workers, wall_after_last_byte), .name = "wall-after-last-byte", .type = KEY_DURATION,
     .preset = "5s", .min = 10 * MS, .max = 600 * SECOND, .fixed = true,
     .about = "time for the answer once the payload is complete"},

    {GLOBAL(guards, fall_flag_bp), .name = "fall-flag", .type = KEY_SHARE, .preset = "0.1%",
     .min = 0, .max = 10000,
     .about = "votes falling by at most this share are published with a mark"},
    {GLOBAL(guards, fall_flag_votes), .name = "fall-flag-votes", .type = KEY_COUNT, .preset = "50",
     .min = 0, .max = 1000000000, .about = "so is a fall by at most this many votes"},
    {GLOBAL(guards, fall_hold_bp), .name = "fall-hold", .type = KEY_SHARE, .preset = "25%",
     .min = 0, .max = 10000,
     .about = "a fall up to this share is held until it is confirmed; a larger one until the "
              "votes are back"},
    {GLOBAL(guards, confirm), .name = "confirm", .type = KEY_DURATION, .preset = "10m", .min = 0,
     .max = DAY,
     .about = "how much later a changed payload must still say the same to confirm a held figure"},
    {GLOBAL(guards, double_low_bp), .name = "double-low", .type = KEY_SHARE, .preset = "195%",
     .min = 10000, .max = 1000000,
     .about = "every choice grown to between this share of its figure"},
    {GLOBAL(guards, double_high_bp), .name = "double-high", .type = KEY_SHARE, .preset = "205%",
     .min = 10000, .max = 1000000,
     .about = "and this, with no new units, looks like a file loaded twice: held"},
    {GLOBAL(guards, double_min_votes), .name = "double-min-votes", .type = KEY_COUNT,
     .preset = "500", .min = 0, .max = 1000000000,
     .about = "contests with fewer votes are not judged for that"},
    {GLOBAL(guards, overvote_bp), .name = "overvote", .type = KEY_SHARE, .preset = "105%",
     .min = 10000, .max = 1000000,
     .about = "more ballots than this share of the registered voters are held"},
    {GLOBAL(guards, future), .name = "future", .type = KEY_DURATION, .preset = "10m", .min = 0,
     .max = DAY, .about = "a feed's own time further ahead than this orders nothing"},
    {GLOBAL(guards, lag_bp), .name = "lag", .type = KEY_SHARE, .preset = "0.5%", .min = 0,
     .max = 10000, .about = "a source this far below another"},
    {GLOBAL(guards, lag), .name = "lag-time", .type = KEY_DURATION, .preset = "30m", .min = 0,
     .max = DAY, .about = "for this long loses its place until it has caught up"},
    {GLOBAL(guards, retract), .name = "retract", .type = KEY_DURATION, .preset = "60s", .min = 0,
     .max = DAY, .about = "a call taken back must still be gone after this"},
    {GLOBAL(guards, retract_many), .name = "retract-many", .type = KEY_COUNT, .preset = "3",
     .min = 2, .max = 1000000, .about = "calls of this many races gone in one payload are held"},

    {GLOBAL(redis, url), .name = "url", .type = KEY_TEXT, .check = check_redis_url, .fixed = true,
     .about = "redis://host:port/db, rediss://host:port/db or unix:///path; empty: no Redis"},
    {GLOBAL(redis, prefix), .name = "prefix", .type = KEY_TEXT, .preset = "tally:v1",
     .check = check_prefix, .fixed = true,
     .about = "begins every key and channel; one prefix per instance; for a Cluster with one hash "
              "tag, such as {tally}:v1"},
    {GLOBAL(redis, user_credential), .name = "user-credential", .type = KEY_TEXT,
     .check = check_name, .about = "the credential that holds the user's name"},
    {GLOBAL(redis, password_credential), .name = "password-credential", .type = KEY_TEXT,
     .check = check_name, .about = "the credential that holds the password"},
    {GLOBAL(redis, sentinels), .name = "sentinels", .type = KEY_LIST, .check = check_sentinel,
     .fixed = true,
     .about = "host:port of each Sentinel (port 26379 unless said); they name the master, and url "
              "only says scheme and db"},
    {GLOBAL(redis, sentinel_master), .name = "sentinel-master", .type = KEY_TEXT,
     .check = check_name, .fixed = true,
     .about = "the name Sentinels know the master by, such as mymaster"},
    {GLOBAL(redis, sentinel_user_credential), .name = "sentinel-user-credential", .type = KEY_TEXT,
     .check = check_name, .about = "the credential that holds the user's name at the Sentinels"},
    {GLOBAL(redis, sentinel_password_credential), .name = "sentinel-password-credential",
     .type = KEY_TEXT, .check = check_name,
     .about = "the credential that holds the password of the Sentinels; none unless named"},
    {GLOBAL(redis, heartbeat), .name = "heartbeat", .type = KEY_DURATION, .preset = "5s",
     .min = 100 * MS, .max = 14 * SECOND,
     .about = "time between heartbeats; subscribers call 15 s of silence stale"},
    {GLOBAL(redis, min_interval), .name = "min-interval", .type = KEY_DURATION, .preset = "250ms",
     .min = 0, .max = 60 * SECOND,
     .about = "least time between two totals messages; calls never wait"},

    {GLOBAL(http, listen), .name = "listen", .type = KEY_TEXT, .preset = "127.0.0.1:8080",
     .check = check_listen, .fixed = true,
     .about = "address:port; port 0 picks one; empty: no HTTP"},
    {GLOBAL(http, cors_origin), .name = "cors-origin", .type = KEY_TEXT, .check = check_origin,
     .about = "the site whose pages may read the figures, or *; none unless named"},
    {GLOBAL(http, hosts), .name = "hosts", .type = KEY_LIST, .fixed = true,
     .about = "names by which this server is reached, besides localhost and addresses"},
    {GLOBAL(http, max_sse_clients), .name = "max-sse-clients", .type = KEY_COUNT, .preset = "500",
     .min = 0, .max = 100000, .fixed = true, .about = "readers of /v1/events at once"},

    {GLOBAL(control, socket), .name = "socket", .type = KEY_PATH, .preset = "/run/tallyd/control",
     .fixed = true, .about = "where tallyctl reaches the daemon"},
    {GLOBAL(control, group), .name = "group", .type = KEY_TEXT, .check = check_name, .fixed = true,
     .about = "the group that may use it; empty: the daemon's own"},

    {GLOBAL(state, directory), .name = "directory", .type = KEY_PATH, .preset = "/var/lib/tallyd",
     .fixed = true, .about = "decisions, claims and last payloads"},

    {GLOBAL(archive, directory), .name = "directory", .type = KEY_PATH, .fixed = true,
     .about = "where every payload of the night is recorded, for --replay; empty: nowhere"},
    {GLOBAL(archive, keep), .name = "keep", .type = KEY_SIZE, .preset = "2G", .min = 1 * MB,
     .max = 16384 * GB, .fixed = true,
     .about = "the most it may take: the oldest payloads go first, never the last good one"},

    {SOURCE(name), .name = "like", .type = KEY_LIKE,
     .about = "another source: every key not written here is taken from there"},
    {SOURCE(format), .name = "format", .type = KEY_TEXT,
     .about = "what the feed is written in (tally-parse --list); required"},
    {SOURCE(files), .name = "url", .type = KEY_FILE, .about = "where it is fetched"},
    {SOURCE(files), .name = "url.", .type = KEY_FILE,
     .about = "url.house: one of several files of the source"},
    {SOURCE(files), .name = "path", .type = KEY_FILE,
     .about = "a file of this machine, instead of url"},
    {SOURCE(files), .name = "path.", .type = KEY_FILE, .about = "path.house: one of several"},
    {SOURCE(companions), .name = "companion.", .type = KEY_PLACES,
     .about =
         "companion.names: an address or path of a file handed to the parser with each payload"},
    {SOURCE(version_url), .name = "version-url", .type = KEY_TEXT,
     .about = "a small file that names the newest version, {version} in url"},
    {SOURCE(version_path), .name = "version-path", .type = KEY_TEXT,
     .about = "where in it: a JSON pointer, an XPath, or a regular expression with one group; "
              "empty: all of it"},
    {SOURCE(counties_url), .name = "counties-url", .type = KEY_TEXT,
     .about = "a file that lists the version each county has (Clarity's electionsettings.json), "
              "{version} in it being version-url's; {election} and {version} in url"},
    {SOURCE(state), .name = "state", .type = KEY_TEXT, .check = check_state,
     .about = "two capital letters; empty: more than one state"},
    {SOURCE(county), .name = "county", .type = KEY_TEXT, .check = check_text,
     .about = "the county the feed is about; {county} in url"},
    {SOURCE(counties), .name = "counties", .type = KEY_LIST, .check = check_text,
     .about = "a, b: one source a county, named SOURCE.county"},
    {SOURCE(covers_county), .name = "covers", .type = KEY_YES, .preset = "race", .words = covers,
     .about = "race: its totals are of the whole race; county: of one county of it"},
    {SOURCE(part), .name = "part", .type = KEY_TEXT, .check = check_text,
     .about = "one of several parts that are added together"},
    {SOURCE(interval), .name = "interval", .type = KEY_DURATION, .min = 10 * MS, .max = DAY,
     .about = "time between polls; [poll]'s unless said here"},
    {SOURCE(priority), .name = "priority", .type = KEY_COUNT, .preset = "0", .min = -1000000,
     .max = 1000000, .about = "the highest with figures for a race gives its votes"},
    {SOURCE(votes), .name = "votes", .type = KEY_CHOICE, .words = tri,
     .about = "yes or no: are its votes used; as the format does unless said"},
    {SOURCE(calls), .name = "calls", .type = KEY_CHOICE, .words = calls,
     .about = "no, yes (once results are complete) or live: are its winner marks calls; as the "
              "format does unless said"},
    {SOURCE(insecure_http), .name = "insecure-http", .type = KEY_YES, .preset = "no",
     .words = yes_no, .about = "plain http is allowed; the source then makes no calls"},
    {SOURCE(late), .name = "late", .type = KEY_YES, .preset = "no", .words = yes_no,
     .about = "it is polled even when the election is more than 45 days past"},
    {SOURCE(quiet_until), .name = "quiet-until", .type = KEY_TEXT, .preset = "03:00",
     .check = check_polls,
     .about = "local time HH:MM, with a zone where the state has two, until which it is strange "
              "that it has nothing new; before noon: of the morning after"},
    {SOURCE(charset), .name = "charset", .type = KEY_TEXT, .check = check_name,
     .about = "the feed's character set where it does not say"},
    {SOURCE(unknown), .name = "unknown", .type = KEY_TEXT,
     .about = "what the feed writes where a figure is unknown"},
    {SOURCE(headers), .name = "header", .type = KEY_HEADER,
     .about = "Name: value, sent with each request; may stand several times"},
    {SOURCE(headers), .name = "header.", .type = KEY_PAIRS, .check = check_header_value,
     .about = "header.Authorization = Bearer {credential:NAME}: the same, a key a header"},
    {.section = NULL},
};

_Static_assert(sizeof(config_keys) / sizeof(config_keys[0]) <= CONFIG_KEYS_MAX,
               "raise CONFIG_KEYS_MAX");

size_t config_key_count(void)
{
    return sizeof(config_keys) / sizeof(config_keys[0]) - 1;
}

bool config_key_is_family(const struct config_key *k)
{
    return k->name[strlen(k->name) - 1] == '.';
}

const struct config_key *config_key_find(struct slice section, struct slice name,
                                         struct slice *rest)
{
    for (const struct config_key *k = config_keys; k->section; k++) {
        struct slice own = slice_of(k->name);
        if (!slice_is(section, k->section))
            continue;
        if (config_key_is_family(k) ? slice_starts(name, own) && name.len > own.len
                                    : slice_eq(name, own)) {
            *rest = slice_sub(name, config_key_is_family(k) ? own.len : name.len, name.len);
            return k;
        }
    }
    return NULL;
}

bool config_section_known(struct slice section)
{
    for (const struct config_key *k = config_keys; k->section; k++)
        if (slice_is(section, k->section))
            return true;
    return false;
}
