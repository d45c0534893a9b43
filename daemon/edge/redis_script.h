/* SPDX-License-Identifier: ISC */
/* The one Lua script that writes to Redis: text, and the numbers of its keys and verbs. */
#ifndef TALLYD_EDGE_REDIS_SCRIPT_H
#define TALLYD_EDGE_REDIS_SCRIPT_H

/* KEYS of every call, behind the prefix, in the script's order. The staging keys end with the
 * owner. */
enum { REDIS_SCRIPT_KEYS = 18, REDIS_SCRIPT_STAGED = 10 };
extern const char *const redis_script_keys[REDIS_SCRIPT_KEYS];

extern const char redis_script[];

#endif
