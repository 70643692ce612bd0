/* The registry of errors: well formed, complete for what the house itself names, and the page made from it. */
#include "proto/errors.h"

#include "clients/lib/error.h"
#include "daemon/base/buf.h"
#include "daemon/base/text.h"
#include "proto/message.h"
#include "proto/wire.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define PAGE SOURCE_DIR "/proto/ERRORS.md"

static bool one_of(const char *word, const char *const *words)
{
    for (; *words; words++)
        if (strcmp(word, *words) == 0)
            return true;
    return false;
}

static void every_error_has_a_kind_a_cause_and_a_remedy_in_both_languages(void **state)
{
    (void)state;
    static const char *const kinds[] = {"law",   "right", "form",  "conflict", "limit", "space",
                                        "store", "fault", "ended", "client",   "kind",  NULL};
    const struct known_error *e;
    for (size_t i = 0; (e = error_at(i)); i++) {
        char kind[64], *rest = kind, *word;
        assert_true(text_is_name(e->code));
        assert_ptr_equal(error_lookup(e->code), e); /* none stands twice */
        snprintf(kind, sizeof kind, "%s", e->kind);
        while ((word = strtok_r(rest, " ", &rest)))
            if (!one_of(word, kinds))
                fail_msg("%s is of the kind %s, which there is not", e->code, word);
        const char *const texts[] = {e->cause, e->remedy, e->cause_zh, e->remedy_zh};
        for (size_t k = 0; k < sizeof texts / sizeof *texts; k++)
            if (!*texts[k] || texts[k][strlen(texts[k]) - 1] == '.' || strchr(texts[k], '|'))
                fail_msg("%s: text %zu is empty, ends with a stop, or holds a bar", e->code, k);
    }
}

static void refusals_stand_in_the_order_of_the_alphabet(void **state)
{
    (void)state;
    for (size_t i = 1; i < errors_refused_n; i++)
        if (strcmp(errors_refused[i - 1].code, errors_refused[i].code) >= 0)
            fail_msg("%s stands behind %s", errors_refused[i].code, errors_refused[i - 1].code);
}

static void faults_and_what_the_library_says_are_registered(void **state)
{
    (void)state;
    for (int f = WIRE_FINE + 1; f <= WIRE_BAD_INTEGER; f++)
        if (!error_lookup(wire_fault_name((enum wire_fault)f)))
            fail_msg("the fault %s is not registered", wire_fault_name((enum wire_fault)f));
    for (int f = MESSAGE_FINE + 1; f <= MESSAGE_BAD_ROUTING_ID; f++)
        if (!error_lookup(message_fault_name((enum message_fault_code)f)))
            fail_msg("the fault %s is not registered", message_fault_name((enum message_fault_code)f));
    for (int c = LW_OK + 1; c <= LW_STORE; c++)
        if (!error_lookup(lw_error_name((enum lw_code)c)))
            fail_msg("%s of the library is not registered", lw_error_name((enum lw_code)c));
}

static void a_slip_of_the_pen_finds_the_word(void **state)
{
    (void)state;
    assert_null(error_lookup("case-moved-onn"));
    assert_string_equal(error_nearest("case-moved-onn"), "case-moved-on");
}

/* ---- the page ---- */

static void put_page(struct buf *out)
{
    const struct known_error *e;
    buf_str(out,
            "# Errors\n\n"
            "Every word under `code` of a refusal or a fault, and `reason` of an ending, with what a client says by "
            "itself\n(`client`) and the kinds of refusals. `leeway errors lookup CODE` prints a line of it, with "
            "`--lang zh` in Chinese. Made from\n`proto/errors_*.c`; a test holds it to them.\n\n"
            "| code | kind | means | try |\n|---|---|---|---|\n");
    for (size_t i = 0; (e = error_at(i)); i++)
        buf_printf(out, "| %s | %s | %s<br>%s | %s<br>%s |\n", e->code, e->kind, e->cause, e->cause_zh, e->remedy,
                   e->remedy_zh);
}

static void the_page_is_the_registry(void **state)
{
    (void)state;
    struct buf is = {0}, wanted = {0};
    char block[4096];
    size_t n;
    put_page(&wanted);
    const char *golden = getenv("LEEWAY_GOLDEN");
    FILE *f = fopen(PAGE, golden ? "w+" : "r");
    assert_non_null(f);
    if (golden) {
        fwrite(wanted.p, 1, wanted.n, f);
        rewind(f);
    }
    while ((n = fread(block, 1, sizeof block, f)) > 0)
        buf_put(&is, block, n);
    fclose(f);
    if (strcmp(buf_cstr(&is), buf_cstr(&wanted)) != 0)
        fail_msg("proto/ERRORS.md is old: LEEWAY_GOLDEN=write test_unit_errors writes it");
    buf_done(&is);
    buf_done(&wanted);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_error_has_a_kind_a_cause_and_a_remedy_in_both_languages),
        cmocka_unit_test(refusals_stand_in_the_order_of_the_alphabet),
        cmocka_unit_test(faults_and_what_the_library_says_are_registered),
        cmocka_unit_test(a_slip_of_the_pen_finds_the_word),
        cmocka_unit_test(the_page_is_the_registry),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests_name("errors", tests, NULL, NULL);
}
