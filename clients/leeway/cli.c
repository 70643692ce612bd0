#include "clients/leeway/cli.h"

#include "daemon/base/text.h"

#include <stdio.h>
#include <string.h>

static bool same(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

const struct verb *verb_find(const struct table_of_verbs *t, const char *noun, const char *verb)
{
    for (size_t i = 0; i < t->n; i++)
        if (same(t->verb[i].noun, noun) && same(t->verb[i].verb, verb))
            return &t->verb[i];
    return NULL;
}

bool verb_takes(const struct verb *v, const struct flag *f)
{
    size_t n = strlen(f->name);
    for (const char *at = v->flags; at && *at; at += strcspn(at, " "), at += *at == ' ')
        if (strncmp(at, f->name, n) == 0 && (at[n] == ' ' || !at[n]))
            return true;
    return f->everywhere;
}

static void refuse(char why[CLI_WHY], const char *what, const char *word, const char *near)
{
    snprintf(why, CLI_WHY, "%s %s%s%s%s", what, word, near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
}

/* ---- flags ---- */

static const struct flag *flag_find(const struct table_of_verbs *t, const char *name, size_t n)
{
    for (size_t i = 0; i < t->nflags; i++)
        if (strlen(t->flag[i].name) == n && memcmp(t->flag[i].name, name, n) == 0)
            return &t->flag[i];
    return NULL;
}

static const struct flag *flag_letter(const struct table_of_verbs *t, char letter)
{
    for (size_t i = 0; i < t->nflags; i++)
        if (letter && t->flag[i].letter == letter)
            return &t->flag[i];
    return NULL;
}

static bool unknown_flag(const struct table_of_verbs *t, const char *text, char why[CLI_WHY])
{
    const char *names[CLI_GIVEN];
    size_t n = 0;
    for (; n < t->nflags && n < CLI_GIVEN; n++)
        names[n] = t->flag[n].name;
    char word[64];
    snprintf(word, sizeof word, "%.*s", (int)strcspn(text, "="), text);
    const char *near = text_nearest(word + strspn(word, "-"), names, n);
    refuse(why, "there is no flag", word, NULL);
    if (near)
        snprintf(why + strlen(why), CLI_WHY - strlen(why), "; did you mean --%s?", near);
    return false;
}

/* Takes argv[*i] and, when the flag wants a value that is not in the same word, the next one. */
static bool take_flag(const struct table_of_verbs *t, int argc, char *const *argv, int *i, struct cli *c,
                      char why[CLI_WHY])
{
    const char *text = argv[*i], *value = NULL;
    const struct flag *f;
    if (text[1] == '-') {
        size_t n = strcspn(text + 2, "=");
        f = flag_find(t, text + 2, n);
        value = text[2 + n] ? text + 3 + n : NULL;
    } else {
        f = flag_letter(t, text[1]);
        value = text[1] && text[2] ? text + 2 : NULL;
    }
    if (!f)
        return unknown_flag(t, text, why);
    if (!f->arg && value) {
        snprintf(why, CLI_WHY, "--%s wants no value", f->name);
        return false;
    }
    if (f->arg && !value) {
        if (*i + 1 >= argc) {
            snprintf(why, CLI_WHY, "--%s wants a value: %s", f->name, f->arg);
            return false;
        }
        value = argv[++*i];
    }
    if (c->ngiven == CLI_GIVEN) {
        snprintf(why, CLI_WHY, "more than %d flags", CLI_GIVEN);
        return false;
    }
    c->given[c->ngiven].flag = f;
    c->given[c->ngiven++].value = value ? value : "";
    return true;
}

/* ---- words ---- */

static bool is_noun(const struct table_of_verbs *t, const char *word)
{
    for (size_t i = 0; i < t->n; i++)
        if (same(t->verb[i].noun, word))
            return true;
    return false;
}

static const char *nearest_first(const struct table_of_verbs *t, const char *word)
{
    const char *words[256];
    size_t n = 0;
    for (size_t i = 0; i < t->n && n < 256; i++)
        words[n++] = t->verb[i].noun ? t->verb[i].noun : t->verb[i].verb;
    return text_nearest(word, words, n);
}

static const char *nearest_verb(const struct table_of_verbs *t, const char *noun, const char *word)
{
    const char *words[256];
    size_t n = 0;
    for (size_t i = 0; i < t->n && n < 256; i++)
        if (same(t->verb[i].noun, noun))
            words[n++] = t->verb[i].verb;
    return text_nearest(word, words, n);
}

/* Which verb is meant; removes its words. false: none, and why tells. */
static bool choose(const struct table_of_verbs *t, struct cli *c, char why[CLI_WHY])
{
    if (!c->nwords)
        return true;
    size_t used = 1;
    if (is_noun(t, c->word[0])) {
        c->noun = c->word[0];
        c->verb = c->nwords > 1 ? verb_find(t, c->noun, c->word[1]) : NULL;
        used = 2;
        if (c->nwords > 1 && !c->verb) {
            snprintf(why, CLI_WHY, "%s does not know", c->noun);
            char what[128];
            snprintf(what, sizeof what, "%s", why);
            refuse(why, what, c->word[1], nearest_verb(t, c->noun, c->word[1]));
            return false;
        }
    } else if (!(c->verb = verb_find(t, NULL, c->word[0]))) {
        refuse(why, "there is no command", c->word[0], nearest_first(t, c->word[0]));
        return false;
    }
    if (!c->verb)
        return true;
    c->nwords -= used;
    memmove(c->word, c->word + used, c->nwords * sizeof *c->word);
    return true;
}

/* How many words a verb must have and may have. */
static void count_args(const char *args, size_t *least, size_t *most)
{
    *least = *most = 0;
    for (const char *at = args; at && *at; at += strcspn(at, " "), at += *at == ' ') {
        size_t n = strcspn(at, " ");
        *most += 1;
        *least += *at != '[';
        if (n > 3 && strstr(at, "...") && strstr(at, "...") < at + n)
            *most = CLI_WORDS;
    }
}

static bool check(const struct cli *c, char why[CLI_WHY])
{
    size_t least, most;
    const struct verb *v = c->verb;
    count_args(v->args, &least, &most);
    if (c->nwords < least || c->nwords > most) {
        snprintf(why, CLI_WHY, "%s: expected leeway %s%s%s %s", c->nwords < least ? "too few words" : "too many words",
                 v->noun ? v->noun : "", v->noun ? " " : "", v->verb, v->args ? v->args : "");
        return false;
    }
    for (size_t i = 0; i < c->ngiven; i++) {
        if (!verb_takes(v, c->given[i].flag)) {
            snprintf(why, CLI_WHY, "leeway %s%s%s takes no --%s", v->noun ? v->noun : "", v->noun ? " " : "", v->verb,
                     c->given[i].flag->name);
            return false;
        }
    }
    return true;
}

enum cli_result cli_parse(const struct table_of_verbs *t, int argc, char *const *argv, struct cli *ret,
                          char why[CLI_WHY])
{
    struct cli c = {0};
    bool flags = true;
    for (int i = 1; i < argc; i++) {
        if (flags && strcmp(argv[i], "--") == 0) {
            flags = false;
        } else if (flags && argv[i][0] == '-' && argv[i][1]) {
            if (!take_flag(t, argc, argv, &i, &c, why))
                return CLI_WRONG;
        } else if (c.nwords == CLI_WORDS) {
            snprintf(why, CLI_WHY, "more than %d words", CLI_WORDS);
            return CLI_WRONG;
        } else {
            c.word[c.nwords++] = argv[i];
        }
    }
    if (!choose(t, &c, why))
        return CLI_WRONG;
    *ret = c;
    if (!c.verb || cli_flag(&c, "help"))
        return CLI_HELP;
    return check(&c, why) ? CLI_RUN : CLI_WRONG;
}

const char *cli_each(const struct cli *c, const char *name, size_t *at)
{
    while (*at < c->ngiven) {
        size_t i = (*at)++;
        if (strcmp(c->given[i].flag->name, name) == 0)
            return c->given[i].value;
    }
    return NULL;
}

const char *cli_flag(const struct cli *c, const char *name)
{
    const char *last = NULL, *value;
    for (size_t at = 0; (value = cli_each(c, name, &at));)
        last = value;
    return last;
}

const char *cli_word(const struct cli *c, size_t i)
{
    return i < c->nwords ? c->word[i] : NULL;
}

enum language cli_language(const char *lc_all, const char *lc_messages, const char *lang)
{
    const char *set = lc_all && *lc_all ? lc_all : lc_messages && *lc_messages ? lc_messages : lang;
    return set && strncmp(set, "zh", 2) == 0 ? ZH : EN;
}
