#include "clients/agent/trust.h"

#include "clients/agent/inside.h"
#include "clients/lib/json.h"
#include "proto/proof.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CHECK_MS = 10 * 60 * 1000, PATH = 4096, LINE = 512 };

static const char FORM[] = "leeway-agent-head 1 ";

/* ---- files ---- */

static void path_of(char ret[PATH], const char *folder, const char *name)
{
    snprintf(ret, PATH, "%s/%s", folder, name);
}

static bool there(const char *folder, const char *name)
{
    char path[PATH];
    path_of(path, folder, name);
    return access(path, F_OK) == 0;
}

static void forget(const char *folder, const char *name)
{
    char path[PATH];
    path_of(path, folder, name);
    (void)unlink(path);
}

/* Durable, in the place of the one before. */
static bool keep(const char *folder, const char *name, const char *text)
{
    char path[PATH], fresh[PATH];
    path_of(path, folder, name);
    path_of(fresh, folder, "head.new");
    int fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    size_t n = strlen(text);
    bool fine = fd >= 0 && write(fd, text, n) == (ssize_t)n && fsync(fd) == 0;
    if (fd >= 0)
        close(fd);
    return fine && rename(fresh, path) == 0;
}

static bool read_line(const char *folder, const char *name, char ret[LINE])
{
    char path[PATH];
    path_of(path, folder, name);
    FILE *f = fopen(path, "re");
    bool fine = f && fgets(ret, LINE, f);
    if (f)
        fclose(f);
    return fine;
}

static bool head_read(const char *folder, struct known_head *ret)
{
    char line[LINE], root[2 * HASH_LEN + 1], signature[2 * TRUST_SIGNATURE + 1];
    struct known_head h = {0};
    if (!read_line(folder, "head", line) || strncmp(line, FORM, sizeof FORM - 1) != 0 ||
        sscanf(line + sizeof FORM - 1, "%" SCNd64 " %" SCNd64 " %64s %128s", &h.generation, &h.number, root,
               signature) != 4 ||
        !json_unhex(root, h.root.b, HASH_LEN) || !json_unhex(signature, h.signature, TRUST_SIGNATURE))
        return false;
    *ret = h;
    return true;
}

static void head_write(struct agent *g, const struct known_head *h)
{
    struct buf line = {0};
    buf_printf(&line, "%s%" PRId64 " %" PRId64 " ", FORM, h->generation, h->number);
    json_hex(&line, (struct bytes){h->root.b, HASH_LEN});
    buf_u8(&line, ' ');
    json_hex(&line, (struct bytes){h->signature, TRUST_SIGNATURE});
    buf_u8(&line, '\n');
    if (!keep(g->o->state, "head", buf_cstr(&line)))
        agent_say(g, "the daemon's head cannot be remembered: %s", strerror(errno));
    buf_done(&line);
    g->trust.known = *h;
}

/* ---- where the notices are others ---- */

static void search(struct agent *g);

static void found(struct agent *g)
{
    struct trust *t = &g->trust;
    struct buf text = {0};
    t->searching = false;
    buf_printf(&text, "%" PRId64 " %s;", t->low, t->why);
    if (t->low < t->top)
        buf_printf(&text, " notices %" PRId64 " to %" PRId64 " of this folder are not those of the daemon any more",
                   t->low + 1, t->top);
    else
        buf_printf(&text, " of the notices in this folder none is lost");
    agent_say(g, "%s; nothing is handled before `leeway-agent head accept --state %s`",
              buf_cstr(&text) + strcspn(buf_cstr(&text), " ") + 1, g->o->state);
    buf_u8(&text, '\n');
    if (!keep(g->o->state, "held", buf_cstr(&text)))
        agent_say(g, "%s/held cannot be written: %s", g->o->state, strerror(errno));
    buf_done(&text);
}

/* Is the daemon's notice the one that is kept here? Of one that is not kept here there is nothing to be lost. */
static bool same_notice(const struct agent *g, int64_t position, const struct value *theirs)
{
    struct arena *a = arena_new();
    struct value *ours = NULL;
    const char *line = g->mirror ? mirror_line(g->mirror, a, position) : NULL;
    bool same = theirs != NULL;
    if (line && same && json_parse(a, (struct bytes){(const uint8_t *)line, strlen(line)}, &ours, NULL) == ST_OK)
        same = v_get_int(ours, "event", 0) == v_get_int(theirs, "event", 0) &&
               v_get_int(ours, "recorded", 0) == v_get_int(theirs, "recorded", 0);
    arena_free(a);
    return same;
}

static void compared(void *ctx, const struct value *answer, const struct lw_error *e)
{
    struct agent *g = ctx;
    struct trust *t = &g->trust;
    int64_t middle = t->low + (t->high - t->low + 1) / 2;
    if (!t->held || e->code == LW_CLOSED)
        return;
    if (same_notice(g, middle, e->code == LW_OK ? v_get(answer, "notice") : NULL))
        t->low = middle;
    else
        t->high = middle - 1;
    search(g);
}

/* The notices up to some position are the same and behind it none is. */
static void search(struct agent *g)
{
    struct trust *t = &g->trust;
    if (t->low >= t->high) {
        found(g);
        return;
    }
    struct arena *a = arena_new();
    struct value *m = v_map(a);
    v_put_str(a, m, "t", "ask");
    v_put_str(a, m, "q", "notice");
    v_put_str(a, m, "stream", g->o->stream);
    v_put_int(a, m, "position", t->low + (t->high - t->low + 1) / 2);
    lw_send(g->client, m, -1, compared, g);
    arena_free(a);
}

static void hold(struct agent *g, const char *why)
{
    struct trust *t = &g->trust;
    snprintf(t->why, sizeof t->why, "%s", why);
    if (t->searching)
        return;
    t->held = t->searching = true;
    if (g->stream)
        lw_unsubscribe(g->stream);
    g->stream = NULL;
    t->low = 0;
    t->high = t->top = journal_top(g->journal);
    agent_say(g, "%s", why);
    search(g);
}

/* ---- asking ---- */

static bool head_of(const struct value *answer, struct known_head *ret)
{
    const struct value *root = v_get(answer, "root"), *signature = v_get(answer, "signature");
    struct known_head h = {.generation = v_get_int(answer, "generation", 0), .number = v_get_int(answer, "number", 0)};
    if (h.number < 1 || v_kind(root) != V_BIN || root->u.bin.n != HASH_LEN)
        return false;
    memcpy(h.root.b, root->u.bin.p, HASH_LEN);
    if (v_kind(signature) == V_BIN && signature->u.bin.n == TRUST_SIGNATURE)
        memcpy(h.signature, signature->u.bin.p, TRUST_SIGNATURE);
    *ret = h;
    return true;
}

static bool continues(const struct known_head *old, const struct known_head *now, const struct value *answer)
{
    const struct value *list = v_get(answer, "hashes");
    struct hash proof[PROOF_MOST];
    size_t n = v_count(list);
    for (size_t i = 0; i < n; i++) {
        const struct value *h = v_at(list, i);
        if (n > PROOF_MOST || v_kind(h) != V_BIN || h->u.bin.n != HASH_LEN)
            return false;
        memcpy(proof[i].b, h->u.bin.p, HASH_LEN);
    }
    return proof_consistency((uint64_t)old->number, (uint64_t)now->number, &old->root, &now->root, proof, n);
}

static void go_on(struct agent *g)
{
    if (!g->trust.held)
        return;
    g->trust.held = g->trust.searching = false;
    forget(g->o->state, "held");
    agent_say(g, "the daemon continues what is known again");
    agent_subscribe(g);
}

static void answered(void *ctx, const struct value *answer, const struct lw_error *e)
{
    struct agent *g = ctx;
    struct trust *t = &g->trust;
    struct known_head now;
    char why[TRUST_WHY];
    t->asking = false;
    if (e->code == LW_CLOSED)
        return;
    if (e->code != LW_OK || !head_of(answer, &now)) {
        agent_say(g, "the daemon tells no head: %s", e->code != LW_OK ? e->text : "it has none");
        return;
    }
    if (t->known.number > now.number) {
        snprintf(why, sizeof why, "the daemon was put back: it has %" PRId64 " events, and had %" PRId64, now.number,
                 t->known.number);
        hold(g, why);
    } else if (t->known.number && !continues(&t->known, &now, answer)) {
        snprintf(why, sizeof why,
                 "the daemon was put back: its first %" PRId64 " events are not those that it had (it has %" PRId64
                 " now)",
                 t->known.number, now.number);
        hold(g, why);
    } else {
        head_write(g, &now);
        go_on(g);
    }
}

static void ask(struct agent *g)
{
    struct trust *t = &g->trust;
    t->next = (struct tick){agent_now().ms + CHECK_MS};
    if (t->asking || t->searching)
        return;
    struct arena *a = arena_new();
    struct value *m = v_map(a);
    v_put_str(a, m, "t", "ask");
    v_put_str(a, m, "q", "head");
    if (t->known.number) {
        v_put_int(a, m, "generation", t->known.generation);
        v_put_int(a, m, "number", t->known.number);
        v_put(a, m, "root", v_bin(a, t->known.root.b, HASH_LEN));
        v_put(a, m, "signature", v_bin(a, t->known.signature, TRUST_SIGNATURE));
    }
    t->asking = true;
    lw_send(g->client, m, -1, answered, g);
    arena_free(a);
}

void trust_connected(struct agent *g)
{
    ask(g);
}

void trust_tick(struct agent *g)
{
    if (lw_state(g->client) == LW_UP && g->trust.next.ms <= agent_now().ms)
        ask(g);
}

bool trust_lets(const struct agent *g)
{
    return !g->trust.held && !g->trust.asking;
}

bool trust_accepted(const struct agent *g)
{
    return g->trust.held && !g->trust.searching && there(g->o->state, "accept");
}

/* ---- at the start ---- */

void trust_begin(struct agent *g)
{
    const char *folder = g->o->state;
    char line[LINE];
    bool held = read_line(folder, "held", line);
    if (held && there(folder, "accept")) {
        int64_t position = strtoll(line, NULL, 10);
        struct known_head old = {0};
        char name[64];
        (void)head_read(folder, &old);
        snprintf(name, sizeof name, "kept-%" PRId64 "-%" PRId64, old.generation, old.number);
        enum status st = journal_cut(g->journal, position, name);
        if (!st && g->mirror)
            st = mirror_cut(g->mirror, folder, position, name);
        agent_say(g, st ? "what the daemon lost cannot be put aside: %s" : "goes on with the daemon as it is%s",
                  st ? status_text(st) : "");
        if (st)
            return;
        forget(folder, "head");
        forget(folder, "held");
    }
    forget(folder, "accept"); /* it was for what was held, nothing else */
    if (!head_read(folder, &g->trust.known) && there(folder, "head"))
        agent_say(g, "%s/head cannot be read; the daemon's next head is believed", folder);
    g->trust.next = (struct tick){agent_now().ms + CHECK_MS};
}

/* ---- for the operator ---- */

int trust_show(const char *folder)
{
    struct known_head h;
    char line[LINE], hex[HASH_HEX];
    if (!head_read(folder, &h)) {
        printf("no head is known\n");
        return 0;
    }
    printf("generation %" PRId64 "  number %" PRId64 "  root %s\n", h.generation, h.number, hash_hex(&h.root, hex));
    if (read_line(folder, "held", line))
        printf("held: %s", line + strcspn(line, " ") + 1);
    return 0;
}

int trust_accept(const char *folder)
{
    if (!there(folder, "held")) {
        fprintf(stderr, "leeway-agent: nothing is held\n");
        return 1;
    }
    if (keep(folder, "accept", "\n"))
        return 0;
    fprintf(stderr, "leeway-agent: %s/accept: %s\n", folder, strerror(errno));
    return 1;
}
