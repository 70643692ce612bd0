/* load.c - leeway-bench-load: workers that take cases through their course, and what it took
 *
 *     leeway-bench-load --endpoint E --server-key Z85 --keys FILE --clients K [--depth D] [--warm S] [--seconds S]
 *                       [--rate N] [--serial N] [--adopt FIRST --count N] [--listen DEPARTMENT --listen-key FILE]
 *                       --paper HEX
 *
 * FILE has a line `PUBLIC SECRET` for each seat of each client: organ, receiver, publicity. A client has D cases in
 * hand and one command of each in flight. With --adopt it takes open cases of the store, from their fourth act on,
 * in random order, and ends with the last of them; otherwise it opens its own. --rate: so many commands a second in
 * all, by the clock, no matter how they are answered. --listen: a subscriber of the department's stream, and how long
 * notices take to it. Prints one JSON object: counts are of the time after the warm-up.
 */
#include "clients/bench/course.h"
#include "clients/bench/line.h"
#include "clients/bench/listen.h"
#include "clients/bench/tally.h"
#include "daemon/base/check.h"
#include "proto/wire.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { KEY = 41, ID = 40, ADOPTED_AT = 3, IDLE_MS = 100 };

struct slot {
    struct course course;
    size_t client;
    int64_t sent; /* µs; 0: nothing is in flight */
    uint32_t count;
    bool idle; /* no case is left for it */
};

struct load {
    const char *endpoint, *server_key, *keys, *listen, *listen_key;
    struct listener *listener; /* NULL: nobody listens */
    size_t clients, depth;
    int64_t warm_s, seconds;
    uint64_t rate, serial, adopt, adopt_n;
    struct hash paper;
    struct lines *lines;
    struct slot *slot;
    size_t nslots, next_slot;
    struct arena *a;
    struct buf frame;
    struct tally tally;
    uint64_t *pool; /* numbers of adopted cases, shuffled */
    uint64_t accepted, refused, ended, sent_paced, in_flight;
    int64_t begun, counting_from;
    char refusal[512];
};

static _Noreturn void fail(const char *what, const char *why)
{
    fprintf(stderr, "leeway-bench-load: %s: %s\n", what, why);
    exit(1);
}

static int64_t now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static uint64_t wall_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* ---- cases ---- */

/* The next case of a slot: an open one of the store, or a new one. False: none is left. */
static bool case_take(struct load *l, struct slot *s)
{
    s->course = (struct course){.paper = l->paper, .organ = 0};
    if (!l->adopt_n) {
        s->course.serial = l->serial++;
        return true;
    }
    if (!l->adopt)
        return false;
    s->course.kase = (int64_t)l->pool[--l->adopt];
    s->course.act = ADOPTED_AT;
    return true;
}

static void pool_fill(struct load *l, uint64_t first)
{
    uint64_t seed = 88172645463325252u; /* the same order in each run */
    l->pool = xcalloc(l->adopt_n, sizeof *l->pool);
    for (uint64_t i = 0; i < l->adopt_n; i++)
        l->pool[i] = first + i;
    for (uint64_t i = l->adopt_n - 1; i > 0; i--) {
        seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
        uint64_t j = seed % (i + 1), was = l->pool[i];
        l->pool[i] = l->pool[j];
        l->pool[j] = was;
    }
    l->adopt = l->adopt_n;
}

/* ---- sending ---- */

/* A UUID of version 7 whose last field tells the slot, so that an answer finds it. */
static const char *fresh_id(struct load *l, size_t slot)
{
    uint64_t ms = wall_ms();
    return arena_printf(l->a, "%08" PRIx64 "-%04" PRIx64 "-7000-8000-%04zx%08" PRIx32, ms >> 16, ms & 0xffff, slot,
                        ++l->slot[slot].count);
}

static void send_next(struct load *l, size_t slot)
{
    struct slot *s = &l->slot[slot];
    if (s->course.act == COURSE_ACTS || (!s->course.kase && s->course.act)) {
        l->ended++;
        s->idle = !case_take(l, s);
    }
    if (s->idle)
        return;
    struct value *m = course_message(l->a, &s->course);
    v_put_str(l->a, m, "id", fresh_id(l, slot));
    buf_clear(&l->frame);
    wire_encode(&l->frame, m);
    if (!line_send(l->lines, s->client * SEATS + course_seat(&s->course), buf_bytes(&l->frame)))
        fail("a line takes no more", course_act(s->course.act));
    s->sent = now_us();
    l->in_flight++;
    arena_reset(l->a);
}

/* By the clock: what ought to have been sent by now, as far as there are slots that wait. */
static void send_paced(struct load *l)
{
    uint64_t due = (uint64_t)(now_us() - l->begun) * l->rate / 1000000;
    for (size_t looked = 0; l->sent_paced < due && looked < l->nslots; looked++) {
        size_t i = l->next_slot++ % l->nslots;
        if (l->slot[i].sent || l->slot[i].idle)
            continue;
        send_next(l, i);
        l->sent_paced++;
        looked = 0;
    }
}

/* ---- answers ---- */

static void refused(struct load *l, const struct value *answer, struct slot *s)
{
    l->refused++;
    (void)snprintf(l->refusal, sizeof l->refusal, "%s: %s %s %s", course_act(s->course.act),
                   v_get_str(answer, "code", "?"), v_get_str(answer, "rule", ""), v_get_str(answer, "text", ""));
    s->course = (struct course){.act = COURSE_ACTS}; /* another case */
}

static void take_answer(struct load *l, struct bytes frame)
{
    struct value *answer;
    if (wire_decode(l->a, frame, &answer, NULL))
        fail("the daemon sent what is no message", "answer");
    const char *id = v_get_str(answer, "id", "");
    size_t slot = strlen(id) == 36 ? strtoul((char[5]){id[24], id[25], id[26], id[27], 0}, NULL, 16) : l->nslots;
    if (slot >= l->nslots || !l->slot[slot].sent)
        return; /* a beat, or an answer that nobody waits for */
    struct slot *s = &l->slot[slot];
    int64_t now = now_us(), took = now - s->sent;
    s->sent = 0;
    l->in_flight--;
    if (strcmp(v_get_str(answer, "t", ""), "accepted") != 0) {
        refused(l, answer, s);
    } else {
        s->course.kase = v_get_int(answer, "case", 0);
        s->course.act++;
        if (l->listener)
            listener_answered(l->listener, v_get_int(answer, "event", 0), now - took, now);
        if (now >= l->counting_from) {
            l->accepted++;
            tally_add(&l->tally, took);
        }
    }
    arena_reset(l->a);
    if (!l->rate)
        send_next(l, slot);
}

static bool work_left(const struct load *l, int64_t end)
{
    return now_us() < end && (!l->adopt_n || l->adopt || l->in_flight);
}

static void run(struct load *l)
{
    size_t line;
    struct bytes frame;
    l->begun = now_us();
    l->counting_from = l->begun + l->warm_s * 1000000;
    int64_t end = l->counting_from + l->seconds * 1000000;
    for (size_t i = 0; i < l->nslots; i++) {
        l->slot[i].idle = !case_take(l, &l->slot[i]);
        if (!l->rate && !l->slot[i].idle)
            send_next(l, i);
    }
    bool warm = false;
    while (work_left(l, end)) {
        if (l->listener && !warm && now_us() >= l->counting_from) {
            listener_restart(l->listener);
            warm = true;
        }
        lines_wait(l->lines, l->rate ? 1 : IDLE_MS);
        while (lines_receive(l->lines, &line, &frame))
            take_answer(l, frame);
        if (l->listener)
            listener_process(l->listener, now_us());
        if (l->rate)
            send_paced(l);
    }
}

static void report(struct load *l)
{
    double s = (double)(now_us() - l->counting_from) / 1e6;
    tally_sort(&l->tally);
    printf("{\"clients\": %zu, \"depth\": %zu, \"seconds\": %.3f, \"accepted\": %" PRIu64 ", \"refused\": %" PRIu64
           ", \"cases\": %" PRIu64 ", \"per_second\": %.1f, \"p50_us\": %u, \"p99_us\": %u, \"p999_us\": %u, "
           "\"max_us\": %u",
           l->clients, l->depth, s, l->accepted, l->refused, l->ended, (double)l->accepted / s,
           tally_at(&l->tally, 5000), tally_at(&l->tally, 9900), tally_at(&l->tally, 9990), tally_at(&l->tally, 10000));
    if (l->listener) {
        struct tally *sent = listener_sent(l->listener), *durable = listener_answers(l->listener);
        tally_sort(sent);
        tally_sort(durable);
        printf(", \"notices\": %zu, \"handler_p50_us\": %u, \"handler_p99_us\": %u, \"handler_p999_us\": %u, "
               "\"durable_p50_us\": %u, \"durable_p99_us\": %u, \"durable_p999_us\": %u",
               sent->n, tally_at(sent, 5000), tally_at(sent, 9900), tally_at(sent, 9990), tally_at(durable, 5000),
               tally_at(durable, 9900), tally_at(durable, 9990));
    }
    printf("}\n");
    if (l->refused)
        fprintf(stderr, "leeway-bench-load: %" PRIu64 " refused, the last: %s\n", l->refused, l->refusal);
}

/* ---- beginning ---- */

static void connect_all(struct load *l)
{
    char public_key[KEY], secret_key[KEY];
    FILE *f = fopen(l->keys, "r");
    if (!f)
        fail(l->keys, "cannot be read");
    l->lines = lines_new(l->endpoint, l->server_key);
    for (size_t i = 0; i < l->clients * SEATS; i++) {
        size_t line;
        if (fscanf(f, "%40s %40s", public_key, secret_key) != 2)
            fail(l->keys, "has too few keys");
        if (lines_add(l->lines, public_key, secret_key, &line))
            fail(l->endpoint, "a connection cannot be made");
    }
    (void)fclose(f);
    l->nslots = l->clients * l->depth;
    l->slot = xcalloc(l->nslots, sizeof *l->slot);
    for (size_t i = 0; i < l->nslots; i++)
        l->slot[i].client = i % l->clients;
}

static void paper_set(struct load *l, const char *hex)
{
    for (size_t i = 0; i < HASH_LEN; i++) {
        unsigned byte;
        if (sscanf(hex + 2 * i, "%2x", &byte) != 1)
            fail(hex, "is no hash");
        l->paper.b[i] = (uint8_t)byte;
    }
}

static void options(struct load *l, int argc, char **argv)
{
    static const struct option known[] = {
        {"endpoint", 1, NULL, 'e'}, {"server-key", 1, NULL, 'k'}, {"keys", 1, NULL, 'f'},    {"clients", 1, NULL, 'c'},
        {"depth", 1, NULL, 'd'},    {"warm", 1, NULL, 'w'},       {"seconds", 1, NULL, 's'}, {"rate", 1, NULL, 'r'},
        {"listen", 1, NULL, 'l'},   {"listen-key", 1, NULL, 'y'}, {"serial", 1, NULL, 'n'},  {"adopt", 1, NULL, 'a'},
        {"count", 1, NULL, 'm'},    {"paper", 1, NULL, 'p'},      {NULL, 0, NULL, 0}};
    uint64_t first = 0;
    for (int c; (c = getopt_long(argc, argv, "", known, NULL)) != -1;) {
        uint64_t number = optarg ? strtoull(optarg, NULL, 10) : 0;
        switch (c) {
        case 'e':
            l->endpoint = optarg;
            break;
        case 'k':
            l->server_key = optarg;
            break;
        case 'f':
            l->keys = optarg;
            break;
        case 'c':
            l->clients = number;
            break;
        case 'd':
            l->depth = number;
            break;
        case 'w':
            l->warm_s = (int64_t)number;
            break;
        case 's':
            l->seconds = (int64_t)number;
            break;
        case 'r':
            l->rate = number;
            break;
        case 'n':
            l->serial = number;
            break;
        case 'a':
            first = number;
            break;
        case 'm':
            l->adopt_n = number;
            break;
        case 'l':
            l->listen = optarg;
            break;
        case 'y':
            l->listen_key = optarg;
            break;
        case 'p':
            paper_set(l, optarg);
            break;
        default:
            exit(64);
        }
    }
    if (!l->endpoint || !l->server_key || !l->keys || !l->clients || !l->depth || l->clients * l->depth > UINT16_MAX)
        fail("options", "endpoint, server-key, keys, and from 1 to 65535 clients times depth are needed");
    if (l->adopt_n)
        pool_fill(l, first);
}

int main(int argc, char **argv)
{
    struct load l = {.depth = 1, .warm_s = 2, .seconds = 10, .serial = 1};
    options(&l, argc, argv);
    l.a = arena_new();
    connect_all(&l);
    if (l.listen) {
        l.listener = listener_new(l.endpoint, l.server_key, l.listen_key ? l.listen_key : "", l.listen);
        if (!l.listener)
            return 1;
        lines_also(l.lines, listener_fd(l.listener));
        for (int64_t end = now_us() + 10000000; !listener_open(l.listener) && now_us() < end;) {
            lines_wait(l.lines, IDLE_MS);
            listener_process(l.listener, now_us());
        }
    }
    run(&l);
    report(&l);
    listener_free(l.listener);
    lines_free(l.lines);
    tally_done(&l.tally);
    buf_done(&l.frame);
    arena_free(l.a);
    free(l.slot);
    free(l.pool);
    return l.accepted ? 0 : 1;
}
