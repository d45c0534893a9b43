/* SPDX-License-Identifier: ISC */
/* Pointer files and who waits for them. */
#include "daemon/edge/pointer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/base/text.h"
#include "daemon/edge/payload.h"
#include "daemon/edge/polling.h"
#include "daemon/edge/timer.h"

#define POINTER_MAX ((size_t)1 << 20) /* bytes of a file that names versions */

struct pointer {
    struct ask ask;
    struct pointer *next;
    struct pointer_wait *first, **end;
    bool asking, refused;
    bool versioned;             /* {version} stands in its address */
    char version[TEXT_MAX + 1]; /* that was put in for the last question */
    char held[TEXT_MAX + 1];    /* of `last` */
    struct payload *last;       /* what it said last; its validators are known */
    /* the last answer; `serial` 0: there was none */
    enum answer_what what;
    enum verdict verdict;
    char text[TEXT_MAX + 1];
    int64_t answered_us, last_byte_us, retry_after_ms;
    uint64_t serial;
};

struct pointers {
    const struct ask_means *means;
    struct pointer *first;
};

static void set(char *to, struct slice s)
{
    snprintf(to, TEXT_MAX + 1, "%.*s", SLICE_FMT(s));
}

/* ---- answers ---- */

static void tell(struct pointer *p, struct pointer_wait *w)
{
    const struct answer a = {.what = p->what,
                             .payload = p->what == ANSWER_BODY ? p->last : NULL,
                             .verdict = p->verdict,
                             .text = slice_of(p->text),
                             .retry_after_ms = p->retry_after_ms,
                             .last_byte_us = p->last_byte_us};
    w->seen = p->serial;
    w->done(&a, w->ctx);
}

static void start(struct pointer *p)
{
    p->asking = true;
    set(p->version, p->first->version);
    ask_start(&p->ask, slice_of(p->version),
              p->refused || p->last == NULL || strcmp(p->version, p->held) != 0);
}

/* The first of those whom the last answer is for, taken out of the queue; NULL: none is left. */
static struct pointer_wait *take(struct pointer *p)
{
    for (struct pointer_wait **w = &p->first; *w != NULL; w = &(*w)->next) {
        struct pointer_wait *found = *w;
        if (!slice_is(found->version, p->version))
            continue;
        *w = found->next;
        if (found->next == NULL)
            p->end = w;
        found->waiting = false;
        return found;
    }
    return NULL;
}

static void note(struct pointer *p, const struct answer *a)
{
    p->what = a->what == ANSWER_SAME ? ANSWER_BODY : a->what;
    p->verdict = a->verdict;
    set(p->text, a->text);
    p->retry_after_ms = a->retry_after_ms;
    p->last_byte_us = a->last_byte_us;
    p->answered_us = timer_now_us();
    p->serial++;
    p->refused &= a->what == ANSWER_FAILED;
    if (a->what != ANSWER_BODY)
        return;
    payload_free(p->last);
    p->last = payload_ref(a->payload);
    set(p->held, slice_of(p->version));
    ask_accept(&p->ask);
}

static void on_answer(const struct answer *a, void *ctx)
{
    struct pointer *p = ctx;
    struct pointer_wait *w;
    note(p, a);
    while ((w = take(p)) != NULL)
        tell(p, w);
    p->asking = false;
    if (p->first != NULL) /* others want that of another version */
        start(p);
}

/* ---- questions ---- */

static bool is_answered(const struct pointer *p, const struct pointer_wait *w, struct slice version,
                        int64_t fresh_ms)
{
    if (p->asking || p->serial == 0 || !slice_is(version, p->version))
        return false;
    if (p->versioned && p->what == ANSWER_BODY && !p->refused)
        return true;
    return w->seen != p->serial && timer_now_us() - p->answered_us <= fresh_ms * 1000;
}

void pointer_ask(struct pointer *p, struct pointer_wait *w, struct slice version, int64_t fresh_ms)
{
    if (is_answered(p, w, version, fresh_ms)) {
        tell(p, w);
        return;
    }
    w->version = version;
    w->waiting = true;
    w->next = NULL;
    *p->end = w;
    p->end = &w->next;
    if (!p->asking)
        start(p);
}

void pointer_refuse(struct pointer *p)
{
    p->refused = true;
}

void pointer_cancel(struct pointer *p, struct pointer_wait *w)
{
    if (!w->waiting)
        return;
    w->waiting = false;
    for (struct pointer_wait **at = &p->first; *at != NULL; at = &(*at)->next) {
        if (*at != w)
            continue;
        *at = w->next;
        if (w->next == NULL)
            p->end = at;
        return;
    }
}

/* ---- life ---- */

struct pointers *pointers_new(const struct ask_means *means)
{
    struct pointers *p = calloc(1, sizeof *p);
    if (p != NULL)
        p->means = means;
    return p;
}

static void free_one(struct pointer *p)
{
    ask_done(&p->ask);
    payload_free(p->last);
    free(p);
}

void pointers_free(struct pointers *p)
{
    while (p != NULL && p->first != NULL) {
        struct pointer *one = p->first;
        p->first = one->next;
        free_one(one);
    }
    free(p);
}

static bool same_headers(const struct poller_source *a, const struct poller_source *b)
{
    if (a->header_count != b->header_count)
        return false;
    for (size_t i = 0; i < a->header_count; i++)
        if (!slice_eq(a->headers[i], b->headers[i]))
            return false;
    return true;
}

struct pointer *pointers_get(struct pointers *all, const struct poller_source *source,
                             struct slice url, struct err *e)
{
    const struct fetch_calls calls = {.done = on_answer};
    for (struct pointer *p = all->first; p != NULL; p = p->next)
        if (slice_eq(p->ask.url, url) && same_headers(p->ask.source, source))
            return p;
    struct pointer *p = calloc(1, sizeof *p);
    if (p == NULL) {
        err_set(e, ERR_AGAIN, "no memory");
        return NULL;
    }
    struct fetch_calls own = calls;
    own.ctx = p;
    p->end = &p->first;
    p->versioned = slice_find(url, SLICE("{version}")) != SIZE_MAX;
    if (!ask_init(&p->ask, all->means, source, url, SLICE(""), POINTER_MAX, &own, e)) {
        free_one(p);
        return NULL;
    }
    p->next = all->first;
    all->first = p;
    return p;
}
