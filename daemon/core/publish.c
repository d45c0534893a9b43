/* SPDX-License-Identifier: ISC */
/* Asked before anything of the list goes out. */
#include "daemon/core/publish.h"

#include "daemon/base/text.h"
#include "daemon/core/columns.h"

static const struct slice tag_prefix = SLICE_INIT("tag:"), sum_prefix = SLICE_INIT("sum:");

/* The name behind a prefix; empty: it has another, or no name. */
static struct slice behind(struct slice item, struct slice prefix)
{
    if (!slice_starts(item, prefix))
        return (struct slice){0};
    return slice_trim(slice_sub(item, prefix.len, item.len));
}

bool publish_check(struct slice item, struct err *e)
{
    const char *names[COLUMNS];

    if (behind(item, tag_prefix).len > 0 || behind(item, sum_prefix).len > 0)
        return true;
    for (size_t i = 0; i < COLUMNS; i++) {
        names[i] = columns[i].name;
        if (slice_is(item, names[i]))
            return true;
    }
    const char *near = text_did_you_mean(item, names, COLUMNS);
    return err_set(e, ERR_CONFIG,
                   "\"%.*s\" is no column of the list%s%s%s; write a column's name, tags, tag:NAME "
                   "or sum:NAME",
                   SLICE_FMT(item), near ? "; did you mean " : "", near ? near : "",
                   near ? "?" : "");
}

bool publish_column(const struct settings *s, struct slice column)
{
    for (size_t i = 0; i < s->publish_count; i++)
        if (slice_eq(s->publish[i], column))
            return true;
    return false;
}

bool publish_any_tag(const struct settings *s)
{
    for (size_t i = 0; i < s->publish_count; i++)
        if (slice_is(s->publish[i], "tags") || behind(s->publish[i], tag_prefix).len > 0 ||
            behind(s->publish[i], sum_prefix).len > 0)
            return true;
    return false;
}

enum publish_tag publish_tag(const struct settings *s, struct slice tag)
{
    enum publish_tag found = publish_column(s, SLICE("tags")) ? PUBLISH_TAG : PUBLISH_NOTHING;

    for (size_t i = 0; i < s->publish_count; i++) {
        if (slice_eq(behind(s->publish[i], sum_prefix), tag))
            return PUBLISH_SUM; /* the stricter word holds */
        if (slice_eq(behind(s->publish[i], tag_prefix), tag))
            found = PUBLISH_TAG;
    }
    return found;
}

bool publish_flips(const struct settings *s)
{
    return publish_column(s, SLICE("held_by")) || publish_column(s, SLICE("flip"));
}

bool publish_filter(const struct settings *s, struct slice word, struct err *e)
{
    struct slice tag = slice_sub(word, tag_prefix.len, word.len);
    const char *column = NULL;

    if (slice_starts(word, tag_prefix) && publish_tag(s, tag) != PUBLISH_TAG)
        column = "tags";
    else if (slice_starts(word, SLICE("office:")) && !publish_column(s, SLICE("office_level")))
        column = "office_level";
    else if (slice_starts(word, SLICE("flip:")) && !publish_flips(s))
        column = "held_by";
    return !column ||
           err_set(e, ERR_USAGE, "'%.*s' is not published here ([endorsements] publish, %s)",
                   SLICE_FMT(word), column);
}

static bool any_named_tag(const struct settings *s)
{
    for (size_t i = 0; i < s->publish_count; i++)
        if (slice_is(s->publish[i], "tags") || behind(s->publish[i], tag_prefix).len > 0)
            return true;
    return false;
}

bool publish_filter_named(const struct settings *s, struct slice name)
{
    if (slice_is(name, "tag"))
        return any_named_tag(s);
    if (slice_is(name, "office"))
        return publish_column(s, SLICE("office_level"));
    return !slice_is(name, "flip") || publish_flips(s);
}
