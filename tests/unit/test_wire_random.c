/* Random trees and damaged frames: the codec against itself and against msgpack-c's own reader. */
#include "proto/wire.h"

#include <msgpack.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A seeded generator (splitmix64), so that a failure comes again. */
static uint64_t seed;

static uint64_t dice(uint64_t sides)
{
    uint64_t z = seed += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return (z ^ z >> 31) % sides;
}

static int setup(void **state)
{
    seed = 20260101;
    *state = arena_new();
    return 0;
}

static int teardown(void **state)
{
    arena_free(*state);
    return 0;
}

static size_t random_length(void)
{
    static const size_t edge[] = {0, 1, 15, 16, 31, 32, 33, 255, 256, 300};
    return dice(3) ? dice(12) : edge[dice(sizeof edge / sizeof *edge)];
}

static struct value *random_text(struct arena *a)
{
    static const char *const piece[] = {"a", "~", "容", "错", "é", "\xf0\xa0\x80\x80"};
    size_t n = random_length();
    struct buf b = {0};
    for (size_t i = 0; i < n; i++)
        buf_str(&b, piece[dice(6)]);
    struct value *v = v_strn(a, buf_cstr(&b), b.n);
    buf_done(&b);
    return v;
}

static int64_t random_number(void)
{
    uint64_t bits = dice(UINT64_MAX) >> dice(64);
    return (int64_t)(dice(2) ? bits : ~bits);
}

static struct value *random_tree(struct arena *a, unsigned depth)
{
    switch (dice(depth ? 9 : 5)) {
    case 0:
        return v_nil(a);
    case 1:
        return v_bool(a, dice(2));
    case 2:
        return v_int(a, random_number());
    case 3:
        return random_text(a);
    case 4: {
        size_t n = random_length();
        uint8_t bytes[300];
        for (size_t i = 0; i < n; i++)
            bytes[i] = (uint8_t)dice(256);
        return v_bin(a, bytes, n);
    }
    case 5:
    case 6: {
        struct value *list = v_list(a);
        for (size_t n = dice(20); n > 0; n--)
            v_push(a, list, random_tree(a, depth - 1));
        return list;
    }
    default: {
        struct value *map = v_map(a);
        for (size_t n = dice(20); n > 0; n--)
            v_put(a, map, v_text(random_text(a), ""), random_tree(a, depth - 1));
        return map;
    }
    }
}

/* The same order as well as the same content. */
static bool identical(const struct value *a, const struct value *b)
{
    struct buf one = {0}, two = {0};
    wire_encode(&one, a);
    wire_encode(&two, b);
    bool same = one.n == two.n && memcmp(one.p, two.p, one.n) == 0;
    buf_done(&one);
    buf_done(&two);
    return same;
}

static void a_tree_comes_back_as_it_went(void **state)
{
    struct arena *a = *state;
    int came_back = 0;
    for (int i = 0; i < 400; i++) {
        arena_reset(a);
        struct value *v = random_tree(a, 4), *back = NULL;
        struct buf b = {0};
        wire_encode(&b, v);
        assert_int_equal(wire_size(v), b.n);
        struct wire_error err = {WIRE_FINE, 0};
        enum status st = wire_decode(a, buf_bytes(&b), &back, &err);
        if (st == ST_MALFORMED) {
            assert_true(err.fault == WIRE_TOO_LONG || err.fault == WIRE_TOO_MANY);
        } else {
            assert_int_equal(st, ST_OK);
            assert_true(v_equal(v, back));
            assert_true(identical(v, back));
            came_back++;
        }
        buf_done(&b);
    }
    assert_true(came_back > 350);
}

/* A frame with each form of a command in it; copied to a block of its own, so that one byte too far is seen. */
static struct buf command(struct arena *a)
{
    struct value *map = v_map(a), *fields = v_map(a), *list = v_list(a);
    v_put_str(a, map, "verb", "application-received");
    v_put(a, map, "id", v_bin(a, "0123456789abcdef", 16));
    v_put_int(a, map, "version", 300);
    v_put_int(a, fields, "loss", -70000);
    v_put_str(a, fields, "reason", "先行先试中出现失误");
    v_put_bool(a, fields, "late", false);
    v_put(a, map, "fields", fields);
    for (int i = 0; i < 20; i++)
        v_push(a, list, i % 2 ? v_nil(a) : v_int(a, INT64_C(1) << (3 * i)));
    v_put(a, map, "papers", list);
    struct buf b = {0};
    wire_encode(&b, map);
    return b;
}

static void a_frame_cut_at_any_byte_is_truncated(void **state)
{
    struct buf b = command(*state);
    for (size_t n = 0; n < b.n; n++) {
        uint8_t *cut = malloc(n ? n : 1);
        assert_non_null(cut);
        memcpy(cut, b.p, n);
        struct wire_error err = wire_check((struct bytes){cut, n}, WIRE_BYTES);
        assert_int_equal(err.fault, WIRE_TRUNCATED);
        assert_true(err.at <= n);
        free(cut);
    }
    assert_int_equal(wire_check(buf_bytes(&b), WIRE_BYTES).fault, WIRE_FINE);
    buf_done(&b);
}

/* An empty text of msgpack-c's has no address. */
static bool same_bytes(const void *a, const void *b, size_t n)
{
    return !n || memcmp(a, b, n) == 0;
}

/* Does msgpack-c read the same tree? It is asked only about what passed the check. */
static bool same_as_library(const struct value *v, const msgpack_object *o)
{
    switch (v_kind(v)) {
    case V_NIL:
        return o->type == MSGPACK_OBJECT_NIL;
    case V_BOOL:
        return o->type == MSGPACK_OBJECT_BOOLEAN && o->via.boolean == v->u.b;
    case V_INT:
        return v->u.i < 0 ? o->type == MSGPACK_OBJECT_NEGATIVE_INTEGER && o->via.i64 == v->u.i
                          : o->type == MSGPACK_OBJECT_POSITIVE_INTEGER && o->via.u64 == (uint64_t)v->u.i;
    case V_STR:
        return o->type == MSGPACK_OBJECT_STR && o->via.str.size == v->u.str.n &&
               same_bytes(o->via.str.ptr, v->u.str.s, v->u.str.n);
    case V_BIN:
        return o->type == MSGPACK_OBJECT_BIN && o->via.bin.size == v->u.bin.n &&
               same_bytes(o->via.bin.ptr, v->u.bin.p, v->u.bin.n);
    case V_LIST:
        if (o->type != MSGPACK_OBJECT_ARRAY || o->via.array.size != v->u.list.n)
            return false;
        for (size_t i = 0; i < v->u.list.n; i++)
            if (!same_as_library(v->u.list.item[i], &o->via.array.ptr[i]))
                return false;
        return true;
    case V_MAP:
        if (o->type != MSGPACK_OBJECT_MAP || o->via.map.size != v->u.map.n)
            return false;
        for (size_t i = 0; i < v->u.map.n; i++) {
            const msgpack_object *key = &o->via.map.ptr[i].key;
            const char *mine = v->u.map.pair[i].key;
            if (key->type != MSGPACK_OBJECT_STR || key->via.str.size != strlen(mine) ||
                !same_bytes(key->via.str.ptr, mine, key->via.str.size) ||
                !same_as_library(v->u.map.pair[i].val, &o->via.map.ptr[i].val))
                return false;
        }
        return true;
    }
    return false;
}

static bool library_agrees(struct bytes in, const struct value *v)
{
    msgpack_unpacked got;
    msgpack_unpacked_init(&got);
    size_t off = 0;
    bool same = msgpack_unpack_next(&got, (const char *)in.p, in.n, &off) == MSGPACK_UNPACK_SUCCESS && off == in.n &&
                same_as_library(v, &got.data);
    msgpack_unpacked_destroy(&got);
    return same;
}

/* Whatever a peer sends: a fault, or a tree that goes out and comes back the same and that msgpack-c reads alike. */
static bool decodes_or_faults(struct arena *a, struct bytes in)
{
    arena_reset(a);
    uint8_t *exact = malloc(in.n ? in.n : 1);
    assert_non_null(exact);
    memcpy(exact, in.p, in.n);
    struct bytes own = {exact, in.n};
    struct value *v = NULL, *back = NULL;
    struct wire_error err = {WIRE_FINE, 0};
    bool decoded = wire_decode(a, own, &v, &err) == ST_OK;
    if (decoded) {
        assert_true(library_agrees(own, v));
        struct buf b = {0};
        wire_encode(&b, v);
        assert_int_equal(wire_size(v), b.n);
        assert_true(b.n <= in.n);
        assert_int_equal(wire_decode(a, buf_bytes(&b), &back, NULL), ST_OK);
        assert_true(identical(v, back));
        buf_done(&b);
    } else {
        assert_int_not_equal(err.fault, WIRE_FINE);
        assert_true(err.at <= in.n);
    }
    free(exact);
    return decoded;
}

static void every_flipped_bit_decodes_or_faults(void **state)
{
    struct arena *other = arena_new();
    struct buf b = command(*state);
    size_t decoded = 0, refused = 0;
    for (size_t bit = 0; bit < 8 * b.n; bit++) {
        b.p[bit / 8] ^= (uint8_t)(1u << bit % 8);
        if (decodes_or_faults(other, buf_bytes(&b)))
            decoded++;
        else
            refused++;
        b.p[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    assert_true(decoded > 100);
    assert_true(refused > 100);
    buf_done(&b);
    arena_free(other);
}

static void random_bytes_decode_or_fault(void **state)
{
    for (int i = 0; i < 200000; i++) {
        uint8_t bytes[24];
        size_t n = dice(sizeof bytes + 1);
        for (size_t k = 0; k < n; k++)
            bytes[k] = dice(2) ? (uint8_t)dice(256) : (uint8_t)(0x80 + dice(0x30));
        decodes_or_faults(*state, (struct bytes){bytes, n});
    }
}

static void damaged_trees_decode_or_fault(void **state)
{
    struct arena *other = arena_new();
    for (int i = 0; i < 300; i++) {
        arena_reset(*state);
        struct buf b = {0};
        wire_encode(&b, random_tree(*state, 2));
        for (uint64_t times = 1 + dice(4); times > 0; times--)
            b.p[dice(b.n)] = (uint8_t)dice(256);
        decodes_or_faults(other, buf_bytes(&b));
        buf_done(&b);
    }
    arena_free(other);
}

#define WIRE_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(int argc, char **argv)
{
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    const struct CMUnitTest tests[] = {
        WIRE_TEST(a_tree_comes_back_as_it_went),        WIRE_TEST(a_frame_cut_at_any_byte_is_truncated),
        WIRE_TEST(every_flipped_bit_decodes_or_faults), WIRE_TEST(random_bytes_decode_or_fault),
        WIRE_TEST(damaged_trees_decode_or_fault),
    };
    return cmocka_run_group_tests_name("wire_random", tests, NULL, NULL);
}
