/* SPDX-License-Identifier: ISC */
/* One prepared statement. */
#include "daemon/edge/shown.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

#define BUSY_MS 50

struct shown {
    sqlite3 *sqlite;
    sqlite3_stmt *find;
};

static bool fail(const struct shown *s, struct err *e)
{
    return err_set(e, ERR_AGAIN, "tallyd.db: %s",
                   s->sqlite ? sqlite3_errmsg(s->sqlite) : "out of memory");
}

bool shown_open(const char *directory, struct shown **out, struct err *e)
{
    static const char sql[] = "SELECT epoch, seq, at_ms, short, long, slack, counts FROM shown"
                              " WHERE epoch = ? AND seq <= ? ORDER BY seq DESC LIMIT 1";
    char path[4096];
    struct shown *s = calloc(1, sizeof *s);
    if (!s)
        return err_set(e, ERR_BUG, "out of memory");
    snprintf(path, sizeof path, "%s/tallyd.db", directory);
    if (sqlite3_open_v2(path, &s->sqlite, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK &&
        sqlite3_busy_timeout(s->sqlite, BUSY_MS) == SQLITE_OK &&
        sqlite3_prepare_v2(s->sqlite, sql, -1, &s->find, NULL) == SQLITE_OK) {
        *out = s;
        return true;
    }
    fail(s, e);
    shown_close(s);
    return false;
}

void shown_close(struct shown *s)
{
    if (!s)
        return;
    sqlite3_finalize(s->find);
    sqlite3_close(s->sqlite);
    free(s);
}

static struct slice text_of(struct shown *s, int column, struct arena *a)
{
    const char *text = (const char *)sqlite3_column_text(s->find, column);
    return arena_copy(
        a, (struct slice){text ? text : "", (size_t)sqlite3_column_bytes(s->find, column)});
}

bool shown_find(struct shown *s, int64_t epoch, int64_t seq, struct arena *a,
                struct writer_shown *out, struct err *e)
{
    bool ok = true;
    sqlite3_bind_int64(s->find, 1, epoch);
    sqlite3_bind_int64(s->find, 2, seq);
    int code = sqlite3_step(s->find);
    if (code == SQLITE_ROW) {
        struct writer_shown row = {.epoch = sqlite3_column_int64(s->find, 0),
                                   .seq = sqlite3_column_int64(s->find, 1),
                                   .at_ms = sqlite3_column_int64(s->find, 2)};
        for (int i = 0; i < WRITER_SHOWN_TEXTS; i++) {
            row.texts[i] = text_of(s, 3 + i, a);
            ok &= row.texts[i].ptr != NULL;
        }
        if (ok)
            *out = row;
        else
            err_set(e, ERR_AGAIN, "out of memory");
    } else {
        ok = code == SQLITE_DONE ? err_set(e, ERR_NO, "nothing was on air then") : fail(s, e);
    }
    sqlite3_reset(s->find);
    return ok;
}
