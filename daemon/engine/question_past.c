/* What was believed at the end of a past day: a case folded from the events that were recorded by then, and the
 * calendar that the store had. Who may ask follows from the case as it is. */
#include "daemon/core/case.h"
#include "daemon/engine/asking.h"

#include <string.h>

enum { EVENTS_MOST = 20000 }; /* of one case: the loop waits for it */

bool past_asked(const struct asking *k)
{
    return v_get(k->m, "as_of") != NULL;
}

/* The last event that was recorded before a moment: moments never go back, so halving finds it. */
static enum status last_before(struct asking *k, struct when moment, int64_t *ret)
{
    int64_t low = 0, high = v_get_int(k->answer, "at", 0);
    struct arena *scratch = arena_new();
    enum status st = ST_OK;
    while (!st && low < high) {
        int64_t mid = low + (high - low + 1) / 2;
        struct value *event;
        arena_reset(scratch);
        st = asking_event(k, scratch, (uint64_t)mid, &event);
        if (!st && v_get_int(event, "recorded", 0) < moment.ms)
            low = mid;
        else
            high = mid - 1;
    }
    arena_free(scratch);
    *ret = low;
    return st;
}

enum status past_event(struct asking *k, int64_t *ret)
{
    enum { ZONE = 480 };
    const struct laws *l = view_laws(k->q->view);
    struct day day;
    if (day_parse(v_get_str(k->m, "as_of", ""), &day)) {
        (void)refuse(k, "form", "day-wrong", "as_of must be a day, as 2026-02-13");
        return ST_NOT_FOUND;
    }
    int zone = laws_count(l) ? laws_at(l, 0, NULL)->zone_minutes : ZONE;
    return last_before(k, day_start((struct day){day.n + 1}, zone), ret);
}

/* One event of the case onto what came before it, as the fold does it. */
static enum status apply(struct arena *a, struct value *kase, const struct value *event, int64_t number)
{
    const struct value *cases = v_get(event, "cases"), *transitions = v_get(event, "transitions");
    enum status st = ST_OK;
    for (size_t i = 0; !st && i < v_count(cases); i++) {
        const struct value *item = v_at(cases, i);
        if (v_get_int(item, "case", 0) != number)
            continue;
        st = case_apply(a, kase, v_copy(a, v_get(item, "changes")));
        v_put_int(a, kase, "version", v_get_int(item, "version", 0));
    }
    for (size_t i = 0; i < v_count(transitions); i++)
        if (v_get_int(v_at(transitions, i), "case", 0) == number)
            v_put_str(a, kase, "lead", v_get_str(v_at(transitions, i), "department", ""));
    return st;
}

enum status past_case(struct asking *k, struct arena *a, int64_t number, int64_t until, struct value **ret)
{
    struct key prefix = case_key(number);
    struct value *kase = v_map(a);
    struct arena *scratch = arena_new();
    struct store_cursor *c = store_cursor(k->t, DB_CASE_EVENTS);
    v_put_int(a, kase, "case", number);
    enum status st = store_seek(c, key_bytes(&prefix));
    for (int i = 0; !st && key_has_prefix(store_key(c), key_bytes(&prefix)); st = store_next(c), i++) {
        struct bytes rest = {store_key(c).p + prefix.n, store_key(c).n - prefix.n};
        struct value *event;
        uint64_t n;
        arena_reset(scratch);
        st = i < EVENTS_MOST ? key_take_u64(&rest, &n) : ST_LIMIT;
        if (st || (int64_t)n > until)
            break;
        st = asking_event(k, scratch, n, &event);
        if (!st)
            st = apply(a, kase, event, number);
        if (st)
            break;
    }
    store_cursor_free(c);
    arena_free(scratch);
    if (st && st != ST_NOT_FOUND)
        return st;
    *ret = kase;
    return v_get(kase, "version") ? ST_OK : ST_NOT_FOUND;
}

enum status past_calendar(struct asking *k, int64_t until, struct calendar **ret)
{
    return laws_calendar_make(view_laws(k->q->view), k->t, until, NULL, ret, NULL);
}
