/* cmd_calendar.c - the working calendar without a daemon, from the files of a folder */
#include "clients/leeway/cmd.h"
#include "clients/leeway/data.h"
#include "clients/leeway/print.h"
#include "clients/lib/options.h"
#include "daemon/law/calendar_file.h"
#include "daemon/yaml/problems.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FILE_MOST = 1 << 20 };

/* --calendars, LEEWAY_CALENDARS, or the shipped ones. */
static const char *folder_of(struct run *r)
{
    const char *set = cli_flag(r->cli, "calendars"), *variable = getenv("LEEWAY_CALENDARS");
    if (set)
        return set;
    if (variable && *variable)
        return variable;
    const char *shipped = data_find(r->arena, "calendars");
    return shipped ? shipped : arena_printf(r->arena, "%s/calendars", data_installed());
}

static bool add_file(struct run *r, struct calendar *cal, const char *folder, const char *name)
{
    struct buf text = {0};
    struct problems *p = problems_new(r->arena);
    const char *path = arena_printf(r->arena, "%s/%s", folder, name);
    enum status st = file_read(path, FILE_MOST, &text);
    if (st != ST_OK)
        run_fail(r, EXIT_USAGE, "%s: %s", path, status_text(st));
    struct calendar_file *f = st == ST_OK ? calendar_file_read(r->arena, path, buf_bytes(&text), p) : NULL;
    if (st == ST_OK && !f) {
        struct buf out = {0};
        problems_print(p, &out);
        fprintf(stderr, "%s", buf_cstr(&out));
        buf_done(&out);
        r->result = EXIT_USAGE;
    }
    /* a jurisdiction's own days beside the years are not everybody's */
    bool fine = f && (f->overlay || calendar_file_add(cal, f) == ST_OK);
    if (f && !fine)
        run_fail(r, EXIT_USAGE, TR(r, "%s: the year is there already", "%s:该年度重复"), path);
    buf_done(&text);
    return fine;
}

/* Gives: calendar_free(). NULL: it was said why. */
static struct calendar *load(struct run *r)
{
    const char *folder = folder_of(r);
    DIR *dir = opendir(folder);
    if (!dir) {
        run_fail(r, EXIT_USAGE, "%s: %s (--calendars)", folder, strerror(errno));
        return NULL;
    }
    struct calendar *cal = calendar_new();
    bool fine = true;
    for (const struct dirent *e; fine && (e = readdir(dir));) {
        size_t n = strlen(e->d_name);
        if (n > 5 && strcmp(e->d_name + n - 5, ".yaml") == 0)
            fine = add_file(r, cal, folder, e->d_name);
    }
    closedir(dir);
    if (fine)
        return cal;
    calendar_free(cal);
    return NULL;
}

static bool parse_day(struct run *r, const char *text, struct day *ret)
{
    return run_day(r, text) && day_parse(text, ret) == ST_OK;
}

int calendar_add_verb(struct run *r)
{
    struct day start;
    int64_t n;
    char text[DAY_TEXT];
    struct calendar_due due;
    if (!parse_day(r, cli_word(r->cli, 0), &start) || !run_number(r, "N", cli_word(r->cli, 1), &n))
        return r->result;
    if (n < 0 || n > CALENDAR_MOST)
        return run_fail(r, EXIT_USAGE, TR(r, "N is 0 to %d", "N 应为 0 至 %d"), CALENDAR_MOST);
    struct calendar *cal = load(r);
    if (!cal)
        return r->result;
    enum status st = cli_flag(r->cli, "calendar-days") ? calendar_add_days(cal, start, (int)n, &due)
                                                       : calendar_add(cal, start, (int)n, &due);
    if (st != ST_OK)
        run_fail(r, EXIT_USAGE, "%s", status_text(st));
    else if (r->format == TABLE)
        printf("%s%s\n", day_text(due.day, text), due.provisional ? TR(r, " provisional", " 暂定") : "");
    else {
        struct value *map = v_map(r->arena);
        v_put_str(r->arena, map, "day", day_text(due.day, text));
        v_put_bool(r->arena, map, "provisional", due.provisional);
        print_map(r, map, NULL, 0);
    }
    calendar_free(cal);
    return r->result;
}

int calendar_between_verb(struct run *r)
{
    struct day a, b;
    if (!parse_day(r, cli_word(r->cli, 0), &a) || !parse_day(r, cli_word(r->cli, 1), &b))
        return r->result;
    struct calendar *cal = load(r);
    if (!cal)
        return r->result;
    struct calendar_count count = calendar_between(cal, a, b);
    if (r->format == TABLE)
        printf("%d%s\n", count.days, count.provisional ? TR(r, " provisional", " 暂定") : "");
    else {
        struct value *map = v_map(r->arena);
        v_put_int(r->arena, map, "workdays", count.days);
        v_put_bool(r->arena, map, "provisional", count.provisional);
        print_map(r, map, NULL, 0);
    }
    calendar_free(cal);
    return r->result;
}

/* The days of a year that do not go by their weekday. */
static const struct value *exceptions(struct run *r, const struct calendar *cal, int year)
{
    struct value *list = v_list(r->arena);
    struct day last = day_of_civil(year, 12, 31);
    for (struct day d = day_of_civil(year, 1, 1); d.n <= last.n; d.n++) {
        struct calendar_day c = calendar_day(cal, d);
        char text[DAY_TEXT];
        if (c.why != CALENDAR_ARRANGED && c.why != CALENDAR_LOCAL)
            continue;
        struct value *line = v_map(r->arena);
        v_put_str(r->arena, line, "day", day_text(d, text));
        v_put_int(r->arena, line, "weekday", day_weekday(d));
        v_put_str(r->arena, line, "is", c.counts ? TR(r, "working day", "工作日") : TR(r, "rest day", "休息日"));
        v_put_str(r->arena, line, "name", c.name);
        v_put_str(r->arena, line, "source", c.source);
        v_push(r->arena, list, line);
    }
    return list;
}

int calendar_show_verb(struct run *r)
{
    static const struct column columns[] = {
        {"day", "day", "日期", CELL},      {"weekday", "weekday", "星期", CELL}, {"is", "is", "性质", CELL},
        {"name", "holiday", "节日", CELL}, {"source", "source", "依据", CELL},
    };
    int64_t year;
    if (!run_number(r, "YEAR", cli_word(r->cli, 0), &year))
        return r->result;
    if (year < CALENDAR_FIRST_YEAR || year > CALENDAR_LAST_YEAR)
        return run_fail(r, EXIT_USAGE, TR(r, "YEAR is %d to %d", "YEAR 应为 %d 至 %d"), CALENDAR_FIRST_YEAR,
                        CALENDAR_LAST_YEAR);
    struct calendar *cal = load(r);
    if (!cal)
        return r->result;
    struct calendar_count count = calendar_working_days(cal, (int)year);
    const struct value *days = exceptions(r, cal, (int)year);
    if (v_count(days) || r->format != TABLE)
        print_list(r, "days", days, columns, sizeof columns / sizeof *columns);
    fprintf(r->format == TABLE ? stdout : stderr, TR(r, "%d working days%s\n", "%d 个工作日%s\n"), count.days,
            count.provisional ? TR(r, ", provisional: the year is not announced", ",暂定:该年度安排未公布") : "");
    calendar_free(cal);
    return EXIT_DONE;
}
