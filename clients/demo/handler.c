/* leeway-demo-handler - what the clerks of the demonstration do with a notice
 *
 * The agent's contract: the notice is a line of JSON on standard input, commands go out as lines of JSON, 0 means
 * handled. LEEWAY_DEMO_LOG is a file to which every start and every end adds one line, LEEWAY_DEMO_PLANS a folder with
 * a file CASE.json for each case: { "type of notice": command, … }. A notice for which the plan has nothing is only
 * read.
 */
#include "clients/lib/json.h"
#include "daemon/base/buf.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int fail(const char *what, const char *why)
{
    fprintf(stderr, "leeway-demo-handler: %s: %s\n", what, why);
    return 1;
}

/* One write to a file that is opened for appending: lines of many handlers do not mix. */
static bool log_line(const char *path, const char *word, const struct value *notice)
{
    char line[256];
    int n = snprintf(line, sizeof line, "%s %s:%lld %s %lld\n", word, v_get_str(notice, "stream", "?"),
                     (long long)v_get_int(notice, "position", 0), v_get_str(notice, "type", "?"),
                     (long long)v_get_int(notice, "case", 0));
    int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return false;
    bool fine = n > 0 && n < (int)sizeof line && write(fd, line, (size_t)n) == n;
    close(fd);
    return fine;
}

static bool read_all(int fd, struct buf *out)
{
    char chunk[8192];
    for (;;) {
        ssize_t n = read(fd, chunk, sizeof chunk);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n == 0;
        buf_put(out, chunk, (size_t)n);
    }
}

/* The plan of the notice's case; NULL: it has none. */
static const struct value *read_plan(struct arena *a, const char *folder, const struct value *notice)
{
    char path[4096];
    struct buf text = {0};
    struct value *plan = NULL;
    snprintf(path, sizeof path, "%s/%lld.json", folder, (long long)v_get_int(notice, "case", 0));
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0 && read_all(fd, &text) && json_parse(a, buf_bytes(&text), &plan, NULL) != ST_OK)
        plan = NULL;
    if (fd >= 0)
        close(fd);
    buf_done(&text);
    return plan;
}

/* The part that a notice is about; 0: none. */
static int64_t part_of(const struct value *notice)
{
    const struct value *part = v_get(notice, "part");
    return v_kind(part) == V_STR ? strtoll(v_text(part, "0"), NULL, 10) : v_number(part, 0);
}

/* Print the planned command, about the part of the notice; case and task are the agent's to add. */
static void answer(struct arena *a, const struct value *planned, const struct value *notice)
{
    struct value *command = v_copy(a, planned);
    struct buf line = {0};
    if (part_of(notice))
        v_put_int(a, command, "part", part_of(notice));
    json_line(&line, command);
    printf("%s\n", buf_cstr(&line));
    buf_done(&line);
}

int main(void)
{
    const char *log = getenv("LEEWAY_DEMO_LOG"), *plans = getenv("LEEWAY_DEMO_PLANS");
    struct arena *a = arena_new();
    struct buf text = {0};
    struct value *notice = NULL;
    char why[JSON_WHY] = "";
    int result = 0;
    if (!log || !plans)
        return fail("environment", "LEEWAY_DEMO_LOG and LEEWAY_DEMO_PLANS must be set");
    if (!read_all(STDIN_FILENO, &text) || json_parse(a, buf_bytes(&text), &notice, why) != ST_OK) {
        result = fail("standard input", why[0] ? why : strerror(errno));
        goto out;
    }
    if (!log_line(log, "start", notice)) {
        result = fail(log, strerror(errno));
        goto out;
    }
    const struct value *planned = v_get(read_plan(a, plans, notice), v_get_str(notice, "type", ""));
    if (v_kind(planned) == V_MAP)
        answer(a, planned, notice);
    if (fflush(stdout) != 0 || !log_line(log, "end", notice))
        result = fail(log, strerror(errno));
out:
    buf_done(&text);
    arena_free(a);
    return result;
}
