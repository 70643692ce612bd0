#include "daemon/trust.h"

#include "daemon/ops/log.h"
#include "proto/proof.h"

#include <string.h>

void trust_begin(struct house *h)
{
    static const char what[] = "leeway-heads-1";
    struct hash seed = hash_two(what, sizeof what, h->key.secret_z85, sizeof h->key.secret_z85);
    h->heads = sign_pair_of(&seed);
    explicit_bzero(&seed, sizeof seed);
}

static void put_signature(struct house *h, struct arena *a, struct value *v, uint64_t generation, uint64_t number,
                          const struct hash *root)
{
    struct head_text text = proof_head_text(generation, number, root);
    if (memcmp(&text, &h->signed_text, sizeof text) != 0) {
        h->signed_text = text;
        sign(&h->heads, text.b, sizeof text.b, h->signature);
    }
    v_put(a, v, "signature", v_bin(a, h->signature, sizeof h->signature));
}

void trust_put_head(struct house *h, struct arena *a, struct value *v)
{
    v_put_int(a, v, "generation", (int64_t)h->head.generation);
    v_put_int(a, v, "number", (int64_t)h->head.number);
    v_put(a, v, "root", v_bin(a, h->head.root.b, HASH_LEN));
    put_signature(h, a, v, h->head.generation, h->head.number, &h->head.root);
}

void trust_answer_head(struct house *h, struct arena *a, struct value *answer)
{
    const struct value *root = v_get(answer, "root");
    struct hash hash;
    if (v_kind(root) != V_BIN || root->u.bin.n != HASH_LEN)
        return;
    memcpy(hash.b, root->u.bin.p, HASH_LEN);
    put_signature(h, a, answer, (uint64_t)v_get_int(answer, "generation", 0), (uint64_t)v_get_int(answer, "number", 0),
                  &hash);
    v_put(a, answer, "key", v_bin(a, h->heads.public_key, sizeof h->heads.public_key));
}

void trust_hear(struct house *h, const char *principal, const struct value *question)
{
    const struct value *root = v_get(question, "root"), *signature = v_get(question, "signature");
    uint64_t generation = (uint64_t)v_get_int(question, "generation", 0);
    uint64_t number = (uint64_t)v_get_int(question, "number", 0);
    struct hash hash;
    bool higher = generation > h->head.generation || (generation == h->head.generation && number > h->head.number);
    if (h->behind || !higher || v_kind(root) != V_BIN || root->u.bin.n != HASH_LEN || v_kind(signature) != V_BIN ||
        signature->u.bin.n != SIGN_LEN)
        return;
    memcpy(hash.b, root->u.bin.p, HASH_LEN);
    struct head_text text = proof_head_text(generation, number, &hash);
    if (!sign_holds(h->heads.public_key, text.b, sizeof text.b, signature->u.bin.p))
        return;
    h->behind = true;
    h->counters.behind++;
    log_say(LOG_ERROR, "behind-an-own-head", LOG_TEXT("principal", principal),
            LOG_NUMBER("generation", h->head.generation), LOG_NUMBER("number", h->head.number),
            LOG_NUMBER("told-generation", generation), LOG_NUMBER("told-number", number),
            LOG_TEXT("text", "the store was put back to an earlier state; nothing is written any more"), LOG_END);
}
