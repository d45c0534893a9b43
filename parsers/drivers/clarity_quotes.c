/* SPDX-License-Identifier: ISC */
/* Quotes within names of summary.csv. Clarity puts each text in quotes and does not double those
 * that are in it: some sites write them doubled into the names themselves, at others the file has
 * "William "Bill" Smith, Jr.". Where a line is not in order and is with such quotes doubled, by the
 * header's number of fields, it is read so. */
#include <string.h>

#include "parsers/drivers/clarity.h"

static bool is_quote(struct slice line, size_t at)
{
    return at < line.len && line.ptr[at] == '"';
}

/* The fields of a line whose quotes are in order; 0: they are not. */
static size_t fields_of(struct slice line)
{
    size_t n = 0;
    for (size_t at = 0;; at++) {
        bool quoted = is_quote(line, at);
        for (at += quoted; at < line.len && line.ptr[at] != (quoted ? '"' : ','); at++)
            ;
        while (quoted && is_quote(line, at) && is_quote(line, at + 1))
            for (at += 2; at < line.len && line.ptr[at] != '"'; at++)
                ;
        if (quoted && (at == line.len || (++at < line.len && line.ptr[at] != ',')))
            return 0;
        n++;
        if (at == line.len)
            return n;
    }
}

/* Does the quote there close its field? Behind it the line ends, or a comma and a field begin: in a
 * name a comma has a blank or a letter behind it. */
static bool closes(struct slice line, size_t at)
{
    struct slice behind = slice_sub(line, at + 1, line.len);
    char next = behind.len > 1 ? behind.ptr[1] : ',';
    return behind.len == 0 || (behind.ptr[0] == ',' && (next == '"' || next == ',' || next == '-' ||
                                                        (next >= '0' && next <= '9')));
}

/* The line into `out`, the quotes within its fields doubled; its fields, 0: it cannot be so. */
static size_t mend(struct slice line, char *out, size_t *len)
{
    size_t n = 0;
    *len = 0;
    for (size_t at = 0; at <= line.len; at++) {
        bool quoted = is_quote(line, at);
        if (quoted)
            out[(*len)++] = line.ptr[at++];
        for (; at < line.len &&
               (quoted ? !(is_quote(line, at) && closes(line, at)) : line.ptr[at] != ',');
             at++) {
            if (quoted && line.ptr[at] == '"')
                out[(*len)++] = '"';
            out[(*len)++] = line.ptr[at];
        }
        if (quoted && at == line.len)
            return 0;
        if (quoted)
            out[(*len)++] = line.ptr[at++];
        if (at < line.len)
            out[(*len)++] = line.ptr[at];
        n++;
    }
    return n;
}

bool clarity_quotes(struct arena *a, struct slice *all, struct fault *f)
{
    struct slice rest = *all, line, end;
    size_t width = 0, len, mended;
    char *out = NULL;
    for (len = 0; slice_next(&rest, '\n', &line);) {
        struct slice text = slice_ends(line, SLICE("\r")) ? slice_sub(line, 0, line.len - 1) : line;
        size_t n = fields_of(text);
        width = width > 0 ? width : n;
        if (n != width && out == NULL) { /* the first that is not in order */
            len = (size_t)(line.ptr - all->ptr);
            out = arena_room(a, 2 * all->len + 1);
            if (out == NULL)
                return fault_set(f, WIRE_LIMIT, "no memory for the lines");
            memcpy(out, all->ptr, len);
        }
        if (out == NULL)
            continue;
        if (n == width || mend(text, out + len, &mended) != width) {
            memcpy(out + len, text.ptr, text.len);
            mended = text.len;
        }
        len += mended;
        end = (struct slice){text.ptr + text.len,
                             (size_t)(line.ptr + line.len - text.ptr) - text.len};
        end.len += line.ptr + line.len < all->ptr + all->len; /* the line's own end */
        memcpy(out + len, end.ptr, end.len);
        len += end.len;
    }
    if (out != NULL)
        *all = (struct slice){out, len};
    return true;
}
