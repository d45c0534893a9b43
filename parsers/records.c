/* SPDX-License-Identifier: ISC */
/* Lines and fields, a block of bytes at a time. */
#include "parsers/records.h"

#include <inttypes.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#define JOIN 4096 /* bytes of a run put behind a line that began in the last one, at first */
#define PEEK 4096
#define BLOCK 64   /* bytes looked at together */
#define AHEAD 1024 /* of those, bytes asked of memory */

/* ---- the run ---- */

#ifdef __SSE2__
static inline uint64_t find_byte(const char *block, char byte)
{
    const __m128i bytes = _mm_set1_epi8(byte);
    uint64_t found = 0;
#pragma GCC unroll 4
    for (int i = 0; i < BLOCK; i += 16) {
        __m128i sixteen = _mm_loadu_si128((const __m128i *)(const void *)(block + i));
        found |= (uint64_t)(unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(sixteen, bytes)) << i;
    }
    return found;
}
#else
static inline uint64_t find_byte(const char *block, char byte)
{
    uint64_t found = 0;
    for (int i = 0; i < BLOCK; i++)
        found |= (uint64_t)(block[i] == byte) << i;
    return found;
}
#endif

/* The last block of a run is short, and what lies behind it may not be read. */
__attribute__((noinline)) static void seek_last(struct records *r, const char *at, size_t left)
{
    char last[BLOCK] = {0};
    uint64_t within = (UINT64_C(1) << left) - 1;
    if (left)
        memcpy(last, at, left);
    r->ends = find_byte(last, r->line_end) & within;
    r->separators = find_byte(last, r->separator) & within & ~r->ends;
    r->quotes = find_byte(last, '"');
}

static inline bool ends_field(const struct records *r, char c)
{
    return c == r->separator || c == r->line_end;
}

/* Look for separators and line ends from here on, in one block of the run. */
static inline void seek(struct records *r, const char *at)
{
    size_t left = (size_t)(r->run + r->to - at);
    r->block = at;
    r->masked = false;
    __builtin_prefetch((const void *)((uintptr_t)at + AHEAD));
    if (left < BLOCK) {
        seek_last(r, at, left);
        return;
    }
    r->ends = find_byte(at, r->line_end);
    r->separators = find_byte(at, r->separator) & ~r->ends;
    r->quotes = r->quote ? find_byte(at, '"') : 0;
}

/* The same, for those outside quotes; within: all ones where the block begins within them;
 * begins: 1 where it begins with a field, else 0. */
static inline void seek_outside(struct records *r, const char *at, uint64_t within, uint64_t begins)
{
    bool whole = r->run + r->to - at > BLOCK;
    seek(r, at);
    r->masked = true;
    if (!(r->quotes | within)) { /* as most blocks are, where not all texts are quoted */
        r->odd = r->within = 0;
        r->begins = (r->separators | r->ends) >> (BLOCK - 1);
        return;
    }
    uint64_t in = r->quotes; /* a bit is set where the quotes up to it are odd in number */
#pragma GCC unroll 6
    for (int shift = 1; shift < BLOCK; shift *= 2)
        in ^= in << shift;
    in ^= within;
    uint64_t hidden = r->ends & in;
    r->ends &= ~in;
    r->separators &= ~in;
    uint64_t marks = r->separators | r->ends, next = whole && ends_field(r, at[BLOCK]);
    r->odd = hidden | (r->quotes & in & ~(marks << 1 | begins)) |
             (r->quotes & ~in & ~(marks >> 1 | next << (BLOCK - 1)));
    r->begins = marks >> (BLOCK - 1);
    r->within = -(in >> (BLOCK - 1));
}

/* Go on in run[from..to). */
static void use(struct records *r, const char *run, size_t from, size_t to)
{
    r->run = run;
    r->from = from;
    r->to = to;
    seek(r, run + from);
}

/* Put `left` bytes of the run at the front of the joint, and leave room for as many more. */
static bool join(struct records *r, size_t left, size_t more, struct fault *f)
{
    if (left >= RECORDS_LINE_MAX)
        return fault_set(f, WIRE_SYNTAX,
                         "line %" PRIu64 ": longer than %zu bytes; is a quote not closed?",
                         r->lines + 1, RECORDS_LINE_MAX);
    char *joint = r->joint;
    if (left + more > r->room) {
        r->room = 2 * (left + more);
        if (!(joint = arena_alloc(r->arena, r->room)))
            return fault_set(f, WIRE_LIMIT, "line %" PRIu64 ": out of memory", r->lines + 1);
    }
    if (left)
        memmove(joint, r->run + r->from, left);
    r->joint = joint;
    return true;
}

static bool in_joint(const struct records *r)
{
    return r->joint && r->run == r->joint;
}

/* How much of the input's run is in sight. */
static size_t seen(const struct records *r)
{
    return in_joint(r) ? r->to - r->joined : r->below.len;
}

/* Behind the `left` bytes that begin the joint: as much as that of the input's run. */
static void put_behind(struct records *r, size_t left, size_t from, size_t more)
{
    more = more < r->below.len - from ? more : r->below.len - from;
    if (more)
        memcpy(r->joint + left, r->below.ptr + from, more);
    use(r, r->joint, 0, left + more);
}

/* A line longer than what was joined. */
static bool see_more(struct records *r, struct fault *f)
{
    size_t left = r->to - r->from, from = seen(r), more = from > JOIN ? from : JOIN;
    if (!join(r, left, more, f))
        return false;
    r->joined -= r->from;
    put_behind(r, left, from, more);
    return true;
}

/* On into the input's next run. */
static bool see_next(struct records *r, struct fault *f)
{
    size_t left = r->to - r->from;
    if (!join(r, left, JOIN, f) || !input_next(r->input, SIZE_MAX, &r->below, f))
        return false;
    r->end = r->below.len == 0;
    r->joined = left;
    if (!left && !r->end)
        use(r, r->below.ptr, 0, r->below.len);
    else
        put_behind(r, left, 0, JOIN);
    return true;
}

/* See more behind what is not used yet; *grown is false at the end. */
static bool fill(struct records *r, bool *grown, struct fault *f)
{
    size_t hidden = r->below.len - seen(r);
    *grown = false;
    if (r->end)
        return true;
    *grown = true;
    if (in_joint(r) && r->from >= r->joined) { /* it has done its work */
        use(r, r->below.ptr, r->from - r->joined, r->below.len);
        if (hidden)
            return true;
    }
    if (!(hidden ? see_more(r, f) : see_next(r, f)))
        return false;
    *grown = !r->end;
    return true;
}

bool records_open(struct arena *a, struct input *in, char separator, bool quote, struct records *r,
                  struct fault *f)
{
    bool grown = true;
    *r = (struct records){.arena = a, .input = in, .quote = quote, .number = 1};
    r->fields = arena_room(a, (RECORDS_FIELDS_MAX + BLOCK + 2) * sizeof *r->fields);
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

/* The field in quotes that begins at s->start; s->at is set to what ends it. */
static enum scan scan_quoted(struct scanner *s)
{
    struct slice *field = &s->r->fields[s->r->n];
    const char *quote = closing_quote(s);
    if (!quote)
        return s->r->end ? damaged(s, WIRE_TRUNCATED, "the payload ends inside a field's quotes")
                         : SHORT;
    for (const char *p = s->start; (p = memchr(p, s->r->line_end, (size_t)(quote - p))); p++)
        s->within++;
    *field = (struct slice){s->start, (size_t)(quote + 1 - s->start)};
    s->at = quote + 1;
    while (s->at < s->end && (is_blank(s, *s->at) || (*s->at == '\r' && s->r->line_end == '\n')))
        s->at++;
    if (s->at < s->end && *s->at != s->r->separator && *s->at != s->r->line_end)
        return damaged(s, WIRE_SYNTAX,
                       "text behind a field's closing quote; if quotes are characters like "
                       "others here, set quote = no");
    if (s->at == s->end)
        return s->r->end ? SCANNED : SHORT;
    seek(s->r, s->at + 1);
    return SCANNED;
}

/* Does the field at `at` perhaps begin with a quote? */
static inline bool may_be_quoted(const char *at, const char *end)
{
    return at < end && (*at == '"' || *at == ' ' || *at == '\t');
}

/* The fields that begin at s->start, up to the end of the line or to one in quotes: s->at is set to
 * what ends the last of them. In plain variables, for a field might be any of the struct's. */
__attribute__((always_inline)) static inline enum scan scan_plain(struct scanner *s,
                                                                  const bool quote)
{
    struct records *r = s->r;
    struct slice *field = r->fields + r->n;
    const char *start = s->start, *const end = s->end;
    for (;;) {
        const char *const block = r->block;
        uint64_t line = r->ends & -r->ends, marks = r->separators & (line - 1);
        if (field - r->fields > RECORDS_FIELDS_MAX)
            break;
        while (marks) {
            const char *at = block + (unsigned)__builtin_ctzll(marks);
            marks &= marks - 1;
            *field++ = (struct slice){start, (size_t)(at - start)};
            start = at + 1;
            if (quote && may_be_quoted(start, end)) {
                r->separators = marks | (r->separators & ~(line - 1));
                s->at = at;
                r->n = (size_t)(field - r->fields);
                return SCANNED;
            }
        }
        if (line || block + BLOCK >= end) {
            s->at = line ? block + __builtin_ctzll(line) : end;
            *field++ = (struct slice){start, (size_t)(s->at - start)};
            r->separators &= ~(line - 1);
            r->ends &= r->ends - 1;
            break;
        }
        seek(r, block + BLOCK);
    }
    r->n = (size_t)(field - r->fields);
    return s->at < end || r->end ? SCANNED : SHORT;
}

static enum scan scan_with_quotes(struct scanner *s)
{
    struct records *r = s->r;
    r->n = 0;
    seek(r, s->start);
    while (r->n <= RECORDS_FIELDS_MAX) {
        bool quoted = is_quoted(s);
        enum scan found = quoted ? scan_quoted(s) : scan_plain(s, true);
        if (found != SCANNED)
            return found;
        r->n += quoted;
        if (s->at == s->end || *s->at == r->line_end)
            return SCANNED;
        s->start = s->at + 1;
    }
    return SCANNED;
}

/* Is what is odd in the line only the quote before the CR of its CRLF, all three in one block? */
static bool ends_with_cr(const struct records *r, uint64_t line)
{
    uint64_t quote = line >> 2;
    return r->line_end == '\n' && (r->odd & (line - 1)) == quote &&
           r->block[__builtin_ctzll(line) - 1] == '\r';
}

/* A whole line in which each quote opens or closes a field, and so says what is within: as nearly
 * all are. False: it is none, or not sure to be one; look closer. */
static inline bool scan_tidy(struct scanner *s)
{
    struct records *r = s->r;
    struct slice *field = r->fields;
    const char *start = s->start;
    if (!r->masked)
        seek_outside(r, start, 0, 1);
    for (;;) {
        const char *const block = r->block;
        uint64_t line = r->ends & -r->ends, marks = r->separators & (line - 1);
        if (r->odd & (line - 1) && !ends_with_cr(r, line))
            return false;
        if (field - r->fields > RECORDS_FIELDS_MAX)
            return false;
        while (marks) {
            const char *at = block + (unsigned)__builtin_ctzll(marks);
            marks &= marks - 1;
            *field++ = (struct slice){start, (size_t)(at - start)};
            start = at + 1;
        }
        if (line) {
            s->at = block + __builtin_ctzll(line);
            r->separators &= ~(line - 1);
            r->odd &= ~(line - 1);
            r->ends &= r->ends - 1;
            break;
        }
        if (block + BLOCK >= s->end)
            return false;
        seek_outside(r, block + BLOCK, r->within, r->begins);
    }
    *field++ = (struct slice){start, (size_t)(s->at - start)};
    r->n = (size_t)(field - r->fields);
    return true;
}

/* One line from run[from] on. */
static inline enum scan scan_line(struct scanner *s)
{
    struct records *r = s->r;
    r->n = s->within = 0;
    s->start = s->at = r->run + r->from;
    s->end = r->run + r->to;
    r->tidy = r->quote && scan_tidy(s);
    enum scan found = r->tidy ? SCANNED : r->quote ? scan_with_quotes(s) : scan_plain(s, false);
    return r->n <= RECORDS_FIELDS_MAX ? found
                                      : damaged(s, WIRE_SYNTAX, "more fields than any format has");
}

static inline void take_line(struct records *r, const struct scanner *s)
{
    const char *from = r->run + r->from;
    struct slice *last = &r->fields[r->n - 1];
    r->line = (struct slice){from, (size_t)(s->at - from)};
    r->ended = s->at < s->end;
    if (r->ended && r->line_end == '\n' && r->line.len && s->at[-1] == '\r') {
        r->line.len--;
        last->len -= last->ptr + last->len == s->at; /* a quote may have ended it before */
    }
    r->number = r->lines + 1;
    r->lines += s->within + r->ended;
    r->from += (size_t)(s->at - from) + r->ended;
}

/* Only white space and separators. */
static inline bool is_empty(const struct records *r)
{
    if (r->fields[0].len && *r->fields[0].ptr > ' ') /* nearly always */
        return false;
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

/* The line at hand stays where the input's next call does not reach. */
static bool keep_line(struct records *r, struct fault *f)
{
    const char *line = r->line.ptr;
    size_t used = (size_t)(r->run + r->from - line), left = r->to - r->from;
    if (in_joint(r))
        return true;
    r->from -= used;
    if (!join(r, used + left, 1, f))
        return false;
    for (size_t i = 0; i < r->n; i++)
        r->fields[i].ptr = r->joint + (r->fields[i].ptr - line);
    r->line.ptr = r->joint;
    r->below.len = 0; /* all of it lies in the joint */
    r->joined = used + left;
    use(r, r->joint, used, used + left);
    return true;
}

bool records_last(struct records *r, bool *last, struct fault *f)
{
    struct slice head;
    *last = is_white((struct slice){r->run + r->from, r->to - r->from}) &&
            is_white(slice_sub(r->below, seen(r), r->below.len));
    if (!*last || r->end)
        return true;
    if (!keep_line(r, f) || !input_peek(r->input, PEEK, &head, f))
        return false;
    r->below = slice_sub(r->below, 0, 0);
    r->joined = r->to;
    *last = is_white(head); /* so many blanks are followed by nothing */
    return true;
}
