/* SPDX-License-Identifier: ISC */
/* Options of formats, as far as they can be judged before there is a payload. */
#include "config/option_check.h"

#include "config/key_checks.h"
#include "config/suggest.h"
#include "parsers/formats.h"
#include "parsers/mapping_check.h"

/* "shape.old.column.votes" is column.votes of one shape of the feed. */
static bool check_shape(const struct format *format, struct slice key, struct slice *inner,
                        struct arena *a, struct err *e)
{
    static const char *const conditions[] = {"when", "when-width", NULL};
    const char *const *more[] = {conditions};
    struct slice rest = slice_sub(key, sizeof "shape." - 1, key.len);
    size_t dot = slice_find(rest, SLICE("."));

    *inner = dot == (size_t)-1 ? SLICE("") : slice_sub(rest, dot + 1, rest.len);
    if (dot == 0 || inner->len == 0)
        return err_set(e, ERR_CONFIG, "write shape.NAME.when = REGEX, or shape.NAME.KEY = VALUE");
    if (slice_is(*inner, conditions[0]) || slice_is(*inner, conditions[1]) ||
        format_takes(format, *inner))
        return true;
    const char *near = suggest_key(SLICE(""), more, 1, format, *inner, a);
    return err_set(e, ERR_CONFIG, "format %s has no option \"%.*s\"%s%s%s", format->name,
                   SLICE_FMT(*inner), near ? "; did you mean " : "", near ? near : "",
                   near ? "?" : "");
}

/* Options with a few words to choose from; a mapping's own say theirs. */
static bool check_words(struct slice key, struct slice value, struct err *e)
{
    static const struct {
        const char *key, *one, *other;
    } known[] = {{"header", "yes", "no"},          {"last-line", "ended", "any"},
                 {"names.companion", "yes", "no"}, {"precincts", "yes", "no"},
                 {"quote", "yes", "no"},           {"ragged", "yes", "no"}};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (slice_is(key, known[i].key) && !slice_is(value, known[i].one) &&
            !slice_is(value, known[i].other))
            return err_set(e, ERR_CONFIG, "it must be %s or %s", known[i].one, known[i].other);
    }
    return true;
}

bool option_check(const struct format *format, struct slice key, struct slice value,
                  struct arena *a, struct err *e)
{
    struct slice inner = key;

    if (slice_starts(key, SLICE("shape.")) && !check_shape(format, key, &inner, a, e))
        return false;
    if (slice_is(inner, "timezone") && value.len > 0 && check_zone(value))
        return err_set(e, ERR_CONFIG, "it must be %s", check_zone(value));
    if (!check_words(inner, value, e))
        return false;
    if (!format_takes(format, SLICE("column.votes")))
        return true;
    return mapping_check(inner, value, a, e);
}
