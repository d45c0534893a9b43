/* SPDX-License-Identifier: ISC */
/* What is allowed in a plan and yet worth a look before the night: said by tallyd -t. */
#ifndef TALLYD_PLAN_NOTES_H
#define TALLYD_PLAN_NOTES_H

#include "daemon/plan.h"

/* A line each, "note: ...". Looks whether files and the workers' program are there. */
void plan_notes(const struct plan *p, struct buf *out);

#endif
