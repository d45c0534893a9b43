/* SPDX-License-Identifier: ISC */
/* A static copy of what HTTP shows, for a server that knows nothing but files: which resources are
 * in it, the name of each one's file, and pages whose links are those names. */
#ifndef TALLYD_CORE_SITE_H
#define TALLYD_CORE_SITE_H

#include "daemon/base/buf.h"
#include "daemon/core/model.h"

/* The stands by which people choose races, as the filter status: has them; ended by value NULL. */
extern const struct site_status {
    const char *value, *label;
} site_statuses[];

/* The file of an address: "/" is index.html, "/v1/races.csv?state=GA" v1/races.state-GA.csv; a
 * fragment stays. */
void site_file(struct slice address, struct buf *out);

/* "FILE<tab>ADDRESS<newline>" for each resource of a copy; an address of a page for people asks for
 * its copy (copy=1). What is asked with words of one's own (search, since=, at=), what is live
 * (events) and what is of the daemon (metrics) are in none. False: memory. */
bool site_list(const struct model *m, struct arena *scratch, struct buf *out) MUST_USE;

/* A page of ours with each ="/ADDRESS" as the name of its file. What feeds and lists say is escaped
 * in it, and has no quotes. */
void site_page(struct slice page, struct buf *out);

#endif
