/* SPDX-License-Identifier: ISC */
/* What a reload takes over beside what is durable: when each site was heard, and when it is to be
 * asked next. A site does not notice that the configuration was read again. */
#ifndef TALLYD_CARRY_H
#define TALLYD_CARRY_H

struct night;

/* Before `fresh` runs, both restored: files of sources that are still there, by name, and are asked
 * at the same place. */
void carry_over(struct night *fresh, const struct night *old);

#endif
