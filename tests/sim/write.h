/* SPDX-License-Identifier: ISC */
/* An invented night's figures in the wire formats of real feeds, by template. */
#ifndef TALLYD_SIM_WRITE_H
#define TALLYD_SIM_WRITE_H

#include "daemon/base/buf.h"
#include "tests/sim/generate.h"
#include "tests/sim/template.h"

#define WRITE_NONE SIZE_MAX
#define WRITE_ELECTION "105371" /* the county's own, where a state lists its counties' */
#define WRITE_VERSION 310000    /* of a feed at the beginning of the day */

/* What is in hand: WRITE_NONE and NULL where nothing is. */
struct write_scope {
    const struct generate_contest *g;
    size_t contest; /* its place among the feed's */
    size_t county;  /* among the feed's */
    size_t unit;    /* of the contest, or of every contest that has so many */
    size_t choice, type, party;
};
#define WRITE_SCOPE_NONE                                                                           \
    ((struct write_scope){NULL, WRITE_NONE, WRITE_NONE, WRITE_NONE, WRITE_NONE, WRITE_NONE,        \
                          WRITE_NONE})

/* A payload in the making. */
struct write {
    const struct generate *night;
    const struct scenario_feed *feed;
    const struct template *template;
    int64_t t;
    int64_t since;     /* what was asked for: what has changed since then; WHEN_UNKNOWN: all */
    struct slice site; /* the address that the feed's path is below */
    const struct generate_contest **contests; /* the feed's */
    struct slice *titles;
    size_t contest_count;
    struct slice *counties; /* of those */
    size_t county_count;
    struct write_scope scope;
    size_t line;  /* that is being written, from 1 */
    bool *listed; /* has ${comma} been here in this loop? */
    struct buf *out;
};

/* Get ready to write what `feed` says at `t`; the lists come from the arena. */
bool write_begin(struct write *w, const struct generate *night, size_t feed, struct arena *a);

/* What the feed has at `t`: its own file, or a companion. */
void write_payload(struct write *w, const struct template *what, int64_t t, struct buf *out);

/* Where below the feed's own address that is, "{version}" where a version stands and "{election}"
 * where a county's election does: as in a url of the configuration. */
void write_path(struct write *w, struct buf *out);

/* The version that says what the feed says at `t`. */
int64_t write_version(const struct write *w, int64_t t);

/* One file as a zip archive. */
void write_zip(struct slice name, struct slice content, struct buf *out);

/* Where in the contest's own list the feed's county stands; WRITE_NONE: it takes no part. */
size_t write_county_at(const struct write *w, const struct scenario_contest *c, size_t county);

/* Has the contest the county and the precinct that are in hand? */
bool write_has_place(const struct write *w, const struct write_scope *s,
                     const struct generate_contest *g);

/* ---- what programs are made of: numbers.c, words.c, loops.c, modify.c ---- */

struct field {
    const char *name;
    struct slice (*text)(const struct write *w, const struct write_scope *s);
    int64_t (*number)(const struct write *w, const struct write_scope *s);
};
extern const struct field write_numbers[], write_words[]; /* ended by one without a name */
const struct field *field_find(struct slice name);

struct loop {
    const char *name;
    /* Put the next one in hand; *at counts them from 0. False: no more. */
    bool (*next)(struct write *w, size_t *at);
};
const struct loop *loop_find(struct slice name);

struct modifier {
    const char *name;
    void (*apply)(const struct write *w, struct slice in, struct slice argument, struct buf *out);
};
const struct modifier *modifier_find(struct slice name);

#endif
