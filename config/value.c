/* SPDX-License-Identifier: ISC */
/* One value of the configuration: read into its field, written out of it, compared. */
#include "config/value.h"

#include <inttypes.h>
#include <string.h>

#include "config/config.h"
#include "config/url.h"
#include "daemon/base/num.h"

enum { SHOWN_MOST = 80, PAIRS_MAX = 10000 };

static void *field_of(const struct config_key *k, void *base)
{
    return (char *)base + k->at;
}

static const void *field_in(const struct config_key *k, const void *base)
{
    return (const char *)base + k->at;
}

static bool too_large(struct value_fault *f)
{
    return err_set(&f->why, ERR_CONFIG, "the configuration is too large to be kept in memory");
}

/* "KEY must be WANTED, not "TEXT"", with the fix people most often need. */
static bool refuse(const struct config_key *k, struct slice rest, struct slice text,
                   struct slice bad, const char *wanted, struct value_fault *f)
{
    struct slice shown = slice_sub(bad, 0, SHOWN_MOST);
    bool secret = url_shows_secret(text) || slice_starts(slice_of(k->name), SLICE("header"));

    f->at = bad.ptr;
    if (slice_find(text, SLICE(" #")) != (size_t)-1 || slice_find(text, SLICE(" ;")) != (size_t)-1)
        f->fix = "a comment stands on a line of its own; a value runs to the end of its line";
    else if (slice_starts(text, SLICE("\"")) || slice_starts(text, SLICE("'")))
        f->fix = "no quotes: a value runs to the end of its line";
    if (bad.len == 0)
        return err_set(&f->why, ERR_CONFIG, "%s%.*s must be %s, and is empty", k->name,
                       SLICE_FMT(rest), wanted);
    if (secret)
        return err_set(&f->why, ERR_CONFIG, "%s%.*s must be %s", k->name, SLICE_FMT(rest), wanted);
    return err_set(&f->why, ERR_CONFIG, "%s%.*s must be %s, not \"%.*s\"", k->name, SLICE_FMT(rest),
                   wanted, SLICE_FMT(shown));
}

static void write_duration(int64_t ms, struct buf *out)
{
    static const struct {
        int64_t ms;
        const char *name;
    } units[] = {{86400000, "d"}, {3600000, "h"}, {60000, "m"}, {1000, "s"}, {1, "ms"}};

    size_t i = ms == 0 ? 3 : 0;
    while (ms % units[i].ms != 0)
        i++;
    buf_addf(out, "%" PRId64 "%s", ms / units[i].ms, units[i].name);
}

static void write_size(int64_t bytes, struct buf *out)
{
    const char *units = "KMG";
    int unit = -1;

    while (bytes > 0 && bytes % 1024 == 0 && unit < 2) {
        bytes /= 1024;
        unit++;
    }
    buf_addf(out, "%" PRId64 "%.*s", bytes, unit >= 0, unit >= 0 ? &units[unit] : "");
}

static void write_share(int64_t bp, struct buf *out)
{
    buf_addf(out, "%" PRId64, bp / 100);
    if (bp % 100 != 0)
        buf_addf(out, bp % 10 != 0 ? ".%02d" : ".%d",
                 (int)(bp % 10 != 0 ? bp % 100 : bp % 100 / 10));
    buf_addc(out, '%');
}

static void write_number(enum key_type type, int64_t value, struct buf *out)
{
    if (type == KEY_DURATION || type == KEY_BACKOFF)
        write_duration(value, out);
    else if (type == KEY_SIZE)
        write_size(value, out);
    else if (type == KEY_SHARE)
        write_share(value, out);
    else
        buf_addf(out, "%" PRId64, value);
}

static bool parse_share(struct slice text, int64_t *bp)
{
    int64_t whole, part = 0;

    if (!slice_ends(text, SLICE("%")))
        return false;
    text = slice_sub(text, 0, text.len - 1);
    size_t dot = slice_find(text, SLICE("."));
    struct slice behind = dot == (size_t)-1 ? SLICE("0") : slice_sub(text, dot + 1, text.len);
    if (behind.len > 2 || !num_parse(slice_sub(text, 0, dot), 0, INT32_MAX, &whole) ||
        !num_parse(behind, 0, 99, &part))
        return false;
    *bp = whole * 100 + (behind.len == 1 ? part * 10 : part);
    return true;
}

static bool parse_number(enum key_type type, struct slice text, int64_t *out)
{
    if (type == KEY_DURATION || type == KEY_BACKOFF)
        return num_parse_duration(text, out);
    if (type == KEY_SIZE)
        return num_parse_size(text, out);
    if (type == KEY_SHARE)
        return parse_share(text, out);
    return num_parse(text, INT64_MIN, INT64_MAX, out);
}

static const char *number_words(enum key_type type)
{
    if (type == KEY_DURATION || type == KEY_BACKOFF)
        return "write a number and its unit: 50ms, 30s, 15m, 2h, 1d";
    if (type == KEY_SIZE)
        return "write bytes, or a number and its unit: 512K, 64M, 2G";
    if (type == KEY_SHARE)
        return "write percent with at most two decimals: 10%, 0.5%";
    return "write digits only";
}

static bool read_number(const struct config_key *k, struct slice text, struct slice part,
                        int64_t *out, struct value_fault *f)
{
    int64_t value;
    char room[200];
    struct buf wanted;

    if (parse_number(k->type, part, &value) && value >= k->min && value <= k->max) {
        *out = value;
        return true;
    }
    f->fix = number_words(k->type);
    buf_init(&wanted, sizeof(room));
    buf_addz(&wanted, k->type == KEY_DURATION || k->type == KEY_BACKOFF ? "a duration from "
                      : k->type == KEY_SIZE                             ? "a size from "
                      : k->type == KEY_SHARE                            ? "a share from "
                                                                        : "a number from ");
    write_number(k->type, k->min, &wanted);
    buf_addz(&wanted, " to ");
    write_number(k->type, k->max, &wanted);
    refuse(k, SLICE(""), text, part, wanted.ptr ? wanted.ptr : "another number", f);
    buf_done(&wanted);
    return false;
}

static bool read_backoff(const struct config_key *k, int64_t *field, struct slice text,
                         struct value_fault *f)
{
    size_t comma = slice_find(text, SLICE(","));
    int64_t first, most;

    if (comma == (size_t)-1)
        return refuse(k, SLICE(""), text, text, "two durations, such as 5s, 60s", f);
    if (!read_number(k, text, slice_trim(slice_sub(text, 0, comma)), &first, f) ||
        !read_number(k, text, slice_trim(slice_sub(text, comma + 1, text.len)), &most, f))
        return false;
    if (most < first)
        return refuse(k, SLICE(""), text, text, "a shorter and a longer duration, such as 5s, 60s",
                      f);
    field[0] = first;
    field[1] = most;
    return true;
}

static bool read_word(const struct config_key *k, struct slice text, unsigned *index,
                      struct value_fault *f)
{
    struct buf wanted;

    for (unsigned i = 0; k->words[i]; i++)
        if (slice_is(text, k->words[i])) {
            *index = i;
            return true;
        }
    buf_init(&wanted, 200);
    for (size_t i = k->words[0][0] == '\0'; k->words[i]; i++) {
        bool first = i == (size_t)(k->words[0][0] == '\0');
        buf_addf(&wanted, "%s%s", first ? "" : k->words[i + 1] ? ", " : " or ", k->words[i]);
    }
    refuse(k, SLICE(""), text, text, wanted.ptr ? wanted.ptr : "another word", f);
    buf_done(&wanted);
    return false;
}

static bool read_list(const struct config_key *k, struct config_list *field, struct slice text,
                      struct arena *a, struct value_fault *f)
{
    struct config_list list = {0};
    struct slice rest = text, part;
    size_t most = text.len > 0;

    for (size_t i = 0; i < text.len; i++)
        most += text.ptr[i] == ',';
    list.items = arena_array(a, most, sizeof(*list.items));
    if (!list.items)
        return too_large(f);
    if (slice_ends(text, SLICE(",")))
        return refuse(k, SLICE(""), text, slice_sub(text, text.len - 1, text.len),
                      "a list a, b without a comma at its end", f);
    while (slice_next(&rest, ',', &part)) {
        part = slice_trim(part);
        const char *wanted = part.len == 0 ? "a list a, b without empty places"
                             : k->check    ? k->check(part)
                                           : NULL;
        for (size_t i = 0; !wanted && i < list.count; i++)
            if (slice_eq(list.items[i], part))
                wanted = "a list that names nothing twice";
        if (wanted)
            return refuse(k, SLICE(""), text, part, wanted, f);
        list.items[list.count++] = part;
    }
    *field = list;
    return true;
}

/* Room for one more, in steps that double. */
static void *grown(void *items, size_t count, size_t size, struct arena *a)
{
    if (count != 0 && (count & (count - 1)) != 0)
        return items;
    void *larger = arena_array(a, count ? 2 * count : 1, size);
    if (larger && count)
        memcpy(larger, items, count * size);
    return larger;
}

static bool put_pair(struct config_pairs *pairs, struct slice text, const struct value_place *place,
                     struct value_fault *f)
{
    size_t i = 0;

    while (i < pairs->count && !slice_eq(pairs->items[i].key, place->rest))
        i++;
    if (i == PAIRS_MAX)
        return err_set(&f->why, ERR_CONFIG, "more than %d keys of this kind", PAIRS_MAX);
    if (i == pairs->count) {
        void *items = grown(pairs->items, pairs->count, sizeof(*pairs->items), place->arena);
        if (!items)
            return too_large(f);
        pairs->items = items;
        pairs->count++;
    }
    pairs->items[i] = (struct config_pair){place->rest, text, place->where};
    return true;
}

static struct slice absolute(struct slice path, const struct value_place *place)
{
    if (path.len == 0 || path.ptr[0] == '/')
        return arena_copy(place->arena, path);
    return arena_printf(place->arena, "%.*s/%.*s", SLICE_FMT(place->directory), SLICE_FMT(path));
}

static bool put_file(const struct config_key *k, struct config_source *s, struct slice text,
                     const struct value_place *place, struct value_fault *f)
{
    bool is_url = slice_starts(slice_of(k->name), SLICE("url"));
    struct slice path = is_url ? SLICE("") : absolute(text, place);

    if (text.len == 0)
        return refuse(k, place->rest, text, text, is_url ? "an address" : "a path", f);
    for (size_t i = 0; i < s->file_count; i++)
        if (slice_eq(s->files[i].name, place->rest)) {
            f->fix =
                "keep the one that is meant; several files of one source have names: url.house";
            f->at = text.ptr;
            return err_set(&f->why, ERR_CONFIG, "url and path for the same file (the other: %s)",
                           s->files[i].where);
        }
    struct config_file *files = grown(s->files, s->file_count, sizeof(*files), place->arena);
    if (!files || !path.ptr)
        return too_large(f);
    s->files = files;
    s->files[s->file_count++] = (struct config_file){
        .name = place->rest, .url = is_url ? text : SLICE(""), .path = path, .where = place->where};
    return true;
}

bool value_read(const struct config_key *k, void *base, struct slice text,
                const struct value_place *place, struct value_fault *f)
{
    void *field = field_of(k, base);
    unsigned index;
    const char *wanted = k->check && text.len > 0 && k->type != KEY_LIST ? k->check(text) : NULL;

    *f = (struct value_fault){.at = text.ptr};
    if (wanted)
        return refuse(k, place->rest, text, text, wanted, f);
    switch (k->type) {
    case KEY_PATH:
        text = absolute(text, place);
        if (!text.ptr)
            return too_large(f);
        /* fall through */
    case KEY_TEXT:
        text = arena_copy(place->arena, text); /* NUL-ended, for system calls */
        memcpy(field, &text, sizeof(text));
        return text.ptr || too_large(f);
    case KEY_LIST:
        return read_list(k, field, text, place->arena, f);
    case KEY_PLACES:
        if (slice_find(text, SLICE("://")) == (size_t)-1)
            text = absolute(text, place);
        return text.ptr ? put_pair(field, text, place, f) : too_large(f);
    case KEY_PAIRS:
        return put_pair(field, text, place, f);
    case KEY_CHOICE:
        if (!read_word(k, text, &index, f))
            return false;
        memcpy(field, &index, sizeof(index)); /* gcc's enums without negative values are unsigned */
        return true;
    case KEY_YES:
        if (!read_word(k, text, &index, f))
            return false;
        *(bool *)field = index != 0;
        return true;
    case KEY_COUNT:
    case KEY_SIZE:
    case KEY_DURATION:
    case KEY_SHARE:
        return read_number(k, text, text, field, f);
    case KEY_BACKOFF:
        return read_backoff(k, field, text, f);
    case KEY_FILE:
        return put_file(k, base, text, place, f);
    case KEY_HEADER:
    case KEY_LIKE:
        break; /* the reader turns them into other keys first */
    }
    return err_set(&f->why, ERR_BUG, "%s cannot be read as a value", k->name);
}

void value_write(const struct config_key *k, const void *base, struct buf *out)
{
    const void *field = field_in(k, base);
    unsigned index;

    switch (k->type) {
    case KEY_TEXT:
    case KEY_PATH:
        buf_add(out, *(const struct slice *)field);
        break;
    case KEY_LIST: {
        const struct config_list *list = field;
        for (size_t i = 0; i < list->count; i++)
            buf_addf(out, "%s%.*s", i ? ", " : "", SLICE_FMT(list->items[i]));
        break;
    }
    case KEY_CHOICE:
        memcpy(&index, field, sizeof(index));
        buf_addz(out, k->words[index]);
        break;
    case KEY_YES:
        buf_addz(out, k->words[*(const bool *)field]);
        break;
    case KEY_COUNT:
    case KEY_SIZE:
    case KEY_DURATION:
    case KEY_SHARE:
        write_number(k->type, *(const int64_t *)field, out);
        break;
    case KEY_BACKOFF:
        write_number(k->type, ((const int64_t *)field)[0], out);
        buf_addz(out, ", ");
        write_number(k->type, ((const int64_t *)field)[1], out);
        break;
    case KEY_PAIRS:
    case KEY_PLACES:
    case KEY_FILE:
    case KEY_HEADER:
    case KEY_LIKE:
        break;
    }
}

static bool pairs_equal(const struct config_pairs *a, const struct config_pairs *b)
{
    bool equal = a->count == b->count;

    for (size_t i = 0; equal && i < a->count; i++)
        equal = slice_eq(a->items[i].key, b->items[i].key) &&
                slice_eq(a->items[i].value, b->items[i].value);
    return equal;
}

static bool files_equal(const struct config_source *a, const struct config_source *b)
{
    bool equal = a->file_count == b->file_count;

    for (size_t i = 0; equal && i < a->file_count; i++)
        equal = slice_eq(a->files[i].name, b->files[i].name) &&
                slice_eq(a->files[i].url, b->files[i].url) &&
                slice_eq(a->files[i].path, b->files[i].path);
    return equal;
}

static bool lists_equal(const struct config_list *a, const struct config_list *b)
{
    bool equal = a->count == b->count;

    for (size_t i = 0; equal && i < a->count; i++)
        equal = slice_eq(a->items[i], b->items[i]);
    return equal;
}

bool value_equal(const struct config_key *k, const void *a, const void *b)
{
    const void *x = field_in(k, a), *y = field_in(k, b);

    switch (k->type) {
    case KEY_TEXT:
    case KEY_PATH:
        return slice_eq(*(const struct slice *)x, *(const struct slice *)y);
    case KEY_LIST:
        return lists_equal(x, y);
    case KEY_PAIRS:
    case KEY_PLACES:
        return pairs_equal(x, y);
    case KEY_CHOICE:
        return memcmp(x, y, sizeof(unsigned)) == 0;
    case KEY_YES:
        return *(const bool *)x == *(const bool *)y;
    case KEY_COUNT:
    case KEY_SIZE:
    case KEY_DURATION:
    case KEY_SHARE:
        return *(const int64_t *)x == *(const int64_t *)y;
    case KEY_BACKOFF:
        return memcmp(x, y, 2 * sizeof(int64_t)) == 0;
    case KEY_FILE:
        return files_equal(a, b);
    case KEY_HEADER:
    case KEY_LIKE:
        break;
    }
    return true;
}
