/* SPDX-License-Identifier: ISC */
/* Configuration, endorsement list and figures out of a scenario. */
#include "tests/sim/setup.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/base/csv.h"
#include "tests/sim/stage.h"

#define TEXT_ROOM ((size_t)16 << 20)

static bool save(const char *folder, const char *name, const struct buf *text, struct err *e)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    if (text->failed)
        return err_set(e, ERR_BUG, "%s: out of memory", path);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd < 0)
        return err_errno(e, ERR_NOINPUT, "%s", path);
    bool ok = write(fd, text->ptr, text->len) == (ssize_t)text->len;
    return (close(fd) == 0 && ok) || err_errno(e, ERR_NOINPUT, "%s", path);
}

/* ---- the endorsement list ---- */

/* Columns that the scenario states as they are, of the race or of the candidate. */
static const char *const stated[] = {
    "jurisdiction",
    "district",
    "seat",
    "term",
    "counties",
    "election_type",
    "advance_to",
    "status",
    "held_by",
    "seats_held_by_others",
    "flip",
    "incumbent",
    "opponent_incumbent",
    "aliases",
    "tags",
    "office_level",
    "contest_party",
};
#define STATED (sizeof stated / sizeof stated[0])

static void cell(struct buf *out, struct slice value)
{
    csv_field(out, value);
    buf_addc(out, ',');
}

/* A night with its feeds ready to write: as the list's hints and the sources need them. */
struct feeds {
    const struct generate *night;
    struct write *list;
};

/* What this feed calls the contest. */
static struct slice title_of(const struct write *w, const struct generate_contest *g)
{
    for (size_t i = 0; i < w->contest_count; i++)
        if (w->contests[i] == g)
            return w->titles[i];
    return (struct slice){0};
}

/* The title fixes the contest where the list calls the office something else. */
static void hints(const struct feeds *f, const struct generate_contest *g, struct buf *out)
{
    struct buf text;
    buf_init(&text, TEXT_ROOM);
    for (size_t i = 0; g->c->hint && i < g->c->feed_count; i++) {
        const struct write *w = &f->list[g->c->feeds[i]];
        if (!w->template->untitled)
            buf_addf(&text, "%s%.*s=%.*s", text.len > 0 ? "|" : "", SLICE_FMT(w->feed->name),
                     SLICE_FMT(title_of(w, g)));
    }
    csv_field(out, buf_slice(&text));
    buf_done(&text);
}

static void endorsement(const struct feeds *f, const struct generate_contest *g, size_t k,
                        struct buf *out)
{
    const struct scenario_contest *c = g->c;
    const struct scenario_candidate *who = &c->candidates[k];
    cell(out, who->name);
    cell(out, slice_of(who->party->name));
    cell(out, c->state->code);
    cell(out, c->county);
    cell(out, c->office);
    cell(out, c->ap ? g->ap_ids[k] : (struct slice){0});
    buf_addf(out, "%" PRId64 ",", c->seats);
    for (size_t i = 0; i < STATED; i++) {
        struct slice own = scenario_value(&who->columns, stated[i]);
        cell(out, own.len > 0 ? own : scenario_value(&c->columns, stated[i]));
    }
    hints(f, g, out);
    buf_addz(out, "\r\n");
}

static void list(const struct feeds *f, struct buf *out)
{
    const struct scenario *s = f->night->s;
    buf_addz(out, "candidate_name,party,state,county,office,ap_candidate_id,seats_to_fill,");
    for (size_t i = 0; i < STATED; i++)
        buf_addf(out, "%s,", stated[i]);
    buf_addz(out, "source_hints\r\n");
    for (size_t i = 0; i < s->contest_count; i++)
        for (size_t k = 0; k < s->contests[i].candidate_count; k++)
            if (s->contests[i].candidates[k].endorsed)
                endorsement(f, &f->night->contests[i], k, out);
}

/* ---- the configuration ---- */

static void conf(const struct scenario *s, struct buf *out)
{
    buf_addf(out, "[election]\nname = %.*s\norganisation = %.*s\ndates = %.*s\nmode = rehearsal\n",
             SLICE_FMT(s->election), SLICE_FMT(s->organisation), SLICE_FMT(s->date_text));
    for (size_t i = 0; i < s->state_count; i++)
        buf_addf(out, "polls-close.%.*s = %.*s %s\n", SLICE_FMT(s->states[i].code),
                 SLICE_FMT(s->states[i].close), s->states[i].iana);
    buf_addz(out, "\n[endorsements]\nfile = endorsements.csv\n"
                  "\n[poll]\ninterval = 1500ms\nbackoff = 100ms, 1s\nmax-per-host = 16\n"
                  "networks = 127.0.0.0/8\n"
                  "\n[http]\nlisten = 127.0.0.1:0\n\n[control]\nsocket = control\n"
                  "\n[state]\ndirectory = state\n\n[redis]\nurl =\n");
}

static void source(struct write *w, int port, struct buf *out)
{
    const struct scenario_feed *f = w->feed;
    const struct template *t = w->template;
    struct buf site;
    buf_init(&site, 4096);
    buf_addf(&site, "http://127.0.0.1:%d/%.*s", port, SLICE_FMT(f->name));
    buf_addf(out, "[source %.*s]\nformat = %.*s\npriority = %" PRId64 "\nurl = %.*s/",
             SLICE_FMT(f->name), SLICE_FMT(t->format), t->priority, SLICE_FMT(buf_slice(&site)));
    write_path(w, out);
    if (stage_versioned(w))
        buf_addf(out, "\nversion-url = %.*s/current_ver.txt", SLICE_FMT(buf_slice(&site)));
    if (f->counties)
        buf_addf(out, "\ncounties-url = %.*s/%.*s", SLICE_FMT(buf_slice(&site)),
                 SLICE_FMT(t->counties.path));
    for (size_t i = 0; i < t->companion_count; i++)
        buf_addf(out, "\ncompanion.%.*s = %.*s/%.*s", SLICE_FMT(t->companions[i].key),
                 SLICE_FMT(buf_slice(&site)), SLICE_FMT(t->companions[i].path));
    buf_addc(out, '\n');
    if (f->state)
        buf_addf(out, "state = %.*s\n", SLICE_FMT(f->state->code));
    if (f->county.len > 0)
        buf_addf(out, "county = %.*s\n", SLICE_FMT(f->county));
    for (size_t i = 0; i < f->keys.count; i++)
        buf_addf(out, "%.*s = %.*s\n", SLICE_FMT(f->keys.list[i].key),
                 SLICE_FMT(f->keys.list[i].value));
    buf_done(&site);
}

static bool folder_is_there(const char *path, struct err *e)
{
    return mkdir(path, 0755) == 0 || errno == EEXIST || err_errno(e, ERR_NOINPUT, "%s", path);
}

static bool sources(const struct feeds *f, const char *folder, int port, struct buf *text,
                    struct err *e)
{
    char name[300];
    bool ok = true;
    for (size_t i = 0; ok && i < f->night->s->feed_count; i++) {
        buf_clear(text);
        source(&f->list[i], port, text);
        snprintf(name, sizeof name, "sources.d/%.*s.conf", SLICE_FMT(f->list[i].feed->name));
        ok = save(folder, name, text, e);
    }
    return ok;
}

static bool begin(const struct generate *night, struct arena *a, struct feeds *out)
{
    *out = (struct feeds){night, arena_array(a, night->s->feed_count + 1, sizeof *out->list)};
    bool ok = out->list != NULL;
    for (size_t i = 0; ok && i < night->s->feed_count; i++)
        ok = write_begin(&out->list[i], night, i, a);
    return ok;
}

bool setup_write(const struct generate *night, const char *folder, int port, struct err *e)
{
    char path[4096];
    struct buf text;
    struct feeds f;
    snprintf(path, sizeof path, "%s/sources.d", folder);
    if (!folder_is_there(folder, e) || !folder_is_there(path, e))
        return false;
    struct arena *a = arena_new(TEXT_ROOM);
    if (!a || !begin(night, a, &f)) {
        arena_free(a);
        return err_set(e, ERR_BUG, "out of memory");
    }
    buf_init(&text, TEXT_ROOM);
    list(&f, &text);
    bool ok = save(folder, "endorsements.csv", &text, e);
    buf_clear(&text);
    conf(night->s, &text);
    ok = ok && save(folder, "tallyd.conf", &text, e) && sources(&f, folder, port, &text, e);
    buf_done(&text);
    arena_free(a);
    return ok;
}

/* ---- for people and tests ---- */

void setup_list(const struct generate *night, struct buf *out)
{
    const struct scenario *s = night->s;
    for (size_t i = 0; i < s->contest_count; i++) {
        const struct scenario_contest *c = &s->contests[i];
        buf_addf(out, "%.*s %.*s: %.*s\n", SLICE_FMT(c->state->code), SLICE_FMT(c->county),
                 SLICE_FMT(c->title));
        for (size_t k = 0; k < c->candidate_count; k++) {
            const struct scenario_candidate *who = &c->candidates[k];
            buf_addf(out, "  %c %-28.*s %-4s %5d.%d %% %c\n", who->endorsed ? '+' : '-',
                     SLICE_FMT(who->name), who->party->letter, (int)(who->share_bp / 100),
                     (int)(who->share_bp / 10 % 10), who->mark ? who->mark : ' ');
        }
    }
}

/* Where a figure is of: all of the contest, a county of it, or a precinct. */
struct place {
    size_t county, unit; /* SIZE_MAX: not */
};

static int64_t votes_at(const struct generate_contest *g, struct place p, size_t k, int64_t t)
{
    int64_t votes = 0;
    for (int i = 0; i < GENERATE_TYPES; i++) {
        enum generate_type type = (enum generate_type)i;
        votes += p.unit != SIZE_MAX     ? generate_unit_votes(g, p.unit, k, type, t)
                 : p.county != SIZE_MAX ? generate_county_votes(g, p.county, k, type, t)
                                        : generate_votes(g, k, type, t);
    }
    return votes;
}

/* A line for each candidate. */
static void figures(const struct write *w, const struct generate_contest *g, struct place p,
                    int64_t t, struct buf *out)
{
    int64_t reporting, total = 1;
    if (p.unit == SIZE_MAX)
        generate_progress(g, p.county, t, &reporting, &total);
    else
        reporting = t >= g->units[p.unit].day_ms;
    for (size_t k = 0; k < g->c->candidate_count; k++) {
        const struct scenario_candidate *who = &g->c->candidates[k];
        cell(out, w->feed->name);
        buf_addf(out, "%td,", g - w->night->contests);
        cell(out, g->c->title);
        cell(out, p.county == SIZE_MAX ? (struct slice){0} : g->c->counties[p.county]);
        if (p.unit != SIZE_MAX)
            buf_addf(out, "%zu", p.unit + 1);
        buf_addf(out, ",%" PRId64 ",%" PRId64 ",%" PRId64 ",%d,", reporting, total, g->c->seats,
                 g->c->measure);
        cell(out, who->shown);
        cell(out, g->ap_ids[k]);
        buf_addf(out, "%s,%d,%" PRId64 ",%s\n", who->party->letter, who->write_in,
                 votes_at(g, p, k, t), generate_mark(g, k, t));
    }
}

static void contest_figures(const struct write *w, const struct generate_contest *g, int64_t t,
                            struct buf *out)
{
    figures(w, g, (struct place){SIZE_MAX, SIZE_MAX}, t, out);
    for (size_t i = 0; i < g->c->county_count; i++)
        figures(w, g, (struct place){i, SIZE_MAX}, t, out);
    for (size_t i = 0; i < g->unit_count; i++)
        figures(w, g, (struct place){g->units[i].county, i}, t, out);
}

bool setup_figures(const struct generate *night, int64_t t, struct buf *out, struct err *e)
{
    struct arena *a = arena_new(TEXT_ROOM);
    struct feeds feeds;
    bool ok = a && begin(night, a, &feeds);
    buf_addz(
        out,
        "feed,race,contest,county,precinct,units_reporting,units_total,seats,measure,choice,ap_id,"
        "party,write_in,votes,mark\n");
    for (size_t f = 0; ok && f < night->s->feed_count; f++) {
        const struct write *w = &feeds.list[f];
        int64_t at = generate_written(night->s, w->feed, t);
        for (size_t i = 0; i < w->contest_count; i++)
            contest_figures(w, w->contests[i], at, out);
    }
    arena_free(a);
    return ok || err_set(e, ERR_BUG, "out of memory");
}
