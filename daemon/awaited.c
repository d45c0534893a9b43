/* SPDX-License-Identifier: ISC */
/* A list of those who wait. */
#include "daemon/awaited.h"

#include <stdlib.h>

struct awaited_one {
    struct awaited_one *next;
    awaited_done *done;
    void *ctx;
    int64_t epoch, seq; /* 0: it has no number yet */
    bool late;
};

bool awaited_add(struct awaited *a, awaited_done *done, void *ctx)
{
    struct awaited_one *one = calloc(1, sizeof *one);
    if (!one) {
        done(ctx);
        return false;
    }
    *one = (struct awaited_one){.next = a->first, .done = done, .ctx = ctx};
    a->first = one;
    return true;
}

void awaited_number(struct awaited *a, int64_t epoch, int64_t seq)
{
    for (struct awaited_one *one = a->first; one; one = one->next)
        if (one->epoch == 0) {
            one->epoch = epoch;
            one->seq = seq;
        }
}

/* Take those that `over` holds of off the list, then tell them: one may wait anew. */
static void tell(struct awaited *a,
                 bool (*over)(const struct awaited_one *one, int64_t epoch, int64_t seq),
                 int64_t epoch, int64_t seq)
{
    struct awaited_one *told = NULL;
    for (struct awaited_one **at = &a->first; *at;) {
        struct awaited_one *one = *at;
        if (!over(one, epoch, seq)) {
            at = &one->next;
            continue;
        }
        *at = one->next;
        one->next = told; /* the first comes first again */
        told = one;
    }
    while (told) {
        struct awaited_one *one = told;
        told = one->next;
        one->done(one->ctx);
        free(one);
    }
}

static bool is_shown(const struct awaited_one *one, int64_t epoch, int64_t seq)
{
    return one->epoch != 0 && (epoch > one->epoch || (epoch == one->epoch && seq >= one->seq));
}

static bool is_late(const struct awaited_one *one, int64_t epoch, int64_t seq)
{
    (void)epoch, (void)seq;
    return one->late;
}

static bool always(const struct awaited_one *one, int64_t epoch, int64_t seq)
{
    (void)one, (void)epoch, (void)seq;
    return true;
}

void awaited_shown(struct awaited *a, int64_t epoch, int64_t seq)
{
    tell(a, is_shown, epoch, seq);
}

void awaited_late(struct awaited *a)
{
    tell(a, is_late, 0, 0);
    for (struct awaited_one *one = a->first; one; one = one->next)
        one->late = true;
}

void awaited_end(struct awaited *a)
{
    tell(a, always, 0, 0);
}
