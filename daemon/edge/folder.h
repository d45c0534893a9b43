/* SPDX-License-Identifier: ISC */
/* A folder of files that are replaced together: what is new lies aside until all of it is there,
 * and is then put in its place by renaming, file by file, each of them whole at any moment. What is
 * the same stays as it is, times and all. */
#ifndef TALLYD_EDGE_FOLDER_H
#define TALLYD_EDGE_FOLDER_H

#include <stddef.h>

#include "daemon/base/err.h"
#include "daemon/base/slice.h"

struct folder;

struct folder_done {
    size_t written, removed;
};

/* Make it where it is missing, and lock it. `list` is the name of its table of contents: a line a
 * file, the name first, then a tab. ERR_USAGE: it has files and no such list, so that it is
 * somebody else's; ERR_AGAIN: another process has it; ERR_DENIED. What somebody left aside is
 * dropped. */
bool folder_open(const char *path, const char *list, struct folder **out, struct err *e) MUST_USE;
void folder_close(struct folder *f); /* drops what lies aside; accepts NULL */

/* May a file be named so: letters, digits and "-_." in up to three parts, none of them hidden in
 * the first, none of them "." or ".."? */
bool folder_name_fits(struct slice name);
bool folder_has(const struct folder *f, struct slice name); /* in its place, or aside */

/* Lay it aside, unless it is in its place already. */
bool folder_put(struct folder *f, struct slice name, struct slice bytes, struct err *e) MUST_USE;

/* Put everything in its place, the list, with this text, last; then remove what the list named
 * before and does not name now. Signals wait. */
bool folder_show(struct folder *f, struct slice list, struct folder_done *out,
                 struct err *e) MUST_USE;

#endif
