/* SPDX-License-Identifier: ISC */
/* Strict INI: lines into sections and entries; whatever is neither is a located problem. */
#include "config/ini.h"

#include <stdint.h>
#include <string.h>

#define OWN_LINE "a comment stands on a line of its own"

struct reader {
    struct arena *arena;
    struct problems *problems;
    struct ini_section **section_end, *section;
    struct ini_entry **entry_end;
    bool lost_key; /* keys before any section were reported once */
};

/* Length of the UTF-8 character at s, 0 when there is none: the well-formed sequences by first
 * byte and range of the second (Unicode, table 3-7). */
static size_t utf8_length(struct slice s)
{
    static const struct {
        unsigned char first, last, low, high;
        size_t length;
    } forms[] = {
        {0x00, 0x7f, 0, 0, 1},       {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3},
        {0xe1, 0xec, 0x80, 0xbf, 3}, {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3},
        {0xf0, 0xf0, 0x90, 0xbf, 4}, {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4}};
    const unsigned char *c = (const unsigned char *)s.ptr;
    size_t form = 0, n;

    while (form < sizeof(forms) / sizeof(forms[0]) && c[0] > forms[form].last)
        form++;
    if (form == sizeof(forms) / sizeof(forms[0]) || c[0] < forms[form].first)
        return 0;
    n = forms[form].length;
    if (n > s.len || (n > 1 && (c[1] < forms[form].low || c[1] > forms[form].high)))
        return 0;
    for (size_t i = 2; i < n; i++)
        if ((c[i] & 0xc0) != 0x80)
            return 0;
    return n;
}

/* False and a problem when the line holds bytes no text has. */
static bool check_bytes(struct reader *r, const struct problem_line *line)
{
    struct slice rest = line->text;

    while (rest.len > 0) {
        size_t n = utf8_length(rest);
        unsigned char c = (unsigned char)rest.ptr[0];
        if (n == 0) {
            problem_add(r->problems, line, rest.ptr, "save the file as UTF-8",
                        "byte 0x%02x is not UTF-8", c);
            return false;
        }
        if ((c < 0x20 && c != '\t') || c == 0x7f) {
            problem_add(r->problems, line, rest.ptr, "delete it",
                        "control character 0x%02x in the text", c);
            return false;
        }
        rest = slice_sub(rest, n, rest.len);
    }
    return true;
}

static bool read_section(struct reader *r, const struct problem_line *line, struct slice text,
                         struct err *e)
{
    struct ini_section *s = arena_alloc(r->arena, sizeof(*s));

    if (!s)
        return err_set(e, ERR_CONFIG, "%s:%zu: the configuration is too large", line->file,
                       line->number);
    s->line = *line;
    *r->section_end = r->section = s;
    r->section_end = &s->next;
    r->entry_end = &s->entries;
    size_t close = slice_find(text, SLICE("]"));
    if (close != text.len - 1) {
        bool open = close == SIZE_MAX;
        problem_add(r->problems, line, open ? text.ptr + text.len : text.ptr + close + 1,
                    open ? "write [section] or [source NAME]" : OWN_LINE,
                    open ? "the section's closing ] is missing" : "text behind the section's ]");
        s->bad = true;
        return true;
    }
    struct slice inside = slice_trim(slice_sub(text, 1, close));
    size_t blank = 0;
    while (blank < inside.len && inside.ptr[blank] != ' ' && inside.ptr[blank] != '\t')
        blank++;
    s->kind = slice_sub(inside, 0, blank);
    s->name = slice_trim(slice_sub(inside, blank, inside.len));
    return true;
}

static bool read_entry(struct reader *r, const struct problem_line *line, struct slice text,
                       struct err *e)
{
    size_t equals = slice_find(text, SLICE("="));

    if (equals == SIZE_MAX) {
        problem_add(r->problems, line, text.ptr,
                    "a line is [section], key = value, or a comment that begins with #",
                    "this line has no =");
        return true;
    }
    struct slice key = slice_trim(slice_sub(text, 0, equals));
    if (key.len == 0) {
        problem_add(r->problems, line, text.ptr, "write key = value", "no key before the =");
        return true;
    }
    if (!r->section) {
        if (!r->lost_key)
            problem_add(r->problems, line, text.ptr, "put a line such as [election] above it",
                        "a key before any [section]");
        r->lost_key = true;
        return true;
    }
    struct ini_entry *entry = arena_alloc(r->arena, sizeof(*entry));
    struct slice where = arena_printf(r->arena, "%s:%zu:%zu", line->file, line->number,
                                      problem_column(line, key.ptr));
    if (!entry || !where.ptr)
        return err_set(e, ERR_CONFIG, "%s:%zu: the configuration is too large", line->file,
                       line->number);
    struct slice value = slice_trim(slice_sub(text, equals + 1, text.len));
    *entry = (struct ini_entry){.line = *line, .key = key, .value = value, .where = where.ptr};
    *r->entry_end = entry;
    r->entry_end = &entry->next;
    return true;
}

bool ini_read(const char *file, struct slice text, struct arena *a, struct problems *problems,
              struct ini_section **out, struct err *e)
{
    struct ini_section *first = NULL;
    struct reader r = {.arena = a, .problems = problems, .section_end = &first};
    struct problem_line line = {.file = file};

    if (slice_starts(text, SLICE("\xef\xbb\xbf")))
        text = slice_sub(text, 3, text.len);
    while (slice_next(&text, '\n', &line.text)) {
        line.number++;
        if (slice_ends(line.text, SLICE("\r")))
            line.text.len--;
        if (line.text.len > INI_LINE_MAX) {
            problem_add(problems, &line, NULL, "no value needs a line this long",
                        "the line has %zu bytes; %d are the most", line.text.len, INI_LINE_MAX);
            continue;
        }
        struct slice content = slice_trim(line.text);
        if (content.len == 0 || content.ptr[0] == '#' || content.ptr[0] == ';' ||
            !check_bytes(&r, &line))
            continue;
        if (content.ptr[0] == '[' ? !read_section(&r, &line, content, e)
                                  : !read_entry(&r, &line, content, e))
            return false;
    }
    *out = first;
    return true;
}
