/* court_tests.h - a fresh court for each test of the judge */
#ifndef LEEWAY_TESTS_COURT_TESTS_H
#define LEEWAY_TESTS_COURT_TESTS_H

#include "tests/lib/court.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static inline int open_court(void **state)
{
    *state = court_new(NULL);
    return 0;
}

static inline int close_court(void **state)
{
    court_free(*state);
    return 0;
}

#define T(name) cmocka_unit_test_setup_teardown(name, open_court, close_court)

#endif
