/* main.c - leewayd: words of the command line, then the house and its loop */
#include "daemon/bus/curve.h"
#include "daemon/loop.h"
#include "daemon/notify.h"
#include "daemon/ops/files.h"
#include "daemon/ops/log.h"

#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sysexits.h>

static const char usage[] =
    "leewayd - the daemon of Leeway: the only writer of case state\n"
    "\n"
    "  leewayd --config FILE [--port-file FILE]   run in the foreground until SIGTERM\n"
    "  leewayd --check --config FILE              check the configuration and say what is wrong\n"
    "  leewayd --restored --config FILE           the first start after the store was put back to an earlier\n"
    "                                             state: writes it down and raises the generation, so that\n"
    "                                             subscribers that know more are told apart\n"
    "\n"
    "  -c, --config FILE      the configuration (leewayd.yaml)\n"
    "  -n, --check            check only\n"
    "  -p, --port-file FILE   write the endpoints there once they are open, a line each:\n"
    "                         command tcp://..., transitions tcp://...\n"
    "  -V, --version          say the version\n"
    "  -h, --help             say this\n"
    "\n"
    "SIGHUP reads the keys of the configuration again. Exit codes: 0 stopped by a signal, 64 wrong\n"
    "words, 69 an endpoint or the store is taken, 74 input or output failed or its outcome is\n"
    "unknown, 77 others may read a secret, 78 the configuration is wrong.\n";

struct words {
    const char *config, *port_file;
    bool check, restored;
};

static int check(const char *file)
{
    struct config *c;
    struct curve_key key;
    struct buf why = {0};
    int code = EX_OK;
    if (config_load(file, &c, &why)) {
        code = EX_CONFIG;
    } else {
        enum status st = curve_load(c->server_key, &key, &why);
        code = st == ST_OK ? EX_OK : st == ST_DENIED ? EX_NOPERM : EX_CONFIG;
        config_free(c);
    }
    curve_wipe(&key);
    if (code)
        fprintf(stderr, "%s\n", buf_cstr(&why));
    else
        printf("%s is valid\n", file);
    buf_done(&why);
    return code;
}

/* Messages are taken from now on: tell whoever waits for it. */
static void ready(struct house *h, void *ctx)
{
    const struct words *w = ctx;
    const char *command = router_endpoint(bus_router(h->bus)), *transitions = xpub_endpoint(bus_xpub(h->bus));
    log_say(LOG_NOTICE, "ready", LOG_TEXT("version", LEEWAY_VERSION), LOG_TEXT("command", command),
            LOG_TEXT("transitions", transitions), LOG_NUMBER("generation", h->head.generation),
            LOG_NUMBER("number", h->head.number), LOG_END);
    if (w->port_file) {
        struct buf text = {0}, why = {0};
        buf_printf(&text, "command %s\ntransitions %s\n", command, transitions);
        if (file_replace(w->port_file, buf_bytes(&text), &why))
            log_say(LOG_ERROR, "port-file-not-written", LOG_TEXT("why", buf_cstr(&why)), LOG_END);
        buf_done(&text);
        buf_done(&why);
    }
    notify("READY=1");
}

/* Each connection takes a descriptor. */
static void raise_limits(void)
{
    struct rlimit r;
    if (getrlimit(RLIMIT_NOFILE, &r) == 0 && r.rlim_cur < r.rlim_max) {
        r.rlim_cur = r.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &r);
    }
}

static int run(struct words *w)
{
    struct house *h = NULL;
    struct buf why = {0};
    umask(077);
    raise_limits();
    int code = house_open(w->config, w->restored, &h, &why);
    if (code) {
        fprintf(stderr, "%s\n", buf_cstr(&why));
        log_say(LOG_ERROR, "not-started", LOG_NUMBER("exit", code), LOG_END);
    } else {
        code = loop_run(h, ready, w);
        log_say(LOG_NOTICE, "stopped", LOG_NUMBER("exit", code), LOG_NUMBER("number", h->head.number), LOG_END);
        house_close(h);
    }
    buf_done(&why);
    return code;
}

int main(int argc, char **argv)
{
    static const struct option options[] = {
        {"config", required_argument, NULL, 'c'},
        {"check", no_argument, NULL, 'n'},
        {"restored", no_argument, NULL, 'r'},
        {"port-file", required_argument, NULL, 'p'},
        {"version", no_argument, NULL, 'V'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    struct words w = {0};
    signal(SIGXFSZ, SIG_IGN); /* a file that may not grow is an answer, not an end: the store says that it is full */
    for (int o; (o = getopt_long(argc, argv, "c:np:Vh", options, NULL)) != -1;) {
        if (o == 'c')
            w.config = optarg;
        else if (o == 'n')
            w.check = true;
        else if (o == 'r')
            w.restored = true;
        else if (o == 'p')
            w.port_file = optarg;
        else if (o == 'V')
            return printf("leewayd %s\n", LEEWAY_VERSION) < 0 ? EX_IOERR : EX_OK;
        else if (o == 'h')
            return fputs(usage, stdout) < 0 ? EX_IOERR : EX_OK;
        else
            return EX_USAGE;
    }
    if (!w.config || optind < argc) {
        fputs(usage, stderr);
        return EX_USAGE;
    }
    return w.check ? check(w.config) : run(&w);
}
