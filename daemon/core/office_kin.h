/* SPDX-License-Identifier: ISC */
/* What is said of an office only in its surroundings, and offices that go by each other's names. */
#ifndef TALLYD_CORE_OFFICE_KIN_H
#define TALLYD_CORE_OFFICE_KIN_H

#include <stdbool.h>

#include "daemon/core/office_table.h"

/* The class of a word that is an office where a text says nothing else ("DA"), beside a district
 * ("Senate District 12"), or where it says that it is a county's ("Auditor"; and the slug of a
 * class that is another in a county). NULL: none. */
const struct office_class *office_alone(struct slice word);
const struct office_class *office_weak(struct slice word);
const struct office_class *office_of_county(struct slice word);

/* Two classes that a list may mean by one word: never the same for sure, never surely another. */
bool office_kin(const struct office_class *a, const struct office_class *b);

#endif
