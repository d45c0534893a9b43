/* SPDX-License-Identifier: ISC */
/* Lines and fields, a block of bytes at a time. */
#include "parsers/records.h"

#include <inttypes.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#define RUN ((size_t)64 << 10)
#define PEEK 4096
#define BLOCK 64 /* bytes looked at together; as many zeros lie behind what was read */

/* ---- the run ---- */

/* The bytes of a block that are a separator or a line end, a bit each. */
static uint64_t find_marks(const struct records *r, const char *block)
{
    uint64_t found = 0;
#ifdef __SSE2__
    const __m128i separators = _mm_set1_epi8(r->separator), ends = _mm_set1_epi8(r->line_end);
    for (int i = 0; i < BLOCK; i += 16) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(block + i));
        __m128i marks =
            _mm_or_si128(_mm_cmpeq_epi8(bytes, separators), _mm_cmpeq_epi8(bytes, ends));
        found |= (uint64_t)(unsigned)_mm_movemask_epi8(marks) << i;
    }
#else
    for (int i = 0; i < BLOCK; i++)
        found |= (uint64_t)(block[i] == r->separator || block[i] == r->line_end) << i;
#endif
    return found;
}

/* Look for marks from here on. */
static void seek(struct records *r, const char *at)
{
    r->block = at;
    r->marks = find_marks(r, at);
}

/* Read on behind what is not used yet; *grown is false at the end. */
static bool fill(struct records *r, bool *grown, struct fault *f)
{
    size_t left = r->to - r->from, got = 0;
    *grown = false;
    if (r->end)
        return true;
    if (left >= RECORDS_LINE_MAX)
        return fault_set(f, WIRE_SYNTAX,
                         "line %" PRIu64 ": longer than %zu bytes; is a quote not closed?",
                         r->lines + 1, RECORDS_LINE_MAX);
    if (left + RUN > r->room) {
        size_t room = 2 * (left + RUN);
        char *run = arena_alloc(r->arena, room + BLOCK);
        if (!run)
            return fault_set(f, WIRE_LIMIT, "line %" PRIu64 ": out of memory", r->lines + 1);
        if (left)
            memcpy(run, r->run + r->from, left);
        r->run = run;
        r->room = room;
    } else if (r->from) {
        memmove(r->run, r->run + r->from, left);
    }
    r->from = 0;
    r->to = left;
    if (!input_read(r->input, r->run + left, r->room - left, &got, f))
        return false;
    r->to += got;
    memset(r->run + r->to, 0, BLOCK);
    r->end = got == 0;
    *grown = got > 0;
    return true;
}

bool records_open(struct arena *a, struct input *in, char separator, bool quote, struct records *r,
                  struct fault *f)
{
    bool grown = true;
    *r = (struct records){.arena = a, .input = in, .quote = quote, .number = 1};
    r->fields = arena_array(a, RECORDS_FIELDS_MAX, sizeof *r->fields);
    if (!r->fields)
        return fault_set(f, WIRE_LIMIT, "out of memory");
    /* which comes first? a CR that ends the run may have its LF behind it */
    r->line_end = '\n';
    while (grown) {
        size_t at = 0;
        while (at < r->to && r->run[at] != '\n' && r->run[at] != '\r')
            at++;
        if (at + 1 < r->to) {
            r->line_end = r->run[at] == '\r' && r->run[at + 1] != '\n' ? '\r' : '\n';
            break;
        }
        if (!fill(r, &grown, f))
            return false;
    }
    r->separator = separator ? separator : r->line_end;
    if (r->to)
        seek(r, r->run);
    return true;
}

/* ---- a line ---- */

enum scan { SCANNED, SHORT, DAMAGED }; /* SHORT: the run ends first and there may be more */

struct scanner {
    struct records *r;
    const char *start, *at, *end; /* of the field at hand; of the run: zeros lie behind it */
    uint64_t within;              /* line ends in quotes */
    enum wire_failure kind;
    const char *why;
};

/* The next separator or line end, or the end of the run. */
static inline const char *next_mark(struct records *r, const char *end)
{
    while (!r->marks) {
        if (r->block + BLOCK >= end)
            return end;
        seek(r, r->block + BLOCK);
    }
    const char *at = r->block + __builtin_ctzll(r->marks);
    r->marks &= r->marks - 1;
    return at;
}

static bool is_blank(const struct scanner *s, char c)
{
    return (c == ' ' || c == '\t') && c != s->r->separator;
}

/* Does the field begin with a quote, blanks before it aside? */
static bool is_quoted(struct scanner *s)
{
    const char *at = s->start;
    while (at < s->end && is_blank(s, *at))
        at++;
    if (at == s->end || *at != '"')
        return false;
    s->start = at;
    return true;
}

static enum scan damaged(struct scanner *s, enum wire_failure kind, const char *why)
{
    s->kind = kind;
    s->why = why;
    return DAMAGED;
}

/* The quote that closes the field, or NULL: it is not there yet. */
static const char *closing_quote(const struct scanner *s)
{
    const char *at = s->start + 1, *quote;
    while ((quote = memchr(at, '"', (size_t)(s->end - at)))) {
        if (quote + 1 == s->end)
            return s->r->end ? quote : NULL;
        if (quote[1] != '"')
            return quote;
        at = quote + 2;
    }
    return NULL;
}

/* A field in quotes. *to is set behind its closing quote, s->at to what ends the field. */
static enum scan scan_quoted(struct scanner *s, const char **to)
{
    const char *quote = closing_quote(s);
    if (!quote)
        return s->r->end ? damaged(s, WIRE_TRUNCATED, "the payload ends inside a field's quotes")
                         : SHORT;
    for (const char *p = s->start; (p = memchr(p, s->r->line_end, (size_t)(quote - p))); p++)
        s->within++;
    *to = s->at = quote + 1;
    while (s->at < s->end && (is_blank(s, *s->at) || (*s->at == '\r' && s->r->line_end == '\n')))
        s->at++;
    if (s->at < s->end && *s->at != s->r->separator && *s->at != s->r->line_end)
        return damaged(s, WIRE_SYNTAX,
                       "text behind a field's closing quote; if quotes are characters like "
                       "others here, set quote = no");
    if (s->at < s->end) {
        seek(s->r, s->at);
        s->r->marks &= s->r->marks - 1;
    }
    return SCANNED;
}

/* The field that begins at s->start; s->at is set to what ends it. */
static inline enum scan scan_field(struct scanner *s)
{
    struct records *r = s->r;
    const char *to;
    if (r->quote && (*s->start == '"' || is_blank(s, *s->start)) && is_quoted(s)) {
        enum scan found = scan_quoted(s, &to);
        if (found != SCANNED)
            return found;
    } else {
        to = s->at = next_mark(r, s->end);
    }
    if (s->at == s->end && !r->end)
        return SHORT;
    r->fields[r->n++] = (struct slice){s->start, (size_t)(to - s->start)};
    return SCANNED;
}

/* One line from run[from] on. */
static enum scan scan_line(struct scanner *s)
{
    struct records *r = s->r;
    r->n = 0;
    s->within = 0;
    s->start = s->at = r->run + r->from;
    s->end = r->run + r->to;
    for (;;) {
        if (r->n == RECORDS_FIELDS_MAX)
            return damaged(s, WIRE_SYNTAX, "more fields than any format has");
        enum scan found = scan_field(s);
        if (found != SCANNED)
            return found;
        if (s->at == s->end || *s->at == r->line_end)
            return SCANNED;
        s->start = s->at + 1;
    }
}

static void take_line(struct records *r, const struct scanner *s)
{
    const char *from = r->run + r->from;
    struct slice *last = &r->fields[r->n - 1];
    r->line = (struct slice){from, (size_t)(s->at - from)};
    r->ended = s->at < s->end;
    if (r->ended && r->line_end == '\n' && slice_ends(r->line, SLICE("\r"))) {
        r->line.len--;
        last->len -= slice_ends(*last, SLICE("\r"));
    }
    r->number = r->lines + 1;
    r->lines += s->within + r->ended;
    r->from += (size_t)(s->at - from) + r->ended;
}

/* Only white space and separators. */
static bool is_empty(const struct records *r)
{
    for (size_t i = 0; i < r->n; i++) {
        if (slice_trim(r->fields[i]).len)
            return false;
    }
    return true;
}

static bool next_line(struct records *r, bool *more, struct fault *f)
{
    struct scanner s = {.r = r};
    bool grown = true;
    while (grown) {
        enum scan found = r->from < r->to ? scan_line(&s) : SHORT;
        if (found == DAMAGED)
            return fault_set(f, s.kind, "line %" PRIu64 ": %s", r->lines + 1, s.why);
        *more = found == SCANNED;
        if (*more)
            break;
        if (!fill(r, &grown, f))
            return false;
        seek(r, r->run + r->from);
        grown |= r->from < r->to; /* the end is known now: what is left is a line */
    }
    if (*more)
        take_line(r, &s);
    return true;
}

bool records_next(struct records *r, bool *more, struct fault *f)
{
    do {
        if (!next_line(r, more, f))
            return false;
    } while (*more && is_empty(r));
    return true;
}

static bool is_white(struct slice s)
{
    return !slice_trim(s).len;
}

bool records_last(struct records *r, bool *last, struct fault *f)
{
    struct slice head;
    *last = is_white((struct slice){r->run + r->from, r->to - r->from});
    if (!*last || r->end)
        return true;
    if (!input_peek(r->input, PEEK, &head, f))
        return false;
    *last = is_white(head); /* so many blanks are followed by nothing */
    return true;
}
