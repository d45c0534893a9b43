/* SPDX-License-Identifier: ISC */
/* Lines and fields, eight bytes at a time. */
#include "parsers/records.h"

#include <endian.h>
#include <inttypes.h>
#include <string.h>

#define RUN ((size_t)64 << 10)
#define PEEK 4096
#define WORD 8 /* bytes; as many zeros lie behind what was read */
#define LOW UINT64_C(0x7f7f7f7f7f7f7f7f)
#define EACH UINT64_C(0x0101010101010101)

/* ---- the run ---- */

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
        char *run = arena_alloc(r->arena, room + WORD);
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
    memset(r->run + r->to, 0, WORD);
    r->end = got == 0;
    *grown = got > 0;
    return true;
}

bool records_open(struct arena *a, struct input *in, char separator, bool quote, struct records *r,
                  struct fault *f)
{
    bool grown = true;
    *r = (struct records){.arena = a, .input = in, .quote = quote, .number = 1};
    r->separator = separator ? separator : '\n';
    r->fields = arena_array(a, RECORDS_FIELDS_MAX, sizeof *r->fields);
    if (!r->fields)
        return fault_set(f, WIRE_LIMIT, "out of memory");
    /* which comes first? a CR that ends the run may have its LF behind it */
    while (grown) {
        size_t at = 0;
        while (at < r->to && r->run[at] != '\n' && r->run[at] != '\r')
            at++;
        r->lone_cr = at + 1 < r->to && r->run[at] == '\r' && r->run[at + 1] != '\n';
        if (at + 1 < r->to)
            break;
        if (!fill(r, &grown, f))
            return false;
    }
    return true;
}

/* ---- a line ---- */

enum scan { SCANNED, SHORT, DAMAGED }; /* SHORT: the run ends first and there may be more */

struct scanner {
    struct records *r;
    char *start, *at, *end; /* of the field at hand; of the run: zeros lie behind it */
    char line_end;
    uint64_t within; /* line ends in quotes */
    enum wire_failure kind;
    const char *why;
};

static uint64_t marks(uint64_t word, uint64_t pattern)
{
    uint64_t x = word ^ pattern;
    return ~(((x & LOW) + LOW) | x | LOW);
}

/* The first separator or line end from `at` on, or the end of the run. */
static char *find_mark(const struct scanner *s, char *at)
{
    const uint64_t separators = EACH * (unsigned char)s->r->separator;
    const uint64_t line_ends = EACH * (unsigned char)s->line_end;
    for (; at < s->end; at += WORD) {
        uint64_t word, found;
        memcpy(&word, at, sizeof word);
        word = le64toh(word);
        found = marks(word, separators) | marks(word, line_ends);
        if (found)
            return at + __builtin_ctzll(found) / 8;
    }
    return s->end;
}

static bool is_blank(const struct scanner *s, char c)
{
    return (c == ' ' || c == '\t') && c != s->r->separator;
}

/* Does the field begin with a quote, blanks before it aside? */
static bool is_quoted(struct scanner *s)
{
    char *at = s->start;
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
static char *closing_quote(const struct scanner *s)
{
    char *at = s->start + 1, *quote;
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
static enum scan scan_quoted(struct scanner *s, char **to)
{
    char *quote = closing_quote(s);
    if (!quote)
        return s->r->end ? damaged(s, WIRE_TRUNCATED, "the payload ends inside a field's quotes")
                         : SHORT;
    for (char *p = s->start; (p = memchr(p, s->line_end, (size_t)(quote - p))); p++)
        s->within++;
    *to = s->at = quote + 1;
    while (s->at < s->end && (is_blank(s, *s->at) || (*s->at == '\r' && s->line_end == '\n')))
        s->at++;
    if (s->at < s->end && *s->at != s->r->separator && *s->at != s->line_end)
        return damaged(s, WIRE_SYNTAX,
                       "text behind a field's closing quote; if quotes are characters like "
                       "others here, set quote = no");
    return SCANNED;
}

static enum scan scan_field(struct scanner *s)
{
    struct records *r = s->r;
    enum scan found = SCANNED;
    char *to = NULL;
    if (r->n == RECORDS_FIELDS_MAX)
        return damaged(s, WIRE_SYNTAX, "more fields than any format has");
    if (r->quote && is_quoted(s))
        found = scan_quoted(s, &to);
    else
        to = s->at = find_mark(s, s->start);
    if (found != SCANNED)
        return found;
    if (s->at == s->end && !r->end)
        return SHORT;
    if (to > s->start && to[-1] == '\r' && s->at < s->end && *s->at == '\n')
        to--;
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
        enum scan found = scan_field(s);
        if (found != SCANNED)
            return found;
        if (s->at == s->end || *s->at == s->line_end)
            return SCANNED;
        s->start = s->at + 1;
    }
}

static void take_line(struct records *r, const struct scanner *s)
{
    char *from = r->run + r->from;
    r->line = (struct slice){from, (size_t)(s->at - from)};
    r->ended = s->at < s->end;
    if (r->ended && r->line.len && s->at[-1] == '\r')
        r->line.len--;
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
    struct scanner s = {.r = r, .line_end = r->lone_cr ? '\r' : '\n'};
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
