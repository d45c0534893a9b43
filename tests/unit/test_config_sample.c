/* SPDX-License-Identifier: ISC */
/* The shipped samples and the manual page say every key of the table, rightly, and no other. */
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "config/keys.h"
#include "config/value.h"
#include "tests/unit/config_fixture.h"

static char text[1 << 17];

/* Tests run from the project's root. */
static const char *read_whole(const char *path)
{
    FILE *f = fopen(path, "r");

    if (!f)
        fail_msg("%s is not there; run from the project's root", path);
    size_t n = fread(text, 1, sizeof(text) - 1, f);
    fclose(f);
    assert_true(n < sizeof(text) - 1);
    text[n] = '\0';
    return text;
}

static bool is_source(const struct config_key *k)
{
    return strcmp(k->section, "source") == 0;
}

/* "#key = value" and "key = value"; prose after a # does not look like it. */
static bool key_of_line(struct slice line, struct slice *key, struct slice *value)
{
    if (slice_starts(line, SLICE("#")))
        line = slice_sub(line, 1, line.len);
    size_t equals = slice_find(line, SLICE(" ="));
    if (equals == SIZE_MAX || equals == 0 || !islower((unsigned char)line.ptr[0]))
        return false;
    *key = slice_sub(line, 0, equals);
    *value = slice_trim(slice_sub(line, equals + 2, line.len));
    size_t blank = slice_find(*key, SLICE(" ")); /* only a county's name has one */
    return blank == SIZE_MAX || slice_find(*key, SLICE("/")) < blank;
}

/* Every key-like line is a key of its section; `seen` counts the rows met. Unsaid values must be
 * the defaults. */
static void walk_sample(const char *sample, size_t seen[CONFIG_KEYS_MAX])
{
    struct slice rest = slice_of(sample), line, section = SLICE(""), key, value, family;

    while (slice_next(&rest, '\n', &line)) {
        bool commented = slice_starts(line, SLICE("#"));
        struct slice bare = slice_sub(line, commented, line.len);
        if (slice_starts(bare, SLICE("["))) {
            section = slice_sub(bare, 1, slice_find(bare, SLICE("]")));
            section = slice_sub(section, 0, slice_find(section, SLICE(" ")));
            continue;
        }
        if (!key_of_line(line, &key, &value))
            continue;
        const struct config_key *k = config_key_find(section, key, &family);
        if (!k && slice_is(section, "source") && slice_is(key, "precincts"))
            continue; /* an option of the format */
        if (!k)
            fail_msg("[%.*s] %.*s is no key", SLICE_FMT(section), SLICE_FMT(key));
        seen[k - config_keys]++;
        if (commented && k->preset && !slice_is(value, k->preset))
            fail_msg("%s: the sample says %.*s, the default is %s", k->name, SLICE_FMT(value),
                     k->preset);
        if (commented && !k->preset && !is_source(k) && !config_key_is_family(k) && value.len > 0)
            fail_msg("%s: the sample says %.*s, the default is empty", k->name, SLICE_FMT(value));
    }
}

static void test_samples_name_every_key(void **state)
{
    (void)state;
    size_t seen[CONFIG_KEYS_MAX] = {0};

    walk_sample(read_whole("config/tallyd.conf"), seen);
    walk_sample(read_whole("config/sources.d/example.conf.sample"), seen);
    for (const struct config_key *k = config_keys; k->section; k++)
        if (seen[k - config_keys] == 0)
            fail_msg("[%s] %s is in no sample", k->section, k->name);
}

static void test_samples_load(void **state)
{
    (void)state;
    fixture_write(&fx, "tallyd.conf", read_whole("config/tallyd.conf"));
    fixture_write(&fx, "sources.d/ga.conf", read_whole("config/sources.d/example.conf.sample"));
    if (!fixture_load(&fx))
        fail_msg("%s", fx.problems.ptr);
    assert_int_equal(fx.config->source_count, 1);
    assert_int_equal(fx.config->election.mode, CONFIG_REHEARSAL);
    assert_true(fx.config->redis.url.len > 0);
}

/* The name a page must show for a row: families as name.NAME. */
static void shown_name(const struct config_key *k, char *out, size_t room)
{
    snprintf(out, room, ".It Cm %s%s", k->name, config_key_is_family(k) ? "NAME" : "");
}

static void test_manual_has_every_key_and_no_other(void **state)
{
    (void)state;
    const struct config_key *next = config_keys;
    struct slice rest = slice_of(read_whole("daemon/man/tallyd.conf.5")), line;
    char wanted[100];

    while (slice_next(&rest, '\n',
                      &line)) { /* in the order of the table: what is missing or new shows */
        if (!slice_starts(line, SLICE(".It Cm ")))
            continue;
        if (!next->section)
            fail_msg("the manual has %.*s, the table has not", SLICE_FMT(line));
        shown_name(next, wanted, sizeof(wanted));
        if (!slice_eq(slice_sub(line, 0, strlen(wanted)), slice_of(wanted)) ||
            (line.len > strlen(wanted) && line.ptr[strlen(wanted)] != ' '))
            fail_msg("the manual has \"%.*s\" where the table has \"%s\"", SLICE_FMT(line), wanted);
        next++;
    }
    if (next->section)
        fail_msg("the manual lacks [%s] %s", next->section, next->name);
}

static void test_manual_states_the_defaults(void **state)
{
    (void)state;
    const char *page = read_whole("daemon/man/tallyd.conf.5");
    char name[100], value[300];

    for (const struct config_key *k = config_keys; k->section; k++) {
        if (!k->preset)
            continue;
        shown_name(k, name, sizeof(name));
        size_t n = (size_t)snprintf(value, sizeof(value), "%s = Ar %s", name, k->preset);
        const char *at = strstr(page, value);
        if (!at || (at[n] != '\n' && strncmp(at + n, "\\&\n", 3) != 0))
            fail_msg("the manual does not say \"%s\"", value);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_samples_name_every_key),
        cmocka_unit_test_setup_teardown(test_samples_load, fixture_set_up, fixture_tear_down),
        cmocka_unit_test(test_manual_has_every_key_and_no_other),
        cmocka_unit_test(test_manual_states_the_defaults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
