#include "daemon/law/calendar_file.h"

#include <stdio.h>
#include <string.h>

struct reading {
    struct arena *arena;
    struct problems *problems;
    struct calendar_file *f;
    struct calendar_notice *notices;
    struct calendar_entry *entries;
    const struct node **dates; /* beside entries: where each date stands */
};

#define KEYS(map, p, ...)                                                                                              \
    do {                                                                                                               \
        static const char *const known_keys[] = {__VA_ARGS__};                                                         \
        node_known_keys((map), known_keys, sizeof known_keys / sizeof *known_keys, (p));                               \
    } while (0)

/* ".../2019.yaml" -> 2019; 0 for a name of another form */
static int year_of_name(const char *file)
{
    const char *slash = strrchr(file, '/'), *name = slash ? slash + 1 : file;
    if (strlen(name) != 9 || strspn(name, "0123456789") != 4 || strcmp(name + 4, ".yaml") != 0)
        return 0;
    return (name[0] - '0') * 1000 + (name[1] - '0') * 100 + (name[2] - '0') * 10 + (name[3] - '0');
}

/* The source of an overlay is its only notice: every day of it is from there. */
static void read_overlay(struct reading *r, const struct node *at)
{
    r->f->status = CALENDAR_OFFICIAL;
    r->f->overlay = "";
    if (!node_map(at, r->problems))
        return;
    KEYS(at, r->problems, "jurisdiction", "reason", "source");
    r->f->overlay = node_name(node_need(at, "jurisdiction", r->problems), "", r->problems);
    r->f->reason = node_text(node_need(at, "reason", r->problems), "", r->problems);
    r->notices = ARENA_NEW(r->arena, struct calendar_notice);
    r->notices[0].number = node_text(node_need(at, "source", r->problems), "", r->problems);
    r->notices[0].issued = DAY_NONE;
    r->f->notices = r->notices;
    r->f->notice_count = 1;
}

static void read_head(struct reading *r, const struct node *root, const char *file)
{
    static const char *const words[] = {"official", "not-announced"};
    if (node_get(root, "overlay")) {
        KEYS(root, r->problems, "overlay", "days");
        read_overlay(r, node_get(root, "overlay"));
        return;
    }
    KEYS(root, r->problems, "year", "status", "working-days", "notices", "days");
    const struct node *year = node_need(root, "year", r->problems);
    r->f->year = (int)node_int(year, CALENDAR_FIRST_YEAR, CALENDAR_LAST_YEAR, 0, r->problems);
    int named = year_of_name(file);
    if (named && r->f->year && named != r->f->year)
        problems_add(r->problems, year, "the file's name says %d, the year stands as %d", named, r->f->year);
    r->f->status = node_choice(node_need(root, "status", r->problems), words, 2, r->problems) == 1
                       ? CALENDAR_NOT_ANNOUNCED
                       : CALENDAR_OFFICIAL;
}

static const char *notice_known(const struct reading *r, const char *number)
{
    for (size_t i = 0; i < r->f->notice_count; i++) {
        if (strcmp(r->notices[i].number, number) == 0)
            return r->notices[i].number;
    }
    return NULL;
}

static void read_notice(struct reading *r, const struct node *at)
{
    if (!node_map(at, r->problems))
        return;
    KEYS(at, r->problems, "number", "issued", "paper");
    const struct node *number = node_need(at, "number", r->problems);
    struct calendar_notice notice = {
        .number = node_text(number, "", r->problems),
        .issued = node_day(node_need(at, "issued", r->problems), r->problems),
        .paper = node_text(node_get(at, "paper"), NULL, r->problems),
    };
    if (*notice.number && notice_known(r, notice.number))
        problems_add(r->problems, number, "the notice '%s' stands here twice", notice.number);
    r->notices[r->f->notice_count++] = notice;
}

static void read_notices(struct reading *r, const struct node *list)
{
    size_t n = node_item_count(node_list(list, r->problems));
    r->notices = ARENA_ARRAY(r->arena, struct calendar_notice, n);
    for (size_t i = 0; i < n; i++)
        read_notice(r, node_item(list, i));
    r->f->notices = r->notices;
}

/* The number that the day names, else the first of the file. */
static const char *read_source(struct reading *r, const struct node *at)
{
    const char *first = r->f->notice_count ? r->notices[0].number : NULL;
    if (!at)
        return first;
    const char *number = node_text(at, NULL, r->problems), *known = number ? notice_known(r, number) : NULL;
    if (number && !known) {
        const char **numbers = ARENA_ARRAY(r->arena, const char *, r->f->notice_count);
        for (size_t i = 0; i < r->f->notice_count; i++)
            numbers[i] = r->notices[i].number;
        node_unknown(at, "notice", numbers, r->f->notice_count, r->problems);
    }
    return known;
}

static void check_date(struct reading *r, const struct node *at, struct day day)
{
    char text[DAY_TEXT];
    int year = day_civil(day).year;
    if (r->f->year && year != r->f->year)
        problems_add(r->problems, at, "%s is not a day of %d", day_text(day, text), r->f->year);
    for (size_t i = 0; i < r->f->entry_count; i++) {
        if (r->entries[i].day.n == day.n) {
            problems_add(r->problems, at, "%s stands here twice, first in line %d", day_text(day, text),
                         r->dates[i]->line);
            return;
        }
    }
}

static void read_day(struct reading *r, const struct node *at)
{
    if (!node_map(at, r->problems))
        return;
    KEYS(at, r->problems, "date", "name", "off", "notice");
    const struct node *date = node_need(at, "date", r->problems);
    struct calendar_entry entry = {
        .day = node_day(date, r->problems),
        .name = node_text(node_need(at, "name", r->problems), "", r->problems),
        .off = node_bool(node_need(at, "off", r->problems), false, r->problems),
        .source = read_source(r, node_get(at, "notice")),
    };
    if (!day_is(entry.day))
        return;
    check_date(r, date, entry.day);
    r->dates[r->f->entry_count] = date;
    r->entries[r->f->entry_count++] = entry;
}

/* More than all days of a year are not looked at: each is compared with those before it. */
static void read_days(struct reading *r, const struct node *list)
{
    enum { MOST = 366 };
    size_t n = node_item_count(node_list(list, r->problems));
    if (n > MOST) {
        problems_add(r->problems, list, "at most %d days may stand here, these are %zu", MOST, n);
        n = MOST;
    }
    r->entries = ARENA_ARRAY(r->arena, struct calendar_entry, n);
    r->dates = ARENA_ARRAY(r->arena, const struct node *, n);
    for (size_t i = 0; i < n; i++)
        read_day(r, node_item(list, i));
    r->f->entries = r->entries;
}

/* An arrangement that nobody issued, or a guess at one that is not issued yet, counts nobody's limits. */
static void check_sources(struct reading *r, const struct node *root)
{
    const struct node *notices = node_get(root, "notices");
    bool announced = r->f->status == CALENDAR_OFFICIAL;
    if (announced && notices && !r->f->notice_count)
        problems_add(r->problems, notices, "an official year names its notice");
    if (!announced && node_item_count(notices))
        problems_add(r->problems, notices, "a year that is not announced has no notices");
    if (!announced && node_item_count(node_get(root, "days")))
        problems_add(r->problems, node_get(root, "days"), "a year that is not announced has no days");
}

/* The declared total finds the slip that no other check can see: a day forgotten, a true for a false. */
static void check_total(struct reading *r, const struct node *total)
{
    if (!total)
        return;
    int declared = (int)node_int(total, 0, 366, -1, r->problems);
    struct calendar *cal = calendar_new();
    if (declared >= 0 && calendar_file_add(cal, r->f) == ST_OK) {
        int days = calendar_working_days(cal, r->f->year).days;
        if (days != declared)
            problems_add(r->problems, total, "the days of this file make %d working days, not %d", days, declared);
    }
    calendar_free(cal);
}

struct calendar_file *calendar_file_read(struct arena *a, const char *file, struct bytes in, struct problems *p)
{
    size_t before = problems_count(p);
    struct reading r = {.arena = a, .problems = p, .f = ARENA_NEW(a, struct calendar_file)};
    const struct node *root = node_map(tree_read(a, file, in, p), p);
    if (!root)
        return NULL;
    read_head(&r, root, file);
    if (!r.f->overlay)
        read_notices(&r, r.f->status == CALENDAR_OFFICIAL ? node_need(root, "notices", p) : node_get(root, "notices"));
    read_days(&r, node_need(root, "days", p));
    check_sources(&r, root);
    if (problems_count(p) == before)
        check_total(&r, node_get(root, "working-days"));
    return problems_count(p) == 0 ? r.f : NULL;
}

const char *calendar_file_of(struct arena *a, const struct calendar_file *f)
{
    return f->overlay ? arena_printf(a, "overlay:%s", f->overlay) : arena_printf(a, "%d", f->year);
}

enum status calendar_file_add(struct calendar *cal, const struct calendar_file *f)
{
    return f->overlay ? calendar_overlay(cal, f->entries, f->entry_count)
                      : calendar_add_year(cal, f->year, f->status, f->entries, f->entry_count);
}
