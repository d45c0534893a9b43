/* SPDX-License-Identifier: ISC */
/* One candidacy in the primaries of two parties: each claim knows its line, and what stands follows
 * from them, over restarts too. */
#include "daemon/core/told.h"
#include "tests/unit/night.h"

enum { AP, DDHQ, STATE };

#define HEAD                                                                                       \
    "endorsement_id,candidate_name,state,office,jurisdiction,county,race_id,seats_to_fill,"        \
    "election_type,contest_party\n"
#define JUDGE(id, name, party)                                                                     \
    id "," name ",PA,Magisterial District Judge,,Elk,judge,1,primary," party "\n"

static const char list[] = HEAD JUDGE("ki", "Ki Knox", "") JUDGE("jo", "Jo Jett", "");

/* A primary: Jo's, Ki's and Lu's marks; "-": not in it. */
static void add_line(struct buf *b, const char *party, const char *const marks[3])
{
    static const char *const names[] = {"Jo Jett", "Ki Knox", "Lu Lamb"};

    buf_addf(b, "contest %c|%s Magisterial District Judge|PA|Elk ; stated\n", party[0], party);
    for (int i = 0; i < 3; i++)
        if (marks[i][0] != '-')
            buf_addf(b, "choice %d|%s|%s ; %s\n", i + 1, names[i], party, marks[i]);
    buf_addz(b, "total");
    for (int i = 0; i < 3; i++)
        if (marks[i][0] != '-')
            buf_addf(b, " %d", 90 - i);
    buf_addc(b, '\n');
}

#define MARKS(jo, ki, lu) ((const char *const[3]){jo, ki, lu})

enum { ROOM = 2000 };

/* dem, rep: NULL: the feed has none. */
static const char *payload(char room[ROOM], const char *const *dem, const char *const *rep)
{
    struct buf text;

    buf_init_over(&text, room, ROOM);
    if (dem)
        add_line(&text, "DEM", dem);
    if (rep)
        add_line(&text, "REP", rep);
    buf_addc(&text, '\0');
    return room;
}

static void say(struct night *n, uint32_t source, const char *const *dem, const char *const *rep,
                int minute)
{
    char room[ROOM];

    night_batch(n, source, payload(room, dem, rep), NIGHT_AT(minute));
}

static void is(const struct night *n, const char *id, enum outcome o)
{
    if (night_outcome(n, id) != o)
        fail_msg("%s is %s, not %s", id, outcome_name(night_outcome(n, id)), outcome_name(o));
}

/* A call feed may change its mind: then, as anywhere, one seat is not given twice meanwhile. */
static void the_seat_of_one_primary_is_one_seat(void **state)
{
    struct night n;
    (void)state;

    night_open(&n, list);
    say(&n, AP, MARKS("won", "", ""), MARKS("", "", ""), 1);
    is(&n, "jo", OUTCOME_WON);
    is(&n, "ki", OUTCOME_PENDING);
    say(&n, AP, MARKS("", "won", ""), MARKS("", "", ""), 2);
    is(&n, "jo", OUTCOME_WON);
    is(&n, "ki", OUTCOME_PENDING);
    night_unchanged(&n, AP, NIGHT_AT(4));
    is(&n, "jo", OUTCOME_PENDING); /* the other primary is open */
    is(&n, "ki", OUTCOME_WON);
    assert_int_equal(night_race(&n, "jo")->flags & RACE_CONFLICT, 0);
    /* ... but the other primary has a seat of its own */
    say(&n, AP, MARKS("", "won", ""), MARKS("won", "", ""), 5);
    is(&n, "jo", OUTCOME_WON);
    is(&n, "ki", OUTCOME_WON);
    assert_int_equal(night_race(&n, "jo")->status, RACE_CALLED);
    assert_int_equal(night_race(&n, "jo")->flags & RACE_CONFLICT, 0);
    night_close(&n);
}

static void a_win_stands_while_one_of_two_nominations_does(void **state)
{
    struct night n;
    (void)state;

    night_open(&n, list);
    say(&n, AP, MARKS("won", "", ""), MARKS("", "", ""), 1);
    say(&n, AP, MARKS("won", "", ""), MARKS("won", "", ""), 2);
    assert_int_equal(night_count(&n, MESSAGE_CALL), 1); /* Ki is out in both */
    is(&n, "ki", OUTCOME_LOST);
    say(&n, AP, MARKS("", "", ""), MARKS("won", "", ""), 3);
    night_unchanged(&n, AP, NIGHT_AT(5));
    assert_int_equal(night_count(&n, MESSAGE_RETRACTION), 1); /* Ki is out in one */
    is(&n, "jo", OUTCOME_WON);
    is(&n, "ki", OUTCOME_PENDING);
    say(&n, AP, MARKS("", "", ""), MARKS("", "", ""), 6);
    night_unchanged(&n, AP, NIGHT_AT(8));
    is(&n, "jo", OUTCOME_PENDING);
    night_close(&n);
}

/* What a snapshot says was taken back is what was told. */
static void the_last_event_is_of_the_line_that_ended(void **state)
{
    struct documents_event ev;
    struct night n;
    (void)state;

    night_open(&n, list);
    say(&n, AP, MARKS("won", "", ""), MARKS("", "", ""), 1);
    say(&n, AP, MARKS("won", "", ""), MARKS("won", "", ""), 2);
    say(&n, AP, MARKS("won", "", ""), MARKS("", "", ""), 3);
    night_unchanged(&n, AP, NIGHT_AT(5));
    say(&n, AP, MARKS("", "", ""), MARKS("", "", ""), 6);
    night_unchanged(&n, AP, NIGHT_AT(8));
    const struct model *m = core_model(n.core);
    assert_true(told_last(m, night_index(&n, "jo"), &ev));
    assert_true(slice_is(m->claims[ev.was].line, "dem"));
    assert_true(slice_is(m->claims[ev.claim].line, "dem"));
    night_close(&n);
}

static void who_is_out_in_both_may_win_in_one_after_all(void **state)
{
    struct night n;
    (void)state;

    night_open(&n, list);
    say(&n, AP, MARKS("", "", "won"), MARKS("", "", "won"), 1);
    is(&n, "jo", OUTCOME_LOST);
    say(&n, AP, MARKS("", "", ""), MARKS("won", "", ""), 2);
    is(&n, "jo", OUTCOME_LOST);
    night_unchanged(&n, AP, NIGHT_AT(4));
    is(&n, "jo", OUTCOME_WON);
    assert_int_equal(night_count(&n, MESSAGE_RETRACTION), 2);
    assert_int_equal(night_count(&n, MESSAGE_CALL), 1);
    assert_true(night_says(night_message(&n, MESSAGE_CALL, 0)->data, "\"primary\":\"rep\""));
    night_close(&n);
}

/* Lost where it was known to stand; then it is found in the other primary, too. */
static void a_line_that_turns_up_late_ends_a_loss(void **state)
{
    for (int won = 0; won < 2; won++) {
        struct night n;
        (void)state;
        night_open(&n, list);
        say(&n, AP, MARKS("", "-", ""), MARKS("", "", "won"), 1);
        is(&n, "ki", OUTCOME_LOST);
        is(&n, "jo", OUTCOME_PENDING);
        say(&n, AP, MARKS("", won ? "won" : "", ""), MARKS("", "", "won"), 2);
        is(&n, "ki", OUTCOME_LOST);
        night_unchanged(&n, AP, NIGHT_AT(4));
        is(&n, "ki", won ? OUTCOME_WON : OUTCOME_PENDING);
        night_close(&n);
    }
}

/* Each line as it was called, and none called twice; and one taken back after it. */
static void a_restart_knows_the_lines(void **state)
{
    struct night n;
    (void)state;

    night_open(&n, list);
    say(&n, AP, MARKS("won", "", ""), MARKS("", "won", ""), 1);
    struct core *old = night_restart(&n);
    uint32_t claims = core_model(n.core)->claim_count;
    is(&n, "jo", OUTCOME_WON);
    is(&n, "ki", OUTCOME_WON);
    say(&n, AP, MARKS("won", "", ""), MARKS("", "won", ""), 2);
    assert_int_equal(core_model(n.core)->claim_count, claims);
    say(&n, AP, NULL, MARKS("", "", ""), 3); /* silence is no word on the other */
    night_unchanged(&n, AP, NIGHT_AT(5));
    is(&n, "jo", OUTCOME_WON);
    is(&n, "ki", OUTCOME_PENDING);
    core_free(old);
    night_close(&n);
}

static void a_loss_in_both_needs_no_payload_after_a_restart(void **state)
{
    struct night n;
    (void)state;

    night_open(&n, list);
    say(&n, AP, MARKS("", "", "won"), MARKS("", "", ""), 1);
    struct core *half = night_restart(&n);
    is(&n, "jo", OUTCOME_PENDING);
    say(&n, AP, MARKS("", "", "won"), MARKS("", "", "won"), 2);
    struct core *both = night_restart(&n);
    is(&n, "jo", OUTCOME_LOST);
    is(&n, "ki", OUTCOME_LOST);
    core_free(half);
    core_free(both);
    night_close(&n);
}

/* A claim of before a race was known to be over two primaries: of the candidacy. */
static struct claim of_old(int number, const char *id, enum outcome o)
{
    return (struct claim){.number = number,
                          .race_id = SLICE("judge"),
                          .endorsement_id = slice_of(id),
                          .by = SLICE("ap"),
                          .outcome = o,
                          .at_ms = NIGHT_AT(1),
                          .called_at_ms = WHEN_UNKNOWN,
                          .basis = SLICE("mark")};
}

/* What was claimed before there were lines is of the candidacy: it stands, and ends with the mark.
 */
static void a_claim_of_before_there_were_lines_ends_too(void **state)
{
    static const struct {
        enum outcome was;
        const char *dem, *rep; /* Jo's; then neither */
    } rows[] = {{OUTCOME_WON, "won", ""}, {OUTCOME_LOST, "lost", "lost"}, {OUTCOME_WON, "", "won"}};
    (void)state;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct night n;
        struct claim old = of_old(1, "jo", rows[i].was);
        night_open(&n, list);
        assert_true(night_claims(n.core, &old, 1));
        is(&n, "jo", rows[i].was);
        for (int minute = 2; minute < 6; minute += 2) {
            say(&n, AP, MARKS(rows[i].dem, "", ""), MARKS(rows[i].rep, "", ""), minute);
            is(&n, "jo", rows[i].was);
            assert_int_equal(night_count(&n, MESSAGE_CALL), 0);
        }
        say(&n, AP, MARKS("", "", ""), MARKS("", "", ""), 6);
        is(&n, "jo", rows[i].was);
        night_unchanged(&n, AP, NIGHT_AT(8));
        is(&n, "jo", OUTCOME_PENDING);
        assert_int_equal(night_count(&n, MESSAGE_RETRACTION), 1);
        night_close(&n);
    }
}

/* The last payload that was good is older than a call that was taken back: of a line, or of the
 * candidacy, before its lines were known. */
static void a_restart_brings_back_no_call_of_a_line(void **state)
{
    static const char *const lines[] = {"", "dem"};
    (void)state;

    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        char room[ROOM];
        struct night n;
        struct claim old[] = {of_old(1, "jo", OUTCOME_WON), of_old(2, "jo", OUTCOME_PENDING)};
        night_open(&n, list);
        old[0].line = old[1].line = slice_of(lines[i]);
        old[1].at_ms = NIGHT_AT(3);
        assert_true(night_claims(n.core, old, 2));
        night_kept(&n, AP, payload(room, MARKS("won", "", ""), MARKS("", "", "")),
                   (struct digest){99, AP}, NIGHT_AT(2), NIGHT_AT(4));
        is(&n, "jo", OUTCOME_PENDING);
        say(&n, AP, MARKS("won", "", ""), MARKS("", "", ""), 5); /* the feed itself calls again */
        is(&n, "jo", OUTCOME_WON);
        night_close(&n);
    }
}

/* It was taken back at the first sight of a loss in both. */
static void a_win_of_before_there_were_lines_is_lost_only_when_that_is_seen_twice(void **state)
{
    struct claim old = of_old(1, "jo", OUTCOME_WON);
    struct night n;
    (void)state;

    night_open(&n, list);
    assert_true(night_claims(n.core, &old, 1));
    say(&n, AP, MARKS("lost", "", ""), MARKS("lost", "", ""), 2);
    is(&n, "jo", OUTCOME_WON);
    assert_true(night_race(&n, "jo")->flags & RACE_UNDER_REVIEW);
    say(&n, AP, MARKS("lost", "", ""), MARKS("lost", "", ""), 4);
    is(&n, "jo", OUTCOME_LOST);
    assert_int_equal(night_count(&n, MESSAGE_RETRACTION), 1);
    assert_int_equal(night_count(&n, MESSAGE_CALL), 1);
    night_close(&n);
}

/* Whose seat it is nobody knows: no other win is told beside it, and the race says so. */
static void a_win_of_before_there_were_lines_holds_the_seat_of_each(void **state)
{
    struct claim old = of_old(1, "ki", OUTCOME_WON);
    struct night n;
    (void)state;

    night_open(&n, list);
    assert_true(night_claims(n.core, &old, 1));
    say(&n, AP, MARKS("won", "", ""), MARKS("", "", ""), 2);
    is(&n, "jo", OUTCOME_PENDING);
    is(&n, "ki", OUTCOME_WON);
    assert_true(night_race(&n, "jo")->flags & RACE_CONFLICT);
    night_unchanged(&n, AP, NIGHT_AT(4));
    is(&n, "jo", OUTCOME_WON);
    is(&n, "ki", OUTCOME_PENDING);
    assert_false(night_race(&n, "jo")->flags & RACE_CONFLICT);
    night_close(&n);
}

/* The desk has given the one seat to another: the feed's win is not told of a line, and what stands
 * of it is not taken back either, for its mark is there. */
static void a_marked_win_that_finds_no_seat_takes_back_nothing(void **state)
{
    struct claim old = of_old(1, "jo", OUTCOME_WON);
    struct night n;
    (void)state;

    night_open(&n, list);
    assert_true(night_claims(n.core, &old, 1));
    say(&n, STATE, MARKS("", "", ""), MARKS("", "", ""), 1); /* two primaries, a seat in each */
    assert_true(night_decide(&n, "call", "ki", "won", NIGHT_AT(2)));
    for (int minute = 3; minute < 9; minute += 2) {
        say(&n, AP, MARKS("", "", ""), MARKS("won", "", ""), minute);
        is(&n, "jo", OUTCOME_WON);
        assert_int_equal(night_count(&n, MESSAGE_RETRACTION), 0);
        assert_true(night_race(&n, "jo")->flags & RACE_CONFLICT);
    }
    night_close(&n);
}

/* Lost in one, and of the other the feed says nothing that can be believed: that one may be the one
 * that was won. */
static void a_win_of_before_there_were_lines_outlives_a_loss_in_one(void **state)
{
    struct claim old = of_old(1, "jo", OUTCOME_WON);
    struct night n;
    (void)state;

    night_open(&n, list);
    assert_true(night_claims(n.core, &old, 1));
    for (int minute = 2; minute < 10; minute += 2) {
        say(&n, AP, MARKS(minute < 5 ? "lost" : "", "", ""), MARKS("won", "won", ""), minute);
        is(&n, "jo", OUTCOME_WON);
    }
    night_close(&n);
}

/* All of ours are settled by one nomination; the other is still to be called. Where all are out it
 * is called, by whomever else. */
static void one_of_two_nominations_is_not_the_race(void **state)
{
#define OF(seats) HEAD "jo,Jo Jett,PA,Magisterial District Judge,,Elk,judge," seats ",primary,\n"
    static const struct {
        const char *list, *dem, *rep; /* rep NULL: there is no such contest */
        enum race_status is;
    } rows[] = {
        {OF("1"), "", "", RACE_UNCALLED},        {OF("1"), "won", "", RACE_PARTLY_CALLED},
        {OF("1"), "won", "won", RACE_CALLED},    {OF("1"), "won", "lost", RACE_PARTLY_CALLED},
        {OF("1"), "lost", "", RACE_UNCALLED},    {OF("1"), "lost", "lost", RACE_CALLED},
        {OF(""), "won", "", RACE_PARTLY_CALLED}, /* a seat at least in the other */
        {OF(""), "lost", "lost", RACE_CALLED},   {OF(""), "won", NULL, RACE_CALLED},
    };
    (void)state;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct night n;
        night_open(&n, rows[i].list);
        say(&n, AP, MARKS(rows[i].dem, "", ""), rows[i].rep ? MARKS(rows[i].rep, "", "") : NULL, 1);
        if (night_race(&n, "jo")->status != rows[i].is)
            fail_msg("row %zu: %d", i, night_race(&n, "jo")->status);
        night_close(&n);
    }
}

/* The desk knows of a primary that no feed has: its first win took the only seat there was, so that
 * the other's was refused, and she was lost. */
static void before_two_primaries_are_seen_the_desk_is_asked_for_no_seats(void **state)
{
    for (int feeds = 0; feeds < 3; feeds++) {
        struct night n;
        (void)state;
        night_open(&n, list);
        if (feeds > 0)
            say(&n, AP, MARKS("", "", ""), feeds > 1 ? MARKS("", "", "") : NULL, 1);
        assert_true(night_decide(&n, "call", "ki", "won", NIGHT_AT(2)));
        is(&n, "jo", OUTCOME_PENDING);
        assert_true(night_decide(&n, "call", "jo", "won", NIGHT_AT(3)));
        is(&n, "ki", OUTCOME_WON);
        is(&n, "jo", OUTCOME_WON);
        assert_int_equal(night_race(&n, "jo")->flags & RACE_CONFLICT, 0);
        night_close(&n);
    }
}

/* What it means is said before it is done. */
static void a_call_of_one_in_several_primaries_says_what_it_means(void **state)
{
    static const struct {
        const char *outcome, *means;
    } rows[] = {
        {"won",
         "\nmeans    it has won one of its primaries at least; of which, the call does not say\n"},
        {"lost", "\nmeans    it has lost all of its primaries\n"},
        {"advanced", "\nmeans    it goes on in one of its primaries at least; in which, the call "
                     "does not say\n"}};
    struct night n;
    (void)state;

    night_open(&n, HEAD JUDGE("ki", "Ki Knox", "D") JUDGE("jo", "Jo Jett", ""));
    for (size_t i = 0; i < 3; i++) {
        assert_true(night_decide(&n, "call", "jo", rows[i].outcome, NIGHT_AT(1)));
        if (!night_says(n.out.said, rows[i].means))
            fail_msg("no '%s' in:\n%.*s", rows[i].means, SLICE_FMT(n.out.said));
    }
    assert_true(night_decide(&n, "uncall", "jo", "", NIGHT_AT(2)));
    assert_false(night_says(n.out.said, "means "));
    assert_true(night_decide(&n, "call", "ki", "won", NIGHT_AT(3))); /* the list says in which */
    assert_false(night_says(n.out.said, "means "));
    night_close(&n);
}

/* The desk gave a seat to one who stands in the other primary only: it was taken from this one, and
 * the feed's win here was not told. */
static void a_win_by_the_desk_takes_no_seat_where_it_does_not_stand(void **state)
{
    static const struct {
        const char *ki_dem, *ki_rep; /* marks; "-": not in it */
        enum outcome jo;
    } rows[] = {{"-", "", OUTCOME_WON}, {"", "", OUTCOME_PENDING}, {"", "won", OUTCOME_WON}};
    (void)state;

    for (size_t i = 0; i < 3; i++) {
        struct night n;
        night_open(&n, list);
        say(&n, AP, MARKS("", rows[i].ki_dem, ""), MARKS("-", "", ""), 1);
        assert_true(night_decide(&n, "call", "ki", "won", NIGHT_AT(2)));
        say(&n, AP, MARKS("won", rows[i].ki_dem, ""), MARKS("-", rows[i].ki_rep, ""), 3);
        is(&n, "ki", OUTCOME_WON);
        is(&n, "jo", rows[i].jo);
        bool differ = (night_race(&n, "jo")->flags & RACE_CONFLICT) != 0;
        assert_true(differ == (rows[i].jo == OUTCOME_PENDING));
        night_close(&n);
    }
}

/* ... but it does take one where nobody knows in which it stands. */
static void a_win_by_the_desk_of_one_in_no_feed_may_be_in_any_primary(void **state)
{
    struct night n;
    (void)state;

    night_open(&n, HEAD JUDGE("mo", "Mo Moss", "") JUDGE("jo", "Jo Jett", ""));
    say(&n, AP, MARKS("", "", ""), MARKS("", "", ""), 1);
    assert_true(night_decide(&n, "call", "mo", "won", NIGHT_AT(2)));
    say(&n, AP, MARKS("won", "", ""), MARKS("", "", ""), 3);
    is(&n, "mo", OUTCOME_WON);
    is(&n, "jo", OUTCOME_PENDING);
    assert_true(night_race(&n, "jo")->flags & RACE_CONFLICT);
    night_close(&n);
}

/* One feed has but one of the primaries: out there is nobody's call, and keeps no other authority
 * from counting. */
static void out_in_one_primary_decides_no_race(void **state)
{
    struct night n;
    (void)state;

    night_open(&n, list);
    say(&n, AP, MARKS("", "", "won"), NULL, 1);
    say(&n, DDHQ, MARKS("", "", ""), MARKS("won", "", ""), 2);
    is(&n, "jo", OUTCOME_WON);
    is(&n, "ki", OUTCOME_PENDING);
    night_close(&n);
}

/* Of one race, one whose list says in which primary: where the others stand a person decides, and
 * that keeps nobody from a call. */
static void who_stands_in_one_primary_by_the_list_is_called_there(void **state)
{
    struct night n;
    (void)state;

    night_open(&n, HEAD JUDGE("ki", "Ki Knox", "D") JUDGE("jo", "Jo Jett", ""));
    say(&n, AP, MARKS("", "", "won"), MARKS("won", "-", ""), 1);
    is(&n, "ki", OUTCOME_LOST);
    is(&n, "jo", OUTCOME_PENDING);
    night_close(&n);
}

static void explain_and_the_list_of_what_is_open_name_the_primary(void **state)
{
    static const char *const words[] = {"by ap: won in the Republican primary at ",
                                        "by out:ap: lost in the Democratic primary at ",
                                        "the mark of ap in the Republican primary has been gone"};
    struct buf out;
    struct night n;
    struct err e;
    (void)state;

    night_open(&n, list);
    say(&n, AP, MARKS("", "", "won"), MARKS("won", "", ""), 1);
    say(&n, AP, MARKS("", "", "won"), MARKS("", "", ""), 2);
    buf_init(&out, 1 << 16);
    assert_true(documents_explain(core_model(n.core), core_tally(n.core), SLICE("jo"), NIGHT_AT(3),
                                  &out, &e));
    for (size_t i = 0; i < 3; i++)
        if (!night_says(buf_slice(&out), words[i]))
            fail_msg("no '%s' in:\n%.*s", words[i], SLICE_FMT(buf_slice(&out)));
    buf_clear(&out);
    night_unchanged(&n, AP, NIGHT_AT(4));
    assert_true(documents_open(core_model(n.core), NIGHT_AT(4), n.a, &out));
    assert_true(night_says(buf_slice(&out), "judge,jo,Jo Jett,PA,"));
    assert_true(night_says(buf_slice(&out), ",rep\r\n"));
    assert_false(night_says(buf_slice(&out), ",dem\r\n"));
    buf_done(&out);
    night_close(&n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_seat_of_one_primary_is_one_seat),
        cmocka_unit_test(a_win_stands_while_one_of_two_nominations_does),
        cmocka_unit_test(the_last_event_is_of_the_line_that_ended),
        cmocka_unit_test(who_is_out_in_both_may_win_in_one_after_all),
        cmocka_unit_test(a_line_that_turns_up_late_ends_a_loss),
        cmocka_unit_test(a_restart_knows_the_lines),
        cmocka_unit_test(a_loss_in_both_needs_no_payload_after_a_restart),
        cmocka_unit_test(a_claim_of_before_there_were_lines_ends_too),
        cmocka_unit_test(a_restart_brings_back_no_call_of_a_line),
        cmocka_unit_test(a_win_of_before_there_were_lines_is_lost_only_when_that_is_seen_twice),
        cmocka_unit_test(a_win_of_before_there_were_lines_holds_the_seat_of_each),
        cmocka_unit_test(a_win_of_before_there_were_lines_outlives_a_loss_in_one),
        cmocka_unit_test(a_marked_win_that_finds_no_seat_takes_back_nothing),
        cmocka_unit_test(one_of_two_nominations_is_not_the_race),
        cmocka_unit_test(before_two_primaries_are_seen_the_desk_is_asked_for_no_seats),
        cmocka_unit_test(a_call_of_one_in_several_primaries_says_what_it_means),
        cmocka_unit_test(a_win_by_the_desk_takes_no_seat_where_it_does_not_stand),
        cmocka_unit_test(a_win_by_the_desk_of_one_in_no_feed_may_be_in_any_primary),
        cmocka_unit_test(out_in_one_primary_decides_no_race),
        cmocka_unit_test(who_stands_in_one_primary_by_the_list_is_called_there),
        cmocka_unit_test(explain_and_the_list_of_what_is_open_name_the_primary),
    };
    return cmocka_run_group_tests_name("core_lines", tests, NULL, NULL);
}
