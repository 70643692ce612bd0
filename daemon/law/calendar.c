#include "daemon/law/calendar.h"

#include "daemon/base/arena.h"
#include "daemon/base/buf.h"
#include "daemon/base/check.h"
#include "daemon/base/hash.h"

#include <stdlib.h>
#include <string.h>

enum {
    YEARS = CALENDAR_LAST_YEAR - CALENDAR_FIRST_YEAR + 1,
    YEAR_DAYS = 366,
    FIRST_DAY = -25567, /* 1900-01-01, a Monday */
    LAST_DAY = 376199,  /* 2999-12-31 */
};

/* A year of which something is named. `shift` of a day: by how much the arrangements changed the number of working
 * days from 1 January up to and including it. */
struct year {
    int16_t shift[YEAR_DAYS];
    const struct calendar_entry *entry[YEAR_DAYS];
    bool local[YEAR_DAYS];
};

/* Working days up to a day = those of a plain week (arithmetic) + the changes of all years before + the year's own:
 * no walking, whatever the distance, and nothing to keep for the years that nobody named. */
struct calendar {
    struct arena *arena;
    struct year *year[YEARS];
    int32_t before[YEARS];    /* changes made by all earlier years */
    int32_t start[YEARS + 1]; /* the first day of each year */
    uint8_t status[YEARS]; /* enum calendar_status; 0: never heard of */
    char version[CALENDAR_VERSION];
};

static bool legal(struct day d)
{
    return d.n >= FIRST_DAY && d.n <= LAST_DAY;
}

static bool legal_year(int year)
{
    return year >= CALENDAR_FIRST_YEAR && year <= CALENDAR_LAST_YEAR;
}

/* The place of a legal day's year: four hundred years are 146,097 days, so the guess is off by one at most. */
static int year_at(const struct calendar *cal, struct day d)
{
    int i = (int)((int64_t)(d.n - FIRST_DAY) * 400 / 146097);
    i -= cal->start[i] > d.n;
    return i + (cal->start[i + 1] <= d.n);
}

static size_t day_of_year(struct day d, int year)
{
    return (size_t)(d.n - day_of_civil(year, 1, 1).n);
}

static size_t days_of_year(int year)
{
    return day_of_year(day_of_civil(year + 1, 1, 1), year);
}

static bool plain_counts(struct day d)
{
    return day_weekday(d) <= 5;
}

/* Mondays to Fridays from the first day up to and including d, which is legal. */
static int32_t plain_count(struct day d)
{
    int32_t n = d.n - FIRST_DAY + 1, rest = n % 7;
    return n / 7 * 5 + (rest < 5 ? rest : 5);
}

/* ---- building ---- */

static int by_day(const void *a, const void *b)
{
    const struct calendar_entry *x = a, *y = b;
    return (x->day.n > y->day.n) - (x->day.n < y->day.n);
}

/* Copies, in the order of days. NULL when an entry is not legal or a day stands twice. */
static struct calendar_entry *sorted_copy(struct arena *a, const struct calendar_entry *entries, size_t n)
{
    struct calendar_entry *copy = arena_copy(a, entries, n * sizeof *entries);
    if (n)
        qsort(copy, n, sizeof *copy, by_day);
    for (size_t i = 0; i < n; i++) {
        if (!copy[i].name || !legal(copy[i].day) || (i && copy[i].day.n == copy[i - 1].day.n))
            return NULL;
        copy[i].name = arena_str(a, copy[i].name);
        copy[i].source = copy[i].source ? arena_str(a, copy[i].source) : NULL;
    }
    return copy;
}

static bool counts(const struct year *y, size_t i, struct day d)
{
    return y->entry[i] ? !y->entry[i]->off : plain_counts(d);
}

static void put_entries(struct calendar *cal, const struct calendar_entry *entries, size_t n, bool local)
{
    for (size_t i = 0; i < n; i++) {
        int year = day_civil(entries[i].day).year;
        struct year **y = &cal->year[year - CALENDAR_FIRST_YEAR];
        if (!*y)
            *y = ARENA_NEW(cal->arena, struct year);
        size_t at = day_of_year(entries[i].day, year);
        /* the overlay wins, whichever came first */
        if (local || !(*y)->local[at]) {
            (*y)->entry[at] = &entries[i];
            (*y)->local[at] = local;
        }
    }
}

static int16_t count_shifts(struct year *y, int year)
{
    int16_t shift = 0;
    struct day d = day_of_civil(year, 1, 1);
    for (size_t i = 0; i < days_of_year(year); i++, d.n++) {
        shift = (int16_t)(shift + counts(y, i, d) - plain_counts(d));
        y->shift[i] = shift;
    }
    return shift;
}

static void hash_entry(struct hasher *h, const struct calendar_entry *e, bool local)
{
    struct buf b = {0};
    char text[DAY_TEXT];
    const char *source = e->source ? e->source : "";
    /* the lengths keep a name from running over into a source */
    buf_printf(&b, "%s %s %s %zu:%s %zu:%s\n", day_text(e->day, text), e->off ? "rest" : "work",
               local ? "local" : "arranged", strlen(e->name), e->name, strlen(source), source);
    hash_more(h, b.p, b.n);
    buf_done(&b);
}

/* Derive what follows from years and entries: the shifts, and the version. */
static void settle(struct calendar *cal)
{
    struct hasher *h = hash_begin();
    int32_t before = 0;
    for (int i = 0; i < YEARS; i++) {
        struct year *y = cal->year[i];
        int year = CALENDAR_FIRST_YEAR + i;
        cal->before[i] = before;
        uint8_t head[3] = {(uint8_t)(year >> 8), (uint8_t)year, cal->status[i]};
        if (y || cal->status[i])
            hash_more(h, head, sizeof head);
        if (!y)
            continue;
        before += count_shifts(y, year);
        for (size_t k = 0; k < days_of_year(year); k++) {
            if (y->entry[k])
                hash_entry(h, y->entry[k], y->local[k]);
        }
    }
    struct hash hash = hash_end(h);
    char hex[HASH_HEX];
    memcpy(cal->version, hash_hex(&hash, hex), sizeof cal->version - 1);
}

struct calendar *calendar_new(void)
{
    struct calendar *cal = xcalloc(1, sizeof *cal);
    cal->arena = arena_new();
    for (int i = 0; i <= YEARS; i++)
        cal->start[i] = day_of_civil(CALENDAR_FIRST_YEAR + i, 1, 1).n;
    settle(cal);
    return cal;
}

void calendar_free(struct calendar *cal)
{
    if (!cal)
        return;
    arena_free(cal->arena);
    free(cal);
}

enum status calendar_add_year(struct calendar *cal, int year, enum calendar_status status,
                              const struct calendar_entry *entries, size_t n)
{
    if (!legal_year(year) || (status != CALENDAR_OFFICIAL && (status != CALENDAR_NOT_ANNOUNCED || n)))
        return ST_INVALID;
    if (cal->status[year - CALENDAR_FIRST_YEAR])
        return ST_EXISTS;
    const struct calendar_entry *sorted = sorted_copy(cal->arena, entries, n);
    if (!sorted || (n && (day_civil(sorted[0].day).year != year || day_civil(sorted[n - 1].day).year != year)))
        return ST_INVALID;
    cal->status[year - CALENDAR_FIRST_YEAR] = (uint8_t)status;
    put_entries(cal, sorted, n, false);
    settle(cal);
    return ST_OK;
}

enum status calendar_overlay(struct calendar *cal, const struct calendar_entry *entries, size_t n)
{
    const struct calendar_entry *sorted = sorted_copy(cal->arena, entries, n);
    if (!sorted)
        return ST_INVALID;
    for (size_t i = 0; i < n; i++)
        if (calendar_day(cal, sorted[i].day).why == CALENDAR_LOCAL)
            return ST_EXISTS;
    put_entries(cal, sorted, n, true);
    settle(cal);
    return ST_OK;
}

/* ---- asking ---- */

const char *calendar_version(const struct calendar *cal)
{
    return cal->version;
}

bool calendar_knows(const struct calendar *cal, int year)
{
    return legal_year(year) && cal->status[year - CALENDAR_FIRST_YEAR] == CALENDAR_OFFICIAL;
}

int calendar_first_known(const struct calendar *cal)
{
    for (int year = CALENDAR_FIRST_YEAR; year <= CALENDAR_LAST_YEAR; year++) {
        if (calendar_knows(cal, year))
            return year;
    }
    return 0;
}

int calendar_last_known(const struct calendar *cal)
{
    for (int year = CALENDAR_LAST_YEAR; year >= CALENDAR_FIRST_YEAR; year--) {
        if (calendar_knows(cal, year))
            return year;
    }
    return 0;
}

struct calendar_day calendar_day(const struct calendar *cal, struct day day)
{
    if (!legal(day))
        return (struct calendar_day){.why = CALENDAR_OUTSIDE, .name = "outside the calendar"};
    int i = year_at(cal, day);
    const struct year *y = cal->year[i];
    size_t at = (size_t)(day.n - cal->start[i]);
    struct calendar_day answer = {.known = cal->status[i] == CALENDAR_OFFICIAL};
    if (y && y->entry[at]) {
        answer.counts = !y->entry[at]->off;
        answer.why = y->local[at] ? CALENDAR_LOCAL : CALENDAR_ARRANGED;
        answer.name = y->entry[at]->name;
        answer.source = y->entry[at]->source;
        return answer;
    }
    answer.counts = plain_counts(day);
    answer.why = answer.counts ? CALENDAR_WEEKDAY : CALENDAR_WEEKEND;
    answer.name = answer.counts ? "weekday" : "weekend";
    return answer;
}

/* Working days from the first day up to and including d: legal, or the day before the first one. */
static int32_t count_to(const struct calendar *cal, struct day d)
{
    if (d.n < FIRST_DAY)
        return 0;
    int i = year_at(cal, d);
    const struct year *y = cal->year[i];
    return plain_count(d) + cal->before[i] + (y ? y->shift[d.n - cal->start[i]] : 0);
}

/* Is a day of an unknown year among first to last? No days: no. */
static bool any_unknown(const struct calendar *cal, struct day first, struct day last)
{
    if (first.n > last.n)
        return false;
    int end = year_at(cal, last);
    for (int i = year_at(cal, first); i <= end; i++) {
        if (cal->status[i] != CALENDAR_OFFICIAL)
            return true;
    }
    return false;
}

static enum status check_limit(struct day start, int n)
{
    if (!legal(start) || n < 0)
        return ST_INVALID;
    return n > CALENDAR_MOST ? ST_LIMIT : ST_OK;
}

/* The first day on which n more working days than at start are complete. */
static enum status advance(const struct calendar *cal, struct day start, int n, struct day *ret)
{
    int32_t target = count_to(cal, start) + n;
    struct day due = start;
    /* k days bring at most k working days, so this never oversteps; where it arrives, the last step was of working
     * days only, so nothing earlier would do */
    for (int32_t missing = n; missing > 0; missing = target - count_to(cal, due)) {
        due.n += missing;
        if (!legal(due))
            return ST_LIMIT;
    }
    *ret = due;
    return ST_OK;
}

enum status calendar_add(const struct calendar *cal, struct day start, int n, struct calendar_due *ret)
{
    struct day due;
    enum status st = check_limit(start, n);
    if (st == ST_OK)
        st = advance(cal, start, n, &due);
    if (st != ST_OK)
        return st;
    *ret = (struct calendar_due){due, any_unknown(cal, (struct day){start.n + 1}, due)};
    return ST_OK;
}

enum status calendar_add_days(const struct calendar *cal, struct day start, int n, struct calendar_due *ret)
{
    enum status st = check_limit(start, n);
    if (st != ST_OK)
        return st;
    struct day end = {start.n + n}, due = end;
    if (!legal(end))
        return ST_LIMIT;
    if (!calendar_day(cal, end).counts)
        st = advance(cal, end, 1, &due);
    if (st != ST_OK)
        return st;
    *ret = (struct calendar_due){due, any_unknown(cal, end, due)};
    return ST_OK;
}

static struct day nearest_legal(struct day d)
{
    return d.n < FIRST_DAY ? (struct day){FIRST_DAY} : d.n > LAST_DAY ? (struct day){LAST_DAY} : d;
}

struct calendar_count calendar_between(const struct calendar *cal, struct day a, struct day b)
{
    a = nearest_legal(a);
    b = nearest_legal(b);
    struct day first = a.n < b.n ? a : b, last = a.n < b.n ? b : a;
    first.n++;
    return (struct calendar_count){count_to(cal, b) - count_to(cal, a), any_unknown(cal, first, last)};
}

struct calendar_count calendar_working_days(const struct calendar *cal, int year)
{
    if (!legal_year(year))
        return (struct calendar_count){.provisional = true};
    struct day before = day_of_civil(year - 1, 12, 31), last = day_of_civil(year, 12, 31);
    return (struct calendar_count){count_to(cal, last) - count_to(cal, before), !calendar_knows(cal, year)};
}
