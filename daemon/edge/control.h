/* SPDX-License-Identifier: ISC */
/* The control socket: one request a line, one answer, for tallyctl. A Unix stream socket; who asks
 * is known by its credentials.
 *
 * Request: the verb and its arguments, separated by 0x1f, ended by '\n'. Answer: "EXITCODE
 * LENGTH\n" and LENGTH bytes of body; a watch goes on sending such pieces until either side closes.
 * A client that has not asked within 10 s is dropped; one that asked may close its sending side,
 * and waits as long as the answer takes.
 */
#ifndef TALLYD_EDGE_CONTROL_H
#define TALLYD_EDGE_CONTROL_H

#include <stdint.h>

#include "daemon/base/buf.h"
#include "daemon/base/err.h"

struct event_base;
struct control;
struct control_client;

struct control_request {
    struct slice verb;
    const struct slice *args;
    size_t arg_count;
    uint32_t uid;
    struct slice login;            /* of the uid; "uid 1000" where it has no name */
    struct control_client *client; /* for control_keep */
    uint64_t ticket;               /* for control_answer */
};

/* Answer a request: fill the body, return the exit code; or CONTROL_LATER: control_answer comes,
 * when what it says is true. */
#define CONTROL_LATER (-1)
typedef int control_handler(const struct control_request *r, struct buf *body, void *ctx);

bool control_new(struct event_base *base, const char *path, const char *group,
                 control_handler *handler, void *ctx, struct control **out, struct err *e) MUST_USE;
void control_free(struct control *c); /* unlinks the socket; accepts NULL */

/* The answer to a request that had to wait; nobody's, when the client is gone. */
void control_answer(struct control *c, uint64_t ticket, int code, struct slice body);

/* Called in a handler: this client stays and hears every control_tell until it goes. */
void control_keep(struct control_client *client);
/* One more piece to every client that was kept; a client that does not read is dropped at 1 MiB. */
void control_tell(struct control *c, struct slice piece);

#endif
