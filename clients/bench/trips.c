#include "clients/bench/trips.h"

#include "daemon/base/check.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <time.h>
#include <zmq.h>

enum { COMMAND = 420, ANSWER = 300, KEY = 41 };

static double clock_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void set_text(void *socket, int option, const char *text)
{
    REQUIRE(zmq_setsockopt(socket, option, text, strlen(text)) == 0);
}

/* Answers until the context ends. */
static void *answering(void *router)
{
    uint8_t answer[ANSWER] = {0};
    for (bool goes = true; goes;) {
        zmq_msg_t id, frame;
        zmq_msg_init(&id);
        zmq_msg_init(&frame);
        goes = zmq_msg_recv(&id, router, 0) >= 0 && zmq_msg_recv(&frame, router, 0) >= 0 &&
               zmq_msg_send(&id, router, ZMQ_SNDMORE) >= 0 && zmq_send(router, answer, sizeof answer, 0) >= 0;
        zmq_msg_close(&frame);
        zmq_msg_close(&id);
    }
    zmq_close(router);
    return NULL;
}

double trips_run(int in_flight, double most)
{
    char server_public[KEY], server_secret[KEY], public_key[KEY], secret_key[KEY], endpoint[128];
    uint8_t command[COMMAND] = {0};
    size_t n = sizeof endpoint;
    int one = 1, zero = 0;
    pthread_t thread;
    void *context = zmq_ctx_new(), *router = zmq_socket(context, ZMQ_ROUTER), *dealer = zmq_socket(context, ZMQ_DEALER);
    REQUIRE(router && dealer && zmq_curve_keypair(server_public, server_secret) == 0 &&
            zmq_curve_keypair(public_key, secret_key) == 0);
    REQUIRE(zmq_setsockopt(router, ZMQ_CURVE_SERVER, &one, sizeof one) == 0);
    set_text(router, ZMQ_CURVE_SECRETKEY, server_secret);
    set_text(dealer, ZMQ_CURVE_SERVERKEY, server_public);
    set_text(dealer, ZMQ_CURVE_PUBLICKEY, public_key);
    set_text(dealer, ZMQ_CURVE_SECRETKEY, secret_key);
    REQUIRE(zmq_setsockopt(dealer, ZMQ_LINGER, &zero, sizeof zero) == 0);
    REQUIRE(zmq_setsockopt(router, ZMQ_LINGER, &zero, sizeof zero) == 0);
    REQUIRE(zmq_bind(router, "tcp://127.0.0.1:*") == 0);
    REQUIRE(zmq_getsockopt(router, ZMQ_LAST_ENDPOINT, endpoint, &n) == 0 && zmq_connect(dealer, endpoint) == 0);
    REQUIRE(pthread_create(&thread, NULL, answering, router) == 0);
    for (int i = 0; i < in_flight; i++)
        REQUIRE(zmq_send(dealer, command, sizeof command, 0) >= 0);
    REQUIRE(zmq_recv(dealer, command, sizeof command, 0) >= 0); /* the handshake is over */
    REQUIRE(zmq_send(dealer, command, sizeof command, 0) >= 0);
    uint64_t trips = 0;
    double begun = clock_now(), end = begun + most;
    for (; clock_now() < end; trips++)
        REQUIRE(zmq_recv(dealer, command, sizeof command, 0) >= 0 && zmq_send(dealer, command, COMMAND, 0) >= 0);
    double rate = (double)trips / (clock_now() - begun);
    zmq_close(dealer);
    zmq_ctx_shutdown(context);
    pthread_join(thread, NULL);
    zmq_ctx_term(context);
    return rate;
}
