/* SPDX-License-Identifier: ISC */
/* Documents where something is missing, or there is more than one of it: two primaries, two lines,
 * two counties of one source, names without ids, ids without names. */
#include "tests/unit/night.h"

#include "daemon/core/corrections.h"
#include "daemon/core/documents_filter.h"
#include "tests/unit/json_check.h"

enum { AP, DDHQ, STATE, VOTES };

static struct night n;
static struct buf out;
static struct err err;

static void begin(const char *list)
{
    night_open(&n, list);
    buf_init(&out, 1 << 20);
}

static void end(void)
{
    buf_done(&out);
    night_close(&n);
}

static void says(const char *text)
{
    if (!night_says(buf_slice(&out), text))
        fail_msg("no %s in %.*s", text, SLICE_FMT(buf_slice(&out)));
}

static void says_not(const char *text)
{
    if (night_says(buf_slice(&out), text))
        fail_msg("%s in %.*s", text, SLICE_FMT(buf_slice(&out)));
}

static void explain(const char *what)
{
    buf_clear(&out);
    if (!documents_explain(core_model(n.core), core_tally(n.core), slice_of(what), NIGHT_AT(30),
                           &out, &err))
        fail_msg("%s", err.text);
}

static void races(void)
{
    buf_clear(&out);
    assert_true(documents_races(core_model(n.core), NULL, 0, false, &out, &err));
}

static void corrections(void)
{
    buf_clear(&out);
    documents_corrections(core_model(n.core), false, &out);
}

static void sources(bool json)
{
    buf_clear(&out);
    documents_sources(core_model(n.core), NIGHT_AT(30), json, &out);
    assert_false(out.failed);
}

static void coverage(void)
{
    buf_clear(&out);
    documents_coverage(core_model(n.core), false, &out);
}

/* ---- explain ---- */

static void each_primary_of_a_race_has_its_lines(void **state)
{
    (void)state;
    begin("endorsement_id,candidate_name,state,office,jurisdiction,county,election_type,race_id,"
          "seats_to_fill\n"
          "ann,Ann Archer,PA,School Director,Elk Valley School District,Elk,primary,board,2\n"
          "bo,Bo Li,PA,School Director,Elk Valley School District,Elk,primary,board,2\n");
    night_batch(&n, VOTES,
                "contest 7|DEM School Director Elk Valley|PA|Elk ; seats=2\n"
                "choice 1|Ann Archer|DEM\nchoice 2|Cy Cox|DEM\ntotal 500 400\n"
                "contest 8|REP School Director Elk Valley|PA|Elk ; seats=2\n"
                "choice 1|Ann Archer|REP\nchoice 2|Bo Li|REP\ntotal 300 200\n",
                NIGHT_AT(1));
    explain("board");
    says("2 seats in each primary");
    says("on air: votes: Democratic primary: Ann Archer 500, Cy Cox 400; Republican primary: Ann "
         "Archer 300, Bo Li 200\n");
    races();
    says("\tann,bo\tAnn Archer dem 500 rep 300 ");
    says("; Bo Li rep 200 ");
    end();
}

/* The party stands behind the name, but where the name says it. */
static void a_party_that_the_name_says_is_not_said_again(void **state)
{
    static const struct {
        const char *id, *says;
    } rows[] = {
        {"a", "a: Ann (I) (D)\n"},  {"b", "b: Bo Li (D) (R)\n"}, {"c", "c: Cy [D) (D)\n"},
        {"d", "d: Di Dee (D)\n"},   {"e", "e: Li (Green)\n"},    {"f", "f: Fay Ford\n"},
        {"g", "g: Gus Gray (d)\n"},
    };
    (void)state;
    begin("endorsement_id,candidate_name,state,office,district,party\n"
          "a,Ann (I),GA,State Senate,1,D\n"
          "b,Bo Li (D),GA,State Senate,2,R\n"
          "c,Cy [D),GA,State Senate,3,D\n"
          "d,Di Dee,GA,State Senate,4,D\n"
          "e,Li,GA,State Senate,5,Green\n"
          "f,Fay Ford,GA,State Senate,6,\n"
          "g,Gus Gray (d),GA,State Senate,7,D\n");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        explain(rows[i].id);
        says(rows[i].says);
    }
    end();
}

/* Chicago's file drops names on the night; others have no ids. */
static void what_a_feed_leaves_out_is_left_out(void **state)
{
    (void)state;
    begin("endorsement_id,candidate_name,state,office,district,race_id,seats_to_fill\n"
          "ann,Ann Archer,GA,State Senate,1,senate,1\n");
    night_batch(&n, VOTES,
                "contest |State Senate District 1|GA\nchoice |Ann Archer|D\nchoice |Bob Baker|R\n"
                "total 500 400 ; units=0/0\n",
                NIGHT_AT(1));
    explain("ann");
    says("feed     votes: contest \"State Senate District 1\", choice \"Ann Archer\" (D), 500 "
         "votes");
    explain("senate");
    says("Ann Archer 500, Bob Baker 400\n"); /* of no units nothing reports */
    /* and a contest of which nobody is meant yet */
    night_batch(&n, STATE, "contest 5|State Senate|GA\nchoice 51|Ann Archer|D\ntotal 3\n",
                NIGHT_AT(2));
    explain("ann");
    says("contest 5 \"State Senate\"");
    end();
}

static void a_source_that_differs_is_shown_with_what_it_has(void **state)
{
    (void)state;
    begin("endorsement_id,candidate_name,state,office,district,race_id,seats_to_fill,source_hints\n"
          "ann,Ann Archer,GA,State Senate,1,senate,1,ap=1|ddhq=1|state=1|votes=1\n");
    night_batch(&n, VOTES,
                "contest 1|State Senate District 1|GA\nchoice 1|Ann Archer|\nchoice 2|Bob Baker|\n"
                "total 5000 4000 ; units=9/9\n",
                NIGHT_AT(1));
    night_batch(&n, STATE,
                "contest 1|State Senate District 1|GA\nchoice 1|Ann Archer|\nchoice 2\nchoice 3|Cy "
                "Cox\ntotal 4000 4900 ? ; units=9/9\n",
                NIGHT_AT(2));
    night_batch(&n, DDHQ,
                "contest 1|State Senate District 1|GA\nchoice 1|Ann Archer|\nchoice 2|Bob Baker|\n"
                "total ? ?\n",
                NIGHT_AT(3));
    explain("senate");
    says("disagreement");
    says("differs: state has Ann Archer 4000, 2 4900\n");
    says("differs: ddhq has no votes\n");
    night_batch(&n, DDHQ, "contest 9|Dog Catcher|GA\nchoice 1|Zed Zulu|\ntotal 1\n", NIGHT_AT(4));
    explain("senate");
    says_not("ddhq has");
    end();
}

/* ---- races ---- */

static void a_source_of_two_counties_is_named_once(void **state)
{
    struct slice data;
    (void)state;
    begin("endorsement_id,candidate_name,state,office,district,race_id,seats_to_fill,counties\n"
          "jon,Jon Jay,PA,State Senate,10,pa-ss-10,1,Berks|York\n");
    n.sources[VOTES].state = SLICE("PA");
    n.sources[VOTES].covers_county = true;
    night_anew(&n);
    night_batch(&n, VOTES,
                "contest 3|State Senate District 10|PA|Berks\nchoice 31|Jon Jay|D\ntotal 5\n"
                "contest 3|State Senate District 10|PA|York\nchoice 31|Jon Jay|D\ntotal 7\n",
                NIGHT_AT(1));
    assert_true(night_race(&n, "jon")->summed);
    data = night_message(&n, MESSAGE_RACE, 0)->data;
    if (!night_says(data, "\"sources\":[\"votes\"]"))
        fail_msg("%.*s", SLICE_FMT(data));
    end();
}

static void no_race_is_no_failure_where_nothing_was_asked_for(void **state)
{
    struct endorsements none = {0};
    struct core *c;
    (void)state;
    begin("endorsement_id,candidate_name,state,office\nann,Ann Archer,GA,Sheriff\n");
    assert_true(core_new(&n.s, &none, &c, &err));
    assert_true(documents_races(core_model(c), NULL, 0, false, &out, &err));
    core_free(c);
    end();
}

/* A person who stands twice is two of those endorsed, and one of those elected. */
static void who_stands_twice_is_counted_once_as_a_person(void **state)
{
    struct tally all = {0};
    (void)state;
    begin("endorsement_id,candidate_name,state,office,race_id,seats_to_fill,district\n"
          "ann,Ann Archer,GA,Mayor,m,1,\nann2,Ann Archer,GA,School Board,s,1,2\n");
    assert_true(night_decide(&n, "call", "ann", "won", NIGHT_AT(1)));
    tally_all(&all, core_model(n.core), NULL);
    documents_totals(core_model(n.core), &all, SLICE(""), NIGHT_AT(2), &out);
    assert_true(json_check(buf_slice(&out)));
    says("\"endorsed\":2");
    says("\"people_endorsed\":1,\"people_won\":1");
    struct slice id = SLICE("nn2"); /* an id is a word, too */
    buf_clear(&out);
    assert_true(documents_races(core_model(n.core), &id, 1, false, &out, &err));
    says("\ns\tGA\t");
    says_not("\nm\tGA\t");
    end();
}

/* Only where there is one: states of before this season, without a number of those elected. */
static void states_of_before_are_told_without_a_number(void **state)
{
    static const struct slice before[] = {SLICE_INIT("WY"), SLICE_INIT("PR")};
    struct tally all = {0};
    (void)state;
    begin("endorsement_id,candidate_name,state,office\nann,Ann Archer,GA,Mayor\n");
    n.s.baseline_states = before;
    n.s.baseline_state_count = 2;
    night_anew(&n);
    tally_all(&all, core_model(n.core), NULL);
    documents_totals(core_model(n.core), &all, SLICE(""), NIGHT_AT(2), &out);
    says("\"lifetime\":{\"elected\":0,\"states\":[\"WY\"]}"); /* of the fifty */
    end();
}

static void what_is_not_published_is_refused_with_what_is(void **state)
{
    static const struct slice published[] = {SLICE_INIT("office_level")};
    struct arena *a = arena_new(1 << 20);
    (void)state;
    begin("endorsement_id,candidate_name,state,office,tags\nann,Ann Archer,GA,Mayor,labor\n");
    n.s.publish = published;
    n.s.publish_count = 1;
    night_anew(&n);
    const struct documents_table of = {.by = SLICE("tag"), .json = true};
    assert_false(documents_public(core_model(n.core), &of, a, &out, &err));
    assert_int_equal(err.kind, ERR_USAGE);
    assert_string_equal(err.text, "totals are not published by 'tag'; ask for by=state, by=office");
    arena_free(a);
    end();
}

/* It named filters that are refused, and meant one of them. */
static void filters_that_are_not_published_are_not_proposed(void **state)
{
    static const struct {
        struct slice publish;
        const char *text;
    } cases[] = {
        {SLICE_INIT("sum:labor"),
         "'flp:yes' is no filter: state:, status:, flag:, closest: or a bare word"},
        {SLICE_INIT("held_by"), "'flp:yes' is no filter; did you mean 'flip:': state:, status:, "
                                "flip:, flag:, closest: or a bare word"},
        {SLICE_INIT("tag:labor"),
         "'flp:yes' is no filter: state:, status:, tag:, flag:, closest: or a bare word"},
        {SLICE_INIT("tags"),
         "'flp:yes' is no filter: state:, status:, tag:, flag:, closest: or a bare word"},
        {SLICE_INIT("office_level"),
         "'flp:yes' is no filter: state:, status:, office:, flag:, closest: or a bare word"},
    };
    const struct slice word = SLICE("flp:yes");
    struct arena *a = arena_new(1 << 20);
    (void)state;
    begin("endorsement_id,candidate_name,state,office,tags\nann,Ann Archer,GA,Mayor,labor\n");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        n.s.publish = &cases[i].publish;
        n.s.publish_count = 1;
        night_anew(&n);
        assert_false(documents_races_public(core_model(n.core), &word, 1, true, a, &out, &err));
        assert_int_equal(err.kind, ERR_USAGE);
        assert_string_equal(err.text, cases[i].text);
    }
    arena_free(a);
    end();
}

/* ---- sources ---- */

static void doubts_of_a_file_are_its_own(void **state)
{
    static const struct slice two_files[] = {SLICE_INIT("first"), SLICE_INIT("second")};
    static char text[9000], low[9000];
    size_t used = 0, less = 0;
    (void)state;
    begin("endorsement_id,candidate_name,state,office\nann,Ann Archer,GA,Mayor\n");
    core_free(n.core); /* it knows its sources by these */
    n.sources[VOTES].files = two_files;
    n.sources[VOTES].file_count = 2;
    n.sources[AP].files = NULL;
    n.sources[AP].file_count = 0; /* of one that has no name */
    night_core(&n);
    for (int i = 0; i < 60; i++) {
        used += (size_t)snprintf(text + used, sizeof text - used,
                                 "contest %d||GA\nchoice 1|Ann|\nchoice 2|Bob|\ntotal 1000 900\n",
                                 i + 1);
        less += (size_t)snprintf(low + less, sizeof low - less,
                                 "contest %d||GA\nchoice 1|Ann|\nchoice 2|Bob|\ntotal 300 950\n",
                                 i + 1);
    }
    night_batch(&n, VOTES, text, NIGHT_AT(1));
    night_batch(&n, VOTES, low, NIGHT_AT(2));
    sources(true);
    assert_true(json_check(slice_trim(buf_slice(&out))));
    says("{\"contest\":\"1\",\"county\":\"\",\"verdict\":\"fall-desk\"");
    says("\"contest\":\"50\"");
    says_not("\"contest\":\"51\"");
    says("],\"doubts_total\":60}");
    says("\"source\":\"votes\",\"file\":\"second\"");
    says("\"verdict\":null,\"text\":\"\",\"last_success\":null");
    says("{\"source\":\"ap\",\"file\":\"\"");
    sources(false);
    says("votes\tfirst\t\t\tstale\t1680s\t1680s\tnever\t60\t");
    says("votes\tsecond\t\t\twaiting\tnever\tnever\tnever\t0\t\t\n");
    end();
}

/* A sum to which a line of one county cannot be added was in doubt for ever, and nothing said why.
 */
static void a_sum_in_doubt_names_the_lines_that_fit_none(void **state)
{
    static const struct slice elm = {"Elm", 3};
    struct race_choice lines[] = {
        {.name = SLICE("Ann Archer"), .votes = 70, .endorsement = 0},
        {.name = SLICE("Bob Baker"), .votes = 9, .endorsement = NONE, .alone = elm},
        {.name = SLICE("Cy Cole"), .votes = 8, .endorsement = NONE, .alone = elm},
        {.name = SLICE(""), .votes = 7, .endorsement = NONE, .alone = elm},
        {.name = SLICE("Di Dorn"), .votes = 7, .endorsement = NONE, .alone = elm}};
    (void)state;
    begin("endorsement_id,candidate_name,state,office\nann,Ann Archer,GA,Mayor\n");
    struct model *m = (struct model *)(uintptr_t)core_model(n.core);
    m->races[0].choices = lines;
    m->races[0].choice_count = 2;
    explain("ann");
    says("\nin doubt: Bob Baker of Elm is no line of the counties before\n"
         "way out: if Bob Baker is one of theirs under another name: tallyctl match join "
         "2026-11-03-ga-mayor 'Bob Baker' = 'THEIR NAME' --reason '...'\n");
    m->races[0].choice_count = 5;
    explain("ann");
    says(
        " Bob Baker of Elm, Cy Cole of Elm, a line without a name of Elm and 1 more are no lines ");
    m->races[0].choice_count = 1;
    explain("ann");
    says_not("in doubt");
    end();
}

/* ---- corrections ---- */

/* What is so by now: nothing where two lines could be meant, or none, or nobody states it. */
static void what_a_corrected_line_is_now_is_said_where_it_is_known(void **state)
{
    struct race_choice lines[] = {
        {.name = SLICE("Ann Archer"), .party = SLICE("D"), .votes = 70, .endorsement = 0},
        {.name = SLICE("Ann Archer"), .party = SLICE("WFP"), .votes = 9, .endorsement = 0}};
    const struct correction c = {.of = CORRECTION_OF_VOTES,
                                 .at_ms = NIGHT_AT(1),
                                 .choice = SLICE("Ann Archer"),
                                 .was = SLICE("100"),
                                 .then = SLICE("60"),
                                 .by = SLICE("votes"),
                                 .why = SLICE("so")};
    (void)state;
    begin("endorsement_id,candidate_name,state,office\nann,Ann Archer,GA,Mayor\n");
    struct model *m = (struct model *)(uintptr_t)core_model(n.core);
    assert_true(corrections_add(m, &c));
    m->races[0].choices = lines;
    m->races[0].choice_count = 1;
    corrections();
    says("votes of Ann Archer were 100, then 60, now 70. votes: so.");
    m->races[0].choice_count = 2;
    corrections();
    says("votes of Ann Archer were 100, then 60. votes: so.");
    m->races[0].choice_count = 1;
    lines[0].votes = VOTES_UNKNOWN;
    corrections();
    says("were 100, then 60. votes");
    lines[0].name = SLICE("Bob Baker");
    corrections();
    says("were 100, then 60. votes");
    m->races[0].choice_count = 0;
    m->races[0].choices = NULL;
    end();
}

static void who_no_longer_stands_is_that_now(void **state)
{
    (void)state;
    begin("endorsement_id,candidate_name,state,office,race_id,seats_to_fill\n"
          "ann,Ann Archer,GA,Mayor,m,1\n");
    assert_true(night_decide(&n, "call", "ann", "won", NIGHT_AT(1)));
    assert_true(night_decide(&n, "endorse status", "ann", "withdrawn", NIGHT_AT(2)));
    corrections();
    says("was won, then pending, now withdrawn. desk: ");
    end();
}

/* ---- coverage ---- */

/* Of one person on two lines, of two in one race, of a contest that is gone: each place once. */
static void a_place_is_named_once_and_only_while_it_is_there(void **state)
{
#define SENATE(n)                                                                                  \
    "contest " n "|State Senate District 7|NY\nchoice 1|Sue Stone|D\nchoice 2|Sue Stone|W\n"       \
    "choice 3|Tom Thorn|R\ntotal 30 4 20\n"
#define DOG "contest 9|Dog Catcher|NY\nchoice 1|Zed Zulu|\ntotal 1\n"
    (void)state;
    begin("endorsement_id,candidate_name,state,office,district,party,race_id,seats_to_fill\n"
          "tom,Tom Thorn,NY,State Senate,7,R,ss-7,1\n"
          "sue,Sue Stone,NY,State Senate,7,D,ss-7,1\n");
    night_batch(&n, VOTES, SENATE("1") DOG, NIGHT_AT(1));
    night_batch(&n, AP, SENATE("5") DOG, NIGHT_AT(1));
    night_batch(&n, AP, DOG, NIGHT_AT(2));
    coverage();
    says("matched\tsue\tSue Stone\tNY\tState Senate\t7\tactive\tvotes: State Senate District "
         "7\tin no feed that makes calls");
    says("matched\ttom\tTom Thorn\tNY\tState Senate\t7\tactive\tvotes: State Senate District 7\t");
    end();
#undef SENATE
#undef DOG
}

static void how_many_sources_could_have_it_is_said(void **state)
{
    (void)state;
    begin("endorsement_id,candidate_name,state,office\n"
          "ann,Ann Archer,GA,Mayor\nnat,Nat Nash,NJ,Mayor\n");
    for (int i = 0; i < NIGHT_SOURCES; i++)
        n.sources[i].state = i == VOTES ? SLICE("ga") : SLICE("PA");
    night_anew(&n);
    coverage();
    says("ann\tAnn Archer\tGA\tMayor\t\tactive\t\tnone of 1 source has shown contests yet");
    says("nat\tNat Nash\tNJ\tMayor\t\tactive\t\tno source is of NJ");
    night_batch(&n, VOTES, "contest 9|Dog Catcher|GA\nchoice 1|Zed Zulu|\ntotal 1\n", NIGHT_AT(1));
    coverage();
    says("no contest fits, of those that 1 of 1 source show: tallyctl explain has");
    end();
}

/* "No feed has it" was said of one whom a feed has, letter for letter, under another office; and of
 * one whose initials stand in the contest of the race. */
static void lines_of_the_same_name_are_told(void **state)
{
    (void)state;
    begin("endorsement_id,candidate_name,state,office,county,jurisdiction,seats_to_fill\n"
          "eli,Eli O'Farrow,GA,Probate Judge,Cobb,,1\n"
          "ann,Ann Archer,GA,City Council,Cobb,Ames,2\n"
          "jim,Jim Archer,GA,City Council,Cobb,Ames,2\n");
    explain("eli");
    says("  feed     no feed has it\n  outcome");
    night_batch(&n, VOTES,
                "contest 1|Clerk of Superior Court|GA|Cobb\nchoice 11|ELI O'FARROW|\n"
                "choice 12|Bo Farrow|\ntotal 10 9\n"
                "contest 2|Ames City Council At-Large|GA|Cobb\nchoice 21|Ann Archer|\n"
                "choice 22|J. T. Archer|\nchoice 23|Cy Poe|\ntotal 5 4 3\n",
                NIGHT_AT(2));
    explain("eli");
    says(
        "  feed     no feed has it\n"
        "  perhaps  votes: contest \"Clerk of Superior Court\", choice \"ELI O'FARROW\", 10 votes: "
        "the name is the same, the race another by what they say; if it is theirs: tallyctl match "
        "accept eli votes 'ELI O'\\''FARROW'\n  outcome");
    explain("jim");
    says_not("perhaps");
    assert_true(night_decide(&n, "match accept", "ann", "", NIGHT_AT(3)));
    explain("jim");
    says("choice \"J. T. Archer\", 4 votes: the names are alike; if it is theirs: tallyctl match "
         "accept jim votes 'J. T. Archer'\n");
    assert_true(night_decide(&n, "match accept", "jim", "votes J. T. Archer", NIGHT_AT(4)));
    explain("jim");
    says_not("perhaps");
    assert_true(night_decide(&n, "match reject", "jim", "J. T. Archer", NIGHT_AT(5)));
    explain("jim");
    says("  feed     no feed has it\n  outcome");
    assert_true(night_decide(&n, "match accept", "eli", "votes ELI O'FARROW", NIGHT_AT(6)));
    end();
}

/* ---- what came of a decision ---- */

static void said(const char *text)
{
    if (!night_says(n.out.said, text))
        fail_msg("no %s in %.*s", text, SLICE_FMT(n.out.said));
}

/* Of fifty, or eleven, the first ten, of calls the first forty; that there were more is said. */
static void of_all_that_moves_at_once_the_first_are_told(void **state)
{
    static const struct {
        int races;
        const char *moves, *flags;
    } nights[] = {
        {50, "moves    and 40 others\n", "flags    and of 40 other races\n"},
        {11, "moves    and 1 other\n", "flags    and of 1 other race\n"},
    };
    static char list[8000], text[16000];
    (void)state;
    for (size_t k = 0; k < sizeof nights / sizeof nights[0]; k++) {
        size_t used = (size_t)snprintf(list, sizeof list,
                                       "endorsement_id,candidate_name,state,office,race_id,"
                                       "seats_to_fill,source_hints\n");
        size_t more = 0;
        for (int i = 0; i < nights[k].races; i++) {
            used +=
                (size_t)snprintf(list + used, sizeof list - used,
                                 "e%d,Person N%d,GA,Office %d,r%d,1,ap=%d\n", i, i, i, i, i + 1);
            more += (size_t)snprintf(text + more, sizeof text - more,
                                     "contest %d|Office %d|GA ; stated\n"
                                     "choice 1|Person N%d|D ; won\n"
                                     "choice 2|Other N%d|R\ntotal 20 10\n",
                                     i + 1, i, i, i);
        }
        begin(list);
        assert_true(night_decide(&n, "freeze", "", "", NIGHT_AT(1)));
        said("flags    r0: frozen\n");
        said(nights[k].flags);
        night_batch(&n, AP, text, NIGHT_AT(2));
        assert_true(night_decide(&n, "release", "", "", NIGHT_AT(3)));
        assert_int_equal(core_tally(n.core)->n[TALLY_WON], nights[k].races);
        said("moves    Person N0: ");
        said(nights[k].moves);
        said("flags    r0: no longer frozen");
        if (nights[k].races > 40)
            said("news     and 10 more\n");
        end();
    }
}

/* A watch of twelve election days. */
static void of_many_closes_that_move_the_first_are_told(void **state)
{
    static char list[2000];
    size_t used =
        (size_t)snprintf(list, sizeof list, "candidate_name,state,office,election_date,race_id\n");
    (void)state;
    for (int i = 0; i < 12; i++)
        used += (size_t)snprintf(list + used, sizeof list - used,
                                 "P N%d,GA,Sheriff,2026-11-%02d,r%d\n", i, i + 3, i);
    begin(list);
    assert_true(night_decide(&n, "polls", "GA", "21:00", NIGHT_AT(-9)));
    said("polls    close in 1 race at ");
    said("polls    and at other times in others\n");
    end();
}

/* What was decided of a row that has left the list is about no other, whose id begins so. */
static void a_decision_that_was_kept_names_its_row_whole(void **state)
{
    static const struct decision kept[] = {{.number = 1,
                                            .verb = SLICE_INIT("endorse status"),
                                            .target = SLICE_INIT("ann"),
                                            .argument = SLICE_INIT("withdrawn"),
                                            .reason = SLICE_INIT("r"),
                                            .by = SLICE_INIT("maria"),
                                            .at_ms = NIGHT_AT(1)}};
    struct event ev = {.type = EVENT_DECISION,
                       .would = true,
                       .decision = {.verb = SLICE("call"),
                                    .target = SLICE("ann"),
                                    .argument = SLICE("won"),
                                    .reason = SLICE("r"),
                                    .by = SLICE("maria")}};
    (void)state;
    begin("endorsement_id,candidate_name,state,office,district\n"
          "ann-1,A A,GA,State Senate,1\nann-2,A B,GA,State Senate,2\n"
          "ann-3,A C,GA,State Senate,3\nann-4,A D,GA,State Senate,4\n"
          "ann-5,A E,GA,State Senate,5\nann-6,A F,GA,State Senate,6\n"
          "ann-7,A G,GA,State Senate,7\nann-8,A H,GA,State Senate,8\n"
          "ann-9,A I,GA,State Senate,9\n");
    assert_true(night_decisions(n.core, kept, 1));
    assert_int_equal(core_tally(n.core)->n[TALLY_WITHDRAWN], 0);
    core_apply(n.core, &ev, NIGHT_AT(2), &n.out);
    assert_true(night_says(slice_of(n.out.err.text), "several begin so"));
    assert_true(night_says(slice_of(n.out.err.text), "\n  ann-8"));
    assert_false(night_says(slice_of(n.out.err.text), "ann-9"));
    end();
}

/* ---- calls ---- */

/* A call of a seat says which. */
static void a_call_names_the_seat(void **state)
{
    (void)state;
    begin("endorsement_id,candidate_name,state,office,seat,race_id,seats_to_fill\n"
          "ann,Ann Archer,GA,Supreme Court,Place 4,court,1\n");
    assert_true(night_decide(&n, "call", "ann", "won", NIGHT_AT(1)));
    struct slice line = night_message(&n, MESSAGE_CALL, 0)->line;
    assert_true(
        night_says(line, "CALL        GA  Ann Archer, Supreme Court, Place 4: won by desk"));
    end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_primary_of_a_race_has_its_lines),
        cmocka_unit_test(a_party_that_the_name_says_is_not_said_again),
        cmocka_unit_test(what_a_feed_leaves_out_is_left_out),
        cmocka_unit_test(a_source_that_differs_is_shown_with_what_it_has),
        cmocka_unit_test(a_source_of_two_counties_is_named_once),
        cmocka_unit_test(no_race_is_no_failure_where_nothing_was_asked_for),
        cmocka_unit_test(who_stands_twice_is_counted_once_as_a_person),
        cmocka_unit_test(states_of_before_are_told_without_a_number),
        cmocka_unit_test(what_is_not_published_is_refused_with_what_is),
        cmocka_unit_test(filters_that_are_not_published_are_not_proposed),
        cmocka_unit_test(doubts_of_a_file_are_its_own),
        cmocka_unit_test(a_sum_in_doubt_names_the_lines_that_fit_none),
        cmocka_unit_test(what_a_corrected_line_is_now_is_said_where_it_is_known),
        cmocka_unit_test(who_no_longer_stands_is_that_now),
        cmocka_unit_test(a_place_is_named_once_and_only_while_it_is_there),
        cmocka_unit_test(how_many_sources_could_have_it_is_said),
        cmocka_unit_test(lines_of_the_same_name_are_told),
        cmocka_unit_test(of_all_that_moves_at_once_the_first_are_told),
        cmocka_unit_test(of_many_closes_that_move_the_first_are_told),
        cmocka_unit_test(a_decision_that_was_kept_names_its_row_whole),
        cmocka_unit_test(a_call_names_the_seat),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
