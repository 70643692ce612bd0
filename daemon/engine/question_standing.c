/* Questions about the register of consequences: who departed from one, who asked about a person. */
#include "daemon/engine/asking.h"

#include <stdlib.h>
#include <string.h>

/* One event as an item: what was asked, by whom, what was answered. No reason: that is read with the case. */
static struct value *standing_item(struct asking *k, const struct value *event)
{
    static const char *const of_event[] = {"recorded", "done", "principal"};
    static const char *const asked[] = {"department", "person", "area", "work", "check"};
    const struct value *what = v_get(event, "standing"), *answer = v_get(event, "answer");
    struct value *item = v_map(k->a), *cases = v_list(k->a);
    v_put_int(k->a, item, "event", v_get_int(event, "n", 0));
    for (size_t i = 0; i < sizeof of_event / sizeof *of_event; i++)
        if (v_get(event, of_event[i]))
            v_put(k->a, item, of_event[i], v_get(event, of_event[i]));
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++)
        if (v_get(what, asked[i]))
            v_put(k->a, item, asked[i], v_get(what, asked[i]));
    const struct value *findings = v_get(answer, "departed") ? v_get(answer, "departed") : v_get(answer, "findings");
    for (size_t i = 0; i < v_count(findings); i++)
        v_push(k->a, cases, v_int(k->a, v_get_int(v_at(findings, i), "case", 0)));
    v_put_str(k->a, item, "answer", v_get_str(answer, "answer", v_get_str(v_at(findings, 0), "answer", NULL)));
    v_put(k->a, item, "cases", cases);
    return item;
}

struct wanted {
    const char *department, *person, *act; /* NULL: any */
};

static bool fits(const struct value *event, const struct wanted *w)
{
    const struct value *what = v_get(event, "standing");
    return (!w->department || strcmp(v_get_str(what, "department", ""), w->department) == 0) &&
           (!w->person || strcmp(v_get_str(what, "person", ""), w->person) == 0) &&
           (!w->act || strcmp(v_get_str(event, "act", ""), w->act) == 0);
}

/* The index ends in the event; a page goes on behind the key of the last item of the one before, told in hexadecimal.
 */
static bool key_after(const struct asking *k, struct key *ret)
{
    const char *after = page_after(k);
    size_t n = strlen(after);
    uint8_t raw[256];
    if (!n || n % 2 || n / 2 > sizeof raw)
        return false;
    for (size_t i = 0; i < n / 2; i++) {
        char two[3] = {after[2 * i], after[2 * i + 1], 0}, *end;
        raw[i] = (uint8_t)strtoul(two, &end, 16);
        if (*end)
            return false;
    }
    key_begin(ret);
    key_add_raw(ret, raw, n / 2);
    return true;
}

static void put_next(struct asking *k, struct bytes at)
{
    struct buf hex = {0};
    for (size_t i = 0; i < at.n; i++)
        buf_printf(&hex, "%02x", at.p[i]);
    v_put_str(k->a, k->answer, "next", buf_cstr(&hex));
    buf_done(&hex);
}

static enum status standing_walk(struct asking *k, struct key prefix, const struct wanted *w, struct value *list)
{
    enum { LOOK_MOST = 2000 };
    struct key from = prefix;
    struct bytes last = {0};
    struct arena *scratch = arena_new();
    struct store_cursor *c = store_cursor(k->t, DB_INDEX);
    enum status st = store_seek(c, key_bytes(key_after(k, &from) ? &from : &prefix));
    if (!st && page_after(k)[0] && key_compare(store_key(c), key_bytes(&from)) == 0)
        st = store_next(c);
    for (int looked = 0; !st && key_has_prefix(store_key(c), key_bytes(&prefix)); st = store_next(c)) {
        struct value *event;
        struct bytes key = store_key(c);
        bool full = looked++ == LOOK_MOST;
        arena_reset(scratch);
        st = key.n < 8 ? ST_CORRUPT : asking_event(k, scratch, be64_read(key.p + key.n - 8), &event);
        if (st)
            break;
        if (full || (fits(event, w) && !page_put(k, list, standing_item(k, event)))) {
            put_next(k, last);
            break;
        }
        last = (struct bytes){arena_copy(k->a, key.p, key.n), key.n};
    }
    store_cursor_free(c);
    arena_free(scratch);
    return st == ST_NOT_FOUND ? ST_OK : st;
}

enum status ask_departures(struct asking *k)
{
    const char *own = view_department(k->q->view, k->q->principal);
    struct wanted w = {v_get_str(k->m, "department", NULL), v_get_str(k->m, "subject", NULL), "standing-depart"};
    struct value *list = v_list(k->a);
    if (!has_right(k, "inspect")) {
        if (!own || !has_right(k, "act") || (w.department && strcmp(own, w.department) != 0))
            return refuse(k, "right", "not-your-department", "only departures of the own department are listed");
        w.department = own;
    }
    if (w.department && !register_department(view_register(k->q->view), w.department))
        return refuse(k, "form", "department-unknown", "there is no such department");
    v_put(k->a, k->answer, "departures", list);
    return standing_walk(k, standing_key("departure", w.department), &w, list);
}

enum status ask_checks(struct asking *k)
{
    struct wanted w = {v_get_str(k->m, "department", NULL), v_get_str(k->m, "subject", NULL), "standing-check"};
    struct value *list = v_list(k->a);
    v_put(k->a, k->answer, "checks", list);
    return standing_walk(k, standing_key("asked", w.person), &w, list);
}
