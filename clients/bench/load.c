/* load.c - leeway-bench-load: clerks who take cases through their course, and what it took
 *
 *     leeway-bench-load --endpoint E --server-key Z85 --keys FILE --paper HEX --clients K [--depth D] [--warm S]
 *                       [--seconds S] [--rate N] [--serial N] [--hot N] [--adopt FIRST --count N [--stride N]]
 *                       [--listen DEPARTMENT --listen-key FILE]
 *                       [--ask FILE --ask-rate N --cases N --department D --stage S]
 *
 * A client is a clerk with a connection of its own and D commands in flight; one client alone is three clerks who wait
 * for each other, for a course needs three departments. FILE has lines `PUBLIC SECRET`: organ, receiver, publicity, and
 * again. `hot` cases are under way at a time (work.h): opened, or taken over from the store, COUNT of them from FIRST
 * on, every STRIDE-th. --rate: so many commands a second in all, by the clock; a command's time then begins when it was
 * due. --listen: a subscriber of the department's stream, and how long notices take to it. --ask: questions beside them
 * every now and then (ask.h), by the key in FILE; a command's time is then counted apart (`beside`). Prints `counting`
 * when the warm-up is over, and at the end one JSON object.
 */
#include "clients/bench/answer.h"
#include "clients/bench/ask.h"
#include "clients/bench/frames.h"
#include "clients/bench/line.h"
#include "clients/bench/listen.h"
#include "clients/bench/pace.h"
#include "clients/bench/plan.h"
#include "clients/bench/work.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

enum { KEY = 41, IDLE_US = 100000 };

struct load {
    struct plan plan;
    struct listener *listener; /* NULL: nobody listens */
    struct asker *asker;       /* NULL: nobody asks */
    struct lines *lines;
    struct frames *frames;
    struct work *work;
    struct buf frame;
    struct tally tally, beside; /* beside: sent while questions were asked */
    char id[FRAME_ID];          /* of the next command, but for its last fields */
    struct pace pace;
    uint64_t accepted, refused;
    int64_t begun, counting_from;
    struct rusage used; /* when counting began */
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

/* ---- ids: a UUID of version 7 whose last field tells the slot, so that an answer finds it ---- */

static void hex_put(char *to, int digits, uint64_t n)
{
    for (int i = digits - 1; i >= 0; i--, n >>= 4)
        to[i] = "0123456789abcdef"[n & 15];
}

static uint64_t hex_read(const uint8_t *from, int digits)
{
    uint64_t n = 0;
    for (int i = 0; i < digits; i++)
        n = n << 4 | (uint64_t)(from[i] <= '9' ? from[i] - '0' : from[i] - 'a' + 10);
    return n;
}

static void id_moment(struct load *l)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME_COARSE, &t);
    uint64_t ms = (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
    memcpy(l->id, "00000000-0000-7000-8000-000000000000", FRAME_ID);
    hex_put(l->id, 8, ms >> 16);
    hex_put(l->id + 9, 4, ms);
}

/* ---- sending ---- */

static void command_send(struct load *l, size_t slot, int64_t since)
{
    struct slot *s = work_slot(l->work, slot);
    hex_put(l->id + 24, 4, slot);
    hex_put(l->id + 28, 8, s->count);
    buf_clear(&l->frame);
    frames_write(l->frames, &s->course, l->id, &l->frame);
    line_send(l->lines, s->line, buf_bytes(&l->frame));
    s->since = since;
}

/* Whatever may go out, or with a rate what ought to have gone out by now. */
static void send_ready(struct load *l, int64_t now)
{
    size_t slot;
    if (!l->plan.rate) {
        while (work_next(l->work, &slot))
            command_send(l, slot, now);
        return;
    }
    while (pace_due(&l->pace, now) && work_next(l->work, &slot))
        command_send(l, slot, pace_take(&l->pace));
}

/* ---- answers ---- */

static void refused(struct load *l, struct bytes frame, const struct slot *s)
{
    char text[400];
    size_t n = frame.n < sizeof text - 1 ? frame.n : sizeof text - 1;
    for (size_t i = 0; i < n; i++)
        text[i] = (char)(frame.p[i] >= ' ' && frame.p[i] < 0x7f ? frame.p[i] : '.');
    text[n] = '\0';
    l->refused++;
    (void)snprintf(l->refusal, sizeof l->refusal, "%s: %s", course_act(s->course.act), text);
}

static void answer_take(struct load *l, struct bytes frame, int64_t now)
{
    struct answer a;
    if (!answer_read(frame, &a))
        fail("the daemon sent what is no message", "answer");
    if (a.id.n != FRAME_ID)
        return; /* a beat */
    size_t number = hex_read(a.id.p + 24, 4);
    struct slot *s = number < work_slots(l->work) ? work_slot(l->work, number) : NULL;
    if (!s || !s->busy || s->count != hex_read(a.id.p + 28, 8))
        return; /* nobody waits for it */
    bool accepted = answer_is(a.t, "accepted") && a.version;
    if (!accepted)
        refused(l, frame, s);
    else if (l->listener)
        listener_answered(l->listener, a.event, s->since, now);
    if (accepted && now >= l->counting_from) {
        l->accepted++;
        tally_add(l->asker && asker_asks(s->since) ? &l->beside : &l->tally, now - s->since);
    }
    work_done(l->work, number, accepted, a.kase);
}

static void receive(struct load *l, size_t asker_line)
{
    struct bytes frame;
    size_t line;
    while (lines_receive(l->lines, &line, &frame)) {
        int64_t now = now_us();
        if (line == asker_line)
            asker_answer(l->asker, frame, now);
        else
            answer_take(l, frame, now);
        if (!l->plan.rate)
            send_ready(l, now);
    }
}

/* The warm-up is over. */
static void count_from_here(struct load *l)
{
    (void)getrusage(RUSAGE_SELF, &l->used);
    if (l->listener)
        listener_restart(l->listener);
    if (l->asker)
        asker_restart(l->asker);
    printf("counting\n");
    (void)fflush(stdout);
}

static void run(struct load *l)
{
    l->begun = now_us();
    l->pace = (struct pace){.begun = l->begun, .rate = l->plan.rate};
    l->counting_from = l->begun + l->plan.warm_s * 1000000;
    int64_t end = l->counting_from + l->plan.seconds * 1000000, now = l->begun;
    int64_t patience = l->plan.rate ? 999 : l->asker ? 2001 : IDLE_US;
    for (bool warm = false; now < end; now = now_us()) {
        if (!warm && now >= l->counting_from) {
            count_from_here(l);
            warm = true;
        }
        id_moment(l);
        send_ready(l, now);
        if (l->asker)
            asker_send(l->asker, now);
        int64_t wait = patience;
        if (l->plan.rate) { /* until the next is due */
            wait = pace_at(&l->pace, l->pace.sent + 1) - now_us();
            wait = wait < 1 ? 1 : wait > patience ? patience : wait;
        }
        lines_wait(l->lines, wait);
        receive(l, l->asker ? l->plan.asking.line : SIZE_MAX);
        if (l->listener)
            listener_process(l->listener, now_us());
    }
}

/* ---- the report ---- */

static void say_tally(const char *name, struct tally *t)
{
    tally_sort(t);
    printf(", \"%sp50_us\": %u, \"%sp99_us\": %u, \"%sp999_us\": %u, \"%smax_us\": %u", name, tally_at(t, 5000), name,
           tally_at(t, 9900), name, tally_at(t, 9990), name, tally_at(t, 10000));
}

static double seconds_of(struct timeval a, struct timeval b)
{
    return (double)(b.tv_sec - a.tv_sec) + (double)(b.tv_usec - a.tv_usec) / 1e6;
}

static void report(struct load *l)
{
    struct rusage used;
    double s = (double)(now_us() - l->counting_from) / 1e6;
    (void)getrusage(RUSAGE_SELF, &used);
    printf("{\"clients\": %zu, \"depth\": %zu, \"seconds\": %.3f, \"accepted\": %" PRIu64 ", \"refused\": %" PRIu64
           ", \"cases\": %" PRIu64 ", \"per_second\": %.1f, \"user_s\": %.3f, \"system_s\": %.3f",
           l->plan.work.clients, l->plan.work.depth, s, l->accepted, l->refused, work_ended(l->work),
           (double)l->accepted / s, seconds_of(l->used.ru_utime, used.ru_utime),
           seconds_of(l->used.ru_stime, used.ru_stime));
    say_tally("", &l->tally);
    if (l->listener) {
        printf(", \"notices\": %zu", listener_sent(l->listener)->n);
        say_tally("handler_", listener_sent(l->listener));
        say_tally("durable_", listener_answers(l->listener));
    }
    if (l->asker)
        say_tally("beside_", &l->beside);
    for (int kind = 0; l->asker && kind < ASK_KINDS; kind++) {
        char name[32];
        printf(", \"%ss\": %zu", asker_kind(kind), asker_took(l->asker, kind)->n);
        (void)snprintf(name, sizeof name, "%s_", asker_kind(kind));
        say_tally(name, asker_took(l->asker, kind));
    }
    printf("}\n");
    if (l->refused)
        fprintf(stderr, "leeway-bench-load: %" PRIu64 " refused, the last: %s\n", l->refused, l->refusal);
}

/* ---- beginning ---- */

static size_t connected(struct load *l, const char *public_key, const char *secret_key)
{
    size_t line = 0;
    enum status st = lines_add(l->lines, public_key, secret_key, &line);
    if (st)
        fail(l->plan.endpoint, status_name(st));
    return line;
}

/* The n-th clerk of a seat has the n-th line of its kind in the file. */
static void connect_all(struct load *l)
{
    FILE *f = fopen(l->plan.keys, "r");
    char(*key)[2][KEY] = calloc(l->plan.work.clients * SEATS + SEATS, sizeof *key);
    size_t n = 0, taken[SEATS] = {0};
    if (!f || !key)
        fail(l->plan.keys, "cannot be read");
    while (n < l->plan.work.clients * SEATS && fscanf(f, "%40s %40s", key[n][0], key[n][1]) == 2)
        n++;
    (void)fclose(f);
    for (size_t i = 0; i < work_lines(l->work); i++) {
        enum course_seat seat = work_seat(l->work, i);
        size_t at = SEATS * taken[seat]++ + seat;
        if (at >= n)
            fail(l->plan.keys, "has too few keys");
        (void)connected(l, key[at][0], key[at][1]);
    }
    free(key);
}

static void ask_begin(struct load *l)
{
    char public_key[KEY], secret_key[KEY];
    FILE *f = fopen(l->plan.ask, "r");
    if (!f || fscanf(f, "%40s %40s", public_key, secret_key) != 2)
        fail(l->plan.ask, "has no key");
    (void)fclose(f);
    l->plan.asking.line = connected(l, public_key, secret_key);
    l->asker = asker_new(l->lines, &l->plan.asking);
}

static void listen_begin(struct load *l)
{
    const struct plan *p = &l->plan;
    l->listener = listener_new(p->endpoint, p->server_key, p->listen_key ? p->listen_key : "", p->listen);
    if (!l->listener)
        exit(1);
    lines_also(l->lines, listener_fd(l->listener));
    for (int64_t end = now_us() + 10000000; !listener_open(l->listener) && now_us() < end;) {
        lines_wait(l->lines, IDLE_US);
        listener_process(l->listener, now_us());
    }
}

int main(int argc, char **argv)
{
    struct load l = {0};
    plan_read(&l.plan, argc, argv);
    l.frames = frames_new(l.plan.paper);
    l.work = work_new(&l.plan.work);
    l.lines = lines_new(l.plan.endpoint, l.plan.server_key);
    if (!l.lines)
        fail(l.plan.endpoint, "is no endpoint, or the server's key is none");
    connect_all(&l);
    if (l.plan.ask)
        ask_begin(&l);
    if (l.plan.listen)
        listen_begin(&l);
    run(&l);
    report(&l);
    listener_free(l.listener);
    asker_free(l.asker);
    lines_free(l.lines);
    frames_free(l.frames);
    work_free(l.work);
    tally_done(&l.tally);
    tally_done(&l.beside);
    buf_done(&l.frame);
    return 0;
}
