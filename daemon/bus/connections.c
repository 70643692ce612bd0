#include "daemon/bus/connections.h"

#include "daemon/base/check.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

void connections_done(struct connections *c)
{
    free(c->at);
    *c = (struct connections){0};
}

uint64_t connections_inode(int fd)
{
    struct stat st;
    return fstat(fd, &st) == 0 && S_ISSOCK(st.st_mode) ? (uint64_t)st.st_ino : 0;
}

static bool grow(struct connections *c, int fd)
{
    if (fd < 0 || fd >= CONNECTIONS_DESCRIPTORS)
        return false;
    if ((size_t)fd < c->n)
        return true;
    size_t n = c->n ? c->n : 64;
    while (n <= (size_t)fd)
        n *= 2;
    c->at = xrealloc(c->at, n * sizeof *c->at);
    memset(c->at + c->n, 0, (n - c->n) * sizeof *c->at);
    c->n = n;
    return true;
}

static bool identity_same(const struct identity *a, const struct identity *b)
{
    return !strcmp(a->key, b->key) && !strcmp(a->principal, b->principal);
}

struct connection *connections_note(struct connections *c, int fd, const struct identity *who, const struct peer *peer)
{
    if (!grow(c, fd))
        return NULL;
    struct connection *e = &c->at[fd];
    bool same_who = e->inode && identity_same(&e->who, who);
    if (same_who && peer && peer_same(&e->peer, peer))
        return e;
    uint64_t inode = connections_inode(fd);
    if (!inode) {
        e->inode = 0;
        return NULL;
    }
    if (!same_who || e->inode != inode)
        *e = (struct connection){.inode = inode, .who = *who};
    if (peer)
        e->peer = *peer;
    return e;
}

bool connections_cut(struct connections *c, int fd)
{
    if (fd < 0 || (size_t)fd >= c->n || !c->at[fd].inode)
        return false;
    bool same = connections_inode(fd) == c->at[fd].inode;
    c->at[fd].inode = 0;
    return same && shutdown(fd, SHUT_RDWR) == 0;
}

size_t connections_sift(struct connections *c, bool (*good)(void *ctx, const struct identity *who), void *ctx)
{
    size_t count = 0;
    for (size_t fd = 0; fd < c->n; fd++)
        if (c->at[fd].inode && !good(ctx, &c->at[fd].who) && connections_cut(c, (int)fd))
            count++;
    return count;
}
