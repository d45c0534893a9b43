/* SPDX-License-Identifier: ISC */
/* Offices that one person holds, by state: a reviewed table, for races of which neither the list
 * nor a feed states the seats. */
#ifndef TALLYD_CORE_SEATS_H
#define TALLYD_CORE_SEATS_H

#include "daemon/core/office.h"
#include "daemon/core/states.h"

/* Does every contest for this office in this state fill one seat? Never true of a class that is
 * filled by several anywhere in the state; class may be NULL: false. */
bool seats_single(const struct office_class *class, const struct state *state);

#endif
