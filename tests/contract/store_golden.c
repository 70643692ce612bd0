#include "daemon/base/check.h"
#include "daemon/store/frame.h"
#include "daemon/store/hashtree.h"
#include "daemon/store/key.h"
#include "daemon/store/store_mem.h"
#include "tests/contract/store_contract.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The files of tests/golden/store were computed by another program than ours. A line that has to change there means
 * that stores in the field cannot be read any more: raise the version as FORMAT.md says. */

enum { LINE = 1024, MOST = 256 };

static FILE *open_golden(const char *name)
{
    char path[LINE];
    snprintf(path, sizeof path, "%s/tests/golden/store/%s", SOURCE_DIR, name);
    FILE *f = fopen(path, "r");
    if (!f)
        fail_msg("%s is missing", path);
    return f;
}

/* The next line that is no comment. */
static bool next_line(FILE *f, char line[LINE])
{
    while (fgets(line, LINE, f))
        if (line[0] != '#') {
            line[strcspn(line, "\n")] = 0;
            return true;
        }
    return false;
}

static struct bytes from_hex(const char *hex, uint8_t out[MOST])
{
    size_t n = strcmp(hex, "-") == 0 ? 0 : strlen(hex) / 2;
    assert_true(n <= MOST);
    for (size_t i = 0; i < n; i++) {
        unsigned byte;
        assert_int_equal(sscanf(hex + 2 * i, "%2x", &byte), 1);
        out[i] = (uint8_t)byte;
    }
    return (struct bytes){out, n};
}

static void same_bytes(struct bytes a, struct bytes b)
{
    assert_int_equal(a.n, b.n);
    assert_memory_equal(a.p, b.p, a.n);
}

/* The bytes stand so in the memory of the one, in the file of the other. */
static void kept_as(struct bench *b, struct bytes key, struct bytes framed)
{
    struct bytes raw;
    if (!b->disk) {
        assert_int_equal(store_mem_raw(b->store, DB_INDEX, key, &raw), ST_OK);
        same_bytes(raw, framed);
        return;
    }
    enum { N = 1024 * 1024 };
    uint8_t *file = xcalloc(1, N);
    char path[LINE];
    snprintf(path, sizeof path, "%s/data.mdb", b->dir);
    int fd = open(path, O_RDONLY);
    ssize_t n = read(fd, file, N);
    close(fd);
    assert_true(n > 0);
    size_t at = find_bytes(file, (size_t)n, framed.p, framed.n);
    free(file);
    assert_true(at < (size_t)n);
}

static void values_are_framed_as_the_golden_ones(void **state)
{
    struct bench *b = *state;
    FILE *f = open_golden("frames.hex");
    char line[LINE], key_hex[LINE], val_hex[LINE], framed_hex[LINE];
    uint8_t k[MOST], v[MOST], w[MOST], made[MOST];
    int n = 0;
    for (; next_line(f, line); n++) {
        assert_int_equal(sscanf(line, "%s %s %s", key_hex, val_hex, framed_hex), 3);
        struct bytes key = from_hex(key_hex, k), val = from_hex(val_hex, v), framed = from_hex(framed_hex, w), got;
        frame_make(key, val, made);
        same_bytes((struct bytes){made, FRAME_LEN + val.n}, framed);
        assert_int_equal(frame_open(key, framed, &got), ST_OK);
        same_bytes(got, val);
        struct store_txn *t = begin_write(b);
        assert_int_equal(store_put(t, DB_INDEX, key, val), ST_OK);
        commit(t);
        kept_as(b, key, framed);
    }
    fclose(f);
    assert_int_equal(n, 6);
}

static void add_part(struct key *k, const char *part)
{
    const char *val = strchr(part, ':');
    assert_non_null(val);
    val++;
    if (strncmp(part, "str:", 4) == 0)
        key_add_str(k, val);
    else if (strncmp(part, "i64:", 4) == 0)
        key_add_i64(k, strtoll(val, NULL, 10));
    else if (strncmp(part, "u64:", 4) == 0)
        key_add_u64(k, strtoull(val, NULL, 10));
    else if (strncmp(part, "u32:", 4) == 0)
        key_add_u32(k, (uint32_t)strtoul(val, NULL, 10));
    else if (strncmp(part, "u8:", 3) == 0)
        key_add_u8(k, (uint8_t)strtoul(val, NULL, 10));
    else
        fail_msg("what is %s?", part);
}

static void keys_are_built_as_the_golden_ones(void **state)
{
    (void)state;
    FILE *f = open_golden("keys.hex");
    char line[LINE];
    uint8_t want[MOST];
    int n = 0;
    for (; next_line(f, line); n++) {
        struct key k;
        char *rest = NULL, *part = strtok_r(line, " ", &rest);
        key_begin(&k);
        for (; part && strcmp(part, "=") != 0; part = strtok_r(NULL, " ", &rest))
            add_part(&k, part);
        same_bytes(key_bytes(&k), from_hex(strtok_r(NULL, " ", &rest), want));
    }
    fclose(f);
    assert_int_equal(n, 8);
}

static void grow(struct bench *b, uint64_t size, struct hash *ret_root, struct hash *ret_digest)
{
    struct store_txn *t = begin_write(b);
    struct hashtree *tree = hashtree_new();
    assert_int_equal(store_clear(t, DB_TREE), ST_OK);
    for (uint64_t i = 0; i < size; i++) {
        char record[24];
        snprintf(record, sizeof record, "%llu", (unsigned long long)i);
        struct hash leaf = proof_leaf(text(record));
        assert_int_equal(hashtree_append(tree, t, &leaf), ST_OK);
        if (i % 7 == 3)
            assert_int_equal(hashtree_flush(tree, t), ST_OK);
    }
    assert_int_equal(hashtree_flush(tree, t), ST_OK);
    assert_int_equal(store_digest(t, DB_TREE, ret_digest), ST_OK);
    *ret_root = hashtree_head(tree);
    hashtree_free(tree);
    commit(t);
}

static void trees_are_the_golden_ones(void **state)
{
    struct bench *b = *state;
    FILE *f = open_golden("trees.hex");
    char line[LINE], root_hex[LINE], digest_hex[LINE];
    unsigned long long size;
    uint8_t w[MOST];
    int n = 0;
    for (; next_line(f, line); n++) {
        struct hash root, digest;
        assert_int_equal(sscanf(line, "%llu %s %s", &size, root_hex, digest_hex), 3);
        grow(b, size, &root, &digest);
        same_bytes((struct bytes){root.b, HASH_LEN}, from_hex(root_hex, w));
        same_bytes((struct bytes){digest.b, HASH_LEN}, from_hex(digest_hex, w));
    }
    fclose(f);
    assert_int_equal(n, 12);
}

const struct CMUnitTest golden_tests[] = {
    cmocka_unit_test_setup_teardown(values_are_framed_as_the_golden_ones, bench_memory, bench_end),
    cmocka_unit_test_setup_teardown(values_are_framed_as_the_golden_ones, bench_disk, bench_end),
    cmocka_unit_test(keys_are_built_as_the_golden_ones),
    cmocka_unit_test_setup_teardown(trees_are_the_golden_ones, bench_memory, bench_end),
    cmocka_unit_test_setup_teardown(trees_are_the_golden_ones, bench_disk, bench_end),
};
const size_t golden_count = sizeof golden_tests / sizeof *golden_tests;
