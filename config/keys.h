/* SPDX-License-Identifier: ISC */
/* Every key of the configuration, in one table: what reads it, its default, its limits and what it
 * means. */
#ifndef TALLYD_CONFIG_KEYS_H
#define TALLYD_CONFIG_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/base/slice.h"

enum key_type {
    KEY_TEXT,     /* struct slice */
    KEY_PATH,     /* struct slice; taken from the main file's directory when relative */
    KEY_LIST,     /* struct config_list: a, b */
    KEY_PAIRS,    /* struct config_pairs: name.ANYTHING = text; the key is ANYTHING */
    KEY_PLACES,   /* struct config_pairs whose text is an address or a path */
    KEY_CHOICE,   /* an enum: index of the word */
    KEY_YES,      /* bool: index of the word */
    KEY_COUNT,    /* int64_t */
    KEY_SIZE,     /* int64_t bytes: 64M */
    KEY_DURATION, /* int64_t ms: 30s */
    KEY_BACKOFF,  /* two int64_t ms: 5s, 60s */
    KEY_SHARE,    /* int64_t basis points: 0.5% */
    KEY_FILE,     /* a row of struct config_source's files: url, url.NAME, path, path.NAME */
    KEY_HEADER,   /* header = Name: value; becomes the pair header.Name */
    KEY_LIKE,     /* resolved before anything else is read */
};

struct config_key {
    const char *section; /* "source": of each [source NAME] */
    const char *name;    /* ending in '.': a family, name.ANYTHING */
    enum key_type type;
    size_t at;                /* offset into struct config, or struct config_source */
    const char *preset;       /* the default as text; NULL: empty, zero or the first word */
    int64_t min, max;         /* COUNT, SIZE, DURATION, BACKOFF, SHARE */
    const char *const *words; /* CHOICE, YES: NULL-ended; an empty first word is "unsaid" */
    const char *(*check)(
        struct slice value); /* TEXT, LIST (each), PAIRS: NULL when good, else
                                what the value must be. Not asked about empty ones */
    bool fixed;              /* a reload cannot change it: it needs a restart */
    const char *about;       /* one line for people */
};

#define CONFIG_KEYS_MAX 128

extern const struct config_key config_keys[]; /* ends with a NULL section */

size_t config_key_count(void);
bool config_key_is_family(const struct config_key *k);

/* The row for a key as written; *rest is what stands behind a family's dot (else empty). NULL:
 * there is none. */
const struct config_key *config_key_find(struct slice section, struct slice name,
                                         struct slice *rest);

/* Is there such a section? */
bool config_section_known(struct slice section);

#endif
