/* SPDX-License-Identifier: ISC */
/* Statements prepared once, run by number. */
#include "daemon/edge/writer_db.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/base/log.h"

#define SCHEMA_VERSION 3
#define BUSY_MS 2000
#define DIGESTS_KEPT "256"

static const char schema[] =
    "CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;"
    "CREATE TABLE IF NOT EXISTS claims (number INTEGER PRIMARY KEY CHECK (number > 0),"
    " at_ms INTEGER NOT NULL, called_at_ms INTEGER NOT NULL, outcome INTEGER NOT NULL,"
    " race_id TEXT NOT NULL, endorsement_id TEXT NOT NULL, by TEXT NOT NULL, basis TEXT NOT NULL,"
    " reason TEXT NOT NULL, evidence TEXT NOT NULL, line TEXT NOT NULL DEFAULT '',"
    " row TEXT NOT NULL DEFAULT '') STRICT;"
    /* one row of numbers with the claims */
    "CREATE TABLE IF NOT EXISTS decisions (number INTEGER PRIMARY KEY CHECK (number > 0),"
    " at_ms INTEGER NOT NULL, verb TEXT NOT NULL, target TEXT NOT NULL, argument TEXT NOT NULL,"
    " reason TEXT NOT NULL, basis TEXT NOT NULL, url TEXT NOT NULL, by TEXT NOT NULL) STRICT;"
    "CREATE TABLE IF NOT EXISTS rulings (source TEXT NOT NULL, file TEXT NOT NULL,"
    " digest TEXT NOT NULL, contest TEXT NOT NULL, accept INTEGER NOT NULL CHECK (accept IN (0, "
    "1)),"
    " UNIQUE (source, file, digest, contest)) STRICT;"
    "CREATE TABLE IF NOT EXISTS names (source TEXT NOT NULL, contest TEXT NOT NULL,"
    " choice TEXT NOT NULL, name TEXT NOT NULL, party TEXT NOT NULL,"
    " PRIMARY KEY (source, contest, choice)) STRICT, WITHOUT ROWID;"
    /* held: enum writer_held */
    "CREATE TABLE IF NOT EXISTS files (source TEXT NOT NULL, file TEXT NOT NULL,"
    " held INTEGER NOT NULL CHECK (held IN (0, 1, 2)), name TEXT NOT NULL, digest TEXT NOT NULL,"
    " version TEXT NOT NULL, etag TEXT NOT NULL, last_modified TEXT NOT NULL,"
    " received_ms INTEGER NOT NULL, PRIMARY KEY (source, file, held)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX IF NOT EXISTS files_by_name ON files (name);"
    "CREATE TABLE IF NOT EXISTS deltas (source TEXT NOT NULL, file TEXT NOT NULL,"
    " number INTEGER NOT NULL CHECK (number > 0), held INTEGER NOT NULL"
    " CHECK (held IN (0, 1, 2)),"
    " name TEXT NOT NULL, digest TEXT NOT NULL, received_ms INTEGER NOT NULL,"
    " PRIMARY KEY (source, file, number)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX IF NOT EXISTS deltas_by_name ON deltas (name);"
    /* source empty: of the race that `file` names */
    "CREATE TABLE IF NOT EXISTS memos (source TEXT NOT NULL, file TEXT NOT NULL,"
    " digest TEXT NOT NULL, text TEXT NOT NULL, PRIMARY KEY (source, file)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS digests (seq INTEGER PRIMARY KEY AUTOINCREMENT,"
    " source TEXT NOT NULL, file TEXT NOT NULL, digest TEXT NOT NULL,"
    " UNIQUE (source, file, digest)) STRICT;"
    "CREATE INDEX IF NOT EXISTS digests_by_age ON digests (source, file, seq);"
    "CREATE TABLE IF NOT EXISTS events (seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL,"
    " channel TEXT NOT NULL, data TEXT NOT NULL) STRICT;"
    "CREATE TABLE IF NOT EXISTS shown (epoch INTEGER NOT NULL, seq INTEGER NOT NULL,"
    " at_ms INTEGER NOT NULL, short TEXT NOT NULL, long TEXT NOT NULL, slack TEXT NOT NULL,"
    " counts TEXT NOT NULL, PRIMARY KEY (epoch, seq)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX IF NOT EXISTS events_by_id ON events (id, seq);"
    "INSERT OR IGNORE INTO meta (name, value) VALUES ('instance', 1 + abs(random() / 4));"
    /* what another daemon's history did not have: for people */
    "CREATE TABLE IF NOT EXISTS aside (at TEXT NOT NULL, what TEXT NOT NULL) STRICT;"
    "CREATE TEMP TABLE IF NOT EXISTS was (what TEXT NOT NULL);";

#define HISTORY                                                                                    \
    " SELECT 'decision ' || number || ': ' || verb || ' ' || target || ' ' || argument || ' by '"  \
    " || by || ': ' || reason AS what FROM decisions UNION ALL"                                    \
    " SELECT 'claim ' || number || ': ' || endorsement_id || ' outcome ' || outcome || ' by ' ||"  \
    " by || ': ' || reason FROM claims"

static const char clear[] =
    "DELETE FROM was; INSERT INTO was" HISTORY "; DELETE FROM claims; DELETE FROM decisions;"
    "DELETE FROM rulings; DELETE FROM events; DELETE FROM files; DELETE FROM deltas;"
    "DELETE FROM memos;";

/* What version 1 had: payloads of which nothing was on air were like those in part. */
static const char from_1[] =
    "ALTER TABLE files RENAME TO files_1; ALTER TABLE deltas RENAME TO deltas_1;"
    "DROP INDEX files_by_name; DROP INDEX deltas_by_name;";
static const char from_1_rows[] = "INSERT INTO files SELECT * FROM files_1; DROP TABLE files_1;"
                                  "INSERT INTO deltas SELECT * FROM deltas_1; DROP TABLE deltas_1;";

/* What version 2 had: claims that knew of no primary, nor of whom. */
static const char from_2[] = "ALTER TABLE claims ADD COLUMN line TEXT NOT NULL DEFAULT '';"
                             "ALTER TABLE claims ADD COLUMN row TEXT NOT NULL DEFAULT ''";

enum statement {
    BEGIN,
    COMMIT,
    CLAIM,
    DECISION,
    RULING,
    NAME,
    EVENT,
    SHOWN,
    ACKNOWLEDGE,
    EPOCH,
    PARTNER,
    FOLLOWED,
    ASIDE,
    REPLACED,
    UNFILE,
    FILE_,
    OVER,
    UNDELTA,
    OTHERS,
    UNFILE_OTHERS,
    MOVE,
    MOVE_DELTA,
    MEMO,
    DELTA,
    DIGEST,
    FORGET,
    REFERS,
    PAYLOADS,
    STATEMENTS
};

/* What stands between a payload and the place it is moved to. */
#define FROM_TO                                                                                    \
    " FROM files WHERE source = ?1 AND file = ?2 AND held >= ?3 AND held < (SELECT max(held)"      \
    " FROM files WHERE source = ?1 AND file = ?2 AND held > ?3 AND digest = ?4)"

static const char *const sql[STATEMENTS] = {
    [BEGIN] = "BEGIN IMMEDIATE",
    [COMMIT] = "COMMIT",
    [CLAIM] =
        "INSERT INTO claims (number, at_ms, called_at_ms, outcome, race_id, endorsement_id, by,"
        " basis, reason, evidence, line, row) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    [DECISION] = "INSERT INTO decisions (number, at_ms, verb, target, argument, reason, basis, url,"
                 " by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
    [RULING] = "INSERT OR REPLACE INTO rulings (accept, source, file, digest, contest)"
               " VALUES (?, ?, ?, ?, ?)",
    [NAME] = "INSERT OR REPLACE INTO names (source, contest, choice, name, party)"
             " VALUES (?, ?, ?, ?, ?)",
    [EVENT] = "INSERT INTO events (id, channel, data) VALUES (?, ?, ?)",
    [SHOWN] = "INSERT OR REPLACE INTO shown (epoch, seq, at_ms, short, long, slack, counts)"
              " VALUES (?, ?, ?, ?, ?, ?, ?)",
    [ACKNOWLEDGE] = "DELETE FROM events WHERE seq = (SELECT min(seq) FROM events WHERE id = ?)",
    [EPOCH] = "INSERT INTO meta (name, value) VALUES ('epoch', ?)"
              " ON CONFLICT (name) DO UPDATE SET value = max(value, excluded.value)",
    [PARTNER] = "INSERT INTO meta (name, value) VALUES ('partner', ?)"
                " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
    [FOLLOWED] =
        "INSERT INTO meta (name, value) VALUES ('followed_epoch', ?), ('followed_number', ?)"
        " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
    [ASIDE] = "INSERT INTO aside (at, what) SELECT datetime('now'), what FROM"
              " (SELECT what FROM was EXCEPT SELECT what FROM (" HISTORY "))",
    /* a payload replaces those of as little, or less, on air */
    [REPLACED] = "SELECT name FROM files WHERE source = ? AND file = ? AND held >= ?",
    [UNFILE] = "DELETE FROM files WHERE source = ? AND file = ? AND held >= ?",
    [FILE_] = "INSERT INTO files (source, file, held, name, digest, version, etag, last_modified,"
              " received_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
    [OVER] = "SELECT name FROM deltas WHERE source = ? AND file = ? AND number >= ?",
    [UNDELTA] = "DELETE FROM deltas WHERE source = ? AND file = ? AND number >= ?",
    /* one that is filed counts for more: it takes the place of what it would have replaced */
    [OTHERS] = "SELECT name" FROM_TO,
    [UNFILE_OTHERS] = "DELETE" FROM_TO,
    [MOVE] = "UPDATE files SET held = ?3 WHERE source = ?1 AND file = ?2 AND held > ?3"
             " AND digest = ?4",
    [MOVE_DELTA] = "UPDATE deltas SET held = ?3 WHERE source = ?1 AND file = ?2 AND held > ?3"
                   " AND digest = ?4",
    [MEMO] = "INSERT OR REPLACE INTO memos (source, file, digest, text) VALUES (?, ?, ?, ?)",
    [DELTA] = "INSERT INTO deltas (source, file, number, held, name, digest, received_ms)"
              " VALUES (?, ?, ?, ?, ?, ?, ?)",
    [DIGEST] = "INSERT OR REPLACE INTO digests (source, file, digest) VALUES (?, ?, ?)",
    [FORGET] =
        "DELETE FROM digests WHERE source = ?1 AND file = ?2 AND seq <= (SELECT seq FROM"
        " digests WHERE source = ?1 AND file = ?2 ORDER BY seq DESC LIMIT 1 OFFSET " DIGESTS_KEPT
        ")",
    [REFERS] = "SELECT 1 FROM files WHERE name = ?1"
               " UNION ALL SELECT 1 FROM deltas WHERE name = ?1",
    [PAYLOADS] = "SELECT digest FROM files UNION ALL SELECT digest FROM deltas",
};

struct writer_db {
    sqlite3 *sqlite;
    sqlite3_stmt *statements[STATEMENTS];
};

/* ---- one statement ---- */

static sqlite3_stmt *begin_statement(struct writer_db *db, enum statement which)
{
    sqlite3_stmt *s = db->statements[which];
    sqlite3_reset(s);
    return s;
}

static void put_text(sqlite3_stmt *s, int *at, struct slice text)
{
    sqlite3_bind_text64(s, (*at)++, text.len ? text.ptr : "", text.len, SQLITE_STATIC, SQLITE_UTF8);
}

static void put_int(sqlite3_stmt *s, int *at, int64_t value)
{
    sqlite3_bind_int64(s, (*at)++, value);
}

static bool fail(struct writer_db *db, struct err *e)
{
    int code = sqlite3_extended_errcode(db->sqlite) & 0xff;
    bool always = code == SQLITE_CONSTRAINT || code == SQLITE_TOOBIG || code == SQLITE_MISMATCH;
    return err_set(e, always ? ERR_DATA : ERR_AGAIN, "tallyd.db: %s", sqlite3_errmsg(db->sqlite));
}

/* Run it to its end. Bound text need not live longer. */
static bool run(struct writer_db *db, sqlite3_stmt *s, struct err *e)
{
    bool ok = sqlite3_step(s) == SQLITE_DONE || fail(db, e);
    sqlite3_reset(s);
    return ok;
}

/* ---- rows ---- */

/* Numbers, then texts. */
static bool put_row(struct writer_db *db, enum statement which, const int64_t *numbers,
                    size_t number_count, const struct slice *texts, size_t text_count,
                    struct err *e)
{
    sqlite3_stmt *s = begin_statement(db, which);
    int at = 1;
    for (size_t i = 0; i < number_count; i++)
        put_int(s, &at, numbers[i]);
    for (size_t i = 0; i < text_count; i++)
        put_text(s, &at, texts[i]);
    return run(db, s, e);
}

static bool put_claim(struct writer_db *db, const struct writer_claim *c, struct err *e)
{
    const int64_t numbers[] = {c->number, c->at_ms, c->called_at_ms, c->outcome};
    const struct slice texts[] = {c->race_id, c->endorsement_id, c->by,   c->basis,
                                  c->reason,  c->evidence,       c->line, c->row};
    return put_row(db, CLAIM, numbers, 4, texts, 8, e) ||
           err_prefix(e, "claim %lld for %.*s", (long long)c->number, SLICE_FMT(c->endorsement_id));
}

static bool put_decision(struct writer_db *db, const struct writer_decision *d, struct err *e)
{
    const int64_t numbers[] = {d->number, d->at_ms};
    const struct slice texts[] = {d->verb,  d->target, d->argument, d->reason,
                                  d->basis, d->url,    d->by};
    return put_row(db, DECISION, numbers, 2, texts, 7, e) ||
           err_prefix(e, "decision %lld", (long long)d->number);
}

static bool put_ruling(struct writer_db *db, const struct writer_ruling *r, struct err *e)
{
    char hex[33];
    digest_hex(r->digest, hex);
    const int64_t accept = r->accept;
    return put_row(db, RULING, &accept, 1,
                   (struct slice[]){r->source, r->file, slice_of(hex), r->contest}, 4, e);
}

static bool put_texts(struct writer_db *db, enum statement which, const struct slice *texts,
                      size_t n, struct err *e)
{
    return put_row(db, which, NULL, 0, texts, n, e);
}

static bool put_shown(struct writer_db *db, const struct writer_shown *row, struct err *e)
{
    const int64_t numbers[] = {row->epoch, row->seq, row->at_ms};
    sqlite3_stmt *s = begin_statement(db, SHOWN);
    int at = 1;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        put_int(s, &at, numbers[i]);
    for (size_t i = 0; i < WRITER_SHOWN_TEXTS; i++)
        put_text(s, &at, row->texts[i]);
    return run(db, s, e);
}

/* What was said outside, and what came of it. */
static bool put_published(struct writer_db *db, const struct writer_job *job, struct err *e)
{
    bool ok = true;
    for (size_t i = 0; ok && i < job->event_count; i++) {
        const struct writer_event *v = &job->events[i];
        ok = put_texts(db, EVENT, (struct slice[]){v->id, v->channel, v->data}, 3, e);
    }
    for (size_t i = 0; ok && i < job->shown_count; i++)
        ok = put_shown(db, &job->shown[i], e);
    for (size_t i = 0; ok && i < job->acknowledged_count; i++)
        ok = put_texts(db, ACKNOWLEDGE, &job->acknowledged[i], 1, e);
    if (ok && job->epoch > 0)
        ok = put_row(db, EPOCH, &job->epoch, 1, NULL, 0, e);
    if (ok && job->partner_s > 0)
        ok = put_row(db, PARTNER, &job->partner_s, 1, NULL, 0, e);
    if (ok && job->followed_epoch > 0)
        ok = put_row(db, FOLLOWED, (int64_t[]){job->followed_epoch, job->followed_number}, 2, NULL,
                     0, e);
    return ok;
}

/* What was here and is no part of what came instead. */
static bool put_aside(struct writer_db *db, struct err *e)
{
    if (!put_row(db, ASIDE, NULL, 0, NULL, 0, e))
        return false;
    int n = sqlite3_changes(db->sqlite);
    if (n > 0)
        log_error(
            "state: %d claims and decisions were kept here only and are no part of the night "
            "any more, another tallyd went on without them; read them with `sqlite3 tallyd.db "
            "\"SELECT * FROM aside\"`, and say again what is to hold",
            n);
    return true;
}

/* What is known beside what was decided. */
static bool put_learned(struct writer_db *db, const struct writer_job *job, struct err *e)
{
    bool ok = true;
    for (size_t i = 0; ok && i < job->note_count; i++)
        ok = writer_db_memo(db, &job->notes[i], e);
    for (size_t i = 0; ok && i < job->name_count; i++) {
        const struct writer_name *n = &job->names[i];
        ok = put_texts(db, NAME,
                       (struct slice[]){n->source, n->contest, n->choice, n->name, n->party}, 5, e);
    }
    return ok;
}

bool writer_db_rows(struct writer_db *db, const struct writer_job *job, struct err *e)
{
    bool ok = !job->replace || sqlite3_exec(db->sqlite, clear, NULL, NULL, NULL) == SQLITE_OK ||
              fail(db, e);
    for (size_t i = 0; ok && i < job->claim_count; i++)
        ok = put_claim(db, &job->claims[i], e);
    for (size_t i = 0; ok && i < job->decision_count; i++)
        ok = put_decision(db, &job->decisions[i], e);
    for (size_t i = 0; ok && i < job->ruling_count; i++)
        ok = put_ruling(db, &job->rulings[i], e);
    return ok && put_learned(db, job, e) && put_published(db, job, e) &&
           (!job->replace || put_aside(db, e));
}

/* ---- files ---- */

bool writer_db_digest(struct writer_db *db, const struct writer_file *row, struct err *e)
{
    char hex[33];
    if (row->held == WRITER_ASIDE)
        return true;
    digest_hex(row->digest, hex);
    const struct slice texts[] = {row->source, row->file, slice_of(hex)};
    return put_texts(db, DIGEST, texts, 3, e) && put_texts(db, FORGET, texts, 2, e);
}

/* A statement of a file and a number. */
static sqlite3_stmt *of_file(struct writer_db *db, enum statement which,
                             const struct writer_file *row, int64_t number)
{
    sqlite3_stmt *s = begin_statement(db, which);
    int at = 1;
    put_text(s, &at, row->source);
    put_text(s, &at, row->file);
    put_int(s, &at, number);
    return s;
}

/* What the rows of a statement name may be taken away from now on. */
static bool note_gone(struct writer_db *db, sqlite3_stmt *s, struct map *gone, struct err *e)
{
    int code;
    while ((code = sqlite3_step(s)) == SQLITE_ROW) {
        const char *old = (const char *)sqlite3_column_text(s, 0);
        if (old && !map_put(gone, slice_of(old), NULL))
            break; /* too many: it is swept at the next start */
    }
    sqlite3_reset(s);
    return code == SQLITE_DONE || code == SQLITE_ROW || fail(db, e);
}

/* Take rows away: their names, then they. */
static bool remove_rows(struct writer_db *db, enum statement names, enum statement rows,
                        const struct writer_file *row, int64_t from, struct map *gone,
                        struct err *e)
{
    return note_gone(db, of_file(db, names, row, from), gone, e) &&
           run(db, of_file(db, rows, row, from), e);
}

static sqlite3_stmt *of_digest(struct writer_db *db, enum statement which,
                               const struct writer_file *row, const char hex[33])
{
    sqlite3_stmt *s = of_file(db, which, row, row->held);
    int at = 4;
    put_text(s, &at, slice_of(hex));
    return s;
}

/* It is filed already, and counts for more now. */
static bool move_file(struct writer_db *db, const struct writer_file *row, struct map *gone,
                      struct err *e)
{
    char hex[33];
    digest_hex(row->digest, hex);
    if (!note_gone(db, of_digest(db, OTHERS, row, hex), gone, e) ||
        !run(db, of_digest(db, UNFILE_OTHERS, row, hex), e) ||
        !run(db, of_digest(db, MOVE, row, hex), e))
        return false;
    bool whole = row->held == WRITER_WHOLE && sqlite3_changes(db->sqlite) > 0;
    return (!whole || remove_rows(db, OVER, UNDELTA, row, 1, gone, e)) &&
           run(db, of_digest(db, MOVE_DELTA, row, hex), e);
}

static bool put_delta(struct writer_db *db, const struct writer_file *row, const char *name,
                      struct map *gone, struct err *e)
{
    char hex[33];
    int at = 4;
    if (!remove_rows(db, OVER, UNDELTA, row, row->delta, gone, e))
        return false;
    digest_hex(row->digest, hex);
    sqlite3_stmt *s = of_file(db, DELTA, row, row->delta);
    put_int(s, &at, row->held);
    put_text(s, &at, slice_of(name));
    put_text(s, &at, slice_of(hex));
    put_int(s, &at, row->received_ms);
    return run(db, s, e);
}

static bool put_file(struct writer_db *db, const struct writer_file *row, const char *name,
                     struct map *gone, struct err *e)
{
    char hex[33];
    int at = 4;
    if (!remove_rows(db, REPLACED, UNFILE, row, row->held, gone, e) ||
        (row->held == WRITER_WHOLE && !remove_rows(db, OVER, UNDELTA, row, 1, gone, e)))
        return false;
    digest_hex(row->digest, hex);
    const struct slice texts[] = {slice_of(name), slice_of(hex), row->version, row->etag,
                                  row->last_modified};
    sqlite3_stmt *s = of_file(db, FILE_, row, row->held);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        put_text(s, &at, texts[i]);
    put_int(s, &at, row->received_ms);
    return run(db, s, e);
}

bool writer_db_file(struct writer_db *db, const struct writer_file *row, const char *name,
                    struct map *gone, struct err *e)
{
    bool ok = !row->payload    ? move_file(db, row, gone, e)
              : row->delta > 0 ? put_delta(db, row, name, gone, e)
                               : put_file(db, row, name, gone, e);
    return ok && writer_db_digest(db, row, e);
}

bool writer_db_memo(struct writer_db *db, const struct writer_memo *memo, struct err *e)
{
    char hex[33];
    digest_hex(memo->on_air, hex);
    return put_texts(db, MEMO,
                     (struct slice[]){memo->source, memo->file, slice_of(hex), memo->text}, 4, e);
}

bool writer_db_refers(struct writer_db *db, const char *name)
{
    sqlite3_stmt *s = begin_statement(db, REFERS);
    int at = 1;
    put_text(s, &at, slice_of(name));
    bool none = sqlite3_step(s) == SQLITE_DONE;
    sqlite3_reset(s);
    return !none;
}

bool writer_db_payloads(struct writer_db *db, struct map *digests)
{
    sqlite3_stmt *s = begin_statement(db, PAYLOADS);
    bool ok = true;
    int code;
    while ((code = sqlite3_step(s)) == SQLITE_ROW && ok)
        ok = map_put(digests, slice_of((const char *)sqlite3_column_text(s, 0)), NULL);
    sqlite3_reset(s);
    return ok && code == SQLITE_DONE;
}

/* ---- transactions ---- */

bool writer_db_begin(struct writer_db *db, struct err *e)
{
    return run(db, begin_statement(db, BEGIN), e);
}

bool writer_db_commit(struct writer_db *db, struct err *e)
{
    return run(db, begin_statement(db, COMMIT), e);
}

void writer_db_rollback(struct writer_db *db)
{
    /* a full disk may have rolled it back already */
    if (!sqlite3_get_autocommit(db->sqlite))
        sqlite3_exec(db->sqlite, "ROLLBACK", NULL, NULL, NULL);
}

/* ---- life ---- */

static bool ask_int(struct writer_db *db, const char *question, int64_t *out)
{
    sqlite3_stmt *s = NULL;
    bool ok = sqlite3_prepare_v2(db->sqlite, question, -1, &s, NULL) == SQLITE_OK &&
              sqlite3_step(s) == SQLITE_ROW;
    if (ok)
        *out = sqlite3_column_int64(s, 0);
    sqlite3_finalize(s);
    return ok;
}

static bool prepare(struct writer_db *db, struct err *e)
{
    int64_t version = 0, damaged = 0;
    if (sqlite3_exec(db->sqlite,
                     "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                     " PRAGMA temp_store = MEMORY;",
                     NULL, NULL, NULL) != SQLITE_OK)
        return fail(db, e);
    if (!ask_int(db, "SELECT count(*) FROM pragma_quick_check WHERE quick_check <> 'ok'",
                 &damaged) ||
        damaged != 0)
        return err_set(e, ERR_DATA,
                       "tallyd.db: it is damaged (%s); put it aside, and bring back "
                       "what can be read with `sqlite3 tallyd.db .recover`",
                       damaged ? "PRAGMA quick_check" : sqlite3_errmsg(db->sqlite));
    /* a table that is not there yet is version 0 */
    ask_int(db, "SELECT value FROM meta WHERE name = 'schema'", &version);
    if (version > SCHEMA_VERSION)
        return err_set(e, ERR_CONFIG,
                       "tallyd.db: written by a newer tallyd (schema %lld, this one knows %d)",
                       (long long)version, SCHEMA_VERSION);
    const char *const steps[] = {
        "BEGIN IMMEDIATE",
        schema, /* what an early version 1 had not either */
        version == 1 ? from_1 : "",
        schema,
        version == 1 ? from_1_rows : "",
        version == 1 || version == 2 ? from_2 : "",
        "INSERT OR REPLACE INTO meta (name, value) VALUES ('schema', 3)",
        "COMMIT",
    };
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
        if (sqlite3_exec(db->sqlite, steps[i], NULL, NULL, NULL) != SQLITE_OK)
            return fail(db, e);
    for (size_t i = 0; i < STATEMENTS; i++)
        if (sqlite3_prepare_v3(db->sqlite, sql[i], -1, SQLITE_PREPARE_PERSISTENT,
                               &db->statements[i], NULL) != SQLITE_OK)
            return fail(db, e);
    return true;
}

bool writer_db_open(const char *path, struct writer_db **out, struct err *e)
{
    struct writer_db *db = calloc(1, sizeof *db);
    if (!db)
        return err_set(e, ERR_BUG, "out of memory");
    int code = sqlite3_open_v2(path, &db->sqlite, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL);
    bool ok = code == SQLITE_OK;
    if (!ok)
        err_set(e, ERR_CONFIG, "tallyd.db: %s",
                db->sqlite ? sqlite3_errmsg(db->sqlite) : "out of memory");
    if (ok) {
        sqlite3_busy_timeout(db->sqlite, BUSY_MS); /* people may look into it with sqlite3 */
        ok = prepare(db, e);
    }
    if (ok)
        *out = db;
    else
        writer_db_close(db);
    return ok;
}

void writer_db_close(struct writer_db *db)
{
    if (!db)
        return;
    for (size_t i = 0; i < STATEMENTS; i++)
        sqlite3_finalize(db->statements[i]);
    sqlite3_close(db->sqlite);
    free(db);
}
