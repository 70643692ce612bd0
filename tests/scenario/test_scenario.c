/* Plays the scenarios named on the command line, or all of them; paths are relative to the root of the sources. */
#include "tests/lib/files.h"
#include "tests/lib/scenario.h"

#include <stdio.h>
#include <stdlib.h>

static bool play_one(const char *path)
{
    struct buf why = {0};
    struct scenario_failure failure = {0};
    struct scenario *s = scenario_read(SOURCE_DIR, path, &why);
    if (!s)
        fputs(buf_cstr(&why), stdout);
    bool ok = s && scenario_play(s, NULL, &failure);
    if (s && !ok)
        fputs(failure.text, stdout);
    else if (s)
        printf("%s: %s\n", path, scenario_title(s));
    free(failure.text);
    scenario_free(s);
    buf_done(&why);
    return ok;
}

int main(int argc, char **argv)
{
    bool ok = true;
    for (int i = 1; i < argc; i++)
        ok = play_one(argv[i]) && ok;
    struct file_names all = argc > 1 ? (struct file_names){0} : files_list("tests/scenario", ".scn");
    for (size_t i = 0; i < all.n; i++)
        ok = play_one(all.name[i]) && ok;
    files_forget(&all);
    return ok ? 0 : 1;
}
