/* SPDX-License-Identifier: ISC */
/* Every contest of some real feeds: each is matched by a list made from it, and by none that is
 * bent to be of another. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/core_match_help.h"

static bool attribute(struct slice tag, const char *name, struct slice *out)
{
    size_t at = slice_find(tag, slice_of(name));

    if (at == SIZE_MAX)
        return false;
    *out = slice_sub(tag, at + strlen(name), tag.len);
    *out = slice_sub(*out, 0, slice_find(*out, SLICE("\"")));
    return true;
}

/* "&quot;" back into a quote, enough for these files. */
static struct slice unescaped(struct night *n, struct slice s)
{
    char *out = arena_alloc(n->a, s.len + 1);
    size_t len = 0;

    for (size_t i = 0; i < s.len; i++) {
        bool quote = slice_starts(slice_sub(s, i, s.len), SLICE("&quot;"));
        out[len++] = quote ? '"' : s.ptr[i];
        i += quote ? 5 : 0;
    }
    return (struct slice){out, len};
}

static size_t read_contests(struct night *n, struct slice xml, uint32_t source,
                            struct feed_contest **out, size_t room)
{
    struct slice rest = xml, tag, text, id;
    size_t count = 0;

    while (slice_next(&rest, '<', &tag)) {
        tag = slice_sub(tag, 0, slice_find(tag, SLICE(">")));
        bool contest = slice_starts(tag, SLICE("Contest ")),
             choice = slice_starts(tag, SLICE("Choice "));
        if ((!contest && !choice) || !attribute(tag, " text=\"", &text) ||
            !attribute(tag, " key=\"", &id))
            continue;
        if (contest && count < room) {
            out[count] = contest_of(n, source, "", "", "");
            out[count]->choice_count = 0;
            out[count]->id = id;
            out[count++]->text = unescaped(n, text);
        } else if (choice && count > 0 && out[count - 1]->choice_count < 64) {
            struct feed_contest *c = out[count - 1];
            c->choices[c->choice_count++] =
                (struct feed_choice){.id = id, .name = unescaped(n, text)};
        }
    }
    return count;
}

static char feeds[] = "/tmp/test_core_match.XXXXXX"; /* where the payloads are unpacked */

/* False: ../shared/feeds is not there. */
static bool unpack_feeds(void)
{
    int status = 1;

    if (access("../shared/feeds/unpack", X_OK) != 0 || !mkdtemp(feeds))
        return false;
    pid_t child = fork();
    if (child == 0) {
        if (!freopen("/dev/null", "w", stdout))
            _exit(1);
        execl("../shared/feeds/unpack", "unpack", feeds, "clarity", (char *)NULL);
        _exit(1);
    }
    return child > 0 && waitpid(child, &status, 0) == child && status == 0;
}

static void remove_feeds(void)
{
    pid_t child = fork();

    if (child == 0) {
        execl("/bin/rm", "rm", "-rf", feeds, (char *)NULL);
        _exit(1);
    }
    waitpid(child, NULL, 0);
}

static char *read_file(const char *name, size_t *len)
{
    char path[400];
    char *text = malloc((size_t)16 << 20);

    snprintf(path, sizeof(path), "%s/clarity/%s", feeds, name);
    FILE *f = fopen(path, "rb");
    assert_non_null(text);
    assert_non_null(f);
    *len = fread(text, 1, (size_t)16 << 20, f);
    fclose(f);
    return text;
}

static struct slice quoted(struct night *n, struct slice s)
{
    char *out = arena_alloc(n->a, 2 * s.len + 3);
    size_t len = 0;

    out[len++] = '"';
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] == '"')
            out[len++] = '"';
        out[len++] = s.ptr[i];
    }
    out[len++] = '"';
    return (struct slice){out, len};
}

/* How the rows of a file are bent before they are matched. */
enum bend { STRAIGHT, OTHER_NUMBER, OTHER_PERSON, OTHER_STATE, OTHER_COUNTY };

/* 1 -> 901 in every number: a district that no contest has. */
static struct slice bend_numbers(struct night *n, struct slice s)
{
    char *out = arena_alloc(n->a, 4 * s.len + 1);
    size_t len = 0;

    for (size_t i = 0; i < s.len; i++) {
        bool digit = s.ptr[i] >= '0' && s.ptr[i] <= '9';
        bool before = i > 0 && s.ptr[i - 1] >= '0' && s.ptr[i - 1] <= '9';
        if (digit && !before) {
            out[len++] = '9';
            out[len++] = '7';
        }
        out[len++] = s.ptr[i];
    }
    return (struct slice){out, len};
}

static bool has_number(struct slice s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] >= '0' && s.ptr[i] <= '9')
            return true;
    return false;
}

static void write_rows(struct night *n, struct feed_contest **c, size_t count, enum bend bend,
                       const char *state, const char *county, struct buf *csv)
{
    buf_addz(csv, "candidate_name,state,office,county,endorsement_id\n");
    for (size_t i = 0; i < count; i++) {
        struct slice office = c[i]->text;
        if (bend == OTHER_NUMBER && !has_number(office))
            continue;
        if (bend == OTHER_NUMBER)
            office = bend_numbers(n, office);
        office = quoted(n, office);
        for (uint32_t k = 0; k < c[i]->choice_count; k++) {
            struct slice who = c[i]->choices[k].name;
            /* "Ricky ""Rick"" Williams" stays Rick under any first name. */
            if (bend == OTHER_PERSON && (slice_find(who, SLICE("\"")) != SIZE_MAX ||
                                         slice_find(who, SLICE("''")) != SIZE_MAX))
                continue;
            if (bend == OTHER_PERSON) /* a sibling: another first name */
                who = arena_printf(n->a, "Xanthippe%.*s",
                                   SLICE_FMT(slice_sub(who, slice_find(who, SLICE(" ")), who.len)));
            who = quoted(n, who);
            buf_addf(csv, "%.*s,%s,%.*s,%s,%zu:%u\n", SLICE_FMT(who),
                     bend == OTHER_STATE ? "WY" : state, SLICE_FMT(office),
                     bend == OTHER_COUNTY ? "Nowhere" : county, i, k);
        }
    }
}

/* Endorse every person of a file, each with the words of the contest as the office: whatever links
 * must be the very line that the row was made of. Bent rows link nothing at all; of another county,
 * only what is no county's. */
static void check_file(const char *name, enum source source, const char *state, const char *county,
                       enum bend bend, size_t least, size_t most)
{
    static struct feed_contest *c[2000];
    size_t len = 0, links = 0;
    struct night n, real;
    struct buf csv;
    char *xml = read_file(name, &len);

    night_open(&n, "candidate_name,state,office\nNobody Here,GA,Mayor\n");
    size_t count = read_contests(&n, (struct slice){xml, len}, source, c, 2000);
    buf_init(&csv, (size_t)64 << 20);
    write_rows(&n, c, count, bend, state, county, &csv);
    night_open(&real, csv.ptr);
    for (size_t i = 0; i < count; i++)
        match(&real, c[i]);
    for (uint32_t r = 0; r < real.m.race_count; r++)
        for (uint32_t l = 0; l < real.m.races[r].link_count; l++) {
            const struct link *link = &real.m.races[r].links[l];
            char *end;
            size_t i = strtoul(real.list.list[link->endorsement].id.ptr, &end, 10);
            size_t k = strtoul(end + 1, NULL, 10);
            links++;
            if (most == 0)
                print_error("%.*s\n", SLICE_FMT(link->why));
            if (link->contest != c[i] || link->choice != k)
                fail_msg("%.*s", SLICE_FMT(link->why));
        }
    print_message("%s, bent %d: %zu contests, %zu rows, %zu linked, %u in review\n", name, bend,
                  count, real.list.count, links, real.m.review_count);
    assert_in_range(links, least, most);
    buf_done(&csv);
    night_close(&real);
    night_close(&n);
    free(xml);
}

static void real_feeds_are_matched_without_error(void **state)
{
    static const struct {
        const char *name;
        enum source source;
        const char *state, *county;
        size_t least;
    } files[] = {
        {"ga-2020-11-03-counties-20201120-1237-detail.xml", SOS, "GA", "", 455},
        {"ga-gwinnett-2020-11-03-full-detail.xml", COBB, "GA", "Cobb", 100},
        {"co-2024-11-05-detail.xml", CO, "CO", "", 270},
        {"ga-atkinson-2020-11-03-detail.xml", COBB, "GA", "Cobb", 50},
    };
    (void)state;

    if (!unpack_feeds()) {
        print_message("SKIP: ../shared/feeds is not there\n");
        return;
    }
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        check_file(files[i].name, files[i].source, files[i].state, files[i].county, STRAIGHT,
                   files[i].least, 1000);
        for (enum bend bend = OTHER_NUMBER; bend <= OTHER_STATE; bend++)
            check_file(files[i].name, files[i].source, files[i].state, files[i].county, bend, 0, 0);
    }
    check_file(files[1].name, COBB, "GA", "Cobb", OTHER_COUNTY, 60, 85);
    remove_feeds();
}
int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(real_feeds_are_matched_without_error)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
