/* monitor.h - figures that follow a daemon, on standard output or over HTTP
 *
 * A census, then the transitions behind it; a census again every few seconds for what no transition tells. A daemon
 * that is gone leaves the figures as they were, with leeway_connected 0, until it is back.
 *
 * I/O: the client library, a listening socket, standard output and standard error. Threads: one, and takes SIGTERM and
 * SIGINT for itself.
 */
#ifndef LEEWAY_CLIENTS_MONITOR_MONITOR_H
#define LEEWAY_CLIENTS_MONITOR_MONITOR_H

#include "clients/lib/tree.h"

struct monitor_options {
    const struct lw_opts *client; /* borrowed */
    const char *listen;
    int every_ms; /* between two censuses */
    int limit_ms; /* monitor_once(): for each answer */
};

/* Serve until a signal. Returns the exit status: 0 when asked to stop, 1 when the daemon refuses what must be asked or
 * the port is taken, 2 when an option is wrong. */
int monitor_serve(const struct monitor_options *o);

/* Print the figures once. 0; 1: no daemon within the limit, or it refuses; 2: an option is wrong. */
int monitor_once(const struct monitor_options *o);

#endif
