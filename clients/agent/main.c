/* leeway-agent - one department's subscriber */
#include "clients/agent/agent.h"
#include "clients/agent/look.h"
#include "clients/agent/runner.h"

#include "daemon/base/check.h"
#include "daemon/base/text.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

extern char **environ;

enum { USAGE = 2, TIMEOUT_S = 60, GRACE_S = 10 };

static const char help[] =
    "leeway-agent --stream DEPARTMENT --name NAME --handler PROGRAM --state FOLDER [options]\n"
    "leeway-agent failed list | failed retry [POSITION...] | inbox [--all] | cases | case NUMBER |\n"
    "             head | head accept, each with --state FOLDER\n"
    "\n"
    "Runs PROGRAM for each notice to the department: the notice is one line of JSON on its standard input,\n"
    "LEEWAY_STREAM, LEEWAY_POSITION, LEEWAY_TYPE, LEEWAY_CASE and LEEWAY_NOTICE are in its environment. Exit status\n"
    "0: handled; 75: try later; else: failed, set aside after 5 tries. Each line that it prints is a command as JSON\n"
    "({\"act\":\"confirm-suspension\",\"fields\":{},\"papers\":{\"slot\":[\"FILE or hash\"]}}); the notice is done "
    "when\n"
    "all are accepted. What is taken and not done is kept in FOLDER.\n"
    "\n"
    "  --stream DEPARTMENT   whose notices\n"
    "  --name NAME           of this subscriber; two at once need two names\n"
    "  --group NAME          share the notices with the other members; those of one case come to one of them,\n"
    "                        all members use keys of one principal\n"
    "  --handler PROGRAM     what is run; a folder: the program in it that has the name of the notice's type, or\n"
    "                        `default`; a notice that asks for nothing and has none is only read\n"
    "  --state FOLDER        where the agent remembers; its own\n"
    "  --context FILE        endpoint, server-key, key (default: $LEEWAY_CONTEXT, ~/.config/leeway/context)\n"
    "  --endpoint ADDRESS, --server-key KEY, --key FILE\n"
    "                        instead of the context's\n"
    "  --concurrency N       handlers at once, 1 to 256 (4)\n"
    "  --timeout SECONDS     of one run (60)\n"
    "  --grace SECONDS       for runs under way when SIGTERM comes (10); when the agent itself is killed, so is\n"
    "                        the program (what that started goes on), and it runs again at the next start\n"
    "  --env NAME=VALUE      more of the handler's environment; may be repeated\n"
    "  --help, --version\n"
    "\n"
    "Ends with 0 when it was asked to stop, 1 when the stream ended or the folder cannot be used, 2 on wrong usage.\n";

enum which {
    STREAM = 1,
    NAME,
    GROUP,
    HANDLER,
    STATE,
    CONTEXT,
    CONCURRENCY,
    TIMEOUT,
    GRACE,
    ENV,
    CLIENT,
    HELP,
    VERSION
};

static const struct option options[] = {
    {"stream", required_argument, NULL, STREAM},
    {"name", required_argument, NULL, NAME},
    {"group", required_argument, NULL, GROUP},
    {"handler", required_argument, NULL, HANDLER},
    {"state", required_argument, NULL, STATE},
    {"context", required_argument, NULL, CONTEXT},
    {"concurrency", required_argument, NULL, CONCURRENCY},
    {"timeout", required_argument, NULL, TIMEOUT},
    {"grace", required_argument, NULL, GRACE},
    {"env", required_argument, NULL, ENV},
    {"endpoint", required_argument, NULL, CLIENT},
    {"server-key", required_argument, NULL, CLIENT},
    {"key", required_argument, NULL, CLIENT},
    {"help", no_argument, NULL, HELP},
    {"version", no_argument, NULL, VERSION},
    {NULL, 0, NULL, 0},
};

struct told {
    struct agent_options o;
    struct lw_opts *client; /* what the options say; it goes over the context */
    const char *context;
    char **environment;
    size_t n;
};

static int wrong(const char *what, const char *value)
{
    fprintf(stderr, "leeway-agent: %s%s%s\n", what, value ? " " : "", value ? value : "");
    fprintf(stderr, "try: leeway-agent --help\n");
    return USAGE;
}

/* A later value of a name goes over an earlier one: the handler sees one of each. */
static void add_environment(struct told *t, char *pair)
{
    size_t name = strcspn(pair, "=") + 1;
    for (size_t i = 0; i < t->n; i++) {
        if (strncmp(t->environment[i], pair, name) == 0) {
            t->environment[i] = pair;
            return;
        }
    }
    t->environment = xrealloc(t->environment, (t->n + 2) * sizeof *t->environment);
    t->environment[t->n++] = pair;
    t->environment[t->n] = NULL;
}

static bool whole_number(const char *text, int least, int most, int *ret)
{
    char *end;
    long n = strtol(text, &end, 10);
    if (!*text || *end || n < least || n > most)
        return false;
    *ret = (int)n;
    return true;
}

static int one_option(struct told *t, int which, const char *name, char *value)
{
    int seconds = 0;
    switch (which) {
    case STREAM:
        t->o.stream = value;
        return 0;
    case NAME:
        t->o.name = value;
        return 0;
    case GROUP:
        t->o.group = value;
        return 0;
    case HANDLER:
        t->o.handler = value;
        return 0;
    case STATE:
        t->o.state = value;
        return 0;
    case CONTEXT:
        t->context = value;
        return 0;
    case CLIENT:
        (void)lw_opts_set(t->client, name, value, NULL);
        return 0;
    case CONCURRENCY:
        return whole_number(value, 1, AGENT_MOST, &t->o.concurrency) ? 0
                                                                     : wrong("--concurrency is 1 to 256, not", value);
    case TIMEOUT:
    case GRACE:
        if (!whole_number(value, 1, 86400, &seconds))
            return wrong("expected 1 to 86400 seconds, not", value);
        *(which == TIMEOUT ? &t->o.timeout_ms : &t->o.grace_ms) = seconds * 1000;
        return 0;
    case ENV:
        if (!strchr(value, '=') || *value == '=')
            return wrong("--env wants NAME=VALUE, not", value);
        add_environment(t, value);
        return 0;
    default:
        return wrong("that is not understood", NULL);
    }
}

static int check(const struct told *t)
{
    if (!t->o.stream || !t->o.name || !t->o.handler || !t->o.state)
        return wrong("--stream, --name, --handler and --state are all needed", NULL);
    if (!text_is_name(t->o.stream) || !text_is_name(t->o.name) || (t->o.group && !text_is_name(t->o.group)))
        return wrong("--stream, --name and --group are small letters, digits and dashes", NULL);
    struct stat about;
    bool folder = stat(t->o.handler, &about) == 0 && S_ISDIR(about.st_mode);
    if (!folder && !runner_finds(t->o.handler))
        return wrong("--handler is a program that can be run, or a folder of such, not", t->o.handler);
    return 0;
}

static int run(struct told *t)
{
    static const char *const names[] = {"endpoint", "transitions", "server-key", "key"};
    struct lw_error e;
    struct lw_opts *o = lw_opts_new();
    int result = USAGE;
    if (!lw_opts_context(o, t->context, &e))
        (void)wrong(e.text, NULL);
    else {
        for (size_t i = 0; i < sizeof names / sizeof *names; i++)
            if (lw_opts_get(t->client, names[i]))
                (void)lw_opts_set(o, names[i], lw_opts_get(t->client, names[i]), NULL);
        t->o.client = o;
        t->o.environment = t->environment;
        result = agent_run(&t->o);
    }
    lw_opts_free(o);
    return result;
}

int main(int argc, char **argv)
{
    struct told t = {
        .o = {.concurrency = 4, .timeout_ms = TIMEOUT_S * 1000, .grace_ms = GRACE_S * 1000},
        .client = lw_opts_new(),
    };
    int result = 0, which, index = 0;
    bool words = false;
    if (look_verb(argc, argv, &result)) {
        lw_opts_free(t.client);
        return result;
    }
    for (char **e = environ; *e; e++)
        add_environment(&t, *e);
    while (!result && !words && (which = getopt_long(argc, argv, "h", options, &index)) != -1) {
        words = which == HELP || which == VERSION || which == 'h';
        if (words)
            fputs(which == VERSION ? "leeway-agent " LEEWAY_VERSION "\n" : help, stdout);
        else
            result = which == '?' ? wrong("that is not understood", NULL)
                                  : one_option(&t, which, options[index].name, optarg);
    }
    if (!result && !words && optind < argc)
        result = wrong("unexpected", argv[optind]);
    if (!result && !words)
        result = check(&t);
    if (!result && !words)
        result = run(&t);
    free(t.environment);
    lw_opts_free(t.client);
    return result;
}
