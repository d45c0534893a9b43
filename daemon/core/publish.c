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

bool publish_filter(const struct settings *s, struct slice word, struct err *e)
{
    static const struct {
        struct slice filter, column;
    } needs[] = {
        {SLICE_INIT("office:"), SLICE_INIT("office_level")},
        {SLICE_INIT("flip:"), SLICE_INIT("held_by")},
    };
    struct slice tag = slice_sub(word, tag_prefix.len, word.len);

    if (slice_starts(word, tag_prefix) && publish_tag(s, tag) != PUBLISH_TAG)
        return err_set(e, ERR_USAGE, "'%.*s' is no filter", SLICE_FMT(word));
    for (size_t i = 0; i < sizeof needs / sizeof needs[0]; i++)
        if (slice_starts(word, needs[i].filter) && !publish_column(s, needs[i].column))
            return err_set(e, ERR_USAGE, "'%.*s' is no filter", SLICE_FMT(word));
    return true;
}
