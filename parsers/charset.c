/* SPDX-License-Identifier: ISC */
/* Character sets by iconv. */
#include "parsers/charset.h"

#include <errno.h>
#include <iconv.h>
#include <stdint.h>
#include <string.h>

struct charset {
    const char *name;  /* as options write it */
    const char *iconv; /* as iconv calls it; NULL: the bytes are UTF-8 already */
    size_t unit;       /* bytes to skip over what is not a character */
    int slot;          /* of its converter */
};

#define CHARSETS 6

static const struct charset charsets[] = {
    {"utf-8", NULL, 1, -1},
    {"utf8", NULL, 1, -1},
    {"us-ascii", NULL, 1, -1},
    {"ascii", NULL, 1, -1},
    {"utf-16le", "UTF-16LE", 2, 0},
    {"utf-16", "UTF-16LE", 2, 0}, /* a BOM has been looked at before */
    {"utf-16be", "UTF-16BE", 2, 1},
    {"windows-1252", "CP1252", 1, 2},
    {"cp1252", "CP1252", 1, 2},
    {"iso-8859-1", "ISO-8859-1", 1, 3},
    {"latin1", "ISO-8859-1", 1, 3},
    {"iso-8859-15", "ISO-8859-15", 1, 4},
    {"cp437", "CP437", 1, 5},
    {"ibm437", "CP437", 1, 5},
};

/* Set once by charset_init and constant from then on: descriptors cannot be opened later. */
static iconv_t converters[CHARSETS];
static bool ready;

bool charset_init(struct err *e)
{
    if (ready)
        return true;
    for (size_t i = 0; i < sizeof charsets / sizeof charsets[0]; i++) {
        const struct charset *c = &charsets[i];
        if (c->slot < 0 || converters[c->slot])
            continue;
        iconv_t cd = iconv_open("UTF-8", c->iconv);
        if (cd == (iconv_t)-1)
            return err_errno(e, ERR_BUG, "the converter for %s cannot be opened", c->name);
        converters[c->slot] = cd;
    }
    ready = true;
    return true;
}

const struct charset *charset_find(struct slice name)
{
    for (size_t i = 0; i < sizeof charsets / sizeof charsets[0]; i++) {
        if (slice_eq_nocase(name, slice_of(charsets[i].name)))
            return &charsets[i];
    }
    return NULL;
}

bool charset_is_utf8(const struct charset *c)
{
    return !c->iconv;
}

const char *charset_names(void)
{
    return "utf-8, utf-16le, utf-16be, windows-1252, iso-8859-1, iso-8859-15, cp437";
}

/* Characters that are the same in every charset of single bytes, as nearly all are: moved past. */
static bool copy_ascii(struct slice *in, char **into, size_t *room)
{
    size_t most = in->len < *room ? in->len : *room, n = 0;
    for (uint64_t word; n + sizeof word <= most; n += sizeof word) {
        memcpy(&word, in->ptr + n, sizeof word);
        if (word & UINT64_C(0x8080808080808080))
            break;
    }
    while (n < most && (unsigned char)in->ptr[n] < 0x80)
        n++;
    if (n)
        memcpy(*into, in->ptr, n);
    *in = slice_sub(*in, n, in->len);
    *into += n;
    *room -= n;
    return n > 0;
}

/* How much stands behind the characters that need converting, where plain ones follow that do not.
 */
static size_t behind_strange(const struct charset *c, struct slice in)
{
    size_t n = 0;
    while (n < in.len && (unsigned char)in.ptr[n] >= 0x80)
        n++;
    return c->unit == 1 ? in.len - n : 0;
}

bool charset_convert(const struct charset *c, struct slice *in, char **into, size_t *room)
{
    static const char replacement[] = "\xef\xbf\xbd";
    if (!ready || c->slot < 0)
        return false;
    if (c->unit == 1 && copy_ascii(in, into, room))
        return true;
    size_t later = behind_strange(c, *in);
    in->len -= later;
    char *from = (char *)in->ptr; /* iconv's prototype lacks a const */
    size_t before = in->len;
    size_t rc = iconv(converters[c->slot], &from, &in->len, into, room);
    in->ptr = from;
    if (rc == (size_t)-1 && errno == EILSEQ && in->len >= c->unit && *room >= 3) {
        for (int i = 0; i < 3; i++)
            *(*into)++ = replacement[i];
        *room -= 3;
        in->ptr += c->unit;
        in->len -= c->unit;
    }
    bool moved = in->len != before;
    in->len += later;
    return moved;
}
