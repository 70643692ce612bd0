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

/* ---- facts and roles ---- */

static bool words_of(const struct fact *f, const char *word)
{
    for (size_t i = 0; i < f->nof; i++)
        if (strcmp(f->of[i].word, word) == 0)
            return true;
    return false;
}

/* What can be copied from one fact to another: the same type, and no word that the other does not have. */
static void check_copy(struct reader *r, const struct node *at, const struct fact *from, const struct fact *to)
{
    if (from->is_private)
        problems_add(r->p, at, "fact '%s' is private: a rule cannot read it", from->name);
    else if (from->type != to->type)
        problems_add(r->p, at, "fact '%s' is of another type than '%s'", from->name, to->name);
    for (size_t i = 0; i < from->nof && from->type == to->type; i++)
        if (!words_of(to, from->of[i].word))
            problems_add(r->p, at, "fact '%s' can be '%s', which '%s' has no word for", from->name, from->of[i].word,
                         to->name);
}

static void check_word(struct reader *r, const struct node *at, const struct fact *f)
{
    bool words = f->type == FACT_CHOICE || f->type == FACT_GRADE || f->type == FACT_BOOL || f->type == FACT_OUTCOME;
    if (f->type == FACT_INT)
        node_int(at, f->least, f->most, 0, r->p);
    else if (f->type == FACT_DAY)
        node_day(at, r->p);
    else if (!words && f->type != FACT_WORD && f->type != FACT_TEXT)
        problems_add(r->p, at, "fact '%s' cannot be set to a word", f->name);
}

static void read_set(struct reader *r, const struct node *map, const struct node *main, struct effect *e)
{
    e->verb = DO_SET;
    e->name = read_name_of(r, main, OF_FACT);
    e->from = fact_at(r, map, "from");
    const struct node *to = node_get(map, "to"), *from = node_get(map, "from");
    const struct fact *f = procedure_fact(r->proc, e->name), *source = procedure_fact(r->proc, e->from);
    if (!to == !from || node_item_count(to) > 1)
        problems_add(r->p, map, "expected either 'to' with a word or 'from' with a fact");
    struct words w = read_words_of_fact(r, to, f);
    e->value = w.n ? w.word[0] : NULL;
    if (f && f->is_private)
        problems_add(r->p, main, "fact '%s' is private: a rule cannot set it", f->name);
    if (f && source)
        check_copy(r, from, source, f);
    if (f && e->value)
        check_word(r, to, f);
}

static void read_bind(struct reader *r, const struct node *map, const struct node *main, struct effect *e)
{
    static const char *const words[] = {"actor"};
    e->verb = DO_BIND;
    e->name = read_name_of(r, main, OF_ROLE);
    e->from = fact_at(r, map, "from");
    const struct node *to = node_get(map, "to");
    if (to && node_get(map, "from"))
        problems_add(r->p, map, "expected either 'to: actor' or 'from' with a fact");
    read_type_of(r, node_get(map, "from"), e->from, FACT_DEPARTMENT, "department");
    if (to && node_choice(to, words, 1, r->p) == 0)
        e->from = "actor";
    const struct role *role = procedure_role(r->proc, e->name);
    if (role && (role->party || role->superior))
        problems_add(r->p, main, "role '%s' is never bound to a department", e->name);
    else if (!to && !node_get(map, "from") && role && !role->one_kind)
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
    read_type_of(r, node_get(map, "from"), e->from, FACT_DAY, "day");
    read_each_clock(r, main, e->name);
    const struct clock_rule *c = procedure_clock(r->proc, e->name);
    if (c && c->until && e->from)
        problems_add(r->p, node_get(map, "from"), "clock '%s' ends on the day of '%s' and counts from nowhere", c->name,
                     c->until);
}

static void read_extend(struct reader *r, const struct node *map, const struct node *main, struct effect *e)
{
    e->verb = DO_EXTEND;
    e->name = read_name_of(r, main, OF_CLOCK);
    read_each_clock(r, main, e->name);
    const struct clock_rule *c = procedure_clock(r->proc, e->name);
    if (c && c->until)
        problems_add(r->p, main, "clock '%s' ends on the day of '%s': it is not extended", c->name, c->until);
    const struct node *by = node_need(map, "by", r->p);
    e->from = by ? read_name_of(r, by, OF_FACT) : NULL;
    read_type_of(r, by, e->from, FACT_INT, "int");
    const struct fact *f = procedure_fact(r->proc, e->from);
    if (f && f->type == FACT_INT && f->least < 1)
        problems_add(r->p, by, "fact '%s' needs a least of 1: a limit is never made shorter by an extension", f->name);
}

/* The acts that a suspension holds up: some, or `all` but those in `not`. */
static struct words read_holds(struct reader *r, const struct node *map)
{
    const struct node *holds = node_get(map, "holds"), *not = node_get(map, "not");
    bool all = holds && holds->kind == NODE_SCALAR && strcmp(holds->text, "all") == 0;
    struct words but = read_names_of(r, not, OF_ACT), w = all ? r->act_names : read_names_of(r, holds, OF_ACT);
    if (not &&!all)
        problems_add(r->p, not, "'not' stands beside 'holds: all'");
    struct words kept = {ARENA_ARRAY(r->a, const char *, w.n + 1), 0};
    for (size_t i = 0; i < w.n; i++)
        if (!words_have(&but, w.word[i]))
            kept.word[kept.n++] = w.word[i];
    return kept;
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
    e->stops = read_names_of(r, node_get(map, "stops"), OF_CLOCK);
    e->holds = read_holds(r, map);
}

/* {each: subject, where: …, do: […]}: the effects for each such part. */
static void read_each(struct reader *r, const struct node *map, const struct node *main, struct effect *e)
{
    const struct part_kind *outer = r->part, *added = r->added;
    e->verb = DO_EACH;
    e->name = read_name_of(r, main, OF_PART);
    r->part = procedure_part(r->proc, e->name);
    e->where = read_guard(r, node_get(map, "where"));
    read_effects(r, node_need(map, "do", r->p), &e->kids, &e->nkids);
    r->part = outer;
    r->added = added;
}

static void read_turn(struct reader *r, const struct node *map, const struct node *main, struct effect *e)
{
    (void)map;
    e->verb = DO_TURN;
    e->name = read_name_of(r, main, OF_KIND);
}

static void read_reassign(struct reader *r, const struct node *map, const struct node *main, struct effect *e)
{
    const struct node *to = node_need(map, "to", r->p);
    e->verb = DO_REASSIGN;
    e->name = read_name_of(r, main, OF_FACT);
    read_type_of(r, main, e->name, FACT_INT, "int");
    e->from = to ? read_name_of(r, to, OF_FACT) : NULL;
    read_type_of(r, to, e->from, FACT_DEPARTMENT, "department");
}

static void task_of(struct reader *r, const struct node *map, struct effect *e)
{
    const struct node *clock = node_get(map, "clock"), *within = node_get(map, "within");
    e->clock = clock ? read_name_of(r, clock, OF_CLOCK) : NULL;
    read_each_clock(r, clock, e->clock);
    e->within = within ? read_number(r, within, 1, 1000) : 0;
    if (e->answer && !clock == !within)
        problems_add(r->p, map, "who is asked needs a limit: either 'within' working days or 'clock'");
    if (!node_get(map, "answer") && !node_get(map, "task") && (clock || within || node_get(map, "or")))
        problems_add(r->p, map, "a limit and 'or' stand only beside 'answer': nobody is asked here");
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

/* {file-upward: superior, notice: filing, within: 5}: told, and asked to say that it came in. */
static void read_upward(struct reader *r, const struct node *map, const struct node *main, struct effect *e)
{
    static const char receipt[] = "receive-filing";
    e->verb = DO_TELL;
    e->name = read_name_of(r, node_need(map, "notice", r->p), OF_NOTICE);
    e->to = read_addressees(r, main);
    e->answer = words_have(&r->act_names, receipt) ? receipt : NULL;
    if (!e->answer)
        problems_add(r->p, map, "the act '%s' is missing: who a filing goes to must be able to say that it came in",
                     receipt);
    e->within = read_number(r, node_need(map, "within", r->p), 1, 1000);
}

static void read_task(struct reader *r, const struct node *map, const struct node *main, struct effect *e)
{
    e->verb = DO_TASK;
    e->answer = read_name_of(r, main, OF_ACT);
    const struct node *whom = node_need(map, "for", r->p);
    e->to = read_addressees(r, whom);
    const struct role *role = e->to.n ? procedure_role(r->proc, e->to.word[0]) : NULL;
    if (node_item_count(whom) > 1 || (role && role->party))
        problems_add(r->p, whom, "a task is for one department");
    task_of(r, map, e);
}

/* ---- parts ---- */

static const struct fact *field_named(struct reader *r, const struct node *key, const struct part_kind *k)
{
    const char **names = ARENA_ARRAY(r->a, const char *, k->nfields + 1);
    for (size_t i = 0; i < k->nfields; i++) {
        names[i] = k->fields[i].name;
        if (strcmp(names[i], key->text) == 0)
            return &k->fields[i];
    }
    node_unknown(key, "field", names, k->nfields, r->p);
    return NULL;
}

static void read_with(struct reader *r, const struct node *with, size_t i, const struct part_kind *k, struct effect *e)
{
    const struct node *value = node_value(with, i);
    const struct fact *field = field_named(r, node_key(with, i), k);
    const char *name = read_name_of(r, value, OF_FACT);
    const struct fact *from = procedure_fact(r->proc, name);
    if (field && from)
        check_copy(r, value, from, field);
    e->with[e->nwith++] = (struct with){field ? field->name : "", name};
}

static void read_add(struct reader *r, const struct node *map, const struct node *main, struct effect *e)
{
    e->verb = DO_ADD;
    e->name = read_name_of(r, main, OF_PART);
    const struct part_kind *k = procedure_part(r->proc, e->name);
    const struct node *with = node_get(map, "with");
    node_map(with, r->p);
    e->with = ARENA_ARRAY(r->a, struct with, node_entry_count(with) + 1);
    for (size_t i = 0; k && i < node_entry_count(with); i++)
        read_with(r, with, i, k, e);
    for (size_t i = 0; k && i < k->nfields; i++)
        if (k->fields[i].required && !node_get(with, k->fields[i].name))
            problems_add(r->p, map, "the field '%s' of a %s is required: say in 'with' which fact it comes from",
                         k->fields[i].name, k->name);
    if (r->after_miss)
        problems_add(r->p, map, "a missed clock adds no part");
    r->added = k;
}

static void read_state(struct reader *r, const struct node *map, const struct node *main, struct effect *e)
{
    e->verb = DO_STATE;
    e->name = read_text(r, main, NULL);
    if (!r->part) {
        problems_add(r->p, map, "no part is in question here: the act has no 'on'");
        return;
    }
    const char **names = ARENA_ARRAY(r->a, const char *, r->part->nstates + 1);
    bool known = false;
    for (size_t i = 0; i < r->part->nstates; i++) {
        names[i] = r->part->states[i].word;
        known = known || (e->name && strcmp(names[i], e->name) == 0);
    }
    if (!known)
        node_unknown(main, "state", names, r->part->nstates, r->p);
}

/* {fill: {heard: defence}}: what was found about the part in question stays with it. */
static void read_fill(struct reader *r, const struct node *map, const struct node *main, struct effect *e)
{
    e->verb = DO_FILL;
    e->name = r->part ? r->part->name : NULL;
    node_map(main, r->p);
    e->with = ARENA_ARRAY(r->a, struct with, node_entry_count(main) + 1);
    for (size_t i = 0; r->part && i < node_entry_count(main); i++)
        read_with(r, main, i, r->part, e);
    if (!r->part)
        problems_add(r->p, map, "no part is in question here: the act has no 'on'");
}

static void read_conclude(struct reader *r, const struct node *map, const struct node *main, struct effect *e)
{
    (void)map;
    e->verb = DO_CONCLUDE;
    e->name = read_name_of(r, main, OF_FACT);
    const struct fact *f = procedure_fact(r->proc, e->name);
    if (f && f->type != FACT_OUTCOME)
        problems_add(r->p, main, "fact '%s' is no outcome", e->name);
    if (r->part)
        r->proc->parts[r->part - r->proc->parts].concluded = true;
}

/* promotion: 干部提拔任用 …: by what others ask for, and what the document calls it. */
static void read_areas(struct reader *r, const struct node *map, struct effect *e)
{
    read_options(r, map, &e->areas, &e->nareas);
    e->words.word = ARENA_ARRAY(r->a, const char *, e->nareas + 1);
    for (size_t i = 0; i < e->nareas; i++) /* what the document calls one thing may be several that others ask for */
        if (!words_have(&e->words, e->areas[i].label))
            e->words.word[e->words.n++] = e->areas[i].label;
}

static void read_grant(struct reader *r, const struct node *map, const struct node *main, struct effect *e)
{
    static const char *const forces[] = {"must", "generally", "may"};
    const struct node *work = node_get(map, "for"), *missing = node_get(map, "missing");
    e->verb = DO_GRANT;
    if (main->kind == NODE_MAP)
        read_areas(r, main, e);
    else
        e->words = read_words(r, main);
    e->work = work ? read_name_of(r, work, OF_FACT) : NULL;
    e->missing = missing ? read_text(r, missing, NULL) : NULL;
    if (e->work && procedure_fact(r->proc, e->work)->is_private)
        problems_add(r->p, work, "fact '%s' is private: others ask for what work it is", e->work);
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
    static const char *const keys[] = {
        "confirm-suspensions", "end-suspensions", "close-all-tasks", "stop-all-clocks", "serve", "correct", "reopen"};
    static const enum effect_verb verbs[] = {DO_CONFIRM, DO_RELEASE, DO_CLOSE_TASKS, DO_STOP_CLOCKS,
                                             DO_SERVE,   DO_CORRECT, DO_REOPEN};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (node_get(map, keys[i]) == main)
            e->verb = verbs[i];
    if (!node_bool(main, true, r->p))
        problems_add(r->p, main, "expected true: an effect that does nothing is left out");
    if (r->after_miss && (e->verb == DO_SERVE || e->verb == DO_CORRECT || e->verb == DO_REOPEN))
        problems_add(r->p, main, "nobody acts when a clock is missed: there is nothing to serve or to correct");
}

static const struct form {
    const char *key;
    effect_reader *read;
    const char *companion[6];
} forms[] = {
    {"set", read_set, {"to", "from"}},
    {"bind", read_bind, {"to", "from"}},
    {"start", read_clock_verb, {"from"}},
    {"stop", read_clock_verb, {0}},
    {"pause", read_clock_verb, {0}},
    {"resume", read_clock_verb, {0}},
    {"extend", read_extend, {"by"}},
    {"suspend", read_suspend, {"where", "ground", "confirmed", "stops", "holds", "not"}},
    {"confirm-suspensions", read_sweep, {0}},
    {"end-suspensions", read_sweep, {0}},
    {"tell", read_tell, {"to", "answer", "or", "within", "clock"}},
    {"file-upward", read_upward, {"notice", "within"}},
    {"task", read_task, {"for", "within", "clock"}},
    {"add", read_add, {"with"}},
    {"state", read_state, {0}},
    {"fill", read_fill, {0}},
    {"conclude", read_conclude, {0}},
    {"grant", read_grant, {"force", "for", "missing"}},
    {"move-tasks", read_move, {0}},
    {"close-all-tasks", read_sweep, {0}},
    {"close-tasks", read_close, {0}},
    {"stop-all-clocks", read_sweep, {0}},
    {"serve", read_sweep, {0}},
    {"correct", read_sweep, {0}},
    {"reopen", read_sweep, {0}},
    {"turn", read_turn, {0}},
    {"each", read_each, {"where", "do"}},
    {"reassign", read_reassign, {"to"}},
    {"convene", read_body_effect, {"attendance"}},
    {"recuse", read_body_effect, {"member", "alternate"}},
    {"vote", read_body_effect, {"from"}},
    {"decide", read_body_effect, {"outcome"}},
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
    const char *known[10] = {f->key, "cite", "article", "if"};
    size_t n = 4;
    for (size_t i = 0; i < 6 && f->companion[i]; i++)
        known[n++] = f->companion[i];
    node_known_keys(map, known, n, r->p);
    e->when = read_guard(r, node_get(map, "if"));
    f->read(r, map, node_get(map, f->key), e);
    if (r->after_miss && (e->verb == DO_BIND || e->verb == DO_EXTEND))
        problems_add(r->p, map, "a missed clock neither binds a role nor extends a limit");
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
