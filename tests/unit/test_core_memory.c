/* SPDX-License-Identifier: ISC */
/* Nights in which memory ends: at the first allocation, at the second and so on, once on the heap,
 * and for good in each arena. Something may be missing then, and is said; nothing is torn: no
 * crash, no count that does not add up. */
#include "tests/unit/night.h"

#include <stdlib.h>

#include "daemon/core/tally.h"
#include "tests/unit/refusing.h"

enum { AP, DDHQ, STATE, VOTES };

struct step {
    enum event_type type;
    uint32_t source, file;
    int minute;
    const char *text; /* the payload, or the verb */
    const char *target, *argument;
    size_t same; /* UNCHANGED: whose bytes the site still serves */
};
#define PAYLOAD(source, minute, text)                                                              \
    {                                                                                              \
        EVENT_BATCH, source, 0, minute, text, 0, 0, 0                                              \
    }
#define OTHER_FILE(source, minute, text)                                                           \
    {                                                                                              \
        EVENT_BATCH, source, 1, minute, text, 0, 0, 0                                              \
    }
#define DESK(minute, verb, target, argument)                                                       \
    {                                                                                              \
        EVENT_DECISION, 0, 0, minute, verb, target, argument, 0                                    \
    }
#define SAME(source, minute, step)                                                                 \
    {                                                                                              \
        EVENT_UNCHANGED, source, 0, minute, 0, 0, 0, step                                          \
    }
#define NOTHING(source, minute)                                                                    \
    {                                                                                              \
        EVENT_FAILED, source, 0, minute, 0, 0, 0, 0                                                \
    }
#define TICK(minute)                                                                               \
    {                                                                                              \
        EVENT_TICK, 0, 0, minute, 0, 0, 0, 0                                                       \
    }

enum { STEPS = 40 };
struct kind {
    const char *list;
    void (*settings)(struct night *n);
    const char *asked, *filter; /* of the documents at the end */
    struct step steps[STEPS];   /* the first without any text at minute 0 is the end */
    size_t count;
    struct results batch[STEPS];
};

/* ---- calls ---- */

#define SENATE(a, b, votes)                                                                        \
    "contest 1|State Senate District 1|GA ; stated seats=1\nchoice 11|Archer, Ann|D ; " a          \
    "\nchoice 12|Bob Baker|D ; " b "\nchoice 13|Other One|R\ntotal " votes " ; units=3/10\n"
#define BOARD                                                                                      \
    "contest 2|School Board District 2|GA|Cobb ; allowed=2\nchoice 21|Cat Cole\n"                  \
    "choice 22|Dan Dorn| ; write-in\nchoice 23|Write-in| ; write-in\ntotal 90 7 4\n"
#define COUNTIES(a, b)                                                                             \
    "contest 3|State Senate District 10|PA\nchoice 31|Jon Jay|D\nchoice 32|Else One|R\n"           \
    "county 42001|Berks ; " a "\ncounty 42003|York ; " b "\n"

static struct kind calls = {
    "endorsement_id,candidate_name,state,office,district,party,race_id,seats_to_fill,source_hints,"
    "status,county,counties,held_by,tags,jurisdiction\n"
    "ann,Ann Archer,GA,State Senate,1,D,ga-ss-1,1,,active,,,R,labor|women,\n"
    "bob,Bob Baker,GA,State Senate,1,D,ga-ss-1,1,,active,,,R,,\n"
    "cat,Cat Cole,GA,School Board,2,D,ga-sb-2,2,ap=2,active,Cobb,,,labor,Cobb\n"
    "dan,Dan Dorn,GA,School Board,2,D,ga-sb-2,2,ap=2,write_in,Cobb,,,,Cobb\n"
    "gus,Gus Gray,GA,Coroner,,D,ga-coroner,1,,unopposed,Bibb,,,,\n"
    "hal,Hal Hill,NJ,Sheriff,,D,nj-sheriff,1,,elected_unopposed,Essex,,,,\n"
    "ivy,Ivy Inn,PA,State Senate,9,D,,1,,withdrawn,,Berks|York,,,\n"
    "jon,Jon Jay,PA,State Senate,10,D,,1,,active,,Berks|York,,,\n",
    NULL,
    "ann",
    "state:GA",
    {
        PAYLOAD(AP, -5, SENATE("", "", "9 9 9")), /* before polls close */
        TICK(0),
        PAYLOAD(AP, 1, "facts own=2026-11-03T19:00:30Z\n" SENATE("", "", "500 400 300") BOARD),
        PAYLOAD(VOTES, 2, SENATE("", "", "510 400 300") COUNTIES("5 8", "7 1")),
        PAYLOAD(AP, 3, "facts own=2026-11-03T19:02:30Z\n" SENATE("won", "", "700 600 500") BOARD),
        PAYLOAD(AP, 4,
                "facts own=2026-11-03T19:03:30Z\n" SENATE("won", "lost", "701 600 500") BOARD),
        PAYLOAD(DDHQ, 4, SENATE("", "won", "700 650 500")),
        DESK(5, "call", "cat", "won"),
        PAYLOAD(VOTES, 6, SENATE("", "", "100 400 300") COUNTIES("5 8", "0 0")),
        PAYLOAD(VOTES, 7, SENATE("", "", "400 700 300") COUNTIES("8 5", "7 1")),
        PAYLOAD(AP, 8, "facts own=2026-11-03T19:07:30Z\n" SENATE("", "", "900 800 700")),
        DESK(9, "uncall", "ann", ""),
        DESK(10, "mark", "ga-ss-1", "recount"),
        PAYLOAD(AP, 11, "facts own=2026-11-03T19:10:30Z\n" SENATE("", "", "901 800 700")),
        DESK(12, "polls", "GA/Cobb", "20:30"),
        DESK(13, "endorse status", "bob", "withdrawn"),
        DESK(14, "release", "ga-ss-1", ""),
        TICK(40),
    },
    0,
    {{0}},
};

/* ---- what the desk does to what others called ---- */

#define SEAT(a, b)                                                                                 \
    "contest 1|Cobb Mayor|GA|Cobb ; stated seats=1\nchoice 11|Ann Archer ; " a                     \
    "\nchoice 12|Bob Baker ; " b "\nchoice 13|Else One\ntotal 50 40 30 ; units=10/10\n"            \
    "contest 9|Clerk|GA|Cobb ; uncontested\nchoice 91|Uma Ulm\ntotal 9\n"

#define RENAMED                                                                                    \
    "contest 7|Cobb Mayor|GA|Cobb ; stated seats=1\nchoice 71|Ann Archer\n"                        \
    "choice 72|Bob Baker ; won\nchoice 73|Else One\ntotal 50 40 30 ; units=10/10\n"

static void live(struct night *n)
{
    n->sources[STATE].calls = CALLS_LIVE;
}

static struct kind desk = {
    "endorsement_id,candidate_name,state,office,race_id,seats_to_fill,county,jurisdiction,"
    "polls_close\n"
    "ann,Ann Archer,GA,Mayor,ga-m,1,Cobb,Cobb,7:00 PM\n"
    "bob,Bob Baker,GA,Mayor,ga-m,1,Cobb,Cobb,\n"
    "cat,Cat Cole,GA,Mayor,ga-n,1,Cobb,Acworth,\n"
    "uma,Uma Ulm,GA,Clerk,ga-c,1,Cobb,,\n",
    live,
    "",
    "status:won",
    {
        PAYLOAD(AP, 1, SEAT("", "")),
        DESK(2, "call", "bob", "won"),
        DESK(3, "uncall", "bob", ""),
        DESK(4, "call", "ann", "won"),
        DESK(5, "release", "ga-m", ""),
        DESK(6, "freeze", "", ""),
        DESK(7, "mark", "ga-m", "void"),
        DESK(8, "mark", "ga-m", "void off"),
        DESK(9, "release", "", ""),
        DESK(10, "polls", "ga-m", "19:08"),
        DESK(11, "polls", "GA", "19:05"),
        DESK(12, "endorse status", "ann", "disqualified"),
        DESK(13, "endorse status", "ann", "active"),
        DESK(14, "call", "cat", "lost"),
        DESK(14, "uncall", "cat", ""),
        DESK(14, "call", "cat", "won"),
        DESK(14, "uncall", "cat", ""),
        DESK(14, "call", "cat", "won"),
        DESK(14, "uncall", "cat", ""),
        DESK(14, "call", "uma", "won"),
        PAYLOAD(AP, 14, SEAT("won", "")),
        PAYLOAD(AP, 15, SEAT("", "won")),
        PAYLOAD(AP, 16, SEAT("", "won") "\n"),
        PAYLOAD(AP, 17, "contest 9|Clerk|GA|Cobb ; stated\nchoice 91|Uma Ulm\ntotal 9\n"),
        PAYLOAD(AP, 18, "contest 9|Clerk|GA|Cobb ; stated\nchoice 91|Uma Ulm\ntotal 10\n"),
        PAYLOAD(AP, 19, "contest 9|Clerk|GA|Cobb ; uncontested\nchoice 91|Uma Ulm\ntotal 11\n"),
        PAYLOAD(AP, 20,
                "contest 9|Clerk|GA|Cobb\nchoice 91|Uma Ulm\nchoice 92|Else Two\n"
                "total 9 8\n"),
        PAYLOAD(AP, 21, SEAT("", "won")),
        PAYLOAD(STATE, 22, SEAT("won", "")),
        PAYLOAD(STATE, 23, SEAT("", "")),
        PAYLOAD(STATE, 23, RENAMED), /* its mark has moved, by what was claimed alone */
        TICK(40),
    },
    0,
    {{0}},
};

/* ---- what guards hold, and what comes of it ---- */

static const struct slice two_files[] = {SLICE_INIT("first"), SLICE_INIT("second")};

static void files(struct night *n)
{
    n->sources[VOTES].files = two_files;
    n->sources[VOTES].file_count = 2;
}

#define HOUSE(names, votes, more)                                                                  \
    "contest 5|State House District 5|GA ; allowed=1\n" names "total " votes " ; units=3/9 " more  \
    "\n"
#define PAIR "choice 51|Kim Kerr|D\nchoice 52|Lee Lund|R\n"
#define NAMELESS "choice 51\nchoice 52\n"
#define TURNED "choice 51|Lee Lund|R\nchoice 52|Kim Kerr|D\n"
#define OTHERS "choice 51|Kim Kerr|D\nchoice 58|Max Moor|R\n"
#define MORE "choice 51|Kim Kerr|D\nchoice 52|Lee Lund|R\nchoice 53|Ned Noor|I\n"
#define IN_COUNTIES(a, b)                                                                          \
    "contest 6|Judge|GA\nchoice 61|Oda Orr\nchoice 62|Pam Pitt\ncounty 1|Cobb ; " a                \
    "\ncounty 2|Hall ; " b "\n"

static struct kind guards = {
    "endorsement_id,candidate_name,state,office,district,party,seats_to_fill\n"
    "kim,Kim Kerr,GA,State House,5,D,1\n",
    files,
    "kim",
    "flag:in_doubt",
    {
        PAYLOAD(VOTES, -9, HOUSE(PAIR, "8 9", "")), /* step 0 */
        TICK(0),
        PAYLOAD(VOTES, 1, "facts version=1\n" HOUSE(PAIR, "900 800", "") IN_COUNTIES("9 8", "7 6")),
        PAYLOAD(VOTES, 2, "facts version=2\n" HOUSE(NAMELESS, "910 810", "")),
        SAME(VOTES, 3, 2), /* an older copy */
        PAYLOAD(VOTES, 4, "facts version=2\n" HOUSE(PAIR, "800 810", "")),
        DESK(5, "source reject", "votes", "5"),
        PAYLOAD(VOTES, 6, "facts version=3\n" HOUSE(PAIR, "810 811", "")),
        PAYLOAD(VOTES, 7, "facts version=3\n" HOUSE(MORE, "815 811 5", "")),
        PAYLOAD(VOTES, 18, "facts version=3\n" HOUSE(PAIR, "820 812", "")),
        PAYLOAD(VOTES, 19, "facts version=3\n" HOUSE(PAIR, "10 12", "")),
        DESK(20, "source accept", "votes", ""),
        PAYLOAD(VOTES, 21, "facts version=3\n" HOUSE(PAIR, "1000 700", "")),
        PAYLOAD(VOTES, 22, "facts version=3\n" HOUSE(TURNED, "1000 700", "")),
        PAYLOAD(VOTES, 23, "facts version=3\n" HOUSE(PAIR, "2000 1400", "")),
        PAYLOAD(VOTES, 24, "facts version=3\n" HOUSE(OTHERS, "1100 900", "")),
        PAYLOAD(VOTES, 35, "facts version=3\n" HOUSE(OTHERS, "1110 900", "")),
        PAYLOAD(VOTES, 36, "facts version=3\n" HOUSE(OTHERS, "2220 1800", "")),
        DESK(36, "source reject", "votes", ""),
        PAYLOAD(VOTES, 36, "facts version=3\n" HOUSE(OTHERS, "1120 900", "ballots=20")),
        PAYLOAD(VOTES, 37, "facts version=3\n" HOUSE(OTHERS, "0 0", "")),
        PAYLOAD(VOTES, 38, "facts version=1\n" HOUSE(OTHERS, "1121 900", "")),
        PAYLOAD(VOTES, 39, "facts test=1\n" HOUSE(OTHERS, "1121 900", "")),
        PAYLOAD(VOTES, 40, "facts delta=1\n" HOUSE(OTHERS, "1122 900", "")),
        OTHER_FILE(VOTES, 41, IN_COUNTIES("19 18", "17 16")),
        PAYLOAD(VOTES, 42, IN_COUNTIES("9 8", "7 6")), /* the other is gone */
        NOTHING(VOTES, 43),
        TICK(80),
    },
    0,
    {{0}},
};

/* ---- sums: parts, counties, party lines, tickets, measures ---- */

static void parts(struct night *n)
{
    n->polls[3].state = SLICE("NY");
    for (int i = AP; i <= DDHQ; i++) {
        n->sources[i].part = i == AP ? SLICE("early") : SLICE("day");
        n->sources[i].state = SLICE("GA");
        n->sources[i].county = SLICE("Cobb");
        n->sources[i].covers_county = true;
        n->sources[i].authority = SLICE("official");
    }
    n->sources[STATE].state = SLICE("GA");
    n->sources[STATE].county = SLICE("Hall");
    n->sources[STATE].covers_county = true;
}

#define COURT(a) "contest 4|Supreme Court Seat 4|GA\nchoice 41|Quin Quay\nchoice 42|Ray Rust\n" a
#define HALL(a) "contest 4|Supreme Court Seat 4|GA\nchoice 41|Quin Quay\nchoice 42|Raymond Rust\n" a
#define LINES(votes)                                                                               \
    "contest 7|State Senate District 7|NY\nchoice 71|Sue Stone|D\nchoice 72|Sue Stone|W\n"         \
    "choice 73|Tom Thorn|R\ntotal " votes "\n"                                                     \
    "contest 8|Governor and Lieutenant Governor|NY\nchoice 81|Una Unger / Val Voss|D\n"            \
    "choice 82|Else One / Else Two|R\ntotal 30 20\n"                                               \
    "contest 9|Proposition 3|GA ; measure\nchoice 91|Yes\nchoice 92|No\ntotal 8 7\n"

static struct kind sums = {
    "endorsement_id,candidate_name,state,office,district,seat,party,seats_to_fill,counties,"
    "choice,source_hints,race_id\n"
    "quin,Quin Quay,GA,Supreme Court,,4,,1,Cobb|Hall,,,court\n"
    "sue,Sue Stone,NY,State Senate,7,,D,1,,,,\n"
    "una,Una Unger,NY,Governor,,,D,1,,,,\n"
    "val,Val Voss,NY,Lieutenant Governor,,,D,1,,,votes=8,\n"
    "prop,Proposition 3,GA,Proposition 3,,,,,,yes,votes=9,\n",
    parts,
    "quin",
    "Quay",
    {
        PAYLOAD(AP, 1, COURT("total 10 5 ; units=1/2\n")),
        PAYLOAD(DDHQ, 2, COURT("total 20 30 ; units=2/2\n")),
        PAYLOAD(STATE, 3, HALL("total 70 60 ; units=4/5\n")),
        PAYLOAD(VOTES, 4, LINES("30 4 20")),
        PAYLOAD(STATE, 5, HALL("total 71 60 ; units=5/5\n")),
        DESK(5, "match join", "court", "Raymond Rust = Ray Rust"),
        PAYLOAD(VOTES, 6, LINES("31 5 20") COURT("total 99 95\n")),
        DESK(7, "source pin", "court", "votes"),
        DESK(8, "source unpin", "court", ""),
        DESK(8, "match undo", "court", "raymond"),
        PAYLOAD(VOTES, 9, LINES("32 5 20")),
        TICK(60),
    },
    0,
    {{0}},
};

/* ---- the desk's word on what waits ---- */

#define MAYOR(votes) "contest 7|Mayor|GA\nchoice 71|Kim Kerr|D\nchoice 72|Lee Lund|R\n" votes
#define CLERK(votes) "contest 8|Clerk|GA\nchoice 81|Cy Cox|\nchoice 82|Di Dee|\n" votes
#define OTHER_MAYOR(votes) "contest 7|Mayor|GA\nchoice 71|Lee Lund|R\nchoice 72|Kim Kerr|D\n" votes
#define OTHER_CLERK(votes) "contest 8|Clerk|GA\nchoice 81|Di Dee|\nchoice 82|Cy Cox|\n" votes

static struct kind rulings = {
    "endorsement_id,candidate_name,state,office,seats_to_fill\nkim,Kim Kerr,GA,Mayor,1\n",
    NULL,
    "kim",
    "state:GA",
    {
        DESK(-9, "endorse status", "kim", "write_in"),
        PAYLOAD(VOTES, -8, MAYOR("total 8 9\n")),
        DESK(-7, "source reject", "votes", ""), /* before polls close */
        PAYLOAD(VOTES, 1, MAYOR("total 1000 900\n") CLERK("total 5 5\n")),
        PAYLOAD(VOTES, 2, "facts delta=1\n" MAYOR("total 100 910\n")),
        PAYLOAD(VOTES, 3, "facts delta=1\n" CLERK("total 6 5\n")),
        DESK(4, "source accept", "votes", "7"), /* of an earlier one */
        PAYLOAD(VOTES, 5, MAYOR("total 0 0\n") CLERK("total 0 0\n")),
        DESK(6, "source reject", "votes", ""),
        PAYLOAD(VOTES, 7, MAYOR("total 0 0\n") CLERK("total 0 ?\n")),
        DESK(8, "source accept", "votes", ""),
        PAYLOAD(VOTES, 9, MAYOR("total 1000 900\n") CLERK("total 500 400\n")),
        PAYLOAD(VOTES, 10, OTHER_MAYOR("total 905 1005\n") CLERK("total 501 400\n")),
        PAYLOAD(VOTES, 11, "facts delta=1\n" OTHER_CLERK("total 401 502\n")),
        DESK(12, "source accept", "votes", ""), /* one lies in a payload that is gone */
        TICK(40),
    },
    0,
    {{0}},
};

/* ---- matches by hand ---- */

#define SURE(id, mark)                                                                             \
    "contest " id "|State House District 12|GA ; stated\nchoice 1|Wes Wolf|D ; " mark              \
    "\nchoice 2|Xia Young|R\ntotal 4 3\n"

#define OTHER "contest 9|State Senate District 1|GA ; stated\nchoice 9|Xia Young|D ; won\ntotal 4\n"

/* The fifth claim, for which there is no room yet, ends a call. */
static struct kind unmatched = {
    "endorsement_id,candidate_name,state,office,district,party,seats_to_fill\n"
    "wes,Wes Wolf,GA,State House,12,D,1\n"
    "xia,Xia Young,GA,State Senate,1,D,1\n",
    NULL,
    "wes",
    "office:state",
    {
        PAYLOAD(AP, 1, SURE("5", "won") OTHER),
        PAYLOAD(AP, 2, SURE("5", "won") SURE("6", "won") OTHER),
        DESK(3, "match accept", "wes", "6"),
        DESK(4, "match reject", "wes", "6"),
        TICK(10),
    },
    0,
    {{0}},
};

#define VAGUE(id)                                                                                  \
    "contest " id "|State House|GA\nchoice 1|Wes Wolf|D\nchoice 2|Xia Young|R\ntotal 4 3\n"

static struct kind matches = {
    "endorsement_id,candidate_name,state,office,district,party,seats_to_fill,aliases\n"
    "wes,Wes Wolf,GA,State House,12,D,1,Wesley Wolf|W. Wolf\n"
    "xia,Xia Yang,GA,State House,14,D,1,\n",
    NULL,
    "wes",
    "office:state",
    {
        PAYLOAD(STATE, 1, VAGUE("5")),
        DESK(2, "match accept", "wes", "state wolf"),
        DESK(3, "match alias", "xia", "state young"),
        DESK(4, "match reject", "wes", ""),
        PAYLOAD(STATE, 5, VAGUE("6")),
        DESK(6, "match undo", "xia", ""),
        DESK(7, "match undo", "wes", ""),
        DESK(8, "match accept", "xia", "state 6 young"),
        PAYLOAD(VOTES, 9, VAGUE("5")),
        TICK(10),
    },
    0,
    {{0}},
};

/* ---- one candidacy in two primaries ---- */

#define PRIMARY(party, jo, ki)                                                                     \
    "contest " party "|" party                                                                     \
    " Magisterial District Judge|PA|Elk ; stated\nchoice 1|Jo Jett|" party " ; " jo                \
    "\nchoice 2|Ki Knox|" party " ; " ki "\ntotal 90 89\n"

static struct kind crossed = {
    "endorsement_id,candidate_name,state,office,jurisdiction,county,race_id,seats_to_fill,"
    "election_type\n"
    "jo,Jo Jett,PA,Magisterial District Judge,,Elk,judge,1,primary\n"
    "ki,Ki Knox,PA,Magisterial District Judge,,Elk,judge,1,primary\n",
    NULL,
    "jo",
    "state:PA",
    {
        PAYLOAD(AP, 1, PRIMARY("DEM", "won", "") PRIMARY("REP", "", "won")),
        PAYLOAD(AP, 2, PRIMARY("DEM", "", "won") PRIMARY("REP", "", "won")),
        SAME(AP, 4, 1), /* jo is out in both */
        PAYLOAD(AP, 5, PRIMARY("DEM", "won", "") PRIMARY("REP", "", "won")),
        /* two more claims, so that the room for jo's ends where one line is out no more */
        DESK(6, "call", "jo", "lost"),
        DESK(6, "uncall", "jo", ""),
        DESK(6, "release", "judge", ""),
        SAME(AP, 7, 3), /* and is not */
        PAYLOAD(STATE, 10, "facts status=3\n" PRIMARY("DEM", "won", "") PRIMARY("REP", "", "won")),
        PAYLOAD(STATE, 12, "facts status=3\n" PRIMARY("DEM", "", "won") PRIMARY("REP", "", "won")),
        SAME(STATE, 14, 9), /* advice */
        TICK(20),
    },
    0,
    {{0}},
};

/* ---- playing ---- */

/* Every count adds up, whatever is missing. */
static void check(const struct night *n)
{
    struct tally all = {0};

    tally_all(&all, core_model(n->core), NULL);
    const int64_t *c = all.n;
    assert_int_equal(c[TALLY_ENDORSED],
                     c[TALLY_WON] + c[TALLY_LOST] + c[TALLY_ADVANCED] + c[TALLY_PENDING]);
    assert_true(tally_same(&all, core_tally(n->core)));
}

static struct decision decision_of(const struct step *s)
{
    return (struct decision){.verb = slice_of(s->text),
                             .target = slice_of(s->target),
                             .argument = slice_of(s->argument),
                             .reason = SLICE("r"),
                             .url = SLICE("u"),
                             .by = SLICE("maria")};
}

static struct event event_of(const struct kind *k, size_t i)
{
    const struct step *s = &k->steps[i];
    struct event ev = {.type = s->type,
                       .source = s->source,
                       .file = s->file,
                       .batch = &k->batch[i],
                       .digest = {(s->type == EVENT_UNCHANGED ? s->same : i) + 1, s->source},
                       .verdict = VERDICT_SYNTAX,
                       .text = SLICE("line 1: no JSON"),
                       .received_ms = NIGHT_AT(s->minute)};

    if (s->type == EVENT_DECISION)
        ev.decision = decision_of(s);
    return ev;
}

static void ask(struct night *n, const struct kind *k)
{
    struct slice filter = slice_of(k->filter);
    struct err e;
    struct buf out;
    const struct model *m = core_model(n->core);

    buf_init(&out, 1 << 20);
    (void)!documents_explain(m, core_tally(n->core), slice_of(k->asked), NIGHT_AT(41), &out, &e);
    (void)!documents_races(m, &filter, 1, true, &out, &e);
    documents_matches(m, &out);
    buf_done(&out);
}

/* One night; what is refused is refused. */
static void play(void *of)
{
    const struct kind *k = of;
    struct night n;
    struct err e;

    memset(&n, 0, sizeof n);
    refusing_begin();
    night_open(&n, k->list); /* with memory: the list is the test's own */
    core_free(n.core);
    n.core = NULL;
    effects_done(&n.out);
    if (k->settings)
        k->settings(&n);
    armed = true;
    bool ok = effects_init(&n.out, &e) && core_new(&n.s, &n.list, &n.core, &e);
    for (size_t i = 0; ok && i < k->count; i++) {
        struct event ev = event_of(k, i);
        core_apply(n.core, &ev, NIGHT_AT(k->steps[i].minute), &n.out);
        armed = false;
        check(&n);
        if (heap_fails_at == SIZE_MAX && arena_chosen == SIZE_MAX && n.out.err.kind != ERR_NONE)
            fail_msg("step %zu: %s", i, n.out.err.text);
        armed = true;
    }
    if (ok) {
        core_snapshot(n.core, NIGHT_AT(41), &n.out);
        ask(&n, k);
    }
    armed = false;
    night_close(&n);
}

static void test_memory_ends(void **state)
{
    struct kind *k = *state;
    struct arena *a = arena_new((size_t)64 << 20);

    for (k->count = 0; k->count < STEPS; k->count++) {
        const struct step *s = &k->steps[k->count];
        if (!s->text && !s->minute && s->type == EVENT_BATCH)
            break;
        if (s->type == EVENT_BATCH)
            k->batch[k->count] = batch_of(a, s->text);
    }
    size_t plays = refusing_everywhere(play, k);
    print_message("%zu steps, %zu plays\n", k->count, plays);
    assert_true(plays > 100);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        {"calls", test_memory_ends, NULL, NULL, &calls},
        {"desk", test_memory_ends, NULL, NULL, &desk},
        {"guards", test_memory_ends, NULL, NULL, &guards},
        {"sums", test_memory_ends, NULL, NULL, &sums},
        {"matches", test_memory_ends, NULL, NULL, &matches},
        {"unmatched", test_memory_ends, NULL, NULL, &unmatched},
        {"rulings", test_memory_ends, NULL, NULL, &rulings},
        {"crossed", test_memory_ends, NULL, NULL, &crossed},
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
