/* SPDX-License-Identifier: ISC */
/* An invented night's figures in the wire formats of real feeds, by template. */
#ifndef TALLYD_SIM_WRITE_H
#define TALLYD_SIM_WRITE_H

#include "daemon/base/buf.h"
#include "tests/sim/generate.h"
#include "tests/sim/template.h"

#define WRITE_NONE SIZE_MAX

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

/* Where below the feed's own address that is, "{version}" where a version stands: as in a url of
 * the configuration. */
void write_path(struct write *w, struct buf *out);

/* One file as a zip archive. */
void write_zip(struct slice name, struct slice content, struct buf *out);

/* ---- what programs are made of: fields.c, modify.c ---- */

struct field {
    const char *name;
    struct slice (*text)(const struct write *w, const struct write_scope *s);
    int64_t (*number)(const struct write *w, const struct write_scope *s);
};
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
