/* The parts of the load: frames that were encoded once, answers read where they stand, whose turn it is, and CURVE
 * without libzmq, held to libzmq. */
#include "clients/bench/answer.h"
#include "clients/bench/frames.h"
#include "clients/bench/line.h"
#include "clients/bench/pace.h"
#include "clients/bench/work.h"
#include "daemon/base/check.h"
#include "proto/wire.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zmq.h>

/* ---- frames ---- */

static void frames_are_what_is_encoded(void **state)
{
    (void)state;
    static const int64_t cases[] = {1, 127, 128, 255, 256, 65535, 65536, 4294967295, 4294967296};
    static const char id[] = "01234567-89ab-7cde-8f01-23456789abcd";
    struct hash paper = hash_of("paper", 5);
    struct frames *f = frames_new(paper);
    struct arena *a = arena_new();
    struct buf got = {0}, wanted = {0};
    for (unsigned act = 0; act < COURSE_ACTS; act++)
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
            struct course c = {.serial = 4711, .kase = act ? cases[i] : 0, .act = act, .paper = paper};
            buf_clear(&got);
            buf_clear(&wanted);
            frames_write(f, &c, id, &got);
            c.serial += FRAMES_SERIAL;
            struct value *m = course_message(a, &c);
            v_put_str(a, m, "id", id);
            wire_encode(&wanted, m);
            assert_int_equal(got.n, wanted.n);
            assert_memory_equal(got.p, wanted.p, wanted.n);
        }
    buf_done(&got);
    buf_done(&wanted);
    arena_free(a);
    frames_free(f);
}

/* ---- answers ---- */

static struct value *accepted(struct arena *a)
{
    struct value *m = v_map(a), *list = v_list(a), *one = v_map(a);
    v_put_str(a, m, "t", "accepted");
    v_put_str(a, m, "id", "the id");
    v_put_int(a, m, "event", 70000);
    v_put_int(a, m, "case", 300);
    v_put_int(a, m, "version", 5);
    v_put_bool(a, m, "simulated", true);
    v_put_int(a, one, "event", 1); /* not that of the answer */
    v_put(a, one, "nothing", v_nil(a));
    v_put(a, one, "less", v_int(a, -40000));
    v_put(a, one, "bytes", v_bin(a, m, 40));
    v_push(a, list, one);
    v_push(a, list, v_list(a));
    v_put(a, m, "notices", list);
    return m;
}

static void answers_are_read(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct buf b = {0};
    struct answer got;
    wire_encode(&b, accepted(a));
    assert_true(answer_read(buf_bytes(&b), &got));
    assert_true(answer_is(got.t, "accepted"));
    assert_false(answer_is(got.t, "accept"));
    assert_true(answer_is(got.id, "the id"));
    assert_int_equal(got.event, 70000);
    assert_int_equal(got.kase, 300);
    assert_int_equal(got.version, 5);
    assert_true(got.listed);
    assert_int_equal(got.items, 2);
    for (size_t n = 0; n < b.n; n++) { /* on the heap, so that a byte behind the end is noticed */
        uint8_t *part = xmalloc(n ? n : 1);
        memcpy(part, b.p, n);
        assert_false(answer_read((struct bytes){part, n}, &got));
        free(part);
    }
    buf_u8(&b, 0);
    assert_false(answer_read(buf_bytes(&b), &got));
    buf_done(&b);
    arena_free(a);
}

/* ---- work ---- */

static void every_case_goes_through_its_course(void **state)
{
    (void)state;
    struct work_plan plan = {.clients = 6, .depth = 2, .serial = 1};
    struct work *w = work_new(&plan);
    unsigned act_of[4096] = {0};
    size_t slot, queue[16], n = 0;
    assert_int_equal(work_lines(w), 6);
    for (int i = 0; i < 20000; i++) {
        while (work_next(w, &slot)) {
            struct slot *s = work_slot(w, slot);
            assert_int_equal(work_seat(w, s->line), course_seat(&s->course));
            if (s->course.kase)
                assert_int_equal(s->course.act, act_of[s->course.kase]);
            queue[n++] = slot;
            assert_true(n <= 12);
        }
        assert_true(n > 0);
        slot = queue[0];
        memmove(queue, queue + 1, --n * sizeof *queue);
        struct course *c = &work_slot(w, slot)->course;
        int64_t kase = c->kase ? c->kase : (int64_t)c->serial;
        act_of[kase]++;
        work_done(w, slot, true, kase);
    }
    assert_true(work_ended(w) > 1500);
    work_free(w);
}

static void one_client_has_one_command_in_flight(void **state)
{
    (void)state;
    struct work *w = work_new(&(struct work_plan){.clients = 1, .depth = 1, .serial = 1});
    size_t slot;
    assert_int_equal(work_lines(w), SEATS);
    for (int i = 0; i < 25; i++) {
        assert_true(work_next(w, &slot));
        assert_int_equal(work_slot(w, slot)->course.act, i % COURSE_ACTS);
        size_t other;
        assert_false(work_next(w, &other));
        work_done(w, slot, true, 1 + i / COURSE_ACTS);
    }
    work_done(w, (assert_true(work_next(w, &slot)), slot), false, 0);
    assert_true(work_next(w, &slot));
    assert_int_equal(work_slot(w, slot)->course.act, 0); /* another case took its place */
    work_free(w);
}

static void cases_are_taken_over(void **state)
{
    (void)state;
    struct work_plan plan = {.clients = 12, .depth = 1, .hot = 4, .serial = 9, .adopt = 100, .count = 3, .stride = 10};
    struct work *w = work_new(&plan);
    size_t slot, seen = 0;
    while (work_next(w, &slot)) {
        const struct course *c = &work_slot(w, slot)->course;
        assert_true(c->kase ? c->act == 3 && c->kase >= 100 && c->kase <= 120 && c->kase % 10 == 0 : c->serial == 9);
        seen++;
    }
    assert_int_equal(seen, 4);
    work_free(w);
}

static void each_case_is_taken_over_once(void **state)
{
    (void)state;
    enum { COUNT = 1000 };
    struct work_plan plan = {
        .clients = 3, .depth = 1000, .hot = COUNT, .serial = 1, .adopt = 1, .count = COUNT, .stride = 2};
    struct work *w = work_new(&plan);
    bool seen[2 * COUNT] = {false};
    size_t slot, n = 0, neighbours = 0;
    int64_t last = 0;
    for (; work_next(w, &slot); n++) {
        int64_t kase = work_slot(w, slot)->course.kase;
        assert_true(kase > 0 && kase < 2 * COUNT && kase % 2 == 1 && !seen[kase]);
        seen[kase] = true;
        neighbours += kase == last + 2;
        last = kase;
    }
    assert_int_equal(n, COUNT);
    assert_true(neighbours < COUNT / 10);
    work_free(w);
}

/* A command's time begins when it was due, and it is never due before it may be sent. */
static void commands_are_due_when_they_go_out(void **state)
{
    (void)state;
    static const uint64_t rates[] = {1, 3, 30, 999, 7777, 1000000};
    for (size_t i = 0; i < sizeof rates / sizeof *rates; i++) {
        struct pace p = {.begun = 5000, .rate = rates[i]};
        assert_int_equal(pace_due(&p, 5000), 0);
        for (int n = 1; n < 1000; n++) {
            int64_t at = pace_at(&p, (uint64_t)n);
            assert_int_equal(pace_due(&p, at - 1), 0);
            assert_int_equal(pace_due(&p, at), 1);
            assert_int_equal(pace_take(&p), at);
        }
        assert_int_equal(pace_due(&p, 5000 + 2000000000), 2000 * rates[i] - 999);
    }
}

/* ---- lines ---- */

struct server {
    void *context, *router;
    char endpoint[64], public_key[41], secret_key[41];
};

static void server_begin(struct server *s)
{
    int one = 1, often = 20, silence = 200, zero = 0;
    size_t n = sizeof s->endpoint;
    s->context = zmq_ctx_new();
    s->router = zmq_socket(s->context, ZMQ_ROUTER);
    assert_int_equal(zmq_curve_keypair(s->public_key, s->secret_key), 0);
    assert_int_equal(zmq_setsockopt(s->router, ZMQ_CURVE_SERVER, &one, sizeof one), 0);
    assert_int_equal(zmq_setsockopt(s->router, ZMQ_CURVE_SECRETKEY, s->secret_key, 40), 0);
    assert_int_equal(zmq_setsockopt(s->router, ZMQ_LINGER, &zero, sizeof zero), 0);
    assert_int_equal(zmq_setsockopt(s->router, ZMQ_HEARTBEAT_IVL, &often, sizeof often), 0);
    assert_int_equal(zmq_setsockopt(s->router, ZMQ_HEARTBEAT_TIMEOUT, &silence, sizeof silence), 0);
    assert_int_equal(zmq_bind(s->router, "tcp://127.0.0.1:*"), 0);
    assert_int_equal(zmq_getsockopt(s->router, ZMQ_LAST_ENDPOINT, s->endpoint, &n), 0);
}

/* Send back what comes, until it was n messages. */
static void echo(struct server *s, int n)
{
    while (n--) {
        zmq_msg_t id, body;
        zmq_msg_init(&id);
        zmq_msg_init(&body);
        assert_true(zmq_msg_recv(&id, s->router, 0) > 0);
        assert_true(zmq_msg_recv(&body, s->router, 0) >= 0);
        assert_true(zmq_msg_send(&id, s->router, ZMQ_SNDMORE) >= 0);
        assert_true(zmq_msg_send(&body, s->router, 0) >= 0);
    }
}

static void expect(struct lines *l, size_t line, const uint8_t *bytes, size_t n)
{
    struct bytes got = {0};
    size_t from;
    for (int i = 0; i < 100 && !lines_receive(l, &from, &got); i++)
        lines_wait(l, 100000);
    assert_non_null(got.p);
    assert_int_equal(from, line);
    assert_int_equal(got.n, n);
    assert_memory_equal(got.p, bytes, n);
}

static void lines_speak_to_libzmq(void **state)
{
    (void)state;
    static const size_t sizes[] = {1, 221, 222, 223, 400, 70000, 300000};
    static uint8_t bytes[300000];
    struct server s;
    char public_key[41], secret_key[41];
    size_t line[2];
    server_begin(&s);
    struct lines *l = lines_new(s.endpoint, s.public_key);
    assert_non_null(l);
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(i * 7);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(zmq_curve_keypair(public_key, secret_key), 0);
        assert_int_equal(lines_add(l, public_key, secret_key, &line[i]), ST_OK);
    }
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        line_send(l, line[i % 2], (struct bytes){bytes, sizes[i]});
        lines_wait(l, 0);
        echo(&s, 1);
        expect(l, line[i % 2], bytes, sizes[i]);
    }
    for (int i = 0; i < 50; i++)
        line_send(l, line[0], (struct bytes){bytes, 300});
    lines_wait(l, 0);
    echo(&s, 50);
    for (int i = 0; i < 50; i++)
        expect(l, line[0], bytes, 300);
    lines_free(l);
    zmq_close(s.router);
    zmq_ctx_term(s.context);
}

/* Who does not answer pings is cut after 200 ms. */
static void pings_are_answered(void **state)
{
    (void)state;
    struct server s;
    struct bytes got;
    char public_key[41], secret_key[41];
    size_t line, from;
    server_begin(&s);
    struct lines *l = lines_new(s.endpoint, s.public_key);
    assert_int_equal(zmq_curve_keypair(public_key, secret_key), 0);
    assert_int_equal(lines_add(l, public_key, secret_key, &line), ST_OK);
    struct timespec now, begun;
    clock_gettime(CLOCK_MONOTONIC, &begun);
    do { /* a ping ends the wait, so time is looked at */
        lines_wait(l, 20000);
        assert_false(lines_receive(l, &from, &got));
        clock_gettime(CLOCK_MONOTONIC, &now);
    } while ((now.tv_sec - begun.tv_sec) * 1000 + (now.tv_nsec - begun.tv_nsec) / 1000000 < 700);
    line_send(l, line, (struct bytes){(const uint8_t *)"still here", 10});
    lines_wait(l, 0);
    echo(&s, 1);
    expect(l, line, (const uint8_t *)"still here", 10);
    lines_free(l);
    zmq_close(s.router);
    zmq_ctx_term(s.context);
}

static void strangers_stay_out(void **state)
{
    (void)state;
    struct server s;
    char public_key[41], secret_key[41], other[41], other_secret[41];
    size_t line;
    server_begin(&s);
    assert_int_equal(zmq_curve_keypair(public_key, secret_key), 0);
    assert_int_equal(zmq_curve_keypair(other, other_secret), 0);
    struct lines *l = lines_new(s.endpoint, s.public_key);
    assert_int_equal(lines_add(l, "no key", secret_key, &line), ST_INVALID);
    assert_int_equal(lines_add(l, other, secret_key, &line), ST_DENIED); /* a public key that is not its own */
    lines_free(l);
    assert_null(lines_new("ipc:///nowhere", s.public_key));
    assert_null(lines_new(s.endpoint, "no key"));
    zmq_close(s.router);
    zmq_ctx_term(s.context);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_are_what_is_encoded),
        cmocka_unit_test(answers_are_read),
        cmocka_unit_test(every_case_goes_through_its_course),
        cmocka_unit_test(one_client_has_one_command_in_flight),
        cmocka_unit_test(cases_are_taken_over),
        cmocka_unit_test(each_case_is_taken_over_once),
        cmocka_unit_test(commands_are_due_when_they_go_out),
        cmocka_unit_test(lines_speak_to_libzmq),
        cmocka_unit_test(pings_are_answered),
        cmocka_unit_test(strangers_stay_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
