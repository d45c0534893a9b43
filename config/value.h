/* SPDX-License-Identifier: ISC */
/* One value of the configuration: read into its field, written out of it, compared. The row of the
 * table says how. */
#ifndef TALLYD_CONFIG_VALUE_H
#define TALLYD_CONFIG_VALUE_H

#include "config/keys.h"
#include "daemon/base/arena.h"
#include "daemon/base/buf.h"
#include "daemon/base/err.h"

struct value_fault {
    struct err why;
    const char *fix; /* may be NULL */
    const char *at;  /* into the value that was given */
    char room[16];   /* for a fix made of it */
};

struct value_place {        /* what a value needs to know of where it stands */
    struct slice rest;      /* behind the dot of a family */
    const char *where;      /* kept in pairs and files */
    struct slice directory; /* relative paths are taken from here */
    struct arena *arena; /* of everything the field keeps; the value's own text is kept as it is */
};

/* Read `text` into the row's field of `base` (struct config or struct config_source). A pair or
 * file of the same name is replaced. */
bool value_read(const struct config_key *k, void *base, struct slice text,
                const struct value_place *place, struct value_fault *f) MUST_USE;

/* The field as text that value_read reads back; nothing for types that are more than one value. */
void value_write(const struct config_key *k, const void *base, struct buf *out);

bool value_equal(const struct config_key *k, const void *a, const void *b);

#endif
