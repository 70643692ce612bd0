/* http.h - a few read-only pages for whoever scrapes: the one door of microhttpd.h
 *
 * Answers GET and HEAD of the pages that its owner knows, 404 for others, 405 for other methods. At most 64
 * connections, 32 KiB each, 15 s of silence.
 *
 * Loop: one descriptor, readable when there is something to do, and a time when something falls due. No thread of its
 * own. I/O: sockets. Threads: one.
 */
#ifndef LEEWAY_CLIENTS_MONITOR_HTTP_H
#define LEEWAY_CLIENTS_MONITOR_HTTP_H

#include "daemon/base/buf.h"
#include "daemon/base/status.h"

#include <stdbool.h>

struct http_page {
    unsigned status;  /* 200 at first */
    const char *type; /* text/plain at first; borrowed until the answer is made */
    struct buf body;
};

/* Fill the page at a path; false: there is none. */
typedef bool (*http_page_fn)(void *ctx, const char *path, struct http_page *page);

struct http;

/* listen: "127.0.0.1:9464" or "[::1]:9464"; port 0: any. Gives: http_close(). ST_INVALID: not of that form; ST_BUSY:
 * the port is taken; ST_IO. */
MUST_USE enum status http_open(const char *listen, http_page_fn page, void *ctx, struct http **ret);
void http_close(struct http *h); /* NULL is fine */

int http_fd(const struct http *h);
int http_timeout(const struct http *h); /* milliseconds, -1: none */
void http_process(struct http *h);
unsigned http_port(const struct http *h);

#endif
