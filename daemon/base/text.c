/* SPDX-License-Identifier: ISC */
/* Text from outside made harmless once, and folded for comparison; utf8proc knows the characters.
 */
#include "daemon/base/text.h"

#include <stdint.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif
#include <utf8proc.h>

enum {
    REPLACEMENT = 0xfffd,
    /* No character of NFC comes from more than four; more input than this cannot show within
       TEXT_MAX. */
    KEPT_CHARS = 4 * TEXT_MAX,
    MAX_DECOMPOSED = 4 * KEPT_CHARS,
    MAX_WORD = 64,
};

/* The next character of s; what is no UTF-8 reads as U+FFFD, a byte at a time. */
static int32_t next_char(struct slice *s)
{
    utf8proc_int32_t c;
    utf8proc_ssize_t n =
        utf8proc_iterate((const utf8proc_uint8_t *)s->ptr, (utf8proc_ssize_t)s->len, &c);

    *s = slice_sub(*s, n > 0 ? (size_t)n : 1, s->len);
    return n > 0 ? c : REPLACEMENT;
}

static bool is_white(int32_t c)
{
    utf8proc_category_t category = utf8proc_category(c);

    return (c >= '\t' && c <= '\r') || c == 0x85 || category == UTF8PROC_CATEGORY_ZS ||
           category == UTF8PROC_CATEGORY_ZL || category == UTF8PROC_CATEGORY_ZP;
}

/* Controls, bidi controls, zero-width and other characters nobody sees
 * (Default_Ignorable_Code_Point). */
static bool is_hidden(int32_t c)
{
    utf8proc_category_t category = utf8proc_category(c);

    return category == UTF8PROC_CATEGORY_CC || category == UTF8PROC_CATEGORY_CF ||
           utf8proc_get_property(c)->ignorable;
}

/* Characters to keep, white space folded; returns how many bytes. */
static size_t filter(struct slice s, char out[4 * KEPT_CHARS])
{
    size_t len = 0, chars = 0;
    bool blank = false;

    while (s.len > 0 && chars < KEPT_CHARS) {
        int32_t c = next_char(&s);
        if (is_white(c)) {
            blank = len > 0;
            continue;
        }
        if (is_hidden(c))
            continue;
        if (blank) {
            out[len++] = ' ';
            chars++;
        }
        blank = false;
        if (chars++ < KEPT_CHARS)
            len += (size_t)utf8proc_encode_char(c, (utf8proc_uint8_t *)out + len);
    }
    return len;
}

static size_t encode_cut(const int32_t *chars, size_t n, char out[TEXT_MAX])
{
    size_t len = 0;

    for (size_t i = 0; i < n; i++) {
        utf8proc_uint8_t bytes[4];
        size_t size = (size_t)utf8proc_encode_char(chars[i], bytes);
        if (len + size > TEXT_MAX)
            break;
        memcpy(out + len, bytes, size);
        len += size;
    }
    return len > 0 && out[len - 1] == ' ' ? len - 1 : len;
}

static size_t clean(struct slice s, char out[TEXT_MAX])
{
    char kept[4 * KEPT_CHARS];
    int32_t chars[MAX_DECOMPOSED];
    const int options = UTF8PROC_STABLE | UTF8PROC_COMPOSE;

    utf8proc_ssize_t len = (utf8proc_ssize_t)filter(s, kept);
    utf8proc_ssize_t n =
        utf8proc_decompose((const utf8proc_uint8_t *)kept, len, chars, MAX_DECOMPOSED, options);
    if (n < 0 || n > MAX_DECOMPOSED)
        return 0;
    n = utf8proc_normalize_utf32(chars, n, options);
    return n < 0 ? 0 : encode_cut(chars, (size_t)n, out);
}

#ifdef __SSE2__
/* Of sixteen bytes, a bit each: those that are blanks; and those that are no character of plain
 * ASCII, or one of two others. */
static inline unsigned look_at(__m128i v, char but, char nor, unsigned *odd)
{
    const __m128i blank = _mm_set1_epi8(' ');
    __m128i no = _mm_or_si128(_mm_cmplt_epi8(v, blank), _mm_cmpeq_epi8(v, _mm_set1_epi8(0x7f)));
    __m128i other =
        _mm_or_si128(_mm_cmpeq_epi8(v, _mm_set1_epi8(but)), _mm_cmpeq_epi8(v, _mm_set1_epi8(nor)));

    *odd = (unsigned)_mm_movemask_epi8(_mm_or_si128(no, other));
    return (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(v, blank));
}

static inline uint64_t load(const char *at, size_t n) /* 4 or 8 */
{
    uint64_t v = 0;

    memcpy(&v, at, n);
    return v;
}

/* Fewer than sixteen bytes, zeros behind them, and nothing read that is not theirs. */
static inline __m128i load_few(struct slice s)
{
    const char *p = s.ptr;
    uint64_t first, last = 0;

    if (s.len >= 8) {
        first = load(p, 8);
        last = load(p + s.len - 8, 8) >> 4 * (16 - s.len) >> 4 * (16 - s.len);
    } else if (s.len >= 4) {
        first = load(p, 4) | load(p + s.len - 4, 4) >> 8 * (8 - s.len) << 32;
    } else {
        first = (unsigned char)p[0] | (uint64_t)(unsigned char)p[s.len / 2] << s.len / 2 * 8 |
                (uint64_t)(unsigned char)p[s.len - 1] << (s.len - 1) * 8;
    }
    return _mm_set_epi64x((int64_t)last, (int64_t)first);
}

bool text_is_plain_but(struct slice s, char but, char nor)
{
    unsigned odd, blank, before = 1; /* a blank: the first may not be one */

    if (s.len == 0 || s.len > TEXT_MAX)
        return s.len == 0;
    if (s.len < 16) {
        blank = look_at(load_few(s), but, nor, &odd);
        return !(odd & ((1U << s.len) - 1)) && !(blank & (blank << 1 | 1)) &&
               s.ptr[s.len - 1] != ' ';
    }
    for (size_t at = 0; at < s.len; at += 16) {
        if (at > s.len - 16) { /* the last sixteen, some of them again */
            at = s.len - 16;
            before = 0;
        }
        blank =
            look_at(_mm_loadu_si128((const __m128i *)(const void *)(s.ptr + at)), but, nor, &odd);
        if (odd || blank & (blank << 1 | before))
            return false;
        before = blank >> 15;
    }
    return s.ptr[s.len - 1] != ' ';
}
#else
bool text_is_plain_but(struct slice s, char but, char nor)
{
    char last = ' '; /* the first may not be one */

    if (s.len > TEXT_MAX)
        return false;
    for (size_t at = 0; at < s.len; at++) {
        char c = s.ptr[at];
        if (c < ' ' || c > '~' || (c == ' ' && last == ' ') || c == but || c == nor)
            return false;
        last = c;
    }
    return s.len == 0 || last != ' ';
}
#endif

bool text_is_plain(struct slice s)
{
    return text_is_plain_but(s, '\0', '\0');
}

bool text_is_utf8(struct slice s)
{
    for (size_t i = 0; i < s.len;) {
        unsigned char c = (unsigned char)s.ptr[i++];
        size_t more = c < 0x80 ? 0 : c < 0xc2 ? SIZE_MAX : c < 0xe0 ? 1 : c < 0xf0 ? 2 : 3;
        if (c > 0xf4 || more > s.len - i)
            return false;
        for (; more; more--) {
            if (((unsigned char)s.ptr[i++] & 0xc0) != 0x80)
                return false;
        }
    }
    return true;
}

bool text_is_clean(struct slice s)
{
    char out[TEXT_MAX];

    if (s.len > TEXT_MAX || text_is_plain(s))
        return s.len <= TEXT_MAX;
    return slice_eq(s, (struct slice){out, clean(s, out)});
}

bool text_is_seen(struct slice s)
{
    while (s.len > 0) {
        utf8proc_int32_t c;
        utf8proc_ssize_t n =
            utf8proc_iterate((const utf8proc_uint8_t *)s.ptr, (utf8proc_ssize_t)s.len, &c);
        if (n <= 0 || is_hidden(c) || c == 0x2028 || c == 0x2029)
            return false;
        s = slice_sub(s, (size_t)n, s.len);
    }
    return true;
}

void text_clean(struct slice s, struct buf *out)
{
    char cleaned[TEXT_MAX];

    buf_add(out, text_is_plain(s) ? s : (struct slice){cleaned, clean(s, cleaned)});
}

struct slice text_clean_copy(struct slice s, struct arena *a)
{
    char cleaned[TEXT_MAX];

    return arena_copy(a, text_is_plain(s) ? s : (struct slice){cleaned, clean(s, cleaned)});
}

/* Apostrophes people type, and the dot: gone without a trace, "O'Neill" and "J.R." being "oneill"
 * and "jr". */
static bool is_dropped(int32_t c)
{
    static const int32_t dropped[] = {'\'',   '.',    '`',    0xb4,   0x2b9,  0x2bb, 0x2bc,
                                      0x2018, 0x2019, 0x201a, 0x201b, 0x2032, 0xff07};

    for (size_t i = 0; i < sizeof(dropped) / sizeof(dropped[0]); i++)
        if (dropped[i] == c)
            return true;
    return false;
}

enum fold_class { FOLD_KEEP, FOLD_DROP, FOLD_BLANK };

static enum fold_class class_of(int32_t c)
{
    utf8proc_category_t category = utf8proc_category(c);

    if (is_dropped(c))
        return FOLD_DROP;
    switch (category) {
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ME:
        return FOLD_DROP;
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO:
        return FOLD_KEEP;
    default:
        return is_hidden(c) && !is_white(c) ? FOLD_DROP : FOLD_BLANK;
    }
}

/* The blank that is due before something more. */
static void add_blank(bool *blank, size_t start, struct buf *out)
{
    if (*blank && out->len > start)
        buf_addc(out, ' ');
    *blank = false;
}

/* What fold_char makes of ASCII: one character, ' ' for a blank, 0 for nothing. */
static const char ascii_folded[0x80] = "\0\0\0\0\0\0\0\0\0     \0\0"
                                       "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
                                       "       \0      \0 " /* !"#$%&'()*+,-./ */
                                       "0123456789      "
                                       " abcdefghijklmno"
                                       "pqrstuvwxyz     "
                                       "\0abcdefghijklmno" /* ` */
                                       "pqrstuvwxyz    \0";

/* The folded form of s, a character at a time. */
static void fold_char(int32_t c, bool *blank, size_t start, struct buf *out)
{
    int32_t parts[32]; /* the longest decomposition has 18 */
    int last = UTF8PROC_BOUNDCLASS_START;
    const int options = UTF8PROC_COMPAT | UTF8PROC_DECOMPOSE | UTF8PROC_CASEFOLD;
    utf8proc_ssize_t n = is_dropped(c) ? 0 : utf8proc_decompose_char(c, parts, 32, options, &last);

    for (utf8proc_ssize_t i = 0; i < n && i < 32; i++) {
        utf8proc_uint8_t bytes[4];
        enum fold_class class = class_of(parts[i]);
        if (class == FOLD_BLANK)
            *blank = true;
        if (class != FOLD_KEEP)
            continue;
        utf8proc_ssize_t size = utf8proc_encode_char(parts[i], bytes);
        add_blank(blank, start, out);
        buf_add(out, (struct slice){(const char *)bytes, (size_t)size});
    }
}

void text_fold(struct slice s, struct buf *out)
{
    size_t start = out->len;
    bool blank = false;

    while (s.len > 0) {
        if ((unsigned char)*s.ptr >= 0x80) {
            fold_char(next_char(&s), &blank, start, out);
            continue;
        }
        char c = ascii_folded[(unsigned char)*s.ptr];
        s = slice_sub(s, 1, s.len);
        blank |= c == ' ';
        if (!c || c == ' ')
            continue;
        add_blank(&blank, start, out);
        buf_addc(out, c);
    }
}

/* text_fold of what is ASCII alone, into as much room as it has: its length. SIZE_MAX: it is not.
 */
static size_t fold_ascii(struct slice s, char *room)
{
    size_t n = 0;
    bool blank = false;

    for (size_t i = 0; i < s.len; i++) {
        if ((unsigned char)s.ptr[i] >= 0x80)
            return SIZE_MAX;
        char c = ascii_folded[(unsigned char)s.ptr[i]];
        blank |= c == ' ';
        if (!c || c == ' ')
            continue;
        if (blank && n > 0)
            room[n++] = ' ';
        room[n++] = c;
        blank = false;
    }
    return n;
}

struct slice text_fold_copy(struct slice s, struct arena *a)
{
    struct buf folded;
    struct slice copy = {NULL, 0};
    char *room = arena_alloc(a, s.len + 1);
    size_t n = room ? fold_ascii(s, room) : 0;

    if (n < SIZE_MAX)
        return (struct slice){room, n};
    buf_init(&folded, SIZE_MAX); /* the arena has the cap */
    text_fold(s, &folded);
    if (!folded.failed)
        copy = arena_copy(a, buf_slice(&folded));
    buf_done(&folded);
    return copy;
}

bool text_ends_in_brackets(struct slice s, struct slice word)
{
    if (s.len <= word.len + 2 || s.ptr[s.len - 1] != ')')
        return false;
    size_t from = s.len - 1 - word.len;
    return s.ptr[from - 1] == '(' && slice_eq_nocase(slice_sub(s, from, s.len - 1), word);
}

size_t text_width(struct slice s)
{
    size_t width = 0;

    while (s.len > 0) {
        int columns = utf8proc_charwidth(next_char(&s));
        width += columns > 0 ? (size_t)columns : 0;
    }
    return width;
}

static size_t least(size_t a, size_t b, size_t c)
{
    size_t ab = a < b ? a : b;

    return ab < c ? ab : c;
}

/* Levenshtein; both at most MAX_WORD bytes. */
static size_t distance(struct slice a, struct slice b)
{
    size_t row[MAX_WORD + 1];

    for (size_t i = 0; i <= b.len; i++)
        row[i] = i;
    for (size_t i = 0; i < a.len; i++) {
        size_t corner = row[0];
        row[0] = i + 1;
        for (size_t k = 0; k < b.len; k++) {
            size_t above = row[k + 1];
            row[k + 1] = least(above + 1, row[k] + 1, corner + (a.ptr[i] != b.ptr[k]));
            corner = above;
        }
    }
    return row[b.len];
}

const char *text_did_you_mean(struct slice word, const char *const *candidates, size_t n)
{
    const char *best = NULL;
    size_t limit = word.len / 3 < 3 ? word.len / 3 : 3;

    if (word.len > MAX_WORD)
        return NULL;
    for (size_t i = 0; i < n; i++) {
        struct slice candidate = slice_of(candidates[i]);
        size_t d = candidate.len <= MAX_WORD ? distance(word, candidate) : MAX_WORD;
        if (d > limit || (best && d == limit))
            continue;
        best = candidates[i];
        limit = d;
    }
    return best;
}

void text_quote(struct slice s, struct buf *out)
{
    buf_addc(out, '\'');
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] == '\'')
            buf_addz(out, "'\\''");
        else
            buf_addc(out, s.ptr[i]);
    buf_addc(out, '\'');
}

/* A C1 control is two bytes. */
void text_harmless(struct slice s, bool cell, struct buf *out)
{
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];
        unsigned char next = i + 1 < s.len ? (unsigned char)s.ptr[i + 1] : 0;
        if (c == 0xc2 && next >= 0x80 && next < 0xa0) {
            buf_addc(out, '?');
            i++;
        } else if (c == '\n' || c == '\t') {
            buf_addc(out, cell ? ' ' : (char)c);
        } else {
            buf_addc(out, c < ' ' || c == 0x7f ? '?' : (char)c);
        }
    }
}
