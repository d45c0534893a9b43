/* SPDX-License-Identifier: ISC */
/* The table, and what is read out of it. */
#include "daemon/core/commands.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "daemon/base/text.h"
#include "daemon/core/endorsement.h"
#include "daemon/core/labels.h"
#include "daemon/core/site.h"

const char command_decides[] = "--reason TEXT [--yes|--dry-run]";

const struct command commands[] = {
    {"status", "", "is it well: election, mode, epoch, sources, Redis, HTTP port", COMMAND_ROWS},
    {"totals", "[--by state|office|tag]", "every count of the night", COMMAND_ROWS},
    {"races", "[FILTER...]", "races with their figures and outcomes", COMMAND_ROWS},
    {"statement", "[--style short|long|slack]", "the sentence for the press", COMMAND_TEXT},
    {"calls", "", "every call and retraction, the latest first", COMMAND_ROWS},
    {"show", "ENDORSEMENT|RACE", "a race, with each line of its figures", COMMAND_ROWS},
    {"tail", "[COUNT] [-f]", "the last calls and retractions; -f: and those that come",
     COMMAND_TEXT},
    {"watch", "", "the board of the night, live; without a terminal, a line for each change",
     COMMAND_SCREEN},
    {"todo", "", "what is still to be called: what is in, margin, why nobody has", COMMAND_ROWS},
    {"explain", "ENDORSEMENT|RACE|count:NAME",
     "from a feed's row to the total, step by step; of a count, who makes it up", COMMAND_TEXT},
    {"decisions", "", "all that the desk decided, the latest first: by whom and why", COMMAND_ROWS},
    {"coverage", "", "each endorsement: matched, in review, or in no feed yet", COMMAND_ROWS},
    {"match list", "", "lines of feeds that wait for a decision, and why", COMMAND_ROWS},
    {"match review", "[--reason TEXT]", "decide one line after the other, a key each",
     COMMAND_SCREEN},
    {"match decisions", "", "what was decided about matches, and whether it stands", COMMAND_ROWS},
    {"match accept", "ENDORSEMENT [WORD...]", "this line is the endorsement's", COMMAND_DECIDES},
    {"match reject", "ENDORSEMENT [WORD...]", "this line is not", COMMAND_DECIDES},
    {"match alias", "ENDORSEMENT [WORD...]", "the line's name is one of theirs", COMMAND_DECIDES},
    {"match join", "RACE NAME... = OTHER...", "two names of the race are one opponent's",
     COMMAND_DECIDES},
    {"match undo", "ENDORSEMENT|RACE [WORD...]", "take such a decision back", COMMAND_DECIDES},
    {"source list", "", "each file of each source: state, age, verdict", COMMAND_ROWS},
    {"source held", "[SOURCE]", "each figure that is held: on air, what waits, why, until what",
     COMMAND_ROWS},
    {"source test", "SOURCE|URL|FILE [-f FORMAT] [KEY=VALUE...]",
     "try it now: what is found, whose lines, what would be published; publishes nothing",
     COMMAND_ROWS},
    {"source poll", "SOURCE", "poll it now, and not when its time comes", COMMAND_TEXT},
    {"source pause", "SOURCE", "poll it no more; other sources take its place", COMMAND_DECIDES},
    {"source resume", "SOURCE", "poll it again", COMMAND_DECIDES},
    {"source accept", "SOURCE [CONTEST...]", "what is held goes on air, as a correction",
     COMMAND_DECIDES},
    {"source reject", "SOURCE [CONTEST...]", "what is held is dropped", COMMAND_DECIDES},
    {"source pin", "RACE SOURCE", "the race's figures come from this source", COMMAND_DECIDES},
    {"source unpin", "RACE", "... and from the best one again", COMMAND_DECIDES},
    {"record", "[SOURCE]", "what the archive got of each file: how much, the last payload's place",
     COMMAND_ROWS},
    {"replay", "", "how far a replay (tallyd --replay) is", COMMAND_ROWS},
    {"call", "ENDORSEMENT won|lost|advanced", "the desk's own call; many: call --from FILE.csv",
     COMMAND_DECIDES},
    {"uncall", "ENDORSEMENT", "take a call back, and freeze its race", COMMAND_DECIDES},
    {"freeze", "[RACE]", "feeds call nothing new, in a race or anywhere", COMMAND_DECIDES},
    {"release", "[RACE]", "end a freeze; a race: drop all of the desk's calls in it",
     COMMAND_DECIDES},
    {"mark", "RACE recount|tie|contested|certified|under_review|void [off]",
     "what only people know of a race", COMMAND_DECIDES},
    {"endorse check", "FILE [COLUMN=NAME...]",
     "a list before it is used: every problem of it, and what it holds", COMMAND_OWN},
    {"endorse status",
     "ENDORSEMENT active|write_in|unopposed|elected_unopposed|withdrawn|disqualified|not_on_ballot|"
     "postponed",
     "who counts", COMMAND_DECIDES},
    {"polls", "PLACE|RACE TIME", "move the time at which polls close", COMMAND_DECIDES},
    {"config check", "", "what a reload would say of the files as they are; nothing is taken",
     COMMAND_TEXT},
    {"config dump", "", "the configuration that runs, with where each value is from", COMMAND_TEXT},
    {"reload", "[sources] [--wait]",
     "read configuration and list again, or sources only: all or nothing", COMMAND_TEXT},
    {"takeover", "", "the standby serves from now on; the active one stands by", COMMAND_DECIDES},
    {"export", "--site DIR [--every TIME]", "a static copy of all that HTTP shows, for a CDN",
     COMMAND_OWN},
    {"help", "[COMMAND...|terms]", "this list, one command, or what the words mean", COMMAND_OWN},
    {"completion", "bash|zsh|fish", "a script by which a shell completes all of this", COMMAND_OWN},
    {NULL, NULL, NULL, COMMAND_OWN},
};

const struct command *command_named(struct slice words)
{
    for (const struct command *c = commands; c->words; c++)
        if (slice_is(words, c->words))
            return c;
    return NULL;
}

const struct command *command_find(int argc, char *const *argv, int *taken)
{
    char room[64];
    struct buf words;

    buf_init_over(&words, room, sizeof room);
    for (*taken = 1; *taken <= 2 && *taken <= argc; (*taken)++) {
        buf_addf(&words, "%s%s", *taken > 1 ? " " : "", argv[*taken - 1]);
        const struct command *c = words.failed ? NULL : command_named(buf_slice(&words));
        if (c)
            return c;
    }
    return NULL;
}

const char *command_nearest(int argc, char *const *argv)
{
    const char *names[sizeof commands / sizeof commands[0]], *near = NULL;
    char room[64];
    struct buf both;
    size_t n = 0;

    for (const struct command *c = commands; c->words; c++)
        names[n++] = c->words;
    buf_init_over(&both, room, sizeof room);
    if (argc > 1)
        buf_addf(&both, "%s %s", argv[0], argv[1]);
    if (both.len > 0 && !both.failed)
        near = text_did_you_mean(buf_slice(&both), names, n);
    return near ? near : text_did_you_mean(slice_of(argv[0]), names, n);
}

void command_arity(const struct command *c, size_t *least, size_t *most)
{
    struct slice rest = slice_of(c->usage), word;

    *least = *most = 0;
    while (slice_next(&rest, ' ', &word)) {
        bool option = slice_find(word, SLICE("...")) != SIZE_MAX;
        *least += word.ptr[0] != '[';
        *most = option || *most == SIZE_MAX ? SIZE_MAX : *most + 1;
    }
}

void commands_list(struct slice word, struct buf *out)
{
    enum { COLUMN = 41 };

    for (const struct command *c = commands; c->words; c++) {
        struct slice words = slice_of(c->words), first;
        slice_next(&words, ' ', &first);
        if (word.len > 0 && !slice_eq(first, word))
            continue;
        size_t from = out->len;
        buf_addf(out, "  %-15s %s", c->words, c->usage);
        if (out->len - from > COLUMN - 1) {
            buf_addc(out, '\n');
            from = out->len;
        }
        buf_addf(out, "%*s %s\n", (int)(COLUMN - (out->len - from)), "", c->about);
    }
}
