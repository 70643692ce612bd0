/* subjects.c - whom a case is about, and when it was determined, written down where those who ask later look
 *
 * A file may call the field of a person as it likes, in the case or in a part. What the register of consequences and
 * the reports look for stands in one place: `subjects` and `determined` of case.h.
 */
#include "daemon/core/bench.h"

#include <string.h>

/* The notice by which a determination goes out: the protocol's word for it, in every procedure. */
#define DETERMINED "determination-issued"

static void subject_add(struct bench *b, struct value *list, const struct value *id, const char *kind, const char *part)
{
    struct value *s = v_map(b->a);
    if (v_kind(id) != V_STR)
        return;
    v_add_str(b->a, s, "id", v_text(id, ""));
    v_add_str(b->a, s, "part-kind", kind);
    v_add_str(b->a, s, "part", part);
    for (size_t i = 0; i < v_count(list); i++)
        if (v_equal(v_at(list, i), s))
            return;
    v_push(b->a, list, s);
}

static void subjects_of_parts(struct bench *b, struct value *list, const struct part_kind *kind)
{
    const struct value *parts = v_get(bench_get(b, "parts"), kind->name);
    for (size_t i = 0; i < kind->nfields; i++)
        for (size_t k = 0; kind->fields[i].type == FACT_SUBJECT && k < v_count(parts); k++) {
            const struct pair *part = &parts->u.map.pair[k];
            subject_add(b, list, v_get(part->val, kind->fields[i].name), kind->name, part->key);
        }
}

static void subjects_find(struct bench *b)
{
    struct value *list = v_list(b->a);
    for (size_t i = 0; i < b->p->nsubjects; i++)
        subject_add(b, list, bench_fact(b, b->p->subjects[i]->name), NULL, NULL);
    for (size_t i = 0; i < b->p->nparts; i++)
        if (b->p->parts[i].has_subject)
            subjects_of_parts(b, list, &b->p->parts[i]);
    if (v_count(list) && !v_equal(list, bench_get(b, "subjects")))
        bench_put(b, PATH("subjects"), list);
}

struct value *subjects_moment(struct bench *b)
{
    struct value *m = v_map(b->a);
    v_add_int(b->a, m, "event", b->j->event);
    v_add_str(b->a, m, "day", b->done_text);
    v_add_str(b->a, m, "by", b->department);
    return m;
}

/* When an act was done last, of the case and of the part that it is about: reports go by it. */
static void note_done(struct bench *b)
{
    if (!b->act)
        return;
    bench_put_str(b, PATH("done", b->act->name), b->done_text);
    if (b->act->on && b->acted_on)
        bench_put_str(b, PATH("parts", b->act->on, b->acted_on, "acts-done", b->act->name), b->done_text);
}

void subjects_note(struct bench *b)
{
    subjects_find(b);
    note_done(b);
    for (size_t i = 0; b->act && i < v_count(b->transitions); i++)
        if (text_same(v_get_str(v_at(b->transitions, i), "kind", ""), DETERMINED)) {
            bench_put(b, PATH("determined"), subjects_moment(b));
            break;
        }
}
