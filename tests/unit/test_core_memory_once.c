/* SPDX-License-Identifier: ISC */
/* Memory ends while a list is read, what was durable is restored, a document is written, a message
 * numbered: each of them once over, at every allocation. What cannot be had is refused and said;
 * with memory it is had. */
#include "tests/unit/night.h"

#include <stdlib.h>

#include "daemon/core/history.h"
#include "daemon/core/lost.h"
#include "daemon/core/name.h"
#include "daemon/core/race_fit.h"
#include "daemon/core/ruling.h"
#include "daemon/core/stream.h"
#include "tests/unit/refusing.h"

/* Is this the play in which nothing is refused? */
static bool with_memory(void)
{
    return heap_fails_at == SIZE_MAX && arena_chosen == SIZE_MAX;
}

/* What was asked for is there exactly when nothing was refused; else it is said. */
static void is_said(bool ok, const struct err *e)
{
    if (with_memory() && !ok)
        fail_msg("%s", e->text);
    if (!ok)
        assert_true(e->kind != ERR_NONE && e->text[0]);
}

/* ---- a list ---- */

static const char full_list[] =
    "candidate_name,state,office,endorsement_id,status,ballot_name,aliases,party,office_level,"
    "division_id,jurisdiction,district,seat,term,county,counties,seats_to_fill,advance_to,"
    "election_date,election_type,contest_party,wins,continues,choice,incumbent,"
    "opponent_incumbent,held_by,seats_held_by_others,flip,polls_close,ap_race_id,"
    "ap_candidate_id,source_hints,tags,cohort,Our Own,ofice\n"
    "Ann Lee,GA,State Senate,,active,A. Lee,Annie Lee|A Lee,D,state,,,12,,full,,Cobb|Hall,1,2,"
    "2026-11-03,general,,seat,,,yes,no,R,1,yes,7:00 PM,1,2,ap=1|sos=Senate 12,a|b,2026,x,\n"
    "Bo Ray,GA,School Board,bo,,,,,,,Springfield City,Ward 3,At Large,unexpired,Hall,,,,,,,,,"
    ",,,,,,,,,,,,,\n"
    "Bo Ray,GA,School Board,bo2,,,,,,,City of Springfield,3rd Ward,,,Hall,,,,2025-11-04,runoff,"
    ",,,,,,,,,,,,,,,,\n"
    "Cy Fox,GA,An Office of Which the Name is So Long That Its Race Needs a Hash at the End of "
    "All,cy,,,,,,,,,,,,,,,,,,,bo2,,,,,,,,,,,,,,\n";

static void read_list(void *of)
{
    static const struct endorse_column map[] = {{SLICE_INIT("cohort"), SLICE_INIT("Our Own")}};
    struct endorsements list;
    struct buf problems;
    struct err e = {0};
    bool ok = false;

    refusing_begin();
    armed = true;
    struct arena *a = arena_new((size_t)64 << 20);
    buf_init(&problems, 1 << 16);
    if (a) {
        ok = endorse_parse(slice_of(of), with_memory() ? NULL : map, with_memory() ? 0 : 1,
                           NIGHT_DATE, a, &list, &problems, &e);
        armed = false;
        if (with_memory() && !ok)
            fail_msg("%s %.*s", e.text, SLICE_FMT(buf_slice(&problems)));
        is_said(ok, &e);
        static const char *const ids[] = {"ann-lee-2026-11-03-ga-state-senate-12", "bo", "bo2",
                                          "cy"};
        for (size_t i = 0; ok && i < list.count; i++)
            assert_true(slice_is(list.list[i].id, ids[i]));
    }
    armed = false;
    buf_done(&problems);
    arena_free(a);
}

static void test_a_list(void **state)
{
    (void)state;
    refusing_everywhere(read_list, (void *)full_list);
}

/* A name half read would be another's. */
static void read_name(void *of)
{
    struct name name;
    struct err e = {ERR_BUG, "no memory for a name"};

    refusing_begin();
    armed = true;
    assert_false(name_is_nobody(slice_of(of)));
    struct arena *a = arena_new((size_t)1 << 20);
    bool ok = a && name_read(slice_of(of), a, &name);
    armed = false;
    is_said(ok, &e);
    if (ok)
        assert_true(slice_is(name.joined, "annmariearcher") && slice_is(name.suffix, "jr"));
    arena_free(a);
}

static void test_a_name_is_read_whole_or_not_at_all(void **state)
{
    (void)state;
    refusing_everywhere(read_name, (void *)"Archer, Ann-Marie \"Annie\" Jr. (D)");
}

/* Both sides of a race: what is read of a text by half would be another office's. */
static void read_race(void *of)
{
    const struct endorsement en = {.state = SLICE("GA"),
                                   .office = SLICE("School Board"),
                                   .district = SLICE("Ward 2"),
                                   .seat = SLICE("B"),
                                   .jurisdiction = SLICE("City of Elm"),
                                   .county = SLICE("Cobb")};
    const struct feed_contest c = {.state = SLICE("GA"),
                                   .text = SLICE("Elm City School Board / Junta Escolar de Elm"),
                                   .office = SLICE("School Board Seat B"),
                                   .district = SLICE("Ward 2"),
                                   .election_type = SLICE("General"),
                                   .county = SLICE("Cobb")};
    struct settings_source source = {.name = SLICE("ap")};
    struct err e = {ERR_BUG, "no memory for a race"};
    struct race_theirs theirs;
    struct race_reason why;
    struct race_ours ours;
    (void)of;

    refusing_begin();
    armed = true;
    struct arena *a = arena_new((size_t)1 << 20);
    bool ok =
        a && race_fit_read_ours(&en, a, &ours) && race_fit_read_theirs(&c, &source, a, &theirs);
    armed = false;
    is_said(ok, &e);
    if (ok)
        assert_int_equal(race_fit_compare(&ours, &theirs, &why), RACE_SAME);
    arena_free(a);
}

static void test_a_race_is_read_whole_or_not_at_all(void **state)
{
    (void)state;
    refusing_everywhere(read_race, NULL);
}

static void read_history(void *of)
{
    struct settings_cycle *cycles;
    struct err e = {0};
    size_t n;

    refusing_begin();
    armed = true;
    struct arena *a = arena_new((size_t)1 << 20);
    bool ok = a && history_parse(slice_of(of), a, &cycles, &n, &e);
    armed = false;
    if (a)
        is_said(ok, &e);
    arena_free(a);
}

static void test_earlier_cycles(void **state)
{
    (void)state;
    refusing_everywhere(read_history, (void *)"cycle,won,called\n2024,10,20\n2023,1,2\n");
}

/* ---- a night, to be restored and asked ---- */

static struct night night;
static struct feed_ruling rulings[8];
static struct learned names[16];
static struct memo memos[8];
static size_t ruling_count, name_count, memo_count;
static struct results last;
static struct digest last_digest;

#define HOUSE(votes, mark)                                                                         \
    "facts status=3\n"                                                                             \
    "contest 5|State House|GA ; stated seats=1\nchoice 51|Kim Kerr|D\nchoice 52|Lee Lund|R\n"      \
    "total " votes " ; units=3/9\n"                                                                \
    "contest 6|Mayor|GA|Cobb ; stated seats=1\nchoice 61|Mo Marsh" mark "\nchoice 62|Other\n"      \
    "total 30 20 ; units=10/10\n"
#define HOUSES(mark)                                                                               \
    "contest 5|State House District 5|GA ; stated\nchoice 1|Kim Kerr|D" mark "\nchoice 2|Lee|R\n"  \
    "total 9 8\n"                                                                                  \
    "contest 6|Mayor|GA|Cobb ; stated\nchoice 1|Mo Marsh|" mark "\nchoice 2|Other\ntotal 9 8\n"
#define SEATS(votes)                                                                               \
    "contest 7|Clerk|GA ; seats=1\nchoice 71|Kim Kerr|D\nchoice 72|Lee Lund|R\ntotal " votes "\n"

/* The effects' arena is emptied by the next event. */
static void keep(void)
{
    for (size_t i = 0; i < night.out.ruling_count; i++) {
        rulings[ruling_count] = night.out.rulings[i];
        rulings[ruling_count++].contest = arena_copy(night.a, night.out.rulings[i].contest);
    }
    for (size_t i = 0; i < night.out.name_count; i++) {
        const struct learned *l = &night.out.names[i];
        names[name_count++] = (struct learned){
            l->source, arena_copy(night.a, l->contest), arena_copy(night.a, l->choice),
            arena_copy(night.a, l->name), arena_copy(night.a, l->party)};
    }
    for (size_t i = 0; i < night.out.memo_count; i++) {
        const struct memo *x = &night.out.memos[i];
        size_t at = 0;
        while (at < memo_count && !(memos[at].source == x->source && memos[at].file == x->file &&
                                    slice_eq(memos[at].race, x->race)))
            at++;
        memo_count += at == memo_count;
        memos[at] = *x;
        memos[at].race = arena_copy(night.a, x->race);
        memos[at].text = arena_copy(night.a, x->text);
    }
}

static void take_batch(const char *text, int minute)
{
    night_batch(&night, 2, text, NIGHT_AT(minute));
    last = batch_of(night.a, text);
    last_digest = (struct digest){night.serial, 2};
    keep();
}

static void open_night(void)
{
    static const struct slice published[] = {SLICE_INIT("tag:labor"), SLICE_INIT("sum:women"),
                                             SLICE_INIT("office_level")};
    static const struct settings_cycle cycles[] = {{SLICE_INIT("2024"), 1, 2}};
    night_open(&night, "endorsement_id,candidate_name,state,office,district,party,seats_to_fill,"
                       "county,tags,held_by\n"
                       "kim,Kim Kerr,GA,State House,5,D,1,,labor,R\n"
                       "mo,Mo Marsh,GA,Mayor,,D,1,Cobb,women|labor,D\n"
                       "nat,Nat Nash,NJ,Mayor,,D,1,Essex,,\n");
    night.s.publish = published;
    night.s.publish_count = 3;
    night.s.cycles = cycles;
    night.s.cycle_count = 1;
    night.s.baseline_elected = 7;
    night.s.guards.retract_many = 2;
    night_anew(&night);
    take_batch(HOUSE("900 800", " ; won"), 1);
    assert_true(night_decide(&night, "match accept", "kim", "state kerr", NIGHT_AT(2)));
    take_batch(HOUSE("100 700", " ; won"), 3);
    assert_true(night_decide(&night, "source accept", "state", "", NIGHT_AT(4)));
    keep();
    assert_true(night_decide(&night, "match alias", "nat", "state lund", NIGHT_AT(5)));
    assert_true(night_decide(&night, "source pin", night_race(&night, "kim")->id.ptr, "state",
                             NIGHT_AT(6)) ||
                true);
    keep();
    take_batch(HOUSE("101 700", " ; won") SEATS("10 900"), 6);
    take_batch(HOUSE("102 700", "") SEATS("8 7"), 7);
    assert_int_equal(core_model(night.core)->fading_count, 1);
    assert_int_equal(core_model(night.core)->correction_count, 2);
    assert_true(night_decide(&night, "call", "mo", "lost", NIGHT_AT(7)));
    assert_true(night_decide(&night, "polls", "GA/Cobb", "20:00", NIGHT_AT(8)));
    for (int i = 0; i < 7; i++) /* as many corrections as there is room for at first */
        assert_true(night_decide(&night, "endorse status", "nat", i % 2 ? "active" : "withdrawn",
                                 NIGHT_AT(9)));
    take_batch(HOUSE("103 700", ""), 9); /* the mayor's waits for Cobb's polls */
    assert_int_equal(core_model(night.core)->correction_count, 10);
    assert_true(ruling_count > 0 && name_count > 0);
}

static void restore(void *of)
{
    const struct model *m = core_model(night.core);
    struct event own = {.type = EVENT_BATCH,
                        .source = 2,
                        .batch = &last,
                        .digest = last_digest,
                        .received_ms = NIGHT_AT(9),
                        .restored = true,
                        .standing = PAYLOAD_PART};
    struct event restored = {.type = EVENT_RESTORED};
    struct core *c = NULL;
    struct effects out = {0};
    struct err e = {0};
    (void)of;

    refusing_begin();
    armed = true;
    bool ok = effects_init(&out, &e) && core_new(&night.s, &night.list, &c, &e);
    struct core_history h = {m->claims, m->claim_count, m->decisions, m->decision_count};
    ok = ok && core_restore_history(c, &h, &e);
    for (size_t i = 0; ok && i < ruling_count; i++)
        ok = core_restore_ruling(c, &rulings[i], &e);
    for (size_t i = 0; ok && i < name_count; i++)
        ok = core_restore_name(c, &names[i], &e);
    for (uint64_t i = 0; ok && i < 3; i++)
        ok = core_restore_digest(c, 2, 0, (struct digest){i + 1, 2}, &e);
    for (size_t i = 0; ok && i < memo_count; i++)
        ok = core_restore_memo(c, &memos[i], &e);
    if (ok) {
        core_apply(c, &own, NIGHT_AT(10), &out);
        ok = out.err.kind == ERR_NONE;
    }
    if (ok) {
        core_apply(c, &restored, NIGHT_AT(10), &out);
        ok = out.err.kind == ERR_NONE;
    }
    armed = false;
    is_said(ok, out.err.kind != ERR_NONE ? &out.err : &e);
    for (int i = TALLY_LISTED; ok && i <= TALLY_SETTLED; i++) /* figures come with the feeds */
        assert_int_equal(core_tally(c)->n[i], core_tally(night.core)->n[i]);
    if (ok) {
        assert_int_equal(core_model(c)->correction_count, core_model(night.core)->correction_count);
        assert_int_equal(core_model(c)->fading_count, core_model(night.core)->fading_count);
    }
    core_free(c);
    effects_done(&out);
}

static void test_what_was_durable(void **state)
{
    (void)state;
    refusing_everywhere(restore, NULL);
}

/* ---- calls that vanish ---- */

static struct claim held[4];

/* What is held is restored from its notes. */
static void restore_held(void *of)
{
    struct core_history h = {.claims = held, .claim_count = 4};
    struct core *c = NULL;
    struct err e = {0};
    (void)of;

    refusing_begin();
    armed = true;
    bool ok = core_new(&night.s, &night.list, &c, &e) && core_restore_history(c, &h, &e);
    armed = false;
    is_said(ok, &e);
    if (ok)
        assert_int_equal(core_model(c)->fading_count, 2);
    core_free(c);
}

static struct results marked[3];

/* Gone with others, held, and back: with each a note that is durable. */
static void vanish(void *of)
{
    struct effects out = {0};
    struct core *c = NULL;
    struct err e = {0};
    (void)of;

    refusing_begin();
    armed = true;
    bool ok = effects_init(&out, &e) && core_new(&night.s, &night.list, &c, &e);
    for (uint32_t i = 0; ok && i < 3; i++) {
        struct event ev = {.type = EVENT_BATCH,
                           .source = 0,
                           .batch = &marked[i],
                           .digest = {i + 1, 0},
                           .received_ms = NIGHT_AT(i + 1)};
        core_apply(c, &ev, ev.received_ms, &out);
        ok = out.err.kind == ERR_NONE;
    }
    armed = false;
    is_said(ok, out.err.kind != ERR_NONE ? &out.err : &e);
    for (uint32_t i = 0; with_memory() && i < 4; i++)
        held[i] = night_keep_claim(night.a, core_model(c)->claims[i]);
    if (ok)
        assert_int_equal(core_model(c)->claim_count, 6); /* two calls, two notes twice */
    core_free(c);
    effects_done(&out);
}

static void test_calls_that_vanish(void **state)
{
    (void)state;
    marked[0] = marked[2] = batch_of(night.a, HOUSES(" ; won"));
    marked[1] = batch_of(night.a, HOUSES(""));
    refusing_everywhere(vanish, NULL);
    refusing_everywhere(restore_held, NULL);
}

/* ---- what is lost ---- */

static void ask_what_is_lost(void *of)
{
    const struct model *m = of;

    refusing_begin();
    armed = true;
    bool any = lost_any(m);
    armed = false;
    assert_int_equal(any, refused); /* who cannot look does not say that all is well */
}

static void test_what_is_lost(void **state)
{
    (void)state;
    refusing_everywhere(ask_what_is_lost, (void *)(uintptr_t)core_model(night.core));
}

/* ---- documents ---- */

static const struct slice by_words[] = {SLICE_INIT(""), SLICE_INIT("state"), SLICE_INIT("office"),
                                        SLICE_INIT("tag")};

static const struct slice closest = SLICE_INIT("closest:3");

/* Each into a buffer of its own: true when all is in it. */
static bool write_document(int which, bool json, struct arena *a, struct buf *out, struct err *e)
{
    const struct model *m = core_model(night.core);
    const struct tally *t = core_tally(night.core);
    struct documents_table of = {.json = json && which > 10};

    switch (which) {
    case 0:
        return documents_open(m, NIGHT_AT(10), a, out);
    case 1:
        return documents_todo(m, NIGHT_AT(10), json, a, out);
    case 2:
        return documents_explain(m, t, SLICE("kim"), NIGHT_AT(10), out, e);
    case 3:
        documents_corrections(m, json, out);
        return !out->failed;
    case 4:
        documents_match_list(m, json, out);
        return !out->failed;
    case 5:
        documents_match_decisions(m, json, out);
        return !out->failed;
    case 6:
    case 7:
    case 8:
    case 9:
        return documents_totals_rows(m, (enum documents_by)(which - 6), json, a, out);
    case 10:
    case 11:
    case 12:
    case 13:
        of.by = by_words[which - 10];
        return documents_public(m, &of, a, out, e);
    case 14:
        return documents_explain(m, t, SLICE("nat"), NIGHT_AT(10), out, e);
    case 15:
        return documents_races(m, NULL, 0, json, out, e);
    case 16:
        documents_sources(m, NIGHT_AT(10), json, out);
        return !out->failed;
    case 17:
        return documents_races_public(m, &by_words[0], 0, json, a, out, e);
    case 18:
        return documents_races_public(m, &closest, 1, json, a, out, e);
    case 19:
        documents_calls(m, json, out);
        return !out->failed;
    case 20:
        documents_winners(m, out);
        return !out->failed;
    default:
        return false;
    }
}
enum { DOCUMENTS = 21 };

static int which_document;
static bool as_json;

static void write_one(void *of)
{
    struct buf *whole = of, out;
    struct err e = {0};

    refusing_begin();
    buf_init(&out, 1 << 20);
    armed = true;
    struct arena *a = arena_new((size_t)16 << 20);
    bool ok = a && write_document(which_document, as_json, a, &out, &e) && !out.failed;
    armed = false;
    if (with_memory()) {
        if (!ok)
            fail_msg("document %d: %s", which_document, e.text);
        buf_add(whole, buf_slice(&out));
    } else if (ok) {
        if (!slice_eq(buf_slice(&out), buf_slice(whole)))
            fail_msg("document %d%s: %.*s\n--- whole:\n%.*s", which_document,
                     as_json ? " in JSON" : "", SLICE_FMT(buf_slice(&out)),
                     SLICE_FMT(buf_slice(whole)));
    }
    buf_done(&out);
    arena_free(a);
}

/* A document is whole, or refused: never a part of it that looks like one. */
static void test_documents(void **state)
{
    struct buf whole;
    (void)state;

    for (which_document = 0; which_document < DOCUMENTS; which_document++)
        for (int json = 0; json < 2; json++) {
            as_json = json;
            buf_init(&whole, 1 << 20);
            refusing_everywhere(write_one, &whole);
            buf_done(&whole);
        }
}

/* ---- messages ---- */

static void send(void *of)
{
    struct message m = {.type = MESSAGE_RACE,
                        .channel = SLICE("race:GA:kim"),
                        .snap = SLICE("races"),
                        .field = SLICE("kim"),
                        .data = SLICE("{\"a\":1}")};
    struct message calls = {.type = MESSAGE_CALL,
                            .channel = SLICE("calls:GA"),
                            .snap = SLICE("calls"),
                            .data = SLICE("{}"),
                            .snap_data = SLICE("{\"a\":1}\n{\"b\":2}\n")};
    struct buf envelope, snap;
    struct err e = {0};
    int64_t seq = 0;
    (void)of;

    refusing_begin();
    buf_init(&envelope, 1 << 16);
    buf_init(&snap, 1 << 16);
    armed = true;
    struct stream *st = stream_new(&night.s, SLICE("1.a"), 10);
    if (st) {
        stream_begin(st, 1);
        bool ok = stream_number(st, &m, NIGHT_AT(1), &envelope, &snap, &seq, &e);
        is_said(ok, &e);
        assert_int_equal(seq, ok); /* what was refused took no number */
        buf_clear(&envelope);
        buf_clear(&snap);
        bool too = stream_number(st, &calls, NIGHT_AT(1), &envelope, &snap, &seq, &e);
        is_said(too, &e);
        assert_int_equal(seq, ok + too);
        buf_clear(&envelope);
        is_said(stream_heartbeat(st, NIGHT_AT(2), &envelope, &e), &e);
    }
    armed = false;
    stream_free(st);
    buf_done(&envelope);
    buf_done(&snap);
}

static void test_messages(void **state)
{
    (void)state;
    refusing_everywhere(send, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_list),
        cmocka_unit_test(test_a_name_is_read_whole_or_not_at_all),
        cmocka_unit_test(test_a_race_is_read_whole_or_not_at_all),
        cmocka_unit_test(test_earlier_cycles),
        cmocka_unit_test(test_what_was_durable),
        cmocka_unit_test(test_calls_that_vanish),
        cmocka_unit_test(test_what_is_lost),
        cmocka_unit_test(test_documents),
        cmocka_unit_test(test_messages),
    };
    open_night();
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    night_close(&night);
    return failed;
}
