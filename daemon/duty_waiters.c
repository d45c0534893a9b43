/* SPDX-License-Identifier: ISC */
#include "daemon/duty_waiters.h"

#include <stdlib.h>

struct duty_waiter {
    struct duty_waiter *next;
    duty_waiter_done *done;
    void *ctx;
    int64_t until_ms;
    struct desk_place place;
};

bool duty_waiters_add(struct duty_waiter **all, struct desk_place place, int64_t until_ms,
                      duty_waiter_done *done, void *ctx)
{
    struct duty_waiter *w = calloc(1, sizeof *w);
    if (!w)
        return false;
    *w = (struct duty_waiter){*all, done, ctx, until_ms, place};
    *all = w;
    return true;
}

static void tell(struct duty_waiter **at, enum duty_kept kept)
{
    struct duty_waiter *w = *at;
    *at = w->next;
    w->done(kept, w->ctx);
    free(w);
}

void duty_waiters_release(struct duty_waiter **all, struct desk_place now, struct desk_place kept,
                          int64_t now_ms, bool over)
{
    for (struct duty_waiter **at = all; *at;) {
        struct duty_waiter *w = *at;
        if (w->place.epoch == 0 && !over)
            w->place = now;
        if (w->place.epoch > 0 && desk_place_cmp(kept, w->place) >= 0)
            tell(at, DUTY_BOTH);
        else if (over || now_ms >= w->until_ms)
            tell(at, DUTY_HERE);
        else
            at = &w->next;
    }
}

void duty_waiters_free(struct duty_waiter **all)
{
    for (struct duty_waiter *w; (w = *all) != NULL; free(w))
        *all = w->next;
}
