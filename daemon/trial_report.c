/* SPDX-License-Identifier: ISC */
/* Tables of what was found, and what to do next. */
#include "daemon/trial_report.h"

#include <inttypes.h>
#include <stdio.h>

#include "daemon/base/counted.h"
#include "daemon/base/when.h"
#include "daemon/core/documents.h"
#include "daemon/core/local_time.h"
#include "daemon/core/table.h"
#include "daemon/edge/polling.h"

struct report {
    const struct trial_found *f;
    bool json;
    struct buf *out;
    struct jsonw j;
};

/* ---- facts: a line each; what is not known is left out ---- */

static void facts_begin(struct report *r, const char *title)
{
    if (r->json)
        jsonw_object(&r->j, title);
    else
        buf_addf(r->out, "%s\nwhat\tis\n", title);
}

static void facts_end(struct report *r)
{
    if (r->json)
        jsonw_object_end(&r->j);
    else
        buf_addc(r->out, '\n');
}

static void fact(struct report *r, const char *what, struct slice is)
{
    if (is.len == 0)
        return;
    if (r->json)
        jsonw_str(&r->j, what, is);
    else
        buf_addf(r->out, "%s\t%.*s\n", what, SLICE_FMT(is));
}

static void fact_number(struct report *r, const char *what, int64_t is)
{
    if (is < 0)
        return;
    if (r->json)
        jsonw_int(&r->j, what, is);
    else
        buf_addf(r->out, "%s\t%" PRId64 "\n", what, is);
}

static void fact_time(struct report *r, const char *what, int64_t ms)
{
    char text[25];
    if (ms == WHEN_UNKNOWN || ms == 0)
        return;
    when_format(ms, text);
    fact(r, what, slice_of(text));
}

/* ---- one file ---- */

static int64_t votes_of(const struct results *b)
{
    int64_t all = 0;
    for (uint32_t i = 0; i < b->head->contests; i++)
        for (uint32_t k = 0; k < b->contests[i].choices; k++) {
            int64_t votes = results_cell(b, &b->contests[i], 0, k)->votes;
            all += votes > 0 ? votes : 0;
        }
    return all;
}

/* Reporting units beside the totals. */
static int64_t units_of(const struct results *b)
{
    return (int64_t)b->head->units - b->head->contests;
}

static void write_batch(struct report *r, const struct results *b)
{
    static const char *const statuses[RESULTS_STATUSES] = {"", "unofficial", "complete", "official",
                                                           "certified"};
    fact_time(r, "own_time", b->head->own_time_ms);
    fact(r, "election", results_text(b, b->head->election_name));
    fact(r, "election_date", results_text(b, b->head->election_date));
    fact(r, "says_it_is", slice_of(b->head->test == 1 ? "test data" : statuses[b->head->status]));
    fact_number(r, "contests", b->head->contests);
    fact_number(r, "choices", b->head->choices);
    fact_number(r, "units", units_of(b));
    fact_number(r, "votes", votes_of(b));
    fact_number(r, "unreadable_contests", b->head->problems > 0 ? (int64_t)b->head->problems : -1);
}

static void write_answer(struct report *r, const struct trial_file *file)
{
    bool asked = file->status > 0;
    fact(r, "name", file->name);
    fact(r, "place", file->place);
    fact(r, "version", file->version);
    fact_number(r, "http_status", asked ? file->status : -1);
    fact(r, "type", file->type);
    fact(r, "encoding", file->encoding);
    fact_number(r, "redirects", file->redirects > 0 ? file->redirects : -1);
    fact(r, "redirected_to", file->redirected);
    fact_number(r, "bytes", file->payload ? (int64_t)payload_bytes(file->payload).len : -1);
    fact_number(r, "fetched_in_ms", file->us / 1000);
    fact(r, "etag", file->etag);
    fact(r, "last_modified", file->last_modified);
    if (asked && file->payload && file->etag.len == 0 && file->last_modified.len == 0)
        fact(r, "validators", SLICE("none: all of it is sent at each poll"));
}

static void write_file(struct report *r, const struct trial_file *file)
{
    facts_begin(r, r->json ? NULL : "file");
    write_answer(r, file);
    if (file->read) {
        fact(r, "format", r->f->format);
        fact_number(r, "read_in_ms", file->parse_us / 1000);
        write_batch(r, file->read);
    }
    fact(r, "verdict", slice_of(verdict_info[file->verdict].name));
    fact(r, "text", file->text);
    facts_end(r);
}

static void write_files(struct report *r)
{
    if (r->json)
        jsonw_array(&r->j, "files");
    for (size_t i = 0; i < r->f->file_count; i++)
        write_file(r, &r->f->files[i]);
    if (r->json)
        jsonw_array_end(&r->j);
}

/* ---- formats, notes ---- */

static struct table table_of(struct report *r, const char *title, const char *const *names,
                             size_t n, unsigned numbers)
{
    return (struct table){.names = names,
                          .count = n,
                          .numbers = numbers,
                          .json = r->json,
                          .out = r->out,
                          .title = title,
                          .into = r->json ? &r->j : NULL};
}

static struct slice name_of(const struct trial_attempt *a)
{
    return a->source->preset.len > 0 ? a->source->preset : a->source->format;
}

static void add_attempt(struct table *t, const struct trial_attempt *a)
{
    char rooms[3][24] = {"", "", ""};
    bool reads = a->work.failure == WIRE_OK;
    if (reads) {
        const struct results *b = &a->work.results;
        snprintf(rooms[0], sizeof rooms[0], "%" PRIu32, b->head->contests);
        snprintf(rooms[1], sizeof rooms[1], "%" PRIu32, b->head->choices);
        snprintf(rooms[2], sizeof rooms[2], "%" PRId64, votes_of(b));
    }
    const struct slice cells[] = {name_of(a),         reads ? SLICE("yes") : SLICE("no"),
                                  slice_of(rooms[0]), slice_of(rooms[1]),
                                  slice_of(rooms[2]), slice_of(a->work.text)};
    table_add(t, cells);
}

/* Of the first file that came: its own first, then those that read it; where none does, why not. */
static void write_formats(struct report *r)
{
    static const char *const names[] = {"format",  "reads_it", "contests",
                                        "choices", "votes",    "why_not"};
    struct table t = table_of(r, "formats", names, sizeof names / sizeof names[0], 7 << 2);
    const struct trial_found *f = r->f;
    size_t others = 0;
    table_begin(&t);
    for (size_t i = 0; i < f->attempt_count; i++)
        if (f->attempts[i].own && f->attempts[i].file == f->attempts[0].file)
            add_attempt(&t, &f->attempts[i]);
    for (size_t i = 0; i < f->attempt_count; i++)
        if (!f->attempts[i].own && f->attempts[i].work.failure == WIRE_OK) {
            add_attempt(&t, &f->attempts[i]);
            others++;
        }
    bool why = others == 0 && f->format.len == 0 && f->files[0].verdict == VERDICT_SCHEMA;
    for (size_t i = 0; why && i < f->attempt_count; i++)
        add_attempt(&t, &f->attempts[i]);
    table_end(&t);
}

static void write_notes(struct report *r)
{
    static const char *const names[] = {"verdict", "contest", "unit", "text"};
    struct table t = table_of(r, "verdicts", names, sizeof names / sizeof names[0], 0);
    table_begin(&t);
    for (size_t i = 0; i < r->f->note_count; i++) {
        const struct trial_note *n = &r->f->notes[i];
        const struct slice cells[] = {slice_of(verdict_info[n->verdict].name), n->contest, n->unit,
                                      n->text};
        table_add(&t, cells);
    }
    table_end(&t);
}

/* ---- what is to be done ---- */

static const struct trial_file *first_failed(const struct trial_found *f)
{
    for (size_t i = 0; i < f->file_count; i++)
        if (!f->files[i].judged)
            return &f->files[i];
    return NULL;
}

static const struct trial_attempt *another_reads(const struct trial_found *f)
{
    for (size_t i = 0; i < f->attempt_count; i++)
        if (!f->attempts[i].own && f->attempts[i].work.failure == WIRE_OK)
            return &f->attempts[i];
    return NULL;
}

/* Results did, perhaps; not a page in their place. */
static bool came(const struct trial_file *file)
{
    return file->payload && file->verdict != VERDICT_BLOCKED;
}

/* What may be done about what did not come. */
static const char *cure(const struct trial_file *file)
{
    static const char *const cures[VERDICTS] = {
        [VERDICT_BLOCKED] = "the site does not want us: try another [poll] user-agent, or a key "
                            "(header = Name: {credential:NAME}), or ask whoever runs it",
        [VERDICT_UNREACHABLE] = "is the address right, and may this machine reach it?",
        [VERDICT_HTTP_STATUS] = "is the address right? See what a browser shows there",
        [VERDICT_TOO_BIG] = "raise [poll] max-body if it should be so large",
        [VERDICT_CUT] = "try again",
    };
    if (file->by_path && !file->payload)
        return "is the path right, and may tallyd read it?";
    if (file->status == 429)
        return "wait as long as it asks for; then poll less: a longer interval, fewer files of "
               "this "
               "host at once";
    if (file->payload && file->verdict == VERDICT_BLOCKED)
        return "a page for people: is this the address of the data itself? It may also be how the "
               "site refuses programs (another [poll] user-agent, a key, or ask whoever runs it)";
    return cures[file->verdict] ? cures[file->verdict] : "try again; if it stays so it is a bug";
}

/* One of which nothing is used. */
static const struct trial_file *first_unused(const struct trial_found *f)
{
    for (size_t i = 0; i < f->file_count; i++)
        if (verdict_info[f->files[i].verdict].class == CLASS_QUARANTINE)
            return &f->files[i];
    return NULL;
}

static void add_unread(const struct trial_found *f, struct buf *out)
{
    buf_addf(out,
             "is it the right file, and whole? %s, tally-parse --draft FILE makes a first mapping",
             f->format.len ? "Then its format or keys do not fit, as is said above; of text or a "
                             "spreadsheet"
                           : "Of text or a spreadsheet that no format knows");
}

static void write_next(const struct trial_found *f, const struct documents_trial *n,
                       struct buf *out)
{
    const struct trial_file *failed = first_failed(f);
    const struct trial_file *unused = first_unused(f);
    const struct trial_attempt *other = another_reads(f);
    if ((failed || unused) && f->file_count > 1)
        buf_addf(out, "%.*s: ", SLICE_FMT((failed ? failed : unused)->name));
    if (failed && !came(failed))
        buf_addz(out, cure(failed));
    else if (failed && other)
        buf_addf(out, "write format = %.*s: that one reads it", SLICE_FMT(name_of(other)));
    else if (failed)
        add_unread(f, out);
    else if (unused)
        buf_addf(out, "nothing of it is used: %s", verdict_info[unused->verdict].about);
    else if (n->matched + n->review == 0)
        buf_addz(out, "is its state right, is it this election's, and does it have contests of "
                      "ours? Nothing of ours is in it");
    else if (f->section.len > 0)
        buf_addz(out, "put the section below into a file of sources.d, under a name of its own; "
                      "then tallyctl reload");
    else
        buf_addz(out, "nothing: tallyctl reload takes it, if it is not running already");
    if (!failed && n->review > 0)
        buf_addz(out, "; what is in review is decided with tallyctl match review when it runs");
}

static void write_outcome(struct report *r, const struct documents_trial *n)
{
    const struct trial_found *f = r->f;
    struct buf text;
    buf_init(&text, 4096);
    facts_begin(r, "outcome");
    fact_time(r, "clock", f->now_ms);
    if (f->later_ms > 0) {
        buf_addz(&text, "polls are open, and votes are not shown before they close: what follows "
                        "is of ");
        local_time_write(f->settings, f->later_ms, &text);
        fact(r, "early", buf_slice(&text));
        buf_clear(&text);
    }
    if (f->model) {
        buf_addf(&text, COUNTED " with figures, %" PRIu32 " called",
                 COUNT_OF(n->races, "race", "races"), n->called);
        fact(r, "would_be_published", buf_slice(&text));
        fact_number(r, "matched", n->matched);
        fact_number(r, "in_review", n->review);
        fact_number(r, "missing", n->missing);
        buf_clear(&text);
    }
    write_next(f, n, &text);
    fact(r, "next", buf_slice(&text));
    facts_end(r);
    buf_done(&text);
}

static void write_section(struct report *r)
{
    if (r->f->section.len == 0)
        return;
    if (r->json)
        jsonw_str(&r->j, "section", r->f->section);
    else
        buf_addf(r->out, "section\n%.*s", SLICE_FMT(r->f->section));
}

static int code_of(const struct trial_found *f, const struct documents_trial *n)
{
    const struct trial_file *failed = first_failed(f);
    if (failed && came(failed))
        return ERR_DATA;
    if (failed)
        return failed->by_path ? ERR_NOINPUT : ERR_AGAIN;
    return n->matched + n->review > 0 && !first_unused(f) ? 0 : ERR_NO;
}

int trial_report(const struct trial_found *f, bool json, struct buf *out)
{
    struct report r = {.f = f, .json = json, .out = out};
    struct documents_trial n = {0};
    jsonw_init(&r.j, out);
    if (json)
        jsonw_object(&r.j, NULL);
    if (f->model)
        documents_trial_count(f->model, &n);
    write_files(&r);
    write_formats(&r);
    write_notes(&r);
    if (f->model)
        documents_trial(f->model, json ? &r.j : NULL, out);
    write_outcome(&r, &n);
    write_section(&r);
    if (json) {
        jsonw_object_end(&r.j);
        buf_addc(out, '\n');
    }
    return code_of(f, &n);
}
