/* SPDX-License-Identifier: ISC */
/* Who waits until the sentence is shown that has their decision in it, so that what is read after
 * an answer is never older than the answer. */
#ifndef TALLYD_AWAITED_H
#define TALLYD_AWAITED_H

#include <stdbool.h>
#include <stdint.h>

struct awaited_one;
struct awaited { /* all zero: nobody */
    struct awaited_one *first;
};
typedef void awaited_done(void *ctx);

/* False: memory is out, and done was called. */
bool awaited_add(struct awaited *a, awaited_done *done, void *ctx);
/* The totals have this number now: who waits and has no number yet waits for it. */
void awaited_number(struct awaited *a, int64_t epoch, int64_t seq);
/* They are shown up to this one. */
void awaited_shown(struct awaited *a, int64_t epoch, int64_t seq);
/* Some seconds have passed: who has waited since before the last time waits no more. A sentence
 * that cannot be kept shall not keep back the answer of a decision that was. */
void awaited_late(struct awaited *a);
/* Nothing will be shown any more. */
void awaited_end(struct awaited *a);

#endif
