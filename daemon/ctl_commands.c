/* SPDX-License-Identifier: ISC */
/* The table, and what is read out of it. */
#include "daemon/ctl_commands.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "daemon/base/text.h"
#include "daemon/core/endorsement.h"
#include "daemon/core/labels.h"
#include "daemon/core/site.h"

const char ctl_decides[] = "--reason TEXT [--yes|--dry-run]";

const struct ctl_command ctl_commands[] = {
    {"status", "", "is it well: election, mode, epoch, sources, Redis, HTTP port", CTL_ROWS},
    {"totals", "[--by state|office|tag]", "every count of the night", CTL_ROWS},
    {"races", "[FILTER...]", "races with their figures and outcomes", CTL_ROWS},
    {"statement", "[--style short|long|slack]", "the sentence for the press", CTL_TEXT},
    {"calls", "", "every call and retraction, the latest first", CTL_ROWS},
    {"show", "ENDORSEMENT|RACE", "a race, with each line of its figures", CTL_ROWS},
    {"tail", "[COUNT] [-f]", "the last calls and retractions; -f: and those that come", CTL_TEXT},
    {"watch", "", "the board of the night, live; without a terminal, a line for each change",
     CTL_SCREEN},
    {"todo", "", "what is still to be called: what is in, margin, why nobody has", CTL_ROWS},
    {"explain", "ENDORSEMENT|RACE|count:NAME",
     "from a feed's row to the total, step by step; of a count, who makes it up", CTL_TEXT},
    {"decisions", "", "all that the desk decided, the latest first: by whom and why", CTL_ROWS},
    {"coverage", "", "each endorsement: matched, in review, or in no feed yet", CTL_ROWS},
    {"match list", "", "lines of feeds that wait for a decision, and why", CTL_ROWS},
    {"match review", "[--reason TEXT]", "decide one line after the other, a key each", CTL_SCREEN},
    {"match decisions", "", "what was decided about matches, and whether it stands", CTL_ROWS},
    {"match accept", "ENDORSEMENT [WORD...]", "this line is the endorsement's", CTL_DECIDES},
    {"match reject", "ENDORSEMENT [WORD...]", "this line is not", CTL_DECIDES},
    {"match alias", "ENDORSEMENT [WORD...]", "the line's name is one of theirs", CTL_DECIDES},
    {"match join", "RACE NAME... = OTHER...", "two names of the race are one opponent's",
     CTL_DECIDES},
    {"match undo", "ENDORSEMENT|RACE [WORD...]", "take such a decision back", CTL_DECIDES},
    {"source list", "", "each file of each source: state, age, verdict", CTL_ROWS},
    {"source held", "[SOURCE]", "each figure that is held: on air, what waits, why, until what",
     CTL_ROWS},
    {"source test", "SOURCE|URL|FILE [-f FORMAT] [KEY=VALUE...]",
     "try it now: what is found, whose lines, what would be published; publishes nothing",
     CTL_ROWS},
    {"source poll", "SOURCE", "poll it now, and not when its time comes", CTL_TEXT},
    {"source pause", "SOURCE", "poll it no more; other sources take its place", CTL_DECIDES},
    {"source resume", "SOURCE", "poll it again", CTL_DECIDES},
    {"source accept", "SOURCE [CONTEST...]", "what is held goes on air, as a correction",
     CTL_DECIDES},
    {"source reject", "SOURCE [CONTEST...]", "what is held is dropped", CTL_DECIDES},
    {"source pin", "RACE SOURCE", "the race's figures come from this source", CTL_DECIDES},
    {"source unpin", "RACE", "... and from the best one again", CTL_DECIDES},
    {"record", "[SOURCE]", "what the archive got of each file: how much, the last payload's place",
     CTL_ROWS},
    {"replay", "", "how far a replay (tallyd --replay) is", CTL_ROWS},
    {"call", "ENDORSEMENT won|lost|advanced", "the desk's own call; many: call --from FILE.csv",
     CTL_DECIDES},
    {"uncall", "ENDORSEMENT", "take a call back, and freeze its race", CTL_DECIDES},
    {"freeze", "[RACE]", "feeds call nothing new, in a race or anywhere", CTL_DECIDES},
    {"release", "[RACE]", "end a freeze; a race: drop all of the desk's calls in it", CTL_DECIDES},
    {"mark", "RACE recount|tie|contested|certified|under_review|void [off]",
     "what only people know of a race", CTL_DECIDES},
    {"endorse check", "FILE [COLUMN=NAME...]",
     "a list before it is used: every problem of it, and what it holds", CTL_OWN},
    {"endorse status",
     "ENDORSEMENT active|write_in|unopposed|elected_unopposed|withdrawn|disqualified|not_on_ballot|"
     "postponed",
     "who counts", CTL_DECIDES},
    {"polls", "PLACE|RACE TIME", "move the time at which polls close", CTL_DECIDES},
    {"config check", "", "what a reload would say of the files as they are; nothing is taken",
     CTL_TEXT},
    {"config dump", "", "the configuration that runs, with where each value is from", CTL_TEXT},
    {"reload", "[sources] [--wait]",
     "read configuration and list again, or sources only: all or nothing", CTL_TEXT},
    {"takeover", "", "the standby serves from now on; the active one stands by", CTL_DECIDES},
    {"export", "--site DIR [--every TIME]", "a static copy of all that HTTP shows, for a CDN",
     CTL_OWN},
    {"help", "[COMMAND...|terms]", "this list, one command, or what the words mean", CTL_OWN},
    {"completion", "bash|zsh|fish", "a script by which a shell completes all of this", CTL_OWN},
    {NULL, NULL, NULL, CTL_OWN},
};

const struct ctl_command *ctl_command_named(struct slice words)
{
    for (const struct ctl_command *c = ctl_commands; c->words; c++)
        if (slice_is(words, c->words))
            return c;
    return NULL;
}

const struct ctl_command *ctl_command_find(int argc, char *const *argv, int *taken)
{
    char room[64];
    struct buf words;

    buf_init_over(&words, room, sizeof room);
    for (*taken = 1; *taken <= 2 && *taken <= argc; (*taken)++) {
        buf_addf(&words, "%s%s", *taken > 1 ? " " : "", argv[*taken - 1]);
        const struct ctl_command *c = words.failed ? NULL : ctl_command_named(buf_slice(&words));
        if (c)
            return c;
    }
    return NULL;
}

const char *ctl_command_nearest(int argc, char *const *argv)
{
    const char *names[sizeof ctl_commands / sizeof ctl_commands[0]], *near = NULL;
    char room[64];
    struct buf both;
    size_t n = 0;

    for (const struct ctl_command *c = ctl_commands; c->words; c++)
        names[n++] = c->words;
    buf_init_over(&both, room, sizeof room);
    if (argc > 1)
        buf_addf(&both, "%s %s", argv[0], argv[1]);
    if (both.len > 0 && !both.failed)
        near = text_did_you_mean(buf_slice(&both), names, n);
    return near ? near : text_did_you_mean(slice_of(argv[0]), names, n);
}

void ctl_command_arity(const struct ctl_command *c, size_t *least, size_t *most)
{
    struct slice rest = slice_of(c->usage), word;

    *least = *most = 0;
    while (slice_next(&rest, ' ', &word)) {
        bool option = slice_find(word, SLICE("...")) != SIZE_MAX;
        *least += word.ptr[0] != '[';
        *most = option || *most == SIZE_MAX ? SIZE_MAX : *most + 1;
    }
}

void ctl_commands_list(struct slice word, struct buf *out)
{
    enum { COLUMN = 41 };

    for (const struct ctl_command *c = ctl_commands; c->words; c++) {
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

/* ---- completion ---- */

#define LETTERS "abcdefghijklmnopqrstuvwxyz_-"

/* A template: '@' is what was typed, '%' what may follow. */
static void fill(const char *template, const char *typed, const char *offers, struct buf *out)
{
    for (const char *at = template; *at; at++)
        if (*at == '@')
            buf_addz(out, typed);
        else if (*at == '%')
            buf_addz(out, offers);
        else
            buf_addc(out, *at);
}

/* The filters of races, with the values that are words. */
static void add_filters(const char *ask, struct buf *out)
{
    for (const struct site_status *w = site_statuses; w->value; w++)
        buf_addf(out, " status:%s", w->value);
    for (uint32_t flag = 1; labels_race_flag(flag); flag <<= 1)
        buf_addf(out, " flag:%s", labels_race_flag(flag));
    for (size_t i = LEVEL_UNKNOWN + 1; i < LEVELS; i++)
        buf_addf(out, " office:%s", endorsement_levels[i]);
    buf_addz(out, " flip:yes flip:no closest: tag:");
    fill(ask, "", "2 races | sort -u | sed 's/^/state:/'", out);
}

/* What a shell offers behind a command: the small words of its usage, options, and what `ask` gets
 * from the daemon: ids of what its capitals stand for. */
static void add_offers(const struct ctl_command *c, const char *ask, struct buf *out)
{
    static const char *const options[] = {
        [CTL_TEXT] = "",   [CTL_ROWS] = " -o",
        [CTL_PIECES] = "", [CTL_DECIDES] = " --reason --yes --dry-run",
        [CTL_OWN] = "",
    };
    static const struct {
        const char *word, *asks;
    } asked[] = {{"ENDORSEMENT", "7 races"}, {"RACE", "1 races"}, {"SOURCE", "1 source list"}};

    for (const char *at = c->usage; *(at += strcspn(at, LETTERS));) {
        size_t n = strspn(at, LETTERS);
        buf_addf(out, " %.*s", (int)n, at);
        at += n;
    }
    buf_addz(out, options[c->kind]);
    if (strcmp(c->words, "call") == 0)
        buf_addz(out, " --basis --url --from");
    if (strcmp(c->words, "races") == 0)
        add_filters(ask, out);
    for (size_t i = 0; i < sizeof asked / sizeof asked[0]; i++)
        if (strstr(c->usage, asked[i].word))
            fill(ask, "", asked[i].asks, out);
}

/* The first words (first empty), or the second ones behind a first: " list held accept ..." */
static void add_words(struct slice first, struct buf *out)
{
    struct slice last = {0};

    for (const struct ctl_command *c = ctl_commands; c->words; c++) {
        struct slice words = slice_of(c->words), one;
        slice_next(&words, ' ', &one);
        if (first.len == 0 && !slice_eq(one, last))
            buf_addf(out, " %.*s", SLICE_FMT(one));
        else if (first.len > 0 && words.len > 0 && slice_eq(one, first))
            buf_addf(out, " %.*s", SLICE_FMT(words));
        last = one;
    }
}

/* How a shell is told what may follow what was typed. */
struct shell {
    const char *name, *head, *tail;
    const char *words, *behind; /* what was typed is this; or begins with this */
    const char *ask;            /* how it gets ids from "FIELD COMMAND" */
};

static void tell_shell(const struct shell *shell, struct buf *out)
{
    char room[2000];
    struct buf offers;
    struct slice last = {0};

    buf_init_over(&offers, room, sizeof room);
    buf_addz(out, shell->head);
    add_words(last, &offers);
    fill(shell->words, "", offers.ptr, out);
    for (const struct ctl_command *c = ctl_commands; c->words; c++) {
        struct slice rest = slice_of(c->words), first;
        char word[32];
        slice_next(&rest, ' ', &first);
        snprintf(word, sizeof word, "%.*s", SLICE_FMT(first));
        if (rest.len > 0 && !slice_eq(first, last)) {
            buf_clear(&offers);
            add_words(first, &offers);
            fill(shell->words, word, offers.ptr, out);
        }
        last = first;
        buf_clear(&offers);
        add_offers(c, shell->ask, &offers);
        if (offers.len > 0)
            fill(shell->behind, c->words, offers.ptr, out);
    }
    buf_addz(out, shell->tail);
}

/* bash and zsh: a function that asks the daemon, and cases of what was typed. */
#define ASKS(what, end)                                                                            \
    "_tallyctl_ask() { tallyctl \"${@:2}\" -o tsv 2>/dev/null | tail -n +2 | cut -f \"$1\" | tr "  \
    ", "                                                                                           \
    "'\\n'" end " }\n_tallyctl_offer() { " what end " }\n_tallyctl() {\n"
#define CASES                                                                                      \
    "    '@') _tallyctl_offer \"%\" ;;\n", "    '@' | '@ '*) _tallyctl_offer \"%\" ;;\n",          \
        " $(_tallyctl_ask %)"

static const struct shell shells[] = {
    {"bash",
     "# tallyctl completion bash\n" ASKS(
         /* a word with a colon is several words to bash, of which the last is put in */
         "local cur=${COMP_WORDS[COMP_CWORD]} i=$COMP_CWORD\n"
         "    while ((i > 1)) && [[ $cur == :* || ${COMP_WORDS[i-1]} == : ]]; do "
         "cur=${COMP_WORDS[--i]}$cur; done\n"
         "    COMPREPLY=($(compgen -W \"$1\" -- \"$cur\"))\n"
         "    ((i < COMP_CWORD)) && COMPREPLY=(\"${COMPREPLY[@]#\"${cur%\"${cur##*:}\"}\"}\")\n"
         "    return 0",
         ";") "    local typed='' word\n"
              "    for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
              "        [[ $word == -* ]] || typed+=\"${typed:+ }$word\"\n"
              "    done\n"
              "    case $typed in\n",
     "    esac\n}\ncomplete -F _tallyctl tallyctl\n", CASES},
    {"zsh",
     "#compdef tallyctl\n" ASKS("compadd -- ${=1}",
                                "") "    local typed=\"${(j: :)${(@)words[2,CURRENT-1]:#-*}}\"\n"
                                    "    case $typed in\n",
     "    esac\n}\n"
     "if [[ $funcstack[1] == _tallyctl ]]; then _tallyctl; else compdef _tallyctl tallyctl; fi\n",
     CASES},
    {"fish",
     "# tallyctl completion fish\n"
     "function __tallyctl_ask\n"
     "    tallyctl $argv[2..] -o tsv 2>/dev/null | tail -n +2 | cut -f $argv[1] | string split ,\n"
     "end\n"
     "function __tallyctl_typed\n"
     "    set -l typed (string join ' ' (string match -v -- '-*' (commandline -opc)[2..]))\n"
     "    string match -qr -- $argv[1] \"$typed\"\n"
     "end\n"
     "complete -c tallyctl -f\n",
     "", "complete -c tallyctl -n \"__tallyctl_typed '^@\\$'\" -a \"%\"\n",
     "complete -c tallyctl -n \"__tallyctl_typed '^@( .*)?\\$'\" -a \"%\"\n",
     " (__tallyctl_ask %)"},
};

bool ctl_completion(struct slice name, struct buf *out)
{
    for (size_t i = 0; i < sizeof shells / sizeof shells[0]; i++)
        if (slice_is(name, shells[i].name)) {
            tell_shell(&shells[i], out);
            return true;
        }
    return false;
}
