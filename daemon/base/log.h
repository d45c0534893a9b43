/* SPDX-License-Identifier: ISC */
/* Lines for people on standard error, with the journal's priority prefix when it listens. The one module of base
 * that is not pure. */
#ifndef TALLYD_BASE_LOG_H
#define TALLYD_BASE_LOG_H

#include <stdint.h>

enum log_level { LOG_LEVEL_ERROR = 3, LOG_LEVEL_WARN = 4, LOG_LEVEL_INFO = 6, LOG_LEVEL_DEBUG = 7 };

/* Set once at start: lines above `level` are dropped; `journal` puts "<N>" before each line. */
void log_start(enum log_level level, int journal);

/* One line; control characters in it are written as \xNN. */
void log_line(enum log_level level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#define log_error(...) log_line(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warn(...) log_line(LOG_LEVEL_WARN, __VA_ARGS__)
#define log_info(...) log_line(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...) log_line(LOG_LEVEL_DEBUG, __VA_ARGS__)

/* At most one line an interval for one cause; the state lies in the caller's struct. Returns how many were
 * suppressed since the last one it let pass, or -1 when this one is to be dropped too. */
struct log_limit {
    int64_t next_ms;
    int64_t dropped;
};
int64_t log_limit(struct log_limit *l, int64_t now_ms, int64_t interval_ms);

#endif
