/* SPDX-License-Identifier: ISC */
/* Lines for people on standard error, with the journal's priority prefix when it listens. The one
 * module of base that is not pure. */
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

#endif
