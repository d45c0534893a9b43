/* SPDX-License-Identifier: ISC */
/* The driver of NIST SP 1500-100: XML as it arrives, or JSON; what elements or members say is
 * nist_read.c's. Of JSON there are two shapes: version 2's own ("@id", "@type"), and what
 * converters make of XML, wrapped in "ElectionReport", with lists of one written as the one. */
#include "parsers/drivers.h"
#include "parsers/field.h"
#include "parsers/json.h"
#include "parsers/drivers/nist_reader.h"
#include "parsers/xml.h"

#define THINGS_MAX 2000000

static bool no_memory(struct fault *f)
{
    return fault_set(f, WIRE_LIMIT, "no memory for a report");
}

/* ---- the walk ---- */

static inline const struct nist_meaning *meaning(const struct nist_reader *r,
                                                 const struct nist_name *name)
{
    return &name->in[r->top->in];
}

/* An object is read with what is around it, or with its own. */
static inline bool enter(struct nist_reader *r, const struct nist_meaning *m, struct fault *f)
{
    struct nist_frame *at = ++r->top;
    *at = (struct nist_frame){m->member, at[-1].object, m->in};
    return m->begin == NULL || m->begin(r, &at->object, f);
}

static inline bool leave(struct nist_reader *r, struct slice text, struct fault *f)
{
    const struct nist_frame *at = r->top--;
    const struct nist_member *m = at->member;
    if (m == NULL)
        return true;
    text = slice_trim(text);
    if (at->in == IN_LEAF)
        return m->fill(r, (char *)at[-1].object + m->at, text, f);
    r->text = text;
    return m->through || nist_turns[at->in].end == NULL ||
           nist_turns[at->in].end(r, at, at[-1].object, f);
}

/* An attribute, or a member that is a text and no object. `lasting`: the value lives as long as the
 * report. */
static bool take(struct nist_reader *r, const struct nist_name *name, struct slice value,
                 bool lasting, struct fault *f)
{
    const struct nist_meaning *m = meaning(r, name);
    if (m->member == NULL)
        return true;
    r->lasting = lasting && m->in == IN_LEAF;
    bool ok = enter(r, m, f) && leave(r, value, f);
    r->lasting = false;
    return ok;
}

/* ---- XML ---- */

struct attribute { /* that matters */
    struct xml_key key;
    const struct nist_name *name;
};

enum { ATTRIBUTES = 5 };

struct elements {
    struct nist_reader *reader;
    struct nist_report *report;
    struct attribute attributes[ATTRIBUTES];
    bool failed; /* memory for a name */
};

/* Few elements have some that matter: kept out of the way of those that have none. */
__attribute__((noinline)) static bool attributes(struct elements *e, const struct xml_attrs *attrs,
                                                 struct fault *f)
{
    for (size_t i = 0; i < ATTRIBUTES && attrs->count > 0; i++) {
        struct attribute *a = &e->attributes[i];
        struct slice text = xml_attr_of(attrs, &a->key);
        if (text.ptr != NULL && !take(e->reader, a->name, text, false, f))
            return false;
    }
    return true;
}

static const void *element(struct slice name, void *ctx, bool *ends)
{
    (void)ends;
    struct elements *e = ctx;
    const struct nist_name *known = nist_name(e->reader, name);
    e->failed |= known == NULL;
    return known;
}

static bool root(struct slice name, const struct xml_attrs *attrs, void *ctx, struct fault *f)
{
    const struct elements *e = ctx;
    return slice_is(name, "ElectionReport") ||
           fault_set(f, WIRE_SCHEMA,
                     "line %ld: the document is a \"%.*s\", a NIST SP 1500-100 report is an "
                     "ElectionReport",
                     xml_line(attrs), SLICE_FMT(field_excerpt(e->report->arena, name)));
}

static bool on_start(const void *name, struct xml_attrs *attrs, void *ctx, struct fault *f)
{
    struct elements *e = ctx;
    const struct nist_meaning *m = meaning(e->reader, name);
    e->report->line = xml_line(attrs);
    attrs->text = m->text;
    if (m->attributes)
        return enter(e->reader, m, f) && attributes(e, attrs, f);
    return enter(e->reader, m, f);
}

static bool on_end(const void *name, struct slice text, void *ctx, struct fault *f)
{
    (void)name;
    return leave(((struct elements *)ctx)->reader, text, f);
}

static bool read_xml(struct job *j, struct nist_reader *r, struct nist_report *report,
                     struct fault *f)
{
    static const struct xml_handler handler = {element, root, on_start, on_end};
    struct elements e = {.reader = r,
                         .report = report,
                         .attributes = {{.key.name = "ObjectId"},
                                        {.key.name = "objectId"},
                                        {.key.name = "type"},
                                        {.key.name = "Language"},
                                        {.key.name = "language"}}};
    for (size_t i = 0; i < ATTRIBUTES; i++) {
        e.attributes[i].name = nist_name(r, slice_of(e.attributes[i].key.name));
        if (e.attributes[i].name == NULL)
            return no_memory(f);
    }
    return xml_parse(j->input, &handler, &e, f) && (!e.failed || no_memory(f));
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
    if (json_is(v, '[')) {
        while (json_next(v, &at, &none, &item))
            if (!member(j, r, key, item, f))
                return false;
        return true;
    }
    if (json_is(v, 'n') && !slice_is(key, "Count"))
        return true; /* as if it were not there; of a count it says "unknown" */
    const struct nist_name *name = nist_name(r, key);
    if (name == NULL)
        return no_memory(f);
    if (!json_is(v, '{'))
        return take(r, name, scalar(j, v), true, f);
    const struct nist_meaning *m = meaning(r, name);
    if (m->member == NULL || r->top >= &r->frames[NIST_DEPTH_MAX - 2])
        return true;
    return enter(r, m, f) && members(j, r, v, f) && leave(r, SLICE(""), f);
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

static bool read_report(struct job *j, struct nist_report *report, struct fault *f)
{
    struct json_doc *doc = NULL; /* what is read of it stays in it */
    struct nist_reader *r = nist_reader_new(report);
    struct slice head = {NULL, 0};
    bool ok = r != NULL ? input_peek(j->input, 64, &head, f) : no_memory(f);
    if (ok)
        ok = slice_starts(xml_content(head), SLICE("{")) ? read_json(j, r, &doc, f)
                                                         : read_xml(j, r, report, f);
    ok = ok && nist_emit(j, report, f);
    json_free(doc);
    return ok;
}

static bool parse(struct job *j, struct fault *f)
{
    struct nist_report report = {.arena = j->arena, .things = map_new(THINGS_MAX, false)};
    bool ok = report.things != NULL ? read_report(j, &report, f) : no_memory(f);
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
