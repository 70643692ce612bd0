#include "clients/bench/tally.h"

#include "daemon/base/check.h"

#include <stdlib.h>

static const int64_t HOUR_US = 3600000000;

void tally_add(struct tally *t, int64_t us)
{
    if (t->n == t->cap) {
        t->cap = t->cap ? 2 * t->cap : 4096;
        t->us = xrealloc(t->us, t->cap * sizeof *t->us);
    }
    t->us[t->n++] = (uint32_t)(us < 0 ? 0 : us > HOUR_US ? HOUR_US : us);
}

static int by_size(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

void tally_sort(struct tally *t)
{
    if (t->n)
        qsort(t->us, t->n, sizeof *t->us, by_size);
}

uint32_t tally_at(const struct tally *t, unsigned of_10000)
{
    if (!t->n)
        return 0;
    size_t rank = (t->n * of_10000 + 9999) / 10000;
    return t->us[rank ? rank - 1 : 0];
}

void tally_done(struct tally *t)
{
    free(t->us);
    *t = (struct tally){0};
}
