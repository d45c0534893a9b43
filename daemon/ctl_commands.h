/* SPDX-License-Identifier: ISC */
/* The one table of tallyctl's commands: what --help, tallyctl(1)'s list, completion, and the
 * daemon's answer to wrong words are made of. Pure. */
#ifndef TALLYD_CTL_COMMANDS_H
#define TALLYD_CTL_COMMANDS_H

#include <stddef.h>

#include "daemon/base/buf.h"

enum ctl_kind {
    CTL_TEXT,    /* answers text as it is */
    CTL_ROWS,    /* answers rows */
    CTL_PIECES,  /* prints pieces until interrupted */
    CTL_DECIDES, /* changes what is published: shows what, and asks */
    CTL_SCREEN,  /* takes the whole terminal */
    CTL_OWN,     /* tallyctl's own: the daemon knows nothing of it */
};

struct ctl_command {
    const char *words; /* as typed: one word or two */
    /* Its arguments, a word each: capitals stand for something, small letters for themselves,
     * [in brackets] they may be left out, "..." may be more. Of those that decide without what all
     * of them take, ctl_decides. */
    const char *usage;
    const char *about;
    enum ctl_kind kind;
};
extern const struct ctl_command ctl_commands[]; /* ended by words NULL */
extern const char ctl_decides[];

/* The command that argv begins with, and how many words it takes; NULL: none. */
const struct ctl_command *ctl_command_find(int argc, char *const *argv, int *taken);
/* The one of these words; NULL: none. */
const struct ctl_command *ctl_command_named(struct slice words);
/* The one most like the first words, of which there is one at least, that are none; NULL: none is.
 */
const char *ctl_command_nearest(int argc, char *const *argv);

/* How many words it takes, by its usage; *most SIZE_MAX: any number. */
void ctl_command_arity(const struct ctl_command *c, size_t *least, size_t *most);

/* A line a command of this first word; of the empty one, of all. */
void ctl_commands_list(struct slice first, struct buf *out);
/* A script for a shell: "bash", "zsh" or "fish". False: no such shell. */
bool ctl_completion(struct slice shell, struct buf *out);

#endif
