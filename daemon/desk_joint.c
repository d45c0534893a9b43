/* SPDX-License-Identifier: ISC */
/* Rehearsed by a copy of the process, then done in one step of the loop. */
#include "daemon/desk_joint.h"

#include <stdlib.h>

#include "daemon/app_state.h"
#include "daemon/base/counted.h"
#include "daemon/core/commands.h"
#include "daemon/core/decide_said.h"
#include "daemon/desk_decide.h"
#include "daemon/desk_duty.h"

#define MEMORY_MAX ((size_t)256 << 20)
#define TEXT_ROOM ((size_t)16 << 20)
#define WORDS_MAX 64
#define HEX 32
/* Something happened while it was rehearsed: how often it is rehearsed again. */
#define TRIES_MAX 20

struct row {
    struct slice line;
    struct decision d;
};

struct joint {
    struct app *app;
    uint64_t ticket;
    struct arena *arena; /* all that is borrowed lives here */
    struct slice file;
    struct row *rows;
    size_t count;
    bool would, confirmed;
    struct digest shown; /* CONFIRMED */
    /* the state that was rehearsed */
    const struct river *river;
    uint64_t turns;
    int tries;
    /* what is done */
    size_t pending;
    struct err failed;
    struct buf said;
};

static void joint_free(struct joint *j)
{
    if (!j)
        return;
    buf_done(&j->said);
    arena_free(j->arena);
    free(j);
}

static void answer(struct joint *j, int code, struct slice said)
{
    if (j->app->control)
        control_answer(j->app->control, j->ticket, code, said);
    joint_free(j);
}

static void answer_error(struct joint *j, const struct err *e)
{
    struct slice text = arena_printf(j->arena, "%s\n", e->text);
    answer(j, (int)e->kind, text.ptr ? text : SLICE("out of memory\n"));
}

/* ---- the rehearsal ---- */

/* In the copy. What is refused makes the answer a list of that; else it is the fingerprint's digits
 * and the preview. */
static bool try_all(void *ctx, struct buf *out, struct err *e)
{
    struct joint *j = ctx;
    struct river *r = j->app->night->river;
    int64_t now = clock_now(&j->app->args.clock);
    struct decide_joint all;
    struct buf text;
    size_t refused = 0;
    char hex[HEX + 1];

    if (!decide_joint_init(&all, river_model(r), river_tally(r), true, j->arena))
        return err_set(e, ERR_BUG, "out of memory");
    buf_init(&text, TEXT_ROOM);
    for (size_t i = 0; i < j->count; i++) {
        struct err why = {0};
        if (river_try(r, &j->rows[i].d, j->would || j->confirmed, &why)) {
            const struct effects *fx = river_brought(r);
            decide_joint_add(&all, river_model(r), fx->decision, fx->messages, fx->message_count);
            continue;
        }
        buf_addf(out, "%.*s:%.*s: refused: %s\n", SLICE_FMT(j->file), SLICE_FMT(j->rows[i].line),
                 why.text);
        refused++;
    }
    if (refused > 0) {
        buf_addf(out, "nothing is done: %zu of " COUNTED " refused\n", refused,
                 COUNT_OF(j->count, "call is", "calls are"));
    } else {
        digest_hex(decide_joint_write(&all, river_model(r), river_tally(r), now, &text), hex);
        buf_addz(out, hex);
        buf_add(out, buf_slice(&text));
        out->failed |= text.failed;
    }
    return true;
}

static bool rehearse_all(struct joint *j, struct err *e);

/* False: it is a list of what is refused. */
static bool read_tried(struct slice text, struct digest *shown, struct slice *preview)
{
    *preview = slice_sub(text, text.len < HEX ? text.len : HEX, text.len);
    return digest_parse(slice_sub(text, 0, text.len < HEX ? text.len : HEX), shown);
}

static void show(struct joint *j, struct digest digest, struct slice preview)
{
    char hex[HEX + 1];
    digest_hex(digest, hex);
    buf_add(&j->said, preview);
    buf_addf(&j->said, "nothing is done yet\n%s%s\n", COMMAND_PREVIEWED, hex);
    answer(j, 0, buf_slice(&j->said));
}

/* ---- the deed ---- */

/* Each is on disk and shown, or is not; the last one answers. */
static void on_one(bool ok, struct slice said, void *ctx)
{
    struct joint *j = ctx;
    if (!ok && j->failed.kind == ERR_NONE)
        err_set(&j->failed, ERR_AGAIN, "%.*s", SLICE_FMT(slice_trim(said)));
    if (--j->pending > 0)
        return;
    if (j->failed.kind != ERR_NONE) {
        answer_error(j, &j->failed);
        return;
    }
    if (j->app->control)
        desk_duty_answer(j->app, j->ticket, buf_slice(&j->said));
    joint_free(j);
}

static void do_all(struct joint *j)
{
    struct river *r = j->app->night->river;
    struct decide_joint all;
    bool ok = true;
    struct err e = {0};

    if (!decide_joint_init(&all, river_model(r), river_tally(r), false, j->arena)) {
        decide_joint_done(&all);
        answer(j, ERR_AGAIN, SLICE("out of memory; nothing is done\n"));
        return;
    }
    j->pending = 1; /* ours: none answers before all are begun */
    for (size_t i = 0; ok && i < j->count; i++) {
        j->pending++;
        ok = river_decide_one_of(r, &j->rows[i].d, j->confirmed, on_one, j, &e);
        if (!ok) {
            j->pending--;
            err_set(&j->failed, e.kind, "%.*s:%.*s: %s; " COUNTED " made", SLICE_FMT(j->file),
                    SLICE_FMT(j->rows[i].line), e.text,
                    COUNT_OF(i, "call before it is", "calls before it are"));
            continue;
        }
        const struct effects *fx = river_brought(r);
        decide_joint_add(&all, river_model(r), fx->decision, fx->messages, fx->message_count);
    }
    (void)decide_joint_write(&all, river_model(r), river_tally(r), clock_now(&j->app->args.clock),
                             &j->said);
    decide_joint_done(&all);
    on_one(true, SLICE(""), j);
}

static void on_tried(bool ok, struct slice text, const struct err *e, void *ctx)
{
    struct joint *j = ctx;
    struct digest digest;
    struct slice preview;
    struct err why = {0};

    if (!ok) {
        answer_error(j, e);
    } else if (!read_tried(text, &digest, &preview)) {
        answer(j, ERR_NO, text);
    } else if (j->would) {
        show(j, digest, preview);
    } else if (j->confirmed && !digest_eq(digest, j->shown)) {
        buf_addz(&j->said, DESK_CHANGED);
        buf_add(&j->said, preview);
        answer(j, ERR_AGAIN, buf_slice(&j->said));
    } else if (!j->app->night->river || !river_may_decide(j->app->night->river, &why)) {
        err_set(&why, ERR_AGAIN, "%s", why.text[0] ? why.text : "it serves no more; try again");
        answer_error(j, &why);
    } else if (j->river == j->app->night->river && j->turns == river_turns(j->river)) {
        do_all(j);
    } else if (j->tries == TRIES_MAX) {
        answer(j, ERR_AGAIN,
               SLICE("news come too fast to do all of it or nothing; nothing is "
                     "done; try again\n"));
    } else if (!rehearse_all(j, &why)) {
        answer_error(j, &why);
    }
}

static bool rehearse_all(struct joint *j, struct err *e)
{
    j->tries++;
    j->river = j->app->night->river;
    j->turns = river_turns(j->river);
    return rehearse(&j->app->rehearsals, try_all, j, on_tried, j, e);
}

/* ---- the request ---- */

/* False: it is none, which the body says. */
static bool read_row(struct joint *j, const struct control_request *q, struct slice text,
                     struct row *out, struct buf *body)
{
    struct slice words[WORDS_MAX], word;
    struct control_request one = {.verb = SLICE("call"), .args = words, .login = q->login};
    struct buf argument, why;
    bool ok = slice_next(&text, '\x1e', &word);

    out->line = arena_copy(j->arena, word);
    while (one.arg_count < WORDS_MAX && slice_next(&text, '\x1e', &word))
        words[one.arg_count++] = word;
    buf_init(&argument, 65536);
    buf_init(&why, 65536);
    ok = ok && desk_words(&one, &out->d, &argument, &why) && desk_keep(j->arena, &out->d);
    if (!ok)
        buf_addf(body, "%.*s:%.*s: refused: %.*s\n", SLICE_FMT(j->file), SLICE_FMT(out->line),
                 SLICE_FMT(slice_trim(buf_slice(&why))));
    buf_done(&argument);
    buf_done(&why);
    return ok;
}

static size_t count_of(struct slice text)
{
    struct slice row;
    size_t n = 0;
    while (slice_next(&text, '\x1d', &row))
        n++;
    return n;
}

/* An exit code; 0: all can be read. */
static int read_rows(struct joint *j, const struct control_request *q, struct slice text,
                     struct buf *body)
{
    struct slice row;
    size_t refused = 0;

    j->rows = arena_array(j->arena, count_of(text) + 1, sizeof *j->rows);
    if (!j->rows)
        return ERR_BUG;
    while (slice_next(&text, '\x1d', &row))
        refused += !read_row(j, q, row, &j->rows[j->count++], body);
    if (refused > 0)
        buf_addf(body, "nothing is done: %zu of " COUNTED " refused\n", refused,
                 COUNT_OF(j->count, "call is", "calls are"));
    return refused > 0 ? ERR_NO : 0;
}

static int begin(struct joint *j, const struct control_request *q, struct buf *body)
{
    struct err e = {0};

    j->would = slice_is(q->args[1], JOINT_SHOW);
    j->confirmed = slice_is(q->args[1], JOINT_CONFIRMED);
    j->file = arena_copy(j->arena, q->args[0]);
    if (!j->file.ptr || (j->confirmed && !digest_parse(q->args[2], &j->shown)))
        return ERR_USAGE;
    int code = read_rows(j, q, q->args[3], body);
    if (code != 0)
        return code;
    if ((j->would || river_may_decide(j->app->night->river, &e)) && rehearse_all(j, &e))
        return CONTROL_LATER;
    buf_addf(body, "%s\n", e.text);
    return (int)e.kind;
}

int desk_joint(struct app *app, const struct control_request *q, struct buf *body)
{
    struct joint *j = calloc(1, sizeof *j);
    int code = ERR_BUG;

    if (!app->ready) {
        buf_addz(body, "not ready: the last known state is being restored\n");
        code = ERR_AGAIN;
    } else if (q->arg_count != 4) {
        code = ERR_USAGE;
    } else if (j && (j->arena = arena_new(MEMORY_MAX))) {
        j->app = app;
        j->ticket = q->ticket;
        buf_init(&j->said, TEXT_ROOM);
        code = begin(j, q, body);
    }
    if (code != CONTROL_LATER)
        joint_free(j);
    return code;
}
