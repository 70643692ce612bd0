#include "clients/lib/error.h"

#include "daemon/base/text.h"
#include "proto/errors.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

uint32_t lw_version(const char **ret_text)
{
    unsigned part[3] = {0, 0, 0};
    (void)sscanf(LEEWAY_VERSION, "%u.%u.%u", &part[0], &part[1], &part[2]);
    if (ret_text)
        *ret_text = LEEWAY_VERSION;
    return part[0] << 16 | part[1] << 8 | part[2];
}

const char *lw_error_name(enum lw_code code)
{
    switch (code) {
#define X(name, number, text, again)                                                                                   \
    case name:                                                                                                         \
        return text;
        LW_CODES(X)
#undef X
    }
    return "unknown";
}

static bool may_retry(enum lw_code code)
{
    switch (code) {
#define X(name, number, text, again)                                                                                   \
    case name:                                                                                                         \
        return again;
        LW_CODES(X)
#undef X
    }
    return false;
}

enum lw_code error_set(struct lw_error *e, enum lw_code code, const char *fmt, ...)
{
    if (e) {
        va_list ap;
        va_start(ap, fmt);
        vsnprintf(e->text, sizeof e->text, fmt, ap);
        va_end(ap);
        for (size_t n = strlen(e->text); n && !text_is_utf8(e->text, n);)
            e->text[--n] = 0; /* cut within a character */
        snprintf(e->word, sizeof e->word, "%s", lw_error_name(code));
        e->code = code;
        e->may_retry = may_retry(code);
    }
    return code;
}

static bool one_of(const char *word, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(word, words[i]) == 0)
            return true;
    return false;
}

static enum lw_code code_of(const char *kind, const char *word)
{
    static const char *const absent[] = {"not-found",    "case-unknown",  "task-unknown",    "procedure-unknown",
                                         "no-such-task", "no-such-event", "position-unknown"};
    if (one_of(word, absent, sizeof absent / sizeof *absent))
        return LW_NOT_FOUND;
    static const enum lw_code kinds[] = {LW_LAW, LW_RIGHT, LW_FORM, LW_CONFLICT, LW_LIMIT, LW_SPACE, LW_STORE};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kind, lw_error_name(kinds[i])) == 0)
            return kinds[i];
    return LW_PROTOCOL;
}

/* Of the limits, those of the moment; the others are the same tomorrow. */
static bool passes(const char *word)
{
    static const char *const words[] = {"busy", "store", "too-many-in-flight", "too-many-sessions"};
    return one_of(word, words, sizeof words / sizeof *words);
}

enum lw_code lw_error_of(const struct value *message, struct lw_error *e)
{
    const char *t = v_get_str(message, "t", ""), *word = v_get_str(message, "code", "");
    if (strcmp(t, "refused") != 0 && strcmp(t, "fault") != 0)
        return error_set(e, LW_OK, "done");
    enum lw_code code = strcmp(t, "fault") == 0 ? LW_PROTOCOL : code_of(v_get_str(message, "kind", ""), word);
    error_set(e, code, "%s", v_get_str(message, "text", word));
    if (e && *word) {
        snprintf(e->word, sizeof e->word, "%s", word);
        e->may_retry = code == LW_LIMIT ? passes(word) : e->may_retry;
    }
    return code;
}

bool lw_error_explain(const char *word, bool chinese, const char **ret_cause, const char **ret_remedy)
{
    const struct known_error *e = error_lookup(word);
    if (e && ret_cause)
        *ret_cause = chinese ? e->cause_zh : e->cause;
    if (e && ret_remedy)
        *ret_remedy = chinese ? e->remedy_zh : e->remedy;
    return e != NULL;
}
