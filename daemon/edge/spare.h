/* SPDX-License-Identifier: ISC */
/* tallyd's end of one spare (parsers/wire.h): hands it a job, hears its answer, believes nothing.
 */
#ifndef TALLYD_EDGE_SPARE_H
#define TALLYD_EDGE_SPARE_H

#include <stdint.h>

#include "daemon/base/err.h"
#include "parsers/wire.h"

struct work;

struct spare {
    int fd, pidfd; /* -1: none */
    uint32_t pid;
    int batch;       /* the memfd it writes to */
    uint64_t told;   /* bytes of the payload it knows of */
    bool told_end;   /* and that these are all */
    uint64_t pieces; /* bytes of the batch that were taken */
    bool answered;
    struct wire_message answer; /* the last message */
};

void spare_init(struct spare *s, int fd, int pidfd, uint32_t pid); /* takes the descriptors */

/* Kill the process, whatever it does, and close everything. */
void spare_done(struct spare *s);

/* Send the job. On failure: ERR_AGAIN when it is the spare that cannot be reached and another may
 * do; any other kind lies in the work or in ourselves. */
bool spare_give(struct spare *s, const struct work *work, struct err *e) MUST_USE;

/* Tell how far the payload has come. False when its queue is full: try again when the socket is
 * writable. A dead spare is no failure here: spare_listen tells. */
bool spare_tell(struct spare *s, const struct work *work);

/* Take in what it says. */
enum spare_news {
    SPARE_SILENT,   /* nothing yet that counts */
    SPARE_PIECE,    /* a piece of the batch is there: spare_take_piece, then listen again */
    SPARE_ANSWERED, /* and hung up: spare_judge */
    SPARE_DIED,     /* hung up without an answer */
    SPARE_MISUSED,  /* said what it may not */
};
enum spare_news spare_listen(struct spare *s);

/* False when it is wrong: the work failed then. */
bool spare_take_piece(struct spare *s, struct work *work) MUST_USE;

/* Fill the work's results from the answer. */
void spare_judge(const struct spare *s, struct work *work);

#endif
