/* SPDX-License-Identifier: ISC */
/* Version pointer files: a small file that names the version to fetch. Option `version-path` says
 * where in it: a JSON pointer (RFC 6901, "/a/b"), an XPath ("//a/@b", or "/a/b" when the file is
 * XML), or a POSIX extended regular expression with one group. Without it the trimmed body is the
 * version.
 *
 * With option `county` it is Clarity's electionsettings.json, which lists what each county has:
 * "Ben_Hill|105379|270230|11/9/2020 8:24:49 AM EST|16" gives "105379/270230", the county's own
 * election and its version.
 *
 * The version goes into URLs, so only harmless characters are let through.
 */
#include <libxml/parser.h>
#include <libxml/xpath.h>
#include <regex.h>
#include <string.h>

#include "daemon/base/text.h"
#include "parsers/drivers.h"
#include "parsers/field.h"
#include "parsers/json.h"
#include "parsers/xml.h"

#define BODY_MAX (1 << 20)
#define VERSION_MAX 64
#define PATH_MAX_LEN 512

static bool is_version(struct slice s, const char *more)
{
    bool any = false; /* dots alone lead elsewhere */
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        any |= plain;
        if (!plain && (c == '\0' || (strchr("._-", c) == NULL && strchr(more, c) == NULL)))
            return false;
    }
    return any && s.len <= VERSION_MAX;
}

static bool keep(struct job *j, struct slice version, const char *more, struct fault *f)
{
    struct slice s = slice_trim(version);
    if (!is_version(s, more))
        return fault_set(f, WIRE_SCHEMA,
                         "line 1: \"%.*s\" is no version: it must be 1 to %d letters, digits or "
                         "._-%s",
                         SLICE_FMT(field_excerpt(j->arena, s)), VERSION_MAX, more);
    results_facts(j->builder)->version = arena_copy(j->arena, s);
    return true;
}

/* ---- JSON pointer ---- */

/* One reference token, "~1" and "~0" resolved, NUL-ended. */
static const char *token(struct arena *a, struct slice raw)
{
    char *out = arena_alloc(a, raw.len + 1);
    size_t n = 0;
    for (size_t i = 0; out != NULL && i < raw.len; i++) {
        char c = raw.ptr[i];
        if (c == '~' && i + 1 < raw.len && (raw.ptr[i + 1] == '0' || raw.ptr[i + 1] == '1'))
            c = raw.ptr[++i] == '0' ? '~' : '/';
        out[n++] = c;
    }
    return out;
}

static struct json step(struct arena *a, struct json v, const char *name)
{
    if (json_type(v) != JSON_ARRAY)
        return json_get(v, name);
    struct json_walk at = {0};
    struct slice key;
    struct json one;
    for (size_t i = 0; json_next(v, &at, &key, &one); i++)
        if (slice_eq(arena_printf(a, "%zu", i), slice_of(name)))
            return one;
    return (struct json){0};
}

static bool by_json(struct job *j, struct slice path, struct fault *f)
{
    struct json_doc *doc = NULL;
    struct json v;
    struct slice rest = slice_sub(path, 1, path.len);
    struct slice raw;
    bool ok = false;
    if (!json_parse(j->input, &doc, &v, f))
        return false;
    while (slice_next(&rest, '/', &raw)) {
        const char *name = token(j->arena, raw);
        if (name == NULL) {
            fault_set(f, WIRE_LIMIT, "no memory for version-path");
            goto out;
        }
        v = step(j->arena, v, name);
    }
    struct slice id = field_id(j->arena, v);
    if (id.len == 0)
        fault_set(f, WIRE_SCHEMA, "line 1: version-path \"%.*s\" finds %.*s, not a version",
                  SLICE_FMT(path), SLICE_FMT(field_shown(j->arena, v)));
    else
        ok = keep(j, id, ":+", f);
out:
    json_free(doc);
    return ok;
}

/* ---- a county's, out of Clarity's list ---- */

/* "Ben_Hill" is Ben Hill. */
static bool same_county(struct job *j, struct slice a, struct slice b)
{
    struct slice x = text_fold_copy(a, j->arena), y = text_fold_copy(b, j->arena);
    return x.ptr != NULL && y.ptr != NULL && slice_eq(x, y);
}

static bool keep_row(struct job *j, struct slice row, struct fault *f)
{
    struct slice rest = row, name, election, version;
    if (!slice_next(&rest, '|', &name) || !slice_next(&rest, '|', &election) ||
        !slice_next(&rest, '|', &version) || !is_version(election, "") || !is_version(version, ""))
        return fault_set(f, WIRE_SCHEMA,
                         "line 1: participatingcounties: \"%.*s\" is no NAME|ELECTION|VERSION",
                         SLICE_FMT(field_excerpt(j->arena, row)));
    return keep(j, arena_printf(j->arena, "%.*s/%.*s", SLICE_FMT(election), SLICE_FMT(version)),
                "/", f);
}

static bool find_row(struct job *j, struct json list, struct slice county, struct slice *out,
                     struct fault *f)
{
    struct json_walk at = {0};
    struct slice key, name;
    struct json one;
    const char **names = arena_array(j->arena, json_count(list) + 1, sizeof *names);
    size_t n = 0;
    while (names != NULL && json_next(list, &at, &key, &one)) {
        struct slice row = json_str(one), rest = row;
        if (!slice_next(&rest, '|', &name))
            continue;
        if (same_county(j, name, county)) {
            *out = row;
            return true;
        }
        if ((names[n] = arena_copy(j->arena, name).ptr) != NULL)
            n++;
    }
    const char *near = names != NULL ? text_did_you_mean(county, names, n) : NULL;
    return fault_set(f, WIRE_SCHEMA, "line 1: participatingcounties has no county \"%.*s\"%s%s%s",
                     SLICE_FMT(field_excerpt(j->arena, county)), near ? "; did you mean " : "",
                     near ? near : "", near ? "?" : "");
}

static bool by_county(struct job *j, struct slice county, struct fault *f)
{
    struct json_doc *doc = NULL;
    struct json v;
    struct slice row = {0};
    if (!json_parse(j->input, &doc, &v, f))
        return false;
    struct json list =
        json_get(json_get(json_get(v, "settings"), "electiondetails"), "participatingcounties");
    bool ok = false;
    if (json_type(list) != JSON_ARRAY)
        fault_set(f, WIRE_SCHEMA,
                  "line 1: settings.electiondetails.participatingcounties is %.*s, not a list",
                  SLICE_FMT(field_shown(j->arena, list)));
    else
        ok = find_row(j, list, county, &row, f) && keep_row(j, row, f);
    json_free(doc);
    return ok;
}

/* ---- XPath ---- */

static void silence(void *ctx, const char *fmt, ...)
{
    (void)ctx;
    (void)fmt;
}

static bool by_xpath(struct job *j, struct slice body, struct slice path, struct fault *f)
{
    xmlXPathContextPtr context = NULL;
    xmlXPathObjectPtr found = NULL;
    xmlChar *value = NULL;
    bool ok = false;
    if (slice_find(body, SLICE("<!DOCTYPE")) != SIZE_MAX)
        return fault_set(f, WIRE_SYNTAX, "line 1: a document type declaration is refused");
    body = xml_content(body);
    xmlSetGenericErrorFunc(NULL, silence);
    xmlDocPtr doc = xmlReadMemory(body.ptr, (int)body.len, NULL, NULL,
                                  XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
    if (doc == NULL) {
        const xmlError *e = xmlGetLastError();
        fault_set(f, WIRE_SYNTAX, "line %d: %s", e != NULL ? e->line : 1,
                  e != NULL && e->message != NULL ? e->message : "not well-formed XML");
        goto out;
    }
    context = xmlXPathNewContext(doc);
    struct slice z = arena_copy(j->arena, path);
    if (context == NULL || z.ptr == NULL) {
        fault_set(f, WIRE_LIMIT, "no memory for version-path");
        goto out;
    }
    found = xmlXPathEval((const xmlChar *)z.ptr, context);
    if (found == NULL) {
        fault_set(f, WIRE_SCHEMA, "version-path \"%s\" is not an XPath", z.ptr);
        goto out;
    }
    value = xmlXPathCastToString(found);
    ok = keep(j, slice_of((const char *)value), ":+", f);
    if (!ok)
        err_prefix(&f->err, "version-path \"%s\"", z.ptr);
out:
    xmlFree(value);
    xmlXPathFreeObject(found);
    xmlXPathFreeContext(context);
    xmlFreeDoc(doc);
    return ok;
}

/* ---- regular expression ---- */

static bool by_regex(struct job *j, struct slice body, struct slice pattern, struct fault *f)
{
    struct slice z = arena_copy(j->arena, pattern);
    regex_t re;
    regmatch_t m[2] = {{.rm_so = 0, .rm_eo = (regoff_t)body.len}};
    char why[200];
    if (z.ptr == NULL)
        return fault_set(f, WIRE_LIMIT, "no memory for version-path");
    int code = regcomp(&re, z.ptr, REG_EXTENDED | REG_NEWLINE);
    if (code != 0) {
        regerror(code, &re, why, sizeof why);
        return fault_set(
            f, WIRE_SCHEMA,
            "version-path \"%s\" is not a regular expression: %s; a JSON pointer begins "
            "with /, an XPath with //",
            z.ptr, why);
    }
    bool ok = false;
    if (re.re_nsub != 1)
        fault_set(f, WIRE_SCHEMA, "version-path \"%s\" has %zu groups; it must have one", z.ptr,
                  re.re_nsub);
    else if (regexec(&re, body.ptr, 2, m, REG_STARTEND) != 0 || m[1].rm_so < 0)
        fault_set(f, WIRE_SCHEMA, "line 1: version-path \"%s\" is not found in the body", z.ptr);
    else
        ok = keep(j, slice_sub(body, (size_t)m[1].rm_so, (size_t)m[1].rm_eo), ":+", f);
    regfree(&re);
    return ok;
}

/* Not JSON: read whole, for it is small. */
static bool by_text(struct job *j, struct slice path, bool xml, struct fault *f)
{
    struct slice body;
    if (!input_all(j->input, &body, f))
        return false;
    if (body.len > BODY_MAX)
        return fault_set(f, WIRE_LIMIT, "a version pointer of %zu bytes: more than %d", body.len,
                         BODY_MAX);
    if (path.len == 0 && xml)
        return fault_set(f, WIRE_BLOCKED,
                         "line 1: a page where a bare version was expected; "
                         "version-path says where in a page it stands");
    if (path.len == 0)
        return keep(j, body, "", f);
    bool xpath = slice_starts(path, SLICE("/"));
    return xpath ? by_xpath(j, body, path, f) : by_regex(j, body, path, f);
}

static bool parse(struct job *j, struct fault *f)
{
    struct slice path = job_option(j, "version-path"), county = job_option(j, "county");
    struct slice head;
    if (path.len > PATH_MAX_LEN)
        return fault_set(f, WIRE_LIMIT, "version-path is longer than %d bytes", PATH_MAX_LEN);
    if (!input_peek(j->input, 64, &head, f))
        return false;
    bool xml = slice_starts(xml_content(head), SLICE("<"));
    if (county.len > 0 && xml)
        return fault_set(f, WIRE_BLOCKED, "line 1: a page where a list of counties was expected");
    if (county.len > 0)
        return by_county(j, county, f);
    bool json = slice_starts(path, SLICE("/")) && !slice_starts(path, SLICE("//")) && !xml;
    return json ? by_json(j, path, f) : by_text(j, path, xml, f);
}

static int sniff(struct slice head)
{
    return is_version(slice_trim(head), "") ? 1 : 0;
}

const struct driver pointer_driver = {.name = "pointer", .parse = parse, .sniff = sniff};
