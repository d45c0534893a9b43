/* SPDX-License-Identifier: ISC */
/* What tallyd and the warmed tally-parse say to each other.
 *
 * Two kinds of SOCK_SEQPACKET sockets; each message is one fixed struct, perhaps with descriptors
 * (SCM_RIGHTS).
 *
 * The nursery socket joins tallyd and the warmed parent: tallyd sends WIRE_SPAWN; the parent forks
 * a spare that has never seen a payload and answers WIRE_BORN with two descriptors: the spare's job
 * socket and its pidfd. The parent reaps, and tells how each spare ended: WIRE_GONE.
 *
 * The job socket joins tallyd and one spare, for one payload:
 *   tallyd -> spare  WIRE_JOB, with descriptors: payload (re-opened read-only), batch (empty
 * memfd), companions...; then `options` bytes of "key=value\n" lines in a second message. tallyd ->
 * spare  WIRE_MORE: the payload now holds `length` bytes; `end` when these are all. spare -> tallyd
 * WIRE_PIECE: the batch memfd holds `length` bytes, the last of them a piece of the batch
 *                    (results.h) that begins with the next page; any number of them, while the
 *                    payload is still on its way. tallyd copies it.
 * WIRE_DONE: the batch memfd holds `length` bytes, behind the pieces the last one, or a whole
 * batch, and the payload was read to its end; or WIRE_FAILED: *kind and text, at any time. Then the
 * spare hangs up and exits: tallyd judges an answer when it sees the end of the socket, so that two
 * answers are never taken for one. Anything else, in any other order, is misuse: tallyd kills the
 * spare. The socket is all that says whose answer it is: a spare holds no other.
 */
#ifndef TALLYD_PARSERS_WIRE_H
#define TALLYD_PARSERS_WIRE_H

#include <stdint.h>

#define WIRE_COMPANIONS_MAX 8
#define WIRE_OPTIONS_MAX 65536
#define WIRE_PAGE 4096  /* where a piece of a batch may begin */
#define WIRE_PADDING 64 /* zero bytes behind a payload, always mapped */

enum wire_type {
    WIRE_SPAWN = 1,
    WIRE_BORN,
    WIRE_JOB,
    WIRE_MORE,
    WIRE_DONE,
    WIRE_FAILED,
    WIRE_GONE,
    WIRE_PIECE
};

/* Why a payload gave no batch. The order is part of nothing; tables name them. */
enum wire_failure {
    WIRE_OK,
    WIRE_BLOCKED,   /* a page for people (HTML, a waiting room) where data was expected */
    WIRE_TRUNCATED, /* the payload ends before its own end */
    WIRE_SYNTAX,    /* not well-formed */
    WIRE_SCHEMA,    /* well-formed, not this format */
    WIRE_LIMIT,     /* a cap of ours: depth, memory, output */
    WIRE_INTERNAL,  /* the worker's own fault */
    /* found by tallyd, never said by a worker: */
    WIRE_CRASHED,
    WIRE_OVERRAN, /* its time */
    WIRE_MISUSE,
    WIRE_FAILURES
};

struct wire_message { /* fields a type does not use are zero */
    uint32_t type;
    uint32_t failure;    /* FAILED: enum wire_failure */
    uint64_t length;     /* JOB, MORE: bytes in the payload; PIECE, DONE: in the batch's memfd */
    uint64_t most;       /* JOB: the payload will never hold more */
    uint32_t end;        /* JOB, MORE: 1 when `length` is all there will be */
    uint32_t companions; /* JOB */
    uint32_t options;    /* JOB: bytes of the options message; 0: none follows */
    uint32_t pid;        /* BORN, GONE */
    int32_t status;      /* GONE: as waitpid has it */
    uint32_t reserved;
    uint64_t companion[WIRE_COMPANIONS_MAX]; /* JOB: bytes of each */
    char format[32];                         /* JOB: NUL-ended */
    char text[880];                          /* FAILED: NUL-ended UTF-8 */
};

#endif
