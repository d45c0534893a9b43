/* SPDX-License-Identifier: ISC */
/* Addresses of feeds and the networks they may lie in: taken apart and judged as text, nothing is
 * looked up. */
#ifndef TALLYD_CONFIG_URL_H
#define TALLYD_CONFIG_URL_H

#include <stdbool.h>

#include "daemon/base/slice.h"

struct config_list;

struct url {
    bool https;
    struct slice host; /* without the brackets of an IPv6 literal */
    struct slice rest; /* from the first '/' or '?' behind the host; may be empty */
};

/* Take apart an http or https address; braces of placeholders are allowed. NULL when it is one,
 * else what is wrong. */
const char *url_parse(struct slice text, struct url *out) __attribute__((warn_unused_result));

/* A user or password before the host, or a query key such as apiKey= whose value is written out.
 * Works on any text. */
bool url_shows_secret(struct slice text);

/* "ADDRESS/BITS" of a network that is not on the public internet. NULL when it is one, else what it
 * must be. */
const char *network_check(struct slice text);

/* Is the host an address literal inside one of the networks? "localhost" counts as 127.0.0.1. */
bool networks_hold(const struct config_list *networks, struct slice host);

#endif
