/* The question `report`: figures by dimension, a portion of the cases (or persons, or events) on each page.
 *
 * Nothing is kept for it. A page looks at so many records that the loop is not held up, whatever the store holds; the
 * asker adds up the rows of the pages. Persons are counted along the index by subject: all cases of one person stand
 * together there, so each is counted once without a list of those that were seen. */
#include "daemon/base/tally.h"
#include "daemon/core/report.h"
#include "daemon/engine/asking.h"

#include <stdlib.h>
#include <string.h>

enum { LOOK_MOST = 1500, ROWS_MOST = 1500, SEPARATOR = '\t' };

struct reporting {
    struct asking *k;
    struct report_question q;
    const char *procedure;
    const struct procedure *newest; /* for labels */
    bool persons, lines, conclusions, times;
    size_t times_at; /* which dimension it is */
    struct tally *rows;
    struct value *lined;         /* list of lines */
    int64_t total, looked, most; /* records looked at for this page */
};

/* ---- the question ---- */

static bool refuse_dimension(struct reporting *r, const char *name)
{
    struct asking *k = r->k;
    (void)refuse(k, "form", "dimension-unknown",
                 arena_printf(k->a, "there is no dimension '%s' here; there are: %s%s", strlen(name) <= 64 ? name : "…",
                              report_known(k->a, r->newest), r->persons ? ", times" : ""));
    return false;
}

static bool take_dimensions(struct reporting *r)
{
    const struct value *by = v_get(r->k->m, "by");
    for (size_t i = 0; i < v_count(by); i++) {
        const char *name = v_text(v_at(by, i), "");
        bool times = r->persons && strcmp(name, "times") == 0;
        if (i == REPORT_DIMENSIONS) {
            (void)refuse(r->k, "form", "dimension-unknown", "a report has at most 6 dimensions");
            return false;
        }
        if (!times && !report_knows(r->newest, name))
            return refuse_dimension(r, name);
        r->conclusions = r->conclusions || strcmp(name, "reasons") == 0;
        r->q.dimension[r->q.ndimensions++] = name;
        if (times) {
            r->times = true;
            r->times_at = i;
        }
    }
    return true;
}

static bool take_day(struct reporting *r, const char *key, struct day *ret)
{
    const char *text = v_get_str(r->k->m, key, NULL);
    *ret = DAY_NONE;
    if (!text || day_parse(text, ret) == ST_OK)
        return true;
    (void)refuse(r->k, "form", "day-wrong", arena_printf(r->k->a, "%s: expected a day as 2026-02-13", key));
    return false;
}

static bool take_on(struct reporting *r)
{
    static const char *const words[] = {
        [REPORT_OPENED] = "opened", [REPORT_DETERMINED] = "determined", [REPORT_ENDED] = "ended"};
    const char *on = v_get_str(r->k->m, "on", "opened");
    for (size_t i = REPORT_OPENED; i <= REPORT_ENDED; i++)
        if (strcmp(words[i], on) == 0)
            r->q.on = (enum report_on)i;
    if (!r->q.on)
        (void)refuse(r->k, "form", "field-wrong", "on is opened, determined or ended");
    return r->q.on;
}

static bool take_question(struct reporting *r)
{
    struct asking *k = r->k;
    const char *of = v_get_str(k->m, "of", "matters");
    r->procedure = v_get_str(k->m, "procedure", "");
    r->newest = laws_newest(view_laws(k->q->view), r->procedure);
    r->persons = strcmp(of, "persons") == 0;
    r->q.stays = strcmp(of, "stays") == 0;
    r->lines = v_get_bool(k->m, "lines");
    r->most = v_get_int(k->m, "limit", LOOK_MOST);
    r->most = r->most < 1 ? 1 : r->most > LOOK_MOST ? LOOK_MOST : r->most;
    r->q.reg = view_register(k->q->view);
    r->q.calendar = laws_calendar(view_laws(k->q->view));
    if (!r->newest)
        (void)refuse(k, "form", "procedure-unknown", "there is no such procedure");
    else if (!r->persons && !r->q.stays && strcmp(of, "matters") != 0)
        (void)refuse(k, "form", "field-wrong", "of is matters, persons or stays");
    else if (r->lines && !has_right(k, "inspect"))
        (void)refuse(k, "right", "no-right", "single matters and persons are for who inspects");
    if (k->refused)
        return false;
    r->q.today = when_day(k->q->now, r->newest->zone_minutes);
    return take_on(r) && take_day(r, "from", &r->q.from) && take_day(r, "to", &r->q.to) && take_dimensions(r);
}

/* ---- rows ---- */

/* Values as one key; a value never has the separator in it: words, days, names. */
static const char *row_key(struct arena *a, const struct reporting *r, const struct report_row *row)
{
    const char *key = "";
    for (size_t i = 0; i < r->q.ndimensions; i++)
        key = arena_printf(a, "%s%s%c", key, row->value[i], SEPARATOR);
    return key;
}

static struct value *row_values(struct arena *a, const struct reporting *r, const char *key)
{
    struct value *by = v_list(a);
    for (size_t i = 0; i < r->q.ndimensions; i++) {
        const char *end = strchr(key, SEPARATOR);
        v_push(a, by, v_strn(a, key, (size_t)(end - key)));
        key = end + 1;
    }
    return by;
}

static void line_add(struct reporting *r, const char *what, struct value *who, const char *key)
{
    struct arena *a = r->k->a;
    struct value *line = v_map(a);
    v_put(a, line, what, who);
    v_put(a, line, "by", row_values(a, r, key));
    v_push(a, r->lined, line);
}

static bool page_over(const struct reporting *r)
{
    return r->looked >= r->most || tally_count(r->rows) >= ROWS_MOST || v_count(r->lined) >= PAGE_MOST;
}

/* The rows of one case; 0 when it is of another procedure, or does not count. */
static enum status case_rows(struct reporting *r, struct arena *a, const struct value *kase, struct report_row **ret,
                             size_t *ret_n)
{
    const struct procedure *law = case_law(r->k, kase);
    struct value *event = NULL;
    *ret_n = 0;
    r->looked++;
    if (!law || strcmp(law->name, r->procedure) != 0)
        return ST_OK;
    int64_t conclusion = r->conclusions ? report_conclusion(kase) : 0;
    if (conclusion) {
        enum status st = asking_event(r->k, a, (uint64_t)conclusion, &event);
        if (st)
            return st == ST_NOT_FOUND ? ST_CORRUPT : st;
    }
    r->q.conclusion = event;
    *ret_n = report_rows(a, law, kase, &r->q, ret);
    return ST_OK;
}

/* ---- matters and stays: along the cases ---- */

static enum status matter_take(struct reporting *r, struct arena *a, uint64_t number)
{
    struct value *kase;
    struct report_row *row;
    size_t n;
    enum status st = case_record(r->k, a, (int64_t)number, &kase);
    if (!st)
        st = case_rows(r, a, kase, &row, &n);
    for (size_t i = 0; !st && i < n; i++) {
        const char *key = row_key(a, r, &row[i]);
        tally_add(r->rows, key, 1);
        if (r->lines)
            line_add(r, "case", v_int(r->k->a, (int64_t)number), key);
    }
    r->total += !st && n > 0;
    return st;
}

static enum status matters_walk(struct reporting *r)
{
    struct asking *k = r->k;
    struct key from;
    key_begin(&from);
    key_add_u64(&from, page_after_number(k) + 1);
    struct arena *scratch = arena_new();
    struct store_cursor *c = store_cursor(k->t, DB_CASES);
    enum status st = store_seek(c, key_bytes(&from));
    uint64_t last = page_after_number(k);
    for (; !st; st = store_next(c)) {
        struct bytes rest = store_key(c);
        uint64_t number;
        if (page_over(r)) {
            v_put(k->a, k->answer, "next", v_printf(k->a, "%llu", (unsigned long long)last));
            break;
        }
        arena_reset(scratch);
        st = key_take_u64(&rest, &number);
        if (!st)
            st = matter_take(r, scratch, number);
        if (st)
            break;
        last = number;
    }
    store_cursor_free(c);
    arena_free(scratch);
    return st == ST_NOT_FOUND ? ST_OK : st;
}

/* ---- persons: along the index by subject ---- */

struct person {
    struct arena *a; /* as long as the person is looked at */
    const char *id;
    struct tally *rows; /* the person's own */
    int64_t times;      /* determinations in the person's favour */
    bool counts;
};

static void person_keep(struct reporting *r, struct person *p)
{
    int64_t ignored;
    if (!p->counts)
        return;
    r->total++;
    for (size_t i = 0; i < tally_count(p->rows); i++) {
        const char *key = tally_at(p->rows, i, &ignored);
        tally_add(r->rows, key, 1);
        if (r->lines)
            line_add(r, "person", v_str(r->k->a, p->id), key);
    }
}

/* With `times` the one row of a person is known only at the end. */
static void person_row(struct reporting *r, struct person *p, const struct report_row *row)
{
    p->counts = true;
    if (!r->times) {
        tally_add(p->rows, row_key(p->a, r, row), 1);
        return;
    }
    p->times++;
}

static void person_times(struct reporting *r, struct person *p)
{
    struct report_row row = {{NULL}};
    if (!r->times || !p->times)
        return;
    for (size_t i = 0; i < r->q.ndimensions; i++)
        row.value[i] = "";
    row.value[r->times_at] = arena_printf(p->a, "%lld", (long long)p->times);
    tally_add(p->rows, row_key(p->a, r, &row), 1);
}

/* With `times` only lenient determinations are counted, and that is the only dimension. */
static enum status case_of_person(struct reporting *r, struct person *p, uint64_t number)
{
    struct report_row *row;
    struct value *kase;
    size_t n;
    struct report_question asked = r->q;
    enum status st = case_record(r->k, p->a, (int64_t)number, &kase);
    r->q.person = p->id;
    if (r->times) {
        r->q.dimension[0] = "lenient";
        r->q.ndimensions = 1;
    }
    if (!st)
        st = case_rows(r, p->a, kase, &row, &n);
    r->q.ndimensions = asked.ndimensions;
    r->q.dimension[0] = asked.dimension[0];
    for (size_t i = 0; !st && i < n; i++)
        if (!r->times || strcmp(row[i].value[0], "yes") == 0)
            person_row(r, p, &row[i]);
    return st;
}

/* All cases of one person, from where the cursor stands; it then stands behind them. */
static enum status person_take(struct reporting *r, struct arena *a, struct store_cursor *c, const char *id)
{
    struct person p = {.a = a, .id = id, .rows = tally_new()};
    bool unit = register_department(r->q.reg, id) != NULL; /* units are no persons */
    struct key mine;
    key_begin(&mine);
    key_add_str(&mine, "subject");
    key_add_str(&mine, id);
    enum status st = ST_OK;
    while (!st && key_has_prefix(store_key(c), key_bytes(&mine))) {
        struct bytes rest = {store_key(c).p + mine.n, store_key(c).n - mine.n};
        uint64_t number;
        st = key_take_u64(&rest, &number);
        if (!st && !unit)
            st = case_of_person(r, &p, number);
        if (!st)
            st = store_next(c);
    }
    if (!st || st == ST_NOT_FOUND) {
        person_times(r, &p);
        person_keep(r, &p);
    }
    tally_free(p.rows);
    return st;
}

static enum status persons_walk(struct reporting *r)
{
    struct asking *k = r->k;
    struct key prefix, from;
    key_begin(&prefix);
    key_add_str(&prefix, "subject");
    from = prefix;
    if (*page_after(k)) { /* behind every case of the last person */
        key_add_str(&from, page_after(k));
        key_add_u64(&from, UINT64_MAX);
    }
    struct arena *scratch = arena_new();
    struct store_cursor *c = store_cursor(k->t, DB_INDEX);
    enum status st = store_seek(c, key_bytes(&from));
    const char *last = "";
    while (!st && key_has_prefix(store_key(c), key_bytes(&prefix))) {
        struct bytes rest = {store_key(c).p + prefix.n, store_key(c).n - prefix.n};
        const char *id;
        if (page_over(r)) {
            v_put_str(k->a, k->answer, "next", last);
            break;
        }
        arena_reset(scratch);
        st = key_take_str(&rest, &id);
        if (!st)
            st = person_take(r, scratch, c, last = arena_str(k->a, id));
    }
    store_cursor_free(c);
    arena_free(scratch);
    return st == ST_NOT_FOUND ? ST_OK : st;
}

/* ---- the answer ---- */

static void label_put(struct reporting *r, struct tally *seen, struct value *labels, const char *dimension,
                      const char *value)
{
    struct arena *a = r->k->a;
    const char *key = arena_printf(a, "%s%c%s", dimension, SEPARATOR, value);
    if (tally_get(seen, key))
        return;
    tally_add(seen, key, 1);
    const char *text = report_label(a, r->newest, r->q.reg, dimension, value);
    if (!text)
        return;
    struct value *label = v_map(a);
    v_put_str(a, label, "dimension", dimension);
    v_put_str(a, label, "value", value);
    v_put_str(a, label, "label", text);
    v_push(a, labels, label);
}

static void put_rows(struct reporting *r)
{
    struct arena *a = r->k->a;
    struct value *rows = v_list(a), *labels = v_list(a);
    struct tally *seen = tally_new();
    for (size_t i = 0; i < tally_count(r->rows); i++) {
        int64_t n;
        const char *key = tally_at(r->rows, i, &n);
        struct value *row = v_map(a), *by = row_values(a, r, key);
        v_put(a, row, "by", by);
        v_put_int(a, row, "n", n);
        v_push(a, rows, row);
        for (size_t d = 0; d < r->q.ndimensions; d++)
            label_put(r, seen, labels, r->q.dimension[d], v_text(v_at(by, d), ""));
    }
    tally_free(seen);
    v_put(a, r->k->answer, "rows", rows);
    v_put_int(a, r->k->answer, "total", r->total);
    v_put(a, r->k->answer, "labels", labels);
    if (r->lines)
        v_put(a, r->k->answer, "lines", r->lined);
}

enum status ask_report(struct asking *k)
{
    struct reporting r = {.k = k, .lined = v_list(k->a)};
    if (!take_question(&r))
        return ST_OK;
    r.rows = tally_new();
    enum status st = r.persons ? persons_walk(&r) : matters_walk(&r);
    if (!st)
        put_rows(&r);
    tally_free(r.rows);
    return st;
}
