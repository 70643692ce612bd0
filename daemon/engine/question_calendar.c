/* The question `calendar-preview`: which limits a calendar would move, before it is loaded. */
#include "daemon/core/decide.h"
#include "daemon/engine/asking.h"
#include "proto/wire.h"

#include <string.h>

enum { CASES = 200, PROBLEMS = 4000 }; /* cases looked at for one page; bytes of what is wrong with a file */

struct preview {
    struct calendar *calendar;
    struct value *list;
};

/* What a judge is told of the numbers; nothing is written, so any that could be next will do. */
static void judge_fill(const struct asking *k, const struct value *kase, const struct calendar *cal, struct judge *ret)
{
    *ret = (struct judge){.procedure = case_law(k, kase),
                          .reg = view_register(k->q->view),
                          .calendar = cal,
                          .kase = kase,
                          .principal = "leewayd",
                          .now = k->q->now,
                          .event = v_get_int(k->answer, "at", 0) + 1,
                          .next_case = 1,
                          .next_task = 1};
}

static struct value *told(struct arena *a, const struct value *notices)
{
    struct value *list = v_list(a);
    for (size_t i = 0; i < v_count(notices); i++) {
        const char *stream = v_get_str(v_at(notices, i), "stream", "");
        bool there = false;
        for (size_t n = 0; n < v_count(list) && !there; n++)
            there = strcmp(v_text(v_at(list, n), ""), stream) == 0;
        if (!there)
            v_push(a, list, v_str(a, stream));
    }
    return list;
}

/* One limit as it would be: decided as it will be decided, and thrown away. */
static void limit_show(struct asking *k, struct arena *scratch, const struct judge *j, const struct limit *limit,
                       struct preview *p)
{
    struct decision d = decide_recount(scratch, j, limit->what, limit->name);
    if (!d.accepted)
        return;
    struct value *item = v_map(scratch);
    v_put_int(scratch, item, "case", v_get_int(j->kase, "case", 0));
    for (size_t i = 0; i < v_count(d.moved); i++)
        v_put(scratch, item, d.moved->u.map.pair[i].key, d.moved->u.map.pair[i].val);
    v_put(scratch, item, "tell", told(scratch, d.notices));
    v_push(k->a, p->list, v_copy(k->a, item));
    k->page_bytes += wire_bytes(scratch, item).n;
}

static enum status case_show(struct asking *k, struct arena *scratch, int64_t number, struct preview *p)
{
    struct value *kase;
    struct judge j;
    struct limit *stale;
    arena_reset(scratch);
    enum status st = case_record(k, scratch, number, &kase);
    if (st)
        return st;
    judge_fill(k, kase, p->calendar, &j);
    size_t n = j.procedure ? decide_stale(scratch, &j, &stale) : 0;
    for (size_t i = 0; i < n; i++)
        limit_show(k, scratch, &j, &stale[i], p);
    return ST_OK;
}

/* The limits of a case stand on one page. */
static enum status preview_walk(struct asking *k, struct preview *p)
{
    int64_t cases = 0, at = (int64_t)page_after_number(k);
    enum status st = number_read(k, head_key(HEAD_CASE), &cases);
    struct arena *scratch = arena_new();
    for (int i = 0; !st && at < cases && i < CASES; i++) {
        st = case_show(k, scratch, ++at, p);
        if (v_count(p->list) >= page_limit(k) || k->page_bytes > PAGE_BYTES / 2)
            break;
    }
    arena_free(scratch);
    if (!st && at < cases)
        v_put(k->a, k->answer, "next", v_printf(k->a, "%lld", (long long)at));
    return st;
}

static enum status refuse_file(struct asking *k, const struct problems *problems)
{
    struct buf b = {0};
    problems_print(problems, &b);
    size_t n = b.n < PROBLEMS ? b.n : PROBLEMS;
    while (n && n < b.n && (b.p[n] & 0xc0) == 0x80)
        n--;
    const char *text = arena_strn(k->a, (const char *)b.p, n);
    buf_done(&b);
    return refuse(k, "form", "source-invalid", text);
}

enum status ask_calendar_preview(struct asking *k)
{
    const char *source = v_get_str(k->m, "source", "");
    struct problems *problems = problems_new(k->a);
    struct bytes text = {(const uint8_t *)source, strlen(source)};
    if (!has_right(k, "admin") && !has_right(k, "inspect"))
        return refuse(k, "right", "no-right", "the principal has no right to this question");
    const struct calendar_file *file = calendar_file_read(k->a, "source", text, problems);
    if (!file)
        return refuse_file(k, problems);
    struct preview p = {.list = v_list(k->a)};
    enum status st = laws_calendar_make(view_laws(k->q->view), k->t, INT64_MAX, file, &p.calendar, NULL);
    if (st == ST_EXISTS)
        return refuse(k, "form", "source-invalid", "another overlay names one of these days already");
    if (st)
        return st;
    v_put_str(k->a, k->answer, "of", calendar_file_of(k->a, file));
    v_put_str(k->a, k->answer, "calendar", calendar_version(p.calendar));
    v_put(k->a, k->answer, "limits", p.list);
    st = preview_walk(k, &p);
    calendar_free(p.calendar);
    return st;
}
