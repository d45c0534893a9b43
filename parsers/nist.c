/* SPDX-License-Identifier: ISC */
/* The driver of NIST SP 1500-100: XML as it arrives, or JSON, each element or member handed to
 * nist_read.c. Of JSON there are two shapes: version 2's own ("@id", "@type"), and what converters
 * make of XML, wrapped in "ElectionReport", with lists of one written as the one. */
#include "parsers/drivers.h"
#include "parsers/field.h"
#include "parsers/json.h"
#include "parsers/nist.h"
#include "parsers/xml.h"

#define THINGS_MAX 2000000

/* ---- XML ---- */

enum { ATTRIBUTES = 5 };

struct elements {
    struct nist_reader *reader;
    struct nist_report *report;
    struct xml_key names[ATTRIBUTES]; /* of attributes that matter */
    unsigned skipped;                 /* how deep inside what does not matter */
    unsigned want;                    /* of the last one begun */
    bool rooted;
};

static bool attributes(struct elements *e, const struct xml_attrs *attrs, struct fault *f)
{
    for (size_t i = 0; i < ATTRIBUTES && attrs->count > 0; i++) {
        struct slice value = xml_attr_of(attrs, &e->names[i]);
        if (value.ptr != NULL &&
            !nist_value(e->reader, slice_of(e->names[i].name), value, false, f))
            return false;
    }
    return true;
}

static bool no_report(const struct nist_report *report, struct slice name, struct fault *f)
{
    return fault_set(f, WIRE_SCHEMA,
                     "line %ld: the document is a \"%.*s\", a NIST SP 1500-100 report is an "
                     "ElectionReport",
                     report->line, SLICE_FMT(field_excerpt(report->arena, name)));
}

static bool on_start(struct slice name, const struct xml_attrs *attrs, void *ctx, struct fault *f)
{
    struct elements *e = ctx;
    e->want = 0;
    e->report->line = xml_line(attrs);
    if (e->skipped == 0 && !nist_start(e->reader, name, &e->want, f))
        return false;
    if (e->want == 0 && !e->rooted)
        return no_report(e->report, name, f);
    e->rooted = true;
    e->skipped += e->want == 0;
    xml_text(attrs, e->want & NIST_ITS_TEXT);
    return !(e->want & NIST_ITS_ATTRIBUTES) || attributes(e, attrs, f);
}

static bool on_text(struct slice text, void *ctx, struct fault *f)
{
    struct elements *e = ctx;
    return e->skipped > 0 || nist_text(e->reader, text, f);
}

static bool on_end(struct slice name, void *ctx, struct fault *f)
{
    struct elements *e = ctx;
    (void)name;
    if (e->skipped > 0) {
        e->skipped--;
        return true;
    }
    return nist_end(e->reader, f);
}

static bool read_xml(struct job *j, struct nist_reader *r, struct nist_report *report,
                     struct fault *f)
{
    static const struct xml_handler handler = {on_start, on_text, on_end};
    struct elements e = {.reader = r,
                         .report = report,
                         .names = {{.name = "ObjectId"},
                                   {.name = "objectId"},
                                   {.name = "type"},
                                   {.name = "Language"},
                                   {.name = "language"}}};
    return xml_parse(j->input, &handler, &e, f);
}

/* ---- JSON ---- */

static bool member(struct job *j, struct nist_reader *r, struct slice key, struct json v,
                   struct fault *f);

static bool members(struct job *j, struct nist_reader *r, struct json object, struct fault *f)
{
    struct json_walk at = {0};
    struct slice key;
    struct json v;
    while (json_next(object, &at, &key, &v))
        if (!member(j, r, key, v, f))
            return false;
    return true;
}

/* What stands there as a text, which lives as long as the document or the arena. */
static struct slice scalar(struct job *j, struct json v)
{
    int64_t n;
    bool yes;
    if (json_is(v, '"'))
        return json_str(v);
    if (json_int(v, &n) && n >= 0)
        return field_number(j->arena, n);
    if (json_bool(v, &yes))
        return yes ? SLICE("true") : SLICE("false");
    return json_is(v, 'n') ? SLICE("") : field_shown(j->arena, v); /* no count */
}

/* The depth of nesting is json_parse's cap. */
static bool member(struct job *j, struct nist_reader *r, struct slice key, struct json v,
                   struct fault *f)
{
    struct json_walk at = {0};
    struct slice none;
    struct json item;
    unsigned want;
    if (json_is(v, '[')) {
        while (json_next(v, &at, &none, &item))
            if (!member(j, r, key, item, f))
                return false;
        return true;
    }
    if (json_is(v, 'n') && !slice_is(key, "Count"))
        return true; /* as if it were not there; of a count it says "unknown" */
    if (!json_is(v, '{'))
        return nist_value(r, key, scalar(j, v), true, f);
    if (!nist_start(r, key, &want, f))
        return false;
    return want == 0 || (members(j, r, v, f) && nist_end(r, f));
}

static bool read_root(struct job *j, struct nist_reader *r, struct json root, struct fault *f)
{
    struct json wrapped = json_get(root, "ElectionReport");
    struct slice type = json_str(json_get(root, "@type"));
    if (json_type(wrapped) == JSON_OBJECT)
        root = wrapped;
    else if (!slice_ends(type, SLICE("ElectionReport")))
        return fault_set(f, WIRE_SCHEMA,
                         "line 1: not a NIST SP 1500-100 report: the document is no ElectionReport "
                         "by its \"@type\", and holds none");
    return member(j, r, SLICE("ElectionReport"), root, f);
}

static bool read_json(struct job *j, struct nist_reader *r, struct json_doc **doc, struct fault *f)
{
    struct json root;
    return json_parse(j->input, doc, &root, f) && read_root(j, r, root, f);
}

/* ---- the driver ---- */

static struct slice skip_mark(struct slice head)
{
    return slice_trim(slice_starts(head, SLICE("\xef\xbb\xbf")) ? slice_sub(head, 3, head.len)
                                                                : head);
}

static bool read_report(struct job *j, struct nist_report *report, struct fault *f)
{
    struct json_doc *doc = NULL; /* what is read of it stays in it */
    struct nist_reader *r = nist_reader_new(report);
    struct slice head = {NULL, 0};
    bool ok = r != NULL ? input_peek(j->input, 64, &head, f)
                        : fault_set(f, WIRE_LIMIT, "no memory for a report");
    if (ok)
        ok = slice_starts(skip_mark(head), SLICE("{")) ? read_json(j, r, &doc, f)
                                                       : read_xml(j, r, report, f);
    nist_reader_done(r);
    ok = ok && nist_emit(j, report, f);
    json_free(doc);
    return ok;
}

static bool parse(struct job *j, struct fault *f)
{
    struct nist_report report = {.arena = j->arena, .things = map_new(THINGS_MAX, false)};
    bool ok = report.things != NULL ? read_report(j, &report, f)
                                    : fault_set(f, WIRE_LIMIT, "no memory for a report");
    map_free(report.things);
    return ok;
}

static int sniff(struct slice head)
{
    if (slice_find(head, SLICE("\"ElectionResults.")) != SIZE_MAX)
        return 2;
    if (slice_find(head, SLICE("ElectionReport")) == SIZE_MAX)
        return 0;
    return slice_find(head, SLICE("1500-100")) != SIZE_MAX ||
                   slice_find(head, SLICE("NIST_V1_election_results")) != SIZE_MAX
               ? 2
               : 1;
}

const struct driver nist_driver = {.name = "nist", .parse = parse, .sniff = sniff};
