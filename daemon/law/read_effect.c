/* read_effect.c - what a rule does, from a procedure file
 *
 * An effect is a map with one verb ({start: verification, from: told}) and its companions. Verbs with two keys of their
 * own (tell and grant) say so in the table.
 */
#include "daemon/law/read.h"

#include <string.h>

typedef void effect_reader(struct reader *r, const struct node *map, const struct node *main, struct effect *e);

static const char *fact_at(struct reader *r, const struct node *map, const char *key)
{
    const struct node *n = node_get(map, key);
    return n ? read_name_of(r, n, OF_FACT) : NULL;
}

static void read_set(struct reader *r, const struct node *map, const struct node *main, struct effect *e)
{
    e->verb = DO_SET;
    e->name = read_name_of(r, main, OF_FACT);
    e->from = fact_at(r, map, "from");
    const struct node *to = node_get(map, "to");
    if (!to == !e->from)
        problems_add(r->p, map, "expected either 'to' with a word or 'from' with a fact");
    struct words w = read_words_of_fact(r, to, procedure_fact(r->proc, e->name));
    e->value = w.n ? w.word[0] : NULL;
}

static void read_bind(struct reader *r, const struct node *map, const struct node *main, struct effect *e)
{
    static const char *const words[] = {"actor"};
    e->verb = DO_BIND;
    e->name = read_name_of(r, main, OF_ROLE);
    e->from = fact_at(r, map, "from");
    const struct node *to = node_get(map, "to");
    if (to && node_choice(to, words, 1, r->p) == 0)
        e->from = "actor";
    const struct role *role = procedure_role(r->proc, e->name);
    if (!e->from && role && !role->one_kind)
        problems_add(r->p, map, "role '%s' has no one-of-kind: say 'to: actor' or 'from' with a fact", e->name);
}

static void read_clock_verb(struct reader *r, const struct node *map, const struct node *main, struct effect *e)
{
    static const char *const keys[] = {"start", "stop", "pause", "resume"};
    static const enum effect_verb verbs[] = {DO_START, DO_STOP, DO_PAUSE, DO_RESUME};
    for (size_t i = 0; i < 4; i++)
        if (node_get(map, keys[i]) == main)
            e->verb = verbs[i];
    e->name = read_name_of(r, main, OF_CLOCK);
    e->from = fact_at(r, map, "from");
}

static void read_extend(struct reader *r, const struct node *map, const struct node *main, struct effect *e)
{
    e->verb = DO_EXTEND;
    e->name = read_name_of(r, main, OF_CLOCK);
    e->from = read_name_of(r, node_need(map, "by", r->p), OF_FACT);
}

static void read_suspend(struct reader *r, const struct node *map, const struct node *main, struct effect *e)
{
    e->verb = DO_SUSPEND;
    e->name = read_name_of(r, main, OF_PART);
    e->value = read_text(r, node_need(map, "ground", r->p), "");
    const struct node *confirmed = node_get(map, "confirmed");
    e->confirmed = confirmed && node_bool(confirmed, false, r->p);
    const struct part_kind *outer = r->part;
    r->part = procedure_part(r->proc, e->name);
    e->where = read_guard(r, node_get(map, "where"));
    r->part = outer;
}

static void task_of(struct reader *r, const struct node *map, struct effect *e)
{
    const struct node *clock = node_get(map, "clock"), *within = node_get(map, "within");
    e->clock = clock ? read_name_of(r, clock, OF_CLOCK) : NULL;
    e->within = within ? read_number(r, within, 1, 1000) : 0;
    if (e->answer && !clock == !within)
        problems_add(r->p, map, "who is asked needs a limit: either 'within' working days or 'clock'");
}

static void read_tell(struct reader *r, const struct node *map, const struct node *main, struct effect *e)
{
    e->verb = DO_TELL;
    e->name = read_name_of(r, main, OF_NOTICE);
    e->to = read_addressees(r, node_need(map, "to", r->p));
    const struct node *answer = node_get(map, "answer");
    e->answer = answer ? read_name_of(r, answer, OF_ACT) : NULL;
    e->or_acts = read_names_of(r, node_get(map, "or"), OF_ACT);
    task_of(r, map, e);
}

static void read_task(struct reader *r, const struct node *map, const struct node *main, struct effect *e)
{
    e->verb = DO_TASK;
    e->answer = read_name_of(r, main, OF_ACT);
    e->to = read_addressees(r, node_need(map, "for", r->p));
    task_of(r, map, e);
}

static void read_add(struct reader *r, const struct node *map, const struct node *main, struct effect *e)
{
    e->verb = DO_ADD;
    e->name = read_name_of(r, main, OF_PART);
    const struct part_kind *k = procedure_part(r->proc, e->name);
    const struct node *with = node_get(map, "with");
    e->with = ARENA_ARRAY(r->a, struct with, node_entry_count(with) + 1);
    for (size_t i = 0; i < node_entry_count(with); i++) {
        const char *names[64], *field = node_key_text(with, i);
        size_t n = 0;
        bool known = false;
        for (; k && n < k->nfields && n < 64; n++) {
            names[n] = k->fields[n].name;
            known = known || strcmp(names[n], field) == 0;
        }
        if (!known)
            node_unknown(node_key(with, i), "field", names, n, r->p);
        e->with[e->nwith++] = (struct with){read_keep(r, field), read_name_of(r, node_value(with, i), OF_FACT)};
    }
}

static void read_state(struct reader *r, const struct node *map, const struct node *main, struct effect *e)
{
    e->verb = DO_STATE;
    e->name = read_text(r, main, NULL);
    if (!r->part) {
        problems_add(r->p, map, "no part is in question here: the act has no 'on'");
        return;
    }
    const char *names[64];
    size_t n = 0;
    bool known = false;
    for (; n < r->part->nstates && n < 64; n++) {
        names[n] = r->part->states[n].word;
        known = known || (e->name && strcmp(names[n], e->name) == 0);
    }
    if (!known)
        node_unknown(main, "state", names, n, r->p);
}

static void read_conclude(struct reader *r, const struct node *map, const struct node *main, struct effect *e)
{
    (void)map;
    e->verb = DO_CONCLUDE;
    e->name = read_name_of(r, main, OF_FACT);
    const struct fact *f = procedure_fact(r->proc, e->name);
    if (f && f->type != FACT_OUTCOME)
        problems_add(r->p, main, "fact '%s' is no outcome", e->name);
}

static void read_grant(struct reader *r, const struct node *map, const struct node *main, struct effect *e)
{
    static const char *const forces[] = {"must", "generally", "may"};
    e->verb = DO_GRANT;
    e->words = read_words(r, main);
    int i = node_choice(node_need(map, "force", r->p), forces, 3, r->p);
    e->value = i >= 0 ? forces[i] : NULL;
}

static void read_move(struct reader *r, const struct node *map, const struct node *main, struct effect *e)
{
    (void)map;
    e->verb = DO_MOVE_TASKS;
    e->name = read_name_of(r, main, OF_ROLE);
}

static void read_close(struct reader *r, const struct node *map, const struct node *main, struct effect *e)
{
    (void)map;
    e->verb = DO_CLOSE_TASKS;
    e->name = read_name_of(r, main, OF_ACT);
}

static void read_sweep(struct reader *r, const struct node *map, const struct node *main, struct effect *e)
{
    static const char *const keys[] = {"confirm-suspensions", "end-suspensions", "close-all-tasks",
                                       "stop-all-clocks",     "serve",           "correct"};
    static const enum effect_verb verbs[] = {DO_CONFIRM,     DO_RELEASE, DO_CLOSE_TASKS,
                                             DO_STOP_CLOCKS, DO_SERVE,   DO_CORRECT};
    for (size_t i = 0; i < 6; i++)
        if (node_get(map, keys[i]) == main)
            e->verb = verbs[i];
    if (!node_bool(main, true, r->p))
        problems_add(r->p, main, "expected true: an effect that does nothing is left out");
}

static const struct form {
    const char *key;
    effect_reader *read;
    const char *companion[5];
} forms[] = {
    {"set", read_set, {"to", "from"}},
    {"bind", read_bind, {"to", "from"}},
    {"start", read_clock_verb, {"from"}},
    {"stop", read_clock_verb, {"from"}},
    {"pause", read_clock_verb, {"from"}},
    {"resume", read_clock_verb, {"from"}},
    {"extend", read_extend, {"by"}},
    {"suspend", read_suspend, {"where", "ground", "confirmed"}},
    {"confirm-suspensions", read_sweep, {0}},
    {"end-suspensions", read_sweep, {0}},
    {"tell", read_tell, {"to", "answer", "or", "within", "clock"}},
    {"task", read_task, {"for", "within", "clock"}},
    {"add", read_add, {"with"}},
    {"state", read_state, {0}},
    {"conclude", read_conclude, {0}},
    {"grant", read_grant, {"force"}},
    {"move-tasks", read_move, {0}},
    {"close-all-tasks", read_sweep, {0}},
    {"close-tasks", read_close, {0}},
    {"stop-all-clocks", read_sweep, {0}},
    {"serve", read_sweep, {0}},
    {"correct", read_sweep, {0}},
};
enum { FORMS = sizeof forms / sizeof forms[0] };

static bool read_effect(struct reader *r, const struct node *map, struct effect *e)
{
    const char *keys[FORMS];
    const struct form *f = NULL;
    for (size_t i = 0; i < FORMS; i++) {
        keys[i] = forms[i].key;
        if (!f && node_get(map, forms[i].key))
            f = &forms[i];
    }
    if (!f) {
        if (node_entry_count(map))
            node_unknown(node_key(map, 0), "effect", keys, FORMS, r->p);
        else
            problems_add(r->p, map, "expected an effect, as in {start: verification}");
        return false;
    }
    const char *known[8] = {f->key, "cite", "article"};
    size_t n = 3;
    for (size_t i = 0; i < 5 && f->companion[i]; i++)
        known[n++] = f->companion[i];
    node_known_keys(map, known, n, r->p);
    f->read(r, map, node_get(map, f->key), e);
    return true;
}

void read_effects(struct reader *r, const struct node *list, struct effect **ret, size_t *ret_n)
{
    size_t count = node_item_count(list), n = 0;
    struct effect *e = ARENA_ARRAY(r->a, struct effect, count + 1);
    for (size_t i = 0; i < count; i++)
        n += read_effect(r, node_item(list, i), &e[n]);
    *ret = e;
    *ret_n = n;
}
