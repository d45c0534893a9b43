/* SPDX-License-Identifier: ISC */
/* One option of a mapping judged without a file. */
#include "parsers/mapping_check.h"

#include "parsers/mapping.h"

const char *mapping_regex_excess(struct slice source)
{
    return pattern_excess(source);
}

/* Any column may be in a file that is not there yet. */
static bool find_any(void *ctx, struct slice name, int32_t *field)
{
    (void)ctx;
    (void)name;
    *field = 0;
    return true;
}

bool mapping_check(struct slice key, struct slice value, struct arena *a, struct err *e)
{
    const struct column_finder finder = {.find = find_any};
    struct fault f = {0};
    struct mapping m;
    struct job j = {.arena = a,
                    .options = arena_printf(a, "%.*s=%.*s\n", SLICE_FMT(key), SLICE_FMT(value))};
    struct slice place = arena_printf(a, "option %.*s: ", SLICE_FMT(key));
    if (!j.options.ptr || !place.ptr)
        return err_set(e, ERR_CONFIG, "no memory to read it");
    bool ok = mapping_read(&j, &m, &f) && mapping_bind(&m, &finder, &f);
    mapping_done(&m);
    if (ok)
        return true;
    struct slice text = slice_of(f.err.text);
    if (slice_starts(text, place)) /* whoever asks knows where it stands */
        text = slice_sub(text, place.len, text.len);
    return err_set(e, ERR_CONFIG, "%.*s", SLICE_FMT(text));
}
