/* What the person (or unit) that a case is about is shown of it: how it stands, its limits, what was done when, and
 * what was determined once it has been issued. Nothing of others, of opinions that are not issued, of who read what. */
#include "daemon/core/case.h"
#include "daemon/engine/asking.h"

#include <string.h>

bool person_may_ask(const char *q)
{
    static const char *const all[] = {"case", "history", "explain", "form"};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (strcmp(all[i], q) == 0)
            return true;
    return false;
}

static void copy(struct arena *a, struct value *to, const struct value *from, const char *const *keys)
{
    for (; *keys; keys++)
        if (v_get(from, *keys))
            v_put(a, to, *keys, v_copy(a, v_get(from, *keys)));
}

/* Limits and suspensions, without those of somebody else's part. */
static struct value *without_others(struct asking *k, const struct value *kase, const char *table, const char *kind_key)
{
    const struct value *all = v_get(kase, table);
    struct value *own = v_map(k->a);
    for (size_t i = 0; i < v_count(all); i++) {
        const struct pair *p = &all->u.map.pair[i];
        if (!case_part_of_others(kase, v_get_str(p->val, kind_key, NULL), v_get_str(p->val, "part", NULL), k->person))
            v_put(k->a, own, p->key, v_copy(k->a, p->val));
    }
    return own;
}

/* The parts that are about the person. */
static struct value *own_parts(struct asking *k, const struct value *kase, bool issued)
{
    static const char *const before[] = {"state", NULL}, *const after[] = {"state", "outcome", "concluded", NULL};
    const struct value *subjects = v_get(kase, "subjects");
    struct value *parts = v_map(k->a);
    for (size_t i = 0; i < v_count(subjects); i++) {
        const struct value *s = v_at(subjects, i);
        const char *kind = v_get_str(s, "part-kind", NULL), *part = v_get_str(s, "part", NULL);
        if (!kind || !part || strcmp(v_get_str(s, "id", ""), k->person) != 0)
            continue;
        if (!v_get(parts, kind))
            v_put(k->a, parts, kind, v_map(k->a));
        struct value *one = v_map(k->a);
        copy(k->a, one, v_get(v_get(v_get(kase, "parts"), kind), part), issued ? after : before);
        v_put(k->a, v_get(parts, kind), part, one);
    }
    return parts;
}

static struct value *own_grants(struct asking *k, const struct value *kase)
{
    const struct value *all = v_get(kase, "grants");
    struct value *own = v_list(k->a);
    for (size_t i = 0; i < v_count(all); i++) {
        const struct value *g = v_at(all, i);
        if (!case_part_of_others(kase, v_get_str(g, "part-kind", NULL), v_get_str(g, "part", NULL), k->person))
            v_push(k->a, own, v_copy(k->a, g));
    }
    return own;
}

struct value *person_case(struct asking *k, const struct value *kase)
{
    static const char *const always[] = {"case",        "version", "procedure", "procedure-version",
                                         "kind",        "stage",   "since",     "entered",
                                         "opened-done", "ended",   "lead",      NULL};
    static const char *const issued[] = {"outcome", "consequences", "concluded", "determined", NULL};
    struct value *own = v_map(k->a);
    bool told = v_get(kase, "determined") != NULL;
    copy(k->a, own, kase, always);
    v_put_str(k->a, own, "subject", k->person);
    v_put(k->a, own, "clocks", without_others(k, kase, "clocks", "part-kind"));
    v_put(k->a, own, "suspensions", without_others(k, kase, "suspensions", "kind"));
    v_put(k->a, own, "parts", own_parts(k, kase, told));
    if (told) {
        copy(k->a, own, kase, issued);
        v_put(k->a, own, "grants", own_grants(k, kase));
    }
    return own;
}

struct value *person_event(struct asking *k, struct arena *a, const struct value *item)
{
    static const char *const keys[] = {"event", "kind", "act", "label", "recorded", "done", "by", "version", NULL};
    static const char *const kinds[] = {"act", "due", "recount", "import"};
    struct value *own = v_map(a);
    (void)k;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(v_get_str(item, "kind", ""), kinds[i]) == 0) {
            copy(a, own, item, keys);
            return own;
        }
    return NULL;
}
