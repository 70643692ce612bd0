#include "clients/lib/feed.h"

#include <stdio.h>
#include <string.h>

bool feed_init(struct feed *f, const char *prefix, int64_t after)
{
    size_t n = strlen(prefix);
    if (n >= FEED_PREFIX || (n && prefix[n - 1] != '/'))
        return false;
    *f = (struct feed){.number = after < 0 ? -1 : after, .distrust = after >= 0};
    memcpy(f->prefix, prefix, n + 1);
    return true;
}

static enum feed_move fetch_until(struct feed *f, int64_t number)
{
    if (number > f->wanted)
        f->wanted = number;
    return FEED_FETCH;
}

enum feed_move feed_live(struct feed *f, const struct value *transition)
{
    int64_t n = v_get_int(transition, "n", 0);
    /* without a word about it, as of a daemon that knows no such prefix, nothing is missing */
    int64_t before = v_get_int(v_get(transition, "prev"), f->prefix, f->number);
    if (n <= f->number)
        return FEED_OLD;
    if (f->wanted || (f->number >= 0 && before > f->number))
        return fetch_until(f, n);
    f->number = n;
    return FEED_HAND_OVER;
}

enum feed_move feed_head(struct feed *f, const struct value *head)
{
    int64_t newest = v_get_int(head, "transition", 0);
    bool sure = !f->distrust && *f->prefix; /* of all transitions the head itself shows a gap */
    f->distrust = false;
    if (f->number < 0) {
        f->number = newest;
        return FEED_OLD;
    }
    if (newest <= f->number || sure)
        return FEED_OLD;
    return fetch_until(f, newest);
}

void feed_lost(struct feed *f)
{
    f->distrust = true;
}

bool feed_fetching(const struct feed *f)
{
    return f->wanted > 0;
}

int64_t feed_from(const struct feed *f)
{
    return f->number + 1;
}

static bool matches(const struct feed *f, const struct value *t)
{
    char topic[4 * 65 + 8];
    snprintf(topic, sizeof topic, "%s/%s/%s/", v_get_str(t, "kind", ""), v_get_str(t, "procedure", ""),
             v_get_str(t, "department", ""));
    return strncmp(topic, f->prefix, strlen(f->prefix)) == 0;
}

enum feed_move feed_fetched(struct feed *f, const struct value *transition)
{
    int64_t n = v_get_int(transition, "n", 0);
    if (n <= f->number)
        return FEED_OLD;
    f->number = n;
    if (!matches(f, transition))
        return FEED_OLD;
    f->fetched++;
    return FEED_HAND_OVER;
}

bool feed_page(struct feed *f, size_t n, int64_t last)
{
    if (last > f->wanted && n)
        f->wanted = last;
    if (n && f->number < f->wanted)
        return true;
    if (f->number < f->wanted)
        f->number = f->wanted; /* the daemon has nothing more: whatever was there is through */
    f->wanted = 0;
    return false;
}
