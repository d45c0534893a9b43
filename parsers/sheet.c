/* SPDX-License-Identifier: ISC */
/* Lines of a text file by what its mapping says of them. */
#include "parsers/sheet.h"

#include <inttypes.h>

#include "daemon/base/num.h"
#include "parsers/facts.h"
#include "parsers/names.h"
#include "parsers/shape.h"

#define SKIP_MAX 1000

static bool read_memory(struct job *j, struct input_memory *m, sheet_reader *read,
                        const struct rows_how *how, struct fault *f)
{
    struct input_source source = input_from_memory(m);
    source.padded = true;
    bool ok = input_open(j->arena, &source, (int64_t)m->bytes.len, &j->input, f) &&
              input_text(j->input, SLICE("utf-8"), f) && read(j, j->input, how, f);
    input_close(j->input);
    return ok;
}

/* A file that does not say whether it is a primary's is taken for none; where who stands in it says
 * that it is, all that was built is left behind and it is read again. */
static bool read_auto(struct job *j, sheet_reader *read, struct rows_how how, struct fault *f)
{
    struct job again = *j;
    struct input_memory memory;
    struct survey *survey = NULL;
    if (!input_text(j->input, job_option(j, "charset"), f) ||
        !input_all(j->input, &memory.bytes, f))
        return false;
    how.survey = &survey;
    if (!read_memory(&again, &memory, read, &how, f))
        return false;
    if (!rows_survey_primary(survey))
        return true;
    how.survey = NULL;
    how.told = survey;
    if (!(j->builder = results_builder_again(j->builder)))
        return fault_set(f, WIRE_LIMIT, "out of memory");
    if (!job_begin(j, f))
        return false;
    again.builder = j->builder;
    return read_memory(&again, &memory, read, &how, f);
}

static bool read_once(struct job *j, sheet_reader *read, struct rows_how how, struct fault *f)
{
    return slice_is(job_option(j, "contest-per-party"), "auto") ? read_auto(j, read, how, f)
                                                                : read(j, j->input, &how, f);
}

bool sheet_read(struct job *j, sheet_reader *read, struct rows_how how, struct fault *f)
{
    bool lent;
    if (!mapping_yes(j, "names.companion", false, &lent, f))
        return false;
    if (!lent || !j->companion_count)
        return read_once(j, read, how, f);
    if (!(how.names = names_new(j->arena)))
        return fault_set(f, WIRE_LIMIT, "out of memory");
    how.learn = true;
    if (!read(j, j->companions[0], &how, f))
        return err_prefix(&f->err, "the companion its names are in");
    how.learn = false;
    return read_once(j, read, how, f);
}

static bool read_separator(const struct job *j, char *out, struct fault *f)
{
    static const struct {
        const char *name;
        char c;
    } names[] = {{"comma", ','}, {"tab", '\t'}, {"semicolon", ';'}, {"pipe", '|'}};
    struct slice v = job_option(j, "separator");
    *out = !v.ptr ? ',' : v.len == 1 ? v.ptr[0] : '\0';
    for (size_t i = 0; v.ptr && i < sizeof names / sizeof names[0]; i++)
        *out = slice_is(v, names[i].name) ? names[i].c : *out;
    if (*out && *out != '"')
        return true;
    return fault_set(f, WIRE_SCHEMA,
                     "option separator: it is comma, tab, semicolon, pipe or a character");
}

static bool read_lines(struct sheet *s, struct fault *f)
{
    struct slice last = job_option(&s->job, "last-line");
    struct slice skip = job_option(&s->job, "skip-lines");
    s->skip = -1;
    s->any_last = slice_is(last, "any");
    if (last.ptr && !s->any_last && !slice_is(last, "ended"))
        return fault_set(f, WIRE_SCHEMA, "option last-line: it is ended or any");
    if (skip.ptr && !num_parse(skip, 0, SKIP_MAX, &s->skip))
        return fault_set(f, WIRE_SCHEMA, "option skip-lines: it is a number, at most %d", SKIP_MAX);
    return mapping_yes(&s->job, "ragged", false, &s->ragged, f);
}

bool sheet_open(struct job *j, struct input *in, const struct rows_how *how, bool separated,
                struct sheet *s, struct fault *f)
{
    char separator = '\0';
    bool quote = false;
    *s = (struct sheet){.job = *j, .how = *how, .counted = -1};
    if (!input_text(in, job_option(j, "charset"), f) || !shape_options(j, in, &s->job.options, f) ||
        !read_lines(s, f) ||
        (separated && (!read_separator(&s->job, &separator, f) ||
                       !mapping_yes(&s->job, "quote", true, &quote, f))) ||
        !mapping_read(&s->job, &s->mapping, f))
        return false;
    s->mapping.style.quote = s->mapping.count.quote = quote;
    return records_open(j->arena, in, separator, quote, &s->records, f);
}

void sheet_done(struct sheet *s)
{
    mapping_done(&s->mapping);
}

bool sheet_line(struct sheet *s, bool *more, struct fault *f)
{
    const struct records *r = &s->records;
    if (!records_next(&s->records, more, f))
        return false;
    if (!*more || r->ended || s->any_last)
        return true;
    return fault_set(f, WIRE_TRUNCATED,
                     "line %" PRIu64 ": the last line has no end; if this feed never ends it, set "
                     "last-line = any",
                     r->number);
}

bool sheet_no_row(struct sheet *s, struct fault *f)
{
    const struct mapping *m = &s->mapping;
    for (uint32_t i = 0; i < m->fact_count && !s->how.learn; i++) {
        enum role role = m->facts[i].role;
        struct slice found = mapping_found(s->job.arena, m->facts[i].pattern, s->records.line);
        found = mapping_value(m, role, found);
        if (role == ROLE_COUNT && found.ptr && !num_parse(found, 0, INT64_C(1) << 40, &s->counted))
            return fault_set(f, WIRE_SCHEMA, "line %" PRIu64 ": \"%.*s\" is no count of rows",
                             s->records.number, SLICE_FMT(slice_sub(found, 0, 40)));
        if (role != ROLE_COUNT && !facts_take(&s->job, role, found, f))
            return err_prefix(&f->err, "line %" PRIu64, s->records.number);
    }
    return true;
}

bool sheet_skip(struct sheet *s, struct fault *f)
{
    bool more = true;
    for (int64_t i = 0; i < s->skip && more; i++)
        if (!sheet_line(s, &more, f) || (more && !sheet_no_row(s, f)))
            return false;
    return true;
}

static bool check_count(const struct sheet *s, struct fault *f)
{
    if (s->counted < 0 || (uint64_t)s->counted == s->lines)
        return true;
    return fault_set(f, WIRE_TRUNCATED, "it has %" PRIu64 " rows and says they are %" PRId64,
                     s->lines, s->counted);
}

/* The line at hand is the last: is it the trailer there has to be? */
static bool take_trailer(struct sheet *s, struct fault *f)
{
    if (!pattern_match(s->mapping.trailer, s->records.line, NULL))
        return fault_set(f, WIRE_TRUNCATED,
                         "line %" PRIu64 ": the last line is not the one such files end with",
                         s->records.number);
    return sheet_no_row(s, f) && check_count(s, f);
}

bool sheet_row(struct sheet *s, bool *more, struct fault *f)
{
    const struct mapping *m = &s->mapping;
    bool last = false;
    for (;;) {
        if (!sheet_line(s, more, f))
            return false;
        if (!*more)
            break;
        if (m->trailer && !records_go_on(&s->records) && !records_last(&s->records, &last, f))
            return false;
        if (last) {
            *more = false;
            return take_trailer(s, f);
        }
        if (!m->no_rows || !pattern_match(m->no_rows, s->records.line, NULL)) {
            s->lines++;
            return true;
        }
        if (!sheet_no_row(s, f))
            return false;
    }
    if (m->trailer)
        return fault_set(f, WIRE_TRUNCATED, "the line such files end with is missing");
    return check_count(s, f);
}

bool sheet_short(const struct sheet *s, size_t has, size_t needs, const char *what, struct fault *f)
{
    return fault_set(f, s->records.ended ? WIRE_SYNTAX : WIRE_TRUNCATED,
                     "line %" PRIu64 ": it has %zu %s, the mapping needs %zu", s->records.number,
                     has, what, needs);
}
