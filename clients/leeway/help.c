#include "clients/leeway/cli.h"

#include "daemon/base/text.h"

#include <string.h>

static const char *word(enum language l, const char *en, const char *zh)
{
    return l == ZH ? zh : en;
}

static void pad(struct buf *out, size_t columns, size_t to)
{
    for (; columns < to; columns++)
        buf_u8(out, ' ');
}

static void put_usage(struct buf *out, const struct verb *v)
{
    buf_printf(out, "leeway %s%s%s%s%s", v->noun ? v->noun : "", v->noun ? " " : "", v->verb, v->args ? " " : "",
               v->args ? v->args : "");
}

static void put_row(struct buf *out, const struct verb *v, enum language l)
{
    struct buf usage = {0};
    buf_str(&usage, "  ");
    put_usage(&usage, v);
    buf_put(out, usage.p, usage.n);
    pad(out, usage.n, 52);
    buf_printf(out, " %s\n", word(l, v->en, v->zh));
    buf_done(&usage);
}

void help_overview(struct buf *out, const struct table_of_verbs *t, enum language l)
{
    buf_str(out, word(l, "leeway - open, act on and read the cases of leewayd\n\n",
                      "leeway - 受理、办理、查询容错纠错案件\n\n"));
    for (size_t i = 0; i < t->n; i++)
        put_row(out, &t->verb[i], l);
    buf_str(out, word(l,
                      "\nleeway NOUN VERB --help tells the flags; leeway help exit-codes the exit codes;\n"
                      "leeway completion bash and leeway man print those two.\n",
                      "\nleeway NOUN VERB --help 说明各选项; leeway help exit-codes 说明退出码;\n"
                      "leeway completion bash 和 leeway man 输出补全脚本和手册。\n"));
}

void help_noun(struct buf *out, const struct table_of_verbs *t, const char *noun, enum language l)
{
    for (size_t i = 0; i < t->n; i++)
        if (t->verb[i].noun && strcmp(t->verb[i].noun, noun) == 0)
            put_row(out, &t->verb[i], l);
}

static void put_flag(struct buf *out, const struct flag *f, enum language l)
{
    struct buf left = {0};
    if (f->letter)
        buf_printf(&left, "  -%c, --%s", f->letter, f->name);
    else
        buf_printf(&left, "      --%s", f->name);
    if (f->arg)
        buf_printf(&left, " %s", f->arg);
    buf_put(out, left.p, left.n);
    pad(out, left.n, 32);
    buf_printf(out, " %s\n", word(l, f->en, f->zh));
    buf_done(&left);
}

static void put_indented(struct buf *out, const char *lines)
{
    for (const char *at = lines; *at;) {
        size_t n = strcspn(at, "\n");
        buf_printf(out, "  %.*s\n", (int)n, at);
        at += n + (at[n] == '\n');
    }
}

void help_verb(struct buf *out, const struct table_of_verbs *t, const struct verb *v, enum language l)
{
    put_usage(out, v);
    buf_printf(out, "\n%s\n", word(l, v->en, v->zh));
    if (v->examples) {
        buf_str(out, word(l, "\nExamples\n", "\n示例\n"));
        put_indented(out, v->examples);
    }
    for (int everywhere = 0; everywhere < 2; everywhere++) {
        bool any = false;
        for (size_t i = 0; i < t->nflags; i++) {
            const struct flag *f = &t->flag[i];
            if (!verb_takes(v, f) || f->everywhere != (everywhere == 1))
                continue;
            if (!any)
                buf_str(out, everywhere ? word(l, "\nFor every command\n", "\n通用选项\n")
                                        : word(l, "\nFlags\n", "\n选项\n"));
            any = true;
            put_flag(out, f, l);
        }
    }
}

static const struct {
    enum exit_code code;
    const char *en, *zh;
} exit_codes[] = {
    {EXIT_DONE, "done", "完成"},
    {EXIT_REFUSED, "refused by a rule, or for the moment; the reason is printed", "依规则不予办理,理由见输出"},
    {EXIT_USAGE, "the command line, a field or a file is wrong", "命令、字段或文件有误"},
    {EXIT_NOT_FOUND, "there is no such case, task, procedure …", "没有该案件、待办、程序等"},
    {EXIT_RIGHT, "the key may not do this", "无此权限"},
    {EXIT_UNREACHABLE, "not reached, or no answer in time: the outcome is unknown, try again with the same --id",
     "无法连接或超时:结果未知,请用同一 --id 重试"},
    {EXIT_CONFLICT, "the case has moved on, or the id was used for something else", "案件已有变化,或编号已被使用"},
    {EXIT_PARTLY, "some of several things failed", "部分失败"},
    {EXIT_INTERRUPTED, "interrupted", "被中断"},
};

void help_exit_codes(struct buf *out, enum language l)
{
    for (size_t i = 0; i < sizeof exit_codes / sizeof *exit_codes; i++)
        buf_printf(out, "%4d  %s\n", (int)exit_codes[i].code, word(l, exit_codes[i].en, exit_codes[i].zh));
}

/* ---- completion ---- */

static bool first_of_noun(const struct table_of_verbs *t, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (t->verb[k].noun && t->verb[i].noun && strcmp(t->verb[k].noun, t->verb[i].noun) == 0)
            return false;
    return true;
}

static void put_flags(struct buf *out, const struct table_of_verbs *t, const struct verb *v)
{
    for (size_t i = 0; i < t->nflags; i++)
        if (verb_takes(v, &t->flag[i]))
            buf_printf(out, " --%s", t->flag[i].name);
}

void help_completion(struct buf *out, const struct table_of_verbs *t)
{
    buf_str(out, "_leeway() {\n"
                 "    local word=\"${COMP_WORDS[COMP_CWORD]}\" first=\"${COMP_WORDS[1]}\" words=''\n"
                 "    if [ \"$COMP_CWORD\" -eq 1 ]; then\n        words='help completion man");
    for (size_t i = 0; i < t->n; i++)
        if (first_of_noun(t, i))
            buf_printf(out, " %s", t->verb[i].noun ? t->verb[i].noun : t->verb[i].verb);
    buf_str(out, "'\n    elif [ \"$COMP_CWORD\" -eq 2 ] && [ \"${word#-}\" = \"$word\" ]; then\n"
                 "        case \"$first\" in\n");
    for (size_t i = 0; i < t->n; i++) {
        if (!t->verb[i].noun || !first_of_noun(t, i))
            continue;
        buf_printf(out, "        %s) words='", t->verb[i].noun);
        for (size_t k = i; k < t->n; k++)
            if (t->verb[k].noun && strcmp(t->verb[k].noun, t->verb[i].noun) == 0)
                buf_printf(out, "%s ", t->verb[k].verb);
        buf_str(out, "' ;;\n");
    }
    buf_str(out, "        esac\n    fi\n    if [ \"${word#-}\" != \"$word\" ]; then\n"
                 "        case \"$first ${COMP_WORDS[2]}\" in\n");
    for (size_t i = 0; i < t->n; i++) {
        const struct verb *v = &t->verb[i];
        buf_printf(out, "        \"%s%s%s\"*) words='", v->noun ? v->noun : v->verb, v->noun ? " " : "",
                   v->noun ? v->verb : " ");
        put_flags(out, t, v);
        buf_str(out, "' ;;\n");
    }
    buf_str(out, "        esac\n    fi\n"
                 "    mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$word\")\n"
                 "    [ ${#COMPREPLY[@]} -gt 0 ] || mapfile -t COMPREPLY < <(compgen -f -- \"$word\")\n"
                 "}\ncomplete -F _leeway leeway\n");
}

/* ---- the man page ---- */

/* A dash is a minus in roff, a line may not begin with a dot, a backslash is the escape. */
static void roff(struct buf *out, const char *text)
{
    for (const char *c = text; *c; c++) {
        if (*c == '-')
            buf_str(out, "\\-");
        else if (*c == '\\')
            buf_str(out, "\\e");
        else
            buf_u8(out, (uint8_t)*c);
    }
}

static void man_verb(struct buf *out, const struct table_of_verbs *t, const struct verb *v)
{
    struct buf usage = {0};
    put_usage(&usage, v);
    buf_str(out, ".TP\n.B ");
    roff(out, buf_cstr(&usage));
    buf_str(out, "\n");
    roff(out, v->en);
    buf_str(out, ".\n");
    buf_done(&usage);
    bool any = false;
    for (size_t i = 0; i < t->nflags; i++) {
        if (!verb_takes(v, &t->flag[i]) || t->flag[i].everywhere)
            continue;
        buf_str(out, any ? ", " : "Flags: ");
        any = true;
        roff(out, "--");
        roff(out, t->flag[i].name);
    }
    if (any)
        buf_str(out, ".\n");
}

void help_man(struct buf *out, const struct table_of_verbs *t)
{
    buf_str(out, ".TH LEEWAY 1 \"\" \"leeway " LEEWAY_VERSION "\"\n.SH NAME\n"
                 "leeway \\- open, act on and read the cases of leewayd\n"
                 ".SH SYNOPSIS\n.B leeway\n.I noun verb\n[\\fIwords\\fR] [\\fIflags\\fR]\n.SH COMMANDS\n");
    for (size_t i = 0; i < t->n; i++)
        man_verb(out, t, &t->verb[i]);
    buf_str(out, ".SH FLAGS\n");
    for (size_t i = 0; i < t->nflags; i++) {
        const struct flag *f = &t->flag[i];
        buf_str(out, ".TP\n.B ");
        if (f->letter)
            buf_printf(out, "\\-%c, ", f->letter);
        roff(out, "--");
        roff(out, f->name);
        if (f->arg)
            buf_printf(out, " \\fI%s\\fR", f->arg);
        buf_str(out, "\n");
        roff(out, f->en);
        buf_str(out, ".\n");
    }
    buf_str(out, ".SH EXIT STATUS\n");
    for (size_t i = 0; i < sizeof exit_codes / sizeof *exit_codes; i++) {
        buf_printf(out, ".TP\n.B %d\n", (int)exit_codes[i].code);
        roff(out, exit_codes[i].en);
        buf_str(out, ".\n");
    }
    buf_str(out,
            ".SH FILES\n.TP\n.I ~/.config/leeway/context\n"
            "Lines endpoint:, transitions:, server\\-key:, key:; another file by \\-\\-context or LEEWAY_CONTEXT.\n"
            ".SH SEE ALSO\n.BR leeway\\-agent (1),\n.BR leewayd (8)\n");
}
