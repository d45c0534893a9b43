/* SPDX-License-Identifier: ISC */
/* A plain state machine over a JSON text. */
#include "parsers/jsonscan.h"

#include <stdint.h>
#include <string.h>

struct scan {
    struct slice text;
    size_t at;
    const char *why;
    uint64_t objects; /* one bit a level, the innermost lowest: 1 an object, 0 an array */
    int depth;
};

static int peek(const struct scan *s)
{
    return s->at < s->text.len ? (unsigned char)s->text.ptr[s->at] : -1;
}

static void skip_space(struct scan *s)
{
    while (s->at < s->text.len && strchr(" \t\r\n", s->text.ptr[s->at]) && s->text.ptr[s->at])
        s->at++;
}

static enum jsonscan wrong(struct scan *s, const char *why)
{
    s->why = why;
    return s->at >= s->text.len ? JSONSCAN_TRUNCATED : JSONSCAN_BROKEN;
}

/* One UTF-8 character of two to four bytes (RFC 3629). */
static enum jsonscan scan_wide(struct scan *s)
{
    static const struct {
        unsigned char from, to, second_from, second_to;
        int more;
    } rows[] = {{0xc2, 0xdf, 0x80, 0xbf, 1}, {0xe0, 0xe0, 0xa0, 0xbf, 2},
                {0xe1, 0xec, 0x80, 0xbf, 2}, {0xed, 0xed, 0x80, 0x9f, 2},
                {0xee, 0xef, 0x80, 0xbf, 2}, {0xf0, 0xf0, 0x90, 0xbf, 3},
                {0xf1, 0xf3, 0x80, 0xbf, 3}, {0xf4, 0xf4, 0x80, 0x8f, 3}};
    int c = peek(s);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (c < rows[i].from || c > rows[i].to)
            continue;
        for (int k = 1; k <= rows[i].more; k++) {
            s->at++;
            int d = peek(s);
            if (d < (k == 1 ? rows[i].second_from : 0x80) ||
                d > (k == 1 ? rows[i].second_to : 0xbf))
                return wrong(s, "a text is not UTF-8");
        }
        s->at++;
        return JSONSCAN_FINE;
    }
    return wrong(s, "a text is not UTF-8");
}

/* \uXXXX: four digits into *code. */
static enum jsonscan scan_hex(struct scan *s, unsigned *code)
{
    static const char digits[] = "0123456789abcdef";
    *code = 0;
    for (int i = 0; i < 4; i++, s->at++) {
        int c = peek(s);
        const char *d = c > 0 ? strchr(digits, c >= 'A' && c <= 'F' ? c + 32 : c) : NULL;
        if (!d)
            return wrong(s, "four hexadecimal digits belong here");
        *code = *code * 16 + (unsigned)(d - digits);
    }
    return JSONSCAN_FINE;
}

static enum jsonscan scan_escape(struct scan *s)
{
    s->at++;
    int c = peek(s);
    if (c < 0 || !c || !strchr("\"\\/bfnrtu", c))
        return wrong(s, "no such escape");
    s->at++;
    if (c != 'u')
        return JSONSCAN_FINE;
    unsigned code;
    enum jsonscan r = scan_hex(s, &code);
    if (r != JSONSCAN_FINE || code < 0xd800 || code > 0xdfff)
        return r;
    static const char low[] = "\\u";
    for (int i = 0; i < 2; i++, s->at++) {
        if (code > 0xdbff || peek(s) != low[i])
            return wrong(s, "half of a surrogate pair");
    }
    r = scan_hex(s, &code);
    if (r == JSONSCAN_FINE && (code < 0xdc00 || code > 0xdfff))
        return wrong(s, "half of a surrogate pair");
    return r;
}

static enum jsonscan scan_string(struct scan *s)
{
    s->at++;
    for (;;) {
        int c = peek(s);
        enum jsonscan r = JSONSCAN_FINE;
        if (c < 0)
            return wrong(s, "a text is not closed");
        if (c == '"') {
            s->at++;
            return JSONSCAN_FINE;
        }
        if (c < 0x20)
            return wrong(s, "a control character inside a text");
        if (c == '\\')
            r = scan_escape(s);
        else if (c >= 0x80)
            r = scan_wide(s);
        else
            s->at++;
        if (r != JSONSCAN_FINE)
            return r;
    }
}

static size_t scan_digits(struct scan *s)
{
    size_t from = s->at;
    while (peek(s) >= '0' && peek(s) <= '9')
        s->at++;
    return s->at - from;
}

/* Step over the next byte when it is one of these. */
static bool skip_one(struct scan *s, const char *of)
{
    int c = peek(s);
    bool there = c > 0 && strchr(of, c) != NULL;
    s->at += there;
    return there;
}

static enum jsonscan scan_number(struct scan *s)
{
    skip_one(s, "-");
    bool zero = peek(s) == '0';
    size_t digits = scan_digits(s);
    if (!digits || (zero && digits > 1))
        return wrong(s, "a number is badly written");
    if (skip_one(s, ".") && !scan_digits(s))
        return wrong(s, "digits belong after the point");
    if (skip_one(s, "eE")) {
        skip_one(s, "+-");
        if (!scan_digits(s))
            return wrong(s, "digits belong after the exponent");
    }
    return JSONSCAN_FINE;
}

static enum jsonscan scan_word(struct scan *s)
{
    static const char *const words[] = {"true", "false", "null"};
    for (size_t i = 0; i < 3; i++) {
        if (peek(s) != words[i][0])
            continue;
        for (const char *w = words[i]; *w; w++, s->at++) {
            if (peek(s) != *w)
                return wrong(s, "true, false or null is badly written");
        }
        return JSONSCAN_FINE;
    }
    return wrong(s, "a value belongs here");
}

static bool in_object(const struct scan *s)
{
    return s->depth > 0 && (s->objects & 1);
}

/* A key and its colon. */
static enum jsonscan scan_key(struct scan *s)
{
    skip_space(s);
    if (peek(s) != '"')
        return wrong(s, "a key in quotes belongs here");
    enum jsonscan r = scan_string(s);
    if (r != JSONSCAN_FINE)
        return r;
    skip_space(s);
    if (peek(s) != ':')
        return wrong(s, "a colon belongs here");
    s->at++;
    return JSONSCAN_FINE;
}

/* Behind a value: close what ends here; *done when that was the last. Else a comma was read. */
static enum jsonscan scan_after(struct scan *s, bool *done)
{
    for (;;) {
        skip_space(s);
        if (!s->depth) {
            *done = true;
            return JSONSCAN_FINE;
        }
        int c = peek(s);
        if (c == ',') {
            s->at++;
            return in_object(s) ? scan_key(s) : JSONSCAN_FINE;
        }
        if (c != (in_object(s) ? '}' : ']'))
            return wrong(s,
                         in_object(s) ? "a comma or } belongs here" : "a comma or ] belongs here");
        s->at++;
        s->depth--;
        s->objects >>= 1;
    }
}

/* A value, or the opening of one; *closed when it is complete. */
static enum jsonscan scan_value(struct scan *s, bool *closed)
{
    skip_space(s);
    int c = peek(s);
    *closed = true;
    if (c == '"')
        return scan_string(s);
    if (c == '-' || (c >= '0' && c <= '9'))
        return scan_number(s);
    if (c != '{' && c != '[')
        return scan_word(s);
    if (s->depth == JSON_DEPTH_MAX) {
        s->why = "nested deeper than 64";
        return JSONSCAN_DEEP;
    }
    s->at++;
    s->depth++;
    s->objects = s->objects << 1 | (c == '{');
    skip_space(s);
    if (peek(s) == (c == '{' ? '}' : ']')) {
        s->at++;
        s->depth--;
        s->objects >>= 1;
        return JSONSCAN_FINE;
    }
    *closed = false;
    return c == '{' ? scan_key(s) : JSONSCAN_FINE;
}

enum jsonscan jsonscan(struct slice text, size_t *at, const char **why)
{
    struct scan s = {.text = text};
    enum jsonscan r = JSONSCAN_FINE;
    bool done = false;
    while (r == JSONSCAN_FINE && !done) {
        bool closed;
        r = scan_value(&s, &closed);
        if (r == JSONSCAN_FINE && closed)
            r = scan_after(&s, &done);
    }
    if (r == JSONSCAN_FINE && s.at < text.len)
        r = wrong(&s, "something follows the end of the data");
    *at = s.at;
    *why = s.why;
    return r;
}

void jsonscan_place(struct slice text, size_t at, size_t *line, size_t *column)
{
    size_t start = 0;
    *line = 1;
    for (size_t i = 0; i < at && i < text.len; i++) {
        if (text.ptr[i] == '\n') {
            ++*line;
            start = i + 1;
        }
    }
    *column = at - start + 1;
}
