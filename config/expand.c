/* SPDX-License-Identifier: ISC */
/* Placeholders in addresses and headers, and the credentials they name. */
#include "config/expand.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/key_checks.h"
#include "daemon/base/text.h"
#include "daemon/base/when.h"

enum { CREDENTIAL_MAX = 4096 };

static const char *const month_names[] = {"January",   "February", "March",    "April",
                                          "May",       "June",     "July",     "August",
                                          "September", "October",  "November", "December"};

/* One %-letter of {date:...}, `bare` without a leading zero. False: there is no such letter. */
static bool add_part(char letter, bool bare, const struct civil *day, struct buf *out)
{
    const char *month = month_names[day->month - 1];

    if (letter == 'm')
        return buf_addf(out, bare ? "%d" : "%02d", day->month), true;
    if (letter == 'd')
        return buf_addf(out, bare ? "%d" : "%02d", day->day), true;
    if (bare)
        return false;
    if (letter == 'Y')
        return buf_addf(out, "%04d", day->year), true;
    if (letter == 'y')
        return buf_addf(out, "%02d", day->year % 100), true;
    if (letter == 'b')
        return buf_addf(out, "%.3s", month), true;
    if (letter == 'B')
        return buf_addz(out, month), true;
    return false;
}

static bool expand_date(struct slice format, int64_t date, struct buf *out, struct err *e)
{
    struct civil day;

    when_civil(date, &day);
    for (size_t i = 0; i < format.len; i++) {
        if (format.ptr[i] != '%') {
            buf_addc(out, format.ptr[i]);
            continue;
        }
        bool bare = i + 1 < format.len && format.ptr[i + 1] == '-';
        i += 1 + bare;
        if (!add_part(i < format.len ? format.ptr[i] : '\0', bare, &day, out))
            return err_set(e, ERR_CONFIG,
                           "{date:...} knows %%Y %%y %%m %%-m %%d %%-d %%b %%B, nothing else");
    }
    return true;
}

/* What comes from a feed or a list may not change the address's shape. */
static void add_encoded(struct slice s, const char *plain, struct buf *out)
{
    static const char always[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~";

    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        if (c != '\0' && (strchr(always, c) || strchr(plain, c)))
            buf_addc(out, c);
        else
            buf_addf(out, "%%%02X", (unsigned char)c);
    }
}

static int open_credential(const char *directory, struct slice name)
{
    char path[PATH_MAX];
    int fd = -1;

    for (int prefixed = 0; prefixed < 2 && fd < 0; prefixed++) {
        int n = snprintf(path, sizeof(path), "%s/%s%.*s", directory, prefixed ? "tallyd_" : "",
                         SLICE_FMT(name));
        if (n < 0 || n >= (int)sizeof(path)) {
            errno = ENAMETOOLONG;
            return -1;
        }
        fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
        if (fd < 0 && errno != ENOENT)
            return -1;
    }
    return fd;
}

/* The secret in an open file; NULL, or what is wrong with it. */
static const char *read_secret(int fd, char bytes[CREDENTIAL_MAX + 1], struct slice *out)
{
    struct stat st;

    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
        return "is not a regular file";
    if (st.st_mode & S_IROTH)
        return "everybody can read it: chmod 600";
    ssize_t n = read(fd, bytes, CREDENTIAL_MAX + 1);
    if (n < 0)
        return "cannot be read";
    if (n > CREDENTIAL_MAX)
        return "is longer than 4096 bytes";
    *out = slice_trim((struct slice){bytes, (size_t)n});
    bool visible = out->len > 0;
    for (size_t i = 0; i < out->len; i++)
        visible = visible && (unsigned char)out->ptr[i] >= ' ' && out->ptr[i] != 0x7f;
    return visible ? NULL : "is empty or has control characters in it";
}

bool config_credential(const char *directory, struct slice name, struct buf *out, struct err *e)
{
    char bytes[CREDENTIAL_MAX + 1];
    struct slice value;

    if (check_name(name))
        return err_set(e, ERR_CONFIG, "a credential's name is %s", check_name(name));
    if (!directory)
        return err_set(e, ERR_CONFIG,
                       "credential %.*s: no directory of credentials (--credentials DIR, or "
                       "LoadCredential= in the unit)",
                       SLICE_FMT(name));
    int fd = open_credential(directory, name);
    if (fd < 0)
        return err_errno(e, ERR_CONFIG, "credential %.*s in %s", SLICE_FMT(name), directory);
    const char *wrong = read_secret(fd, bytes, &value);
    close(fd);
    if (wrong)
        err_set(e, ERR_CONFIG, "credential %.*s in %s: %s", SLICE_FMT(name), directory, wrong);
    else
        buf_add(out, value);
    explicit_bzero(bytes, sizeof(bytes));
    return !wrong;
}

/* A value that is known by now, or `otherwise`. */
static bool add_known(struct slice value, const char *plain, const char *otherwise, struct buf *out,
                      struct err *e)
{
    if (value.len == 0)
        return err_set(e, ERR_CONFIG, "%s", otherwise);
    add_encoded(value, plain, out);
    return true;
}

/* {county}, or {county:_}: blanks as what stands behind the colon. */
static bool add_county(struct slice county, bool argued, struct slice blank, struct buf *out,
                       struct err *e)
{
    struct slice rest = county, word;

    if (!argued || county.len == 0)
        return add_known(county, "", "{county} is not known: write county = NAME in this source",
                         out, e);
    for (bool first = true; slice_next(&rest, ' ', &word); first = false) {
        if (!first)
            add_encoded(blank, "", out);
        add_encoded(word, "", out);
    }
    return true;
}

static bool expand_one(struct slice inside, const struct config_expand *with, struct buf *out,
                       struct err *e)
{
    static const char *const names[] = {"date", "version", "election", "county", "credential"};
    size_t colon = slice_find(inside, SLICE(":"));
    struct slice name = slice_sub(inside, 0, colon);
    struct slice rest = slice_sub(inside, name.len + 1, inside.len);
    bool argued = colon != (size_t)-1;

    if (slice_is(name, "date"))
        return expand_date(argued ? rest : SLICE("%Y-%m-%d"), with->date, out, e);
    if (slice_is(name, "credential") && argued)
        return config_credential(with->credentials, rest, out, e);
    /* "{version}" may stand for itself: the poller knows it only when it polls */
    if (slice_is(name, "version") && !argued)
        return add_known(with->version, "/{}",
                         "{version} is not known: write version-url = https://... in this source",
                         out, e);
    if (slice_is(name, "election") && !argued)
        return add_known(with->election, "/{}",
                         "{election} is not known: write counties-url = https://... in this source",
                         out, e);
    if (slice_is(name, "county"))
        return add_county(with->county, argued, rest, out, e);
    const char *nearest = text_did_you_mean(name, names, sizeof(names) / sizeof(names[0]));
    return err_set(e, ERR_CONFIG,
                   "there is no {%.*s}%s%s%s; {date}, {date:%%Y%%m%%d}, {version}, {election}, "
                   "{county}, {county:_} and {credential:NAME} are known, and {{ is a brace",
                   SLICE_FMT(slice_sub(inside, 0, 40)), nearest ? " (did you mean " : "",
                   nearest ? nearest : "", nearest ? "?)" : "");
}

bool expand_text(struct slice text, const struct config_expand *with, struct buf *out,
                 const char **at, struct err *e)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c != '{' || (i + 1 < text.len && text.ptr[i + 1] == '{')) {
            buf_addc(out, c);
            i += c == '{';
            continue;
        }
        *at = text.ptr + i;
        struct slice inside = slice_sub(text, i + 1, text.len);
        size_t close = slice_find(inside, SLICE("}"));
        if (close == (size_t)-1)
            return err_set(e, ERR_CONFIG, "this { is never closed; {{ is a brace");
        if (!expand_one(slice_sub(inside, 0, close), with, out, e))
            return false;
        i += close + 1;
    }
    *at = text.ptr;
    return !out->failed || err_set(e, ERR_CONFIG, "the expanded text is too long");
}

bool config_expand(struct slice text, const struct config_expand *with, struct buf *out,
                   struct err *e)
{
    const char *at;

    return expand_text(text, with, out, &at, e);
}
