/* SPDX-License-Identifier: ISC */
/* JSON: values as they stand, and every damage refused with its place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "daemon/base/buf.h"
#include "parsers/json.h"
#include "parsers/jsonscan.h"
#include "tests/unit/payload.h"
#include "tests/unit/random.h"

struct doc {
    struct arena *arena;
    struct input_memory memory;
    struct input *in;
    struct json_doc *doc;
    struct json root;
    struct fault f;
    bool ok;
};

static struct doc *doc_of(struct slice text)
{
    struct doc *d = calloc(1, sizeof *d);
    d->arena = arena_new(1 << 26);
    d->memory.bytes = text;
    struct input_source source = input_from_memory(&d->memory);
    d->ok = input_open(d->arena, &source, 1 << 26, &d->in, &d->f) &&
            json_parse(d->in, &d->doc, &d->root, &d->f);
    assert_int_equal(d->ok, d->f.kind == WIRE_OK);
    return d;
}

static void doc_done(struct doc *d)
{
    json_free(d->doc);
    input_close(d->in);
    arena_free(d->arena);
    free(d);
}

static void values_read(void **state)
{
    (void)state;
    struct doc *d = doc_of(
        SLICE("\xef\xbb\xbf {\"a\": [1, -2, 9223372036854775807, 9223372036854775808, 1.0, 1e3],"
              " \"b\": \"x\\u00f1\\n\", \"c\": true, \"d\": null, \"e\": {}, \"f\": []} \n"));
    assert_true(d->ok);
    int64_t n;
    bool flag;
    struct json a = json_get(d->root, "a"), v;
    struct json_walk w = {0};
    struct slice key;
    static const int64_t expected[] = {1, -2, INT64_MAX};
    for (int i = 0; i < 3; i++) {
        assert_true(json_next(a, &w, &key, &v));
        assert_int_equal(key.len, 0);
        assert_true(json_int(v, &n));
        assert_int_equal(n, expected[i]);
    }
    for (int i = 0; i < 3; i++) { /* too large, a fraction, an exponent: no whole numbers */
        assert_true(json_next(a, &w, &key, &v));
        assert_int_equal(json_type(v), JSON_NUMBER);
        assert_false(json_int(v, &n));
    }
    assert_false(json_next(a, &w, &key, &v));
    assert_int_equal(json_count(a), 6);
    assert_true(slice_is(json_str(json_get(d->root, "b")), "xñ\n"));
    assert_true(json_bool(json_get(d->root, "c"), &flag) && flag);
    assert_false(json_bool(a, &flag));
    assert_int_equal(json_type(json_get(d->root, "d")), JSON_NULL);
    assert_int_equal(json_type(json_get(d->root, "zz")), JSON_NONE);
    assert_int_equal(json_type(json_get(json_get(a, "b"), "c")), JSON_NONE);
    assert_null(json_str(a).ptr);
    assert_false(json_int(json_get(d->root, "b"), &n));
    w = (struct json_walk){0};
    const char *keys = "abcdef";
    while (json_next(d->root, &w, &key, &v))
        assert_true(key.len == 1 && *key.ptr == *keys++);
    assert_int_equal(*keys, '\0');
    w = (struct json_walk){0};
    assert_false(json_next(json_get(d->root, "e"), &w, &key, &v));
    w = (struct json_walk){0};
    assert_false(json_next(json_get(d->root, "f"), &w, &key, &v));
    doc_done(d);
}

static void expect(struct slice text, enum wire_failure kind, const char *says)
{
    struct doc *d = doc_of(text);
    if (d->f.kind != kind || !strstr(d->f.err.text, says))
        fail_msg("%.*s: expected %d \"%s\", got %d \"%s\"", SLICE_FMT(slice_sub(text, 0, 60)), kind,
                 says, d->f.kind, d->f.err.text);
    doc_done(d);
}

static void damage_is_located(void **state)
{
    (void)state;
    expect(SLICE("{\"a\": 1,\n \"b\" 2}"), WIRE_SYNTAX, "line 2, column 6: a colon");
    expect(SLICE("{\"a\": 1,}"), WIRE_SYNTAX, "line 1, column 9: a key");
    expect(SLICE("[1, 2,]"), WIRE_SYNTAX, "column 7: a value");
    expect(SLICE("[1}"), WIRE_SYNTAX, "column 3: a comma or ]");
    expect(SLICE("[1] x"), WIRE_SYNTAX, "column 5: something follows");
    expect(SLICE("[01]"), WIRE_SYNTAX, "a number is badly");
    expect(SLICE("[1.]"), WIRE_SYNTAX, "digits belong");
    expect(SLICE("[tru]"), WIRE_SYNTAX, "column 5: true, false");
    expect(SLICE("[\"\xff\"]"), WIRE_SYNTAX, "column 3: a text is not UTF-8");
    expect(SLICE("[\"\xed\xa0\x80\"]"), WIRE_SYNTAX, "not UTF-8");
    expect(SLICE("[\"a\nb\"]"), WIRE_SYNTAX, "column 4: a control character");
    expect(SLICE("[\"\\x\"]"), WIRE_SYNTAX, "no such escape");
    expect(SLICE("[\"\\ud800\"]"), WIRE_SYNTAX, "half of a surrogate");
    expect(SLICE("[123456789012345678901]"), WIRE_SYNTAX, "column 2: a number is too large");
    expect(SLICE("votes: 12"), WIRE_SYNTAX, "line 1, column 1: a value");
    expect(SLICE(""), WIRE_TRUNCATED, "line 1, column 1");
    expect(SLICE(" \n"), WIRE_TRUNCATED, "line 2, column 1");
    expect(SLICE("{\"a\": [1,\n2"), WIRE_TRUNCATED, "line 2, column 2");
}

static void cut_anywhere_is_truncated(void **state)
{
    (void)state;
    static const char text[] =
        "{\"a\": [1, -2.5e+3, \"x\\u00f1\\ud83d\\ude00ñ\\n\"], \"b\": {\"c\": true, \"d\": null, "
        "\"e\": false}, \"f\": [[], {}, \"\"]}";
    for (size_t cut = 0; cut + 1 < sizeof text; cut++)
        expect((struct slice){text, cut}, WIRE_TRUNCATED, "line 1, column ");
    expect(slice_of(text), WIRE_OK, "");
}

static void doubled_keys_are_refused(void **state)
{
    (void)state;
    expect(SLICE("{\"a\": 1, \"b\": \"a\",\n \"c\": [{\"x\": 1, \"y\\\"\": 2,\n \"x\": 1}]}"),
           WIRE_SYNTAX, "line 3, column 2: the key \"x\" stands twice");
    expect(SLICE("{\"a\": {\"a\": {\"a\": [{\"a\": 1}, {\"a\": 1}]}}}"), WIRE_OK, "");
    expect(SLICE("{\"a\": {\"a\": 1, \"b\": [{\"a\": 2}]}, \"a\": 3}"), WIRE_SYNTAX,
           "column 34: the key \"a\"");
    expect(SLICE("[[1, 2, 3, \"\", {\"a\": 1, \"a\": 2}], 0]"), WIRE_SYNTAX, "the key \"a\"");
    expect(SLICE("[[1, 2, [3, {\"a\": 1, \"a\": 2}]], 0, 0]"), WIRE_SYNTAX, "the key \"a\"");
    expect(SLICE("{\"\\u0061\": 1, \"a\": 1}"), WIRE_SYNTAX, "column 15: the key \"a\"");
    expect(SLICE("{\"axcxe\": 1, \"aycye\": 2, \"\": 3}"), WIRE_OK, ""); /* alike, not the same */
    expect(SLICE("{\"axcxe\": 1, \"aycye\": 2, \"axcxe\": 3}"), WIRE_SYNTAX, "column 26: the key");
    expect(SLICE("{\"\": 1, \"a\": 2, \"\": 3}"), WIRE_SYNTAX, "the key \"\"");
    struct buf b;
    buf_init(&b, 1 << 26); /* many keys: the same answer, and not by comparing all with all */
    buf_addc(&b, '{');
    for (int i = 0; i < 200000; i++)
        buf_addf(&b, "\"k%d\": %d,\n", i, i);
    size_t line_200001 = b.len;
    buf_addz(&b, "\"k777\": 0}");
    expect(buf_slice(&b), WIRE_SYNTAX, "line 200001, column 1: the key \"k777\"");
    memcpy(b.ptr + line_200001, "\"x777\"", 6);
    expect(buf_slice(&b), WIRE_OK, "");
    buf_done(&b);
}

static void members_are_picked_in_one_walk(void **state)
{
    (void)state;
    static const struct slice keys[] = {SLICE_INIT("b"), SLICE_INIT("absent"), SLICE_INIT("ab")};
    struct doc *d = doc_of(SLICE("{\"a\": 1, \"ab\": 2, \"b\": 3, \"\": 4, \"bb\": {}}"));
    struct json v[3];
    int64_t n;
    json_pick(d->root, keys, 3, v);
    assert_true(json_int(v[0], &n) && n == 3);
    assert_int_equal(json_type(v[1]), JSON_NONE);
    assert_true(json_int(v[2], &n) && n == 2);
    json_pick(json_get(d->root, "a"), keys, 3, v); /* no object */
    for (int i = 0; i < 3; i++)
        assert_int_equal(json_type(v[i]), JSON_NONE);
    json_pick(json_get(d->root, "bb"), keys, 3, v); /* no members */
    for (int i = 0; i < 3; i++)
        assert_int_equal(json_type(v[i]), JSON_NONE);
    doc_done(d);
}

/* A random document of the keys a to j; `objects` counts them. */
static void random_object(struct random *r, struct buf *b, int depth, int *objects)
{
    bool first = true;
    ++*objects;
    buf_addc(b, '{');
    for (char key = 'a'; key <= 'j'; key++) {
        if (random_below(r, 2))
            continue;
        buf_addf(b, "%s\"%c%s\":", first ? "" : ",", key, random_below(r, 5) ? "" : "x");
        first = false;
        switch (depth < 5 ? random_below(r, 4) : 3) {
        case 0:
            random_object(r, b, depth + 1, objects);
            break;
        case 1:
            buf_addz(b, "[1,");
            random_object(r, b, depth + 1, objects);
            buf_addz(b, ",\"a\"]");
            break;
        default:
            buf_addf(b, "%d", (int)random_below(r, 1000));
        }
    }
    buf_addc(b, '}');
}

static void gather(struct json v, struct json *objects, int *n)
{
    struct json_walk w = {0};
    struct slice key;
    struct json child;
    if (json_type(v) == JSON_OBJECT)
        objects[(*n)++] = v;
    while (json_next(v, &w, &key, &child))
        gather(child, objects, n);
}

static struct json found_by_walking(struct json object, const char *name)
{
    struct json_walk w = {0};
    struct slice key;
    struct json v;
    while (json_next(object, &w, &key, &v)) {
        if (slice_is(key, name))
            return v;
    }
    return (struct json){0};
}

/* Objects are asked in any order, of any depth, under keys they have and have not. */
static void members_are_found_whatever_was_asked_before(void **state)
{
    (void)state;
    struct random r = {4711};
    for (int round = 0; round < 100; round++) {
        struct buf b;
        int objects = 0, n = 0;
        buf_init(&b, 1 << 26);
        random_object(&r, &b, 0, &objects);
        struct doc *d = doc_of(buf_slice(&b));
        assert_true(d->ok);
        struct json *all = calloc((size_t)objects, sizeof *all);
        gather(d->root, all, &n);
        assert_int_equal(n, objects);
        for (int i = 0; i < 2000; i++) {
            struct json object = all[random_below(&r, (uint64_t)n)];
            char key[3] = {(char)('a' + random_below(&r, 11)), random_below(&r, 4) ? 0 : 'x', 0};
            struct json is = json_get(object, key), should = found_by_walking(object, key);
            assert_int_equal(is.at, should.at);
            assert_ptr_equal(is.doc, should.doc);
        }
        free(all);
        doc_done(d);
        buf_done(&b);
    }
}

/* Objects in objects have more values than half their words, and all are found in the end. */
static void objects_within_objects_are_kept_whole(void **state)
{
    (void)state;
    static const int deep = 60;
    struct buf b;
    buf_init(&b, 1 << 26);
    buf_addc(&b, '[');
    for (int i = 0; i < 500; i++) {
        for (int k = 0; k < deep; k++)
            buf_addf(&b, "{\"k%d\":", (i + k) % 100);
        buf_addf(&b, "%d", i);
        for (int k = 0; k < deep; k++)
            buf_addc(&b, '}');
        buf_addc(&b, ',');
    }
    buf_addz(&b, "0]");
    struct doc *d = doc_of(buf_slice(&b));
    assert_true(d->ok);
    struct json_items items = json_items_of(d->root);
    for (int i = 0; i < 500; i++) {
        struct json v = json_item(&items);
        int64_t n;
        for (int k = 0; k < deep; k++) {
            char key[8];
            snprintf(key, sizeof key, "k%d", (i + k) % 100);
            v = json_get(v, key);
        }
        assert_true(json_int(v, &n) && n == i);
    }
    doc_done(d);
    buf_done(&b);
}

/* Shapes that were seen do not hide a key that comes twice: whatever its object shares with those
 * before it, and wherever the second one stands. */
static void a_doubled_key_is_found_behind_any_shape(void **state)
{
    (void)state;
    static const char keys[] = "abcdefgh";
    for (int shared = 1; shared <= 8; shared++) {
        for (int first = 0; first < shared; first++) {
            struct buf b;
            buf_init(&b, 1 << 16);
            buf_addz(&b, "[{\"a\":1,\"b\":1,\"c\":1,\"d\":1,\"e\":1,\"f\":1,\"g\":1,\"h\":1},\n{");
            for (int i = 0; i < shared; i++)
                buf_addf(&b, "\"%c\":%s,", keys[i], i == 2 ? "{\"a\":1,\"b\":2}" : "1");
            buf_addf(&b, "\"%c\":1,\"z\":1}]", keys[first]);
            char says[60];
            snprintf(says, sizeof says, "the key \"%c\" stands twice", keys[first]);
            expect(buf_slice(&b), WIRE_SYNTAX, says);
            buf_done(&b);
        }
    }
}

static void depth_is_capped(void **state)
{
    (void)state;
    static const int depths[] = {64, 65, 100, 100000};
    for (int i = 0; i < 4; i++) {
        for (int form = 0; form < 2; form++) {
            struct buf b;
            buf_init(&b, 1 << 20);
            for (int k = 0; k < depths[i]; k++)
                buf_addz(&b, form ? "{\"a\":" : "[");
            buf_addz(&b, "1");
            for (int k = 0; k < depths[i]; k++)
                buf_addc(&b, form ? '}' : ']');
            expect(buf_slice(&b), i ? WIRE_LIMIT : WIRE_OK, i ? "deeper than 64" : "");
            buf_done(&b);
        }
    }
}

/* The two readers agree on what is JSON, whatever one does to a text. */
static void scanner_agrees_with_simdjson(void **state)
{
    (void)state;
    static const char text[] =
        "{\"a\": [1, -2.5e+3, \"x\\u00f1\\ud83d\\ude00ñ\\n\"], \"b\": {\"c\": true}}";
    static const char alphabet[] = "{}[]\",:\\u0e-.1tn \xc3\xb1\n";
    struct random r = {7};
    for (int i = 0; i < 60000; i++) {
        char changed[sizeof text];
        size_t at;
        const char *why;
        memcpy(changed, text, sizeof text);
        for (uint64_t k = random_below(&r, 3) + 1; k > 0; k--)
            changed[random_below(&r, sizeof text - 1)] =
                alphabet[random_below(&r, sizeof alphabet - 1)];
        struct slice s = {changed, sizeof text - 1};
        enum jsonscan found = jsonscan(s, &at, &why);
        struct doc *d = doc_of(s);
        bool doubled = strstr(d->f.err.text, "twice") != NULL;
        if ((found == JSONSCAN_FINE) != (d->ok || doubled))
            fail_msg("scan says %d, simdjson \"%s\": %s", found, d->f.err.text, changed);
        assert_true(at <= s.len);
        doc_done(d);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_read),
        cmocka_unit_test(damage_is_located),
        cmocka_unit_test(cut_anywhere_is_truncated),
        cmocka_unit_test(doubled_keys_are_refused),
        cmocka_unit_test(members_are_picked_in_one_walk),
        cmocka_unit_test(members_are_found_whatever_was_asked_before),
        cmocka_unit_test(objects_within_objects_are_kept_whole),
        cmocka_unit_test(a_doubled_key_is_found_behind_any_shape),
        cmocka_unit_test(depth_is_capped),
        cmocka_unit_test(scanner_agrees_with_simdjson),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
