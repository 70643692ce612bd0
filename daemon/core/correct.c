/* correct.c - the standing act that puts an earlier entry right
 *
 * The wrong event stays as it is. What it dated gets the right day: the stage that it entered, what it suspended,
 * opened or served, its entries in the ledgers; clocks are counted again, and those whom the event told are told again.
 */
#include "daemon/core/bench.h"

#include <string.h>

/* ---- the event that is named ---- */

static const struct value *named_case(const struct bench *b)
{
    const struct value *cases = v_get(b->j->named, "cases");
    for (size_t i = 0; i < v_count(cases); i++)
        if (v_get_int(v_at(cases, i), "case", -1) == v_number(bench_get(b, "case"), 0))
            return v_at(cases, i);
    return NULL;
}

/* The stage that the event took the case to; NULL: none. */
static const char *stage_entered(const struct value *changes)
{
    for (size_t i = 0; i < v_count(changes); i++)
        if (text_same(v_text(v_at(v_at(changes, i), 1), ""), "stage"))
            return v_text(v_at(v_at(changes, i), 2), NULL);
    return NULL;
}

/* ---- is the day possible? ---- */

static void refuse_day(struct bench *b, const char *code, struct day earliest, const char *text)
{
    bench_refuse(b, "law", code, "%s", text);
    b->rejection.earliest = earliest;
}

/* Between the stages that were entered before the event and those that were entered after it. */
static void check_order(struct bench *b, const char *stage, struct day was, struct day done)
{
    const struct value *entered = bench_get(b, "entered");
    struct day first = DAY_NONE;
    for (size_t i = 0; i < v_count(entered) && !b->refused; i++) {
        const struct pair *p = &entered->u.map.pair[i];
        struct day day = case_day(entered, p->key);
        if (!stage || text_same(p->key, stage))
            first = !stage && (!day_is(first) || day.n < first.n) ? day : first;
        else if (day.n < was.n && done.n < day.n)
            refuse_day(b, "done-before-presupposed", day, "更正后的日期在它所依据的行为之前");
        else if (day.n > was.n && done.n > day.n)
            refuse_day(b, "done-after-what-followed", DAY_NONE, "更正后的日期在其后的行为之后");
    }
    if (day_is(first) && done.n < first.n)
        refuse_day(b, "done-before-presupposed", first, "更正后的日期在立案之前");
}

static void check_day(struct bench *b, const char *stage, struct day was, struct day done)
{
    struct when recorded = {v_get_int(b->j->named, "recorded", INT64_MAX)};
    if (done.n > b->today.n)
        refuse_day(b, "done-in-future", DAY_NONE, "更正后的日期在今天之后");
    else if (recorded.ms != INT64_MAX && done.n > when_day(recorded, b->p->zone_minutes).n)
        refuse_day(b, "done-after-entry", DAY_NONE, "更正后的日期在录入之日之后");
    else if (day_is(was))
        check_order(b, stage, was, done);
}

/* ---- what the event dated ---- */

static void redate(struct bench *b, const char *text, const char *was, const char *done)
{
    struct step step[PATH_STEPS];
    struct path path = {path_read(step, text, strlen(text)), step};
    if (path.n && text_same(v_text(path_value(b->kase, &path), ""), was))
        bench_put_str(b, &path, done);
}

static bool is_day_of_its_own(const char *path)
{
    const char *last = strrchr(path, '.');
    return text_same(path, "since") || text_same(path, "opened-done") || strncmp(path, "entered.", 8) == 0 ||
           (strncmp(path, "suspensions.", 12) == 0 && (text_same(last, ".confirmed") || text_same(last, ".ended")));
}

static void redate_change(struct bench *b, const struct value *change, const char *was, const char *done)
{
    static const struct {
        const char *table, *key;
    } dated[] = {{"suspensions.", "since"}, {"served.", "done"}, {"tasks.", "opened"}};
    const char *path = v_text(v_at(change, 1), "");
    if (is_day_of_its_own(path))
        redate(b, path, was, done);
    for (size_t i = 0; i < sizeof dated / sizeof *dated; i++) {
        size_t n = strlen(dated[i].table);
        if (strncmp(path, dated[i].table, n) == 0 && !strchr(path + n, '.'))
            redate(b, arena_printf(b->a, "%s.%s", path, dated[i].key), was, done);
    }
}

static void correct_day(struct bench *b, const struct value *changes, struct day done)
{
    char old[DAY_TEXT], new[DAY_TEXT];
    struct day was = case_day(b->j->named, "done");
    check_day(b, stage_entered(changes), was, done);
    if (b->refused)
        return;
    day_text(was, old);
    day_text(done, new);
    for (size_t i = 0; day_is(was) && i < v_count(changes); i++)
        redate_change(b, v_at(changes, i), old, new);
    ledger_correct(b, v_number(bench_fact(b, "corrected-event"), 0), done);
}

/* ---- telling again ---- */

/* Was the same one served by an earlier notice of the event? */
static bool served_before(const struct value *notices, size_t n)
{
    const char *party = v_get_str(v_at(notices, n), "party", "");
    for (size_t i = 0; i < n; i++)
        if (text_same(v_get_str(v_at(notices, i), "party", ""), party))
            return true;
    return false;
}

static void tell_on_paper(struct bench *b, const struct value *notices)
{
    for (size_t i = 0; i < v_count(notices); i++)
        if (v_get_str(v_at(notices, i), "party", NULL) && !served_before(notices, i))
            tell_again_on_paper(b, "act-corrected", v_at(notices, i));
}

/* Whom the event told; and who answers for a clock of the case. */
static void tell_of_it(struct bench *b)
{
    struct value *streams = v_list(b->a);
    const struct value *notices = v_get(b->j->named, "notices"), *clocks = bench_get(b, "clocks");
    for (size_t i = 0; i < v_count(notices); i++)
        if (!v_get(v_at(notices, i), "party"))
            v_push(b->a, streams, v_str(b->a, v_get_str(v_at(notices, i), "stream", "")));
    for (size_t i = 0; i < v_count(clocks); i++) {
        const struct value *clock = clocks->u.map.pair[i].val;
        if (text_same(v_get_str(clock, "state", ""), "running"))
            v_push(b->a, streams, v_str(b->a, v_get_str(clock, "owner", "")));
    }
    tell_again(b, "act-corrected", streams);
    tell_on_paper(b, notices);
}

void correct(struct bench *b)
{
    int64_t event = v_number(bench_fact(b, "corrected-event"), 0);
    const struct value *kase = named_case(b);
    if (!kase) {
        bench_refuse(b, "law", "no-such-event", "本案没有第%lld号事件", (long long)event);
        return;
    }
    struct day done;
    const char *text = v_text(v_path(b->j->command, "fields.corrected-done"), "");
    if (day_parse(text, &done) == ST_OK)
        correct_day(b, v_get(kase, "changes"), done);
    if (!b->refused)
        tell_of_it(b);
}
