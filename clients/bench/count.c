/* count.c - leeway-bench-count: a little work, always the same, for a counter of instructions
 *
 *     leeway-bench-count CONFIG
 *
 * Sixteen cases go through their course in batches of sixteen commands, on a store in memory. Prints how many commands
 * that were. Run under callgrind by clients/bench/instructions.py.
 */
#include "clients/bench/course.h"
#include "clients/bench/memory.h"

#include <stdio.h>

enum { CASES = 16 };

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "Usage: leeway-bench-count CONFIG\n");
        return 64;
    }
    (void)memory_engine(argv[1], CASES, CASES, NULL);
    printf("%d\n", CASES * COURSE_ACTS);
    return 0;
}
