/* SPDX-License-Identifier: ISC */
/* sd_notify by hand: one datagram to the socket the environment names. */
#include "daemon/edge/notify.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "daemon/base/num.h"

void notify_send(const char *state)
{
    const char *path = getenv("NOTIFY_SOCKET");
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (!path || (path[0] != '/' && path[0] != '@') || strlen(path) >= sizeof address.sun_path)
        return;
    memcpy(address.sun_path, path, strlen(path));
    socklen_t length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path));
    if (path[0] == '@')
        address.sun_path[0] = '\0';
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return;
    sendto(fd, state, strlen(state), MSG_NOSIGNAL, (struct sockaddr *)&address, length);
    close(fd);
}

int64_t notify_watchdog_ms(void)
{
    int64_t microseconds, pid;
    if (!num_parse(slice_of(getenv("WATCHDOG_USEC")), 1, INT64_MAX, &microseconds))
        return 0;
    if (num_parse(slice_of(getenv("WATCHDOG_PID")), 1, INT64_MAX, &pid) && pid != getpid())
        return 0;
    return microseconds / 2000;
}
