/* handler.c - what a department of the soak does with a notice
 *
 * Adds a line `start POSITION CASE NAME` to LEEWAY_SOAK_LOG at its first moment and `end …` at its last, and prints the
 * next command of the case: it hands the case on, or after LEEWAY_SOAK_HOPS hand-overs closes it, and the department
 * that began it begins another. One notice asks for one command. What it prints follows from the notice alone, so every
 * run of every agent of the department says the same. While the file LEEWAY_SOAK_STOP is there it says nothing, and the
 * cases come to rest.
 *
 * Stands alone: there are hundreds of runs a second, and each should be short.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *setting(const char *name)
{
    const char *value = getenv(name);
    if (!value) {
        fprintf(stderr, "soak-handler: %s is not set\n", name);
        exit(1);
    }
    return value;
}

/* One write to a file that is opened for appending: lines of several runs do not mix. */
static void line(const char *file, const char *word, long position, long kase)
{
    char text[128];
    int n = snprintf(text, sizeof text, "%s %ld %ld %s\n", word, position, kase, setting("LEEWAY_SOAK_NAME"));
    int fd = open(file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0 || write(fd, text, (size_t)n) != n) {
        perror("soak-handler: the log");
        exit(1);
    }
    close(fd);
}

/* A number that depends on the case and the step only. */
static unsigned long next_of(unsigned long kase, unsigned long part, unsigned long n)
{
    unsigned long x = (kase * 1000003 + part) * 0x9e3779b97f4a7c15u;
    return (x >> 29) % n;
}

/* Hand it on; after so many steps close it, and who began it begins another. */
static void answer(const char *type, long kase, long part)
{
    unsigned long departments = strtoul(setting("LEEWAY_SOAK_DEPARTMENTS"), NULL, 10);
    unsigned long to = next_of((unsigned long)kase, (unsigned long)part, departments);
    if (strcmp(type, "ended") == 0)
        printf("{\"act\":\"open\",\"procedure\":\"relay\",\"fields\":{\"next-id\":\"d%02lu\"}}\n", to);
    else if (part >= atol(setting("LEEWAY_SOAK_HOPS")))
        printf("{\"act\":\"close\",\"part\":%ld}\n", part);
    else
        printf("{\"act\":\"pass\",\"part\":%ld,\"fields\":{\"next-id\":\"d%02lu\"}}\n", part, to);
}

int main(void)
{
    const char *log = setting("LEEWAY_SOAK_LOG"), *stop = setting("LEEWAY_SOAK_STOP");
    long position = atol(setting("LEEWAY_POSITION")), kase = atol(setting("LEEWAY_CASE"));
    long pause = atol(setting("LEEWAY_SOAK_PAUSE_MS"));
    char notice[8192] = "";
    line(log, "start", position, kase);
    size_t n = fread(notice, 1, sizeof notice - 1, stdin);
    notice[n] = 0;
    const char *at = strstr(notice, "\"part\":");
    long part = at ? strtol(at + strlen("\"part\":") + (at[7] == '"'), NULL, 10) : 0;
    if (pause > 0)
        usleep((useconds_t)pause * 1000);
    if (access(stop, F_OK) != 0)
        answer(setting("LEEWAY_TYPE"), kase, part);
    if (fflush(stdout) != 0)
        return 1;
    line(log, "end", position, kase);
    return 0;
}
