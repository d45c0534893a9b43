/* SPDX-License-Identifier: ISC */
/* Lines of feeds that have the name of one whom no feed has, and are taken for another race's. */
#ifndef TALLYD_CORE_NAMESAKES_H
#define TALLYD_CORE_NAMESAKES_H

#include "daemon/base/buf.h"
#include "daemon/core/model.h"

/* For people, a line each, with the command by which it is theirs: the full name in any contest of
 * its state's sources, one alike in contests of its race. Nothing is matched by it. Lines that a
 * person has rejected, and those of others of ours, are left out. Every line of the state is looked
 * at: for one who asks. */
void namesakes_write(const struct model *m, uint32_t endorsement, struct buf *out);

#endif
