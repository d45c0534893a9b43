/* SPDX-License-Identifier: ISC */
/* Memos as they lie in the database. What one says comes back; of a damaged one nothing counts, and
 * it is refused, wherever the damage is. */
#include "tests/unit/night.h"

#include "daemon/base/map.h"
#include "daemon/core/feed_own.h"
#include "daemon/core/memo.h"

static const char list[] =
    "endorsement_id,candidate_name,state,office,district,race_id,seats_to_fill,election_type,"
    "jurisdiction,county,source_hints\n"
    "ann,Ann Archer,GA,State Senate,1,senate,1,general,,,state=1|votes=1\n"
    "eve,Eve Eden,GA,Sheriff,,sheriff,1,general,,Cobb,\n"
    "kim,Kim Kerr,GA,Sheriff,,sheriff-2,1,general,,Bibb,\n";

enum { AP, DDHQ, STATE, VOTES };

#define SENATE(votes, more)                                                                        \
    "contest 1|State Senate District 1|GA ; stated seats=1 allowed=1" more                         \
    "\nchoice 11|Ann Archer|D ; won\nchoice 12|Bob Baker|R\ntotal " votes                          \
    "\ncounty 1|Cobb ; 600 500\ncounty 2|Bibb ; 400 400\n"
#define SHERIFF(county, name, votes)                                                               \
    "contest |Sheriff|GA|" county " ; seats=1\nchoice |" name                                      \
    "|\nchoice |Other One|\ntotal " votes "\n"
#define OTHERS                                                                                     \
    "contest |Sheriff|GA|Bibb ; seats=1\nchoice |Kim Kerr|\nchoice |Other Two|\ntotal 900 800\n"

/* A night of which each kind of note is left: a figure and a roster that wait, a contest that is
 * gone, a race whose call is half taken back and whose votes were corrected. */
static void open_night(struct night *n)
{
    night_open(n, list);
    night_batch(n, STATE,
                SENATE("1000 900", "") SHERIFF("Cobb", "Eve Eden", "5000 4000")
                    SHERIFF("Bibb", "Kim Kerr", "900 800"),
                NIGHT_AT(1));
    night_batch(n, STATE,
                SENATE("300 900", "") SHERIFF("Cobb", "Eve Eden", "5000 4000")
                    SHERIFF("Bibb", "Kim Kerr", "900 800"),
                NIGHT_AT(2));
    assert_true(night_decide(n, "source accept", "state", "1", NIGHT_AT(3)));
    night_batch(n, AP,
                "contest 1|State Senate District 1|GA ; stated\nchoice 11|Ann Archer|D ; won\n"
                "choice 12|Bob Baker|R\ntotal 1 1\n",
                NIGHT_AT(4));
    night_batch(n, AP,
                "contest 1|State Senate District 1|GA ; stated\nchoice 11|Ann Archer|D\n"
                "choice 12|Bob Baker|R\ntotal 1 1\n",
                NIGHT_AT(5));
    night_batch(n, STATE, SENATE("10 900", "") OTHERS, NIGHT_AT(6));
}

static void memo_of(const struct night *n, struct buf *out)
{
    buf_init(out, 1 << 16);
    memo_write(core_model(n->core), STATE, 0, out);
    assert_false(out->failed);
}

static void race_memo_of(const struct night *n, struct buf *out)
{
    buf_init(out, 1 << 16);
    memo_write_race(core_model(n->core), night_race(n, "ann"), out);
    assert_false(out->failed);
}

static struct model *fresh(struct night *n)
{
    night_anew(n);
    return (struct model *)(uintptr_t)core_model(n->core);
}

/* Is it refused, with nothing changed? */
static bool is_refused(struct model *m, struct slice text)
{
    struct err e = {0};

    if (memo_restore(m, STATE, 0, text, &e))
        return false;
    assert_int_equal(e.kind, ERR_DATA);
    assert_int_equal(map_count(m->feeds[STATE].contests), 0);
    assert_null(m->feeds[STATE].files[0].own->memo);
    return true;
}

static bool race_is_refused(struct model *m, struct slice text)
{
    struct err e = {0};

    if (memo_read_race(m, text, &e))
        return false;
    assert_int_equal(e.kind, ERR_DATA);
    return true;
}

static void what_is_written_is_read(void **state)
{
    struct night n;
    struct buf was, is;
    struct err e;

    (void)state;
    open_night(&n);
    memo_of(&n, &was);
    struct model *m = fresh(&n);
    assert_true(memo_restore(m, STATE, 0, buf_slice(&was), &e));
    assert_int_equal(map_count(m->feeds[STATE].contests), 3); /* held, gone, and others' names */
    struct feed_file *f = &m->feeds[STATE].files[0];
    const struct feed_memo *memo = f->own->memo;
    f->digest = memo->on_air;
    f->own_time_ms = memo->own_time_ms;
    f->last_change_ms = memo->last_change_ms;
    f->version = memo->version;
    memo_close(f);
    buf_init(&is, 1 << 16);
    memo_write(m, STATE, 0, &is);
    /* but for the payloads that are kept beside it */
    assert_true(
        slice_eq(slice_sub(buf_slice(&is), 120, is.len), slice_sub(buf_slice(&was), 120, was.len)));
    buf_done(&was);
    buf_done(&is);
    night_close(&n);
}

/* A shorter one is whole only where a contest ends. */
static void a_memo_that_is_cut_is_refused(void **state)
{
    struct night n;
    struct buf text;
    size_t whole = 0;

    (void)state;
    open_night(&n);
    memo_of(&n, &text);
    struct model *m = fresh(&n);
    for (size_t len = 0; len < text.len; len++) {
        if (is_refused(m, slice_sub(buf_slice(&text), 0, len)))
            continue;
        assert_int_equal(text.ptr[len], '\n');
        whole++;
        m = fresh(&n);
    }
    assert_int_equal(whole, 3); /* of three contests */
    buf_done(&text);
    night_close(&n);
}

static void a_race_memo_that_is_cut_is_refused(void **state)
{
    struct night n;
    struct buf text;

    (void)state;
    open_night(&n);
    race_memo_of(&n, &text);
    struct model *m = fresh(&n);
    for (size_t len = 0; len < text.len; len++)
        if (!race_is_refused(m, slice_sub(buf_slice(&text), 0, len)))
            fail_msg("cut at %zu of %zu it is read", len, text.len);
    assert_false(race_is_refused(m, buf_slice(&text)));
    buf_done(&text);
    night_close(&n);
}

/* Where a contest, a choice or a unit begins is as much of it as what it says. */
static void a_memo_with_a_record_less_is_refused(void **state)
{
    struct night n;
    struct buf text;
    size_t records = 0;

    (void)state;
    open_night(&n);
    memo_of(&n, &text);
    struct model *m = fresh(&n);
    for (size_t at = 0; at < text.len; at++) {
        if (text.ptr[at] != '\n')
            continue;
        records++;
        text.ptr[at] = 'x';
        assert_true(is_refused(m, buf_slice(&text)));
        text.ptr[at] = '\n';
    }
    assert_true(records > 10);
    buf_done(&text);
    night_close(&n);
}

/* Of a race that is no longer on the list nothing is remembered; where nothing is, nothing moves.
 */
static void a_memo_of_no_race_says_nothing(void **state)
{
    struct event restored = {.type = EVENT_RESTORED};
    struct memo memo = {.source = NONE, .race = SLICE("gone"), .text = SLICE("no memo at all")};
    struct night n;
    struct err e;

    (void)state;
    night_open(&n, list);
    assert_true(core_restore_memo(n.core, &memo, &e));
    night_apply(&n, &restored, NIGHT_AT(1));
    assert_int_equal(core_model(n.core)->last_change_ms, WHEN_UNKNOWN);
    memo.race = SLICE("senate");
    assert_false(core_restore_memo(n.core, &memo, &e));
    assert_int_equal(e.kind, ERR_DATA);
    night_close(&n);
}

/* The memo with field `at` said otherwise; empty: it has no such field. */
static struct slice changed(struct arena *a, struct slice text, size_t at, const char *says)
{
    struct slice rest = text, field;

    while (slice_next(&rest, '\x1f', &field))
        if (at-- == 0) {
            size_t before = (size_t)(field.ptr - text.ptr);
            before += field.len && *field.ptr == '\n';
            return arena_printf(a, "%.*s%s\x1f%.*s", (int)before, text.ptr, says, SLICE_FMT(rest));
        }
    return SLICE("");
}

/* Numbers that are none, or are too large, times, verdicts and digests: what is no text. */
static void a_memo_with_a_wrong_word_is_refused(void **state)
{
    static const char *const words[] = {"x", "-9", "99999999999999999999", ""};
    struct night n;
    struct buf file, race;

    (void)state;
    open_night(&n);
    memo_of(&n, &file);
    race_memo_of(&n, &race);
    struct model *m = fresh(&n);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        size_t refused = 0;
        struct slice text;
        for (size_t at = 0; (text = changed(n.a, buf_slice(&file), at, words[i])).len; at++) {
            if (is_refused(m, text))
                refused++;
            else
                m = fresh(&n);
        }
        for (size_t at = 0; (text = changed(n.a, buf_slice(&race), at, words[i])).len; at++)
            refused += race_is_refused(m, text);
        assert_true(refused > 40);
    }
    buf_done(&file);
    buf_done(&race);
    night_close(&n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_memo_that_is_cut_is_refused),
        cmocka_unit_test(a_memo_with_a_record_less_is_refused),
        cmocka_unit_test(a_memo_with_a_wrong_word_is_refused),
        cmocka_unit_test(a_memo_of_no_race_says_nothing),
        cmocka_unit_test(a_race_memo_that_is_cut_is_refused),
        cmocka_unit_test(what_is_written_is_read),
    };

    return cmocka_run_group_tests_name("core_memo", tests, NULL, NULL);
}
