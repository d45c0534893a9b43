/* SPDX-License-Identifier: ISC */
/* Regular expressions by libc's regcomp. */
#include "parsers/pattern.h"

#include <regex.h>

#include "parsers/memo.h"
#include "parsers/pool.h"

#define REMEMBERED 4096 /* texts, of one pattern */
#define TEXT_MOST 256   /* bytes of each */

struct answer { /* group 0 with from -1: no match */
    int16_t from[PATTERN_GROUPS], to[PATTERN_GROUPS];
};

struct pattern {
    struct pattern *next;
    struct arena *arena;
    regex_t regex;
    bool compiled;
    struct memo texts;
    struct answer *answers; /* by the number of the text */
    uint32_t answer_room;
};

bool pattern_new(struct arena *a, struct pattern **list, struct slice option, struct slice source,
                 struct pattern **out, struct fault *f)
{
    struct pattern *p = arena_alloc(a, sizeof *p);
    bool nocase = slice_starts(source, SLICE("(?i)"));
    struct slice z = arena_copy(a, slice_sub(source, nocase ? 4 : 0, source.len));
    if (!p || !z.ptr)
        return fault_set(f, WIRE_LIMIT, "out of memory");
    p->next = *list;
    p->arena = a;
    memo_init(&p->texts, a);
    *list = p;
    int rc = regcomp(&p->regex, z.ptr, REG_EXTENDED | (nocase ? REG_ICASE : 0));
    if (rc != 0) {
        char why[100];
        regerror(rc, &p->regex, why, sizeof why);
        return fault_set(f, WIRE_SCHEMA, "option %.*s: \"%.*s\" is no regular expression: %s",
                         SLICE_FMT(option), SLICE_FMT(source), why);
    }
    p->compiled = true;
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

static bool match(const struct pattern *p, struct slice s, regmatch_t m[PATTERN_GROUPS])
{
    m[0] = (regmatch_t){.rm_so = 0, .rm_eo = (regoff_t)s.len};
    return regexec(&p->regex, s.len ? s.ptr : "", PATTERN_GROUPS, m, REG_STARTEND) == 0;
}

/* What is remembered of a text, NULL where nothing can be. */
static const struct answer *answer_for(struct pattern *p, struct slice s)
{
    uint32_t before = p->texts.count, number;
    regmatch_t m[PATTERN_GROUPS];
    if (s.len > TEXT_MOST || before >= REMEMBERED || !memo_find(&p->texts, &s, 1, &number) ||
        !pool_grow(p->arena, &p->answers, &p->answer_room, (uint64_t)number + 1, sizeof *p->answers,
                   REMEMBERED))
        return NULL;
    struct answer *a = &p->answers[number];
    if (p->texts.count == before)
        return a;
    bool found = match(p, s, m);
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
    const struct answer *a = answer_for(p, s);
    if (a ? a->from[0] < 0 : !match(p, s, m))
        return false;
    for (int i = 0; groups && i < PATTERN_GROUPS; i++)
        fill(s, a ? a->from[i] : m[i].rm_so, a ? a->to[i] : m[i].rm_eo, &groups[i]);
    return true;
}

size_t pattern_groups(const struct pattern *p)
{
    return p->regex.re_nsub < PATTERN_GROUPS ? p->regex.re_nsub : PATTERN_GROUPS - 1;
}
