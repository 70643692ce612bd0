/* yaml_fixture.h - an arena, a list of problems and what is expected of it, for the tests of daemon/yaml */
#ifndef LEEWAY_TESTS_YAML_FIXTURE_H
#define LEEWAY_TESTS_YAML_FIXTURE_H

#include "daemon/yaml/tree.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct fixture {
    struct arena *arena;
    struct problems *problems;
    struct buf out;
};

static inline int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    f->arena = arena_new();
    f->problems = problems_new(f->arena);
    *state = f;
    return 0;
}

static inline int tear_down(void **state)
{
    struct fixture *f = *state;
    buf_done(&f->out);
    arena_free(f->arena);
    free(f);
    return 0;
}

static inline struct node *read_bytes(struct fixture *f, const char *s, size_t n)
{
    return tree_read(f->arena, "f.yaml", (struct bytes){(const uint8_t *)s, n}, f->problems);
}

static inline struct node *read_text(struct fixture *f, const char *s)
{
    return read_bytes(f, s, strlen(s));
}

static inline const char *printed(struct fixture *f)
{
    buf_clear(&f->out);
    problems_print(f->problems, &f->out);
    return buf_cstr(&f->out);
}

/* Problem i stands at line:column and says `part`. */
static inline void expect(struct fixture *f, size_t i, int line, int column, const char *part)
{
    const struct problem *one = problems_at(f->problems, i);
    if (!one)
        fail_msg("no problem %zu that says '%s'; there are:\n%s", i, part, printed(f));
    if (one->line != line || one->column != column || !strstr(one->text, part))
        fail_msg("expected %d:%d '%s', found %d:%d '%s'", line, column, part, one->line, one->column, one->text);
}

static inline void expect_only(struct fixture *f, int line, int column, const char *part)
{
    expect(f, 0, line, column, part);
    if (problems_count(f->problems) != 1)
        fail_msg("one problem expected, found:\n%s", printed(f));
}

static inline void expect_fine(struct fixture *f)
{
    if (problems_count(f->problems))
        fail_msg("no problem expected, found:\n%s", printed(f));
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

#endif
