#include "clients/monitor/http.h"

#include "daemon/base/check.h"

#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

enum { CONNECTIONS = 64, CONNECTION_BYTES = 32 * 1024, SILENCE_S = 15, HOST = 64 };

struct http {
    struct MHD_Daemon *daemon;
    http_page_fn page;
    void *ctx;
};

/* ---- answers ---- */

/* Takes the body. */
static enum MHD_Result answer(struct MHD_Connection *connection, struct http_page *page)
{
    struct MHD_Response *r = MHD_create_response_from_buffer(page->body.n, page->body.p, MHD_RESPMEM_MUST_COPY);
    enum MHD_Result result = MHD_NO;
    if (r) {
        (void)MHD_add_response_header(r, MHD_HTTP_HEADER_CONTENT_TYPE, page->type);
        if (page->status == MHD_HTTP_METHOD_NOT_ALLOWED)
            (void)MHD_add_response_header(r, MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
        result = MHD_queue_response(connection, page->status, r);
        MHD_destroy_response(r);
    }
    buf_done(&page->body);
    return result;
}

static enum MHD_Result asked(void *cls, struct MHD_Connection *connection, const char *path, const char *method,
                             const char *version, const char *upload, size_t *upload_size, void **seen)
{
    struct http *h = cls;
    struct http_page page = {.status = MHD_HTTP_OK, .type = "text/plain; charset=utf-8"};
    bool get = strcmp(method, MHD_HTTP_METHOD_GET) == 0 || strcmp(method, MHD_HTTP_METHOD_HEAD) == 0;
    (void)version;
    (void)upload;
    if (!*seen) { /* the headers only; the call with the (empty) body is answered */
        *seen = h;
        if (get)
            return MHD_YES;
    }
    *upload_size = 0;
    if (!get) {
        page.status = MHD_HTTP_METHOD_NOT_ALLOWED;
        buf_str(&page.body, "only GET and HEAD\n");
    } else if (!h->page(h->ctx, path, &page)) {
        page.status = MHD_HTTP_NOT_FOUND;
        buf_clear(&page.body);
        buf_str(&page.body, "no such page\n");
    }
    return answer(connection, &page);
}

/* ---- where to listen ---- */

static bool port_of(const char *text, uint16_t *ret)
{
    char *end;
    long n = strtol(text, &end, 10);
    if (*text < '0' || *text > '9' || *end || n > 65535)
        return false;
    *ret = htons((uint16_t)n);
    return true;
}

static bool address_of(const char *listen, struct sockaddr_storage *ret)
{
    const char *colon = strrchr(listen, ':');
    char host[HOST];
    bool six = *listen == '[';
    if (!colon || (six && (colon == listen || colon[-1] != ']')))
        return false;
    size_t n = (size_t)(colon - listen) - (six ? 2 : 0);
    if (n == 0 || n >= sizeof host)
        return false;
    memcpy(host, listen + six, n);
    host[n] = 0;
    memset(ret, 0, sizeof *ret);
    if (six) {
        struct sockaddr_in6 *a = (struct sockaddr_in6 *)ret;
        a->sin6_family = AF_INET6;
        return inet_pton(AF_INET6, host, &a->sin6_addr) == 1 && port_of(colon + 1, &a->sin6_port);
    }
    struct sockaddr_in *a = (struct sockaddr_in *)ret;
    a->sin_family = AF_INET;
    return inet_pton(AF_INET, host, &a->sin_addr) == 1 && port_of(colon + 1, &a->sin_port);
}

/* ---- life ---- */

enum status http_open(const char *listen, http_page_fn page, void *ctx, struct http **ret)
{
    struct sockaddr_storage address;
    if (!address_of(listen, &address))
        return ST_INVALID;
    unsigned flags = MHD_USE_EPOLL | (address.ss_family == AF_INET6 ? MHD_USE_IPv6 : 0);
    struct http *h = xcalloc(1, sizeof *h);
    h->page = page;
    h->ctx = ctx;
    errno = 0;
    h->daemon = MHD_start_daemon(flags, 0, NULL, NULL, asked, h, MHD_OPTION_SOCK_ADDR, (struct sockaddr *)&address,
                                 MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS, MHD_OPTION_CONNECTION_TIMEOUT,
                                 (unsigned)SILENCE_S, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_BYTES,
                                 MHD_OPTION_END);
    if (!h->daemon) {
        free(h);
        return errno == EADDRINUSE ? ST_BUSY : ST_IO;
    }
    *ret = h;
    return ST_OK;
}

void http_close(struct http *h)
{
    if (!h)
        return;
    MHD_stop_daemon(h->daemon);
    free(h);
}

int http_fd(const struct http *h)
{
    return MHD_get_daemon_info(h->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
}

unsigned http_port(const struct http *h)
{
    return MHD_get_daemon_info(h->daemon, MHD_DAEMON_INFO_BIND_PORT)->port;
}

int http_timeout(const struct http *h)
{
    MHD_UNSIGNED_LONG_LONG ms;
    if (MHD_get_timeout(h->daemon, &ms) != MHD_YES)
        return -1;
    return ms > INT_MAX ? INT_MAX : (int)ms;
}

void http_process(struct http *h)
{
    (void)MHD_run(h->daemon);
}
