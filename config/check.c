/* SPDX-License-Identifier: ISC */
/* What only the whole configuration shows: dates, addresses, credentials, and keys that need each
 * other. */
#include "config/check.h"

#include <string.h>

#include "config/expand.h"
#include "config/key_checks.h"
#include "config/url.h"
#include "daemon/base/when.h"

enum { EXPANDED_MAX = 65536 };

static const char *const secret_headers[] = {"authorization", "cookie", "key",
                                             "token",         "secret", "auth"};

/* Where a global key was said: NULL, when it was not, so that nothing is reported about a default.
 */
static const struct item *said(const struct loader *l, const char *section, const char *name)
{
    struct slice rest;
    const struct config_key *k = config_key_find(slice_of(section), slice_of(name), &rest);

    return k && l->said[k - config_keys].entry ? &l->said[k - config_keys] : NULL;
}

/* A key nobody can leave out. */
static void check_there(struct loader *l, const char *section, const char *name, bool there,
                        const char *fix)
{
    const struct item *item = said(l, section, name);

    if (there)
        return;
    if (item)
        entry_problem(l, item->entry, item->value.ptr, fix, "%s is empty", name);
    else
        problem_add(&l->problems, &l->main_line, NULL, fix, "[%s] has no %s", section, name);
}

static void check_dates(struct loader *l)
{
    const struct config_list *dates = &l->config->election.dates;
    const struct item *item = said(l, "election", "dates"), *mode = said(l, "election", "mode");
    int64_t first, day, before = INT64_MIN;

    check_there(l, "election", "dates", dates->count > 0 || (item && item->entry->bad),
                "name the election day: dates = 2025-11-04");
    if (dates->count == 0 || !item || item->entry->bad || !when_parse_date(dates->items[0], &first))
        return;
    for (size_t i = 0; i < dates->count; i++) {
        if (!when_parse_date(dates->items[i], &day) || day <= before)
            entry_problem(l, item->entry, dates->items[i].ptr, "put the earliest first",
                          "election days out of order");
        before = day;
    }
    const struct item *place = mode ? mode : item;
    if (l->config->election.mode == CONFIG_LIVE && l->args->today > 0 &&
        l->args->today < first - WHEN_DAY)
        entry_problem(l, place->entry, place->value.ptr,
                      "until then use mode = test or mode = rehearsal",
                      "mode live is refused earlier than a day before the first election day");
}

static void check_credential_key(struct loader *l, const char *section, const char *name,
                                 struct slice credential)
{
    const struct item *item = said(l, section, name);
    struct buf secret;
    struct err why;

    if (!item || item->entry->bad || credential.len == 0)
        return;
    buf_init(&secret, EXPANDED_MAX);
    if (!config_credential(l->args->credentials, credential, &secret, &why))
        entry_problem(l, item->entry, item->value.ptr, NULL, "%s", why.text);
    if (secret.ptr)
        explicit_bzero(secret.ptr, secret.len);
    buf_done(&secret);
}

/* Sentinels and their master's name need each other, and a url that is no socket. */
static void check_sentinels(struct loader *l)
{
    static const char url_fix[] = "write url = redis://sentinel/0: of it only scheme and db count";
    const struct config *c = l->config;
    const struct item *list = said(l, "redis", "sentinels"), *url = said(l, "redis", "url");
    const struct item *master = said(l, "redis", "sentinel-master");
    bool some = c->redis.sentinels.count > 0, named = c->redis.sentinel_master.len > 0;
    bool may_be = some || (list && list->entry->bad);
    const struct {
        bool wrong;
        const struct item *at;
        const char *what, *fix;
    } cases[] = {
        {some && !named, list, "sentinels without sentinel-master",
         "write what their configuration calls it: sentinel-master = mymaster"},
        {named && !may_be, master, "sentinel-master without sentinels",
         "write where they are: sentinels = 192.0.2.1:26379, 192.0.2.2:26379"},
        {some && !url, list, "sentinels without a url", url_fix},
        {some && slice_starts(c->redis.url, SLICE("unix:")), url,
         "Sentinel names hosts and ports, and url is a socket", url_fix},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (cases[i].wrong && cases[i].at)
            entry_problem(l, cases[i].at->entry, cases[i].at->value.ptr, cases[i].fix, "%s",
                          cases[i].what);
}

void check_globals(struct loader *l)
{
    const struct config *c = l->config;
    const struct item *order = said(l, "calls", "order");
    const struct item *low = said(l, "guards", "double-low");
    const struct item *high = said(l, "guards", "double-high");

    check_dates(l);
    check_there(l, "endorsements", "file", c->endorsements.file.len > 0,
                "name the list: file = endorsements.csv");
    if (order && (c->calls.order.count == 0 || !slice_is(c->calls.order.items[0], "desk")))
        entry_problem(l, order->entry, order->value.ptr, "write order = desk, ap, ddhq, official",
                      "the desk must be first: a person's call always stands above a feed's");
    if (c->guards.double_low_bp > c->guards.double_high_bp && (low || high))
        entry_problem(l, (low ? low : high)->entry, (low ? low : high)->value.ptr,
                      "write the smaller share as double-low", "double-low is above double-high");
    check_credential_key(l, "poll", "proxy-credential", c->poll.proxy_credential);
    check_credential_key(l, "redis", "user-credential", c->redis.user_credential);
    check_credential_key(l, "redis", "password-credential", c->redis.password_credential);
    check_credential_key(l, "redis", "sentinel-user-credential", c->redis.sentinel_user_credential);
    check_credential_key(l, "redis", "sentinel-password-credential",
                         c->redis.sentinel_password_credential);
    check_sentinels(l);
}

/* Does the text expand? False: reported. */
static bool check_expands(struct loader *l, const struct item *item, struct config_expand with)
{
    const struct config *c = l->config;
    struct buf out;
    struct err why;
    const char *at;

    with.credentials = l->args->credentials;
    if (c->election.dates.count == 0 || !when_parse_date(c->election.dates.items[0], &with.date))
        with.date = 0; /* reported elsewhere; any day will do here */
    buf_init(&out, EXPANDED_MAX);
    bool ok = expand_text(item->value, &with, &out, &at, &why);
    if (!ok)
        entry_problem(l, item->entry, at, NULL, "%s", why.text);
    if (out.ptr)
        explicit_bzero(out.ptr, out.len);
    buf_done(&out);
    return ok;
}

static bool is_trusted(const struct loader *l, const struct url *u)
{
    return u->https || networks_hold(&l->config->poll.networks, u->host);
}

/* One address of a source. True when it may be fetched but proves nothing: plain http. */
static bool check_address(struct loader *l, const struct item *item, bool insecure_http,
                          const struct config_expand *with)
{
    struct url u;
    struct slice text = item->value;
    const char *why = url_parse(text, &u);

    if (item->entry->bad)
        return false;
    if (why) {
        entry_problem(l, item->entry, text.ptr, NULL, "not an address: %s", why);
        return false;
    }
    if (url_shows_secret(text)) {
        entry_problem(l, item->entry, text.ptr,
                      "put it into a file of the credentials directory and write {credential:NAME}",
                      "a secret written out in an address");
        return false;
    }
    if (!check_expands(l, item, *with) || is_trusted(l, &u))
        return false;
    if (!insecure_http)
        entry_problem(
            l, item->entry, text.ptr,
            "use https, or write insecure-http = yes (the source then makes no calls), or "
            "list the address's network in [poll] networks, as one that is not public needs in any "
            "case",
            "plain http: anybody on the way can change the figures");
    else if (slice_find(text, SLICE("{credential:")) != (size_t)-1)
        entry_problem(l, item->entry, text.ptr, "use https", "a credential sent over plain http");
    return true;
}

static bool is_secret_header(struct slice name)
{
    for (size_t i = 0; i < sizeof(secret_headers) / sizeof(secret_headers[0]); i++) {
        struct slice word = slice_of(secret_headers[i]);
        for (size_t at = 0; at + word.len <= name.len; at++)
            if (slice_eq_nocase(slice_sub(name, at, at + word.len), word))
                return true;
    }
    return false;
}

static void check_header(struct loader *l, const struct item *item, struct slice county, bool plain)
{
    bool credential = slice_find(item->value, SLICE("{credential:")) != (size_t)-1;

    if (item->entry->bad)
        return;
    if (is_secret_header(item->rest) && !credential)
        entry_problem(l, item->entry, item->value.ptr,
                      "put it into a file of the credentials directory and write {credential:NAME}",
                      "a secret written out in a header");
    else if (credential && plain)
        entry_problem(l, item->entry, item->value.ptr, "use https",
                      "a credential sent over plain http");
    else
        (void)!check_expands(l, item, (struct config_expand){.county = county});
}

static bool is_key(const struct item *item, const char *name)
{
    return item->key && strcmp(item->key->name, name) == 0;
}

static const struct item *find_key(const struct draft *d, const char *name)
{
    for (size_t i = 0; i < d->count; i++)
        if (is_key(&d->items[i], name))
            return &d->items[i];
    return NULL;
}

static bool is_said(const struct draft *d, const char *name)
{
    const struct item *item = find_key(d, name);

    return item && item->value.len > 0;
}

/* `name` is there and should not be, for want of, or beside, another key. */
static void check_alone(struct loader *l, const struct draft *d, const char *name, bool wrong,
                        const char *fix, const char *why)
{
    const struct item *item = find_key(d, name);

    if (wrong && item && item->value.len > 0)
        entry_problem(l, item->entry, item->entry->key.ptr, fix, "%s", why);
}

struct used { /* what the addresses of a source make use of */
    bool plain_http, version, election, county;
    bool listed_version; /* counties-url does */
};

static void check_pairs_of_keys(struct loader *l, const struct draft *d,
                                const struct config_source *s, const struct used *used)
{
    bool counties = s->county.len > 0 || s->counties.count > 0;
    bool listed = is_said(d, "counties-url");

    check_alone(l, d, "version-url", listed ? !used->listed_version : !used->version,
                listed ? "write {version} into counties-url, or delete the line"
                       : "write {version} into url, or delete the line",
                listed ? "version-url, but counties-url has no {version} in it"
                       : "version-url, but no url has {version} in it");
    check_alone(l, d, "version-path", !is_said(d, "version-url"), "write version-url = https://...",
                "version-path without a version-url");
    check_alone(l, d, "counties-url", !counties, "write counties = a, b",
                "counties-url without a county to look for in it");
    check_alone(l, d, "counties-url", !used->version, "write {version} into url",
                "counties-url, but no url has {version} in it");
    check_alone(l, d, "counties", s->county.len > 0, "keep one of them",
                "county and counties in one source");
    check_alone(l, d, "counties", !used->county && !used->election, "write {county} into url",
                "counties, but no url has {county} in it: each would fetch the same");
    check_alone(l, d, "covers", s->covers_county && !counties, "name it: county = El Paso",
                "covers = county without a county");
}

/* What {county} stands for. One that was said wrongly is reported already: any name does then. */
static struct slice county_of(const struct draft *d, const struct config_source *s)
{
    if (s->county.len == 0 && s->counties.count == 0)
        return is_said(d, "county") || is_said(d, "counties") ? SLICE("x") : SLICE("");
    return s->counties.count ? s->counties.items[0] : s->county;
}

static bool mentions(struct slice text, struct slice name)
{
    return slice_find(text, name) != (size_t)-1;
}

/* What is known where this address is used: files that name versions come before all others. */
static struct config_expand known_in(const struct draft *d, const struct config_source *s,
                                     bool pointer, bool list)
{
    bool listed = is_said(d, "counties-url") && !pointer && !list;
    bool version = listed || (is_said(d, "version-url") && !pointer);

    return (struct config_expand){.county = county_of(d, s),
                                  .version = version ? SLICE("1") : SLICE(""),
                                  .election = listed ? SLICE("1") : SLICE("")};
}

/* Does it name what is fetched, rather than a file of this machine? */
static bool is_address(const struct item *item)
{
    return is_key(item, "version-url") || is_key(item, "counties-url") || is_key(item, "url") ||
           is_key(item, "url.") ||
           (is_key(item, "companion.") && mentions(item->value, SLICE("://")));
}

/* An item that may be an address or a path. */
static void check_place(struct loader *l, const struct draft *d, const struct config_source *s,
                        const struct item *item, struct used *used)
{
    bool pointer = is_key(item, "version-url"), list = is_key(item, "counties-url");

    if (!pointer && !list && item->rest.len > 0 && check_name(item->rest))
        entry_problem(l, item->entry, item->rest.ptr, NULL, "what stands behind the dot must be %s",
                      check_name(item->rest));
    if (!is_address(item) || item->value.len == 0)
        return;
    struct config_expand with = known_in(d, s, pointer, list);
    bool version = mentions(item->value, SLICE("{version}"));
    used->plain_http |= check_address(l, item, s->insecure_http, &with);
    used->listed_version |= list && version;
    if (pointer || list)
        return;
    used->version |= version;
    used->election |= mentions(item->value, SLICE("{election}"));
    used->county |=
        mentions(item->value, SLICE("{county}")) || mentions(item->value, SLICE("{county:"));
}

/* An engine reads nothing without a mapping: found here, and not at the first payload of the night.
 */
static void check_mapping(struct loader *l, const struct draft *d, const struct config_source *s)
{
    const struct item *format = find_key(d, "format"); /* a preset has a mapping of its own */
    bool any = !format || !slice_eq(format->value, s->engine) ||
               (!slice_is(s->engine, "delimited") && !slice_is(s->engine, "fixed-width"));

    for (size_t i = 0; i < d->count && !any; i++)
        any = slice_find(d->items[i].entry->key, SLICE("column.")) != SIZE_MAX;
    if (!any)
        problem_add(&l->problems, &d->section->line, d->section->name.ptr,
                    "tally-parse --draft FILE writes them from a file of it: column.contest, "
                    "column.choice, column.votes, ...",
                    "source %.*s does not say what the columns of its format %.*s are",
                    SLICE_FMT(d->section->name), SLICE_FMT(s->engine));
}

void check_source(struct loader *l, const struct draft *d, struct config_source *s)
{
    const struct item *calls = find_key(d, "calls");
    struct used used = {0};
    bool any_file = false;

    for (size_t i = 0; i < d->count; i++) {
        const struct item *item = &d->items[i];
        bool file = item->key && item->key->type == KEY_FILE;
        any_file |= file;
        if (file || is_key(item, "companion.") || is_key(item, "version-url") ||
            is_key(item, "counties-url"))
            check_place(l, d, s, item, &used);
    }
    for (size_t i = 0; i < d->count; i++)
        if (is_key(&d->items[i], "header."))
            check_header(l, &d->items[i], county_of(d, s), used.plain_http);
    if (!any_file)
        problem_add(&l->problems, &d->section->line, d->section->name.ptr,
                    "write url = https://... or path = FILE",
                    "source %.*s has neither url nor path", SLICE_FMT(d->section->name));
    check_pairs_of_keys(l, d, s, &used);
    check_mapping(l, d, s);
    if (used.plain_http && s->insecure_http) {
        if (calls && s->calls > CONFIG_CALLS_NO)
            entry_problem(l, calls->entry, calls->value.ptr, "use https, or write calls = no",
                          "a source over plain http makes no calls");
        s->calls = CONFIG_CALLS_NO;
    }
}
