/* Signed heads. */
#include "daemon/base/sign.h"
#include "proto/proof.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void a_signature_holds_for_its_text_and_key_alone(void **state)
{
    (void)state;
    struct hash seed = hash_of("a", 1), other_seed = hash_of("b", 1);
    struct sign_pair p = sign_pair_of(&seed), same = sign_pair_of(&seed), other = sign_pair_of(&other_seed);
    uint8_t signature[SIGN_LEN];
    sign(&p, "text", 4, signature);
    assert_true(sign_holds(same.public_key, "text", 4, signature));
    assert_false(sign_holds(p.public_key, "texT", 4, signature));
    assert_false(sign_holds(other.public_key, "text", 4, signature));
    signature[10] ^= 1;
    assert_false(sign_holds(p.public_key, "text", 4, signature));
}

static void the_text_of_a_head_tells_each_part(void **state)
{
    (void)state;
    struct hash root = hash_of("r", 1), other = hash_of("s", 1);
    struct head_text t = proof_head_text(0x0102, 0x03, &root), g = proof_head_text(1, 3, &root),
                     n = proof_head_text(0x0102, 4, &root), r = proof_head_text(0x0102, 3, &other);
    assert_memory_equal(t.b, "leeway head 1\0\0\0\0\0\0\0\0\0\1\2\0\0\0\0\0\0\0\3", 32);
    assert_memory_equal(t.b + 32, root.b, HASH_LEN);
    assert_memory_not_equal(&t, &g, sizeof t);
    assert_memory_not_equal(&t, &n, sizeof t);
    assert_memory_not_equal(&t, &r, sizeof t);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_signature_holds_for_its_text_and_key_alone),
        cmocka_unit_test(the_text_of_a_head_tells_each_part),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests_name("sign", tests, NULL, NULL);
}
