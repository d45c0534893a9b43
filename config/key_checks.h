/* SPDX-License-Identifier: ISC */
/* What one value must look like, for the table of keys: NULL when it does, else the end of "KEY
 * must be ...". */
#ifndef TALLYD_CONFIG_KEY_CHECKS_H
#define TALLYD_CONFIG_KEY_CHECKS_H

#include "daemon/base/slice.h"

const char *check_text(struct slice v); /* for people: clean UTF-8 */
const char *check_name(struct slice v); /* of a credential, group, character set, source */
const char *check_date(struct slice v); /* YYYY-MM-DD */
const char *
check_zone(struct slice v); /* shaped like an IANA name; whether it exists is the edge's to say */
const char *check_polls(struct slice v);        /* HH:MM [ZONE] */
const char *check_state(struct slice v);        /* USPS code */
const char *check_authority(struct slice v);    /* desk, ap, ddhq, official */
const char *check_header_value(struct slice v); /* visible ASCII and blanks */
const char *check_header_name(struct slice v);  /* a token of RFC 9110 */
const char *check_proxy(struct slice v);        /* http://HOST:PORT */
const char *check_redis_url(struct slice v);
const char *check_sentinel(struct slice v); /* host, host:port */
const char *check_prefix(struct slice v);
const char *check_listen(struct slice v); /* ADDRESS:PORT */
const char *check_origin(struct slice v);

#endif
