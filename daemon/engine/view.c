#include "daemon/engine/view.h"

#include "daemon/base/check.h"
#include "daemon/engine/inside.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct view {
    atomic_int count;
    struct register_book *reg;
    struct laws *laws;
    char *administrator;
    bool simulated;
};

struct view *view_new(const struct register_book *r, struct laws *l, const char *administrator, bool simulated)
{
    struct view *v = xcalloc(1, sizeof *v);
    atomic_init(&v->count, 1);
    v->reg = register_copy(r);
    v->laws = laws_keep(l);
    v->administrator = xstrdup(administrator ? administrator : "");
    v->simulated = simulated;
    return v;
}

struct view *view_keep(struct view *v)
{
    atomic_fetch_add(&v->count, 1);
    return v;
}

void view_drop(struct view *v)
{
    if (!v || atomic_fetch_sub(&v->count, 1) > 1)
        return;
    register_free(v->reg);
    laws_drop(v->laws);
    free(v->administrator);
    free(v);
}

const struct register_book *view_register(const struct view *v)
{
    return v->reg;
}

const struct laws *view_laws(const struct view *v)
{
    return v->laws;
}

bool view_simulated(const struct view *v)
{
    return v->simulated;
}

const char *view_key_principal(const struct view *v, const char key_z85[41], bool *revoked)
{
    return register_key_principal(v->reg, key_z85, revoked);
}

const char *view_department(const struct view *v, const char *principal)
{
    const struct department *d = register_heir(v->reg, register_principal_department(v->reg, principal));
    return d ? d->id : NULL;
}

bool view_right(const struct view *v, const char *principal, const char *right)
{
    unsigned bit = right_by_name(right), set = register_rights(v->reg, principal);
    if (principal && *v->administrator && strcmp(principal, v->administrator) == 0)
        set |= RIGHT_ADMIN | RIGHT_WATCH | RIGHT_INSPECT;
    return bit && (set & bit);
}

const char *view_subject(const struct view *v, const char *principal)
{
    return register_principal_subject(v->reg, principal);
}

/* ---- whose case it is ---- */

static bool among_values(const struct register_book *r, const struct value *map, const char *department)
{
    for (size_t i = 0; i < v_count(map) && map->kind == V_MAP; i++) {
        const struct department *d = register_heir(r, v_text(map->u.map.pair[i].val, NULL));
        if (d && strcmp(d->id, department) == 0)
            return true;
    }
    return false;
}

static bool among_tasks(const struct register_book *r, const struct value *tasks, const char *department)
{
    for (size_t i = 0; i < v_count(tasks) && tasks->kind == V_MAP; i++) {
        const struct department *d = register_heir(r, v_get_str(tasks->u.map.pair[i].val, "department", NULL));
        if (d && strcmp(d->id, department) == 0)
            return true;
    }
    return false;
}

static bool among_told(const struct value *told, const char *department)
{
    for (size_t i = 0; i < v_count(told) && told->kind == V_MAP; i++) {
        const struct value *streams = told->u.map.pair[i].val;
        for (size_t j = 0; j < v_count(streams); j++)
            if (strcmp(v_text(v_at(streams, j), ""), department) == 0)
                return true;
    }
    return false;
}

bool register_case_part(const struct register_book *r, const char *principal, const struct value *kase, bool private_)
{
    const struct department *d = register_heir(r, register_principal_department(r, principal));
    if (!d)
        return false;
    if (among_tasks(r, v_get(kase, "tasks"), d->id))
        return true;
    return private_ ? among_values(r, v_get(kase, "readers"), d->id)
                    : among_values(r, v_get(kase, "roles"), d->id) || among_told(v_get(kase, "told"), d->id);
}

bool view_case_right(const struct view *v, const char *principal, const struct value *kase, bool private_)
{
    return view_right(v, principal, "inspect") || register_case_part(v->reg, principal, kase, private_);
}
