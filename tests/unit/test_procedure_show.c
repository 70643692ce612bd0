#include "daemon/law/procedure_show.h"

#include "daemon/law/procedure_read.h"
#include "tests/lib/files.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static struct procedure *yinchuan;

static struct procedure *read_bytes(const char *file, struct bytes in)
{
    struct arena *a = arena_new();
    struct problems *problems = problems_new(a);
    struct procedure *p = procedure_read(file, in, problems);
    struct buf told = {0};
    problems_print(problems, &told);
    if (!p)
        fail_msg("%s", buf_cstr(&told));
    buf_done(&told);
    arena_free(a);
    return p;
}

static int load(void **state)
{
    (void)state;
    struct buf in = files_read("config/procedures/yinchuan.yaml");
    yinchuan = read_bytes("yinchuan.yaml", buf_bytes(&in));
    buf_done(&in);
    return 0;
}

static int unload(void **state)
{
    (void)state;
    procedure_free(yinchuan);
    return 0;
}

static void yinchuan_shows_as_its_golden_text(void **state)
{
    (void)state;
    struct buf out = {0};
    procedure_show(yinchuan, &out);
    files_golden("tests/golden/procedures/yinchuan.show.txt", buf_bytes(&out));
    buf_done(&out);
}

/* Every word for kinds, tracks, bodies and links stands in it. */
static void the_council_shows_and_draws_as_its_golden_texts(void **state)
{
    (void)state;
    struct buf in = files_read("tests/lib/council.yaml"), shown = {0}, drawn = {0};
    struct procedure *p = read_bytes("council.yaml", buf_bytes(&in));
    procedure_show(p, &shown);
    procedure_draw(p, &drawn);
    files_golden("tests/golden/procedures/council.show.txt", buf_bytes(&shown));
    files_golden("tests/golden/procedures/council.dot", buf_bytes(&drawn));
    procedure_free(p);
    buf_done(&in);
    buf_done(&shown);
    buf_done(&drawn);
}

static void yinchuan_draws_as_its_golden_graph(void **state)
{
    (void)state;
    struct buf out = {0};
    procedure_draw(yinchuan, &out);
    files_golden("tests/golden/procedures/yinchuan.dot", buf_bytes(&out));
    buf_done(&out);
}

/* A later rule shows what it is about: nothing of the tables is left out in silence. */
static void every_name_and_every_article_is_shown(void **state)
{
    (void)state;
    struct buf out = {0};
    procedure_show(yinchuan, &out);
    const char *text = buf_cstr(&out);
    for (size_t i = 0; i < yinchuan->nacts; i++) {
        const struct act *act = &yinchuan->acts[i];
        assert_non_null(strstr(text, act->label));
        assert_true(!act->article || strstr(text, act->article));
        for (size_t r = 0; r < act->nrules; r++)
            assert_non_null(strstr(text, act->rules[r].name));
    }
    for (size_t i = 0; i < yinchuan->nfacts; i++)
        assert_non_null(strstr(text, yinchuan->facts[i].name));
    for (size_t i = 0; i < yinchuan->nnotices; i++)
        assert_non_null(strstr(text, yinchuan->notices[i].label));
    for (size_t i = 0; i < yinchuan->ncircumstances; i++)
        assert_non_null(strstr(text, yinchuan->circumstances[i].text));
    for (size_t i = 0; i < yinchuan->nbars; i++)
        assert_non_null(strstr(text, yinchuan->bars[i].text));
    assert_null(strstr(text, "(null)"));
    buf_done(&out);
}

static void showing_twice_gives_the_same_bytes(void **state)
{
    (void)state;
    struct buf one = {0}, two = {0};
    procedure_show(yinchuan, &one);
    procedure_draw(yinchuan, &one);
    procedure_show(yinchuan, &two);
    procedure_draw(yinchuan, &two);
    assert_int_equal(one.n, two.n);
    assert_memory_equal(one.p, two.p, one.n);
    buf_done(&one);
    buf_done(&two);
}

static const char odd_labels[] = "procedure: odd\nversion: 1\nlead: office\ntitle: 'say \"so\" \\ here'\nissuer: x\n"
                                 "status: trial\nzone: \"+08:00\"\n"
                                 "parameters: {entry-lag: {value: 3}, service-days: {value: 5}}\n"
                                 "roles: [{role: office, label: 'the \"office\"'}]\n"
                                 "facts: {note: {label: note, type: text}}\n"
                                 "stages:\n  - {stage: begun, label: 'be\\gun'}\n"
                                 "  - {stage: over, label: \"over\\nline\", end: true}\n"
                                 "kinds: [{kind: matter, label: matter}]\nacts:\n"
                                 "  - {act: begin, label: '\"', article: '1', opens: matter, by: office, to: begun}\n"
                                 "  - {act: finish, label: '\\', article: '2', from: begun, by: office, to: over}\n"
                                 "standing:\n"
                                 "  - {act: serve, label: serve, from: any, by: task-holder}\n";

static void quotes_and_backslashes_of_labels_stay_inside_the_graphs_strings(void **state)
{
    (void)state;
    struct procedure *p = read_bytes("odd.yaml", (struct bytes){(const uint8_t *)odd_labels, strlen(odd_labels)});
    struct buf out = {0};
    procedure_draw(p, &out);
    const char *text = buf_cstr(&out);
    assert_non_null(strstr(text, "label=\"say \\\"so\\\" \\\\ here"));
    assert_non_null(strstr(text, "be\\\\gun"));
    assert_non_null(strstr(text, "over\\nline"));
    assert_null(strstr(text, "over\nline"));
    assert_non_null(strstr(text, "\"over\" [shape=doublecircle"));
    assert_non_null(strstr(text, "\"kind matter\" -> \"begun\""));
    buf_done(&out);
    procedure_free(p);
}

static void an_edge_tells_the_clocks_that_it_starts_and_stops(void **state)
{
    (void)state;
    struct buf out = {0};
    procedure_draw(yinchuan, &out);
    const char *edge = strstr(buf_cstr(&out), "\"received\" -> \"verification\"");
    assert_non_null(edge);
    const char *end = strchr(edge, ';');
    const char *stops = strstr(edge, "■ 受理期限"), *starts = strstr(edge, "▶ 核实期限 15个工作日");
    assert_true(stops && stops < end);
    assert_true(starts && starts < end);
    buf_done(&out);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(yinchuan_shows_as_its_golden_text),
        cmocka_unit_test(the_council_shows_and_draws_as_its_golden_texts),
        cmocka_unit_test(yinchuan_draws_as_its_golden_graph),
        cmocka_unit_test(every_name_and_every_article_is_shown),
        cmocka_unit_test(showing_twice_gives_the_same_bytes),
        cmocka_unit_test(quotes_and_backslashes_of_labels_stay_inside_the_graphs_strings),
        cmocka_unit_test(an_edge_tells_the_clocks_that_it_starts_and_stops),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests_name("procedure_show", tests, load, unload);
}
