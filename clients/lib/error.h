/* error.h - filling the error objects of leeway.h
 *
 * Pure. Threads: any.
 */
#ifndef LEEWAY_CLIENTS_LIB_ERROR_H
#define LEEWAY_CLIENTS_LIB_ERROR_H

#include "clients/lib/tree.h"

/* Fill e (NULL is fine) with a code, its name as the word, and a sentence. Returns the code. */
enum lw_code error_set(struct lw_error *e, enum lw_code code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

#endif
