/* SPDX-License-Identifier: ISC */
/* Regular expressions by libc's regcomp. */
#include "parsers/pattern.h"

#include <regex.h>
#include <string.h>

#include "parsers/memo.h"

#define REMEMBERED 4096 /* texts, of one pattern */
#define TEXT_MOST 256   /* bytes of each */
#define SIZE_MOST 4000  /* characters of an expression, repeated ones counted */
#define DEPTH_MOST 20   /* groups within each other */

struct answer { /* group 0 with from -1: no match */
    int16_t from[PATTERN_GROUPS], to[PATTERN_GROUPS];
};

struct pattern {
    struct pattern *next;
    struct arena *arena;
    regex_t regex;
    size_t groups;        /* that are asked for */
    struct slice literal; /* stands in every match, in any case where that is ignored */
    size_t rare;          /* one of its characters, by which it is looked for */
    bool compiled, nocase;
    struct memo texts, matches; /* with their answers; a match's count from where it begins */
};

/* ---- how large it is ---- */

struct measure {
    struct slice source;
    size_t at;
    size_t sizes[DEPTH_MOST + 1]; /* of each open group, in characters */
    size_t depth, atom;           /* atom: the size of what an interval would repeat */
};

/* Past "[...]". */
static void skip_set(struct measure *m)
{
    struct slice s = m->source;
    size_t i = m->at + 1;
    i += i < s.len && s.ptr[i] == '^';
    i += i < s.len && s.ptr[i] == ']';
    for (; i < s.len && s.ptr[i] != ']'; i++) {
        char kind = s.ptr[i] == '[' && i + 1 < s.len ? s.ptr[i + 1] : '\0';
        if (kind != ':' && kind != '.' && kind != '=')
            continue;
        for (i += 2; i + 1 < s.len && !(s.ptr[i] == kind && s.ptr[i + 1] == ']');)
            i++;
        i++;
    }
    m->at = i;
}

/* "{3,20}": past it, and how many times at most. */
static size_t read_interval(struct measure *m)
{
    size_t most = 1, n = 0;
    while (++m->at < m->source.len && m->source.ptr[m->at] != '}') {
        char c = m->source.ptr[m->at];
        n = c < '0' || c > '9' ? 0 : n > SIZE_MOST ? n : n * 10 + (size_t)(c - '0');
        most = n > most ? n : most;
    }
    return most;
}

static void add_atom(struct measure *m, size_t size)
{
    m->atom = size;
    m->sizes[m->depth] += size;
}

static const char *take_next(struct measure *m)
{
    switch (m->source.ptr[m->at]) {
    case '\\':
        m->at++;
        if (m->at < m->source.len && m->source.ptr[m->at] >= '1' && m->source.ptr[m->at] <= '9')
            return "back references are too slow";
        add_atom(m, 1);
        break;
    case '[':
        skip_set(m);
        add_atom(m, 1);
        break;
    case '(':
        if (m->depth == DEPTH_MOST)
            return "too many groups within each other";
        m->sizes[++m->depth] = 0;
        break;
    case ')':
        if (m->depth > 0)
            m->depth--;
        add_atom(m, m->sizes[m->depth + 1] + 1);
        break;
    case '{': {
        size_t atom = m->atom, times = read_interval(m);
        m->sizes[m->depth] -= atom;
        add_atom(m, atom * times);
        break;
    }
    default:
        add_atom(m, 1);
    }
    return m->sizes[m->depth] > SIZE_MOST ? "too large, with what its intervals repeat" : NULL;
}

const char *pattern_excess(struct slice source)
{
    struct measure m = {.source = source};
    const char *why = NULL;
    for (; !why && m.at < source.len; m.at++)
        why = take_next(&m);
    return why;
}

/* ---- what must be there ---- */

/* Is it a character that stands for itself, here or behind a backslash? */
static bool is_literal(char c, bool escaped)
{
    static const char marks[] = "^$.[]|()*+?{}\\";
    bool mark = memchr(marks, c, sizeof marks - 1) != NULL;
    return escaped ? mark || c == ' ' || c == '-' || c == '/' : !mark;
}

/* Of what repeats what stands before it: may that be missing? "b+*" is as "b*". */
static bool is_optional(struct slice source, size_t at)
{
    static const char optional[] = {'*', '?', '{'};
    bool plus = source.ptr[at] == '+' && at + 1 < source.len;
    return memchr(optional, source.ptr[at + plus], sizeof optional) != NULL;
}

static struct slice longer(struct slice a, const char *start, const char *end)
{
    size_t len = (size_t)(end - start);
    return len > a.len ? (struct slice){start, len} : a;
}

/* The longest text that stands in every match, by which most texts are told from all that match;
 * empty when there is none, or memory is out. */
static struct slice needed_literal(struct arena *a, struct slice source)
{
    struct measure m = {.source = source};
    char *room = arena_alloc(a, source.len + 1), *start = room, *end = room;
    struct slice best = {NULL, 0};
    for (; room && m.at < source.len; m.at++) {
        size_t from = m.at, depth = m.depth;
        take_next(&m);
        if (depth > 0)
            continue;
        bool escaped = source.ptr[from] == '\\' && m.at < source.len;
        char c = source.ptr[escaped ? m.at : from];
        if (c == '|' && !escaped)
            return (struct slice){NULL, 0};
        if (is_literal(c, escaped)) {
            *end++ = c;
            continue;
        }
        end -= end > start && !escaped && is_optional(source, from);
        best = longer(best, start, end);
        start = end;
    }
    return longer(best, start, end);
}

static bool is_letter(char c)
{
    return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

/* The place of a character that most texts are without: no blank, and no letter but a capital where
 * case counts. */
static size_t rare_in(struct slice s, bool nocase)
{
    size_t at = 0;
    while (at < s.len &&
           (s.ptr[at] == ' ' || (is_letter(s.ptr[at]) && (nocase || s.ptr[at] >= 'a'))))
        at++;
    return at < s.len ? at : 0;
}

/* Does it lack what stands in every match? Texts are short: what takes long to begin is no good. */
static bool lacks_literal(const struct pattern *p, struct slice s)
{
    const struct slice needle = p->literal;
    if (!needle.len || s.len < needle.len)
        return needle.len > 0;
    if (p->nocase && is_letter(needle.ptr[p->rare]))
        return slice_find_nocase(s, needle) == SIZE_MAX;
    const char *at = s.ptr + p->rare, *end = at + s.len - needle.len + 1;
    for (; (at = memchr(at, needle.ptr[p->rare], (size_t)(end - at))); at++) {
        const struct slice here = {at - p->rare, needle.len};
        if (p->nocase ? slice_eq_nocase(here, needle) : slice_eq(here, needle))
            return false;
    }
    return true;
}

/* ---- compiling and matching ---- */

bool pattern_new(struct arena *a, struct pattern **list, struct slice option, struct slice source,
                 size_t groups, struct pattern **out, struct fault *f)
{
    struct pattern *p = arena_alloc(a, sizeof *p);
    bool nocase = slice_starts(source, SLICE("(?i)"));
    struct slice z = arena_copy(a, slice_sub(source, nocase ? 4 : 0, source.len));
    if (!p || !z.ptr)
        return fault_set(f, WIRE_LIMIT, "out of memory");
    p->next = *list;
    p->arena = a;
    memo_init(&p->texts, a, sizeof(struct answer));
    memo_init(&p->matches, a, sizeof(struct answer));
    *list = p;
    const char *excess = pattern_excess(source);
    if (excess)
        return fault_set(f, WIRE_SCHEMA,
                         "option %.*s: \"%.*s\" is no regular expression for us: %s",
                         SLICE_FMT(option), SLICE_FMT(slice_sub(source, 0, 80)), excess);
    int rc = regcomp(&p->regex, z.ptr, REG_EXTENDED | (nocase ? REG_ICASE : 0));
    if (rc != 0) {
        char why[100];
        regerror(rc, &p->regex, why, sizeof why);
        return fault_set(f, WIRE_SCHEMA, "option %.*s: \"%.*s\" is no regular expression: %s",
                         SLICE_FMT(option), SLICE_FMT(source), why);
    }
    p->compiled = true;
    p->nocase = nocase;
    p->literal = needed_literal(a, z);
    p->rare = rare_in(p->literal, nocase);
    p->groups = groups <= p->regex.re_nsub ? groups : p->regex.re_nsub + 1;
    p->groups = p->groups < PATTERN_GROUPS ? p->groups : PATTERN_GROUPS;
    *out = p;
    return true;
}

void patterns_done(struct pattern **list)
{
    for (struct pattern *p = *list; p; p = p->next) {
        if (p->compiled)
            regfree(&p->regex);
    }
    *list = NULL;
}

/* `n` groups of the text, the whole match counted. */
static bool match(const struct pattern *p, struct slice s, size_t n, regmatch_t m[PATTERN_GROUPS])
{
    m[0] = (regmatch_t){.rm_so = 0, .rm_eo = (regoff_t)s.len};
    for (size_t i = 1; i < PATTERN_GROUPS; i++)
        m[i] = (regmatch_t){.rm_so = -1, .rm_eo = -1};
    return regexec(&p->regex, s.len ? s.ptr : "", n, m, REG_STARTEND) == 0;
}

/* What is kept with these parts; *fresh: nothing yet. NULL where nothing can be. */
static struct answer *answer_of(struct memo *m, const struct slice *parts, size_t n, bool *fresh)
{
    uint32_t before = m->count;
    struct memo_key *k = before < REMEMBERED ? memo_key(m, parts, n) : NULL;
    *fresh = m->count != before;
    return k ? memo_kept(m, k) : NULL;
}

/* Groups cost libc several times what finding the match does. Which they are is told by the match
 * and the bytes around it, where expressions look at words' ends; and matches come again in texts
 * that do not: "(1) Position" of many offices. */
static bool match_groups(struct pattern *p, struct slice s, regmatch_t m[PATTERN_GROUPS])
{
    if (p->groups <= 1)
        return match(p, s, p->groups, m);
    if (!match(p, s, 1, m))
        return false;
    size_t from = (size_t)m[0].rm_so, to = (size_t)m[0].rm_eo;
    const struct slice parts[] = {slice_sub(s, from ? from - 1 : 0, from), slice_sub(s, from, to),
                                  slice_sub(s, to, to + 1)};
    bool fresh;
    struct answer *a = answer_of(&p->matches, parts, 3, &fresh);
    if (a && !fresh) {
        for (size_t i = 1; i < PATTERN_GROUPS; i++) {
            m[i].rm_so = a->from[i] < 0 ? -1 : a->from[i] + m[0].rm_so;
            m[i].rm_eo = a->to[i] < 0 ? -1 : a->to[i] + m[0].rm_so;
        }
        return true;
    }
    bool found = match(p, s, p->groups, m);
    for (size_t i = 0; a && i < PATTERN_GROUPS; i++) {
        a->from[i] = m[i].rm_so < 0 ? -1 : (int16_t)(m[i].rm_so - m[0].rm_so);
        a->to[i] = m[i].rm_so < 0 ? -1 : (int16_t)(m[i].rm_eo - m[0].rm_so);
    }
    return found;
}

/* What is remembered of a text, NULL where nothing can be. */
static const struct answer *answer_for(struct pattern *p, struct slice s)
{
    regmatch_t m[PATTERN_GROUPS];
    bool fresh;
    struct answer *a = s.len > TEXT_MOST ? NULL : answer_of(&p->texts, &s, 1, &fresh);
    if (!a || !fresh)
        return a;
    bool found = match_groups(p, s, m);
    for (int i = 0; i < PATTERN_GROUPS; i++) {
        a->from[i] = found ? (int16_t)m[i].rm_so : -1;
        a->to[i] = found ? (int16_t)m[i].rm_eo : -1;
    }
    return a;
}

static void fill(struct slice s, int64_t from, int64_t to, struct slice *group)
{
    s.ptr = s.len ? s.ptr : "";
    *group = from < 0 ? (struct slice){NULL, 0} : slice_sub(s, (size_t)from, (size_t)to);
}

bool pattern_match(struct pattern *p, struct slice s, struct slice groups[PATTERN_GROUPS])
{
    regmatch_t m[PATTERN_GROUPS];
    if (lacks_literal(p, s))
        return false;
    const struct answer *a = answer_for(p, s);
    if (a ? a->from[0] < 0 : !match(p, s, p->groups, m))
        return false;
    for (int i = 0; groups && i < PATTERN_GROUPS; i++)
        fill(s, a ? a->from[i] : m[i].rm_so, a ? a->to[i] : m[i].rm_eo, &groups[i]);
    return true;
}

size_t pattern_groups(const struct pattern *p)
{
    return p->regex.re_nsub < PATTERN_GROUPS ? p->regex.re_nsub : PATTERN_GROUPS - 1;
}
