/* scenario_inside.h - a scenario as read: what its files share (private to tests/lib/scenario_*.c) */
#ifndef LEEWAY_TESTS_LIB_SCENARIO_INSIDE_H
#define LEEWAY_TESTS_LIB_SCENARIO_INSIDE_H

#include "daemon/law/procedure.h"
#include "daemon/yaml/problems.h"
#include "proto/value.h"
#include "tests/lib/scenario.h"

struct word {
    const char *s;
    int column; /* in characters, from 1 */
};

struct line {
    const struct source *source;
    int number, column;
    bool indented;
    struct word *word; /* split at blanks; without comment and citations */
    size_t n;
    struct word body; /* all of it, untrimmed inside */
    struct words cites;
};

struct town_department {
    const char *name, *id, *kind, *superior; /* superior: an id or NULL */
    bool keyless;
    const char **manages; /* ids */
    size_t nmanages;
    struct words sits_in; /* bodies */
};

struct town_person {
    const char *name, *principal, *department; /* department: an id */
    struct words rights;
};

enum expect_kind {
    EXPECT_ACCEPTED = 1,
    EXPECT_REFUSED,
    EXPECT_STAGE,
    EXPECT_NOTICE,
    EXPECT_NO_NOTICE,
    EXPECT_SERVICE,
    EXPECT_TRANSITION,
    EXPECT_NO_TRANSITION,
    EXPECT_FACT,
    EXPECT_CLOCK,
    EXPECT_COUNT,
    EXPECT_PART,
    EXPECT_TASK,
    EXPECT_NO_TASK,
    EXPECT_OUTCOME,
    EXPECT_CONSEQUENCE,
    EXPECT_ROLE,
    EXPECT_PAPER,
    EXPECT_SERVED,
    EXPECT_SUSPENSION_NONE,
    EXPECT_NO_CONSEQUENCE,
    EXPECT_BODY,
    EXPECT_LINK,
    EXPECT_KIND,
    EXPECT_READER,
    EXPECT_LIST,
};

/* One thing that is said of a body: 成员 D, 表决 D VALUE, 未决定 … */
struct says {
    const char *key, *department, *word;
    int number;
};

/* Which fields mean something depends on the kind; NULL and 0 where nothing was said. */
struct expect {
    enum expect_kind kind;
    int line;
    const char *text; /* as it stands in the file */
    struct words cites;
    const char *department, *name, *act, *state, *day, *party;
    const char *rule, *article, *missing, *who, *code, *earliest;
    const char *part_kind, *outcome, *field; /* of a part */
    struct says *says;                       /* of a body, one below the other */
    size_t nsays, says_cap;
    const struct value *value;
    int number;
    int times; /* of a task */
};

enum step_kind { STEP_ACT = 1, STEP_DAY, STEP_LOOK, STEP_CASE, STEP_LIST };

struct step {
    enum step_kind kind;
    int line;
    const char *text;
    struct words cites;
    const char *day; /* STEP_DAY */
    int minute;
    const char *name; /* STEP_CASE, STEP_LIST */
    const char *principal, *by_party, *by_department;
    const struct act *act;
    int part;
    const char *done, *reason, *second;
    const char *notice;   /* the type of the notice that is served */
    struct value *fields; /* name -> value, with deferred ones */
    struct words papers;  /* slots */
    struct expect *expect;
    size_t nexpect, cap;
};

struct template_ {
    const char *name;
    const struct act *act;
    struct step step;
};

/* Lines under a name, with parameters. */
struct piece {
    const char *name;
    const struct word *parameter;
    size_t nparameters;
    const char **line;
    size_t nlines, cap;
};

struct scenario {
    struct arena *a;
    const char *root, *path, *title, *start;
    struct source *source;
    struct procedure *law;
    struct town_department *department;
    size_t ndepartments, departments_cap;
    struct town_person *person;
    size_t npersons, persons_cap;
    struct template_ *template_;
    size_t ntemplates, templates_cap;
    struct {
        const char *alias, *word;
    } * alias;
    size_t naliases, aliases_cap;
    struct piece *piece;
    size_t npieces, pieces_cap;
    struct step *step;
    size_t nsteps, steps_cap;
    struct {
        const char *name, *value;
    } * parameter; /* set for this scenario */
    size_t nparameters, parameters_cap;
    const char *law_text;
    struct scenario_cite *cite;
    size_t ncites, cites_cap;
    struct problems *problems;
};

/* A value that is known only when the scenario runs begins with this character: today, event:ACT. */
#define DEFERRED '\001'

/* ---- scenario_line.c ---- */

/* false: nothing is said on this line. */
bool line_make(struct scenario *s, const struct source *source, int number, const char *p, const char *end,
               struct line *ret);
size_t line_blank(const char *p, const char *end);           /* bytes of the blank at p; 0: none */
const char *line_said_until(const char *p, const char *end); /* the end of what is said: before comment and blanks */
int line_characters(const char *from, const char *to);

/* ---- scenario_town.c ---- */

/* 部门, 人员, 称呼. false: the line is none of these. */
bool town_read(struct scenario *s, const struct line *l);

/* ---- scenario_set.c: parameters and switches that a scenario sets for itself ---- */

/* 参数 NAME = VALUE. false: the line is something else. */
bool set_read(struct scenario *s, const struct line *l);
/* The text of a procedure with them; NULL: it has none of that name. In the arena. */
const char *set_into(const struct scenario *s, struct arena *a, const char *procedure);
/* The procedure's next version, with this version of the list of circumstances; *ret_version its number. */
const char *set_list(struct arena *a, const char *procedure, const char *list, int64_t *ret_version);

/* ---- scenario_words.c: the words of the file, or a problem at the word ---- */

/* What an alias stands for, else the word itself. */
const char *word_meant(const struct scenario *s, const char *word);

const struct town_department *word_department(struct scenario *s, const struct line *l, const struct word *w);
const char *word_principal(struct scenario *s, const struct line *l, const struct word *w);
const struct act *word_act(struct scenario *s, const struct line *l, const struct word *w);
const char *word_stage(struct scenario *s, const struct line *l, const struct word *w);
const char *word_clock(struct scenario *s, const struct line *l, const struct word *w);
const char *word_role(struct scenario *s, const struct line *l, const struct word *w);
const char *word_outcome(struct scenario *s, const struct line *l, const struct word *w);
const char *word_notice(struct scenario *s, const struct line *l, const struct word *w);
const struct fact *word_fact(struct scenario *s, const struct line *l, const struct word *w);
const char *word_state(struct scenario *s, const struct line *l, const struct word *w, const char *part);
const char *word_day(struct scenario *s, const struct line *l, const struct word *w);
const struct body *word_body(struct scenario *s, const struct line *l, const struct word *w);
const char *word_kind(struct scenario *s, const struct line *l, const struct word *w);
const struct fact *word_part_field(struct scenario *s, const struct line *l, const struct word *w,
                                   const struct part_kind *k);
/* A kind of part by name or label; NULL without a problem. */
const struct part_kind *word_part_kind(const struct scenario *s, const char *word);
const char *word_slot(struct scenario *s, const struct line *l, const struct word *w);
/* A party of the procedure by name or label; NULL without a problem. */
const char *word_party(const struct scenario *s, const char *word);

/* The value of a fact; NULL after a problem. before: what earlier lines gave it (circumstances add up). */
struct value *word_value(struct scenario *s, const struct line *l, const struct word *w, const struct fact *f,
                         struct value *before);
/* One part: "属于申请事项:是,来源:举报". */
struct value *word_part(struct scenario *s, const struct line *l, const struct word *w, const struct part_kind *k);

void word_problem(struct scenario *s, const struct line *l, const struct word *w, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/* ---- scenario_expect.c: an expectation, from its line ---- */

void expect_read(struct scenario *s, struct step *step, const struct line *l);

/* ---- scenario_look.c: does it hold? ---- */

struct house;
struct play {
    const struct scenario *s;
    const char *law; /* the procedure's text as it is now */
    struct house *h;
    struct arena *a;
    const struct step *step;
    int64_t kase;
    struct value *cases;  /* name -> number */
    struct value *events; /* of this case: "case.act" -> event of its newest acceptance */
    const char *case_name;
    const struct value *answer; /* of the step; NULL for a day or a look */
    const struct value *folded; /* the case after the step, or NULL */
    size_t *notices_before, transitions_before;
    struct buf seen; /* what was found instead */
};

bool expect_holds(struct play *p, const struct expect *e);
const char *look_known(struct play *p, const char *word); /* a deferred word as it is now, or the word itself */
const char *look_department(const struct play *p, const char *id);
void look_value(struct buf *out, const struct value *v);

/* ---- scenario_council.c: bodies, links, kinds, parts ---- */

bool part_is(struct play *p, const struct expect *e);
bool body_is(struct play *p, const struct expect *e);
bool link_is(struct play *p, const struct expect *e);
bool kind_is(struct play *p, const struct expect *e);
bool consequence_is(struct play *p, const struct expect *e);
bool reader_is(struct play *p, const struct expect *e);

/* ---- scenario_play.c ---- */

/* A value with what is deferred as it is now. */
struct value *play_value(struct play *p, const struct value *v);

#endif
