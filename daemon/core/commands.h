/* SPDX-License-Identifier: ISC */
/* The one table of tallyctl's commands: what --help, tallyctl(1)'s list, completion, and the
 * daemon's answer to wrong words are made of; and the words by which tallyctl and the daemon show a
 * person what a decision would do before it is taken. Pure. */
#ifndef TALLYD_CORE_COMMANDS_H
#define TALLYD_CORE_COMMANDS_H

#include <stddef.h>

#include "daemon/base/buf.h"

enum command_kind {
    COMMAND_TEXT,    /* answers text as it is */
    COMMAND_ROWS,    /* answers rows */
    COMMAND_PIECES,  /* prints pieces until interrupted */
    COMMAND_DECIDES, /* changes what is published: shows what, and asks */
    COMMAND_SCREEN,  /* takes the whole terminal */
    COMMAND_OWN,     /* tallyctl's own: the daemon knows nothing of it */
};

struct command {
    const char *words; /* as typed: one word or two */
    /* Its arguments, a word each: capitals stand for something, small letters for themselves,
     * [in brackets] they may be left out, "..." may be more. Of those that decide without what all
     * of them take, command_decides. */
    const char *usage;
    const char *about;
    enum command_kind kind;
};
extern const struct command commands[]; /* ended by words NULL */
extern const char command_decides[];

/* The command that argv begins with, and how many words it takes; NULL: none. */
const struct command *command_find(int argc, char *const *argv, int *taken);
/* The one of these words; NULL: none. */
const struct command *command_named(struct slice words);
/* The one most like the first words, of which there is one at least, that are none; NULL: none is.
 */
const char *command_nearest(int argc, char *const *argv);

/* How many words it takes, by its usage; *most SIZE_MAX: any number. */
void command_arity(const struct command *c, size_t *least, size_t *most);

/* A line a command of this first word; of the empty one, of all. */
void commands_list(struct slice first, struct buf *out);
/* Flags of tallyctl's own behind the words of what decides: what would be done, with the line
 * COMMAND_PREVIEWED and its fingerprint behind it; and, with that fingerprint, that a person has
 * answered yes to it: where it would no longer do what was shown, nothing is done. */
#define COMMAND_PREVIEW "--preview"
#define COMMAND_CONFIRMED "--confirmed="
/* The last line of a preview: this, and its fingerprint. */
#define COMMAND_PREVIEWED "preview  "

/* tallyctl's own verb for `call --from`. Its words: the file's name, how (below), the preview's
 * fingerprint or nothing, and the rows, parted by 0x1d, the words of each by 0x1e: its line in the
 * file, and what would be typed behind `call`. */
#define JOINT_VERB "call --from"
#define JOINT_SHOW "show"           /* what it would do */
#define JOINT_CONFIRMED "confirmed" /* a person has seen that, and it is done if it is so still */
#define JOINT_DO "do"               /* nobody looks: ids are to be whole */

#endif
