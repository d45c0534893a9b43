/* SPDX-License-Identifier: ISC */
/* Memos of files and races, as they become durable, and after a restart. */
#include "daemon/core/core.h"
#include "daemon/core/core_own.h"
#include "daemon/core/corrections.h"
#include "daemon/core/feed_own.h"
#include "daemon/core/memo.h"

#include <string.h>

#include "daemon/base/when.h"
#include "daemon/core/merge.h"
#include "daemon/core/take.h"

static bool add(struct effects *out, const struct memo *memo)
{
    size_t n = out->memo_count;
    struct memo *all = out->memos;

    if ((n & (n - 1)) == 0) { /* full: a national list has ten thousand races in one event */
        all = arena_array(out->arena, n > 0 ? 2 * n : 1, sizeof *all);
        if (all && n > 0)
            memcpy(all, out->memos, n * sizeof *all);
    }
    if (!all || !memo->text.ptr)
        return false;
    all[out->memo_count++] = *memo;
    out->memos = all;
    return true;
}

/* With the text that was written, if it is another than was told. */
static void add_new(struct core *c, struct effects *out, struct memo *memo, struct digest *told)
{
    struct slice text = c->text.failed ? SLICE("") : buf_slice(&c->text);
    struct digest is = digest_of(text);

    if (!digest_eq(is, *told)) {
        memo->text = arena_copy(out->arena, text);
        if (add(out, memo))
            *told = is;
        else if (out->err.kind == ERR_NONE)
            core_no_memory(&out->err);
    }
    buf_clear(&c->text);
}

/* What is held is another than was told: the memo tells it. */
static void tell_held(struct core *c, struct effects *out, const struct feed_file *f,
                      struct memo *memo)
{
    struct slice held = c->text.failed ? SLICE("") : buf_slice(&c->text);
    struct digest is = held.len > 0 ? digest_of(held) : (struct digest){0, 0};

    memo->tell = !digest_eq(is, f->own->told_held);
    memo->note = memo->tell ? arena_copy(out->arena, held) : SLICE("");
    if (memo->tell && memo->note.ptr)
        f->own->told_held = is;
    buf_clear(&c->text);
}

static void remember_file(struct core *c, uint32_t source, uint32_t file, struct effects *out)
{
    const struct feed_file *f = &c->model.feeds[source].files[file];
    struct memo memo = {.source = source, .file = file, .on_air = f->digest};

    memo_write_held(&c->model, source, file, &c->text);
    tell_held(c, out, f, &memo);
    memo_write(&c->model, source, file, &c->text);
    add_new(c, out, &memo, &f->own->told);
}

void core_remember(struct core *c, uint32_t source, uint32_t file, struct effects *out)
{
    size_t files = c->model.settings->sources[source].file_count;

    remember_file(c, source, file, out);
    for (uint32_t k = 0; c->model.feeds[source].shared && k < files; k++)
        if (k != file) /* a contest may be another's now */
            remember_file(c, source, k, out);
}

void core_remember_race(struct core *c, struct race *r, struct effects *out)
{
    memo_write_race(&c->model, r, &c->text);
    uint32_t marks = memo_marks(&c->model, r);
    struct memo memo = {.source = NONE, .race = r->id, .tell = marks != r->told_marks};
    r->told_marks = marks;
    add_new(c, out, &memo, &r->told);
}

bool core_restore_memo(struct core *c, const struct memo *memo, struct err *e)
{
    struct model *m = &c->model;

    if (memo->source != NONE)
        return memo_restore(m, memo->source, memo->file, memo->text, e);
    uint32_t race = decide_find_race(m, memo->race);
    if (race == NONE)
        return true;
    m->races[race].memo = memo_read_race(m, memo->text, e);
    c->history_change_ms = m->last_change_ms;
    return m->races[race].memo != NULL;
}

/* Files are as they were. What they hold is told in the new epoch. */
static void close_memos(struct core *c, struct effects *out)
{
    struct model *m = &c->model;

    for (uint32_t s = 0; s < m->settings->source_count; s++)
        for (uint32_t k = 0; k < m->settings->sources[s].file_count; k++) {
            bool was = m->feeds[s].files[k].own->memo != NULL;
            memo_close(&m->feeds[s].files[k]);
            if (was && take_holds(&m->feeds[s], k))
                remember_file(c, s, k, out);
        }
}

void core_restored(struct core *c, int64_t now_ms, struct effects *out)
{
    struct model *m = &c->model;
    int64_t last = c->history_change_ms;
    bool any = false, changed;
    struct err e = {0};

    close_memos(c, out);
    for (uint32_t i = 0; i < m->race_count; i++) {
        struct race *r = &m->races[i];
        const struct race_memo *memo = r->memo;
        if (!memo)
            continue;
        any = true;
        last = last < memo->changed_ms ? memo->changed_ms : last;
        core_count(c, r, -1);
        bool listed = corrections_restore(m, memo);
        if (!listed)
            core_no_memory(&e);
        if ((!listed || !memo_set_race(m, r, memo, &e) ||
             !merge_race(m, r, now_ms, &changed, &e)) &&
            out->err.kind == ERR_NONE)
            out->err = e;
        r->flags &= ~(uint32_t)RACE_SOURCE_CHANGED;
        r->flags |= memo->source_changed ? RACE_SOURCE_CHANGED : 0;
        r->updated_ms = memo->updated_ms;
        r->memo = NULL;
        core_count(c, r, 1);
        if (memo_marks(m, r) != 0)
            core_remember_race(c, r, out);
    }
    if (any)
        m->last_change_ms = last;
    memset(c->dirty, true, m->race_count * sizeof *c->dirty);
}
