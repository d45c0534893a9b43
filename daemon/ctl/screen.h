/* SPDX-License-Identifier: ISC */
/* The terminal in its raw state: whole frames out, keys in, and back to what it was at any end of
 * the process that leaves it a chance. */
#ifndef TALLYD_CTL_SCREEN_H
#define TALLYD_CTL_SCREEN_H

#include <stdint.h>

#include "daemon/base/buf.h"

enum screen_key {
    KEY_NONE, /* time is over */
    KEY_RESIZED,
    KEY_ENDED, /* the terminal is gone, or a signal asks to stop */
    KEY_ENTER,
    KEY_ESCAPE,
    KEY_BACKSPACE,
    KEY_TAB,
    KEY_UP,
    KEY_DOWN,
    KEY_PAGE_UP,
    KEY_PAGE_DOWN,
    KEY_LETTER, /* a printable character of ASCII */
    KEY_OTHER,
};

bool screen_open(void); /* false: no terminal */
void screen_close(void);
void screen_size(size_t *cols, size_t *rows);
/* One frame: as many lines as there are rows. */
void screen_show(struct slice frame);
/* The next key, within so many milliseconds. */
enum screen_key screen_key(int timeout_ms, char *letter);
void screen_forget(void); /* keys that were typed until now */
bool screen_utf8(void);   /* by the locale's names in the environment */

#endif
