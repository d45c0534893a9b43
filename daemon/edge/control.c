/* SPDX-License-Identifier: ISC */
/* The control socket on libevent's bufferevents. */
#include "daemon/edge/control.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>

#define REQUEST_MAX (2 << 20) /* a file of calls */
#define BODY_MAX (64 << 20)
#define UNREAD_MAX (1 << 20)
#define ARGS_MAX 64
#define CLIENTS_MAX 64
#define ASK_SECONDS 10 /* from connecting to the end of the request */

struct control_client {
    struct control *control;
    struct bufferevent *stream;
    struct event *late; /* until it has asked */
    uint32_t uid;
    uint64_t ticket;
    bool kept;
    bool waiting; /* its answer comes later */
    bool closing; /* answered: goes when its output is written */
    struct control_client *next;
};

struct control {
    struct event_base *base;
    struct evconnlistener *listener;
    control_handler *handler;
    void *ctx;
    char *path;
    struct control_client *clients;
    size_t client_count;
    uint64_t tickets;
};

static void client_free(struct control_client *client)
{
    struct control_client **at = &client->control->clients;
    while (*at != client)
        at = &(*at)->next;
    *at = client->next;
    client->control->client_count--;
    bufferevent_free(client->stream);
    event_free(client->late);
    free(client);
}

static void send_piece(struct control_client *client, int code, struct slice body)
{
    struct evbuffer *out = bufferevent_get_output(client->stream);
    evbuffer_add_printf(out, "%d %zu\n", code, body.len);
    evbuffer_add(out, body.ptr, body.len);
}

static void name_login(uint32_t uid, char *out, size_t room)
{
    const struct passwd *p = getpwuid(uid);
    if (p)
        snprintf(out, room, "%s", p->pw_name);
    else
        snprintf(out, room, "uid %lu", (unsigned long)uid);
}

static void serve(struct control_client *client, struct slice line)
{
    struct slice words[ARGS_MAX], word;
    char login[64];
    size_t n = 0;
    struct buf body;
    name_login(client->uid, login, sizeof login);
    while (n < ARGS_MAX && slice_next(&line, '\x1f', &word))
        words[n++] = word;
    buf_init(&body, BODY_MAX);
    int code = ERR_USAGE;
    if (slice_next(&line, '\x1f', &word)) { /* without its last words it would say another thing */
        buf_addf(&body, "more than %d words: nothing is done; say it in fewer\n", ARGS_MAX);
    } else if (n > 0) {
        struct control_request request = {.verb = words[0],
                                          .args = words + 1,
                                          .arg_count = n - 1,
                                          .uid = client->uid,
                                          .login = slice_of(login),
                                          .client = client,
                                          .ticket = client->ticket};
        code = client->control->handler(&request, &body, client->control->ctx);
    }
    if (body.failed) {
        buf_clear(&body);
        buf_addz(&body, "the answer is larger than 64 MB; narrow it with a filter\n");
        code = ERR_BUG;
    }
    client->waiting = code == CONTROL_LATER;
    if (!client->waiting)
        send_piece(client, code, buf_slice(&body));
    buf_done(&body);
}

void control_answer(struct control *c, uint64_t ticket, int code, struct slice body)
{
    for (struct control_client *client = c->clients; client; client = client->next)
        if (client->ticket == ticket && client->waiting) {
            client->waiting = false;
            client->closing = true;
            send_piece(client, code, body);
            return;
        }
}

static void on_read(struct bufferevent *stream, void *ctx)
{
    struct control_client *client = ctx;
    struct evbuffer *in = bufferevent_get_input(stream);
    size_t length;
    if (client->closing || client->kept || client->waiting) {
        evbuffer_drain(in, evbuffer_get_length(in));
        return;
    }
    char *line = evbuffer_readln(in, &length, EVBUFFER_EOL_LF);
    if (!line) {
        if (evbuffer_get_length(in) > REQUEST_MAX)
            client_free(client);
        return;
    }
    event_del(client->late);
    serve(client, (struct slice){line, length});
    free(line);
    client->closing = !client->kept && !client->waiting;
}

static void on_written(struct bufferevent *stream, void *ctx)
{
    struct control_client *client = ctx;
    (void)stream;
    if (client->closing)
        client_free(client);
}

/* Who has nothing more to say may still listen: its answer comes, and finds out whether it does. */
static void on_event(struct bufferevent *stream, short what, void *ctx)
{
    struct control_client *client = ctx;
    (void)stream;
    if (what & (BEV_EVENT_ERROR | BEV_EVENT_TIMEOUT) ||
        (what & BEV_EVENT_EOF && !client->waiting && !client->closing))
        client_free(client);
}

static void on_late(evutil_socket_t fd, short what, void *ctx)
{
    (void)fd, (void)what;
    client_free(ctx);
}

/* Who only listens makes room for who has something to say, the longest there first. */
static bool make_room(struct control *c)
{
    struct control_client *listener = NULL;
    for (struct control_client *client = c->clients; client; client = client->next)
        if (client->kept)
            listener = client; /* the newest are in front */
    if (c->client_count >= CLIENTS_MAX && listener)
        client_free(listener);
    return c->client_count < CLIENTS_MAX;
}

static void on_accept(struct evconnlistener *listener, evutil_socket_t fd, struct sockaddr *address,
                      int length, void *ctx)
{
    struct control *c = ctx;
    struct ucred who = {.uid = UINT32_MAX};
    socklen_t size = sizeof who;
    (void)listener, (void)address, (void)length;
    struct control_client *client = calloc(1, sizeof *client);
    if (!client || !make_room(c) || getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &size) != 0 ||
        !(client->late = evtimer_new(c->base, on_late, client)) ||
        !(client->stream = bufferevent_socket_new(c->base, fd, BEV_OPT_CLOSE_ON_FREE))) {
        if (client && client->late)
            event_free(client->late);
        free(client);
        close(fd);
        return;
    }
    client->control = c;
    client->uid = who.uid;
    client->ticket = ++c->tickets;
    client->next = c->clients;
    c->clients = client;
    c->client_count++;
    bufferevent_setcb(client->stream, on_read, on_written, on_event, client);
    bufferevent_enable(client->stream, EV_READ | EV_WRITE);
    evtimer_add(client->late, &(struct timeval){.tv_sec = ASK_SECONDS});
}

/* A socket file nobody listens on is a leftover; one that answers is another daemon. */
static bool clear_leftover(const struct sockaddr_un *address, struct err *e)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return err_errno(e, ERR_BUG, "control socket");
    int r = connect(fd, (const struct sockaddr *)address, sizeof *address);
    close(fd);
    if (r == 0)
        return err_set(e, ERR_CONFIG,
                       "[control] socket = %s: another tallyd answers there; stop it, or give this "
                       "one a socket of its own",
                       address->sun_path);
    if (errno == ECONNREFUSED)
        unlink(address->sun_path);
    return true;
}

static bool give_group(const char *path, const char *group, struct err *e)
{
    if (!group || !group[0])
        return true;
    struct group *g = getgrnam(group);
    if (!g)
        return err_set(e, ERR_CONFIG, "[control] group = %s: no such group on this machine", group);
    if (chown(path, (uid_t)-1, g->gr_gid) != 0)
        return err_errno(e, ERR_CONFIG, "[control] group = %s: cannot give it %s", group, path);
    return true;
}

bool control_new(struct event_base *base, const char *path, const char *group,
                 control_handler *handler, void *ctx, struct control **out, struct err *e)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t length = strlen(path);
    if (length >= sizeof address.sun_path)
        return err_set(e, ERR_CONFIG, "[control] socket = %s: longer than %zu bytes", path,
                       sizeof address.sun_path - 1);
    memcpy(address.sun_path, path, length);
    if (!clear_leftover(&address, e))
        return false;
    struct control *c = calloc(1, sizeof *c);
    if (!c || !(c->path = strdup(path))) {
        free(c);
        return err_set(e, ERR_BUG, "control: out of memory");
    }
    c->base = base;
    c->handler = handler;
    c->ctx = ctx;
    mode_t before = umask(0117); /* rw for owner and group only */
    c->listener =
        evconnlistener_new_bind(base, on_accept, c, LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC,
                                16, (struct sockaddr *)&address, sizeof address);
    umask(before);
    if (!c->listener) {
        if (errno == ENOENT)
            err_set(
                e, ERR_CONFIG,
                "[control] socket = %s: its directory is not there; make the directory, or name "
                "another place",
                path);
        else
            err_errno(e, ERR_CONFIG, "[control] socket = %s: cannot listen there", path);
        free(c->path);
        free(c);
        return false;
    }
    if (!give_group(path, group, e)) {
        control_free(c);
        return false;
    }
    *out = c;
    return true;
}

void control_free(struct control *c)
{
    if (!c)
        return;
    while (c->clients)
        client_free(c->clients);
    evconnlistener_free(c->listener);
    unlink(c->path);
    free(c->path);
    free(c);
}

void control_keep(struct control_client *client)
{
    client->kept = true;
}

void control_tell(struct control *c, struct slice piece)
{
    struct control_client *next;
    for (struct control_client *client = c->clients; client; client = next) {
        next = client->next;
        if (!client->kept)
            continue;
        if (evbuffer_get_length(bufferevent_get_output(client->stream)) > UNREAD_MAX)
            client_free(client);
        else
            send_piece(client, 0, piece);
    }
}
