/* form.c - what an act was given: fields, parts and papers, checked and taken into the case
 *
 * Public fields become facts of the case; private ones (persons, free text) go into the private part of the event, and
 * the case only notes in which event they were given.
 */
#include "daemon/core/bench.h"

#include "daemon/base/hash.h"
#include "daemon/base/text.h"

#include <string.h>

enum { WORD_MOST = 128, TEXT_MOST = 64 * 1024, PAPERS_MOST = 500 };

/* ---- one value against its declaration ---- */

static const char *options_text(struct bench *b, const struct fact *f)
{
    const char *all = "";
    for (size_t i = 0; i < f->nof; i++)
        all = arena_printf(b->a, "%s%s%s(%s)", all, i ? ", " : "", f->of[i].word, f->of[i].label);
    return all;
}

/* Of a refusal: which field or slot it is about. */
static void name_field(struct bench *b, const char *name)
{
    if (b->refused && !b->rejection.field)
        b->rejection.field = name;
}

static void wrong(struct bench *b, const struct fact *f, const char *expected)
{
    bench_refuse(b, "form", "field-wrong", "field '%s' (%s): expected %s", f->name, f->label, expected);
    name_field(b, f->name);
}

static bool is_option(const struct fact *f, const char *word)
{
    for (size_t i = 0; i < f->nof; i++)
        if (text_same(f->of[i].word, word))
            return true;
    return false;
}

static void check_part_list(struct bench *b, const struct fact *f, const struct value *v)
{
    const struct value *parts = v_get(bench_get(b, "parts"), f->part);
    /* an empty list would satisfy every condition on each of its parts */
    if (v_kind(v) != V_LIST || v_count(v) == 0 || v_count(v) > PARTS_MOST)
        wrong(b, f, "a list of numbers of parts");
    for (size_t i = 0; i < v_count(v) && !b->refused; i++) {
        if (v_kind(v_at(v, i)) != V_INT)
            wrong(b, f, "a list of numbers of parts");
        else if (!v_get(parts, bench_word(b, v_at(v, i))))
            bench_refuse(b, "form", "part-unknown", "field '%s' (%s): the case has no %s %s", f->name, f->label,
                         f->part, bench_word(b, v_at(v, i)));
    }
}

static void check_circumstances(struct bench *b, const struct fact *f, const struct value *v)
{
    if (v_kind(v) != V_MAP)
        wrong(b, f, "a map: circumstance -> list of the checks that were confirmed");
    for (size_t i = 0; v_kind(v) == V_MAP && i < v_count(v); i++) {
        const struct pair *p = &v->u.map.pair[i];
        const struct circumstance *c = procedure_circumstance(b->p, p->key);
        if (!c)
            bench_refuse(b, "form", "circumstance-unknown", "the procedure has no circumstance '%s'", p->key);
        else if (c->open)
            bench_refuse(b, "law", "circumstance-open", "情形%s的内容文件未给出,不能据以认定:%s", c->number, c->text);
        else if (v_kind(p->val) != V_LIST || v_count(p->val) > c->nchecks)
            wrong(b, f, "for each circumstance a list of its checks");
        for (size_t k = 0; c && k < v_count(p->val); k++) {
            struct fact checks = {.of = c->checks, .nof = c->nchecks};
            if (!is_option(&checks, v_text(v_at(p->val, k), "")))
                bench_refuse(b, "form", "check-unknown", "circumstance '%s' (%s) has no check '%s'; it has %s", c->name,
                             c->number, v_text(v_at(p->val, k), "?"), options_text(b, &checks));
        }
    }
}

/* An identifier may become a key of the store and stands in lines of text: no dots, no control characters. */
static bool is_word(const char *s)
{
    size_t n = strlen(s);
    for (size_t i = 0; i < n; i++)
        if (s[i] == '.' || s[i] == 0x7f || (unsigned char)s[i] < ' ')
            return false;
    return n >= 1 && n <= WORD_MOST;
}

/* The id of a person or unit, as the register gives it. */
static bool is_opaque(const char *s)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
    size_t n = strlen(s);
    return n >= 1 && n <= WORD_MOST && strspn(s, allowed) == n;
}

static void check_text(struct bench *b, const struct fact *f, const struct value *v)
{
    const char *s = v_text(v, NULL);
    struct day d;
    switch (f->type) {
    case FACT_DAY:
        if (!s || day_parse(s, &d) != ST_OK)
            wrong(b, f, "a day as 2026-02-13");
        break;
    case FACT_DEPARTMENT:
        if (!s || !register_department(b->j->reg, s))
            bench_refuse(b, "form", "department-unknown", "field '%s' (%s): the register has no department '%s'",
                         f->name, f->label, s ? s : "");
        break;
    case FACT_SUBJECT:
        if (!s || !is_opaque(s))
            wrong(b, f,
                  "an id of at most 128 of A-Z, a-z, 0-9, - and _: it stands in the open and must not tell who it is");
        break;
    case FACT_WORD:
        if (!s || !is_word(s))
            wrong(b, f, "an identifier of at most 128 bytes without dots");
        break;
    case FACT_TEXT:
        if (!s || !*s || strlen(s) > TEXT_MOST)
            wrong(b, f, "a text of at most 64 KiB");
        break;
    case FACT_OUTCOME:
        if (!procedure_outcome(b->p, s))
            wrong(b, f, "an outcome of the procedure");
        break;
    case FACT_CHOICE:
    case FACT_GRADE:
        if (!s || !is_option(f, s))
            wrong(b, f, arena_printf(b->a, "one of %s", options_text(b, f)));
        break;
    case FACT_BOOL:
    case FACT_INT:
    case FACT_PART_LIST:
    case FACT_CIRCUMSTANCES:
    case FACT_DEPARTMENTS:
    case FACT_LINK:
        break;
    }
}

/* Another case of the same procedure, of a kind that the file allows. */
static void check_link(struct bench *b, const struct fact *f, const struct value *v)
{
    const struct value *other = v_get(b->j->linked, f->name);
    if (v_kind(v) != V_INT)
        wrong(b, f, "the number of a case");
    else if (!other || !text_same(v_get_str(other, "procedure", ""), b->p->name))
        bench_refuse(b, "form", "case-unknown", "field '%s' (%s): the procedure has no case %s", f->name, f->label,
                     bench_word(b, v));
    else if (v_get_int(other, "case", 0) == v_number(bench_get(b, "case"), -1))
        bench_refuse(b, "form", "link-to-itself", "field '%s' (%s): a case is not linked to itself", f->name, f->label);
    else if (v_get_int(v_get(v_get(other, "links"), f->link), "case", -1) == v_number(bench_get(b, "case"), -2))
        bench_refuse(b, "law", "link-in-a-circle", "%s:事项%s已关联本案,不能再关联回去", f->label, bench_word(b, v));
    else if (f->kinds.n && !words_have(&f->kinds, v_get_str(other, "kind", "")))
        bench_refuse(b, "law", "link-of-wrong-kind", "%s:所关联的事项属于另一类(%s)", f->label,
                     v_get_str(other, "kind", ""));
}

static void check_departments(struct bench *b, const struct fact *f, const struct value *v)
{
    if (v_kind(v) != V_LIST || !v_count(v) || v_count(v) > PARTS_MOST)
        wrong(b, f, "a list of departments");
    for (size_t i = 0; i < v_count(v) && !b->refused; i++) {
        const char *id = v_text(v_at(v, i), "");
        if (!register_department(b->j->reg, id))
            bench_refuse(b, "form", "department-unknown", "field '%s' (%s): the register has no department '%s'",
                         f->name, f->label, id);
        for (size_t k = 0; k < i; k++)
            if (v_equal(v_at(v, k), v_at(v, i)))
                wrong(b, f, "each department once");
    }
}

static void check_value(struct bench *b, const struct fact *f, const struct value *v)
{
    if (f->type == FACT_BOOL) {
        if (v_kind(v) != V_BOOL)
            wrong(b, f, "true or false");
    } else if (f->type == FACT_INT) {
        if (v_kind(v) != V_INT || v_number(v, 0) < f->least || v_number(v, 0) > f->most)
            wrong(b, f, arena_printf(b->a, "a number from %lld to %lld", (long long)f->least, (long long)f->most));
    } else if (f->type == FACT_PART_LIST) {
        check_part_list(b, f, v);
    } else if (f->type == FACT_LINK) {
        check_link(b, f, v);
    } else if (f->type == FACT_DEPARTMENTS) {
        check_departments(b, f, v);
    } else if (f->type == FACT_CIRCUMSTANCES) {
        check_circumstances(b, f, v);
    } else {
        check_text(b, f, v);
    }
}

/* ---- fields ---- */

static void put_private(struct bench *b, const char *key, const struct value *v)
{
    if (!b->private_)
        b->private_ = v_map(b->a);
    v_put(b->a, b->private_, key, v_copy(b->a, v));
}

/* The other case learns in the same event by which case it was linked, and how. */
static void tell_linked(struct bench *b, const struct fact *f, const struct value *other)
{
    struct value *one = v_map(b->a), *changes = v_list(b->a), *by = v_map(b->a);
    int64_t version = v_get_int(other, "version", 0) + 1;
    v_put_int(b->a, by, "case", v_number(bench_get(b, "case"), 0));
    v_put_str(b->a, by, "link", f->link);
    v_put_int(b->a, by, "event", b->j->event);
    change_push(b->a, changes, "linked-by", by);
    change_put(b->a, changes, "version", v_int(b->a, version));
    v_put_int(b->a, one, "case", v_get_int(other, "case", 0));
    v_put_int(b->a, one, "version", version);
    v_put(b->a, one, "changes", changes);
    if (!b->others)
        b->others = v_list(b->a);
    for (size_t i = 0; i < v_count(b->others); i++)
        if (v_get_int(v_at(b->others, i), "case", 0) == v_get_int(other, "case", 0))
            return; /* two fields name one case: once is enough */
    v_push(b->a, b->others, one);
}

/* What the file names is taken over from the linked case as it stands now, so that nobody has to look there again. */
static void take_link(struct bench *b, const struct fact *f)
{
    const struct value *other = v_get(b->j->linked, f->name), *facts = v_get(other, "facts");
    struct value *link = v_map(b->a), *taken = v_map(b->a);
    for (size_t i = 0; i < b->p->linked_facts.n; i++) {
        const struct value *v = v_get(facts, b->p->linked_facts.word[i]);
        if (v)
            v_put(b->a, taken, b->p->linked_facts.word[i], v_copy(b->a, v));
    }
    v_put_int(b->a, link, "case", v_get_int(other, "case", 0));
    v_put_str(b->a, link, "kind", v_get_str(other, "kind", NULL));
    v_put_str(b->a, link, "stage", v_get_str(other, "stage", NULL));
    v_put_str(b->a, link, "outcome", v_get_str(other, "outcome", NULL));
    v_put_bool(b->a, link, "ended", v_get_bool(other, "ended"));
    v_put(b->a, link, "facts", taken);
    bench_put(b, PATH("links", f->link), link);
    tell_linked(b, f, other);
}

static void take_field(struct bench *b, const struct fact *f, const struct value *v)
{
    check_value(b, f, v);
    name_field(b, f->name);
    if (b->refused)
        return;
    if (f->type == FACT_LINK)
        take_link(b, f);
    if (f->is_private) {
        put_private(b, f->name, v);
        bench_put(b, PATH("given", f->name), v_int(b->a, b->j->event));
    } else {
        bench_put(b, PATH("facts", f->name), v_copy(b->a, v));
    }
}

static bool needed(const struct bench *b, enum need need)
{
    return need == NEED_REQUIRED || (need == NEED_OPENING && b->opening);
}

static void refuse_missing(struct bench *b, const char *name, const char *label)
{
    bench_refuse(b, "form", "field-missing", "field '%s' (%s) is missing", name, label);
    name_field(b, name);
}

/* What the case was opened with is changed by a correction only. */
static void refuse_later(struct bench *b, const char *name, const char *label)
{
    bench_refuse(b, "form", "field-of-opening",
                 "field '%s' (%s) was told when the case was opened; a correction changes it", name, label);
}

static void take_fields(struct bench *b, const struct value *fields)
{
    for (size_t i = 0; i < b->act->nfields; i++) {
        const struct act_field *af = &b->act->fields[i];
        const struct fact *f = af->def;
        const struct value *v = v_get(fields, af->fact);
        if (v_kind(v) != V_NIL && af->need == NEED_OPENING && !b->opening)
            refuse_later(b, f->name, f->label);
        else if (v_kind(v) != V_NIL)
            take_field(b, f, v);
        else if (needed(b, af->need))
            refuse_missing(b, f->name, f->label);
    }
}

static void refuse_unknown(struct bench *b, const struct value *fields)
{
    const char **known = ARENA_ARRAY(b->a, const char *, b->act->nfields + b->act->nparts + 1);
    size_t n = 0;
    for (size_t i = 0; i < b->act->nfields; i++)
        known[n++] = b->act->fields[i].fact;
    for (size_t i = 0; i < b->act->nparts; i++)
        known[n++] = b->act->parts[i].slot;
    struct words words = {known, n};
    for (size_t i = 0; v_kind(fields) == V_MAP && i < v_count(fields) && !b->refused; i++) {
        const char *key = fields->u.map.pair[i].key;
        if (words_have(&words, key))
            continue;
        const char *near = text_nearest(key, known, n);
        bench_refuse(b, "form", "field-unknown", "the act '%s' has no field '%s'%s%s%s", b->act->name, key,
                     near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
        name_field(b, key);
    }
}

/* ---- parts ---- */

/* One matter has one outcome for each person: nobody stands in it twice. */
static void check_once(struct bench *b, const struct part_kind *k, const struct fact *f, const struct value *v)
{
    const struct value *parts = v_get(bench_get(b, "parts"), k->name);
    for (size_t i = 0; f->type == FACT_SUBJECT && i < v_count(parts); i++)
        if (v_equal(v_get(parts->u.map.pair[i].val, f->name), v))
            bench_refuse(b, "form", "subject-twice", "%s '%s' (%s): 本案已列明,不能重复", k->label, v_text(v, ""),
                         f->label);
}

static void take_part(struct bench *b, const struct part_kind *k, const char *id, const struct value *given)
{
    struct value *part = v_map(b->a);
    if (v_kind(given) != V_MAP)
        bench_refuse(b, "form", "field-wrong", "field '%s' (%s): expected a list of maps", k->name, k->label);
    v_put_str(b->a, part, "state", k->states[0].word);
    for (size_t i = 0; i < k->nfields; i++) {
        const struct fact *f = &k->fields[i];
        const struct value *v = v_get(given, f->name);
        if (v_kind(v) == V_NIL) {
            if (f->required)
                refuse_missing(b, f->name, f->label);
            continue;
        }
        check_value(b, f, v);
        check_once(b, k, f, v);
        if (f->is_private)
            put_private(b, arena_printf(b->a, "%s.%s.%s", k->name, id, f->name), v);
        else
            v_put(b->a, part, f->name, v_copy(b->a, v));
    }
    for (size_t i = 0; v_kind(given) == V_MAP && i < v_count(given); i++) {
        bool known = false;
        for (size_t f = 0; f < k->nfields && !known; f++)
            known = text_same(k->fields[f].name, given->u.map.pair[i].key);
        if (!known)
            bench_refuse(b, "form", "field-unknown", "a %s has no field '%s'", k->name, given->u.map.pair[i].key);
    }
    if (!b->refused)
        bench_put(b, PATH("parts", k->name, id), part);
}

static void take_parts(struct bench *b, const struct value *fields)
{
    for (size_t i = 0; i < b->act->nparts; i++) {
        const struct part_kind *k = procedure_part(b->p, b->act->parts[i].slot);
        const struct value *list = v_get(fields, k->name);
        size_t there = v_count(v_get(bench_get(b, "parts"), k->name));
        if (v_count(list) == 0 && needed(b, b->act->parts[i].need))
            refuse_missing(b, k->name, k->label);
        if (v_count(list) && b->act->parts[i].need == NEED_OPENING && !b->opening)
            refuse_later(b, k->name, k->label);
        if (list && v_kind(list) != V_LIST)
            bench_refuse(b, "form", "field-wrong", "field '%s' (%s): expected a list of maps", k->name, k->label);
        if (v_count(list) + there > PARTS_MOST)
            bench_refuse(b, "limit", "too-many-parts", "a case holds at most %d of %s", PARTS_MOST, k->name);
        for (size_t n = 0; n < v_count(list) && !b->refused; n++)
            take_part(b, k, bench_key(b, (int64_t)(there + n) + 1), v_at(list, n));
    }
}

/* ---- papers ---- */

static bool holds(const struct value *list, const struct value *item)
{
    for (size_t i = 0; i < v_count(list); i++)
        if (v_equal(v_at(list, i), item))
            return true;
    return false;
}

static void take_slot(struct bench *b, const char *slot, const struct value *hashes)
{
    if (v_kind(hashes) != V_LIST)
        bench_refuse(b, "form", "paper-wrong", "papers '%s': expected a list of hashes", slot);
    for (size_t i = 0; i < v_count(hashes) && !b->refused; i++) {
        const struct value *h = v_at(hashes, i);
        if (v_kind(h) != V_BIN || h->u.bin.n != HASH_LEN)
            bench_refuse(b, "form", "paper-wrong", "papers '%s': expected hashes of 32 bytes", slot);
        const struct value *there = v_get(bench_get(b, "papers"), slot);
        if (v_count(there) >= PAPERS_MOST)
            bench_refuse(b, "limit", "too-many-papers", "a case holds at most %d papers in '%s'", PAPERS_MOST, slot);
        if (!b->refused && !holds(there, h))
            bench_push(b, PATH("papers", slot), v_copy(b->a, h));
    }
}

/* What any act may carry beside its own: the paper that shows the day of a late entry, and the one that was signed by
 * whom the act was entered for. */
static const struct words common_slots = {(const char *[]){"date-proof", "signed"}, 2};

static void refuse_paper(struct bench *b, const char *slot)
{
    bench_refuse(b, "form", "paper-missing", "the paper '%s' is missing", slot);
    name_field(b, slot);
}

static void take_papers(struct bench *b, const struct value *papers)
{
    if (papers && v_kind(papers) != V_MAP)
        bench_refuse(b, "form", "paper-wrong", "papers: expected a map: slot -> list of hashes");
    for (size_t i = 0; !b->refused && i < v_count(papers); i++) {
        const struct pair *p = &papers->u.map.pair[i];
        bool known = words_have(&common_slots, p->key);
        for (size_t s = 0; s < b->act->npapers && !known; s++)
            known = text_same(b->act->papers[s].slot, p->key);
        if (!known)
            bench_refuse(b, "form", "paper-unknown", "the act '%s' takes no paper '%s'", b->act->name, p->key);
        name_field(b, p->key);
        take_slot(b, p->key, p->val);
    }
    for (size_t s = 0; !b->refused && s < b->act->npapers; s++)
        if (needed(b, b->act->papers[s].need) && !v_count(v_get(papers, b->act->papers[s].slot)))
            refuse_paper(b, b->act->papers[s].slot);
}

void form_take(struct bench *b)
{
    const struct value *fields = v_get(b->j->command, "fields");
    if (v_kind(fields) != V_NIL && v_kind(fields) != V_MAP)
        bench_refuse(b, "form", "field-wrong", "fields: expected a map: name -> value");
    refuse_unknown(b, fields);
    take_fields(b, fields);
    take_parts(b, fields);
    take_papers(b, v_get(b->j->command, "papers"));
}
