/* leeway-monitor - what a jurisdiction's daemon does, in figures */
#include "clients/monitor/monitor.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

enum { USAGE = 2, EVERY_S = 5, LIMIT_S = 10, MS = 1000 };

static const char help[] =
    "leeway-monitor [options]\n"
    "\n"
    "Counts what happens, under a key with the right `watch`, and serves it for Prometheus: /metrics, /healthz.\n"
    "No person and no text is in it.\n"
    "\n"
    "  --listen ADDRESS:PORT where to serve (127.0.0.1:9464); port 0: any, told on standard error\n"
    "  --once                print the same text once and end\n"
    "  --every SECONDS       between two questions for what no transition tells, 1 to 3600 (5)\n"
    "  --timeout SECONDS     with --once: for each answer, 1 to 3600 (10)\n"
    "  --context FILE        endpoint, transitions, server-key, key (default: $LEEWAY_CONTEXT,\n"
    "                        ~/.config/leeway/context)\n"
    "  --endpoint ADDRESS, --transitions ADDRESS, --server-key KEY, --key FILE\n"
    "                        instead of the context's\n"
    "  --help, --version\n"
    "\n"
    "Ends with 0 when it was asked to stop or has printed, 1 when the daemon cannot be reached or refuses, 2 on wrong\n"
    "usage.\n";

enum which { LISTEN = 1, ONCE, EVERY, TIMEOUT, CONTEXT, CLIENT, HELP, VERSION };

static const struct option options[] = {
    {"listen", required_argument, NULL, LISTEN},      {"once", no_argument, NULL, ONCE},
    {"every", required_argument, NULL, EVERY},        {"timeout", required_argument, NULL, TIMEOUT},
    {"context", required_argument, NULL, CONTEXT},    {"endpoint", required_argument, NULL, CLIENT},
    {"transitions", required_argument, NULL, CLIENT}, {"server-key", required_argument, NULL, CLIENT},
    {"key", required_argument, NULL, CLIENT},         {"help", no_argument, NULL, HELP},
    {"version", no_argument, NULL, VERSION},          {NULL, 0, NULL, 0},
};

struct told {
    struct monitor_options o;
    struct lw_opts *client; /* what the options say; it goes over the context */
    const char *context;
    bool once;
};

static int wrong(const char *what, const char *value)
{
    fprintf(stderr, "leeway-monitor: %s%s%s\n", what, value ? " " : "", value ? value : "");
    fprintf(stderr, "try: leeway-monitor --help\n");
    return USAGE;
}

static int seconds(const char *text, int *ret_ms)
{
    char *rest;
    long n = strtol(text, &rest, 10);
    if (!*text || *rest || n < 1 || n > 3600)
        return wrong("expected 1 to 3600 seconds, not", text);
    *ret_ms = (int)n * MS;
    return 0;
}

static int one_option(struct told *t, int which, const char *name, const char *value)
{
    switch (which) {
    case LISTEN:
        t->o.listen = value;
        return 0;
    case ONCE:
        t->once = true;
        return 0;
    case EVERY:
        return seconds(value, &t->o.every_ms);
    case TIMEOUT:
        return seconds(value, &t->o.limit_ms);
    case CONTEXT:
        t->context = value;
        return 0;
    case CLIENT:
        (void)lw_opts_set(t->client, name, value, NULL);
        return 0;
    default:
        return wrong("that is not understood", NULL);
    }
}

static int run(struct told *t)
{
    static const char *const names[] = {"endpoint", "transitions", "server-key", "key"};
    struct lw_error e;
    struct lw_opts *o = lw_opts_new();
    int result;
    if (!lw_opts_context(o, t->context, &e)) {
        result = wrong(e.text, NULL);
    } else {
        for (size_t i = 0; i < sizeof names / sizeof *names; i++)
            if (lw_opts_get(t->client, names[i]))
                (void)lw_opts_set(o, names[i], lw_opts_get(t->client, names[i]), NULL);
        t->o.client = o;
        result = t->once ? monitor_once(&t->o) : monitor_serve(&t->o);
    }
    lw_opts_free(o);
    return result;
}

int main(int argc, char **argv)
{
    struct told t = {
        .o = {.listen = "127.0.0.1:9464", .every_ms = EVERY_S * MS, .limit_ms = LIMIT_S * MS},
        .client = lw_opts_new(),
    };
    int result = 0, which, index = 0;
    bool words = false;
    while (!result && !words && (which = getopt_long(argc, argv, "h", options, &index)) != -1) {
        words = which == HELP || which == VERSION || which == 'h';
        if (words)
            fputs(which == VERSION ? "leeway-monitor " LEEWAY_VERSION "\n" : help, stdout);
        else
            result = which == '?' ? wrong("that is not understood", NULL)
                                  : one_option(&t, which, options[index].name, optarg);
    }
    if (!result && !words && optind < argc)
        result = wrong("unexpected", argv[optind]);
    if (!result && !words)
        result = run(&t);
    lw_opts_free(t.client);
    return result;
}
