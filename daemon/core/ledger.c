/* ledger.c - legal clocks: a budget, a ledger, and the due day that follows from both
 *
 * A clock of a case is { rule budget in working (or calendar) days, ledger of start, pause, resume, extend, meet, miss,
 * recount, due day }. The due day is derived from the whole ledger each time the ledger grows, never moved by hand; the
 * day a limit starts on is not counted. near-at and miss-at are moments of the daemon's own, for the index of what is
 * due.
 */
#include "daemon/core/bench.h"

#include <string.h>

static const struct value *clock_of(const struct bench *b, const char *name)
{
    return v_get(bench_get(b, "clocks"), name);
}

static bool running(const struct value *clock)
{
    const char *state = v_get_str(clock, "state", "");
    return text_same(state, "running") || text_same(state, "paused") || text_same(state, "missed");
}

struct calendar_due ledger_limit(const struct bench *b, struct day from, int n)
{
    struct calendar_due due = {from, true};
    if (calendar_add(b->j->calendar, from, n, &due) != ST_OK)
        due = (struct calendar_due){from, true};
    return due;
}

struct when ledger_missed_at(const struct bench *b, struct day due)
{
    struct day last = ledger_limit(b, due, b->p->entry_lag).day;
    return day_start((struct day){last.n + 1}, b->p->zone_minutes);
}

/* The working day that is the n-th before a day; bounded, for a due day may lie anywhere. */
static struct day before(const struct bench *b, struct day d, int n)
{
    for (int steps = 0; n > 0 && steps < 5000; steps++) {
        d.n--;
        n -= calendar_day(b->j->calendar, d).counts;
    }
    return d;
}

struct when ledger_remind_at(const struct bench *b, struct day due)
{
    struct day day = before(b, due, b->p->reminder);
    if (day.n <= b->done.n)
        day.n = due.n + 1;
    return day_start(day, b->p->zone_minutes);
}

/* ---- deriving ---- */

struct derived {
    struct calendar_due due;
    bool paused, met, missed, ended;
    struct day met_on;
};

/* Walk the ledger: what of the budget is used up at each pause, what is left from the last start on. */
static struct derived derive(const struct bench *b, const struct value *clock)
{
    struct derived d = {.due = {DAY_NONE, false}, .met_on = DAY_NONE};
    const struct value *ledger = v_get(clock, "ledger");
    int64_t left = v_get_int(clock, "budget", 0);
    bool calendar_days = v_get_bool(clock, "calendar-days");
    struct day from = DAY_NONE;
    for (size_t i = 0; i < v_count(ledger); i++) {
        const struct value *e = v_at(ledger, i);
        const char *op = v_get_str(e, "op", "");
        struct day day = value_day(v_get(e, "day"));
        if (text_same(op, "start") || text_same(op, "resume")) {
            from = day;
            d.paused = false;
        } else if (text_same(op, "pause")) {
            left -= calendar_days ? day.n - from.n : calendar_between(b->j->calendar, from, day).days;
            d.paused = true;
        } else if (text_same(op, "extend")) {
            left += v_get_int(e, "n", 0);
        } else if (text_same(op, "meet")) {
            d.met = true;
            d.met_on = day;
        } else if (text_same(op, "end")) {
            d.ended = true;
        } else if (!text_same(op, "recount")) {
            d.missed = text_same(op, "miss"); /* else: unmiss */
        }
    }
    int n = left < 0 ? 0 : (int)left;
    struct day until = value_day(v_get(clock, "until"));
    if (day_is(until)) {
        d.due = (struct calendar_due){d.paused ? DAY_NONE : until, false};
        return d;
    }
    if (!d.paused && calendar_days && calendar_add_days(b->j->calendar, from, n, &d.due) != ST_OK)
        d.due = (struct calendar_due){from, true};
    else if (!d.paused && !calendar_days)
        d.due = ledger_limit(b, from, n);
    return d;
}

static void put_moment(struct bench *b, const char *name, const char *key, struct when at, bool there)
{
    const struct path *path = PATH("clocks", name, key);
    if (there)
        bench_put(b, path, v_int(b->a, at.ms));
    else
        bench_del(b, path);
}

/* A task that asks for what the clock measures has the clock's limit. */
static void settle_tasks(struct bench *b, const char *name, const struct derived *d)
{
    char text[DAY_TEXT];
    const struct value *tasks = bench_get(b, "tasks");
    for (size_t i = 0; day_is(d->due.day) && i < v_count(tasks); i++) {
        const struct pair *p = &tasks->u.map.pair[i];
        if (!text_same(v_get_str(p->val, "clock", ""), name))
            continue;
        if (!text_same(v_get_str(p->val, "due", ""), day_text(d->due.day, text)))
            bench_put_str(b, PATH("tasks", p->key, "due"), text);
        if (v_get_bool(p->val, "provisional") != d->due.provisional)
            bench_put(b, PATH("tasks", p->key, "provisional"), v_bool(b->a, d->due.provisional));
    }
}

/* What follows from the ledger by the calendar of now: due day, state, the moments at which something must be told
 * (WHEN_NEVER: it need not). */
struct settled {
    struct derived d;
    const char *state;
    bool late;
    struct when near_at, miss_at;
};

static struct settled settled(const struct bench *b, const char *name)
{
    const struct clock_rule *rule = procedure_clock_of(b->p, name);
    struct settled s = {.d = derive(b, clock_of(b, name)), .near_at = WHEN_NEVER, .miss_at = WHEN_NEVER};
    const struct derived *d = &s.d;
    s.state = d->met ? "met" : d->ended ? "ended" : d->missed ? "missed" : d->paused ? "paused" : "running";
    s.late = d->met && day_is(d->due.day) && d->met_on.n > d->due.day.n;
    if (!text_same(s.state, "running"))
        return s;
    struct day near = rule && rule->near ? before(b, d->due.day, rule->near) : DAY_NONE;
    if (day_is(near) && near.n >= b->done.n && near.n < d->due.day.n)
        s.near_at = day_start(near, b->p->zone_minutes);
    if (!d->due.provisional) /* a provisional limit never expires */
        s.miss_at = ledger_missed_at(b, d->due.day);
    return s;
}

static void settle(struct bench *b, const char *name)
{
    const struct settled s = settled(b, name);
    char text[DAY_TEXT];
    if (day_is(s.d.due.day))
        bench_put_str(b, PATH("clocks", name, "due"), day_text(s.d.due.day, text));
    bench_put_str(b, PATH("clocks", name, "state"), s.state);
    bench_put(b, PATH("clocks", name, "provisional"), v_bool(b->a, s.d.due.provisional));
    bench_put_str(b, PATH("clocks", name, "calendar"), calendar_version(b->j->calendar));
    bench_put(b, PATH("clocks", name, "late"), v_bool(b->a, s.late));
    put_moment(b, name, "near-at", s.near_at, s.near_at.ms != WHEN_NEVER.ms);
    put_moment(b, name, "miss-at", s.miss_at, s.miss_at.ms != WHEN_NEVER.ms);
    settle_tasks(b, name, &s.d);
}

static void enter_from(struct bench *b, const char *name, const char *op, struct day day, int64_t n, const char *fact)
{
    char text[DAY_TEXT];
    struct value *e = v_map(b->a);
    v_add_str(b->a, e, "op", op);
    v_add_str(b->a, e, "day", day_text(day, text));
    v_add_int(b->a, e, "event", b->j->event);
    if (n)
        v_add_int(b->a, e, "n", n);
    v_add_str(b->a, e, "fact", fact);
    bench_push(b, PATH("clocks", name, "ledger"), e);
    settle(b, name);
}

static void enter(struct bench *b, const char *name, const char *op, struct day day, int64_t n)
{
    enter_from(b, name, op, day, n, NULL);
}

/* ---- what acts do with clocks ---- */

/* The day from which a clock of the case was counted last; DAY_NONE: it never was started. */
static struct day started_on(const struct value *clock)
{
    struct day d = DAY_NONE;
    const struct value *ledger = v_get(clock, "ledger");
    for (size_t i = 0; i < v_count(ledger); i++)
        if (text_same(v_get_str(v_at(ledger, i), "op", ""), "start"))
            d = value_day(v_get(v_at(ledger, i), "day"));
    return d;
}

/* The day on which a clock ends that a fact ends: it lies ahead. NULL: refused. */
static const char *until_text(struct bench *b, const struct clock_rule *rule)
{
    const char *text = v_text(bench_fact(b, rule->until), "");
    struct day day;
    if (day_parse(text, &day) == ST_OK && day.n > b->done.n)
        return text;
    bench_refuse(b, "law", "until-not-after", "%s:需要办理之日以后的日期(%s)", rule->label,
                 procedure_fact(b->p, rule->until)->label);
    return NULL;
}

static void start(struct bench *b, const struct clock_rule *rule, struct day from, const char *fact)
{
    char text[DAY_TEXT];
    const struct department *owner = bench_role(b, rule->owner);
    struct value *clock = v_map(b->a);
    v_add_str(b->a, clock, "state", "running");
    v_add_str(b->a, clock, "owner", owner ? owner->id : NULL);
    v_add_str(b->a, clock, "start", day_text(from, text));
    v_add_int(b->a, clock, "budget", rule->workdays ? rule->workdays : rule->days);
    if (rule->until)
        v_add_str(b->a, clock, "until", until_text(b, rule));
    if (rule->each) {
        v_add_str(b->a, clock, "part-kind", rule->each);
        v_add_str(b->a, clock, "part", bench_part_of(b, rule->each));
    }
    if (rule->days)
        v_add_bool(b->a, clock, "calendar-days", true);
    v_add(b->a, clock, "ledger", v_list(b->a));
    const char *name = bench_clock(b, rule->name);
    bench_put(b, PATH("clocks", name), clock);
    enter_from(b, name, "start", from, 0, fact);
}

void ledger_start(struct bench *b, const struct clock_rule *rule)
{
    start(b, rule, b->done, NULL);
}

/* A miss that was written before something came in which shows that the limit was kept, or is not over yet, is undone,
 * and those who were told of it are told. */
static void reconsider(struct bench *b, const char *name)
{
    const struct derived d = derive(b, clock_of(b, name));
    if (!d.missed || d.ended || !day_is(d.due.day))
        return;
    bool over = !d.due.provisional && ledger_missed_at(b, d.due.day).ms <= b->j->now.ms;
    if (d.met ? d.met_on.n > d.due.day.n : over)
        return;
    enter(b, name, "unmiss", b->done, 0);
    b->clock = name;
    tell_again(b, "limit-miss-undone", v_get(clock_of(b, name), "miss-told"));
    b->clock = NULL;
    bench_del(b, PATH("clocks", name, "miss-told"));
}

void ledger_start_from(struct bench *b, const struct clock_rule *rule, const char *fact)
{
    const char *name = bench_clock(b, rule->name);
    const struct value *clock = clock_of(b, name);
    struct day from;
    if (day_parse(v_text(bench_fact(b, fact), ""), &from))
        from = DAY_NONE;
    if (!day_is(from)) {
        ledger_start(b, rule);
    } else if (!clock) {
        start(b, rule, from, fact);
    } else if (started_on(clock).n != from.n) {
        enter_from(b, name, "start", from, 0, fact);
        reconsider(b, name);
    }
}

void ledger_stop(struct bench *b, const char *name)
{
    if (!running(clock_of(b, name)))
        return;
    enter(b, name, "meet", b->done, 0);
    reconsider(b, name);
}

void ledger_end(struct bench *b, const char *name)
{
    if (running(clock_of(b, name)))
        enter(b, name, "end", b->done, 0);
}

void ledger_pause(struct bench *b, const char *name)
{
    if (text_same(v_get_str(clock_of(b, name), "state", ""), "running"))
        enter(b, name, "pause", b->done, 0);
}

void ledger_resume(struct bench *b, const char *name)
{
    if (text_same(v_get_str(clock_of(b, name), "state", ""), "paused"))
        enter(b, name, "resume", b->done, 0);
}

static int64_t budget(const struct value *clock)
{
    int64_t n = v_get_int(clock, "budget", 0);
    const struct value *ledger = v_get(clock, "ledger");
    for (size_t i = 0; i < v_count(ledger); i++)
        if (text_same(v_get_str(v_at(ledger, i), "op", ""), "extend"))
            n += v_get_int(v_at(ledger, i), "n", 0);
    return n;
}

void ledger_extend(struct bench *b, const char *name, int64_t by, const struct rule *why)
{
    const struct clock_rule *rule = procedure_clock_of(b->p, name);
    const struct value *clock = clock_of(b, name);
    if (!running(clock)) {
        bench_refuse_rule(b, why, "clock-not-running", "%s没有在计算,不能延长", rule->label);
        return;
    }
    int64_t total = budget(clock) + by, most = rule->total ? rule->total : rule->workdays + rule->days;
    if (total > most) {
        bench_refuse_rule(b, why, "limit-total", "%s延长后共%lld个工作日,不得超过%lld个工作日", rule->label,
                          (long long)total, (long long)most);
        return;
    }
    enter(b, name, "extend", b->done, by);
    reconsider(b, name);
}

void ledger_miss(struct bench *b, const char *name)
{
    enter(b, name, "miss", value_day(v_get(clock_of(b, name), "due")), 0);
}

bool ledger_over(const struct bench *b, const char *name)
{
    const struct value *clock = clock_of(b, name);
    struct day due = value_day(v_get(clock, "due"));
    if (text_same(v_get_str(clock, "state", ""), "met"))
        return v_get_bool(clock, "late");
    return day_is(due) && b->done.n > due.n;
}

/* The named event took effect on another day: every entry that it made for its own day (not for one that a fact tells)
 * gets that day, every clock is derived again. */
void ledger_correct(struct bench *b, int64_t event, struct day done)
{
    char text[DAY_TEXT];
    const struct value *clocks = bench_get(b, "clocks");
    for (size_t c = 0; c < v_count(clocks); c++) {
        const char *name = clocks->u.map.pair[c].key;
        struct value *ledger = v_copy(b->a, v_get(clocks->u.map.pair[c].val, "ledger"));
        bool touched = false;
        for (size_t i = 0; i < v_count(ledger); i++) {
            struct value *e = v_at(ledger, i);
            const char *op = v_get_str(e, "op", "");
            bool of_that_day = !v_get(e, "fact") && !text_same(op, "miss") && !text_same(op, "unmiss");
            if (v_get_int(e, "event", 0) != event || !of_that_day)
                continue;
            v_put_str(b->a, e, "day", day_text(done, text));
            v_put_int(b->a, e, "corrected", b->j->event);
            touched = true;
        }
        if (!touched)
            continue;
        bench_put(b, PATH("clocks", name, "ledger"), ledger);
        settle(b, name);
        reconsider(b, name);
    }
}

/* ---- another calendar ---- */

/* Of a limit that is paused the due day is found when it goes on; one that has ended is asked for by nobody; of one
 * that was met only whether that was in time. */
bool ledger_stale(const struct bench *b, const char *name)
{
    const struct value *clock = clock_of(b, name);
    const char *state = v_get_str(clock, "state", "");
    if (text_same(state, "paused") || text_same(state, "ended") || !v_count(v_get(clock, "ledger")))
        return false;
    const struct settled s = settled(b, name);
    if (text_same(state, "met"))
        return s.late != v_get_bool(clock, "late");
    if (s.d.due.day.n != value_day(v_get(clock, "due")).n || s.d.due.provisional != v_get_bool(clock, "provisional"))
        return true;
    return text_same(state, "running") && v_get_int(clock, "miss-at", WHEN_NEVER.ms) != s.miss_at.ms;
}

void ledger_recount(struct bench *b, const char *name)
{
    struct value *e = v_map(b->a);
    v_put_str(b->a, e, "op", "recount");
    v_put_str(b->a, e, "day", b->done_text);
    v_put_int(b->a, e, "event", b->j->event);
    v_put_str(b->a, e, "was", v_get_str(clock_of(b, name), "due", NULL));
    bench_push(b, PATH("clocks", name, "ledger"), e);
    settle(b, name);
    reconsider(b, name);
}
