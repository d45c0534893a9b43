/* SPDX-License-Identifier: ISC */
/* Presets: formats that are declared, not coded. A file NAME.conf holds one section, [format NAME]:
 * the engine that reads it, a few facts, and the engine's options. Keys are held against the
 * options of the engine; what they say is the engine's to judge.
 *
 * They are looked for in `formats` beside the main configuration file, then where they are
 * installed, then in the source tree; the first that has a file of the name gives the preset.
 */
#ifndef TALLYD_CONFIG_PRESETS_H
#define TALLYD_CONFIG_PRESETS_H

#include "config/ini.h"
#include "parsers/formats.h"

struct preset {
    struct slice name;
    const struct format *engine;          /* NULL only in a bad one */
    struct slice about, authority, sniff; /* NUL-ended; authority: the engine's unless said */
    struct ini_entry **options; /* each key once: options of the engine, charset and unknown */
    size_t option_count;
    const char *where; /* "FILE:LINE:COLUMN" of its section */
    bool bad;          /* its problems were reported */
};

struct presets {
    struct preset *items;
    size_t count;
};

/* Read all of them; `directory` is the main file's. What is wrong with a file goes to `problems`;
 * false only when memory is out. Everything lies in the arena. */
bool presets_read(struct slice directory, struct arena *a, struct problems *problems,
                  struct presets *out, struct err *e) MUST_USE;

/* Read the one in this file, whose name must end in .conf. It may be a source's section as well,
 * [source NAME], of a format that is built in: what is said of the format counts. */
bool presets_read_file(const char *path, struct arena *a, struct problems *problems,
                       struct preset *out, struct err *e) MUST_USE;

const struct preset *presets_find(const struct presets *p, struct slice name); /* NULL: none */

/* The name of a preset or format most like this one, or NULL. */
const char *presets_did_you_mean(const struct presets *p, struct slice name, struct arena *a);

/* Does a line of these first bytes match its `sniff`? */
bool preset_sniffs(const struct preset *p, struct slice head);

#endif
