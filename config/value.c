/* SPDX-License-Identifier: ISC */
/* One value of the configuration: read into its field, written out of it, compared. */
#include "config/value.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "config/config.h"
#include "config/key_checks.h"
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

/* What to write instead, where it is plain. */
static void suggest(const struct config_key *k, struct slice bad, struct value_fault *f)
{
    char upper[2];

    if (k->check == check_listen)
        f->fix = "write listen = 127.0.0.1:8080; with nothing behind the = there is no HTTP";
    if (k->check != check_state || bad.len != sizeof(upper))
        return;
    for (size_t i = 0; i < sizeof(upper); i++)
        upper[i] = (char)(bad.ptr[i] >= 'a' && bad.ptr[i] <= 'z' ? bad.ptr[i] - 32 : bad.ptr[i]);
    if (check_state((struct slice){upper, sizeof(upper)}))
        return;
    snprintf(f->room, sizeof(f->room), "write %.2s", upper);
    f->fix = f->room;
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
    else
        suggest(k, bad, f);
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

static bool read_count(const struct config_key *k, void *base, struct slice text,
                       const struct value_place *place, struct value_fault *f)
{
    (void)place;
    return read_number(k, text, text, field_of(k, base), f);
}

static void write_count(const struct config_key *k, const void *base, struct buf *out)
{
    write_number(k->type, *(const int64_t *)field_in(k, base), out);
}

static bool counts_equal(const struct config_key *k, const void *a, const void *b)
{
    return *(const int64_t *)field_in(k, a) == *(const int64_t *)field_in(k, b);
}

static bool read_backoff(const struct config_key *k, void *base, struct slice text,
                         const struct value_place *place, struct value_fault *f)
{
    int64_t *field = field_of(k, base);
    size_t comma = slice_find(text, SLICE(","));
    int64_t first, most;

    (void)place;
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

static void write_backoff(const struct config_key *k, const void *base, struct buf *out)
{
    const int64_t *field = field_in(k, base);

    write_number(k->type, field[0], out);
    buf_addz(out, ", ");
    write_number(k->type, field[1], out);
}

static bool backoffs_equal(const struct config_key *k, const void *a, const void *b)
{
    return memcmp(field_in(k, a), field_in(k, b), 2 * sizeof(int64_t)) == 0;
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
    const char *const *words = k->words; /* an empty first one is not for people */
    words += words[0] && words[0][0] == '\0';
    for (size_t i = 0; words[i]; i++)
        buf_addf(&wanted, "%s%s", i == 0 ? "" : words[i + 1] ? ", " : " or ", words[i]);
    refuse(k, SLICE(""), text, text, wanted.ptr ? wanted.ptr : "another word", f);
    buf_done(&wanted);
    return false;
}

static bool read_choice(const struct config_key *k, void *base, struct slice text,
                        const struct value_place *place, struct value_fault *f)
{
    unsigned index;

    (void)place;
    if (!read_word(k, text, &index, f))
        return false;
    /* gcc's enums without negative values are unsigned */
    memcpy(field_of(k, base), &index, sizeof(index));
    return true;
}

static void write_choice(const struct config_key *k, const void *base, struct buf *out)
{
    unsigned index;

    memcpy(&index, field_in(k, base), sizeof(index));
    buf_addz(out, k->words[index]);
}

static bool choices_equal(const struct config_key *k, const void *a, const void *b)
{
    return memcmp(field_in(k, a), field_in(k, b), sizeof(unsigned)) == 0;
}

static bool read_yes(const struct config_key *k, void *base, struct slice text,
                     const struct value_place *place, struct value_fault *f)
{
    unsigned index;

    (void)place;
    if (!read_word(k, text, &index, f))
        return false;
    *(bool *)field_of(k, base) = index != 0;
    return true;
}

static void write_yes(const struct config_key *k, const void *base, struct buf *out)
{
    buf_addz(out, k->words[*(const bool *)field_in(k, base)]);
}

static bool yes_equal(const struct config_key *k, const void *a, const void *b)
{
    return *(const bool *)field_in(k, a) == *(const bool *)field_in(k, b);
}

static bool read_list(const struct config_key *k, void *base, struct slice text,
                      const struct value_place *place, struct value_fault *f)
{
    struct config_list list = {0};
    struct slice rest = text, part;
    size_t most = text.len > 0;

    for (size_t i = 0; i < text.len; i++)
        most += text.ptr[i] == ',';
    list.items = arena_array(place->arena, most, sizeof(*list.items));
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
    *(struct config_list *)field_of(k, base) = list;
    return true;
}

static void write_list(const struct config_key *k, const void *base, struct buf *out)
{
    const struct config_list *list = field_in(k, base);

    for (size_t i = 0; i < list->count; i++)
        buf_addf(out, "%s%.*s", i ? ", " : "", SLICE_FMT(list->items[i]));
}

static bool lists_equal(const struct config_key *k, const void *a, const void *b)
{
    const struct config_list *x = field_in(k, a), *y = field_in(k, b);
    bool equal = x->count == y->count;

    for (size_t i = 0; equal && i < x->count; i++)
        equal = slice_eq(x->items[i], y->items[i]);
    return equal;
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

static bool read_pair(const struct config_key *k, void *base, struct slice text,
                      const struct value_place *place, struct value_fault *f)
{
    struct config_pairs *pairs = field_of(k, base);
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

static bool read_text(const struct config_key *k, void *base, struct slice text,
                      const struct value_place *place, struct value_fault *f)
{
    text = arena_copy(place->arena, text); /* NUL-ended, for system calls */
    memcpy(field_of(k, base), &text, sizeof(text));
    return text.ptr || too_large(f);
}

static bool read_path(const struct config_key *k, void *base, struct slice text,
                      const struct value_place *place, struct value_fault *f)
{
    text = absolute(text, place);
    memcpy(field_of(k, base), &text, sizeof(text));
    return text.ptr || too_large(f);
}

static void write_text(const struct config_key *k, const void *base, struct buf *out)
{
    buf_add(out, *(const struct slice *)field_in(k, base));
}

static bool texts_equal(const struct config_key *k, const void *a, const void *b)
{
    return slice_eq(*(const struct slice *)field_in(k, a), *(const struct slice *)field_in(k, b));
}

/* An address, or a path. */
static bool read_place(const struct config_key *k, void *base, struct slice text,
                       const struct value_place *place, struct value_fault *f)
{
    if (slice_find(text, SLICE("://")) == (size_t)-1)
        text = absolute(text, place);
    return text.ptr ? read_pair(k, base, text, place, f) : too_large(f);
}

static bool pairs_equal(const struct config_key *k, const void *a, const void *b)
{
    const struct config_pairs *x = field_in(k, a), *y = field_in(k, b);
    bool equal = x->count == y->count;

    for (size_t i = 0; equal && i < x->count; i++)
        equal = slice_eq(x->items[i].key, y->items[i].key) &&
                slice_eq(x->items[i].value, y->items[i].value);
    return equal;
}

/* url, url.NAME, path and path.NAME all go into the source's files. */
static bool read_file_row(const struct config_key *k, void *base, struct slice text,
                          const struct value_place *place, struct value_fault *f)
{
    struct config_source *s = base;
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

static bool file_rows_equal(const struct config_key *k, const void *a, const void *b)
{
    const struct config_source *x = a, *y = b;
    bool equal = x->file_count == y->file_count;

    (void)k;
    for (size_t i = 0; equal && i < x->file_count; i++)
        equal = slice_eq(x->files[i].name, y->files[i].name) &&
                slice_eq(x->files[i].url, y->files[i].url) &&
                slice_eq(x->files[i].path, y->files[i].path);
    return equal;
}

/* What a type of value is: read NULL, the reader turns it into other keys first; write NULL,
 * it is more than one value. */
static const struct value_type {
    bool (*read)(const struct config_key *k, void *base, struct slice text,
                 const struct value_place *place, struct value_fault *f);
    void (*write)(const struct config_key *k, const void *base, struct buf *out);
    bool (*equal)(const struct config_key *k, const void *a, const void *b);
} types[] = {
    [KEY_TEXT] = {read_text, write_text, texts_equal},
    [KEY_PATH] = {read_path, write_text, texts_equal},
    [KEY_LIST] = {read_list, write_list, lists_equal},
    [KEY_PAIRS] = {read_pair, NULL, pairs_equal},
    [KEY_PLACES] = {read_place, NULL, pairs_equal},
    [KEY_CHOICE] = {read_choice, write_choice, choices_equal},
    [KEY_YES] = {read_yes, write_yes, yes_equal},
    [KEY_COUNT] = {read_count, write_count, counts_equal},
    [KEY_SIZE] = {read_count, write_count, counts_equal},
    [KEY_DURATION] = {read_count, write_count, counts_equal},
    [KEY_BACKOFF] = {read_backoff, write_backoff, backoffs_equal},
    [KEY_SHARE] = {read_count, write_count, counts_equal},
    [KEY_FILE] = {read_file_row, NULL, file_rows_equal},
    [KEY_HEADER] = {NULL, NULL, NULL},
    [KEY_LIKE] = {NULL, NULL, NULL},
};

bool value_read(const struct config_key *k, void *base, struct slice text,
                const struct value_place *place, struct value_fault *f)
{
    const char *wanted = k->check && text.len > 0 && k->type != KEY_LIST ? k->check(text) : NULL;

    *f = (struct value_fault){.at = text.ptr};
    if (wanted)
        return refuse(k, place->rest, text, text, wanted, f);
    if (!types[k->type].read)
        return err_set(&f->why, ERR_BUG, "%s cannot be read as a value", k->name);
    return types[k->type].read(k, base, text, place, f);
}

void value_write(const struct config_key *k, const void *base, struct buf *out)
{
    if (types[k->type].write)
        types[k->type].write(k, base, out);
}

bool value_equal(const struct config_key *k, const void *a, const void *b)
{
    return !types[k->type].equal || types[k->type].equal(k, a, b);
}
