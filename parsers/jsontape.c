/* SPDX-License-Identifier: ISC */
/* The grammar of JSON over the marks of a text. What stands between two marks is one thing and
 * white space behind it, so a mark is looked at once. Values are laid open, those of a container
 * that is not yet closed together, and go to its page when it is. */
#include "parsers/jsontape.h"

#include <math.h>
#include <stdlib.h>

#include "parsers/jsonscan.h"

#define WHOLE_DIGITS 16   /* of a number that is within 56 bits for sure */
#define FINITE_LENGTH 200 /* a number that short, with two digits of exponent, is no infinity */

struct reader {
    struct jsontape *tape;
    const char *text;
    uint64_t *top;      /* behind the last open value */
    size_t escape, len; /* the first backslash from some place on that was passed, or len */
    struct arena *arena;
    uint32_t depth;
    enum jsontape_verdict why;
    struct jsontape_culprit culprit;
};

/* No value has this word. */
static uint64_t refuse(struct reader *r, const uint32_t *mark, enum jsontape_verdict why)
{
    r->why = why;
    r->culprit.at = *mark;
    return 0;
}

/* ---- texts ---- */

/* Where the text that begins at this mark ends: between its last quote and the next mark is white
 * space only. */
static inline size_t text_end(const struct reader *r, const uint32_t *mark)
{
    size_t end = mark[1] - 1;
    while (r->text[end] != '"')
        end--;
    return end;
}

/* Is there a backslash? Asked in the order of the text. */
static bool has_escape(struct reader *r, size_t from, size_t end)
{
    if (r->escape < from) {
        const char *next = memchr(r->text + from, '\\', r->len - from);
        r->escape = next ? (size_t)(next - r->text) : r->len;
    }
    return r->escape < end;
}

/* Four hexadecimal digits; -1 where they are none. */
static int32_t hex(const char *s)
{
    int32_t code = 0;
    for (int i = 0; i < 4; i++) {
        char c = s[i], low = (char)(c | 0x20);
        int digit = c >= '0' && c <= '9' ? c - '0' : low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
        if (digit < 0)
            return -1;
        code = code << 4 | digit;
    }
    return code;
}

static char *encode(char *to, int32_t c)
{
    if (c < 0x80) {
        *to++ = (char)c;
        return to;
    }
    int more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
    static const unsigned char lead[] = {0, 0xc0, 0xe0, 0xf0};
    *to++ = (char)(lead[more] | c >> 6 * more);
    while (more-- > 0)
        *to++ = (char)(0x80 | (c >> 6 * more & 0x3f));
    return to;
}

/* The character of \uXXXX, or of two of them, that begins at *at, behind which *at is then; -1
 * where it is none. */
static int32_t unicode(const char **at)
{
    int32_t c = hex(*at + 2), low;
    *at += 6;
    if (c < 0xd800 || c > 0xdfff)
        return c;
    if (c > 0xdbff || (*at)[0] != '\\' || (*at)[1] != 'u' || (low = hex(*at + 2)) < 0xdc00 ||
        low > 0xdfff)
        return -1; /* half of a pair */
    *at += 6;
    return 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
}

/* The text at the mark without its escapes; false where one is wrong or memory is out. No escape is
 * shorter than what it stands for. */
static bool decode(struct reader *r, const uint32_t *mark, struct slice *text)
{
    static const char of[] = "\"\\/bfnrt", is[] = "\"\\/\b\f\n\r\t";
    const char *s = text->ptr, *stop = s + text->len;
    char *out = arena_room(r->arena, text->len + 1), *to = out;
    if (!out)
        return refuse(r, mark, JSONTAPE_FULL);
    while (s < stop) {
        if (*s != '\\') {
            *to++ = *s++;
            continue;
        }
        int32_t c = -1;
        if (s[1] == 'u') {
            c = unicode(&s);
        } else {
            const char *found = s[1] ? strchr(of, s[1]) : NULL;
            c = found ? is[found - of] : -1;
            s += 2;
        }
        if (c < 0)
            return refuse(r, mark, JSONTAPE_BROKEN);
        to = encode(to, c);
    }
    *to = '\0';
    *text = (struct slice){out, (size_t)(to - out)};
    return true;
}

__attribute__((noinline)) static uint64_t text_apart(struct reader *r, const uint32_t *mark,
                                                     size_t end)
{
    struct jsontape *t = r->tape;
    size_t from = *mark + 1;
    struct slice s = {r->text + from, end - from};
    bool escaped = has_escape(r, from, end);
    if (!escaped && s.len < JSONTAPE_APART)
        return jsontape_word('"', (uint64_t)s.len << 32 | from);
    if (escaped && !decode(r, mark, &s))
        return 0;
    if (!arrays_grow(&t->shapes.arrays, &t->apart, &t->apart_room, (uint64_t)t->apart_count + 1,
                     sizeof *t->apart, UINT32_MAX / 4))
        return refuse(r, mark, JSONTAPE_FULL);
    t->apart[t->apart_count] = s;
    return jsontape_word('"', (uint64_t)JSONTAPE_APART << 32 | t->apart_count++);
}

static inline uint64_t text_value(struct reader *r, const uint32_t *mark)
{
    size_t from = *mark + 1, end = text_end(r, mark);
    if (end <= r->escape && end - from < JSONTAPE_APART)
        return jsontape_word('"', (uint64_t)(end - from) << 32 | from);
    return text_apart(r, mark, end);
}

/* ---- numbers, and the three words ---- */

/* Does what began at the mark end here? What is behind it is the next mark, or white space up to
 * it.
 */
static inline bool ends(const struct reader *r, const uint32_t *mark, const char *s)
{
    const uint64_t white = UINT64_C(1) << ' ' | 1 << '\n' | 1 << '\r' | 1 << '\t';
    return s == r->text + mark[1] || ((unsigned char)*s <= ' ' && white >> *s & 1);
}

static inline bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Eight digits? Their high halves are 3, and stay so when six is added. */
static inline bool are_digits(const char *s)
{
    uint64_t v = jsonshape_eight(s), high = UINT64_C(0xf0f0f0f0f0f0f0f0);
    return ((v & high) | ((v + UINT64_C(0x0606060606060606)) & high) >> 4) ==
           UINT64_C(0x3333333333333333);
}

static inline const char *skip_digits(const char *s)
{
    while (are_digits(s))
        s += 8;
    while (is_digit(*s))
        s++;
    return s;
}

/* Of a number with a fraction or exponent, which begins at `s`: its end; NULL where it is none. */
static const char *fraction_end(const char *s)
{
    s = skip_digits(s + (*s == '-'));
    if (*s == '.') {
        if (!is_digit(*++s))
            return NULL;
        s = skip_digits(s);
    }
    if ((*s | 0x20) != 'e')
        return s;
    s++;
    s += *s == '+' || *s == '-';
    return is_digit(*s) ? skip_digits(s) : NULL;
}

/* A number beyond all that a computer counts is none. */
static bool is_finite(const char *s, const char *end)
{
    const char *e = s;
    while (e < end && (*e | 0x20) != 'e')
        e++;
    return (end - e <= 3 && e - s < FINITE_LENGTH) || isfinite(strtod(s, NULL));
}

/* A whole number of more digits than are read at once, behind its sign. */
static uint64_t long_whole(struct reader *r, const uint32_t *mark, struct slice digits, bool minus)
{
    struct jsontape *t = r->tape;
    uint64_t n = 0;
    for (size_t i = 0; i < digits.len; i++) {
        if (__builtin_mul_overflow(n, 10, &n) || __builtin_add_overflow(n, digits.ptr[i] - '0', &n))
            return refuse(r, mark, JSONTAPE_BROKEN);
    }
    if (minus && n > (uint64_t)INT64_MAX + 1)
        return refuse(r, mark, JSONTAPE_BROKEN);
    if (!minus && n > INT64_MAX)
        return jsontape_word('u', 0);
    if (!arrays_grow(&t->shapes.arrays, &t->wide, &t->wide_room, (uint64_t)t->wide_count + 1,
                     sizeof *t->wide, UINT32_MAX / 4))
        return refuse(r, mark, JSONTAPE_FULL);
    t->wide[t->wide_count] = (int64_t)(minus ? -n : n);
    return jsontape_word('w', t->wide_count++);
}

/* Any number but a whole one of few digits; and what is none. */
__attribute__((noinline)) static uint64_t number_rare(struct reader *r, const uint32_t *mark)
{
    const char *s = r->text + *mark, *digits = s + (*s == '-'), *end = skip_digits(digits);
    bool whole = *end != '.' && (*end | 0x20) != 'e';
    if (end == digits || (*digits == '0' && end > digits + 1))
        return refuse(r, mark, JSONTAPE_BROKEN);
    if (!whole)
        end = fraction_end(s);
    if (!end || !ends(r, mark, end))
        return refuse(r, mark, JSONTAPE_BROKEN);
    if (whole)
        return long_whole(r, mark, (struct slice){digits, (size_t)(end - digits)}, *s == '-');
    return is_finite(s, end) ? jsontape_word('d', 0) : refuse(r, mark, JSONTAPE_BROKEN);
}

static inline uint64_t number(struct reader *r, const uint32_t *mark)
{
    const char *s = r->text + *mark;
    bool minus = *s == '-';
    const char *digits = s += minus;
    uint64_t n = 0;
    for (; is_digit(*s); s++)
        n = n * 10 + (uint64_t)(*s - '0');
    size_t count = (size_t)(s - digits);
    bool whole = *s != '.';
    if (!whole) {
        const char *point = s;
        s = skip_digits(point + 1);
        if (s == point + 1 || s - digits >= FINITE_LENGTH)
            return number_rare(r, mark);
    }
    if (count - 1 >= WHOLE_DIGITS || (*digits == '0' && count > 1) || !ends(r, mark, s))
        return number_rare(r, mark);
    if (!whole)
        return jsontape_word('d', 0);
    return jsontape_word('l', (minus ? -n : n) & JSONTAPE_PAYLOAD);
}

static inline uint64_t one_of_three(struct reader *r, const uint32_t *mark)
{
    const char *s = r->text + *mark;
    bool is = *s == 'n' ? memcmp(s, "null", 4) == 0
                        : memcmp(s, "true", 4) == 0 || memcmp(s, "false", 5) == 0;
    return is && ends(r, mark, s + 4 + (*s == 'f')) ? jsontape_word(*s, 0)
                                                    : refuse(r, mark, JSONTAPE_BROKEN);
}

/* ---- containers ---- */

static const uint32_t *broken(struct reader *r, const uint32_t *mark)
{
    refuse(r, mark, JSONTAPE_BROKEN);
    return NULL;
}

static const uint32_t *container(struct reader *r, const uint32_t *mark, uint32_t above);

/* Lay open the value at the mark, which stands under that key. The mark behind it; NULL where it is
 * refused. */
__attribute__((always_inline)) static inline const uint32_t *
value(struct reader *r, const uint32_t *mark, uint32_t above)
{
    char c = r->text[*mark];
    uint64_t word;
    if (c == '"')
        word = text_value(r, mark);
    else if (is_digit(c) || c == '-')
        word = number(r, mark);
    else if (c == '{' || c == '[')
        return container(r, mark, above);
    else
        word = one_of_three(r, mark);
    if (!word)
        return NULL;
    *r->top++ = word;
    return mark + 1;
}

/* What was laid open from `first` on becomes the page of a container, which is laid open instead.
 */
static inline void page(struct reader *r, char kind, uint64_t *first, uint32_t shape)
{
    struct jsontape *t = r->tape;
    uint64_t *to = t->words + t->word_count;
    size_t count = (size_t)(r->top - first);
    *to++ = (uint64_t)count << 32 | shape;
    for (size_t i = 0; i < count; i++)
        to[i] = first[i];
    *first = jsontape_word(kind, t->word_count);
    r->top = first + 1;
    t->word_count += (uint32_t)count + 1;
}

/* The shape at the key at the mark, which is not the guess. */
__attribute__((noinline)) static bool learn(struct reader *r, const uint32_t *mark,
                                            struct jsonshape_object *o, uint32_t from,
                                            uint32_t *shape)
{
    size_t at = *mark + 1;
    if (r->text[*mark] != '"')
        return refuse(r, mark, JSONTAPE_BROKEN);
    struct jsonshape_key key = {.text = {r->text + at, text_end(r, mark) - at}};
    key.plain = !has_escape(r, at, at + key.text.len);
    if (!key.plain && !decode(r, mark, &key.text))
        return false;
    switch (jsonshape_learn(&r->tape->shapes, o, from, key, shape)) {
    case JSONSHAPE_ONCE:
        return true;
    case JSONSHAPE_TWICE:
        r->culprit.key = key.text;
        return refuse(r, mark, JSONTAPE_TWICE);
    case JSONSHAPE_FULL:
        break;
    }
    return refuse(r, mark, JSONTAPE_FULL);
}

/* From its first key on. */
static const uint32_t *object(struct reader *r, const uint32_t *mark, uint32_t above)
{
    struct jsonshapes *s = &r->tape->shapes;
    struct jsonshape_object o = jsonshape_open(s, above, r->depth);
    uint64_t *first = r->top;
    uint32_t shape = 0, guess = jsonshape_first(s, above);
    for (;; guess = jsonshape_guess(s, shape)) {
        if (!jsonshape_ends_with(s, guess, r->text + *mark) && !learn(r, mark, &o, shape, &guess))
            return NULL;
        if (r->text[*++mark] != ':')
            return broken(r, mark);
        mark = value(r, mark + 1, guess);
        if (!mark)
            return NULL;
        shape = guess;
        char c = r->text[*mark];
        if (c == '}')
            break;
        if (c != ',')
            return broken(r, mark);
        mark++;
    }
    if (!jsonshape_close(s, &o, shape)) {
        refuse(r, mark, JSONTAPE_FULL);
        return NULL;
    }
    page(r, '{', first, shape);
    return mark + 1;
}

static const uint32_t *array(struct reader *r, const uint32_t *mark, uint32_t above)
{
    uint64_t *first = r->top;
    for (;; mark++) {
        mark = value(r, mark, above);
        if (!mark)
            return NULL;
        char c = r->text[*mark];
        if (c == ']')
            break;
        if (c != ',')
            return broken(r, mark);
    }
    page(r, '[', first, 0);
    return mark + 1;
}

/* As deep as the text may be nested. One that is empty has the first page. */
__attribute__((noinline)) static const uint32_t *container(struct reader *r, const uint32_t *mark,
                                                           uint32_t above)
{
    if (r->depth == JSON_DEPTH_MAX) {
        refuse(r, mark, JSONTAPE_DEEP);
        return NULL;
    }
    char kind = r->text[*mark++];
    if (r->text[*mark] == (kind == '{' ? '}' : ']')) {
        *r->top++ = jsontape_word(kind, 0);
        return mark + 1;
    }
    r->depth++;
    mark = kind == '{' ? object(r, mark, above) : array(r, mark, above);
    r->depth--;
    return mark;
}

enum jsontape_verdict jsontape_read(struct jsontape *t, const struct jsontape_marks *marks,
                                    uint64_t *open, struct arena *a, uint64_t *root,
                                    struct jsontape_culprit *culprit)
{
    struct reader r = {
        .tape = t, .text = marks->text.ptr, .top = open, .len = marks->text.len, .arena = a};
    *culprit = r.culprit;
    if (!jsonshape_init(&t->shapes, a))
        return JSONTAPE_FULL;
    t->text = r.text;
    t->words[0] = 0;
    t->word_count = 1;
    const uint32_t *behind = value(&r, marks->at, 0);
    if (behind && behind != marks->at + marks->count)
        behind = broken(&r, behind);
    *culprit = r.culprit;
    *root = open[0];
    return behind ? JSONTAPE_FINE : r.why;
}
