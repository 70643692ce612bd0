/* library_use.c - what a stranger's program does with libleeway, built from the installed header alone
 *
 *     library_use CASE        puts a paper of 600,000 bytes, applies for the case with it, fetches it, asks, fails
 *
 * Ends with 0 and a line for each step; test_library.py knows the lines.
 */
#include <leeway.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BIG = 600000, LIMIT = 30000 };

struct ending {
    int over;
    int code;
    int same;
};

static uint8_t paper[BIG];

static void put(void *ctx, const struct lw_msg *answer, const struct lw_error *e)
{
    struct ending *ending = ctx;
    ending->over++;
    ending->code = (int)e->code;
    ending->same = lw_msg_bool(answer, "complete");
}

static void got(void *ctx, const void *bytes, size_t n, const struct lw_error *e)
{
    struct ending *ending = ctx;
    ending->over++;
    ending->code = (int)e->code;
    ending->same = n == BIG && memcmp(bytes, paper, BIG) == 0;
}

static void state(void *ctx, enum lw_state s)
{
    (void)ctx;
    printf("state %s\n", lw_state_name(s));
}

static void line(void *ctx, const char *sentence)
{
    *(int *)ctx += strncmp(sentence, "connected to ", 13) == 0;
}

static void wait_for(struct lw_client *c, const struct ending *e)
{
    while (!e->over)
        lw_run(c, -1);
}

static int fail(const char *what, const struct lw_error *e)
{
    printf("%s: %s\n", what, e->text);
    return 1;
}

static int refused(struct lw_client *c)
{
    struct lw_error e;
    struct lw_msg *m = lw_command("accept"), *answer = NULL;
    const char *cause = "?";
    lw_msg_set_int(m, "case", 99);
    enum lw_code code = lw_call(c, m, LIMIT, &answer, &e);
    lw_error_explain(e.word, false, &cause, NULL);
    printf("%s %s: %s; remembered %d\n", lw_error_name(code), e.word, cause, lw_msg_bool(answer, "remembered"));
    lw_msg_free(m);
    lw_msg_free(answer);
    return code != LW_NOT_FOUND;
}

int main(int argc, char **argv)
{
    struct lw_error e = {.text = "usage: library_use CASE"};
    int64_t number = argc == 2 ? atoll(argv[1]) : 0;
    int connected = 0;
    uint8_t hash[LW_HASH];
    char hex[2 * LW_HASH + 1], json[256];
    struct lw_opts *o = lw_opts_new();
    struct lw_client *c = argc == 2 && lw_opts_context(o, NULL, &e) ? lw_open(o, &e) : NULL;
    lw_opts_free(o);
    if (!c)
        return fail("open", &e);
    lw_on_state(c, state, NULL);
    lw_on_log(c, line, &connected);
    for (size_t i = 0; i < BIG; i++)
        paper[i] = (uint8_t)(i * 7 % 251);
    struct ending putting = {0}, getting = {0};
    lw_paper_put(c, paper, BIG, LIMIT, put, &putting, hash);
    wait_for(c, &putting);
    printf("put %d complete %d\n", putting.code, putting.same);
    for (size_t i = 0; i < LW_HASH; i++)
        sprintf(hex + 2 * i, "%02x", hash[i]);
    snprintf(json, sizeof json, "{\"application\":[{\"$bin\":\"%s\"}]}", hex);
    struct lw_msg *m = lw_command("apply"), *answer = NULL;
    lw_msg_set_int(m, "case", number);
    lw_msg_set_str(m, "by.party", "applicant");
    lw_msg_set_str(m, "fields.applicant-kind", "person");
    lw_msg_set_str(m, "fields.receiver-id", "discipline");
    lw_msg_set_str(m, "fields.grounds", "出于公心。");
    if (!lw_msg_set_json(m, "papers", json, &e) || lw_call(c, m, LIMIT, &answer, &e) != LW_OK)
        return fail("apply", &e);
    printf("applied, stage %s, %zu notice\n", lw_msg_str(answer, "stage", "?"), lw_msg_count(answer, "notices"));
    lw_msg_free(answer);
    if (lw_call(c, m, LIMIT, &answer, &e) != LW_OK) /* the same id: the same answer */
        return fail("repeat", &e);
    printf("repeated, case %d\n", (int)lw_msg_int(answer, "case", 0));
    lw_msg_free(answer);
    lw_msg_free(m);
    lw_paper_get(c, number, hash, LIMIT, got, &getting);
    wait_for(c, &getting);
    printf("got %d same %d\n", getting.code, getting.same);
    int result = refused(c);
    struct lw_stats stats = {.size = sizeof stats};
    lw_stats(c, &stats);
    printf("connected %d of %d, sent more than %d bytes, pending %d\n", connected, (int)stats.connections,
           stats.sent_bytes > BIG ? BIG : 0, (int)stats.pending);
    lw_close(c, 0);
    return result;
}
