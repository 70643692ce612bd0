#include "clients/leeway/data.h"

#include <limits.h>
#include <string.h>
#include <unistd.h>

/* The folder of the running program; NULL when the system does not tell. */
static const char *program_folder(struct arena *a)
{
    char path[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);
    if (n <= 0)
        return NULL;
    path[n] = 0;
    char *slash = strrchr(path, '/');
    if (!slash)
        return NULL;
    *slash = 0;
    return arena_str(a, path);
}

const char *data_installed(void)
{
    return LEEWAY_DATA;
}

const char *data_find(struct arena *a, const char *name)
{
    static const char *const beside[] = {"../../config", "../../../config", "../share/leeway"};
    const char *folder = program_folder(a), *path = arena_printf(a, "config/%s", name);
    if (access(path, R_OK) == 0)
        return path;
    for (size_t i = 0; folder && i < sizeof beside / sizeof beside[0]; i++) {
        path = arena_printf(a, "%s/%s/%s", folder, beside[i], name);
        if (access(path, R_OK) == 0)
            return path;
    }
    path = arena_printf(a, LEEWAY_DATA "/%s", name);
    return access(path, R_OK) == 0 ? path : NULL;
}
