/* import.c - the end of an import: what a case from before the system still asks of anybody
 *
 * Its acts were done, told and served on paper then; none of that is told again. Whoever is asked for something that is
 * still open, or holds a role in a case that still runs, is told once, now.
 */
#include "daemon/core/bench.h"

#include <string.h>

static bool at_end(const struct bench *b)
{
    const struct stage *stage = procedure_stage(b->p, v_text(bench_get(b, "stage"), ""));
    return stage && stage->end;
}

/* What was told on paper long ago need not be served now. */
static void drop_services(struct bench *b)
{
    const struct value *tasks = v_copy(b->a, bench_get(b, "tasks"));
    for (size_t i = 0; i < v_count(tasks); i++)
        if (strcmp(v_get_str(tasks->u.map.pair[i].val, "act", ""), "serve") == 0)
            bench_del(b, PATH("tasks", tasks->u.map.pair[i].key));
}

/* A limit that is over is told as missed; that it came near is of no use any more. In a case that has ended nobody's
 * superior hears of a task whose day passed long ago: it stands, and can still be done. */
static void drop_moments(struct bench *b)
{
    bool ended = at_end(b);
    const struct value *clocks = v_copy(b->a, bench_get(b, "clocks")), *tasks = v_copy(b->a, bench_get(b, "tasks"));
    for (size_t i = 0; i < v_count(clocks); i++)
        if (v_get_int(clocks->u.map.pair[i].val, "miss-at", INT64_MAX) <= b->j->now.ms)
            bench_del(b, PATH("clocks", clocks->u.map.pair[i].key, "near-at"));
    for (size_t i = 0; i < v_count(tasks); i++)
        if (v_get_int(tasks->u.map.pair[i].val, "due-at", INT64_MAX) <= b->j->now.ms) {
            bench_del(b, PATH("tasks", tasks->u.map.pair[i].key, "remind-at"));
            if (ended)
                bench_del(b, PATH("tasks", tasks->u.map.pair[i].key, "due-at"));
        }
}

static void add_keyed(struct bench *b, struct value *streams, const char *id)
{
    const struct department *d = id ? register_heir(b->j->reg, id) : NULL;
    if (d && !d->keyless)
        v_push(b->a, streams, v_str(b->a, d->id));
}

/* Who leads it first, for the case now waits for that department. */
static const struct value *concerned(struct bench *b)
{
    struct value *streams = v_list(b->a);
    const struct value *roles = bench_get(b, "roles");
    if (at_end(b))
        return streams;
    add_keyed(b, streams, v_get_str(roles, b->p->lead, NULL));
    for (size_t i = 0; i < v_count(roles); i++)
        add_keyed(b, streams, v_text(roles->u.map.pair[i].val, NULL));
    return streams;
}

/* What still runs and what is still suspended, for those who were told only of the case. */
static struct value *open_fields(struct bench *b)
{
    const struct value *clocks = bench_get(b, "clocks"), *all = bench_get(b, "suspensions");
    struct value *fields = v_map(b->a), *running = v_list(b->a), *suspended = v_list(b->a);
    for (size_t i = 0; i < v_count(clocks); i++) {
        const struct pair *p = &clocks->u.map.pair[i];
        if (strcmp(v_get_str(p->val, "state", ""), "running") != 0)
            continue;
        struct value *one = v_map(b->a);
        v_put_str(b->a, one, "clock", p->key);
        v_put_str(b->a, one, "due", v_get_str(p->val, "due", NULL));
        v_push(b->a, running, one);
    }
    for (size_t i = 0; i < v_count(all); i++) {
        const struct value *s = all->u.map.pair[i].val;
        if (strcmp(v_get_str(s, "state", ""), "ended") == 0)
            continue;
        struct value *one = v_map(b->a);
        v_put_str(b->a, one, "kind", v_get_str(s, "kind", NULL));
        v_put_str(b->a, one, "part", v_get_str(s, "part", NULL));
        v_put_str(b->a, one, "since", v_get_str(s, "since", NULL));
        v_push(b->a, suspended, one);
    }
    v_put(b->a, fields, "clocks", running);
    v_put(b->a, fields, "suspensions", suspended);
    return fields;
}

struct decision decide_imported(struct arena *a, const struct judge *j, const char *key, const struct value *file)
{
    struct bench b;
    bench_begin(&b, a, j);
    struct value *imported = v_map(a);
    v_put_str(a, imported, "key", key);
    v_put(a, imported, "file", v_copy(a, file));
    v_put_int(a, imported, "event", j->event);
    bench_put(&b, PATH("imported"), imported);
    drop_services(&b);
    drop_moments(&b);
    tell_again(&b, "case-imported", concerned(&b));
    for (size_t i = 0; i < v_count(b.notices); i++)
        v_put(a, v_at(b.notices, i), "fields", open_fields(&b));
    const struct value *tasks = v_copy(a, v_get(b.kase, "tasks"));
    for (size_t i = 0; i < v_count(tasks); i++)
        tell_open(&b, tasks->u.map.pair[i].key);
    return bench_end(&b, "import");
}
