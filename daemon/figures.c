#include "daemon/figures.h"

#include "proto/message.h"
#include "proto/wire.h"

#include <string.h>

static void put(struct arena *a, struct value *v, const char *name, uint64_t n)
{
    v_put_int(a, v, name, (int64_t)n);
}

static struct value *own(const struct house *h, struct arena *a)
{
    struct value *v = v_map(a);
#define X(name, meaning) put(a, v, #name, h->counters.name);
    COUNTERS(X)
#undef X
    return v;
}

/* Messages that were no message, by what was wrong with them; only what happened. */
static struct value *faults(const struct house *h, struct arena *a)
{
    struct value *v = v_map(a);
    for (int i = 1; i <= WIRE_BAD_INTEGER; i++)
        if (h->counters.wire_fault[i])
            put(a, v, wire_fault_name((enum wire_fault)i), h->counters.wire_fault[i]);
    for (int i = 1; i <= MESSAGE_BAD_ROUTING_ID; i++)
        if (h->counters.message_fault[i])
            put(a, v, message_fault_name((enum message_fault_code)i), h->counters.message_fault[i]);
    return v;
}

static struct value *sessions(const struct house *h, struct arena *a)
{
    const struct session_figures *f = session_figures(h->sessions);
    struct value *v = v_map(a);
    put(a, v, "open", f->open);
    put(a, v, "opened", f->opened);
    put(a, v, "taken_over", f->taken_over);
    put(a, v, "silent", f->silent);
    put(a, v, "revoked", f->revoked);
    put(a, v, "gone", f->gone);
    put(a, v, "paused", f->paused);
    put(a, v, "notices", f->notices);
    return v;
}

static struct value *command_endpoint(const struct house *h, struct arena *a)
{
    const struct router_counters *c = router_counters(bus_router(h->bus));
    struct value *v = v_map(a);
    put(a, v, "connections", router_connections(bus_router(h->bus)));
    put(a, v, "received", c->received);
    put(a, v, "received_bytes", c->received_bytes);
    put(a, v, "sent", c->sent);
    put(a, v, "sent_bytes", c->sent_bytes);
    put(a, v, "full", c->full);
    put(a, v, "unreachable", c->unreachable);
    put(a, v, "intruders", c->intruders);
    put(a, v, "cut", c->cut);
    return v;
}

static struct value *transitions_endpoint(const struct house *h, struct arena *a)
{
    const struct xpub_counters *c = xpub_counters(bus_xpub(h->bus));
    struct value *v = v_map(a);
    put(a, v, "subscriptions", c->subscriptions);
    put(a, v, "published", c->published);
    put(a, v, "intruders", c->intruders);
    put(a, v, "cut", c->cut);
    return v;
}

static bool looks_after_it(const struct house *h, const char *principal)
{
    return view_right(h->view, principal, "admin") || view_right(h->view, principal, "inspect") ||
           view_right(h->view, principal, "monitor");
}

void figures_status(struct house *h, const char *principal, struct arena *a, struct value *status)
{
    if (strcmp(v_get_str(status, "t", ""), "answer") != 0)
        return;
    if (h->behind)
        v_put_str(a, status, "alarm", "behind");
    if (h->held)
        v_put_str(a, status, "held", hold_text(h->held));
    if (!looks_after_it(h, principal))
        return;
    struct value *v = own(h, a);
    v_put(a, v, "fault", faults(h, a));
    put(a, v, "waiting", pending_count(h->pending));
    v_put(a, v, "sessions", sessions(h, a));
    v_put(a, v, "command_endpoint", command_endpoint(h, a));
    v_put(a, v, "transitions_endpoint", transitions_endpoint(h, a));
    v_put(a, status, "counters", v);
}
