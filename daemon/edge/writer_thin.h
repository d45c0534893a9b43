/* SPDX-License-Identifier: ISC */
/* Of what waits to be filed the newer takes the place of the older: what waits is bounded by what
 * there is of files and races, however long the disk takes.
 */
#ifndef TALLYD_EDGE_WRITER_THIN_H
#define TALLYD_EDGE_WRITER_THIN_H

#include "daemon/edge/writer_task.h"

/* Lists, the oldest first. Of each file only the newest payload that counts for as much is to be
 * written: those before it are superseded, and their memory given back. A memo is dropped when a
 * newer one of the same file or race waits, and no payload that is to be written is of its own job
 * or of one between: what the disk has at any moment is payloads with their memos. Nothing that
 * somebody waits for gives way to what was given later. Returns the bytes that wait no more. */
size_t writer_papers_thin(struct writer_papers *const lists[], size_t n);

#endif
