/* SPDX-License-Identifier: ISC */
#include "parsers/field.h"

#include <inttypes.h>
#include <string.h>

#include "daemon/base/num.h"
#include "daemon/base/text.h"
#include "parsers/count.h"

#define EXCERPT_MAX 60

struct slice field_text(struct json object, const char *key)
{
    return slice_trim(json_str(json_get(object, key)));
}

struct slice field_number(struct arena *a, int64_t n)
{
    static const char single[][2] = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"};
    if (n >= 0 && n <= 9)
        return (struct slice){single[n], 1};
    char digits[24];
    size_t at = sizeof digits;
    uint64_t rest = n < 0 ? -(uint64_t)n : (uint64_t)n;
    do {
        digits[--at] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest);
    if (n < 0)
        digits[--at] = '-';
    return arena_copy(a, (struct slice){digits + at, sizeof digits - at});
}

struct slice field_id(struct arena *a, struct json v)
{
    int64_t number;
    if (json_type(v) == JSON_STRING)
        return arena_copy(a, slice_trim(json_str(v)));
    if (json_int(v, &number))
        return field_number(a, number);
    return (struct slice){0};
}

struct slice field_joined(struct arena *a, const struct slice *parts, size_t n)
{
    size_t len = 0;
    for (size_t i = 0; i < n; i++)
        len += parts[i].len + 1;
    char *out = arena_alloc(a, len);
    len = 0;
    for (size_t i = 0; out != NULL && i < n; i++) {
        if (parts[i].len == 0)
            continue;
        if (len > 0)
            out[len++] = ' ';
        memcpy(out + len, parts[i].ptr, parts[i].len);
        len += parts[i].len;
    }
    return (struct slice){out, len};
}

int64_t field_count(struct json v)
{
    int64_t n;
    return json_int(v, &n) && n >= 0 ? n : -1;
}

bool field_votes(struct json v, int64_t *out)
{
    int64_t n;
    if (json_type(v) == JSON_NULL) {
        *out = VOTES_UNKNOWN;
        return true;
    }
    if (!json_int(v, &n) || n < 0)
        return false;
    *out = n;
    return true;
}

bool field_text_votes(const struct job *j, struct slice s, bool thousands, int64_t *out)
{
    if (count_digits(s, out))
        return true;
    const struct count_style style = {.thousands = thousands, .unknown = job_option(j, "unknown")};
    enum count_verdict verdict = count_read(s, &style, out);
    if (verdict == COUNT_UNKNOWN)
        *out = VOTES_UNKNOWN;
    return verdict != COUNT_BAD;
}

int64_t field_text_count(struct slice s, bool thousands)
{
    const struct count_style style = {.thousands = thousands};
    int64_t n;
    return count_read(s, &style, &n) == COUNT_READ ? n : -1;
}

/* The one number in a sentence; -1 where there is none, or more than one. */
static int64_t number_within(struct slice s)
{
    int64_t found = -1;
    for (size_t from = 0, to; from < s.len; from = to + 1) {
        for (to = from; to < s.len && s.ptr[to] >= '0' && s.ptr[to] <= '9';)
            to++;
        if (to > from && (found >= 0 || !num_parse(slice_sub(s, from, to), 1, INT32_MAX, &found)))
            return -1;
    }
    return found;
}

int64_t field_votes_allowed(struct slice sentence)
{
    static const char *const words[] = {
        "zero",  "one",  "two", "three",  "four",   "five",     "six",      "seven",
        "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen"};
    struct slice word, last = {0}, rest = sentence;
    if (slice_find_nocase(sentence, SLICE("rank")) != SIZE_MAX)
        return -1;
    while (slice_next(&rest, ' ', &word))
        last = word.len > 0 ? word : last;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (slice_eq_nocase(last, slice_of(words[i])))
            return (int64_t)i;
    return number_within(sentence);
}

struct slice field_excerpt(struct arena *a, struct slice s)
{
    struct slice clean = text_clean_copy(slice_sub(s, 0, TEXT_MAX), a);
    size_t len = clean.len < EXCERPT_MAX ? clean.len : EXCERPT_MAX;
    while (len < clean.len && len > 0 && ((unsigned char)clean.ptr[len] & 0xc0) == 0x80)
        len--;
    return slice_sub(clean, 0, len);
}

struct slice field_shown(struct arena *a, struct json v)
{
    static const char *const words[] = {
        [JSON_NONE] = "missing",       [JSON_NULL] = "null",
        [JSON_BOOL] = "true or false", [JSON_NUMBER] = "not a whole number",
        [JSON_STRING] = "a text",      [JSON_ARRAY] = "an array",
        [JSON_OBJECT] = "an object",
    };
    int64_t number;
    struct slice text = json_str(v);
    if (text.ptr != NULL)
        return arena_printf(a, "\"%.*s\"", SLICE_FMT(field_excerpt(a, text)));
    if (json_int(v, &number))
        return arena_printf(a, "%" PRId64, number);
    return slice_of(words[json_type(v)]);
}

bool field_choice(const struct slice *ids, size_t n, struct slice id, uint32_t *to)
{
    if (*to < n && slice_eq(ids[*to], id))
        return true;
    for (size_t i = 0; i < n; i++)
        if (slice_eq(ids[i], id)) {
            *to = (uint32_t)i;
            return true;
        }
    return false;
}

bool field_document(struct job *j, bool (*read)(struct job *j, struct json root, struct fault *f),
                    struct fault *f)
{
    struct json_doc *doc = NULL;
    struct json root;
    if (!json_parse(j->input, &doc, &root, f))
        return false;
    bool ok = read(j, root, f);
    json_free(doc);
    return ok;
}

bool field_limit(struct fault *f)
{
    f->kind = WIRE_LIMIT;
    return false;
}
