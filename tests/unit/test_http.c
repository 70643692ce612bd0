#include "clients/monitor/http.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

enum { LIMIT_MS = 10000 };

static bool page(void *ctx, const char *path, struct http_page *p)
{
    int *asked = ctx;
    ++*asked;
    if (strcmp(path, "/metrics") != 0)
        return false;
    p->type = "text/plain; version=0.0.4";
    buf_str(&p->body, "leeway_connected 1\n");
    return true;
}

/* One request and its whole answer, on the thread that serves it. */
static const char *ask(struct http *h, const char *request, struct buf *out)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)http_port(h))};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
    assert_int_equal(send(fd, request, strlen(request), MSG_NOSIGNAL), (int)strlen(request));
    struct pollfd fds[] = {{.fd = http_fd(h), .events = POLLIN}, {.fd = fd, .events = POLLIN}};
    char block[4096];
    ssize_t n = 1;
    while (n > 0) {
        int wait = http_timeout(h);
        int ready = poll(fds, 2, wait < 0 || wait > LIMIT_MS ? LIMIT_MS : wait);
        assert_true(ready > 0 || (wait >= 0 && wait < LIMIT_MS));
        http_process(h);
        if (!fds[1].revents)
            continue;
        n = recv(fd, block, sizeof block, 0);
        if (n > 0)
            buf_put(out, block, (size_t)n);
    }
    close(fd);
    return buf_cstr(out);
}

static void a_page_is_served_and_others_are_not(void **state)
{
    (void)state;
    struct http *h = NULL;
    struct buf out = {0};
    int asked = 0;
    assert_int_equal(http_open("127.0.0.1:0", page, &asked, &h), ST_OK);
    const char *text = ask(h, "GET /metrics HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", &out);
    assert_non_null(strstr(text, "HTTP/1.1 200 OK\r\n"));
    assert_non_null(strstr(text, "\r\nContent-Type: text/plain; version=0.0.4\r\n"));
    assert_non_null(strstr(text, "\r\n\r\nleeway_connected 1\n"));
    buf_clear(&out);
    text = ask(h, "GET /other HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", &out);
    assert_non_null(strstr(text, "HTTP/1.1 404 "));
    buf_clear(&out);
    text = ask(h, "HEAD /metrics HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", &out);
    assert_non_null(strstr(text, "Content-Length: 19\r\n"));
    assert_null(strstr(text, "leeway_connected"));
    assert_int_equal(asked, 3);
    buf_clear(&out);
    text = ask(h, "DELETE /metrics HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", &out);
    assert_non_null(strstr(text, "HTTP/1.1 405 "));
    assert_non_null(strstr(text, "\r\nAllow: GET, HEAD\r\n"));
    assert_int_equal(asked, 3);
    buf_clear(&out);
    text = ask(h, "POST /metrics HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello", &out);
    assert_non_null(strstr(text, "HTTP/1.1 405 "));
    buf_done(&out);
    http_close(h);
}

static void an_address_has_its_form(void **state)
{
    (void)state;
    static const char *const wrong[] = {"",
                                        "9464",
                                        "127.0.0.1",
                                        "127.0.0.1:",
                                        "127.0.0.1:65536",
                                        "host:9464",
                                        "127.0.0.1:+1",
                                        "[::1:9464",
                                        "::1:9464",
                                        ":9464",
                                        "[]:1",
                                        "[",
                                        ":",
                                        "]:1"};
    struct http *h = NULL;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(http_open(wrong[i], page, NULL, &h), ST_INVALID);
    assert_null(h);
}

static void a_taken_port_is_told(void **state)
{
    (void)state;
    struct http *first = NULL, *second = NULL;
    char listen[32];
    assert_int_equal(http_open("127.0.0.1:0", page, NULL, &first), ST_OK);
    snprintf(listen, sizeof listen, "127.0.0.1:%u", http_port(first));
    assert_int_equal(http_open(listen, page, NULL, &second), ST_BUSY);
    http_close(first);
    assert_int_equal(http_open(listen, page, NULL, &second), ST_OK);
    http_close(second);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_page_is_served_and_others_are_not),
        cmocka_unit_test(an_address_has_its_form),
        cmocka_unit_test(a_taken_port_is_told),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
