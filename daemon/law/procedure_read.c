#include "daemon/law/procedure_read.h"

#include "daemon/law/read.h"

#include <string.h>

struct procedure *procedure_read_tree(const struct node *root, struct bytes text, struct problems *problems)
{
    struct arena *a = arena_new();
    struct reader r = {.proc = ARENA_NEW(a, struct procedure), .a = a, .p = problems};
    r.proc->arena = a;
    r.proc->hash = hash_of(text.p, text.n);
    if (node_map(root, problems)) {
        read_paper_names(&r, root);
        read_declarations(&r, root);
        read_acts(&r, node_need(root, "acts", problems), node_get(root, "standing"));
        read_clock_effects(&r, node_get(root, "clocks"));
        read_recurring(&r, node_get(root, "recurring"));
    }
    if (!problems_count(problems))
        procedure_check(&r, root);
    if (!problems_count(problems)) {
        procedure_compile(r.proc);
        return r.proc;
    }
    arena_free(a);
    return NULL;
}

struct procedure *procedure_read(const char *file, struct bytes in, struct problems *problems)
{
    struct arena *a = arena_new();
    const struct node *root = tree_read(a, file, in, problems);
    struct procedure *p = root ? procedure_read_tree(root, in, problems) : NULL;
    arena_free(a);
    return p;
}
