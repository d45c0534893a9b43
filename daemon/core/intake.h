/* SPDX-License-Identifier: ISC */
/* A payload laid against what its source said before: which contest is which, whose votes come
 * before their polls close, which places are loaded twice. Changes nothing yet. */
#ifndef TALLYD_CORE_INTAKE_H
#define TALLYD_CORE_INTAKE_H

#include "daemon/core/event.h"
#include "daemon/core/guard.h"
#include "daemon/core/model.h"
#include "daemon/core/report.h"

enum ruling { RULING_NONE, RULING_ACCEPTED, RULING_REJECTED };

struct intake_place { /* a reporting unit over all contests of the payload */
    uint32_t judged, twice;
};

struct intake_contest {
    const struct results_contest *in;
    struct feed_contest *c;      /* NULL: not seen before */
    struct feed_choice *choices; /* in->choices of them, learned names filled in; text borrowed from
                                    the batch. NULL, and no map: not laid yet, for it is settled */
    uint32_t *map;               /* each one's index in c; NONE: new there */
    bool recalled;               /* names are looked up that the payload does not have */
    struct guard_roster roster;
    bool early;                  /* votes in its total before its polls close */
    bool older;                  /* the contest of a newer payload, older by its own time */
    bool theirs;                 /* another file of the source has the newer figures */
    bool swapped;                /* columns of some unit are: all of the contest waits */
    bool registers_on_day;       /* its state has registration on the day */
    bool settled;                /* word for word what was taken before: nothing is to be judged */
    bool *same;                  /* per unit: what is on air, with nothing wrong; NULL: none is */
    enum ruling ruling;          /* what the desk said of it in these bytes */
    bool votes;                  /* there are votes other than zero */
    int64_t first_close;         /* of its places that count; WHEN_NEVER: all have closed */
    int64_t last_close;          /* WHEN_UNKNOWN: likewise */
    struct intake_place **twice; /* per unit: where it is loaded twice; NULL: nowhere */
};

struct intake {
    struct model *m;
    struct feed *feed;
    const struct event *event;
    const struct results *batch;
    struct arena *scratch;
    int64_t now_ms, own_ms, date;    /* own_ms: WHEN_UNKNOWN where it does not order */
    enum feed_day day;               /* whence the date is known */
    struct intake_contest *contests; /* batch->head->contests of them */
    int64_t first_close; /* of the places the payload covers; WHEN_NEVER: all have closed */
    int64_t next_close;  /* of those not closed yet, after now; WHEN_NEVER */
    bool votes;          /* there are votes other than zero */
    bool early;          /* some of them before their polls close */
    enum ruling all;     /* the desk's, of the whole payload */
};

/* The caller sets m, feed, event, batch, scratch, now_ms, own_ms, date, day. */
bool intake_fill(struct intake *p, struct err *e) MUST_USE;

/* Lay the contest's choices against those on air, where that was not done. */
bool intake_lay(const struct intake *p, struct intake_contest *pc, struct err *e) MUST_USE;

/* The figures of unit `u` of the payload in the order of the contest's choices. A choice the
 * payload does not have keeps what `was` says. */
void intake_figures(const struct intake *p, const struct intake_contest *pc, uint32_t u,
                    const int64_t *was, int64_t *is);

/* Is unit `u`, counted from 0 in both, what is on air, in every figure, and was it judged to be in
 * order by all that it would be judged by now, but for the clock? */
bool intake_is_same(const struct intake_contest *pc, uint32_t u);

/* The unit of the contest that this one of the payload is; NONE. */
uint32_t intake_unit(const struct intake *p, const struct feed_contest *c,
                     const struct results_unit *unit, uint32_t guess);

/* The state a contest of the payload is in; empty: not known. */
struct slice intake_state(const struct intake *p, const struct results_contest *in);

/* The close of one unit of a contest. */
int64_t intake_close(const struct intake *p, const struct results_contest *in,
                     const struct results_unit *unit);

/* Is this unit's place loaded twice, in this contest and in at least half of those it could be told
 * of? */
bool intake_is_twice(const struct intake_contest *pc, uint32_t u);

/* What the desk ruled of this payload (`contest` empty), or of one contest of it. */
enum ruling intake_ruling(const struct feed *f, uint32_t file, struct digest digest,
                          struct slice contest, struct arena *scratch);
struct slice intake_ruling_key(uint32_t file, struct digest digest, struct slice contest,
                               struct arena *a);

/* The key under which a payload has a contest. */
struct slice intake_payload_key(const struct intake *p, const struct results_contest *in);

/* "county\x1fid\x1ftext"; what names are learned under. ptr NULL when the arena is full. */
struct slice intake_contest_key(struct slice county, struct slice id, struct slice text,
                                struct arena *a);
struct slice intake_learned_contest(struct slice county, struct slice id, struct arena *a);
struct slice intake_learned_key(struct slice contest, struct slice choice, struct arena *a);

#endif
