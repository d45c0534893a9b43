/* SPDX-License-Identifier: ISC */
/* What waits for the disk is bounded: the newer takes the place of the older, and what the disk has
 * at any moment is payloads with their memos. */
#include "tests/unit/writer_desk.h"

#include <malloc.h>
#include <sqlite3.h>

#include "daemon/base/log.h"
#include "daemon/edge/writer_thin.h"

/* ---- which give way ---- */

/* A queue as a word. P, Q: payloads of two files on air; p, q: of them, kept aside; +: a delta of
 * the first; x, y: memos; and a job ends with | , or with ! where somebody waits for it. */
static struct writer_paper *paper_of(char c, struct payload *bytes)
{
    char name[] = {(char)(c | 0x20), '\0'};
    struct writer_file file =
        file_of(c == '+' ? "p" : name, bytes, c >= 'a' ? WRITER_ASIDE : WRITER_WHOLE, 1);
    struct writer_memo memo = {SLICE(""), slice_of(name), {0, 0}, SLICE("text")};
    struct writer_job job = {.later = c == '|'};
    struct writer_paper *p;
    file.delta = c == '+';
    p = c == '|' || c == '!' ? calloc(1, sizeof *p)
        : c >= 'x'           ? writer_paper_of_memo(&memo)
                             : writer_paper_new(&file);
    assert_non_null(p);
    if (c == '|' || c == '!')
        p->barrier = writer_task_new(&job);
    return p;
}

/* What of it is left; - is a payload of which only the digest is. */
static void is_thinned(const char *queue, const char *expected)
{
    struct payload *bytes = payload_of("x", 10);
    struct writer_papers older, newer;
    struct writer_papers *const lists[] = {&older, &newer};
    size_t job = 1, before = 0, after = 0, len = strlen(queue);
    char left[100], names[100];
    writer_papers_init(&older);
    writer_papers_init(&newer);
    for (size_t i = 0; i < len; i++) { /* it may be in two lists anywhere */
        struct writer_paper *p = paper_of(queue[i], bytes);
        p->job = job;
        p->row.received_ms = queue[i];
        before += p->bytes;
        job += p->barrier != NULL;
        writer_papers_add(i < len / 2 ? &older : &newer, p);
    }
    size_t freed = writer_papers_thin(lists, 2), n = 0;
    assert_int_equal(freed + writer_papers_thin(lists, 2), freed); /* once is enough */
    writer_papers_move(&newer, &older);
    size_t count = older.count;
    for (struct writer_paper *p; (p = writer_papers_take(&older)) != NULL; n++) {
        names[n] = (char)p->row.received_ms;
        left[n] = p->superseded ? '-' : names[n];
        after += p->bytes;
        writer_paper_free(p);
    }
    left[n] = '\0';
    assert_string_equal(left, expected);
    assert_int_equal(count, n);
    assert_int_equal(before - after, freed);
    payload_free(bytes);
}

static void test_the_newer_takes_the_place_of_the_older(void **state)
{
    (void)state;
    is_thinned("P|P|Q|P|", "-|-|Q|P|");
    is_thinned("p|P|p|p|", "-|P|-|p|"); /* what is on air stays beside what is aside */
    is_thinned("P|+|P|", "P|+|P|");     /* a delta needs what it comes after */
    is_thinned("x|x|y|x|", "||y|x|");
}

static void test_memos_that_newer_ones_replace_do_not_pile_up(void **state)
{
    (void)state;
    is_thinned("Pxy|Pxy|Pxy|Px|Px|", "-|-|-y|-|Px|");
    is_thinned("Px|Qy|Px|Qy|Px|Qy|", "-|-|-|-y|Px|Qy|");
}

static void test_a_payload_that_is_written_has_its_memos(void **state)
{
    (void)state;
    is_thinned("Px|px|px|x|", "Px|-|px|x|");
    is_thinned("x|Px|x|x|", "|Px||x|");
    is_thinned("x|Qy|Px|", "x|Qy|Px|"); /* Q may be on disk before P: with the x that it found */
    is_thinned("x|+|x|", "x|+|x|");
}

static void test_what_somebody_waits_for_does_not_give_way(void **state)
{
    (void)state;
    is_thinned("Px!Px|", "Px!Px|");
    is_thinned("x|x!x|x|", "|x!|x|");
    is_thinned("P|P!P|P|", "-|P!-|P|");
}

/* ---- a disk that stands still ---- */

static sqlite3 *look(const struct desk *d)
{
    char path[128];
    sqlite3 *s;
    snprintf(path, sizeof path, "%s/tallyd.db", d->directory);
    assert_int_equal(sqlite3_open(path, &s), SQLITE_OK);
    return s;
}

static void run_sql(sqlite3 *s, const char *sql)
{
    if (sqlite3_exec(s, sql, NULL, NULL, NULL) != SQLITE_OK)
        fail_msg("%s", sqlite3_errmsg(s));
}

#define RACES 200
#define TURNS 300

/* A payload and the memos of its races, with a number in each. */
static void turn(struct desk *d, int number, struct ticket *t)
{
    struct writer_memo memos[RACES];
    char races[RACES][16], text[16];
    struct payload *p;
    snprintf(text, sizeof text, "%d", number);
    for (int i = 0; i < RACES; i++) {
        snprintf(races[i], sizeof races[i], "race-%d", i);
        memos[i] = (struct writer_memo){SLICE(""), slice_of(races[i]), {0, 0}, slice_of(text)};
    }
    p = payload_of(text, 20000);
    struct writer_file file = file_of("ga", p, WRITER_WHOLE, number);
    submit(d,
           &(struct writer_job){
               .files = &file, .file_count = 1, .memos = memos, .memo_count = RACES, .later = true},
           t);
    payload_free(p);
}

static void test_memory_is_bounded_while_the_disk_stands_still(void **state)
{
    struct desk *d = *state;
    struct ticket t = {.letter = 't'};
    open_desk(d);
    sqlite3 *s = look(d);
    run_sql(s, "BEGIN IMMEDIATE");
    turn(d, 0, &t);
    size_t before = mallinfo2().uordblks;
    for (int i = 1; i < TURNS; i++)
        turn(d, i, &t);
    size_t grown = mallinfo2().uordblks - before;
    assert_in_range(grown, 0, 4 << 20);
    run_sql(s, "ROLLBACK");
    sqlite3_close(s);
    until_done(d, TURNS);
    close_desk(d, 10000);
    open_desk(d);
    assert_int_equal(d->loaded.file_count, 1);
    assert_int_equal(d->loaded.files[0].received_ms, TURNS - 1);
    assert_int_equal(d->loaded.memo_count, RACES);
    for (size_t i = 0; i < RACES; i++)
        assert_true(slice_is(d->loaded.memos[i].text, "299"));
    check_pairs(d);
    close_desk(d, 1000);
}

/* ---- a large payload ---- */

static int count(sqlite3 *s, const char *table)
{
    char sql[64];
    sqlite3_stmt *q;
    snprintf(sql, sizeof sql, "SELECT count(*) FROM %s", table);
    assert_int_equal(sqlite3_prepare_v2(s, sql, -1, &q, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(q), SQLITE_ROW);
    int n = sqlite3_column_int(q, 0);
    sqlite3_finalize(q);
    return n;
}

/* However many megabytes it has: whoever looks sees both or neither. */
static void test_the_memo_of_a_large_payload_is_kept_with_it(void **state)
{
    struct desk *d = *state;
    struct ticket t = {.letter = 't'};
    struct err e = {0};
    struct payload *p = payload_new(8 << 20, &e);
    char *bytes = calloc(1, 5 << 20);
    struct writer_memo memo = {SLICE("ga"), SLICE("detail"), {1, 2}, SLICE("a\x1f")};
    assert_true(bytes && p && payload_append(p, (struct slice){bytes, 5 << 20}, &e));
    payload_finish(p);
    free(bytes);
    struct writer_file file = file_of("ga", p, WRITER_WHOLE, 1);
    open_desk(d);
    sqlite3 *s = look(d);
    submit(d,
           &(struct writer_job){.files = &file, .file_count = 1, .memos = &memo, .memo_count = 1},
           &t);
    for (int64_t end = timer_now_us() + PATIENCE_US; count(s, "memos") == 0;) {
        run_sql(s, "BEGIN");
        assert_int_equal(count(s, "files"), count(s, "memos"));
        run_sql(s, "COMMIT");
        assert_true(timer_now_us() < end);
    }
    sqlite3_close(s);
    until_done(d, 1);
    payload_free(p);
    close_desk(d, 10000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define DESK(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
        cmocka_unit_test(test_the_newer_takes_the_place_of_the_older),
        cmocka_unit_test(test_memos_that_newer_ones_replace_do_not_pile_up),
        cmocka_unit_test(test_a_payload_that_is_written_has_its_memos),
        cmocka_unit_test(test_what_somebody_waits_for_does_not_give_way),
        DESK(test_memory_is_bounded_while_the_disk_stands_still),
        DESK(test_the_memo_of_a_large_payload_is_kept_with_it),
    };
    log_start(LOG_LEVEL_ERROR - 1, 0);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
