/* SPDX-License-Identifier: ISC */
/* Documents for the press: what was corrected, what is still to be called, and totals by what is
 * public, whoever asks in whatever way. */
#include "tests/unit/night.h"

#include <stdlib.h>

#include "daemon/core/corrections.h"
#include "daemon/core/documents_filter.h"
#include "daemon/core/press.h"
#include "daemon/core/publish.h"

static const char list[] =
    "endorsement_id,candidate_name,state,office,district,party,race_id,seats_to_fill,source_hints\n"
    "ann,=Ann Archer,GA,State Senate,1,D,ga-ss-1,1,ap=1|ddhq=1\n"
    "bob,Bob Baker,GA,State Senate,2,D,ga-ss-2,1,ap=2|ddhq=2\n"
    "cat,Cat Cole,GA,School Board,,D,ga-sb,2,ap=3\n"
    "dan,Dan Dorn,GA,School Board,,D,ga-sb,2,ap=3\n"
    "eve,Eve Eden,GA,City Council,,D,ga-m,,ap=4\n"
    "fay,Fay Ford,NJ,Mayor,,D,nj-m,1,\n"
    "gus,Gus Gray,GA,Coroner,,D,ga-c,1,ap=6\n";

#define RACE(id, text, choices, votes) "contest " id "|" text "|GA ; stated\n" choices votes
#define SENATE1(ours, other)                                                                       \
    RACE("1", "State Senate District 1",                                                           \
         "choice 11|Ann Archer|D ; " ours "\nchoice 12|Other One|R ; " other "\n",                 \
         "total 500 400 ; units=8/10\n")
#define SENATE2(ours, other)                                                                       \
    RACE("2", "State Senate District 2",                                                           \
         "choice 21|Bob Baker|D ; " ours "\nchoice 22|Other Two|R ; " other "\n",                  \
         "total 100 300 ; units=10/10\n")
#define BOARD                                                                                      \
    RACE("3", "School Board",                                                                      \
         "choice 31|Cat Cole|\nchoice 32|Dan Dorn|\nchoice 33|Other Three|\nchoice 34|Other Four|" \
         "\nchoice 35|Write-in| ; write-in\n",                                                     \
         "total 50 30 40 10 ? ; units=3/10\n")
#define COUNCIL                                                                                    \
    RACE("4", "City Council", "choice 41|Eve Eden|\nchoice 42|Other Five|\n", "total 70 60\n")
#define CORONER RACE("6", "Coroner", "choice 61|Gus Gray|\nchoice 62|Other Six|\n", "total 9 9\n")

enum { AP, DDHQ };

static const char *text_of(struct buf *out)
{
    assert_false(out->failed);
    return out->ptr ? out->ptr : "";
}

static void says(const struct buf *out, const char *text)
{
    if (!strstr(out->ptr, text))
        fail_msg("not '%s' in:\n%s", text, out->ptr);
}

static void says_not(const struct buf *out, const char *text)
{
    if (strstr(out->ptr, text))
        fail_msg("'%s' in:\n%s", text, out->ptr);
}

/* ---- corrections ---- */

static struct claim claims[64]; /* what was durable */
static size_t claim_count;

static void keep_claims(const struct night *n)
{
    for (size_t i = 0; i < n->out.claim_count; i++)
        claims[claim_count++] = night_keep_claim(n->a, n->out.claims[i]);
}

static void play(struct night *n, uint32_t source, const char *text, int minute)
{
    night_batch(n, source, text, NIGHT_AT(minute));
    keep_claims(n);
}

/* Won, taken back, called for the other, and the same after a restart; what is called for the first
 * time, or again after that, is no correction. */
static void test_corrections(void **state)
{
    struct night n;
    struct buf out, again;

    (void)state;
    claim_count = 0;
    buf_init(&out, 1 << 20);
    buf_init(&again, 1 << 20);
    night_open(&n, list);
    documents_corrections(core_model(n.core), false, &out);
    assert_string_equal(text_of(&out), "No corrections.\n");
    play(&n, AP, SENATE1("won", "") SENATE2("", "won"), 1);
    play(&n, AP, SENATE1("", "") SENATE2("", "won"), 2);
    play(&n, AP, SENATE1("", "") SENATE2("", "won"), 4);
    assert_int_equal(night_outcome(&n, "ann"), OUTCOME_PENDING);
    play(&n, AP, SENATE1("won", "") SENATE2("", "won"), 10);
    play(&n, AP, SENATE1("won", "") SENATE2("won", ""), 11); /* from one to the other at once */
    play(&n, AP, SENATE1("won", "") SENATE2("won", ""), 20);
    assert_int_equal(night_outcome(&n, "bob"), OUTCOME_WON);
    buf_clear(&out);
    documents_corrections(core_model(n.core), true, &out);
    says(&out,
         "\"endorsement_id\":\"ann\",\"candidate\":\"=Ann Archer\",\"state\":\"GA\",\"office\":"
         "\"State Senate\",\"of\":\"outcome\",\"was\":\"won\",\"then\":\"pending\",\"now\":\"won\","
         "\"by\":\"ap\",\"why\":\"");
    says_not(&out, "\"now\":\"\"");
    says_not(&out, "\"why\":\"\"");
    assert_int_equal(core_model(n.core)->correction_count, 2);
    const struct correction *bob = &core_model(n.core)->corrections[1];
    assert_true(slice_is(bob->was, "lost") && slice_is(bob->then, "won"));

    night_anew(&n);
    for (size_t i = 0; i < claim_count; i++)
        assert_true(night_claims(n.core, &claims[i], 1));
    documents_corrections(core_model(n.core), true, &again);
    struct slice before =
        slice_sub(buf_slice(&out), slice_find(buf_slice(&out), SLICE("[")), out.len);
    struct slice after =
        slice_sub(buf_slice(&again), slice_find(buf_slice(&again), SLICE("[")), again.len);
    assert_true(slice_eq(before, after));
    struct model test = *core_model(n.core);
    test.settings = &n.s;
    n.s.mode = MODE_TEST;
    buf_clear(&out);
    documents_corrections(&test, false, &out);
    says(&out, "TEST: 2 corrections, the latest first.\n");
    says(&out, ": =Ann Archer, State Senate 1, GA: was won, then pending, now won. ap: ");
    buf_done(&out);
    buf_done(&again);
    night_close(&n);
}

/* A higher authority takes a race over in which it has not called ours. */
static void test_a_race_that_is_taken_over_is_corrected(void **state)
{
    struct night n;
    (void)state;
    claim_count = 0;
    night_open(&n, list);
    play(&n, DDHQ, SENATE1("won", "") SENATE2("won", ""), 1);
    assert_int_equal(night_outcome(&n, "ann"), OUTCOME_WON);
    play(&n, AP, SENATE1("", "won") SENATE2("won", ""), 2);
    assert_int_equal(night_outcome(&n, "ann"), OUTCOME_LOST);
    const struct model *m = core_model(n.core);
    assert_int_equal(m->correction_count, 1); /* who called Bob is another, what is not */
    assert_true(slice_is(m->corrections[0].was, "won") && slice_is(m->corrections[0].then, "lost"));
    assert_true(slice_is(m->corrections[0].by, "ap"));
    night_close(&n);
}

/* What the desk corrects, with its own reason; the same after a restart. */
static void test_what_the_desk_corrects(void **state)
{
    static const char *const wanted[3][4] = {{"ann", "won", "pending", "desk"},
                                             {"bob", "active", "withdrawn", "desk"},
                                             {"gus", "won", "pending", "desk"}};
    struct night n;
    (void)state;
    night_open(&n, list);
    night_batch(&n, AP, SENATE1("won", "") SENATE2("", ""), NIGHT_AT(1));
    assert_true(night_decide(&n, "mark", "ga-ss-1", "void", NIGHT_AT(2)));
    assert_int_equal(night_outcome(&n, "ann"), OUTCOME_PENDING);
    assert_true(night_decide(&n, "endorse status", "bob", "withdrawn", NIGHT_AT(3)));
    assert_true(night_decide(&n, "call", "gus", "won", NIGHT_AT(4)));
    assert_true(night_decide(&n, "uncall", "gus", "", NIGHT_AT(5)));
    for (int again = 0; again < 2; again++) {
        const struct model *m = core_model(n.core);
        if (m->correction_count != 3)
            fail_msg("%d corrections", (int)m->correction_count);
        for (uint32_t i = 0; i < 3; i++) {
            const struct correction *c = &m->corrections[i];
            assert_true(slice_is(m->endorsed->list[c->endorsement].id, wanted[i][0]));
            assert_true(slice_is(c->was, wanted[i][1]) && slice_is(c->then, wanted[i][2]));
            assert_true(slice_is(c->by, wanted[i][3]));
            assert_true(slice_find(c->why, SLICE("the clerk said so")) != SIZE_MAX);
            assert_int_equal(c->at_ms, NIGHT_AT(i < 2 ? 2 + (int)i : 5));
        }
        core_free(night_restart(&n));
    }
    night_close(&n);
}

/* The Sheriff's figures of "votes", at a minute. */
static void sheriff(struct night *n, uint32_t source, const char *votes, int minute)
{
    char text[300];
    snprintf(text, sizeof text,
             "contest 8|Sheriff|GA ; stated\nchoice 81|Hal Hart|D\nchoice 82|Other Seven|R\n"
             "total %s\n",
             votes);
    night_batch(n, source, text, NIGHT_AT(minute));
}

/* Votes on air that a source takes back for good, line by line; not what a count loses on its way,
 * nor what is held meanwhile, nor what another source has. */
static void test_votes_that_a_source_corrects(void **state)
{
    enum { VOTES = 3 };
    struct night n;
    struct buf out;
    (void)state;
    night_open(&n, "endorsement_id,candidate_name,state,office,race_id,seats_to_fill,source_hints\n"
                   "hal,Hal Hart,GA,Sheriff,ga-s,1,votes=8|ddhq=8\n");
    const struct model *m = core_model(n.core);
    buf_init(&out, 1 << 20);
    sheriff(&n, VOTES, "10000 8000", 1);
    sheriff(&n, VOTES, "9960 8100", 2); /* a flag */
    sheriff(&n, VOTES, "9000 7000", 3); /* held */
    sheriff(&n, VOTES, "9960 8100", 4); /* and back */
    assert_int_equal(m->correction_count, 0);
    sheriff(&n, VOTES, "9000 7000", 5);
    sheriff(&n, VOTES, "9001 7000", 16);
    assert_true(night_race(&n, "hal")->flags & RACE_CORRECTED);
    assert_int_equal(m->correction_count, 2);
    sheriff(&n, VOTES, "8990 7200", 17); /* again a few */
    assert_int_equal(m->correction_count, 2);
    documents_corrections(m, true, &out);
    says(&out,
         "\"endorsement_id\":\"hal\",\"candidate\":\"Hal Hart\",\"state\":\"GA\",\"office\":"
         "\"Sheriff\",\"of\":\"votes\",\"choice\":\"Hal Hart\",\"was\":\"9960\",\"then\":\"9001\","
         "\"now\":\"8990\",\"by\":\"votes\",\"why\":\"its later payloads keep to ");
    says(&out, "\"choice\":\"Other Seven\",\"was\":\"8100\",\"then\":\"7000\",\"now\":\"7200\"");
    buf_clear(&out);
    documents_corrections(m, false, &out);
    says(&out,
         ": Hal Hart, Sheriff, GA: votes of Other Seven were 8100, then 7000, now 7200. votes: "
         "its later payloads keep to the lower figure.\n");
    sheriff(&n, VOTES, "5000 7200", 18); /* too much for time alone */
    sheriff(&n, VOTES, "5001 7200", 40);
    assert_int_equal(m->correction_count, 2);
    assert_true(night_decide(&n, "source accept", "votes", "", NIGHT_AT(41)));
    assert_int_equal(m->correction_count, 3);
    const struct correction *c = &m->corrections[2];
    assert_true(c->of == CORRECTION_OF_VOTES && slice_is(c->was, "8990") &&
                slice_is(c->then, "5001") && slice_is(c->by, "desk") &&
                slice_is(c->why, "the clerk said so") && c->at_ms == NIGHT_AT(41));
    sheriff(&n, DDHQ, "4000 6000", 42); /* another source's figures are no correction */
    assert_true(night_decide(&n, "source pin", "ga-s", "ddhq", NIGHT_AT(43)));
    assert_int_equal(night_race(&n, "hal")->on_air, DDHQ);
    assert_int_equal(m->correction_count, 3);
    buf_done(&out);
    night_close(&n);
}

/* The first race as it was and is, corrected, with the two lines of each. */
static void two_lines(const struct night *n, struct race_choice before[2],
                      struct race_choice after[2], struct race *was, struct race *is)
{
    *was = *is = core_model(n->core)->races[0];
    was->choices = before;
    is->choices = after;
    was->choice_count = is->choice_count = 2;
    is->flags = RACE_CORRECTED;
}

static size_t corrections_after(const struct night *n, const struct race *was,
                                const struct race *is)
{
    const struct corrections_said said = {NIGHT_AT(1), NONE, NULL};
    struct model *m = (struct model *)(uintptr_t)core_model(n->core);
    assert_true(corrections_votes(m, was, is, &said));
    return m->correction_count;
}

/* Two lines of one name, one in each party's primary, are two lines. */
static void test_a_line_in_each_primary_is_compared_with_itself(void **state)
{
    struct race_choice before[] = {
        {.name = SLICE("Ann Archer"), .votes = 5000, .endorsement = 0, .primary = "dem"},
        {.name = SLICE("Ann Archer"), .votes = 900, .endorsement = 0, .primary = "rep"}};
    struct race_choice after[] = {before[1], before[0]};
    struct race was, is;
    struct night n;
    (void)state;
    night_open(&n, list);
    two_lines(&n, before, after, &was, &is);
    assert_int_equal(corrections_after(&n, &was, &is), 0);
    after[1].votes = 4000;
    assert_int_equal(corrections_after(&n, &was, &is), 1);
    assert_true(slice_is(core_model(n.core)->corrections[0].was, "5000") &&
                slice_is(core_model(n.core)->corrections[0].then, "4000"));
    after[1].votes = 4960; /* not more than 50 */
    before[1].votes = 950; /* neither */
    assert_int_equal(corrections_after(&n, &was, &is), 1);
    is.flags |= RACE_SOURCE_CHANGED;
    after[1].votes = 10;
    assert_int_equal(corrections_after(&n, &was, &is), 1);
    night_close(&n);
}

/* Two party lines of one name, and the same figure in one of them; of a hundred thousand, sixty are
 * what a count loses on its way; what counties had is no correction by whom they no longer make. */
static void test_what_falls_is_compared_with_its_own_line(void **state)
{
    struct race_choice before[] = {
        {.name = SLICE("Ann Archer"), .party = SLICE("D"), .votes = 100000, .endorsement = 0},
        {.name = SLICE("Ann Archer"), .party = SLICE("WFP"), .votes = 5000, .endorsement = 0}};
    struct race_choice after[] = {before[1], before[0]};
    struct race was, is;
    struct night n;
    (void)state;
    night_open(&n, list);
    two_lines(&n, before, after, &was, &is);
    assert_int_equal(corrections_after(&n, &was, &is), 0);
    after[1].votes = 99940;
    assert_int_equal(corrections_after(&n, &was, &is), 0);
    after[1].votes = 99899; /* more than 0.1 % */
    was.summed = true;
    assert_int_equal(corrections_after(&n, &was, &is), 0);
    is.summed = true;
    was.on_air = 1; /* ... nor one source by who shows nothing in its place */
    assert_int_equal(corrections_after(&n, &was, &is), 0);
    was.on_air = NONE;
    assert_int_equal(corrections_after(&n, &was, &is), 1);
    assert_true(slice_is(core_model(n.core)->corrections[0].then, "99899"));
    night_close(&n);
}

/* ---- open ---- */

/* The fields of the CSV's row of an endorsement, joined by '|' from `standing` on. */
static const char *open_row(const struct buf *csv, const char *id)
{
    static char row[400];
    struct slice rest = buf_slice(csv), line, field;
    char want[40];
    snprintf(want, sizeof want, ",%s,", id);
    while (slice_next(&rest, '\n', &line)) {
        int at = 0;
        if (slice_find(line, slice_of(want)) == SIZE_MAX)
            continue;
        row[0] = '\0';
        for (size_t used = 0; line.len > 0 && slice_next(&line, ',', &field); at++)
            if (at >= 10)
                used += (size_t)snprintf(row + used, sizeof row - used, "%.*s|", SLICE_FMT(field));
        return row;
    }
    return "none";
}

static void test_open_races(void **state)
{
    static const struct {
        const char *id, *row;
    } rows[] = {
        {"ann", "leading|500|100|11.11|8|10|uncalled||counting|\r|"},
        {"bob", "trailing|100|-200|-50.00|10|10|uncalled||counted in full and not called|\r|"},
        {"cat", "leading|50|20|15.38|3|10|uncalled||counting|\r|"}, /* before the third */
        {"dan", "trailing|30|-10|-7.69|3|10|uncalled||counting|\r|"},
        {"eve", "unclear|70|||||uncalled||seats unknown|\r|"},
        {"fay", "no results||||||uncalled||no feed has it|\r|"},
        {"gus", "unclear|9|0|0.00|||uncalled||a tie|\r|"},
    };
    struct arena *a = arena_new(1 << 20);
    struct night n;
    struct buf out;
    (void)state;
    claim_count = 0;
    night_open(&n, list);
    buf_init(&out, 1 << 20);
    night_batch(&n, AP, SENATE1("", "") SENATE2("", "") BOARD COUNCIL CORONER, NIGHT_AT(1));
    assert_true(documents_open(core_model(n.core), NIGHT_AT(1), a, &out));
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (strcmp(open_row(&out, rows[i].id), rows[i].row) != 0)
            fail_msg("%s: %s", rows[i].id, open_row(&out, rows[i].id));
    says(&out, "as_of,mode,race_id,");
    says(&out, ",live,ga-ss-1,ann,'=Ann Archer,GA,State Senate,,1,,leading,"); /* no formula */
    buf_clear(&out);
    assert_true(documents_todo(core_model(n.core), NIGHT_AT(1), false, a, &out));
    /* most is in, then the widest margin */
    static const char *const order[] = {"Bob", "Ann", "Cat", "Dan", "Gus", "Eve", "Fay"};
    const char *at = out.ptr;
    for (size_t i = 0; i < 7; i++) {
        at = strstr(at, order[i]);
        if (!at)
            fail_msg("%s is not next in:\n%s", order[i], out.ptr);
    }
    buf_clear(&out);
    assert_true(documents_todo(core_model(n.core), NIGHT_AT(1), true, a, &out));
    says(&out, "{\"units\":\"10/10\",\"margin\":\"-200\",\"percent\":\"-50.00\",\"standing\":");
    buf_clear(&out);
    assert_true(documents_open(core_model(n.core), NIGHT_AT(-1), a, &out));
    says(&out, ",polls are open,\r\n");
    night_batch(&n, AP, SENATE1("won", "") SENATE2("", "") BOARD COUNCIL CORONER, NIGHT_AT(2));
    buf_clear(&out);
    assert_true(documents_open(core_model(n.core), NIGHT_AT(2), a, &out));
    assert_string_equal(open_row(&out, "ann"), "none");
    buf_done(&out);
    arena_free(a);
    night_close(&n);
}

/* Why nobody has called it, one reason after the other. */
static void test_reasons_for_silence(void **state)
{
    struct arena *a = arena_new(4 << 20);
    struct night n;
    struct buf out;
    (void)state;
    night_open(&n, list);
    buf_init(&out, 1 << 20);
#define WHY(id, text)                                                                              \
    do {                                                                                           \
        arena_reset(a);                                                                            \
        buf_clear(&out);                                                                           \
        assert_true(documents_open(core_model(n.core), NIGHT_AT(9), a, &out));                     \
        if (!strstr(open_row(&out, id), text))                                                     \
            fail_msg("%s: not '%s' but %s", id, text, open_row(&out, id));                         \
    } while (0)
    WHY("ann", "|no feed has it");
    night_batch(&n, AP,
                "contest 1|State Senate District 1|GA ; stated\nchoice 11|Ann Archer|D\n"
                "choice 12|Other One|R\ntotal 0 0 ; units=0/10\n" BOARD,
                NIGHT_AT(1));
    WHY("ann", "no results|0|||0|10|uncalled||no votes yet|\r"); /* the share of nothing is none */
    night_batch(&n, AP,
                "contest 1|State Senate District 1|GA ; stated\nchoice 11|Ann Archer|D\n"
                "choice 12|Other One|R\ntotal 9 ? ; units=0/10\n"
                "contest 3|School Board|GA ; stated seats=2\nchoice 31|Cat Cole| ; won\n"
                "choice 32|Dan Dorn|\nchoice 33|Other Three|\nchoice 34|Other Four|\n"
                "choice 35|Write-in| ; write-in\ntotal 50 30 40 10 ?\n",
                NIGHT_AT(2));
    WHY("ann", "unclear|9|||0|10|uncalled||unclear by these votes|\r");
    struct race *r = &core_model(n.core)->races[core_model(n.core)->standings[0].race];
    uint32_t links = r->link_count;
    r->flags |= RACE_IN_DOUBT;
    WHY("ann", "||0|10|uncalled|in_doubt|figures in doubt|\r");
    r->flags |= RACE_UNDER_REVIEW;
    WHY("ann", "|under_review|in_doubt|figures in doubt|\r");
    r->flags = 0;
    r->link_count = 0; /* what matched is in the queue instead */
    struct model queued = *core_model(n.core);
    queued.review = r->links;
    queued.review_count = links;
    arena_reset(a);
    buf_clear(&out);
    assert_true(documents_open(&queued, NIGHT_AT(9), a, &out));
    says(&out, ",its match is in review,\r\n");
    r->link_count = links;
    WHY("dan", "trailing|30|-10|-7.69|||partly_called||others in it are called|\r");
    assert_true(night_decide(&n, "mark", "ga-sb", "void", NIGHT_AT(9)));
    WHY("dan", "unclear|30|||||uncalled|void|the race is void|\r");
    night_close(&n);
    buf_done(&out);
    arena_free(a);
}

/* ---- privacy ---- */

enum { PEOPLE = 40 };

/* 40 people: tag a: 0-19; b: 0-17, all of them of a too; c: three; d: secret, on 10; e: all but
 * two; f: ten, of whom only one has won. */
static void open_tagged(struct night *n, const struct slice *publish, size_t count)
{
    static char csv[8000];
    size_t used = (size_t)snprintf(
        csv, sizeof csv,
        "endorsement_id,candidate_name,state,office,office_level,tags,seats_to_fill\n");
    for (int i = 0; i < PEOPLE; i++)
        used += (size_t)snprintf(csv + used, sizeof csv - used,
                                 "e%d,Person N%d,%s,Office %d,%s,%s|%s|%s|%s|%s|%s,1\n", i, i,
                                 i % 2 ? "GA" : "NJ", i, i < 3 ? "state" : "local",
                                 i < 20 ? "a" : "", i < 18 ? "b" : "", i < 3 ? "c" : "",
                                 i % 4 == 0 ? "d" : "", i > 1 ? "e" : "", i >= 30 ? "f" : "");
    night_open(n, csv);
    n->s.publish = publish;
    n->s.publish_count = count;
    n->s.min_cell = 5;
    core_model(n->core)->standings[35].outcome = OUTCOME_WON;
    core_model(n->core)->standings[35].claim = 0;
}

static bool ask(const struct night *n, const char *by, bool json, struct buf *out)
{
    struct arena *a = arena_new(4 << 20);
    struct err e = {0};
    static struct claim claim;
    struct model m = *core_model(n->core);
    claim = (struct claim){.by = SLICE("ap")};
    m.claims = &claim;
    m.settings = &n->s; /* the core has a copy of its own */
    buf_clear(out);
    const struct documents_table of = {.by = slice_of(by), .json = json};
    bool ok = documents_public(&m, &of, a, out, &e);
    if (!ok) {
        assert_int_equal(e.kind, ERR_USAGE);
        buf_clear(out);
        buf_addz(out, e.text);
    }
    arena_free(a);
    return ok;
}

static void close_tagged(struct night *n)
{
    core_model(n->core)->standings[35].outcome = OUTCOME_PENDING;
    core_model(n->core)->standings[35].claim = NONE;
    night_close(n);
}

static void test_only_what_is_published_exists(void **state)
{
    static const struct slice some[] = {SLICE_INIT("sum:a"), SLICE_INIT("tag:d")};
    static const struct slice all[] = {SLICE_INIT("tags"), SLICE_INIT("office_level"),
                                       SLICE_INIT("held_by"), SLICE_INIT("sum:d")};
    struct night n;
    struct buf out;
    struct err e;
    (void)state;
    buf_init(&out, 1 << 20);
    open_tagged(&n, NULL, 0);
    assert_true(ask(&n, "state", true, &out));
    assert_false(ask(&n, "tag", true, &out));
    says_not(&out, "by=tag");
    assert_false(ask(&n, "office", true, &out));
    assert_false(ask(&n, "party", true, &out));
    assert_false(ask(&n, "", true, &out));
    assert_false(ask(&n, "tag,state", true, &out));
    static const char *const words[] = {"tag:a", "tag:d", "flip:yes", "office:local"};
    for (size_t i = 0; i < 4; i++)
        assert_false(publish_filter(&n.s, slice_of(words[i]), &e));
    assert_true(publish_filter(&n.s, SLICE("state:GA"), &e));
    assert_true(publish_filter(&n.s, SLICE("smith"), &e));

    n.s.publish = some;
    n.s.publish_count = 2;
    assert_true(ask(&n, "tag", true, &out));
    says(&out, "{\"tag\":\"a\",\"endorsed\":20,\"called\":null,\"won\":null,"); /* half carry it */
    says(&out, "{\"tag\":\"d\",\"endorsed\":10,");
    for (const char *hidden = "bcef"; *hidden; hidden++) {
        char text[16];
        snprintf(text, sizeof text, "\"tag\":\"%c\"", *hidden);
        says_not(&out, text);
    }
    assert_true(publish_filter(&n.s, SLICE("tag:d"), &e));
    assert_false(publish_filter(&n.s, SLICE("tag:a"), &e)); /* never crossed with another */
    assert_false(publish_filter(&n.s, SLICE("tag:b"), &e));
    assert_false(ask(&n, "office", true, &out));

    n.s.publish = all;
    n.s.publish_count = 4;
    assert_true(ask(&n, "office", false, &out));
    says(&out, ",live,local,37,37,");
    assert_true(publish_filter(&n.s, SLICE("tag:a"), &e) &&
                publish_filter(&n.s, SLICE("office:local"), &e) &&
                publish_filter(&n.s, SLICE("flip:yes"), &e));
    assert_false(publish_filter(&n.s, SLICE("tag:d"), &e)); /* the stricter word holds */
    buf_done(&out);
    close_tagged(&n);
}

static void test_small_cells_do_not_appear(void **state)
{
    static const struct slice all[] = {SLICE_INIT("tags")};
    static const struct slice one[] = {SLICE_INIT("sum:e")};
    struct night n;
    struct buf out;
    (void)state;
    buf_init(&out, 1 << 20);
    open_tagged(&n, all, 1);
    assert_true(ask(&n, "tag", true, &out));
    says(&out, "\"tag\":\"a\",\"endorsed\":20,");
    const char *hidden = "bcef"; /* a less b; three; all but two; one has won */
    for (; *hidden; hidden++) {
        char row[400];
        snprintf(
            row, sizeof row,
            "{\"tag\":\"%c\",\"endorsed\":null,\"called\":null,\"won\":null,\"lost\":null,"
            "\"advanced\":null,\"pending\":null,\"as_of\":null,\"waiting\":0,\"hidden\":\"< 5 "
            "carry it, or do not, or have won or lost, or other counts would tell of so few\"}",
            *hidden);
        says(&out, row);
    }
    assert_true(ask(&n, "tag", false, &out));
    says(&out, "as_of,mode,tag,endorsed,called,won,lost,advanced,pending,waiting,hidden,checked_at,"
               "stale\r\n");
    says(&out, ",live,c,,,,,,,0,\"< 5 carry it, or do not, or have won or lost, or other counts ");
    says(&out, ",live,a,20,0,0,0,0,20,0,,,yes\r\n");
    n.s.publish = one; /* one tag alone: its complement is everything less it */
    assert_true(ask(&n, "tag", true, &out));
    says(&out, "\"rows\":[{\"tag\":\"e\",\"endorsed\":null,");
    n.s.min_cell = 2;
    n.s.publish = all;
    assert_true(ask(&n, "tag", true, &out));
    says(&out, "\"tag\":\"b\",\"endorsed\":18,");
    says(&out, "\"tag\":\"f\",\"endorsed\":null,"); /* ten: it is not said that they are few */
    says(&out, "\"hidden\":\"< 2 carry it, or do not, or have won or lost, or ");
    buf_done(&out);
    close_tagged(&n);
}

static void test_totals_for_spreadsheets(void **state)
{
    struct night n;
    struct buf out;
    (void)state;
    buf_init(&out, 1 << 20);
    open_tagged(&n, NULL, 0);
    assert_true(ask(&n, "", false, &out));
    says(&out, "as_of,mode,listed,endorsed,withdrawn,");
    says(&out, ",live,40,40,0,0,0,0,1,0,0,39,1,1,");
    assert_true(ask(&n, "state", false, &out));
    says(&out, "as_of,mode,state,listed,");
    says(&out, ",live,GA,20,20,0,0,0,0,1,0,0,19,");
    says(&out, ",live,NJ,20,20,0,0,0,0,0,0,0,20,");
    n.s.mode = MODE_REHEARSAL; /* nobody quotes it */
    assert_true(ask(&n, "state", false, &out));
    says(&out, ",rehearsal,NJ,20,20,0,0,0,0,0,0,0,20,");
    buf_clear(&out);
    static const char *const cells[][2] = {{"=1+1", ",'=1+1"},     {"-x", ",'-x"},
                                           {"@a,b", ",\"'@a,b\""}, {"", ","},
                                           {"a=b", ",a=b"},        {"+", ",'+"}};
    struct press p = {.out = &out, .m = core_model(n.core)};
    for (size_t i = 0; i < 6; i++) {
        buf_clear(&out);
        press_text(&p, slice_of(cells[i][0]));
        assert_string_equal(out.ptr, cells[i][1]);
    }
    buf_done(&out);
    close_tagged(&n);
}

/* A tag that may only be counted is not crossed, in whatever order the two words stand. */
static void test_the_stricter_word_on_a_tag_holds(void **state)
{
    static const struct slice lists[][2] = {{SLICE_INIT("sum:a"), SLICE_INIT("tag:a")},
                                            {SLICE_INIT("tag:a"), SLICE_INIT("sum:a")},
                                            {SLICE_INIT("sum:a"), SLICE_INIT("tags")},
                                            {SLICE_INIT("tags"), SLICE_INIT("sum:a")}};
    (void)state;
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        struct settings s = {.publish = lists[i], .publish_count = 2};
        assert_int_equal(publish_tag(&s, SLICE("a")), PUBLISH_SUM);
        assert_int_equal(publish_tag(&s, SLICE("b")), i < 2 ? PUBLISH_NOTHING : PUBLISH_TAG);
    }
}

static void test_what_publish_may_name(void **state)
{
    static const struct {
        const char *item, *why; /* NULL: good */
    } rows[] = {{"tags", NULL},
                {"office_level", NULL},
                {"tag:Youth vote", NULL},
                {"sum:x", NULL},
                {"tag:", "no column"},
                {"sum: ", "no column"},
                {"officelevel", "did you mean office_level?"},
                {"", "no column"}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct err e = {0};
        if (publish_check(slice_of(rows[i].item), &e) != !rows[i].why ||
            (rows[i].why && !strstr(e.text, rows[i].why)))
            fail_msg("%s: %s", rows[i].item, e.text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_corrections),
        cmocka_unit_test(test_a_race_that_is_taken_over_is_corrected),
        cmocka_unit_test(test_what_the_desk_corrects),
        cmocka_unit_test(test_votes_that_a_source_corrects),
        cmocka_unit_test(test_a_line_in_each_primary_is_compared_with_itself),
        cmocka_unit_test(test_what_falls_is_compared_with_its_own_line),
        cmocka_unit_test(test_open_races),
        cmocka_unit_test(test_reasons_for_silence),
        cmocka_unit_test(test_only_what_is_published_exists),
        cmocka_unit_test(test_small_cells_do_not_appear),
        cmocka_unit_test(test_totals_for_spreadsheets),
        cmocka_unit_test(test_what_publish_may_name),
        cmocka_unit_test(test_the_stricter_word_on_a_tag_holds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
