/* SPDX-License-Identifier: ISC */
/* Regular expressions by libc's regcomp. */
#include "parsers/pattern.h"

#include <regex.h>

struct pattern {
    struct pattern *next;
    regex_t regex;
    bool compiled;
};

bool pattern_new(struct arena *a, struct pattern **list, struct slice option, struct slice source,
                 const struct pattern **out, struct fault *f)
{
    struct pattern *p = arena_alloc(a, sizeof *p);
    bool nocase = slice_starts(source, SLICE("(?i)"));
    struct slice z = arena_copy(a, slice_sub(source, nocase ? 4 : 0, source.len));
    if (!p || !z.ptr)
        return fault_set(f, WIRE_LIMIT, "out of memory");
    p->next = *list;
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

bool pattern_match(const struct pattern *p, struct slice s, struct slice groups[PATTERN_GROUPS])
{
    regmatch_t m[PATTERN_GROUPS] = {{.rm_so = 0, .rm_eo = (regoff_t)s.len}};
    const char *text = s.len ? s.ptr : "";
    if (regexec(&p->regex, text, groups ? PATTERN_GROUPS : 0, m, REG_STARTEND) != 0)
        return false;
    for (int i = 0; groups && i < PATTERN_GROUPS; i++)
        groups[i] = m[i].rm_so < 0 ? (struct slice){NULL, 0}
                                   : slice_sub((struct slice){text, s.len}, (size_t)m[i].rm_so,
                                               (size_t)m[i].rm_eo);
    return true;
}

size_t pattern_groups(const struct pattern *p)
{
    return p->regex.re_nsub < PATTERN_GROUPS ? p->regex.re_nsub : PATTERN_GROUPS - 1;
}
