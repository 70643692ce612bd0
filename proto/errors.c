#include "proto/errors.h"

#include "daemon/base/text.h"

#include <string.h>

enum { MOST = 512 };

const struct known_error *error_at(size_t i)
{
    if (i < errors_refused_n)
        return &errors_refused[i];
    i -= errors_refused_n;
    return i < errors_other_n ? &errors_other[i] : NULL;
}

const struct known_error *error_lookup(const char *code)
{
    const struct known_error *e;
    for (size_t i = 0; (e = error_at(i)); i++)
        if (strcmp(e->code, code) == 0)
            return e;
    return NULL;
}

const char *error_nearest(const char *code)
{
    const char *word[MOST];
    size_t n = 0;
    for (const struct known_error *e; n < MOST && (e = error_at(n)); n++)
        word[n] = e->code;
    return text_nearest(code, word, n);
}
