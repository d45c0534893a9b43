/* SPDX-License-Identifier: ISC */
/* A TLS site that takes as little of the machine as it can, on many ports of the loopback.
 *
 * usage: bench_tls_site CERTIFICATES KEY PORTS WAIT_MS
 *     Prints a line, the ports. Each takes two connections at a time and answers each request on
 *     them; before its hello and before each answer it waits WAIT_MS. Runs until it is killed.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <openssl/ssl.h>

#include "daemon/base/num.h"

enum { AT_A_TIME = 2 };

static SSL_CTX *context;
static int64_t wait_ms;

static void pause_a_while(void)
{
    if (wait_ms > 0)
        usleep((useconds_t)wait_ms * 1000);
}

/* A request is a GET, in one record. */
static void answer(SSL *tls)
{
    static const char ok[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    char request[4096];
    pause_a_while();
    if (SSL_accept(tls) != 1)
        return;
    while (SSL_read(tls, request, sizeof request) > 0) {
        pause_a_while();
        if (SSL_write(tls, ok, sizeof ok - 1) <= 0)
            return;
    }
}

static _Noreturn void *serve(void *ctx)
{
    static const int on = 1;
    for (;;) {
        int fd = accept((int)(intptr_t)ctx, NULL, NULL);
        /* as sites have it; else an answer behind session tickets waits 40 ms for their receipt */
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        SSL *tls = fd >= 0 ? SSL_new(context) : NULL;
        if (tls != NULL && SSL_set_fd(tls, fd) == 1)
            answer(tls);
        SSL_free(tls);
        if (fd >= 0)
            close(fd);
    }
}

/* Its port, or 0. */
static int open_one(void)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof at;
    pthread_t thread;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&at, size) != 0 || listen(fd, AT_A_TIME) != 0 ||
        getsockname(fd, (struct sockaddr *)&at, &size) != 0)
        return 0;
    for (int i = 0; i < AT_A_TIME; i++)
        if (pthread_create(&thread, NULL, serve, (void *)(intptr_t)fd) != 0)
            return 0;
    return ntohs(at.sin_port);
}

int main(int argc, char **argv)
{
    int64_t ports = 0;
    if (argc != 5 || !num_parse(slice_of(argv[3]), 1, 1000, &ports) ||
        !num_parse(slice_of(argv[4]), 0, 1000, &wait_ms))
        return 64;
    signal(SIGPIPE, SIG_IGN);
    context = SSL_CTX_new(TLS_server_method());
    if (context == NULL || SSL_CTX_use_certificate_chain_file(context, argv[1]) != 1 ||
        SSL_CTX_use_PrivateKey_file(context, argv[2], SSL_FILETYPE_PEM) != 1)
        return 1;
    for (int64_t i = 0; i < ports; i++) {
        int port = open_one();
        if (port == 0)
            return 1;
        printf("%d ", port);
    }
    printf("\n");
    fflush(stdout);
    for (;;)
        pause();
}
