/* SPDX-License-Identifier: ISC */
/* Frames of a terminal as they were looked at (tests/frames; UPDATE_FRAMES=1 writes them anew), and
 * what holds for each. */
#ifndef TALLYD_TESTS_FRAME_H
#define TALLYD_TESTS_FRAME_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/base/text.h"

/* As it was looked at. */
static inline void frame_compare(const char *name, struct slice frame)
{
    char path[128], was[65536];
    snprintf(path, sizeof path, "tests/frames/%s.txt", name);
    if (getenv("UPDATE_FRAMES")) {
        FILE *f = fopen(path, "w");
        assert_non_null(f);
        fwrite(frame.ptr, 1, frame.len, f);
        fputc('\n', f);
        fclose(f);
        return;
    }
    FILE *f = fopen(path, "r");
    if (!f)
        fail_msg("no %s", path);
    size_t n = fread(was, 1, sizeof was, f);
    fclose(f);
    if (n != frame.len + 1 || memcmp(was, frame.ptr, frame.len) != 0)
        fail_msg("%s is another one now:\n%.*s", path, SLICE_FMT(frame));
}

/* Columns of a line, its SGR sequences aside; nothing else may be a control. */
static inline size_t frame_columns(struct slice line, bool utf8)
{
    size_t n = 0;
    for (size_t i = 0; i < line.len;) {
        unsigned char c = (unsigned char)line.ptr[i];
        size_t bytes = 1;
        if (c == 0x1b) {
            size_t end = i + 1;
            assert_true(end < line.len && line.ptr[end] == '[');
            while (++end < line.len && strchr("0123456789;", line.ptr[end]))
                ;
            assert_true(end < line.len && line.ptr[end] == 'm');
            i = end + 1;
            continue;
        }
        assert_true(c >= 0x20 && c != 0x7f);
        while (i + bytes < line.len && ((unsigned char)line.ptr[i + bytes] & 0xc0) == 0x80)
            bytes++;
        assert_true(utf8 || c < 0x80);
        assert_false(c == 0xc2 && (unsigned char)line.ptr[i + 1] < 0xa0);
        n += bytes > 1 ? text_width(slice_sub(line, i, i + bytes)) : 1;
        i += bytes;
    }
    return n;
}

/* So many lines of so many columns. */
static inline void frame_fits(struct slice frame, size_t cols, size_t rows, bool utf8)
{
    size_t lines = 0;
    for (bool more = true; more; lines++) {
        size_t end = slice_find(frame, SLICE("\r\n"));
        more = end != SIZE_MAX;
        size_t width = frame_columns(slice_sub(frame, 0, more ? end : frame.len), utf8);
        if (width != cols)
            fail_msg("line %zu is %zu of %zu columns", lines, width, cols);
        frame = more ? slice_sub(frame, end + 2, frame.len) : frame;
    }
    assert_int_equal(lines, rows);
}

#endif
