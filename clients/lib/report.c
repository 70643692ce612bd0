#include "clients/lib/report.h"

#include "daemon/base/check.h"
#include "daemon/base/text.h"

#include <stdlib.h>

void report_clear(struct report *r)
{
    for (size_t i = 0; i < r->nfailed; i++)
        free(r->failed[i].reason);
    r->received = -1;
    r->ndone = r->nfailed = r->ntook = 0;
    r->since = (struct tick){INT64_MAX};
}

void report_init(struct report *r)
{
    *r = (struct report){0};
    report_clear(r);
}

void report_done(struct report *r)
{
    report_clear(r);
    free(r->done);
    free(r->failed);
    free(r->took);
    r->took = NULL;
    r->done = NULL;
    r->failed = NULL;
}

bool report_any(const struct report *r)
{
    return r->received >= 0 || r->ndone || r->nfailed || r->ntook;
}

bool report_full(const struct report *r)
{
    return r->ndone + r->nfailed + r->ntook >= REPORT_FULL;
}

static void touch(struct report *r, struct tick now)
{
    if (!report_any(r))
        r->since = now;
}

static void *grow(void *p, size_t n, size_t *cap, size_t size)
{
    if (n < *cap)
        return p;
    *cap = *cap ? *cap * 2 : REPORT_FULL;
    return xrealloc(p, *cap * size);
}

static void add_done(struct report *r, int64_t position)
{
    r->done = grow(r->done, r->ndone, &r->cap_done, sizeof *r->done);
    r->done[r->ndone++] = position;
}

static void add_failed(struct report *r, int64_t position, char *reason)
{
    r->failed = grow(r->failed, r->nfailed, &r->cap_failed, sizeof *r->failed);
    r->failed[r->nfailed++] = (struct failure){position, reason};
}

void report_received(struct report *r, int64_t position, struct tick now)
{
    touch(r, now);
    if (position > r->received)
        r->received = position;
}

static void add_took(struct report *r, struct claim claim)
{
    r->took = grow(r->took, r->ntook, &r->cap_took, sizeof *r->took);
    r->took[r->ntook++] = claim;
}

void report_took(struct report *r, int64_t position, int64_t fence, struct tick now)
{
    touch(r, now);
    add_took(r, (struct claim){position, fence});
}

void report_handled(struct report *r, int64_t position, struct tick now)
{
    touch(r, now);
    add_done(r, position);
}

void report_failed(struct report *r, int64_t position, const char *reason, struct tick now)
{
    touch(r, now);
    add_failed(r, position, text_mended(reason ? reason : ""));
}

void report_join(struct report *to, struct report *from, struct tick now)
{
    touch(to, now);
    if (from->received > to->received)
        to->received = from->received;
    for (size_t i = 0; i < from->ntook; i++)
        add_took(to, from->took[i]);
    for (size_t i = 0; i < from->ndone; i++)
        add_done(to, from->done[i]);
    for (size_t i = 0; i < from->nfailed; i++)
        add_failed(to, from->failed[i].position, from->failed[i].reason);
    from->nfailed = 0; /* the reasons moved along */
    report_clear(from);
}

const int64_t *report_positions(struct report *r, size_t *ret_n)
{
    for (size_t i = 0; i < r->nfailed; i++)
        add_done(r, r->failed[i].position);
    *ret_n = r->ndone;
    r->ndone -= r->nfailed;
    return r->done;
}

void report_put(struct arena *a, const struct report *r, struct value *message)
{
    struct value *list;
    if (r->received >= 0)
        v_put_int(a, message, "received", r->received);
    if (r->ntook) {
        v_put(a, message, "took", list = v_list(a));
        for (size_t i = 0; i < r->ntook; i++) {
            struct value *one = v_map(a);
            v_put_int(a, one, "position", r->took[i].position);
            v_put_int(a, one, "fence", r->took[i].fence);
            v_push(a, list, one);
        }
    }
    if (r->ndone) {
        v_put(a, message, "done", list = v_list(a));
        for (size_t i = 0; i < r->ndone; i++)
            v_push(a, list, v_int(a, r->done[i]));
    }
    if (r->nfailed) {
        v_put(a, message, "failed", list = v_list(a));
        for (size_t i = 0; i < r->nfailed; i++) {
            struct value *one = v_map(a);
            v_put_int(a, one, "position", r->failed[i].position);
            v_put_str(a, one, "reason", r->failed[i].reason);
            v_push(a, list, one);
        }
    }
}
