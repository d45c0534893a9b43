/* SPDX-License-Identifier: ISC */
/* Modifiers: how a value is put into a format. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "daemon/base/csv.h"
#include "daemon/base/num.h"
#include "daemon/base/when.h"
#include "tests/sim/write.h"

typedef const struct write W;

static int64_t number(struct slice s)
{
    int64_t n = 0;
    return num_parse(s, INT64_MIN, INT64_MAX, &n) ? n : 0;
}

/* ---- letters ---- */

/* Letters with accents of Latin-1 too: two bytes, C3 and A0 to BE (F7 is no letter). */
static void change_case(struct slice in, bool up, struct buf *out)
{
    for (size_t i = 0; i < in.len; i++) {
        unsigned char c = (unsigned char)in.ptr[i];
        bool accent = i > 0 && (unsigned char)in.ptr[i - 1] == 0xC3;
        if (up ? (c >= 'a' && c <= 'z') || (accent && c >= 0xA0 && c != 0xB7 && c != 0xBF)
               : c >= 'A' && c <= 'Z')
            c ^= 0x20;
        buf_addc(out, (char)c);
    }
}

static void upper(W *w, struct slice in, struct slice a, struct buf *out)
{
    (void)w, (void)a;
    change_case(in, true, out);
}

static void lower(W *w, struct slice in, struct slice a, struct buf *out)
{
    (void)w, (void)a;
    change_case(in, false, out);
}

static bool begins_character(char c)
{
    return ((unsigned char)c & 0xC0) != 0x80;
}

static size_t characters(struct slice s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.len; i++)
        n += begins_character(s.ptr[i]);
    return n;
}

static struct slice first_characters(struct slice s, size_t n)
{
    size_t i = 0;
    for (; i < s.len; i++)
        if (begins_character(s.ptr[i]) && n-- == 0)
            break;
    return slice_sub(s, 0, i);
}

static void fill(size_t from, size_t to, char c, struct buf *out)
{
    for (; from < to; from++)
        buf_addc(out, c);
}

static void cut(W *w, struct slice in, struct slice a, struct buf *out)
{
    (void)w;
    buf_add(out, first_characters(in, (size_t)number(a)));
}

static void left(W *w, struct slice in, struct slice a, struct buf *out)
{
    cut(w, in, a, out);
    fill(characters(in), (size_t)number(a), ' ', out);
}

static void right(W *w, struct slice in, struct slice a, struct buf *out)
{
    fill(characters(in), (size_t)number(a), ' ', out);
    cut(w, in, a, out);
}

/* Words into fields of so many characters each, filled with blanks. */
static void wrap(W *w, struct slice in, struct slice a, struct buf *out)
{
    size_t width = (size_t)number(a), at = 0;
    struct slice word;
    (void)w;
    while (slice_next(&in, ' ', &word)) {
        size_t need = characters(word) + (at > 0);
        if (at + need > width) {
            fill(at, width, ' ', out);
            at = 0;
        } else if (at > 0) {
            buf_addc(out, ' ');
            at++;
        }
        buf_add(out, word);
        at += characters(word);
    }
}

static void zero(W *w, struct slice in, struct slice a, struct buf *out)
{
    (void)w;
    fill(characters(in), (size_t)number(a), '0', out);
    buf_add(out, in);
}

/* Blanks to the width, with a dot in every third column, as line printers lead the eye. */
static void dots(W *w, struct slice in, struct slice a, struct buf *out)
{
    (void)w;
    buf_add(out, in);
    for (size_t at = characters(in); at < (size_t)number(a); at++)
        buf_addc(out, at % 3 == 0 ? '.' : ' ');
}

/* ---- escapes ---- */

static void csv(W *w, struct slice in, struct slice a, struct buf *out)
{
    (void)w, (void)a;
    csv_field(out, in);
}

static void quoted(W *w, struct slice in, struct slice a, struct buf *out)
{
    (void)w, (void)a;
    buf_addc(out, '"');
    for (size_t i = 0; i < in.len; i++)
        buf_addz(out, in.ptr[i] == '"' ? "\"\"" : (char[]){in.ptr[i], '\0'});
    buf_addc(out, '"');
}

static void escape(struct slice in, const char *const escapes[128], struct buf *out)
{
    for (size_t i = 0; i < in.len; i++) {
        unsigned char c = (unsigned char)in.ptr[i];
        if (c < 128 && escapes[c])
            buf_addz(out, escapes[c]);
        else
            buf_addc(out, (char)c);
    }
}

static void xml(W *w, struct slice in, struct slice a, struct buf *out)
{
    static const char *const escapes[128] = {
        ['&'] = "&amp;", ['<'] = "&lt;", ['>'] = "&gt;", ['"'] = "&quot;"};
    (void)w, (void)a;
    escape(in, escapes, out);
}

static void json(W *w, struct slice in, struct slice a, struct buf *out)
{
    static const char *const escapes[128] = {
        ['"'] = "\\\"", ['\\'] = "\\\\", ['\n'] = "\\n", ['\r'] = "\\r", ['\t'] = "\\t"};
    (void)w, (void)a;
    escape(in, escapes, out);
}

static void crlf(W *w, struct slice in, struct slice a, struct buf *out)
{
    static const char *const escapes[128] = {['\n'] = "\r\n"};
    (void)w, (void)a;
    escape(in, escapes, out);
}

static void tabs(W *w, struct slice in, struct slice a, struct buf *out)
{
    static const char *const escapes[128] = {['|'] = "\t"};
    (void)w, (void)a;
    escape(in, escapes, out);
}

/* Windows-1252: of UTF-8 the part that is Latin-1, else "?". */
static void cp1252(W *w, struct slice in, struct slice a, struct buf *out)
{
    (void)w, (void)a;
    for (size_t i = 0; i < in.len; i++) {
        unsigned char c = (unsigned char)in.ptr[i];
        if (c == 0xC3 || c == 0xC2)
            buf_addc(out, (char)((c == 0xC3 ? 0x40 : 0) + (unsigned char)in.ptr[++i]));
        else if (c < 0x80)
            buf_addc(out, (char)c);
        else if (begins_character((char)c))
            buf_addc(out, '?');
    }
}

static void base64(W *w, struct slice in, struct slice a, struct buf *out)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    (void)w, (void)a;
    for (size_t i = 0; i < in.len; i += 3) {
        uint32_t n = 0;
        for (size_t k = 0; k < 3; k++)
            n = n << 8 | (i + k < in.len ? (unsigned char)in.ptr[i + k] : 0U);
        for (size_t k = 0; k < 4; k++)
            buf_addc(out, i + k > in.len ? '=' : digits[n >> (18 - 6 * k) & 63]);
    }
}

/* ---- words for words ---- */

/* '_' is a blank. */
static void add_word(struct slice word, struct buf *out)
{
    for (size_t i = 0; i < word.len; i++)
        buf_addc(out, word.ptr[i] == '_' ? ' ' : word.ptr[i]);
}

static bool same_word(struct slice word, struct slice value)
{
    bool same = word.len == value.len;
    for (size_t i = 0; same && i < word.len; i++)
        same = value.ptr[i] == (word.ptr[i] == '_' ? ' ' : word.ptr[i]);
    return same;
}

/* "D=DFL =NP": a value for a value; others stay. */
static void map(W *w, struct slice in, struct slice a, struct buf *out)
{
    struct slice pair;
    (void)w;
    while (slice_next(&a, ' ', &pair)) {
        size_t at = slice_find(pair, SLICE("="));
        if (at != SIZE_MAX && same_word(slice_sub(pair, 0, at), in)) {
            add_word(slice_sub(pair, at + 1, pair.len), out);
            return;
        }
    }
    buf_add(out, in);
}

/* " (#)": where there is a value, the text with the value for '#'. */
static void put(W *w, struct slice in, struct slice a, struct buf *out)
{
    size_t at = slice_find(a, SLICE("#"));
    (void)w;
    if (in.len == 0)
        return;
    buf_add(out, slice_sub(a, 0, at));
    if (at == SIZE_MAX)
        return;
    buf_add(out, in);
    buf_add(out, slice_sub(a, at + 1, a.len));
}

static void otherwise(W *w, struct slice in, struct slice a, struct buf *out)
{
    (void)w;
    buf_add(out, in.len > 0 ? in : a);
}

static void is(W *w, struct slice in, struct slice a, struct buf *out)
{
    (void)w;
    buf_addz(out, slice_eq(in, a) ? "yes" : "");
}

/* ---- numbers ---- */

static void plus(W *w, struct slice in, struct slice a, struct buf *out)
{
    (void)w;
    buf_addf(out, "%" PRId64, number(in) + number(a));
}

static void times(W *w, struct slice in, struct slice a, struct buf *out)
{
    (void)w;
    buf_addf(out, "%" PRId64, number(in) * number(a));
}

static void modulo(W *w, struct slice in, struct slice a, struct buf *out)
{
    (void)w;
    buf_addf(out, "%" PRId64, number(in) % number(a));
}

static void thousands(W *w, struct slice in, struct slice a, struct buf *out)
{
    (void)w, (void)a;
    for (size_t i = 0; i < in.len; i++) {
        if (i > 0 && (in.len - i) % 3 == 0)
            buf_addc(out, ',');
        buf_addc(out, in.ptr[i]);
    }
}

/* "4 2": in ten thousandths, with two places, rounded. */
static void decimal(W *w, struct slice in, struct slice a, struct buf *out)
{
    struct slice unit;
    int64_t n = number(in), one = 1, part = 1;
    (void)w;
    slice_next(&a, ' ', &unit);
    int places = (int)number(a);
    for (int64_t i = number(unit); i > 0; i--)
        one *= 10;
    for (int i = 0; i < places; i++)
        part *= 10;
    n = (n * part * 2 + one) / (one * 2);
    if (places == 0)
        buf_addf(out, "%" PRId64, n);
    else
        buf_addf(out, "%" PRId64 ".%0*" PRId64, n / part, places, n % part);
}

/* ".48" for "0.48", and nothing for nothing. */
static void bare(W *w, struct slice in, struct slice a, struct buf *out)
{
    bool any = false;
    (void)w, (void)a;
    for (size_t i = 0; i < in.len; i++)
        any |= in.ptr[i] != '0' && in.ptr[i] != '.';
    if (any)
        buf_add(out, slice_sub(in, slice_starts(in, SLICE("0.")), in.len));
}

/* "21st"; what is not a number stays. */
static void ordinal(W *w, struct slice in, struct slice a, struct buf *out)
{
    static const char *const ends[] = {"th", "st", "nd", "rd"};
    int64_t n;
    (void)w, (void)a;
    buf_add(out, in);
    if (num_parse(in, 0, INT64_MAX, &n))
        buf_addz(out, ends[n % 10 < 4 && n / 10 % 10 != 1 ? n % 10 : 0]);
}

/* ---- times ---- */

static void format_time(int64_t ms, int64_t offset_ms, const char *zone, struct slice a,
                        struct buf *out)
{
    struct civil c;
    char pattern[80], text[120];
    when_civil(ms + offset_ms, &c);
    struct tm tm = {.tm_year = c.year - 1900,
                    .tm_mon = c.month - 1,
                    .tm_mday = c.day,
                    .tm_hour = c.hour,
                    .tm_min = c.minute,
                    .tm_sec = c.second,
                    .tm_wday = c.weekday,
                    .tm_gmtoff = offset_ms / 1000,
                    .tm_zone = zone};
    struct slice part = slice_sub(a, 0, sizeof pattern - 1);
    memcpy(pattern, part.ptr, part.len);
    pattern[part.len] = '\0';
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral" /* it is the template's */
    buf_add(out, (struct slice){text, strftime(text, sizeof text, pattern, &tm)});
#pragma GCC diagnostic pop
}

/* strftime's words, in the time of the feed's state. */
static void local(W *w, struct slice in, struct slice a, struct buf *out)
{
    const struct scenario_state *s = w->feed->state;
    format_time(number(in), s ? s->offset_ms : 0, s ? s->zone : "UTC", a, out);
}

static void utc(W *w, struct slice in, struct slice a, struct buf *out)
{
    (void)w;
    format_time(number(in), 0, "UTC", a, out);
}

static const struct modifier modifiers[] = {
    {"upper", upper},     {"lower", lower},   {"cut", cut},         {"left", left},
    {"right", right},     {"zero", zero},     {"wrap", wrap},       {"dots", dots},
    {"csv", csv},         {"quoted", quoted}, {"xml", xml},         {"json", json},
    {"crlf", crlf},       {"tabs", tabs},     {"cp1252", cp1252},   {"base64", base64},
    {"map", map},         {"put", put},       {"else", otherwise},  {"is", is},
    {"plus", plus},       {"times", times},   {"modulo", modulo},   {"thousands", thousands},
    {"decimal", decimal}, {"bare", bare},     {"ordinal", ordinal}, {"local", local},
    {"utc", utc},
};

const struct modifier *modifier_find(struct slice wanted)
{
    for (size_t i = 0; i < sizeof modifiers / sizeof modifiers[0]; i++)
        if (slice_is(wanted, modifiers[i].name))
            return &modifiers[i];
    return NULL;
}
