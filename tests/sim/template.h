/* SPDX-License-Identifier: ISC */
/* Formats of feeds as text: a file of tests/sim/formats is what a site serves, with places for what
 * the night says.
 *
 * ${FIELD|MODIFIER|...} is such a place: numbers.c and words.c name the fields, modify.c the
 * modifiers. A line that begins with % (behind blanks or not) is not served but says:
 *
 *   %for contest | county | precinct | choice | choice by votes | type | party
 *       up to its %end. Loops nest in any order: counties in a contest are those of the contest,
 *       contests in a county those of the county. Without a choice, a county or a type in hand, a
 *       figure is of all of them.
 *   %if FIELD|MODIFIER...
 *       up to its %else or %end: not empty, and not 0
 *   %do MODIFIER|MODIFIER...
 *       the modifiers over all that is up to its %end
 *   %# a comment
 *
 * A line that ends in \ goes on in the next line that is served, whose first blanks do not count.
 *
 * At the top of the file, of the feed itself:
 *
 *   %format NAME             what tally-parse calls it
 *   %path PATH               its address below the feed's; {version} where a site has versions
 *   %zip MEMBER PATH         where it is when the feed says zip=yes
 *   %type MEDIA-TYPE
 *   %priority N              of the [source]
 *   %companion KEY TEMPLATE PATH [early]    another file of the same feed; early: its figures are
 *       those of before the first vote
 *   %counties TEMPLATE PATH  the state's list of its counties' versions, when the feed says
 *       counties=yes
 *   %title TEXT              what it calls a contest, where that is not the scenario's title
 *   %untitled                its contests have no titles
 *   %all                     it has every race that AP counts
 */
#ifndef TALLYD_SIM_TEMPLATE_H
#define TALLYD_SIM_TEMPLATE_H

#include <stdint.h>

#include "daemon/base/arena.h"
#include "daemon/base/buf.h"
#include "daemon/base/err.h"

#define TEMPLATE_COMPANIONS_MAX 2
#define TEMPLATE_STEPS_MAX 6

struct modifier;
struct field;
struct loop;

struct template_step {
    const struct modifier *how;
    struct slice argument;
};

enum template_kind {
    TEMPLATE_TEXT,
    TEMPLATE_FIELD,
    TEMPLATE_FOR,
    TEMPLATE_IF,
    TEMPLATE_DO,
    TEMPLATE_ELSE,
    TEMPLATE_END
};

struct template_node {
    enum template_kind kind;
    struct slice text;         /* TEXT */
    const struct field *field; /* FIELD, IF */
    const struct loop *loop;   /* FOR */
    struct template_step steps[TEMPLATE_STEPS_MAX];
    size_t step_count;
    size_t next; /* FOR, IF, DO, ELSE: where its ELSE or END stands */
};

struct template_program {
    struct template_node *nodes;
    size_t count;
};

struct template_companion {
    struct slice key, path;
    struct slice name;           /* of the template */
    const struct template *what; /* the template */
    bool early;
};

struct template
{
    struct slice name; /* of the file, without .tmpl */
    struct slice format, type, zip_member;
    int64_t priority;
    struct template_program path, zip_path, title, body; /* title: none when count is 0 */
    struct template_companion companions[TEMPLATE_COMPANIONS_MAX], counties;
    size_t companion_count;
    bool all, untitled;
};

struct templates {
    struct template *list;
    size_t count;
};

/* Every *.tmpl of the folder, sorted by name; all of it lives in the arena. A fault is named by
 * file and line. */
bool templates_load(const char *folder, struct arena *a, struct templates *out,
                    struct err *e) MUST_USE;
const struct template *templates_find(const struct templates *t, struct slice name);

#endif
