/* SPDX-License-Identifier: ISC */
/* Inside the configuration reader: what has been read so far, before it is a configuration, and how
 * one entry of it becomes a field. */
#ifndef TALLYD_CONFIG_LOADER_H
#define TALLYD_CONFIG_LOADER_H

#include "config/config.h"
#include "config/ini.h"
#include "config/keys.h"
#include "config/presets.h"
#include "daemon/base/map.h"

struct item { /* one entry whose key is known, or is a format option */
    const struct config_key
        *key; /* NULL: perhaps an option of the source's format; rest is its name */
    struct slice rest, value;
    struct ini_entry *entry;
};

struct draft { /* a [source NAME] as written */
    struct ini_section *section;
    struct item *items; /* its own; after resolving, also those it takes over by `like` */
    size_t count;
    enum { DRAFT_NEW, DRAFT_OPEN, DRAFT_RESOLVED } state;
    struct draft *next;
};

struct loader {
    const struct config_args *args;
    struct config *config;
    struct arena *arena; /* the config's */
    struct problems problems;
    struct slice directory; /* of the main file, absolute */
    struct item
        said[CONFIG_KEYS_MAX];     /* the last entry of each global key; entry NULL: its default */
    struct problem_line main_line; /* for what is missing altogether */
    struct presets presets;
    struct map *drafts; /* by source name */
    struct draft *first_draft, **draft_end;
    size_t draft_count;
};

/* A problem at a place of an entry, once per entry. */
#define entry_problem(l, entry_, at, fix, ...)                                                     \
    do {                                                                                           \
        if (!(entry_)->bad)                                                                        \
            problem_add(&(l)->problems, &(entry_)->line, at, fix, __VA_ARGS__);                    \
        (entry_)->bad = true;                                                                      \
    } while (0)

/* Read an item into its field of `base` and note where it was said. */
void loader_read_item(struct loader *l, const struct item *item, void *base, const char **origins);

/* Fill every field of a section's keys that has a default. */
void loader_set_defaults(struct loader *l, bool sources, void *base);

/* Report a key that is not in the table, nor among the options of the format (NULL: none is known).
 */
void loader_unknown_key(struct loader *l, struct slice section, const struct format *format,
                        struct ini_entry *entry);

#endif
