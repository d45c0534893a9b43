/* SPDX-License-Identifier: ISC */
/* termios and a few control sequences that every terminal with a cursor knows. */
#include "daemon/ctl/screen.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#define ENTER "\x1b[?1049h\x1b[?25l"
#define SEQUENCE_MS 100
#define LEAVE "\x1b[0m\x1b[?25h\x1b[?1049l"

static struct termios before;
static volatile sig_atomic_t raw, resized, ended;
static char behind; /* a key that came behind an Esc; NUL: none */

static void say(const char *bytes, size_t n)
{
    while (n > 0) {
        ssize_t done = write(STDOUT_FILENO, bytes, n);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0) {
            ended = 1;
            return;
        }
        bytes += done;
        n -= (size_t)done;
    }
}

static void enter(void)
{
    struct termios t = before;
    t.c_iflag &= ~(tcflag_t)(ICRNL | IXON);
    t.c_lflag &= ~(tcflag_t)(ICANON | ECHO | IEXTEN);
    t.c_cc[VMIN] = 0;
    t.c_cc[VTIME] = 0;
    tcsetattr(STDIN_FILENO, TCSADRAIN, &t);
    say(ENTER, sizeof ENTER - 1);
    raw = 1;
}

/* Safe in a signal's handler. */
static void leave(void)
{
    if (!raw)
        return;
    raw = 0;
    say(LEAVE, sizeof LEAVE - 1);
    tcsetattr(STDIN_FILENO, TCSANOW, &before);
}

static void on_resize(int number)
{
    (void)number;
    resized = 1;
}

static void on_end(int number)
{
    (void)number;
    ended = 1;
}

/* The terminal is given back before the process stops, and taken again when it goes on. */
static void on_suspend(int number)
{
    int was = errno;
    leave();
    signal(number, SIG_DFL);
    raise(number);
    errno = was;
}

static void set(int number, void (*handler)(int))
{
    struct sigaction action = {.sa_handler = handler}; /* without SA_RESTART: poll wakes up */
    sigemptyset(&action.sa_mask);
    sigaction(number, &action, NULL);
}

static void on_continue(int number)
{
    int was = errno;
    (void)number;
    if (!raw)
        enter();
    set(SIGTSTP, on_suspend);
    resized = 1;
    errno = was;
}

static void on_crash(int number)
{
    leave();
    signal(number, SIG_DFL);
    raise(number);
}

bool screen_open(void)
{
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO) || tcgetattr(STDIN_FILENO, &before) != 0)
        return false;
    static const int ends[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
    static const int crashes[] = {SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL};
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
        set(ends[i], on_end);
    for (size_t i = 0; i < sizeof crashes / sizeof crashes[0]; i++)
        set(crashes[i], on_crash);
    set(SIGWINCH, on_resize);
    set(SIGTSTP, on_suspend);
    set(SIGCONT, on_continue);
    set(SIGPIPE, SIG_IGN);
    atexit(leave);
    enter();
    return true;
}

void screen_close(void)
{
    leave();
}

void screen_size(size_t *cols, size_t *rows)
{
    struct winsize w = {0};
    bool known = ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_col > 0 && w.ws_row > 0;
    *cols = known ? w.ws_col : 80;
    *rows = known ? w.ws_row : 24;
}

void screen_show(struct slice frame)
{
    say("\x1b[H", 3);
    say(frame.ptr, frame.len);
    say("\x1b[0m", 4);
}

/* What stands behind an ESC, when it is a key's; a slow line brings it in pieces. */
static enum screen_key read_sequence(void)
{
    static const struct {
        const char *bytes;
        enum screen_key key;
    } known[] = {{"[A", KEY_UP},       {"[B", KEY_DOWN},       {"OA", KEY_UP},   {"OB", KEY_DOWN},
                 {"[5~", KEY_PAGE_UP}, {"[6~", KEY_PAGE_DOWN}, {"[Z", KEY_OTHER}};
    char bytes[8] = "";
    struct pollfd in = {.fd = STDIN_FILENO, .events = POLLIN};
    size_t n = 0;
    while (n < sizeof bytes - 1 && poll(&in, 1, SEQUENCE_MS) > 0 &&
           read(STDIN_FILENO, bytes + n, 1) == 1) {
        bytes[++n] = '\0';
        if (n == 1 && bytes[0] != '[' && bytes[0] != 'O') { /* a key by itself */
            behind = bytes[0];
            return KEY_ESCAPE;
        }
        for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
            if (strcmp(bytes, known[i].bytes) == 0)
                return known[i].key;
        if (n > 1 && bytes[n - 1] >= '@' && bytes[n - 1] <= '~')
            return KEY_OTHER;
    }
    return n > 0 ? KEY_OTHER : KEY_ESCAPE;
}

static enum screen_key key_of(char c, char *letter)
{
    switch (c) {
    case '\r':
    case '\n':
        return KEY_ENTER;
    case '\t':
        return KEY_TAB;
    case 0x7f:
    case '\b':
        return KEY_BACKSPACE;
    case 0x1b:
        return read_sequence();
    default:
        *letter = c;
        return c >= 0x20 && c < 0x7f ? KEY_LETTER : KEY_OTHER;
    }
}

enum screen_key screen_key(int timeout_ms, char *letter)
{
    struct pollfd in = {.fd = STDIN_FILENO, .events = POLLIN};
    char c = behind;
    int ready = ended || behind ? 0 : poll(&in, 1, timeout_ms);
    behind = '\0';
    if (ended)
        return KEY_ENDED;
    if (c)
        return key_of(c, letter);
    if (resized) {
        resized = 0;
        return KEY_RESIZED;
    }
    if (ready <= 0)
        return KEY_NONE;
    if (read(STDIN_FILENO, &c, 1) != 1)
        return KEY_ENDED;
    return key_of(c, letter);
}

void screen_forget(void)
{
    behind = '\0';
    tcflush(STDIN_FILENO, TCIFLUSH);
}

bool screen_utf8(void)
{
    static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *value = getenv(names[i]);
        if (value && value[0])
            return strcasestr(value, "utf-8") || strcasestr(value, "utf8");
    }
    return false;
}
