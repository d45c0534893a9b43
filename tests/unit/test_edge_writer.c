/* SPDX-License-Identifier: ISC */
/* The writer keeps what it says it kept: rows and payloads, in order; with two processes, and
 * damaged rows. */
#include "tests/unit/writer_desk.h"

#include <fcntl.h>
#include <sqlite3.h>

#include "daemon/base/log.h"

/* ---- rows ---- */

static void test_rows_come_back(void **state)
{
    struct desk *d = *state;
    struct ticket t = {.letter = 'a'};
    struct writer_claim claims[] = {claim_of(2), claim_of(1)};
    struct writer_name names[] = {
        {SLICE("clarity"), SLICE("10"), SLICE("1"), SLICE("Ann"), SLICE("DEM")},
        {SLICE("clarity"), SLICE("10"), SLICE("1"), SLICE("Anna"), SLICE("DEM")}};
    struct writer_event events[] = {{SLICE("c1"), SLICE("calls:GA"), SLICE("{\"n\":1}")},
                                    {SLICE("c2"), SLICE("calls:GA"), SLICE("{\"n\":2}")},
                                    {SLICE("c1"), SLICE("calls:GA"), SLICE("{\"n\":3}")}};
    struct slice first = SLICE("c1");
    open_desk(d);
    assert_int_equal(d->loaded.epoch, 0);
    assert_int_equal(d->loaded.claim_count + d->loaded.file_count + d->loaded.event_count, 0);
    submit(d,
           &(struct writer_job){.claims = claims,
                                .claim_count = 2,
                                .names = names,
                                .name_count = 2,
                                .events = events,
                                .event_count = 3,
                                .epoch = 7},
           &t);
    submit(d, &(struct writer_job){.epoch = 5}, &t);
    submit(d, &(struct writer_job){.acknowledged = &first, .acknowledged_count = 1}, &t);
    until_done(d, 3);
    assert_int_equal(d->refused, 0);
    close_desk(d, 1000);

    open_desk(d);
    assert_int_equal(d->loaded.epoch, 7); /* it never falls */
    assert_int_equal(d->loaded.claim_count, 2);
    assert_int_equal(d->loaded.claims[0].number, 1);
    assert_int_equal(d->loaded.claims[0].called_at_ms, INT64_MIN);
    assert_true(slice_eq(d->loaded.claims[1].evidence, claims[0].evidence));
    assert_true(slice_is(d->loaded.claims[1].line, "dem"));
    assert_int_equal(d->loaded.name_count, 1);
    assert_true(slice_is(d->loaded.names[0].name, "Anna"));
    /* the oldest of the two that share an id was acknowledged; the rest is in order */
    assert_int_equal(d->loaded.event_count, 2);
    assert_true(slice_is(d->loaded.events[0].data, "{\"n\":2}"));
    assert_true(slice_is(d->loaded.events[1].data, "{\"n\":3}"));
    close_desk(d, 1000);
}

static void test_a_number_is_taken_once(void **state)
{
    struct desk *d = *state;
    struct ticket a = {.letter = 'a'}, b = {.letter = 'b'}, c = {.letter = 'c'};
    struct writer_claim one = claim_of(1), two = claim_of(2);
    open_desk(d);
    submit(d, &(struct writer_job){.claims = &one, .claim_count = 1}, &a);
    submit(d, &(struct writer_job){.claims = &one, .claim_count = 1}, &b);
    submit(d, &(struct writer_job){.claims = &two, .claim_count = 1}, &c);
    until_done(d, 3);
    assert_memory_equal(d->order, "abc", 3);
    assert_int_equal(d->refused, 1);
    assert_non_null(strstr(d->text, "claim 1 for ossoff"));
    close_desk(d, 1000);
    open_desk(d);
    assert_int_equal(d->loaded.claim_count, 2);
    close_desk(d, 1000);
}

static void test_a_job_owns_its_text(void **state)
{
    struct desk *d = *state;
    struct ticket t = {.letter = 'a'};
    char text[] = "reason";
    struct writer_claim c = claim_of(1);
    c.reason = slice_of(text);
    open_desk(d);
    submit(d, &(struct writer_job){.claims = &c, .claim_count = 1}, &t);
    memset(text, 'x', sizeof text - 1);
    until_done(d, 1);
    close_desk(d, 1000);
    open_desk(d);
    assert_true(slice_is(d->loaded.claims[0].reason, "reason"));
    close_desk(d, 1000);
}

/* It is there in a moment, in its order, and at once when another job or the end comes. */
static void test_what_nobody_waits_for_is_written_too(void **state)
{
    struct desk *d = *state;
    struct ticket a = {.letter = 'a'}, b = {.letter = 'b'}, c = {.letter = 'c'};
    struct writer_claim claims[] = {claim_of(1), claim_of(2), claim_of(3), claim_of(4)};
    open_desk(d);
    submit(d, &(struct writer_job){.claims = &claims[0], .claim_count = 1, .later = true}, &a);
    until_done(d, 1);
    submit(d, &(struct writer_job){.claims = &claims[1], .claim_count = 1, .later = true}, &b);
    submit(d, &(struct writer_job){.claims = &claims[2], .claim_count = 1}, &c);
    until_done(d, 3);
    assert_memory_equal(d->order, "abc", 3);
    submit(d, &(struct writer_job){.claims = &claims[3], .claim_count = 1, .later = true}, &a);
    close_desk(d, 10000);
    open_desk(d);
    assert_int_equal(d->loaded.claim_count, 4);
    close_desk(d, 1000);
}

/* ---- payloads ---- */

static void test_accepted_and_held(void **state)
{
    struct desk *d = *state;
    struct ticket t = {.letter = 'f'};
    struct payload *one = payload_of("one", 1000), *two = payload_of("two", 2000);
    struct writer_file files[] = {file_of("a/../b", one, WRITER_WHOLE, 20),
                                  file_of("a/../b", two, WRITER_ASIDE, 10)};
    struct writer_file promoted = files[1];
    struct writer_memo memo = {SLICE("a/../b"), SLICE("detail"), files[1].digest, SLICE("a\x1f")};
    open_desk(d);
    submit(d, &(struct writer_job){.files = &files[0], .file_count = 2}, &t);
    payload_free(one);
    payload_free(two);
    until_done(d, 1);
    close_desk(d, 1000);
    open_desk(d);
    assert_int_equal(d->loaded.file_count, 2);
    assert_int_equal(d->loaded.files[0].held, WRITER_WHOLE); /* though it came later by its clock */
    assert_int_equal(d->loaded.files[1].held, WRITER_ASIDE);
    assert_int_equal(d->loaded.digest_count, 1);
    assert_null(strstr(d->loaded.files[0].path.ptr + strlen(d->directory), ".."));
    check_pairs(d);
    promoted.payload = NULL; /* its bytes are there */
    promoted.held = WRITER_PART;
    submit(
        d,
        &(struct writer_job){.files = &promoted, .file_count = 1, .memos = &memo, .memo_count = 1},
        &t);
    until_done(d, 2);
    assert_int_equal(count_payloads(d), 2);
    close_desk(d, 1000);
    open_desk(d);
    assert_int_equal(d->loaded.file_count, 2);
    assert_int_equal(d->loaded.files[1].held, WRITER_PART);
    assert_true(slice_is(d->loaded.files[1].etag, "\"a\"")); /* nothing else of the row changes */
    assert_int_equal(d->loaded.files[1].received_ms, 10);
    assert_int_equal(d->loaded.memo_count, 1);
    assert_true(slice_eq(d->loaded.memos[0].text, memo.text));
    assert_true(digest_eq(d->loaded.memos[0].on_air, memo.on_air));
    promoted.held = WRITER_WHOLE;
    submit(d, &(struct writer_job){.files = &promoted, .file_count = 1}, &t);
    until_done(d, 3);
    promoted.held = WRITER_PART; /* it counts for no less again */
    submit(d, &(struct writer_job){.files = &promoted, .file_count = 1}, &t);
    until_done(d, 4);
    assert_int_equal(count_payloads(d), 1); /* what it replaced is gone at once */
    close_desk(d, 1000);
    open_desk(d);
    assert_int_equal(d->loaded.file_count, 1);
    assert_true(digest_eq(d->loaded.files[0].digest, promoted.digest));
    assert_int_equal(d->loaded.files[0].held, WRITER_WHOLE);
    assert_int_equal(d->loaded.digest_count, 2);
    check_pairs(d);
    close_desk(d, 1000);
}

static void run_sql(const struct desk *d, const char *sql)
{
    char path[128];
    sqlite3 *s;
    snprintf(path, sizeof path, "%s/tallyd.db", d->directory);
    assert_int_equal(sqlite3_open(path, &s), SQLITE_OK);
    if (sqlite3_exec(s, sql, NULL, NULL, NULL) != SQLITE_OK)
        fail_msg("%s", sqlite3_errmsg(s));
    sqlite3_close(s);
}

/* What version 1 wrote is there, and takes what it had no word for. */
static void test_a_database_of_version_1_is_brought_up(void **state)
{
    struct desk *d = *state;
    struct ticket t = {.letter = 'v'};
    struct payload *one = payload_of("one", 1000), *two = payload_of("two", 2000);
    struct writer_file files[] = {file_of("ga", one, WRITER_WHOLE, 10),
                                  file_of("ga", two, WRITER_PART, 20)};
    struct writer_file aside = file_of("ga", two, WRITER_ASIDE, 30);
    open_desk(d);
    submit(d, &(struct writer_job){.files = files, .file_count = 2}, &t);
    until_done(d, 1);
    close_desk(d, 1000);
    run_sql(d, "ALTER TABLE files RENAME TO f; DROP TABLE memos; DROP INDEX files_by_name;"
               "CREATE TABLE files (source TEXT NOT NULL, file TEXT NOT NULL,"
               " held INTEGER NOT NULL CHECK (held IN (0, 1)), name TEXT NOT NULL,"
               " digest TEXT NOT NULL, version TEXT NOT NULL, etag TEXT NOT NULL,"
               " last_modified TEXT NOT NULL, received_ms INTEGER NOT NULL,"
               " PRIMARY KEY (source, file, held)) STRICT, WITHOUT ROWID;"
               "INSERT INTO files SELECT * FROM f; DROP TABLE f;"
               "CREATE INDEX files_by_name ON files (name);"
               "ALTER TABLE claims DROP COLUMN line; ALTER TABLE claims DROP COLUMN row;"
               "UPDATE meta SET value = 1 WHERE name = 'schema';");
    open_desk(d);
    assert_int_equal(d->loaded.file_count, 2);
    assert_int_equal(d->loaded.files[1].held, WRITER_PART);
    submit(d, &(struct writer_job){.files = &aside, .file_count = 1}, &t);
    until_done(d, 2);
    close_desk(d, 1000);
    open_desk(d);
    assert_int_equal(d->loaded.file_count, 3);
    assert_int_equal(d->loaded.files[2].held, WRITER_ASIDE);
    payload_free(one);
    payload_free(two);
    close_desk(d, 1000);
}

/* Claims of version 2, which knew of no primary, are of the candidacy. */
static void test_a_database_of_version_2_is_brought_up(void **state)
{
    struct desk *d = *state;
    struct ticket t = {.letter = 'v'};
    struct writer_claim one = claim_of(1), two = claim_of(2);
    open_desk(d);
    submit(d, &(struct writer_job){.claims = &one, .claim_count = 1}, &t);
    until_done(d, 1);
    close_desk(d, 1000);
    run_sql(d, "ALTER TABLE claims DROP COLUMN line; ALTER TABLE claims DROP COLUMN row;"
               "UPDATE meta SET value = 2 WHERE name = 'schema';");
    open_desk(d);
    submit(d, &(struct writer_job){.claims = &two, .claim_count = 1}, &t);
    until_done(d, 2);
    close_desk(d, 1000);
    open_desk(d);
    assert_int_equal(d->loaded.claim_count, 2);
    assert_true(slice_is(d->loaded.claims[0].by, "ddhq"));
    assert_int_equal(d->loaded.claims[0].line.len, 0);
    assert_true(slice_is(d->loaded.claims[1].line, "dem"));
    assert_true(slice_is(d->loaded.claims[1].row, "Jon Ossoff\nwins seat"));
    close_desk(d, 1000);
}

/* A letter each: 'w' all of a file, 'h' the same but held, a digit that change. */
static void keep(struct desk *d, const char *letters, int *at)
{
    struct ticket t = {.letter = 'k'};
    size_t before = d->done;
    for (const char *w = letters; *w; w++) {
        char fill[40];
        snprintf(fill, sizeof fill, "%c at %d", *w, ++*at);
        struct payload *p = payload_of(fill, 100);
        struct writer_file f = file_of("ap", p, *w == 'h', *at);
        f.delta = *w >= '1' && *w <= '9' ? *w - '0' : 0;
        submit(d, &(struct writer_job){.files = &f, .file_count = 1}, &t);
        payload_free(p);
    }
    until_done(d, before + strlen(letters));
}

static void test_changes_are_kept_beside_what_they_change(void **state)
{
    static const char *const rows[][2] = {
        {"w123", "w123"}, {"h", "w123h"}, {"w", "w"},     {"1", "w1"},       {"w1w12", "w12"},
        {"1", "w1"},      {"2h", "w12h"}, {"w123w", "w"}, {"12h3", "w12h3"},
    };
    struct desk *d = *state;
    int at = 0;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char got[24] = "";
        open_desk(d);
        keep(d, rows[i][0], &at);
        close_desk(d, 1000);
        open_desk(d);
        for (size_t k = 0; k < d->loaded.file_count && k < sizeof got - 1; k++) {
            const struct writer_loaded_file *f = &d->loaded.files[k];
            got[k] = (char)(f->delta ? '0' + f->delta : f->held ? 'h' : 'w');
        }
        assert_string_equal(got, rows[i][1]);
        check_pairs(d);
        close_desk(d, 1000);
    }
}

static void test_digests_are_capped(void **state)
{
    struct desk *d = *state;
    struct ticket t = {.letter = 'd'};
    char fill[24];
    struct digest last = {0};
    open_desk(d);
    for (int i = 0; i < 300; i++) {
        snprintf(fill, sizeof fill, "payload %d", i);
        struct payload *p = payload_of(fill, 100);
        struct writer_file f = file_of("clarity", p, false, i);
        last = f.digest;
        submit(d, &(struct writer_job){.files = &f, .file_count = 1}, &t);
        payload_free(p);
    }
    until_done(d, 300);
    close_desk(d, 1000);
    open_desk(d);
    /* those that were overtaken in the queue were on air too */
    assert_int_equal(d->loaded.digest_count, 256);
    assert_true(digest_eq(d->loaded.digests[255].digest, last));
    assert_int_equal(d->loaded.file_count, 1);
    assert_true(digest_eq(d->loaded.files[0].digest, last));
    check_pairs(d);
    close_desk(d, 1000);
}

static void test_leftovers_are_swept(void **state)
{
    struct desk *d = *state;
    struct ticket t = {.letter = 'e'};
    char path[128];
    open_desk(d);
    submit(d, &(struct writer_job){.epoch = 7}, &t); /* as the app does before it polls */
    close_desk(d, 1000);
    snprintf(path, sizeof path, "%s/payloads/clarity..0123", d->directory);
    int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    close(fd);
    assert_int_equal(count_payloads(d), 1);
    open_desk(d);
    assert_int_equal(count_payloads(d), 0);
    close_desk(d, 1000);
}

/* ---- order, reading again ---- */

static void test_nothing_is_a_barrier(void **state)
{
    struct desk *d = *state;
    struct ticket f = {.letter = 'f'}, c = {.letter = 'c'}, n = {.letter = 'n'};
    struct payload *p = payload_of("x", 1 << 19);
    struct writer_file file = file_of("clarity", p, false, 1);
    struct writer_claim one = claim_of(1);
    struct arena *a = arena_new(1 << 20);
    struct writer_loaded again;
    struct err e = {0};
    open_desk(d);
    submit(d, &(struct writer_job){.files = &file, .file_count = 1}, &f);
    submit(d, &(struct writer_job){.claims = &one, .claim_count = 1}, &c);
    submit(d, &(struct writer_job){.epoch = 0}, &n);
    until_done(d, 3);
    assert_int_equal(d->order[2], 'n');
    assert_true(writer_load(d->writer, a, &again, &e));
    assert_int_equal(again.claim_count, 1);
    assert_int_equal(again.file_count, 1);
    arena_free(a);
    payload_free(p);
    close_desk(d, 1000);
}

static void test_close_finishes(void **state)
{
    struct desk *d = *state;
    struct ticket t = {.letter = 'c'};
    open_desk(d);
    for (int i = 1; i <= 100; i++) {
        struct writer_claim c = claim_of(i);
        submit(d, &(struct writer_job){.claims = &c, .claim_count = 1}, &t);
    }
    close_desk(d, 10000); /* the loop never ran */
    assert_int_equal(d->done, 100);
    assert_int_equal(d->refused, 0);
    open_desk(d);
    assert_int_equal(d->loaded.claim_count, 100);
    close_desk(d, 1000);
}

/* ---- who else is there; what else is in it ---- */

static void test_one_process_only(void **state)
{
    struct desk *d = *state, other = *d;
    struct err e = {0};
    open_desk(d);
    assert_false(try_open(&other, &e));
    arena_free(other.arena);
    loop_free(other.base);
    char pid[32];
    snprintf(pid, sizeof pid, "process %ld)", (long)getpid());
    assert_non_null(strstr(e.text, pid));
    assert_int_equal(e.kind, ERR_AGAIN);
    close_desk(d, 1000);
    open_desk(d); /* the lock went with it */
    close_desk(d, 1000);
}

static void refused_with(struct desk *d, const char *word)
{
    struct err e = {0};
    assert_false(try_open(d, &e));
    if (!strstr(e.text, word))
        fail_msg("\"%s\" is not in: %s", word, e.text);
    arena_free(d->arena);
    loop_free(d->base);
}

static void test_bad_rows_are_named(void **state)
{
    static const struct {
        const char *spoil, *repair, *word;
    } cases[] = {
        {"INSERT INTO files VALUES ('a', '', 0, '../../etc/passwd', "
         "'00000000000000000000000000000000',"
         " '', '', '', 0)",
         "DELETE FROM files", "table files"},
        {"INSERT INTO files VALUES ('a', '', 0, 'a', 'xyz', '', '', '', 0)", "DELETE FROM files",
         "table files"},
        {"INSERT INTO claims VALUES (1, 0, 0, -1, 'r', 'e', 'ap', '', '', '', '', '')",
         "DELETE FROM claims", "row 1 of table claims"},
        {"INSERT INTO digests VALUES (1, 'a', '', 'q')", "DELETE FROM digests", "table digests"},
        {"INSERT INTO events VALUES (1, 'c1', 'calls:GA', 'text')", "DELETE FROM events",
         "table events"},
        {"UPDATE meta SET value = 99 WHERE name = 'schema'",
         "UPDATE meta SET value = 3 WHERE name = 'schema'", "newer tallyd"},
    };
    struct desk *d = *state;
    open_desk(d);
    close_desk(d, 1000);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        run_sql(d, cases[i].spoil);
        refused_with(d, cases[i].word);
        run_sql(d, cases[i].repair);
    }
    open_desk(d);
    close_desk(d, 1000);
}

static void test_a_damaged_file_is_told(void **state)
{
    struct desk *d = *state;
    char path[128], junk[8192];
    memset(junk, 'j', sizeof junk);
    snprintf(path, sizeof path, "%s/tallyd.db", d->directory);
    int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    assert_int_equal(write(fd, junk, sizeof junk), sizeof junk);
    close(fd);
    refused_with(d, "tallyd.db");
}

/* Lost, or cut to nothing: it must not become a night in which nothing was called, and what could
 * still be looked at stays. */
static void test_payloads_whose_database_is_lost_are_no_new_night(void **state)
{
    struct desk *d = *state;
    struct ticket t = {.letter = 'f'};
    struct payload *p = payload_of("one", 1000);
    struct writer_file file = file_of("clarity", p, false, 20);
    char database[128], aside[128], payloads[128], away[128];
    snprintf(database, sizeof database, "%s/tallyd.db", d->directory);
    snprintf(aside, sizeof aside, "%s/aside", d->directory);
    snprintf(payloads, sizeof payloads, "%s/payloads", d->directory);
    snprintf(away, sizeof away, "%s/away", d->directory);
    open_desk(d);
    submit(d, &(struct writer_job){.files = &file, .file_count = 1, .epoch = 7}, &t);
    payload_free(p);
    close_desk(d, 10000);
    assert_int_equal(rename(database, aside), 0);
    refused_with(d, "payloads/ has the payloads of a night");
    refused_with(d, payloads); /* the first try has made no excuse for the second */
    assert_int_equal(truncate(database, 0), 0);
    refused_with(d, "bring tallyd.db back");
    assert_int_equal(count_payloads(d), 1);

    assert_int_equal(rename(aside, database), 0);
    open_desk(d);
    check_pairs(d);
    assert_int_equal(d->loaded.file_count, 1);
    close_desk(d, 1000);

    assert_int_equal(unlink(database), 0);
    assert_int_equal(rename(payloads, away), 0);
    open_desk(d); /* anew, on purpose */
    assert_int_equal(d->loaded.file_count, 0);
    close_desk(d, 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define DESK(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
        DESK(test_rows_come_back),
        DESK(test_a_number_is_taken_once),
        DESK(test_a_job_owns_its_text),
        DESK(test_what_nobody_waits_for_is_written_too),
        DESK(test_accepted_and_held),
        DESK(test_a_database_of_version_1_is_brought_up),
        DESK(test_a_database_of_version_2_is_brought_up),
        DESK(test_changes_are_kept_beside_what_they_change),
        DESK(test_digests_are_capped),
        DESK(test_leftovers_are_swept),
        DESK(test_nothing_is_a_barrier),
        DESK(test_close_finishes),
        DESK(test_one_process_only),
        DESK(test_bad_rows_are_named),
        DESK(test_a_damaged_file_is_told),
        DESK(test_payloads_whose_database_is_lost_are_no_new_night),
    };
    log_start(LOG_LEVEL_ERROR - 1, 0);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
