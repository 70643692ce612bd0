/* The question `census`: how many there are of everything that a monitor shows, as of one event. */
#include "daemon/engine/asking.h"

#include <string.h>

enum { LABELS = 3 };

/* Numbers of one kind of key in DB_COUNTS, and what their texts are called. */
struct table {
    const char *kind, *list;
    const char *label[LABELS];
};

/* { label..., n } of one record; key begins behind its kind. */
static enum status item_read(struct asking *k, const struct table *t, struct bytes key, struct bytes val,
                             struct value **ret)
{
    struct value *item = v_map(k->a);
    for (size_t i = 0; i < LABELS && t->label[i]; i++) {
        const char *text;
        enum status st = key_take_str(&key, &text);
        if (st)
            return st;
        v_put_str(k->a, item, t->label[i], text);
    }
    if (val.n != 8)
        return ST_CORRUPT;
    v_put_int(k->a, item, "n", (int64_t)be64_read(val.p));
    *ret = item;
    return ST_OK;
}

static enum status table_read(struct asking *k, const struct table *t, struct value **ret)
{
    struct bytes prefix = {(const uint8_t *)t->kind, 1};
    struct value *list = v_list(k->a), *item;
    struct store_cursor *c = store_cursor(k->t, DB_COUNTS);
    enum status st = store_seek(c, prefix);
    while (!st && key_has_prefix(store_key(c), prefix)) {
        st = item_read(k, t, (struct bytes){store_key(c).p + 1, store_key(c).n - 1}, store_val(c), &item);
        if (st)
            break;
        v_push(k->a, list, item);
        st = store_next(c);
    }
    store_cursor_free(c);
    *ret = list;
    return st == ST_NOT_FOUND ? ST_OK : st;
}

static enum status put_heads(struct asking *k)
{
    static const struct {
        enum count_head head;
        const char *key;
    } heads[] = {{HEAD_EVENT, "number"}, {HEAD_TRANSITION, "transition"}, {HEAD_CASE, "opened"}, {HEAD_OPEN, "closed"}};
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
        int64_t n = 0;
        enum status st = number_read(k, head_key(heads[i].head), &n);
        if (st)
            return st;
        v_put_int(k->a, k->answer, heads[i].key, n);
    }
    /* what is not open any more has ended */
    v_put_int(k->a, k->answer, "closed", v_get_int(k->answer, "opened", 0) - v_get_int(k->answer, "closed", 0));
    return ST_OK;
}

enum status ask_census(struct asking *k)
{
    static const struct table tables[] = {{"c", "counts", {"procedure", "stage", "department"}},
                                          {"k", "kinds", {"kind"}},
                                          {"x", "rejections", {"code"}},
                                          {"u", "unserved", {"stream"}}};
    enum status st = put_heads(k);
    for (size_t i = 0; !st && i < sizeof tables / sizeof *tables; i++) {
        struct value *list = NULL;
        st = table_read(k, &tables[i], &list);
        v_put(k->a, k->answer, tables[i].list, list);
    }
    const struct value *streams = v_get(k->answer, "unserved");
    int64_t unserved = 0;
    for (size_t i = 0; i < v_count(streams); i++)
        unserved += v_get_int(v_at(streams, i), "n", 0);
    v_put_int(k->a, k->answer, "unserved", unserved);
    if (view_simulated(k->q->view))
        v_put_bool(k->a, k->answer, "simulated", true);
    return st;
}
