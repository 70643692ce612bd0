/* The bus against real CURVE clients on the loopback: who gets in, what is refused by name, who is cut. */
#include "daemon/bus/bus.h"
#include "daemon/bus/curve.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>
#include <zmq.h>

enum { LIMIT_MS = 10000, KEYS = 3 };

struct heard {
    char principal[ZAP_PRINCIPAL];
    size_t n;
    enum router_flaw flaw;
};

struct world {
    struct curve_key server, client[KEYS]; /* 0 anna, 1 bert, 2 known to nobody */
    bool revoked[KEYS], watches[KEYS];
    struct bus *bus;
    void *zmq;     /* of the clients */
    void *open[8]; /* closed by teardown */
    size_t nopen;
    struct heard heard[512];
    size_t nheard;
};

static const char *const names[KEYS] = {"anna", "bert", NULL};

static const char *principal_of(void *ctx, const char z85[CURVE_Z85])
{
    struct world *w = ctx;
    for (int i = 0; i < KEYS; i++)
        if (!strcmp(z85, w->client[i].public_z85))
            return w->revoked[i] ? NULL : names[i];
    return NULL;
}

static bool may_watch(void *ctx, const char *principal)
{
    struct world *w = ctx;
    for (int i = 0; i < KEYS; i++)
        if (names[i] && !strcmp(principal, names[i]))
            return w->watches[i];
    return false;
}

static bool still_good(void *ctx, const struct identity *who)
{
    return principal_of(ctx, who->key) != NULL;
}

static void receive(void *ctx, const struct router_message *m)
{
    struct world *w = ctx;
    assert_true(w->nheard < 512);
    struct heard *h = &w->heard[w->nheard++];
    strcpy(h->principal, m->who->principal);
    h->n = m->body.n;
    h->flaw = m->flaw;
    if (m->flaw == ROUTER_ROUTING_ID)
        assert_int_equal(router_answer(bus_router(w->bus), m->body), ROUTER_SENT);
    else
        assert_int_equal(router_send(bus_router(w->bus), &m->from, m->body), ROUTER_SENT);
}

static int setup(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    struct buf why = {0};
    assert_int_equal(zmq_curve_keypair(w->server.public_z85, w->server.secret_z85), 0);
    for (int i = 0; i < KEYS; i++) {
        assert_int_equal(zmq_curve_keypair(w->client[i].public_z85, w->client[i].secret_z85), 0);
        w->watches[i] = true;
    }
    struct bus_plan plan = {
        .command = "tcp://127.0.0.1:*",
        .transitions = "tcp://127.0.0.1:*",
        .key = &w->server,
        .rules = {w, principal_of, may_watch},
        .receive = receive,
        .ctx = w,
    };
    assert_int_equal(bus_open(&plan, &w->bus, &why), ST_OK);
    buf_done(&why);
    w->zmq = zmq_ctx_new();
    *state = w;
    return 0;
}

static int teardown(void **state)
{
    struct world *w = *state;
    for (size_t i = 0; i < w->nopen; i++)
        zmq_close(w->open[i]);
    bus_close(w->bus);
    zmq_ctx_term(w->zmq);
    free(w);
    return 0;
}

static void *client(struct world *w, int type, int key, const char *routing_id)
{
    const char *to = type == ZMQ_SUB ? xpub_endpoint(bus_xpub(w->bus)) : router_endpoint(bus_router(w->bus));
    void *s = w->open[w->nopen++] = zmq_socket(w->zmq, type);
    socket_set(s, ZMQ_LINGER, 0);
    zmq_setsockopt(s, ZMQ_CURVE_SERVERKEY, w->server.public_z85, CURVE_Z85);
    zmq_setsockopt(s, ZMQ_CURVE_PUBLICKEY, w->client[key].public_z85, CURVE_Z85);
    zmq_setsockopt(s, ZMQ_CURVE_SECRETKEY, w->client[key].secret_z85, CURVE_Z85);
    if (routing_id)
        zmq_setsockopt(s, ZMQ_ROUTING_ID, routing_id, strlen(routing_id));
    assert_int_equal(zmq_connect(s, to), 0);
    return s;
}

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Serve the bus until done() or the limit. */
static bool run_until(struct world *w, bool (*done)(struct world *w, void *arg), void *arg, int limit_ms)
{
    struct bus_door door[BUS_DOORS];
    bus_doors(w->bus, door);
    for (int64_t end = now_ms() + limit_ms; now_ms() < end;) {
        bool any = false;
        for (int i = 0; i < BUS_DOORS; i++)
            if (door[i].readable(door[i].self)) {
                door[i].serve(door[i].self, 16);
                any = true;
            }
        if (done(w, arg))
            return true;
        struct pollfd fd[BUS_DOORS];
        for (int i = 0; i < BUS_DOORS; i++)
            fd[i] = (struct pollfd){door[i].fd, POLLIN, 0};
        if (!any)
            poll(fd, BUS_DOORS, 10);
    }
    return false;
}

static bool client_readable(struct world *w, void *socket)
{
    (void)w;
    return socket_readable(socket);
}

static bool refused_one(struct world *w, void *arg)
{
    (void)arg;
    return zap_counters(bus_zap(w->bus))->refused > 0;
}

static bool was_cut(struct world *w, void *arg)
{
    (void)arg;
    return router_counters(bus_router(w->bus))->cut + xpub_counters(bus_xpub(w->bus))->cut > 0;
}

static bool subscribed(struct world *w, void *n)
{
    return xpub_counters(bus_xpub(w->bus))->subscriptions >= *(uint64_t *)n;
}

static void answered(struct world *w, void *socket, const void *bytes, size_t n)
{
    assert_true(zmq_send(socket, bytes, n, 0) >= 0);
    assert_true(run_until(w, client_readable, socket, LIMIT_MS));
    zmq_msg_t m;
    zmq_msg_init(&m);
    assert_int_equal(zmq_msg_recv(&m, socket, ZMQ_DONTWAIT), n);
    zmq_msg_close(&m);
}

static void a_known_key_gets_in_and_is_named_by_its_key(void **state)
{
    struct world *w = *state;
    void *anna = client(w, ZMQ_DEALER, 0, NULL), *bert = client(w, ZMQ_DEALER, 1, NULL);
    answered(w, anna, "hello", 5);
    answered(w, bert, "hello!", 6);
    assert_string_equal(w->heard[0].principal, "anna");
    assert_string_equal(w->heard[1].principal, "bert");
}

static void an_unknown_key_does_not_get_in(void **state)
{
    struct world *w = *state;
    void *stranger = client(w, ZMQ_DEALER, 2, NULL);
    assert_true(zmq_send(stranger, "hello", 5, 0) >= 0);
    assert_true(run_until(w, refused_one, NULL, LIMIT_MS));
    assert_int_equal(w->nheard, 0);
    assert_int_equal(zap_counters(bus_zap(w->bus))->admitted, 0);
}

static void a_handshake_is_judged_while_the_guard_is_refreshed(void **state)
{
    struct world *w = *state;
    void *anna = client(w, ZMQ_DEALER, 0, NULL);
    for (int i = 0; i < 100; i++) { /* after each 16 it is, the others find it between its steps */
        void *bert = client(w, ZMQ_DEALER, 1, NULL);
        answered(w, bert, "hello", 5);
        assert_int_equal(zap_refresh(bus_zap(w->bus)), ST_OK);
        answered(w, anna, "still here", 10);
        zmq_close(bert);
        w->nopen--;
    }
    for (size_t i = 0; i < w->nheard; i++)
        assert_string_equal(w->heard[i].principal, i % 2 ? "anna" : "bert");
    assert_int_equal(zap_counters(bus_zap(w->bus))->admitted, 101);
    size_t before = w->nheard;
    void *stranger = client(w, ZMQ_DEALER, 2, NULL);
    assert_true(zmq_send(stranger, "hello", 5, 0) >= 0);
    assert_true(run_until(w, refused_one, NULL, LIMIT_MS));
    assert_int_equal(w->nheard, before);
    assert_int_equal(router_counters(bus_router(w->bus))->intruders, 0);
}

static void a_client_without_curve_does_not_get_in(void **state)
{
    struct world *w = *state;
    void *anna = client(w, ZMQ_DEALER, 0, NULL), *plain = w->open[w->nopen++] = zmq_socket(w->zmq, ZMQ_DEALER);
    socket_set(plain, ZMQ_LINGER, 0);
    assert_int_equal(zmq_connect(plain, router_endpoint(bus_router(w->bus))), 0);
    zmq_send(plain, "plain", 5, 0);
    for (int i = 0; i < 20; i++)
        answered(w, anna, "hello", 5);
    for (size_t i = 0; i < w->nheard; i++)
        assert_string_equal(w->heard[i].principal, "anna");
}

static void a_message_between_one_and_two_mebibytes_arrives_to_be_refused_by_name(void **state)
{
    struct world *w = *state;
    void *anna = client(w, ZMQ_DEALER, 0, NULL);
    size_t n = 2 * 1024 * 1024 - 64;
    char *big = calloc(1, n);
    answered(w, anna, big, n);
    answered(w, anna, "still here", 10);
    assert_int_equal(w->heard[0].n, n);
    free(big);
}

static void a_second_frame_is_a_flaw_and_the_sender_stays(void **state)
{
    struct world *w = *state;
    void *anna = client(w, ZMQ_DEALER, 0, NULL);
    assert_true(zmq_send(anna, "one", 3, ZMQ_SNDMORE) >= 0);
    assert_true(zmq_send(anna, "two", 3, ZMQ_SNDMORE) >= 0);
    answered(w, anna, "six", 3);
    assert_int_equal(w->heard[0].flaw, ROUTER_FRAMES);
    answered(w, anna, "seven", 5);
    assert_int_equal(w->heard[1].flaw, ROUTER_FINE);
    assert_int_equal(w->nheard, 2);
}

static void a_routing_id_of_the_clients_own_is_a_flaw(void **state)
{
    struct world *w = *state;
    void *anna = client(w, ZMQ_DEALER, 0, "squat");
    answered(w, anna, "hello", 5);
    assert_int_equal(w->heard[0].flaw, ROUTER_ROUTING_ID);
}

static void a_gone_peer_is_unreachable(void **state)
{
    struct world *w = *state;
    struct peer nobody = {{0, 9, 9, 9, 9}};
    struct bytes body = {(const uint8_t *)"x", 1};
    assert_int_equal(router_send(bus_router(w->bus), &nobody, body), ROUTER_UNREACHABLE);
}

static void a_peer_that_reads_nothing_is_full_and_nothing_blocks(void **state)
{
    struct world *w = *state;
    void *anna = client(w, ZMQ_DEALER, 0, NULL);
    socket_set(anna, ZMQ_RCVHWM, 1);
    answered(w, anna, "hello", 5);
    size_t n = 64 * 1024;
    uint8_t *big = calloc(1, n);
    /* what the last message came from is still the address of router_answer() */
    enum router_sent sent = ROUTER_SENT;
    for (int i = 0; i < 100000 && sent == ROUTER_SENT; i++)
        sent = router_answer(bus_router(w->bus), (struct bytes){big, n});
    assert_int_equal(sent, ROUTER_FULL);
    free(big);
}

/* Looks at the connections as the daemon does once a second. */
static bool ticked_and_cut(struct world *w, void *arg)
{
    (void)arg;
    router_tick(bus_router(w->bus));
    return router_counters(bus_router(w->bus))->cut > 0;
}

static void a_message_that_does_not_end_cuts_its_sender_and_no_other(void **state)
{
    struct world *w = *state;
    static uint8_t frame[64 * 1024];
    void *anna = client(w, ZMQ_DEALER, 0, NULL), *bert = client(w, ZMQ_DEALER, 1, NULL);
    answered(w, bert, "hello", 5);
    answered(w, anna, "hello", 5);
    for (int i = 0; i < 300; i++)
        answered(w, bert, frame, sizeof frame); /* more than the bound, but each a whole message */
    router_tick(bus_router(w->bus));
    assert_int_equal(router_counters(bus_router(w->bus))->cut, 0);
    /* A client's library sends nothing of a message before it is whole: one that takes long to arrive. */
    for (int i = 0; i < 1024; i++)
        assert_true(zmq_send(anna, frame, sizeof frame, i < 1023 ? ZMQ_SNDMORE : 0) >= 0);
    assert_true(run_until(w, ticked_and_cut, NULL, LIMIT_MS));
    assert_int_equal(router_counters(bus_router(w->bus))->cut, 1);
    answered(w, bert, "still here", 10);
}

static void a_revoked_key_is_cut_while_another_goes_on(void **state)
{
    struct world *w = *state;
    void *anna = client(w, ZMQ_DEALER, 0, NULL), *bert = client(w, ZMQ_DEALER, 1, NULL);
    answered(w, anna, "hello", 5);
    answered(w, bert, "hello", 5);
    w->revoked[0] = true;
    router_sift(bus_router(w->bus), still_good, w);
    assert_int_equal(router_counters(bus_router(w->bus))->cut, 1);
    assert_true(run_until(w, refused_one, NULL, LIMIT_MS)); /* its reconnect */
    size_t before = w->nheard;
    zmq_send(anna, "again", 5, ZMQ_DONTWAIT);
    for (int i = 0; i < 20; i++)
        answered(w, bert, "hello", 5);
    for (size_t i = before; i < w->nheard; i++)
        assert_string_equal(w->heard[i].principal, "bert");
}

static void transitions_reach_whoever_subscribed_to_their_topic(void **state)
{
    struct world *w = *state;
    void *anna = client(w, ZMQ_SUB, 0, NULL);
    zmq_setsockopt(anna, ZMQ_SUBSCRIBE, "determination-issued/", 21);
    assert_true(run_until(w, subscribed, &(uint64_t){1}, LIMIT_MS));
    xpub_publish(bus_xpub(w->bus), "application-received/yc/d/", (struct bytes){(const uint8_t *)"a", 1});
    xpub_publish(bus_xpub(w->bus), "determination-issued/yc/d/", (struct bytes){(const uint8_t *)"b", 1});
    assert_true(run_until(w, client_readable, anna, LIMIT_MS));
    char topic[64], body[8];
    assert_int_equal(zmq_recv(anna, topic, sizeof topic, 0), 26);
    assert_int_equal(zmq_recv(anna, body, sizeof body, 0), 1);
    assert_int_equal(body[0], 'b');
}

static void who_may_not_watch_is_refused_at_the_door(void **state)
{
    struct world *w = *state;
    w->watches[0] = false;
    void *anna = client(w, ZMQ_SUB, 0, NULL), *bert = client(w, ZMQ_SUB, 1, NULL);
    zmq_setsockopt(anna, ZMQ_SUBSCRIBE, "", 0);
    zmq_setsockopt(bert, ZMQ_SUBSCRIBE, "", 0);
    assert_true(run_until(w, refused_one, NULL, LIMIT_MS));
    assert_true(run_until(w, subscribed, &(uint64_t){1}, LIMIT_MS));
    xpub_publish(bus_xpub(w->bus), "t/", (struct bytes){(const uint8_t *)"a", 1});
    assert_true(run_until(w, client_readable, bert, LIMIT_MS));
    assert_false(socket_readable(anna));
}

static void a_subscriber_whose_right_ends_is_cut(void **state)
{
    struct world *w = *state;
    void *anna = client(w, ZMQ_SUB, 0, NULL);
    zmq_setsockopt(anna, ZMQ_SUBSCRIBE, "", 0);
    assert_true(run_until(w, subscribed, &(uint64_t){1}, LIMIT_MS));
    w->revoked[0] = true;
    xpub_sift(bus_xpub(w->bus), still_good, w);
    assert_int_equal(xpub_counters(bus_xpub(w->bus))->cut, 1);
    assert_true(run_until(w, refused_one, NULL, LIMIT_MS));
}

static void too_many_subscriptions_cut_the_connection(void **state)
{
    struct world *w = *state;
    void *anna = client(w, ZMQ_SUB, 0, NULL);
    for (int i = 0; i < XPUB_SUBSCRIPTIONS; i++) {
        char topic[16];
        snprintf(topic, sizeof topic, "topic-%d/", i);
        zmq_setsockopt(anna, ZMQ_SUBSCRIBE, topic, strlen(topic));
    }
    assert_true(run_until(w, subscribed, &(uint64_t){XPUB_SUBSCRIPTIONS}, LIMIT_MS));
    assert_int_equal(xpub_counters(bus_xpub(w->bus))->cut, 0);
    zmq_setsockopt(anna, ZMQ_SUBSCRIBE, "one-more/", 9);
    assert_true(run_until(w, was_cut, NULL, LIMIT_MS));
}

static void a_prefix_that_is_too_long_cuts_the_connection(void **state)
{
    struct world *w = *state;
    void *anna = client(w, ZMQ_SUB, 0, NULL);
    char topic[201];
    memset(topic, 'x', sizeof topic);
    zmq_setsockopt(anna, ZMQ_SUBSCRIBE, topic, 200);
    assert_true(run_until(w, subscribed, &(uint64_t){1}, LIMIT_MS));
    assert_int_equal(xpub_counters(bus_xpub(w->bus))->cut, 0);
    zmq_setsockopt(anna, ZMQ_SUBSCRIBE, topic, 201);
    assert_true(run_until(w, was_cut, NULL, LIMIT_MS));
}

/* ---- Key files ---- */

static enum status load(const char *text, mode_t mode, struct curve_key *ret)
{
    char file[] = "/tmp/leeway-key-XXXXXX";
    int fd = mkstemp(file);
    struct buf why = {0};
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    assert_int_equal(fchmod(fd, mode), 0);
    close(fd);
    enum status st = curve_load(file, ret, &why);
    assert_int_equal(why.n > 0, st != ST_OK);
    unlink(file);
    buf_done(&why);
    return st;
}

static void a_key_file_is_read_and_others_must_not_be_able_to(void **state)
{
    struct curve_key made, read;
    char text[256];
    (void)state;
    assert_int_equal(zmq_curve_keypair(made.public_z85, made.secret_z85), 0);
    snprintf(text, sizeof text, "# a note\npublic: %s\nsecret: %s\n", made.public_z85, made.secret_z85);
    assert_int_equal(load(text, 0600, &read), ST_OK);
    assert_string_equal(read.secret_z85, made.secret_z85);
    assert_int_equal(load(text, 0644, &read), ST_DENIED);
    assert_int_equal(load(text, 0640, &read), ST_DENIED);
    snprintf(text, sizeof text, "public: %s\nsecret: %s\n", made.secret_z85, made.secret_z85);
    assert_int_equal(load(text, 0600, &read), ST_INVALID);
    assert_int_equal(load("secret: short\n", 0600, &read), ST_INVALID);
    assert_int_equal(load("", 0600, &read), ST_INVALID);
}

static void a_fingerprint_is_of_the_bytes_of_the_key(void **state)
{
    char out[CURVE_FINGERPRINT];
    (void)state;
    assert_int_equal(strlen(curve_fingerprint("Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID", out)), 16);
    assert_string_equal(curve_fingerprint("no key", out), "");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(int argc, char **argv)
{
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    const struct CMUnitTest tests[] = {
        TEST(a_known_key_gets_in_and_is_named_by_its_key),
        TEST(an_unknown_key_does_not_get_in),
        TEST(a_handshake_is_judged_while_the_guard_is_refreshed),
        TEST(a_client_without_curve_does_not_get_in),
        TEST(a_message_between_one_and_two_mebibytes_arrives_to_be_refused_by_name),
        TEST(a_second_frame_is_a_flaw_and_the_sender_stays),
        TEST(a_routing_id_of_the_clients_own_is_a_flaw),
        TEST(a_gone_peer_is_unreachable),
        TEST(a_peer_that_reads_nothing_is_full_and_nothing_blocks),
        TEST(a_message_that_does_not_end_cuts_its_sender_and_no_other),
        TEST(a_revoked_key_is_cut_while_another_goes_on),
        TEST(transitions_reach_whoever_subscribed_to_their_topic),
        TEST(who_may_not_watch_is_refused_at_the_door),
        TEST(a_subscriber_whose_right_ends_is_cut),
        TEST(too_many_subscriptions_cut_the_connection),
        TEST(a_prefix_that_is_too_long_cuts_the_connection),
        cmocka_unit_test(a_key_file_is_read_and_others_must_not_be_able_to),
        cmocka_unit_test(a_fingerprint_is_of_the_bytes_of_the_key),
    };
    return cmocka_run_group_tests_name("router", tests, NULL, NULL);
}
