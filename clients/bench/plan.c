#include "clients/bench/plan.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

static _Noreturn void fail(const char *what, const char *why)
{
    fprintf(stderr, "leeway-bench-load: %s: %s\n", what, why);
    exit(64);
}

static void paper_set(struct plan *p, const char *hex)
{
    for (size_t i = 0; i < HASH_LEN; i++) {
        unsigned byte;
        if (sscanf(hex + 2 * i, "%2x", &byte) != 1)
            fail(hex, "is no hash");
        p->paper.b[i] = (uint8_t)byte;
    }
}

enum { ENDPOINT = 1, SERVER_KEY, KEYS, LISTEN, LISTEN_KEY, ASK, PAPER, DEPARTMENT, STAGE, NUMBERS };
enum { CLIENTS = NUMBERS, DEPTH, WARM, SECONDS, RATE, SERIAL, HOT, ADOPT, COUNT, STRIDE, ASK_RATE, CASES };

static void text_set(struct plan *p, int what, const char *text)
{
    const char **const to[NUMBERS] = {[ENDPOINT] = &p->endpoint,
                                      [SERVER_KEY] = &p->server_key,
                                      [KEYS] = &p->keys,
                                      [LISTEN] = &p->listen,
                                      [LISTEN_KEY] = &p->listen_key,
                                      [ASK] = &p->ask,
                                      [DEPARTMENT] = &p->asking.department,
                                      [STAGE] = &p->asking.stage};
    if (what == PAPER)
        paper_set(p, text);
    else
        *to[what] = text;
}

static void number_set(struct plan *p, int what, uint64_t n)
{
    switch (what) {
    case CLIENTS:
        p->work.clients = n;
        break;
    case DEPTH:
        p->work.depth = n;
        break;
    case WARM:
        p->warm_s = (int64_t)n;
        break;
    case SECONDS:
        p->seconds = (int64_t)n;
        break;
    case RATE:
        p->rate = n;
        break;
    case SERIAL:
        p->work.serial = n;
        break;
    case HOT:
        p->work.hot = n;
        break;
    case ADOPT:
        p->work.adopt = (int64_t)n;
        break;
    case COUNT:
        p->work.count = n;
        break;
    case STRIDE:
        p->work.stride = n;
        break;
    case ASK_RATE:
        p->asking.rate = n;
        break;
    default:
        p->asking.cases = n;
        break;
    }
}

void plan_read(struct plan *p, int argc, char **argv)
{
    static const struct option known[] = {{"endpoint", 1, NULL, ENDPOINT},
                                          {"server-key", 1, NULL, SERVER_KEY},
                                          {"keys", 1, NULL, KEYS},
                                          {"listen", 1, NULL, LISTEN},
                                          {"listen-key", 1, NULL, LISTEN_KEY},
                                          {"ask", 1, NULL, ASK},
                                          {"paper", 1, NULL, PAPER},
                                          {"clients", 1, NULL, CLIENTS},
                                          {"depth", 1, NULL, DEPTH},
                                          {"warm", 1, NULL, WARM},
                                          {"seconds", 1, NULL, SECONDS},
                                          {"rate", 1, NULL, RATE},
                                          {"serial", 1, NULL, SERIAL},
                                          {"hot", 1, NULL, HOT},
                                          {"adopt", 1, NULL, ADOPT},
                                          {"count", 1, NULL, COUNT},
                                          {"stride", 1, NULL, STRIDE},
                                          {"ask-rate", 1, NULL, ASK_RATE},
                                          {"cases", 1, NULL, CASES},
                                          {"department", 1, NULL, DEPARTMENT},
                                          {"stage", 1, NULL, STAGE},
                                          {NULL, 0, NULL, 0}};
    *p = (struct plan){.warm_s = 2,
                       .seconds = 10,
                       .work = {.depth = 1, .stride = 1},
                       .asking = {.rate = 90,
                                  .cases = 1,
                                  .department = "discipline",
                                  .procedure = "yinchuan",
                                  .stage = "verification",
                                  .stranger = "audit"}};
    for (int c; (c = getopt_long(argc, argv, "", known, NULL)) != -1;) {
        if (c == '?')
            exit(64);
        if (c < NUMBERS)
            text_set(p, c, optarg);
        else
            number_set(p, c, strtoull(optarg, NULL, 10));
    }
    if (!p->endpoint || !p->server_key || !p->keys || !p->work.clients || !p->work.depth || !p->asking.cases ||
        p->work.clients * p->work.depth > UINT16_MAX / 4)
        fail("options", "endpoint, server-key, keys, clients are needed; clients times depth is below 16384");
}
