#include "daemon/base/check.h"
#include "daemon/papers/inside.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

struct sweep {
    struct papers *papers;
    struct when before; /* what was used last before this is old */
    papers_cited *cited;
    void *ctx;
    struct papers_swept swept;
    int error;
};

static struct when last_use(const struct stat *file)
{
    return (struct when){(int64_t)file->st_mtim.tv_sec * 1000 + file->st_mtim.tv_nsec / 1000000};
}

/* Under the lock: a claim that came first has made the paper young, one that comes later finds it gone. */
static bool remove_if_old(struct sweep *s, int at, const char *name, const struct hash *paper)
{
    struct stat file;
    bool removed = false;
    REQUIRE(mtx_lock(&s->papers->removing) == thrd_success);
    if (fstatat(at, name, &file, AT_SYMLINK_NOFOLLOW) == 0 && last_use(&file).ms < s->before.ms &&
        !(paper && s->cited(s->ctx, paper))) {
        removed = unlinkat(at, name, 0) == 0;
        if (removed)
            s->swept.bytes += (uint64_t)file.st_size;
        else
            s->error = errno;
    }
    REQUIRE(mtx_unlock(&s->papers->removing) == thrd_success);
    return removed;
}

static enum status visit_paper(void *ctx, const struct hash *hash, uint64_t size)
{
    struct sweep *s = ctx;
    char name[PAPER_NAME];
    (void)size;
    s->swept.papers += remove_if_old(s, s->papers->root, paper_name(hash, name), hash);
    return ST_OK;
}

static void sweep_uploads(struct sweep *s)
{
    struct papers *p = s->papers;
    for (size_t i = p->count; i > 0; i--) {
        char name[PART_NAME];
        if (!remove_if_old(s, p->parts, part_name(&p->upload[i - 1], name), NULL))
            continue;
        uploads_forget(p, i - 1);
        s->swept.uploads++;
    }
}

enum status papers_sweep_part(struct papers *p, unsigned part, struct when now, papers_cited *cited, void *ctx,
                              struct papers_swept *ret, struct buf *why)
{
    struct sweep s = {.papers = p, .cited = cited, .ctx = ctx, .swept = *ret};
    s.before.ms = now.ms - (int64_t)p->limits.days_unused * 24 * 60 * 60 * 1000;
    if (part == 0)
        sweep_uploads(&s);
    enum status st = papers_each_of(p, part, visit_paper, &s, why);
    *ret = s.swept;
    if (!st && s.error)
        st = papers_say(why, ST_IO, "a swept paper", s.error);
    return st;
}

/* What cannot be removed in one part does not save the others. */
enum status papers_sweep(struct papers *p, struct when now, papers_cited *cited, void *ctx, struct papers_swept *ret,
                         struct buf *why)
{
    struct papers_swept swept = {0};
    enum status st = ST_OK;
    for (unsigned part = 0; part < PAPERS_PARTS; part++) {
        enum status one = papers_sweep_part(p, part, now, cited, ctx, &swept, st ? NULL : why);
        st = st ? st : one;
    }
    *ret = swept;
    return st;
}
