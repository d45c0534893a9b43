/* SPDX-License-Identifier: ISC */
/* One payload from bytes to batch. Here alone is it known that there are drivers. */
#include "parsers/job.h"

#include "daemon/base/text.h"
#include "daemon/base/zone.h"
#include "parsers/formats.h"

#define HEAD 4096

static bool starts_nocase(struct slice s, struct slice prefix)
{
    return slice_eq_nocase(slice_sub(s, 0, prefix.len), prefix);
}

/* What is left behind blanks, an XML declaration and comments. */
static struct slice skip_preamble(struct slice s)
{
    static const struct {
        struct slice open, close;
    } skipped[] = {{SLICE_INIT("<?"), SLICE_INIT("?>")}, {SLICE_INIT("<!--"), SLICE_INIT("-->")}};
    size_t i = 0;
    s = slice_trim(s);
    while (i < sizeof skipped / sizeof skipped[0]) {
        size_t end = slice_starts(s, skipped[i].open) ? slice_find(s, skipped[i].close) : SIZE_MAX;
        if (end == SIZE_MAX) {
            i++;
            continue;
        }
        s = slice_trim(slice_sub(s, end + skipped[i].close.len, s.len));
        i = 0;
    }
    return s;
}

static bool is_page(struct slice head)
{
    static const struct slice starts[] = {SLICE_INIT("<!doctype html"), SLICE_INIT("<html"),
                                          SLICE_INIT("<head"), SLICE_INIT("<body")};
    head = skip_preamble(head);
    for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++) {
        if (starts_nocase(head, starts[i]))
            return true;
    }
    return false;
}

static struct slice page_title(struct slice head)
{
    size_t from = slice_find_nocase(head, SLICE("<title"));
    if (from == SIZE_MAX)
        return SLICE("");
    head = slice_sub(head, from, head.len);
    size_t open = slice_find(head, SLICE(">"));
    size_t end = slice_find_nocase(head, SLICE("</title"));
    return open == SIZE_MAX || end == SIZE_MAX || end < open ? SLICE("")
                                                             : slice_sub(head, open + 1, end);
}

/* A page for people where data was expected: an error page, a waiting room. Names a version only in
 * a pointer. */
static bool refuse_page(struct job *j, const struct format *format, struct fault *f)
{
    struct slice head;
    if (!input_peek(j->input, HEAD, &head, f))
        return false;
    if (!slice_trim(head).len)
        return fault_set(f, WIRE_TRUNCATED, "line 1, column 1: the payload is empty");
    if (format->pointer || format->page || !is_page(head))
        return true;
    struct slice title = text_clean_copy(page_title(head), j->arena);
    if (!title.ptr || !title.len)
        title = SLICE("without a title");
    return fault_set(f, WIRE_BLOCKED, "line 1, column 1: a web page instead of data: %.*s",
                     SLICE_FMT(title));
}

/* The option counts for the payload and its companions alike. Without it only a BOM is acted upon
 * here: XML names its charset itself. */
static bool set_charset(struct job *j, struct input *in, struct fault *f)
{
    struct slice charset = job_option(j, "charset"), head;
    if (charset.len)
        return input_text(in, charset, f);
    if (!input_peek(in, INPUT_MARK_MAX, &head, f))
        return false;
    bool mark = input_mark(head) > 0 || slice_starts(head, SLICE("\xff\xfe")) ||
                slice_starts(head, SLICE("\xfe\xff"));
    return !mark || input_text(in, SLICE("utf-8"), f);
}

static bool set_charsets(struct job *j, struct fault *f)
{
    for (size_t i = 0; i < j->companion_count; i++) {
        if (!set_charset(j, j->companions[i], f))
            return false;
    }
    return set_charset(j, j->input, f);
}

/* A payload is good only to its very end, also where the driver had enough before: sums and ends of
 * wrappings are checked there. */
static bool drain(struct input *in, struct fault *f)
{
    char rest[HEAD];
    size_t got;
    do {
        if (!input_read(in, rest, sizeof rest, &got, f))
            return false;
    } while (got);
    return true;
}

static bool drive(struct job *j, const struct driver *driver, struct slice *batch, struct fault *f)
{
    struct err e;
    if (!job_begin(j, f) || !driver->parse(j, f) || !drain(j->input, f))
        return false;
    return results_finish(j->builder, batch, &e) || fault_from(f, &e);
}

static bool run(struct job *j, struct slice *batch, struct fault *f)
{
    const struct format *format = format_find(j->format);
    const struct driver *driver = driver_find(j->format);
    struct slice rule = job_option(j, "zone");
    struct err e;
    if (!format || !driver)
        return fault_set(f, WIRE_INTERNAL, "there is no format \"%.*s\"",
                         SLICE_FMT(slice_sub(j->format, 0, 40)));
    if (!set_charsets(j, f) || !refuse_page(j, format, f))
        return false;
    if (rule.len && !(j->zone = zone_from_rule(rule, &e)))
        return fault_set(f, e.kind == ERR_AGAIN ? WIRE_LIMIT : WIRE_INTERNAL, "option zone: %s",
                         e.text);
    bool ok = drive(j, driver, batch, f);
    zone_free(j->zone);
    j->zone = NULL;
    return ok;
}

/* Where memory was out once, a text may be missing that nobody missed, and any other complaint may
 * be about that. */
bool job_run(struct job *j, struct slice *batch, struct fault *f)
{
    bool ok = run(j, batch, f);
    if (arena_refused(j->arena))
        return fault_set(f, WIRE_LIMIT, "the payload holds more than memory allows");
    return ok;
}
