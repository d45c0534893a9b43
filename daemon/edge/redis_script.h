/* SPDX-License-Identifier: ISC */
/* The one Lua script that writes to Redis: text, and the numbers of its keys and verbs. */
#ifndef TALLYD_EDGE_REDIS_SCRIPT_H
#define TALLYD_EDGE_REDIS_SCRIPT_H

#include <stdint.h>

/* KEYS of every call, behind the prefix, in the script's order. The staging keys end with the
 * owner. */
enum { REDIS_SCRIPT_KEYS = 18, REDIS_SCRIPT_STAGED = 10 };
extern const char *const redis_script_keys[REDIS_SCRIPT_KEYS];

extern const char redis_script[];

/* Numbers of epochs and messages, as text that anybody may have written: what is none is read as
 * if it were not there, in C as in the scripts, so that it is replaced. */
#define REDIS_NUMBER_MAX INT64_C(999999999999999) /* whole as a number of Lua */
#define REDIS_LUA_WHOLE                                                                            \
    "local function whole(text)\n"                                                                 \
    "    return text and #text < 16 and string.find(text, '^%d+$') and tonumber(text) or nil\n"    \
    "end\n"

#endif
