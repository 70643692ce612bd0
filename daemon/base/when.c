#include "daemon/base/when.h"

#include <stdio.h>
#include <string.h>

enum { DAY_MS = 86400000, MINUTE_MS = 60000 };

/* Howard Hinnant's days-from-civil: eras of 400 years, the year begins in March. */
struct day day_of_civil(int year, int month, int day)
{
    int y = month <= 2 ? year - 1 : year;
    int era = (y >= 0 ? y : y - 399) / 400;
    int yoe = y - era * 400;
    int doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    return (struct day){era * 146097 + doe - 719468};
}

struct civil day_civil(struct day d)
{
    int64_t z = (int64_t)d.n + 719468;
    int64_t era = (z >= 0 ? z : z - 146096) / 146097;
    unsigned doe = (unsigned)(z - era * 146097);
    unsigned yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    unsigned doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    unsigned mp = (5 * doy + 2) / 153;
    int month = (int)(mp < 10 ? mp + 3 : mp - 9);
    return (struct civil){(int)(yoe + era * 400) + (month <= 2), month, (int)(doy - (153 * mp + 2) / 5) + 1};
}

int day_weekday(struct day d)
{
    int w = (int)(((int64_t)d.n + 3) % 7); /* 1970-01-01 was a Thursday */
    return (w < 0 ? w + 7 : w) + 1;
}

bool day_is(struct day d)
{
    return d.n != INT32_MIN;
}

static int digits(const char *s, int n)
{
    int v = 0;
    for (int i = 0; i < n; i++) {
        if (s[i] < '0' || s[i] > '9')
            return -1;
        v = v * 10 + (s[i] - '0');
    }
    return v;
}

static int days_of_month(int year, int month)
{
    static const signed char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return days[month - 1] + (month == 2 && leap);
}

/* Reads ten characters, which are there; what follows is the caller's. */
static enum status day_read(const char *t, struct day *ret)
{
    if (t[4] != '-' || t[7] != '-')
        return ST_INVALID;
    int y = digits(t, 4), m = digits(t + 5, 2), d = digits(t + 8, 2);
    if (y < 1900 || y > 2999 || m < 1 || m > 12 || d < 1 || d > days_of_month(y, m))
        return ST_INVALID;
    *ret = day_of_civil(y, m, d);
    return ST_OK;
}

enum status day_parse(const char *text, struct day *ret)
{
    return strlen(text) == 10 ? day_read(text, ret) : ST_INVALID;
}

static void put_digits(char *out, int n, unsigned v)
{
    for (; n > 0; v /= 10)
        out[--n] = (char)('0' + v % 10);
}

const char *day_text(struct day d, char out[DAY_TEXT])
{
    if (!day_is(d))
        return strcpy(out, "-");
    struct civil c = day_civil(d);
    /* written by hand: an event holds dozens of days */
    put_digits(out, 4, (unsigned)c.year % 10000);
    out[4] = out[7] = '-';
    put_digits(out + 5, 2, (unsigned)c.month);
    put_digits(out + 8, 2, (unsigned)c.day);
    out[10] = 0;
    return out;
}

struct day when_day(struct when w, int zone_minutes)
{
    /* WHEN_NEVER, or what a peer made up, is taken as the nearest moment of a day that can be counted */
    const int64_t most = (int64_t)(INT32_MAX - 2) * DAY_MS;
    int64_t ms = w.ms > most ? most : w.ms < -most ? -most : w.ms;
    int64_t local = ms + (int64_t)zone_minutes * MINUTE_MS;
    int64_t n = local / DAY_MS - (local % DAY_MS < 0);
    return (struct day){(int32_t)n};
}

struct when day_start(struct day d, int zone_minutes)
{
    return (struct when){(int64_t)d.n * DAY_MS - (int64_t)zone_minutes * MINUTE_MS};
}

const char *when_text(struct when w, int zone_minutes, char out[WHEN_TEXT])
{
    struct day d = when_day(w, zone_minutes);
    unsigned ms = (unsigned)(w.ms - day_start(d, zone_minutes).ms);
    unsigned off = (unsigned)(zone_minutes < 0 ? -zone_minutes : zone_minutes);
    char date[DAY_TEXT];
    snprintf(out, WHEN_TEXT, "%sT%02u:%02u:%02u.%03u%c%02u:%02u", day_text(d, date), ms / 3600000 % 24, ms / 60000 % 60,
             ms / 1000 % 60, ms % 1000, zone_minutes < 0 ? '-' : '+', off / 60 % 100, off % 60);
    return out;
}

/* "+08:00" or "Z" -> minutes; leaves *zone alone when nothing is there. */
static enum status zone_read(const char *t, int *zone)
{
    if (!*t)
        return ST_OK;
    if (strcmp(t, "Z") == 0) {
        *zone = 0;
        return ST_OK;
    }
    int h = strlen(t) == 6 && t[3] == ':' ? digits(t + 1, 2) : -1, m = h >= 0 ? digits(t + 4, 2) : -1;
    if ((*t != '+' && *t != '-') || h < 0 || h > 14 || m < 0 || m > 59)
        return ST_INVALID;
    *zone = (*t == '-' ? -1 : 1) * (h * 60 + m);
    return ST_OK;
}

enum status when_parse(const char *text, int zone_minutes, struct when *ret)
{
    struct day d;
    if (strlen(text) < 16 || day_read(text, &d) != ST_OK || text[10] != 'T' || text[13] != ':')
        return ST_INVALID;
    int h = digits(text + 11, 2), m = digits(text + 14, 2), s = 0, ms = 0;
    const char *t = text + 16;
    if (*t == ':') {
        s = strnlen(t, 3) == 3 ? digits(t + 1, 2) : -1;
        t += 3;
        if (s >= 0 && *t == '.') {
            ms = strnlen(t, 4) == 4 ? digits(t + 1, 3) : -1;
            t += 4;
        }
    }
    if (h < 0 || h > 23 || m < 0 || m > 59 || s < 0 || s > 59 || ms < 0 || zone_read(t, &zone_minutes) != ST_OK)
        return ST_INVALID;
    ret->ms = day_start(d, zone_minutes).ms + h * 3600000LL + m * 60000LL + s * 1000LL + ms;
    return ST_OK;
}
