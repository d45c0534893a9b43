/* SPDX-License-Identifier: ISC */
/* Tables of queries and of what reads their rows. */
#include "daemon/edge/writer_load.h"

#include <sqlite3.h>
#include <string.h>

#define ROWS_MAX 10000000

struct reader {
    sqlite3 *sqlite;
    sqlite3_stmt *row;
    int column;
    const char *directory;
    struct arena *arena;
    bool full; /* the arena */
};

static int64_t next_int(struct reader *r)
{
    return sqlite3_column_int64(r->row, r->column++);
}

static struct slice next_text(struct reader *r)
{
    const char *text = (const char *)sqlite3_column_text(r->row, r->column);
    struct slice s = {text ? text : "", (size_t)sqlite3_column_bytes(r->row, r->column++)};
    s = arena_copy(r->arena, s);
    r->full |= s.ptr == NULL;
    return s;
}

static bool next_digest(struct reader *r, struct digest *out)
{
    return digest_parse(next_text(r), out);
}

/* Each fills one row; false: it cannot be ours. */
static bool read_claim(struct reader *r, void *row)
{
    struct writer_claim *c = row;
    c->number = next_int(r);
    c->at_ms = next_int(r);
    c->called_at_ms = next_int(r);
    int64_t outcome = next_int(r);
    c->outcome = (int)outcome;
    struct slice *const texts[] = {&c->race_id, &c->endorsement_id, &c->by,   &c->basis,
                                   &c->reason,  &c->evidence,       &c->line, &c->row};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        *texts[i] = next_text(r);
    return c->number > 0 && outcome >= 0 && outcome < 100 && c->endorsement_id.len > 0 &&
           c->by.len > 0;
}

static bool read_decision(struct reader *r, void *row)
{
    struct writer_decision *d = row;
    d->number = next_int(r);
    d->at_ms = next_int(r);
    struct slice *const texts[] = {&d->verb,  &d->target, &d->argument, &d->reason,
                                   &d->basis, &d->url,    &d->by};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        *texts[i] = next_text(r);
    return d->number > 0 && d->verb.len > 0;
}

static bool read_ruling(struct reader *r, void *row)
{
    struct writer_ruling *w = row;
    w->source = next_text(r);
    w->file = next_text(r);
    bool ok = next_digest(r, &w->digest);
    w->contest = next_text(r);
    w->accept = next_int(r) != 0;
    return ok && w->source.len > 0;
}

static bool read_name(struct reader *r, void *row)
{
    struct writer_name *n = row;
    struct slice *const texts[] = {&n->source, &n->contest, &n->choice, &n->name, &n->party};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        *texts[i] = next_text(r);
    return n->source.len > 0;
}

static bool read_file(struct reader *r, void *row)
{
    struct writer_loaded_file *f = row;
    f->source = next_text(r);
    f->file = next_text(r);
    int64_t held = next_int(r);
    f->held = (enum writer_held)held;
    struct slice name = next_text(r);
    bool ok = next_digest(r, &f->digest) && f->source.len > 0 && name.len > 0 &&
              slice_find(name, SLICE("/")) == SIZE_MAX && strlen(name.ptr) == name.len;
    f->path = arena_printf(r->arena, "%s/payloads/%.*s", r->directory, SLICE_FMT(name));
    r->full |= f->path.ptr == NULL;
    f->version = next_text(r);
    f->etag = next_text(r);
    f->last_modified = next_text(r);
    f->received_ms = next_int(r);
    f->delta = next_int(r);
    return ok && f->delta >= 0 && held >= 0 && held < WRITER_HELDS;
}

static bool read_memo(struct reader *r, void *row)
{
    struct writer_memo *m = row;
    m->source = next_text(r);
    m->file = next_text(r);
    bool ok = next_digest(r, &m->on_air);
    m->text = next_text(r);
    return ok;
}

static bool read_digest(struct reader *r, void *row)
{
    struct writer_loaded_digest *d = row;
    d->source = next_text(r);
    d->file = next_text(r);
    return next_digest(r, &d->digest) && d->source.len > 0;
}

static bool read_event(struct reader *r, void *row)
{
    struct writer_event *v = row;
    v->id = next_text(r);
    v->channel = next_text(r);
    v->data = next_text(r);
    return v->id.len > 0 && v->channel.len > 0 && slice_starts(v->data, SLICE("{"));
}

static const struct table {
    const char *name, *query;
    size_t size;
    bool (*read)(struct reader *r, void *row);
} tables[] = {
    {"claims",
     "SELECT number, at_ms, called_at_ms, outcome, race_id, endorsement_id, by, basis, reason,"
     " evidence, line, row FROM claims ORDER BY number",
     sizeof(struct writer_claim), read_claim},
    {"names", "SELECT source, contest, choice, name, party FROM names ORDER BY 1, 2, 3",
     sizeof(struct writer_name), read_name},
    /* what comes after the accepted one of its file never before it, whatever the clock said */
    {"files",
     "SELECT source, file, held, name, digest, version, etag, last_modified, received_ms, number"
     " FROM (SELECT *, 0 AS number FROM files UNION ALL SELECT source, file, held, name, digest,"
     " '', '', '', received_ms, number FROM deltas) f"
     " ORDER BY max(received_ms, coalesce((SELECT received_ms FROM files a WHERE a.source ="
     " f.source AND a.file = f.file AND a.held = 0), received_ms)), "
     " CASE number WHEN 0 THEN held ELSE 0 END, number,"
     " source, file",
     sizeof(struct writer_loaded_file), read_file},
    {"digests", "SELECT source, file, digest FROM digests ORDER BY seq",
     sizeof(struct writer_loaded_digest), read_digest},
    {"events", "SELECT id, channel, data FROM events ORDER BY seq", sizeof(struct writer_event),
     read_event},
    {"decisions",
     "SELECT number, at_ms, verb, target, argument, reason, basis, url, by FROM decisions"
     " ORDER BY number",
     sizeof(struct writer_decision), read_decision},
    {"rulings", "SELECT source, file, digest, contest, accept FROM rulings ORDER BY rowid",
     sizeof(struct writer_ruling), read_ruling},
    {"memos", "SELECT source, file, digest, text FROM memos ORDER BY 1, 2",
     sizeof(struct writer_memo), read_memo},
};

static bool fail(const struct reader *r, struct err *e)
{
    return err_set(e, ERR_DATA, "tallyd.db: %s", sqlite3_errmsg(r->sqlite));
}

static bool ask(struct reader *r, const char *question, int64_t *out, struct err *e)
{
    bool ok = sqlite3_prepare_v2(r->sqlite, question, -1, &r->row, NULL) == SQLITE_OK &&
              sqlite3_step(r->row) == SQLITE_ROW;
    if (ok)
        *out = sqlite3_column_int64(r->row, 0);
    else
        fail(r, e);
    sqlite3_finalize(r->row);
    r->row = NULL;
    return ok;
}

static bool read_rows(struct reader *r, const struct table *t, char *rows, size_t count,
                      struct err *e)
{
    for (size_t i = 0; i < count; i++) {
        if (sqlite3_step(r->row) != SQLITE_ROW)
            return fail(r, e);
        r->column = 0;
        bool ok = t->read(r, rows + i * t->size);
        if (r->full)
            return err_set(e, ERR_DATA, "tallyd.db: more than memory is set apart for (table %s)",
                           t->name);
        if (!ok)
            return err_set(e, ERR_DATA,
                           "tallyd.db: row %zu of table %s cannot be of tallyd; look at it with "
                           "`sqlite3 %s/tallyd.db \"SELECT * FROM %s\"` and delete it",
                           i + 1, t->name, r->directory, t->name);
    }
    return true;
}

static bool read_table(struct reader *r, const struct table *t, void **rows, size_t *count,
                       struct err *e)
{
    int64_t n;
    char question[1000];
    sqlite3_snprintf(sizeof question, question, "SELECT count(*) FROM (%s)", t->query);
    if (!ask(r, question, &n, e))
        return false;
    if (n > ROWS_MAX || !(*rows = arena_array(r->arena, (size_t)n + 1, t->size)))
        return err_set(e, ERR_DATA, "tallyd.db: %lld rows in %s are too many", (long long)n,
                       t->name);
    *count = (size_t)n;
    bool ok =
        (sqlite3_prepare_v2(r->sqlite, t->query, -1, &r->row, NULL) == SQLITE_OK || fail(r, e)) &&
        read_rows(r, t, *rows, *count, e);
    sqlite3_finalize(r->row);
    r->row = NULL;
    return ok;
}

bool writer_load_all(const char *directory, const char *path, struct arena *a,
                     struct writer_loaded *out, struct err *e)
{
    struct reader r = {.directory = directory, .arena = a};
    struct writer_loaded l = {0};
    void *rows[sizeof tables / sizeof *tables];
    size_t counts[sizeof tables / sizeof *tables];
    bool ok = sqlite3_open_v2(path, &r.sqlite, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK &&
              sqlite3_busy_timeout(r.sqlite, 2000) == SQLITE_OK &&
              sqlite3_exec(r.sqlite, "BEGIN", NULL, NULL, NULL) == SQLITE_OK;
    if (!ok)
        fail(&r, e);
    for (size_t i = 0; ok && i < sizeof tables / sizeof *tables; i++)
        ok = read_table(&r, &tables[i], &rows[i], &counts[i], e);
    const struct {
        const char *question;
        int64_t *out;
    } numbers[] = {
        {"SELECT coalesce((SELECT value FROM meta WHERE name = 'epoch'), 0)", &l.epoch},
        {"SELECT coalesce((SELECT value FROM meta WHERE name = 'instance'), 0)", &l.instance},
        {"SELECT coalesce((SELECT value FROM meta WHERE name = 'partner'), 0)", &l.partner_s},
        {"SELECT coalesce((SELECT value FROM meta WHERE name = 'followed_epoch'), 0)",
         &l.followed_epoch},
        {"SELECT coalesce((SELECT value FROM meta WHERE name = 'followed_number'), 0)",
         &l.followed_number},
    };
    for (size_t i = 0; ok && i < sizeof numbers / sizeof *numbers; i++)
        ok = ask(&r, numbers[i].question, numbers[i].out, e);
    sqlite3_close(r.sqlite); /* ends the transaction */
    if (!ok)
        return false;
    l.claims = rows[0], l.claim_count = counts[0];
    l.names = rows[1], l.name_count = counts[1];
    l.files = rows[2], l.file_count = counts[2];
    l.digests = rows[3], l.digest_count = counts[3];
    l.events = rows[4], l.event_count = counts[4];
    l.decisions = rows[5], l.decision_count = counts[5];
    l.rulings = rows[6], l.ruling_count = counts[6];
    l.memos = rows[7], l.memo_count = counts[7];
    *out = l;
    return true;
}
