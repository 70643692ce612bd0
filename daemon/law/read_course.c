/* read_course.c - the courses that a case can take: kinds, stages, tracks, tasks that come again; and what is left open
 */
#include "daemon/law/read.h"

#include <string.h>

#define KEYS(...) (const char *const[]){__VA_ARGS__}, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *)

void read_kinds(struct reader *r, const struct node *list)
{
    static const char *const ways[] = {"application", "ex-officio", "ex-ante-filing", "finding", "early-sign",
                                       "clearance",   "visit",      "inquiry",        "duty"};
    struct procedure *p = r->proc;
    p->kinds = ARENA_ARRAY(r->a, struct kind, node_item_count(list) + 1);
    for (size_t i = 0; i < node_item_count(list); i++) {
        const struct node *n = node_item(list, i), *way = node_get(n, "way-in");
        struct kind *k = &p->kinds[p->nkinds];
        node_known_keys(n, KEYS("kind", "label", "way-in", "cite"), r->p);
        k->name = read_row_name(r, n, "kind", p->kinds, sizeof *k, p->nkinds);
        k->label = read_text(r, node_get(n, "label"), k->name);
        int w = way ? node_choice(way, ways, sizeof ways / sizeof *ways, r->p) : -1;
        k->way_in = w < 0 ? NULL : ways[w];
        p->nkinds++;
    }
}

static void read_stage(struct reader *r, const struct node *n, struct stage *s)
{
    const struct node *end = node_get(n, "end");
    node_known_keys(n, KEYS("stage", "label", "end", "kinds", "cite"), r->p);
    s->label = read_text(r, node_need(n, "label", r->p), s->name);
    s->kinds = read_names_of(r, node_get(n, "kinds"), OF_KIND);
    s->end = end && node_bool(end, false, r->p);
}

static void read_track(struct reader *r, const struct node *track)
{
    struct procedure *p = r->proc;
    const struct node *list = node_need(track, "stages", r->p);
    node_known_keys(track, KEYS("track", "label", "stages", "cite"), r->p);
    const char *name = read_keep(r, node_name(node_need(track, "track", r->p), "", r->p));
    for (size_t i = 0; i < node_item_count(list); i++) {
        const struct node *n = node_item(list, i), *at = node_need(n, "stage", r->p);
        struct stage s = {.track = name};
        s.name = arena_printf(r->a, "%s/%s", name, node_name(at, "", r->p));
        if (procedure_stage(p, s.name))
            problems_add(r->p, at, "stage '%s' stands twice", s.name);
        read_stage(r, n, &s);
        p->track_stages[p->ntrack_stages++] = s;
    }
}

void read_stages(struct reader *r, const struct node *stages, const struct node *tracks)
{
    struct procedure *p = r->proc;
    size_t n = 0;
    p->stages = ARENA_ARRAY(r->a, struct stage, node_item_count(stages) + 1);
    for (size_t i = 0; i < node_item_count(stages); i++) {
        struct stage *s = &p->stages[p->nstages];
        s->name = read_row_name(r, node_item(stages, i), "stage", p->stages, sizeof *s, p->nstages);
        read_stage(r, node_item(stages, i), s);
        p->nstages++;
    }
    for (size_t i = 0; i < node_item_count(tracks); i++)
        n += node_item_count(node_get(node_item(tracks, i), "stages"));
    p->track_stages = ARENA_ARRAY(r->a, struct stage, n + 1);
    for (size_t i = 0; i < node_item_count(tracks); i++)
        read_track(r, node_item(tracks, i));
}

void read_open_slots(struct reader *r, const struct node *list)
{
    struct procedure *p = r->proc;
    p->open_slots = ARENA_ARRAY(r->a, struct open_slot, node_item_count(list) + 1);
    for (size_t i = 0; i < node_item_count(list); i++) {
        const struct node *n = node_item(list, i);
        struct open_slot *s = &p->open_slots[p->nopen_slots];
        node_known_keys(n, KEYS("slot", "label", "note", "cite"), r->p);
        s->name = read_row_name(r, n, "slot", p->open_slots, sizeof *s, p->nopen_slots);
        s->label = read_text(r, node_need(n, "label", r->p), s->name);
        s->note = read_text(r, node_need(n, "note", r->p), "");
        p->nopen_slots++;
    }
}

/* The texts that a measure consists of, each with a version of its own. */
void read_documents(struct reader *r, const struct node *list)
{
    struct procedure *p = r->proc;
    p->documents = ARENA_ARRAY(r->a, struct document, node_item_count(list) + 1);
    for (size_t i = 0; i < node_item_count(list); i++) {
        const struct node *n = node_item(list, i), *note = node_get(n, "note");
        struct document *d = &p->documents[p->ndocuments];
        node_known_keys(n, KEYS("document", "title", "version", "note", "cite"), r->p);
        d->name = read_row_name(r, n, "document", p->documents, sizeof *d, p->ndocuments);
        d->title = read_text(r, node_need(n, "title", r->p), d->name);
        d->version = node_int(node_need(n, "version", r->p), 1, INT32_MAX, 1, r->p);
        d->note = note ? read_text(r, note, NULL) : NULL;
        p->ndocuments++;
    }
}

/* Of the list of circumstances: "2023-05", or {version: "2023-05", since: 2023-05-05}. */
void read_circumstances_version(struct reader *r, const struct node *n)
{
    if (!n || n->kind != NODE_MAP) {
        r->proc->circumstances_version = read_text(r, n, NULL);
        return;
    }
    const struct node *since = node_get(n, "since");
    node_known_keys(n, KEYS("version", "since", "note", "cite"), r->p);
    r->proc->circumstances_version = read_text(r, node_need(n, "version", r->p), NULL);
    if (since)
        node_day(since, r->p);
    r->proc->circumstances_since = since ? read_text(r, since, NULL) : NULL;
}

/* ---- tasks that come again ---- */

static void read_one_recurring(struct reader *r, const struct node *n, struct recurring *t)
{
    static const char *const owners[] = {"case", "jurisdiction"};
    const struct node *every = node_need(n, "every", r->p);
    node_known_keys(n, KEYS("task", "for", "after", "every", "of", "while", "label", "cite", "article"), r->p);
    node_known_keys(every, KEYS("workdays"), r->p);
    t->task = read_name_of(r, node_need(n, "task", r->p), OF_ACT);
    t->role = read_name_of(r, node_need(n, "for", r->p), OF_ROLE);
    t->after = read_name_of(r, node_need(n, "after", r->p), OF_ACT);
    t->workdays = read_number(r, node_need(every, "workdays", r->p), 1, 1000);
    t->during = read_guard(r, node_get(n, "while"));
    t->of_jurisdiction = node_choice(node_need(n, "of", r->p), owners, 2, r->p) == 1;
    const struct act *task = procedure_act(r->proc, t->task);
    if (task && t->role && !words_have(&task->by, t->role) && !words_have(&task->by, TASK_HOLDER))
        problems_add(r->p, n, "act '%s' is asked of '%s', who may not do it", t->task, t->role);
}

void read_recurring(struct reader *r, const struct node *list)
{
    struct procedure *p = r->proc;
    p->recurring = ARENA_ARRAY(r->a, struct recurring, node_item_count(list) + 1);
    for (size_t i = 0; i < node_item_count(list); i++)
        read_one_recurring(r, node_item(list, i), &p->recurring[p->nrecurring++]);
}
