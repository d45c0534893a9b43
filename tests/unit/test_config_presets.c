/* SPDX-License-Identifier: ISC */
/* Presets: what a source takes from one, which of two counts, and every problem at its place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "config/presets.h"
#include "tests/unit/config_fixture.h"

#define GOOD "[election]\ndates = 2025-11-04\nmode = test\n[endorsements]\nfile = list.csv\n"
#define SOURCE "[source s]\nformat = %s\nurl = https://example.org/a.xml\n%s"
#define PRESET                                                                                     \
    "# ours\n[format palo]\nabout = Palo county\nengine = clarity\nauthority = ap\n"               \
    "charset = windows-1252\nunknown = *\ntimezone = America/Chicago\nprecincts = yes\n"

static int setup(void **state)
{
    fixture_set_up(state);
    assert_int_equal(mkdir(fixture_path(&fx, "formats"), 0755), 0);
    return 0;
}

static struct config *load(const char *format, const char *more)
{
    char text[2000];

    snprintf(text, sizeof(text), GOOD SOURCE, format, more);
    fixture_write(&fx, "tallyd.conf", text);
    return fixture_load(&fx);
}

static const struct config_source *loaded(const char *format, const char *more)
{
    if (!load(format, more))
        fail_msg("%s", fx.problems.ptr);
    return &fx.config->sources[0];
}

static struct slice option(const struct config_source *s, const char *key)
{
    struct slice found = {0};

    for (size_t i = 0; i < s->options.count; i++)
        if (slice_is(s->options.items[i].key, key)) {
            assert_null(found.ptr); /* once */
            found = s->options.items[i].value;
        }
    return found;
}

static void a_source_takes_what_it_does_not_say(void **state)
{
    (void)state;
    fixture_write(&fx, "formats/palo.conf", PRESET);
    const struct config_source *s = loaded("palo", "precincts = no\nunknown =\n");

    assert_true(slice_is(s->format, "palo"));
    assert_true(slice_is(s->engine, "clarity"));
    assert_true(slice_is(s->authority, "ap"));
    assert_true(slice_is(s->charset, "windows-1252"));
    assert_true(slice_is(s->unknown, ""));
    assert_true(slice_is(option(s, "timezone"), "America/Chicago"));
    assert_true(slice_is(option(s, "precincts"), "no"));
    assert_int_equal(s->options.count, 2);
    for (size_t i = 0; i < 2; i++)
        if (slice_is(s->options.items[i].key, "timezone"))
            assert_non_null(strstr(s->options.items[i].where, "/formats/palo.conf:8:1"));
}

static void a_format_that_is_built_in_is_its_own_engine(void **state)
{
    (void)state;
    const struct config_source *s = loaded("ddhq", "");

    assert_true(slice_is(s->engine, "ddhq"));
    assert_true(slice_is(s->authority, "ddhq"));
}

static void the_authority_is_the_engines_unless_said(void **state)
{
    (void)state;
    fixture_write(&fx, "formats/other.conf", "[format other]\nengine = ddhq\n");
    assert_true(slice_is(loaded("other", "")->authority, "ddhq"));
}

static void presets_reach_sources_that_are_like_others(void **state)
{
    (void)state;
    fixture_write(&fx, "formats/palo.conf", PRESET);
    (void)loaded("palo", "precincts = no\n[source t]\nlike = s\ncounties = A, B\nurl = "
                         "https://example.org/{county}\n[source u]\nlike = s\nformat = clarity\n");

    assert_int_equal(fx.config->source_count, 4);
    for (size_t i = 1; i < 3; i++) {
        assert_true(slice_is(fx.config->sources[i].charset, "windows-1252"));
        assert_true(slice_is(option(&fx.config->sources[i], "precincts"), "no"));
        assert_true(slice_is(option(&fx.config->sources[i], "timezone"), "America/Chicago"));
    }
    const struct config_source *u = &fx.config->sources[3]; /* of s itself, not of its format */
    assert_int_equal(u->charset.len, 0);
    assert_int_equal(u->options.count, 1);
}

static void the_dump_loads_as_the_same(void **state)
{
    (void)state;
    struct buf dump;
    struct config *first, *second;

    fixture_write(&fx, "formats/palo.conf", PRESET);
    (void)loaded("palo", "unknown =\n");
    first = fx.config;
    fx.config = NULL;
    buf_init(&dump, 1 << 20);
    config_dump(first, &dump);
    assert_non_null(strstr(dump.ptr, "\nformat = palo\n"));
    assert_non_null(strstr(dump.ptr, "formats/palo.conf:8:1\ntimezone = America/Chicago\n"));
    fixture_write(&fx, "tallyd.conf", dump.ptr);
    if (!(second = fixture_load(&fx)))
        fail_msg("%s", fx.problems.ptr);
    assert_true(config_equal(first, second));
    config_free(second);
    fx.config = NULL;
    fixture_write(&fx, "formats/palo.conf", "[format palo]\nengine = ddhq\nauthority = ap\n");
    if (!(second = fixture_load(&fx)))
        fail_msg("%s", fx.problems.ptr);
    assert_false(config_equal(first, second)); /* the engine is another */
    config_free(first);
    buf_done(&dump);
}

/* A row for each way a file can be wrong: where, and what is said. */
static const struct broken {
    const char *name, *text, *place, *says;
} broken[] = {
    {"p", "[format p]\nengine = clarty\n", "p.conf:2:10: ", "did you mean clarity?"},
    {"p", "[format p]\nengine = pointer\n", "p.conf:2:10: ", "holds no contests"},
    {"p", "[format p]\nabout = x\n", "p.conf:1:1: ", "format p has no engine"},
    {"p", "[format p]\nengin = clarity\n", "p.conf:2:1: ", "did you mean engine?"},
    {"p", "[format p]\nengine = clarity\nprecinct = yes\n",
     "p.conf:3:1: ", "did you mean precincts?"},
    {"p", "[format p]\nengine = clarity\ncharst = x\n", "p.conf:3:1: ", "did you mean charset?"},
    {"p", "[format p]\nengine = clarity\nversion-path = x\n", "p.conf:3:1: ",
     "unknown key \"version-path\" in [format p], and no option of its engine clarity"},
    {"p", "[format p]\nengine = clarity\nurl = https://e.org/\n", "p.conf:3:1: ", "unknown key"},
    {"p", "[format p]\nengine = clarity\nprecincts = no\nprecincts = yes\n",
     "p.conf:4:1: ", "p.conf:3:1"},
    {"p", "[format p]\nengine = clarity\nengine = ddhq\n", "p.conf:3:1: ", "here twice"},
    {"p", "[format p]\nengine = clarity\nauthority = desk\n",
     "p.conf:3:13: ", "ap, ddhq or official"},
    {"p", "[format p]\nengine = clarity\nsniff = (\n", "p.conf:3:9: ", "not a regular expression"},
    {"p", "[format q]\nengine = clarity\n", "p.conf:1:2: ", "write [format p]"},
    {"p", "[source p]\nformat = clarity\n", "p.conf:1:2: ", "write [format p]"},
    {"p", "[format p]\nengine = clarity\n[format q]\nengine = clarity\n",
     "p.conf:3:2: ", "holds one format"},
    {"p", "\n# nothing\n", "p.conf: ", "holds no format"},
    {"p", "[format p]\nengine\n", "p.conf:2:1: ", "no ="},
#define SHEET "[format p]\nengine = delimited\n"
    {"p", SHEET "colum.votes = x\n", "p.conf:3:1: ", "did you mean column.votes?"},
    {"p", SHEET "column.vots = x\n", "p.conf:3:15: ", "there is no value \"vots\""},
    {"p", SHEET "keep.Votes = (\n", "p.conf:3:14: ", "is no regular expression"},
    /* libc's regcomp takes gigabytes for it, in tallyd itself */
    {"p", SHEET "keep.Votes = x{1,32767}\n", "p.conf:3:14: ", "what its intervals repeat"},
    {"p", "[format p]\nengine = clarity\nsniff = x{1,32767}\n", "p.conf:3:9: ", "intervals repeat"},
    {"p", SHEET "column.choice = {First\n", "p.conf:3:17: ", "{"},
    {"p", SHEET "shape.old.colum.votes = x\n", "p.conf:3:25: ", "did you mean column.votes?"},
    {"p", SHEET "shape.old.column.vots = x\n", "p.conf:3:25: ", "there is no value \"vots\""},
    {"p", SHEET "shape.old = x\n", "p.conf:3:13: ", "write shape.NAME.when"},
    {"p", SHEET "timezone = Chicago\n", "p.conf:3:12: ", "an IANA time zone"},
    {"p", SHEET "precincts = maybe\n", "p.conf:3:13: ", "yes or no"},
    {"clarity", "[format clarity]\nengine = clarity\n",
     "clarity.conf:1:9: ", "a format of its own"},
};

static void every_problem_is_at_its_place(void **state)
{
    (void)state;
    char name[64];

    for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
        const struct broken *b = &broken[i];
        snprintf(name, sizeof(name), "formats/%s.conf", b->name);
        fixture_write(&fx, name, b->text);
        if (load("ddhq", ""))
            fail_msg("taken: %s", b->text);
        assert_int_equal(fx.err.kind, ERR_CONFIG);
        if (!strstr(fx.problems.ptr, b->place) || !strstr(fx.problems.ptr, b->says))
            fail_msg("%s: not \"%s\" \"%s\" but:\n%s", b->text, b->place, b->says, fx.problems.ptr);
        unlink(fixture_path(&fx, name));
    }
}

/* Every wrong option of a source at its own place, in one run. */
static void mappings_of_sources_are_judged_too(void **state)
{
    (void)state;
    assert_null(load("delimited", "header = no\nkeep.#1 = (\ncolumn.vots = #2\n"
                                  "cut.party.choise = x\nvalue.party.NON =\n"));
    assert_non_null(strstr(fx.problems.ptr, "tallyd.conf:10:11: "));
    assert_non_null(strstr(fx.problems.ptr, "tallyd.conf:11:15: there is no value \"vots\""));
    assert_non_null(strstr(fx.problems.ptr, "tallyd.conf:12:20: there is no value \"choise\""));
    assert_non_null(strstr(fx.err.text, "3 problems;"));
}

/* It was right until the first payload of the night. */
static void a_source_without_a_mapping_is_a_problem(void **state)
{
    (void)state;
    assert_null(load("delimited", "separator = ;\n"));
    assert_non_null(strstr(fx.problems.ptr, "tally-parse --draft"));
    assert_non_null(strstr(fx.err.text, "1 problem;"));
    assert_non_null(load("delimited", "column.contest = A\ncolumn.choice = B\ncolumn.votes = C\n"));
    assert_non_null(load("delimited", "shape.a.column.votes = C\nshape.a.when = A\n"));
}

static void a_source_of_a_bad_preset_says_no_more(void **state)
{
    (void)state;
    fixture_write(&fx, "formats/p.conf", "[format p]\nengine = clarty\nbogus = 1\n");
    assert_null(load("p", "bogus-too = 1\n"));
    assert_null(strstr(fx.problems.ptr, "tallyd.conf:"));
    assert_non_null(strstr(fx.err.text, "1 problem;"));
    fixture_write(&fx, "formats/p.conf", SHEET "colum.x = 1\n");
    assert_null(load("p", ""));
    assert_non_null(strstr(fx.err.text, "1 problem;"));
}

static void names_of_presets_are_meant_too(void **state)
{
    (void)state;
    fixture_write(&fx, "formats/palo-alto.conf", "[format palo-alto]\nengine = clarity\n");
    assert_null(load("palo-alta", ""));
    assert_non_null(strstr(fx.problems.ptr, "tallyd.conf:7:10: unknown format"));
    assert_non_null(strstr(fx.problems.ptr, "did you mean palo-alto?"));
    assert_null(load("clarty", ""));
    assert_non_null(strstr(fx.problems.ptr, "did you mean clarity?"));
}

/* In a source `header` is an HTTP header, but for these two words: is there a header line? */
static void header_yes_or_no_is_of_the_format(void **state)
{
    (void)state;
    assert_null(load("clarity", "header = no\n"));
    assert_non_null(strstr(fx.problems.ptr, "no option of format clarity"));
    assert_null(load("clarity", "header = none\n"));
    assert_non_null(strstr(fx.problems.ptr, "a header without a colon"));
}

static void a_line_of_the_head_is_known(void **state)
{
    (void)state;
    struct buf problems;
    struct err e = {0};
    struct preset p;
    struct arena *a = arena_new(1 << 20);
    struct problems to = {.out = &problems};

    buf_init(&problems, 1 << 16);
    fixture_write(&fx, "x.conf", "[format x]\nengine = clarity\nsniff = (?i)^race,votes$\n");
    assert_true(presets_read_file(fixture_path(&fx, "x.conf"), a, &to, &p, &e));
    assert_false(p.bad);
    assert_true(preset_sniffs(&p, SLICE("Title\nRace,Votes\n1,2\n")));
    assert_false(preset_sniffs(&p, SLICE("Title\nRace,Votes,More\n1,2\n")));
    assert_false(preset_sniffs(&p, SLICE("")));
    fixture_write(&fx, "x.conf", "[format x]\nengine = clarity\n");
    assert_true(presets_read_file(fixture_path(&fx, "x.conf"), a, &to, &p, &e));
    assert_false(preset_sniffs(&p, SLICE("Title\n")));
    assert_int_equal(to.count, 0);
    buf_done(&problems);
    arena_free(a);
}

/* What --draft prints is tried before anything fetches it. */
static void a_section_of_a_source_is_tried_as_well(void **state)
{
    (void)state;
    struct buf problems;
    struct err e = {0};
    struct preset p;
    struct arena *a = arena_new(1 << 20);
    struct problems to = {.out = &problems};

    buf_init(&problems, 1 << 16);
    fixture_write(&fx, "any-name.conf",
                  "[source alder]\nformat = delimited\nstate = GA\ncounty = Alder\nurl = "
                  "https://e.org/\ninterval = 5s\nheader = X: y\nheader = no\n"
                  "column.votes = #2\nunknown = *\n");
    assert_true(presets_read_file(fixture_path(&fx, "any-name.conf"), a, &to, &p, &e));
    if (p.bad)
        fail_msg("%s", problems.ptr);
    assert_true(slice_is(slice_of(p.engine->name), "delimited"));
    static const char *const wanted[] = {"state", "county", "header", "column.votes", "unknown"};
    assert_int_equal(p.option_count, 5);
    for (size_t i = 0; i < 5; i++)
        assert_true(slice_is(p.options[i]->key, wanted[i]));
    fixture_write(&fx, "formats/s.conf", "[source s]\nformat = delimited\n"); /* not as a preset */
    assert_null(load("ddhq", ""));
    assert_non_null(strstr(fx.problems.ptr, "s.conf:1:2: "));
    buf_done(&problems);
    arena_free(a);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, fixture_tear_down)
    const struct CMUnitTest tests[] = {
        T(a_source_takes_what_it_does_not_say),
        T(a_format_that_is_built_in_is_its_own_engine),
        T(the_authority_is_the_engines_unless_said),
        T(presets_reach_sources_that_are_like_others),
        T(the_dump_loads_as_the_same),
        T(every_problem_is_at_its_place),
        T(mappings_of_sources_are_judged_too),
        T(a_source_without_a_mapping_is_a_problem),
        T(a_source_of_a_bad_preset_says_no_more),
        T(names_of_presets_are_meant_too),
        T(header_yes_or_no_is_of_the_format),
        T(a_line_of_the_head_is_known),
        T(a_section_of_a_source_is_tried_as_well),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
