/* leeway - the command line */
#include "clients/leeway/run.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TIMEOUT_S = 10 };

/* What was sent may have been done: whoever interrupts asks leeway command show, or repeats with the same --id. */
static void interrupted(int signal)
{
    (void)signal;
    _exit(EXIT_INTERRUPTED);
}

static int print(struct buf *out, int result)
{
    fputs(buf_cstr(out), result == EXIT_DONE ? stdout : stderr);
    buf_done(out);
    return result;
}

/* `help`, `completion` and `man` are about the table and stand beside it. -1: it is none of them. */
static int about(int argc, char **argv, enum language l)
{
    struct buf out = {0};
    const char *word = argc > 1 ? argv[1] : "";
    if (strcmp(word, "--version") == 0)
        buf_str(&out, "leeway " LEEWAY_VERSION "\n");
    else if (strcmp(word, "completion") == 0 && (argc == 2 || strcmp(argv[2], "bash") == 0))
        help_completion(&out, &verbs);
    else if (strcmp(word, "man") == 0 && argc == 2)
        help_man(&out, &verbs);
    else if (strcmp(word, "help") == 0 && argc > 2 && strcmp(argv[2], "exit-codes") == 0)
        help_exit_codes(&out, l);
    else if (strcmp(word, "help") == 0 && argc == 2)
        help_overview(&out, &verbs, l);
    else
        return -1;
    return print(&out, EXIT_DONE);
}

static int help(const struct cli *c, enum language l, bool wanted)
{
    struct buf out = {0};
    if (c->verb)
        help_verb(&out, &verbs, c->verb, l);
    else if (c->noun)
        help_noun(&out, &verbs, c->noun, l);
    else
        help_overview(&out, &verbs, l);
    return print(&out, wanted ? EXIT_DONE : EXIT_USAGE);
}

/* The flags that every verb has. false: it was said what is wrong. */
static bool settle(struct run *r)
{
    const char *format = cli_flag(r->cli, "output"), *lang = cli_flag(r->cli, "lang");
    const char *timeout = cli_flag(r->cli, "timeout");
    int64_t seconds = TIMEOUT_S;
    r->format = !format || strcmp(format, "table") == 0 ? TABLE
                : strcmp(format, "json") == 0           ? JSON
                : strcmp(format, "ndjson") == 0         ? NDJSON
                                                        : 0;
    if (!r->format) {
        r->format = TABLE;
        run_fail(r, EXIT_USAGE, TR(r, "-o is table, json or ndjson, not %s", "-o 应为 table、json 或 ndjson,不是 %s"),
                 format);
        return false;
    }
    if (lang && strcmp(lang, "zh") != 0 && strcmp(lang, "en") != 0) {
        run_fail(r, EXIT_USAGE, "--lang is zh or en, not %s", lang);
        return false;
    }
    if (lang)
        r->language = strcmp(lang, "zh") == 0 ? ZH : EN;
    if (timeout && !run_number(r, "--timeout", timeout, &seconds))
        return false;
    if (seconds < 1 || seconds > 86400) {
        run_fail(r, EXIT_USAGE, "--timeout is 1 to 86400 seconds");
        return false;
    }
    r->timeout_ms = (int)seconds * 1000;
    r->no_input = cli_flag(r->cli, "no-input") != NULL;
    return true;
}

/* What --lang says before anything else is understood, so that help and complaints are in it too. A --lang that stands
 * first is taken out: `help` and the like stand beside the table of verbs. */
static enum language chosen(enum language usual, int *argc, char ***argv)
{
    for (int i = 1; i < *argc; i++) {
        const char *text = (*argv)[i];
        int words = 1;
        if (strncmp(text, "--lang=", 7) == 0)
            text += 7;
        else if (strcmp(text, "--lang") == 0 && i + 1 < *argc) {
            text = (*argv)[i + 1];
            words = 2;
        } else
            continue;
        if (strcmp(text, "zh") != 0 && strcmp(text, "en") != 0)
            return usual; /* settle() complains */
        if (i == 1 && words < *argc - 1 && strcmp((*argv)[1 + words], "help") == 0) {
            (*argv)[words] = (*argv)[0];
            *argv += words;
            *argc -= words;
        }
        return strcmp(text, "zh") == 0 ? ZH : EN;
    }
    return usual;
}

int main(int argc, char **argv)
{
    char why[CLI_WHY];
    struct cli c = {0};
    enum language l = chosen(cli_language(getenv("LC_ALL"), getenv("LC_MESSAGES"), getenv("LANG")), &argc, &argv);
    int result = about(argc, argv, l);
    if (result >= 0)
        return result;
    bool asked = argc > 1 && strcmp(argv[1], "help") == 0; /* leeway help case open */
    switch (cli_parse(&verbs, argc - asked, argv + asked, &c, why)) {
    case CLI_HELP:
        return help(&c, l, asked || cli_flag(&c, "help"));
    case CLI_WRONG:
        if (asked && c.verb)
            return help(&c, l, true);
        fprintf(stderr, "leeway: %s\n  %s\n", why, l == ZH ? "帮助见 leeway help" : "try: leeway help");
        return EXIT_USAGE;
    case CLI_RUN:
        break;
    }
    if (asked)
        return help(&c, l, true);
    signal(SIGINT, interrupted);
    signal(SIGPIPE, SIG_DFL);
    struct run r = {.cli = &c, .arena = arena_new(), .language = l, .format = TABLE};
    result = settle(&r) ? c.verb->run(&r) : r.result;
    lw_close(r.client, 0);
    arena_free(r.arena);
    return fflush(stdout) == 0 || result ? result : EXIT_USAGE;
}
