#include "daemon/zuv.h"

#include "daemon/base/check.h"

static void on_poll(uv_poll_t *h, int status, int events)
{
    (void)h;
    (void)status;
    (void)events;
}

static void on_idle(uv_idle_t *h)
{
    (void)h;
}

static bool readable(const struct zuv_door *d)
{
    return d->door.readable(d->door.self);
}

static void on_prepare(uv_prepare_t *h)
{
    struct zuv *z = h->data;
    bool any = false;
    /* Each is asked, also after one said yes: asking empties its mailbox. */
    for (int i = 0; i < z->n; i++)
        any = readable(&z->door[i]) || any;
    if (any)
        uv_idle_start(&z->idle, on_idle);
}

static void on_check(uv_check_t *h)
{
    struct zuv *z = h->data;
    uv_idle_stop(&z->idle);
    for (int i = 0; i < z->n; i++)
        if (readable(&z->door[i]))
            z->door[i].door.serve(z->door[i].door.self, z->door[i].budget);
}

void zuv_init(struct zuv *z, uv_loop_t *loop)
{
    *z = (struct zuv){.loop = loop};
    uv_prepare_init(loop, &z->prepare);
    uv_check_init(loop, &z->check);
    uv_idle_init(loop, &z->idle);
    z->prepare.data = z->check.data = z->idle.data = z;
    uv_prepare_start(&z->prepare, on_prepare);
    uv_check_start(&z->check, on_check);
}

enum status zuv_add(struct zuv *z, struct bus_door door, int budget)
{
    REQUIRE(z->n < ZUV_DOORS);
    struct zuv_door *d = &z->door[z->n];
    d->door = door;
    d->budget = budget;
    if (door.fd >= 0 &&
        (uv_poll_init(z->loop, &d->poll, door.fd) != 0 || uv_poll_start(&d->poll, UV_READABLE, on_poll)))
        return ST_IO;
    z->n++;
    return ST_OK;
}

void zuv_close(struct zuv *z)
{
    for (int i = 0; i < z->n; i++)
        if (z->door[i].door.fd >= 0)
            uv_close((uv_handle_t *)&z->door[i].poll, NULL);
    z->n = 0;
    uv_close((uv_handle_t *)&z->prepare, NULL);
    uv_close((uv_handle_t *)&z->check, NULL);
    uv_close((uv_handle_t *)&z->idle, NULL);
}
