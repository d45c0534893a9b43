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
#include "tests/unit/json_reference.h"
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
    expect(SLICE("[1,\n18446744073709551616]"), WIRE_SYNTAX,
           "line 2, column 1: a number is too large");
    expect(SLICE("[1, -9223372036854775809]"), WIRE_SYNTAX, "column 5: a number is too large");
    expect(SLICE("[1e309]"), WIRE_SYNTAX, "column 2: a number is too large");
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
    expect(SLICE("{\"a\": {\"a\": 1, \"x\": 2}, \"x\": 3, \"x\": 4}"), WIRE_SYNTAX,
           "column 33: the key \"x\"");
    expect(SLICE("{\"a\": {\"b\": {\"a\": 1, \"b\": 2}, \"c\": 3}, \"b\": {\"c\": 1}, \"c\": 4, "
                 "\"a\": 5}"),
           WIRE_SYNTAX, "the key \"a\"");
    expect(SLICE("{\"a\": 1, \"a\": 2, \"b\": "), WIRE_TRUNCATED, "ends before its JSON does");
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

/* Keys of any length, of which each object has the one that differs in one place. */
static void keys_that_are_nearly_the_same_are_told_apart(void **state)
{
    (void)state;
    for (size_t len = 1; len <= 80; len++) {
        struct buf b;
        char key[81] = {0};
        buf_init(&b, 1 << 26);
        memset(key, 'x', len);
        buf_addf(&b, "[{\"%s\":-1}", key);
        for (size_t i = 0; i < len; i++) {
            key[i] = 'y';
            buf_addf(&b, ",{\"%s\":%zu}", key, i);
            key[i] = 'x';
        }
        buf_addc(&b, ']');
        struct doc *d = doc_of(buf_slice(&b));
        assert_true(d->ok);
        struct json_items items = json_items_of(d->root);
        for (size_t i = 0; i <= len; i++) {
            struct json object = json_item(&items);
            int64_t n;
            assert_int_equal(json_type(json_get(object, key)), i ? JSON_NONE : JSON_NUMBER);
            key[i ? i - 1 : 0] = i ? 'y' : 'x';
            assert_true(json_int(json_get(object, key), &n));
            assert_int_equal(n, (int64_t)i - 1);
            key[i ? i - 1 : 0] = 'x';
        }
        doc_done(d);
        buf_done(&b);
    }
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
            assert_int_equal(is.word, should.word);
            assert_ptr_equal(is.doc, should.doc);
        }
        free(all);
        doc_done(d);
        buf_done(&b);
    }
}

/* A word holds how long most texts are, and most numbers. */
static void what_no_word_holds_is_read(void **state)
{
    (void)state;
    static const size_t lengths[] = {0xfffffe + 5, 0xffffff + 5, 0x1000000 + 5};
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        size_t len = lengths[i];
        char *s = calloc(1, len + 64);
        memset(s, 'x', len);
        memcpy(s, "[\"", 2);
        memcpy(s + len - 3, "\",7", 3);
        s[len] = ']';
        struct doc *d = doc_of((struct slice){s, len + 1});
        assert_true(d->ok);
        struct json_items items = json_items_of(d->root);
        struct slice text = json_str(json_item(&items));
        int64_t n;
        assert_int_equal(text.len, len - 5);
        assert_true(text.ptr[0] == 'x' && text.ptr[text.len - 1] == 'x');
        assert_true(json_int(json_item(&items), &n) && n == 7);
        doc_done(d);
        free(s);
    }
    static const char numbers[] =
        "[36028797018963967,36028797018963968,-36028797018963968,-36028797018963969]";
    struct doc *d = doc_of(slice_of(numbers));
    struct json_items items = json_items_of(d->root);
    for (const char *at = numbers + 1; at && *at;
         at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL) {
        int64_t n;
        assert_true(json_int(json_item(&items), &n));
        assert_int_equal(n, strtoll(at, NULL, 10));
    }
    doc_done(d);
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
        static const char *const innermost[] = {"[1]", "{\"a\":1}", "[]", "{}"};
        for (int form = 0; form < 4; form++) {
            struct buf b;
            buf_init(&b, 1 << 20);
            for (int k = 1; k < depths[i]; k++)
                buf_addz(&b, form & 1 ? "{\"a\":" : "[");
            buf_addz(&b, innermost[form]);
            for (int k = 1; k < depths[i]; k++)
                buf_addc(&b, form & 1 ? '}' : ']');
            expect(buf_slice(&b), i ? WIRE_LIMIT : WIRE_OK, i ? "deeper than 64" : "");
            buf_done(&b);
        }
    }
}

/* ---- beside other readers ---- */

static void dump_text(struct buf *dump, char kind, struct slice s)
{
    assert_non_null(s.ptr);
    buf_addf(dump, "%c%zu:", kind, s.len);
    buf_add(dump, s);
    buf_addc(dump, '\n');
}

/* As json_reference.cc writes it. */
static void dump_value(struct buf *dump, struct json v)
{
    struct json_walk w = {0};
    struct slice key;
    struct json child;
    int64_t n;
    switch (json_type(v)) {
    case JSON_NONE:
        fail();
        break;
    case JSON_NULL:
        buf_addz(dump, "null\n");
        break;
    case JSON_BOOL:
        buf_addz(dump, json_is(v, 't') ? "true\n" : "false\n");
        break;
    case JSON_NUMBER:
        if (json_int(v, &n))
            buf_addf(dump, "%lld\n", (long long)n);
        else
            buf_addz(dump, "number\n");
        break;
    case JSON_STRING:
        dump_text(dump, 's', json_str(v));
        break;
    case JSON_ARRAY:
    case JSON_OBJECT:
        buf_addf(dump, "%c%zu\n", json_type(v) == JSON_ARRAY ? '[' : '{', json_count(v));
        while (json_next(v, &w, &key, &child)) {
            if (json_type(v) == JSON_OBJECT)
                dump_text(dump, 'k', key);
            dump_value(dump, child);
        }
        break;
    }
}

static const char *const texts[] = {
    "{\"a\": [1, -2.5e+3, \"x\\u00f1\\ud83d\\ude00ñ\\n\"], \"b\": {\"c\": true}}",
    "[{\"a\":1,\"bc\":\"d\",\"e\":null},{\"a\":2,\"bc\":\"\\\\\",\"e\":false},\r\n"
    "\t{\"a\":30,\"bc\":\"\\\"\",\"e\":{\"a\":-0,\"bc\":[]}},{\"bc\":0.50,\"a\":{}}]",
    "{\"votes\" : [ 9007199254740991 , 36028797018963968,-36028797018963969 ] ,\n"
    "\"a longer key, and another one\" : [9223372036854775807,-9223372036854775808],"
    "\"\\u0061\\/\":[18446744073709551615, 1e308, 12345678901234567890]}",
    "[[[[1,2],[3]],[]],{\"k\":{\"k\":{\"k\":[\"\",\"a\\u0000b\",\"\\b\\f\\r\\t\"]}}},true,false,"
    "null]",
    "\"\\u20ac \xe2\x82\xac \xf0\x9f\x98\x80 \\uD83D\\uDE00\"",
    " -123.456E-7\n",
};

/* A text that may be JSON no more: bytes changed, a part left out or there twice. The zeros behind
 * it stay. */
static size_t change(struct random *r, char *s, size_t len, size_t room)
{
    static const char alphabet[] = "{}[]\",:\\u0de-+.19tfn \xc3\xb1\n";
    for (uint64_t k = random_below(r, 4); k > 0; k--)
        s[random_below(r, len)] = alphabet[random_below(r, sizeof alphabet - 1)];
    size_t from = random_below(r, len), n = random_below(r, len - from);
    switch (random_below(r, 6)) {
    case 0:
        memmove(s + from, s + from + n, len - from - n);
        memset(s + len - n, 0, n);
        return len - n;
    case 1:
        if (len + n > room)
            return len;
        memmove(s + from + n, s + from, len - from);
        return len + n;
    default:
        return len;
    }
}

/* What simdjson's DOM refuses is refused, and what it reads is read as it reads it. */
static void read_as_simdjson_reads(const char *kernel, struct slice s)
{
    struct buf is, should;
    size_t at;
    const char *why;
    buf_init(&is, 1 << 16);
    buf_init(&should, 1 << 16);
    enum json_reference verdict = json_reference(s, &should);
    enum jsonscan found = jsonscan(s, &at, &why);
    struct doc *d = doc_of(s);
    bool doubled = strstr(d->f.err.text, "twice") != NULL;
    if (d->ok)
        dump_value(&is, d->root);
    bool right = d->ok     ? slice_eq(buf_slice(&is), buf_slice(&should))
                 : doubled ? verdict != JSON_REFERENCE_BROKEN
                           : verdict != JSON_REFERENCE_FINE;
    if (!right)
        fail_msg("%s: %.*s\nis \"%s\"\n%s\nshould be\n%s", kernel, SLICE_FMT(s), d->f.err.text,
                 d->ok ? is.ptr : "", verdict == JSON_REFERENCE_FINE ? should.ptr : "refused");
    if (verdict != JSON_REFERENCE_NUMBER && (found == JSONSCAN_FINE) != (d->ok || doubled))
        fail_msg("scan says %d, is \"%s\": %.*s", found, d->f.err.text, SLICE_FMT(s));
    assert_true(at <= s.len);
    doc_done(d);
    buf_done(&is);
    buf_done(&should);
}

/* The readers agree on what is JSON and what it says, whatever one does to a text. */
static void read_as_simdjson_reads_with_any_kernel(void **state)
{
    (void)state;
    struct random r = {7};
    const char *kernel;
    for (int k = 0; (kernel = json_reference_kernel(k)) != NULL; k++) {
        for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
            read_as_simdjson_reads(kernel, slice_of(texts[i]));
            for (int n = 0; n < 6000; n++) {
                char changed[512 + 64] = {0};
                size_t len = strlen(texts[i]);
                memcpy(changed, texts[i], len);
                len = change(&r, changed, len, 512);
                read_as_simdjson_reads(kernel, (struct slice){changed, len});
            }
        }
    }
}

/* One kernel sees to UTF-8 within texts only: bytes that are none were a key there. */
static void what_is_no_text_is_no_key_with_any_kernel(void **state)
{
    (void)state;
    for (int k = 0; json_reference_kernel(k) != NULL; k++) {
        expect(SLICE("{\xff\xff\xff\xff\xff\xff\xff\xff:1}"), WIRE_SYNTAX, "a key in quotes");
        expect(SLICE("[{\"a\":1},{\"a\":1,\xff\xff\xff\xff\xff\xff\xff\xff:1}]"), WIRE_SYNTAX,
               "a key in quotes");
        expect(SLICE("{\0\0\0\0\0\0\0\0:1}"), WIRE_SYNTAX, "a key in quotes");
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
        cmocka_unit_test(keys_that_are_nearly_the_same_are_told_apart),
        cmocka_unit_test(members_are_found_whatever_was_asked_before),
        cmocka_unit_test(what_no_word_holds_is_read),
        cmocka_unit_test(objects_within_objects_are_kept_whole),
        cmocka_unit_test(a_doubled_key_is_found_behind_any_shape),
        cmocka_unit_test(depth_is_capped),
        cmocka_unit_test(what_is_no_text_is_no_key_with_any_kernel),
        cmocka_unit_test(read_as_simdjson_reads_with_any_kernel),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
