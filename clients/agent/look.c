#include "clients/agent/look.h"

#include "clients/agent/journal.h"
#include "clients/agent/mirror.h"
#include "clients/agent/trust.h"
#include "clients/lib/json.h"
#include "daemon/base/buf.h"
#include "daemon/base/when.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

enum { PATH = 4096, WRONG = 2 };

static int wrong(const char *what, const char *more)
{
    fprintf(stderr, "leeway-agent: %s%s%s\n", what, *more ? ": " : "", more);
    return *more ? 1 : WRONG;
}

static void path_of(char ret[PATH], const char *folder, const char *name)
{
    snprintf(ret, PATH, "%s/%s", folder, name);
}

/* ---- a notice in one line ---- */

static void print_notice(int64_t position, const char *line, const char *state, const char *reason)
{
    struct arena *a = arena_new();
    struct value *notice = NULL;
    char moment[WHEN_TEXT] = "-";
    (void)!json_parse(a, (struct bytes){(const uint8_t *)line, strlen(line)}, &notice, NULL);
    if (v_get(notice, "recorded"))
        when_text((struct when){v_get_int(notice, "recorded", 0)}, 480, moment);
    printf("%8" PRId64 "  %.10s  %-24s  %8" PRId64 "  %-8s  %s%s%s\n", position, moment, v_get_str(notice, "type", "?"),
           v_get_int(notice, "case", 0), state, v_get_str(notice, "label", ""), *reason ? ": " : "", reason);
    arena_free(a);
}

/* ---- failed ---- */

static void print_failed(void *ctx, int64_t position, const struct journal_entry *e)
{
    (void)ctx;
    if (e->state == JOURNAL_FAILED && e->line)
        print_notice(position, e->line, e->told ? "told" : "untold", e->reason);
}

static int failed_list(const char *folder)
{
    enum status st = journal_look(folder, print_failed, NULL);
    return st ? wrong("the journal cannot be read", status_text(st)) : 0;
}

/* Tell a running agent. Its lock says that the number in the file is its own. */
static void wake_agent(const char *folder)
{
    char path[PATH], text[32] = "";
    int dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool runs = dir >= 0 && flock(dir, LOCK_SH | LOCK_NB) != 0;
    if (dir >= 0)
        close(dir);
    path_of(path, folder, "pid");
    int fd = runs ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (fd >= 0 && read(fd, text, sizeof text - 1) > 0 && atoi(text) > 1 && kill((pid_t)atoi(text), SIGHUP) == 0)
        printf("the agent takes it up now\n");
    else
        printf("the agent takes it up when it starts\n");
    if (fd >= 0)
        close(fd);
}

static int failed_retry(const char *folder, char **word, int n)
{
    char path[PATH];
    struct buf text = {0};
    for (int i = 0; i < n; i++) {
        char *end;
        if (strtoll(word[i], &end, 10) < 1 || *end) {
            buf_done(&text);
            return wrong("a position is a number from 1 on", word[i]);
        }
        buf_printf(&text, "%s\n", word[i]);
    }
    if (!n)
        buf_printf(&text, "all\n");
    path_of(path, folder, "retry");
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    bool fine = fd >= 0 && write(fd, text.p, text.n) == (ssize_t)text.n && fsync(fd) == 0;
    int code = fine ? 0 : wrong(path, strerror(errno));
    if (fd >= 0)
        close(fd);
    buf_done(&text);
    if (fine)
        wake_agent(folder);
    return code;
}

void look_running(const char *folder)
{
    char path[PATH];
    path_of(path, folder, "pid");
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0)
        return;
    dprintf(fd, "%ld\n", (long)getpid());
    close(fd);
}

void look_retries(const char *folder, void (*retry)(void *ctx, int64_t position), void *ctx)
{
    char path[PATH], taken[PATH], line[64];
    path_of(path, folder, "retry");
    path_of(taken, folder, "retry.taken");
    if (rename(path, taken) != 0)
        return;
    FILE *f = fopen(taken, "re");
    while (f && fgets(line, sizeof line, f))
        retry(ctx, strncmp(line, "all", 3) == 0 ? -1 : strtoll(line, NULL, 10));
    if (f)
        fclose(f);
    unlink(taken);
}

/* ---- inbox ---- */

static void print_inbox(void *ctx, int64_t position, const char *line, enum mirror_state state, const char *reason)
{
    const bool *all = ctx;
    switch (state) {
    case MIRROR_TAKEN:
        print_notice(position, line, "open", reason);
        return;
    case MIRROR_FAILED:
        print_notice(position, line, "failed", reason);
        return;
    case MIRROR_DONE:
    case MIRROR_PASSED:
        if (*all)
            print_notice(position, line, state == MIRROR_DONE ? "done" : "passed on", reason);
        return;
    }
}

static int inbox(const char *folder, bool all)
{
    enum status st = mirror_look(folder, print_inbox, &all);
    return st ? wrong("the mirror cannot be read", status_text(st)) : 0;
}

/* ---- cases ---- */

static void print_case(void *ctx, int64_t kase, const char *line, bool stale)
{
    struct arena *a = arena_new();
    struct value *kept = NULL;
    (void)ctx;
    (void)!json_parse(a, (struct bytes){(const uint8_t *)line, strlen(line)}, &kept, NULL);
    const struct value *c = v_get(kept, "case");
    printf("%8" PRId64 "  %-12s  %-20s  %-12s  %s%s\n", kase, v_get_str(c, "procedure", "?"),
           v_get_str(c, "stage", "-"), v_get_str(c, "outcome", "-"), v_get_bool(c, "ended") ? "ended" : "open",
           stale ? ", told of more since" : "");
    arena_free(a);
}

static int cases(const char *folder)
{
    enum status st = mirror_look_cases(folder, 0, print_case, NULL);
    return st ? wrong("the mirror cannot be read", status_text(st)) : 0;
}

static void print_whole(void *ctx, int64_t kase, const char *line, bool stale)
{
    struct arena *a = arena_new();
    struct value *kept = NULL;
    struct buf out = {0};
    bool *found = ctx;
    (void)kase;
    *found = true;
    (void)!json_parse(a, (struct bytes){(const uint8_t *)line, strlen(line)}, &kept, NULL);
    if (kept && stale)
        v_put_bool(a, kept, "stale", true);
    json_pretty(&out, kept);
    printf("%s\n", buf_cstr(&out));
    buf_done(&out);
    arena_free(a);
}

static int one_case(const char *folder, const char *number)
{
    char *end;
    bool found = false;
    int64_t kase = strtoll(number, &end, 10);
    if (kase < 1 || *end)
        return wrong("a case is a number from 1 on", number);
    enum status st = mirror_look_cases(folder, kase, print_whole, &found);
    if (st)
        return wrong("the mirror cannot be read", status_text(st));
    return found ? 0 : wrong("the mirror has no case", number);
}

/* ---- the words ---- */

static int run_failed(const char *folder, char **word, int n)
{
    if (n == 1 && strcmp(word[0], "list") == 0)
        return failed_list(folder);
    if (n && strcmp(word[0], "retry") == 0)
        return failed_retry(folder, word + 1, n - 1);
    return wrong("failed list, or failed retry [POSITION…]", "");
}

static int run_inbox(const char *folder, char **word, int n)
{
    bool all = n == 1 && strcmp(word[0], "--all") == 0;
    return n && !all ? wrong("inbox [--all]", "") : inbox(folder, all);
}

static int run_cases(const char *folder, char **word, int n)
{
    (void)word;
    return n ? wrong("cases takes no more words", "") : cases(folder);
}

static int run_case(const char *folder, char **word, int n)
{
    return n == 1 ? one_case(folder, word[0]) : wrong("case NUMBER", "");
}

static int run_head(const char *folder, char **word, int n)
{
    if (!n)
        return trust_show(folder);
    if (n != 1 || strcmp(word[0], "accept") != 0)
        return wrong("head, or head accept", "");
    int code = trust_accept(folder);
    if (!code)
        wake_agent(folder);
    return code;
}

static const struct {
    const char *name;
    int (*run)(const char *folder, char **word, int n);
} verbs[] = {
    {"failed", run_failed}, {"inbox", run_inbox}, {"cases", run_cases}, {"case", run_case}, {"head", run_head},
};

bool look_verb(int argc, char **argv, int *ret)
{
    enum { WORDS = 256, VERBS = sizeof verbs / sizeof verbs[0] };
    const char *folder = NULL;
    char *word[WORDS];
    size_t verb = 0;
    int n = 0;
    while (verb < VERBS && (argc < 2 || strcmp(argv[1], verbs[verb].name) != 0))
        verb++;
    if (verb == VERBS)
        return false;
    for (int i = 2; i < argc && n < WORDS; i++) {
        if (strcmp(argv[i], "--state") == 0 && i + 1 < argc)
            folder = argv[++i];
        else
            word[n++] = argv[i];
    }
    *ret = folder && n < WORDS ? verbs[verb].run(folder, word, n)
                               : wrong("failed, inbox, cases, case and head need --state FOLDER", "");
    return true;
}
