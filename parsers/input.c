/* SPDX-License-Identifier: ISC */
/* Payload bytes through a chain of stages: source, unwrapping, charset. */
#include "parsers/input.h"

#include <assert.h>
#include <string.h>

#include "parsers/charset.h"
#include "parsers/stage.h"

#define STAGES_MAX 4 /* source, gzip, zip, charset */

struct input {
    struct arena *arena;
    const struct source *source;
    int64_t max;
    int64_t passed; /* bytes the unwrapped stage gave so far */
    bool text;
    struct stage *top;
};

/* The source: hands on what has arrived. Its bytes may move whenever it waits, so nothing of an
 * earlier answer is kept over a wait; the peeked head is a copy. */
struct source {
    struct stage stage;
    struct input_source from;
    const char *base;
    size_t have, at; /* at: handed on */
    int64_t max;
    bool end;
};

static bool source_wait(struct source *s, struct fault *f)
{
    if (!s->from.wait(s->from.ctx, &s->base, &s->have, &s->end))
        return fault_set(f, WIRE_INTERNAL, "the payload's sender is gone");
    if (s->have > (uint64_t)s->max)
        return fault_set(f, WIRE_LIMIT, "the payload is larger than %lld bytes", (long long)s->max);
    return true;
}

static bool source_pull(struct stage *stage, struct slice *out, struct fault *f)
{
    struct source *s = (struct source *)stage;
    while (s->at == s->have && !s->end) {
        if (!source_wait(s, f))
            return false;
    }
    *out = (struct slice){s->base + s->at, s->have - s->at};
    s->at = s->have;
    return true;
}

/* Charset: converts what comes from below; an incomplete character waits in `carry` for its rest.
 */
struct recode {
    struct stage stage;
    const struct charset *charset;
    char carry[8];
    size_t carried;
    struct slice in;
    char out[65536];
};

static bool recode_carry(struct recode *r, char **into, size_t *room)
{
    struct slice joined = {r->carry, r->carried};
    while (r->carried && r->in.len && r->carried < sizeof r->carry) {
        r->carry[r->carried++] = *r->in.ptr;
        r->in = slice_sub(r->in, 1, r->in.len);
        joined.len = r->carried;
        while (charset_convert(r->charset, &joined, into, room))
            ;
        memmove(r->carry, joined.ptr, joined.len);
        r->carried = joined.len;
        joined.ptr = r->carry;
    }
    return r->carried < sizeof r->carry;
}

static bool recode_pull(struct stage *stage, struct slice *out, struct fault *f)
{
    struct recode *r = (struct recode *)stage;
    char *into = r->out;
    size_t room = sizeof r->out;
    while (into == r->out) {
        if (!r->in.len && !stage_take(stage->below, &r->in, f))
            return false;
        if (!r->in.len)
            break;
        if (!recode_carry(r, &into, &room))
            return fault_set(f, WIRE_INTERNAL, "the converter for this charset is not open");
        while (charset_convert(r->charset, &r->in, &into, &room))
            ;
        if (into == r->out && r->in.len) {
            if (r->in.len > sizeof r->carry - r->carried)
                return fault_set(f, WIRE_INTERNAL, "the converter for this charset is not open");
            memcpy(r->carry + r->carried, r->in.ptr, r->in.len);
            r->carried += r->in.len;
            r->in.len = 0;
        }
    }
    if (into == r->out && r->carried)
        return fault_set(f, WIRE_TRUNCATED, "the payload ends inside a character");
    *out = (struct slice){r->out, (size_t)(into - r->out)};
    return true;
}

/* ---- the input ---- */

static struct stage *unwrap_for(struct arena *a, struct stage *below, struct slice head,
                                int64_t max)
{
    if (head.len >= 2 && (unsigned char)head.ptr[0] == 0x1f && (unsigned char)head.ptr[1] == 0x8b)
        return stage_gunzip(a, below, max);
    if (slice_starts(head, SLICE("PK\003\004")) || slice_starts(head, SLICE("PK\005\006")))
        return stage_unzip(a, below);
    return below;
}

bool input_open(struct arena *a, const struct input_source *source, int64_t max, struct input **out,
                struct fault *f)
{
    struct input *in = arena_alloc(a, sizeof *in);
    struct source *s = arena_alloc(a, sizeof *s);
    if (!in || !s)
        return fault_set(f, WIRE_LIMIT, "out of memory");
    *s = (struct source){.stage.pull = source_pull, .from = *source, .max = max};
    *in = (struct input){.arena = a, .source = s, .max = max, .top = &s->stage};
    for (int i = 0; i < STAGES_MAX - 2; i++) {
        struct slice head;
        if (!stage_peek(in->top, 4, &head, f))
            goto out;
        if (slice_starts(head, SLICE("\xd0\xcf\x11\xe0"))) { /* OLE2 */
            stage_refuse_spreadsheet("xls", f);
            goto out;
        }
        struct stage *next = unwrap_for(a, in->top, head, max);
        if (next == in->top)
            break;
        if (!next) {
            fault_set(f, WIRE_LIMIT, "out of memory");
            goto out;
        }
        in->top = next;
    }
    *out = in;
    return true;
out:
    input_close(in);
    return false;
}

void input_close(struct input *in)
{
    for (struct stage *s = in ? in->top : NULL; s; s = s->below) {
        if (s->close)
            s->close(s);
    }
}

static bool input_take(struct input *in, struct slice *chunk, struct fault *f)
{
    if (!stage_take(in->top, chunk, f))
        return false;
    in->passed += (int64_t)chunk->len;
    if (in->passed > in->max)
        return fault_set(f, WIRE_LIMIT, "the payload unwraps to more than %lld bytes",
                         (long long)in->max);
    return true;
}

bool input_next(struct input *in, size_t most, struct slice *run, struct fault *f)
{
    struct slice chunk;
    if (!input_take(in, &chunk, f))
        return false;
    *run = slice_sub(chunk, 0, most);
    if (chunk.len > most) {
        stage_untake(in->top, slice_sub(chunk, most, chunk.len));
        in->passed -= (int64_t)(chunk.len - most);
    }
    return true;
}

bool input_read(struct input *in, char *into, size_t room, size_t *got, struct fault *f)
{
    struct slice run;
    if (!input_next(in, room, &run, f))
        return false;
    if (run.len)
        memcpy(into, run.ptr, run.len);
    *got = run.len;
    return true;
}

/* A plain payload in a padded source is used where it lies. */
static bool all_in_place(struct input *in, struct slice *out, struct fault *f)
{
    struct source *s = (struct source *)in->top;
    size_t from = s->at - s->stage.rest.len - (s->stage.head_len - s->stage.head_at);
    while (!s->end) {
        if (!source_wait(s, f))
            return false;
    }
    *out = (struct slice){s->base + from, s->have - from};
    s->at = s->have;
    s->stage.rest.len = s->stage.head_len = s->stage.head_at = 0;
    return true;
}

bool input_all(struct input *in, struct slice *out, struct fault *f)
{
    if (in->top->pull == source_pull && ((struct source *)in->top)->from.padded)
        return all_in_place(in, out, f);
    char *all = NULL;
    size_t len = 0, room = 0;
    for (;;) {
        struct slice chunk;
        if (!input_take(in, &chunk, f))
            return false;
        if (len + chunk.len + WIRE_PADDING > room) {
            /* text in another charset is hardly longer than what came */
            room = (len + chunk.len + WIRE_PADDING) * 2 + in->source->have;
            char *more = arena_room(in->arena, room);
            if (!more)
                return fault_set(f, WIRE_LIMIT, "the payload unwraps to more than memory holds");
            if (len)
                memcpy(more, all, len);
            all = more;
        }
        if (!chunk.len)
            break;
        assert(all); /* room was made for it */
        memcpy(all + len, chunk.ptr, chunk.len);
        len += chunk.len;
    }
    memset(all + len, 0, WIRE_PADDING);
    *out = (struct slice){all, len};
    return true;
}

bool input_peek(struct input *in, size_t want, struct slice *out, struct fault *f)
{
    return stage_peek(in->top, want, out, f);
}

bool input_is_text(const struct input *in)
{
    return in->text;
}

size_t input_mark(struct slice head)
{
    static const struct slice bom = SLICE_INIT("\xef\xbb\xbf");
    size_t n = 0;
    while (n < head.len && slice_blank(head.ptr[n]))
        n++;
    return slice_starts(slice_sub(head, n, head.len), bom) ? n + bom.len : 0;
}

bool input_text(struct input *in, struct slice charset, struct fault *f)
{
    struct slice head;
    if (in->text)
        return true;
    if (!input_peek(in, INPUT_MARK_MAX, &head, f))
        return false;
    const struct charset *c = charset_find(charset.len ? charset : SLICE("utf-8"));
    if (!c)
        return fault_set(f, WIRE_SCHEMA, "charset \"%.*s\" is not one of %s",
                         SLICE_FMT(slice_sub(charset, 0, 40)), charset_names());
    in->text = true;
    if (input_mark(head) > 0) {
        stage_skip(in->top, input_mark(head));
        return true;
    }
    bool little = slice_starts(head, SLICE("\xff\xfe")),
         big = slice_starts(head, SLICE("\xfe\xff"));
    if (little || big) {
        stage_skip(in->top, 2);
        c = charset_find(little ? SLICE("utf-16le") : SLICE("utf-16be"));
    }
    if (charset_is_utf8(c))
        return true;
    struct recode *r = arena_alloc(in->arena, sizeof *r);
    if (!r)
        return fault_set(f, WIRE_LIMIT, "out of memory");
    r->stage = (struct stage){.pull = recode_pull, .below = in->top};
    r->charset = c;
    in->top = &r->stage;
    return true;
}

struct arena *input_arena(const struct input *in)
{
    return in->arena;
}

static bool memory_wait(void *ctx, const char **base, size_t *have, bool *end)
{
    struct input_memory *m = ctx;
    *base = m->bytes.ptr;
    *have = m->bytes.len;
    *end = true;
    return true;
}

struct input_source input_from_memory(struct input_memory *m)
{
    return (struct input_source){.wait = memory_wait, .ctx = m};
}
