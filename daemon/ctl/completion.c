/* SPDX-License-Identifier: ISC */
/* What a shell is told of the table of commands. */
#include "daemon/ctl/completion.h"

#include <stdio.h>
#include <string.h>

#include "daemon/core/commands.h"
#include "daemon/core/endorsement.h"
#include "daemon/core/labels.h"
#include "daemon/core/site.h"

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
static void add_offers(const struct command *c, const char *ask, struct buf *out)
{
    static const char *const options[] = {
        [COMMAND_TEXT] = "",   [COMMAND_ROWS] = " -o",
        [COMMAND_PIECES] = "", [COMMAND_DECIDES] = " --reason --yes --dry-run",
        [COMMAND_OWN] = "",
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

    for (const struct command *c = commands; c->words; c++) {
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
    for (const struct command *c = commands; c->words; c++) {
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
