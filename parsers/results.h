/* SPDX-License-Identifier: ISC */
/* The batch: one payload's contests, choices, reporting units and votes, flat in memory, ready to
 * be handed from tally-parse to tallyd.
 *
 * Layout: one block of bytes. A header, then arrays of fixed-size records, then one pool of text.
 * Records name text by offset into the pool and other records by index, so that a batch can be
 * checked in full by whoever receives it and used where it lies. Within a contest, votes are a
 * matrix of units by choices; unit 0 is always the contest's total. Native byte order and sizes: a
 * batch never leaves its machine.
 *
 * A batch may come in pieces, while the rest of its payload is still on its way: each is laid out
 * like a batch and goes on where the last one ended, with contests, what they have, and the texts
 * that are new. Indexes and offsets count over all pieces; problems and facts are in the last one.
 *
 * The pool begins with a NUL, and a NUL stands behind each text: the empty text is offset 0, and a
 * text begins behind a NUL and ends at the next one, so that no text is part of another and each is
 * checked once.
 *
 * Terms follow NIST SP 1500-100. All text is clean (base/text.h), at most TEXT_MAX bytes.
 */
#ifndef TALLYD_PARSERS_RESULTS_H
#define TALLYD_PARSERS_RESULTS_H

#include <stdint.h>

#include "daemon/base/arena.h"
#include "daemon/base/err.h"
#include "daemon/base/hash.h"
#include "daemon/base/slice.h"

#define RESULTS_MAGIC UINT32_C(0x74616c31) /* "tal1" */
#define RESULTS_MAX (INT64_C(1) << 30)     /* bytes of a whole batch */

#define RESULTS_VOTES_MAX ((INT64_C(1) << 53) - 1) /* a cell's; what JSON readers count exactly */
#define RESULTS_URL_MAX 2000                       /* next_url's bytes: visible ASCII */

#define VOTES_UNKNOWN INT64_C(-1) /* the feed has the cell and does not say: blank, "*" */
#define VOTES_ABSENT INT64_C(-2)  /* the feed has no such cell */

enum results_unit_type {
    RESULTS_TOTAL,
    RESULTS_COUNTY,
    RESULTS_MUNICIPALITY,
    RESULTS_PRECINCT,
    RESULTS_UNIT_TYPES
};

enum results_mark { /* what the feed itself says of a choice's fate */
                    RESULTS_UNMARKED,
                    RESULTS_WON,
                    RESULTS_LOST,
                    RESULTS_ADVANCED,
                    RESULTS_MARKS
};

enum results_status { /* of the whole payload, as far as the feed states it */
                      RESULTS_STATUS_UNKNOWN,
                      RESULTS_UNOFFICIAL,
                      RESULTS_COMPLETE,
                      RESULTS_OFFICIAL,
                      RESULTS_CERTIFIED,
                      RESULTS_STATUSES
};

enum results_contest_flag {
    RESULTS_MEASURE = 1,     /* a question, a retention, a recall: yes and no */
    RESULTS_UNCONTESTED = 2, /* the feed says so */
    RESULTS_RANKED = 4,      /* ranked choice */
    RESULTS_MARKS_STATED =
        8, /* this feed's format marks winners in this contest: no mark means "not called" */
};

enum results_choice_flag {
    RESULTS_WRITE_IN = 1,  /* a write-in line, named or aggregate */
    RESULTS_INCUMBENT = 2, /* as the feed marks it */
    RESULTS_NAME_CUT = 4,  /* the name is as long as its field: its end may be missing */
    RESULTS_CHOICE_FLAGS = 7,
};

struct results_text {
    uint32_t off, len; /* into the pool */
};

struct results_contest {
    struct results_text id, text; /* either may be empty, never both */
    struct results_text state,
        county; /* two letters; the county when ids repeat per county. Empty: not stated */
    struct results_text office, district,
        party; /* where the feed has them as fields of their own */
    struct results_text
        election_type;  /* "Runoff", "Special", "Primary": the feed's own words, or empty */
    int64_t updated_ms; /* the contest's own time; WHEN_UNKNOWN */
    int64_t called_ms;  /* when it was called, where the feed says so; WHEN_UNKNOWN */
    int64_t registered, ballots;          /* -1 unknown */
    int32_t votes_allowed, seats, places; /* -1 unknown. places: how many go on to a next round */
    uint32_t flags;
    uint32_t first_choice, choices; /* into the choices; choices >= 1 */
    uint32_t first_unit, units;     /* into the units; units >= 1, the first is RESULTS_TOTAL */
    uint32_t first_cell, reserved;  /* into the cells: units x choices of them, unit by unit */
    /* results_digest of it. The payload's own word, as all of it is: it may say what it said before
     * and mean it, and is not believed about what it is taken for later. */
    struct digest digest;
};

struct results_choice {
    struct results_text id, name,
        party; /* id or name is there; name is empty in feeds of ids only */
    uint32_t flags;
    uint32_t mark; /* enum results_mark */
};

struct results_unit {
    struct results_text id, name; /* FIPS or the feed's own id; both empty for the total */
    int64_t registered, ballots;  /* -1 unknown */
    int32_t reporting, total;     /* units (precincts mostly) in, of how many; -1 unknown */
    uint32_t type;                /* enum results_unit_type */
    uint32_t reserved;
};

struct results_cell {
    int64_t votes;    /* >= 0, VOTES_UNKNOWN or VOTES_ABSENT; a total is never ABSENT */
    uint32_t derived; /* 1: summed by us from the contest's units; never a precinct's */
    uint32_t reserved;
};

/* A contest that could not be read and is left out of the batch. */
struct results_problem {
    struct results_text contest_id, contest_text, contest_county;
    struct results_text why; /* line and field named */
};

struct results_header {
    uint32_t magic, bytes; /* bytes: of the whole batch */
    uint32_t contests, choices, units, cells, problems, pool;
    /* facts about the payload */
    int64_t own_time_ms;          /* the feed's own time; WHEN_UNKNOWN */
    struct results_text version;  /* of a pointer file, or stated inside the payload */
    struct results_text next_url; /* where a delta feed says to ask next */
    struct results_text election_date, election_name; /* ISO date; either may be empty */
    uint32_t status;                                  /* enum results_status */
    int32_t test;   /* 1 test data, 0 says it is real, -1 says nothing */
    uint32_t delta; /* 1: only what changed since the last; 0: complete */
    uint32_t piece; /* 0: it is the whole batch; else 1, 2 ... */
};

/* A checked batch: the arrays as pointers into its bytes. Borrowed: lives as long as the bytes do.
 */
struct results {
    const struct results_header *head;
    const struct results_contest *contests;
    const struct results_choice *choices;
    const struct results_unit *units;
    const struct results_cell *cells;
    const struct results_problem *problems;
    const char *pool;
};

/* Check every count, index, offset, enumeration, text and vote of the bytes and make them readable.
 * Nothing in a batch that passed needs checking again. On failure *out is untouched and *e says
 * which record is wrong. */
bool results_open(struct slice bytes, struct results *out, struct err *e) MUST_USE;

/* A batch that comes in pieces: what has come of it, copied and checked. */
struct results_pieces;
struct results_pieces *results_pieces_new(void);    /* NULL: memory is out */
void results_pieces_free(struct results_pieces *p); /* accepts NULL */
/* The next piece, checked as results_open checks a batch. After a failure (ERR_DATA says which
 * record is wrong, ERR_AGAIN that memory is out) none of it is any good. */
bool results_pieces_add(struct results_pieces *p, struct slice piece, struct err *e) MUST_USE;
/* All that came, as a batch, with the facts of the last piece; borrowed until the next is added.
 * Its head's `bytes` is what it would take as one block. */
void results_pieces_open(const struct results_pieces *p, struct results *out);

/* Of all that is said of the contest whose choices, units and cells these are, wherever it lies:
 * the same only where the same is said. Each text of the pool begins at a multiple of RESULTS_WORD;
 * its hash64 is at that place of `hashes`, where somebody has them; else NULL. */
#define RESULTS_WORD 8
struct results_words {
    const char *pool;
    const uint64_t *hashes;
};
struct digest results_digest(const struct results_words *w, const struct results_contest *c,
                             const struct results_choice *choices, const struct results_unit *units,
                             const struct results_cell *cells);

/* The batch as one block, head->bytes long, at `into`, which is aligned to 8. */
void results_copy(const struct results *r, char *into);

static inline struct slice results_text(const struct results *r, struct results_text t)
{
    return (struct slice){r->pool + t.off, t.len};
}

/* The cell of the contest's `unit` and `choice`, both counted from 0 within the contest. */
static inline const struct results_cell *results_cell(const struct results *r,
                                                      const struct results_contest *c,
                                                      uint32_t unit, uint32_t choice)
{
    return &r->cells[c->first_cell + (uint64_t)unit * c->choices + choice];
}

/* ---- building, in tally-parse only ---- */

struct results_builder;

/* What a driver says of a contest, choice or unit. Text is cleaned and copied; what is not known
 * stays as
 * *_DEFAULT has it. */
struct results_unit_in;
struct results_contest_in {
    struct slice id, text, state, county, office, district, party, election_type;
    int64_t updated_ms, called_ms, registered, ballots;
    int64_t votes_allowed, seats, places;
    uint32_t flags;
    /* The reporting unit this is a part in, for feeds that have a contest county by county and do
     * not say which are one race: parts of one id and text in which the same people stand become
     * one contest with a unit each, and without a county. Others stay a contest a county. NULL: it
     * is no part. */
    const struct results_unit_in *part;
};
struct results_unit_in {
    enum results_unit_type type;
    struct slice id, name;
    int64_t reporting, total, registered, ballots;
    /* The county or municipality, by its index, that this unit is in: it takes part in that one's
     * sum, and its name in the batch becomes "PARENT / NAME". 0: only the total's. */
    uint32_t parent;
    /* The units in this one are all there is of it: where it states votes and they add up to
     * others, the contest is a problem (not compared where a part is unknown). Without it what is
     * stated counts, whatever the parts say: a feed may leave parts out. */
    bool whole;
};
struct results_choice_in {
    struct slice id, name, party;
    uint32_t flags;
    enum results_mark mark;
};
#define RESULTS_CONTEST_DEFAULT                                                                    \
    ((struct results_contest_in){.updated_ms = INT64_MIN,                                          \
                                 .called_ms = INT64_MIN,                                           \
                                 .registered = -1,                                                 \
                                 .ballots = -1,                                                    \
                                 .votes_allowed = -1,                                              \
                                 .seats = -1,                                                      \
                                 .places = -1})
#define RESULTS_UNIT_DEFAULT                                                                       \
    ((struct results_unit_in){.reporting = -1, .total = -1, .registered = -1, .ballots = -1})

/* Everything lives in the payload's arena. */
struct results_builder *results_builder_new(struct arena *a);

/* A new one for the same payload, read again: its batch lies where this one's would, and goes there
 * in pieces as far as that is said. NULL when memory is out. */
struct results_builder *results_builder_again(const struct results_builder *b);

/* Where the finished batch is to lie, in place of the arena: so many bytes, aligned to 8, that
 * nobody else writes to; NULL where there is no room for them. With `room` NULL it is the arena. */
void results_room(struct results_builder *b, void *(*room)(size_t bytes, void *ctx), void *ctx);

/* Hand the batch on in pieces while more is to come. Each lies in a room of its own, and is its
 * receiver's; false: it cannot take it. Where what was handed on does not hold to the end (a
 * contest stands twice and differs), the finished batch is a whole one again, and the pieces mean
 * nothing. */
void results_in_pieces(struct results_builder *b, bool (*piece)(struct slice piece, void *ctx),
                       void *ctx);

/* The driver's calls. A contest is begun, its choices and units are added in any order with its
 * votes, and it ends when the next begins or the batch is finished. Indexes count from 0 within the
 * contest; unit 0 is the total and exists from the start. An id seen twice in a contest gives the
 * same choice (units: by type, id, name and parent). All return false only for a structural reason
 * (memory, caps): *e is set and the whole payload fails. */
bool results_contest_begin(struct results_builder *b, const struct results_contest_in *in,
                           struct err *e) MUST_USE;
/* Find a contest begun earlier by (county, id, text) and go on with it: for feeds that scatter a
 * contest. */
bool results_contest_again(struct results_builder *b, struct slice county, struct slice id,
                           struct slice text);
/* Go on with the contest of this county, id and text, or begin it. Another office, district, party
 * or type of election makes it a problem, for then it is two contests that the feed's ids and texts
 * do not tell apart; how many votes are allowed and seats filled is unknown where the two differ.
 */
bool results_contest_open(struct results_builder *b, const struct results_contest_in *in,
                          struct err *e) MUST_USE;
/* The current contest's number, and going on with the one of a number: for drivers that remember
 * which is which. */
uint32_t results_contest_index(const struct results_builder *b);
void results_contest_at(struct results_builder *b, uint32_t index);
/* All of the current contest was told: nobody goes on with it. Where batches go in pieces it can be
 * handed on; it need not be said, but of all or of none. What goes for the whole payload
 * (precincts, progress, totals: below) was said before. */
bool results_contest_end(struct results_builder *b, struct err *e) MUST_USE;
/* Flags of the current contest that were not known when it began; they add up. */
void results_contest_flags(struct results_builder *b, uint32_t flags);
bool results_choice(struct results_builder *b, const struct results_choice_in *in, uint32_t *index,
                    struct err *e) MUST_USE;
bool results_unit(struct results_builder *b, const struct results_unit_in *in, uint32_t *index,
                  struct err *e) MUST_USE;
/* The contest's units are those of the one begun before it, as they were told, by the same numbers;
 * called before it has any. */
bool results_units_again(struct results_builder *b, struct err *e) MUST_USE;
/* Add votes to a cell (vote types add up). VOTES_UNKNOWN makes the cell unknown for good. Overflow
 * or a negative count is a problem of the contest, not of the payload. */
bool results_votes(struct results_builder *b, uint32_t unit, uint32_t choice, int64_t votes,
                   struct err *e) MUST_USE;
/* The cell's one value: a second, different one is a problem of the contest. */
bool results_votes_once(struct results_builder *b, uint32_t unit, uint32_t choice, int64_t votes,
                        struct err *e) MUST_USE;
/* What the contest's own record says of its total unit. -1 unknown. */
void results_progress(struct results_builder *b, int64_t reporting, int64_t total);

/* The current contest cannot be trusted: it leaves the batch and becomes a problem; the first
 * reason stays. */
void results_contest_bad(struct results_builder *b, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Facts, set through this; text is cleaned at the end. */
struct results_facts {
    int64_t own_time_ms;
    struct slice version, next_url, election_date,
        election_name; /* must live in the arena or longer */
    enum results_status status;
    int test;
    bool delta;
};
struct results_facts *results_facts(struct results_builder *b);

/* Leave the precincts out of the batch; they still count into the sums. */
void results_drop_precincts(struct results_builder *b);

/* For feeds that state how many units are in by county alone: a contest whose total is summed takes
 * over the sum of those as well, where each unit summed states both figures and it states none. */
void results_sum_progress(struct results_builder *b);

/* For feeds whose rows say what unit they are of, where a row that lost its unit looks like one of
 * what holds it: a total stated below what the contest's units add up to is a problem of the
 * contest. With `whole` so is any other total than their sum; with `nested` so is a unit with votes
 * beside coarser ones, for it takes part in no sum. */
void results_check_totals(struct results_builder *b, bool whole, bool nested);

/* Sum the cells no feed row stated: a county's and a municipality's from the units in it, then the
 * total's from the contest's counties, else municipalities, else precincts, stated or summed. Each
 * sum is of the coarsest type that has votes, never mixed (a sum with an unknown part is unknown).
 * Drop bad contests and those without choices, each as a problem; and lay out the batch as one
 * block in the arena. A contest
 * there twice is kept once when both agree, else it is bad. Fails (ERR_DATA) when more than 1 % of
 * the contests were bad (but one may be, of 20 or more), or when nothing is left: a batch without
 * contests is an error, unless it states a version (a pointer) or is a delta. Any other failure is
 * ERR_DENIED: a cap, or memory. */
bool results_finish(struct results_builder *b, struct slice *batch, struct err *e) MUST_USE;

#endif
